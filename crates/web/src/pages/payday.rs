//! Paying a sheet by one key: the summary, the progress, the result with what failed and why, and paying that again.
//!
//! One address shows all of it: before the key is pressed the summary, then how far the run is, at the end the result. The
//! progress keeps itself fresh; without scripts a link looks again.
use super::confirm::{Confirm, Given};
use super::projects::sheet_name;
use super::sheets::{account, after_failure, checkers, crumbs, pay_on, under, view, why_failed};
use super::{instructions, next_href, once_field, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::{PayLineId, PaySheetId};
use kernel::{Actor, Error, Id, Kind, Page, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use payroll::{LineState, LineView, Progress, REPAY_LINES_MAX, SheetState, SheetView, Standing, Worker};
use serde::Deserialize;
use store::{Tx, params};

/// Failed lines on one page.
const FAILED_ROWS: u32 = 100;
/// Chunks that one push of a run pays before others get their turn.
const CHUNKS_A_PUSH: u32 = 20;
/// Seconds between two looks at a run.
const LOOK_SECONDS: u32 = 2;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FailedAsk {
    after: Option<String>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Query(ask): Query<FailedAsk>,
) -> Result<Response, Fault> {
    let v = view(&web, &who, id).await?;
    match v.state {
        SheetState::Checked if who.holds(P::WagePay) && who.firm().is_some() => {
            who.need_step_up()?;
            Ok(pay_page(&web, &who, &v, None).into_response())
        }
        SheetState::Starting | SheetState::Paying => Ok(run_page(&web, &who, &v, ask).await?.into_response()),
        SheetState::Paid | SheetState::PartlyPaid => Ok(result_page(&web, &who, &v, ask).await?.into_response()),
        _ => Ok(see_other(&format!("/wages/sheets/{id}"))),
    }
}

/// How far the run is. Once all accounts here are done, what failed is shown without waiting for other banks.
async fn run_page(web: &Web, who: &Signed, v: &SheetView, ask: FailedAsk) -> Result<Shown, Fault> {
    let (w, id) = (who.words(), v.sheet);
    let place = format!("/wages/sheets/{id}/progress");
    let over = v.progress.waiting_lines == 0;
    let failed = if over {
        failed_part(web, who, v, ask).await?
    } else {
        html! {}
    };
    let main = html! {
        (live(&who.t("run-progress"), &place, LOOK_SECONDS, None, progress_part(who, v)))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("look-again"), &format!("/wages/sheets/{id}/payment")))
            @if over { (link_button(Button::Secondary, &who.t("result-download"), &format!("/wages/sheets/{id}/result.csv"))) }
        }))
        (failed)
    };
    let title = w.t_with("run-title", &[("name", sheet_name(who, v).into())]);
    let shown = under(who, title, v).crumb(sheet_name(who, v), format!("/wages/sheets/{id}"));
    Ok(page(who, shown.lead(who.t("run-lead")), main))
}

fn pay_page(web: &Web, who: &Signed, v: &SheetView, refusal: Option<&Progress>) -> Shown {
    let w = who.words();
    let rows = vec![
        Row::new(who.t("project-name"), html! { (v.project_name) }),
        Row::new(who.t("sheet-period"), html! { (sheet_name(who, v)) }),
        Row::new(who.t("wage-lines"), html! { (say::people(w, v.progress.lines)) }),
        Row::new(who.t("sheet-net"), html! { strong { (amount(w, v.net)) } }),
        Row::new(who.t("sheet-pay-on"), pay_on(who, v)),
        Row::new(who.t("hand-drafted"), say::by(w, &v.drafted.name, v.drafted.at)),
        Row::new(who.t("hand-checked"), checkers(who, v)),
    ];
    let enough = v.enough;
    let more = html! {
        @if !enough { (notice(Tone::Danger, &who.t("sheet-not-enough"), html! { p { (who.t("sheet-not-enough-next")) } })) }
        @if let Some(p) = refusal { (instructions::refusal(web, who, &p.code, &p.reasons)) }
    };
    let here = format!("/wages/sheets/{}", v.sheet);
    let confirm = Confirm {
        title: &who.t("pay-now"),
        lead: &who.t("pay-now-lead"),
        crumbs: crumbs(who, v),
        rows,
        more,
        action: &format!("{here}/payment"),
        back: &here,
        button: (Button::Primary, &w.t_with("pay-now-confirm", &[("n", v.progress.lines.into())])),
        reason: None,
        hash: &v.payload_hash,
    };
    confirm.show(who, &Given::default(), &FieldErrors::new())
}

