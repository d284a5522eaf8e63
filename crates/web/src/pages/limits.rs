//! A customer's own limits: what he may send, what of it is used and left today, and the cap he sets himself.
use super::tiers::{channels, functions, himself, tier_shown, view};
use super::{Page as Sheet, given, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Allowance, TierView};
use axum::extract::State;
use axum::response::Response;
use kernel::{Currency, Money};
use maud::{Markup, html};
use serde::Deserialize;

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let me = himself(&who)?;
    let (t, w, actor) = (view(&web, &who, me).await?, who.words(), who.actor.clone());
    let lowered = web.read(move |tx| app::judged::lowering(tx, &actor, me)).await?;
    let cap = t.own_cap.map_or_else(|| html! { (who.t("own-cap-none")) }, |m| amount(w, m));
    let mut rows = vec![Row::new(who.t("person-tier"), html! { strong { (tier_shown(&who, t.tier)) } })];
    if let Some(max) = t.balance_max {
        rows.push(Row::new(who.t("tier-balance-max"), amount(w, max)));
    }
    rows.push(Row::new(who.t("own-cap-mine"), cap).change("/limits/own-cap"));
    let main = html! {
        @if let Some(lowered) = &lowered { (super::diligence::lowered(&who, lowered)) }
        (summary_list(w, &rows))
        h2 { (who.t("limits-today")) }
        @for (i, a) in t.allowances.iter().filter(|a| is_sent(a)).enumerate() { (one(&who, i, a, t.own_cap)) }
        p.hint { (who.t("tier-change-where")) }
    };
    Ok(page(
        &who,
        Sheet::new(who.t("limits")).lead(who.t("limits-lead")).crumb(who.t("nav-accounts"), "/accounts"),
        main,
    ))
}

/// What the customer sends or draws by himself.
fn is_sent(a: &Allowance) -> bool {
    let own = |f: &party::Function| *f != party::Function::Receive;
    a.functions.iter().any(own) && a.channels.iter().any(|c| super::tiers::is_for_people(*c))
}

/// What may be sent in a day: the tier's limit or the customer's own, whichever is lower.
fn of_a_day(a: &Allowance, own_cap: Option<Money>) -> Option<Money> {
    let sends = a.functions.contains(&party::Function::TransferOut) && a.channels.iter().any(|c| !c.is_counter());
    let all = [a.per_day, own_cap.filter(|_| sends)];
    all.into_iter().flatten().min_by_key(|m| m.minor)
}

/// One allowance: what is left of the day, as a bar and in words.
fn one(who: &Signed, i: usize, a: &Allowance, own_cap: Option<Money>) -> Markup {
    let w = who.words();
    let money = |m: Option<Money>| m.map_or_else(|| who.t("limit-none").into_owned(), |m| w.money(m));
    html! {
        section.limit {
            h3 { (functions(who, a)) }
            p.hint { (channels(who, a)) }
            @match (of_a_day(a, own_cap), a.used_today) {
                (Some(max), Some(used)) => {
                    (gauge(w, &Titled::new(&format!("day-{i}"), who.t("limit-used-of-day"), functions(who, a)), used.minor, max.minor, (&w.money(used), &w.money(max))))
                    p { (w.t_with("limit-left", &[("left", money(Some(Money::cny((max.minor - used.minor).max(0)))).into()), ("used", money(Some(used)).into())])) }
                },
                (max, _) => p { (w.t_with("limit-day", &[("amount", money(max).into())])) },
            }
            @if a.per_transaction.is_some() { p { (w.t_with("limit-each", &[("amount", money(a.per_transaction).into())])) } }
            @if a.per_year.is_some() { p { (w.t_with("limit-year", &[("amount", money(a.per_year).into()), ("used", money(a.used_this_year).into())])) } }
        }
    }
}

/// The cap a customer writes down for himself; empty for none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CapForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    cap: String,
}

pub async fn cap(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let t = view(&web, &who, himself(&who)?).await?;
    let given = t.own_cap.map(|m| m.plain()).unwrap_or_default();
    Ok(cap_page(&who, &t, &given, &FieldErrors::new()))
}

fn cap_page(who: &Signed, t: &TierView, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let now = t.own_cap.map_or_else(|| who.t("own-cap-none").into_owned(), |m| w.money(m));
    let field = Field::new("cap", who.t("own-cap-new")).hint(who.t("own-cap-hint")).value(given.to_owned());
    let fields = html! {
        (money(w, &field.errors(errors).optional(), Currency::CNY))
        (actions(html! {
            (button(Button::Primary, &who.t("own-cap-set"), None))
            (link_button(Button::Secondary, &who.t("cancel"), "/limits"))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        p { (w.t_with("own-cap-now", &[("amount", now.into())])) }
        (form(&who.view, "/limits/own-cap", fields))
    };
    let shown = Sheet::new(who.t("own-cap-mine")).lead(who.t("own-cap-lead")).crumb(who.t("limits"), "/limits");
    page(who, shown.wrong(!errors.is_empty()), main)
}

pub async fn set_cap(State(web): State<Web>, who: Signed, Checked(form): Checked<CapForm>) -> Result<Response, Fault> {
    let id = himself(&who)?;
    let mut errors = FieldErrors::new();
    let cap = match form.cap.trim() {
        "" => None,
        "0" => Some(Money::zero(Currency::CNY)),
        text => given::amount(&who, &mut errors, "cap", text),
    };
    if !errors.is_empty() {
        return Ok(refused(cap_page(&who, &view(&web, &who, id).await?, &form.cap, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| party::own_cap_set(tx, &actor, id, cap)).await?;
    Ok(see_other("/limits"))
}
