//! Customer due diligence (客户尽职调查): what is asked before an account is opened, how a customer is judged afterwards, and who looks
//! again, at one customer or at all accounts of a period.
//!
//! **Opening** ([`ask`]). Five questions and two checks (五问两查). The questions are dated data (`data/questions.toml`), one set for
//! people and one for firms; each is answered with a choice. The first check, document and person, is the teller's; the second is the
//! bank's: watch lists by customer, document and phone, how many accounts he has, how many customers share his phone. Then one of
//! three things follows ([`judge`]):
//!
//! 1. nothing was odd: it is opened;
//! 2. an answer or a check asks for a closer look: it is opened when the teller writes what he looked at ([`CLOSER_LOOK`] until
//!    then), or refused by him;
//! 3. he will lend it, is paid for it, or is on a black or police list: it is refused.
//!
//! Every outcome is a row, with who asked, the answers encrypted. A refusal names a [`Reason`]; its text tells the customer why, what
//! to bring, and that he may object (反电信网络诈骗法 16, 32). Upheld, it no longer stands in the way ([`upheld`]): what would refuse
//! him asks for a closer look for [`LIFTED_DAYS`] days.
//!
//! **Standing** ([`rescore`]). Points for age of relation, documents, occupation and income, answers, lists and cases come to a score, the
//! score to a band, the band to the highest tier of [`party::Tier`] and to months until the next review (`data/score.toml`). The tier's
//! limits are party's and are enforced where payments use them. A customer above his band's tier is lowered at once and told why,
//! what to bring and where to object (反诈法 32). Up needs a review with documents ([`review`]) and a second person (`app::desk`).
//! What was cleared once lowers nobody again: only a higher score does. Firms have a score and reviews, and no tier.
//!
//! **Stock** ([`select`]). Accounts that were opened in a period at a branch and meet what was asked for become a list of work with an
//! officer and a due day; each gets a result. [`LOOKED_AT_MAX`] accounts are looked at, [`FOUND_MAX`] taken.
//!
//! **Never:** an account opened at a counter without answers; an answer that is changed afterwards; a reason shown that names a list.
mod events;
mod opening;
mod questions;
mod score;
mod standing;
mod stock;
#[cfg(test)]
mod tests;

pub use events::Event;
pub use opening::{
    Asked, Found, Judged, Opening, OpeningNew, Outcome, Reason, Said, ask, judge, listed, object, of_owner, opened,
    opening, refuse, renew_opening, said,
};
pub use questions::{Answer, AnswerOf, Choice, Question, Questions, set_of, version_of};
pub use score::{Band, Facts, Line, Rules, Scored, rules, score};
pub use standing::{
    DueReview, Review, ReviewNew, ReviewResult, Seen, Standing, due_reviews, may_rise, object_lowered, raised,
    renew_review, rescore, rescore_due, review, review_note, reviews_of, standing,
};
pub use stock::{
    Criteria, Hit, Item, ItemPlace, StockNew, StockResult, StockReview, items, note as item_note, renew_items, result,
    review_of, select, stock_reviews,
};

use kernel::id::{AppealId, BranchId};
use kernel::{Actor, BookId, Error, Id, Owner, Result};
use party::{Change, Permission, Scope};
use store::{Migration, Table, Tx, params};

/// Characters of a purpose.
pub const PURPOSE_CHARS_MAX: usize = 120;
/// Characters of what was looked at, of a note.
pub const TEXT_CHARS_MAX: usize = 1_000;
/// Openings and reviews of one customer that are listed.
pub const LISTED_MAX: u32 = 100;
/// Days for which an upheld objection speaks for a customer.
pub const LIFTED_DAYS: i64 = 90;
/// Customers of one phone from which it is noted.
pub const SHARERS_MIN: usize = 2;
/// Days between two scores that nothing asked for.
pub const SCORED_DAYS: i64 = 7;
/// Accounts that a review of stock looks at.
pub const LOOKED_AT_MAX: usize = 5_000;
/// Accounts that it takes.
pub const FOUND_MAX: usize = 500;

kernel::codes! {
    ANSWERS: Invalid, "opening_answers", "answer every question with one of its choices";
    CLOSER_LOOK: Refused, "opening_closer_look", "look more closely, write down at what, or refuse the opening";
    NOT_REFUSED: Refused, "opening_not_refused", "only a refused opening is objected to";
    NOT_LOWERED: Refused, "tier_not_lowered", "object when your limits were lowered";
    REVIEW_FIRST: Refused, "tier_review_first", "review the customer with documents first, and raise the tier then";
    STOCK_NONE: Refused, "stock_none_found", "choose another period, branch or sign";
    STOCK_STATE: Conflict, "stock_state", "load the list again; a colleague was quicker";
}

pub const MIGRATION: Migration =
    Migration { name: "0044_diligence", sql: include_str!("../migrations/0044_diligence.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Opening>(),
    store::verify::of::<Standing>(),
    store::verify::of::<Review>(),
    store::verify::of::<StockReview>(),
    store::verify::of::<Item>(),
];

/// The process that judges customers by itself.
pub const PROCESS: &str = "diligence";

pub(crate) fn book_of(owner: Owner) -> Result<BookId> {
    match owner {
        Owner::Person(p) => Ok(p.book()),
        Owner::Firm(f) => Ok(f.book()),
        Owner::Bank => Err(Error::field("owner", "a customer")),
    }
}

pub(crate) fn branch_of(tx: &mut Tx<'_>, owner: Owner) -> Result<BranchId> {
    Ok(party::branch_of(tx, book_of(owner)?)?.id)
}

/// Whoever opens accounts or works cases where the customer belongs.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    let scope = Scope::branch(branch);
    match party::may(tx, actor, Permission::AccountOpen, &scope) {
        Ok(_) => Ok(()),
        Err(_) => party::may(tx, actor, Permission::CaseWork, &scope).map(|_| ()),
    }
}

/// Trimmed, 1 to [`TEXT_CHARS_MAX`] characters.
pub(crate) fn text(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(Error::field(field, "write something")),
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// An objection was upheld by two officers: the refusal it is about is lifted, or the tier it is about given back.
pub fn upheld(tx: &mut Tx<'_>, actor: &Actor, appeal: AppealId) -> Result<Change> {
    let tail = "WHERE appeal = ?1 ORDER BY id LIMIT 1";
    if let Some(mut o) = tx.select_locked::<Opening>(tail, params![appeal])?.pop() {
        return opening::lift(tx, actor, &mut o);
    }
    standing::give_back(tx, actor, appeal)
}
