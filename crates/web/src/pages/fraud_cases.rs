//! The guard's desk: the queue with its counts, and one case with all that belongs to it.
use super::{Page as Sheet, next_href, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use cases::{Alert, Ask, Board, Case, Said, Script, Skill};
use kernel::id::{BranchId, FraudCaseId, StaffId};
use kernel::{Owner, PageAsk, Result as Done, Timestamp, Who};
use maud::{Markup, html};
use party::{Permission as P, Role};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Tx;

/// Colleagues of one role that a case can be handed to.
const COLLEAGUES_MAX: usize = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QueueAsk {
    show: String,
    branch: String,
    skill: String,
    after: Option<String>,
}

/// A case with the names behind its ids.
pub(super) struct Seen {
    pub case: Case,
    pub customer: String,
    pub officer: String,
}

pub(super) fn seen(tx: &mut Tx<'_>, case: Case) -> Done<Seen> {
    let customer = party::who_name(tx, &case.subject.to_string())?;
    let officer = case.officer.map_or_else(|| Ok(String::new()), |o| party::who_name(tx, &o.to_string()))?;
    Ok(Seen { case, customer, officer })
}

/// Names of branches in the reader's language.
pub(super) fn branch_names(tx: &mut Tx<'_>, lang: Lang) -> Done<BTreeMap<BranchId, String>> {
    let all = party::branches(tx)?;
    Ok(all.into_iter().map(|b| (b.id, if lang == Lang::Zh { b.name_zh } else { b.name_en })).collect())
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<QueueAsk>) -> Result<Shown, Fault> {
    let me = match who.actor.who {
        Who::Staff(me) if ask.show == "mine" => Some(me),
        _ => None,
    };
    let show = Ask {
        branch: ask.branch.parse().ok(),
        skill: Skill::parse(&ask.skill),
        officer: me,
        closed: ask.show == "closed",
        ..Ask::default()
    };
    let (actor, asked, lang) = (who.actor.clone(), PageAsk { limit: None, after: ask.after.clone() }, who.words().lang);
    let (items, next, board, names) = web
        .read(move |tx| {
            let found = cases::listed(tx, &actor, show, &asked)?;
            let items = found.items.into_iter().map(|c| seen(tx, c)).collect::<Done<Vec<_>>>()?;
            Ok((items, found.next, cases::board(tx, &actor)?, branch_names(tx, lang)?))
        })
        .await?;
    let first = ask.after.as_ref().map(|_| "/cases");
    let main = html! {
        (actions(html! {
            (link_button(Button::Primary, &who.t("fcase-new"), "/cases/new"))
            (link_button(Button::Secondary, &who.t("fcase-figures"), "/cases/figures"))
            (link_button(Button::Secondary, &who.t("fcases-nights"), "/cases/nights"))
            (link_button(Button::Secondary, &who.t("talks"), "/talks"))
            (link_button(Button::Secondary, &who.t("diligence"), "/diligence"))
            @if who.holds(P::FirmVerify) { (link_button(Button::Secondary, &who.t("verified-firms"), "/verified-firms")) }
            @if who.holds(P::GuardDecide) { (link_button(Button::Secondary, &who.t("fraud-reports"), "/fraud-reports")) }
        }))
        (sides(&who, &ask.show))
        (table(&who, &items, web.now()))
        (pager(who.words(), first, next_href(&who.view, &next).as_deref()))
        @if ask.show.is_empty() { (piles(&who, &board, &names)) }
    };
    Ok(page(&who, Sheet::new(who.t("fcases")).lead(who.t("fcases-lead")), main))
}

fn sides(who: &Signed, show: &str) -> Markup {
    let all = [("", "fcases-open"), ("mine", "fcases-mine"), ("closed", "fcases-closed")];
    let places: Vec<(Text<'_>, Text<'_>)> = all
        .iter()
        .map(|(code, key)| {
            let to = if code.is_empty() { "/cases".to_owned() } else { format!("/cases?show={code}") };
            (who.t(key), Text::from(to))
        })
        .collect();
    tabs(&who.t("fcases"), &places, all.iter().position(|(code, _)| *code == show).unwrap_or(0))
}

fn table(who: &Signed, items: &[Seen], now: Timestamp) -> Markup {
    let w = who.words();
    let row = |s: &Seen| {
        let c = &s.case;
        [
            html! { div { a href={ "/cases/" (c.id) } { (say::told(w, "fcase-typology", &c.typology)) } br; span.hint { (say::told(w, "fcase-skill", c.skill.code())) } } },
            html! { (s.customer) },
            severity(who, c),
            due(who, c, now),
            html! { div { (say::tag_by(w, c.state, &s.officer, None)) } },
        ]
    };
    let table = Table::new(who.t("fcases"))
        .text(who.t("fcase-what"))
        .text(who.t("fcase-customer"))
        .text(who.t("fcase-urgency"))
        .text(who.t("fcase-due"))
        .text(who.t("fcase-state"))
        .rows(items.iter().map(row))
        .when_empty(who.t("fcases-none"))
        .caption_hidden();
    table.show(w)
}

fn severity(who: &Signed, c: &Case) -> Markup {
    let tone = match c.severity {
        cases::Severity::Grave => Tone::Danger,
        cases::Severity::High => Tone::Warn,
        _ => Tone::Quiet,
    };
    status(tone, &say::told(who.words(), "fcase-severity", c.severity.code()), "", "")
}

fn due(who: &Signed, c: &Case, now: Timestamp) -> Markup {
    match c.is_late(now) {
        true => status(Tone::Danger, &who.t("fcase-late"), "", &who.words().moment(c.due_at)),
        false => moment(who.words(), c.due_at),
    }
}

fn piles(who: &Signed, board: &Board, names: &BTreeMap<BranchId, String>) -> Markup {
    let w = who.words();
    let row = |p: &cases::Pile| {
        let name = names.get(&p.branch).map(String::as_str).unwrap_or_default();
        let to = format!("/cases?branch={}&skill={}", p.branch, p.skill);
        [
            html! { a href=(to) { (name) " · " (say::told(w, "fcase-skill", p.skill.code())) } },
            html! { (p.cases) },
            html! { (p.late) },
            html! { (p.grave) },
            moment(w, p.oldest),
        ]
    };
    let table = Table::new(who.t("fcases-board"))
        .text(who.t("fcase-branch"))
        .figures(who.t("fcase-count"))
        .figures(who.t("fcase-late"))
        .figures(who.t("fcase-grave"))
        .text(who.t("fcase-oldest"))
        .rows(board.piles.iter().map(row))
        .when_empty(who.t("fcases-board-none"));
    table.show(w)
}

/// All that the page of a case shows.
pub(super) struct Whole {
    pub seen: Seen,
    pub alerts: Vec<Alert>,
    pub steps: Vec<(Said, String)>,
    others: Vec<Case>,
    pub phone: String,
    script: &'static Script,
    pub branch: String,
    colleagues: Vec<(StaffId, String)>,
}

/// Who works cases where this one is answered, but the reader: risk officers and the manager.
fn colleagues(tx: &mut Tx<'_>, actor: &kernel::Actor, c: &Case) -> Done<Vec<(StaffId, String)>> {
    let mut all = Vec::new();
    for role in [Role::RiskOfficer, Role::BranchManager] {
        for staff in party::staff_near(tx, role, c.desk, COLLEAGUES_MAX)? {
            if actor.who != Who::Staff(staff) && all.iter().all(|(id, _)| *id != staff) {
                all.push((staff, party::who_name(tx, &staff.to_string())?));
            }
        }
    }
    Ok(all)
}

pub(super) fn whole(tx: &mut Tx<'_>, who: (&kernel::Actor, Lang), id: FraudCaseId) -> Done<Whole> {
    let (actor, lang) = who;
    let case = cases::case(tx, actor, id)?;
    let alerts = cases::alerts_of(tx, actor, id)?;
    let named = |tx: &mut Tx<'_>, s: Said| party::who_name(tx, &s.who).map(|name| (s, name));
    let said = cases::steps_of(tx, actor, id)?;
    let steps = said.into_iter().map(|s| named(tx, s)).collect::<Done<Vec<_>>>()?;
    let others = cases::cases_of(tx, actor, case.subject)?.into_iter().filter(|c| c.id != id).collect();
    let phone = match case.subject {
        Owner::Person(_) => cases::phone(tx, &case, None)?.1,
        _ => String::new(),
    };
    let script = cases::script(&case.typology, tx.now().local_date())?;
    let branch = branch_names(tx, lang)?.remove(&case.branch).unwrap_or_default();
    let colleagues = colleagues(tx, actor, &case)?;
    Ok(Whole { seen: seen(tx, case)?, alerts, steps, others, phone, script, branch, colleagues })
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<FraudCaseId>) -> Result<Shown, Fault> {
    let (actor, lang) = (who.actor.clone(), who.words().lang);
    let all = web.read(move |tx| whole(tx, (&actor, lang), id)).await?;
    let (w, c) = (who.words(), &all.seen.case);
    let mine = c.officer.map(Who::Staff) == Some(who.actor.who) && c.state.is_open();
    let main = html! {
        @if c.sensitive { (notice(Tone::Warn, &who.t("fcase-secret"), html! {})) }
        (summary_list(w, &rows(&who, &all, web.now())))
        @if c.state.is_open() && !mine {
            (form(&who.view, &format!("/cases/{id}/claim"), actions(button(Button::Primary, &who.t("fcase-claim"), None))))
        }
        (alerts(&who, &all.alerts))
        (actions(link_button(Button::Secondary, &who.t("look-back"), &format!("/cases/{id}/openings"))))
        @if c.state.is_open() { (script(&who, all.script)) }
        @if who.holds(P::ReportSuspicion) { (actions(link_button(Button::Secondary, &who.t("rept-from-case"), &format!("/reports/suspicion?case={id}")))) }
        @if mine { (super::fraud_deeds::forms(&who, c, &all.phone, (&all.others, &all.colleagues))) }
        (timeline(&who, id, &all.steps))
        @if c.about != cases::About::Suspicion { (actions(link_button(Button::Secondary, &who.t("fcase-sheet"), &format!("/cases/{id}/sheet")))) }
        (others(&who, &all.others))
    };
    let title = say::told(w, "fcase-typology", &c.typology);
    let sheet = Sheet::new(title).lead(all.seen.customer.clone()).crumb(who.t("fcases"), "/cases");
    Ok(page(&who, sheet, main))
}

fn rows<'a>(who: &Signed, all: &Whole, now: Timestamp) -> Vec<Row<'a>> {
    let (w, c) = (who.words(), &all.seen.case);
    let customer = match c.subject {
        Owner::Person(p) if who.holds(P::PersonRead) => html! { a href={ "/customers/" (p) } { (all.seen.customer) } },
        _ => html! { (all.seen.customer) },
    };
    let mut rows = vec![
        Row::new(who.t("fcase-state"), say::tag_by(w, c.state, &all.seen.officer, c.claimed_at)),
        Row::new(who.t("fcase-customer"), customer),
        Row::new(who.t("fcase-about"), html! { (say::told(w, "fcase-about", c.about.code())) }),
        Row::new(who.t("fcase-urgency"), severity(who, c)),
        Row::new(who.t("fcase-skill"), html! { (say::told(w, "fcase-skill", c.skill.code())) }),
        Row::new(who.t("fcase-branch"), html! { (all.branch) }),
        Row::new(who.t("fcase-due"), due(who, c, now)),
    ];
    if let Some(until) = c.waits_until {
        rows.push(Row::new(who.t("fcase-waits-until"), moment(w, until)));
    }
    if let (Some(outcome), Some(at)) = (c.outcome, c.closed_at) {
        let told = say::told(w, "fcase-outcome", outcome.code());
        rows.push(Row::new(who.t("fcases-closed"), html! { (told) " · " (moment(w, at)) }));
    }
    rows
}

fn alerts(who: &Signed, all: &[Alert]) -> Markup {
    let w = who.words();
    let row = |a: &Alert| {
        let source = say::told(w, "fcase-source", a.source.code());
        [
            html! { @match a.instruction { Some(i) if who.holds(P::GuardRead) => a href={ "/guard/" (i) } { (source) }, _ => (source) } },
            html! { @if a.amount > 0 { (amount(w, a.money())) } },
            html! { span.masked-text { (a.payee) } },
            html! { @for rule in &a.rules.0 { div { (say::told_or(w, "guard-rule", rule)) } } },
            moment(w, a.at),
        ]
    };
    let table = Table::new(who.t("fcase-alerts"))
        .text(who.t("fcase-source"))
        .figures(who.t("fcase-at-stake"))
        .text(who.t("fcase-payee"))
        .text(who.t("fcase-rules"))
        .text(who.t("fcase-when"))
        .rows(all.iter().map(row));
    table.show(w)
}

fn script(who: &Signed, s: &Script) -> Markup {
    let said = if who.words().lang == Lang::Zh { &s.zh } else { &s.en };
    let version = who.words().t_with("fcase-script-version", &[("version", i64::from(s.version).into())]);
    let body = html! { ol { @for sentence in said { li { (sentence) } } } p.hint { (version) } };
    notice(Tone::Info, &who.t("fcase-script"), body)
}

fn timeline(who: &Signed, id: FraudCaseId, steps: &[(Said, String)]) -> Markup {
    let w = who.words();
    let row = |(s, name): &(Said, String)| {
        [
            moment(w, s.at),
            html! { (say::named(w, name)) },
            html! { div {
                strong { (say::told(w, "fcase-step", s.kind.code())) }
                @if let Some(call) = s.call { " · " (say::told(w, "fcase-called", call.code())) }
                @if matches!(s.kind, cases::StepKind::Call | cases::StepKind::File | cases::StepKind::Seen) { " · " (s.shown) }
                @for text in [&s.words.note, &s.words.asked, &s.words.answered] { @if !text.is_empty() { p { (text) } } }
                @if s.file { (form(&who.view, &format!("/cases/{id}/files/{}", s.id), button(Button::Secondary, &who.t("fcase-file-read"), None))) }
            } },
        ]
    };
    let table = Table::new(who.t("fcase-timeline"))
        .text(who.t("fcase-when"))
        .text(who.t("fcase-who"))
        .text(who.t("fcase-did"))
        .rows(steps.iter().map(row));
    table.show(w)
}

fn others(who: &Signed, all: &[Case]) -> Markup {
    let w = who.words();
    if all.is_empty() {
        return html! {};
    }
    let row = |c: &Case| {
        [
            html! { a href={ "/cases/" (c.id) } { (say::told(w, "fcase-typology", &c.typology)) } },
            say::tag(w, c.state),
            moment(w, c.opened_at),
        ]
    };
    let table = Table::new(who.t("fcase-others"))
        .text(who.t("fcase-what"))
        .text(who.t("fcase-state"))
        .text(who.t("fcase-when"))
        .rows(all.iter().map(row));
    table.show(w)
}
