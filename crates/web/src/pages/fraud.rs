//! "It is a fraud": one question about a payment that waits, then the lesson. For staff, the reports with their time.
use super::confirm::Given;
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{FraudReportId, InstructionId};
use kernel::{Error, PageAsk, Timestamp};
use maud::{Markup, html};
use payments::Instruction;
use safety::{Edition, Outcome, Report, ReportState, Typology};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FraudForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    kind: String,
}

async fn of(web: &Web, who: &Signed, id: InstructionId) -> Result<Instruction, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| payments::instruction(tx, &actor, id)).await?)
}

pub async fn ask(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    Ok(question(&who, &of(&web, &who, id).await?, &FieldErrors::new()))
}

fn question(who: &Signed, i: &Instruction, errors: &FieldErrors) -> Shown {
    let (w, open) = (who.words(), i.state.is_open());
    let kinds: Vec<Choice<'_>> = Typology::ALL
        .iter()
        .map(|t| Choice::new(t.code(), say::told(w, "fraud-kind", t.code()).into_owned()))
        .collect();
    let rows = [
        Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, i.money())) } }),
    ];
    let fields = html! {
        (radios(w, &Field::new("kind", who.t("fraud-what")).errors(errors), &kinds))
        (actions(html! {
            (button(Button::Danger, &who.t(if open { "fraud-yes" } else { "fraud-tell-yes" }), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/payments/{}", i.id)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        (form(&who.view, &format!("/payments/{}/fraud", i.id), fields))
    };
    let (title, lead) = if open { ("fraud", "fraud-lead") } else { ("fraud-tell", "fraud-tell-lead") };
    let up = Sheet::new(who.t(title)).lead(who.t(lead)).wrong(!errors.is_empty());
    page(who, up.crumb(who.t("payment"), format!("/payments/{}", i.id)), main)
}

pub async fn stop(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    Checked(f): Checked<FraudForm>,
) -> Result<Response, Fault> {
    let Some(kind) = Typology::parse(&f.kind) else {
        let mut errors = FieldErrors::new();
        errors.add("kind", who.t("choose-one"));
        return Ok(refused(question(&who, &of(&web, &who, id).await?, &errors)));
    };
    let actor = who.actor.clone();
    web.write(move |tx| app::fraud::refuse_and_report(tx, &actor, id, kind)).await?;
    Ok(see_other(&format!("/payments/{id}/lesson")))
}

/// What happened to the money, then the lesson. That it was shown is written down.
pub async fn lesson(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    let edition = Edition::of(who.words().lang == Lang::Zh, who.view.mode.is_one_at_a_time());
    let actor = who.actor.clone();
    let text = web.write(move |tx| {
        let i = payments::instruction(tx, &actor, id)?;
        let report = safety::report_of(tx, i.id)?.ok_or_else(|| Error::not_found("report", id))?;
        Ok((safety::give(tx, &actor, &report, edition)?, app::fraud::was_stopped(&i)))
    });
    let (text, stopped) = text.await?;
    let said = text.edition(edition);
    let (title, rest) = said.split_first().ok_or_else(|| Error::broken("a lesson says something"))?;
    let next = html! {
        p { (who.t("fraud-done")) }
        h2 { (title) }
        @for sentence in rest { p { (sentence) } }
        (actions(html! {
            (link_button(Button::Primary, &who.t("go-home"), "/home"))
            (link_button(Button::Secondary, &who.t("help-call-me"), "/help/call"))
            (link_button(Button::Secondary, &who.t("lock"), "/lock"))
        }))
    };
    let title = who.t(if stopped { "fraud-told" } else { "fraud-stopped" });
    Ok(page(&who, Sheet::new(title.clone()).bare(), result(Tone::Good, &title, None, next)))
}

/// Why an elder's payment waits, in three sentences.
pub fn why_cooling(who: &Signed, above_yuan: i64) -> Markup {
    let above = who.words().t_with("cooling-above", &[("yuan", above_yuan.into())]);
    let body = html! { p { (above) } p { (who.t("cooling-free")) } p { (who.t("cooling-ask")) } };
    notice(Tone::Info, &who.t("cooling-why"), body)
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct QueueAsk {
    after: Option<String>,
}

pub async fn reports(State(web): State<Web>, who: Signed, Query(ask): Query<QueueAsk>) -> Result<Shown, Fault> {
    let (actor, first, now) = (who.actor.clone(), ask.after.is_none(), web.now());
    let ask = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| safety::open_reports(tx, &actor, &ask)).await?;
    let w = who.words();
    let row = |r: &Report| {
        [
            html! { a href={ "/fraud-reports/" (r.id) } { (say::told(w, "fraud-kind", r.typology.code())) } },
            html! { span.masked-text { (r.payee) } },
            amount(w, r.money()),
            due(&who, r, now),
        ]
    };
    let table = Table::new(who.t("fraud-reports"))
        .text(who.t("fraud-what-short"))
        .text(who.t("payment-payee"))
        .figures(who.t("amount"))
        .text(who.t("fraud-due"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("fraud-none"))
        .caption_hidden();
    let main = html! {
        (table.show(w))
        (pager(w, (!first).then_some("/fraud-reports"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("fraud-reports")).lead(who.t("fraud-reports-lead")), main))
}

fn due(who: &Signed, r: &Report, now: Timestamp) -> Markup {
    let tone = if r.is_late(now) { Tone::Danger } else { Tone::Info };
    let key = if r.owner.is_some() { "fraud-taken" } else { "fraud-open" };
    status(tone, &who.t(key), "", &who.words().moment(r.due_at))
}

pub async fn one(State(web): State<Web>, who: Signed, At(id): At<FraudReportId>) -> Result<Shown, Fault> {
    let r = read(&web, &who, id).await?;
    Ok(report_page(&who, &r, web.now(), &Given::default(), &FieldErrors::new()))
}

async fn read(web: &Web, who: &Signed, id: FraudReportId) -> Result<Report, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| safety::report(tx, &actor, id)).await?)
}

fn report_page(who: &Signed, r: &Report, now: Timestamp, given: &Given, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let rows = [
        Row::new(who.t("fraud-what-short"), html! { (say::told(w, "fraud-kind", r.typology.code())) }),
        Row::new(who.t("payment-payee"), html! { span.masked-text { (r.payee) } }),
        Row::new(who.t("amount"), amount(w, r.money())),
        Row::new(who.t("payment"), html! { a href={ "/guard/" (r.instruction) } { (who.t("held-look")) } }),
        Row::new(who.t("fraud-said"), moment(w, r.said_at)),
        Row::new(who.t("fraud-due"), due(who, r, now)),
    ];
    let mine = r.owner.map(kernel::Who::Staff) == Some(who.actor.who);
    let at = |deed: &str| format!("/fraud-reports/{}/{deed}", r.id);
    let reason = || {
        let field = Field::new("reason", who.t("fraud-why")).value(given.reason.as_str()).errors(errors);
        multiline(w, &field, 3, super::confirm::REASON_CHARS_MAX)
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        @if r.state != ReportState::Open { p { (status(Tone::Quiet, &say::told(w, "fraud-state", r.state.code()), "", "")) } p { (r.why) } }
        @else if mine {
            (form(&who.view, &at("decision"), html! {
                (reason())
                (actions(html! {
                    (button(Button::Primary, &who.t("fraud-propose"), Some(("hash", "propose"))))
                    (button(Button::Secondary, &who.t("fraud-dismiss"), Some(("hash", "dismiss"))))
                }))
            }))
        } @else {
            (form(&who.view, &at("taking"), actions(button(Button::Primary, &who.t("fraud-take"), None))))
        }
    };
    let up = Sheet::new(who.t("fraud-report")).crumb(who.t("fraud-reports"), "/fraud-reports");
    page(who, up.wrong(!errors.is_empty()), main)
}

pub async fn take(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FraudReportId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| safety::report_take(tx, &actor, id)).await?;
    Ok(see_other(&format!("/fraud-reports/{id}")))
}

pub async fn decide(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FraudReportId>,
    Checked(f): Checked<Given>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let (why, actor) = (f.reason(&who, &mut errors), who.actor.clone());
    if !errors.is_empty() {
        let r = read(&web, &who, id).await?;
        return Ok(refused(report_page(&who, &r, web.now(), &f, &errors)));
    }
    let proposes = f.hash == "propose";
    web.write(move |tx| match proposes {
        true => app::fraud::propose(tx, &actor, id, &why),
        false => safety::report_decide(tx, &actor, id, Outcome::Unfounded, &why),
    })
    .await?;
    Ok(see_other(&format!("/fraud-reports/{id}")))
}
