//! The figures of the guard: what waits now, what was decided by day, what alerts were about, money that did not go by branch; and a
//! month of them by branch, for the meeting on gambling and fraud.
use super::fraud_cases::branch_names;
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::download;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use app::table::{self, Cell};
use axum::extract::{Query, State};
use axum::response::Response;
use cases::{Interception, Opened, Saved, Waiting};
use kernel::id::BranchId;
use kernel::{Currency, Date, Money, Result as Done, Timestamp};
use maud::{Markup, html};
use reporting::{Day, Month, What, Wronged};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Tx;

/// Days of the figures by day.
const DAYS: i64 = 14;
/// Days that alerts and interceptions reach back.
const DAYS_BACK: i64 = 30;
/// Interceptions told one by one.
const TOLD: usize = 20;
/// Branches with a side of their own.
const BRANCHES: usize = 40;
/// More are folded up.
const BRANCHES_OPEN: usize = 4;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    branch: String,
    month: String,
    form: String,
}

type Names = BTreeMap<BranchId, String>;

struct All {
    names: Names,
    seen: Vec<BranchId>,
    waiting: Vec<(BranchId, payments::Standing)>,
    objections: Waiting,
    days: Vec<Day>,
    opened: Vec<Opened>,
    saved: Vec<Saved>,
    newest: Vec<(Interception, String)>,
    wronged: Wronged,
}

fn all(tx: &mut Tx<'_>, who: (&kernel::Actor, crate::words::Lang), today: Date) -> Done<All> {
    let (actor, lang) = who;
    let from = today.plus_days(-DAYS_BACK);
    let newest = cases::interceptions_newest(tx, actor, from, today, TOLD)?;
    let newest = newest.into_iter().map(|i| party::who_name(tx, &i.officer).map(|n| (i, n))).collect::<Done<_>>()?;
    let seen = party::branches_of(tx, actor, party::Permission::GuardRead)?.into_iter().map(|b| b.id).collect();
    Ok(All {
        names: branch_names(tx, lang)?,
        seen,
        waiting: reporting::waiting(tx, actor)?,
        objections: cases::objections_open(tx, actor)?,
        days: reporting::days(tx, actor, today.plus_days(1 - DAYS), today)?,
        opened: cases::opened(tx, actor, from, today)?,
        saved: cases::interceptions(tx, actor, from, today)?,
        newest,
        wronged: reporting::wronged(tx, actor, from, today)?,
    })
}

impl All {
    /// Of one branch alone. Objections and those who waited for nothing stay the sum.
    fn of(mut self, branch: Option<BranchId>) -> All {
        let Some(branch) = branch else { return self };
        self.waiting.retain(|(b, _)| *b == branch);
        self.days.retain(|d| d.branch == branch);
        self.opened.retain(|o| o.branch == branch);
        self.saved.retain(|s| s.branch == branch);
        self.newest.retain(|(i, _)| i.branch == branch);
        self
    }
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<Ask>) -> Result<Shown, Fault> {
    let (actor, lang, today) = (who.actor.clone(), who.words().lang, web.now().local_date());
    let branch = ask.branch.parse::<BranchId>().ok();
    let all = web.read(move |tx| all(tx, (&actor, lang), today)).await?.of(branch);
    let main = html! {
        (sides(&who, &all, branch))
        (now(&who, &all, web.now()))
        (by_day(&who, &all.days, today))
        (typologies(&who, &all.opened))
        (kept(&who, &all))
        (wronged(&who, all.wronged))
        (actions(link_button(Button::Secondary, &who.t("gfig-month"), "/guard/months")))
    };
    Ok(page(&who, Sheet::new(who.t("gfig")).lead(who.t("gfig-lead")).crumb(who.t("held"), "/guard"), main))
}

fn sides(who: &Signed, all: &All, branch: Option<BranchId>) -> Markup {
    if all.seen.len() < 2 {
        return html! {};
    }
    let shown: Vec<BranchId> = all.seen.iter().copied().take(BRANCHES).collect();
    let name = |b: &BranchId| all.names.get(b).cloned().unwrap_or_default();
    let mut places: Vec<(Text<'_>, Text<'_>)> = vec![(who.t("gfig-all"), "/guard/figures".into())];
    places.extend(shown.iter().map(|b| (name(b).into(), format!("/guard/figures?branch={b}").into())));
    let at = branch.and_then(|b| shown.iter().position(|s| *s == b)).map_or(0, |n| n + 1);
    let all = tabs(&who.t("fcase-branch"), &places, at);
    if shown.len() > BRANCHES_OPEN { details(&who.t("gfig-branch"), all) } else { all }
}

