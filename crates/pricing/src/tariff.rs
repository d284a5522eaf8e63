//! Tariff entries: what one names, whom it fits, what it charges.
use crate::quote::Ask;
use crate::review::Wrong;
use approval::terms::Why;
use approval::why;
use kernel::{BookId, Channel, Currency, Date, Error, Money, Rate, Result, Rounding, Timestamp};
use store::Json;

store::text_enum! {
    /// What is priced.
    pub enum Operation {
        /// A transfer to another account (转账汇款).
        Transfer = "transfer",
        /// A wage run (代发工资): one price a run.
        Wage = "wage",
        /// Money into a wage account.
        WageFunding = "wage_funding",
        /// Cash in or out at the counter.
        Cash = "cash",
        /// Keeping an account for a month (账户管理费).
        AccountMonth = "account_month",
        /// The issuer's fee of a debit card payment at a standard-class merchant (发卡行服务费).
        DebitCard = "debit_card",
        /// The same at a preferential-class merchant.
        DebitCardPreferred = "debit_card_preferred",
    }
}

store::text_enum! {
    /// How far the money goes.
    pub enum Reach {
        SameBank = "same_bank",
        /// To another bank by the small-value system or the online one (小额, 网上支付跨行清算).
        Ordinary = "ordinary",
        /// To another bank by real-time gross settlement (大额).
        LargeValue = "large_value",
        /// Only in a tariff: each of them.
        Any = "any",
    }
}

store::text_enum! {
    /// Who pays, as far as prices differ.
    pub enum PayerClass {
        Person = "person",
        /// A firm of any size.
        Firm = "firm",
        /// A small or micro firm, or an individual business (小微企业, 个体工商户).
        SmallFirm = "small_firm",
        Merchant = "merchant",
        /// Only in a tariff: each of them.
        Any = "any",
    }
}

impl PayerClass {
    /// A firm whose size class is not known counts as small: when unsure, reduce (应降尽降, 银发〔2021〕169号).
    pub fn firm(small: Option<bool>) -> PayerClass {
        if small.unwrap_or(true) { PayerClass::SmallFirm } else { PayerClass::Firm }
    }
}

store::text_enum! {
    /// On whose word a price stands.
    pub enum Basis {
        /// Required by the authority for a term.
        Mandate = "mandate",
        /// A voluntary initiative the bank joined.
        Initiative = "initiative",
        /// The bank's own price.
        Own = "own",
        /// The government's guide price (政府指导价): a ceiling.
        GuidePrice = "guide_price",
    }
}

store::text_enum! {
    /// Whether an entry is the price, or a second price that counts when it is lower.
    pub enum RuleKind { List = "list", Relief = "relief" }
}

/// What is charged for an amount up to and including `up_to` minor units: `fixed` plus `rate` × amount, at least `min`, at
/// most `max`. `fixed`, `min`, `max` are minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Band {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Band {
    fn fee(&self, amount: Money) -> Result<Money> {
        let of = |minor| Money::new(minor, amount.currency);
        let part = match &self.rate {
            Some(rate) => Rate::parse(rate)?.apply(amount, Rounding::HalfUp)?,
            None => of(0),
        };
        let fee = part.add(of(self.fixed.unwrap_or(0)))?;
        Ok(of(fee.minor.min(self.max.unwrap_or(i64::MAX)).max(self.min.unwrap_or(0))))
    }
}

store::record! {
    /// One version of one entry of the tariff.
    pub struct Tariff in "tariffs" key 3 {
        /// Always the head office: one tariff for the bank.
        pub book: BookId,
        /// `transfer.interbank.counter`
        pub code: String,
        /// From 1.
        pub version: i64,
        pub kind: RuleKind,
        pub operation: Operation,
        pub reach: Reach,
        /// `None`: every channel.
        pub channel: Option<Channel>,
        pub payer_class: PayerClass,
        pub currency: Currency,
        pub bands: Json<Vec<Band>>,
        /// The first day.
        pub effective_from: Date,
        /// The last day; `None`: until the next version.
        pub effective_to: Option<Date>,
        pub basis: Basis,
        /// The document the price stands in: `银发〔2021〕169号`.
        pub document: String,
        pub name_zh: String,
        pub name_en: String,
        /// Principal who approved it.
        pub approved_by: String,
        pub approved_at: Timestamp,
    }
}

impl Tariff {
    /// The fee for `amount`; `None` when it is beyond the last band.
    pub fn price(&self, amount: Money) -> Result<Option<Money>> {
        let fits = |b: &&Band| b.up_to.is_none_or(|up_to| amount.minor <= up_to);
        self.bands.0.iter().find(fits).map(|band| band.fee(amount)).transpose()
    }

