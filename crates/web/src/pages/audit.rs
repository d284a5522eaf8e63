//! The auditor's pages: the log and its export, recomputing the whole bank, and who holds what.
use super::works::{Doing, Outcome, Work};
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::download;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::{AuditAsk, Report};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::{Money, PageAsk};
use maud::{Markup, html};
use serde::Deserialize;
use store::AuditRow;

const LOOK_SECONDS: u32 = 2;
/// Faults of a report that the page lists.
const FAULTS_SHOWN: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Search {
    principal: String,
    action: String,
    object: String,
    from: String,
    to: String,
    after: Option<String>,
}

fn sides(who: &Signed, now: usize) -> Markup {
    let all = [
        ("audit-log", "/audit"),
        ("verify", "/audit/verification"),
        ("holders", "/audit/holders"),
        ("audit-export", "/audit/export"),
    ];
    let items: Vec<(Text<'_>, Text<'_>)> = all.into_iter().map(|(key, href)| (who.t(key), href.into())).collect();
    tabs(&who.t("nav-audit"), &items, now)
}

pub async fn search(State(web): State<Web>, who: Signed, Query(ask): Query<Search>) -> Result<Shown, Fault> {
    let (actor, asked) = (who.actor.clone(), ask.clone());
    let mut errors = FieldErrors::new();
    let [from, to] = [("from", &ask.from), ("to", &ask.to)].map(|(name, t)| given::day(&who, &mut errors, name, t));
    if let (Some(first), Some(last)) = (from, to)
        && last < first
    {
        errors.add("to", who.t("audit-days-crossed"));
    }
    let days = if errors.is_empty() { (from, to) } else { (None, None) };
    let (found, names) = web
        .read(move |tx| {
            let what = AuditAsk {
                principal: asked.principal.trim().into(),
                action: asked.action.trim().into(),
                object: asked.object.trim().into(),
                from: days.0,
                to: days.1,
            };
            let found = app::audit_search(tx, &actor, &what, &PageAsk { limit: None, after: asked.after })?;
            let names =
                found.items.iter().map(|r| party::who_name(tx, &r.principal)).collect::<kernel::Result<Vec<_>>>()?;
            Ok((found, names))
        })
        .await?;
    let w = who.words();
    let field = |name, key: &str, hint: &str, value: &str| {
        Field::new(name, who.t(key)).hint(who.t(hint)).value(value.to_owned()).width(Width::Twenty)
    };
    let fields = html! {
        (text(w, &field("principal", "audit-principal", "audit-principal-hint", &ask.principal)))
        (text(w, &field("action", "audit-action", "audit-action-hint", &ask.action)))
        (text(w, &field("object", "audit-object", "audit-object-hint", &ask.object)))
        (date(w, &Field::new("from", who.t("audit-from")).value(ask.from.clone()).errors(&errors), None, None))
        (date(w, &Field::new("to", who.t("audit-to")).value(ask.to.clone()).errors(&errors), None, None))
    };
    let table = Table::new(who.t("audit-log"))
        .text(who.t("audit-at"))
        .text(who.t("audit-principal"))
        .text(who.t("audit-what"))
        .text(who.t("audit-change"))
        .text(who.t("audit-result"))
        .rows(found.items.iter().zip(&names).map(|(r, name)| row(&who, r, name)))
        .when_empty(who.t("audit-none"))
        .caption_hidden();
    let main = html! {
        (sides(&who, 0))
        (error_summary(w, &errors))
        (filter_bar(w, "/audit", fields))
        (table.show(w))
        (pager(w, ask.after.as_ref().map(|_| "/audit"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("nav-audit")).wrong(!errors.is_empty()), main))
}

fn row(who: &Signed, r: &AuditRow, name: &str) -> [Markup; 5] {
    let w = who.words();
    let fine = r.result == "done" || payments::State::parse(&r.result).is_some_and(|s| s != payments::State::Refused);
    [
        html! { div { (moment(w, r.at)) br; span.hint { "#" (r.pos) } } },
        html! { div { (name) br; code { (r.principal) } @if !r.address.is_empty() { br; span.hint { (r.channel) " · " (r.address) } } } },
        html! { div { code { (r.action) } br; code { (r.object) } } },
        html! { div {
            @if !r.before.is_empty() { del { (r.before) } br; }
            (r.after)
            @if !r.reason.is_empty() { br; span.hint { (who.t("reason")) ": " (r.reason) } }
        } },
        status(if fine { Tone::Good } else { Tone::Warn }, &say::told_or(w, "audit-result", &r.result), "", ""),
    ]
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    from: String,
    to: String,
}

pub async fn export(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let today = web.read(|tx| tx.business_date()).await?;
    let given = ExportForm { from: today.plus_days(-6).to_string(), to: today.to_string(), ..ExportForm::default() };
    Ok(export_page(&who, &given, &FieldErrors::new()))
}

fn export_page(who: &Signed, given: &ExportForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (date(w, &field("from", "export-from", &given.from), None, None))
        (date(w, &field("to", "export-to", &given.to).hint(w.t_with("export-days", &[("max", app::EXPORT_DAYS_MAX.into())])), None, None))
        (actions(button(Button::Primary, &who.t("export-download"), None)))
    };
    let main = html! { (error_summary(w, errors)) (sides(who, 3)) (form(&who.view, "/audit/export", fields)) };
    page(who, Sheet::new(who.t("audit-export")).lead(who.t("audit-export-lead")).wrong(!errors.is_empty()), main)
}

