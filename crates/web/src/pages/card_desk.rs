//! Cards at the counter: a card by its number, the cards of a customer, the blank cards of a branch, how a dispute ends, another
//! limit. What needs a second person leads to its approval.
use super::asking::{Asking, told};
use super::card_bill::merchant;
use super::cards::{Brief, of_customer};
use super::till_day::branch_of;
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use cards::credit::Decided;
use cards::{CreditLine, Stock};
use kernel::id::{AccountId, BranchId, PersonId};
use kernel::{Currency, Error, Money, Result};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use store::Audit;

/// Characters of a reason at most.
const REASON_CHARS_MAX: u32 = 200;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FindForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    number: String,
}

pub async fn search(who: Signed) -> Shown {
    search_page(&who, "", &FieldErrors::new())
}

fn search_page(who: &Signed, number: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = Field::new("number", who.t("card-number")).hint(who.t("card-search-hint")).value(number.to_owned());
    let fields = html! {
        (crate::look::number(w, &field.errors(errors).width(Width::Twenty).autocomplete("off")))
        (actions(button(Button::Primary, &who.t("find"), None)))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/card-search", fields)) };
    let sheet =
        Sheet::new(who.t("card-search")).lead(who.t("card-search-lead")).crumb(who.t("customers"), "/customers");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

pub async fn find(State(web): State<Web>, who: Signed, Checked(f): Checked<FindForm>) -> Result<Response, Fault> {
    let (actor, number) = (who.actor.clone(), given::number(&f.number));
    let found = web.read(move |tx| cards::card_by_number(tx, &actor, &number)).await?;
    Ok(match found {
        Some(card) => see_other(&format!("/cards/{}", card.id)),
        None => {
            let mut errors = FieldErrors::new();
            errors.add("number", who.t("card-search-none"));
            refused(search_page(&who, &f.number, &errors))
        }
    })
}

pub async fn of_one(State(web): State<Web>, who: Signed, At(owner): At<PersonId>) -> Result<Shown, Fault> {
    let asker = who.clone();
    let seen = web.write(move |tx| {
        let all = cards::cards_of(tx, &asker.actor, owner)?;
        tx.audit(&asker.actor, Audit::of("card.look_all", owner))?;
        let all = all.into_iter().map(|c| Brief::of(tx, &asker, c)).collect::<Result<Vec<_>>>()?;
        Ok((party::who_name(tx, &owner.to_string())?, std::sync::Arc::new(all)))
    });
    let (name, all) = seen.await?;
    let w = who.words();
    let row = |b: &Brief| {
        let bill = b.card.account.filter(|_| b.card.kind == cards::Kind::Credit);
        [
            html! { a href={ "/cards/" (b.card.id) } { (super::cards::name(w, &b.card)) } },
            b.state(w),
            html! { @if let Some(last) = b.card.expires { (day(w, last)) } },
            html! { @if let Some(line) = bill { a href={ "/credit-lines/" (line) } { (who.t("bill")) } } },
        ]
    };
    let table = Table::new(who.t("cards"))
        .text(who.t("card"))
        .text(who.t("card-state"))
        .text(who.t("card-expires"))
        .text(who.t("bill"))
        .rows(all.iter().map(row))
        .when_empty(who.t("cards-none"))
        .caption_hidden();
    let main = html! {
        @if who.holds(P::AccountOpen) { (actions(link_button(Button::Primary, &who.t("card-apply-counter"), &format!("{}/new", of_customer(owner))))) }
        (table.show(w))
    };
    let sheet = Sheet::new(who.t("cards")).crumb(who.t("customers"), "/customers");
    Ok(page(&who, sheet.crumb(name, format!("/customers/{owner}")), main))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StockForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    count: String,
    reason: String,
}

pub async fn stock(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    Ok(stock_page(&web, &who, &StockForm::default(), &FieldErrors::new()).await?)
}

async fn stock_page(web: &Web, who: &Signed, f: &StockForm, errors: &FieldErrors) -> Result<Shown> {
    let (actor, place) = (who.actor.clone(), branch_of(who)?);
    let found = web.read(move |tx| {
        let s = cards::stock(tx, &actor, place)?;
        let by = s.coming_by.clone().map_or(Ok(String::new()), |by| party::who_name(tx, &by))?;
        Ok((s, by, party::branch(tx, place)?))
    });
    let (s, by, branch) = found.await?;
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("stock-blank"), html! { strong { (s.blank) } }),
        Row::new(who.t("stock-received"), html! { (s.received) }),
        Row::new(who.t("stock-used"), html! { (s.used) }),
        Row::new(who.t("stock-spoilt"), html! { (s.spoilt) }),
    ];
    if let Some(at) = s.coming_at {
        rows.push(Row::new(who.t("stock-coming"), html! { (s.coming) " · " (say::by(w, &by, at)) }));
    }
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if who.holds(P::VaultKeep) { (stock_forms(who, &s, f, errors)) }
    };
    let sheet = Sheet::new(who.t("stock")).lead(super::cards::branch_shown(w, &branch));
    Ok(page(who, sheet.wrong(!errors.is_empty()), main))
}

