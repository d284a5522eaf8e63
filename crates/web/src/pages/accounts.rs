//! Accounts: what there is, what moved, what is on hold and what stands in the way. Staff see the same of a customer, masked,
//! and each look is audited.
use super::confirm::{Confirm, Given};
use super::pay::owner;
use super::{Page as Sheet, page, say, statement};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::statement::Told;
use axum::extract::State;
use axum::response::Response;
use kernel::chinese::{mask_card, mask_name};
use kernel::id::AccountId;
use kernel::{Money, Owner, PageAsk};
use ledger::restrictions::{Order as Restriction, orders};
use ledger::{Account, Kind, Purpose, View};
use maud::{Markup, html};
use party::Permission as P;
use payments::Instruction;
use store::Audit;

/// The newest lines on the page of an account; the statement has all.
const NEWEST_ROWS: u32 = 10;
/// Payments under way that an account's page lists.
const UNDER_WAY_ROWS: u32 = 20;

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let own = owner(&who);
    let views = web
        .read(move |tx| {
            let Some(own) = own else { return Ok(Vec::new()) };
            let open = ledger::of_owner(tx, own)?
                .into_iter()
                .filter(|a| a.purpose != Purpose::WageClearing && !a.purpose.is_wealth());
            open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()
        })
        .await?;
    let himself = matches!(who.actor.who, kernel::Who::Person(_));
    let main = html! {
        @if who.is_staff() { (table(&who, &views).show(who.words())) } @else { (cards(&who, &views)) }
        (actions(html! {
            @if own.is_some() { (link_button(Button::Secondary, &who.t("deposits"), "/deposits")) }
            @if himself { (link_button(Button::Secondary, &who.t("wealth"), "/wealth")) }
            @if himself { (link_button(Button::Secondary, &who.t("cards"), "/cards")) }
            @if himself { (link_button(Button::Secondary, &who.t("limits"), "/limits")) }
        }))
    };
    Ok(page(&who, Sheet::new(who.t("accounts")), main))
}

/// One's own accounts, each with what is free in large figures.
fn cards(who: &Signed, views: &[View]) -> Markup {
    let w = who.words();
    html! {
        @if views.is_empty() { (empty(&who.t("accounts"), &who.t("accounts-none"), html! {})) }
        ul.cards {
            @for v in views {
                li { a.card href={ "/accounts/" (v.account.id) } {
                    span.card-title { (shown_name(who, &v.account)) }
                    span.masked-text { (mask_card(&v.account.number)) }
                    @if who.firm().is_some() { span.hint { (say::told(w, "purpose", v.account.purpose.code())) } }
                    span.card-label { (who.t("account-free")) }
                    span.card-amount { (amount(w, v.available())) }
                    @if !v.held().is_zero() { span.hint { (w.t_with("card-held", &[("amount", w.money(v.held()).into())])) } }
                    @if v.account.closed_at.is_some() { (status(Tone::Quiet, &who.t("account-closed"), "", "")) }
                } }
            }
        }
    }
}

/// Accounts with what they hold; numbers masked.
pub fn table(who: &Signed, views: &[View]) -> Table<'static> {
    let w = who.words();
    let row = |v: &View| {
        let closed = v.account.closed_at.is_some();
        [
            html! { div { a href={ "/accounts/" (v.account.id) } { (shown_name(who, &v.account)) } br; span.masked-text { (mask_card(&v.account.number)) } } },
            html! { div { (say::told(w, "purpose", v.account.purpose.code())) @if closed { br; (status(Tone::Quiet, &who.t("account-closed"), "", "")) } } },
            amount(w, v.available()),
            amount(w, v.held()),
        ]
    };
    Table::new(who.t("accounts"))
        .text(who.t("account"))
        .text(who.t("account-purpose"))
        .figures(who.t("account-free"))
        .figures(who.t("account-held"))
        .rows(views.iter().map(row))
        .when_empty(who.t("accounts-none"))
        .caption_hidden()
}

/// An account's name. A person knows his own by what it is for and the end of its number; his name is masked for everybody else.
pub(super) fn shown_name(who: &Signed, a: &Account) -> String {
    match a.owner {
        Owner::Person(p) if who.person() != Some(p) => mask_name(&a.name),
        Owner::Person(_) => {
            let tail: String = a.number.chars().skip(a.number.chars().count().saturating_sub(4)).collect();
            let purpose = say::told(who.words(), "purpose", a.purpose.code()).into_owned();
            who.words().t_with("account-own", &[("purpose", purpose.into()), ("tail", tail.into())])
        }
        _ => a.name.clone(),
    }
}

