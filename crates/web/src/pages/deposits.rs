//! Deposits as their owner sees them: what he has, what each will bring and when, what happened to it, and what is to happen on
//! its last day. Staff see one of a customer's the same way, and the look is audited.
use super::pay::owner;
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use axum::response::Response;
use deposits::{Deposit, DepositEvent, EventKind, Kind, Notice, NoticeState, OnSale, Product, Rollover, Shelf};
use kernel::chinese::mask_card;
use kernel::id::AccountId;
use kernel::{Currency, Date, Error, Money};
use ledger::View;
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use store::{Audit, Tx};

/// A product's name in the reader's language.
pub fn product_name(w: Words, p: &Product) -> &str {
    if w.lang == Lang::Zh { &p.name_zh } else { &p.name_en }
}

/// `3m` and `1y` as people say them.
pub fn term_said(w: Words, term: &str) -> String {
    match deposits::months(term) {
        Some(n) if n > 0 && n % 12 == 0 => w.t_with("deposit-years", &[("n", i64::from(n / 12).into())]),
        Some(n) if n > 0 => w.t_with("deposit-months", &[("n", i64::from(n).into())]),
        _ => w.t("deposit-no-term").into_owned(),
    }
}

/// What a contract is called: its product and its term.
pub fn called(w: Words, product: &Product, term: &str) -> String {
    let name = product_name(w, product);
    if term.is_empty() { name.to_owned() } else { format!("{name} · {}", term_said(w, term)) }
}

fn version<'s>(shelf: &'s Shelf, d: &Deposit) -> kernel::Result<&'s Product> {
    let found = shelf.products().iter().find(|p| p.code == d.product && p.version == d.version);
    found.ok_or_else(|| Error::broken(format!("version {} of {} is not there", d.version, d.product)))
}

fn state(who: &Signed, d: &Deposit) -> Markup {
    let tone = match d.state {
        deposits::State::Open => Tone::Good,
        deposits::State::Overdue => Tone::Warn,
        deposits::State::Closed => Tone::Quiet,
    };
    status(tone, &say::told(who.words(), "deposit-state", d.state.code()), "", "")
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (own, actor) = (owner(&who), who.actor.clone());
    let (all, shelf, sold, today) = web
        .read(move |tx| {
            let own = own.ok_or_else(|| Error::forbidden("only customers have deposits of their own"))?;
            let (shelf, today) = (deposits::shelf(tx)?, tx.business_date()?);
            let sold = shelf.on_sale(today).into_iter().filter(|s| s.product.chart(own).is_some()).collect::<Vec<_>>();
            Ok((deposits::deposits_of(tx, &actor, own)?, shelf, sold, today))
        })
        .await?;
    let w = who.words();
    let (open, over): (Vec<&Deposit>, Vec<&Deposit>) = all.iter().partition(|d| d.state != deposits::State::Closed);
    let yuan = open.iter().filter(|d| d.currency == Currency::CNY);
    let sum = Money::sum(Currency::CNY, yuan.map(|d| d.money(d.principal)))?;
    let main = html! {
        @if !open.is_empty() { (balance(w, &who.t("deposits-sum"), sum)) }
        (cards(&who, &shelf, &open, today)?)
        @if who.holds(P::PaymentSubmit) { (actions(link_button(Button::Primary, &who.t("deposit-open"), "/deposits/new"))) }
        h2 { (who.t("deposit-rates")) }
        (on_sale(&who, &sold))
        @if !over.is_empty() { (details(&who.t("deposits-closed"), closed(&who, &shelf, &over)?)) }
    };
    let shown = Sheet::new(who.t("deposits")).lead(who.t("deposits-lead")).crumb(who.t("accounts"), "/accounts");
    Ok(page(&who, shown, main))
}

