//! The wage money of a site: whether the next pay day is covered, what the owner owes and paid, what was asked for besides.
use super::desk::fault;
use super::site::{Place, against, bps, kept, law, percent, place, sheet};
use super::{given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::ProjectId;
use kernel::{Currency, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::Period;
use serde::Deserialize;
use worksite::{
    Forecast, Installment, InstallmentState, ProgressNew, ReportNew, ReportStatus, Schedule, ScheduleNew,
    ScheduleState, TopUp,
};

/// Installments drawn at most: a year.
const DRAWN_MAX: usize = 12;
/// Top-ups on the page.
const TOP_UPS_SHOWN: u32 = 20;

/// All that the page shows.
struct Purse {
    place: Place,
    forecast: Forecast,
    installments: Vec<Installment>,
    schedules: Vec<Schedule>,
    reports: Vec<ReportStatus>,
    top_ups: Vec<TopUp>,
}

async fn load(web: &Web, who: &Signed, id: ProjectId) -> Result<Purse, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let place = place(tx, &actor, id)?;
        Ok(Purse {
            forecast: worksite::forecast(tx, id, place.today)?,
            installments: worksite::installments(tx, id)?,
            schedules: worksite::schedules(tx, &actor, id)?,
            reports: worksite::report_status(tx, &actor, id)?,
            top_ups: worksite::top_ups(tx, &actor, id, &PageAsk::first(TOP_UPS_SHOWN))?.items,
            place,
        })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let purse = load(&web, &who, id).await?;
    Ok(shown(&who, &purse, &FieldErrors::new()))
}

fn shown(who: &Signed, p: &Purse, errors: &FieldErrors) -> Shown {
    let manages = who.holds(P::WageProjectManage) && (who.is_staff() || who.firm() == Some(p.place.project.firm));
    let at = format!("/wages/projects/{}/site", p.place.project.id);
    let main = html! {
        (law(who, &p.place))
        (error_summary(who.words(), errors))
        (outlook(who, &p.forecast))
        @if manages {
            (actions(html! {
                (link_button(Button::Primary, &who.t("site-top-up"), &format!("{at}/top-up")))
                (link_button(Button::Secondary, &who.t("site-schedule-new"), &format!("{at}/schedule")))
            }))
        }
        (picture(who, p))
        (installment_table(who, p))
        @if manages { (reporting(who, p)) (building(who, p, errors)) }
        (schedule_table(who, &p.schedules))
        (top_up_table(who, &p.top_ups))
    };
    let title = who.t("site-money").into_owned();
    page(who, sheet(who, &p.place, title).lead(p.place.project.name.clone()).wrong(!errors.is_empty()), main)
}

/// The next pay day, in a sentence and in sums.
fn outlook(who: &Signed, f: &Forecast) -> Markup {
    let w = who.words();
    let args = [("day", w.date(f.pay_on).into()), ("amount", w.money(f.short).into())];
    let (tone, key) = match (f.basis, f.short.is_zero()) {
        (worksite::Basis::Nothing, _) => (Tone::Info, "site-forecast-nothing"),
        (_, true) => (Tone::Good, "site-forecast-enough"),
        (_, false) => (Tone::Danger, "site-forecast-short"),
    };
    let rows = [
        Row::new(
            who.t("site-needed"),
            html! { (amount(w, f.needed)) p.hint { (say::told(w, "site-basis", f.basis.code())) } },
        ),
        Row::new(who.t("wage-balance"), amount(w, f.balance)),
        Row::new(who.t("site-expected"), amount(w, f.expected)),
    ];
    html! { (notice(tone, &w.t_with(key, &args), html! {})) (summary_list(w, &rows)) }
}

/// Scheduled against received, the last twelve up to the next one to come.
fn picture(who: &Signed, p: &Purse) -> Markup {
    let w = who.words();
    let alive: Vec<&Installment> = p.installments.iter().filter(|i| i.state != InstallmentState::Cancelled).collect();
    let next = alive.iter().position(|i| i.due_on > p.place.today).map_or(alive.len(), |at| at + 1);
    let drawn = &alive[next.saturating_sub(DRAWN_MAX)..next];
    let two = |i: &&Installment| {
        [
            Point::new(format!("{} {}", w.date(i.due_on), who.t("site-owed")), i.amount, w.money(i.amount())),
            Point::new(format!("{} {}", w.date(i.due_on), who.t("site-received")), i.received, w.money(i.received())),
        ]
    };
    let points: Vec<Point<'_>> = drawn.iter().flat_map(two).collect();
    let (of, f) =
        (|label: &str, m: kernel::Money| Point::new(who.t(label).into_owned(), m.minor, w.money(m)), &p.forecast);
    let cover = [
        of("site-needed", f.needed),
        of("wage-balance", f.balance),
        of("site-expected", f.expected),
        of("site-short", f.short),
    ];
    let chart = |id, title: &str, about: &str, points| Chart {
        id,
        title: who.t(title).into_owned().into(),
        about: who.t(about).into_owned().into(),
        shape: Shape::Rows,
        points,
        heads: (who.t("site-what").into_owned().into(), who.t("amount").into_owned().into()),
    };
    html! {
        @if !points.is_empty() { (chart("site-paid-in", "site-chart", "site-chart-about", &points).show(w)) }
        @if f.basis != worksite::Basis::Nothing { (chart("site-cover", "site-cover", "site-cover-about", &cover).show(w)) }
    }
}

fn installment_table(who: &Signed, p: &Purse) -> Markup {
    let w = who.words();
    let state = |i: &Installment| match i.state {
        InstallmentState::Received => status(Tone::Good, &who.t("site-state-received"), "", ""),
        InstallmentState::Cancelled => status(Tone::Quiet, &who.t("site-state-cancelled"), "", ""),
        InstallmentState::Open if i.is_late(p.place.today) => {
            let n = p.place.today.days() - i.due_on.days();
            status(Tone::Danger, &w.t_with("site-late", &[("n", n.into())]), "", "")
        }
        InstallmentState::Open => status(Tone::Info, &who.t("site-state-open"), "", ""),
    };
    let row = |i: &Installment| {
        let what = if i.top_up.is_some() { who.t("site-top-up-one") } else { i.period.to_string().into() };
        [day(w, i.due_on), html! { (what) }, amount(w, i.amount()), amount(w, i.received()), state(i)]
    };
    let table = Table::new(who.t("site-installments"))
        .text(who.t("site-due-on"))
        .text(who.t("site-what"))
        .figures(who.t("site-owed"))
        .figures(who.t("site-received"))
        .text(who.t("site-state"));
    table.rows(p.installments.iter().map(row)).when_empty(who.t("site-installments-none")).show(w)
}

/// Late installments, and the form that says it was reported.
fn reporting(who: &Signed, p: &Purse) -> Markup {
    let w = who.words();
    let at = format!("/wages/projects/{}/site/report", p.place.project.id);
    let one = |r: &ReportStatus| {
        let i = &r.installment;
        let told = w.t_with(
            "site-told",
            &[
                ("due", w.date(i.due_on).into()),
                ("amount", w.money(i.rest()).into()),
                ("day", w.date(r.report_by).into()),
            ],
        );
        let fields = html! {
            input type="hidden" name="installment" value=(i.number);
            (text(w, &Field::new("number", who.t("site-report-number")).width(Width::Twenty)))
            (date(w, &Field::new("on", who.t("site-reported-on")), None, Some(p.place.today)))
            (actions(button(Button::Primary, &who.t("site-report-do"), None)))
        };
        html! {
            @if i.report_number.is_empty() {
                (notice(if r.late_days > 0 { Tone::Danger } else { Tone::Warn }, &told, html! { p { (who.t("site-told-next")) } }))
                (form(&who.view, &at, fields))
            } @else { p { (told) " " (who.t("site-reported")) " " (i.report_number) @if let Some(on) = i.reported_on { " · " (day(w, on)) } } }
        }
    };
    html! { @if !p.reports.is_empty() { h2 { (who.t("site-reports")) } @for r in &p.reports { (one(r)) } } }
}

/// Under a schedule by progress: the form that writes a month's progress down.
fn building(who: &Signed, p: &Purse, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let by_progress = p.schedules.iter().any(|s| s.state == ScheduleState::Agreed && s.bps.is_some());
    let fields = html! {
        (text(w, &Field::new("month", who.t("site-month")).hint(who.t("site-month-hint")).width(Width::Twelve).errors(errors)))
        (money(w, &Field::new("amount", who.t("site-progress-amount")).errors(errors), Currency::CNY))
        (text(w, &Field::new("document", who.t("site-progress-document")).width(Width::Twenty).errors(errors)))
        (actions(button(Button::Primary, &who.t("site-progress-do"), None)))
    };
    html! { @if by_progress {
        h2 { (who.t("site-progress")) }
        (form(&who.view, &format!("/wages/projects/{}/site/progress", p.place.project.id), fields))
    } }
}

fn schedule_table(who: &Signed, all: &[Schedule]) -> Markup {
    let w = who.words();
    let row = |s: &Schedule| {
        let much = match (s.amount(), s.bps) {
            (Some(a), _) => html! { (w.money(a)) },
            (_, part) => html! { (percent(part.unwrap_or_default())) " " (who.t("site-of-progress")) },
        };
        let when = w.t_with("site-schedule-each", &[("day", i64::from(s.day).into())]);
        let months = html! { (s.from_period) " – " (s.until_period) };
        let state = html! { div { (say::tag(w, s.state)) @if !s.reason.is_empty() { br; span.hint { (s.reason) } } } };
        [html! { (s.number) }, much, html! { (when) }, months, state]
    };
    let table = Table::new(who.t("site-schedules"))
        .text(who.t("site-number"))
        .text(who.t("site-owed"))
        .text(who.t("site-schedule-day"))
        .text(who.t("site-schedule-months"))
        .text(who.t("site-state"));
    table.rows(all.iter().map(row)).when_empty(who.t("site-schedules-none")).show(w)
}

fn top_up_table(who: &Signed, all: &[TopUp]) -> Markup {
    let w = who.words();
    let row = |t: &TopUp| {
        let state = html! { div { (say::tag(w, t.state)) @if !t.reason.is_empty() { br; span.hint { (t.reason) } } } };
        let link = html! { @if t.state == worksite::TopUpState::Asked { a href={ "/approvals/" (t.approval) } { (who.t("site-decide")) } } };
        [html! { (t.why) }, amount(w, t.amount()), day(w, t.due_on), state, link]
    };
    let table = Table::new(who.t("site-top-ups"))
        .text(who.t("site-top-up-why"))
        .figures(who.t("amount"))
        .text(who.t("site-due-on"))
        .text(who.t("site-state"))
        .actions(who.t("site-decide"));
    table.rows(all.iter().map(row)).when_empty(who.t("site-top-ups-none")).show(w)
}

/// What is written into the form of a schedule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    amount: String,
    ratio: String,
    day: String,
    from: String,
    until: String,
    document: String,
}

