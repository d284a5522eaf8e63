//! The family view (家庭财富): a person lets a member of the family see an account, and never more than see.
//!
//! **Asking.** The owner names a relation, a name and a phone, the accounts with how much of each may be seen, and for how
//! many months. Whether name and phone are a customer's is told to nobody: an invitation that reaches no customer looks
//! the same and lapses after [`ANSWER_DAYS_MAX`] days. The owner's second factor must be fresh, for whoever holds her phone
//! must not be able to look from afar for ever after.
//!
//! **Answering.** The member says yes or no under his own sign-in. Only then a [`Tie`] is open, until its day, or until
//! either of the two ends it, which works at once and asks for no reason.
//!
//! **Looking.** Each look goes through [`look`], which writes it down before anything is shown; the owner reads the looks.
//! A tie gives no right to pay, to confirm or to change anything. One other part of the bank hangs something on ties: the
//! trusted contact of crate `safety`, whose tie may be without any account ([`invite_unseeing`]).
//!
//! ```text
//! invited ─▶ accepted ─▶ ended
//!    └─────▶ declined | lapsed | ended
//! ```
use crate::Change;
use crate::codes::{FAMILY_ALREADY, FAMILY_CLOSED, FAMILY_LIMIT};
use crate::person::{Person, person, phone};
use crate::{need_step_up, shown_name};
use kernel::chinese::{mask_name, mask_phone};
use kernel::clock::DAY;
use kernel::id::{AccountId, FamilyLookId, FamilyTieId, PersonId};
use kernel::{Actor, BookId, Error, Id, Page, PageAsk, Result, Timestamp, Who};
use serde::Serialize;
use store::{Audit, Migration, Seal, Table, Tx, params};

/// Days in which an invitation is answered.
pub const ANSWER_DAYS_MAX: i64 = 7;
/// Months for which somebody may look at most.
pub const MONTHS_MAX: u32 = 12;
/// Days a month of consent counts.
pub const MONTH_DAYS: i64 = 30;
/// Invitations and ties that one owner has open at most.
pub const TIES_OPEN_MAX: usize = 6;
/// Invitations of one owner in [`INVITE_DAYS`] days at most.
pub const INVITATIONS_MAX: usize = 10;
pub const INVITE_DAYS: i64 = 30;
/// Accounts in one tie at most.
pub const SHARES_MAX: usize = 10;
/// Looks of one member in 24 hours at most.
pub const LOOKS_PER_DAY_MAX: i64 = 200;
/// Ties of one person listed at most, on either side.
pub const TIES_LISTED_MAX: u32 = 50;

pub const FAMILY_MIGRATION: Migration =
    Migration { name: "0014_elder", sql: include_str!("../migrations/0014_elder.sql") };

/// The tables of this module, for `verify`.
pub const FAMILY_TABLES: &[&Table] =
    &[store::verify::of::<Tie>(), store::verify::of::<Share>(), store::verify::of::<Look>()];

store::text_enum! {
    /// What the member is to the owner.
    pub enum Relation {
        Daughter = "daughter",
        Son = "son",
        Spouse = "spouse",
        Grandchild = "grandchild",
        Sibling = "sibling",
        Other = "other",
    }
}

store::text_enum! {
    pub enum TieState { Invited = "invited", Accepted = "accepted", Declined = "declined", Ended = "ended", Lapsed = "lapsed" }
}

store::text_enum! {
    /// How much of an account is seen.
    pub enum Level {
        Balance = "balance",
        /// The balance and each movement.
        Movements = "movements",
    }
}

