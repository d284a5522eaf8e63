//! Warnings of wages: the board of the bank, a firm's own, a project, one warning with why it is raised and what clears it.
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use arrears::find::{Figure, Value};
use arrears::{Dismissal, Dismissed, Filter, Severity, Step, Summary, Totals, Warning, WarningPage, WarningState};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{ProjectId, WarningId};
use kernel::{Date, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// Characters of a note in these forms at most.
pub const NOTE_CHARS_MAX: u32 = arrears::TEXT_CHARS_MAX as u32;

/// One line of text that was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    pub note: String,
}

pub fn severity(w: Words, s: Severity) -> Markup {
    let tone = match s {
        Severity::Severe => Tone::Danger,
        Severity::High => Tone::Warn,
        Severity::Middle => Tone::Info,
    };
    status(tone, &say::told(w, "arrears-severity", s.code()), "", "")
}

pub fn kind(w: Words, k: arrears::Kind) -> String {
    say::told(w, "arrears-kind", k.code()).into_owned()
}

pub fn step(w: Words, s: Step) -> String {
    say::told(w, "arrears-step", s.code()).into_owned()
}

fn state(w: Words, s: WarningState) -> Markup {
    let tone = match s {
        WarningState::Open => Tone::Warn,
        WarningState::Acting => Tone::Info,
        WarningState::Cleared => Tone::Good,
        WarningState::Dismissed => Tone::Quiet,
    };
    status(tone, &say::told(w, "arrears-warning-state", s.code()), "", "")
}

/// Where a rule stands, in words: `R27` is article 27 of the regulation on paying migrant workers (国务院令第724号).
fn basis(w: Words, source: &str) -> String {
    let article = |n: &str| n.parse::<i64>().ok().map(|n| w.t_with("arrears-regulation", &[("n", n.into())]));
    let said = |one: &str| one.strip_prefix('R').and_then(article).unwrap_or_else(|| one.to_owned());
    source.split([',', ';']).map(|one| said(one.trim())).collect::<Vec<_>>().join(&w.t("list-comma"))
}

fn figure(w: Words, f: &Figure) -> Row<'static> {
    let value = match &f.value {
        Value::Money(m) => amount(w, *m),
        Value::Day(d) => day(w, *d),
        Value::Count(n) => html! { (n) },
        Value::HalfDays(n) => html! { (n / 2) @if n % 2 == 1 { ".5" } },
        Value::Words(t) => html! { (t) },
    };
    Row::new(say::told(w, "arrears-figure", &f.name), value)
}

/// What a board adds up to: severities as a picture, money and projects beside it.
pub fn totals(w: Words, t: &Totals) -> Markup {
    let count = |n: i64| n.to_string();
    let points: Vec<Point<'_>> = [(Severity::Severe, t.severe), (Severity::High, t.high), (Severity::Middle, t.middle)]
        .into_iter()
        .map(|(s, n)| Point::new(say::told(w, "arrears-severity", s.code()), n, count(n)))
        .collect();
    let chart = Chart {
        id: "arrears-open",
        title: w.t("arrears-open-chart"),
        about: w.t_with("arrears-open-about", &[("n", t.projects.into()), ("severe", t.severe.into())]).into(),
        shape: Shape::Rows,
        points: &points,
        heads: (w.t("arrears-severity"), w.t("arrears-open")),
    };
    let rows = [
        Row::new(w.t("arrears-projects"), html! { (t.projects) }),
        Row::new(w.t("arrears-cases"), html! { (t.cases) }),
        Row::new(w.t("arrears-owed"), amount(w, t.owed)),
    ];
    html! { (chart.show(w)) (summary_list(w, &rows)) }
}

