use super::*;

fn objection(bank: &Bank, person: PersonId, instruction: Option<InstructionId>) -> AppealNew {
    AppealNew {
        subject: Owner::Person(person),
        kind: AppealKind::Objection,
        instruction,
        urgent: false,
        words: "这是给装修公司的尾款".into(),
        files: vec![Evidence { name: "合同.pdf".into(), bytes: bank.branch.to_string().into_bytes() }],
    }
}

fn says(bank: &Bank, actor: &Actor, new: &AppealNew) -> Result<(Appeal, Change)> {
    let (actor, new) = (actor.clone(), new.clone());
    bank.write(move |tx| object(tx, &actor, &new))
}

fn decides(bank: &Bank, actor: &Actor, id: AppealId, passes: bool) -> Result<Change> {
    let actor = actor.clone();
    bank.write(move |tx| decide(tx, &actor, id, passes, "合同已核对，限制已解除"))
}

fn agrees(bank: &Bank, actor: &Actor, id: AppealId) -> Result<Change> {
    let actor = actor.clone();
    bank.write(move |tx| agree(tx, &actor, id).map(|(_, c)| c))
}

#[test]
fn aml_39_an_objection_has_fifteen_days_and_an_urgent_one_a_day() {
    let bank = Bank::open();
    let zhang = bank.people[2];
    let me = phone_of(zhang);
    let (a, _) = says(&bank, &me, &objection(&bank, zhang, Some(bank.instruction()))).unwrap();
    assert_eq!(a.due_at, bank.now().local_date().plus_days(16).begins());
    let urgent = AppealNew { urgent: true, ..objection(&bank, zhang, None) };
    let (urgent, _) = says(&bank, &me, &urgent).unwrap();
    assert_eq!(urgent.due_at, bank.now().plus(24 * HOUR));
    let queue = bank.read(|tx| appeals(tx, &bank.manager, &PageAsk::first(10)));
    assert_eq!(queue.items.iter().map(|q| q.id).collect::<Vec<_>>(), [urgent.id, a.id], "the first due first");
    bank.hours(24);
    assert!(urgent.is_late(bank.now()) && !urgent.is_late(bank.now().plus(-1)) && !a.is_late(bank.now()));
    bank.verified();
}

#[test]
fn a_customer_speaks_for_himself_and_sees_only_his_own() {
    let bank = Bank::open();
    let [wang, _, zhang] = bank.people;
    let new = objection(&bank, zhang, Some(bank.instruction()));
    assert_eq!(code(says(&bank, &phone_of(wang), &new)), "forbidden");
    let (a, _) = says(&bank, &phone_of(zhang), &new).unwrap();
    let (again, change) = says(&bank, &phone_of(zhang), &new).unwrap();
    assert_eq!((again.id, change), (a.id, Change::AlreadySo));
    assert_eq!(code(bank.store.read(|tx| appeal(tx, &phone_of(wang), a.id))), "not_found");
    assert_eq!(code(bank.store.read(|tx| appeal(tx, &bank.far, a.id))), "not_found");
    let (said, answer, files) = bank.read(|tx| appeal_said(tx, &phone_of(zhang), a.id));
    assert_eq!((said.as_str(), answer, files.len()), ("这是给装修公司的尾款", None, 1));
    let read = {
        let r = bank.officers[0].clone();
        let f = files[0].0;
        bank.write(move |tx| appeal_file(tx, &r, a.id, f))
    };
    assert_eq!(read.unwrap().name, "合同.pdf");
    let empty = AppealNew { words: "  ".into(), ..new };
    assert_eq!(code(says(&bank, &phone_of(zhang), &empty)), "case_form");
}

#[test]
fn fraud_law_32_a_yes_takes_two_who_had_no_part_in_the_case() {
    let bank = Bank::open();
    let zhang = bank.people[2];
    let [one, son, three] = bank.officers.clone();
    let held = bank.held(zhang, "t13.emptied");
    let c = bank.alert(&watch(), &held).unwrap().0;
    bank.claim(&one, c.id).unwrap();
    let (a, _) = says(&bank, &phone_of(zhang), &objection(&bank, zhang, held.instruction)).unwrap();
    assert_eq!(a.of_case, Some(c.id));
    assert_eq!(code(decides(&bank, &one, a.id, true)), "appeal_not_yours");
    assert_eq!(code(decides(&bank, &bank.teller, a.id, true)), "not_found");
    assert_eq!(code(agrees(&bank, &three, a.id)), "appeal_state");
    assert_eq!(decides(&bank, &three, a.id, true).unwrap(), Change::Done);
    assert_eq!(decides(&bank, &three, a.id, true).unwrap(), Change::AlreadySo);
    let (_, answer, _) = bank.read(|tx| appeal_said(tx, &phone_of(zhang), a.id));
    assert_eq!(answer, None, "not before the second yes");
    assert_eq!(code(agrees(&bank, &three, a.id)), "appeal_not_yours");
    assert_eq!(code(agrees(&bank, &one, a.id)), "appeal_not_yours");

    let no = {
        let son = son.clone();
        bank.write(move |tx| disagree(tx, &son, a.id, "合同不全"))
    };
    assert_eq!(no.unwrap(), Change::Done);
    decides(&bank, &three, a.id, true).unwrap();
    assert_eq!(agrees(&bank, &son, a.id).unwrap(), Change::Done);
    assert_eq!(agrees(&bank, &son, a.id).unwrap(), Change::AlreadySo);
    let (_, answer, _) = bank.read(|tx| appeal_said(tx, &phone_of(zhang), a.id));
    assert_eq!(answer.as_deref(), Some("合同已核对，限制已解除"));
    assert_eq!(bank.events(), ["case.opened", "case.appeal_made", "case.appeal_decided"]);
    bank.verified();
}

#[test]
fn a_no_ends_it_with_an_answer_and_a_new_one_may_come() {
    let bank = Bank::open();
    let zhang = bank.people[2];
    let new = objection(&bank, zhang, Some(bank.instruction()));
    let (a, _) = says(&bank, &phone_of(zhang), &new).unwrap();
    decides(&bank, &bank.officers[2], a.id, false).unwrap();
    assert_eq!(code(decides(&bank, &bank.officers[2], a.id, true)), "appeal_state");
    assert_ne!(says(&bank, &phone_of(zhang), &new).unwrap().0.id, a.id);
    let of_li = objection(&bank, bank.people[1], None);
    let (li, _) = says(&bank, &phone_of(bank.people[1]), &of_li).unwrap();
    assert_eq!(code(decides(&bank, &bank.officers[1], li.id, false)), "case_conflict", "his own");
}
