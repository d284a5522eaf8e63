//! The end of a site, step by step: completion, pledge, public notice, closing; how long its records are kept.
use super::guarantees::accounts_of;
use super::{Page as Sheet, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::{AccountId, ProjectId};
use kernel::{Actor, Date, Error, Kind, Result};
use maud::{Markup, html};
use party::Permission as P;
use payroll::Project;
use serde::Deserialize;
use store::Tx;
use worksite::end::{self, Block, Closing, Kept, Objection, Step};

/// The steps, in their order.
const STEPS: [(Step, &str); 5] = [
    (Step::Complete, "site-end-step-completion"),
    (Step::Pledge, "site-end-step-pledge"),
    (Step::Notice, "site-end-step-notice"),
    (Step::Wait, "site-end-step-wait"),
    (Step::Close, "site-end-step-close"),
];

/// All that is shown.
struct Seen {
    project: Project,
    closing: Closing,
    blocks: Vec<Block>,
    objections: Vec<Objection>,
    kept: Kept,
    accounts: Vec<(String, String)>,
}

fn load(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Seen> {
    let closing = unknown_to_others(end::look(tx, actor, id), "project", id)?;
    let project = payroll::project_raw(tx, id)?;
    let mut blocks = end::blocks_of(tx, id)?;
    blocks.retain(|b| b.lifted_at.is_none());
    let (objections, kept) = (end::objections_of(tx, actor, id)?, end::kept_until(tx, id)?);
    let accounts = accounts_of(tx, &project)?;
    Ok(Seen { project, closing, blocks, objections, kept, accounts })
}

async fn seen(web: &Web, who: &Signed, id: ProjectId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| load(tx, &actor, id)).await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let seen = seen(&web, &who, id).await?;
    Ok(end_page(&who, &seen, &StepForm::default(), &FieldErrors::new()))
}

fn end_page(who: &Signed, s: &Seen, given: &StepForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let names: Vec<Text<'_>> = STEPS.iter().map(|(_, key)| Text::from(who.t(key))).collect();
    let now = STEPS.iter().position(|(step, _)| *step == s.closing.step()).unwrap_or(STEPS.len());
    let main = html! {
        (error_summary(w, errors))
        (steps(w, &who.t("site-end"), &names, now))
        (next(who, s, given, errors))
        (facts(who, s))
        (in_the_way(who, s))
        (objections(who, s))
        (kept(who, s))
    };
    let at = format!("/wages/projects/{}", s.project.id);
    let sheet = Sheet::new(who.t("site-end").into_owned()).lead(who.t("site-end-lead").into_owned());
    let sheet = sheet.crumb(who.t("wages").into_owned(), "/wages").crumb(s.project.name.clone(), at);
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// What is to be done next, by whom.
fn next(who: &Signed, s: &Seen, given: &StepForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let manages = who.holds(P::WageProjectManage);
    let at = |rest: &str| format!("/wages/projects/{}/end/{rest}", s.project.id);
    let document = Field::new("document", who.t("site-end-document")).value(given.document.as_str()).errors(errors);
    let send = |key: &str| actions(button(Button::Primary, &who.t(key), None));
    match s.closing.step() {
        Step::Complete if manages => {
            let on = Field::new("on", who.t("site-end-completed-on")).value(given.on.as_str()).errors(errors);
            let fields =
                html! { (date(w, &on, None, Some(s.closing.today))) (text(w, &document)) (send("site-end-complete")) };
            form(&who.view, &at("completion"), fields)
        }
        Step::Pledge if manages => form(
            &who.view,
            &at("pledge"),
            html! { p { (who.t("site-end-pledge-lead")) } (text(w, &document)) (send("site-end-pledge")) },
        ),
        Step::Notice if manages => {
            let words = Field::new("text", who.t("site-end-notice-text")).value(given.text.as_str()).errors(errors);
            form(&who.view, &at("notice"), html! { (multiline(w, &words, 5, 2_000)) (send("site-end-notice")) })
        }
        Step::Wait => {
            let left = s.closing.days_left().unwrap_or(0);
            let why = end::judge(&s.closing).err().map(|e| w.error(&e));
            notice(
                Tone::Info,
                &w.t_with("site-end-days-left", &[("n", left.into())]),
                html! { @if let Some(told) = why { p { (told.message) } p { (told.remedy) } } },
            )
        }
        Step::Close if who.holds(P::WageAccountOpen) => {
            let all: Vec<Choice<'_>> = s.accounts.iter().map(|(v, l)| Choice::new(v.as_str(), l.as_str())).collect();
            let to = Field::new("to", who.t("worksite-pay-to")).value(given.to.as_str()).errors(errors);
            form(&who.view, &at("closing"), html! { (radios(w, &to, &all)) (send("site-end-close")) })
        }
        Step::Closed => notice(Tone::Good, &who.t("site-end-closed"), html! {}),
        _ => notice(Tone::Info, &who.t("site-end-not-yours"), html! {}),
    }
}

fn facts(who: &Signed, s: &Seen) -> Markup {
    let (w, e) = (who.words(), &s.closing.end);
    let on = |d: Option<Date>| html! { @if let Some(d) = d { (day(w, d)) } @else { "—" } };
    let until = |d: Date| html! { " – " (day(w, d)) };
    let mut rows = vec![
        Row::new(who.t("worksite-completed"), html! { (on(e.completed_on)) " " (e.completion_document) }),
        Row::new(
            who.t("worksite-pledge"),
            html! { @if e.pledge_document.is_empty() { "—" } @else { (e.pledge_document) } },
        ),
        Row::new(who.t("worksite-notice"), html! { (on(e.notice_from)) (e.notice_until.map_or(html! {}, until)) }),
    ];
    if e.closed_at.is_some() {
        rows.push(Row::new(who.t("worksite-balance"), amount(w, kernel::Money::new(e.balance, s.project.currency))));
    }
    html! {
        (summary_list(w, &rows))
        @if !e.notice_text.is_empty() { (details(&who.t("site-end-notice-text"), html! { p { (e.notice_text) } })) }
    }
}

/// What stands between the site and its end.
fn in_the_way(who: &Signed, s: &Seen) -> Markup {
    let (w, u) = (who.words(), s.closing.unsettled);
    html! {
        @if !s.blocks.is_empty() {
            (notice(Tone::Warn, &who.t("site-end-blocked"), html! { @for b in &s.blocks { p { @if who.firm().is_some() && b.kind == end::COMPLAINT { (who.t("site-end-block-matter")) } @else if b.kind == end::COMPLAINT { (b.why) } @else { (b.why) " · " (b.reference) } } } }))
        }
        @if !u.is_none() {
            (notice(Tone::Warn, &who.t("site-end-unsettled"), html! { p {
                (w.t_with("site-end-unsettled-more", &[("sheets", u.sheets.into()), ("lines", u.processing.into()), ("failed", u.failed.into())]))
            } }))
            @if u.earmarked > 0 {
                p { (w.t_with("site-end-earmarked", &[("amount", w.money(kernel::Money::new(u.earmarked, s.project.currency)).into())])) }
            }
        }
    }
}

fn objections(who: &Signed, s: &Seen) -> Markup {
    let w = who.words();
    let at = |rest: &str| format!("/wages/projects/{}/end/{rest}", s.project.id);
    let answer = |o: &Objection| match o.answered_at {
        Some(at) => html! { (o.answer) br; span.hint { (moment(w, at)) } },
        None if who.holds(P::WageCase) => form(
            &who.view,
            &at("answers"),
            html! {
                input type="hidden" name="number" value=(o.number);
                (text(w, &Field::new("text", who.t("site-end-answer"))))
                (actions(button(Button::Secondary, &who.t("site-end-answer-send"), None)))
            },
        ),
        None => html! { (who.t("site-end-open")) },
    };
    let row =
        |o: &Objection| [html! { (o.number) }, html! { (o.text) br; span.hint { (moment(w, o.made_at)) } }, answer(o)];
    let table = Table::new(who.t("worksite-objections"))
        .text(who.t("site-end-number"))
        .text(who.t("site-end-objection"))
        .text(who.t("site-end-answer"))
        .rows(s.objections.iter().map(row))
        .when_empty(who.t("site-end-no-objections"));
    let runs = s.closing.end.noticed_at.is_some() && s.closing.end.closed_at.is_none();
    html! {
        @if s.closing.end.noticed_at.is_some() { (table.show(w)) }
        @if runs && who.is_staff() {
            (form(&who.view, &at("objections"), html! {
                (multiline(w, &Field::new("text", who.t("site-end-objection")), 3, 2_000))
                (actions(button(Button::Secondary, &who.t("site-end-object"), None)))
            }))
        }
    }
}

fn kept(who: &Signed, s: &Seen) -> Markup {
    let w = who.words();
    let until = html! { @match s.kept.until { Some(until) => (day(w, until)), None => (who.t("site-end-kept-open")) } };
    let at = format!("/wages/projects/{}", s.project.id);
    html! {
        h2 { (who.t("site-end-kept")) }
        p { (who.t("site-end-kept-lead")) }
        (summary_list(w, &[Row::new(who.t("site-end-kept-until"), until)]))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("pay-ledger"), &format!("{at}/pay-ledger")))
            (link_button(Button::Secondary, &who.t("site-end-evidence"), &format!("{at}/evidence")))
        }))
    }
}

