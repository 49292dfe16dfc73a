//! What is wrong in a document, and what to do about it.

use std::{collections::BTreeMap, sync::Arc};

use joinery_app::{Severity, Studio};
use joinery_connector::{Connector, Problem, allowing};
use joinery_script::{
    Edit, Finding, QuickFix,
    language::{Span, lines::Unit},
};
use lsp_types::CodeActionParams;
use serde_json::{Value, json};

use super::{
    Server,
    convert::Ruler,
    documents::{DocumentPlace, Documents},
    parsed, places,
};
use crate::rpc::Failure;

/// The file that says which hosts a connector may call.
const MANIFEST: &str = "connector.toml";

/// What a file that stands alone cannot be asked: there is nothing around it.
const OF_CONNECTORS: &[&str] = &["import", "unknown_schema", "unknown_pick_list", "unknown_host"];

/// The version of an open document and what is wrong in it.
pub fn diagnostics(studio: &Studio, documents: &mut Documents, uri: &str) -> Option<(i32, Vec<Value>)> {
    let document = documents.get(uri)?;
    let (version, text) = (document.version, Arc::clone(&document.text));
    let place = document.place.clone();
    let ruler = Ruler::of(&text, documents.unit);
    let findings = findings(studio, documents, &place, &text);
    let connector = place.root.as_deref().and_then(|root| documents.connector(root));
    let manifest = connector.and_then(|connector| connector.text(MANIFEST).ok());
    let desk = Desk {
        place: &place,
        uri,
        ruler: &ruler,
        manifest: manifest.as_deref().map(|text| Ruler::of(text, documents.unit)),
    };
    let diagnostics = findings.iter().map(|finding| diagnostic(finding, &desk));
    Some((version, diagnostics.collect()))
}

/// A document, and what its fixes may change besides.
struct Desk<'a> {
    place: &'a DocumentPlace,
    uri: &'a str,
    ruler: &'a Ruler<'a>,
    manifest: Option<Ruler<'a>>,
}

fn findings(studio: &Studio, documents: &mut Documents, place: &DocumentPlace, text: &str) -> Vec<Finding> {
    let connector = place.root.as_deref().and_then(|root| documents.connector(root));
    if place.path == "connector.toml" {
        let problems = match joinery_app::Manifest::parse(text) {
            Ok((_, warnings)) => warnings,
            Err(problem) => vec![problem],
        };
        return problems.into_iter().map(Finding::from).collect();
    }
    if let Some(connector) = connector {
        let mut findings = studio.scripts().findings(&connector, &place.path, text);
        for finding in findings.iter_mut().filter(|found| found.problem.code == "unknown_host") {
            finding.fix = allow_host(&connector, text, &finding.problem);
        }
        return findings;
    }
    let Some(alone) = standing_alone(&place.path, text) else {
        return Vec::new();
    };
    let mut findings = studio.scripts().findings(&alone, &place.path, text);
    findings.retain(|finding| !OF_CONNECTORS.contains(&finding.problem.code.as_str()));
    findings
}

/// The fix of a call to a host that `connector.toml` does not name. A worker knows no file but its own.
fn allow_host(connector: &Connector, text: &str, problem: &Problem) -> Option<QuickFix> {
    let ruler = Ruler::of(text, Unit::default());
    let quoted = span_of(&ruler, problem).of(text);
    let url = quoted.trim_matches(['"', '`', '#']).split("${").next()?;
    let manifest = connector.text(MANIFEST).ok()?;
    let (host, after) = allowing(&manifest, url)?;
    Some(QuickFix {
        title: format!("Allow {host} in {MANIFEST}"),
        safe: false,
        edits: vec![difference(&manifest, &after)],
    })
}

/// The one piece of `connector.toml` that differs.
fn difference(before: &str, after: &str) -> Edit {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let bytes = |letters: &mut dyn Iterator<Item = (char, char)>| letters.map(|(letter, _)| letter.len_utf8()).sum();
    let start: usize = bytes(&mut before.chars().zip(after.chars()).take_while(same));
    let (rest, rest_after) = (&before[start..], &after[start..]);
    let end: usize = bytes(&mut rest.chars().rev().zip(rest_after.chars().rev()).take_while(same));
    Edit {
        file: MANIFEST.to_owned(),
        span: Span::new(start, before.len() - end),
        text: after[start..after.len() - end].to_owned(),
    }
}

