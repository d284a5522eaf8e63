//! The second pair of eyes: what waits, what changes, yes or no.
use super::confirm::{Confirm, Given};
use super::{Page as Sheet, next_href, page, refused, say, terms};
use crate::decide::{self, Decided};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use approval::{Approval, Line, State as Stage};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::ApprovalId;
use kernel::{Currency, Money, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    mine: Option<String>,
    after: Option<String>,
}

/// A request with the names of who made it.
struct Seen {
    approval: Approval,
    maker: String,
    first: String,
    decided: String,
    /// It is the reader's turn.
    may: bool,
    /// All of the dated terms it is about, on its own pages.
    terms: Option<Markup>,
}

fn seen(tx: &mut store::Tx<'_>, approval: Approval, may: bool) -> Done<Seen> {
    let mut name = |who: Option<&str>| who.map_or_else(|| Ok(String::new()), |w| party::who_name(tx, w));
    let maker = name(Some(&approval.maker))?;
    let (first, decided) = (name(approval.first_by.as_deref())?, name(approval.decided_by.as_deref())?);
    Ok(Seen { approval, maker, first, decided, may, terms: None })
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, mine) = (who.actor.clone(), ask.mine.is_some());
    let ask = PageAsk { limit: None, after: ask.after };
    let first = ask.after.is_none();
    let (items, next) = web
        .read(move |tx| {
            let found =
                if mine { approval::made_by(tx, &actor, &ask)? } else { approval::waiting_for(tx, &actor, &ask)? };
            let items = found.items.into_iter().map(|a| seen(tx, a, !mine)).collect::<Done<Vec<_>>>()?;
            Ok((items, found.next))
        })
        .await?;
    let seconds = if mine || !who.holds(P::CaseWork) { 0 } else { objections(&web, &who).await? };
    let w = who.words();
    let sides = [
        (Text::from(who.t("approvals-waiting")), Text::from("/approvals")),
        (Text::from(who.t("approvals-mine")), Text::from("/approvals?mine=yes")),
    ];
    let here = if mine { "/approvals?mine=yes" } else { "/approvals" };
    let main = html! {
        (tabs(&who.t("approvals"), &sides, usize::from(mine)))
        @if seconds > 0 {
            (notice(Tone::Info, &w.t_with("approvals-objections", &[("n", seconds.into())]), html! { p { a href="/appeals" { (who.t("appeals")) } } }))
        }
        (table(&who, &items, mine))
        (pager(w, (!first).then_some(here), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("approvals")).lead(who.t("approvals-lead")), main))
}

/// Objections of customers that wait for the reader's word as the second officer, of the first hundred that are open.
async fn objections(web: &Web, who: &Signed) -> Result<i64, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let me = actor.principal();
        let open = cases::appeals(tx, &actor, &PageAsk::first(100))?.items;
        let other = |by: &Option<String>| by.as_deref().is_some_and(|by| by != me);
        Ok(open.iter().filter(|a| a.state == cases::AppealState::Lifting && other(&a.decided_by)).count() as i64)
    });
    Ok(found.await?)
}

fn table(who: &Signed, items: &[Seen], mine: bool) -> Markup {
    let w = who.words();
    let row = |s: &Seen| {
        let a = &s.approval;
        [
            html! { div { a href={ "/approvals/" (a.id) } { (say::told(w, "approval-kind", &a.kind)) } br; span.hint { (about(who, a)) } } },
            html! { @if let Some(sum) = a.amount() { (amount(w, sum)) } },
            say::by(w, &s.maker, a.made_at),
            html! { @if mine { (say::tag_by(w, a.state, &s.decided, a.decided_at)) } @else { (moment(w, a.expires_at)) } },
        ]
    };
    let table = Table::new(who.t("approvals"))
        .text(who.t("approval-what"))
        .figures(who.t("amount"))
        .text(who.t("approval-maker"))
        .text(if mine { who.t("approval-state") } else { who.t("approval-until") })
        .rows(items.iter().map(row))
        .when_empty(who.t(if mine { "approvals-none-mine" } else { "approvals-none" }))
        .caption_hidden();
    table.show(w)
}

