//! From bytes to sheets: what kind of file is this?
use crate::compound::{Compound, MAGIC, pack};
use crate::grid::{Grid, Room};
use crate::{FILE_DAMAGED, FILE_EMPTY, FILE_LOCKED, FILE_UNKNOWN, Limits, archive, biff, decode, delimited, excel};
use kernel::{Error, Result};

/// A file as its sheets.
#[derive(Clone, Debug)]
pub struct Workbook {
    pub sheets: Vec<Grid>,
}

/// First bytes of files that are often sent by mistake.
const STRANGERS: [(&[u8], &str); 7] = [
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
];

impl Workbook {
    /// Reads .xlsx, .xls or delimited text, told apart by content.
    ///
    /// Errors: `file_empty`, `file_unknown` (another kind of file, named), `file_disguised` (a web page or XML under a false name),
    /// `file_locked`, `file_damaged`, `quote_open`, `bad_encoding`, and `too_large` with the limit that was passed.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook> {
        if bytes.len() > limits.file_bytes {
            return Err(Error::limit("file", bytes.len(), limits.file_bytes, "bytes"));
        }
        if let Some((_, what)) = STRANGERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Err(Error::new(&FILE_UNKNOWN, format!("this is {what}")).with("what", what));
        }
        let mut room = Room::new(limits);
        let sheets = match bytes {
            _ if bytes.starts_with(b"PK") => excel::xlsx(&archive::unpack(bytes, limits)?, limits, &mut room)?,
            _ if bytes.starts_with(MAGIC) => excel::xls(&workbook_stream(bytes, limits)?, limits, &mut room)?,
            _ => {
                let text = decode::decode(bytes)?;
                decode::refuse_disguise(&text)?;
                vec![delimited::read(&text, &mut room)?]
            }
        };
        if sheets.iter().all(|s| s.rows() == 0) {
            return Err(Error::new(&FILE_EMPTY, "the file holds no filled cell"));
        }
        Ok(Workbook { sheets })
    }
}

/// The surveyed `Workbook` stream of a compound file, alone in a new one.
fn workbook_stream(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    let file = Compound::open(bytes)?;
    if file.has("EncryptedPackage") {
        return Err(Error::new(&FILE_LOCKED, "the workbook is locked with a password"));
    }
    let stream = match file.stream("Workbook")? {
        Some(stream) => Some(stream),
        None => file.stream("Book")?,
    };
    let Some(mut stream) = stream else {
        let what =
            if file.has("WordDocument") { "a text document (.doc)" } else { "a compound file without a workbook" };
        return Err(Error::new(&FILE_UNKNOWN, format!("this is {what}")).with("what", what));
    };
    if stream.is_empty() {
        return Err(Error::new(&FILE_DAMAGED, "the workbook is empty"));
    }
    biff::survey(&mut stream, limits)?;
    Ok(pack(&stream))
}
