//! Pay sheets and rosters as files, the way firms send them.
//!
//! Three degrees of order ([`Dirt`]): a tidy table with one header row; the usual file, with titles, a header of two rows,
//! merged teams, gaps, totals and cells typed by hand, every one of which can still be read; and a faulty file, which is a
//! usual one with a known list of faults. In the usual file about one line in sixteen has one of these: full-width digits in an
//! identity number or in days, an amount as text with or without thousands separators, a card number in groups of four,
//! a space inside a name of two characters, a small x. Lines with a fault have nothing else odd, so a fault is found for itself.
use crate::dice::Dice;
use crate::faults::{self, Column, FaultKind, Line, PlantedFault, SUBCONTRACTOR_FAULTS, YARD_FAULTS};
use crate::grid::{self, Cell, Charset, Grid, a1};
use crate::paysheets::{Month, PayRow, pay_sheet};
use crate::yard::{Subcontractor, Yard};
use kernel::{Money, Result};

/// How a pay sheet is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dirt {
    /// One header row, one line a worker, nothing else.
    Clean,
    /// Untidy and right.
    Usual,
    /// Untidy, and wrong in the places the list says.
    Faulty,
}

/// A file and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFile {
    /// File name with its ending.
    pub name: String,
    pub bytes: Vec<u8>,
    /// Lines of pay, without headers, totals and gaps.
    pub lines: usize,
    /// Sum of net as written in the lines.
    pub net: Money,
    /// In the order of rows; empty unless faulty.
    pub faults: Vec<PlantedFault>,
}

/// Of 1,000 lines so many have one oddity, in the usual file.
pub const ODD_PERMILLE: u64 = 60;
/// Of 1,000 teams so many are followed by an empty row, in the usual file.
pub const GAP_PERMILLE: u64 = 250;

const PAY_SHEET: &str = "工资表";

/// The pay sheet of one subcontractor as .xlsx; usual and faulty ones have sheets for notes, attendance and roster too.
///
/// # Errors
/// `broken_record` when the workbook cannot be written.
pub fn pay_sheet_xlsx(employer: &Subcontractor, month: Month, dirt: Dirt) -> Result<SheetFile> {
    Draft::of(employer, month, dirt).xlsx(&[employer])
}

/// The pay sheet of one subcontractor as .csv: the cells of the first sheet of the .xlsx.
pub fn pay_sheet_csv(employer: &Subcontractor, month: Month, dirt: Dirt, charset: Charset) -> SheetFile {
    Draft::of(employer, month, dirt).csv(charset)
}

/// The whole yard's pay sheet as .xlsx: more than 4,000 lines, subtotals by subcontractor.
///
/// # Errors
/// `broken_record` when the workbook cannot be written.
pub fn yard_xlsx(yard: &Yard, month: Month, dirt: Dirt) -> Result<SheetFile> {
    Draft::of_yard(yard, month, dirt).xlsx(&yard.subcontractors.iter().collect::<Vec<_>>())
}

/// The whole yard's pay sheet as .csv.
pub fn yard_csv(yard: &Yard, month: Month, dirt: Dirt, charset: Charset) -> SheetFile {
    Draft::of_yard(yard, month, dirt).csv(charset)
}

/// The roster of some subcontractors as .xlsx, tidy: a line a worker.
///
/// # Errors
/// `broken_record` when the workbook cannot be written.
pub fn roster_xlsx(employers: &[&Subcontractor]) -> Result<Vec<u8>> {
    grid::xlsx(&[roster(employers)])
}

