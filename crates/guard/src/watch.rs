//! What the bank has seen lately: the engine of crate `risk`, fed by what was posted.
//!
//! A posted movement leaves one row in `guard_seen`, by keyed hashes, and counts in the engine from the moment its
//! transaction is about to commit: before that it is pending, and only decisions of the same transaction know it. A payer's
//! next payment waits for the row of his activity, so it finds the one before counted. A transaction that fails at its very
//! commit leaves what it counted; it errs on the safe side, and the next start forgets it. [`Guard::recall`] counts the rows
//! of the last [`RECALL_DAYS`] days into an empty engine and comes to the same memory.
//!
//! Sign-ins come later, from the outbox: [`signed_in`] writes their rows, and [`Guard::catch_up`] counts those of the last
//! [`SIGN_IN_LOOK_MINUTES`] minutes that were not counted yet, whichever server wrote them.
use crate::activity::PayerActivity;
use crate::decision::DecisionRecord;
use crate::facts::{Asked, DeviceSays, Facts, Kind, Payee, PayeeClass, Subject};
use crate::{BAD_FACTS, Change, Guard, WATCH_ROWS_READ};
use kernel::clock::{DAY, HOUR, MINUTE, SECOND};
use kernel::id::{DecisionId, InstructionId, SessionId};
use kernel::{Actor, BookId, Error, Id, Money, Owner, Result, Timestamp};
use parking_lot::{Mutex, RwLock};
use risk::{Engine, Happening, Key, Looked, Observed, Payment, PaymentKind, Signals, Way};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::iter::Peekable;
use std::sync::Arc;
use store::{Audit, KeyRing, Overlay, Seal, Tx, params};

/// Days that are counted into an engine that has seen nothing: all that it can still answer for.
pub const RECALL_DAYS: i64 = risk::window::REACH_DAYS;
/// Labels that are counted into such an engine.
pub const LABELS_MAX: i64 = 100_000;
/// Minutes back that sign-ins are looked for; one that is told of later counts from the next start on.
pub const SIGN_IN_LOOK_MINUTES: i64 = 10;
/// Seconds back that what is filled into a memory is remembered as counted, because it may come a second time.
pub(crate) const RECENT_SECONDS: i64 = 60;
/// Instructions that are remembered as counted, so that a transaction that is run again counts once.
const COUNTED_MAX: usize = 65_536;

store::record! {
    /// What happened, as the engine counts it: money that moved, a customer who signed in; 64 bits of hashes. Append-only.
    pub struct SeenRow in "guard_seen" key 2 {
        pub book: BookId,
        /// The decision that let it pass, or the id of the session; in the order of time.
        pub id: DecisionId,
        pub instruction: InstructionId,
        pub at: Timestamp,
        /// Its place in [`Happening::ALL`].
        pub what: i64,
        pub payer: Option<i64>,
        pub payee: Option<i64>,
        pub device: Option<i64>,
        pub phone: Option<i64>,
        pub address: Option<i64>,
        pub merchant: Option<i64>,
        /// Fen.
        pub amount: i64,
        /// Places in [`PaymentKind::ALL`] and [`Way::ALL`].
        pub kind: i64,
        pub way: i64,
        pub elder: bool,
    }
}

store::record! {
    /// What a payment turned out to be; the newest word stands.
    pub struct LabelRow in "guard_labels" key 2 {
        pub book: BookId,
        pub id: InstructionId,
        pub at: Timestamp,
        pub payer: i64,
        pub payee: i64,
        /// Fen.
        pub amount: i64,
        pub fraud: bool,
        pub said_by: String,
    }
}

impl LabelRow {
    pub(crate) fn event(&self) -> Observed {
        let payment = Payment::transfer(Key(self.payer as u64), Key(self.payee as u64), Money::cny(self.amount));
        Observed::labelled(&payment, self.fraud, self.at)
    }
}

/// A payee as a label names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labelled {
    Inside(Owner),
    /// By [`Subject::hash`] of his number.
    Outside(Subject),
}

/// A payment that was looked into, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub instruction: InstructionId,
    pub payer: Owner,
    pub payee: Labelled,
    pub amount: Money,
    pub fraud: bool,
}

