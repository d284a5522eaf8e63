//! The branch's cash machines for those who keep them: what each holds by the book and by its own counters, who was served, loading and
//! emptying by three, and bringing back one that stopped.
use super::till_day::branch_of;
use super::{Page as Sheet, next_href, page, say, till_notes};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::machines;
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{CashMoveId, DrawerId};
use kernel::{Error, Page, PageAsk, Result};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use till::device::Holdings;
use till::{DrawerKind, DrawerView, Move, MoveState, Notes, Visit};

/// Visits on one page.
const ROWS: u32 = 30;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    after: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, branch, after) = (who.actor.clone(), branch_of(&who)?, ask.after.clone());
    let (all, visits) = web
        .read(move |tx| {
            let all = till::drawers(tx, &actor, branch)?;
            let visits = till::visits(tx, &actor, branch, &PageAsk { limit: Some(ROWS), after })?;
            Ok((all.into_iter().filter(|d| d.kind == DrawerKind::Machine).collect::<Vec<_>>(), visits))
        })
        .await?;
    let w = who.words();
    let row = |d: &DrawerView| {
        [
            html! { a href={ "/machines/" (d.id) } { (d.name) } @if let Some(why) = &d.out_of_service { br; (status(Tone::Danger, &who.t("machine-out"), why, "")) } },
            html! { (till_notes::brief(w, &d.notes)) },
            amount(w, d.booked),
        ]
    };
    let table = Table::new(who.t("machines")).text(who.t("machine-name")).text(who.t("machine-by-book"));
    let main = html! {
        (table.figures(who.t("amount")).rows(all.iter().map(row)).when_empty(who.t("machines-none")).caption_hidden().show(w))
        h2 { (who.t("machine-visits")) }
        (visit_table(&who, &all, &visits))
        (pager(w, ask.after.as_ref().map(|_| "/machines"), next_href(&who.view, &visits.next).as_deref()))
    };
    let sheet = Sheet::new(who.t("machines")).lead(who.t("machines-lead")).crumb(who.t("vault"), "/vault");
    Ok(page(&who, sheet, main))
}

/// Who was served, by kind and outcome; whose account it was stands masked in the books, not here.
fn visit_table(who: &Signed, all: &[DrawerView], visits: &Page<Visit>) -> Markup {
    let w = who.words();
    let name = |id: DrawerId| all.iter().find(|d| d.id == id).map_or_else(String::new, |d| d.name.clone());
    let row = |v: &Visit| {
        let outcome = if v.ended_at.is_none() { "going-on" } else { v.outcome.as_str() };
        let tone = match outcome {
            "going-on" | "unposted" => Tone::Warn,
            "paid" | "credited" | "done" => Tone::Good,
            _ => Tone::Quiet,
        };
        [
            html! { (moment(w, v.began_at)) br; span.hint { (v.id) } },
            html! { (name(v.machine)) },
            html! { (say::told(w, "machine-visit", v.kind.code())) },
            html! { (status(tone, &say::told(w, "machine-outcome", outcome), "", "")) @if v.recovered { br; span.hint { (who.t("machine-recovered")) } } },
            amount(w, v.money()),
        ]
    };
    let table = Table::new(who.t("machine-visits")).text(who.t("machine-when")).text(who.t("machine-name"));
    let table = table.text(who.t("machine-what")).text(who.t("machine-came")).figures(who.t("amount"));
    table.rows(visits.items.iter().map(row)).when_empty(who.t("machine-visits-none")).caption_hidden().show(w)
}

/// A machine with its counters and the moves to and from it.
struct Seen {
    d: DrawerView,
    now: std::result::Result<Holdings, Error>,
    moves: Vec<Move>,
}

