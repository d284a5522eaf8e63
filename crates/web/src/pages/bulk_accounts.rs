//! Accounts for the workers of a roster who have none, opened in one go (批量开户). Each only receives until its owner comes to a
//! counter with his identity card.
use super::confirm::{Confirm, Given};
use super::{Page, page};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use kernel::Result;
use kernel::id::ProjectId;
use maud::html;
use payroll::{Opened, Project, Worker};

/// Names that are shown before accounts are opened; the rest is counted.
const NAMES_SHOWN_MAX: usize = 100;

async fn waiting(web: &Web, who: &Signed, id: ProjectId) -> Result<(Project, Vec<Worker>)> {
    let actor = who.actor.clone();
    let look = move |tx: &mut store::Tx<'_>| {
        let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
        Ok((project, payroll::without_account(tx, &actor, id)?))
    };
    web.read(look).await
}

fn crumbs(who: &Signed, project: &Project) -> Vec<(String, String)> {
    let place = format!("/wages/projects/{}", project.id);
    let roster = format!("{place}/roster");
    vec![
        (who.t("wages").into_owned(), "/wages".into()),
        (project.name.clone(), place),
        (who.t("roster").into_owned(), roster),
    ]
}

fn count(who: &Signed, key: &str, number: usize) -> String {
    who.words().t_with(key, &[("count", number.into())])
}

pub async fn ask(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let (project, workers) = waiting(&web, &who, id).await?;
    let back = format!("/wages/projects/{id}/roster");
    if workers.is_empty() {
        let none = empty(
            &who.t("bulk-none"),
            &who.t("bulk-none-text"),
            link_button(Button::Secondary, &who.t("roster"), &back),
        );
        return Ok(page(&who, under(&who, &project), none));
    }
    let shown = workers.iter().take(NAMES_SHOWN_MAX);
    let names = Table::new(who.t("bulk-who"))
        .text(who.t("worker-name"))
        .text(who.t("worker-identity"))
        .text(who.t("worker-team"))
        .rows(
            shown.map(|w| [w.name_masked.as_str(), w.identity_masked.as_str(), w.team.as_str()].map(|t| html! { (t) })),
        );
    let more = html! {
        (notice(Tone::Info, &who.t("bulk-receive"), html! { p { (who.t("bulk-receive-text")) } }))
        (names.show(who.words()))
        @if workers.len() > NAMES_SHOWN_MAX { p { (count(&who, "bulk-more", workers.len() - NAMES_SHOWN_MAX)) } }
    };
    let confirm = Confirm {
        title: &who.t("bulk-open"),
        lead: &count(&who, "bulk-lead", workers.len()),
        crumbs: crumbs(&who, &project),
        rows: vec![Row::new(who.t("project-basis"), html! { (project.basis) })],
        more,
        action: &format!("/wages/projects/{id}/accounts"),
        back: &back,
        button: (Button::Primary, &count(&who, "bulk-confirm", workers.len())),
        reason: None,
        hash: "",
    };
    Ok(confirm.show(&who, &Given::default(), &FieldErrors::new()))
}

fn under<'a>(who: &Signed, project: &Project) -> Page<'a> {
    crumbs(who, project).into_iter().fold(Page::new(who.t("bulk-open")), |page, (label, href)| page.crumb(label, href))
}

/// Opens them. Asked twice, the second finds nobody left without an account.
pub async fn open(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(_): Checked<Given>,
) -> Result<Shown, Fault> {
    let (project, workers) = waiting(&web, &who, id).await?;
    let actor = who.actor.clone();
    let ids: Vec<_> = workers.iter().map(|w| w.id).collect();
    let opened: Vec<Opened> = web.run(move |bank| payroll::open_accounts(&bank.store, &actor, id, &ids)).await?;
    let roster = format!("/wages/projects/{id}/roster");
    let next = html! {
        p { (who.t("bulk-next")) }
        (actions(link_button(Button::Primary, &who.t("roster"), &roster)))
    };
    Ok(page(
        &who,
        under(&who, &project).bare(),
        result(Tone::Good, &count(&who, "bulk-done", opened.len()), None, next),
    ))
}
