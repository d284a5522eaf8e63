//! Customers who are to be looked at again, one of them with his score, and a case's way back to who opened its accounts.
use super::openings::ObjectionForm;
use super::openings::{self, Seen};
use super::{Page as Sheet, next_href, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use diligence::{Opening, Review, ReviewNew, ReviewResult, Standing};
use kernel::id::FraudCaseId;
use kernel::{Date, Error, Owner, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use store::Tx;

const CHARS: u32 = diligence::TEXT_CHARS_MAX as u32;

fn owner(text: &str) -> Result<Owner, Fault> {
    let known = text.parse::<Owner>().ok().filter(|o| *o != Owner::Bank);
    Ok(known.ok_or_else(|| Error::not_found("customer", "here"))?)
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    after: Option<String>,
}

pub async fn due(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let asked = PageAsk { limit: None, after: ask.after };
    let (items, next, today) = web
        .read(move |tx| {
            let found = diligence::due_reviews(tx, &actor, &asked)?;
            let named = found.items.into_iter().map(|s| {
                let name = party::who_name(tx, &s.owner.to_string())?;
                Ok((s, name))
            });
            Ok((named.collect::<Done<Vec<_>>>()?, found.next, tx.now().local_date()))
        })
        .await?;
    let w = who.words();
    let row = |(s, name): &(Standing, String)| {
        [
            html! { a href={ "/diligence/" (s.owner) } { (name) } },
            band(&who, s),
            html! { (s.score) },
            review_day(&who, s, today),
        ]
    };
    let table = Table::new(who.t("diligence"))
        .text(who.t("fcase-customer"))
        .text(who.t("cdd-band"))
        .figures(who.t("cdd-score"))
        .text(who.t("cdd-review-due"))
        .rows(items.iter().map(row))
        .when_empty(who.t("cdd-none"))
        .caption_hidden();
    let main = html! {
        (actions(html! {
            (link_button(Button::Secondary, &who.t("openings"), "/openings"))
            (link_button(Button::Secondary, &who.t("stock-reviews"), "/stock-reviews"))
        }))
        (table.show(w))
        (pager(w, (!first).then_some("/diligence"), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("diligence")).lead(who.t("diligence-lead")), main))
}

fn band(who: &Signed, s: &Standing) -> Markup {
    let tone = match s.band.as_str() {
        "low" => Tone::Good,
        "middle" => Tone::Info,
        "high" => Tone::Warn,
        _ => Tone::Danger,
    };
    status(tone, &say::told(who.words(), "cdd-band", &s.band), "", "")
}

fn review_day(who: &Signed, s: &Standing, today: Date) -> Markup {
    match s.is_late(today) {
        true => status(Tone::Danger, &who.t("fcase-late"), "", &who.words().date(s.review_due)),
        false => day(who.words(), s.review_due),
    }
}

/// All that the page of a customer shows.
struct Whole {
    owner: Owner,
    name: String,
    standing: Option<Standing>,
    reviews: Vec<(Review, String, String)>,
    openings: Vec<Opening>,
    today: Date,
}

fn whole(tx: &mut Tx<'_>, actor: &kernel::Actor, owner: Owner) -> Done<Whole> {
    let standing = diligence::standing(tx, actor, owner)?;
    let all = diligence::reviews_of(tx, actor, owner)?;
    let read = all.into_iter().map(|r| {
        let (note, by) = (diligence::review_note(tx.keys(), &r)?, party::who_name(tx, &r.by_whom)?);
        Ok((r, note, by))
    });
    let reviews = read.collect::<Done<Vec<_>>>()?;
    let openings = diligence::of_owner(tx, actor, owner)?;
    let (name, today) = (party::who_name(tx, &owner.to_string())?, tx.now().local_date());
    Ok(Whole { owner, name, standing, reviews, openings, today })
}

pub async fn show(State(web): State<Web>, who: Signed, Path(id): Path<String>) -> Result<Shown, Fault> {
    let (actor, owner) = (who.actor.clone(), owner(&id)?);
    let all = web.read(move |tx| whole(tx, &actor, owner)).await?;
    Ok(customer_page(&who, &all, &FieldErrors::new()))
}

fn customer_page(who: &Signed, all: &Whole, errors: &FieldErrors) -> Shown {
    let main = html! {
        (error_summary(who.words(), errors))
        @match &all.standing { Some(s) => (judged(who, s, all.today)), None => p { (who.t("cdd-not-judged")) } }
        (review_form(who, all.owner, errors))
        (reviews(who, &all.reviews))
        (openings_table(who, &all.openings))
    };
    let sheet = Sheet::new(who.t("cdd-customer")).lead(all.name.clone()).crumb(who.t("diligence"), "/diligence");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

fn judged(who: &Signed, s: &Standing, today: Date) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("cdd-band"), html! { (band(who, s)) " · " (s.score) }),
        Row::new(who.t("cdd-review-due"), review_day(who, s, today)),
    ];
    if let (Some(from), Some(to), Some(at)) = (s.lowered_from, s.lowered_to, s.lowered_at) {
        let moved = html! { (super::tiers::tier_shown(who, from)) " → " (super::tiers::tier_shown(who, to)) " · " (moment(w, at)) };
        rows.push(Row::new(who.t("cdd-lowered"), moved));
    }
    if let Some(cleared) = s.cleared_score {
        rows.push(Row::new(who.t("cdd-cleared"), html! { (cleared) }));
    }
    if let (Owner::Person(p), true) = (s.owner, who.holds(P::PersonTier)) {
        rows.push(Row::new(
            who.t("person-tier"),
            html! { a href={ "/customers/" (p) "/tier" } { (who.t("tier-other")) } },
        ));
    }
    let line = |l: &diligence::Line| [html! { (say::told(w, "cdd-factor", &l.factor)) }, html! { (l.points) }];
    let table = Table::new(who.t("cdd-lines"))
        .text(who.t("cdd-factor"))
        .figures(who.t("cdd-points"))
        .rows(s.lines.0.iter().map(line))
        .when_empty(who.t("cdd-lines-none"));
    html! { (summary_list(w, &rows)) (table.show(w)) }
}

