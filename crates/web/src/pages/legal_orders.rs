//! Legal documents on protected accounts: the list, entering one, one of them, lifting a freeze.
use super::site_ask::{Asks, Form, Given, ask, done};
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{LegalOrderId, ProjectId};
use kernel::{Error, Id, PageAsk, Result};
use maud::html;
use party::Permission as P;
use payroll::Project;
use serde::Deserialize;
use store::Tx;
use worksite::end::{self, Action, Basis, LegalOrder, OrderNew, OrderState};

pub async fn list(State(web): State<Web>, who: Signed, Query(asked): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let found = end::orders_open(tx, &actor, &asked)?;
        let mut rows = Vec::with_capacity(found.items.len());
        for o in found.items {
            rows.push((payroll::project_raw(tx, o.project)?.name, o));
        }
        Ok((rows, found.next))
    });
    let (rows, next) = found.await?;
    let w = who.words();
    let row = |(name, o): &(String, LegalOrder)| {
        [
            html! { a href={ "/wages/legal-orders/" (o.id) } { (o.document) } br; span.hint { (o.authority) } },
            html! { (name) },
            html! { (say::told(w, "worksite-action", o.action.code())) },
            amount(w, o.money()),
            say::tag(w, o.state),
        ]
    };
    let table = Table::new(who.t("legal-orders"))
        .text(who.t("worksite-document"))
        .text(who.t("project-name"))
        .text(who.t("worksite-action"))
        .figures(who.t("worksite-amount"))
        .text(who.t("guarantee-state"))
        .rows(rows.iter().map(row))
        .when_empty(who.t("legal-orders-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &next).as_deref())) };
    let sheet = Sheet::new(who.t("legal-orders")).lead(who.t("legal-orders-lead")).crumb(who.t("wages"), "/wages");
    Ok(page(&who, sheet, main))
}

/// A project, and its protected accounts to choose from.
async fn place(web: &Web, who: &Signed, id: ProjectId) -> Result<(Project, Vec<(String, String)>), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        unknown_to_others(end::look(tx, &actor, id), "project", id)?;
        let p = payroll::project_raw(tx, id)?;
        let protected = end::protected_accounts(tx, id)?;
        let (all, clearing) = (ledger::accounts(tx, &protected)?, p.clearing_account);
        let open = all.into_iter().filter(|a| a.closed_at.is_none() && a.id != clearing);
        Ok((p, open.map(|a| (a.id.to_string(), format!("{} {}", a.name, say::grouped(&a.number)))).collect()))
    });
    Ok(found.await?)
}

fn order_form<'a>(who: &Signed, p: &Project, accounts: Vec<(String, String)>) -> Form<'a> {
    let w = who.words();
    let told = |prefix: &str, code: &str| (code.to_owned(), say::told(w, prefix, code).into_owned());
    let actions = Action::ALL.iter().map(|a| told("worksite-action", a.code())).collect();
    let bases = Basis::ALL.iter().map(|b| told("worksite-basis", b.code())).collect();
    let at = format!("/wages/projects/{}", p.id);
    let (tone, key) = match p.profile.protected() {
        true => (Tone::Warn, "legal-order-protected"),
        false => (Tone::Info, "legal-order-unprotected"),
    };
    Form {
        sheet: Sheet::new(who.t("legal-order-new").into_owned())
            .crumb(who.t("wages").into_owned(), "/wages")
            .crumb(p.name.clone(), at.clone()),
        above: notice(tone, &who.t(key), html! {}),
        action: format!("{at}/legal-order"),
        fields: vec![
            ask("account", "worksite-account", Asks::One(accounts)),
            ask("action", "worksite-action", Asks::One(actions)),
            ask("authority", "worksite-authority", Asks::Text),
            ask("document", "worksite-document", Asks::Text),
            ask("officer", "worksite-officer", Asks::Text),
            ask("basis", "worksite-basis", Asks::One(bases)),
            ask("article", "worksite-article", Asks::Text).optional(),
            ask("amount", "worksite-amount", Asks::Amount),
            ask("until", "worksite-until", Asks::Day).optional(),
            ask("pay_to", "legal-order-pay-to", Asks::Text).optional(),
            ask("evidence", "guarantee-evidence", Asks::File),
        ],
        send: "legal-order-enter",
    }
}

pub async fn new(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let (p, accounts) = place(&web, &who, id).await?;
    Ok(order_form(&who, &p, accounts).show(&who, &Given::default(), &FieldErrors::new()))
}

