//! A talk at a counter (柜面劝阻) before money is paid: what is asked, the script, who was called, what came of it.
use crate::case::{Alert, Case, How, Source, Words, renew, sealed, words};
use crate::events::Event;
use crate::open::{NewAlert, alert, known, one_at_a_time};
use crate::rules::{TalkRules, counter_script, talk_rules, typology, typology_of};
use crate::{TALK_ENDED, TALK_SECOND, TALKS_COUNTED_MAX, bad, book_of, desk, text};
use kernel::clock::MINUTE;
use kernel::id::{AccountId, BranchId, CounterTalkId, FraudCaseId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use std::collections::BTreeMap;
use store::{Audit, Json, KeyRing, Seal, Tx, params};

store::text_enum! {
    /// What the customer came for.
    pub enum Deed { CashOut = "cash_out", Transfer = "transfer", DepositBroken = "deposit_broken" }
}

store::text_enum! {
    pub enum TalkOutcome {
        /// He keeps his money (劝阻成功).
        Dissuaded = "dissuaded",
        /// He was told and wants it all the same; a second person heard him (客户坚持).
        Insists = "insists",
        /// The police have it (移交公安); the money stays.
        Police = "police",
    }
}

/// Who is called by one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Manager,
    Police,
}

store::record! {
    pub struct Talk in "fraud_talks" key 2 {
        /// The customer's.
        pub book: BookId,
        pub id: CounterTalkId,
        pub subject: Owner,
        /// Where he stands.
        pub branch: BranchId,
        pub day: Date,
        pub deed: Deed,
        /// That would be debited.
        pub account: AccountId,
        /// Masked; empty for cash and deposits.
        pub payee: String,
        pub amount: i64,
        pub currency: Currency,
        /// Hash of what is asked: deed, account, payee, amount.
        pub asked: Vec<u8>,
        /// Of the guard; empty when age and sum ask.
        pub rules: Json<Vec<String>>,
        /// Whole years.
        pub age: Option<u32>,
        pub typology: String,
        /// Version of the script that was said.
        pub script: u32,
        pub teller: String,
        pub at: Timestamp,
        pub manager_called_at: Option<Timestamp>,
        pub police_called_at: Option<Timestamp>,
        pub outcome: Option<TalkOutcome>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        /// [`Words`], encrypted.
        pub words: Vec<u8>,
        /// That its money joined.
        pub of_case: Option<FraudCaseId>,
    }
}

impl Talk {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    /// Whether what is asked may be done now: he insists, and it was not long ago.
    pub fn lets_pass(&self, now: Timestamp, rules: &TalkRules) -> bool {
        let recent = |at: Timestamp| now.since(at) <= rules.holds_minutes * MINUTE;
        self.outcome == Some(TalkOutcome::Insists) && self.ended_at.is_some_and(recent)
    }
}

/// What a customer asks for at a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkNew {
    pub subject: Owner,
    pub deed: Deed,
    pub account: AccountId,
    /// Masked.
    pub payee: String,
    /// As he wrote it, to know the same again; it is hashed and not kept.
    pub payee_number: String,
    pub amount: Money,
    /// Rules of the guard that ask for a talk.
    pub rules: Vec<String>,
    /// Whole years; `None` for a firm.
    pub age: Option<u32>,
}

impl TalkNew {
    fn asked(&self) -> Vec<u8> {
        let told = format!("{} {} {} {}", self.deed, self.account, self.payee_number.trim(), self.amount);
        blake3::hash(told.as_bytes()).as_bytes().to_vec()
    }
    /// The typology whose script comes first: what the guard found; else a project for a term deposit of somebody old.
    fn typology(&self, rules: &TalkRules) -> &'static str {
        let old = self.age.is_some_and(|a| a >= rules.elder_years);
        match (self.rules.is_empty(), old, self.deed) {
            (false, ..) => &typology_of(&self.rules).code,
            (true, true, Deed::DepositBroken) => "pension",
            (true, true, _) => "elder",
            (true, false, _) => "other",
        }
    }
}

