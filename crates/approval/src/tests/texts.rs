//! Texts of dated terms: kept once by what they say, found by kind and name, and what is wrong in one is told with its place.
use super::*;
use crate::DRAFT_BYTES_MAX;
use crate::terms::{Fault, draft, keep};
use kernel::error::{NOT_FOUND, TOO_LARGE};

#[test]
fn a_text_is_one_draft_of_its_kind() {
    let bank = Bank::open();
    let kept = |kind: &'static str, file: &'static str, text: &str| {
        let text = text.to_owned();
        bank.try_write(move |tx| keep(tx, &system(), kind, file, &text))
    };
    let first = kept("tariff", "a.toml", "price = 1").unwrap();
    let again = kept("tariff", "b.toml", "price = 1").unwrap();
    assert_eq!((again.name(), again.file), (first.name(), "a.toml".to_owned()), "the first name stays");
    let found = |kind: &str, name: &str| bank.store.read(|tx| draft(tx, kind, name).map(|d| d.text));
    assert_eq!(found("tariff", &first.name()).unwrap(), "price = 1");
    for (kind, name) in [("deposit.terms", first.name()), ("tariff", "0".repeat(64)), ("tariff", "x".into())] {
        assert!(found(kind, &name).unwrap_err().is(&NOT_FOUND), "{kind} {name}");
    }
    assert!(kept("tariff", "a.toml", &" ".repeat(DRAFT_BYTES_MAX + 1)).unwrap_err().is(&TOO_LARGE));
    assert_eq!(kept("tariff", "长", "字").unwrap().file, "长");
}

#[test]
fn a_fault_stands_at_its_line_and_column() {
    let text = "一 = 1\n二三 = 2\n";
    // byte, line, column
    for (byte, line, column) in [(0, 1, 1), (8, 2, 1), (11, 2, 2), (text.len(), 3, 1), (999, 3, 1)] {
        let fault = Fault::at(text, byte, "", "", crate::why!(TooLarge, "it is too large"));
        assert_eq!((fault.line, fault.column, fault.fixed), (line, column, false), "{byte}");
    }
    let stands = Fault::at(text, 0, "rate", "", crate::why!(Stands, "the value of this day is {there}", there = 2));
    assert!(stands.fixed && stands.why.ends_with("is 2") && stands.given == [("there", "2".to_owned())]);
    let told = stands.refusal("a.toml", &NOT_FOUND, &TOO_LARGE);
    assert!(told.is(&TOO_LARGE) && told.message().starts_with("a.toml: line 1 column 1, rate: "), "{told:?}");
}
