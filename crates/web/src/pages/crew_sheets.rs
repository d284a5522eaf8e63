//! A pay sheet under site rules on its way: who signed, what is on paper, what is missing, clearing it, and the proof.
use super::crew_months::SeenForm;
use super::crew_papers::papers_part;
use super::crews::{days_of, masked};
use super::slips::{hundredths, name};
use super::worker::Bare;
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use crews::{Answer, CourseView, CrewProof, LineWord, ObjectionView, ProofLine, ReasonKind, Step, Word, WordCount};
use kernel::id::{ObjectionId, PayLineId, PaySheetId};
use kernel::{Error, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use store::Tx;

/// Lines on one page.
const LINES_ROWS: u32 = 50;

fn under<'a>(who: &Signed, title: impl Into<Text<'a>>, c: &CourseView) -> Sheet<'a> {
    let sheet = Sheet::new(title);
    match (c.crew, who.holds(P::WageCrew)) {
        (Some(crew), true) => sheet.crumb(who.t("crews"), "/crews").crumb(c.team.clone(), format!("/crews/{crew}")),
        _ => sheet.crumb(c.project_name.clone(), format!("/wages/projects/{}/attendance", c.project)),
    }
}

/// Which lines are looked at.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LinesAsk {
    lacking: Option<String>,
    after: Option<String>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Query(ask): Query<LinesAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let lacking = ask.lacking.is_some();
    let ask = PageAsk { limit: Some(LINES_ROWS), after: ask.after };
    let (c, count, lines, papers, sheet) = web
        .read(move |tx| {
            let c = crews::sheet_course(tx, &actor, id)?;
            let count = crews::word_count(tx, &actor, id)?;
            let lines = crews::line_words(tx, &actor, id, lacking, &ask)?;
            Ok((c, count, lines, crews::papers_of(tx, &actor, id)?, payroll::sheet_raw(tx, id)?))
        })
        .await?;
    let (w, main_contractor) = (who.words(), who.firm() == Some(sheet.firm));
    let main = html! {
        p { (say::tag(w, c.step)) }
        (course(&who, &c))
        (told(&who, &c, &count))
        (facts(&who, &c))
        (work(&who, &c, &count, main_contractor))
        h2 { (who.t("sheet-lines")) }
        (tabs(&who.t("sheet-lines"), &[
            (w.t_with("crew-lines-all", &[("n", count.lines.into())]).into(), format!("/crews/sheets/{id}").into()),
            (w.t_with("crew-lines-lacking", &[("n", (count.silent() + count.days_unexplained).into())]).into(), format!("/crews/sheets/{id}?lacking=1").into()),
        ], usize::from(lacking)))
        (line_table(&who, &lines.items))
        (pager(w, None, next_href(&who.view, &lines.next).as_deref()))
        (papers_part(&who, &c, &papers))
        @if let (Some(import), Some(crew), true) = (sheet.import, c.crew, who.holds(P::WageCrew)) { p { a href={ "/crews/" (crew) "/sheet-imports/" (import) } { (who.t("crew-sheet-file")) } } }
    };
    Ok(page(&who, under(&who, name(&who, c.period, c.kind, c.number), &c).lead(c.team.clone()), main))
}

/// Where it is on its way.
fn course(who: &Signed, c: &CourseView) -> Markup {
    let keys =
        ["course-drafted", "course-signing", "course-submitted", "course-cleared", "course-checking", "course-paid"];
    let at = match c.step {
        Step::Drafted | Step::Returned => 0,
        Step::Signing => 1,
        Step::Submitted => 2,
        Step::Cleared => 3,
        Step::Checking | Step::Paying => 4,
        Step::Paid => 5,
        Step::Cancelled => return html! {},
    };
    let names: Vec<Text<'_>> = keys.map(|k| who.t(k)).into();
    steps(who.words(), &who.t("course"), &names, at)
}

