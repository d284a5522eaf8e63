//! What a customer protects himself with: the account safety lock, the elder's day to think, the trusted contact, and one
//! word against a fraud.
//!
//! **The lock** (账户安全锁). [`Terms`] say what does not go out: everything, hours of the day, ways (phone and browser,
//! machines, cards, telephone, counter), payees but the own, known ones or firms, foreign money, and sums for one payment and
//! for a day. What comes in is never locked. At the counter, before a person and with a document, a lock holds only where the
//! customer locked the counter too. Small payments to firms that stood in the customer's book for a day stay possible, unless
//! he gave that up.
//!
//! **Stricter at once, looser later.** [`set`] takes the whole lock as it shall be. Of each part the stricter of old and new
//! holds in the same transaction; [`lock_all`] is the one button for that. What is looser needs a second factor given just
//! now, or a document at a counter, and waits 24 hours (`data/safety.toml`), in which the customer withdraws it with one
//! word and his trusted contact is told. One wish waits at a time: another one that is looser begins its 24 hours anew, a
//! lock of everything ends it. The clockwork puts it into force ([`loosen_due`]); while that is late, the stricter holds.
//!
//! **In the pipeline.** `payments` asks [`pass`] in the posting transaction, at the order and again at each release, and
//! [`use_day`] after the ledger has accepted. Both hold the person's one row, so a lock and a payment of his go one after the
//! other: what was locked before a payment commits stops it. Hours are those of the order, not of a later release.
//!
//! **The day to think.** A first payment of somebody of 60 or over above 5,000 yuan arrives the next day ([`cools`]), and can be
//! called off until then. Only at the counter can he choose a shorter arrival. Why it waits stays on record ([`cooling`]).
//!
//! **The trusted contact** (紧急联系人), two at most. He hangs on a tie of the family view, which may show him no account at
//! all. Owner and contact each agree to a dated text, either ends it at once. He is told *that* a payment was delayed or
//! stopped or that somebody wants to loosen the lock; never a sum, a payee, an account or a balance. He can agree to nothing.
//!
//! **It is a fraud** ([`say`]). Whoever has a payment waiting says so with one word: the payment is called off, the payee is
//! reported to the customer's branch, which looks at it in 24 hours and proposes it for the guard's grey list or does not; the
//! customer is shown a lesson about what it looked like, and which one is on record ([`give`]).
//!
//! **Never:** a lock that a process or an officer loosens without the customer; a wish in force before its time; a contact who
//! sees or decides.
mod check;
mod contact;
mod cooling;
mod events;
mod lesson;
mod lock;
mod report;
mod rules;
mod terms;
#[cfg(test)]
mod tests;

pub use check::{Movement, To};
pub use contact::{
    CONTACTS_MAX, Contact, ContactText, ContactView, Contacts, Named, answer as contact_answer, contact_text, contacts,
    end as contact_end, name as contact_name, name_member as contact_name_member, told,
};
pub use cooling::{Cooling, First, cool, cooling, cools};
pub use events::Event;
pub use lesson::{Edition, Lesson, LessonText, SENTENCES_MAX, give, lesson_text, lessons_of};
pub use lock::{
    LOOSENINGS_LISTED_MAX, Lock, LockView, Loosening, LooseningState, Proof, SUM_MAX, Set, USES_KEPT_DAYS, Use,
    forget_uses, give_back, lock_all, lock_of, loosen_due, loosenings, pass, set, use_day, withdraw,
};
pub use report::{
    Outcome, Report, ReportState, Said, Typology, decidable as report_decidable, decide as report_decide, open_reports,
    report, report_of, say, take as report_take,
};
pub use rules::{Rules, rules};
pub use terms::{Hours, Payees, Step, Terms, Way, step};

use store::{Migration, Table};

pub const MIGRATION: Migration = Migration { name: "0037_safety", sql: include_str!("../migrations/0037_safety.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Lock>(),
    store::verify::of::<Loosening>(),
    store::verify::of::<Use>(),
    store::verify::of::<Cooling>(),
    store::verify::of::<Contact>(),
    store::verify::of::<Report>(),
    store::verify::of::<Lesson>(),
];

kernel::codes! {
    LOCK_ALL: Refused, "lock_all", "look at your safety lock; to open it takes 24 hours, or come to a counter with your document";
    LOCK_HOURS: Refused, "lock_hours", "pay at another hour, or change your safety lock; that takes 24 hours";
    LOCK_WAY: Refused, "lock_way", "pay another way, or change your safety lock; that takes 24 hours";
    LOCK_PAYEE: Refused, "lock_payee", "pay somebody you know, or change your safety lock; that takes 24 hours";
    LOCK_ABROAD: Refused, "lock_abroad", "pay in yuan, or change your safety lock; that takes 24 hours";
    LOCK_AMOUNT: Refused, "lock_amount", "pay less, or change your safety lock; that takes 24 hours";
    LOCK_DAY: Refused, "lock_day", "pay less, wait until tomorrow, or change your safety lock; that takes 24 hours";
    DOCUMENT_NOT_SEEN: Refused, "document_not_seen", "look at the customer's document at the counter, tick it, and go on";
    LOOSENING_OVER: Conflict, "loosening_over", "it is in force; lock again if you want it back";
    SUM_OUT_OF_RANGE: Invalid, "lock_sum_out_of_range", "give a sum between 0 and 10,000,000 yuan";
    CONTACT_LIMIT: Limit, "contact_limit", "end one of the two first";
    CONTACT_CLOSED: Refused, "contact_closed", "name the contact anew if it is still wanted";
    CONTACT_TEXT_CHANGED: Conflict, "contact_text_changed", "read the present text, then decide again";
    REPORT_NOT_YOURS: Refused, "report_not_yours", "take the report first; only who took it decides on it";
    REPORT_DECIDED: Conflict, "report_decided", "nothing to do; it was decided already";
}
