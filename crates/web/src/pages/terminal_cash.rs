//! The cash machine in a terminal of the lobby: which one stands there, chosen once from those of the branch that stand in none.
use super::asking::{Asking, told};
use super::refused;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::{DeviceId, DrawerId};
use maud::{Markup, html};
use serde::Deserialize;
use till::Drawer;

/// The terminal's name, its machine, and those that may be put into it.
struct Place {
    name: String,
    own: Option<Drawer>,
    free: Vec<Drawer>,
}

async fn place(web: &Web, who: &Signed, id: DeviceId) -> Result<Place, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let terminal = crate::api::unknown_to_others(party::terminal(tx, &actor, id), "terminal", id)?;
        let (own, free) = till::machines_for(tx, &actor, id)?;
        Ok(Place { name: terminal.name, own, free })
    });
    Ok(found.await?)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    machine: String,
}

pub async fn form(State(web): State<Web>, who: Signed, At(id): At<DeviceId>) -> Result<Shown, Fault> {
    let place = place(&web, &who, id).await?;
    Ok(form_page(&who, id, &place, "", &FieldErrors::new()))
}

fn form_page(who: &Signed, id: DeviceId, place: &Place, given: &str, errors: &FieldErrors) -> Shown {
    let here = format!("/terminals/{id}");
    let crumbs = vec![(who.t("terminals").into_owned(), "/terminals".into()), (place.name.clone(), here.clone())];
    let asking = Asking {
        title: &who.t("terminal-machine"),
        lead: &who.t("terminal-machine-lead"),
        crumbs,
        action: &format!("{here}/machine"),
        back: &here,
        button: &who.t("terminal-machine-link"),
    };
    asking.show(who, choices(who, place, given, errors), errors)
}

fn choices(who: &Signed, place: &Place, given: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let all: Vec<Choice<'_>> =
        place.free.iter().map(|d| Choice::new(d.id.to_string(), d.name.as_str()).hint(w.unit(d.currency).0)).collect();
    html! {
        @if let Some(own) = &place.own { (notice(Tone::Info, &w.t_with("terminal-machine-own", &[("name", own.name.clone().into())]), html! {})) }
        @if all.is_empty() { p { (who.t("terminal-machine-none")) } }
        @else { (radios(w, &Field::new("machine", who.t("terminal-machine")).value(given).errors(errors), &all)) }
    }
}

pub async fn link(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    Checked(given): Checked<LinkForm>,
) -> Result<Response, Fault> {
    let place = place(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let Ok(machine) = given.machine.parse::<DrawerId>() else {
        errors.add("machine", who.t("choose-one"));
        return Ok(refused(form_page(&who, id, &place, &given.machine, &errors)));
    };
    let actor = who.actor.clone();
    match web.write(move |tx| till::machine_link(tx, &actor, id, machine)).await {
        Ok(_) => Ok(see_other(&format!("/terminals/{id}"))),
        Err(why) => {
            Ok(refused(form_page(&who, id, &place, &given.machine, &told(&who, &["machine"], "machine", why)?)))
        }
    }
}
