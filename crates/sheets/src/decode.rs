//! Which letters a delimited file is written in.
use crate::{BAD_ENCODING, FILE_DISGUISED, FILE_UNKNOWN};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use kernel::{Error, Result};
use std::borrow::Cow;

/// Text in UTF-8, in UTF-16 with its mark, or in GB18030 (which holds GBK and GB2312). A file that is valid UTF-8 is UTF-8: text
/// of the other code that by chance is valid UTF-8 too is a few characters long at most.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let bad =
        |how: &str| Error::new(&BAD_ENCODING, format!("the file says it is {how}, and is not")).with("encoding", how);
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|_| bad("UTF-8"));
    }
    for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or_else(|| bad("UTF-16"));
        }
    }
    if bytes.contains(&0) {
        return Err(Error::new(&FILE_UNKNOWN, "this is neither a workbook nor text"));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let decoded = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    decoded.ok_or_else(|| Error::new(&BAD_ENCODING, "the text is neither UTF-8 nor GB18030"))
}

/// Files that are no sheet although their bytes are text.
pub(crate) fn refuse_disguise(text: &str) -> Result<()> {
    let head: String = text.trim_start().chars().take(256).flat_map(char::to_lowercase).collect();
    let disguise = |what: &str| {
        Err(Error::new(&FILE_DISGUISED, format!("this is {what}, whatever its name says")).with("what", what))
    };
    match () {
        _ if head.starts_with("<?xml") || head.starts_with("<workbook") => disguise("an XML document"),
        _ if head.starts_with('<')
            && ["<html", "<!doctype", "<table", "<meta", "<head", "<div"].iter().any(|t| head.contains(t)) =>
        {
            disguise("a web page")
        }
        _ if head.starts_with("{\\rtf") => disguise("a rich text document"),
        _ if head.starts_with("%pdf") => disguise("a PDF"),
        _ if head.starts_with("mime-version") || head.starts_with("content-type:") => disguise("a web archive"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_told_apart() {
        let utf16: Vec<u8> = "\u{feff}姓名".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "\u{feff}姓名".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let (gb, _, _) = GB18030.encode("姓名");
        for bytes in ["姓名".as_bytes(), "\u{feff}姓名".as_bytes(), &utf16, &utf16be, &gb] {
            assert_eq!(decode(bytes).unwrap(), "姓名", "{bytes:x?}");
        }
        // 𠮷 and 㐂 are beyond GBK, in four bytes.
        assert_eq!(decode(&GB18030.encode("𠮷㐂").0).unwrap(), "𠮷㐂");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"\xff\xff\xff"[..], b"\xef\xbb\xbf\xff", b"ab\0c", b"\xff\xfe\x00\xd8"] {
            assert!(decode(bytes).is_err(), "{bytes:x?}");
        }
        for text in [
            "<html><table>",
            "\n<!DOCTYPE html>",
            "<?xml version=\"1.0\"?>",
            "{\\rtf1",
            "%PDF-1.7",
            "MIME-Version: 1.0",
        ] {
            assert!(refuse_disguise(text).unwrap_err().is(&FILE_DISGUISED), "{text}");
        }
        assert!(refuse_disguise("姓名,实发").is_ok());
    }
}
