//! What the workbook stream of an .xls (MS-XLS, BIFF5 and BIFF8 records) would make its parser allocate, found before it runs.
//!
//! The parser keeps a sheet as a full rectangle from its first to its last cell, copies a shared text for each cell that uses it, and
//! sets aside as many characters as a text declares. So the survey walks all records of each sheet and refuses: sheets that begin
//! outside the stream, rectangles that together exceed [`AREA_CELLS_MAX`], text beyond the limit, texts longer than their record.
//! Formulas and names are blanked, since only saved results are read.
use crate::archive::{damaged, u16_at, u32_at};
use crate::{FILE_LOCKED, Limits};
use kernel::{Error, Result};

/// Cells of the rectangles of all sheets: one sheet of 65,536 rows by 64 columns.
pub(crate) const AREA_CELLS_MAX: usize = 65_536 * 64;
const BEGIN: usize = 0x0809;
const END: usize = 0x000a;
const CONTINUE: usize = 0x003c;

struct Record<'a> {
    kind: usize,
    /// Where the body begins in the stream.
    at: usize,
    body: &'a [u8],
}

fn record(stream: &[u8], at: usize) -> Result<Option<Record<'_>>> {
    if at + 4 > stream.len() {
        return Ok(None);
    }
    let (kind, len) = (u16_at(stream, at)?, u16_at(stream, at + 2)?);
    let body = stream.get(at + 4..at + 4 + len).ok_or_else(|| damaged("a record of the sheet is cut short"))?;
    Ok(Some(Record { kind, at: at + 4, body }))
}

/// Rows and columns between the first and the last cell of a kind.
#[derive(Default)]
struct Extent(Option<(usize, usize, usize, usize)>);

impl Extent {
    fn add(&mut self, row: usize, first: usize, last: usize) {
        let (top, left, bottom, right) = self.0.unwrap_or((row, first, row, last));
        self.0 = Some((top.min(row), left.min(first), bottom.max(row), right.max(last)));
    }
    fn area(&self) -> usize {
        self.0.map_or(0, |(top, left, bottom, right)| (bottom - top + 1) * (right - left + 1))
    }
}

/// Checks the stream and blanks its formulas and names.
pub(crate) fn survey(stream: &mut [u8], limits: &Limits) -> Result<()> {
    let (mut sheets, mut texts, mut blank, mut at) = (Vec::new(), Vec::new(), Vec::new(), 0);
    while let Some(r) = record(stream, at)? {
        at = r.at + r.body.len();
        match r.kind {
            0x002f => return Err(Error::new(&FILE_LOCKED, "the workbook is locked with a password")),
            0x0085 => sheets.push(u32_at(r.body, 0)?),
            0x00fc => texts = shared_texts(stream, &r)?,
            // Names (Lbl) and the sheets that formulas speak of (ExternSheet).
            0x0018 | 0x0017 => blank.push((r.at - 4, 0u16)),
            END => break,
            _ => {}
        }
    }
    if sheets.len() > limits.sheets {
        return Err(Error::limit("sheets", sheets.len(), limits.sheets, "sheets"));
    }
    let mut budget = Budget { area: AREA_CELLS_MAX, text: limits.text_bytes, texts };
    for start in sheets {
        if start >= stream.len() {
            return Err(damaged("a sheet begins outside the file"));
        }
        sheet(stream, start, &mut budget, &mut blank)?;
    }
    for (at, word) in blank {
        stream[at..at + 2].copy_from_slice(&word.to_le_bytes());
    }
    Ok(())
}

struct Budget {
    area: usize,
    text: usize,
    /// Length of each shared text, in bytes of UTF-8 at most.
    texts: Vec<u32>,
}

impl Budget {
    fn text(&mut self, len: usize) -> Result<()> {
        self.text = self
            .text
            .checked_sub(len)
            .ok_or_else(|| Error::limit("text of the workbook", "more", crate::TEXT_BYTES_MAX, "bytes"))?;
        Ok(())
    }
    fn area(&mut self, cells: usize) -> Result<()> {
        self.area = self
            .area
            .checked_sub(cells)
            .ok_or_else(|| Error::limit("area of the sheets", "more", AREA_CELLS_MAX, "cells"))?;
        Ok(())
    }
}

