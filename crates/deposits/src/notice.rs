//! Notice that an amount will be drawn (通知). Drawn on the day it is due, or on the next business day where that is none, the amount
//! earns the product's rate; on any other day the demand rate. A notice that is withdrawn or not used costs the interest of its days, where the product says so.
use crate::contract::{Deposit, deposit};
use crate::terms::{Kind, shelf};
use crate::{NO_NOTICE, NOTICE_ENDED, NOTICES_MAX, may_move};
use kernel::id::AccountId;
use kernel::{Actor, BookId, Date, Error, Money, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    pub enum NoticeState {
        Standing = "standing",
        Used = "used",
        Cancelled = "cancelled",
        /// Its day went by.
        Lapsed = "lapsed",
    }
}

store::record! {
    /// One notice.
    pub struct Notice in "deposit_notices" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// From 1.
        pub number: i64,
        /// Minor units.
        pub amount: i64,
        pub given_on: Date,
        pub due_on: Date,
        pub state: NoticeState,
        pub given_by: String,
        pub given_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

const STANDING: &str = "WHERE book = ?1 AND account = ?2 AND state = 'standing' ORDER BY number";

/// Gives notice; due on the day that many days from today. Errors: `deposit_no_notice`, `too_large`.
pub fn notice_give(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, amount: Money) -> Result<Notice> {
    let d = deposit(tx, actor, account)?;
    may_move(tx, actor, d.owner, amount)?;
    d.check_open()?;
    let (shelf, today) = (shelf(tx)?, tx.business_date()?);
    let product = d.product(&shelf)?;
    let all = all(tx, &d)?;
    let under: i64 = all.iter().filter(|n| n.state == NoticeState::Standing).map(|n| n.amount).sum();
    let fits = amount.currency == d.currency && amount.is_positive() && amount.minor <= d.principal - under;
    if product.kind != Kind::Notice || !fits {
        let free = d.money(d.principal - under);
        return Err(Error::new(&NO_NOTICE, format!("{amount} given, {free} is not under notice")).with("free", free));
    }
    if all.iter().filter(|n| n.state == NoticeState::Standing).count() >= NOTICES_MAX {
        return Err(Error::limit("notices of one deposit", NOTICES_MAX + 1, NOTICES_MAX, "notices"));
    }
    let mut new = Notice {
        book: d.book,
        account,
        number: all.last().map_or(1, |n| n.number + 1),
        amount: amount.minor,
        given_on: today,
        due_on: today.plus_days(i64::from(product.terms.0.notice_days)),
        state: NoticeState::Standing,
        given_by: actor.principal(),
        given_at: tx.now(),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    tx.audit(actor, Audit::of("deposits.notice", account).after(format!("{amount} due {}", new.due_on)))?;
    Ok(new)
}

/// Withdraws a notice; its days earn nothing where the product says so.
pub fn notice_cancel(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, number: i64) -> Result<Notice> {
    let mut d = deposit(tx, actor, account)?;
    let nothing = d.money(0);
    may_move(tx, actor, d.owner, nothing)?;
    let found = tx.load::<Notice>(params![d.book, account, number])?;
    let mut notice = found.ok_or_else(|| Error::not_found("notice", number))?;
    if notice.state == NoticeState::Cancelled {
        return Ok(notice);
    }
    if notice.state != NoticeState::Standing {
        return Err(Error::new(&NOTICE_ENDED, format!("notice {number} is {}", notice.state)));
    }
    let today = tx.business_date()?;
    lose_days(tx, &mut d, &notice, today)?;
    end(tx, actor, &mut notice, NoticeState::Cancelled)?;
    tx.audit(actor, Audit::of("deposits.notice_cancel", account).change(number.to_string(), ""))?;
    Ok(notice)
}

/// All notices of a deposit that the actor may see, by number.
pub fn notices(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<Notice>> {
    let d = deposit(tx, actor, account)?;
    all(tx, &d)
}

fn all(tx: &mut Tx<'_>, d: &Deposit) -> Result<Vec<Notice>> {
    tx.select::<Notice>("WHERE book = ?1 AND account = ?2 ORDER BY number", params![d.book, d.account])
}

/// The standing notice of exactly this amount that is due today, or fell due since the last business day.
pub(crate) fn due_today(tx: &mut Tx<'_>, d: &Deposit, amount: i64, today: Date) -> Result<Option<Notice>> {
    let standing = tx.select::<Notice>(STANDING, params![d.book, d.account])?;
    Ok(standing.into_iter().find(|n| n.due_on <= today && n.amount == amount))
}

pub(crate) fn use_notice(tx: &mut Tx<'_>, actor: &Actor, mut notice: Notice) -> Result<()> {
    end(tx, actor, &mut notice, NoticeState::Used)
}

/// Notices that were due on the business day `day` or before it lapse: one that falls due while the bank is closed stands on its
/// next business day. For the night; at most `most` of a book.
pub(crate) fn lapse(tx: &mut Tx<'_>, actor: &Actor, book: BookId, day: Date, most: i64) -> Result<usize> {
    let tail = "WHERE book = ?1 AND state = 'standing' AND due_on <= ?2 ORDER BY account, number LIMIT ?3";
    let due = tx.select_locked::<Notice>(tail, params![book, day, most])?;
    let lapsed = due.len();
    for mut notice in due {
        let mut d = crate::contract::raw(tx, notice.account)?;
        let due_on = notice.due_on;
        lose_days(tx, &mut d, &notice, due_on)?;
        end(tx, actor, &mut notice, NoticeState::Lapsed)?;
    }
    Ok(lapsed)
}

/// The days from notice until `on` count for nothing on the amount of the notice, as far as it is still there.
fn lose_days(tx: &mut Tx<'_>, d: &mut Deposit, notice: &Notice, on: Date) -> Result<()> {
    let shelf = shelf(tx)?;
    let days = (on.days().min(notice.due_on.days()) - notice.given_on.days()).max(0);
    if d.product(&shelf)?.terms.0.idle_notice_costs && d.check_open().is_ok() && days > 0 {
        d.idle = d.idle.saturating_add(notice.amount.min(d.principal).saturating_mul(days));
        tx.update(d)?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, actor: &Actor, notice: &mut Notice, state: NoticeState) -> Result<()> {
    (notice.state, notice.ended_by, notice.ended_at) = (state, Some(actor.principal()), Some(tx.now()));
    tx.update(notice)
}
