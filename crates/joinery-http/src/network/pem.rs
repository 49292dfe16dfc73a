//! PEM (RFC 7468): the blocks of a text. Line breaks may be missing, as they are where a key was pasted into a field of
//! one line.

use base64::{Engine, prelude::BASE64_STANDARD};

/// One block between its `BEGIN` and `END` lines.
#[derive(PartialEq, Eq)]
pub(super) struct Block {
    /// `CERTIFICATE`, `PRIVATE KEY` and so on.
    pub(super) label: String,
    /// What it holds.
    pub(super) der: Vec<u8>,
    /// Whether it says of itself that it is encrypted, in the way of OpenSSL before PKCS#8.
    pub(super) encrypted: bool,
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Every block of `text`, or what is wrong with it. A text without blocks has none, which is no mistake of its own.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let (label, after) = rest[at + BEGIN.len()..]
            .split_once(DASHES)
            .ok_or("a BEGIN line is cut off")?;
        let end = format!("-----END {label}-----");
        let (body, after) = after
            .split_once(&end)
            .ok_or_else(|| format!("the END line of `{label}` is missing"))?;
        blocks.push(block(label, body)?);
        rest = after;
    }
    Ok(blocks)
}

fn block(label: &str, body: &str) -> Result<Block, String> {
    let encrypted = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
    let der = if encrypted {
        Vec::new()
    } else {
        let base64: String = body.split_whitespace().collect();
        BASE64_STANDARD
            .decode(base64)
            .map_err(|_| format!("the block `{label}` is not base64"))?
    };
    Ok(Block {
        label: label.to_owned(),
        der,
        encrypted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Label, contents and whether encrypted.
    type Told<'a> = (&'a str, &'a [u8], bool);

    #[track_caller]
    fn check(text: &str, expected: Result<&[Told], &str>) {
        let found = blocks(text).map(|blocks| {
            let told = blocks
                .into_iter()
                .map(|block| (block.label, block.der, block.encrypted));
            told.collect::<Vec<_>>()
        });
        let expected = expected
            .map(|blocks| {
                let told = blocks
                    .iter()
                    .map(|(label, der, encrypted)| ((*label).to_owned(), der.to_vec(), *encrypted));
                told.collect::<Vec<_>>()
            })
            .map_err(str::to_owned);
        assert_eq!(found, expected);
    }

    #[test]
    fn blocks_are_found_among_other_text_and_without_line_breaks() {
        check(
            "subject=CN = a\n-----BEGIN A B-----\r\nYWJj\r\nZGVm\r\n-----END A B-----\n-----BEGIN C-----YQ== -----END C-----",
            Ok(&[("A B", b"abcdef", false), ("C", b"a", false)]),
        );
        check("no PEM at all", Ok(&[]));
    }

    #[test]
    fn encryption_of_old_is_told_by_its_header() {
        check(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nYWJj\n-----END RSA PRIVATE KEY-----",
            Ok(&[("RSA PRIVATE KEY", b"", true)]),
        );
    }

    #[test]
    fn what_is_cut_off_or_garbled_is_named() {
        check("-----BEGIN A-----\nYWJj", Err("the END line of `A` is missing"));
        check("-----BEGIN A", Err("a BEGIN line is cut off"));
        check(
            "-----BEGIN A-----\n?\n-----END A-----",
            Err("the block `A` is not base64"),
        );
    }
}
