//! Proofs that were asked for and have not come yet.
//!
//! Proving who one is may take two requests: a passkey signs what the bank asked it to sign, or the password comes first and
//! the code later, one question a page. What has to be remembered in between is a row here. It is encrypted; it is bound
//! to whoever was asked (the keyed hash of a session's id or of a visitor's secret); it is good for [`PENDING_MINUTES`] and for one
//! answer, right or wrong. Nothing of it ever stands in a page except its id, which alone is worth nothing. A row that
//! ran out is removed by the clockwork.
use kernel::clock::MINUTE;
use kernel::id::PendingId;
use kernel::{BookId, Error, Id, Result, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Seal, Tx, params};

/// Minutes for the answer.
pub const PENDING_MINUTES: i64 = 5;
/// Proofs that one session or visitor is asked for at a time; with one more, the oldest is forgotten.
pub const PENDING_PER_ASKED_MAX: usize = 5;
/// Proofs that wait in the whole bank.
pub const PENDING_MAX: i64 = 50_000;
const FIELD: &str = "pending.state";

store::text_enum! {
    /// What the proof is for.
    pub enum Purpose { Register = "register", SignIn = "sign_in", StepUp = "step_up", Code = "code" }
}

store::record! {
    /// A proof that is waited for.
    pub struct Pending in "pending_proofs" key 2 {
        pub book: BookId,
        pub id: PendingId,
        pub purpose: Purpose,
        pub bound: [u8; 32],
        pub state: Vec<u8>,
        pub ends_at: Timestamp,
    }
}

fn bound(tx: &Tx<'_>, asked: &str) -> [u8; 32] {
    tx.keys().token("pending", asked.as_bytes())
}

/// Remembers what `asked` was asked. Errors: `too_large` while [`PENDING_MAX`] others wait.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    book: BookId,
    purpose: Purpose,
    asked: &str,
    state: &impl Serialize,
) -> Result<PendingId> {
    let waiting = tx.query_one("SELECT count(*) FROM pending_proofs", &[], |r| r.get::<i64>(0))?.unwrap_or(0);
    if waiting >= PENDING_MAX {
        return Err(Error::limit("proofs asked for", waiting + 1, PENDING_MAX, "proofs"));
    }
    let bound = bound(tx, asked);
    let others = tx.select_locked::<Pending>("WHERE bound = ?1 ORDER BY book, id", params![bound])?;
    for old in &others[..others.len().saturating_sub(PENDING_PER_ASKED_MAX - 1)] {
        tx.remove(old)?;
    }
    let plain = serde_json::to_vec(state).map_err(|e| Error::broken("a state has no JSON form").caused_by(e))?;
    let id = PendingId::new(tx.now(), book);
    let (state, ends_at) = (tx.keys().encrypt_own(FIELD, &plain), tx.now().plus(PENDING_MINUTES * MINUTE));
    tx.insert(&mut Pending { book, id, purpose, bound, state, ends_at, seal: Seal::default() })?;
    Ok(id)
}

fn good(tx: &mut Tx<'_>, id: PendingId, purpose: Purpose, asked: &str) -> Result<Option<Pending>> {
    let (now, bound) = (tx.now(), bound(tx, asked));
    let row = tx.load::<Pending>(params![id.book(), id])?;
    Ok(row.filter(|p| p.purpose == purpose && p.bound == bound && now < p.ends_at))
}

/// What `asked` was asked; `None` when it was somebody else, something else, too long ago, or answered.
pub(crate) fn look<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    id: PendingId,
    purpose: Purpose,
    asked: &str,
) -> Result<Option<T>> {
    let Some(row) = good(tx, id, purpose, asked)? else { return Ok(None) };
    let plain = tx.keys().decrypt_own(FIELD, &row.state)?;
    let state = serde_json::from_slice(&plain).map_err(|e| Error::broken("a state cannot be read").caused_by(e))?;
    Ok(Some(state))
}

/// Spends it: the first answer does, every later one finds nothing.
pub(crate) fn spend(tx: &mut Tx<'_>, id: PendingId, purpose: Purpose, asked: &str) -> Result<bool> {
    match good(tx, id, purpose, asked)? {
        Some(row) => tx.remove(&row).map(|()| true),
        None => Ok(false),
    }
}

/// Removes at most `limit` proofs that did not come in time; oldest first. For the clockwork.
pub fn pending_expire(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let tail = "WHERE ends_at <= ?1 ORDER BY ends_at, book, id LIMIT ?2";
    let rows = tx.select_locked::<Pending>(tail, params![tx.now(), limit])?;
    rows.iter().try_for_each(|row| tx.remove(row))?;
    Ok(rows.len() as u32)
}