pub async fn exported(
    State(web): State<Web>,
    who: Signed,
    Checked(form): Checked<ExportForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let mut read = |name: &str, text: &str| {
        let day = given::day(&who, &mut errors, name, text);
        if day.is_none() && errors.of(name).is_none() {
            errors.add(name, who.t("day-missing"));
        }
        day
    };
    let (from, to) = (read("from", &form.from), read("to", &form.to));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        errors.add("to", who.t("export-backwards"));
    }
    let (Some(from), Some(to), true) = (from, to, errors.is_empty()) else {
        return Ok(refused(export_page(&who, &form, &errors)));
    };
    let actor = who.actor.clone();
    let bytes = web
        .run(move |bank| {
            let mut bytes = Vec::new();
            app::audit_export(bank, &actor, from, to, &mut bytes).map(|_| bytes)
        })
        .await?;
    Ok(download(&format!("audit-{from}-{to}.csv"), "text/csv; charset=utf-8", bytes))
}

pub async fn verification(State(web): State<Web>, who: Signed) -> Shown {
    let doing = web.inner().works.get(Work::Verify);
    let running = doing.as_ref().is_some_and(|d| d.outcome.is_none());
    let main = html! {
        (sides(&who, 1))
        @if let Some(doing) = &doing { (live(&who.t("verify"), "/audit/verification/progress", LOOK_SECONDS, None, verify_part(&who, doing))) }
        @if running { (actions(link_button(Button::Secondary, &who.t("look-again"), "/audit/verification"))) }
        @else { (form(&who.view, "/audit/verification", actions(button(Button::Primary, &who.t("verify-run"), None)))) }
    };
    page(&who, Sheet::new(who.t("verify")).lead(who.t("verify-lead")), main)
}

pub async fn progress(State(web): State<Web>, who: Signed) -> Shown {
    let doing = web.inner().works.get(Work::Verify);
    Shown(doing.map_or_else(|| html! {}, |d| verify_part(&who, &d)))
}

/// A form without fields of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bare {
    #[serde(rename = "csrf")]
    _csrf: String,
}

pub async fn verify(State(web): State<Web>, who: Signed, Checked(_): Checked<Bare>) -> Response {
    if web.inner().works.begin(Work::Verify, &who.session.name, web.now()) {
        let web = web.clone();
        tokio::spawn(async move {
            let inside = web.clone();
            let done = web
                .run(move |bank| {
                    let mut hear = |table: &str, rows: u64| inside.inner().works.at(Work::Verify, table, rows, 0);
                    app::verify(&bank.store, &mut hear).map(Outcome::Verified)
                })
                .await;
            web.inner().works.end(Work::Verify, web.now(), done);
        });
    }
    see_other("/audit/verification")
}