fn column(key: Option<Key>) -> Option<i64> {
    key.map(|k| k.0 as i64)
}

fn key(column: Option<i64>) -> Option<Key> {
    column.map(|c| Key(c as u64))
}

impl SeenRow {
    fn of(book: BookId, id: DecisionId, instruction: InstructionId, e: &Observed) -> SeenRow {
        SeenRow {
            book,
            id,
            instruction,
            at: e.at,
            what: e.what.code(),
            payer: column(e.payer),
            payee: column(e.payee),
            device: column(e.device),
            phone: column(e.phone),
            address: column(e.address),
            merchant: column(e.merchant),
            amount: e.amount.minor,
            kind: e.kind.code(),
            way: e.way.code(),
            elder: e.elder,
            seal: Seal::default(),
        }
    }

    pub(crate) fn event(&self) -> Observed {
        let place = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
        Observed {
            at: self.at,
            what: Happening::ALL.get(place(self.what)).copied().unwrap_or(Happening::Paid),
            payer: key(self.payer),
            payee: key(self.payee),
            device: key(self.device),
            phone: key(self.phone),
            address: key(self.address),
            merchant: key(self.merchant),
            amount: Money::cny(self.amount),
            kind: PaymentKind::ALL.get(place(self.kind)).copied().unwrap_or(PaymentKind::Transfer),
            way: Way::ALL.get(place(self.way)).copied().unwrap_or(Way::System),
            elder: self.elder,
            fraud: false,
        }
    }
}

/// Instructions counted lately, and whether it was their label.
#[derive(Default)]
struct Counted {
    known: HashSet<(InstructionId, bool)>,
    order: VecDeque<(InstructionId, bool)>,
}

