//! Wage projects: the list, a project, its roster, and paying into its wage account.
use super::instructions::go_to;
use super::say::{self, people};
use super::{Page as Sheet, given, next_href, once_field, page, refused};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::{AccountId, ProjectId};
use kernel::{Currency, Owner, PageAsk};
use ledger::Purpose;
use maud::{Markup, html};
use party::Permission as P;
use payments::{Order, Payee};
use payroll::{Import, Profile, Project, ProjectPage, ProjectView, SheetView, Subject};
use serde::Deserialize;

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, firm) = (who.actor.clone(), who.firm());
    let found = web
        .read(move |tx| match firm {
            Some(firm) => payroll::projects_of(tx, &actor, firm, &ask),
            None => payroll::projects(tx, &actor, &ask),
        })
        .await?;
    let w = who.words();
    let row = |p: &ProjectView| {
        let place = html! { div {
            a href={ "/wages/projects/" (p.project) } { (p.name) }
            @if !p.tag.is_empty() { br; span.hint { (p.tag) } }
        } };
        let payer = html! { (p.firm_name) };
        let rest = [amount(w, p.balance), html! { (people(w, p.workers)) }, day(w, p.next_pay_day)];
        [place].into_iter().chain(firm.is_none().then_some(payer)).chain(rest).collect::<Vec<_>>()
    };
    let table = Table::new(who.t("projects-caption")).text(who.t("project-name"));
    let table = if firm.is_none() { table.text(who.t("project-payer")) } else { table };
    let table = table
        .figures(who.t("wage-balance"))
        .figures(who.t("roster-size"))
        .text(who.t("next-pay-day"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("projects-none"))
        .caption_hidden();
    let main = html! {
        @if who.holds(P::WageAccountOpen) { (actions(link_button(Button::Primary, &who.t("project-opening"), "/wages/opening"))) }
        (table.show(w))
        (pager(w, None, next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("wages")).lead(who.t("wages-lead")), main))
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (project, found) = web
        .read(move |tx| {
            let project = unknown_to_others(payroll::project(tx, &actor, id), "project", id)?;
            Ok((project, payroll::project_page(tx, &actor, id)?))
        })
        .await?;
    let v = &found.view;
    let main = html! {
        (notice(if v.profile.protected() { Tone::Info } else { Tone::Warn }, &say::told(who.words(), "profile", v.profile.code()), html! { p { (who.t(v.notice)) } }))
        @if found.unpaid > 0 { (unpaid(&who, found.unpaid)) }
        (balance(who.words(), &who.t("wage-balance"), v.balance))
        (work(&who, id))
        (facts(&who, &project, &found))
        (sheets(&who, &found.sheets))
        (imports(&who, &found.imports))
    };
    let title = if v.tag.is_empty() { v.name.clone() } else { format!("{} · {}", v.name, v.tag) };
    Ok(page(&who, Sheet::new(title).lead(v.firm_name.clone()).crumb(who.t("wages"), "/wages"), main))
}

fn unpaid(who: &Signed, n: i64) -> Markup {
    let text = who.words().t_with("project-unpaid", &[("n", n.into())]);
    notice(Tone::Warn, &text, html! { p { (who.t("project-unpaid-next")) } })
}

/// What one can do here.
fn work(who: &Signed, id: ProjectId) -> Markup {
    let at = |rest: &str| format!("/wages/projects/{id}/{rest}");
    let tile = |icon, key: &str, hint: &str, href: String| Tile {
        icon,
        label: who.t(key),
        hint: Some(who.t(hint)),
        href: href.into(),
    };
    let mut tiles = Vec::new();
    if who.holds(P::WageSheetMake) {
        tiles.push(tile(Icon::Bill, "sheet-import", "sheet-import-hint", at("sheet-import")));
    }
    tiles.push(tile(Icon::Person, "roster", "roster-hint", at("roster")));
    tiles.push(tile(Icon::Home, "site", "site-hint", at("site")));
    tiles.push(tile(Icon::Check, "crew-site", "crew-site-hint", at("attendance")));
    tiles.push(tile(Icon::Cash, "guarantee", "guarantee-hint", at("guarantee")));
    tiles.push(tile(Icon::Check, "site-end", "site-end-hint", at("end")));
    tiles.push(tile(Icon::Warn, "arrears-warnings", "arrears-warnings-hint", format!("/arrears/projects/{id}")));
    if who.holds(P::WageLegalOrder) {
        tiles.push(tile(Icon::Stop, "legal-order-new", "legal-order-hint", at("legal-order")));
    }
    if who.holds(P::PaymentSubmit) && who.firm().is_some() {
        tiles.push(tile(Icon::Transfer, "funding", "funding-hint", at("funding")));
    }
    tiles_of(&tiles)
}

