//! A customer as a whole, for staff: who he is, what he has, what he ordered, his wages, where he signs in.
//!
//! Every look names its reason, and is written into the audit in the same transaction that reads, before anything is shown: one entry for
//! each side that is looked at. What the reader's role or branch does not let him see, the domains refuse; a side is then not there.
use crate::desk::{TierView, tier_view};
use kernel::id::{AccountId, PersonId};
use kernel::{Actor, Kind, Owner, PageAsk, Result};
use ledger::View;
use ledger::restrictions::{Order, orders};
use party::{DeviceSeen, Permission, PersonView, Scope, SessionSeen};
use payments::Instruction;
use payroll::SlipLine;
use store::{Audit, Tx};

/// Orders of one account that are looked through.
const ORDERS_OF_ACCOUNT: u32 = 20;
/// Orders shown, the newest first.
pub const ORDERS_SHOWN_MAX: usize = 30;
/// Pay slips shown.
pub const SLIPS_SHOWN: u32 = 12;

store::text_enum! {
    /// Why staff look at a customer.
    pub enum Why {
        /// He stands at the counter.
        Counter = "counter",
        /// He called, or is called back.
        Call = "call",
        /// His documents or orders are checked.
        Check = "check",
        Complaint = "complaint",
        /// Something about him looks like fraud.
        Risk = "risk",
        /// An audit or an authority asks.
        Inspection = "inspection",
    }
}

store::text_enum! {
    /// A side of a customer.
    pub enum Side {
        Who = "who",
        Money = "money",
        Orders = "orders",
        Wages = "wages",
        Access = "access",
    }
}

/// What a customer or firm has.
#[derive(Clone, Debug, Default)]
pub struct Money {
    pub accounts: Vec<View>,
    /// Orders in force on an account.
    pub restrictions: Vec<(AccountId, Order)>,
}

/// One side of a person. What the reader may not see is `None` or empty.
pub enum Seen {
    Who(Box<TierView>),
    Money(Money),
    /// Those that wait, then the newest.
    Orders(Vec<Instruction>),
    Wages(Vec<SlipLine>),
    Access(Vec<SessionSeen>, Vec<DeviceSeen>),
}

/// One side of a person, after the look was written down. Forbidden for staff who may not read people of his branch.
pub fn person(tx: &mut Tx<'_>, actor: &Actor, id: PersonId, why: Why, side: Side) -> Result<(PersonView, Seen)> {
    let shown = party::person_view(tx, actor, id)?;
    written(tx, actor, Owner::Person(id), why, side)?;
    let owner = Owner::Person(id);
    let seen = match side {
        Side::Who => Seen::Who(Box::new(tier_view(tx, actor, id)?)),
        Side::Money => Seen::Money(money(tx, actor, owner)?),
        Side::Orders => Seen::Orders(ordered(tx, actor, owner)?),
        Side::Wages => Seen::Wages(payroll::slips_of(tx, actor, id, &PageAsk::first(SLIPS_SHOWN))?.items),
        Side::Access => {
            let (sessions, devices) = party::access_seen(tx, actor, id)?;
            Seen::Access(sessions, devices)
        }
    };
    Ok((shown, seen))
}

/// Accounts and newest orders of a firm, after the look was written down.
pub fn firm(tx: &mut Tx<'_>, actor: &Actor, id: kernel::id::FirmId, why: Why) -> Result<(Money, Vec<Instruction>)> {
    party::firm_view(tx, actor, id)?;
    written(tx, actor, Owner::Firm(id), why, Side::Money)?;
    Ok((money(tx, actor, Owner::Firm(id))?, ordered(tx, actor, Owner::Firm(id))?))
}

/// Which sides the reader's rights open for this person; each is asked anew when it is looked at.
pub fn sides(tx: &mut Tx<'_>, actor: &Actor, id: PersonId) -> Result<Vec<Side>> {
    let mut open = vec![Side::Who];
    let needs = [
        (Side::Money, Permission::AccountReadAny),
        (Side::Orders, Permission::AccountReadAny),
        (Side::Wages, Permission::WageReadBank),
        (Side::Access, Permission::PersonRead),
    ];
    for (side, permission) in needs {
        match party::may(tx, actor, permission, &Scope::person(id)) {
            Ok(_) => open.push(side),
            Err(why) if why.kind() == Kind::Forbidden => {}
            Err(why) => return Err(why),
        }
    }
    Ok(open)
}

fn written(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, why: Why, side: Side) -> Result<()> {
    tx.audit(actor, Audit::of("customer.look", owner).after(side.code()).reason(why.code()))
}

fn money(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Money> {
    payments::may_see(tx, actor, owner)?;
    let mut all = Money::default();
    for account in ledger::of_owner(tx, owner)? {
        for order in orders(tx, account.id)?.into_iter().filter(|o| o.lifted_at.is_none()) {
            all.restrictions.push((account.id, order));
        }
        all.accounts.push(ledger::view(tx, account.id)?);
    }
    Ok(all)
}

fn ordered(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Vec<Instruction>> {
    payments::may_see(tx, actor, owner)?;
    let mut all = Vec::new();
    for account in ledger::of_owner(tx, owner)? {
        all.extend(payments::instructions_of(tx, actor, account.id, &PageAsk::first(ORDERS_OF_ACCOUNT))?.items);
    }
    all.sort_by_key(|i| (!i.state.is_open(), std::cmp::Reverse(i.id)));
    all.truncate(ORDERS_SHOWN_MAX);
    Ok(all)
}
