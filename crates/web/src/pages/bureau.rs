//! What a labour bureau sees: its board, a project, its looks into accounts, cases and the report of a month. And bureaus as the head
//! office writes them down.
use super::arrears::{BoardAsk, NoteForm, only_open, projects, totals, warnings};
use super::arrears_case::{self as cases, ask};
use super::statement::XLSX;
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use app::table::{self, Cell};
use arrears::{Bureau, BureauNew, BureauQuery, CaseState, Level, MonthReport, QueryState, Totals};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{ArrearsCaseId, BureauId, BureauQueryId, FirmId, ProjectId};
use kernel::{Date, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::Period;
use serde::Deserialize;

/// `990102 汐洲市望潮区`: a region's code, and its name where it is known.
pub fn place(w: Words, code: &str) -> String {
    let named = worksite::regions(Date::from_days(20_000)).into_iter().find(|r| r.code == code);
    let name = named.map_or(String::new(), |r| if w.lang == crate::Lang::Zh { r.zh.clone() } else { r.en.clone() });
    format!("{code} {name}").trim_end().to_owned()
}

fn places(w: Words, t: &Totals) -> Markup {
    let row = |p: &arrears::Place| {
        [
            html! { a href={ "/bureau?region=" (p.region) } { (place(w, &p.region)) } },
            html! { (p.projects) },
            html! { (p.severe) },
            html! { (p.warnings) },
            amount(w, p.owed),
        ]
    };
    let table = Table::new(w.t("bureau-places"))
        .text(w.t("bureau-place"))
        .figures(w.t("arrears-projects"))
        .figures(w.t("arrears-severity-severe"))
        .figures(w.t("arrears-warnings"))
        .figures(w.t("arrears-owed"));
    table.rows(t.places.iter().map(row)).when_empty(w.t("arrears-none")).show(w)
}

pub async fn board(State(web): State<Web>, who: Signed, Query(asked): Query<BoardAsk>) -> Result<Shown, Fault> {
    let (actor, given) = (who.actor.clone(), asked.clone());
    let (bureau, found, sums) = web
        .read(move |tx| {
            let bureau = arrears::my_bureau(tx, &actor, P::BureauRead)?;
            let filter = given.shown();
            let found = arrears::bureau_board(tx, &actor, &filter, &given.page())?;
            Ok((bureau, found, arrears::bureau_totals(tx, &actor, &filter)?))
        })
        .await?;
    let w = who.words();
    let ways = [
        ("arrears-cases", "/bureau/cases"),
        ("complaints", "/bureau/complaints"),
        ("bureau-queries", "/bureau/queries"),
        ("bureau-report", "/bureau/report"),
    ];
    let table = projects(w, &found.items, "/bureau/projects");
    let main = html! {
        (actions(html! { @for (key, href) in ways { (link_button(Button::Secondary, &who.t(key), href)) } }))
        (totals(w, &sums))
        (places(w, &sums))
        (listing(only_open(w, "/bureau", &asked), table, pager(w, None, next_href(&who.view, &found.next).as_deref())))
    };
    let lead = format!("{} {}", bureau.name, bureau.region);
    Ok(page(&who, Sheet::new(who.t("bureau-board")).lead(lead), main))
}

pub async fn project(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (bureau, summary, all) = web
        .read(move |tx| {
            let (summary, all) = unknown_to_others(arrears::project_warnings(tx, &actor, id), "project", id)?;
            Ok((arrears::my_bureau(tx, &actor, P::BureauRead)?, summary, all))
        })
        .await?;
    let w = who.words();
    let acts = who.holds(P::BureauAct);
    let rows = [
        Row::new(w.t("project-payer"), html! { (summary.firm_name) }),
        Row::new(w.t("roster-size"), html! { (say::people(w, summary.workers)) }),
        Row::new(w.t("bureau-place"), html! { (place(w, &summary.region)) }),
        Row::new(w.t("arrears-cases"), html! { (summary.cases) }),
    ];
    // Without a case nobody has reckoned what is owed.
    let owed = (summary.cases > 0).then(|| Row::new(w.t("arrears-owed"), amount(w, summary.owed())));
    let rows: Vec<Row<'_>> = rows.into_iter().chain(owed).collect();
    let main = html! {
        (summary_list(w, &rows))
        @if acts { (actions(link_button(Button::Primary, &who.t("arrears-case-open"), &format!("/bureau/projects/{id}/case")))) }
        (warnings(w, &all, false))
        @if acts {
            h2 { (who.t("bureau-query-ask")) }
            p { (who.t("bureau-query-lead")) }
            (form(&who.view, &format!("/bureau/projects/{id}/queries"), html! {
                (multiline(w, &Field::new("reason", who.t("bureau-query-reason")), 2, party::REASON_CHARS_MAX as u32))
                (text(w, &Field::new("document", who.t("bureau-query-document"))))
                (actions(button(Button::Secondary, &who.t("bureau-query-ask"), None)))
            }))
        }
    };
    let sheet = Sheet::new(summary.name.clone()).lead(bureau.name);
    Ok(page(&who, sheet.crumb(who.t("bureau-board"), "/bureau"), main))
}

/// The form that opens a case in the bureau's region.
pub async fn case_form(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (name, of) = web
        .read(move |tx| {
            let (summary, _) = unknown_to_others(arrears::project_warnings(tx, &actor, id), "project", id)?;
            Ok((summary.name, cases::openable(tx, id)?))
        })
        .await?;
    let main = cases::open_fields(&who, &format!("/bureau/projects/{id}/case"), &of);
    let sheet = Sheet::new(who.t("arrears-case-open")).lead(name);
    Ok(page(&who, sheet.crumb(who.t("bureau-board"), "/bureau"), main))
}

/// A look that is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    reason: String,
    document: String,
}

