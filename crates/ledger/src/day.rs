//! Closing a business day: the trial balance, the day's end of each account, and a signed root over all that was chained.
//!
//! Whoever holds the bank's public key and a day's line can tell later whether the journal up to that day is still the one
//! that was signed: the line names, for each writer lane, how many entries its chains had and the last one's hash, and the
//! trial balance. [`root`] is their Merkle root. Chains are named as they stood when the day was closed; what the closing
//! transaction itself adds to the audit belongs to the next day.
use crate::DAY_OUT_OF_BALANCE;
use crate::account::Side;
use crate::books::Books;
use kernel::{Actor, Currency, Date, Error, Result, Timestamp};
use std::collections::BTreeMap;
use store::{Audit, Chain, Json, Overlay, Param, Seal, Tx};

/// A line of the trial balance: one chart code, currency and side.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TrialLine {
    pub chart: String,
    pub currency: Currency,
    pub side: Side,
    pub accounts: i64,
    /// Minor units.
    pub debits: i64,
    pub credits: i64,
}

/// A writer lane's end on the closed day.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LaneHead {
    pub lane: i64,
    /// `journal` or `audit`.
    pub chain: String,
    /// How many entries the chain has.
    pub seq: i64,
    /// The last entry's; lower-case hexadecimal.
    pub hash: String,
}

store::record! {
    /// A closed day. It never changes.
    pub struct ClosedDay in "closed_days" key 1 {
        pub date: Date,
        pub closed_at: Timestamp,
        pub closed_by: String,
        pub trial_balance: Json<Vec<TrialLine>>,
        pub heads: Json<Vec<LaneHead>>,
        /// See [`root`].
        pub root: [u8; 32],
        /// Ed25519 over [`signed_text`].
        pub signature: Vec<u8>,
    }
}

impl ClosedDay {
    /// The last journal entry of each lane at the end of this day: lane, position, hash.
    pub(crate) fn journal_ends(&self) -> impl Iterator<Item = (i64, i64, &str)> {
        let journal = self.heads.0.iter().filter(|h| h.chain == Chain::Journal.code());
        journal.map(|h| (h.lane, store::first_pos(h.lane) + h.seq, h.hash.as_str()))
    }
}

/// Sums per chart code, currency and side. Debits equal credits per currency, or the books are broken.
pub fn trial_balance(tx: &mut Tx<'_>) -> Result<Vec<TrialLine>> {
    flush(tx)?;
    let sql = "SELECT chart, currency, side, CAST(sum(own) AS BIGINT), CAST(sum(debits) AS BIGINT), \
               CAST(sum(credits) AS BIGINT) FROM \
               (SELECT a.chart, a.currency, a.side, 1 AS own, b.debits_posted AS debits, b.credits_posted AS credits \
               FROM accounts a JOIN balances b ON b.book = a.book AND b.place = a.place \
               UNION ALL SELECT a.chart, a.currency, a.side, 0, b.debits_posted, b.credits_posted \
               FROM strands s JOIN accounts a ON a.book = s.book AND a.id = s.account \
               JOIN balances b ON b.book = s.book AND b.place = s.place) AS every_row \
               GROUP BY chart, currency, side ORDER BY chart, currency, side";
    tx.query(sql, &[], |r| {
        Ok(TrialLine {
            chart: r.get(0)?,
            currency: r.get(1)?,
            side: r.get(2)?,
            accounts: r.get(3)?,
            debits: r.get(4)?,
            credits: r.get(5)?,
        })
    })
}

/// Writes balances that are still in memory, so that sums over the table are true.
fn flush(tx: &mut Tx<'_>) -> Result<()> {
    match tx.is_write() {
        true => tx.with_overlay(|books: &mut Books, tx| books.flush(tx)),
        false => Ok(()),
    }
}

/// What a currency's debits and credits differ by, per currency that does.
pub(crate) fn imbalances(lines: &[TrialLine]) -> Vec<(Currency, i128)> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for l in lines {
        *sums.entry(l.currency).or_default() += i128::from(l.credits) - i128::from(l.debits);
    }
    sums.into_iter().filter(|(_, off)| *off != 0).collect()
}

/// Closes the open business day and opens `next`. The caller has made sure that no counter item waits for authorisation.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, next: Date) -> Result<ClosedDay> {
    let date = tx.business_date()?;
    // From here on no other writer commits until this transaction ends.
    tx.open_business_date(next)?;
    let lines = trial_balance(tx)?;
    if let Some((currency, off)) = imbalances(&lines).first() {
        let told = format!("{date}: {currency} is out of balance by {off} minor units");
        return Err(Error::new(&DAY_OUT_OF_BALANCE, told));
    }
    let heads = heads(tx)?;
    let root = root(&heads, &lines);
    let signature = tx.keys().sign(&signed_text(date, &root)).to_vec();
    let mut day = ClosedDay {
        date,
        closed_at: tx.now(),
        closed_by: actor.principal(),
        trial_balance: Json(lines),
        heads: Json(heads),
        root,
        signature,
        seal: Seal::default(),
    };
    account_days(tx, &day)?;
    tx.insert(&mut day)?;
    tx.audit(actor, Audit::of("ledger.close_day", date).after(next.to_string()))?;
    Ok(day)
}

