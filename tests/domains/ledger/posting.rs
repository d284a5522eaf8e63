//! Posting: repeating is safe, a closure that fails leaves nothing, whatever else happens in its group.
use super::{BOOK, at_bank, closure, customer, has, in_one_group, open, pay, post, settle, sound, teller};
use kernel::id::{Raw, TransferId};
use kernel::{BookId, Error, Id, Money, clock::DAY};
use ledger::{Outcome, Refusal, Transfer};

const POSTED: Outcome = Outcome::Posted;
const REPEATED: Outcome = Outcome::AlreadySo;
const DIFFERENT: Outcome = Outcome::Refused(Refusal::ExistsDifferent);

#[test]
fn a_repeated_transfer_is_already_so() {
    at_bank(|bank| {
        let town = settle(bank);
        let one = pay(bank, town.ann, town.ben, 100).reference("inst").memo("rent");
        let other = Transfer { memo: "Rent".into(), ..one.clone() };
        let two = pay(bank, town.ann, town.ben, 200);
        assert_eq!(post(bank, &[one.clone(), one.clone(), other.clone()]), [POSTED, REPEATED, DIFFERENT]);
        for _ in 0..2 {
            assert_eq!(post(bank, std::slice::from_ref(&one)), [REPEATED]);
            assert_eq!(post(bank, std::slice::from_ref(&other)), [DIFFERENT]);
            bank.reopen();
        }
        let again = [one.clone(), two.clone(), two.clone(), one.clone()];
        assert_eq!(post(bank, &again), [REPEATED, POSTED, REPEATED, REPEATED]);
        assert_eq!(has(bank, town.ann), (99_700, 99_700));
        sound(bank);
    });
}

#[test]
fn a_repeat_is_known_within_a_group_of_closures() {
    at_bank(|bank| {
        let town = settle(bank);
        let one = pay(bank, town.ann, town.ben, 100);
        let ask = |t: &Transfer| {
            let t = t.clone();
            closure(move |tx| ledger::post(tx, false, std::slice::from_ref(&t)))
        };
        let other = Transfer { amount: Money::cny(101), ..one.clone() };
        let done = in_one_group(bank, vec![ask(&one), ask(&one), ask(&other), ask(&one)]);
        let mut outcomes: Vec<_> = done.into_iter().map(|d| d.unwrap().remove(0)).collect();
        // Writers of PostgreSQL take them in any order.
        let posted = outcomes.iter().filter(|o| **o == POSTED).count();
        assert_eq!(posted, 1, "{outcomes:?}");
        if !bank.is_postgres() {
            assert_eq!(outcomes.split_off(1), [REPEATED, DIFFERENT, REPEATED]);
        }
        sound(bank);
    });
}

#[test]
fn ids_may_come_in_any_order_and_from_clocks_far_ahead() {
    at_bank(|bank| {
        let town = settle(bank);
        let now = (bank.clock.now().micros() as u64 / 1_000) << 12;
        let model = pay(bank, town.ann, town.ben, 1);
        let at = |days: i64, n: u64| {
            let tick = now.wrapping_add_signed((days * DAY / 1_000) << 12) + n;
            Transfer { id: TransferId::from_raw(Raw::from_parts(tick, BOOK, [1; 6])), ..model.clone() }
        };
        let batch = [at(400, 0), at(0, 1), at(-400, 2), at(0, 0), at(400, 1)];
        assert_eq!(post(bank, &batch), [POSTED, POSTED, POSTED, POSTED, POSTED]);
        assert_eq!(post(bank, &batch), [REPEATED, REPEATED, REPEATED, REPEATED, REPEATED]);
        bank.reopen();
        let mixed = [at(1, 0), at(0, 1), at(-1, 0)];
        assert_eq!(post(bank, &mixed), [POSTED, REPEATED, POSTED]);
        assert_eq!(post(bank, &mixed), [REPEATED, REPEATED, REPEATED]);
        sound(bank);
    });
}

#[test]
fn a_batch_has_a_limit() {
    at_bank(|bank| {
        let town = settle(bank);
        let batch: Vec<_> = (0..ledger::BATCH_TRANSFERS_MAX + 1).map(|_| pay(bank, town.vault, town.ben, 1)).collect();
        let most = batch[..ledger::BATCH_TRANSFERS_MAX].to_vec();
        let refused = bank.store().write(move |tx| ledger::post(tx, false, &batch)).unwrap_err();
        assert!(refused.is(&ledger::BATCH_TOO_LARGE));
        assert!(post(bank, &most).iter().all(|o| *o == POSTED));
        sound(bank);
    });
}

#[test]
fn a_linked_group_is_posted_whole_or_not_at_all() {
    at_bank(|bank| {
        let town = settle(bank);
        let group = |last: i64| {
            [
                pay(bank, town.ann, town.ben, 60_000).linked(),
                pay(bank, town.ben, town.ann, 1).linked(),
                pay(bank, town.ann, town.ben, last),
            ]
        };
        let failed = Outcome::Refused(Refusal::LinkFailed);
        let wanted = [failed.clone(), failed, Outcome::Refused(Refusal::FundsShort)];
        assert_eq!(post(bank, &group(40_002)), wanted);
        assert_eq!(has(bank, town.ann), (100_000, 100_000));
        assert_eq!(post(bank, &group(40_001)), [POSTED, POSTED, POSTED]);
        assert_eq!(has(bank, town.ann), (0, 0));
        sound(bank);
    });
}

