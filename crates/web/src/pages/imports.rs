//! Files: a roster or a pay sheet is sent, what is wrong in it is told cell by cell, and the valid lines go on or a corrected
//! file is sent.
use super::opening::beside;
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::readings::Reading;
use crate::state::Web;
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{ImportId, ProjectId};
use kernel::{Date, Kind, PageAsk};
use maud::{Markup, html};
use payroll::{Import, ImportFault, ImportFor, ImportState, Period, Project, Subject};
use serde::Deserialize;

/// Files that are read.
pub(super) const ACCEPT: &str = ".xlsx,.xls,.csv";
/// Seconds between two looks at a file that is being read.
const LOOK_SECONDS: u32 = 2;
/// Faults on one page.
const FAULTS_ROWS: u32 = 100;

/// The text fields of the form.
#[derive(Clone, Debug, Default)]
struct Fields {
    period: String,
    kind: String,
    number: String,
    tag: String,
    due_on: String,
}

async fn project(web: &Web, who: &Signed, id: ProjectId) -> Result<Project, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| unknown_to_others(payroll::project(tx, &actor, id), "project", id)).await?)
}

fn under<'a>(who: &Signed, key: &str, project: &Project) -> Sheet<'a> {
    let place = format!("/wages/projects/{}", project.id);
    Sheet::new(who.t(key)).crumb(who.t("wages"), "/wages").crumb(project.name.clone(), place)
}

pub async fn roster(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let project = project(&web, &who, id).await?;
    Ok(roster_form(&who, &project, &FieldErrors::new()))
}

