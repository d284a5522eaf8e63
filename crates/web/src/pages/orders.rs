//! What authorities order: the list, one order with what may follow it, and each look under it.
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::AuthorityOrderId;
use kernel::{Date, Error, Kind, Owner, PageAsk, Result as Done, Timestamp};
use maud::{Markup, html};
use orders::{Answer, AuthorityOrder, Look, LookAsk, OrderKind, OrderState, Show};
use party::Permission as P;
use serde::Deserialize;
use store::Tx;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    show: Option<Show>,
    after: Option<String>,
}

/// An order with the names that stand behind its ids.
pub(super) struct Seen {
    pub order: AuthorityOrder,
    pub party: String,
    pub account: String,
    entered: String,
    decided: String,
    ended: String,
}

fn seen(tx: &mut Tx<'_>, order: AuthorityOrder) -> Done<Seen> {
    let mut name = |by: Option<&str>| by.map_or_else(|| Ok(String::new()), |by| party::who_name(tx, by));
    let (entered, decided) = (name(Some(&order.entered_by))?, name(order.decided_by.as_deref())?);
    let ended = name(order.ended_by.as_deref())?;
    let party = match order.subject {
        Owner::Person(p) => party::person(tx, p)?.name_masked,
        Owner::Firm(f) => party::firm(tx, f)?.name,
        Owner::Bank => String::new(),
    };
    let account = match order.account {
        Some(a) => kernel::chinese::mask_card(&ledger::view(tx, a)?.account.number),
        None => String::new(),
    };
    Ok(Seen { order, party, account, entered, decided, ended })
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let show = ask.show.unwrap_or(Show::Deciding);
    let (actor, asked) = (who.actor.clone(), PageAsk { limit: None, after: ask.after.clone() });
    let (items, next) = web
        .read(move |tx| {
            let found = orders::listed(tx, &actor, show, &asked)?;
            let items = found.items.into_iter().map(|o| seen(tx, o)).collect::<Done<Vec<_>>>()?;
            Ok((items, found.next))
        })
        .await?;
    let main = html! {
        @if who.holds(P::OrderEnter) {
            (actions(html! {
                (link_button(Button::Danger, &who.t("orders-stop-now"), "/orders/stop"))
                (link_button(Button::Primary, &who.t("orders-new"), "/orders/new"))
            }))
        }
        (sides(&who, show))
        (table(&who, &items, web.now()))
        (pager(who.words(), ask.after.as_ref().map(|_| "/orders"), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("orders")).lead(who.t("orders-lead")), main))
}

fn sides(who: &Signed, show: Show) -> Markup {
    let side = |s: &Show| {
        (Text::from(say::told(who.words(), "orders-show", s.code())), Text::from(format!("/orders?show={}", s.code())))
    };
    let all: Vec<(Text<'_>, Text<'_>)> = Show::ALL.iter().map(side).collect();
    tabs(&who.t("orders"), &all, Show::ALL.iter().position(|s| *s == show).unwrap_or(0))
}

fn table(who: &Signed, items: &[Seen], now: Timestamp) -> Markup {
    let w = who.words();
    let row = |s: &Seen| {
        let o = &s.order;
        [
            html! { div { a href={ "/orders/" (o.id) } { (say::told(w, "orders-kind", o.kind.code())) } br; span.hint { (o.authority_name) " · " (o.document) } } },
            html! { div { (s.party) @if !s.account.is_empty() { br; span.hint { (s.account) } } } },
            html! { @match o.money() { Some(sum) => (amount(w, sum)), None => span.hint { (who.t("orders-no-sum")) } } },
            html! { div { (say::tag(w, o.state)) @if let Some(left) = waits(who, o, now) { br; span.hint { (left) } } } },
            html! { @match o.until { Some(until) => (say::end(w, until)), None => span.hint { (who.t("orders-no-end")) } } },
        ]
    };
    let table = Table::new(who.t("orders"))
        .text(who.t("orders-kind"))
        .text(who.t("orders-party"))
        .figures(who.t("amount"))
        .text(who.t("orders-standing"))
        .text(who.t("orders-until"))
        .rows(items.iter().map(row))
        .when_empty(who.t("orders-none"))
        .caption_hidden();
    table.show(w)
}

/// How long an emergency stop still waits for the second person.
fn waits(who: &Signed, o: &AuthorityOrder, now: Timestamp) -> Option<String> {
    let by = o.confirm_by.filter(|_| o.is_unconfirmed())?;
    let left = say::span(who.words(), by.since(now));
    Some(who.words().t_with("orders-confirm-within", &[("left", left.into())]))
}

