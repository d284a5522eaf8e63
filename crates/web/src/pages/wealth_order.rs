//! Buying a wealth product, calling an order off, giving units back. An order is shown once more with what it costs and what can be
//! lost before it is sent. Staff order for a customer with the recording of the sale.
use super::pay::owner;
use super::wealth::{percent, risk_said, said, under, warning};
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, RecordingId, WealthOrderId};
use kernel::{Currency, Error, Kind as Fails, Money};
use ledger::{Purpose, View};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use wealth::{Ask, Order, OrderKind, Product, Quote, Redeem, State as Stage, Subscribe};

/// What is written into the form of an order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuyForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// As [`Turn`] reads it, or `send` from the check page.
    step: String,
    /// For staff: the customer's account, whose owner's accounts are offered, and the recording of the sale.
    at: String,
    recording: String,
    amount: String,
    from: String,
    /// Fen; the fee on the check page.
    fee: String,
}

impl BuyForm {
    fn answers(&self) -> [(&'static str, &str); 4] {
        [("at", &self.at), ("recording", &self.recording), ("amount", &self.amount), ("from", &self.from)]
    }
}

/// The product, and accounts that can pay.
struct Choices {
    product: Product,
    accounts: Vec<View>,
}

async fn choices(web: &Web, who: &Signed, code: &str, at: &str) -> Result<Choices, Fault> {
    let (own, actor, code) = (owner(who), who.actor.clone(), code.to_owned());
    let at = at.parse::<AccountId>().ok();
    let found = web.read(move |tx| {
        let owner = match (own, at) {
            (Some(own), _) => own,
            (None, Some(id)) => {
                let owner = ledger::view(tx, id)?.account.owner;
                payments::may_see(tx, &actor, owner).map_err(|_| Error::not_found("account", id))?;
                owner
            }
            (None, None) => return Err(Error::field("at", "an account of the customer")),
        };
        let today = tx.business_date()?;
        let product = wealth::shelf(tx)?.product(&code, today)?.clone();
        let usable = |a: &ledger::Account| {
            a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == product.currency
        };
        let open = ledger::of_owner(tx, owner)?.into_iter().filter(usable);
        let accounts = open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()?;
        Ok(Choices { product, accounts })
    });
    Ok(found.await?)
}

impl Choices {
    fn from(&self, given: &BuyForm) -> Option<&View> {
        match (given.from.as_str(), self.accounts.as_slice()) {
            ("", [only]) => Some(only),
            (id, all) => all.iter().find(|v| v.account.id.to_string() == id),
        }
    }
    fn plan(&self) -> Vec<&'static [&'static str]> {
        let all: [(bool, &'static [&'static str]); 2] = [(true, &["amount"]), (self.accounts.len() > 1, &["from"])];
        all.into_iter().filter(|(asked, _)| *asked).map(|(_, fields)| fields).collect()
    }
    fn address(&self) -> String {
        format!("/wealth/products/{}/order", self.product.code)
    }
}

fn read(who: &Signed, all: &Choices, f: &BuyForm, errors: &mut FieldErrors) -> Option<Ask> {
    let amount = given::amount(who, errors, "amount", &f.amount);
    let from = all.from(f);
    if from.is_none() {
        errors.add("from", who.t("pay-from-missing"));
    }
    Some(Ask { product: all.product.code.clone(), linked: from?.account.id, amount: amount? })
}

/// For staff: the customer's account and the recording.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct BuyAsk {
    at: Option<String>,
    recording: Option<String>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    Path(code): Path<String>,
    Query(ask): Query<BuyAsk>,
) -> Result<Shown, Fault> {
    let given =
        BuyForm { at: ask.at.unwrap_or_default(), recording: ask.recording.unwrap_or_default(), ..BuyForm::default() };
    let all = choices(&web, &who, &code, &given.at).await?;
    let plan = all.plan();
    Ok(form_page(&who, &all, &given, Turn::first(&who.view, &plan), &FieldErrors::new()))
}

