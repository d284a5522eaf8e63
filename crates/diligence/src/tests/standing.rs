use super::*;

fn appeal_of(bank: &Bank, person: PersonId) -> AppealId {
    let appeal = AppealId::new(bank.clock.now(), person.book());
    let me = Actor { channel: Channel::Phone, ..Actor::of(Who::Person(person)) };
    bank.write(move |tx| object_lowered(tx, &me, person, appeal)).unwrap();
    appeal
}

fn cleared(bank: &Bank, owner: Owner) -> Standing {
    let (risk, seen) = (bank.risk.clone(), vec![Seen::Occupation.code().to_owned()]);
    let new = ReviewNew { owner, clear: true, seen, note: "看了劳动合同".into() };
    bank.write(move |tx| review(tx, &risk, &new)).unwrap()
}

#[test]
fn a_score_that_is_too_high_lowers_a_tier_at_once_and_one_below_does_not() {
    let bank = Bank::open();
    let zhang = bank.people[2];
    bank.lists(zhang, ListKind::Grey);
    let s = bank.rescore(Owner::Person(zhang));
    assert_eq!(
        (s.score, s.band.as_str(), bank.tier(zhang)),
        (60, "high", Tier::II),
        "10 new, 10 never asked, 40 listed"
    );
    assert_eq!((s.lowered_from, s.lowered_to), (Some(Tier::I), Some(Tier::II)));
    assert_eq!(bank.events(), ["diligence.lowered"]);
    let li = bank.people[1];
    let s = bank.rescore(Owner::Person(li));
    assert_eq!(
        (s.score, s.band.as_str(), bank.tier(li)),
        (35, "middle", Tier::I),
        "a shared phone alone lowers nobody"
    );
    assert_eq!(bank.events().len(), 1);
    bank.verified();
}

#[test]
fn it_lowers_once_and_never_raises_by_itself() {
    let bank = Bank::open();
    let zhang = bank.people[2];
    bank.lists(zhang, ListKind::Grey);
    bank.rescore(Owner::Person(zhang));
    bank.rescore(Owner::Person(zhang));
    assert_eq!(bank.events(), ["diligence.lowered"]);
    bank.clock.advance(2 * DAY);
    let s = bank.rescore(Owner::Person(zhang));
    assert_eq!((s.score, bank.tier(zhang)), (20, Tier::II), "the list has ended; up goes by two people");
    let why = bank.read(|tx| may_rise(tx, zhang, Tier::I));
    assert_eq!(why, Some((20, "low".into())));
}

#[test]
fn up_needs_a_review_with_documents_first() {
    let bank = Bank::open();
    let (zhang, owner) = (bank.people[2], Owner::Person(bank.people[2]));
    bank.lists(zhang, ListKind::Grey);
    bank.rescore(owner);
    assert_eq!(code(bank.store.read(|tx| may_rise(tx, zhang, Tier::I))), "tier_review_first");
    let (risk, note) = (bank.risk.clone(), "没有材料".to_owned());
    let bare = ReviewNew { owner, clear: true, seen: Vec::new(), note: note.clone() };
    assert_eq!(code(bank.write(move |tx| review(tx, &risk, &bare))), "bad_field");
    let (risk, keep) = (bank.risk.clone(), ReviewNew { owner, clear: false, seen: Vec::new(), note });
    bank.write(move |tx| review(tx, &risk, &keep)).unwrap();
    assert_eq!(code(bank.store.read(|tx| may_rise(tx, zhang, Tier::I))), "tier_review_first", "kept is not cleared");
    cleared(&bank, owner);
    assert!(bank.read(|tx| may_rise(tx, zhang, Tier::I)).is_some());
    bank.tier_of(zhang, Tier::I);
    let lowered = || bank.read(|tx| standing(tx, &bank.risk, owner)).expect("judged").lowered_at;
    bank.write(move |tx| raised(tx, zhang, Tier::III)).unwrap();
    assert!(lowered().is_some(), "a part of it is not all of it");
    bank.write(move |tx| raised(tx, zhang, Tier::I)).unwrap();
    assert_eq!(lowered(), None);
    bank.rescore(owner);
    assert_eq!(bank.tier(zhang), Tier::I, "what was cleared lowers him no more");
    bank.lists(zhang, ListKind::Black);
    bank.rescore(owner);
    assert_eq!(bank.tier(zhang), Tier::Restricted, "something new does");
    assert_eq!(bank.read(|tx| reviews_of(tx, &bank.risk, owner)).len(), 2);
}

