//! The hands before the demo's simulated cash machines, and what goes wrong there. Only a demo has these pages: elsewhere there is
//! nothing at their addresses.
use super::{Page as Sheet, public_page, till_notes};
use crate::http::csrf::Checked;
use crate::http::fault::no_such_page;
use crate::http::read::At;
use crate::http::redirect::{local, see_other};
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Shown};
use app::machines::{Fault as Wrong, Hands, Seen, Take};
use axum::extract::State;
use axum::response::Response;
use kernel::id::DrawerId;
use kernel::{Currency, Error};
use maud::{Markup, html};
use serde::Deserialize;
use till::Notes;

/// Notes that a hand may put in: their names in the form, minor units and pieces of each.
const BUNDLES: [(&str, &[(i64, i64)]); 3] = [
    ("put-300", &[(10_000, 3)]),
    ("put-880", &[(10_000, 8), (5_000, 1), (2_000, 1), (1_000, 1)]),
    ("put-5", &[(10_000, 1), (500, 1)]),
];

/// What can be done, and what it is called.
const DEEDS: [(&str, Deed); 8] = [
    ("take-all", Deed::Take(Take::All)),
    ("take-part", Deed::Take(Take::Part)),
    ("take-none", Deed::Take(Take::None)),
    ("jam", Deed::Wrong(Wrong::Jam)),
    ("suspicious", Deed::Wrong(Wrong::Suspicious)),
    ("rejected", Deed::Wrong(Wrong::Rejected)),
    ("power-cut", Deed::Wrong(Wrong::PowerCut)),
    ("power-on", Deed::Wrong(Wrong::PowerOn)),
];

#[derive(Clone, Copy)]
enum Deed {
    Take(Take),
    Wrong(Wrong),
}

fn of_demo(web: &Web) -> Result<(), Fault> {
    if web.demo() { Ok(()) } else { Err(no_such_page().into()) }
}

fn does(hands: &Hands, deed: &str) -> kernel::Result<()> {
    if let Some((_, notes)) = BUNDLES.iter().find(|(name, _)| *name == deed) {
        return hands.put(&Notes::of(Currency::CNY, notes)?);
    }
    match DEEDS.iter().find(|(name, _)| *name == deed) {
        Some((_, Deed::Take(how))) => hands.take(*how),
        Some((_, Deed::Wrong(what))) => hands.fault(*what),
        None => Err(Error::field("deed", "one of those on the page")),
    }
}

/// What the hands can do now: take from the slot, put in, and what may go wrong.
pub(super) fn buttons(view: &View, id: DrawerId, seen: &Seen, back: &str) -> Markup {
    let slot = !seen.holdings.slot.is_empty();
    let deed = |name: &str| button(Button::Secondary, &view.t(&format!("demo-hands-{name}")), Some(("deed", name)));
    let names = |from: usize, to: usize| DEEDS[from..to].iter().map(|(name, _)| *name);
    let body = html! {
        input type="hidden" name="next" value=(back);
        (actions(html! {
            @if !seen.powered { (deed("power-on")) }
            @else if slot { @for name in names(0, 3) { (deed(name)) } (deed("power-cut")) }
            @else {
                @for (name, _) in BUNDLES { (deed(name)) }
                @for name in names(3, 7) { (deed(name)) }
            }
        }))
    };
    form(view, &format!("/demo/machines/{id}"), body)
}

pub async fn list(State(web): State<Web>, view: View) -> Result<Shown, Fault> {
    of_demo(&web)?;
    let all = web.bank().machines.simulated();
    let names = web.read(till::machine_drawers).await?;
    let name = |id: DrawerId| names.iter().find(|d| d.id == id).map_or_else(String::new, |d| d.name.clone());
    let main = html! {
        (notice(Tone::Warn, &view.t("demo-hands-only"), html! { p { (view.t("demo-hands-only-text")) } }))
        @for (id, hands) in &all {
            @let seen = hands.seen();
            section.stack {
                h2 { (name(*id)) }
                (summary_list(view.words, &rows(&view, &seen)))
                (buttons(&view, *id, &seen, "/demo/machines"))
            }
        }
    };
    Ok(public_page(&view, Sheet::new(view.t("demo-machines")), main))
}

fn rows<'a>(view: &View, seen: &Seen) -> Vec<Row<'a>> {
    let h = &seen.holdings;
    let shown = |key: &str, notes: &Notes| {
        let text = till_notes::brief(view.words, notes);
        Row::new(view.t(key), html! { (if text.is_empty() { view.t("demo-hands-empty").into_owned() } else { text }) })
    };
    let power = if seen.powered { "demo-hands-powered" } else { "demo-hands-dark" };
    vec![
        Row::new(view.t("demo-hands-power"), html! { (view.t(power)) }),
        shown("demo-hands-cassettes", &h.cassettes),
        shown("demo-hands-slot", &h.slot),
        shown("demo-hands-escrow", &h.escrow),
        shown("demo-hands-retracted", &h.retracted),
        shown("demo-hands-suspect", &h.suspect),
        shown("demo-hands-own", &seen.hands),
    ]
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    deed: String,
    next: String,
}

pub async fn act(
    State(web): State<Web>,
    At(id): At<DrawerId>,
    Checked(f): Checked<DeedForm>,
) -> Result<Response, Fault> {
    of_demo(&web)?;
    let next = local(&f.next).unwrap_or("/demo/machines").to_owned();
    let deed = f.deed;
    web.run(move |bank| {
        let hands = bank.machines.hands(id).ok_or_else(|| Error::not_found("simulated machine", id))?;
        does(&hands, &deed)?;
        if deed == "power-on" { app::machines::look_after(bank).map(drop) } else { Ok(()) }
    })
    .await?;
    Ok(see_other(&next))
}
