//! The lines of a sheet with what their workers said, what they attended, and reasons given for what is missing.
use crate::chain::{CourseView, readable, sheet_course};
use crate::object::{Objection, ObjectionView, objection_of_line, shown};
use crate::sign::{Signature, Word, line_hash, word};
use crate::{OWN_WORK, month, reviews};
use kernel::id::{ObjectionId, PayLineId, PaySheetId, WorkerId};
use kernel::{Actor, BookId, Error, Money, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::{PayLine, PaySheet};
use std::collections::HashMap;
use store::{Audit, Seal, Tx, params};

/// Lines looked at together.
const PAGE_LINES: u32 = 1_000;

store::text_enum! {
    /// What a reason is for.
    pub enum ReasonKind {
        /// The worker cannot be asked: he left, he is ill.
        NotReachable = "not_reachable",
        /// More days on the sheet than were attended: paid leave, work elsewhere.
        DaysAbove = "days_above",
    }
}

store::record! {
    /// Why a line may go on although something is missing.
    pub struct Given in "crews_reasons" key 3 {
        pub book: BookId,
        pub line: PayLineId,
        pub kind: ReasonKind,
        pub sheet: PaySheetId,
        pub number: i64,
        /// [`line_hash`] of the line it was given for.
        pub line_hash: [u8; 32],
        pub reason: String,
        pub given_by: String,
        pub given_at: Timestamp,
    }
}

/// A line as clerks and the labour officer see it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LineWord {
    pub line: PayLineId,
    pub number: i64,
    pub worker: WorkerId,
    /// Masked, like `identity`; names alone do not tell two of one family apart.
    pub name: String,
    pub identity: String,
    /// Of the month that was written down for him; of the sheet when there is none.
    pub team: String,
    /// Hundredths of a day on the sheet.
    pub days: Option<i64>,
    pub attended_half_days: Option<i64>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    pub word: Word,
    pub signed_at: Option<Timestamp>,
    pub objection: Option<ObjectionId>,
    /// More days than were attended.
    pub days_above: bool,
    /// Why nobody could ask him; empty when none was given.
    pub not_reachable: String,
    /// Why there are more days; empty when none was given.
    pub days_reason: String,
}

impl LineWord {
    /// A reason is missing for its worker's silence.
    pub fn lacks_word(&self) -> bool {
        matches!(self.word, Word::Waiting | Word::PaperWaits) && self.not_reachable.is_empty()
    }
    /// A reason is missing for its days.
    pub fn lacks_days(&self) -> bool {
        self.days_above && self.days_reason.is_empty()
    }
}

/// What the lines of a sheet come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct WordCount {
    pub lines: i64,
    pub signed: i64,
    pub on_paper: i64,
    pub paper_waits: i64,
    pub objected: i64,
    pub answered: i64,
    pub waiting: i64,
    /// Of those that wait: a reason was given.
    pub not_reachable: i64,
    /// Lines with more days than attended, and no reason.
    pub days_unexplained: i64,
}

impl WordCount {
    fn add(&mut self, line: &LineWord) {
        self.lines += 1;
        *match line.word {
            Word::Signed => &mut self.signed,
            Word::OnPaper => &mut self.on_paper,
            Word::PaperWaits => &mut self.paper_waits,
            Word::Objected => &mut self.objected,
            Word::Answered => &mut self.answered,
            Word::Waiting => &mut self.waiting,
        } += 1;
        self.not_reachable += i64::from(!line.not_reachable.is_empty());
        self.days_unexplained += i64::from(line.lacks_days());
    }
    /// Lines of workers who neither signed nor objected, and no reason why.
    pub fn silent(&self) -> i64 {
        self.waiting + self.paper_waits - self.not_reachable
    }
}

/// More hundredths of a day on the sheet than half days were attended.
pub(crate) fn is_above(days: Option<i64>, attended_half_days: i64) -> bool {
    days.is_some_and(|hundredths| hundredths > attended_half_days * 50)
}

