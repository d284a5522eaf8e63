//! Looking at a tariff text before it is in force: every fault in it with its place, and what it would change.
//!
//! The text is parsed as a whole, so one that is no TOML has only the faults of its form. Otherwise each entry is read by
//! itself and held against the versions that stand and those before it in the text; an entry with a fault keeps none of the
//! others from being looked at. Line and column count from 1, columns in characters.
use crate::tariff::{Band, Basis, Operation, PayerClass, Reach, RuleKind, Tariff};
use crate::{TARIFF_BYTES_MAX, TARIFF_FAULTS_MAX, TARIFFS_MAX};
use kernel::{BookId, Channel, Currency, Date, Error, Money, Result};
use std::ops::Range;
use store::{Json, Seal, Tx};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// Something wrong in a tariff text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TariffFault {
    pub line: usize,
    pub column: usize,
    /// `entry 3 (transfer.same_bank v1)`; empty where it is none of the entries.
    pub entry: String,
    /// `bands[2].up_to`; empty where it is the entry or the text itself.
    pub field: String,
    pub why: String,
    /// The version stands already, with other words.
    pub fixed: bool,
}

/// What a tariff text comes to.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// In the order of the text, at most [`TARIFF_FAULTS_MAX`].
    pub faults: Vec<TariffFault>,
    /// Each new version with the one it follows.
    pub changes: Vec<(Option<Tariff>, Tariff)>,
    /// Versions that stand already, word for word.
    pub already: usize,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    version: i64,
    kind: RuleKind,
    operation: Operation,
    reach: Reach,
    channel: Option<Channel>,
    payer: PayerClass,
    currency: Option<Currency>,
    effective_from: Date,
    effective_to: Option<Date>,
    basis: Basis,
    document: String,
    name: Name,
    bands: Vec<BandText>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    zh: String,
    en: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BandText {
    up_to: Option<String>,
    fixed: Option<String>,
    rate: Option<String>,
    min: Option<String>,
    max: Option<String>,
}

/// A field and what is wrong with it.
type Wrong = (String, String);

/// Looks at a tariff text. Asks no permission and changes nothing. `Err` only for a text beyond [`TARIFF_BYTES_MAX`].
pub fn review(tx: &mut Tx<'_>, text: &str) -> Result<Review> {
    if text.len() > TARIFF_BYTES_MAX {
        return Err(Error::limit("tariff file", text.len(), TARIFF_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    let stored = tx.select::<Tariff>("ORDER BY code, version", &[])?;
    Ok(read(text, stored, today))
}

/// The same beside the versions that are `stored`; pure.
pub(crate) fn read(text: &str, stored: Vec<Tariff>, today: Date) -> Review {
    let mut reading = Reading { text, today, known: stored.clone(), stored, done: Review::default() };
    reading.all();
    reading.done.faults.truncate(TARIFF_FAULTS_MAX);
    reading.done
}

struct Reading<'t> {
    text: &'t str,
    today: Date,
    /// In force before this text.
    stored: Vec<Tariff>,
    /// The same, and what of the text is sound so far.
    known: Vec<Tariff>,
    done: Review,
}

impl Reading<'_> {
    fn all(&mut self) {
        let (document, broken) = DeTable::parse_recoverable(self.text);
        if !broken.is_empty() {
            return broken.iter().for_each(|e| self.fault(e.span(), "", "", e.message()));
        }
        let table = document.get_ref();
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref().as_ref() != "price") {
            self.fault(
                Some(key.span()),
                "",
                key.get_ref(),
                &format!("{} is not known here", value.get_ref().type_str()),
            );
        }
        match table.get("price").map(|p| (p, p.get_ref().as_array())) {
            None => self.fault(Some(0..0), "", "price", "there is no [[price]] in it"),
            Some((price, None)) => {
                self.fault(Some(price.span()), "", "price", "a list of entries, each begun by [[price]]")
            }
            Some((_, Some(prices))) => prices.iter().enumerate().for_each(|(i, item)| self.entry(i + 1, item)),
        }
    }

    fn entry(&mut self, nth: usize, item: &Spanned<DeValue<'_>>) {
        let text = |name: &str| match item.get_ref().get(name).map(Spanned::get_ref) {
            Some(DeValue::String(text)) => text.to_string(),
            Some(DeValue::Integer(number)) => number.as_str().to_owned(),
            _ => "?".to_owned(),
        };
        let at = format!("entry {nth} ({} v{})", text("code"), text("version"));
        let row = match <Entry as serde::Deserialize>::deserialize(ValueDeserializer::from(item.clone())) {
            Ok(entry) => row(entry),
            Err(e) => return self.fault(e.span().or(Some(item.span())), &at, "", e.message()),
        };
        if let Err((field, why)) = row.and_then(|row| self.join(row)) {
            let place = place(item, &field);
            let fixed = field.is_empty();
            self.fault(Some(place), &at, &field, &why);
            if let Some(last) = self.done.faults.last_mut() {
                last.fixed = fixed;
            }
        }
    }

    /// Takes a sound entry beside what is known.
    fn join(&mut self, row: Tariff) -> Result<(), Wrong> {
        if let Some(there) = self.known.iter().find(|t| t.code == row.code && t.version == row.version) {
            if !there.says_the_same(&row) {
                return Err((String::new(), "this version is in force with other words".into()));
            }
            self.done.already += 1;
            return Ok(());
        }
        joins(&self.known, &self.stored, &row, self.today)?;
        if self.known.len() >= TARIFFS_MAX {
            return Err(("version".into(), format!("{TARIFFS_MAX} versions are the most a tariff may have")));
        }
        let before = self.known.iter().filter(|t| t.code == row.code).max_by_key(|t| t.version).cloned();
        self.known.push(row.clone());
        self.done.changes.push((before, row));
        Ok(())
    }

    fn fault(&mut self, span: Option<Range<usize>>, entry: &str, field: &str, why: &str) {
        let (line, column) = line_and_column(self.text, span.map_or(0, |s| s.start));
        let [entry, field, why] = [entry, field, why].map(str::to_owned);
        self.done.faults.push(TariffFault { line, column, entry, field, why, fixed: false });
    }
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let begins = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[begins..].chars().count() + 1)
}

