//! A trial of a set: the same past with the rules in force and with the draft, beside each other.
use super::rules::{mode, share};
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use guard::TrialRow;
use kernel::Error;
use maud::{Markup, html};
use risk::backtest::{DayFigures, Report, RuleFigures, basis_points};
use risk::{Action, Comparison, Difference};
use std::collections::BTreeSet;

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    Path((number, trial)): Path<(i64, i64)>,
) -> Result<Shown, Fault> {
    let (set, trials) = web.read(move |tx| Ok((guard::rule_set(tx, number)?, guard::trials(tx, number)?))).await?;
    let Some(row) = trials.into_iter().find(|t| t.trial == trial) else {
        return Err(Error::not_found("trial", trial).into());
    };
    let told = row.comparison()?;
    let w = who.words();
    let main = html! {
        (lead(&who, &row, &told))
        (beside(&who, &told))
        div.pair {
            (daily(&who, "before", "rules-chart-before", &told.before.daily))
            (daily(&who, "after", "rules-chart-after", &told.after.daily))
        }
        (rules(&who, &told))
        (differences(&who, &told))
        p.hint { (w.t_with("rules-report-hash", &[("hash", row.report_hash.clone().into())])) }
        (actions(link_button(Button::Primary, &who.t("rules-back"), &format!("/guard/rule-sets/{number}"))))
    };
    let sheet = Sheet::new(who.t("rules-comparison")).crumb(who.t("rules-sets"), "/guard/rule-sets");
    Ok(page(&who, sheet.crumb(set.name, format!("/guard/rule-sets/{number}")), main))
}

fn lead(who: &Signed, row: &TrialRow, told: &Comparison) -> Markup {
    let w = who.words();
    let said = [
        ("n", row.payments.into()),
        ("from", w.date(row.from_day).into()),
        ("to", w.date(row.to_day).into()),
        ("stricter", (told.stricter as i64).into()),
        ("milder", (told.milder as i64).into()),
    ];
    html! {
        p { strong { (w.t_with("rules-trial-said", &said)) } }
        @if row.cut { (notice(Tone::Warn, &who.t("rules-cut"), html! { p { (who.t("rules-cut-lead")) } })) }
        p.hint { (who.t("rules-trial-honest")) }
    }
}

/// A figure of both sets.
fn beside(who: &Signed, told: &Comparison) -> Markup {
    let w = who.words();
    type Figure = fn(&Report) -> String;
    let figures: [(&str, Figure); 7] = [
        ("rules-payments", |r| r.decided.to_string()),
        ("rules-alerts", |r| r.alerts.to_string()),
        ("rules-alerts-a-day", |r| format!("{:.1}", r.alerts_a_day)),
        ("rules-fraud-found", |r| share(basis_points(r.recall))),
        ("rules-precision", |r| share(basis_points(r.precision))),
        ("rules-wrong", |r| format!("{} / {}", r.wrongly_delayed, r.wrongly_delayed_customers)),
        ("rules-hours", |r| r.wrong_hours.map_or_else(|| "–".into(), |h| format!("{h:.1}"))),
    ];
    let plain = |(key, figure): &(&str, Figure)| {
        [html! { (who.t(key)) }, html! { (figure(&told.before)) }, html! { (figure(&told.after)) }]
    };
    let money = [
        html! { (who.t("rules-stopped")) },
        amount(w, told.before.amount_stopped),
        amount(w, told.after.amount_stopped),
    ];
    let count = |r: &Report, a: Action| r.actions.get(&a).copied().unwrap_or(0);
    let action = |a: &Action| {
        [
            html! { (say::told(w, "ladder", a.word())) },
            html! { (count(&told.before, *a)) },
            html! { (count(&told.after, *a)) },
        ]
    };
    Table::new(who.t("rules-beside"))
        .text(who.t("rules-figure"))
        .figures(who.t("rules-now-set"))
        .figures(who.t("rules-this-set"))
        .rows(figures.iter().map(plain))
        .row(money)
        .rows(Action::ALL.iter().map(action))
        .show(w)
}

fn daily(who: &Signed, id: &str, title: &str, days: &[DayFigures]) -> Markup {
    let w = who.words();
    let point = |d: &DayFigures| {
        let day = d.day.to_string();
        Point::new(day.get(5..).unwrap_or_default().to_owned(), d.alerts as i64, d.alerts.to_string())
    };
    let points: Vec<Point<'_>> = days.iter().map(point).collect();
    let all: u64 = days.iter().map(|d| d.alerts).sum();
    let chart = Chart {
        id,
        title: who.t(title),
        about: w
            .t_with("rules-chart-about", &[("n", (all as i64).into()), ("days", (days.len() as i64).into())])
            .into(),
        shape: Shape::Bars,
        points: &points,
        heads: (w.t("rules-day"), w.t("rules-alerts")),
    };
    html! { @if !points.is_empty() { (chart.show(w)) } }
}

/// Rules that spoke up in either set, or stand in one only.
fn rules(who: &Signed, told: &Comparison) -> Markup {
    let w = who.words();
    let of = |r: &Report, id: &str| r.rules.iter().find(|f| f.rule == id).cloned();
    let both = || told.before.rules.iter().chain(&told.after.rules);
    let ids: BTreeSet<&str> = both().map(|r| r.rule.as_str()).collect();
    let spoke = |id: &&str| {
        let (b, a) = (of(&told.before, id), of(&told.after, id));
        let hits = |r: &Option<RuleFigures>| r.as_ref().map_or(0, |r| r.alerts);
        hits(&b) + hits(&a) > 0 || b.as_ref().map(|r| r.mode) != a.as_ref().map(|r| r.mode)
    };
    let cell = |r: &Option<RuleFigures>| match r {
        None => html! { (who.t("rules-not-there")) },
        Some(r) => {
            html! { div { (r.alerts) " " span.hint { (w.t_with("rules-right", &[("n", (r.right as i64).into())])) } br; (mode(who, r.mode)) } }
        }
    };
    let row = |id: &str| [html! { code { (id) } }, cell(&of(&told.before, id)), cell(&of(&told.after, id))];
    Table::new(who.t("rules-by-rule"))
        .text(who.t("rules-rule"))
        .text(who.t("rules-now-set"))
        .text(who.t("rules-this-set"))
        .rows(ids.into_iter().filter(spoke).map(row))
        .when_empty(who.t("rules-by-rule-none"))
        .show(w)
}

fn differences(who: &Signed, told: &Comparison) -> Markup {
    let w = who.words();
    let side = |action: Action, rules: &[String]| {
        html! { div { (say::told(w, "ladder", action.word())) @for r in rules { br; code { (r) } } } }
    };
    let row = |d: &Difference| {
        [
            html! { div { a href={ "/guard/" (d.id) } { (moment(w, d.at)) } br; (amount(w, d.amount)) @if d.fraud { br; (status(Tone::Danger, &who.t("rules-label-fraud"), "", "")) } } },
            side(d.before, &d.rules_before),
            side(d.after, &d.rules_after),
        ]
    };
    Table::new(who.t("rules-parted"))
        .text(who.t("payment"))
        .text(who.t("rules-now-set"))
        .text(who.t("rules-this-set"))
        .rows(told.differences.iter().map(row))
        .when_empty(who.t("rules-parted-none"))
        .show(w)
}
