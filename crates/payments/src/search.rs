//! What somebody paid, found again: by whom it went to, how much, when, and what became of it.
//!
//! The list is read from its newest end over all accounts of the owner. Names are encrypted, so the words of a search are
//! compared here and not by the database: at most [`SCAN_ROWS_MAX`] payments are looked at for one page, and a page that is not full
//! may still have a next one.
use crate::instruction::Instruction;
use crate::order::State;
use crate::{may_see, payees};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Date, Id, Owner, Page, PageAsk, Result};
use store::{Tx, params};

/// Payments looked at for one page at most.
pub const SCAN_ROWS_MAX: u32 = 2_000;

/// What is looked for; the default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// In the payee's name, nickname or number, or in the memo.
    pub text: String,
    /// Minor units, both ends included.
    pub at_least: Option<i64>,
    pub at_most: Option<i64>,
    /// Business days, both ends included.
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub state: Option<State>,
}

impl Search {
    fn fits(&self, i: &Instruction, named: &[String]) -> bool {
        let text = self.text.trim();
        let words = text.is_empty() || i.memo.contains(text) || i.payee.contains(text) || named.contains(&i.payee);
        words
            && self.state.is_none_or(|s| s == i.state)
            && self.at_least.is_none_or(|min| i.amount >= min)
            && self.at_most.is_none_or(|max| i.amount <= max)
            && self.from.is_none_or(|day| i.business_date >= day)
            && self.to.is_none_or(|day| i.business_date <= day)
    }
    /// Nothing older can fit.
    fn is_past(&self, i: &Instruction) -> bool {
        self.from.is_some_and(|day| i.business_date < day)
    }
}

/// Payments from the owner's accounts that fit, newest first. Needs the right to look at them.
pub fn payments_of(
    tx: &mut Tx<'_>,
    actor: &Actor,
    owner: Owner,
    search: &Search,
    ask: &PageAsk,
) -> Result<Page<Instruction>> {
    may_see(tx, actor, owner)?;
    let rows = ask.rows()?;
    let mut before = match &ask.after {
        Some(cursor) => cursor.parse::<InstructionId>()?.bytes(),
        None => [0xff; 16],
    };
    let named: Vec<String> = match search.text.trim() {
        "" => Vec::new(),
        text => payees::all(tx, owner)?.into_iter().filter(|p| p.fits(text)).map(|p| p.masked).collect(),
    };
    let accounts: Vec<AccountId> = ledger::of_owner(tx, owner)?.into_iter().map(|a| a.id).collect();
    let (mut items, mut scanned) = (Vec::new(), 0);
    while scanned < SCAN_ROWS_MAX {
        let step = newest(tx, &accounts, before, rows + 1)?;
        scanned += step.len() as u32;
        let over = step.len() <= rows as usize;
        for i in step {
            before = i.id.bytes();
            if search.is_past(&i) {
                return Ok(Page { items, next: None });
            }
            if search.fits(&i, &named) {
                items.push(i);
            }
            if items.len() > rows as usize {
                return Ok(Page::cut(items, rows, |i| i.id.to_string()));
            }
        }
        if over {
            return Ok(Page { items, next: None });
        }
    }
    let next = Some(InstructionId::from_bytes(&before)?.to_string());
    Ok(Page { items, next })
}

/// The newest payments of several accounts together.
fn newest(tx: &mut Tx<'_>, accounts: &[AccountId], before: [u8; 16], rows: u32) -> Result<Vec<Instruction>> {
    let tail = "WHERE book = ?1 AND debit = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let mut found = Vec::new();
    for account in accounts {
        found.extend(tx.select::<Instruction>(tail, params![account.book(), *account, before, rows])?);
    }
    found.sort_by_key(|i| std::cmp::Reverse(i.id));
    found.truncate(rows as usize);
    Ok(found)
}
