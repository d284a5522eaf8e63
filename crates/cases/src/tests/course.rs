use super::*;
use party::family::{Invite, Relation};

#[test]
fn a_customer_has_one_open_case_for_each_thing_and_further_alerts_join_it() {
    let bank = Bank::open();
    let [wang, _, zhang] = bank.people;
    let first = bank.held(zhang, "t13.emptied");
    let (c, change) = bank.alert(&watch(), &first).unwrap();
    assert_eq!(change, Change::Done);
    assert_eq!(
        (c.about, c.skill, c.severity, c.state),
        (About::Loss, Skill::General, Severity::Middle, CaseState::Open)
    );
    assert_eq!((c.branch, c.desk, c.due_at), (bank.branch, bank.branch, bank.now().plus(24 * HOUR)));
    let (again, change) = bank.alert(&watch(), &first).unwrap();
    assert_eq!((again.id, change, bank.case(c.id).alerts), (c.id, Change::AlreadySo, 1));

    bank.hours(1);
    let graver = bank.opened(zhang, "t12.remote_control");
    assert_eq!((graver.id, graver.alerts, graver.severity), (c.id, 2, Severity::Grave));
    assert_eq!((graver.due_at, graver.typology.as_str()), (bank.now().plus(HOUR), "remote"));
    bank.hours(1);
    let milder = bank.opened(zhang, "t08.night");
    assert_eq!((milder.severity, milder.due_at), (Severity::Grave, graver.due_at), "never milder or later");

    assert_ne!(bank.opened(zhang, "t03.gathered").id, c.id, "his account for others is another thing");
    assert_ne!(bank.opened(wang, "t13.emptied").id, c.id, "another customer");
    let kinds = bank.events();
    assert_eq!(kinds, ["case.opened", "case.joined", "case.joined", "case.opened", "case.opened"]);
    bank.verified();
}

#[test]
fn after_its_end_a_new_alert_opens_a_new_case() {
    let bank = Bank::open();
    let c = bank.opened(bank.people[2], "t13.emptied");
    bank.claim(&bank.officers[0], c.id).unwrap();
    bank.close(&bank.officers[0], c.id, Outcome::FalseAlarm, &[]).unwrap();
    assert_ne!(bank.opened(bank.people[2], "t13.emptied").id, c.id);
}

#[test]
fn one_officer_has_it_and_a_colleague_takes_over_what_is_late_only() {
    let bank = Bank::open();
    let [one, _, three] = bank.officers.clone();
    let c = bank.opened(bank.people[2], "t13.emptied");
    assert_eq!(code(bank.claim(&bank.teller, c.id)), "not_found");
    assert_eq!(code(bank.claim(&bank.far, c.id)), "not_found");
    assert_eq!(bank.claim(&one, c.id).unwrap(), Change::Done);
    assert_eq!(bank.claim(&one, c.id).unwrap(), Change::AlreadySo);
    assert_eq!(code(bank.claim(&three, c.id)), "case_not_yours");
    assert_eq!(code(bank.close(&three, c.id, Outcome::FalseAlarm, &[])), "case_not_yours");
    bank.hours(24);
    assert_eq!(code(bank.claim(&three, c.id)), "case_not_yours", "due is not late");
    bank.clock.advance(1);
    assert_eq!(bank.claim(&three, c.id).unwrap(), Change::Done);
    assert_eq!(bank.case(c.id).worked, 24 * HOUR + 1);
    assert_eq!(code(bank.close(&one, c.id, Outcome::FalseAlarm, &[])), "case_not_yours");

    let back = {
        let three = three.clone();
        bank.write(move |tx| put_back(tx, &three, c.id, "下班"))
    };
    assert_eq!((back.unwrap(), bank.case(c.id).state), (Change::Done, CaseState::Open));
    bank.claim(&one, c.id).unwrap();
    let Who::Staff(third) = three.who else { panic!("an officer") };
    let Who::Staff(teller) = bank.teller.who else { panic!("a teller") };
    let give = |to| {
        let one = one.clone();
        bank.write(move |tx| hand_over(tx, &one, c.id, to, "他熟悉"))
    };
    assert_eq!(code(give(teller)), "case_form");
    assert_eq!(give(third).unwrap(), Change::Done);
    assert_eq!(bank.case(c.id).officer, Some(third));
    let until = bank.now().plus(2 * HOUR);
    let waits = |until| {
        let three = three.clone();
        bank.write(move |tx| wait(tx, &three, c.id, until, "等合同"))
    };
    assert_eq!(code(waits(bank.now())), "case_form");
    waits(until).unwrap();
    assert_eq!((bank.case(c.id).state, bank.case(c.id).waits_until), (CaseState::Waiting, Some(until)));
    assert_eq!(bank.claim(&three, c.id).unwrap(), Change::Done);
}