const COLUMNS: [(Column, &str, &str, u8); 21] = [
    (Column::Sequence, "", "序号", 6),
    (Column::Firm, "", "分包单位", 26),
    (Column::Team, "", "班组", 12),
    (Column::Name, "", "姓名", 12),
    (Column::Identity, "", "身份证号码", 21),
    (Column::Trade, "", "工种", 9),
    (Column::Days, "出勤", "天数", 7),
    (Column::Hours, "出勤", "加班小时", 9),
    (Column::Base, "应发工资", "基本工资", 11),
    (Column::Overtime, "应发工资", "加班工资", 11),
    (Column::Allowance, "应发工资", "津贴", 9),
    (Column::Due, "应发工资", "应发合计", 12),
    (Column::Social, "扣款", "社保", 9),
    (Column::Tax, "扣款", "个税", 9),
    (Column::Meals, "扣款", "伙食费", 9),
    (Column::Advance, "扣款", "借支", 10),
    (Column::Deductions, "扣款", "扣款合计", 11),
    (Column::Net, "", "实发工资", 12),
    (Column::Card, "", "银行卡号", 24),
    (Column::Bank, "", "开户银行", 18),
    (Column::Signature, "", "签字", 10),
];

/// A pay sheet being laid out.
struct Draft {
    title: String,
    month: Month,
    dirt: Dirt,
    columns: Vec<(Column, &'static str, &'static str, u8)>,
    firms: Vec<String>,
    lines: Vec<Line>,
    dice: Dice,
    grid: Grid,
    faults: Vec<PlantedFault>,
}

impl Draft {
    fn of(employer: &Subcontractor, month: Month, dirt: Dirt) -> Draft {
        let title = format!("{}{}工资发放表", employer.firm.zh, month.zh());
        Draft::new(title, &[employer], month, dirt, &SUBCONTRACTOR_FAULTS)
    }

    fn of_yard(yard: &Yard, month: Month, dirt: Dirt) -> Draft {
        let title = format!("{}{}外包队伍工资发放总表", yard.firm.zh, month.zh());
        Draft::new(title, &yard.subcontractors.iter().collect::<Vec<_>>(), month, dirt, &YARD_FAULTS)
    }

    fn new(
        title: String,
        employers: &[&Subcontractor],
        month: Month,
        dirt: Dirt,
        plan: &[(FaultKind, usize)],
    ) -> Draft {
        let seed = employers.iter().fold(0u64, |sum, e| sum.rotate_left(7) ^ e.seed);
        let label = |what: &str| format!("{what} {}-{}", month.year, month.month);
        let rows = |(i, e): (usize, &&Subcontractor)| {
            pay_sheet(e, month).rows.into_iter().map(move |row| Line::new(i, row)).collect::<Vec<_>>()
        };
        let mut lines: Vec<Line> = employers.iter().enumerate().flat_map(rows).collect();
        if dirt == Dirt::Faulty {
            faults::plant(&mut Dice::new(seed, &label("faults")), &mut lines, employers, plan);
        }
        let many = employers.len() > 1;
        let mut draft = Draft {
            title,
            month,
            dirt,
            columns: COLUMNS.into_iter().filter(|c| many || c.0 != Column::Firm).collect(),
            firms: employers.iter().map(|e| e.firm.zh.clone()).collect(),
            lines,
            dice: Dice::new(seed, &label("typing")),
            grid: Grid::new(PAY_SHEET),
            faults: Vec::new(),
        };
        draft.grid.widths = draft.columns.iter().map(|c| c.3).collect();
        draft.head();
        draft.body();
        draft
    }

    fn place(&self, column: Column) -> usize {
        self.columns.iter().position(|c| c.0 == column).unwrap_or(0)
    }

    fn head(&mut self) {
        let (month, last) = (self.month, self.columns.len() - 1);
        if self.dirt == Dirt::Clean {
            self.grid.rows.push(self.columns.iter().map(|c| Cell::text(c.2)).collect());
            self.grid.head_rows = 1;
            return;
        }
        self.grid.rows.push(vec![Cell::text(self.title.clone())]);
        self.grid.merge((0, 0, 0, last));
        self.grid.rows.push(vec![Cell::text(format!(
            "所属月份：{}　　单位：元　　制表日期：{}月5日",
            month.zh(),
            month.next().month
        ))]);
        self.grid.merge((1, 1, 0, last));
        let (mut upper, mut lower): (Vec<Cell>, Vec<Cell>) = (Vec::new(), Vec::new());
        for (i, (_, group, title, _)) in self.columns.iter().enumerate() {
            let first = i == 0 || self.columns[i - 1].1 != *group;
            if group.is_empty() {
                upper.push(Cell::text(*title));
                lower.push(Cell::Blank);
                self.grid.merges.push((2, 3, i, i));
                continue;
            }
            upper.push(if first { Cell::text(*group) } else { Cell::Blank });
            lower.push(Cell::text(*title));
            if first {
                let end = i + self.columns[i..].iter().take_while(|c| c.1 == *group).count() - 1;
                self.grid.merge((2, 2, i, end));
            }
        }
        self.grid.rows.extend([upper, lower]);
        self.grid.head_rows = 4;
    }

