//! When wage money comes: the schedule that owner and contractor agreed, and the progress that a schedule by ratio goes by.
use crate::events::Event;
use crate::installment::{self, New};
use crate::site::{SiteFile, bps_of, managed, readable, site};
use crate::{
    ASKED_ELSE, DOCUMENT_NEEDED, NO_SCHEDULE, PROGRESS_STANDS, SCHEDULE_MONTHS_MAX, SCHEDULE_WAITS, filled, is_bank,
    optional,
};
use approval::{Approval, Ask, Line};
use kernel::id::{ApprovalId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use party::{Change, Permission};
use payroll::Period;
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

pub(crate) const KIND: &str = "worksite.schedule";
/// Schedules of a site that a page shows at most.
const SHOWN_MAX: u32 = 50;

store::text_enum! {
    pub enum ScheduleState {
        /// Waits for the owner, or for a second person of the bank.
        Asked = "asked",
        /// It holds.
        Agreed = "agreed",
        Refused = "refused",
        /// Nobody answered in time.
        Lapsed = "lapsed",
        /// A later one took its place.
        Ended = "ended",
    }
}

store::record! {
    /// A schedule of wage money: either an amount each month, or a part of each month's progress, due in the month after it.
    pub struct Schedule in "worksite_schedules" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// From 1.
        pub number: i64,
        pub amount: Option<i64>,
        /// In 1/100 per cent.
        pub bps: Option<i64>,
        pub currency: Currency,
        /// The day of the month on which it is due, 1 to 31; the month's last day where it is shorter.
        pub day: u8,
        /// First and last month with a payment; by progress: first and last month that is built in.
        pub from_period: Period,
        pub until_period: Period,
        /// The paper it stands in; the owner's, when he does not bank here.
        pub document: String,
        pub state: ScheduleState,
        pub approval: ApprovalId,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        pub reason: String,
    }
}

store::record! {
    /// What was built in a month, by its price.
    pub struct Progress in "worksite_progress" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        pub period: Period,
        pub amount: i64,
        pub currency: Currency,
        pub document: String,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

/// A schedule as it is given: exactly one of `amount` and `bps`.
#[derive(Clone, Debug)]
pub struct ScheduleNew {
    pub amount: Option<Money>,
    pub bps: Option<i64>,
    pub day: u8,
    pub from_period: Period,
    pub until_period: Period,
    pub document: String,
}

/// A month's progress as it is given.
#[derive(Clone, Debug)]
pub struct ProgressNew {
    pub period: Period,
    pub amount: Money,
    /// Number of the progress report.
    pub document: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    project: ProjectId,
    number: i64,
}

impl Schedule {
    pub fn amount(&self) -> Option<Money> {
        self.amount.map(|minor| Money::new(minor, self.currency))
    }
    pub fn covers(&self, period: Period) -> bool {
        (self.from_period..=self.until_period).contains(&period)
    }
    /// The day of a month on which money is due.
    pub fn due_in(&self, period: Period) -> Result<Date> {
        due_in(period, self.day)
    }
}

/// Day `day` of a month, or its last one.
fn due_in(period: Period, day: u8) -> Result<Date> {
    let last = period.next().first_day()?.plus_days(-1);
    Ok(period.first_day()?.plus_days(i64::from(day) - 1).min(last))
}

/// Months from one to another, both counted; 0 or less when they are in the wrong order.
fn months(from: Period, until: Period) -> i32 {
    let at = |p: Period| i32::from(p.year) * 12 + i32::from(p.month);
    at(until) - at(from) + 1
}

fn check(new: &ScheduleNew) -> Result<()> {
    if !(1..=31).contains(&new.day) {
        return Err(Error::field("day", "a day of the month, 1 to 31"));
    }
    match months(new.from_period, new.until_period) {
        n if n < 1 => return Err(Error::field("until", "it is before the first month")),
        n if n > SCHEDULE_MONTHS_MAX => {
            return Err(Error::limit("until", i64::from(n), i64::from(SCHEDULE_MONTHS_MAX), "months"));
        }
        _ => {}
    }
    match (new.amount, new.bps) {
        (Some(a), None) if a.is_positive() && a.currency == Currency::CNY => Ok(()),
        (None, Some(1..=10_000)) => Ok(()),
        (Some(_), None) => Err(Error::field("amount", "yuan above zero")),
        (None, Some(_)) => Err(Error::field("ratio", "0.01 to 100 per cent of the month's progress")),
        _ => Err(Error::field("amount", "either an amount each month or a part of the progress")),
    }
}

/// The request to whoever agrees for the owner: his firm's users, or a second person of the bank, who has his document before him.
pub(crate) fn owner_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    file: &SiteFile,
    (kind, payload): (&str, &impl Serialize),
    document: &str,
) -> Result<Ask> {
    if let Some(owner) = file.owner_firm {
        let mut ask = Ask::new(kind, payload, Permission::WageTopUpApprove)?;
        ask.firm = Some(owner);
        return Ok(ask);
    }
    if !is_bank(actor) || document.is_empty() {
        return Err(Error::new(&DOCUMENT_NEEDED, format!("{} does not bank here", file.owner_name)));
    }
    let mut ask = Ask::new(kind, payload, Permission::WageAccountCheck)?;
    ask.branch = Some(party::branch_of(tx, file.book)?.id);
    Ok(ask)
}

