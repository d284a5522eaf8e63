//! A table as a firm would type it, and its two ways out: an .xlsx workbook and a .csv file.
//!
//! Both have the same cells at the same places, so a fault planted in `H12` is in line 12 of the CSV as well. Bytes depend on
//! the cells alone: the workbook's creation time is fixed and its archive carries no times.
use kernel::{Error, Money, Result};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Blank,
    Text(String),
    /// A number cell; at most 15 significant digits survive, as in any spreadsheet.
    Number(String),
    /// A number cell shown with two decimals and separators.
    Amount(Money),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// The cell as CSV has it.
    pub fn plain(&self) -> String {
        match self {
            Cell::Blank => String::new(),
            Cell::Text(text) | Cell::Number(text) => text.clone(),
            Cell::Amount(money) => money.plain(),
        }
    }
}

/// Cells that are one: first and last row, first and last column, all from 0.
pub type Merge = (usize, usize, usize, usize);

/// One sheet: rows of cells, merged ranges, and how many rows at the top are title and header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
    pub merges: Vec<Merge>,
    pub head_rows: usize,
    /// Width of each column in characters.
    pub widths: Vec<u8>,
}

impl Grid {
    pub fn new(name: &str) -> Grid {
        Grid { name: name.into(), ..Grid::default() }
    }

    /// The cell at a row and column from 0; blank where there is none.
    pub fn at(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|r| r.get(column)).unwrap_or(&Cell::Blank)
    }

    /// Marks a merged range; one cell alone is none.
    pub fn merge(&mut self, range: Merge) {
        if range.0 < range.1 || range.2 < range.3 {
            self.merges.push(range);
        }
    }
}

/// `A1` for row 0 and column 0; `AB12` for row 11 and column 27.
pub fn a1(row: usize, column: usize) -> String {
    let mut letters = String::new();
    let mut left = column + 1;
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

/// In what bytes a CSV file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// With a byte order mark, as spreadsheets save it.
    Utf8,
    Gb18030,
}

/// A CSV file (RFC 4180): CRLF, quotes where needed. Cells under a merged one are empty.
pub fn csv(grid: &Grid, charset: Charset) -> Vec<u8> {
    let columns = grid.rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for row in 0..grid.rows.len() {
        let fields: Vec<String> = (0..columns).map(|c| quoted(grid.at(row, c).plain())).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    match charset {
        Charset::Utf8 => format!("\u{feff}{text}").into_bytes(),
        Charset::Gb18030 => encoding_rs::GB18030.encode(&text).0.into_owned(),
    }
}

fn quoted(field: String) -> String {
    if field.contains([',', '"', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

struct Looks {
    title: Format,
    body: Format,
    amount: Format,
    digits: Format,
}

/// An .xlsx workbook of `grids`, in order.
///
/// # Errors
/// `broken_record` when a cell is outside of what a workbook holds (1,048,576 rows, 32,767 characters a cell).
pub fn xlsx(grids: &[Grid]) -> Result<Vec<u8>> {
    write(grids).map_err(|e| Error::broken("the demo workbook cannot be written").caused_by(e))
}

fn write(grids: &[Grid]) -> Result<Vec<u8>, XlsxError> {
    let body = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    let looks = Looks {
        title: body.clone().set_bold().set_align(FormatAlign::Center),
        amount: body.clone().set_num_format("#,##0.00"),
        digits: body.clone().set_num_format("General"),
        body,
    };
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2026, 11, 1)?.and_hms(9, 0, 0)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    for grid in grids {
        sheet(book.add_worksheet().set_name(&grid.name)?, grid, &looks)?;
    }
    book.save_to_buffer()
}

fn sheet(sheet: &mut Worksheet, grid: &Grid, looks: &Looks) -> Result<(), XlsxError> {
    for (column, width) in grid.widths.iter().enumerate() {
        sheet.set_column_width(column as u16, *width)?;
    }
    for (r1, r2, c1, c2) in &grid.merges {
        let look = if *r1 < grid.head_rows { &looks.title } else { &looks.body };
        sheet.merge_range(*r1 as u32, *c1 as u16, *r2 as u32, *c2 as u16, "", look)?;
    }
    for (r, cells) in grid.rows.iter().enumerate() {
        for (c, cell) in cells.iter().enumerate() {
            let (row, column) = (r as u32, c as u16);
            let look = if r < grid.head_rows { &looks.title } else { &looks.body };
            match cell {
                Cell::Blank => continue,
                Cell::Text(text) => sheet.write_string_with_format(row, column, text, look)?,
                Cell::Number(digits) => sheet.write_number_with_format(row, column, double(digits), &looks.digits)?,
                Cell::Amount(money) => {
                    sheet.write_number_with_format(row, column, double(&money.plain()), &looks.amount)?
                }
            };
        }
    }
    sheet.set_freeze_panes(grid.head_rows as u32, 0)?;
    Ok(())
}

/// What a spreadsheet keeps of decimal digits.
fn double(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_a_spreadsheet() {
        for (row, column, name) in
            [(0, 0, "A1"), (11, 27, "AB12"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (9, 702, "AAA10")]
        {
            assert_eq!(a1(row, column), name);
        }
    }

    #[test]
    fn csv_quotes_and_encodes() {
        let mut grid = Grid::new("t");
        grid.rows.push(vec![Cell::text("1,234.50"), Cell::text("说\"好\""), Cell::Amount(Money::cny(-5))]);
        grid.rows.push(vec![Cell::text("㛃")]);
        let utf8 = String::from_utf8(csv(&grid, Charset::Utf8)).unwrap();
        assert_eq!(utf8, "\u{feff}\"1,234.50\",\"说\"\"好\"\"\",-0.05\r\n㛃,,\r\n");
        let gb = csv(&grid, Charset::Gb18030);
        assert_eq!(encoding_rs::GB18030.decode_without_bom_handling(&gb).0, &utf8[3..]);
    }
}
