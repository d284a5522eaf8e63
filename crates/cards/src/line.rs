//! A credit card's line in the ledger, and the bill that follows it.
//!
//! A line is three accounts. *Granted*, a claim of the bank, holds the limit. The *line* got it when it was opened and is the
//! holder's: what is on it may be spent, the ledger lets nobody spend more, and what is on it beyond the limit is what he paid too much.
//! *Dues*, a claim again, holds interest and charges that were stated and not paid; they use up nothing of the limit. So the
//! holder owes `granted − line + dues`.
//!
//! Money reaches the line by any payment. The bill learns of it from the line's entries, in their order and on their business
//! days ([`bring_up`]): when it is looked at, before a purchase, and in the night. What a payment paid of the charges goes
//! from the line to the dues then.
use crate::card::{Card, Kind};
use crate::credit::{Bill, Bought, Statement};
use crate::{BILLS_AT_ONCE_MAX, Event, LINE_NOT_EMPTY, STATEMENTS_LISTED_MAX, number, rules, us};
use kernel::id::{AccountId, PersonId, Raw, TransferId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Kind as Fails, Money, Owner, Result, Timestamp};
use ledger::{Line, Opening, Purpose, STATEMENT_ROWS_MAX, Side, Transfer};
use store::{Audit, Json, Seal, Store, Tx, params};

store::record! {
    /// A credit line; its account is its id.
    pub struct CreditLine in "card_lines" key 2 {
        pub book: BookId,
        pub account: AccountId,
        pub owner: PersonId,
        pub granted: AccountId,
        pub dues: AccountId,
        /// Minor units of CNY.
        pub limit_minor: i64,
        pub bill: Json<Bill>,
        /// The newest entry of the line that the bill knows.
        pub seen: i64,
        /// The bill's first day that has not ended.
        pub from_day: Date,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub closed_at: Option<Timestamp>,
    }
}

store::record! {
    /// A statement as it was made.
    pub struct CardStatement in "card_statements" key 3 {
        pub book: BookId,
        pub account: AccountId,
        pub number: i64,
        pub day: Date,
        pub due: Date,
        pub statement: Json<Statement>,
    }
}

/// Beyond the ticks of the bank's other own accounts.
const SCHEME_TICK: u64 = 111;
const INCOME_TICK: u64 = 112;

fn own(book: BookId, tick: u64) -> AccountId {
    let mut tail = [0u8; 6];
    tail[3..].copy_from_slice(Currency::CNY.code().as_bytes());
    AccountId::from_raw(Raw::from_parts(tick, book, tail))
}

/// Owed to the scheme of the cards for purchases (待清算银行卡).
pub fn scheme_account(book: BookId) -> AccountId {
    own(book, SCHEME_TICK)
}

/// Interest and charges of cards.
pub fn income_account(book: BookId) -> AccountId {
    own(book, INCOME_TICK)
}

/// Opens the bank's own accounts for cards in a book. Repeating is safe.
pub(crate) fn open_own(tx: &mut Tx<'_>, book: BookId) -> Result<()> {
    let all = [
        (scheme_account(book), "2622", Purpose::Clearing, "待清算银行卡 Card scheme"),
        (income_account(book), "6012", Purpose::Fee, "信用卡利息和费用收入 Card interest and charges"),
    ];
    for (id, chart, purpose, name) in all {
        let opening = Opening::own(id, chart, purpose, Side::Credit, name, Currency::CNY).hot();
        ledger::open_account(tx, &us("own accounts"), &opening)?;
    }
    Ok(())
}

/// An entry of the bank's own between two accounts; `reference` says what it is for.
pub(crate) fn post(
    tx: &mut Tx<'_>,
    (debit, credit): (AccountId, AccountId),
    minor: i64,
    code: &'static str,
    reference: impl std::fmt::Display,
) -> Result<()> {
    let id = TransferId::new(tx.now(), debit.book());
    ledger::post_one(tx, false, &Transfer::single(id, debit, credit, Money::cny(minor), code).reference(reference))
}

