//! An order: one document of one authority, and what became of it.
use crate::authority::Authority;
use crate::look::Look;
use crate::{STATE, TARGET_UNFIT, hold};
use kernel::id::{AccountId, ApprovalId, AuthorityOrderId, InstructionId};
use kernel::{BookId, Currency, Error, Id, Money, Owner, Result, Timestamp};
use store::{KeyRing, Tx, params};

store::text_enum! {
    /// What is ordered.
    pub enum OrderKind {
        /// 紧急止付: nothing goes out, for hours.
        Stop = "stop",
        /// 冻结: a whole party, a whole account or an amount stays.
        Freeze = "freeze",
        /// 查询: accounts and movements are told.
        Query = "query",
        /// 扣划: money goes to the authority.
        Deduct = "deduct",
        /// 资金返还: frozen money goes back to a victim.
        Return = "return",
        /// 续冻: a freeze gets a later last day.
        Renew = "renew",
        /// 解除: a stop or freeze ends, or keeps less.
        Release = "release",
    }
}

impl OrderKind {
    /// It stands for some time, and ends.
    pub fn stands(self) -> bool {
        matches!(self, OrderKind::Stop | OrderKind::Freeze | OrderKind::Query)
    }
    /// It speaks of an earlier order.
    pub fn needs_target(self) -> bool {
        matches!(self, OrderKind::Return | OrderKind::Renew | OrderKind::Release)
    }
    pub fn takes_money(self) -> bool {
        matches!(self, OrderKind::Deduct | OrderKind::Return)
    }
}

store::text_enum! {
    /// Where an order is in its life.
    pub enum OrderState {
        /// Waits for the second person.
        Entered = "entered",
        InForce = "in_force",
        /// Waits behind a freeze that takes all (轮候).
        Waiting = "waiting",
        /// Carried out; nothing stands any more.
        Done = "done",
        Refused = "refused",
        /// An emergency stop that nobody confirmed in time.
        Lapsed = "lapsed",
        /// Ended before its time, by a document of the authority.
        Released = "released",
        /// Its time was over.
        Expired = "expired",
    }
}

impl OrderState {
    /// Something may still come of it.
    pub fn is_open(self) -> bool {
        matches!(self, OrderState::Entered | OrderState::InForce | OrderState::Waiting)
    }
}

store::record! {
    /// An order in its life.
    pub struct AuthorityOrder in "authority_orders" key 2 {
        /// The book of the party.
        pub book: BookId,
        pub id: AuthorityOrderId,
        pub subject: Owner,
        /// `None`: the whole party.
        pub account: Option<AccountId>,
        pub kind: OrderKind,
        pub authority: Authority,
        pub authority_name: String,
        /// The document's number (文书号).
        pub document: String,
        /// The articles it stands on.
        pub basis: String,
        /// Both officers with their numbers, encrypted.
        pub officers: Vec<u8>,
        /// The same, masked.
        pub officers_shown: String,
        /// Hash of the file that was kept; only an emergency stop has none.
        pub evidence: Option<Vec<u8>>,
        pub evidence_name: String,
        /// Minor units; of a freeze or release `None` for the whole.
        pub amount: Option<i64>,
        pub currency: Currency,
        /// Minor units that stay for living when a person's money is taken.
        pub keep: Option<i64>,
        pub payee: Option<AccountId>,
        /// The payee as staff see him, masked.
        pub payee_shown: String,
        /// The order it renews, releases or takes from.
        pub target: Option<AuthorityOrderId>,
        /// A grave case, by the word of the authority's head.
        pub grave: bool,
        /// The customer must not hear of it.
        pub silent: bool,
        /// Days from taking effect to the last day; 0 for what has no last day.
        pub term_days: i64,
        pub received_at: Timestamp,
        pub state: OrderState,
        pub entered_by: String,
        pub entered_at: Timestamp,
        pub approval: ApprovalId,
        /// The second person.
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// Of a no.
        pub decided_why: String,
        /// From 1 among the orders of its party; 0 before it has one.
        pub place: i64,
        pub placed_at: Option<Timestamp>,
        /// Until when an emergency stop waits for the second person.
        pub confirm_by: Option<Timestamp>,
        /// When it ends by itself; `None` while it waits.
        pub until: Option<Timestamp>,
        pub renewals: i64,
        /// Minor units taken: of a freeze by all deductions from it, of a deduction or return by itself.
        pub taken: i64,
        /// The freeze of the guard that holds a whole party.
        pub freeze_number: Option<i64>,
        pub instruction: Option<InstructionId>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: String,
    }
}

store::record! {
    /// How many places were given among the orders of a party.
    pub struct Queue in "authority_queues" key 2 {
        pub book: BookId,
        pub subject: Owner,
        pub places: i64,
    }
}

