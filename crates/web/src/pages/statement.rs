//! An account's statement: some days chosen, searched, summed up and drawn by month, line by line, and taken along as a file. Where one
//! thing is asked at a time it is three pages: which days, what happened in plain sentences, and one of them.
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use app::statement::{Ask, Direction, EXPORT_LINES_MAX, SEARCH_CHARS_MAX, STATEMENT_DAYS_MAX, Statement, Told};
use app::table::Cell;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::AccountId;
use kernel::{Date, Money, Result};
use maud::{Markup, html};
use serde::Deserialize;
use store::Audit;

/// Lines on a page.
const ROWS: u32 = 50;
/// Sentences on a page where one thing is asked at a time.
const SENTENCES: u32 = 8;
/// Months drawn; earlier ones are in the sums.
const MONTHS_DRAWN_MAX: usize = 24;

/// Days that have a name.
const NAMED: [&str; 4] = ["month", "last-month", "quarter", "year"];
/// The name of days of one's own.
const OWN: &str = "own";
/// Where one thing is asked at a time: the page on which a month is picked.
const PICK: &str = "pick";
/// Money in and out alike, as the form says it.
const BOTH: &str = "both";

/// What is asked for, as the address says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// One of [`NAMED`], or [`OWN`]; empty: the named one that fits, or this month.
    days: String,
    from: String,
    to: String,
    text: String,
    min: String,
    max: String,
    /// `in`, `out` or empty.
    way: String,
    after: String,
    /// Whose months are offered; empty: this year's.
    year: String,
}

/// The first and last day of a named period.
fn named(days: &str, today: Date) -> (Date, Date) {
    let first = |d: Date| d.plus_days(1 - i64::from(d.day()));
    let this = first(today);
    match days {
        "last-month" => (first(this.plus_days(-1)), this.plus_days(-1)),
        "quarter" => (first(first(this.plus_days(-1)).plus_days(-1)), today),
        "year" => (Date::ymd(today.year(), 1, 1).unwrap_or(this), today),
        _ => (this, today),
    }
}

impl Filter {
    fn is_own(&self) -> bool {
        self.days == OWN || (self.days.is_empty() && !(self.from.is_empty() && self.to.is_empty()))
    }

    /// What it asks for, with what is wrong in it; then this month is shown.
    fn read(&self, who: &Signed, today: Date, errors: &mut FieldErrors) -> Ask {
        let (first, last) = named(&self.days, today);
        let mut day = |field: &str, text: &str, usual: Date| {
            if self.is_own() { given::day(who, errors, field, text).unwrap_or(usual) } else { usual }
        };
        let (from, to) = (day("from", &self.from, first), day("to", &self.to, last));
        let days = to.days() - from.days() + 1;
        if !(1..=STATEMENT_DAYS_MAX).contains(&days) {
            errors.add("from", who.t("statement-days-wrong"));
        }
        if self.text.trim().chars().count() > SEARCH_CHARS_MAX {
            errors.add("text", who.words().t_with("statement-text-long", &[("max", (SEARCH_CHARS_MAX as i64).into())]));
        }
        let mut size = |field: &str, text: &str| match text.trim() {
            "" => None,
            text => given::amount(who, errors, field, text).map(|m| m.minor),
        };
        let (min, max) = (size("min", &self.min), size("max", &self.max));
        let direction = match self.way.as_str() {
            "in" => Some(Direction::In),
            "out" => Some(Direction::Out),
            _ => None,
        };
        let rows = if who.view.mode.is_one_at_a_time() { SENTENCES } else { ROWS };
        let whole = if errors.is_empty() { (from, to) } else { (first, last) };
        let after = self.after.parse().ok();
        let text = self.text.trim().chars().take(SEARCH_CHARS_MAX).collect();
        Ask { min, max, direction, after, text, ..Ask::days(whole.0, whole.1, rows) }
    }
}

async fn look(web: &Web, who: &Signed, id: AccountId, ask: Ask) -> Result<Statement> {
    let actor = who.actor.clone();
    if !who.is_staff() {
        return web.read(move |tx| app::statement::statement(tx, &actor, id, &ask)).await;
    }
    // A look by staff is written down before it is shown.
    let written = move |tx: &mut store::Tx<'_>| {
        tx.audit(&actor, Audit::of("account.look", id).after(format!("{} to {}", ask.from, ask.to)))?;
        app::statement::statement(tx, &actor, id, &ask)
    };
    web.write(written).await
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Query(filter): Query<Filter>,
) -> std::result::Result<Response, Fault> {
    let (today, mut errors) = (web.now().local_date(), FieldErrors::new());
    let ask = filter.read(&who, today, &mut errors);
    let single = who.view.mode.is_one_at_a_time();
    let chosen = NAMED.contains(&filter.days.as_str()) || filter.is_own();
    let seen = look(&web, &who, id, ask).await?;
    let shown = match (single, chosen) {
        (true, false) if filter.days == PICK => months_of(&who, id, &filter.year, today, &seen),
        (true, false) => choice(&who, id, &seen),
        (true, true) => sentences(&who, id, &seen),
        (false, _) => desk(&who, id, &filter, &seen, &errors),
    };
    Ok(if errors.is_empty() { shown.into_response() } else { refused(shown) })
}

