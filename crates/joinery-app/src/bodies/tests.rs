//! Tests of [`super`].
// `UPDATE_EXPECT=1` writes every expectation with hashes.
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

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
    assert_eq!(bodies.path(&summary.id, 2).as_deref(), Some("$['odd key']"));
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
        assert_eq!(json::read::read(text.as_bytes()).is_ok(), serde, "{text}");
    }
    assert!(
        json::read::read("[".repeat(200_000).as_bytes()).is_err(),
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

/// Every line's value, path and brackets as a plain reading of the value gives them.
fn expected(value: &serde_json::Value) -> Vec<(String, u32)> {
    fn go(value: &serde_json::Value, path: &str, depth: u32, to: &mut Vec<(String, u32)>) {
        let before = to.len();
        to.push((path.to_owned(), depth));
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    go(value, &format!("{path}.{key}"), depth + 1, to);
                }
            }
            serde_json::Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    go(value, &format!("{path}[{at}]"), depth + 1, to);
                }
            }
            _ => {}
        }
        if to.len() > before + 1 {
            to.push((path.to_owned(), depth));
        }
    }
    let mut lines = Vec::new();
    go(value, "$", 0, &mut lines);
    lines
}

#[test]
fn every_line_knows_its_path_depth_and_end_however_long_what_is_around_it() {
    let inner: Vec<_> = (0..40)
        .map(|at| json!({ "a": at, "b": [at, [at, [at]], {}], "c": { "d": [] } }))
        .collect();
    let deep = (0..90).fold(json!(1), |value, _| json!([value, { "z": 0 }]));
    let values = [
        json!({ "one": inner, "two": deep, "three": { "four": inner } }),
        json!((0..300).collect::<Vec<_>>()),
        json!([inner, inner, [[inner]], "end"]),
        deep,
    ];
    for value in values {
        for text in [value.to_string(), format!("{value:#}")] {
            let bodies = Bodies::new();
            let summary = bodies.open(text.clone(), "application/json");
            let expected = expected(&value);
            assert_eq!(summary.tree_lines as usize, expected.len());
            let all = bodies.lines(&summary.id, BodyView::Tree, 0, usize::MAX).lines;
            for (number, (path, depth)) in expected.iter().enumerate() {
                assert_eq!(bodies.path(&summary.id, number).as_ref(), Some(path), "line {number}");
                assert_eq!(all[number].depth, *depth, "line {number}");
                // A window gives the same line as the whole.
                let alone = bodies.lines(&summary.id, BodyView::Tree, number, 1).lines;
                assert_eq!(alone, [all[number].clone()], "line {number}");
                if let Some(end) = all[number].fold_end {
                    assert_eq!(expected[end as usize], expected[number], "line {number}");
                }
                let pointed: serde_json::Value =
                    serde_json::from_str(&bodies.value(&summary.id, number, usize::MAX).unwrap()).unwrap();
                let pointer = path.replace('$', "").replace(['.', '['], "/").replace(']', "");
                assert_eq!(value.pointer(&pointer), Some(&pointed), "line {number}");
                let place = bodies.place(&summary.id, number).unwrap();
                assert_eq!(place.crumbs.len(), *depth as usize + 1, "line {number}");
                let opener = place.crumbs.last().unwrap().line as usize;
                assert_eq!(expected[opener].0, *path, "line {number}");
            }
            let pretty = bodies.lines(&summary.id, BodyView::Pretty, 0, usize::MAX).lines;
            let pretty: String = pretty.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&pretty).unwrap(), value);
        }
    }
}

