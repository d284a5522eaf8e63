//! Cases of wages in arrears: the list, opening one, its page with who is owed what, who answers for it, and what happened.
use super::arrears::{NOTE_CHARS_MAX, NoteForm, step};
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use arrears::{ArrearsCase, CaseEntry, CaseLine, CaseNew, CaseState, Filter, Paper};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use guarantee::PaymentNotice;
use kernel::id::{ApprovalId, ArrearsCaseId, ProjectId};
use kernel::{Actor, Money, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::PaySheet;
use serde::Deserialize;
use store::Tx;

/// Pay sheets offered to whoever opens a case at most.
const SHEETS_OFFERED: u32 = 24;
/// Lines of a case that its page shows without being asked; more are folded away.
const LINES_UNFOLDED: usize = 10;
/// Lines of a case on its page.
const LINES_SHOWN: usize = 200;

pub fn state(w: Words, s: CaseState) -> Markup {
    let tone = match s {
        CaseState::Paid | CaseState::Closed => Tone::Good,
        CaseState::Defaulted | CaseState::Noticed => Tone::Danger,
        CaseState::Open | CaseState::Told | CaseState::Reported | CaseState::Ordered => Tone::Warn,
    };
    status(tone, &say::told(w, "arrears-case-state", s.code()), "", "")
}

/// Cases as a table; `place` is where their pages lie.
pub fn table(w: Words, all: &[ArrearsCase], place: &str) -> Markup {
    let row = |c: &ArrearsCase| {
        [
            html! { a href={ (place) "/" (c.id) } { (c.about) } },
            html! { (c.workers) },
            amount(w, c.owed()),
            amount(w, c.left()),
            day(w, c.opened_at.local_date()),
            state(w, c.state),
        ]
    };
    let table = Table::new(w.t("arrears-cases"))
        .text(w.t("arrears-case"))
        .figures(w.t("arrears-workers"))
        .figures(w.t("arrears-claimed"))
        .figures(w.t("arrears-owed"))
        .text(w.t("arrears-since"))
        .text(w.t("arrears-state"));
    table.rows(all.iter().map(row)).when_empty(w.t("arrears-cases-none")).caption_hidden().show(w)
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| arrears::cases(tx, &actor, &Filter::default(), &ask)).await?;
    let w = who.words();
    let main = html! {
        (table(w, &found.items, "/arrears/cases"))
        (pager(w, None, next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("arrears-cases")).crumb(who.t("arrears-board"), "/arrears"), main))
}

/// What a case's page shows.
pub struct Seen {
    pub case: ArrearsCase,
    pub project: String,
    pub lines: Vec<CaseLine>,
    pub entries: Vec<(CaseEntry, String)>,
    /// The request for the signature of the bureau's head, while it waits.
    pub waits: Option<ApprovalId>,
    /// What the bank made of notices, the newest first.
    pub notices: Vec<PaymentNotice>,
}