pub(super) async fn one(web: &Web, who: &Signed, id: AuthorityOrderId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let order = orders::order(tx, &actor, id)?;
        seen(tx, order)
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AuthorityOrderId>) -> Result<Shown, Fault> {
    let s = one(&web, &who, id).await?;
    let (w, o) = (who.words(), &s.order);
    let waiting = matches!(o.state, OrderState::Entered) || o.is_unconfirmed();
    let main = html! {
        @if let Some(left) = waits(&who, o, web.now()) { (notice(Tone::Warn, &left, html! { p { (who.t("orders-confirm-next")) } })) }
        p { (say::tag(w, o.state)) }
        @if o.silent { (notice(Tone::Warn, &who.t("orders-silent"), html! { p { (who.t("orders-silent-about")) } })) }
        (summary_list(w, &rows(&who, &s)))
        (actions(html! {
            @if waiting { (link_button(Button::Primary, &who.t("orders-second-look"), &format!("/approvals/{}", o.approval))) }
            (next(&who, o))
            (link_button(Button::Secondary, &who.t("orders-looks"), &format!("/orders/{id}/looks")))
        }))
        @if o.evidence.is_some() { (form(&who.view, &format!("/orders/{id}/file"), button(Button::Secondary, &who.t("orders-file"), None))) }
    };
    let title = say::told(w, "orders-kind", o.kind.code());
    Ok(page(&who, Sheet::new(title).lead(s.party.clone()).crumb(who.t("orders"), "/orders"), main))
}

/// What the same authority may order next.
fn next(who: &Signed, o: &AuthorityOrder) -> Markup {
    let stands = matches!(o.state, OrderState::InForce | OrderState::Waiting);
    let kinds: &[OrderKind] = match o.kind {
        _ if !stands || !who.holds(P::OrderEnter) => &[],
        OrderKind::Freeze if o.state == OrderState::InForce => {
            &[OrderKind::Renew, OrderKind::Release, OrderKind::Deduct, OrderKind::Return]
        }
        OrderKind::Freeze => &[OrderKind::Renew, OrderKind::Release],
        OrderKind::Stop => &[OrderKind::Release],
        _ => &[],
    };
    html! {
        @for k in kinds {
            (link_button(Button::Secondary, &say::told(who.words(), "orders-kind", k.code()), &format!("/orders/new?kind={k}&target={}", o.id)))
        }
    }
}

fn rows<'a>(who: &Signed, s: &Seen) -> Vec<Row<'a>> {
    let (w, o) = (who.words(), &s.order);
    let mut rows = vec![
        Row::new(
            who.t("orders-authority"),
            html! { (o.authority_name) " · " (say::told(w, "orders-authority", o.authority.code())) },
        ),
        Row::new(who.t("orders-document"), html! { (o.document) }),
        Row::new(who.t("orders-basis"), html! { (o.basis) }),
        Row::new(who.t("orders-officers"), html! { (o.officers_shown) }),
        Row::new(
            who.t("orders-account"),
            html! { @if s.account.is_empty() { (who.t("orders-whole-party")) } @else { (s.account) } },
        ),
    ];
    if let Some(sum) = o.money() {
        rows.push(Row::new(who.t("orders-amount"), amount(w, sum)));
    }
    if o.taken > 0 {
        rows.push(Row::new(who.t("orders-taken"), amount(w, kernel::Money::new(o.taken, o.currency))));
    }
    if let Some(keep) = o.keep {
        rows.push(Row::new(who.t("orders-keep"), amount(w, kernel::Money::new(keep, o.currency))));
    }
    if !o.payee_shown.is_empty() {
        rows.push(Row::new(who.t("orders-payee"), html! { (o.payee_shown) }));
    }
    if let Some(target) = o.target {
        rows.push(Row::new(who.t("orders-target"), html! { a href={ "/orders/" (target) } { (target) } }));
    }
    if o.place > 0 {
        rows.push(Row::new(who.t("orders-place"), html! { (o.place) }));
    }
    if let Some(until) = o.until {
        rows.push(Row::new(who.t("orders-until"), html! { (say::end(w, until)) }));
    }
    rows.push(Row::new(who.t("orders-entered"), say::by(w, &s.entered, o.entered_at)));
    if let Some(at) = o.decided_at {
        rows.push(Row::new(
            who.t("orders-decided"),
            html! { (say::by(w, &s.decided, at)) @if !o.decided_why.is_empty() { p.hint { (o.decided_why) } } },
        ));
    }
    if let Some(at) = o.ended_at {
        rows.push(Row::new(
            who.t("orders-ended"),
            html! { (say::by(w, &s.ended, at)) @if !o.ended_why.is_empty() { p.hint { (o.ended_why) } } },
        ));
    }
    rows
}

/// A form that says nothing but that it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sent {
    #[serde(rename = "csrf")]
    _csrf: String,
}

pub async fn file(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AuthorityOrderId>,
    Checked(_): Checked<Sent>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let (name, bytes) = web.write(move |tx| orders::evidence(tx, &actor, id)).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}

/// What is looked at under a query.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    number: String,
    from: String,
    to: String,
}

