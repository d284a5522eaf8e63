//! Guarantees for wages: what a project must put aside, what stands for it, notices of labour bureaus.
use super::site_ask::{Asks, Form, Given, ask, done};
use super::{Page as Sheet, next_href, page, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use guarantee::{Ask, DutyNew, Form as GForm, Guarantee, History, LetterTerms, PaymentNotice, Standing};
use kernel::id::{AccountId, GuaranteeId, ProjectId};
use kernel::{Actor, Date, Id, Money, Owner, PageAsk, Result};
use ledger::Purpose;
use maud::{Markup, html};
use party::Permission as P;
use payroll::Project;
use store::Tx;

pub(super) fn here<'a>(who: &Signed, p: &Project, title: &str) -> Sheet<'a> {
    let at = format!("/wages/projects/{}", p.id);
    Sheet::new(who.t(title).into_owned())
        .crumb(who.t("wages").into_owned(), "/wages")
        .crumb(p.name.clone(), at.clone())
        .crumb(who.t("guarantee").into_owned(), format!("{at}/guarantee"))
}

fn project(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<Project> {
    unknown_to_others(guarantee::standing(tx, actor, id), "project", id)?;
    payroll::project_raw(tx, id)
}

async fn of_project(web: &Web, who: &Signed, id: ProjectId) -> Result<Project, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| project(tx, &actor, id)).await?)
}

pub(super) async fn of_guarantee(web: &Web, who: &Signed, id: GuaranteeId) -> Result<(Guarantee, Project), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let g = guarantee::guarantee(tx, &actor, id)?;
        Ok((payroll::project_raw(tx, g.project)?, g))
    });
    Ok(found.await.map(|(p, g)| (g, p))?)
}

pub async fn list(State(web): State<Web>, who: Signed, Query(asked): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let found = guarantee::listed(tx, &actor, &asked)?;
        let today = tx.now().local_date();
        let mut rows = Vec::with_capacity(found.items.len());
        for g in found.items {
            rows.push((payroll::project_raw(tx, g.project)?.name, g.covers(tx, today)?, g));
        }
        Ok((rows, found.next))
    });
    let (rows, next) = found.await?;
    let w = who.words();
    let row = |(name, covers, g): &(String, Money, Guarantee)| {
        [
            html! { a href={ "/wages/projects/" (g.project) "/guarantee" } { (name) } },
            html! { (say::told(w, "guarantee-form", g.form.code())) },
            amount(w, g.money()),
            amount(w, *covers),
            until(&who, g),
        ]
    };
    let table = Table::new(who.t("guarantees"))
        .text(who.t("project-name"))
        .text(who.t("guarantee-form"))
        .figures(who.t("guarantee-amount"))
        .figures(who.t("guarantee-there"))
        .text(who.t("guarantee-until"))
        .rows(rows.iter().map(row))
        .when_empty(who.t("guarantees-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &next).as_deref())) };
    let sheet = Sheet::new(who.t("guarantees")).lead(who.t("guarantees-lead")).crumb(who.t("wages"), "/wages");
    Ok(page(&who, sheet, main))
}

fn until(who: &Signed, g: &Guarantee) -> Markup {
    html! { @if let Some(until) = g.valid_until { (day(who.words(), until)) } @else { (who.t("guarantee-no-end")) } }
}

/// All that is shown of a project's guarantee.
struct Seen {
    project: Project,
    standing: Standing,
    all: Vec<(Guarantee, Money)>,
    notices: Vec<PaymentNotice>,
    today: Date,
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let project = project(tx, &actor, id)?;
        let (standing, today) = (guarantee::standing(tx, &actor, id)?, tx.now().local_date());
        let mut all = Vec::new();
        for g in guarantee::of_project(tx, id)? {
            all.push((g.clone(), g.covers(tx, today)?));
        }
        Ok(Seen { project, standing, all, notices: guarantee::notices_of(tx, id)?, today })
    });
    let s = found.await?;
    let main = html! {
        (how_far(&who, &s.standing))
        (duty_part(&who, &s))
        (guarantees_part(&who, &s))
        (notices_part(&who, &s))
    };
    let at = format!("/wages/projects/{id}");
    let sheet = Sheet::new(who.t("guarantee")).lead(who.t("guarantee-lead"));
    Ok(page(&who, sheet.crumb(who.t("wages"), "/wages").crumb(s.project.name.clone(), at), main))
}