store::record! {
    /// One consent: whose, for whom, until when.
    pub struct Tie in "family_ties" key 2 {
        pub book: BookId,
        pub id: FamilyTieId,
        pub owner: PersonId,
        /// `None` when name and phone were no customer's; nobody is told.
        pub member: Option<PersonId>,
        pub relation: Relation,
        /// As the owner wrote them.
        pub name_masked: String,
        pub phone_masked: String,
        pub phone_index: Vec<u8>,
        pub state: TieState,
        pub invited_at: Timestamp,
        pub answer_by: Timestamp,
        pub answered_at: Option<Timestamp>,
        pub valid_until: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

store::record! {
    /// An account in a tie, and how much of it is seen.
    pub struct Share in "family_shares" key 3 {
        pub book: BookId,
        pub tie: FamilyTieId,
        pub account: AccountId,
        pub level: Level,
        /// The member is told when the guard stops or holds a payment from it.
        pub alerts: bool,
    }
}

store::record! {
    /// One look.
    pub struct Look in "family_looks" key 2 {
        pub book: BookId,
        pub id: FamilyLookId,
        pub tie: FamilyTieId,
        /// `None`: the sheet with all balances.
        pub account: Option<AccountId>,
        pub level: Level,
        pub looked_at: Timestamp,
    }
}

impl Tie {
    /// Whether the member may look now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == TieState::Accepted && now < self.valid_until
    }
    /// Whether the member may still answer.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.state == TieState::Invited && now < self.answer_by
    }
    /// How it stands now: what has run out is over, whether the clockwork has written it down or not.
    pub fn state_at(&self, now: Timestamp) -> TieState {
        match self.state {
            TieState::Invited if now >= self.answer_by => TieState::Lapsed,
            TieState::Accepted if now >= self.valid_until => TieState::Ended,
            state => state,
        }
    }
}

/// An account to be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareAsk {
    pub account: AccountId,
    pub level: Level,
    pub alerts: bool,
}

/// Whom the owner invites, and to what. The caller has made sure that the accounts are the owner's.
#[derive(Clone, Debug)]
pub struct Invite {
    pub relation: Relation,
    pub name: String,
    pub phone: String,
    pub shares: Vec<ShareAsk>,
    /// 1 to [`MONTHS_MAX`].
    pub months: u32,
}

/// What others may hear: who must answer, who may look, who no longer.
#[derive(Debug, Serialize)]
pub struct FamilyEvent {
    #[serde(skip)]
    kind: &'static str,
    pub tie: FamilyTieId,
    /// Who is told.
    pub person: PersonId,
    /// The other of the two, masked.
    pub from: String,
}

impl store::Event for FamilyEvent {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn aggregate(&self) -> String {
        self.tie.to_string()
    }
}

fn myself(actor: &Actor) -> Result<PersonId> {
    match actor.who {
        Who::Person(me) => Ok(me),
        _ => Err(Error::forbidden("only a customer for himself has a family view")),
    }
}

/// Invites somebody to look. Errors: `STEP_UP_NEEDED`, `family_limit`, `family_already`, field errors.
pub fn invite(tx: &mut Tx<'_>, actor: &Actor, ask: &Invite) -> Result<Tie> {
    if ask.shares.is_empty() {
        return Err(Error::field("accounts", format!("1 to {SHARES_MAX} accounts")));
    }
    invite_any(tx, actor, ask)
}

/// Invites somebody who will see no account: a tie for what other parts of the bank hang on it. Errors as [`invite`].
pub fn invite_unseeing(tx: &mut Tx<'_>, actor: &Actor, ask: &Invite) -> Result<Tie> {
    match ask.shares.is_empty() {
        true => invite_any(tx, actor, ask),
        false => Err(Error::field("accounts", "none is shared here")),
    }
}

fn invite_any(tx: &mut Tx<'_>, actor: &Actor, ask: &Invite) -> Result<Tie> {
    let owner = myself(actor)?;
    need_step_up(actor)?;
    let (name, number) = checked(ask)?;
    let phone_index = tx.keys().index("phone", &number);
    room(tx, owner, &phone_index, ask.shares.is_empty())?;
    let (now, book) = (tx.now(), owner.book());
    let id = FamilyTieId::new(now, book);
    let mut tie = Tie {
        book,
        id,
        owner,
        member: member_by(tx, owner, &name, &phone_index)?,
        relation: ask.relation,
        name_masked: mask_name(&name),
        phone_masked: mask_phone(&number),
        phone_index,
        state: TieState::Invited,
        invited_at: now,
        answer_by: now.plus(ANSWER_DAYS_MAX * DAY),
        answered_at: None,
        valid_until: now.plus(i64::from(ask.months) * MONTH_DAYS * DAY),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut tie)?;
    for ShareAsk { account, level, alerts } in ask.shares.iter().copied() {
        tx.insert(&mut Share { book, tie: id, account, level, alerts, seal: Seal::default() })?;
    }
    let shown = ask.shares.iter().map(|s| format!("{} {}", s.account, s.level)).collect::<Vec<_>>().join(", ");
    tx.audit(actor, Audit::of("family.invite", id).after(format!("{} {}: {shown}", ask.relation, tie.phone_masked)))?;
    if let Some(member) = tie.member {
        tell(tx, actor, &tie, "family.invited", member, owner)?;
    }
    Ok(tie)
}

