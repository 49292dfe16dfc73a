//! What a script that compiles says about itself in its words: names that nothing uses, hosts it may not call, fields and
//! files that are not there, values that break a path.

use joinery_connector::{Manifest, Problem, Severity, variables::Variables};

use super::{
    Script,
    finding::{Edit, Finding, QuickFix},
};
use crate::{
    language::{
        Around, Lines, Span, View,
        code::{Bracket, Code},
        context::called,
        lines::Unit,
        scan::Kind,
        scopes::{Role, SymbolKind},
        strings::{self, Meaning},
        view::inside,
    },
    run::Scripts,
    syntax::nearest,
};

/// Words after which a block goes no further.
const ENDS: &[&str] = &["return", "throw", "break", "continue"];

/// Everything doubtful in a script that compiles.
pub fn check(scripts: &Scripts, script: &Script) -> Vec<Finding> {
    let Script {
        files,
        path,
        text,
        manifest,
    } = *script;
    let view = View::within(scripts, Some(Around { files, manifest }), path, text, None);
    let mut lints = Lints {
        lines: Lines::of(text),
        found: Vec::new(),
        view: &view,
        manifest,
    };
    lints.unused();
    lints.unreachable();
    lints.connection();
    for token in 0..view.code.tokens.len() {
        match view.code.kind(token) {
            Some(Kind::Text) => lints.text(token),
            Some(Kind::TemplateOpen) => lints.template(token),
            _ => {}
        }
    }
    lints.found
}

struct Lints<'a> {
    view: &'a View<'a>,
    manifest: &'a Manifest,
    lines: Lines,
    found: Vec<Finding>,
}

