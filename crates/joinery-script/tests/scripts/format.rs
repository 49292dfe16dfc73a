//! Layout: what it changes, what it leaves, and that it never changes what a script means.

use crate::support::workers;
use expect_test::{Expect, expect};

#[track_caller]
fn lays_out(text: &str, expected: Expect) {
    let once = workers().layout("a.rhai", text).unwrap();
    expected.assert_eq(&once);
    let twice = workers().layout("a.rhai", &once).unwrap();
    assert_eq!(twice, once, "a second time changes nothing");
}

#[test]
fn the_samples_are_laid_out_already() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples");
    let mut found = 0;
    let mut folders = vec![std::path::PathBuf::from(samples)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rhai") {
                let text = std::fs::read_to_string(&path).unwrap();
                let formatted = workers().layout(&path.display().to_string(), &text).unwrap();
                assert_eq!(formatted, text, "{}", path.display());
                found += 1;
            }
        }
    }
    assert!(found > 8);
}

#[test]
fn blanks_indentation_and_empty_lines_are_put_right() {
    lays_out(
        "\n\nimport   \"a\"  as b ;\nfn  f ( x,y ){\nlet a=#{b:1,c :[1,2 ,3]};\n\n\n\nif !x&&-y<3{a.b=( x+y )*2}else{ return }\n  for i in 0 .. 5{ print( `n${ i }` ) ;}\n}\n",
        expect![[r#"
            import "a" as b;
            fn f(x, y) {
                let a = #{ b: 1, c: [1, 2, 3] };

                if !x && -y < 3 { a.b = (x + y) * 2 } else { return }
                for i in 0..5 { print(`n${ i }`); }
            }
        "#]],
    );
}

#[test]
fn lists_that_span_lines_end_with_a_comma_and_others_do_not() {
    lays_out(
        "fn f() {\n[\n1, 2,\n3\n].len();\nlet a = [1, 2,];\ng(a,);\nfield(\"x\", #{\nlabel: \"X\", hint: \"Y\" });\ng(\n1,\n2)\n}\nfn g(a) { a }\nfn g(a, b) { b }\n",
        expect![[r#"
            fn f() {
                [
                    1, 2,
                    3,
                ].len();
                let a = [1, 2];
                g(a);
                field("x", #{
                    label: "X", hint: "Y",
                });
                g(
                    1,
                    2,
                )
            }
            fn g(a) { a }
            fn g(a, b) { b }
        "#]],
    );
}

#[test]
fn comments_stay_where_they_are() {
    lays_out(
        "//! Title\n\n\n// one\nfn f() { // two\n// three\nlet a = 1; // four\n\n/* five */ let b = /* six */ 2;\nlet c = [ // seven\n1, // eight\n2 // nine\n// ten\n];\na + // eleven\nb\n// twelve\n}\n// thirteen",
        expect![[r#"
            //! Title

            // one
            fn f() {    // two
                // three
                let a = 1;    // four

                /* five */ let b = /* six */ 2;
                let c = [    // seven
                    1,    // eight
                    2,    // nine
                    // ten
                ];
                a +    // eleven
                    b
                // twelve
            }
            // thirteen
        "#]],
    );
}

#[test]
fn chains_and_long_conditions_hang_one_step_in() {
    lays_out(
        "fn f(a) {\nlet r = http.request(\"GET\", \"/x\")\n.query(#{\na: 1,\n})\n.send();\nif a == 1\n|| a == 2 {\nr\n}\nelse if a == 3 { 4 }\nelse\n{\n5\n}\n}\n",
        expect![[r#"
            fn f(a) {
                let r = http.request("GET", "/x")
                    .query(#{
                        a: 1,
                    })
                    .send();
                if a == 1
                    || a == 2 {
                    r
                } else if a == 3 { 4 } else {
                    5
                }
            }
        "#]],
    );
}

#[test]
fn statements_have_lines_of_their_own() {
    lays_out(
        "fn f(a) { let b = 1; let c = 2;\nif a { 1 } else { 2 } if b == 1 { 3 }\ntry { a() } catch (e) { throw e }\nloop { break } do { a } while b == 2; switch a { 1 => 2, 3 => { 4 }\n_ => 5 }\nlet g = |x| x + 1; let h = || { a };\n}\n",
        expect![[r#"
            fn f(a) {
                let b = 1;
                let c = 2;
                if a { 1 } else { 2 }
                if b == 1 { 3 }
                try { a() } catch (e) { throw e }
                loop { break }
                do { a } while b == 2;
                switch a {
                    1 => 2,
                    3 => { 4 }
                    _ => 5,
                }
                let g = |x| x + 1;
                let h = || { a };
            }
        "#]],
    );
}

#[test]
fn lines_that_are_too_long_are_spread() {
    let long = "fn f(a) { field(\"search\", #{ label: \"A long label for this field\", hint: \"A long hint that goes on and on\", required: true, default: 1 }) }";
    lays_out(
        long,
        expect![[r#"
        fn f(a) {
            field("search", #{
                label: "A long label for this field",
                hint: "A long hint that goes on and on",
                required: true,
                default: 1,
            })
        }
    "#]],
    );
    let nested = format!(
        "fn f(a) {{ let x = [{}]; x }}",
        ["#{ id: 12345, name: \"somebody\" }"; 5].join(", ")
    );
    lays_out(
        &nested,
        expect![[r#"
        fn f(a) {
            let x = [
                #{ id: 12345, name: "somebody" },
                #{ id: 12345, name: "somebody" },
                #{ id: 12345, name: "somebody" },
                #{ id: 12345, name: "somebody" },
                #{ id: 12345, name: "somebody" },
            ];
            x
        }
    "#]],
    );
}

#[test]
fn a_script_that_does_not_compile_is_told_with_its_place() {
    let error = workers().layout("a.rhai", "fn f( {").unwrap_err();
    assert_eq!((error.code.as_str(), error.line), ("syntax", 1));
}
