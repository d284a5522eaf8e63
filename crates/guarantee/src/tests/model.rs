//! Whatever is asked in whatever order: money of a deposit leaves only to its wage account on a notice, or to its contractor; there it pays
//! nobody whom its notice does not name.
use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    PayIn(i64),
    Notice(i64),
    Yes,
    No,
    Steal(u8),
    /// Other money comes into the wage account.
    Fund(i64),
    /// A wage in yuan of somebody whom no notice names.
    Other(i64),
    Return,
    Days(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1i64..2_000_000).prop_map(Step::PayIn),
        3 => (1i64..2_000_000).prop_map(Step::Notice),
        5 => Just(Step::Yes),
        1 => Just(Step::No),
        2 => (0u8..6).prop_map(Step::Steal),
        1 => (1i64..1_000_000).prop_map(Step::Fund),
        5 => (1i64..8_000).prop_map(Step::Other),
        1 => Just(Step::Return),
        1 => (1i64..12).prop_map(Step::Days),
    ]
}

/// What the deposit is asked for by who may not.
fn steal(bank: &Bank, n: u8, account: AccountId) {
    let kinds = [payments::Kind::Transfer, payments::Kind::GuaranteeOut, payments::Kind::LegalDeduction];
    let who = if n.is_multiple_of(2) { bank.owner.clone() } else { bank.officer.clone() };
    let to = if n < 3 { bank.general } else { bank.others };
    let order = payments::Order::new(kinds[usize::from(n) % 3], account, payments::Payee::Account(to), Money::cny(1));
    let done = payments::submit(&bank.desk, &who, order, None);
    assert!(done.is_err() || done.is_ok_and(|r| r.state == payments::State::Refused));
}

fn run(steps: Vec<Step>) {
    let bank = Bank::open();
    let id = bank.deposit(0);
    let (account, wage, mut open, mut n) = (bank.account_of(id), bank.wage_account(), None, 0);
    let (mut paid_in, mut paid_out, mut free, mut month) = (0, 0, 0, 0);
    for step in steps {
        match step {
            Step::PayIn(fen) => {
                pay_in(&bank.desk, &system(), id, bank.general, Money::cny(fen), None).unwrap();
                paid_in += fen;
            }
            Step::Notice(fen) => {
                n += 1;
                let notice = bank.receive(bank.notice_of(id, &n.to_string(), &[(0, fen)])).unwrap();
                open = Some((notice, bank.ask(notice).unwrap()));
            }
            Step::Yes | Step::No => {
                let Some((notice, asked)) = open else { continue };
                let done = match step {
                    Step::Yes => bank.yes(&bank.operations, asked),
                    _ => bank.no(&bank.operations, asked, "否"),
                };
                if matches!(done, Ok(Change::Done)) {
                    paid_out += bank.notice(notice).paid;
                    open = None;
                }
            }
            Step::Fund(fen) => {
                bank.act(&system(), move |tx, _| from_outside(tx, wage, fen)).unwrap();
                free += fen;
            }
            Step::Other(yuan) => {
                month += 1;
                let sheet = bank.sheet(&format!("{}-{:02}", 2020 + month / 12, month % 12 + 1), &[(2, yuan)]);
                let paid = bank.pay(sheet).paid_lines == 1;
                assert_eq!(paid, yuan * 100 <= free, "{yuan} yuan of {free} fen that are nobody's, {paid_out} are");
                free -= if paid { yuan * 100 } else { 0 };
            }
            Step::Steal(which) => steal(&bank, which, account),
            Step::Return => {
                let to = bank.general;
                let asked = bank.act(&bank.officer, move |tx, a| return_ask(tx, a, id, Some(to), ""));
                assert!(asked.is_err(), "the site has not ended");
            }
            Step::Days(days) => {
                bank.clock.advance(days * kernel::clock::DAY);
                go_on(&bank.desk).unwrap();
            }
        }
        assert_eq!((bank.balance(account), bank.balance(wage)), (paid_in - paid_out, paid_out + free));
    }
    bank.verify();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 50, ..ProptestConfig::default() })]
    #[test]
    fn money_of_a_deposit_leaves_only_to_its_wages(steps in proptest::collection::vec(step(), 1..25)) {
        run(steps);
    }
}
