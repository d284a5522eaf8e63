//! Paying from one's own account: choose whom, how much, and when it arrives; check it with the price; done. Nothing moves before
//! the check page is sent, and every answer on it can be changed.
//!
//! Where a mode asks one thing at a time, the known payees come first as buttons, and what has a sensible answer already (from which
//! account, a memo, when it arrives) is not asked: it stands on the check page with a button to change it. So who pays
//! again what he paid before does it in three taps: whom, as last time, confirm.
use super::instructions::go_to;
use super::opening::beside;
use super::pay_check::check_page;
use super::pay_form::{Asked, Choices, choices, form_page, read};
use super::safety::{Intended, SAFETY};
use super::{given, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Lang, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::{Channel, Kind, Owner, Who};
use maud::{Markup, html};
use payments::{Arrival, PayeeView};
use pricing::Quote;
use serde::Deserialize;

/// What is written into the form, and how far it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    pub once: String,
    /// As [`Turn`] reads it, or `send` from the check page.
    pub step: String,
    pub from: String,
    /// The id of a known payee, or `new`; empty is new.
    pub payee: String,
    pub name: String,
    pub number: String,
    /// Empty: an account here.
    pub bank: String,
    pub amount: String,
    /// The amount of the last payment to this payee is wanted.
    pub again: String,
    pub memo: String,
    pub arrival: String,
    /// The fee that was shown, minor units.
    pub fee: String,
    /// An answer is being changed: the check page comes next.
    pub back: String,
    /// The answers of the safety guide.
    pub safe_caller: String,
    pub safe_code: String,
    pub safe_secret: String,
    /// What the device says of itself; see [`super::says`].
    pub says: String,
}

impl PayForm {
    /// The answers, to be carried from page to page.
    pub fn answers(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("from", &self.from),
            ("payee", &self.payee),
            ("name", &self.name),
            ("number", &self.number),
            ("bank", &self.bank),
            ("amount", &self.amount),
            ("memo", &self.memo),
            ("arrival", &self.arrival),
            ("back", &self.back),
            (SAFETY[0], &self.safe_caller),
            (SAFETY[1], &self.safe_code),
            (SAFETY[2], &self.safe_secret),
            ("says", &self.says),
        ]
    }

    /// What the buttons that are answers themselves stand for.
    fn settled(mut self, choices: &Choices, single: bool) -> PayForm {
        let plan = choices.plan(&self, single);
        let place = |field: &str| plan.iter().position(|group| group.contains(&field));
        let last = choices.known(&self).and_then(|p| p.last_amount);
        if let Some(last) = last.filter(|_| !self.again.is_empty()) {
            self.amount = last.plain();
            self.step = place("amount").map_or_else(String::new, |n| format!("q{n}"));
        } else if single && self.step.is_empty() && !self.payee.is_empty() {
            self.step = place("payee").map_or_else(String::new, |n| format!("q{n}"));
        }
        if place("payee").is_some_and(|n| self.step == format!("to{n}")) {
            self.back.clear();
        }
        let asked = self.step.strip_prefix('q').and_then(|n| n.parse::<usize>().ok());
        let enough = asked.is_some_and(|n| place("amount").is_some_and(|amount| n >= amount) || !self.back.is_empty());
        if single && enough {
            self.step = "check".into();
        }
        self
    }
}

/// Whose accounts the reader pays from.
pub fn owner(who: &Signed) -> Option<Owner> {
    match who.actor.who {
        Who::Person(p) => Some(Owner::Person(p)),
        Who::ForFirm { firm, .. } => Some(Owner::Firm(firm)),
        _ => None,
    }
}

/// What whoever is about to pay reads first.
pub fn before_transfer(who: &Signed) -> Option<Markup> {
    Some(notice(Tone::Info, &who.t("pay-care"), html! { p { (who.t("pay-care-text")) } }))
}

/// How soon a payment arrives when the payer does not say: the next day at a machine, where the rule leaves no other; in two hours
/// for an elder's first payment to somebody, so that he can still call it off; else at once.
pub fn usual_arrival(who: &Signed, known: Option<&PayeeView>) -> Arrival {
    let first = known.is_none_or(|p| p.times_paid == 0);
    match who.actor.channel {
        Channel::Kiosk => Arrival::NextDay,
        _ if who.view.mode.is_one_at_a_time() && first => Arrival::TwoHours,
        _ => Arrival::RealTime,
    }
}

