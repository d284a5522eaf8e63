//! The decision before money moves: rules, watch lists, freezes, and one record per instruction and round.
//!
//! **Two steps.** [`Guard::prepare`] runs on a snapshot, before the writer is bothered: it reads the payer's activity, the
//! list entries and freezes that name either side, and evaluates the rules. It has [`GUARD_PREPARE_MS_MAX`] milliseconds;
//! later is [`GUARD_UNAVAILABLE`]. [`Guard::decide`] runs in the posting transaction. It re-checks what the prepared answer
//! rests on: the same facts, the same rules, the versions of lists and freezes, the seal of the payer's activity. All as
//! it was: the prepared answer stands. Anything else: it is evaluated once more, there. No prepared answer, because the
//! guard was late, slow or broken: [`Verdict::Held`], for a manned queue, never a pass. After the ledger posted,
//! [`Guard::posted`] counts the payment. One row read and one written of the payer's activity; a wage run of any size is
//! one decision and touches no activity.
//!
//! **Ladder.** pass, tip, verify, delay, limit, stop ([`Ladder`], 反电信网络诈骗法 18). The verdict is the highest that a hit
//! asks for or that the sum of the hits' scores asks for, so another hit never makes it milder. Shadow rules are recorded
//! and do not count. Basic payments (反洗钱法 30) are exempt from rules of behaviour, by the class of the verified payee.
//!
//! **Rounds.** An instruction that waited is decided again when it is released: round n + 1 with a [`Clearance`] that says
//! what somebody did about it. Cleared are exactly the reasons on record that brought the earlier verdict, at or below the
//! cleared level; a reason that is new holds it again. Stop and limit cannot be cleared: what caused them must end.
//! Decisions are append-only; the same round again answers the recorded one.
//!
//! **What the customer hears.** A reason has a text key. Where naming it would tip off (a police order, a list) the customer
//! gets only the neutral `guard-check`, whatever else was hit.
//!
//! **Cases.** A rule may ask for a case although the payment passes: the reason on record says so, and `guard.case_wanted` is told
//! ([`DecisionRecord::wants_case`]). What a case came to is a label ([`Guard::label`]), from which the engine learns.
//!
//! **Rules of the bank's own.** Sets of rules against fraud are kept (`kept`): a draft is a copy of another set, is changed
//! file by file, tried on what the bank has seen (`trial`), agreed to by a second person with that trial, and in force from a
//! day on; an agreed set never changes and stays. [`Guard::renew`] puts the set of the day in force: it fills a second memory
//! while the first goes on deciding, both count what is posted meanwhile, then the second takes over. House rules (lists,
//! freezes, limits of law) come with the product.
//!
//! **A freeze** waits for the payments of its party that are being decided: a payment takes its payer's row before it asks what is frozen,
//! and a freeze takes that row too. Whoever must lock both a party's freezes and its accounts takes the freeze first.
mod activity;
mod decision;
mod evaluate;
mod events;
mod facts;
mod force;
mod freezes;
mod hits;
mod kept;
mod list_work;
mod lists;
mod rules;
mod state;
mod tally;
#[cfg(test)]
mod tests;
mod trial;
mod watch;

pub use activity::{Activity, KNOWN_PAYEES_MAX, PayerActivity, Tally, Window, Windows};
pub use decision::{Decision, DecisionRecord, Path, Prepared, Verdict, decision, decisions_of, deposit_broken};
pub use evaluate::{Evaluation, Frozen, Listed, Reason, Seen, evaluate};
pub use events::Event;
pub use facts::{
    AgeBand, Asked, Clearance, DeviceSays, FILL_SECONDS_MAX, Facts, Inputs, Kind, Ladder, Payee, PayeeClass, Payer,
    Subject, SubjectKind,
};
pub use force::SetNamed;
pub use freezes::{
    FreezeBasis, FreezeKind, NewFreeze, PartyFreeze, Release, end_ordered, freeze_party, freezes, frozen_whole,
    in_force, releasable, release_party,
};
pub use hits::{DAYS_SHOWN, HITS_READ_MAX, Hit, Hits, RuleHits, hits};
pub use kept::{
    DRAFTS_OPEN_MAX, FileChange, GoLive, LATER_DAYS_MAX, MODEL_FILE, MODEL_TEXT_BYTES_MAX, RuleSetRow, RuleTextRow,
    SHIPPED, SetState, changes, drop_set, faults, go_live, in_force as rules_in_force, make_draft, may_go_live,
    remove_file, rule_set, rule_sets, set_engine, sources as rule_sources, trials, write_file,
};
pub use list_work::{due_entries, owns_entry, take_entry};
pub use lists::{ListEntry, ListKind, NewEntry, add_entry, entries, entry, remove_entry, renew_entry, screen};
pub use rules::{
    Channels, Check, Fen, KindSet, Kinds, Mode, PayerKind, Rule, RuleSet, ScoreBand, Side, TEXT_CHECK,
    TEXT_UNAVAILABLE, TEXT_UNCLEAR, TEXT_UNUSUAL,
};
pub use state::{GuardState, Versions, versions};
pub use tally::tally;
pub use trial::{Bounds, PAYMENTS_LOOKED_AT, Past, TRIAL_DAYS_MAX, Trial, TrialRow, keep_trial, past, trial};
pub use watch::{
    LABELS_MAX, Label, LabelRow, Labelled, RECALL_DAYS, SIGN_IN_LOOK_MINUTES, SeenRow, device_key, signed_in,
};

