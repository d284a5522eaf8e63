//! Which payments look like fraud: rules as data, what was seen lately, the network of accounts, a model, and
//! back-tests.
//!
//! This crate decides and remembers; it opens no database and moves no money. What calls it hands in plain data and the
//! time, so a decision can be made again from the same events, and a back-test runs the very code that runs live.
//!
//! **Deciding.** [`Engine::decide`] reads a [`Payment`] and its [`Signals`], the aggregates and the network as they
//! stand, and judges every rule in force. A rule is a condition in CEL ([`expr`]) in a small file of its own with
//! typology, points, action, words for the customer and for staff, legal basis, owner and days ([`rule`]). Live hits
//! add up their points; the ladder ([`ladder`]) says what a sum means; the strictest of what hits ask for and what the
//! sum asks for is what follows: *pass, tip, verify, delay, limit, stop* (反电信网络诈骗法 18). A rule that stops settles it:
//! the model is not asked then. A shadow rule is recorded and never counts.
//!
//! **What is not known** is never taken for "no". A rule that needs a signal nobody gave comes to *unknown*, names what
//! is missing, and does not count. A rule that cannot be worked out (a number too large) counts as *verify*.
//!
//! **Basic payments.** To a payee whom the bank verified as medical, social security or utilities (反洗钱法 30) the answer
//! is at most *verify*. The class comes from the payee, never from what the payer wrote.
//!
//! **Seeing.** [`Engine::observe`] counts what has happened. Aggregates are declared ([`aggregate`]): for whom, which
//! events, which window of at most 90 days, and count, sum, max, distinct, last seen, decayed sum, 95th percentile or
//! ratio. Only those that something refers to are kept. Time is that of the event; late and out of order is fine: what
//! is remembered depends on which events came, not on their order, so memory made anew from history is the same. Memory
//! is bounded per key and over all ([`window`], [`network`]).
//!
//! **The model** is boosted trees trained here ([`model`]) over the same names, and gives points by the ladder. Without
//! one, everything else works the same. None comes with the product: a bank trains on its own payments.
//!
//! **Looking back.** [`backtest`] streams a file of past payments through the same two functions, tells each label to
//! the engine only after its delay, and reports per rule and per kind of fraud what would have been found and at what
//! cost. [`compare`] does the same with two sets side by side over what a bank itself has seen, and names payments on which
//! they part.
//!
//! Amounts are whole fen and shares basis points everywhere; floats are found in the model and in figures about it
//! alone.
pub mod accounts;
pub mod aggregate;
pub mod backtest;
mod compare;
mod decision;
mod engine;
pub mod expr;
mod flows;
pub mod history;
pub mod input;
pub mod ladder;
pub mod measure;
pub mod model;
pub mod network;
mod payment;
mod report;
pub mod rule;
mod ruleset;
mod shipped;
mod source;
pub mod speed;
mod state;
#[cfg(test)]
mod tests;
pub mod window;

pub use accounts::{AccountOptions, AccountReport, score_accounts};
pub use backtest::{Lesson, Report, backtest, learn};
pub use compare::{Comparison, DIFFERENCES_MAX, Difference, Moment, compare, look_back};
pub use decision::{Decision, Judged, ModelSaid, Outcome, Read, Told};
pub use engine::{Engine, Looked, Memory};
pub use history::{History, Past};
pub use model::Model;
pub use payment::{ELDER_YEARS, Happening, Key, Listing, Observed, PayeeClass, Payment, PaymentKind, Signals, Way};
pub use rule::{Action, Mode, Rule, Texts};
pub use ruleset::{AGGREGATES_FILE, FEATURES_FILE, LADDER_FILE, RuleSet};
pub use source::{FAULTS_TOLD_MAX, FILE_BYTES_MAX, FILES_MAX, Fault, Source};
pub use state::KEYS_MAX;

kernel::codes! {
    BAD_RULES: Invalid, "bad_risk_rules", "correct the named field of the rule file and load the set again; nothing of it was taken";
    BAD_MODEL: Invalid, "bad_risk_model", "train the model again with these rules, or decide without a model";
    BAD_HISTORY: Invalid, "bad_risk_history", "correct the named line of the file and run it again";
}
