//! A text with products and values of units: looked at and put in force. Nothing of a text with a fault in it is taken.
use crate::nav::{Nav, NavRow, fee_inside};
use crate::product::{Product, Risk, Shelf, Terms, Text, shelf};
use crate::questions::{Questions, questions};
use crate::{BAD_TERMS, NAVS_IN_TEXT_MAX, NOTHING_NEW, PRODUCTS_MAX, TERMS_FIXED};
use approval::terms::{Fault, Why};
use approval::{DRAFT_BYTES_MAX, FAULTS_MAX, why};
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

/// What a text comes to.
#[derive(Clone, Debug, Default)]
pub struct TermsReview {
    /// At most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
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

    /// Whether it may be put in force. Errors: `bad_wealth_terms`, `wealth_terms_fixed`.
    pub fn sound(&self, file: &str) -> Result<()> {
        self.faults.first().map_or(Ok(()), |fault| Err(fault.refusal(file, &BAD_TERMS, &TERMS_FIXED)))
    }

    /// Whether it may be put before a second person. Errors: as [`TermsReview::sound`], and `wealth_terms_nothing_new`.
    pub fn news(&self, file: &str) -> Result<()> {
        self.sound(file)?;
        match self.is_new() {
            true => Ok(()),
            false => Err(Error::new(&NOTHING_NEW, format!("all {} entries of {file} are there", self.already))),
        }
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
type Wrong = (&'static str, Why);
type Checked<T> = std::result::Result<T, Wrong>;
/// A new value, and the newest of an earlier day with that day.
pub type NavChange = (Option<(Date, Nav)>, NavRow);

/// Looks at a text. Asks no permission and changes nothing. `Err` only for a text beyond [`DRAFT_BYTES_MAX`].
pub fn terms_review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
    if text.len() > DRAFT_BYTES_MAX {
        return Err(Error::limit("terms file", text.len(), DRAFT_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    let stored = shelf(tx)?;
    let mut known = Known { products: stored.products.clone(), stored, navs: BTreeMap::new(), today };
    let mut done = TermsReview::default();
    let parsed = match toml::from_str::<File>(text) {
        Ok(parsed) => parsed,
        Err(e) => {
            done.faults.push(Fault::form(text, e.span().map_or(0, |s| s.start), "", e.message()));
            return Ok(done);
        }
    };
    if parsed.nav.len() > NAVS_IN_TEXT_MAX {
        return Err(Error::limit("values", parsed.nav.len(), NAVS_IN_TEXT_MAX, "values"));
    }
    let set = questions(today)?;
    for item in parsed.product {
        let at = item.span().start;
        let entry = format!("product {} v{}", item.get_ref().code, item.get_ref().version);
        match product(item.into_inner(), set).and_then(|row| known.join(row)) {
            Ok(Some(new)) => done.products.push(new),
            Ok(None) => done.already += 1,
            Err((field, why)) => done.faults.push(Fault::at(text, at, &entry, field, why)),
        }
    }
    for item in parsed.nav {
        let at = item.span().start;
        let entry = format!("nav {} {}", item.get_ref().product, item.get_ref().day);
        let joined = match nav(item.into_inner()) {
            Ok(row) => known.join_nav(tx, row)?,
            Err(wrong) => Err(wrong),
        };
        match joined {
            Ok(Some(new)) => done.navs.push(new),
            Ok(None) => done.already += 1,
            Err((field, why)) => done.faults.push(Fault::at(text, at, &entry, field, why)),
        }
    }
    if !done.is_new() && done.already == 0 && done.faults.is_empty() {
        let why = why!(Empty, "there is no {entries} in it", entries = "[[product]], [[nav]]");
        done.faults.push(Fault::at(text, 0, "", "", why));
    }
    done.faults.truncate(FAULTS_MAX);
    Ok(done)
}

fn product(t: ProductText, set: &Questions) -> Checked<Product> {
    let currency = t.currency.unwrap_or(Currency::CNY);
    let minor = |field: &'static str, text: &str| {
        Money::parse(text, currency)
            .map(|m| m.minor)
            .map_err(|e| (field, why!(Amount, "{message}", message = e.message())))
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
    fits.ok_or_else(|| ("fee", why!(Fee, "per cent from 0 to 10, with at most four decimals")))
}

/// Whether a product's figures go together.
fn sound(p: &Product, set: &Questions) -> Checked<()> {
    let t = p.terms();
    let bad = |field: &'static str, why: Why| Err((field, why));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    if !(1..=40).contains(&p.code.len()) || !p.code.bytes().all(plain) {
        return bad("code", why!(Code, "1 to {max} characters of a-z, 0-9, dot and underscore", max = 40));
    }
    let texts = [("name", &t.name, NAME_CHARS_MAX), ("issuer", &t.issuer, NAME_CHARS_MAX)];
    for (field, text, max) in texts.into_iter().chain([("about", &t.about, ABOUT_CHARS_MAX)]) {
        if [&text.zh, &text.en].iter().any(|t| t.trim().is_empty() || t.chars().count() > max) {
            return bad(field, why!(Length, "1 to {max} characters", max = max));
        }
    }
    if p.document.trim().is_empty() || p.document.chars().count() > NAME_CHARS_MAX {
        return bad("document", why!(Length, "1 to {max} characters", max = NAME_CHARS_MAX));
    }
    if t.step < 1 || t.minimum < t.step || t.minimum % t.step != 0 {
        return bad("minimum", why!(Steps, "a whole number of steps above nothing"));
    }
    if fee_inside(p.money(t.minimum), t.fee_millionths).is_err() {
        return bad("minimum", why!(TooLarge, "it is too large"));
    }
    if t.redeem_days > REDEEM_DAYS_MAX || t.cooling_hours > COOLING_HOURS_MAX {
        return bad(
            "redeem_days",
            why!(Waits, "{days} days and {hours} hours at most", days = REDEEM_DAYS_MAX, hours = COOLING_HOURS_MAX),
        );
    }
    if t.matures.is_some_and(|last| last <= p.effective_from || t.sold_until.is_none_or(|sold| sold >= last)) {
        return bad("matures", why!(Matures, "a product that ends is sold until a day before its last"));
    }
    let age = set.second_look_age;
    if p.risk >= set.second_look_from && t.second_look_age.is_none_or(|own| own > age) {
        let from = set.second_look_from;
        let why =
            why!(SecondLook, "{age} or less from {from} on: the questions in force ask for it", age = age, from = from);
        return bad("second_look_age", why);
    }
    Ok(())
}

fn nav(t: NavText) -> Checked<NavRow> {
    let value = Nav::parse(&t.value).ok_or_else(|| ("value", why!(Value, "above zero, with at most four decimals")))?;
    if t.document.trim().is_empty() || t.document.chars().count() > NAME_CHARS_MAX {
        return Err(("document", why!(Length, "1 to {max} characters", max = NAME_CHARS_MAX)));
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
                false => Err(("", why!(Stands, "this version is in force with other words"))),
            };
        }
        let last = self.products.iter().filter(|p| p.code == row.code).max_by_key(|p| p.version).cloned();
        let next = last.as_ref().map_or(1, |p| p.version + 1);
        if row.version != next {
            return Err((
                "version",
                why!(VersionNext, "{given} given, the next is {next}", given = row.version, next = next),
            ));
        }
        match &last {
            Some(last) if (last.number, last.currency) != (row.number, row.currency) => {
                return Err(("number", why!(Kept, "{fields} stay as in version 1", fields = "number, currency")));
            }
            Some(last) if row.effective_from <= last.effective_from => {
                return Err((
                    "effective_from",
                    why!(Later, "not later than the entry before, {before}", before = last.effective_from),
                ));
            }
            None if self.products.iter().any(|p| p.number == row.number) => {
                return Err(("number", why!(NumberTaken, "{number} belongs to another product", number = row.number)));
            }
            _ => {}
        }
        if self.stored.products.iter().any(|p| p.code == row.code) && row.effective_from < self.today {
            let today = self.today;
            return Err((
                "effective_from",
                why!(Backwards, "today, {today}, or later: nothing changes backwards", today = today),
            ));
        }
        if self.products.len() >= PRODUCTS_MAX {
            return Err(("version", why!(Most, "{max} versions are the most there may be", max = PRODUCTS_MAX)));
        }
        self.products.push(row.clone());
        Ok(Some((last, row)))
    }

    /// The new value with the newest of an earlier day; `None` where it stands already.
    fn join_nav(&mut self, tx: &mut Tx<'_>, row: NavRow) -> Result<Checked<Option<NavChange>>> {
        let Some(product) = self.products.iter().find(|p| p.code == row.product) else {
            return Ok(Err(("product", why!(NoProduct, "there is no such product"))));
        };
        if row.day > self.today || row.day < product.effective_from {
            let (from, today) = (product.effective_from, self.today);
            let told =
                why!(ValueDay, "from the product's first day, {from}, to today, {today}", from = from, today = today);
            return Ok(Err(("day", told)));
        }
        let kept = tx.get::<NavRow>(params![BookId::HEAD_OFFICE, row.product, row.day])?.map(|r| r.value);
        let key = (row.product.clone(), row.day);
        if let Some(there) = kept.or(self.navs.get(&key).copied()) {
            let told = why!(Stands, "the value of this day is {there}", there = there);
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
    found.sound(file)?;
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
