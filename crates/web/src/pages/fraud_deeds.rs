//! What an officer does with a case.
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::followed::Ending;
use axum::extract::{Path, State};
use axum::response::Response;
use cases::{About, Call, CallOutcome, Case, Evidence, NewAlert, Outcome, Source};
use kernel::clock::HOUR;
use kernel::id::{CaseStepId, FraudCaseId, StaffId};
use kernel::{Currency, Error, Money, Owner, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// Every field that one of the forms of a case has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    why: String,
    hours: String,
    call: String,
    asked: String,
    answered: String,
    from: String,
    to: String,
    secret: String,
    outcome: String,
    payments: String,
    list: String,
}

const CHARS: u32 = cases::TEXT_CHARS_MAX as u32;

/// The forms of who has the case, each folded up.
pub(super) fn forms(
    who: &Signed,
    c: &Case,
    phone: &str,
    (others, colleagues): (&[Case], &[(StaffId, String)]),
) -> Markup {
    let w = who.words();
    let at = |deed: &str| format!("/cases/{}/{deed}", c.id);
    let choices = |prefix: &'static str, codes: &[&'static str]| -> Vec<Choice<'static>> {
        codes.iter().map(|code| Choice::new(*code, say::told(w, prefix, code).into_owned())).collect()
    };
    let why = |key: &str| multiline(w, &Field::new("why", who.t(key).into_owned()), 2, CHARS);
    let one = |key: &str, deed: &str, fields: Markup| {
        details(
            &who.t(key),
            form(&who.view, &at(deed), html! { (fields) (actions(button(Button::Primary, &who.t(key), None))) }),
        )
    };
    let named: Vec<Choice<'_>> =
        colleagues.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
    let called: Vec<&str> = CallOutcome::ALL.iter().map(|o| o.code()).collect();
    html! {
        @if !phone.is_empty() {
            (one("fcase-call", "call", html! {
                p { (w.t_with("fcase-call-to", &[("number", phone.to_owned().into())])) }
                (radios(w, &Field::new("call", who.t("fcase-call-result")), &choices("fcase-called", &called)))
                (multiline(w, &Field::new("asked", who.t("fcase-asked")).optional(), 2, CHARS))
                (multiline(w, &Field::new("answered", who.t("fcase-answered")).optional(), 2, CHARS))
            }))
        }
        (one("fcase-note", "note", why("fcase-note")))
        (details(&who.t("fcase-file-add"), form_files(&who.view, &at("files"), html! {
            (file(w, &Field::new("file", who.t("fcase-file")), ".pdf,.jpg,.jpeg,.png"))
            (actions(button(Button::Secondary, &who.t("fcase-file-add"), None)))
        })))
        (one("fcase-wait", "waiting", html! { (number(w, &Field::new("hours", who.t("fcase-wait-hours")))) (why("fcase-why")) }))
        (one("fcase-put-back", "put-back", why("fcase-why")))
        @if !colleagues.is_empty() { (one("fcase-hand", "handing", html! { (select(w, &Field::new("to", who.t("fcase-hand-to")), &named)) (why("fcase-why")) })) }
        @for other in others.iter().filter(|o| o.state.is_open()) {
            (form(&who.view, &at("merging"), html! {
                input type="hidden" name="from" value=(other.id);
                (actions(button(Button::Secondary, &format!("{}: {}", who.t("fcase-merge"), say::told(w, "fcase-typology", &other.typology)), None)))
            }))
        }
        @if who.holds(P::CaseSecret) && c.about != About::Suspicion {
            (form(&who.view, &at("secrecy"), actions(button(Button::Secondary, &who.t(if c.sensitive { "fcase-show" } else { "fcase-hide" }), Some(("secret", if c.sensitive { "no" } else { "yes" }))))))
        }
        (closing(who, &at("closing")))
    }
}

fn closing(who: &Signed, to: &str) -> Markup {
    let w = who.words();
    let outcomes: Vec<Choice<'_>> =
        Outcome::ALL.iter().map(|o| Choice::new(o.code(), say::told(w, "fcase-outcome", o.code()))).collect();
    let payments = ["leave", "release", "refuse"].map(|p| Choice::new(p, say::told(w, "fcase-payments", p)));
    let fields = html! {
        (radios(w, &Field::new("outcome", who.t("fcases-outcomes")), &outcomes))
        (radios(w, &Field::new("payments", who.t("fcase-payments")).value("leave"), &payments))
        (checkbox(w, &Field::new("list", who.t("fcase-list")), false))
        (multiline(w, &Field::new("why", who.t("fcase-why")), 3, CHARS))
        (actions(button(Button::Danger, &who.t("fcase-close"), None)))
    };
    details(&who.t("fcase-close"), form(&who.view, to, fields))
}

fn none(what: &'static str) -> Error {
    Error::not_found(what, "here")
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    Path((id, deed)): Path<(String, String)>,
    Checked(f): Checked<DeedForm>,
) -> Result<Response, Fault> {
    let id: FraudCaseId = id.parse().map_err(|_| none("case"))?;
    let actor = who.actor.clone();
    match deed.as_str() {
        "closing" => {
            let (outcome, ending) = ending(&f)?;
            web.run(move |bank| app::followed::close(bank, &actor, id, outcome, &f.why, ending)).await?;
        }
        _ => web.write(move |tx| acted(tx, &actor, id, &deed, &f)).await?,
    }
    Ok(see_other(&format!("/cases/{id}")))
}

fn ending(f: &DeedForm) -> Done<(Outcome, Ending)> {
    let outcome = Outcome::parse(&f.outcome).ok_or_else(|| Error::field("outcome", "choose one"))?;
    let release = match f.payments.as_str() {
        "release" => Some(true),
        "refuse" => Some(false),
        _ => None,
    };
    Ok((outcome, Ending { release, list: !f.list.is_empty() }))
}

