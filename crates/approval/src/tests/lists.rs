use super::*;
use kernel::error::NOT_FOUND;
use kernel::{BookId, PageAsk};

#[test]
fn a_checker_sees_what_he_may_decide_and_a_maker_what_he_made() {
    let bank = Bank::open();
    let maker = bank.staff("T1", Role::Teller, 1);
    let checker = bank.staff("C1", Role::OperationsChecker, 1);
    let low = bank.staff_who_is("C2", Role::OperationsChecker, 1, None, Limits::yuan(0, 0, 0, 60_002));
    let far = bank.staff("C3", Role::OperationsChecker, 2);
    let asked: Vec<ApprovalId> = (1..=5).map(|n| bank.ask(&maker, bank.payment(60_000 + n))).collect();
    let own = bank.ask(&checker, bank.payment(60_009));
    bank.approve(&checker, asked[0]).unwrap();

    let pages = |actor: &Actor, rows: u32| {
        let mut ask = PageAsk::first(rows);
        let mut ids = Vec::new();
        loop {
            let page = bank.read(|tx| waiting_for(tx, actor, &ask));
            assert!(page.items.len() <= rows as usize);
            ids.extend(page.items.iter().map(|a| a.id));
            match page.next {
                Some(next) => ask.after = Some(next),
                None => return ids,
            }
        }
    };
    for rows in [1, 2, 3, 50] {
        assert_eq!(pages(&checker, rows), asked[1..], "{rows} a page");
    }
    assert_eq!(pages(&low, 10), [asked[1]], "within his release limit");
    assert_eq!(pages(&far, 10), [], "another branch");
    assert_eq!(pages(&maker, 10), [], "a maker checks nothing");
    assert_eq!(pages(&Actor::system("bootstrap"), 10), [], "a process checks nothing");

    let page = bank.read(|tx| made_by(tx, &maker, &PageAsk::first(2)));
    assert_eq!(page.items.iter().map(|a| a.id).collect::<Vec<_>>(), [asked[4], asked[3]]);
    let rest = bank.read(|tx| made_by(tx, &maker, &PageAsk { limit: Some(10), after: page.next }));
    assert_eq!(rest.items.iter().map(|a| a.id).collect::<Vec<_>>(), [asked[2], asked[1], asked[0]]);

    assert_eq!(bank.read(|tx| waiting_in(tx, BookId(1))), 5);
    assert_eq!(bank.read(|tx| waiting_in(tx, BookId(2))), 0);
    bank.wait(25 * 60);
    assert_eq!(pages(&checker, 10), [], "what waited too long is nobody's work");

    let auditor = bank.staff("U1", Role::Auditor, 0);
    for (actor, seen) in [(&maker, false), (&checker, true), (&low, true), (&far, false), (&auditor, true)] {
        let found = bank.store.read(|tx| approval(tx, actor, own));
        assert_eq!(found.is_ok(), seen, "{}", actor.roles);
        assert!(found.is_ok() || found.is_err_and(|e| e.is(&NOT_FOUND)), "{} is told there is none", actor.roles);
    }
}

#[test]
fn every_row_verifies() {
    let bank = Bank::open();
    let maker = bank.staff("T1", Role::Teller, 1);
    bank.ask(&maker, bank.payment(60_000));
    let check = || {
        bank.read(|tx| {
            let mut faults = Vec::new();
            store::verify::table(tx, TABLES[0], &mut faults, &mut |_, _| {})?;
            Ok(faults.len())
        })
    };
    assert_eq!(check(), 0);
    bank.write(|tx| tx.execute("UPDATE approvals SET maker = 'staf_other'", &[]));
    assert!(check() > 0);
}
