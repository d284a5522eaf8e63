//! A site and its crews: who was there by day, which months are reviewed, which sheets are on their way, what workers object to.
use super::worker::Bare;
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use crews::{Attendance, AttendanceState, CourseView, CrewMonth, CrewNew, CrewView, ObjectionView, Stranger};
use kernel::id::{CrewId, ProjectId};
use kernel::{Date, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::{Period, Project, SiteRules};
use serde::Deserialize;

/// Rows of each list on a page of several.
const FEW_ROWS: u32 = 20;

/// Which month is looked at.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MonthAsk {
    month: Option<String>,
}

/// The month that is asked for, or the last one that is over.
pub(super) fn month_of(ask: Option<&str>, today: Date) -> Period {
    let last = Period::of(today.plus_days(-i64::from(today.day())));
    ask.and_then(|m| m.parse().ok()).unwrap_or(last)
}

pub(super) fn month_said(who: &Signed, month: Period) -> String {
    let args = [("year", i64::from(month.year).into()), ("month", i64::from(month.month).into())];
    who.words().t_with("month", &args)
}

/// The end of an identity number, so that two of one name are told apart.
pub(super) fn masked(identity: &str) -> Markup {
    html! { span.masked-text { (identity) } }
}

/// Half days as days: `21.5`.
pub(super) fn days_of(half_days: i64) -> String {
    super::slips::hundredths(half_days * 50)
}

/// Days on which somebody was there, in words: whole days as ranges, half days named.
pub(super) fn days_told(who: &Signed, days: &[u8]) -> Markup {
    let w = who.words();
    let [whole, half] = [2, 1].map(|n| ranges(days, n).join(separator(w)));
    html! {
        @if whole.is_empty() && half.is_empty() { p { (who.t("attendance-none")) } }
        @if !whole.is_empty() { p { (w.t_with("attendance-whole", &[("days", whole.into())])) } }
        @if !half.is_empty() { p { (w.t_with("attendance-half", &[("days", half.into())])) } }
    }
}

/// `1–6、8–13`: the days that make this many half days.
fn ranges(days: &[u8], half_days: i64) -> Vec<String> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (day, _) in (1..).zip(days).filter(|(_, n)| crews::half_days(**n) == half_days) {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => out.push((day, day)),
        }
    }
    let one = |(from, to): &(usize, usize)| if from == to { from.to_string() } else { format!("{from}–{to}") };
    out.iter().map(one).collect()
}

/// What stands between the items of a list.
pub(super) fn separator(w: Words) -> &'static str {
    if w.lang == Lang::Zh { "、" } else { ", " }
}

/// Everything on a site's page.
struct Site {
    project: Project,
    rules: Option<SiteRules>,
    crews: Vec<CrewMonth>,
    heads: Vec<(Date, i64, i64)>,
    strangers: Vec<Stranger>,
    sheets: Vec<CourseView>,
    objections: Vec<ObjectionView>,
    files: Vec<Attendance>,
}

async fn site_of(web: &Web, who: &Signed, id: ProjectId, month: Period) -> Result<Site, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
        let few = PageAsk::first(FEW_ROWS);
        let first = month.first_day()?;
        Ok(Site {
            rules: payroll::site_rules(tx, id)?,
            crews: crews::months_of_crews(tx, &actor, id, month)?,
            heads: crews::head_count(tx, id, first, month.next().first_day()?.plus_days(-1))?,
            strangers: crews::strangers(tx, id)?,
            sheets: crews::sheets_on_site(tx, &actor, id, &few)?.items,
            objections: crews::objections(tx, &actor, id, None, true, &few)?.items,
            files: crews::attendances(tx, &actor, id, None, &few)?.items,
            project,
        })
    });
    Ok(found.await?)
}

