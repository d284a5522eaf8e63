//! A text with products and rates: looked at and put in force. Nothing of a text with a fault in it is taken.
use crate::interest::Annual;
use crate::terms::{Holder, Kind, Product, Rate, SettledAt, Shelf, Terms, months, shelf};
use crate::{BAD_TERMS, DayCount, NOTHING_NEW, PRODUCTS_MAX, RATES_MAX, TERMS_FIXED};
use approval::terms::{Fault, Why};
use approval::{DRAFT_BYTES_MAX, FAULTS_MAX, why};
use kernel::{Actor, BookId, Currency, Date, Error, Money, Result, Timestamp};
use serde::Deserialize;
use store::{Audit, Json, Seal, Tx};
use toml::Spanned;

/// What a text comes to.
#[derive(Clone, Debug, Default)]
pub struct TermsReview {
    /// At most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
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

    /// Whether it may be put in force. Errors: `bad_deposit_terms`, `deposit_terms_fixed`.
    pub fn sound(&self, file: &str) -> Result<()> {
        self.faults.first().map_or(Ok(()), |fault| Err(fault.refusal(file, &BAD_TERMS, &TERMS_FIXED)))
    }

    /// Whether it may be put before a second person. Errors: as [`TermsReview::sound`], and `deposit_terms_nothing_new`.
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
type Wrong = (&'static str, Why);

/// Looks at a text. Asks no permission and changes nothing. `Err` only for a text beyond [`DRAFT_BYTES_MAX`].
pub fn terms_review(tx: &mut Tx<'_>, text: &str) -> Result<TermsReview> {
    if text.len() > DRAFT_BYTES_MAX {
        return Err(Error::limit("terms file", text.len(), DRAFT_BYTES_MAX, "bytes"));
    }
    let today = tx.business_date()?;
    Ok(read(text, shelf(tx)?, today))
}

fn read(text: &str, stored: Shelf, today: Date) -> TermsReview {
    let mut done = TermsReview::default();
    let parsed = match toml::from_str::<Text>(text) {
        Ok(parsed) => parsed,
        Err(e) => {
            done.faults.push(Fault::form(text, e.span().map_or(0, |s| s.start), "", e.message()));
            return done;
        }
    };
    let mut known = stored.clone();
    for item in parsed.product {
        let at = item.span().start;
        let entry = format!("product {} v{}", item.get_ref().code, item.get_ref().version);
        let joined =
            product(item.into_inner()).and_then(|row| join_product(&mut known, &stored, row, today, &mut done));
        note(&mut done, text, at, &entry, joined);
    }
    for item in parsed.rate {
        let at = item.span().start;
        let r = item.get_ref();
        let entry = format!("rate {} {} {}", r.product, r.term, r.effective_from);
        let joined = rate(item.into_inner()).and_then(|row| join_rate(&mut known, &stored, row, today, &mut done));
        note(&mut done, text, at, &entry, joined);
    }
    if !done.is_new() && done.already == 0 && done.faults.is_empty() {
        let why = why!(Empty, "there is no {entries} in it", entries = "[[product]], [[rate]]");
        done.faults.push(Fault::at(text, 0, "", "", why));
    }
    done.faults.truncate(FAULTS_MAX);
    done
}

fn note(done: &mut TermsReview, text: &str, at: usize, entry: &str, joined: std::result::Result<(), Wrong>) {
    if let Err((field, why)) = joined {
        done.faults.push(Fault::at(text, at, entry, field, why));
    }
}

fn product(t: ProductText) -> std::result::Result<Product, Wrong> {
    let currency = t.currency.unwrap_or(Currency::CNY);
    let minor = |field: &'static str, text: &Option<String>| match text {
        None => Ok(0),
        Some(text) => Money::parse(text, currency)
            .map(|m| m.minor)
            .map_err(|e| (field, why!(Amount, "{message}", message = e.message()))),
    };
    let tax = t.tax.as_deref().map_or(Ok(Annual::default()), Annual::percent);
    let tax = tax.map_err(|e| ("tax", why!(Rate, "{message}", message = e.message())))?;
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
    let bad = |field: &'static str, why: Why| Err((field, why));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    if !(1..=60).contains(&p.code.len()) || !p.code.bytes().all(plain) {
        return bad("code", why!(Code, "1 to {max} characters of a-z, 0-9, dot and underscore", max = 60));
    }
    for (field, text) in [("document", &p.document), ("name.zh", &p.name_zh), ("name.en", &p.name_en)] {
        if text.trim().is_empty() || text.chars().count() > 200 {
            return bad(field, why!(Length, "1 to {max} characters", max = 200));
        }
    }
    if t.holders.is_empty() {
        return bad("holders", why!(Holders, "person, firm or both"));
    }
    if [&t.chart_person, &t.chart_firm].iter().any(|c| !(1..=12).contains(&c.len())) {
        return bad("chart", why!(Chart, "1 to 12 characters each"));
    }
    if p.kind == Kind::Demand {
        let months = !t.settle_months.is_empty() && t.settle_months.iter().all(|m| (1..=12).contains(m));
        if !months || !(1..=28).contains(&t.settle_day) {
            return bad(
                "settle_day",
                why!(SettleDay, "a demand product settles on a day from 1 to 28 of named months"),
            );
        }
        if !matches!(t.day_count, DayCount::Act360 | DayCount::Act365Fixed) {
            return bad("day_count", why!(DayCount, "counted by act/360 or act/365f"));
        }
    } else if !t.settle_months.is_empty() {
        return bad("settle_months", why!(DemandOnly, "for demand products only"));
    }
    if (p.kind == Kind::Notice) != (t.notice_days > 0) || t.notice_days > 90 {
        return bad("notice_days", why!(NoticeDays, "1 to 90 for a notice product, none for the others"));
    }
    if p.kind == Kind::Notice && !matches!(t.day_count, DayCount::Act360 | DayCount::Act365Fixed) {
        return bad("day_count", why!(DayCount, "counted by act/360 or act/365f"));
    }
    if p.kind != Kind::Demand && t.broken_as.is_empty() {
        return bad("broken_as", why!(BrokenAs, "the demand product whose rate an early draw is paid at"));
    }
    if t.dormant_days < 0 || (t.dormant_days > 0 && p.kind != Kind::Demand) {
        return bad("dormant_days", why!(DemandOnly, "for demand products only"));
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
            false => Err(("", why!(Stands, "this version is in force with other words"))),
        };
    }
    let last = known.products.iter().filter(|p| p.code == row.code).max_by_key(|p| p.version).cloned();
    let next = last.as_ref().map_or(1, |p| p.version + 1);
    if row.version != next {
        return Err((
            "version",
            why!(VersionNext, "{given} given, the next is {next}", given = row.version, next = next),
        ));
    }
    match &last {
        Some(last) if (last.number, last.kind, last.currency) != (row.number, row.kind, row.currency) => {
            return Err(("number", why!(Kept, "{fields} stay as in version 1", fields = "number, kind, currency")));
        }
        Some(last) if row.effective_from <= last.effective_from => {
            return Err((
                "effective_from",
                why!(Later, "not later than the entry before, {before}", before = last.effective_from),
            ));
        }
        None if known.products.iter().any(|p| p.number == row.number) => {
            return Err(("number", why!(NumberTaken, "{number} belongs to another product", number = row.number)));
        }
        _ => {}
    }
    if stored.products.iter().any(|p| p.code == row.code) && row.effective_from < today {
        return Err((
            "effective_from",
            why!(Backwards, "today, {today}, or later: nothing changes backwards", today = today),
        ));
    }
    if known.products.len() >= PRODUCTS_MAX {
        return Err(("version", why!(Most, "{max} versions are the most there may be", max = PRODUCTS_MAX)));
    }
    known.products.push(row.clone());
    known.products.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
    done.products.push((last, row));
    Ok(())
}

