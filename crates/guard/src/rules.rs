//! Rules as versioned data: a TOML file of checks from a small list, each with its parameters.
use crate::activity::Window;
use crate::facts::{Facts, Kind, Ladder};
use crate::lists::ListKind;
use crate::{BAD_RULES, RULES_BYTES_MAX, RULES_MAX};
use kernel::{Currency, Date, Error, Money, Owner, Result};
use std::collections::BTreeMap;

store::text_enum! {
    /// A live rule counts; a shadow rule is recorded and changes nothing.
    pub enum Mode { Live = "live", Shadow = "shadow" }
}

store::text_enum! {
    /// Whose list entries are looked at.
    pub enum Side { Payer = "payer", Payee = "payee", Either = "either" }
}

store::text_enum! {
    /// Whom a rule is for.
    pub enum PayerKind { Any = "any", Person = "person", Firm = "firm" }
}

store::text_enum! {
    /// On which channels a rule holds.
    pub enum Channels { All = "all", NonCounter = "non_counter" }
}

/// An amount in fen, written as yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fen(pub i64);

impl<'de> serde::Deserialize<'de> for Fen {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Money::parse(&text, Currency::CNY).map(|m| Fen(m.minor)).map_err(|e| serde::de::Error::custom(e.message()))
    }
}

/// What a rule looks for. Amounts are in CNY; in another currency an amount counts as reached, which is the safe side.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// The payer is frozen in any way, or the payee entirely.
    Frozen,
    Listed {
        list: ListKind,
        side: Side,
    },
    /// A wage account is debited for something but wages.
    WagePurpose,
    /// This payment makes at least so many, or at least such a sum, in the window.
    Velocity {
        window: Window,
        count_min: Option<u32>,
        sum_min: Option<Fen>,
    },
    /// First payment to this payee, of at least `amount_min`.
    FirstPayee {
        amount_min: Fen,
    },
    /// At least `amount_min` between two hours of the branch's day; `from_hour` above `to_hour` spans midnight.
    Night {
        from_hour: u8,
        to_hour: u8,
        amount_min: Fen,
    },
}

