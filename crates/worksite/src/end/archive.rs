//! Files one after the other in the form that every `tar` opens (ustar, POSIX 1003.1): a head of 512 bytes, the content, zeros up to the
//! next 512; two heads of zeros at the end. Names are plain ASCII and up to 100 bytes; nothing but files.
use crate::end::{EVIDENCE_FILE_BYTES_MAX, EVIDENCE_UNREAD};
use kernel::{Error, Result};
use std::io::{Read, Write};

const BLOCK: usize = 512;

fn head(name: &str, bytes: u64) -> [u8; BLOCK] {
    let mut h = [0u8; BLOCK];
    let mut put = |at: usize, text: &[u8]| h[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{bytes:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = h.iter().map(|b| u32::from(*b)).sum();
    h[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    h
}

/// Writes one file.
pub(crate) fn put(out: &mut dyn Write, name: &str, content: &[u8]) -> std::io::Result<()> {
    out.write_all(&head(name, content.len() as u64))?;
    out.write_all(content)?;
    let over = content.len() % BLOCK;
    if over > 0 { out.write_all(&[0u8; BLOCK][over..]) } else { Ok(()) }
}

/// Ends the archive.
pub(crate) fn finish(out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(&[0u8; BLOCK * 2])?;
    out.flush()
}

/// Reads one file after the other; `None` at the end. `Err(worksite_evidence_unread)` for what is no such archive.
pub(crate) fn next(from: &mut dyn Read) -> Result<Option<(String, Vec<u8>)>> {
    let unread = |why: String| Error::new(&EVIDENCE_UNREAD, why);
    let cut = |e: std::io::Error| unread("it ends too early".into()).caused_by(e);
    let mut h = [0u8; BLOCK];
    from.read_exact(&mut h).map_err(cut)?;
    if h == [0u8; BLOCK] {
        return Ok(None);
    }
    let text = |part: &[u8]| {
        let end = part.iter().position(|b| *b == 0).unwrap_or(part.len());
        std::str::from_utf8(&part[..end]).map(|t| t.trim().to_owned()).map_err(|_| unread("a name is no text".into()))
    };
    let octal = |part: &[u8]| u64::from_str_radix(&text(part)?, 8).map_err(|_| unread("a number is none".into()));
    let (name, bytes) = (text(&h[..100])?, octal(&h[124..136])?);
    if h != head(&name, bytes) {
        return Err(unread(format!("the head of {name:?} is not as it is written")));
    }
    if bytes > EVIDENCE_FILE_BYTES_MAX {
        return Err(Error::limit("file of evidence", bytes, EVIDENCE_FILE_BYTES_MAX, "bytes"));
    }
    let mut content = vec![0u8; bytes as usize];
    from.read_exact(&mut content).map_err(cut)?;
    let over = content.len() % BLOCK;
    let mut rest = vec![0u8; if over > 0 { BLOCK - over } else { 0 }];
    from.read_exact(&mut rest).map_err(cut)?;
    match rest.iter().all(|b| *b == 0) {
        true => Ok(Some((name, content))),
        false => Err(unread(format!("something follows {name:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read_again_and_every_changed_byte_is_seen_or_is_content() {
        let files = [("a.json", vec![b'x'; 1000]), ("empty", Vec::new()), ("b", vec![7; BLOCK])];
        let mut all = Vec::new();
        files.iter().for_each(|(name, content)| put(&mut all, name, content).unwrap());
        finish(&mut all).unwrap();
        let read = |bytes: &[u8]| {
            let (mut from, mut found) = (bytes, Vec::new());
            while let Some(file) = next(&mut from)? {
                found.push(file);
            }
            Ok::<_, Error>(found)
        };
        let whole = read(&all).unwrap();
        assert!(whole.iter().zip(&files).all(|(a, b)| (a.0.as_str(), &a.1) == (b.0, &b.1)) && whole.len() == 3);
        for at in 0..all.len() - 2 * BLOCK {
            let mut bad = all.clone();
            bad[at] ^= 1;
            assert!(read(&bad).map_or(true, |found| found != whole), "byte {at}");
        }
        for cut in [0, 100, BLOCK, BLOCK + 999, all.len() - BLOCK] {
            assert!(read(&all[..cut]).is_err() || cut == all.len() - BLOCK, "{cut}");
        }
    }
}
