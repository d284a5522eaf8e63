//! The desk of cases (案件): what the guard, a customer or an officer found odd, followed up by somebody until its end.
//!
//! **An alert becomes a case** ([`alert`]): a payment that was held, delayed, challenged or stopped, a rule that asks for a case
//! although the payment passed, a customer's word that it is a fraud, a talk at a counter, or an officer by hand. A customer
//! has one open case for each thing it may be about ([`About`]): further alerts join it and make it graver and sooner due,
//! never milder or later. The same alert again joins nothing. The rules that spoke up say the typology, and with it the
//! skill, the severity and the script of the call (`data/cases.toml`, `data/scripts.toml`).
//!
//! **Its course.** open → claimed → waiting → closed. One officer has it at a time and answers for it; another takes it over only
//! when it is late. He notes, keeps files, and calls back: the number is the register's, never one that came with the
//! payment, and asked, answered and outcome are kept. Two cases of one customer are merged by hand; the one that is left keeps
//! all alerts. Closing says an outcome; the alerts whose money did not go become interceptions, of the amount of the alert and
//! of no other.
//!
//! **Who may not.** Nobody works a case of his own, of his family (an accepted tie in either direction), of a customer whom he
//! looks after, or of a firm that he acts for ([`CONFLICT`]).
//!
//! **Silence.** A sensitive case does not exist for officers without `case.secret`. One about a report of suspicion is always so
//! (反洗钱法 35). No event names what a case is about.
//!
//! **Night.** A branch names a desk that answers between two hours, or nobody: then the hours of a case begin when the night
//! ends, save for payments to hospitals and other basic services. Each setting has its first day and stays on record.
//!
//! **Objections** ([`object`]). A customer objects to a measure or complains; 15 days (反洗钱法 39), 24 hours when it is about
//! money for living. He sees his own and the answer. Whoever worked the case does not decide on it; a yes takes a second
//! officer ([`agree`]), and what is lifted is lifted in that transaction. Words are kept encrypted.
//!
//! **A talk at the counter** ([`talk_open`]): before cash is paid out, a transfer made or a term deposit broken that the guard asks
//! about, or that is large for somebody of 60 or over (`data/talks.toml`), the teller says a script by typology and age. One key
//! calls the manager, another the police. The talk ends dissuaded (劝阻成功), insists (客户坚持: the manager hears him and says so
//! from his own desk; it holds for 30 minutes) or handed to the police. Where the money stays, an alert joins a case and the
//! money counts as kept at once.
//!
//! **Never:** an outcome without an officer; a case that is changed after its end; money counted twice as kept.
mod appeal;
mod case;
mod desk;
mod events;
mod figures;
mod list;
mod night;
mod open;
mod rules;
mod talk;
#[cfg(test)]
mod tests;

pub use appeal::{
    AppealNew, Files, agree, appeal, appeal_file, appeal_said, appeals, appeals_of, decide, disagree, object,
};
pub use case::{
    About, Alert, Appeal, AppealKind, AppealState, CallOutcome, Case, CaseState, Customer, How, Interception, Outcome,
    Severity, Skill, Source, Step, StepKind, Words, renew_appeal, renew_step,
};
pub use desk::{
    Call, Closing, Evidence, call, claim, closable, close, evidence, file, hand_over, keep_secret, merge, note, phone,
    put_back, wait,
};
pub use events::Event;
pub use figures::{
    Board, Figures, Opened, Pile, RuleFigure, Saved, Waiting, board, false_alarms, figures, interceptions,
    interceptions_newest, misused, objections_open, opened,
};
pub use list::{
    Ask, Involved, Said, alerts_of, case, case_of_instruction, case_raw, cases_of, involved, listed, steps_of,
};
pub use night::{Night, NightNew, night_of, nights, set_night};
pub use open::{NewAlert, alert};
pub use rules::{
    Place, Rules, Script, TalkRules, Typology, counter_script, counter_typologies, rules, script, talk_rules,
    typologies, typology, typology_of,
};
pub use talk::{
    Called, Deed, Talk, TalkNew, TalkOutcome, TalkSum, renew_talk, standing_talk, talk, talk_about, talk_call,
    talk_end, talk_open, talk_sums, talk_wanted, talk_words, talks,
};

use kernel::{Actor, BookId, Error, Id, Owner, Result, Who};
use party::{Permission, Scope};
use store::{Migration, Table, Tx};

/// Characters of a note, a question, an answer or an objection.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Bytes of a file.
pub const EVIDENCE_BYTES_MAX: usize = 10 << 20;
/// Files of one case or objection.
pub const FILES_MAX: usize = 20;
/// Alerts of one case.
pub const ALERTS_MAX: usize = 500;
/// Steps of one case or objection.
pub const STEPS_MAX: usize = 2_000;
/// Objections of one customer that are open at once.
pub const APPEALS_OPEN_MAX: usize = 10;
/// Hours that a case may wait.
pub const WAIT_HOURS_MAX: i64 = 30 * 24;
/// Talks that are summed.
pub const TALKS_COUNTED_MAX: i64 = 10_000;
/// Cases that a board counts.
pub const CASES_COUNTED_MAX: i64 = 10_000;

