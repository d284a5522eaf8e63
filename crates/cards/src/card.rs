//! A card, its plastics and the steps of its life. Which step leads where is a pure table ([`Step::of`]).
use crate::{CARD_STATE, CARDS_LISTED_MAX};
use kernel::id::{AccountId, ApprovalId, BranchId, CardId, PersonId};
use kernel::{Actor, BookId, Channel, Date, Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Json, Param, Seal, Tx, params};

store::text_enum! {
    pub enum Kind {
        /// 借记卡: leads to a current account.
        Debit = "debit",
        /// 信用卡: leads to a credit line.
        Credit = "credit",
        /// 社会保障卡的金融账户: as a debit card.
        Social = "social",
    }
}

store::text_enum! {
    pub enum State {
        /// Waits for the second person.
        Applied = "applied",
        Declined = "declined",
        /// Has its number; the plastic is being made.
        Approved = "approved",
        /// The plastic is there, and dead until its holder activates it in person.
        Produced = "produced",
        Active = "active",
        /// Stopped by its holder or the bank, for a while.
        Frozen = "frozen",
        /// Reported lost (挂失). The plastic pays nothing.
        Lost = "lost",
        Closed = "closed",
    }
}

store::text_enum! {
    /// What is done to a card.
    pub enum Step {
        Apply = "apply",
        Approve = "approve",
        Decline = "decline",
        Produce = "produce",
        Activate = "activate",
        Freeze = "freeze",
        Thaw = "thaw",
        /// 挂失
        Lose = "lose",
        /// 解挂
        Find = "find",
        /// 换卡不换号: the same number on a new plastic.
        Replace = "replace",
        Close = "close",
    }
}

impl Step {
    /// Where it leads; `None` where it cannot be done. [`Step::Find`] leads back to where the card was.
    pub fn of(self, from: State) -> Option<State> {
        use State::*;
        match (self, from) {
            (Step::Approve, Applied) => Some(Approved),
            (Step::Decline, Applied) => Some(Declined),
            (Step::Produce, Approved) => Some(Produced),
            (Step::Activate, Produced) => Some(Active),
            (Step::Freeze, Active) => Some(Frozen),
            (Step::Thaw, Frozen) | (Step::Find, Lost) => Some(Active),
            (Step::Lose, Approved | Produced | Active | Frozen) => Some(Lost),
            (Step::Replace, Produced | Active | Lost) => Some(Approved),
            (Step::Close, Approved | Produced | Active | Frozen | Lost) => Some(Closed),
            _ => None,
        }
    }
}

store::text_enum! {
    pub enum PlasticState { Ordered = "ordered", Produced = "produced", Active = "active", Dead = "dead" }
}

/// Why a card is stopped: who, when, from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub by: String,
    pub at: Timestamp,
    pub channel: Channel,
    pub reason: String,
}

impl Stop {
    pub(crate) fn now(tx: &Tx<'_>, actor: &Actor, reason: &str) -> Stop {
        Stop { by: actor.principal(), at: tx.now(), channel: actor.channel, reason: reason.to_owned() }
    }
}

store::record! {
    /// A card; its number stays the same in its whole life.
    pub struct Card in "cards" key 2 {
        pub book: BookId,
        pub id: CardId,
        pub kind: Kind,
        pub owner: PersonId,
        /// Where its number leads: a current account, or a line. `None` for a credit card before it was approved.
        pub account: Option<AccountId>,
        /// Where it was applied for, and where it waits to be fetched.
        pub branch: BranchId,
        pub state: State,
        /// The number, encrypted under the holder's key; empty before it was approved.
        pub pan: Vec<u8>,
        pub pan_index: Vec<u8>,
        pub masked: String,
        /// Of the plastic that is, or will be, in use; 0 before there is one.
        pub sequence: i64,
        /// The last day of that plastic.
        pub expires: Option<Date>,
        /// Minor units; 0 for other cards than credit cards.
        pub limit_asked: i64,
        pub approval: Option<ApprovalId>,
        pub applied_by: String,
        pub applied_at: Timestamp,
        /// Who agreed, or declined.
        pub approved_by: Option<String>,
        pub approved_at: Option<Timestamp>,
        /// Of a frozen card.
        pub stop: Option<Json<Stop>>,
        pub loss: Option<Json<Stop>>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

store::record! {
    /// A plastic of a card.
    pub struct Plastic in "card_plastics" key 3 {
        pub book: BookId,
        pub card: CardId,
        pub sequence: i64,
        pub state: PlasticState,
        pub expires: Date,
        /// The branch whose stock it was made from while the customer waited.
        pub stock: Option<BranchId>,
        pub ordered_by: String,
        pub ordered_at: Timestamp,
        pub produced_at: Option<Timestamp>,
        pub activated_by: Option<String>,
        pub activated_at: Option<Timestamp>,
        pub dead_at: Option<Timestamp>,
        pub dead_why: String,
    }
}

store::record! {
    /// A step that was done.
    pub struct CardStep in "card_steps" key 3 {
        pub book: BookId,
        pub card: CardId,
        /// From 1.
        pub number: i64,
        pub step: Step,
        /// After it.
        pub state: State,
        pub sequence: i64,
        pub channel: Channel,
        pub by_whom: String,
        pub at: Timestamp,
        pub reason: String,
    }
}

impl Card {
    /// Where a step leads from here. `Err(card_state)`.
    pub(crate) fn after(&self, step: Step) -> Result<State> {
        let told = || format!("{step} cannot be done to a card that is {}", self.state);
        step.of(self.state).ok_or_else(|| Error::new(&CARD_STATE, told()).with("state", self.state))
    }
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Declined | State::Closed)
    }
    /// The account that the number leads to. `Err(card_state)` before there is one.
    pub(crate) fn account(&self) -> Result<AccountId> {
        self.account.ok_or_else(|| Error::new(&CARD_STATE, "it has no account yet").with("state", self.state))
    }
}

