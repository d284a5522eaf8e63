//! Watch lists: who is on them, why and until when. Somebody goes on and comes off with a second person's yes.
use super::confirm::{Confirm, Given};
use super::desk::{end_of, fault, order};
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, ListAdd, ListAsk, ListRemove, list_entries};
use axum::extract::{Query, State};
use axum::response::Response;
use guard::{ListEntry, ListKind, SubjectKind};
use kernel::id::ListEntryId;
use kernel::{Error, Kind, PageAsk, Timestamp};
use maud::{Markup, html};
use party::{Permission as P, Scope};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Which {
    list: Option<String>,
    after: Option<String>,
}

/// An entry with the names of who added and who removed it.
type Named = (ListEntry, String, String);

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<Which>) -> Result<Shown, Fault> {
    let list = ask.list.as_deref().and_then(ListKind::parse).unwrap_or(ListKind::Black);
    let (actor, first, after) = (who.actor.clone(), ask.after.is_none(), ask.after);
    let (items, next) = web
        .read(move |tx| {
            let found = list_entries(tx, &actor, list, &PageAsk { limit: None, after })?;
            let mut items: Vec<Named> = Vec::with_capacity(found.items.len());
            for e in found.items {
                let added = party::who_name(tx, &e.added_by)?;
                let removed = e.removed_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
                items.push((e, added, removed));
            }
            Ok((items, found.next))
        })
        .await?;
    let w = who.words();
    let sides: Vec<(Text<'_>, Text<'_>)> = ListKind::ALL
        .iter()
        .map(|k| (say::told(w, "list-kind", k.code()), format!("/guard/lists?list={}", k.code()).into()))
        .collect();
    let here = format!("/guard/lists?list={}", list.code());
    let main = html! {
        (tabs(&who.t("lists"), &sides, ListKind::ALL.iter().position(|k| *k == list).unwrap_or(0)))
        p.hint { (say::told(w, "list-about", list.code())) }
        @if who.holds(P::GuardLists) {
            (actions(html! {
                (link_button(Button::Primary, &who.t("list-add"), "/guard/lists/entry"))
                (link_button(Button::Secondary, &who.t("watched"), "/guard/watched"))
            }))
        }
        (table(&who, &items, web.now()))
        (pager(w, (!first).then_some(here.as_str()), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("lists")).lead(who.t("lists-lead")).crumb(who.t("held"), "/guard"), main))
}

fn table(who: &Signed, items: &[Named], now: Timestamp) -> Markup {
    let w = who.words();
    let row = |(e, added, removed): &Named| {
        [
            html! { div { span.masked-text { (e.masked) } br; span.hint { (say::told(w, "list-subject", e.subject_kind.code())) } } },
            html! { div { (e.reason) br; span.hint { (e.source) } } },
            say::by(w, added, e.added_at),
            moment(w, e.valid_until),
            html! { div {
                @if let Some(at) = e.removed_at { (say::by(w, removed, at)) br; span.hint { (e.removed_reason.as_deref().unwrap_or_default()) } }
                @else if now >= e.valid_until { (who.t("freeze-over")) }
                @else if who.holds(P::GuardLists) { a href={ "/guard/entries/" (e.id) "/removal" } { (who.t("list-remove")) } }
            } },
        ]
    };
    let table = Table::new(who.t("lists"))
        .text(who.t("list-value"))
        .text(who.t("list-reason"))
        .text(who.t("order-made"))
        .text(who.t("order-until"))
        .text(who.t("order-ended"))
        .rows(items.iter().map(row))
        .when_empty(who.t("lists-none"))
        .caption_hidden();
    table.show(w)
}

/// An entry as it is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntryForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    list: String,
    kind: String,
    value: String,
    reason: String,
    source: String,
    until: String,
}

const FIELDS: &[&str] = &["value", "reason", "source", "until"];

pub async fn adding(State(web): State<Web>, who: Signed) -> Shown {
    let given = EntryForm { kind: SubjectKind::Identity.code().into(), ..EntryForm::default() };
    entry_page(&who, &given, &FieldErrors::new(), web.now())
}

