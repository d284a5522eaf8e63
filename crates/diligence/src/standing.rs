//! A customer's score, his reviews, and what they do to his tier.
use crate::events::Event;
use crate::opening::{found, newest, renew};
use crate::score::{Facts, Line, Scored, rules, score};
use crate::{LISTED_MAX, NOT_LOWERED, PROCESS, REVIEW_FIRST, SCORED_DAYS, SHARERS_MIN, book_of, branch_of, text};
use kernel::clock::DAY;
use kernel::id::{AppealId, CddReviewId, PersonId};
use kernel::{Actor, BookId, Date, Error, Id, Owner, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope, Tier};
use store::{Audit, Json, KeyRing, Seal, Tx, params};

store::record! {
    /// How a customer is judged now.
    pub struct Standing in "cdd_standings" key 2 {
        pub book: BookId,
        pub owner: Owner,
        pub score: i64,
        pub band: String,
        pub lines: Json<Vec<Line>>,
        pub scored_at: Timestamp,
        pub score_again_at: Timestamp,
        /// The day by which somebody looks again.
        pub review_due: Date,
        /// Up to this score a review or an upheld objection speaks for him.
        pub cleared_score: Option<i64>,
        /// What the bank lowered by itself, until it is given back.
        pub lowered_from: Option<Tier>,
        pub lowered_to: Option<Tier>,
        pub lowered_at: Option<Timestamp>,
        /// As the customer hears it: `known_short`, `document`, `answers`, `phone` or `risk`.
        pub lowered_why: Option<String>,
        pub appeal: Option<AppealId>,
    }
}

impl Standing {
    /// Whether his score lowers him.
    fn counts(&self) -> bool {
        self.cleared_score.is_none_or(|cleared| self.score > cleared)
    }
    pub fn is_late(&self, today: Date) -> bool {
        self.review_due < today
    }
}

store::text_enum! {
    /// What came of a review.
    pub enum ReviewResult {
        /// He stays as he is.
        Keep = "keep",
        /// His documents speak for him: what counted against him no longer lowers him.
        Clear = "clear",
    }
}

store::text_enum! {
    /// A document that was seen in a review.
    pub enum Seen {
        Identity = "identity",
        Occupation = "occupation",
        Income = "income",
        Address = "address",
        Phone = "phone",
        Business = "business",
    }
}

store::record! {
    pub struct Review in "cdd_reviews" key 2 {
        pub book: BookId,
        pub id: CddReviewId,
        pub owner: Owner,
        pub result: ReviewResult,
        pub score: i64,
        pub seen: Json<Vec<String>>,
        /// Encrypted.
        pub note: Vec<u8>,
        pub by_whom: String,
        pub at: Timestamp,
    }
}

/// A review that was made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReviewNew {
    pub owner: Owner,
    pub clear: bool,
    /// Codes of [`Seen`]; at least one for a clearing.
    pub seen: Vec<String>,
    pub note: String,
}

fn process() -> Actor {
    Actor { correlation: PROCESS.into(), ..Actor::system(PROCESS) }
}

fn raw(tx: &mut Tx<'_>, owner: Owner) -> Result<Option<Standing>> {
    tx.load::<Standing>(params![book_of(owner)?, owner])
}

fn facts(tx: &mut Tx<'_>, owner: Owner) -> Result<Facts> {
    let (since, foreign_document) = match owner {
        Owner::Person(id) => {
            let p = party::person(tx, id)?;
            (p.registered_at, p.is_foreign)
        }
        Owner::Firm(id) => (party::firm(tx, id)?.registered_at, false),
        Owner::Bank => return Err(Error::field("owner", "a customer")),
    };
    let (found, involved) = (found(tx, owner)?, cases::involved(tx, owner)?);
    Ok(Facts {
        relation_days: tx.now().since(since) / DAY,
        foreign_document,
        flags: newest(tx, owner)?.map(|o| o.flags.0),
        phone_shared: found.sharers >= SHARERS_MIN,
        lists: found.lists,
        cases_open: involved.open,
        cases_confirmed: involved.confirmed,
    })
}

/// Judges a customer anew. A person above his band's tier is lowered, unless what counts was cleared. Asks no permission: the bank
/// does it by itself after an opening, a case and every [`SCORED_DAYS`] days.
pub fn rescore(tx: &mut Tx<'_>, owner: Owner) -> Result<Standing> {
    let today = tx.now().local_date();
    let scored = score(&facts(tx, owner)?, rules(today)?);
    let again = tx.now().plus(SCORED_DAYS * DAY);
    let due = today.plus_months(scored.review_months);
    let Some(mut s) = raw(tx, owner)? else {
        let mut s = first(tx, owner, &scored, again, due)?;
        tx.insert(&mut s)?;
        return lower(tx, s, &scored);
    };
    let graver = scored.points > s.score;
    (s.score, s.band, s.lines) = (scored.points, scored.band.clone(), Json(scored.lines.clone()));
    (s.scored_at, s.score_again_at) = (tx.now(), again);
    if graver {
        s.review_due = s.review_due.min(due);
    }
    tx.update(&mut s)?;
    lower(tx, s, &scored)
}