/// The count that is asked for now, and a spoilt card.
fn stock_forms(who: &Signed, s: &Stock, f: &StockForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let second = s.coming > 0;
    let (action, key) = if second {
        ("/blank-cards/confirmation", "stock-confirm")
    } else {
        ("/blank-cards/receiving", "stock-receive")
    };
    let count =
        Field::new("count", who.t(if second { "stock-count-again" } else { "stock-count" })).value(f.count.clone());
    let reason = Field::new("reason", who.t("stock-spoil-why")).value(f.reason.clone()).errors(errors);
    html! {
        h2 { (who.t(key)) }
        (form(&who.view, action, html! {
            (number(w, &count.errors(errors).width(Width::Six).autocomplete("off")))
            (actions(button(Button::Primary, &who.t(key), None)))
        }))
        @if s.blank > 0 {
            h2 { (who.t("stock-spoil")) }
            (form(&who.view, "/blank-cards/spoiling", html! {
                (multiline(w, &reason, 2, REASON_CHARS_MAX))
                (actions(button(Button::Secondary, &who.t("stock-spoil"), None)))
            }))
        }
    }
}

/// What is done to the stock of a branch.
type Move = fn(&mut store::Tx<'_>, &kernel::Actor, BranchId, &StockMove) -> Result<Stock>;

#[derive(Clone)]
struct StockMove {
    count: i64,
    reason: String,
}

async fn moved(web: Web, who: Signed, f: StockForm, field: &'static str, step: Move) -> Result<Response, Fault> {
    let (actor, place) = (who.actor.clone(), branch_of(&who)?);
    let count = f.count.trim().parse().unwrap_or_default();
    let mut errors = FieldErrors::new();
    match field {
        "count" if count < 1 => errors.add("count", who.t("stock-count-missing")),
        "reason" if f.reason.trim().is_empty() => errors.add("reason", who.t("reason-missing")),
        _ => {}
    }
    if errors.is_empty() {
        let given = StockMove { count, reason: f.reason.clone() };
        match web.write(move |tx| step(tx, &actor, place, &given).map(|_| ())).await {
            Ok(()) => return Ok(see_other("/blank-cards")),
            // A second person who is the first is told at the field as well.
            Err(why) if why.is(&cards::SAME_PERSON) => errors = super::opening::beside(field, &who, &why),
            Err(why) => errors = told(&who, &[], field, why)?,
        }
    }
    Ok(refused(stock_page(&web, &who, &f, &errors).await?))
}

pub async fn receive(State(web): State<Web>, who: Signed, Checked(f): Checked<StockForm>) -> Result<Response, Fault> {
    moved(web, who, f, "count", |tx, actor, place, m| cards::stock_receive(tx, actor, place, m.count)).await
}

pub async fn confirm(State(web): State<Web>, who: Signed, Checked(f): Checked<StockForm>) -> Result<Response, Fault> {
    moved(web, who, f, "count", |tx, actor, place, m| cards::stock_confirm(tx, actor, place, m.count)).await
}

pub async fn spoil(State(web): State<Web>, who: Signed, Checked(f): Checked<StockForm>) -> Result<Response, Fault> {
    moved(web, who, f, "reason", |tx, actor, place, m| cards::stock_spoil(tx, actor, place, &m.reason)).await
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ItemAsk {
    #[serde(default)]
    item: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    item: i64,
    how: String,
    limit: String,
    reason: String,
}

async fn line(web: &Web, who: &Signed, id: AccountId) -> Result<CreditLine, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| cards::line(tx, &actor, id)).await?)
}

pub async fn deciding(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Query(ask): Query<ItemAsk>,
) -> Result<Shown, Fault> {
    let given = LineForm { item: ask.item, ..LineForm::default() };
    decide_page(&web, &who, id, &given, &FieldErrors::new()).await
}