/// Whether a talk comes first: the guard asks for it, or somebody of 60 or over wants a large sum. Sums are in yuan; of other
/// currencies only the guard asks.
pub fn talk_wanted(new: &TalkNew, rules: &TalkRules) -> bool {
    let from = match new.deed {
        Deed::CashOut => rules.cash_yuan,
        Deed::Transfer => rules.transfer_yuan,
        Deed::DepositBroken => rules.deposit_yuan,
    };
    let old = new.age.is_some_and(|age| age >= rules.elder_years);
    !new.rules.is_empty() || old && new.amount.currency == Currency::CNY && new.amount.minor >= from * 100
}

/// The teller's branch, where he takes payments.
fn here(tx: &mut Tx<'_>, actor: &Actor) -> Result<BranchId> {
    party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor))?;
    actor.branch.filter(|_| actor.staff().is_some()).ok_or_else(|| Error::forbidden("a talk is a teller's at a branch"))
}

/// Who may read the talks of a branch: its tellers, its manager, the desk of cases, those who read cash or the guard.
fn may_read(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    let any = [Permission::PaymentSubmitAny, Permission::CaseWork, Permission::GuardRead, Permission::TillRead];
    let scope = Scope::branch(branch);
    match any.iter().any(|p| party::may(tx, actor, *p, &scope).is_ok()) {
        true => Ok(()),
        false => Err(Error::forbidden("talks are read at their branch")),
    }
}

/// The talk about the same that is under way, or that the customer insisted after and that still holds.
pub fn standing_talk(tx: &mut Tx<'_>, new: &TalkNew) -> Result<Option<Talk>> {
    let tail = "WHERE book = ?1 AND asked = ?2 ORDER BY id DESC LIMIT 1";
    let last = tx.select::<Talk>(tail, params![book_of(new.subject)?, new.asked()])?.pop();
    let (now, rules) = (tx.now(), talk_rules(tx.now().local_date())?);
    let goes_on = |t: &Talk| t.outcome.is_none() && t.day == now.local_date();
    Ok(last.filter(|t| t.subject == new.subject && (goes_on(t) || t.lets_pass(now, rules))))
}

/// Begins a talk, before the script is said; one about the same that stands is answered. Needs `payment.submit_any` here.
pub fn talk_open(tx: &mut Tx<'_>, actor: &Actor, new: &TalkNew) -> Result<Talk> {
    let (branch, book) = (here(tx, actor)?, book_of(new.subject)?);
    if !new.amount.is_positive() {
        return Err(bad("amount", "above zero"));
    }
    one_at_a_time(tx, new.subject)?;
    if let Some(before) = standing_talk(tx, new)? {
        return Ok(before);
    }
    let today = tx.now().local_date();
    let typology = new.typology(talk_rules(today)?);
    let mut t = Talk {
        book,
        id: CounterTalkId::new(tx.now(), book),
        subject: new.subject,
        branch,
        day: today,
        deed: new.deed,
        account: new.account,
        payee: new.payee.chars().take(100).collect(),
        amount: new.amount.minor,
        currency: new.amount.currency,
        asked: new.asked(),
        rules: Json(new.rules.clone()),
        age: new.age,
        typology: typology.to_owned(),
        script: counter_script(typology, new.age, today)?.version,
        teller: actor.principal(),
        at: tx.now(),
        manager_called_at: None,
        police_called_at: None,
        outcome: None,
        ended_by: None,
        ended_at: None,
        words: sealed(tx.keys(), &Words::default()),
        of_case: None,
        seal: Seal::default(),
    };
    tx.insert(&mut t)?;
    let told = format!("{} {}, script {} {}", t.deed, t.money(), t.typology, t.script);
    tx.audit(actor, Audit::of("talk.open", t.id).after(told))?;
    Ok(t)
}

