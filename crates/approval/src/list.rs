//! Lists of work: what waits for a checker, what a maker asked.
use crate::approval::{Approval, raw};
use crate::decide::{checker_person, not_his_own};
use kernel::id::{ApprovalId, PersonId};
use kernel::{Actor, BookId, Error, Id, Kind, Page, PageAsk, Result, Who};
use party::{Permission, Rights, Scope, may, rights, scope_path};
use std::collections::HashMap;
use store::{Column, Param, Tx};

/// Waiting requests looked through for one page at most; the next page goes on from there.
pub const LOOKED_THROUGH_ROWS_MAX: u32 = 2_000;

/// A request, for its maker, for whoever may decide on it, and for auditors. Others are told there is none.
pub fn approval(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId) -> Result<Approval> {
    let row = raw(tx, id)?;
    if row.maker == actor.principal() && actor.who != Who::Nobody {
        return Ok(row);
    }
    let by = [(row.permission, row.scope()), (Permission::AuditRead, Scope::bank())];
    for (permission, scope) in by {
        match may(tx, actor, permission, &scope) {
            Ok(_) => return Ok(row),
            Err(e) if e.kind() == Kind::Forbidden => {}
            Err(e) => return Err(e),
        }
    }
    Err(Error::not_found("approval", id))
}

/// What this checker may decide on now, oldest first: entitled, within his release limit, not his own and not said
/// yes to by him. Looks through at most [`LOOKED_THROUGH_ROWS_MAX`] requests for a page.
pub fn waiting_for(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Approval>> {
    let (wanted, me, now) = (ask.rows()? as usize, actor.principal(), tx.now());
    let mut page = Page { items: Vec::new(), next: None };
    if !matches!(actor.who, Who::Staff(_) | Who::Person(_) | Who::ForFirm { .. }) {
        return Ok(page);
    }
    let person = checker_person(tx, actor)?;
    let mut desk = Desk { rights: rights(tx, actor)?, paths: HashMap::new(), me, person };
    let mut after = cursor(ask)?;
    let tail = "WHERE state = 'waiting' AND id > ?1 AND expires_at > ?2 ORDER BY id LIMIT ?3";
    let rows = tx.select::<Approval>(tail, &[Param::Id(after), now.param(), LOOKED_THROUGH_ROWS_MAX.param()])?;
    let all = rows.len();
    for (i, row) in rows.into_iter().enumerate() {
        after = row.id.bytes();
        if desk.takes(tx, &row)? {
            page.items.push(row);
        }
        let more = i + 1 < all || all == LOOKED_THROUGH_ROWS_MAX as usize;
        if more && (page.items.len() == wanted || i + 1 == all) {
            page.next = Some(ApprovalId::from_bytes(&after)?.to_string());
            break;
        }
    }
    Ok(page)
}

/// Whether this checker may decide on a request now, by the same measure as [`waiting_for`].
pub fn may_decide(tx: &mut Tx<'_>, actor: &Actor, row: &Approval) -> Result<bool> {
    if !row.is_open(tx.now()) || !matches!(actor.who, Who::Staff(_) | Who::Person(_) | Who::ForFirm { .. }) {
        return Ok(false);
    }
    let (me, person) = (actor.principal(), checker_person(tx, actor)?);
    Desk { rights: rights(tx, actor)?, paths: HashMap::new(), me, person }.takes(tx, row)
}

/// A checker at work: his rights, and the places of the branches seen so far.
struct Desk {
    rights: Rights,
    paths: HashMap<Scope, Option<String>>,
    me: String,
    /// Himself as a customer.
    person: Option<PersonId>,
}

impl Desk {
    fn takes(&mut self, tx: &mut Tx<'_>, row: &Approval) -> Result<bool> {
        if not_his_own(row, &self.me, self.person).is_err() || row.first_by.as_ref() == Some(&self.me) {
            return Ok(false);
        }
        let scope = row.scope();
        let path = match self.paths.get(&scope) {
            Some(path) => path.clone(),
            None => {
                let path = scope_path(tx, &scope)?;
                self.paths.insert(scope, path.clone());
                path
            }
        };
        let held = self.rights.entitle(row.permission, &scope, path.as_deref());
        Ok(held.is_ok_and(|e| row.amount().is_none_or(|a| e.may_release(a))))
    }
}

/// What this maker asked, newest first, whatever became of it.
pub fn made_by(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Approval>> {
    let rows = ask.rows()?;
    let before = if ask.after.is_some() { cursor(ask)? } else { [0xff; 16] };
    let me = actor.principal();
    let tail = "WHERE maker = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let params = [Param::Text(me.as_str().into()), Param::Id(before), Param::Int(i64::from(rows) + 1)];
    let found = tx.select::<Approval>(tail, &params)?;
    Ok(Page::cut(found, rows, |a| a.id.to_string()))
}

fn cursor(ask: &PageAsk) -> Result<[u8; 16]> {
    match &ask.after {
        Some(text) => Ok(text.parse::<ApprovalId>()?.bytes()),
        None => Ok([0; 16]),
    }
}

/// How many requests of a book wait: none may when its day is closed.
pub fn waiting_in(tx: &mut Tx<'_>, book: BookId) -> Result<u64> {
    let sql = "SELECT count(*) FROM approvals WHERE state = 'waiting' AND book = ?1";
    let n: i64 = tx.query_one(sql, &[book.param()], |r| r.get(0))?.unwrap_or(0);
    Ok(n.unsigned_abs())
}
