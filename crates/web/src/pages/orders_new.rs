//! A document of an authority is entered, or a stop made at once.
use super::orders::{Seen, one};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::read::Upload;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::AuthorityOrderId;
use kernel::{Currency, Error, Kind, Money, Owner, Timestamp};
use maud::{Markup, html};
use orders::{Authority, Evidence, Officer, OrderKind, OrderNew};
use serde::Deserialize;

/// Files that are kept as evidence.
const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png";
const FIELDS: &[&str] = &[
    "kind",
    "authority_name",
    "document",
    "basis",
    "officers",
    "account",
    "amount",
    "keep",
    "payee_number",
    "payee_name",
    "until",
    "evidence",
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewAsk {
    kind: Option<OrderKind>,
    target: Option<AuthorityOrderId>,
}

/// What the form holds, by the names of its fields.
#[derive(Clone, Debug, Default)]
struct Form {
    fields: Vec<(String, String)>,
    /// An emergency stop: it acts before a second person agreed.
    now: bool,
}

impl Form {
    fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }
    fn kind(&self) -> Option<OrderKind> {
        if self.now { Some(OrderKind::Stop) } else { OrderKind::parse(self.get("kind")) }
    }
    fn set(&mut self, name: &str, value: impl ToString) {
        self.fields.push((name.to_owned(), value.to_string()));
    }
    fn action(&self) -> &'static str {
        if self.now { "/orders/stop" } else { "/orders/new" }
    }
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<NewAsk>) -> Result<Shown, Fault> {
    let mut form = Form::default();
    if let Some(kind) = ask.kind {
        form.set("kind", kind);
    }
    let target = match ask.target {
        Some(id) => Some(one(&web, &who, id).await?),
        None => None,
    };
    if let Some(t) = &target {
        form.set("target", t.order.id);
        form.set("authority", t.order.authority);
        form.set("authority_name", &t.order.authority_name);
    }
    Ok(form_page(&who, &form, target.as_ref(), &FieldErrors::new()))
}

pub async fn show_stop(who: Signed) -> Shown {
    form_page(&who, &Form { now: true, ..Form::default() }, None, &FieldErrors::new())
}

