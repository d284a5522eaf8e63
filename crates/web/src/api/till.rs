//! Cash: a teller's day and journal, drawers, cash that two persons move, cases of over and short, counterfeit notes.
use super::{Key, Why, shown};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::id::{AccountId, BranchId, CashCaseId, CashMoveId, DrawerId, SeizureId, StaffId};
use kernel::{Actor, Currency, Date, Error, Money, Page, PageAsk, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use till::{Case, DrawerView, Entry, EntryRef, Move, Notes, Outcome, Seizure, TillDay, VoucherKind};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

/// Does it once; `ask` is what the request is recognised by.
async fn once<B: Serialize + Send + Sync + 'static>(
    web: &Web,
    caller: Caller,
    key: &str,
    what: &'static str,
    ask: B,
    f: fn(&mut Tx<'_>, &Actor, &B) -> Result<Value>,
) -> Told {
    let asked = Asked::new(&caller.actor, key, what, &ask)?;
    Ok(Json(web.write_once(&asked, move |tx| f(tx, &caller.actor, &ask)).await?))
}

fn drawer(d: DrawerView) -> Value {
    json!({
        "drawer": d.id, "branch": d.branch, "kind": d.kind, "name": d.name, "currency": d.currency, "notes": d.notes,
        "booked": d.booked, "holder": d.holder, "counted_on": d.counted_on, "counted_by": d.counted_by,
        "witnessed_by": d.witnessed_by, "counting": d.counting.map(|c| c.by), "out_of_service": d.out_of_service,
    })
}

fn day(d: &TillDay) -> Value {
    json!({
        "drawer": d.drawer, "teller": d.teller, "date": d.date, "opened_at": d.opened_at, "opened_notes": d.opened_notes,
        "last_number": d.last_number, "closed_at": d.closed_at, "difference": Money::new(d.difference, d.opened_notes.currency()),
    })
}

fn entry(e: Entry) -> Value {
    json!({
        "teller": e.teller, "date": e.date, "number": e.number, "drawer": e.drawer, "kind": e.kind, "state": e.state,
        "amount": e.money(), "notes_in": e.notes_in, "notes_out": e.notes_out, "account": e.account, "shown": e.shown,
        "instruction": e.instruction, "approval": e.approval, "code": e.refusal, "overrides": e.overrides.0,
        "of_number": e.of_number, "memo": e.memo, "object": e.object, "copies": e.copies, "made_at": e.made_at, "ended_at": e.ended_at,
        "ended_by": e.ended_by,
    })
}

fn movement(m: Move) -> Value {
    json!({
        "movement": m.id, "from": m.from_drawer, "to": m.to_drawer, "amount": m.money(), "notes": m.notes, "state": m.state,
        "asked_by": m.asked_by, "asked_at": m.asked_at, "second_by": m.second_by, "second_at": m.second_at,
        "received_by": m.received_by, "received_at": m.received_at,
    })
}

fn case(c: Case) -> Value {
    json!({
        "case": c.id, "drawer": c.drawer, "date": c.date, "source": c.source, "amount": c.money(), "detail": c.detail,
        "candidates": c.candidates.0, "customer": c.customer, "state": c.state, "opened_by": c.opened_by, "opened_at": c.opened_at,
        "explanation": c.explanation, "outcome": c.outcome, "explained_by": c.explained_by, "settled_by": c.settled_by,
        "transfer": c.transfer,
    })
}

fn seizure(s: Seizure) -> Value {
    json!({
        "seizure": s.id, "certificate": s.certificate, "date": s.date, "face": s.face(), "pieces": s.pieces, "serials": s.serials.0,
        "source": s.source, "holder": s.holder, "state": s.state, "first_by": s.first_by, "second_by": s.second_by,
        "appeal_until": s.appeal_until,
    })
}

/// The teller's open day and the drawers of his branch.
pub async fn now(State(web): State<Web>, caller: Caller) -> Told {
    let found = web.read(move |tx| {
        let branch = caller.actor.branch.ok_or_else(|| Error::forbidden("a till is at a branch"))?;
        let open = till::till_day(tx, &caller.actor)?;
        let all = till::drawers(tx, &caller.actor, branch)?;
        let drawers: Vec<Value> = all.into_iter().map(drawer).collect();
        Ok(json!({ "day": open.as_ref().map(day), "drawers": drawers }))
    });
    Ok(Json(found.await?))
}

/// The cash counted when a till is opened. `accepted`: the difference to the book that was seen.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningAsk {
    #[schema(value_type = String)]
    drawer: DrawerId,
    /// `{"currency":"CNY","pieces":{"100.00":3}}`
    #[schema(value_type = Object)]
    notes: Notes,
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Amount>)]
    accepted: Option<Money>,
}

