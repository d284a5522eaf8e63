//! Balancing a till (轧账): the count of cash and blank vouchers beside the book, what may explain a difference in plain words, then the
//! close, or another count.
use super::till_day::{accepted, branch_of};
use super::till_notes::{self, Fields, value};
use super::{Page as Sheet, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Currency, Error, Money, Result};
use maud::{Markup, html};
use till::difference::Candidate;
use till::{Balance, VoucherKind};

/// The till that is balanced: its name, its currency, the kinds of blank vouchers in it.
#[derive(Clone)]
struct Mine {
    name: String,
    currency: Currency,
    kinds: Vec<VoucherKind>,
}

async fn mine(web: &Web, who: &Signed) -> Result<Mine, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(who)?);
    let found = web.read(move |tx| {
        let none = || Error::new(&till::NO_TILL, "you have no till open");
        let day = till::till_day(tx, &actor)?.ok_or_else(none)?;
        let d = till::drawer(tx, &actor, day.drawer)?;
        let ranges = till::vouchers(tx, &actor, branch)?;
        let held = |kind: &VoucherKind| ranges.iter().any(|r| r.drawer == d.id && r.kind == *kind && r.blank() > 0);
        let kinds = VoucherKind::ALL.iter().copied().filter(held).collect();
        Ok(Mine { name: d.name, currency: d.currency, kinds })
    });
    Ok(found.await?)
}

pub async fn count(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    match mine(&web, &who).await {
        Ok(mine) => Ok(count_page(&who, &mine, &Fields::new(), &FieldErrors::new()).into_response()),
        Err(Fault(why)) if why.is(&till::NO_TILL) => Ok(see_other("/till")),
        Err(why) => Err(why),
    }
}

fn voucher_field(kind: VoucherKind) -> String {
    format!("v_{kind}")
}

fn sheet<'a>(who: &'a Signed, mine: &Mine, key: &str) -> Sheet<'a> {
    let title = who.words().t_with(key, &[("name", mine.name.clone().into())]);
    Sheet::new(title).crumb(who.t("till"), "/till")
}

fn count_page(who: &Signed, mine: &Mine, f: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, "/till/balance", html! {
            (till_notes::count(who, &who.t("cash-count"), "n", mine.currency, f, errors))
            @for kind in &mine.kinds {
                @let name = voucher_field(*kind);
                @let label = w.t_with("voucher-blank", &[("kind", say::told(w, "voucher-kind", kind.code()).into())]);
                (number(w, &Field::new(&name, label).value(value(f, &name)).errors(errors).width(Width::Six).autocomplete("off")))
            }
            (actions(html! {
                (button(Button::Primary, &who.t("till-balance-look"), None))
                (link_button(Button::Secondary, &who.t("back-without"), "/till"))
            }))
        }))
    };
    page(who, sheet(who, mine, "till-balance-named").lead(who.t("till-balance-lead")).wrong(!errors.is_empty()), main)
}

/// The vouchers as they were counted.
fn vouchers(who: &Signed, mine: &Mine, f: &Fields, errors: &mut FieldErrors) -> Vec<(VoucherKind, i64)> {
    let mut counted = Vec::new();
    for kind in &mine.kinds {
        let name = voucher_field(*kind);
        match kernel::chinese::half_width(value(f, &name)).parse() {
            Ok(n) if (0..=till::VOUCHERS_MAX).contains(&n) => counted.push((*kind, n)),
            _ => errors.add(name, who.t("voucher-count-wrong")),
        }
    }
    counted
}

pub async fn look(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let mine = mine(&web, &who).await?;
    let mut errors = FieldErrors::new();
    let notes = till_notes::read(&who, &mut errors, &f, "n", mine.currency);
    vouchers(&who, &mine, &f, &mut errors);
    let (Some(notes), true) = (notes, errors.is_empty()) else {
        return Ok(refused(count_page(&who, &mine, &f, &errors)));
    };
    let actor = who.actor.clone();
    let seen = web.read(move |tx| till::balance(tx, &actor, &notes)).await?;
    Ok(seen_page(&who, &mine, &f, &seen, &FieldErrors::new()).into_response())
}

