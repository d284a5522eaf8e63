//! Reading the tariff file. Nothing of a file with a fault in it is taken.
use crate::tariff::{Band, Basis, Operation, PayerClass, Reach, RuleKind, Tariff};
use crate::{Applied, BAD_TARIFF, TARIFF_BYTES_MAX, TARIFF_FIXED, TARIFFS_MAX};
use kernel::{Actor, BookId, Channel, Currency, Date, Error, Money, Result};
use store::{Audit, Json, Seal, Tx};

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub added: Vec<Applied>,
    /// Versions that were there, word for word.
    pub already: usize,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    price: Vec<Entry>,
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

/// Adds the versions of a tariff text that are not there yet. `file` is for messages; `actor` is who approved it (maker
/// and checker are the caller's). Repeating is safe. Errors: [`BAD_TARIFF`] with file, line or entry, and field;
/// [`TARIFF_FIXED`] for a version that is there with other words.
pub fn load_tariff(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<Loaded> {
    let today = tx.business_date()?;
    let entries = read(file, text)?;
    let mut known = tx.select::<Tariff>("ORDER BY code, version", &[])?;
    let before = known.len();
    let mut done = Loaded { added: Vec::new(), already: 0 };
    for (at, mut row) in entries {
        if let Some(there) = known.iter().find(|t| t.code == row.code && t.version == row.version) {
            if !there.says_the_same(&row) {
                let what = format!("{file}: {at}: this version is in force with other words");
                return Err(Error::new(&TARIFF_FIXED, what).with("file", file).with("entry", &at));
            }
            done.already += 1;
            continue;
        }
        joins(&known, &known[..before.min(known.len())], &row, today)
            .map_err(|(field, why)| bad(file, &at, &field, &why))?;
        if known.len() == TARIFFS_MAX {
            return Err(Error::limit("tariff", known.len() + 1, TARIFFS_MAX, "versions"));
        }
        (row.approved_by, row.approved_at) = (actor.principal(), tx.now());
        tx.insert(&mut row)?;
        tx.audit(actor, Audit::of("tariff.add", format!("{} v{}", row.code, row.version)).after(summary(&row)))?;
        done.added.push(Applied { code: row.code.clone(), version: row.version });
        known.push(row);
    }
    Ok(done)
}

fn summary(row: &Tariff) -> String {
    let until = row.effective_to.map(|d| format!(" to {d}")).unwrap_or_default();
    format!("{} {} {} from {}{until}, {}", row.kind, row.operation, row.payer_class, row.effective_from, row.document)
}

/// Whether `row` may stand beside what is known; `stored` is what was in force before this load.
fn joins(known: &[Tariff], stored: &[Tariff], row: &Tariff, today: Date) -> Result<(), (String, String)> {
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
            return bad(
                "effective_from",
                format!("later than that of version {}, {}", last.version, last.effective_from),
            );
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

fn bad(file: &str, at: &str, field: &str, why: &str) -> Error {
    Error::new(&BAD_TARIFF, format!("{file}: {at}, field {field}: {why}"))
        .with("file", file)
        .with("entry", at)
        .with("field", field)
}

/// Every entry with its place in the file, each sound by itself.
pub(crate) fn read(file: &str, text: &str) -> Result<Vec<(String, Tariff)>> {
    if text.len() > TARIFF_BYTES_MAX {
        return Err(Error::limit("tariff file", text.len(), TARIFF_BYTES_MAX, "bytes"));
    }
    let parsed: File = toml::from_str(text).map_err(|e| {
        let until = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or("");
        let line = until.matches('\n').count() + 1;
        let entry = until.matches("[[price]]").count();
        Error::new(&BAD_TARIFF, format!("{file}: line {line} (entry {entry}): {}", e.message()))
            .with("file", file)
            .with("line", line)
            .with("entry", entry)
    })?;
    parsed.price.into_iter().enumerate().map(|(i, entry)| one(file, i, entry)).collect()
}

fn one(file: &str, index: usize, entry: Entry) -> Result<(String, Tariff)> {
    let at = format!("entry {} ({} v{})", index + 1, entry.code, entry.version);
    let currency = entry.currency.unwrap_or(Currency::CNY);
    let mut bands = Vec::with_capacity(entry.bands.len());
    for (i, band) in entry.bands.into_iter().enumerate() {
        let minor = |name: &str, text: &Option<String>| -> Result<Option<i64>> {
            let read = text.as_ref().map(|t| Money::parse(t, currency)).transpose();
            let read = read.map_err(|e| bad(file, &at, &format!("bands[{}].{name}", i + 1), e.message()))?;
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
    row.check().map_err(|(field, why)| bad(file, &at, &field, &why))?;
    Ok((at, row))
}