fn how_far(who: &Signed, s: &Standing) -> Markup {
    let w = who.words();
    let exempt = s.duty.as_ref().is_some_and(guarantee::Duty::is_exempt);
    let (tone, key) = match (&s.duty, s.late, s.short.is_zero()) {
        (None, ..) => (Tone::Info, "guarantee-no-duty"),
        _ if exempt => (Tone::Good, "guarantee-is-exempt"),
        (_, true, _) => (Tone::Danger, "guarantee-is-late"),
        (_, _, true) => (Tone::Good, "guarantee-is-there"),
        _ => (Tone::Warn, "guarantee-is-short"),
    };
    notice(
        tone,
        &who.t(key),
        html! {
            @if s.short.is_positive() { p { (who.t("guarantee-short")) " " (amount(w, s.short)) } }
            @if let Some((owed, by)) = &s.refill { p { (who.t("guarantee-refill")) " " (amount(w, *owed)) " · " (day(w, *by)) } }
        },
    )
}

fn duty_part(who: &Signed, s: &Seen) -> Markup {
    let w = who.words();
    let change = format!("/wages/projects/{}/guarantee/duty", s.project.id);
    html! {
        h2 { (who.t("guarantee-duty")) }
        @if let Some(d) = &s.standing.duty {
            (summary_list(w, &[
                Row::new(who.t("guarantee-required"), amount(w, d.money())),
                Row::new(who.t("guarantee-rate"), html! { (percent(&d.rate)) @if !d.certain { " " span.hint { (who.t("guarantee-uncertain")) } } }),
                Row::new(who.t("guarantee-why"), html! { @for r in &d.why.0 { (say::told(w, "guarantee-reason", r.code())) br; } }),
                Row::new(who.t("guarantee-due-on"), day(w, d.due_on)),
                Row::new(who.t("guarantee-cash"), amount(w, s.standing.cash)),
                Row::new(who.t("guarantee-letters"), amount(w, s.standing.letters)),
            ]))
        }
        @if who.holds(P::WageAccountOpen) && s.all.iter().all(|(g, _)| !g.is_open()) {
            (actions(link_button(Button::Secondary, &who.t("guarantee-duty-write"), &change)))
        }
    }
}

/// `0.015` as `1.5%`.
fn percent(rate: &str) -> String {
    let times = kernel::Rate::parse(rate).map(|r| r.decimal() * kernel::Rate::new(100, 0).decimal());
    times.map_or_else(|_| rate.to_owned(), |p| format!("{}%", p.normalize()))
}

fn guarantees_part(who: &Signed, s: &Seen) -> Markup {
    let (w, id) = (who.words(), s.project.id);
    let row = |(g, covers): &(Guarantee, Money)| {
        let what = html! {
            (say::told(w, "guarantee-form", g.form.code()))
            @if !g.issuer.is_empty() { br; span.hint { (g.issuer) " " (g.letter) } }
            @if let Some(ended) = g.ended { br; span.hint { (say::told(w, "guarantee-ended", ended.code())) } }
        };
        [what, amount(w, g.money()), amount(w, *covers), until(who, g), deeds(who, g)]
    };
    let table = Table::new(who.t("guarantees"))
        .text(who.t("guarantee-form"))
        .figures(who.t("guarantee-amount"))
        .figures(who.t("guarantee-there"))
        .text(who.t("guarantee-until"))
        .actions(who.t("guarantee-deeds"))
        .rows(s.all.iter().map(row))
        .when_empty(who.t("guarantees-none"));
    let due = s.standing.duty.as_ref().is_some_and(|d| !d.is_exempt());
    html! {
        (table.show(w))
        @if due && who.holds(P::WageAccountOpen) {
            @let letter = link_button(Button::Secondary, &who.t("guarantee-open-letter"), &format!("/wages/projects/{id}/guarantee/letter"));
            @if s.all.iter().any(|(g, _)| g.is_open() && g.form == GForm::Cash) { (actions(letter)) }
            @else {
                (form(&who.view, &format!("/wages/projects/{id}/guarantee/deposit"), actions(html! {
                    (button(Button::Primary, &who.t("guarantee-open-cash"), None))
                    (letter)
                })))
            }
        }
    }
}

