//! The book of payees, and what was paid, found again.
use super::{code, told};
use kernel::{Actor, Id, Money, Owner, PageAsk, Who};
use party::Change;
use payments::{Arrival, Payee, PayeeNew, PayeeView, Search, State};
use tests::town::{Customer, Town, away, each_town, order};

fn number_of(town: &Town<'_>, customer: Customer) -> String {
    town.read(|tx| ledger::view(tx, customer.account)).account.number
}

fn to(town: &Town<'_>, customer: Customer, name: &str, nickname: &str) -> PayeeNew {
    PayeeNew { name: name.into(), number: number_of(town, customer), bank: String::new(), nickname: nickname.into() }
}

fn elsewhere(number: &str) -> PayeeNew {
    PayeeNew { name: "周外行".into(), number: number.into(), bank: "102100099996".into(), nickname: String::new() }
}

fn put(town: &Town<'_>, actor: &Actor, owner: Owner, new: PayeeNew) -> kernel::Result<(Change, kernel::id::PayeeId)> {
    let actor = actor.clone();
    town.desk.store.write(move |tx| {
        payments::writes_payees(tx, &actor, owner)?;
        payments::payee_put(tx, &actor, owner, &new)
    })
}

fn all(town: &Town<'_>, actor: &Actor, owner: Owner, text: &str) -> Vec<PayeeView> {
    town.read(|tx| payments::payees(tx, actor, owner, text, &PageAsk::default())).items
}

#[test]
fn who_writes_in_a_book_and_what_goes_in() {
    each_town(|town| {
        let f = &town.folk;
        let (li, wang) = (Owner::Person(f.li.person), Owner::Person(f.wang.person));
        let plain = town.phone(f.li);
        let sure = Actor { stepped_up: true, ..plain.clone() };
        let program = Actor {
            who: Who::Client {
                client: kernel::id::ClientId::new(town.bank.clock.now(), f.yard.account.book()),
                firm: f.yard.firm,
            },
            ..sure.clone()
        };
        let chen = to(town, f.chen, "陈静", "表妹");
        let cases = [
            ("his own, with the factor", put(town, &sure, li, chen.clone()).map(|d| d.0), Ok(Change::Done)),
            ("twice is once", put(town, &sure, li, chen.clone()).map(|d| d.0), Ok(Change::AlreadySo)),
            (
                "without the factor",
                put(town, &plain, li, elsewhere("6222021111111111")).map(|d| d.0),
                Err("step_up_needed"),
            ),
            ("in another's book", put(town, &sure, wang, chen.clone()).map(|d| d.0), Err("not_found")),
            (
                "under another name",
                put(town, &sure, li, to(town, f.wang, "王丽", "")).map(|d| d.0),
                Err("name_mismatch"),
            ),
            (
                "nobody's number",
                put(town, &sure, li, PayeeNew { number: "990001".into(), ..chen.clone() }).map(|d| d.0),
                Err("payee_unknown"),
            ),
            ("by staff", put(town, &town.teller(), li, chen).map(|d| d.0), Err("not_found")),
        ];
        for (what, got, want) in cases {
            assert_eq!(got.map_err(code), want, "{what}");
        }
        let by_program = put(town, &program, Owner::Firm(f.yard.firm), elsewhere("6222021111111111"));
        assert!(matches!(by_program.map_err(code), Err("payee_by_person" | "forbidden")));
        assert_eq!(all(town, &plain, li, "").len(), 1);
        assert_eq!(all(town, &plain, li, "表妹")[0].name, "陈静");
        let raw = town.read(|tx| {
            tx.query("SELECT number, name FROM payees", &[], |r| Ok((r.get::<Vec<u8>>(0)?, r.get::<Vec<u8>>(1)?)))
        });
        let number = number_of(town, f.chen);
        assert!(raw.iter().all(|(n, name)| !n.windows(4).any(|w| w == &number.as_bytes()[..4])
            && !name.windows(6).any(|w| w == "陈静".as_bytes())));
    });
}

