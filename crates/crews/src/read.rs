//! An attendance file as months of workers and strangers, and what is wrong with it.
//!
//! Four kinds of table are told apart by their columns: single punches of a gate, times in and out by day, a column for each
//! day of the month, and only the number of days. A person with a row that is refused is left out whole.
use crate::columns::{ATTENDANCE, DAYS, has};
use crate::findings::Finding;
use crate::headcount::Unknown;
use crate::month::{DAY_HALF_HOURS_MAX, Entry, MONTH_HALF_DAYS_MAX, Said, Source, date_of, half_days};
use crate::times::{self, Punch, SHIFT_HOURS_MAX};
use kernel::chinese::{mask_identity, mask_name};
use kernel::{Date, Result};
use payroll::{Period, Project, Worker};
use sheets::{Fault, Row, Table, Workbook};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::Tx;

/// Workers read at a time.
const PAGE_WORKERS: u32 = 1_000;

/// What a file says.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub rows: i64,
    pub entries: Vec<Entry>,
    pub unknown: Vec<Unknown>,
    /// Identities of the entries, by which rosters know them.
    pub known: Vec<Vec<u8>>,
    pub refused: i64,
    pub faults: Vec<Fault>,
    pub source: Option<Source>,
}

/// Somebody of the file, while its rows are gathered.
struct Person {
    worker: Option<Arc<Worker>>,
    name_masked: String,
    identity_masked: String,
    punches: Vec<Punch>,
    days: BTreeMap<u8, u8>,
    total: Option<i64>,
    refused: bool,
    first_row: u32,
}

struct Reader<'t> {
    period: Period,
    today: Date,
    first_day: Date,
    team: Option<&'t str>,
    roster: HashMap<Vec<u8>, Arc<Worker>>,
    people: BTreeMap<Vec<u8>, Person>,
    plan: Plan,
}

/// The newest roster line of each person of a project, by identity, those who left included.
pub(crate) fn roster(tx: &mut Tx<'_>, project: &Project) -> Result<HashMap<Vec<u8>, Arc<Worker>>> {
    let (mut out, mut after) = (HashMap::new(), None);
    loop {
        let page = payroll::roster_raw(tx, project.id, after, PAGE_WORKERS)?;
        let Some(last) = page.last() else { return Ok(out) };
        after = Some(last.id);
        out.extend(page.into_iter().map(|w| (w.identity_index.clone(), Arc::new(w))));
    }
}

/// Reads a file for a month; with `team`, only that team's workers may stand in it.
pub(crate) fn read(
    tx: &mut Tx<'_>,
    project: &Project,
    period: Period,
    team: Option<&str>,
    book: &Workbook,
) -> Result<Plan> {
    let found = book.tables(&ATTENDANCE);
    let mut reader = Reader {
        period,
        today: tx.now().local_date(),
        first_day: period.first_day()?,
        team,
        roster: roster(tx, project)?,
        people: BTreeMap::new(),
        plan: Plan { faults: found.faults, ..Plan::default() },
    };
    for table in &found.tables {
        reader.plan.faults.extend(table.notes().iter().cloned());
        reader.table(tx, table);
    }
    Ok(reader.finish())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Punches,
    Shifts,
    Hours,
    Days { in_hours: bool },
    Totals,
}

fn form(table: &Table<'_>) -> Option<Form> {
    let days = DAYS.iter().filter(|d| has(table, d)).count();
    if days > 0 {
        let values = table.rows().flat_map(|row| DAYS.map(|d| row.value(d)));
        return Some(Form::Days { in_hours: times::counts_hours(values) });
    }
    let there = |keys: &[&str]| keys.iter().all(|k| has(table, k));
    match () {
        () if there(&["moment"]) => Some(Form::Punches),
        () if there(&["date", "time_in", "time_out"]) => Some(Form::Shifts),
        () if there(&["date", "hours"]) => Some(Form::Hours),
        () if there(&["total"]) => Some(Form::Totals),
        () => None,
    }
}

impl Form {
    fn source(self) -> Source {
        match self {
            Form::Punches | Form::Shifts => Source::Gate,
            Form::Hours | Form::Days { .. } => Source::Table,
            Form::Totals => Source::Totals,
        }
    }
    /// A person stands in such a table once.
    fn is_once(self) -> bool {
        matches!(self, Form::Days { .. } | Form::Totals)
    }
}