fn tie(bank: &Bank, owner: PersonId, member: PersonId, name: &'static str, number: &'static str) {
    let actor = phone_of(owner);
    let ask = Invite { relation: Relation::Son, name: name.into(), phone: number.into(), shares: vec![], months: 3 };
    let tie = bank.write(move |tx| party::family::invite_unseeing(tx, &actor, &ask)).unwrap();
    assert_eq!(tie.member, Some(member));
    bank.write(move |tx| party::family::answer(tx, &phone_of(member), tie.id, true)).unwrap();
}

#[test]
fn nobody_works_a_case_of_his_own_his_family_or_a_customer_he_looks_after() {
    let bank = Bank::open();
    let [wang, li, zhang] = bank.people;
    let [one, son, three] = bank.officers.clone();
    let (of_wang, of_li, of_zhang) =
        (bank.opened(wang, "t11.first"), bank.opened(li, "t13.emptied"), bank.opened(zhang, "t13.emptied"));
    assert_eq!(code(bank.claim(&son, of_li.id)), "case_conflict");
    // Before the two are tied in the books, nothing is known of it.
    assert_eq!(bank.claim(&son, of_wang.id).unwrap(), Change::Done);
    tie(&bank, wang, li, "李建国", "13900000001");
    let closing = bank.close(&son, of_wang.id, Outcome::FalseAlarm, &[]);
    assert_eq!(code(closing), "case_conflict");
    assert_eq!(bank.claim(&son, of_zhang.id).unwrap(), Change::Done, "a stranger's");

    let Who::Staff(third) = three.who else { panic!("an officer") };
    let manager = bank.manager.clone();
    bank.write(move |tx| party::manager_assign(tx, &manager, zhang, Some(third))).unwrap();
    let gives = {
        let son = son.clone();
        bank.write(move |tx| hand_over(tx, &son, of_zhang.id, third, "请接手"))
    };
    assert_eq!(code(gives), "case_conflict");
    let Who::Staff(first) = one.who else { panic!("an officer") };
    assert!(bank.write(move |tx| hand_over(tx, &son, of_zhang.id, first, "请接手")).is_ok());
}

#[test]
fn what_is_secret_does_not_exist_for_others() {
    let bank = Bank::open();
    let [one, ..] = bank.officers.clone();
    let c = bank.opened(bank.people[2], "t03.gathered");
    assert_eq!(bank.queue(&bank.manager), [c.id]);
    let hide = |who: &Actor, secret| {
        let who = who.clone();
        bank.write(move |tx| keep_secret(tx, &who, c.id, secret))
    };
    assert_eq!(code(hide(&bank.manager, true)), "forbidden");
    hide(&one, true).unwrap();
    assert_eq!((bank.queue(&bank.manager), bank.queue(&one)), (vec![], vec![c.id]));
    assert_eq!(code(bank.store.read(|tx| case(tx, &bank.manager, c.id))), "not_found");
    assert_eq!(code(bank.claim(&bank.manager, c.id)), "not_found");
    hide(&one, false).unwrap();
    assert_eq!(bank.claim(&bank.manager, c.id).unwrap(), Change::Done);

    let by_hand = NewAlert {
        about: Some(About::Suspicion),
        ..NewAlert::of(Owner::Person(bank.people[2]), Source::Hand, "可疑-1", yuan(0))
    };
    assert_eq!(code(bank.alert(&bank.manager, &by_hand)), "forbidden");
    let (suspicion, _) = bank.alert(&one, &by_hand).unwrap();
    assert!(suspicion.sensitive);
    let shown = {
        let one = one.clone();
        bank.write(move |tx| keep_secret(tx, &one, suspicion.id, false))
    };
    assert_eq!(code(shown), "case_form");
}

#[test]
fn a_call_goes_to_the_number_of_the_register_and_says_what_was_asked() {
    let bank = Bank::open();
    let [one, ..] = bank.officers.clone();
    let [wang, li, _] = bank.people;
    let c = bank.opened(wang, "t11.first");
    let ring = |person, outcome, asked: &str| {
        let (one, call_) = (one.clone(), Call { person, outcome, asked: asked.into(), answered: asked.into() });
        bank.write(move |tx| call(tx, &one, c.id, &call_))
    };
    assert_eq!(code(ring(None, CallOutcome::NotReached, "")), "case_not_yours");
    bank.claim(&one, c.id).unwrap();
    ring(None, CallOutcome::NotReached, "").unwrap();
    assert_eq!(code(ring(None, CallOutcome::Reached, " ")), "case_form");
    assert_eq!(code(ring(Some(li), CallOutcome::Reached, "谁")), "case_form");
    ring(None, CallOutcome::Reached, "是谁让您转的").unwrap();
    let steps = bank.read(|tx| steps_of(tx, &one, c.id));
    let last = steps.last().unwrap();
    assert_eq!(
        (last.kind, last.call, last.shown.as_str()),
        (StepKind::Call, Some(CallOutcome::Reached), "139****0000")
    );
    assert_eq!(last.words.asked, "是谁让您转的");
    bank.verified();
}

