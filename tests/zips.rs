//! Packages that nobody should have to open: taken apart and put together again, wrongly.

use std::{
    fs,
    io::{Cursor, Read, Write},
    path::Path,
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// An entry of a zip.
pub enum Entry {
    /// A file.
    File(String, Vec<u8>),
    /// A symbolic link and where it points.
    Link(String, String),
}

/// A file of text.
pub fn file(name: &str, text: &str) -> Entry {
    Entry::File(name.to_owned(), text.as_bytes().to_vec())
}

/// The entries of a package.
pub fn read(path: &Path) -> Vec<Entry> {
    let mut archive = ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            Entry::File(name, bytes)
        })
        .collect()
}

/// The bytes of a zip with these entries.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for entry in entries {
        match entry {
            Entry::File(name, bytes) => {
                writer.start_file(name.as_str(), options).unwrap();
                writer.write_all(bytes).unwrap();
            }
            Entry::Link(name, target) => writer.add_symlink(name.as_str(), target.as_str(), options).unwrap(),
        }
    }
    writer.finish().unwrap().into_inner()
}

/// `bytes` with one name in place of another of the same length: names that a writer refuses to write.
pub fn renamed(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let (from, to) = (from.as_bytes(), to.as_bytes());
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}