async fn decide_page(
    web: &Web,
    who: &Signed,
    id: AccountId,
    f: &LineForm,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let (actor, number) = (who.actor.clone(), f.item);
    let found = web.read(move |tx| {
        let all = cards::disputes(tx, &actor, id)?;
        all.into_iter().find(|d| d.item == number).ok_or_else(|| Error::not_found("dispute", number))
    });
    let d = found.await?;
    let w = who.words();
    let ends: Vec<Choice<'_>> =
        Decided::ALL.iter().map(|how| Choice::new(how.code(), say::told(w, "dispute-decided", how.code()))).collect();
    let rows = [
        Row::new(who.t("card-merchant"), html! { (merchant(w, &d.merchant)) }),
        Row::new(who.t("amount"), html! { strong { (say::yuan(w, d.amount)) } }),
        Row::new(who.t("card-why"), html! { (say::told_or(w, "dispute-why", &d.reason)) }),
    ];
    let here = format!("/credit-lines/{id}");
    let fields = html! {
        (summary_list(w, &rows))
        input type="hidden" name="item" value=(d.item);
        (radios(w, &Field::new("how", who.t("dispute-how")).value(f.how.clone()).errors(errors), &ends))
        (multiline(w, &Field::new("reason", who.t("card-why")).value(f.reason.clone()).errors(errors), 2, REASON_CHARS_MAX))
    };
    let asking = Asking {
        title: &who.t("dispute-decide"),
        lead: &who.t("dispute-decide-lead"),
        crumbs: vec![(who.t("bill").into_owned(), here.clone())],
        action: &format!("{here}/dispute-decision"),
        back: &here,
        button: &who.t("ask-second"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn decide(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<LineForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let how = Decided::parse(&f.how);
    if how.is_none() {
        errors.add("how", who.t("choice-missing"));
    }
    let reason = given::text(&who, &mut errors, "reason", &f.reason, "reason-missing").to_owned();
    let Some(how) = how.filter(|_| errors.is_empty()) else {
        return Ok(refused(decide_page(&web, &who, id, &f, &errors).await?));
    };
    let (actor, number) = (who.actor.clone(), f.item);
    match web.write(move |tx| cards::decide_ask(tx, &actor, id, number, how, &reason)).await {
        Ok(approval) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(why) => {
            let errors = told(&who, &[], "how", why)?;
            Ok(refused(decide_page(&web, &who, id, &f, &errors).await?))
        }
    }
}

pub async fn limit(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let l = line(&web, &who, id).await?;
    Ok(limit_page(&who, &l, &LineForm::default(), &FieldErrors::new()))
}

fn limit_page(who: &Signed, l: &CreditLine, f: &LineForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let here = format!("/credit-lines/{}", l.account);
    let field = Field::new("limit", who.t("limit-new")).hint(who.t("limit-new-hint")).value(f.limit.clone());
    let fields = html! {
        (summary_list(w, &[Row::new(who.t("limit-now"), say::yuan(w, l.limit_minor)), Row::new(who.t("bill-debt"), say::yuan(w, l.bill.0.debt()))]))
        (money(w, &field.errors(errors).width(Width::Twelve), Currency::CNY))
        (multiline(w, &Field::new("reason", who.t("card-why")).value(f.reason.clone()).errors(errors), 2, REASON_CHARS_MAX))
    };
    let asking = Asking {
        title: &who.t("bill-limit-change"),
        lead: &who.t("limit-new-lead"),
        crumbs: vec![(who.t("bill").into_owned(), here.clone())],
        action: &format!("{here}/limit"),
        back: &here,
        button: &who.t("ask-second"),
    };
    asking.show(who, fields, errors)
}

pub async fn limit_ask(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<LineForm>,
) -> Result<Response, Fault> {
    let l = line(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let to: Option<Money> = given::amount(&who, &mut errors, "limit", &f.limit);
    let reason = given::text(&who, &mut errors, "reason", &f.reason, "reason-missing").to_owned();
    let Some(to) = to.filter(|_| errors.is_empty()) else { return Ok(refused(limit_page(&who, &l, &f, &errors))) };
    let actor = who.actor.clone();
    match web.write(move |tx| cards::limit_ask(tx, &actor, id, to, &reason)).await {
        Ok(approval) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(why) => {
            let errors = told(&who, &[], "limit", why)?;
            Ok(refused(limit_page(&who, &l, &f, &errors)))
        }
    }
}
