//! The `[tests]` table of `connector.toml`: what is masked in cassettes, and when they are old.

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::{problem::Problem, toml_table::Table};

/// Days after which a cassette is called old, where nothing else is said.
const STALE_AFTER_DAYS: u32 = 180;

/// How the connector's tests are recorded and replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSettings {
    /// Days after which a cassette is called old; 0 for never.
    pub stale_after_days: u32,
    /// Whether personal data is masked. Secrets always are.
    pub personal: bool,
    /// Members of JSON bodies that are taken for personal data by their name, and are none here.
    pub keep: Vec<String>,
    /// What else is masked.
    pub mask: Vec<MaskRule>,
}

/// Something that is masked besides what always is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskRule {
    /// The value of a JSON member, a query parameter or a form field of that name, wherever it stands.
    Member(String),
    /// The value of a header.
    Header(String),
    /// Every text that a regular expression finds.
    Pattern(String),
}

impl Default for TestSettings {
    fn default() -> Self {
        Self {
            stale_after_days: STALE_AFTER_DAYS,
            personal: true,
            keep: Vec::new(),
            mask: Vec::new(),
        }
    }
}

impl TestSettings {
    pub(crate) fn read(mut table: Table, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        let default = Self::default();
        let days = table.integer("stale_after_days", 0..36_501)?;
        let settings = Self {
            stale_after_days: days.map_or(default.stale_after_days, |days| {
                u32::try_from(days).expect("from 0 to 36,500")
            }),
            personal: table.boolean("mask_personal_data")?.unwrap_or(default.personal),
            keep: table.texts("keep")?.into_iter().map(|(name, _)| name).collect(),
            mask: table
                .tables("mask")?
                .into_iter()
                .map(|rule| read_rule(rule, problems))
                .collect::<Result<_, _>>()?,
        };
        table.unknown(problems);
        Ok(settings)
    }
}

fn read_rule(mut table: Table, problems: &mut Vec<Problem>) -> Result<MaskRule, Problem> {
    let rule = if let Some(name) = table.text("member")? {
        MaskRule::Member(name)
    } else if let Some(name) = table.text("header")? {
        MaskRule::Header(name)
    } else {
        let pattern = table.required_text("pattern", "member = \"employeeNumber\"")?;
        if let Err(error) = Regex::new(&pattern) {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            return Err(table.error(
                "pattern",
                "pattern",
                format!("this pattern does not work: {reason}"),
                None,
            ));
        }
        MaskRule::Pattern(pattern)
    };
    table.unknown(problems);
    Ok(rule)
}
