//! Worker, subcontractor, main contractor, bank: a sheet on its way.
use super::*;
use payroll::{LineState, SheetState};

/// A site whose October is reviewed and whose crew sheet is with the main contractor; nobody signed yet.
fn submitted() -> (Site, PaySheetId) {
    let site = Site::open();
    site.send(&site.crew_clerk, Some(site.crew), &site.month_file(&site.hands[..3]), false).unwrap();
    site.review(site.crew).unwrap();
    let sheet = site.crew_sheet();
    let clerk = site.crew_clerk.clone();
    site.write(move |tx| submit_to_main(tx, &clerk, sheet)).unwrap();
    (site, sheet)
}

fn count(site: &Site, sheet: PaySheetId) -> WordCount {
    site.read(|tx| word_count(tx, &site.crew_clerk, sheet))
}

fn explain_line(site: &Site, sheet: PaySheetId, number: i64, kind: ReasonKind) {
    let labour = site.labour.clone();
    let line = site.read(|tx| payroll::lines_raw(tx, sheet, number - 1, 1))[0].id;
    site.write(move |tx| explain(tx, &labour, line, kind, "调休两天")).unwrap();
}

fn object_line(site: &Site, n: usize) -> kernel::id::ObjectionId {
    let (line, actor) = (site.mine(n).line, site.hands[n].actor());
    let new = ObjectionNew {
        kind: Reason::Days,
        text: "我做了二十四天".into(),
        claimed: Some(Money::cny(818_200)),
        claimed_half_days: Some(48),
    };
    site.write(move |tx| object(tx, &actor, line, &new)).unwrap()
}

#[test]
fn w7_a_sheet_goes_from_the_worker_to_the_bank_and_its_proof_back() {
    let (site, sheet) = submitted();
    assert!(site.pay(sheet).unwrap_err().is(&payroll::SHEET_NOT_CLEARED), "not before it is cleared");
    assert!(site.clear(sheet).unwrap_err().is(&DAYS_ABOVE), "22 days on the sheet, 20 attended");
    explain_line(&site, sheet, 3, ReasonKind::DaysAbove);
    let silent = site.clear(sheet).unwrap_err();
    assert!(silent.is(&LINES_UNSIGNED) && silent.message().starts_with("3 "), "{silent}");
    for n in 0..3 {
        assert_eq!(site.sign(n).unwrap(), Change::Done);
    }
    assert_eq!(site.sign(0).unwrap(), Change::AlreadySo);
    assert_eq!((count(&site, sheet).signed, count(&site, sheet).silent()), (3, 0));
    let clerk = site.crew_clerk.clone();
    assert!(site.read_as(|tx| crew_proof(tx, &clerk, sheet)).unwrap_err().is(&PROOF_NOT_YET));
    assert_eq!(site.clear(sheet).unwrap(), Change::Done);
    assert_eq!(site.clear(sheet).unwrap(), Change::AlreadySo);
    assert_eq!(site.pay(sheet).unwrap().paid_lines, 3);
    let proof = site.read(|tx| crew_proof(tx, &clerk, sheet));
    assert_eq!((proof.paid_lines, proof.course.paid, proof.failed_lines), (3, Money::cny(2_250_000), 0));
    assert_eq!((proof.paid_by_firm.as_str(), proof.on_behalf_of.as_str()), ("海岳建工有限公司", "潮生劳务有限公司"));
    assert_eq!(proof.hash.len(), 64);
    let lines = site.read(|tx| proof_lines(tx, &clerk, sheet, &PageAsk::first(10))).items;
    assert!(lines.len() == 3 && lines.iter().all(|l| l.state == LineState::Paid && l.transfer.is_some()));
    let mut csv = Vec::new();
    site.read(|tx| proof_csv(tx, &clerk, sheet, &mut csv));
    let text = String::from_utf8(csv).unwrap();
    assert!(text.contains(&proof.hash) && !text.contains(&site.hands[0].identity), "{text}");
    let far = site.far_clerk.clone();
    assert!(site.read_as(|tx| crew_proof(tx, &far, sheet)).unwrap_err().is(&kernel::error::NOT_FOUND));
    assert!(site.sign(0).is_ok_and(|c| c == Change::AlreadySo) && site.mine(0).paid_at.is_some());
    site.verify();
}