/// Name and phone as they are kept.
fn checked(ask: &Invite) -> Result<(String, String)> {
    let name = shown_name("name", &ask.name)?;
    let number =
        phone(&ask.phone).ok_or_else(|| Error::field("phone", "5 to 15 digits, with + for other countries"))?;
    if !(1..=MONTHS_MAX).contains(&ask.months) {
        return Err(Error::field("months", format!("1 to {MONTHS_MAX}")));
    }
    if ask.shares.len() > SHARES_MAX {
        return Err(Error::field("accounts", format!("1 to {SHARES_MAX} accounts")));
    }
    let mut seen = std::collections::BTreeSet::new();
    match ask.shares.iter().all(|s| seen.insert(s.account)) {
        true => Ok((name, number)),
        false => Err(Error::field("accounts", "an account is named twice")),
    }
}

/// Whether the owner may invite one more.
/// Who sees no account may still be let see one; a second tie that shows none is never needed.
fn room(tx: &mut Tx<'_>, owner: PersonId, phone_index: &[u8], unseeing: bool) -> Result<()> {
    let now = tx.now();
    let ties = given_by(tx, owner)?;
    let open: Vec<&Tie> = ties.iter().filter(|t| t.waits(now) || t.is_open(now)).collect();
    for before in open.iter().filter(|t| t.phone_index == phone_index) {
        if unseeing || !shares_of(tx, before)?.is_empty() {
            return Err(Error::new(&FAMILY_ALREADY, "this number was invited before and the invitation stands"));
        }
    }
    let late = ties.iter().filter(|t| now.since(t.invited_at) < INVITE_DAYS * DAY).count();
    let counts = [("open", open.len(), TIES_OPEN_MAX), ("invited in 30 days", late, INVITATIONS_MAX)];
    match counts.into_iter().find(|(_, given, max)| given >= max) {
        None => Ok(()),
        Some((what, given, max)) => {
            let message = format!("{given} of {max} are {what}");
            Err(Error::new(&FAMILY_LIMIT, message).with("given", given).with("max", max))
        }
    }
}

/// The one customer with this name and phone.
fn member_by(tx: &mut Tx<'_>, owner: PersonId, name: &str, phone_index: &[u8]) -> Result<Option<PersonId>> {
    let tail = "WHERE phone_index = ?1 ORDER BY id LIMIT ?2";
    let people = tx.select::<Person>(tail, params![phone_index.to_vec(), crate::PEOPLE_FOUND_MAX])?;
    let fits = |p: &&Person| p.id != owner && p.has_name(tx.keys(), name);
    let mut found = people.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(Some(one.id)),
        _ => Ok(None),
    }
}

fn tell(tx: &mut Tx<'_>, actor: &Actor, tie: &Tie, kind: &'static str, to: PersonId, other: PersonId) -> Result<()> {
    let from = person(tx, other)?.name_masked;
    tx.emit(&FamilyEvent { kind, tie: tie.id, person: to, from }, &actor.correlation)
}

/// The tie, locked in a write, for one of its two. Others are told there is none.
fn own(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId) -> Result<(Tie, PersonId)> {
    let me = myself(actor)?;
    let none = || Error::not_found("family tie", id);
    let tie = tx.load::<Tie>(params![id.book(), id])?.ok_or_else(none)?;
    match tie.owner == me || tie.member == Some(me) {
        true => Ok((tie, me)),
        false => Err(none().caused_by(Error::forbidden("this tie is between two others"))),
    }
}

