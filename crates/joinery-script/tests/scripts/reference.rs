//! The function reference says what the functions do.

use std::path::Path;

use joinery_script::functions::options;
use joinery_script::reference::{functions, markdown};
use serde_json::Value;

use crate::support::value_of;

#[test]
fn every_function_has_an_example_that_is_true() {
    let functions = functions();
    assert!(functions.len() > 150, "only {} functions", functions.len());
    for function in functions {
        assert!(!function.description.is_empty(), "{} says nothing", function.name);
        assert!(!function.example.is_empty(), "{} has no example", function.name);
        assert_eq!(
            value_of(&function.example),
            Value::Bool(true),
            "{}: {}",
            function.name,
            function.example
        );
    }
}

#[test]
fn the_reference_page_is_up_to_date() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let text = markdown(&functions());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(page.parent().unwrap()).unwrap();
        std::fs::write(&page, &text).unwrap();
    }
    let stands = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        stands == text,
        "docs/reference.md is out of date: run UPDATE_EXPECT=1 cargo test -p joinery-script"
    );
}

#[test]
fn every_options_map_belongs_to_a_function_and_says_what_its_keys_mean() {
    let functions = functions();
    for taken in options::ALL {
        let known = functions
            .iter()
            .any(|function| function.name == taken.function && !function.example.is_empty());
        assert!(known, "{} takes options and is no function", taken.function);
        for (key, meaning) in taken.keys {
            assert!(meaning.ends_with('.'), "{}: `{key}` says nothing", taken.function);
        }
    }
}
