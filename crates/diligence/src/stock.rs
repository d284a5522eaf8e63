//! Accounts that were opened in a period, looked at again (存量账户排查).
use crate::opening::renew;
use crate::standing::SEALED_AS;
use crate::{FOUND_MAX, LOOKED_AT_MAX, SHARERS_MIN, STOCK_NONE, STOCK_STATE, text};
use kernel::id::{AccountId, BranchId, StaffId, StockReviewId};
use kernel::{Actor, BookId, Date, Error, Id, Owner, Page, PageAsk, Result, Timestamp};
use ledger::{Account, STATEMENT_ROWS_MAX};
use party::{Change, Permission, Scope, Tier};
use std::collections::HashMap;
use store::{Audit, Json, KeyRing, Seal, Tx, params};

/// Days of a period.
const PERIOD_DAYS_MAX: i64 = 3_660;

store::text_enum! {
    /// Why an account was taken.
    pub enum Hit {
        /// Nothing moved since it was opened.
        Dormant = "dormant",
        /// Several customers have its owner's phone.
        Phone = "phone",
        /// Owners of several of these accounts live at one address.
        Address = "address",
        /// No sign was asked for.
        All = "all",
    }
}

/// What is looked for. Signs are joined by "or"; with none, every account of the period.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Criteria {
    /// The first and the last day of opening.
    pub from: Date,
    pub until: Date,
    /// Only owners of this tier; firms have none.
    pub tier: Option<String>,
    pub dormant: bool,
    pub phone: bool,
    pub address: bool,
}

impl Criteria {
    fn hits(&self, a: &Seen) -> Vec<Hit> {
        let signs = [
            (Hit::Dormant, self.dormant, a.dormant),
            (Hit::Phone, self.phone, a.sharers >= SHARERS_MIN),
            (Hit::Address, self.address, a.neighbours >= SHARERS_MIN),
        ];
        match signs.iter().any(|(_, asked, _)| *asked) {
            true => signs.into_iter().filter(|(_, asked, is)| *asked && *is).map(|(hit, _, _)| hit).collect(),
            false => vec![Hit::All],
        }
    }
}

/// What the signs look at.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    dormant: bool,
    sharers: usize,
    /// Owners at his address among the accounts looked at, he among them.
    neighbours: usize,
}

store::record! {
    pub struct StockReview in "cdd_stock_reviews" key 2 {
        pub book: BookId,
        pub id: StockReviewId,
        pub branch: BranchId,
        pub criteria: Json<Criteria>,
        pub due_on: Date,
        /// Who answers for it.
        pub officer: StaffId,
        pub looked_at: i64,
        pub found: i64,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

store::text_enum! {
    pub enum StockResult {
        Fine = "fine",
        /// Limits were lowered or debits stopped.
        Limited = "limited",
        Closing = "closing",
        /// The desk of cases goes on.
        Case = "case",
        Unreached = "unreached",
    }
}

store::record! {
    pub struct Item in "cdd_stock_items" key 3 {
        pub book: BookId,
        pub review: StockReviewId,
        pub account: AccountId,
        pub owner: Owner,
        pub opened_at: Timestamp,
        pub why: Json<Vec<String>>,
        pub officer: StaffId,
        pub due_on: Date,
        pub result: Option<StockResult>,
        /// Encrypted.
        pub note: Vec<u8>,
        pub done_by: Option<String>,
        pub done_at: Option<Timestamp>,
    }
}

/// A review to be begun.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StockNew {
    pub branch: BranchId,
    pub criteria: Criteria,
    pub officer: StaffId,
    pub due_on: Date,
}

fn may(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch)).map(|_| ())
}

fn checked(tx: &mut Tx<'_>, new: &StockNew) -> Result<()> {
    let (today, c) = (tx.now().local_date(), &new.criteria);
    if c.from > c.until || c.until > today || c.from.plus_days(PERIOD_DAYS_MAX) < c.until {
        return Err(Error::field("until", "the last day is not before the first, and not after today"));
    }
    if new.due_on < today {
        return Err(Error::field("due_on", "today or later"));
    }
    if c.tier.as_deref().is_some_and(|t| Tier::parse(t).is_none()) {
        return Err(Error::field("tier", "no such tier"));
    }
    let officer = party::staff(tx, new.officer)?;
    if officer.left_at.is_some() {
        return Err(Error::field("officer", "somebody who works here"));
    }
    Ok(())
}