fn cards(who: &Signed, shelf: &Shelf, open: &[&Deposit], today: Date) -> kernel::Result<Markup> {
    let w = who.words();
    let mut items = Vec::new();
    for d in open {
        let product = version(shelf, d)?;
        items.push(html! {
            li { a.card href={ "/deposits/" (d.account) } {
                span.card-title { (called(w, product, &d.term)) }
                span.card-label { (w.t_with("deposit-rate-of", &[("rate", d.rate.to_string().into())])) }
                span.card-amount { (amount(w, d.money(d.principal))) }
                @if let Some(last) = d.matures { span.hint { (until(w, last, today)) } }
                @if d.state == deposits::State::Overdue { (state(who, d)) }
            } }
        });
    }
    Ok(html! {
        @if items.is_empty() { (empty(&who.t("deposits-mine"), &who.t("deposits-none"), html! {})) }
        @else { ul.cards { @for item in items { (item) } } }
    })
}

fn until(w: Words, last: Date, today: Date) -> String {
    let days = (last.days() - today.days()).max(0);
    w.t_with("deposit-until", &[("day", w.date(last).into()), ("n", days.into())])
}

/// What is sold today; a product's rates stand in one line.
fn on_sale(who: &Signed, all: &[OnSale]) -> Markup {
    let w = who.words();
    let row = |s: &OnSale| {
        let p = &s.product;
        let rates = s.rates.iter().map(|(term, rate)| match term.as_str() {
            "" => rate.to_string(),
            term => format!("{} {rate}", term_said(w, term)),
        });
        [
            html! { (product_name(w, p)) },
            html! { div { @for rate in rates { span.whole { (rate) } br; } } },
            html! { @if p.terms.0.minimum > 0 { (amount(w, p.money(p.terms.0.minimum))) } },
        ]
    };
    Table::new(who.t("deposit-rates"))
        .text(who.t("deposit-product"))
        .text(who.t("deposit-rate"))
        .figures(who.t("deposit-minimum"))
        .rows(all.iter().map(row))
        .caption_hidden()
        .show(w)
}

fn closed(who: &Signed, shelf: &Shelf, over: &[&Deposit]) -> kernel::Result<Markup> {
    let w = who.words();
    let mut table = Table::new(who.t("deposits-closed"))
        .text(who.t("deposit-product"))
        .figures(who.t("deposit-principal"))
        .figures(who.t("deposit-paid"));
    for d in over {
        table = table.row([
            html! { a href={ "/deposits/" (d.account) } { (called(w, version(shelf, d)?, &d.term)) } },
            amount(w, d.money(d.opened_principal)),
            amount(w, d.money(d.paid)),
        ]);
    }
    Ok(table.caption_hidden().show(w))
}

/// A contract with all that is told of it.
pub struct Seen {
    pub deposit: Deposit,
    pub product: Product,
    pub linked: View,
    pub today: Date,
    history: Vec<DepositEvent>,
    notices: Vec<Notice>,
}

fn look(tx: &mut Tx<'_>, who: &Signed, id: AccountId) -> kernel::Result<Seen> {
    let deposit = deposits::deposit(tx, &who.actor, id)?;
    let product = version(&deposits::shelf(tx)?, &deposit)?.clone();
    let linked = ledger::view(tx, deposit.linked)?;
    let history = deposits::history(tx, &who.actor, id)?;
    let notices = deposits::notices(tx, &who.actor, id)?;
    if who.is_staff() {
        tx.audit(&who.actor, Audit::of("deposit.look", id))?;
    }
    Ok(Seen { deposit, product, linked, today: tx.business_date()?, history, notices })
}

/// Loads it; a look by staff writes into the audit.
pub async fn load(web: &Web, who: &Signed, id: AccountId) -> Result<Seen, Fault> {
    let asker = who.clone();
    let seen = if who.is_staff() {
        web.write(move |tx| look(tx, &asker, id)).await
    } else {
        web.read(move |tx| look(tx, &asker, id)).await
    };
    Ok(seen?)
}

/// A page about one contract, under it.
pub fn sheet<'a>(who: &'a Signed, seen: &Seen, title: impl Into<Text<'a>>) -> Sheet<'a> {
    let shown = under(who, Sheet::new(title));
    shown.crumb(called(who.words(), &seen.product, &seen.deposit.term), format!("/deposits/{}", seen.deposit.account))
}