use kernel::Result;
use parking_lot::{Mutex, RwLock};
use risk::Engine;
pub use risk::{Key, Signals};
use std::sync::Arc;
use store::{Migration, Record, Table};
use watch::Watch;

/// Milliseconds a prepared answer may take.
pub const GUARD_PREPARE_MS_MAX: i64 = 200;
/// Names of one side beside owner and account.
pub const SUBJECTS_MAX: usize = 8;
/// Subjects screened by one call.
pub const SCREEN_SUBJECTS_MAX: usize = 4_000;
/// Days a list entry lasts before it is renewed (联合惩戒: 2 or 3 years, 5 at most).
pub const ENTRY_DAYS_MAX: i64 = 5 * 366;
/// Days before its end in which an entry of the bank's own is due to be looked at.
pub const LIST_REVIEW_DAYS: i64 = 14;
/// Days after its end in which one that nobody looked at is shown as late.
pub const LIST_LATE_DAYS: i64 = 90;
/// Hours of an emergency stop by the police (紧急止付).
pub const POLICE_STOP_HOURS_MAX: i64 = 48;
/// Days of a freeze by the police: six months.
pub const POLICE_FREEZE_DAYS_MAX: i64 = 184;
/// Freezes of one party in force at a time.
pub const FREEZES_OF_PARTY_MAX: usize = 20;
/// Rounds of one instruction.
pub const ROUNDS_MAX: u32 = 20;
/// Rules in a set.
pub const RULES_MAX: usize = 200;
/// Rows of what was seen that are read at a time.
const WATCH_ROWS_READ: i64 = 4_096;
/// Bytes of a rule file.
pub const RULES_BYTES_MAX: usize = 1 << 20;

pub const MIGRATION: Migration = Migration { name: "0006_guard", sql: include_str!("../migrations/0006_guard.sql") };

/// The order in which entries of lists end.
pub const MIGRATION_LIST_WORK: Migration =
    Migration { name: "0045_list_work", sql: include_str!("../migrations/0045_list_work.sql") };
/// Sets of rules that the bank keeps, their texts and their trials.
pub const MIGRATION_RULES: Migration =
    Migration { name: "0043_guard_rules", sql: include_str!("../migrations/0043_guard_rules.sql") };

/// The tables of record, for `verify`.
pub const TABLES: &[&Table] = &[
    <GuardState as Record>::TABLE,
    <PayerActivity as Record>::TABLE,
    <DecisionRecord as Record>::TABLE,
    <ListEntry as Record>::TABLE,
    <PartyFreeze as Record>::TABLE,
    <SeenRow as Record>::TABLE,
    <LabelRow as Record>::TABLE,
    <RuleSetRow as Record>::TABLE,
    <RuleTextRow as Record>::TABLE,
    <TrialRow as Record>::TABLE,
];

kernel::codes! {
    GUARD_UNAVAILABLE: Unavailable, "guard_unavailable", "the instruction is held for staff; nothing was moved";
    DECISION_DIFFERS: Conflict, "decision_differs", "decide a changed instruction under a new id or the next round";
    BAD_FACTS: Broken, "bad_guard_facts", "tell the operator; the pipeline described an instruction that cannot be";
    BAD_RULES: Invalid, "bad_rules", "correct the named rule of the file; the rules in force stay";
    BAD_ENTRY: Invalid, "bad_list_entry", "correct the named field of the entry";
    LIST_NOT_OWNER: Refused, "list_not_owner", "leave it to who looks after the entry, or take it over when it is due";
    BAD_FREEZE: Invalid, "bad_freeze", "correct the named field of the freeze or release";
    RULES_FIXED: Refused, "rules_fixed", "make a draft from it; a set that was agreed to or dropped never changes";
    RULES_UNTESTED: Refused, "rules_untested", "run the test bench over what the set says now, then ask again";
    TRIAL_BUSY: Unavailable, "trial_busy", "another look back is running; try again in a minute";
    FREEZE_DOCUMENT: Refused, "freeze_document", "enter the document by which the authority lifts its order";
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    Made(T),
    /// Nothing had to be done; the thing as it stands.
    AlreadySo(T),
}

