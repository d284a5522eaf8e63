//! The safety lock of a customer: one button that locks everything, a question for each part, and what waits with its hours
//! and a word that takes it back. The same pages on the phone, in the elder edition and at a machine.
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::id::{LooseningId, PersonId};
use kernel::{Currency, Error, Money, Timestamp};
use maud::{Markup, html};
use safety::{Hours, LockView, Payees, Terms, Way};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The parts of a lock, by their place in the address.
const PARTS: [&str; 7] = ["everything", "payees", "hours", "each", "day", "ways", "abroad"];
/// Spans of hours that are offered: from, to.
const SPANS: [(u8, u8); 3] = [(22, 6), (20, 8), (0, 6)];

fn himself(who: &Signed) -> Result<PersonId, Fault> {
    let id = who.person().filter(|_| who.firm().is_none());
    Ok(id.ok_or_else(|| Error::forbidden("a safety lock is a customer's own"))?)
}

async fn view(web: &Web, who: &Signed) -> Result<LockView, Fault> {
    let (actor, id) = (who.actor.clone(), himself(who)?);
    Ok(web.read(move |tx| safety::lock_of(tx, &actor, id)).await?)
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let lock = view(&web, &who).await?;
    let main = html! {
        (standing(&who, &lock))
        (waiting(&who, &lock, web.now(), "/lock"))
        @if !lock.terms.all {
            (form(&who.view, "/lock/all", actions(button(Button::Danger, &who.t("lock-all-now"), None))))
            p.hint { (who.t("lock-all-hint")) }
        }
        h2 { (who.t("lock-parts")) }
        (summary_list(who.words(), &rows(&who, lock.wish(), "/lock")))
        p.hint { (who.t("lock-loosen-hint")) }
        (actions(link_button(Button::Secondary, &who.t("trusted"), "/trusted-contacts")))
    };
    let up = Sheet::new(who.t("lock")).lead(who.t("lock-lead")).crumb(who.t("profile"), "/profile");
    Ok(page(&who, up, main))
}

/// How the lock stands, in one line.
pub(super) fn standing(who: &Signed, lock: &LockView) -> Markup {
    let (tone, key) = match (&lock.terms, lock.terms.is_open()) {
        (Terms { all: true, .. }, _) => (Tone::Good, "lock-is-all"),
        (_, true) => (Tone::Quiet, "lock-is-open"),
        _ => (Tone::Good, "lock-is-part"),
    };
    let since = lock.set_at.filter(|_| !lock.terms.is_open());
    let when = since.map_or_else(String::new, |at| who.words().moment(at));
    html! { p { (status(tone, &who.t(key), "", &when)) } }
}

pub(super) fn waiting(who: &Signed, lock: &LockView, now: Timestamp, base: &str) -> Markup {
    let Some(l) = &lock.waiting else { return html! {} };
    let w = who.words();
    let left = say::span(w, l.due_at.since(now));
    let text = w.t_with("lock-waits-text", &[("at", w.moment(l.due_at).into()), ("left", left.into())]);
    let keep = actions(button(Button::Primary, &who.t("lock-keep"), None));
    html! {
        (notice(Tone::Warn, &who.t("lock-waits"), html! { p { (text) } p { (who.t("lock-waits-why")) } }))
        (form(&who.view, &format!("{base}/loosenings/{}/withdrawal", l.id), keep))
    }
}

/// Each part as it is, or as it will be when what waits has come.
pub(super) fn rows(who: &Signed, t: &Terms, base: &str) -> Vec<Row<'static>> {
    let w = who.words();
    let row = |part: &str| {
        let label = say::told(w, "lock-part", part).into_owned();
        Row::new(label, html! { (told(w, t, part)) }).change(format!("{base}/{part}"))
    };
    PARTS.map(row).into()
}

fn told(w: Words, t: &Terms, part: &str) -> String {
    let sum = |s: Option<i64>| match s {
        Some(fen) => w.t_with("lock-sum", &[("amount", w.money(Money::cny(fen)).into())]),
        None => w.t("lock-sum-none").into_owned(),
    };
    match part {
        "everything" => say::told(w, "lock-everything", everything(t)).into_owned(),
        "payees" => say::told(w, "lock-payees", t.payees.code()).into_owned(),
        "hours" => hours(w, t.hours),
        "each" => sum(t.per_payment),
        "day" => sum(t.per_day),
        "abroad" => say::told(w, "lock-abroad", if t.abroad { "yes" } else { "no" }).into_owned(),
        _ if t.ways.is_empty() => w.t("lock-ways-none").into_owned(),
        _ => t.ways.iter().map(|way| say::told(w, "lock-way", way.code())).collect::<Vec<_>>().join(" · "),
    }
}

