//! The bill of a credit card: until when, how much in full and how much at least, first and largest; then what was bought, what is
//! disputed and how far that is, what each month cost, and the statements.
use super::cards::{by_whom, of_customer};
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::State;
use cards::credit::{Bill, Item, ItemKind, Statement};
use cards::{Card, CardStatement, CreditLine, Dispute};
use kernel::id::AccountId;
use kernel::{Date, Error, Money, Result};
use maud::{Markup, html};
use party::Permission as P;
use store::{Audit, Tx};

/// Statements on the page; the newest.
const STATEMENTS_SHOWN: usize = 12;

/// All that the page of a bill shows.
struct Seen {
    line: CreditLine,
    card: Card,
    holder: String,
    free: Money,
    statements: Vec<CardStatement>,
    spent: Vec<(Date, Money)>,
    /// With the names of who raised and who decided it.
    disputes: Vec<(Dispute, String, String)>,
    today: Date,
}

/// The card that leads to a line.
pub(super) fn card_of(tx: &mut Tx<'_>, who: &Signed, line: &CreditLine) -> Result<Card> {
    let all = cards::cards_of(tx, &who.actor, line.owner)?;
    all.into_iter().find(|c| c.account == Some(line.account)).ok_or_else(|| Error::not_found("card", line.account))
}

fn look(tx: &mut Tx<'_>, who: &Signed, id: AccountId) -> Result<Seen> {
    let line = cards::line(tx, &who.actor, id)?;
    let mut told = Vec::new();
    for d in cards::disputes(tx, &who.actor, id)? {
        let raised = by_whom(tx, who, line.owner, &d.raised_by)?;
        let by = d.decided_by.as_ref().or(d.proposed_by.as_ref());
        let decided = by.map_or(Ok(String::new()), |by| by_whom(tx, who, line.owner, by))?;
        told.push((d, raised, decided));
    }
    if who.is_staff() {
        tx.audit(&who.actor, Audit::of("card.bill_look", id))?;
    }
    let view = ledger::view(tx, id)?;
    Ok(Seen {
        card: card_of(tx, who, &line)?,
        holder: party::who_name(tx, &line.owner.to_string())?,
        free: view.available(),
        statements: cards::statements(tx, &who.actor, id)?,
        spent: cards::spending(tx, &who.actor, id)?,
        disputes: told,
        today: tx.business_date()?,
        line,
    })
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let asker = who.clone();
    let seen = match who.is_staff() {
        true => web.write(move |tx| look(tx, &asker, id)).await?,
        false => web.read(move |tx| look(tx, &asker, id)).await?,
    };
    let single = who.view.mode.is_one_at_a_time();
    let rest = html! {
        (room(&who, &seen))
        (bought(&who, &seen))
        (disputed(&who, &seen))
        (spent(&who, &seen))
        (stated(&who, &seen))
    };
    let main = html! {
        (asked(&who, &seen))
        (own_money(&who, &seen))
        @if single { (details(&who.t("bill-more"), rest)) } @else { (rest) }
    };
    let name = super::cards::name(who.words(), &seen.card);
    let sheet = Sheet::new(who.t("bill"));
    let sheet = match who.is_staff() {
        true => sheet.crumb(who.t("customers"), "/customers").crumb(seen.holder.clone(), of_customer(seen.line.owner)),
        false => sheet.crumb(who.t("cards"), "/cards"),
    };
    Ok(page(&who, sheet.crumb(name, format!("/cards/{}", seen.card.id)), main))
}

/// The statement that is still to be paid, if there is one.
fn open_statement(b: &Bill) -> Option<&Statement> {
    b.last.as_ref().filter(|_| b.asked() > 0)
}

/// Until when, how much in full, how much at least; or that nothing is asked for.
fn asked(who: &Signed, seen: &Seen) -> Markup {
    let (w, b) = (who.words(), &seen.line.bill.0);
    let yuan = Money::cny;
    let repay = format!("/credit-lines/{}/repayment", seen.line.account);
    let cash = format!("/till/cash-in?account={}", seen.line.account);
    html! {
        @match open_statement(b) {
            Some(s) if s.in_full.is_none() => {
                (notice(Tone::Warn, &w.t_with("bill-pay-by", &[("day", w.date(s.due).into())]), html! {
                    p { (w.t_with("bill-pay-how", &[("full", w.money(yuan(b.asked())).into()), ("least", w.money(yuan(b.minimum_left())).into())])) }
                }))
                (balance(w, &who.t("bill-full"), yuan(b.asked())))
            },
            Some(s) => {
                (notice(Tone::Danger, &w.t_with("bill-was-due", &[("day", w.date(s.due).into())]), html! {
                    p { (w.t_with("bill-was-due-next", &[("least", w.money(yuan(b.minimum_left())).into())])) }
                }))
                (balance(w, &who.t("bill-full"), yuan(b.asked())))
            },
            None => {
                (notice(Tone::Good, &who.t("bill-nothing"), html! { p { (next_statement(w, b, seen.today)) } }))
                (balance(w, &who.t("bill-debt"), yuan(b.debt())))
            },
        }
        @if b.debt() > 0 && seen.line.closed_at.is_none() {
            (actions(html! {
                @if !who.is_staff() { (link_button(Button::Primary, &who.t("bill-repay"), &repay)) }
                @if who.is_staff() && who.holds(P::TillOperate) { (link_button(Button::Primary, &who.t("bill-repay-cash"), &cash)) }
            }))
        }
    }
}

