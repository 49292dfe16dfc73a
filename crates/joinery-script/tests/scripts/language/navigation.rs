//! Going to where a name is declared, renaming it, and the outline of a script.

use super::*;

#[track_caller]
fn defined(script: &str, expected: &str) {
    let found = look(script, |view, byte| {
        references::definition(view, byte).map(|found| {
            let text = view.file(&found.file).filter(|_| found.file != view.path);
            let text = text.as_deref().unwrap_or(view.text()).to_owned();
            format!("{} {}", found.file, found.span.of(&text))
        })
    });
    assert_eq!(found.unwrap_or_default().trim(), expected);
}

#[test]
fn definitions_are_found_across_files() {
    defined(&action("helper(user)", "helper(us$0er)"), "actions/get_user.rhai user");
    defined(
        &action("helper(user)", "hel$0per(user)"),
        "actions/get_user.rhai helper",
    );
    defined(&action("paging::all", "paging::al$0l"), "methods/paging.rhai all");
    defined(&action("paging::all", "pag$0ing::all"), "methods/paging.rhai");
    defined(&action("schema(\"user\")", "schema(\"us$0er\")"), "schemas/user.json");
    defined(&action("input.user)", "input.u$0ser)"), "actions/get_user.rhai user");
    defined(&action("item.id", "ite$0m.id"), "actions/get_user.rhai item");
}

#[test]
fn renaming_reaches_every_file_and_nothing_else() {
    let shown = |script: &str, name: &str| {
        look(script, |view, byte| match references::rename(view, byte, name) {
            Ok(places) => {
                let files: std::collections::BTreeMap<String, usize> =
                    places
                        .into_iter()
                        .fold(std::collections::BTreeMap::new(), |mut files, place| {
                            *files.entry(place.file).or_default() += 1;
                            files
                        });
                format!("{files:?}")
            }
            Err(error) => error.to_string(),
        })
    };
    assert_eq!(
        shown(&action("paging::all", "paging::al$0l"), "every"),
        r#"{"actions/get_user.rhai": 1, "methods/paging.rhai": 2}"#
    );
    assert_eq!(
        shown(&action("input.user)", "input.u$0ser)"), "person"),
        r#"{"actions/get_user.rhai": 3}"#
    );
    assert_eq!(
        shown(&action("helper(user)", "helper(use$0r)"), "person"),
        r#"{"actions/get_user.rhai": 4}"#
    );
    assert_eq!(
        shown(&action("fn execute", "fn exec$0ute"), "x"),
        "Joinery calls `execute` by this name"
    );
    assert_eq!(
        shown(&action("helper(user)", "helper(use$0r)"), "groups"),
        "there is a `groups` here already"
    );
    assert_eq!(
        shown(&action("helper(user)", "helper(use$0r)"), "if"),
        "`if` cannot be a name: use letters, digits and _, and no word of the language"
    );
    assert_eq!(shown("$0// nothing", "x"), "there is no name here that can be changed");
}

#[test]
fn shadowed_names_are_told_apart() {
    let script = "fn f(a) { let x = a; if a { let x = 2; x } else { $0x } }";
    let places = look(script, |view, byte| {
        references::in_file(view, byte)
            .into_iter()
            .map(|(span, _)| span.start)
            .collect::<Vec<_>>()
    });
    assert_eq!(places, [14, 50]);
}

#[test]
fn the_outline_folds_and_classes_follow_the_text() {
    look(&format!("$0{ACTION}"), |view, _| {
        let names: Vec<String> = outline::outline(view)
            .iter()
            .map(|entry| format!("{}{} {}", entry.name, entry.detail, entry.children.len()))
            .collect();
        assert_eq!(
            names,
            [
                "paging 0",
                "input_fields(connection, config) 2",
                "execute(connection, input) 0",
                "helper(value) 0",
                "output_fields(connection, config) 0"
            ]
        );
        let folds: Vec<(usize, usize)> = folding::folds(&view.code)
            .iter()
            .map(|fold| (fold.first, fold.last))
            .collect();
        assert_eq!(folds, [(4, 8), (5, 7), (11, 18), (14, 15)]);
        let tokens = semantic::tokens(view);
        let class = |word: &str| {
            tokens
                .iter()
                .find(|token| token.span.of(view.text()) == word)
                .map(|token| token.class)
        };
        assert_eq!(class("paging"), Some(semantic::Class::Namespace));
        assert_eq!(class("input"), Some(semantic::Class::Parameter));
        assert_eq!(class("map"), Some(semantic::Class::Method));
        assert!(
            tokens.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start),
            "none overlap"
        );
    });
}

#[test]
fn no_text_is_too_broken_to_be_asked_about() {
    let mut texts: Vec<String> = (0..ACTION.len())
        .step_by(7)
        .filter(|at| ACTION.is_char_boundary(*at))
        .flat_map(|at| [ACTION[..at].to_owned(), ACTION[at..].to_owned()])
        .collect();
    texts.extend([
        "{".repeat(50_000),
        "[".repeat(50_000),
        "|".repeat(5_000),
        "`${".repeat(5_000),
        "a.".repeat(20_000),
    ]);
    texts.extend([
        "fn".to_owned(),
        "let".to_owned(),
        "import \"".to_owned(),
        "\"\u{1f600}".to_owned(),
        "#".to_owned(),
    ]);
    let connector = files();
    for text in texts {
        let view = View::of(
            Scripts::shared(),
            Some(&connector),
            "actions/get_user.rhai",
            &text,
            None,
        );
        for byte in [0, text.len() / 2, text.len()] {
            if !text.is_char_boundary(byte) {
                continue;
            }
            let _ = complete::complete(&view, byte);
            let _ = hover::hover(&view, byte);
            let _ = signature::signature(&view, byte);
            let _ = references::references(&view, byte, true);
        }
        let _ = (
            outline::outline(&view),
            folding::folds(&Code::of(&text)),
            semantic::tokens(&view),
        );
    }
}
