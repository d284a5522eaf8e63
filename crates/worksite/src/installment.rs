//! What the owner owes, piece by piece, and the money that meets it.
//!
//! Money meets the oldest open installment first (by due day, then number). What a payment has over stays on its receipt and meets
//! whatever installment comes next, so that a payment in advance is never lost and never counted twice.
use crate::events::Event;
use crate::site::{SiteFile, site};
use crate::{SWEEP_ROWS_MAX, profile};
use kernel::id::{AccountId, FirmId, ProjectId, TopUpId};
use kernel::{BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use party::Change;
use payroll::Period;
use store::{Seal, Tx, params};

store::text_enum! {
    pub enum InstallmentState { Open = "open", Received = "received", Cancelled = "cancelled" }
}

store::record! {
    /// A payment of the owner. Amounts are minor units.
    pub struct Installment in "worksite_installments" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// From 1.
        pub number: i64,
        pub firm: FirmId,
        /// The schedule it is from, or the top-up.
        pub schedule: Option<i64>,
        pub top_up: Option<TopUpId>,
        /// The month it is for.
        pub period: Period,
        pub due_on: Date,
        pub amount: i64,
        pub received: i64,
        pub currency: Currency,
        /// When it was met in full.
        pub received_on: Option<Date>,
        pub state: InstallmentState,
        /// When the contractor was told that it is late (art. 27).
        pub told_at: Option<Timestamp>,
        /// Number of the contractor's report to the labour bureau.
        pub report_number: String,
        pub reported_on: Option<Date>,
        pub reported_by: Option<String>,
        pub reported_at: Option<Timestamp>,
        pub made_at: Timestamp,
    }
}

store::record! {
    /// Money that came into a wage account.
    pub struct Receipt in "worksite_receipts" key 2 {
        pub book: BookId,
        /// The payment's id.
        pub id: String,
        pub project: ProjectId,
        pub amount: i64,
        /// How much of it met an installment.
        pub used: i64,
        pub currency: Currency,
        pub received_on: Date,
        pub received_at: Timestamp,
    }
}

/// Money that arrived in an account.
#[derive(Clone, Debug)]
pub struct Funded {
    /// The payment's id: it counts once.
    pub id: String,
    pub account: AccountId,
    pub amount: Money,
    /// The project it names, when several share an account.
    pub project: Option<ProjectId>,
}

/// What falls due.
pub(crate) struct New {
    pub schedule: Option<i64>,
    pub top_up: Option<TopUpId>,
    pub period: Period,
    pub due_on: Date,
    pub amount: Money,
}