fn form_page(who: &Signed, all: &Choices, given: &BuyForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let (w, t) = (who.words(), all.product.terms());
    let errors = &turn.errors(errors);
    let least =
        [("least", w.money(all.product.money(t.minimum)).into()), ("step", w.money(all.product.money(t.step)).into())];
    let how_much = Field::new("amount", who.t("wealth-how-much")).hint(w.t_with("wealth-amount-hint", &least));
    let mut questions = vec![money(w, &how_much.value(given.amount.as_str()).errors(errors), all.product.currency)];
    if all.accounts.len() > 1 {
        let choice =
            |v: &View| Choice::new(v.account.id.to_string(), mask_card(&v.account.number)).hint(w.money(v.available()));
        let offered: Vec<Choice<'_>> = all.accounts.iter().map(choice).collect();
        let from = Field::new("from", who.t("pay-from")).value(given.from.as_str()).errors(errors);
        questions.push(radios(w, &from, &offered));
    }
    let main = html! {
        (error_summary(w, errors))
        p { strong { (said(w, &t.name)) } " · " (risk_said(w, all.product.risk)) }
        @if all.accounts.is_empty() { (notice(Tone::Warn, &who.t("pay-no-account"), html! { p { (who.t("pay-no-account-next")) } })) }
        @else { (turn.form(&who.view, &all.address(), &given.answers(), questions, &who.t("go-check"))) }
    };
    page(who, under(who, Sheet::new(who.t("wealth-buy")).wrong(!errors.is_empty())), main)
}