pub(super) fn crumbs<'a>(who: &Signed, shown: Sheet<'a>, seen: &ledger::View) -> Sheet<'a> {
    let a = &seen.account;
    let first = if who.is_staff() { ("customers", "/customers") } else { ("accounts", "/accounts") };
    shown.crumb(who.t(first.0), first.1).crumb(super::accounts::shown_name(who, a), format!("/accounts/{}", a.id))
}

/// All on one page: for whoever looks at much.
fn desk(who: &Signed, id: AccountId, filter: &Filter, seen: &Statement, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let here = format!("/accounts/{id}/statement");
    let next = seen.next.map(|pos| pos.to_string());
    let first = (!filter.after.is_empty()).then(|| who.view.address_with("after", ""));
    let main = html! {
        (error_summary(w, errors))
        (presets(who, &here, filter))
        (search(who, &here, filter, seen, errors))
        (stopped(who, seen))
        (sums(who, seen))
        (months(who, seen))
        (lines_table(who, seen))
        (pager(w, first.as_deref(), next_href(&who.view, &next).as_deref()))
        (files(who, &here, filter))
    };
    let shown =
        Sheet::new(who.t("statement")).lead(w.t_with("statement-days-told", &days(w, seen))).wrong(!errors.is_empty());
    page(who, crumbs(who, shown, &seen.view), main)
}

fn days(w: Words, seen: &Statement) -> [(&'static str, fluent_bundle::FluentValue<'static>); 2] {
    [("from", w.date(seen.from).into()), ("to", w.date(seen.to).into())]
}

fn presets(who: &Signed, here: &str, filter: &Filter) -> Markup {
    let now = match NAMED.iter().position(|n| *n == filter.days) {
        Some(n) => n,
        None if filter.is_own() => NAMED.len(),
        None => 0,
    };
    let items: Vec<(Text<'_>, Text<'_>)> =
        NAMED.iter().map(|n| (who.t(&format!("statement-{n}")), format!("{here}?days={n}").into())).collect();
    tabs(&who.t("statement-days"), &items, now)
}

fn search(who: &Signed, here: &str, filter: &Filter, seen: &Statement, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let currency = seen.view.account.currency;
    let field = |name: &'static str, key: &str, value: &str| {
        Field::new(name, who.t(key)).value(value.to_owned()).errors(errors)
    };
    let day = |name: &'static str, key: &str, given: &str, day: Date| {
        let value = if errors.of(name).is_some() { given.to_owned() } else { day.to_string() };
        date(w, &Field::new(name, who.t(key)).value(value).errors(errors), None, None)
    };
    let ways = [("", "statement-both"), ("in", "statement-in"), ("out", "statement-out")]
        .map(|(way, key)| Choice::new(if way.is_empty() { BOTH } else { way }, who.t(key)));
    let way = Some(filter.way.as_str()).filter(|way| !way.is_empty()).unwrap_or(BOTH);
    let bar = filter_bar(
        w,
        here,
        html! {
            input type="hidden" name="days" value=(OWN);
            (day("from", "statement-from", &filter.from, seen.from))
            (day("to", "statement-to", &filter.to, seen.to))
            (text(w, &field("text", "statement-text", &filter.text).optional().width(Width::Twenty).autocomplete("off")))
            (money(w, &field("min", "statement-min", &filter.min).optional(), currency))
            (money(w, &field("max", "statement-max", &filter.max).optional(), currency))
            (select(w, &Field::new("way", who.t("statement-way")).value(way), &ways))
        },
    );
    html! {
        details.details.statement-search open[filter.is_own() || !errors.is_empty()] {
            summary.details-summary { (who.t("statement-search")) }
            (bar)
        }
    }
}

/// Says that there was more than one look passes.
fn stopped(who: &Signed, seen: &Statement) -> Markup {
    let w = who.words();
    let Some(at) = seen.stopped_at else { return html! {} };
    let most = i64::from(ledger::period::PERIOD_ENTRIES_MAX);
    let told = w.t_with("statement-stopped", &[("max", most.into()), ("at", w.moment(at).into())]);
    notice(Tone::Warn, &told, html! { p { (who.t("statement-stopped-next")) } })
}

