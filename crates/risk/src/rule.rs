//! Rules as files: a condition, what it means, what follows, and the words for it.
use crate::aggregate::{Aggregate, span_of_time};
use crate::expr::{Expression, Names, compile};
use crate::input::{INPUTS, Type};
use crate::payment::words;
use crate::source::{Bad, Faults, Source};
use kernel::Date;
use std::collections::HashSet;
use std::ops::Range;
use toml::Spanned;

/// Rules in a set at most.
pub const RULES_MAX: usize = 200;
/// Points a rule may give.
pub const SCORE_MAX: i64 = 100;
/// Characters of a text for people at most.
pub const TEXT_CHARS_MAX: usize = 300;
/// Minutes of a delay, and of one that says nothing else (反电信网络诈骗法 18 names delay, not its length).
pub const DELAY_MINUTES_MIN: u32 = 30;
pub const DELAY_MINUTES_MAX: u32 = 72 * 60;
pub const DELAY_MINUTES_DEFAULT: u32 = 24 * 60;

words! {
    /// What follows, mildest first (反电信网络诈骗法 18).
    pub enum Action {
        Pass = "pass",
        /// A word to the customer, who confirms.
        Tip = "tip",
        /// Prove who you are and what you want: call-back, face.
        Verify = "verify",
        /// Paid later; the payer may take it back until then.
        Delay = "delay",
        /// Only at a counter, only so much.
        Limit = "limit",
        Stop = "stop",
    }
}

words! {
    /// Whether what a rule says counts.
    pub enum Mode {
        /// Recorded, never counted.
        Shadow = "shadow",
        Live = "live",
    }
}

/// One reason in the languages of the customer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub zh: String,
    pub en: String,
    /// Chinese for an elder: short, plain, what to do.
    pub elder: String,
}

/// A rule as it is in force.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable; recorded with every hit.
    pub id: String,
    pub version: u32,
    /// T01 to T26.
    pub typology: String,
    pub title: String,
    pub when: Expression,
    pub score: i64,
    pub action: Action,
    /// Of a delay.
    pub delay_minutes: u32,
    pub mode: Mode,
    /// Naming it to the customer would warn a criminal, or speak of an inquiry: he hears the neutral words.
    pub neutral: bool,
    /// A payment held for another reason is not let go by itself.
    pub gate: bool,
    /// Staff look at it afterwards, whatever follows now.
    pub case: bool,
    pub texts: Texts,
    /// For staff.
    pub staff: String,
    /// Law and article.
    pub basis: String,
    /// Who answers for it.
    pub owner: String,
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

impl Rule {
    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    version: Spanned<u32>,
    typology: Spanned<String>,
    title: Spanned<String>,
    when: Spanned<String>,
    score: Spanned<i64>,
    action: Action,
    #[serde(default)]
    delay: Option<Spanned<String>>,
    mode: Mode,
    #[serde(default)]
    neutral: bool,
    #[serde(default)]
    gate: bool,
    #[serde(default)]
    case: bool,
    owner: Spanned<String>,
    basis: Spanned<String>,
    from: Spanned<String>,
    #[serde(default)]
    to: Option<Spanned<String>>,
    reason: Spanned<Reason>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    zh: String,
    en: String,
    elder: String,
    staff: String,
}

/// What the network of accounts answers, as names.
pub(crate) const NETWORK_NAMES: &[&str] =
    &["network.listed_hops", "network.listed_share", "network.circle_hops", "network.circle_share"];

/// Place of the first network name among all names, and of the first aggregate.
pub(crate) const NETWORK_FROM: usize = INPUTS.len();
pub(crate) const SEEN_FROM: usize = NETWORK_FROM + NETWORK_NAMES.len();

/// All names a rule may use: of the payment, signals, the network, and `seen.` before an aggregate.
pub(crate) struct AllNames<'a>(pub &'a [Aggregate]);

impl Names for AllNames<'_> {
    fn find(&mut self, name: &str) -> Option<(u16, Type)> {
        if let Some(at) = INPUTS.iter().position(|i| i.name == name) {
            return Some((at as u16, INPUTS[at].kind));
        }
        if let Some(at) = NETWORK_NAMES.iter().position(|n| *n == name) {
            return Some(((NETWORK_FROM + at) as u16, Type::Int));
        }
        let at = self.0.iter().position(|a| name.strip_prefix("seen.") == Some(a.name.as_str()))?;
        Some(((SEEN_FROM + at) as u16, Type::Int))
    }
}