#[test]
fn two_cases_of_one_customer_are_merged_and_those_of_two_are_not() {
    let bank = Bank::open();
    let [one, _, three] = bank.officers.clone();
    let [wang, _, zhang] = bank.people;
    let (into, from) = (bank.opened(zhang, "t13.emptied"), bank.opened(zhang, "t21.cash_tail"));
    let foreign = bank.opened(wang, "t13.emptied");
    let merge_ = |from| {
        let one = one.clone();
        bank.write(move |tx| merge(tx, &one, into.id, from))
    };
    assert_eq!(code(merge_(from.id)), "case_not_yours");
    bank.claim(&one, into.id).unwrap();
    assert_eq!(code(merge_(foreign.id)), "case_form");
    assert_eq!(code(merge_(into.id)), "case_form");
    bank.claim(&three, from.id).unwrap();
    assert_eq!(code(merge_(from.id)), "case_not_yours", "a colleague is at it");
    {
        let three = three.clone();
        bank.write(move |tx| put_back(tx, &three, from.id, "一起看")).unwrap();
    }
    assert_eq!(merge_(from.id).unwrap(), Change::Done);
    assert_eq!(merge_(from.id).unwrap(), Change::AlreadySo);
    let (left, gone) = (bank.case(into.id), bank.case(from.id));
    assert_eq!((left.alerts, left.severity, bank.alerts(into.id).len()), (2, Severity::High, 2));
    assert_eq!((gone.state, gone.merged_into, bank.alerts(from.id).len()), (CaseState::Merged, Some(into.id), 0));
    assert_eq!(bank.queue(&one).len(), 2);
    bank.verified();
}

#[test]
fn money_is_kept_once_and_only_where_a_fraud_was_stopped() {
    let bank = Bank::open();
    let [one, ..] = bank.officers.clone();
    let zhang = bank.people[2];
    let first = bank.held(zhang, "t13.emptied");
    let c = bank.alert(&watch(), &first).unwrap().0;
    // The same payment again, refused this time.
    let second =
        NewAlert { reference: format!("{}.refused", first.reference), source: Source::Stopped, ..first.clone() };
    bank.alert(&watch(), &second).unwrap();
    bank.claim(&one, c.id).unwrap();
    bank.clock.advance(6 * kernel::clock::MINUTE);
    let ids: Vec<CaseAlertId> = bank.alerts(c.id).iter().map(|a| a.id).collect();
    let kept: Vec<(CaseAlertId, How)> = ids.iter().map(|id| (*id, How::CalledOff)).collect();
    assert_eq!(code(bank.close(&one, c.id, Outcome::FalseAlarm, &kept)), "case_form");
    let foreign = bank.opened(bank.people[0], "t13.emptied");
    let strange = [(bank.alerts(foreign.id)[0].id, How::CalledOff)];
    assert_eq!(code(bank.close(&one, c.id, Outcome::Dissuaded, &strange)), "case_form");
    assert_eq!(bank.close(&one, c.id, Outcome::Dissuaded, &kept).unwrap(), Change::Done);
    assert_eq!(bank.close(&one, c.id, Outcome::Dissuaded, &kept).unwrap(), Change::AlreadySo);
    assert_eq!(code(bank.close(&one, c.id, Outcome::FalseAlarm, &[])), "case_state");

    let today = bank.now().local_date();
    let saved = bank.read(|tx| interceptions(tx, &bank.manager, today, today));
    assert_eq!(saved.len(), 1);
    assert_eq!((saved[0].amount, saved[0].payments, saved[0].how), (3_000_000, 1, How::CalledOff));
    assert!(bank.read(|tx| interceptions(tx, &bank.far, today, today)).is_empty());
    assert!(bank.store.read(|tx| interceptions(tx, &one, today, today.plus_days(-1))).is_err());

    bank.claim(&one, foreign.id).unwrap();
    bank.close(&one, foreign.id, Outcome::FalseAlarm, &[]).unwrap();
    let f = bank.read(|tx| figures(tx, &one, today, today));
    assert_eq!((f.closed, f.alerts, f.minutes_per_alert), (2, 3, 2));
    assert_eq!(
        (f.rules.len(), f.rules[0].alerts, f.rules[0].confirmed, f.rules[0].precision()),
        (1, 2, 1, 50),
        "a payment counts once for its rule"
    );
    bank.verified();
}

