//! Looking at a tariff text before it is in force: every fault in it with its place, and what it would change.
//!
//! The text is parsed as a whole, so one that is no TOML has only the faults of its form. Otherwise each entry is read by
//! itself and held against the versions that stand and those before it in the text; an entry with a fault keeps none of the
//! others from being looked at. Line and column count from 1, columns in characters.
use crate::tariff::{Band, Basis, Operation, PayerClass, Reach, RuleKind, Tariff};
use crate::{BAD_TARIFF, NOTHING_NEW, TARIFF_FIXED, TARIFFS_MAX};
use approval::terms::{Fault, Why};
use approval::why;
use approval::{DRAFT_BYTES_MAX, FAULTS_MAX};
use kernel::{BookId, Channel, Currency, Date, Error, Money, Result};
use std::ops::Range;
use store::{Json, Seal, Tx};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// What a tariff text comes to.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// In the order of the text, at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// Each new version with the one it follows.
    pub changes: Vec<(Option<Tariff>, Tariff)>,
    /// Versions that stand already, word for word.
    pub already: usize,
}

impl Review {
    /// Whether it may be put in force. Errors: [`BAD_TARIFF`] with file, line, column, entry and field; [`TARIFF_FIXED`] for a
    /// version that is there with other words.
    pub fn sound(&self, file: &str) -> Result<()> {
        self.faults.first().map_or(Ok(()), |fault| Err(fault.refusal(file, &BAD_TARIFF, &TARIFF_FIXED)))
    }

    /// Whether it may be put before a second person: sound, and something new in it. Errors: as [`Review::sound`], [`NOTHING_NEW`].
    pub fn news(&self, file: &str) -> Result<()> {
        self.sound(file)?;
        match self.changes.is_empty() {
            true => Err(Error::new(&NOTHING_NEW, format!("all {} versions of {file} are there", self.already))),
            false => Ok(()),
        }
    }
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
pub(crate) type Wrong = (String, Why);

/// Looks at a tariff text. Asks no permission and changes nothing. `Err` only for a text beyond [`DRAFT_BYTES_MAX`].
pub fn review(tx: &mut Tx<'_>, text: &str) -> Result<Review> {
    if text.len() > DRAFT_BYTES_MAX {
        return Err(Error::limit("tariff file", text.len(), DRAFT_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    let stored = tx.select::<Tariff>("ORDER BY code, version", &[])?;
    Ok(read(text, stored, today))
}

/// The same beside the versions that are `stored`; pure.
pub(crate) fn read(text: &str, stored: Vec<Tariff>, today: Date) -> Review {
    let mut reading = Reading { text, today, known: stored.clone(), stored, done: Review::default() };
    reading.all();
    reading.done.faults.truncate(FAULTS_MAX);
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
            return broken.iter().for_each(|e| self.form(e.span(), "", e.message()));
        }
        let table = document.get_ref();
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref().as_ref() != "price") {
            self.fault(
                Some(key.span()),
                "",
                key.get_ref(),
                why!(Unknown, "{kind} is not known here", kind = value.get_ref().type_str()),
            );
        }
        match table.get("price").map(|p| (p, p.get_ref().as_array())) {
            None => {
                self.fault(Some(0..0), "", "price", why!(Empty, "there is no {entries} in it", entries = "[[price]]"))
            }
            Some((price, None)) => self.fault(
                Some(price.span()),
                "",
                "price",
                why!(Empty, "no list of entries, each begun by {entries}", entries = "[[price]]"),
            ),
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
            Err(e) => return self.form(e.span().or(Some(item.span())), &at, e.message()),
        };
        if let Err((field, why)) = row.and_then(|row| self.join(row)) {
            let place = place(item, &field);
            self.fault(Some(place), &at, &field, why);
        }
    }

    /// Takes a sound entry beside what is known.
    fn join(&mut self, row: Tariff) -> Result<(), Wrong> {
        if let Some(there) = self.known.iter().find(|t| t.code == row.code && t.version == row.version) {
            if !there.says_the_same(&row) {
                return Err((String::new(), why!(Stands, "this version is in force with other words")));
            }
            self.done.already += 1;
            return Ok(());
        }
        joins(&self.known, &self.stored, &row, self.today)?;
        if self.known.len() >= TARIFFS_MAX {
            return Err(("version".into(), why!(Most, "{max} versions are the most there may be", max = TARIFFS_MAX)));
        }
        let before = self.known.iter().filter(|t| t.code == row.code).max_by_key(|t| t.version).cloned();
        self.known.push(row.clone());
        self.done.changes.push((before, row));
        Ok(())
    }

    fn form(&mut self, span: Option<Range<usize>>, entry: &str, message: &str) {
        self.done.faults.push(Fault::form(self.text, span.map_or(0, |s| s.start), entry, message));
    }

    fn fault(&mut self, span: Option<Range<usize>>, entry: &str, field: &str, why: Why) {
        self.done.faults.push(Fault::at(self.text, span.map_or(0, |s| s.start), entry, field, why));
    }
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
    let bad = |field: &str, why: Why| Err((field.to_owned(), why));
    let last = known.iter().filter(|t| t.code == row.code).max_by_key(|t| t.version);
    let next = last.map_or(1, |t| t.version + 1);
    if row.version != next {
        return bad(
            "version",
            why!(VersionNext, "{given} given, the next is {next}", given = row.version, next = next),
        );
    }
    if let Some(last) = last {
        if last.place() != row.place() {
            return bad(
                "code",
                why!(
                    Kept,
                    "{fields} stay as in version 1",
                    fields = "kind, operation, reach, channel, payer, currency"
                ),
            );
        }
        if row.effective_from <= last.effective_from {
            let why = why!(Later, "not later than the entry before, {before}", before = last.effective_from);
            return bad("effective_from", why);
        }
        if stored.iter().any(|t| t.code == row.code) && row.effective_from < today {
            return bad(
                "effective_from",
                why!(Backwards, "today, {today}, or later: nothing changes backwards", today = today),
            );
        }
    }
    let twin = known.iter().find(|t| t.code != row.code && t.kind == RuleKind::List && t.place() == row.place());
    match twin {
        Some(t) => bad("code", why!(Twin, "{other} already prices exactly this; add a version there", other = t.code)),
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
            let read = read
                .map_err(|e| (format!("bands[{}].{name}", i + 1), why!(Amount, "{message}", message = e.message())))?;
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
