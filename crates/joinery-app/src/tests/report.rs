//! Reports for other tools: `JUnit` XML and lcov.

use std::{fmt::Write as _, path::Path, time::Duration};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{CaseReport, FileCoverage, TestReport};
use crate::error::Error;

/// Writes the report as `JUnit` XML.
///
/// # Errors
/// [`Code::Unavailable`](crate::Code::Unavailable) when the file cannot be written.
pub fn save_junit(path: &Path, connector: &str, report: &TestReport) -> Result<(), Error> {
    Ok(joinery_connector::file::write(
        path,
        junit(connector, report).as_bytes(),
    )?)
}

/// The report as `JUnit` XML: a suite for each action.
///
/// # Panics
/// Never: characters that XML cannot hold are left out.
pub fn junit(connector: &str, report: &TestReport) -> String {
    let mut whole = Report::new(connector);
    whole.set_time(milliseconds(report.time_ms));
    for cases in report.cases.chunk_by(|one, next| one.action == next.action) {
        let mut suite = TestSuite::new(&cases[0].action);
        suite.add_test_cases(cases.iter().map(test_case));
        whole.add_test_suite(suite);
    }
    whole.to_string().expect("text with no control characters is XML")
}

fn test_case(case: &CaseReport) -> TestCase {
    let mut status = match (case.skipped, case.ok) {
        (true, _) => TestCaseStatus::skipped(),
        (false, true) => TestCaseStatus::success(),
        (false, false) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if let Some(message) = &case.message {
        status.set_message(message.as_str());
    }
    if !case.failures.is_empty() {
        status.set_description(failures(case));
    }
    let mut made = TestCase::new(&case.name, status);
    made.set_classname(&case.action).set_time(milliseconds(case.time_ms));
    made.extra.insert("file".into(), case.file.as_str().into());
    made.extra.insert("line".into(), case.line.to_string().into());
    made
}

fn failures(case: &CaseReport) -> String {
    let mut text = String::new();
    for failure in &case.failures {
        let path = if failure.path.is_empty() {
            String::new()
        } else {
            format!("{}: ", failure.path)
        };
        let _ = writeln!(text, "{path}{}", failure.message);
        for line in &failure.difference {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

fn milliseconds(amount: f64) -> Duration {
    Duration::try_from_secs_f64(amount / 1000.0).unwrap_or_default()
}

/// The lines that ran, as lcov writes them.
pub fn lcov(coverage: &[FileCoverage]) -> String {
    let mut text = String::new();
    for file in coverage {
        let _ = writeln!(text, "TN:\nSF:{}", file.file);
        for line in &file.lines {
            let _ = writeln!(text, "DA:{},{}", line.line, line.hits);
        }
        let hit = file.lines.iter().filter(|line| line.hits > 0).count();
        let _ = writeln!(text, "LF:{}\nLH:{hit}\nend_of_record", file.lines.len());
    }
    text
}
