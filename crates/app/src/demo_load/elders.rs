//! What the elder edition shows: faces of the staff who call, a customer manager for everybody who can sign in, a
//! passbook (6200001), and a pension that came in today.
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken};
use demo::branches::CITY_BRANCH;
use demo::logins::{Kind, Whose, demo_logins};
use demo::people::roles;
use demo::portraits::portrait;
use kernel::id::{AccountId, PersonId, StaffId};
use kernel::{Actor, Channel, Currency, Id, Money, Result, Who};
use payments::own::{Own, own};
use payments::{Kind as Payment, Leg, Order, State};

/// Of the elder's pension, 分.
const PENSION: i64 = 321_450;
/// What is printed on the elder's passbook.
const PASSBOOK: &str = "6200001";
/// Logins of staff whose faces customers see; the first looks after everybody who signs in.
const FACES: [&str; 3] = ["relations", "lobby", "manager"];

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    faces(load, people)?;
    passbook(load, people, accounts)?;
    pension(load, accounts)
}

/// The elder's account, when an elder can sign in.
fn account(load: &Load<'_, '_>, accounts: &Accounts) -> Result<Option<AccountId>> {
    let logins = demo_logins(&load.data);
    match logins.iter().find(|l| l.name == "elder").map(|l| &l.whose) {
        Some(Whose::Customer(index)) => accounts.get(&load.data.customers[*index].card).map(Some),
        _ => Ok(None),
    }
}

/// She has a passbook; what came since is to be caught up at a machine.
fn passbook(load: &Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let Some(account) = account(load, accounts)? else { return Ok(()) };
    let here = |s: &&demo::people::Staff| s.role == roles::TELLER && s.branch == CITY_BRANCH;
    let teller = load.data.staff.iter().find(here).and_then(|s| people.staff.get(&s.number).copied());
    let teller = teller.ok_or_else(|| broken("passbook", "no teller"))?;
    load.step("demo-passbook".into(), move |tx| {
        let branch = Some(party::branch_by_code(tx, CITY_BRANCH)?.id);
        let teller = Actor { branch, channel: Channel::Counter, ..Actor::of(Who::Staff(teller)) };
        deposits::passbook_issue(tx, &teller, account, PASSBOOK).map(|_| true)
    })?;
    Ok(())
}

fn faces(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    let data = load.data.clone();
    let logins = demo_logins(&data);
    let mut staff: Vec<(StaffId, String)> = Vec::new();
    for login in logins.iter().filter(|l| FACES.contains(&l.name)) {
        let Whose::Staff(number) = &login.whose else { continue };
        let id = people.staff.get(number).ok_or_else(|| broken("faces", "somebody has not joined"))?;
        staff.push((*id, number.clone()));
    }
    let seed = data.seed;
    load.each("faces", staff.clone(), move |tx, (id, number): &(StaffId, String)| {
        party::portrait_set(tx, &actor(), *id, &portrait(seed, number)).map(|_| true)
    })?;
    let relations = logins.iter().find(|l| l.name == FACES[0]);
    let number = relations.map(|l| &l.whose).and_then(|w| if let Whose::Staff(n) = w { Some(n) } else { None });
    let Some(manager) = number.and_then(|n| people.staff.get(n)).copied() else { return Ok(()) };
    let customers = logins.iter().filter(|l| l.kind == Kind::Customer);
    let persons: Vec<PersonId> =
        customers.map(|l| people.by_document(l.document.number())).collect::<Result<Vec<_>>>()?;
    load.each("customer managers", persons, move |tx, person: &PersonId| {
        party::manager_assign(tx, &actor(), *person, Some(manager)).map(|_| true)
    })?;
    Ok(())
}

/// The elder who can sign in was paid her pension today.
fn pension(load: &Load<'_, '_>, accounts: &Accounts) -> Result<()> {
    let Some(credit) = account(load, accounts)? else { return Ok(()) };
    let memo = "养老金 Pension".to_owned();
    let leg = Leg { credit, amount: Money::cny(PENSION), reference: String::new(), memo };
    let from = own(credit.book(), Own::Settlement, Currency::CNY);
    let order = Order::many(Payment::ClearingIn, from, vec![leg])?.code("pension");
    let receipt = payments::submit(&load.bank.desk, &actor(), order, Some("demo-pension"))?;
    match receipt.state {
        State::Posted => Ok(()),
        state => Err(broken("pension", format!("{state} {}", receipt.code))),
    }
}
