//! Opening accounts for whoever stands at the counter, and what was asked, found and decided.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::counter::{AccountNew, Check, Opened};
use axum::Json;
use axum::extract::{Query, State};
use diligence::{Answer, AnswerOf, Opening, Outcome};
use kernel::id::OpeningId;
use kernel::{Currency, Owner, Page, PageAsk};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An account to be opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAsk {
    /// A person's or a firm's id.
    #[schema(value_type = String)]
    owner: Owner,
    /// ISO 4217; `CNY` when absent.
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// What it is for, in the customer's words.
    purpose: String,
    /// What was looked at: `document`, `phone`, `not_lent` for a person; `licence`, `representative`, `beneficial_owner`, `not_lent`
    /// for a firm.
    #[schema(value_type = Vec<String>)]
    checked: Vec<Check>,
    /// One choice to each question of `GET /v1/opening-questions`.
    answers: BTreeMap<String, String>,
    /// What was looked at more closely, where an answer or a check asks for it (`opening_closer_look`).
    #[serde(default)]
    closer: String,
}

fn reason(o: &Opening) -> Option<&'static str> {
    o.reason.map(diligence::Reason::code)
}

pub async fn open(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<AccountAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "counter.open_account", &ask)?;
    let AccountAsk { owner, currency, purpose, checked, answers, closer } = ask;
    let answers = answers.into_iter().map(|(question, choice)| Answer { question, choice }).collect();
    let new = AccountNew { owner, currency: currency.unwrap_or(Currency::CNY), purpose, checked, answers, closer };
    let done = web.write_once(&asked, move |tx| {
        Ok(match app::counter::open_account(tx, &caller.actor, &new)? {
            Opened::Account(a) => json!({
                "account": a.id, "number": a.number, "owner": a.owner, "currency": a.currency, "opened_at": a.opened_at,
                "refusal": null, "reason": null,
            }),
            Opened::Refused(o) => json!({
                "account": null, "number": null, "owner": o.owner, "currency": new.currency, "opened_at": null,
                "refusal": o.id, "reason": reason(&o),
            }),
        })
    });
    Ok(Json(done.await?))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct QuestionsAsk {
    of: String,
}

pub async fn questions(
    State(web): State<Web>,
    _: Caller,
    Query(ask): Query<QuestionsAsk>,
) -> Result<Json<Value>, Fault> {
    let of = if ask.of == "firm" { AnswerOf::Firm } else { AnswerOf::Person };
    let set = web.read(move |tx| diligence::set_of(of, tx.business_date()?)).await?;
    let question = |q: &diligence::Question| {
        let choice = |c: &diligence::Choice| json!({ "choice": c.code, "zh": c.zh, "en": c.en });
        json!({ "question": q.key, "zh": q.zh, "en": q.en, "choices": q.choice.iter().map(choice).collect::<Vec<_>>() })
    };
    let all: Vec<Value> = set.question.iter().map(question).collect();
    Ok(Json(json!({ "version": set.version, "effective_from": set.effective_from, "questions": all })))
}

fn told(o: &Opening) -> Value {
    json!({
        "opening": o.id, "owner": o.owner, "branch": o.branch, "questions": o.questions, "flags": o.flags.0, "outcome": o.outcome,
        "account": o.account, "reason": reason(o), "asked_by": o.asked_by, "asked_at": o.asked_at, "objection": o.appeal,
        "lifted_at": o.lifted_at,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    outcome: String,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let outcome = Outcome::parse(&ask.outcome).unwrap_or(Outcome::Refused);
    let asked = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| diligence::listed(tx, &caller.actor, outcome, &asked)).await?;
    Ok(Json(found.map(|o| told(&o))))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<OpeningId>) -> Result<Json<Value>, Fault> {
    let (o, said) = web.write(move |tx| diligence::said(tx, &caller.actor, id)).await?;
    let f = &o.found.0;
    Ok(Json(json!({
        "opening": told(&o), "purpose": said.purpose, "answers": said.answers, "closer": said.closer,
        "found": { "accounts": f.accounts, "sharers": f.sharers, "listed": !f.lists.is_empty() },
    })))
}
