//! The second pair of eyes: what waits, what changes, yes or no.
use super::confirm::{Confirm, Given};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use approval::{Approval, Line, State as Stage};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::ApprovalId;
use kernel::{Actor, PageAsk, Result as Done};
use maud::{Markup, html};
use serde::Deserialize;

/// What a yes leads to: who runs it, and which other answers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Payment,
    Wages,
    /// A worker's change of account.
    Account,
    Clearing,
    /// A yes to this is given where it is asked.
    Other,
}

impl Sort {
    fn of(kind: &str) -> Sort {
        match kind {
            "payment" | "payment.reverse" => Sort::Payment,
            "payroll.pay" => Sort::Wages,
            "payroll.account" => Sort::Account,
            "clearing.resolve" => Sort::Clearing,
            _ => Sort::Other,
        }
    }
    /// Refused for good, or back to be corrected: what the domain knows for this kind.
    fn sends_back(self) -> bool {
        self == Sort::Wages
    }
}

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
}

fn seen(tx: &mut store::Tx<'_>, approval: Approval) -> Done<Seen> {
    let mut name = |who: Option<&str>| who.map_or_else(|| Ok(String::new()), |w| party::who_name(tx, w));
    let maker = name(Some(&approval.maker))?;
    let (first, decided) = (name(approval.first_by.as_deref())?, name(approval.decided_by.as_deref())?);
    Ok(Seen { approval, maker, first, decided })
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, mine) = (who.actor.clone(), ask.mine.is_some());
    let ask = PageAsk { limit: None, after: ask.after };
    let first = ask.after.is_none();
    let (items, next) = web
        .read(move |tx| {
            let found = if mine { approval::made_by(tx, &actor, &ask)? } else { approval::waiting_for(tx, &actor, &ask)? };
            let items = found.items.into_iter().map(|a| seen(tx, a)).collect::<Done<Vec<_>>>()?;
            Ok((items, found.next))
        })
        .await?;
    let w = who.words();
    let sides = [
        (Text::from(who.t("approvals-waiting")), Text::from("/approvals")),
        (Text::from(who.t("approvals-mine")), Text::from("/approvals?mine=yes")),
    ];
    let here = if mine { "/approvals?mine=yes" } else { "/approvals" };
    let main = html! {
        (tabs(&who.t("approvals"), &sides, usize::from(mine)))
        (table(&who, &items, mine))
        (pager(w, (!first).then_some(here), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("approvals")).lead(who.t("approvals-lead")), main))
}

