//! Lists and freezes: terms, repetitions, versions, the audit.
use super::*;
use kernel::PageAsk;
use kernel::Who;
use kernel::clock::DAY;
use kernel::id::{ApprovalId, StaffId};

fn counters(desk: &Desk) -> (i64, i64) {
    let v = desk.store.read(versions).unwrap();
    (v.lists, v.freezes)
}

#[test]
fn an_entry_is_added_renewed_removed_and_each_change_counts() {
    let desk = Desk::new("entries");
    let subject = Subject::number(desk.keys(), "6222 0000-1234 5678");
    let actor = Actor::system("test");
    let e = desk.list(ListKind::Grey, subject.clone());
    assert_eq!(desk.list(ListKind::Grey, Subject::number(desk.keys(), "６２２２000012345678")).id, e.id);
    assert_eq!(counters(&desk), (1, 0), "the second time was already so");
    let mut f = facts();
    let Payee::Inside { subjects, .. } = &mut f.payee else { unreachable!("facts pay inside") };
    subjects.push(subject.clone());
    let (a, until) = (actor.clone(), NOW.plus(300 * HOUR));
    let renew = move |until| {
        let a = a.clone();
        move |tx: &mut store::Tx<'_>| renew_entry(tx, &a, e.id, until, "still")
    };
    assert!(desk.store.write(renew(until)).unwrap().made());
    assert!(!desk.store.write(renew(until)).unwrap().made());
    assert!(desk.store.write(renew(NOW.plus((ENTRY_DAYS_MAX + 1) * DAY))).unwrap_err().is(&BAD_ENTRY));
    assert_eq!(desk.pay(&f).verdict(), Verdict::Delay);
    desk.clock.set(until);
    let later = Facts { at: until, instruction: InstructionId::new(until, BOOK), ..f };
    assert_eq!(desk.pay(&later).verdict(), Verdict::Pass, "over by itself");
    let a = actor.clone();
    let remove = move |tx: &mut store::Tx<'_>| remove_entry(tx, &a, e.id, "cleared");
    assert!(desk.store.write(remove.clone()).unwrap().made());
    assert!(!desk.store.write(remove).unwrap().made());
    assert!(desk.store.write(renew(until.plus(DAY))).unwrap_err().is(&BAD_ENTRY));
    assert_eq!(counters(&desk), (3, 0));
    let log = desk.store.read(|tx| tx.audit_rows(0, 10, Some(&e.id.to_string()))).unwrap();
    for (action, times) in [("list.add", 1), ("list.renew", 1), ("list.remove", 1)] {
        assert_eq!(log.iter().filter(|r| r.action == action).count(), times, "{action}");
    }
    desk.verified();
}

#[test]
fn a_list_is_paged_newest_first() {
    let desk = Desk::new("pages");
    let ids: Vec<_> = (0..5).map(|n| desk.list(ListKind::Own, Subject::owner(desk.keys(), person(n))).id).collect();
    desk.list(ListKind::Black, Subject::owner(desk.keys(), person(9)));
    let page = |after| desk.store.read(|tx| entries(tx, ListKind::Own, &PageAsk { limit: Some(3), after })).unwrap();
    let first = page(None);
    let second = page(first.next.clone());
    let got: Vec<_> = first.items.iter().chain(&second.items).map(|e| e.id).rev().collect();
    assert_eq!((got, second.next), (ids, None));
}

#[test]
fn a_run_screens_its_payees() {
    let desk = Desk::new("screen");
    let e = desk.list(ListKind::Police, Subject::owner(desk.keys(), person(3)));
    let subjects: Vec<Subject> = (0..6).map(|n| Subject::owner(desk.keys(), person(n))).collect();
    let screen = |s: &[Subject], at| desk.store.read(|tx| screen(tx, s, at));
    let found = screen(&subjects, NOW).unwrap();
    assert_eq!(found.iter().map(|(i, e)| (*i, e.id)).collect::<Vec<_>>(), [(3, e.id)]);
    assert!(screen(&subjects, e.valid_until).unwrap().is_empty());
    let many = vec![subjects[0].clone(); SCREEN_SUBJECTS_MAX + 1];
    assert!(screen(&many, NOW).unwrap_err().is(&kernel::error::TOO_LARGE));
}