pub async fn site(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Query(ask): Query<MonthAsk>,
) -> Result<Shown, Fault> {
    let month = month_of(ask.month.as_deref(), web.now().local_date());
    let s = site_of(&web, &who, id, month).await?;
    let main = html! {
        @if s.rules.is_none() { (without_rules(&who, id)) }
        @else {
            (site_work(&who, id))
            h2 { (month_said(&who, month)) }
            (months_bar(&who, &format!("/wages/projects/{id}/attendance?month="), month, web.now().local_date()))
            (heads(&who, month, &s.heads))
            (crew_table(&who, month, &s.crews))
            h2 { (who.t("crew-sheets")) }
            (sheet_table(&who, &s.sheets))
            (objection_table(&who, &s.objections))
            (stranger_table(&who, &s.strangers))
            (file_table(&who, &s.files))
        }
    };
    Ok(page(&who, under_project(&who, "crew-site", &s.project).lead(who.t("crew-site-lead")), main))
}

pub(super) fn under_project<'a>(who: &Signed, key: &str, project: &Project) -> Sheet<'a> {
    let place = format!("/wages/projects/{}", project.id);
    Sheet::new(who.t(key)).crumb(who.t("wages"), "/wages").crumb(project.name.clone(), place)
}

fn without_rules(who: &Signed, id: ProjectId) -> Markup {
    html! {
        (notice(Tone::Info, &who.t("crew-no-rules"), html! { p { (who.t("crew-no-rules-next")) } }))
        @if who.holds(P::WageProjectManage) {
            (form(&who.view, &format!("/wages/projects/{id}/site-rules"), actions(button(Button::Primary, &who.t("crew-rules-put"), None))))
        }
    }
}

fn site_work(who: &Signed, id: ProjectId) -> Markup {
    let at = |rest: &str| format!("/wages/projects/{id}/{rest}");
    let buttons = html! {
        @if who.holds(P::WageRosterEdit) { (link_button(Button::Primary, &who.t("attendance-import"), &at("attendance-import"))) }
        @if who.holds(P::WageProjectManage) { (link_button(Button::Secondary, &who.t("crew-add"), &at("crew"))) }
    };
    html! { @if who.holds(P::WageRosterEdit) || who.holds(P::WageProjectManage) { (actions(buttons)) } }
}

/// The month before and the one after; the address of a month is `here` and the month.
pub(super) fn months_bar(who: &Signed, here: &str, month: Period, today: Date) -> Markup {
    let before = month.first_day().map(|d| Period::of(d.plus_days(-1))).unwrap_or(month);
    let after = month.next();
    html! {
        (actions(html! {
            (link_button(Button::Secondary, &month_said(who, before), &format!("{here}{before}")))
            @if after <= Period::of(today) { (link_button(Button::Secondary, &month_said(who, after), &format!("{here}{after}"))) }
        }))
    }
}

fn heads(who: &Signed, month: Period, heads: &[(Date, i64, i64)]) -> Markup {
    let w = who.words();
    if heads.is_empty() {
        return notice(Tone::Info, &who.t("heads-none"), html! { p { (who.t("heads-none-next")) } });
    }
    let shown = |present: i64, strangers: i64| match strangers {
        0 => w.t_with("heads-shown", &[("n", present.into())]),
        s => w.t_with("heads-shown-strangers", &[("n", present.into()), ("s", s.into())]),
    };
    let point = |(day, present, strangers): &(Date, i64, i64)| {
        Point::new(day.day().to_string(), *present, shown(*present, *strangers))
    };
    let points: Vec<Point<'_>> = heads.iter().map(point).collect();
    let most = heads.iter().map(|(_, n, _)| *n).max().unwrap_or(0);
    let chart = Chart {
        id: "heads",
        title: w.t_with("heads-title", &[("month", month_said(who, month).into())]).into(),
        about: w.t_with("heads-about", &[("days", (heads.len() as i64).into()), ("most", most.into())]).into(),
        shape: Shape::Bars,
        points: &points,
        heads: (who.t("heads-day"), who.t("heads-people")),
    };
    chart.show(w)
}

fn crew_table(who: &Signed, month: Period, all: &[CrewMonth]) -> Markup {
    let w = who.words();
    let row = |c: &CrewMonth| {
        [
            html! { a href={ "/crews/" (c.crew) "/months/" (month) } { (c.team) } },
            html! { (say::people(w, c.sum.workers)) },
            html! { (w.t_with("count-days", &[("n", days_of(c.sum.half_days).into())])) },
            review_state(who, c.sum.workers, c.reviewed_at, &c.opened_reason),
        ]
    };
    let table = Table::new(who.t("crews"))
        .text(who.t("crew-team"))
        .figures(who.t("crew-workers"))
        .figures(who.t("crew-days"))
        .text(who.t("crew-review"))
        .rows(all.iter().map(row))
        .when_empty(who.t("crews-none"));
    table.show(w)
}