impl Counted {
    /// Whether it is new.
    fn add(&mut self, one: (InstructionId, bool)) -> bool {
        if !self.known.insert(one) {
            return false;
        }
        self.order.push_back(one);
        if self.order.len() > COUNTED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

/// The engine, shared by all who decide.
pub(crate) struct Watch {
    engine: RwLock<Engine>,
    counted: Mutex<Counted>,
    /// Sign-ins of the last while that were counted.
    signed_in: Mutex<BTreeSet<(Timestamp, DecisionId)>>,
}

impl Watch {
    pub fn new(engine: Engine) -> Arc<Watch> {
        Arc::new(Watch { engine: RwLock::new(engine), counted: Mutex::default(), signed_in: Mutex::default() })
    }

    pub fn engine(&self) -> parking_lot::RwLockReadGuard<'_, Engine> {
        self.engine.read()
    }

    /// Counts the sign-ins among `rows` that were not counted, and forgets which were from before `since`.
    fn meet(&self, rows: &[SeenRow], since: Timestamp) -> u64 {
        let (mut signed_in, mut engine, mut met) = (self.signed_in.lock(), self.engine.write(), 0);
        for row in rows.iter().filter(|r| r.what == Happening::SignedIn.code()) {
            if signed_in.insert((row.at, row.id)) {
                engine.observe(&row.event());
                met += 1;
            }
        }
        signed_in.retain(|(at, _)| *at >= since);
        met
    }

    pub fn count(&self, events: &[(InstructionId, Observed)]) {
        let (mut counted, mut engine) = (self.counted.lock(), self.engine.write());
        for (id, event) in events {
            let label = event.what == Happening::Labelled;
            // A label may be changed by a later one, which counts again.
            if counted.add((*id, label)) || label {
                engine.observe(event);
            }
        }
    }

    /// Counts rows and labels on record that were not counted yet, in the order of time; remembers those since `recent` as counted.
    fn refill(&self, rows: &[SeenRow], labels: &mut Peekable<std::vec::IntoIter<LabelRow>>, recent: Timestamp) {
        let (mut counted, mut engine) = (self.counted.lock(), self.engine.write());
        let mut one = |id: InstructionId, event: Observed| {
            let key = (id, event.what == Happening::Labelled);
            let fresh = if event.at >= recent { counted.add(key) } else { !counted.known.contains(&key) };
            if fresh {
                engine.observe(&event);
            }
        };
        for row in rows.iter().filter(|row| row.what != Happening::SignedIn.code()) {
            while let Some(l) = labels.next_if(|l| l.at <= row.at) {
                one(l.id, l.event());
            }
            one(row.instruction, row.event());
        }
        if rows.is_empty() {
            labels.for_each(|l| one(l.id, l.event()));
        }
    }

    /// Counts what is on record since `from` and was not counted yet; how many rows there were.
    pub fn fill(&self, tx: &mut Tx<'_>, from: Timestamp) -> Result<u64> {
        let mut after = (0_i64, DecisionId::from_raw(kernel::id::Raw::from_parts(0, BookId(0), [0; 6])));
        let recent = tx.clock().now().plus(-RECENT_SECONDS * SECOND);
        let mut labels = labels_since(tx, from)?.into_iter().peekable();
        let mut total = 0;
        loop {
            let rows = tx.select::<SeenRow>(
                "WHERE at >= ?1 AND (at, id) > (?2, ?3) ORDER BY at, id LIMIT ?4",
                params![from, after.0, after.1, WATCH_ROWS_READ],
            )?;
            self.meet(&rows, since(tx));
            self.refill(&rows, &mut labels, recent);
            let Some(last) = rows.last() else { return Ok(total) };
            after = (last.at.micros(), last.id);
            total += rows.len() as u64;
        }
    }
}

/// What the open transaction has posted and the engine does not know yet.
#[derive(Default)]
pub(crate) struct Pending {
    guard: Option<Guard>,
    events: Vec<(InstructionId, Observed)>,
    begun: usize,
}

impl Overlay for Pending {
    fn savepoint(&mut self) {
        self.begun = self.events.len();
    }
    fn release(&mut self) {}
    fn rollback(&mut self) {
        self.events.truncate(self.begun);
    }
    fn flush(&mut self, _: &mut Tx<'_>) -> Result<()> {
        if let Some(guard) = &self.guard {
            guard.count(&self.events);
            self.events.clear();
        }
        self.begun = 0;
        Ok(())
    }
    fn published(&mut self, _: bool) {}
}

/// A payment as the engine is asked about it; `None` for what it does not judge: runs, wages, fees, what the bank pays.
pub(crate) fn payment(facts: &Facts) -> Option<Payment> {
    if !facts.counts() {
        return None;
    }
    let kind = match facts.kind {
        Kind::CashOut => PaymentKind::Cash,
        Kind::CardPurchase => PaymentKind::Card,
        _ => PaymentKind::Transfer,
    };
    Some(Payment {
        payer: owner(facts.payer.owner),
        payee: payee(facts)?,
        amount: facts.amount,
        kind,
        way: Way::from(facts.channel),
        payee_class: class(&facts.payee),
        own: facts.payee.owner() == Some(facts.payer.owner),
        payer_firm: matches!(facts.payer.owner, Owner::Firm(_)),
        device: facts.payer.device,
        phone: None,
        address: None,
        merchant: None,
    })
}

/// What is known around a payment, with what the payer's activity says.
fn signals(facts: &Facts, row: Option<&PayerActivity>) -> Signals {
    let idle = row.and_then(|r| r.activity.last()).map(|at| facts.at.since(at).max(0) / DAY);
    let idle_days = idle.map(|days| u32::try_from(days).unwrap_or(u32::MAX));
    let broken = row.and_then(|r| r.activity.broken()).map(|at| facts.at.since(at).max(0) / HOUR);
    let broken = broken.map(|hours| u32::try_from(hours).unwrap_or(u32::MAX));
    Signals {
        idle_days: facts.signals.idle_days.or(idle_days),
        deposit_broken_hours: facts.signals.deposit_broken_hours.or(broken),
        ..facts.signals
    }
}

/// What the engine is asked in the first round of an instruction; `None` in later ones and for what it does not judge.
pub(crate) fn asked(facts: &Facts, row: Option<&PayerActivity>) -> Option<Box<Asked>> {
    let payment = payment(facts).filter(|_| facts.round == 0)?;
    Some(Box::new(Asked { payment, signals: signals(facts, row) }))
}

/// What a posted movement is to the engine: a customer's payment, or money from another bank.
fn event(facts: &Facts) -> Option<Observed> {
    if let Some(payment) = payment(facts) {
        return Some(Observed::paid(&payment, &facts.signals, facts.at));
    }
    let Payee::Inside { owner: to, .. } = &facts.payee else { return None };
    if facts.kind != Kind::ClearingIn {
        return None;
    }
    let from_outside = Payment::transfer(Key(0), owner(*to), facts.amount);
    Some(Observed { payer: None, ..Observed::paid(&from_outside, &Signals::default(), facts.at) })
}

fn owner(owner: Owner) -> Key {
    Key::of(&owner.to_string())
}

/// Somebody at another bank, by the hash of his number.
fn outside(hash: &[u8]) -> Option<Key> {
    Some(Key(u64::from_le_bytes(*hash.first_chunk()?)))
}

fn payee(facts: &Facts) -> Option<Key> {
    Some(match &facts.payee {
        Payee::Inside { owner: to, .. } => owner(*to),
        Payee::External { account, .. } => outside(&account.hash)?,
        Payee::Cash => Key::of(&format!("cash {} {}", facts.channel.code(), facts.book())),
        Payee::Many { .. } => return None,
    })
}

fn class(payee: &Payee) -> risk::PayeeClass {
    match (payee.class(), payee) {
        (PayeeClass::Medical, _) => risk::PayeeClass::Medical,
        (PayeeClass::SocialSecurity, _) => risk::PayeeClass::SocialSecurity,
        (PayeeClass::Utilities, _) => risk::PayeeClass::Utilities,
        (PayeeClass::Tax, _) => risk::PayeeClass::Tax,
        (_, Payee::Inside { owner: Owner::Person(_), .. }) => risk::PayeeClass::Person,
        (_, Payee::Inside { owner: Owner::Firm(_), .. }) => risk::PayeeClass::Firm,
        _ => risk::PayeeClass::Unverified,
    }
}

impl Guard {
    /// What the engine knows of a payment now, with what this transaction posted before.
    pub(crate) fn looked(
        &self,
        tx: &mut Tx<'_>,
        facts: &Facts,
        row: Option<&PayerActivity>,
    ) -> Result<Option<(Payment, Looked)>> {
        let Some(payment) = payment(facts) else { return Ok(None) };
        let signals = said_at_first(tx, facts)?.onto(signals(facts, row));
        let looked = tx.with_overlay(|pending: &mut Pending, _| {
            let events: Vec<Observed> = pending.events.iter().map(|(_, e)| *e).collect();
            Ok(self.watch().engine().look(&payment, &signals, facts.at, &events))
        })?;
        Ok(Some((payment, looked)))
    }