/// The talk, locked, for its teller, his colleagues at the branch and the desk of cases, while it is under way.
fn under_way(tx: &mut Tx<'_>, actor: &Actor, id: CounterTalkId) -> Result<Talk> {
    let t = tx.load::<Talk>(params![id.book(), id])?.ok_or_else(|| Error::not_found("talk", id))?;
    let scope = Scope::branch(t.branch);
    let works = |tx: &mut Tx<'_>, p| party::may(tx, actor, p, &scope).map(|_| ());
    works(tx, Permission::PaymentSubmitAny)
        .or_else(|_| works(tx, Permission::CaseWork))
        .map_err(|e| Error::not_found("talk", id).caused_by(e))?;
    Ok(t)
}

fn ended(t: &Talk) -> Error {
    let outcome = t.outcome.map_or("open", TalkOutcome::code);
    Error::new(&TALK_ENDED, format!("{} ended {outcome}", t.id)).with("outcome", outcome)
}

/// The script of another typology, by what the customer says. Errors: `counter_talk_ended`, a typology without a script here.
pub fn talk_about(tx: &mut Tx<'_>, actor: &Actor, id: CounterTalkId, code: &str) -> Result<Change> {
    let mut t = under_way(tx, actor, id)?;
    if t.outcome.is_some() {
        return Err(ended(&t));
    }
    if t.typology == code {
        return Ok(Change::AlreadySo);
    }
    let named = typology(code).ok_or_else(|| bad("about", "one of the list"))?;
    t.typology = named.code.clone();
    t.script = counter_script(code, t.age, tx.now().local_date())?.version;
    tx.update(&mut t)?;
    tx.audit(actor, Audit::of("talk.about", id).after(format!("{code} {}", t.script)))?;
    Ok(Change::Done)
}

/// Calls the branch's manager, or writes down that the police were called. Once each; the first time stays.
pub fn talk_call(tx: &mut Tx<'_>, actor: &Actor, id: CounterTalkId, whom: Called) -> Result<Change> {
    let mut t = under_way(tx, actor, id)?;
    let now = tx.now();
    let (slot, kind, action) = match whom {
        Called::Manager => (&mut t.manager_called_at, "talk.manager_called", "talk.manager"),
        Called::Police => (&mut t.police_called_at, "talk.police_called", "talk.police"),
    };
    if slot.is_some() {
        return Ok(Change::AlreadySo);
    }
    *slot = Some(now);
    if t.outcome.is_some() {
        return Err(ended(&t));
    }
    tx.update(&mut t)?;
    tx.audit(actor, Audit::of(action, id))?;
    tx.emit(&Event::talk(kind, &t), &actor.correlation)?;
    Ok(Change::Done)
}

/// Writes down what came of a talk. Dissuaded and police: by the teller or who works cases there; the money counts as kept, in a
/// case. Insists: only by who works cases at the branch and is not the teller. Police: after the police were called. The same outcome again changes nothing. Errors: `counter_talk_ended`, `counter_talk_second`.
pub fn talk_end(tx: &mut Tx<'_>, actor: &Actor, id: CounterTalkId, outcome: TalkOutcome, note: &str) -> Result<Change> {
    let note = text("note", note)?;
    let mut t = under_way(tx, actor, id)?;
    match t.outcome {
        Some(before) if before == outcome => return Ok(Change::AlreadySo),
        Some(_) => return Err(ended(&t)),
        None => {}
    }
    match outcome {
        TalkOutcome::Insists => second(tx, actor, &t)?,
        TalkOutcome::Police if t.police_called_at.is_none() => {
            return Err(bad("outcome", "call the police first, and write it down by its key"));
        }
        TalkOutcome::Police | TalkOutcome::Dissuaded => t.of_case = Some(kept(tx, actor, &t)?.id),
    }
    (t.outcome, t.ended_by, t.ended_at) = (Some(outcome), Some(actor.principal()), Some(tx.now()));
    t.words = sealed(tx.keys(), &Words { note, ..Words::default() });
    tx.update(&mut t)?;
    tx.audit(actor, Audit::of("talk.end", id).after(format!("{outcome} {}", t.money())))?;
    tx.emit(&Event::talk("talk.ended", &t), &actor.correlation)?;
    Ok(Change::Done)
}