fn review_state(who: &Signed, workers: i64, at: Option<kernel::Timestamp>, opened: &str) -> Markup {
    let w = who.words();
    match at {
        Some(at) => status(Tone::Good, &who.t("review-done"), "", &w.moment(at)),
        None if !opened.is_empty() => status(Tone::Warn, &who.t("review-again"), opened, ""),
        None if workers == 0 => status(Tone::Quiet, &who.t("review-empty"), "", ""),
        None => status(Tone::Info, &who.t("review-waits"), "", ""),
    }
}

pub(super) fn sheet_table(who: &Signed, all: &[CourseView]) -> Markup {
    let w = who.words();
    let row = |c: &CourseView| {
        [
            html! { a href={ "/crews/sheets/" (c.sheet) } { (super::slips::name(who, c.period, c.kind, c.number)) } },
            html! { @if c.team.is_empty() { (who.t("crew-all")) } @else { (c.team) } },
            html! { (say::people(w, c.lines)) },
            amount(w, c.net),
            say::tag(w, c.step),
        ]
    };
    let table = Table::new(who.t("crew-sheets"))
        .text(who.t("sheet-period"))
        .text(who.t("crew-team"))
        .figures(who.t("wage-lines"))
        .figures(who.t("sheet-net"))
        .text(who.t("sheet-state"))
        .rows(all.iter().map(row))
        .when_empty(who.t("crew-sheets-none"));
    table.caption_hidden().show(w)
}

pub(super) fn objection_table(who: &Signed, all: &[ObjectionView]) -> Markup {
    let w = who.words();
    let row = |o: &ObjectionView| {
        [
            html! { div { a href={ "/crews/lines/" (o.line) } { (o.worker) } br; (masked(&o.identity)) } },
            html! { (o.team) },
            html! { (say::told(w, "objection-kind", o.kind.code())) },
            amount(w, o.net),
            moment(w, o.made_at),
        ]
    };
    let table = Table::new(who.t("objections"))
        .text(who.t("worker-name"))
        .text(who.t("crew-team"))
        .text(who.t("objection-kind-short"))
        .figures(who.t("sheet-net"))
        .text(who.t("objection-at"))
        .rows(all.iter().map(row));
    html! { @if !all.is_empty() { (table.show(w)) } }
}

fn stranger_table(who: &Signed, all: &[Stranger]) -> Markup {
    let w = who.words();
    let row = |s: &Stranger| {
        [
            html! { div { (s.name) br; (masked(&s.identity)) } },
            html! { span { (day(w, s.first_on)) " – " (day(w, s.last_on)) } },
            html! { (w.t_with("count-days", &[("n", s.days.to_string().into())])) },
        ]
    };
    let table = Table::new(who.t("strangers"))
        .text(who.t("worker-name"))
        .text(who.t("strangers-when"))
        .figures(who.t("crew-days"))
        .rows(all.iter().map(row));
    html! { @if !all.is_empty() { (table.show(w)) p.hint { (who.t("strangers-next")) } } }
}

/// Files of attendance that were sent.
fn file_table(who: &Signed, all: &[Attendance]) -> Markup {
    let w = who.words();
    let state = |a: &Attendance| match a.state {
        AttendanceState::Accepted => status(Tone::Good, &who.t("attendance-file-accepted"), "", ""),
        AttendanceState::Read => status(Tone::Warn, &who.t("attendance-file-read"), "", ""),
        AttendanceState::Rejected => status(Tone::Danger, &who.t("attendance-file-rejected"), "", ""),
    };
    let row = |a: &Attendance| {
        [
            html! { a href={ "/attendance/" (a.id) } { (a.file_name) } },
            html! { (month_said(who, a.period)) },
            html! { (say::people(w, a.people)) },
            moment(w, a.made_at),
            state(a),
        ]
    };
    let table = Table::new(who.t("attendance-files"))
        .text(who.t("import-file"))
        .text(who.t("attendance-month"))
        .figures(who.t("attendance-people"))
        .text(who.t("attendance-sent"))
        .text(who.t("attendance-file-state"))
        .rows(all.iter().map(row));
    html! { @if !all.is_empty() { (table.show(w)) } }
}

