//! Counterfeit notes taken in (假币收缴), after PBoC Order 2019 No. 3: by two members of staff in front of the holder, stamped, against a
//! certificate with a number. A note is never given back but after an appraisal that found it genuine; it is not cash and
//! stands in no account. The holder may ask for the appraisal within three working days.
//!
//! ```text
//! kept aside (by a machine) ─▶ asked (first person) ─▶ seized (second person, certificate) ─▶ appealed ─▶ genuine | counterfeit
//! ```
use crate::entry::{self, EntryKind, NewEntry};
use crate::events::Event;
use crate::rules::rules;
use crate::{APPEAL_LATE, Notes, PIECES_MAX, SEIZURE_STATE, filled, others, reader};
use kernel::id::{BranchId, SeizureId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Audit, Json, Param, Seal, Tx, params};

store::text_enum! {
    pub enum SeizureState {
        KeptAside = "kept_aside",
        Asked = "asked",
        Seized = "seized",
        Appealed = "appealed",
        Genuine = "genuine",
        Counterfeit = "counterfeit",
    }
}

store::record! {
    /// Counterfeit notes of one face, taken from one holder.
    pub struct Seizure in "seizures" key 2 {
        pub book: BookId,
        pub id: SeizureId,
        /// The number of the certificate, given with the second person's word.
        pub certificate: Option<String>,
        pub date: Date,
        /// Minor units.
        pub face: i64,
        pub currency: Currency,
        pub pieces: i64,
        /// The numbers on the notes (冠字号码).
        pub serials: Json<Vec<String>>,
        /// `counter`, or the machine that kept them aside.
        pub source: String,
        /// Who brought them, as people may read it: a masked name or account number.
        pub holder: String,
        pub state: SeizureState,
        pub first_by: Option<String>,
        pub first_at: Option<Timestamp>,
        pub second_by: Option<String>,
        pub second_at: Option<Timestamp>,
        /// The last day on which an appraisal can be asked for.
        pub appeal_until: Option<Date>,
        pub appealed_at: Option<Timestamp>,
        pub appraised_by: Option<String>,
        pub appraised_at: Option<Timestamp>,
        /// Number of the appraisal (货币真伪鉴定书).
        pub appraisal: String,
    }
}

impl Seizure {
    pub fn face(&self) -> Money {
        Money::new(self.face, self.currency)
    }
}

/// Notes the first person takes for counterfeit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeizureAsk {
    pub face: Money,
    pub serials: Vec<String>,
    /// Masked.
    pub holder: String,
    /// What a machine kept aside and the two now look at.
    #[serde(default)]
    pub kept_aside: Option<SeizureId>,
}

/// What the appraisal found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appraisal {
    /// It is given back to the holder.
    Genuine,
    Counterfeit,
}

fn locked(tx: &mut Tx<'_>, id: SeizureId) -> Result<Seizure> {
    let key = [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())];
    tx.load::<Seizure>(&key)?.ok_or_else(|| Error::not_found("seizure", id))
}

fn in_state(s: &Seizure, wanted: SeizureState) -> Result<()> {
    match s.state == wanted {
        true => Ok(()),
        false => Err(Error::new(&SEIZURE_STATE, format!("{} is {}", s.id, s.state)).with("state", s.state)),
    }
}