fn next_statement(w: Words, b: &Bill, today: Date) -> String {
    let of_month = |d: Date| d.plus_days(i64::from(b.statement_day) - i64::from(d.day()));
    let day = Some(of_month(today))
        .filter(|d| *d >= today)
        .unwrap_or_else(|| of_month(today.plus_days(1 - i64::from(today.day())).plus_months(1)));
    w.t_with("bill-next", &[("day", w.date(day).into())])
}

/// What was paid too much is the holder's own.
fn own_money(who: &Signed, seen: &Seen) -> Markup {
    let (w, b) = (who.words(), &seen.line.bill.0);
    let back = format!("/credit-lines/{}/overpaid", seen.line.account);
    html! {
        @if b.overpaid > 0 {
            (notice(Tone::Info, &w.t_with("bill-own-money", &[("amount", w.money(Money::cny(b.overpaid)).into())]), html! {
                p { (who.t("bill-own-money-next")) }
                @if !who.is_staff() { (actions(link_button(Button::Secondary, &who.t("bill-take-out"), &back))) }
            }))
        }
    }
}

/// The limit, and how much of it is used.
fn room(who: &Signed, seen: &Seen) -> Markup {
    let (w, l) = (who.words(), &seen.line);
    let (limit, used) = (Money::cny(l.limit_minor), Money::cny((l.limit_minor - seen.free.minor).max(0)));
    let named = Titled::new("limit", who.t("bill-room-used"), who.t("bill-room-about"));
    html! {
        h2 { (who.t("bill-room")) }
        (gauge(w, &named, used.minor, limit.minor, (&w.money(used), &w.money(limit))))
        p { (w.t_with("bill-free", &[("amount", w.money(seen.free).into())])) }
        @if who.is_staff() && who.holds(P::AccountOpen) && l.closed_at.is_none() {
            (actions(link_button(Button::Secondary, &who.t("bill-limit-change"), &format!("/credit-lines/{}/limit", l.account))))
        }
    }
}

fn bought(who: &Signed, seen: &Seen) -> Markup {
    let (w, b) = (who.words(), &seen.line.bill.0);
    let at = |what: &str, i: &Item| format!("/credit-lines/{}/{what}?item={}", seen.line.account, i.number);
    let mine = !who.is_staff() || who.holds(P::PaymentSubmitAny);
    let may = |i: &Item| mine && i.kind == ItemKind::Purchase && i.disputed.is_none();
    let disputed = |i: &Item| seen.disputes.iter().any(|(d, ..)| d.item == i.number);
    let row = |i: &Item| {
        [
            html! { div { (merchant(w, &i.merchant)) br; span.hint { (say::told(w, "bill-item", i.kind.code())) " · " (day(w, i.posted)) } } },
            html! { div { (say::yuan(w, i.amount)) @if i.unpaid != i.amount { br; span.hint { (w.t_with("bill-item-open", &[("amount", w.money(Money::cny(i.unpaid)).into())])) } } } },
            item_state(w, i),
            actions(html! {
                @if may(i) && i.billed.is_none() && i.unpaid == i.amount { (link_button(Button::Secondary, &who.t("bill-parts"), &at("instalments", i))) }
                @if may(i) && !disputed(i) { (link_button(Button::Secondary, &who.t("bill-dispute"), &at("dispute", i))) }
            }),
        ]
    };
    let plans = b.plans.iter().map(|p| {
        let left = Money::cny(p.left.iter().sum());
        let told = [
            ("n", (p.left.len() as i64).into()),
            ("left", w.money(left).into()),
            ("fee", w.money(Money::cny(p.fee)).into()),
        ];
        html! { li { (merchant(w, &p.merchant)) ": " (w.t_with("bill-plan-told", &told)) } }
    });
    let table = Table::new(who.t("bill-bought"))
        .text(who.t("card-merchant"))
        .figures(who.t("amount"))
        .text(who.t("bill-item-state"))
        .actions(who.t("payee-do"))
        .rows(b.items.iter().rev().map(row))
        .when_empty(who.t("bill-bought-none"))
        .caption_hidden();
    html! {
        h2 { (who.t("bill-bought")) }
        (table.show(w))
        @if !b.plans.is_empty() { h2 { (who.t("bill-plans")) } ul { @for plan in plans { (plan) } } }
    }
}

