//! A firm: what is on file, its users, whether it wants two persons for its rights, and its programs. The bank's staff find it by its
//! credit code; its own users see their own.
use super::confirm::{Confirm, Given};
use super::overview::{self, LookAsk};
use super::roles::{Known, Places, held_table};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::overview::{Money, Why};
use app::rights::{Asked, control_ask};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::Error;
use kernel::id::FirmId;
use maud::{Markup, html};
use party::{ApiClient, Firm, FirmControl, Held, Permission as P};
use payments::Instruction;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FindAsk {
    code: String,
}

/// A firm by its credit code, which is public.
pub async fn find(State(web): State<Web>, who: Signed, Query(ask): Query<FindAsk>) -> Result<Response, Fault> {
    let code = ask.code.trim().to_owned();
    let (actor, asked) = (who.actor.clone(), code.clone());
    let found = web
        .read(move |tx| {
            let whole = party::credit_code(&asked);
            let id = whole.map(|code| party::firm_by_code(tx, &code)).transpose()?.flatten();
            Ok(id.filter(|id| party::may(tx, &actor, P::FirmRead, &party::Scope::firm(*id)).is_ok()))
        })
        .await?;
    if let Some(id) = found {
        return Ok(see_other(&format!("/firms/{id}")));
    }
    let (errors, asking) = by_code(&who, &code, "/firms");
    let main = html! {
        (asking)
        @if who.holds(P::FirmRegister) { (actions(link_button(Button::Primary, &who.t("register-firm"), "/firms/registration"))) }
    };
    let shown = page(&who, Sheet::new(who.t("firms")).lead(who.t("firms-lead")).wrong(!errors.is_empty()), main);
    Ok(if errors.is_empty() { shown.into_response() } else { refused(shown) })
}

/// The question for a credit code; one that was asked and not found is a fault.
pub(super) fn by_code(who: &Signed, code: &str, place: &str) -> (FieldErrors, Markup) {
    let (w, mut errors) = (who.words(), FieldErrors::new());
    if !code.is_empty() {
        errors.add("code", who.t("firm-unknown"));
    }
    let field = Field::new("code", who.t("firm-code")).hint(who.t("firm-code-hint")).value(code).errors(&errors);
    let asking = html! {
        (error_summary(w, &errors))
        (filter_bar(w, place, text(w, &field.width(Width::Twenty).autocomplete("off"))))
    };
    (errors, asking)
}

/// The firm one acts for.
pub async fn own(who: Signed) -> Result<Response, Fault> {
    let firm = who.firm().ok_or_else(|| Error::forbidden("you act for no firm"))?;
    Ok(see_other(&format!("/firms/{firm}")))
}

/// A firm that the reader may see.
pub async fn load(web: &Web, who: &Signed, id: FirmId) -> Result<Firm, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| crate::api::unknown_to_others(party::firm_view(tx, &actor, id), "firm", id)).await?)
}

struct Seen {
    firm: Firm,
    users: Vec<Held>,
    control: Option<FirmControl>,
    set_by: String,
    clients: Vec<ApiClient>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Query(ask): Query<LookAsk>,
) -> Result<Shown, Fault> {
    let (actor, programs) = (who.actor.clone(), who.holds(P::ClientManage));
    let looks = who.is_staff() && who.holds(P::AccountReadAny);
    let money = match ask.read().filter(|_| looks) {
        Some((why, _)) => {
            let actor = actor.clone();
            Some((why, web.write(move |tx| app::overview::firm(tx, &actor, id, why)).await?))
        }
        None => None,
    };
    let seen = web
        .read(move |tx| {
            let firm = crate::api::unknown_to_others(party::firm_view(tx, &actor, id), "firm", id)?;
            let control = party::firm_control(tx, id)?;
            let set_by = control.as_ref().map(|c| party::who_name(tx, &c.set_by)).transpose()?.unwrap_or_default();
            let clients = if programs { party::clients_of(tx, &actor, id)? } else { Vec::new() };
            Ok(Seen { firm, users: party::firm_users(tx, &actor, id)?, control, set_by, clients })
        })
        .await?;
    let (w, f) = (who.words(), &seen.firm);
    let mut rows = vec![
        Row::new(who.t("firm-code"), html! { code { (f.credit_code) } }),
        Row::new(who.t("firm-kind"), html! { (say::told(w, "firm-kind", f.kind.code())) }),
        Row::new(who.t("firm-size"), html! { (say::told(w, "firm-size", f.size.code())) }),
    ];
    for (key, value) in [("person-phone", &f.phone), ("person-address", &f.address)] {
        if !value.is_empty() {
            rows.push(Row::new(who.t(key), html! { (value) }));
        }
    }
    let main = html! {
        (summary_list(w, &rows))
        h2 { (who.t("firm-users")) }
        (held_table(&who, &Places::of(&who, &[]), &seen.users, Known::Place))
        @if who.holds(P::RoleGrant) { (actions(link_button(Button::Primary, &who.t("user-give"), &format!("/firms/{id}/role")))) }
        (control_block(&who, id, &seen))
        @if who.holds(P::FirmVerify) { (actions(link_button(Button::Secondary, &who.t("firm-class-title"), &format!("/firms/{id}/class")))) }
        @if looks { (its_money(&who, id, money.as_ref())) }
        @if who.holds(P::ClientManage) { (super::programs::block(&who, id, &seen.clients)) }
    };
    let shown = Sheet::new(f.name.clone());
    let shown = if who.is_staff() { shown.crumb(who.t("firms"), "/firms") } else { shown };
    Ok(page(&who, shown, main))
}