pub async fn open(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<OpeningAsk>) -> Told {
    once(&web, caller, &key, "till.open", ask, |tx, actor, ask| {
        Ok(day(&till::till_open(tx, actor, ask.drawer, &ask.notes, ask.accepted)?))
    })
    .await
}

/// A count.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountAsk {
    #[schema(value_type = Object)]
    notes: Notes,
    /// The difference that was seen and is taken to over and short.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Amount>)]
    accepted: Option<Money>,
}

pub async fn balance(State(web): State<Web>, caller: Caller, Body(ask): Body<CountAsk>) -> Told {
    let seen = web.read(move |tx| till::balance(tx, &caller.actor, &ask.notes)).await?;
    let faces: Vec<Value> = seen.faces.iter().map(|(face, n)| json!({ "face": face, "pieces": n })).collect();
    Ok(Json(json!({
        "booked": seen.booked, "counted": seen.counted, "difference": seen.difference, "faces": faces, "candidates": seen.candidates,
    })))
}

/// Blank vouchers of one kind as they were counted.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlankAsk {
    #[schema(value_type = String)]
    kind: VoucherKind,
    blank: i64,
}

/// The cash and blank vouchers counted at the close.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingAsk {
    #[schema(value_type = Object)]
    notes: Notes,
    #[serde(default)]
    vouchers: Vec<BlankAsk>,
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Amount>)]
    accepted: Option<Money>,
}

pub async fn close(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<ClosingAsk>) -> Told {
    once(&web, caller, &key, "till.close", ask, |tx, actor, ask| {
        let vouchers: Vec<_> = ask.vouchers.iter().map(|v| (v.kind, v.blank)).collect();
        Ok(day(&till::till_close(tx, actor, &ask.notes, &vouchers, ask.accepted)?))
    })
    .await
}

/// Cash over the counter: `direction` `in` or `out`, `account`, `notes_in`, `notes_out`, `fee_shown`, `memo`, `overrides` (`code`,
/// `reason`), `resubmits` (the number that was sent back).
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct CashBody(till::CashAsk);

/// Answers the entry, whatever became of it: a refused one has its number too.
pub async fn cash(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<CashBody>) -> Told {
    let done = web.run(move |bank| app::talks::cash(bank, &caller.actor, ask.0, Some(&key)));
    Ok(Json(entry(done.await?)))
}

/// A transfer over the counter: `account`, `payee` (`{"number":…}` here, `{"external":{"bank","number","name"}}` elsewhere), `payee_name`,
/// `amount`, `fee_shown`, `memo`.
#[derive(Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct TransferBody(till::TransferAsk);

/// Answers the entry, whatever became of it.
pub async fn transfer(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<TransferBody>) -> Told {
    let done = web.run(move |bank| app::talks::transfer(bank, &caller.actor, ask.0, Some(&key)));
    Ok(Json(entry(done.await?)))
}

/// `{"change":{"notes_in":…,"notes_out":…}}` or `{"damaged":{"pieces":[{"face","left_per_mille","crossed"}],"notes_out":…}}`.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct ExchangeBody(till::ExchangeAsk);

