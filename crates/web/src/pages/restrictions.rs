//! Restrictions of an account: made at once, lifted by two; and closing the account when it is empty.
use super::confirm::{Confirm, Given};
use super::desk::{end_of, fault, order};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, Close, Lift};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::chinese::mask_card;
use kernel::error::NOT_FOUND;
use kernel::id::AccountId;
use kernel::{Error, Id, Money, Owner, Timestamp};
use ledger::restrictions::{Order, Restrict, Restriction, orders};
use ledger::{Account, View};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// A restriction as it is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestrictForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    kind: String,
    amount: String,
    queue: Option<String>,
    basis: String,
    document: String,
    until: String,
}

const FIELDS: &[&str] = &["kind", "amount", "basis", "document", "until"];

async fn account(web: &Web, who: &Signed, id: AccountId) -> Result<View, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let none = || Error::not_found("account", id);
        let view = ledger::view(tx, id).map_err(|_| none())?;
        payments::may_see(tx, &actor, view.account.owner).map_err(|why| none().caused_by(why))?;
        Ok(view)
    });
    Ok(found.await?)
}

fn name(a: &Account) -> String {
    match a.owner {
        Owner::Person(_) => kernel::chinese::mask_name(&a.name),
        _ => a.name.clone(),
    }
}

fn rows<'a>(who: &Signed, v: &View) -> Vec<Row<'a>> {
    let (w, a) = (who.words(), &v.account);
    vec![
        Row::new(who.t("account"), html! { (name(a)) }),
        Row::new(who.t("account-number"), html! { span.masked-text { (mask_card(&a.number)) } }),
        Row::new(who.t("account-posted"), amount(w, v.posted())),
    ]
}

fn sheet<'a>(who: &Signed, title: &str, a: &Account) -> Sheet<'a> {
    Sheet::new(who.t(title)).crumb(who.t("customers"), "/customers").crumb(name(a), format!("/accounts/{}", a.id))
}

pub async fn restriction(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let view = account(&web, &who, id).await?;
    Ok(restrict_page(&who, &view, &RestrictForm::default(), &FieldErrors::new(), web.now()))
}