#[test]
fn a_signature_is_the_workers_own_and_bound_to_what_he_was_shown() {
    let (site, _) = submitted();
    let (mine, other) = (site.mine(0), site.mine(1));
    let sign_as = |actor: &Actor, line, hash: &str| {
        let (actor, hash) = (actor.clone(), hash.to_owned());
        site.write(move |tx| sign(tx, &actor, line, &hash))
    };
    let me = site.hands[0].actor();
    assert!(sign_as(&me, mine.line, &other.hash).unwrap_err().is(&LINE_CHANGED));
    assert!(sign_as(&me, other.line, &other.hash).unwrap_err().is(&kernel::error::NOT_FOUND));
    assert!(sign_as(&site.crew_clerk, mine.line, &mine.hash).unwrap_err().is(&kernel::error::FORBIDDEN));
    let for_firm = Actor::of(Who::ForFirm { person: site.hands[0].person, firm: site.sub });
    assert!(sign_as(&for_firm, mine.line, &mine.hash).is_err(), "he signs as himself, not for a firm");
    assert_eq!(sign_as(&me, mine.line, &mine.hash).unwrap(), Change::Done);
    let kept = site.read(|tx| signature_of(tx, mine.line)).unwrap();
    assert!(kept.holds() && kept.channel == Channel::Phone && kept.signed_by == site.hands[0].person.to_string());
    assert_eq!(site.mine(0).word, Word::Signed);
    assert_eq!(
        (mine.attended_half_days, mine.days, mine.employer.as_str()),
        (Some(44), Some(2200), "潮生劳务有限公司")
    );
}

#[test]
fn the_hash_of_a_line_moves_with_every_figure() {
    let (site, sheet) = submitted();
    let line = site.read(|tx| payroll::lines_raw(tx, sheet, 0, 1)).remove(0);
    let changes: [fn(&mut payroll::PayLine); 7] = [
        |l| l.net += 1,
        |l| l.due += 1,
        |l| l.deductions += 1,
        |l| l.days = None,
        |l| l.hours = Some(1),
        |l| l.items.0[0].amount += 1,
        |l| l.kind_number = 2,
    ];
    for change in changes {
        let mut other = line.clone();
        change(&mut other);
        assert_ne!(line_hash(&other), line_hash(&line));
    }
}

#[test]
fn w14_an_objection_stops_neither_the_other_lines_nor_the_undisputed_sum() {
    let (site, sheet) = submitted();
    explain_line(&site, sheet, 3, ReasonKind::DaysAbove);
    let objection = object_line(&site, 0);
    assert_eq!(object_line(&site, 0), objection, "one objection to a line");
    assert!(site.sign(0).unwrap_err().is(&OBJECTION_OPEN));
    site.sign(1).unwrap();
    site.sign(2).unwrap();
    assert_eq!(site.read(|tx| open_objections(tx, site.project)), 1);
    site.clear(sheet).unwrap();
    assert_eq!(site.pay(sheet).unwrap().paid_lines, 3, "his own line is paid too, for what stands on it");

    let view = |site: &Site| site.read(|tx| crate::objection(tx, &site.hands[0].actor(), objection));
    assert_eq!((view(&site).text.as_str(), view(&site).may_go_further), ("我做了二十四天", false));
    let further = |site: &Site, n: usize| {
        let actor = site.hands[n].actor();
        site.write(move |tx| take_further(tx, &actor, objection))
    };
    assert!(further(&site, 0).unwrap_err().is(&NOT_FURTHER), "it may still be answered");
    let answer = |actor: &Actor, answer, text: &'static str| {
        let actor = actor.clone();
        site.write(move |tx| answer_objection(tx, &actor, objection, answer, text))
    };
    assert!(answer(&site.far_clerk, Answer::Kept, "不对").unwrap_err().is(&kernel::error::NOT_FOUND));
    assert!(answer(&site.labour, Answer::Kept, "不对").unwrap_err().is(&kernel::error::FORBIDDEN));
    assert!(answer(&site.crew_clerk, Answer::Kept, " ").is_err(), "an answer has a reason");
    assert_eq!(answer(&site.crew_clerk, Answer::Kept, "两天在别的工地").unwrap(), Change::Done);
    assert_eq!(answer(&site.crew_clerk, Answer::Kept, "两天在别的工地").unwrap(), Change::AlreadySo);
    assert!(answer(&site.clerk, Answer::Corrected, "补发").unwrap_err().is(&ANSWER_DIFFERS));
    assert!(further(&site, 1).unwrap_err().is(&kernel::error::NOT_FOUND));
    assert_eq!(further(&site, 0).unwrap(), Change::Done);
    assert_eq!(further(&site, 0).unwrap(), Change::AlreadySo);
    assert_eq!(site.read(|tx| open_objections(tx, site.project)), 0);
}