    fn body(&mut self) {
        let (mut start, mut sequence) = (0, 0);
        while start < self.lines.len() {
            let firm = self.lines[start].firm;
            let end = start + self.lines[start..].iter().take_while(|l| l.firm == firm).count();
            let top = self.grid.rows.len();
            let mut team_start = start;
            while team_start < end {
                let team = &self.lines[team_start].row.team;
                let team_end =
                    team_start + self.lines[team_start..end].iter().take_while(|l| l.row.team == *team).count();
                self.team(team_start, team_end, &mut sequence);
                team_start = team_end;
            }
            if self.dirt != Dirt::Clean && self.firms.len() > 1 {
                let column = self.place(Column::Firm);
                self.grid.merge((top, self.grid.rows.len() - 1, column, column));
                self.total("小计", start, end);
            }
            start = end;
        }
        if self.dirt != Dirt::Clean {
            self.total("合计", 0, self.lines.len());
            self.spoil_total();
            self.grid.rows.push(Vec::new());
            self.grid.rows.push(vec![Cell::Blank, Cell::text("制表人：　　　　审核人：　　　　单位负责人：")]);
        }
    }

    /// The lines of one team and, now and then, an empty row after them.
    fn team(&mut self, start: usize, end: usize, sequence: &mut usize) {
        let top = self.grid.rows.len();
        for i in start..end {
            *sequence += 1;
            let row = self.line(i, *sequence);
            let at = self.grid.rows.len();
            self.note_fault(i, at, &row);
            self.grid.rows.push(row);
        }
        if self.dirt == Dirt::Clean {
            return;
        }
        let team = self.place(Column::Team);
        self.grid.merge((top, top + (end - start) - 1, team, team));
        for row in top + 1..self.grid.rows.len() {
            self.grid.rows[row][team] = Cell::Blank;
        }
        if self.firms.len() > 1 {
            let firm = self.place(Column::Firm);
            let first = start == 0 || self.lines[start - 1].firm != self.lines[start].firm;
            (top + usize::from(first)..self.grid.rows.len()).for_each(|row| self.grid.rows[row][firm] = Cell::Blank);
        }
        if self.dice.permille(GAP_PERMILLE) && end < self.lines.len() {
            self.grid.rows.push(Vec::new());
        }
    }

    fn line(&mut self, index: usize, sequence: usize) -> Vec<Cell> {
        let line = &self.lines[index];
        let mut cells: Vec<Cell> = self.columns.iter().map(|c| cell(c.0, line, sequence, &self.firms)).collect();
        // A line that the corrected file lacks draws nothing, so both files are odd in the same places.
        let extra = line.mark.as_ref().is_some_and(|m| m.right.is_empty());
        if self.dirt != Dirt::Clean && !extra {
            let (odd, how) = (self.dice.permille(ODD_PERMILLE), self.dice.below(7));
            if odd && line.mark.is_none() {
                let (column, text) = oddity(how, &line.row);
                cells[self.place(column)] = Cell::Text(text);
            }
        }
        cells
    }

    fn note_fault(&mut self, index: usize, row: usize, cells: &[Cell]) {
        let Some(mark) = &self.lines[index].mark else { return };
        let at = self.place(mark.column);
        self.faults.push(PlantedFault {
            kind: mark.kind,
            sheet: PAY_SHEET.into(),
            row: row + 1,
            column: mark.column,
            cell: a1(row, at),
            worker: mark.worker.clone(),
            wrote: cells[at].plain(),
            right: mark.right.clone(),
        });
    }