#[test]
fn an_entry_without_sense_is_refused_by_field() {
    let desk = Desk::new("bad-entries");
    let subject = Subject::owner(desk.keys(), person(1));
    type Spoil = fn(&mut NewEntry);
    let cases: [(&str, Spoil); 6] = [
        ("reason", |n| n.reason.clear()),
        ("source", |n| n.source = "x".repeat(201)),
        ("masked", |n| n.masked = " ".into()),
        ("until", |n| n.until = n.from),
        ("until", |n| n.until = n.from.plus((ENTRY_DAYS_MAX + 1) * DAY)),
        ("subject", |n| n.subject.hash.truncate(8)),
    ];
    for (field, change) in cases {
        let mut new = entry(ListKind::Black, subject.clone());
        change(&mut new);
        let e = desk.store.write(move |tx| add_entry(tx, &Actor::system("test"), new.clone())).unwrap_err();
        assert!(e.is(&BAD_ENTRY) && e.message().starts_with(field), "{field}: {e}");
    }
}

#[test]
fn freezes_have_terms_by_their_basis() {
    let desk = Desk::new("terms");
    let base = |basis| NewFreeze { basis, from: NOW, until: Some(NOW.plus(48 * HOUR)), ..risk_freeze(person(4)) };
    let until = |basis, span| NewFreeze { until: Some(NOW.plus(span)), document: format!("{span}"), ..base(basis) };
    use FreezeBasis::{Court, Customer, PoliceFreeze, PoliceStop, Risk};
    let cases = [
        (until(PoliceStop, 48 * HOUR), None),
        (until(PoliceStop, 48 * HOUR + 1), Some("until")),
        (NewFreeze { until: None, ..base(PoliceStop) }, Some("until")),
        (until(PoliceFreeze, POLICE_FREEZE_DAYS_MAX * DAY), None),
        (until(PoliceFreeze, POLICE_FREEZE_DAYS_MAX * DAY + 1), Some("until")),
        (NewFreeze { until: None, ..base(Court) }, None),
        (NewFreeze { document: "挂失".into(), ..base(Customer) }, None),
        (NewFreeze { document: " ".into(), ..base(Risk) }, Some("document")),
        (NewFreeze { subject: Owner::Bank, ..base(Risk) }, Some("subject")),
        (NewFreeze { until: Some(NOW), ..base(Court) }, Some("until")),
    ];
    for (new, field) in cases {
        match (desk.freeze(new.clone()), field) {
            (Ok(_), None) => {}
            (Err(e), Some(field)) => assert!(e.is(&BAD_FREEZE) && e.message().starts_with(field), "{new:?}: {e}"),
            (got, _) => panic!("{new:?}: {got:?}"),
        }
    }
}