/// What is written into one step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    on: String,
    document: String,
    text: String,
    number: i64,
    to: String,
}

type Form = Checked<StepForm>;

/// Does a step, then shows how far it is; what the domain says against it stands beside its field.
async fn step(
    web: &Web,
    who: &Signed,
    id: ProjectId,
    given: StepForm,
    did: impl Fn(&mut Tx<'_>, &Actor, &StepForm) -> Result<()> + Send + 'static,
) -> Result<Response, Fault> {
    let before = seen(web, who, id).await?;
    let (actor, form) = (who.actor.clone(), given.clone());
    match web.write(move |tx| did(tx, &actor, &form)).await {
        Ok(()) => Ok(see_other(&format!("/wages/projects/{id}/end"))),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit | Kind::Conflict) => {
            let errors = super::desk::fault(who, &why, &["on", "document", "text", "to"], field_of(&before));
            Ok(refused(end_page(who, &before, &given, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

fn field_of(s: &Seen) -> &'static str {
    match s.closing.step() {
        Step::Complete => "on",
        Step::Pledge => "document",
        Step::Close => "to",
        _ => "text",
    }
}

fn read_day(text: &str) -> Result<Date> {
    Date::parse(&text.trim().replace(['/', '.'], "-")).map_err(|_| Error::field("on", "write the day as YYYY-MM-DD"))
}

pub async fn completion(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    f: Form,
) -> Result<Response, Fault> {
    step(&web, &who, id, f.0, move |tx, a, f| end::completed(tx, a, id, read_day(&f.on)?, &f.document).map(|_| ()))
        .await
}

pub async fn pledge(State(web): State<Web>, who: Signed, At(id): At<ProjectId>, f: Form) -> Result<Response, Fault> {
    step(&web, &who, id, f.0, move |tx, a, f| end::pledged(tx, a, id, &f.document).map(|_| ())).await
}

pub async fn public(State(web): State<Web>, who: Signed, At(id): At<ProjectId>, f: Form) -> Result<Response, Fault> {
    step(&web, &who, id, f.0, move |tx, a, f| end::notice_begin(tx, a, id, &f.text).map(|_| ())).await
}

pub async fn objection(State(web): State<Web>, who: Signed, At(id): At<ProjectId>, f: Form) -> Result<Response, Fault> {
    step(&web, &who, id, f.0, move |tx, a, f| end::object(tx, a, id, &f.text).map(|_| ())).await
}

pub async fn answer(State(web): State<Web>, who: Signed, At(id): At<ProjectId>, f: Form) -> Result<Response, Fault> {
    step(&web, &who, id, f.0, move |tx, a, f| end::object_answer(tx, a, id, f.number, &f.text).map(|_| ())).await
}

pub async fn closing(State(web): State<Web>, who: Signed, At(id): At<ProjectId>, f: Form) -> Result<Response, Fault> {
    let read = |text: &str| text.trim().parse::<AccountId>().map_err(|_| Error::field("to", "choose an account"));
    step(&web, &who, id, f.0, move |tx, a, f| end::close_ask(tx, a, id, read(&f.to)?, "").map(|_| ())).await
}

/// The archive of evidence, to be kept.
pub async fn evidence(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Response, Fault> {
    seen(&web, &who, id).await?;
    let actor = who.actor.clone();
    let bytes = web.run(move |bank| app::evidence(bank, &actor, id)).await?;
    Ok(download(&format!("{id}.tar"), "application/x-tar", bytes))
}

/// A line of the pay ledger for each paid or failed wage, newest sheets first.
pub async fn ledger(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (project, rows) = web
        .read(move |tx| {
            unknown_to_others(end::look(tx, &actor, id), "project", id)?;
            Ok((payroll::project_raw(tx, id)?, end::pay_ledger(tx, &actor, id, end::LEDGER_SHOWN_MAX)?))
        })
        .await?;
    let w = who.words();
    let row = |r: &end::LedgerRow| {
        [
            html! { (r.name) br; span.hint { (r.identity) } },
            html! { (r.period) },
            html! { @if let Some(at) = r.paid_at { (day(w, at.local_date())) } @else { (say::told(w, "line-state", r.state.code())) } },
            amount(w, r.due),
            amount(w, r.deductions),
            amount(w, r.net),
            html! { (r.proof) },
        ]
    };
    let table = Table::new(who.t("pay-ledger"))
        .text(who.t("pay-ledger-name"))
        .text(who.t("pay-ledger-period"))
        .text(who.t("pay-ledger-paid"))
        .figures(who.t("wage-due"))
        .figures(who.t("wage-deductions"))
        .figures(who.t("wage-net"))
        .text(who.t("pay-ledger-proof"))
        .rows(rows.iter().map(row))
        .when_empty(who.t("pay-ledger-none"))
        .caption_hidden();
    let reveals = who.holds(P::PersonReveal) || who.holds(P::WageSheetMake);
    let why = Field::new("text", who.t("pay-ledger-why"));
    let main = html! {
        (table.show(w))
        @if reveals { (form(&who.view, &format!("/wages/projects/{id}/pay-ledger"), html! { p { (who.t("pay-ledger-file-lead")) } (text(w, &why)) (actions(button(Button::Secondary, &who.t("pay-ledger-file"), None))) })) }
    };
    let at = format!("/wages/projects/{id}");
    let sheet = Sheet::new(who.t("pay-ledger")).lead(who.t("pay-ledger-lead")).crumb(who.t("wages"), "/wages");
    Ok(page(&who, sheet.crumb(project.name.clone(), at), main))
}

/// The pay ledger as a file with names and numbers in the clear; the look is audited.
pub async fn ledger_file(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    f: Form,
) -> Result<Response, Fault> {
    seen(&web, &who, id).await?;
    let (actor, why) = (who.actor.clone(), f.0.text);
    let bytes = web.write(move |tx| end::pay_ledger_file(tx, &actor, id, &why)).await?;
    Ok(download(&format!("pay-ledger-{id}.csv"), "text/csv; charset=utf-8", bytes))
}