/// The projects of a board; `place` is where a project's own page lies.
pub fn projects(w: Words, all: &[Summary], place: &str) -> Markup {
    let row = |s: &Summary| {
        [
            html! { div { a href={ (place) "/" (s.project) } { (s.name) } br; span.hint { (s.firm_name) } } },
            html! { (s.severe) },
            html! { (s.high) },
            html! { (s.middle) },
            amount(w, s.owed()),
            s.next_pay_on.map_or(html! { "—" }, |d| day(w, d)),
        ]
    };
    let table = Table::new(w.t("arrears-projects"))
        .text(w.t("project-name"))
        .figures(w.t("arrears-severity-severe"))
        .figures(w.t("arrears-severity-high"))
        .figures(w.t("arrears-severity-middle"))
        .figures(w.t("arrears-owed"))
        .text(w.t("next-pay-day"));
    table.rows(all.iter().map(row)).when_empty(w.t("arrears-none")).caption_hidden().show(w)
}

/// Which page of a board, and whether only what has something open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BoardAsk {
    pub limit: Option<u32>,
    pub after: Option<String>,
    pub open: String,
    pub region: String,
    pub branch: Option<kernel::id::BranchId>,
}

impl BoardAsk {
    pub fn filter(&self) -> Filter {
        Filter { branch: self.branch, region: self.region.trim().to_owned(), open: self.open == "yes" }
    }
    /// On a page only what has something open, unless all are asked for.
    pub fn shown(&self) -> Filter {
        Filter { open: self.open != "all", ..self.filter() }
    }
    pub fn page(&self) -> PageAsk {
        PageAsk { limit: self.limit, after: self.after.clone() }
    }
}

/// The choice between all projects and those with something open.
pub fn only_open(w: Words, here: &str, ask: &BoardAsk) -> Markup {
    let choices = [Choice::new("yes", w.t("arrears-show-open")), Choice::new("all", w.t("arrears-show-all"))];
    let chosen = if ask.open == "all" { "all" } else { "yes" };
    let field = Field::new("open", w.t("arrears-show")).value(chosen);
    filter_bar(w, here, select(w, &field, &choices))
}

pub async fn board(State(web): State<Web>, who: Signed, Query(ask): Query<BoardAsk>) -> Result<Shown, Fault> {
    let (actor, asked) = (who.actor.clone(), ask.clone());
    let (found, sums) = web
        .read(move |tx| {
            let filter = asked.shown();
            Ok((arrears::board(tx, &actor, &filter, &asked.page())?, arrears::board_totals(tx, &actor, &filter)?))
        })
        .await?;
    let w = who.words();
    let links = html! {
        (link_button(Button::Secondary, &who.t("arrears-cases"), "/arrears/cases"))
        (link_button(Button::Secondary, &who.t("arrears-exceptions"), "/arrears/exceptions"))
    };
    let table = projects(w, &found.items, "/arrears/projects");
    let main = html! {
        (totals(w, &sums))
        (actions(links))
        (listing(only_open(w, "/arrears", &ask), table, pager(w, None, next_href(&who.view, &found.next).as_deref())))
    };
    Ok(page(&who, Sheet::new(who.t("arrears-board")).lead(who.t("arrears-board-lead")), main))
}

/// Warnings as a table; `linked` where each has a page for the reader.
pub fn warnings(w: Words, all: &[Warning], linked: bool) -> Markup {
    let row = |x: &Warning| {
        let name = kind(w, x.kind);
        let first = x.figures.0.iter().find_map(|f| match &f.value {
            Value::Words(t) => Some(t.clone()),
            _ => None,
        });
        [
            html! { div { @if linked { a href={ "/arrears/warnings/" (x.id) } { (name) } } @else { (name) }
            @if let Some(t) = first { br; span.hint { (t) } }
            @if let Some(n) = days_before(x) { br; span.hint { (w.t_with("arrears-days-before", &[("n", n.into())])) } } } },
            severity(w, x.severity),
            html! { (step(w, x.step)) },
            day(w, x.opened_at.local_date()),
            state(w, x.state),
        ]
    };
    let table = Table::new(w.t("arrears-warnings"))
        .text(w.t("arrears-warning"))
        .text(w.t("arrears-severity"))
        .text(w.t("arrears-turn"))
        .text(w.t("arrears-since"))
        .text(w.t("arrears-state"));
    table.rows(all.iter().map(row)).when_empty(w.t("arrears-none")).show(w)
}