pub async fn buy(
    State(web): State<Web>,
    who: Signed,
    Path(code): Path<String>,
    Checked(f): Checked<BuyForm>,
) -> Result<Response, Fault> {
    let all = choices(&web, &who, &code, &f.at).await?;
    let plan = all.plan();
    let mut errors = FieldErrors::new();
    let ask = read(&who, &all, &f, &mut errors);
    let turn = Turn::of(&who.view, &plan, &f.step, &errors);
    let (Some(ask), true) = (ask, turn.is_done()) else {
        let shown = form_page(&who, &all, &f, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let done = match f.step == "send" {
        true => send(&web, &who, ask, &f).await.map(|to| see_other(&to).into_response()),
        false => quoted(&web, &who, ask).await.map(|q| check_page(&who, &all, &f, &q).into_response()),
    };
    match done {
        Err(why) if matches!(why.kind(), Fails::Refused | Fails::Invalid | Fails::Limit | Fails::Conflict) => {
            let errors = super::opening::beside("amount", &who, &why);
            let turn = Turn::of(&who.view, &plan, "check", &errors);
            Ok(refused(form_page(&who, &all, &f, turn, &errors)))
        }
        other => Ok(other?),
    }
}

/// What it would come to; what does not suit the customer is not even shown to be agreed on.
async fn quoted(web: &Web, who: &Signed, ask: Ask) -> kernel::Result<Quote> {
    let actor = who.actor.clone();
    let quote = web.read(move |tx| wealth::quote(tx, &actor, &ask)).await?;
    match quote.level {
        None => Err(Error::new(&wealth::NO_ASSESSMENT, "there is no valid assessment")),
        Some(_) if !quote.suits => Err(Error::new(&wealth::ABOVE_LEVEL, "the product can lose more")),
        Some(_) => Ok(quote),
    }
}

async fn send(web: &Web, who: &Signed, ask: Ask, f: &BuyForm) -> kernel::Result<String> {
    let fee = f.fee.parse::<i64>().map_err(|_| Error::field("fee", "the fee that was shown"))?;
    let recording = Some(&f.recording).filter(|r| !r.is_empty()).map(|r| r.parse::<RecordingId>()).transpose()?;
    let fee_shown = Money::new(fee, ask.amount.currency);
    let order = Subscribe { ask, fee_shown, recording };
    let asked = Asked::new(&who.actor, &f.once, "wealth.subscribe.page", &order)?;
    let (desk, actor) = (web.desk().clone(), who.actor.clone());
    let id = web.write_once(&asked, move |tx| wealth::subscribe(&desk, tx, &actor, &order).map(|o| o.id)).await?;
    Ok(format!("/wealth/orders/{id}"))
}

fn check_page(who: &Signed, all: &Choices, f: &BuyForm, q: &Quote) -> Shown {
    let (w, t) = (who.words(), q.product.terms());
    let change = |row: Row<'static>, field: &str| match all.plan().iter().position(|group| group.contains(&field)) {
        Some(n) if who.view.mode.is_one_at_a_time() => row.change_by("step", format!("to{n}")),
        Some(_) => row.change_by("step", "change"),
        None => row,
    };
    let mut rows = vec![
        Row::new(who.t("wealth-product"), html! { (said(w, &t.name)) }),
        Row::new(who.t("wealth-product-risk"), html! { strong { (risk_said(w, q.product.risk)) } }),
        change(Row::new(who.t("amount").into_owned(), html! { strong { (amount(w, q.amount)) } }), "amount"),
        Row::new(who.t("wealth-fee"), html! { (amount(w, q.fee)) " (" (percent(t.fee_millionths)) ")" }),
    ];
    if let Some(from) = all.from(f) {
        let shown = html! { span.masked-text { (mask_card(&from.account.number)) } };
        rows.push(change(Row::new(who.t("pay-from").into_owned(), shown), "from"));
    }
    let next = match (q.second_look, t.cooling_hours) {
        (true, _) => w.t("wealth-next-review").into_owned(),
        (false, 0) => w.t("wealth-next-due").into_owned(),
        (false, n) => w.t_with("wealth-next-cooling", &[("n", i64::from(n).into())]),
    };
    let groups = [("".into(), rows)];
    let answers = Answers {
        groups: &groups,
        after: next.into(),
        action: &all.address(),
        fields: html! {
            (once_field())
            input type="hidden" name="fee" value=(q.fee.minor);
            @for (name, value) in f.answers() { input type="hidden" name=(name) value=(value); }
        },
        send: (Button::Primary, who.t("wealth-buy-do"), Some(("step", "send"))),
        leave: (who.t("back-without"), if who.is_staff() { "/customers" } else { "/wealth" }),
    };
    let main = html! { (warning(w)) (check_answers(&who.view, answers)) };
    page(who, under(who, Sheet::new(who.t("wealth-check")).lead(who.t("wealth-check-lead"))), main)
}

/// What became of an order, and what may still be done about it.
pub async fn order(State(web): State<Web>, who: Signed, At(id): At<WealthOrderId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (o, p, now) = web
        .read(move |tx| {
            let o = wealth::order(tx, &actor, id)?;
            let p = wealth::shelf(tx)?.product(&o.product, tx.business_date()?)?.clone();
            Ok((o, p, tx.now()))
        })
        .await?;
    let w = who.words();
    let tone = match o.state {
        Stage::Confirmed => Tone::Good,
        Stage::Review | Stage::Cooling | Stage::Due => Tone::Info,
        Stage::Refused | Stage::Cancelled => Tone::Quiet,
    };
    let title = say::told(w, &format!("wealth-result-{}", o.kind), o.state.code());
    let revocable = o.kind == OrderKind::Subscribe
        && o.state.is_revocable()
        && o.cool_until.is_none_or(|until| now < until)
        && who.holds(if who.is_staff() { P::PaymentSubmitAny } else { P::PaymentSubmit });
    let cancel = format!("/wealth/orders/{id}/cancellation");
    let next = html! {
        (summary_list(w, &told(&who, &o, &p)))
        @if revocable {
            p { (who.t("wealth-cancel-hint")) }
            (form(&who.view, &cancel, actions(button(Button::Secondary, &who.t("wealth-cancel"), None))))
        }
        (actions(link_button(Button::Secondary, &who.t("wealth-see-holding"), &format!("/wealth/holdings/{}", o.holding))))
    };
    Ok(page(&who, under(&who, Sheet::new(title.clone()).bare()), result(tone, &title, None, next)))
}

fn told<'a>(who: &'a Signed, o: &Order, p: &Product) -> Vec<Row<'a>> {
    let w = who.words();
    let mut rows = vec![Row::new(who.t("wealth-product"), html! { (said(w, &p.terms().name)) })];
    if o.amount > 0 {
        rows.push(Row::new(who.t("amount"), amount(w, o.money(o.amount))));
    }
    if o.units > 0 {
        rows.push(Row::new(who.t("wealth-units"), html! { (o.units().grouped()) }));
    }
    if let Some(nav) = o.nav {
        rows.push(Row::new(who.t("wealth-value"), html! { (nav) }));
    }
    if let Some(until) = o.cool_until.filter(|_| o.state == Stage::Cooling) {
        rows.push(Row::new(who.t("wealth-cool-until"), moment(w, until)));
    }
    if let Some(on) = o.priced_on {
        rows.push(Row::new(who.t("wealth-priced-on"), day(w, on)));
    }
    if let Some(on) = o.pays_on.filter(|_| o.state == Stage::Due) {
        rows.push(Row::new(who.t("wealth-pays-on"), day(w, on)));
    }
    if o.state == Stage::Refused && o.approval.is_some() {
        rows.push(Row::new(who.t("wealth-why"), html! { (say::told_or(who.words(), "wealth-why", &o.ended_why)) }));
    }
    rows
}

