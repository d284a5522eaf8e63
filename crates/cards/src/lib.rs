//! Cards: a number that leads to an account, on plastics that come and go.
//!
//! **Words.** A *card* is a number with its holder; a *plastic* is what he carries, counted by its *sequence number*. A debit or
//! social security card leads to a current account. *Blank* cards are a branch's stock for plastics made while the customer waits.
//!
//! ```text
//! applied ─▶ approved ─▶ produced ─▶ active ⇄ frozen
//!    └▶ declined   ▲         │          │       │
//!                  └─ replace ◀────── lost ◀────┘      any but the first two ─▶ closed
//! ```
//!
//! **Two persons.** Who applied does not approve (the crate `approval`). Blank cards are counted in by two.
//!
//! **Making.** The maker of plastics stands behind a port ([`make::CardMaker`]); what is ordered is told him again until it is
//! made ([`make::make_go_on`]).
//!
//! **In person.** A plastic pays from the moment its holder activated it: at a counter with the document the bank knows him by,
//! or at a machine that saw his card and face.
//!
//! **Lost** is said through any channel and holds from the end of that transaction. It is taken back at a counter in person only,
//! and where it was said at a counter by two. A replacement keeps the number; the old plastic is dead from then on.
//!
//! **Credit.** A credit card leads to a *line* ([`line`]) whose limit the ledger keeps; a *bill* ([`credit`]) counts what its holder owes.
//! Purchases come from the scheme ([`authorise`]), repayments by any payment to the line.
//!
//! **Never:** a number in the clear outside the maker's job; a plastic that pays and is not the one of the card's sequence
//! number; a closed number given again.
mod apply;
mod card;
pub mod cost;
pub mod credit;
mod decided;
mod dispute;
mod events;
mod life;
mod limit;
mod line;
pub mod make;
mod number;
pub mod pin;
mod refund;
mod repay;
mod rules;
mod scheme;
pub mod simulator;
mod spending;
mod stock;
#[cfg(test)]
mod tests;
pub mod verify;

pub use apply::{Apply, Check, apply, apply_in_person, approve, decline};
pub use card::{
    Card, CardStep, Kind, Plastic, PlasticState, State, Step, Stop, card, cards_of, open_card_of, plastics, steps,
};
pub use decided::{KINDS, approval_no, approval_yes};
pub use dispute::{Dispute, decide_approve, decide_ask, dispute, disputes};
pub use events::Event;
pub use life::{FindOutcome, InPerson, activate, close, find, find_approve, freeze, lose, lose_all, replace, thaw};
pub use limit::{limit_approve, limit_ask};
pub use line::{CardStatement, CreditLine, bills_go_on, income_account, line, line_now, scheme_account, statements};
pub use make::{CardMaker, Job, Made, Progress, make_go_on};
pub use refund::{REFUNDS_MAX, Refund, refund};
pub use repay::{Repay, instalments, repay, take_out};
pub use rules::{InstalmentTerms, Rules, credit_terms, instalment_terms, limit_max, rules};
pub use scheme::{Purchase, authorise, authorise_for, card_by_number, present, reverse, scheme_may};
pub use spending::{Offer, SPENDING_MONTHS, offers, spending};
pub use stock::{Stock, stock, stock_confirm, stock_receive, stock_spoil};

use kernel::id::PersonId;
use kernel::{Actor, Owner, Result};
use store::{Migration, Table, Tx};

/// Cards of one person listed at most.
pub const CARDS_LISTED_MAX: i64 = 200;
/// Plastics told to the maker in one run at most.
pub const MAKE_ROWS_MAX: i64 = 200;
/// Statements of one line listed at most.
pub const STATEMENTS_LISTED_MAX: i64 = 120;
/// Bills brought up in one run at most.
pub const BILLS_AT_ONCE_MAX: i64 = 500;
/// Items of one bill that are not settled at most.
pub const ITEMS_MAX: usize = 2_000;
/// Disputes of one line listed at most.
pub const DISPUTES_LISTED_MAX: i64 = 100;
/// Entries of a line looked through for what was spent, at most.
pub const SPENDING_LINES_MAX: usize = 3_000;
/// Blank cards of one branch at most.
pub const STOCK_MAX: i64 = 10_000;