pub fn load(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> kernel::Result<Seen> {
    let case = unknown_to_others(arrears::case(tx, actor, id), "case", id)?;
    let project = payroll::project_raw(tx, case.project)?.name;
    let lines = arrears::case_lines(tx, actor, id)?;
    let mut entries = Vec::new();
    for e in arrears::case_entries(tx, actor, id)? {
        let name = party::who_name(tx, &e.made_by).unwrap_or_default();
        entries.push((e, name));
    }
    let (waits, notices) = (arrears::notice_waits(tx, &case)?, arrears::notices_of_case(tx, actor, id)?);
    Ok(Seen { case, project, lines, entries, waits, notices })
}

/// What everybody who may see the case reads; `place` is where pages of cases lie for him. Who is owed what comes after the next step, see
/// [`owed`].
pub fn told(w: Words, seen: &Seen, place: &str) -> Markup {
    let c = &seen.case;
    let l = c.liability();
    let mut rows = vec![
        Row::new(w.t("arrears-state"), state(w, c.state)),
        Row::new(w.t("arrears-turn"), html! { (step(w, c.step)) }),
        Row::new(w.t("arrears-workers"), html! { (c.workers) }),
        Row::new(w.t("arrears-claimed"), amount(w, c.owed())),
        Row::new(w.t("arrears-paid"), amount(w, c.paid())),
        Row::new(w.t("arrears-liable-contractor"), amount(w, l.contractor_first)),
    ];
    if !c.subcontractor.is_empty() {
        rows.push(Row::new(
            w.t("arrears-liable-sub"),
            html! { (amount(w, l.from_subcontractor)) " " (c.subcontractor) },
        ));
    }
    rows.extend(l.owner_up_to.map(|m| Row::new(w.t("arrears-liable-owner"), amount(w, m))));
    if let Some(due) = c.order_due_on {
        rows.push(Row::new(w.t("arrears-order"), html! { (c.order_number) " " (day(w, due)) }));
    }
    if !c.report_number.is_empty() {
        rows.push(Row::new(w.t("arrears-report-number"), html! { (c.report_number) }));
    }
    if !c.notice.is_empty() {
        let waits = seen.waits.map(|_| status(Tone::Info, &w.t("arrears-notice-unsigned"), "", ""));
        rows.push(Row::new(w.t("arrears-notice"), html! { (c.notice) @if let Some(waits) = waits { " " (waits) } }));
    }
    rows.extend(seen.notices.iter().flat_map(|n| bank_rows(w, n)));
    html! {
        (course(w, c))
        (balance(w, &w.t("arrears-owed"), c.left()))
        (summary_list(w, &rows))
        (timeline(w, seen, place))
    }
}

/// The steps of a case that it took and those before it; what it left out is not shown.
fn course(w: Words, c: &ArrearsCase) -> Markup {
    use CaseState::*;
    let all = [(Open, true), (Ordered, c.ordered_at.is_some()), (Defaulted, c.defaulted_at.is_some())];
    let all = all.into_iter().chain([(Noticed, c.noticed_at.is_some()), (Paid, c.paid_at.is_some()), (Closed, false)]);
    let ended = c.paid_at.is_some() || c.state == Closed;
    let shown: Vec<(CaseState, bool)> = all.filter(|(s, took)| *took || !ended || *s == Closed).collect();
    let names: Vec<Text<'_>> = shown.iter().map(|(s, _)| say::told(w, "arrears-case-state", s.code())).collect();
    let took = shown.iter().filter(|(_, took)| *took).count();
    steps(w, &w.t("arrears-course"), &names, if c.state == Closed { names.len() } else { took - 1 })
}

/// What the bank did with a notice, and until when.
fn bank_rows<'a>(w: Words, n: &PaymentNotice) -> Vec<Row<'a>> {
    let late = |is: bool| html! { @if is { " " (status(Tone::Danger, &w.t("arrears-bank-late"), "", "")) } };
    let by = html! { (say::tag(w, n.state)) " " (day(w, n.pay_by)) };
    let mut rows = vec![Row::new(w.t("arrears-bank-pays"), by)];
    if let Some(at) = n.paid_at {
        let said =
            html! { (amount(w, n.paid_money())) " " (day(w, at.local_date())) (late(at.local_date() > n.pay_by)) };
        rows.push(Row::new(w.t("arrears-bank-paid"), said));
    }
    rows.extend(n.refill_by.map(|by| {
        let done = n.refilled_at.map(|at| status(Tone::Good, &w.t("guarantee-refilled"), "", &w.moment(at)));
        Row::new(w.t("guarantee-refill-by"), html! { (day(w, by)) @if let Some(done) = done { " " (done) } })
    }));
    rows
}

fn timeline(w: Words, seen: &Seen, place: &str) -> Markup {
    let paper = |e: &CaseEntry| format!("{place}/{}/papers/{}", e.case_id, e.number);
    let row = |(e, name): &(CaseEntry, String)| {
        [
            moment(w, e.at),
            html! { (say::told(w, "arrears-entry", e.what.code())) },
            html! { (say::named(w, name)) },
            html! { (e.note) @if e.file_hash.is_some() { br; a href=(paper(e)) { (e.file_name) } } },
        ]
    };
    let table = Table::new(w.t("arrears-timeline"))
        .text(w.t("arrears-when"))
        .text(w.t("arrears-what"))
        .text(w.t("arrears-who"))
        .text(w.t("arrears-note"));
    table.rows(seen.entries.iter().map(row)).show(w)
}

/// Who is owed what.
pub fn owed(w: Words, seen: &Seen) -> Markup {
    let row =
        |l: &CaseLine| [html! { (l.name_masked) }, html! { (l.period) }, amount(w, l.owed()), amount(w, l.paid())];
    let table = Table::new(w.t("arrears-lines"))
        .text(w.t("arrears-figure-worker"))
        .text(w.t("arrears-figure-period"))
        .figures(w.t("arrears-claimed"))
        .figures(w.t("arrears-paid"));
    let more = seen.lines.len().saturating_sub(LINES_SHOWN) as i64;
    let shown = html! {
        (table.rows(seen.lines.iter().take(LINES_SHOWN).map(row)).show(w))
        @if more > 0 { p.hint { (w.t_with("arrears-lines-more", &[("n", more.into())])) } }
    };
    match seen.lines.len() {
        0..=LINES_UNFOLDED => shown,
        n => details(&w.t_with("arrears-lines-of", &[("n", (n as i64).into())]), shown),
    }
}

/// A form of one line and its button.
pub fn ask(who: &Signed, to: &str, (label, send): (&str, &str), kind: Button) -> Markup {
    let field = Field::new("note", who.t(label));
    form(
        &who.view,
        to,
        html! { (multiline(who.words(), &field, 2, NOTE_CHARS_MAX)) (actions(button(kind, &who.t(send), None))) },
    )
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ArrearsCaseId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| load(tx, &actor, id)).await?;
    let (c, keeps) = (&seen.case, who.holds(P::WageCase));
    let taken = seen.notices.first().map(|n| format!("/wages/pay-notices/{}", n.id));
    let acts = keeps || who.holds(P::WageProjectManage);
    let to = |what: &str| format!("/arrears/cases/{id}/{what}");
    let main = html! {
        (told(who.words(), &seen, "/arrears/cases"))
        @if let Some(taken) = &taken { (actions(link_button(Button::Secondary, &who.t("arrears-notice-open"), taken))) }
        @if keeps && c.state == CaseState::Open { h2 { (who.t("arrears-tell")) } (ask(&who, &to("telling"), ("arrears-tell-note", "arrears-tell"), Button::Primary)) }
        @if acts && matches!(c.state, CaseState::Open | CaseState::Told) { h2 { (who.t("arrears-report")) } (ask(&who, &to("report"), ("arrears-report-number", "arrears-report-send"), Button::Secondary)) }
        @if keeps && c.state == CaseState::Noticed && taken.is_none() { h2 { (who.t("arrears-take")) } p { (who.t("arrears-take-lead")) }
            (form(&who.view, &to("notice-taking"), actions(button(Button::Primary, &who.t("arrears-take"), None)))) }
        @if acts && c.is_open() { h2 { (who.t("arrears-note")) } (note_form(&who, &to("notes"))) }
        @if keeps && c.is_open() { h2 { (who.t("arrears-close")) } p { (who.t(if c.state == CaseState::Paid { "arrears-close-paid" } else { "arrears-close-second" })) }
            (ask(&who, &to("closing"), ("arrears-reason", "arrears-close"), Button::Secondary)) }
        (owed(who.words(), &seen))
    };
    let sheet = Sheet::new(c.about.clone()).lead(seen.project.clone());
    let (label, back) = if keeps { ("arrears-cases", "/arrears/cases") } else { ("arrears-mine", "/arrears/mine") };
    Ok(page(&who, sheet.crumb(who.t(label), back), main))
}

