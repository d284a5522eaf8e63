//! Looking customers up at the counter. Only whole numbers find anybody, they are sent in the body and never in an address,
//! and what is shown is masked; seeing it all needs a reason and is audited.
use super::confirm::{Confirm, Given};
use super::overview::{self, LookAsk};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::overview::{Seen, Side};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::PersonId;
use kernel::{Owner, Who};
use maud::{Markup, html};
use party::{Find, Permission as P, PersonView, Revealed};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FindForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    /// `identity`, `phone` or `account`.
    by: String,
    number: String,
}

pub async fn search(who: Signed) -> Shown {
    let given = FindForm { by: "identity".into(), ..FindForm::default() };
    find_page(&who, &given, None, &FieldErrors::new())
}

fn find_page(who: &Signed, given: &FindForm, found: Option<&[PersonView]>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let mut ways = vec![Choice::new("identity", who.t("find-identity")), Choice::new("phone", who.t("find-phone"))];
    if who.holds(P::AccountReadAny) {
        ways.push(Choice::new("account", who.t("find-account")).hint(who.t("find-account-hint")));
    }
    let number =
        Field::new("number", who.t("find-number")).hint(who.t("find-number-hint")).value(given.number.as_str());
    let fields = html! {
        (radios(w, &Field::new("by", who.t("find-by")).value(given.by.as_str()).errors(errors), &ways))
        (text(w, &number.errors(errors).width(Width::Twenty).autocomplete("off")))
        (actions(button(Button::Primary, &who.t("find"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, "/customers", fields))
        @if who.holds(P::PersonRegister) { (actions(link_button(Button::Secondary, &who.t("register-person"), "/customers/registration"))) }
        @if let Some(found) = found { (people(who, found)) }
    };
    page(who, Sheet::new(who.t("customers")).lead(who.t("customers-lead")).wrong(!errors.is_empty()), main)
}

fn people(who: &Signed, found: &[PersonView]) -> Markup {
    let w = who.words();
    let row = |p: &PersonView| {
        [
            html! { a href={ "/customers/" (p.id) } { (p.name) } },
            html! { span.masked-text { (p.identity) } },
            html! { span.masked-text { (p.phone) } },
            flags(who, p),
        ]
    };
    let table = Table::new(who.t("found"))
        .text(who.t("worker-name"))
        .text(who.t("worker-identity"))
        .text(who.t("person-phone"))
        .text(who.t("person-tier"))
        .rows(found.iter().map(row))
        .when_empty(who.t("found-none"));
    table.show(w)
}

fn flags(who: &Signed, p: &PersonView) -> Markup {
    let w = who.words();
    html! {
        (say::told(w, "tier", &p.tier.code().to_ascii_lowercase()))
        @if p.elder { " " (status(Tone::Info, &who.t("person-elder"), "", "")) }
        @if p.foreign { " " (status(Tone::Info, &who.t("person-foreign"), "", "")) }
    }
}

pub async fn find(State(web): State<Web>, who: Signed, Checked(form): Checked<FindForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let number = given::text(&who, &mut errors, "number", &form.number, "find-number-missing").to_owned();
    if !errors.is_empty() {
        return Ok(refused(find_page(&who, &form, None, &errors)));
    }
    if form.by == "account" {
        return account(&web, &who, &form, &number).await;
    }
    let (actor, by_phone) = (who.actor.clone(), form.by == "phone");
    let found = web
        .read(move |tx| {
            let by = if by_phone { Find::Phone(&number) } else { Find::Identity(&number) };
            party::people_find(tx, &actor, by)
        })
        .await?;
    Ok(find_page(&who, &form, Some(&found), &errors).into_response())
}

/// An account by its whole number leads to its page; one the reader may not see is not found.
async fn account(web: &Web, who: &Signed, form: &FindForm, number: &str) -> Result<Response, Fault> {
    let (actor, number) = (who.actor.clone(), given::number(number));
    let found = web
        .read(move |tx| match ledger::by_number(tx, &number)? {
            Some(a) => Ok(payments::may_see(tx, &actor, a.owner).is_ok().then_some(a.id)),
            None => Ok(None),
        })
        .await?;
    Ok(match found {
        Some(id) => see_other(&format!("/accounts/{id}")),
        None => {
            let mut errors = FieldErrors::new();
            errors.add("number", who.t("find-account-none"));
            refused(find_page(who, form, None, &errors))
        }
    })
}

/// Before a reason was chosen: the masked name, freezes, and the reasons. After: one side of the customer.
pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Query(ask): Query<LookAsk>,
) -> Result<Shown, Fault> {
    let here = format!("/customers/{id}");
    let (actor, looked) = (who.actor.clone(), ask.read());
    let handles = who.holds(P::LoginMake) || who.holds(P::LoginUnlock);
    let found = web.write(move |tx| {
        let frozen = guard::in_force(tx, Owner::Person(id), tx.now())?;
        let Some((why, side)) = looked else {
            let person = party::person_view(tx, &actor, id)?;
            tx.audit(&actor, store::Audit::of("person.look", id))?;
            return Ok((person, frozen, None));
        };
        let (person, seen) = app::overview::person(tx, &actor, id, why, side)?;
        let login =
            if handles && side == Side::Access { party::login_seen(tx, &actor, Who::Person(id))? } else { None };
        let open = app::overview::sides(tx, &actor, id)?;
        Ok((person, frozen, Some((why, side, open, std::sync::Arc::new(seen), login))))
    });
    let (person, frozen, looked) = found.await?;
    let w = who.words();
    let main = html! {
        @for f in &frozen { p { (status(Tone::Danger, &who.t("person-frozen"), &say::told(w, "freeze-basis", f.basis.code()), &w.moment(f.frozen_at))) } }
        @match &looked {
            None => { (overview::reasons(&who, &here)) }
            Some((why, side, open, seen, login)) => {
                (overview::on_record(&who, *why))
                (overview::sides(&who, &here, *why, open, *side))
                @match &**seen {
                    Seen::Who(tier) => { (identity(&who, &person)) (super::tiers::limits(&who, tier)) }
                    Seen::Money(all) => { (overview::money(&who, all)) }
                    Seen::Orders(all) => { (overview::orders(&who, all)) }
                    Seen::Wages(slips) => { (overview::wages(&who, slips)) }
                    Seen::Access(sessions, devices) => {
                        @if handles { h2 { (who.t("login")) } (super::logins::block(&who, login.as_ref(), Some(&format!("{here}/login")))) }
                        (overview::access(&who, sessions, devices))
                    }
                }
            }
        }
        (actions(html! {
            @if who.holds(P::AccountReadAny) { (link_button(Button::Secondary, &who.t("cards"), &format!("{here}/cards"))) }
            (link_button(Button::Secondary, &who.t("limits"), &format!("{here}/tier")))
            (link_button(Button::Secondary, &who.t("consents"), &format!("{here}/consents")))
            @if who.holds(P::CustomerManage) { (link_button(Button::Secondary, &who.t("manager"), &format!("{here}/manager"))) }
            @if who.holds(P::AccountFreeze) { (link_button(Button::Secondary, &who.t("freezes"), &format!("/freezes/{id}"))) }
        }))
    };
    Ok(page(&who, Sheet::new(person.name).crumb(who.t("customers"), "/customers"), main))
}

fn identity(who: &Signed, person: &PersonView) -> Markup {
    let w = who.words();
    let reveal = who.holds(P::PersonReveal).then(|| format!("/customers/{}/reveal", person.id));
    let secret = |what: &str, text: &str| masked(w, what, text, reveal.as_deref());
    let rows = [
        Row::new(who.t("worker-name"), html! { (person.name) }),
        Row::new(say::told(w, "document", person.document.code()), secret(&who.t("worker-identity"), &person.identity)),
        Row::new(who.t("person-phone"), html! { span.masked-text { (person.phone) } }),
        Row::new(who.t("person-tier"), flags(who, person)),
    ];
    summary_list(w, &rows)
}

async fn person(web: &Web, who: &Signed, id: PersonId) -> Result<PersonView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| party::person_view(tx, &actor, id)).await?)
}