    /// How exactly it fits the ask: reach, then payer, then channel; larger is more exact. `None`: not at all.
    pub(crate) fn fit(&self, ask: &Ask) -> Option<(u8, u8, u8)> {
        let reach = match self.reach {
            Reach::Any => 0,
            r if r == ask.reach => 1,
            _ => return None,
        };
        let payer = match (self.payer_class, ask.payer) {
            (PayerClass::Any, _) => 0,
            (mine, theirs) if mine == theirs => 2,
            (PayerClass::Firm, PayerClass::SmallFirm | PayerClass::Merchant) => 1,
            _ => return None,
        };
        let channel = match self.channel {
            None => 0,
            Some(c) if c == ask.channel => 1,
            Some(_) => return None,
        };
        let same = self.operation == ask.operation && self.currency == ask.amount.currency;
        same.then_some((reach, payer, channel))
    }

    /// What all versions of a code must share, so that a later one takes the earlier one's place entirely.
    pub(crate) fn place(&self) -> (RuleKind, Operation, Reach, Option<Channel>, PayerClass, Currency) {
        (self.kind, self.operation, self.reach, self.channel, self.payer_class, self.currency)
    }

    /// Everything but who approved it and when.
    pub(crate) fn says_the_same(&self, other: &Tariff) -> bool {
        self.place() == other.place()
            && self.bands == other.bands
            && (self.effective_from, self.effective_to) == (other.effective_from, other.effective_to)
            && self.basis == other.basis
            && (&self.document, &self.name_zh, &self.name_en) == (&other.document, &other.name_zh, &other.name_en)
    }

    /// Whether every entry is sound by itself; `Err((field, why))`.
    pub(crate) fn check(&self) -> Result<(), Wrong> {
        let bad = |field: &str, why: Why| Err((field.to_owned(), why));
        if !plain_code(&self.code) {
            return bad("code", why!(Code, "1 to {max} characters of a-z, 0-9, dot and underscore", max = 80));
        }
        if self.effective_to.is_some_and(|to| to < self.effective_from) {
            return bad(
                "effective_to",
                why!(EndsBefore, "it is before the first day, {from}", from = self.effective_from),
            );
        }
        for (field, text) in [("document", &self.document), ("name.zh", &self.name_zh), ("name.en", &self.name_en)] {
            if text.trim().is_empty() || text.chars().count() > 200 {
                return bad(field, why!(Length, "1 to {max} characters", max = 200));
            }
        }
        self.check_bands()
    }

    fn check_bands(&self) -> Result<(), Wrong> {
        let bands = &self.bands.0;
        if bands.is_empty() || bands.len() > crate::BANDS_MAX {
            let (given, max) = (bands.len(), crate::BANDS_MAX);
            return Err((
                "bands".into(),
                why!(Bands, "{given} bands given, 1 to {max} belong there", given = given, max = max),
            ));
        }
        let mut floor = -1;
        for (i, band) in bands.iter().enumerate() {
            let bad = |field: &str, why: Why| Err((format!("bands[{}].{field}", i + 1), why));
            match band.up_to {
                Some(up_to) if up_to <= floor => {
                    return bad("up_to", why!(BandOrder, "not larger than that of the band before"));
                }
                None if i + 1 < bands.len() => {
                    return bad("up_to", why!(BandOpen, "only the last band may go without"));
                }
                Some(_) if i + 1 == bands.len() && self.kind == RuleKind::List => {
                    return bad(
                        "up_to",
                        why!(BandClosed, "the last band of a list price has none, so that every amount has a price"),
                    );
                }
                up_to => floor = up_to.unwrap_or(i64::MAX),
            }
            if band.fixed.is_none() && band.rate.is_none() {
                return bad("fixed", why!(BandEmpty, "a band has fixed, rate or both"));
            }
            if band.rate.as_deref().is_some_and(|r| !is_share(r)) {
                return bad("rate", why!(Share, "a decimal from 0 to 1, such as 0.0035"));
            }
            if band.min.unwrap_or(0) > band.max.unwrap_or(i64::MAX) {
                return bad("min", why!(MinAboveMax, "it is above max"));
            }
        }
        Ok(())
    }
}

fn plain_code(code: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    (1..=80).contains(&code.len()) && code.bytes().all(plain)
}

fn is_share(rate: &str) -> bool {
    Rate::parse(rate).is_ok_and(|r| (Rate::new(0, 0)..=Rate::new(1, 0)).contains(&r))
}

/// The versions that hold on `date`: of each code the newest begun, unless it has ended. `rows` by code and version.
pub(crate) fn in_effect(rows: Vec<Tariff>, date: Date) -> Vec<Tariff> {
    let mut out: Vec<Tariff> = Vec::new();
    for row in rows.into_iter().filter(|r| r.effective_from <= date) {
        match out.last_mut() {
            Some(last) if last.code == row.code => *last = row,
            _ => out.push(row),
        }
    }
    out.retain(|r| r.effective_to.is_none_or(|to| date <= to));
    out
}

/// A positive amount or zero; what has no amount (a monthly fee) is asked with zero.
pub(crate) fn check_amount(amount: Money) -> Result<()> {
    match amount.minor {
        0.. => Ok(()),
        _ => Err(Error::new(&kernel::error::BAD_AMOUNT, format!("{amount} is below zero and has no price"))
            .with("given", amount.plain())),
    }
}