/// Lines of a sheet after number `after`, at most `rows`, with what is known of each.
pub(crate) fn page(tx: &mut Tx<'_>, sheet: &PaySheet, after: i64, rows: u32) -> Result<Vec<LineWord>> {
    let lines = payroll::lines_raw(tx, sheet.id, after, rows)?;
    let Some(last) = lines.last().map(|l| l.number) else { return Ok(Vec::new()) };
    let span = params![sheet.book, sheet.id, after, last];
    let tail = "WHERE book = ?1 AND sheet = ?2 AND number > ?3 AND number <= ?4 ORDER BY number";
    let signatures: HashMap<PayLineId, Signature> =
        tx.select::<Signature>(tail, span)?.into_iter().map(|s| (s.line, s)).collect();
    let objections: HashMap<PayLineId, Objection> =
        tx.select::<Objection>(tail, span)?.into_iter().map(|o| (o.line, o)).collect();
    let given: HashMap<(PayLineId, ReasonKind), Given> =
        tx.select::<Given>(tail, span)?.into_iter().map(|g| ((g.line, g.kind), g)).collect();
    let months = month::months_of(tx, sheet.project, sheet.period, lines.iter().map(|l| l.worker))?;
    let one = |line: PayLine| {
        let hash = line_hash(&line);
        let reason = |kind| given.get(&(line.id, kind)).filter(|g| g.line_hash == hash).map(|g| g.reason.clone());
        let (signature, objection) = (signatures.get(&line.id), objections.get(&line.id));
        let attended_half_days = months.get(&line.worker).map(|m| m.half_days);
        LineWord {
            word: word(&hash, signature, objection),
            signed_at: signature.filter(|s| s.line_hash == hash).map(|s| s.signed_at),
            objection: objection.map(|o| o.id),
            days_above: is_above(line.days, attended_half_days.unwrap_or(0)),
            not_reachable: reason(ReasonKind::NotReachable).unwrap_or_default(),
            days_reason: reason(ReasonKind::DaysAbove).unwrap_or_default(),
            due: line.due(),
            deductions: line.deductions(),
            net: line.net(),
            line: line.id,
            number: line.number,
            worker: line.worker,
            name: line.name_masked,
            identity: line.identity_masked,
            team: months.get(&line.worker).map_or(line.team, |m| m.team.clone()),
            days: line.days,
            attended_half_days,
        }
    };
    Ok(lines.into_iter().map(one).collect())
}

/// Every line of a sheet, a page at a time.
pub(crate) fn each(
    tx: &mut Tx<'_>,
    sheet: &PaySheet,
    hear: &mut dyn FnMut(&mut Tx<'_>, Vec<LineWord>) -> Result<()>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let found = page(tx, sheet, after, PAGE_LINES)?;
        let Some(last) = found.last() else { return Ok(()) };
        after = last.number;
        hear(tx, found)?;
    }
}

/// The lines of a sheet in their order, for the clerks of its crew and whoever may see the project; with `lacking` only those
/// that keep it from being cleared. A page may then hold fewer than asked for and still have a next one.
pub fn line_words(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PaySheetId,
    lacking: bool,
    ask: &PageAsk,
) -> Result<Page<LineWord>> {
    let sheet = readable(tx, actor, id)?;
    let bad = |_| Error::field("after", "it is the cursor of the page before");
    let (rows, after) = (ask.rows()?, ask.after.as_deref().map_or(Ok(0), |t| t.parse::<i64>().map_err(bad))?);
    let found = page(tx, &sheet, after, if lacking { PAGE_LINES } else { rows + 1 })?;
    if !lacking {
        return Ok(Page::cut(found, rows, |l| l.number.to_string()));
    }
    let last = found.last().filter(|_| found.len() == PAGE_LINES as usize).map(|l| l.number.to_string());
    let wanted: Vec<LineWord> = found.into_iter().filter(|l| l.lacks_word() || l.lacks_days()).collect();
    let cut = Page::cut(wanted, rows, |l| l.number.to_string());
    Ok(Page { next: cut.next.or(last), items: cut.items })
}