/// A teller or a keeper of the branch.
fn handles(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<()> {
    let scope = Scope::branch(branch);
    match party::may(tx, actor, Permission::TillOperate, &scope) {
        Ok(_) => Ok(()),
        Err(_) => party::may(tx, actor, Permission::VaultKeep, &scope).map(|_| ()),
    }
}

fn blank(tx: &mut Tx<'_>, book: BookId, face: Money, pieces: i64, source: &str, holder: &str) -> Result<Seizure> {
    Ok(Seizure {
        book,
        id: SeizureId::new(tx.now(), book),
        certificate: None,
        date: tx.business_date()?,
        face: face.minor,
        currency: face.currency,
        pieces,
        serials: Json(Vec::new()),
        source: source.into(),
        holder: holder.into(),
        state: SeizureState::KeptAside,
        first_by: None,
        first_at: None,
        second_by: None,
        second_at: None,
        appeal_until: None,
        appealed_at: None,
        appraised_by: None,
        appraised_at: None,
        appraisal: String::new(),
        seal: Seal::default(),
    })
}

/// What a machine kept aside: two members of staff look at it when the machine is opened.
pub(crate) fn keep_aside(tx: &mut Tx<'_>, book: BookId, notes: &Notes, machine: &str, holder: &str) -> Result<()> {
    for (face, pieces) in notes.iter() {
        let mut row = blank(tx, book, Money::new(face, notes.currency()), pieces, machine, holder)?;
        tx.insert(&mut row)?;
    }
    Ok(())
}

/// The first person takes notes for counterfeit, at the counter or out of a machine.
pub fn seizure_ask(tx: &mut Tx<'_>, actor: &Actor, ask: &SeizureAsk) -> Result<Seizure> {
    let branch = actor.branch.ok_or_else(|| Error::forbidden("notes are seized at a branch"))?;
    handles(tx, actor, branch)?;
    others(actor, &[])?;
    let pieces = ask.serials.len() as i64;
    if !(1..=PIECES_MAX.min(100)).contains(&pieces) {
        return Err(Error::limit("serials", pieces, 100, "notes"));
    }
    let serials: Result<Vec<String>> = ask.serials.iter().map(|s| filled("serials", s)).collect();
    Notes::of(ask.face.currency, &[(ask.face.minor, pieces)])?;
    let mut row = match ask.kept_aside {
        None => blank(tx, branch.book(), ask.face, pieces, "counter", &filled("holder", &ask.holder)?)?,
        Some(id) => locked(tx, id)?,
    };
    in_state(&row, SeizureState::KeptAside)?;
    if (row.face(), row.pieces, row.book) != (ask.face, pieces, branch.book()) {
        return Err(Error::field("serials", format!("the machine kept {} of {} aside", row.pieces, row.face())));
    }
    row.serials = Json(serials?);
    (row.state, row.first_by, row.first_at) = (SeizureState::Asked, Some(actor.principal()), Some(tx.now()));
    match ask.kept_aside {
        None => tx.insert(&mut row)?,
        Some(_) => tx.update(&mut row)?,
    }
    tx.audit(actor, Audit::of("till.seizure_ask", row.id).after(format!("{pieces} of {}", ask.face)))?;
    Ok(row)
}

/// The second person finds the same: the certificate gets its number and the note is gone for the holder. `works` says whether a
/// day is a working day.
pub fn seizure_confirm(tx: &mut Tx<'_>, actor: &Actor, id: SeizureId, works: &dyn Fn(Date) -> bool) -> Result<Seizure> {
    let mut row = locked(tx, id)?;
    let branch = party::branch_of(tx, row.book)?;
    handles(tx, actor, branch.id)?;
    if row.state == SeizureState::Seized && row.second_by == Some(actor.principal()) {
        return Ok(row);
    }
    in_state(&row, SeizureState::Asked)?;
    others(actor, &[row.first_by.as_deref()])?;
    let today = tx.business_date()?;
    let sql = "SELECT count(*) FROM seizures WHERE book = ?1 AND certificate IS NOT NULL";
    let before = tx.query_one(sql, params![row.book], |r| r.get::<i64>(0))?.unwrap_or(0);
    row.certificate = Some(format!("{}-{}-{:05}", branch.code, today.year(), before + 1));
    row.appeal_until = Some(working_days_after(today, rules().seizure.appeal_working_days, works));
    (row.state, row.second_by, row.second_at) = (SeizureState::Seized, Some(actor.principal()), Some(tx.now()));
    row.date = today;
    tx.update(&mut row)?;
    let object = row.certificate.clone().unwrap_or_default();
    let first = row.first_by.as_deref().and_then(party::principal).map(Actor::of);
    if let Some(first) = first {
        let amount = Money::new(row.face * row.pieces, row.currency);
        entry::note(tx, &first, NewEntry { object: &object, ..NewEntry::plain(EntryKind::Seizure, amount) })?;
    }
    tx.audit(actor, Audit::of("till.seizure_confirm", id).after(object))?;
    tx.emit(&Event::NoteSeized { seizure: id, face: row.face() }, &actor.correlation)?;
    Ok(row)
}

/// The last of so many working days after `day`.
pub(crate) fn working_days_after(day: Date, days: u32, works: &dyn Fn(Date) -> bool) -> Date {
    let later = (1..=i64::from(days) * 30 + 30).map(|n| day.plus_days(n)).filter(|d| works(*d));
    later.take(days as usize).last().unwrap_or(day.plus_days(i64::from(days)))
}

/// The holder asks for an appraisal. `Err(APPEAL_LATE)` after the last day.
pub fn seizure_appeal(tx: &mut Tx<'_>, actor: &Actor, id: SeizureId) -> Result<Seizure> {
    let mut row = locked(tx, id)?;
    let branch = party::branch_of(tx, row.book)?.id;
    handles(tx, actor, branch)?;
    if row.state == SeizureState::Appealed {
        return Ok(row);
    }
    in_state(&row, SeizureState::Seized)?;
    let today = tx.business_date()?;
    if let Some(last) = row.appeal_until.filter(|last| today > *last) {
        return Err(
            Error::new(&APPEAL_LATE, format!("an appraisal could be asked for until {last}")).with("until", last)
        );
    }
    (row.state, row.appealed_at) = (SeizureState::Appealed, Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("till.seizure_appeal", id))?;
    Ok(row)
}

/// What the appraisal found, with its number. Needs `vault.keep`, and somebody other than the two who seized it.
pub fn seizure_appraise(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SeizureId,
    found: Appraisal,
    document: &str,
) -> Result<Seizure> {
    let mut row = locked(tx, id)?;
    let branch = party::branch_of(tx, row.book)?.id;
    crate::keeper(tx, actor, branch)?;
    in_state(&row, SeizureState::Appealed)?;
    others(actor, &[row.first_by.as_deref(), row.second_by.as_deref()])?;
    row.state = match found {
        Appraisal::Genuine => SeizureState::Genuine,
        Appraisal::Counterfeit => SeizureState::Counterfeit,
    };
    row.appraisal = filled("appraisal", document)?;
    (row.appraised_by, row.appraised_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("till.seizure_appraise", id).after(row.state.code()).reason(row.appraisal.clone()))?;
    Ok(row)
}

/// One seizure, for whoever may look at the cash of its branch.
pub fn seizure(tx: &mut Tx<'_>, actor: &Actor, id: SeizureId) -> Result<Seizure> {
    let none = || Error::not_found("seizure", id);
    let found = tx.get::<Seizure>(&[Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())])?.ok_or_else(none)?;
    let branch = party::branch_of(tx, found.book)?.id;
    reader(tx, actor, branch).map_err(|_| none())?;
    Ok(found)
}

/// Seizures of a branch, newest first.
pub fn seizures(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, ask: &PageAsk) -> Result<Page<Seizure>> {
    reader(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<SeizureId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = "WHERE book = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let found = tx.select::<Seizure>(tail, params![branch.book(), before, rows + 1])?;
    Ok(Page::cut(found, rows, |s| s.id.to_string()))
}
