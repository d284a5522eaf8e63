//! The ledger on both databases: what it promises beyond its rules, which are tested beside them without a database.
mod accounts;
mod crowd;
mod days;
mod faults;
mod holds;
mod hot;
mod order;
mod periods;
mod posting;
mod restrictions;
mod statements;
mod tamper;

use kernel::id::{AccountId, PersonId, TransferId};
use kernel::{Actor, BookId, Currency, Date, Id, Money, Owner, Result};
use ledger::{Opening, Outcome, Purpose, Side, Transfer};
use std::sync::mpsc;
use store::Tx;
use tests::{TestStore, each_database, on_postgres};

pub const BOOK: BookId = BookId(7);

pub fn at_bank(test: impl Fn(&mut TestStore)) {
    each_database(&[ledger::MIGRATION], ledger::verify::TABLES, test);
}
pub fn at_postgres_bank(test: impl Fn(&mut TestStore)) {
    on_postgres(&[ledger::MIGRATION], ledger::verify::TABLES, test);
}

pub fn teller() -> Actor {
    Actor::system("teller")
}

/// Accounts that most tests need: where money comes from, two customers with 1,000.00 each, a wage account.
#[derive(Clone, Copy)]
pub struct Town {
    pub vault: AccountId,
    pub ann: AccountId,
    pub ben: AccountId,
    pub wage: AccountId,
}

pub fn new_account(bank: &TestStore) -> AccountId {
    AccountId::new(bank.clock.now(), BOOK)
}

pub fn customer(bank: &TestStore) -> Opening {
    let owner = Owner::Person(PersonId::new(bank.clock.now(), BOOK));
    Opening::deposit(new_account(bank), owner, "a customer", Currency::CNY)
}

pub fn vault(bank: &TestStore) -> Opening {
    Opening::own(new_account(bank), "1001", Purpose::Settlement, Side::Debit, "vault", Currency::CNY)
}

pub fn open(bank: &TestStore, o: Opening) -> AccountId {
    let id = o.id;
    bank.store().write(move |tx| ledger::open_account(tx, &teller(), &o)).unwrap();
    id
}

pub fn settle(bank: &TestStore) -> Town {
    bank.store().write(|tx| tx.open_business_date(Date::ymd(2026, 3, 2)?)).unwrap();
    let vault = open(bank, vault(bank));
    let (ann, ben) = (open(bank, customer(bank)), open(bank, customer(bank)));
    let wage = open(bank, customer(bank).purpose(Purpose::Wage, "2013"));
    let town = Town { vault, ann, ben, wage };
    let paid = [ann, ben, wage].map(|to| pay(bank, vault, to, 100_000));
    assert_eq!(post(bank, &paid), [Outcome::Posted, Outcome::Posted, Outcome::Posted]);
    town
}

/// A transfer with an id of the bank's time.
pub fn pay(bank: &TestStore, from: AccountId, to: AccountId, fen: i64) -> Transfer {
    Transfer::single(TransferId::new(bank.clock.now(), from.book()), from, to, Money::cny(fen), "transfer")
}

pub fn post(bank: &TestStore, batch: &[Transfer]) -> Vec<Outcome> {
    let batch = batch.to_vec();
    bank.store().write(move |tx| ledger::post(tx, false, &batch)).unwrap()
}

pub fn view(bank: &TestStore, id: AccountId) -> ledger::View {
    bank.store().read(|tx| ledger::view(tx, id)).unwrap()
}

/// Posted and available, in fen.
pub fn has(bank: &TestStore, id: AccountId) -> (i64, i64) {
    let view = view(bank, id);
    (view.posted().minor, view.available().minor)
}

pub fn found(bank: &TestStore) -> ledger::verify::Found {
    bank.store().read(|tx| ledger::verify::journal(tx, &mut |_, _| {})).unwrap()
}

/// Fails the test unless the store's seals and chains and all of the ledger verify.
pub fn sound(bank: &TestStore) {
    bank.finish();
    let found = found(bank);
    assert!(found.faults.is_empty() && found.compared, "the ledger does not verify: {found:#?}");
}

pub type Closure<T> = Box<dyn Fn(&mut Tx<'_>) -> Result<T> + Send>;

pub fn closure<T>(f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Closure<T> {
    Box::new(f)
}

/// Makes closures wait in line behind one that sleeps, so that those of SQLite come into one group; answers them in order.
pub fn in_one_group<T: Send + 'static>(bank: &TestStore, closures: Vec<Closure<T>>) -> Vec<Result<T>> {
    let (hold, held) = mpsc::channel::<()>();
    let (said, hear) = mpsc::channel();
    let held = std::sync::Mutex::new(held);
    let store = bank.store();
    let sleep = move |_: &mut Tx<'_>| {
        let _ = held.lock().expect("one thread").recv();
        Ok(())
    };
    store.write_then(sleep, |_| {});
    let wanted = closures.len();
    for (at, closure) in closures.into_iter().enumerate() {
        let said = said.clone();
        store.write_then(closure, move |done| said.send((at, done)).expect("the test listens"));
    }
    drop(hold);
    let mut answers: Vec<_> = hear.iter().take(wanted).collect();
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, done)| done).collect()
}