async fn looks_page(
    web: &Web,
    who: &Signed,
    id: AuthorityOrderId,
    given: (&LookForm, &FieldErrors),
) -> Result<Shown, Fault> {
    let s = one(web, who, id).await?;
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let looks = orders::looks(tx, &actor, id, &PageAsk::first(kernel::page::PAGE_ROWS_MAX))?.items;
        looks.into_iter().map(|l| party::who_name(tx, &l.looked_by).map(|name| (l, name))).collect::<Done<Vec<_>>>()
    });
    let found = found.await?;
    let open = s.order.kind == OrderKind::Query && s.order.state == OrderState::InForce;
    let main = html! {
        @if open { (look_form(who, id, given)) }
        (looked(who, &found))
    };
    let shown = Sheet::new(who.t("orders-looks")).lead(s.party.clone()).crumb(who.t("orders"), "/orders");
    Ok(page(who, shown.crumb(s.order.document.clone(), format!("/orders/{id}")).wrong(!given.1.is_empty()), main))
}

fn look_form(who: &Signed, id: AuthorityOrderId, (given, errors): (&LookForm, &FieldErrors)) -> Markup {
    let w = who.words();
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors).optional();
    let fields = html! {
        (text(w, &field("number", "orders-look-number", &given.number).hint(who.t("orders-look-hint"))))
        (date(w, &field("from", "orders-look-from", &given.from), None, None))
        (date(w, &field("to", "orders-look-to", &given.to), None, None))
        (actions(button(Button::Primary, &who.t("orders-look"), None)))
    };
    html! { (error_summary(w, errors)) (form(&who.view, &format!("/orders/{id}/looks"), fields)) }
}

fn looked(who: &Signed, all: &[(Look, String)]) -> Markup {
    let w = who.words();
    let row = |(l, name): &(Look, String)| {
        [
            html! { (l.number) ". " (say::told(w, "orders-what", l.what.code())) },
            html! { @if let (Some(from), Some(to)) = (l.from_day, l.to_day) { (day(w, from)) " – " (day(w, to)) } },
            html! { (l.rows) },
            say::by(w, name, l.looked_at),
        ]
    };
    let table = Table::new(who.t("orders-looks"))
        .text(who.t("orders-what"))
        .text(who.t("orders-days"))
        .figures(who.t("orders-rows"))
        .text(who.t("orders-who"))
        .rows(all.iter().map(row))
        .when_empty(who.t("orders-looks-none"))
        .caption_hidden();
    table.show(w)
}

pub async fn looks(State(web): State<Web>, who: Signed, At(id): At<AuthorityOrderId>) -> Result<Shown, Fault> {
    looks_page(&web, &who, id, (&LookForm::default(), &FieldErrors::new())).await
}

pub async fn look(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AuthorityOrderId>,
    Checked(given): Checked<LookForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let from = super::given::day(&who, &mut errors, "from", &given.from);
    let to = super::given::day(&who, &mut errors, "to", &given.to);
    if !errors.is_empty() {
        return Ok(refused(looks_page(&web, &who, id, (&given, &errors)).await?));
    }
    match take(&web, &who, id, (super::given::number(&given.number), from, to)).await {
        Ok((_, answer)) => Ok(answered_page(&who, id, &answer).into_response()),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit | Kind::Conflict) => {
            let errors = super::opening::beside("number", &who, &why);
            Ok(refused(looks_page(&web, &who, id, (&given, &errors)).await?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn take(
    web: &Web,
    who: &Signed,
    id: AuthorityOrderId,
    (number, from, to): (String, Option<Date>, Option<Date>),
) -> Done<(i64, Answer)> {
    let actor = who.actor.clone();
    let taken = web.write(move |tx| {
        let account = match number.is_empty() {
            true => None,
            false => ledger::by_number(tx, &number)?.map(|a| a.id),
        };
        if account.is_none() && !number.is_empty() {
            return Err(Error::field("number", "no account has it"));
        }
        orders::answer(tx, &actor, id, LookAsk { account, from, to })
    });
    taken.await
}

fn answered_page(who: &Signed, id: AuthorityOrderId, a: &Answer) -> Shown {
    let w = who.words();
    let accounts = a.accounts.iter().map(|x| {
        [
            html! { (say::grouped(&x.number)) @if x.protected { br; span.hint { (who.t("orders-protected")) } } },
            amount(w, x.balance),
            amount(w, x.available),
            day(w, x.opened_on),
        ]
    });
    let lines = a.lines.iter().map(|l| {
        [
            moment(w, l.at),
            amount(w, l.change),
            amount(w, l.after),
            html! { (l.counterparty) @if !l.memo.is_empty() { br; span.hint { (l.memo) } } },
        ]
    });
    let accounts = Table::new(who.t("orders-accounts"))
        .text(who.t("orders-account"))
        .figures(who.t("orders-balance"))
        .figures(who.t("orders-free"))
        .text(who.t("orders-opened"))
        .rows(accounts);
    let lines = Table::new(who.t("orders-movements"))
        .text(who.t("orders-at"))
        .figures(who.t("amount"))
        .figures(who.t("orders-balance"))
        .text(who.t("orders-other-side"))
        .rows(lines)
        .when_empty(who.t("orders-movements-none"));
    let main = html! { (accounts.show(w)) (lines.show(w)) (print_button(w)) };
    let shown = Sheet::new(who.t("orders-answer")).lead(format!("{} · {}", a.party, a.document));
    page(who, shown.crumb(who.t("orders"), "/orders").crumb(who.t("orders-looks"), format!("/orders/{id}/looks")), main)
}
