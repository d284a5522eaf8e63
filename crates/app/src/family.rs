//! The family view with the accounts behind it: `party::family` says who may look, this says at what.
//!
//! Only a person's own open accounts can be shared, and each is judged again at every look: an account that has gone to
//! another owner, or is closed, is not shown. A member sees kinds, days and amounts of movements and never with whom they
//! were: the other side has not agreed.
use kernel::id::{AccountId, FamilyTieId, PersonId};
use kernel::{Actor, Date, Error, Money, Owner, Result};
use ledger::{Purpose, View};
use party::family::{self, Invite, Level, Share, Tie};
use store::Tx;

/// Movements of an account shown at most.
pub const LINES_SHOWN_MAX: u32 = 50;

/// A movement as a member sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Movement {
    pub on: Date,
    /// The bank's own word for it: `transfer`, `wage_pay`.
    pub code: String,
    /// Above zero: it came in.
    pub change: Money,
}

/// A shared account as a member sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub share: Share,
    /// Its number, masked.
    pub number: String,
    pub available: Money,
}

/// What one look showed.
#[derive(Clone, Debug)]
pub struct Looked {
    pub tie: Tie,
    /// The owner's name, masked.
    pub owner: String,
    pub accounts: Vec<Seen>,
    /// Of the one account that was asked for, newest first.
    pub movements: Vec<Movement>,
}

/// The accounts that a person may share.
pub fn shareable(tx: &mut Tx<'_>, owner: PersonId) -> Result<Vec<View>> {
    let all = ledger::of_owner(tx, Owner::Person(owner))?;
    let open = all.into_iter().filter(|a| a.closed_at.is_none() && a.purpose == Purpose::General);
    open.map(|a| ledger::view(tx, a.id)).collect()
}

/// Invites somebody to look at accounts of the actor's own. Errors: those of [`family::invite`]; a bad field for an account
/// that is not his.
pub fn invite(tx: &mut Tx<'_>, actor: &Actor, ask: &Invite) -> Result<Tie> {
    let own = actor.person().map(|me| shareable(tx, me)).transpose()?.unwrap_or_default();
    let his = |id: AccountId| own.iter().any(|v| v.account.id == id);
    if !ask.shares.iter().all(|s| his(s.account)) {
        return Err(Error::field("accounts", "an account is not one of your own open ones"));
    }
    family::invite(tx, actor, ask)
}

/// Looks, and writes it down: all shared accounts with what may be used of each, or the movements of one. In a write
/// transaction only; show after its commit. Errors: those of [`family::look`].
pub fn look(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId, account: Option<AccountId>) -> Result<Looked> {
    let (tie, shares) = family::look(tx, actor, id, account)?;
    let owner = party::person(tx, tie.owner)?.name_masked;
    let mut accounts = Vec::with_capacity(shares.len());
    for share in shares {
        let view = ledger::view(tx, share.account)?;
        if view.account.owner == Owner::Person(tie.owner) && view.account.closed_at.is_none() {
            let number = kernel::chinese::mask_card(&view.account.number);
            accounts.push(Seen { available: view.available(), number, share });
        }
    }
    let shown = accounts.first().filter(|s| account.is_some() && s.share.level == Level::Movements);
    let movements = match shown.map(|s| s.share.account) {
        Some(id) => movements(tx, id)?,
        None => Vec::new(),
    };
    Ok(Looked { tie, owner, accounts, movements })
}

fn movements(tx: &mut Tx<'_>, id: AccountId) -> Result<Vec<Movement>> {
    let lines = ledger::statement(tx, id, None, LINES_SHOWN_MAX)?;
    let moved = lines.into_iter().filter(|l| l.change != 0);
    let movement = |l: ledger::Line| Movement {
        on: l.entry.at.local_date(),
        code: l.entry.code.to_string(),
        change: Money::new(l.change, l.entry.currency),
    };
    Ok(moved.map(movement).collect())
}
