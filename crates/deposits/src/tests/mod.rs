//! A small bank with depositors, whose days are closed by hand, and what is tried on it.
mod life;
mod model;
mod nights;
mod things;
mod year;

use crate::*;
use guard::Guard;
use kernel::chinese::identity_check;
use kernel::clock::HOUR;
use kernel::id::{AccountId, BranchId, StaffId, TransferId};
use kernel::{Channel, Clock, Currency, Date, Id, Owner};
use ledger::{Opening, Transfer};
use party::{GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, open_own, own};
use scratch::Scratch;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub teller: Actor,
    pub clock: Clock,
    /// The n-th statement from now fails; below zero none does.
    pub fail_at: Arc<AtomicI64>,
    _scratch: Scratch,
}

/// A customer with a current account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub person: kernel::id::PersonId,
    pub account: AccountId,
}

impl Customer {
    pub fn actor(&self) -> Actor {
        Actor { channel: Channel::Phone, ..Actor::of(Who::Person(self.person)) }
    }
    pub fn owner(&self) -> Owner {
        Owner::Person(self.person)
    }
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn identity(n: usize) -> String {
    let body = format!("990102198{:01}0{:01}15{:03}", n % 10, 1 + n / 10 % 9, n % 1000);
    let check = identity_check(&body).unwrap();
    format!("{body}{check}")
}

impl Bank {
    pub fn open(first: &str) -> Bank {
        let scratch = Scratch::new("deposits");
        let clock = Clock::manual(day(first).begins().plus(10 * HOUR));
        let fail_at = Arc::new(AtomicI64::new(-1));
        let counted = fail_at.clone();
        let fault: Arc<store::FaultPoint> = Arc::new(move |_| match counted.load(Ordering::SeqCst) {
            n if n < 0 => false,
            _ => counted.fetch_sub(1, Ordering::SeqCst) == 0,
        });
        let config = Config { clock: clock.clone(), fault: Some(fault), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([
            guard::MIGRATION,
            payments::MIGRATION,
            payments::clearing::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
        ]);
        migrations.extend([
            payments::MIGRATION_TRANSFER,
            payments::MIGRATION_NUMBERS,
            payments::MIGRATION_SAFETY,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let first = day(first);
        let (branch, staff) = store.write(move |tx| seed(tx, first)).unwrap();
        let who = Actor::of(Who::Staff(staff));
        let teller = Actor { channel: Channel::Counter, branch: Some(branch), ..who };
        let desk = Desk { store, guard: Guard::load().unwrap() };
        Bank { desk, branch, teller, clock, fail_at, _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }

    pub fn customers(&self, first: usize, many: usize) -> Vec<Customer> {
        let branch = self.branch;
        let one = move |tx: &mut Tx<'_>, n: usize| {
            let number = identity(n);
            let new = party::PersonNew {
                branch,
                name: format!("储户{}", char::from_u32(0x4e00 + n as u32).unwrap()),
                document: party::DocumentKind::ResidentId,
                born: kernel::chinese::identity_birth(&number).unwrap(),
                number,
                country: "CN".into(),
                phone: "13900000000".into(),
                address: String::new(),
                tier: party::Tier::I,
            };
            let person = party::person_register(tx, &system(), new)?.person;
            let account = AccountId::new(tx.now(), branch.book());
            let opening = Opening::deposit(account, Owner::Person(person), "储*", Currency::CNY);
            ledger::open_account(tx, &system(), &opening)?;
            Ok(Customer { person, account })
        };
        let all: Vec<usize> = (first..first + many).collect();
        let chunk = |chunk: &[usize]| {
            let chunk = chunk.to_vec();
            self.write(move |tx| chunk.iter().map(|n| one(tx, *n)).collect::<Result<Vec<_>>>()).unwrap()
        };
        all.chunks(200).flat_map(chunk).collect()
    }

    /// Money in (above zero) or out, over the settlement account.
    pub fn pay_in(&self, moves: Vec<(AccountId, i64)>) {
        let book = self.branch.book();
        self.write(move |tx| {
            let outside = own(book, Own::Settlement, Currency::CNY);
            let transfer = |tx: &Tx<'_>, (account, fen): (AccountId, i64)| {
                let (from, to) = if fen > 0 { (outside, account) } else { (account, outside) };
                let id = TransferId::new(tx.now(), book);
                Transfer::single(id, from, to, Money::cny(fen.abs()), "cash")
            };
            let batch: Vec<_> = moves.iter().map(|m| transfer(tx, *m)).collect();
            ledger::post(tx, true, &batch)?.into_iter().try_for_each(|o| o.ok().map_err(Error::from))
        })
        .unwrap();
    }

    /// Closes the day without doing its night.
    pub fn close_day(&self, next: Date) {
        self.write(move |tx| {
            let day = ledger::day::close(tx, &system(), next)?.date;
            night_begin(tx, day, next)
        })
        .unwrap();
        self.clock.set(next.begins().plus(9 * HOUR));
    }

    /// Closes the day and does all of its night.
    pub fn night(&self, next: &str) {
        self.night_to(day(next));
    }
    pub fn night_to(&self, next: Date) {
        self.close_day(next);
        assert!(night_go_on(&self.desk, u32::MAX).unwrap().night.is_none());
    }

    pub fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).posted().minor
    }
    pub fn own(&self, kind: Own) -> i64 {
        self.balance(own(self.branch.book(), kind, Currency::CNY))
    }