impl AuthorityOrder {
    pub fn money(&self) -> Option<Money> {
        self.amount.map(|minor| Money::new(minor, self.currency))
    }
    /// What a freeze of an amount still keeps; `None` when it keeps all.
    pub fn left(&self) -> Option<i64> {
        self.amount.map(|minor| minor - self.taken)
    }
    /// It keeps all of what it reaches.
    pub fn is_whole(&self) -> bool {
        self.kind == OrderKind::Freeze && self.amount.is_none()
    }
    /// An emergency stop that still waits for the second person.
    pub fn is_unconfirmed(&self) -> bool {
        self.state == OrderState::InForce && self.confirm_by.is_some() && self.decided_at.is_none()
    }
    pub(crate) fn taken_money(&self) -> Money {
        Money::new(self.taken, self.currency)
    }
    /// `Err(STATE)` unless it is in one of these states.
    pub(crate) fn is(&self, states: &[OrderState]) -> Result<()> {
        match states.contains(&self.state) {
            true => Ok(()),
            false => Err(Error::new(&STATE, format!("{} is {}", self.id, self.state)).with("state", self.state)),
        }
    }
    /// `Err(TARGET_UNFIT)` unless `by` may speak of this order: the same authority, the same party, one that stands.
    pub(crate) fn is_target_of(&self, by: &AuthorityOrder) -> Result<()> {
        let unfit = |why: &str| Err(Error::new(&TARGET_UNFIT, format!("{} {why}", self.id)).with("target", self.id));
        if self.subject != by.subject || (self.account.is_some() && self.account != by.account) {
            return unfit("reaches another party or account");
        }
        if (self.authority, self.authority_name.as_str()) != (by.authority, by.authority_name.as_str()) {
            return unfit("is another authority's");
        }
        let fits = match by.kind {
            OrderKind::Release => self.kind != OrderKind::Query,
            _ => self.kind == OrderKind::Freeze,
        };
        let stands = match by.kind.takes_money() {
            true => self.state == OrderState::InForce,
            false => matches!(self.state, OrderState::InForce | OrderState::Waiting),
        };
        match fits && self.kind.stands() && stands {
            true => Ok(()),
            false => unfit("does not stand, or is not of that kind"),
        }
    }
}

/// The order with this id, locked in a write; whoever asks.
pub(crate) fn raw(tx: &mut Tx<'_>, id: AuthorityOrderId) -> Result<AuthorityOrder> {
    tx.load::<AuthorityOrder>(params![id.book(), id])?.ok_or_else(|| Error::not_found("order", id))
}

/// The same with the orders of its party held back, so that they follow each other.
pub(crate) fn locked(tx: &mut Tx<'_>, id: AuthorityOrderId) -> Result<AuthorityOrder> {
    let found = tx.get::<AuthorityOrder>(params![id.book(), id])?.ok_or_else(|| Error::not_found("order", id))?;
    hold::lock(tx, found.subject)?;
    raw(tx, id)
}

pub(crate) const OFFICERS_FIELD: &str = "authority_order.officers";
pub(crate) const ANSWER_FIELD: &str = "authority_look.answer";

/// Puts the officers of an order under the newest key; `false` when they are there already.
pub fn renew_order(keys: &KeyRing, o: &mut AuthorityOrder) -> Result<bool> {
    renew(keys, OFFICERS_FIELD, &mut o.officers)
}

/// A look: where a pass over all of them stands.
pub type LookPlace = (i64, [u8; 16], i64);

/// Puts what was handed out under the newest key, at most `limit` looks after `after`; answers the last look seen, how many were
/// seen and changed.
pub fn renew_looks(tx: &mut Tx<'_>, after: &LookPlace, limit: u32) -> Result<(Option<LookPlace>, u64, u64)> {
    let tail = "WHERE (book, of_order, number) > (?1, ?2, ?3) ORDER BY book, of_order, number LIMIT ?4";
    let mut rows = tx.select_locked::<Look>(tail, params![after.0, after.1, after.2, limit])?;
    let mut changed = 0;
    for row in &mut rows {
        let keys = tx.keys();
        if row.answer.as_mut().map_or(Ok(false), |sealed| renew(keys, ANSWER_FIELD, sealed))? {
            tx.update(row)?;
            changed += 1;
        }
    }
    let last = rows.last().map(|r| (i64::from(r.book.0), r.of_order.bytes(), r.number));
    Ok((last, rows.len() as u64, changed))
}

fn renew(keys: &KeyRing, field: &str, sealed: &mut Vec<u8>) -> Result<bool> {
    if sealed.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    *sealed = keys.encrypt_own(field, &keys.decrypt_own(field, sealed)?);
    Ok(true)
}
