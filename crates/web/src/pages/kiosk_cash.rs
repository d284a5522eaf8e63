//! Cash at a machine: what is drawn or put in is asked on one page after another; then the visit has a page of its own that says how far
//! the device is and, at the end, what became of the money. Nothing is debited that was not taken, and the page says so.
use super::instructions::refusal;
use super::{Page as Sheet, once_field, page, refused, till_notes};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use app::machines;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::id::{AccountId, DrawerId, VisitId};
use kernel::{Currency, Error, Money, Owner, Result};
use ledger::{Purpose, View};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use till::Notes;
use till::machine::{Drawing, Mix, Served, made_up};

/// Sums that are offered, 元.
const OFFERED_YUAN: [i64; 6] = [100, 300, 500, 1_000, 2_000, 5_000];
const CURRENCY: Currency = Currency::CNY;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutForm {
    #[serde(rename = "csrf", skip_serializing)]
    _csrf: String,
    once: String,
    from: String,
    amount: String,
    /// Another sum than those offered.
    own: String,
    mix: String,
    step: String,
}

/// Where somebody stands who wants cash.
enum Spot {
    /// No cash in this machine.
    None,
    /// Nothing is paid or taken now.
    Out,
    /// His own visit goes on.
    Busy(VisitId),
    Open(DrawerId, Notes),
}

async fn spot(web: &Web, who: &Signed) -> Result<Spot, Fault> {
    let at = who.view.at_kiosk()?.terminal.clone();
    let me = who.actor.principal();
    let found = web.run(move |bank| {
        let Some(id) = bank.read(|tx| till::machine_in(tx, at.branch, at.terminal))? else { return Ok(Spot::None) };
        let mine = bank.read(|tx| till::machine::going_on(tx, id))?.filter(|v| v.by_whom == me);
        Ok(match (mine, machines::offers(bank, id)) {
            (Some(visit), _) => Spot::Busy(visit.id),
            (None, Some(notes)) => Spot::Open(id, notes),
            (None, None) => Spot::Out,
        })
    });
    Ok(found.await?)
}

/// The machine with its notes, or the page that says why there is none.
async fn machine(web: &Web, who: &Signed) -> Result<std::result::Result<(DrawerId, Notes), Response>, Fault> {
    Ok(match spot(web, who).await? {
        Spot::Open(id, notes) => Ok((id, notes)),
        Spot::Busy(visit) => Err(see_other(&format!("/kiosk/cash/{visit}"))),
        Spot::None => Err(sorry(who, "kiosk-cash-none")),
        Spot::Out => Err(sorry(who, "kiosk-cash-out-now")),
    })
}

/// It cannot be done here; `key` is said, and what to do instead.
pub(super) fn sorry(who: &Signed, key: &str) -> Response {
    let main = html! {
        p.kiosk-large { (who.t(&format!("{key}-next"))) }
        (actions(link_button(Button::Primary, &who.t("kiosk-home"), "/home")))
    };
    page(who, Sheet::new(who.t(key)), main).into_response()
}

/// One's own current accounts in yuan.
pub(super) async fn accounts(web: &Web, who: &Signed) -> Result<Vec<View>, Fault> {
    let Some(person) = who.person() else { return Ok(Vec::new()) };
    let found = web.read(move |tx| {
        let all = ledger::of_owner(tx, Owner::Person(person))?.into_iter();
        let fits =
            |a: &ledger::Account| a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == CURRENCY;
        all.filter(fits).map(|a| ledger::view(tx, a.id)).collect::<Result<Vec<_>>>()
    });
    Ok(found.await?)
}

pub(super) fn account_name(v: &View) -> String {
    format!("{} {}", v.account.name, kernel::chinese::mask_card(&v.account.number))
}

/// A question whose answers are buttons.
pub(super) struct Buttons<'a> {
    pub action: &'a str,
    pub carried: Vec<(&'a str, &'a str)>,
    pub name: &'a str,
    /// Value, label and what stands below it.
    pub answers: Vec<(String, String, String)>,
}

impl Buttons<'_> {
    pub fn show(&self, who: &Signed) -> Markup {
        let body = html! {
            @for (name, value) in self.carried.iter().filter(|(_, v)| !v.is_empty()) { input type="hidden" name=(name) value=(value); }
            ul.pay-payees {
                @for (value, label, below) in &self.answers {
                    li { button.button.button-secondary.pay-payee type="submit" name=(self.name) value=(value) {
                        span.pay-payee-name { (label) } @if !below.is_empty() { span.pay-payee-number { (below) } }
                    } }
                }
            }
        };
        form(&who.view, self.action, body)
    }
}

