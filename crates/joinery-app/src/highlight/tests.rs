//! Tests of [`super`]: colours shown as `text:class`.
// `UPDATE_EXPECT=1` writes every expectation with hashes.
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use super::*;
use expect_test::{Expect, expect};

fn shown(text: &str, spans: &[Span]) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let piece = |span: &Span| {
        let text = String::from_utf16(&units[span.start as usize..span.end as usize]).unwrap();
        format!("{}:{:?}", text.trim(), span.class)
    };
    spans.iter().map(piece).collect::<Vec<_>>().join("  ")
}

#[track_caller]
fn check(language: &str, text: &str, expect: Expect) {
    let lines: Vec<_> = text
        .lines()
        .zip(lines_of(language, text))
        .map(|(line, spans)| shown(line, &spans))
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn rhai_functions_calls_properties_and_constants_have_their_colours() {
    check(
        "rhai",
        "//! Get user\nimport \"methods/paginate\" as paging;\nfn execute(connection, input) {\n  let n = 0x1F + 1_000.5e3;\n  if input.ok && !true { return paging::items(MAX, 0..10); }\n  user.groups.map(|group, i| group.profile?.name) || a | b\n}",
        expect![[r#"
            //! Get user:Comment
            import:Keyword  "methods/paginate":String  as:Keyword  paging:Variable  ;:Operator
            fn:Keyword  execute:Function  (:Operator  connection:Param  ,:Operator  input:Param  ):Operator  {:Operator
            let:Keyword  n:Variable  =:Operator  0x1F:Number  +:Operator  1_000.5e3:Number  ;:Operator
            if:Keyword  input:Param  .:Operator  ok:Property  &&:Operator  !:Operator  true:Constant  {:Operator  return:Keyword  paging:Variable  :::Operator  items:Function  (:Operator  MAX:Constant  ,:Operator  0:Number  ..:Operator  10:Number  );:Operator  }:Operator
            user:Variable  .:Operator  groups:Property  .:Operator  map:Function  (|:Operator  group:Param  ,:Operator  i:Param  |:Operator  group:Variable  .:Operator  profile:Property  ?.:Operator  name:Property  ):Operator  ||:Operator  a:Variable  |:Operator  b:Variable
            }:Operator"#]],
    );
}

#[test]
fn rhai_strings_interpolate_and_nest() {
    check(
        "rhai",
        "let a = `/users/${f(`x${#{ k: \"}\" }}y`)}/z`;\n\"say \\\"hi\\\"\" + 'c' + 1\n`two\nlines ${1}`; let\n#{ default: 1, \"quoted key\": x }",
        expect![[r#"
            let:Keyword  a:Variable  =:Operator  `/users/:String  ${:Interp  f:Function  (:Operator  `x:String  ${:Interp  #{:Operator  k:Property  ::Operator  "}":String  }:Operator  }:Interp  y`:String  ):Operator  }:Interp  /z`:String  ;:Operator
            "say:String  \":Interp  hi:String  \":Interp  ":String  +:Operator  'c':String  +:Operator  1:Number
            `two:String
            lines:String  ${:Interp  1:Number  }:Interp  `:String  ;:Operator  let:Keyword
            #{:Operator  default:Property  ::Operator  1:Number  ,:Operator  "quoted key":Property  ::Operator  x:Variable  }:Operator"#]],
    );
}

#[test]
fn rhai_block_comments_nest() {
    check(
        "rhai",
        "a /* one /* two */ still\n*/ let",
        expect![[r#"
        a:Variable  /* one /* two */ still:Comment
        */:Comment  let:Keyword"#]],
    );
}

#[test]
fn closures_are_told_from_the_or_operator() {
    check(
        "rhai",
        "x.filter(|g| g > 1 | 2);\nlet f = || 5;\nreturn |x| x;\na || b",
        expect![[r#"
            x:Variable  .:Operator  filter:Function  (|:Operator  g:Param  |:Operator  g:Variable  >:Operator  1:Number  |:Operator  2:Number  );:Operator
            let:Keyword  f:Variable  = ||:Operator  5:Number  ;:Operator
            return:Keyword  |:Operator  x:Param  |:Operator  x:Variable  ;:Operator
            a:Variable  ||:Operator  b:Variable"#]],
    );
}

#[test]
fn json_toml_and_markdown_have_their_colours() {
    check(
        "json",
        r#"{ "id": "a\n", "n": [-1.5e3, null] }"#,
        expect![[
            r#"{:Operator  "id":Property  ::Operator  "a:String  \n:Interp  ":String  ,:Operator  "n":Property  ::Operator  [:Operator  -1.5e3:Number  ,:Operator  null:Constant  ]:Operator  }:Operator"#
        ]],
    );
    check(
        "toml",
        "[[auth]] # kinds\nid = \"token\"\nretry.max = 3\nat = 2026-11-24T10:00:00Z\nx = { a = true }",
        expect![[r#"
            [[:Operator  auth:Keyword  ]]:Operator  # kinds:Comment
            id:Property  =:Operator  "token":String
            retry:Property  .:Operator  max:Property  =:Operator  3:Number
            at:Property  =:Operator  2026-11-24T10:00:00Z:Number
            x:Property  =:Operator  {:Operator  a:Property  =:Operator  true:Constant  }:Operator"#]],
    );
    check(
        "md",
        "# Title\nRun `x` and [read](https://a.example).\n```\ncode\n```\n- item",
        expect![[r#"
            # Title:Keyword
            `x`:String  [:Operator  read:Function  ](:Operator  https://a.example:String  ):Operator
            ```:Operator
            code:String
            ```:Operator
            -:Operator"#]],
    );
}

#[test]
fn spans_count_in_utf16_units() {
    let line = "let s = \"é😀\"; // ü";
    assert_eq!(
        shown(line, &lines_of("rhai", line)[0]),
        "let:Keyword  s:Variable  =:Operator  \"é😀\":String  ;:Operator  // ü:Comment"
    );
    assert_eq!(flat(&lines_of("rhai", "let")[0]), [0, 3, 1]);
}

#[test]
fn an_unknown_language_and_a_very_long_line_stay_uncoloured() {
    assert_eq!(lines_of("exe", "let a"), [vec![]]);
    let text = format!("let a = \"{}\";\nlet", "x".repeat(20_000));
    let lines = lines_of("rhai", &text);
    assert!(lines[0].is_empty() && lines[1].len() == 1);
}

fn two_thousand_lines() -> String {
    (0..500)
        .map(|n| format!("fn f{n}(a) {{\n  let x = `v${{a.b}}`;\n  g(x, {n})\n}}\n"))
        .collect::<Vec<_>>()
        .concat()
}

#[test]
fn an_edit_reads_only_the_lines_it_changes() {
    let mut document = Document::new(Grammar::of("rhai"), &two_thousand_lines());
    assert_eq!(document.bring_up_to(100), 100, "only what is asked for is read");
    document.bring_up_to(usize::MAX);
    document.edit(1001, 1, vec!["  let y = 1;".into(), "  let z = 2;".into()]);
    assert_eq!(document.bring_up_to(usize::MAX), 2);
    document.edit(1001, 2, vec!["  let x = `v${a.b}`;".into()]);
    document.edit(1501, 0, vec!["// one".into()]);
    assert_eq!(document.bring_up_to(usize::MAX), 2, "two edits, one line each");
}

#[test]
fn opening_and_closing_a_comment_recolours_what_it_covers() {
    let highlighter = Highlighter::new();
    highlighter.open("a", "rhai", &two_thousand_lines());
    let before = highlighter.lines("a", 0, 3_000);
    highlighter.edit("a", 1000, 0, vec!["/*".into()]);
    let spans = &highlighter.lines("a", 1500, 1)[0];
    assert!(spans.iter().all(|span| span.class == TokenClass::Comment), "{spans:?}");
    highlighter.edit("a", 1000, 1, vec![]);
    assert!(highlighter.lines("a", 0, 3_000) == before);
    highlighter.close("a");
    assert_eq!(highlighter.lines("a", 0, 10), Vec::<Vec<Span>>::new());
}

#[test]
fn any_sequence_of_edits_ends_as_a_fresh_reading_of_the_text() {
    let mut lines: Vec<String> = two_thousand_lines().lines().take(60).map(Into::into).collect();
    let highlighter = Highlighter::new();
    highlighter.open("a", "rhai", &lines.join("\n"));
    let pieces = ["/*", "*/", "`", "fn x(", "}", "let a = \"", "// c"];
    for step in 0..200_usize {
        let from = step * 37 % lines.len();
        let removed = step % 3;
        let to = (from + removed).min(lines.len());
        let inserted: Vec<String> = (0..(step + 1) % 3)
            .map(|n| pieces[(step * 5 + n) % pieces.len()].into())
            .collect();
        lines.splice(from..to, inserted.clone());
        highlighter.edit("a", from, removed, inserted);
        if step % 4 == 0 {
            highlighter.lines("a", step % 50, 5);
        }
        assert!(
            highlighter.lines("a", 0, 500) == lines_of("rhai", &lines.join("\n")),
            "after step {step}"
        );
    }
}
