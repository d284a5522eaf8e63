//! Lists as files that people open in a spreadsheet program: CSV in UTF-8 with a byte order mark, and xlsx. Text that such a program
//! would take for a formula is made harmless; amounts are numbers.
use kernel::{Error, Money, Result};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A cell.
pub enum Cell {
    Text(String),
    /// Plain in CSV, a number in xlsx; empty for nothing.
    Amount(Option<Money>),
    /// How many.
    Count(i64),
}

impl Cell {
    fn plain(&self) -> String {
        match self {
            Cell::Text(text) => harmless(text),
            Cell::Amount(amount) => amount.map_or_else(String::new, |a| a.plain()),
            Cell::Count(n) => n.to_string(),
        }
    }
}

/// With an apostrophe before what a spreadsheet program would take for a formula, full-width signs and leading blanks included.
pub fn harmless(text: &str) -> String {
    let formula =
        text.starts_with(['\t', '\r']) || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// Heads and rows as CSV.
pub fn csv(heads: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    let broken = |e: csv::Error| Error::broken("a list cannot be written").caused_by(e);
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    csv.write_record(heads).map_err(broken)?;
    for row in rows {
        csv.write_record(row.iter().map(Cell::plain)).map_err(broken)?;
    }
    csv.into_inner().map_err(|e| Error::broken("a list cannot be written").caused_by(e.into_error()))
}

/// A sheet of a workbook.
pub struct Sheet {
    /// At most 31 characters.
    pub name: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Heads and rows as a sheet of an xlsx file.
pub fn xlsx(name: &str, heads: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    written(|book| fill(book, name, heads, rows))
}

/// An xlsx file with some sheets.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>> {
    written(|book| sheets.iter().try_for_each(|s| fill(book, &s.name, &s.heads, &s.rows)))
}

fn written(fill: impl FnOnce(&mut Workbook) -> Filled) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let saved = fill(&mut book).and_then(|()| book.save_to_buffer());
    saved.map_err(|e| Error::broken("a sheet cannot be written").caused_by(e))
}

type Filled = std::result::Result<(), XlsxError>;

fn fill(book: &mut Workbook, name: &str, heads: &[String], rows: &[Vec<Cell>]) -> Filled {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    let bold = Format::new().set_bold();
    for (column, head) in (0..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => _ = sheet.write_string(row, column, text)?,
                // A spreadsheet knows no other number; up to 2^53 each whole number is one.
                Cell::Count(n) => _ = sheet.write_number(row, column, *n as f64)?,
                Cell::Amount(None) => {}
                Cell::Amount(Some(amount)) => put_amount(sheet, (row, column), *amount)?,
            };
        }
    }
    Ok(())
}

fn put_amount(sheet: &mut Worksheet, (row, column): (u32, u16), amount: Money) -> Filled {
    let format = Format::new().set_num_format(if amount.currency.decimals() == 0 { "#,##0" } else { "#,##0.00" });
    // A spreadsheet knows no other number; it is read from the exact text and not calculated with.
    match amount.plain().parse::<f64>() {
        Ok(number) => sheet.write_number_with_format(row, column, number, &format)?,
        Err(_) => sheet.write_string(row, column, amount.plain())?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            (" =cmd|' /C calc'!A0", "' =cmd|' /C calc'!A0"),
            ("＝1", "'＝1"),
            ("\t1", "'\t1"),
            ("-", "'-"),
            ("1-1", "1-1"),
            ("", ""),
            ("正常", "正常"),
        ];
        for (text, want) in cases {
            assert_eq!(harmless(text), want);
        }
    }

    #[test]
    fn amounts_stay_numbers_and_text_stays_text() {
        let heads = ["摘要".to_owned(), "支出".to_owned()];
        let rows = [
            vec![Cell::Text("=HYPERLINK(\"x\")".into()), Cell::Amount(Some(Money::cny(-123_450)))],
            vec![Cell::Text("房租,\"三月\"".into()), Cell::Amount(None)],
        ];
        let text = String::from_utf8(csv(&heads, &rows).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}摘要,支出\r\n\"'=HYPERLINK(\"\"x\"\")\",-1234.50\r\n\"房租,\"\"三月\"\"\",\r\n");
        assert!(xlsx("明细", &heads, &rows).unwrap().starts_with(b"PK"));
    }
}
