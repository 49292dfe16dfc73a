//! The list of template functions in `docs/sending.md` is the one of the engine.

use std::{fmt::Write as _, fs, path::Path};

use joinery_app::variables::FUNCTIONS;

const BEGIN: &str = "<!-- functions: begin -->\n";
const END: &str = "<!-- functions: end -->";

/// `UPDATE_EXPECT=1` writes it.
#[test]
fn the_documented_functions_are_those_that_there_are() {
    let mut list = String::from("| Call | What it gives |\n|---|---|\n");
    for function in FUNCTIONS {
        let _ = writeln!(list, "| `{}` | {} |", function.signature, function.meaning);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sending.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{list}{END}{after}");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert!(
        text == wanted,
        "docs/sending.md differs: UPDATE_EXPECT=1 writes its list of functions"
    );
}