fn sums(who: &Signed, seen: &Statement) -> Markup {
    let w = who.words();
    let currency = seen.view.account.currency;
    let money = |minor: i64| amount(w, Money::new(minor, currency));
    let searched = seen.found != seen.all;
    html! {
        dl.figures-row {
            div { dt { (who.t("statement-opening")) } dd { (amount(w, seen.opening)) } }
            div { dt { (who.t("statement-in")) } dd { (money(seen.all.money_in)) } }
            div { dt { (who.t("statement-out")) } dd { (money(seen.all.money_out)) } }
            div { dt { (who.t("statement-closing")) } dd { (amount(w, seen.closing)) } }
        }
        @if searched {
            p { (w.t_with("statement-found", &[("n", i64::from(seen.found.lines).into()), ("in", w.money(Money::new(seen.found.money_in, currency)).into()),
                ("out", w.money(Money::new(seen.found.money_out, currency)).into())])) }
        }
    }
}

/// In and out of each month, once there are two.
fn months(who: &Signed, seen: &Statement) -> Markup {
    let w = who.words();
    if seen.months.len() < 2 {
        return html! {};
    }
    let currency = seen.view.account.currency;
    let drawn: Vec<_> = seen.months.iter().take(MONTHS_DRAWN_MAX).rev().collect();
    let points = |of: &dyn Fn(&app::statement::Sum) -> i64| -> Vec<Point<'static>> {
        let point = |(year, month, sum): &&(i16, i8, app::statement::Sum)| {
            let args = [("year", i64::from(*year).into()), ("month", i64::from(*month).into())];
            let value = of(sum);
            Point::new(w.t_with("month-short", &args), value, Money::new(value, currency).grouped())
        };
        drawn.iter().map(point).collect()
    };
    let drawing = |id: &str, key: &str, points: &[Point<'_>]| {
        let heads = (w.t("statement-month-head"), w.t("amount"));
        Chart { id, title: w.t(key), about: w.t("statement-chart-about"), shape: Shape::Bars, points, heads }.show(w)
    };
    let (money_in, money_out) = (points(&|s| s.money_in), points(&|s| s.money_out));
    html! {
        div.pair {
            (drawing("months-in", "statement-months-in", &money_in))
            (drawing("months-out", "statement-months-out", &money_out))
        }
    }
}

/// Where a line stands.
pub(super) fn line_href(t: &Told) -> String {
    format!("/accounts/{}/lines/{}", t.line.account, t.line.entry.id)
}

pub(super) fn other<'a>(who: &Signed, t: &'a Told) -> std::borrow::Cow<'a, str> {
    match t.other.text() {
        none if none.is_empty() => who.t("statement-bank"),
        some => some.into(),
    }
}

pub(super) fn lines_table(who: &Signed, seen: &Statement) -> Markup {
    let (w, currency) = (who.words(), seen.view.account.currency);
    let money = |minor: i64| amount(w, Money::new(minor, currency));
    let row = |t: &Told| {
        let e = &t.line.entry;
        [
            drawer_link(moment(w, e.at), &line_href(t)),
            html! { div { (say::told_or(w, "entry", &e.code)) @if !e.memo.is_empty() { br; span.hint { (e.memo) } } } },
            html! { (other(who, t)) },
            money(t.line.change),
            money(t.line.after),
        ]
    };
    let table = Table::new(who.t("statement"))
        .text(who.t("statement-at"))
        .text(who.t("statement-what"))
        .text(who.t("statement-other"))
        .figures(who.t("statement-change"))
        .figures(who.t("statement-after"))
        .rows(seen.lines.iter().map(row))
        .when_empty(who.t("statement-none-in-days"));
    html! { (table.show(w)) (drawer(w, &who.t("line"))) }
}

/// Files of what is shown: the same search goes along.
fn files(who: &Signed, here: &str, filter: &Filter) -> Markup {
    let w = who.words();
    let hidden = [
        ("days", &filter.days),
        ("from", &filter.from),
        ("to", &filter.to),
        ("text", &filter.text),
        ("min", &filter.min),
        ("max", &filter.max),
        ("way", &filter.way),
    ];
    let fields = html! {
        @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
        (actions(html! {
            (button(Button::Secondary, &who.t("statement-pdf"), Some(("format", "pdf"))))
            (button(Button::Secondary, &who.t("statement-xlsx"), Some(("format", "xlsx"))))
            (button(Button::Secondary, &who.t("statement-csv"), Some(("format", "csv"))))
        }))
        p.hint { (w.t_with("statement-files-limit", &[("max", i64::from(EXPORT_LINES_MAX).into()), ("pdf", i64::from(app::statement::PAPER_LINES_MAX).into())])) }
    };
    html! { h2 { (who.t("statement-files")) } form.form method="post" action={ (here) "/files" } { (proof(&who.view)) (fields) } }
}