pub async fn query_ask(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<QueryForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let query = web.write(move |tx| arrears::query_ask(tx, &actor, id, &given.reason, &given.document)).await?;
    Ok(see_other(&format!("/bureau/queries/{query}")))
}

fn query_state(w: Words, s: QueryState) -> Markup {
    let tone = match s {
        QueryState::Asked => Tone::Info,
        QueryState::Approved => Tone::Good,
        QueryState::Refused => Tone::Danger,
    };
    status(tone, &say::told(w, "bureau-query-state", s.code()), "", "")
}

pub async fn queries(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web
        .read(move |tx| {
            let page = arrears::queries(tx, &actor, &ask)?;
            let name = |q: &BureauQuery| Ok(payroll::project_raw(tx, q.project)?.name);
            let names = page.items.iter().map(name).collect::<kernel::Result<Vec<_>>>()?;
            Ok((page, names))
        })
        .await?;
    let (w, (found, names)) = (who.words(), found);
    let row = |(q, name): (&BureauQuery, &String)| {
        [
            html! { a href={ "/bureau/queries/" (q.id) } { (name) } },
            html! { (q.document) },
            moment(w, q.asked_at),
            html! { (q.looks) },
            query_state(w, q.state),
        ]
    };
    let table = Table::new(who.t("bureau-queries"))
        .text(who.t("project-name"))
        .text(who.t("bureau-query-document"))
        .text(who.t("arrears-when"))
        .figures(who.t("bureau-query-looks"))
        .text(who.t("arrears-state"))
        .rows(found.items.iter().zip(&names).map(row))
        .when_empty(who.t("bureau-queries-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &found.next).as_deref())) };
    let sheet = Sheet::new(who.t("bureau-queries")).lead(who.t("bureau-query-lead"));
    Ok(page(&who, sheet.crumb(who.t("bureau-board"), "/bureau"), main))
}

fn query_rows<'a>(w: Words, q: &'a BureauQuery, account: &'a str) -> Vec<Row<'a>> {
    let mut rows = vec![
        Row::new(w.t("bureau-query-account"), html! { (account) }),
        Row::new(w.t("bureau-query-document"), html! { (q.document) }),
        Row::new(w.t("bureau-query-reason"), html! { (q.reason) }),
        Row::new(w.t("arrears-state"), query_state(w, q.state)),
        Row::new(w.t("bureau-query-looks"), html! { (q.looks) }),
    ];
    if !q.number.is_empty() {
        rows.push(Row::new(w.t("bureau-query-number"), html! { (q.number) }));
    }
    rows.extend(q.until.map(|at| Row::new(w.t("bureau-query-until"), moment(w, at))));
    if !q.decided_why.is_empty() {
        rows.push(Row::new(w.t("arrears-reason"), html! { (q.decided_why) }));
    }
    rows
}

pub async fn query(State(web): State<Web>, who: Signed, At(id): At<BureauQueryId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (q, account) = web
        .read(move |tx| {
            let q = unknown_to_others(arrears::query(tx, &actor, id), "query", id)?;
            let account = payroll::project_raw(tx, q.project)?.account_name;
            Ok((q, account))
        })
        .await?;
    let w = who.words();
    let main = html! {
        (summary_list(w, &query_rows(w, &q, &account)))
        @if q.state == QueryState::Asked && who.holds(P::BureauApprove) {
            (actions(link_button(Button::Primary, &who.t("bureau-query-decide"), &format!("/approvals/{}", q.approval))))
        }
        @if q.state == QueryState::Approved && who.holds(P::BureauAct) {
            p { (who.t("bureau-look-lead")) }
            (form(&who.view, &format!("/bureau/queries/{id}/look"), actions(button(Button::Primary, &who.t("bureau-look"), None))))
        }
    };
    Ok(page(&who, Sheet::new(who.t("bureau-query")).crumb(who.t("bureau-queries"), "/bureau/queries"), main))
}

/// One look; it is counted before it is shown.
pub async fn look(
    State(web): State<Web>,
    who: Signed,
    At(id): At<BureauQueryId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let seen = web.write(move |tx| unknown_to_others(arrears::account_look(tx, &actor, id), "query", id)).await?;
    let w = who.words();
    let rows = [
        Row::new(w.t("bureau-query-account"), html! { (seen.account_name) }),
        Row::new(w.t("wage-account-number"), html! { span.masked-text { (seen.account_masked) } }),
        Row::new(w.t("wage-in-clearing"), amount(w, seen.in_clearing)),
        Row::new(w.t("bureau-query-number"), html! { (seen.number) }),
        Row::new(w.t("arrears-when"), moment(w, seen.at)),
    ];
    let main = html! {
        (balance(w, &who.t("wage-balance"), seen.balance))
        (summary_list(w, &rows))
        (notice(Tone::Info, &who.t("bureau-look-written"), html! {}))
    };
    Ok(page(&who, Sheet::new(who.t("bureau-look")).crumb(who.t("bureau-queries"), "/bureau/queries"), main))
}

pub async fn case_list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| arrears::cases_of_bureau(tx, &actor, &ask)).await?;
    let w = who.words();
    let main = html! {
        (cases::table(w, &found.items, "/bureau/cases"))
        (pager(w, None, next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("arrears-cases")).crumb(who.t("bureau-board"), "/bureau"), main))
}