/// A connector that holds nothing but this file.
fn standing_alone(path: &str, text: &str) -> Option<Connector> {
    let manifest = "format = 1\nid = \"file\"\ntitle = \"File\"\nversion = \"0.1.0\"\n";
    let files = [
        ("connector.toml".to_owned(), manifest.into()),
        (path.to_owned(), text.into()),
    ];
    Connector::from_files(std::path::Path::new("."), files).ok()
}

fn diagnostic(finding: &Finding, desk: &Desk) -> Value {
    let Problem {
        severity,
        code,
        message,
        hint,
        ..
    } = &finding.problem;
    let fixes: Vec<Value> = finding.fix.iter().filter_map(|fix| fix_value(fix, desk)).collect();
    let words = hint
        .as_ref()
        .map_or_else(|| message.clone(), |hint| format!("{message}. {hint}"));
    json!({
        "range": desk.ruler.range(span_of(desk.ruler, &finding.problem)),
        "severity": if *severity == Severity::Error { 1 } else { 2 },
        "code": code,
        "source": "joinery",
        "message": words,
        "tags": if code.starts_with("unused") || code == "unreachable" { json!([1]) } else { json!([]) },
        "data": { "problem": finding.problem, "fixes": fixes },
    })
}

fn span_of(ruler: &Ruler, problem: &Problem) -> Span {
    if problem.line == 0 {
        return Span::new(0, ruler.end_of_line(0));
    }
    let start = ruler.byte_of_problem(problem.line, problem.column.max(1));
    let end = match problem.end_column {
        Some(end) => ruler.byte_of_problem(problem.line, end),
        None => ruler.end_of_line(start),
    };
    Span::new(start, end.max(start))
}

/// A fix as the protocol words it: a title and the edits of each file. Fixes change the file they are found in, or
/// `connector.toml`.
fn fix_value(fix: &QuickFix, desk: &Desk) -> Option<Value> {
    let mut changes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let (uri, ruler) = if edit.file == desk.place.path {
            (desk.uri.to_owned(), desk.ruler)
        } else {
            let root = desk.place.root.as_deref().filter(|_| edit.file == MANIFEST)?;
            (places::to_uri(root, MANIFEST)?, desk.manifest.as_ref()?)
        };
        let change = json!({ "range": ruler.range(edit.span), "newText": edit.text });
        changes.entry(uri).or_default().push(change);
    }
    Some(json!({ "title": fix.title, "edit": { "changes": changes } }))
}

/// The quick fixes for a part of a document.
///
/// # Errors
/// The document is not open.
pub fn actions(server: &mut Server, params: Value) -> Result<Value, Failure> {
    let params: CodeActionParams = parsed(params)?;
    let uri = params.text_document.uri.to_string();
    let (_, diagnostics) = diagnostics(&server.studio, &mut server.documents, &uri)
        .ok_or_else(|| Failure::new(Failure::INVALID_PARAMS, format!("{uri} is not open")))?;
    let wanted = params
        .context
        .only
        .is_none_or(|kinds| kinds.iter().any(|kind| kind.as_str() == "quickfix"));
    let mut actions = Vec::new();
    for diagnostic in diagnostics.iter().filter(|_| wanted) {
        let range: lsp_types::Range = serde_json::from_value(diagnostic["range"].clone()).unwrap_or_default();
        if range.start > params.range.end || range.end < params.range.start {
            continue;
        }
        let fixes = diagnostic.pointer("/data/fixes").and_then(Value::as_array);
        for fix in fixes.into_iter().flatten() {
            actions.push(json!({
                "title": fix["title"],
                "kind": "quickfix",
                "diagnostics": [diagnostic],
                "edit": fix["edit"],
                "isPreferred": true,
            }));
        }
    }
    Ok(actions.into())
}
