//! Aggregates as they are declared: what is counted, for whom, over which time, and how.
use crate::expr::{Expression, Names, compile};
use crate::input::{EVENT_NAMES, Type};
use crate::payment::{Happening, words};
use crate::source::{Bad, Faults, Source};
use std::collections::HashMap;
use std::ops::Range;

/// Aggregates declared at most; each needs at most one slot, and slots are numbered with 8 bits.
pub const AGGREGATES_MAX: usize = 200;
/// Days a window reaches back at most.
pub const WINDOW_DAYS_MAX: u32 = 90;
/// Seconds a window reaches back at least.
pub const WINDOW_SECONDS_MIN: u32 = 60;

words! {
    /// Under which side of an event something is counted, and for which side of a payment it is asked.
    pub enum Side {
        Payer = "payer",
        Payee = "payee",
        /// Payer and payee together.
        Pair = "pair",
        Device = "device",
        Phone = "phone",
        Address = "address",
        Merchant = "merchant",
    }
}

/// How what is counted becomes a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Count,
    /// Fen.
    Sum,
    /// Largest amount, fen.
    Max,
    /// Different others, at most [`crate::window::POINTS_MAX`].
    Distinct(Side),
    /// Whole minutes since the last one; the length of the window where there is none.
    LastSeen,
    /// Whole minutes since the first one within the window, to 1/24 of it; 0 where there is none.
    FirstSeen,
    /// Sum where an amount counts half after this many seconds, fen.
    Decayed(u32),
    /// The amount that 95 % of the last [`crate::window::POINTS_MAX`] do not exceed, fen.
    P95,
    /// One aggregate in basis points of another, by their places.
    Ratio(usize, usize),
}

/// A declared aggregate.
#[derive(Clone, Debug)]
pub struct Aggregate {
    pub name: String,
    /// Under which side of an event it is counted.
    pub key: Side,
    /// For which side of a payment it is asked.
    pub read: Side,
    pub on: Happening,
    /// Which events count; all of that kind where it is absent.
    pub filter: Option<Expression>,
    pub function: Function,
    /// Seconds.
    pub window: u32,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: toml::Spanned<String>,
    #[serde(default)]
    aggregate: Vec<toml::Spanned<Line>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: toml::Spanned<String>,
    #[serde(default)]
    key: Option<Side>,
    #[serde(default)]
    read: Option<Side>,
    #[serde(default)]
    on: Option<Happening>,
    #[serde(default, rename = "where")]
    filter: Option<toml::Spanned<String>>,
    #[serde(rename = "fn")]
    function: toml::Spanned<String>,
    #[serde(default)]
    of: Option<toml::Spanned<String>>,
    #[serde(default)]
    over: Option<toml::Spanned<String>>,
    #[serde(default)]
    window: Option<toml::Spanned<String>>,
    #[serde(default)]
    half_life: Option<toml::Spanned<String>>,
}

struct EventNames;

impl Names for EventNames {
    fn find(&mut self, name: &str) -> Option<(u16, Type)> {
        let at = EVENT_NAMES.iter().position(|(n, _)| *n == name)?;
        Some((at as u16, EVENT_NAMES[at].1))
    }
}

/// Reads declarations; every fault in them goes to `faults`.
pub(crate) fn read(source: &Source, faults: &mut Faults) -> (String, Vec<Aggregate>) {
    let file: File = match toml::from_str(&source.text) {
        Ok(file) => file,
        Err(e) => {
            faults.toml(source, &e);
            return (String::new(), Vec::new());
        }
    };
    if file.aggregate.len() > AGGREGATES_MAX {
        let told = format!("{} declared, {AGGREGATES_MAX} at most", file.aggregate.len());
        faults.add(source, 0..0, "aggregate", told);
        return (String::new(), Vec::new());
    }
    let mut done: Vec<Aggregate> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in file.aggregate {
        let span = line.span();
        match one(line.into_inner(), &span, &places) {
            Ok(aggregate) => {
                places.insert(aggregate.name.clone(), done.len());
                done.push(aggregate);
            }
            Err(Bad { at, field, why }) => faults.add(source, at, field, why),
        }
    }
    (file.version.into_inner(), done)
}

