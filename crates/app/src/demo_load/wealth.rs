//! The demo's shelf of wealth products with the values of some weeks; the elder who can sign in has answered the questions about risk and
//! holds units of the most careful product.
use super::money::Accounts;
use super::{Load, actor, broken};
use ::wealth::{Answer, Ask, Recorder, RecorderSimulator, Subscribe};
use demo::logins::{Whose, demo_logins};
use kernel::id::AccountId;
use kernel::{Actor, Channel, Date, Money, Owner, Result, Who};
use std::sync::Arc;
use store::Tx;

/// Days before today that have values.
const DAYS: i64 = 60;
/// What the elder holds, 元, and of which product.
const HELD: (i64, &str) = (5_000, "cash.daily");
/// Product, what a day adds on the whole, and how far it swings: ten-thousandths.
const MOVES: [(&str, i64, i64); 4] =
    [("cash.daily", 1, 0), ("steady.bond", 2, 9), ("mixed.growth", 4, 60), ("equity.one", -3, 180)];
/// The answers of somebody careful: the second to every question.
const CAREFUL: usize = 1;

/// What records sales at the demo's counters.
pub fn recorder() -> Arc<dyn Recorder> {
    Arc::new(RecorderSimulator::default())
}

pub(super) fn load(load: &mut Load<'_, '_>, accounts: &Accounts) -> Result<()> {
    (load.progress)("wealth products", 0, 1);
    let logins = demo_logins(&load.data);
    let elder = match logins.iter().find(|l| l.name == "elder").map(|l| &l.whose) {
        Some(Whose::Customer(index)) => Some(accounts.get(&load.data.customers[*index].card)?),
        _ => None,
    };
    let desk = load.bank.desk.clone();
    load.step("demo-wealth".into(), move |tx| {
        ::wealth::load_terms(tx, &actor(), ::wealth::DATA_FILE, ::wealth::DATA)?;
        let today = tx.business_date()?;
        ::wealth::load_terms(tx, &actor(), "values.toml", &values(today, 0..DAYS))?;
        if let Some(linked) = elder {
            let who = holder(tx, linked)?;
            let careful = |q: &::wealth::Question| Answer { question: q.key.clone(), choice: CAREFUL };
            let answers: Vec<Answer> = ::wealth::questions(today)?.question.iter().map(careful).collect();
            ::wealth::assess(tx, &who, &answers)?;
            let ask = Ask { product: HELD.1.to_owned(), linked, amount: Money::cny(HELD.0 * 100) };
            ::wealth::subscribe(&desk, tx, &who, &Subscribe { ask, fee_shown: Money::cny(0), recording: None })?;
        }
        ::wealth::load_terms(tx, &actor(), "today.toml", &values(today, DAYS..DAYS + 1))?;
        Ok(true)
    })?;
    ::wealth::go_on(&load.bank.desk)?;
    (load.progress)("wealth products", 1, 1);
    Ok(())
}

fn holder(tx: &mut Tx<'_>, account: AccountId) -> Result<Actor> {
    let Owner::Person(person) = ledger::view(tx, account)?.account.owner else {
        return Err(broken("wealth", "the account is no person's"));
    };
    let roles = party::Role::Customer.code().into();
    Ok(Actor {
        channel: Channel::Phone,
        roles,
        stepped_up: true,
        correlation: "demo-load".into(),
        ..Actor::of(Who::Person(person))
    })
}

/// Every weekday's values: a slow way up or down with waves upon it.
fn values(today: Date, days: std::ops::Range<i64>) -> String {
    let mut text = String::new();
    for (product, adds, swings) in MOVES {
        for n in days.clone() {
            let day = today.plus_days(n - DAYS);
            if day.weekday() > 5 && day != today {
                continue;
            }
            let wave = [0, 3, 5, 6, 5, 3, 0, -2, -4, -3, -1][(n % 11) as usize] * swings / 6;
            let value = 10_000 + adds * n + wave;
            text += &format!(
                "[[nav]]\nproduct = \"{product}\"\nday = \"{day}\"\nvalue = \"{}.{:04}\"\ndocument = \"demo\"\n",
                value / 10_000,
                value % 10_000
            );
        }
    }
    text
}
