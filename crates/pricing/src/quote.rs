//! From a question to a price, and the record of it.
use crate::tariff::{Basis, Operation, PayerClass, Reach, RuleKind, Tariff, check_amount, in_effect};
use crate::{ELIGIBILITY_CHARS_MAX, NO_PRICE, PRICE_CHANGED, PRICE_RECORDED, QUOTE_MINUTES_MIN};
use kernel::clock::MINUTE;
use kernel::id::InstructionId;
use kernel::{BookId, Channel, Currency, Date, Error, Id, Money, Result, Timestamp};
use store::{Seal, Tx, params};

/// What a price is asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ask {
    pub operation: Operation,
    pub channel: Channel,
    pub payer: PayerClass,
    pub reach: Reach,
    /// Zero or more; zero for what has no amount.
    pub amount: Money,
    /// The business date it would be charged on.
    pub date: Date,
}

/// A tariff entry that was applied.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Applied {
    pub code: String,
    pub version: i64,
}

/// Why the price is what it is, as a text key and what to fill in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// `price-free`, `price-list` or `price-relief`.
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
}

/// A price with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Quote {
    pub ask: Ask,
    /// What is taken; zero or more.
    pub fee: Money,
    /// What it would be without relief.
    pub list_fee: Money,
    /// `max(0, list_fee − fee)`
    pub saved: Money,
    /// Code and version of the list entry.
    pub code: String,
    pub version: i64,
    /// The relief that made the fee lower.
    pub relief: Option<Applied>,
    /// Of the entry that set the fee.
    pub basis: Basis,
    pub document: String,
    /// The list entry's name in the published list.
    pub name_zh: String,
    pub name_en: String,
    pub explanation: Explanation,
    /// From here on it is no longer promised: midnight at the branch after the asked date, and never sooner than
    /// [`QUOTE_MINUTES_MIN`] from now.
    pub valid_until: Timestamp,
}

store::record! {
    /// What one instruction cost and why. Written once, never changed.
    pub struct PriceRecord in "price_records" key 2 {
        /// The instruction's book.
        pub book: BookId,
        pub instruction: InstructionId,
        pub at: Timestamp,
        /// The business date that was asked for.
        pub date: Date,
        pub operation: Operation,
        pub channel: Channel,
        pub payer_class: PayerClass,
        pub reach: Reach,
        pub currency: Currency,
        /// Minor units, as the three after it.
        pub amount: i64,
        pub list_fee: i64,
        pub charged: i64,
        pub saved: i64,
        pub code: String,
        pub version: i64,
        pub relief_code: Option<String>,
        pub relief_version: Option<i64>,
        pub basis: Basis,
        pub document: String,
        /// What was known of the payer's class, masked; empty for nothing.
        pub eligibility: String,
    }
}

/// The price of `ask`. Errors: [`NO_PRICE`] where the tariff is silent, `bad_amount` below zero.
pub fn quote(tx: &mut Tx<'_>, ask: &Ask) -> Result<Quote> {
    check_amount(ask.amount)?;
    let rows = tx.select::<Tariff>(
        "WHERE operation = ?1 AND currency = ?2 AND (channel IS NULL OR channel = ?3) AND effective_from <= ?4 \
         ORDER BY code, version",
        params![ask.operation, ask.amount.currency, ask.channel, ask.date],
    )?;
    let now = tx.now();
    choose(in_effect(rows, ask.date), ask, now)
}

/// Quotes again when the money moves. A price below what was shown is given; Err [`PRICE_CHANGED`] for one above.
pub fn confirm(tx: &mut Tx<'_>, ask: &Ask, shown: Money) -> Result<Quote> {
    let now = quote(tx, ask)?;
    if now.fee.sub(shown)?.is_positive() {
        return Err(Error::new(&PRICE_CHANGED, format!("the price is {} and not {shown} any more", now.fee))
            .with("shown", shown.plain())
            .with("now", now.fee.plain()));
    }
    Ok(now)
}

/// Entries in effect on `date`, by operation, kind and code: the published price list (收费价目名录).
pub fn tariff_table(tx: &mut Tx<'_>, date: Date) -> Result<Vec<Tariff>> {
    let rows = tx.select::<Tariff>("WHERE effective_from <= ?1 ORDER BY code, version", params![date])?;
    let mut rows = in_effect(rows, date);
    rows.sort_by(|a, b| (a.operation, a.kind, &a.code).cmp(&(b.operation, b.kind, &b.code)));
    Ok(rows)
}

