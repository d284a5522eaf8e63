//! Cash between two drawers: asked by who holds the one, let go by another, counted in by whoever receives.
use super::till_day::{accepted, branch_of};
use super::till_notes::{self, Fields, value};
use super::till_vault::name_of;
use super::{Page as Sheet, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::{CashMoveId, DrawerId};
use kernel::{Currency, Money, Result};
use maud::{Markup, html};
use party::Permission as P;
use till::{DrawerKind, DrawerView, Move, MoveAsk, MoveState};

/// The currency of what is moved on these pages.
const CURRENCY: Currency = Currency::CNY;

/// Drawers that cash can go between, as choices.
#[derive(Clone)]
struct Ends {
    drawers: Vec<DrawerView>,
    centre: Option<DrawerId>,
}

async fn ends(web: &Web, who: &Signed) -> Result<Ends, Fault> {
    let (actor, branch, keeps) = (who.actor.clone(), branch_of(who)?, who.holds(P::VaultKeep));
    let found = web.read(move |tx| {
        let all = till::drawers(tx, &actor, branch)?;
        let loaded = |d: &DrawerView| d.kind == DrawerKind::Machine && keeps;
        let moved = |d: &DrawerView| {
            (matches!(d.kind, DrawerKind::Vault | DrawerKind::Till) || loaded(d)) && d.currency == CURRENCY
        };
        let drawers: Vec<DrawerView> = all.into_iter().filter(moved).collect();
        let centre = match keeps && !drawers.is_empty() {
            true => Some(till::centre(tx, &actor, branch, CURRENCY)?),
            false => None,
        };
        Ok(Ends { drawers, centre })
    });
    Ok(found.await?)
}

pub fn state(who: &Signed, state: MoveState) -> Markup {
    let tone = match state {
        MoveState::Asked => Tone::Info,
        MoveState::InTransit => Tone::Warn,
        MoveState::Received => Tone::Good,
        MoveState::CalledOff => Tone::Quiet,
    };
    status(tone, &say::told(who.words(), "move-state", state.code()), "", "")
}

pub async fn asking(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let ends = ends(&web, &who).await?;
    Ok(ask_page(&who, &ends, &Fields::new(), &FieldErrors::new()))
}

fn back(who: &Signed) -> &'static str {
    if who.holds(P::TillRead) { "/vault" } else { "/till" }
}

fn ask_page(who: &Signed, ends: &Ends, f: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for d in &ends.drawers {
        let kind = say::told(w, "drawer-kind", d.kind.code());
        choices.push(Choice::new(d.id.to_string(), format!("{} · {kind}", d.name)));
    }
    if let Some(id) = ends.centre {
        choices.push(Choice::new(id.to_string(), who.t("drawer-kind-centre")));
    }
    let end = |name: &'static str, key: &str| {
        let field = Field::new(name, who.t(key).into_owned()).value(value(f, name).to_owned()).width(Width::Twenty);
        select(w, &field.errors(errors), &choices)
    };
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, "/cash-moves/new", html! {
            (once_field())
            (end("from", "cash-move-from"))
            (end("to", "cash-move-to"))
            (till_notes::count(who, &who.t("cash-move-notes"), "n", CURRENCY, f, errors))
            (actions(html! {
                (button(Button::Primary, &who.t("cash-move-ask"), None))
                (link_button(Button::Secondary, &who.t("back-without"), back(who)))
            }))
        }))
    };
    let sheet = Sheet::new(who.t("cash-move-new")).lead(who.t("cash-move-lead"));
    page(who, sheet.wrong(!errors.is_empty()), main)
}

