//! The questions of a payment, and what was answered.
use super::pay::{PayForm, before_transfer, owner, usual_arrival};
use super::{Page as Sheet, given, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use kernel::id::PayeeId;
use kernel::{Channel, Currency, Money, PageAsk};
use ledger::{Purpose, View};
use maud::{Markup, html};
use payments::{Arrival, Order, Payee, PayeeView};

/// Bytes of a memo are limited by the ledger; so many characters always fit.
const MEMO_CHARS_MAX: usize = ledger::MEMO_BYTES_MAX / 4;
/// Known payees offered at once; the book has them all.
pub const PAYEES_OFFERED: u32 = 8;
/// The answer that it is nobody from the book.
const NEW: &str = "new";

/// From what, and to whom, the reader may pay.
pub struct Choices {
    pub accounts: Vec<View>,
    pub payees: Vec<PayeeView>,
}

/// `chosen`: a payee's id, who is offered although he was not paid lately.
pub async fn choices(web: &Web, who: &Signed, chosen: &str) -> Result<Choices, Fault> {
    let Some(owner) = owner(who) else { return Ok(Choices { accounts: Vec::new(), payees: Vec::new() }) };
    let (actor, chosen) = (who.actor.clone(), chosen.parse::<PayeeId>().ok());
    let found = web.read(move |tx| {
        let all = ledger::of_owner(tx, owner)?;
        let open = all.into_iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none());
        let accounts = open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()?;
        let mut payees = payments::payees(tx, &actor, owner, "", &PageAsk::first(PAYEES_OFFERED))?.items;
        if let Some(id) = chosen.filter(|id| payees.iter().all(|p| p.id != *id)) {
            payees.extend(payments::payee(tx, &actor, id).ok());
        }
        Ok(Choices { accounts, payees })
    });
    Ok(found.await?)
}

impl Choices {
    /// The payee of the book that was chosen.
    pub fn known(&self, given: &PayForm) -> Option<&PayeeView> {
        self.payees.iter().find(|p| p.id.to_string() == given.payee)
    }

    /// The questions in their order. One at a time, the last ones are asked only when somebody wants to change them.
    pub fn plan(&self, given: &PayForm, single: bool) -> Vec<&'static [&'static str]> {
        const FROM: &[&str] = &["from"];
        const PAYEE: &[&str] = &["payee"];
        const NAME: &[&str] = &["name"];
        const NUMBER: &[&str] = &["number", "bank"];
        let (book, new) = (!self.payees.is_empty(), self.known(given).is_none());
        let questions = [
            (!single, FROM),
            (book, PAYEE),
            (new || !single, NAME),
            (new || !single, NUMBER),
            (true, &["amount"]),
            (true, &["memo"]),
            (true, &["arrival"]),
            (single && self.accounts.len() > 1, FROM),
        ];
        questions.into_iter().filter(|(asked, _)| *asked).map(|(_, fields)| fields).collect()
    }

    /// The account chosen; the only one, and where nobody is asked the fullest, unless another is.
    fn from(&self, given: &PayForm, single: bool) -> Option<&View> {
        let usual = || self.accounts.iter().max_by_key(|v| v.available().minor);
        match given.from.as_str() {
            "" if single || self.accounts.len() == 1 => usual(),
            id => self.accounts.iter().find(|v| v.account.id.to_string() == id),
        }
    }
}

/// What the form asks for, when it is whole.
pub struct Asked<'a> {
    pub from: &'a View,
    pub amount: Money,
    pub name: String,
    pub number: String,
    pub bank: String,
    pub arrival: Arrival,
    pub order: Order,
}