/// A page under the list, or for staff under the customers.
pub fn under<'a>(who: &'a Signed, shown: Sheet<'a>) -> Sheet<'a> {
    match who.is_staff() {
        true => shown.crumb(who.t("customers"), "/customers"),
        false => shown.crumb(who.t("deposits"), "/deposits"),
    }
}

/// Whether the reader may move money of customers at all; whose, the domain says.
pub fn moves(who: &Signed) -> bool {
    who.holds(if who.is_staff() { P::PaymentSubmitAny } else { P::PaymentSubmit })
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let (w, d) = (who.words(), &seen.deposit);
    let main = html! {
        (balance(w, &who.t("deposit-principal"), d.money(d.principal)))
        @if d.state == deposits::State::Overdue { (notice(Tone::Warn, &who.t("deposit-overdue"), html! { p { (who.t("deposit-overdue-next")) } })) }
        (summary_list(w, &facts(&who, &seen)))
        @if moves(&who) && d.state != deposits::State::Closed { (does(&who, &seen)) }
        (standing(&who, &seen))
        (history(&who, &seen))
    };
    Ok(page(&who, under(&who, Sheet::new(called(w, &seen.product, &d.term))), main))
}

fn facts<'a>(who: &'a Signed, seen: &Seen) -> Vec<Row<'a>> {
    let (w, d) = (who.words(), &seen.deposit);
    let linked = html! { span.masked-text { (mask_card(&seen.linked.account.number)) } };
    let mut rows = vec![
        Row::new(who.t("deposit-state"), state(who, d)),
        Row::new(who.t("deposit-rate"), html! { (d.rate.to_string()) }),
        Row::new(who.t("deposit-began"), day(w, d.began)),
    ];
    if let Some(last) = d.matures {
        rows.push(Row::new(who.t("deposit-matures"), html! { (until(w, last, seen.today)) }));
        let then = Row::new(who.t("deposit-then"), html! { (say::told(w, "deposit-rollover", d.rollover.code())) });
        let open = d.state == deposits::State::Open && last > seen.today && moves(who);
        rows.push(if open { then.change(format!("/deposits/{}/rollover", d.account)) } else { then });
    }
    rows.push(Row::new(who.t("deposit-linked"), linked));
    if d.paid > 0 {
        rows.push(Row::new(who.t("deposit-paid"), amount(w, d.money(d.paid))));
    }
    rows
}

fn does(who: &Signed, seen: &Seen) -> Markup {
    let d = &seen.deposit;
    let early = d.matures.is_some_and(|last| last > seen.today);
    let at = |rest: &str| format!("/deposits/{}/{rest}", d.account);
    let draw = who.t(if early { "deposit-draw-early" } else { "deposit-draw" });
    actions(html! {
        @if seen.product.kind == Kind::Notice { (link_button(Button::Primary, &who.t("deposit-notice"), &at("notice"))) }
        (link_button(Button::Secondary, &draw, &at("draw")))
    })
}

/// Notices that stand.
fn standing(who: &Signed, seen: &Seen) -> Markup {
    let (w, d) = (who.words(), &seen.deposit);
    let row = |n: &Notice| {
        let back = format!("/deposits/{}/notices/{}/cancellation", d.account, n.number);
        [
            amount(w, d.money(n.amount)),
            day(w, n.given_on),
            day(w, n.due_on),
            html! { @if moves(who) { (form(&who.view, &back, button(Button::Secondary, &who.t("deposit-notice-back"), None))) } },
        ]
    };
    let open: Vec<_> = seen.notices.iter().filter(|n| n.state == NoticeState::Standing).collect();
    let table = Table::new(who.t("deposit-notices"))
        .figures(who.t("amount"))
        .text(who.t("deposit-notice-given"))
        .text(who.t("deposit-notice-due"))
        .actions(who.t("payee-do"))
        .rows(open.iter().map(|n| row(n)));
    html! { @if !open.is_empty() { (table.show(w)) } }
}