kernel::codes! {
    CARD_STATE: Conflict, "card_state", "load the card again; it is in another state than this needs";
    ACCOUNT_UNFIT: Refused, "card_account_unfit", "choose an open current account in yuan of the holder";
    HAS_CARD: Refused, "has_card", "use the card there is, or close it first";
    CARDS_FULL: Limit, "cards_full", "close a card that is not used any more";
    NO_NUMBER: Unavailable, "card_no_number", "ask again";
    IN_PERSON: Refused, "card_in_person", "come to a counter with the identity document, or use a machine that reads card and face";
    WRONG_DOCUMENT: Refused, "card_wrong_document", "ask for the document the holder is known by and read it again";
    PLASTIC_DIFFERS: Conflict, "card_plastic_differs", "use the plastic with the newest sequence number; older ones are dead";
    FOUND_BY_TWO: Conflict, "card_found_decided", "load the card again; it was decided";
    STOCK_EMPTY: Refused, "card_stock_empty", "order the card from the maker, or go to a branch with blank cards";
    STOCK_STATE: Conflict, "card_stock_state", "count again, and load the stock again";
    SAME_PERSON: Forbidden, "card_same_person", "let another person be the second one";
    ITEM_UNKNOWN: Refused, "card_item_unknown", "look at the items of the bill";
    DISPUTE_STATE: Conflict, "card_dispute_state", "load the bill again; the item was disputed or decided meanwhile";
    NOT_FOR_INSTALMENTS: Refused, "card_not_for_instalments", "choose a purchase that is whole and on no statement yet";
    LINE_NOT_EMPTY: Refused, "card_line_not_empty", "repay what is owed, take back what was paid too much, then close the card";
    LIMIT_UNFIT: Refused, "card_limit_unfit", "ask for a limit above zero and at most the bank's highest";
    NOTHING_DUE: Refused, "card_nothing_due", "nothing to do; give an amount to pay before it is asked for";
    CARD_NOT_MOVED: Refused, "card_not_moved", "nothing was moved; look at the reason and order it again later";
    EXPIRED: Refused, "card_expired", "have the card replaced; its number stays";
    REFUND_TOO_MUCH: Refused, "card_refund_too_much", "give back at most what is left of a purchase that was presented";
    PIN_WRONG: Refused, "card_pin_wrong", "type it again; three wrong tries lock the card";
    PIN_LOCKED: Refused, "card_pin_locked", "come to a counter with the identity document and choose a new PIN";
    PIN_WEAK: Refused, "card_pin_weak", "choose six digits that are not all the same and not in a row";
    MAKER_AWAY: Unavailable, "card_maker_away", "nothing to do; the maker is asked again";
}

pub const MIGRATION: Migration = Migration { name: "0022_cards", sql: include_str!("../migrations/0022_cards.sql") };
/// Disputes, refunds, PINs.
pub const MIGRATION_MORE: Migration =
    Migration { name: "0026_cards_more", sql: include_str!("../migrations/0026_cards_more.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Card>(),
    store::verify::of::<Plastic>(),
    store::verify::of::<CardStep>(),
    store::verify::of::<Stock>(),
    store::verify::of::<CreditLine>(),
    store::verify::of::<CardStatement>(),
    store::verify::of::<Dispute>(),
    store::verify::of::<Refund>(),
    store::verify::of::<pin::CardPin>(),
];

/// The process that makes cards.
pub(crate) fn us(correlation: &str) -> Actor {
    Actor { correlation: correlation.into(), ..Actor::system("cards") }
}

/// Whether the actor may look at a holder's cards.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId) -> Result<()> {
    payments::may_see(tx, actor, Owner::Person(owner))
}