fn back(id: ArrearsCaseId) -> Result<Response, Fault> {
    Ok(see_other(&format!("/arrears/cases/{id}")))
}

pub async fn tell(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(arrears::case_tell(tx, &actor, id, &given.note), "case", id)).await?;
    back(id)
}

pub async fn report(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(arrears::case_report(tx, &actor, id, &given.note), "case", id)).await?;
    back(id)
}

/// A note of a case, with or without a paper.
pub fn note_form(who: &Signed, to: &str) -> Markup {
    let w = who.words();
    let paper = Field::new("file", who.t("arrears-paper")).hint(who.t("arrears-paper-hint")).optional();
    let fields = html! {
        (multiline(w, &Field::new("note", who.t("arrears-note")), 2, NOTE_CHARS_MAX))
        (file(w, &paper, ".pdf,.jpg,.jpeg,.png"))
        (actions(button(Button::Secondary, &who.t("arrears-note-send"), None)))
    };
    form_files(&who.view, to, fields)
}

/// Keeps the note of a form, and its paper when there is one.
pub async fn keep_note(web: &Web, who: &Signed, id: ArrearsCaseId, upload: Upload) -> Result<(), Fault> {
    let (actor, words) = (who.actor.clone(), upload.field("note").to_owned());
    let paper = upload.files.into_iter().next().filter(|(_, bytes)| !bytes.is_empty());
    let paper = paper.map(|(name, bytes)| Paper { name, bytes: bytes.to_vec() });
    web.write(move |tx| unknown_to_others(arrears::case_note(tx, &actor, id, &words, paper.as_ref()), "case", id))
        .await?;
    Ok(())
}

pub async fn note(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    upload: Upload,
) -> Result<Response, Fault> {
    keep_note(&web, &who, id, upload).await?;
    back(id)
}

/// The paper of an entry, for the bank, the firm and the bureau.
pub async fn paper(State(web): State<Web>, who: Signed, Path(at): Path<(String, String)>) -> Result<Response, Fault> {
    let (id, number) = of_entry(&at)?;
    let actor = who.actor.clone();
    let read = web.read(move |tx| unknown_to_others(arrears::case_paper(tx, &actor, id, number), "case", id));
    let (name, bytes) = read.await?;
    Ok(download(&name, media_type(&bytes), bytes))
}