fn everything(t: &Terms) -> &'static str {
    match (t.all, t.basics) {
        (false, _) => "open",
        (true, true) => "basics",
        (true, false) => "all",
    }
}

fn hours(w: Words, hours: Hours) -> String {
    match hours.span() {
        _ if hours.is_empty() => w.t("lock-hours-none").into_owned(),
        Some((from, to)) => span(w, from, to),
        None => w.t("lock-hours-some").into_owned(),
    }
}

fn span(w: Words, from: u8, to: u8) -> String {
    w.t_with("lock-hours-span", &[("from", i64::from(from).into()), ("to", i64::from(to).into())])
}

pub async fn lock_all(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (actor, id) = (who.actor.clone(), himself(&who)?);
    web.write(move |tx| safety::lock_all(tx, &actor, id, true)).await?;
    Ok(see_other("/lock"))
}

pub async fn withdraw(
    State(web): State<Web>,
    who: Signed,
    At(id): At<LooseningId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| safety::withdraw(tx, &actor, id)).await?;
    Ok(see_other("/lock"))
}

/// The answer to the question of one part.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PartForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    choice: String,
    sum: String,
    phone: String,
    kiosk: String,
    card: String,
    remote: String,
    counter: String,
    /// At the counter: the customer's document was seen.
    document: String,
}

impl PartForm {
    pub(super) fn saw_document(&self) -> bool {
        self.document == "yes"
    }
    pub(super) fn of(t: &Terms, part: &str) -> PartForm {
        let plain = |s: Option<i64>| s.map(|fen| Money::cny(fen).plain()).unwrap_or_default();
        let choice = match part {
            "everything" => everything(t).to_owned(),
            "payees" => t.payees.code().to_owned(),
            "hours" => t.hours.span().map_or("none".into(), |(from, to)| format!("{from}-{to}")),
            "abroad" => if t.abroad { "yes" } else { "no" }.to_owned(),
            _ => String::new(),
        };
        let sum = plain(if part == "each" { t.per_payment } else { t.per_day });
        let ticked = |way: Way| if t.ways.contains(&way) { "yes".to_owned() } else { String::new() };
        let [phone, kiosk, card, remote, counter] =
            [Way::Phone, Way::Kiosk, Way::Card, Way::Remote, Way::Counter].map(ticked);
        PartForm { choice, sum, phone, kiosk, card, remote, counter, ..PartForm::default() }
    }

    fn way(&self, way: Way) -> bool {
        let given = match way {
            Way::Phone => &self.phone,
            Way::Kiosk => &self.kiosk,
            Way::Card => &self.card,
            Way::Remote => &self.remote,
            Way::Counter => &self.counter,
        };
        given == "yes"
    }
}

pub(super) fn known(part: &str) -> Result<&'static str, Fault> {
    let found = PARTS.into_iter().find(|p| *p == part);
    Ok(found.ok_or_else(|| Error::not_found("part of a lock", part))?)
}

pub async fn part(State(web): State<Web>, who: Signed, Path(part): Path<String>) -> Result<Shown, Fault> {
    let part = known(&part)?;
    let lock = view(&web, &who).await?;
    Ok(part_page(&who, part, &PartForm::of(lock.wish(), part), &FieldErrors::new(), OWN))
}

/// On one's own page: where it lies, and that nobody looks at a document.
const OWN: (&str, bool) = ("/lock", false);

