//! Who there is, and what each may do: branches, people, firms, staff, roles and limits, sign-in and sessions, tiers.
//!
//! **Entitlement.** A command names a [`Permission`] and a [`Scope`] and asks [`may`]. Staff and users of firms hold
//! [`Grant`]s: a role, at a branch (with everything below it in the tree) or of a firm, with limits that never exceed the
//! bank's cap of the role ([`Role::cap`]), from a time until a time. A deny wins over any grant; of several grants the
//! highest limit applies, field by field. A customer needs no grant for what is his own. A process of the bank may do what
//! stands beside its name in [`PROCESSES`], and nobody else acts without a person. Roles that together would let one
//! person make and check, or act and audit, are not granted to one holder ([`TOXIC`]). Asking costs two indexed
//! queries at most: the holder's grants and the scope's branch.
//!
//! **Limits of a day** are counted in the transaction that uses them ([`use_limit`]): a row per subject, kind, currency and
//! business date, made with zero before it is locked, so that two first uses cannot both see nothing. [`tier_check`] counts
//! the limits of account tiers (账户分类) the same way; the figures are dated data in `data/tiers.toml`.
//!
//! **Sign-in** has three steps, because Argon2id takes about 20 ms and must not hold up the writer: read the challenge,
//! hash on any other thread, finish in a write. A name that does not exist costs the same and gets the same answer. After
//! [`LOGIN_FAILURES_MAX`] failures a login pauses for a minute, doubling to an hour. A one-time code (RFC 6238) is taken
//! once. A **session** is a row; its token is shown once and stored as a hash; it is bound to the browser, ends when
//! idle or after [`SESSION_HOURS_MAX`] hours, and gets another token when the second factor is given again. A password
//! that somebody else gave opens nothing but its own change ([`SessionView::newcomer`]).
//!
//! A **passkey** takes the place of password and code, or of the code alone ([`passkey_sign_in`], [`passkey_step_up`]).
//! **Machines of a branch** ([`Terminal`]) are enrolled; at one, somebody is known by his identity card and his face through a
//! port ([`IdentityPort`]), and is served in a [`Visit`], which is no session of a login: short, and over at once when the
//! machine is put out of order.
//!
//! **Personal data** is encrypted under a key of each person; lists show the masked columns, equality search goes by keyed
//! hash, and [`reveal`] writes who looked and why before it answers.
//!
//! Invariants: a principal never grants himself; a book has exactly one branch; one identity document is one person and one
//! credit code one firm in the whole bank; a person or member of staff has one login.
mod access;
mod branch;
mod client;
mod consent;
mod contact;
mod control;
mod directory;
mod events;
pub mod family;
mod firm;
mod firm_class;
mod grant;
mod held;
mod identity;
mod identity_simulator;
mod login;
mod manager;
mod passkey;
mod password;
mod pending;
mod person;
mod person_find;
mod preference;
mod relying_party;
mod rights;
mod role;
mod roster;
mod session;
mod sign_in;
mod staff;
mod terminal;
#[cfg(test)]
mod tests;
mod tier;
mod usage;
mod visit;

pub use access::*;
pub use branch::*;
pub use client::*;
pub use consent::*;
pub use contact::*;
pub use control::*;
pub use events::Event;
pub use firm::*;
pub use firm_class::*;
pub use grant::*;
pub use held::*;
pub use identity::*;
pub use identity_simulator::*;
pub use login::*;
pub use manager::*;
pub use passkey::*;
pub use password::*;
pub use pending::*;
pub use person::*;
pub use person_find::*;
pub use preference::*;
pub use relying_party::*;
pub use rights::*;
pub use role::*;
pub use roster::*;
pub use session::*;
pub use sign_in::*;
pub use staff::*;
pub use terminal::*;
pub use tier::*;
pub use usage::*;
pub use visit::*;

use kernel::{Actor, Error, Result, Who};
use store::{Migration, Table};

