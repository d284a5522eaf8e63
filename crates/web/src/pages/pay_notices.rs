//! Notices of labour bureaus on a guarantee: taken in, asked for, paid, used.
use super::guarantees::{here, of_guarantee};
use super::site_ask::{Asks, Form, Given, ask, done};
use super::{page, say};
use crate::gate::Signed;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use guarantee::{Form as GForm, Guarantee, Named, NoticeNew, NoticeState, PaymentNotice};
use kernel::id::{ArrearsCaseId, GuaranteeId, InstructionId, PayNoticeId, PaySheetId, ProjectId};
use kernel::{Error, Result};
use maud::{Markup, html};
use party::Permission as P;
use payroll::Project;
use store::Tx;

/// Pay sheets offered to a notice at most.
const SHEETS_OFFERED: u32 = 20;

fn notice_form<'a>(who: &Signed, p: &Project, g: &Guarantee, sheets: Vec<(String, String)>) -> Form<'a> {
    Form {
        sheet: here(who, p, "guarantee-notice-new").lead(who.t("guarantee-notice-lead").into_owned()),
        above: html! {},
        action: format!("/wages/guarantees/{}/notice", g.id),
        fields: vec![
            ask("bureau_name", "guarantee-bureau", Asks::Text),
            ask("number", "guarantee-number", Asks::Text),
            ask("officer", "guarantee-officer", Asks::Text),
            ask("basis", "guarantee-basis", Asks::Text),
            ask("issued_on", "guarantee-issued-on", Asks::Day),
            ask("settle_order", "guarantee-settle-order", Asks::Text),
            ask("settle_ordered_on", "guarantee-settle-ordered-on", Asks::Day),
            ask("default_proof", "guarantee-default-proof", Asks::Text),
            ask("defaulted_on", "guarantee-defaulted-on", Asks::Day),
            ask("sheet", "guarantee-whom", Asks::One(sheets)),
        ],
        send: "guarantee-notice-take",
    }
}

async fn sheets(web: &Web, w: Words, p: ProjectId) -> Result<Vec<(String, String)>, Fault> {
    let found = web.read(move |tx| payroll::sheets_newest(tx, p, SHEETS_OFFERED)).await?;
    let said = |s: &payroll::PaySheet| format!("{} · {} · {}", s.period, say::people(w, s.lines), w.money(s.net()));
    Ok(found.iter().map(|s| (s.id.to_string(), said(s))).collect())
}

pub async fn new(State(web): State<Web>, who: Signed, At(id): At<GuaranteeId>) -> Result<Shown, Fault> {
    let (g, p) = of_guarantee(&web, &who, id).await?;
    let sheets = sheets(&web, who.words(), p.id).await?;
    Ok(notice_form(&who, &p, &g, sheets).show(&who, &Given::default(), &FieldErrors::new()))
}

fn notice_of(given: &Given, guarantee: GuaranteeId) -> Result<(NoticeNew, PaySheetId)> {
    let text = |name: &str| given.text(name).to_owned();
    let new = NoticeNew {
        guarantee,
        bureau: None,
        bureau_name: text("bureau_name"),
        number: text("number"),
        officer: text("officer"),
        basis: text("basis"),
        issued_on: given.day("issued_on")?,
        settle_order: text("settle_order"),
        settle_ordered_on: given.day("settle_ordered_on")?,
        default_proof: text("default_proof"),
        defaulted_on: given.day("defaulted_on")?,
        workers: Vec::new(),
    };
    Ok((new, given.id("sheet")?))
}

/// The workers of a sheet of the project and what each is owed.
fn of_sheet(tx: &mut Tx<'_>, project: ProjectId, sheet: PaySheetId) -> Result<Vec<Named>> {
    if payroll::sheet_raw(tx, sheet)?.project != project {
        return Err(Error::not_found("pay sheet", sheet));
    }
    let lines = payroll::lines_raw(tx, sheet, 0, guarantee::NAMED_MAX as u32 + 1)?;
    Ok(lines.iter().map(|l| Named { worker: l.worker, amount: l.net }).collect())
}

