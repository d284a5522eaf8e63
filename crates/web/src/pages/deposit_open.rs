//! Opening a deposit: which, how much, from where, and what happens on its last day; then everything once more with what it
//! will bring, and what it would cost to break it early.
use super::deposits::{called, rollovers, term_said, under};
use super::pay::owner;
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use deposits::{Kind, Offer, OnSale, Open, Rollover};
use kernel::chinese::mask_card;
use kernel::id::AccountId;
use kernel::{Currency, Error, Kind as Fails, Owner};
use ledger::{Purpose, View};
use maud::{Markup, html};
use serde::Deserialize;

/// What is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// As [`Turn`] reads it, or `send` from the check page.
    step: String,
    /// For staff: the customer's account, whose owner's accounts are offered.
    at: String,
    /// Product and term: `term|1y`.
    what: String,
    amount: String,
    from: String,
    rollover: String,
}

impl OpenForm {
    fn answers(&self) -> [(&'static str, &str); 5] {
        [
            ("at", &self.at),
            ("what", &self.what),
            ("amount", &self.amount),
            ("from", &self.from),
            ("rollover", &self.rollover),
        ]
    }
    fn product(&self) -> (&str, &str) {
        self.what.split_once('|').unwrap_or((&self.what, ""))
    }
}

/// What there is to choose from.
struct Choices {
    accounts: Vec<View>,
    shelf: Vec<OnSale>,
}

async fn choices(web: &Web, who: &Signed, at: &str) -> Result<Choices, Fault> {
    let (own, actor) = (owner(who), who.actor.clone());
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
        let usable =
            |a: &ledger::Account| a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == Currency::CNY;
        let open = ledger::of_owner(tx, owner)?.into_iter().filter(usable);
        let accounts = open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()?;
        let today = tx.business_date()?;
        let fits = |s: &OnSale| s.product.kind != Kind::Demand && s.product.chart(owner).is_some();
        let shelf = deposits::shelf(tx)?.on_sale(today).into_iter().filter(fits).collect();
        Ok(Choices { accounts, shelf })
    });
    Ok(found.await?)
}

impl Choices {
    fn sold(&self, given: &OpenForm) -> Option<&OnSale> {
        let (code, term) = given.product();
        self.shelf.iter().find(|s| s.product.code == code && s.rates.iter().any(|(t, _)| t == term))
    }
    fn has_term(&self, given: &OpenForm) -> bool {
        self.sold(given).is_none_or(|s| s.product.kind.has_term())
    }
    fn from(&self, given: &OpenForm) -> Option<&View> {
        match (given.from.as_str(), self.accounts.as_slice()) {
            ("", [only]) => Some(only),
            (id, all) => all.iter().find(|v| v.account.id.to_string() == id),
        }
    }
    fn plan(&self, given: &OpenForm, single: bool) -> Vec<&'static [&'static str]> {
        let all: [(bool, &'static [&'static str]); 4] = [
            (true, &["what"]),
            (true, &["amount"]),
            (self.accounts.len() > 1, &["from"]),
            (!single || self.has_term(given), &["rollover"]),
        ];
        all.into_iter().filter(|(asked, _)| *asked).map(|(_, fields)| fields).collect()
    }
}

fn read(who: &Signed, all: &Choices, f: &OpenForm, errors: &mut FieldErrors) -> Option<Open> {
    if all.sold(f).is_none() {
        errors.add("what", who.t("deposit-what-missing"));
    }
    let amount = given::amount(who, errors, "amount", &f.amount);
    let from = all.from(f);
    if from.is_none() {
        errors.add("from", who.t("pay-from-missing"));
    }
    let rollover = match f.rollover.as_str() {
        _ if !all.has_term(f) => Some(Rollover::None),
        "" if !who.view.mode.is_one_at_a_time() => Some(Rollover::None),
        code => Rollover::parse(code),
    };
    if rollover.is_none() {
        errors.add("rollover", who.t("choice-missing"));
    }
    let (code, term) = f.product();
    Some(Open {
        linked: from?.account.id,
        product: code.into(),
        term: term.into(),
        amount: amount?,
        rollover: rollover?,
    })
    .filter(|_| errors.is_empty())
}