pub async fn pay(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    view(&web, &who, id).await?;
    who.need_step_up()?;
    let (actor, hash) = (who.actor.clone(), given.hash);
    let progress = web.run(move |bank| payroll::pay(&bank.desk, &actor, id, &hash)).await?;
    if !progress.code.is_empty() {
        let v = view(&web, &who, id).await?;
        return Ok(refused(pay_page(&web, &who, &v, Some(&progress))));
    }
    if progress.more {
        push(web, id);
    }
    Ok(see_other(&format!("/wages/sheets/{id}/payment")))
}

/// Pays chunk after chunk beside the request; when this ends early, the bank's own job goes on.
fn push(web: Web, id: PaySheetId) {
    tokio::spawn(async move {
        loop {
            match web.run(move |bank| payroll::go_on(&bank.desk, id, CHUNKS_A_PUSH)).await {
                Ok(progress) if progress.more => {}
                Ok(_) => return,
                Err(why) => return tracing::debug!(%id, error = ?why, "the run is left to the bank's job"),
            }
        }
    });
}

/// The part of the page that keeps itself fresh.
pub async fn progress(State(web): State<Web>, who: Signed, At(id): At<PaySheetId>) -> Result<Shown, Fault> {
    let v = view(&web, &who, id).await?;
    Ok(Shown(progress_part(&who, &v)))
}

fn progress_part(who: &Signed, v: &SheetView) -> Markup {
    let (w, p) = (who.words(), &v.progress);
    let done = p.paid_lines + p.processing_lines + p.failed_lines;
    let n = |n: i64| u64::try_from(n).unwrap_or(0);
    html! {
        @if let Some(waits) = p.waits {
            (notice(Tone::Warn, &who.t("run-waits"), html! { p { (say::tag(w, waits)) } p { (who.t("run-waits-next")) } }))
        }
        (crate::look::progress(&who.t("run-progress"), n(done), n(p.lines), &who.t("unit-people")))
        (outcome(who, p))
        @if v.state == SheetState::Paying && p.waiting_lines == 0 && p.processing_lines > 0 { p { (who.t("run-processing")) } }
        @if matches!(v.state, SheetState::Paid | SheetState::PartlyPaid) {
            (notice(Tone::Good, &who.t("run-over"), html! { p { a href={ "/wages/sheets/" (v.sheet) "/payment" } { (who.t("sheet-result")) } } }))
        }
    }
}

/// How many and how much became what.
fn outcome(who: &Signed, p: &Progress) -> Markup {
    let w = who.words();
    let row = |key: &str, lines: i64, sum: kernel::Money| {
        Row::new(who.t(key), html! { (say::people(w, lines)) " · " (amount(w, sum)) })
    };
    let mut rows = vec![row("run-paid", p.paid_lines, p.paid)];
    if p.processing_lines > 0 {
        rows.push(row("run-at-other-banks", p.processing_lines, p.processing));
    }
    if p.failed_lines > 0 {
        rows.push(row("run-failed", p.failed_lines, p.failed));
        rows.push(Row::new(who.t("run-returned"), amount(w, p.returned)));
    }
    if p.waiting_lines > 0 {
        rows.push(Row::new(who.t("run-waiting"), html! { (say::people(w, p.waiting_lines)) }));
    }
    html! { (summary_list(w, &rows)) (outcome_chart(who, p)) }
}

/// The same as a picture: people by what became of their wage.
fn outcome_chart(who: &Signed, p: &Progress) -> Markup {
    let w = who.words();
    let of = [
        ("run-paid", p.paid_lines),
        ("run-at-other-banks", p.processing_lines),
        ("run-failed", p.failed_lines),
        ("run-waiting", p.waiting_lines),
    ];
    let points: Vec<Point<'_>> = of
        .into_iter()
        .filter(|(key, lines)| *lines > 0 || *key == "run-paid")
        .map(|(key, lines)| Point::new(who.t(key), lines, say::people(w, lines)))
        .collect();
    let about = w.t_with("run-chart-about", &[("paid", p.paid_lines.into()), ("all", p.lines.into())]);
    let chart = Chart {
        id: "outcome",
        title: who.t("run-chart"),
        about: about.into(),
        shape: Shape::Rows,
        points: &points,
        heads: (who.t("run-chart-what"), who.t("home-count")),
    };
    chart.show(w)
}

