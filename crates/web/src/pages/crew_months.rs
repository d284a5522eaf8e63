//! A crew's month: the days of each worker, the labour officer's review, and corrections.
use super::crews::{days_of, days_told, masked, month_said, months_bar, under_crew};
use super::{next_href, page, say};
use crate::api::crews::of_month;
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use crews::{Correction, CrewView, MonthRow, MonthSum, Review};
use kernel::id::{CrewId, WorkerId};
use kernel::{Date, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::Period;
use serde::Deserialize;

/// Workers of a month on one page.
const MONTH_ROWS: u32 = 200;

/// A crew's month as its page shows it.
struct Month {
    crew: CrewView,
    month: Period,
    sum: MonthSum,
    rows: kernel::Page<MonthRow>,
    review: Option<Review>,
    reviewer: String,
}

pub async fn month(
    State(web): State<Web>,
    who: Signed,
    Path(place): Path<(String, String)>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let (id, month) = of_month(&place)?;
    let actor = who.actor.clone();
    let m = web
        .read(move |tx| {
            let crew = crews::crew(tx, &actor, id)?;
            let ask = PageAsk { limit: Some(MONTH_ROWS), after: ask.after };
            let review = crews::review_of(tx, id, crew.project, month)?;
            let reviewer = review.as_ref().map_or(Ok(String::new()), |r| party::who_name(tx, &r.reviewed_by))?;
            let sum = crews::month_sum(tx, &actor, id, month)?;
            Ok(Month { rows: crews::month_rows(tx, &actor, id, month, &ask)?, crew, month, sum, review, reviewer })
        })
        .await?;
    Ok(month_page(&who, &m, web.now().local_date()))
}

fn month_page(who: &Signed, m: &Month, today: Date) -> Shown {
    let w = who.words();
    let title = w.t_with("attendance-title", &[("team", m.crew.team.as_str().into())]);
    let holds = m.review.as_ref().filter(|r| r.opened_at.is_none());
    let acts = who.holds(P::WageCrew) || (m.crew.firm.is_none() && who.holds(P::WageSheetMake));
    let main = html! {
        h2 { (month_said(who, m.month)) }
        (months_bar(who, &format!("/crews/{}/months/", m.crew.crew), m.month, today))
        (review_told(who, m))
        (summary_list(w, &[
            Row::new(who.t("crew-workers"), html! { (say::people(w, m.sum.workers)) }),
            Row::new(who.t("crew-days"), html! { (w.t_with("count-days", &[("n", days_of(m.sum.half_days).into())])) }),
        ]))
        (month_table(who, &m.rows.items))
        (pager(w, None, next_href(&who.view, &m.rows.next).as_deref()))
        @if holds.is_none() && m.sum.workers > 0 && who.holds(P::WageReview) { (review_form(who, m)) }
        @if acts && m.sum.workers > 0 { (correction_form(who, m, today)) }
    };
    page(who, under_crew(who, title, &m.crew).crumb(m.crew.team.clone(), format!("/crews/{}", m.crew.crew)), main)
}

fn review_told(who: &Signed, m: &Month) -> Markup {
    let w = who.words();
    match &m.review {
        Some(r) if r.opened_at.is_none() => {
            let said =
                w.t_with("review-by", &[("name", m.reviewer.as_str().into()), ("at", w.moment(r.reviewed_at).into())]);
            notice(Tone::Good, &said, html! { @if !r.note.is_empty() { p { (r.note) } } })
        }
        Some(r) => {
            let why = r.opened_reason.clone().unwrap_or_default();
            notice(Tone::Warn, &who.t("review-again"), html! { p { (why) } })
        }
        None => notice(Tone::Info, &who.t("review-waits"), html! { p { (who.t("review-waits-next")) } }),
    }
}

fn month_table(who: &Signed, rows: &[MonthRow]) -> Markup {
    let w = who.words();
    let row = |r: &MonthRow| {
        [
            html! { div { (r.name) br; (masked(&r.identity)) } },
            html! { (w.t_with("count-days", &[("n", days_of(r.half_days).into())])) },
            html! { div {
                @if r.days.iter().any(|d| *d > 0) { (days_told(who, &r.days)) }
                @else { (who.t("attendance-total-only")) }
            } },
            html! { (say::told(w, "attendance-source", r.source.code())) },
        ]
    };
    let table = Table::new(who.t("attendance"))
        .text(who.t("worker-name"))
        .figures(who.t("crew-days"))
        .text(who.t("attendance-which"))
        .text(who.t("attendance-from"))
        .rows(rows.iter().map(row))
        .when_empty(who.t("attendance-empty"));
    table.caption_hidden().show(w)
}

fn review_form(who: &Signed, m: &Month) -> Markup {
    let w = who.words();
    let fields = html! {
        input type="hidden" name="hash" value=(m.sum.hash);
        (text(w, &Field::new("note", who.t("review-note")).optional()))
        (actions(button(Button::Primary, &who.t("review-do"), None)))
    };
    html! {
        h2 { (who.t("review-do")) }
        p { (who.t("review-lead")) }
        (form(&who.view, &format!("/crews/{}/months/{}/review", m.crew.crew, m.month), fields))
    }
}

fn correction_form(who: &Signed, m: &Month, today: Date) -> Markup {
    let w = who.words();
    let workers: Vec<Choice<'_>> =
        m.rows.items.iter().map(|r| Choice::new(r.worker.to_string(), format!("{} {}", r.name, r.identity))).collect();
    let fields = html! {
        input type="hidden" name="month" value=(m.month);
        (select(w, &Field::new("worker", who.t("worker-name")), &workers))
        (date(w, &Field::new("date", who.t("correction-day")), m.month.first_day().ok(), Some(today)))
        (number(w, &Field::new("hours", who.t("correction-hours")).hint(who.t("correction-hours-hint")).width(Width::Two)))
        (text(w, &Field::new("reason", who.t("correction-why"))))
        (actions(button(Button::Secondary, &who.t("correction-do"), None)))
    };
    let lead = html! { p { (who.t("correction-lead")) } };
    details(
        &who.t("correction"),
        html! { (lead) (form(&who.view, &format!("/crews/{}/corrections", m.crew.crew), fields)) },
    )
}

/// What the labour officer saw.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    pub(super) hash: String,
    #[serde(default)]
    pub(super) note: String,
}

