//! Prepare, decide, posted; and the record of each decision.
use crate::activity::{Activity, PayerActivity, Windows};
use crate::evaluate::{Evaluation, Frozen, Judgement, Listed, Reason, Seen, evaluate};
use crate::events::Event;
use crate::facts::{Facts, Inputs, Ladder, Subject};
use crate::rules::{Mode, RuleSet, Side, TEXT_CHECK, TEXT_UNAVAILABLE};
use crate::state::{Versions, versions};
use crate::{DECISION_DIFFERS, Fault, GUARD_PREPARE_MS_MAX, GUARD_UNAVAILABLE, Guard, ROUNDS_MAX, freezes, lists};
use kernel::error::STALE;
use kernel::id::{AccountId, DecisionId, InstructionId};
use kernel::{BookId, Currency, Error, Id, Owner, Result, Timestamp};
use std::sync::Arc;
use store::{Json, Seal, Tx, params};

store::text_enum! {
    /// What was decided: a place on the ladder, or held because the guard could not say.
    pub enum Verdict {
        Pass = "pass",
        Tip = "tip",
        Verify = "verify",
        Delay = "delay",
        Limit = "limit",
        Stop = "stop",
        /// The guard was not available; staff decide when it is back.
        Held = "held",
    }
}

impl Verdict {
    /// Only these two may be posted now.
    pub fn may_post(self) -> bool {
        matches!(self, Verdict::Pass | Verdict::Tip)
    }
    /// `None` for held.
    pub fn ladder(self) -> Option<Ladder> {
        Some(match self {
            Verdict::Pass => Ladder::Pass,
            Verdict::Tip => Ladder::Tip,
            Verdict::Verify => Ladder::Verify,
            Verdict::Delay => Ladder::Delay,
            Verdict::Limit => Ladder::Limit,
            Verdict::Stop => Ladder::Stop,
            Verdict::Held => return None,
        })
    }
}

impl From<Ladder> for Verdict {
    fn from(step: Ladder) -> Verdict {
        match step {
            Ladder::Pass => Verdict::Pass,
            Ladder::Tip => Verdict::Tip,
            Ladder::Verify => Verdict::Verify,
            Ladder::Delay => Verdict::Delay,
            Ladder::Limit => Verdict::Limit,
            Ladder::Stop => Verdict::Stop,
        }
    }
}

store::text_enum! {
    /// How a decision came about.
    pub enum Path {
        /// The prepared answer was still true.
        Prepared = "prepared",
        /// It was stale and evaluated once more in the posting transaction.
        InTransaction = "in_transaction",
        /// There was no answer.
        Unavailable = "unavailable",
    }
}

store::record! {
    /// A decision with everything it was made from. Append-only.
    pub struct DecisionRecord in "guard_decisions" key 2 {
        /// The instruction's book.
        pub book: BookId,
        pub id: DecisionId,
        pub instruction: InstructionId,
        pub round: u32,
        pub at: Timestamp,
        pub verdict: Verdict,
        pub score: i64,
        pub delay_until: Option<Timestamp>,
        pub reasons: Json<Vec<Reason>>,
        /// Version and hash of the rules.
        pub rule_set: String,
        pub rule_hash: String,
        /// The facts, masked.
        pub inputs: Json<Inputs>,
        /// The payer's windows before this instruction.
        pub aggregates: Json<Windows>,
        pub path: Path,
        pub prepared_at: Option<Timestamp>,
        pub lists_version: i64,
        pub freezes_version: i64,
        /// Who had seen to the reasons of the round before.
        pub cleared_by: Option<String>,
        /// Of what was asked for: kind, parties, amount.
        pub facts_hash: Vec<u8>,
    }
}

impl DecisionRecord {
    /// Text keys for the customer: those that asked for the verdict, or all, the strictest first, where it took them together; none for a
    /// pass. Milder ones would contradict: who is stopped is not told that he may take it back. Where one counting reason must not be named,
    /// only the neutral one.
    pub fn customer_reasons(&self) -> Vec<String> {
        if self.verdict == Verdict::Held {
            return vec![TEXT_UNAVAILABLE.into()];
        }
        let told: Vec<&Reason> = self.reasons.0.iter().filter(|r| r.counts() && r.action > Ladder::Pass).collect();
        if told.iter().any(|r| r.neutral) {
            return vec![TEXT_CHECK.into()];
        }
        let mut told = told;
        if told.iter().any(|r| Verdict::from(r.action) == self.verdict) {
            told.retain(|r| Verdict::from(r.action) == self.verdict);
        }
        told.sort_by_key(|r| std::cmp::Reverse(r.action));
        let mut keys: Vec<String> = Vec::new();
        for r in told {
            if !keys.contains(&r.customer) {
                keys.push(r.customer.clone());
            }
        }
        keys
    }

