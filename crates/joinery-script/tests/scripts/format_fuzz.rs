//! A thousand scripts made from a grammar, with blanks, line ends and comments thrown in anywhere: laid out, each means
//! what it meant, and laying it out again changes nothing. The seed is fixed, so a failure comes back.

use crate::support::workers;

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }
}

/// A script as pieces that only blanks and comments may come between.
struct Script {
    dice: Dice,
    pieces: Vec<String>,
}

impl Script {
    fn put(&mut self, pieces: &[&str]) {
        self.pieces.extend(pieces.iter().map(|piece| (*piece).to_owned()));
    }

    fn list(&mut self, open: &str, close: &str, most: usize, mut item: impl FnMut(&mut Self, usize)) {
        self.put(&[open]);
        let count = self.dice.roll(most + 1);
        for index in 0..count {
            item(self, index);
            if index + 1 < count || self.dice.roll(3) == 0 {
                self.put(&[","]);
            }
        }
        self.put(&[close]);
    }

    fn block(&mut self, depth: usize) {
        self.put(&["{"]);
        for _ in 0..self.dice.roll(4) {
            self.statement(depth);
        }
        if self.dice.roll(2) == 0 {
            self.expression(depth);
        }
        self.put(&["}"]);
    }

    fn statement(&mut self, depth: usize) {
        let kind = if depth == 0 {
            self.dice.roll(3)
        } else {
            self.dice.roll(12)
        };
        let below = depth.saturating_sub(1);
        match kind {
            0 | 3 => {
                self.put(&["let", "a", "="]);
                self.expression(depth);
                self.put(&[";"]);
            }
            1 | 4 => {
                let operator = self.dice.pick(&["=", "+=", "-=", "*="]);
                self.put(&["a", ".", "b", operator]);
                self.expression(depth);
                self.put(&[";"]);
            }
            2 => {
                self.call(below);
                self.put(&[";"]);
            }
            5 => {
                self.put(&["if"]);
                self.condition(below);
                self.block(below);
                if self.dice.roll(2) == 0 {
                    self.put(&["else"]);
                    if self.dice.roll(3) == 0 {
                        self.put(&["if"]);
                        self.condition(below);
                    }
                    self.block(below);
                }
            }
            6 => {
                let pair = self.dice.roll(2) == 0;
                self.put(if pair {
                    &["for", "(", "a", ",", "b", ")", "in"]
                } else {
                    &["for", "a", "in"]
                });
                self.condition(below);
                self.block(below);
            }
            7 => {
                self.put(&["while"]);
                self.condition(below);
                self.block(below);
            }
            8 => {
                self.put(&["do"]);
                self.block(below);
                let word = self.dice.pick(&["while", "until"]);
                self.put(&[word]);
                self.condition(below);
                self.put(&[";"]);
            }
            9 => {
                self.put(&["try"]);
                self.block(below);
                self.put(&["catch", "(", "b", ")"]);
                self.block(below);
            }
            10 => {
                self.put(&["switch"]);
                self.condition(below);
                self.list("{", "}", 3, |script, index| {
                    script.put(&[&index.to_string(), "=>"]);
                    if script.dice.roll(2) == 0 {
                        script.block(below);
                    } else {
                        script.expression(below);
                    }
                });
            }
            _ => {
                self.put(&["return"]);
                self.expression(depth);
                self.put(&[";"]);
            }
        }
    }

    /// An expression that a block may follow.
    fn condition(&mut self, depth: usize) {
        self.put(&["("]);
        self.expression(depth);
        self.put(&[")"]);
    }

    fn call(&mut self, depth: usize) {
        let name = self.dice.pick(&["foo", "bar", "http.get"]);
        self.put(&[name]);
        self.list("(", ")", 4, |script, _| script.expression(depth));
    }

