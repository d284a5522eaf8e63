//! Closed days against the journal: what they signed is still there, and where each account stood at their ends.
use super::journal::Counted;
use super::{Faults, Pages};
use crate::books::key;
use crate::day::{ClosedDay, LaneHead, TrialLine, hex, imbalances, root, signed_text};
use crate::entry::Entry;
use kernel::{Date, Id, Result, id::AccountId};
use std::collections::{BTreeMap, HashMap};
use store::verify::Progress;
use store::{Chain, Json, Param, Seal, Tx};

/// How many rows, and the sum of their hashes: rows in any order make the same digest.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Digest {
    rows: u64,
    sum: u128,
}

impl Digest {
    fn add(&mut self, account: AccountId, numbers: [i64; 5]) {
        let mut h = store::hasher();
        h.update(&account.bytes());
        numbers.iter().for_each(|n| {
            h.update(&n.to_le_bytes());
        });
        let first: [u8; 16] = h.finalize().as_bytes()[..16].try_into().expect("16 of 32 bytes");
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(first));
        self.rows += 1;
    }
}

/// The closed days in their order. When one of them is not sound, none is compared.
#[derive(Default)]
pub(super) struct Days {
    dates: Vec<Date>,
    /// Per lane, the position at the end of each day and the hash it names.
    ends: HashMap<i64, Vec<(i64, String)>>,
    /// Per lane, the first day whose end was not yet passed.
    passed: HashMap<i64, usize>,
    wanted: Vec<Digest>,
    sound: bool,
}

impl Days {
    pub fn read(tx: &mut Tx<'_>, faults: &mut Faults) -> Result<Days> {
        let before = faults.0.len();
        let sql =
            "SELECT date, closed_at, closed_by, trial_balance, heads, root, signature FROM closed_days ORDER BY date";
        let rows = tx.query(sql, &[], |r| {
            let day = || -> Result<ClosedDay> {
                Ok(ClosedDay {
                    date: r.get(0)?,
                    closed_at: r.get(1)?,
                    closed_by: r.get(2)?,
                    trial_balance: r.get::<Json<Vec<TrialLine>>>(3)?,
                    heads: r.get::<Json<Vec<LaneHead>>>(4)?,
                    root: r.get(5)?,
                    signature: r.get(6)?,
                    seal: Seal::default(),
                })
            };
            Ok((r.get::<i64>(0)?, day()))
        })?;
        let mut days = Days::default();
        for (date, day) in rows {
            match day {
                Ok(day) => days.take(tx, &day, faults)?,
                Err(_) => faults.add("closed_days", format!("date {}", Date::from_days(date)), "it cannot be read"),
            }
        }
        days.sound = faults.0.len() == before;
        days.wanted = vec![Digest::default(); days.dates.len()];
        Ok(days)
    }

    fn take(&mut self, tx: &mut Tx<'_>, day: &ClosedDay, faults: &mut Faults) -> Result<()> {
        let mut bad = |what: &str| faults.add("closed_days", format!("date {}", day.date), what);
        if root(&day.heads.0, &day.trial_balance.0) != day.root {
            bad("its root does not follow from its heads and its trial balance");
        } else if tx.keys().sign(&signed_text(day.date, &day.root)).as_slice() != day.signature {
            bad("its signature is not the bank's");
        } else if !imbalances(&day.trial_balance.0).is_empty() {
            bad("its trial balance does not balance");
        }
        for head in day.heads.0.iter().filter(|h| h.chain == Chain::Audit.code() && h.seq > 0) {
            let pos = store::first_pos(head.lane) + head.seq;
            let row = tx.audit_rows(pos - 1, 1, None)?.pop();
            if row.is_none_or(|row| row.pos != pos || hex(&row.hash) != head.hash) {
                bad("the audit no longer holds the entry it ended with");
            }
        }
        let so_far = self.dates.len();
        for (lane, pos, hash) in day.journal_ends() {
            let none = (store::first_pos(lane), String::new());
            let ends = self.ends.entry(lane).or_default();
            ends.resize(so_far, none);
            ends.push((pos, hash.to_string()));
        }
        self.dates.push(day.date);
        Ok(())
    }

    /// The place of the first closed day that holds this position; their number for none.
    pub fn of(&self, pos: i64) -> usize {
        let lane = pos.div_euclid(store::first_pos(1));
        match self.ends.get(&lane) {
            Some(ends) => match ends.partition_point(|(end, _)| *end < pos) {
                found if found < ends.len() => found,
                _ => self.dates.len(),
            },
            None => self.dates.len(),
        }
    }