pub async fn ask(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let ends = ends(&web, &who).await?;
    let mut errors = FieldErrors::new();
    let mut end = |name: &'static str| {
        let id = value(&f, name).parse::<DrawerId>().ok();
        if id.is_none() {
            errors.add(name, who.t("choose-one"));
        }
        id
    };
    let (from, to) = (end("from"), end("to"));
    let notes = till_notes::read(&who, &mut errors, &f, "n", CURRENCY);
    let (Some(from), Some(to), Some(notes)) = (from, to, notes) else {
        return Ok(refused(ask_page(&who, &ends, &f, &errors)));
    };
    let (actor, ask) = (who.actor.clone(), MoveAsk { from, to, notes });
    match web.write(move |tx| till::move_ask(tx, &actor, &ask)).await {
        Ok(made) => Ok(see_other(&format!("/cash-moves/{}", made.id))),
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside(&till_notes::first_field("n", CURRENCY), &who, &why);
            Ok(refused(ask_page(&who, &ends, &f, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

/// A move with the names on its way.
struct Seen {
    m: Move,
    way: String,
    people: [String; 3],
    /// It goes into or comes out of a machine next, by its own order.
    machine: Option<&'static str>,
}

async fn load(web: &Web, who: &Signed, id: CashMoveId) -> Result<Seen, Fault> {
    let (actor, branch, other) = (who.actor.clone(), branch_of(who)?, who.t("cash-elsewhere").into_owned());
    let seen = web.read(move |tx| {
        let m = till::movement(tx, &actor, id)?;
        let drawers = till::drawers(tx, &actor, branch)?;
        let way = format!("{} → {}", name_of(&drawers, m.from_drawer, &other), name_of(&drawers, m.to_drawer, &other));
        let machine = super::till_machines::next_at_machine(&drawers, &m).map(|(_, deed)| deed);
        let mut name = |by: Option<&str>| by.map_or_else(|| Ok(String::new()), |by| party::who_name(tx, by));
        let people = [name(Some(&m.asked_by))?, name(m.second_by.as_deref())?, name(m.received_by.as_deref())?];
        Ok(Seen { m, way, people, machine })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CashMoveId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(one(&who, &seen, &Fields::new(), &FieldErrors::new(), None))
}

fn one(who: &Signed, seen: &Seen, f: &Fields, errors: &FieldErrors, differs: Option<Money>) -> Shown {
    let (w, m) = (who.words(), &seen.m);
    let here = format!("/cash-moves/{}", m.id);
    let mut rows = vec![
        Row::new(who.t("cash-move"), html! { (seen.way) }),
        Row::new(who.t("entry-state"), state(who, m.state)),
        Row::new(who.t("amount"), html! { strong { (amount(w, m.money())) } }),
        Row::new(who.t("move-asked"), say::by(w, &seen.people[0], m.asked_at)),
    ];
    if let Some(at) = m.second_at {
        rows.push(Row::new(who.t("move-second"), say::by(w, &seen.people[1], at)));
    }
    if let Some(at) = m.received_at {
        rows.push(Row::new(who.t("move-received"), say::by(w, &seen.people[2], at)));
    }
    let mine = m.asked_by == who.actor.principal();
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if m.state != MoveState::InTransit { (till_notes::table(who, &who.t("cash-move-notes"), &m.notes)) }
        @if m.state == MoveState::Asked && mine { (call_off_form(who, &here, errors)) }
        @if let Some(deed) = seen.machine.filter(|_| !mine && who.holds(P::VaultKeep)) { (super::till_machines::deed_form(who, &here, deed)) }
        @if m.state == MoveState::Asked && !mine && seen.machine.is_none() && who.holds(P::VaultKeep) {
            (form(&who.view, &format!("{here}/countersignature"), actions(button(Button::Primary, &who.t("move-countersign"), None))))
        }
        @if m.state == MoveState::InTransit && !mine && seen.machine.is_none() { (receive_form(who, &here, m, f, errors, differs)) }
        (actions(link_button(Button::Secondary, &who.t(if who.holds(P::TillRead) { "vault" } else { "till" }), back(who))))
    };
    page(who, Sheet::new(who.t("cash-move")).lead(who.t("cash-move-lead")).wrong(!errors.is_empty()), main)
}

fn call_off_form(who: &Signed, here: &str, errors: &FieldErrors) -> Markup {
    let reason = Field::new("reason", who.t("reason")).errors(errors);
    form(
        &who.view,
        &format!("{here}/calling-off"),
        html! {
            (multiline(who.words(), &reason, 2, super::confirm::REASON_CHARS_MAX))
            (actions(button(Button::Danger, &who.t("entry-call-off"), None)))
        },
    )
}

fn receive_form(
    who: &Signed,
    here: &str,
    m: &Move,
    f: &Fields,
    errors: &FieldErrors,
    differs: Option<Money>,
) -> Markup {
    html! {
        h2 { (who.t("move-receive")) }
        @if let Some(differs) = differs { (super::till_day::difference(who, m.money(), differs)) }
        (form(&who.view, &format!("{here}/receipt"), html! {
            (once_field())
            (till_notes::count(who, &who.t("cash-count"), "n", m.currency, f, errors))
            (actions(html! {
                (button(Button::Primary, &who.t("move-receive"), None))
                @if let Some(differs) = differs { (button(Button::Danger, &who.t("cash-accept"), Some(("accepted", differs.plain().as_str())))) }
            }))
        }))
    }
}

pub async fn countersign(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashMoveId>,
    _: Checked<Fields>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| till::move_countersign(tx, &actor, id)).await?;
    Ok(see_other(&format!("/cash-moves/{id}")))
}

pub async fn receive(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashMoveId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let Some(notes) = till_notes::read(&who, &mut errors, &f, "n", seen.m.currency) else {
        return Ok(refused(one(&who, &seen, &f, &errors, None)));
    };
    let differs = notes.sum()?.sub(seen.m.money())?;
    let (actor, accepted) = (who.actor.clone(), accepted(&f, seen.m.currency));
    match web.write(move |tx| till::move_receive(tx, &actor, id, &notes, accepted)).await {
        Ok(_) => Ok(see_other(&format!("/cash-moves/{id}"))),
        Err(why) if why.is(&till::COUNT_DIFFERS) => Ok(refused(one(&who, &seen, &f, &errors, Some(differs)))),
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside(&till_notes::first_field("n", seen.m.currency), &who, &why);
            Ok(refused(one(&who, &seen, &f, &errors, None)))
        }
        Err(why) => Err(why.into()),
    }
}

pub async fn call_off(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashMoveId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let reason = value(&f, "reason").to_owned();
    if reason.is_empty() {
        let mut errors = FieldErrors::new();
        errors.add("reason", who.t("reason-missing"));
        return Ok(refused(one(&who, &seen, &f, &errors, None)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| till::move_call_off(tx, &actor, id, &reason)).await?;
    Ok(see_other(&format!("/cash-moves/{id}")))
}
