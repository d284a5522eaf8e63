//! Accounts of customers, firms and workers, and what they begin with.
use super::people::{People, all_firms, own_workers};
use super::{Load, actor, broken};
use kernel::chinese::mask_name;
use kernel::id::AccountId;
use kernel::{BookId, Currency, Id, Money, Owner, Result};
use ledger::Opening;
use payments::own::{Own, own};
use payments::{Kind, Leg, Order, State};
use std::collections::{BTreeMap, HashMap};

/// Months of wages that an employer's own account begins with, besides what it has anyway.
const MONTHS_OF_WAGES: i64 = 3;

/// Accounts by number.
pub(super) struct Accounts(HashMap<String, AccountId>);

impl Accounts {
    pub fn get(&self, number: &str) -> Result<AccountId> {
        self.0.get(number).copied().ok_or_else(|| broken("accounts", "an account was not opened"))
    }
}

#[derive(Clone)]
struct New {
    number: String,
    owner: Owner,
    book: BookId,
    name: String,
    begins_with: i64,
}

pub(super) fn load(load: &mut Load<'_, '_>, people: &People) -> Result<Accounts> {
    let items = wanted(load, people)?;
    let open = |tx: &mut store::Tx<'_>, new: &New| {
        let id = AccountId::new(tx.now(), new.book);
        let opening = Opening::deposit(id, new.owner, &new.name, Currency::CNY).number(&new.number);
        ledger::open_account(tx, &actor(), &opening).map(|a| a.id)
    };
    let ids = load.each("accounts", items.clone(), open)?;
    load.numbers.accounts = ids.len() as u64;
    deposit(load, &items, &ids)?;
    Ok(Accounts(items.into_iter().map(|i| i.number).zip(ids).collect()))
}

fn wanted(load: &Load<'_, '_>, people: &People) -> Result<Vec<New>> {
    let data = load.data.clone();
    let mut items = Vec::new();
    let mut persons = |number: &str, person: &demo::people::Person, begins_with: Money| -> Result<()> {
        let owner = people.person(person)?;
        let name = mask_name(&person.name);
        items.push(New {
            number: number.into(),
            owner: Owner::Person(owner),
            book: owner.book(),
            name,
            begins_with: begins_with.minor,
        });
        Ok(())
    };
    data.customers.iter().try_for_each(|c| persons(&c.card, &c.person, c.opening))?;
    data.merchants.iter().try_for_each(|m| persons(&m.card, &m.owner, m.opening))?;
    let wages = super::wages::month_of_wages(&data);
    for f in all_firms(&data) {
        let firm = people.firm(&f.credit_code)?;
        let more = wages.get(&f.credit_code).copied().unwrap_or(0) * MONTHS_OF_WAGES;
        items.push(New {
            number: f.account.clone(),
            owner: Owner::Firm(firm),
            book: firm.book(),
            name: f.zh.clone(),
            begins_with: f.opening.minor + more,
        });
    }
    for w in own_workers(&data) {
        let owner = people.by_document(&w.identity)?;
        let name = mask_name(&w.account_name);
        items.push(New {
            number: w.card.clone(),
            owner: Owner::Person(owner),
            book: owner.book(),
            name,
            begins_with: 0,
        });
    }
    Ok(items)
}

/// Money comes into the bank through the settlement account of each book: one order a book, one leg an account.
fn deposit(load: &mut Load<'_, '_>, items: &[New], ids: &[AccountId]) -> Result<()> {
    let mut books: BTreeMap<BookId, Vec<Leg>> = BTreeMap::new();
    for (new, id) in items.iter().zip(ids).filter(|(new, _)| new.begins_with > 0) {
        let leg = Leg {
            credit: *id,
            amount: Money::cny(new.begins_with),
            reference: String::new(),
            memo: "期初余额 Opening balance".into(),
        };
        books.entry(new.book).or_default().push(leg);
    }
    let of = books.len() as u64;
    for (n, (book, legs)) in books.into_iter().enumerate() {
        (load.progress)("opening balances", n as u64, of);
        for (part, legs) in legs.chunks(payments::LEGS_MAX).enumerate() {
            let from = own(book, Own::Settlement, Currency::CNY);
            let order = Order::many(Kind::ClearingIn, from, legs.to_vec())?.code("opening_balance");
            let key = format!("demo-opening-{book}-{part}");
            let receipt = payments::submit(&load.bank.desk, &actor(), order, Some(&key))?;
            let refused = receipt.legs.iter().find(|l| !l.code.is_empty()).map(|l| l.code.to_string());
            if receipt.state != State::Posted || refused.is_some() {
                let why = format!("book {book}: {} {} {}", receipt.state, receipt.code, refused.unwrap_or_default());
                return Err(broken("opening balances", why));
            }
        }
    }
    (load.progress)("opening balances", of, of);
    Ok(())
}