/// The answers as an order; what is wrong goes into `errors`.
pub fn read<'a>(who: &Signed, choices: &'a Choices, given: &PayForm, errors: &mut FieldErrors) -> Option<Asked<'a>> {
    let single = who.view.mode.is_one_at_a_time();
    let from = choices.from(given, single);
    if from.is_none() {
        errors.add("from", who.t("pay-from-missing"));
    }
    let known = choices.known(given);
    if known.is_none() && !matches!(given.payee.as_str(), "" | NEW) {
        errors.add("payee", who.t("pay-payee-missing"));
    }
    if single && given.payee.is_empty() && !choices.payees.is_empty() {
        errors.add("payee", who.t("pay-payee-missing"));
    }
    let (name, number, bank) = match known {
        Some(p) => (p.name.clone(), p.number.clone(), p.bank.clone()),
        None => {
            let name = given::text(who, errors, "name", &given.name, "pay-name-missing").to_owned();
            let number = given::number(&given.number);
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                errors.add("number", who.t("pay-number-missing"));
            }
            (name, number, given.bank.trim().to_owned())
        }
    };
    let amount = given::amount(who, errors, "amount", &given.amount);
    if given.memo.chars().count() > MEMO_CHARS_MAX {
        errors.add("memo", who.words().t_with("pay-memo-long", &[("max", (MEMO_CHARS_MAX as i64).into())]));
    }
    let arrival = match given.arrival.as_str() {
        "" => Some(usual_arrival(who, known)),
        code => Arrival::parse(code),
    };
    if arrival.is_none() {
        errors.add("arrival", who.t("choice-missing"));
    }
    let (Some(from), Some(amount), Some(arrival), true) = (from, amount, arrival, errors.is_empty()) else {
        return None;
    };
    let payee = match bank.as_str() {
        "" => Payee::Number(number.clone()),
        bank => Payee::External { bank: bank.into(), number: number.clone(), name: name.clone() },
    };
    let fee = Money::new(given.fee.parse().unwrap_or(0), Currency::CNY);
    let order = Order::transfer(from.account.id, payee, amount).memo(given.memo.trim()).fee_shown(fee).arrival(arrival);
    let order = order.says(super::says::read(&given.says));
    let order = if bank.is_empty() { order.payee_name(name.clone()) } else { order };
    Some(Asked { from, amount, name, number, bank, arrival, order })
}

pub fn stages(who: &Signed, now: usize) -> Markup {
    let names = ["stage-fill", "stage-check", "stage-done"].map(|key| who.t(key));
    steps(who.words(), &who.t("stages"), &names, now)
}

/// The questions that are asked now.
pub fn form_page(who: &Signed, choices: &Choices, given: &PayForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let single = who.view.mode.is_one_at_a_time();
    let errors = &turn.errors(errors);
    let plan = choices.plan(given, single);
    let at = plan.get(turn.at()).copied().unwrap_or_default();
    let asking = match at {
        ["payee"] if single => payee_buttons(who, choices, given),
        _ => {
            let questions = plan.iter().map(|fields| question(who, choices, given, fields[0], errors)).collect();
            turn.form(&who.view, "/pay", &given.answers(), questions, &who.t("go-check"))
        }
    };
    let begins = !single || turn.at() == 0;
    let main = html! {
        (error_summary(who.words(), errors))
        @if !single { (stages(who, 0)) }
        @if choices.accounts.is_empty() { (notice(Tone::Warn, &who.t("pay-no-account"), html! { p { (who.t("pay-no-account-next")) } })) }
        @else {
            @if begins { @if let Some(first) = before_transfer(who) { (first) } }
            @if let Some(p) = choices.known(given).filter(|_| single && turn.at() > 0) { p.pay-to { (who.t("pay-to")) " " strong { (p.called()) } } }
            (asking)
            @if at == ["amount"] && single { (again(who, choices, given)) }
        }
    };
    page(who, Sheet::new(who.t("pay")).wrong(!errors.is_empty()), main)
}

/// The question that a group of the plan asks, by its first field.
fn question(who: &Signed, choices: &Choices, given: &PayForm, first: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let single = who.view.mode.is_one_at_a_time();
    let field = |name: &'static str, key: &str, value: &str| {
        Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors)
    };
    match first {
        "from" => accounts(who, choices, given, errors),
        "payee" => payee_radios(who, choices, given, errors),
        "name" => {
            let name = field("name", "pay-name", &given.name).hint(who.t("pay-name-hint")).autocomplete("off");
            let known = !single && !choices.payees.is_empty();
            html! { @if known { p.hint { (who.t("pay-new-hint")) } } (text(w, &name)) }
        }
        "number" => html! {
            (number(w, &field("number", "pay-number", &given.number).hint(who.t("pay-number-hint")).width(Width::Twenty).autocomplete("off")))
            (text(w, &field("bank", "pay-bank", &given.bank).hint(who.t("pay-bank-hint")).width(Width::Twenty).optional()))
        },
        "amount" => money(w, &field("amount", "amount", &given.amount).hint(who.t("amount-hint")), Currency::CNY),
        "memo" => text(w, &field("memo", "payment-memo", &given.memo).hint(who.t("pay-memo-hint")).optional()),
        _ => arrivals(who, choices, given, errors),
    }
}

