//! Tests of [`super`].
// `UPDATE_EXPECT=1` writes every expectation with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use super::*;
use expect_test::{Expect, expect};
use serde_json::json;

fn shown(line: &BodyLine) -> String {
    format!("{}{}", "  ".repeat(line.depth as usize), line.text)
}

fn tree(bodies: &Bodies, summary: &BodySummary) -> String {
    let lines = bodies.lines(&summary.id, BodyView::Tree, 0, 1000).lines;
    lines.iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check_diff(old: serde_json::Value, new: serde_json::Value, expect: Expect) {
    let diff = diff(&old, &new);
    let mut text = format!("+{} -{} ~{}\n", diff.added, diff.removed, diff.changed);
    for line in &diff.lines {
        let mark = match line.mark {
            DiffMark::Same => " ",
            DiffMark::Added => "+",
            DiffMark::Removed => "-",
            DiffMark::Changed => "~",
        };
        text += &[mark, " ", &"  ".repeat(line.depth as usize), &line.text, "\n"].concat();
        if let Some(end) = line.fold_end {
            assert_eq!(diff.lines[end as usize].depth, line.depth);
        }
    }
    expect.assert_eq(&text);
}

#[test]
fn json_becomes_a_tree_with_folds_and_colours() {
    let bodies = Bodies::new();
    let body = r#"{"id":"é","odd key":1.5e3,"none":[ ],"groups":["a",{"x":null}],"o":{}}"#;
    let summary = bodies.open(body, "application/json");
    assert_eq!(
        (summary.kind, summary.raw_lines, summary.complete),
        (BodyKind::Json, 1, true)
    );
    expect![[r#"
        {
          id: "é"
          "odd key": 1.5e3
          none: []
          groups: [  2 items
            "a"
            {
              x: null
            }
          ]
          o: {}
        }"#]]
    .assert_eq(&tree(&bodies, &summary));
    let lines = bodies.lines(&summary.id, BodyView::Tree, 0, 100).lines;
    assert_eq!(
        (lines[0].fold_end, lines[4].fold_end, lines[6].fold_end),
        (Some(11), Some(9), Some(8))
    );
    assert_eq!(lines[1].spans, [0, 2, 7, 2, 3, 9, 4, 7, 3]);
    assert_eq!(bodies.path(&summary.id, 2).as_deref(), Some("$[\"odd key\"]"));
    assert_eq!(bodies.path(&summary.id, 7).as_deref(), Some("$.groups[1].x"));
    assert_eq!(bodies.path(&summary.id, 9).as_deref(), Some("$.groups"));
    assert_eq!(bodies.path(&summary.id, 99), None);
}

#[test]
fn exactly_what_serde_json_accepts_is_json() {
    let texts = [
        "null",
        " [1, -0, 0.5, 1E+2] ",
        "{\"a\":{\"a\":[]}}",
        "\"\\u00e9\\n\"",
        "[1,]",
        "{,}",
        "{\"a\":1,}",
        "[1 2]",
        "01",
        "-",
        "1.",
        "1e",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "\"a",
        "{a:1}",
        "{\"a\" 1}",
        "[}",
        "tru",
        "",
        "[] []",
        "[",
        "{\"a\":",
        "nullx",
        "[[1],[2]",
    ];
    for text in texts {
        let serde = serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert_eq!(tree::read(text.as_bytes()).is_ok(), serde, "{text}");
    }
    assert!(
        tree::read("[".repeat(200_000).as_bytes()).is_err(),
        "depth costs no stack"
    );
}

#[test]
fn broken_json_is_text_with_the_place_of_the_error() {
    let bodies = Bodies::new();
    let summary = bodies.open("{\n  \"é\": tru\n}", "application/json");
    let error = BodyError {
        line: 2,
        column: 8,
        message: "expected a value".into(),
    };
    assert_eq!(
        (summary.kind, summary.raw_lines, summary.tree_lines),
        (BodyKind::Text, 3, 0)
    );
    assert_eq!(summary.error, Some(error));
    assert_eq!(
        bodies.lines(&summary.id, BodyView::Raw, 1, 1).lines[0].text,
        "  \"é\": tru"
    );
}

#[test]
fn each_kind_of_body_is_known_for_what_it_is() {
    let bodies = Bodies::new();
    let kind = |bytes: &'static [u8], content_type| {
        let summary = bodies.open(bytes, content_type);
        (summary.kind, summary.lossy, summary.raw_lines)
    };
    assert_eq!(kind(b"", "application/json"), (BodyKind::Empty, false, 0));
    assert_eq!(kind(b"<a>\r\n</a>\n", "text/html"), (BodyKind::Text, false, 2));
    assert_eq!(kind(b"caf\xE9", "text/plain"), (BodyKind::Text, true, 1));
    assert_eq!(kind(b"{\"a\":\"\xE9\"}", "application/json"), (BodyKind::Text, true, 1));
    assert_eq!(
        kind(b"\x89PNG\x00\x00 0123456789", "image/png"),
        (BodyKind::Binary, false, 2)
    );
    let row = bodies.open(&b"\x89PNG\x00~"[..], "image/png");
    let text = &bodies.lines(&row.id, BodyView::Raw, 0, 9).lines[0].text;
    assert!(
        text.starts_with("00000000  89 50 4e 47 00 7e ") && text.ends_with(" .PNG.~"),
        "{text}"
    );
}

#[test]
fn long_values_are_cut_and_copies_end_at_a_character() {
    let bodies = Bodies::new();
    let summary = bodies.open(format!("[\"{}\"]", "é".repeat(60_000)), "application/json");
    let line = &bodies.lines(&summary.id, BodyView::Tree, 1, 1).lines[0];
    assert!(line.cut && line.text.chars().count() == 10_000);
    assert_eq!(bodies.text(&summary.id, 5).as_deref(), Some("[\"é"));
    bodies.close(&summary.id);
    assert_eq!(bodies.text(&summary.id, 5), None);
}

#[test]
fn a_line_of_any_length_can_be_read_whole_in_rows() {
    let bodies = Bodies::new();
    let members = format!("[{}1]", "{\"name\":\"Zoë\"},".repeat(20_000));
    for (body, ends) in [(members, Some("},")), ("é".repeat(30_000), None)] {
        let summary = bodies.open(body.clone(), "text/plain");
        let rows = bodies.lines(&summary.id, BodyView::Raw, 0, usize::MAX).lines;
        assert!(rows.len() > 20 && rows.iter().all(|row| row.text.len() <= 1_001 && !row.cut));
        assert!(ends.is_none_or(|ends| rows[0].text.ends_with(ends)), "{}", rows[0].text);
        assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<String>(), body);
    }
}

#[test]
fn a_large_body_shows_its_first_lines_at_once_and_the_rest_when_read() {
    let bodies = Bodies::new();
    let body = format!("[{}1]", "{\"id\": \"é\"},\n".repeat(100_000));
    let first = bodies.open(body, "application/json");
    assert!(first.raw_lines > 1000);
    assert_eq!(
        bodies.lines(&first.id, BodyView::Raw, 5, 1).lines[0].text,
        "{\"id\": \"é\"},"
    );
    let summary = loop {
        let summary = bodies.summary(&first.id).unwrap();
        if summary.complete {
            break summary;
        }
        std::thread::yield_now();
    };
    assert_eq!(
        (summary.kind, summary.raw_lines, summary.tree_lines),
        (BodyKind::Json, 100_001, 300_003)
    );
    assert_eq!(bodies.path(&first.id, 299_999).as_deref(), Some("$[99999].id"));
}

#[test]
fn a_difference_shows_what_was_added_removed_and_changed() {
    check_diff(
        json!({ "id": "00u", "department": "Finance", "old": [1], "phone": null }),
        json!({ "id": "00u", "department": "Engineering", "groups": ["Everyone", "Engineering"], "phone": null }),
        expect![[r#"
            +1 -1 ~1
              {
                id: "00u"
            ~   department: "Finance" → "Engineering"
            +   groups: [  2 items
            +     "Everyone"
            +     "Engineering"
            +   ]
                phone: null
            -   old: [  1 item
            -     1
            -   ]
              }
        "#]],
    );
}

#[test]
fn elements_are_matched_by_id_or_by_being_equal() {
    check_diff(
        json!({ "users": [{ "id": 1, "n": "a" }, { "id": 2, "n": "b" }], "tags": ["x", "y", "z"] }),
        json!({ "users": [{ "id": 3, "n": "c" }, { "id": 2, "n": "B" }], "tags": ["y", "z", "w"] }),
        expect![[r#"
            +2 -2 ~1
              {
                users: [  2 items
            -     {
            -       id: 1
            -       n: "a"
            -     }
            +     {
            +       id: 3
            +       n: "c"
            +     }
                  {
                    id: 2
            ~       n: "b" → "B"
                  }
                ]
                tags: [  3 items
            -     "x"
                  "y"
                  "z"
            +     "w"
                ]
              }
        "#]],
    );
}

#[test]
fn equal_values_have_no_difference_and_other_kinds_are_replaced() {
    check_diff(
        json!([1, {}]),
        json!([1, {}]),
        expect![[r#"
        +0 -0 ~0
          [  2 items
            1
            {}
          ]
    "#]],
    );
    check_diff(
        json!({ "a": [1] }),
        json!({ "a": "x" }),
        expect![[r#"
        +0 -0 ~1
          {
        -   a: [  1 item
        -     1
        -   ]
        +   a: "x"
          }
    "#]],
    );
    check_diff(
        json!(1),
        json!([]),
        expect![[r#"
        +0 -0 ~1
        ~ 1 → []
    "#]],
    );
}