    /// Rules that ask for a case about it, although they may let it pass.
    pub fn wants_case(&self) -> Vec<String> {
        self.reasons.0.iter().filter(|r| r.case && r.counts()).map(|r| r.rule.clone()).collect()
    }

    /// Everything, shadow hits and cleared ones too.
    pub fn staff_reasons(&self) -> &[Reason] {
        &self.reasons.0
    }
}

/// An answer made on a snapshot, with the versions of what it rests on.
#[derive(Clone, Debug)]
pub struct Prepared {
    facts: Facts,
    rule_hash: String,
    versions: Versions,
    activity: Option<Seal>,
    seen: Seen,
    evaluation: Evaluation,
    at: Timestamp,
}

impl Prepared {
    /// Provisional: what will be decided if nothing changes.
    pub fn verdict(&self) -> Ladder {
        self.evaluation.verdict
    }
    pub fn reasons(&self) -> &[Reason] {
        &self.evaluation.reasons
    }
    /// Rules that ask for somebody's word before money moves: those that count when the answer is to verify or to delay.
    pub fn asks(&self) -> Vec<String> {
        let asks = matches!(self.verdict(), Ladder::Verify | Ladder::Delay);
        let counting = self.reasons().iter().filter(|r| asks && r.counts()).map(|r| r.rule.clone());
        counting.collect()
    }
    #[cfg(test)]
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
    #[cfg(test)]
    pub(crate) fn watched(self) -> Option<Box<Judgement>> {
        self.seen.watched
    }
}

/// A decision on record, with the activity row that [`Guard::posted`] will write.
#[derive(Clone, Debug)]
pub struct Decision {
    pub record: DecisionRecord,
    activity: Option<PayerActivity>,
}

impl std::ops::Deref for Decision {
    type Target = DecisionRecord;
    fn deref(&self) -> &DecisionRecord {
        &self.record
    }
}

impl Decision {
    pub fn verdict(&self) -> Verdict {
        self.record.verdict
    }
    pub fn id(&self) -> DecisionId {
        self.record.id
    }
    pub fn delay_until(&self) -> Option<Timestamp> {
        self.record.delay_until
    }
}

/// What the decision is made from, before it is a record.
struct Answer {
    evaluation: Option<Evaluation>,
    path: Path,
    prepared_at: Option<Timestamp>,
}

impl Guard {
    /// An answer on a snapshot; call it in `store.read` and give what it answers to [`Guard::decide`]. Err
    /// [`GUARD_UNAVAILABLE`] when it is broken or took longer than [`GUARD_PREPARE_MS_MAX`].
    pub fn prepare(&self, tx: &mut Tx<'_>, facts: &Facts) -> Result<Prepared> {
        facts.check()?;
        let extra = self.able()?;
        let begun = tx.clock().now();
        let rules = self.rules();
        let versions = versions(tx)?;
        let row = activity(tx, facts)?;
        let mut seen = look(tx, facts, row.as_ref())?;
        seen.watched = self.judgement(tx, facts, row.as_ref())?;
        let evaluation = evaluate(&rules, facts, &seen);
        let at = tx.clock().now();
        let took = at.since(begun) / 1_000 + extra;
        if took > GUARD_PREPARE_MS_MAX {
            let what = format!("the guard took {took} ms, {GUARD_PREPARE_MS_MAX} ms at most");
            return Err(Error::new(&GUARD_UNAVAILABLE, what).with("given", took).with("max", GUARD_PREPARE_MS_MAX));
        }
        let activity = version(row.as_ref());
        Ok(Prepared {
            facts: facts.clone(),
            rule_hash: self.rule_hash(&rules),
            versions,
            activity,
            seen,
            evaluation,
            at,
        })
    }

    /// What the rules against fraud say of a payment.
    fn judgement(&self, tx: &mut Tx<'_>, facts: &Facts, row: Option<&PayerActivity>) -> Result<Option<Box<Judgement>>> {
        let Some((payment, looked)) = self.looked(tx, facts, row)? else { return Ok(None) };
        let watch = self.watch();
        let engine = watch.engine();
        let decision = engine.judged(&payment, facts.at, &looked);
        let named = |keep: fn(&risk::Rule) -> bool| {
            let hit = decision.judged.iter().filter(|j| j.outcome == risk::Outcome::Hit);
            let rules = hit.filter_map(|j| engine.rules().rules.iter().find(|r| r.id == j.rule));
            rules.filter(|r| keep(r)).map(|r| r.id.clone()).collect()
        };
        let (neutral, gates, cases) = (named(|r| r.neutral), named(|r| r.gate), named(|r| r.case));
        let ladder = engine.rules().ladder.band.clone();
        Ok(Some(Box::new(Judgement { looked, neutral, gates, cases, ladder, decision })))
    }