async fn load(web: &Web, who: &Signed, id: DrawerId) -> Result<Seen, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(who)?);
    let seen = web.run(move |bank| {
        let (found, moves) = bank.read(|tx| {
            let all = till::drawers(tx, &actor, branch)?;
            let moves = till::moves(tx, &actor, branch, true, &PageAsk::first(ROWS))?.items;
            Ok((all.into_iter().find(|d| d.id == id && d.kind == DrawerKind::Machine), moves))
        })?;
        let d = found.ok_or_else(|| Error::not_found("machine", id))?;
        let moves = moves.into_iter().filter(|m| m.from_drawer == id || m.to_drawer == id).collect();
        Ok(Seen { d, now: machines::holdings(bank, id), moves })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<DrawerId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let (w, d) = (who.words(), &seen.d);
    let here = format!("/machines/{id}");
    let send = |to: &str, key: &str| {
        form(
            &who.view,
            &format!("{here}/{to}"),
            html! { (super::once_field()) (actions(button(Button::Secondary, &who.t(key), None))) },
        )
    };
    let main = html! {
        @if let Some(why) = &d.out_of_service { (notice(Tone::Danger, &who.t("machine-out"), html! { p { (why) } })) }
        (summary_list(w, &[Row::new(who.t("machine-booked"), html! { strong { (amount(w, d.booked)) } })]))
        (till_notes::table(&who, &who.t("machine-by-book"), &d.notes))
        (counters(&who, &seen))
        @for m in &seen.moves { p { a href={ "/cash-moves/" (m.id) } { (who.t("cash-move")) " " (w.money(m.money())) } " " (super::till_moves::state(&who, m.state)) } }
        @if who.holds(P::VaultKeep) {
            (actions(link_button(Button::Primary, &who.t("machine-supply"), "/cash-moves/new")))
            (send("unloading", "machine-empty"))
            (send("recovery", "machine-recover"))
        }
    };
    let sheet = Sheet::new(d.name.clone()).lead(who.t("machine-lead")).crumb(who.t("machines"), "/machines");
    Ok(page(&who, sheet, main))
}

/// What the device says of itself, part by part.
fn counters(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let now = match &seen.now {
        Ok(now) => now,
        Err(why) => {
            let told = w.error(why);
            return notice(Tone::Warn, &told.message, html! { p { (told.remedy) } });
        }
    };
    let parts = [
        ("machine-cassettes", &now.cassettes),
        ("machine-rejects", &now.rejects),
        ("machine-retracted", &now.retracted),
        ("machine-transport", &now.transport),
        ("machine-escrow", &now.escrow),
        ("machine-slot", &now.slot),
        ("machine-suspect", &now.suspect),
    ];
    let shown =
        |notes: &Notes| if notes.is_empty() { who.t("cash-empty").into_owned() } else { till_notes::brief(w, notes) };
    let rows: Vec<Row<'_>> =
        parts.into_iter().map(|(key, notes)| Row::new(who.t(key), html! { (shown(notes)) })).collect();
    let agrees = now.inside().is_ok_and(|inside| inside == seen.d.notes);
    html! {
        h2 { (who.t("machine-counters")) }
        @if !agrees { (notice(Tone::Warn, &who.t("machine-differs"), html! { p { (who.t("machine-differs-text")) } })) }
        (summary_list(w, &rows))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Only {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
}

/// The first person asks that everything in it goes into the vault.
pub async fn unload_ask(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DrawerId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let made = web.write(move |tx| till::machine::unload_ask(tx, &actor, id)).await?;
    Ok(see_other(&format!("/cash-moves/{}", made.id)))
}

pub async fn recover(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DrawerId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.run(move |bank| machines::recover(bank, &actor, id)).await?;
    Ok(see_other(&format!("/machines/{id}")))
}

/// Which machine a move is to or from, and whether it is loaded or emptied next; `None` for other moves.
pub(super) fn next_at_machine(drawers: &[DrawerView], m: &Move) -> Option<(DrawerId, &'static str)> {
    let is_machine = |id: DrawerId| drawers.iter().any(|d| d.id == id && d.kind == DrawerKind::Machine);
    match m.state {
        MoveState::InTransit if is_machine(m.to_drawer) => Some((m.to_drawer, "loading")),
        MoveState::Asked if is_machine(m.from_drawer) => Some((m.from_drawer, "emptying")),
        _ => None,
    }
}

/// The order to the machine on the page of a move: `loading` or `emptying`.
pub(super) fn deed_form(who: &Signed, here: &str, deed: &str) -> Markup {
    let key = if deed == "loading" { "move-load" } else { "move-empty" };
    let body = html! {
        p { (who.t(&format!("{key}-lead"))) }
        (super::once_field())
        (actions(button(Button::Primary, &who.t(key), None)))
    };
    form(&who.view, &format!("{here}/{deed}"), body)
}

async fn done(web: &Web, who: &Signed, id: CashMoveId, loads: bool) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.run(move |bank| {
        let m = bank.read(|tx| till::movement(tx, &actor, id))?;
        match loads {
            true => machines::load(bank, &actor, m.to_drawer, id),
            false => machines::unload(bank, &actor, m.from_drawer, id),
        }
    })
    .await?;
    Ok(see_other(&format!("/cash-moves/{id}")))
}

/// The third person loads the machine.
pub async fn loading(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashMoveId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    done(&web, &who, id, true).await
}

/// The second person empties it.
pub async fn emptying(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashMoveId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    done(&web, &who, id, false).await
}
