//! Wealth products as customers see them: what one holds, what is on the shelf and how much of it can be lost, a product with the way
//! its value went, the level one's answers came to.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use kernel::id::AccountId;
use kernel::{Error, Money, Owner};
use maud::{Markup, html};
use party::Permission as P;
use store::Audit;
use wealth::{Assessment, Entry, Level, NavRow, Order, Product, Risk, Standing};

/// Days of values in the picture of a product.
const DAYS_DRAWN: usize = 60;

/// A text of the data in the reader's language.
pub fn said(w: Words, text: &wealth::Text) -> &str {
    if w.lang == Lang::Zh { &text.zh } else { &text.en }
}

/// How much a product can lose, in plain words, with its level.
pub fn risk(w: Words, risk: Risk) -> Markup {
    let tone = match risk {
        Risk::R1 | Risk::R2 => Tone::Info,
        Risk::R3 => Tone::Warn,
        Risk::R4 | Risk::R5 => Tone::Danger,
    };
    status(tone, &risk_said(w, risk), "", "")
}

pub fn risk_said(w: Words, risk: Risk) -> String {
    format!("{risk} {}", w.t(&format!("wealth-risk-{}", risk.code().to_lowercase())))
}

pub fn level_said(w: Words, level: Level) -> String {
    format!("{level} {}", w.t(&format!("wealth-level-{}", level.code().to_lowercase())))
}

/// What whoever looks at such products reads first.
pub fn warning(w: Words) -> Markup {
    notice(Tone::Warn, &w.t("wealth-may-lose"), html! { p { (w.t("wealth-may-lose-more")) } })
}

fn customer(who: &Signed) -> kernel::Result<kernel::id::PersonId> {
    who.person().ok_or_else(|| Error::forbidden("only persons hold wealth products"))
}

/// The shelf above all, and what the reader holds.
struct Hall {
    holdings: Vec<Standing>,
    shelf: Vec<(Product, Option<NavRow>)>,
    level: Option<Assessment>,
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (person, actor) = (customer(&who)?, who.actor.clone());
    let hall = web
        .read(move |tx| {
            let today = tx.business_date()?;
            let holdings = wealth::holdings_of(tx, &actor, Owner::Person(person))?;
            let all = wealth::shelf(tx)?;
            let shelf = all.on_sale(today).into_iter().map(|p| Ok((p.clone(), p.latest(tx, today)?)));
            let shelf = shelf.collect::<kernel::Result<Vec<_>>>()?;
            Ok(Hall { holdings, shelf, level: wealth::assessment_of(tx, &actor, person)? })
        })
        .await?;
    let w = who.words();
    let main = html! {
        (warning(w))
        (mine(w, &hall.holdings))
        h2 { (who.t("wealth-your-level")) }
        (level_line(&who, hall.level.as_ref()))
        h2 { (who.t("wealth-shelf")) }
        (shelf(w, &hall))
    };
    Ok(page(&who, Sheet::new(who.t("wealth")).lead(who.t("wealth-lead")).crumb(who.t("accounts"), "/accounts"), main))
}

fn mine(w: Words, all: &[Standing]) -> Markup {
    let some: Vec<&Standing> = all.iter().filter(|s| s.holding.units > 0 || s.waiting.is_positive()).collect();
    html! {
        @if !some.is_empty() {
            h2 { (w.t("wealth-mine")) }
            ul.cards {
                @for s in some {
                    li { a.card href={ "/wealth/holdings/" (s.holding.account) } {
                        span.card-title { (said(w, &s.product.terms().name)) }
                        span.card-label { (risk_said(w, s.product.risk)) }
                        span.card-amount { (amount(w, s.worth)) }
                        @if s.holding.units > 0 { span.hint { (gain(w, s)) } }
                        @if s.waiting.is_positive() { span.hint { (w.t_with("wealth-waiting-of", &[("amount", w.money(s.waiting).into())])) } }
                    } }
                }
            }
        }
    }
}

/// What was gained or lost against what was paid.
fn gain(w: Words, s: &Standing) -> String {
    let key = if s.gain.minor < 0 { "wealth-lost-of" } else { "wealth-gained-of" };
    let much = Money::new(s.gain.minor.abs(), s.gain.currency);
    w.t_with(key, &[("amount", w.money(much).into())])
}

fn level_line(who: &Signed, level: Option<&Assessment>) -> Markup {
    let w = who.words();
    html! {
        @match level {
            Some(a) => {
                p { strong { (level_said(w, a.level)) } }
                p.hint { (w.t_with("wealth-level-until", &[("day", w.date(a.valid_until.plus_days(-1)).into())])) }
                (actions(link_button(Button::Secondary, &who.t("wealth-assess-again"), "/wealth/questions")))
            },
            None => {
                p { (who.t("wealth-level-none")) }
                (actions(link_button(Button::Primary, &who.t("wealth-assess"), "/wealth/questions")))
            },
        }
    }
}