/// Opens a line of `limit` for a holder; a second person has agreed.
pub(crate) fn open(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId, limit: i64) -> Result<AccountId> {
    let (book, now, today) = (number::book(owner), tx.now(), tx.business_date()?);
    open_own(tx, book)?;
    let [account, granted, dues] = std::array::from_fn(|_| AccountId::new(now, book));
    let line = Opening::deposit(account, Owner::Person(owner), "信用卡", Currency::CNY);
    ledger::open_account(tx, actor, &line.purpose(Purpose::CreditLine, "2015"))?;
    for (id, chart, name) in
        [(granted, "1304", "信用卡授信 Credit granted"), (dues, "1305", "信用卡应收息费 Card dues")]
    {
        let opening = Opening::own(id, chart, Purpose::Receivable, Side::Debit, name, Currency::CNY);
        ledger::open_account(tx, actor, &opening)?;
    }
    for (to, basis) in [(scheme_account(book), "purchases"), (dues, "charges paid"), (granted, "the limit given back")]
    {
        ledger::grants::grant(tx, actor, account, to, basis)?;
    }
    post(tx, (granted, account), limit, "card_limit", "")?;
    tx.insert(&mut CreditLine {
        book,
        account,
        owner,
        granted,
        dues,
        limit_minor: limit,
        bill: Json(Bill::new(today.day().min(28), today)),
        seen: 0,
        from_day: today,
        opened_by: actor.principal(),
        opened_at: now,
        closed_at: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("cards.line_open", account).after(Money::cny(limit).to_string()))?;
    Ok(account)
}

pub(crate) fn raw(tx: &mut Tx<'_>, account: AccountId) -> Result<CreditLine> {
    let found = tx.load::<CreditLine>(params![account.book(), account])?;
    found.ok_or_else(|| Error::not_found("credit line", account))
}

/// A card's line that the actor may see, with its bill as it stands now; nothing is written.
pub fn line(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<CreditLine> {
    let mut found = seen(tx, actor, account)?;
    now(tx, &mut found)?;
    Ok(found)
}

/// A line that the actor may see, as it was last brought up.
pub(crate) fn seen(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<CreditLine> {
    let found = raw(tx, account)?;
    crate::may_see(tx, actor, found.owner).map_err(|_| Error::not_found("credit line", account))?;
    Ok(found)
}

/// The same with everything that moved on it until now: for a page on which it is repaid.
pub fn line_now(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<CreditLine> {
    line(tx, actor, account)?;
    bring_up(tx, account)
}

/// A line's statements, the newest first, at most [`STATEMENTS_LISTED_MAX`].
pub fn statements(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<CardStatement>> {
    let l = seen(tx, actor, account)?;
    let tail = "WHERE book = ?1 AND account = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<CardStatement>(tail, params![l.book, l.account, STATEMENTS_LISTED_MAX])
}

/// Entries of the line that the bill does not know, the oldest first.
fn unseen(tx: &mut Tx<'_>, l: &CreditLine) -> Result<Vec<Line>> {
    let (mut all, mut from) = (Vec::new(), None);
    loop {
        let page = ledger::statement(tx, l.account, from, STATEMENT_ROWS_MAX)?;
        from = page.last().and_then(Line::prev);
        let new = page.iter().take_while(|line| line.entry.pos != l.seen).count();
        let end = new < page.len() || from.is_none();
        all.extend(page.into_iter().take(new));
        if end {
            all.reverse();
            return Ok(all);
        }
    }
}

/// The bill learns what moved on the line and which days have ended; statements are made, charges booked.
pub(crate) fn bring_up(tx: &mut Tx<'_>, account: AccountId) -> Result<CreditLine> {
    let mut l = raw(tx, account)?;
    if l.closed_at.is_none() {
        let made = now(tx, &mut l)?;
        save(tx, &mut l, made)?;
    }
    Ok(l)
}

/// What the bill wrote into the line itself, or knows of otherwise.
fn is_own(code: &str, change: i64) -> bool {
    change == 0 || matches!(code, "card_limit" | "card_dues" | "card_chargeback" | "card_interest_back")
}

/// Whether something moved on the line that the bill has not learnt of.
pub(crate) fn is_behind(tx: &mut Tx<'_>, l: &CreditLine) -> Result<bool> {
    Ok(unseen(tx, l)?.iter().any(|line| !is_own(line.entry.code.as_ref(), line.change)))
}

/// What moved and which days have ended, on the bill alone; the statements that come of it.
fn now(tx: &mut Tx<'_>, l: &mut CreditLine) -> Result<Vec<Statement>> {
    let (today, mut made) = (tx.business_date()?, Vec::new());
    if l.closed_at.is_some() {
        return Ok(made);
    }
    let news = unseen(tx, l)?;
    if let Some(newest) = news.last() {
        l.seen = newest.entry.pos;
    }
    for line in news {
        let bill = &mut l.bill.0;
        made.extend(bill.end_of(line.entry.business_date, &rules::credit_terms)?);
        let bought = Bought { merchant: &line.entry.memo, reference: &line.entry.reference };
        match (line.entry.code.as_ref(), line.change) {
            (code, change) if is_own(code, change) => {}
            ("card_out", change) => bill.take_back(-change)?,
            ("card_refund", change) => bill.refund(bought.reference, change),
            (_, change) if change < 0 => bill.purchase(-change, bought).map(|_| ())?,
            (_, change) => bill.pay(change),
        }
    }
    made.extend(l.bill.0.end_of(today, &rules::credit_terms)?);
    l.from_day = today;
    Ok(made)
}

/// Books what the bill says and writes it down.
pub(crate) fn save(tx: &mut Tx<'_>, l: &mut CreditLine, made: Vec<Statement>) -> Result<()> {
    let stated: i64 = made.iter().map(|s| s.interest + s.late + s.fees).sum();
    if stated > 0 {
        post(tx, (l.dues, income_account(l.book)), stated, "card_charge", "")?;
    }
    let paid = ledger::view(tx, l.dues)?.posted().minor - l.bill.0.charges;
    // What is held by a purchase is not there to pay charges with; the rest is booked when it is.
    let paid = paid.min(ledger::view(tx, l.account)?.available().minor);
    if paid > 0 {
        post(tx, (l.account, l.dues), paid, "card_dues", "")?;
    }
    for s in made {
        let (account, owner, day, due) = (l.account, l.owner, s.day, s.due);
        let (balance, minimum) = (Money::cny(s.balance), Money::cny(s.minimum));
        tx.emit(&Event::Stated { account, owner, day, due, balance, minimum }, "card bills")?;
        let (number, statement, seal) = (s.number, Json(s), Seal::default());
        tx.insert(&mut CardStatement { book: l.book, account, number, day, due, statement, seal })?;
    }
    tx.update(l)
}

/// Brings up bills whose days have ended, at most [`BILLS_AT_ONCE_MAX`]; answers how many. For the clockwork.
pub fn bills_go_on(store: &Store) -> Result<usize> {
    let due = store.read(|tx| {
        let today = tx.business_date()?;
        let tail = "WHERE closed_at IS NULL AND from_day < ?1 ORDER BY from_day, book, account LIMIT ?2";
        tx.select::<CreditLine>(tail, params![today, BILLS_AT_ONCE_MAX])
    })?;
    let mut done = 0;
    for l in &due {
        let account = l.account;
        match store.write(move |tx| bring_up(tx, account).map(|_| ())) {
            Ok(()) => done += 1,
            Err(why) if matches!(why.kind(), Fails::Unavailable | Fails::Unknown) => return Err(why),
            Err(why) => tracing::error!(%account, error = ?why, "a bill cannot be brought up"),
        }
    }
    Ok(done)
}

/// Ends the line of a card that is closed: nothing is owed and nothing is left. Errors: `card_line_not_empty`, the ledger's refusals.
pub(crate) fn close(tx: &mut Tx<'_>, actor: &Actor, card: &Card) -> Result<()> {
    if card.kind != Kind::Credit {
        return Ok(());
    }
    let mut l = bring_up(tx, card.account()?)?;
    let (debt, overpaid) = (l.bill.0.debt(), l.bill.0.overpaid);
    if debt != 0 || overpaid != 0 || l.bill.0.owed >= crate::credit::GRAINS_PER_MINOR / 2 || l.bill.0.late != 0 {
        let told = format!("{} is owed and {} was paid too much", Money::cny(debt), Money::cny(overpaid));
        return Err(Error::new(&LINE_NOT_EMPTY, told));
    }
    post(tx, (l.account, l.granted), l.limit_minor, "card_limit", "")?;
    for account in [l.account, l.granted, l.dues] {
        ledger::close_account(tx, actor, account, "the credit card was closed")?;
    }
    l.closed_at = Some(tx.now());
    tx.update(&mut l)
}
