//! Files of past payments, read row by row: plain or gzip, with what each turned out to be.
use crate::BAD_HISTORY;
use crate::payment::{Key, Payment, PaymentKind, Signals};
use kernel::clock::{HOUR, MINUTE, SECOND};
use kernel::{Currency, Date, Error, Money, Result, Timestamp};
use std::io::{BufRead, BufReader, Read};

/// Rows that cannot be read before the file is given up.
pub const BAD_ROWS_MAX: usize = 1_000;
/// Bad rows that a report names.
pub const BAD_ROWS_TOLD_MAX: usize = 20;

/// Columns a file of payments has, in any order; `scenario` may be missing.
pub const COLUMNS: [&str; 7] = ["tx_id", "at", "payer", "payee", "amount", "fraud", "scenario"];

/// A payment of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Of the file, from 1; the header is line 1.
    pub line: u64,
    pub id: String,
    pub at: Timestamp,
    pub payment: Payment,
    /// What was known beside it; a file says nothing.
    pub signals: Signals,
    pub fraud: bool,
    /// Which kind of fraud, empty where nobody says.
    pub scenario: String,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BadRow {
    pub line: u64,
    pub why: String,
}

/// Rows of a file, in its order.
pub struct History {
    rows: csv::ByteRecordsIntoIter<Box<dyn Read>>,
    places: [Option<usize>; 7],
    kind: PaymentKind,
    /// The first [`BAD_ROWS_TOLD_MAX`] rows that could not be read, and how many there were.
    pub bad: Vec<BadRow>,
    pub bad_rows: usize,
    /// Rows that are earlier than the one before.
    pub out_of_order: u64,
    newest: Timestamp,
}

/// Opens plain or gzip bytes.
pub(crate) fn opened(input: impl Read + 'static) -> Result<Box<dyn Read>> {
    let mut buffered = BufReader::with_capacity(1 << 16, input);
    let start = buffered.fill_buf().map_err(|e| Error::new(&BAD_HISTORY, format!("it cannot be read: {e}")))?;
    let zipped = start.starts_with(&[0x1f, 0x8b]);
    Ok(if zipped { Box::new(flate2::bufread::MultiGzDecoder::new(buffered)) } else { Box::new(buffered) })
}

/// Reads the header and says where each of `columns` stands; the last `optional` of them may be missing.
pub(crate) fn header<const N: usize>(
    rows: &mut csv::Reader<Box<dyn Read>>,
    columns: [&str; N],
    optional: usize,
) -> Result<[Option<usize>; N]> {
    let bad = |why: String| Error::new(&BAD_HISTORY, format!("line 1: {why}")).with("line", 1);
    let header = rows.byte_headers().map_err(|e| bad(e.to_string()))?;
    let named: Vec<String> =
        header.iter().map(|h| String::from_utf8_lossy(h).trim_start_matches('\u{feff}').trim().to_owned()).collect();
    let places = columns.map(|c| named.iter().position(|n| n == c));
    match places[..N - optional].iter().position(Option::is_none) {
        Some(at) => Err(bad(format!("there is no column {}; there must be {}", columns[at], columns.join(", ")))),
        None => Ok(places),
    }
}

impl History {
    /// Begins to read. `kind` is what the payments are. Errors: `BAD_HISTORY` when there is no header with the columns.
    pub fn new(input: impl Read + 'static, kind: PaymentKind) -> Result<History> {
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(opened(input)?);
        let places = header(&mut rows, COLUMNS, 1)?;
        Ok(History {
            rows: rows.into_byte_records(),
            places,
            kind,
            bad: Vec::new(),
            bad_rows: 0,
            out_of_order: 0,
            newest: Timestamp::from_micros(i64::MIN),
        })
    }

