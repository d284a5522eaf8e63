//! A text with products and rates: looked at, kept until a second person agrees, put in force. Nothing of a text with a
//! fault in it is taken.
use crate::interest::Annual;
use crate::terms::{Holder, Kind, Product, Rate, SettledAt, Shelf, Terms, months, shelf};
use crate::{
    BAD_TERMS, DayCount, NOTHING_NEW, PRODUCTS_MAX, RATES_MAX, TERMS_BYTES_MAX, TERMS_FAULTS_MAX, TERMS_FIXED,
};
use kernel::{Actor, BookId, Currency, Date, Error, Money, Result, Timestamp};
use serde::Deserialize;
use store::{Audit, Json, Seal, Tx, params};
use toml::Spanned;

/// Something wrong in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TermsFault {
    pub line: usize,
    /// `product demand.person v1`, `rate term.person 1y 2026-03-02`; empty where it is none of the entries.
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
    /// New rates, each with the one it follows.
    pub rates: Vec<(Option<Rate>, Rate)>,
    /// Entries that stand already, word for word.
    pub already: usize,
}

impl TermsReview {
    pub fn is_new(&self) -> bool {
        !self.products.is_empty() || !self.rates.is_empty()
    }
}

store::record! {
    /// A text that waits, or waited, for the second person; found by what it says.
    pub struct TermsDraft in "deposit_drafts" key 2 {
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
struct Text {
    #[serde(default)]
    product: Vec<Spanned<ProductText>>,
    #[serde(default)]
    rate: Vec<Spanned<RateText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductText {
    code: String,
    version: i64,
    number: u16,
    kind: Kind,
    currency: Option<Currency>,
    name: Name,
    holders: Vec<Holder>,
    chart: Chart,
    day_count: DayCount,
    counts_from: Option<String>,
    minimum: Option<String>,
    keeps: Option<String>,
    draws: Option<String>,
    #[serde(default)]
    partial_draws: u32,
    #[serde(default)]
    broken_as: String,
    #[serde(default)]
    notice_days: u32,
    #[serde(default)]
    idle_notice_costs: bool,
    sold_until: Option<Date>,
    #[serde(default)]
    settle_months: Vec<i8>,
    #[serde(default)]
    settle_day: i8,
    settled_at: Option<SettledAt>,
    #[serde(default)]
    dormant_days: i64,
    tax: Option<String>,
    effective_from: Date,
    document: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chart {
    person: String,
    firm: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateText {
    product: String,
    #[serde(default)]
    term: String,
    /// Per cent a year.
    rate: String,
    effective_from: Date,
    document: String,
}

/// A field and what is wrong with it.
type Wrong = (&'static str, String);

/// Looks at a text. Asks no permission and changes nothing. `Err` only for a text beyond [`TERMS_BYTES_MAX`].
pub fn terms_review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
    if text.len() > TERMS_BYTES_MAX {
        return Err(Error::limit("terms file", text.len(), TERMS_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    Ok(read(text, shelf(tx)?, today))
}

fn read(text: &str, stored: Shelf, today: Date) -> TermsReview {
    let mut done = TermsReview::default();
    let line_of = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let parsed = match toml::from_str::<Text>(text) {
        Ok(parsed) => parsed,
        Err(e) => {
            let line = line_of(e.span().map_or(0, |s| s.start));
            let why = e.message().to_owned();
            done.faults.push(TermsFault { line, entry: String::new(), field: String::new(), why, fixed: false });
            return done;
        }
    };
    let mut known = stored.clone();
    for item in parsed.product {
        let line = line_of(item.span().start);
        let entry = format!("product {} v{}", item.get_ref().code, item.get_ref().version);
        let joined =
            product(item.into_inner()).and_then(|row| join_product(&mut known, &stored, row, today, &mut done));
        note(&mut done, line, entry, joined);
    }
    for item in parsed.rate {
        let line = line_of(item.span().start);
        let r = item.get_ref();
        let entry = format!("rate {} {} {}", r.product, r.term, r.effective_from);
        let joined = rate(item.into_inner()).and_then(|row| join_rate(&mut known, &stored, row, today, &mut done));
        note(&mut done, line, entry, joined);
    }
    if !done.is_new() && done.already == 0 && done.faults.is_empty() {
        note(&mut done, 1, String::new(), Err(("", "there is no [[product]] and no [[rate]] in it".into())));
    }
    done.faults.truncate(TERMS_FAULTS_MAX);
    done
}

fn note(done: &mut TermsReview, line: usize, entry: String, joined: std::result::Result<(), Wrong>) {
    if let Err((field, why)) = joined {
        done.faults.push(TermsFault { line, entry, field: field.into(), why, fixed: field.is_empty() });
    }
}

fn product(t: ProductText) -> std::result::Result<Product, Wrong> {
    let currency = t.currency.unwrap_or(Currency::CNY);
    let minor = |field: &'static str, text: &Option<String>| match text {
        None => Ok(0),
        Some(text) => Money::parse(text, currency).map(|m| m.minor).map_err(|e| (field, e.message().to_owned())),
    };
    let tax = t.tax.as_deref().map_or(Ok(Annual::default()), Annual::percent);
    let tax = tax.map_err(|e| ("tax", e.message().to_owned()))?;
    let terms = Terms {
        holders: t.holders,
        chart_person: t.chart.person,
        chart_firm: t.chart.firm,
        day_count: t.day_count,
        counts_from: minor("counts_from", &t.counts_from)?.max(1),
        minimum: minor("minimum", &t.minimum)?,
        keeps: minor("keeps", &t.keeps)?,
        draws: minor("draws", &t.draws)?,
        partial_draws: t.partial_draws,
        broken_as: t.broken_as,
        notice_days: t.notice_days,
        idle_notice_costs: t.idle_notice_costs,
        sold_until: t.sold_until,
        settle_months: t.settle_months,
        settle_day: t.settle_day,
        settled_at: t.settled_at.unwrap_or(SettledAt::SettlementDay),
        dormant_days: t.dormant_days,
        tax_millionths: tax.get(),
    };
    let row = Product {
        book: BookId::HEAD_OFFICE,
        code: t.code,
        version: t.version,
        number: t.number,
        kind: t.kind,
        currency,
        terms: Json(terms),
        name_zh: t.name.zh,
        name_en: t.name.en,
        effective_from: t.effective_from,
        document: t.document,
        approved_by: String::new(),
        approved_at: Timestamp::default(),
        seal: Seal::default(),
    };
    sound(&row).map(|()| row)
}

/// Whether a product's figures go together.
fn sound(p: &Product) -> std::result::Result<(), Wrong> {
    let t = &p.terms.0;
    let bad = |field: &'static str, why: &str| Err((field, why.to_owned()));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    if !(1..=60).contains(&p.code.len()) || !p.code.bytes().all(plain) {
        return bad("code", "1 to 60 characters of a-z, 0-9, dot and underscore");
    }
    for (field, text) in [("document", &p.document), ("name.zh", &p.name_zh), ("name.en", &p.name_en)] {
        if text.trim().is_empty() || text.chars().count() > 200 {
            return bad(field, "1 to 200 characters");
        }
    }
    if t.holders.is_empty() {
        return bad("holders", "person, firm or both");
    }
    if [&t.chart_person, &t.chart_firm].iter().any(|c| !(1..=12).contains(&c.len())) {
        return bad("chart", "1 to 12 characters each");
    }
    if p.kind == Kind::Demand {
        let months = !t.settle_months.is_empty() && t.settle_months.iter().all(|m| (1..=12).contains(m));
        if !months || !(1..=28).contains(&t.settle_day) {
            return bad("settle_day", "a demand product settles on a day from 1 to 28 of named months");
        }
        if !matches!(t.day_count, DayCount::Act360 | DayCount::Act365Fixed) {
            return bad("day_count", "cumulated balances count by act/360 or act/365f");
        }
    } else if !t.settle_months.is_empty() {
        return bad("settle_months", "only demand products settle at quarters");
    }
    if (p.kind == Kind::Notice) != (t.notice_days > 0) || t.notice_days > 90 {
        return bad("notice_days", "1 to 90 for a notice product, none for the others");
    }
    if p.kind == Kind::Notice && !matches!(t.day_count, DayCount::Act360 | DayCount::Act365Fixed) {
        return bad("day_count", "days under notice count by act/360 or act/365f");
    }
    if p.kind != Kind::Demand && t.broken_as.is_empty() {
        return bad("broken_as", "the demand product whose rate an early draw is paid at");
    }
    if t.dormant_days < 0 || (t.dormant_days > 0 && p.kind != Kind::Demand) {
        return bad("dormant_days", "only demand accounts fall asleep");
    }
    Ok(())
}

fn join_product(
    known: &mut Shelf,
    stored: &Shelf,
    row: Product,
    today: Date,
    done: &mut TermsReview,
) -> std::result::Result<(), Wrong> {
    if let Some(there) = known.products.iter().find(|p| p.code == row.code && p.version == row.version) {
        let says = |p: &Product| {
            (
                p.number,
                p.kind,
                p.currency,
                p.terms.clone(),
                p.effective_from,
                p.name_zh.clone(),
                p.name_en.clone(),
                p.document.clone(),
            )
        };
        return match says(there) == says(&row) {
            true => {
                done.already += 1;
                Ok(())
            }
            false => Err(("", "this version is in force with other words".into())),
        };
    }
    let last = known.products.iter().filter(|p| p.code == row.code).max_by_key(|p| p.version).cloned();
    let next = last.as_ref().map_or(1, |p| p.version + 1);
    if row.version != next {
        return Err(("version", format!("{} given, the next is {next}", row.version)));
    }
    match &last {
        Some(last) if (last.number, last.kind, last.currency) != (row.number, row.kind, row.currency) => {
            return Err(("number", "number, kind and currency stay as in version 1".into()));
        }
        Some(last) if row.effective_from <= last.effective_from => {
            return Err(("effective_from", format!("later than that of version {}", last.version)));
        }
        None if known.products.iter().any(|p| p.number == row.number) => {
            return Err(("number", format!("{} belongs to another product", row.number)));
        }
        _ => {}
    }
    if stored.products.iter().any(|p| p.code == row.code) && row.effective_from < today {
        return Err(("effective_from", format!("today, {today}, or later: terms do not change backwards")));
    }
    if known.products.len() >= PRODUCTS_MAX {
        return Err(("version", format!("{PRODUCTS_MAX} versions are the most there may be")));
    }
    known.products.push(row.clone());
    known.products.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
    done.products.push((last, row));
    Ok(())
}

fn rate(t: RateText) -> std::result::Result<Rate, Wrong> {
    let rate = Annual::percent(&t.rate).map_err(|e| ("rate", e.message().to_owned()))?;
    if t.document.trim().is_empty() || t.document.chars().count() > 200 {
        return Err(("document", "1 to 200 characters".into()));
    }
    Ok(Rate {
        book: BookId::HEAD_OFFICE,
        product: t.product,
        term: t.term,
        effective_from: t.effective_from,
        rate,
        document: t.document,
        approved_by: String::new(),
        approved_at: Timestamp::default(),
        seal: Seal::default(),
    })
}

fn join_rate(
    known: &mut Shelf,
    stored: &Shelf,
    row: Rate,
    today: Date,
    done: &mut TermsReview,
) -> std::result::Result<(), Wrong> {
    let Some(product) = known.products.iter().find(|p| p.code == row.product) else {
        return Err(("product", "there is no such product".into()));
    };
    match months(&row.term) {
        None => return Err(("term", "months or years, such as 3m or 1y".into())),
        Some(n) if product.kind.has_term() != (n > 0) => {
            return Err(("term", "a product for a term has one, the others have none".into()));
        }
        Some(_) => {}
    }
    let of = |r: &&Rate| r.product == row.product && r.term == row.term;
    if let Some(there) = known.rates.iter().filter(of).find(|r| r.effective_from == row.effective_from) {
        if there.rate != row.rate || there.document != row.document {
            return Err(("", "a rate of this day is in force with other words".into()));
        }
        done.already += 1;
        return Ok(());
    }
    let last = known.rates.iter().filter(of).max_by_key(|r| r.effective_from).cloned();
    if last.as_ref().is_some_and(|l| row.effective_from < l.effective_from) {
        return Err(("effective_from", "later than that of the rate before".into()));
    }
    if stored.rates.iter().any(|r| of(&r)) && row.effective_from < today {
        return Err(("effective_from", format!("today, {today}, or later: rates do not change backwards")));
    }
    if known.rates.len() >= RATES_MAX {
        return Err(("rate", format!("{RATES_MAX} rates are the most there may be")));
    }
    known.rates.push(row.clone());
    done.rates.push((last, row));
    Ok(())
}

/// Puts what is new in a text in force; `actor` is who approved it (maker and checker are the caller's). Answers how many
/// entries. Repeating is safe. Errors: `bad_deposit_terms`, `deposit_terms_fixed`.
pub fn load_terms(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
    let found = terms_review(tx, text)?;
    if let Some(fault) = found.faults.first() {
        return Err(refusal(file, fault));
    }
    let (by, at) = (actor.principal(), tx.now());
    let mut added = 0;
    for (_, mut row) in found.products {
        (row.approved_by, row.approved_at) = (by.clone(), at);
        tx.insert(&mut row)?;
        let told = format!("{} from {}", row.kind, row.effective_from);
        tx.audit(actor, Audit::of("deposits.product_add", format!("{} v{}", row.code, row.version)).after(told))?;
        added += 1;
    }
    for (before, mut row) in found.rates {
        (row.approved_by, row.approved_at) = (by.clone(), at);
        tx.insert(&mut row)?;
        let before = before.map(|r| format!("{} from {}", r.rate, r.effective_from)).unwrap_or_default();
        let after = format!("{} from {}", row.rate, row.effective_from);
        let what = format!("{} {}", row.product, row.term);
        tx.audit(actor, Audit::of("deposits.rate_add", what.trim_end()).change(before, after))?;
        added += 1;
    }
    Ok(added)
}

/// Keeps a text without faults that changes something, so that two people speak of the same. The same text is the same
/// draft. Errors: as [`load_terms`], and `deposit_terms_nothing_new`.
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
    let file: String = file.chars().take(crate::TERMS_NAME_CHARS_MAX).collect();
    let mut row = TermsDraft {
        book: BookId::HEAD_OFFICE,
        hash,
        file,
        text: text.to_owned(),
        kept_by: actor.principal(),
        kept_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let told = format!("{} products, {} rates", found.products.len(), found.rates.len());
    tx.audit(actor, Audit::of("deposits.terms_draft", row.name()).after(told))?;
    Ok(row)
}

/// A draft by the hash of its text.
pub fn terms_draft(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<TermsDraft>> {
    tx.get::<TermsDraft>(params![BookId::HEAD_OFFICE, hash])
}

fn refusal(file: &str, fault: &TermsFault) -> Error {
    let TermsFault { line, entry, field, why, fixed } = fault;
    let code = if *fixed && !entry.is_empty() { &TERMS_FIXED } else { &BAD_TERMS };
    let place = [entry.as_str(), field.as_str()].join(" ");
    Error::new(code, format!("{file}: line {line} {}: {why}", place.trim()))
        .with("file", file)
        .with("line", line)
        .with("entry", entry)
        .with("field", field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn shelf_of(text: &str) -> Shelf {
        let read = read(text, Shelf::default(), day("2026-01-01"));
        assert_eq!(read.faults, []);
        Shelf {
            products: read.products.into_iter().map(|(_, p)| p).collect(),
            rates: read.rates.into_iter().map(|(_, r)| r).collect(),
        }
    }

    #[test]
    fn the_bundled_terms_are_sound_and_every_product_is_rated() {
        let shelf = shelf_of(crate::DATA);
        for p in &shelf.products {
            assert!(shelf.rates.iter().any(|r| r.product == p.code), "{} has no rate", p.code);
            if p.kind != Kind::Demand {
                assert!(shelf.broken_rate(p, day("2026-03-02")).is_ok(), "{} cannot be broken", p.code);
            }
        }
        let sold = shelf.on_sale(day("2026-03-02"));
        let term = sold.iter().find(|s| s.product.code == "term").expect("term deposits are sold");
        assert_eq!(
            term.rates.iter().map(|(t, _)| t.as_str()).collect::<Vec<_>>(),
            ["3m", "6m", "1y", "2y", "3y", "5y"]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let stored = shelf_of(crate::DATA);
        let rate = |product: &str, term: &str, rate: &str, from: &str| {
            format!(
                "[[rate]]\nproduct = \"{product}\"\nterm = \"{term}\"\nrate = \"{rate}\"\neffective_from = \"{from}\"\ndocument = \"x\"\n"
            )
        };
        let cases = [
            (rate("term", "1y", "1.50", "2026-03-02"), ""),
            (rate("term", "1y", "1.50", "2026-03-01"), "effective_from"),
            (rate("term", "", "1.50", "2026-03-02"), "term"),
            (rate("term", "1d", "1.50", "2026-03-02"), "term"),
            (rate("demand", "1y", "0.05", "2026-03-02"), "term"),
            (rate("gold", "1y", "1.50", "2026-03-02"), "product"),
            (rate("term", "1y", "150", "2026-03-02"), "rate"),
            (
                format!("{}{}", rate("term", "1y", "1.5", "2026-03-02"), rate("term", "1y", "1.6", "2026-03-02")),
                "fixed",
            ),
            ("x = 1".into(), "toml"),
            (String::new(), "toml"),
        ];
        for (text, want) in cases {
            let got = read(&text, stored.clone(), day("2026-03-02"));
            let field = got.faults.first().map_or("", |f| {
                if f.entry.is_empty() {
                    "toml"
                } else if f.fixed {
                    "fixed"
                } else {
                    &f.field
                }
            });
            assert_eq!(field, want, "{text} {:?}", got.faults);
        }
    }
}
