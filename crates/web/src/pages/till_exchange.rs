//! Notes for notes over the counter: other faces of the same worth, and damaged notes by what the rule gives for what is left of them.
use super::till_notes::{self, Fields, value};
use super::{Page as Sheet, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::{Currency, Money, Result};
use maud::{Markup, html};
use till::{DamagedPiece, ExchangeAsk};

const CURRENCY: Currency = Currency::CNY;
/// Damaged notes on one page; more are entered in another entry.
const PIECES_SHOWN: usize = 10;

pub async fn change(who: Signed) -> Shown {
    change_page(&who, &Fields::new(), &FieldErrors::new())
}

fn frame(who: &Signed, key: &str, lead: &str, errors: &FieldErrors, main: Markup) -> Shown {
    let sheet = Sheet::new(who.t(key)).lead(who.t(lead)).crumb(who.t("till"), "/till");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

fn change_page(who: &Signed, f: &Fields, errors: &FieldErrors) -> Shown {
    let main = html! {
        (error_summary(who.words(), errors))
        (form(&who.view, "/till/change", html! {
            (once_field())
            div.notes-pair {
                (till_notes::count(who, &who.t("cash-from-customer"), "in", CURRENCY, f, errors))
                (till_notes::count(who, &who.t("cash-to-customer"), "out", CURRENCY, f, errors))
            }
            (buttons(who))
        }))
    };
    frame(who, "cash-change", "cash-change-lead", errors, main)
}

fn buttons(who: &Signed) -> Markup {
    actions(html! {
        (button(Button::Primary, &who.t("cash-exchange"), None))
        (link_button(Button::Secondary, &who.t("back-without"), "/till"))
    })
}

pub async fn change_it(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let into = till_notes::read(&who, &mut errors, &f, "in", CURRENCY);
    let out = till_notes::read(&who, &mut errors, &f, "out", CURRENCY);
    let (Some(notes_in), Some(notes_out)) = (into, out) else { return Ok(refused(change_page(&who, &f, &errors))) };
    if notes_in.is_empty() {
        errors.add(till_notes::first_field("in", CURRENCY), who.t("cash-amount-none"));
        return Ok(refused(change_page(&who, &f, &errors)));
    }
    exchanged(&web, &who, &f, ExchangeAsk::Change { notes_in, notes_out }, change_page).await
}

/// Exchanges once, or shows the form with what is against it.
async fn exchanged(
    web: &Web,
    who: &Signed,
    f: &Fields,
    ask: ExchangeAsk,
    again: fn(&Signed, &Fields, &FieldErrors) -> Shown,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let done = match till_notes::once_of(f) {
        Some(key) => {
            let asked = Asked::new(&who.actor, &key, "till.exchange.page", &ask)?;
            web.write_once(&asked, move |tx| till::exchange(tx, &actor, &ask).map(|e| e.number)).await
        }
        None => web.write(move |tx| till::exchange(tx, &actor, &ask).map(|e| e.number)).await,
    };
    match done {
        Ok(number) => Ok(see_other(&format!("/till/entries/{number}"))),
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside(&till_notes::first_field("out", CURRENCY), who, &why);
            Ok(refused(again(who, f, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

pub async fn damaged(who: Signed) -> Shown {
    damaged_page(&who, &Fields::new(), &FieldErrors::new())
}

/// The parts of a note that are left, as the rule tells them apart: thousandths, and whether a quarter is missing as a cross.
const LEFT: [(&str, i64, bool); 4] =
    [("whole", 750, false), ("half", 500, false), ("cross", 750, true), ("less", 0, false)];

fn damaged_page(who: &Signed, f: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let faces = till::faces(CURRENCY).unwrap_or_default();
    let names = faces.iter().map(|face| (face.to_string(), till_notes::face_name(w, Money::new(*face, CURRENCY))));
    let choices: Vec<Choice<'_>> = names.map(|(value, label)| Choice::new(value, label)).collect();
    let left: Vec<Choice<'_>> =
        LEFT.iter().map(|(name, ..)| Choice::new(*name, who.t(&format!("damaged-left-{name}")))).collect();
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, "/till/damaged", html! {
            (once_field())
            @for i in 1..=PIECES_SHOWN {
                @let (face, part) = (format!("face{i}"), format!("left{i}"));
                @let label = w.t_with("damaged-note", &[("n", (i as i64).into())]);
                div.notes-pair {
                    (select(w, &Field::new(&face, label).value(value(f, &face)).errors(errors).width(Width::Twelve).optional(), &choices))
                    (select(w, &Field::new(&part, who.t("damaged-left")).value(value(f, &part)).errors(errors).width(Width::Twenty).optional(), &left))
                }
            }
            (till_notes::count(who, &who.t("cash-to-customer"), "out", CURRENCY, f, errors))
            (buttons(who))
        }))
    };
    frame(who, "cash-damaged", "cash-damaged-lead", errors, main)
}

pub async fn damaged_it(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let mut pieces = Vec::new();
    for i in 1..=PIECES_SHOWN {
        let (face, part) = (value(&f, &format!("face{i}")), value(&f, &format!("left{i}")));
        match (face.parse::<i64>(), LEFT.iter().find(|(name, ..)| *name == part)) {
            _ if face.is_empty() && part.is_empty() => {}
            (Ok(face), Some((_, left_per_mille, crossed))) => {
                pieces.push(DamagedPiece {
                    face: Money::new(face, CURRENCY),
                    left_per_mille: *left_per_mille,
                    crossed: *crossed,
                });
            }
            (face, _) => errors.add(format!("{}{i}", if face.is_err() { "face" } else { "left" }), who.t("choose-one")),
        }
    }
    if pieces.is_empty() && errors.is_empty() {
        errors.add("face1", who.t("choose-one"));
    }
    let out = till_notes::read(&who, &mut errors, &f, "out", CURRENCY);
    let (Some(notes_out), true) = (out, errors.is_empty()) else { return Ok(refused(damaged_page(&who, &f, &errors))) };
    exchanged(&web, &who, &f, ExchangeAsk::Damaged { pieces, notes_out }, damaged_page).await
}