/// Which days: the only question on the page.
fn choice(who: &Signed, id: AccountId, seen: &Statement) -> Shown {
    let here = format!("/accounts/{id}/statement");
    let items: Vec<Tile<'_>> = NAMED
        .iter()
        .map(|n| Tile {
            icon: Icon::Clock,
            label: who.t(&format!("statement-{n}")),
            hint: None,
            href: format!("{here}?days={n}").into(),
        })
        .chain([Tile {
            icon: Icon::Clock,
            label: who.t("statement-pick"),
            hint: None,
            href: format!("{here}?days={PICK}").into(),
        }])
        .collect();
    let shown = Sheet::new(who.t("statement-which")).lead(who.t("statement-which-lead"));
    page(who, crumbs(who, shown, &seen.view), tiles(&items))
}

/// The months of a year since the account was opened, the newest first: any month without typing a date.
fn months_of(who: &Signed, id: AccountId, year: &str, today: Date, seen: &Statement) -> Shown {
    let w = who.words();
    let here = format!("/accounts/{id}/statement");
    let opened = seen.view.account.opened_at.local_date();
    let year = year.parse().unwrap_or(today.year()).clamp(opened.year(), today.year());
    let months: Vec<(Date, Date)> = (1..=12)
        .rev()
        .filter_map(|month| Date::ymd(year, month, 1).ok())
        .map(|first| (first, first.plus_days(31)))
        .map(|(first, later)| (first, later.plus_days(-i64::from(later.day()))))
        .filter(|(first, last)| *first <= today && *last >= opened)
        .collect();
    let tile = |(first, last): &(Date, Date)| {
        let args = [("year", i64::from(first.year()).into()), ("month", i64::from(first.month()).into())];
        let label = w.t_with("statement-month-of", &args).into();
        Tile { icon: Icon::Clock, label, hint: None, href: format!("{here}?from={first}&to={last}").into() }
    };
    let items: Vec<Tile<'_>> = months.iter().map(tile).collect();
    let earlier = (year > opened.year()).then(|| format!("{here}?days={PICK}&year={}", year - 1));
    let main = html! {
        (tiles(&items))
        @if let Some(href) = earlier { (actions(link_button(Button::Secondary, &who.t("statement-year-before"), &href))) }
    };
    page(who, crumbs(who, Sheet::new(who.t("statement-which-month")), &seen.view), main)
}

/// `11月3日 收到 工资 13,488.68 元`
pub(super) fn sentence(w: Words, t: &Told) -> String {
    let e = &t.line.entry;
    let day = e.at.local_date();
    let money = w.money(Money::new(t.line.change.abs(), e.currency)).replace(' ', "\u{a0}");
    // What she wrote herself says more than the name of the entry.
    let by_order = [payments::Kind::Transfer, payments::Kind::ClearingOut, payments::Kind::ClearingIn];
    let own = by_order.iter().any(|k| k.code() == e.code) && !e.memo.is_empty();
    let what = if own { e.memo.clone() } else { say::told_or(w, "entry", &e.code).to_string() };
    let args = [
        ("month", i64::from(day.month()).into()),
        ("day", i64::from(day.day()).into()),
        ("date", w.date(day).into()),
        ("what", what.into()),
        ("amount", money.into()),
    ];
    w.t_with(if t.line.change > 0 { "statement-line-in" } else { "statement-line-out" }, &args)
}

fn sentences(who: &Signed, id: AccountId, seen: &Statement) -> Shown {
    let w = who.words();
    let currency = seen.view.account.currency;
    let next = seen.next.map(|pos| pos.to_string());
    let of = |minor: i64| w.money(Money::new(minor, currency));
    let told =
        w.t_with("statement-told", &[("in", of(seen.all.money_in).into()), ("out", of(seen.all.money_out).into())]);
    let main = html! {
        p.lead { (told) }
        @if seen.lines.is_empty() { (empty(&who.t("statement"), &who.t("statement-none-in-days"), html! {})) }
        @else {
            ul.sentences { @for t in &seen.lines { li { a.sentence href=(line_href(t)) { (sentence(w, t)) } } } }
        }
        @if let Some(href) = next_href(&who.view, &next) { (actions(link_button(Button::Primary, &who.t("statement-earlier"), &href))) }
        (actions(link_button(Button::Secondary, &who.t("statement-other-days"), &format!("/accounts/{id}/statement"))))
    };
    let shown = Sheet::new(w.t_with("statement-days-told", &days(w, seen)));
    page(who, crumbs(who, shown, &seen.view), main)
}