#[test]
fn at_night_hours_begin_in_the_morning_unless_a_desk_answers_or_it_is_a_hospital() {
    let bank = Bank::open();
    let [one, ..] = bank.officers.clone();
    let today = bank.now().local_date();
    bank.hours(13);
    let eight = today.plus_days(1).begins().plus(8 * HOUR);
    assert_eq!(bank.opened(bank.people[2], "t12.remote_control").due_at, eight.plus(HOUR));
    let basic = NewAlert { exempt: true, ..bank.held(bank.people[0], "t12.remote_control") };
    assert_eq!(bank.alert(&watch(), &basic).unwrap().0.due_at, bank.now().plus(HOUR));

    let night = NightNew { branch: bank.branch, from_day: today, desk: Some(bank.other), begins: 22, ends: 8 };
    let set = |who: &Actor, new: NightNew| {
        let who = who.clone();
        bank.write(move |tx| set_night(tx, &who, new))
    };
    assert_eq!(code(set(&one, night)), "case_form", "a day that has begun");
    let tomorrow = NightNew { from_day: today.plus_days(1), ..night };
    assert_eq!(code(set(&bank.far, tomorrow)), "forbidden");
    assert_eq!(code(set(&one, NightNew { begins: 17, ..tomorrow })), "case_form");
    assert_eq!(set(&one, tomorrow).unwrap(), Change::Done);
    assert_eq!(set(&one, tomorrow).unwrap(), Change::AlreadySo);
    bank.hours(24);
    let c = bank.opened(bank.people[1], "t12.remote_control");
    assert_eq!((c.desk, c.due_at), (bank.other, bank.now().plus(HOUR)));
    assert_eq!(bank.queue(&bank.far), [c.id], "the night desk sees it");
    assert_eq!(bank.claim(&bank.far, c.id).unwrap(), Change::Done);
    bank.verified();
}

#[test]
fn a_teller_who_talked_to_somebody_opens_a_case_and_works_none() {
    let bank = Bank::open();
    let wang = bank.people[0];
    let talk = NewAlert {
        elder: true,
        why: "要汇款给“公安”，劝住了".into(),
        ..NewAlert::of(Owner::Person(wang), Source::Counter, "劝阻-1", yuan(80_000))
    };
    let (c, _) = bank.alert(&bank.teller, &talk).unwrap();
    assert_eq!((c.skill, c.severity), (Skill::Elder, Severity::High));
    assert_eq!(code(bank.claim(&bank.teller, c.id)), "not_found");
    let by_hand = NewAlert { source: Source::Hand, reference: "手工-1".into(), ..talk.clone() };
    assert_eq!(code(bank.alert(&bank.teller, &by_hand)), "forbidden");
    assert_eq!(code(bank.alert(&phone_of(bank.people[2]), &talk)), "forbidden");
    let said = NewAlert { source: Source::Report, reference: "举报-1".into(), ..talk };
    assert!(bank.alert(&phone_of(wang), &said).is_ok());
    assert_eq!(
        code(bank.alert(&phone_of(bank.people[2]), &NewAlert { reference: "举报-2".into(), ..said })),
        "forbidden"
    );
}

#[test]
fn figures_count_what_was_opened_misused_and_wrong_where_one_sees_it_and_nothing_secret() {
    let bank = Bank::open();
    let [wang, _, zhang] = bank.people;
    let one = &bank.officers[0];
    let (from, to) = (Date::parse("2026-11-23").unwrap(), Date::parse("2026-12-31").unwrap());
    let mule = bank.opened(zhang, "t03.gathered");
    let wrong = bank.opened(wang, "t13.emptied");
    let secret = NewAlert { about: Some(About::Suspicion), ..bank.held(wang, "t02.rapid") };
    bank.alert(one, &secret).unwrap();
    assert!(bank.read(|tx| misused(tx, one, from, to)).is_empty(), "it has not ended");
    for (c, outcome) in [(&mule, Outcome::Fraud), (&wrong, Outcome::FalseAlarm)] {
        bank.claim(one, c.id).unwrap();
        bank.close(one, c.id, outcome, &[]).unwrap();
    }
    assert_eq!(bank.read(|tx| misused(tx, one, from, to)), [(bank.branch, Owner::Person(zhang))]);
    let false_ones = bank.read(|tx| false_alarms(tx, one, from, to));
    assert_eq!(false_ones.iter().map(|(o, a)| (*o, a.of_case)).collect::<Vec<_>>(), [(Owner::Person(wang), wrong.id)]);
    let counted: usize = bank.read(|tx| opened(tx, one, from, to)).iter().map(|o| o.cases).sum();
    assert_eq!(counted, 2, "the secret one is in no figure");
    for nothing in [
        bank.read(|tx| misused(tx, &bank.far, from, to)).len(),
        bank.read(|tx| false_alarms(tx, &bank.far, from, to)).len(),
        bank.read(|tx| opened(tx, &bank.far, from, to)).len(),
    ] {
        assert_eq!(nothing, 0, "another branch's officer");
    }
}