pub async fn take(
    State(web): State<Web>,
    who: Signed,
    At(id): At<GuaranteeId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let ((g, p), given, actor) = (of_guarantee(&web, &who, id).await?, Given::of(upload), who.actor.clone());
    let (sheets, project) = (sheets(&web, who.words(), p.id).await?, p.id);
    let did = match notice_of(&given, id) {
        Ok((new, sheet)) => {
            let work = move |tx: &mut Tx<'_>| {
                let workers = of_sheet(tx, project, sheet)?;
                guarantee::notice_receive(tx, &actor, NoticeNew { workers, ..new.clone() })
            };
            web.write(work).await
        }
        Err(why) => Err(why),
    };
    done(&who, notice_form(&who, &p, &g, sheets), &given, did, |n| format!("/wages/pay-notices/{n}"))
}

async fn of_notice(web: &Web, who: &Signed, id: PayNoticeId) -> Result<(PaymentNotice, Guarantee, Project), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let mut n = guarantee::notice(tx, &actor, id)?;
        n.sheet = guarantee::sheet_in_use(tx, &n)?;
        let g = guarantee::guarantee(tx, &actor, n.guarantee)?;
        Ok((payroll::project_raw(tx, n.project)?, g, n))
    });
    Ok(found.await.map(|(p, g, n)| (n, g, p))?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<PayNoticeId>) -> Result<Shown, Fault> {
    let (n, g, p) = of_notice(&web, &who, id).await?;
    let offered = if n.state == NoticeState::Paid && n.sheet.is_none() {
        sheets(&web, who.words(), p.id).await?
    } else {
        Vec::new()
    };
    let (w, today) = (who.words(), web.now().local_date());
    let left = n.pay_by.days() - today.days();
    let tone = if n.is_late(today) { Tone::Danger } else { Tone::Info };
    let mut rows = vec![
        Row::new(who.t("guarantee-state"), say::tag(w, n.state)),
        Row::new(who.t("guarantee-bureau"), html! { (n.bureau_name) " · " (n.officer) }),
        Row::new(who.t("guarantee-basis"), html! { (n.basis) }),
        Row::new(who.t("guarantee-settle-order"), html! { (n.settle_order) " · " (day(w, n.settle_ordered_on)) }),
        Row::new(who.t("guarantee-default-proof"), html! { (default_proof(&who, &n)) " · " (day(w, n.defaulted_on)) }),
        Row::new(who.t("guarantee-amount"), amount(w, n.money())),
        Row::new(who.t("guarantee-workers"), html! { (say::people(w, n.workers.0.len() as i64)) }),
        Row::new(who.t("guarantee-paid"), amount(w, n.paid_money())),
    ];
    if let Some(sheet) = n.sheet {
        let at = format!("/wages/sheets/{sheet}");
        rows.push(Row::new(who.t("guarantee-sheet"), html! { a href=(at) { (who.t("guarantee-sheet-open")) } }));
    }
    if let Some(by) = n.refill_by {
        let told = if n.refilled_at.is_some() {
            html! { (who.t("guarantee-refilled")) }
        } else {
            day(w, by)
        };
        rows.push(Row::new(who.t("guarantee-refill-by"), told));
    }
    let main = html! {
        @if n.state.is_open() {
            (notice(tone, &who.t("guarantee-pay-by"), html! { p { (day(w, n.pay_by)) " · " (w.t_with("guarantee-days-left", &[("n", left.into())])) } }))
        }
        (summary_list(w, &rows))
        (notice_deeds(&who, &n, &g, &offered))
    };
    Ok(page(&who, here(&who, &p, "guarantee-notice").lead(n.number.clone()), main))
}

/// What proves the default: the case it was found in, or a document's number.
fn default_proof(who: &Signed, n: &PaymentNotice) -> Markup {
    match n.default_proof.parse::<ArrearsCaseId>() {
        Ok(case) => html! { a href={ "/arrears/cases/" (case) } { (who.t("arrears-case")) } },
        Err(_) => html! { (n.default_proof) },
    }
}

