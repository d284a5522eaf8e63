//! The accounts of a bench, and random transfers between them.
use kernel::id::{AccountId, InstructionId, PersonId, TransferId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Opening, Outcome, Purpose, Side, Transfer};
use store::Store;

pub(crate) const BOOK: BookId = BookId(1);
/// Accounts opened by one closure.
const OPEN_AT_ONCE: usize = 1_000;
/// What every account has at first: nobody runs out.
const FUNDS_FEN: i64 = 1_000_000_000;
const DICE: u64 = 0x2545_f491_4f6c_dd1d;

pub(crate) struct Town {
    pub accounts: Vec<AccountId>,
    dice: u64,
}

/// Opens `number` accounts and pays money into each.
pub(crate) fn settle(store: &Store, number: u32) -> Result<Town> {
    let now = store.clock().now();
    store.write(move |tx| tx.open_business_date(now.local_date()))?;
    let vault = AccountId::new(now, BOOK);
    let own = Opening::own(vault, "1001", Purpose::Settlement, Side::Debit, "vault", Currency::CNY);
    let customer = |_| {
        let owner = Owner::Person(PersonId::new(now, BOOK));
        Opening::deposit(AccountId::new(now, BOOK), owner, "customer", Currency::CNY)
    };
    let openings: Vec<Opening> = std::iter::once(own).chain((0..number).map(customer)).collect();
    for some in openings.chunks(OPEN_AT_ONCE) {
        let some = some.to_vec();
        let bench = Actor::system("bench");
        store.write(move |tx| some.iter().try_for_each(|o| ledger::open_account(tx, &bench, o).map(|_| ())))?;
    }
    let accounts: Vec<AccountId> = openings[1..].iter().map(|o| o.id).collect();
    let fund =
        |to: &AccountId| Transfer::single(TransferId::new(now, BOOK), vault, *to, Money::cny(FUNDS_FEN), "funding");
    for some in accounts.chunks(ledger::BATCH_TRANSFERS_MAX) {
        post(store, some.iter().map(fund).collect())?;
    }
    Ok(Town { accounts, dice: DICE })
}

/// Posts a batch; one that is not posted whole is an error.
pub(crate) fn post(store: &Store, batch: Vec<Transfer>) -> Result<()> {
    let done = store.write(move |tx| ledger::post(tx, false, &batch))?;
    match done.iter().find(|o| **o != Outcome::Posted) {
        None => Ok(()),
        Some(other) => Err(Error::broken(format!("a transfer of the bench was not posted: {other:?}"))),
    }
}

impl Town {
    /// `number` accounts that no ledger of ours has.
    pub fn unsettled(number: u32) -> Town {
        let now = kernel::Clock::system().now();
        Town { accounts: (0..number).map(|_| AccountId::new(now, BOOK)).collect(), dice: DICE }
    }

    /// The same town with other dice, for another thread.
    pub fn neighbour(&self, n: u64) -> Town {
        Town { accounts: self.accounts.clone(), dice: self.dice.wrapping_mul(2 * n + 3) | 1 }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) as usize % sides
    }

    /// Two different accounts.
    pub fn pair(&mut self) -> (AccountId, AccountId) {
        let n = self.accounts.len();
        let from = self.roll(n);
        let to = (from + 1 + self.roll(n - 1)) % n;
        (self.accounts[from], self.accounts[to])
    }

    pub fn batch(&mut self, now: Timestamp, size: u32) -> Vec<Transfer> {
        (0..size)
            .map(|_| {
                let (from, to) = self.pair();
                let amount = Money::cny(1 + self.roll(10_000) as i64);
                let reference = InstructionId::new(now, BOOK);
                Transfer::single(TransferId::new(now, BOOK), from, to, amount, "transfer").reference(reference)
            })
            .collect()
    }
}

/// Whether the journal and all that follows from it is sound.
pub(crate) fn verified(store: &Store) -> Result<()> {
    let found = store.read(|tx| ledger::verify::journal(tx, &mut |_, _| {}))?;
    match found.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Error::broken(format!("the bench's books do not verify: {fault:?}"))),
    }
}
