//! Passbooks, certificates, accounts that sleep, settlement before closing.
use super::*;

const YUAN: i64 = 100;

fn bank(fen: i64) -> (Bank, Customer) {
    let bank = Bank::open("2026-03-02");
    let c = bank.customers(0, 1)[0];
    bank.pay_in(vec![(c.account, fen)]);
    (bank, c)
}

#[test]
fn a_passbook_catches_up_line_by_line_and_is_replaced_when_full() {
    let (bank, c) = bank(100 * YUAN);
    let teller = bank.teller.clone();
    let issue = move |tx: &mut Tx<'_>, voucher: &str| passbook_issue(tx, &teller, c.account, voucher);
    let with = issue.clone();
    let book = bank.write(move |tx| with(tx, "CZ0000001")).unwrap();
    assert_eq!((book.number, book.lines, book.balance), (1, 1, 100 * YUAN), "the balance brought forward is a line");
    let with = issue.clone();
    assert_eq!(bank.write(move |tx| with(tx, "CZ0000001")).unwrap().number, 1, "the same again");
    assert!(bank.write(move |tx| issue(tx, "CZ0000002")).unwrap_err().is(&PASSBOOK_DIFFERS));
    for n in 1..=200 {
        bank.pay_in(vec![(c.account, n)]);
    }
    let seen = bank.read(|tx| passbook(tx, &c.actor(), c.account));
    assert_eq!((seen.lines.len(), seen.more), (191, true), "192 lines a book, one is used");
    let at = |n: usize| (seen.lines[n].page, seen.lines[n].line, seen.lines[n].change.minor);
    assert_eq!((at(0), at(22), at(23), at(190)), ((1, 2, 1), (1, 24, 23), (2, 1, 24), (8, 24, 191)));
    let print = |voucher: &'static str, to: i64| {
        let actor = c.actor();
        bank.write(move |tx| passbook_print(tx, &actor, c.account, voucher, to))
    };
    assert!(print("CZ0000009", seen.printed_to).unwrap_err().is(&PASSBOOK_DIFFERS));
    assert!(print("CZ0000001", 999).unwrap_err().is(&PASSBOOK_MOVED));
    assert_eq!(print("CZ0000001", seen.printed_to).unwrap().lines, seen.lines, "what was shown is what is printed");
    let to = seen.lines.last().unwrap().pos;
    assert!(print("CZ0000001", to).unwrap_err().is(&PASSBOOK_FULL));
    let teller = bank.teller.clone();
    let new = bank.write(move |tx| passbook_replace(tx, &teller, c.account, "CZ0000002", "full")).unwrap();
    assert_eq!((new.number, new.lines, new.printed_to), (2, 1, to));
    let rest = print("CZ0000002", to).unwrap();
    assert_eq!((rest.lines.len(), rest.more), (9, false));
    assert_eq!(rest.lines.last().unwrap().balance.minor, bank.balance(c.account));
    assert_eq!(print("CZ0000002", rest.lines.last().unwrap().pos).unwrap().lines, []);
    bank.verify();
}

#[test]
fn a_certificate_holds_its_amount_until_its_last_day() {
    let (bank, c) = bank(100_000 * YUAN);
    let issue = |fen, until: &str, copies| {
        let (teller, ask) =
            (bank.teller.clone(), ProofAsk { account: c.account, amount: Money::cny(fen), until: day(until), copies });
        bank.write(move |tx| proof_issue(tx, &teller, &ask))
    };
    for (fen, until, copies, want) in [
        (100_001 * YUAN, "2026-06-01", 1, "deposit_proof_short"),
        (0, "2026-06-01", 1, "deposit_proof_short"),
        (100, "2026-03-01", 1, "bad_field"),
        (100, "2027-04-01", 1, "bad_field"),
        (100, "2026-06-01", 0, "too_large"),
        (60_000 * YUAN, "2026-06-01", 2, ""),
        (40_001 * YUAN, "2026-06-01", 1, "deposit_proof_short"),
        (40_000 * YUAN, "2026-03-10", 1, ""),
    ] {
        assert_eq!(issue(fen, until, copies).err().map_or("", |e| e.code().name), want, "{fen} {until} {copies}");
    }
    let free = || bank.read(|tx| ledger::view(tx, c.account)).available().minor;
    assert_eq!(free(), 0);
    bank.night("2026-03-11");
    bank.write(|tx| ledger::restrictions::lift_due(tx, &system(), 100)).unwrap();
    assert_eq!(free(), 40_000 * YUAN, "the one of the 10th is over");
    let of = bank.read(|tx| proofs(tx, &c.actor(), c.account));
    let (teller, id) = (bank.teller.clone(), of.iter().find(|p| p.copies == 2).unwrap().id);
    bank.write(move |tx| proof_end(tx, &teller, id, "all copies are back")).unwrap();
    assert_eq!(free(), 100_000 * YUAN);
    bank.verify();
}