/// How many days before the pay day it speaks of a warning was raised.
fn days_before(x: &Warning) -> Option<i64> {
    let pay_on = x.figures.0.iter().find_map(|f| match &f.value {
        Value::Day(d) if f.name == "pay-on" => Some(*d),
        _ => None,
    })?;
    Some(pay_on.days() - x.opened_at.local_date().days()).filter(|n| *n > 0)
}

/// A firm's own open warnings.
pub async fn mine(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let firm = who.firm().ok_or_else(|| kernel::Error::forbidden("only a firm has warnings of its own"))?;
    let all = web.read(move |tx| arrears::firm_warnings(tx, &actor, firm)).await?;
    let main = warnings(who.words(), &all, true);
    Ok(page(&who, Sheet::new(who.t("arrears-mine")).lead(who.t("arrears-mine-lead")), main))
}

pub async fn project(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| unknown_to_others(arrears::project_warnings(tx, &actor, id), "project", id));
    let (summary, all) = found.await?;
    let w = who.words();
    let main = html! {
        (balance(w, &who.t("arrears-owed"), summary.owed()))
        @if who.holds(P::WageCase) { (actions(link_button(Button::Primary, &who.t("arrears-case-open"), &format!("/arrears/projects/{id}/case")))) }
        (warnings(w, &all, true))
    };
    let sheet = Sheet::new(summary.name).lead(summary.firm_name).crumb(who.t("wages"), "/wages");
    Ok(page(&who, sheet.crumb(who.t("project-name"), format!("/wages/projects/{id}")), main))
}

pub async fn warning(State(web): State<Web>, who: Signed, At(id): At<WarningId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| unknown_to_others(arrears::warning(tx, &actor, id), "warning", id)).await?;
    Ok(one(&who, &found))
}

fn one(who: &Signed, found: &WarningPage) -> Shown {
    let (w, x) = (who.words(), &found.warning);
    let (why, clears) = x.texts();
    let tone = if x.severity == Severity::Severe { Tone::Danger } else { Tone::Warn };
    let mut rows: Vec<Row<'_>> = x.figures.0.iter().map(|f| figure(w, f)).collect();
    rows.push(Row::new(w.t("arrears-severity"), severity(w, x.severity)));
    rows.push(Row::new(w.t("arrears-state"), state(w, x.state)));
    rows.push(Row::new(w.t("arrears-turn"), html! { (step(w, x.step)) }));
    rows.extend(x.next_at.filter(|_| x.is_open()).map(|at| Row::new(w.t("arrears-until-then"), moment(w, at))));
    rows.push(Row::new(w.t("arrears-since"), moment(w, x.opened_at)));
    rows.push(Row::new(w.t("arrears-basis"), html! { (basis(w, &found.rule.source)) }));
    if !x.acting_note.is_empty() {
        rows.push(Row::new(w.t("arrears-acting"), html! { (x.acting_note) }));
    }
    if !x.ended_why.is_empty() {
        rows.push(Row::new(w.t("arrears-reason"), html! { (x.ended_why) }));
    }
    let main = html! {
        (notice(tone, &say::text_or(w, &why), html! { p { (say::text_or(w, &clears)) } }))
        (summary_list(w, &rows))
        @if let Some(case) = x.case_id { (actions(link_button(Button::Secondary, &who.t("arrears-case"), &format!("/arrears/cases/{case}")))) }
        (deeds(who, found))
    };
    let sheet = Sheet::new(kind(w, x.kind)).lead(found.project_name.clone());
    page(who, sheet.crumb(who.t("arrears-warnings"), format!("/arrears/projects/{}", x.project)), main)
}

/// What the reader may do about a warning.
fn deeds(who: &Signed, found: &WarningPage) -> Markup {
    let (w, id) = (who.words(), found.warning.id);
    let note = Field::new("note", who.t("arrears-act-note")).hint(who.t("arrears-act-hint"));
    html! {
        @if found.may_act {
            h2 { (who.t("arrears-act")) }
            (form(&who.view, &format!("/arrears/warnings/{id}/action"), html! {
                (multiline(w, &note, 2, NOTE_CHARS_MAX))
                (actions(button(Button::Primary, &who.t("arrears-act-send"), None)))
            }))
        }
        @if found.may_keep {
            h2 { (who.t("arrears-dismiss")) }
            p { (who.t(if Dismissal::needs_second(&found.warning) { "arrears-dismiss-second" } else { "arrears-dismiss-one" })) }
            (dismiss_form(who, id))
        }
    }
}

