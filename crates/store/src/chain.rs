//! Lanes: what one writer alone may extend.
use crate::keys::KeyRing;
use crate::record::Seal;
use crate::sql::Param;
use crate::tx::Tx;
use kernel::{Error, Result};
use std::borrow::Cow;

/// The hash chains of a lane. They need no key, so that anyone can verify them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Chain {
    /// The ledger's transfers.
    Journal,
    /// The audit log.
    Audit,
}

impl Chain {
    pub const ALL: [Chain; 2] = [Chain::Journal, Chain::Audit];
    pub fn code(self) -> &'static str {
        match self {
            Chain::Journal => "journal",
            Chain::Audit => "audit",
        }
    }
}

/// The end of a chain: how many entries it has and the hash of the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: [u8; 32],
}

impl Head {
    /// The next entry's sequence number and hash: `BLAKE3(hash of the one before, entry)`.
    pub fn extend(&mut self, entry: &[u8]) -> (i64, [u8; 32]) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.hash).update(entry);
        self.seq += 1;
        self.hash = *hasher.finalize().as_bytes();
        (self.seq, self.hash)
    }
}

/// Sequence numbers of a lane and rows are told apart in one integer: `lane << 44 | sequence`. Lanes 0 to 2¹⁹ − 1,
/// sequences to 1.7·10¹³.
pub(crate) const LANE_SHIFT: u32 = 44;

/// How many rows a table has in this lane's account, and the sum of their terms modulo 2²⁵⁶ (little-endian limbs).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accumulator {
    pub rows: i64,
    pub sum: [u64; 4],
}

impl Accumulator {
    pub fn add(&mut self, term: [u64; 4]) {
        let mut carry = 0u128;
        for (limb, t) in self.sum.iter_mut().zip(term) {
            let n = u128::from(*limb) + u128::from(t) + carry;
            *limb = n as u64;
            carry = n >> 64;
        }
        self.rows += 1;
    }
    pub fn take_off(&mut self, term: [u64; 4]) {
        let mut borrow = false;
        for (limb, t) in self.sum.iter_mut().zip(term) {
            let (a, b1) = limb.overflowing_sub(t);
            let (b, b2) = a.overflowing_sub(u64::from(borrow));
            *limb = b;
            borrow = b1 || b2;
        }
        self.rows -= 1;
    }
    pub fn merge(&mut self, other: &Accumulator) {
        self.add(other.sum);
        self.rows += other.rows - 1;
    }
    pub fn bytes(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.chunks_exact_mut(8).zip(self.sum).for_each(|(c, limb)| c.copy_from_slice(&limb.to_le_bytes()));
        out
    }
    pub fn from_parts(rows: i64, bytes: &[u8]) -> Result<Accumulator> {
        if bytes.len() != 32 {
            return Err(Error::broken("an accumulator is not 32 bytes"));
        }
        let mut sum = [0; 4];
        sum.iter_mut()
            .zip(bytes.chunks_exact(8))
            .for_each(|(limb, c)| *limb = u64::from_le_bytes(c.try_into().expect("8 bytes")));
        Ok(Accumulator { rows, sum })
    }
}

/// A writer's own state: what its last commit left plus what the open transaction did. One closure at a time can be
/// undone by itself ([`Lane::savepoint`]), which costs only what the closure touched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    pub lane: i64,
    /// 0 when the lane is not held, or no longer.
    pub epoch: i64,
    pub lease_until: i64,
    ends: Ends,
    saved: Ends,
    accounts: Vec<Account>,
    before_closure: Ends,
    undo: Vec<(usize, Account)>,
}

/// Where the lane's sequences end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ends {
    heads: [Head; 2],
    events: i64,
}

/// A table's accumulator in this lane.
#[derive(Clone, Copy, Debug)]
struct Account {
    table: &'static str,
    total: Accumulator,
    /// Changed since the last commit.
    touched: bool,
}

impl Lane {
    pub fn extend(&mut self, chain: Chain, entry: &[u8]) -> (i64, [u8; 32]) {
        let (seq, hash) = self.ends.heads[chain as usize].extend(entry);
        (self.lane << LANE_SHIFT | seq, hash)
    }

    pub fn next_event(&mut self) -> i64 {
        self.ends.events += 1;
        self.lane << LANE_SHIFT | self.ends.events
    }

    pub fn accumulate(&mut self, keys: &KeyRing, table: &'static str, old: Option<Seal>, new: Option<Seal>) {
        let at = self.accounts.iter().position(|a| a.table == table).unwrap_or_else(|| {
            self.accounts.push(Account { table, total: Accumulator::default(), touched: false });
            self.accounts.len() - 1
        });
        let account = &mut self.accounts[at];
        self.undo.push((at, *account));
        account.touched = true;
        if let Some(seal) = new {
            account.total.add(keys.term(seal));
        }
        if let Some(seal) = old {
            account.total.take_off(keys.term(seal));
        }
    }

