//! What a holder does with his bill: repays it, takes back what he paid too much, pays a purchase in parts after he saw what that
//! costs, says that a purchase is not his. Each is a page of questions with one key.
use super::asking::told;
use super::card_bill::merchant;
use super::instructions::go_to;
use super::{Page as Sheet, given, once_value, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use cards::credit::Item;
use cards::{CreditLine, Offer, Repay};
use kernel::chinese::mask_card;
use kernel::id::AccountId;
use kernel::{Currency, Error, Money, Owner, Result};
use ledger::{Purpose, View};
use maud::{Markup, html};
use serde::Deserialize;
use store::Tx;

/// Why an item is disputed, to choose from.
const WHY: [&str; 4] = ["not-mine", "twice", "amount", "not-received"];

/// A line, its card's name, and the holder's current accounts.
struct Open {
    line: CreditLine,
    name: String,
    accounts: Vec<View>,
    today: kernel::Date,
}

fn look(tx: &mut Tx<'_>, who: &Signed, id: AccountId) -> Result<Open> {
    let line = cards::line(tx, &who.actor, id)?;
    let card = super::card_bill::card_of(tx, who, &line)?;
    let mut accounts = Vec::new();
    for a in ledger::of_owner(tx, Owner::Person(line.owner))? {
        if a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == Currency::CNY {
            accounts.push(ledger::view(tx, a.id)?);
        }
    }
    Ok(Open { name: super::cards::name(who.words(), &card), accounts, today: tx.business_date()?, line })
}

async fn load(web: &Web, who: &Signed, id: AccountId) -> Result<Open, Fault> {
    let asker = who.clone();
    Ok(web.read(move |tx| look(tx, &asker, id)).await?)
}

fn sheet<'a>(who: &Signed, open: &Open, title: &str, errors: &FieldErrors) -> Sheet<'a> {
    let here = format!("/credit-lines/{}", open.line.account);
    let sheet = Sheet::new(who.t(title)).crumb(who.t("bill"), here);
    sheet.wrong(!errors.is_empty())
}

fn account_choices<'a>(who: &Signed, open: &'a Open) -> Vec<Choice<'a>> {
    let w = who.words();
    let one = |v: &'a View| {
        let free = w.t_with(
            "card-account-free",
            &[("number", mask_card(&v.account.number).into()), ("free", w.money(v.available()).into())],
        );
        Choice::new(v.account.id.to_string(), super::accounts::shown_name(who, &v.account)).hint(free)
    };
    open.accounts.iter().map(one).collect()
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    step: String,
    /// `full`, `minimum` or `other`.
    what: String,
    amount: String,
    from: String,
}

const REPAY: Plan<'_> = &[&["what", "amount"], &["from"]];

pub async fn repayment(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let open = load(&web, &who, id).await?;
    let what = if open.line.bill.0.asked() > 0 { "full" } else { "other" };
    let from = if let [only] = open.accounts.as_slice() { only.account.id.to_string() } else { String::new() };
    let given = RepayForm { once: once_value(), what: what.into(), from, ..RepayForm::default() };
    Ok(repay_page(&who, &open, &given, Turn::first(&who.view, REPAY), &FieldErrors::new()))
}

fn repay_page(who: &Signed, open: &Open, f: &RepayForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let (w, b) = (who.words(), &open.line.bill.0);
    let errors = &turn.errors(errors);
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors);
    let sum = |key: &str, minor: i64| w.t_with(key, &[("amount", w.money(Money::cny(minor)).into())]);
    let mut ways = Vec::new();
    if b.asked() > 0 {
        ways.push(Choice::new("full", sum("repay-full", b.asked())).hint(who.t("repay-full-hint")));
    }
    if b.minimum_left() > 0 && b.minimum_left() < b.asked() {
        ways.push(Choice::new("minimum", sum("repay-minimum", b.minimum_left())).hint(who.t("repay-minimum-hint")));
    }
    ways.push(Choice::new("other", who.t("repay-other")).hint(sum("repay-other-hint", b.debt())));
    let questions = vec![
        html! {
            (radios(w, &field("what", "repay-what", &f.what), &ways))
            (money(w, &field("amount", "repay-amount", &f.amount).hint(who.t("repay-amount-hint")).optional(), Currency::CNY))
        },
        radios(w, &field("from", "repay-from", &f.from), &account_choices(who, open)),
    ];
    let answers = [("once", &*f.once), ("what", &f.what), ("amount", &f.amount), ("from", &f.from)];
    let main = html! {
        (error_summary(w, errors))
        @if open.accounts.is_empty() { (notice(Tone::Warn, &who.t("card-no-account"), html! { p { (who.t("card-no-account-next")) } })) }
        @else { (turn.form(&who.view, &format!("/credit-lines/{}/repayment", open.line.account), &answers, questions, &who.t("bill-repay"))) }
    };
    page(who, sheet(who, open, "bill-repay", errors).lead(open.name.clone()), main)
}

