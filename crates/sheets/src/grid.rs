//! A sheet as its filled cells, and how it is built under limits.
use crate::{Limits, MERGES_MAX};
use calamine::CellErrorType;
use kernel::{Date, Error, Result};
use std::borrow::Cow;

/// What a cell holds, as the file has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Empty,
    Text(&'a str),
    Number(f64),
    /// A number the sheet formats as a date: the day, and seconds since midnight.
    Moment(Date, u32),
    Bool(bool),
    /// `#N/A`, `#REF!` ...
    Error(&'static str),
    /// A formula whose result was never saved.
    Uncalculated,
}

impl<'a> Value<'a> {
    /// As a reader of the sheet would see it, without the cell's own number format.
    pub fn shown(self) -> Cow<'a, str> {
        match self {
            Value::Empty => "".into(),
            Value::Text(t) => t.into(),
            Value::Number(n) => crate::number::number_text(n).into(),
            Value::Moment(date, 0) => date.to_string().into(),
            Value::Moment(date, s) => format!("{date} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60).into(),
            Value::Bool(b) => if b { "TRUE" } else { "FALSE" }.into(),
            Value::Error(e) => e.into(),
            Value::Uncalculated => "=?".into(),
        }
    }
    pub fn is_empty(self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(t) => crate::clean::is_blank(t),
            _ => false,
        }
    }
}

/// 16 bytes; text lies in the grid's buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    Text { start: u32, len: u32 },
    Number(f64),
    Moment { day: i32, second: u32 },
    Bool(bool),
    Error(&'static &'static str),
    Uncalculated,
}

#[derive(Clone, Copy, Debug)]
struct Placed {
    row: u32,
    column: u16,
    slot: Slot,
}

/// A row that holds something.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// Counted from 0, as in the sheet.
    number: u32,
    /// Line of a delimited file, from 1; 0 for a workbook.
    line: u32,
    start: u32,
    end: u32,
}

/// A merged rectangle, both ends included, counted from 0. Its value is in the top left cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

impl Region {
    pub fn holds(&self, row: u32, column: u16) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&u32::from(column))
    }
}

/// One sheet. Rows are counted among those that hold something (`at`), or as in the sheet (`number`), both from 0.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    name: String,
    hidden: bool,
    epoch_1904: bool,
    spans: Vec<Span>,
    cells: Vec<Placed>,
    text: String,
    merges: Vec<Region>,
}

impl Grid {
    /// The sheet's name; empty for delimited text.
    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }
    /// A serial number of a date counts from 1904 in this workbook (old Macintosh), not from 1900.
    pub fn epoch_1904(&self) -> bool {
        self.epoch_1904
    }
    /// How many rows hold something.
    pub fn rows(&self) -> usize {
        self.spans.len()
    }
    pub fn merges(&self) -> &[Region] {
        &self.merges
    }
    /// The row's number in the sheet, from 0.
    pub fn number(&self, at: usize) -> u32 {
        self.spans[at].number
    }
    /// The row's line in a delimited file, from 1.
    pub fn line(&self, at: usize) -> Option<u32> {
        Some(self.spans[at].line).filter(|l| *l > 0)
    }
    /// Which filled row has this number.
    pub fn at(&self, number: u32) -> Option<usize> {
        self.spans.binary_search_by_key(&number, |s| s.number).ok()
    }
    pub fn value(&self, at: usize, column: u16) -> Value<'_> {
        let row = self.row(at);
        // Most rows are filled from the first column on.
        let hit = match row.get(usize::from(column)) {
            Some(cell) if cell.column == column => Some(cell),
            _ => row.binary_search_by_key(&column, |c| c.column).ok().map(|i| &row[i]),
        };
        hit.map_or(Value::Empty, |c| self.seen(c.slot))
    }
    /// The filled cells of a row, from left to right.
    pub fn cells(&self, at: usize) -> impl Iterator<Item = (u16, Value<'_>)> {
        self.row(at).iter().map(|c| (c.column, self.seen(c.slot)))
    }
    fn row(&self, at: usize) -> &[Placed] {
        self.spans.get(at).map_or(&[], |s| &self.cells[s.start as usize..s.end as usize])
    }
    fn seen(&self, slot: Slot) -> Value<'_> {
        match slot {
            Slot::Text { start, len } => Value::Text(&self.text[start as usize..(start + len) as usize]),
            Slot::Number(n) => Value::Number(n),
            Slot::Moment { day, second } => Value::Moment(Date::from_days(i64::from(day)), second),
            Slot::Bool(b) => Value::Bool(b),
            Slot::Error(e) => Value::Error(e),
            Slot::Uncalculated => Value::Uncalculated,
        }
    }
}