    /// A closure begins.
    pub fn savepoint(&mut self) {
        self.before_closure = self.ends;
        self.undo.clear();
    }

    /// The closure that began last failed.
    pub fn rollback(&mut self) {
        self.ends = self.before_closure;
        while let Some((at, account)) = self.undo.pop() {
            self.accounts[at] = account;
        }
    }

    /// The transaction committed.
    pub fn committed(&mut self) {
        self.saved = self.ends;
        self.undo.clear();
        self.accounts.iter_mut().for_each(|a| a.touched = false);
    }

    fn is_changed(&self) -> bool {
        self.ends != self.saved || self.accounts.iter().any(|a| a.touched)
    }
}

/// A lane is free for others when its lease ran out this long ago without a renewal, in microseconds.
const LEASE_US: i64 = 60 * kernel::clock::SECOND;
/// A lease is renewed with a commit when less than this is left of it, in microseconds.
const RENEW_US: i64 = 30 * kernel::clock::SECOND;
/// Lanes at most.
const LANES_MAX: i64 = 1 << 19;

/// Takes a lane: the lowest whose lease ran out (SQLite's one lane is always free to whoever holds the directory's lock),
/// or a new one. Its epoch grows, which stops a former holder at its next commit.
pub(crate) fn claim(tx: &mut Tx<'_>) -> Result<Lane> {
    let now = tx.now().micros();
    let free_before = if tx.is_postgres() { now } else { i64::MAX };
    if tx.is_postgres() {
        tx.batch("LOCK TABLE lanes IN EXCLUSIVE MODE")?;
    }
    let free = tx.query_one(
        "SELECT lane, epoch FROM lanes WHERE lease_until < ?1 ORDER BY lane LIMIT 1",
        &[Param::Int(free_before)],
        |r| Ok((r.get(0)?, r.get::<i64>(1)?)),
    )?;
    match free {
        Some((lane, epoch)) => {
            tx.execute(
                "UPDATE lanes SET epoch = ?1, lease_until = ?2 WHERE lane = ?3",
                &[Param::Int(epoch + 1), Param::Int(now + LEASE_US), Param::Int(lane)],
            )?;
            read_lane(tx, lane)
        }
        None => {
            let lane = tx.query_one("SELECT coalesce(max(lane) + 1, 0) FROM lanes", &[], |r| r.get(0))?.unwrap_or(0);
            if lane >= LANES_MAX {
                return Err(Error::limit("writer lanes", lane, LANES_MAX, "lanes"));
            }
            found(tx, lane, now + LEASE_US)?;
            read_lane(tx, lane)
        }
    }
}

/// A new lane, with its heads, all at nothing.
fn found(tx: &mut Tx<'_>, lane: i64, lease_until: i64) -> Result<()> {
    let seal = lane_seal(tx.keys(), lane, 0);
    tx.execute(
        "INSERT INTO lanes (lane, epoch, lease_until, events, seal) VALUES (?1, 1, ?2, 0, ?3)",
        &[Param::Int(lane), Param::Int(lease_until), Param::Id(seal.0)],
    )?;
    Chain::ALL.into_iter().try_for_each(|chain| save_head(tx, lane, chain, Head::default()))
}

/// Gives the lane back, so that the next process need not wait for the lease to run out.
pub(crate) fn release(tx: &mut Tx<'_>) -> Result<()> {
    let Some((lane, epoch)) = tx.writer.as_ref().map(|w| (w.lane.lane, w.lane.epoch)) else { return Ok(()) };
    let params = [Param::Int(lane), Param::Int(epoch)];
    tx.execute("UPDATE lanes SET lease_until = 0 WHERE lane = ?1 AND epoch = ?2", &params).map(|_| ())
}

/// Whether the lane still has the epoch we claimed it with. A former holder may notice its loss only by a position that its
/// successor has taken.
pub(crate) fn is_ours(tx: &mut Tx<'_>) -> Result<bool> {
    let Some((lane, epoch)) = tx.writer.as_ref().map(|w| (w.lane.lane, w.lane.epoch)) else { return Ok(false) };
    let params = [Param::Int(lane), Param::Int(epoch)];
    let found = tx.query_one("SELECT epoch FROM lanes WHERE lane = ?1 AND epoch = ?2", &params, |_| Ok(()))?;
    Ok(found.is_some())
}