pub async fn case(State(web): State<Web>, who: Signed, At(id): At<ArrearsCaseId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| cases::load(tx, &actor, id)).await?;
    let (w, c, acts) = (who.words(), &seen.case, who.holds(P::BureauAct));
    let may_order = matches!(c.state, CaseState::Open | CaseState::Told | CaseState::Reported);
    let to = |what: &str| format!("/bureau/cases/{id}/{what}");
    let main = html! {
        (cases::told(w, &seen, "/bureau/cases"))
        @if acts && may_order {
            h2 { (who.t("bureau-order")) } p { (who.t("bureau-order-lead")) }
            (form(&who.view, &to("order"), html! {
                (text(w, &Field::new("document", who.t("arrears-order"))))
                (date(w, &Field::new("due_on", who.t("bureau-order-due")), None, None))
                (actions(button(Button::Primary, &who.t("bureau-order"), None)))
            }))
        }
        @if acts && c.state == CaseState::Defaulted && seen.waits.is_none() { h2 { (who.t("bureau-notice")) } p { (who.t("bureau-notice-lead")) } (ask(&who, &to("notice"), ("arrears-notice", "bureau-notice-write"), Button::Primary)) }
        @if let Some(asked) = seen.waits.filter(|_| who.holds(P::BureauApprove)) { (actions(link_button(Button::Primary, &who.t("bureau-notice-sign"), &format!("/approvals/{asked}")))) }
        @if acts && c.is_open() { h2 { (who.t("arrears-note")) } (cases::note_form(&who, &to("notes"))) }
        (cases::owed(w, &seen))
    };
    let sheet = Sheet::new(c.about.clone()).lead(seen.project.clone());
    Ok(page(&who, sheet.crumb(who.t("arrears-cases"), "/bureau/cases"), main))
}

/// An order to the main contractor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrderForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    document: String,
    due_on: String,
}

pub async fn order(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    Checked(given): Checked<OrderForm>,
) -> Result<Response, Fault> {
    let (actor, due_on) = (who.actor.clone(), Date::parse(given.due_on.trim())?);
    web.write(move |tx| arrears::case_order(tx, &actor, id, &given.document, due_on)).await?;
    Ok(see_other(&format!("/bureau/cases/{id}")))
}

