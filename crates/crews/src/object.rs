//! What a worker says is wrong with his line, and what he is answered.
//!
//! An objection stops nothing (Decree 724, art. 35): the other lines go on, and so does his own for the sum that stands on it.
//! The crew's clerk or the main contractor's answers it: corrected, on a supplement, or kept, with the reason. He can take it
//! further when it was kept, or when nobody answered for [`ANSWER_DAYS`] days.
use crate::course::crew_of_team;
use crate::crew::{crew_raw, may_act, seen};
use crate::month::MONTH_HALF_DAYS_MAX;
use crate::sign::{line_hash, need_open, own_line};
use crate::{ANSWER_DIFFERS, Event, NOT_FURTHER, OBJECTION_CHARS_MAX, OWN_WORK};
use kernel::clock::DAY;
use kernel::id::{CrewId, ObjectionId, PayLineId, PaySheetId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Channel, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Tx, params};

/// Days after which he can take an objection further that nobody answered.
pub const ANSWER_DAYS: i64 = 7;

store::text_enum! {
    /// What he says is wrong.
    pub enum Reason {
        Days = "days",
        /// The wage of a day or of a piece.
        Rate = "rate",
        Overtime = "overtime",
        Deduction = "deduction",
        Other = "other",
    }
}

store::text_enum! {
    pub enum Answer {
        /// He is right: the rest comes on a supplement.
        Corrected = "corrected",
        Kept = "kept",
    }
}

store::record! {
    /// An objection (异议) to a line.
    pub struct Objection in "crews_objections" key 2 {
        pub book: BookId,
        pub id: ObjectionId,
        pub line: PayLineId,
        pub sheet: PaySheetId,
        /// The line's number on its sheet.
        pub number: i64,
        pub project: ProjectId,
        pub crew: Option<CrewId>,
        pub worker: WorkerId,
        pub person: PersonId,
        pub line_hash: [u8; 32],
        pub kind: Reason,
        /// In his words, encrypted under his key; empty when he wrote nothing.
        pub said: Vec<u8>,
        /// What he says his net should be, minor units.
        pub claimed_amount: Option<i64>,
        pub claimed_half_days: Option<i64>,
        pub channel: Channel,
        pub made_at: Timestamp,
        pub answer: Option<Answer>,
        pub answer_text: Option<String>,
        pub answered_by: Option<String>,
        pub answered_at: Option<Timestamp>,
        pub taken_further_at: Option<Timestamp>,
        /// The code of the complaint that it became, encrypted under his key: nobody else is led from him to it. Empty while there is none.
        pub further_code: Vec<u8>,
    }
}

/// What a worker objects to.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionNew {
    pub kind: Reason,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub claimed: Option<Money>,
    #[serde(default)]
    pub claimed_half_days: Option<i64>,
}

/// An objection as the worker and the clerks see it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ObjectionView {
    pub objection: ObjectionId,
    pub line: PayLineId,
    pub sheet: PaySheetId,
    pub crew: Option<CrewId>,
    /// Masked, like `identity`.
    pub worker: String,
    pub identity: String,
    pub team: String,
    pub net: Money,
    pub kind: Reason,
    pub text: String,
    pub claimed: Option<Money>,
    pub claimed_half_days: Option<i64>,
    pub made_at: Timestamp,
    pub answer: Option<Answer>,
    pub answer_text: String,
    pub answered_by: String,
    pub answered_at: Option<Timestamp>,
    pub taken_further_at: Option<Timestamp>,
    /// He can take it further now.
    pub may_go_further: bool,
    /// Shown to himself alone: the code of the complaint that it became; empty while there is none.
    pub complaint_code: String,
}

impl Objection {
    /// He said it after he had signed.
    pub(crate) fn is_after(&self, signature: &crate::Signature) -> bool {
        self.made_at > signature.signed_at
    }
    fn may_go_further(&self, now: Timestamp) -> bool {
        let waited = now >= self.made_at.plus(ANSWER_DAYS * DAY);
        self.taken_further_at.is_none() && (self.answer == Some(Answer::Kept) || (self.answer.is_none() && waited))
    }
}

/// The objection to a line, with no permission asked: for domain code.
pub fn objection_of_line(tx: &mut Tx<'_>, line: PayLineId) -> Result<Option<Objection>> {
    Ok(tx.select_locked::<Objection>("WHERE book = ?1 AND line = ?2", params![line.book(), line])?.pop())
}

/// The row, with no permission asked: for domain code.
pub fn objection_raw(tx: &mut Tx<'_>, id: ObjectionId) -> Result<Objection> {
    tx.load::<Objection>(params![id.book(), id])?.ok_or_else(|| Error::not_found("objection", id))
}