fn table(who: &Signed, items: &[Seen], mine: bool) -> Markup {
    let w = who.words();
    let row = |s: &Seen| {
        let a = &s.approval;
        [
            html! { a href={ "/approvals/" (a.id) } { (say::told(w, "approval-kind", &a.kind)) } br; span.hint { (about(who, a)) } },
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

/// Codes among the values are told in words.
fn value(who: &Signed, label: &str, text: &str) -> String {
    let prefix = match label {
        "payment-kind" => "payment-kind",
        "clearing-state" => "clearing-state",
        _ => return text.to_owned(),
    };
    let told = say::told(who.words(), prefix, text);
    if told.starts_with('⟦') { text.to_owned() } else { told.into_owned() }
}

fn label(who: &Signed, key: &str) -> String {
    let told = who.t(key);
    if told.starts_with('⟦') { key.to_owned() } else { told.into_owned() }
}

/// What was and what will be, the changed lines marked in words.
fn changes(who: &Signed, a: &Approval) -> Markup {
    let w = who.words();
    let changed = a.summary.0.iter().any(Line::is_change);
    if !changed {
        let rows: Vec<Row<'_>> = a.summary.0.iter().map(|l| Row::new(label(who, &l.label), html! { (value(who, &l.label, &l.after)) })).collect();
        return summary_list(w, &rows);
    }
    let row = |l: &Line| {
        [
            html! { (label(who, &l.label)) },
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

async fn load(web: &Web, who: &Signed, id: ApprovalId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let a = approval::approval(tx, &actor, id)?;
        seen(tx, a)
    });
    Ok(found.await?)
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
        (changes(&who, a))
        @if let Some(sheet) = sheet_of(a) { p { a href={ "/wages/sheets/" (sheet) } { (who.t("approval-to-sheet")) } } }
        (answers(&who, a, web.now()))
    };
    let title = say::told(w, "approval-kind", &a.kind);
    Ok(page(&who, Sheet::new(title).crumb(who.t("approvals"), "/approvals"), main))
}

/// The sheet a wage approval is about, from its terms.
fn sheet_of(a: &Approval) -> Option<String> {
    let terms: serde_json::Value = serde_json::from_str(&a.payload).ok()?;
    terms.get("sheet").and_then(|s| s.as_str()).map(str::to_owned)
}

fn answers(who: &Signed, a: &Approval, now: kernel::Timestamp) -> Markup {
    if !a.is_open(now) {
        return html! {};
    }
    let at = |rest: &str| format!("/approvals/{}/{rest}", a.id);
    if a.maker == who.actor.principal() {
        return html! {
            p.hint { (who.t("approval-own")) }
            @if !matches!(Sort::of(&a.kind), Sort::Payment | Sort::Wages) { (actions(link_button(Button::Secondary, &who.t("approval-withdraw"), &at("withdrawal")))) }
        };
    }
    let sort = Sort::of(&a.kind);
    actions(html! {
        @if sort != Sort::Other { (link_button(Button::Primary, &who.t("approve"), &at("approval"))) }
        @if sort.sends_back() { (link_button(Button::Secondary, &who.t("send-back"), &at("return"))) }
        @else { (link_button(Button::Danger, &who.t("refuse"), &at("refusal"))) }
    })
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
        title: &w.t_with("answer-title", &[("answer", who.t(key).into_owned().into()), ("what", name.clone().into_owned().into())]),
        lead: &who.t(&format!("{key}-lead")),
        crumbs: vec![(who.t("approvals").into_owned(), "/approvals".into()), (name.into_owned(), here.clone())],
        rows,
        more: changes(who, a),
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
    let kind = load(&web, &who, id).await?.approval.kind;
    let (actor, hash) = (who.actor.clone(), given.hash);
    let place = match Sort::of(&kind) {
        Sort::Payment => {
            let receipt = web.run(move |bank| payments::approve(&bank.desk, &actor, id, &hash)).await?;
            format!("/payments/{}", receipt.instruction)
        }
        Sort::Wages | Sort::Account => {
            let done = web.write(move |tx| payroll::approve(tx, &actor, id, &hash)).await?;
            match done {
                payroll::Approved::Checked(sheet) if who.holds(party::Permission::WagePay) => {
                    format!("/wages/sheets/{sheet}/payment")
                }
                payroll::Approved::Checked(sheet) => format!("/wages/sheets/{sheet}"),
                _ => format!("/approvals/{id}"),
            }
        }
        Sort::Clearing => {
            web.write(move |tx| payments::clearing::resolve(tx, &actor, id, &hash)).await?;
            format!("/approvals/{id}")
        }
        Sort::Other => format!("/approvals/{id}"),
    };
    Ok(see_other(&place))
}

/// A no of either sort needs its reason; it is asked again when it is missing.
async fn no(web: Web, who: Signed, id: ApprovalId, given: Given, answer: Answer) -> Result<Response, Fault> {
    let s = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let reason = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(answer_page(&who, &s, answer, &given, &errors)));
    }
    let (actor, hash): (Actor, String) = (who.actor.clone(), given.hash);
    match (answer, Sort::of(&s.approval.kind)) {
        (Answer::Withdraw, _) => drop(web.write(move |tx| approval::cancel(tx, &actor, id, &reason)).await?),
        (_, Sort::Payment) => drop(web.run(move |bank| payments::disapprove(&bank.desk, &actor, id, &hash, &reason)).await?),
        (_, Sort::Wages) => drop(web.write(move |tx| payroll::send_back(tx, &actor, id, &hash, &reason)).await?),
        _ => drop(web.write(move |tx| approval::refuse(tx, &actor, id, &hash, &reason)).await?),
    }
    Ok(see_other(&format!("/approvals/{id}")).into_response())
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