    /// Of both sets of rules, and of the model where there is one.
    fn rule_hash(&self, rules: &RuleSet) -> String {
        let watch = self.watch();
        let engine = watch.engine();
        let model = engine.model().map_or_else(String::new, |m| format!("+{}", m.hash));
        format!("{}+{}{model}", rules.hash, engine.rules().hash)
    }

    /// Milliseconds each evaluation takes longer than it must; Err when it cannot evaluate at all.
    fn able(&self) -> Result<i64> {
        match self.fault() {
            Some(Fault::Broken) => Err(Error::new(&GUARD_UNAVAILABLE, "the guard cannot evaluate")),
            Some(Fault::Slow(ms)) => Ok(ms),
            None => Ok(0),
        }
    }

    /// The decision, in the posting transaction and before the ledger; written down for every instruction. Without a
    /// prepared answer: held. Again for the same instruction and round: the decision on record. Err [`DECISION_DIFFERS`]
    /// when that one was about something else, `limit` past [`ROUNDS_MAX`].
    pub fn decide(&self, tx: &mut Tx<'_>, prepared: Option<&Prepared>, facts: &Facts) -> Result<Decision> {
        facts.check()?;
        if facts.round > ROUNDS_MAX {
            return Err(Error::limit("rounds", facts.round, ROUNDS_MAX, "rounds"));
        }
        let rules = self.rules();
        let row = activity_locked(tx, facts)?;
        let versions = versions(tx)?;
        let answer = self.answer(tx, prepared, facts, &rules, versions, row.as_ref())?;
        let mut record = record_of(tx, facts, &rules, self.rule_hash(&rules), versions, answer);
        record.inputs.0.asked = crate::watch::asked(facts, row.as_ref());
        let rules = record.wants_case();
        if !tx.insert_if_absent(&mut record)? {
            record = standing(tx, facts)?;
        } else if record.verdict.may_post() && !rules.is_empty() {
            let (instruction, decision) = (record.instruction, record.id);
            let payer = facts.payer.owner;
            tx.emit(&Event::CaseWanted { instruction, decision, payer, rules }, &instruction.to_string())?;
        }
        Ok(Decision { record, activity: row })
    }

    fn answer(
        &self,
        tx: &mut Tx<'_>,
        prepared: Option<&Prepared>,
        facts: &Facts,
        rules: &Arc<RuleSet>,
        versions: Versions,
        row: Option<&PayerActivity>,
    ) -> Result<Answer> {
        let held = Answer { evaluation: None, path: Path::Unavailable, prepared_at: None };
        let Some(p) = prepared else { return Ok(held) };
        let prepared_at = Some(p.at);
        let same_lists = p.facts == *facts && p.versions == versions;
        let looked = self.looked(tx, facts, row)?.map(|(_, l)| l);
        let same_look = p.seen.watched.as_ref().map(|j| &j.looked) == looked.as_ref();
        if same_lists && same_look && p.rule_hash == self.rule_hash(rules) && p.activity == version(row) {
            return Ok(Answer { evaluation: Some(p.evaluation.clone()), path: Path::Prepared, prepared_at });
        }
        if self.able().is_err() {
            return Ok(Answer { prepared_at, ..held });
        }
        let mut seen = match same_lists {
            true => Seen { activity: activity_of(row), ..p.seen.clone() },
            false => look(tx, facts, row)?,
        };
        seen.watched = self.judgement(tx, facts, row)?;
        Ok(Answer { evaluation: Some(evaluate(rules, facts, &seen)), path: Path::InTransaction, prepared_at })
    }

    /// Counts a posted payment and remembers its payee; in the transaction that posted it. Nothing is written for runs,
    /// fees, reversals, and what the bank itself pays.
    pub fn posted(&self, tx: &mut Tx<'_>, decision: &Decision, facts: &Facts) -> Result<()> {
        self.seen(tx, decision.id(), facts)?;
        if !facts.counts() {
            return Ok(());
        }
        match count(tx, decision.activity.clone(), facts) {
            // Another payment of this payer was counted since the decision, in this transaction.
            Err(e) if e.is(&STALE) => {
                let row = activity(tx, facts)?;
                count(tx, row, facts)
            }
            done => done,
        }
    }
}