#[test]
fn a_value_is_reached_by_a_path_and_by_a_script() {
    let bodies = Bodies::new();
    let summary = bodies.open(r#"{"profile":{"it's":[0,{"if":1}]}}"#, "application/json");
    let place = bodies.place(&summary.id, 5).unwrap();
    assert_eq!(place.json_path, r"$.profile['it\'s'][1].if");
    assert_eq!(place.script_path, r#"response.body.profile["it's"][1]["if"]"#);
    let labels: Vec<_> = place
        .crumbs
        .iter()
        .map(|crumb| (crumb.label.as_str(), crumb.line))
        .collect();
    assert_eq!(labels, [("$", 0), ("profile", 1), ("it's", 2), ("[1]", 4), ("if", 5)]);
    assert_eq!(bodies.folds(&summary.id, 1), [[1, 8]]);
}

fn find(bodies: &Bodies, id: &str, text: &str, case: bool, regex: bool) -> Result<(u64, u64), FindError> {
    let text = FindText {
        text: text.into(),
        case,
        regex,
    };
    bodies.find(id, &text, &Watch::new(&|_| true))
}

#[test]
fn what_is_found_is_counted_and_shown_in_every_view() {
    let bodies = Bodies::new();
    let summary = bodies.open(r#"{"name":"Zoë Ada","list":["ada",{"ada":1}]}"#, "application/json");
    assert_eq!(find(&bodies, &summary.id, "ada", false, false).unwrap(), (3, 3));
    let place = |view, number| {
        let place = bodies.hit(&summary.id, view, number).unwrap();
        let line = &bodies.lines(&summary.id, view, place.line as usize, 1).lines[0];
        assert!(
            line.hits.chunks(2).any(|hit| hit == [place.start, place.end]),
            "{line:?}"
        );
        let units: Vec<u16> = line.text.encode_utf16().collect();
        (
            place.line,
            String::from_utf16_lossy(&units[place.start as usize..place.end as usize]),
        )
    };
    assert_eq!(place(BodyView::Tree, 0), (1, "Ada".into()));
    assert_eq!(place(BodyView::Tree, 2), (5, "ada".into()));
    assert_eq!(place(BodyView::Pretty, 1), (3, "ada".into()));
    assert_eq!(place(BodyView::Raw, 2), (0, "ada".into()));
    assert_eq!(place(BodyView::Hex, 0), (0, "41 64".into()));
    assert_eq!(find(&bodies, &summary.id, "Ada", true, false).unwrap().0, 1);
    assert_eq!(find(&bodies, &summary.id, r"a.a\b", false, true).unwrap().0, 3);
    let error = find(&bodies, &summary.id, "a(", false, true).unwrap_err();
    assert_eq!(error.to_string(), "this is no regular expression: unclosed group");
    bodies.forget_found(&summary.id);
    assert!(
        bodies
            .lines(&summary.id, BodyView::Tree, 0, 9)
            .lines
            .iter()
            .all(|line| line.hits.is_empty())
    );
}

#[test]
fn json_is_found_as_it_is_laid_out_and_as_it_came() {
    let bodies = Bodies::new();
    let close = bodies.open(
        r#"{"id":7,"note":"id: 7","ids" : [7],"at":"12:30"}"#,
        "application/json",
    );
    let count = |text| find(&bodies, &close.id, text, false, false).unwrap().0;
    assert_eq!(count(r#""id": 7"#), 1);
    assert_eq!(count(r#""id":7"#), 1);
    assert_eq!(count("id: 7"), 2);
    assert_eq!(count(r#""ids": ["#), 1);
    assert_eq!(count("12:30"), 1);
    // The hits are those of the last search.
    let place = bodies.hit(&close.id, BodyView::Pretty, 0).unwrap();
    assert_eq!(place.line, 6);
    let text = bodies.open("a:b and a: b", "text/plain");
    assert_eq!(find(&bodies, &text.id, "a: b", false, false).unwrap().0, 1);
}

#[test]
fn a_search_goes_on_across_strides_and_stops_when_it_is_given_up() {
    let mut text = "x".repeat(9 << 20);
    for at in [0, (4 << 20) - 3, (4 << 20) + 1000, (9 << 20) - 6] {
        text.replace_range(at..at + 6, "needle");
    }
    let bodies = Bodies::new();
    let summary = bodies.open(text, "text/plain");
    assert_eq!(find(&bodies, &summary.id, "NEEDLE", false, false).unwrap(), (4, 4));
    let wanted = FindText {
        text: "x".into(),
        case: true,
        regex: false,
    };
    let stopped = bodies.find(&summary.id, &wanted, &Watch::new(&|share| share < 0.3));
    assert!(matches!(stopped, Err(FindError::Stopped(_))));
}

#[test]
fn xml_and_html_are_indented_anew_with_what_they_hold() {
    let bodies = Bodies::new();
    let pretty = |text: &'static str, content_type| {
        let summary = bodies.open(text, content_type);
        let lines = bodies.lines(&summary.id, BodyView::Pretty, 0, 99).lines;
        lines.iter().map(shown).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        <?xml version="1.0"?>
        <!-- who -->
        <users total="2">
          <user id="1>0">
            <name>Ada &amp; co</name>
            <none/>
            <empty></empty>
          </user>
          text
        </users>"#]]
    .assert_eq(&pretty(
        r#"<?xml version="1.0"?><!-- who --><users total="2"><user id="1>0"><name>Ada &amp; co</name><none/><empty></empty></user>text</users>"#,
        "application/xml",
    ));
    expect![[r#"
        <!DOCTYPE html>
        <html>
          <body>
            <p>
              one
              <br>
              two
              <script>if (a < b) { c() }</script>
              <li>x</LI>
          </body>
        </html>"#]]
    .assert_eq(&pretty(
        "<!DOCTYPE html><html><body><p>one<br>two<script>if (a < b) { c() }</script><li>x</LI></body></html>",
        "text/html",
    ));
}

#[test]
fn records_become_a_table_with_the_columns_of_all_and_can_be_sorted() {
    let bodies = Bodies::new();
    let summary = bodies.open(
        r#"{"total":3,"users":[{"id":10,"name":"b"},{"id":9,"profile":{"x":1}},{"name":"A\tz"}]}"#,
        "application/json",
    );
    assert!(summary.has_table);
    let watch = Watch::new(&|_| true);
    let table = bodies.table(&summary.id, &watch).unwrap().unwrap();
    assert_eq!((table.columns.join(","), table.rows), ("id,name,profile".to_owned(), 3));
    let rows = || {
        let rows = bodies.rows(&summary.id, 0, 9).rows;
        let text = |row: &Vec<TableCell>| row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("|");
        rows.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(rows(), ["10|b|", "9||{\"x\":1}", "|A z|"]);
    let by = |column, descending| Some(TableOrder { column, descending });
    bodies.sort(&summary.id, by(0, false), &watch).unwrap();
    assert_eq!(rows(), ["9||{\"x\":1}", "10|b|", "|A z|"]);
    bodies.sort(&summary.id, by(1, true), &watch).unwrap();
    assert_eq!(rows()[0], "10|b|");
    bodies.sort(&summary.id, None, &watch).unwrap();
    assert_eq!(rows()[0], "10|b|");
    let csv = bodies.open("id;name\n1;\"a;b\"\n2;c\n", "text/csv");
    assert_eq!(bodies.table(&csv.id, &watch).unwrap().unwrap().rows, 2);
    assert_eq!(bodies.rows(&csv.id, 0, 1).rows[0][1].text, "a;b");
}

#[test]
fn large_bodies_are_compared_by_lines() {
    let bodies = Bodies::new();
    let list = |from: u32, mid: &str| {
        let items: Vec<_> = (from..90_000)
            .map(|at| json!({ "id": at, "name": if at == 50_000 { mid } else { "x" }, "more": "some text" }))
            .collect();
        bodies.open(json!(items).to_string(), "application/json").id
    };
    let (old, new) = (list(0, "before"), list(1, "after"));
    for id in [&old, &new] {
        while !bodies.summary(id).unwrap().complete {
            std::thread::yield_now();
        }
    }
    let diff = bodies
        .compare(&old, &new, &[], &Watch::new(&|_| true))
        .unwrap()
        .unwrap();
    assert_eq!((diff.added, diff.removed, diff.changes.len()), (1, 6, 3));
    let lines = bodies.compared(&diff.id, diff.changes[1] as usize - 1, 3).lines;
    let texts: Vec<_> = lines.iter().map(|line| (line.mark, line.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (DiffMark::Same, "id: 50000"),
            (DiffMark::Removed, "name: \"before\""),
            (DiffMark::Added, "name: \"after\"")
        ]
    );
}

#[test]
fn text_in_another_charset_is_read_and_its_bytes_stay() {
    let bodies = Bodies::new();
    let latin = bodies.open(b"{\"name\":\"Zo\xEB\"}", "application/json; charset=iso-8859-1");
    assert_eq!((latin.kind, latin.lossy, latin.size), (BodyKind::Json, false, 14));
    assert_eq!(tree(&bodies, &latin), "{\n  name: \"Zoë\"\n}");
    assert_eq!(bodies.text(&latin.id, 100).unwrap(), "{\"name\":\"Zoë\"}");
    let hex = bodies.lines(&latin.id, BodyView::Hex, 0, 9).lines;
    assert!(hex[0].text.contains("5a 6f eb 22"), "{}", hex[0].text);
    assert_eq!(bodies.bytes(&latin.id, 100).unwrap()[11], 0xEB);

    let found = |view| {
        let find = FindText {
            text: "ë".into(),
            case: true,
            regex: false,
        };
        assert_eq!(bodies.find(&latin.id, &find, &Watch::new(&|_| true)).unwrap(), (1, 1));
        bodies.hit(&latin.id, view, 0).map(|place| place.line)
    };
    assert_eq!((found(BodyView::Tree), found(BodyView::Hex)), (Some(1), None));

    let wide = bodies.open(b"\xFF\xFEZ\0\xAC\x20", "text/plain");
    let raw = bodies.lines(&wide.id, BodyView::Raw, 0, 9).lines;
    assert_eq!((raw[0].text.as_str(), wide.hex_lines), ("Z€", 1));
}

#[test]
fn a_byte_order_mark_does_not_make_json_of_another_kind() {
    let bodies = Bodies::new();
    let body = bodies.open(b"\xEF\xBB\xBF{\"a\":1}", "application/json");
    assert_eq!((body.kind, body.error.clone()), (BodyKind::Json, None));
    assert_eq!(tree(&bodies, &body), "{\n  a: 1\n}");
}

#[test]
fn a_large_body_in_another_charset_is_read_to_its_end() {
    let bodies = Bodies::new();
    let latin = b"Zo\xEB\n".repeat(400_000);
    let body = bodies.open(latin, "text/plain; charset=latin1");
    let whole = loop {
        let known = bodies.summary(&body.id).unwrap();
        if known.complete {
            break known;
        }
        std::thread::yield_now();
    };
    assert_eq!(
        (whole.raw_lines, whole.hex_lines, whole.size),
        (400_000, 100_000, 1_600_000)
    );
    assert_eq!(bodies.lines(&body.id, BodyView::Raw, 399_999, 1).lines[0].text, "Zoë");
}

#[test]
fn lines_of_json_are_text_without_a_complaint() {
    let bodies = Bodies::new();
    let body = bodies.open("{\"a\":1}\n{\"a\":2}\n", "application/x-ndjson");
    assert_eq!(
        (body.kind, body.error.clone(), body.raw_lines),
        (BodyKind::Text, None, 2)
    );
}

#[test]
fn what_is_ignored_counts_as_the_same() {
    let old = json!({"when": 1, "users": [{"id": "a", "odd key": 1}, {"id": "b"}], "gone": true});
    let new = json!({"when": 2, "users": [{"id": "a", "odd key": 2}, {"id": "b", "odd key": 3}]});
    let paths = |ignored: &[&str]| {
        let ignored: Vec<String> = ignored.iter().map(|&path| path.to_owned()).collect();
        let found = diff::diff_without(&old, &new, &ignored);
        let paths: Vec<String> = found.lines.into_iter().filter_map(|line| line.path).collect();
        (paths, found.added, found.removed, found.changed)
    };
    let all = ["$.when", "$.users[*]['odd key']", "$.users[*]['odd key']", "$.gone"].map(str::to_owned);
    assert_eq!(paths(&[]), (all.to_vec(), 1, 1, 2));
    assert_eq!(paths(&["$.when", "$.gone"]), (all[1..3].to_vec(), 1, 0, 1));
    assert_eq!(paths(&["$.users"]), (vec![all[0].clone(), all[3].clone()], 0, 1, 1));
    assert_eq!(paths(&["$.when", "$.gone", "$.users[*]['odd key']"]), (vec![], 0, 0, 0));
}
