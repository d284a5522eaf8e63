//! The archive of evidence, packed by the bank and looked at without it.
use super::*;
use worksite::end::{Extra, KINDS_OF_SITE, Proof, evidence, proof};

const EXTRA: &[Extra] = &[Extra {
    kinds: &["guarantees"],
    pack: |tx, project, pack| {
        let all: Vec<_> = of_project(tx, project)?.iter().map(worksite::end::row).collect();
        pack.lines("guarantees", &all)
    },
}];

fn pack(bank: &Bank) -> Vec<u8> {
    let mut out = Vec::new();
    evidence(&bank.desk.store, &bank.officer, bank.site, EXTRA, &mut out).unwrap();
    out
}

fn look(bytes: &[u8]) -> Result<Proof> {
    proof(&mut &*bytes, None, KINDS_OF_SITE)
}

fn lived() -> Bank {
    let bank = Bank::open();
    bank.deposit(20 * WAN);
    let wage = bank.wage_account();
    bank.act(&system(), move |tx, _| from_outside(tx, wage, 3_000_000)).unwrap();
    let closed = bank.hands[1].account;
    let sheet = bank.sheet("2026-10", &[(0, 5_000), (1, 6_000)]);
    bank.act(&system(), move |tx, a| ledger::close_account(tx, a, closed, "he left")).unwrap();
    bank.pay(sheet);
    bank.sheet("2026-11", &[(0, 100)]);
    bank
}

#[test]
fn it_agrees_with_itself_and_bears_the_banks_name() {
    let bank = lived();
    let bytes = pack(&bank);
    let found = look(&bytes).unwrap();
    assert_eq!((found.faults.clone(), found.sheets, found.lines), (Vec::new(), 2, 3));
    assert_eq!(found.project, bank.site.to_string());
    let own = bank.read(|tx| Ok(tx.keys().verifying_key()));
    assert!(proof(&mut &bytes[..], Some(own), KINDS_OF_SITE).unwrap().is_sound());
    let other = KeyRing::random().verifying_key();
    assert!(!proof(&mut &bytes[..], Some(other), KINDS_OF_SITE).unwrap().is_sound());
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains(&bank.hands[0].name) && !text.contains(&bank.hands[0].identity), "names are masked");
    let stranger = evidence(&bank.desk.store, &bank.stranger, bank.site, EXTRA, &mut Vec::new());
    assert_eq!(code(stranger), "forbidden");
    let told = bank.read(|tx| tx.audit_search(i64::MAX, 10, "", "worksite.evidence", ""));
    assert_eq!(told.len(), 1, "who asked is written down");
}

#[test]
fn a_changed_byte_is_found_wherever_it_stands() {
    let bytes = pack(&lived());
    let unsound = |bad: &[u8]| look(bad).map_or(true, |p| !p.is_sound());
    for at in (0..bytes.len() - 1024).step_by(997) {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert!(unsound(&bad), "byte {at}");
    }
    for cut in [0, 512, bytes.len() / 2, bytes.len() - 1024] {
        assert!(unsound(&bytes[..cut]), "cut at {cut}");
    }
}

#[test]
fn a_kind_that_is_not_there_is_missed_by_its_name() {
    let bytes = pack(&lived());
    let found = proof(&mut &bytes[..], None, &["guarantees", "wills"]).unwrap();
    let told: Vec<_> = found.faults.iter().map(|f| f.file.as_str()).collect();
    assert_eq!(told, ["wills"]);
}

/// Whoever holds the bank's key could sign anything: the figures are looked at all the same.
#[test]
fn figures_that_do_not_agree_are_told_with_file_and_line() {
    let bank = lived();
    let text = String::from_utf8(pack(&bank)).unwrap();
    let cases = [
        ("\"net\":500000,", "\"net\":500001,", "lines-", "net is not due less deductions"),
        ("\"paid_net\":500000", "\"paid_net\":500009", "sheets-", "paid net is 500009"),
        ("\"change\":3000000", "\"change\":3000001", "wage-account-", "unexplained"),
    ];
    for (right, wrong, file, what) in cases {
        assert!(text.contains(right), "{right}");
        let found = look(text.replacen(right, wrong, 1).as_bytes()).unwrap();
        let told = found.faults.iter().any(|f| f.file.starts_with(file) && f.what.contains(what));
        assert!(told, "{right}: {:?}", found.faults);
    }
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [&b""[..], &[0u8; 100][..], &b"PK\x03\x04 not this"[..], &[b'x'; 4096][..]] {
        assert_eq!(code(look(bytes)), "worksite_evidence_unread");
    }
    let found = look(&[0u8; 1024]).unwrap();
    assert!(!found.is_sound(), "an empty archive proves nothing");
}

#[test]
fn a_complaint_that_holds_a_site_is_not_in_its_archive() {
    let bank = lived();
    let site = bank.site;
    for (kind, why) in [(worksite::end::COMPLAINT, "a secret"), ("arbitration", "仲裁〔2026〕5号")] {
        bank.act(&system(), move |tx, a| worksite::end::block(tx, a, site, kind, "open", why)).unwrap();
    }
    let text = String::from_utf8(pack(&bank)).unwrap();
    assert!(text.contains("仲裁〔2026〕5号") && !text.contains("a secret"), "a firm may read it");
    assert!(!text.contains(worksite::end::COMPLAINT), "nor does the audit tell of it");
    assert!(look(text.as_bytes()).unwrap().is_sound());
}
