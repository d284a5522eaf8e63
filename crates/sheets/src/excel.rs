//! Workbooks through the parser, cell by cell into grids. The bytes given here are packed by this crate (see [`crate::archive`] and
//! [`crate::compound`]).
use crate::archive::damaged;
use crate::grid::{Builder, Grid, Region, Room, Slot};
use crate::{FILE_LOCKED, Limits};
use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use kernel::{Date, Error, Result};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A panic of the parser is damage of the file.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(damaged("the workbook is broken in a way no program writes it")))
}

fn sheets(found: &[Sheet], limits: &Limits) -> Result<Vec<(usize, Sheet)>> {
    let sheets: Vec<_> = found.iter().cloned().enumerate().filter(|(_, s)| s.typ == SheetType::WorkSheet).collect();
    match sheets.len() > limits.sheets {
        true => Err(Error::limit("sheets", sheets.len(), limits.sheets, "sheets")),
        false => Ok(sheets),
    }
}

pub(crate) fn xlsx(bytes: &[u8], limits: &Limits, room: &mut Room) -> Result<Vec<Grid>> {
    guarded(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
        let epoch_1904 = book.has_1904_epoch();
        let mut grids = Vec::new();
        for (_, sheet) in sheets(book.sheets_metadata(), limits)? {
            let mut builder = Builder::new(&sheet.name, sheet.visible != SheetVisible::Visible, epoch_1904, room);
            if !xlsx_cells(&mut book, &sheet.name, &mut builder)? {
                continue;
            }
            for region in book.merge_cells_by_sheet_name(&sheet.name).map_err(xlsx_error)? {
                builder.merge(rectangle(&region))?;
            }
            grids.push(builder.finish());
        }
        Ok(grids)
    })
}

/// Streams the cells of a sheet; `false` when the part is no worksheet.
fn xlsx_cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, builder: &mut Builder<'_>) -> Result<bool> {
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        Err(XlsxError::NotAWorksheet(_)) => return Ok(false),
        Err(e) => return Err(xlsx_error(e)),
    };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(xlsx_error)? {
        let (row, column) = cell.pos;
        match cell.value {
            DataRef::Empty if cell.formula.is_some() => builder.push(row, column, Slot::Uncalculated)?,
            value => put(builder, row, column, value)?,
        }
    }
    Ok(true)
}

pub(crate) fn xls(bytes: &[u8], limits: &Limits, room: &mut Room) -> Result<Vec<Grid>> {
    guarded(|| {
        let mut book = Xls::new(Cursor::new(bytes)).map_err(xls_error)?;
        let mut grids = Vec::new();
        for (_, sheet) in sheets(book.sheets_metadata(), limits)? {
            let mut builder = Builder::new(&sheet.name, sheet.visible != SheetVisible::Visible, false, room);
            let range = book.worksheet_range(&sheet.name).map_err(xls_error)?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                put(&mut builder, top + row as u32, left + column as u32, owned(value))?;
            }
            for region in book.merge_cells_by_sheet_name(&sheet.name).map_err(xls_error)? {
                builder.merge(rectangle(&region))?;
            }
            grids.push(builder.finish());
        }
        Ok(grids)
    })
}

fn rectangle(d: &Dimensions) -> Region {
    Region { top: d.start.0, left: d.start.1, bottom: d.end.0, right: d.end.1 }
}

fn owned(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(n) => DataRef::Int(*n),
        Data::Float(n) => DataRef::Float(*n),
        Data::String(s) => DataRef::SharedString(s),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(t) => DataRef::DateTime(*t),
        Data::DateTimeIso(s) | Data::DurationIso(s) => DataRef::SharedString(s),
        Data::Error(e) => DataRef::Error(e.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn put(builder: &mut Builder<'_>, row: u32, column: u32, value: DataRef<'_>) -> Result<()> {
    match value {
        DataRef::Empty => Ok(()),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => builder.text(row, column, &s),
        DataRef::SharedString(s) => builder.text(row, column, s),
        DataRef::Int(n) if n.unsigned_abs() < 1 << 53 => builder.push(row, column, Slot::Number(n as f64)),
        DataRef::Int(n) => builder.text(row, column, &n.to_string()),
        DataRef::Float(n) => builder.push(row, column, Slot::Number(n)),
        DataRef::Bool(b) => builder.push(row, column, Slot::Bool(b)),
        DataRef::Error(e) => builder.error(row, column, &e),
        DataRef::DateTime(t) => moment(builder, row, column, &t),
    }
}

/// A date is a day and a time; a time of day or a length of time has no day and is kept as the text the sheet shows.
fn moment(builder: &mut Builder<'_>, row: u32, column: u32, t: &ExcelDateTime) -> Result<()> {
    let (year, month, day, hour, minute, second, _) = t.to_ymd_hms_milli();
    let days = t.as_f64() as i64;
    if t.is_duration() || days == 0 {
        return builder.text(
            row,
            column,
            &format!("{:02}:{minute:02}:{second:02}", days.saturating_mul(24).saturating_add(i64::from(hour))),
        );
    }
    match Date::ymd(year as i16, month as i8, day as i8) {
        Ok(date) => {
            let second = (u32::from(hour) * 60 + u32::from(minute)) * 60 + u32::from(second);
            builder.push(row, column, Slot::Moment { day: date.days() as i32, second })
        }
        Err(_) => builder.text(row, column, &format!("{year}-{month:02}-{day:02}")),
    }
}

fn locked() -> Error {
    Error::new(&FILE_LOCKED, "the workbook is locked with a password")
}

fn xlsx_error(e: XlsxError) -> Error {
    match e {
        XlsxError::Password => locked(),
        e => damaged("the workbook cannot be read").caused_by(e),
    }
}

fn xls_error(e: XlsError) -> Error {
    match e {
        XlsError::Password => locked(),
        e => damaged("the workbook cannot be read").caused_by(e),
    }
}
