//! Looking: what opens, clears, is passed on and is let pass; and that a look at what changed finds what a look at all finds.
use super::*;

#[test]
fn a_warning_opens_once_keeps_its_figures_fresh_and_clears_itself() {
    let bank = Bank::open("2026-11-23");
    let site = bank.site(1, Some("990102"));
    bank.scan();
    let late = (Kind::FilingLate, "filing".to_owned());
    assert!(!bank.open_warnings(site.project).contains(&late), "the account was opened today; filing has 30 days");
    bank.at("2026-12-24");
    let done = bank.scan();
    assert!(bank.open_warnings(site.project).contains(&late), "time alone brought it: {done:?}");
    let again = bank.scan();
    assert_eq!((again.opened, again.projects), (0, 0));
    let (clerk, project) = (site.clerk.clone(), site.project);
    bank.write(move |tx| {
        touched_site(tx, project)?;
        worksite::record_filing(tx, &clerk, project, "备-1", day("2026-12-24"))
    })
    .unwrap();
    assert!(bank.scan().cleared >= 1);
    assert!(!bank.open_warnings(site.project).contains(&late));
    bank.verify();
}

#[test]
fn whoever_does_nothing_in_his_hours_is_followed_by_the_next() {
    let bank = Bank::open("2026-11-23");
    let site = bank.site(1, Some("990102"));
    bank.at("2026-12-24");
    bank.scan();
    let id = bank.warning_of(site.project, Kind::FilingLate);
    let step = |bank: &Bank| bank.read(|tx| warning(tx, &bank.officer, id)).warning.step;
    assert_eq!(step(&bank), Step::Contractor);
    bank.at("2026-12-26");
    bank.scan();
    assert_eq!(step(&bank), Step::Contractor, "72 hours are not over");
    let clerk = site.clerk.clone();
    bank.write(move |tx| act_on(tx, &clerk, id, "明天去备案")).unwrap();
    bank.at("2026-12-28");
    bank.scan();
    assert_eq!(step(&bank), Step::Contractor, "he acts and has his hours anew");
    bank.at("2026-12-29");
    bank.scan();
    assert_eq!(step(&bank), Step::Officer);
    bank.at("2027-02-28");
    for _ in 0..3 {
        bank.scan();
    }
    assert_eq!(step(&bank), Step::Manager, "each has his own hours from the look that passed it on");
    bank.at("2027-03-30");
    bank.scan();
    assert_eq!(step(&bank), Step::Bureau);
}

#[test]
fn a_dismissal_is_learnt_until_the_figures_get_worse_by_the_step() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, Some("990102"));
    let (h, project) = (bank.hand(1), site.project);
    bank.take_on(&site, &h, &h.card, OURS);
    // The same card for three people at another bank is nobody's own.
    let shared = |n: usize| {
        let hand = Hand { name: format!("外人{n}"), identity: identity(40 + n), ..h.clone() };
        bank.take_on(&bank.site(10 + n, None), &hand, "6200000000000000003", "沧溟银行")
    };
    let own = Hand { name: "外人九".into(), identity: identity(49), ..h.clone() };
    bank.take_on(&site, &own, "6200000000000000003", "沧溟银行");
    shared(1);
    bank.scan();
    let card = |bank: &Bank| bank.open_warnings(project).iter().any(|(k, _)| *k == Kind::OneCardMany);
    assert!(card(&bank));
    let id = bank.warning_of(project, Kind::OneCardMany);
    let officer = bank.officer.clone();
    let how =
        Dismissal { reason: "夫妻店代领，已核实".into(), until: Some(day("2027-01-31")), worse_percent: 50 };
    let given = how.clone();
    let done = bank.write(move |tx| dismiss(tx, &officer, id, given.clone())).unwrap();
    assert_eq!(done, Dismissed::Done, "it is not severe");
    bank.scan();
    assert!(!card(&bank), "let pass");
    shared(2);
    bank.scan();
    assert!(!card(&bank), "three of two: worse by half and no more");
    shared(3);
    bank.scan();
    assert!(card(&bank), "four of two");
    let clerk = site.clerk.clone();
    let id = bank.warning_of(project, Kind::OneCardMany);
    assert!(bank.write(move |tx| dismiss(tx, &clerk, id, how.clone())).is_err(), "a firm does not dismiss");
}

#[test]
fn what_is_severe_is_dismissed_by_two() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, Some("990102"));
    bank.scan();
    let id = bank.warning_of(site.project, Kind::RosterMissing);
    let (officer, manager) = (bank.officer.clone(), bank.manager.clone());
    let how = Dismissal { reason: "停工".into(), until: None, worse_percent: 0 };
    let maker = officer.clone();
    let Dismissed::Asked(asked) = bank.write(move |tx| dismiss(tx, &maker, id, how.clone())).unwrap() else {
        panic!("one person dismissed what is severe")
    };
    let hash = bank.read(|tx| approval::raw(tx, asked)).hash_text();
    let (own, shown) = (officer.clone(), hash.clone());
    assert!(bank.write(move |tx| approval_yes(tx, &own, asked, &shown)).is_err(), "he asked himself");
    assert!(bank.open_warnings(site.project).iter().any(|(k, _)| *k == Kind::RosterMissing));
    bank.write(move |tx| approval_yes(tx, &manager, asked, &hash)).unwrap();
    bank.scan();
    assert!(!bank.open_warnings(site.project).iter().any(|(k, _)| *k == Kind::RosterMissing));
    bank.at("2026-11-24");
    bank.scan();
    assert!(bank.open_warnings(site.project).iter().any(|(k, _)| *k == Kind::RosterMissing), "seven days are over");
}

