use super::*;
use crate::codes::*;
use kernel::clock::{DAY, SECOND};
use kernel::error::FORBIDDEN;
use kernel::id::DeviceId;

fn origin() -> Origin {
    Origin {
        channel: Channel::Phone,
        address: "10.0.0.9".into(),
        agent: "machine".into(),
        device_mark: String::new(),
        correlation: "k1".into(),
    }
}

fn manager(bank: &Bank, branch: usize, number: &'static str) -> Actor {
    let id = bank.staff(number, branch);
    bank.grant(GrantAsk::new(Who::Staff(id), Role::BranchManager).at(bank.branches[branch])).unwrap();
    at(bank.branches[branch], Who::Staff(id))
}

fn new(bank: &Bank, branch: usize, variant: Variant) -> TerminalNew {
    TerminalNew { branch: bank.branches[branch], name: "K-01".into(), place: "大厅入口左侧".into(), variant }
}

fn enrol(bank: &Bank, by: &Actor, branch: usize) -> Enrolment {
    let (by, new) = (by.clone(), new(bank, branch, Variant::Tall));
    bank.write(move |tx| terminal_enrol(tx, &by, new.clone()))
}

fn join(bank: &Bank, code: &str) -> Result<Joined> {
    let code = code.to_owned();
    bank.try_write(move |tx| terminal_join(tx, &code, &origin()))
}

fn known(bank: &Bank, token: &str) -> Option<TerminalView> {
    bank.read(|tx| terminal_of(tx, token))
}

/// A machine of branch 1, joined.
fn machine(bank: &Bank) -> (Actor, TerminalView, String) {
    let by = manager(bank, 1, "M1");
    let made = enrol(bank, &by, 1);
    let joined = join(bank, &made.code).unwrap();
    (by, joined.view, joined.token)
}

#[test]
fn a_code_is_typed_once_within_ten_minutes_and_becomes_a_secret() {
    let bank = Bank::open();
    let by = manager(&bank, 1, "M1");
    let made = enrol(&bank, &by, 1);
    assert_eq!(made.code.len(), CODE_DIGITS);
    let other = format!("{:010}", (made.code.parse::<u64>().unwrap() + 1) % 10_000_000_000);
    for wrong in ["", "1", &other, &made.code[1..], "abcdefghij"] {
        assert!(join(&bank, wrong).unwrap_err().is(&ENROLMENT_CODE), "{wrong}");
    }
    let spaced = format!("{} {}", &made.code[..5], &made.code[5..]);
    let joined = join(&bank, &spaced).unwrap();
    assert!(join(&bank, &made.code).unwrap_err().is(&ENROLMENT_CODE), "a code is taken once");
    let seen = known(&bank, &joined.token).unwrap();
    assert_eq!((seen.terminal, seen.state.code(), seen.variant), (made.terminal, "enrolled", Variant::Tall));
    let forged = format!("{}.{}", made.terminal, "A".repeat(43));
    for strange in ["", "devc_1", &forged, &made.terminal.to_string()] {
        assert!(known(&bank, strange).is_none(), "{strange}");
    }

    let late = enrol(&bank, &by, 1);
    bank.clock.advance(CODE_MINUTES * MINUTE + SECOND);
    assert!(join(&bank, &late.code).unwrap_err().is(&ENROLMENT_CODE), "it lives ten minutes");
    let (again, actor) = (late.terminal, by.clone());
    let renewed = bank.write(move |tx| terminal_again(tx, &actor, again));
    assert!(join(&bank, &renewed.code).is_ok());
    assert_eq!((bank.audits("terminal.enrol", "done"), bank.audits("terminal.join", "done")), (3, 2));
}

