//! A complaint: a worker says what is wrong and need not say who he is. He keeps a code, which shows how far it is.
//!
//! The code is 12 signs of base 32 (60 bits), kept as a keyed hash alone; looking for one costs the same whether there is one or not, and
//! a code that does not exist answers as one that is mistyped. Words and telephone number are encrypted. The bureau of the region
//! handles it; the bank sees that there is one, and its words only when it becomes a case. A site about which one is open does not end.
use crate::bureau::{Bureau, after_region, bureaus_over, is_region, my_bureau, prefix};
use crate::case_line::{CaseNew, Owed};
use crate::events::Event;
use crate::summary::region_of;
use crate::{
    BAD_REGION, COMPLAINT_CHARS_MAX, COMPLAINT_FILES_MAX, COMPLAINT_NO_PROJECT, COMPLAINT_STATE,
    COMPLAINT_WORKER_UNKNOWN, NO_SUCH_CODE, filled, text,
};
use kernel::id::{ArrearsCaseId, BureauId, ComplaintId, PaySheetId, ProjectId};
use kernel::{Actor, BookId, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission};
use payroll::Period;
use serde::{Deserialize, Serialize};
use store::{Audit, Json, KeyRing, Seal, Tx, params};
use worksite::end::COMPLAINT;

const WORDS: &str = "complaint.words";
const PHONE: &str = "complaint.phone";
/// The reference of the one block by which all open complaints about a site hold it.
const HELD: &str = "open";
/// Signs of a code, without the hyphens it is shown with.
pub const CODE_SIGNS: usize = 12;
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

store::text_enum! {
    /// How far a complaint is.
    pub enum ComplaintState {
        Received = "received",
        /// The bureau took it.
        Accepted = "accepted",
        Handling = "handling",
        /// Ended, with an answer in plain words.
        Closed = "closed",
    }
}

/// A file that came with it, kept encrypted under its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub name: String,
    /// Hexadecimal.
    pub hash: String,
}

store::record! {
    /// A complaint.
    pub struct Complaint in "arrears_complaints" key 2 {
        pub book: BookId,
        pub id: ComplaintId,
        pub code_index: Vec<u8>,
        pub region: String,
        /// When the worker named it, or came from its notice board.
        pub project: Option<ProjectId>,
        /// The site in his words.
        pub place: String,
        pub words: Vec<u8>,
        /// Empty when he gave none.
        pub phone: Vec<u8>,
        pub files: Json<Vec<Attached>>,
        pub channel: String,
        pub received_at: Timestamp,
        pub state: ComplaintState,
        pub bureau: Option<BureauId>,
        pub accepted_by: Option<String>,
        pub accepted_at: Option<Timestamp>,
        pub handled_by: Option<String>,
        pub handled_at: Option<Timestamp>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
        /// What the worker reads.
        pub answer: String,
        pub case_id: Option<ArrearsCaseId>,
    }
}

/// What a worker writes. A project, or a region and a place.
#[derive(Clone, Debug, Default)]
pub struct ComplaintNew {
    pub project: Option<ProjectId>,
    pub region: String,
    pub place: String,
    pub words: String,
    /// Optional: mainland mobile or fixed line, digits.
    pub phone: String,
    /// Name and bytes; at most [`COMPLAINT_FILES_MAX`].
    pub files: Vec<(String, Vec<u8>)>,
}

/// What the one who has the code sees.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    pub received_at: Timestamp,
    pub state: ComplaintState,
    /// The bureau that handles it; empty while it is not known.
    pub bureau: String,
    pub hotline: String,
    pub accepted_at: Option<Timestamp>,
    pub handled_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub answer: String,
}

/// What the bureau reads.
#[derive(Clone, Debug, Serialize)]
pub struct ComplaintRead {
    pub complaint: ComplaintId,
    pub region: String,
    pub project: Option<ProjectId>,
    pub place: String,
    pub words: String,
    /// Masked unless it was asked for.
    pub phone: String,
    pub files: Vec<Attached>,
    pub received_at: Timestamp,
    pub state: ComplaintState,
    pub answer: String,
    pub case_id: Option<ArrearsCaseId>,
}

/// The code as it is compared: half-width capital letters and digits; letters that look like digits are those.
pub fn plain_code(given: &str) -> String {
    let signs = kernel::chinese::half_width(given).to_ascii_uppercase();
    let sign = |c: char| match c {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c if c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    };
    signs.chars().filter_map(sign).take(CODE_SIGNS + 1).collect()
}

