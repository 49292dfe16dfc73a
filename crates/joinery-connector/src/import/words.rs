//! A command line as a shell splits it: POSIX quoting, `$'...'` of Bash, line ends after `\` or, as `cmd` has them, `^`.

use super::Refused;

/// The words of `text`.
///
/// # Errors
/// A quote that is not closed.
pub(super) fn words(text: &str) -> Result<Vec<String>, Refused> {
    let text = text.replace("^\r\n", " ").replace("^\n", " ");
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => match letters.next() {
                Some('\n') | None => {}
                Some('\r') => {
                    letters.next_if_eq(&'\n');
                }
                Some(next) => word.get_or_insert_default().push(next),
            },
            '\'' => quoted(&mut letters, word.get_or_insert_default())?,
            '"' => double(&mut letters, word.get_or_insert_default())?,
            '$' if letters.peek() == Some(&'\'') => {
                letters.next();
                escaped(&mut letters, word.get_or_insert_default())?;
            }
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn open_quote(quote: &str) -> Refused {
    Refused::new(format!("a {quote} is opened and not closed"))
}

fn quoted(letters: &mut Letters, word: &mut String) -> Result<(), Refused> {
    loop {
        match letters.next().ok_or_else(|| open_quote("single quote"))? {
            '\'' => return Ok(()),
            letter => word.push(letter),
        }
    }
}

fn double(letters: &mut Letters, word: &mut String) -> Result<(), Refused> {
    let mut next = || letters.next().ok_or_else(|| open_quote("double quote"));
    loop {
        match next()? {
            '"' => return Ok(()),
            '\\' => match next()? {
                '\n' => {}
                letter @ ('"' | '\\' | '$' | '`') => word.push(letter),
                letter => word.extend(['\\', letter]),
            },
            letter => word.push(letter),
        }
    }
}

/// What stands between `$'` and `'`: the escapes of C.
fn escaped(letters: &mut Letters, word: &mut String) -> Result<(), Refused> {
    let open = || open_quote("$'");
    loop {
        match letters.next().ok_or_else(open)? {
            '\'' => return Ok(()),
            '\\' => match letters.next().ok_or_else(open)? {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                'x' => word.extend(number(letters, 2)),
                'u' => word.extend(number(letters, 4)),
                'U' => word.extend(number(letters, 8)),
                letter => word.push(letter),
            },
            letter => word.push(letter),
        }
    }
}

/// A letter by its number, of so many hexadecimal digits at most.
fn number(letters: &mut Letters, digits: usize) -> Option<char> {
    let mut value = 0;
    for _ in 0..digits {
        let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(16)) else {
            break;
        };
        value = value * 16 + digit;
        letters.next();
    }
    char::from_u32(value)
}
