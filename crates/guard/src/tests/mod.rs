//! A guard over a store in a temporary directory, and facts to put before it.
mod decide;
mod kept;
mod listing;
mod load;
mod signs;
mod table;
mod watch;

use crate::*;
use kernel::clock::HOUR;
use kernel::id::{AccountId, FirmId, InstructionId, PersonId};
use kernel::{Actor, BookId, Channel, Clock, Id, Money, Owner, Timestamp};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

/// 2026-11-23 10:00:00 at the branch.
const NOW: Timestamp = Timestamp::from_micros(1_795_399_200_000_000);
const BOOK: BookId = BookId(3);

fn person(n: u8) -> Owner {
    Owner::Person(PersonId::from_raw(kernel::id::Raw::from_parts(1 << 12, BOOK, [n; 6])))
}

fn firm(n: u8) -> Owner {
    Owner::Firm(FirmId::from_raw(kernel::id::Raw::from_parts(1 << 12, BOOK, [n; 6])))
}

fn account(n: u8) -> AccountId {
    AccountId::from_raw(kernel::id::Raw::from_parts(1 << 12, BOOK, [n; 6]))
}

fn yuan(n: i64) -> Money {
    Money::cny(n * 100)
}

fn inside(n: u8) -> Payee {
    Payee::Inside { owner: person(n), account: account(n), class: PayeeClass::Ordinary, subjects: Vec::new() }
}

fn basic(n: u8) -> Payee {
    Payee::Inside { owner: firm(n), account: account(n), class: PayeeClass::Medical, subjects: Vec::new() }
}

/// A person of 40 sends 100 yuan by phone on a Monday morning.
fn facts() -> Facts {
    Facts {
        instruction: InstructionId::new(NOW, BOOK),
        round: 0,
        kind: Kind::Transfer,
        channel: Channel::Phone,
        payer: Payer {
            owner: person(1),
            account: account(1),
            wage_account: false,
            age: AgeBand::Adult,
            device_known: Some(true),
            device: None,
            balance: Some(yuan(1_000_000)),
            subjects: Vec::new(),
        },
        payee: inside(2),
        payee_since: None,
        amount: yuan(100),
        at: NOW,
        clearance: None,
        signals: Signals { payer_age: Some(40), ..Signals::default() },
    }
}

fn elder() -> Facts {
    let mut f = facts();
    f.payer.age = AgeBand::Elder;
    f.signals.payer_age = Some(75);
    f
}

/// The same once more, released at `level`.
fn released(f: &Facts, level: Ladder) -> Facts {
    Facts {
        round: f.round + 1,
        at: f.at.plus(HOUR),
        clearance: Some(Clearance { level, by: "staf_X".into() }),
        ..f.clone()
    }
}

struct Desk {
    store: Store,
    clock: Clock,
    guard: Guard,
    // Last, for it takes the database away.
    _scratch: Scratch,
}

impl Desk {
    fn new(name: &str) -> Desk {
        let scratch = Scratch::new(&format!("guard_{name}"));
        let mut all = store::migrations();
        all.extend([MIGRATION, MIGRATION_RULES]);
        let clock = Clock::manual(NOW);
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let store = Store::open(config, KeyRing::random(), &all).unwrap();
        Desk { store, clock, guard: Guard::load().unwrap(), _scratch: scratch }
    }

    fn keys(&self) -> &KeyRing {
        self.store.keys()
    }

    fn prepare(&self, f: &Facts) -> Result<Prepared> {
        self.store.read(|tx| self.guard.prepare(tx, f))
    }

    fn decide(&self, prepared: Option<Prepared>, f: &Facts) -> Result<Decision> {
        let (guard, f) = (self.guard.clone(), f.clone());
        self.store.write(move |tx| guard.decide(tx, prepared.as_ref(), &f))
    }

    /// Prepare, decide, and posted when it may.
    fn pay(&self, f: &Facts) -> Decision {
        let prepared = self.prepare(f).ok();
        let (guard, f) = (self.guard.clone(), f.clone());
        let pay = move |tx: &mut store::Tx<'_>| {
            let d = guard.decide(tx, prepared.as_ref(), &f)?;
            if d.verdict().may_post() {
                guard.posted(tx, &d, &f)?;
            }
            Ok(d)
        };
        self.store.write(pay).unwrap()
    }

    fn list(&self, list: ListKind, subject: Subject) -> ListEntry {
        let add = move |tx: &mut store::Tx<'_>| add_entry(tx, &Actor::system("test"), entry(list, subject.clone()));
        self.store.write(add).unwrap().into_inner()
    }

    fn freeze(&self, new: NewFreeze) -> Result<Change<PartyFreeze>> {
        self.store.write(move |tx| freeze_party(tx, &Actor::system("test"), new.clone()))
    }

    fn verified(&self) {
        let mut faults = Vec::new();
        for t in TABLES {
            self.store.read(|tx| store::verify::table(tx, t, &mut faults, &mut |_, _| ())).unwrap();
        }
        assert!(faults.is_empty(), "{faults:?}");
    }
}

fn entry(list: ListKind, subject: Subject) -> NewEntry {
    NewEntry {
        list,
        subject,
        masked: "6200 **** 1234".into(),
        reason: "reported".into(),
        from: NOW.plus(-HOUR),
        until: NOW.plus(240 * HOUR),
        source: "公刑字 17".into(),
        owner_staff: None,
    }
}

fn risk_freeze(subject: Owner) -> NewFreeze {
    NewFreeze {
        subject,
        kind: FreezeKind::StopDebits,
        basis: FreezeBasis::Risk,
        document: "风控 8".into(),
        from: NOW.plus(-HOUR),
        until: None,
        reason: "abnormal".into(),
    }
}