fn account_buttons<'a>(who: &Signed, action: &'a str, name: &'a str, all: &[View]) -> Buttons<'a> {
    let w = who.words();
    let answer = |v: &View| {
        let hint = w.t_with("account-available", &[("amount", w.money(v.available()).into())]);
        (v.account.id.to_string(), account_name(v), hint)
    };
    Buttons { action, carried: Vec::new(), name, answers: all.iter().map(answer).collect() }
}

pub async fn cash_out(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    drawn(&web, &who, OutForm::default()).await
}

pub async fn pay_out(State(web): State<Web>, who: Signed, Checked(f): Checked<OutForm>) -> Result<Response, Fault> {
    drawn(&web, &who, f).await
}

/// The next question, or the notes.
async fn drawn(web: &Web, who: &Signed, f: OutForm) -> Result<Response, Fault> {
    let (id, cassettes) = match machine(web, who).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let all = accounts(web, who).await?;
    let chosen = all.iter().find(|v| all.len() == 1 || v.account.id.to_string() == f.from);
    let Some(from) = chosen else { return Ok(from_page(who, &all)) };
    let f = OutForm { from: from.account.id.to_string(), ..f };
    if f.amount.trim().is_empty() {
        return Ok(amount_page(who, &f, from, &cassettes));
    }
    let amount = match sum(who, &f, from, &cassettes) {
        Ok(amount) => amount,
        Err(errors) => return Ok(refused(own_page(who, &f, &errors))),
    };
    let mixes = mixes(&cassettes, amount);
    let Some((mix, notes)) = mixes.iter().find(|(mix, _)| mixes.len() == 1 || code(*mix) == f.mix) else {
        return Ok(mix_page(who, &f, amount, &mixes));
    };
    if f.step != "do" {
        return Ok(check_page(who, &f, from, amount, notes, *mix));
    }
    send(web, who, id, &f, Drawing { account: from.account.id, amount, mix: *mix, key: f.once.clone() }).await
}

fn from_page(who: &Signed, all: &[View]) -> Response {
    if all.is_empty() {
        return sorry(who, "kiosk-cash-no-account");
    }
    let main = account_buttons(who, "/kiosk/cash-out", "from", all).show(who);
    page(who, Sheet::new(who.t("kiosk-cash-from")), main).into_response()
}

fn amount_page(who: &Signed, f: &OutForm, from: &View, cassettes: &Notes) -> Response {
    if !f.own.is_empty() {
        return own_page(who, f, &FieldErrors::new()).into_response();
    }
    let w = who.words();
    let fits = |yuan: &i64| {
        let sum = Money::cny(yuan * 100);
        sum.minor <= from.available().minor && made_up(cassettes, sum, Mix::Few).is_ok()
    };
    let answer = |yuan: i64| (yuan.to_string(), till_notes::face_name(w, Money::cny(yuan * 100)), String::new());
    let answers: Vec<_> = OFFERED_YUAN.into_iter().filter(fits).map(answer).collect();
    let buttons = Buttons { action: "/kiosk/cash-out", carried: vec![("from", &f.from)], name: "amount", answers };
    let other = html! {
        input type="hidden" name="from" value=(f.from);
        (actions(button(Button::Secondary, &who.t("kiosk-cash-other"), Some(("own", "yes")))))
    };
    let hint = w.t_with("account-available", &[("amount", w.money(from.available()).into())]);
    let main = html! { (buttons.show(who)) (form(&who.view, "/kiosk/cash-out", other)) };
    page(who, Sheet::new(who.t("kiosk-cash-how-much")).lead(hint), main).into_response()
}