    fn total(&mut self, label: &str, start: usize, end: usize) {
        let lines = &self.lines[start..end];
        let sum = |of: fn(&PayRow) -> Money| Cell::Amount(Money::cny(lines.iter().map(|l| of(&l.row).minor).sum()));
        let cell = |column: &Column| match column {
            Column::Sequence => Cell::text(label),
            Column::Base => sum(|r| r.base),
            Column::Overtime => sum(|r| r.overtime),
            Column::Allowance => sum(|r| r.allowance),
            Column::Due => sum(|r| r.due),
            Column::Deductions => sum(|r| r.deductions),
            Column::Net => sum(|r| r.net),
            _ => Cell::Blank,
        };
        let cells: Vec<Cell> = self.columns.iter().map(|c| cell(&c.0)).collect();
        let row = self.grid.rows.len();
        self.grid.merge((row, row, 0, self.place(Column::Team)));
        self.grid.rows.push(cells);
    }

    /// A faulty file's grand total of net is 100 yuan more than its lines.
    fn spoil_total(&mut self) {
        let (row, column) = (self.grid.rows.len() - 1, self.place(Column::Net));
        let (Dirt::Faulty, Cell::Amount(right)) = (self.dirt, self.grid.at(row, column).clone()) else { return };
        let wrong = Money::cny(right.minor + 10_000);
        self.grid.rows[row][column] = Cell::Amount(wrong);
        self.faults.push(PlantedFault {
            kind: FaultKind::TotalWrong,
            sheet: PAY_SHEET.into(),
            row: row + 1,
            column: Column::Net,
            cell: a1(row, column),
            worker: String::new(),
            wrote: wrong.plain(),
            right: right.plain(),
        });
    }

    fn xlsx(self, employers: &[&Subcontractor]) -> Result<SheetFile> {
        let mut grids = vec![self.grid.clone()];
        if self.dirt != Dirt::Clean {
            grids.extend((employers.len() == 1).then(|| self.attendance()));
            grids.push(roster(employers));
            grids.push(notes());
        }
        Ok(self.file("xlsx", grid::xlsx(&grids)?))
    }

    fn csv(self, charset: Charset) -> SheetFile {
        let bytes = grid::csv(&self.grid, charset);
        self.file("csv", bytes)
    }

    fn file(self, ending: &str, bytes: Vec<u8>) -> SheetFile {
        let net = Money::cny(self.lines.iter().map(|l| l.row.net.minor).sum());
        SheetFile { name: format!("{}.{ending}", self.title), bytes, lines: self.lines.len(), net, faults: self.faults }
    }

    /// Days with a tick for a day and a triangle for half of one; they sum to the days of the pay sheet.
    fn attendance(&self) -> Grid {
        let days = self.month.days();
        let mut grid = Grid { head_rows: 1, widths: vec![6, 12], ..Grid::new("考勤表") };
        let mut head = vec![Cell::text("序号"), Cell::text("姓名")];
        head.extend((1..=days).map(|d| Cell::text(d.to_string())));
        head.push(Cell::text("出勤天数"));
        grid.rows.push(head);
        for (i, line) in self.lines.iter().enumerate() {
            let (full, half) = (line.row.half_days / 2, line.row.half_days % 2);
            // Rest days are spread: day d is worked when the count of worked days steps there.
            let worked = |d: u32| d * full / (days - 1) > (d - 1) * full / (days - 1);
            let rest = (1..days).find(|d| !worked(*d));
            let mut row = vec![Cell::Number((i + 1).to_string()), Cell::text(line.row.name.clone())];
            row.extend((1..=days).map(|d| match d {
                d if d < days && worked(d) => Cell::text("√"),
                d if half == 1 && d == rest.unwrap_or(days) => Cell::text("△"),
                _ => Cell::Blank,
            }));
            row.push(Cell::Number(line.row.days()));
            grid.rows.push(row);
        }
        grid
    }
}

