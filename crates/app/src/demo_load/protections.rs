//! What customers of the demo protect themselves with: the elder locked large payments and foreign money and named her trusted
//! contact; the other customer called a payment a fraud, which waits for the risk desk.
use super::money::Accounts;
use super::people::People;
use super::{Load, broken};
use demo::logins::{Whose, demo_logins};
use kernel::id::PersonId;
use kernel::{Actor, Channel, Money, Result, Who};
use party::family::Relation;
use payments::{Arrival, Order, Payee};
use safety::{Named, Terms, Typology};

/// What somebody on the telephone wanted, 分.
const WANTED: i64 = 198_000;
/// The elder's lock: one payment at most, 分. No hours: the demo is looked at by night too.
const PAYMENT_MAX: i64 = 2_000_000;
/// More than the tariff takes for it, 分.
const FEE_MAX: i64 = 5_000;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let (Some(elder), Some(customer)) = (customer_of(load, "elder"), customer_of(load, "customer")) else {
        return Ok(());
    };
    let data = load.data.clone();
    let person = |index: usize| people.by_document(data.customers[index].person.document.number());
    let her = phone(person(elder)?);
    let (name, number) = (&data.customers[customer].person.name, &data.customers[customer].person.phone);
    let named = Named { relation: Relation::Grandchild, name: name.clone(), phone: number.clone(), version: 1 };
    load.step("demo-safety-lock".into(), move |tx| {
        let Who::Person(me) = her.who else { return Err(broken("safety", "no person")) };
        let terms = Terms { per_payment: Some(PAYMENT_MAX), abroad: true, ..Terms::open() };
        safety::set(tx, &her, me, &terms, false)?;
        safety::contact_name(tx, &her, &named).map(|_| true)
    })?;
    let his = phone(person(customer)?);
    let debit = accounts.get(&data.customers[customer].card)?;
    let payee =
        Payee::External { bank: "990001000013".into(), number: "9900010000000018".into(), name: "顺通客服".into() };
    let order = Order::transfer(debit, payee, Money::cny(WANTED)).arrival(Arrival::NextDay);
    let order = order.fee_shown(Money::cny(FEE_MAX));
    let receipt = payments::submit(&load.bank.desk, &his, order, Some("demo-fraud"))?;
    load.step("demo-fraud-report".into(), move |tx| {
        if !receipt.state.is_open() {
            return Ok(false);
        }
        crate::fraud::refuse_and_report(tx, &his, receipt.instruction, Typology::Refund).map(|_| true)
    })?;
    Ok(())
}

fn customer_of(load: &Load<'_, '_>, login: &str) -> Option<usize> {
    let logins = demo_logins(&load.data);
    logins.into_iter().find(|l| l.name == login).and_then(|l| match l.whose {
        Whose::Customer(index) => Some(index),
        _ => None,
    })
}

fn phone(person: PersonId) -> Actor {
    Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::Person(person)) }
}