pub const MIGRATION: Migration = Migration { name: "0003_party", sql: include_str!("../migrations/0003_party.sql") };
/// Passkeys, consents, changes of contact, preferences.
pub const DOOR_MIGRATION: Migration = Migration { name: "0011_door", sql: include_str!("../migrations/0011_door.sql") };
/// Machines of branches, and who is served at them.
pub const MIGRATION_KIOSK: Migration =
    Migration { name: "0015_kiosk", sql: include_str!("../migrations/0015_kiosk.sql") };
/// What firms were verified to be for.
pub const MIGRATION_FIRM_CLASS: Migration =
    Migration { name: "0042_firm_class", sql: include_str!("../migrations/0042_firm_class.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<directory::Directory>(),
    store::verify::of::<Branch>(),
    store::verify::of::<Person>(),
    store::verify::of::<Firm>(),
    store::verify::of::<FirmVerified>(),
    store::verify::of::<FirmControl>(),
    store::verify::of::<Staff>(),
    store::verify::of::<Grant>(),
    store::verify::of::<LimitUsage>(),
    store::verify::of::<Login>(),
    store::verify::of::<Device>(),
    store::verify::of::<Session>(),
    store::verify::of::<ApiClient>(),
    store::verify::of::<Passkey>(),
    store::verify::of::<Pending>(),
    store::verify::of::<Consent>(),
    store::verify::of::<ContactChange>(),
    store::verify::of::<Preference>(),
    store::verify::of::<Terminal>(),
    store::verify::of::<IdentityCheck>(),
    store::verify::of::<IdentityMiss>(),
    store::verify::of::<Visit>(),
];

/// Characters of a code or number that names a branch or a member of staff.
pub const NUMBER_CHARS_MAX: usize = 20;

/// Characters of a reason, a basis or a note at most.
pub const REASON_CHARS_MAX: usize = 500;

pub mod codes {
    kernel::codes! {
        NOT_SIGNED_IN: Unauthenticated, "not_signed_in", "sign in";
        SESSION_ENDED: Unauthenticated, "session_ended", "sign in again";
        FIRST_PASSWORD: Unauthenticated, "first_password", "replace the password you were given by one of your own";
        STEP_UP_NEEDED: Unauthenticated, "step_up_needed", "enter a new code from the authenticator, then repeat";
        LIMIT_PER_TRANSACTION: Forbidden, "limit_per_transaction", "ask a colleague with a higher limit";
        LIMIT_PER_DAY: Refused, "limit_per_day", "use less, or wait for the next business day";
        LIMIT_COUNT_PER_DAY: Refused, "limit_count_per_day", "wait for the next business day";
        LIMIT_PER_YEAR: Refused, "limit_per_year", "ask the branch to raise the account's tier";
        LIMIT_PER_TRANSACTION_TIER: Refused, "limit_per_transaction_tier", "send less at a time, or come to the counter";
        TIER_FUNCTION: Refused, "tier_function", "use another channel, or ask the branch to raise the account's tier";
        ROLE_CAP: Refused, "role_cap", "ask for limits within the bank's cap of the role";
        ROLE_SCOPE: Refused, "role_scope", "give a bank role at a branch to staff, a firm role of a firm to a person, a bureau role at an authority";
        TOXIC_ROLES: Refused, "toxic_roles", "revoke the other role first, or choose another person";
        SELF_GRANT: Refused, "self_grant", "let a colleague ask for your role";
        IDENTITY_TAKEN: Refused, "identity_taken", "compare the document and the name with the customer on file";
        CREDIT_CODE_TAKEN: Refused, "credit_code_taken", "compare the licence with the firm on file";
        NUMBER_TAKEN: Refused, "number_taken", "choose a code or number that is not in use";
        LOGIN_TAKEN: Refused, "login_taken", "choose another sign-in name, or use the login there is";
        PERSON_UNKNOWN: Refused, "person_unknown", "compare number and name with the document; who is no customer yet is registered at a branch first";
        ENROLMENT_CODE: Refused, "enrolment_code", "type the code as it stands on the screen of whoever enrols the machine; it lives 10 minutes and is taken once";
        TERMINAL_RETIRED: Refused, "terminal_retired", "enrol a machine anew";
        REASON_NEEDED: Refused, "reason_needed", "write why, in 1 to 500 characters";
        PASSWORD_WEAK: Invalid, "password_weak", "use 10 to 128 characters, not the sign-in name, not one character repeated";
        BAD_IDENTITY: Invalid, "bad_identity", "type the number as it stands on the document";
        BAD_CREDIT_CODE: Invalid, "bad_credit_code", "type the 18 characters as they stand on the licence";
        BAD_PUBLIC_URL: Invalid, "bad_public_url", "name the address people type: https and a domain, or http://localhost to try it out";
        PASSKEY_REFUSED: Refused, "passkey_refused", "try once more; if it does not work again, use password and code";
        CONSENT_REQUIRED: Refused, "consent_required", "it ends when the last account is closed; ask a branch how";
        CONSENT_TEXT_CHANGED: Conflict, "consent_text_changed", "read the present text, then decide again";
        PORTRAIT_UNREADABLE: Invalid, "portrait_unreadable", "choose a PNG, JPEG or WebP picture of at most 2,000 pixels a side";
        FAMILY_ALREADY: Refused, "family_already", "wait for the answer, or end the invitation first";
        FAMILY_CLOSED: Refused, "family_closed", "ask the owner to invite anew if it is still wanted";
        FAMILY_LIMIT: Limit, "family_limit", "end one that is no longer needed, or wait some days";
    }
}

/// What a command that may be repeated did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Done,
    /// It was so already; nothing was written.
    AlreadySo,
}

