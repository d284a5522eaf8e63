//! A pay-sheet file as lines to be paid, and what is wrong with it.
//!
//! A row is valid when its worker is on the roster under the same name, the account is the roster's, and net is due less
//! deductions and above zero. The parts are kept for the slip; what they leave of due or deductions is the part `other`.
use crate::columns::{DEDUCTIONS, EARNINGS, PAY_SHEET};
use crate::faults::{self, Finding};
use crate::line::Item;
use crate::project::Project;
use crate::read_roster::{Cells, Employer, team};
use crate::sheet::{Kind, SheetState};
use crate::worker::{Standing, Worker, identity_index, name_index};
use crate::{Period, TEXT_CHARS_MAX};
use kernel::id::{PayLineId, PaySheetId, WorkerId};
use kernel::{Currency, Date, Money, Result};
use sheets::{Fault, FaultKind, Row, Severity, Table, Workbook};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{Tx, params};

/// Workers read at a time.
const PAGE_WORKERS: i64 = 1_000;

/// A row that may be paid.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Place among the rows of the file, from 1; the line's number.
    pub number: i64,
    pub row: u32,
    pub worker: Arc<Worker>,
    pub team: String,
    pub days: Option<i64>,
    pub hours: Option<i64>,
    pub due: i64,
    pub deductions: i64,
    pub net: i64,
    pub items: Vec<Item>,
    pub note: String,
    /// A line of a cancelled sheet that still stands for the key.
    pub release: Option<PayLineId>,
}

/// What a pay-sheet file says.
#[derive(Debug, Default)]
pub(crate) struct SheetPlan {
    pub rows: i64,
    pub drafts: Vec<Draft>,
    /// Lines of this import's own sheet that an interrupted writing left there.
    pub written: i64,
    pub refused: i64,
    pub already: i64,
    pub faults: Vec<Fault>,
}

/// What the lines are for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct For<'t> {
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub own: Option<PaySheetId>,
    /// Only the workers of this team may stand on the sheet.
    pub team: Option<&'t str>,
}

/// The line that stands for a worker's key.
struct Holder {
    line: PayLineId,
    sheet: PaySheetId,
    state: SheetState,
}

struct Reader<'t> {
    today: Date,
    first_day: Date,
    roster: HashMap<Vec<u8>, Arc<Worker>>,
    taken: HashMap<WorkerId, Holder>,
    own: Option<PaySheetId>,
    team: Option<&'t str>,
    /// Under site rules nobody is paid without a labour contract.
    contracts: bool,
    seen: HashMap<WorkerId, u32>,
    plan: SheetPlan,
}

pub(crate) fn read(tx: &mut Tx<'_>, project: &Project, book: &Workbook, what: For<'_>) -> Result<SheetPlan> {
    let found = book.tables(&PAY_SHEET);
    let mut employer = Employer::of(tx, project, &found.tables)?;
    let mut reader = Reader {
        today: tx.now().local_date(),
        first_day: what.period.first_day()?,
        roster: roster(tx, project)?,
        taken: taken(tx, project, what)?,
        own: what.own,
        team: what.team,
        contracts: crate::site_rules(tx, project.id)?.is_some(),
        seen: HashMap::new(),
        plan: SheetPlan::default(),
    };
    reader.plan.faults = found.faults;
    if !found.tables.is_empty() {
        reader.plan.faults.iter_mut().for_each(set_aside);
    }
    for table in &found.tables {
        reader.plan.faults.extend(table.notes().iter().cloned());
        let mut totals = Totals::of(table);
        for row in table.rows() {
            totals.add(&row);
            if !employer.is_other(&row) {
                reader.row(tx, table, &row);
            }
        }
        reader.plan.faults.extend(totals.compare(table));
    }
    employer.note(&mut reader.plan.faults);
    Ok(reader.plan)
}

/// A sheet without net pay beside one that has it is the roster or the attendance that firms send along: a warning, and
/// not a fault that keeps the pay sheet from going on.
fn set_aside(fault: &mut Fault) {
    let net = PAY_SHEET.columns.iter().find(|c| c.key == "net").map_or("", |c| c.synonyms[0]);
    if fault.is(FaultKind::ColumnMissing) && fault.params.contains(&("wanted", net.into())) {
        fault.severity = Severity::Warning;
    }
}

