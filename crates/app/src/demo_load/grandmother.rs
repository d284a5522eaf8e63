//! A woman of 72 with savings, and the daughter whom she trusts: what a caller who says he is of the police is after.
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken};
use demo::logins::{Login, Whose, demo_logins};
use kernel::{Actor, Channel, Currency, Id, Money, Result, Who};
use party::family::Relation;
use payments::own::{Own, own};
use payments::{Kind, Leg, Order, State};
use safety::Named;

/// What she has saved beside her pension, 分.
const SAVINGS: i64 = 23_800_000;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let logins = demo_logins(&load.data);
    let find = |name: &str| logins.iter().find(|l| l.name == name);
    let (Some(her), Some(daughter)) = (find("grandmother"), find("daughter")) else { return Ok(()) };
    savings(load, her, accounts)?;
    let phone = |l: &Login| -> Result<Actor> {
        let person = people.by_document(l.document.number())?;
        Ok(Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) })
    };
    let (mother, child) = (phone(her)?, phone(daughter)?);
    let (name, number) = (daughter.display.clone(), daughter.phone.clone());
    let named = Named { relation: Relation::Daughter, name, phone: number, version: 1 };
    load.step("demo-trusted-daughter".into(), move |tx| {
        safety::contact_name(tx, &mother, &named)?;
        let of_others = safety::contacts(tx, &child)?.of_others;
        let asked = of_others.first().ok_or_else(|| broken("trusted daughter", "nobody asked her"))?.0.tie.id;
        safety::contact_answer(tx, &child, asked, true, named.version).map(|_| true)
    })?;
    Ok(())
}

fn savings(load: &Load<'_, '_>, her: &Login, accounts: &Accounts) -> Result<()> {
    let Whose::Customer(index) = her.whose else { return Err(broken("savings", "she is no customer")) };
    let credit = accounts.get(&load.data.customers[index].card)?;
    let leg =
        Leg { credit, amount: Money::cny(SAVINGS), reference: String::new(), memo: "卖房款 Sale of a flat".into() };
    let from = own(credit.book(), Own::Settlement, Currency::CNY);
    let order = Order::many(Kind::ClearingIn, from, vec![leg])?;
    let receipt = payments::submit(&load.bank.desk, &actor(), order, Some("demo-grandmother-savings"))?;
    match receipt.state {
        State::Posted => Ok(()),
        state => Err(broken("savings", format!("{state} {}", receipt.code))),
    }
}