fn rate(t: RateText) -> std::result::Result<Rate, Wrong> {
    let rate = Annual::percent(&t.rate).map_err(|e| ("rate", why!(Rate, "{message}", message = e.message())))?;
    if t.document.trim().is_empty() || t.document.chars().count() > 200 {
        return Err(("document", why!(Length, "1 to {max} characters", max = 200)));
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
        return Err(("product", why!(NoProduct, "there is no such product")));
    };
    match months(&row.term) {
        None => return Err(("term", why!(Term, "months or years, such as 3m or 1y"))),
        Some(n) if product.kind.has_term() != (n > 0) => {
            return Err(("term", why!(TermUnfit, "a product for a term has one, the others have none")));
        }
        Some(_) => {}
    }
    let of = |r: &&Rate| r.product == row.product && r.term == row.term;
    if let Some(there) = known.rates.iter().filter(of).find(|r| r.effective_from == row.effective_from) {
        if there.rate != row.rate || there.document != row.document {
            return Err(("", why!(Stands, "a rate of this day is in force with other words")));
        }
        done.already += 1;
        return Ok(());
    }
    let last = known.rates.iter().filter(of).max_by_key(|r| r.effective_from).cloned();
    if let Some(last) = last.as_ref().filter(|l| row.effective_from < l.effective_from) {
        let before = last.effective_from;
        return Err(("effective_from", why!(Later, "not later than the entry before, {before}", before = before)));
    }
    if stored.rates.iter().any(|r| of(&r)) && row.effective_from < today {
        return Err((
            "effective_from",
            why!(Backwards, "today, {today}, or later: nothing changes backwards", today = today),
        ));
    }
    if known.rates.len() >= RATES_MAX {
        return Err(("rate", why!(Most, "{max} rates are the most there may be", max = RATES_MAX)));
    }
    known.rates.push(row.clone());
    done.rates.push((last, row));
    Ok(())
}

/// Puts what is new in a text in force; `actor` is who approved it (maker and checker are the caller's). Answers how many
/// entries. Repeating is safe. Errors: `bad_deposit_terms`, `deposit_terms_fixed`.
pub fn load_terms(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize> {
    let found = terms_review(tx, text)?;
    found.sound(file)?;
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