    pub fn open_deposit(
        &self,
        by: &Customer,
        product: &str,
        term: &str,
        fen: i64,
        rollover: Rollover,
    ) -> Result<Deposit> {
        let (desk, actor) = (self.desk.clone(), by.actor());
        let (product, term) = (product.to_owned(), term.to_owned());
        let ask = Open { linked: by.account, product, term, amount: Money::cny(fen), rollover };
        self.write(move |tx| open(&desk, tx, &actor, &ask))
    }
    pub fn quote(&self, by: &Customer, account: AccountId, fen: i64) -> Result<Quote> {
        let actor = by.actor();
        self.desk.store.read(|tx| draw_quote(tx, &actor, account, Money::cny(fen)))
    }
    pub fn draw(&self, by: &Customer, account: AccountId, fen: i64) -> Result<Drawn> {
        let shown = self.quote(by, account, fen)?.interest;
        self.draw_as_shown(by, account, fen, shown.minor)
    }
    pub fn draw_as_shown(&self, by: &Customer, account: AccountId, fen: i64, shown: i64) -> Result<Drawn> {
        let (desk, actor) = (self.desk.clone(), by.actor());
        self.write(move |tx| draw(&desk, tx, &actor, account, Money::cny(fen), Money::cny(shown)))
    }
    pub fn contract(&self, account: AccountId) -> Deposit {
        self.read(|tx| contract::raw(tx, account))
    }
    pub fn load(&self, text: &str) -> Result<usize> {
        let text = text.to_owned();
        self.write(move |tx| load_terms(tx, &system(), "new.toml", &text))
    }

    /// Every seal, every sum, every balance.
    pub fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, payments::TABLES, ledger::verify::TABLES, TABLES].concat();
        let faults = self.read(|tx| {
            let mut faults = Vec::new();
            for table in &tables {
                store::verify::table(tx, table, &mut faults, &mut |_, _| {})?;
            }
            faults.extend(ledger::verify::journal(tx, &mut |_, _| {})?.faults);
            verify::verify(tx, &mut faults)?;
            Ok(faults)
        });
        assert_eq!(faults, []);
    }
}

pub(super) fn rate(product: &str, term: &str, rate: &str, from: Date) -> String {
    format!(
        "[[rate]]\nproduct = \"{product}\"\nterm = \"{term}\"\nrate = \"{rate}\"\neffective_from = \"{from}\"\ndocument = \"挂牌\"\n"
    )
}

fn seed(tx: &mut Tx<'_>, first: Date) -> Result<(BranchId, StaffId)> {
    tx.open_business_date(first)?;
    let new = party::BranchNew {
        code: "10000".into(),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: "汐洲海岛银行".into(),
        name_en: "Xizhou Island Bank".into(),
        address_zh: "路".into(),
        address_en: "Road".into(),
        phone: String::new(),
    };
    let branch = party::branch_open(tx, &system(), new)?;
    open_own(tx, &system(), branch.book(), Currency::CNY)?;
    pricing::load_tariff(tx, &system(), pricing::DATA_FILE, pricing::DATA)?;
    load_terms(tx, &system(), DATA_FILE, DATA)?;
    let staff = party::StaffNew { branch, number: "001".into(), name: "柜员".into(), person: None };
    let staff = party::staff_join(tx, &system(), staff)?;
    party::grant(tx, &system(), GrantAsk::new(Who::Staff(staff), Role::Teller).at(branch))?;
    Ok((branch, staff))
}
