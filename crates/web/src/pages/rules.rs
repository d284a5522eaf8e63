//! Rules against fraud as they are in force: how each does day by day, one rule with its words, and the model.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use guard::{Hit, Hits, RuleHits, RuleSetRow};
use kernel::{Date, Error};
use maud::{Markup, html};
use party::Permission as P;
use risk::{Mode, Rule, RuleSet};

/// Basis points as people read them.
pub(super) fn share(points: Option<i64>) -> String {
    points.map_or_else(|| "–".into(), |p| format!("{}.{} %", p / 100, p % 100 / 10))
}

/// Live counts, shadow is only written down.
pub(super) fn mode(who: &Signed, mode: Mode) -> Markup {
    match mode {
        Mode::Live => status(Tone::Good, &who.t("rules-mode-live"), "", ""),
        Mode::Shadow => status(Tone::Quiet, &who.t("rules-mode-shadow"), "", ""),
    }
}

async fn standing(web: &Web) -> Result<(Hits, Option<RuleSetRow>, Date), Fault> {
    let today = web.now().local_date();
    let found = web.read(move |tx| Ok((guard::hits(tx, today)?, guard::rules_in_force(tx, today)?))).await?;
    Ok((found.0, found.1, today))
}

/// The name of the set in force.
pub(super) fn set_named(w: Words, set: Option<&RuleSetRow>) -> String {
    match set {
        Some(s) => w.t_with("rules-set-named", &[("n", s.number.into()), ("name", s.name.clone().into())]),
        None => w.t("rules-set-shipped").into_owned(),
    }
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (hits, set, _) = standing(&web).await?;
    let rules = web.desk().guard.fraud_rules();
    let w = who.words();
    let main = html! {
        p { (w.t_with("rules-now", &[("set", set_named(w, set.as_ref()).into()), ("n", (rules.rules.len() as i64).into())])) }
        @if let Some(since) = hits.whole_since { p.hint { (w.t_with("rules-whole-since", &[("at", w.moment(since).into())])) } }
        (actions(html! {
            (link_button(Button::Primary, &who.t("rules-sets"), "/guard/rule-sets"))
            (link_button(Button::Secondary, &who.t("rules-model"), "/guard/model"))
        }))
        (table(&who, &rules, &hits))
        (house(&who, &rules, &hits))
    };
    Ok(page(&who, Sheet::new(who.t("rules")).lead(who.t("rules-lead")).crumb(who.t("held"), "/guard"), main))
}

fn table(who: &Signed, rules: &RuleSet, hits: &Hits) -> Markup {
    let w = who.words();
    let none = RuleHits::default();
    let row = |r: &Rule| {
        let told = hits.rules.get(&r.id).unwrap_or(&none);
        let way = w.t_with("rules-way", &[("n", i64::from(told.last(30)).into())]);
        [
            html! { div { a href={ "/guard/rules/" (r.id) } { (r.title) } br; code { (r.id) " v" (r.version) } } },
            mode(who, r.mode),
            html! { div { (say::told(w, "ladder", r.action.word())) br; span.hint { (w.t_with("rules-points", &[("n", r.score.into())])) } } },
            html! { (told.last(7)) },
            html! { div { (told.last(30)) br; span.hint { (w.t_with("rules-a-day", &[("n", tenths(told.last(30)).into())])) } } },
            html! { div { (share(told.confirmed())) br; span.hint { (w.t_with("rules-looked", &[("n", i64::from(told.right + told.wrong).into())])) } } },
            html! { @if told.days.is_empty() { "–" } @else { (spark_cell(&way, &told.days)) } },
        ]
    };
    Table::new(who.t("rules"))
        .text(who.t("rules-rule"))
        .text(who.t("rules-mode"))
        .text(who.t("rules-action"))
        .figures(who.t("rules-week"))
        .figures(who.t("rules-month"))
        .figures(who.t("rules-confirmed"))
        .text(who.t("rules-thirty"))
        .rows(rules.rules.iter().map(row))
        .caption_hidden()
        .show(w)
}

