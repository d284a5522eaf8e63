//! Lanes: what one writer alone may extend.
use crate::keys::KeyRing;
use crate::record::Seal;
use crate::sql::Param;
use crate::tx::Tx;
use kernel::{Error, Result};
use std::collections::BTreeMap;

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

/// A writer's own state, as after its last commit plus what the open transaction did. Cloned at each savepoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    pub lane: i64,
    pub epoch: i64,
    pub lease_until: i64,
    pub heads: [Head; 2],
    pub events: i64,
    pub accumulators: BTreeMap<&'static str, Accumulator>,
    /// Tables whose accumulator changed since the last commit.
    pub touched: Vec<&'static str>,
    pub dirty: bool,
}

impl Lane {
    pub fn head(&mut self, chain: Chain) -> &mut Head {
        self.dirty = true;
        &mut self.heads[chain as usize]
    }

    pub fn accumulate(&mut self, keys: &KeyRing, table: &'static str, old: Option<Seal>, new: Option<Seal>) {
        let acc = self.accumulators.entry(table).or_default();
        if let Some(seal) = new {
            acc.add(keys.term(seal));
        }
        if let Some(seal) = old {
            acc.take_off(keys.term(seal));
        }
        if !self.touched.contains(&table) {
            self.touched.push(table);
        }
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
    let (lane, epoch) = match free {
        Some((lane, epoch)) => {
            tx.execute(
                "UPDATE lanes SET epoch = ?1, lease_until = ?2 WHERE lane = ?3",
                &[Param::Int(epoch + 1), Param::Int(now + LEASE_US), Param::Int(lane)],
            )?;
            (lane, epoch + 1)
        }
        None => {
            let lane: i64 =
                tx.query_one("SELECT coalesce(max(lane) + 1, 0) FROM lanes", &[], |r| r.get(0))?.unwrap_or(0);
            if lane >= LANES_MAX {
                return Err(Error::limit("writer lanes", lane, LANES_MAX, "lanes"));
            }
            tx.execute(
                "INSERT INTO lanes (lane, epoch, lease_until, events) VALUES (?1, 1, ?2, 0)",
                &[Param::Int(lane), Param::Int(now + LEASE_US)],
            )?;
            (lane, 1)
        }
    };
    read_lane(tx, lane, epoch)
}

fn read_lane(tx: &mut Tx<'_>, number: i64, epoch: i64) -> Result<Lane> {
    let mut lane = Lane { lane: number, epoch, ..Lane::default() };
    let (events, lease) = tx
        .query_one("SELECT events, lease_until FROM lanes WHERE lane = ?1", &[Param::Int(number)], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })?
        .ok_or_else(|| Error::broken("the lane that was claimed is gone"))?;
    lane.events = events;
    lane.lease_until = lease;
    for chain in Chain::ALL {
        let head = tx.query_one(
            "SELECT seq, hash FROM chain_heads WHERE lane = ?1 AND chain = ?2",
            &[Param::Int(number), chain.code().into()],
            |r| Ok(Head { seq: r.get(0)?, hash: r.get(1)? }),
        )?;
        lane.heads[chain as usize] = head.unwrap_or_default();
    }
    lane.accumulators = tx
        .query("SELECT table_name, rows, sum FROM accumulators WHERE lane = ?1", &[Param::Int(number)], |r| {
            Ok((intern(r.get(0)?), Accumulator::from_parts(r.get(1)?, r.param(2)?.bytes()?)?))
        })?
        .into_iter()
        .collect();
    Ok(lane)
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
    let now = tx.now().micros();
    let Some(lane) = tx.writer.as_ref().map(|w| w.lane.clone()) else { return Ok(()) };
    let renew = lane.lease_until - now < RENEW_US;
    if !(lane.dirty || renew || !lane.touched.is_empty()) {
        return Ok(());
    }
    let lease = if renew { now + LEASE_US } else { lane.lease_until };
    let params = [Param::Int(lane.events), Param::Int(lease), Param::Int(lane.lane), Param::Int(lane.epoch)];
    if tx.execute("UPDATE lanes SET events = ?1, lease_until = ?2 WHERE lane = ?3 AND epoch = ?4", &params)? != 1 {
        if let Some(w) = &mut tx.writer {
            w.lane.epoch = 0;
        }
        return Err(Error::new(&crate::LANE_LOST, format!("lane {} was taken over", lane.lane)));
    }
    if tx.is_postgres() {
        tx.prove_business_date()?;
    }
    for (chain, head) in Chain::ALL.into_iter().zip(lane.heads) {
        let sql = "INSERT INTO chain_heads (lane, chain, seq, hash) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (lane, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
        tx.execute(
            sql,
            &[
                Param::Int(lane.lane),
                chain.code().into(),
                Param::Int(head.seq),
                Param::Bytes(head.hash.to_vec().into()),
            ],
        )?;
    }
    for table in &lane.touched {
        let acc = lane.accumulators.get(table).copied().unwrap_or_default();
        let sql = "INSERT INTO accumulators (lane, table_name, rows, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (lane, table_name) DO UPDATE SET rows = excluded.rows, sum = excluded.sum";
        tx.execute(
            sql,
            &[
                Param::Int(lane.lane),
                Param::Text((*table).into()),
                Param::Int(acc.rows),
                Param::Bytes(acc.bytes().to_vec().into()),
            ],
        )?;
    }
    if let Some(w) = &mut tx.writer {
        w.lane.lease_until = lease;
    }
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
    fn a_chain_depends_on_every_entry_before() {
        let (mut a, mut b) = (Head::default(), Head::default());
        a.extend(b"one");
        b.extend(b"One");
        assert_ne!(a.extend(b"two"), b.extend(b"two"));
    }
}
