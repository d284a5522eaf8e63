//! A pay sheet: its totals, who made, submitted, checked and paid it, and its lines.
use super::confirm::{Confirm, Given};
use super::projects::sheet_name;
use super::{Page as Sheet, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::PageAsk;
use kernel::id::PaySheetId;
use maud::{Markup, html};
use party::Permission as P;
use payroll::{LineState, LineView, SheetState, SheetView};
use serde::Deserialize;

/// Lines on one page.
const LINES_ROWS: u32 = 50;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct LinesAsk {
    state: Option<String>,
    after: Option<String>,
}

pub fn under<'a>(who: &Signed, title: String, v: &SheetView) -> Sheet<'a> {
    let place = format!("/wages/projects/{}", v.project);
    Sheet::new(title).crumb(who.t("wages"), "/wages").crumb(v.project_name.clone(), place)
}

pub async fn view(web: &Web, who: &Signed, id: PaySheetId) -> Result<SheetView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| unknown_to_others(payroll::sheet(tx, &actor, id), "pay sheet", id)).await?)
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Query(ask): Query<LinesAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let state = ask.state.as_deref().and_then(LineState::parse);
    let first = ask.after.is_none();
    let lines_ask = PageAsk { limit: Some(LINES_ROWS), after: ask.after };
    let (v, lines, rules) = web
        .read(move |tx| {
            let v = unknown_to_others(payroll::sheet(tx, &actor, id), "pay sheet", id)?;
            let rules = payroll::site_rules(tx, v.project)?.is_some();
            Ok((v, payroll::lines(tx, &actor, id, state, &lines_ask)?, rules))
        })
        .await?;
    let w = who.words();
    let back = (!first)
        .then(|| format!("/wages/sheets/{id}{}", state.map_or_else(String::new, |s| format!("?state={}", s.code()))));
    let main = html! {
        p { (head(&who, &v)) }
        (warnings(&who, &v))
        @if rules { p { a href={ "/crews/sheets/" (id) } { (who.t("crew-sheet-way")) } } }
        (work(&who, &v))
        (totals(&who, &v))
        (hands(&who, &v))
        h2 { (who.t("sheet-lines")) }
        (filter(&who, &v, state))
        (line_table(&who, &lines.items))
        (pager(w, back.as_deref(), next_href(&who.view, &lines.next).as_deref()))
    };
    let title = w.t_with("sheet-title", &[("name", sheet_name(&who, &v).into())]);
    Ok(page(&who, under(&who, title, &v).lead(v.firm_name.clone()), main))
}

/// The state with the last who and when.
pub fn head(who: &Signed, v: &SheetView) -> Markup {
    let w = who.words();
    if let Some(ended) = &v.ended {
        return say::tag_by(w, v.state, &ended.name, Some(ended.at));
    }
    let last = v.paying.as_ref().or(v.checked.as_ref()).or(v.submitted.as_ref()).unwrap_or(&v.drafted);
    say::tag_by(w, v.state, &last.name, Some(last.at))
}

fn warnings(who: &Signed, v: &SheetView) -> Markup {
    let before =
        matches!(v.state, SheetState::Drafted | SheetState::Submitted | SheetState::Checked | SheetState::SentBack);
    html! {
        @if let Some(ended) = &v.ended {
            (notice(Tone::Warn, &who.t(if v.state == SheetState::SentBack { "sheet-sent-back" } else { "sheet-cancelled" }), html! { p { (ended.reason) } }))
        }
        @if before && !v.enough {
            (notice(Tone::Warn, &who.t("sheet-not-enough"), html! {
                p { (who.t("sheet-not-enough-next")) }
                @if who.firm().is_some() && who.holds(P::PaymentSubmit) { p { a href={ "/wages/projects/" (v.project) "/funding" } { (who.t("funding")) } } }
            }))
        }
    }
}

/// The one next step, by state and by what the reader may do: its text and its address.
pub fn next_step(who: &Signed, v: &SheetView) -> Option<(&'static str, String)> {
    let at = |rest: &str| format!("/wages/sheets/{}/{rest}", v.sheet);
    let mine = who.firm().is_some();
    let (make, pay) = (mine && who.holds(P::WageSheetMake), mine && who.holds(P::WagePay));
    match v.state {
        SheetState::Drafted | SheetState::SentBack if make => Some(("sheet-submit", at("submission"))),
        SheetState::Submitted if v.may_check => v.approval.map(|a| ("sheet-check", format!("/approvals/{a}"))),
        SheetState::Checked if pay => Some(("sheet-pay", at("payment"))),
        SheetState::Starting | SheetState::Paying => Some(("sheet-progress", at("payment"))),
        SheetState::Paid | SheetState::PartlyPaid => Some(("sheet-result", at("payment"))),
        _ => None,
    }
}