pub async fn notice_send(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| arrears::notice_ask(tx, &actor, id, &given.note)).await?;
    Ok(see_other(&format!("/bureau/cases/{id}")))
}

pub async fn case_note(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ArrearsCaseId>,
    upload: Upload,
) -> Result<Response, Fault> {
    cases::keep_note(&web, &who, id, upload).await?;
    Ok(see_other(&format!("/bureau/cases/{id}")))
}

/// Which month.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MonthAsk {
    period: String,
}

impl MonthAsk {
    fn read(&self, today: Date) -> kernel::Result<Period> {
        match self.period.trim() {
            "" => Ok(Period::of(today)),
            text => Period::parse(text),
        }
    }
}

async fn month(web: &Web, who: &Signed, ask: &MonthAsk) -> Result<MonthReport, Fault> {
    let (actor, period) = (who.actor.clone(), ask.read(web.now().local_date())?);
    Ok(web.read(move |tx| arrears::report(tx, &actor, period)).await?)
}

pub async fn report(State(web): State<Web>, who: Signed, Query(ask): Query<MonthAsk>) -> Result<Shown, Fault> {
    let r = month(&web, &who, &ask).await?;
    let w = who.words();
    let some: Vec<_> = r.lines.iter().filter(|l| l.opened + l.cleared + l.open > 0).collect();
    let point = |l: &&arrears::ReportLine| Point::new(super::arrears::kind(w, l.kind), l.opened, l.opened.to_string());
    let points: Vec<Point<'_>> = some.iter().map(point).collect();
    let chart = Chart {
        id: "month-opened",
        title: w.t("report-chart"),
        about: w.t("report-chart-about"),
        shape: Shape::Rows,
        points: &points,
        heads: (w.t("arrears-warning"), w.t("report-opened")),
    };
    let field = Field::new("period", who.t("bureau-month")).value(r.period.to_string()).width(Width::Twelve);
    let main = html! {
        (filter_bar(w, "/bureau/report", text(w, &field)))
        @if !points.is_empty() { (chart.show(w)) }
        (report_table(w, &r))
        (report_sums(w, &r))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("report-workbook"), &format!("/bureau/report.xlsx?period={}", r.period)))
            (link_button(Button::Secondary, &who.t("report-download"), &format!("/bureau/report.csv?period={}", r.period)))
        }))
    };
    let sheet = Sheet::new(who.t("bureau-report")).lead(format!("{} {}", r.bureau, r.period));
    Ok(page(&who, sheet.crumb(who.t("bureau-board"), "/bureau"), main))
}

fn report_table(w: Words, r: &MonthReport) -> Markup {
    let row = |l: &arrears::ReportLine| {
        let name = html! { (super::arrears::kind(w, l.kind)) };
        [name, html! { (l.opened) }, html! { (l.cleared) }, html! { (l.dismissed) }, html! { (l.open) }]
    };
    let table = Table::new(w.t("arrears-warnings"))
        .text(w.t("report-kind"))
        .figures(w.t("report-opened"))
        .figures(w.t("report-cleared"))
        .figures(w.t("report-dismissed"))
        .figures(w.t("report-open"));
    let some = r.lines.iter().filter(|l| l.opened + l.cleared + l.dismissed + l.open > 0);
    table.rows(some.map(row)).when_empty(w.t("arrears-none")).show(w)
}

fn report_sums(w: Words, r: &MonthReport) -> Markup {
    let rows = [
        Row::new(w.t("report-cases-opened"), html! { (r.cases_opened) }),
        Row::new(w.t("report-cases-closed"), html! { (r.cases_closed) }),
        Row::new(w.t("report-workers"), html! { (r.workers) }),
        Row::new(w.t("report-owed"), amount(w, r.owed)),
        Row::new(w.t("report-paid"), amount(w, r.paid)),
        Row::new(w.t("report-complaints"), html! { (r.complaints) }),
        Row::new(w.t("report-complaints-closed"), html! { (r.complaints_closed) }),
    ];
    summary_list(w, &rows)
}

pub async fn report_csv(State(web): State<Web>, who: Signed, Query(ask): Query<MonthAsk>) -> Result<Response, Fault> {
    let r = month(&web, &who, &ask).await?;
    let w = who.words();
    let text = arrears::report_csv(&r, |k| super::arrears::kind(w, k), |key| say::text_or(w, key));
    Ok(download(&format!("{}-{}.csv", r.region, r.period), "text/csv; charset=utf-8", text.into_bytes()))
}

