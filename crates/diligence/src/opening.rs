//! What was asked, found and decided when an account was to be opened.
use crate::events::Event;
use crate::questions::{Answer, AnswerOf, Questions, set_of};
use crate::{
    ANSWERS, CLOSER_LOOK, LIFTED_DAYS, LISTED_MAX, NOT_REFUSED, PURPOSE_CHARS_MAX, SHARERS_MIN, book_of, branch_of,
    may_see, text,
};
use guard::{ListKind, Subject};
use kernel::clock::DAY;
use kernel::id::{AccountId, AppealId, BranchId, OpeningId};
use kernel::{Actor, BookId, Channel, Error, Id, Owner, Page, PageAsk, Result, Timestamp};
use ledger::Purpose;
use party::{Change, Permission, Scope};
use store::{Audit, Json, KeyRing, Seal, Tx, params};

store::text_enum! {
    pub enum Outcome { Opened = "opened", Refused = "refused" }
}

store::text_enum! {
    /// Why an opening is refused (反电信网络诈骗法 16). Its text says what to bring.
    pub enum Reason {
        WillLend = "will_lend",
        PaidForIt = "paid_for_it",
        /// On a list; which one is told to nobody.
        Listed = "listed",
        /// Document and person do not go together.
        IdentityDoubt = "identity_doubt",
        /// Somebody stands beside him and answers.
        LedByAnother = "led_by_another",
        NoPurpose = "no_purpose",
        /// He would not answer.
        Unwilling = "unwilling",
    }
}

impl Reason {
    /// What a teller may refuse for by himself; the others follow from answers and checks.
    pub const BY_HAND: &'static [Reason] =
        &[Reason::IdentityDoubt, Reason::LedByAnother, Reason::NoPurpose, Reason::Unwilling];
}

/// What the bank found by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Open current accounts.
    pub accounts: usize,
    /// Customers with the same phone, he among them; 0 for a firm.
    pub sharers: usize,
    /// Lists that name him, his document or his phone.
    pub lists: Vec<String>,
}

impl Found {
    fn on(&self, list: ListKind) -> bool {
        self.lists.iter().any(|l| l == list.code())
    }
}

/// What follows from answers and checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub flags: Vec<String>,
    /// Something has to be looked at more closely first.
    pub closer: bool,
    pub refuse: Option<Reason>,
}

/// The pure decision; `None` when the answers are not whole. After an upheld objection (`lifted`) nothing refuses by itself.
pub fn judge(set: &Questions, answers: &[Answer], found: &Found, lifted: bool) -> Option<Judged> {
    let chosen = set.chosen(answers)?;
    let mut flags: Vec<String> = chosen.iter().filter(|c| !c.flag.is_empty()).map(|c| c.flag.clone()).collect();
    let mut closer = chosen.iter().any(|c| c.closer);
    let mut refuse = chosen.iter().find(|c| c.refuse).and_then(|c| Reason::parse(&c.flag));
    if found.on(ListKind::Black) || found.on(ListKind::Police) {
        refuse = Some(Reason::Listed);
    }
    if !found.lists.is_empty() {
        flags.push(Reason::Listed.code().to_owned());
        closer |= found.on(ListKind::Grey);
    }
    if found.sharers >= SHARERS_MIN {
        flags.push("phone_shared".to_owned());
        closer = true;
    }
    if lifted && refuse.take().is_some() {
        closer = true;
    }
    Some(Judged { flags, closer, refuse })
}

store::record! {
    pub struct Opening in "cdd_openings" key 2 {
        /// Of the branch that asked.
        pub book: BookId,
        pub id: OpeningId,
        pub owner: Owner,
        pub branch: BranchId,
        /// Version of the questions.
        pub questions: i64,
        /// [`Said`], encrypted.
        pub said: Vec<u8>,
        pub flags: Json<Vec<String>>,
        pub found: Json<Found>,
        pub outcome: Outcome,
        pub account: Option<AccountId>,
        pub reason: Option<Reason>,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub channel: Channel,
        /// The customer's objection to a refusal.
        pub appeal: Option<AppealId>,
        /// When it was upheld.
        pub lifted_at: Option<Timestamp>,
    }
}

/// What was said and written.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    /// In the customer's words.
    pub purpose: String,
    pub answers: Vec<Answer>,
    /// What was looked at more closely, or why it was refused by hand.
    pub closer: String,
}

/// An account that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpeningNew {
    pub owner: Owner,
    pub said: Said,
}

/// What came of asking.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It may be opened; told with [`opened`] in the same transaction.
    Go(Opening),
    /// Refused, and written down.
    Refused(Opening),
}

/// Asks, checks and decides. Needs `account.open` at the actor's branch. Errors: `opening_answers`, `opening_closer_look`, field
/// errors.
pub fn ask(tx: &mut Tx<'_>, actor: &Actor, new: &OpeningNew) -> Result<Asked> {
    let (mut row, judged) = looked(tx, actor, new)?;
    if let Some(reason) = judged.refuse {
        return keep_refusal(tx, actor, row, reason).map(Asked::Refused);
    }
    if judged.closer && new.said.closer.trim().is_empty() {
        let told = format!("{} ask for a closer look", judged.flags.join(", "));
        return Err(Error::new(&CLOSER_LOOK, told).with("flags", judged.flags.join(" ")).with("field", "closer"));
    }
    if judged.closer {
        text("closer", &new.said.closer)?;
    }
    row.outcome = Outcome::Opened;
    Ok(Asked::Go(row))
}