#[test]
fn what_a_worker_said_last_is_his_word() {
    let (site, sheet) = submitted();
    site.sign(0).unwrap();
    site.clock.advance(1);
    let objection = object_line(&site, 0);
    assert_eq!(
        (site.mine(0).word, count(&site, sheet).objected),
        (Word::Objected, 1),
        "he signed and thought better of it"
    );
    assert!(site.sign(0).unwrap_err().is(&OBJECTION_OPEN));
    let clerk = site.crew_clerk.clone();
    site.write(move |tx| answer_objection(tx, &clerk, objection, Answer::Kept, "二十二天，与闸机一致")).unwrap();
    assert_eq!(site.mine(0).word, Word::Answered);
    site.clock.advance(1);
    assert_eq!((site.sign(0).unwrap(), site.sign(0).unwrap()), (Change::Done, Change::AlreadySo));
    let mine = site.mine(0);
    assert!(mine.word == Word::Signed && mine.objection.is_some(), "the answer stays to be read");
    assert_eq!((count(&site, sheet).signed, count(&site, sheet).answered), (1, 0));
    site.verify();
}

#[test]
fn an_objection_that_nobody_answers_can_be_taken_further_after_a_week() {
    let (site, _) = submitted();
    let objection = object_line(&site, 0);
    let actor = site.hands[0].actor();
    let further = || {
        let actor = actor.clone();
        site.write(move |tx| take_further(tx, &actor, objection))
    };
    site.clock.advance(ANSWER_DAYS * kernel::clock::DAY - 1);
    assert!(further().unwrap_err().is(&NOT_FURTHER));
    site.clock.advance(1);
    assert_eq!(further().unwrap(), Change::Done);
}

#[test]
fn what_a_worker_writes_is_kept_in_cipher() {
    let (site, _) = submitted();
    let objection = object_line(&site, 0);
    let row = site.read(|tx| objection_raw(tx, objection));
    assert!(!String::from_utf8_lossy(&row.said).contains("二十四"));
    let far = site.far_clerk.clone();
    let ask = PageAsk::first(10);
    let list = |actor: &Actor, crew| site.read_as(|tx| objections(tx, actor, site.project, crew, true, &ask));
    assert_eq!(list(&site.crew_clerk, Some(site.crew)).unwrap().items.len(), 1);
    assert_eq!(list(&site.labour, None).unwrap().items.len(), 1);
    assert!(list(&far, Some(site.crew)).is_err() && list(&far, None).is_err());
    assert_eq!(list(&far, Some(site.other_crew)).unwrap().items.len(), 0);
}

#[test]
fn a_signed_paper_counts_once_another_person_compared_it() {
    let (site, sheet) = submitted();
    let pdf = |mark: u8| [b"%PDF-1.7 ".as_slice(), &[mark]].concat();
    let send = |actor: &Actor, lines: &[i64], bytes: Vec<u8>| {
        let actor = actor.clone();
        let new = PaperNew { sheet, lines: lines.to_vec(), file_name: "签字.pdf".into(), bytes };
        site.write(move |tx| paper_send(tx, &actor, &new))
    };
    assert!(send(&site.crew_clerk, &[1], b"<html>".to_vec()).unwrap_err().is(&PAPER_BAD));
    assert!(send(&site.crew_clerk, &[4], pdf(0)).unwrap_err().is(&NO_SUCH_LINES));
    assert!(send(&site.far_clerk, &[1], pdf(0)).unwrap_err().is(&kernel::error::NOT_FOUND));
    site.sign(0).unwrap();
    let first = send(&site.crew_clerk, &[1, 2, 3], pdf(1)).unwrap();
    assert_eq!(
        count(&site, sheet),
        WordCount { lines: 3, signed: 1, paper_waits: 2, days_unexplained: 1, ..WordCount::default() }
    );
    let (labour, paper) = (site.labour.clone(), first.clone());
    site.write(move |tx| paper_refuse(tx, &labour, sheet, &paper, "看不清")).unwrap();
    assert_eq!((count(&site, sheet).waiting, count(&site, sheet).signed), (2, 1), "his own signature stays");
    let second = send(&site.crew_clerk, &[2, 3], pdf(2)).unwrap();
    let by = site.crew_clerk.clone();
    let own = second.clone();
    assert!(site.write(move |tx| paper_check(tx, &by, sheet, &own)).is_err(), "the sender does not compare it");
    let (labour, paper) = (site.labour.clone(), second.clone());
    assert_eq!(site.write(move |tx| paper_check(tx, &labour, sheet, &paper)).unwrap(), Change::Done);
    assert_eq!((count(&site, sheet).on_paper, count(&site, sheet).silent()), (2, 0));
    let (kind, _, bytes) = site.read(|tx| paper_file(tx, &site.labour, sheet, &second));
    assert_eq!((kind, bytes), (PaperKind::Pdf, pdf(2)));
    explain_line(&site, sheet, 3, ReasonKind::DaysAbove);
    assert_eq!(site.clear(sheet).unwrap(), Change::Done);
    site.verify();
}