fn own_page(who: &Signed, f: &OutForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = Field::new("amount", who.t("kiosk-cash-sum")).hint(who.t("kiosk-cash-sum-hint"));
    let body = html! {
        input type="hidden" name="from" value=(f.from);
        input type="hidden" name="own" value="yes";
        (number(w, &field.value(f.amount.as_str()).errors(errors).width(Width::Six).autocomplete("off")))
        (actions(button(Button::Primary, &who.t("turn-next"), None)))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/kiosk/cash-out", body)) };
    page(who, Sheet::new(who.t("kiosk-cash-how-much")).wrong(!errors.is_empty()), main)
}

/// The sum that is wanted; what is wrong with it is told beside the field.
fn sum(who: &Signed, f: &OutForm, from: &View, cassettes: &Notes) -> std::result::Result<Money, FieldErrors> {
    let mut errors = FieldErrors::new();
    let Some(amount) = super::given::amount(who, &mut errors, "amount", &f.amount) else { return Err(errors) };
    let w = who.words();
    if amount.minor > from.available().minor {
        errors.add("amount", w.t_with("kiosk-cash-too-much", &[("amount", w.money(from.available()).into())]));
    } else if made_up(cassettes, amount, Mix::Few).is_err() {
        let faces: Vec<i64> = cassettes.iter().map(|(face, _)| face).collect();
        let shown: Vec<String> = faces.iter().map(|f| till_notes::face_name(w, Money::new(*f, CURRENCY))).collect();
        errors.add("amount", w.t_with("kiosk-cash-not-made", &[("faces", shown.join(", ").into())]));
    }
    if errors.is_empty() { Ok(amount) } else { Err(errors) }
}

fn code(mix: Mix) -> &'static str {
    match mix {
        Mix::Few => "few",
        Mix::Small => "small",
    }
}

/// The ways to pay a sum that differ.
fn mixes(cassettes: &Notes, amount: Money) -> Vec<(Mix, Notes)> {
    let made = |mix| made_up(cassettes, amount, mix).ok().map(|notes| (mix, notes));
    let mut all: Vec<_> = [Mix::Few, Mix::Small].into_iter().filter_map(made).collect();
    all.dedup_by(|a, b| a.1 == b.1);
    all
}

fn mix_page(who: &Signed, f: &OutForm, amount: Money, mixes: &[(Mix, Notes)]) -> Response {
    let w = who.words();
    let label = |mix: Mix| who.t(if mix == Mix::Few { "kiosk-cash-few" } else { "kiosk-cash-small" }).into_owned();
    let answers = mixes.iter().map(|(mix, notes)| (code(*mix).into(), label(*mix), till_notes::brief(w, notes)));
    let carried = vec![("from", f.from.as_str()), ("amount", f.amount.as_str())];
    let buttons = Buttons { action: "/kiosk/cash-out", carried, name: "mix", answers: answers.collect() };
    let lead = w.money(amount);
    page(who, Sheet::new(who.t("kiosk-cash-which")).lead(lead), buttons.show(who)).into_response()
}

fn check_page(who: &Signed, f: &OutForm, from: &View, sum: Money, notes: &Notes, mix: Mix) -> Response {
    let w = who.words();
    let rows = vec![
        Row::new(who.t("amount"), html! { strong { (amount(w, sum)) } }),
        Row::new(who.t("kiosk-cash-notes"), html! { (till_notes::brief(w, notes)) }),
        Row::new(who.t("pay-from"), html! { (account_name(from)) }),
        Row::new(who.t("fee"), html! { (who.t("price-none")) }),
    ];
    let fields = html! {
        (once_field())
        @for (name, value) in [("from", f.from.as_str()), ("amount", &f.amount), ("mix", code(mix))] { input type="hidden" name=(name) value=(value); }
    };
    let answers = Answers {
        groups: &[("".into(), rows)],
        after: who.t("kiosk-cash-after"),
        action: "/kiosk/cash-out",
        fields,
        send: (Button::Primary, who.t("kiosk-cash-give"), Some(("step", "do"))),
        leave: (who.t("pay-leave"), "/home"),
    };
    page(who, Sheet::new(who.t("kiosk-cash-check")), check_answers(&who.view, answers)).into_response()
}

/// What came of going to the machine, as it is kept for when the same is sent again.
#[derive(Deserialize, Serialize)]
enum Came {
    Visit(VisitId),
    Refused(String, Vec<String>),
}

fn came(served: Served) -> Came {
    match served {
        Served::Visit(visit) | Served::Before(visit) => Came::Visit(visit.id),
        Served::Refused(receipt) => Came::Refused(receipt.code.into_owned(), receipt.reasons),
    }
}

fn answer(web: &Web, who: &Signed, came: Came) -> Response {
    match came {
        Came::Visit(id) => see_other(&format!("/kiosk/cash/{id}")),
        Came::Refused(code, reasons) => {
            let main = html! {
                (refusal(web, who, &code, &reasons))
                p.kiosk-large { (who.t("kiosk-cash-untouched")) }
                (actions(link_button(Button::Primary, &who.t("kiosk-home"), "/home")))
            };
            refused(page(who, Sheet::new(who.t("kiosk-cash-refused")).wrong(true), main))
        }
    }
}

