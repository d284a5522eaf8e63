//! Typed values of one row. `Ok(None)` is an empty cell or a column the sheet does not have; what is there and cannot be read is a
//! [`Fault`].
use crate::clean::{clean, name, plain};
use crate::fault::{Fault, FaultKind, Severity, Wording, masked};
use crate::grid::{Region, Value};
use crate::layout::{Column, ColumnKind};
use crate::number::{Why, scaled_number, scaled_text, whole_digits};
use crate::table::Table;
use crate::when::{self, Month};
use crate::{CELL_CHARS_MAX, cell_name};
use kernel::chinese::{IdentityFault, card_number, identity};
use kernel::{Currency, Date, Money};
use std::ops::RangeInclusive;

pub(crate) const CURRENCY_MARKS: &[&str] = &["¥", "￥", "RMB", "CNY", "人民币"];
pub(crate) const CURRENCY_UNITS: &[&str] = &["元整", "元", "圆整", "圆", "RMB", "CNY"];
pub(crate) const QUANTITY_UNITS: &[&str] =
    &["个工日", "个工", "工日", "小时", "工时", "天", "日", "时", "工", "个", "次", "件", "HOURS", "DAYS", "H", "D"];

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    pub(crate) table: &'t Table<'t>,
    pub(crate) at: usize,
}

impl<'t> Row<'t> {
    /// The row as a spreadsheet program counts it, from 1.
    pub fn number(&self) -> u32 {
        self.table.grid.number(self.at) + 1
    }

    fn place(&self, key: &str) -> Option<(usize, &'static Column)> {
        let place = self.table.layout.columns.iter().enumerate().find(|(_, c)| c.key == key);
        debug_assert!(place.is_some(), "the layout has no column {key}");
        place
    }