/// How many said what.
fn told(who: &Signed, c: &CourseView, n: &WordCount) -> Markup {
    let w = who.words();
    let row = |key: &str, n: i64| (n > 0).then(|| Row::new(who.t(key), html! { (say::people(w, n)) }));
    let rows: Vec<Row<'_>> = [
        row("count-signed", n.signed),
        row("count-on-paper", n.on_paper),
        row("count-paper-waits", n.paper_waits),
        row("count-objected", n.objected),
        row("count-answered", n.answered),
        row("count-waiting", n.waiting),
        row("count-not-reachable", n.not_reachable),
        row("count-days-unexplained", n.days_unexplained),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        @if !c.returned_reason.is_empty() && c.step == Step::Returned {
            (notice(Tone::Warn, &who.t("course-returned"), html! { p { (c.returned_reason) } }))
        }
        @if c.asked_at.is_some() { (progress(&who.t("course-heard"), (n.lines - n.silent()).max(0) as u64, n.lines.max(1) as u64, &who.t("course-people"))) }
        h2 { (who.t("crew-said")) }
        (summary_list(w, &rows))
    }
}

fn facts(who: &Signed, c: &CourseView) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("sheet-due"), amount(w, c.due)),
        Row::new(who.t("sheet-deductions"), amount(w, c.deductions)),
        Row::new(who.t("sheet-net"), html! { strong { (amount(w, c.net)) } }),
        Row::new(who.t("hand-drafted"), say::by(w, &c.drafted_by, c.drafted_at)),
    ];
    if let Some(at) = c.submitted_at {
        rows.push(Row::new(who.t("course-submitted-by"), say::by(w, &c.submitted_by, at)));
    }
    if let Some(at) = c.cleared_at {
        let note =
            html! { (say::by(w, &c.cleared_by, at)) @if !c.clearance_note.is_empty() { br; (c.clearance_note) } };
        rows.push(Row::new(who.t("course-cleared-by"), note));
    }
    html! { h2 { (who.t("course-facts")) } (summary_list(w, &rows)) }
}

/// What the reader can do with it now; a subcontractor's clerk may well prepare wages of his own firm, but not this sheet.
fn work(who: &Signed, c: &CourseView, n: &WordCount, main_contractor: bool) -> Markup {
    let at = |rest: &str| format!("/crews/sheets/{}/{rest}", c.sheet);
    let makes = if c.crew.is_some() { who.holds(P::WageCrew) } else { who.holds(P::WageSheetMake) };
    let one = |rest: &str, key: &str| form(&who.view, &at(rest), actions(button(Button::Primary, &who.t(key), None)));
    let main_has_it = c.step == Step::Submitted || (c.crew.is_none() && c.step == Step::Signing);
    html! {
        @if makes && c.step == Step::Drafted { (one("asking", "course-ask")) }
        @if makes && c.crew.is_some() && matches!(c.step, Step::Signing | Step::Returned) && c.asked_at.is_some() { (one("submission", "course-submit")) }
        @if makes && c.crew.is_some() && matches!(c.step, Step::Drafted | Step::Signing | Step::Returned) { (why_form(who, &at("cancellation"), "course-cancel")) }
        @if who.holds(P::WageReview) && main_has_it { (clearance(who, c, n)) }
        @if who.holds(P::WageReview) && c.step == Step::Submitted { (why_form(who, &at("return"), "course-return")) }
        @if who.holds(P::WageSheetMake) && main_contractor && c.step == Step::Cleared {
            (actions(link_button(Button::Primary, &who.t("sheet-submit"), &format!("/wages/sheets/{}/submission", c.sheet))))
        }
        @if c.step == Step::Paid { (actions(link_button(Button::Primary, &who.t("proof-crew"), &at("proof")))) }
    }
}

/// A reason and a button, folded away.
pub(super) fn why_form(who: &Signed, address: &str, key: &str) -> Markup {
    let fields = html! {
        (text(who.words(), &Field::new("reason", who.t("course-why"))))
        (actions(button(Button::Secondary, &who.t(key), None)))
    };
    details(&who.t(key), form(&who.view, address, fields))
}

fn clearance(who: &Signed, c: &CourseView, n: &WordCount) -> Markup {
    let w = who.words();
    let fields = html! {
        input type="hidden" name="hash" value=(c.payload_hash);
        (text(w, &Field::new("note", who.t("review-note")).optional()))
        (actions(button(Button::Primary, &who.t("course-clear"), None)))
    };
    let lacking = n.silent() + n.days_unexplained;
    html! {
        h2 { (who.t("course-clear")) }
        @if lacking > 0 { (notice(Tone::Warn, &w.t_with("course-clear-lacking", &[("n", lacking.into())]), html! { p { (who.t("course-clear-lacking-next")) } })) }
        @else { p { (who.t("course-clear-lead")) } }
        (form(&who.view, &format!("/crews/sheets/{}/clearance", c.sheet), fields))
    }
}

