//! Whom a restricted account may pay. The domain that approves a payee writes the grant; the ledger enforces it.
use crate::books::key;
use kernel::{Actor, BookId, Id, Result, Timestamp, id::AccountId};
use store::{Audit, Param, Seal, Tx};

store::record! {
    /// `account` may pay `payee`, on `basis`, until it ended.
    pub struct Grant in "payee_grants" key 3 {
        pub book: BookId,
        pub account: AccountId,
        pub payee: AccountId,
        /// What approved the payee: a roster line, a contract, an opening.
        pub basis: String,
        pub granted_by: String,
        pub granted_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

fn grant_key(account: AccountId, payee: AccountId) -> Vec<Param<'static>> {
    [key(&account), vec![Param::Id(payee.bytes())]].concat()
}

/// Lets `account` pay `payee`. Repeating is safe; a grant that ended lives again with the new basis.
pub fn grant(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, payee: AccountId, basis: &str) -> Result<()> {
    match tx.load::<Grant>(&grant_key(account, payee))? {
        Some(live) if live.ended_at.is_none() => return Ok(()),
        Some(mut ended) => {
            (ended.ended_by, ended.ended_at) = (None, None);
            (ended.basis, ended.granted_by, ended.granted_at) = (basis.into(), actor.principal(), tx.now());
            tx.update(&mut ended)?;
        }
        None => {
            let (granted_by, granted_at) = (actor.principal(), tx.now());
            let seal = Seal::default();
            tx.insert(&mut Grant {
                book: account.book(),
                account,
                payee,
                basis: basis.into(),
                granted_by,
                granted_at,
                ended_by: None,
                ended_at: None,
                seal,
            })?;
        }
    }
    tx.audit(actor, Audit::of("ledger.grant_payee", account).after(payee.to_string()).reason(basis))
}

/// Ends a grant. Repeating is safe.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, payee: AccountId, why: &str) -> Result<()> {
    let Some(mut live) = tx.load::<Grant>(&grant_key(account, payee))?.filter(|g| g.ended_at.is_none()) else {
        return Ok(());
    };
    (live.ended_by, live.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut live)?;
    tx.audit(actor, Audit::of("ledger.end_payee", account).change(payee.to_string(), "").reason(why))
}