#[test]
fn one_card_is_seen_from_every_project_and_own_cards_from_none() {
    let bank = Bank::open("2026-11-16");
    let (a, b) = (bank.site(1, None), bank.site(2, None));
    let (h, w) = (bank.hand(1), bank.hand(2));
    // Husband and wife with a card each; the husband on two projects with his own.
    bank.take_on(&a, &h, &h.card, OURS);
    bank.take_on(&b, &h, &h.card, OURS);
    bank.take_on(&b, &w, &w.card, OURS);
    bank.scan();
    let many = |s: &Site| bank.open_warnings(s.project).iter().filter(|(k, _)| *k == Kind::OneCardMany).count();
    assert_eq!((many(&a), many(&b)), (0, 0));
    let third = Hand { name: "外人甲".into(), identity: identity(41), ..h.clone() };
    let fourth = Hand { name: "外人乙".into(), identity: identity(42), ..h.clone() };
    bank.take_on(&a, &third, "6200000000000000003", "沧溟银行");
    bank.scan();
    bank.take_on(&b, &fourth, "6200000000000000003", "沧溟银行");
    bank.scan();
    assert_eq!((many(&a), many(&b)), (1, 1), "the project that did not change is warned of too");
}

#[test]
fn wages_that_flow_to_one_payee_are_seen_in_the_books() {
    let bank = Bank::open("2026-11-16");
    let site = bank.site(1, None);
    let hands: Vec<Hand> = (1..=6).map(|n| bank.hand(n)).collect();
    hands.iter().for_each(|h| {
        bank.take_on(&site, h, &h.card, OURS);
    });
    bank.fund(&site, yuan(100_000));
    let sheet = bank.sheet(&site, "2026-10", &hands);
    bank.pay(&site, sheet);
    bank.scan();
    let back = |bank: &Bank| bank.open_warnings(site.project).iter().any(|(k, _)| *k == Kind::WageBackflow);
    assert!(!back(&bank));
    let boss = bank.hand(7);
    let touch = |bank: &Bank| {
        let project = site.project;
        bank.write(move |tx| touched(tx, project)).unwrap();
        bank.scan();
    };
    hands[..4].iter().for_each(|h| bank.transfer(h.account, boss.account, yuan(4_000), "transfer"));
    touch(&bank);
    assert!(!back(&bank), "four");
    bank.transfer(hands[4].account, boss.account, yuan(3_999), "transfer");
    touch(&bank);
    assert!(!back(&bank), "and one who keeps more than half");
    bank.transfer(hands[5].account, boss.account, yuan(4_000), "transfer");
    touch(&bank);
    assert!(back(&bank));
}

#[test]
fn looking_at_what_changed_finds_what_looking_at_all_finds() {
    let mut found = 0;
    for seed in 1..=6u64 {
        let bank = Bank::open("2026-11-02");
        let sites: Vec<Site> = (1..=3).map(|n| bank.site(n, Some("990102"))).collect();
        let hands: Vec<Hand> = (1..=6).map(|n| bank.hand(n)).collect();
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut pick = |n: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % n
        };
        let mut on = day("2026-11-02");
        for step in 0..12 {
            let site = &sites[pick(3)];
            match pick(5) {
                0 => {
                    let h = &hands[pick(6)];
                    bank.take_on(site, h, &h.card, OURS);
                }
                1 => {
                    let stranger =
                        Hand { name: format!("外人{step}"), identity: identity(50 + step), ..hands[0].clone() };
                    let card = ["6200000000000000003", "6200000000000000011"][pick(2)];
                    // One roster does not take the same card twice.
                    let _ = bank.try_take_on(site, &stranger, card, "沧溟银行");
                }
                2 => bank.fund(site, yuan(1_000)),
                3 => {
                    let (clerk, project) = (site.clerk.clone(), site.project);
                    let on = on.to_string();
                    let _ = bank.write(move |tx| {
                        touched_site(tx, project)?;
                        worksite::record_filing(tx, &clerk, project, "备", day(&on))
                    });
                }
                _ => on = on.plus_days(1 + pick(9) as i64),
            }
            bank.at(&on.to_string());
            bank.scan();
        }
        let seen = |bank: &Bank| sites.iter().map(|s| bank.open_warnings(s.project)).collect::<Vec<_>>();
        let by_parts = seen(&bank);
        let whole = scan_all(&bank.desk.store).unwrap();
        assert_eq!((whole.opened, whole.cleared), (0, 0), "seed {seed}");
        assert_eq!(by_parts, seen(&bank), "seed {seed}");
        found += by_parts.iter().map(Vec::len).sum::<usize>();
        bank.verify();
    }
    assert!(found >= 6, "{found} warnings in all histories");
}