fn line_table(who: &Signed, lines: &[LineWord]) -> Markup {
    let w = who.words();
    let row = |l: &LineWord| {
        let attended = l.attended_half_days.map_or_else(|| "—".to_owned(), days_of);
        [
            html! { (l.number) },
            html! { div { a href={ "/crews/lines/" (l.line) } { (l.name) } br; (masked(&l.identity)) } },
            html! { (l.days.map_or_else(|| "—".to_owned(), hundredths)) " / " (attended) @if l.lacks_days() { br; (status(Tone::Warn, &who.t("line-days-above"), "", "")) } },
            amount(w, l.net),
            say::tag_by(w, l.word, "", l.signed_at),
        ]
    };
    let table = Table::new(who.t("sheet-lines"))
        .figures(who.t("line-number"))
        .text(who.t("worker-name"))
        .figures(who.t("line-days"))
        .figures(who.t("sheet-net"))
        .text(who.t("line-word"))
        .rows(lines.iter().map(row))
        .when_empty(who.t("crew-lines-none"))
        .caption_hidden();
    table.show(w)
}

/// A reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhyForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    pub(super) reason: String,
}

/// Something done with a sheet; back to its page. To others there is no such sheet.
pub(super) async fn deed(
    web: &Web,
    who: &Signed,
    id: PaySheetId,
    work: impl Fn(&mut Tx<'_>, &kernel::Actor) -> kernel::Result<party::Change> + Send + 'static,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(work(tx, &actor), "pay sheet", id)).await?;
    Ok(see_other(&format!("/crews/sheets/{id}")))
}

pub async fn ask_signatures(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    deed(&web, &who, id, move |tx, actor| crews::ask_signatures(tx, actor, id)).await
}

pub async fn submit(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    deed(&web, &who, id, move |tx, actor| crews::submit_to_main(tx, actor, id)).await
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(f): Checked<WhyForm>,
) -> Result<Response, Fault> {
    deed(&web, &who, id, move |tx, actor| crews::crew_sheet_cancel(tx, actor, id, &f.reason)).await
}

pub async fn give_back(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(f): Checked<WhyForm>,
) -> Result<Response, Fault> {
    deed(&web, &who, id, move |tx, actor| crews::return_to_crew(tx, actor, id, &f.reason)).await
}

pub async fn clear(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(f): Checked<SeenForm>,
) -> Result<Response, Fault> {
    deed(&web, &who, id, move |tx, actor| crews::clear_sheet(tx, actor, id, &f.hash, &f.note)).await
}

pub async fn line(State(web): State<Web>, who: Signed, At(id): At<PayLineId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (c, l, o) = web.read(move |tx| crews::line_word(tx, &actor, id)).await?;
    let w = who.words();
    let days = |n: String| w.t_with("count-days", &[("n", n.into())]);
    let attended = l.attended_half_days.map_or_else(|| who.t("attendance-empty").into_owned(), |n| days(days_of(n)));
    let on_sheet = l.days.map_or_else(|| "—".to_owned(), |n| days(hundredths(n)));
    let main = html! {
        p { (say::tag_by(w, l.word, "", l.signed_at)) }
        (summary_list(w, &[
            Row::new(who.t("worker-identity"), masked(&l.identity)),
            Row::new(who.t("worker-team"), html! { (l.team) }),
            Row::new(who.t("line-days-sheet"), html! { (on_sheet) }),
            Row::new(who.t("line-days-site"), html! { (attended) }),
            Row::new(who.t("sheet-due"), amount(w, l.due)),
            Row::new(who.t("sheet-deductions"), amount(w, l.deductions)),
            Row::new(who.t("sheet-net"), html! { strong { (amount(w, l.net)) } }),
        ]))
        @if let Some(o) = &o { (objection(&who, &c, o)) }
        (reasons(&who, &l))
    };
    let sheet = under(&who, l.name.clone(), &c)
        .crumb(name(&who, c.period, c.kind, c.number), format!("/crews/sheets/{}", c.sheet));
    Ok(page(&who, sheet, main))
}