#[test]
fn another_code_ends_the_secret_before_it_and_retiring_ends_all() {
    let bank = Bank::open();
    let (by, view, first) = machine(&bank);
    let (actor, id) = (by.clone(), view.terminal);
    let again = bank.write(move |tx| terminal_again(tx, &actor, id));
    assert!(known(&bank, &first).is_some(), "until the code is typed");
    let second = join(&bank, &again.code).unwrap().token;
    assert!(known(&bank, &first).is_none() && known(&bank, &second).is_some());

    let act = |f: fn(&mut store::Tx<'_>, &Actor, DeviceId) -> Result<Change>| {
        let actor = by.clone();
        bank.try_write(move |tx| f(tx, &actor, id))
    };
    assert_eq!(act(|tx, by, id| terminal_out(tx, by, id, "屏幕不亮")).unwrap(), Change::Done);
    assert_eq!(act(|tx, by, id| terminal_out(tx, by, id, "x")).unwrap(), Change::AlreadySo);
    let out = known(&bank, &second).unwrap();
    assert!(out.is_out_of_order() && out.state.reason() == "屏幕不亮" && out.state.by() == by.principal());
    assert_eq!(act(terminal_in_order).unwrap(), Change::Done);
    assert_eq!(act(terminal_in_order).unwrap(), Change::AlreadySo);
    assert!(act(|tx, by, id| terminal_retire(tx, by, id, " ")).unwrap_err().is(&REASON_NEEDED));
    assert_eq!(act(|tx, by, id| terminal_retire(tx, by, id, "换新机")).unwrap(), Change::Done);
    assert_eq!(act(|tx, by, id| terminal_retire(tx, by, id, "换新机")).unwrap(), Change::AlreadySo);
    assert!(known(&bank, &second).is_none());
    let refused = [
        act(|tx, by, id| terminal_again(tx, by, id).map(|_| Change::Done)),
        act(|tx, by, id| terminal_out(tx, by, id, "x")),
        act(terminal_in_order),
    ];
    assert!(refused.into_iter().all(|r| r.unwrap_err().is(&TERMINAL_RETIRED)));
    let listed = bank.read(|tx| terminals(tx, &by, bank.branches[1], &kernel::PageAsk::first(10))).items;
    assert_eq!((listed.len(), listed[0].state.code(), listed[0].state.reason()), (1, "retired", "换新机"));
}

#[test]
fn machines_are_for_those_who_look_after_them() {
    let bank = Bank::open();
    let (_, view, _) = machine(&bank);
    let id = view.terminal;
    let (lobby, teller, above) = (bank.staff("L", 1), bank.staff("T", 1), manager(&bank, 2, "M2"));
    bank.grant(GrantAsk::new(Who::Staff(lobby), Role::LobbyManager).at(bank.branches[1])).unwrap();
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(bank.branches[1])).unwrap();
    let (lobby, teller) = (at(bank.branches[1], Who::Staff(lobby)), at(bank.branches[1], Who::Staff(teller)));
    let place = bank.branches[1];
    // Who; whether he sees it, may put it out of order, may enrol.
    let cases = [(&lobby, true, true, false), (&teller, false, false, false), (&above, false, false, false)];
    for (who, sees, stops, enrols) in cases {
        let fits = |done: Result<()>, want: bool| match done {
            Ok(()) => want,
            Err(why) => !want && why.is(&FORBIDDEN),
        };
        let name = who.principal();
        let seen = bank.store.read(|tx| terminals(tx, who, place, &kernel::PageAsk::first(5)).map(drop));
        assert!(fits(seen, sees), "{name} sees");
        let actor = (*who).clone();
        assert!(fits(bank.try_write(move |tx| terminal_out(tx, &actor, id, "x").map(drop)), stops), "{name} stops");
        let (actor, wanted) = ((*who).clone(), new(&bank, 1, Variant::Low));
        let made = bank.try_write(move |tx| terminal_enrol(tx, &actor, wanted.clone()).map(drop));
        assert!(fits(made, enrols), "{name} enrols");
        let actor = (*who).clone();
        assert!(fits(bank.try_write(move |tx| terminal_retire(tx, &actor, id, "x").map(drop)), enrols), "{name} ends");
    }
}

fn card(nth: usize, valid_until: Option<&str>) -> CardRead {
    let (name, number, _) = RESIDENTS[nth];
    let valid_until = valid_until.map(|d| Date::parse(d).unwrap());
    CardRead {
        kind: CardKind::ResidentId,
        number: number.into(),
        name: name.into(),
        valid_until,
        photo: Photo("p1".into()),
    }
}

