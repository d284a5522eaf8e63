//! What a project must put aside, until when, and how far it is there.
use crate::guarantee::{Form, Guarantee, live_of};
use crate::notice::open_refills;
use crate::rates::{Ask, Reason, figures, required, working_days_after};
use crate::{DUTY_FIXED, Event, may_read};
use kernel::id::{FirmId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::project_raw;
use store::{Audit, Json, Seal, Tx, params};

store::record! {
    /// What a project must put aside (D1 to D3).
    pub struct Duty in "guarantee_duties" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        pub contractor: FirmId,
        /// The region whose figures hold.
        pub region: String,
        /// What was asked for and known.
        pub asked: Json<Ask>,
        /// Of the contract price, a decimal.
        pub rate: String,
        /// Minor units; 0 when exempt.
        pub amount: i64,
        pub currency: Currency,
        pub why: Json<Vec<Reason>>,
        pub certain: bool,
        /// From which day the working days count.
        pub counts_from: Date,
        pub due_on: Date,
        pub set_by: String,
        pub set_at: Timestamp,
        /// When it was there for the first time.
        pub met_at: Option<Timestamp>,
        /// When it was told that it is late.
        pub late_at: Option<Timestamp>,
    }
}

impl Duty {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn is_exempt(&self) -> bool {
        self.amount == 0
    }
}

/// A duty to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyNew {
    pub project: ProjectId,
    pub ask: Ask,
    /// From which day the working days of D2 count: the contract, or the opening; the region says which.
    pub counts_from: Date,
}

/// Writes down what a project must put aside. Needs `wage.account_open` where the firm banks. The same again is already so; another one
/// takes its place as long as nothing stands for it. Errors: those of [`required`], `guarantee_duty_fixed`.
pub fn duty_set(tx: &mut Tx<'_>, actor: &Actor, new: DutyNew) -> Result<Change> {
    let project = project_raw(tx, new.project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    let (need, row) = (required(&new.ask)?, figures(&new.ask.region, new.ask.date)?);
    let before = tx.load::<Duty>(params![project.book, project.id])?;
    let same = |d: &Duty| d.asked.0 == new.ask && d.counts_from == new.counts_from;
    if before.as_ref().is_some_and(same) {
        return Ok(Change::AlreadySo);
    }
    if before.is_some() && !live_of(tx, project.id)?.is_empty() {
        return Err(Error::new(&DUTY_FIXED, format!("guarantees stand for the duty of {}", project.id)));
    }
    let mut duty = Duty {
        book: project.book,
        project: project.id,
        contractor: project.contractor,
        region: need.region,
        asked: Json(new.ask),
        rate: need.rate,
        amount: need.amount.minor,
        currency: need.amount.currency,
        why: Json(need.why),
        certain: need.certain,
        counts_from: new.counts_from,
        due_on: working_days_after(new.counts_from, row.deposit_working_days),
        set_by: actor.principal(),
        set_at: tx.now(),
        met_at: None,
        late_at: None,
        seal: Seal::default(),
    };
    match before {
        None => tx.insert(&mut duty)?,
        Some(old) => {
            duty.seal = old.seal;
            tx.update(&mut duty)?;
        }
    }
    let shown = format!("{} of {}, {} until {}", duty.rate, duty.asked.0.contract, duty.money(), duty.due_on);
    tx.audit(actor, Audit::of("guarantee.duty_set", project.id).after(shown))?;
    let (amount, due_on) = (duty.money(), duty.due_on);
    tx.emit(&Event::DutySet { project: project.id, firm: project.contractor, amount, due_on }, &actor.correlation)?;
    Ok(Change::Done)
}

/// What a project must put aside, whoever asks; for domain code.
pub fn duty(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Duty>> {
    tx.get::<Duty>(params![project.book(), project])
}

/// How far a project's guarantee is there.
#[derive(Clone, Debug)]
pub struct Standing {
    pub duty: Option<Duty>,
    /// What is required; zero when nothing is, or nothing was written down.
    pub required: Money,
    /// Cash that is there.
    pub cash: Money,
    /// Letters in force, less what was called on them.
    pub letters: Money,
    /// What is missing of the required.
    pub short: Money,
    /// The first time (D2) or a refill (D4) is late.
    pub late: bool,
    /// What is to be refilled, and until when.
    pub refill: Option<(Money, Date)>,
}

/// How far a project's guarantee is there, today. Errors: forbidden for who may not read the project's wages.
pub fn standing(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Standing> {
    let found = project_raw(tx, project)?;
    may_read(tx, actor, &found)?;
    standing_raw(tx, project, found.currency)
}

pub(crate) fn standing_raw(tx: &mut Tx<'_>, project: ProjectId, currency: Currency) -> Result<Standing> {
    let (duty, today) = (duty(tx, project)?, tx.now().local_date());
    let live = live_of(tx, project)?;
    let sum = |form: Form, tx: &mut Tx<'_>| -> Result<Money> {
        let mut all = Money::zero(currency);
        for g in live.iter().filter(|g| g.form == form) {
            all = all.add(g.covers(tx, today)?)?;
        }
        Ok(all)
    };
    let (cash, letters) = (sum(Form::Cash, tx)?, sum(Form::Letter, tx)?);
    let required = duty.as_ref().map_or(Money::zero(currency), Duty::money);
    let short = Money::new((required.minor - cash.minor - letters.minor).max(0), currency);
    let refill = open_refills(tx, project)?;
    let by_duty = duty.as_ref().is_some_and(|d| d.met_at.is_none() && d.due_on < today) && !short.is_zero();
    let late = by_duty || refill.as_ref().is_some_and(|(_, by)| *by < today);
    Ok(Standing { duty, required, cash, letters, short, late, refill })
}

/// What a guarantee covers on a day, given what its account holds.
pub(crate) fn covered(g: &Guarantee, cash: i64, today: Date) -> i64 {
    let in_force = g.valid_from.is_none_or(|from| from <= today) && g.valid_until.is_none_or(|until| today <= until);
    match g.form {
        _ if g.ended_at.is_some() => 0,
        Form::Cash => cash,
        Form::Letter if in_force => g.amount - g.called,
        Form::Letter => 0,
    }
}