pub(super) fn part_page(
    who: &Signed,
    part: &'static str,
    f: &PartForm,
    errors: &FieldErrors,
    (base, counter): (&str, bool),
) -> Shown {
    let w = who.words();
    let question = say::told(w, "lock-ask", part).into_owned();
    let field = Field::new("choice", question.clone()).value(f.choice.clone()).errors(errors);
    let told = |prefix: &str, code: &str| Choice::new(code.to_owned(), say::told(w, prefix, code).into_owned());
    let asked = match part {
        "everything" => radios(w, &field, &["all", "basics", "open"].map(|c| told("lock-everything", c))),
        "payees" => radios(w, &field, &Payees::ALL.iter().map(|p| told("lock-payees", p.code())).collect::<Vec<_>>()),
        "abroad" => radios(w, &field, &["yes", "no"].map(|c| told("lock-abroad", c))),
        "hours" => radios(w, &field, &spans(w)),
        "ways" => ways(w, f),
        _ => money(
            w,
            &Field::new("sum", question.clone())
                .hint(who.t("lock-sum-hint"))
                .value(f.sum.clone())
                .errors(errors)
                .optional(),
            Currency::CNY,
        ),
    };
    let fields = html! {
        (asked)
        @if counter { (checkbox(w, &Field::new("document", who.t("counter-lock-document")).errors(errors), false)) }
        (actions(html! {
            (button(Button::Primary, &who.t("lock-set"), None))
            (link_button(Button::Secondary, &who.t("back-without"), base))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, &format!("{base}/{part}"), fields))
        p.hint { (who.t("lock-loosen-hint")) }
    };
    let title = say::told(w, "lock-part", part).into_owned();
    page(who, Sheet::new(title).crumb(who.t("lock"), base.to_owned()).wrong(!errors.is_empty()), main)
}

fn spans(w: Words) -> Vec<Choice<'static>> {
    let mut all = vec![Choice::new("none", w.t("lock-hours-none"))];
    all.extend(SPANS.iter().map(|(from, to)| Choice::new(format!("{from}-{to}"), span(w, *from, *to))));
    all
}

fn ways(w: Words, f: &PartForm) -> Markup {
    html! {
        fieldset.stack {
            legend { (say::told(w, "lock-ask", "ways")) }
            @for way in Way::ALL {
                (checkbox(w, &Field::new(way.code(), say::told(w, "lock-way", way.code()).into_owned()), f.way(*way)))
            }
        }
    }
}

/// The lock as it is wanted; `None` when something is missing.
pub(super) fn wanted(who: &Signed, part: &str, f: &PartForm, base: &Terms, errors: &mut FieldErrors) -> Option<Terms> {
    let mut t = base.clone();
    let sum = |errors: &mut FieldErrors| match f.sum.trim() {
        "" => None,
        "0" => Some(0),
        text => given::amount(who, errors, "sum", text).map(|m| m.minor),
    };
    let chosen = match part {
        "everything" => match f.choice.as_str() {
            "open" => Some((false, true)),
            "basics" => Some((true, true)),
            "all" => Some((true, false)),
            _ => None,
        }
        .map(|(all, basics)| (t.all, t.basics) = (all, basics)),
        "payees" => Payees::parse(&f.choice).map(|p| t.payees = p),
        "abroad" => ["yes", "no"].contains(&f.choice.as_str()).then(|| t.abroad = f.choice == "yes"),
        "hours" => hours_of(&f.choice).map(|h| t.hours = h),
        "each" => {
            t.per_payment = sum(errors);
            Some(())
        }
        "day" => {
            t.per_day = sum(errors);
            Some(())
        }
        _ => {
            t.ways = Way::ALL.iter().copied().filter(|way| f.way(*way)).collect::<BTreeSet<_>>();
            Some(())
        }
    };
    if chosen.is_none() {
        errors.add("choice", who.t("choose-one"));
    }
    errors.is_empty().then_some(t)
}

fn hours_of(choice: &str) -> Option<Hours> {
    if choice == "none" {
        return Some(Hours::default());
    }
    let offered = SPANS.into_iter().find(|(from, to)| choice == format!("{from}-{to}"));
    offered.map(|(from, to)| Hours::between(from, to))
}

pub async fn set(
    State(web): State<Web>,
    who: Signed,
    Path(part): Path<String>,
    Checked(f): Checked<PartForm>,
) -> Result<Response, Fault> {
    let (part, id) = (known(&part)?, himself(&who)?);
    let mut errors = FieldErrors::new();
    let lock = view(&web, &who).await?;
    let Some(terms) = wanted(&who, part, &f, lock.wish(), &mut errors) else {
        return Ok(refused(part_page(&who, part, &f, &errors, OWN)));
    };
    let actor = who.actor.clone();
    match web.write(move |tx| safety::set(tx, &actor, id, &terms, false)).await {
        Ok(_) => Ok(see_other("/lock")),
        Err(why) if why.is(&safety::SUM_OUT_OF_RANGE) => {
            errors.add("sum", who.words().error(&why).message);
            Ok(refused(part_page(&who, part, &f, &errors, OWN)))
        }
        Err(why) => Err(why.into()),
    }
}