/// A file is asked for with the search that was shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    format: String,
    days: String,
    from: String,
    to: String,
    text: String,
    min: String,
    max: String,
    way: String,
}

impl FileForm {
    fn filter(&self) -> Filter {
        let f = self.clone();
        Filter {
            days: f.days,
            from: f.from,
            to: f.to,
            text: f.text,
            min: f.min,
            max: f.max,
            way: f.way,
            ..Filter::default()
        }
    }
}

/// CSV and xlsx at once; the paper becomes a document first.
pub async fn file(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(form): Checked<FileForm>,
) -> std::result::Result<Response, Fault> {
    let (filter, mut errors) = (form.filter(), FieldErrors::new());
    let ask = filter.read(&who, web.now().local_date(), &mut errors);
    if !errors.is_empty() {
        let seen = look(&web, &who, id, ask).await?;
        return Ok(refused(desk(&who, id, &filter, &seen, &errors)));
    }
    let actor = who.actor.clone();
    if form.format == "pdf" {
        let made = web.write(move |tx| app::receipts::issue_statement(tx, &actor, id, ask.from, ask.to)).await?;
        return Ok(see_other(&format!("/receipts/{}", made.0.document.id)));
    }
    let (w, xlsx) = (who.words(), form.format == "xlsx");
    let format = if xlsx { "xlsx" } else { "csv" };
    let seen = web.write(move |tx| app::statement::export(tx, &actor, id, &ask, EXPORT_LINES_MAX, format)).await?;
    let name = format!("{}-{}-{}.{format}", w.t("statement-file-name"), seen.from, seen.to);
    let bank = who.view.bank().to_owned();
    let bytes = web.run(move |_| sheet(w, &bank, &seen, xlsx)).await?;
    let kind = if xlsx { XLSX } else { "text/csv; charset=utf-8" };
    Ok(download(&name, kind, bytes))
}

/// As registered with IANA.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A statement as a list in a file.
pub fn sheet(w: Words, bank: &str, seen: &Statement, xlsx: bool) -> Result<Vec<u8>> {
    let heads = [
        "statement-at",
        "business-date",
        "statement-what",
        "payment-memo",
        "statement-other",
        "statement-in",
        "statement-out",
        "statement-after",
        "paper-serial",
    ];
    let heads: Vec<String> = heads.map(|key| w.t(key).into_owned()).into();
    let currency = seen.view.account.currency;
    let row = |t: &Told| {
        let e = &t.line.entry;
        let only = |wanted: bool| Cell::Amount(wanted.then(|| Money::new(t.line.change.abs(), currency)));
        let other = Some(t.other.text()).filter(|o| !o.is_empty()).unwrap_or_else(|| bank.to_owned());
        vec![
            Cell::Text(e.at.local()),
            Cell::Text(e.business_date.to_string()),
            Cell::Text(say::told_or(w, "entry", &e.code)),
            Cell::Text(e.memo.clone()),
            Cell::Text(other),
            only(t.line.change > 0),
            only(t.line.change < 0),
            Cell::Amount(Some(Money::new(t.line.after, currency))),
            Cell::Text(e.id.to_string()),
        ]
    };
    let rows: Vec<Vec<Cell>> = seen.lines.iter().map(row).collect();
    let name = if w.lang == Lang::Zh { "明细" } else { "Statement" };
    if xlsx { app::table::xlsx(name, &heads, &rows) } else { app::table::csv(&heads, &rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_days_are_whole_months_to_today() {
        let cases = [
            ("month", "2026-11-22", "2026-11-01", "2026-11-22"),
            ("", "2026-11-01", "2026-11-01", "2026-11-01"),
            ("last-month", "2026-11-22", "2026-10-01", "2026-10-31"),
            ("last-month", "2026-03-31", "2026-02-01", "2026-02-28"),
            ("quarter", "2026-01-15", "2025-11-01", "2026-01-15"),
            ("year", "2026-11-22", "2026-01-01", "2026-11-22"),
        ];
        for (days, today, from, to) in cases {
            let (first, last) = named(days, Date::parse(today).unwrap());
            assert_eq!((first.to_string().as_str(), last.to_string().as_str()), (from, to), "{days} on {today}");
        }
    }
}
