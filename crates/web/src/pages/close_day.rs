//! Close of day: what stands in the way, running it, its signed root, and the days before.
use super::works::{Doing, Outcome, Work};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::{Blocker, Close, Closed};
use axum::extract::State;
use axum::response::Response;
use kernel::Date;
use ledger::day::ClosedDay;
use maud::{Markup, html};
use serde::Deserialize;

/// Closed days on the page.
const DAYS_SHOWN: u32 = 31;
const LOOK_SECONDS: u32 = 2;

struct Seen {
    open: Date,
    blockers: Vec<Blocker>,
    closed: Vec<(ClosedDay, String)>,
}

async fn look(web: &Web) -> Result<Seen, Fault> {
    let seen = web.read(|tx| {
        let open = tx.business_date()?;
        let blockers = app::blockers(tx)?;
        let days = ledger::day::closed(tx, DAYS_SHOWN)?;
        let closed = days
            .into_iter()
            .map(|d| party::who_name(tx, &d.closed_by).map(|name| (d, name)))
            .collect::<kernel::Result<Vec<_>>>()?;
        Ok(Seen { open, blockers, closed })
    });
    Ok(seen.await?)
}

/// The form, with the box that must be ticked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloseForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    next: String,
    sure: String,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let seen = look(&web).await?;
    let form = CloseForm { next: seen.open.plus_days(1).to_string(), ..CloseForm::default() };
    Ok(day_page(&web, &who, &seen, &form, &FieldErrors::new()))
}

fn day_page(web: &Web, who: &Signed, seen: &Seen, given: &CloseForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let doing = web.inner().works.get(Work::CloseDay);
    let running = doing.as_ref().is_some_and(|d| d.outcome.is_none());
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &[Row::new(who.t("day-open"), html! { strong { (day(w, seen.open)) } })]))
        @if let Some(doing) = &doing { (live(&who.t("day-close"), "/day/progress", LOOK_SECONDS, None, progress_part(who, doing))) }
        @if running { (actions(link_button(Button::Secondary, &who.t("look-again"), "/day"))) }
        @else { (blockers(who, &seen.blockers)) @if seen.blockers.is_empty() { (close_form(who, given, errors)) } }
        (history(who, &seen.closed))
        @if web.demo() { (actions(link_button(Button::Secondary, &who.t("demo-time"), "/demo/time"))) }
    };
    page(who, Sheet::new(who.t("day")).lead(who.t("day-lead")).wrong(!errors.is_empty()), main)
}

fn blockers(who: &Signed, all: &[Blocker]) -> Markup {
    let w = who.words();
    if all.is_empty() {
        return notice(Tone::Good, &who.t("day-clear"), html! { p { (who.t("day-clear-text")) } });
    }
    let row =
        |b: &Blocker| [html! { (b.branch) }, html! { (say::told(w, "day-blocker", b.what)) }, html! { (b.count) }];
    let table = Table::new(who.t("day-blockers"))
        .text(who.t("branch"))
        .text(who.t("day-what"))
        .figures(who.t("count"))
        .rows(all.iter().map(row));
    html! { (notice(Tone::Warn, &who.t("day-blocked"), html! { p { (who.t("day-blocked-next")) } })) (table.show(w)) }
}

fn close_form(who: &Signed, given: &CloseForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let next =
        Field::new("next", who.t("day-next")).hint(who.t("day-next-hint")).value(given.next.as_str()).errors(errors);
    let fields = html! {
        (date(w, &next, None, None))
        (checkbox(w, &Field::new("sure", who.t("day-sure")).errors(errors), given.sure == "yes"))
        (actions(button(Button::Danger, &who.t("day-close"), None)))
    };
    form(&who.view, "/day/closing", fields)
}

fn history(who: &Signed, all: &[(ClosedDay, String)]) -> Markup {
    let w = who.words();
    let row = |(d, name): &(ClosedDay, String)| {
        [
            html! { (day(w, d.date)) },
            say::by(w, name, d.closed_at),
            html! { (d.trial_balance.0.len()) },
            html! { code { (hex(&d.root)) } },
        ]
    };
    let table = Table::new(who.t("day-history"))
        .text(who.t("day-date"))
        .text(who.t("day-closed-by"))
        .figures(who.t("day-lines"))
        .text(who.t("day-root"))
        .rows(all.iter().map(row))
        .when_empty(who.t("day-none"));
    table.show(w)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The part of the page that keeps itself fresh.
pub async fn progress(State(web): State<Web>, who: Signed) -> Shown {
    let doing = web.inner().works.get(Work::CloseDay);
    Shown(doing.map_or_else(|| html! {}, |d| progress_part(&who, &d)))
}

fn progress_part(who: &Signed, doing: &Doing) -> Markup {
    let w = who.words();
    match &doing.outcome {
        None => notice(
            Tone::Info,
            &who.t("day-closing"),
            html! {
                @if doing.of > 0 { (crate::look::progress(&say::told_or(w, "day-part", &doing.part), doing.rows, doing.of, &who.t("day-accounts"))) }
                @else { p { (say::told_or(w, "day-part", &doing.part)) } }
                p { (say::by(w, &doing.by, doing.began)) }
            },
        ),
        Some((_, Outcome::Closed(Close::Closed(c)))) => closed(who, c),
        Some((_, Outcome::Closed(Close::Blocked(list)))) => {
            let n = list.iter().map(|b| b.count).sum::<u64>();
            notice(
                Tone::Warn,
                &w.t_with("day-was-blocked", &[("n", n.into())]),
                html! { p { (who.t("day-blocked-next")) } },
            )
        }
        Some((_, Outcome::Failed(why))) => {
            let told = w.error(why);
            notice(Tone::Danger, &told.message, html! { p { (told.remedy) } })
        }
        Some((_, Outcome::Verified(_))) => html! {},
    }
}

fn closed(who: &Signed, c: &Closed) -> Markup {
    let w = who.words();
    let rows = [
        Row::new(who.t("day-date"), day(w, c.date)),
        Row::new(who.t("day-open"), day(w, c.next)),
        Row::new(who.t("day-lines"), html! { (c.lines) }),
        Row::new(who.t("day-root"), html! { code { (c.root) } }),
        Row::new(who.t("day-signature"), html! { code { (c.signature) } }),
    ];
    html! { (notice(Tone::Good, &who.t("day-closed"), html! {})) (summary_list(w, &rows)) }
}

pub async fn close(State(web): State<Web>, who: Signed, Checked(given): Checked<CloseForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let next = super::given::day(&who, &mut errors, "next", &given.next);
    if next.is_none() && errors.is_empty() {
        errors.add("next", who.t("day-wrong"));
    }
    if given.sure != "yes" {
        errors.add("sure", who.t("day-sure-missing"));
    }
    let (Some(next), true) = (next, errors.is_empty()) else {
        let seen = look(&web).await?;
        return Ok(refused(day_page(&web, &who, &seen, &given, &errors)));
    };
    if web.inner().works.begin(Work::CloseDay, &who.session.name, web.now()) {
        let (web, actor) = (web.clone(), who.actor.clone());
        tokio::spawn(async move {
            let inside = web.clone();
            let done = web
                .run(move |bank| {
                    let mut hear =
                        |part: &str, done: u64, of: u64| inside.inner().works.at(Work::CloseDay, part, done, of);
                    app::close_day(bank, &actor, next, &mut hear).map(Outcome::Closed)
                })
                .await;
            web.inner().works.end(Work::CloseDay, web.now(), done);
        });
    }
    Ok(see_other("/day"))
}
