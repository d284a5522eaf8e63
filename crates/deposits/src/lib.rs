//! Deposits: what customers leave with the bank, and what it pays them for it.
//!
//! **Words.** A *product* is a kind of deposit with its terms, a *rate* holds for a product and term from a day on; both are
//! dated data, brought into force by two ([`load_terms`]). A *demand* account (活期) is any current account of the ledger whose
//! chart code a demand product names. A *deposit* is a contract: a term (定期), with notice (通知存款) or as a large certificate
//! (大额存单). It has an account of its own in the ledger that pays its owner's *linked* account alone.
//!
//! **Accrual.** After a business day was closed comes its *night* ([`night_go_on`]): for every account, in the order of ids and in
//! chunks, the balance at the day's end counts for each calendar day until the next business day. Demand accounts cumulate
//! balance × days (积数); what all accounts of a product earned goes into one entry a product and branch, interest expense
//! to interest payable. Interest is exact until it is rounded once, when it is settled or paid ([`Grains`]); what the roundings
//! and changes of rate leave over moves between expense and payable with the next night's entry.
//!
//! **Payment.** Demand interest is settled at the end of the settlement day (20th of a quarter's last month) and paid in the
//! same night, so on the next business day (21st). A deposit is paid or rolled over in the night before the business day it
//! falls due on, at the rate of its last day. An early draw is paid at the demand rate of the day; what it costs is shown first
//! ([`draw_quote`]), and the order to draw names the interest that was shown.
//!
//! **Resumable.** A night's state, its step and the account it has come to stand in one row, which changes in the
//! transaction that does the work. A kill loses nothing and repeats nothing; a night that was not finished is finished before
//! the next day closes. While a night is under way deposits are not drawn (`deposit_night`), everything else goes on.
//!
//! **Also here:** passbooks (存折) with a cursor of what is printed, certificates of deposit (存款证明) that hold their
//! amount, accounts that fall asleep (久悬) and are woken by their owner.
//!
//! **Never:** a balance kept here: every one comes from the ledger's entries; interest that was not in the sum of its product;
//! a deposit paid to anybody but its owner's account; a frozen one paid at all.
mod contract;
mod count;
mod draw;
mod events;
mod file;
mod interest;
mod line;
mod mature;
mod night;
mod notice;
mod page;
mod passbook;
mod pay;
mod proof;
mod settle;
mod sleep;
mod terms;
#[cfg(test)]
mod tests;
pub mod verify;

pub use contract::{
    Deposit, DepositEvent, EventKind, Offer, Open, Rollover, State, deposit, deposits_of, history, offer, open,
    pays_to, rollover_set,
};
pub use count::{DayCount, Fraction, whole_months};
pub use draw::{Drawn, Quote, draw, draw_quote};
pub use events::Event;
pub use file::{TermsReview, load_terms, terms_review};
pub use interest::{Annual, GRAINS_PER_MINOR, Grains, Year, counted, interest};
pub use mature::DUE_SOON_DAYS;
pub use night::{Night, NightDone, Step, night_begin, night_go_on, nights};
pub use notice::{Notice, NoticeState, notice_cancel, notice_give, notices};
pub use page::{AccrualPage, AccrualSum, LINES_MAX};
pub use passbook::{Passbook, Printed, PrintedLine, passbook, passbook_issue, passbook_print, passbook_replace};
pub use proof::{Proof, ProofAsk, proof_end, proof_issue, proofs};
pub use settle::{Earned, earned, settle};
pub use sleep::wake;
pub use terms::{Holder, Kind, OnSale, Product, Rate, SettledAt, Shelf, Terms, months, shelf};

use kernel::{Actor, Error, Money, Owner, Result, Who};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Versions of products at most.
pub const PRODUCTS_MAX: usize = 1_000;
/// Rates at most.
pub const RATES_MAX: usize = 10_000;
/// Deposits of one owner listed at once at most.
pub const DEPOSITS_LISTED_MAX: i64 = 200;
/// Notices that may stand on one deposit.
pub const NOTICES_MAX: usize = 20;
/// Passbooks one account may have had.
pub const PASSBOOKS_MAX: usize = 1_000;
/// Certificates that an account has had and that are listed, the newest first.
pub const PROOFS_LISTED_MAX: i64 = 200;