fn tiles_of(items: &[Tile<'_>]) -> Markup {
    tiles(items)
}

/// The day, and why it is not the agreed one.
fn next_pay_day(who: &Signed, project: &Project, v: &ProjectView) -> Markup {
    let agreed = i64::from(project.pay_day);
    let moved = v.next_pay_day.day() != project.pay_day as i8;
    html! {
        (day(who.words(), v.next_pay_day))
        p.hint {
            (who.words().t_with("pay-day-agreed", &[("day", agreed.into())]))
            @if moved { (who.t("pay-day-moved")) }
            @if !v.next_pay_day_certain { " " (who.t("pay-day-uncertain")) }
        }
    }
}

fn facts(who: &Signed, project: &Project, found: &ProjectPage) -> Markup {
    let (w, v) = (who.words(), &found.view);
    let mut rows = vec![
        Row::new(who.t("next-pay-day"), next_pay_day(who, project, v)),
        Row::new(who.t("roster-size"), html! { (people(w, v.workers)) }),
        Row::new(who.t("wage-account-name"), html! { (v.account_name) }),
        Row::new(who.t("wage-account-number"), html! { (say::grouped(&v.account_number)) }),
    ];
    if v.profile == Profile::Construction {
        rows.push(Row::new(who.t("project-contractor"), html! { (v.contractor_name) }));
        rows.push(Row::new(who.t("project-agreement"), html! { (found.agreement) }));
    }
    if !v.in_clearing.is_zero() {
        rows.push(Row::new(who.t("wage-in-clearing"), amount(w, v.in_clearing)));
    }
    rows.push(Row::new(who.t("project-basis"), html! { (found.basis) }));
    rows.push(Row::new(who.t("project-opened"), say::by(w, &found.opened_by_name, found.opened_at)));
    html! { h2 { (who.t("project-facts")) } (summary_list(w, &rows)) }
}

/// What a sheet is for: `2026-10 工资`, `2026-10 补发 2`.
pub fn sheet_name(who: &Signed, v: &SheetView) -> String {
    let kind = if v.repay { who.t("sheet-kind-repay") } else { say::told(who.words(), "sheet-kind", v.kind.code()) };
    let number = if v.kind == payroll::Kind::Supplement { format!(" {}", v.number) } else { String::new() };
    format!("{} {kind}{number}", v.period)
}

fn sheets(who: &Signed, all: &[SheetView]) -> Markup {
    let w = who.words();
    let row = |v: &SheetView| {
        let by = v.paying.as_ref().or(v.checked.as_ref()).or(v.submitted.as_ref()).unwrap_or(&v.drafted);
        [
            html! { a href={ "/wages/sheets/" (v.sheet) } { (sheet_name(who, v)) } },
            html! { (people(w, v.progress.lines)) },
            amount(w, v.net),
            day(w, v.pay_on),
            say::tag_by(w, v.state, &by.name, Some(by.at)),
        ]
    };
    let table = Table::new(who.t("sheets"))
        .text(who.t("sheet-period"))
        .figures(who.t("wage-lines"))
        .figures(who.t("sheet-net"))
        .text(who.t("sheet-pay-on"))
        .text(who.t("sheet-state"))
        .rows(all.iter().map(row))
        .when_empty(who.t("sheets-none"));
    table.show(w)
}

fn imports(who: &Signed, all: &[Import]) -> Markup {
    let w = who.words();
    let row = |i: &Import| {
        [
            html! { a href={ "/wages/imports/" (i.id) } { (i.file_name) } },
            html! { (who.t(if i.subject == Subject::Roster { "import-roster" } else { "import-sheet" })) },
            html! { (i.valid) " / " (i.refused) " / " (i.already) },
            say::tag_by(w, i.state, "", Some(i.made_at)),
        ]
    };
    let table = Table::new(who.t("imports"))
        .text(who.t("import-file"))
        .text(who.t("import-subject"))
        .figures(who.t("import-counts"))
        .text(who.t("import-state"))
        .rows(all.iter().map(row));
    html! { @if !all.is_empty() { (table.show(w)) } }
}

/// What is written into the form that pays into a wage account, and how far it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    once: String,
    /// `check` shows it once more, `change` goes back, `send` does it.
    #[serde(default)]
    step: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    amount: String,
}

/// The firm's own accounts that can pay.
struct Payers {
    project: ProjectView,
    accounts: Vec<(ledger::View, String)>,
}

async fn payers(web: &Web, who: &Signed, id: ProjectId) -> Result<Payers, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let project = unknown_to_others(payroll::project_page(tx, &actor, id), "project", id)?.view;
        let all = ledger::of_owner(tx, Owner::Firm(project.firm))?;
        let open = all.into_iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none());
        let views =
            open.map(|a| Ok((ledger::view(tx, a.id)?, a.id.to_string()))).collect::<kernel::Result<Vec<_>>>()?;
        Ok(Payers { project, accounts: views })
    });
    Ok(found.await?)
}