/// `?at=` an account of the customer, for staff.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewAsk {
    at: Option<String>,
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<NewAsk>) -> Result<Shown, Fault> {
    let given = OpenForm { at: ask.at.unwrap_or_default(), ..OpenForm::default() };
    let all = choices(&web, &who, &given.at).await?;
    let plan = all.plan(&given, who.view.mode.is_one_at_a_time());
    Ok(form_page(&who, &all, &given, Turn::first(&who.view, &plan), &plan, &FieldErrors::new()))
}

fn form_page(
    who: &Signed,
    all: &Choices,
    given: &OpenForm,
    turn: Turn<'_>,
    plan: &[&'static [&'static str]],
    errors: &FieldErrors,
) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let questions = plan.iter().map(|group| question(who, all, given, group[0], errors)).collect();
    let main = html! {
        (error_summary(w, errors))
        @if all.accounts.is_empty() { (notice(Tone::Warn, &who.t("pay-no-account"), html! { p { (who.t("pay-no-account-next")) } })) }
        @else { (turn.form(&who.view, "/deposits/new", &given.answers(), questions, &who.t("go-check"))) }
    };
    let shown = Sheet::new(who.t("deposit-open")).lead(who.t("deposit-open-lead")).wrong(!errors.is_empty());
    page(who, under(who, shown), main)
}

