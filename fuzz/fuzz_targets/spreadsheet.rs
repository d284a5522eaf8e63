//! Any bytes as a workbook: they are read or refused, and every cell of what was read can be asked for.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sheets::{Limits, Workbook};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(book) = Workbook::read(bytes, &Limits::default()) {
        let tables = book.tables(&fuzz::LAYOUT);
        let _ = sheets::faults_csv(&tables.faults);
        tables.tables.iter().for_each(fuzz::read_all);
    }
});