    /// Writes down what was posted and has it counted when the transaction commits.
    pub(crate) fn seen(&self, tx: &mut Tx<'_>, decision: DecisionId, facts: &Facts) -> Result<()> {
        let Some(event) = event(facts) else { return Ok(()) };
        if !tx.insert_if_absent(&mut SeenRow::of(facts.book(), decision, facts.instruction, &event))? {
            return Ok(());
        }
        tx.with_overlay(|pending: &mut Pending, _| {
            pending.guard.get_or_insert_with(|| self.clone());
            pending.events.push((facts.instruction, event));
            Ok(())
        })
    }

    /// Writes down what a payment turned out to be and lets the engine learn it when the transaction commits. The same again
    /// changes nothing; another word replaces it. Whoever calls has checked the permission.
    pub fn label(&self, tx: &mut Tx<'_>, actor: &Actor, label: &Label) -> Result<Change<()>> {
        let payee = match &label.payee {
            Labelled::Inside(to) => owner(*to),
            Labelled::Outside(subject) => outside(&subject.hash).ok_or_else(|| {
                Error::new(&BAD_FACTS, "a payee's hash has 32 bytes").with("instruction", label.instruction)
            })?,
        };
        let mut row = LabelRow {
            book: label.instruction.book(),
            id: label.instruction,
            at: tx.now(),
            payer: owner(label.payer).0 as i64,
            payee: payee.0 as i64,
            amount: label.amount.minor,
            fraud: label.fraud,
            said_by: actor.principal(),
            seal: Seal::default(),
        };
        match tx.load::<LabelRow>(params![row.book, row.id])? {
            Some(before) if before.fraud == row.fraud => return Ok(Change::AlreadySo(())),
            Some(before) => {
                row.seal = before.seal;
                tx.update(&mut row)?;
            }
            None => tx.insert(&mut row)?,
        }
        let shown = if row.fraud { "fraud" } else { "honest" };
        tx.audit(actor, Audit::of("guard.label", row.id).after(shown))?;
        let event = row.event();
        tx.with_overlay(|pending: &mut Pending, _| {
            pending.guard.get_or_insert_with(|| self.clone());
            pending.events.push((label.instruction, event));
            Ok(())
        })?;
        Ok(Change::Made(()))
    }

