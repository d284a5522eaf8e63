//! The guard's queue: payments that wait for a person, why, and what one decides about them.
use super::confirm::{Confirm, Given};
use super::instructions::load;
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use guard::{DecisionRecord, Reason};
use kernel::PageAsk;
use kernel::id::InstructionId;
use maud::{Markup, html};
use party::Permission as P;
use payments::{Instruction, State as Stage};
use serde::Deserialize;

/// The states somebody may decide on here.
const STATES: [Stage; 3] = [Stage::Held, Stage::Challenged, Stage::Delayed];

#[derive(Clone, Debug, Default, Deserialize)]
pub struct QueueAsk {
    state: Option<String>,
    after: Option<String>,
}

pub async fn queue(State(web): State<Web>, who: Signed, Query(ask): Query<QueueAsk>) -> Result<Shown, Fault> {
    let state = ask.state.as_deref().and_then(Stage::parse).filter(|s| STATES.contains(s)).unwrap_or(Stage::Held);
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let ask = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| payments::queue(tx, &actor, state, &ask)).await?;
    let w = who.words();
    let sides = STATES.map(|s| {
        (Text::from(say::told(w, "payment-state", s.code())), Text::from(format!("/guard?state={}", s.code())))
    });
    let at = STATES.iter().position(|s| *s == state).unwrap_or(0);
    let row = |i: &Instruction| {
        [
            html! { div { a href={ "/guard/" (i.id) } { (say::told(w, "payment-kind", i.kind.code())) } br; span.masked-text { (i.payee) } } },
            amount(w, i.money()),
            html! { (say::told(w, "channel", i.channel.code())) },
            moment(w, i.made_at),
            html! { @if let Some(until) = i.until { (moment(w, until)) } },
        ]
    };
    let table = Table::new(who.t("held"))
        .text(who.t("payment"))
        .figures(who.t("amount"))
        .text(who.t("channel"))
        .text(who.t("payment-made"))
        .text(who.t("held-until"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("held-none"))
        .caption_hidden();
    let here = format!("/guard?state={}", state.code());
    let main = html! {
        (tabs(&who.t("held"), &sides, at))
        (table.show(w))
        (actions(html! {
            (link_button(Button::Secondary, &who.t("lists"), "/guard/lists"))
            (link_button(Button::Secondary, &who.t("gfig"), "/guard/figures"))
            (link_button(Button::Secondary, &who.t("rules"), "/guard/rules"))
        }))
        (pager(w, (!first).then_some(here.as_str()), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("held")).lead(who.t("held-lead")), main))
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    let (i, made_by, _) = load(&web, &who, id).await?;
    let decisions = web.read(move |tx| guard::decisions_of(tx, id)).await?;
    let w = who.words();
    let rows = [
        Row::new(who.t("payment-kind"), html! { (say::told(w, "payment-kind", i.kind.code())) }),
        Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, i.money())) } }),
        Row::new(who.t("held-from"), html! { a href={ "/accounts/" (i.debit) } { (who.t("held-account")) } }),
        Row::new(who.t("channel"), html! { (say::told(w, "channel", i.channel.code())) }),
        Row::new(who.t("payment-made"), say::by(w, &made_by, i.made_at)),
    ];
    let decides = who.holds(P::GuardDecide) && STATES.contains(&i.state) && i.made_by != who.actor.principal();
    let main = html! {
        p { (say::tag_by(w, i.state, "", i.until)) }
        (summary_list(w, &rows))
        @for d in decisions.iter().rev() { (decision(&who, d)) }
        @if decides {
            (actions(html! {
                (link_button(Button::Primary, &who.t("held-release"), &format!("/guard/{id}/release")))
                (link_button(Button::Danger, &who.t("held-cancel"), &format!("/guard/{id}/cancellation")))
            }))
        }
    };
    Ok(page(&who, Sheet::new(who.t("held-one")).crumb(who.t("held"), "/guard"), main))
}

fn decision(who: &Signed, d: &DecisionRecord) -> Markup {
    let w = who.words();
    let row = |r: &Reason| {
        let counted = if r.cleared {
            (Tone::Quiet, "reason-cleared")
        } else if r.counts() {
            (Tone::Warn, "reason-counts")
        } else {
            (Tone::Quiet, "reason-shadow")
        };
        [
            html! { div { (say::told_or(w, "guard-rule", &r.rule)) br; code { (r.rule) " v" (r.version) } } },
            html! { (say::told(w, "ladder", r.action.code())) },
            html! { (r.detail) },
            html! { (r.score) },
            status(counted.0, &who.t(counted.1), "", ""),
        ]
    };
    let round = w.t_with(
        "decision-round",
        &[
            ("n", i64::from(d.round + 1).into()),
            ("verdict", say::told(w, "verdict", d.verdict.code()).into_owned().into()),
        ],
    );
    let table = Table::new(format!("{round} · {}", w.moment(d.at)))
        .text(who.t("reason-rule"))
        .text(who.t("reason-action"))
        .text(who.t("reason-detail"))
        .figures(who.t("reason-score"))
        .text(who.t("reason-counted"))
        .rows(d.staff_reasons().iter().map(row))
        .when_empty(who.t("decision-no-reasons"));
    table.show(w)
}

fn answer(who: &Signed, i: &Instruction, release: bool, given: &Given, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let here = format!("/guard/{}", i.id);
    let (key, kind, place) = if release {
        ("held-release", Button::Primary, "release")
    } else {
        ("held-cancel", Button::Danger, "cancellation")
    };
    let confirm = Confirm {
        title: &who.t(key),
        lead: &who.t(&format!("{key}-lead")),
        crumbs: vec![(who.t("held").into_owned(), "/guard".into()), (who.t("held-one").into_owned(), here.clone())],
        rows: vec![
            Row::new(who.t("payment-payee"), html! { span.masked-text { (i.payee) } }),
            Row::new(who.t("amount"), html! { strong { (amount(w, i.money())) } }),
        ],
        more: html! {},
        action: &format!("{here}/{place}"),
        back: &here,
        button: (kind, &who.t(&format!("{key}-confirm"))),
        reason: Some((&who.t("reason"), &who.t("held-reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

async fn ask(web: &Web, who: &Signed, id: InstructionId, release: bool) -> Result<Shown, Fault> {
    let (i, ..) = load(web, who, id).await?;
    Ok(answer(who, &i, release, &Given::default(), &FieldErrors::new()))
}

pub async fn release(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, true).await
}
pub async fn cancellation(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, false).await
}

async fn decide(web: Web, who: Signed, id: InstructionId, given: Given, release: bool) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let reason = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        let (i, ..) = load(&web, &who, id).await?;
        return Ok(refused(answer(&who, &i, release, &given, &errors)));
    }
    let actor = who.actor.clone();
    web.run(move |bank| match release {
        true => payments::release(&bank.desk, &actor, id, &reason),
        false => payments::cancel(&bank.desk, &actor, id, &reason),
    })
    .await?;
    Ok(see_other(&format!("/guard/{id}")))
}

pub async fn release_it(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    decide(web, who, id, given, true).await
}
pub async fn cancel_it(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    decide(web, who, id, given, false).await
}