/// What the database says of a lane. A broken seal stops here: whoever wrote on would make the forgery part of the books.
fn read_lane(tx: &mut Tx<'_>, number: i64) -> Result<Lane> {
    let row = lanes(tx)?.into_iter().find(|l| l.lane == number);
    let row = row.ok_or_else(|| Error::broken("the lane that was claimed is gone"))?;
    let mut ends = Ends { events: row.events, ..Ends::default() };
    let mut sound = row.sound;
    for chain in Chain::ALL {
        let head = heads(tx, chain)?.into_iter().find(|h| h.lane == number);
        sound &= head.as_ref().is_some_and(|h| h.sound);
        ends.heads[chain as usize] = head.map(|h| h.head).unwrap_or_default();
    }
    let mut accounts = Vec::new();
    for stored in accumulators(tx)?.into_iter().filter(|a| a.lane == number) {
        sound &= stored.sound;
        accounts.push(Account { table: intern(stored.table), total: stored.total, touched: false });
    }
    if !sound {
        return Err(Error::broken(format!("what lane {number} wrote last does not fit its seals")));
    }
    let (epoch, lease_until) = (row.epoch, row.lease_until);
    Ok(Lane { lane: number, epoch, lease_until, ends, saved: ends, accounts, ..Lane::default() })
}

/// A row of `lanes`, and whether its seal fits.
pub(crate) struct StoredLane {
    pub lane: i64,
    pub epoch: i64,
    pub lease_until: i64,
    pub events: i64,
    pub sound: bool,
}

pub(crate) fn lanes(tx: &mut Tx<'_>) -> Result<Vec<StoredLane>> {
    let keys = tx.keys();
    tx.query("SELECT lane, epoch, lease_until, events, seal FROM lanes ORDER BY lane", &[], |r| {
        let (lane, events) = (r.get(0)?, r.get(3)?);
        let sound = r.get(4).ok() == Some(lane_seal(keys, lane, events));
        Ok(StoredLane { lane, epoch: r.get(1)?, lease_until: r.get(2)?, events, sound })
    })
}

/// A row of `chain_heads`, and whether its seal fits.
pub(crate) struct StoredHead {
    pub lane: i64,
    pub head: Head,
    pub sound: bool,
}

pub(crate) fn heads(tx: &mut Tx<'_>, chain: Chain) -> Result<Vec<StoredHead>> {
    let keys = tx.keys();
    let sql = "SELECT lane, seq, hash, seal FROM chain_heads WHERE chain = ?1 ORDER BY lane";
    tx.query(sql, &[chain.code().into()], |r| {
        let (lane, head) = (r.get(0)?, Head { seq: r.get(1)?, hash: r.get(2).unwrap_or_default() });
        let sound = r.get(3).ok() == Some(head_seal(keys, lane, chain, &head));
        Ok(StoredHead { lane, head, sound })
    })
}

/// A row of `accumulators`, and whether its seal fits.
pub(crate) struct StoredAccumulator {
    pub lane: i64,
    pub table: String,
    pub total: Accumulator,
    pub sound: bool,
}

pub(crate) fn accumulators(tx: &mut Tx<'_>) -> Result<Vec<StoredAccumulator>> {
    let keys = tx.keys();
    tx.query("SELECT lane, table_name, rows, sum, seal FROM accumulators ORDER BY lane, table_name", &[], |r| {
        let (lane, table) = (r.get(0)?, r.get::<String>(1)?);
        let total = Accumulator::from_parts(r.get(2)?, r.param(3)?.bytes()?).unwrap_or_default();
        let sound = r.get(4).ok() == Some(accumulator_seal(keys, lane, &table, &total));
        Ok(StoredAccumulator { lane, table, total, sound })
    })
}

fn lane_seal(keys: &KeyRing, lane: i64, events: i64) -> Seal {
    keys.seal("lanes", &[Param::Int(lane), Param::Int(events)])
}

fn head_seal(keys: &KeyRing, lane: i64, chain: Chain, head: &Head) -> Seal {
    let hash = Param::Bytes(Cow::Borrowed(&head.hash));
    keys.seal("chain_heads", &[Param::Int(lane), chain.code().into(), Param::Int(head.seq), hash])
}

fn accumulator_seal(keys: &KeyRing, lane: i64, table: &str, total: &Accumulator) -> Seal {
    let (table, sum) = (Param::Text(Cow::Borrowed(table)), Param::Bytes(total.bytes().to_vec().into()));
    keys.seal("accumulators", &[Param::Int(lane), table, Param::Int(total.rows), sum])
}

/// Table names are few and live as long as the process.
fn intern(name: String) -> &'static str {
    static NAMES: parking_lot::Mutex<Vec<&'static str>> = parking_lot::Mutex::new(Vec::new());
    let mut names = NAMES.lock();
    if let Some(known) = names.iter().find(|n| **n == name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into_boxed_str());
    names.push(kept);
    kept
}