/// A line that failed, and whether it can be put on a new sheet now.
struct Failed {
    line: LineView,
    ready: bool,
}

/// Failed lines with what the roster knows of their workers' accounts today.
fn failed(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, ask: &PageAsk) -> Done<Page<Failed>> {
    let found = payroll::lines(tx, actor, id, Some(LineState::Failed), ask)?;
    let with_worker = |line: LineView| {
        let worker = tx.get::<Worker>(params![line.worker.book(), line.worker])?;
        let fit = |w: &Worker| matches!(w.standing, Standing::Verified | Standing::External);
        let ready = line.money_back && line.repaid_by.is_none() && worker.as_ref().is_some_and(fit);
        Ok(Failed { line, ready })
    };
    let items = found.items.into_iter().map(with_worker).collect::<Done<Vec<_>>>()?;
    Ok(Page { items, next: found.next })
}

/// Who was not paid, why, and what to do; nothing when everybody was.
async fn failed_part(web: &Web, who: &Signed, v: &SheetView, ask: FailedAsk) -> Result<Markup, Fault> {
    if v.progress.failed_lines == 0 {
        return Ok(html! {});
    }
    let (actor, id, after) = (who.actor.clone(), v.sheet, ask.after.is_some());
    let ask = PageAsk { limit: Some(FAILED_ROWS), after: ask.after };
    let failed = web.read(move |tx| failed(tx, &actor, id, &ask)).await?;
    let first = after.then(|| format!("/wages/sheets/{id}/payment"));
    Ok(html! {
        h2 { (who.t("failed-lines")) }
        p { (who.t("failed-lead")) }
        (failed_table(who, v, &failed.items))
        (pager(who.words(), first.as_deref(), next_href(&who.view, &failed.next).as_deref()))
    })
}

async fn result_page(web: &Web, who: &Signed, v: &SheetView, ask: FailedAsk) -> Result<Shown, Fault> {
    let (id, w, p) = (v.sheet, who.words(), &v.progress);
    let failed = failed_part(web, who, v, ask).await?;
    let (tone, title) = match p.failed_lines {
        0 => (Tone::Good, w.t_with("run-all-paid", &[("n", p.paid_lines.into())])),
        n => (Tone::Warn, w.t_with("run-some-failed", &[("paid", p.paid_lines.into()), ("failed", n.into())])),
    };
    let next = html! {
        (outcome(who, p))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("result-download"), &format!("/wages/sheets/{id}/result.csv")))
            (link_button(Button::Secondary, &who.t("sheet-back"), &format!("/wages/sheets/{id}")))
            (print_button(w))
        }))
    };
    let main = html! {
        (result(tone, &title, Some((&who.t("sheet-reference"), &id.to_string())), next))
        (failed)
    };
    let shown = under(who, title.clone(), v).crumb(sheet_name(who, v), format!("/wages/sheets/{id}")).bare();
    Ok(page(who, shown, main))
}

/// The form of the buttons that pay again; they stand in the table and below it.
const REPAY_FORM: &str = "repayment";

/// Sends the form with one line, or with all (empty).
fn repay_button(kind: &'static str, label: &str, line: &str, whose: &str) -> Markup {
    html! {
        button class=(kind) type="submit" form=(REPAY_FORM) name="line" value=(line) {
            (label) @if !whose.is_empty() { span.aside { (whose) } }
        }
    }
}