impl Lints<'_> {
    fn code(&self) -> &Code<'_> {
        &self.view.code
    }

    fn report(&mut self, span: Span, code: &str, message: String, hint: Option<String>, fix: Option<QuickFix>) {
        // Of all that is found here only this fails whenever it is come by.
        let severity = match code {
            "unknown_pick_list" => Severity::Error,
            _ => Severity::Warning,
        };
        let text = self.view.text();
        let (start, end) = (
            self.lines.place(text, span.start, Unit::Scalar),
            self.lines.place(text, span.end, Unit::Scalar),
        );
        let problem = Problem {
            file: self.view.path.to_owned(),
            line: start.line as u32 + 1,
            column: start.column as u32 + 1,
            end_column: (end.line == start.line).then_some(end.column as u32 + 1),
            severity,
            code: code.to_owned(),
            message,
            hint,
        };
        self.found.push(Finding { problem, fix });
    }

    fn edit(&self, span: Span, text: impl Into<String>) -> Edit {
        Edit {
            file: self.view.path.to_owned(),
            span,
            text: text.into(),
        }
    }

    fn unused(&mut self) {
        let view = self.view;
        let mut used = vec![false; view.scopes.symbols.len()];
        for use_ in &view.scopes.uses {
            if let Role::Name(Some(symbol)) | Role::Alias(Some(symbol)) | Role::Call(Some(symbol)) = use_.role
                && !use_.writes
            {
                used[symbol] = true;
            }
        }
        for (symbol, _) in view.scopes.symbols.iter().zip(used).filter(|(_, used)| !used) {
            let name = &symbol.name;
            match symbol.kind {
                SymbolKind::Import => {
                    let line = self.whole_line(symbol.whole);
                    let fix = Some(fix_of("Remove the import", true, vec![self.edit(line, "")]));
                    let message = format!("`{name}` is imported and never used");
                    self.report(symbol.span, "unused_import", message, None, fix);
                }
                // Variables of the file are seen by no function, but by whoever imports it.
                SymbolKind::Variable | SymbolKind::Constant if symbol.function.is_some() && !name.starts_with('_') => {
                    let edits = self.renamed(symbol.span, &format!("_{name}"));
                    let fix = Some(fix_of(format!("Call it _{name}"), true, edits));
                    let hint = Some(format!("Remove it, or call it _{name} to keep it."));
                    let message = format!("`{name}` is never used");
                    self.report(symbol.span, "unused_variable", message, hint, fix);
                }
                _ => {}
            }
        }
    }

    fn renamed(&self, declared: Span, name: &str) -> Vec<Edit> {
        let places = crate::language::references::in_file(self.view, declared.start);
        places.into_iter().map(|(span, _)| self.edit(span, name)).collect()
    }

    /// A statement with its semicolon and, where it has a line of its own, that line.
    fn whole_line(&self, span: Span) -> Span {
        let text = self.view.text();
        let line = self.lines.line_of(span.start);
        let (start, next) = (self.lines.start_of(line, text), self.lines.start_of(line + 1, text));
        let end = span.end + usize::from(text[span.end..].starts_with(';'));
        if text[start..span.start].trim().is_empty() && text[end..next.max(end)].trim().is_empty() {
            return Span::new(start, next.max(end));
        }
        Span::new(span.start, end)
    }

    fn unreachable(&mut self) {
        let view = self.view;
        let code = &view.code;
        for index in 0..code.tokens.len() {
            let starts = index == 0 || matches!(code.before(index), ";" | "{" | "}");
            let within = code.within[index];
            let in_block = within.is_some_and(|open| code.bracket[open] == Some(Bracket::Block));
            if code.kind(index) != Some(Kind::Word) || !ENDS.contains(&code.word(index)) || !starts || !in_block {
                continue;
            }
            let close = within.map_or(code.tokens.len(), |open| code.close_of(open));
            let end = (index..close).find(|&at| code.word(at) == ";" && code.within[at] == within);
            let Some(next) = end
                .map(|end| end + 1)
                .filter(|next| *next < close && code.word(*next) != ";")
            else {
                continue;
            };
            let message = format!("nothing after this `{}` is ever reached", code.word(index));
            let span = Span::new(code.span(next).start, code.span(close - 1).end);
            self.report(span, "unreachable", message, None, None);
        }
    }

    /// A field of the connection whose name is nearly one that `connector.toml` has.
    fn connection(&mut self) {
        let view = self.view;
        let known: Vec<String> = view
            .connection_members()
            .into_iter()
            .map(|member| member.name)
            .collect();
        for used in &view.scopes.uses {
            let name = used.span.of(view.text());
            let owner = used.token.checked_sub(2).map_or("", |owner| view.code.word(owner));
            if used.role != Role::Property || owner != "connection" || known.iter().any(|known| known == name) {
                continue;
            }
            // What a way to sign in asks for is there, too, and need not be named in the file.
            let Some(near) = nearest(name, known.iter().map(String::as_str)) else {
                continue;
            };
            let fix = Some(fix_of(
                format!("Change to {near}"),
                false,
                vec![self.edit(used.span, near)],
            ));
            let message = format!("connector.toml has no field `{name}`");
            self.report(
                used.span,
                "unknown_connection",
                message,
                Some(format!("Did you mean `{near}`?")),
                fix,
            );
        }
    }

    fn text(&mut self, token: usize) {
        let view = self.view;
        let Some(name) = view.text_token(token) else { return };
        let known: Vec<String> = match strings::meaning(view, token) {
            Meaning::PickList => view.names("pick_lists/", ".rhai"),
            Meaning::InputField if view.declares_all("input_fields") => view
                .declared_members("input_fields")
                .into_iter()
                .map(|member| member.name)
                .collect(),
            Meaning::FieldOf => strings::fields_of(view, token)
                .into_iter()
                .map(|member| member.name)
                .collect(),
            Meaning::Plain => return self.host(token, &name, true),
            _ => return,
        };
        let pick_list = strings::meaning(view, token) == Meaning::PickList;
        if known.contains(&name) || (known.is_empty() && !pick_list) {
            return;
        }
        let (code, message) = if pick_list {
            ("unknown_pick_list", format!("there is no pick_lists/{name}.rhai"))
        } else {
            ("unknown_field", format!("there is no field \"{name}\""))
        };
        let near = nearest(&name, known.iter().map(String::as_str));
        let within = inside(&view.code, token);
        let fix = near.map(|near| fix_of(format!("Change to {near}"), false, vec![self.edit(within, near)]));
        let hint = near.map(|near| format!("Did you mean \"{near}\"?"));
        self.report(view.code.span(token), code, message, hint, fix);
    }

    /// A path or URL that fills something in.
    fn template(&mut self, open: usize) {
        if !self.is_path(open) {
            return;
        }
        let view = self.view;
        let code = &view.code;
        let start = code.span(open).of(view.text());
        let written = start.trim_start_matches('`').trim_end_matches("${");
        // A host that is filled in is known only when the script runs.
        if written.split("://").nth(1).is_some_and(|rest| rest.contains('/')) {
            self.host(open, written, false);
        }
        let mut part = open;
        let mut in_query = written.contains('?');
        while matches!(code.kind(part), Some(Kind::TemplateOpen | Kind::TemplateMiddle)) {
            let close = code.close_of(part);
            let plain_input = close == part + 4 && code.word(part + 1) == "input" && code.word(part + 2) == ".";
            if plain_input && !in_query && !begins_with_value(code, part, view.text()) {
                let span = Span::new(code.span(part + 1).start, code.span(part + 3).end);
                let value = span.of(view.text());
                let edit = self.edit(span, format!("encode_path({value})"));
                let fix = Some(fix_of("Write encode_path", false, vec![edit]));
                let message = format!("`{value}` may hold letters that lead to another path");
                self.report(
                    span,
                    "unencoded_path",
                    message,
                    Some("Write encode_path around it.".to_owned()),
                    fix,
                );
            }
            in_query = in_query || code.span(close).of(view.text()).contains('?');
            part = close;
        }
    }

    /// Whether a text is where a request goes.
    fn is_path(&self, token: usize) -> bool {
        let code = self.code();
        let Some(open) = code.within[token].filter(|&open| code.bracket[open] == Some(Bracket::Call)) else {
            return false;
        };
        match called(code, open).as_deref() {
            Some("http.request") => code.word(token.saturating_sub(1)) == ",",
            Some(name) => name.starts_with("http.") && token == open + 1,
            None => false,
        }
    }

    fn host(&mut self, token: usize, url: &str, whole: bool) {
        if !url.contains("://") || !self.is_path(token) {
            return;
        }
        let span = self.code().span(token);
        if let Err(host) = self.manifest.host_allowed(url, &Variables::default()) {
            let message = format!("this connector may not call {host}");
            let hint = format!("Add \"{host}\" to hosts in connector.toml.");
            self.report(span, "unknown_host", message, Some(hint), None);
        }
        let local = ["http://localhost", "http://127.", "http://[::1]"]
            .iter()
            .any(|local| url.starts_with(local));
        if url.starts_with("http://") && !local {
            let scheme = Span::new(span.start + 1, span.start + 1 + "http".len());
            let fix = Some(fix_of("Write https", false, vec![self.edit(scheme, "https")]));
            let message = "what is sent to this address can be read on the way".to_owned();
            self.report(
                span,
                "plain_http",
                message,
                Some("Write https.".to_owned()),
                fix.filter(|_| whole),
            );
        }
    }
}

fn fix_of(title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> QuickFix {
    QuickFix {
        title: title.into(),
        safe,
        edits,
    }
}

/// Whether what is filled in here is the whole path, which a script may have from a page's link.
fn begins_with_value(code: &Code, part: usize, text: &str) -> bool {
    code.span(part).of(text) == "`${"
}