pub async fn schedule_form(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let p = web.read(move |tx| kept(tx, &actor, id)).await?;
    Ok(schedule_page(&who, &p, &ScheduleForm::default(), &FieldErrors::new()))
}

fn schedule_page(who: &Signed, p: &Place, given: &ScheduleForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let here = p.file.as_ref().is_some_and(|f| f.owner_firm.is_some());
    let fields = html! {
        (money(w, &field("amount", "site-schedule-amount", &given.amount).hint(who.t("site-schedule-hint")).optional(), Currency::CNY))
        (text(w, &field("ratio", "site-schedule-ratio", &given.ratio).width(Width::Six).optional()))
        (number(w, &field("day", "site-schedule-day", &given.day).hint(who.t("site-schedule-day-hint")).width(Width::Two)))
        (text(w, &field("from", "site-schedule-from", &given.from).hint(who.t("site-month-hint")).width(Width::Twelve)))
        (text(w, &field("until", "site-schedule-until", &given.until).hint(who.t("site-month-hint")).width(Width::Twelve)))
        @if !here { (text(w, &field("document", "site-document", &given.document).hint(who.t("site-document-hint")))) }
        (actions(button(Button::Primary, &who.t("site-schedule-do"), None)))
    };
    let at = format!("/wages/projects/{}/site/schedule", p.project.id);
    let main = html! { (law(who, p)) (error_summary(w, errors)) (form(&who.view, &at, fields)) };
    let lead = who.t(if here { "site-schedule-lead" } else { "site-owner-elsewhere" }).into_owned();
    page(who, sheet(who, p, who.t("site-schedule-new").into_owned()).lead(lead).wrong(!errors.is_empty()), main)
}