fn accounts(who: &Signed, choices: &Choices, given: &PayForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choice = |v: &View| {
        let hint = w.t_with("account-available", &[("amount", w.money(v.available()).into())]);
        let name = format!("{} {}", v.account.name, kernel::chinese::mask_card(&v.account.number));
        Choice::new(v.account.id.to_string(), name).hint(hint)
    };
    let chosen = choices.from(given, who.view.mode.is_one_at_a_time()).map(|v| v.account.id.to_string());
    let field = Field::new("from", who.t("pay-from")).value(chosen.unwrap_or_default()).errors(errors);
    radios(w, &field, &choices.accounts.iter().map(choice).collect::<Vec<_>>())
}

fn payee_radios(who: &Signed, choices: &Choices, given: &PayForm, errors: &FieldErrors) -> Markup {
    let known = choices.payees.iter().map(|p| Choice::new(p.id.to_string(), p.called()).hint(p.masked.clone()));
    let all: Vec<Choice<'_>> = known.chain([Choice::new(NEW, who.t("pay-payee-new"))]).collect();
    let chosen = if given.payee.is_empty() { NEW.to_owned() } else { given.payee.clone() };
    let field = Field::new("payee", who.t("pay-payee")).value(chosen).errors(errors);
    html! {
        (radios(who.words(), &field, &all))
        p { a href="/payees" { (who.t("payees-all")) } }
    }
}

/// Known payees as buttons, one tap each.
fn payee_buttons(who: &Signed, choices: &Choices, given: &PayForm) -> Markup {
    let carried = given.answers().into_iter().filter(|(name, value)| *name != "payee" && !value.is_empty());
    let fields = html! {
        h2 { (who.t("pay-payee")) }
        @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
        ul.pay-payees {
            @for p in &choices.payees {
                li { button.button.button-secondary.pay-payee type="submit" name="payee" value=(p.id) {
                    span.pay-payee-name { (p.called()) } span.pay-payee-number { (p.masked) }
                } }
            }
            li { button.button.pay-payee type="submit" name="payee" value=(NEW) { span.pay-payee-name { (who.t("pay-payee-new")) } } }
        }
    };
    form(&who.view, "/pay", fields)
}

/// The amount of the last payment to this payee, one tap.
fn again(who: &Signed, choices: &Choices, given: &PayForm) -> Markup {
    let Some(last) = choices.known(given).and_then(|p| p.last_amount) else { return html! {} };
    let label = who.words().t_with("pay-as-last-time", &[("amount", who.words().money(last).into())]);
    let carried = given.answers().into_iter().filter(|(name, value)| *name != "amount" && !value.is_empty());
    let fields = html! {
        @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
        (actions(button(Button::Secondary, &label, Some(("again", "yes")))))
    };
    form(&who.view, "/pay", fields)
}

fn arrivals(who: &Signed, choices: &Choices, given: &PayForm, errors: &FieldErrors) -> Markup {
    let known = choices.known(given);
    let usual = usual_arrival(who, known);
    let machine = who.actor.channel == Channel::Kiosk;
    let offered = Arrival::ALL.iter().filter(|a| !machine || **a == Arrival::NextDay);
    let choice = |a: &Arrival| {
        let told = |prefix| say::told(who.words(), prefix, a.code());
        Choice::new(a.code(), told("arrival")).hint(told("arrival-hint"))
    };
    let chosen = if given.arrival.is_empty() { usual.code().to_owned() } else { given.arrival.clone() };
    let hint = match usual {
        Arrival::RealTime => "pay-arrival-hint",
        Arrival::TwoHours => "pay-arrival-first",
        Arrival::NextDay => "pay-arrival-machine",
    };
    let field = Field::new("arrival", who.t("pay-arrival")).hint(who.t(hint)).value(chosen).errors(errors);
    radios(who.words(), &field, &offered.map(choice).collect::<Vec<_>>())
}