fn objection(who: &Signed, c: &CourseView, o: &ObjectionView) -> Markup {
    let w = who.words();
    let own = if c.crew.is_some() { who.holds(P::WageCrew) } else { false };
    let may = o.answer.is_none() && (own || who.holds(P::WageSheetMake));
    let mut rows = vec![
        Row::new(who.t("objection-kind-short"), html! { (say::told(w, "objection-kind", o.kind.code())) }),
        Row::new(who.t("objection-at"), moment(w, o.made_at)),
    ];
    if !o.text.is_empty() {
        rows.push(Row::new(who.t("objection-words"), written(&o.text)));
    }
    if let Some(sum) = o.claimed {
        rows.push(Row::new(who.t("objection-claimed"), amount(w, sum)));
    }
    if let (Some(answer), Some(at)) = (o.answer, o.answered_at) {
        let told = html! { (say::told(w, "objection-answer", answer.code())) br; (o.answer_text) br; (say::by(w, &o.answered_by, at)) };
        rows.push(Row::new(who.t("objection-answered"), told));
    }
    if let Some(at) = o.taken_further_at {
        rows.push(Row::new(who.t("objection-further"), moment(w, at)));
    }
    html! { h2 { (who.t("objection")) } (summary_list(w, &rows)) @if may { (answer_form(who, o)) } }
}

fn answer_form(who: &Signed, o: &ObjectionView) -> Markup {
    let w = who.words();
    let one = |a: Answer| Choice::new(a.code(), say::told(w, "objection-answer-do", a.code()));
    let fields = html! {
        (radios(w, &Field::new("answer", who.t("objection-answer")), &[one(Answer::Corrected), one(Answer::Kept)]))
        (multiline(w, &Field::new("text", who.t("objection-answer-text")).hint(who.t("objection-answer-hint")), 3, crews::OBJECTION_CHARS_MAX as u32))
        (actions(button(Button::Primary, &who.t("objection-answer-send"), None)))
    };
    form(&who.view, &format!("/crews/objections/{}/answer", o.objection), fields)
}

/// What is missing at a line, with a place for the labour officer's reason.
fn reasons(who: &Signed, l: &LineWord) -> Markup {
    let silent = matches!(l.word, Word::Waiting | Word::PaperWaits);
    let one = |kind: ReasonKind, key: &str, given: &str| {
        let fields = html! {
            input type="hidden" name="kind" value=(kind.code());
            (text(who.words(), &Field::new("reason", who.t("line-reason")).value(given.to_owned())))
            (actions(button(Button::Secondary, &who.t("line-reason-keep"), None)))
        };
        html! {
            h2 { (who.t(key)) }
            @if !given.is_empty() { p { (given) } }
            @if who.holds(P::WageReview) { (form(&who.view, &format!("/crews/lines/{}/reason", l.line), fields)) }
        }
    };
    html! {
        @if l.days_above { (one(ReasonKind::DaysAbove, "line-days-above", &l.days_reason)) }
        @if silent { (one(ReasonKind::NotReachable, "line-not-reachable", &l.not_reachable)) }
    }
}

/// Why a line may go on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
}

pub async fn explain(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayLineId>,
    Checked(f): Checked<ReasonForm>,
) -> Result<Response, Fault> {
    let kind = ReasonKind::parse(&f.kind).ok_or_else(|| Error::field("kind", "`not_reachable` or `days_above`"))?;
    let actor = who.actor.clone();
    let done = move |tx: &mut Tx<'_>| crews::explain(tx, &actor, id, kind, &f.reason);
    web.write(move |tx| unknown_to_others(done(tx), "pay line", id)).await?;
    Ok(see_other(&format!("/crews/lines/{id}")))
}

/// An answer to an objection.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    text: String,
}