/// The first line of the summary, to tell one from another.
fn about(who: &Signed, a: &Approval) -> String {
    let told = |l: &Line| value(who, &l.label, &l.after);
    a.summary.0.iter().take(2).map(told).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Codes, amounts and days among the values are told in the reader's language.
fn value(who: &Signed, label: &str, text: &str) -> String {
    let w = who.words();
    let money = |text: &str| {
        let (code, digits) = text.split_once(' ')?;
        let currency = Currency::parse(code).ok()?;
        Money::parse(digits, currency).ok().map(|m| w.money(m))
    };
    let told = match label {
        "payment-kind" | "clearing-state" => Some(say::told_or(w, label, text)),
        "card-kind" => Some(say::told_or(w, "card-kind", text)),
        "card-decided" => Some(say::told_or(w, "dispute-decided", text)),
        "card-checked" => {
            Some(text.split(' ').map(|c| say::told_or(w, "card-check", c)).collect::<Vec<_>>().join(" · "))
        }
        "payment-arrival" => Some(say::told_or(w, "arrival", text)),
        "wage-kind" => text.split(' ').next().map(|kind| say::told_or(w, "sheet-kind", kind)),
        "wage-pay-on" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "wage-lines" => text.parse().ok().map(|n| say::people(w, n)),
        "rights-roles" => Some(roles(who, text)),
        "rights-place" if text == "bank" => Some(who.t("rights-whole-bank").into_owned()),
        "rights-control" => Some(say::told_or(w, "rights-control", text)),
        "rights-only" => Some(say::told_or(w, "permission", text)),
        "rights-from" | "rights-until" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "rights-per-transaction" | "rights-per-day" | "rights-own" | "rights-release" => money(text),
        "order-kind" => Some(say::told_or(w, "restriction", text)),
        "orders-kind" => Some(say::told_or(w, "orders-kind", text)),
        "orders-amount" | "orders-keep" => money(text),
        "orders-last-day" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "freeze-what" => Some(say::told_or(w, "freeze-kind", text)),
        "freeze-on-whose-word" => Some(say::told_or(w, "freeze-basis", text)),
        "firm-class" => Some(say::told_or(w, "firm-class", text)),
        "list" => Some(say::told_or(w, "list-kind", text)),
        "list-by" => Some(say::told_or(w, "list-subject", text)),
        "project-profile" => Some(say::told_or(w, "profile", text)),
        "person-tier" => Some(say::told_or(w, "tier", &text.to_ascii_lowercase())),
        "guarantee-form" => Some(say::told_or(w, "guarantee-form", text)),
        "worksite-action" => Some(say::told_or(w, "worksite-action", text)),
        "worksite-basis" => Some(say::told_or(w, "worksite-basis", text)),
        "arrears-owed" => money(text),
        "arrears-notice-workers" | "guarantee-workers" => text.parse().ok().map(|n| say::people(w, n)),
        "arrears-notice-default" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "arrears-notice-order" | "guarantee-settle-order" | "guarantee-default-proof" => dated(who, text),
        "worksite-until" | "guarantee-pay-by" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "guarantee-amount" | "guarantee-left" | "worksite-amount" | "worksite-balance" => money(text),
        "site-top-up-due" => kernel::Date::parse(text).ok().map(|d| w.date(d)),
        "site-schedule-amount"
        | "site-top-up-amount"
        | "card-limit"
        | "order-amount"
        | "payment-amount"
        | "payment-fee"
        | "wage-due"
        | "wage-deductions"
        | "wage-net" => money(text),
        _ => None,
    };
    told.unwrap_or_else(|| text.to_owned())
}

/// Roles by their codes, told one after the other; none is said too.
fn roles(who: &Signed, codes: &str) -> String {
    if codes.is_empty() {
        return who.t("rights-none").into_owned();
    }
    codes.split(' ').map(|code| say::told_or(who.words(), "role", code)).collect::<Vec<_>>().join(" · ")
}

/// What was and what will be, the changed lines marked in words; of dated terms all there is.
fn changes(who: &Signed, s: &Seen) -> Markup {
    let (w, a) = (who.words(), &s.approval);
    if let Some(terms) = &s.terms {
        return html! { (terms) };
    }
    let changed = a.summary.0.iter().any(Line::is_change);
    if !changed {
        let rows: Vec<Row<'_>> = a
            .summary
            .0
            .iter()
            .map(|l| Row::new(say::text_or(who.words(), &l.label), html! { (value(who, &l.label, &l.after)) }))
            .collect();
        return summary_list(w, &rows);
    }
    let row = |l: &Line| {
        [
            html! { (say::text_or(who.words(), &l.label)) },
            html! { (value(who, &l.label, &l.before)) },
            html! { @if l.is_change() { strong { (value(who, &l.label, &l.after)) } " " (status(Tone::Warn, &who.t("line-changed"), "", "")) } @else { (value(who, &l.label, &l.after)) } },
        ]
    };
    let table = Table::new(who.t("approval-changes"))
        .text(who.t("approval-line"))
        .text(who.t("approval-before"))
        .text(who.t("approval-after"))
        .rows(a.summary.0.iter().map(row));
    table.show(w)
}

/// A document's number and its day; a case of arrears stands for its own number.
fn dated(who: &Signed, text: &str) -> Option<String> {
    let (number, on) = text.rsplit_once(' ')?;
    let on = who.words().date(kernel::Date::parse(on).ok()?);
    match number.parse::<kernel::id::ArrearsCaseId>() {
        Ok(_) => Some(format!("{} · {on}", who.t("arrears-case"))),
        Err(_) => Some(format!("{number} · {on}")),
    }
}

async fn load(web: &Web, who: &Signed, id: ApprovalId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let a = approval::approval(tx, &actor, id)?;
        let may = approval::may_decide(tx, &actor, &a)?;
        seen(tx, a, may)
    });
    let mut found = found.await?;
    found.terms = terms::agreed_to(web, who, &found.approval).await?;
    Ok(found)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ApprovalId>) -> Result<Shown, Fault> {
    let s = load(&web, &who, id).await?;
    let (w, a) = (who.words(), &s.approval);
    let mut rows = vec![Row::new(who.t("approval-maker"), say::by(w, &s.maker, a.made_at))];
    if let Some(sum) = a.amount() {
        rows.insert(0, Row::new(who.t("amount"), html! { strong { (amount(w, sum)) } }));
    }
    if !a.note.is_empty() {
        rows.push(Row::new(who.t("approval-note"), html! { (a.note) }));
    }
    rows.push(Row::new(who.t("approval-checkers"), html! { (w.t_with("approval-checkers-told", &[("n", i64::from(a.checkers).into()), ("left", i64::from(a.left()).into())])) }));
    if let Some(at) = a.first_at {
        rows.push(Row::new(who.t("approval-first"), say::by(w, &s.first, at)));
    }
    if a.state == Stage::Waiting {
        rows.push(Row::new(who.t("approval-until"), moment(w, a.expires_at)));
    }
    let main = html! {
        p { (say::tag_by(w, a.state, &s.decided, a.decided_at)) }
        @if !a.reason.is_empty() { (notice(Tone::Warn, &who.t("approval-reason"), html! { p { (a.reason) } })) }
        (summary_list(w, &rows))
        h2 { (who.t("approval-content")) }
        (changes(&who, &s))
        @if let Some(sheet) = sheet_of(a) { p { a href={ "/wages/sheets/" (sheet) } { (who.t("approval-to-sheet")) } } }
        @if a.kind == bulk::KIND { @if let Some(file) = file_of(a) { p { a href={ "/bulk/" (file) } { (who.t("approval-to-batch")) } } } }
        (answers(&who, &s, web.now()))
    };
    let title = say::told(w, "approval-kind", &a.kind);
    Ok(page(&who, Sheet::new(title).crumb(who.t("approvals"), "/approvals"), main))
}