fn count(tx: &mut Tx<'_>, row: Option<PayerActivity>, facts: &Facts) -> Result<()> {
    let payee = facts.payee.acquaintance().unwrap_or(0);
    match row {
        Some(mut row) => {
            row.activity.paid(facts.at, facts.amount.minor, payee);
            tx.update(&mut row)
        }
        None => {
            let mut row = first_row(facts);
            row.activity.paid(facts.at, facts.amount.minor, payee);
            tx.insert(&mut row)
        }
    }
}

/// The payer's row, locked in a write; `None` for what is not counted.
fn activity(tx: &mut Tx<'_>, facts: &Facts) -> Result<Option<PayerActivity>> {
    if !facts.counts() {
        return Ok(None);
    }
    tx.load::<PayerActivity>(params![facts.payer.account.book(), facts.payer.owner, facts.amount.currency])
}

/// The owner of a term deposit broke it before its last day; his next payments out of `account` know of it (T14). In the
/// transaction that broke it.
pub fn deposit_broken(tx: &mut Tx<'_>, owner: Owner, account: AccountId, currency: Currency) -> Result<()> {
    let (book, now) = (account.book(), tx.now());
    let mut row = PayerActivity { book, owner, currency, activity: Activity::default(), seal: Seal::default() };
    tx.insert_if_absent(&mut row)?;
    let row = tx.load::<PayerActivity>(params![book, owner, currency])?;
    let mut row = row.ok_or_else(|| Error::broken("a payer's activity is there and is not"))?;
    row.activity.deposit_broken(now);
    tx.update(&mut row)
}

/// Waits for the payments of a party that are being decided, and holds back the next ones until this transaction ends: a payment takes its
/// payer's row before it asks whether anything is frozen. Where one writes at a time there is nothing to wait for.
pub(crate) fn hold_back(tx: &mut Tx<'_>, owner: Owner) -> Result<()> {
    let book = match owner {
        Owner::Person(p) if tx.locks_rows() => p.book(),
        Owner::Firm(f) if tx.locks_rows() => f.book(),
        _ => return Ok(()),
    };
    let (activity, seal) = (Activity::default(), Seal::default());
    tx.insert_if_absent(&mut PayerActivity { book, owner, currency: Currency::CNY, activity, seal })?;
    let tail = "WHERE book = ?1 AND owner = ?2 ORDER BY currency";
    tx.select_locked::<PayerActivity>(tail, params![book, owner]).map(drop)
}

fn first_row(facts: &Facts) -> PayerActivity {
    PayerActivity {
        book: facts.payer.account.book(),
        owner: facts.payer.owner,
        currency: facts.amount.currency,
        activity: Activity::default(),
        seal: Seal::default(),
    }
}

/// As `activity`; where several may write at once, a payer's first row is made empty, so that there is one to lock and two
/// first payments decide one after the other.
fn activity_locked(tx: &mut Tx<'_>, facts: &Facts) -> Result<Option<PayerActivity>> {
    let row = activity(tx, facts)?;
    if row.is_some() || !facts.counts() || !tx.locks_rows() {
        return Ok(row);
    }
    let mut row = first_row(facts);
    match tx.insert_if_absent(&mut row)? {
        true => Ok(Some(row)),
        false => activity(tx, facts),
    }
}

/// What an answer rests on; an empty row says no more than none.
fn version(row: Option<&PayerActivity>) -> Option<Seal> {
    row.filter(|r| r.activity != Activity::default()).map(|r| r.seal)
}

fn activity_of(row: Option<&PayerActivity>) -> Activity {
    row.map(|r| r.activity.clone()).unwrap_or_default()
}

fn look(tx: &mut Tx<'_>, facts: &Facts, row: Option<&PayerActivity>) -> Result<Seen> {
    let mut seen = Seen { activity: activity_of(row), cleared: cleared(tx, facts)?, ..Seen::default() };
    let keys = tx.keys();
    let sides = [(Side::Payer, facts.payer_subjects(keys)), (Side::Payee, facts.payee.subjects(keys))];
    for (side, subjects) in sides {
        for (_, entry) in screen_once(tx, &subjects, facts.at)? {
            seen.listed.push(Listed { side, list: entry.list, entry: entry.id, by: entry.subject_kind });
        }
    }
    for (side, owner) in [(Side::Payer, Some(facts.payer.owner)), (Side::Payee, facts.payee.owner())] {
        let Some(owner) = owner.filter(|o| *o != Owner::Bank) else { continue };
        for f in freezes::in_force(tx, owner, facts.at)? {
            seen.frozen.push(Frozen { side, kind: f.kind, basis: f.basis, number: f.number });
        }
    }
    Ok(seen)
}

