//! What the counter has in its ledger of talks: somebody old who was dissuaded from a pension project, and one who insisted after the
//! manager had heard her. And a man of 78 who keeps 200,000 yuan in a term deposit, about which nobody has talked to him yet.
use super::guarded::{Known, known, staff};
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken};
use cases::{Deed, TalkNew, TalkOutcome};
use demo::branches::CITY_BRANCH;
use demo::people::{Customer, roles};
use kernel::{Actor, Channel, Currency, Id, Money, Owner, Result, Who};
use payments::own::{Own, own};
use payments::{Kind as Payment, Leg, Order, State};

/// What he saved, 元; all but the pension of a month is in the deposit.
const SAVED: i64 = 203_200;
const DEPOSIT: i64 = 200_000;
/// What somebody wanted for a bed in a home, and somebody else for her grandson's flat, 元.
const BED: i64 = 80_000;
const FLAT: i64 = 60_000;
/// Years of the man's age in the year of the demo.
const AGE: i16 = 78;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("talks", 0, 2);
    saver(load, people, accounts)?;
    (load.progress)("talks", 1, 2);
    talked(load, people, accounts)?;
    (load.progress)("talks", 2, 2);
    Ok(())
}

/// The first customer of the city branch who is 78 and has no login.
pub(super) fn saver_of(all: &[Customer]) -> Option<&Customer> {
    let year = demo::as_of().year();
    all.iter().find(|c| c.branch == CITY_BRANCH && !c.is_foreign() && year - c.person.born.year() == AGE)
}

fn saver(load: &Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let data = load.data.clone();
    let c = saver_of(&data.customers).ok_or_else(|| broken("talks", "nobody is 78"))?;
    let (person, linked) = (people.person(&c.person)?, accounts.get(&c.card)?);
    let leg = Leg { credit: linked, amount: Money::cny(SAVED * 100), reference: String::new(), memo: "积蓄".into() };
    let from = own(linked.book(), Own::Settlement, Currency::CNY);
    let order = Order::many(Payment::ClearingIn, from, vec![leg])?.code("savings");
    let receipt = payments::submit(&load.bank.desk, &actor(), order, Some("demo-savings"))?;
    if receipt.state != State::Posted {
        return Err(broken("talks", format!("{} {}", receipt.state, receipt.code)));
    }
    let desk = load.bank.desk.clone();
    load.step("demo-saver".into(), move |tx| {
        let himself = Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) };
        let (product, term, amount) = ("term".to_owned(), "3y".to_owned(), Money::cny(DEPOSIT * 100));
        let ask = deposits::Open { linked, product, term, amount, rollover: deposits::Rollover::None };
        crate::counter::open_deposit(&desk, tx, &himself, &ask).map(|_| true)
    })?;
    Ok(())
}

/// A talk with somebody old.
fn asked(of: Known, deed: Deed, yuan: i64, age: u32) -> TalkNew {
    TalkNew {
        subject: Owner::Person(of.person),
        deed,
        account: of.account,
        payee: String::new(),
        payee_number: String::new(),
        amount: Money::cny(yuan * 100),
        rules: Vec::new(),
        age: Some(age),
    }
}

fn talked(load: &Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let [bed, flat] = [1, 2].map(|n| known(load, people, accounts, true, n));
    let (bed, flat) = (bed?, flat?);
    let here = |s: &&demo::people::Staff| s.role == roles::TELLER && s.branch == CITY_BRANCH;
    let teller = load.data.staff.iter().find(here).and_then(|s| people.staff.get(&s.number).copied());
    let teller = teller.ok_or_else(|| broken("talks", "no teller"))?;
    let manager = staff(load, people, "manager")?;
    load.step("demo-talks".into(), move |tx| {
        let teller = Actor { who: Who::Staff(teller), ..manager.clone() };
        let age = |tx: &mut store::Tx<'_>, of: Known| {
            let years = i32::from(tx.now().local_date().year()) - party::person(tx, of.person)?.birth_year;
            Ok::<u32, kernel::Error>(u32::try_from(years).unwrap_or_default())
        };
        let new = asked(bed, Deed::Transfer, BED, age(tx, bed)?);
        let t = cases::talk_open(tx, &teller, &TalkNew { payee: "康养置业 **** 6031".into(), ..new })?;
        cases::talk_about(tx, &teller, t.id, "pension")?;
        cases::talk_call(tx, &teller, t.id, cases::Called::Manager)?;
        let why = "说交八万元订一张养老床位，每年返利一成。看了公安发的案例，又给儿子打了电话，决定不办。";
        cases::talk_end(tx, &teller, t.id, TalkOutcome::Dissuaded, why)?;
        let new = asked(flat, Deed::CashOut, FLAT, age(tx, flat)?);
        let t = cases::talk_open(tx, &teller, &new)?;
        cases::talk_call(tx, &teller, t.id, cases::Called::Manager)?;
        let why = "给孙子交购房定金，带来了认购书，和儿子通过电话核实。";
        cases::talk_end(tx, &manager, t.id, TalkOutcome::Insists, why).map(|_| true)
    })?;
    Ok(())
}