#[test]
fn whoever_cannot_be_reached_is_named_with_a_reason() {
    let (site, sheet) = submitted();
    site.sign(0).unwrap();
    site.sign(1).unwrap();
    explain_line(&site, sheet, 3, ReasonKind::DaysAbove);
    assert!(site.clear(sheet).unwrap_err().is(&LINES_UNSIGNED));
    let lacking = site.read(|tx| line_words(tx, &site.labour, sheet, true, &PageAsk::first(10))).items;
    assert_eq!(lacking.iter().map(|l| l.number).collect::<Vec<_>>(), [3]);
    explain_line(&site, sheet, 3, ReasonKind::NotReachable);
    assert_eq!(site.clear(sheet).unwrap(), Change::Done);
}

#[test]
fn a_crews_sheet_holds_its_own_workers_alone() {
    let site = Site::open();
    let import = site.crew_import(&site.pay_file(&site.hands)).unwrap();
    assert_eq!((import.state, import.valid, import.refused), (payroll::ImportState::Read, 3, 1));
    let (_, faults) =
        site.read(|tx| crew_sheet_faults(tx, &site.crew_clerk, site.crew, import.id, &PageAsk::first(10)));
    assert!(faults.items.iter().any(|f| f.code == "other_team"));
    let far = site.far_clerk.clone();
    let ask = PageAsk::first(10);
    assert!(site.read_as(|tx| crew_sheet_faults(tx, &far, site.other_crew, import.id, &ask)).is_err());
    let accepted = crew_sheet_accept(&site.desk.store, &site.crew_clerk, site.crew, import.id).unwrap();
    let sheet = accepted.sheet.unwrap();
    assert_eq!(site.read(|tx| payroll::sheet_raw(tx, sheet)).lines, 3);
    let by_main = payroll::import(&site.desk.store, &site.crew_clerk, site.upload("x,y\n"));
    assert!(by_main.is_err(), "a crew's clerk makes no sheets of the whole site");
    let foreign = crew_sheet_import(&site.desk.store, &site.far_clerk, site.crew, site.upload("x,y\n"));
    assert!(foreign.unwrap_err().is(&kernel::error::NOT_FOUND));
}

#[test]
fn a_sheet_that_is_given_back_is_taken_back_and_made_anew() {
    let (site, sheet) = submitted();
    let (clerk, labour) = (site.crew_clerk.clone(), site.labour.clone());
    let by = clerk.clone();
    let early = site.write(move |tx| crew_sheet_cancel(tx, &by, sheet, "改数"));
    assert!(early.unwrap_err().is(&payroll::SHEET_STATE), "the main contractor has it");
    site.write(move |tx| return_to_crew(tx, &labour, sheet, "第三行天数不对")).unwrap();
    let view = site.read(|tx| sheet_course(tx, &clerk, sheet));
    assert_eq!((view.step, view.returned_reason.as_str()), (Step::Returned, "第三行天数不对"));
    assert!(site.clear(sheet).unwrap_err().is(&NOT_SUBMITTED));
    let by = clerk.clone();
    site.write(move |tx| crew_sheet_cancel(tx, &by, sheet, "改数")).unwrap();
    let text = site.pay_file(&site.hands[..3]).replace(",22,", ",20,");
    let again = site.crew_import(&text).unwrap().sheet.unwrap();
    assert_ne!(again, sheet);
    assert_eq!(site.read(|tx| payroll::sheet_raw(tx, sheet)).state, SheetState::Cancelled);
    let far = site.far_clerk.clone();
    assert!(site.read_as(|tx| sheet_course(tx, &far, again)).unwrap_err().is(&kernel::error::NOT_FOUND));
}

