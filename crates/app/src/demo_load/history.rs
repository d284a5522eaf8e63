//! A past for those who can sign in: three months of pensions, wages, rents and shopping, so that a statement has something to
//! tell and a chart something to draw. The bank's clock is put back and catches up week by week; each week ends with a close
//! of day. Only a clock made for it goes back ([`kernel::Clock::with_a_past`]); on any other there is no past, and a load that
//! was cut off in it goes on today, without the rest.
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken, vanished};
use crate::close::{Close, close_day};
use crate::{Bank, notices};
use demo::dice::Dice;
use demo::logins::{Whose, demo_logins};
use deposits::{Open, Rollover};
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, PersonId};
use kernel::{Actor, Clock, Currency, Date, Id, Money, Owner, Result, Who};
use payments::own::{Own, own};
use payments::{Kind, Leg, Order, Payee, PayeeNew, State};
use std::collections::BTreeMap;
use store::Tx;

/// Weeks that are lived before today.
const WEEKS: i64 = 13;
/// Before noon, so that what happens is on the day it is meant for.
const HOUR_OF_DAY: i64 = 10;

/// When the past begins, and where it stands.
pub(super) struct Past {
    clock: Clock,
}

/// Puts the clock of a fresh bank back; `None` where it does not go back, or where something has happened already.
pub(super) fn begin(bank: &Bank, fresh: bool) -> Option<Past> {
    let clock = bank.clock().clone();
    clock.fall_behind(0);
    let (now, weeks) = (clock.now(), WEEKS * 7 * DAY);
    let at = now.local_date().begins().plus(HOUR_OF_DAY * HOUR);
    (fresh && clock.fall_behind(weeks + now.since(at).max(0))).then_some(Past { clock })
}