impl Check {
    /// Whether it looks at what the payer did before, which is kept for payments only.
    fn reads_activity(&self) -> bool {
        matches!(self, Check::Velocity { .. } | Check::FirstPayee { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum Kinds {
    Named(KindSet),
    These(Vec<Kind>),
}

store::text_enum! {
    pub enum KindSet { All = "all", Payments = "payments" }
}

impl Kinds {
    fn has(&self, kind: Kind) -> bool {
        match self {
            Kinds::Named(KindSet::All) => true,
            Kinds::Named(KindSet::Payments) => kind.is_payment(),
            Kinds::These(these) => these.contains(&kind),
        }
    }
}

/// One rule of the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub version: u32,
    pub title: String,
    pub mode: Mode,
    /// First and last day.
    pub effective_from: Date,
    pub effective_to: Option<Date>,
    pub kinds: Kinds,
    pub channels: Channels,
    pub payer: PayerKind,
    /// It also binds basic payments.
    pub basic: bool,
    pub check: Check,
    /// 0 to 100.
    pub score: i64,
    pub action: Ladder,
    /// Of a delay, 30 to 4,320.
    pub delay_minutes: Option<u32>,
    /// Text key for the customer.
    pub customer: String,
    /// Naming the reason would tip off: the customer gets only `guard-check`.
    #[serde(default)]
    pub neutral: bool,
    pub legal_basis: String,
}

impl Rule {
    fn holds_on(&self, day: Date) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|to| day <= to)
    }
    /// Whether it looks at these facts at all.
    pub fn concerns(&self, facts: &Facts) -> bool {
        let payer = match self.payer {
            PayerKind::Any => true,
            PayerKind::Person => matches!(facts.payer.owner, Owner::Person(_)),
            PayerKind::Firm => matches!(facts.payer.owner, Owner::Firm(_)),
        };
        self.holds_on(facts.at.local_date())
            && self.kinds.has(facts.kind)
            && (self.channels == Channels::All || !facts.channel.is_counter())
            && (self.basic || !facts.payee.class().is_basic())
            && payer
    }

    /// Minutes of the delay it asks for.
    pub fn delay_minutes(&self) -> i64 {
        i64::from(self.delay_minutes.unwrap_or(DELAY_MINUTES_DEFAULT))
    }

    fn fault(&self) -> Option<(&'static str, String)> {
        let name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'.' || c == b'_';
        if !(1..=60).contains(&self.id.len()) || !self.id.bytes().all(name) {
            return Some(("id", "1 to 60 characters of a-z, 0-9, dot and underscore".into()));
        }
        if self.version == 0 {
            return Some(("version", "from 1".into()));
        }
        if !(0..=SCORE_MAX).contains(&self.score) {
            return Some(("score", format!("{} given, 0 to {SCORE_MAX}", self.score)));
        }
        if self.delay_minutes.is_some_and(|m| !DELAY_MINUTES.contains(&m)) {
            return Some(("delay_minutes", format!("{} to {}", DELAY_MINUTES.start(), DELAY_MINUTES.end())));
        }
        if self.delay_minutes.is_some() && self.action != Ladder::Delay {
            return Some(("delay_minutes", "only with action delay".into()));
        }
        if self.check.reads_activity() && Kind::ALL.iter().any(|k| self.kinds.has(*k) && !k.is_payment()) {
            return Some(("kinds", "this check reads the payer's activity, which counts payments only".into()));
        }
        self.check_fault()
    }

    fn check_fault(&self) -> Option<(&'static str, String)> {
        let why = match &self.check {
            Check::Velocity { count_min: None, sum_min: None, .. } => "count_min, sum_min or both",
            Check::Velocity { count_min: Some(0), .. } => "count_min from 1",
            Check::Night { from_hour, to_hour, .. } if *from_hour > 23 || *to_hour > 24 => "hours from 0 to 24",
            _ => return None,
        };
        Some(("check", why.into()))
    }
}

/// Minutes a delay lasts where a rule does not say: 24 hours.
pub const DELAY_MINUTES_DEFAULT: u32 = 1_440;
/// Half an hour to three days.
const DELAY_MINUTES: std::ops::RangeInclusive<u32> = 30..=4_320;
const SCORE_MAX: i64 = 100;

/// From this total score on, this action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreBand {
    pub at_least: i64,
    pub action: Ladder,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    zh: String,
    en: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    score: Vec<ScoreBand>,
    texts: BTreeMap<String, Text>,
    rule: Vec<Rule>,
}

/// All rules of a file, with the hash of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    pub version: String,
    /// BLAKE3 of the text, 64 hexadecimal digits.
    pub hash: String,
    pub bands: Vec<ScoreBand>,
    pub rules: Vec<Rule>,
    texts: BTreeMap<String, Text>,
}

/// Told to the customer where the true reason would tip off.
pub const TEXT_CHECK: &str = "guard-check";
/// Told when the guard could not decide.
pub const TEXT_UNAVAILABLE: &str = "guard-unavailable";
/// Customer texts of the rules against fraud: a payment unlike the usual ones, and a check that could not be finished.
pub const TEXT_UNUSUAL: &str = "guard-unusual";
pub const TEXT_UNCLEAR: &str = "guard-unclear";

impl RuleSet {
    /// Whether somebody on this list may not be paid on that day, whatever else is known: a live rule stops his side.
    pub fn stops_payees_on(&self, list: ListKind, day: Date) -> bool {
        self.rules.iter().any(|r| {
            let side = matches!(r.check, Check::Listed { list: of, side } if of == list && side != Side::Payer);
            side && r.mode == Mode::Live && r.action >= Ladder::Limit && r.holds_on(day)
        })
    }

    /// The rules bundled with the binary.
    pub fn bundled() -> Result<RuleSet> {
        RuleSet::parse("crates/guard/data/rules.toml", include_str!("../data/rules.toml"))
    }