fn shelf(w: Words, hall: &Hall) -> Markup {
    html! {
        @if hall.shelf.is_empty() { (empty(&w.t("wealth-shelf"), &w.t("wealth-shelf-none"), html! {})) }
        ul.cards {
            @for (p, nav) in &hall.shelf {
                li { a.card href={ "/wealth/products/" (p.code) } {
                    span.card-title { (said(w, &p.terms().name)) }
                    span.card-label { (risk_said(w, p.risk)) }
                    @if let Some(row) = nav { span.hint { (w.t_with("wealth-value-of", &[("value", row.value.to_string().into()), ("day", w.date(row.day).into())])) } }
                    @if hall.level.as_ref().is_some_and(|a| !a.level.bears(p.risk)) { span.hint { (w.t("wealth-not-for-you")) } }
                } }
            }
        }
    }
}

/// A page under the shelf, or for staff under the customers.
pub fn under<'a>(who: &'a Signed, shown: Sheet<'a>) -> Sheet<'a> {
    match who.is_staff() {
        true => shown.crumb(who.t("customers"), "/customers"),
        false => shown.crumb(who.t("wealth"), "/wealth"),
    }
}

pub async fn product(State(web): State<Web>, who: Signed, Path(code): Path<String>) -> Result<Shown, Fault> {
    // A user of a firm looks for the firm, which is assessed for nothing.
    let person = who.person().filter(|_| who.firm().is_none());
    let actor = who.actor.clone();
    let (p, values, level) = web
        .read(move |tx| {
            let today = tx.business_date()?;
            let p = wealth::shelf(tx)?.product(&code, today)?.clone();
            let level = person.map(|me| wealth::assessment_of(tx, &actor, me)).transpose()?.flatten();
            let values = p.values(tx, today)?;
            Ok((p, values, level))
        })
        .await?;
    let w = who.words();
    let order = format!("/wealth/products/{}/order", p.code);
    let main = html! {
        (warning(w))
        p { (said(w, &p.terms().about)) }
        p { (risk(w, p.risk)) }
        @if !values.is_empty() { (picture(w, &values)) }
        (summary_list(w, &facts(&who, &p)))
        @match level {
            _ if person.is_none() => {},
            Some(a) if !a.level.bears(p.risk) => { (notice(Tone::Info, &who.t("wealth-not-for-you"), html! { p { (who.t("wealth-not-for-you-more")) } })) },
            Some(_) => { (actions(link_button(Button::Primary, &who.t("wealth-buy"), &order))) },
            None => { p { (who.t("wealth-level-none")) } (actions(link_button(Button::Primary, &who.t("wealth-assess"), "/wealth/questions"))) },
        }
    };
    let title = said(w, &p.terms().name).to_owned();
    Ok(page(&who, under(&who, Sheet::new(title)), main))
}

/// The way of the value since the first day of the picture: what lies below that line was lost since then.
fn picture(w: Words, values: &[NavRow]) -> Markup {
    let seen = &values[values.len().saturating_sub(DAYS_DRAWN)..];
    let first = seen.first().map_or(0, |row| row.value.get());
    let point = |row: &NavRow| Point::new(w.date(row.day), row.value.get() - first, row.value.to_string());
    let points: Vec<Point<'_>> = seen.iter().map(point).collect();
    let days: Vec<String> = seen.first().into_iter().chain(seen.last()).map(|row| w.date(row.day)).collect();
    let about = [("from", days[0].as_str().into()), ("to", days[days.len() - 1].as_str().into())];
    let named = Titled::new("values", w.t("wealth-values"), w.t_with("wealth-values-about", &about));
    spark(w, &named, &points, (&w.t("wealth-day"), &w.t("wealth-value")))
}

fn facts<'a>(who: &'a Signed, p: &'a Product) -> Vec<Row<'a>> {
    let (w, t) = (who.words(), p.terms());
    let n = |key: &str, n: i64| w.t_with(key, &[("n", n.into())]);
    let back = match t.matures {
        Some(last) => w.t_with("wealth-back-at-end", &[("day", w.date(last).into())]),
        None => n("wealth-back-after", i64::from(t.redeem_days)),
    };
    let mut rows = vec![
        Row::new(who.t("wealth-issuer"), html! { (said(w, &t.issuer)) }),
        Row::new(who.t("wealth-minimum"), amount(w, p.money(t.minimum))),
        Row::new(who.t("wealth-fee"), html! { (percent(t.fee_millionths)) }),
        Row::new(who.t("wealth-back"), html! { (back) }),
    ];
    let cooling = if t.cooling_hours == 0 {
        w.t("wealth-cooling-none").into_owned()
    } else {
        n("wealth-cooling-hours", i64::from(t.cooling_hours))
    };
    rows.push(Row::new(who.t("wealth-cooling"), html! { (cooling) }));
    if let Some(age) = t.second_look_age {
        rows.push(Row::new(who.t("wealth-second-look"), html! { (n("wealth-second-look-from", i64::from(age))) }));
    }
    rows.push(Row::new(who.t("wealth-document"), html! { (p.document) }));
    rows
}