pub(crate) fn key(id: CardId) -> [Param<'static>; 2] {
    [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]
}

/// The card, locked in a write; whoever asks.
pub(crate) fn raw(tx: &mut Tx<'_>, id: CardId) -> Result<Card> {
    tx.load::<Card>(&key(id))?.ok_or_else(|| Error::not_found("card", id))
}

/// A plastic, locked in a write.
pub(crate) fn plastic(tx: &mut Tx<'_>, card: CardId, sequence: i64) -> Result<Plastic> {
    let found = tx.load::<Plastic>(params![card.book(), card, sequence])?;
    found.ok_or_else(|| Error::broken(format!("{card} has no plastic {sequence}")))
}

/// A card that the actor may see: his own, or any for staff who may read accounts.
pub fn card(tx: &mut Tx<'_>, actor: &Actor, id: CardId) -> Result<Card> {
    let found = tx.get::<Card>(&key(id))?.ok_or_else(|| Error::not_found("card", id))?;
    crate::may_see(tx, actor, found.owner).map_err(|_| Error::not_found("card", id))?;
    Ok(found)
}

/// A person's cards, the newest first, closed ones included; at most [`CARDS_LISTED_MAX`].
pub fn cards_of(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId) -> Result<Vec<Card>> {
    crate::may_see(tx, actor, owner)?;
    of_owner(tx, owner)
}

pub(crate) fn of_owner(tx: &mut Tx<'_>, owner: PersonId) -> Result<Vec<Card>> {
    tx.select::<Card>("WHERE owner = ?1 ORDER BY id DESC LIMIT ?2", params![owner, CARDS_LISTED_MAX])
}

/// A card that still leads to an account, whoever asks.
pub fn open_card_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<CardId>> {
    let tail = "WHERE book = ?1 AND account = ?2 AND state NOT IN ('declined', 'closed') LIMIT 1";
    Ok(tx.select::<Card>(tail, params![account.book(), account])?.pop().map(|c| c.id))
}

/// Every plastic of a card that the actor may see, in order.
pub fn plastics(tx: &mut Tx<'_>, actor: &Actor, id: CardId) -> Result<Vec<Plastic>> {
    let c = card(tx, actor, id)?;
    tx.select::<Plastic>("WHERE book = ?1 AND card = ?2 ORDER BY sequence", params![c.book, c.id])
}

/// Every step of a card that the actor may see, in order.
pub fn steps(tx: &mut Tx<'_>, actor: &Actor, id: CardId) -> Result<Vec<CardStep>> {
    let c = card(tx, actor, id)?;
    tx.select::<CardStep>("WHERE book = ?1 AND card = ?2 ORDER BY number", params![c.book, c.id])
}

/// Writes down a step, with its audit entry and event; the caller saves the card before.
pub(crate) fn note(tx: &mut Tx<'_>, actor: &Actor, card: &Card, step: Step, before: State, reason: &str) -> Result<()> {
    let sql = "SELECT max(number) FROM card_steps WHERE book = ?1 AND card = ?2";
    let last = tx.query_one(sql, params![card.book, card.id], |r| r.get::<Option<i64>>(0))?.flatten();
    let at = tx.now();
    tx.insert(&mut CardStep {
        book: card.book,
        card: card.id,
        number: last.unwrap_or(0) + 1,
        step,
        state: card.state,
        sequence: card.sequence,
        channel: actor.channel,
        by_whom: actor.principal(),
        at,
        reason: reason.to_owned(),
        seal: Seal::default(),
    })?;
    let audit = store::Audit::of(format!("cards.{step}"), card.id).change(before.code(), card.state.code());
    tx.audit(actor, audit.reason(reason))?;
    tx.emit(&crate::Event::of(card, step), &actor.correlation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_leads_where_it_should_and_nowhere_else() {
        use State::*;
        let leads = [
            (Step::Approve, Applied, Approved),
            (Step::Decline, Applied, Declined),
            (Step::Produce, Approved, Produced),
            (Step::Activate, Produced, Active),
            (Step::Freeze, Active, Frozen),
            (Step::Thaw, Frozen, Active),
            (Step::Find, Lost, Active),
            (Step::Lose, Approved, Lost),
            (Step::Lose, Produced, Lost),
            (Step::Lose, Active, Lost),
            (Step::Lose, Frozen, Lost),
            (Step::Replace, Produced, Approved),
            (Step::Replace, Active, Approved),
            (Step::Replace, Lost, Approved),
            (Step::Close, Approved, Closed),
            (Step::Close, Produced, Closed),
            (Step::Close, Active, Closed),
            (Step::Close, Frozen, Closed),
            (Step::Close, Lost, Closed),
        ];
        for step in Step::ALL {
            for from in State::ALL {
                let want = leads.iter().find(|(s, f, _)| (s, f) == (step, from)).map(|(.., to)| *to);
                assert_eq!(step.of(*from), want, "{step} from {from}");
            }
        }
    }
}