fn acted(tx: &mut store::Tx<'_>, actor: &kernel::Actor, id: FraudCaseId, deed: &str, f: &DeedForm) -> Done<()> {
    match deed {
        "claim" => cases::claim(tx, actor, id).map(drop),
        "put-back" => cases::put_back(tx, actor, id, &f.why).map(drop),
        "handing" => cases::hand_over(tx, actor, id, f.to.parse()?, &f.why).map(drop),
        "note" => cases::note(tx, actor, id, &f.why).map(drop),
        "waiting" => {
            let hours: u8 = f.hours.trim().parse().map_err(|_| Error::field("hours", "1 to 255"))?;
            let until = tx.now().plus(i64::from(hours) * HOUR);
            cases::wait(tx, actor, id, until, &f.why).map(drop)
        }
        "call" => {
            let outcome = CallOutcome::parse(&f.call).ok_or_else(|| Error::field("call", "choose one"))?;
            let call = Call { person: None, outcome, asked: f.asked.clone(), answered: f.answered.clone() };
            cases::call(tx, actor, id, &call).map(drop)
        }
        "merging" => cases::merge(tx, actor, id, f.from.parse()?).map(drop),
        "secrecy" => cases::keep_secret(tx, actor, id, f.secret == "yes").map(drop),
        _ => Err(none("deed")),
    }
}

pub async fn keep_file(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FraudCaseId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let (name, bytes) = upload.take_file()?;
    let kept = Evidence { name, bytes: bytes.to_vec() };
    web.write(move |tx| cases::file(tx, &actor, id, &kept)).await?;
    Ok(see_other(&format!("/cases/{id}")))
}

pub async fn read_file(
    State(web): State<Web>,
    who: Signed,
    Path((id, file)): Path<(String, String)>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let id: FraudCaseId = id.parse().map_err(|_| none("case"))?;
    let file: CaseStepId = file.parse().map_err(|_| none("file"))?;
    let actor = who.actor.clone();
    let f = web.write(move |tx| cases::evidence(tx, &actor, id, file)).await?;
    Ok(download(&f.name, "application/octet-stream", f.bytes))
}

/// A case that is opened by hand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    customer: String,
    about: String,
    amount: String,
    why: String,
}

pub async fn new(State(_): State<Web>, who: Signed) -> Shown {
    new_page(&who, "", &FieldErrors::new())
}

fn new_page(who: &Signed, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let secret = who.holds(P::CaseSecret);
    let kinds: Vec<Choice<'_>> = About::ALL
        .iter()
        .filter(|a| secret || **a != About::Suspicion)
        .map(|a| Choice::new(a.code(), say::told(w, "fcase-about", a.code())))
        .collect();
    let fields = html! {
        (super::once_field())
        (text(w, &Field::new("customer", who.t("fcase-new-customer")).hint(who.t("fcase-new-customer-hint")).value(given.to_owned()).errors(errors).autocomplete("off")))
        (radios(w, &Field::new("about", who.t("fcase-new-kind")), &kinds))
        (money(w, &Field::new("amount", who.t("fcase-new-amount")).optional(), Currency::CNY))
        (multiline(w, &Field::new("why", who.t("fcase-why")), 3, CHARS))
        (actions(button(Button::Primary, &who.t("fcase-new"), None)))
    };
    let sheet = Sheet::new(who.t("fcase-new")).lead(who.t("fcase-new-lead")).crumb(who.t("fcases"), "/cases");
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/cases/new", fields)) };
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// A customer by his document, a firm by its credit code, either by an account or card number, or by the id that a page of his
/// shows. `None`: nobody whom the officer may find.
fn customer_of(tx: &mut store::Tx<'_>, actor: &kernel::Actor, given: &str) -> Done<Option<Owner>> {
    if let Ok(id) = given.parse::<Owner>() {
        return Ok(Some(id));
    }
    if let Some(code) = party::credit_code(given)
        && let Some(firm) = party::firm_by_code(tx, &code)?
    {
        return Ok(Some(Owner::Firm(firm)));
    }
    let digits = super::given::number(given);
    if let Some(a) = ledger::by_number(tx, &digits)?.filter(|a| payments::may_see(tx, actor, a.owner).is_ok()) {
        return Ok(Some(a.owner));
    }
    let found = party::people_find(tx, actor, party::Find::Identity(given))?.pop();
    Ok(found.map(|p| Owner::Person(p.id)))
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(f): Checked<NewForm>) -> Result<Response, Fault> {
    let (by, given) = (who.actor.clone(), f.customer.trim().to_owned());
    let Some(subject) = web.read(move |tx| customer_of(tx, &by, &given)).await? else {
        let mut errors = FieldErrors::new();
        errors.add("customer", who.t("fcase-new-customer-none"));
        return Ok(refused(new_page(&who, &f.customer, &errors)));
    };
    let about = About::parse(&f.about).ok_or_else(|| Error::field("about", "choose one"))?;
    let at_stake = match f.amount.trim() {
        "" => Money::cny(0),
        given => Money::parse(given, Currency::CNY)?,
    };
    let actor = who.actor.clone();
    let new = NewAlert {
        about: Some(about),
        why: f.why,
        ..NewAlert::of(subject, Source::Hand, format!("hand {} {}", who.actor.principal(), f.once), at_stake)
    };
    let (c, _) = web.write(move |tx| cases::alert(tx, &actor, new.clone())).await?;
    Ok(see_other(&format!("/cases/{}", c.id)))
}