/// Whether the machine itself is the reason.
fn is_of_machine(why: &Error) -> bool {
    [&till::MACHINE_BUSY, &till::MACHINE_OUT, &till::MACHINE_AMOUNT, &till::DEVICE_DOWN, &till::DEVICE_JAM]
        .iter()
        .any(|code| why.is(code))
}

fn told(web: &Web, who: &Signed, done: Result<Came>) -> Result<Response, Fault> {
    match done {
        Ok(came) => Ok(answer(web, who, came)),
        Err(why) if is_of_machine(&why) => Ok(sorry(who, "kiosk-cash-out-now")),
        Err(why) => Err(why.into()),
    }
}

async fn send(web: &Web, who: &Signed, id: DrawerId, f: &OutForm, drawing: Drawing) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let asked = Asked::new(&who.actor, &f.once, "kiosk.cash_out", &(id, &f.from, &f.amount, &f.mix))?;
    let done = web.run_once(&asked, move |bank| machines::withdraw(bank, &actor, id, drawing).map(came)).await;
    told(web, who, done)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    to: String,
}

pub async fn cash_in(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    if let Err(page) = machine(&web, &who).await? {
        return Ok(page);
    }
    let all = accounts(&web, &who).await?;
    if all.is_empty() {
        return Ok(sorry(&who, "kiosk-cash-no-account"));
    }
    let mut buttons = account_buttons(&who, "/kiosk/cash-in", "to", &all);
    let once = super::once_value();
    buttons.carried = vec![("once", &once)];
    let main = html! { p.kiosk-large { (who.t("kiosk-cash-in-how")) } (buttons.show(&who)) };
    Ok(page(&who, Sheet::new(who.t("kiosk-cash-into")), main).into_response())
}

pub async fn take_in(State(web): State<Web>, who: Signed, Checked(f): Checked<InForm>) -> Result<Response, Fault> {
    let id = match machine(&web, &who).await? {
        Ok((id, _)) => id,
        Err(page) => return Ok(page),
    };
    let account = f.to.parse::<AccountId>()?;
    let actor = who.actor.clone();
    let asked = Asked::new(&who.actor, &f.once, "kiosk.cash_in", &(id, account))?;
    let done = web.run_once(&asked, move |bank| machines::deposit(bank, &actor, id, account, &f.once).map(came)).await;
    told(&web, &who, done)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Only {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
}

/// A visit of the reader's own at the machine where he stands.
pub(super) async fn visit(web: &Web, who: &Signed, id: VisitId) -> Result<till::Visit, Fault> {
    let at = who.view.at_kiosk()?.terminal.clone();
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let (visit, here) = (till::visit(tx, &actor, id)?, till::machine_in(tx, at.branch, at.terminal)?);
        match visit.by_whom == actor.principal() && here == Some(visit.machine) {
            true => Ok(visit),
            false => Err(Error::not_found("visit at a machine", id)),
        }
    });
    Ok(found.await?)
}

pub async fn agree(
    State(web): State<Web>,
    who: Signed,
    At(id): At<VisitId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    let visit = visit(&web, &who, id).await?;
    let actor = who.actor.clone();
    match web.run(move |bank| machines::agree(bank, &actor, &visit)).await {
        Ok(Served::Refused(receipt)) => {
            let main = html! {
                (refusal(&web, &who, &receipt.code, &receipt.reasons))
                p.kiosk-large { (who.t("kiosk-cash-back-now")) }
                (actions(link_button(Button::Primary, &who.t("turn-next"), &format!("/kiosk/cash/{id}"))))
            };
            Ok(refused(page(&who, Sheet::new(who.t("kiosk-cash-refused")).wrong(true), main)))
        }
        Ok(Served::Visit(_) | Served::Before(_)) => Ok(see_other(&format!("/kiosk/cash/{id}"))),
        Err(why) if is_of_visit(&why) => Ok(see_other(&format!("/kiosk/cash/{id}"))),
        Err(why) => Err(why.into()),
    }
}

/// It has moved on, or the device is at work: the visit's page says how far it is.
fn is_of_visit(why: &Error) -> bool {
    why.is(&till::VISIT_STATE) || why.is(&till::MACHINE_BUSY)
}

pub async fn back(
    State(web): State<Web>,
    who: Signed,
    At(id): At<VisitId>,
    _: Checked<Only>,
) -> Result<Response, Fault> {
    let visit = visit(&web, &who, id).await?;
    let actor = who.actor.clone();
    match web.run(move |bank| machines::give_back(bank, &actor, &visit)).await {
        Err(why) if !is_of_visit(&why) => Err(why.into()),
        _ => Ok(see_other(&format!("/kiosk/cash/{id}"))),
    }
}