    /// The value as the sheet has it; a [`ColumnKind::Group`] is filled down from the merged cell above.
    pub fn value(&self, key: &str) -> Value<'t> {
        let Some((i, column)) = self.place(key) else { return Value::Empty };
        match (self.table.value(self.at, i), column.kind) {
            (Value::Empty, ColumnKind::Group) => {
                let top = self.covering(i).and_then(|r| self.table.grid.at(r.top)).zip(self.covering(i));
                top.map_or(Value::Empty, |(at, r)| self.table.grid.value(at, r.left as u16))
            }
            (value, _) => value,
        }
    }

    /// The merge that covers this row's cell from above.
    fn covering(&self, i: usize) -> Option<Region> {
        let (merges, row) = (&self.table.merges[i], self.table.grid.number(self.at));
        let before = merges.partition_point(|r| r.top < row);
        before.checked_sub(1).map(|last| merges[last]).filter(|r| r.bottom >= row)
    }

    /// The filled value of a column, or why it is none.
    fn filled(&self, key: &str) -> Result<Option<Value<'t>>, Fault> {
        match self.value(key) {
            Value::Error(e) => Err(self.fault(key, FaultKind::FormulaError, vec![("error", e.to_owned())])),
            Value::Uncalculated => Err(self.fault(key, FaultKind::FormulaNotCalculated, Vec::new())),
            v if !v.is_empty() => Ok(Some(v)),
            _ => match self.place(key).filter(|(_, c)| c.kind.refuses_merge()).and_then(|(i, _)| self.covering(i)) {
                Some(r) => Err(self.fault(key, FaultKind::MergedCell, vec![("with", cell_name(r.top, r.left as u16))])),
                None => Ok(None),
            },
        }
    }

    /// Words, cleaned; a number as the sheet shows it. At most [`CELL_CHARS_MAX`] characters.
    pub fn text(&self, key: &str) -> Result<Option<String>, Fault> {
        self.words(key, |t| clean(t).into_owned())
    }

    /// A person's or firm's name: [`Row::text`] without the spaces that align Han characters.
    pub fn name(&self, key: &str) -> Result<Option<String>, Fault> {
        self.words(key, name)
    }

    fn words(&self, key: &str, tidy: fn(&str) -> String) -> Result<Option<String>, Fault> {
        let Some(value) = self.filled(key)? else { return Ok(None) };
        let text = tidy(&value.shown());
        let given = text.chars().count();
        if given > CELL_CHARS_MAX {
            let params = vec![("given", given.to_string()), ("max", CELL_CHARS_MAX.to_string())];
            return Err(self.fault(key, FaultKind::TextTooLong, params));
        }
        Ok(Some(text).filter(|t| !t.is_empty()))
    }

    /// A resident identity number, 18 characters, checked (see [`kernel::chinese::identity`]). `today` bounds the birth date.
    pub fn identity(&self, key: &str, today: Date) -> Result<Option<String>, Fault> {
        let Some(value) = self.filled(key)? else { return Ok(None) };
        let text = match value {
            Value::Number(n) => match whole_digits(n) {
                Some(digits) => digits,
                None => return Err(self.fault(key, FaultKind::IdentityDamaged, Vec::new())),
            },
            value => plain(&value.shown()),
        };
        identity(&text, today).map(Some).map_err(|why| {
            let kind = match why {
                IdentityFault::Shape => FaultKind::IdentityShape,
                IdentityFault::Birth => FaultKind::IdentityBirth,
                IdentityFault::Check => FaultKind::IdentityCheck,
                IdentityFault::Damaged => FaultKind::IdentityDamaged,
            };
            self.fault(key, kind, Vec::new())
        })
    }

    /// A card number of 12 to 19 digits with its check digit, without spaces.
    pub fn card(&self, key: &str) -> Result<Option<String>, Fault> {
        let Some(text) = self.digit_text(key)? else { return Ok(None) };
        card_number(&text).map(Some).ok_or_else(|| self.fault(key, FaultKind::CardNumber, Vec::new()))
    }

    /// A string of `len` digits without a check: an account, a phone, a staff number. Spaces and hyphens are taken off.
    pub fn digits(&self, key: &str, len: RangeInclusive<usize>) -> Result<Option<String>, Fault> {
        let Some(text) = self.digit_text(key)? else { return Ok(None) };
        let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if text.bytes().all(|b| b.is_ascii_digit()) && len.contains(&text.len()) {
            return Ok(Some(text));
        }
        Err(self.fault(
            key,
            FaultKind::DigitsLength,
            vec![("min", len.start().to_string()), ("max", len.end().to_string())],
        ))
    }

    fn digit_text(&self, key: &str) -> Result<Option<String>, Fault> {
        let Some(value) = self.filled(key)? else { return Ok(None) };
        let damaged = || self.fault(key, FaultKind::NumberDamaged, Vec::new());
        match value {
            Value::Number(n) => whole_digits(n).map(Some).ok_or_else(damaged),
            value => {
                let text = plain(&value.shown());
                let float = text.contains(['.', 'E', 'e'])
                    && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'e' | b'+'));
                if float { Err(damaged()) } else { Ok(Some(text)) }
            }
        }
    }

    /// An amount of at least zero.
    pub fn money(&self, key: &str, currency: Currency) -> Result<Option<Money>, Fault> {
        match self.money_signed(key, currency)? {
            Some(m) if m.minor < 0 => Err(self.fault(key, FaultKind::AmountNegative, Vec::new())),
            money => Ok(money),
        }
    }

    /// An amount that may be below zero.
    pub fn money_signed(&self, key: &str, currency: Currency) -> Result<Option<Money>, Fault> {
        let decimals = currency.decimals();
        let own = [currency.code()];
        let (marks, units) =
            if currency == Currency::CNY { (CURRENCY_MARKS, CURRENCY_UNITS) } else { (&own[..], &own[..]) };
        self.scaled(key, decimals, marks, units).map(|n| n.map(|minor| Money::new(minor, currency))).map_err(
            |(fault, why)| match why {
                None => fault,
                Some(Why::Unreadable) => self.fault(key, FaultKind::AmountUnreadable, Vec::new()),
                Some(Why::Decimals) => {
                    self.fault(key, FaultKind::AmountDecimals, vec![("decimals", decimals.to_string())])
                }
                Some(Why::TooLarge) => self.fault(key, FaultKind::AmountTooLarge, Vec::new()),
            },
        )
    }

    /// Hours, days, pieces in hundredths of one, at least zero: `7.5` is 750.
    pub fn quantity(&self, key: &str) -> Result<Option<i64>, Fault> {
        let read = self.scaled(key, 2, &[], QUANTITY_UNITS).map_err(|(fault, why)| match why {
            None => fault,
            Some(Why::Unreadable) => self.fault(key, FaultKind::QuantityUnreadable, Vec::new()),
            Some(Why::Decimals) => self.fault(key, FaultKind::QuantityDecimals, Vec::new()),
            Some(Why::TooLarge) => self.fault(key, FaultKind::QuantityTooLarge, Vec::new()),
        })?;
        match read {
            Some(n) if n < 0 => Err(self.fault(key, FaultKind::QuantityNegative, Vec::new())),
            n => Ok(n),
        }
    }

    /// The fault of the cell itself, or why its number is none.
    fn scaled(
        &self,
        key: &str,
        decimals: u32,
        marks: &[&str],
        units: &[&str],
    ) -> Result<Option<i64>, (Fault, Option<Why>)> {
        let why = |why| (self.fault(key, FaultKind::MissingValue, Vec::new()), Some(why));
        match self.filled(key).map_err(|f| (f, None))? {
            None => Ok(None),
            Some(Value::Number(n)) => scaled_number(n, decimals).map(Some).map_err(why),
            Some(Value::Text(t)) => scaled_text(t, decimals, marks, units).map_err(why),
            Some(_) => Err(why(Why::Unreadable)),
        }
    }

    /// A day: a date cell, a serial number, or one of the usual spellings with a year of four digits first.
    pub fn date(&self, key: &str) -> Result<Option<Date>, Fault> {
        let Some(value) = self.filled(key)? else { return Ok(None) };
        when::date(value, self.table.grid.epoch_1904())
            .map_err(|()| self.fault(key, FaultKind::DateUnreadable, Vec::new()))
    }

    /// A month; a day is read as its month.
    pub fn month(&self, key: &str) -> Result<Option<Month>, Fault> {
        let Some(value) = self.filled(key)? else { return Ok(None) };
        when::month(value, self.table.grid.epoch_1904())
            .map_err(|()| self.fault(key, FaultKind::MonthUnreadable, Vec::new()))
    }

    /// The fault for a cell that must not be empty.
    pub fn missing(&self, key: &str) -> Fault {
        self.fault(key, FaultKind::MissingValue, Vec::new())
    }

    /// A fault of this cell under a code and in words of the caller, who names the severity too.
    pub fn refuse(&self, key: &str, code: &'static str, severity: Severity, wording: Wording) -> Fault {
        Fault { code, severity, wording, ..self.fault(key, FaultKind::MissingValue, Vec::new()) }
    }

    fn fault(&self, key: &str, kind: FaultKind, params: Vec<(&'static str, String)>) -> Fault {
        let grid = self.table.grid;
        let mut fault =
            Fault { row: self.number(), line: grid.line(self.at), ..Fault::sheet(grid.name(), kind, params) };
        if let Some((i, column)) = self.place(key) {
            if let Some(found) = &self.table.header.columns[i] {
                fault.cell = cell_name(grid.number(self.at), found.column);
                fault.column.clone_from(&found.title);
            }
            fault.value = masked(column.kind, &self.value(key).shown());
        }
        fault
    }
}