impl Reader<'_> {
    fn table(&mut self, tx: &Tx<'_>, table: &Table<'_>) {
        let Some(form) = form(table) else {
            self.plan.faults.push(Finding::NoDays.of_file(table.sheet().name(), ""));
            return;
        };
        self.plan.source.get_or_insert(form.source());
        for row in table.rows() {
            self.plan.rows += 1;
            let mut faults = Vec::new();
            let person = self.person(tx, form, &row, &mut faults);
            let said = self.row(form, table, &row, &mut faults);
            if let Some(index) = person
                && let Some(person) = self.people.get_mut(&index)
            {
                person.refused |= faults.iter().any(Fault::is_refused);
                person.take(said);
            }
            self.plan.faults.append(&mut faults);
        }
    }

    /// Who the row is about, by identity.
    fn person(&mut self, tx: &Tx<'_>, form: Form, row: &Row<'_>, faults: &mut Vec<Fault>) -> Option<Vec<u8>> {
        let mut must = |key: &'static str, read: Result<Option<String>, Fault>| match read {
            Ok(Some(text)) => Some(text),
            Ok(None) => {
                faults.push(row.missing(key));
                None
            }
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let name = must("name", row.name("name"));
        let identity = must("identity", row.identity("identity", self.today))?;
        let index = payroll::identity_index(tx, &identity);
        let name = name?;
        if let Some(known) = self.people.get_mut(&index) {
            if form.is_once() {
                faults.push(Finding::Twice.at(row, "identity", known.first_row));
            }
            return Some(index);
        }
        let worker = self.roster.get(&index).filter(|w| w.left_on.is_none_or(|left| left >= self.first_day)).cloned();
        match &worker {
            None => faults.push(Finding::Stranger.at(row, "identity", "")),
            Some(w) if payroll::name_index(tx, &name) != w.name_index => {
                faults.push(Finding::NameOther.at(row, "name", &w.name_masked));
            }
            Some(w) if self.team.is_some_and(|team| team != w.team) => {
                faults.push(Finding::OtherCrew.at(row, "identity", &w.team));
            }
            Some(_) => {}
        }
        let person = Person {
            worker,
            name_masked: mask_name(&name),
            identity_masked: mask_identity(&identity),
            punches: Vec::new(),
            days: BTreeMap::new(),
            total: None,
            refused: false,
            first_row: row.number(),
        };
        self.people.insert(index.clone(), person);
        Some(index)
    }

    fn row(&self, form: Form, table: &Table<'_>, row: &Row<'_>, faults: &mut Vec<Fault>) -> RowSaid {
        let read = match form {
            Form::Punches => self.punch(row).map(|p| RowSaid::Punches(vec![p])),
            Form::Shifts => self.shift(row),
            Form::Hours => self.hours(row),
            Form::Days { in_hours } => Ok(self.days(table, row, in_hours, faults)),
            Form::Totals => self.total(row).map(RowSaid::Total),
        };
        read.unwrap_or_else(|fault| {
            faults.push(*fault);
            RowSaid::Nothing
        })
    }

    fn punch(&self, row: &Row<'_>) -> Result<Punch, Box<Fault>> {
        let (date, second) =
            times::time(row.value("moment")).ok_or_else(|| Box::new(Finding::BadTime.at(row, "moment", "")))?;
        let date = match date {
            Some(date) => date,
            None => row.date("date")?.ok_or_else(|| Box::new(Finding::BadTime.at(row, "moment", "")))?,
        };
        // A night shift may begin or end a day beyond the month.
        let beyond = Period::of(date.plus_days(1)) == self.period || Period::of(date.plus_days(-1)) == self.period;
        if Period::of(date) != self.period && !beyond {
            return Err(Box::new(Finding::OtherMonth.at(row, "moment", date)));
        }
        self.not_to_come(row, "moment", date)?;
        let way = match row.value("direction") {
            v if v.is_empty() => None,
            v => {
                let read = times::way(&v.shown());
                Some(read.ok_or_else(|| Box::new(Finding::BadDirection.at(row, "direction", "")))?)
            }
        };
        Ok(Punch { date, second, way })
    }

    /// The day of a row, in the month and not to come.
    fn date(&self, row: &Row<'_>) -> Result<Date, Box<Fault>> {
        let date = row.date("date")?.ok_or_else(|| Box::new(row.missing("date")))?;
        if Period::of(date) != self.period {
            return Err(Box::new(Finding::OtherMonth.at(row, "date", date)));
        }
        self.not_to_come(row, "date", date)?;
        Ok(date)
    }

    fn not_to_come(&self, row: &Row<'_>, key: &str, date: Date) -> Result<(), Box<Fault>> {
        match date > self.today {
            true => Err(Box::new(Finding::ToCome.at(row, key, date))),
            false => Ok(()),
        }
    }

    fn shift(&self, row: &Row<'_>) -> Result<RowSaid, Box<Fault>> {
        let date = self.date(row)?;
        let read = |key: &'static str| match row.value(key) {
            v if v.is_empty() => Ok(None),
            v => times::time(v).map(Some).ok_or_else(|| Box::new(Finding::BadTime.at(row, key, ""))),
        };
        let (Some((from_on, from)), Some((to_on, to))) = (read("time_in")?, read("time_out")?) else {
            return match (read("time_in")?, read("time_out")?) {
                (None, None) => Ok(RowSaid::Hours(date, 0)),
                _ => Err(Box::new(Finding::Unpaired.at(row, "time_in", date))),
            };
        };
        let from_on = from_on.unwrap_or(date);
        let to_on = to_on.unwrap_or(if to < from { from_on.plus_days(1) } else { from_on });
        match times::between((from_on, from), (to_on, to)) {
            Some(n) => Ok(RowSaid::Hours(date, u32::from(n))),
            None => Err(Box::new(Finding::TooLong.at(row, "time_out", SHIFT_HOURS_MAX))),
        }
    }

    fn hours(&self, row: &Row<'_>) -> Result<RowSaid, Box<Fault>> {
        let date = self.date(row)?;
        let hundredths = row.quantity("hours")?.unwrap_or(0);
        let half_hours = if hundredths > 0 { (hundredths / 50).max(1) } else { hundredths };
        match u32::try_from(half_hours).ok().filter(|n| *n <= u32::from(DAY_HALF_HOURS_MAX)) {
            Some(n) => Ok(RowSaid::Hours(date, n)),
            None => Err(Box::new(Finding::BadMark.at(row, "hours", ""))),
        }
    }

    fn days(&self, table: &Table<'_>, row: &Row<'_>, in_hours: bool, faults: &mut Vec<Fault>) -> RowSaid {
        let mut days = BTreeMap::new();
        for (day, key) in (1u8..).zip(DAYS).filter(|(_, key)| has(table, key)) {
            let Some(half_hours) = times::mark(row.value(key), in_hours) else {
                faults.push(Finding::BadMark.at(row, key, ""));
                continue;
            };
            match date_of(self.period, day) {
                None if half_hours > 0 => faults.push(Finding::DayMissing.at(row, key, day)),
                Some(date) if half_hours > 0 && date > self.today => {
                    faults.push(Finding::ToCome.at(row, key, date));
                }
                Some(date) if date <= self.today => {
                    days.insert(day, half_hours);
                }
                _ => {}
            }
        }
        let sum: i64 = days.values().map(|n| half_days(*n)).sum();
        if let Ok(Some(total)) = row.quantity("total")
            && total != sum * 50
        {
            faults.push(Finding::TotalOther.at(row, "total", shown_days(sum)));
        }
        RowSaid::Days(days)
    }

    fn total(&self, row: &Row<'_>) -> Result<i64, Box<Fault>> {
        let hundredths = row.quantity("total")?.ok_or_else(|| Box::new(row.missing("total")))?;
        let fits = hundredths % 50 == 0 && (0..=MONTH_HALF_DAYS_MAX).contains(&(hundredths / 50));
        if fits { Ok(hundredths / 50) } else { Err(Box::new(Finding::BadTotal.at(row, "total", ""))) }
    }

    /// Puts what each person's rows say together.
    fn finish(mut self) -> Plan {
        for (index, person) in std::mem::take(&mut self.people) {
            let mut days = person.days;
            let (hours, alone) = times::paired(person.punches);
            for (date, n) in hours.into_iter().filter(|(date, _)| Period::of(*date) == self.period) {
                add(&mut days, date, n);
            }
            let alone = alone.into_iter().filter(|date| Period::of(*date) == self.period);
            for date in alone {
                self.plan.faults.push(Finding::Unpaired.of_file("", format!("{} {date}", person.name_masked)));
            }
            match person.worker {
                _ if person.refused => self.plan.refused += 1,
                Some(worker) => {
                    self.plan.known.push(index);
                    let said = person.total.map_or(Said::Days(days), Said::Total);
                    self.plan.entries.push(Entry { worker: (*worker).clone(), said });
                }
                None => {
                    let (name_masked, identity_masked) = (person.name_masked, person.identity_masked);
                    self.plan.unknown.push(Unknown { identity_index: index, name_masked, identity_masked, days });
                }
            }
        }
        self.plan
    }
}

/// Days for people: `21.5`.
pub(crate) fn shown_days(half_days: i64) -> String {
    if half_days % 2 == 0 { (half_days / 2).to_string() } else { format!("{}.5", half_days / 2) }
}

fn add(days: &mut BTreeMap<u8, u8>, date: Date, half_hours: u32) {
    let known = days.entry(date.day().unsigned_abs()).or_default();
    let sum = (u32::from(*known) + half_hours).min(u32::from(DAY_HALF_HOURS_MAX));
    *known = u8::try_from(sum).unwrap_or(DAY_HALF_HOURS_MAX);
}

/// What one row says.
enum RowSaid {
    Nothing,
    Punches(Vec<Punch>),
    Hours(Date, u32),
    Days(BTreeMap<u8, u8>),
    Total(i64),
}

impl Person {
    fn take(&mut self, said: RowSaid) {
        match said {
            RowSaid::Nothing => {}
            RowSaid::Punches(punches) => self.punches.extend(punches),
            RowSaid::Hours(date, n) => add(&mut self.days, date, n),
            RowSaid::Days(days) => self.days.extend(days),
            RowSaid::Total(n) => self.total = Some(n),
        }
    }
}