/// The newest roster line of each person, those who left included: the last month is still owed.
fn roster(tx: &mut Tx<'_>, project: &Project) -> Result<HashMap<Vec<u8>, Arc<Worker>>> {
    let mut out: HashMap<Vec<u8>, Arc<Worker>> = HashMap::new();
    let mut after = [0u8; 16];
    loop {
        let tail = "WHERE book = ?1 AND project = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let page = tx.select::<Worker>(tail, params![project.book, project.id, after, PAGE_WORKERS])?;
        let Some(last) = page.last() else { return Ok(out) };
        after = kernel::Id::bytes(&last.id);
        out.extend(page.into_iter().map(|w| (w.identity_index.clone(), Arc::new(w))));
    }
}

fn taken(tx: &mut Tx<'_>, project: &Project, what: For<'_>) -> Result<HashMap<WorkerId, Holder>> {
    let sql = "SELECT l.worker, l.id, l.sheet, s.state FROM payroll_lines l JOIN payroll_sheets s ON s.book = l.book AND s.id = l.sheet \
               WHERE l.book = ?1 AND l.project = ?2 AND l.period = ?3 AND l.kind = ?4 AND l.kind_number = ?5 AND l.live = 1";
    let key = params![project.book, project.id, what.period, what.kind, what.number];
    let rows = tx.query(sql, key, |r| {
        Ok((r.get::<WorkerId>(0)?, Holder { line: r.get(1)?, sheet: r.get(2)?, state: r.get(3)? }))
    })?;
    Ok(rows.into_iter().collect())
}

impl Reader<'_> {
    fn row(&mut self, tx: &Tx<'_>, table: &Table<'_>, row: &Row<'_>) {
        self.plan.rows += 1;
        let mut cells = Cells(Vec::new());
        let drafted = self.draft(tx, table, row, &mut cells);
        let refused = cells.0.iter().any(Fault::is_refused);
        let mut warnings = cells.0;
        match drafted.filter(|_| !refused) {
            None => self.plan.refused += 1,
            Some(mut draft) => match self.taken.get(&draft.worker.id) {
                Some(own) if Some(own.sheet) == self.own => self.plan.written += 1,
                Some(old) if old.state == SheetState::Cancelled => {
                    draft.release = Some(old.line);
                    self.plan.drafts.push(draft);
                }
                Some(other) => {
                    self.plan.already += 1;
                    warnings = vec![Finding::Already.at(row, "name", faults::sheet_state(other.state), "")];
                }
                None => self.plan.drafts.push(draft),
            },
        }
        self.plan.faults.append(&mut warnings);
    }

    /// The row as a line; what is wrong goes into `cells`.
    fn draft(&mut self, tx: &Tx<'_>, table: &Table<'_>, row: &Row<'_>, cells: &mut Cells) -> Option<Draft> {
        let name = cells.must(row, "name", row.name("name"));
        let identity = cells.must(row, "identity", row.identity("identity", self.today));
        let amounts = amounts(row, table, cells);
        let card = self.card(tx, table, row, cells);
        let (days, hours) = (cells.take(row.quantity("days")), cells.take(row.quantity("hours")));
        let note: String = cells.take(row.text("note")).unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect();
        let team = team(row, cells);
        let identity = identity?;
        let Some(worker) = self.roster.get(&identity_index(tx, &identity)).cloned() else {
            cells.0.push(Finding::NotOnRoster.at(row, "identity", "", ""));
            return None;
        };
        if name.is_some_and(|n| name_index(tx, &n) != worker.name_index) {
            cells.0.push(Finding::NameDiffers.at(row, "name", &worker.name_masked, ""));
        }
        self.belongs(row, &worker, cells);
        if let Some(left) = worker.left_on.filter(|left| *left < self.first_day) {
            cells.0.push(Finding::LeftRoster.at(row, "name", left, ""));
        }
        if card.is_some_and(|index| worker.account_index.as_ref().is_some_and(|own| *own != index)) {
            cells.0.push(Finding::CardDiffers.at(row, "card", &worker.account_masked, ""));
        }
        match worker.standing {
            Standing::Missing => cells.0.push(Finding::AccountMissing.at(row, "card", "", "")),
            Standing::NameMismatch | Standing::Closed => {
                cells.0.push(Finding::AccountUnfit.at(row, "card", faults::standing(worker.standing), ""));
            }
            Standing::Verified | Standing::External => {}
        }
        match self.seen.get(&worker.id) {
            Some(first) => cells.0.push(Finding::WorkerTwice.at(row, "identity", first, "")),
            None => {
                self.seen.insert(worker.id, row.number());
            }
        }
        let Amounts { due, deductions, net, items } = amounts?;
        let team = if team.is_empty() { worker.team.clone() } else { team };
        let number = self.plan.rows;
        Some(Draft {
            number,
            row: row.number(),
            worker,
            team,
            days,
            hours,
            due,
            deductions,
            net,
            items,
            note,
            release: None,
        })
    }

    /// Under site rules: has he a contract, and is he of the team that the sheet is for.
    fn belongs(&self, row: &Row<'_>, worker: &Worker, cells: &mut Cells) {
        if self.contracts && worker.contract.is_empty() {
            cells.0.push(Finding::ContractMissing.at(row, "identity", "", ""));
        }
        if self.team.is_some_and(|team| team != worker.team) {
            cells.0.push(Finding::OtherTeam.at(row, "identity", &worker.team, ""));
        }
    }

    /// The account's index. A sheet without the column takes the roster's; an empty cell in it is a fault.
    fn card(&self, tx: &Tx<'_>, table: &Table<'_>, row: &Row<'_>, cells: &mut Cells) -> Option<Vec<u8>> {
        let card = if has(table, "card") { cells.must(row, "card", row.card("card")) } else { None };
        card.map(|digits| crate::account::account_index(tx, &digits))
    }
}