/// A case and an entry in an address.
pub(crate) fn of_entry((case, number): &(String, String)) -> kernel::Result<(ArrearsCaseId, i64)> {
    let wrong = |_| kernel::Error::field("number", "the number of an entry");
    Ok((case.parse()?, number.parse().map_err(wrong)?))
}

/// By its first bytes, as it was taken in.
pub(crate) fn media_type(bytes: &[u8]) -> &'static str {
    crews::PaperKind::of(bytes).map_or("application/octet-stream", crews::PaperKind::media_type)
}

pub async fn take_notice(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let taken = web.write(move |tx| unknown_to_others(arrears::notice_take(tx, &actor, id), "case", id)).await?;
    Ok(see_other(&format!("/wages/pay-notices/{taken}")))
}

/// Closes what is paid; asks a second person where something is still owed.
pub async fn close(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let asked = web.write(move |tx| {
        let c = unknown_to_others(arrears::case(tx, &actor, id), "case", id)?;
        match c.state {
            CaseState::Paid | CaseState::Closed => arrears::case_close(tx, &actor, id, &given.note).map(|_| None),
            _ => arrears::close_ask(tx, &actor, id, &given.note).map(Some),
        }
    });
    match asked.await? {
        None => back(id),
        Some(approval) => Ok(see_other(&format!("/approvals/{approval}"))),
    }
}

/// What opens a case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    about: String,
    sheet: String,
    subcontractor: String,
    left: String,
}

impl OpenForm {
    fn read(&self, project: ProjectId) -> kernel::Result<CaseNew> {
        let left = Some(self.left.trim()).filter(|t| !t.is_empty());
        Ok(CaseNew {
            about: self.about.clone(),
            sheets: vec![self.sheet.trim().parse()?],
            subcontractor: self.subcontractor.clone(),
            works_money_left: left.map(|t| Money::parse(t, kernel::Currency::CNY)).transpose()?,
            ..CaseNew::of(project)
        })
    }
}

/// What a case may be opened on: the newest pay sheets, and the subcontractors of the site.
pub struct Openable {
    sheets: Vec<PaySheet>,
    subcontractors: String,
}

pub fn openable(tx: &mut Tx<'_>, id: ProjectId) -> kernel::Result<Openable> {
    let mut names = Vec::new();
    for firm in crews::crews_raw(tx, id)?.into_iter().filter_map(|c| c.firm) {
        let name = party::firm(tx, firm)?.name;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(Openable { sheets: payroll::sheets_newest(tx, id, SHEETS_OFFERED)?, subcontractors: names.join("、") })
}

/// The form that opens a case; `to` is where it goes.
pub fn open_fields(who: &Signed, to: &str, of: &Openable) -> Markup {
    let w = who.words();
    let choice = |s: &PaySheet| {
        let lines = w.t_with("arrears-sheet-lines", &[("n", s.lines.into())]);
        Choice::new(s.id.to_string(), format!("{} · {lines} · {}", s.period, w.money(s.net())))
    };
    let choices: Vec<Choice<'_>> = of.sheets.iter().map(choice).collect();
    let about = Field::new("about", who.t("arrears-about")).hint(who.t("arrears-about-hint"));
    let sub = Field::new("subcontractor", who.t("arrears-sub")).hint(who.t("arrears-sub-hint")).optional();
    let left = Field::new("left", who.t("arrears-works-left")).hint(who.t("arrears-works-left-hint")).optional();
    if choices.is_empty() {
        return empty(&who.t("arrears-case-open"), &who.t("sheets-none"), html! {});
    }
    let fields = html! {
        (text(w, &about))
        (select(w, &Field::new("sheet", who.t("arrears-sheet")).hint(who.t("arrears-sheet-hint")), &choices))
        (text(w, &sub.value(of.subcontractors.as_str())))
        (money(w, &left, kernel::Currency::CNY))
        (actions(button(Button::Primary, &who.t("arrears-case-open"), None)))
    };
    form(&who.view, to, fields)
}

pub async fn open_form(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (name, of) = web
        .read(move |tx| {
            let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
            Ok((project.name, openable(tx, id)?))
        })
        .await?;
    let main = open_fields(&who, &format!("/arrears/projects/{id}/case"), &of);
    let sheet = Sheet::new(who.t("arrears-case-open")).lead(name);
    Ok(page(&who, sheet.crumb(who.t("arrears-warnings"), format!("/arrears/projects/{id}")), main))
}

pub async fn open(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<OpenForm>,
) -> Result<Response, Fault> {
    let (actor, new) = (who.actor.clone(), given.read(id)?);
    let case = web.write(move |tx| unknown_to_others(arrears::case_open(tx, &actor, &new), "project", id)).await?;
    Ok(see_other(&match who.firm() {
        Some(_) => format!("/bureau/cases/{case}"),
        None => format!("/arrears/cases/{case}"),
    }))
}