pub async fn exchange(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<ExchangeBody>) -> Told {
    once(&web, caller, &key, "till.exchange", ask, |tx, actor, ask| till::exchange(tx, actor, &ask.0).map(entry)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalAsk {
    /// Whose; the caller's own when absent.
    teller: Option<StaffId>,
    /// The open business day when absent.
    date: Option<Date>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn journal(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(ask): Query<JournalAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| {
        let own = || Error::forbidden("only staff keep journals");
        let teller = ask.teller.or(caller.actor.staff()).ok_or_else(own)?;
        let date = ask.date.map_or_else(|| tx.business_date(), Ok)?;
        let find = till::EntryAsk { branch, teller, date, kind: None, account: None, amount: None };
        till::journal(tx, &caller.actor, &find, &page)
    });
    Ok(Json(shown(found.await?, entry)))
}

pub async fn overrides(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(ask): Query<JournalAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let date = ask.date.map_or_else(|| tx.business_date(), Ok)?;
        till::overrides_of(tx, &caller.actor, branch, date)
    });
    Ok(Json(Page { items: found.await?.into_iter().map(entry).collect(), next: None }))
}

pub async fn reverse(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(number): Path<i64>,
    Body(why): Body<Why>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.reverse", &(number, &why))?;
    let done =
        web.run_once(&asked, move |bank| till::reverse(&bank.desk, &caller.actor, number, &why.reason).map(entry));
    Ok(Json(done.await?))
}

pub async fn call_off(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(number): Path<i64>,
    Body(why): Body<Why>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.call_off", &(number, &why))?;
    let done =
        web.run_once(&asked, move |bank| till::call_off(&bank.desk, &caller.actor, number, &why.reason).map(entry));
    Ok(Json(done.await?))
}

pub async fn advice(State(web): State<Web>, caller: Caller, Key(key): Key, Path(number): Path<i64>) -> Told {
    once(&web, caller, &key, "till.advice", number, |tx, actor, number| {
        let none = || Error::new(&till::NO_TILL, "you have no till open");
        let open = till::till_day(tx, actor)?.ok_or_else(none)?;
        let branch = actor.branch.ok_or_else(none)?;
        let at = EntryRef { teller: open.teller, date: open.date, number: *number };
        let printed = till::advice(tx, actor, branch, at)?;
        Ok(json!({ "entry": entry(printed.entry), "copy": printed.copy }))
    })
    .await
}

pub async fn drawers(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| till::drawers(tx, &caller.actor, branch)).await?;
    Ok(Json(Page { items: found.into_iter().map(drawer).collect(), next: None }))
}

/// A drawer to be made: `vault` with all that goes with it, `till` or `machine`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawerAsk {
    kind: String,
    /// `T01`; not looked at for a vault.
    #[serde(default)]
    name: String,
    #[schema(value_type = String)]
    currency: Currency,
}

pub async fn make(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Key(key): Key,
    Body(ask): Body<DrawerAsk>,
) -> Told {
    once(&web, caller, &key, "till.drawer_make", (branch, ask), |tx, actor, (branch, ask)| {
        let made = match ask.kind.as_str() {
            "vault" => till::set_up(tx, actor, *branch, ask.currency)?,
            "till" => till::till_make(tx, actor, *branch, &ask.name, ask.currency)?,
            "machine" => till::machine_make(tx, actor, *branch, &ask.name, ask.currency)?,
            _ => return Err(Error::field("kind", "vault, till or machine")),
        };
        Ok(json!({ "drawer": made }))
    })
    .await
}

pub async fn count(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<DrawerId>,
    Key(key): Key,
    Body(ask): Body<CountAsk>,
) -> Told {
    once(&web, caller, &key, "till.vault_count", (id, ask), |tx, actor, (id, ask)| {
        till::vault_count(tx, actor, *id, ask.notes.clone())?;
        Ok(super::changed(party::Change::Done))
    })
    .await
}

pub async fn count_confirm(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<DrawerId>,
    Key(key): Key,
    Body(ask): Body<CountAsk>,
) -> Told {
    once(&web, caller, &key, "till.vault_count_confirm", (id, ask), |tx, actor, (id, ask)| {
        let difference = till::vault_count_confirm(tx, actor, *id, &ask.notes, ask.accepted)?;
        Ok(json!({ "difference": difference }))
    })
    .await
}

/// Cash from one drawer to another: `from`, `to`, `notes`.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct MoveBody(till::MoveAsk);