/// Whether a request still waits for an answer.
pub(crate) fn waits(tx: &mut Tx<'_>, id: ApprovalId) -> Result<bool> {
    let now = tx.now();
    Ok(approval::raw(tx, id)?.is_open(now))
}

/// Puts a schedule before the owner. Needs `wage.project_manage`; where the owner does not bank here, staff alone, with his document.
/// What is the same as the one that waits answers its request. Errors: `site_missing`, `site_schedule_waits`, `site_document_needed`,
/// field errors.
pub fn schedule_ask(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &ScheduleNew) -> Result<ApprovalId> {
    let file = managed(tx, actor, project)?;
    check(new)?;
    let document = optional("document", &new.document)?;
    let last = newest(tx, &file, 1)?.pop();
    if let Some(mut old) = last.clone().filter(|s| s.state == ScheduleState::Asked) {
        if waits(tx, old.approval)? {
            let same = (old.amount, old.bps, old.day) == (new.amount.map(|a| a.minor), new.bps, new.day)
                && (old.from_period, old.until_period) == (new.from_period, new.until_period);
            return match same {
                true => Ok(old.approval),
                false => Err(Error::new(&SCHEDULE_WAITS, format!("schedule {} waits for the owner", old.number))),
            };
        }
        old.state = ScheduleState::Lapsed;
        tx.update(&mut old)?;
    }
    let number = last.map_or(1, |s| s.number + 1);
    let payload = Payload { project, number };
    let mut ask = owner_ask(tx, actor, &file, (KIND, &payload), &document)?;
    ask.summary = summary(tx, &file, new)?;
    ask.note.clone_from(&document);
    let approval = approval::ask(tx, actor, ask)?;
    tx.insert(&mut Schedule {
        book: file.book,
        project,
        number,
        amount: new.amount.map(|a| a.minor),
        bps: new.bps,
        currency: Currency::CNY,
        day: new.day,
        from_period: new.from_period,
        until_period: new.until_period,
        document,
        state: ScheduleState::Asked,
        approval,
        asked_by: actor.principal(),
        asked_at: tx.now(),
        decided_by: None,
        decided_at: None,
        reason: String::new(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("worksite.schedule_ask", project).after(format!("{number}")).approval(approval))?;
    Ok(approval)
}

fn summary(tx: &mut Tx<'_>, file: &SiteFile, new: &ScheduleNew) -> Result<Vec<Line>> {
    let of = payroll::project_raw(tx, file.project)?;
    let money = match (new.amount, new.bps) {
        (Some(amount), _) => Line::new("site-schedule-amount", "", amount.to_string()),
        (_, bps) => Line::new("site-schedule-ratio", "", percent(bps.unwrap_or_default())),
    };
    Ok(vec![
        Line::shown("site-project", of.name),
        Line::shown("site-contractor", party::firm(tx, of.contractor)?.name),
        Line::shown("site-owner", file.owner_name.clone()),
        money,
        Line::new("site-schedule-day", "", new.day.to_string()),
        Line::new("site-schedule-months", "", format!("{} – {}", new.from_period, new.until_period)),
    ])
}

/// `2500` is `25.00%`.
pub(crate) fn percent(bps: i64) -> String {
    format!("{}.{:02}%", bps / 100, bps % 100)
}

/// The owner said yes: the schedule holds from now on, and what is due by it becomes installments.
pub(crate) fn agree(tx: &mut Tx<'_>, actor: &Actor, approved: &Approval) -> Result<String> {
    let mut s = asked(tx, approved)?;
    let file = site(tx, s.project)?;
    for mut old in newest(tx, &file, SHOWN_MAX)?.into_iter().filter(|o| o.state == ScheduleState::Agreed) {
        old.state = ScheduleState::Ended;
        tx.update(&mut old)?;
    }
    (s.state, s.decided_by, s.decided_at) = (ScheduleState::Agreed, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut s)?;
    let kept = installment::make_room(tx, &file, s.from_period)?;
    if let Some(amount) = s.amount() {
        let mut period = s.from_period;
        while period <= s.until_period {
            if !kept.contains(&period) {
                let due_on = s.due_in(period)?;
                installment::add(tx, &file, New { schedule: Some(s.number), top_up: None, period, due_on, amount })?;
            }
            period = period.next();
        }
    }
    installment::settle(tx, &file)?;
    tx.audit(actor, Audit::of("worksite.schedule_agree", s.project).after(s.number.to_string()).approval(s.approval))?;
    let event = Event::ScheduleAgreed { project: s.project, firm: file.firm, number: s.number };
    tx.emit(&event, &actor.correlation)?;
    Ok(format!("{} schedule {}", s.project, s.number))
}

/// The owner said no.
pub(crate) fn turn_down(tx: &mut Tx<'_>, actor: &Actor, refused: &Approval, why: &str) -> Result<()> {
    let mut s = asked(tx, refused)?;
    (s.state, s.decided_by, s.decided_at) = (ScheduleState::Refused, Some(actor.principal()), Some(tx.now()));
    s.reason = why.to_owned();
    tx.update(&mut s)?;
    tx.audit(actor, Audit::of("worksite.schedule_refuse", s.project).approval(s.approval).reason(why))
}

fn asked(tx: &mut Tx<'_>, approval: &Approval) -> Result<Schedule> {
    let p: Payload = serde_json::from_str(&approval.payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let found = tx.load::<Schedule>(params![p.project.book(), p.project, p.number])?;
    found
        .filter(|s| s.state == ScheduleState::Asked && s.approval == approval.id)
        .ok_or_else(|| Error::new(&ASKED_ELSE, "the schedule does not wait any more"))
}

fn newest(tx: &mut Tx<'_>, file: &SiteFile, rows: u32) -> Result<Vec<Schedule>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select_locked::<Schedule>(tail, params![file.book, file.project, rows])
}

/// The schedules of a site, newest first, at most 50.
pub fn schedules(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Vec<Schedule>> {
    let file = readable(tx, actor, project)?;
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<Schedule>(tail, params![file.book, project, SHOWN_MAX])
}

/// Writes down what was built in a month; under a schedule by ratio its part falls due in the next month. Needs
/// `wage.project_manage`. The same again is `AlreadySo`. Errors: `site_no_schedule`, `site_progress_stands`, field errors.
pub fn progress_mark(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &ProgressNew) -> Result<Change> {
    let file = managed(tx, actor, project)?;
    let document = filled("document", &new.document)?;
    let (amount, period) = (new.amount, new.period);
    if amount.minor < 0 || amount.currency != Currency::CNY || amount.minor > file.price {
        return Err(Error::field("amount", "yuan, not above the price of the contract"));
    }
    if period.first_day()? > tx.now().local_date() {
        return Err(Error::field("period", "the month has not begun"));
    }
    if let Some(known) = tx.get::<Progress>(params![file.book, project, period])? {
        return match (known.amount, &known.document) == (amount.minor, &document) {
            true => Ok(Change::AlreadySo),
            false => Err(Error::new(&PROGRESS_STANDS, format!("{period} has {}", Money::cny(known.amount)))),
        };
    }
    let holds = newest(tx, &file, SHOWN_MAX)?.into_iter().find(|s| s.state == ScheduleState::Agreed);
    let by_ratio = holds.filter(|s| s.covers(period)).and_then(|s| s.bps.map(|bps| (s, bps)));
    let Some((s, bps)) = by_ratio else {
        return Err(Error::new(&NO_SCHEDULE, format!("no schedule by progress covers {period}")));
    };
    tx.insert(&mut Progress {
        book: file.book,
        project,
        period,
        amount: amount.minor,
        currency: amount.currency,
        document,
        made_by: actor.principal(),
        made_at: tx.now(),
        seal: Seal::default(),
    })?;
    let part = bps_of(amount, bps)?;
    if part.is_positive() {
        let due_on = s.due_in(period.next())?;
        let new = New { schedule: Some(s.number), top_up: None, period, due_on, amount: part };
        installment::add(tx, &file, new)?;
        installment::settle(tx, &file)?;
    }
    tx.audit(actor, Audit::of("worksite.progress", project).after(format!("{period} {amount}")))?;
    Ok(Change::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn w3_money_is_due_on_its_day_or_the_last_of_the_month() {
        for (month, day, want) in
            [("2026-02", 31, "2026-02-28"), ("2028-02", 30, "2028-02-29"), ("2026-11", 10, "2026-11-10")]
        {
            assert_eq!(due_in(p(month), day).unwrap().to_string(), want);
        }
        assert_eq!(due_in(p("2026-11"), 22).unwrap().to_string(), "2026-11-22", "a Sunday stays the day");
    }

    #[test]
    fn w3_a_schedule_says_one_thing() {
        let whole = ScheduleNew {
            amount: Some(Money::cny(100)),
            bps: None,
            day: 10,
            from_period: p("2026-11"),
            until_period: p("2027-10"),
            document: String::new(),
        };
        assert!(check(&whole).is_ok());
        let wrong = [
            ScheduleNew { bps: Some(2500), ..whole.clone() },
            ScheduleNew { amount: None, ..whole.clone() },
            ScheduleNew { amount: Some(Money::cny(0)), ..whole.clone() },
            ScheduleNew { amount: None, bps: Some(10_001), ..whole.clone() },
            ScheduleNew { day: 0, ..whole.clone() },
            ScheduleNew { day: 32, ..whole.clone() },
            ScheduleNew { until_period: p("2026-10"), ..whole.clone() },
            ScheduleNew { until_period: p("2036-11"), ..whole.clone() },
        ];
        for bad in wrong {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
        let ten_years = ScheduleNew { until_period: p("2036-10"), ..whole.clone() };
        let by_ratio = ScheduleNew { amount: None, bps: Some(2500), ..whole };
        assert!(check(&ten_years).is_ok() && check(&by_ratio).is_ok());
    }
}