#[test]
fn a_closure_that_fails_leaves_nothing_in_its_group() {
    at_bank(|bank| {
        let town = settle(bank);
        let soon = bank.clock.now().plus(DAY);
        let hold = pay(bank, town.ann, town.ben, 1_000).hold(soon);
        assert_eq!(post(bank, std::slice::from_ref(&hold)), [POSTED]);
        let stranger = customer(bank);
        let refuse = || Err::<(), _>(Error::field("test", "it fails"));
        let ask = |batch: Vec<Transfer>| closure(move |tx| ledger::post(tx, false, &batch).map(|_| ()));
        let end = Transfer {
            kind: ledger::Kind::Post,
            pending: Some(hold.id),
            expires_at: None,
            ..pay(bank, town.ann, town.ben, 400)
        };
        let second = pay(bank, town.ben, town.ann, 5).hold(soon);
        // Others than the first's, so that what the first changed is not written because of the last.
        let (first, last) = (pay(bank, town.ann, town.ben, 30), pay(bank, town.vault, town.wage, 20));
        let (to_stranger, opening, failing) =
            (pay(bank, town.ann, stranger.id, 7), stranger.clone(), vec![end.clone(), second.clone()]);
        let done = in_one_group(
            bank,
            vec![
                ask(vec![first]),
                closure(move |tx| {
                    ledger::open_account(tx, &teller(), &opening)?;
                    ledger::post(tx, false, std::slice::from_ref(&to_stranger))?;
                    ledger::post(tx, false, &failing)?;
                    // The sums are written for this, and must count as unwritten again.
                    ledger::day::trial_balance(tx)?;
                    refuse()
                }),
                ask(vec![last]),
            ],
        );
        assert_eq!(done.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(has(bank, town.ann), (99_970, 98_970));
        sound(bank);
        // The stranger's account was never opened, the hold is open, the second hold was never made and can be.
        let unknown = Outcome::Refused(Refusal::CreditUnknown);
        assert_eq!(post(bank, &[pay(bank, town.ann, stranger.id, 7)]), [unknown]);
        assert_eq!(post(bank, &[second, end]), [POSTED, POSTED]);
        assert_eq!(has(bank, town.ann), (99_570, 99_570));
        sound(bank);
    });
}

#[test]
fn an_entry_is_reversed_once_and_whole() {
    at_bank(|bank| {
        let town = settle(bank);
        let one = pay(bank, town.ann, town.ben, 500).reference("r");
        post(bank, std::slice::from_ref(&one));
        let entry = bank.store().read(|tx| ledger::entry(tx, one.id)).unwrap().unwrap();
        let clock = bank.clock.clone();
        let back = || Transfer::reversal(TransferId::new(clock.now(), BOOK), &entry);
        let part = Transfer { amount: Money::cny(499), ..back() };
        assert_eq!(post(bank, &[part]), [Outcome::Refused(Refusal::ReversalDiffers)]);
        let first = back();
        let refused = || Outcome::Refused(Refusal::ReversedAlready);
        assert_eq!(post(bank, &[first.clone(), back()]), [POSTED, refused()]);
        assert_eq!(post(bank, &[first, back()]), [REPEATED, refused()]);
        bank.reopen();
        assert_eq!(post(bank, &[back()]), [refused()]);
        // From another book it is still the same entry.
        let elsewhere =
            ledger::Opening { id: kernel::id::AccountId::new(bank.clock.now(), BookId(9)), ..super::vault(bank) };
        let elsewhere = open(bank, elsewhere);
        let foreign = Transfer { id: TransferId::new(bank.clock.now(), BookId(9)), debit: elsewhere, ..back() };
        assert_eq!(post(bank, &[foreign]), [refused()]);
        let unknown = Transfer { reverses: Some(TransferId::new(bank.clock.now(), BOOK)), ..back() };
        assert_eq!(post(bank, &[unknown]), [Outcome::Refused(Refusal::ReversalUnknown)]);
        assert_eq!(has(bank, town.ann), (100_000, 100_000));
        sound(bank);
    });
}

#[test]
fn a_grant_lets_a_wage_account_pay_and_its_end_stops_it() {
    at_bank(|bank| {
        let town = settle(bank);
        let ask = || pay(bank, town.wage, town.ben, 100);
        let not_granted = Outcome::Refused(Refusal::NotGranted);
        assert_eq!(post(bank, &[ask()]), std::slice::from_ref(&not_granted));
        let (wage, ben) = (town.wage, town.ben);
        let grant = move |bank: &tests::TestStore| {
            bank.store().write(move |tx| ledger::grants::grant(tx, &teller(), wage, ben, "roster")).unwrap();
        };
        grant(bank);
        grant(bank);
        let soon = bank.clock.now().plus(DAY);
        let hold = ask().hold(soon);
        assert_eq!(
            post(bank, &[ask(), hold.clone(), pay(bank, wage, town.ann, 1)]),
            [POSTED, POSTED, not_granted.clone()]
        );
        bank.store().write(move |tx| ledger::grants::end(tx, &teller(), wage, ben, "left")).unwrap();
        let end = Transfer { kind: ledger::Kind::Post, pending: Some(hold.id), ..ask() };
        assert_eq!(post(bank, &[ask(), end.clone()]), [not_granted.clone(), not_granted]);
        grant(bank);
        assert_eq!(post(bank, &[end]), [POSTED]);
        sound(bank);
    });
}