pub async fn move_ask(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<MoveBody>) -> Told {
    once(&web, caller, &key, "till.move_ask", ask, |tx, actor, ask| till::move_ask(tx, actor, &ask.0).map(movement))
        .await
}

pub async fn countersign(State(web): State<Web>, caller: Caller, At(id): At<CashMoveId>, Key(key): Key) -> Told {
    once(&web, caller, &key, "till.move_countersign", id, |tx, actor, id| {
        till::move_countersign(tx, actor, *id).map(movement)
    })
    .await
}

pub async fn receive(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<CashMoveId>,
    Key(key): Key,
    Body(ask): Body<CountAsk>,
) -> Told {
    once(&web, caller, &key, "till.move_receive", (id, ask), |tx, actor, (id, ask)| {
        till::move_receive(tx, actor, *id, &ask.notes, ask.accepted).map(movement)
    })
    .await
}

pub async fn move_call_off(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<CashMoveId>,
    Key(key): Key,
    Body(why): Body<Why>,
) -> Told {
    once(&web, caller, &key, "till.move_call_off", (id, why), |tx, actor, (id, why)| {
        till::move_call_off(tx, actor, *id, &why.reason).map(movement)
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAsk {
    /// Only those that have not ended.
    #[serde(default)]
    open: bool,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn moves(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(ask): Query<OpenAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| till::moves(tx, &caller.actor, branch, ask.open, &page)).await?;
    Ok(Json(shown(found, movement)))
}

pub async fn cases(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(ask): Query<OpenAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| till::cases(tx, &caller.actor, branch, ask.open, &page)).await?;
    Ok(Json(shown(found, case)))
}

/// What happened and how the case should end.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainAsk {
    explanation: String,
    /// `to_customer`, `to_income`, `to_expense`, `made_good`
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Whose account, for `to_customer`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    customer: Option<AccountId>,
}

pub async fn explain(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<CashCaseId>,
    Key(key): Key,
    Body(ask): Body<ExplainAsk>,
) -> Told {
    once(&web, caller, &key, "till.case_explain", (id, ask), |tx, actor, (id, ask)| {
        till::case_explain(tx, actor, *id, &ask.explanation, ask.outcome, ask.customer).map(case)
    })
    .await
}

/// The notes that were paid into the vault, for `made_good`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleAsk {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    notes: Option<Notes>,
}

pub async fn settle(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<CashCaseId>,
    Key(key): Key,
    Body(ask): Body<SettleAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.case_settle", &(id, &ask))?;
    let done = web.run_once(&asked, move |bank| till::case_settle(&bank.desk, &caller.actor, id, ask.notes).map(case));
    Ok(Json(done.await?))
}

/// Notes taken for counterfeit: `face`, `serials`, `holder` (masked), `kept_aside` (what a machine kept).
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct SeizureBody(till::SeizureAsk);

pub async fn seize(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<SeizureBody>) -> Told {
    once(&web, caller, &key, "till.seizure_ask", ask, |tx, actor, ask| {
        till::seizure_ask(tx, actor, &ask.0).map(seizure)
    })
    .await
}

pub async fn seizure_confirm(State(web): State<Web>, caller: Caller, At(id): At<SeizureId>, Key(key): Key) -> Told {
    once(&web, caller, &key, "till.seizure_confirm", id, |tx, actor, id| {
        till::seizure_confirm(tx, actor, *id, &payroll::is_business_day).map(seizure)
    })
    .await
}

pub async fn seizures(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(page): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| till::seizures(tx, &caller.actor, branch, &page)).await?;
    Ok(Json(shown(found, seizure)))
}

/// A large sum to be drawn: `branch`, `account`, `amount`, `date`.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct AppointmentBody(till::AppointmentNew);

pub async fn appoint(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<AppointmentBody>) -> Told {
    once(&web, caller, &key, "till.appointment", ask, |tx, actor, ask| {
        let made = till::appointment_make(tx, actor, &ask.0)?;
        Ok(json!({ "appointment": made.id, "account": made.account, "amount": made.money(), "date": made.date }))
    })
    .await
}