/// The name at a place, and its type.
pub(crate) fn name_at(aggregates: &[Aggregate], at: u16) -> (String, Type) {
    let at = usize::from(at);
    if let Some(input) = INPUTS.get(at) {
        return (input.name.into(), input.kind);
    }
    let name = match NETWORK_NAMES.get(at - NETWORK_FROM) {
        Some(name) => (*name).into(),
        None => aggregates.get(at - SEEN_FROM).map_or_else(|| "?".into(), |a| format!("seen.{}", a.name)),
    };
    (name, Type::Int)
}

/// Reads rules; every fault in them goes to `faults`.
pub(crate) fn read(sources: &[Source], aggregates: &[Aggregate], faults: &mut Faults) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut known = HashSet::new();
    for source in sources {
        let file: File = match toml::from_str(&source.text) {
            Ok(file) => file,
            Err(e) => {
                faults.toml(source, &e);
                continue;
            }
        };
        if !known.insert(file.id.get_ref().clone()) {
            faults.add(source, file.id.span(), "id", format!("there are two rules {}", file.id.get_ref()));
            continue;
        }
        match one(file, aggregates) {
            Ok(rule) => rules.push(rule),
            Err(bad) => faults.bad(source, bad),
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn one(file: File, aggregates: &[Aggregate]) -> Result<Rule, Bad> {
    let id = plain_id(&file.id)?;
    for (field, text) in
        [("title", &file.title), ("typology", &file.typology), ("owner", &file.owner), ("basis", &file.basis)]
    {
        written(text.get_ref(), text.span(), field)?;
    }
    let bad_when = |why: String| Bad::new(file.when.span(), "when", why);
    let when = compile(file.when.get_ref(), &mut AllNames(aggregates)).map_err(bad_when)?;
    if when.kind != Type::Bool {
        return Err(bad_when(format!("{} where a condition belongs", when.kind.name())));
    }
    let score = *file.score.get_ref();
    if !(0..=SCORE_MAX).contains(&score) {
        return Err(Bad::new(file.score.span(), "score", format!("{score} given, 0 to {SCORE_MAX} belong there")));
    }
    if *file.version.get_ref() == 0 {
        return Err(Bad::new(file.version.span(), "version", "versions begin at 1"));
    }
    let delay_minutes = delay(&file)?;
    let (from, to) = days(&file)?;
    let at = file.reason.span();
    let reason = file.reason.into_inner();
    for (field, text) in [
        ("reason.zh", &reason.zh),
        ("reason.en", &reason.en),
        ("reason.elder", &reason.elder),
        ("reason.staff", &reason.staff),
    ] {
        written(text, at.clone(), field)?;
    }
    Ok(Rule {
        id,
        version: file.version.into_inner(),
        typology: file.typology.into_inner(),
        title: file.title.into_inner(),
        when,
        score,
        action: file.action,
        delay_minutes,
        mode: file.mode,
        neutral: file.neutral,
        gate: file.gate,
        case: file.case,
        texts: Texts { zh: reason.zh, en: reason.en, elder: reason.elder },
        staff: reason.staff,
        basis: file.basis.into_inner(),
        owner: file.owner.into_inner(),
        from,
        to,
    })
}

fn plain_id(id: &Spanned<String>) -> Result<String, Bad> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'_';
    let given = id.get_ref();
    if (1..=60).contains(&given.len()) && given.bytes().all(plain) {
        return Ok(given.clone());
    }
    Err(Bad::new(id.span(), "id", "small letters, digits, dot and _, 1 to 60 of them"))
}

fn written(text: &str, at: Range<usize>, field: &'static str) -> Result<(), Bad> {
    match text.chars().count() {
        0 => Err(Bad::new(at, field, "it is empty")),
        given if given > TEXT_CHARS_MAX => {
            Err(Bad::new(at, field, format!("{given} characters given, {TEXT_CHARS_MAX} at most")))
        }
        _ => Ok(()),
    }
}

fn delay(file: &File) -> Result<u32, Bad> {
    match &file.delay {
        None => Ok(DELAY_MINUTES_DEFAULT),
        Some(text) if file.action != Action::Delay => {
            Err(Bad::new(text.span(), "delay", format!("the action is {}, which has no delay", file.action)))
        }
        Some(text) => Ok(span_of_time(text, "delay", DELAY_MINUTES_MIN * 60, DELAY_MINUTES_MAX * 60)? / 60),
    }
}

fn days(file: &File) -> Result<(Date, Option<Date>), Bad> {
    let day = |text: &Spanned<String>, field: &'static str| {
        Date::parse(text.get_ref()).map_err(|_| Bad::new(text.span(), field, "write the date as YYYY-MM-DD"))
    };
    let from = day(&file.from, "from")?;
    let Some(text) = &file.to else { return Ok((from, None)) };
    let to = day(text, "to")?;
    if to < from {
        return Err(Bad::new(text.span(), "to", "it is before the first day"));
    }
    Ok((from, Some(to)))
}