/// All that the page of an account shows.
struct Seen {
    view: View,
    newest: Vec<Told>,
    under_way: Vec<Instruction>,
    /// Every order there has been, with the names of who made and who lifted it.
    restrictions: Vec<(Restriction, String, String)>,
    activated: bool,
}

fn look(tx: &mut store::Tx<'_>, who: &Signed, id: AccountId) -> kernel::Result<Seen> {
    let view = app::statement::visible(tx, &who.actor, id)?;
    let newest = app::statement::newest(tx, &who.actor, &view, NEWEST_ROWS)?;
    let recent = payments::instructions_of(tx, &who.actor, id, &PageAsk::first(UNDER_WAY_ROWS))?.items;
    let under_way = recent.into_iter().filter(|i| i.state.is_open()).collect();
    let mut restrictions = Vec::new();
    for o in orders(tx, id)? {
        let made = party::who_name(tx, &o.made_by)?;
        let lifted = o.lifted_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
        restrictions.push((o, made, lifted));
    }
    let activated = payroll::is_activated(tx, id)?;
    if who.is_staff() {
        tx.audit(&who.actor, Audit::of("account.look", id))?;
    }
    Ok(Seen { view, newest, under_way, restrictions, activated })
}

async fn load(web: &Web, who: &Signed, id: AccountId) -> Result<Seen, Fault> {
    let asker = who.clone();
    // A look by staff writes into the audit.
    let seen = if who.is_staff() {
        web.write(move |tx| look(tx, &asker, id)).await
    } else {
        web.read(move |tx| look(tx, &asker, id)).await
    };
    Ok(seen?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let (w, a) = (who.words(), &seen.view.account);
    let single = who.view.mode.is_one_at_a_time();
    let pays = !who.is_staff() && a.purpose == Purpose::General && who.holds(P::PaymentSubmit);
    let statement = format!("/accounts/{id}/statement");
    let main = html! {
        (balance(w, &who.t("account-free"), seen.view.available()))
        (standing(&who, &seen))
        (held(&who, &seen))
        @if single { (actions(link_button(Button::Primary, &who.t("statement-see"), &statement))) }
        @else { (facts(&who, &seen.view)) }
        (super::restrictions::offers(&who, &seen.view))
        (super::deposit_open::offers(&who, &seen.view))
        (super::wealth_order::offers(&who, &seen.view))
        @if a.purpose == Purpose::Term { (actions(link_button(Button::Primary, &who.t("deposit-see"), &format!("/deposits/{id}")))) }
        @if pays && !single {
            (actions(html! {
                (link_button(Button::Primary, &who.t("pay"), "/pay"))
                (link_button(Button::Secondary, &who.t("appointment-make"), &format!("/accounts/{id}/appointment")))
            }))
        }
        @if !single {
            (newest(&who, &seen))
            (actions(link_button(Button::Secondary, &who.t("statement-see"), &statement)))
        } @else { (details(&who.t("account-about"), facts(&who, &seen.view))) }
        @if who.is_staff() { (super::restrictions::history(&who, a, &seen.restrictions)) }
    };
    let shown = Sheet::new(shown_name(&who, a));
    let shown = if who.is_staff() {
        shown.crumb(who.t("customers"), "/customers")
    } else {
        shown.crumb(who.t("accounts"), "/accounts")
    };
    Ok(page(&who, shown, main))
}

/// It stands for orders of authorities.
fn is_of_order(o: &Restriction) -> bool {
    [orders::OPEN, orders::QUIET].contains(&o.basis.as_str())
}

/// What stands and may be told: of a silent order of an authority the customer hears nothing.
fn is_shown(who: &Signed, o: &Restriction) -> bool {
    let told = who.is_staff() || o.basis != orders::QUIET;
    o.lifted_at.is_none() && o.basis != payroll::NOT_ACTIVATED && told
}

/// What keeps money from going in or out, each with who, when and on what basis.
fn standing(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let a = &seen.view.account;
    let counter = who.is_staff() && who.holds(P::AccountOpen);
    html! {
        @if let Some(at) = a.closed_at { p { (status(Tone::Quiet, &who.t("account-closed"), "", &w.moment(at))) } }
        @if !seen.activated {
            (notice(Tone::Warn, &who.t("account-not-activated"), html! {
                p { (who.t("account-not-activated-next")) }
                @if counter { (actions(link_button(Button::Primary, &who.t("activate"), &format!("/accounts/{}/activation", a.id)))) }
            }))
        }
        @for (o, name, _) in seen.restrictions.iter().filter(|(o, ..)| is_shown(who, o)) {
            (notice(Tone::Warn, &say::told(w, "restriction", o.kind.code()), html! {
                @if o.queued { p { (who.t("restriction-queued")) } }
                @if o.amount > 0 { p { (amount(w, Money::new(o.amount, a.currency))) } }
                p { (who.t("restriction-basis")) " " (say::basis(w, &o.basis)) @if !o.document.is_empty() { " " (o.document) } }
                p { (say::by(w, name, o.made_at)) @if let Some(until) = o.until { " " (w.t_with("restriction-until", &[("at", w.moment(until).into())])) } }
                @if who.is_staff() && who.holds(P::AccountFreeze) && !is_of_order(o) {
                    p { a href={ "/accounts/" (a.id) "/restrictions/" (o.number) "/lifting" } { (who.t("restriction-lift")) } }
                }
            }))
        }
    }
}

fn facts(who: &Signed, v: &View) -> Markup {
    let w = who.words();
    let number = html! {
        span.masked-text { (mask_card(&v.account.number)) }
        @if !who.is_staff() { (details(&who.t("account-number-whole"), html! { p { strong { (say::grouped(&v.account.number)) } } })) }
    };
    let rows = [
        Row::new(who.t("account-number"), number),
        Row::new(who.t("account-purpose"), html! { (say::told(w, "purpose", v.account.purpose.code())) }),
        Row::new(who.t("account-posted"), amount(w, v.posted())),
        Row::new(who.t("account-held"), amount(w, v.held())),
        Row::new(who.t("account-opened"), day(w, v.account.opened_at.local_date())),
    ];
    summary_list(w, &rows)
}

/// What is held, for which order, and why.
fn held(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let row = |i: &Instruction| {
        [
            html! { div { a href={ "/payments/" (i.id) } { (say::told(w, "payment-kind", i.kind.code())) } br; span.masked-text { (i.payee) } } },
            amount(w, i.money()),
            html! { div { (say::tag_by(w, i.state, "", i.until)) br; span.hint { (say::told(w, "payment-next", i.state.code())) } } },
        ]
    };
    let table = Table::new(who.t("held-why"))
        .text(who.t("payment"))
        .figures(who.t("amount"))
        .text(who.t("payment-state"))
        .rows(seen.under_way.iter().map(row));
    html! {
        @if !seen.view.held().is_zero() && seen.under_way.is_empty() {
            p { (w.t_with("held-other", &[("amount", w.money(seen.view.held()).into())])) }
        }
        @if !seen.under_way.is_empty() { (table.show(w)) }
    }
}

/// The last few lines.
fn newest(who: &Signed, seen: &Seen) -> Markup {
    let (w, currency) = (who.words(), seen.view.account.currency);
    let money = |minor: i64| amount(w, Money::new(minor, currency));
    let row = |t: &Told| {
        let e = &t.line.entry;
        let hold = Money::new(e.amount, currency);
        let change = match e.kind {
            Kind::Single | Kind::Post => money(t.line.change),
            Kind::Pending => html! { span.hint { (w.t_with("statement-hold", &[("amount", w.money(hold).into())])) } },
            Kind::Void | Kind::Expire => {
                html! { span.hint { (w.t_with("statement-freed", &[("amount", w.money(hold).into())])) } }
            }
        };
        let at = html! { @if e.moved() { a href=(statement::line_href(t)) { (moment(w, e.at)) } } @else { (moment(w, e.at)) } };
        [
            at,
            html! { div { (say::told_or(w, "entry", &e.code)) @if !e.memo.is_empty() { br; span.hint { (e.memo) } } } },
            html! { (statement::other(who, t)) },
            change,
            money(t.line.after),
        ]
    };
    let table = Table::new(who.t("statement-newest"))
        .text(who.t("statement-at"))
        .text(who.t("statement-what"))
        .text(who.t("statement-other"))
        .figures(who.t("statement-change"))
        .figures(who.t("statement-after"))
        .rows(seen.newest.iter().map(row))
        .when_empty(who.t("statement-none"));
    table.show(w)
}

pub async fn activation(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let a = &seen.view.account;
    let here = format!("/accounts/{id}");
    let confirm = Confirm {
        title: &who.t("activate"),
        lead: &who.t("activate-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into()), (shown_name(&who, a), here.clone())],
        rows: vec![
            Row::new(who.t("account"), html! { (shown_name(&who, a)) }),
            Row::new(who.t("account-number"), html! { span.masked-text { (mask_card(&a.number)) } }),
        ],
        more: notice(Tone::Info, &who.t("activate-check"), html! { p { (who.t("activate-check-text")) } }),
        action: &format!("{here}/activation"),
        back: &here,
        button: (Button::Primary, &who.t("activate-confirm")),
        reason: None,
        hash: "",
    };
    Ok(confirm.show(&who, &Given::default(), &FieldErrors::new()))
}

pub async fn activate(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(_): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| payroll::activate(tx, &actor, id)).await?;
    Ok(see_other(&format!("/accounts/{id}")))
}
