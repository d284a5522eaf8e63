//! Large sums by appointment (大额取现预约): the branch has the notes ready on the day.
use crate::rules::rules;
use crate::{APPOINTMENT_ENDED, APPOINTMENT_OUT, reader};
use kernel::id::{AccountId, BranchId, CashAppointmentId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use party::{Permission, Scope};
use store::{Audit, Param, Seal, Tx, params};

/// Appointments of one day listed at most.
const LISTED_MAX: u32 = 1_000;

store::record! {
    /// A large sum that will be drawn on a day.
    pub struct Appointment in "cash_appointments" key 2 {
        /// Where it will be drawn.
        pub book: BookId,
        pub id: CashAppointmentId,
        pub account: AccountId,
        pub amount: i64,
        pub currency: Currency,
        pub date: Date,
        pub made_by: String,
        pub made_at: Timestamp,
        pub used_by: Option<String>,
        pub used_at: Option<Timestamp>,
        pub cancelled_by: Option<String>,
        pub cancelled_at: Option<Timestamp>,
    }
}

impl Appointment {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// A large sum to be drawn.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentNew {
    pub branch: BranchId,
    pub account: AccountId,
    pub amount: Money,
    pub date: Date,
}

/// Whether a drawing is by appointment.
pub(crate) fn is_large(amount: Money) -> bool {
    let above = rules().counter.appointment_above();
    amount.currency != above.currency || amount.minor > above.minor
}

/// Made by the customer for his own account, or by a teller for him. The day is tomorrow at the earliest.
pub fn appointment_make(tx: &mut Tx<'_>, actor: &Actor, new: &AppointmentNew) -> Result<Appointment> {
    may(tx, actor, new.account, new.branch)?;
    let (today, most) = (tx.business_date()?, rules().counter.appointment_days_ahead_max);
    let ahead = new.date.days() - today.days();
    if !(1..=most).contains(&ahead) {
        let told = format!("{} is {ahead} days ahead; 1 to {most} are taken", new.date);
        return Err(Error::new(&APPOINTMENT_OUT, told).with("given", ahead).with("max", most));
    }
    if !new.amount.is_positive() {
        return Err(ledger::Refusal::AmountNotPositive.into());
    }
    let mut row = Appointment {
        book: new.branch.book(),
        id: CashAppointmentId::new(tx.now(), new.branch.book()),
        account: new.account,
        amount: new.amount.minor,
        currency: new.amount.currency,
        date: new.date,
        made_by: actor.principal(),
        made_at: tx.now(),
        used_by: None,
        used_at: None,
        cancelled_by: None,
        cancelled_at: None,
        seal: Seal::default(),
    };
    party::branch(tx, new.branch)?;
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("till.appointment", row.id).after(format!("{} on {}", new.amount, new.date)))?;
    Ok(row)
}

/// The owner of the account, or a teller of the branch.
fn may(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, branch: BranchId) -> Result<()> {
    let owner = ledger::view(tx, account)?.account.owner;
    match actor.staff() {
        Some(_) => party::may(tx, actor, Permission::TillOperate, &Scope::branch(branch)).map(|_| ()),
        None => payments::may_see(tx, actor, owner).map_err(|_| Error::not_found("account", account)),
    }
}

/// Taken back while it was not used. Again: the same.
pub fn appointment_cancel(tx: &mut Tx<'_>, actor: &Actor, id: CashAppointmentId) -> Result<Appointment> {
    let key = [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())];
    let mut row = tx.load::<Appointment>(&key)?.ok_or_else(|| Error::not_found("cash appointment", id))?;
    let branch = party::branch_of(tx, row.book)?.id;
    may(tx, actor, row.account, branch).map_err(|_| Error::not_found("cash appointment", id))?;
    if row.cancelled_at.is_some() {
        return Ok(row);
    }
    if row.used_at.is_some() {
        return Err(Error::new(&APPOINTMENT_ENDED, "the money was drawn"));
    }
    (row.cancelled_by, row.cancelled_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("till.appointment_cancel", id))?;
    Ok(row)
}

/// The appointment of today that covers a drawing at this branch: its notes are ready there and nowhere else.
pub(crate) fn of_today(
    tx: &mut Tx<'_>,
    book: BookId,
    account: AccountId,
    amount: Money,
) -> Result<Option<Appointment>> {
    let today = tx.business_date()?;
    let tail = "WHERE book = ?1 AND account = ?2 AND date = ?3 AND currency = ?4 AND amount >= ?5 AND used_at IS NULL \
                AND cancelled_at IS NULL ORDER BY amount, id LIMIT 1";
    Ok(tx.select_locked::<Appointment>(tail, params![book, account, today, amount.currency, amount.minor])?.pop())
}

pub(crate) fn used(tx: &mut Tx<'_>, actor: &Actor, mut row: Appointment) -> Result<()> {
    (row.used_by, row.used_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)
}

/// What will be drawn at a branch on a day.
pub fn appointments(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, date: Date) -> Result<Vec<Appointment>> {
    reader(tx, actor, branch)?;
    tx.select::<Appointment>(
        "WHERE book = ?1 AND date = ?2 ORDER BY id LIMIT ?3",
        params![branch.book(), date, LISTED_MAX],
    )
}
