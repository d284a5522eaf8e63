//! Answers to queries, files and officers: each look is written down, with what was handed out.
use crate::order::{ANSWER_FIELD, AuthorityOrder, OFFICERS_FIELD, OrderKind, OrderState, locked};
use crate::{ANSWER_LINES_MAX, LOOKS_MAX, Officer, STATE, TOO_LATE, decided, may_see};
use kernel::id::{AccountId, AuthorityOrderId};
use kernel::{Actor, BookId, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use ledger::{Purpose, STATEMENT_ROWS_MAX, View};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// Entries of an account that one answer goes through at most.
const ENTRIES_SEEN_MAX: usize = 20_000;

store::text_enum! {
    /// What was looked at.
    pub enum What {
        Accounts = "accounts",
        Movements = "movements",
        /// The evidence.
        File = "file",
        /// The officers in the clear.
        Officers = "officers",
        /// An answer that was given before.
        Again = "again",
    }
}

store::record! {
    /// One look under an order.
    pub struct Look in "authority_looks" key 3 {
        pub book: BookId,
        pub of_order: AuthorityOrderId,
        /// From 1.
        pub number: i64,
        pub what: What,
        pub account: Option<AccountId>,
        pub from_day: Option<Date>,
        pub to_day: Option<Date>,
        /// Accounts or movements that were told.
        pub rows: i64,
        /// What was handed out, encrypted.
        pub answer: Option<Vec<u8>>,
        pub looked_by: String,
        pub looked_at: Timestamp,
    }
}

/// What is asked: without an account the party's accounts; with one its movements of some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookAsk {
    pub account: Option<AccountId>,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// An account as the authority is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredAccount {
    pub account: AccountId,
    pub number: String,
    pub purpose: String,
    pub balance: Money,
    pub available: Money,
    pub opened_on: Date,
    pub closed_on: Option<Date>,
    /// Wages of a project, or a guarantee for them: protected (Decree 724, art. 33).
    pub protected: bool,
}

/// A movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredLine {
    pub at: Timestamp,
    /// Above zero is money in.
    pub change: Money,
    pub after: Money,
    pub counterparty: String,
    pub memo: String,
}

/// What was handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub order: AuthorityOrderId,
    pub document: String,
    pub party: String,
    pub at: Timestamp,
    pub accounts: Vec<AnsweredAccount>,
    pub lines: Vec<AnsweredLine>,
}

/// Answers a query that was agreed to and is not over; the answer and who took it are kept. Needs `order.enter` or
/// `order.check`. Errors: `order_state`, `order_too_late`, limits of lines and looks, bad days.
pub fn answer(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId, ask: LookAsk) -> Result<(i64, Answer)> {
    let (o, now) = (seen(tx, actor, id)?, tx.now());
    if o.kind != OrderKind::Query || !matches!(o.state, OrderState::InForce | OrderState::Expired) {
        return Err(Error::new(&STATE, format!("{id} is a {} that is {}", o.kind, o.state)).with("state", o.state));
    }
    if o.state == OrderState::Expired || o.until.is_none_or(|until| until <= now) {
        return Err(Error::new(&TOO_LATE, format!("{id} was to be answered until its day")));
    }
    let account = ask.account.or(o.account);
    let party = decided::shown(tx, o.subject)?;
    let mut answer =
        Answer { order: id, document: o.document.clone(), party, at: now, accounts: vec![], lines: vec![] };
    let views = match account {
        Some(account) => vec![view_of(tx, &o, account)?],
        None => {
            let all = ledger::of_owner(tx, o.subject)?;
            all.iter().map(|a| ledger::view(tx, a.id)).collect::<Result<Vec<_>>>()?
        }
    };
    answer.accounts = views.iter().map(told).collect();
    let mut what = What::Accounts;
    if let (Some(view), Some(from), Some(to)) = (views.first().filter(|_| account.is_some()), ask.from, ask.to) {
        (answer.lines, what) = (movements(tx, view, from, to)?, What::Movements);
    }
    let rows = if what == What::Accounts { answer.accounts.len() } else { answer.lines.len() };
    let text = serde_json::to_vec(&answer).map_err(|e| Error::broken("an answer has no form").caused_by(e))?;
    let sealed = Some(tx.keys().encrypt_own(ANSWER_FIELD, &text));
    let look = Taken { what, account, from: ask.from, to: ask.to, rows: rows as i64, answer: sealed };
    Ok((written(tx, actor, &o, look)?, answer))
}

fn view_of(tx: &mut Tx<'_>, o: &AuthorityOrder, account: AccountId) -> Result<View> {
    let view = ledger::view(tx, account)?;
    let asked = o.account.is_none_or(|a| a == account);
    match asked && view.account.owner == o.subject {
        true => Ok(view),
        false => Err(Error::field("account", "the query does not reach this account")),
    }
}

fn told(v: &View) -> AnsweredAccount {
    let a = &v.account;
    AnsweredAccount {
        account: a.id,
        number: a.number.clone(),
        purpose: a.purpose.code().to_owned(),
        balance: v.posted(),
        available: v.available(),
        opened_on: a.opened_at.local_date(),
        closed_on: a.closed_at.map(|at| at.local_date()),
        protected: matches!(a.purpose, Purpose::Wage | Purpose::WageClearing | Purpose::Deposit),
    }
}