/// What may be done with a guarantee.
fn deeds(who: &Signed, g: &Guarantee) -> Markup {
    let at = |rest: &str| format!("/wages/guarantees/{}/{rest}", g.id);
    let cash = g.form == GForm::Cash;
    html! {
        @if g.is_open() {
            @if cash && who.firm().is_some() && who.holds(P::PaymentSubmit) { a href=(at("payment")) { (who.t("guarantee-pay-in")) } br; }
            @if !cash && who.holds(P::WageAccountOpen) { a href=(at("renewal")) { (who.t("guarantee-renew")) } br; }
            @if who.holds(P::WageCase) { a href=(at("notice")) { (who.t("guarantee-notice-new")) } br; }
            @if who.holds(P::WageAccountOpen) { a href=(at("return")) { (who.t("guarantee-return")) } }
        }
    }
}

fn notices_part(who: &Signed, s: &Seen) -> Markup {
    let w = who.words();
    let row = |n: &PaymentNotice| {
        [
            html! { a href={ "/wages/pay-notices/" (n.id) } { (n.number) } br; span.hint { (n.bureau_name) } },
            amount(w, n.money()),
            say::tag(w, n.state),
            html! { (day(w, n.pay_by)) @if n.is_late(s.today) { br; span.hint { (who.t("guarantee-late")) } } },
        ]
    };
    let table = Table::new(who.t("guarantee-notices"))
        .text(who.t("guarantee-number"))
        .figures(who.t("guarantee-amount"))
        .text(who.t("guarantee-state"))
        .text(who.t("guarantee-pay-by"))
        .rows(s.notices.iter().map(row))
        .when_empty(who.t("guarantee-notices-none"));
    html! { (table.show(w)) }
}

fn duty_form<'a>(who: &Signed, p: &Project) -> Form<'a> {
    Form {
        sheet: here(who, p, "guarantee-duty").lead(who.t("guarantee-duty-lead").into_owned()),
        above: html! {},
        action: format!("/wages/projects/{}/guarantee/duty", p.id),
        fields: vec![
            ask("contract_price", "guarantee-contract-price", Asks::Amount),
            ask("region", "guarantee-region", Asks::Text),
            ask("date", "guarantee-contract-day", Asks::Day),
            ask("counts_from", "guarantee-counts-from", Asks::Day),
            ask("other_works", "guarantee-other-works", Asks::Text).optional(),
            ask("clean_years", "guarantee-clean-years", Asks::Text).optional(),
            ask("arrears", "guarantee-arrears", Asks::Text).optional(),
        ],
        send: "guarantee-duty-write",
    }
}

pub async fn duty(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let p = of_project(&web, &who, id).await?;
    let site = web.read(move |tx| worksite::site_raw(tx, id)).await?;
    let known = site.map_or_else(Given::default, |s| known_of_site(&s));
    Ok(duty_form(&who, &p).show(&who, &known, &FieldErrors::new()))
}

/// What a site's file says of its contract already.
fn known_of_site(s: &worksite::SiteFile) -> Given {
    let price = Money::new(s.price, s.currency).plain();
    let fields = [
        ("contract_price", price),
        ("region", s.region.clone()),
        ("date", s.signed_on.to_string()),
        ("counts_from", s.signed_on.to_string()),
    ];
    Given::of(Upload { fields: fields.map(|(name, value)| (name.to_owned(), value)).into(), files: Vec::new() })
}