/// Hits a day with one decimal.
fn tenths(of_month: u32) -> String {
    let tenths = u64::from(of_month) * 10 / guard::DAYS_SHOWN as u64;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Rules of the house, which come with the product and do not change here.
fn house(who: &Signed, rules: &RuleSet, hits: &Hits) -> Markup {
    let w = who.words();
    let own = |id: &str| !rules.rules.iter().any(|r| r.id == id);
    let rows: Vec<_> = hits.rules.iter().filter(|(id, _)| own(id)).collect();
    let row = |(id, told): (&String, &RuleHits)| {
        [
            html! { div { (say::told_or(w, "guard-rule", id)) br; code { (id) } } },
            html! { (told.last(7)) },
            html! { (told.last(30)) },
            html! { (share(told.confirmed())) },
        ]
    };
    let table = Table::new(who.t("rules-house"))
        .text(who.t("rules-rule"))
        .figures(who.t("rules-week"))
        .figures(who.t("rules-month"))
        .figures(who.t("rules-confirmed"))
        .rows(rows.into_iter().map(row))
        .when_empty(who.t("rules-house-none"));
    details(&who.t("rules-house"), table.show(w))
}

pub async fn show(State(web): State<Web>, who: Signed, Path(id): Path<String>) -> Result<Shown, Fault> {
    let rules = web.desk().guard.fraud_rules();
    let Some(rule) = rules.rules.iter().find(|r| r.id == id) else { return Err(Error::not_found("rule", id).into()) };
    let (hits, set, today) = standing(&web).await?;
    let told = hits.rules.get(&id).cloned().unwrap_or_default();
    let w = who.words();
    let until = rule.to.map_or_else(|| who.t("rules-open").into_owned(), |to| w.date(to));
    let rows = [
        Row::new(who.t("rules-mode"), mode(&who, rule.mode)),
        Row::new(
            who.t("rules-action"),
            html! { (say::told(w, "ladder", rule.action.word())) " · " (w.t_with("rules-points", &[("n", rule.score.into())])) },
        ),
        Row::new(who.t("rules-when"), html! { code { (rule.when.text) } }),
        Row::new(who.t("rules-words-zh"), html! { span lang="zh-CN" { (rule.texts.zh) } }),
        Row::new(who.t("rules-words-elder"), html! { span lang="zh-CN" { (rule.texts.elder) } }),
        Row::new(who.t("rules-words-en"), html! { span lang="en" { (rule.texts.en) } }),
        Row::new(who.t("rules-words-staff"), html! { span lang="en" { (rule.staff) } }),
        Row::new(who.t("rules-basis"), html! { (say::basis(w, &rule.basis)) }),
        Row::new(who.t("rules-days"), html! { (w.date(rule.from)) " – " (until) }),
        Row::new(who.t("rules-owner"), html! { (rule.owner) }),
        Row::new(who.t("rules-of-set"), html! { (set_named(w, set.as_ref())) }),
        Row::new(who.t("rules-confirmed"), html! { (share(told.confirmed())) }),
    ];
    let main = html! {
        p { code { (rule.id) " v" (rule.version) " · " (rule.typology) } }
        @if rule.neutral { (notice(Tone::Warn, &who.t("rules-neutral"), html! { p { (who.t("rules-neutral-lead")) } })) }
        (summary_list(w, &rows))
        (days(&who, &told, today))
        (newest(&who, &told.newest))
    };
    Ok(page(&who, Sheet::new(rule.title.clone()).crumb(who.t("rules"), "/guard/rules"), main))
}

fn days(who: &Signed, told: &RuleHits, today: Date) -> Markup {
    let w = who.words();
    let first = today.plus_days(1 - told.days.len() as i64);
    let point = |(i, n): (usize, &u32)| {
        let day = first.plus_days(i as i64).to_string();
        Point::new(day.get(5..).unwrap_or_default().to_owned(), i64::from(*n), n.to_string())
    };
    let points: Vec<Point<'_>> = told.days.iter().enumerate().map(point).collect();
    let chart = Chart {
        id: "rule-days",
        title: w.t("rules-thirty"),
        about: w.t_with("rules-way", &[("n", i64::from(told.last(30)).into())]).into(),
        shape: Shape::Bars,
        points: &points,
        heads: (w.t("rules-day"), w.t("rules-hits")),
    };
    html! { @if !points.is_empty() { (chart.show(w)) } }
}

fn newest(who: &Signed, hits: &[Hit]) -> Markup {
    let w = who.words();
    let row = |h: &Hit| {
        let label = match h.fraud {
            Some(true) => status(Tone::Danger, &who.t("rules-label-fraud"), "", ""),
            Some(false) => status(Tone::Good, &who.t("rules-label-honest"), "", ""),
            None => html! { (who.t("rules-label-none")) },
        };
        [
            html! { div { a href={ "/guard/" (h.instruction) } { (moment(w, h.at)) } br; span.hint { (h.amount) } } },
            html! { (say::told(w, "verdict", h.verdict.code())) },
            html! { span lang="en" { (h.detail) } },
            label,
        ]
    };
    Table::new(who.t("rules-newest"))
        .text(who.t("payment"))
        .text(who.t("rules-verdict"))
        .text(who.t("rules-detail"))
        .text(who.t("rules-label"))
        .rows(hits.iter().map(row))
        .when_empty(who.t("rules-newest-none"))
        .show(w)
}

pub async fn model(State(web): State<Web>, who: Signed) -> Shown {
    let guard = &web.desk().guard;
    let w = who.words();
    let features = guard.fraud_rules().features;
    let main = match guard.model() {
        None => html! {
            (notice(Tone::Info, &who.t("rules-model-none"), html! { p { (who.t("rules-model-none-lead")) } }))
            (written("yizhan guard train --file past.csv.gz --rules RULES/ --out MODEL.json"))
            h2 { (who.t("rules-features")) }
            ul { @for f in &features { li { code { (f) } } } }
        },
        Some(model) => html! {
            (summary_list(w, &[
                Row::new(who.t("rules-model-version"), html! { (model.version) }),
                Row::new(who.t("rules-hash"), html! { code { (model.hash) } }),
            ]))
            h2 { (who.t("rules-features")) }
            ul { @for f in &model.features { li { code { (f) } } } }
            h2 { "MODEL.md" }
            (written(&model.card()))
        },
    };
    let sheet = Sheet::new(who.t("rules-model")).lead(who.t("rules-model-lead")).crumb(who.t("rules"), "/guard/rules");
    page(&who, sheet, main)
}

/// Whether the viewer writes rules.
pub(super) fn writes(who: &Signed) -> bool {
    who.holds(P::GuardRules)
}