#[test]
fn an_account_falls_asleep_interest_does_not_keep_it_awake_and_its_owner_wakes_it() {
    let bank = Bank::open("2026-03-02");
    let text = DATA.split("[[product]]").find(|p| p.contains("code = \"demand\"\n")).unwrap();
    let soon = text.replace("version = 1", "version = 2").replace("dormant_days = 1826", "dormant_days = 100");
    bank.load(&format!("[[product]]{}", soon.replace("2020-01-01", "2026-03-02"))).unwrap();
    let c = bank.customers(0, 2);
    bank.pay_in(vec![(c[0].account, 360_000 * YUAN), (c[1].account, 360_000 * YUAN)]);
    for next in ["2026-03-03", "2026-03-21", "2026-03-22", "2026-05-01"] {
        bank.night(next);
    }
    bank.pay_in(vec![(c[1].account, YUAN)]);
    bank.night("2026-06-09");
    let asleep = |n: usize| bank.read(|tx| earned(tx, &system(), c[n].account)).asleep;
    assert!(!asleep(0), "99 days");
    bank.night("2026-06-10");
    assert_eq!((asleep(0), asleep(1)), (true, false));
    bank.night("2026-06-21");
    assert_eq!(bank.balance(c[0].account), 360_000 * YUAN + 950, "it sleeps: what is due waits");
    assert_eq!(bank.read(|tx| earned(tx, &system(), c[0].account)).due.minor, 4_600);
    bank.verify();
    let (desk, teller, account) = (bank.desk.clone(), bank.teller.clone(), c[0].account);
    bank.write(move |tx| wake(&desk, tx, &teller, account, "owner came with his card")).unwrap();
    assert_eq!(bank.balance(c[0].account), 360_000 * YUAN + 950 + 4_600);
    let (desk, teller) = (bank.desk.clone(), bank.teller.clone());
    let again = bank.write(move |tx| wake(&desk, tx, &teller, account, "again")).unwrap_err();
    assert!(again.is(&NOT_ASLEEP));
    bank.night("2026-06-22");
    assert!(!asleep(0));
    bank.verify();
}

#[test]
fn an_account_is_settled_before_it_is_closed() {
    let (bank, c) = bank(360_000 * YUAN);
    bank.night("2026-03-12");
    let (desk, teller, account) = (bank.desk.clone(), bank.teller.clone(), c.account);
    let seen = bank.read(|tx| earned(tx, &c.actor(), account));
    assert_eq!((seen.accrued.minor, seen.due.minor, seen.products), (500, 0, 360_000 * YUAN * 10));
    let paid = bank.write(move |tx| settle(&desk, tx, &teller, account)).unwrap();
    assert_eq!(paid.minor, 500, "ten days, the day of closing does not count");
    bank.pay_in(vec![(account, -360_000 * YUAN - 500)]);
    bank.write(move |tx| ledger::close_account(tx, &system(), account, "the owner leaves")).unwrap();
    bank.night("2026-03-21");
    bank.verify();
    assert_eq!((bank.own(Own::InterestPayable), bank.own(Own::InterestExpense)), (0, 500));
}