fn seen_page(who: &Signed, mine: &Mine, f: &Fields, seen: &Balance, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let (booked, counted) = (seen.booked.sum(), seen.counted.sum());
    let zero = Money::zero(mine.currency);
    let rows = [
        Row::new(who.t("cash-booked"), amount(w, booked.unwrap_or(zero))),
        Row::new(who.t("cash-counted"), amount(w, counted.unwrap_or(zero))),
        Row::new(who.t("cash-difference"), html! { strong { (amount(w, seen.difference)) } }),
    ];
    let exact = seen.difference.is_zero() && seen.faces.is_empty();
    let main = html! {
        (error_summary(w, errors))
        @if exact { (notice(Tone::Good, &who.t("till-balances"), html! {})) }
        @else { (super::till_day::difference(who, seen.booked.sum().unwrap_or(zero), seen.difference)) }
        (summary_list(w, &rows))
        @if !seen.faces.is_empty() { (faces(who, seen)) }
        @if !exact { (candidates(who, &seen.candidates)) }
        (form(&who.view, "/till/closing", html! {
            (once_field())
            (till_notes::hidden(&till_notes::notes_in(f, &["n"])))
            @for kind in &mine.kinds { @let name = voucher_field(*kind); input type="hidden" name=(name) value=(value(f, &name)); }
            @if !exact { input type="hidden" name="accepted" value=(seen.difference.plain()); }
            (actions(html! {
                (link_button(if exact { Button::Secondary } else { Button::Primary }, &who.t("till-count-again"), "/till/balance"))
                (button(if exact { Button::Primary } else { Button::Danger }, &who.t(if exact { "till-close" } else { "till-close-accept" }), None))
            }))
        }))
    };
    page(who, sheet(who, mine, "till-balance-named").wrong(!errors.is_empty()), main)
}

/// Where the count and the book have different pieces.
fn faces(who: &Signed, seen: &Balance) -> Markup {
    let w = who.words();
    let row = |(face, n): &(Money, i64)| {
        let (there, wanted) = (seen.counted.pieces(face.minor), seen.booked.pieces(face.minor));
        [
            html! { (till_notes::face_name(w, *face)) },
            html! { (wanted) },
            html! { (there) },
            html! { (format!("{n:+}")) },
        ]
    };
    Table::new(who.t("cash-faces-differ"))
        .text(who.t("cash-face"))
        .figures(who.t("cash-booked"))
        .figures(who.t("cash-counted"))
        .figures(who.t("cash-difference"))
        .rows(seen.faces.iter().rev().map(row))
        .show(w)
}

/// What may explain it, likeliest first, in words.
pub fn candidates(who: &Signed, all: &[Candidate]) -> Markup {
    html! {
        h2 { (who.t("cash-causes")) }
        @if all.is_empty() { p { (who.t("cash-causes-none")) } }
        @else { ol.candidates { @for c in all { li { (told(who, c)) } } } }
    }
}

fn told(who: &Signed, c: &Candidate) -> Markup {
    let w = who.words();
    let key = say::key("cash-cause", c.cause.code());
    let text = w.t_with(
        &key,
        &[
            ("number", c.number.unwrap_or(0).into()),
            ("booked", w.money(c.booked).into()),
            ("should", w.money(c.should_be).into()),
        ],
    );
    match c.number {
        Some(number) => html! { a href={ "/till/entries/" (number) } { (text) } },
        None => html! { (text) },
    }
}

pub async fn close(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    let mine = mine(&web, &who).await?;
    let mut errors = FieldErrors::new();
    let notes = till_notes::read(&who, &mut errors, &f, "n", mine.currency);
    let blank = vouchers(&who, &mine, &f, &mut errors);
    let (Some(notes), true) = (notes, errors.is_empty()) else {
        return Ok(refused(count_page(&who, &mine, &f, &errors)));
    };
    let (actor, accepted, counted) = (who.actor.clone(), accepted(&f, mine.currency), notes.clone());
    match web.write(move |tx| till::till_close(tx, &actor, &counted, &blank, accepted)).await {
        Ok(_) => Ok(see_other("/till")),
        Err(why) if till_notes::is_told(&why) => {
            let field = till_notes::first_field("n", mine.currency);
            let errors = super::opening::beside(&field, &who, &why);
            if !why.is(&till::COUNT_DIFFERS) {
                return Ok(refused(count_page(&who, &mine, &f, &errors)));
            }
            let actor = who.actor.clone();
            let seen = web.read(move |tx| till::balance(tx, &actor, &notes)).await?;
            Ok(refused(seen_page(&who, &mine, &f, &seen, &FieldErrors::new())))
        }
        Err(why) => Err(why.into()),
    }
}