fn history(who: &Signed, seen: &Seen) -> Markup {
    let (w, d) = (who.words(), &seen.deposit);
    let row = |e: &DepositEvent| {
        [
            html! { a href={ "/deposits/" (d.account) "/steps/" (e.number) } { (say::told(w, "deposit-step", e.kind.code())) } },
            day(w, e.day),
            amount(w, d.money(e.amount)),
            html! { @if e.kind != EventKind::Opened { (amount(w, d.money(e.interest))) } },
        ]
    };
    Table::new(who.t("deposit-history"))
        .text(who.t("deposit-step"))
        .text(who.t("deposit-day"))
        .figures(who.t("deposit-principal"))
        .figures(who.t("deposit-interest"))
        .rows(seen.history.iter().rev().map(row))
        .show(w)
}

/// One step of a contract: what moved, and what it brought or cost.
pub async fn step(
    State(web): State<Web>,
    who: Signed,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Shown, Fault> {
    let id: AccountId = id.parse().map_err(|_| Error::not_found("deposit", &id))?;
    let seen = load(&web, &who, id).await?;
    let found = seen.history.iter().find(|e| e.number == number);
    let e = found.ok_or_else(|| Error::not_found("step of a deposit", number))?;
    let (w, d) = (who.words(), &seen.deposit);
    let mut rows = vec![
        Row::new(who.t("deposit-product"), html! { (called(w, &seen.product, &d.term)) }),
        Row::new(who.t("deposit-principal"), amount(w, d.money(e.amount))),
        Row::new(who.t("deposit-rate"), html! { (e.rate.to_string()) }),
        Row::new(who.t("deposit-day"), day(w, e.day)),
    ];
    if e.kind != EventKind::Opened {
        rows.push(Row::new(who.t("deposit-interest"), amount(w, d.money(e.interest))));
    }
    if e.tax > 0 {
        rows.push(Row::new(who.t("deposit-tax"), amount(w, d.money(e.tax))));
    }
    if e.lost > 0 {
        rows.push(Row::new(who.t("deposit-lost"), amount(w, d.money(e.lost))));
    }
    rows.push(Row::new(
        who.t("deposit-linked"),
        html! { span.masked-text { (mask_card(&seen.linked.account.number)) } },
    ));
    let next = actions(html! {
        (link_button(Button::Primary, &who.t("deposit-see"), &format!("/deposits/{id}")))
        (print_button(w))
    });
    let told = say::told(w, "deposit-done", e.kind.code());
    let main = html! { (result(Tone::Good, &told, None, html! { (summary_list(w, &rows)) (next) })) };
    Ok(page(&who, sheet(&who, &seen, told.clone()).bare(), main))
}

/// What is to happen on the last day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RolloverForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    rollover: String,
}

/// What may happen on a last day, to choose from.
pub fn rollovers(who: &Signed, now: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choices: Vec<Choice<'_>> = Rollover::ALL
        .iter()
        .map(|r| {
            let hint = say::key("deposit-rollover", &format!("{}-hint", r.code()));
            Choice::new(r.code(), say::told(w, "deposit-rollover", r.code())).hint(who.t(&hint))
        })
        .collect();
    radios(w, &Field::new("rollover", who.t("deposit-then")).value(now.to_owned()).errors(errors), &choices)
}

pub async fn rollover(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let here = format!("/deposits/{id}");
    let main = form(
        &who.view,
        &format!("{here}/rollover"),
        html! {
            (rollovers(&who, seen.deposit.rollover.code(), &FieldErrors::new()))
            (actions(html! {
                (button(Button::Primary, &who.t("deposit-rollover-set"), None))
                (link_button(Button::Secondary, &who.t("back-without"), &here))
            }))
        },
    );
    Ok(page(&who, sheet(&who, &seen, who.t("deposit-then")), main))
}

pub async fn rollover_set(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(given): Checked<RolloverForm>,
) -> Result<Response, Fault> {
    let to = Rollover::parse(&given.rollover).ok_or_else(|| Error::field("rollover", "one of those offered"))?;
    let actor = who.actor.clone();
    web.write(move |tx| app::counter::rollover_set(tx, &actor, id, to)).await?;
    Ok(see_other(&format!("/deposits/{id}")))
}