/// Selects the accounts of a review and begins it. Needs `case.work` at the branch. Errors: `stock_none_found`, field errors,
/// `too_large` where more than [`LOOKED_AT_MAX`] were opened or more than [`FOUND_MAX`] meet it.
pub fn select(tx: &mut Tx<'_>, actor: &Actor, new: &StockNew) -> Result<StockReview> {
    may(tx, actor, new.branch)?;
    checked(tx, new)?;
    let (accounts, c) = (of_period(tx, new)?, &new.criteria);
    let seen = looked_at(tx, &accounts, c)?;
    let taken: Vec<(&Account, Vec<Hit>)> =
        accounts.iter().zip(&seen).map(|(a, s)| (a, c.hits(s))).filter(|(_, hits)| !hits.is_empty()).collect();
    if taken.is_empty() {
        return Err(Error::new(&STOCK_NONE, format!("none of {} accounts meets it", accounts.len())));
    }
    if taken.len() > FOUND_MAX {
        return Err(Error::limit("accounts", taken.len(), FOUND_MAX, "accounts of one review"));
    }
    let (now, book) = (tx.now(), new.branch.book());
    let mut review = StockReview {
        book,
        id: StockReviewId::new(now, book),
        branch: new.branch,
        criteria: Json(c.clone()),
        due_on: new.due_on,
        officer: new.officer,
        looked_at: accounts.len() as i64,
        found: taken.len() as i64,
        made_by: actor.principal(),
        made_at: now,
        seal: Seal::default(),
    };
    tx.insert(&mut review)?;
    let mut rows: Vec<Item> = taken.into_iter().map(|(a, hits)| item(&review, a, &hits)).collect();
    tx.insert_all(&mut rows)?;
    let shown = format!("{} of {} accounts, due {}", review.found, review.looked_at, review.due_on);
    tx.audit(actor, Audit::of("stock.select", review.id).after(shown))?;
    Ok(review)
}

fn item(review: &StockReview, a: &Account, hits: &[Hit]) -> Item {
    Item {
        book: review.book,
        review: review.id,
        account: a.id,
        owner: a.owner,
        opened_at: a.opened_at,
        why: Json(hits.iter().map(|h| h.code().to_owned()).collect()),
        officer: review.officer,
        due_on: review.due_on,
        result: None,
        note: Vec::new(),
        done_by: None,
        done_at: None,
        seal: Seal::default(),
    }
}

fn of_period(tx: &mut Tx<'_>, new: &StockNew) -> Result<Vec<Account>> {
    let c = &new.criteria;
    let period = (c.from.begins(), c.until.plus_days(1).begins());
    let mut all: Vec<Account> = Vec::new();
    loop {
        let after = all.last().map(|a| a.id);
        let part = ledger::opened_between(tx, new.branch.book(), period, after, STATEMENT_ROWS_MAX)?;
        let last = part.len() < STATEMENT_ROWS_MAX as usize;
        all.extend(part);
        if all.len() > LOOKED_AT_MAX {
            return Err(Error::limit("accounts", all.len(), LOOKED_AT_MAX, "accounts of one period"));
        }
        if last {
            break;
        }
    }
    let Some(tier) = c.tier.as_deref().and_then(Tier::parse) else { return Ok(all) };
    let mut of_tier = Vec::new();
    for a in all {
        if let Owner::Person(p) = a.owner
            && party::person(tx, p)?.tier == tier
        {
            of_tier.push(a);
        }
    }
    Ok(of_tier)
}

/// The signs of each account, in their order.
fn looked_at(tx: &mut Tx<'_>, accounts: &[Account], c: &Criteria) -> Result<Vec<Seen>> {
    let mut all = Vec::with_capacity(accounts.len());
    let mut places: Vec<Option<Vec<u8>>> = Vec::with_capacity(accounts.len());
    for a in accounts {
        let mut s = Seen::default();
        if c.dormant {
            s.dormant = ledger::view(tx, a.id)?.balance.head == 0;
        }
        let mut place = None;
        match a.owner {
            Owner::Person(id) if c.phone || c.address => {
                let p = party::person(tx, id)?;
                s.sharers = if c.phone { party::phone_sharers(tx, &p.phone_index)? } else { 0 };
                place = if c.address { party::address_index(tx, &p)? } else { None };
            }
            Owner::Firm(id) if c.address => {
                let f = party::firm(tx, id)?;
                place = Some(f.address.trim().as_bytes().to_vec()).filter(|at| !at.is_empty());
            }
            _ => {}
        }
        all.push(s);
        places.push(place);
    }
    let mut owners: HashMap<&Vec<u8>, Vec<Owner>> = HashMap::new();
    for (a, place) in accounts.iter().zip(&places) {
        let at = place.as_ref().map(|p| owners.entry(p).or_default());
        if let Some(at) = at.filter(|at| !at.contains(&a.owner)) {
            at.push(a.owner);
        }
    }
    for (s, place) in all.iter_mut().zip(&places) {
        s.neighbours = place.as_ref().and_then(|p| owners.get(p)).map_or(0, Vec::len);
    }
    Ok(all)
}

