//! The roster of a project, and a worker's change of account.
use super::opening::beside;
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{ProjectId, WorkerId};
use kernel::{Error, Id, Kind, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::{AccountGiven, Project, Standing, Worker};
use serde::Deserialize;
use store::params;

pub async fn list(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let first = ask.after.is_none();
    let (project, found) = web
        .read(move |tx| {
            let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
            Ok((project, payroll::roster(tx, &actor, id, &ask)?))
        })
        .await?;
    let w = who.words();
    let here = format!("/wages/projects/{id}/roster");
    let table = Table::new(who.t("roster"))
        .text(who.t("worker-name"))
        .text(who.t("worker-identity"))
        .text(who.t("worker-team"))
        .text(who.t("worker-entered"))
        .text(who.t("worker-account"))
        .actions(who.t("table-actions"))
        .rows(found.items.iter().map(|worker| row(&who, worker)))
        .when_empty(who.t("roster-none"))
        .caption_hidden();
    let main = html! {
        @if who.holds(P::WageRosterEdit) {
            (actions(link_button(Button::Primary, &who.t("roster-import"), &format!("/wages/projects/{id}/roster-import"))))
        }
        @if who.is_staff() && who.holds(P::WageAccountOpen) {
            (actions(link_button(Button::Secondary, &who.t("bulk-open"), &format!("/wages/projects/{id}/accounts"))))
        }
        (table.show(w))
        (pager(w, (!first).then_some(here.as_str()), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, under(&who, who.t("roster").into_owned(), &project).lead(who.t("roster-lead")), main))
}

fn under<'a>(who: &Signed, title: String, project: &Project) -> Sheet<'a> {
    let place = format!("/wages/projects/{}", project.id);
    Sheet::new(title).crumb(who.t("wages"), "/wages").crumb(project.name.clone(), place)
}

fn row(who: &Signed, worker: &Worker) -> [Markup; 6] {
    let w = who.words();
    let account = html! { div {
        @if !worker.account_masked.is_empty() { span.masked-text { (worker.account_masked) } @if !worker.bank.is_empty() { " " (worker.bank) } br; }
        (say::tag(w, worker.standing))
    } };
    let dates = html! { div {
        (day(w, worker.entered_on))
        @if let Some(left) = worker.left_on { br; (left_on(who, left)) }
    } };
    let change = html! {
        @if who.firm().is_some() && who.holds(P::WageRosterEdit) && worker.is_on_roster() {
            a href={ "/wages/workers/" (worker.id) "/account" } { (who.t("account-change")) span.aside { (worker.name_masked) } }
        }
    };
    [
        html! { (worker.name_masked) },
        masked(w, "", &worker.identity_masked, None),
        html! { (worker.team) },
        dates,
        account,
        change,
    ]
}

fn left_on(who: &Signed, left: kernel::Date) -> Markup {
    let w = who.words();
    status(Tone::Quiet, &who.t("worker-left"), "", &w.date(left))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    number: String,
    bank: String,
    note: String,
}

/// The worker, for those who may read his project.
async fn worker(web: &Web, who: &Signed, id: WorkerId) -> Result<(Project, Worker), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let none = || Error::not_found("worker", id);
        let worker = tx.get::<Worker>(params![id.book(), id])?.ok_or_else(none)?;
        let project = unknown_to_others(payroll::project(tx, &actor, worker.project), "worker", id)?;
        Ok((project, worker))
    });
    Ok(found.await?)
}

pub async fn account(State(web): State<Web>, who: Signed, At(id): At<WorkerId>) -> Result<Shown, Fault> {
    let (project, worker) = worker(&web, &who, id).await?;
    Ok(account_page(&who, &project, &worker, &AccountForm::default(), &FieldErrors::new()))
}

fn account_page(who: &Signed, project: &Project, worker: &Worker, given: &AccountForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let rows = [
        Row::new(who.t("worker-name"), html! { (worker.name_masked) }),
        Row::new(who.t("worker-identity"), masked(w, "", &worker.identity_masked, None)),
        Row::new(who.t("account-now"), row(who, worker)[4].clone()),
    ];
    let number =
        Field::new("number", who.t("account-new")).hint(who.t("account-new-hint")).value(given.number.as_str());
    let bank = Field::new("bank", who.t("account-bank")).hint(who.t("account-bank-hint")).value(given.bank.as_str());
    let note = Field::new("note", who.t("account-note")).hint(who.t("account-note-hint")).value(given.note.as_str());
    let fields = html! {
        (crate::look::number(w, &number.errors(errors).width(Width::Twenty)))
        (text(w, &bank.errors(errors).optional().width(Width::Twenty)))
        (multiline(w, &note.errors(errors), 3, 200))
        (actions(button(Button::Primary, &who.t("account-ask"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if worker.standing == Standing::NameMismatch { (notice(Tone::Warn, &who.t("account-mismatch"), html! { p { (who.t("account-mismatch-next")) } })) }
        (form(&who.view, &format!("/wages/workers/{}/account", worker.id), fields))
    };
    let shown = under(who, who.t("account-change").into_owned(), project);
    let shown = shown.crumb(who.t("roster"), format!("/wages/projects/{}/roster", project.id));
    page(who, shown.lead(who.t("account-change-lead")).wrong(!errors.is_empty()), main)
}

pub async fn account_ask(
    State(web): State<Web>,
    who: Signed,
    At(id): At<WorkerId>,
    Checked(form): Checked<AccountForm>,
) -> Result<Response, Fault> {
    let (project, worker) = worker(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let number = given::number(&form.number);
    given::text(&who, &mut errors, "number", &number, "account-number-missing");
    given::text(&who, &mut errors, "note", &form.note, "account-note-missing");
    if !errors.is_empty() {
        return Ok(refused(account_page(&who, &project, &worker, &form, &errors)));
    }
    let (actor, bank, note) = (who.actor.clone(), form.bank.trim().to_owned(), form.note.trim().to_owned());
    let asked = web.write(move |tx| {
        let account = AccountGiven { number: number.clone(), bank: bank.clone() };
        payroll::account_change_ask(tx, &actor, id, account, &note)
    });
    match asked.await {
        Ok(approval) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Invalid | Kind::Conflict) => {
            Ok(refused(account_page(&who, &project, &worker, &form, &beside("number", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}