fn work(who: &Signed, v: &SheetView) -> Markup {
    let at = |rest: &str| format!("/wages/sheets/{}/{rest}", v.sheet);
    let next = next_step(who, v);
    let cancellable = who.firm().is_some()
        && who.holds(P::WageSheetMake)
        && matches!(v.state, SheetState::Drafted | SheetState::Submitted | SheetState::Checked | SheetState::SentBack);
    html! {
        @if next.is_some() || cancellable {
            (actions(html! {
                @if let Some((key, href)) = next { (link_button(Button::Primary, &who.t(key), &href)) }
                @if cancellable { (link_button(Button::Secondary, &who.t("sheet-cancel"), &at("cancellation"))) }
            }))
        }
    }
}

/// Day of pay, and why it is not the agreed one.
pub fn pay_on(who: &Signed, v: &SheetView) -> Markup {
    let w = who.words();
    html! {
        (day(w, v.pay_on))
        @if v.pay_on != v.due_on { p.hint { (w.t_with("sheet-pay-on-moved", &[("day", w.date(v.due_on).into())])) } }
        @if !v.pay_on_certain { p.hint { (who.t("pay-day-uncertain")) } }
    }
}

pub fn totals(who: &Signed, v: &SheetView) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("wage-lines"), html! { (say::people(w, v.progress.lines)) }),
        Row::new(who.t("sheet-due"), amount(w, v.due)),
        Row::new(who.t("sheet-deductions"), amount(w, v.deductions)),
        Row::new(who.t("sheet-net"), html! { strong { (amount(w, v.net)) } }),
        Row::new(who.t("sheet-pay-on"), pay_on(who, v)),
    ];
    if !v.tag.is_empty() {
        rows.push(Row::new(who.t("project-tag"), html! { (v.tag) }));
    }
    if let Some(import) = v.import {
        rows.push(Row::new(
            who.t("sheet-from-file"),
            html! { a href={ "/wages/imports/" (import) } { (who.t("sheet-import-link")) } },
        ));
    }
    summary_list(w, &rows)
}

/// Everybody who checked it, and whether another one has to.
pub fn checkers(who: &Signed, v: &SheetView) -> Markup {
    let waits = v.state == SheetState::Submitted;
    html! { div {
        @for (n, s) in v.checkers.iter().enumerate() { @if n > 0 { br; } (say::by(who.words(), &s.name, s.at)) }
        @if v.checkers.is_empty() { span.hint { (who.t("hand-none")) } }
        @else if waits { p.hint { (who.t("hand-second-awaited")) } }
    } }
}

/// Everybody whose hands it passed through.
fn hands(who: &Signed, v: &SheetView) -> Markup {
    let w = who.words();
    let none = html! { span.hint { (who.t("hand-none")) } };
    let signed =
        |s: &Option<payroll::SignedView>| s.as_ref().map_or_else(|| none.clone(), |s| say::by(w, &s.name, s.at));
    let mut rows = vec![
        Row::new(who.t("hand-drafted"), say::by(w, &v.drafted.name, v.drafted.at)),
        Row::new(who.t("hand-submitted"), signed(&v.submitted)),
        Row::new(who.t("hand-checked"), checkers(who, v)),
        Row::new(who.t("hand-paid"), signed(&v.paying)),
    ];
    if let Some(ended) = &v.ended {
        let key = if v.state == SheetState::SentBack { "hand-sent-back" } else { "hand-cancelled" };
        rows.push(Row::new(who.t(key), html! { (say::by(w, &ended.name, ended.at)) br; (ended.reason) }));
    }
    html! { h2 { (who.t("hands")) } (summary_list(w, &rows)) }
}

fn filter(who: &Signed, v: &SheetView, now: Option<LineState>) -> Markup {
    let p = &v.progress;
    let counted = [
        (None, p.lines),
        (Some(LineState::Waiting), p.waiting_lines),
        (Some(LineState::Paid), p.paid_lines),
        (Some(LineState::Processing), p.processing_lines),
        (Some(LineState::Failed), p.failed_lines),
    ];
    let shown = counted.iter().filter(|(s, n)| s.is_none() || *n > 0 || *s == now);
    let shown: Vec<_> = shown.collect();
    let items: Vec<(Text<'_>, Text<'_>)> = shown
        .iter()
        .map(|(s, n)| {
            let name = s.map_or_else(|| who.t("line-all"), |s| say::told(who.words(), "line-state", s.code()));
            let query = s.map_or_else(String::new, |s| format!("?state={}", s.code()));
            (format!("{name} {n}").into(), format!("/wages/sheets/{}{query}", v.sheet).into())
        })
        .collect();
    let at = shown.iter().position(|(s, _)| *s == now).unwrap_or(0);
    html! { @if items.len() > 2 || now.is_some() { (tabs(&who.t("sheet-lines"), &items, at)) } }
}