/// The closed days, newest first, at most `most`.
pub fn closed(tx: &mut Tx<'_>, most: u32) -> Result<Vec<ClosedDay>> {
    tx.select::<ClosedDay>("ORDER BY date DESC LIMIT ?1", &[Param::Int(i64::from(most))])
}

/// Keeps where each account stood that moved since the day before was closed.
fn account_days(tx: &mut Tx<'_>, day: &ClosedDay) -> Result<()> {
    let before = closed(tx, 1)?.pop();
    let from = |lane: i64| {
        let ends = before.as_ref().and_then(|d| d.journal_ends().find(|(l, ..)| *l == lane));
        ends.map_or(store::first_pos(lane), |(_, pos, _)| pos)
    };
    let plain = "INSERT INTO account_days (book, account, strand, date, net, head, moved_at) \
                 SELECT a.book, a.id, 0, ?1, b.credits_posted - b.debits_posted, b.head, b.moved_at FROM balances b \
                 JOIN accounts a ON a.book = b.book AND a.place = b.place WHERE b.head > ?2 AND b.head <= ?3";
    let hot = "INSERT INTO account_days (book, account, strand, date, net, head, moved_at) \
               SELECT s.book, s.account, s.lane + 1, ?1, b.credits_posted - b.debits_posted, b.head, b.moved_at \
               FROM strands s JOIN balances b ON b.book = s.book AND b.place = s.place WHERE b.head > ?2 AND b.head <= ?3";
    for (lane, end, _) in day.journal_ends().filter(|(lane, end, _)| *end > from(*lane)) {
        for sql in [plain, hot] {
            tx.execute(sql, &[Param::Int(day.date.days()), Param::Int(from(lane)), Param::Int(end)])?;
        }
    }
    Ok(())
}

/// The end of every chain. The journal's is read from its rows, which include those of this transaction.
fn heads(tx: &mut Tx<'_>) -> Result<Vec<LaneHead>> {
    let mut out = Vec::new();
    for chain in Chain::ALL {
        for (lane, head) in store::verify::heads(tx, chain)? {
            let end = if chain == Chain::Journal { journal_end(tx, lane)? } else { (head.seq, head.hash) };
            out.push(LaneHead { lane, chain: chain.code().into(), seq: end.0, hash: hex(&end.1) });
        }
    }
    Ok(out)
}

fn journal_end(tx: &mut Tx<'_>, lane: i64) -> Result<(i64, [u8; 32])> {
    let sql = "SELECT pos, hash FROM transfers WHERE pos > ?1 AND pos < ?2 ORDER BY pos DESC LIMIT 1";
    let (first, end) = (store::first_pos(lane), store::first_pos(lane + 1));
    let last =
        tx.query_one(sql, &[Param::Int(first), Param::Int(end)], |r| Ok((r.get::<i64>(0)? - first, r.get(1)?)))?;
    Ok(last.unwrap_or((0, [0; 32])))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What is signed for a day: `yizhan day 2026-03-02 ` and the 32 bytes of the root.
pub fn signed_text(date: Date, root: &[u8; 32]) -> Vec<u8> {
    [format!("yizhan day {date} ").as_bytes(), root].concat()
}

/// Merkle root over text lines: the heads as `lane chain seq hash`, then the trial balance as `trial chart currency side
/// accounts debits credits`. BLAKE3 with leaf prefix 0 and node prefix 1; a lone node moves up. So one lane's end can be
/// shown to belong to a day without showing the others.
pub fn root(heads: &[LaneHead], lines: &[TrialLine]) -> [u8; 32] {
    let hash = |prefix: u8, parts: &[&[u8]]| -> [u8; 32] {
        let mut h = store::hasher();
        h.update(&[prefix]);
        parts.iter().for_each(|p| {
            h.update(p);
        });
        *h.finalize().as_bytes()
    };
    let heads = heads.iter().map(|h| format!("{} {} {} {}", h.lane, h.chain, h.seq, h.hash));
    let lines = lines
        .iter()
        .map(|l| format!("trial {} {} {} {} {} {}", l.chart, l.currency, l.side, l.accounts, l.debits, l.credits));
    let mut level: Vec<[u8; 32]> = heads.chain(lines).map(|leaf| hash(0, &[leaf.as_bytes()])).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [l, r] = pair { hash(1, &[l, r]) } else { pair[0] }).collect();
    }
    level.first().copied().unwrap_or([0; 32])
}
