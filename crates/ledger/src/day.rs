//! Closing a business day: the trial balance, the day's end of each account, and a signed root over all that was sealed.
use crate::account::Side;
use crate::{DAY_OUT_OF_BALANCE, books};
use kernel::{Actor, Currency, Date, Error, Result, Timestamp};
use store::{Audit, Json, Overlay, Param, Seal, Tx};

/// A line of the trial balance: one chart code and currency.
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
    pub chain: String,
    pub seq: i64,
    /// Lower-case hexadecimal.
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
        /// Merkle root over the heads; see [`root`].
        pub root: [u8; 32],
        /// Ed25519 over `yizhan day <date> ` and the root.
        pub signature: Vec<u8>,
    }
}

/// Sums per chart code and currency. Debits equal credits per currency, or the books are broken.
pub fn trial_balance(tx: &mut Tx<'_>) -> Result<Vec<TrialLine>> {
    flush(tx)?;
    let sql = "SELECT a.chart, a.currency, a.side, count(*), CAST(sum(b.debits_posted) AS BIGINT), CAST(sum(b.credits_posted) AS BIGINT) \
               FROM accounts a JOIN balances b ON b.book = a.book AND b.account = a.id GROUP BY a.chart, a.currency, a.side ORDER BY a.chart, a.currency, a.side";
    tx.query(sql, &[], |r| {
        Ok(TrialLine { chart: r.get(0)?, currency: r.get(1)?, side: r.get(2)?, accounts: r.get(3)?, debits: r.get(4)?, credits: r.get(5)? })
    })
}

/// Writes balances that are still in memory, so that sums over the table are true.
pub(crate) fn flush(tx: &mut Tx<'_>) -> Result<()> {
    if !tx.is_write() {
        return Ok(());
    }
    tx.with_overlay(|books: &mut books::Books, tx| books.flush(tx))
}

/// Closes the open business day and opens `next`. The caller has made sure that no counter item waits for authorisation.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, next: Date) -> Result<ClosedDay> {
    let date = tx.business_date()?;
    tx.open_business_date(next)?;
    let lines = trial_balance(tx)?;
    let mut sums: std::collections::BTreeMap<Currency, i128> = Default::default();
    lines.iter().for_each(|l| *sums.entry(l.currency).or_default() += i128::from(l.credits) - i128::from(l.debits));
    if let Some((currency, off)) = sums.iter().find(|(_, off)| **off != 0) {
        return Err(Error::new(&DAY_OUT_OF_BALANCE, format!("{date}: {currency} is out of balance by {off} minor units")));
    }
    account_days(tx, date)?;
    let heads = heads(tx)?;
    let root = root(&heads);
    let signature = tx.keys().sign(&signed_text(date, &root)).to_vec();
    let (closed_at, closed_by) = (tx.now(), actor.principal());
    let mut day = ClosedDay { date, closed_at, closed_by, trial_balance: Json(lines), heads: Json(heads), root, signature, seal: Seal::default() };
    tx.insert(&mut day)?;
    tx.audit(actor, Audit::of("ledger.close_day", date).after(next.to_string()))?;
    Ok(day)
}

fn account_days(tx: &mut Tx<'_>, date: Date) -> Result<()> {
    let sql = "INSERT INTO account_days (book, account, date, net, head) \
               SELECT b.book, b.account, ?1, b.credits_posted - b.debits_posted, b.head FROM balances b JOIN transfers t ON t.pos = b.head WHERE t.business_date = ?1";
    tx.execute(sql, &[Param::Int(date.days())]).map(|_| ())
}

fn heads(tx: &mut Tx<'_>) -> Result<Vec<LaneHead>> {
    let mut out = Vec::new();
    for chain in store::Chain::ALL {
        for (lane, head) in store::verify::heads(tx, chain)? {
            let hash = head.hash.iter().map(|b| format!("{b:02x}")).collect();
            out.push(LaneHead { lane, chain: chain.code().into(), seq: head.seq, hash });
        }
    }
    Ok(out)
}

/// What is signed for a day.
pub fn signed_text(date: Date, root: &[u8; 32]) -> Vec<u8> {
    [format!("yizhan day {date} ").as_bytes(), root].concat()
}

/// Merkle root over the heads as text lines `lane chain seq hash` (leaf prefix 0, node prefix 1; a lone node moves up), so
/// that one lane's end can be shown to belong to a day without showing the others.
pub fn root(heads: &[LaneHead]) -> [u8; 32] {
    let hash = |prefix: u8, parts: &[&[u8]]| -> [u8; 32] {
        let mut h = store::hasher();
        h.update(&[prefix]);
        parts.iter().for_each(|p| {
            h.update(p);
        });
        *h.finalize().as_bytes()
    };
    let mut level: Vec<[u8; 32]> = heads.iter().map(|h| hash(0, &[format!("{} {} {} {}", h.lane, h.chain, h.seq, h.hash).as_bytes()])).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [l, r] = pair { hash(1, &[l, r]) } else { pair[0] }).collect();
    }
    level.first().copied().unwrap_or([0; 32])
}
