//! Wealth products (理财产品): what customers may put money into, at their own risk, in the name of its issuer.
//!
//! **Words.** A *product* has a risk level R1 to R5 and terms, in versions; its *value* (单位净值) says what one unit is
//! worth at the end of a day. Both are dated data, brought into force by two ([`load_terms`]). An *assessment* (风险承受能力评估) is
//! what a person answered himself to ten questions; it puts him on a level C1 to C5 for twelve months. A *holding* is what he has of a product:
//! an account of units and an account of money on its way, both in the ledger. A *recording* (双录) is sound and picture of a
//! sale at a counter.
//!
//! **Who may buy.** Nothing is sold above the customer's level, in no channel and by nobody: without an assessment that is valid
//! today, or with a level below the product's, [`subscribe`] refuses. Whoever is as old as the product says
//! waits for a second look by a person of the bank who did not sell it (`wealth.check`). A sale by staff names
//! a finished recording of this customer, this product, this teller and this day; a recording serves once.
//!
//! **An order.** The money leaves the customer's account at once and lies on an account of his own that pays nobody but him and the
//! product. It is *in review* (second look), then *cooling* for the hours of the product; until they are over he calls it
//! off at no cost ([`cancel`]). Then it is *due*: the day is fixed whose value counts, and when that value is known the order is
//! *confirmed*: fee to the bank, the rest to the product, units to him. To give units back ([`redeem`]) takes the value of
//! the day of the order and is paid *n* days later to the account the money came from. [`go_on`] moves all of this on.
//!
//! **Rounding.** The fee is inside the amount: net = amount ÷ (1 + rate), half up to the fen. Units are net ÷ value, cut to 0.01 unit; money is
//! units × value, cut to the fen. What is cut stays with the product, so nobody gains by ordering in small parts.
//!
//! **Never:** a unit that is not in the ledger; money of an order anywhere but on its account; a value that one person entered alone;
//! a product that the bank vouches for. Units have no interest and no promise.
mod assess;
mod buy;
mod decided;
mod events;
mod file;
mod holding;
mod nav;
mod order;
mod pay;
mod product;
mod questions;
mod record;
mod run;
mod sell;
#[cfg(test)]
mod tests;
pub mod verify;

pub use assess::{Answer, Assessment, assess, assessment_of, assessments_of};
pub use buy::{Ask, Quote, Subscribe, cancel, quote, subscribe};
pub use decided::{KINDS, approval_no, approval_yes};
pub use events::Event;
pub use file::{NavChange, TermsReview, load_terms, terms_review};
pub use holding::{Entry, Holding, Standing, entries, holding, holdings_of, pays_to};
pub use nav::{NAV_SCALE, Nav, NavRow, units_of, worth};
pub use order::{Order, OrderKind, State, order, orders_of};
pub use product::{Level, Product, Risk, Shelf, Terms, Text, shelf};
pub use questions::{Choice, Question, Questions, questions};
pub use record::{NoRecorder, Recorder, RecorderSimulator, Recording, Take, recording, recording_begin, recording_end};
pub use run::{Moved, NOT_IN_TIME, PRODUCT_ENDED, go_on};
pub use sell::{Redeem, redeem};

use kernel::{Actor, Error, Money, Owner, Result, Who};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Versions of products at most.
pub const PRODUCTS_MAX: usize = 1_000;
/// Values of units in one text at most.
pub const NAVS_IN_TEXT_MAX: usize = 2_000;
/// Values of one product that are read at once, days at most.
pub const NAV_DAYS_MAX: i64 = 400;
/// Holdings of one owner listed at once at most.
pub const HOLDINGS_LISTED_MAX: i64 = 200;
/// Orders of one holding listed at once at most, the newest first.
pub const ORDERS_LISTED_MAX: i64 = 200;
/// Movements of one holding listed at once at most, the newest first.
pub const ENTRIES_LISTED_MAX: i64 = 500;
/// Assessments of one person listed at once at most, the newest first.
pub const ASSESSMENTS_LISTED_MAX: i64 = 50;
/// Orders looked at in one transaction's list of [`go_on`].
pub const ORDERS_AT_ONCE_MAX: i64 = 200;
/// Hours of a recording at most.
pub const RECORDING_HOURS_MAX: i64 = 4;