/// Where a line's money goes: the masked number, and the bank when it is not this one.
pub fn account(who: &Signed, number: &str, bank: &str) -> Markup {
    html! {
        @if number.is_empty() { span.hint { (who.t("account-none")) } }
        @else { div { span.masked-text { (number) } @if !bank.is_empty() { " " (bank) } } }
    }
}

/// Why a line was not paid, in plain words.
pub fn why_failed(who: &Signed, reason: &str) -> String {
    say::failure(who.words(), reason, "")
}

/// What to do about it.
pub fn after_failure(who: &Signed, reason: &str) -> String {
    say::failure(who.words(), reason, "-next")
}

pub fn line_table(who: &Signed, lines: &[LineView]) -> Markup {
    let w = who.words();
    let row = |l: &LineView| {
        [
            html! { span.whole { a href={ "/slips/" (l.line) } { (l.name) } br; span.masked-text { (l.identity) } } },
            html! { (l.team) },
            amount(w, l.due),
            amount(w, l.deductions),
            amount(w, l.net),
            account(who, &l.account, &l.bank),
            html! { div {
                (say::tag_by(w, l.state, "", l.at))
                @if !l.reason.is_empty() { p.hint { (why_failed(who, &l.reason)) } }
                @if l.repaid_by.is_some() { p.hint { (who.t("line-repaid")) } }
            } },
        ]
    };
    let table = Table::new(who.t("sheet-lines"))
        .text(who.t("worker-name"))
        .text(who.t("worker-team"))
        .figures(who.t("sheet-due"))
        .figures(who.t("sheet-deductions"))
        .figures(who.t("sheet-net"))
        .text(who.t("worker-account"))
        .text(who.t("line-state"))
        .rows(lines.iter().map(row))
        .when_empty(who.t("lines-none"))
        .caption_hidden();
    table.show(w)
}

fn submit_page(who: &Signed, v: &SheetView, given: &Given, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let rows = vec![
        Row::new(who.t("sheet-period"), html! { (sheet_name(who, v)) }),
        Row::new(who.t("wage-lines"), html! { (say::people(w, v.progress.lines)) }),
        Row::new(who.t("sheet-net"), amount(w, v.net)),
        Row::new(who.t("sheet-pay-on"), pay_on(who, v)),
    ];
    let here = format!("/wages/sheets/{}", v.sheet);
    let confirm = Confirm {
        title: &who.t("sheet-submit"),
        lead: &who.t("sheet-submit-lead"),
        crumbs: crumbs(who, v),
        rows,
        more: html! {},
        action: &format!("{here}/submission"),
        back: &here,
        button: (Button::Primary, &who.t("sheet-submit-confirm")),
        reason: Some((&who.t("sheet-note"), &who.t("sheet-note-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

/// The pages above one that belongs to a sheet.
pub fn crumbs(who: &Signed, v: &SheetView) -> Vec<(String, String)> {
    vec![
        (who.t("wages").into_owned(), "/wages".to_owned()),
        (v.project_name.clone(), format!("/wages/projects/{}", v.project)),
        (sheet_name(who, v), format!("/wages/sheets/{}", v.sheet)),
    ]
}

pub async fn submission(State(web): State<Web>, who: Signed, At(id): At<PaySheetId>) -> Result<Shown, Fault> {
    let v = view(&web, &who, id).await?;
    Ok(submit_page(&who, &v, &Given::default(), &FieldErrors::new()))
}

pub async fn submit(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    view(&web, &who, id).await?;
    let actor = who.actor.clone();
    web.write(move |tx| payroll::submit(tx, &actor, id, given.reason.trim())).await?;
    Ok(see_other(&format!("/wages/sheets/{id}")))
}

fn cancel_page(who: &Signed, v: &SheetView, given: &Given, errors: &FieldErrors) -> Shown {
    let here = format!("/wages/sheets/{}", v.sheet);
    let confirm = Confirm {
        title: &who.t("sheet-cancel"),
        lead: &who.t("sheet-cancel-lead"),
        crumbs: crumbs(who, v),
        rows: vec![
            Row::new(who.t("sheet-period"), html! { (sheet_name(who, v)) }),
            Row::new(who.t("wage-lines"), html! { (say::people(who.words(), v.progress.lines)) }),
            Row::new(who.t("sheet-net"), amount(who.words(), v.net)),
        ],
        more: html! {},
        action: &format!("{here}/cancellation"),
        back: &here,
        button: (Button::Danger, &who.t("sheet-cancel-confirm")),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn cancellation(State(web): State<Web>, who: Signed, At(id): At<PaySheetId>) -> Result<Shown, Fault> {
    let v = view(&web, &who, id).await?;
    Ok(cancel_page(&who, &v, &Given::default(), &FieldErrors::new()))
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let v = view(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let reason = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(cancel_page(&who, &v, &given, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| payroll::cancel(tx, &actor, id, &reason)).await?;
    Ok(see_other(&format!("/wages/sheets/{id}")))
}