fn reveal_page(who: &Signed, p: &PersonView, given: &Given, errors: &FieldErrors) -> Shown {
    let here = format!("/customers/{}", p.id);
    let confirm = Confirm {
        title: &who.t("reveal"),
        lead: &who.t("reveal-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into()), (p.name.clone(), here.clone())],
        rows: vec![
            Row::new(who.t("worker-name"), html! { (p.name) }),
            Row::new(who.t("worker-identity"), html! { span.masked-text { (p.identity) } }),
        ],
        more: html! {},
        action: &format!("{here}/reveal"),
        back: &here,
        button: (Button::Primary, &who.t("reveal-confirm")),
        reason: Some((&who.t("reveal-why"), &who.t("reveal-why-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn reveal(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let p = person(&web, &who, id).await?;
    Ok(reveal_page(&who, &p, &Given::default(), &FieldErrors::new()))
}

/// The audit is durable before the page answers.
pub async fn revealed(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        let p = person(&web, &who, id).await?;
        return Ok(refused(reveal_page(&who, &p, &given, &errors)));
    }
    let (actor, reason) = (who.actor.clone(), why.clone());
    let seen: Revealed = web.write(move |tx| party::reveal(tx, &actor, id, &reason)).await?;
    let rows = [
        Row::new(who.t("worker-name"), html! { (seen.name) }),
        Row::new(who.t("worker-identity"), html! { (seen.identity) }),
        Row::new(who.t("person-phone"), html! { (seen.phone) }),
        Row::new(who.t("person-address"), html! { (seen.address) }),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("revealed-noted"), html! { p { (why) } }))
        (summary_list(who.words(), &rows))
        (actions(link_button(Button::Primary, &who.t("reveal-done"), &format!("/customers/{id}"))))
    };
    let shown = Sheet::new(who.t("revealed")).crumb(who.t("customers"), "/customers");
    Ok(page(&who, shown, main).into_response())
}