/// What the firm has and ordered, once the reader said why he looks.
fn its_money(who: &Signed, id: FirmId, money: Option<&(Why, (Money, Vec<Instruction>))>) -> Markup {
    html! {
        h2 { (who.t("firm-money")) }
        @match money {
            None => { (overview::reasons(who, &format!("/firms/{id}"))) }
            Some((why, (all, orders))) => { (overview::on_record(who, *why)) (overview::money(who, all)) (overview::orders(who, orders)) }
        }
    }
}

fn control_block(who: &Signed, id: FirmId, seen: &Seen) -> Markup {
    let w = who.words();
    html! {
        h2 { (who.t("rights-control")) }
        @match &seen.control {
            Some(c) => p { (status(Tone::Good, &who.t("rights-control-two"), &seen.set_by, &w.moment(c.set_at))) },
            None => p { (status(Tone::Info, &who.t("rights-control-one"), "", "")) },
        }
        @if who.holds(P::RoleGrant) {
            (actions(link_button(Button::Secondary, &who.t(control_key(seen.control.is_some())), &format!("/firms/{id}/control"))))
        }
    }
}

/// What the button does, by how it is now.
fn control_key(two: bool) -> &'static str {
    if two { "control-end" } else { "control-set" }
}

async fn controlled(web: &Web, who: &Signed, id: FirmId) -> Result<(Firm, bool), Fault> {
    let firm = load(web, who, id).await?;
    Ok((firm, web.read(move |tx| Ok(party::firm_control(tx, id)?.is_some())).await?))
}

fn control_page(who: &Signed, firm: &Firm, two: bool, given: &Given, errors: &FieldErrors) -> Shown {
    let (key, here) = (control_key(two), format!("/firms/{}", firm.id));
    let confirm = Confirm {
        title: &who.t(key),
        lead: &who.t(&format!("{key}-lead")),
        crumbs: vec![(firm.name.clone(), here.clone())],
        rows: Vec::new(),
        more: html! {},
        action: &format!("{here}/control"),
        back: &here,
        button: (Button::Primary, &who.t(key)),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        // What was shown decides what is asked, whatever it is by then.
        hash: if two { "end" } else { "set" },
    };
    confirm.show(who, given, errors)
}

pub async fn control(State(web): State<Web>, who: Signed, At(id): At<FirmId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let (firm, two) = controlled(&web, &who, id).await?;
    Ok(control_page(&who, &firm, two, &Given::default(), &FieldErrors::new()))
}

pub async fn control_change(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (firm, two) = controlled(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(control_page(&who, &firm, two, &given, &errors)));
    }
    let (actor, wanted) = (who.actor.clone(), given.hash != "end");
    Ok(match web.write(move |tx| control_ask(tx, &actor, id, wanted, &why)).await? {
        Asked::Waits(approval) => see_other(&format!("/approvals/{approval}")),
        Asked::Granted(_) | Asked::Changed(_) => see_other(&format!("/firms/{id}")),
    })
}