pub async fn review(
    State(web): State<Web>,
    who: Signed,
    Path(place): Path<(String, String)>,
    Checked(f): Checked<SeenForm>,
) -> Result<Response, Fault> {
    let (id, month) = of_month(&place)?;
    let actor = who.actor.clone();
    let done = move |tx: &mut store::Tx<'_>| crews::review_attendance(tx, &actor, id, month, &f.hash, &f.note);
    web.write(move |tx| unknown_to_others(done(tx), "crew", id)).await?;
    Ok(see_other(&format!("/crews/{id}/months/{month}")))
}

/// A day that is corrected; hours with a half at most.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    worker: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    reason: String,
}

/// `7.5` hours as 15 half hours.
fn half_hours(text: &str) -> Option<u8> {
    let text = kernel::chinese::half_width(text.trim());
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let half = match part.trim_end_matches('0') {
        "" => 0,
        "5" => 1,
        _ => return None,
    };
    whole.parse::<u8>().ok()?.checked_mul(2)?.checked_add(half).filter(|n| *n <= crews::DAY_HALF_HOURS_MAX)
}

pub async fn correct(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CrewId>,
    Checked(f): Checked<CorrectionForm>,
) -> Result<Response, Fault> {
    let wrong = || kernel::Error::field("hours", "0 to 24, with a half at most");
    let (worker, date) = (f.worker.parse::<WorkerId>()?, Date::parse(f.date.trim())?);
    let day = Correction { worker, date, half_hours: half_hours(&f.hours).ok_or_else(wrong)?, reason: f.reason };
    let actor = who.actor.clone();
    web.write(move |tx| crews::correct(tx, &actor, id, &day)).await?;
    let month: Period = f.month.parse().unwrap_or(Period::of(date));
    Ok(see_other(&format!("/crews/{id}/months/{month}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_whole_or_half() {
        for (text, want) in
            [("8", Some(16)), ("7.5", Some(15)), ("0", Some(0)), ("7.25", None), ("25", None), ("", None)]
        {
            assert_eq!(half_hours(text), want, "{text}");
        }
    }
}
