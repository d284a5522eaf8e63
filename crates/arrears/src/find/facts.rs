//! What is known of a project at one moment: all that the detectors see.
use kernel::{Date, Money, Timestamp};
use payroll::Period;

/// A sum of wage money that was agreed for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    pub due_on: Date,
    pub amount: Money,
    pub received: Money,
}

/// What the next pay needs against what will be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub pay_on: Date,
    pub needed: Money,
    pub balance: Money,
    /// Agreed money that is due before the pay day and not late.
    pub expected: Money,
}

/// A duty with a day. `kind` is `filing`, `account` or another word of the site file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub kind: String,
    pub due_on: Date,
    pub done_on: Option<Date>,
}

/// What of the guarantee deposit is asked and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// Zero where the project is exempt.
    pub required: Money,
    /// Until when it may be put aside for the first time (D2); `None` when it was met once.
    pub due_on: Option<Date>,
    pub parts: Vec<DepositPart>,
}

/// One deposit or bank guarantee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositPart {
    pub reference: String,
    pub amount: Money,
    /// The last day it holds; `None` for cash.
    pub until: Option<Date>,
    /// What was paid out of it and must be put back by a day.
    pub refill: Option<(Money, Date)>,
}

/// A crew's presence by day.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CrewDays {
    pub name: String,
    /// Days with attendance, oldest first, each once.
    pub days: Vec<(Date, i64)>,
    /// The last day for which the site reported anything; a day without a report is not an empty one.
    pub reported_until: Option<Date>,
    /// Work was done that is not paid yet.
    pub unpaid: bool,
    pub ended: bool,
}

/// Somebody at the gate who is on no roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtGate {
    pub key: String,
    pub name_masked: String,
    pub first: Date,
    pub last: Date,
    pub days: i64,
}

/// A pay sheet that is not paid yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub sheet: String,
    pub period: String,
    pub pay_on: Date,
    pub drafted_on: Date,
    /// Lines without a word of their workers; none where the labour officer cleared the sheet, or where it pays lines again that were
    /// cleared before.
    pub unsigned: i64,
    /// Lines whose signatures stand on a scan that another sheet had before.
    pub on_used_scans: i64,
}

/// A crew's month of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewMonth {
    pub crew: String,
    pub period: Period,
    pub people: i64,
    pub pay_on: Date,
    /// Money left the wage account for its wages.
    pub ordered: bool,
}

/// A wage that came back and no other line pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    pub line: String,
    pub name_masked: String,
    pub on: Date,
    pub amount: Money,
}

/// A worker's month: what the sheets say against the attendance. Figures are sums over all sheets of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerMonth {
    pub worker: String,
    pub name_masked: String,
    pub team: String,
    pub period: Period,
    pub entered_on: Date,
    /// Half days on the sheets; `None` where a sheet does not say.
    pub sheet_half_days: Option<i64>,
    /// Half days attended; `None` where the month's attendance is not known.
    pub attended: Option<i64>,
    /// Before deductions.
    pub due: Money,
    pub net: Money,
    /// Illness, injury or leave is noted on a sheet.
    pub leave_noted: bool,
}

/// An account and the people it pays, over all projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The first letters of its keyed index; no number.
    pub key: String,
    pub masked: String,
    /// (keyed index of the identity, masked name), each person once.
    pub people: Vec<(Vec<u8>, String)>,
}

/// What a worker did with his wage after it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    pub worker: String,
    pub wage: Money,
    pub paid_at: Timestamp,
    /// A payee's account or a cash machine.
    pub to: String,
    pub to_masked: String,
    pub amount: Money,
    pub at: Timestamp,
}

/// A bureau's order to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    pub case: String,
    pub document: String,
    pub due_on: Date,
    pub left: Money,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub today: Date,
    /// Building works under chapter 4 of the decree; a shipyard is under contract terms.
    pub building: bool,
    /// The project is under site rules: crews, attendance and signatures are kept here.
    pub under_rules: bool,
    pub agreement: bool,
    pub works_begin: Option<Date>,
    pub works_done: Option<Date>,
    /// Somebody stands on the roster, or stood on it once.
    pub has_roster: bool,
    pub duties: Vec<Duty>,
    pub agreed: Vec<Agreed>,
    pub coming: Option<Coming>,
    pub deposit: Option<Deposit>,
    pub crews: Vec<CrewDays>,
    pub strangers: Vec<AtGate>,
    /// Months of work of late, where one sheet pays a month.
    pub worked: Vec<CrewMonth>,
    pub sheets: Vec<Waiting>,
    pub came_back: Vec<CameBack>,
    pub months: Vec<WorkerMonth>,
    /// The region's minimum wage by the month.
    pub minimum: Option<Money>,
    /// Wages are paid by the month, so that one sheet says all of it.
    pub paid_by_month: bool,
    pub cards: Vec<Card>,
    pub onward: Vec<Onward>,
    pub ordered: Vec<Ordered>,
}

impl Facts {
    /// Nothing is known yet.
    pub fn of(today: Date) -> Facts {
        Facts {
            today,
            building: false,
            under_rules: false,
            agreement: true,
            works_begin: None,
            works_done: None,
            has_roster: false,
            duties: Vec::new(),
            agreed: Vec::new(),
            coming: None,
            deposit: None,
            crews: Vec::new(),
            strangers: Vec::new(),
            worked: Vec::new(),
            sheets: Vec::new(),
            came_back: Vec::new(),
            months: Vec::new(),
            minimum: None,
            paid_by_month: false,
            cards: Vec::new(),
            onward: Vec::new(),
            ordered: Vec::new(),
        }
    }

    /// The works go on: begun or without a known begin, and not done.
    pub fn works_go_on(&self) -> bool {
        self.works_done.is_none_or(|d| self.today <= d) && self.works_begin.is_none_or(|d| d <= self.today)
    }
}