fn first(tx: &mut Tx<'_>, owner: Owner, scored: &Scored, again: Timestamp, due: Date) -> Result<Standing> {
    Ok(Standing {
        book: book_of(owner)?,
        owner,
        score: scored.points,
        band: scored.band.clone(),
        lines: Json(scored.lines.clone()),
        scored_at: tx.now(),
        score_again_at: again,
        review_due: due,
        cleared_score: None,
        lowered_from: None,
        lowered_to: None,
        lowered_at: None,
        lowered_why: None,
        appeal: None,
        seal: Seal::default(),
    })
}

fn lower(tx: &mut Tx<'_>, mut s: Standing, scored: &Scored) -> Result<Standing> {
    let Owner::Person(person) = s.owner else { return Ok(s) };
    let has = party::person(tx, person)?.tier;
    if has.rank() <= scored.tier.rank() || !s.counts() {
        return Ok(s);
    }
    let why = scored.lines.iter().max_by_key(|l| l.points).map_or("", |l| l.factor.as_str());
    party::tier_change(tx, &process(), person, scored.tier, "the score of the customer's due diligence")?;
    // Lowered twice, he is given back what he had before the first time.
    s.lowered_from = s.lowered_from.or(Some(has));
    (s.lowered_to, s.lowered_at, s.appeal) = (Some(scored.tier), Some(tx.now()), None);
    s.lowered_why = Some(why_told(why).to_owned());
    tx.update(&mut s)?;
    let shown = format!("{} points, {}", s.score, s.band);
    tx.audit(&process(), Audit::of("diligence.lower", person).change(has.code(), scored.tier.code()).reason(shown))?;
    tx.emit(&Event::lowered(person, has, scored.tier, why_told(why)), "")?;
    Ok(s)
}

/// A factor as the customer hears it: lists and cases are named to nobody.
fn why_told(factor: &str) -> &'static str {
    match factor {
        "relation_new" | "relation_young" | "never_asked" => "known_short",
        "foreign_document" => "document",
        "occupation_untold" | "income_untold" | "answers" => "answers",
        "phone_shared" => "phone",
        _ => "risk",
    }
}

/// Judges customers whose time has come, at most `most`; answers how many.
pub fn rescore_due(tx: &mut Tx<'_>, most: u32) -> Result<u32> {
    let tail = "WHERE score_again_at <= ?1 ORDER BY score_again_at, book, owner LIMIT ?2";
    let due = tx.select::<Standing>(tail, params![tx.now(), most])?;
    for s in &due {
        rescore(tx, s.owner)?;
    }
    Ok(due.len() as u32)
}

fn may_read(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<()> {
    if let (Owner::Person(p), Some(me)) = (owner, actor.person())
        && p == me
    {
        return Ok(());
    }
    let branch = branch_of(tx, owner)?;
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch)).map(|_| ())
}

/// How a customer is judged; `None` before he was. Needs `case.work` where he belongs, or it is he.
pub fn standing(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Option<Standing>> {
    may_read(tx, actor, owner)?;
    tx.get::<Standing>(params![book_of(owner)?, owner])
}

/// A customer whose review is due.
pub type DueReview = Standing;

/// Customers of the actor's branch by the day of their next review, the first due first. Needs `case.work` there.
pub fn due_reviews(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<DueReview>> {
    let branch = actor.branch.ok_or_else(|| Error::forbidden("reviews are listed at a branch"))?;
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch))?;
    let rows = ask.rows()?;
    let (day, owner) = match &ask.after {
        Some(cursor) => {
            let owner: Owner = cursor.parse()?;
            let at = tx.get::<Standing>(params![branch.book(), owner])?;
            (at.ok_or_else(|| Error::not_found("customer", owner))?.review_due, cursor.clone())
        }
        None => (Date::ymd(1970, 1, 1)?, String::new()),
    };
    let tail = "WHERE book = ?1 AND (review_due, owner) > (?2, ?3) ORDER BY review_due, owner LIMIT ?4";
    let found = tx.select::<Standing>(tail, params![branch.book(), day, owner, rows + 1])?;
    Ok(Page::cut(found, rows, |s| s.owner.to_string()))
}

/// Reviews of a customer, the newest first. Needs `case.work` where he belongs.
pub fn reviews_of(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<Vec<Review>> {
    let branch = branch_of(tx, owner)?;
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch))?;
    let tail = "WHERE book = ?1 AND owner = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<Review>(tail, params![book_of(owner)?, owner, LISTED_MAX])
}