fn question(who: &Signed, all: &Choices, given: &OpenForm, first: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    match first {
        "what" => {
            let mut offered = Vec::new();
            for s in &all.shelf {
                for (term, rate) in &s.rates {
                    let least = w.money(s.product.money(s.product.terms.0.minimum));
                    let hint = [("rate", rate.to_string().into()), ("least", least.into())];
                    let value = format!("{}|{term}", s.product.code);
                    let choice = Choice::new(value, called(w, &s.product, term));
                    offered.push(choice.hint(w.t_with("deposit-offer", &hint)));
                }
            }
            radios(w, &Field::new("what", who.t("deposit-what")).value(given.what.as_str()).errors(errors), &offered)
        }
        "amount" => money(
            w,
            &Field::new("amount", who.t("deposit-how-much"))
                .hint(who.t("amount-hint"))
                .value(given.amount.as_str())
                .errors(errors),
            Currency::CNY,
        ),
        "from" => {
            let choice = |v: &View| {
                Choice::new(v.account.id.to_string(), mask_card(&v.account.number)).hint(w.money(v.available()))
            };
            let offered: Vec<Choice<'_>> = all.accounts.iter().map(choice).collect();
            radios(w, &Field::new("from", who.t("pay-from")).value(given.from.as_str()).errors(errors), &offered)
        }
        _ => {
            let single = who.view.mode.is_one_at_a_time();
            let now = if given.rollover.is_empty() && !single { Rollover::None.code() } else { &given.rollover };
            rollovers(who, now, errors)
        }
    }
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(f): Checked<OpenForm>) -> Result<Response, Fault> {
    let all = choices(&web, &who, &f.at).await?;
    let plan = all.plan(&f, who.view.mode.is_one_at_a_time());
    let mut errors = FieldErrors::new();
    let ask = read(&who, &all, &f, &mut errors);
    let turn = Turn::of(&who.view, &plan, &f.step, &errors);
    let (Some(ask), true) = (ask, turn.is_done()) else {
        let shown = form_page(&who, &all, &f, turn, &plan, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let done = match f.step == "send" {
        true => send(&web, &who, ask.clone(), &f.once).await.map(|to| see_other(&to)),
        false => offered(&web, &who, &ask).await.map(|o| check_page(&who, &all, &f, &o).into_response()),
    };
    match done {
        Err(why) if matches!(why.kind(), Fails::Refused | Fails::Invalid | Fails::Limit) => {
            let errors = super::opening::beside("amount", &who, &why);
            let turn = Turn::of(&who.view, &plan, "check", &errors);
            Ok(refused(form_page(&who, &all, &f, turn, &plan, &errors)))
        }
        other => Ok(other?),
    }
}

/// What would be agreed on; less on the account than that is said before anything is sent.
async fn offered(web: &Web, who: &Signed, ask: &Open) -> kernel::Result<Offer> {
    let (actor, ask) = (who.actor.clone(), ask.clone());
    let offer = web.read(move |tx| deposits::offer(tx, &actor, &ask)).await?;
    match offer.available.minor < offer.amount.minor {
        true => Err(Error::field(
            "amount",
            who.words().t_with("deposit-short", &[("available", who.words().money(offer.available).into())]),
        )),
        false => Ok(offer),
    }
}

async fn send(web: &Web, who: &Signed, ask: Open, once: &str) -> kernel::Result<String> {
    let asked = Asked::new(&who.actor, once, "deposits.open.page", &ask)?;
    let (desk, actor) = (web.desk().clone(), who.actor.clone());
    let account = web
        .write_once(&asked, move |tx| app::counter::open_deposit(&desk, tx, &actor, &ask).map(|d| d.account))
        .await?;
    Ok(format!("/deposits/{account}/steps/1"))
}

fn check_page(who: &Signed, all: &Choices, f: &OpenForm, offer: &Offer) -> Shown {
    let w = who.words();
    let single = who.view.mode.is_one_at_a_time();
    let plan = all.plan(f, single);
    let change = |row: Row<'static>, field: &str| match plan.iter().position(|group| group.contains(&field)) {
        Some(n) if single => row.change_by("step", format!("to{n}")),
        Some(_) => row.change_by("step", "change"),
        None => row,
    };
    let t = |key: &str| who.t(key);
    let (_, term) = f.product();
    let mut rows = vec![
        change(Row::new(t("deposit-product"), html! { (called(w, &offer.product, term)) }), "what"),
        change(Row::new(t("amount"), html! { strong { (amount(w, offer.amount)) } }), "amount"),
        Row::new(t("deposit-rate"), html! { (offer.rate.to_string()) }),
    ];
    if let (Some(last), Some(interest)) = (offer.matures, offer.interest) {
        rows.push(Row::new(t("deposit-term"), html! { (term_said(w, term)) }));
        rows.push(Row::new(t("deposit-matures"), day(w, last)));
        rows.push(Row::new(t("deposit-interest-then"), html! { strong { (amount(w, interest)) } }));
        let then = if f.rollover.is_empty() { Rollover::None.code() } else { f.rollover.as_str() };
        let then = html! { (say::told(w, "deposit-rollover", then)) };
        rows.push(change(Row::new(t("deposit-then"), then), "rollover"));
    }
    if let Some(from) = all.from(f) {
        let from = html! { span.masked-text { (mask_card(&from.account.number)) } };
        rows.push(change(Row::new(t("pay-from"), from), "from"));
    }
    let broken = w.t_with("deposit-broken-hint", &[("rate", offer.rate_if_broken.to_string().into())]);
    let groups = [("".into(), rows)];
    let answers = Answers {
        groups: &groups,
        after: broken.into(),
        action: "/deposits/new",
        fields: html! {
            (once_field())
            @for (name, value) in f.answers() { input type="hidden" name=(name) value=(value); }
        },
        send: (Button::Primary, t("deposit-open-do"), Some(("step", "send"))),
        leave: (t("back-without"), if who.is_staff() { "/customers" } else { "/deposits" }),
    };
    let shown = Sheet::new(who.t("deposit-check")).lead(who.t("deposit-check-lead"));
    page(who, under(who, shown), check_answers(&who.view, answers))
}

/// Whose accounts a member of staff may open a deposit from on the page of this account.
pub fn offers(who: &Signed, v: &View) -> Markup {
    let a = &v.account;
    let fits = a.purpose == Purpose::General && a.closed_at.is_none() && a.owner != Owner::Bank;
    html! {
        @if fits && who.is_staff() && super::deposits::moves(who) {
            (actions(link_button(Button::Secondary, &who.t("deposit-open"), &format!("/deposits/new?at={}", a.id))))
            @if who.holds(party::Permission::AccountOpen) { (form(&who.view, &format!("/accounts/{}/interest-settlement", a.id), actions(button(Button::Secondary, &who.t("interest-settle"), None)))) }
        }
    }
}