fn review_form(who: &Signed, owner: Owner, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let seen: Vec<Choice<'_>> =
        diligence::Seen::ALL.iter().map(|s| Choice::new(s.code(), say::told(w, "cdd-seen", s.code()))).collect();
    let results: Vec<Choice<'_>> =
        ReviewResult::ALL.iter().map(|r| Choice::new(r.code(), say::told(w, "cdd-result", r.code()))).collect();
    let fields = html! {
        (checkboxes(w, &Field::new("seen", who.t("cdd-seen")).errors(errors), &seen, &[]))
        (radios(w, &Field::new("result", who.t("cdd-result")).errors(errors), &results))
        (multiline(w, &Field::new("note", who.t("cdd-note")).errors(errors), 3, CHARS))
        (actions(button(Button::Primary, &who.t("cdd-review"), None)))
    };
    details(&who.t("cdd-review"), form(&who.view, &format!("/diligence/{owner}/review"), fields))
}

fn reviews(who: &Signed, all: &[(Review, String, String)]) -> Markup {
    let w = who.words();
    let row = |(r, note, by): &(Review, String, String)| {
        [
            moment(w, r.at),
            html! { (say::named(w, by)) },
            html! { div {
                strong { (say::told(w, "cdd-result", r.result.code())) }
                @for seen in &r.seen.0 { " · " (say::told(w, "cdd-seen", seen)) }
                p { (note) }
            } },
        ]
    };
    let table = Table::new(who.t("cdd-reviews"))
        .text(who.t("fcase-when"))
        .text(who.t("fcase-who"))
        .text(who.t("fcase-did"))
        .rows(all.iter().map(row))
        .when_empty(who.t("cdd-reviews-none"));
    table.show(w)
}

fn openings_table(who: &Signed, all: &[Opening]) -> Markup {
    let w = who.words();
    let row = |o: &Opening| {
        [
            html! { a href={ "/openings/" (o.id) } { (who.t("vet-record")) } },
            moment(w, o.asked_at),
            openings::outcome(who, o),
        ]
    };
    let table = Table::new(who.t("openings"))
        .text(who.t("vet-record"))
        .text(who.t("fcase-when"))
        .text(who.t("vet-outcome"))
        .rows(all.iter().map(row))
        .when_empty(who.t("openings-none"));
    table.show(w)
}

pub async fn review(
    State(web): State<Web>,
    who: Signed,
    Path(id): Path<String>,
    Checked(fields): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (actor, owner) = (who.actor.clone(), owner(&id)?);
    let one = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let seen = fields.iter().filter(|(n, _)| n == "seen").map(|(_, v)| v.clone()).collect();
    let mut errors = FieldErrors::new();
    let result = ReviewResult::parse(&one("result"));
    if result.is_none() {
        errors.add("result", who.t("choice-missing"));
    }
    let new = ReviewNew { owner, clear: result == Some(ReviewResult::Clear), seen, note: one("note") };
    if errors.is_empty() {
        let by = actor.clone();
        match web.write(move |tx| diligence::review(tx, &by, &new)).await {
            Ok(_) => return Ok(see_other(&format!("/diligence/{owner}"))),
            Err(why) => errors = super::asking::told(&who, &["seen", "note"], "note", why)?,
        }
    }
    let all = web.read(move |tx| whole(tx, &actor, owner)).await?;
    Ok(super::refused(customer_page(&who, &all, &errors)))
}