impl Installment {
    pub fn amount(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn received(&self) -> Money {
        Money::new(self.received, self.currency)
    }
    /// What is still to come.
    pub fn rest(&self) -> Money {
        Money::new(self.amount - self.received, self.currency)
    }
    /// Whether its day has ended and it is not met in full: the whole of the day itself is in time.
    pub fn is_late(&self, today: Date) -> bool {
        self.state == InstallmentState::Open && self.due_on < today
    }
}

/// How much of `money` meets each of these rests, in their order; what is over is answered last.
fn allocate(rests: &[i64], mut money: i64) -> (Vec<i64>, i64) {
    let take = |rest: &i64| {
        let taken = (*rest).min(money);
        money -= taken;
        taken
    };
    let taken = rests.iter().map(take).collect();
    (taken, money)
}

pub(crate) fn add(tx: &mut Tx<'_>, file: &SiteFile, new: New) -> Result<i64> {
    let sql = "SELECT coalesce(max(number), 0) FROM worksite_installments WHERE book = ?1 AND project = ?2";
    let number = tx.query_one(sql, params![file.book, file.project], |r| r.get::<i64>(0))?.unwrap_or(0) + 1;
    tx.insert(&mut Installment {
        book: file.book,
        project: file.project,
        number,
        firm: file.firm,
        schedule: new.schedule,
        top_up: new.top_up,
        period: new.period,
        due_on: new.due_on,
        amount: new.amount.minor,
        received: 0,
        currency: new.amount.currency,
        received_on: None,
        state: InstallmentState::Open,
        told_at: None,
        report_number: String::new(),
        reported_on: None,
        reported_by: None,
        reported_at: None,
        made_at: tx.now(),
        seal: Seal::default(),
    })?;
    Ok(number)
}

fn open(tx: &mut Tx<'_>, file: &SiteFile) -> Result<Vec<Installment>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state = 'open' ORDER BY due_on, number";
    tx.select_locked::<Installment>(tail, params![file.book, file.project])
}

/// A new schedule begins with month `first`: what the old one had from then on and nobody paid yet is cancelled. Answers the months from then
/// on that keep an installment because money met it.
pub(crate) fn make_room(tx: &mut Tx<'_>, file: &SiteFile, first: Period) -> Result<Vec<Period>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND schedule IS NOT NULL AND period >= ?3 AND state <> 'cancelled'";
    let mut kept = Vec::new();
    for mut i in tx.select_locked::<Installment>(tail, params![file.book, file.project, first])? {
        if i.received > 0 {
            kept.push(i.period);
        } else {
            i.state = InstallmentState::Cancelled;
            tx.update(&mut i)?;
        }
    }
    Ok(kept)
}

/// Lets all money that is over meet what is open. What is met in full is told.
pub(crate) fn settle(tx: &mut Tx<'_>, file: &SiteFile) -> Result<()> {
    let mut owed = open(tx, file)?;
    let tail = "WHERE book = ?1 AND project = ?2 AND used < amount ORDER BY received_at, id";
    for mut receipt in tx.select_locked::<Receipt>(tail, params![file.book, file.project])? {
        let rests: Vec<i64> = owed.iter().map(|i| i.rest().minor).collect();
        let (taken, over) = allocate(&rests, receipt.amount - receipt.used);
        receipt.used = receipt.amount - over;
        tx.update(&mut receipt)?;
        for (i, taken) in owed.iter_mut().zip(taken).filter(|(_, taken)| *taken > 0) {
            i.received += taken;
            if i.rest().is_zero() {
                (i.state, i.received_on) = (InstallmentState::Received, Some(receipt.received_on));
            }
        }
    }
    for i in owed.iter_mut().filter(|i| i.received > 0) {
        tx.update(i)?;
        if i.state == InstallmentState::Received {
            let (number, amount, due) = (i.number, i.amount(), i.due_on);
            let event = Event::InstallmentReceived { project: i.project, firm: i.firm, number, amount, due };
            tx.emit(&event, "worksite")?;
        }
    }
    Ok(())
}

/// Money arrived in an account. Counts once for each payment; accounts that are no site's wage account are none of this crate's.
pub fn on_funded(tx: &mut Tx<'_>, funded: &Funded) -> Result<Change> {
    let book = funded.account.book();
    let tail = "WHERE book = ?1 AND wage_account = ?2 ORDER BY project";
    let sites = tx.select::<SiteFile>(tail, params![book, funded.account])?;
    let named = sites.iter().find(|s| Some(s.project) == funded.project);
    let Some(file) = named.or(sites.first()) else { return Ok(Change::AlreadySo) };
    if !funded.amount.is_positive() || funded.amount.currency != file.currency {
        return Ok(Change::AlreadySo);
    }
    // Two payments at once take turns at the file.
    let file = site(tx, file.project)?;
    let now = tx.now();
    let mut receipt = Receipt {
        book,
        id: funded.id.clone(),
        project: file.project,
        amount: funded.amount.minor,
        used: 0,
        currency: funded.amount.currency,
        received_on: now.local_date(),
        received_at: now,
        seal: Seal::default(),
    };
    if !tx.insert_if_absent(&mut receipt)? {
        return Ok(Change::AlreadySo);
    }
    settle(tx, &file)?;
    Ok(Change::Done)
}

/// All installments of a site by due day; at most the months of its schedules and its top-ups. Asks no right: the caller has.
pub fn installments(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Installment>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY due_on, number";
    tx.select::<Installment>(tail, params![project.book(), project])
}

/// What is late at a moment: its day has ended and it is not met. Asks no right.
pub fn late(tx: &mut Tx<'_>, project: ProjectId, at: Timestamp) -> Result<Vec<Installment>> {
    let today = at.local_date();
    Ok(installments(tx, project)?.into_iter().filter(|i| i.is_late(today)).collect())
}

/// The works are over: nothing more falls due. For the closing of a site.
pub fn cancel_open(tx: &mut Tx<'_>, project: ProjectId) -> Result<u32> {
    let file = site(tx, project)?;
    let mut all = open(tx, &file)?;
    for i in &mut all {
        i.state = InstallmentState::Cancelled;
        tx.update(i)?;
    }
    Ok(all.len() as u32)
}

/// Tells contractors of what became late since, and of pay days for which there will be too little, once each. For the clockwork.
/// Answers how many were told.
pub fn sweep(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let (today, rows) = (tx.now().local_date(), limit.min(SWEEP_ROWS_MAX));
    let tail = "WHERE state = 'open' AND due_on < ?1 AND told_at IS NULL ORDER BY due_on, project LIMIT ?2";
    let overdue = tx.select_locked::<Installment>(tail, params![today, rows])?;
    let told = overdue.len() as u32;
    for mut i in overdue {
        i.told_at = Some(tx.now());
        tx.update(&mut i)?;
        let file = crate::site_raw(tx, i.project)?.ok_or_else(|| Error::not_found("site", i.project))?;
        let rules = profile(file.profile, today)?;
        let event = Event::FundingLate {
            project: i.project,
            firm: i.firm,
            number: i.number,
            place: payroll::project_raw(tx, i.project)?.name,
            amount: i.rest(),
            due: i.due_on,
            until: profile::business_days_after(today, rules.report_days),
        };
        tx.emit(&event, "worksite")?;
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w3_money_meets_the_oldest_first_and_what_is_over_waits() {
        for (rests, money, want, over) in [
            (vec![100, 100], 0, vec![0, 0], 0),
            (vec![100, 100], 99, vec![99, 0], 0),
            (vec![100, 100], 100, vec![100, 0], 0),
            (vec![100, 100], 101, vec![100, 1], 0),
            (vec![100, 100], 250, vec![100, 100], 50),
            (vec![], 7, vec![], 7),
        ] {
            assert_eq!(allocate(&rests, money), (want, over), "{money} for {rests:?}");
        }
    }
}