kernel::codes! {
    PRODUCT_UNKNOWN: Missing, "wealth_product_unknown", "look at the list of products that are sold today";
    BAD_TERMS: Invalid, "bad_wealth_terms", "correct the named entry and load the file again; nothing of it was taken";
    TERMS_FIXED: Conflict, "wealth_terms_fixed", "leave the entry as it is and add the next one with a later day";
    NOTHING_NEW: Refused, "wealth_terms_nothing_new", "add a version of a product or the value of another day, then send the file again";
    NOT_SOLD: Refused, "wealth_not_sold", "choose a product that is sold today";
    PERSONS_ONLY: Refused, "wealth_persons_only", "let the person buy it from his own account; firms are not served here";
    NO_ASSESSMENT: Refused, "wealth_no_assessment", "answer the questions about risk yourself, then order again";
    ABOVE_LEVEL: Refused, "wealth_above_level", "choose a product of your level or below; deposits are there too";
    ASSESSED_OFTEN: Limit, "wealth_assessed_often", "keep the level you have, or answer again on a later day";
    ANSWERS_UNFIT: Invalid, "wealth_answers_unfit", "give one of the answers to every question that is asked today";
    BY_HIMSELF: Forbidden, "wealth_by_himself", "let the customer answer the questions himself";
    AMOUNT_UNFIT: Refused, "wealth_amount_unfit", "give at least the smallest amount, in whole steps";
    LINKED_UNFIT: Refused, "wealth_linked_unfit", "pay from a current account of the same person and currency";
    FEE_CHANGED: Conflict, "wealth_fee_changed", "look at the new figures and confirm again";
    NO_RECORDING: Refused, "wealth_no_recording", "record the sale to this customer from beginning to end, then order with that recording";
    RECORDING_ENDED: Conflict, "wealth_recording_ended", "begin another recording; this one has ended";
    OWNER_FROZEN: Refused, "wealth_owner_frozen", "bring your identity document to the branch to learn why and what is needed";
    NEEDS_CHECKER: Refused, "wealth_needs_checker", "let the customer order it himself, or a colleague with a higher limit";
    NOT_MOVED: Refused, "wealth_not_moved", "nothing was moved; look at the reason and order it again later";
    NOT_REVOCABLE: Conflict, "wealth_not_revocable", "wait until it is confirmed, then give the units back";
    UNITS_SHORT: Refused, "wealth_units_short", "give back at most the units that are free";
    CLOSED_TERM: Refused, "wealth_closed_term", "wait for the product's last day; it is paid out then by itself";
    NOT_IN_REVIEW: Conflict, "wealth_not_in_review", "load the order again; it was decided already";
}

pub const MIGRATION: Migration = Migration { name: "0023_wealth", sql: include_str!("../migrations/0023_wealth.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Product>(),
    store::verify::of::<NavRow>(),
    store::verify::of::<Assessment>(),
    store::verify::of::<Recording>(),
    store::verify::of::<Holding>(),
    store::verify::of::<Order>(),
    store::verify::of::<Entry>(),
];

/// Where the bundled products stand in the source tree, for messages.
pub const DATA_FILE: &str = "crates/wealth/data/products.toml";
/// The bundled products; they are examples, so a bank that is not a demonstration begins with an empty shelf.
pub const DATA: &str = include_str!("../data/products.toml");

/// The process that moves money of orders; `correlation` is what its entries belong to.
pub(crate) fn mover(correlation: impl std::fmt::Display) -> Actor {
    Actor { correlation: correlation.to_string(), ..Actor::system("wealth") }
}

/// Whether the actor may order this much of what is `owner`'s, now: his right, his limit, no freeze. Staff keep their
/// hands off what is their own, and stay within what they may do alone.
pub(crate) fn may_order(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, amount: Money) -> Result<()> {
    let (permission, scope) = match (actor.who, owner) {
        (Who::System(_), _) => (Permission::PaymentSubmitAny, Scope::bank()),
        (Who::Staff(_), _) => (Permission::PaymentSubmitAny, Scope::here(actor)),
        (_, Owner::Person(p)) => (Permission::PaymentSubmit, Scope::person(p)),
        _ => return Err(Error::new(&PERSONS_ONLY, "wealth products are sold to persons")),
    };
    let entitled = party::may(tx, actor, permission, &scope.amount(amount))?;
    payments::hands_off(tx, actor, &[owner])?;
    if entitled.needs_checker(amount) && !matches!(actor.who, Who::System(_)) {
        let told = format!("{amount} is above what may be done without a second person");
        return Err(Error::new(&NEEDS_CHECKER, told).with("amount", amount));
    }
    free(tx, owner)
}

/// `Err(OWNER_FROZEN)` while the owner's accounts are frozen.
pub(crate) fn free(tx: &mut Tx<'_>, owner: Owner) -> Result<()> {
    let at = tx.now();
    match guard::in_force(tx, owner, at)?.is_empty() {
        true => Ok(()),
        false => Err(Error::new(&OWNER_FROZEN, "the owner's accounts are frozen")),
    }
}