/// The member's yes or no. Errors: not found for everybody else, `family_closed` when it waits no longer.
pub fn answer(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId, yes: bool) -> Result<Change> {
    let (mut tie, me) = own(tx, actor, id)?;
    let now = tx.now();
    let wanted = if yes { TieState::Accepted } else { TieState::Declined };
    if tie.member != Some(me) {
        return Err(Error::forbidden("only who was invited answers"));
    }
    if tie.state == wanted {
        return Ok(Change::AlreadySo);
    }
    if !tie.waits(now) {
        return Err(closed(&tie, now));
    }
    (tie.state, tie.answered_at) = (wanted, Some(now));
    tx.update(&mut tie)?;
    let kind = if yes { "family.accepted" } else { "family.declined" };
    tx.audit(actor, Audit::of(kind, id))?;
    tell(tx, actor, &tie, kind, tie.owner, me)?;
    Ok(Change::Done)
}

fn closed(tie: &Tie, now: Timestamp) -> Error {
    let state = tie.state_at(now);
    Error::new(&FAMILY_CLOSED, format!("it is {state}")).with("state", state)
}

/// Either of the two ends it, at once: an invitation is withdrawn, a tie gives nothing to see any more.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId) -> Result<Change> {
    let (mut tie, me) = own(tx, actor, id)?;
    if !matches!(tie.state, TieState::Invited | TieState::Accepted) {
        return Ok(Change::AlreadySo);
    }
    (tie.state, tie.ended_by, tie.ended_at) = (TieState::Ended, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut tie)?;
    tx.audit(actor, Audit::of("family.end", id))?;
    let other = if tie.owner == me { tie.member } else { Some(tie.owner) };
    if let Some(other) = other {
        tell(tx, actor, &tie, "family.ended", other, me)?;
    }
    Ok(Change::Done)
}

/// What one may see, and what others may see of one; newest first, at most [`TIES_LISTED_MAX`] of each. A tie that shows no
/// account is none of them.
#[derive(Clone, Debug)]
pub struct Circle {
    /// Whom the actor lets look.
    pub given: Vec<Tie>,
    /// Who lets the actor look, or asks him to.
    pub received: Vec<Tie>,
}

pub fn circle(tx: &mut Tx<'_>, actor: &Actor) -> Result<Circle> {
    let (given, received) = (given_by(tx, myself(actor)?)?, received(tx, actor)?);
    Ok(Circle { given: seeing(tx, given)?, received: seeing(tx, received)? })
}