/// The opened account of what [`ask`] let go.
pub fn opened(tx: &mut Tx<'_>, actor: &Actor, mut row: Opening, account: AccountId) -> Result<Opening> {
    row.account = Some(account);
    tx.insert(&mut row)?;
    let shown = format!("{account}, questions {}, {}", row.questions, row.flags.0.join(" "));
    tx.audit(actor, Audit::of("opening.ask", row.id).after(shown))?;
    Ok(row)
}

/// The teller refuses by himself; `why` is what he saw. Needs `account.open` at his branch. Answers need not be whole.
pub fn refuse(tx: &mut Tx<'_>, actor: &Actor, new: &OpeningNew, reason: Reason) -> Result<Opening> {
    if !Reason::BY_HAND.contains(&reason) {
        return Err(Error::field("reason", "this one follows from answers and checks"));
    }
    text("closer", &new.said.closer)?;
    let (branch, set) = place(tx, actor, new.owner)?;
    let found = found(tx, new.owner)?;
    let row = fresh(tx, actor, new, (branch, set), found);
    keep_refusal(tx, actor, row, reason)
}

fn looked(tx: &mut Tx<'_>, actor: &Actor, new: &OpeningNew) -> Result<(Opening, Judged)> {
    let (branch, set) = place(tx, actor, new.owner)?;
    let purpose = new.said.purpose.trim().chars().count();
    if !(1..=PURPOSE_CHARS_MAX).contains(&purpose) {
        return Err(Error::field("purpose", format!("1 to {PURPOSE_CHARS_MAX} characters")));
    }
    let (found, lifted) = (found(tx, new.owner)?, is_lifted(tx, new.owner)?);
    let unfit = || Error::new(&ANSWERS, "a question has no answer, or one that is no choice").with("field", "answers");
    let judged = judge(set, &new.said.answers, &found, lifted).ok_or_else(unfit)?;
    let row = fresh(tx, actor, new, (branch, set), found);
    Ok((Opening { flags: Json(judged.flags.clone()), ..row }, judged))
}

fn place(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<(BranchId, &'static Questions)> {
    book_of(owner)?;
    let branch = actor.branch.ok_or_else(|| Error::forbidden("accounts are opened at a branch"))?;
    party::may(tx, actor, Permission::AccountOpen, &Scope::branch(branch))?;
    Ok((branch, set_of(AnswerOf::owner(owner), tx.business_date()?)?))
}

fn fresh(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &OpeningNew,
    (branch, set): (BranchId, &Questions),
    found: Found,
) -> Opening {
    let (now, book) = (tx.now(), branch.book());
    let known = set.chosen(&new.said.answers);
    let flags = known.iter().flatten().filter(|c| !c.flag.is_empty()).map(|c| c.flag.clone()).collect();
    Opening {
        book,
        id: OpeningId::new(now, book),
        owner: new.owner,
        branch,
        questions: i64::from(set.version),
        said: sealed(tx.keys(), &new.said),
        flags: Json(flags),
        found: Json(found),
        outcome: Outcome::Refused,
        account: None,
        reason: None,
        asked_by: actor.principal(),
        asked_at: now,
        channel: actor.channel,
        appeal: None,
        lifted_at: None,
        seal: Seal::default(),
    }
}

fn keep_refusal(tx: &mut Tx<'_>, actor: &Actor, mut row: Opening, reason: Reason) -> Result<Opening> {
    (row.outcome, row.reason) = (Outcome::Refused, Some(reason));
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("opening.refuse", row.id).after(reason.code()))?;
    let told = Event::Refused { opening: row.id, owner: row.owner, branch: row.branch, reason: reason.code() };
    tx.emit(&told, &actor.correlation)?;
    Ok(row)
}

/// The second check: lists, accounts, phone.
pub(crate) fn found(tx: &mut Tx<'_>, owner: Owner) -> Result<Found> {
    let mut subjects = vec![Subject::owner(tx.keys(), owner)];
    let mut sharers = 0;
    match owner {
        Owner::Person(id) => {
            let p = party::person(tx, id)?;
            subjects.extend([Subject::identity(&p.identity_index), Subject::phone(&p.phone_index)]);
            sharers = party::phone_sharers(tx, &p.phone_index)?;
        }
        Owner::Firm(id) => {
            let f = party::firm(tx, id)?;
            subjects.push(Subject::identity(&party::firm_index(tx.keys(), &f.credit_code)));
            subjects.extend(party::phone_index(tx.keys(), &f.phone).map(|index| Subject::phone(&index)));
        }
        Owner::Bank => {}
    }
    let now = tx.now();
    let mut lists: Vec<String> =
        guard::screen(tx, &subjects, now)?.into_iter().map(|(_, e)| e.list.code().to_owned()).collect();
    lists.sort();
    lists.dedup();
    let has = ledger::of_owner(tx, owner)?;
    let accounts = has.iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none()).count();
    Ok(Found { accounts, sharers, lists })
}

