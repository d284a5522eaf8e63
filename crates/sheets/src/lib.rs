//! Reads the spreadsheets firms really send: bytes in, a typed grid and faults out. No input or output of its own, no SQL, and no
//! word of any trade: the caller says which columns it wants ([`Layout`]) and what kind of value each holds.
//!
//! # The way of a file
//!
//! 1. [`Workbook::read`] looks at the content, never at the extension: `.xlsx` (a zip with an `xl/` folder), `.xls` (a compound
//!    file with a `Workbook` stream), or delimited text in UTF-8, UTF-16 with a byte order mark, or GB18030. Anything else is
//!    refused by its name: a locked workbook, a web page that calls itself `.xls`, an OpenDocument sheet, a PDF.
//! 2. Each sheet becomes a [`Grid`]: only cells that hold something, at 24 bytes each, their text in one buffer.
//! 3. [`find_header`] looks for the header among the first 30 rows that hold anything, as one, two or three rows, and matches
//!    titles with the caller's synonyms. A parent title (扣款) is joined with the child below it (社保).
//! 4. [`Table`] sorts the rows below into data, totals, footers, repeated headers and blanks. Only what certainly is no data is
//!    set aside, and each such row that held something leaves a note: a row with an identity or a card number is always data.
//! 5. [`Row`] answers typed values. What cannot be read exactly is a [`Fault`] with its cell (`C17`), and never a guess.
//!
//! # What is never guessed
//!
//! * A number of 16 digits or more that the sheet holds as a quantity: a spreadsheet keeps 15 digits, so the rest is lost. It is
//!   refused as damaged, whatever digits it shows, unless it is below 2^53 and its last digit is not 0.
//! * An identity, account or amount under a merged cell: only the top left cell of a merge holds a value.
//! * An amount with more decimals than the currency, in another unit (万元), or of a formula that failed or was never calculated.
//! * A column that could be two: the titles found are named and the file goes back.
//!
//! # Hostile files
//!
//! Reading ends in a workbook or a [`kernel::Error`], for any bytes. A zip is unpacked here, part by part, against
//! [`UNPACKED_BYTES_MAX`] of real output (the sizes a zip declares are only a first check) and handed to the parser as a new
//! archive without compression. A compound file is walked here, its workbook stream surveyed for what it would make the parser
//! allocate, and handed over alone in a new container. A panic of the parser is caught and is an error. Cells, text, rows, columns,
//! sheets and merges are counted while reading, against the limits below.
mod archive;
mod biff;
mod clean;
mod compound;
mod decode;
mod delimited;
mod excel;
mod fault;
mod findings;
mod grid;
mod header;
mod layout;
mod number;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod when;
mod wording;
mod workbook;

pub use clean::{clean, title_key};
pub use fault::{Fault, FaultKind, Severity, Wording, faults_csv, harmless};
pub use grid::{Grid, Region, Value, cell_name};
pub use header::{Header, find_header};
pub use layout::{Column, ColumnKind, Layout};
pub use row::Row;
pub use table::{RowKind, Table, Tables};
pub use when::Month;
pub use workbook::Workbook;

kernel::codes! {
    FILE_EMPTY: Invalid, "file_empty", "choose the file again; this one holds nothing";
    FILE_UNKNOWN: Invalid, "file_unknown", "save the sheet as .xlsx, .xls or .csv and send that";
    FILE_DISGUISED: Invalid, "file_disguised", "open the file in a spreadsheet program, save it as .xlsx and send that";
    FILE_LOCKED: Invalid, "file_locked", "open the file, remove its password, save and send it again";
    FILE_DAMAGED: Invalid, "file_damaged", "open the file in a spreadsheet program, save it as a new .xlsx and send that";
    QUOTE_OPEN: Invalid, "quote_open", "close the quotation mark in the line that is named, or save the sheet as .xlsx";
    BAD_ENCODING: Invalid, "bad_encoding", "save the text as UTF-8 or send the sheet as .xlsx";
}

/// Bytes of an uploaded file (20 MiB).
pub const FILE_BYTES_MAX: usize = 20 << 20;
/// Bytes that the parts of an .xlsx may unpack to, all together (512 MiB).
pub const UNPACKED_BYTES_MAX: usize = 512 << 20;
/// How many times larger than the file its parts may become, once they exceed [`UNPACKED_BYTES_FREE`].
pub const UNPACKED_RATIO_MAX: usize = 200;
/// Up to here (32 MiB) the ratio is not looked at: a small sheet of equal rows packs very well.
pub const UNPACKED_BYTES_FREE: usize = 32 << 20;
/// Parts in an .xlsx.
pub const PARTS_MAX: usize = 4_096;
/// Sheets in a workbook.
pub const SHEETS_MAX: usize = 64;
/// Rows that hold something, in one sheet.
pub const ROWS_MAX: usize = 200_000;
/// Columns of a sheet (to `IV`, as in .xls).
pub const COLUMNS_MAX: usize = 256;
/// Cells that hold something, in the whole workbook.
pub const CELLS_MAX: usize = 8_000_000;
/// Bytes of text in the whole workbook (256 MiB); a shared text counts each time it is used.
pub const TEXT_BYTES_MAX: usize = 256 << 20;
/// Characters of a text or name that a row answers.
pub const CELL_CHARS_MAX: usize = 1_000;
/// Merged regions in one sheet.
pub const MERGES_MAX: usize = 100_000;
/// The header must lie within this many rows that hold something.
pub const HEADER_SEARCH_ROWS_MAX: usize = 30;
/// Rows a header may span.
pub const HEADER_DEPTH_ROWS_MAX: usize = 3;

/// What one reading may use. [`Limits::default`] is the product's; a caller may lower them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub file_bytes: usize,
    pub unpacked_bytes: usize,
    pub sheets: usize,
    pub rows: usize,
    pub columns: usize,
    pub cells: usize,
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: FILE_BYTES_MAX,
            unpacked_bytes: UNPACKED_BYTES_MAX,
            sheets: SHEETS_MAX,
            rows: ROWS_MAX,
            columns: COLUMNS_MAX,
            cells: CELLS_MAX,
            text_bytes: TEXT_BYTES_MAX,
        }
    }
}