fn screen_once(tx: &mut Tx<'_>, subjects: &[Subject], at: Timestamp) -> Result<Vec<(usize, lists::ListEntry)>> {
    let mut found = lists::screen(tx, subjects, at)?;
    found.sort_by_key(|(_, e)| e.id);
    found.dedup_by_key(|(_, e)| e.id);
    Ok(found)
}

/// The reasons that `facts.clearance` has seen to: those on record of the last round that was decided, provided its
/// verdict is not above the cleared level, and those cleared before.
fn cleared(tx: &mut Tx<'_>, facts: &Facts) -> Result<Vec<(String, String)>> {
    let Some(clearance) = &facts.clearance else { return Ok(Vec::new()) };
    let last = tx.select::<DecisionRecord>(
        "WHERE book = ?1 AND instruction = ?2 AND round < ?3 AND verdict <> 'held' ORDER BY round DESC LIMIT 1",
        params![facts.book(), facts.instruction, facts.round],
    )?;
    let Some(last) = last.into_iter().next() else { return Ok(Vec::new()) };
    let seen_to = last.verdict.ladder().is_some_and(|v| v <= clearance.level);
    let stays = |r: &Reason| r.cleared || (seen_to && r.mode == Mode::Live);
    Ok(last.reasons.0.into_iter().filter(stays).map(|r| (r.rule, r.about)).collect())
}

fn record_of(
    tx: &Tx<'_>,
    facts: &Facts,
    rules: &RuleSet,
    rule_hash: String,
    versions: Versions,
    answer: Answer,
) -> DecisionRecord {
    let Answer { evaluation, path, prepared_at } = answer;
    let verdict = evaluation.as_ref().map_or(Verdict::Held, |e| e.verdict.into());
    let evaluation = evaluation.unwrap_or_else(|| Evaluation {
        verdict: Ladder::Pass,
        score: 0,
        reasons: vec![unavailable()],
        delay_until: None,
        windows: Windows::default(),
    });
    DecisionRecord {
        book: facts.book(),
        id: DecisionId::new(tx.now(), facts.book()),
        instruction: facts.instruction,
        round: facts.round,
        at: tx.now(),
        verdict,
        score: evaluation.score,
        delay_until: evaluation.delay_until,
        reasons: Json(evaluation.reasons),
        rule_set: rules.version.clone(),
        rule_hash,
        inputs: Json(facts.inputs()),
        aggregates: Json(evaluation.windows),
        path,
        prepared_at,
        lists_version: versions.lists,
        freezes_version: versions.freezes,
        cleared_by: facts.clearance.as_ref().map(|c| c.by.clone()),
        facts_hash: facts.asked(),
        seal: Seal::default(),
    }
}

fn unavailable() -> Reason {
    Reason {
        rule: GUARD_UNAVAILABLE.name.into(),
        version: 0,
        mode: Mode::Live,
        action: Ladder::Delay,
        score: 0,
        customer: TEXT_UNAVAILABLE.into(),
        neutral: false,
        about: String::new(),
        detail: "no answer was prepared in time".into(),
        cleared: false,
        case: false,
    }
}

fn standing(tx: &mut Tx<'_>, facts: &Facts) -> Result<DecisionRecord> {
    let there = tx.select::<DecisionRecord>(
        "WHERE book = ?1 AND instruction = ?2 AND round = ?3",
        params![facts.book(), facts.instruction, facts.round],
    )?;
    let there = there.into_iter().next().ok_or_else(|| Error::broken("a decision is there and is not"))?;
    if there.facts_hash == facts.asked() {
        return Ok(there);
    }
    let what = format!("round {} of {} was decided about something else", facts.round, facts.instruction);
    Err(Error::new(&DECISION_DIFFERS, what).with("instruction", facts.instruction).with("round", facts.round))
}

/// All decisions about an instruction, by round.
pub fn decisions_of(tx: &mut Tx<'_>, instruction: InstructionId) -> Result<Vec<DecisionRecord>> {
    tx.select::<DecisionRecord>(
        "WHERE book = ?1 AND instruction = ?2 ORDER BY round",
        params![instruction.book(), instruction],
    )
}

/// One decision by its id.
pub fn decision(tx: &mut Tx<'_>, id: DecisionId) -> Result<DecisionRecord> {
    tx.get::<DecisionRecord>(params![id.book(), id])?.ok_or_else(|| Error::not_found("decision", id))
}
