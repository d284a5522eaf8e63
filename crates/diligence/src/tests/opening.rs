use super::*;

fn refusals(bank: &Bank) -> Vec<Reason> {
    let page = bank.read(|tx| listed(tx, &bank.teller, Outcome::Refused, &PageAsk::first(50)));
    page.items.iter().filter_map(|o| o.reason).collect()
}

#[test]
fn afl_16_an_account_is_opened_with_its_answers_and_not_without() {
    let bank = Bank::open();
    let zhang = Owner::Person(bank.people[2]);
    let short = Said { answers: bank.said(zhang, &[]).answers[1..].to_vec(), ..bank.said(zhang, &[]) };
    assert_eq!(code(bank.ask(zhang, short)), "opening_answers");
    assert_eq!(code(bank.ask(zhang, bank.said(zhang, &[("use", "banana")]))), "opening_answers");
    assert_eq!(code(bank.ask(zhang, Said { purpose: " ".into(), ..bank.said(zhang, &[]) })), "bad_field");
    let (account, row) = bank.opens(zhang, bank.said(zhang, &[]));
    assert!(row.flags.0.is_empty() && row.outcome == Outcome::Opened);
    let (teller, id) = (bank.teller.clone(), row.id);
    let (kept, said) = bank.write(move |tx| said(tx, &teller, id)).unwrap();
    assert_eq!((kept.account, said.purpose.as_str(), said.answers.len()), (Some(account), "领工资", 7));
    assert_eq!(kept.asked_by, bank.teller.principal());
    bank.verified();
}

#[test]
fn afl_31_who_will_lend_it_or_is_paid_for_it_is_refused_and_it_stands_there() {
    let bank = Bank::open();
    let zhang = Owner::Person(bank.people[2]);
    for (answer, reason) in [(("lend", "yes"), Reason::WillLend), (("prompted", "paid"), Reason::PaidForIt)] {
        let asked = bank.ask(zhang, bank.said(zhang, &[answer])).unwrap();
        assert!(matches!(asked, Asked::Refused(o) if o.reason == Some(reason) && o.account.is_none()));
    }
    assert_eq!(refusals(&bank), [Reason::PaidForIt, Reason::WillLend], "newest first");
    assert_eq!(bank.events(), ["diligence.refused", "diligence.refused"]);
    let near_miss = bank.ask(zhang, bank.said(zhang, &[("lend", "no"), ("prompted", "employer")])).unwrap();
    assert!(matches!(near_miss, Asked::Go(_)));
}

#[test]
fn an_odd_answer_is_looked_at_more_closely_before_it_is_opened() {
    let bank = Bank::open();
    let zhang = Owner::Person(bank.people[2]);
    for odd in [("use", "unsure"), ("prompted", "stranger"), ("lend", "family"), ("tie", "none"), ("flows", "unknown")]
    {
        assert_eq!(code(bank.ask(zhang, bank.said(zhang, &[odd]))), "opening_closer_look", "{odd:?}");
        let said = Said { closer: "看了工作证".into(), ..bank.said(zhang, &[odd]) };
        assert!(matches!(bank.ask(zhang, said).unwrap(), Asked::Go(o) if o.flags.0.len() == 1), "{odd:?}");
    }
    for fine in [("occupation", "untold"), ("income", "untold")] {
        assert!(matches!(bank.ask(zhang, bank.said(zhang, &[fine])).unwrap(), Asked::Go(_)), "{fine:?}");
    }
    assert!(refusals(&bank).is_empty());
}

#[test]
fn a_phone_of_two_customers_asks_for_a_closer_look_and_ones_own_does_not() {
    let bank = Bank::open();
    let [wang, _, zhang] = bank.people.map(Owner::Person);
    assert_eq!(code(bank.ask(wang, bank.said(wang, &[]))), "opening_closer_look");
    let said = Said { closer: "母子同一号码".into(), ..bank.said(wang, &[]) };
    assert!(matches!(bank.ask(wang, said).unwrap(), Asked::Go(o) if o.found.0.sharers == 2));
    assert!(matches!(bank.ask(zhang, bank.said(zhang, &[])).unwrap(), Asked::Go(o) if o.found.0.sharers == 1));
}