fn entry_page(who: &Signed, given: &EntryForm, errors: &FieldErrors, now: Timestamp) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let lists = ListKind::ALL
        .iter()
        .map(|k| Choice::new(k.code(), say::told(w, "list-kind", k.code())).hint(say::told(w, "list-about", k.code())));
    let kinds = SubjectKind::ALL.iter().map(|k| Choice::new(k.code(), say::told(w, "list-subject", k.code())));
    let fields = html! {
        (radios(w, &field("list", "list", &given.list), &lists.collect::<Vec<_>>()))
        (radios(w, &field("kind", "list-by", &given.kind), &kinds.collect::<Vec<_>>()))
        (text(w, &field("value", "list-number", &given.value).hint(who.t("list-number-hint")).autocomplete("off")))
        (text(w, &field("source", "list-source", &given.source).hint(who.t("list-source-hint"))))
        (date(w, &field("until", "order-until", &given.until).hint(who.t("list-until-hint")), Some(now.local_date()), None))
        (multiline(w, &field("reason", "reason", &given.reason).hint(who.t("reason-hint")), 3, super::confirm::REASON_CHARS_MAX))
        (actions(html! {
            (button(Button::Primary, &who.t("ask-second"), None))
            (link_button(Button::Secondary, &who.t("back-without"), "/guard/lists"))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/guard/lists/entry", fields)) };
    let shown = Sheet::new(who.t("list-add")).lead(who.t("list-add-lead")).crumb(who.t("lists"), "/guard/lists");
    page(who, shown.wrong(!errors.is_empty()), main)
}

fn read(who: &Signed, form: &EntryForm, errors: &mut FieldErrors) -> Option<ListAsk> {
    let (list, kind) = (ListKind::parse(&form.list), SubjectKind::parse(&form.kind));
    for (field, missing) in [("list", list.is_none()), ("kind", kind.is_none())] {
        if missing {
            errors.add(field, who.t("choice-missing"));
        }
    }
    let value = given::text(who, errors, "value", &form.value, "find-number-missing").to_owned();
    let source = given::text(who, errors, "source", &form.source, "order-document-missing").to_owned();
    let reason = given::text(who, errors, "reason", &form.reason, "reason-missing").to_owned();
    let until = given::day(who, errors, "until", &form.until).map(end_of);
    if until.is_none() && errors.of("until").is_none() {
        errors.add("until", who.t("day-missing"));
    }
    let (list, kind, until) = (list?, kind?, until?);
    errors.is_empty().then_some(ListAsk { list, kind, value, reason, source, until })
}

pub async fn add(State(web): State<Web>, who: Signed, Checked(form): Checked<EntryForm>) -> Result<Response, Fault> {
    let (mut errors, now) = (FieldErrors::new(), web.now());
    let Some(ask) = read(&who, &form, &mut errors) else {
        return Ok(refused(entry_page(&who, &form, &errors, now)));
    };
    let again = |why: &Error| entry_page(&who, &form, &fault(&who, why, FIELDS, "value"), now);
    match web.read(move |tx| ListAdd::of(tx, &ask)).await {
        Ok(act) => order(&web, &who, Act::ListAdd(act), "/guard/lists", again).await,
        Err(why) if why.kind() == Kind::Invalid => Ok(refused(again(&why))),
        Err(why) => Err(why.into()),
    }
}

async fn entry(web: &Web, who: &Signed, id: ListEntryId) -> Result<ListEntry, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        party::may(tx, &actor, P::GuardLists, &Scope::here(&actor))?;
        guard::entry(tx, id)
    });
    Ok(found.await?)
}

fn removal_page(who: &Signed, e: &ListEntry, given: &Given, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let rows = vec![
        Row::new(who.t("list"), html! { (say::told(w, "list-kind", e.list.code())) }),
        Row::new(who.t("list-value"), html! { span.masked-text { (e.masked) } }),
        Row::new(who.t("list-reason"), html! { (e.reason) }),
        Row::new(who.t("list-source"), html! { (e.source) }),
        Row::new(who.t("order-until"), moment(w, e.valid_until)),
    ];
    let confirm = Confirm {
        title: &who.t("list-remove"),
        lead: &who.t("restriction-lift-lead"),
        crumbs: vec![(who.t("lists").into_owned(), "/guard/lists".into())],
        rows,
        more: html! {},
        action: &format!("/guard/entries/{}/removal", e.id),
        back: "/guard/lists",
        button: (Button::Primary, &who.t("ask-second")),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn removal(State(web): State<Web>, who: Signed, At(id): At<ListEntryId>) -> Result<Shown, Fault> {
    let e = entry(&web, &who, id).await?;
    Ok(removal_page(&who, &e, &Given::default(), &FieldErrors::new()))
}

pub async fn remove(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ListEntryId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let e = entry(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(removal_page(&who, &e, &given, &errors)));
    }
    let again = |why: &Error| removal_page(&who, &e, &given, &fault(&who, why, &[], "reason"));
    order(&web, &who, Act::ListRemove(ListRemove { entry: id, why }), "/guard/lists", again).await
}
