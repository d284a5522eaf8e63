//! Blank vouchers by their numbers, and large sums by appointment.
use super::Key;
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{BranchId, CashAppointmentId, DrawerId, VoucherRangeId};
use kernel::{Date, Page};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use till::{Appointment, VoucherKind, VoucherRange};
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;

fn told(r: &VoucherRange) -> Value {
    json!({
        "range": r.id, "kind": r.kind, "drawer": r.drawer, "first": r.first, "last": r.last, "next": r.next, "state": r.state,
        "asked_for": r.asked_for, "asked_last": r.asked_last, "asked_by": r.asked_by, "received_at": r.received_at,
    })
}

fn told_appointment(a: &Appointment) -> Value {
    json!({
        "appointment": a.id, "account": a.account, "amount": a.money(), "date": a.date, "used_at": a.used_at,
        "cancelled_at": a.cancelled_at,
    })
}

pub async fn vouchers(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| till::vouchers(tx, &caller.actor, branch)).await?;
    Ok(Json(Page { items: found.iter().map(told).collect(), next: None }))
}

/// Numbers that came from the printer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherReceipt {
    #[schema(value_type = String)]
    vault: DrawerId,
    /// `passbook`, `deposit_certificate`, `balance_certificate`, `card`, `cheque`, `seizure_certificate`
    #[schema(value_type = String)]
    kind: VoucherKind,
    first: i64,
    last: i64,
}

pub async fn voucher_receive(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<VoucherReceipt>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.voucher_receive", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        till::voucher_receive(tx, &caller.actor, ask.vault, ask.kind, ask.first, ask.last).map(|r| told(&r))
    });
    Ok(Json(done.await?))
}

/// How many of a range, and where to.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherIssue {
    #[schema(value_type = String)]
    to: DrawerId,
    count: i64,
}

pub async fn voucher_issue(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<VoucherRangeId>,
    Body(ask): Body<VoucherIssue>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.voucher_issue", &(id, &ask))?;
    let done = web
        .write_once(&asked, move |tx| till::voucher_issue(tx, &caller.actor, id, ask.to, ask.count).map(|r| told(&r)));
    Ok(Json(done.await?))
}

pub async fn voucher_countersign(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<VoucherRangeId>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.voucher_countersign", &id)?;
    let done = web.write_once(&asked, move |tx| till::voucher_countersign(tx, &caller.actor, id).map(|r| told(&r)));
    Ok(Json(done.await?))
}

/// The voucher that is spoilt or missing.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoucherVoid {
    #[schema(value_type = String)]
    kind: VoucherKind,
    number: i64,
    reason: String,
}

pub async fn voucher_void(State(web): State<Web>, caller: Caller, Key(key): Key, Body(ask): Body<VoucherVoid>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.voucher_void", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let used = till::voucher_void(tx, &caller.actor, ask.kind, ask.number, &ask.reason)?;
        Ok(json!({ "kind": used.kind, "number": used.number, "state": used.state, "reason": used.reason, "at": used.at }))
    });
    Ok(Json(done.await?))
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct DayAsk {
    date: Option<Date>,
}

pub async fn appointments(
    State(web): State<Web>,
    caller: Caller,
    At(branch): At<BranchId>,
    Query(ask): Query<DayAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let date = match ask.date {
            Some(date) => date,
            None => tx.business_date()?.plus_days(1),
        };
        till::appointments(tx, &caller.actor, branch, date)
    });
    Ok(Json(Page { items: found.await?.iter().map(told_appointment).collect(), next: None }))
}

pub async fn appointment_cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CashAppointmentId>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "till.appointment_cancel", &id)?;
    let done =
        web.write_once(&asked, move |tx| till::appointment_cancel(tx, &caller.actor, id).map(|a| told_appointment(&a)));
    Ok(Json(done.await?))
}
