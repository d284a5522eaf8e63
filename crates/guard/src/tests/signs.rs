//! What a device says of itself, and who signed in where.
use super::*;
use kernel::clock::{DAY, MINUTE};
use kernel::id::SessionId;

fn mark(n: u8) -> Key {
    device_key(&KeyRing::random(), &[n; 32])
}

fn sign_in(desk: &Desk, n: u8, on: Key, at: Timestamp) {
    let session = SessionId::from_raw(kernel::id::Raw::from_parts(at.micros() as u64 / 1_000, BOOK, [n; 6]));
    desk.store.write(move |tx| signed_in(tx, session, person(n), on, at)).unwrap();
}

fn catch_up(desk: &Desk, guard: &Guard) -> u64 {
    desk.store.read(|tx| guard.catch_up(tx)).unwrap()
}

fn on(device: Key) -> Facts {
    let payer = Payer { device: Some(device), ..facts().payer };
    Facts { payer, ..facts() }
}

fn shared(desk: &Desk, device: Key) -> Verdict {
    desk.prepare(&on(device)).unwrap();
    desk.pay(&on(device)).verdict()
}

#[test]
fn three_who_sign_in_on_one_device_are_noticed_and_two_are_not() {
    let (desk, device) = (Desk::new("signs"), mark(1));
    sign_in(&desk, 1, device, NOW.plus(-3 * MINUTE));
    sign_in(&desk, 2, device, NOW.plus(-2 * MINUTE));
    assert_eq!((catch_up(&desk, &desk.guard), shared(&desk, device)), (2, Verdict::Pass));
    sign_in(&desk, 2, device, NOW.plus(-MINUTE));
    assert_eq!((catch_up(&desk, &desk.guard), shared(&desk, device)), (1, Verdict::Pass), "the same one again");
    sign_in(&desk, 3, device, NOW);
    assert_eq!(catch_up(&desk, &desk.guard), 1);
    assert_eq!(catch_up(&desk, &desk.guard), 0, "each counts once");
    assert_eq!(shared(&desk, device), Verdict::Verify);
    assert_eq!(shared(&desk, mark(2)), Verdict::Pass, "another device");
    desk.verified();
}

#[test]
fn a_start_remembers_who_signed_in_and_counts_nobody_twice() {
    let (desk, device) = (Desk::new("signs-recall"), mark(1));
    for n in 1..4 {
        sign_in(&desk, n, device, NOW.plus(-i64::from(n) * MINUTE));
    }
    sign_in(&desk, 9, device, NOW.plus(-95 * DAY));
    let again = Guard::load().unwrap();
    assert_eq!(desk.store.read(|tx| again.recall(tx)).unwrap(), 3);
    assert_eq!(catch_up(&desk, &again), 0, "they were counted by the recall");
    assert_eq!(desk.store.read(|tx| again.prepare(tx, &on(device))).unwrap().verdict(), Ladder::Verify);
}

#[test]
fn what_is_not_said_is_unknown_and_what_cannot_be_is_not_believed() {
    let known = Signals { screen_shared: Some(true), ..Signals::default() };
    let said = DeviceSays { fill_seconds: Some(FILL_SECONDS_MAX), screen_shared: Some(false), ..DeviceSays::default() };
    let signals = said.onto(known);
    assert_eq!(signals.fill_seconds, Some(FILL_SECONDS_MAX));
    assert_eq!(signals.screen_shared, Some(true), "what the bank knows stays");
    assert_eq!((signals.number_pasted, signals.on_call, signals.operated), (None, None, None));
    let left_open = DeviceSays { fill_seconds: Some(FILL_SECONDS_MAX + 1), ..DeviceSays::default() };
    assert_eq!(left_open.onto(Signals::default()).fill_seconds, None);
}

#[test]
fn a_later_round_knows_what_the_device_said_at_first() {
    let desk = Desk::new("signs-round");
    let mut f = facts();
    f.amount = yuan(60_000);
    f.signals = DeviceSays { on_call: Some(true), ..DeviceSays::default() }.onto(f.signals);
    let first = desk.pay(&f);
    assert_eq!(first.inputs.0.says, DeviceSays { on_call: Some(true), ..DeviceSays::default() });
    assert!(first.staff_reasons().iter().any(|r| r.rule == "t12.on_call"), "{:?}", first.staff_reasons());
    let mut next = released(&f, Ladder::Tip);
    next.signals.on_call = None;
    let second = desk.pay(&next);
    assert!(second.staff_reasons().iter().any(|r| r.rule == "t12.on_call"), "{:?}", second.staff_reasons());
}

/// 2026-11-24 00:30 at the branch.
const MIDNIGHT: Timestamp = NOW.plus(14 * HOUR + 30 * MINUTE);

fn at_midnight(payee: Payee) -> Facts {
    let mut f = Facts { payee, amount: yuan(80_000), at: MIDNIGHT, ..elder() };
    f.payer.device_known = Some(false);
    f.signals.device_age_hours = Some(0);
    f.signals = DeviceSays { on_call: Some(true), number_pasted: Some(true), ..DeviceSays::default() }.onto(f.signals);
    f
}

#[test]
fn amlaw_30_an_elder_pays_a_new_hospital_at_midnight_and_is_asked_for_a_proof_at_most() {
    for class in [PayeeClass::Medical, PayeeClass::SocialSecurity, PayeeClass::Utilities] {
        let desk = Desk::new("midnight");
        let hospital = Payee::Inside { owner: firm(8), account: account(8), class, subjects: Vec::new() };
        let d = desk.pay(&at_midnight(hospital));
        assert!(matches!(d.verdict(), Verdict::Pass | Verdict::Verify), "{class}: {:?}", d.staff_reasons());
        assert_eq!(d.inputs.0.payee_class, class.code());
        let mut shared =
            at_midnight(Payee::Inside { owner: firm(9), account: account(9), class, subjects: Vec::new() });
        shared.signals.screen_shared = Some(true);
        let d = desk.pay(&shared);
        assert_eq!(d.verdict(), Verdict::Verify, "points that add up ask for no more: {:?}", d.staff_reasons());
    }
    for class in [PayeeClass::Ordinary, PayeeClass::Tax] {
        let desk = Desk::new("midnight-near");
        let shop = Payee::Inside { owner: firm(8), account: account(8), class, subjects: Vec::new() };
        let d = desk.pay(&at_midnight(shop));
        assert!(d.verdict() > Verdict::Verify, "{class}: {:?} {:?}", d.verdict(), d.staff_reasons());
    }
}