fn form_page(who: &Signed, form: &Form, target: Option<&Seen>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let fields = html! {
        @if let Some(t) = target { input type="hidden" name="target" value=(t.order.id); }
        @if !form.now { (kinds(who, form, target, errors)) }
        (reach(who, form, target, errors))
        (paper(who, form, errors))
        @if !form.now { (money_fields(who, form, errors)) }
        @if !form.now { (file(w, &Field::new("evidence", who.t("orders-evidence")).hint(who.t("orders-evidence-hint")).errors(errors), ACCEPT)) }
        (checkbox(w, &Field::new("silent", who.t("orders-silent-tick")).value("yes").hint(who.t("orders-silent-about")), form.get("silent") == "yes"))
        (actions(html! {
            @if form.now { (button(Button::Danger, &who.t("orders-stop-now"), None)) } @else { (button(Button::Primary, &who.t("ask-second"), None)) }
            (link_button(Button::Secondary, &who.t("back-without"), "/orders"))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        @if form.now { (notice(Tone::Warn, &who.t("orders-stop-now"), html! { p { (who.t("orders-stop-about")) } })) }
        (form_files(&who.view, form.action(), fields))
    };
    let (title, lead) =
        if form.now { ("orders-stop-now", "orders-stop-lead") } else { ("orders-new", "orders-new-lead") };
    page(
        who,
        Sheet::new(who.t(title)).lead(who.t(lead)).crumb(who.t("orders"), "/orders").wrong(!errors.is_empty()),
        main,
    )
}

fn field<'a>(who: &Signed, form: &Form, errors: &'a FieldErrors, name: &'static str, key: &str) -> Field<'a> {
    Field::new(name, who.t(key)).value(form.get(name).to_owned()).errors(errors)
}

fn kinds(who: &Signed, form: &Form, target: Option<&Seen>, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let fits = |k: &&OrderKind| if target.is_some() { !k.stands() } else { !k.needs_target() };
    let choices: Vec<Choice<'_>> = OrderKind::ALL
        .iter()
        .filter(fits)
        .map(|k| Choice::new(k.code(), say::told(w, "orders-kind", k.code())))
        .collect();
    radios(w, &field(who, form, errors, "kind", "orders-kind"), &choices)
}

/// Whom it reaches: by an account of the party; of an earlier order what that one reached.
fn reach(who: &Signed, form: &Form, target: Option<&Seen>, errors: &FieldErrors) -> Markup {
    let w = who.words();
    if let Some(t) = target.filter(|t| t.order.account.is_some()) {
        return summary_list(w, &[Row::new(who.t("orders-party"), html! { (t.party) " " (t.account) })]);
    }
    let scopes = ["account", "party"].map(|s| Choice::new(s, say::told(w, "orders-scope", s)));
    html! {
        (text(w, &field(who, form, errors, "account", "orders-account").hint(who.t("orders-account-hint"))))
        @if target.is_none() { (radios(w, &field(who, form, errors, "scope", "orders-scope"), &scopes)) }
    }
}

fn paper(who: &Signed, form: &Form, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let each: Vec<Choice<'_>> =
        Authority::ALL.iter().map(|a| Choice::new(a.code(), say::told(w, "orders-authority", a.code()))).collect();
    let line = |name, key: &str| text(w, &field(who, form, errors, name, key));
    html! {
        (select(w, &field(who, form, errors, "authority", "orders-authority-kind"), &each))
        (line("authority_name", "orders-authority"))
        (line("document", "orders-document"))
        (line("basis", "orders-basis"))
        (line("officers", "orders-officer-first"))
        (line("officers_number", "orders-officer-number"))
        (line("second", "orders-officer-second"))
        (line("second_number", "orders-officer-number"))
    }
}

fn money_fields(who: &Signed, form: &Form, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let f = |name, key: &str| field(who, form, errors, name, key).optional();
    html! {
        (money(w, &f("amount", "orders-amount").hint(who.t("orders-amount-hint")), Currency::CNY))
        (date(w, &f("until", "orders-last-day").hint(who.t("orders-until-hint")), None, None))
        (money(w, &f("keep", "orders-keep").hint(who.t("orders-keep-hint")), Currency::CNY))
        (text(w, &f("payee_number", "orders-payee-number").hint(who.t("orders-payee-hint"))))
        (text(w, &f("payee_name", "orders-payee-name")))
        (checkbox(w, &Field::new("grave", who.t("orders-grave")).value("yes"), form.get("grave") == "yes"))
    }
}

pub async fn make(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    send(web, who, upload, false).await
}

pub async fn stop(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    send(web, who, upload, true).await
}

async fn send(web: Web, who: Signed, upload: Upload, now: bool) -> Result<Response, Fault> {
    let form = Form { fields: upload.fields.clone(), now };
    let target = match form.get("target").parse::<AuthorityOrderId>() {
        Ok(id) => Some(one(&web, &who, id).await?),
        Err(_) => None,
    };
    let mut errors = FieldErrors::new();
    let file = upload.files.into_iter().next().map(|(name, bytes)| Evidence { name, bytes: bytes.to_vec() });
    let Some(ask) = read(&who, &form, file, web.now(), &mut errors) else {
        return Ok(refused(form_page(&who, &form, target.as_ref(), &errors)));
    };
    let (actor, of, number) =
        (who.actor.clone(), target.as_ref().map(|t| t.order.clone()), given::number(form.get("account")));
    let whole = form.get("scope") == "party";
    let made = web.write(move |tx| {
        let mut new = ask.clone();
        (new.subject, new.account) = match (&of, number.is_empty()) {
            (Some(t), true) => (t.subject, t.account),
            (_, _) => {
                let found = ledger::by_number(tx, &number)?;
                let account = found.ok_or_else(|| Error::field("account", "no account has this number"))?;
                (account.owner, Some(account.id).filter(|_| !whole))
            }
        };
        if now { orders::stop_now(tx, &actor, new) } else { orders::enter(tx, &actor, new) }
    });
    match made.await {
        Ok(id) => Ok(see_other(&format!("/orders/{id}"))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit) => {
            let errors = super::desk::fault(&who, &why, FIELDS, "document");
            Ok(refused(form_page(&who, &form, target.as_ref(), &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

/// The document as far as the form says it; whom it reaches is looked up with the order.
fn read(
    who: &Signed,
    form: &Form,
    file: Option<Evidence>,
    now: Timestamp,
    errors: &mut FieldErrors,
) -> Option<OrderNew> {
    let (kind, authority) = (form.kind(), Authority::parse(form.get("authority")));
    for (name, missing) in [("kind", kind.is_none()), ("authority", authority.is_none())] {
        if missing {
            errors.add(name, who.t("choice-missing"));
        }
    }
    let target = form.get("target").parse::<AuthorityOrderId>().ok();
    if form.get("account").is_empty() && target.is_none() {
        errors.add("account", who.t("orders-account-missing"));
    }
    let mut sum = |name: &'static str| match form.get(name) {
        "" => None,
        text => Money::parse(text, Currency::CNY).map_err(|_| errors.add(name, who.t("amount-wrong"))).ok(),
    };
    let (amount, keep) = (sum("amount"), sum("keep"));
    let until = given::day(who, errors, "until", form.get("until"));
    let officer = |name: &str, number: &str| Officer { name: form.get(name).into(), number: form.get(number).into() };
    let new = OrderNew {
        kind: kind?,
        authority: authority?,
        authority_name: form.get("authority_name").into(),
        document: form.get("document").into(),
        basis: form.get("basis").into(),
        officers: [officer("officers", "officers_number"), officer("second", "second_number")],
        subject: Owner::Bank,
        account: None,
        amount,
        keep,
        payee_number: given::number(form.get("payee_number")),
        payee_name: form.get("payee_name").into(),
        target,
        grave: form.get("grave") == "yes",
        silent: form.get("silent") == "yes",
        until,
        received_at: now,
        evidence: file,
    };
    errors.is_empty().then_some(new)
}
