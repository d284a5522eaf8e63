//! A text with products and values of units: looked at, kept until a second person agrees, put in force. Nothing of a text with a fault
//! in it is taken.
use crate::nav::{Nav, NavRow, fee_inside};
use crate::product::{Product, Risk, Shelf, Terms, Text, shelf};
use crate::questions::{Questions, questions};
use crate::{
    BAD_TERMS, NAVS_IN_TEXT_MAX, NOTHING_NEW, PRODUCTS_MAX, TERMS_BYTES_MAX, TERMS_FAULTS_MAX, TERMS_FIXED,
    TERMS_NAME_CHARS_MAX,
};
use kernel::{Actor, BookId, Currency, Date, Error, Money, Result, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::{Audit, Json, Seal, Tx, params};
use toml::Spanned;

/// Characters of a name or a source at most, and of what is said about a product.
const NAME_CHARS_MAX: usize = 120;
const ABOUT_CHARS_MAX: usize = 400;
/// Days until a redemption is paid, hours to call off, at most.
const REDEEM_DAYS_MAX: u32 = 90;
const COOLING_HOURS_MAX: u32 = 240;
/// Ten per cent.
const FEE_MILLIONTHS_MAX: i64 = 100_000;

/// Something wrong in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TermsFault {
    pub line: usize,
    /// `product steady v1`, `nav steady 2026-03-02`; empty where it is none of the entries.
    pub entry: String,
    /// Empty where it is the entry itself.
    pub field: String,
    pub why: String,
    /// It stands already, with other words.
    pub fixed: bool,
}

/// What a text comes to.
#[derive(Clone, Debug, Default)]
pub struct TermsReview {
    /// At most [`TERMS_FAULTS_MAX`].
    pub faults: Vec<TermsFault>,
    /// New versions, each with the one it follows.
    pub products: Vec<(Option<Product>, Product)>,
    /// New values, each with the newest one of an earlier day.
    pub navs: Vec<NavChange>,
    /// Entries that stand already, word for word.
    pub already: usize,
}

impl TermsReview {
    pub fn is_new(&self) -> bool {
        !self.products.is_empty() || !self.navs.is_empty()
    }
}

store::record! {
    /// A text that waits, or waited, for the second person; found by what it says.
    pub struct TermsDraft in "wealth_drafts" key 2 {
        pub book: BookId,
        /// BLAKE3 of the text.
        pub hash: [u8; 32],
        /// The file's name as it was sent.
        pub file: String,
        pub text: String,
        pub kept_by: String,
        pub kept_at: Timestamp,
    }
}

