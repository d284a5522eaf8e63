//! Who looks after the bank's own suspicions: entries of watch lists that end soon or ended without a word. Who looks after one lets
//! it last longer or has it taken off, with a reason and a second person.
use super::desk::{end_of, fault, order};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, ListRemove, ListRenew, list_take, list_work};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use guard::ListEntry;
use kernel::id::ListEntryId;
use kernel::{Date, Error, PageAsk, Result as Done, Timestamp, Who};
use maud::{Markup, html};
use party::{Permission as P, Scope};
use serde::Deserialize;
use store::Tx;

const CHARS: u32 = 200;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    after: Option<String>,
}

/// An entry with its owner's name.
type Named = (ListEntry, String);

fn named(tx: &mut Tx<'_>, e: ListEntry) -> Done<Named> {
    let owner = e.owner_staff.map_or_else(|| Ok(String::new()), |o| party::who_name(tx, &o.to_string()))?;
    Ok((e, owner))
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let asked = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| {
        let found = list_work(tx, &actor, &asked)?;
        Ok((found.items.into_iter().map(|e| named(tx, e)).collect::<Done<Vec<_>>>()?, found.next))
    });
    let (items, next) = found.await?;
    let (w, now) = (who.words(), web.now());
    let row = |(e, owner): &Named| {
        [
            html! { div { a href={ "/guard/watched/" (e.id) } { (say::told(w, "list-kind", e.list.code())) } br; span.masked-text { (e.masked) } } },
            html! { (e.reason) },
            html! { @if owner.is_empty() { (who.t("watched-nobody")) } @else { (owner) } },
            due(&who, e, now),
        ]
    };
    let table = Table::new(who.t("watched"))
        .text(who.t("list-value"))
        .text(who.t("list-reason"))
        .text(who.t("watched-owner"))
        .text(who.t("fcase-due"))
        .rows(items.iter().map(row))
        .when_empty(who.t("watched-none"))
        .caption_hidden();
    let main = html! {
        (table.show(w))
        (pager(w, (!first).then_some("/guard/watched"), next_href(&who.view, &next).as_deref()))
        @if who.holds(P::GuardDecide) { (actions(link_button(Button::Secondary, &who.t("fraud-reports"), "/fraud-reports"))) }
    };
    Ok(page(&who, Sheet::new(who.t("watched")).lead(who.t("watched-lead")).crumb(who.t("lists"), "/guard/lists"), main))
}

fn due(who: &Signed, e: &ListEntry, now: Timestamp) -> Markup {
    let ends = say::end(who.words(), e.valid_until);
    match e.is_late(now) {
        true => status(Tone::Danger, &who.t("fcase-late"), "", &ends),
        false => html! { (ends) },
    }
}

async fn entry(web: &Web, who: &Signed, id: ListEntryId) -> Result<Named, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        party::may(tx, &actor, P::GuardLists, &Scope::here(&actor))?;
        let e = guard::entry(tx, id)?;
        named(tx, e)
    });
    Ok(found.await?)
}

fn entry_page(who: &Signed, (e, owner): &Named, now: Timestamp, errors: &FieldErrors, f: &Given) -> Shown {
    let w = who.words();
    let mine = e.owner_staff.map(Who::Staff) == Some(who.actor.who);
    let rows = vec![
        Row::new(who.t("list"), html! { (say::told(w, "list-kind", e.list.code())) }),
        Row::new(who.t("list-value"), html! { span.masked-text { (e.masked) } }),
        Row::new(who.t("list-reason"), html! { (e.reason) }),
        Row::new(who.t("list-source"), html! { (e.source) }),
        Row::new(
            who.t("watched-owner"),
            html! { @if owner.is_empty() { (who.t("watched-nobody")) } @else { (owner) } },
        ),
        Row::new(who.t("order-until"), due(who, e, now)),
    ];
    let at = |deed: &str| format!("/guard/watched/{}/{deed}", e.id);
    let why = || multiline(w, &Field::new("reason", who.t("reason")).value(f.reason.as_str()).errors(errors), 2, CHARS);
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if !mine && e.removed_at.is_none() { (form(&who.view, &at("taking"), actions(button(Button::Primary, &who.t("watched-take"), None)))) }
        @if mine && e.removed_at.is_none() {
            (form(&who.view, &at("renewal"), html! {
                (date(w, &Field::new("until", who.t("order-until")).value(f.until.as_str()).errors(errors), None, None))
                (why())
                (actions(html! { (button(Button::Primary, &who.t("watched-renew"), None)) }))
            }))
            (details(&who.t("list-remove"), form(&who.view, &at("removal"), html! {
                (why())
                (actions(button(Button::Danger, &who.t("list-remove"), None)))
            })))
        }
    };
    page(
        who,
        Sheet::new(e.masked.clone()).lead(who.t("watched-one-lead")).crumb(who.t("watched"), "/guard/watched"),
        main,
    )
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ListEntryId>) -> Result<Shown, Fault> {
    let e = entry(&web, &who, id).await?;
    Ok(entry_page(&who, &e, web.now(), &FieldErrors::new(), &Given::default()))
}

/// A new end, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    #[serde(rename = "csrf")]
    _csrf: String,
    until: String,
    reason: String,
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    Path((id, deed)): Path<(String, String)>,
    Checked(f): Checked<Given>,
) -> Result<Response, Fault> {
    let id: ListEntryId = id.parse().map_err(|_| Error::not_found("entry", "here"))?;
    if deed == "taking" {
        let actor = who.actor.clone();
        web.write(move |tx| list_take(tx, &actor, id)).await?;
        return Ok(see_other(&format!("/guard/watched/{id}")));
    }
    let e = entry(&web, &who, id).await?;
    let again = |why: &Error| entry_page(&who, &e, web.now(), &fault(&who, why, &["until"], "reason"), &f);
    let act = match deed.as_str() {
        "renewal" => match Date::parse(f.until.trim()) {
            Ok(until) => Act::ListRenew(ListRenew { entry: id, until: end_of(until), why: f.reason.clone() }),
            Err(_) => return Ok(refused(again(&Error::field("until", "a day")))),
        },
        "removal" => {
            guard::owns_entry(&e.0, &who.actor)?;
            Act::ListRemove(ListRemove { entry: id, why: f.reason.clone() })
        }
        _ => return Err(Fault(Error::not_found("deed", "here"))),
    };
    order(&web, &who, act, "/guard/watched", again).await
}