/// Objections of a project that nobody answered, with no permission asked: for domain code.
pub fn open_objections(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64> {
    let sql = "SELECT count(*) FROM crews_objections WHERE book = ?1 AND project = ?2 AND answered_at IS NULL";
    Ok(tx.query_one(sql, params![project.book(), project], |r| r.get(0))?.unwrap_or(0))
}

/// The worker objects to his own line. Objecting again answers the same objection. Errors: `sheet_ended`, and the limits of
/// the text and of what is claimed.
pub fn object(tx: &mut Tx<'_>, actor: &Actor, line: PayLineId, new: &ObjectionNew) -> Result<ObjectionId> {
    let (line, sheet, course) = own_line(tx, actor, line)?;
    if let Some(known) = objection_of_line(tx, line.id)? {
        return Ok(known.id);
    }
    need_open(&sheet, &course)?;
    let text = said(&new.text)?;
    if new.claimed.is_some_and(|m| m.minor <= 0 || m.currency != Currency::CNY) {
        return Err(Error::field("claimed", "a sum of yuan above zero"));
    }
    if let Some(n) = new.claimed_half_days.filter(|n| !(0..=MONTH_HALF_DAYS_MAX).contains(n)) {
        return Err(Error::limit("claimed_half_days", n, MONTH_HALF_DAYS_MAX, "half days of a month"));
    }
    let key = tx.keys().unwrap_data_key(&party::person(tx, line.person)?.data_key)?;
    let team = payroll::worker_raw(tx, line.worker)?.team;
    let crew = crew_of_team(tx, line.project, &team)?;
    let mut objection = Objection {
        book: line.book,
        id: ObjectionId::new(tx.now(), line.book),
        line: line.id,
        sheet: line.sheet,
        number: line.number,
        project: line.project,
        crew,
        worker: line.worker,
        person: line.person,
        line_hash: line_hash(&line),
        kind: new.kind,
        said: if text.is_empty() { Vec::new() } else { key.encrypt("crews.said", &text) },
        claimed_amount: new.claimed.map(|m| m.minor),
        claimed_half_days: new.claimed_half_days,
        channel: actor.channel,
        made_at: tx.now(),
        answer: None,
        answer_text: None,
        answered_by: None,
        answered_at: None,
        taken_further_at: None,
        further_code: Vec::new(),
        seal: Seal::default(),
    };
    tx.insert(&mut objection)?;
    tx.audit(actor, Audit::of("crews.object", objection.id).after(format!("{} {}", line.id, new.kind)))?;
    let Objection { id, sheet, project, crew, .. } = objection;
    tx.emit(&Event::Objected { objection: id, sheet, line: line.id, project, crew }, &actor.correlation)?;
    Ok(id)
}

fn said(text: &str) -> Result<String> {
    let t = text.trim();
    match t.chars().count() {
        n if n > OBJECTION_CHARS_MAX => Err(Error::limit("text", n, OBJECTION_CHARS_MAX, "characters")),
        _ => Ok(t.to_owned()),
    }
}

/// The crew's clerk or the main contractor's answers, with a text that the worker reads. The same answer again is already so.
/// Errors: `answer_differs`, `own_work` for one's own objection.
pub fn answer_objection(tx: &mut Tx<'_>, actor: &Actor, id: ObjectionId, answer: Answer, text: &str) -> Result<Change> {
    let mut objection = answerable(tx, actor, id)?;
    let text = party::reason(&said(text)?)?;
    if objection.answered_at.is_some() {
        let same = objection.answer == Some(answer) && objection.answer_text.as_deref() == Some(&text);
        return match same {
            true => Ok(Change::AlreadySo),
            false => Err(Error::new(&ANSWER_DIFFERS, "it was answered before")),
        };
    }
    if actor.person() == Some(objection.person) {
        return Err(Error::new(&OWN_WORK, "it is his own objection"));
    }
    (objection.answer, objection.answer_text) = (Some(answer), Some(text.clone()));
    (objection.answered_by, objection.answered_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut objection)?;
    tx.audit(actor, Audit::of("crews.answer", id).after(answer.code()).reason(text))?;
    let Objection { line, project, person, .. } = objection;
    tx.emit(&Event::Answered { objection: id, line, project, person, answer }, &actor.correlation)?;
    Ok(Change::Done)
}

/// An objection that the actor may answer; for others it is not found unless they may see it.
fn answerable(tx: &mut Tx<'_>, actor: &Actor, id: ObjectionId) -> Result<Objection> {
    let objection = objection_raw(tx, id)?;
    let project = payroll::project_raw(tx, objection.project)?;
    let refused = match party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(project.firm)) {
        Ok(_) => return Ok(objection),
        Err(why) => why,
    };
    if let Some(crew) = objection.crew {
        let crew = crew_raw(tx, crew)?;
        if may_act(tx, actor, &crew, &project).is_ok() {
            return Ok(objection);
        }
    }
    payroll::project(tx, actor, project.id).map_err(|_| Error::not_found("objection", id))?;
    Err(refused)
}

