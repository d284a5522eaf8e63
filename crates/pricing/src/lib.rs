//! The price of an operation: a dated tariff, the quote made from it, and the record of what was charged and why.
//!
//! **Tariff.** A [`Tariff`] entry says what one operation costs for a class of payer on a channel, in bands of the amount.
//! Entries of kind *list* (价目) are the price; entries of kind *relief* (减费让利) are a second price that counts when it is
//! lower, so a relief can never make anything dearer and a list price already below it stays. An entry is named by its
//! code; its versions are numbered from 1, never change, and each holds from its first day until the next version's. A
//! version that has ended without a next one leaves no price. New versions of a known code begin today or later: prices
//! do not change backwards.
//!
//! **Quote.** [`quote`] takes the list entry that names the reach, then the payer, then the channel most exactly, and the
//! relief that charges least. Fees are exact decimals rounded half up (四舍五入) once, to the minor unit. Where the tariff is
//! silent the answer is [`NO_PRICE`], never zero: what is free has an entry that says so. [`confirm`] quotes again when the
//! money moves and refuses to take more than was shown.
//!
//! **Record.** [`record`] writes a [`PriceRecord`] with every priced instruction, also when the fee is zero: list fee,
//! charged, `saved = max(0, list − charged)`, both rules with their versions, the basis and what was known of the payer's
//! class. The sum of `saved` over a payer can thus be recomputed by anybody from the tariff and the records.
//!
//! **A new tariff** is a text like the bundled one. [`review`] says every fault in it with line and column, and what it would
//! change; it waits as a draft of `approval::terms` until somebody else agrees, and [`load_tariff`] puts it in force.
//!
//! Limits: [`TARIFFS_MAX`] versions, [`BANDS_MAX`] bands an entry, [`approval::DRAFT_BYTES_MAX`] of text a load.
mod file;
mod quote;
mod review;
mod tariff;
#[cfg(test)]
mod tests;

pub use file::{Loaded, load_tariff, tariff_versions};
pub use quote::{Applied, Ask, Explanation, PriceRecord, Quote, confirm, quote, record, record_of, tariff_table};
pub use review::{Review, review};
pub use tariff::{Band, Basis, Operation, PayerClass, Reach, RuleKind, Tariff};

use store::{Migration, Table};

/// Versions in the tariff at most.
pub const TARIFFS_MAX: usize = 2_000;
/// Bands in an entry at most.
pub const BANDS_MAX: usize = 20;
/// Characters of [`PriceRecord::eligibility`] at most.
pub const ELIGIBILITY_CHARS_MAX: usize = 400;
/// Minutes a quote is promised for at least, also when it is made at the end of a day.
pub const QUOTE_MINUTES_MIN: i64 = 10;

/// Where the bundled tariff stands in the source tree, for messages.
pub const DATA_FILE: &str = "crates/pricing/data/tariff.toml";
/// The bundled tariff.
pub const DATA: &str = include_str!("../data/tariff.toml");

pub const MIGRATION: Migration =
    Migration { name: "0005_pricing", sql: include_str!("../migrations/0005_pricing.sql") };

/// The tables of record, for `verify`.
pub const TABLES: &[&Table] = &[<Tariff as store::Record>::TABLE, <PriceRecord as store::Record>::TABLE];

kernel::codes! {
    NO_PRICE: Refused, "no_price", "choose another channel, or ask the bank to add the price to its tariff";
    PRICE_CHANGED: Conflict, "price_changed", "look at the new price and confirm again";
    PRICE_RECORDED: Conflict, "price_recorded", "give a new instruction; the price of this one stands";
    BAD_TARIFF: Invalid, "bad_tariff", "correct the named entry of the tariff file and load it again; nothing of it was taken";
    NOTHING_NEW: Refused, "tariff_nothing_new", "add a version with a later first day, then send the file again";
    TARIFF_FIXED: Conflict, "tariff_fixed", "leave the version as it is and add the next version with a later first day";
}