fn roster_form(who: &Signed, project: &Project, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = Field::new("file", who.t("file")).hint(who.t("file-hint")).errors(errors);
    let fields = html! {
        (file(w, &field, ACCEPT))
        (columns(who, "roster-columns"))
        (actions(button(Button::Primary, &who.t("file-send"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (form_files(&who.view, &format!("/wages/projects/{}/roster-import", project.id), fields))
    };
    page(who, under(who, "roster-import", project).lead(who.t("roster-import-lead")).wrong(!errors.is_empty()), main)
}

fn columns(who: &Signed, key: &str) -> Markup {
    details(&who.t("file-columns"), html! { p { (who.t(key)) } p { (who.t("file-columns-more")) } })
}

pub async fn pay_sheet(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let project = project(&web, &who, id).await?;
    let today = web.now().local_date();
    let last = today.plus_days(-i64::from(today.day()));
    let period = format!("{}-{:02}", last.year(), last.month());
    let fields = Fields { period, kind: payroll::Kind::Wage.code().into(), ..Fields::default() };
    Ok(sheet_form(&who, &project, &fields, today, &FieldErrors::new()))
}

/// The last months, the latest first; the wage of a month is mostly sent in the month after.
pub(super) fn months(words: crate::Words, today: Date) -> Vec<Choice<'static>> {
    const MONTHS_OFFERED: i16 = 12;
    let now = today.year() * 12 + i16::from(today.month()) - 1;
    let one = |back: i16| {
        let (year, month) = ((now - back).div_euclid(12), (now - back).rem_euclid(12) + 1);
        let text = words.t_with("month", &[("year", i64::from(year).into()), ("month", i64::from(month).into())]);
        Choice::new(format!("{year}-{month:02}"), text)
    };
    (0..MONTHS_OFFERED).map(one).collect()
}

fn sheet_form(who: &Signed, project: &Project, given: &Fields, today: Date, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let kind = |k: payroll::Kind| {
        Choice::new(k.code(), say::told(w, "sheet-kind", k.code())).hint(say::told(w, "sheet-kind-about", k.code()))
    };
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    // What is rarely needed stays folded away, unless something in it is wrong.
    let rare = html! {
        (number(w, &field("number", "sheet-number", &given.number).hint(who.t("sheet-number-hint")).width(Width::Two).optional()))
        (date(w, &field("due_on", "sheet-due-on", &given.due_on).hint(who.t("sheet-due-on-hint")).optional(), None, None))
        (text(w, &field("tag", "sheet-tag", &given.tag).hint(who.t("sheet-tag-hint")).optional()))
    };
    let asked = ["number", "due_on", "tag"].into_iter().any(|name| errors.of(name).is_some());
    let fields = html! {
        (select(w, &field("period", "sheet-period", &given.period).hint(who.t("sheet-period-hint")).width(Width::Twelve), &months(w, today)))
        (radios(w, &field("kind", "sheet-kind", &given.kind), &[kind(payroll::Kind::Wage), kind(payroll::Kind::Supplement)]))
        (file(w, &field("file", "file", "").hint(who.t("file-hint")), ACCEPT))
        (columns(who, "sheet-columns"))
        @if asked { (rare) } @else { (details(&who.t("sheet-more"), rare)) }
        (actions(button(Button::Primary, &who.t("file-send"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (form_files(&who.view, &format!("/wages/projects/{}/sheet-import", project.id), fields))
    };
    page(who, under(who, "sheet-import", project).lead(who.t("sheet-import-lead")).wrong(!errors.is_empty()), main)
}

/// What is fit to be told beside the file: that it cannot be read, and why.
pub(super) fn of_file(why: &kernel::Error) -> bool {
    matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit | Kind::Conflict)
}

pub async fn send_roster(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let project = project(&web, &who, id).await?;
    let Ok((file_name, bytes)) = upload.take_file() else {
        let mut errors = FieldErrors::new();
        errors.add("file", who.t("file-missing"));
        return Ok(refused(roster_form(&who, &project, &errors)));
    };
    match read(&web, &who, id, ImportFor::Roster, file_name, &bytes).await {
        Ok(import) => Ok(see_other(&format!("/wages/imports/{import}"))),
        Err(why) if of_file(&why) => Ok(refused(roster_form(&who, &project, &beside("file", &who, &why)))),
        Err(why) => Err(why.into()),
    }
}

async fn read(
    web: &Web,
    who: &Signed,
    project: ProjectId,
    what: ImportFor,
    file_name: String,
    bytes: &[u8],
) -> kernel::Result<ImportId> {
    let (actor, bytes) = (who.actor.clone(), bytes.to_vec());
    let upload = payroll::Upload { project, what, file_name, bytes, accept_valid: false };
    let taken = web.run(move |bank| payroll::take_in(&bank.store, &actor, upload)).await?;
    let import = taken.import.id;
    web.read_file(&who.actor, taken).await?;
    Ok(import)
}

pub async fn send_pay_sheet(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let project = project(&web, &who, id).await?;
    let today = web.now().local_date();
    let field = |name: &str| upload.field(name).trim().to_owned();
    let fields = Fields {
        period: field("period"),
        kind: field("kind"),
        number: field("number"),
        tag: field("tag"),
        due_on: field("due_on"),
    };
    let mut errors = FieldErrors::new();
    let what = pay_sheet_for(&who, &fields, &mut errors);
    let file = upload.take_file().ok();
    if file.is_none() {
        errors.add("file", who.t("file-missing"));
    }
    let (Some(what), Some((file_name, bytes)), true) = (what, file, errors.is_empty()) else {
        return Ok(refused(sheet_form(&who, &project, &fields, today, &errors)));
    };
    match read(&web, &who, id, what, file_name, &bytes).await {
        Ok(import) => Ok(see_other(&format!("/wages/imports/{import}"))),
        Err(why) if of_file(&why) => {
            Ok(refused(sheet_form(&who, &project, &fields, today, &beside("file", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

fn pay_sheet_for(who: &Signed, fields: &Fields, errors: &mut FieldErrors) -> Option<ImportFor> {
    let period = fields.period.parse::<Period>().ok();
    if period.is_none() {
        errors.add("period", who.t("sheet-period-missing"));
    }
    let kind = payroll::Kind::parse(&fields.kind);
    if kind.is_none() {
        errors.add("kind", who.t("sheet-kind-missing"));
    }
    let given = fields.number.parse::<u8>().ok().filter(|n| (1..=payroll::SUPPLEMENTS_MAX).contains(n));
    let number = match kind {
        Some(payroll::Kind::Supplement) if !fields.number.is_empty() && given.is_none() => {
            errors.add("number", who.t("sheet-number-wrong"));
            None
        }
        Some(payroll::Kind::Supplement) => Some(given.unwrap_or(1)),
        _ => Some(1),
    };
    let due_on = given::day(who, errors, "due_on", &fields.due_on);
    Some(ImportFor::PaySheet { period: period?, kind: kind?, number: number?, tag: fields.tag.clone(), due_on })
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FaultsAsk {
    after: Option<String>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ImportId>,
    Query(ask): Query<FaultsAsk>,
) -> Result<Shown, Fault> {
    let (project, import, faults) = found(&web, &who, id, ask).await?;
    let reading = web.inner().readings.get(id);
    if !import.is_read() || reading.as_ref().is_some_and(|r| r.outcome.is_none()) {
        return Ok(reading_page(&who, &project, &import, reading.as_ref()));
    }
    Ok(import_page(&who, &project, &import, &faults, &FieldErrors::new()))
}

/// A file that is being read, or whose reading broke off.
fn reading_page(who: &Signed, project: &Project, i: &Import, reading: Option<&Reading>) -> Shown {
    let w = who.words();
    let here = format!("/wages/imports/{}", i.id);
    let going_on = reading.is_some_and(|r| r.outcome.is_none());
    let again = html! {
        input type="hidden" name="way" value="again";
        (actions(button(Button::Primary, &who.t("reading-again"), None)))
    };
    let main = html! {
        @if going_on {
            (live(&who.t("reading"), &format!("{here}/progress"), LOOK_SECONDS, None, reading_part(who, i, reading)))
            (actions(link_button(Button::Secondary, &who.t("look-again"), &here)))
        } @else {
            (reading_part(who, i, reading))
            @if who.holds(maker(i)) { (form(&who.view, &format!("{here}/acceptance"), again)) }
        }
        (summary_list(w, &[Row::new(who.t("import-file"), html! { (i.file_name) })]))
    };
    let key = if i.subject == Subject::Roster { "import-roster" } else { "import-sheet" };
    page(who, under(who, key, project).refreshing(going_on), main)
}

fn reading_part(who: &Signed, i: &Import, reading: Option<&Reading>) -> Markup {
    let w = who.words();
    let rows =
        |key: &str, r: &Reading| w.t_with(key, &[("n", (r.done as i64).into()), ("all", (r.total as i64).into())]);
    match reading.map(|r| (r, &r.outcome)) {
        Some((r, None)) if r.total == 0 => {
            notice(Tone::Info, &who.t("reading-compares"), html! { p { (who.t("reading-next")) } })
        }
        Some((r, None)) => notice(Tone::Info, &rows("reading-writes", r), html! { p { (who.t("reading-next")) } }),
        Some((_, Some(Err(why)))) => {
            let told = w.error(why);
            notice(Tone::Danger, &told.message, html! { p { (told.remedy) } })
        }
        _ if i.is_read() => {
            let link = html! { p { a href={ "/wages/imports/" (i.id) } { (who.t("reading-to-result")) } } };
            notice(Tone::Good, &who.t("reading-done"), link)
        }
        _ => notice(Tone::Warn, &who.t("reading-broke-off"), html! { p { (who.t("reading-broke-off-next")) } }),
    }
}

/// The part of the page that keeps itself fresh.
pub async fn progress(State(web): State<Web>, who: Signed, At(id): At<ImportId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let import = web.read(move |tx| unknown_to_others(payroll::import_of(tx, &actor, id), "import", id)).await?;
    let reading = web.inner().readings.get(id);
    Ok(Shown(reading_part(&who, &import, reading.as_ref())))
}

type Found = (Project, Import, kernel::Page<ImportFault>);

async fn found(web: &Web, who: &Signed, id: ImportId, ask: FaultsAsk) -> Result<Found, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let import = unknown_to_others(payroll::import_of(tx, &actor, id), "import", id)?;
        let project = payroll::project(tx, &actor, import.project)?;
        let ask = PageAsk { limit: Some(FAULTS_ROWS), after: ask.after };
        let faults = payroll::faults(tx, &actor, id, &ask)?;
        Ok((project, import, faults))
    });
    Ok(found.await?)
}

fn counts(who: &Signed, i: &Import) -> Markup {
    let w = who.words();
    let n = |n: i64| html! { (w.t_with("count-rows", &[("n", n.into())])) };
    let mut rows = vec![
        Row::new(who.t("import-file"), html! { (i.file_name) }),
        Row::new(who.t("import-read"), n(i.rows_read)),
        Row::new(who.t("import-valid"), n(i.valid)),
        Row::new(who.t("import-refused"), n(i.refused)),
    ];
    if i.already > 0 {
        let key = if i.subject == Subject::Roster { "import-already-roster" } else { "import-already-sheet" };
        rows.push(Row::new(who.t(key), n(i.already)));
    }
    if !i.period.is_empty() {
        rows.insert(1, Row::new(who.t("sheet-period"), html! { (i.period) }));
    }
    summary_list(w, &rows)
}

fn import_page(
    who: &Signed,
    project: &Project,
    i: &Import,
    faults: &kernel::Page<ImportFault>,
    errors: &FieldErrors,
) -> Shown {
    let w = who.words();
    let here = format!("/wages/imports/{}", i.id);
    let first = (!who.view.address.eq(&here)).then_some(here.as_str());
    let main = html! {
        (error_summary(w, errors))
        (say_state(who, i))
        (counts(who, i))
        (next(who, i, errors))
        @if i.faults > 0 {
            (fault_table(who, &faults.items))
            (pager(w, first.filter(|_| who.view.address.contains("after=")), next_href(&who.view, &faults.next).as_deref()))
            (actions(link_button(Button::Secondary, &who.t("faults-download"), &format!("{here}/faults.csv"))))
        }
    };
    let key = if i.subject == Subject::Roster { "import-roster" } else { "import-sheet" };
    page(who, under(who, key, project).wrong(!errors.is_empty()), main)
}

fn say_state(who: &Signed, i: &Import) -> Markup {
    let (tone, key) = match (i.state, i.refused) {
        (ImportState::Accepted, 0) => (Tone::Good, "import-told-all"),
        (ImportState::Accepted, _) => (Tone::Good, "import-told-accepted"),
        (ImportState::Read, _) => (Tone::Warn, "import-told-read"),
        (ImportState::Rejected, _) => (Tone::Danger, "import-told-rejected"),
    };
    let args = [("valid", i.valid.into()), ("refused", i.refused.into())];
    notice(tone, &who.words().t_with(key, &args), html! { p { (who.t(&format!("{key}-next"))) } })
}

/// What whoever goes on with it needs.
fn maker(i: &Import) -> party::Permission {
    match i.subject {
        Subject::Roster => party::Permission::WageRosterEdit,
        Subject::PaySheet => party::Permission::WageSheetMake,
    }
}

/// The way on: the sheet, or the choice between going on and a corrected file.
fn next(who: &Signed, i: &Import, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let again = match i.subject {
        Subject::Roster => format!("/wages/projects/{}/roster-import", i.project),
        Subject::PaySheet => format!("/wages/projects/{}/sheet-import", i.project),
    };
    let maker = who.holds(maker(i));
    match i.state {
        ImportState::Accepted => html! {
            (actions(html! {
                @if let Some(sheet) = i.sheet { (link_button(Button::Primary, &who.t("import-to-sheet"), &format!("/wages/sheets/{sheet}"))) }
                @else { (link_button(Button::Primary, &who.t("import-to-roster"), &format!("/wages/projects/{}/roster", i.project))) }
            }))
        },
        ImportState::Read if maker => {
            let valid = w.t_with("import-go-on", &[("n", i.valid.into())]);
            let left = w.t_with("import-go-on-hint", &[("n", i.refused.into())]);
            let ways = [
                Choice::new("corrected", who.t("import-corrected")).hint(who.t("import-corrected-hint")),
                Choice::new("valid", valid).hint(left),
            ];
            let field = Field::new("way", who.t("import-way")).errors(errors);
            let fields = html! {
                (radios(w, &field, &ways))
                (actions(button(Button::Primary, &who.t("go-on"), None)))
            };
            form(&who.view, &format!("/wages/imports/{}/acceptance", i.id), fields)
        }
        ImportState::Rejected if maker => actions(link_button(Button::Primary, &who.t("import-corrected"), &again)),
        _ => html! {},
    }
}

/// A list of faults: where, what stood there, why, and what to do.
pub(super) fn fault_table(who: &Signed, faults: &[ImportFault]) -> Markup {
    let w = who.words();
    let zh = w.lang == Lang::Zh;
    let row = |f: &ImportFault| {
        let tone = match f.severity.as_str() {
            "refused" => Tone::Danger,
            "warning" => Tone::Warn,
            _ => Tone::Quiet,
        };
        let place = match (f.cell.as_str(), f.line) {
            ("", Some(line)) => w.t_with("fault-line", &[("n", line.into())]),
            ("", None) => who.t("fault-whole").into_owned(),
            (cell, _) => cell.to_owned(),
        };
        let (reason, remedy) = if zh { (&f.reason_zh, &f.remedy_zh) } else { (&f.reason_en, &f.remedy_en) };
        [
            html! { span.whole { strong { (place) } @if !f.sheet.is_empty() { br; span.hint { (f.sheet) } } } },
            html! { div { (f.column_title) @if !f.value.is_empty() { br; span.masked-text { (f.value) } } } },
            html! { div { (status(tone, &say::told(w, "severity", &f.severity), "", "")) " " (reason) } },
            html! { (remedy) },
        ]
    };
    let table = Table::new(who.t("faults"))
        .text(who.t("fault-cell"))
        .text(who.t("fault-value"))
        .text(who.t("fault-reason"))
        .text(who.t("fault-remedy"))
        .rows(faults.iter().map(row));
    table.show(w)
}

pub async fn faults_csv(State(web): State<Web>, who: Signed, At(id): At<ImportId>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let (name, bytes) = web
        .read(move |tx| {
            let import = unknown_to_others(payroll::import_of(tx, &actor, id), "import", id)?;
            Ok((import.file_name, payroll::faults_csv(tx, &actor, id)?))
        })
        .await?;
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
    let name = who.words().t_with("faults-file", &[("name", stem.into())]);
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    way: String,
}

pub async fn accept(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ImportId>,
    Checked(form): Checked<WayForm>,
) -> Result<Response, Fault> {
    let (project, import, faults) = found(&web, &who, id, FaultsAsk::default()).await?;
    match form.way.as_str() {
        way @ ("valid" | "again") => {
            let (actor, accept) = (who.actor.clone(), way == "valid");
            let taken = web.run(move |bank| payroll::take_up(&bank.store, &actor, id, accept)).await?;
            let sheet = web.read_file(&who.actor, taken).await?.and_then(|done| done.sheet);
            let place = sheet.map_or_else(|| format!("/wages/imports/{id}"), |s| format!("/wages/sheets/{s}"));
            Ok(see_other(&place))
        }
        "corrected" => {
            let kind = if import.subject == Subject::Roster { "roster-import" } else { "sheet-import" };
            Ok(see_other(&format!("/wages/projects/{}/{kind}", project.id)))
        }
        _ => {
            let mut errors = FieldErrors::new();
            errors.add("way", who.t("import-way-missing"));
            Ok(refused(import_page(&who, &project, &import, &faults, &errors)))
        }
    }
}