fn month(who: &Signed, errors: &mut FieldErrors, field: &str, text: &str) -> Option<Period> {
    let read = Period::parse(text.trim()).ok();
    if read.is_none() {
        errors.add(field, who.t("site-month-wrong"));
    }
    read
}

fn schedule_of(who: &Signed, form: &ScheduleForm) -> Result<ScheduleNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let amount = match form.amount.trim() {
        "" => None,
        text => given::amount(who, &mut errors, "amount", text),
    };
    let part = match form.ratio.trim() {
        "" => None,
        text => bps(text).or_else(|| {
            errors.add("ratio", who.t("site-labour-missing"));
            None
        }),
    };
    if errors.is_empty() && amount.is_some() == part.is_some() {
        errors.add("amount", who.t("site-schedule-one"));
    }
    let day = form.day.trim().parse::<u8>().ok().filter(|d| (1..=31).contains(d));
    if day.is_none() {
        errors.add("day", who.t("opening-pay-day-wrong"));
    }
    let (from, until) = (month(who, &mut errors, "from", &form.from), month(who, &mut errors, "until", &form.until));
    match (day, from, until) {
        (Some(day), Some(from_period), Some(until_period)) if errors.is_empty() => {
            Ok(ScheduleNew { amount, bps: part, day, from_period, until_period, document: form.document.clone() })
        }
        _ => Err(errors),
    }
}

