//! The zip around an .xlsx, unpacked under limits and packed again without compression.
//!
//! The parser that reads the sheets trusts a zip: it unpacks what it is given. So the parts it needs (`.xml` and `.rels`, never
//! pictures) are unpacked here, each against the bytes that are left of the limit, and written to a new archive whose sizes are
//! true. The sizes the central directory declares are checked first, because refusing on a declaration costs nothing; a part that
//! unpacks to more than it declared is damage. Check sums are copied, so that the parser finds any other damage.
//!
//! Format: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record), 4.5.3 (zip64 sizes).
use crate::{FILE_DAMAGED, FILE_LOCKED, FILE_UNKNOWN, Limits, PARTS_MAX, UNPACKED_BYTES_FREE, UNPACKED_RATIO_MAX};
use kernel::{Error, Result};
use std::collections::HashSet;
use std::io::Read;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// Bytes of a part that is neither a sheet nor the shared texts (8 MiB).
const OTHER_PART_BYTES_MAX: usize = 8 << 20;
const COMMENT_BYTES_MAX: usize = 65_535;

struct Part<'a> {
    name: &'a [u8],
    method: u16,
    check: [u8; 4],
    packed: usize,
    unpacked: usize,
    offset: usize,
    locked: bool,
}

pub(crate) fn damaged(what: impl Into<String>) -> Error {
    Error::new(&FILE_DAMAGED, what)
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Result<usize> {
    let b = at.checked_add(2).and_then(|end| bytes.get(at..end)).ok_or_else(|| damaged("the file ends too early"))?;
    Ok(usize::from(u16::from_le_bytes([b[0], b[1]])))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Result<usize> {
    let b = at.checked_add(4).and_then(|end| bytes.get(at..end)).ok_or_else(|| damaged("the file ends too early"))?;
    Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
}

fn parts(file: &[u8]) -> Result<Vec<Part<'_>>> {
    let from = file.len().saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
    let end = file[from..]
        .windows(4)
        .rposition(|w| w == END)
        .ok_or_else(|| damaged("the zip has no directory; the file may be cut short"))?;
    let (count, mut at) = (u16_at(file, from + end + 10)?, u32_at(file, from + end + 16)?);
    if count > PARTS_MAX {
        return Err(Error::limit("parts of the workbook", count, PARTS_MAX, "parts"));
    }
    let mut parts = Vec::with_capacity(count);
    for _ in 0..count {
        if file.get(at..).is_none_or(|f| !f.starts_with(CENTRAL)) {
            return Err(damaged("the directory of the zip is broken"));
        }
        let (name, extra, comment) = (u16_at(file, at + 28)?, u16_at(file, at + 30)?, u16_at(file, at + 32)?);
        let (name_at, extra_at) = (at + 46, at + 46 + name);
        let slice = |from: usize, len: usize| {
            file.get(from..from + len).ok_or_else(|| damaged("the directory of the zip is cut short"))
        };
        let mut part = Part {
            name: slice(name_at, name)?,
            method: u16_at(file, at + 10)? as u16,
            check: (u32_at(file, at + 16)? as u32).to_le_bytes(),
            packed: u32_at(file, at + 20)?,
            unpacked: u32_at(file, at + 24)?,
            offset: u32_at(file, at + 42)?,
            locked: u16_at(file, at + 8)? & 1 == 1,
        };
        wide_sizes(slice(extra_at, extra)?, &mut part)?;
        parts.push(part);
        at = extra_at + extra + comment;
    }
    Ok(parts)
}

/// Takes 8-byte sizes from the zip64 extra field where the 4-byte ones say "see there".
fn wide_sizes(mut extra: &[u8], part: &mut Part<'_>) -> Result<()> {
    while extra.len() >= 4 {
        let (tag, len) = (u16_at(extra, 0)?, u16_at(extra, 2)?);
        let body = extra.get(4..4 + len).ok_or_else(|| damaged("the directory of the zip is broken"))?;
        if tag == 1 {
            let mut words =
                body.chunks_exact(8).map(|w| u64::from_le_bytes([w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]]));
            for size in [&mut part.unpacked, &mut part.packed, &mut part.offset] {
                if *size == u32::MAX as usize {
                    *size = words
                        .next()
                        .and_then(|w| usize::try_from(w).ok())
                        .ok_or_else(|| damaged("the zip lacks a size"))?;
                }
            }
        }
        extra = &extra[4 + len..];
    }
    Ok(())
}