fn choose(rules: Vec<Tariff>, ask: &Ask, now: Timestamp) -> Result<Quote> {
    let fitting = |kind| rules.iter().filter(move |r| r.kind == kind).filter_map(|r| Some((r.fit(ask)?, r)));
    let silent = || {
        let Ask { operation, channel, payer, reach, amount, date } = ask;
        let channel = channel.code();
        Error::new(
            &NO_PRICE,
            format!("on {date} the tariff has no price for {operation} of {amount}, {reach}, {channel}, {payer}"),
        )
        .with("operation", operation)
        .with("channel", channel)
    };
    let (_, list) = fitting(RuleKind::List).max_by_key(|(fit, _)| *fit).ok_or_else(silent)?;
    let list_fee = list.price(ask.amount)?.ok_or_else(silent)?;
    let mut best: (Money, Option<&Tariff>) = (list_fee, None);
    for (_, relief) in fitting(RuleKind::Relief) {
        if let Some(fee) = relief.price(ask.amount)?.filter(|fee| fee.minor < best.0.minor) {
            best = (fee, Some(relief));
        }
    }
    let (fee, relief) = best;
    let setter = relief.unwrap_or(list);
    let saved = list_fee.sub(fee)?;
    Ok(Quote {
        ask: ask.clone(),
        fee,
        list_fee,
        saved,
        code: list.code.clone(),
        version: list.version,
        relief: relief.map(|r| Applied { code: r.code.clone(), version: r.version }),
        basis: setter.basis,
        document: setter.document.clone(),
        name_zh: list.name_zh.clone(),
        name_en: list.name_en.clone(),
        explanation: explain(fee, list_fee, saved, setter),
        valid_until: ask.date.plus_days(1).begins().max(now.plus(QUOTE_MINUTES_MIN * MINUTE)),
    })
}

fn explain(fee: Money, list_fee: Money, saved: Money, setter: &Tariff) -> Explanation {
    let key = match (fee.is_zero(), saved.is_zero()) {
        (_, false) => "price-relief",
        (true, true) => "price-free",
        (false, true) => "price-list",
    };
    let mut args = vec![("fee", fee.grouped()), ("list", list_fee.grouped()), ("saved", saved.grouped())];
    args.push(("currency", fee.currency.to_string()));
    args.push(("document", setter.document.clone()));
    args.push(("until", setter.effective_to.map(|d| d.to_string()).unwrap_or_default()));
    Explanation { key, args }
}

/// Writes the price record of an instruction, also for a fee of zero. Again with the same price: the record as it stands.
/// Err [`PRICE_RECORDED`] with another price, `too_large` for an eligibility of more than [`ELIGIBILITY_CHARS_MAX`].
pub fn record(tx: &mut Tx<'_>, quote: &Quote, instruction: InstructionId, eligibility: &str) -> Result<PriceRecord> {
    let chars = eligibility.chars().count();
    if chars > ELIGIBILITY_CHARS_MAX {
        return Err(Error::limit("eligibility", chars, ELIGIBILITY_CHARS_MAX, "characters"));
    }
    let mut row = PriceRecord {
        book: instruction.book(),
        instruction,
        at: tx.now(),
        date: quote.ask.date,
        operation: quote.ask.operation,
        channel: quote.ask.channel,
        payer_class: quote.ask.payer,
        reach: quote.ask.reach,
        currency: quote.ask.amount.currency,
        amount: quote.ask.amount.minor,
        list_fee: quote.list_fee.minor,
        charged: quote.fee.minor,
        saved: quote.saved.minor,
        code: quote.code.clone(),
        version: quote.version,
        relief_code: quote.relief.as_ref().map(|r| r.code.clone()),
        relief_version: quote.relief.as_ref().map(|r| r.version),
        basis: quote.basis,
        document: quote.document.clone(),
        eligibility: eligibility.to_owned(),
        seal: Seal::default(),
    };
    if tx.insert_if_absent(&mut row)? {
        return Ok(row);
    }
    let stands = record_of(tx, instruction)?.ok_or_else(|| Error::broken("a price record is there and is not"))?;
    if stands.same_price(&row) {
        return Ok(stands);
    }
    Err(Error::new(&PRICE_RECORDED, format!("{instruction} was priced at {}, not {}", stands.charged, row.charged))
        .with("instruction", instruction))
}

/// The price record of an instruction; `None` when it had no price.
pub fn record_of(tx: &mut Tx<'_>, instruction: InstructionId) -> Result<Option<PriceRecord>> {
    tx.get::<PriceRecord>(params![instruction.book(), instruction])
}

impl PriceRecord {
    fn same_price(&self, other: &PriceRecord) -> bool {
        (self.currency, self.amount, self.list_fee, self.charged)
            == (other.currency, other.amount, other.list_fee, other.charged)
            && (&self.code, self.version, &self.relief_code, self.relief_version)
                == (&other.code, other.version, &other.relief_code, other.relief_version)
    }
}