pub async fn answer(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ObjectionId>,
    Checked(f): Checked<AnswerForm>,
) -> Result<Response, Fault> {
    let given = Answer::parse(&f.answer).ok_or_else(|| Error::field("answer", "`corrected` or `kept`"))?;
    let actor = who.actor.clone();
    let line = web
        .write(move |tx| {
            crews::answer_objection(tx, &actor, id, given, &f.text)?;
            Ok(crews::objection_raw(tx, id)?.line)
        })
        .await?;
    Ok(see_other(&format!("/crews/lines/{line}")))
}

pub async fn proof(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let ask = PageAsk { limit: Some(LINES_ROWS), after: ask.after };
    let (p, lines) =
        web.read(move |tx| Ok((crews::crew_proof(tx, &actor, id)?, crews::proof_lines(tx, &actor, id, &ask)?))).await?;
    let w = who.words();
    let main = html! {
        (notice(Tone::Good, &w.t_with("proof-crew-told", &[("n", p.paid_lines.into()), ("sum", w.money(p.course.paid).into())]), html! { p { (who.t("proof-crew-lead")) } }))
        (proof_facts(&who, &p))
        (proof_table(&who, &lines.items))
        (pager(w, None, next_href(&who.view, &lines.next).as_deref()))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("proof-crew-csv"), &format!("/crews/sheets/{id}/proof.csv")))
            (print_button(w))
        }))
    };
    let sheet = under(&who, who.t("proof-crew"), &p.course);
    let at = format!("/crews/sheets/{id}");
    Ok(page(&who, sheet.crumb(name(&who, p.course.period, p.course.kind, p.course.number), at), main))
}

fn proof_facts(who: &Signed, p: &CrewProof) -> Markup {
    let w = who.words();
    let by = |name: &str, at: Option<kernel::Timestamp>| match at {
        Some(at) => say::by(w, name, at),
        None => html! { (name) },
    };
    let mut rows = vec![
        Row::new(
            who.t("proof-behalf"),
            html! { (p.on_behalf_of) @if !p.course.team.is_empty() { " · " (p.course.team) } },
        ),
        Row::new(who.t("my-line-payer"), html! { (p.paid_by_firm) }),
        Row::new(who.t("project-name"), html! { (p.course.project_name) }),
        Row::new(who.t("wage-account-name"), html! { (p.account_name) }),
        Row::new(who.t("sheet-period"), html! { (name(who, p.course.period, p.course.kind, p.course.number)) }),
        Row::new(who.t("proof-paid"), html! { (say::people(w, p.paid_lines)) " · " (amount(w, p.course.paid)) }),
    ];
    if p.failed_lines > 0 {
        rows.push(Row::new(
            who.t("proof-failed"),
            html! { (say::people(w, p.failed_lines)) " · " (amount(w, p.failed)) },
        ));
    }
    rows.push(Row::new(who.t("course-cleared-by"), by(&p.course.cleared_by, p.course.cleared_at)));
    rows.push(Row::new(who.t("hand-checked"), by(&p.checked_by, p.checked_at)));
    rows.push(Row::new(who.t("hand-paid"), by(&p.paid_by, p.paid_at)));
    rows.push(Row::new(who.t("proof-hash"), html! { code { (p.hash) } }));
    summary_list(w, &rows)
}

fn proof_table(who: &Signed, lines: &[ProofLine]) -> Markup {
    let w = who.words();
    let row = |l: &ProofLine| {
        [
            html! { (l.number) },
            html! { div { (l.name) br; (masked(&l.identity)) } },
            amount(w, l.net),
            html! { span.masked-text { (l.account) } },
            say::tag_by(w, l.state, "", l.at),
        ]
    };
    let table = Table::new(who.t("proof-lines"))
        .figures(who.t("line-number"))
        .text(who.t("worker-name"))
        .figures(who.t("sheet-net"))
        .text(who.t("worker-account"))
        .text(who.t("line-state"))
        .rows(lines.iter().map(row));
    table.show(w)
}

pub async fn proof_csv(State(web): State<Web>, who: Signed, At(id): At<PaySheetId>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let bytes = web
        .read(move |tx| {
            let mut out = Vec::new();
            crews::proof_csv(tx, &actor, id, &mut out)?;
            Ok(out)
        })
        .await?;
    Ok(download(&format!("proof-{id}.csv"), "text/csv; charset=utf-8", bytes))
}