/// `C17` for row 16, column 2.
pub fn cell_name(row: u32, column: u16) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

/// `C` for column 2.
pub(crate) fn column_name(column: u16) -> String {
    let (mut n, mut letters) = (u32::from(column) + 1, Vec::new());
    while n > 0 {
        n -= 1;
        letters.push(b'A' + (n % 26) as u8);
        n /= 26;
    }
    letters.iter().rev().map(|b| char::from(*b)).collect()
}

/// What the sheets of one workbook may still use.
pub(crate) struct Room {
    limits: Limits,
    cells: usize,
    text: usize,
}

impl Room {
    pub(crate) fn new(limits: &Limits) -> Room {
        Room { limits: *limits, cells: limits.cells, text: limits.text_bytes.min(u32::MAX as usize) }
    }
}

/// Gathers one sheet's cells in any order.
pub(crate) struct Builder<'r> {
    grid: Grid,
    room: &'r mut Room,
    rows: usize,
    sorted: bool,
    /// `(row, line)` of a delimited file, in order.
    lines: Vec<(u32, u32)>,
}

impl<'r> Builder<'r> {
    pub(crate) fn new(name: &str, hidden: bool, epoch_1904: bool, room: &'r mut Room) -> Builder<'r> {
        let grid = Grid { name: crate::clean(name).into_owned(), hidden, epoch_1904, ..Grid::default() };
        Builder { grid, room, rows: 0, sorted: true, lines: Vec::new() }
    }

    pub(crate) fn text(&mut self, row: u32, column: u32, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let max = self.room.limits.text_bytes;
        self.room.text = self
            .room
            .text
            .checked_sub(text.len())
            .ok_or_else(|| Error::limit("text of the workbook", "more", max, "bytes"))?;
        let start = self.grid.text.len() as u32;
        self.grid.text.push_str(text);
        self.push(row, column, Slot::Text { start, len: text.len() as u32 })
    }

    pub(crate) fn push(&mut self, row: u32, column: u32, slot: Slot) -> Result<()> {
        let limits = self.room.limits;
        if column as usize >= limits.columns {
            return Err(Error::limit("columns", u64::from(column) + 1, limits.columns, "columns"));
        }
        self.room.cells =
            self.room.cells.checked_sub(1).ok_or_else(|| Error::limit("cells", "more", limits.cells, "cells"))?;
        if let Some(last) = self.grid.cells.last() {
            self.sorted &= (last.row, u32::from(last.column)) < (row, column);
        }
        if self.grid.cells.last().is_none_or(|c| c.row != row) {
            self.rows += 1;
            if self.rows > limits.rows {
                return Err(Error::limit("rows", self.rows, limits.rows, "rows"));
            }
        }
        self.grid.cells.push(Placed { row, column: column as u16, slot });
        Ok(())
    }

    pub(crate) fn error(&mut self, row: u32, column: u32, error: &CellErrorType) -> Result<()> {
        self.push(row, column, Slot::Error(error_name(error)))
    }

    /// Row `row` begins in this line of the file; said again for each of its fields.
    pub(crate) fn line(&mut self, row: u32, line: u32) {
        if self.lines.last().is_none_or(|(last, _)| *last != row) {
            self.lines.push((row, line));
        }
    }

    pub(crate) fn merge(&mut self, region: Region) -> Result<()> {
        if self.grid.merges.len() >= MERGES_MAX {
            return Err(Error::limit("merged cells", "more", MERGES_MAX, "regions"));
        }
        self.grid.merges.push(region);
        Ok(())
    }

    pub(crate) fn finish(self) -> Grid {
        let Builder { mut grid, sorted, lines, .. } = self;
        if !sorted {
            grid.cells.sort_by_key(|c| (c.row, c.column));
            grid.cells.dedup_by_key(|c| (c.row, c.column));
        }
        let mut lines = lines.into_iter().peekable();
        for (i, cell) in grid.cells.iter().enumerate() {
            match grid.spans.last_mut() {
                Some(span) if span.number == cell.row => span.end = i as u32 + 1,
                _ => {
                    while lines.next_if(|(row, _)| *row < cell.row).is_some() {}
                    let line = lines.peek().filter(|(row, _)| *row == cell.row).map_or(0, |(_, line)| *line);
                    grid.spans.push(Span { number: cell.row, line, start: i as u32, end: i as u32 + 1 });
                }
            }
        }
        grid.merges.sort_unstable();
        grid
    }
}

fn error_name(error: &CellErrorType) -> &'static &'static str {
    match error {
        CellErrorType::Div0 => &"#DIV/0!",
        CellErrorType::NA => &"#N/A",
        CellErrorType::Name => &"#NAME?",
        CellErrorType::Null => &"#NULL!",
        CellErrorType::Num => &"#NUM!",
        CellErrorType::Ref => &"#REF!",
        CellErrorType::Value => &"#VALUE!",
        CellErrorType::GettingData => &"#DATA!",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_the_sheet() {
        for (row, column, want) in [
            (16, 2, "C17"),
            (0, 0, "A1"),
            (9, 25, "Z10"),
            (9, 26, "AA10"),
            (0, 255, "IV1"),
            (0, 701, "ZZ1"),
            (0, 702, "AAA1"),
        ] {
            assert_eq!(cell_name(row, column), want);
        }
    }

    #[test]
    fn cells_may_come_in_any_order_and_the_first_of_two_stays() {
        let limits = Limits::default();
        let mut room = Room::new(&limits);
        let mut b = Builder::new("S", false, false, &mut room);
        b.text(5, 1, "b").unwrap();
        b.text(2, 3, "a").unwrap();
        b.text(5, 0, "c").unwrap();
        b.text(5, 1, "again").unwrap();
        let grid = b.finish();
        assert_eq!((grid.rows(), grid.number(0), grid.number(1)), (2, 2, 5));
        assert_eq!(grid.value(1, 1), Value::Text("b"));
        assert_eq!((grid.at(5), grid.at(3)), (Some(1), None));
    }

    #[test]
    fn a_cell_takes_24_bytes() {
        assert_eq!(size_of::<Placed>(), 24);
    }

    #[test]
    fn each_limit_is_named_when_it_is_passed() {
        let limits = Limits { rows: 2, columns: 3, cells: 4, text_bytes: 5, ..Limits::default() };
        let mut room = Room::new(&limits);
        let mut b = Builder::new("S", false, false, &mut room);
        assert!(b.text(0, 3, "x").unwrap_err().message().contains("columns"));
        assert!(b.text(0, 0, "xxxxxx").unwrap_err().message().contains("bytes"));
        b.push(0, 0, Slot::Bool(true)).unwrap();
        b.push(1, 0, Slot::Bool(true)).unwrap();
        assert!(b.push(2, 0, Slot::Bool(true)).unwrap_err().message().contains("rows"));
        assert!(b.push(2, 1, Slot::Bool(true)).unwrap_err().message().contains("cells") || b.rows > 2);
    }
}