enum Other {
    /// From another bank, by the code of its entry.
    In(&'static str),
    /// A merchant of this bank, and what he is called in the book of payees.
    Shop(usize, &'static str),
    Customer(usize, &'static str),
}

/// Something that comes again.
struct Habit {
    login: &'static str,
    /// Every so many weeks, in the week of that many left over.
    every: i64,
    week: i64,
    other: Other,
    /// 元, from and to.
    yuan: (i64, i64),
    memo: &'static str,
}

const fn habit(
    login: &'static str,
    (every, week): (i64, i64),
    other: Other,
    yuan: (i64, i64),
    memo: &'static str,
) -> Habit {
    Habit { login, every, week, other, yuan, memo }
}

const HABITS: [Habit; 14] = [
    habit("customer", (4, 1), Other::In("clearing_in"), (8_600, 9_200), "工资 Salary"),
    habit("customer", (4, 1), Other::Customer(40, "房东"), (1_800, 1_800), "房租 Rent"),
    habit("customer", (4, 2), Other::Shop(3, "电费"), (180, 420), "电费 Electricity"),
    habit("customer", (1, 0), Other::Shop(0, "菜场"), (60, 380), "买菜 Groceries"),
    habit("customer", (2, 1), Other::Shop(1, "码头"), (40, 160), "船票 Ferry"),
    habit("customer", (6, 5), Other::Customer(41, "老同学"), (300, 900), "还款 Paid back"),
    habit("elder", (4, 3), Other::In("pension"), (3_180, 3_180), "养老金 Pension"),
    habit("elder", (1, 0), Other::Shop(0, "菜场"), (18, 120), "买菜 Groceries"),
    habit("elder", (4, 2), Other::Shop(3, "电费"), (60, 110), "电费 Electricity"),
    habit("elder", (3, 1), Other::Shop(2, "药店"), (45, 260), "药店 Pharmacy"),
    habit("elder", (8, 6), Other::Customer(42, "孙女"), (500, 500), "给孙女 For my granddaughter"),
    habit("foreigner", (4, 0), Other::In("clearing_in"), (21_000, 23_500), "工资 Salary"),
    habit("foreigner", (4, 1), Other::Customer(43, "Landlady"), (4_200, 4_200), "房租 Rent"),
    habit("foreigner", (1, 0), Other::Shop(1, "码头"), (80, 640), "餐饮 Meals"),
];

/// Lives until today.
pub(super) fn live(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts, past: Past) -> Result<()> {
    let mut dice = Dice::new(load.data.seed, "history");
    let began = past.clock.behind();
    let livers = livers(load, people, accounts)?;
    books(load, &livers)?;
    savings(load, &livers)?;
    for week in 0..WEEKS {
        (load.progress)("weeks gone by", week as u64, WEEKS as u64);
        for (n, habit) in HABITS.iter().enumerate().filter(|(_, h)| week % h.every == h.week) {
            let fen = dice.between(habit.yuan.0 * 100, habit.yuan.1 * 100);
            happen(load, &livers, habit, fen, &format!("demo-week-{week}-{n}"))?;
        }
        let (begun_on, left) = (past.clock.now().local_date(), (WEEKS - week) * 7);
        vanished::live(load, people, accounts, left, |days| {
            past.clock.fall_behind(began - (WEEKS * 7 - days) * DAY);
        })?;
        close(load.bank, begun_on.plus_days(7))?;
        past.clock.fall_behind(began - (week + 1) * 7 * DAY);
    }
    (load.progress)("weeks gone by", WEEKS as u64, WEEKS as u64);
    read_notices(load, &livers)
}

/// Leaves a past in which a load was cut off: its day is closed, and today's is open.
pub(super) fn leave(bank: &Bank) -> Result<()> {
    let today = bank.clock().now().local_date();
    if bank.read(|tx| tx.business_date())? < today { close(bank, today) } else { Ok(()) }
}

fn close(bank: &Bank, to: Date) -> Result<()> {
    match close_day(bank, &actor(), to, &mut |_, _, _| {})? {
        Close::Closed(_) => Ok(()),
        Close::Blocked(by) => Err(broken("weeks gone by", format!("{} waits in {}", by[0].what, by[0].branch))),
    }
}

/// Those who have habits, by the names of their logins.
type Livers = BTreeMap<&'static str, (PersonId, AccountId)>;

fn livers(load: &Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<Livers> {
    let logins = demo_logins(&load.data);
    let mut all = Livers::new();
    for login in logins.iter().filter(|l| HABITS.iter().any(|h| h.login == l.name)) {
        let Whose::Customer(index) = login.whose else { continue };
        let person = people.by_document(login.document.number())?;
        all.insert(login.name, (person, accounts.get(&load.data.customers[index].card)?));
    }
    Ok(all)
}

/// What somebody put by when the past began: login, product and term, yuan, what happens at the end.
const SAVINGS: [(&str, &str, &str, i64, Rollover); 4] = [
    ("elder", "term", "1y", 30_000, Rollover::Principal),
    ("elder", "term", "6m", 8_000, Rollover::None),
    ("customer", "notice.7d", "", 60_000, Rollover::None),
    ("foreigner", "term", "6m", 40_000, Rollover::PrincipalAndInterest),
];

/// They bring money from another bank and open deposits with it.
fn savings(load: &Load<'_, '_>, livers: &Livers) -> Result<()> {
    for (n, (login, product, term, yuan, rollover)) in SAVINGS.into_iter().enumerate() {
        let Some((person, linked)) = livers.get(login).copied() else { continue };
        let amount = Money::cny(yuan * 100);
        let memo = "转入存款 For a deposit".to_owned();
        let leg = Leg { credit: linked, amount, reference: String::new(), memo };
        let from = own(linked.book(), Own::Settlement, Currency::CNY);
        let order = Order::many(Kind::ClearingIn, from, vec![leg])?.code("clearing_in");
        let receipt = payments::submit(&load.bank.desk, &actor(), order, Some(&format!("demo-savings-{n}")))?;
        if receipt.state != State::Posted {
            return Err(broken("savings", format!("{}: {}", receipt.state, receipt.code)));
        }
        let ask = Open { linked, product: product.into(), term: term.into(), amount, rollover };
        let desk = load.bank.desk.clone();
        load.bank.write(move |tx| deposits::open(&desk, tx, &Actor::of(Who::Person(person)), &ask).map(drop))?;
    }
    Ok(())
}

/// What was told in those weeks was read in them.
fn read_notices(load: &Load<'_, '_>, livers: &Livers) -> Result<()> {
    for (person, _) in livers.values() {
        let reader = Actor::of(Who::Person(*person));
        let read = move |tx: &mut Tx<'_>| notices::mark_all_read(tx, &reader);
        while load.bank.write(read.clone())? > 0 {}
    }
    Ok(())
}

/// Number and name of who is paid; `None` for money that comes.
fn payee(load: &Load<'_, '_>, other: &Other) -> Option<PayeeNew> {
    let data = &load.data;
    let (number, name, nickname) = match other {
        Other::In(_) => return None,
        Other::Shop(n, called) => {
            let shop = &data.merchants[n % data.merchants.len()];
            (&shop.card, &shop.owner.name, called)
        }
        Other::Customer(n, called) => {
            let customer = &data.customers[n % data.customers.len()];
            (&customer.card, &customer.person.name, called)
        }
    };
    let nickname = (*nickname).to_owned();
    Some(PayeeNew { name: name.clone(), number: number.clone(), bank: String::new(), nickname })
}

/// Whom they pay stands in their books of payees.
fn books(load: &Load<'_, '_>, livers: &Livers) -> Result<()> {
    for (login, (person, _)) in livers {
        let person = *person;
        let mine = HABITS.iter().filter(|h| h.login == *login);
        let payees: Vec<PayeeNew> = mine.filter_map(|h| payee(load, &h.other)).collect();
        let put = move |tx: &mut Tx<'_>| {
            let owner = Actor::of(Who::Person(person));
            payees.iter().try_for_each(|new| payments::payee_put(tx, &owner, Owner::Person(person), new).map(drop))
        };
        load.bank.write(put)?;
    }
    Ok(())
}

fn happen(load: &Load<'_, '_>, livers: &Livers, habit: &Habit, fen: i64, key: &str) -> Result<()> {
    let Some((_, mine)) = livers.get(habit.login).copied() else { return Ok(()) };
    let (memo, amount) = (habit.memo.to_owned(), Money::cny(fen));
    let order = match (&habit.other, payee(load, &habit.other)) {
        (Other::In(code), _) => {
            let leg = Leg { credit: mine, amount, reference: String::new(), memo };
            Order::many(Kind::ClearingIn, own(mine.book(), Own::Settlement, Currency::CNY), vec![leg])?.code(code)
        }
        (_, Some(to)) => Order::transfer(mine, Payee::Number(to.number), amount).payee_name(to.name).memo(memo),
        (_, None) => return Ok(()),
    };
    let receipt = payments::submit(&load.bank.desk, &actor(), order, Some(key))?;
    match receipt.state {
        State::Posted => Ok(()),
        state => Err(broken("weeks gone by", format!("{}: {state} {}", habit.memo, receipt.code))),
    }
}