fn now(who: &Signed, all: &All, now: Timestamp) -> Markup {
    let w = who.words();
    let mut sums: BTreeMap<&'static str, (i64, Timestamp)> = BTreeMap::new();
    for (_, s) in &all.waiting {
        let sum = sums.entry(s.state.code()).or_insert((0, s.oldest));
        *sum = (sum.0 + s.count, sum.1.min(s.oldest));
    }
    let rows = sums.iter().map(|(state, (n, oldest))| {
        let age = say::span(w, now.since(*oldest));
        [html! { (say::told(w, "payment-state", state)) }, html! { (n) }, html! { (moment(w, *oldest)) " · " (age) }]
    });
    let table = Table::new(who.t("gfig-now"))
        .text(who.t("fcase-state"))
        .figures(who.t("fcases-payments-count"))
        .text(who.t("fcase-oldest"))
        .rows(rows)
        .when_empty(who.t("gfig-now-none"));
    let o = all.objections;
    let due = o.first_due.map(|at| html! { (say::end(w, at)) });
    let rows = [
        Row::new(who.t("gfig-objections"), html! { (o.open) }),
        Row::new(who.t("fcase-late"), html! { (o.late) }),
        Row::new(who.t("gfig-first-due"), due.unwrap_or_else(|| html! { "—" })),
    ];
    html! { (table.show(w)) h2 { (who.t("appeals")) } (summary_list(w, &rows)) }
}

/// Steps that kept a payment from passing at once, in the order of the ladder.
const STEPS: [&str; 7] = ["pass", "tip", "verify", "delay", "limit", "stop", "held"];

fn by_day(who: &Signed, days: &[Day], today: Date) -> Markup {
    let w = who.words();
    let mut sums: BTreeMap<Date, [i64; 7]> = (0..DAYS).map(|n| (today.plus_days(-n), [0; 7])).collect();
    for d in days.iter().filter(|d| d.what == What::Decision) {
        if let (Some(day), Some(step)) = (sums.get_mut(&d.day), STEPS.iter().position(|s| *s == d.code)) {
            day[step] += d.counted;
        }
    }
    let points: Vec<Point<'_>> = sums
        .iter()
        .map(|(day, n)| {
            let stayed: i64 = n[2..].iter().sum();
            Point::new(format!("{}-{}", day.month(), day.day()), stayed, stayed.to_string())
        })
        .collect();
    let chart = Chart {
        id: "stayed",
        title: who.t("gfig-stayed"),
        about: who.t("gfig-stayed-about"),
        shape: Shape::Bars,
        points: &points,
        heads: (who.t("fcases-night-from"), who.t("fcases-payments-count")),
    };
    let row = |(day, n): (&Date, &[i64; 7])| {
        let mut cells = vec![html! { (w.date(*day)) }];
        cells.extend(n.iter().map(|n| html! { (n) }));
        cells
    };
    let mut table = Table::new(who.t("gfig-steps")).text(who.t("rept-day"));
    for step in STEPS {
        table = table.figures(say::told(w, "gfig-step", step));
    }
    let table = table.rows(sums.iter().rev().filter(|(_, n)| n.iter().any(|n| *n > 0)).map(row));
    html! { (chart.show(w)) (table.when_empty(who.t("gfig-steps-none")).show(w)) }
}

fn typologies(who: &Signed, opened: &[Opened]) -> Markup {
    let w = who.words();
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    opened.iter().for_each(|o| *sums.entry(&o.typology).or_default() += o.alerts);
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let points: Vec<Point<'_>> =
        sums.iter().map(|(t, n)| Point::new(say::told(w, "fcase-typology", t), *n, n.to_string())).collect();
    let chart = Chart {
        id: "typologies",
        title: who.t("gfig-typologies"),
        about: who.t("gfig-typologies-about"),
        shape: Shape::Rows,
        points: &points,
        heads: (who.t("rept-typology"), who.t("fcase-alerts")),
    };
    match points.is_empty() {
        true => html! { h2 { (who.t("gfig-typologies")) } p { (who.t("gfig-typologies-none")) } },
        false => chart.show(w),
    }
}