#[test]
fn payments_count_on_their_payee() {
    each_town(|town| {
        let f = &town.folk;
        let (owner, li) = (Owner::Person(f.li.person), town.phone(f.li));
        let sure = Actor { stepped_up: true, ..li.clone() };
        town.pay(&li, order(f.li.account, f.chen.account, 70));
        put(town, &sure, owner, to(town, f.chen, "陈静", "")).unwrap();
        put(town, &sure, owner, elsewhere("6222 0212 3456 7890")).unwrap();
        let payee = Payee::Number(number_of(town, f.chen));
        let known = payments::Order::transfer(f.li.account, payee, Money::cny(20_000));
        let receipt = town.pay(&li, known);
        assert_eq!(told(&receipt), (State::Posted, ""));
        town.pay(&li, away(f.li.account, 30));
        let delayed = town.pay(&li, order(f.li.account, f.chen.account, 40).arrival(Arrival::TwoHours)).instruction;
        let times = || {
            all(town, &li, owner, "")
                .into_iter()
                .map(|p| (p.bank.is_empty(), p.times_paid, p.last_amount))
                .collect::<Vec<_>>()
        };
        let mut now = times();
        now.sort_by_key(|p| p.0);
        assert_eq!(now, [(false, 1, Some(Money::cny(3_000))), (true, 1, Some(Money::cny(20_000)))]);
        town.bank.clock.advance(2 * kernel::clock::HOUR);
        payments::release_due(&town.desk, 10).unwrap();
        assert_eq!(times()[0], (true, 2, Some(Money::cny(4_000))), "who was paid last stands first; {delayed}");
        let inputs = town.read(|tx| guard::decisions_of(tx, receipt.instruction)).remove(0).inputs.0;
        assert!(!inputs.payee_since.is_empty(), "the guard was told since when he stands in the book");
    });
}

#[test]
fn a_payee_is_renamed_and_removed_by_his_owner() {
    each_town(|town| {
        let f = &town.folk;
        let (owner, li) = (Owner::Person(f.li.person), town.phone(f.li));
        let sure = Actor { stepped_up: true, ..li.clone() };
        let id = put(town, &sure, owner, to(town, f.chen, "陈静", "")).unwrap().1;
        let by = sure.clone();
        assert_eq!(town.write(move |tx| payments::payee_rename(tx, &by, id, "表妹")), Change::Done);
        assert_eq!(town.read(|tx| payments::payee(tx, &li, id)).called(), "表妹 陈静");
        assert_eq!(
            code(town.desk.store.read(|tx| payments::payee(tx, &town.phone(f.chen), id)).unwrap_err()),
            "not_found"
        );
        let other = town.phone(f.chen);
        assert_eq!(
            code(town.desk.store.write(move |tx| payments::payee_remove(tx, &other, id)).unwrap_err()),
            "not_found"
        );
        for want in [Change::Done, Change::AlreadySo] {
            let by = li.clone();
            assert_eq!(town.write(move |tx| payments::payee_remove(tx, &by, id)), want);
        }
        assert!(all(town, &li, owner, "").is_empty());
    });
}

#[test]
fn what_was_paid_is_found_again() {
    each_town(|town| {
        let f = &town.folk;
        let (owner, li) = (Owner::Person(f.li.person), town.phone(f.li));
        let sure = Actor { stepped_up: true, ..li.clone() };
        put(town, &sure, owner, to(town, f.chen, "陈静", "表妹")).unwrap();
        for yuan in [10, 20, 30] {
            town.pay(&li, order(f.li.account, f.chen.account, yuan).memo(format!("菜钱{yuan}")));
        }
        town.pay(&li, order(f.li.account, f.wu.account, 40).arrival(Arrival::NextDay));
        town.pay(&li, order(f.li.account, f.wu.account, 900_000));
        let found = |search: Search, rows| {
            let page = town.read(|tx| payments::payments_of(tx, &li, owner, &search, &PageAsk::first(rows)));
            (page.items.iter().map(|i| i.amount / 100).collect::<Vec<_>>(), page.next.is_some())
        };
        let text = |t: &str| Search { text: t.into(), ..Search::default() };
        let today = town.read(|tx| tx.business_date());
        let cases = [
            (Search::default(), 50, vec![900_000, 40, 30, 20, 10], false),
            (Search::default(), 2, vec![900_000, 40], true),
            (text("表妹"), 50, vec![30, 20, 10], false),
            (text("菜钱20"), 50, vec![20], false),
            (text("没有"), 50, vec![], false),
            (Search { state: Some(State::Delayed), ..Search::default() }, 50, vec![40], false),
            (Search { state: Some(State::Refused), ..Search::default() }, 50, vec![900_000], false),
            (Search { at_least: Some(2_000), at_most: Some(3_000), ..Search::default() }, 50, vec![30, 20], false),
            (Search { from: Some(today.plus_days(1)), ..Search::default() }, 50, vec![], false),
            (Search { to: Some(today.plus_days(-1)), ..Search::default() }, 50, vec![], false),
        ];
        for (search, rows, want, more) in cases {
            assert_eq!(found(search.clone(), rows), (want, more), "{search:?}");
        }
        let second = PageAsk {
            limit: Some(2),
            after: town.read(|tx| payments::payments_of(tx, &li, owner, &Search::default(), &PageAsk::first(2))).next,
        };
        let page = town.read(|tx| payments::payments_of(tx, &li, owner, &Search::default(), &second));
        assert_eq!(page.items.iter().map(|i| i.amount / 100).collect::<Vec<_>>(), [30, 20]);
        let stranger = town
            .desk
            .store
            .read(|tx| payments::payments_of(tx, &town.phone(f.chen), owner, &Search::default(), &PageAsk::default()));
        assert!(stranger.is_err());
    });
}