fn failed_table(who: &Signed, v: &SheetView, failed: &[Failed]) -> Markup {
    let w = who.words();
    let maker = who.firm().is_some() && who.holds(P::WageSheetMake);
    let ready = failed.iter().any(|f| f.ready);
    let then = |f: &Failed| {
        let l = &f.line;
        html! { div {
            @if l.repaid_by.is_some() { (who.t("line-repaid")) }
            @else if !l.money_back { (who.t("line-money-under-way")) }
            @else if maker {
                (actions(html! {
                    a href={ "/wages/workers/" (l.worker) "/account" } { (who.t("account-change")) span.aside { (l.name) } }
                    @if f.ready { (repay_button("button button-secondary whole", &who.t("repay-one"), &l.line.to_string(), &l.name)) }
                }))
            }
        } }
    };
    let row = |f: &Failed| {
        let l = &f.line;
        [
            html! { span.whole { a href={ "/slips/" (l.line) } { (l.name) } br; span.masked-text { (l.identity) } } },
            account(who, &l.account, &l.bank),
            amount(w, l.net),
            html! { div { strong { (why_failed(who, &l.reason)) } br; (after_failure(who, &l.reason)) } },
            then(f),
        ]
    };
    let table = Table::new(who.t("failed-lines"))
        .text(who.t("worker-name"))
        .text(who.t("worker-account"))
        .figures(who.t("sheet-net"))
        .text(who.t("failed-why"))
        .text(who.t("failed-then"))
        .rows(failed.iter().map(row))
        .caption_hidden()
        .show(w);
    html! {
        (table)
        @if maker && ready {
            form.form id=(REPAY_FORM) method="post" action={ "/wages/sheets/" (v.sheet) "/repayment" } data-once {
                (proof(&who.view)) (once_field())
                (actions(repay_button("button", &who.t("repay-all"), "", "")))
                p.hint { (who.t("repay-hint")) }
            }
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepayForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    /// One line; empty for all that can be paid again.
    line: String,
}

pub async fn repay(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(form): Checked<RepayForm>,
) -> Result<Response, Fault> {
    let v = view(&web, &who, id).await?;
    let one = (!form.line.is_empty()).then(|| form.line.parse::<PayLineId>()).transpose()?;
    let (actor, note) = (who.actor.clone(), who.t("repay-note").into_owned());
    let made = web
        .write(move |tx| {
            let lines = match one {
                Some(line) => vec![line],
                None => ready_lines(tx, &actor, id)?,
            };
            payroll::repay(tx, &actor, &lines, &note)
        })
        .await;
    match made {
        Ok(sheet) => Ok(see_other(&format!("/wages/sheets/{sheet}"))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Conflict) => {
            let told = who.words().error(&why);
            let main = html! {
                (notice(Tone::Warn, &told.message, html! { p { (told.remedy) } }))
                (failed_part(&web, &who, &v, FailedAsk::default()).await?)
            };
            let shown = under(&who, who.t("failed-lines").into_owned(), &v);
            Ok(refused(page(&who, shown.crumb(sheet_name(&who, &v), format!("/wages/sheets/{id}")), main)))
        }
        Err(why) => Err(why.into()),
    }
}

/// All lines that can be paid again, at most [`REPAY_LINES_MAX`].
fn ready_lines(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Done<Vec<PayLineId>> {
    let mut lines = Vec::new();
    let mut ask = PageAsk::first(kernel::page::PAGE_ROWS_MAX);
    loop {
        let found = failed(tx, actor, id, &ask)?;
        lines.extend(found.items.iter().filter(|f| f.ready).map(|f| f.line.line));
        ask.after = found.next;
        if ask.after.is_none() || lines.len() >= REPAY_LINES_MAX {
            break;
        }
    }
    lines.truncate(REPAY_LINES_MAX);
    match lines.is_empty() {
        true => Err(Error::new(&payroll::NOT_FAILED, "no line of the sheet can be paid again now")),
        false => Ok(lines),
    }
}

pub async fn result_csv(State(web): State<Web>, who: Signed, At(id): At<PaySheetId>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let (v, bytes) = web
        .read(move |tx| {
            let v = unknown_to_others(payroll::sheet(tx, &actor, id), "pay sheet", id)?;
            let mut bytes = Vec::new();
            payroll::result_csv(tx, &actor, id, &say::result, &mut bytes)?;
            Ok((v, bytes))
        })
        .await?;
    let name = who
        .words()
        .t_with("result-file", &[("name", v.project_name.as_str().into()), ("period", v.period.to_string().into())]);
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}
