//! The rows below a header, sorted into data and what only looks like it.
//!
//! A row is set aside only when it cannot be anybody's: no identity, card or other number column is filled in it, and its first text
//! is a word for totals (合计), or it is a remark or signature without amounts, or the header again. A row of nothing but amounts is
//! a total when each amount is the sum of the rows above it, or of those since the last total. Everything else is data.
use crate::cell_name;
use crate::clean::{clean, title_base, title_key};
use crate::fault::{Fault, FaultKind};
use crate::grid::{Grid, Region, Value};
use crate::header::{Header, find_header};
use crate::layout::{ColumnKind, Layout};
use crate::number::{scaled_number, scaled_text};
use crate::row::{CURRENCY_MARKS, CURRENCY_UNITS, QUANTITY_UNITS, Row};
use crate::workbook::Workbook;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Data,
    /// 合计, 小计, or amounts that sum up the rows above.
    Total,
    /// Remarks, signatures, a title that comes again.
    Footer,
    HeaderAgain,
    /// Nothing in the columns of the layout, or nothing but zeros.
    Blank,
}

/// A sheet whose header is found.
#[derive(Debug)]
pub struct Table<'g> {
    pub(crate) grid: &'g Grid,
    pub(crate) layout: Layout,
    pub(crate) header: Header,
    kinds: Vec<RowKind>,
    /// Merges over each column of the layout, by row.
    pub(crate) merges: Vec<Vec<Region>>,
    notes: Vec<Fault>,
}

/// All tables of a workbook that fit one layout.
#[derive(Debug)]
pub struct Tables<'g> {
    pub tables: Vec<Table<'g>>,
    /// Refusals of sheets that nearly fit, and notes. When no sheet fits, at least one refusal.
    pub faults: Vec<Fault>,
}

impl Workbook {
    /// Reads every visible sheet by the layout. A sheet that lacks most of the required columns is another matter's when some sheet
    /// fits, and leaves a warning; one that lacks few is refused.
    pub fn tables(&self, layout: &Layout) -> Tables<'_> {
        let (mut tables, mut faults, mut strangers) = (Vec::new(), Vec::new(), Vec::new());
        for grid in self.sheets.iter().filter(|g| g.rows() > 0) {
            if grid.is_hidden() {
                faults.push(Fault::sheet(grid.name(), FaultKind::SheetHidden, Vec::new()));
                continue;
            }
            match Table::open(grid, layout) {
                Ok(table) => tables.push(table),
                Err(found) => {
                    let missing = found.iter().filter(|f| f.is(FaultKind::ColumnMissing)).count();
                    let stranger =
                        found.iter().any(|f| f.is(FaultKind::HeaderMissing)) || 2 * missing > layout.required();
                    if stranger { strangers.push(found) } else { faults.extend(found) }
                }
            }
        }
        if tables.is_empty() && !faults.iter().any(Fault::is_refused) {
            faults.extend(strangers.into_iter().flatten());
            if !faults.iter().any(Fault::is_refused) {
                faults.push(Fault::sheet(
                    "",
                    FaultKind::HeaderMissing,
                    vec![("rows", "0".into()), ("found", "-".into()), ("wanted", "-".into())],
                ));
            }
        } else {
            faults.extend(
                strangers
                    .iter()
                    .filter_map(|f| f.first())
                    .map(|f| Fault::sheet(&f.sheet, FaultKind::SheetWithoutHeader, Vec::new())),
            );
        }
        Tables { tables, faults }
    }
}

