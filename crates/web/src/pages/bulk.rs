//! A firm's files of payments: sent, what is wrong in them told cell by cell, ordered, agreed to, paid line by line.
use super::confirm::{Confirm, Given};
use super::opening::beside;
use super::{Page as Sheet, next_href, once_field, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Lang, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use bulk::{BulkFile, BulkLine, FileState, FileView, Finding, LineState, Submitted, Taken};
use kernel::id::{AccountId, BulkId};
use kernel::{Currency, Kind, Money, Owner, PageAsk};
use ledger::{Purpose, View};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// Findings shown on the page; the file has them all.
const FINDINGS_SHOWN: usize = 100;
/// Lines on one page.
const LINES_ROWS: u32 = 50;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    after: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (w, actor, first) = (who.words(), who.actor.clone(), ask.after.is_none());
    let cursor = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| bulk::files(tx, &actor, &cursor)).await?;
    let row = |v: &FileView| {
        [
            html! { a href={ "/bulk/" (v.file.id) } { (v.file.file_name) } },
            html! { (v.file.lines) },
            amount(w, v.file.sum()),
            html! { div { (say::by(w, &v.made_by, v.file.made_at)) } },
            say::tag(w, v.file.state),
        ]
    };
    let table = Table::new(who.t("batch"))
        .text(who.t("batch-file"))
        .figures(who.t("batch-lines"))
        .figures(who.t("amount"))
        .text(who.t("batch-made"))
        .text(who.t("payment-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("batch-none"))
        .caption_hidden();
    let main = html! {
        @if who.holds(P::PaymentSubmit) { (actions(link_button(Button::Primary, &who.t("batch-send"), "/bulk/new"))) }
        (table.show(w))
        (pager(w, (!first).then_some("/bulk"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("batch")).lead(who.t("batch-lead")), main))
}

async fn accounts(web: &Web, who: &Signed) -> Result<Vec<View>, Fault> {
    let Some(firm) = who.firm() else { return Ok(Vec::new()) };
    let found = web.read(move |tx| {
        let open = ledger::of_owner(tx, Owner::Firm(firm))?.into_iter();
        let open = open.filter(|a| a.purpose == Purpose::General && a.closed_at.is_none());
        open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()
    });
    Ok(found.await?)
}

pub async fn new(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let accounts = accounts(&web, &who).await?;
    Ok(new_page(&who, &accounts, "", &FieldErrors::new()))
}

fn new_page(who: &Signed, accounts: &[View], from: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let choice = |v: &View| {
        let hint = w.t_with("account-available", &[("amount", w.money(v.available()).into())]);
        Choice::new(v.account.id.to_string(), v.account.name.clone()).hint(hint)
    };
    let chosen = if accounts.len() == 1 { accounts[0].account.id.to_string() } else { from.to_owned() };
    let choices: Vec<Choice<'_>> = accounts.iter().map(choice).collect();
    let fields = html! {
        (radios(w, &Field::new("from", who.t("pay-from")).value(chosen).errors(errors), &choices))
        (file(w, &Field::new("file", who.t("file")).hint(who.t("file-hint")).errors(errors), ".xlsx,.xls,.csv"))
        (details(&who.t("file-columns"), html! { p { (who.t("batch-columns")) } }))
        (actions(button(Button::Primary, &who.t("file-send"), None)))
    };
    let main = html! { (error_summary(w, errors)) (form_files(&who.view, "/bulk/new", fields)) };
    let shown = Sheet::new(who.t("batch-send")).lead(who.t("batch-send-lead")).crumb(who.t("batch"), "/bulk");
    page(who, shown.wrong(!errors.is_empty()), main)
}

pub async fn send(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    let accounts = accounts(&web, &who).await?;
    let from = upload.field("from").to_owned();
    let mut errors = FieldErrors::new();
    let debit = accounts.iter().find(|v| v.account.id.to_string() == from).map(|v| v.account.id);
    let debit = debit.or((accounts.len() == 1).then(|| accounts[0].account.id));
    if debit.is_none() {
        errors.add("from", who.t("pay-from-missing"));
    }
    let sent = upload.take_file();
    if sent.is_err() {
        errors.add("file", who.t("file-missing"));
    }
    let (Some(debit), Ok((file_name, bytes))) = (debit, sent) else {
        return Ok(refused(new_page(&who, &accounts, &from, &errors)));
    };
    let (actor, upload) = (who.actor.clone(), asked(&web, debit, file_name, bytes.to_vec()));
    match web.run(move |bank| bulk::take_in(&bank.store, &actor, upload)).await {
        Ok(Taken { file, known: false }) => Ok(see_other(&format!("/bulk/{file}"))),
        Ok(Taken { file, known: true }) => Ok(see_other(&format!("/bulk/{file}?known=yes"))),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit | Kind::Conflict) => {
            Ok(refused(new_page(&who, &accounts, &from, &beside("file", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

/// A file as the domain takes it; it knows this bank by both its names.
pub fn asked(web: &Web, debit: AccountId, file_name: String, bytes: Vec<u8>) -> bulk::Upload {
    let own_names = [Lang::Zh, Lang::En].map(|lang| web.site().bank(lang).to_owned()).to_vec();
    bulk::Upload { debit, file_name, bytes, own_names }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct LinesAsk {
    state: Option<String>,
    after: Option<String>,
    /// The same bytes were sent again.
    known: Option<String>,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<BulkId>,
    Query(ask): Query<LinesAsk>,
) -> Result<Shown, Fault> {
    let (w, actor) = (who.words(), who.actor.clone());
    let known = ask.known.is_some();
    let (first, state) = (ask.after.is_none(), ask.state.as_deref().and_then(LineState::parse));
    let cursor = PageAsk { limit: Some(LINES_ROWS), after: ask.after };
    let (v, lines, findings) = web
        .read(move |tx| {
            let v = unknown_to_others(bulk::file(tx, &actor, id), "bulk file", id)?;
            Ok((v, bulk::lines(tx, &actor, id, state, &cursor)?, bulk::findings(tx, &actor, id)?))
        })
        .await?;
    let here = format!("/bulk/{id}");
    let main = html! {
        @if known { (notice(Tone::Warn, &who.t("batch-known"), html! { p { (who.t("batch-known-next")) } })) }
        p { (say::tag_by(w, v.file.state, &v.started_by, v.file.started_at)) }
        @if v.can_submit && v.file.state == FileState::Submitted { (notice(Tone::Warn, &who.t("batch-lapsed"), html! { p { (who.t("batch-lapsed-next")) } })) }
        @if !v.file.ended_why.is_empty() { (notice(Tone::Warn, &who.t("approval-reason"), html! { p { (v.file.ended_why) } })) }
        @if v.file.state == FileState::Rejected { (notice(Tone::Danger, &who.t("batch-rejected"), html! { p { (who.t("batch-rejected-next")) } })) }
        (summary_list(w, &rows(&who, &v)))
        @if matches!(v.file.state, FileState::Paying | FileState::Paid) { (progress(&who.t("batch-progress"), done(&v), v.file.lines.unsigned_abs(), &who.t("batch-unit"))) }
        (what_to_do(&who, &v))
        @if !findings.is_empty() { (faults(&who, &here, &findings)) }
        h2 { (who.t("batch-each")) }
        (table(&who, &lines.items))
        (pager(w, (!first).then_some(here.as_str()), next_href(&who.view, &lines.next).as_deref()))
    };
    let shown = Sheet::new(v.file.file_name.clone()).crumb(who.t("batch"), "/bulk");
    Ok(page(&who, shown.refreshing(v.file.state == FileState::Paying), main))
}

fn done(v: &FileView) -> u64 {
    (v.file.lines - v.counts.waiting).unsigned_abs()
}

fn rows<'a>(who: &'a Signed, v: &FileView) -> Vec<Row<'a>> {
    let w = who.words();
    let yuan = |minor| amount(w, Money::new(minor, Currency::CNY));
    let (f, c) = (&v.file, v.counts);
    let mut rows = vec![
        Row::new(who.t("batch-lines"), html! { (f.lines) }),
        Row::new(who.t("amount"), html! { strong { (amount(w, f.sum())) } }),
        Row::new(who.t("batch-made"), say::by(w, &v.made_by, f.made_at)),
    ];
    if f.state != FileState::Drafted {
        rows.push(Row::new(who.t("fee"), amount(w, f.fee_sum())));
    }
    if f.refused_rows > 0 {
        rows.push(Row::new(who.t("batch-refused-rows"), html! { (f.refused_rows) }));
    }
    if matches!(f.state, FileState::Paying | FileState::Paid) {
        let sum = |n: i64, minor: i64| html! { (n) " · " (yuan(minor)) };
        rows.push(Row::new(say::told(w, "batch-line", LineState::Paid.code()), sum(c.paid, c.paid_sum)));
        rows.push(Row::new(say::told(w, "batch-line", LineState::Open.code()), html! { (c.open) }));
        rows.push(Row::new(say::told(w, "batch-line", LineState::Failed.code()), sum(c.failed, c.failed_sum)));
    }
    rows
}

fn what_to_do(who: &Signed, v: &FileView) -> Markup {
    let at = |rest: &str| format!("/bulk/{}/{rest}", v.file.id);
    let own = v.file.made_by == who.actor.principal() && who.holds(P::PaymentSubmit);
    let (f, ends) = (&v.file, matches!(v.file.state, FileState::Drafted | FileState::Submitted));
    html! {
        @if own && v.can_submit && f.refused_rows > 0 { (notice(Tone::Warn, &who.words().t_with("batch-partly", &[("n", f.refused_rows.into())]), html! { p { (who.t("batch-partly-next")) } })) }
        @if own && v.can_submit { (form(&who.view, &at("submission"), html! {
            (once_field())
            p { (who.t("batch-submit-lead")) }
            (actions(button(Button::Primary, &who.t("batch-submit"), None)))
        })) }
        (actions(html! {
            @if f.state == FileState::Submitted { @if let Some(a) = f.approval { (link_button(Button::Secondary, &who.t("batch-approval"), &format!("/approvals/{a}"))) } }
            @if ends && who.holds(P::PaymentSubmit) { (link_button(Button::Danger, &who.t("batch-cancel"), &at("cancellation"))) }
            @if f.started_at.is_some() { (link_button(Button::Secondary, &who.t("batch-result"), &at("result.csv"))) }
            @if v.counts.failed > 0 && who.holds(P::PaymentSubmit) { (link_button(Button::Secondary, &who.t("batch-failed"), &at("failed.csv"))) }
        }))
        @if v.counts.failed > 0 { p.hint { (who.t("batch-failed-hint")) } }
    }
}

fn faults(who: &Signed, here: &str, findings: &[Finding]) -> Markup {
    let zh = who.words().lang == Lang::Zh;
    let row = |f: &Finding| {
        let (reason, remedy) = if zh { (&f.reason_zh, &f.remedy_zh) } else { (&f.reason_en, &f.remedy_en) };
        let tone = if f.severity == "refused" { Tone::Danger } else { Tone::Warn };
        [
            html! { (f.sheet) " " (f.cell) },
            html! { div { (f.column) br; span.masked-text { (f.value) } } },
            html! { div { (status(tone, &say::told_or(who.words(), "severity", &f.severity), "", "")) br; (reason) br; span.hint { (remedy) } } },
        ]
    };
    let table = Table::new(who.t("batch-findings"))
        .text(who.t("batch-cell"))
        .text(who.t("batch-column"))
        .text(who.t("batch-finding"))
        .rows(findings.iter().take(FINDINGS_SHOWN).map(row));
    html! {
        (table.show(who.words()))
        (actions(link_button(Button::Secondary, &who.t("batch-findings-file"), &format!("{here}/faults.csv"))))
    }
}

fn table(who: &Signed, lines: &[BulkLine]) -> Markup {
    let w = who.words();
    let row = |l: &BulkLine| {
        let why = if l.code.is_empty() {
            String::new()
        } else {
            say::text_or(w, &format!("error-{}", l.code.replace('_', "-")))
        };
        [
            html! { (l.row_number) },
            html! { div { (l.name_masked) br; span.masked-text { (l.masked) } @if !l.memo.is_empty() { br; span.hint { (l.memo) } } } },
            html! { div { (amount(w, l.money())) @if l.fee > 0 { br; span.hint { (who.t("fee")) " " (amount(w, l.fee_money())) } } } },
            html! { div { (say::tag(w, l.state)) @if !why.is_empty() { br; (why) } @if l.state != LineState::Waiting { br; a href={ "/payments/" (l.instruction) } { (who.t("payment")) } } } },
        ]
    };
    Table::new(who.t("batch-each"))
        .text(who.t("batch-row"))
        .text(who.t("payment-payee"))
        .figures(who.t("amount"))
        .text(who.t("payment-state"))
        .rows(lines.iter().map(row))
        .caption_hidden()
        .show(w)
}

pub async fn submit(
    State(web): State<Web>,
    who: Signed,
    At(id): At<BulkId>,
    Checked(_): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let done = web.write(move |tx| unknown_to_others(bulk::submit(tx, &actor, id), "bulk file", id)).await?;
    Ok(match done {
        Submitted::Asked(approval) => see_other(&format!("/approvals/{approval}")),
        Submitted::Paying => see_other(&format!("/bulk/{id}")),
    })
}

fn cancel_page(who: &Signed, f: &BulkFile, given: &Given, errors: &FieldErrors) -> Shown {
    let here = format!("/bulk/{}", f.id);
    let (label, hint) = (who.t("reason"), who.t("reason-hint"));
    let confirm = Confirm {
        title: &who.t("batch-cancel"),
        lead: &who.t("batch-cancel-lead"),
        crumbs: vec![(who.t("batch").into_owned(), "/bulk".into())],
        rows: vec![
            Row::new(who.t("batch-file"), html! { (f.file_name) }),
            Row::new(who.t("amount"), amount(who.words(), f.sum())),
        ],
        more: html! {},
        action: &format!("{here}/cancellation"),
        back: &here,
        button: (Button::Danger, &who.t("batch-cancel-yes")),
        reason: Some((&*label, &*hint)),
        hash: "",
    };
    confirm.show(who, given, errors)
}

async fn load(web: &Web, who: &Signed, id: BulkId) -> Result<BulkFile, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| unknown_to_others(bulk::file(tx, &actor, id), "bulk file", id)).await?.file)
}

pub async fn cancellation(State(web): State<Web>, who: Signed, At(id): At<BulkId>) -> Result<Shown, Fault> {
    Ok(cancel_page(&who, &load(&web, &who, id).await?, &Given::default(), &FieldErrors::new()))
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<BulkId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let reason = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(cancel_page(&who, &load(&web, &who, id).await?, &given, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| unknown_to_others(bulk::cancel(tx, &actor, id, &reason), "bulk file", id)).await?;
    Ok(see_other(&format!("/bulk/{id}")))
}

const CSV: &str = "text/csv; charset=utf-8";

pub async fn faults_csv(State(web): State<Web>, who: Signed, At(id): At<BulkId>) -> Result<Response, Fault> {
    let bytes = web.read(move |tx| unknown_to_others(bulk::findings_csv(tx, &who.actor, id), "bulk file", id)).await?;
    Ok(download(&format!("faults-{id}.csv"), CSV, bytes))
}

pub async fn result_csv(State(web): State<Web>, who: Signed, At(id): At<BulkId>) -> Result<Response, Fault> {
    let w = who.words();
    let told = move |state: LineState| say::told(w, "batch-line", state.code()).into_owned();
    let bytes =
        web.read(move |tx| unknown_to_others(bulk::result_csv(tx, &who.actor, id, &told), "bulk file", id)).await?;
    Ok(download(&format!("result-{id}.csv"), CSV, bytes))
}

pub async fn failed_csv(State(web): State<Web>, who: Signed, At(id): At<BulkId>) -> Result<Response, Fault> {
    // The list is unmasked, so it is written down before it is sent.
    let bytes = web.write(move |tx| unknown_to_others(bulk::failed_csv(tx, &who.actor, id), "bulk file", id)).await?;
    Ok(download(&format!("failed-{id}.csv"), CSV, bytes))
}