fn one(line: Line, span: &Range<usize>, places: &HashMap<String, usize>) -> Result<Aggregate, Bad> {
    let name = line.name.get_ref().clone();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain || name.is_empty() || name.len() > 60 || name.as_bytes()[0].is_ascii_digit() {
        return Err(Bad::new(line.name.span(), "name", "small letters, digits and _, at most 60, a letter first"));
    }
    if places.contains_key(&name) {
        return Err(Bad::new(line.name.span(), "name", "it is declared twice"));
    }
    let function = function(&line, span, places)?;
    if matches!(function, Function::Ratio(..)) {
        if line.key.is_some() || line.read.is_some() || line.on.is_some() || line.filter.is_some() {
            return Err(Bad::new(span.clone(), "fn", "a ratio has only name, of and over"));
        }
        return Ok(Aggregate {
            name,
            key: Side::Payer,
            read: Side::Payer,
            on: Happening::Paid,
            filter: None,
            function,
            window: 0,
        });
    }
    let key = line.key.ok_or_else(|| Bad::new(span.clone(), "key", "it is missing"))?;
    let read = line.read.unwrap_or(key);
    if (key == Side::Pair) != (read == Side::Pair) {
        return Err(Bad::new(span.clone(), "read", "what is counted for a pair is asked for a pair"));
    }
    let filter = line.filter.map(|text| filter(&text)).transpose()?;
    let window = line.window.ok_or_else(|| Bad::new(span.clone(), "window", "it is missing"))?;
    let window = span_of_time(&window, "window", WINDOW_SECONDS_MIN, WINDOW_DAYS_MAX * 86_400)?;
    Ok(Aggregate { name, key, read, on: line.on.unwrap_or(Happening::Paid), filter, function, window })
}

fn filter(text: &toml::Spanned<String>) -> Result<Expression, Bad> {
    let bad = |why: String| Bad::new(text.span(), "where", why);
    let expression = compile(text.get_ref(), &mut EventNames).map_err(bad)?;
    if expression.kind != Type::Bool {
        return Err(bad(format!("{} where a condition belongs", expression.kind.name())));
    }
    Ok(expression)
}

fn function(line: &Line, span: &Range<usize>, places: &HashMap<String, usize>) -> Result<Function, Bad> {
    let place = |given: &Option<toml::Spanned<String>>, field: &'static str| match given {
        None => Err(Bad::new(span.clone(), field, "it is missing")),
        Some(name) => places
            .get(name.get_ref())
            .copied()
            .ok_or_else(|| Bad::new(name.span(), field, format!("{} is not declared above", name.get_ref()))),
    };
    Ok(match line.function.get_ref().as_str() {
        "count" => Function::Count,
        "sum" => Function::Sum,
        "max" => Function::Max,
        "last_seen" => Function::LastSeen,
        "first_seen" => Function::FirstSeen,
        "p95" => Function::P95,
        "distinct" => {
            let of = line.of.as_ref().ok_or_else(|| Bad::new(span.clone(), "of", "it is missing"))?;
            let side = Side::ALL.iter().find(|s| s.word() == of.get_ref());
            Function::Distinct(
                *side.ok_or_else(|| {
                    Bad::new(of.span(), "of", format!("one of {} belongs there", Side::WORDS.join(", ")))
                })?,
            )
        }
        "decayed" => {
            let half = line.half_life.as_ref();
            let half = half.ok_or_else(|| Bad::new(span.clone(), "half_life", "it is missing"))?;
            Function::Decayed(span_of_time(half, "half_life", WINDOW_SECONDS_MIN, WINDOW_DAYS_MAX * 86_400)?)
        }
        "ratio" => Function::Ratio(place(&line.of, "of")?, place(&line.over, "over")?),
        other => {
            let why =
                format!("{other:?} is none of count, sum, max, distinct, last_seen, first_seen, decayed, p95, ratio");
            return Err(Bad::new(line.function.span(), "fn", why));
        }
    })
}

/// `30m`, `24h`, `90d` in seconds, within limits.
pub(crate) fn span_of_time(text: &toml::Spanned<String>, field: &'static str, min: u32, max: u32) -> Result<u32, Bad> {
    let bad = |why: String| Bad::new(text.span(), field, why);
    let given = text.get_ref();
    let unit = match given.as_bytes().last() {
        Some(b'm') => 60u32,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => return Err(bad(format!("{given:?} is no time such as 30m, 24h or 90d"))),
    };
    let count: Option<u32> = given[..given.len() - 1].parse().ok();
    let seconds = count.and_then(|c| c.checked_mul(unit));
    let seconds = seconds.ok_or_else(|| bad(format!("{given:?} is no time such as 30m, 24h or 90d")))?;
    if !(min..=max).contains(&seconds) {
        return Err(bad(format!("{given} given, {} to {} hours belong there", hours(min), hours(max))));
    }
    Ok(seconds)
}

fn hours(seconds: u32) -> String {
    if seconds < 3_600 { format!("{}/60", seconds / 60) } else { (seconds / 3_600).to_string() }
}