/// The same as a workbook: a sheet of warnings by kind, and one of the sums.
pub async fn report_book(State(web): State<Web>, who: Signed, Query(ask): Query<MonthAsk>) -> Result<Response, Fault> {
    let r = month(&web, &who, &ask).await?;
    let bytes = table::workbook(&sheets(who.words(), &r))?;
    Ok(download(&format!("{}-{}.xlsx", r.region, r.period), XLSX, bytes))
}

fn sheets(w: Words, r: &MonthReport) -> [table::Sheet; 2] {
    let t = |key: &str| say::text_or(w, key);
    let kinds = r.lines.iter().map(|l| {
        let counts = [l.opened, l.cleared, l.dismissed, l.open].map(Cell::Count);
        std::iter::once(Cell::Text(super::arrears::kind(w, l.kind))).chain(counts).collect()
    });
    let heads = ["report-kind", "report-opened", "report-cleared", "report-dismissed", "report-open"].map(t);
    let counts = [
        ("report-cases-opened", r.cases_opened),
        ("report-cases-closed", r.cases_closed),
        ("report-workers", r.workers),
        ("report-complaints", r.complaints),
        ("report-complaints-closed", r.complaints_closed),
    ];
    let sums = [("report-owed", r.owed), ("report-paid", r.paid)];
    let counted = counts.map(|(key, n)| vec![Cell::Text(t(key)), Cell::Count(n)]);
    let summed = sums.map(|(key, m)| vec![Cell::Text(t(key)), Cell::Amount(Some(m))]);
    let rows = counted.into_iter().chain(summed).collect();
    let of = vec![format!("{} {}", r.bureau, r.region), r.period.to_string()];
    [
        table::Sheet { name: t("arrears-warnings"), heads: heads.into(), rows: kinds.collect() },
        table::Sheet { name: t("report-sums"), heads: of, rows },
    ]
}

/// A bureau to be written down.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BureauForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    firm: String,
    region: String,
    level: String,
    hotline: String,
}

pub async fn kept(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let all = web.read(move |tx| arrears::bureaus_kept(tx, &actor)).await?;
    let w = who.words();
    let level = |l: Level| say::told(w, "bureau-level", l.code());
    let row =
        |b: &Bureau| [html! { (b.name) }, html! { (b.region) }, html! { (level(b.level)) }, html! { (b.hotline) }];
    let table = Table::new(who.t("bureaus"))
        .text(who.t("bureau-name"))
        .text(who.t("bureau-region"))
        .text(who.t("bureau-level"))
        .text(who.t("bureau-hotline"))
        .rows(all.iter().map(row))
        .when_empty(who.t("bureaus-none"))
        .caption_hidden();
    let levels: Vec<Choice<'_>> = Level::ALL.iter().map(|l| Choice::new(l.code(), level(*l))).collect();
    let main = html! {
        (table.show(w))
        h2 { (who.t("bureau-make")) }
        (form(&who.view, "/bureaus", html! {
            (text(w, &Field::new("firm", who.t("bureau-firm")).hint(who.t("bureau-firm-hint"))))
            (text(w, &Field::new("region", who.t("bureau-region")).hint(who.t("bureau-region-hint")).width(Width::Twelve)))
            (select(w, &Field::new("level", who.t("bureau-level")), &levels))
            (text(w, &Field::new("hotline", who.t("bureau-hotline")).width(Width::Twenty).optional()))
            (actions(button(Button::Primary, &who.t("bureau-make"), None)))
        }))
    };
    Ok(page(&who, Sheet::new(who.t("bureaus")).lead(who.t("bureaus-lead")), main))
}

pub async fn make(State(web): State<Web>, who: Signed, Checked(given): Checked<BureauForm>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let level = Level::parse(&given.level).ok_or_else(|| kernel::Error::field("level", "county, city or province"))?;
    web.write(move |tx| {
        let unknown = || kernel::Error::field("firm", "no firm has this unified social credit code");
        let firm = match given.firm.trim().parse::<FirmId>() {
            Ok(id) => id,
            Err(_) => party::firm_by_code(tx, given.firm.trim())?.ok_or_else(unknown)?,
        };
        let new = BureauNew { firm, region: given.region.clone(), level, hotline: given.hotline.clone() };
        arrears::bureau_make(tx, &actor, new)
    })
    .await?;
    Ok(see_other("/bureaus"))
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<BureauId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| arrears::bureau_end(tx, &actor, id, &given.note)).await?;
    Ok(see_other("/bureaus"))
}
