//! The worker's word on his own line (Decree 724, art. 31): he sees it before it is paid, and signs it.
//!
//! A signature is bound to what he was shown: [`line_hash`] covers worker, period, days, every part and the sums. He signs by
//! himself on his phone, at a machine or in the elder edition; whoever cannot signs on paper (see `paper`).
use crate::course::{self, Course};
use crate::month::{MONTH_DAYS, months_of};
use crate::object::{Objection, objection_of_line, shown_to_himself};
use crate::{LINE_CHANGED, NOT_ASKED, OBJECTION_OPEN, SHEET_ENDED};
use kernel::id::{PayLineId, PaySheetId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Channel, Error, Id, Money, Page, PageAsk, Result, Timestamp, Who};
use party::Change;
use payroll::{Item, Kind, LineState, PayLine, PaySheet, Period, SheetState};
use store::{Audit, Seal, Tx, params};

store::record! {
    /// That a worker agreed to a line.
    pub struct Signature in "crews_signatures" key 2 {
        pub book: BookId,
        pub line: PayLineId,
        pub sheet: PaySheetId,
        /// The line's number on its sheet.
        pub number: i64,
        pub worker: WorkerId,
        pub person: PersonId,
        /// [`line_hash`] of what was shown.
        pub line_hash: [u8; 32],
        pub channel: Channel,
        /// The worker himself, or the clerk who sent the paper.
        pub signed_by: String,
        pub signed_at: Timestamp,
        /// The scan it stands on.
        pub paper: Option<Vec<u8>>,
        /// Who compared the paper with the lines.
        pub checked_by: Option<String>,
        pub checked_at: Option<Timestamp>,
    }
}

impl Signature {
    /// By himself, or on paper that was checked.
    pub fn holds(&self) -> bool {
        self.paper.is_none() || self.checked_at.is_some()
    }
}

