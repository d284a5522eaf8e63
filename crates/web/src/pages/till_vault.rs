//! The cash of a branch for its keepers: every drawer, what is on its way, what is over or short, the overrides of the day; and the
//! count of a vault, by one and then by another.
use super::till_day::{accepted, branch_of, difference, kind, state};
use super::till_notes::{self, Fields};
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
use kernel::id::DrawerId;
use kernel::{Money, PageAsk, Result};
use maud::{Markup, html};
use party::Permission as P;
use till::{Case, DrawerKind, DrawerView, Entry, Move};

/// Moves and cases on the page of the vault.
const SHOWN_MAX: u32 = 50;

struct Seen {
    /// With the name of whoever holds it.
    drawers: Vec<(DrawerView, String)>,
    moves: Vec<Move>,
    cases: Vec<Case>,
    overrides: Vec<(Entry, String)>,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(&who)?);
    let seen = web
        .read(move |tx| {
            let first = PageAsk::first(SHOWN_MAX);
            let mut drawers = Vec::new();
            for d in till::drawers(tx, &actor, branch)? {
                let holder = d.holder.map_or_else(|| Ok(String::new()), |h| party::who_name(tx, &h.to_string()))?;
                drawers.push((d, holder));
            }
            let date = tx.business_date()?;
            let mut overrides = Vec::new();
            for e in till::overrides_of(tx, &actor, branch, date)? {
                let teller = party::who_name(tx, &e.teller.to_string())?;
                overrides.push((e, teller));
            }
            let moves = till::moves(tx, &actor, branch, true, &first)?.items;
            let cases = till::cases(tx, &actor, branch, true, &first)?.items;
            Ok(Seen { drawers, moves, cases, overrides })
        })
        .await?;
    let main = html! {
        (actions(html! {
            @if who.holds(P::VaultKeep) { (link_button(Button::Primary, &who.t("cash-move-new"), "/cash-moves/new")) }
            @for (key, to) in [("machines", "/machines"), ("vouchers", "/vouchers"), ("appointments", "/appointments")] {
                (link_button(Button::Secondary, &who.t(key), to))
            }
        }))
        (drawers(&who, &seen.drawers))
        (moves(&who, &seen))
        (cases(&who, &seen))
        (overrides(&who, &seen.overrides))
    };
    Ok(page(&who, Sheet::new(who.t("vault")).lead(who.t("vault-lead")), main))
}

/// The name of a drawer among those of its branch.
pub fn name_of(drawers: &[DrawerView], id: DrawerId, other: &str) -> String {
    drawers.iter().find(|d| d.id == id).map_or_else(|| other.to_owned(), |d| d.name.clone())
}

fn drawers(who: &Signed, all: &[(DrawerView, String)]) -> Markup {
    let w = who.words();
    let row = |(d, holder): &(DrawerView, String)| {
        let counted = d.counted_on.map_or_else(|| html! { (who.t("cash-uncounted")) }, |on| day(w, on));
        let half = d.counting.is_some();
        [
            html! { (d.name) @if let Some(why) = &d.out_of_service { br; (status(Tone::Danger, &who.t("machine-out"), why, "")) } },
            html! { (say::told(w, "drawer-kind", d.kind.code())) },
            html! { (holder) },
            amount(w, d.booked),
            counted,
            html! { @if d.kind == DrawerKind::Vault && who.holds(P::VaultKeep) {
                a href={ "/vault/drawers/" (d.id) "/count" } { (who.t(if half { "vault-count-second" } else { "vault-count" })) }
            } },
        ]
    };
    Table::new(who.t("vault-drawers"))
        .text(who.t("till-name"))
        .text(who.t("drawer-kind"))
        .text(who.t("drawer-holder"))
        .figures(who.t("cash-holds"))
        .text(who.t("cash-counted-on"))
        .actions(who.t("vault-count"))
        .rows(all.iter().map(row))
        .when_empty(who.t("vault-none"))
        .show(w)
}

fn moves(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let views: Vec<DrawerView> = seen.drawers.iter().map(|(d, _)| d.clone()).collect();
    let other = who.t("cash-elsewhere");
    let row = |m: &Move| {
        [
            html! { a href={ "/cash-moves/" (m.id) } { (name_of(&views, m.from_drawer, &other)) " → " (name_of(&views, m.to_drawer, &other)) } },
            amount(w, m.money()),
            super::till_moves::state(who, m.state),
            moment(w, m.asked_at),
        ]
    };
    Table::new(who.t("cash-moves"))
        .text(who.t("cash-move"))
        .figures(who.t("amount"))
        .text(who.t("entry-state"))
        .text(who.t("entry-made"))
        .rows(seen.moves.iter().map(row))
        .when_empty(who.t("cash-moves-none"))
        .show(w)
}

