//! A finding as a compiler shows it: `file:line:column`, the line, and a caret under the place.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};

use crate::output::printable;

/// The most of a line that is shown, in characters.
const WIDTH: usize = 110;
/// How much of a longer line stands before the caret.
const BEFORE: usize = 40;

/// What to show.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The path to show.
    pub file: &'a str,
    /// Line, from 1; 0 where there is none.
    pub line: u32,
    /// Column, from 1; 0 where there is none.
    pub column: u32,
    /// The column after the last character concerned.
    pub end_column: Option<u32>,
    /// Whether it is an error, or only a doubt.
    pub is_error: bool,
    /// A stable word for the kind of finding.
    pub code: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// What to do.
    pub hint: Option<&'a str>,
}

/// The finding in words, coloured; `text` is the file's text where it is at hand.
pub fn render(finding: &Finding, text: Option<&str>) -> String {
    let (word, style) = if finding.is_error {
        ("error", AnsiColor::Red.on_default().bold())
    } else {
        ("warning", AnsiColor::Yellow.on_default().bold())
    };
    let bold = Style::new().bold();
    let mut shown = String::new();
    if !finding.file.is_empty() {
        let _ = write!(shown, "{bold}{}", finding.file);
        if finding.line > 0 {
            let _ = write!(shown, ":{}:{}", finding.line, finding.column.max(1));
        }
        let _ = write!(shown, ":{bold:#} ");
    }
    let _ = write!(
        shown,
        "{style}{word}{style:#}: {bold}{}{bold:#}",
        printable(finding.message)
    );
    if !finding.code.is_empty() {
        let _ = write!(shown, " [{}]", finding.code);
    }
    shown.push('\n');
    let source = usize::try_from(finding.line)
        .ok()
        .and_then(|line| text?.lines().nth(line.checked_sub(1)?));
    if let Some(source) = source {
        quote(&mut shown, finding, source, style);
    }
    if let Some(hint) = finding.hint {
        let help = AnsiColor::Cyan.on_default();
        let _ = writeln!(shown, "  {help}help{help:#}: {}", printable(hint));
    }
    shown
}

/// The line, and the caret under the place.
fn quote(shown: &mut String, finding: &Finding, source: &str, style: Style) {
    let characters: Vec<char> = source.chars().collect();
    let at = usize::try_from(finding.column)
        .unwrap_or(0)
        .saturating_sub(1)
        .min(characters.len());
    let from = if characters.len() > WIDTH {
        at.saturating_sub(BEFORE)
    } else {
        0
    };
    let to = characters.len().min(from + WIDTH);
    // A control character in a file must not reach the terminal; tabs stay, below the line too, so that all lines up.
    let line = printable(&characters[from..to].iter().collect::<String>());
    let pad: String = characters[from..at.max(from)]
        .iter()
        .map(|letter| if *letter == '\t' { '\t' } else { ' ' })
        .collect();
    let number = finding.line.to_string();
    let gutter = " ".repeat(number.len());
    let _ = writeln!(shown, " {number} | {line}");
    if finding.column > 0 {
        let end = finding
            .end_column
            .and_then(|end| usize::try_from(end).ok())
            .map_or(at + 1, |end| end - 1);
        let carets = "^".repeat(end.min(to).saturating_sub(at).max(1));
        let _ = writeln!(shown, " {gutter} | {pad}{style}{carets}{style:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(finding: &Finding, text: &str) -> String {
        anstream::adapter::strip_str(&render(finding, Some(text))).to_string()
    }

    fn finding(line: u32, column: u32) -> Finding<'static> {
        Finding {
            file: "a.rhai",
            line,
            column,
            end_column: None,
            is_error: true,
            code: "syntax",
            message: "what",
            hint: Some("do"),
        }
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let shown = plain(
            &Finding {
                end_column: Some(9),
                ..finding(2, 6)
            },
            "one\n\tlet abc = 1;\n",
        );
        assert_eq!(
            shown,
            "a.rhai:2:6: error: what [syntax]\n 2 | \tlet abc = 1;\n   | \t    ^^^\n  help: do\n"
        );
    }

    #[test]
    fn a_place_beyond_the_text_shows_no_line() {
        assert_eq!(
            plain(&finding(9, 1), "one\n"),
            "a.rhai:9:1: error: what [syntax]\n  help: do\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let shown = plain(&finding(1, 5001), &text);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].find("HERE"), lines[2].find('^'));
        assert!(lines[1].len() < 130);
    }

    #[test]
    fn control_characters_of_a_file_do_not_reach_the_terminal() {
        assert!(!render(&finding(1, 1), Some("\u{1b}]0;title\u{7}")).contains('\u{7}'));
    }
}