fn duty_of(given: &Given, project: ProjectId) -> Result<DutyNew> {
    let history = History { clean_years: given.whole("clean_years")?, arrears: given.whole("arrears")? };
    let ask = Ask {
        contract: given.amount("contract_price")?,
        other_works: given.whole("other_works")?,
        history,
        region: given.text("region").to_owned(),
        date: given.day("date")?,
    };
    Ok(DutyNew { project, ask, counts_from: given.day("counts_from")? })
}

pub async fn duty_write(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let (p, given, actor) = (of_project(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let did = match duty_of(&given, id) {
        Ok(new) => web.write(move |tx| guarantee::duty_set(tx, &actor, new.clone())).await,
        Err(why) => Err(why),
    };
    done(&who, duty_form(&who, &p), &given, did, |_| format!("/wages/projects/{id}/guarantee"))
}

pub async fn deposit(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    _: crate::http::csrf::Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    of_project(&web, &who, id).await?;
    let actor = who.actor.clone();
    web.write(move |tx| guarantee::open_cash(tx, &actor, id)).await?;
    Ok(see_other(&format!("/wages/projects/{id}/guarantee")))
}

fn letter_form<'a>(who: &Signed, p: &Project, of: Option<&Guarantee>) -> Form<'a> {
    let (title, action) = match of {
        None => ("guarantee-open-letter", format!("/wages/projects/{}/guarantee/letter", p.id)),
        Some(g) => ("guarantee-renew", format!("/wages/guarantees/{}/renewal", g.id)),
    };
    let issuer = of.is_none().then(|| ask("issuer", "guarantee-issuer", Asks::Text));
    let fields = [
        ask("letter", "guarantee-letter-number", Asks::Text),
        ask("amount", "guarantee-amount", Asks::Amount),
        ask("valid_from", "guarantee-from", Asks::Day),
        ask("valid_until", "guarantee-until", Asks::Day),
        ask("evidence", "guarantee-evidence", Asks::File),
    ];
    let above = match of {
        Some(g) => {
            html! { (notice(Tone::Info, &format!("{} {}", g.issuer, g.letter), html! { p { (until(who, g)) } })) }
        }
        None => html! {},
    };
    Form { sheet: here(who, p, title), above, action, fields: issuer.into_iter().chain(fields).collect(), send: title }
}

pub async fn letter(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let p = of_project(&web, &who, id).await?;
    Ok(letter_form(&who, &p, None).show(&who, &Given::default(), &FieldErrors::new()))
}

fn terms_of(given: &Given) -> Result<LetterTerms> {
    Ok(LetterTerms {
        issuer: given.text("issuer").to_owned(),
        letter: given.text("letter").to_owned(),
        amount: given.amount("amount")?,
        valid_from: given.day("valid_from")?,
        valid_until: given.day("valid_until")?,
        evidence: payroll::file_hash(&given.file),
    })
}

pub async fn letter_take(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let (p, given, actor) = (of_project(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let (read, bytes) = (terms_of(&given), given.file.clone());
    let did = match read {
        Ok(terms) => {
            let work = move |tx: &mut Tx<'_>| {
                payroll::keep_file(tx, id.book(), &terms.evidence, &bytes)?;
                guarantee::open_letter(tx, &actor, id, terms.clone())
            };
            web.write(work).await
        }
        Err(why) => Err(why),
    };
    done(&who, letter_form(&who, &p, None), &given, did, |_| format!("/wages/projects/{id}/guarantee"))
}

pub async fn renewal(State(web): State<Web>, who: Signed, At(id): At<GuaranteeId>) -> Result<Shown, Fault> {
    let (g, p) = of_guarantee(&web, &who, id).await?;
    Ok(letter_form(&who, &p, Some(&g)).show(&who, &Given::default(), &FieldErrors::new()))
}

pub async fn renew(
    State(web): State<Web>,
    who: Signed,
    At(id): At<GuaranteeId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let ((g, p), given, actor) = (of_guarantee(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let (read, bytes) = (terms_of(&given), given.file.clone());
    let did = match read {
        Ok(terms) => {
            let work = move |tx: &mut Tx<'_>| {
                payroll::keep_file(tx, id.book(), &terms.evidence, &bytes)?;
                guarantee::renew(tx, &actor, id, terms.clone())
            };
            web.write(work).await
        }
        Err(why) => Err(why),
    };
    done(&who, letter_form(&who, &p, Some(&g)), &given, did, |_| format!("/wages/projects/{}/guarantee", p.id))
}

/// General accounts of a project's main contractor, to choose from.
pub(super) fn accounts_of(tx: &mut Tx<'_>, p: &Project) -> Result<Vec<(String, String)>> {
    let all = ledger::of_owner(tx, Owner::Firm(p.contractor))?;
    let open = all.into_iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none());
    Ok(open.map(|a| (a.id.to_string(), format!("{} {}", a.name, say::grouped(&a.number)))).collect())
}

async fn choices(web: &Web, p: &Project) -> Result<Vec<(String, String)>, Fault> {
    let p = p.clone();
    Ok(web.read(move |tx| accounts_of(tx, &p)).await?)
}

fn payment_form<'a>(who: &Signed, p: &Project, g: &Guarantee, from: Vec<(String, String)>) -> Form<'a> {
    let above = match from.is_empty() {
        true => notice(Tone::Warn, &who.t("funding-no-account"), html! { p { (who.t("funding-no-account-next")) } }),
        false => html! {},
    };
    Form {
        sheet: here(who, p, "guarantee-pay-in"),
        above,
        action: format!("/wages/guarantees/{}/payment", g.id),
        fields: vec![
            ask("from", "guarantee-pay-from", Asks::One(from)),
            ask("amount", "guarantee-amount", Asks::Amount),
        ],
        send: "guarantee-pay-in",
    }
}

pub async fn payment(State(web): State<Web>, who: Signed, At(id): At<GuaranteeId>) -> Result<Shown, Fault> {
    let (g, p) = of_guarantee(&web, &who, id).await?;
    let from = choices(&web, &p).await?;
    Ok(payment_form(&who, &p, &g, from).show(&who, &Given::default(), &FieldErrors::new()))
}

pub async fn pay(
    State(web): State<Web>,
    who: Signed,
    At(id): At<GuaranteeId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let ((g, p), given, actor) = (of_guarantee(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let from = choices(&web, &p).await?;
    let key = given.text("once").to_owned();
    let did = match (given.id::<AccountId>("from"), given.amount("amount")) {
        (Ok(from), Ok(sum)) => {
            web.run(move |bank| guarantee::pay_in(&bank.desk, &actor, id, from, sum, Some(&key))).await
        }
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    done(&who, payment_form(&who, &p, &g, from), &given, did, |r| format!("/payments/{}", r.instruction))
}

fn return_form<'a>(who: &Signed, p: &Project, g: &Guarantee, to: Vec<(String, String)>) -> Form<'a> {
    let to = (g.form == GForm::Cash).then(|| ask("to", "guarantee-to", Asks::One(to)).optional());
    Form {
        sheet: here(who, p, "guarantee-return").lead(who.t("guarantee-return-lead").into_owned()),
        above: html! {},
        action: format!("/wages/guarantees/{}/return", g.id),
        fields: to.into_iter().chain([ask("note", "guarantee-note", Asks::Text).optional()]).collect(),
        send: "guarantee-return-ask",
    }
}

pub async fn giving_back(State(web): State<Web>, who: Signed, At(id): At<GuaranteeId>) -> Result<Shown, Fault> {
    let (g, p) = of_guarantee(&web, &who, id).await?;
    let to = choices(&web, &p).await?;
    Ok(return_form(&who, &p, &g, to).show(&who, &Given::default(), &FieldErrors::new()))
}

pub async fn give_back(
    State(web): State<Web>,
    who: Signed,
    At(id): At<GuaranteeId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let ((g, p), given, actor) = (of_guarantee(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let (to, note) = (choices(&web, &p).await?, given.text("note").to_owned());
    let did = match given.maybe_id::<AccountId>("to") {
        Ok(to) => web.write(move |tx| guarantee::return_ask(tx, &actor, id, to, &note)).await,
        Err(why) => Err(why),
    };
    done(&who, return_form(&who, &p, &g, to), &given, did, |asked| format!("/approvals/{asked}"))
}