    fn expression(&mut self, depth: usize) {
        let below = depth.saturating_sub(1);
        let kinds = if depth == 0 { 7 } else { 15 };
        match self.dice.roll(kinds) {
            0 => self.put(&["a"]),
            1 => {
                let number = self.dice.pick(&["0", "42", "1.5", "0xff", "1_000", "2e3"]);
                self.put(&[number]);
            }
            2 => {
                let text = self.dice.pick(&[
                    r#""plain""#,
                    r#""with // no \" comment""#,
                    r#""a very long text that makes the lines it stands on longer than any line may be""#,
                    "`plain {`",
                    "`two\n   lines`",
                    "#\"raw \" text\"#",
                ]);
                self.put(&[text]);
            }
            3 => {
                let text = self
                    .dice
                    .pick(&["`a${b}c`", "`${ b  +1 }`", "`x${ #{ a:`${b}` }.a }`", "`l\n${b}\n  m`"]);
                self.put(&[text]);
            }
            4 => self.put(&["true"]),
            5 => self.put(&["()"]),
            6 => self.put(&["'c'"]),
            7 => {
                self.expression(below);
                let operator = self
                    .dice
                    .pick(&["+", "-", "*", "==", "&&", "||", "??", "<", "in", "|", "<<"]);
                self.put(&[operator]);
                self.expression(below);
            }
            8 => {
                let operator = self.dice.pick(&["-", "!", "+"]);
                self.put(&[operator, "("]);
                self.expression(below);
                self.put(&[")"]);
            }
            9 => {
                self.put(&["("]);
                self.expression(below);
                self.put(&[")"]);
            }
            10 => self.list("[", "]", 5, |script, _| script.expression(below)),
            11 => self.list("#{", "}", 4, |script, index| {
                let key = if index % 2 == 0 {
                    format!("k{index}")
                } else {
                    format!("\"k {index}\"")
                };
                script.put(&[&key, ":"]);
                script.expression(below);
            }),
            12 => self.call(below),
            13 => {
                self.put(&["a"]);
                for _ in 0..=self.dice.roll(3) {
                    match self.dice.roll(4) {
                        0 => self.put(&[".", "field"]),
                        1 => self.put(&["?.", "field"]),
                        2 => {
                            self.put(&["["]);
                            self.expression(below);
                            self.put(&["]"]);
                        }
                        _ => {
                            self.put(&[".", "map"]);
                            self.list("(", ")", 2, |script, _| script.expression(below));
                        }
                    }
                }
            }
            _ => {
                let parameters = self.dice.roll(3);
                self.put(match parameters {
                    0 => &["||"],
                    1 => &["|", "x", "|"],
                    _ => &["|", "x", ",", "y", "|"],
                });
                if self.dice.roll(2) == 0 {
                    self.block(below);
                } else {
                    self.expression(below);
                }
            }
        }
    }

    fn between(&mut self) -> &'static str {
        match self.dice.roll(24) {
            0 => "\n",
            1 => "\n\n\n",
            2 => "  \t ",
            3 => " // a comment\n",
            4 => "\n// a line of its own\n",
            5 => " /* inside */ ",
            6 => "\n/* over\n   lines */\n",
            7 => "\r\n",
            _ => " ",
        }
    }

    fn text(mut self) -> String {
        let mut text = String::new();
        for index in 0..self.pieces.len() {
            text.push_str(&self.pieces[index].clone());
            text.push_str(self.between());
        }
        text
    }
}

fn script(seed: u64) -> String {
    let mut script = Script {
        dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        pieces: Vec::new(),
    };
    for index in 0..=script.dice.roll(3) {
        script.put(&["fn", &format!("f{index}"), "(", "a", ",", "b", ")"]);
        script.block(3);
    }
    script.text()
}

/// The syntax tree in words, without the places in it and the names that the engine makes of them.
fn meaning(engine: &rhai::Engine, text: &str) -> Option<String> {
    let ast = engine.compile(text).ok()?;
    // 12:34, 12:34-56 and 12:34-56:78; closures are named by their place.
    let placed = regex::Regex::new(r"\d+:\d+(-(\d+:)?\d+)?|anon\$[0-9a-f]+|hash(_op\w*)?: [\d(), ]+").unwrap();
    let plain = |text: String| placed.replace_all(&text, "@").into_owned();
    let functions = ast.iter_fn_def().map(|function| plain(format!("{function:?}")));
    let mut functions: Vec<String> = functions.collect();
    functions.sort();
    Some(format!(
        "{}\n{}",
        plain(format!("{:?}", ast.statements())),
        functions.join("\n")
    ))
}

#[test]
fn a_thousand_scripts_mean_the_same_and_are_laid_out_once() {
    let mut engine = rhai::Engine::new();
    engine.set_max_expr_depths(256, 256);
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    let mut good = 0;
    for seed in 1.. {
        assert!(seed < 5_000, "the grammar makes scripts that do not compile");
        let text = script(seed);
        let Some(before) = meaning(&engine, &text) else {
            continue;
        };
        // Names are not to be known to the engine that checks them: only what it lays out is compared here.
        let Ok(once) = workers().layout("a.rhai", &text) else {
            let error = workers().layout("a.rhai", &text).unwrap_err();
            assert_ne!(error.code, "format", "seed {seed}: {}\n{text}", error.message);
            continue;
        };
        assert_eq!(
            meaning(&engine, &once),
            Some(before),
            "seed {seed}\n{text}\n=====\n{once}"
        );
        let twice = workers().layout("a.rhai", &once).unwrap();
        assert_eq!(twice, once, "seed {seed}\n{text}");
        assert_eq!(comments(&once), comments(&text), "seed {seed}\n{text}\n=====\n{once}");
        good += 1;
        if good == 1_000 {
            break;
        }
    }
}

fn comments(text: &str) -> usize {
    ["// a comment", "// a line of its own", "/* inside */", "   lines */"]
        .iter()
        .map(|comment| text.matches(comment).count())
        .sum()
}
