//! Guarantee deposits for wages (工资保证金): what a contractor puts aside so that workers are paid when he does not pay them.
//!
//! **Words.** A *duty* is what a project must put aside and until when. A *guarantee* stands for it: *cash* on a deposit account of its
//! own, or a *letter* (银行保函) of a bank. A *notice* is a labour bureau's order to pay named workers out of it (动用通知). *Refilling*
//! makes it whole again.
//!
//! **How much (D1, D3).** `data/rates.toml` holds the figures by region and day; [`required`] is pure. The frame of the country is 1 to 3
//! percent of the contract price; several works under way are lower and not under 0.5; a contract below 3,000,000 yuan after a clean year and
//! any contract after three clean years are exempt; two clean years lower it; arrears in the two years before raise it, and take all relief
//! away. A [`Requirement`] says why. It is to be there within 20 working days (D2), counted from the day that is written down with it.
//!
//! **Where it is kept.** Cash lies on an account of the purpose `deposit`: the ledger lets nothing out of it that was not granted, no
//! customer orders from it, only [`pay_in`] and money that comes back lead into it. A letter has an issuer, a number, an amount and days; each of
//! its terms is a row, and a file that was kept under its hash proves it. [`NEAR_END_DAYS`] days before a letter ends its contractor is told.
//!
//! **A notice (D4)** names workers and what each is owed. The order of liability is kept: it bears the number and day of the order to the main
//! contractor to settle first, and those of the proof that he did not. One person of the bank takes it in ([`notice_receive`]) and asks
//! ([`notice_ask`]), another agrees ([`approval_yes`]); in that transaction the ledger is told of the wage account as payee, the money moves,
//! and the payee ends again. 5 working days after it came in it is late, and says so. A letter is *called*; it is paid when its issuer's
//! payment is in the wage account ([`issuer_paid`]). What the workers were paid meanwhile is taken off a notice before it is paid
//! ([`notice_lower`]). The money is for a pay sheet of the named workers and of no others ([`notice_sheet`]): it is earmarked in payroll, no
//! other sheet is paid with it, and the site does not end while any of it lies there.
//! 10 working days after that the guarantee is whole again or the refill is late. What cannot be paid to the workers and lies in the wage account
//! again refills it first ([`came_back`]); when the workers were paid otherwise and no sheet uses it, one person asks to give all of it back and
//! another agrees ([`unneeded_ask`]). While money of one notice waits for its workers, no other notice that names them is paid, but those of two
//! cases: it may be the same wage.
//!
//! **It goes back (D5)** when the site has come to its end: completed, pledged, noticed for 30 days, no case open, nothing unpaid
//! ([`worksite::end::may_return`]). One person of the bank asks ([`return_ask`]), another agrees; a deposit is paid to a general account of its
//! contractor and its account is closed, a letter is given back.
//!
//! **Never:** money of a deposit to anybody but the wage account of its project on a notice, or its contractor when it is returned;
//! a payment on one person's word; a deposit that is frozen or seized for anything but the wages of its project (Decree 724, art. 33).
mod decided;
mod duty;
mod events;
mod guarantee;
mod notice;
mod pay;
mod rates;
mod refill;
mod returned;
mod run;
#[cfg(test)]
mod tests;
pub mod verify;

pub use decided::{KINDS, approval_no, approval_yes};
pub use duty::{Duty, DutyNew, Standing, duty, duty_set, standing};
pub use events::Event;
pub use guarantee::{
    Ended, Form, Guarantee, Letter, LetterTerms, guarantee, letters, letters_kept, listed, of_project, open_cash,
    open_letter, pay_in, renew,
};
pub use notice::{
    Named, NoticeNew, NoticeState, PaymentNotice, issuer_paid, named_elsewhere, notice, notice_ask, notice_lower,
    notice_of_approval, notice_receive, notice_sheet, notices_of, notices_with_money, sheet_in_use,
};
pub use rates::{Ask, COUNTRY, History, Reason, Requirement, Row, figures, required, working_days_after};
pub use refill::{came_back, unneeded_ask};
pub use returned::return_ask;
pub use run::{Moved, go_on};

use kernel::{Actor, Error, Result, Who};
use party::{Permission, Scope};
use payroll::Project;
use store::{Migration, Table, Tx};