const SAME: Face = Face::Compared { likeness: 990, liveness: 990 };
const OTHER: Face = Face::Compared { likeness: 300, liveness: 990 };

fn lay(bank: &Bank, at: &TerminalView, card: CardRead) -> CardSeen {
    let at = at.clone();
    bank.write(move |tx| card_seen(tx, &at, &card, &origin()))
}

fn look(bank: &Bank, at: &TerminalView, face: Face) -> FaceSeen {
    let at = at.clone();
    bank.write(move |tx| face_seen(tx, &at, face, &origin()))
}

fn visit(bank: &Bank, at: &TerminalView, nth: usize) -> (String, VisitView) {
    assert_eq!(lay(bank, at, card(nth, None)), CardSeen::LookUp);
    match look(bank, at, SAME) {
        FaceSeen::Welcome(visited) => (visited.token, visited.view),
        other => panic!("{other:?}"),
    }
}

fn actor(bank: &Bank, token: &str, at: &TerminalView) -> Result<Actor> {
    bank.store.read(|tx| visit_view(tx, token)?.actor(tx.clock().now(), at.terminal, &origin()))
}

#[test]
fn a_card_and_a_face_make_a_visit_of_the_kiosk_channel() {
    let bank = Bank::open();
    let person = bank.person(0, 2);
    let (_, at, _) = machine(&bank);
    let (token, _) = visit(&bank, &at, 0);
    let who = actor(&bank, &token, &at).unwrap();
    assert_eq!((who.who, who.channel, who.login), (Who::Person(person), Channel::Kiosk, None));
    assert_eq!((who.device, who.branch, who.stepped_up), (Some(at.terminal), Some(bank.branches[1]), true));
    assert_eq!(bank.read(|tx| device_known(tx, &who)), None, "a shared machine is nobody's known device");
    let rows = bank.read(|tx| tx.audit_search(i64::MAX, 10, "", "visit.begin", ""));
    let row = &rows[0];
    assert_eq!((row.channel.as_str(), row.device.clone()), ("kiosk", at.terminal.to_string()));
    assert_eq!(row.branch, bank.branches[1].to_string());
    assert!(bank.store.read(|tx| session_view(tx, &token)).unwrap_err().is(&SESSION_ENDED), "no session of a phone");
    let rows = bank.read(|tx| tx.audit_search(i64::MAX, 10, "", "identity.card", ""));
    assert!(!format!("{rows:?}").contains(RESIDENTS[0].1), "no number stands in the log");
}

#[test]
fn what_a_card_can_be() {
    let bank = Bank::open();
    let (_, at, _) = machine(&bank);
    bank.person(0, 1);
    let today = "2026-11-21";
    let bank_card = CardRead { kind: CardKind::BankCard, ..card(0, None) };
    let cases = [
        (card(0, None), CardSeen::LookUp),
        (card(0, Some(today)), CardSeen::LookUp),
        (card(0, Some("2026-11-20")), CardSeen::Expired { on: Date::parse("2026-11-20").unwrap() }),
        (card(1, Some("2026-11-20")), CardSeen::Expired { on: Date::parse("2026-11-20").unwrap() }),
        (bank_card, CardSeen::OtherCard),
    ];
    for (card, want) in cases {
        assert_eq!(lay(&bank, &at, card), want);
        let waits = bank.read(|tx| photo_waiting(tx, &at)).is_some();
        assert_eq!(waits, want == CardSeen::LookUp, "a card that was refused waits for no face");
    }
    assert!(matches!(look(&bank, &at, SAME), FaceSeen::NoCard));
    lay(&bank, &at, card(0, None));
    for (face, want) in [(Face::TimedOut, "TimedOut"), (Face::CameraOff, "CameraOff"), (Face::Down, "Down")] {
        assert_eq!(format!("{:?}", look(&bank, &at, face)), want, "counts nothing and keeps the card");
    }
    bank.clock.advance(CHECK_SECONDS_MAX * SECOND + SECOND);
    assert!(matches!(look(&bank, &at, SAME), FaceSeen::NoCard), "the card went away");
}