    /// An entry in the order of its lane: it belongs to its day, and ends it with the hash that was signed.
    pub fn pass(&mut self, lane: i64, e: &Entry, faults: &mut Faults) {
        let day = self.of(e.pos);
        let after = day.checked_sub(1).map(|before| self.dates[before]);
        let until = self.dates.get(day);
        if after.is_some_and(|d| e.business_date <= d) || until.is_some_and(|d| e.business_date > *d) {
            faults.add(
                "transfers",
                format!("pos {}", e.pos),
                "its business date was closed before, or opened after it",
            );
        }
        let ends = self.ends.get(&lane).map_or(&[][..], Vec::as_slice);
        let passed = self.passed.entry(lane).or_default();
        while let Some((end, hash)) = ends.get(*passed).filter(|(end, _)| *end <= e.pos) {
            if *end == e.pos && *hash != hex(&e.hash) {
                let date = self.dates[*passed];
                faults.add(
                    "closed_days",
                    format!("date {date}"),
                    "the journal no longer holds the entry it ended with",
                );
            }
            *passed += 1;
        }
    }

    /// An account's strand had no later entry on that day.
    pub fn ended(&mut self, (id, strand): (AccountId, i64), a: &Counted) {
        if let Some(digest) = self.wanted.get_mut(a.day) {
            let book = i64::from(id.book().0);
            digest.add(id, [book, strand, a.balance.net(), a.balance.head, a.balance.moved_at.micros()]);
        }
    }

    /// The days' ends of accounts as kept, and the days' ends of lanes that the journal no longer reaches.
    pub fn compare(&self, tx: &mut Tx<'_>, faults: &mut Faults, progress: &mut Progress<'_>) -> Result<()> {
        if !self.sound {
            return Ok(());
        }
        for (lane, ends) in &self.ends {
            let passed = self.passed.get(lane).copied().unwrap_or(0);
            for (at, (end, _)) in
                ends.iter().enumerate().skip(passed).filter(|(_, (end, _))| *end > store::first_pos(*lane))
            {
                faults.add(
                    "closed_days",
                    format!("date {}", self.dates[at]),
                    format!("the journal no longer reaches entry {end}"),
                );
            }
        }
        let mut kept: BTreeMap<i64, Digest> = BTreeMap::new();
        let sql = "SELECT book, account, strand, date, net, head, moved_at FROM account_days";
        let keys = &[("book", 0), ("account", 1), ("strand", 2), ("date", 3)];
        let rows = Pages { table: "account_days", select: sql, keys }.read(tx, faults, |r, _| {
            let (account, date) = (r.get::<AccountId>(1)?, r.get::<i64>(3)?);
            kept.entry(date).or_default().add(account, [r.get(0)?, r.get(2)?, r.get(4)?, r.get(5)?, r.get(6)?]);
            Ok(())
        })?;
        progress("account_days", rows);
        let wanted = self.dates.iter().zip(&self.wanted).map(|(date, digest)| (date.days(), *digest));
        let mut wanted: BTreeMap<i64, Digest> = wanted.filter(|(_, digest)| digest.rows > 0).collect();
        kept.retain(|date, digest| wanted.get(date) != Some(digest) || wanted.remove(date).is_none());
        for date in kept.keys().chain(wanted.keys()).collect::<std::collections::BTreeSet<_>>() {
            self.name_broken(tx, Date::from_days(*date), faults)?;
        }
        Ok(())
    }

    /// Which rows of a day that does not fit are wrong by themselves; else the day as a whole is.
    fn name_broken(&self, tx: &mut Tx<'_>, date: Date, faults: &mut Faults) -> Result<()> {
        let sql = "SELECT d.account, d.book, d.net, d.head, d.moved_at, t.debit, t.debit_after, t.credit, t.credit_after, t.at \
                   FROM account_days d LEFT JOIN transfers t ON t.pos = d.head WHERE d.date = ?1 ORDER BY d.book, d.account";
        let mut broken = 0;
        tx.each_row(sql, &[Param::Int(date.days())], &mut |r| {
            let account: AccountId = r.get(0)?;
            let kept = (r.param(2)?, r.param(4)?);
            let same = |side: usize| -> Result<bool> {
                Ok(r.param(side)? == r.param(0)? && (r.param(side + 1)?, r.param(9)?) == kept)
            };
            let fits = key(&account)[0] == r.param(1)?
                && (same(5)? || same(7)?)
                && self.dates.get(self.of(r.get(3)?)) == Some(&date);
            if !fits {
                broken += 1;
                faults.add("account_days", format!("{account} on {date}"), "it does not follow from the journal");
            }
            Ok(())
        })?;
        if broken == 0 {
            faults.add("account_days", date.to_string(), "a row is missing, or is not its account's last of the day");
        }
        Ok(())
    }
}
