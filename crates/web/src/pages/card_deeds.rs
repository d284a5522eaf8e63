//! What is done to a card, each on a page of its own that says what it means before it is done: stopped, reported lost, found,
//! replaced, closed, activated. The holder's own are one key, with a code where the domain asks for it; staff write down the
//! document they read, and why.
use super::asking::told;
use super::cards::{Brief, name, of_customer};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use cards::{FindOutcome, InPerson, Step};
use kernel::id::{ApprovalId, CardId};
use kernel::{Actor, Error, Result};
use maud::{Markup, html};
use serde::Deserialize;
use store::Tx;

/// Characters of a reason at most.
const REASON_CHARS_MAX: u32 = 200;
/// What a holder may choose from when he wants a new plastic.
const WHY_NEW: [&str; 4] = ["lost", "damaged", "expires", "other"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    /// Which document staff read; nothing from the holder.
    document: String,
    sequence: String,
    reason: String,
    /// `yes`: made here from a blank card.
    waits: String,
}

/// Where a deed stands in the address of its card.
fn path(step: Step) -> &'static str {
    match step {
        Step::Activate => "activation",
        Step::Freeze => "freeze",
        Step::Thaw => "freeze-end",
        Step::Lose => "loss",
        Step::Find => "finding",
        Step::Replace => "replacement",
        _ => "closing",
    }
}

/// The holder stands there with his document.
fn in_person(step: Step) -> bool {
    !matches!(step, Step::Lose | Step::Freeze)
}

/// Done by the holder, it takes a fresh code.
fn needs_code(who: &Signed, step: Step) -> bool {
    !who.is_staff() && matches!(step, Step::Thaw | Step::Replace | Step::Close)
}

async fn load(web: &Web, who: &Signed, id: CardId) -> Result<Brief, Fault> {
    let asker = who.clone();
    let found = web.read(move |tx| {
        let card = cards::card(tx, &asker.actor, id)?;
        Brief::of(tx, &asker, card)
    });
    Ok(found.await?)
}

async fn ask(web: Web, who: Signed, id: CardId, step: Step) -> Result<Shown, Fault> {
    let brief = load(&web, &who, id).await?;
    if needs_code(&who, step) {
        who.need_step_up()?;
    }
    Ok(form_page(&who, &brief, step, &DeedForm::default(), &FieldErrors::new()))
}

fn form_page(who: &Signed, brief: &Brief, step: Step, given: &DeedForm, errors: &FieldErrors) -> Shown {
    let (w, c) = (who.words(), &brief.card);
    let (here, word) = (format!("/cards/{}", c.id), step.code());
    let kind = if matches!(step, Step::Lose | Step::Close) { Button::Danger } else { Button::Primary };
    let fields = html! {
        @if step == Step::Replace { input type="hidden" name="sequence" value=(c.sequence); }
        @if who.is_staff() { (of_staff(who, step, given, errors)) } @else { (of_holder(who, step, given, errors)) }
        (actions(html! {
            (button(kind, &say::told(w, "card-yes", word), None))
            (link_button(Button::Secondary, &who.t("back-without"), &here))
        }))
    };
    let rows = [Row::new(who.t("card"), html! { (name(w, c)) }), Row::new(who.t("card-state"), brief.state(w))];
    let main = html! {
        (error_summary(w, errors))
        (notice(Tone::Info, &who.t("card-means"), html! { p { (say::told(w, "card-means", word)) } }))
        @if !who.view.mode.is_one_at_a_time() { (summary_list(w, &rows)) }
        (form(&who.view, &format!("{here}/{}", path(step)), fields))
    };
    let sheet = Sheet::new(say::told(w, "card-do", word)).wrong(!errors.is_empty());
    let sheet = match who.is_staff() {
        true => sheet.crumb(who.t("cards"), of_customer(c.owner)),
        false => sheet.crumb(who.t("cards"), "/cards"),
    };
    page(who, sheet.crumb(name(w, c), here), main)
}

fn of_holder(who: &Signed, step: Step, given: &DeedForm, errors: &FieldErrors) -> Markup {
    if step != Step::Replace {
        return html! {};
    }
    let why: Vec<Choice<'_>> =
        WHY_NEW.iter().map(|why| Choice::new(*why, say::told(who.words(), "card-reason", why))).collect();
    let field = Field::new("reason", who.t("card-why-new")).value(given.reason.as_str()).errors(errors);
    radios(who.words(), &field, &why)
}

fn of_staff(who: &Signed, step: Step, given: &DeedForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let document = field("document", "card-document", &given.document).hint(who.t("card-document-hint"));
    let sequence = field("sequence", "card-sequence", &given.sequence).hint(who.t("card-sequence-hint"));
    let waits = Field::new("waits", who.t("card-waits")).hint(who.t("card-waits-hint"));
    let reason = field("reason", "card-why", &given.reason);
    html! {
        @if in_person(step) { (text(w, &document.width(Width::Twenty).autocomplete("off"))) }
        @if step == Step::Activate { (number(w, &sequence.width(Width::Two).autocomplete("off"))) }
        @if step == Step::Replace { (checkbox(w, &waits, given.waits == "yes")) }
        @if gives_reason(step) { (multiline(w, &reason, 2, REASON_CHARS_MAX)) }
    }
}