/// The sheet a wage approval is about, from its terms.
fn sheet_of(a: &Approval) -> Option<String> {
    let terms: serde_json::Value = serde_json::from_str(&a.payload).ok()?;
    terms.get("sheet").and_then(|s| s.as_str()).map(str::to_owned)
}

/// The file of payments an approval is about, from its terms.
fn file_of(a: &Approval) -> Option<String> {
    let terms: serde_json::Value = serde_json::from_str(&a.payload).ok()?;
    terms.get("file").and_then(|f| f.as_str()).map(str::to_owned)
}

/// Kinds that are decided on these pages; a pay sheet and a file of payments go back to their maker instead of being refused.
const DECIDED_HERE: [&str; 9] = [
    bulk::KIND,
    "payment",
    "payment.reverse",
    "payroll.pay",
    "payroll.account",
    "clearing.resolve",
    app::rights::KIND_GRANT,
    app::rights::KIND_REVOKE,
    app::rights::KIND_CONTROL,
];
/// Kinds of other domains that are.
const OF_DOMAINS: [&[&str]; 5] =
    [app::desk::KINDS, guarantee::KINDS, worksite::end::KINDS, worksite::KINDS, arrears::KINDS];
/// Kinds that go back to their maker instead of being refused.
const SENT_BACK: [&str; 2] = ["payroll.pay", bulk::KIND];