pub(super) fn merchant(w: Words, name: &str) -> String {
    if name.is_empty() { w.t("card-merchant-unnamed").into_owned() } else { name.to_owned() }
}

fn item_state(w: Words, i: &Item) -> Markup {
    match (i.disputed, i.billed) {
        (Some(since), _) => status(Tone::Warn, &w.t("bill-item-disputed"), "", &w.date(since)),
        (None, Some(number)) if i.unpaid > 0 => html! { (w.t_with("bill-item-stated", &[("n", number.into())])) },
        (None, _) if i.unpaid == 0 => status(Tone::Good, &w.t("bill-item-paid"), "", ""),
        (None, _) => html! { (w.t("bill-item-new")) },
    }
}

/// Each dispute with how far it is: raised, looked at, decided.
fn disputed(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let names: Vec<Text<'_>> = ["raised", "looked", "decided"].map(|s| say::told(w, "dispute-step", s)).into();
    let stage = |d: &Dispute| if d.decided.is_some() { 3 } else { 1 };
    let decides = who.is_staff() && who.holds(P::CardCheck);
    html! {
        @if !seen.disputes.is_empty() {
            h2 { (who.t("disputes")) }
            @for (d, raised, decided) in &seen.disputes {
                h3 { (merchant(w, &d.merchant)) " · " (say::yuan(w, d.amount)) }
                (steps(w, &who.t("disputes"), &names, stage(d)))
                p { (w.t_with("dispute-raised", &[("by", raised.as_str().into()), ("at", w.moment(d.raised_at).into())])) " " (say::told_or(w, "dispute-why", &d.reason)) }
                @match (d.decided, d.decided_at, d.proposed) {
                    (Some(how), Some(at), _) => {
                        p { (say::told(w, "dispute-decided", how.code())) " · " (decided) " · " (moment(w, at)) }
                        @if d.given_back > 0 { p { (w.t_with("dispute-back", &[("amount", w.money(Money::cny(d.given_back)).into())])) } }
                    },
                    (_, _, Some(_)) if who.is_staff() => { p.hint { (w.t_with("dispute-proposed", &[("by", decided.as_str().into())])) } },
                    _ => { p.hint { (who.t("dispute-waits")) } },
                }
                @if decides && d.decided.is_none() {
                    (actions(link_button(Button::Secondary, &who.t("dispute-decide"), &format!("/credit-lines/{}/dispute-decision?item={}", d.account, d.item))))
                }
            }
        }
    }
}

fn spent(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    if seen.spent.iter().all(|(_, sum)| sum.is_zero()) {
        return html! {};
    }
    let label = |d: Date| w.t_with("bill-month", &[("n", i64::from(d.month()).into())]);
    let points: Vec<Point<'_>> =
        seen.spent.iter().map(|(d, sum)| Point::new(label(*d), sum.minor, w.money_short(*sum))).collect();
    let all = seen.spent.iter().map(|(_, sum)| sum.minor).sum();
    let chart = Chart {
        id: "spent",
        title: who.t("bill-spent"),
        about: w.t_with("bill-spent-about", &[("sum", w.money(Money::cny(all)).into())]).into(),
        shape: Shape::Bars,
        points: &points,
        heads: (who.t("bill-month-head"), who.t("amount")),
    };
    chart.show(w)
}

fn stated(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let row = |s: &CardStatement| {
        let s = &s.statement.0;
        [
            day(w, s.day),
            say::yuan(w, s.balance),
            say::yuan(w, s.minimum),
            day(w, s.due),
            say::yuan(w, s.interest + s.late + s.fees),
        ]
    };
    let table = Table::new(who.t("bill-statements"))
        .text(who.t("bill-statement-day"))
        .figures(who.t("bill-full"))
        .figures(who.t("bill-least"))
        .text(who.t("bill-due"))
        .figures(who.t("bill-charges"))
        .rows(seen.statements.iter().take(STATEMENTS_SHOWN).map(row))
        .when_empty(who.t("bill-statements-none"))
        .caption_hidden();
    html! { h2 { (who.t("bill-statements")) } (table.show(w)) }
}
