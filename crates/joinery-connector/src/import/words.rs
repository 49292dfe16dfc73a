//! A command line as a shell splits it: POSIX quoting, `$'...'` of Bash, or the carets of Windows' `cmd`.

use std::borrow::Cow;

use super::Refused;

/// The words of `text`.
///
/// # Errors
/// A quote that is not closed.
pub(super) fn words(text: &str) -> Result<Vec<String>, Refused> {
    let text = without_carets(text);
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

/// `cmd` takes the meaning from what follows a caret. Browsers put one before every quote, people before line ends.
fn without_carets(text: &str) -> Cow<'_, str> {
    if !text.contains("^\"") {
        let joined = text.replace(" ^\r\n", " ").replace(" ^\n", " ");
        return Cow::Owned(joined);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '^' => match letters.next() {
                Some('\r' | '\n') => plain.push(' '),
                next => plain.extend(next),
            },
            letter => plain.push(letter),
        }
    }
    Cow::Owned(plain)
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
                'a' => word.push('\u{7}'),
                'b' => word.push('\u{8}'),
                'e' => word.push('\u{1b}'),
                'x' => word.extend(char::from_u32(number(letters, 2))),
                'u' => word.extend(utf16(letters)),
                'U' => word.extend(char::from_u32(number(letters, 8))),
                letter => word.push(letter),
            },
            letter => word.push(letter),
        }
    }
}

/// A letter by its UTF-16 units: browsers write those beyond the first 65,536 as two.
fn utf16(letters: &mut Letters) -> Option<char> {
    let first = number(letters, 4);
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    let mut ahead = letters.clone();
    if (ahead.next(), ahead.next()) != (Some('\\'), Some('u')) {
        return Some(char::REPLACEMENT_CHARACTER);
    }
    *letters = ahead;
    let second = number(letters, 4);
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
    let letter = low.and_then(|low| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low));
    Some(letter.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A number of so many hexadecimal digits at most.
fn number(letters: &mut Letters, digits: usize) -> u32 {
    let mut value = 0;
    for _ in 0..digits {
        let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(16)) else {
            break;
        };
        value = value * 16 + digit;
        letters.next();
    }
    value
}
