use super::*;
use kernel::PageAsk;
use kernel::id::ApprovalId;
use party::Change;

fn said(bank: &Bank, typology: Typology) -> Said {
    Said {
        instruction: instruction(bank),
        person: bank.people[0],
        typology,
        payee: "6222 **** 7890".into(),
        subject_kind: "account".into(),
        subject: vec![7; 32],
        amount: yuan(30_000),
    }
}

fn reported(bank: &Bank, typology: Typology) -> Report {
    let (wang, said) = (bank.people[0], said(bank, typology));
    let (first, change) = bank
        .write({
            let said = said.clone();
            move |tx| say(tx, &phone(wang), said.clone())
        })
        .unwrap();
    assert_eq!(change, Change::Done);
    let (again, change) = bank.write(move |tx| say(tx, &phone(wang), said.clone())).unwrap();
    assert_eq!((again.id, change), (first.id, Change::AlreadySo));
    first
}

#[test]
fn a_report_has_an_owner_and_a_time_and_is_decided_by_who_took_it() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    let [one, other] = bank.officers.clone();
    let r = reported(&bank, Typology::Authority);
    assert_eq!((r.branch, r.due_at), (bank.branch, bank.clock.now().plus(24 * HOUR)));
    let open = |who: &Actor| bank.store.read(|tx| open_reports(tx, who, &PageAsk::first(10))).map(|p| p.items.len());
    assert_eq!((open(&one).unwrap(), code(open(&bank.teller))), (1, "forbidden"));
    assert_eq!(code(bank.store.read(|tx| report(tx, &phone(li), r.id))), "not_found");
    assert!(bank.store.read(|tx| report(tx, &phone(wang), r.id)).is_ok());
    let take = |who: &Actor| {
        let who = who.clone();
        bank.write(move |tx| report_take(tx, &who, r.id))
    };
    let decide = |who: &Actor, outcome: Outcome, why: &'static str| {
        let who = who.clone();
        bank.write(move |tx| report_decide(tx, &who, r.id, outcome, why))
    };
    assert_eq!(code(decide(&one, Outcome::Unfounded, "known shop")), "report_not_yours", "nobody took it");
    assert_eq!((take(&one).unwrap(), take(&one).unwrap()), (Change::Done, Change::AlreadySo));
    assert_eq!(code(take(&other)), "report_not_yours");
    bank.hours(25);
    assert_eq!(take(&other).unwrap(), Change::Done, "what is late may be taken over");
    assert_eq!(code(decide(&one, Outcome::Unfounded, "known shop")), "report_not_yours");
    assert_eq!(code(decide(&other, Outcome::Unfounded, "  ")), "reason_needed");
    let proposed = Outcome::Proposed(Some(ApprovalId::new(bank.clock.now(), bank.branch.book())));
    assert_eq!(decide(&other, proposed, "three reports").unwrap(), Change::Done);
    assert_eq!(decide(&other, proposed, "three reports").unwrap(), Change::AlreadySo);
    assert_eq!(code(decide(&other, Outcome::Unfounded, "known shop")), "report_decided");
    assert_eq!((open(&one).unwrap(), code(take(&one))), (0, "report_decided"));
    assert_eq!(bank.events("safety."), ["safety.reported", "safety.report_decided"]);
}

#[test]
fn the_lesson_fits_the_fraud_and_is_written_down_once_for_each_edition() {
    let bank = Bank::open();
    let [wang, li, _] = bank.people;
    let r = reported(&bank, Typology::Health);
    let give = |who: PersonId, edition: Edition| {
        let r = r.clone();
        bank.write(move |tx| give(tx, &phone(who), &r, edition))
    };
    assert_eq!(code(give(li, Edition::Zh).map(|_| ())), "forbidden");
    for _ in 0..2 {
        assert_eq!(give(wang, Edition::ZhElder).unwrap().typology, Typology::Health);
    }
    give(wang, Edition::En).unwrap();
    let kept = bank.read(|tx| lessons_of(tx, r.id));
    let got: Vec<_> = kept.iter().map(|l| (l.edition, l.version, l.given_at)).collect();
    let now = bank.clock.now();
    assert_eq!(got, [(Edition::ZhElder, 1, now), (Edition::En, 1, now)]);
}

#[test]
fn the_queue_of_reports_is_read_page_by_page() {
    let bank = Bank::open();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(reported(&bank, Typology::Other).id);
        bank.hours(1);
    }
    let (mut ask, mut seen) = (PageAsk::first(2), Vec::new());
    loop {
        let page = bank.read(|tx| open_reports(tx, &bank.officers[0], &ask));
        seen.extend(page.items.iter().map(|r| r.id));
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    assert_eq!(seen, made);
}