fn dismiss_form(who: &Signed, id: WarningId) -> Markup {
    let w = who.words();
    let note = Field::new("note", who.t("arrears-reason"));
    let until = Field::new("until", who.t("arrears-exception-until")).hint(who.t("arrears-exception-hint")).optional();
    let worse = Field::new("worse", who.t("arrears-worse")).hint(who.t("arrears-worse-hint")).optional();
    form(
        &who.view,
        &format!("/arrears/warnings/{id}/dismissal"),
        html! {
            (multiline(w, &note, 2, party::REASON_CHARS_MAX as u32))
            (date(w, &until, None, None))
            (number(w, &worse.width(Width::Six)))
            (actions(button(Button::Secondary, &who.t("arrears-dismiss-send"), None)))
        },
    )
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    At(id): At<WarningId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(arrears::act_on(tx, &actor, id, &given.note), "warning", id)).await?;
    Ok(see_other(&format!("/arrears/warnings/{id}")))
}

/// A dismissal as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DismissForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    note: String,
    until: String,
    worse: String,
}

impl DismissForm {
    fn read(self) -> kernel::Result<Dismissal> {
        let until = Some(self.until.trim()).filter(|t| !t.is_empty()).map(Date::parse).transpose()?;
        let worse = self.worse.trim();
        let bad = |_| kernel::Error::field("worse", "a whole number");
        let worse_percent = if worse.is_empty() { 0 } else { worse.parse().map_err(bad)? };
        Ok(Dismissal { reason: self.note, until, worse_percent })
    }
}

pub async fn dismiss(
    State(web): State<Web>,
    who: Signed,
    At(id): At<WarningId>,
    Checked(given): Checked<DismissForm>,
) -> Result<Response, Fault> {
    let (actor, how) = (who.actor.clone(), given.read()?);
    let done =
        web.write(move |tx| unknown_to_others(arrears::dismiss(tx, &actor, id, how.clone()), "warning", id)).await?;
    Ok(match done {
        Dismissed::Done => see_other(&format!("/arrears/warnings/{id}")),
        Dismissed::Asked(approval) => see_other(&format!("/approvals/{approval}")),
    })
}

pub async fn exceptions(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let all = web.read(move |tx| arrears::exceptions(tx, &actor)).await?;
    let w = who.words();
    let ends = who.holds(P::WageCase);
    let row = |(e, project): &(arrears::Exception, String)| {
        let end = form(
            &who.view,
            &format!("/arrears/exceptions/{}/end", e.warning),
            html! { input type="hidden" name="note" value=(who.t("arrears-exception-ended")); (button(Button::Secondary, &who.t("arrears-exception-end"), None)) },
        );
        let more = html! { div { a href={ "/arrears/warnings/" (e.warning) } { (kind(w, e.kind)) } br; span.hint { (project) } } };
        [more, html! { (e.reason) }, day(w, e.until), html! { (e.worse_percent) "%" }, html! { @if ends { (end) } }]
    };
    let table = Table::new(who.t("arrears-exceptions"))
        .text(who.t("arrears-warning"))
        .text(who.t("arrears-reason"))
        .text(who.t("arrears-exception-until"))
        .figures(who.t("arrears-worse"))
        .actions(who.t("arrears-exception-end"))
        .rows(all.iter().map(row))
        .when_empty(who.t("arrears-none"))
        .caption_hidden();
    let sheet = Sheet::new(who.t("arrears-exceptions")).lead(who.t("arrears-exceptions-lead"));
    Ok(page(&who, sheet.crumb(who.t("arrears-board"), "/arrears"), table.show(w)))
}

pub async fn exception_end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<WarningId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(arrears::exception_end(tx, &actor, id, &given.note), "exception", id))
        .await?;
    Ok(see_other("/arrears/exceptions"))
}