fn read_repay(who: &Signed, f: &RepayForm, errors: &mut FieldErrors) -> Option<(Repay, AccountId)> {
    let what = match f.what.as_str() {
        "full" => Some(Repay::Full),
        "minimum" => Some(Repay::Minimum),
        "other" => given::amount(who, errors, "amount", &f.amount).map(Repay::Amount),
        _ => {
            errors.add("what", who.t("choice-missing"));
            None
        }
    };
    let from: Option<AccountId> = f.from.parse().ok();
    if from.is_none() {
        errors.add("from", who.t("choice-missing"));
    }
    Some((what?, from?))
}

pub async fn repay(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<RepayForm>,
) -> Result<Response, Fault> {
    let open = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let read = read_repay(&who, &f, &mut errors);
    let turn = Turn::of(&who.view, REPAY, &f.step, &errors);
    let Some((what, from)) = read.filter(|_| turn.is_done()) else {
        let shown = repay_page(&who, &open, &f, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let (actor, key) = (who.actor.clone(), f.once.clone());
    match web.run(move |bank| cards::repay(&bank.desk, &actor, id, from, what, &key)).await {
        Ok(receipt) => Ok(go_to(&receipt)),
        Err(why) => {
            let field = if why.is(&cards::NOTHING_DUE) { "what" } else { "from" };
            let errors = told(&who, &["amount", "from"], field, why)?;
            let turn = Turn::of(&who.view, REPAY, "check", &errors);
            Ok(refused(repay_page(&who, &open, &f, turn, &errors)))
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    step: String,
    amount: String,
    to: String,
}

const OUT: Plan<'_> = &[&["amount"], &["to"]];

pub async fn overpaid(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let open = load(&web, &who, id).await?;
    let to = if let [only] = open.accounts.as_slice() { only.account.id.to_string() } else { String::new() };
    let amount = Money::cny(open.line.bill.0.overpaid).plain();
    let given = OutForm { once: once_value(), amount, to, ..OutForm::default() };
    Ok(out_page(&who, &open, &given, Turn::first(&who.view, OUT), &FieldErrors::new()))
}

fn out_page(who: &Signed, open: &Open, f: &OutForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let all = w.money(Money::cny(open.line.bill.0.overpaid));
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors);
    let sum = field("amount", "out-amount", &f.amount).hint(w.t_with("out-amount-hint", &[("amount", all.into())]));
    let questions =
        vec![money(w, &sum, Currency::CNY), radios(w, &field("to", "out-to", &f.to), &account_choices(who, open))];
    let main = html! {
        (error_summary(w, errors))
        (turn.form(&who.view, &format!("/credit-lines/{}/overpaid", open.line.account), &[("once", &f.once), ("amount", &f.amount), ("to", &f.to)], questions, &who.t("bill-take-out")))
    };
    page(who, sheet(who, open, "bill-take-out", errors).lead(who.t("out-lead")), main)
}

pub async fn take_out(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<OutForm>,
) -> Result<Response, Fault> {
    let open = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let amount = given::amount(&who, &mut errors, "amount", &f.amount);
    let to: Option<AccountId> = f.to.parse().ok();
    if to.is_none() {
        errors.add("to", who.t("choice-missing"));
    }
    let turn = Turn::of(&who.view, OUT, &f.step, &errors);
    let (Some(amount), Some(to), true) = (amount, to, turn.is_done()) else {
        let shown = out_page(&who, &open, &f, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let (actor, desk) = (who.actor.clone(), web.desk().clone());
    let asked = Asked::new(&actor, &f.once, "cards.take_out.page", &(id, to, amount))?;
    match web.write_once(&asked, move |tx| cards::take_out(&desk, tx, &actor, id, to, amount).map(|_| ())).await {
        Ok(()) => Ok(see_other(&format!("/credit-lines/{id}"))),
        Err(why) => {
            let errors = told(&who, &["amount", "to"], "amount", why)?;
            let turn = Turn::of(&who.view, OUT, "check", &errors);
            Ok(refused(out_page(&who, &open, &f, turn, &errors)))
        }
    }
}

/// Which item of the bill.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ItemAsk {
    #[serde(default)]
    item: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ItemForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    item: i64,
    periods: String,
    reason: String,
}

fn item(open: &Open, number: i64) -> Result<&Item> {
    let found = open.line.bill.0.items.iter().find(|i| i.number == number);
    found.ok_or_else(|| Error::not_found("item", number))
}

fn item_shown<'a>(who: &'a Signed, i: &'a Item) -> Markup {
    let w = who.words();
    summary_list(
        w,
        &[
            Row::new(who.t("card-merchant"), html! { (merchant(w, &i.merchant)) }),
            Row::new(who.t("amount"), html! { strong { (say::yuan(w, i.amount)) } }),
            Row::new(who.t("bill-item-posted"), day(w, i.posted)),
        ],
    )
}

pub async fn parts(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Query(ask): Query<ItemAsk>,
) -> Result<Shown, Fault> {
    let open = load(&web, &who, id).await?;
    Ok(parts_page(&who, &open, ask.item, "", &FieldErrors::new())?)
}

/// What each offer costs, in all and as a yearly rate, before one is chosen.
fn parts_page(who: &Signed, open: &Open, number: i64, chosen: &str, errors: &FieldErrors) -> Result<Shown> {
    let w = who.words();
    let i = item(open, number)?;
    let offers = cards::offers(&open.line.bill.0, number, open.today)?;
    let row = |o: &Offer| {
        [
            html! { (w.t_with("parts-periods", &[("n", i64::from(o.periods).into())])) },
            amount(w, o.part),
            amount(w, o.fee),
            html! { strong { (amount(w, o.fees)) } },
            html! { strong { (o.yearly) } },
        ]
    };
    let table = Table::new(who.t("parts-costs"))
        .text(who.t("parts"))
        .figures(who.t("parts-each"))
        .figures(who.t("parts-fee"))
        .figures(who.t("parts-fees"))
        .figures(who.t("parts-yearly"))
        .rows(offers.iter().map(row));
    let choice = |o: &Offer| {
        let told = [("fees", w.money(o.fees).into()), ("yearly", o.yearly.to_string().into())];
        let label = w.t_with("parts-periods", &[("n", i64::from(o.periods).into())]);
        Choice::new(o.periods.to_string(), label).hint(w.t_with("parts-cost-told", &told))
    };
    let choices: Vec<Choice<'_>> = offers.iter().map(choice).collect();
    let fields = html! {
        input type="hidden" name="item" value=(number);
        (radios(w, &Field::new("periods", who.t("parts-how-many")).value(chosen.to_owned()).errors(errors), &choices))
        (actions(html! {
            (button(Button::Primary, &who.t("parts-yes"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/credit-lines/{}", open.line.account)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (item_shown(who, i))
        @if offers.is_empty() { (notice(Tone::Warn, &who.t("parts-none"), html! { p { (who.t("parts-none-next")) } })) }
        @else {
            @if !who.view.mode.is_one_at_a_time() { (table.show(w)) }
            (form(&who.view, &format!("/credit-lines/{}/instalments", open.line.account), fields))
        }
    };
    Ok(page(who, sheet(who, open, "bill-parts", errors).lead(who.t("parts-lead")), main))
}

pub async fn pay_in_parts(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<ItemForm>,
) -> Result<Response, Fault> {
    let open = load(&web, &who, id).await?;
    let Ok(periods) = f.periods.parse::<u32>() else {
        let mut errors = FieldErrors::new();
        errors.add("periods", who.t("choice-missing"));
        return Ok(refused(parts_page(&who, &open, f.item, "", &errors)?));
    };
    let (actor, number) = (who.actor.clone(), f.item);
    match web.write(move |tx| cards::instalments(tx, &actor, id, number, periods)).await {
        Ok(_) => Ok(see_other(&format!("/credit-lines/{id}"))),
        Err(why) => {
            let errors = told(&who, &[], "periods", why)?;
            Ok(refused(parts_page(&who, &open, f.item, &f.periods, &errors)?))
        }
    }
}

pub async fn disputing(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Query(ask): Query<ItemAsk>,
) -> Result<Shown, Fault> {
    let open = load(&web, &who, id).await?;
    Ok(dispute_page(&who, &open, ask.item, "", &FieldErrors::new())?)
}

fn dispute_page(who: &Signed, open: &Open, number: i64, chosen: &str, errors: &FieldErrors) -> Result<Shown> {
    let w = who.words();
    let i = item(open, number)?;
    let why: Vec<Choice<'_>> = WHY.iter().map(|why| Choice::new(*why, say::told(w, "dispute-why", why))).collect();
    let fields = html! {
        input type="hidden" name="item" value=(number);
        (radios(w, &Field::new("reason", who.t("dispute-what")).value(chosen.to_owned()).errors(errors), &why))
        (actions(html! {
            (button(Button::Primary, &who.t("dispute-yes"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/credit-lines/{}", open.line.account)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (item_shown(who, i))
        (notice(Tone::Info, &who.t("card-means"), html! { p { (who.t("dispute-means")) } }))
        (form(&who.view, &format!("/credit-lines/{}/dispute", open.line.account), fields))
    };
    Ok(page(who, sheet(who, open, "bill-dispute", errors), main))
}

pub async fn dispute(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<ItemForm>,
) -> Result<Response, Fault> {
    let open = load(&web, &who, id).await?;
    if !WHY.contains(&f.reason.as_str()) {
        let mut errors = FieldErrors::new();
        errors.add("reason", who.t("choice-missing"));
        return Ok(refused(dispute_page(&who, &open, f.item, "", &errors)?));
    }
    let (actor, number, reason) = (who.actor.clone(), f.item, f.reason.clone());
    match web.write(move |tx| cards::dispute(tx, &actor, id, number, &reason).map(|_| ())).await {
        Ok(()) => Ok(see_other(&format!("/credit-lines/{id}"))),
        Err(why) => {
            let errors = told(&who, &[], "reason", why)?;
            Ok(refused(dispute_page(&who, &open, f.item, &f.reason, &errors)?))
        }
    }
}