fn answers(who: &Signed, s: &Seen, now: kernel::Timestamp) -> Markup {
    let a = &s.approval;
    if !a.is_open(now) {
        return html! {};
    }
    let at = |rest: &str| format!("/approvals/{}/{rest}", a.id);
    let kind = a.kind.as_str();
    if a.maker == who.actor.principal() {
        return html! {
            p.hint { (who.t("approval-own")) }
            @if !decide::WITHDRAWN_ELSEWHERE.contains(&kind) { (actions(link_button(Button::Secondary, &who.t("approval-withdraw"), &at("withdrawal")))) }
        };
    }
    if a.first_by == Some(who.actor.principal()) {
        return html! { p.hint { (who.t("approval-first-own")) } };
    }
    if !s.may {
        return html! { p.hint { (who.t("approval-not-yours")) } };
    }
    html! {
        @if DECIDED_HERE.contains(&kind) || OF_DOMAINS.concat().contains(&kind) {
            (actions(html! {
                (link_button(Button::Primary, &who.t("approve"), &at("approval")))
                @if SENT_BACK.contains(&kind) || kind == "payment" { (link_button(Button::Secondary, &who.t("send-back"), &at("return"))) }
                @if !SENT_BACK.contains(&kind) { (link_button(Button::Danger, &who.t("refuse"), &at("refusal"))) }
            }))
        }
    }
}

/// The three answers, as pages of the same shape.
#[derive(Clone, Copy)]
enum Answer {
    Yes,
    No,
    Back,
    Withdraw,
}

impl Answer {
    fn words(self) -> (&'static str, Button) {
        match self {
            Answer::Yes => ("approve", Button::Primary),
            Answer::No => ("refuse", Button::Danger),
            Answer::Back => ("send-back", Button::Primary),
            Answer::Withdraw => ("approval-withdraw", Button::Danger),
        }
    }
    fn place(self) -> &'static str {
        match self {
            Answer::Yes => "approval",
            Answer::No => "refusal",
            Answer::Back => "return",
            Answer::Withdraw => "withdrawal",
        }
    }
}