#[test]
fn a_list_refuses_or_asks_for_a_closer_look() {
    let cases = [(ListKind::Black, true), (ListKind::Police, true), (ListKind::Grey, false)];
    for (list, refused) in cases {
        let bank = Bank::open();
        let zhang = bank.people[2];
        bank.lists(zhang, list);
        let owner = Owner::Person(zhang);
        match refused {
            true => {
                let asked = bank.ask(owner, bank.said(owner, &[])).unwrap();
                assert!(matches!(asked, Asked::Refused(o) if o.reason == Some(Reason::Listed)), "{list}");
            }
            false => assert_eq!(code(bank.ask(owner, bank.said(owner, &[]))), "opening_closer_look", "{list}"),
        }
    }
    let bank = Bank::open();
    let owner = Owner::Person(bank.people[2]);
    bank.lists(bank.people[2], ListKind::Black);
    bank.clock.advance(2 * DAY);
    assert!(matches!(bank.ask(owner, bank.said(owner, &[])).unwrap(), Asked::Go(_)), "the entry has ended");
}

#[test]
fn afl_17_a_firm_has_questions_of_its_own() {
    let bank = Bank::open();
    let firm = Owner::Firm(bank.firm);
    let asked = bank.ask(firm, bank.said(Owner::Person(bank.people[0]), &[]));
    assert_eq!(code(asked), "opening_answers", "those of people are not its own");
    assert_eq!(code(bank.ask(firm, bank.said(firm, &[("prompted", "agent")]))), "opening_closer_look");
    assert!(matches!(bank.ask(firm, bank.said(firm, &[("lend", "yes")])).unwrap(), Asked::Refused(_)));
    assert!(matches!(bank.ask(firm, bank.said(firm, &[])).unwrap(), Asked::Go(_)));
}

#[test]
fn a_teller_refuses_with_a_reason_of_his_own_and_with_no_other() {
    let bank = Bank::open();
    let owner = Owner::Person(bank.people[2]);
    let refuses = |reason: Reason, closer: &str| {
        let (teller, said) = (bank.teller.clone(), Said { closer: closer.into(), ..bank.said(owner, &[]) });
        bank.write(move |tx| refuse(tx, &teller, &OpeningNew { owner, said: said.clone() }, reason))
    };
    assert_eq!(code(refuses(Reason::Listed, "名单")), "bad_field");
    assert_eq!(code(refuses(Reason::LedByAnother, " ")), "bad_field");
    assert_eq!(refuses(Reason::LedByAnother, "旁边的人替他回答").unwrap().reason, Some(Reason::LedByAnother));
    let (far, said) = (bank.risk.clone(), Said { closer: "不肯回答".into(), ..bank.said(owner, &[]) });
    let not_his = bank.write(move |tx| refuse(tx, &far, &OpeningNew { owner, said: said.clone() }, Reason::Unwilling));
    assert_eq!(code(not_his), "forbidden");
}

#[test]
fn afl_32_an_upheld_objection_stands_no_longer_in_the_way() {
    let bank = Bank::open();
    let owner = Owner::Person(bank.people[2]);
    let Asked::Refused(o) = bank.ask(owner, bank.said(owner, &[("lend", "yes")])).unwrap() else { panic!("refused") };
    let appeal = AppealId::new(bank.clock.now(), bank.branch.book());
    let teller = bank.teller.clone();
    bank.write(move |tx| object(tx, &teller, o.id, appeal)).unwrap();
    let lift = || bank.write(move |tx| upheld(tx, &system(), appeal)).unwrap();
    assert_eq!((lift(), lift()), (Change::Done, Change::AlreadySo));
    assert_eq!(code(bank.ask(owner, bank.said(owner, &[("lend", "yes")]))), "opening_closer_look");
    bank.clock.advance((LIFTED_DAYS + 1) * DAY);
    assert!(matches!(bank.ask(owner, bank.said(owner, &[("lend", "yes")])).unwrap(), Asked::Refused(_)));
}

#[test]
fn openings_of_a_branch_are_seen_there_and_by_the_desk_of_cases() {
    let bank = Bank::open();
    let owner = Owner::Person(bank.people[2]);
    let (_, row) = bank.opens(owner, bank.said(owner, &[]));
    for who in [&bank.teller, &bank.risk, &bank.manager] {
        assert_eq!(bank.read(|tx| of_owner(tx, who, owner)).len(), 1);
        assert_eq!(bank.read(|tx| listed(tx, who, Outcome::Opened, &PageAsk::first(5))).items.len(), 1);
    }
    let id = row.id;
    assert_eq!(code(bank.store.read(|tx| opening(tx, &bank.far, id))), "not_found");
    assert_eq!(code(bank.store.read(|tx| of_owner(tx, &bank.far, owner))), "forbidden");
}