/// One thing typed oddly, and still right.
fn oddity(how: u64, row: &PayRow) -> (Column, String) {
    match how {
        0 => (Column::Identity, full_width(&row.identity)),
        1 => (Column::Days, full_width(&row.days())),
        2 => (Column::Net, row.net.grouped()),
        3 => (Column::Due, row.due.plain()),
        4 => (Column::Card, groups_of_four(&row.card)),
        5 => (Column::Name, spaced(&row.name)),
        _ => (Column::Identity, row.identity.to_ascii_lowercase()),
    }
}

fn cell(column: Column, line: &Line, sequence: usize, firms: &[String]) -> Cell {
    let row = &line.row;
    match column {
        Column::Sequence => Cell::Number(sequence.to_string()),
        Column::Firm => Cell::text(firms[line.firm].clone()),
        Column::Team => Cell::text(row.team.clone()),
        Column::Name => Cell::text(row.name.clone()),
        Column::Identity => line.identity.clone().unwrap_or_else(|| Cell::text(row.identity.clone())),
        Column::Trade => Cell::text(row.trade),
        Column::Days => Cell::Number(row.days()),
        Column::Hours => Cell::Number(row.overtime_hours.to_string()),
        Column::Base => Cell::Amount(row.base),
        Column::Overtime => Cell::Amount(row.overtime),
        Column::Allowance => Cell::Amount(row.allowance),
        Column::Due => Cell::Amount(row.due),
        Column::Social => Cell::Amount(row.social),
        Column::Tax => Cell::Amount(row.tax),
        Column::Meals => Cell::Amount(row.meals),
        Column::Advance => Cell::Amount(row.advance),
        Column::Deductions => Cell::Amount(row.deductions),
        Column::Net => Cell::Amount(row.net),
        Column::Card => line.card.clone().unwrap_or_else(|| Cell::text(row.card.clone())),
        Column::Bank => Cell::text(row.bank.zh),
        Column::Signature => Cell::Blank,
    }
}

fn roster(employers: &[&Subcontractor]) -> Grid {
    let titles = [
        "工号",
        "单位",
        "姓名",
        "性别",
        "身份证号码",
        "手机号码",
        "籍贯",
        "工种",
        "班组",
        "银行卡号",
        "开户银行",
        "进场日期",
    ];
    let mut grid =
        Grid { head_rows: 1, widths: vec![9, 26, 12, 6, 21, 14, 18, 9, 12, 22, 18, 12], ..Grid::new("花名册") };
    grid.rows.push(titles.map(Cell::text).to_vec());
    for employer in employers {
        for worker in &employer.workers {
            let team = &employer.teams[worker.team];
            let sex = if worker.sex == crate::names::Sex::Male { "男" } else { "女" };
            let joined = worker.joined.to_string();
            let fields = [
                &worker.number,
                &employer.firm.zh,
                &worker.name,
                sex,
                &worker.identity,
                &worker.phone,
                worker.home,
                team.trade.zh,
                &team.zh,
                &worker.card,
                worker.bank.zh,
                &joined,
            ];
            grid.rows.push(fields.map(Cell::text).to_vec());
        }
    }
    grid
}

fn notes() -> Grid {
    let lines = [
        "填表说明",
        "1. 身份证号码、银行卡号请按文本填写。",
        "2. 实发工资＝应发合计－扣款合计。",
        "3. 工资只发至工人本人银行卡，不得代领。",
        "4. 每月5日前报送，逾期顺延至下一批。",
    ];
    let rows = lines.map(|l| vec![Cell::text(l)]).to_vec();
    Grid { rows, widths: vec![60], ..Grid::new("说明") }
}

/// ASCII as full-width characters.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c })
        .collect()
}

fn groups_of_four(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// `张　三` for a name of two characters; longer ones stay.
fn spaced(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    match characters[..] {
        [a, b] => format!("{a}\u{3000}{b}"),
        _ => name.into(),
    }
}
