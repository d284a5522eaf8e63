//! The names an expression may use, their types and where their values come from.
use crate::payment::{Happening, Listing, Observed, PayeeClass, Payment, PaymentKind, Signals, Way};
use kernel::{Money, Timestamp};

/// What a name holds. Amounts are fen, shares basis points (1/10,000), so that everything is a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    Int,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Type {
    pub fn name(self) -> String {
        match self {
            Type::Bool => "bool".into(),
            Type::Int => "int".into(),
            Type::Word(words) => format!("one of {}", words.join(", ")),
        }
    }

    /// A value as a person reads it.
    pub fn show(self, value: Option<i64>) -> String {
        match (self, value) {
            (_, None) => "?".into(),
            (Type::Bool, Some(v)) => (v != 0).to_string(),
            (Type::Int, Some(v)) => v.to_string(),
            (Type::Word(words), Some(v)) => {
                usize::try_from(v).ok().and_then(|v| words.get(v)).copied().unwrap_or("?").to_string()
            }
        }
    }
}

/// A payment, the signals around it, and the time of the decision.
pub struct Asked<'a> {
    pub payment: &'a Payment,
    pub signals: &'a Signals,
    pub at: Timestamp,
}

/// A name of the payment or a signal.
pub struct Input {
    pub name: &'static str,
    pub kind: Type,
    pub read: fn(&Asked<'_>) -> Option<i64>,
}

fn yes(value: bool) -> Option<i64> {
    Some(i64::from(value))
}
fn fen(amount: Option<Money>) -> Option<i64> {
    amount.map(|a| a.minor)
}
pub fn hour(at: Timestamp) -> i64 {
    i64::from(at.local_time().0)
}
pub fn weekday(at: Timestamp) -> i64 {
    i64::from(at.local_date().weekday())
}

/// What can be asked of a payment and its signals.
pub const INPUTS: &[Input] = &[
    Input { name: "payment.amount", kind: Type::Int, read: |a| Some(a.payment.amount.minor) },
    Input { name: "payment.kind", kind: Type::Word(PaymentKind::WORDS), read: |a| Some(a.payment.kind.code()) },
    Input { name: "payment.channel", kind: Type::Word(Way::WORDS), read: |a| Some(a.payment.way.code()) },
    Input { name: "payment.non_counter", kind: Type::Bool, read: |a| yes(a.payment.way.is_non_counter()) },
    Input {
        name: "payment.payee_class",
        kind: Type::Word(PayeeClass::WORDS),
        read: |a| Some(a.payment.payee_class.code()),
    },
    Input { name: "payment.own", kind: Type::Bool, read: |a| yes(a.payment.own) },
    Input { name: "payment.payer_firm", kind: Type::Bool, read: |a| yes(a.payment.payer_firm) },
    Input { name: "payment.hour", kind: Type::Int, read: |a| Some(hour(a.at)) },
    Input { name: "payment.weekday", kind: Type::Int, read: |a| Some(weekday(a.at)) },
    Input { name: "signal.payer_age", kind: Type::Int, read: |a| a.signals.payer_age.map(i64::from) },
    Input { name: "signal.account_age_days", kind: Type::Int, read: |a| a.signals.account_age_days.map(i64::from) },
    Input { name: "signal.idle_days", kind: Type::Int, read: |a| a.signals.idle_days.map(i64::from) },
    Input { name: "signal.balance", kind: Type::Int, read: |a| fen(a.signals.balance) },
    Input { name: "signal.device_age_hours", kind: Type::Int, read: |a| a.signals.device_age_hours.map(i64::from) },
    Input { name: "signal.changed_hours", kind: Type::Int, read: |a| a.signals.changed_hours.map(i64::from) },
    Input { name: "signal.screen_shared", kind: Type::Bool, read: |a| a.signals.screen_shared.and_then(yes) },
    Input { name: "signal.on_call", kind: Type::Bool, read: |a| a.signals.on_call.and_then(yes) },
    Input { name: "signal.operated", kind: Type::Bool, read: |a| a.signals.operated.and_then(yes) },
    Input { name: "signal.fill_seconds", kind: Type::Int, read: |a| a.signals.fill_seconds.map(i64::from) },
    Input { name: "signal.number_pasted", kind: Type::Bool, read: |a| a.signals.number_pasted.and_then(yes) },
    Input { name: "signal.away", kind: Type::Bool, read: |a| a.signals.away.and_then(yes) },
    Input { name: "signal.travel_kmh", kind: Type::Int, read: |a| a.signals.travel_kmh.map(i64::from) },
    Input {
        name: "signal.payee_list",
        kind: Type::Word(Listing::WORDS),
        read: |a| a.signals.payee_list.map(Listing::code),
    },
    Input {
        name: "signal.payer_list",
        kind: Type::Word(Listing::WORDS),
        read: |a| a.signals.payer_list.map(Listing::code),
    },
    Input {
        name: "signal.deposit_broken_hours",
        kind: Type::Int,
        read: |a| a.signals.deposit_broken_hours.map(i64::from),
    },
    Input { name: "signal.income_year", kind: Type::Int, read: |a| fen(a.signals.income_year) },
    Input { name: "signal.local_tie", kind: Type::Bool, read: |a| a.signals.local_tie.and_then(yes) },
    Input { name: "signal.sim_age_days", kind: Type::Int, read: |a| a.signals.sim_age_days.map(i64::from) },
    Input { name: "signal.banks_this_week", kind: Type::Int, read: |a| a.signals.banks_this_week.map(i64::from) },
    Input { name: "signal.opened_in_group", kind: Type::Bool, read: |a| a.signals.opened_in_group.and_then(yes) },
    Input { name: "signal.firm_age_days", kind: Type::Int, read: |a| a.signals.firm_age_days.map(i64::from) },
    Input { name: "signal.firms_alike", kind: Type::Int, read: |a| a.signals.firms_alike.map(i64::from) },
    Input { name: "signal.firm_pays_dues", kind: Type::Bool, read: |a| a.signals.firm_pays_dues.and_then(yes) },
    Input { name: "signal.open_cases", kind: Type::Int, read: |a| a.signals.open_cases.map(i64::from) },
    Input { name: "signal.pension_words", kind: Type::Bool, read: |a| a.signals.pension_words.and_then(yes) },
];

/// What can be asked of an event, in the `where` of an aggregate.
pub const EVENT_NAMES: &[(&str, Type)] = &[
    ("event.amount", Type::Int),
    ("event.kind", Type::Word(PaymentKind::WORDS)),
    ("event.channel", Type::Word(Way::WORDS)),
    ("event.what", Type::Word(Happening::WORDS)),
    ("event.hour", Type::Int),
    ("event.weekday", Type::Int),
    ("event.elder", Type::Bool),
    ("event.fraud", Type::Bool),
];

/// The values of [`EVENT_NAMES`], in their order.
pub fn event_values(event: &Observed) -> [Option<i64>; 8] {
    [
        Some(event.amount.minor),
        Some(event.kind.code()),
        Some(event.way.code()),
        Some(event.what.code()),
        Some(hour(event.at)),
        Some(weekday(event.at)),
        yes(event.elder),
        yes(event.fraud),
    ]
}