pub async fn put_rules(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let put = move |tx: &mut store::Tx<'_>| payroll::put_under_site_rules(tx, &actor, id);
    web.write(move |tx| unknown_to_others(put(tx), "project", id)).await?;
    Ok(see_other(&format!("/wages/projects/{id}/attendance")))
}

/// What is written into the form of a crew.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrewForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    team: String,
    /// The subcontractor's credit code; empty for an own crew.
    code: String,
    contract: String,
    contact: String,
    from_on: String,
}

pub async fn crew_form(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let project = web.read(move |tx| unknown_to_others(payroll::project(tx, &actor, id), "project", id)).await?;
    let from_on = web.now().local_date().to_string();
    Ok(crew_page(&who, &project, &CrewForm { from_on, ..CrewForm::default() }, &FieldErrors::new()))
}

fn crew_page(who: &Signed, project: &Project, f: &CrewForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (text(w, &field("team", "crew-team", &f.team).hint(who.t("crew-team-hint"))))
        (text(w, &field("code", "crew-code", &f.code).hint(who.t("crew-code-hint")).optional()))
        (text(w, &field("contract", "crew-contract", &f.contract).optional()))
        (text(w, &field("contact", "crew-contact", &f.contact).optional()))
        (date(w, &field("from_on", "crew-from", &f.from_on), None, None))
        (actions(button(Button::Primary, &who.t("crew-add"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, &format!("/wages/projects/{}/crew", project.id), fields))
    };
    page(who, under_project(who, "crew-add", project).wrong(!errors.is_empty()), main)
}

pub async fn add_crew(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(f): Checked<CrewForm>,
) -> Result<Response, Fault> {
    let (actor, code) = (who.actor.clone(), f.code.clone());
    let (project, firm) = web
        .read(move |tx| {
            let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
            Ok((project, if code.trim().is_empty() { None } else { party::firm_by_code(tx, &code)? }))
        })
        .await?;
    let mut errors = FieldErrors::new();
    if !f.code.trim().is_empty() && firm.is_none() {
        errors.add("code", who.t("crew-code-unknown"));
    }
    let from_on = given::day(&who, &mut errors, "from_on", &f.from_on).unwrap_or_else(|| web.now().local_date());
    if !errors.is_empty() {
        return Ok(refused(crew_page(&who, &project, &f, &errors)));
    }
    let (team, contact, contract) = (f.team.clone(), f.contact.clone(), f.contract.clone());
    let (actor, new) = (who.actor.clone(), CrewNew { project: id, firm, team, contact, contract, from_on });
    let crew = web.write(move |tx| crews::crew_add(tx, &actor, new.clone())).await?;
    Ok(see_other(&format!("/crews/{crew}")))
}

/// The crews of the reader's own firm.
pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, firm) = (who.actor.clone(), who.firm());
    let found = web
        .read(move |tx| {
            let firm = firm.ok_or_else(|| kernel::Error::forbidden("only firms have crews"))?;
            crews::crews_of_firm(tx, &actor, firm, &ask)
        })
        .await?;
    let w = who.words();
    let row = |c: &CrewView| {
        let state = if c.ended_on.is_some() { "crew-ended" } else { "crew-at-work" };
        [
            html! { a href={ "/crews/" (c.crew) } { (c.team) } },
            html! { (c.project_name) },
            day(w, c.from_on),
            status(if c.ended_on.is_some() { Tone::Quiet } else { Tone::Good }, &who.t(state), "", ""),
        ]
    };
    let table = Table::new(who.t("crews"))
        .text(who.t("crew-team"))
        .text(who.t("project-name"))
        .text(who.t("crew-from"))
        .text(who.t("crew-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("crews-none-own"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &found.next).as_deref())) };
    Ok(page(&who, Sheet::new(who.t("crews")).lead(who.t("crews-lead")), main))
}

/// Where the pages of a crew stand for the reader.
pub(super) fn under_crew<'a>(who: &Signed, title: impl Into<Text<'a>>, c: &CrewView) -> Sheet<'a> {
    let sheet = Sheet::new(title);
    match who.holds(P::WageCrew) {
        true => sheet.crumb(who.t("crews"), "/crews"),
        false => sheet.crumb(c.project_name.clone(), format!("/wages/projects/{}/attendance", c.project)),
    }
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CrewId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (crew, sheets, objections, files) = web
        .read(move |tx| {
            let crew = crews::crew(tx, &actor, id)?;
            let few = PageAsk::first(FEW_ROWS);
            let sheets = crews::sheets_of_crew(tx, &actor, id, &few)?.items;
            let objections = crews::objections(tx, &actor, crew.project, Some(id), true, &few)?.items;
            let files = crews::attendances(tx, &actor, crew.project, Some(id), &few)?.items;
            Ok((crew, sheets, objections, files))
        })
        .await?;
    let w = who.words();
    let month = month_of(None, web.now().local_date());
    let at = |rest: &str| format!("/crews/{id}/{rest}");
    let main = html! {
        @if who.holds(P::WageCrew) && crew.ended_on.is_none() {
            (actions(html! {
                (link_button(Button::Primary, &who.t("attendance-import"), &at("attendance-import")))
                (link_button(Button::Secondary, &who.t("sheet-import"), &at("sheet-import")))
            }))
        }
        (crew_facts(&who, &crew))
        p { a href=(at(&format!("months/{month}"))) { (w.t_with("crew-month-link", &[("month", month_said(&who, month).into())])) } }
        h2 { (who.t("crew-sheets")) }
        (sheet_table(&who, &sheets))
        (objection_table(&who, &objections))
        (file_table(&who, &files))
        @if who.holds(P::WageProjectManage) && crew.ended_on.is_none() && (crew.firm.is_none() || crew.firm != who.firm()) { (end_form(&who, id, web.now().local_date())) }
    };
    Ok(page(&who, under_crew(&who, crew.team.clone(), &crew).lead(crew.firm_name.clone()), main))
}

