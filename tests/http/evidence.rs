//! The archive of a site's evidence: what is in it, and what a look without the bank finds when something is not.
use super::house::{House, identity, system};
use arrears::{CaseNew, Owed, Paper};
use kernel::Money;
use kernel::id::{ArrearsCaseId, CrewId, ProjectId};

const BLOCK: usize = 512;

/// A site whose crew's month is reviewed, with a case of arrears that holds a note and a paper.
fn furnished() -> (House, Vec<u8>) {
    let mut house = House::open();
    house.save();
    let works: ProjectId = house.ids["$works"].parse().expect("a site");
    let crew: CrewId = house.ids["$crew"].parse().expect("a crew");
    let worker = house.ids["$crew_worker"].parse().expect("a worker");
    let officer = house.actor('l');
    let made = house.bank.write(move |tx| {
        let period = "2026-02".parse()?;
        let shown = crews::month_sum(tx, &officer, crew, period)?.hash;
        crews::review_attendance(tx, &officer, crew, period, &shown, "")?;
        let owed = Owed { worker, period, amount: Money::cny(50_000) };
        let new = CaseNew { about: "二月工资未付".into(), lines: vec![owed], ..CaseNew::of(works) };
        let case: ArrearsCaseId = arrears::case_open(tx, &system(), &new)?;
        let paper = Paper { name: "欠条.pdf".into(), bytes: b"%PDF-1.7 owed".to_vec() };
        arrears::case_note(tx, &system(), case, "工人交来欠条", Some(&paper))?;
        Ok(case)
    });
    made.expect("a case");
    let got = house.program('k', "GET", &house.fill("/v1/wage-projects/$works/evidence"), "");
    assert_eq!(got.status, 200, "{}", got.text());
    (house, got.body)
}

fn faults(bytes: &[u8]) -> Vec<String> {
    let found = app::evidence_proof(&mut &*bytes, None).expect("an archive");
    found.faults.iter().map(|f| format!("{} {}: {}", f.file, f.line, f.what)).collect()
}

/// Each file of an archive: its name, where its head begins, where its content ends.
fn files(bytes: &[u8]) -> Vec<(String, usize, usize)> {
    let (mut all, mut at) = (Vec::new(), 0);
    while bytes[at] != 0 {
        let text = |from: usize, to: usize| {
            let field = &bytes[at + from..at + to];
            String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
        };
        let long = usize::from_str_radix(&text(124, 136), 8).expect("a length");
        let end = at + BLOCK + long.div_ceil(BLOCK) * BLOCK;
        all.push((text(0, 100), at, end));
        at = end;
    }
    all
}

fn content(bytes: &[u8], kind: &str) -> String {
    let found = files(bytes).into_iter().find(|(name, ..)| name.starts_with(kind)).expect("a file of the kind");
    String::from_utf8_lossy(&bytes[found.1 + BLOCK..found.2]).trim_end_matches('\0').to_owned()
}

#[test]
fn evidence_holds_attendance_words_papers_and_cases_and_is_sound() {
    let (house, bytes) = furnished();
    assert_eq!(faults(&bytes), [""; 0]);
    let found = app::evidence_proof(&mut &bytes[..], None).expect("an archive");
    assert_eq!((found.sheets, found.lines, found.signed, found.papers), (1, 1, 0, 2), "the paper was not compared yet");
    for (kind, holds) in [
        ("attendance-0", "\"half_days\":4"),
        ("attendance-files-", "\"state\":\"accepted\""),
        ("reviews-", "\"number\":1"),
        ("sheet-courses-", "\"asked_at\":"),
        ("signatures-", &house.ids["$crew_line"]),
        ("signature-papers-", &house.ids["$paper"]),
        ("wage-objections-", "\"kind\":\"days\""),
        ("cases-", "二月工资未付"),
        ("case-lines-", "\"owed\":50000"),
        ("case-entries-", "工人交来欠条"),
    ] {
        assert!(content(&bytes, kind).contains(holds), "{kind}: {}", content(&bytes, kind));
    }
    let all = String::from_utf8_lossy(&bytes);
    assert!(!all.contains(&identity(1)), "numbers of people are masked");
    assert!(!all.contains("\"complaint\""), "who complained is nobody's business");
}

#[test]
fn evidence_of_which_a_file_is_taken_out_names_what_is_missing() {
    let (_house, bytes) = furnished();
    for (name, from, to) in files(&bytes) {
        let mut less = bytes.clone();
        less.drain(from..to);
        let told = faults(&less);
        let named = told.iter().any(|t| t.starts_with(&format!("{name} ")) && t.contains("missing"));
        assert!(named, "{name}: {told:?}");
    }
    let paper = files(&bytes).into_iter().find(|(name, ..)| name.starts_with("papers/")).expect("a paper");
    let mut less = bytes.clone();
    less.drain(paper.1..paper.2);
    let told = faults(&less).join("\n");
    assert!(told.contains("the paper") && told.contains("is not there"), "who names it says so too: {told}");
}

#[test]
fn evidence_of_which_a_byte_is_changed_is_not_sound() {
    let (_house, bytes) = furnished();
    let unsound = |bad: &[u8]| app::evidence_proof(&mut &*bad, None).map_or(true, |p| !p.is_sound());
    for at in (0..bytes.len() - 2 * BLOCK).step_by(311) {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert!(unsound(&bad), "byte {at}");
    }
}

/// Whoever holds the bank's key could sign anything: what files say of each other is looked at all the same.
#[test]
fn evidence_whose_files_contradict_each_other_is_told_with_file_and_line() {
    let (_house, bytes) = furnished();
    let cases = [
        ("attendance-0", "\"half_days\":4", "\"half_days\":6", "attendance-0001.jsonl 1", "its days come to 4"),
        ("attendance-0", "\"half_days\":4", "\"half_days\":6", "reviews-0001.jsonl 1", "not what was reviewed"),
        ("cases-", "\"owed\":50000", "\"owed\":90000", "cases-0001.jsonl 1", "owed is 90000"),
        (
            "case-entries-",
            "\"number\":2",
            "\"number\":3",
            "case-entries-0001.jsonl 2",
            "entry 2 of the case is missing",
        ),
        ("signatures-", "\"line\":\"plin_", "\"line\":\"plin-", "signatures-0001.jsonl 1", "the line of wages plin-"),
    ];
    for (kind, right, wrong, place, what) in cases {
        let (_, from, to) = files(&bytes).into_iter().find(|(n, ..)| n.starts_with(kind)).expect("a file");
        let mut bad = bytes.clone();
        let at = from + BLOCK + find(&bytes[from + BLOCK..to], right.as_bytes()).unwrap_or_else(|| panic!("{kind}"));
        bad[at..at + wrong.len()].copy_from_slice(wrong.as_bytes());
        let told = faults(&bad);
        assert!(told.iter().any(|t| t.starts_with(place) && t.contains(what)), "{kind} {right}: {told:#?}");
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|w| w == what)
}