fn gives_reason(step: Step) -> bool {
    matches!(step, Step::Lose | Step::Freeze | Step::Replace | Step::Close)
}

/// Why, as it is kept: what was written or chosen; a holder who only pressed the key is the reason himself.
fn why(who: &Signed, step: Step, given: &DeedForm, errors: &mut FieldErrors) -> String {
    let text = given.reason.trim();
    match (who.is_staff(), step) {
        (false, Step::Replace) if !WHY_NEW.contains(&text) => errors.add("reason", who.t("choice-missing")),
        (false, Step::Replace) => {}
        (false, _) => return "holder".into(),
        (true, _) if gives_reason(step) && text.is_empty() => errors.add("reason", who.t("reason-missing")),
        (true, _) => {}
    }
    text.to_owned()
}

/// What was asked for, read from the form.
#[derive(Clone)]
struct Deed {
    step: Step,
    seen: InPerson,
    sequence: i64,
    waits: bool,
    why: String,
}

fn read(who: &Signed, step: Step, given: &DeedForm, errors: &mut FieldErrors) -> Deed {
    let document = given.document.trim().to_owned();
    if who.is_staff() && in_person(step) && document.is_empty() {
        errors.add("document", who.t("card-document-missing"));
    }
    let sequence = given.sequence.trim().parse().unwrap_or_default();
    if step == Step::Activate && sequence < 1 {
        errors.add("sequence", who.t("card-sequence-missing"));
    }
    let why = why(who, step, given, errors);
    Deed { step, seen: InPerson { document }, sequence, waits: given.waits == "yes", why }
}

/// The plastic after the one that was shown: a form sent twice makes no second one. `shown` is 0 where the form did not say.
pub(super) fn follows(made: cards::Card, shown: i64) -> Result<cards::Card> {
    match shown > 0 && made.sequence != shown + 1 {
        true => {
            let told = format!("plastic {shown} was shown, {} was made since", made.sequence - 1);
            Err(Error::new(&cards::PLASTIC_DIFFERS, told).with("now", made.sequence - 1))
        }
        false => Ok(made),
    }
}

/// Does it; the approval where a second person has to agree.
fn carry_out(tx: &mut Tx<'_>, actor: &Actor, id: CardId, d: &Deed) -> Result<Option<ApprovalId>> {
    match d.step {
        Step::Activate => cards::activate(tx, actor, id, d.sequence, &d.seen),
        Step::Freeze => cards::freeze(tx, actor, id, &d.why),
        Step::Thaw => cards::thaw(tx, actor, id, &d.seen),
        Step::Lose => cards::lose(tx, actor, id, &d.why),
        Step::Replace => {
            let made = cards::replace(tx, actor, id, d.waits, &d.seen, &d.why)?;
            follows(made, d.sequence)
        }
        Step::Close => cards::close(tx, actor, id, &d.seen, &d.why),
        Step::Find => match cards::find(tx, actor, id, &d.seen)? {
            FindOutcome::Done(card) => Ok(*card),
            FindOutcome::Asked(approval) => return Ok(Some(approval)),
        },
        other => Err(Error::broken(format!("no page does {other} to a card"))),
    }
    .map(|_| None)
}

async fn act(web: Web, who: Signed, id: CardId, step: Step, given: DeedForm) -> Result<Response, Fault> {
    let brief = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let deed = read(&who, step, &given, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(form_page(&who, &brief, step, &given, &errors)));
    }
    let actor = who.actor.clone();
    match web.write(move |tx| carry_out(tx, &actor, id, &deed)).await {
        Ok(None) => Ok(see_other(&format!("/cards/{id}"))),
        Ok(Some(approval)) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(why) if who.is_staff() => {
            let field = match (step, &why) {
                (_, e) if e.is(&cards::WRONG_DOCUMENT) => "document",
                (Step::Activate, _) => "sequence",
                (Step::Replace, e) if e.is(&cards::STOCK_EMPTY) => "waits",
                _ if gives_reason(step) => "reason",
                _ => "document",
            };
            let errors = told(&who, &[], field, why)?;
            Ok(refused(form_page(&who, &brief, step, &given, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

macro_rules! deeds {
    ($($ask:ident $act:ident $step:ident;)+) => {$(
        pub async fn $ask(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Shown, Fault> {
            ask(web, who, id, Step::$step).await
        }
        pub async fn $act(
            State(web): State<Web>,
            who: Signed,
            At(id): At<CardId>,
            Checked(given): Checked<DeedForm>,
        ) -> Result<Response, Fault> {
            act(web, who, id, Step::$step, given).await
        }
    )+};
}

deeds! {
    activation activate Activate;
    freezing freeze Freeze;
    thawing thaw Thaw;
    losing lose Lose;
    finding find Find;
    replacing replace Replace;
    closing close Close;
}