kernel::codes! {
    PRODUCT_UNKNOWN: Missing, "deposit_product_unknown", "look at the list of products that are sold today";
    RATE_UNKNOWN: Refused, "deposit_rate_unknown", "choose a product and term that is sold today";
    BAD_TERMS: Invalid, "bad_deposit_terms", "correct the named entry and load the file again; nothing of it was taken";
    TERMS_FIXED: Conflict, "deposit_terms_fixed", "leave the entry as it is and add the next one with a later first day";
    NOTHING_NEW: Refused, "deposit_terms_nothing_new", "add a version or a rate with a later first day, then send the file again";
    NOT_SOLD: Refused, "deposit_not_sold", "choose a product that is sold today to a customer of this kind";
    BELOW_MINIMUM: Refused, "deposit_below_minimum", "give at least the smallest amount of the product";
    LINKED_UNFIT: Refused, "deposit_linked_unfit", "pay from a current account of the same owner and currency";
    OWNER_FROZEN: Refused, "deposit_owner_frozen", "bring your identity document to the branch to learn why and what is needed";
    NEEDS_CHECKER: Refused, "deposit_needs_checker", "let the customer order it himself, or a colleague with a higher limit";
    NOT_MOVED: Refused, "deposit_not_moved", "nothing was moved; look at the reason and order it again later";
    DEPOSIT_CLOSED: Conflict, "deposit_closed", "load the deposit again; it was paid out";
    COST_CHANGED: Conflict, "deposit_cost_changed", "look at the new figures and confirm again";
    DRAWS_USED: Refused, "deposit_draws_used", "draw the whole deposit, or wait for its last day";
    PART_UNFIT: Refused, "deposit_part_unfit", "draw the whole deposit, or an amount that leaves at least the smallest one";
    NO_NOTICE: Refused, "deposit_no_notice", "give notice on a notice deposit only, for what is not under notice yet";
    NOTICE_ENDED: Conflict, "deposit_notice_ended", "load the notices again; this one was used, withdrawn or has lapsed";
    NIGHT_UNDER_WAY: Unavailable, "deposit_night", "ask again in a minute; the night's work on interest is not finished";
    NO_PASSBOOK: Refused, "deposit_no_passbook", "issue a passbook for the account first";
    PASSBOOK_FULL: Refused, "deposit_passbook_full", "replace it by a new passbook, then print the rest";
    PASSBOOK_DIFFERS: Conflict, "deposit_passbook_differs", "put in the passbook that is in use; another one was replaced";
    PASSBOOK_MOVED: Conflict, "deposit_passbook_moved", "load the lines again; something was printed meanwhile";
    PROOF_SHORT: Refused, "deposit_proof_short", "certify at most what is free on the account";
    NOT_ASLEEP: Conflict, "deposit_not_asleep", "nothing to do; the account is awake";
}

pub const MIGRATION: Migration =
    Migration { name: "0020_deposits", sql: include_str!("../migrations/0020_deposits.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Product>(),
    store::verify::of::<Rate>(),
    store::verify::of::<Deposit>(),
    store::verify::of::<DepositEvent>(),
    store::verify::of::<Notice>(),
    store::verify::of::<AccrualPage>(),
    store::verify::of::<AccrualSum>(),
    store::verify::of::<Night>(),
    store::verify::of::<Passbook>(),
    store::verify::of::<Proof>(),
];

/// Where the bundled products and rates stand in the source tree, for messages.
pub const DATA_FILE: &str = "crates/deposits/data/terms.toml";
/// The bundled products and rates.
pub const DATA: &str = include_str!("../data/terms.toml");

/// The process that pays interest and deposits; `correlation` is what its entries belong to.
pub(crate) fn payer(correlation: impl std::fmt::Display) -> Actor {
    Actor { correlation: correlation.to_string(), ..Actor::system("deposits") }
}

/// Whether the actor may move this much of what is `owner`'s, now: his right, his limit, no freeze. Whose it is not, finds
/// nothing. Staff keep their hands off what is their own, and stay within what they may do alone.
pub(crate) fn may_move(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, amount: Money) -> Result<()> {
    let (permission, scope) = match (actor.who, owner) {
        (Who::System(_), _) => (Permission::PaymentSubmitAny, Scope::bank()),
        (Who::Staff(_), _) => (Permission::PaymentSubmitAny, Scope::here(actor)),
        (_, Owner::Person(p)) => (Permission::PaymentSubmit, Scope::person(p)),
        (_, Owner::Firm(f)) => (Permission::PaymentSubmit, Scope::firm(f)),
        (_, Owner::Bank) => return Err(Error::forbidden("the bank's own accounts are moved by its processes")),
    };
    let entitled = party::may(tx, actor, permission, &scope.amount(amount))?;
    payments::hands_off(tx, actor, &[owner])?;
    if entitled.needs_checker(amount) && !matches!(actor.who, Who::System(_)) {
        let told = format!("{amount} is above what may be done without a second person");
        return Err(Error::new(&NEEDS_CHECKER, told).with("amount", amount));
    }
    let at = tx.now();
    match guard::in_force(tx, owner, at)?.is_empty() {
        true => Ok(()),
        false => Err(Error::new(&OWNER_FROZEN, "the owner's accounts are frozen")),
    }
}