/// What stands of an opening of the customer of a case: asked and answered, or that nobody asked.
struct Back {
    customer: String,
    owner: Owner,
    accounts: Vec<(ledger::Account, String)>,
    seen: Vec<Seen>,
}

pub async fn look_back(State(web): State<Web>, who: Signed, At(id): At<FraudCaseId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let back = web
        .write(move |tx| {
            let owner = cases::case(tx, &actor, id)?.subject;
            let all = ledger::of_owner(tx, owner)?.into_iter().filter(|a| a.purpose == ledger::Purpose::General);
            let named = all.map(|a| {
                let by = party::who_name(tx, &a.opened_by)?;
                Ok((a, by))
            });
            let accounts = named.collect::<Done<Vec<_>>>()?;
            let asked = diligence::of_owner(tx, &actor, owner)?;
            let seen = asked.iter().map(|o| openings::seen(tx, &actor, o.id)).collect::<Done<Vec<_>>>()?;
            let customer = party::who_name(tx, &owner.to_string())?;
            Ok(Back { customer, owner, accounts, seen })
        })
        .await?;
    let main = html! {
        (opened(&who, &back))
        @for s in &back.seen { h2 { (who.t("vet-record")) " · " (moment(who.words(), s.opening.asked_at)) } (openings::record(&who, s)) }
        @if back.seen.is_empty() { (notice(Tone::Warn, &who.t("look-back-unasked"), html! { p { (who.t("look-back-unasked-why")) } })) }
        (actions(link_button(Button::Secondary, &who.t("cdd-customer"), &format!("/diligence/{}", back.owner))))
    };
    let sheet = Sheet::new(who.t("look-back")).lead(back.customer.clone()).crumb(who.t("fcases"), "/cases");
    Ok(page(&who, sheet.crumb(who.t("fcase"), format!("/cases/{id}")), main))
}

fn opened(who: &Signed, back: &Back) -> Markup {
    let w = who.words();
    let row = |(a, by): &(ledger::Account, String)| {
        let number = kernel::chinese::mask_card(&a.number);
        let asked = back.seen.iter().any(|s| s.opening.account == Some(a.id));
        let told = who.t(if asked { "look-back-asked" } else { "look-back-not-asked" });
        [
            html! { @if who.holds(P::AccountReadAny) { a href={ "/accounts/" (a.id) } { (number) } } @else { (number) } },
            moment(w, a.opened_at),
            html! { (say::named(w, by)) },
            html! { (told) },
        ]
    };
    let table = Table::new(who.t("accounts"))
        .text(who.t("account"))
        .text(who.t("look-back-opened"))
        .text(who.t("look-back-by"))
        .text(who.t("vet-questions"))
        .rows(back.accounts.iter().map(row))
        .when_empty(who.t("accounts-none"));
    table.show(w)
}

pub async fn object(
    State(web): State<Web>,
    who: Signed,
    Checked(f): Checked<ObjectionForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| app::judged::object_to_lowering(tx, &actor, &f.said)).await?;
    Ok(see_other("/limits"))
}

/// What a customer reads above his limits when the bank lowered them: why, what to bring, and where to object (反诈法 32).
pub(super) fn lowered(who: &Signed, s: &Standing) -> Markup {
    let (w, at) = (who.words(), s.lowered_at);
    let why = s.lowered_why.as_deref().unwrap_or("risk");
    let body = html! {
        @if let Some(at) = at { p { (moment(w, at)) } }
        p { (say::told(w, "lowered-because", why)) }
        p { (say::told(w, "lowered-bring", why)) }
        @if s.appeal.is_some() { p { a href="/objections" { (who.t("lowered-objected")) } } }
        @else {
            (details(&who.t("lowered-object"), form(&who.view, "/limits/objection", html! {
                (multiline(w, &Field::new("said", who.t("lowered-object-said")), 3, CHARS))
                (actions(button(Button::Primary, &who.t("lowered-object"), None)))
            })))
        }
    };
    notice(Tone::Warn, &who.t("lowered"), body)
}