pub async fn schedule(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(form): Checked<ScheduleForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let p = web.read(move |tx| kept(tx, &actor, id)).await?;
    let new = match schedule_of(&who, &form) {
        Ok(new) => new,
        Err(errors) => return Ok(refused(schedule_page(&who, &p, &form, &errors))),
    };
    let actor = who.actor.clone();
    match web.write(move |tx| worksite::schedule_ask(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/money"))),
        Err(why) => {
            let errors = fault(&who, &against(why)?, &["amount", "ratio", "day", "until", "document"], "amount");
            Ok(refused(schedule_page(&who, &p, &form, &errors)))
        }
    }
}

/// A month's progress as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProgressForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    month: String,
    amount: String,
    document: String,
}

pub async fn progress(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(form): Checked<ProgressForm>,
) -> Result<Response, Fault> {
    let purse = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let period = month(&who, &mut errors, "month", &form.month);
    let amount = given::amount(&who, &mut errors, "amount", &form.amount);
    let (Some(period), Some(amount)) = (period, amount) else { return Ok(refused(shown(&who, &purse, &errors))) };
    let (actor, new) = (who.actor.clone(), ProgressNew { period, amount, document: form.document });
    match web.write(move |tx| worksite::progress_mark(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/money"))),
        Err(why) => {
            let errors = fault(&who, &against(why)?, &["amount", "document"], "month");
            Ok(refused(shown(&who, &purse, &errors)))
        }
    }
}

/// The number of a report as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    installment: i64,
    number: String,
    on: String,
}

pub async fn report(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(form): Checked<ReportForm>,
) -> Result<Response, Fault> {
    let purse = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    given::text(&who, &mut errors, "number", &form.number, "site-number-missing");
    let on = given::day(&who, &mut errors, "on", &form.on).unwrap_or(purse.place.today);
    if !errors.is_empty() {
        return Ok(refused(shown(&who, &purse, &errors)));
    }
    let (actor, new) = (who.actor.clone(), ReportNew { installment: form.installment, number: form.number, on });
    match web.write(move |tx| worksite::report(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/money"))),
        Err(why) => {
            let errors = fault(&who, &against(why)?, &["number", "on"], "number");
            Ok(refused(shown(&who, &purse, &errors)))
        }
    }
}