fn answer_page(who: &Signed, s: &Seen, answer: Answer, given: &Given, errors: &FieldErrors) -> Shown {
    let (w, a) = (who.words(), &s.approval);
    let (key, kind) = answer.words();
    let mut rows = vec![Row::new(who.t("approval-maker"), say::by(w, &s.maker, a.made_at))];
    if let Some(sum) = a.amount() {
        rows.push(Row::new(who.t("amount"), html! { strong { (amount(w, sum)) } }));
    }
    let here = format!("/approvals/{}", a.id);
    let name = say::told(w, "approval-kind", &a.kind);
    let (label, hint) = (who.t("reason"), who.t("reason-for-maker"));
    let confirm = Confirm {
        title: &w.t_with(
            "answer-title",
            &[("answer", who.t(key).into_owned().into()), ("what", name.clone().into_owned().into())],
        ),
        lead: &who.t(&format!("{key}-lead")),
        crumbs: vec![(who.t("approvals").into_owned(), "/approvals".into()), (name.into_owned(), here.clone())],
        rows,
        more: changes(who, s),
        action: &format!("{here}/{}", answer.place()),
        back: &here,
        button: (kind, &who.t(&format!("{key}-confirm"))),
        reason: (!matches!(answer, Answer::Yes)).then_some((&*label, &*hint)),
        hash: &a.hash_text(),
    };
    confirm.show(who, given, errors)
}

async fn ask(web: &Web, who: &Signed, id: ApprovalId, answer: Answer) -> Result<Shown, Fault> {
    let s = load(web, who, id).await?;
    Ok(answer_page(who, &s, answer, &Given::default(), &FieldErrors::new()))
}

pub async fn approval(State(web): State<Web>, who: Signed, At(id): At<ApprovalId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    ask(&web, &who, id, Answer::Yes).await
}
pub async fn refusal(State(web): State<Web>, who: Signed, At(id): At<ApprovalId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, Answer::No).await
}
pub async fn send_back(State(web): State<Web>, who: Signed, At(id): At<ApprovalId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, Answer::Back).await
}
pub async fn withdrawal(State(web): State<Web>, who: Signed, At(id): At<ApprovalId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, Answer::Withdraw).await
}

pub async fn approve(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ApprovalId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let decided = web.run(move |bank| decide::approve(bank, &actor, id, &given.hash)).await?;
    let place = match decided {
        Decided::Payment(receipt) => format!("/payments/{}", receipt.instruction),
        Decided::Sheet(sheet) if who.firm().is_some() && who.holds(P::WagePay) => {
            format!("/wages/sheets/{sheet}/payment")
        }
        Decided::Sheet(sheet) => format!("/wages/sheets/{sheet}"),
        _ => format!("/approvals/{id}"),
    };
    Ok(see_other(&place))
}

/// A no of any sort needs its reason; it is asked again when it is missing.
async fn no(web: Web, who: Signed, id: ApprovalId, given: Given, answer: Answer) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let reason = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        let s = load(&web, &who, id).await?;
        return Ok(refused(answer_page(&who, &s, answer, &given, &errors)));
    }
    let (actor, hash) = (who.actor.clone(), given.hash);
    web.run(move |bank| match answer {
        Answer::Withdraw => bank.write(move |tx| decide::withdraw(tx, &actor, id, &reason)).map(Decided::from),
        Answer::Back => decide::send_back(bank, &actor, id, &hash, &reason),
        Answer::Yes | Answer::No => decide::refuse(bank, &actor, id, &hash, &reason),
    })
    .await?;
    Ok(see_other(&format!("/approvals/{id}")))
}

pub async fn refuse(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ApprovalId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    no(web, who, id, given, Answer::No).await
}
pub async fn return_to_maker(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ApprovalId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    no(web, who, id, given, Answer::Back).await
}
pub async fn withdraw(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ApprovalId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    no(web, who, id, given, Answer::Withdraw).await
}
