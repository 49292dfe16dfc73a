//! The table view: an array of objects, or CSV, as rows with the columns that any row has. Rows are read when they are
//! asked for; only their places are kept.

use std::{cmp::Ordering, collections::HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    json::{
        lines::class,
        scan::{children, piece, unescape, value_of_member},
    },
    raw::cut,
    types::BodyFormat,
    work::{Stopped, Watch},
};
use crate::highlight::TokenClass;

/// The most columns shown.
const MOST_COLUMNS: usize = 256;
/// A cell shows no more than this many bytes.
const LONGEST_CELL: usize = 400;

/// A table, without its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableSummary {
    /// The columns' names, in the order they were met.
    pub columns: Vec<String>,
    /// How many rows there are.
    pub rows: u32,
}

/// Rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableRows {
    /// The first row's number, from 0.
    pub from: u32,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<TableCell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableCell {
    /// What it shows; empty where the row has no such member.
    pub text: String,
    /// What it is.
    pub class: TokenClass,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableOrder {
    /// Its number.
    pub column: u32,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Where the rows of a table are, in the order they show.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<u32>,
    /// What is between two fields of CSV; `None` for JSON.
    delimiter: Option<u8>,
}

impl Table {
    /// The table of a JSON array that begins at `at`, or of CSV.
    pub(super) fn read(bytes: &[u8], format: BodyFormat, at: Option<u32>, watch: &Watch) -> Result<Self, Stopped> {
        if format == BodyFormat::Csv {
            return csv_table(bytes, watch);
        }
        let at = at.map_or(bytes.len(), |at| value_of_member(bytes, at as usize));
        let mut table = Self {
            columns: Vec::new(),
            rows: Vec::new(),
            delimiter: None,
        };
        let mut known: HashSet<&[u8]> = HashSet::new();
        let mut shape: Vec<&[u8]> = Vec::new();
        for row in children(bytes, at) {
            watch.at(row.value.0 as usize, bytes.len())?;
            table.rows.push(row.value.0);
            // Most rows have the members of the row before, in that order.
            for (number, member) in children(bytes, row.value.0 as usize).enumerate() {
                let key = piece(bytes, member.key);
                if key.is_empty() || shape.get(number) == Some(&key) {
                    continue;
                }
                shape.truncate(number);
                shape.push(key);
                if table.columns.len() < MOST_COLUMNS && known.insert(key) {
                    table.columns.push(unescape(key).into_owned());
                }
            }
        }
        table.rows.shrink_to_fit();
        Ok(table)
    }

    /// What is told of it.
    pub(super) fn summary(&self) -> TableSummary {
        TableSummary {
            columns: self.columns.clone(),
            rows: self.rows.len() as u32,
        }
    }

    /// `count` rows from row `from`.
    pub(super) fn window(&self, bytes: &[u8], from: usize, count: usize) -> TableRows {
        let rows = self.rows.iter().skip(from).take(count);
        TableRows {
            from: from as u32,
            rows: rows.map(|row| self.cells(bytes, *row)).collect(),
        }
    }

    /// The same rows in another order; without one as they stand in the body.
    pub(super) fn sorted(&self, bytes: &[u8], order: Option<TableOrder>, watch: &Watch) -> Result<Self, Stopped> {
        let mut rows = self.rows.clone();
        rows.sort_unstable();
        if let Some(TableOrder { column, descending }) = order {
            let mut keyed = Vec::with_capacity(rows.len());
            for row in rows {
                watch.at(row as usize, bytes.len())?;
                keyed.push((self.key(bytes, row, column as usize), row));
            }
            keyed.sort_by(|(one, _), (other, _)| one.compare(other, descending));
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        Ok(Self {
            columns: self.columns.clone(),
            rows,
            delimiter: self.delimiter,
        })
    }

    fn cells(&self, bytes: &[u8], row: u32) -> Vec<TableCell> {
        let mut cells = vec![
            TableCell {
                text: String::new(),
                class: TokenClass::None,
            };
            self.columns.len()
        ];
        if let Some(delimiter) = self.delimiter {
            for (cell, field) in cells.iter_mut().zip(&record(bytes, row, delimiter)) {
                cell.text = cut(&field[..field.len().min(LONGEST_CELL)]).0;
            }
            return cells;
        }
        for member in children(bytes, row as usize) {
            let name = unescape(piece(bytes, member.key));
            if let Some(column) = self.columns.iter().position(|column| *column == name) {
                cells[column] = cell(piece(bytes, member.value));
            }
        }
        cells
    }

    fn key(&self, bytes: &[u8], row: u32, column: usize) -> SortKey {
        let Some(name) = self.columns.get(column) else {
            return SortKey::Missing;
        };
        if let Some(delimiter) = self.delimiter {
            let record = record(bytes, row, delimiter);
            return SortKey::of_text(record.get(column).unwrap_or_default());
        }
        let found = children(bytes, row as usize).find(|member| unescape(piece(bytes, member.key)) == name.as_str());
        found.map_or(SortKey::Missing, |member| SortKey::of(piece(bytes, member.value)))
    }
}

/// What rows are put in order by.
#[derive(Debug)]
enum SortKey {
    Number(f64),
    Text(String),
    Missing,
}

impl SortKey {
    /// Numbers before texts; rows that have neither stand at the end, whichever way the rest goes.
    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        if descending { order.reverse() } else { order }
    }

    fn of(value: &[u8]) -> Self {
        match value.first() {
            Some(b'"') => Self::Text(unescape(value).to_lowercase()),
            None | Some(b'n') => Self::Missing,
            Some(b'-' | b'0'..=b'9') => Self::of_text(value),
            Some(_) => Self::Text(cut(value).0),
        }
    }

    fn of_text(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        match text.trim().parse() {
            Ok(number) => Self::Number(number),
            Err(_) if text.is_empty() => Self::Missing,
            Err(_) => Self::Text(text.to_lowercase()),
        }
    }
}

fn cell(value: &[u8]) -> TableCell {
    let first = value.first().copied().unwrap_or(b'n');
    let text = match first {
        b'"' if value.len() <= 4 * LONGEST_CELL => unescape(value).into_owned(),
        b'"' => cut(&value[1..4 * LONGEST_CELL]).0,
        _ => cut(&value[..value.len().min(LONGEST_CELL)]).0,
    };
    let shown = text.char_indices().nth(LONGEST_CELL).map_or(text.len(), |(at, _)| at);
    TableCell {
        text: text[..shown].replace(['\n', '\r', '\t'], " "),
        class: class(first),
    }
}

fn csv_table(bytes: &[u8], watch: &Watch) -> Result<Table, Stopped> {
    let line = &bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())];
    let often = |byte: &u8| memchr::memchr_iter(*byte, line).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(often).unwrap_or(b',');
    let mut table = Table {
        columns: Vec::new(),
        rows: Vec::new(),
        delimiter: Some(delimiter),
    };
    let mut reader = reader(bytes, delimiter);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let at = record.position().map_or(0, csv::Position::byte);
        watch.at(at as usize, bytes.len())?;
        if table.columns.is_empty() {
            let names = record.iter().take(MOST_COLUMNS);
            table.columns = names.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        } else {
            table.rows.push(at as u32);
        }
    }
    Ok(table)
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(bytes)
}

fn record(bytes: &[u8], row: u32, delimiter: u8) -> csv::ByteRecord {
    let mut record = csv::ByteRecord::new();
    // A record was read here before; what could fail is reading, and these bytes are in memory.
    let _ = reader(bytes.get(row as usize..).unwrap_or_default(), delimiter).read_byte_record(&mut record);
    record
}