fn kept(who: &Signed, all: &All) -> Markup {
    let w = who.words();
    let mut sums: BTreeMap<BranchId, (i64, i64)> = BTreeMap::new();
    for s in all.saved.iter().filter(|s| s.currency == Currency::CNY) {
        let sum = sums.entry(s.branch).or_default();
        *sum = (sum.0 + s.payments as i64, sum.1.saturating_add(s.amount));
    }
    let name = |b: &BranchId| all.names.get(b).cloned().unwrap_or_default();
    let points: Vec<Point<'_>> =
        sums.iter().map(|(b, (_, sum))| Point::new(name(b), *sum, w.money(Money::cny(*sum)))).collect();
    let chart = Chart {
        id: "kept",
        title: who.t("fcases-kept"),
        about: who.t("gfig-kept-about"),
        shape: Shape::Rows,
        points: &points,
        heads: (who.t("fcase-branch"), who.t("amount")),
    };
    let row = |(i, officer): &(Interception, String)| {
        [
            html! { (w.date(i.day)) },
            html! { (name(&i.branch)) },
            amount(w, i.money()),
            html! { (say::told(w, "fcase-how", i.how.code())) },
            html! { (say::named(w, officer)) },
        ]
    };
    let table = Table::new(who.t("gfig-kept-newest"))
        .text(who.t("rept-day"))
        .text(who.t("fcase-branch"))
        .figures(who.t("amount"))
        .text(who.t("fcases-how"))
        .text(who.t("fcase-who"))
        .rows(all.newest.iter().map(row))
        .when_empty(who.t("fcases-kept-none"));
    html! { @if !points.is_empty() { (chart.show(w)) } (table.show(w)) }
}

fn wronged(who: &Signed, n: Wronged) -> Markup {
    let hours = format!("{}.{}", n.mean_tenths / 10, n.mean_tenths % 10);
    let rows = [
        Row::new(who.t("gfig-wronged-customers"), html! { (n.customers) }),
        Row::new(who.t("fcases-payments-count"), html! { (n.payments) }),
        Row::new(who.t("gfig-wronged-hours"), html! { (hours) }),
    ];
    html! { h2 { (who.t("gfig-wronged")) } p.hint { (who.t("gfig-wronged-about")) } (summary_list(who.words(), &rows)) }
}

/// A branch's month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    accounts: Month,
    cases: usize,
    alerts: i64,
    /// Customers whose accounts served others.
    misused: i64,
    kept: i64,
    /// Minor units of 元.
    kept_amount: i64,
}

struct Pack {
    first: Date,
    names: Names,
    lines: BTreeMap<BranchId, Line>,
    opened: Vec<Opened>,
    confirmed: usize,
}

fn pack(tx: &mut Tx<'_>, who: (&kernel::Actor, crate::words::Lang), first: Date) -> Done<Pack> {
    let (actor, lang) = who;
    let last = first.plus_months(1).plus_days(-1);
    let mut lines: BTreeMap<BranchId, Line> = BTreeMap::new();
    for branch in party::branches_of(tx, actor, party::Permission::GuardRead)? {
        lines.insert(branch.id, Line::default());
    }
    for (branch, accounts) in reporting::month(tx, actor, first)? {
        lines.entry(branch).or_default().accounts = accounts;
    }
    let opened = cases::opened(tx, actor, first, last)?;
    for o in &opened {
        let line = lines.entry(o.branch).or_default();
        (line.cases, line.alerts) = (line.cases + o.cases, line.alerts + o.alerts);
    }
    for s in cases::interceptions(tx, actor, first, last)?.iter().filter(|s| s.currency == Currency::CNY) {
        let line = lines.entry(s.branch).or_default();
        (line.kept, line.kept_amount) = (line.kept + s.payments as i64, line.kept_amount.saturating_add(s.amount));
    }
    for (branch, _) in cases::misused(tx, actor, first, last)? {
        lines.entry(branch).or_default().misused += 1;
    }
    let figures = cases::figures(tx, actor, first, last)?;
    let confirmed = figures.outcomes.iter().filter(|(o, _)| o.confirms()).map(|(_, n)| n).sum();
    Ok(Pack { first, names: branch_names(tx, lang)?, lines, opened, confirmed })
}

/// The first day of the month asked for, or of this one.
fn month_of(ask: &Ask, today: Date) -> Date {
    let asked = Date::parse(&format!("{}-01", ask.month.trim()));
    asked.unwrap_or_else(|_| today.plus_days(1 - i64::from(today.day())))
}

async fn packed(web: &Web, who: &Signed, ask: &Ask) -> Result<Pack, Fault> {
    let (actor, lang, first) = (who.actor.clone(), who.words().lang, month_of(ask, web.now().local_date()));
    Ok(web.read(move |tx| pack(tx, (&actor, lang), first)).await?)
}

/// Months that one may turn to.
const MONTHS: i32 = 6;

