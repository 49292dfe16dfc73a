//! Messages on a stream, each with its length in front: how editors talk to language servers on stdin and stdout.

use std::io::{self, BufRead, ErrorKind, Write};

/// The largest message that is read, in bytes.
const LARGEST: usize = 64 << 20;

/// The next message; `None` where the stream ends.
///
/// # Errors
/// The stream ends within a message, or what stands there is none.
pub fn read(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let wrong = |message: String| io::Error::new(ErrorKind::InvalidData, message);
    let mut length = None;
    let mut lines = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return if lines == 0 {
                Ok(None)
            } else {
                Err(ErrorKind::UnexpectedEof.into())
            };
        }
        let line = line.trim_end();
        // Blank lines between messages are no harm; one after headers ends them.
        if line.is_empty() {
            if lines == 0 {
                continue;
            }
            break;
        }
        lines += 1;
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| wrong(format!("`{line}` is no header")))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.ok_or_else(|| wrong("a message without Content-Length".into()))?;
    if length > LARGEST {
        return Err(wrong(format!("a message of {length} bytes; {LARGEST} is the most")));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(String::from_utf8_lossy(&body).into_owned()))
}

/// Writes a message.
///
/// # Errors
/// The stream takes no more.
pub fn write(stream: &mut impl Write, message: &str) -> io::Result<()> {
    write!(stream, "Content-Length: {}\r\n\r\n{message}", message.len())?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut wire = Vec::new();
        for message in ["{}", "{\"a\":\"\u{1f600}\"}", ""] {
            write(&mut wire, message).unwrap();
        }
        let mut stream = wire.as_slice();
        assert_eq!(read(&mut stream).unwrap().as_deref(), Some("{}"));
        assert_eq!(read(&mut stream).unwrap().as_deref(), Some("{\"a\":\"\u{1f600}\"}"));
        assert_eq!(read(&mut stream).unwrap().as_deref(), Some(""));
        assert_eq!(read(&mut stream).unwrap(), None);
    }

    #[test]
    fn other_headers_are_passed_over_and_nonsense_is_refused() {
        let mut stream = "Content-Type: x\r\ncontent-length: 2\r\n\r\n[]".as_bytes();
        assert_eq!(read(&mut stream).unwrap().as_deref(), Some("[]"));
        for wire in [
            "hello\r\n\r\n",
            "Content-Length: x\r\n\r\n",
            "Content-Length: 5\r\n\r\n[]",
            "Content-Length: 999999999999\r\n\r\n",
        ] {
            assert!(read(&mut wire.as_bytes()).is_err(), "{wire}");
        }
    }
}