/// The compressed bytes of a part.
fn packed<'a>(file: &'a [u8], part: &Part<'_>) -> Result<&'a [u8]> {
    let local = file
        .get(part.offset..)
        .filter(|f| f.starts_with(LOCAL))
        .ok_or_else(|| damaged("the zip points past its parts"))?;
    let start = 30 + u16_at(local, 26)? + u16_at(local, 28)?;
    start
        .checked_add(part.packed)
        .and_then(|end| local.get(start..end))
        .ok_or_else(|| damaged("a part of the zip is cut short"))
}

/// The name as the parser compares it.
fn folded(name: &[u8]) -> Vec<u8> {
    name.iter().map(|b| if *b == b'\\' { b'/' } else { b.to_ascii_lowercase() }).collect()
}

/// Refuses what is a zip and no workbook of this kind, by its name.
fn refuse_others(parts: &[Part<'_>]) -> Result<()> {
    let has = |what: &str| parts.iter().any(|p| folded(p.name).starts_with(what.as_bytes()));
    let other = |what: &str| Err(Error::new(&FILE_UNKNOWN, format!("this is {what}")).with("what", what));
    match () {
        _ if has("xl/workbook.bin") => other("a binary workbook (.xlsb)"),
        _ if has("xl/") => Ok(()),
        _ if has("word/") => other("a text document (.docx)"),
        _ if has("ppt/") => other("a presentation (.pptx)"),
        _ if has("content.xml") => other("an OpenDocument file (.ods)"),
        _ => other("a zip archive without a workbook"),
    }
}

/// The parts an .xlsx is read from, in a new zip without compression. At most `limits.unpacked_bytes`.
pub(crate) fn unpack(file: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    let mut parts = parts(file)?;
    refuse_others(&parts)?;
    let mut seen = HashSet::new();
    let keep = parts.iter().map(|p| Ok(wanted(p)? && seen.insert(folded(p.name)))).collect::<Result<Vec<bool>>>()?;
    let mut keep = keep.into_iter();
    parts.retain(|_| keep.next().unwrap_or(false));
    if parts.iter().any(|p| p.locked) {
        return Err(Error::new(&FILE_LOCKED, "the workbook is locked with a password"));
    }
    let declared = parts.iter().fold(0usize, |sum, p| sum.saturating_add(p.unpacked));
    let by_ratio = file.len().saturating_mul(UNPACKED_RATIO_MAX).max(UNPACKED_BYTES_FREE);
    let max = limits.unpacked_bytes.min(by_ratio);
    if declared > max {
        return Err(Error::limit("unpacked workbook", declared, max, "bytes"));
    }
    let (mut out, mut directory) = (Vec::with_capacity(declared + 256 * parts.len()), Vec::new());
    for part in &parts {
        let offset = out.len();
        header(&mut out, LOCAL, part, None);
        let start = out.len();
        match part.method {
            0 => out.extend_from_slice(packed(file, part)?),
            8 => {
                let inflate = flate2::read::DeflateDecoder::new(packed(file, part)?);
                let read = inflate.take(part.unpacked as u64 + 1).read_to_end(&mut out);
                read.map_err(|e| damaged("a part of the zip cannot be unpacked").caused_by(e))?;
            }
            m => return Err(damaged(format!("a part of the zip is packed by an unknown method, {m}"))),
        }
        if out.len() - start != part.unpacked {
            return Err(damaged("a part of the zip is not as long as the zip says"));
        }
        if folded(part.name).windows(13).any(|w| w == b"sharedstrings") {
            check_count(&out[start..], limits)?;
        }
        header(&mut directory, CENTRAL, part, Some(offset));
    }
    finish(&mut out, &directory, parts.len());
    Ok(out)
}

/// Whether the parser needs this part, and may have it: a sheet and the shared texts may be as large as all parts together, anything
/// else [`OTHER_PART_BYTES_MAX`], because it turns a few bytes of a style into hundreds.
fn wanted(part: &Part<'_>) -> Result<bool> {
    let name = folded(part.name);
    let ends = |with: &str| name.ends_with(with.as_bytes());
    let has = |word: &str| name.windows(word.len()).any(|w| w == word.as_bytes());
    if !ends(".xml") && !ends(".rels") || has("/drawings/") || has("/media/") {
        return Ok(false);
    }
    if part.unpacked <= OTHER_PART_BYTES_MAX || has("/worksheets/") || has("sharedstrings") {
        return Ok(true);
    }
    match ends("styles.xml") || ends("workbook.xml") || ends(".rels") {
        true => Err(Error::limit("names and styles of the workbook", part.unpacked, OTHER_PART_BYTES_MAX, "bytes")),
        false => Ok(false),
    }
}

/// The parser sets aside room for as many shared texts as the part declares (each takes at least four bytes), and 24 bytes for each
/// that is there.
fn check_count(part: &[u8], limits: &Limits) -> Result<()> {
    let starts = part.windows(4).filter(|w| {
        matches!(w[0], b'<' | b':') && &w[1..3] == b"si" && matches!(w[3], b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n')
    });
    let (texts, max) = (starts.count(), 2 * limits.cells);
    if texts > max {
        return Err(Error::limit("shared texts", texts, max, "texts"));
    }
    const NAME: &[u8] = b"uniqueCount";
    let bad = || damaged("the table of shared texts declares more than it holds");
    if part.contains(&0) {
        return Err(damaged("the table of shared texts is not UTF-8"));
    }
    let mut rest = part;
    while let Some(at) = rest.windows(NAME.len()).position(|w| w == NAME) {
        rest = &rest[at + NAME.len()..];
        let digits = rest
            .iter()
            .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''))
            .take_while(|b| b.is_ascii_digit());
        let count = digits.fold(0usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
        if count > part.len() / 4 {
            return Err(bad());
        }
    }
    Ok(())
}

/// A local header, or with the place of one a record of the central directory, for a part stored as it is.
fn header(out: &mut Vec<u8>, signature: &[u8], part: &Part<'_>, offset: Option<usize>) {
    let short = |n: usize| (n as u16).to_le_bytes();
    let long = |n: usize| (n as u32).to_le_bytes();
    out.extend_from_slice(signature);
    if offset.is_some() {
        out.extend(short(20));
    }
    // Version, flags (bit 11: the name is UTF-8), method, time, date.
    [20, 1 << 11, 0, 0, 0x21].into_iter().for_each(|n| out.extend(short(n)));
    out.extend(part.check);
    out.extend(long(part.unpacked));
    out.extend(long(part.unpacked));
    out.extend(short(part.name.len()));
    out.extend(short(0));
    if let Some(offset) = offset {
        // Comment, disk, inner and outer attributes.
        out.extend([0; 10]);
        out.extend(long(offset));
    }
    out.extend_from_slice(part.name);
}

fn finish(out: &mut Vec<u8>, directory: &[u8], count: usize) {
    let start = out.len();
    out.extend_from_slice(directory);
    out.extend_from_slice(END);
    out.extend([0; 4]);
    for _ in 0..2 {
        out.extend((count as u16).to_le_bytes());
    }
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend((start as u32).to_le_bytes());
    out.extend([0; 2]);
}