#[test]
fn nothing_is_cleared_before_attendance_is_reviewed_nor_by_its_maker() {
    let site = Site::open();
    let sheet = site.crew_sheet();
    assert!(site.clear(sheet).unwrap_err().is(&NOT_SUBMITTED));
    let clerk = site.crew_clerk.clone();
    site.write(move |tx| submit_to_main(tx, &clerk, sheet)).unwrap();
    assert!(site.clear(sheet).unwrap_err().is(&MONTH_NOT_REVIEWED));
    let hash = site.hash(sheet);
    for stranger in [site.clerk.clone(), site.checker.clone(), site.crew_clerk.clone(), site.officer.clone()] {
        let hash = hash.clone();
        let refused = site.write(move |tx| clear_sheet(tx, &stranger, sheet, &hash, "")).unwrap_err();
        assert!(refused.is(&kernel::error::FORBIDDEN), "{refused}");
    }
    let labour = site.labour.clone();
    let stale = site.write(move |tx| clear_sheet(tx, &labour, sheet, "00", ""));
    assert!(stale.unwrap_err().is(&payroll::SHEET_CHANGED));
}

#[test]
fn the_main_contractors_own_sheet_is_signed_and_cleared_too() {
    let site = Site::open();
    let sheet = payroll::import(&site.desk.store, &site.clerk, site.upload(&site.pay_file(&site.hands[3..])));
    let sheet = sheet.unwrap().sheet.unwrap();
    let clerk = site.clerk.clone();
    let early = site.write(move |tx| payroll::submit(tx, &clerk, sheet, ""));
    assert!(early.unwrap_err().is(&payroll::SHEET_NOT_CLEARED));
    let file = site.month_file(&site.hands[3..]).replace("20\n", "22\n").replace(",√,,,", ",√,√,√,");
    site.send(&site.clerk, None, &file, false).unwrap();
    site.review(site.other_crew).unwrap();
    let clerk = site.clerk.clone();
    site.write(move |tx| ask_signatures(tx, &clerk, sheet)).unwrap();
    let asked = site.read(|tx| to_sign_in_chunk(tx, sheet, 0, 500));
    assert_eq!((asked.len(), asked[0].employer.as_str()), (1, "远帆劳务有限公司"));
    site.sign(3).unwrap();
    assert_eq!(site.clear(sheet).unwrap(), Change::Done);
    assert_eq!(site.pay(sheet).unwrap().paid_lines, 1);
}

/// A supplement of the first crew, with the scan `pdf` for its first line.
fn supplement_on(site: &Site, number: u8, pdf: &[u8]) -> PaySheetId {
    let mut upload = site.upload(&site.pay_file(&site.hands[..3]).replace(",22", ",0"));
    if let ImportFor::PaySheet { kind, number: of, due_on, .. } = &mut upload.what {
        (*kind, *of, *due_on) = (Kind::Supplement, number, Some(day("2026-11-27")));
    }
    let import = crew_sheet_import(&site.desk.store, &site.crew_clerk, site.crew, upload).unwrap();
    let sheet = import.sheet.expect("a supplement");
    let (clerk, bytes) = (site.crew_clerk.clone(), pdf.to_vec());
    site.clock.advance(kernel::clock::MINUTE);
    site.write(move |tx| {
        ask_signatures(tx, &clerk, sheet)?;
        let new = PaperNew { sheet, lines: vec![1], file_name: "签字.pdf".into(), bytes: bytes.clone() };
        paper_send(tx, &clerk, &new)
    })
    .unwrap();
    sheet
}

#[test]
fn a_scan_that_signed_another_sheet_is_seen_on_the_later_one_until_the_first_is_cancelled() {
    let (site, sheet) = submitted();
    let used = |of: PaySheetId| site.read(|tx| payroll::sheet_raw(tx, of).and_then(|s| lines_on_used_scans(tx, &s)));
    let (first, own) = (b"%PDF-1.7 october".to_vec(), b"%PDF-1.7 supplement".to_vec());
    let (clerk, bytes) = (site.crew_clerk.clone(), first.clone());
    site.write(move |tx| {
        let new = PaperNew { sheet, lines: vec![1, 2], file_name: "签字.pdf".into(), bytes: bytes.clone() };
        paper_send(tx, &clerk, &new)
    })
    .unwrap();
    assert_eq!(used(sheet), 0);
    let honest = supplement_on(&site, 1, &own);
    let copied = supplement_on(&site, 2, &first);
    assert_eq!((used(sheet), used(honest), used(copied)), (0, 0, 1), "the first use is no copy");
    let clerk = site.clerk.clone();
    site.write(move |tx| payroll::cancel(tx, &clerk, sheet, "重做")).unwrap();
    assert_eq!(used(copied), 0, "it may serve the sheet that takes the place of a cancelled one");
}