#[test]
fn a_face_that_does_not_fit_tells_nothing_of_the_card() {
    let bank = Bank::open();
    let (_, at, _) = machine(&bank);
    bank.person(0, 1);
    let mut stories = Vec::new();
    for nth in [0, 1] {
        let mut story = Vec::new();
        for _ in 0..4 {
            story.push(format!("{:?}", lay(&bank, &at, card(nth, None))));
            story.push(format!("{:?}", look(&bank, &at, OTHER)));
        }
        stories.push(story);
    }
    assert_eq!(stories[0], stories[1], "a customer's card and a stranger's");
    let want = "LookUp, Again { left: 2 }, LookUp, Again { left: 1 }, LookUp, AskAtCounter, AskAtCounter, NoCard";
    assert_eq!(stories[0].join(", "), want);
    assert!(matches!(lay(&bank, &at, card(0, None)), CardSeen::AskAtCounter), "the right face comes too late today");
    bank.clock.advance(DAY);
    visit(&bank, &at, 0);
    lay(&bank, &at, card(1, None));
    assert!(matches!(look(&bank, &at, SAME), FaceSeen::NotOnFile));
    let renamed = CardRead { name: "别人".into(), ..card(0, None) };
    lay(&bank, &at, renamed);
    assert!(matches!(look(&bank, &at, SAME), FaceSeen::NotOnFile), "on file under another name");
}

#[test]
fn a_visit_is_short_and_twice_as_long_for_who_asks() {
    let bank = Bank::open();
    let (_, at, _) = machine(&bank);
    bank.person(0, 1);
    for (more, times) in [(false, 1), (true, MORE_TIME)] {
        let ask = |token: &str| {
            let (own, at) = (token.to_owned(), at.clone());
            if more {
                bank.write(move |tx| visit_more_time(tx, &own, &at, &origin()));
            }
        };
        let (token, _) = visit(&bank, &at, 0);
        ask(&token);
        bank.clock.advance((IDLE_SECONDS + WARNING_SECONDS) * times * SECOND);
        assert!(actor(&bank, &token, &at).is_ok(), "to the last second");
        bank.clock.advance(SECOND);
        assert!(actor(&bank, &token, &at).unwrap_err().is(&SESSION_ENDED), "idle, {times}");

        let (token, _) = visit(&bank, &at, 0);
        ask(&token);
        let end = VISIT_MINUTES_MAX * 60 * times;
        for _ in 0..end / 60 - 1 {
            bank.clock.advance(MINUTE);
            let own = token.clone();
            bank.write(move |tx| visit_touch(tx, &own));
            assert!(actor(&bank, &token, &at).is_ok(), "somebody is there");
        }
        bank.clock.advance(MINUTE);
        assert!(actor(&bank, &token, &at).unwrap_err().is(&SESSION_ENDED), "long enough, {times}");
    }
    assert_eq!(bank.audits("visit.more_time", "done"), 2);
    bank.clock.advance(VISIT_MINUTES_MAX * MORE_TIME * MINUTE);
    assert_eq!(
        bank.write(|tx| visits_expire(tx, 10)),
        1,
        "only the last is still there: a new one ends the one before"
    );
    assert_eq!(bank.write(|tx| visits_expire(tx, 10)), 0);
}

