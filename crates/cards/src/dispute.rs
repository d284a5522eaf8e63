//! Disputed items: what the holder says, what the first person makes of it, how the second decides. An item is disputed once; while it is,
//! it earns nothing and is not asked for. Decided for the holder, the scheme gives the amount back, and the bank the interest it
//! had asked for it.
use crate::credit::Decided;
use crate::line::{CreditLine, bring_up, income_account, post, save, scheme_account, seen};
use crate::repay::may_handle;
use crate::{DISPUTE_STATE, DISPUTES_LISTED_MAX};
use approval::{Approve, Ask, Line};
use kernel::id::{AccountId, ApprovalId};
use kernel::{Actor, BookId, Date, Error, Id, Money, Owner, Result, Timestamp};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// An item that its holder says is not his, and what came of it.
    pub struct Dispute in "card_disputes" key 3 {
        pub book: BookId,
        pub account: AccountId,
        /// The item's number on the bill.
        pub item: i64,
        pub posted: Date,
        /// Minor units.
        pub amount: i64,
        pub merchant: String,
        pub raised_by: String,
        pub raised_at: Timestamp,
        pub reason: String,
        /// How the first person would end it, before the second.
        pub proposed: Option<Decided>,
        pub proposed_by: Option<String>,
        pub proposed_at: Option<Timestamp>,
        pub approval: Option<ApprovalId>,
        pub decided: Option<Decided>,
        /// The second person.
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// Minor units given back, interest included.
        pub given_back: i64,
    }
}

fn raw(tx: &mut Tx<'_>, account: AccountId, item: i64) -> Result<Dispute> {
    let found = tx.load::<Dispute>(params![account.book(), account, item])?;
    found.ok_or_else(|| Error::new(&DISPUTE_STATE, "it is not disputed"))
}

/// The disputes of a line that the actor may see, the newest first, at most [`DISPUTES_LISTED_MAX`].
pub fn disputes(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Vec<Dispute>> {
    let l = seen(tx, actor, account)?;
    let tail = "WHERE book = ?1 AND account = ?2 ORDER BY raised_at DESC, item DESC LIMIT ?3";
    tx.select::<Dispute>(tail, params![l.book, l.account, DISPUTES_LISTED_MAX])
}

/// The holder says that an item is not his. Errors: `card_item_unknown`, `card_dispute_state` for one that is or was disputed.
pub fn dispute(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, item: i64, reason: &str) -> Result<CreditLine> {
    let before = seen(tx, actor, account)?;
    may_handle(tx, actor, &before)?;
    let mut l = bring_up(tx, account)?;
    if tx.get::<Dispute>(params![account.book(), account, item])?.is_some() {
        return Err(Error::new(&DISPUTE_STATE, "it is or was disputed"));
    }
    l.bill.0.dispute(item)?;
    let of = l.bill.0.items.iter().find(|i| i.number == item);
    let (posted, amount, merchant) =
        of.map(|i| (i.posted, i.amount, i.merchant.clone())).unwrap_or((l.from_day, 0, String::new()));
    let (reason, raised_at) = (party::reason(reason)?, tx.now());
    tx.insert(&mut Dispute {
        book: l.book,
        account,
        item,
        posted,
        amount,
        merchant,
        raised_by: actor.principal(),
        raised_at,
        reason: reason.clone(),
        proposed: None,
        proposed_by: None,
        proposed_at: None,
        approval: None,
        decided: None,
        decided_by: None,
        decided_at: None,
        given_back: 0,
        seal: Seal::default(),
    })?;
    save(tx, &mut l, Vec::new())?;
    tx.audit(actor, Audit::of("cards.dispute", account).after(format!("item {item}")).reason(reason))?;
    Ok(l)
}

#[derive(Serialize, Deserialize)]
struct Payload {
    account: AccountId,
    item: i64,
    how: Decided,
}

/// The first person says how a dispute ends; it waits for the second. Needs `card.check`. Errors: `card_item_unknown`,
/// `card_dispute_state`, also while another proposal waits.
pub fn decide_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    item: i64,
    how: Decided,
    reason: &str,
) -> Result<ApprovalId> {
    party::may(tx, actor, Permission::CardCheck, &Scope::here(actor))?;
    let l = bring_up(tx, account)?;
    payments::hands_off(tx, actor, &[Owner::Person(l.owner)])?;
    l.bill.0.clone().decide(item, how)?;
    let mut d = raw(tx, account, item)?;
    let now = tx.now();
    if let Some(before) = d.approval
        && approval::raw(tx, before)?.is_open(now)
    {
        return Err(Error::new(&DISPUTE_STATE, "what another person proposed waits for the second"));
    }
    let mut ask = Ask::new("card.dispute", &Payload { account, item, how }, Permission::CardCheck)?;
    (ask.branch, ask.beneficiary, ask.note) = (actor.branch, Some(Owner::Person(l.owner)), party::reason(reason)?);
    ask.amount = Some(Money::cny(d.amount)).filter(|m| m.is_positive());
    ask.summary = vec![
        Line::shown("card-item", item.to_string()),
        Line::shown("card-merchant", d.merchant.clone()),
        Line::shown("card-decided", how.code()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    (d.proposed, d.proposed_by, d.proposed_at) = (Some(how), Some(actor.principal()), Some(now));
    d.approval = Some(asked);
    tx.update(&mut d)?;
    Ok(asked)
}

/// The second person agrees. Errors: those of `approval::approve`, `card_dispute_state`.
pub fn decide_approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    asked: ApprovalId,
    shown_hash: &str,
) -> Result<Option<CreditLine>> {
    if approval::raw(tx, asked)?.kind != "card.dispute" {
        return Err(Error::not_found("approval", asked));
    }
    let Approve::Approved { payload, .. } = approval::approve(tx, actor, asked, shown_hash)? else { return Ok(None) };
    let Payload { account, item, how } = serde_json::from_str(&payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let mut l = bring_up(tx, account)?;
    let purchase = l.bill.0.items.iter().find(|i| i.number == item).and_then(|i| i.reference.parse().ok());
    let given = l.bill.0.decide(item, how)?;
    if given.amount > 0 {
        if let Some(purchase) = purchase {
            crate::refund::charged_back(tx, purchase, account, given.amount)?;
        }
        post(tx, (scheme_account(l.book), account), given.amount, "card_chargeback", asked)?;
    }
    if given.interest > 0 {
        post(tx, (income_account(l.book), account), given.interest, "card_interest_back", asked)?;
    }
    save(tx, &mut l, Vec::new())?;
    let (mut d, back) = (raw(tx, account, item)?, given.amount + given.interest);
    (d.decided, d.decided_by, d.decided_at) = (Some(how), Some(actor.principal()), Some(tx.now()));
    d.given_back = back;
    tx.update(&mut d)?;
    approval::mark_executed(tx, actor, asked, &account.to_string())?;
    let told = format!("item {item}, {} back", Money::cny(back));
    tx.audit(actor, Audit::of("cards.dispute_decide", account).after(told))?;
    Ok(Some(l))
}