fn has(table: &Table<'_>, key: &str) -> bool {
    let place = PAY_SHEET.columns.iter().position(|c| c.key == key);
    place.is_some_and(|i| table.header().columns()[i].is_some())
}

fn title(table: &Table<'_>, key: &str) -> String {
    let place = PAY_SHEET.columns.iter().position(|c| c.key == key);
    let found = place.and_then(|i| table.header().columns()[i].as_ref());
    found.map(|f| f.title.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default()
}

#[derive(Debug, PartialEq, Eq)]
struct Amounts {
    due: i64,
    deductions: i64,
    net: i64,
    items: Vec<Item>,
}

fn amounts(row: &Row<'_>, table: &Table<'_>, cells: &mut Cells) -> Option<Amounts> {
    let before = cells.0.len();
    let money = |key: &str| row.money(key, Currency::CNY).map(|m| m.map(|m| m.minor));
    let net = cells.must(row, "net", row.money_signed("net", Currency::CNY).map(|m| m.map(|m| m.minor)));
    let (due, deductions) = (cells.take(money("due")), cells.take(money("deductions")));
    let mut items = Vec::new();
    for (keys, deduction) in [(EARNINGS, false), (DEDUCTIONS, true)] {
        for key in keys {
            if let Some(amount) = cells.take(money(key)).filter(|a| *a > 0) {
                items.push(Item { key: (*key).into(), label: title(table, key), deduction, amount });
            }
        }
    }
    let net = net.filter(|_| cells.0.len() == before)?;
    match settle(net, due, deductions, items) {
        Ok(amounts) => Some(amounts),
        Err(wrong) => {
            let shown = |minor: i64| Money::cny(minor).plain();
            cells.0.push(match wrong {
                Wrong::NotPositive => Finding::NetNotPositive.at(row, "net", "", ""),
                Wrong::Differs { due, deductions } => Finding::NetDiffers.at(row, "net", shown(due), shown(deductions)),
                Wrong::Exceed { key, items, total } => Finding::ItemsExceed.at(row, key, shown(items), shown(total)),
            });
            None
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    NotPositive,
    Differs { due: i64, deductions: i64 },
    Exceed { key: &'static str, items: i64, total: i64 },
}

/// Makes due, deductions and parts fit, or says what does not. Without a column for deductions they are the sum of their
/// parts; without one for due it is net and deductions.
fn settle(net: i64, due: Option<i64>, deductions: Option<i64>, mut items: Vec<Item>) -> Result<Amounts, Wrong> {
    let sum = |items: &[Item], deduction| {
        items.iter().filter(|i| i.deduction == deduction).map(|i| i.amount).fold(0i64, i64::saturating_add)
    };
    let (earned, deducted) = (sum(&items, false), sum(&items, true));
    let deductions = deductions.unwrap_or(deducted);
    let due = due.unwrap_or_else(|| net.saturating_add(deductions));
    if due.checked_sub(deductions) != Some(net) {
        return Err(Wrong::Differs { due, deductions });
    }
    if net <= 0 {
        return Err(Wrong::NotPositive);
    }
    for (key, items, total) in [("due", earned, due), ("deductions", deducted, deductions)] {
        if items > total {
            return Err(Wrong::Exceed { key, items, total });
        }
    }
    for (rest, deduction) in [(due - earned, false), (deductions - deducted, true)] {
        if rest > 0 {
            items.push(Item { key: "other".into(), label: String::new(), deduction, amount: rest });
        }
    }
    Ok(Amounts { due, deductions, net, items })
}

/// Sums of a table's rows, to be compared with its last totals row, which may speak of all rows or of those since the totals
/// row before it. A column with an unreadable cell is not compared: that cell is a fault of its own.
struct Totals {
    /// Rows after this one are the last section.
    section: u32,
    sums: BTreeMap<&'static str, Option<(i128, i128)>>,
}

const COMPARED: [&str; 3] = ["due", "deductions", "net"];

impl Totals {
    fn of(table: &Table<'_>) -> Totals {
        let rows: Vec<u32> = table.totals().map(|row| row.number()).collect();
        Totals { section: rows.iter().rev().nth(1).copied().unwrap_or(0), sums: BTreeMap::new() }
    }

    fn add(&mut self, row: &Row<'_>) {
        let in_section = row.number() > self.section;
        for key in COMPARED {
            let read = row.money_signed(key, Currency::CNY).map(|m| m.map_or(0, |m| i128::from(m.minor)));
            let sums = self.sums.entry(key).or_insert(Some((0, 0)));
            let add = |((all, section), n)| (all + n, if in_section { section + n } else { section });
            *sums = sums.zip(read.ok()).map(add);
        }
    }

    fn compare(&self, table: &Table<'_>) -> Vec<Fault> {
        let Some(last) = table.totals().last() else { return Vec::new() };
        let one = |key: &'static str| {
            let (all, section) = self.sums.get(key).copied().flatten()?;
            let said = last.money_signed(key, Currency::CNY).ok().flatten()?;
            let fits = [all, section].contains(&i128::from(said.minor));
            let rows = Money::cny(i64::try_from(all).ok()?);
            (!fits).then(|| Finding::TotalDiffers.at(&last, key, said.plain(), rows.plain()))
        };
        COMPARED.into_iter().filter_map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str, deduction: bool, amount: i64) -> Item {
        Item { key: key.into(), label: String::new(), deduction, amount }
    }

    #[test]
    fn net_is_due_less_deductions() {
        let ok = |net, due, deductions, items| settle(net, due, deductions, items).unwrap();
        let line = ok(900, Some(1000), Some(100), vec![item("base", false, 800), item("tax", true, 100)]);
        assert_eq!(line.items.last(), Some(&item("other", false, 200)));
        let parts = line.items.iter().filter(|i| !i.deduction).map(|i| i.amount).sum::<i64>();
        assert_eq!((parts, line.due, line.deductions), (1000, 1000, 100));
        assert_eq!(ok(900, None, Some(100), vec![]).due, 1000, "no column for due");
        assert_eq!(
            ok(900, Some(1000), None, vec![item("tax", true, 100)]).deductions,
            100,
            "deductions from their parts"
        );
        assert_eq!(ok(900, None, None, vec![]).due, 900, "nothing but net");
        let cases = [
            (900, Some(1000), Some(10), vec![], Wrong::Differs { due: 1000, deductions: 10 }),
            (900, Some(1000), None, vec![], Wrong::Differs { due: 1000, deductions: 0 }),
            (0, Some(100), Some(100), vec![], Wrong::NotPositive),
            (-5, Some(95), Some(100), vec![], Wrong::NotPositive),
            (
                90,
                Some(100),
                Some(10),
                vec![item("tax", true, 11)],
                Wrong::Exceed { key: "deductions", items: 11, total: 10 },
            ),
            (
                90,
                Some(100),
                Some(10),
                vec![item("base", false, 101)],
                Wrong::Exceed { key: "due", items: 101, total: 100 },
            ),
            (i64::MAX, None, Some(1), vec![], Wrong::Differs { due: i64::MAX, deductions: 1 }),
        ];
        for (net, due, deductions, items, want) in cases {
            assert_eq!(settle(net, due, deductions, items), Err(want));
        }
    }
}