/// What the lines of a sheet come to; readers as [`line_words`].
pub fn word_count(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<WordCount> {
    let sheet = readable(tx, actor, id)?;
    let mut count = WordCount::default();
    each(tx, &sheet, &mut |_, lines| {
        lines.iter().for_each(|l| count.add(l));
        Ok(())
    })?;
    Ok(count)
}

/// Lines of a sheet that nobody said a word of: neither signed nor on a paper that was compared, and no reason says why the worker cannot be
/// reached. Asks no right: the caller has.
pub fn lines_without_word(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<i64> {
    let mut count = WordCount::default();
    each(tx, sheet, &mut |_, lines| {
        lines.iter().for_each(|l| count.add(l));
        Ok(())
    })?;
    Ok(count.silent())
}

/// The labour officer writes down why a line may go on without its worker's word, or with more days than attended. A new
/// reason takes the place of the old one. Needs `wage.review`. Errors: `own_work` for whoever drafted the sheet.
pub fn explain(tx: &mut Tx<'_>, actor: &Actor, line: PayLineId, kind: ReasonKind, reason: &str) -> Result<Change> {
    let line = payroll::line_raw(tx, line)?;
    party::may(tx, actor, Permission::WageReview, &Scope::firm(line.firm))?;
    payroll::need_site_rules(tx, line.project)?;
    let reason = party::reason(&crate::filled("reason", reason)?)?;
    if payroll::sheet_raw(tx, line.sheet)?.drafted_by == actor.principal() {
        return Err(Error::new(&OWN_WORK, "he drafted this sheet himself"));
    }
    let line_hash = line_hash(&line);
    let known = tx.load::<Given>(params![line.book, line.id, kind])?;
    if known.as_ref().is_some_and(|g| g.reason == reason && g.line_hash == line_hash) {
        return Ok(Change::AlreadySo);
    }
    let seal = known.as_ref().map_or_else(Seal::default, |g| g.seal);
    let mut given = Given {
        book: line.book,
        line: line.id,
        kind,
        sheet: line.sheet,
        number: line.number,
        line_hash,
        reason: reason.clone(),
        given_by: actor.principal(),
        given_at: tx.now(),
        seal,
    };
    if known.is_some() {
        tx.update(&mut given)?
    } else {
        tx.insert(&mut given)?
    }
    tx.audit(actor, Audit::of("crews.explain", line.id).after(kind.code()).reason(reason))?;
    Ok(Change::Done)
}

/// Whether the attendance of a line's worker was reviewed: his team's month was.
pub(crate) fn unreviewed_teams(tx: &mut Tx<'_>, sheet: &PaySheet) -> Result<Vec<String>> {
    let reviewed = reviews::teams(tx, sheet.project, sheet.period)?;
    let mut missing: Vec<String> = Vec::new();
    each(tx, sheet, &mut |_, lines| {
        for line in lines {
            if !reviewed.contains(&line.team) && !missing.contains(&line.team) {
                missing.push(line.team);
            }
        }
        Ok(())
    })?;
    Ok(missing)
}

/// One line with its sheet and its objection; readers as [`line_words`].
pub fn line_word(
    tx: &mut Tx<'_>,
    actor: &Actor,
    line: PayLineId,
) -> Result<(CourseView, LineWord, Option<ObjectionView>)> {
    let missing = || Error::not_found("pay line", line);
    let found = payroll::line_raw(tx, line)?;
    let course = sheet_course(tx, actor, found.sheet).map_err(|_| missing())?;
    let sheet = payroll::sheet_raw(tx, found.sheet)?;
    let word = page(tx, &sheet, found.number - 1, 1)?.pop().filter(|l| l.line == line).ok_or_else(missing)?;
    let objection = objection_of_line(tx, line)?.map(|o| shown(tx, o)).transpose()?;
    Ok((course, word, objection))
}
