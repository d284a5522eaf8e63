//! An account: restricted at once, freed by two, closed when it is empty.
use super::{Deed, Ordered, Terms, filled, place};
use crate::codes::{ACCOUNT_EARNS, ACCOUNT_HAS_CARD, ACCOUNT_PAID_INTO, ACTIVATED_IN_PERSON};
use approval::Line;
use kernel::chinese::mask_card;
use kernel::id::AccountId;
use kernel::{Actor, Error, Id, Money, Owner, Result};
use ledger::restrictions::{self, Order, Restrict};
use ledger::{Account, Purpose, View};
use party::{Change, Permission};
use serde::{Deserialize, Serialize};
use store::Tx;
use till::{EntryKind, Service};

/// A restriction to be lifted before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lift {
    pub account: AccountId,
    pub number: i64,
    pub why: String,
}

/// An account to be closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    pub account: AccountId,
    pub why: String,
}

/// The account, when it is a customer's and the actor holds the permission where it is kept.
fn reach(tx: &mut Tx<'_>, actor: &Actor, permission: Permission, id: AccountId) -> Result<(View, Terms)> {
    let view = ledger::view(tx, id)?;
    let (branch, scope) = place(tx, id.book())?;
    party::may(tx, actor, permission, &scope)?;
    if view.account.owner == Owner::Bank {
        return Err(Error::field("account", "the bank's own accounts are kept by its processes"));
    }
    let terms = Terms {
        kind: "freeze",
        permission,
        branch: Some(branch),
        firm: None,
        person: None,
        owner: Some(view.account.owner),
        summary: vec![Line::shown("account", shown(&view.account))],
        note: String::new(),
    };
    Ok((view, terms))
}

fn shown(account: &Account) -> String {
    let name = match account.owner {
        Owner::Person(_) => kernel::chinese::mask_name(&account.name),
        _ => account.name.clone(),
    };
    format!("{name} {}", mask_card(&account.number))
}

impl Deed for Restrict {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (view, terms) = reach(tx, actor, Permission::AccountFreeze, self.account)?;
        filled("basis", &self.basis)?;
        worksite::end::may_restrict(tx, self.account)?;
        if [payroll::NOT_ACTIVATED, orders::OPEN, orders::QUIET].contains(&self.basis.trim()) {
            return Err(Error::field("basis", "this word is kept for accounts that wait for their owner"));
        }
        if self.document.chars().count() > super::TEXT_CHARS_MAX {
            return Err(Error::field("document", format!("at most {} characters", super::TEXT_CHARS_MAX)));
        }
        let mut summary = terms.summary;
        summary.push(Line::new("order-kind", "", self.kind.code()));
        if self.amount > 0 {
            summary.push(Line::new("order-amount", "", Money::new(self.amount, view.account.currency).to_string()));
        }
        summary.push(Line::shown("order-basis", self.basis.trim()));
        summary.push(Line::shown("order-document", self.document.trim()));
        Ok(Terms { summary, ..terms })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let (basis, document) = (self.basis.trim().into(), self.document.trim().into());
        let ask = Restrict { basis, document, ..self.clone() };
        let before = restrictions::orders(tx, self.account)?.len();
        let number = worksite::end::restrict(tx, actor, &ask)?;
        let after = restrictions::orders(tx, self.account)?.len();
        Ok((if after > before { Change::Done } else { Change::AlreadySo }, number.to_string()))
    }
}

fn standing(tx: &mut Tx<'_>, account: AccountId, number: i64) -> Result<Order> {
    let found = restrictions::orders(tx, account)?.into_iter().find(|o| o.number == number);
    let unknown = || Error::new(&ledger::RESTRICTION_UNKNOWN, format!("{account} has no restriction {number}"));
    let order = found.ok_or_else(unknown)?;
    match order.basis.as_str() {
        payroll::NOT_ACTIVATED => {
            Err(Error::new(&ACTIVATED_IN_PERSON, "the account waits for its owner to stand at a counter"))
        }
        orders::OPEN | orders::QUIET => {
            Err(Error::new(&orders::KEPT_BY_ORDER, "an authority's order keeps it, and ends it with its own document"))
        }
        _ => Ok(order),
    }
}

impl Deed for Lift {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (view, terms) = reach(tx, actor, Permission::AccountFreeze, self.account)?;
        let order = standing(tx, self.account, self.number)?;
        if let Some(legal) = worksite::end::order_of_restriction(tx, self.account, self.number)? {
            let told = format!("it stands on {}", legal.id);
            return Err(Error::new(&worksite::end::ORDERED, told).with("order", legal.id));
        }
        let mut summary = terms.summary;
        summary.push(Line::new("order-kind", order.kind.code(), ""));
        if order.amount > 0 {
            summary.push(Line::new("order-amount", Money::new(order.amount, view.account.currency).to_string(), ""));
        }
        summary.push(Line::shown("order-basis", &order.basis));
        summary.push(Line::shown("order-document", &order.document));
        Ok(Terms { kind: "unfreeze", summary, note: party::reason(&self.why)?, ..terms })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let order = standing(tx, self.account, self.number)?;
        restrictions::lift(tx, actor, self.account, self.number, &party::reason(&self.why)?)?;
        let change = if order.lifted_at.is_none() { Change::Done } else { Change::AlreadySo };
        Ok((change, self.account.to_string()))
    }
}

impl Deed for Close {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (view, terms) = reach(tx, actor, Permission::AccountOpen, self.account)?;
        if view.account.purpose != Purpose::General && view.account.purpose != Purpose::Wage {
            return Err(Error::field("account", "what stands in it is paid out by its own rules, and closes it"));
        }
        if payroll::project_of_account(tx, self.account)?.is_some_and(|p| p.profile.protected()) {
            return Err(Error::new(&worksite::end::CLOSE_BY_END, format!("{} is a wage account", self.account)));
        }
        if deposits::pays_to(tx, self.account)? || wealth::pays_to(tx, self.account)? {
            return Err(Error::new(&ACCOUNT_PAID_INTO, format!("deposits or holdings pay to {}", self.account)));
        }
        let earned = deposits::earned(tx, actor, self.account)?;
        if earned.due.is_positive() || earned.accrued.is_positive() {
            let told = format!("{} and {} of interest are not paid yet", earned.due, earned.accrued);
            return Err(Error::new(&ACCOUNT_EARNS, told).with("accrued", earned.accrued));
        }
        if let Some(card) = cards::open_card_of(tx, self.account)? {
            return Err(Error::new(&ACCOUNT_HAS_CARD, format!("{card} leads to it")).with("card", card));
        }
        Ok(Terms { kind: "account.close", note: party::reason(&self.why)?, ..terms })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let closed = ledger::view(tx, self.account)?.account.closed_at.is_some();
        let why = party::reason(&self.why)?;
        ledger::close_account(tx, actor, self.account, &why)?;
        if !closed {
            let (account, object) = (Some(self.account), self.account.to_string());
            let done = Service { kind: EntryKind::AccountClosed, account, amount: None, object: &object, memo: &why };
            till::serve(tx, actor, &done)?;
        }
        Ok((if closed { Change::AlreadySo } else { Change::Done }, self.account.to_string()))
    }
}