/// The worker takes his objection further: a complaint about it is opened where wages in arrears are looked after. Errors:
/// `not_further` before it was kept or [`ANSWER_DAYS`] days went by.
pub fn take_further(tx: &mut Tx<'_>, actor: &Actor, id: ObjectionId) -> Result<Change> {
    let mut objection = objection_raw(tx, id)?;
    if crate::sign::himself(actor)? != objection.person {
        return Err(Error::not_found("objection", id));
    }
    if objection.taken_further_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    if !objection.may_go_further(tx.now()) {
        return Err(Error::new(&NOT_FURTHER, "it was corrected, or may still be answered"));
    }
    objection.taken_further_at = Some(tx.now());
    tx.update(&mut objection)?;
    tx.audit(actor, Audit::of("crews.take_further", id))?;
    let Objection { line, project, person, .. } = objection;
    tx.emit(&Event::TakenFurther { objection: id, line, project, person }, &actor.correlation)?;
    Ok(Change::Done)
}

/// Keeps the code of the complaint that an objection became, for the worker to see again. For domain code.
pub fn keep_complaint_code(tx: &mut Tx<'_>, id: ObjectionId, code: &str) -> Result<()> {
    let mut objection = objection_raw(tx, id)?;
    let key = tx.keys().unwrap_data_key(&party::person(tx, objection.person)?.data_key)?;
    objection.further_code = key.encrypt("crews.further_code", code);
    tx.update(&mut objection)
}

/// Objections of a project, or of one crew of it, newest first; `open` leaves out what was answered. For whoever may see
/// the project, or the crew.
pub fn objections(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    crew: Option<CrewId>,
    open: bool,
    ask: &PageAsk,
) -> Result<Page<ObjectionView>> {
    match crew {
        Some(crew) if seen(tx, actor, crew)?.project == project => {}
        Some(crew) => return Err(Error::not_found("crew", crew)),
        None => {
            payroll::project(tx, actor, project)?;
        }
    }
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |t| t.parse::<ObjectionId>().map(|o| o.bytes()))?;
    let (book, more) = (project.book(), rows + 1);
    let found = match (crew, open) {
        (None, false) => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
            tx.select::<Objection>(tail, params![book, project, before, more])?
        }
        (None, true) => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 AND answered_at IS NULL ORDER BY id DESC LIMIT ?4";
            tx.select::<Objection>(tail, params![book, project, before, more])?
        }
        (Some(crew), false) => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 AND crew = ?4 ORDER BY id DESC LIMIT ?5";
            tx.select::<Objection>(tail, params![book, project, before, crew, more])?
        }
        (Some(crew), true) => {
            let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 AND crew = ?4 AND answered_at IS NULL \
                        ORDER BY id DESC LIMIT ?5";
            tx.select::<Objection>(tail, params![book, project, before, crew, more])?
        }
    };
    let page = Page::cut(found, rows, |o| o.id.to_string());
    let items = page.items.into_iter().map(|o| shown(tx, o)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

/// One objection, for the worker himself and for whoever may see the project or the crew.
pub fn objection(tx: &mut Tx<'_>, actor: &Actor, id: ObjectionId) -> Result<ObjectionView> {
    let found = objection_raw(tx, id)?;
    let missing = |_| Error::not_found("objection", id);
    if actor.person() == Some(found.person) {
        return shown_to_himself(tx, found);
    }
    match found.crew {
        Some(crew) => seen(tx, actor, crew).map(|_| ()).map_err(missing)?,
        None => payroll::project(tx, actor, found.project).map(|_| ()).map_err(missing)?,
    }
    shown(tx, found)
}

/// What he said, in the clear.
pub(crate) fn words_of(tx: &mut Tx<'_>, o: &Objection) -> Result<String> {
    if o.said.is_empty() {
        return Ok(String::new());
    }
    let key = tx.keys().unwrap_data_key(&party::person(tx, o.person)?.data_key)?;
    key.decrypt("crews.said", &o.said)
}

/// As [`shown`], with the code that is his alone.
pub(crate) fn shown_to_himself(tx: &mut Tx<'_>, o: Objection) -> Result<ObjectionView> {
    let complaint_code = if o.further_code.is_empty() {
        String::new()
    } else {
        let key = tx.keys().unwrap_data_key(&party::person(tx, o.person)?.data_key)?;
        key.decrypt("crews.further_code", &o.further_code)?
    };
    Ok(ObjectionView { complaint_code, ..shown(tx, o)? })
}

pub(crate) fn shown(tx: &mut Tx<'_>, o: Objection) -> Result<ObjectionView> {
    let line = payroll::line_raw(tx, o.line)?;
    let text = words_of(tx, &o)?;
    let answered_by = o.answered_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
    Ok(ObjectionView {
        objection: o.id,
        line: o.line,
        sheet: o.sheet,
        crew: o.crew,
        net: line.net(),
        worker: line.name_masked,
        identity: line.identity_masked,
        team: line.team,
        kind: o.kind,
        text,
        claimed: o.claimed_amount.map(Money::cny),
        claimed_half_days: o.claimed_half_days,
        made_at: o.made_at,
        answer: o.answer,
        may_go_further: o.may_go_further(tx.now()),
        answer_text: o.answer_text.unwrap_or_default(),
        answered_by,
        answered_at: o.answered_at,
        taken_further_at: o.taken_further_at,
        complaint_code: String::new(),
    })
}
