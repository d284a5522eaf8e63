//! The night's work: closed days are looked through once, and released files handed over.
use crate::file::{Outgoing, Receiver};
use crate::report::{Kind, Report, State};
use crate::rules::{rules, working_days_after};
use crate::{DAYS_BACK_MAX, REPORTS_AT_ONCE, SENT_AT_ONCE, figures, found};
use kernel::id::ReportId;
use kernel::{Date, Error, Id, Result, Timestamp};
use store::{Audit, Json, Seal, Store, Tx, params};

store::record! {
    /// A day that was looked through.
    pub struct ReportDay in "report_days" key 1 {
        pub day: Date,
        pub made_at: Timestamp,
        /// Accounts whose lines were read.
        pub looked_at: i64,
        pub reports: i64,
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Night {
    pub days: u32,
    pub reports: u32,
    pub sent: u32,
}

/// Looks through closed days that were not yet, then hands over what is released. Safe to repeat and to break off anywhere.
pub fn go_on(store: &Store, receiver: &dyn Receiver) -> Result<Night> {
    let mut night = Night::default();
    for date in store.read(left)? {
        night.reports += one_day(store, date)?;
        night.days += 1;
    }
    for r in store.read(released)? {
        night.sent += send(store, receiver, &r)?;
    }
    Ok(night)
}

/// Closed days not yet looked through, the oldest first.
fn left(tx: &mut Tx<'_>) -> Result<Vec<Date>> {
    let mut out = Vec::new();
    for closed in ledger::day::closed(tx, DAYS_BACK_MAX)? {
        if tx.get::<ReportDay>(params![closed.date])?.is_none() {
            out.push(closed.date);
        }
    }
    out.reverse();
    Ok(out)
}

fn one_day(store: &Store, date: Date) -> Result<u32> {
    let (found, looked, counts) = store.read(|tx| {
        let (found, looked) = found::found(tx, date, rules(date)?)?;
        Ok((found, looked, figures::of_day(tx, date)?))
    })?;
    let mut made = 0;
    for part in found.chunks(REPORTS_AT_ONCE) {
        let part = part.to_vec();
        made += store.write(move |tx| part.iter().try_fold(0, |n, f| Ok::<u32, Error>(n + keep(tx, date, f)?)))?;
    }
    let (looked, reports) = (looked as i64, found.len() as i64);
    store.write(move |tx| {
        let mut row = ReportDay { day: date, made_at: tx.now(), looked_at: looked, reports, seal: Seal::default() };
        if tx.insert_if_absent(&mut row)? {
            figures::keep(tx, &counts)?;
            let what = format!("{reports} reports of {looked} accounts");
            tx.audit(&kernel::Actor::system("reporting"), Audit::of("report.day", date).after(what))?;
        }
        Ok(())
    })?;
    Ok(made)
}

/// One report; 0 when it is there already.
fn keep(tx: &mut Tx<'_>, date: Date, f: &found::Found) -> Result<u32> {
    let (book, branch) = crate::branch_of(tx, f.subject)?;
    let mut row = Report::blank(ReportId::new(tx.now(), book), f.subject, branch, f.kind, date);
    (row.way, row.currency, row.amount) = (Some(f.way), f.currency, f.amount);
    (row.movements, row.threshold, row.lines) = (f.count, f.threshold, Json(f.lines.clone()));
    (row.made_by, row.made_at) = (kernel::Actor::system("reporting").principal(), tx.now());
    row.due_on = working_days_after(date, rules(date)?.due_working_days);
    Ok(u32::from(tx.insert_if_absent(&mut row)?))
}

fn released(tx: &mut Tx<'_>) -> Result<Vec<Report>> {
    tx.select::<Report>("WHERE state = 'released' ORDER BY book, id LIMIT ?1", params![SENT_AT_ONCE])
}

/// Hands one file over. The centre may have it already: it knows the report's id and answers with the same receipt.
fn send(store: &Store, receiver: &dyn Receiver, r: &Report) -> Result<u32> {
    let hash = r.file.clone().ok_or_else(|| Error::broken("a released report without a file"))?;
    let book = r.book;
    let bytes = store.read(|tx| payroll::read_file(tx, book, &hash))?;
    let receipt = receiver.receive(&Outgoing { report: r.id, kind: r.kind, name: file_name(r), bytes })?;
    let id = r.id;
    store.write(move |tx| {
        let mut r = crate::course::locked(tx, id)?;
        if r.state != State::Released {
            return Ok(0);
        }
        (r.state, r.sent_at, r.receipt) = (State::Sent, Some(tx.now()), receipt.clone());
        tx.update(&mut r)?;
        tx.audit(&kernel::Actor::system("reporting"), Audit::of("report.send", id).after(receipt.clone()))?;
        Ok(1)
    })
}

pub(crate) fn file_name(r: &Report) -> String {
    let kind = if r.kind == Kind::Suspicion { "str" } else { "ltr" };
    format!("{kind}-{}-{}.json", r.day, r.id)
}
