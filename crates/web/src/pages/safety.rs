//! The safety guide before an elder's transfer: one short page of three questions. A yes stops here, with a person at hand.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::response::{IntoResponse, Response};
use kernel::Money;
use kernel::id::AccountId;
use lobby::safety::{Answers, answered, asks};
use maud::{Markup, html};

/// The three questions, by the fields of the form.
pub const SAFETY: [&str; 3] = ["safe_caller", "safe_code", "safe_secret"];

/// A transfer about to be checked.
pub struct Intended<'a> {
    pub from: AccountId,
    pub amount: Money,
    /// To somebody she has paid before.
    pub known: bool,
    /// What was answered to [`SAFETY`]: `yes`, `no`, or nothing yet.
    pub given: [&'a str; 3],
    /// It was checked and is being sent: what was passed then is not written down again.
    pub sending: bool,
    /// Where the form goes, what it carries, and the step that goes on from here.
    pub action: &'a str,
    pub answers: &'a [(&'a str, &'a str)],
    pub step: &'a str,
}

/// The page that comes first, or `None` to go on. Only the elder edition asks.
pub async fn before_transfer(web: &Web, who: &Signed, t: &Intended<'_>) -> Result<Option<Response>, Fault> {
    let today = web.now().local_date();
    if !who.view.mode.is_one_at_a_time() || !asks(t.known, t.amount, today)? {
        return Ok(None);
    }
    let read = |given: &str| match given {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let [caller, code, secret] = t.given.map(read);
    let any = t.given.iter().any(|g| !g.is_empty());
    let (Some(caller), Some(code), Some(secret)) = (caller, code, secret) else {
        return Ok(Some(questions(who, t, any).into_response()));
    };
    let answers = Answers { caller, code, secret };
    if answers.stop() || !t.sending {
        let (actor, from, amount) = (who.actor.clone(), t.from.to_string(), t.amount);
        web.write(move |tx| answered(tx, &actor, answers, &from, amount)).await?;
    }
    Ok(answers.stop().then(|| stopped(who).into_response()))
}

fn questions(who: &Signed, t: &Intended<'_>, incomplete: bool) -> Shown {
    let w = who.words();
    let mut errors = FieldErrors::new();
    for (name, given) in SAFETY.into_iter().zip(t.given) {
        if incomplete && given.is_empty() {
            errors.add(name, who.t("choose-one"));
        }
    }
    let yes_no = ["no", "yes"].map(|code| Choice::new(code, say::told(w, "safety", code)));
    let question = |(name, given): (&'static str, &str)| {
        let label = who.t(&format!("safety-{}", name.trim_start_matches("safe_")));
        radios(w, &Field::new(name, label).value(given.to_owned()).errors(&errors), &yes_no)
    };
    let asked: Vec<Markup> = SAFETY.into_iter().zip(t.given).map(question).collect();
    let fields = html! {
        @for (name, value) in t.answers { input type="hidden" name=(name) value=(value); }
        @for one in &asked { (one) }
        (actions(button(Button::Primary, &who.t("turn-next"), Some(("step", t.step)))))
    };
    let main = html! { (error_summary(w, &errors)) (form(&who.view, t.action, fields)) };
    let shown = Sheet::new(who.t("safety-title")).lead(who.t("safety-lead")).crumb(who.t("pay"), "/pay");
    page(who, shown.wrong(!errors.is_empty()), main)
}

fn stopped(who: &Signed) -> Shown {
    let next = html! {
        p { (who.t("safety-stop-text")) }
        p { (who.t("safety-stop-money")) }
        (actions(html! {
            (link_button(Button::Primary, &who.t("help-call-me"), "/help/call"))
            (link_button(Button::Secondary, &who.t("go-home"), "/home"))
        }))
    };
    page(who, Sheet::new(who.t("safety-stop")).bare(), result(Tone::Danger, &who.t("safety-stop"), None, next))
}