pub async fn funding(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let payers = payers(&web, &who, id).await?;
    Ok(fund_form(&who, &payers, &FundForm::default(), &FieldErrors::new()))
}

fn fund_page<'a>(who: &Signed, project: &ProjectView) -> Sheet<'a> {
    let place = format!("/wages/projects/{}", project.project);
    Sheet::new(who.t("funding")).crumb(who.t("wages"), "/wages").crumb(project.name.clone(), place)
}

fn fund_form(who: &Signed, payers: &Payers, given: &FundForm, errors: &FieldErrors) -> Shown {
    let (w, p) = (who.words(), &payers.project);
    let choice = |(v, id): &(ledger::View, String)| {
        let hint = who.words().t_with("account-available", &[("amount", w.money(v.available()).into())]);
        Choice::new(id.clone(), format!("{} {}", v.account.name, say::grouped(&v.account.number))).hint(hint)
    };
    let choices: Vec<Choice<'_>> = payers.accounts.iter().map(choice).collect();
    let chosen = if choices.len() == 1 { choices[0].value.to_string() } else { given.from.clone() };
    let from = Field::new("from", who.t("funding-from")).value(chosen).errors(errors);
    let sum = Field::new("amount", who.t("funding-amount"))
        .hint(who.t("amount-hint"))
        .value(given.amount.as_str())
        .errors(errors);
    let fields = html! {
        (radios(w, &from, &choices))
        (money(w, &sum, Currency::CNY))
        (actions(button(Button::Primary, &who.t("go-check"), Some(("step", "check")))))
    };
    let main = html! {
        (error_summary(w, errors))
        (balance(w, &who.t("wage-balance"), p.balance))
        @if choices.is_empty() { (notice(Tone::Warn, &who.t("funding-no-account"), html! { p { (who.t("funding-no-account-next")) } })) }
        @else { (form(&who.view, &format!("/wages/projects/{}/funding", p.project), fields)) }
    };
    page(who, fund_page(who, p).lead(who.t("funding-lead")).wrong(!errors.is_empty()), main)
}

pub async fn fund(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<FundForm>,
) -> Result<Response, Fault> {
    let payers = payers(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let from = payers.accounts.iter().find(|(_, id)| *id == given.from);
    if from.is_none() {
        errors.add("from", who.t("funding-from-missing"));
    }
    let amount = given::amount(&who, &mut errors, "amount", &given.amount);
    let (Some((from, _)), Some(amount)) = (from, amount) else {
        return Ok(refused(fund_form(&who, &payers, &given, &errors)));
    };
    let account = from.account.id;
    match given.step.as_str() {
        "send" => {
            let (actor, key) = (who.actor.clone(), given.once.clone());
            let receipt =
                web.run(move |bank| payroll::fund(&bank.desk, &actor, id, account, amount, Some(&key))).await?;
            Ok(go_to(&receipt))
        }
        "change" => Ok(fund_form(&who, &payers, &given, &errors).into_response()),
        _ => Ok(fund_check(&web, &who, &payers.project, from, &given).await?.into_response()),
    }
}

async fn fund_check(
    web: &Web,
    who: &Signed,
    project: &ProjectView,
    from: &ledger::View,
    given: &FundForm,
) -> Result<Shown, Fault> {
    let w = who.words();
    let sum = kernel::Money::parse(&given.amount, Currency::CNY)?;
    let (actor, account, id) = (who.actor.clone(), from.account.id, project.project);
    let quote = web
        .read(move |tx| {
            let wage = payroll::project(tx, &actor, id)?.wage_account;
            payments::quote(tx, &actor, &order(account, wage, sum))
        })
        .await?;
    let rows = [
        Row::new(who.t("funding-from"), html! { (from.account.name) br; (say::grouped(&from.account.number)) }),
        Row::new(who.t("funding-to"), html! { (project.account_name) br; (say::grouped(&project.account_number)) }),
        Row::new(who.t("funding-amount"), amount(w, sum)),
        Row::new(who.t("fee"), super::pay::price(who, quote.as_ref())),
    ];
    let hidden = html! {
        (once_field())
        input type="hidden" name="from" value=(given.from);
        input type="hidden" name="amount" value=(given.amount);
        (actions(html! {
            (button(Button::Primary, &who.t("funding-confirm"), Some(("step", "send"))))
            (button(Button::Secondary, &who.t("go-change"), Some(("step", "change"))))
        }))
    };
    let main = html! {
        (summary_list(w, &rows))
        (form(&who.view, &format!("/wages/projects/{id}/funding"), hidden))
    };
    Ok(page(who, fund_page(who, project).lead(who.t("check-lead")), main))
}

fn order(from: AccountId, wage: AccountId, sum: kernel::Money) -> Order {
    Order::new(payments::Kind::FundWageAccount, from, Payee::Account(wage), sum)
}