fn cases(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let row = |c: &Case| {
        [
            html! { a href={ "/cash-cases/" (c.id) } { (day(w, c.date)) } },
            html! { (say::told(w, "case-source", c.source.code())) },
            amount(w, c.money()),
            super::till_cases::state(who, c.state),
        ]
    };
    Table::new(who.t("cash-cases"))
        .text(who.t("business-date"))
        .text(who.t("case-source"))
        .figures(who.t("cash-difference"))
        .text(who.t("entry-state"))
        .rows(seen.cases.iter().map(row))
        .when_empty(who.t("cash-cases-none"))
        .show(w)
}

fn overrides(who: &Signed, all: &[(Entry, String)]) -> Markup {
    let w = who.words();
    let row = |(e, teller): &(Entry, String)| {
        let why = e.overrides.0.iter().map(|o| format!("{}: {}", say::told_or(w, "cash-override", &o.code), o.reason));
        [
            html! { (teller) " · " (e.number) },
            html! { (kind(who, e.kind)) },
            amount(w, e.money()),
            html! { (why.collect::<Vec<_>>().join("; ")) },
            html! { (state(who, e.state)) @if let Some(a) = e.approval { " " a href={ "/approvals/" (a) } { (who.t("sheet-check")) } } },
        ]
    };
    Table::new(who.t("cash-overrides"))
        .text(who.t("entry-number"))
        .text(who.t("entry-kind"))
        .figures(who.t("amount"))
        .text(who.t("cash-override-reason"))
        .text(who.t("entry-state"))
        .rows(all.iter().map(row))
        .when_empty(who.t("cash-overrides-none"))
        .show(w)
}

async fn drawer_of(web: &Web, who: &Signed, id: DrawerId) -> Result<DrawerView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| till::drawer(tx, &actor, id)).await?)
}

pub async fn counting(State(web): State<Web>, who: Signed, At(id): At<DrawerId>) -> Result<Shown, Fault> {
    let d = drawer_of(&web, &who, id).await?;
    Ok(count_page(&who, &d, &Fields::new(), &FieldErrors::new(), None))
}

fn count_page(who: &Signed, d: &DrawerView, f: &Fields, errors: &FieldErrors, differs: Option<Money>) -> Shown {
    let w = who.words();
    let second = d.counting.as_ref().is_some_and(|c| c.by != who.actor.principal());
    let title = w.t_with("vault-count-named", &[("name", d.name.clone().into())]);
    let lead = who.t(if second { "vault-count-second-lead" } else { "vault-count-lead" });
    let main = html! {
        (error_summary(w, errors))
        @if let Some(differs) = differs { (difference(who, d.booked, differs)) }
        (form(&who.view, &format!("/vault/drawers/{}/count", d.id), html! {
            (once_field())
            (till_notes::count(who, &who.t("cash-count"), "n", d.currency, f, errors))
            (actions(html! {
                (button(Button::Primary, &who.t(if second { "vault-count-second" } else { "vault-count" }), None))
                @if let Some(differs) = differs { (button(Button::Danger, &who.t("cash-accept"), Some(("accepted", differs.plain().as_str())))) }
                (link_button(Button::Secondary, &who.t("back-without"), "/vault"))
            }))
        }))
    };
    page(who, Sheet::new(title).lead(lead).crumb(who.t("vault"), "/vault").wrong(!errors.is_empty()), main)
}

/// The first person's count, or the second's when somebody else counted before.
pub async fn count(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DrawerId>,
    Checked(f): Checked<Fields>,
) -> Result<Response, Fault> {
    let d = drawer_of(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let Some(notes) = till_notes::read(&who, &mut errors, &f, "n", d.currency) else {
        return Ok(refused(count_page(&who, &d, &f, &errors, None)));
    };
    let differs = notes.sum()?.sub(d.booked)?;
    let first = d.counting.as_ref().filter(|c| c.by != who.actor.principal()).map(|c| c.notes.clone());
    let alike = first.as_ref() == Some(&notes);
    let (actor, accepted, second) = (who.actor.clone(), accepted(&f, d.currency), first.is_some());
    let done = web.write(move |tx| match second {
        true => till::vault_count_confirm(tx, &actor, id, &notes, accepted).map(|_| ()),
        false => till::vault_count(tx, &actor, id, notes.clone()),
    });
    match done.await {
        Ok(()) => Ok(see_other("/vault")),
        Err(why) if why.is(&till::COUNT_DIFFERS) && alike => {
            Ok(refused(count_page(&who, &d, &f, &errors, Some(differs))))
        }
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside(&till_notes::first_field("n", d.currency), &who, &why);
            Ok(refused(count_page(&who, &d, &f, &errors, None)))
        }
        Err(why) => Err(why.into()),
    }
}