    /// Reads a rule file. Err [`BAD_RULES`] with file, line or rule, and field.
    pub fn parse(file: &str, text: &str) -> Result<RuleSet> {
        if text.len() > RULES_BYTES_MAX {
            return Err(Error::limit("rule file", text.len(), RULES_BYTES_MAX, "bytes"));
        }
        let read: File = toml::from_str(text).map_err(|e| {
            let until = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or("");
            let line = until.matches('\n').count() + 1;
            Error::new(&BAD_RULES, format!("{file}: line {line}: {}", e.message()))
                .with("file", file)
                .with("line", line)
        })?;
        let set = RuleSet {
            version: read.version,
            hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
            bands: read.score,
            rules: read.rule,
            texts: read.texts,
        };
        match set.fault() {
            Some((rule, field, why)) => Err(Error::new(&BAD_RULES, format!("{file}: {rule}, field {field}: {why}"))
                .with("file", file)
                .with("rule", rule)
                .with("field", field)),
            None => Ok(set),
        }
    }

    fn fault(&self) -> Option<(String, &'static str, String)> {
        if self.rules.len() > RULES_MAX {
            return Some(("the file".into(), "rule", format!("{} rules, {RULES_MAX} at most", self.rules.len())));
        }
        if let Some(key) = [TEXT_CHECK, TEXT_UNAVAILABLE].into_iter().find(|k| !self.texts.contains_key(*k)) {
            return Some(("the file".into(), "texts", format!("{key} is missing")));
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let at = format!("rule {} ({})", i + 1, rule.id);
            if let Some((field, why)) = rule.fault() {
                return Some((at, field, why));
            }
            if self.rules[..i].iter().any(|r| r.id == rule.id) {
                return Some((at, "id", "it is taken".into()));
            }
            if !self.texts.contains_key(&rule.customer) {
                return Some((at, "customer", format!("there is no text {}", rule.customer)));
            }
        }
        None
    }

    /// The customer's text for a key, in `zh`, as for an `elder`, or any other language as English.
    pub fn text(&self, key: &str, language: &str) -> Option<&str> {
        let chinese = language.starts_with("zh") || language == "elder";
        self.texts.get(key).map(|t| if chinese { t.zh.as_str() } else { t.en.as_str() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUNDLED: &str = include_str!("../data/rules.toml");

    #[test]
    fn the_bundled_rules_load_and_speak_both_languages() {
        let set = RuleSet::bundled().unwrap();
        for rule in &set.rules {
            for language in ["zh-CN", "en"] {
                assert!(set.text(&rule.customer, language).is_some_and(|t| !t.is_empty()), "{}", rule.customer);
            }
        }
        assert_eq!(set.hash.len(), 64);
    }

    #[test]
    fn a_fault_in_the_file_is_named_by_place() {
        let cases = [
            ("score = 25\naction = \"verify\"", "score = 101\naction = \"verify\"", "field score: 101 given"),
            ("id = \"night.large\"", "id = \"party.frozen\"", "(party.frozen), field id: it is taken"),
            ("id = \"night.large\"", "id = \"Night\"", "field id: 1 to 60"),
            ("customer = \"guard-night\"", "customer = \"guard-day\"", "field customer: there is no text guard-day"),
            ("delay_minutes = 1440", "delay_minutes = 5000", "field delay_minutes: 30 to 4320"),
            ("amount_min = \"50000\"", "amount = \"50000\"", "unknown field `amount`"),
            ("from_hour = 23", "from_hour = 24", "field check: hours"),
            ("count_min = 8 }", "count_min = 0 }", "field check: count_min from 1"),
            ("window = \"hour\", count_min = 8", "window = \"hour\"", "field check: count_min, sum_min or both"),
            ("\"night\", from_hour", "\"nights\", from_hour", "unknown variant `nights`"),
            ("sum_min = \"200000\"", "sum_min = \"200,00\"", "is not an amount"),
            ("mode = \"live\"", "mode = \"on\"", "line "),
            ("[texts.guard-check]", "[texts.guard-checks]", "field texts: guard-check is missing"),
            (
                "kinds = \"payments\"\nchannels = \"non_counter\"",
                "kinds = \"all\"\nchannels = \"non_counter\"",
                "field kinds: this check reads",
            ),
        ];
        for (old, new, want) in cases {
            assert!(BUNDLED.contains(old), "{old}");
            let e = RuleSet::parse("rules.toml", &BUNDLED.replacen(old, new, 1)).unwrap_err();
            assert!(e.is(&BAD_RULES) && e.message().contains(want) && e.message().starts_with("rules.toml: "), "{e}");
        }
    }
}