/// What a signature is bound to.
pub fn line_hash(line: &PayLine) -> [u8; 32] {
    let mut h = store::hasher();
    h.update(&line.id.bytes()).update(&line.worker.bytes()).update(line.period.to_string().as_bytes());
    h.update(line.kind.code().as_bytes()).update(&[line.kind_number]);
    for n in [line.days.unwrap_or(-1), line.hours.unwrap_or(-1), line.due, line.deductions, line.net] {
        h.update(&n.to_le_bytes());
    }
    for item in &line.items.0 {
        for text in [&item.key, &item.label] {
            h.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        h.update(&[u8::from(item.deduction)]).update(&item.amount.to_le_bytes());
    }
    *h.finalize().as_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

store::text_enum! {
    /// What a worker has said of a line.
    pub enum Word {
        /// Nothing yet.
        Waiting = "waiting",
        Signed = "signed",
        /// On paper that nobody has compared yet.
        PaperWaits = "paper_waits",
        OnPaper = "on_paper",
        Objected = "objected",
        Answered = "answered",
    }
}

/// What a line's signature and objection come to: what was said last. A signature on other content says nothing.
pub(crate) fn word(hash: &[u8; 32], signature: Option<&Signature>, objection: Option<&Objection>) -> Word {
    let signature = signature.filter(|s| s.line_hash == *hash);
    match (signature, objection) {
        (Some(s), Some(o)) if s.holds() && !o.is_after(s) => held(s),
        (_, Some(o)) if o.answered_at.is_some() => Word::Answered,
        (_, Some(_)) => Word::Objected,
        (Some(s), None) => held(s),
        (None, None) => Word::Waiting,
    }
}

fn held(signature: &Signature) -> Word {
    match (&signature.paper, signature.checked_at) {
        (None, _) => Word::Signed,
        (Some(_), Some(_)) => Word::OnPaper,
        (Some(_), None) => Word::PaperWaits,
    }
}

/// A worker's own line as he is shown it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MyLine {
    pub line: PayLineId,
    pub project_name: String,
    /// The subcontractor or contractor he works for.
    pub employer: String,
    /// The firm from whose wage account it is paid.
    pub payer: String,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub team: String,
    /// Hundredths of a day on the sheet.
    pub days: Option<i64>,
    pub hours: Option<i64>,
    pub items: Vec<Item>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    /// Half days that the site wrote down for him; `None` when it wrote none down.
    pub attended_half_days: Option<i64>,
    /// Half hours of day 1 to 31; empty when only their number is known.
    pub attended: Vec<u8>,
    /// What his signature is bound to.
    pub hash: String,
    pub word: Word,
    pub signed_at: Option<Timestamp>,
    pub objection: Option<crate::object::ObjectionView>,
    /// He may sign or object now.
    pub open: bool,
    pub state: LineState,
    pub paid_at: Option<Timestamp>,
}

/// The person himself, not for a firm.
pub(crate) fn himself(actor: &Actor) -> Result<PersonId> {
    match actor.who {
        Who::Person(person) => Ok(person),
        _ => Err(Error::forbidden("a worker signs for himself")),
    }
}

/// The actor's own line of a sheet under site rules, with its sheet and its way. Another's is not found.
pub(crate) fn own_line(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId) -> Result<(PayLine, PaySheet, Course)> {
    let person = himself(actor)?;
    let missing = || Error::not_found("pay line", id);
    let line = payroll::line_raw(tx, id)?;
    if line.person != person {
        return Err(missing());
    }
    let sheet = payroll::sheet_raw(tx, line.sheet)?;
    let course = course::course(tx, line.sheet)?.ok_or_else(missing)?;
    Ok((line, sheet, course))
}

/// Before the run began.
pub(crate) fn is_open(state: SheetState) -> bool {
    use SheetState::{Checked, Drafted, SentBack, Submitted};
    matches!(state, Drafted | Submitted | SentBack | Checked)
}

pub(crate) fn need_open(sheet: &PaySheet, course: &Course) -> Result<()> {
    if !is_open(sheet.state) {
        return Err(Error::new(&SHEET_ENDED, format!("the pay sheet is {}", sheet.state)).with("state", sheet.state));
    }
    match course.asked_at {
        Some(_) => Ok(()),
        None => Err(Error::new(&NOT_ASKED, "the sheet is still being written")),
    }
}

/// The worker signs his own line as `shown_hash` says he saw it. Signing again is already so, unless he objected since and was
/// answered. Errors: `line_changed`, `sheet_ended`, `objection_open`.
pub fn sign(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId, shown_hash: &str) -> Result<Change> {
    let (line, sheet, course) = own_line(tx, actor, id)?;
    let hash = line_hash(&line);
    if hex(&hash) != shown_hash {
        return Err(Error::new(&LINE_CHANGED, "the line is not as it was shown"));
    }
    let (known, objection) = (signature_of(tx, id)?, objection_of_line(tx, id)?);
    let objected_since = |s: &Signature| objection.as_ref().is_some_and(|o| o.is_after(s));
    if known.as_ref().is_some_and(|s| s.line_hash == hash && s.paper.is_none() && !objected_since(s)) {
        return Ok(Change::AlreadySo);
    }
    need_open(&sheet, &course)?;
    if objection.is_some_and(|o| o.answered_at.is_none()) {
        return Err(Error::new(&OBJECTION_OPEN, "he objected to this line and waits for an answer"));
    }
    let made = signature(actor, tx.now(), &line, hash, None);
    put(tx, known, made)?;
    tx.audit(actor, Audit::of("crews.sign", id).after(hex(&hash)))?;
    Ok(Change::Done)
}

pub(crate) fn signature(
    actor: &Actor,
    at: Timestamp,
    line: &PayLine,
    line_hash: [u8; 32],
    paper: Option<Vec<u8>>,
) -> Signature {
    Signature {
        book: line.book,
        line: line.id,
        sheet: line.sheet,
        number: line.number,
        worker: line.worker,
        person: line.person,
        line_hash,
        channel: actor.channel,
        signed_by: actor.principal(),
        signed_at: at,
        paper,
        checked_by: None,
        checked_at: None,
        seal: Seal::default(),
    }
}

/// Writes a signature in the place of the one there was.
pub(crate) fn put(tx: &mut Tx<'_>, known: Option<Signature>, mut made: Signature) -> Result<()> {
    match known {
        Some(old) => {
            made.seal = old.seal;
            tx.update(&mut made)
        }
        None => tx.insert(&mut made),
    }
}

/// The signature of a line, on whatever content, with no permission asked: for domain code. Compare its `line_hash` with
/// [`line_hash`] and ask whether it [holds](Signature::holds).
pub fn signature_of(tx: &mut Tx<'_>, line: PayLineId) -> Result<Option<Signature>> {
    tx.load::<Signature>(params![line.book(), line])
}

/// The actor's own lines of sheets under site rules whose workers were asked, newest first. A page may hold fewer than asked
/// for and still have a next one.
pub fn my_lines(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<MyLine>> {
    let person = himself(actor)?;
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map(str::parse::<PayLineId>).transpose()?;
    let found = payroll::lines_of_person(tx, person, before, rows + 1)?;
    let page = Page::cut(found, rows, |l| l.id.to_string());
    let mut items = Vec::new();
    for line in page.items {
        if course::course(tx, line.sheet)?.is_some_and(|c| c.asked_at.is_some()) {
            let sheet = payroll::sheet_raw(tx, line.sheet)?;
            if sheet.state != SheetState::Cancelled {
                items.push(mine(tx, line, &sheet)?);
            }
        }
    }
    Ok(Page { items, next: page.next })
}

/// How many of the actor's newest 50 lines wait for his word.
pub fn waiting_for_me(tx: &mut Tx<'_>, actor: &Actor) -> Result<usize> {
    Ok(my_lines(tx, actor, &PageAsk::first(50))?.items.iter().filter(|l| l.open && l.word == Word::Waiting).count())
}

/// One of the actor's own lines.
pub fn my_line(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId) -> Result<MyLine> {
    let (line, sheet, _) = own_line(tx, actor, id)?;
    mine(tx, line, &sheet)
}

fn mine(tx: &mut Tx<'_>, line: PayLine, sheet: &PaySheet) -> Result<MyLine> {
    let project = payroll::project_raw(tx, line.project)?;
    let (signature, objection) = (signature_of(tx, line.id)?, objection_of_line(tx, line.id)?);
    let hash = line_hash(&line);
    let month = months_of(tx, line.project, line.period, std::iter::once(line.worker))?.remove(&line.worker);
    let attended = month.as_ref().filter(|m| m.has_days()).map_or_else(Vec::new, |m| m.days[..MONTH_DAYS].to_vec());
    let (due, deductions, net) = (line.due(), line.deductions(), line.net());
    let team = payroll::worker_raw(tx, line.worker)?.team;
    Ok(MyLine {
        line: line.id,
        employer: employer(tx, project.id, project.contractor, &team)?,
        payer: party::firm(tx, project.firm)?.name,
        project_name: project.name,
        period: line.period,
        kind: line.kind,
        number: line.kind_number,
        team: line.team,
        days: line.days,
        hours: line.hours,
        items: line.items.0,
        due,
        deductions,
        net,
        attended_half_days: month.map(|m| m.half_days),
        attended,
        hash: hex(&hash),
        word: word(&hash, signature.as_ref(), objection.as_ref()),
        signed_at: signature.filter(|s| s.line_hash == hash).map(|s| s.signed_at),
        objection: objection.map(|o| shown_to_himself(tx, o)).transpose()?,
        open: is_open(sheet.state),
        state: line.state,
        paid_at: line.settled_at,
    })
}

/// The subcontractor of the team, or the contractor.
pub(crate) fn employer(
    tx: &mut Tx<'_>,
    project: ProjectId,
    contractor: kernel::id::FirmId,
    team: &str,
) -> Result<String> {
    let crew = course::crew_of_team(tx, project, team)?;
    let firm = crew.map(|c| crate::crew_raw(tx, c)).transpose()?.and_then(|c| c.firm);
    Ok(party::firm(tx, firm.unwrap_or(contractor))?.name)
}
