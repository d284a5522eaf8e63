//! Damaged files of every form that is read; see the crate `mutants`. What was once not survived is kept at the end.
use super::hostile::{SHARED, SHEET, exhaust, parts, sample, zip};
use super::legacy::book;
use crate::compound::pack;
use ::mutants::{Choices, shared, survive};

const TEXT: &str = "姓名,身份证号,银行卡号,应发,扣款,实发,班组\n张三,110101199003070017,6222021234567890123,\"5,000.00\",0,5000,一班\n\
                    李四,,,6000.5,100,5900.5,一班\n合计,,,11000.5,100,10900.5,\n";
const MERGED: &str = r#"<worksheet><cols><col min="1" max="3"/></cols><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c>
<c r="B1" t="s"><v>0</v></c></row><row r="2" ht="3"><c r="A2" t="str"><f>A1</f><v>张三</v></c><c r="B2"><v>45678.5</v></c><c r="C2" t="b"><v>1</v></c>
<c r="D2" t="e"><v>#N/A</v></c></row></sheetData><mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="A2:A9"/></mergeCells></worksheet>"#;

fn texts() -> Vec<Vec<u8>> {
    let mut files = vec![TEXT.as_bytes().to_vec(), TEXT.replace(',', "\t").into_bytes()];
    files.push(encoding_rs::GB18030.encode(TEXT).0.into_owned());
    files.push([&b"\xff\xfe"[..], &TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat());
    files
}

#[test]
fn damaged_text_is_read_or_refused() {
    let files = texts();
    survive("text", 600, |c| c.mutant(&files), exhaust);
}

#[test]
fn damaged_real_files_are_read_or_refused() {
    let files = [shared("data/statements"), shared("data/intents"), shared("data/calls"), texts()].concat();
    survive("real-files", 60, |c| c.mutant(&files), exhaust);
}

/// The zip is whole and what it holds is not.
#[test]
fn damaged_sheets_in_a_sound_zip_are_read_or_refused() {
    let sheets: Vec<Vec<u8>> = [SHEET, MERGED].map(|s| s.as_bytes().to_vec()).into();
    let make = |c: &mut Choices| {
        let (sheet, shared_texts) = (c.mutant(&sheets), c.mutant(&[SHARED.as_bytes().to_vec()]));
        let mut all = parts("", SHARED);
        all[4].1 = &sheet;
        if c.below(3) == 0 {
            all[5].1 = &shared_texts;
        }
        zip(&all, None)
    };
    survive("sheet", 400, make, exhaust);
}

#[test]
fn damaged_zips_are_read_or_refused() {
    let files = [sample(), zip(&parts(SHEET, SHARED), None), zip(&parts(MERGED, SHARED), Some(1 << 30))];
    survive("zip", 400, |c| c.mutant(&files), exhaust);
}

#[test]
fn damaged_old_workbooks_are_read_or_refused() {
    let stream = book(&["姓名", "实发", "张三"], |s| {
        (0..2).for_each(|column| s.shared(0, column, u32::from(column)));
        s.shared(1, 0, 2);
        s.number(1, 1, 5_000.25);
        s.label(2, 0, "合计");
    });
    // The records of a sound compound file, and the compound file itself.
    survive("biff", 400, |c| pack(&c.mutant(std::slice::from_ref(&stream))), exhaust);
    let file = pack(&stream);
    survive("compound", 200, |c| c.mutant(std::slice::from_ref(&file)), exhaust);
}

/// Files that once were not survived.
#[test]
fn damaged_files_of_before_are_survived() {
    let kept = ["姓名,身份证号,实发\n张三,622202123456789㰰,5\n"];
    kept.iter().for_each(|text| exhaust(text.as_bytes()));
}