    /// The next row that can be read; `None` at the end. Errors: `BAD_HISTORY` when more than [`BAD_ROWS_MAX`] rows
    /// cannot be read, or the file breaks off.
    pub fn next_row(&mut self) -> Result<Option<Past>> {
        loop {
            let record = match self.rows.next() {
                None => return Ok(None),
                Some(Ok(record)) => record,
                Some(Err(e)) => {
                    let line = e.position().map_or(0, csv::Position::line);
                    let told = format!("line {line}: the file breaks off or is no CSV: {e}");
                    return Err(Error::new(&BAD_HISTORY, told).with("line", line));
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            match past(&record, &self.places, self.kind, line) {
                Ok(row) => {
                    self.out_of_order += u64::from(row.at < self.newest);
                    self.newest = self.newest.max(row.at);
                    return Ok(Some(row));
                }
                Err(why) => self.left_out(line, why)?,
            }
        }
    }

    fn left_out(&mut self, line: u64, why: String) -> Result<()> {
        self.bad_rows += 1;
        if self.bad.len() < BAD_ROWS_TOLD_MAX {
            self.bad.push(BadRow { line, why });
        }
        if self.bad_rows <= BAD_ROWS_MAX {
            return Ok(());
        }
        let first = &self.bad[0];
        let told =
            format!("more than {BAD_ROWS_MAX} rows cannot be read, the first on line {}: {}", first.line, first.why);
        Err(Error::new(&BAD_HISTORY, told).with("line", first.line))
    }
}

fn past(
    record: &csv::ByteRecord,
    places: &[Option<usize>; 7],
    kind: PaymentKind,
    line: u64,
) -> std::result::Result<Past, String> {
    let field = |at: usize| -> std::result::Result<&str, String> {
        let Some(place) = places[at] else { return Ok("") };
        let bytes = record.get(place).ok_or_else(|| format!("{} is missing", COLUMNS[at]))?;
        std::str::from_utf8(bytes).map(str::trim).map_err(|_| format!("{} is no UTF-8", COLUMNS[at]))
    };
    let some = |at: usize| match field(at)? {
        "" => Err(format!("{} is empty", COLUMNS[at])),
        text => Ok(text),
    };
    let at = moment(some(1)?)
        .ok_or_else(|| format!("at: {:?} is no time such as 2018-06-15T00:02:14", field(1).unwrap_or("")))?;
    let amount = amount(some(4)?).map_err(|why| format!("amount: {why}"))?;
    let fraud = match some(5)? {
        "0" => false,
        "1" => true,
        other => return Err(format!("fraud: {other:?} is neither 0 nor 1")),
    };
    let payment = Payment { kind, ..Payment::transfer(Key::of(some(2)?), Key::of(some(3)?), amount) };
    let scenario = match field(6)? {
        "0" => "",
        text => text,
    };
    let (id, signals) = (field(0)?.to_owned(), Signals::default());
    Ok(Past { line, id, at, payment, signals, fraud, scenario: scenario.to_owned() })
}

/// Yuan. Simulators write 99.80000000000001: more than two decimals are rounded half up to the fen.
pub(crate) fn amount(text: &str) -> std::result::Result<Money, String> {
    let parse = |text: &str| Money::parse(text, Currency::CNY).map_err(|e| e.message().to_owned());
    let Some((whole, rest)) = text.split_once('.').filter(|(_, rest)| rest.len() > 2) else { return parse(text) };
    if !rest.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{text:?} is no amount"));
    }
    let cut = parse(&format!("{whole}.{}", &rest[..2]))?;
    let up = i64::from(rest.as_bytes()[2] >= b'5');
    cut.add(Money::cny(up)).map_err(|e| e.message().to_owned())
}

/// `2018-06-15T00:02:14` on the wall of a branch; a space may stand for the T, a fraction is cut, a Z at the end is
/// UTC.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let (text, utc) = text.strip_suffix('Z').map_or((text, false), |t| (t, true));
    let (date, time) = text.split_once(['T', ' '])?;
    let day = Date::parse(date).ok()?;
    let mut parts = time.split(['.', ':']).map(|p| p.parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().map_or(Some(0), |s| s)?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    let zone = if utc { 8 * HOUR } else { 0 };
    Some(day.begins().plus(hour * HOUR + minute * MINUTE + second * SECOND + zone))
}