/// `ABCD-EFGH-JKMN`.
pub fn shown_code(code: &str) -> String {
    let signs: Vec<char> = code.chars().collect();
    signs.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn new_code(keys: &KeyRing, id: ComplaintId) -> String {
    let token = keys.token("complaint.code", &id.bytes());
    token[..CODE_SIGNS].iter().map(|b| SIGNS[usize::from(b & 31)] as char).collect()
}

fn index(keys: &KeyRing, code: &str) -> Vec<u8> {
    keys.index("complaint.code", code)
}

fn checked_words(given: &str) -> Result<String> {
    let words = given.trim();
    match words.chars().count() {
        0 => Err(Error::field("words", "say in a few words what is wrong")),
        n if n > COMPLAINT_CHARS_MAX => Err(Error::limit("words", n, COMPLAINT_CHARS_MAX, "characters")),
        _ => Ok(words.to_owned()),
    }
}

fn checked_phone(given: &str) -> Result<String> {
    let digits: String = kernel::chinese::half_width(given).chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    match digits.is_empty() || (5..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(digits),
        false => Err(Error::field("phone", "5 to 12 digits, or nothing")),
    }
}

/// Takes a complaint; answers its id and the code, which is shown once. Anybody may. The caller limits how often.
/// Errors: `bad_region`, field errors, limits of files.
pub fn complain(tx: &mut Tx<'_>, actor: &Actor, new: &ComplaintNew) -> Result<(ComplaintId, String)> {
    let region = match new.project {
        Some(project) => region_of(tx, project)?,
        None => kernel::chinese::half_width(new.region.trim()),
    };
    if new.project.is_none() && !is_region(&region) {
        return Err(Error::new(&BAD_REGION, format!("{:?} is no region code", new.region)).with("given", &new.region));
    }
    if new.files.len() > COMPLAINT_FILES_MAX {
        return Err(Error::limit("files", new.files.len(), COMPLAINT_FILES_MAX, "files"));
    }
    let place = match new.project {
        Some(project) => payroll::project_raw(tx, project)?.name,
        None => filled("place", &new.place)?,
    };
    let (words, phone) = (checked_words(&new.words)?, checked_phone(&new.phone)?);
    let book = BookId::HEAD_OFFICE;
    let id = ComplaintId::new(tx.now(), book);
    let files = new.files.iter().map(|(name, bytes)| attach(tx, book, name, bytes)).collect::<Result<Vec<_>>>()?;
    let code = new_code(tx.keys(), id);
    let mut row = Complaint {
        book,
        id,
        code_index: index(tx.keys(), &code),
        region,
        project: new.project,
        place,
        words: tx.keys().encrypt_own(WORDS, words.as_bytes()),
        phone: if phone.is_empty() { Vec::new() } else { tx.keys().encrypt_own(PHONE, phone.as_bytes()) },
        files: Json(files),
        channel: actor.channel.code().into(),
        received_at: tx.now(),
        state: ComplaintState::Received,
        bureau: None,
        accepted_by: None,
        accepted_at: None,
        handled_by: None,
        handled_at: None,
        closed_by: None,
        closed_at: None,
        answer: String::new(),
        case_id: None,
        seal: Seal::default(),
    };
    row.bureau = bureaus_over(tx, &row.region)?.first().map(|b| b.id);
    tx.insert(&mut row)?;
    hold(tx, &row)?;
    tx.audit(&Actor { channel: actor.channel, ..Actor::nobody() }, Audit::of("arrears.complain", id))?;
    tx.emit(&Event::of_complaint(&row), "")?;
    Ok((id, shown_code(&code)))
}

/// While a complaint about a site is open, the site does not end: one block holds it for all of them.
fn hold(tx: &mut Tx<'_>, c: &Complaint) -> Result<()> {
    let Some(project) = c.project else { return Ok(()) };
    let by = crate::system();
    worksite::end::block(tx, &by, project, COMPLAINT, HELD, "a complaint about wages is open").map(|_| ())
}

/// The last open complaint about a site lets it go.
fn let_go(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<()> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state <> 'closed' LIMIT 1";
    match tx.select::<Complaint>(tail, params![project.book(), project])?.is_empty() {
        true => worksite::end::unblock(tx, actor, project, COMPLAINT, HELD, "the bureau has answered").map(|_| ()),
        false => Ok(()),
    }
}

fn attach(tx: &mut Tx<'_>, book: BookId, name: &str, bytes: &[u8]) -> Result<Attached> {
    crate::check_file(bytes)?;
    let hash = payroll::file_hash(bytes);
    payroll::keep_file(tx, book, &hash, bytes)?;
    Ok(Attached { name: text("file", name)?, hash: crate::hex(&hash) })
}

/// How far a complaint is, for whoever has its code. Errors: `complaint_code_unknown`.
pub fn progress(tx: &mut Tx<'_>, code: &str) -> Result<Progress> {
    let index = index(tx.keys(), &plain_code(code));
    let found = tx.select::<Complaint>("WHERE code_index = ?1", params![index])?.pop();
    let Some(c) = found else { return Err(Error::new(&NO_SUCH_CODE, "no complaint has this code")) };
    let bureau = c.bureau.map(|b| crate::bureau::bureau_raw(tx, b)).transpose()?;
    let (bureau, hotline) = bureau.map_or_else(Default::default, |b| (b.name, b.hotline));
    Ok(Progress {
        received_at: c.received_at,
        state: c.state,
        bureau,
        hotline,
        accepted_at: c.accepted_at,
        handled_at: c.handled_at,
        closed_at: c.closed_at,
        answer: c.answer,
    })
}

fn seen(tx: &mut Tx<'_>, actor: &Actor, permission: Permission, id: ComplaintId) -> Result<(Bureau, Complaint)> {
    let bureau = my_bureau(tx, actor, permission)?;
    let missing = || Error::not_found("complaint", id);
    let c = tx.load::<Complaint>(params![id.book(), id])?.ok_or_else(missing)?;
    bureau.sees(&c.region, "complaint", id)?;
    Ok((bureau, c))
}

fn opened(tx: &Tx<'_>, c: &Complaint, whole_phone: bool) -> Result<ComplaintRead> {
    let plain = |field, sealed: &[u8]| -> Result<String> {
        let bytes = tx.keys().decrypt_own(field, sealed)?;
        String::from_utf8(bytes.to_vec()).map_err(|e| Error::broken("a complaint is no text").caused_by(e))
    };
    let phone = if c.phone.is_empty() { String::new() } else { plain(PHONE, &c.phone)? };
    Ok(ComplaintRead {
        complaint: c.id,
        region: c.region.clone(),
        project: c.project,
        place: c.place.clone(),
        words: plain(WORDS, &c.words)?,
        phone: if whole_phone { phone } else { kernel::chinese::mask_phone(&phone) },
        files: c.files.0.clone(),
        received_at: c.received_at,
        state: c.state,
        answer: c.answer.clone(),
        case_id: c.case_id,
    })
}

/// A complaint of the bureau's region, the telephone number masked. Needs `bureau.read`.
pub fn complaint(tx: &mut Tx<'_>, actor: &Actor, id: ComplaintId) -> Result<ComplaintRead> {
    let (_, c) = seen(tx, actor, Permission::BureauRead, id)?;
    opened(tx, &c, false)
}

/// The same with the whole telephone number; the look is written down. Needs `bureau.act`.
pub fn complaint_reveal(tx: &mut Tx<'_>, actor: &Actor, id: ComplaintId, why: &str) -> Result<ComplaintRead> {
    let (_, c) = seen(tx, actor, Permission::BureauAct, id)?;
    tx.audit(actor, Audit::of("arrears.complaint_reveal", id).reason(party::reason(why)?))?;
    opened(tx, &c, true)
}

/// A file of a complaint: its name and bytes. Needs `bureau.read`.
pub fn complaint_file(tx: &mut Tx<'_>, actor: &Actor, id: ComplaintId, number: usize) -> Result<(String, Vec<u8>)> {
    let (_, c) = seen(tx, actor, Permission::BureauRead, id)?;
    let file = c.files.0.get(number).ok_or_else(|| Error::not_found("file", number))?;
    Ok((file.name.clone(), payroll::read_file(tx, c.book, &crate::unhex(&file.hash)?)?))
}

/// The complaints of a bureau's region, newest first. Needs `bureau.read`.
pub fn complaints(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<ComplaintRead>> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |t| t.parse::<ComplaintId>().map(|c| c.bytes()))?;
    let tail = "WHERE region >= ?1 AND region < ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let (from, to) = (prefix(&bureau.region).to_owned(), after_region(&bureau.region));
    let found = tx.select::<Complaint>(tail, params![from, to, before, rows + 1])?;
    let page = Page::cut(found, rows, |c| c.id.to_string());
    let items = page.items.iter().map(|c| opened(tx, c, false)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

/// The next state of a complaint, in order; closing says an answer in plain words. By the bureau (`bureau.act`).
/// Errors: `complaint_state`.
pub fn complaint_move(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ComplaintId,
    to: ComplaintState,
    answer: &str,
) -> Result<Change> {
    let (bureau, mut c) = seen(tx, actor, Permission::BureauAct, id)?;
    let answer = match to {
        ComplaintState::Closed => filled("answer", answer)?,
        _ => text("answer", answer)?,
    };
    if !c.step(to, &answer)? {
        return Ok(Change::AlreadySo);
    }
    let (by, at) = (Some(actor.principal()), Some(tx.now()));
    match to {
        ComplaintState::Accepted => (c.accepted_by, c.accepted_at, c.bureau) = (by, at, Some(bureau.id)),
        ComplaintState::Handling => (c.handled_by, c.handled_at) = (by, at),
        _ => (c.closed_by, c.closed_at) = (by, at),
    }
    tx.update(&mut c)?;
    if let Some(project) = c.project.filter(|_| to == ComplaintState::Closed) {
        let_go(tx, actor, project)?;
    }
    tx.audit(actor, Audit::of("arrears.complaint_move", id).after(to.code()).reason(answer))?;
    tx.emit(&Event::of_complaint(&c), &actor.correlation)?;
    Ok(Change::Done)
}

impl Complaint {
    /// Whether it moves; the order is received, accepted, handling, closed, and each may be closed at once.
    pub(crate) fn step(&mut self, to: ComplaintState, answer: &str) -> Result<bool> {
        use ComplaintState::*;
        let fits = match (self.state, to) {
            (was, to) if was == to && self.answer == answer => return Ok(false),
            (Received, Accepted) | (Accepted, Handling) => true,
            (Received | Accepted | Handling, Closed) => true,
            _ => false,
        };
        if !fits {
            let told = format!("a complaint that is {} does not become {to}", self.state);
            return Err(Error::new(&COMPLAINT_STATE, told).with("state", self.state).with("to", to));
        }
        self.state = to;
        if !answer.is_empty() {
            self.answer = answer.into();
        }
        Ok(true)
    }
}

/// What the bureau makes a case of.
#[derive(Clone, Debug, Default)]
pub struct ComplaintCase {
    /// Where the complaint names a place in words only.
    pub project: Option<ProjectId>,
    pub about: String,
    pub sheets: Vec<PaySheetId>,
    /// Workers by their identity number, each with a month and what he is owed.
    pub workers: Vec<(String, Period, Money)>,
}

/// Makes a complaint a case of arrears, by the bureau of its region (`bureau.act`). One that is a case already answers that case.
/// Errors: `complaint_state` when it was answered, `complaint_no_project`, `complaint_worker_unknown`, those of [`crate::case_open`].
pub fn complaint_case(tx: &mut Tx<'_>, actor: &Actor, id: ComplaintId, new: &ComplaintCase) -> Result<ArrearsCaseId> {
    let (_, mut c) = seen(tx, actor, Permission::BureauAct, id)?;
    if let Some(known) = c.case_id {
        return Ok(known);
    }
    if c.state == ComplaintState::Closed {
        return Err(Error::new(&COMPLAINT_STATE, "it was answered").with("state", c.state));
    }
    let named = c.project.or(new.project);
    let project = named.ok_or_else(|| Error::new(&COMPLAINT_NO_PROJECT, "it names no project of this bank"))?;
    let mut lines = Vec::with_capacity(new.workers.len());
    for (identity, period, amount) in &new.workers {
        let found = payroll::worker_by_identity(tx, project, identity)?;
        let unknown = || Error::new(&COMPLAINT_WORKER_UNKNOWN, "nobody of this project has the identity number");
        lines.push(Owed { worker: found.ok_or_else(unknown)?, period: *period, amount: *amount });
    }
    let (about, sheets, complaint) = (new.about.clone(), new.sheets.clone(), Some(id));
    let case = crate::case_open(tx, actor, &CaseNew { about, sheets, lines, complaint, ..CaseNew::of(project) })?;
    if c.project.is_none() {
        c = tx.load::<Complaint>(params![id.book(), id])?.ok_or_else(|| Error::not_found("complaint", id))?;
        c.project = Some(project);
        tx.update(&mut c)?;
        hold(tx, &c)?;
    }
    Ok(case)
}

/// A complaint belongs to a case now. The bureau whose region it is (`bureau.act`).
pub(crate) fn complaint_to_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ComplaintId,
    case: ArrearsCaseId,
) -> Result<Complaint> {
    let (_, mut c) = seen(tx, actor, Permission::BureauAct, id)?;
    c.case_id = Some(case);
    tx.update(&mut c)?;
    Ok(c)
}

/// Puts the encrypted fields under the newest key; answers whether anything changed.
pub fn renew(keys: &KeyRing, row: &mut Complaint) -> Result<bool> {
    let newest = keys.version().to_be_bytes();
    let mut changed = false;
    for (field, sealed) in [(WORDS, &mut row.words), (PHONE, &mut row.phone)] {
        if !sealed.is_empty() && !sealed.starts_with(&newest) {
            *sealed = keys.encrypt_own(field, &keys.decrypt_own(field, sealed)?);
            changed = true;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written_by_hand() {
        assert_eq!(plain_code(" abcd-efgh-jkmn "), "ABCDEFGHJKMN");
        assert_eq!(plain_code("ＯＩＬ0"), "0110");
        assert_eq!(shown_code("ABCDEFGHJKMN"), "ABCD-EFGH-JKMN");
        assert!(plain_code(&"A".repeat(500)).len() <= CODE_SIGNS + 1);
    }
}