fn crew_facts(who: &Signed, c: &CrewView) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("project-name"), html! { (c.project_name) }),
        Row::new(who.t("crew-firm"), html! { (c.firm_name) }),
        Row::new(who.t("crew-from"), day(w, c.from_on)),
    ];
    for (key, text) in [("crew-contract", &c.contract), ("crew-contact", &c.contact)] {
        if !text.is_empty() {
            rows.push(Row::new(who.t(key), html! { (text) }));
        }
    }
    if let Some(on) = c.ended_on {
        rows.push(Row::new(who.t("crew-ended"), day(w, on)));
    }
    summary_list(w, &rows)
}

fn end_form(who: &Signed, id: CrewId, today: Date) -> Markup {
    let w = who.words();
    let fields = html! {
        (date(w, &Field::new("on", who.t("crew-end-on")).value(today.to_string()), None, None))
        (text(w, &Field::new("reason", who.t("crew-end-why"))))
        (actions(button(Button::Secondary, &who.t("crew-end"), None)))
    };
    details(&who.t("crew-end"), form(&who.view, &format!("/crews/{id}/end"), fields))
}

/// Until when, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    reason: String,
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CrewId>,
    Checked(f): Checked<EndForm>,
) -> Result<Response, Fault> {
    let (actor, on) = (who.actor.clone(), Date::parse(f.on.trim())?);
    let done = move |tx: &mut store::Tx<'_>| crews::crew_end(tx, &actor, id, on, &f.reason);
    web.write(move |tx| unknown_to_others(done(tx), "crew", id)).await?;
    Ok(see_other(&format!("/crews/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_ranges() {
        let mut days = [0u8; 31];
        [1, 2, 3, 8, 9, 20].into_iter().for_each(|d| days[d - 1] = 16);
        days[4] = 8;
        assert_eq!(
            (ranges(&days, 2), ranges(&days, 1)),
            (vec!["1–3".into(), "8–9".into(), "20".into()], vec!["5".into()])
        );
    }
}