/// The form of a button alone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plain {
    #[serde(rename = "csrf")]
    _csrf: String,
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<WealthOrderId>,
    Checked(_): Checked<Plain>,
) -> Result<Response, Fault> {
    let desk = web.desk().clone();
    web.write(move |tx| wealth::cancel(&desk, tx, &who.actor, id).map(|_| ())).await?;
    Ok(see_other(&format!("/wealth/orders/{id}")).into_response())
}

/// What is written into the form of a redemption.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedeemForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    step: String,
    units: String,
}

const REDEEM: Plan<'static> = &[&["units"]];

pub async fn redeem_show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let s = standing(&web, &who, id).await?;
    Ok(redeem_page(&who, &s, "", Turn::first(&who.view, REDEEM), &FieldErrors::new()))
}

async fn standing(web: &Web, who: &Signed, id: AccountId) -> Result<wealth::Standing, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| wealth::holding(tx, &actor, id)?.standing(tx)).await?)
}

fn redeem_page(who: &Signed, s: &wealth::Standing, units: &str, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let free = [("units", s.holding.free().grouped().into())];
    let field = Field::new("units", who.t("wealth-redeem-how-many")).hint(w.t_with("wealth-redeem-hint", &free));
    let question = number(w, &field.value(units).errors(errors));
    let main = html! {
        (error_summary(w, errors))
        p { strong { (said(w, &s.product.terms().name)) } }
        (turn.form(&who.view, &format!("/wealth/holdings/{}/redemption", s.holding.account), &[("units", units)], vec![question], &who.t("go-check")))
    };
    page(who, under(who, Sheet::new(who.t("wealth-redeem")).wrong(!errors.is_empty())), main)
}

pub async fn redeem(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<RedeemForm>,
) -> Result<Response, Fault> {
    let s = standing(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let units = Money::parse(&f.units, Currency::UNITS).ok().filter(Money::is_positive);
    if units.is_none_or(|u| u.minor > s.holding.free().minor) {
        errors.add("units", who.t("wealth-units-wrong"));
    }
    let turn = Turn::of(&who.view, REDEEM, &f.step, &errors);
    let (Some(units), true) = (units, turn.is_done()) else {
        let shown = redeem_page(&who, &s, &f.units, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    if f.step != "send" {
        return Ok(redeem_check(&who, &s, units)?.into_response());
    }
    let ask = Redeem { holding: id, units };
    let asked = Asked::new(&who.actor, &f.once, "wealth.redeem.page", &ask)?;
    let actor = who.actor.clone();
    let order = web.write_once(&asked, move |tx| wealth::redeem(tx, &actor, &ask).map(|o| o.id)).await?;
    Ok(see_other(&format!("/wealth/orders/{order}")).into_response())
}

fn redeem_check(who: &Signed, s: &wealth::Standing, units: Money) -> kernel::Result<Shown> {
    let (w, t) = (who.words(), s.product.terms());
    let mut rows = vec![
        Row::new(who.t("wealth-product"), html! { (said(w, &t.name)) }),
        Row::new(who.t("wealth-units"), html! { strong { (units.grouped()) } }).change_by("step", "change"),
    ];
    if let Some(row) = &s.nav {
        let about = wealth::worth(units, row.value, s.product.currency)?;
        rows.push(Row::new(who.t("wealth-about"), amount(w, about)));
    }
    let groups = [("".into(), rows)];
    let after = w.t_with("wealth-redeem-after", &[("n", i64::from(t.redeem_days).into())]);
    let answers = Answers {
        groups: &groups,
        after: after.into(),
        action: &format!("/wealth/holdings/{}/redemption", s.holding.account),
        fields: html! { (once_field()) input type="hidden" name="units" value=(units.plain()); },
        send: (Button::Primary, who.t("wealth-redeem-do"), Some(("step", "send"))),
        leave: (who.t("back-without"), if who.is_staff() { "/customers" } else { "/wealth" }),
    };
    Ok(page(who, under(who, Sheet::new(who.t("wealth-check"))), check_answers(&who.view, answers)))
}

/// A button under something, as a form of its own.
pub fn offers(who: &Signed, v: &View) -> Markup {
    let a = &v.account;
    let fits = a.purpose == Purpose::General && a.closed_at.is_none() && matches!(a.owner, kernel::Owner::Person(_));
    html! {
        @if fits && who.is_staff() && who.holds(P::PaymentSubmitAny) {
            (actions(link_button(Button::Secondary, &who.t("wealth-sell"), &format!("/wealth/sale?at={}", a.id))))
        }
    }
}