/// Writes what the transaction did to its lane, and proves that the lane is still its own.
pub(crate) fn save(tx: &mut Tx<'_>) -> Result<()> {
    let Some(writer) = tx.writer.as_deref_mut() else { return Ok(()) };
    let mut lane = std::mem::take(&mut writer.lane);
    let saved = save_lane(tx, &mut lane);
    if let Some(writer) = tx.writer.as_deref_mut() {
        writer.lane = lane;
    }
    saved
}

fn save_lane(tx: &mut Tx<'_>, lane: &mut Lane) -> Result<()> {
    let now = tx.now().micros();
    let renew = lane.lease_until - now < RENEW_US;
    if !lane.is_changed() && !renew {
        return Ok(());
    }
    let lease = if renew { now + LEASE_US } else { lane.lease_until };
    let seal = lane_seal(tx.keys(), lane.lane, lane.ends.events);
    let params = [
        Param::Int(lane.ends.events),
        Param::Int(lease),
        Param::Id(seal.0),
        Param::Int(lane.lane),
        Param::Int(lane.epoch),
    ];
    let sql = "UPDATE lanes SET events = ?1, lease_until = ?2, seal = ?3 WHERE lane = ?4 AND epoch = ?5";
    if tx.execute(sql, &params)? != 1 {
        return Err(Error::new(&crate::LANE_LOST, format!("lane {} was taken over", lane.lane)));
    }
    if tx.is_postgres() {
        tx.prove_business_date()?;
    }
    for chain in Chain::ALL {
        let head = lane.ends.heads[chain as usize];
        if head != lane.saved.heads[chain as usize] {
            save_head(tx, lane.lane, chain, head)?;
        }
    }
    for account in lane.accounts.iter().filter(|a| a.touched) {
        save_accumulator(tx, lane.lane, account)?;
    }
    lane.lease_until = lease;
    Ok(())
}

fn save_head(tx: &mut Tx<'_>, lane: i64, chain: Chain, head: Head) -> Result<()> {
    let seal = head_seal(tx.keys(), lane, chain, &head);
    let sql = "INSERT INTO chain_heads (lane, chain, seq, hash, seal) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (lane, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, seal = excluded.seal";
    let hash = Param::Bytes(Cow::Borrowed(&head.hash));
    tx.execute(sql, &[Param::Int(lane), chain.code().into(), Param::Int(head.seq), hash, Param::Id(seal.0)])?;
    Ok(())
}

fn save_accumulator(tx: &mut Tx<'_>, lane: i64, account: &Account) -> Result<()> {
    let seal = accumulator_seal(tx.keys(), lane, account.table, &account.total);
    let sql = "INSERT INTO accumulators (lane, table_name, rows, sum, seal) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (lane, table_name) DO UPDATE SET rows = excluded.rows, sum = excluded.sum, seal = excluded.seal";
    let sum = Param::Bytes(account.total.bytes().to_vec().into());
    let params = [Param::Int(lane), account.table.into(), Param::Int(account.total.rows), sum, Param::Id(seal.0)];
    tx.execute(sql, &params)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_off_undoes_adding_across_carries() {
        let mut acc = Accumulator::default();
        let terms = [[u64::MAX, u64::MAX, u64::MAX, 1], [1, 0, 0, 0], [5, u64::MAX, 7, u64::MAX]];
        terms.iter().for_each(|t| acc.add(*t));
        let full = acc;
        terms.iter().rev().for_each(|t| acc.take_off(*t));
        assert_eq!(acc, Accumulator::default());
        assert_eq!(Accumulator::from_parts(full.rows, &full.bytes()).unwrap(), full);
    }

    #[test]
    fn a_failed_closure_leaves_its_lane_as_it_was() {
        let keys = KeyRing::random();
        let mut lane = Lane::default();
        lane.savepoint();
        lane.accumulate(&keys, "t", None, Some(Seal([1; 16])));
        lane.extend(Chain::Audit, b"one");
        let kept = lane.clone();
        lane.savepoint();
        lane.accumulate(&keys, "t", Some(Seal([1; 16])), Some(Seal([2; 16])));
        lane.accumulate(&keys, "t", None, Some(Seal([3; 16])));
        lane.accumulate(&keys, "u", None, Some(Seal([3; 16])));
        lane.extend(Chain::Audit, b"two");
        lane.next_event();
        lane.rollback();
        assert_eq!(lane.ends, kept.ends);
        assert_eq!(lane.accounts[0].total, kept.accounts[0].total);
        assert!(!lane.accounts[1].touched && lane.accounts[1].total == Accumulator::default());
    }

    #[test]
    fn a_chain_depends_on_every_entry_before() {
        let (mut a, mut b) = (Head::default(), Head::default());
        a.extend(b"one");
        b.extend(b"One");
        assert_ne!(a.extend(b"two"), b.extend(b"two"));
    }
}
