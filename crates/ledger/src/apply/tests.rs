//! The rules by table: a line a case.
use super::{Balance, Context, Hold, Original, Slot, State, flag};
use crate::account::{Purpose, Side};
use crate::entry::Entry;
use crate::refusal::Refusal;
use crate::transfer::{Kind, Outcome, Transfer};
use kernel::id::{AccountId, Raw, TransferId};
use kernel::{BookId, Currency, Date, Id, Money, Timestamp, clock::DAY};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

const NOW: Timestamp = Timestamp::from_micros(1_000 * DAY);
const LATER: Timestamp = NOW.plus(DAY);

pub(super) fn acct(n: u64) -> AccountId {
    AccountId::from_raw(Raw::from_parts(n, BookId(1), [0; 6]))
}
pub(super) fn xfer(n: u64) -> TransferId {
    TransferId::from_raw(Raw::from_parts(n, BookId(1), [0; 6]))
}
fn next() -> TransferId {
    static NEXT: AtomicU64 = AtomicU64::new(1_000);
    xfer(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The accounts of the table.
const A: u64 = 1;
const B: u64 = 2;
const WAGE: u64 = 3;
const WORKER: u64 = 4;
const VAULT: u64 = 5;
const LOAN: u64 = 6;
const YEN: u64 = 7;
const CLOSED: u64 = 8;
const DORMANT: u64 = 9;
const NO_DEBITS: u64 = 10;
const NO_CREDITS: u64 = 11;
const COUNTER_ONLY: u64 = 12;
const FROZEN: u64 = 13;
const FULL: u64 = 14;
const UNKNOWN: u64 = 99;

/// Holds that stand ready: open, posted, voided, expired, due and not yet ended.
const OPEN: u64 = 101;
const POSTED: u64 = 102;
const VOIDED: u64 = 103;
const EXPIRED: u64 = 104;
const DUE: u64 = 105;

pub(super) fn slot(n: u64, side: Side, limited: bool, purpose: Purpose, balance: Balance) -> Slot {
    Slot::new(acct(n), Currency::CNY, side, purpose, limited, balance)
}

fn holding(credits_posted: i64, flags: i64) -> Balance {
    Balance { credits_posted, flags, ..Balance::default() }
}

/// 100 in every customer's account; 30 of A's are held for B, by three holds of 10, one of them due.
fn bank() -> State {
    let mut s = State::default();
    let customers = [
        (A, Purpose::General, 0),
        (B, Purpose::General, 0),
        (WAGE, Purpose::Wage, 0),
        (WORKER, Purpose::General, 0),
        (CLOSED, Purpose::General, flag::CLOSED),
        (DORMANT, Purpose::General, flag::DORMANT),
        (NO_DEBITS, Purpose::General, flag::NO_DEBITS),
        (NO_CREDITS, Purpose::General, flag::NO_CREDITS),
        (COUNTER_ONLY, Purpose::General, flag::COUNTER_ONLY),
        (FROZEN, Purpose::General, 0),
    ];
    customers
        .iter()
        .for_each(|(n, purpose, flags)| s.add_account(slot(*n, Side::Credit, true, *purpose, holding(100, *flags))));
    s.add_account(slot(VAULT, Side::Debit, false, Purpose::Settlement, Balance::default()));
    s.add_account(slot(LOAN, Side::Debit, true, Purpose::General, Balance { debits_posted: 50, ..Balance::default() }));
    s.add_account(Slot::new(acct(YEN), Currency::JPY, Side::Credit, Purpose::General, true, holding(100, 0)));
    let full = Balance { credits_posted: i64::MAX - 5, debits_posted: i64::MAX - 5, ..Balance::default() };
    s.add_account(slot(FULL, Side::Credit, false, Purpose::General, full));
    s.change_account(acct(FROZEN)).unwrap().2.frozen = 60;
    s.change_account(acct(A)).unwrap().2.debits_pending = 20;
    s.change_account(acct(B)).unwrap().2.credits_pending = 20;
    let held = |expires_at, ended| Hold { debit: acct(A), credit: acct(B), amount: 10, expires_at, ended };
    s.holds.insert(xfer(OPEN), held(LATER, None));
    s.holds.insert(xfer(POSTED), held(LATER, Some(Kind::Post)));
    s.holds.insert(xfer(VOIDED), held(LATER, Some(Kind::Void)));
    s.holds.insert(xfer(EXPIRED), held(LATER, Some(Kind::Expire)));
    s.holds.insert(xfer(DUE), held(NOW, None));
    s.grants.insert((acct(WAGE), acct(WORKER)));
    s.forget_undo();
    s.take_dirty();
    s
}

fn context() -> Context {
    Context { now: NOW, business_date: NOW.local_date(), at_counter: false }
}

fn t(debit: u64, credit: u64, amount: i64) -> Transfer {
    Transfer::single(next(), acct(debit), acct(credit), Money::cny(amount), "transfer")
}
fn hold(debit: u64, credit: u64, amount: i64) -> Transfer {
    t(debit, credit, amount).hold(LATER)
}
fn end(kind: Kind, of: u64, amount: i64) -> Transfer {
    Transfer { kind, pending: Some(xfer(of)), ..t(A, B, amount) }
}
fn post(of: u64, amount: i64) -> Transfer {
    end(Kind::Post, of, amount)
}
fn void(of: u64) -> Transfer {
    end(Kind::Void, of, 10)
}
fn code(code: &'static str, t: Transfer) -> Transfer {
    Transfer { code: code.into(), ..t }
}
fn reversing(of: u64, t: Transfer) -> Transfer {
    Transfer { reverses: Some(xfer(of)), ..t }
}
fn again(first: &Transfer) -> Transfer {
    Transfer { linked: false, ..first.clone() }
}

/// `posted already_so funds_short`: what became of each, in order.
fn told(outcomes: &[Outcome]) -> String {
    let word = |o: &Outcome| match o {
        Outcome::Posted => "posted",
        Outcome::AlreadySo => "already_so",
        Outcome::Refused(r) => r.code().name,
    };
    outcomes.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn run(batch: &[Transfer]) -> String {
    told(&bank().apply(batch, &context()))
}

#[test]
fn every_case() {
    let far = NOW.local_date().plus_days(367);
    let long = "x".repeat(201);
    let one = t(A, B, 10);
    let other = Transfer { amount: Money::cny(11), ..one.clone() };
    let dated = Transfer { value_date: Some(context().business_date), ..one.clone() };
    let held = hold(A, B, 40);
    let of = |kind, amount| Transfer { kind, pending: Some(held.id), ..t(A, B, amount) };
    let stray = Transfer { id: TransferId::from_raw(Raw::from_parts(9_000, BookId(2), [0; 6])), ..t(A, B, 1) };
    let linked = |t: Transfer| t.linked();
    let cases: Vec<(&str, Vec<Transfer>)> = vec![
        ("posted", vec![t(A, B, 80)]),
        ("funds_short", vec![t(A, B, 81)]),
        ("posted funds_short", vec![t(A, B, 80), t(A, B, 1)]),
        ("posted posted", vec![t(A, B, 80), t(B, A, 180)]),
        ("posted", vec![t(VAULT, A, 1_000_000)]),
        ("amount_not_positive", vec![t(A, B, 0)]),
        ("amount_not_positive", vec![t(A, B, -1)]),
        ("amount_not_positive", vec![t(A, B, i64::MIN)]),
        ("same_account", vec![t(A, A, 1)]),
        ("wrong_book", vec![stray]),
        ("debit_unknown", vec![t(UNKNOWN, B, 1)]),
        ("credit_unknown", vec![t(A, UNKNOWN, 1)]),
        ("currency_differs", vec![t(A, YEN, 1)]),
        ("currency_differs", vec![Transfer { amount: Money::new(1, Currency::JPY), ..t(A, B, 1) }]),
        ("already_so", vec![one.clone(), again(&one)]).after("posted"),
        ("already_so", vec![one.clone(), dated]).after("posted"),
        ("exists_different", vec![one.clone(), other]).after("posted"),
        ("funds_short already_so", vec![one.clone(), t(A, B, 1_000), again(&one)]).after("posted"),
        ("expiry_missing", vec![Transfer { kind: Kind::Pending, ..t(A, B, 1) }]),
        ("expiry_missing", vec![t(A, B, 1).hold(NOW)]),
        ("posted", vec![t(A, B, 1).hold(NOW.plus(1))]),
        ("posted", vec![t(A, B, 1).hold(NOW.plus(400 * DAY))]),
        ("expiry_missing", vec![t(A, B, 1).hold(NOW.plus(400 * DAY + 1))]),
        ("expiry_missing", vec![Transfer { expires_at: Some(LATER), ..t(A, B, 1) }]),
        ("value_date_out", vec![Transfer { value_date: Some(far), ..t(A, B, 1) }]),
        ("posted", vec![Transfer { value_date: Some(far.plus_days(-1)), ..t(A, B, 1) }]),
        ("posted", vec![Transfer { value_date: Some(far.plus_days(-2 * 366 - 1)), ..t(A, B, 1) }]),
        ("value_date_out", vec![Transfer { value_date: Some(far.plus_days(-2 * 366 - 2)), ..t(A, B, 1) }]),
        ("text_too_long", vec![t(A, B, 1).memo(long.as_str())]),
        ("posted", vec![t(A, B, 1).memo(&long[1..])]),
        ("text_too_long", vec![t(A, B, 1).memo("a\0b")]),
        ("text_too_long", vec![t(A, B, 1).reference(&long[..65])]),
        ("text_too_long", vec![Transfer { code: long[..33].to_string().into(), ..t(A, B, 1) }]),
        // Holds.
        ("posted posted", vec![hold(A, B, 50), t(A, B, 30)]),
        ("posted funds_short", vec![hold(A, B, 50), t(A, B, 31)]),
        ("posted funds_short", vec![hold(A, B, 80), t(B, A, 101)]),
        ("posted posted", vec![held.clone(), of(Kind::Post, 40)]),
        ("posted posted posted", vec![held.clone(), of(Kind::Post, 15), t(A, B, 65)]),
        ("posted posted pending_posted", vec![held.clone(), of(Kind::Post, 15), of(Kind::Post, 15)]),
        ("posted posted pending_voided", vec![held.clone(), of(Kind::Void, 40), of(Kind::Post, 15)]),
        ("posted posted pending_posted", vec![held.clone(), of(Kind::Post, 40), of(Kind::Void, 40)]),
        ("posted exceeds_pending", vec![held.clone(), of(Kind::Post, 41)]),
        ("posted exceeds_pending", vec![held.clone(), of(Kind::Void, 41)]),
        ("posted pending_differs", vec![held.clone(), of(Kind::Void, 39)]),
        ("posted pending_not_due", vec![held.clone(), of(Kind::Expire, 40)]),
        ("posted", vec![post(OPEN, 10)]),
        ("posted", vec![void(OPEN)]),
        ("pending_posted", vec![post(POSTED, 10)]),
        ("pending_voided", vec![post(VOIDED, 10)]),
        ("pending_expired", vec![post(EXPIRED, 10)]),
        ("pending_expired", vec![post(DUE, 10)]),
        ("pending_expired", vec![void(DUE)]),
        ("posted", vec![end(Kind::Expire, DUE, 10)]),
        ("posted pending_expired", vec![end(Kind::Expire, DUE, 10), end(Kind::Expire, DUE, 10)]),
        ("pending_unknown", vec![post(UNKNOWN, 10)]),
        ("pending_unknown", vec![Transfer { pending: None, ..post(OPEN, 10) }]),
        ("pending_unknown", vec![Transfer { pending: Some(xfer(OPEN)), ..t(A, B, 1) }]),
        ("pending_differs", vec![Transfer { credit: acct(WORKER), ..post(OPEN, 10) }]),
        ("pending_differs", vec![Transfer { debit: acct(B), credit: acct(A), ..post(OPEN, 10) }]),
        // Linked.
        ("posted posted", vec![linked(t(A, B, 10)), t(B, A, 10)]),
        ("link_failed funds_short", vec![linked(t(A, B, 10)), t(B, A, 111)]),
        ("funds_short link_failed", vec![linked(t(A, B, 81)), t(B, A, 1)]),
        (
            "link_failed funds_short link_failed posted",
            vec![linked(t(A, B, 1)), linked(t(A, B, 80)), t(A, B, 1), t(A, B, 80)],
        ),
        ("posted posted", vec![linked(t(VAULT, A, 900)), t(A, B, 900)]),
        ("link_failed link_open", vec![linked(t(A, B, 1)), linked(t(A, B, 1))]),
        ("link_open", vec![linked(t(A, B, 1))]),
        ("posted link_failed link_open", vec![t(A, B, 1), linked(t(A, B, 1)), linked(t(A, B, 1))]),
        ("link_failed funds_short pending_unknown", vec![linked(held.clone()), t(A, B, 100), of(Kind::Post, 40)]),
        ("link_failed exists_different", vec![linked(one.clone()), Transfer { memo: "x".into(), ..again(&one) }]),
        ("posted already_so", vec![linked(one.clone()), again(&one)]),
        ("link_failed funds_short posted", vec![linked(one.clone()), t(A, B, 100), again(&one)]),
        // Limited accounts that grow on debit.
        ("posted", vec![t(A, LOAN, 50)]),
        ("funds_short", vec![t(A, LOAN, 51)]),
        ("posted posted", vec![t(LOAN, A, 10), t(A, LOAN, 60)]),
        ("posted funds_short", vec![hold(A, LOAN, 30), t(A, LOAN, 21)]),
        ("posted posted", vec![hold(A, LOAN, 30), t(A, LOAN, 20)]),
        // Status.
        ("debit_closed", vec![t(CLOSED, B, 1)]),
        ("credit_closed", vec![t(A, CLOSED, 1)]),
        ("debit_dormant", vec![t(DORMANT, B, 1)]),
        ("credit_dormant", vec![t(A, DORMANT, 1)]),
        ("debits_stopped", vec![t(NO_DEBITS, B, 1)]),
        ("posted", vec![t(A, NO_DEBITS, 1)]),
        ("credits_stopped", vec![t(A, NO_CREDITS, 1)]),
        ("posted", vec![t(NO_CREDITS, A, 1)]),
        ("counter_only", vec![t(COUNTER_ONLY, B, 1)]),
        ("posted", vec![t(A, COUNTER_ONLY, 1)]),
        ("posted", vec![t(FROZEN, A, 40)]),
        ("funds_frozen", vec![t(FROZEN, A, 41)]),
        ("funds_frozen", vec![t(FROZEN, A, 100)]),
        ("funds_short", vec![t(FROZEN, A, 101)]),
        ("posted", vec![t(A, FROZEN, 1)]),
        // Restricted purposes.
        ("posted", vec![t(WAGE, WORKER, 100)]),
        ("not_granted", vec![t(WAGE, A, 1)]),
        ("not_granted", vec![hold(WAGE, A, 1)]),
        ("posted", vec![code("wage_return", t(WAGE, A, 1))]),
        ("posted", vec![code("legal_deduction", t(WAGE, A, 1))]),
        ("posted", vec![code("closing", t(WAGE, A, 100))]),
        ("not_granted", vec![code("closing ", t(WAGE, A, 1))]),
        ("funds_short", vec![code("closing", t(WAGE, A, 101))]),
        ("posted", vec![t(A, WAGE, 1)]),
        // Sums at the end of the numbers.
        ("posted", vec![t(VAULT, FULL, 5)]),
        ("balance_overflow", vec![t(VAULT, FULL, 6)]),
        ("balance_overflow", vec![t(FULL, VAULT, 6)]),
        ("posted", vec![t(VAULT, LOAN, 50)]),
        ("posted balance_overflow", vec![hold(VAULT, FULL, 5), t(VAULT, FULL, 1)]),
        ("balance_overflow", vec![t(VAULT, A, i64::MAX)]),
        ("posted balance_overflow", vec![t(VAULT, A, i64::MAX - 100), t(VAULT, B, 101)]),
        ("funds_short", vec![t(A, B, i64::MAX)]),
        // Reversals, of what is in the batch itself.
        ("posted posted", vec![numbered(201, t(A, B, 10)), reversing(201, t(B, A, 10))]),
        (
            "posted posted reversed_already",
            vec![numbered(201, t(A, B, 10)), reversing(201, t(B, A, 10)), reversing(201, t(B, A, 10))],
        ),
        ("posted reversal_differs", vec![numbered(201, t(A, B, 10)), reversing(201, t(B, A, 9))]),
        ("posted reversal_unknown", vec![numbered(201, hold(A, B, 10)), reversing(201, t(B, A, 10))]),
        ("reversal_unknown", vec![reversing(201, t(B, A, 10))]),
    ];
    let mut seen = BTreeSet::new();
    for (want, batch) in cases {
        let got = run(&batch);
        assert_eq!(got, want, "{batch:#?}");
        seen.extend(got.split(' ').filter_map(Refusal::parse));
    }
    let missing: Vec<_> = Refusal::ALL.iter().filter(|r| !seen.contains(r)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

fn numbered(n: u64, t: Transfer) -> Transfer {
    Transfer { id: xfer(n), ..t }
}

/// What the others of a batch come to, before what the case is about.
trait After {
    fn after(self, before: &str) -> Self;
}
impl After for (&'static str, Vec<Transfer>) {
    fn after(self, before: &str) -> Self {
        (String::leak(format!("{before} {}", self.0)), self.1)
    }
}

/// A reason for refusal, made true of a posted hold that is otherwise fine.
type Defect = (Refusal, fn(&mut State, &mut Transfer, &mut Context));

const DEFECTS: &[Defect] = &[
    (Refusal::LinkOpen, |_, t, _| t.linked = true),
    (Refusal::ExistsDifferent, |s, t, _| {
        s.known.insert(t.id, Entry { memo: "another".into(), ..written(t) });
    }),
    (Refusal::AmountNotPositive, |_, t, _| t.amount.minor = 0),
    (Refusal::SameAccount, |_, t, _| t.credit = t.debit),
    (Refusal::WrongBook, |_, t, _| t.id = TransferId::from_raw(Raw::from_parts(9_000, BookId(2), [0; 6]))),
    (Refusal::DebitUnknown, |_, t, _| t.debit = acct(UNKNOWN - 1)),
    (Refusal::CreditUnknown, |_, t, _| t.credit = acct(UNKNOWN)),
    (Refusal::CurrencyDiffers, |_, t, _| t.amount.currency = Currency::JPY),
    (Refusal::PendingUnknown, |_, t, _| t.pending = Some(xfer(UNKNOWN))),
    (Refusal::PendingDiffers, |s, _, _| of_open(s).credit = acct(WORKER)),
    (Refusal::PendingPosted, |s, _, _| of_open(s).ended = Some(Kind::Post)),
    (Refusal::PendingVoided, |s, _, _| of_open(s).ended = Some(Kind::Void)),
    (Refusal::PendingExpired, |s, _, _| of_open(s).ended = Some(Kind::Expire)),
    (Refusal::ExceedsPending, |s, _, _| of_open(s).amount = 1),
    (Refusal::ReversalUnknown, |s, t, _| {
        s.originals.clear();
        t.reverses = Some(xfer(UNKNOWN));
    }),
    (Refusal::ReversalDiffers, |s, t, _| of_original(s, t).moved = Some(Money::cny(3))),
    (Refusal::ReversedAlready, |s, t, _| of_original(s, t).reversed = true),
    (Refusal::ExpiryMissing, |_, t, _| t.expires_at = Some(LATER)),
    (Refusal::ValueDateOut, |_, t, _| t.value_date = Some(Date::from_days(0))),
    (Refusal::TextTooLong, |_, t, _| t.memo = "x".repeat(201)),
    (Refusal::DebitClosed, |s, _, _| balance(s, A).flags |= flag::CLOSED),
    (Refusal::CreditClosed, |s, _, _| balance(s, B).flags |= flag::CLOSED),
    (Refusal::DebitDormant, |s, _, _| balance(s, A).flags |= flag::DORMANT),
    (Refusal::CreditDormant, |s, _, _| balance(s, B).flags |= flag::DORMANT),
    (Refusal::DebitsStopped, |s, _, _| balance(s, A).flags |= flag::NO_DEBITS),
    (Refusal::CreditsStopped, |s, _, _| balance(s, B).flags |= flag::NO_CREDITS),
    (Refusal::CounterOnly, |s, _, _| balance(s, A).flags |= flag::COUNTER_ONLY),
    (Refusal::NotGranted, |s, _, _| s.slots[0].purpose = Purpose::Escrow),
    (Refusal::FundsFrozen, |s, _, _| balance(s, A).frozen = 90),
    (Refusal::FundsShort, |s, _, _| balance(s, A).credits_posted = 12),
    (Refusal::Overflow, |s, _, _| {
        let full = balance(s, B);
        (full.credits_posted, full.debits_posted) = (i64::MAX, i64::MAX);
    }),
];

fn balance(s: &mut State, n: u64) -> &mut Balance {
    s.change_account(acct(n)).unwrap().2
}
fn of_open(s: &mut State) -> &mut Hold {
    s.holds.get_mut(&xfer(OPEN)).unwrap()
}
fn of_original<'s>(s: &'s mut State, t: &mut Transfer) -> &'s mut Original {
    t.reverses = Some(xfer(201));
    s.originals.entry(xfer(201)).or_insert(Original { moved: Some(Money::cny(10)), reversed: false })
}
/// The journal's entry for a transfer.
pub(super) fn written(t: &Transfer) -> Entry {
    Entry {
        pos: 1,
        id: t.id,
        kind: t.kind,
        debit: t.debit,
        credit: t.credit,
        amount: t.amount.minor,
        currency: t.amount.currency,
        code: t.code.clone(),
        reference: t.reference.clone(),
        memo: t.memo.clone(),
        pending: t.pending,
        expires_at: t.expires_at,
        reverses: t.reverses,
        at: NOW,
        business_date: NOW.local_date(),
        value_date: t.value_date.unwrap_or(NOW.local_date()),
        debit_prev: 0,
        credit_prev: 0,
        debit_after: 0,
        credit_after: 0,
        hash: [0; 32],
    }
}

/// Of these, one excludes the others.
const EXCLUSIVE: &[&[Refusal]] = &[
    &[Refusal::PendingPosted, Refusal::PendingVoided, Refusal::PendingExpired],
    &[Refusal::FundsFrozen, Refusal::FundsShort],
];

/// The refusal of the base case with these defects; a later one is made first, so that it cannot mend an earlier one.
fn refused(defects: &[&Defect]) -> Option<Refusal> {
    let (mut state, mut ask, mut ctx) = (bank(), post(OPEN, 10), context());
    balance(&mut state, B).credits_posted -= 20;
    defects.iter().rev().for_each(|(_, make)| make(&mut state, &mut ask, &mut ctx));
    match state.apply(&[ask], &ctx).pop() {
        Some(Outcome::Refused(r)) => Some(r),
        _ => None,
    }
}

#[test]
fn of_two_reasons_the_earlier_is_told() {
    assert_eq!(refused(&[]), None);
    let order: Vec<Refusal> = DEFECTS.iter().map(|(r, _)| *r).collect();
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "the table is in the published order");
    // A linked group fails because of another; only an expiry can come too early.
    let alone = [Refusal::LinkFailed, Refusal::PendingNotDue];
    assert!(Refusal::ALL.iter().all(|r| order.contains(r) || alone.contains(r)));
    for (i, first) in DEFECTS.iter().enumerate() {
        assert_eq!(refused(&[first]), Some(first.0));
        for second in &DEFECTS[i + 1..] {
            if EXCLUSIVE.iter().all(|set| !(set.contains(&first.0) && set.contains(&second.0))) {
                assert_eq!(refused(&[first, second]), Some(first.0), "and {:?}", second.0);
            }
        }
    }
}

#[test]
fn an_expiry_that_is_not_due_is_told_between_the_hold_and_its_amount() {
    let early = |amount: i64, credit: u64| run(&[Transfer { credit: acct(credit), ..end(Kind::Expire, OPEN, amount) }]);
    assert_eq!(early(10, WORKER), "pending_differs");
    assert_eq!(early(11, B), "pending_not_due");
}

#[test]
fn a_freeze_goes_before_a_hold() {
    let mut bank = bank();
    balance(&mut bank, A).frozen = 95;
    assert_eq!(told(&bank.apply(&[post(OPEN, 10)], &context())), "funds_frozen");
    balance(&mut bank, A).frozen = 80;
    assert_eq!(told(&bank.apply(&[post(OPEN, 10)], &context())), "posted");
}

#[test]
fn at_the_counter_a_counter_only_account_pays() {
    let ctx = Context { at_counter: true, ..context() };
    assert_eq!(told(&bank().apply(&[t(COUNTER_ONLY, B, 1)], &ctx)), "posted");
}

#[test]
fn an_entry_is_never_earlier_than_the_one_before_on_either_account() {
    let mut bank = bank();
    let at = |bank: &State| bank.posted.last().unwrap().at;
    bank.apply(&[t(A, B, 1)], &context());
    let earlier = Context { now: NOW.plus(-DAY), ..context() };
    bank.apply(&[t(WORKER, A, 1)], &earlier);
    assert_eq!(at(&bank), NOW);
    bank.apply(&[t(WORKER, FROZEN, 1)], &earlier);
    assert_eq!(at(&bank), NOW);
    bank.apply(&[t(COUNTER_ONLY, FROZEN, 1), t(FROZEN, VAULT, 1)], &Context { at_counter: true, ..earlier });
    assert_eq!(at(&bank), NOW);
    bank.apply(&[t(VAULT, DORMANT, 1), t(VAULT, NO_DEBITS, 1)], &earlier);
    assert_eq!(at(&bank), NOW);
}

#[test]
fn a_known_entry_answers_the_same_request_and_no_other() {
    let first = t(A, B, 10).reference("r").memo("m");
    let same = |change: fn(&mut Transfer)| {
        let mut again = first.clone();
        change(&mut again);
        let mut bank = bank();
        bank.known.insert(first.id, written(&first));
        told(&bank.apply(&[again], &context()))
    };
    assert_eq!(same(|_| {}), "already_so");
    assert_eq!(same(|t| t.value_date = Some(NOW.local_date())), "already_so");
    let changes: &[fn(&mut Transfer)] = &[
        |t| t.kind = Kind::Pending,
        |t| t.debit = acct(WORKER),
        |t| t.credit = acct(WORKER),
        |t| t.amount.minor = 11,
        |t| t.amount.currency = Currency::JPY,
        |t| t.code = "fee".into(),
        |t| t.reference.clear(),
        |t| t.memo.clear(),
        |t| t.pending = Some(xfer(OPEN)),
        |t| t.expires_at = Some(LATER),
        |t| t.reverses = Some(xfer(OPEN)),
        |t| t.value_date = Some(NOW.local_date().plus_days(1)),
    ];
    for (i, change) in changes.iter().enumerate() {
        assert_eq!(same(*change), "exists_different", "change {i}");
    }
}