fn verify_part(who: &Signed, doing: &Doing) -> Markup {
    let w = who.words();
    match &doing.outcome {
        None => {
            let all = app::Bank::tables().len() as u64 + 4;
            html! {
                (crate::look::progress(&who.t("verify-going"), u64::from(doing.parts_done), all, &who.t("unit-tables")))
                p { code { (doing.part) } " " (w.t_with("count-rows", &[("n", doing.rows.into())])) }
            }
        }
        Some((at, Outcome::Verified(report))) => verified(who, report, &doing.by, *at),
        Some((_, Outcome::Failed(why))) => {
            let told = w.error(why);
            notice(Tone::Danger, &told.message, html! { p { (told.remedy) } })
        }
        Some((_, Outcome::Closed(_))) => html! {},
    }
}

fn verified(who: &Signed, r: &Report, by: &str, at: kernel::Timestamp) -> Markup {
    let w = who.words();
    let n = |n: u64| html! { (n) };
    let rows = [
        Row::new(who.t("verify-by"), say::by(w, by, at)),
        Row::new(who.t("verify-records"), n(r.records)),
        Row::new(who.t("verify-entries"), n(r.entries)),
        Row::new(who.t("verify-audit"), n(r.audit)),
        Row::new(who.t("verify-accounts"), n(r.accounts)),
        Row::new(who.t("verify-days"), n(r.days)),
    ];
    let fault =
        |f: &store::verify::Fault| [html! { code { (f.table) } }, html! { code { (f.record) } }, html! { (f.what) }];
    let faults = Table::new(who.t("verify-faults"))
        .text(who.t("verify-table"))
        .text(who.t("verify-record"))
        .text(who.t("fault-reason"))
        .rows(r.faults.iter().take(FAULTS_SHOWN).map(fault));
    html! {
        @if r.ok { (notice(Tone::Good, &who.t("verify-sound"), html! { p { (who.t("verify-sound-text")) } })) }
        @else {
            (notice(Tone::Danger, &w.t_with("verify-broken", &[("n", (r.faults.len() as u64).into())]), html! { p { (who.t("verify-broken-next")) } }))
            (faults.show(w))
        }
        (summary_list(w, &rows))
    }
}

pub async fn holders(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let found = web
        .read(move |tx| {
            let held = party::recertification(tx, &actor, &ask)?;
            let places = held
                .items
                .iter()
                .map(|h| {
                    let branch = h.branch.map(|b| party::branch(tx, b)).transpose()?;
                    let firm = h.firm.map(|f| party::firm(tx, f)).transpose()?;
                    let by = party::who_name(tx, &h.granted_by)?;
                    Ok((branch, firm.map(|f| f.name), by))
                })
                .collect::<kernel::Result<Vec<_>>>()?;
            Ok((held, places))
        })
        .await?;
    let (held, places) = found;
    let w = who.words();
    let zh = w.lang == crate::Lang::Zh;
    let row = |(h, (branch, firm, by)): (&party::Held, &(Option<party::Branch>, Option<String>, String))| {
        let place = branch.as_ref().map(|b| if zh { b.name_zh.clone() } else { b.name_en.clone() }).or(firm.clone());
        let limit = |minor: i64| amount_short(w, Money::new(minor, h.limits.currency));
        [
            html! { div { (h.holder_name) br; code { (h.holder) } } },
            html! { div { (say::told(w, "role", h.role.code())) @if let Some(p) = h.permission { br; code { (p.code()) } } @if h.deny { " " (status(Tone::Danger, &who.t("holder-deny"), "", "")) } } },
            html! { (place.unwrap_or_else(|| who.t("holder-bank").into_owned())) },
            limit(h.limits.per_transaction_max),
            limit(h.limits.release_max),
            html! { div { (say::by(w, by, h.valid_from)) @if let Some(until) = h.valid_until { br; (who.t("holder-until")) " " (moment(w, until)) } } },
        ]
    };
    let table = Table::new(who.t("holders"))
        .text(who.t("holder"))
        .text(who.t("holder-role"))
        .text(who.t("holder-place"))
        .figures(who.t("holder-transaction"))
        .figures(who.t("holder-release"))
        .text(who.t("holder-granted"))
        .rows(held.items.iter().zip(&places).map(row))
        .caption_hidden();
    let main = html! {
        (sides(&who, 2))
        (table.show(w))
        (pager(w, (!first).then_some("/audit/holders"), next_href(&who.view, &held.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("holders")).lead(who.t("holders-lead")), main))
}
