use super::*;
use crate::{FILE_DAMAGED, FILE_DISGUISED, FILE_EMPTY, FILE_LOCKED, FILE_UNKNOWN};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook as Writer;
use std::io::Write;

/// A zip of deflated parts. `lie` replaces the sizes that the directory declares.
pub(super) fn zip(parts: &[(&str, &[u8])], lie: Option<u32>) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in parts {
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(body).unwrap();
        let packed = deflate.finish().unwrap();
        let mut check = flate2::Crc::new();
        check.update(body);
        let offset = out.len() as u32;
        let mut fields = [20u16, 0, 8, 0, 0x21].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>();
        fields.extend(check.sum().to_le_bytes());
        fields.extend((packed.len() as u32).to_le_bytes());
        fields.extend(lie.unwrap_or(body.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.as_bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    (0..2).for_each(|_| out.extend((parts.len() as u16).to_le_bytes()));
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The parts of a workbook with one sheet, its XML, and the shared texts.
pub(super) fn parts<'a>(sheet: &'a str, shared: &'a str) -> Vec<(&'static str, &'a [u8])> {
    vec![
        ("[Content_Types].xml", br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        ("_rels/.rels", br#"<Relationships><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
    ]
}

pub(super) const SHARED: &str = r#"<sst uniqueCount="1"><si><t>x</t></si></sst>"#;
pub(super) const SHEET: &str =
    r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>"#;

#[test]
fn a_plain_workbook_of_another_writer_is_read() {
    let book = read(&zip(&parts(SHEET, SHARED), None)).unwrap();
    assert_eq!(book.sheets[0].value(0, 0), crate::Value::Text("x"));
    let uncalculated = SHEET.replace(r#"t="s"><v>0</v>"#, "><f>SUM(B1)</f><v></v>");
    let book = read(&zip(&parts(&uncalculated, SHARED), None)).unwrap();
    assert_eq!(book.sheets[0].value(0, 0), crate::Value::Uncalculated, "as programs write it that do not calculate");
    let nothing =
        SHEET.replace(r#"t="s"><v>0</v></c>"#, r#"t="str"><f>IF(B1,1,"")</f><v></v></c><c r="B1"><v>1</v></c>"#);
    let book = read(&zip(&parts(&nothing, SHARED), None)).unwrap();
    assert_eq!(book.sheets[0].value(0, 0), crate::Value::Empty, "a formula may answer nothing");
}

#[test]
fn bombs_and_lies_are_refused() {
    let message = |bytes: &[u8]| read(bytes).unwrap_err().message().to_owned();
    let huge = " ".repeat(80 << 20);
    let bomb = zip(&parts(&huge, SHARED), None);
    assert!(bomb.len() < 1 << 20 && message(&bomb).contains("unpacked"), "80 MiB of spaces in a small file");
    let liar = zip(&parts(&" ".repeat(1 << 20), SHARED), Some(5_000));
    assert!(message(&liar).contains("as the zip says"));
    let many = SHARED.replace("\"1\"", "\"99999999999999\"");
    assert!(message(&zip(&parts(SHEET, &many), None)).contains("declares more"));
    let many = format!("<!--{}-->{}", "x".repeat(9_000), SHARED.replace("=\"1\"", " = '4000000000'"));
    assert!(message(&zip(&parts(SHEET, &many), None)).contains("declares more"));
    let wide: String = SHARED.replace("\"1\"", "\"999999999999\"").chars().flat_map(|c| [c, '\0']).collect();
    assert!(message(&zip(&parts(SHEET, &wide), None)).contains("UTF-8"));
    let none = SHARED.replace("<si>", &"<si/>".repeat(2_100));
    let few = Limits { cells: 1_000, ..Limits::default() };
    let e = Workbook::read(&zip(&parts(SHEET, &none), None), &few).unwrap_err();
    assert!(e.message().contains("shared texts"), "each would take 24 bytes");
    let mut styled = parts(SHEET, SHARED);
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(2_000_000));
    styled.push(("xl/styles.xml", styles.as_bytes()));
    assert!(message(&zip(&styled, None)).contains("styles"));
    let same: String =
        (1..=300_000).map(|r| format!("<row r=\"{r}\"><c r=\"A{r}\" t=\"s\"><v>0</v></c></row>")).collect();
    let same = SHEET.replace(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#, &same);
    let shared = SHARED.replace(">x<", &format!(">{}<", "x".repeat(30_000)));
    assert!(
        message(&zip(&parts(&same, &shared), None)).contains("text of the workbook"),
        "one long text used again and again"
    );
}

#[test]
fn limits_hold_for_rows_columns_cells_and_sheets() {
    let mut book = Writer::new();
    for _ in 0..3 {
        let sheet = book.add_worksheet();
        (0..10).for_each(|r| (0..10).for_each(|c| assert!(sheet.write(r, c, 1).is_ok())));
    }
    let bytes = book.save_to_buffer().unwrap();
    let all = Limits::default();
    for (limits, word) in [
        (Limits { sheets: 2, ..all }, "sheets"),
        (Limits { rows: 9, ..all }, "rows"),
        (Limits { columns: 9, ..all }, "columns"),
        (Limits { cells: 299, ..all }, "cells"),
        (Limits { file_bytes: 1_000, ..all }, "file"),
        (Limits { unpacked_bytes: 1_000, ..all }, "unpacked"),
    ] {
        let e = Workbook::read(&bytes, &limits).unwrap_err();
        assert!(e.kind() == kernel::Kind::Limit && e.message().contains(word), "{word}: {e}");
    }
    assert!(Workbook::read(&bytes, &Limits { sheets: 3, rows: 10, columns: 10, cells: 300, ..all }).is_ok());
}

#[test]
fn every_other_file_is_refused_by_its_name() {
    let cases: &[(&[u8], &kernel::Code, &str)] = &[
        (b"", &FILE_EMPTY, ""),
        (b" \n,,\n", &FILE_EMPTY, ""),
        (b"%PDF-1.7\n", &FILE_UNKNOWN, "PDF"),
        (b"\x89PNG\r\n", &FILE_UNKNOWN, "picture"),
        (b"Rar!\x1a\x07", &FILE_UNKNOWN, "RAR"),
        (b"ab\0\0cd", &FILE_UNKNOWN, "neither"),
        (b"<html><body><table><tr>", &FILE_DISGUISED, "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook>", &FILE_DISGUISED, "XML"),
        (b"PK\x03\x04 and then nothing", &FILE_DAMAGED, "cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &FILE_DAMAGED, "early"),
    ];
    for (bytes, code, word) in cases {
        let e = read(bytes).unwrap_err();
        assert!(e.code() == *code && e.message().contains(word), "{bytes:?}: {e:?}");
    }
    for (name, word) in
        [("word/document.xml", ".docx"), ("content.xml", ".ods"), ("xl/workbook.bin", ".xlsb"), ("a.txt", "zip")]
    {
        assert!(read(&zip(&[(name, b"x")], None)).unwrap_err().message().contains(word));
    }
    let mut locked = zip(&parts(SHEET, SHARED), None);
    let at = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[at + 8] |= 1;
    assert!(read(&locked).unwrap_err().is(&FILE_LOCKED));
}

/// Whatever is read, its tables and all their values are asked for.
pub(super) fn exhaust(bytes: &[u8]) {
    let Ok(book) = read(bytes) else { return };
    let found = book.tables(&PAY);
    assert!(!found.tables.is_empty() || found.faults.iter().any(Fault::is_refused), "no table and no reason");
    let _ = crate::faults_csv(&found.faults).unwrap();
    for row in found.tables.iter().flat_map(|t| t.rows().chain(t.totals())) {
        let _ = (line(&row), row.card("card"), row.digits("phone", 1..=20), row.text("team"), row.quantity("days"));
        let _ = (row.month("month"), row.date("joined"), row.money_signed("tax", Currency::JPY));
    }
}

pub(super) fn sample() -> Vec<u8> {
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    for (i, title) in ["姓名", "身份证号", "实发", "班组"].iter().enumerate() {
        sheet.write(0, i as u16, *title).unwrap();
    }
    sheet.write(1, 0, "张三").unwrap().write(1, 1, identity(1)).unwrap().write(1, 2, 5.5).unwrap();
    sheet.merge_range(1, 3, 2, 3, "一班", &rust_xlsxwriter::Format::new()).unwrap();
    book.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_end_in_a_workbook_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        exhaust(&bytes);
    }

    #[test]
    fn arbitrary_text_ends_in_tables_or_faults(
        lines in prop::collection::vec("(姓名|身份证号|实发|合计|备注|[0-9]{1,20}|-?[0-9,.]{1,9}|#N/A|张三|\"|[ -~]{0,9}|.{0,5})(,(姓名|身份证号|实发|班组|[0-9]{18}|[0-9.]{1,6}|.{0,5})){0,5}", 0..12)
    ) {
        let text = lines.join("\n");
        exhaust(text.as_bytes());
        exhaust(&encoding_rs::GB18030.encode(&text).0);
    }

    #[test]
    fn arbitrary_bytes_behind_every_magic(at in 0usize..4, tail in prop::collection::vec(any::<u8>(), 0..800)) {
        let magic: [&[u8]; 4] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"];
        exhaust(&[magic[at], &tail].concat());
    }

    #[test]
    fn a_broken_zip_ends(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), short: bool) {
        let mut bytes = sample();
        for (at, b) in changes {
            let i = at.index(bytes.len());
            bytes[i] = b;
        }
        if short {
            bytes.truncate(cut.index(bytes.len()));
        }
        exhaust(&bytes);
    }

    #[test]
    fn a_broken_sheet_ends(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut sheet = SHEET.replace("</worksheet>", r#"<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells></worksheet>"#).into_bytes();
        for (at, b) in changes {
            let i = at.index(sheet.len());
            sheet[i] = b;
        }
        let mut parts = parts("", SHARED);
        parts[4].1 = &sheet;
        exhaust(&zip(&parts, None));
    }
}