#[test]
fn afl_32_an_upheld_objection_gives_the_tier_back_at_once() {
    let bank = Bank::open();
    let (zhang, owner) = (bank.people[2], Owner::Person(bank.people[2]));
    let me = Actor { channel: Channel::Phone, ..Actor::of(Who::Person(zhang)) };
    let early = AppealId::new(bank.clock.now(), zhang.book());
    let by = me.clone();
    assert_eq!(code(bank.write(move |tx| object_lowered(tx, &by, zhang, early))), "tier_not_lowered");
    bank.lists(zhang, ListKind::Grey);
    bank.rescore(owner);
    let (by, others) = (me.clone(), bank.people[1]);
    assert_eq!(code(bank.write(move |tx| object_lowered(tx, &by, others, early))), "forbidden");
    let appeal = appeal_of(&bank, zhang);
    let give = || bank.write(move |tx| upheld(tx, &system(), appeal)).unwrap();
    assert_eq!((give(), give()), (Change::Done, Change::AlreadySo));
    assert_eq!(bank.tier(zhang), Tier::I);
    assert_eq!(bank.events(), ["diligence.lowered", "diligence.given_back"]);
    bank.rescore(owner);
    assert_eq!(bank.tier(zhang), Tier::I, "the same reasons do not lower him again");
}

#[test]
fn reviews_are_due_by_band_and_the_first_due_comes_first() {
    let bank = Bank::open();
    let [wang, _, zhang] = bank.people.map(Owner::Person);
    bank.lists(bank.people[2], ListKind::Grey);
    let today = bank.clock.now().local_date();
    assert_eq!(bank.rescore(wang).review_due, today.plus_months(12), "middle: her phone is shared");
    assert_eq!(bank.rescore(zhang).review_due, today.plus_months(6), "high");
    let firm = bank.rescore(Owner::Firm(bank.firm));
    assert_eq!((firm.score, firm.review_due), (20, today.plus_months(36)));
    let page = bank.read(|tx| due_reviews(tx, &bank.manager, &PageAsk::first(2)));
    assert_eq!(page.items.iter().map(|s| s.owner).collect::<Vec<_>>(), [zhang, wang]);
    let rest = PageAsk { limit: None, after: page.next };
    assert_eq!(bank.read(|tx| due_reviews(tx, &bank.manager, &rest)).items.len(), 1);
    bank.clock.advance(10 * DAY);
    let s = cleared(&bank, zhang);
    assert_eq!(s.review_due, today.plus_days(10).plus_months(36), "the list has ended, and the band with it");
    assert_eq!(code(bank.store.read(|tx| due_reviews(tx, &bank.teller, &PageAsk::first(2)))), "forbidden");
}

#[test]
fn the_clock_judges_everybody_again_once_a_week() {
    let bank = Bank::open();
    let zhang = Owner::Person(bank.people[2]);
    bank.rescore(zhang);
    assert_eq!(bank.write(|tx| rescore_due(tx, 10)).unwrap(), 0);
    bank.clock.advance(SCORED_DAYS * DAY);
    bank.lists(bank.people[2], ListKind::Black);
    assert_eq!(bank.write(|tx| rescore_due(tx, 10)).unwrap(), 1);
    assert_eq!(bank.tier(bank.people[2]), Tier::Restricted);
}

#[test]
fn an_answer_counts_in_the_score() {
    let bank = Bank::open();
    let zhang = Owner::Person(bank.people[2]);
    let said = Said { closer: "核实了".into(), ..bank.said(zhang, &[("tie", "none"), ("income", "untold")]) };
    bank.opens(zhang, said);
    let s = bank.rescore(zhang);
    let told: Vec<(&str, i64)> = s.lines.0.iter().map(|l| (l.factor.as_str(), l.points)).collect();
    assert_eq!(told, [("relation_new", 10), ("income_untold", 5), ("answers", 10)]);
}