/// Where a field such as `bands[2].up_to` stands; the thing around it when it is not there.
fn place(item: &Spanned<DeValue<'_>>, field: &str) -> Range<usize> {
    let mut found = item;
    for step in field.split('.') {
        let (name, nth) = match step.split_once('[') {
            Some((name, nth)) => (name, nth.trim_end_matches(']').parse::<usize>().ok()),
            None => (step, None),
        };
        let Some(inner) = found.get_ref().get(name) else { break };
        found = inner;
        let Some(nth) = nth else { continue };
        let Some(inner) = nth.checked_sub(1).and_then(|i| found.get_ref().get(i)) else { break };
        found = inner;
    }
    found.span()
}

/// Whether `row` may stand beside what is known; `stored` is what was in force before this text.
fn joins(known: &[Tariff], stored: &[Tariff], row: &Tariff, today: Date) -> Result<(), Wrong> {
    let bad = |field: &str, why: String| Err((field.to_owned(), why));
    let last = known.iter().filter(|t| t.code == row.code).max_by_key(|t| t.version);
    let next = last.map_or(1, |t| t.version + 1);
    if row.version != next {
        return bad("version", format!("{} given, the next is {next}", row.version));
    }
    if let Some(last) = last {
        if last.place() != row.place() {
            return bad("code", "kind, operation, reach, channel, payer and currency stay as in version 1".into());
        }
        if row.effective_from <= last.effective_from {
            let why = format!("later than that of version {}, {}", last.version, last.effective_from);
            return bad("effective_from", why);
        }
        if stored.iter().any(|t| t.code == row.code) && row.effective_from < today {
            return bad("effective_from", format!("today, {today}, or later: prices do not change backwards"));
        }
    }
    let twin = known.iter().find(|t| t.code != row.code && t.kind == RuleKind::List && t.place() == row.place());
    match twin {
        Some(t) => bad("code", format!("{} already prices exactly this; add a version there", t.code)),
        None => Ok(()),
    }
}

/// An entry as a version, sound by itself; who approved it is not known yet.
fn row(entry: Entry) -> Result<Tariff, Wrong> {
    let currency = entry.currency.unwrap_or(Currency::CNY);
    let mut bands = Vec::with_capacity(entry.bands.len());
    for (i, band) in entry.bands.into_iter().enumerate() {
        let minor = |name: &str, text: &Option<String>| -> Result<Option<i64>, Wrong> {
            let read = text.as_ref().map(|t| Money::parse(t, currency)).transpose();
            let read = read.map_err(|e| (format!("bands[{}].{name}", i + 1), e.message().to_owned()))?;
            Ok(read.map(|m| m.minor))
        };
        bands.push(Band {
            up_to: minor("up_to", &band.up_to)?,
            fixed: minor("fixed", &band.fixed)?,
            min: minor("min", &band.min)?,
            max: minor("max", &band.max)?,
            rate: band.rate,
        });
    }
    let row = Tariff {
        book: BookId::HEAD_OFFICE,
        code: entry.code,
        version: entry.version,
        kind: entry.kind,
        operation: entry.operation,
        reach: entry.reach,
        channel: entry.channel,
        payer_class: entry.payer,
        currency,
        bands: Json(bands),
        effective_from: entry.effective_from,
        effective_to: entry.effective_to,
        basis: entry.basis,
        document: entry.document,
        name_zh: entry.name.zh,
        name_en: entry.name.en,
        approved_by: String::new(),
        approved_at: kernel::Timestamp::default(),
        seal: Seal::default(),
    };
    row.check().map(|()| row)
}