#[test]
fn a_freeze_holds_until_its_end_or_a_release_by_the_right_hand() {
    let desk = Desk::new("freeze");
    let police = NewFreeze {
        basis: FreezeBasis::PoliceStop,
        until: Some(NOW.plus(40 * HOUR)),
        document: "公刑字 21".into(),
        ..risk_freeze(person(1))
    };
    let made = desk.freeze(police.clone()).unwrap();
    assert!(made.made() && !desk.freeze(police).unwrap().made());
    assert_eq!((made.get().number, counters(&desk)), (1, (0, 1)));
    assert_eq!(desk.freeze(risk_freeze(person(1))).unwrap().get().number, 2);
    let release = |number, document: &str, asked_by: &str| {
        let approval = ApprovalId::new(NOW, BOOK);
        let r = Release { document: document.into(), reason: "over".into(), asked_by: asked_by.into(), approval };
        desk.store.write(move |tx| release_party(tx, &Actor::system("test"), person(1), number, r.clone()))
    };
    assert!(release(1, "", "staf_B").unwrap_err().is(&FREEZE_DOCUMENT), "the branch cannot lift it by itself");
    assert!(release(1, "公刑字 22", "").unwrap_err().is(&BAD_FREEZE));
    assert!(release(1, "公刑字 22", "system:test").unwrap_err().is(&BAD_FREEZE), "nor the same person twice");
    assert!(release(3, "", "staf_B").unwrap_err().is(&kernel::error::NOT_FOUND));
    assert!(release(2, "", "staf_B").unwrap().made());
    assert_eq!(desk.pay(&facts()).verdict(), Verdict::Stop, "the police's still holds");
    assert!(release(1, "公刑字 22", "staf_B").unwrap().made());
    assert!(!release(1, "公刑字 22", "staf_B").unwrap().made());
    assert_eq!(desk.pay(&facts()).verdict(), Verdict::Pass);
    let again = NewFreeze { document: "公刑字 30".into(), until: Some(NOW.plus(HOUR)), ..risk_freeze(person(1)) };
    desk.freeze(again).unwrap();
    let active = |at| desk.store.read(|tx| in_force(tx, person(1), at)).unwrap().len();
    assert_eq!((active(NOW), active(NOW.plus(HOUR))), (1, 0), "it ends by itself");
    assert_eq!(desk.store.read(|tx| freezes(tx, person(1))).unwrap().len(), 3);
    let told = desk.store.read(|tx| tx.outbox_after_cursor("test", 100)).unwrap();
    let count = |kind: &str| told.iter().filter(|e| e.kind == kind).count();
    assert_eq!((count("guard.party_frozen"), count("guard.party_released")), (3, 2));
    desk.verified();
}

#[test]
fn an_entry_of_the_banks_own_is_due_before_it_ends_late_after_and_has_one_owner() {
    let desk = Desk::new("list-work");
    let actor = Actor::system("test");
    let end = NOW.plus(100 * DAY);
    let entry_of = |list, nth| {
        let (actor, subject) = (actor.clone(), Subject::owner(desk.keys(), person(nth)));
        let new = NewEntry {
            list,
            subject,
            masked: "62** 1234".into(),
            reason: "odd".into(),
            from: NOW,
            until: end,
            source: "case".into(),
            owner_staff: None,
        };
        desk.store.write(move |tx| add_entry(tx, &actor, new.clone())).unwrap().into_inner()
    };
    let own = entry_of(ListKind::Own, 1);
    entry_of(ListKind::Police, 2);
    let due = |at: Timestamp| {
        desk.clock.set(at);
        let page = desk.store.read(|tx| due_entries(tx, &PageAsk::first(10))).unwrap();
        page.items.into_iter().map(|e| (e.id, e.is_late(at))).collect::<Vec<_>>()
    };
    assert_eq!(due(own.due_at().plus(-1)), []);
    let officer = |n: u64| {
        let id = StaffId::new(NOW.plus(n as i64), BOOK);
        (id, Actor::of(Who::Staff(id)))
    };
    let (first, second) = (officer(1), officer(2));
    let take = |by: &Actor| {
        let by = by.clone();
        desk.store.write(move |tx| take_entry(tx, &by, own.id))
    };
    assert!(take(&first.1).unwrap().made(), "nobody had it");
    assert!(!take(&first.1).unwrap().made());
    assert!(take(&second.1).unwrap_err().is(&LIST_NOT_OWNER), "not due yet");
    assert_eq!(due(own.due_at()), [(own.id, false)], "and what the police listed is not looked after here");
    assert_eq!(take(&second.1).unwrap().into_inner().owner_staff, Some(second.0));
    let kept = desk.store.read(|tx| crate::entry(tx, own.id)).unwrap();
    assert!(owns_entry(&kept, &second.1).is_ok() && owns_entry(&kept, &first.1).unwrap_err().is(&LIST_NOT_OWNER));
    assert_eq!(due(end), [(own.id, true)]);
    assert_eq!(due(end.plus(LIST_LATE_DAYS * DAY + 1)), []);
    desk.verified();
}