fn read(tx: &mut Tx<'_>, given: &Given, project: ProjectId) -> Result<OrderNew> {
    let text = |name: &str| given.text(name).to_owned();
    let choose = |name: &'static str| Error::field(name, "choose one");
    let pay_to = match given.text("pay_to") {
        "" => None,
        number => {
            let digits = super::given::number(number);
            let found = ledger::by_number(tx, &digits)?;
            Some(found.ok_or_else(|| Error::field("pay_to", "no account here has this number"))?.id)
        }
    };
    Ok(OrderNew {
        project,
        account: given.id("account")?,
        action: Action::parse(given.text("action")).ok_or_else(|| choose("action"))?,
        authority: text("authority"),
        document: text("document"),
        officer: text("officer"),
        basis: Basis::parse(given.text("basis")).ok_or_else(|| choose("basis"))?,
        article: text("article"),
        amount: given.amount("amount")?,
        until: given.maybe_day("until")?,
        pay_to,
        evidence: payroll::file_hash(&given.file),
    })
}

pub async fn enter(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let ((p, accounts), given, actor) = (place(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let given = std::sync::Arc::new(given);
    let inside = given.clone();
    let work = move |tx: &mut Tx<'_>| {
        let new = read(tx, &inside, id)?;
        payroll::keep_file(tx, id.book(), &new.evidence, &inside.file)?;
        end::order_enter(tx, &actor, new)
    };
    let did = web.write(work).await;
    done(&who, order_form(&who, &p, accounts), &given, did, |o| format!("/wages/legal-orders/{o}"))
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<LegalOrderId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let o = end::order(tx, &actor, id)?;
        let account = ledger::view(tx, o.account)?.account;
        let payee = o.pay_to.map(|to| ledger::view(tx, to)).transpose()?.map(|v| v.account);
        Ok((payroll::project_raw(tx, o.project)?, account, payee, o))
    });
    let (p, account, payee, o) = found.await?;
    let w = who.words();
    let none = || html! { "—" };
    let paid_to = payee.map_or_else(none, |a| html! { (a.name) " " (say::grouped(&a.number)) });
    let rows = [
        Row::new(who.t("guarantee-state"), say::tag(w, o.state)),
        Row::new(who.t("worksite-account"), html! { (account.name) " " (say::grouped(&account.number)) }),
        Row::new(who.t("worksite-action"), html! { (say::told(w, "worksite-action", o.action.code())) }),
        Row::new(who.t("worksite-authority"), html! { (o.authority) " · " (o.officer) }),
        Row::new(who.t("worksite-basis"), html! { (say::told(w, "worksite-basis", o.basis.code())) " " (o.article) }),
        Row::new(who.t("worksite-amount"), amount(w, o.money())),
        Row::new(who.t("worksite-until"), o.until.map_or_else(none, |d| day(w, d))),
        Row::new(who.t("worksite-pay-to"), paid_to),
        Row::new(who.t("legal-order-entered"), moment(w, o.entered_at)),
        Row::new(who.t("legal-order-decided"), o.decided_at.map_or_else(none, |at| moment(w, at))),
    ];
    let lifts = o.state == OrderState::InForce && who.holds(P::WageAccountCheck);
    let document = Field::new("document", who.t("legal-order-lift-document"));
    let main = html! {
        (summary_list(w, &rows))
        @if o.state == OrderState::Waiting { (actions(link_button(Button::Secondary, &who.t("notice-open"), &format!("/approvals/{}", o.approval)))) }
        @if lifts {
            (form(&who.view, &format!("/wages/legal-orders/{id}/lifting"), html! {
                (text(w, &document)) (actions(button(Button::Danger, &who.t("legal-order-lift"), None)))
            }))
        }
    };
    let at = format!("/wages/projects/{}", p.id);
    let sheet = Sheet::new(who.t("legal-order")).lead(o.document.clone()).crumb(who.t("wages"), "/wages");
    Ok(page(&who, sheet.crumb(p.name.clone(), at), main))
}

/// The document that ends a freeze.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LiftForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    document: String,
}

pub async fn lift(
    State(web): State<Web>,
    who: Signed,
    At(id): At<LegalOrderId>,
    Checked(f): Checked<LiftForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| end::order_lift(tx, &actor, id, &f.document)).await?;
    Ok(see_other(&format!("/wages/legal-orders/{id}")))
}