fn movements(tx: &mut Tx<'_>, view: &View, from: Date, to: Date) -> Result<Vec<AnsweredLine>> {
    if from > to {
        return Err(Error::field("from", "not after the last day"));
    }
    let (first, end) = (from.begins(), to.plus_days(1).begins());
    let (mut lines, mut entries, mut at) = (Vec::new(), 0, None);
    loop {
        let page = ledger::statement(tx, view.account.id, at, STATEMENT_ROWS_MAX)?;
        entries += page.len();
        for l in page.iter().filter(|l| l.entry.moved() && l.entry.at >= first && l.entry.at < end) {
            lines.push(line(tx, view, l)?);
        }
        if lines.len() > ANSWER_LINES_MAX {
            return Err(Error::limit("lines", lines.len(), ANSWER_LINES_MAX, "movements; ask for fewer days"));
        }
        let past = page.last().is_none_or(|l| l.entry.at < first);
        at = page.last().and_then(ledger::Line::prev);
        if past || at.is_none() {
            return Ok(lines);
        }
        if entries >= ENTRIES_SEEN_MAX {
            return Err(Error::limit("entries", entries, ENTRIES_SEEN_MAX, "entries; ask for later days"));
        }
    }
}

fn line(tx: &mut Tx<'_>, view: &View, l: &ledger::Line) -> Result<AnsweredLine> {
    let currency = view.account.currency;
    let counterparty =
        ledger::accounts(tx, &[l.counterparty])?.pop().map_or(String::new(), |a| format!("{} {}", a.name, a.number));
    Ok(AnsweredLine {
        at: l.entry.at,
        change: Money::new(l.change, currency),
        after: Money::new(l.after, currency),
        counterparty,
        memo: l.entry.memo.clone(),
    })
}

/// An answer as it was handed out. Needs `order.enter` or `order.check`; a look of its own.
pub fn answer_again(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId, number: i64) -> Result<Answer> {
    let o = seen(tx, actor, id)?;
    let look = tx.get::<Look>(params![id.book(), id, number])?;
    let Some(Look { answer: Some(sealed), account, from_day, to_day, rows, .. }) = look else {
        return Err(Error::not_found("answer", number));
    };
    let answer = opened(tx, ANSWER_FIELD, &sealed)?;
    written(tx, actor, &o, Taken { account, from: from_day, to: to_day, rows, ..Taken::of(What::Again) })?;
    Ok(answer)
}

/// The document's file with its name. Needs `order.enter` or `order.check`. `Err(NOT_FOUND)` when none was kept.
pub fn evidence(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId) -> Result<(String, Vec<u8>)> {
    let o = seen(tx, actor, id)?;
    let hash = o.evidence.clone().ok_or_else(|| Error::not_found("file", id))?;
    let bytes = payroll::read_file(tx, o.book, &hash)?;
    written(tx, actor, &o, Taken::of(What::File))?;
    Ok((o.evidence_name, bytes))
}

/// Both officers in the clear. Needs `order.enter` or `order.check`.
pub fn officers(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId) -> Result<[Officer; 2]> {
    let o = seen(tx, actor, id)?;
    let officers = opened(tx, OFFICERS_FIELD, &o.officers)?;
    written(tx, actor, &o, Taken::of(What::Officers))?;
    Ok(officers)
}

/// Who looked at what, the newest first. Needs `order.enter` or `order.check`.
pub fn looks(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId, ask: &PageAsk) -> Result<Page<Look>> {
    may_see(tx, actor, id.book())?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::field("after", "it is no cursor of this list"))?,
        None => i64::MAX,
    };
    let tail = "WHERE book = ?1 AND of_order = ?2 AND number < ?3 ORDER BY number DESC LIMIT ?4";
    let found = tx.select::<Look>(tail, params![id.book(), id, before, rows + 1])?;
    Ok(Page::cut(found, rows, |l| l.number.to_string()))
}

fn seen(tx: &mut Tx<'_>, actor: &Actor, id: AuthorityOrderId) -> Result<AuthorityOrder> {
    may_see(tx, actor, id.book())?;
    locked(tx, id)
}

fn opened<T: DeserializeOwned>(tx: &Tx<'_>, field: &str, sealed: &[u8]) -> Result<T> {
    let text = tx.keys().decrypt_own(field, sealed)?;
    serde_json::from_slice(&text).map_err(|e| Error::broken("what was kept cannot be read").caused_by(e))
}

struct Taken {
    what: What,
    account: Option<AccountId>,
    from: Option<Date>,
    to: Option<Date>,
    rows: i64,
    answer: Option<Vec<u8>>,
}

impl Taken {
    fn of(what: What) -> Taken {
        Taken { what, account: None, from: None, to: None, rows: 0, answer: None }
    }
}

/// Writes a look down; answers its number.
fn written(tx: &mut Tx<'_>, actor: &Actor, o: &AuthorityOrder, t: Taken) -> Result<i64> {
    let tail = "WHERE book = ?1 AND of_order = ?2 ORDER BY number DESC LIMIT 1";
    let number = tx.select::<Look>(tail, params![o.book, o.id])?.first().map_or(1, |l| l.number + 1);
    if number > LOOKS_MAX {
        return Err(Error::limit("looks", number, LOOKS_MAX, "looks under one order"));
    }
    let mut row = Look {
        book: o.book,
        of_order: o.id,
        number,
        what: t.what,
        account: t.account,
        from_day: t.from,
        to_day: t.to,
        rows: t.rows,
        answer: t.answer,
        looked_by: actor.principal(),
        looked_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let shown = format!("{} {} rows {}", number, row.what, row.rows);
    tx.audit(actor, Audit::of("order.look", o.id).after(shown).approval(o.approval))?;
    Ok(number)
}
