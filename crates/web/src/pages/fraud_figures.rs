//! What the desk of cases came to: money kept, outcomes, how right rules were; and who answers at night.
use super::fraud_cases::branch_names;
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::download;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use cases::{Board, Figures, Night, NightNew, RuleFigure, Saved};
use kernel::id::BranchId;
use kernel::{Currency, Date, Error, Money};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Days that the figures reach back.
const DAYS: i64 = 365;

struct All {
    saved: Vec<Saved>,
    figures: Figures,
    board: Board,
    names: BTreeMap<BranchId, String>,
    today: Date,
}

async fn all(web: &Web, who: &Signed) -> Result<All, Fault> {
    let (actor, lang, today) = (who.actor.clone(), who.words().lang, web.now().local_date());
    let from = today.plus_days(-DAYS);
    let found = web.read(move |tx| {
        let saved = cases::interceptions(tx, &actor, from, today)?;
        let (figures, board) = (cases::figures(tx, &actor, from, today)?, cases::board(tx, &actor)?);
        Ok(All { saved, figures, board, names: branch_names(tx, lang)?, today })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let all = all(&web, &who).await?;
    let w = who.words();
    let month = |d: Date| (d.year(), d.month());
    let yuan = all.saved.iter().filter(|s| s.currency == Currency::CNY);
    let this: i64 = yuan.clone().filter(|s| month(s.month) == month(all.today)).map(|s| s.amount).sum();
    let kept = w.t_with("fcases-kept-month", &[("amount", w.money(Money::cny(this)).into())]);
    let mut months: BTreeMap<(i16, i8), i64> = BTreeMap::new();
    yuan.for_each(|s| *months.entry(month(s.month)).or_default() += s.amount);
    let points: Vec<Point<'_>> = months
        .iter()
        .map(|((year, month), sum)| Point::new(format!("{year}-{month:02}"), *sum, w.money(Money::cny(*sum))))
        .collect();
    let chart = Chart {
        id: "kept",
        title: w.t("fcases-kept"),
        about: w.t("fcases-kept-about"),
        shape: Shape::Rows,
        points: &points,
        heads: (w.t("fcases-month"), w.t("amount")),
    };
    let main = html! {
        p { strong { (kept) } }
        @if !points.is_empty() { (chart.show(w)) }
        (kept_table(&who, &all))
        (actions(link_button(Button::Secondary, &who.t("fcases-csv"), "/cases/figures.csv")))
        (ages(&who, &all.board))
        (outcomes(&who, &all.figures))
        (rules(&who, &all.figures))
    };
    Ok(page(&who, Sheet::new(who.t("fcase-figures")).crumb(who.t("fcases"), "/cases"), main))
}

fn kept_table(who: &Signed, all: &All) -> Markup {
    let w = who.words();
    let row = |s: &Saved| {
        [
            html! { (format!("{}-{:02}", s.month.year(), s.month.month())) },
            html! { (all.names.get(&s.branch).map(String::as_str).unwrap_or_default()) },
            html! { (say::told(w, "fcase-how", s.how.code())) },
            html! { (s.payments) },
            amount(w, Money::new(s.amount, s.currency)),
        ]
    };
    let table = Table::new(who.t("fcases-kept"))
        .text(who.t("fcases-month"))
        .text(who.t("fcase-branch"))
        .text(who.t("fcases-how"))
        .figures(who.t("fcases-payments-count"))
        .figures(who.t("amount"))
        .rows(all.saved.iter().map(row))
        .when_empty(who.t("fcases-kept-none"));
    table.show(w)
}

fn ages(who: &Signed, board: &Board) -> Markup {
    let keys = ["fcases-age-day", "fcases-age-days", "fcases-age-more"];
    let rows: Vec<Row<'_>> = keys.iter().zip(board.ages).map(|(key, n)| Row::new(who.t(key), html! { (n) })).collect();
    html! { h2 { (who.t("fcases-ages")) } (summary_list(who.words(), &rows)) }
}

fn outcomes(who: &Signed, f: &Figures) -> Markup {
    let w = who.words();
    let mut rows: Vec<Row<'_>> =
        f.outcomes.iter().map(|(o, n)| Row::new(say::told(w, "fcase-outcome", o.code()), html! { (n) })).collect();
    rows.push(Row::new(who.t("fcases-minutes"), html! { (f.minutes_per_alert) }));
    html! { h2 { (who.t("fcases-outcomes")) } (summary_list(w, &rows)) }
}

fn rules(who: &Signed, f: &Figures) -> Markup {
    let w = who.words();
    let row = |r: &RuleFigure| {
        [
            html! { (say::told_or(w, "guard-rule", &r.rule)) },
            html! { (r.alerts) },
            html! { (r.confirmed) },
            html! { (r.precision()) "%" },
        ]
    };
    let table = Table::new(who.t("fcases-rules"))
        .text(who.t("fcase-rules"))
        .figures(who.t("fcase-alerts"))
        .figures(who.t("fcases-confirmed"))
        .figures(who.t("fcases-precision"))
        .rows(f.rules.iter().map(row))
        .when_empty(who.t("fcases-rules-none"));
    table.show(w)
}

pub async fn csv(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    let all = all(&web, &who).await?;
    let mut out = String::from("month,branch,how,payments,amount,currency\r\n");
    for s in &all.saved {
        let sum = Money::new(s.amount, s.currency).plain();
        let line = format!(
            "{}-{:02},{},{},{},{sum},{}\r\n",
            s.month.year(),
            s.month.month(),
            s.branch,
            s.how,
            s.payments,
            s.currency
        );
        out.push_str(&line);
    }
    Ok(download("interceptions.csv", "text/csv; charset=utf-8", out.into_bytes()))
}

/// Who answers a branch's cases at night, from a day on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NightForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    branch: String,
    from: String,
    desk: String,
    begins: String,
    ends: String,
}

pub async fn nights(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (actor, lang) = (who.actor.clone(), who.words().lang);
    let (set, names) = web.read(move |tx| Ok((cases::nights(tx, &actor)?, branch_names(tx, lang)?))).await?;
    let w = who.words();
    let name = |id: &BranchId| names.get(id).cloned().unwrap_or_default();
    let row = |n: &Night| {
        let span = w.t_with("fcases-night-span", &[("from", n.begins.into()), ("to", n.ends.into())]);
        let desk = n.desk.as_ref().map_or_else(|| who.t("fcases-night-nobody").into_owned(), &name);
        [html! { (name(&n.branch)) }, day(w, n.from_day), html! { (desk) }, html! { (span) }]
    };
    let table = Table::new(who.t("fcases-nights"))
        .text(who.t("fcase-branch"))
        .text(who.t("fcases-night-from"))
        .text(who.t("fcases-night-desk"))
        .text(who.t("fcases-night-hours"))
        .rows(set.iter().map(row))
        .when_empty(who.t("fcases-nights-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (night_form(&who, &names)) };
    let sheet = Sheet::new(who.t("fcases-nights")).lead(who.t("fcases-nights-lead")).crumb(who.t("fcases"), "/cases");
    Ok(page(&who, sheet, main))
}

fn night_form(who: &Signed, names: &BTreeMap<BranchId, String>) -> Markup {
    let w = who.words();
    let branches: Vec<Choice<'_>> = names.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
    let mut desks = vec![Choice::new("", who.t("fcases-night-nobody"))];
    desks.extend(names.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())));
    let fields = html! {
        (select(w, &Field::new("branch", who.t("fcase-branch")), &branches))
        (date(w, &Field::new("from", who.t("fcases-night-from")), None, None))
        (select(w, &Field::new("desk", who.t("fcases-night-desk")).optional(), &desks))
        (number(w, &Field::new("begins", who.t("fcases-night-begins")).value("22")))
        (number(w, &Field::new("ends", who.t("fcases-night-ends")).value("8")))
        (actions(button(Button::Primary, &who.t("fcases-night-set"), None)))
    };
    form(&who.view, "/cases/nights", fields)
}

pub async fn set_night(State(web): State<Web>, who: Signed, Checked(f): Checked<NightForm>) -> Result<Response, Fault> {
    let hour = |field: &'static str, given: &str| {
        given.trim().parse::<u8>().map_err(|_| Error::field(field, "an hour of the day"))
    };
    let new = NightNew {
        branch: f.branch.parse()?,
        from_day: Date::parse(f.from.trim())?,
        desk: if f.desk.is_empty() { None } else { Some(f.desk.parse()?) },
        begins: hour("begins", &f.begins)?,
        ends: hour("ends", &f.ends)?,
    };
    let actor = who.actor.clone();
    web.write(move |tx| cases::set_night(tx, &actor, new)).await?;
    Ok(see_other("/cases/nights"))
}