pub async fn month(State(web): State<Web>, who: Signed, Query(ask): Query<Ask>) -> Result<Shown, Fault> {
    let pack = packed(&web, &who, &ask).await?;
    let (w, today) = (who.words(), web.now().local_date());
    let this = today.plus_days(1 - i64::from(today.day()));
    let months: Vec<Date> = (0..MONTHS).map(|n| this.plus_months(-n)).collect();
    let code = |d: &Date| format!("{}-{:02}", d.year(), d.month());
    let places: Vec<(Text<'_>, Text<'_>)> =
        months.iter().map(|d| (code(d).into(), format!("/guard/months?month={}", code(d)).into())).collect();
    let at = months.iter().position(|d| *d == pack.first).unwrap_or(0);
    let file = |form: &str| format!("/guard/months.csv?month={}&form={form}", code(&pack.first));
    let main = html! {
        (tabs(&who.t("fcases-month"), &places, at))
        (month_chart(&who, &pack))
        (month_table(w, &pack))
        (typologies(&who, &pack.opened))
        p { (w.t_with("gfig-confirmed", &[("n", (pack.confirmed as i64).into())])) }
        (actions(html! {
            (link_button(Button::Secondary, &who.t("fcases-csv"), &file("csv")))
            (link_button(Button::Secondary, &who.t("gfig-xlsx"), &file("xlsx")))
        }))
    };
    let sheet = Sheet::new(who.t("gfig-month")).lead(who.t("gfig-month-lead")).crumb(who.t("gfig"), "/guard/figures");
    Ok(page(&who, sheet, main))
}

fn month_chart(who: &Signed, pack: &Pack) -> Markup {
    let w = who.words();
    let named = |b: &BranchId| pack.names.get(b).cloned().unwrap_or_default();
    let points: Vec<Point<'_>> = pack
        .lines
        .iter()
        .filter(|(_, l)| l.alerts > 0)
        .map(|(b, l)| Point::new(named(b), l.alerts, l.alerts.to_string()))
        .collect();
    let chart = Chart {
        id: "alerts",
        title: who.t("gfig-alerts"),
        about: who.t("gfig-alerts-about"),
        shape: Shape::Rows,
        points: &points,
        heads: (who.t("fcase-branch"), who.t("fcase-alerts")),
    };
    html! { @if !points.is_empty() { (chart.show(w)) } }
}

/// Texts of the columns after the branch.
const HEADS: [&str; 7] = [
    "gfig-opened",
    "gfig-closed",
    "gfig-limited",
    "fcase-alerts",
    "gfig-misused",
    "fcases-payments-kept",
    "gfig-kept-amount",
];

fn month_table(w: Words, pack: &Pack) -> Markup {
    let row = |(b, l): (&BranchId, &Line)| {
        [
            html! { (pack.names.get(b).map(String::as_str).unwrap_or_default()) },
            html! { (l.accounts.opened) },
            html! { (l.accounts.closed) },
            html! { (l.accounts.limited) },
            html! { (l.alerts) },
            html! { (l.misused) },
            html! { (l.kept) },
            amount(w, Money::cny(l.kept_amount)),
        ]
    };
    let mut table = Table::new(w.t("gfig-by-branch")).text(w.t("fcase-branch"));
    for head in HEADS {
        table = table.figures(w.t(head));
    }
    // Branches without anything stand in the file.
    table
        .rows(pack.lines.iter().filter(|(_, l)| **l != Line::default()).map(row))
        .when_empty(w.t("gfig-steps-none"))
        .show(w)
}

/// The month as a file: by branch, then by branch and kind of alert.
pub async fn csv(State(web): State<Web>, who: Signed, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    let pack = packed(&web, &who, &ask).await?;
    let w = who.words();
    let named = |b: &BranchId| Cell::Text(pack.names.get(b).cloned().unwrap_or_default());
    let mut heads = vec![w.t("fcase-branch").into_owned()];
    heads.extend(HEADS.map(|h| w.t(h).into_owned()));
    let rows: Vec<Vec<Cell>> = pack
        .lines
        .iter()
        .map(|(b, l)| {
            let counts = [l.accounts.opened, l.accounts.closed, l.accounts.limited, l.alerts, l.misused, l.kept];
            let mut row = vec![named(b)];
            row.extend(counts.map(Cell::Count));
            row.push(Cell::Amount(Some(Money::cny(l.kept_amount))));
            row
        })
        .collect();
    let name = format!("guard-{}-{:02}", pack.first.year(), pack.first.month());
    if ask.form != "xlsx" {
        let bytes = table::csv(&heads, &rows)?;
        return Ok(download(&format!("{name}.csv"), "text/csv; charset=utf-8", bytes));
    }
    let kinds = pack.opened.iter().map(|o| {
        let kind = Cell::Text(say::told(w, "fcase-typology", &o.typology).into_owned());
        vec![named(&o.branch), kind, Cell::Count(o.cases as i64), Cell::Count(o.alerts)]
    });
    let second = ["fcase-branch", "rept-typology", "fcase-count", "fcase-alerts"].map(|k| w.t(k).into_owned());
    let sheets = [
        table::Sheet { name: w.t("gfig-by-branch").into_owned(), heads, rows },
        table::Sheet { name: w.t("gfig-typologies").into_owned(), heads: second.to_vec(), rows: kinds.collect() },
    ];
    Ok(download(&format!("{name}.xlsx"), XLSX, table::workbook(&sheets)?))
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