impl<T> Change<T> {
    pub fn into_inner(self) -> T {
        match self {
            Change::Made(x) | Change::AlreadySo(x) => x,
        }
    }
    pub fn get(&self) -> &T {
        match self {
            Change::Made(x) | Change::AlreadySo(x) => x,
        }
    }
    pub fn made(&self) -> bool {
        matches!(self, Change::Made(_))
    }
}

/// A failure put in on purpose, to see that nothing passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot evaluate.
    Broken,
    /// Each evaluation takes so many milliseconds more.
    Slow(i64),
}

/// The rules in force, shared by all who decide. Lists, freezes and activity are in the database.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

struct Inner {
    rules: RwLock<Arc<RuleSet>>,
    watch: RwLock<Watching>,
    /// The set against fraud that is in force here.
    set: RwLock<SetNamed>,
    /// Held while another set is put in force, and while one looks back.
    turning: Mutex<()>,
    looking_back: Mutex<()>,
    fault: RwLock<Option<Fault>>,
}

/// The memory that is asked, and the one that is being filled to follow it. Both count what is posted.
struct Watching {
    now: Arc<Watch>,
    next: Option<Arc<Watch>>,
}

impl Guard {
    /// With the rules bundled in the binary, for what the payer, lists and freezes say and for what looks like fraud.
    pub fn load() -> Result<Guard> {
        let engine = Engine::new(risk::RuleSet::shipped()?, None)?;
        Ok(Guard::with_rules(RuleSet::bundled()?, engine))
    }
    pub fn with_rules(rules: RuleSet, engine: Engine) -> Guard {
        let watching = Watching { now: Watch::new(engine), next: None };
        Guard(Arc::new(Inner {
            rules: RwLock::new(Arc::new(rules)),
            watch: RwLock::new(watching),
            set: RwLock::default(),
            turning: Mutex::default(),
            looking_back: Mutex::default(),
            fault: RwLock::new(None),
        }))
    }
    /// The bundled rules and [`Fault::Broken`].
    pub fn broken() -> Result<Guard> {
        let guard = Guard::load()?;
        guard.inject(Some(Fault::Broken));
        Ok(guard)
    }
    pub fn rules(&self) -> Arc<RuleSet> {
        self.0.rules.read().clone()
    }
    /// Of the house rules and of those against fraud.
    pub fn rule_ids(&self) -> Vec<String> {
        let (rules, watch) = (self.rules(), self.watch());
        let engine = watch.engine();
        let house = rules.rules.iter().map(|r| r.id.clone());
        house.chain(engine.rules().rules.iter().map(|r| r.id.clone())).collect()
    }
    /// Puts other rules in force at once. What was prepared under the old ones is evaluated again.
    pub fn swap(&self, rules: RuleSet) {
        *self.0.rules.write() = Arc::new(rules);
    }
    /// Puts other rules against fraud in force at once, with an empty memory that [`Guard::recall`] fills: before anything is
    /// decided. While payments go on, [`Guard::renew`] leaves no gap.
    pub fn watch_with(&self, engine: Engine) {
        *self.0.watch.write() = Watching { now: Watch::new(engine), next: None };
    }
    pub(crate) fn watch(&self) -> Arc<Watch> {
        self.0.watch.read().now.clone()
    }
    /// How much is remembered of payments.
    pub fn memory(&self) -> risk::Memory {
        self.watch().engine().memory()
    }
    /// For tests and drills.
    pub fn inject(&self, fault: Option<Fault>) {
        *self.0.fault.write() = fault;
    }
    pub(crate) fn fault(&self) -> Option<Fault> {
        *self.0.fault.read()
    }
    /// The customer's text for a key, in `zh`, in plain Chinese for an `elder`, or else in English.
    pub fn text(&self, key: &str, language: &str) -> Option<String> {
        if let Some(said) = self.rules().text(key, language) {
            return Some(said.to_owned());
        }
        let watch = self.watch();
        let engine = watch.engine();
        let texts = match key {
            TEXT_UNUSUAL => &engine.rules().ladder.unusual,
            TEXT_UNCLEAR => &engine.rules().ladder.unclear,
            rule => &engine.rules().rules.iter().find(|r| r.id == rule)?.texts,
        };
        Some(match language {
            zh if zh.starts_with("zh") => texts.zh.clone(),
            "elder" => texts.elder.clone(),
            _ => texts.en.clone(),
        })
    }
}