/// Another than the teller, who works cases where the customer stands.
fn second(tx: &mut Tx<'_>, actor: &Actor, t: &Talk) -> Result<()> {
    let works = party::may(tx, actor, Permission::CaseWork, &Scope::branch(t.branch)).is_ok();
    if !works || actor.principal() == t.teller {
        return Err(Error::new(&TALK_SECOND, format!("{} waits for the manager's own word", t.id)));
    }
    Ok(())
}

/// The money stays: an alert in a case of the customer, and the sum counted as kept.
fn kept(tx: &mut Tx<'_>, actor: &Actor, t: &Talk) -> Result<Case> {
    let elder = t.age.is_some_and(|a| a >= 60);
    let mut rules = t.rules.0.clone();
    rules.insert(0, format!("counter.{}", t.typology));
    let new = NewAlert {
        rules,
        payee: t.payee.clone(),
        elder,
        ..NewAlert::of(t.subject, Source::Counter, t.id.to_string(), t.money())
    };
    let (case, _) = alert(tx, actor, new.clone())?;
    let row: Alert = known(tx, &new)?.ok_or_else(|| Error::broken("an alert is there and is not"))?;
    desk::intercepted(tx, actor, &case, &row, How::Talked)?;
    Ok(case)
}

/// A talk, for who may read those of its branch; to others it does not exist.
pub fn talk(tx: &mut Tx<'_>, actor: &Actor, id: CounterTalkId) -> Result<Talk> {
    let none = || Error::not_found("talk", id);
    let t = tx.get::<Talk>(params![id.book(), id])?.ok_or_else(none)?;
    may_read(tx, actor, t.branch).map_err(|e| none().caused_by(e))?;
    Ok(t)
}

/// What was written down at its end; empty before.
pub fn talk_words(keys: &KeyRing, t: &Talk) -> Result<String> {
    Ok(words(keys, &t.words)?.note)
}

/// Puts the words of a talk under the newest key; `false` when they are there already.
pub fn renew_talk(keys: &KeyRing, t: &mut Talk) -> Result<bool> {
    renew(keys, &mut t.words)
}

/// Talks of a branch, the newest first.
pub fn talks(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, ask: &PageAsk) -> Result<Page<Talk>> {
    may_read(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<CounterTalkId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE branch = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let found = tx.select::<Talk>(tail, params![branch, before, rows + 1])?;
    Ok(Page::cut(found, rows, |t| t.id.to_string()))
}

/// Talks of a branch that came to one outcome, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkSum {
    /// `None`: under way.
    pub outcome: Option<TalkOutcome>,
    pub talks: usize,
    pub amount: Money,
}

/// Sums of a branch from a day to another, both included, at most [`TALKS_COUNTED_MAX`] talks.
pub fn talk_sums(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, from: Date, to: Date) -> Result<Vec<TalkSum>> {
    may_read(tx, actor, branch)?;
    let tail = "WHERE branch = ?1 AND day >= ?2 AND day <= ?3 ORDER BY day, id LIMIT ?4";
    let mut sums: BTreeMap<(Option<TalkOutcome>, String), TalkSum> = BTreeMap::new();
    for t in tx.select::<Talk>(tail, params![branch, from, to, TALKS_COUNTED_MAX])? {
        let none = TalkSum { outcome: t.outcome, talks: 0, amount: Money::zero(t.currency) };
        let sum = sums.entry((t.outcome, t.currency.code().to_owned())).or_insert(none);
        sum.talks += 1;
        sum.amount = sum.amount.add(t.money())?;
    }
    Ok(sums.into_values().collect())
}