fn sheet(stream: &[u8], start: usize, budget: &mut Budget, blank: &mut Vec<(usize, u16)>) -> Result<()> {
    let (mut cells, mut formulas, mut at, mut depth) = (Extent::default(), Extent::default(), start, 0usize);
    while let Some(r) = record(stream, at)? {
        at = r.at + r.body.len();
        match r.kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => {}
            0x0200 => dimensions(r.body)?,
            0x0203 | 0x0205 | 0x027e => cells.add(u16_at(r.body, 0)?, u16_at(r.body, 2)?, u16_at(r.body, 2)?),
            0x00fd => {
                cells.add(u16_at(r.body, 0)?, u16_at(r.body, 2)?, u16_at(r.body, 2)?);
                let len = budget.texts.get(u32_at(r.body, 6)?).copied().unwrap_or(0);
                budget.text(len as usize)?;
            }
            0x0204 | 0x00d6 => {
                cells.add(u16_at(r.body, 0)?, u16_at(r.body, 2)?, u16_at(r.body, 2)?);
                budget.text(text_len(&r.body[6.min(r.body.len())..])?)?;
            }
            0x0207 => budget.text(text_len(r.body)?)?,
            0x00bd => {
                let (row, first) = (u16_at(r.body, 0)?, u16_at(r.body, 2)?);
                cells.add(row, first, first + r.body.len() / 6);
            }
            0x0006 => {
                let (row, column) = (u16_at(r.body, 0)?, u16_at(r.body, 2)?);
                cells.add(row, column, column);
                formulas.add(row, column, column);
                u16_at(r.body, 20)?;
                blank.push((r.at + 20, 0));
            }
            _ => {}
        }
    }
    budget.area(cells.area() + formulas.area())
}

/// The parser reserves this many cells without touching them; an .xls has 65,536 rows and 256 columns at most.
fn dimensions(body: &[u8]) -> Result<()> {
    let (top, bottom, left, right) = match body.len() {
        10 => (u16_at(body, 0)?, u16_at(body, 2)?, u16_at(body, 4)?, u16_at(body, 6)?),
        14 | 16 => (u32_at(body, 0)?, u32_at(body, 4)?, u16_at(body, 8)?, u16_at(body, 10)?),
        _ => return Err(damaged("the sheet declares no size")),
    };
    let empty = bottom == 0 || right == 0;
    let fits = top < bottom && bottom <= 65_536 && right <= 256 && left <= 256;
    if empty || fits { Ok(()) } else { Err(damaged("the sheet declares an impossible size")) }
}

/// Bytes of UTF-8 that a text of a record may become; refused when it declares more characters than the record has bytes.
fn text_len(body: &[u8]) -> Result<usize> {
    let chars = u16_at(body, 0)?;
    if chars > body.len() { Err(damaged("a text is longer than its record")) } else { Ok(3 * chars) }
}

/// The length of every text of the shared table (SST, MS-XLS 2.4.265), which goes on over CONTINUE records. Where the letters of a
/// text are cut by the end of a record, the next one begins with a new flag for one or two bytes a letter.
fn shared_texts(stream: &[u8], first: &Record<'_>) -> Result<Vec<u32>> {
    let mut pieces = vec![first.body.get(8..).ok_or_else(|| damaged("the table of shared texts is cut short"))?];
    let mut at = first.at + first.body.len();
    while let Some(r) = record(stream, at)?.filter(|r| r.kind == CONTINUE) {
        at = r.at + r.body.len();
        pieces.push(r.body);
    }
    let mut pieces = pieces.into_iter();
    let (mut here, mut texts) = (pieces.next().unwrap_or_default(), Vec::new());
    loop {
        while here.is_empty() {
            match pieces.next() {
                Some(next) => here = next,
                None => return Ok(texts),
            }
        }
        let (chars, flags) = (u16_at(here, 0)?, *here.get(2).ok_or_else(|| damaged("a shared text is cut short"))?);
        let mut head = 3;
        let mut tail = 0;
        if flags & 8 != 0 {
            tail += 4 * u16_at(here, head)?;
            head += 2;
        }
        if flags & 4 != 0 {
            tail += u32_at(here, head)?;
            head += 4;
        }
        here = &here[head..];
        texts.push(3 * chars as u32);
        let (mut left, mut width) = (chars, 1 + usize::from(flags & 1));
        while left > 0 {
            let take = left.min(here.len() / width);
            here = &here[take * width..];
            left -= take;
            if left > 0 {
                let next = pieces.next().ok_or_else(|| damaged("a shared text is cut short"))?;
                let (flag, rest) = next.split_first().ok_or_else(|| damaged("a shared text is cut short"))?;
                (here, width) = (rest, 1 + usize::from(flag & 1));
            }
        }
        while tail > here.len() {
            tail -= here.len();
            here = pieces.next().ok_or_else(|| damaged("a shared text is cut short"))?;
        }
        here = &here[tail..];
    }
}