#[test]
fn a_visit_is_over_with_its_machine_and_at_the_next_ones() {
    let bank = Bank::open();
    let (by, at, _) = machine(&bank);
    let made = enrol(&bank, &by, 1);
    let second = join(&bank, &made.code).unwrap().view;
    let person = bank.person(0, 1);
    bank.person(1, 1);
    let (first, _) = visit(&bank, &at, 0);
    assert!(actor(&bank, &first, &second).unwrap_err().is(&SESSION_ENDED), "at its own machine only");
    let (next, _) = visit(&bank, &at, 1);
    assert!(actor(&bank, &first, &at).is_err() && actor(&bank, &next, &at).is_ok(), "whoever comes next");
    let (here, _) = visit(&bank, &at, 0);
    let (there, view) = visit(&bank, &second, 0);
    assert!(actor(&bank, &here, &at).is_err() && view.person == person, "nobody is at two machines");
    let (actor_by, id) = (by.clone(), second.terminal);
    bank.write(move |tx| terminal_out(tx, &actor_by, id, "卡纸"));
    assert!(actor(&bank, &there, &second).is_err(), "out of order");
    let (own, place) = (there.clone(), second.clone());
    assert_eq!(bank.write(move |tx| visit_end(tx, &own, &place, "left", &origin())), Change::AlreadySo);
    assert_eq!(bank.audits("visit.begin", "done"), bank.audits("visit.end", "done"));
}

#[test]
fn the_face_once_more_opens_what_needs_it_and_a_third_other_face_ends_it() {
    let bank = Bank::open();
    let (_, at, _) = machine(&bank);
    bank.person(0, 1);
    let (token, _) = visit(&bank, &at, 0);
    for _ in 0..STEP_UP_MINUTES {
        bank.clock.advance(MINUTE);
        let own = token.clone();
        bank.write(move |tx| visit_touch(tx, &own));
    }
    assert!(!actor(&bank, &token, &at).unwrap().stepped_up);
    let again = |token: &str, face| {
        let (own, at) = (token.to_owned(), at.clone());
        bank.write(move |tx| visit_step_up(tx, &own, &at, face, &origin()))
    };
    assert!(matches!(again(&token, Face::CameraOff), FaceAgain::Not(Judged::CameraOff)));
    let FaceAgain::Done(visited) = again(&token, SAME) else { panic!("refused") };
    assert!(actor(&bank, &token, &at).is_err(), "the token was replaced");
    assert!(actor(&bank, &visited.token, &at).unwrap().stepped_up);
    assert!(matches!(again(&visited.token, OTHER), FaceAgain::Again { left: 2 }));
    assert!(matches!(again(&visited.token, OTHER), FaceAgain::Again { left: 1 }));
    assert!(matches!(again(&visited.token, OTHER), FaceAgain::Over));
    assert!(actor(&bank, &visited.token, &at).unwrap_err().is(&SESSION_ENDED));
    assert_eq!(lay(&bank, &at, card(0, None)), CardSeen::AskAtCounter, "counted with the card's own");
}

#[test]
fn a_simulated_card_tells_its_story() {
    let at = <DeviceId as kernel::Id>::new(kernel::Timestamp::from_micros(1), kernel::BookId(1));
    let cards = Story::ALL.iter().zip(1u8..).map(|(story, tag)| SimulatedCard {
        tag,
        number: RESIDENTS[0].1.into(),
        name: RESIDENTS[0].0.into(),
        valid_until: None,
        story: *story,
    });
    let port = IdentitySimulator::new(cards.collect());
    for shown in port.shown() {
        let story = Story::parse(shown.story).unwrap();
        let read = match port.read(at, &format!(" {} ", shown.number)) {
            Reading::Card(card) => Some(card),
            Reading::NotRead | Reading::Down => None,
        };
        assert_eq!(read.is_none(), story == Story::NotRead, "{story}");
        let Some(card) = read else { continue };
        assert_eq!(card.kind == CardKind::BankCard, story == Story::BankCard);
        assert_eq!(card.valid_until.is_some(), story == Story::Expired);
        let want = match story {
            Story::OtherFace | Story::NotLive => Judged::Other,
            Story::TimedOut => Judged::TimedOut,
            Story::CameraOff => Judged::CameraOff,
            Story::Down => Judged::Down,
            _ => Judged::Same,
        };
        assert_eq!(judge(port.face(at, &card.photo)), want, "{story}");
    }
    for strange in ["", "0", "99", "one", "-1", "300"] {
        assert!(matches!(port.read(at, strange), Reading::NotRead), "{strange}");
    }
    assert!(matches!(NoReader.read(at, "1"), Reading::Down) && NoReader.face(at, &Photo(String::new())) == Face::Down);
}