/// Somebody looked at a customer again. Needs `case.work` where he belongs; not of his own matters. What is cleared lowers him no more,
/// and is the evidence for a way up. The next review is due by his band.
pub fn review(tx: &mut Tx<'_>, actor: &Actor, new: &ReviewNew) -> Result<Standing> {
    let (branch, note) = (branch_of(tx, new.owner)?, text("note", &new.note)?);
    party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch))?;
    payments::hands_off(tx, actor, &[new.owner])?;
    let known = new.seen.iter().all(|s| Seen::parse(s).is_some());
    if !known || (new.clear && new.seen.is_empty()) {
        return Err(Error::field("seen", "name the documents that were seen"));
    }
    let mut s = rescore(tx, new.owner)?;
    let (book, now, today) = (s.book, tx.now(), tx.now().local_date());
    let result = if new.clear { ReviewResult::Clear } else { ReviewResult::Keep };
    let id = CddReviewId::new(now, book);
    let mut row = Review {
        book,
        id,
        owner: new.owner,
        result,
        score: s.score,
        seen: Json(new.seen.clone()),
        note: tx.keys().encrypt_own(SEALED_AS, note.as_bytes()),
        by_whom: actor.principal(),
        at: now,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    if new.clear {
        s.cleared_score = Some(s.score);
    }
    let months = rules(today)?.band.iter().find(|b| b.code == s.band).map_or(3, |b| b.review_months);
    s.review_due = today.plus_months(months);
    tx.update(&mut s)?;
    tx.audit(actor, Audit::of("diligence.review", new.owner).after(format!("{result}, {} points", s.score)))?;
    Ok(s)
}

/// What was written with a review.
pub fn review_note(keys: &KeyRing, r: &Review) -> Result<String> {
    let plain = keys.decrypt_own(SEALED_AS, &r.note)?;
    String::from_utf8(plain.to_vec()).map_err(|e| Error::broken("a note cannot be read").caused_by(e))
}

pub(crate) const SEALED_AS: &str = "diligence.note";

/// Puts a note under the newest key; `false` when it is there already.
pub fn renew_review(keys: &KeyRing, r: &mut Review) -> Result<bool> {
    renew(keys, SEALED_AS, &mut r.note)
}

/// `Err(REVIEW_FIRST)` while a person's score holds him below `to`; his score goes to whoever checks the way up.
pub fn may_rise(tx: &mut Tx<'_>, person: PersonId, to: Tier) -> Result<Option<(i64, String)>> {
    let owner = Owner::Person(person);
    let Some(s) = tx.get::<Standing>(params![person.book(), owner])? else { return Ok(None) };
    let today = tx.now().local_date();
    let most = rules(today)?.band.iter().find(|b| b.code == s.band).map_or(Tier::I, |b| b.tier);
    if to.rank() > most.rank() && s.counts() {
        let told = format!("{} points let no more through than tier {most}", s.score);
        return Err(Error::new(&REVIEW_FIRST, told).with("score", s.score).with("tier", most));
    }
    Ok(Some((s.score, s.band)))
}

/// Two people raised a person: what was lowered by itself no longer stands once he has it back.
pub fn raised(tx: &mut Tx<'_>, person: PersonId, to: Tier) -> Result<()> {
    let lowered =
        raw(tx, Owner::Person(person))?.filter(|s| s.lowered_from.is_some_and(|from| to.rank() >= from.rank()));
    let Some(mut s) = lowered else { return Ok(()) };
    (s.lowered_from, s.lowered_to, s.lowered_at, s.lowered_why) = (None, None, None, None);
    tx.update(&mut s)
}

/// Notes a person's objection to his lowered tier. He himself. Errors: `tier_not_lowered`.
pub fn object_lowered(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, appeal: AppealId) -> Result<Change> {
    let owner = Owner::Person(person);
    may_read(tx, actor, owner)?;
    let lowered = raw(tx, owner)?.filter(|s| s.lowered_at.is_some());
    let mut s = lowered.ok_or_else(|| Error::new(&NOT_LOWERED, "nothing was lowered"))?;
    if s.appeal.is_some() {
        return Ok(Change::AlreadySo);
    }
    s.appeal = Some(appeal);
    tx.update(&mut s)?;
    tx.audit(actor, Audit::of("diligence.object", owner).after(appeal.to_string()))?;
    Ok(Change::Done)
}

/// What an upheld objection gives back.
pub(crate) fn give_back(tx: &mut Tx<'_>, actor: &Actor, appeal: AppealId) -> Result<Change> {
    let tail = "WHERE book = ?1 AND appeal = ?2 ORDER BY owner LIMIT 1";
    let Some(mut s) = tx.select_locked::<Standing>(tail, params![appeal.book(), appeal])?.pop() else {
        return Ok(Change::AlreadySo);
    };
    let (Owner::Person(person), Some(from)) = (s.owner, s.lowered_from) else { return Ok(Change::AlreadySo) };
    let before = party::person(tx, person)?.tier;
    s.cleared_score = Some(s.score);
    (s.lowered_from, s.lowered_to, s.lowered_at, s.lowered_why) = (None, None, None, None);
    tx.update(&mut s)?;
    if from.rank() > before.rank() {
        party::tier_change(tx, &process(), person, from, "an objection was upheld by two officers")?;
        tx.emit(&Event::GivenBack { person, to: from.code() }, "")?;
    }
    tx.audit(actor, Audit::of("diligence.give_back", person).change(before.code(), from.code()))?;
    Ok(Change::Done)
}