/// The next step of a notice.
fn notice_deeds(who: &Signed, n: &PaymentNotice, g: &Guarantee, sheets: &[(String, String)]) -> Markup {
    let w = who.words();
    let at = |rest: &str| format!("/wages/pay-notices/{}/{rest}", n.id);
    let one = |action: &str, name: &'static str, label: &str, send: &str| {
        form(
            &who.view,
            &at(action),
            html! {
                (text(w, &Field::new(name, who.t(label))))
                (actions(button(if action == "unneeded" { Button::Secondary } else { Button::Primary }, &who.t(send), None)))
            },
        )
    };
    if !who.holds(P::WageCase) {
        return html! {};
    }
    match (n.state, n.approval) {
        (NoticeState::Asked, Some(asked)) => {
            html! { (actions(link_button(Button::Secondary, &who.t("notice-open"), &format!("/approvals/{asked}")))) }
        }
        (NoticeState::Received | NoticeState::Refused | NoticeState::Asked, _) => {
            one("asking", "note", "guarantee-note", "guarantee-ask")
        }
        (NoticeState::Called, _) => one("issuer", "payment", "guarantee-issuer-payment", "guarantee-issuer-paid"),
        (NoticeState::Paid, _) if n.paid == n.came_back => html! {},
        (NoticeState::Paid, _) if n.sheet.is_none() => {
            let choices: Vec<Choice<'_>> = sheets.iter().map(|(id, told)| Choice::new(id, told)).collect();
            let fields = html! {
                (select(w, &Field::new("sheet", who.t("guarantee-sheet")).hint(who.t("guarantee-sheet-hint")), &choices))
                (actions(button(Button::Primary, &who.t("guarantee-sheet-set"), None)))
            };
            html! {
                (form(&who.view, &at("sheet"), fields))
                @if g.form == GForm::Cash {
                    h2 { (who.t("guarantee-unneeded")) }
                    p { (who.t("guarantee-unneeded-lead")) }
                    (one("unneeded", "note", "guarantee-unneeded-why", "guarantee-unneeded-ask"))
                }
            }
        }
        (NoticeState::Paid, _) if g.form == GForm::Cash => html! {
            (form(&who.view, &at("coming-back"), html! { (actions(button(Button::Secondary, &who.t("guarantee-came-back"), None))) }))
        },
        _ => html! {},
    }
}

/// What is written beside a step of a notice.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    note: String,
    payment: String,
    sheet: String,
}

type Step = crate::http::csrf::Checked<StepForm>;

fn back_to(id: PayNoticeId) -> Response {
    see_other(&format!("/wages/pay-notices/{id}"))
}

pub async fn asking(State(web): State<Web>, who: Signed, At(id): At<PayNoticeId>, f: Step) -> Result<Response, Fault> {
    of_notice(&web, &who, id).await?;
    let actor = who.actor.clone();
    web.write(move |tx| guarantee::notice_ask(tx, &actor, id, &f.0.note)).await?;
    Ok(back_to(id))
}

pub async fn issuer(State(web): State<Web>, who: Signed, At(id): At<PayNoticeId>, f: Step) -> Result<Response, Fault> {
    of_notice(&web, &who, id).await?;
    let payment: InstructionId = f.0.payment.trim().parse()?;
    let actor = who.actor.clone();
    web.write(move |tx| guarantee::issuer_paid(tx, &actor, id, payment)).await?;
    Ok(back_to(id))
}

pub async fn sheet(State(web): State<Web>, who: Signed, At(id): At<PayNoticeId>, f: Step) -> Result<Response, Fault> {
    of_notice(&web, &who, id).await?;
    let sheet: PaySheetId = f.0.sheet.trim().parse()?;
    let actor = who.actor.clone();
    web.write(move |tx| guarantee::notice_sheet(tx, &actor, id, sheet)).await?;
    Ok(back_to(id))
}

pub async fn coming_back(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayNoticeId>,
    _: Step,
) -> Result<Response, Fault> {
    of_notice(&web, &who, id).await?;
    let (actor, desk) = (who.actor.clone(), web.desk().clone());
    web.write(move |tx| guarantee::came_back(&desk, tx, &actor, id)).await?;
    Ok(back_to(id))
}

pub async fn unneeded(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayNoticeId>,
    f: Step,
) -> Result<Response, Fault> {
    of_notice(&web, &who, id).await?;
    let actor = who.actor.clone();
    let asked = web.write(move |tx| guarantee::unneeded_ask(tx, &actor, id, &f.0.note)).await?;
    Ok(see_other(&format!("/approvals/{asked}")))
}