impl TermsDraft {
    /// 64 hexadecimal characters.
    pub fn name(&self) -> String {
        blake3::Hash::from_bytes(self.hash).to_hex().to_string()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    product: Vec<Spanned<ProductText>>,
    #[serde(default)]
    nav: Vec<Spanned<NavText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductText {
    code: String,
    version: i64,
    number: u16,
    risk: Risk,
    currency: Option<Currency>,
    name: Text,
    issuer: Text,
    about: Text,
    minimum: String,
    step: String,
    sold_until: Option<Date>,
    matures: Option<Date>,
    redeem_days: u32,
    #[serde(default)]
    cooling_hours: u32,
    /// Per cent.
    #[serde(default)]
    fee: String,
    second_look_age: Option<u32>,
    effective_from: Date,
    document: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NavText {
    product: String,
    day: Date,
    value: String,
    document: String,
}

/// A field and what is wrong with it; no field where the entry stands already with other words.
type Wrong = (&'static str, String);
type Checked<T> = std::result::Result<T, Wrong>;
/// A new value, and the newest of an earlier day with that day.
pub type NavChange = (Option<(Date, Nav)>, NavRow);

/// Looks at a text. Asks no permission and changes nothing. `Err` only for a text beyond [`TERMS_BYTES_MAX`].
pub fn terms_review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
    if text.len() > TERMS_BYTES_MAX {
        return Err(Error::limit("terms file", text.len(), TERMS_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    let stored = shelf(tx)?;
    let mut known = Known { products: stored.products.clone(), stored, navs: BTreeMap::new(), today };
    let mut done = TermsReview::default();
    let line_of = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let parsed = match toml::from_str::<File>(text) {
        Ok(parsed) => parsed,
        Err(e) => {
            fault(&mut done, line_of(e.span().map_or(0, |s| s.start)), "", ("toml", e.message().to_owned()));
            return Ok(done);
        }
    };
    if parsed.nav.len() > NAVS_IN_TEXT_MAX {
        return Err(Error::limit("values", parsed.nav.len(), NAVS_IN_TEXT_MAX, "values"));
    }
    let set = questions(today)?;
    for item in parsed.product {
        let line = line_of(item.span().start);
        let entry = format!("product {} v{}", item.get_ref().code, item.get_ref().version);
        match product(item.into_inner(), set).and_then(|row| known.join(row)) {
            Ok(Some(new)) => done.products.push(new),
            Ok(None) => done.already += 1,
            Err(wrong) => fault(&mut done, line, &entry, wrong),
        }
    }
    for item in parsed.nav {
        let line = line_of(item.span().start);
        let entry = format!("nav {} {}", item.get_ref().product, item.get_ref().day);
        let joined = match nav(item.into_inner()) {
            Ok(row) => known.join_nav(tx, row)?,
            Err(wrong) => Err(wrong),
        };
        match joined {
            Ok(Some(new)) => done.navs.push(new),
            Ok(None) => done.already += 1,
            Err(wrong) => fault(&mut done, line, &entry, wrong),
        }
    }
    if !done.is_new() && done.already == 0 && done.faults.is_empty() {
        fault(&mut done, 1, "", ("toml", "there is no [[product]] and no [[nav]] in it".into()));
    }
    done.faults.truncate(TERMS_FAULTS_MAX);
    Ok(done)
}

fn fault(done: &mut TermsReview, line: usize, entry: &str, (field, why): Wrong) {
    let (entry, fixed) = (entry.to_owned(), field.is_empty());
    done.faults.push(TermsFault { line, entry, field: field.into(), why, fixed });
}

fn product(t: ProductText, set: &Questions) -> Checked<Product> {
    let currency = t.currency.unwrap_or(Currency::CNY);
    let minor = |field: &'static str, text: &str| {
        Money::parse(text, currency).map(|m| m.minor).map_err(|e| (field, e.message().to_owned()))
    };
    let terms = Terms {
        name: t.name,
        issuer: t.issuer,
        about: t.about,
        minimum: minor("minimum", &t.minimum)?,
        step: minor("step", &t.step)?,
        sold_until: t.sold_until,
        matures: t.matures,
        redeem_days: t.redeem_days,
        cooling_hours: t.cooling_hours,
        fee_millionths: percent(&t.fee)?,
        second_look_age: t.second_look_age,
    };
    let row = Product {
        book: BookId::HEAD_OFFICE,
        code: t.code,
        version: t.version,
        number: t.number,
        risk: t.risk,
        currency,
        terms: Json(terms),
        effective_from: t.effective_from,
        document: t.document,
        approved_by: String::new(),
        approved_at: Timestamp::default(),
        seal: Seal::default(),
    };
    sound(&row, set).map(|()| row)
}

/// Per cent as millionths: `1.5` is 15,000; nothing is nothing.
fn percent(text: &str) -> Checked<i64> {
    let scaled = if text.is_empty() || text.trim_matches(['0', '.']).is_empty() {
        Some(0)
    } else {
        Nav::parse(text).map(Nav::get)
    };
    let fits = scaled.filter(|n| (0..=FEE_MILLIONTHS_MAX).contains(n));
    fits.ok_or_else(|| ("fee", "per cent from 0 to 10, with at most four decimals".to_owned()))
}

/// Whether a product's figures go together.
fn sound(p: &Product, set: &Questions) -> Checked<()> {
    let t = p.terms();
    let bad = |field: &'static str, why: String| Err((field, why));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    if !(1..=40).contains(&p.code.len()) || !p.code.bytes().all(plain) {
        return bad("code", "1 to 40 characters of a-z, 0-9, dot and underscore".into());
    }
    let texts = [("name", &t.name, NAME_CHARS_MAX), ("issuer", &t.issuer, NAME_CHARS_MAX)];
    for (field, text, max) in texts.into_iter().chain([("about", &t.about, ABOUT_CHARS_MAX)]) {
        if [&text.zh, &text.en].iter().any(|t| t.trim().is_empty() || t.chars().count() > max) {
            return bad(field, format!("1 to {max} characters in each language"));
        }
    }
    if p.document.trim().is_empty() || p.document.chars().count() > NAME_CHARS_MAX {
        return bad("document", format!("1 to {NAME_CHARS_MAX} characters"));
    }
    if t.step < 1 || t.minimum < t.step || t.minimum % t.step != 0 {
        return bad("minimum", "a whole number of steps above nothing".into());
    }
    if fee_inside(p.money(t.minimum), t.fee_millionths).is_err() {
        return bad("minimum", "it is too large".into());
    }
    if t.redeem_days > REDEEM_DAYS_MAX || t.cooling_hours > COOLING_HOURS_MAX {
        return bad("redeem_days", format!("{REDEEM_DAYS_MAX} days and {COOLING_HOURS_MAX} hours at most"));
    }
    if t.matures.is_some_and(|last| last <= p.effective_from || t.sold_until.is_none_or(|sold| sold >= last)) {
        return bad("matures", "a product that ends is sold until a day before its last".into());
    }
    let age = set.second_look_age;
    if p.risk >= set.second_look_from && t.second_look_age.is_none_or(|own| own > age) {
        let from = set.second_look_from;
        return bad("second_look_age", format!("{age} or less from {from} on: the questions in force ask for it"));
    }
    Ok(())
}

fn nav(t: NavText) -> Checked<NavRow> {
    let value = Nav::parse(&t.value).ok_or_else(|| ("value", "above zero, with at most four decimals".to_owned()))?;
    if t.document.trim().is_empty() || t.document.chars().count() > NAME_CHARS_MAX {
        return Err(("document", format!("1 to {NAME_CHARS_MAX} characters")));
    }
    Ok(NavRow {
        book: BookId::HEAD_OFFICE,
        product: t.product,
        day: t.day,
        value,
        document: t.document,
        approved_by: String::new(),
        approved_at: Timestamp::default(),
        seal: Seal::default(),
    })
}

/// What is there, the entries of the text so far included.
struct Known {
    stored: Shelf,
    products: Vec<Product>,
    navs: BTreeMap<(String, Date), Nav>,
    today: Date,
}

impl Known {
    /// The new version with the one before it; `None` where it stands word for word.
    fn join(&mut self, row: Product) -> Checked<Option<(Option<Product>, Product)>> {
        if let Some(there) = self.products.iter().find(|p| p.code == row.code && p.version == row.version) {
            let says =
                |p: &Product| (p.number, p.risk, p.currency, p.terms.clone(), p.effective_from, p.document.clone());
            return match says(there) == says(&row) {
                true => Ok(None),
                false => Err(("", "this version is in force with other words".into())),
            };
        }
        let last = self.products.iter().filter(|p| p.code == row.code).max_by_key(|p| p.version).cloned();
        let next = last.as_ref().map_or(1, |p| p.version + 1);
        if row.version != next {
            return Err(("version", format!("{} given, the next is {next}", row.version)));
        }
        match &last {
            Some(last) if (last.number, last.currency) != (row.number, row.currency) => {
                return Err(("number", "number and currency stay as in version 1".into()));
            }
            Some(last) if row.effective_from <= last.effective_from => {
                return Err(("effective_from", format!("later than that of version {}", last.version)));
            }
            None if self.products.iter().any(|p| p.number == row.number) => {
                return Err(("number", format!("{} belongs to another product", row.number)));
            }
            _ => {}
        }
        if self.stored.products.iter().any(|p| p.code == row.code) && row.effective_from < self.today {
            return Err(("effective_from", format!("today, {}, or later", self.today)));
        }
        if self.products.len() >= PRODUCTS_MAX {
            return Err(("version", format!("{PRODUCTS_MAX} versions are the most there may be")));
        }
        self.products.push(row.clone());
        Ok(Some((last, row)))
    }

    /// The new value with the newest of an earlier day; `None` where it stands already.
    fn join_nav(&mut self, tx: &mut Tx<'_>, row: NavRow) -> Result<Checked<Option<NavChange>>> {
        let Some(product) = self.products.iter().find(|p| p.code == row.product) else {
            return Ok(Err(("product", "there is no such product".into())));
        };
        if row.day > self.today || row.day < product.effective_from {
            let told = format!("from the product's first day, {}, to today, {}", product.effective_from, self.today);
            return Ok(Err(("day", told)));
        }
        let kept = tx.get::<NavRow>(params![BookId::HEAD_OFFICE, row.product, row.day])?.map(|r| r.value);
        let key = (row.product.clone(), row.day);
        if let Some(there) = kept.or(self.navs.get(&key).copied()) {
            let told = format!("the value of this day is {there}");
            return Ok(if there == row.value { Ok(None) } else { Err(("", told)) });
        }
        let stored = product.latest(tx, row.day)?.map(|r| (r.day, r.value));
        let of_text = (row.product.clone(), Date::from_days(0))..key.clone();
        let in_text = self.navs.range(of_text).next_back().map(|((_, day), value)| (*day, *value));
        self.navs.insert(key, row.value);
        Ok(Ok(Some((stored.max(in_text), row))))
    }
}

/// Puts what is new in a text in force; `actor` is who approved it (maker and checker are the caller's). Answers how many entries.
/// Repeating is safe. Errors: `bad_wealth_terms`, `wealth_terms_fixed`.
pub fn load_terms(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
    let found = terms_review(tx, text)?;
    if let Some(fault) = found.faults.first() {
        return Err(refusal(file, fault));
    }
    let (by, at) = (actor.principal(), tx.now());
    let added = found.products.len() + found.navs.len();
    for (_, mut row) in found.products {
        (row.approved_by, row.approved_at) = (by.clone(), at);
        tx.insert(&mut row)?;
        let told = format!("{} from {}", row.risk, row.effective_from);
        tx.audit(actor, Audit::of("wealth.product_add", format!("{} v{}", row.code, row.version)).after(told))?;
    }
    for (before, mut row) in found.navs {
        (row.approved_by, row.approved_at) = (by.clone(), at);
        tx.insert(&mut row)?;
        let before = before.map(|(day, value)| format!("{value} of {day}")).unwrap_or_default();
        let what = format!("{} {}", row.product, row.day);
        tx.audit(actor, Audit::of("wealth.nav_add", what).change(before, row.value.to_string()))?;
    }
    Ok(added)
}

/// Keeps a text without faults that changes something, so that two people speak of the same. The same text is the same draft.
/// Errors: as [`load_terms`], and `wealth_terms_nothing_new`.
pub fn keep_terms(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<TermsDraft> {
    let found = terms_review(tx, text)?;
    if let Some(fault) = found.faults.first() {
        return Err(refusal(file, fault));
    }
    if !found.is_new() {
        return Err(Error::new(&NOTHING_NEW, format!("all {} entries of {file} are there", found.already)));
    }
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    if let Some(there) = terms_draft(tx, hash)? {
        return Ok(there);
    }
    let mut row = TermsDraft {
        book: BookId::HEAD_OFFICE,
        hash,
        file: file.chars().take(TERMS_NAME_CHARS_MAX).collect(),
        text: text.to_owned(),
        kept_by: actor.principal(),
        kept_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let told = format!("{} products, {} values", found.products.len(), found.navs.len());
    tx.audit(actor, Audit::of("wealth.terms_draft", row.name()).after(told))?;
    Ok(row)
}

/// A draft by the hash of its text.
pub fn terms_draft(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<TermsDraft>> {
    tx.get::<TermsDraft>(params![BookId::HEAD_OFFICE, hash])
}

fn refusal(file: &str, fault: &TermsFault) -> Error {
    let TermsFault { line, entry, field, why, fixed } = fault;
    let code = if *fixed { &TERMS_FIXED } else { &BAD_TERMS };
    let place = [entry.as_str(), field.as_str()].join(" ");
    Error::new(code, format!("{file}: line {line} {}: {why}", place.trim()))
        .with("file", file)
        .with("line", line)
        .with("entry", entry)
        .with("field", field)
}