/// Millionths as per cent with two decimals at least: `0.10 %`.
pub fn percent(millionths: i64) -> String {
    format!("{}.{:02}%", millionths / 10_000, millionths % 10_000 / 100)
}

pub async fn holding(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let asker = who.clone();
    let look = move |tx: &mut store::Tx<'_>| {
        let standing = wealth::holding(tx, &asker.actor, id)?.standing(tx)?;
        let entries = wealth::entries(tx, &asker.actor, id)?;
        let orders = wealth::orders_of(tx, &asker.actor, id)?;
        if asker.is_staff() {
            tx.audit(&asker.actor, Audit::of("wealth.look", id))?;
        }
        Ok((standing, entries, orders, tx.business_date()?))
    };
    let (s, entries, orders, today) = if who.is_staff() { web.write(look).await? } else { web.read(look).await? };
    let w = who.words();
    let redeem = format!("/wealth/holdings/{id}/redemption");
    let may = who.holds(if who.is_staff() { P::PaymentSubmitAny } else { P::PaymentSubmit });
    let open = s.holding.free().is_positive() && s.product.terms().matures.is_none_or(|last| last <= today);
    let main = html! {
        (balance(w, &who.t("wealth-worth"), s.worth))
        (summary_list(w, &standing(&who, &s)))
        @if may && open { (actions(link_button(Button::Secondary, &who.t("wealth-redeem"), &redeem))) }
        (orders_table(&who, &s, &orders))
        (entries_table(&who, &s, &entries))
        p.hint { (who.t("wealth-may-lose")) }
    };
    let title = said(w, &s.product.terms().name).to_owned();
    Ok(page(&who, under(&who, Sheet::new(title)), main))
}

fn standing<'a>(who: &'a Signed, s: &Standing) -> Vec<Row<'a>> {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("wealth-units"), html! { (s.holding.units().grouped()) }),
        Row::new(who.t("wealth-cost"), amount(w, s.cost)),
        Row::new(who.t("wealth-product-risk"), html! { (risk_said(w, s.product.risk)) }),
    ];
    if s.holding.units > 0 {
        rows.push(Row::new(who.t("wealth-gain"), html! { (gain(w, s)) }));
    }
    if let Some(row) = &s.nav {
        let told = [("value", row.value.to_string().into()), ("day", w.date(row.day).into())];
        rows.push(Row::new(who.t("wealth-value"), html! { (w.t_with("wealth-value-of", &told)) }));
    }
    if s.waiting.is_positive() {
        rows.push(Row::new(who.t("wealth-waiting"), amount(w, s.waiting)));
    }
    rows
}

fn orders_table(who: &Signed, s: &Standing, orders: &[Order]) -> Markup {
    let w = who.words();
    let row = |o: &Order| {
        let much = if o.kind == wealth::OrderKind::Subscribe {
            amount(w, s.product.money(o.amount))
        } else {
            html! { (o.units().grouped()) }
        };
        [
            html! { a href={ "/wealth/orders/" (o.id) } { (say::told(w, "wealth-kind", o.kind.code())) } },
            moment(w, o.made_at),
            much,
            html! { (say::told(w, "wealth-state", o.state.code())) },
        ]
    };
    Table::new(who.t("wealth-orders"))
        .text(who.t("wealth-order"))
        .text(who.t("wealth-ordered"))
        .figures(who.t("wealth-much"))
        .text(who.t("wealth-order-state"))
        .rows(orders.iter().map(row))
        .show(w)
}

fn entries_table(who: &Signed, s: &Standing, entries: &[Entry]) -> Markup {
    let w = who.words();
    let units = |hundredths: i64| Money::new(hundredths, kernel::Currency::UNITS).grouped();
    let row = |e: &Entry| {
        [
            html! { (day(w, e.day)) " " (say::told(w, "wealth-kind", e.kind.code())) },
            html! { (units(e.units)) },
            html! { (e.nav) },
            amount(w, s.product.money(e.money)),
        ]
    };
    let table = Table::new(who.t("wealth-history"))
        .text(who.t("wealth-day"))
        .figures(who.t("wealth-units"))
        .figures(who.t("wealth-value"))
        .figures(who.t("amount"))
        .rows(entries.iter().map(row));
    html! { @if !entries.is_empty() { (table.show(w)) } }
}