/// `Err(STEP_UP_NEEDED)` unless the second factor was given in the last [`STEP_UP_MINUTES`].
pub fn need_step_up(actor: &Actor) -> Result<()> {
    match actor.stepped_up {
        true => Ok(()),
        false => {
            let message = format!("this needs a code given in the last {STEP_UP_MINUTES} minutes");
            Err(Error::new(&codes::STEP_UP_NEEDED, message))
        }
    }
}

/// Whether the actor is a process of the bank, which has no second factor and no password of its own.
pub fn is_process(actor: &Actor) -> bool {
    matches!(actor.who, Who::System(_))
}

/// [`need_step_up`] for whoever has a second factor.
pub fn need_step_up_of_people(actor: &Actor) -> Result<()> {
    if is_process(actor) { Ok(()) } else { need_step_up(actor) }
}

/// A name as it is kept: half-width, one space inside, 1 to [`NAME_CHARS_MAX`] characters.
pub(crate) fn shown_name(field: &'static str, text: &str) -> Result<String> {
    let name = plain_name(text);
    match name.chars().count() {
        1..=NAME_CHARS_MAX => Ok(name),
        _ => Err(Error::field(field, format!("1 to {NAME_CHARS_MAX} characters"))),
    }
}

/// A code or number as it is kept: 1 to [`NUMBER_CHARS_MAX`] letters, digits and hyphens.
pub(crate) fn plain_number(field: &'static str, text: &str) -> Result<String> {
    let number = kernel::chinese::half_width(text).trim().to_owned();
    let good = number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match (1..=NUMBER_CHARS_MAX).contains(&number.len()) && good {
        true => Ok(number),
        false => Err(Error::field(field, format!("1 to {NUMBER_CHARS_MAX} letters, digits and hyphens"))),
    }
}

/// A reason as it is kept: trimmed, 1 to [`REASON_CHARS_MAX`] characters. `Err(REASON_NEEDED)` otherwise.
pub fn reason(text: &str) -> Result<String> {
    let t = text.trim();
    match t.chars().count() {
        1..=REASON_CHARS_MAX => Ok(t.to_owned()),
        n => {
            let message = format!("a reason of {n} characters was given");
            Err(Error::new(&codes::REASON_NEEDED, message).with("given", n).with("max", REASON_CHARS_MAX))
        }
    }
}