/// Working days that any figure may ask for at most.
pub const WORKING_DAYS_MAX: u32 = 250;
/// Days before a letter's end at which its contractor is told.
pub const NEAR_END_DAYS: i64 = 30;
/// Guarantees of one project at most.
pub const GUARANTEES_OF_PROJECT_MAX: i64 = 20;
/// Notices of one project listed at once at most, the newest first.
pub const NOTICES_LISTED_MAX: i64 = 200;
/// Workers named on one notice at most.
pub const NAMED_MAX: usize = 2_000;
/// Terms of one letter at most.
pub const TERMS_MAX: i64 = 100;
/// Days that a letter may run at most.
pub const LETTER_DAYS_MAX: i64 = 3_660;
/// Rows that one call of [`go_on`] looks at, of each kind.
pub const ROWS_AT_ONCE_MAX: i64 = 500;
/// Characters of a name, a document's number or a basis at most.
pub const TEXT_CHARS_MAX: usize = 200;

kernel::codes! {
    REGION_UNKNOWN: Refused, "guarantee_region_unknown", "give the six digits of the division, and a day on or after the first figures";
    DUTY_MISSING: Refused, "guarantee_duty_missing", "write down first what the project must put aside";
    DUTY_FIXED: Conflict, "guarantee_duty_fixed", "leave it; money was put aside for it already";
    EXEMPT: Refused, "guarantee_exempt", "nothing is to be put aside for this project";
    ENDED: Conflict, "guarantee_ended", "open another one; this one has ended";
    NOT_CASH: Refused, "guarantee_not_cash", "only a deposit is paid into; a letter is renewed";
    NOT_LETTER: Refused, "guarantee_not_letter", "only a letter is renewed or paid by its issuer; a deposit is paid into";
    LETTER_TERMS: Refused, "guarantee_letter_terms", "give an end after the beginning and after today, and an amount that is still enough";
    NOT_OWN_ACCOUNT: Refused, "guarantee_not_own_account", "use a general account of the main contractor itself";
    LIABILITY_ORDER: Refused, "guarantee_liability_order", "ask the bureau for the order to the main contractor to settle first and for the proof that he did not";
    NAMED_UNFIT: Refused, "guarantee_named_unfit", "name workers of this project once each, with amounts that come to the notice's";
    NAMED_ELSEWHERE: Refused, "guarantee_named_elsewhere", "pay out the other notice of these workers first, or give its money back; then this one, if anything is still owed";
    NOTICE_TAKEN: Conflict, "guarantee_notice_taken", "look at the notice with this number; it says other things";
    NOTICE_STATE: Conflict, "guarantee_notice_state", "load the notice again; it has moved on";
    NOTHING_THERE: Refused, "guarantee_nothing_there", "tell the bureau that nothing is left in this guarantee, and remind the contractor to refill it";
    SHEET_UNFIT: Refused, "guarantee_sheet_unfit", "pay exactly the workers named on the notice, none of them more than stands there";
    PAYMENT_UNFIT: Refused, "guarantee_payment_unfit", "name the issuer's own payment into the wage account, which serves one notice";
    NOTHING_BACK: Refused, "guarantee_nothing_back", "wait until money of the notice's pay sheet is back in the wage account";
    NOTICE_OPEN: Refused, "guarantee_notice_open", "pay or refuse the bureau's notice first";
    NOT_MOVED: Refused, "guarantee_not_moved", "nothing was moved; look at the reason and try again later";
}

pub const MIGRATION: Migration =
    Migration { name: "0032_guarantee", sql: include_str!("../migrations/0032_guarantee.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Duty>(),
    store::verify::of::<Guarantee>(),
    store::verify::of::<Letter>(),
    store::verify::of::<PaymentNotice>(),
];

/// The process that moves money of guarantees; `correlation` is what its entries belong to.
pub(crate) fn mover(correlation: impl std::fmt::Display) -> Actor {
    Actor { correlation: correlation.to_string(), ..Actor::system("guarantee") }
}

pub(crate) fn is_bank(actor: &Actor) -> bool {
    matches!(actor.who, Who::Staff(_) | Who::System(_))
}

/// Whether the actor may look at what stands for a project: who reads wages at the bank, the firm that pays, the main contractor.
pub(crate) fn may_read(tx: &mut Tx<'_>, actor: &Actor, project: &Project) -> Result<()> {
    if is_bank(actor) {
        return party::may(tx, actor, Permission::WageReadBank, &Scope::firm(project.firm)).map(|_| ());
    }
    let own = party::may(tx, actor, Permission::WageRead, &Scope::firm(project.firm)).map(|_| ());
    own.or_else(|_| party::may(tx, actor, Permission::WageRead, &Scope::firm(project.contractor)).map(|_| ()))
}

/// A text as it is kept: trimmed, not empty, at most [`TEXT_CHARS_MAX`] characters.
pub(crate) fn filled(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(Error::field(field, "it is empty")),
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}
