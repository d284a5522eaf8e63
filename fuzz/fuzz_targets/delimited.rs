//! Text with separators, in any encoding: a head that the layout knows, then anything.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sheets::{Limits, Workbook};

fuzz_target!(|bytes: &[u8]| {
    let mut file = "姓名,身份证号,银行卡号,应发,扣款,实发\n".as_bytes().to_vec();
    file.extend(bytes);
    if let Ok(book) = Workbook::read(&file, &Limits::default()) {
        book.tables(&fuzz::LAYOUT).tables.iter().for_each(fuzz::read_all);
    }
});