fn restrict_page(who: &Signed, v: &View, given: &RestrictForm, errors: &FieldErrors, now: Timestamp) -> Shown {
    let w = who.words();
    let kind = |k: Restriction| {
        Choice::new(k.code(), say::told(w, "restriction-name", k.code())).hint(say::told(
            w,
            "restriction-about",
            k.code(),
        ))
    };
    let kinds = [
        kind(Restriction::NoDebits),
        kind(Restriction::NoCredits),
        kind(Restriction::CounterOnly),
        kind(Restriction::Freeze),
    ];
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (radios(w, &field("kind", "order-kind", &given.kind), &kinds))
        (money(w, &field("amount", "order-amount", &given.amount).hint(who.t("restriction-amount-hint")).optional(), v.account.currency))
        (checkbox(w, &Field::new("queue", who.t("restriction-queue")).hint(who.t("restriction-queue-hint")), given.queue.is_some()))
        (text(w, &field("basis", "order-basis", &given.basis).hint(who.t("order-basis-hint"))))
        (text(w, &field("document", "order-document", &given.document).hint(who.t("order-document-hint")).optional()))
        (date(w, &field("until", "order-until", &given.until).hint(who.t("order-until-hint")).optional(), Some(now.local_date()), None))
        (actions(html! {
            (button(Button::Danger, &who.t("restriction-make"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/accounts/{}", v.account.id)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows(who, v)))
        (form(&who.view, &format!("/accounts/{}/restriction", v.account.id), fields))
    };
    let shown = sheet(who, "restriction-new", &v.account).lead(who.t("restriction-new-lead"));
    page(who, shown.wrong(!errors.is_empty()), main)
}

fn read(who: &Signed, id: AccountId, form: &RestrictForm, errors: &mut FieldErrors) -> Option<Restrict> {
    let kind = Restriction::parse(&form.kind).filter(|k| *k != Restriction::Dormant);
    if kind.is_none() {
        errors.add("kind", who.t("restriction-kind-missing"));
    }
    let amount = match (kind, form.amount.trim()) {
        (Some(Restriction::Freeze), text) => given::amount(who, errors, "amount", text).map_or(0, |m| m.minor),
        (_, "") => 0,
        _ => {
            errors.add("amount", who.t("restriction-amount-only"));
            0
        }
    };
    let basis = given::text(who, errors, "basis", &form.basis, "order-basis-missing").to_owned();
    let until = given::day(who, errors, "until", &form.until).map(end_of);
    let (queue, document) = (form.queue.is_some(), form.document.trim().to_owned());
    let kind = kind.filter(|_| errors.is_empty())?;
    Some(Restrict { account: id, kind, amount, queue, basis, document, until })
}

pub async fn restrict(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(form): Checked<RestrictForm>,
) -> Result<Response, Fault> {
    let view = account(&web, &who, id).await?;
    let (mut errors, now) = (FieldErrors::new(), web.now());
    let Some(ask) = read(&who, id, &form, &mut errors) else {
        return Ok(refused(restrict_page(&who, &view, &form, &errors, now)));
    };
    let again = |why: &Error| restrict_page(&who, &view, &form, &fault(&who, why, FIELDS, "kind"), now);
    order(&web, &who, Act::Restrict(ask), &format!("/accounts/{id}"), again).await
}

/// The account and the number in an address.
fn place((account, number): (String, i64)) -> Result<(AccountId, i64), Fault> {
    let none = |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", "acct"));
    Ok((AccountId::parse(&account).map_err(none)?, number))
}

async fn standing(web: &Web, who: &Signed, id: AccountId, number: i64) -> Result<(View, Order), Fault> {
    let view = account(web, who, id).await?;
    let found = web.read(move |tx| orders(tx, id)).await?.into_iter().find(|o| o.number == number);
    Ok((view, found.ok_or_else(|| Error::not_found("restriction", number))?))
}

fn lift_page(who: &Signed, v: &View, o: &Order, given: &Given, errors: &FieldErrors) -> Shown {
    let (w, here) = (who.words(), format!("/accounts/{}", v.account.id));
    let mut rows = rows(who, v);
    rows.push(Row::new(who.t("order-kind"), html! { (say::told(w, "restriction-name", o.kind.code())) }));
    if o.amount > 0 {
        rows.push(Row::new(who.t("order-amount"), amount(w, Money::new(o.amount, v.account.currency))));
    }
    rows.push(Row::new(who.t("order-basis"), html! { (say::basis(w, &o.basis)) " " (o.document) }));
    rows.push(Row::new(who.t("order-since"), moment(w, o.made_at)));
    let confirm = Confirm {
        title: &who.t("restriction-lift"),
        lead: &who.t("restriction-lift-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into()), (name(&v.account), here.clone())],
        rows,
        more: html! {},
        action: &format!("{here}/restrictions/{}/lifting", o.number),
        back: &here,
        button: (Button::Primary, &who.t("ask-second")),
        reason: Some((&who.t("reason"), &who.t("restriction-lift-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn lifting(State(web): State<Web>, who: Signed, Path(at): Path<(String, i64)>) -> Result<Shown, Fault> {
    let (id, number) = place(at)?;
    let (view, o) = standing(&web, &who, id, number).await?;
    Ok(lift_page(&who, &view, &o, &Given::default(), &FieldErrors::new()))
}

pub async fn lift(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, i64)>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (id, number) = place(at)?;
    let (view, o) = standing(&web, &who, id, number).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(lift_page(&who, &view, &o, &given, &errors)));
    }
    let again = |why: &Error| lift_page(&who, &view, &o, &given, &fault(&who, why, &[], "reason"));
    order(&web, &who, Act::Lift(Lift { account: id, number, why }), &format!("/accounts/{id}"), again).await
}

fn close_page(who: &Signed, v: &View, given: &Given, errors: &FieldErrors) -> Shown {
    let here = format!("/accounts/{}", v.account.id);
    let confirm = Confirm {
        title: &who.t("account-close"),
        lead: &who.t("account-close-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into()), (name(&v.account), here.clone())],
        rows: rows(who, v),
        more: html! {},
        action: &format!("{here}/closing"),
        back: &here,
        button: (Button::Danger, &who.t("account-close-confirm")),
        reason: Some((&who.t("reason"), &who.t("account-close-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn closing(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let view = account(&web, &who, id).await?;
    Ok(close_page(&who, &view, &Given::default(), &FieldErrors::new()))
}

pub async fn close(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let view = account(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(close_page(&who, &view, &given, &errors)));
    }
    let again = |why: &Error| close_page(&who, &view, &given, &fault(&who, why, &[], "reason"));
    order(&web, &who, Act::Close(Close { account: id, why }), &format!("/accounts/{id}"), again).await
}

/// What staff may do about an account, under what stands on it.
pub fn offers(who: &Signed, v: &View) -> Markup {
    let a = &v.account;
    let open = a.closed_at.is_none() && a.owner != Owner::Bank && who.is_staff();
    let (restricts, closes) = (open && who.holds(P::AccountFreeze), open && who.holds(P::AccountOpen));
    html! {
        @if restricts || closes {
            (actions(html! {
                @if restricts {
                    (link_button(Button::Secondary, &who.t("restriction-new"), &format!("/accounts/{}/restriction", a.id)))
                    (link_button(Button::Secondary, &who.t("freezes-of-owner"), &format!("/freezes/{}", a.owner)))
                }
                @if closes { (link_button(Button::Secondary, &who.t("account-close"), &format!("/accounts/{}/closing", a.id))) }
            }))
        }
    }
}

/// All orders an account has had, for staff: who, on what basis, until when, and who ended it.
pub fn history(who: &Signed, a: &Account, all: &[(Order, String, String)]) -> Markup {
    let w = who.words();
    let row = |(o, made, lifted): &(Order, String, String)| {
        [
            html! { div { (say::told(w, "restriction-name", o.kind.code())) @if o.amount > 0 { br; (amount(w, Money::new(o.amount, a.currency))) } } },
            html! { div { @if o.basis == payroll::NOT_ACTIVATED { (who.t("account-not-activated")) } @else { (say::basis(w, &o.basis)) } @if !o.document.is_empty() { br; span.hint { (o.document) } } } },
            say::by(w, made, o.made_at),
            html! { @if let Some(until) = o.until { (moment(w, until)) } },
            html! { @if let Some(at) = o.lifted_at { div { (say::by(w, lifted, at)) @if let Some(why) = &o.lifted_why { br; span.hint { (why) } } } } },
        ]
    };
    let table = Table::new(who.t("restrictions-all"))
        .text(who.t("order-kind"))
        .text(who.t("order-basis"))
        .text(who.t("order-made"))
        .text(who.t("order-until"))
        .text(who.t("order-ended"))
        .rows(all.iter().map(row))
        .caption_hidden();
    html! { @if !all.is_empty() { (details(&who.t("restrictions-all"), table.show(w))) } }
}
