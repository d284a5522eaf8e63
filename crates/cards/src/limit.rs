//! Another limit for a credit line: asked for by one of the bank's staff, agreed to by a second. It is an entry between the line and what
//! was granted, so that the ledger refuses to take away what is used.
use crate::line::{bring_up, line, post, save};
use crate::{LIMIT_UNFIT, rules};
use approval::{Approve, Ask, Line};
use kernel::id::{AccountId, ApprovalId};
use kernel::{Actor, Currency, Error, Money, Owner, Result};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

#[derive(Serialize, Deserialize)]
struct Payload {
    account: AccountId,
    /// Minor units.
    from: i64,
    to: i64,
}

fn fits(tx: &mut Tx<'_>, account: AccountId, from: i64, to: i64) -> Result<()> {
    let most = rules::limit_max(tx.business_date()?)?;
    let free = ledger::view(tx, account)?.available().minor;
    if to < 1 || to > most.minor || to == from || free + to < from {
        let least = (from - free).max(1);
        let told = format!("a limit from {} to {}, other than {}", Money::cny(least), most, Money::cny(from));
        return Err(Error::new(&LIMIT_UNFIT, told).with("max", most));
    }
    Ok(())
}

/// Asks for another limit. Needs `account.open` for the holder. Errors: `card_limit_unfit`.
pub fn limit_ask(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, to: Money, reason: &str) -> Result<ApprovalId> {
    let l = line(tx, actor, account)?;
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    payments::hands_off(tx, actor, &[Owner::Person(l.owner)])?;
    if to.currency != Currency::CNY || l.closed_at.is_some() {
        return Err(Error::new(&LIMIT_UNFIT, "an open line has a limit in yuan"));
    }
    fits(tx, account, l.limit_minor, to.minor)?;
    let person = party::person(tx, l.owner)?;
    let payload = Payload { account, from: l.limit_minor, to: to.minor };
    let mut ask = Ask::new("card.limit", &payload, Permission::CardCheck)?;
    (ask.branch, ask.person, ask.beneficiary) = (actor.branch, Some(l.owner), Some(Owner::Person(l.owner)));
    (ask.amount, ask.note) = (Some(to), party::reason(reason)?);
    ask.summary = vec![
        Line::shown("card-holder", person.name_masked),
        Line { label: "card-limit".into(), before: Money::cny(l.limit_minor).to_string(), after: to.to_string() },
    ];
    approval::ask(tx, actor, ask)
}

/// The second person agrees. Errors: those of `approval::approve`, `card_limit_unfit` when it was changed or used meanwhile.
pub fn limit_approve(tx: &mut Tx<'_>, actor: &Actor, asked: ApprovalId, shown_hash: &str) -> Result<()> {
    if approval::raw(tx, asked)?.kind != "card.limit" {
        return Err(Error::not_found("approval", asked));
    }
    let Approve::Approved { payload, .. } = approval::approve(tx, actor, asked, shown_hash)? else { return Ok(()) };
    let Payload { account, from, to } = serde_json::from_str(&payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let mut l = bring_up(tx, account)?;
    if l.limit_minor != from || l.closed_at.is_some() {
        return Err(Error::new(&LIMIT_UNFIT, "the limit was changed meanwhile"));
    }
    fits(tx, account, from, to)?;
    let (sides, minor) = if to > from { ((l.granted, account), to - from) } else { ((account, l.granted), from - to) };
    post(tx, sides, minor, "card_limit", asked)?;
    l.limit_minor = to;
    save(tx, &mut l, Vec::new())?;
    approval::mark_executed(tx, actor, asked, &account.to_string())?;
    let audit = Audit::of("cards.limit", account).change(Money::cny(from).to_string(), Money::cny(to).to_string());
    tx.audit(actor, audit)
}
