//! Projects of one contractor under one wage account: what each has, and how another comes to it.
use super::site::{Place, against, law, place, sheet};
use super::{page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::Error;
use kernel::id::ProjectId;
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use store::Tx;
use worksite::Part;

/// Which project joins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    project: String,
}

/// What the bank's officer may do.
struct Next {
    /// The number under which another project is opened, or why none is.
    number: Result<String, Error>,
    joinable: Vec<Part>,
}

/// The site and the parts of its account.
struct Seen {
    place: Place,
    parts: Vec<Part>,
    next: Option<Next>,
}

fn seen(tx: &mut Tx<'_>, who: &Signed, id: ProjectId) -> kernel::Result<Seen> {
    let actor = &who.actor;
    let place = place(tx, actor, id)?;
    let parts = unknown_to_others(worksite::parts(tx, actor, id), "project", id)?;
    let opens = who.is_staff() && who.holds(P::WageAccountOpen) && place.file.is_some();
    let next = opens.then(|| Next {
        number: worksite::next_share_number(tx, actor, id),
        joinable: worksite::joinable(tx, actor, id).unwrap_or_default(),
    });
    Ok(Seen { place, parts, next })
}

async fn load(web: &Web, who: &Signed, id: ProjectId) -> Result<Seen, Fault> {
    let of = who.clone();
    Ok(web.read(move |tx| seen(tx, &of, id)).await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    Ok(shown(&who, &load(&web, &who, id).await?, &FieldErrors::new()))
}

fn shown(who: &Signed, s: &Seen, errors: &FieldErrors) -> Shown {
    let main = html! {
        (law(who, &s.place))
        (error_summary(who.words(), errors))
        (rule(who, &s.place))
        (table(who.words(), &s.parts))
        @if let Some(next) = &s.next { (opening(who, s, next)) (joining(who, s, next, errors)) }
    };
    let sheet = sheet(who, &s.place, who.t("site-sharing").into_owned()).lead(who.t("site-sharing-lead").into_owned());
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// Whether the region lets projects share.
fn rule(who: &Signed, p: &Place) -> Markup {
    let region = p.file.as_ref().and_then(|f| worksite::region(&f.region, p.today).ok());
    let Some(region) = region else { return notice(Tone::Info, &who.t("site-sharing-no-file"), html! {}) };
    let name = super::site::said(who.words(), &region.zh, &region.en);
    let key = if region.shared_account { "site-sharing-allowed" } else { "site-sharing-refused" };
    let tone = if region.shared_account { Tone::Info } else { Tone::Warn };
    let more = if region.shared_account { "site-sharing-allowed-more" } else { "site-sharing-refused-more" };
    notice(tone, &who.words().t_with(key, &[("region", name.into())]), html! { p { (who.t(more)) } })
}

fn table(w: Words, parts: &[Part]) -> Markup {
    let row = |p: &Part| {
        [
            html! { a href={ "/wages/projects/" (p.project) "/site" } { (p.name) } },
            html! { (say::grouped(&p.account_number)) },
            amount(w, p.balance),
        ]
    };
    let table = Table::new(w.t("site-parts"))
        .text(w.t("project-name"))
        .text(w.t("wage-account-number"))
        .figures(w.t("site-part-balance"));
    table.rows(parts.iter().map(row)).show(w)
}

fn opening(who: &Signed, s: &Seen, next: &Next) -> Markup {
    let w = who.words();
    let id = s.place.project.id;
    html! {
        h2 { (who.t("site-sharing-open")) }
        @match &next.number {
            Ok(number) => {
                p { (w.t_with("site-sharing-number", &[("number", say::grouped(number).into())])) }
                (actions(link_button(Button::Primary, &who.t("site-sharing-open-do"), &format!("/wages/opening?under={id}"))))
            }
            Err(why) => { p { (w.error(why).message) " " (w.error(why).remedy) } }
        }
    }
}

fn joining(who: &Signed, s: &Seen, next: &Next, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choice = |p: &Part| Choice::new(p.project.to_string(), p.name.clone()).hint(say::grouped(&p.account_number));
    let all: Vec<Choice<'_>> = next.joinable.iter().map(choice).collect();
    let first = all.first().map_or(String::new(), |c| c.value.to_string());
    let field = Field::new("project", who.t("site-sharing-which")).value(first).errors(errors);
    let at = format!("/wages/projects/{}/site/sharing", s.place.project.id);
    html! {
        h2 { (who.t("site-sharing-join")) }
        @if all.is_empty() { p { (who.t("site-sharing-none")) } } @else {
            (form(&who.view, &at, html! {
                (radios(w, &field, &all))
                (actions(button(Button::Primary, &who.t("site-sharing-join-do"), None)))
            }))
        }
    }
}

pub async fn join(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<JoinForm>,
) -> Result<Response, Fault> {
    let (actor, project) = (who.actor.clone(), given.project.trim().parse::<ProjectId>());
    let done = match project {
        Ok(project) => {
            let join = move |tx: &mut Tx<'_>| worksite::share_account(tx, &actor, id, project);
            web.write(move |tx| unknown_to_others(join(tx), "project", id)).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/sharing"))),
        Err(why) => {
            let s = load(&web, &who, id).await?;
            Ok(refused(shown(&who, &s, &super::desk::fault(&who, &against(why)?, &[], "project"))))
        }
    }
}
