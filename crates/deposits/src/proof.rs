//! Certificates that a deposit is there (存款证明): the amount is frozen until the certificate's last day.
use crate::{Event, PROOF_SHORT, PROOFS_LISTED_MAX};
use kernel::id::{AccountId, DepositProofId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use ledger::restrictions::{Restrict, Restriction, lift, restrict};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// Days a certificate may hold its amount at most.
pub const PROOF_DAYS_MAX: i64 = 366;
/// Copies of one certificate at most.
pub const PROOF_COPIES_MAX: u32 = 20;

store::record! {
    /// A certificate.
    pub struct Proof in "deposit_proofs" key 2 {
        pub book: BookId,
        pub id: DepositProofId,
        pub account: AccountId,
        pub owner: Owner,
        /// Minor units that are certified and held.
        pub amount: i64,
        pub currency: Currency,
        pub from_day: Date,
        /// The last day it holds.
        pub until_day: Date,
        pub copies: u32,
        /// The freeze on the account.
        pub restriction: i64,
        pub issued_by: String,
        pub issued_at: Timestamp,
        /// Given back before its last day.
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

impl Proof {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// What is to be certified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofAsk {
    pub account: AccountId,
    pub amount: Money,
    pub until: Date,
    pub copies: u32,
}

/// Issues a certificate and freezes its amount until the end of its last day. By staff (`account.open`). Errors:
/// `deposit_proof_short`, field errors.
pub fn proof_issue(tx: &mut Tx<'_>, actor: &Actor, ask: &ProofAsk) -> Result<Proof> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    let view = ledger::view(tx, ask.account)?;
    let a = &view.account;
    payments::may_see(tx, actor, a.owner).map_err(|_| Error::not_found("account", ask.account))?;
    payments::hands_off(tx, actor, &[a.owner])?;
    let own = matches!(a.purpose, ledger::Purpose::General | ledger::Purpose::Term);
    if a.owner == Owner::Bank || a.closed_at.is_some() || !own {
        return Err(Error::field("account", "an open current account or deposit of a customer"));
    }
    let today = tx.business_date()?;
    if ask.until < today || ask.until > today.plus_days(PROOF_DAYS_MAX) {
        return Err(Error::field("until", format!("from today on and within {PROOF_DAYS_MAX} days")));
    }
    if !(1..=PROOF_COPIES_MAX).contains(&ask.copies) {
        return Err(Error::limit("copies", ask.copies, PROOF_COPIES_MAX, "copies"));
    }
    let free = view.available();
    if ask.amount.currency != a.currency || !ask.amount.is_positive() || ask.amount.minor > free.minor {
        let told = format!("{} asked for, {free} is free", ask.amount);
        return Err(Error::new(&PROOF_SHORT, told).with("given", ask.amount).with("free", free));
    }
    let id = DepositProofId::new(tx.now(), ask.account.book());
    let freeze = Restrict {
        amount: ask.amount.minor,
        document: id.to_string(),
        until: Some(ask.until.plus_days(1).begins().max(tx.now().plus(1))),
        ..Restrict::new(ask.account, Restriction::Freeze, "存款证明 certificate of deposit")
    };
    let restriction = restrict(tx, actor, &freeze)?;
    let left = ledger::view(tx, ask.account)?.available();
    if left.minor < 0 {
        let told = format!("{} asked for, another took of it meanwhile", ask.amount);
        return Err(Error::new(&PROOF_SHORT, told).with("given", ask.amount).with("free", left));
    }
    let mut proof = Proof {
        book: id.book(),
        id,
        account: ask.account,
        owner: a.owner,
        amount: ask.amount.minor,
        currency: a.currency,
        from_day: today,
        until_day: ask.until,
        copies: ask.copies,
        restriction,
        issued_by: actor.principal(),
        issued_at: tx.now(),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut proof)?;
    let told = format!("{} until {}, {} copies", ask.amount, ask.until, ask.copies);
    tx.audit(actor, Audit::of("deposits.proof", id).after(told))?;
    let issued = Event::ProofIssued { proof: id, account: ask.account, amount: ask.amount, until: ask.until };
    tx.emit(&issued, &actor.correlation)?;
    Ok(proof)
}

/// All copies were given back: the amount is free again before the last day. By staff (`account.open`). Repeating is safe.
pub fn proof_end(tx: &mut Tx<'_>, actor: &Actor, id: DepositProofId, why: &str) -> Result<Proof> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    let why = party::reason(why)?;
    let found = tx.load::<Proof>(params![id.book(), id])?;
    let mut proof = found.ok_or_else(|| Error::not_found("certificate", id))?;
    payments::hands_off(tx, actor, &[proof.owner])?;
    if proof.ended_at.is_some() {
        return Ok(proof);
    }
    lift(tx, actor, proof.account, proof.restriction, &why)?;
    (proof.ended_by, proof.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut proof)?;
    tx.audit(actor, Audit::of("deposits.proof_end", id).reason(why))?;
    Ok(proof)
}

/// Certificates of an account that the actor may see, newest first, at most [`PROOFS_LISTED_MAX`].
pub fn proofs(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<Proof>> {
    let owner = ledger::view(tx, account)?.account.owner;
    payments::may_see(tx, actor, owner).map_err(|_| Error::not_found("account", account))?;
    let tail = "WHERE book = ?1 AND account = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Proof>(tail, params![account.book(), account, PROOFS_LISTED_MAX])
}