    /// Counts what is on record of the last [`RECALL_DAYS`] days into a memory that has seen nothing: at the start, unless
    /// [`Guard::renew`] put a filled one in its place. Answers how many rows there were.
    pub fn recall(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let from = tx.clock().now().plus(-RECALL_DAYS * DAY);
        self.watch().fill(tx, from)
    }

    /// Counts the sign-ins of the last [`SIGN_IN_LOOK_MINUTES`] minutes that were not counted yet, at most 4,096 of them; how many
    /// there were.
    pub fn catch_up(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let since = since(tx);
        // The word of the partial index: 2 is the place of a sign-in.
        let rows = tx.select::<SeenRow>(
            "WHERE what = 2 AND at >= ?1 ORDER BY at DESC, id DESC LIMIT ?2",
            params![since, WATCH_ROWS_READ],
        )?;
        Ok(self.watch().meet(&rows, since))
    }
}

fn since(tx: &Tx<'_>) -> Timestamp {
    tx.clock().now().plus(-SIGN_IN_LOOK_MINUTES * MINUTE)
}

/// What the payer's device said when the order was made; a later round has only what is on record.
fn said_at_first(tx: &mut Tx<'_>, facts: &Facts) -> Result<DeviceSays> {
    if facts.round == 0 {
        return Ok(DeviceSays::default());
    }
    let first = tx.select::<DecisionRecord>(
        "WHERE book = ?1 AND instruction = ?2 AND round < ?3 ORDER BY round LIMIT 1",
        params![facts.book(), facts.instruction, facts.round],
    )?;
    Ok(first.into_iter().next().map(|d| d.inputs.0.says).unwrap_or_default())
}

/// A device as rules know it, by the hash of the mark that its browser keeps: the same for whoever signs in there.
pub fn device_key(keys: &KeyRing, mark: &[u8; 32]) -> Key {
    let mark: String = mark.iter().map(|b| format!("{b:02x}")).collect();
    let hash = keys.index("guard.device", &mark);
    Key(hash.first_chunk().map_or(0, |b| u64::from_le_bytes(*b)))
}

/// A customer signed in on a device of his own. Its row is written once for a session; [`Guard::catch_up`] counts it.
pub fn signed_in(tx: &mut Tx<'_>, session: SessionId, who: Owner, device: Key, at: Timestamp) -> Result<()> {
    let nothing = Payment::transfer(owner(who), Key(0), Money::cny(0));
    let event = Observed {
        what: Happening::SignedIn,
        payee: None,
        device: Some(device),
        way: Way::Remote,
        ..Observed::paid(&nothing, &Signals::default(), at)
    };
    let (id, about) = (DecisionId::from_raw(session.raw()), InstructionId::from_raw(session.raw()));
    tx.insert_if_absent(&mut SeenRow::of(session.book(), id, about, &event)).map(|_| ())
}

/// Labels in the order of time.
pub(crate) fn labels_since(tx: &mut Tx<'_>, from: Timestamp) -> Result<Vec<LabelRow>> {
    tx.select::<LabelRow>("WHERE at >= ?1 ORDER BY at, id LIMIT ?2", params![from, LABELS_MAX])
}