/// Ties in which others named the actor, those that show him no account among them; newest first, at most
/// [`TIES_LISTED_MAX`].
pub fn received(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Tie>> {
    let me = myself(actor)?;
    tx.select::<Tie>("WHERE member = ?1 ORDER BY id DESC LIMIT ?2", params![me, TIES_LISTED_MAX])
}

fn seeing(tx: &mut Tx<'_>, ties: Vec<Tie>) -> Result<Vec<Tie>> {
    let mut out = Vec::with_capacity(ties.len());
    for tie in ties {
        if !shares_of(tx, &tie)?.is_empty() {
            out.push(tie);
        }
    }
    Ok(out)
}

fn given_by(tx: &mut Tx<'_>, owner: PersonId) -> Result<Vec<Tie>> {
    let tail = "WHERE book = ?1 AND owner = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Tie>(tail, params![owner.book(), owner, TIES_LISTED_MAX])
}

/// Whether one of two people has let the other into his family view and it still holds; asks no permission.
pub fn are_tied(tx: &mut Tx<'_>, one: PersonId, other: PersonId) -> Result<bool> {
    let now = tx.now();
    let mut open = |owner: PersonId, member: PersonId| -> Result<bool> {
        Ok(given_by(tx, owner)?.iter().any(|t| t.is_open(now) && t.member == Some(member)))
    };
    Ok(open(one, other)? || open(other, one)?)
}

/// A tie and its accounts, for one of its two.
pub fn tie(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId) -> Result<(Tie, Vec<Share>)> {
    let (tie, _) = own(tx, actor, id)?;
    let shares = shares_of(tx, &tie)?;
    Ok((tie, shares))
}

/// A tie as it stands, whoever asks; for the bank's own processes.
pub fn tie_raw(tx: &mut Tx<'_>, id: FamilyTieId) -> Result<Option<Tie>> {
    tx.get::<Tie>(params![id.book(), id])
}

fn shares_of(tx: &mut Tx<'_>, tie: &Tie) -> Result<Vec<Share>> {
    let tail = "WHERE book = ?1 AND tie = ?2 ORDER BY account LIMIT ?3";
    tx.select::<Share>(tail, params![tie.book, tie.id, SHARES_MAX as i64])
}

/// Writes a look down and says what may be shown: all accounts of a tie by their balances, or the movements of one. In a
/// write transaction only; show after its commit. Errors: not found for everybody but the member, `family_closed`, `family_limit`.
pub fn look(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId, account: Option<AccountId>) -> Result<(Tie, Vec<Share>)> {
    let (tie, me) = own(tx, actor, id)?;
    let now = tx.now();
    if tie.member != Some(me) {
        return Err(Error::forbidden("only the member looks by this tie"));
    }
    if !tie.is_open(now) {
        return Err(closed(&tie, now));
    }
    let mut shares = shares_of(tx, &tie)?;
    if let Some(account) = account {
        shares.retain(|s| s.account == account && s.level == Level::Movements);
        if shares.is_empty() {
            let hidden = Error::forbidden("the movements of this account are not shared");
            return Err(Error::not_found("account", account).caused_by(hidden));
        }
    }
    let sql = "SELECT count(*) FROM family_looks WHERE book = ?1 AND tie = ?2 AND looked_at > ?3";
    let today: i64 = tx.query_one(sql, params![tie.book, id, now.plus(-DAY)], |r| r.get(0))?.unwrap_or(0);
    if today >= LOOKS_PER_DAY_MAX {
        let message = format!("{today} looks in 24 hours");
        return Err(Error::new(&FAMILY_LIMIT, message).with("given", today).with("max", LOOKS_PER_DAY_MAX));
    }
    let level = if account.is_some() { Level::Movements } else { Level::Balance };
    let (book, look) = (tie.book, FamilyLookId::new(now, tie.book));
    tx.insert(&mut Look { book, id: look, tie: id, account, level, looked_at: now, seal: Seal::default() })?;
    tx.audit(actor, Audit::of("family.look", id).after(level.code()))?;
    Ok((tie, shares))
}

/// The looks by a tie, newest first, for its owner.
pub fn looks(tx: &mut Tx<'_>, actor: &Actor, id: FamilyTieId, ask: &PageAsk) -> Result<Page<Look>> {
    let (tie, me) = own(tx, actor, id)?;
    if tie.owner != me {
        return Err(Error::forbidden("only the owner reads who looked"));
    }
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<FamilyLookId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND tie = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<Look>(tail, params![tie.book, id, before, rows + 1])?;
    Ok(Page::cut(found, rows, |l| l.id.to_string()))
}

/// Who is to be told that something unusual happened on an account; asks no permission, for the relay.
pub fn alerted(tx: &mut Tx<'_>, owner: PersonId, account: AccountId) -> Result<Vec<PersonId>> {
    let now = tx.now();
    let mut told = Vec::new();
    for tie in given_by(tx, owner)?.into_iter().filter(|t| t.is_open(now)) {
        let shares = shares_of(tx, &tie)?;
        if shares.iter().any(|s| s.account == account && s.alerts) {
            told.extend(tie.member);
        }
    }
    Ok(told)
}

/// Writes down what has run out, at most `limit`; answers how many. For the clockwork.
pub fn family_expire(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let (actor, now) = (Actor::system("expire"), tx.now());
    let tail = "WHERE (state = 'invited' AND answer_by <= ?1) OR (state = 'accepted' AND valid_until <= ?1) \
                ORDER BY book, id LIMIT ?2";
    let due = tx.select_locked::<Tie>(tail, params![now, limit])?;
    let count = due.len() as u32;
    for mut tie in due {
        tie.state = tie.state_at(now);
        (tie.ended_by, tie.ended_at) = (Some(actor.principal()), Some(now));
        tx.update(&mut tie)?;
        tx.audit(&actor, Audit::of("family.expire", tie.id).after(tie.state.code()))?;
    }
    Ok(count)
}
