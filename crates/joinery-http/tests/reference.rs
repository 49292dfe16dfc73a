//! `docs/auth.md` against the kinds themselves: `UPDATE_EXPECT=1` writes the tables anew; the prose is by hand.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{fmt::Write, fs, path::Path};

use joinery_connector::form::Control;
use joinery_http::auth::{AuthKind, KINDS};
use serde_json::Map;

#[test]
fn reference_lists_every_kind_with_its_settings_and_fields() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/auth.md");
    let mut page = fs::read_to_string(&path).unwrap();
    let before = page.clone();
    let mut from = 0;
    for kind in KINDS {
        let (begin, end) = (
            format!("<!-- {} -->\n", kind.id()),
            format!("<!-- end of {} -->", kind.id()),
        );
        let heading = format!("## `{}`", kind.id());
        let place = page[from..].find(&heading).map(|at| from + at);
        let place = place.unwrap_or_else(|| panic!("docs/auth.md has no `{heading}` in its place: write it"));
        let start = place
            + page[place..]
                .find(&begin)
                .unwrap_or_else(|| panic!("{begin} is missing"))
            + begin.len();
        let stop = start + page[start..].find(&end).unwrap_or_else(|| panic!("{end} is missing"));
        page.replace_range(start..stop, &tables(*kind));
        from = start;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &page).unwrap();
    } else {
        assert!(
            page == before,
            "docs/auth.md is out of date: run UPDATE_EXPECT=1 cargo test -p joinery-http"
        );
    }
}

fn tables(kind: &dyn AuthKind) -> String {
    let mut text = String::new();
    if !kind.settings().is_empty() {
        text.push_str("| Setting | Meaning | Default |\n|---|---|---|\n");
        for setting in kind.settings() {
            let default = setting.default.unwrap_or("-");
            writeln!(text, "| `{}` | {} | {default} |", setting.name, setting.meaning).unwrap();
        }
    }
    let fields = kind.form(&Map::new()).fields;
    if !fields.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str("A connection fills in, where `connector.toml` does not:");
        let fields: Vec<_> = fields
            .iter()
            .map(|field| {
                let secret = if field.control == Control::Secret {
                    ", secret"
                } else {
                    ""
                };
                let optional = if field.required { "" } else { ", may be empty" };
                format!(" `{}` ({}{secret}{optional})", field.name, field.label)
            })
            .collect();
        writeln!(text, "{}.", fields.join(",")).unwrap();
    }
    text
}