/// A price and why it is what it is. `None`: this has no price.
pub fn price(who: &Signed, quote: Option<&Quote>) -> Markup {
    let w = who.words();
    let Some(q) = quote else { return html! { (who.t("price-none")) } };
    let args: Vec<(&str, fluent_bundle::FluentValue<'_>)> =
        q.explanation.args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let name = if w.lang == Lang::Zh { &q.name_zh } else { &q.name_en };
    html! {
        (amount(w, q.fee))
        p.hint { (name) ": " (w.t_with(q.explanation.key, &args)) }
    }
}

/// Where somebody begins: `?to=` a payee of his book.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PayAsk {
    to: Option<String>,
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<PayAsk>) -> Result<Shown, Fault> {
    let given = PayForm { payee: ask.to.unwrap_or_default(), ..PayForm::default() };
    let choices = choices(&web, &who, &given.payee).await?;
    let known = choices.known(&given).is_some();
    let given = if known { given } else { PayForm::default() };
    let single = who.view.mode.is_one_at_a_time();
    let step = if known && single { given.clone().settled(&choices, single).step } else { String::new() };
    let (plan, mut errors) = (choices.plan(&given, single), FieldErrors::new());
    read(&who, &choices, &given, &mut errors);
    let turn = Turn::of(&who.view, &plan, &step, &errors);
    Ok(form_page(&who, &choices, &given, turn, &errors))
}

/// The safety guide, where it is to be asked before this transfer.
async fn safety_first(
    web: &Web,
    who: &Signed,
    choices: &Choices,
    asked: &Asked<'_>,
    given: &PayForm,
) -> Result<Option<Response>, Fault> {
    let answers: Vec<_> = given.answers().into_iter().filter(|(name, _)| !SAFETY.contains(name)).collect();
    let intended = Intended {
        from: asked.from.account.id,
        amount: asked.amount,
        known: choices.known(given).is_some_and(|p| p.times_paid > 0),
        given: [&given.safe_caller, &given.safe_code, &given.safe_secret],
        sending: given.step == "send",
        action: "/pay",
        answers: &answers,
        step: "check",
    };
    super::safety::before_transfer(web, who, &intended).await
}

/// A payment to a hospital, social security or a utility that the bank verified arrives at once unless the payer says otherwise
/// (反洗钱法 30).
async fn soon_if_basic(web: &Web, who: &Signed, choices: &Choices, given: PayForm) -> Result<PayForm, Fault> {
    let number = match choices.known(&given) {
        Some(p) if p.bank.is_empty() => p.number.clone(),
        None if given.bank.trim().is_empty() => given::number(&given.number),
        _ => return Ok(given),
    };
    if !given.arrival.is_empty() || number.is_empty() || who.actor.channel == Channel::Kiosk {
        return Ok(given);
    }
    let basic = web.read(move |tx| payments::class_of_number(tx, &number)).await?.is_basic();
    let arrival = if basic { Arrival::RealTime.code().to_owned() } else { String::new() };
    Ok(PayForm { arrival, ..given })
}

pub async fn pay(State(web): State<Web>, who: Signed, Checked(given): Checked<PayForm>) -> Result<Response, Fault> {
    let single = who.view.mode.is_one_at_a_time();
    let choices = choices(&web, &who, &given.payee).await?;
    let given = soon_if_basic(&web, &who, &choices, given.settled(&choices, single)).await?;
    let (plan, mut errors) = (choices.plan(&given, single), FieldErrors::new());
    let asked = read(&who, &choices, &given, &mut errors);
    let turn = Turn::of(&who.view, &plan, &given.step, &errors);
    let (Some(asked), true) = (asked, turn.is_done()) else {
        let shown = form_page(&who, &choices, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    if let Some(first) = safety_first(&web, &who, &choices, &asked, &given).await? {
        return Ok(first);
    }
    if given.step == "send" {
        return Ok(go_to(&web.submit(&who.actor, asked.order, Some(given.once)).await?));
    }
    let (actor, order) = (who.actor.clone(), asked.order.clone());
    match web.naming(&who.actor, web.read(move |tx| payments::quote(tx, &actor, &order))).await {
        Ok(quote) => Ok(check_page(&who, &choices, &asked, &given, quote.as_ref(), web.now()).into_response()),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Invalid | Kind::Missing | Kind::Limit) => {
            let field = match why.code() {
                code if code.name == payments::ARRIVAL_AT_MACHINE.name => "arrival",
                _ if choices.known(&given).is_some() => "payee",
                _ => "number",
            };
            let errors = beside(field, &who, &why);
            let turn = Turn::of(&who.view, &plan, "check", &errors);
            Ok(refused(form_page(&who, &choices, &given, turn, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}