kernel::codes! {
    FORM: Invalid, "case_form", "correct the named field";
    STATE: Conflict, "case_state", "load the case again; it has moved on";
    NOT_YOURS: Refused, "case_not_yours", "claim the case first, or leave it to who has it";
    CONFLICT: Refused, "case_conflict", "leave it to a colleague: you are near to this customer";
    APPEAL_STATE: Conflict, "appeal_state", "load the objection again; it has moved on";
    TALK_NEEDED: Refused, "counter_talk_needed", "talk to the customer first and write down what came of it";
    TALK_ENDED: Conflict, "counter_talk_ended", "load the talk again; what came of it is written down";
    TALK_SECOND: Refused, "counter_talk_second", "let the manager hear the customer and say so from his own desk";
    APPEAL_NOT_YOURS: Refused, "appeal_not_yours", "leave it to a colleague who had no part in it";
}

pub const MIGRATION: Migration = Migration { name: "0040_cases", sql: include_str!("../migrations/0040_cases.sql") };

pub const MIGRATION_TALKS: Migration =
    Migration { name: "0046_counter_talks", sql: include_str!("../migrations/0046_counter_talks.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[
    store::verify::of::<Talk>(),
    store::verify::of::<Case>(),
    store::verify::of::<Customer>(),
    store::verify::of::<Alert>(),
    store::verify::of::<Step>(),
    store::verify::of::<Interception>(),
    store::verify::of::<Appeal>(),
    store::verify::of::<Night>(),
];

/// Where what is about a customer is kept.
pub(crate) fn book_of(subject: Owner) -> Result<BookId> {
    match subject {
        Owner::Person(p) => Ok(p.book()),
        Owner::Firm(f) => Ok(f.book()),
        Owner::Bank => Err(bad("subject", "a case is about a customer")),
    }
}

pub(crate) fn bad(field: &'static str, why: &str) -> Error {
    Error::new(&FORM, format!("{field}: {why}")).with("field", field)
}

/// Trimmed, 1 to [`TEXT_CHARS_MAX`] characters.
pub(crate) fn text(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        0 => Err(bad(field, "write something")),
        n if n > TEXT_CHARS_MAX => Err(Error::limit(field, n, TEXT_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// `Err(NOT_FOUND)` unless the actor works cases where this one is answered, and sees what is secret when it is.
pub(crate) fn may_work(tx: &mut Tx<'_>, actor: &Actor, c: &Case) -> Result<()> {
    let need = if c.sensitive { Permission::CaseSecret } else { Permission::CaseWork };
    let at = |tx: &mut Tx<'_>, branch| party::may(tx, actor, need, &Scope::branch(branch)).map(|_| ());
    at(tx, c.desk).or_else(|_| at(tx, c.branch)).map_err(|e| Error::not_found("case", c.id).caused_by(e))
}

/// As [`may_work`], or `guard.read` for what is not sensitive.
pub(crate) fn may_see(tx: &mut Tx<'_>, actor: &Actor, c: &Case) -> Result<()> {
    match may_work(tx, actor, c) {
        Err(_) if !c.sensitive => party::may(tx, actor, Permission::GuardRead, &Scope::branch(c.branch))
            .map(|_| ())
            .map_err(|e| Error::not_found("case", c.id).caused_by(e)),
        outcome => outcome,
    }
}

/// `Err(CONFLICT)` for who is the customer himself, of his family, looks after him or acts for the firm.
pub fn free_of(tx: &mut Tx<'_>, actor: &Actor, subject: Owner) -> Result<()> {
    let Who::Staff(me) = actor.who else { return Ok(()) };
    let near = |why: &str| Err(Error::new(&CONFLICT, why.to_owned()));
    let himself = party::staff(tx, me)?.person;
    match (subject, himself) {
        (Owner::Person(customer), Some(p)) if customer == p => return near("it is the officer's own"),
        (Owner::Person(customer), Some(p)) if party::family::are_tied(tx, customer, p)? => {
            return near("it is of the officer's family");
        }
        (Owner::Firm(firm), Some(person)) => {
            let user = Actor::of(Who::ForFirm { person, firm });
            if party::rights(tx, &user)?.acts_for(firm) {
                return near("it is of a firm that the officer acts for");
            }
        }
        _ => {}
    }
    match subject {
        Owner::Person(customer) if party::manager_of(tx, customer)?.is_some_and(|m| m.staff == me) => {
            near("it is of a customer whom the officer looks after")
        }
        _ => Ok(()),
    }
}