impl<'g> Table<'g> {
    /// Finds the header and sorts the rows. Errors as [`find_header`].
    pub fn open(grid: &'g Grid, layout: &Layout) -> Result<Table<'g>, Vec<Fault>> {
        let header = find_header(grid, layout)?;
        let merges = header.columns.iter().map(|found| {
            let over = |r: &&Region| found.as_ref().is_some_and(|f| r.holds(r.top, f.column)) && r.bottom > r.top;
            grid.merges().iter().filter(over).copied().collect()
        });
        let mut table = Table {
            grid,
            layout: *layout,
            merges: merges.collect(),
            notes: header.notes.clone(),
            header,
            kinds: Vec::new(),
        };
        table.kinds = Sorter::new(&table).sort();
        for (kind, what) in [
            (RowKind::Total, FaultKind::RowTotal),
            (RowKind::Footer, FaultKind::RowFooter),
            (RowKind::HeaderAgain, FaultKind::RowHeaderAgain),
        ] {
            let found: Vec<Fault> = table.of(kind).filter_map(|row| row.aside(what)).collect();
            table.notes.extend(found);
        }
        Ok(table)
    }

    /// The rows to read, in the order of the sheet.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.of(RowKind::Data)
    }
    /// The totals rows, so that the caller can compare them with its own sums.
    pub fn totals(&self) -> impl Iterator<Item = Row<'_>> {
        self.of(RowKind::Total)
    }
    /// How many rows there are to read.
    pub fn len(&self) -> usize {
        self.kinds.iter().filter(|k| **k == RowKind::Data).count()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn of(&self, kind: RowKind) -> impl Iterator<Item = Row<'_>> {
        let first = self.header.bottom + 1;
        self.kinds
            .iter()
            .enumerate()
            .filter(move |(_, k)| **k == kind)
            .map(move |(i, _)| Row { table: self, at: first + i })
    }
    /// Every row below the header, in order.
    pub fn kinds(&self) -> &[RowKind] {
        &self.kinds
    }
    pub fn sheet(&self) -> &'g Grid {
        self.grid
    }
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// Columns not used and rows set aside.
    pub fn notes(&self) -> &[Fault] {
        &self.notes
    }
    /// What stands above the header: the firm's name, the month, the project.
    pub fn above(&self) -> Vec<String> {
        let cells = (0..self.header.top).flat_map(|at| self.grid.cells(at));
        cells.map(|(_, v)| clean(&v.shown()).into_owned()).filter(|t| !t.is_empty()).collect()
    }
    pub(crate) fn value(&self, at: usize, i: usize) -> Value<'g> {
        match &self.header.columns[i] {
            Some(found) => match self.grid.value(at, found.column) {
                v if v.is_empty() => Value::Empty,
                v => v,
            },
            None => Value::Empty,
        }
    }
}

const TOTAL_WORDS: [&str; 14] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "总合计",
    "合计金额",
    "本页合计",
    "本页小计",
    "本月合计",
    "累计",
    "合计人数",
    "total",
    "subtotal",
    "grandtotal",
];
/// Words with which a line of signatures or remarks begins.
const FOOTER_WORDS: [&str; 24] = [
    "制表",
    "制单",
    "填表",
    "审核",
    "复核",
    "审批",
    "批准",
    "经办",
    "负责人",
    "单位负责人",
    "项目负责人",
    "财务",
    "会计",
    "出纳",
    "领导",
    "总经理",
    "劳资专管员",
    "班组长",
    "备注",
    "说明",
    "注",
    "日期",
    "盖章",
    "单位盖章",
];

/// Walks the rows once. The sums move on only when a row of nothing but amounts asks for them.
struct Sorter<'t, 'g> {
    table: &'t Table<'g>,
    kinds: Vec<RowKind>,
    /// Per column of the layout: since the header, and since the last total.
    sums: Vec<(i128, i128)>,
    summed: usize,
}

impl<'t, 'g> Sorter<'t, 'g> {
    fn new(table: &'t Table<'g>) -> Self {
        Sorter { table, kinds: Vec::new(), sums: vec![(0, 0); table.layout.columns.len()], summed: 0 }
    }

    fn sort(mut self) -> Vec<RowKind> {
        for at in self.table.header.bottom + 1..self.table.grid.rows() {
            let kind = self.kind(at);
            self.kinds.push(kind);
        }
        self.kinds
    }

    fn columns(&self) -> impl Iterator<Item = (usize, ColumnKind)> + use<'t, 'g> {
        self.table.layout.columns.iter().map(|c| c.kind).enumerate()
    }

    fn kind(&mut self, at: usize) -> RowKind {
        let table = self.table;
        let filled = |i: usize| !table.value(at, i).is_empty();
        // A line of signatures may reach into the column of identity numbers (审核：李四).
        let signature = |i: usize| matches!(table.value(at, i), Value::Text(t) if is_footer(t));
        if self.columns().any(|(i, kind)| kind.names_somebody() && filled(i) && !signature(i)) {
            return if self.is_header(at) { RowKind::HeaderAgain } else { RowKind::Data };
        }
        let first = table.grid.cells(at).find_map(|(_, v)| match v {
            Value::Text(t) if !v.is_empty() && scaled_text(t, 2, CURRENCY_MARKS, CURRENCY_UNITS).is_err() => Some(t),
            _ => None,
        });
        let amounts = self.columns().any(|(i, kind)| kind.is_amount() && filled(i));
        if let Some(text) = first {
            if TOTAL_WORDS.contains(&title_base(text).as_str()) || total_sentence(text) {
                return RowKind::Total;
            }
            if !amounts && is_footer(text) || self.is_banner(at) {
                return RowKind::Footer;
            }
            if self.is_header(at) {
                return RowKind::HeaderAgain;
            }
        }
        if !self.columns().any(|(i, _)| filled(i)) {
            return RowKind::Blank;
        }
        let only_amounts = self.columns().all(|(i, kind)| kind.is_amount() || !filled(i));
        if first.is_none() && only_amounts { self.unnamed(at) } else { RowKind::Data }
    }