fn is_lifted(tx: &mut Tx<'_>, owner: Owner) -> Result<bool> {
    let since = tx.now().plus(-LIFTED_DAYS * DAY);
    Ok(raw(tx, owner)?.iter().any(|o| o.lifted_at.is_some_and(|at| at >= since)))
}

/// Whoever asked may be of another book than the customer; a refusal is looked for in the books of both.
fn raw(tx: &mut Tx<'_>, owner: Owner) -> Result<Vec<Opening>> {
    let tail = "WHERE owner = ?1 ORDER BY id DESC LIMIT ?2";
    tx.select::<Opening>(tail, params![owner, LISTED_MAX])
}

/// Openings of a customer, the newest first. Needs `account.open` or `case.work` where he belongs.
pub fn of_owner(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Vec<Opening>> {
    let branch = branch_of(tx, owner)?;
    may_see(tx, actor, branch)?;
    raw(tx, owner)
}

/// The newest opening of a customer, for his score.
pub(crate) fn newest(tx: &mut Tx<'_>, owner: Owner) -> Result<Option<Opening>> {
    Ok(raw(tx, owner)?.into_iter().find(|o| o.outcome == Outcome::Opened))
}

/// One. To who may not see it, it does not exist.
pub fn opening(tx: &mut Tx<'_>, actor: &Actor, id: OpeningId) -> Result<Opening> {
    let found = tx.get::<Opening>(params![id.book(), id])?.ok_or_else(|| Error::not_found("opening", id))?;
    may_see(tx, actor, found.branch).map_err(|e| Error::not_found("opening", id).caused_by(e))?;
    Ok(found)
}

/// Openings of the actor's branch, the newest first; `outcome` keeps one kind. Needs `account.open` or `case.work` there.
pub fn listed(tx: &mut Tx<'_>, actor: &Actor, outcome: Outcome, ask: &PageAsk) -> Result<Page<Opening>> {
    let branch = actor.branch.ok_or_else(|| Error::forbidden("openings are listed at a branch"))?;
    may_see(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<OpeningId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND outcome = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<Opening>(tail, params![branch.book(), outcome, before, rows + 1])?;
    Ok(Page::cut(found, rows, |o| o.id.to_string()))
}

/// What was said, after writing down who looked. In a write transaction. As [`opening`].
pub fn said(tx: &mut Tx<'_>, actor: &Actor, id: OpeningId) -> Result<(Opening, Said)> {
    let o = opening(tx, actor, id)?;
    tx.audit(actor, Audit::of("opening.look", id))?;
    let said = read(tx.keys(), &o.said)?;
    Ok((o, said))
}

/// Notes the customer's objection to a refusal. Errors: `opening_not_refused`.
pub fn object(tx: &mut Tx<'_>, actor: &Actor, id: OpeningId, appeal: AppealId) -> Result<Change> {
    opening(tx, actor, id)?;
    let mut o = tx.load::<Opening>(params![id.book(), id])?.ok_or_else(|| Error::not_found("opening", id))?;
    if o.outcome != Outcome::Refused {
        return Err(Error::new(&NOT_REFUSED, format!("{id} is {}", o.outcome)));
    }
    if o.appeal.is_some() {
        return Ok(Change::AlreadySo);
    }
    o.appeal = Some(appeal);
    tx.update(&mut o)?;
    tx.audit(actor, Audit::of("opening.object", id).after(appeal.to_string()))?;
    Ok(Change::Done)
}

pub(crate) fn lift(tx: &mut Tx<'_>, actor: &Actor, o: &mut Opening) -> Result<Change> {
    if o.lifted_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    o.lifted_at = Some(tx.now());
    tx.update(o)?;
    tx.audit(actor, Audit::of("opening.lift", o.id))?;
    Ok(Change::Done)
}

const SEALED_AS: &str = "diligence.said";

fn sealed(keys: &KeyRing, said: &Said) -> Vec<u8> {
    keys.encrypt_own(SEALED_AS, &serde_json::to_vec(said).expect("plain data has a JSON form"))
}

fn read(keys: &KeyRing, sealed: &[u8]) -> Result<Said> {
    let plain = keys.decrypt_own(SEALED_AS, sealed)?;
    serde_json::from_slice(&plain).map_err(|e| Error::broken("what was said cannot be read").caused_by(e))
}

/// Puts what was said under the newest key; `false` when it is there already.
pub fn renew_opening(keys: &KeyRing, o: &mut Opening) -> Result<bool> {
    renew(keys, SEALED_AS, &mut o.said)
}

pub(crate) fn renew(keys: &KeyRing, field: &str, sealed: &mut Vec<u8>) -> Result<bool> {
    if sealed.is_empty() || sealed.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    *sealed = keys.encrypt_own(field, &keys.decrypt_own(field, sealed)?);
    Ok(true)
}
