//! Queries: what is told, to whom, and that every look is written down.
use super::*;
use kernel::PageAsk;
use kernel::clock::DAY;

const YUAN: i64 = 100;
const ALL: LookAsk = LookAsk { account: None, from: None, to: None };

fn ask(b: &Bank, id: AuthorityOrderId, by: &Actor, ask: LookAsk) -> Result<(i64, Answer)> {
    let by = by.clone();
    b.write(move |tx| answer(tx, &by, id, ask))
}

#[test]
fn a_query_tells_accounts_and_movements_and_each_look_is_kept() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let wage = b.account(c.person, Purpose::Wage, 0);
    b.pays(c.account, 5 * YUAN).unwrap();
    let id = b.enter(b.paper(OrderKind::Query, &c, "查1")).unwrap();
    assert!(ask(&b, id, &b.risk, ALL).unwrap_err().is(&STATE), "before a second person agreed nothing is told");
    b.yes(id).unwrap();
    let (number, told) = ask(&b, id, &b.risk, ALL).unwrap();
    let accounts: Vec<_> = told.accounts.iter().map(|a| (a.account, a.balance.minor, a.protected)).collect();
    assert_eq!((number, accounts), (1, vec![(c.account, 35 * YUAN, false), (wage, 0, true)]));
    let days = |from: &str, to: &str| LookAsk { account: Some(c.account), from: Some(day(from)), to: Some(day(to)) };
    let (_, moved) = ask(&b, id, &b.checker, days("2026-03-02", "2026-03-02")).unwrap();
    assert_eq!(moved.lines.iter().map(|l| l.change.minor).collect::<Vec<_>>(), [-5 * YUAN, 40 * YUAN]);
    assert!(ask(&b, id, &b.risk, days("2026-03-01", "2026-03-01")).unwrap().1.lines.is_empty());
    assert!(ask(&b, id, &b.risk, days("2026-03-02", "2026-03-01")).is_err());
    let other = b.customer(2, 0);
    let foreign = LookAsk { account: Some(other.account), ..ALL };
    assert!(ask(&b, id, &b.risk, foreign).is_err(), "another's account is not told");
    assert!(ask(&b, id, &b.teller, ALL).unwrap_err().is(&kernel::error::FORBIDDEN));
    let again = b.risk.clone();
    let kept = b.write(move |tx| answer_again(tx, &again, id, 1)).unwrap();
    assert_eq!(kept, told, "what was handed out is kept");
    let looks = b.read(|tx| looks(tx, &b.checker, id, &PageAsk::first(10))).items;
    let seen: Vec<_> = looks.iter().map(|l| (l.number, l.what, l.rows)).collect();
    assert_eq!(seen, [(4, What::Again, 2), (3, What::Movements, 0), (2, What::Movements, 2), (1, What::Accounts, 2)]);
    assert!(b.events().iter().all(|(kind, _)| kind != "orders.placed"), "a query is no news for the customer");
    b.verify();
}

#[test]
fn a_query_ends_after_its_days() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let id = b.done(b.paper(OrderKind::Query, &c, "查1")).unwrap();
    b.clock.advance(10 * DAY - 1);
    ask(&b, id, &b.risk, ALL).unwrap();
    b.clock.advance(1);
    assert!(ask(&b, id, &b.risk, ALL).unwrap_err().is(&TOO_LATE));
    assert_eq!(b.go_on().expired, 1);
    assert!(ask(&b, id, &b.risk, ALL).unwrap_err().is(&TOO_LATE));
}

#[test]
fn the_file_and_the_officers_are_kept_encrypted_and_each_look_is_written_down() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let id = b.enter(b.paper(OrderKind::Freeze, &c, "冻1").freeze()).unwrap();
    let o = b.order(id);
    assert_eq!(o.officers_shown, "李** ***1234、王* ***5678");
    assert!(!o.officers.windows(7).any(|w| w == b"0101234"));
    let (risk, checker) = (b.risk.clone(), b.checker.clone());
    let file = b.write(move |tx| evidence(tx, &risk, id)).unwrap();
    assert_eq!(file, ("文书.pdf".into(), "冻1".as_bytes().to_vec()));
    let both = b.write(move |tx| officers(tx, &checker, id)).unwrap();
    assert_eq!(both[1].number, "0105678");
    let looks = b.read(|tx| looks(tx, &b.risk, id, &PageAsk::first(10))).items;
    let seen: Vec<_> = looks.iter().map(|l| (l.what, l.looked_by.clone())).collect();
    assert_eq!(seen, [(What::Officers, b.checker.principal()), (What::File, b.risk.principal())]);
}

impl OrderNew {
    fn freeze(self) -> OrderNew {
        OrderNew { until: Some(day("2026-06-01")), ..self }
    }
}

#[test]
fn officers_and_answers_go_under_a_new_key() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let id = b.done(b.paper(OrderKind::Query, &c, "查1")).unwrap();
    ask(&b, id, &b.risk, ALL).unwrap();
    let keys = b.desk.store.keys().rotated().unwrap();
    let mut o = b.order(id);
    assert!(renew_order(&keys, &mut o).unwrap());
    assert!(!renew_order(&keys, &mut o).unwrap(), "it is there already");
    let (last, seen, changed) = b.write(|tx| renew_looks(tx, &(-1, [0; 16], -1), 10)).unwrap();
    assert_eq!((last.map(|l| l.2), seen, changed), (Some(1), 1, 0), "these are under the bank's own key");
}

#[test]
fn lists_show_what_waits_stands_and_is_over() {
    let b = Bank::open();
    let c = b.customer(1, 40 * YUAN);
    let stop = b.stop_now(b.paper(OrderKind::Stop, &c, "止1")).unwrap();
    let standing = b.done(b.court(&c, "甲1", None, "2026-09-01")).unwrap();
    let waiting = b.done(b.court(&c, "乙1", None, "2026-09-01")).unwrap();
    let refused = b.enter(b.court(&c, "丙1", None, "2026-09-01")).unwrap();
    b.no(refused).unwrap();
    let list = |show| -> Vec<AuthorityOrderId> {
        b.read(|tx| listed(tx, &b.checker, show, &PageAsk::first(10))).items.iter().map(|o| o.id).collect()
    };
    assert_eq!(list(Show::Deciding), [stop]);
    assert_eq!(list(Show::Standing), [standing, stop]);
    assert_eq!(list(Show::Waiting), [waiting]);
    assert_eq!(list(Show::Over), [refused]);
    let none = b.read(|tx| listed(tx, &b.teller, Show::Standing, &PageAsk::first(10)));
    assert!(none.items.is_empty(), "a teller sees none");
    let all = b.read(|tx| of_party(tx, &b.risk, c.owner(), &PageAsk::first(10))).items;
    assert_eq!(all.len(), 4);
    assert!(b.desk.store.read(|tx| order(tx, &b.teller, stop)).is_err());
}