/// Reviews of the actor's branch, the newest first. Needs `case.work` there.
pub fn stock_reviews(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<StockReview>> {
    let branch = actor.branch.ok_or_else(|| Error::forbidden("reviews are listed at a branch"))?;
    may(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<StockReviewId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let found = tx.select::<StockReview>(tail, params![branch.book(), before, rows + 1])?;
    Ok(Page::cut(found, rows, |r| r.id.to_string()))
}

/// One. To who may not see it, it does not exist.
pub fn review_of(tx: &mut Tx<'_>, actor: &Actor, id: StockReviewId) -> Result<StockReview> {
    let r = tx.get::<StockReview>(params![id.book(), id])?.ok_or_else(|| Error::not_found("stock review", id))?;
    may(tx, actor, r.branch).map_err(|e| Error::not_found("stock review", id).caused_by(e))?;
    Ok(r)
}

/// Accounts of a review, by their id. As [`review_of`].
pub fn items(tx: &mut Tx<'_>, actor: &Actor, id: StockReviewId, ask: &PageAsk) -> Result<Page<Item>> {
    review_of(tx, actor, id)?;
    let rows = ask.rows()?;
    let after = match &ask.after {
        Some(cursor) => cursor.parse::<AccountId>()?.bytes(),
        None => [0; 16],
    };
    let tail = "WHERE book = ?1 AND review = ?2 AND account > ?3 ORDER BY account LIMIT ?4";
    let found = tx.select::<Item>(tail, params![id.book(), id, after, rows + 1])?;
    Ok(Page::cut(found, rows, |i| i.account.to_string()))
}

/// What came of looking at an account. Needs `case.work` at the branch; not of his own matters. A result stands; another one is refused.
pub fn result(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: StockReviewId,
    account: AccountId,
    result: StockResult,
    note: &str,
) -> Result<Change> {
    let note = text("note", note)?;
    review_of(tx, actor, id)?;
    let found = tx.load::<Item>(params![id.book(), id, account])?;
    let mut row = found.ok_or_else(|| Error::not_found("account of the review", account))?;
    payments::hands_off(tx, actor, &[row.owner])?;
    if row.result.is_some() {
        return match row.result == Some(result) && row.done_by.as_deref() == Some(actor.principal().as_str()) {
            true => Ok(Change::AlreadySo),
            false => Err(Error::new(&STOCK_STATE, format!("{account} has a result"))),
        };
    }
    row.note = tx.keys().encrypt_own(SEALED_AS, note.as_bytes());
    (row.result, row.done_by, row.done_at) = (Some(result), Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("stock.result", account).after(result.code()))?;
    Ok(Change::Done)
}

/// What was written with a result; empty before there is one.
pub fn note(keys: &KeyRing, i: &Item) -> Result<String> {
    if i.note.is_empty() {
        return Ok(String::new());
    }
    let plain = keys.decrypt_own(SEALED_AS, &i.note)?;
    String::from_utf8(plain.to_vec()).map_err(|e| Error::broken("a note cannot be read").caused_by(e))
}

/// Where a pass over all accounts of all reviews stands: book, review, account.
pub type ItemPlace = (i64, [u8; 16], [u8; 16]);

/// Puts the notes of the next `limit` accounts after `after` under the newest key. Answers the last place, the rows seen and those changed.
pub fn renew_items(tx: &mut Tx<'_>, after: &ItemPlace, limit: u32) -> Result<(Option<ItemPlace>, u64, u64)> {
    let tail = "WHERE (book, review, account) > (?1, ?2, ?3) ORDER BY book, review, account LIMIT ?4";
    let mut rows = tx.select_locked::<Item>(tail, params![after.0, after.1, after.2, limit])?;
    let mut changed = 0;
    for row in &mut rows {
        if renew(tx.keys(), SEALED_AS, &mut row.note)? {
            tx.update(row)?;
            changed += 1;
        }
    }
    let last = rows.last().map(|r| (i64::from(r.book.0), r.review.bytes(), r.account.bytes()));
    Ok((last, rows.len() as u64, changed))
}