    fn is_header(&self, at: usize) -> bool {
        let table = self.table;
        let mut same = 0;
        for (i, found) in table.header.columns.iter().enumerate().filter_map(|(i, f)| f.as_ref().map(|f| (i, f))) {
            match table.value(at, i) {
                Value::Empty => {}
                Value::Text(t) if found.keys.contains(&title_base(t)) => same += 1,
                _ => return false,
            }
        }
        same >= 2 || same == 1 && table.header.columns.iter().flatten().count() == 1
    }

    /// One text over three columns or more: a title that is printed on every page.
    fn is_banner(&self, at: usize) -> bool {
        let (grid, row) = (self.table.grid, self.table.grid.number(at));
        let mut cells = grid.cells(at).filter(|(_, v)| !v.is_empty());
        let (Some((column, _)), None) = (cells.next(), cells.next()) else { return false };
        let from = grid.merges().partition_point(|r| r.top < row);
        let here = grid.merges()[from..].iter().take_while(|r| r.top == row);
        here.into_iter().any(|r| r.left == u32::from(column) && r.right >= r.left + 2)
    }

    /// A row of nothing but amounts: a total without a word, zeros of a prepared form, or data that lacks a name.
    fn unnamed(&mut self, at: usize) -> RowKind {
        self.add_up();
        let (mut zeros, mut all, mut section, mut any) = (true, true, true, false);
        for (i, kind) in self.columns().filter(|(_, k)| k.is_amount()) {
            let value = self.table.value(at, i);
            if value.is_empty() {
                continue;
            }
            let Some(n) = hundredths(value, kind) else { return RowKind::Data };
            any = true;
            zeros &= n == 0;
            all &= n == self.sums[i].0;
            section &= n == self.sums[i].1;
        }
        match any && (all || section) && !zeros {
            true => RowKind::Total,
            false if zeros => RowKind::Blank,
            false => RowKind::Data,
        }
    }

    fn add_up(&mut self) {
        let first = self.table.header.bottom + 1;
        for done in self.summed..self.kinds.len() {
            match self.kinds[done] {
                RowKind::Total => self.sums.iter_mut().for_each(|s| s.1 = 0),
                RowKind::Data => {
                    for (i, kind) in self.columns().filter(|(_, k)| k.is_amount()) {
                        let n = hundredths(self.table.value(first + done, i), kind).unwrap_or(0);
                        self.sums[i] = (self.sums[i].0 + n, self.sums[i].1 + n);
                    }
                }
                _ => {}
            }
        }
        self.summed = self.kinds.len();
    }
}

fn hundredths(value: Value<'_>, kind: ColumnKind) -> Option<i128> {
    let (marks, units) =
        if kind == ColumnKind::Money { (CURRENCY_MARKS, CURRENCY_UNITS) } else { (&[][..], QUANTITY_UNITS) };
    match value {
        Value::Number(n) => scaled_number(n, 2).ok().map(i128::from),
        Value::Text(t) => scaled_text(t, 2, marks, units).ok().map(|n| i128::from(n.unwrap_or(0))),
        _ => None,
    }
}

/// `合计：12人`, `总计 12 人`
fn total_sentence(text: &str) -> bool {
    let key = title_key(text);
    let rest = ["合计", "总计", "共计", "小计"].iter().find_map(|w| key.strip_prefix(w));
    rest.is_some_and(|r| r.trim_end_matches(['人', '元', '名']).chars().all(|c| c.is_ascii_digit()))
}

fn is_footer(text: &str) -> bool {
    let text = clean(text);
    let (word, colon) = text.split_once(['：', ':']).map_or((&*text, false), |(w, _)| (w, true));
    let key = title_base(word);
    FOOTER_WORDS
        .iter()
        .any(|w| key == *w || key == format!("{w}人") || colon && (key.starts_with(w) || key.ends_with(w)))
}

impl Row<'_> {
    /// The note for a row that is not read.
    fn aside(&self, kind: FaultKind) -> Option<Fault> {
        let (grid, at) = (self.table.grid, self.at);
        let (column, value) = grid.cells(at).find(|(_, v)| !v.is_empty())?;
        Some(Fault {
            cell: cell_name(grid.number(at), column),
            row: grid.number(at) + 1,
            line: grid.line(at),
            value: crate::fault::masked(ColumnKind::Text, &value.shown()),
            ..Fault::sheet(grid.name(), kind, Vec::new())
        })
    }
}
