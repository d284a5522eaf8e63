//! Guarantees for wages: duties, deposits, letters, notices of labour bureaus.
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::Web;
use axum::Json;
use axum::extract::{Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guarantee::{Ask, DutyNew, Guarantee, History, LetterTerms, Named, NoticeNew, PaymentNotice};
use kernel::id::{AccountId, BureauId, GuaranteeId, InstructionId, PayNoticeId, PaySheetId, ProjectId, WorkerId};
use kernel::{Date, Error, Id, Money, Page, PageAsk, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

type Told = std::result::Result<Json<Value>, Fault>;
type Listed = std::result::Result<Json<Page<Value>>, Fault>;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

fn told(tx: &mut Tx<'_>, g: &Guarantee) -> Result<Value> {
    let today = tx.now().local_date();
    Ok(json!({
        "guarantee": g.id, "project": g.project, "contractor": g.contractor, "form": g.form, "amount": g.money(), "covers": g.covers(tx, today)?,
        "account": g.account, "issuer": g.issuer, "letter": g.letter, "valid_from": g.valid_from, "valid_until": g.valid_until,
        "opened_at": g.opened_at, "ended": g.ended, "ended_at": g.ended_at,
    }))
}

fn told_notice(n: &PaymentNotice, today: Date) -> Value {
    json!({
        "notice": n.id, "project": n.project, "guarantee": n.guarantee, "bureau_name": n.bureau_name, "number": n.number, "officer": n.officer,
        "basis": n.basis, "issued_on": n.issued_on, "settle_order": n.settle_order, "settle_ordered_on": n.settle_ordered_on,
        "default_proof": n.default_proof, "defaulted_on": n.defaulted_on, "amount": n.money(), "workers": n.workers.0.len(), "sheet": n.sheet,
        "state": n.state, "received_at": n.received_at, "pay_by": n.pay_by, "late": n.is_late(today), "approval": n.approval, "claim": n.claim,
        "paid": n.paid_money(), "paid_at": n.paid_at, "refill_by": n.refill_by, "came_back": Money::new(n.came_back, n.currency),
        "refilled_at": n.refilled_at,
    })
}

/// Guarantees that have not ended.
pub async fn list(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| {
        let page = guarantee::listed(tx, &caller.actor, &ask)?;
        let items = page.items.iter().map(|g| told(tx, g)).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next: page.next })
    });
    Ok(Json(found.await?))
}

/// What a project must put aside, and how far it is there.
pub async fn standing(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let s = web.read(move |tx| unknown_to_others(guarantee::standing(tx, &caller.actor, id), "project", id)).await?;
    let (d, refill) = (s.duty.as_ref(), s.refill.as_ref());
    Ok(Json(json!({
        "required": s.required, "rate": d.map(|d| &d.rate), "why": d.map(|d| d.why.0.clone()).unwrap_or_default(), "certain": d.map(|d| d.certain),
        "due_on": d.map(|d| d.due_on), "cash": s.cash, "letters": s.letters, "short": s.short, "late": s.late, "refill": refill.map(|r| r.0),
        "refill_by": refill.map(|r| r.1),
    })))
}

/// What stands for a project's duty, ended ones too.
pub async fn of_project(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| {
        unknown_to_others(guarantee::standing(tx, &caller.actor, id), "project", id)?;
        let all = guarantee::of_project(tx, id)?;
        all.iter().map(|g| told(tx, g)).collect::<Result<Vec<_>>>()
    });
    Ok(whole(found.await?))
}

/// What a duty is worked out from.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyAsk {
    #[schema(value_type = super::schema::Amount)]
    contract_price: Money,
    #[serde(default)]
    other_works: u32,
    /// Whole years without arrears up to the contract.
    #[serde(default)]
    clean_years: u32,
    /// Cases of arrears in the two years before it.
    #[serde(default)]
    arrears: u32,
    /// Six digits.
    region: String,
    /// The day of the contract.
    #[schema(value_type = String)]
    date: Date,
    /// From which day the 20 working days count.
    #[schema(value_type = String)]
    counts_from: Date,
}

/// Writes down what a project must put aside.
pub async fn duty(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<DutyAsk>) -> Told {
    let history = History { clean_years: b.clean_years, arrears: b.arrears };
    let ask = Ask { contract: b.contract_price, other_works: b.other_works, history, region: b.region, date: b.date };
    let new = DutyNew { project: id, ask, counts_from: b.counts_from };
    let done = web.write(move |tx| guarantee::duty_set(tx, &caller.actor, new.clone())).await?;
    Ok(Json(changed(done)))
}

/// Opens a deposit account.
pub async fn deposit(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let made = web.write(move |tx| guarantee::open_cash(tx, &caller.actor, id)).await?;
    Ok(Json(json!({ "guarantee": made })))
}

/// A bank's letter with its file.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterAsk {
    /// Not needed for a renewal.
    #[serde(default)]
    issuer: String,
    letter: String,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
    #[schema(value_type = String)]
    valid_from: Date,
    #[schema(value_type = String)]
    valid_until: Date,
    /// The letter's file in base64.
    file: String,
}

fn terms(b: LetterAsk) -> Result<(LetterTerms, Vec<u8>)> {
    let bytes = STANDARD.decode(&b.file).map_err(|_| Error::field("file", "it is not base64"))?;
    let LetterAsk { issuer, letter, amount, valid_from, valid_until, .. } = b;
    let evidence = payroll::file_hash(&bytes);
    Ok((LetterTerms { issuer, letter, amount, valid_from, valid_until, evidence }, bytes))
}

/// Takes in a bank's letter.
pub async fn letter(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>, Body(b): Body<LetterAsk>) -> Told {
    let (terms, bytes) = terms(b)?;
    let work = move |tx: &mut Tx<'_>| {
        payroll::keep_file(tx, id.book(), &terms.evidence, &bytes)?;
        guarantee::open_letter(tx, &caller.actor, id, terms.clone())
    };
    Ok(Json(json!({ "guarantee": web.write(work).await? })))
}

/// Takes in new terms of a letter.
pub async fn renew(State(web): State<Web>, caller: Caller, At(id): At<GuaranteeId>, Body(b): Body<LetterAsk>) -> Told {
    let (terms, bytes) = terms(b)?;
    let work = move |tx: &mut Tx<'_>| {
        payroll::keep_file(tx, id.book(), &terms.evidence, &bytes)?;
        guarantee::renew(tx, &caller.actor, id, terms.clone())
    };
    Ok(Json(changed(web.write(work).await?)))
}

/// From which account how much is paid in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayAsk {
    #[schema(value_type = String)]
    from: AccountId,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
}

/// Pays into a deposit.
pub async fn pay(
    State(web): State<Web>,
    caller: Caller,
    key: Key,
    At(id): At<GuaranteeId>,
    Body(b): Body<PayAsk>,
) -> Told {
    let done = web.run(move |bank| {
        bank.read(|tx| guarantee::guarantee(tx, &caller.actor, id).map(|_| ()))?;
        guarantee::pay_in(&bank.desk, &caller.actor, id, b.from, b.amount, Some(&key.0))
    });
    let receipt =
        serde_json::to_value(done.await?).map_err(|e| Error::broken("a receipt has no JSON form").caused_by(e))?;
    Ok(Json(receipt))
}

/// A worker and what he is owed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedAsk {
    #[schema(value_type = String)]
    worker: WorkerId,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
}

/// A notice as it came in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeAsk {
    #[schema(value_type = Option<String>)]
    bureau: Option<BureauId>,
    bureau_name: String,
    number: String,
    officer: String,
    basis: String,
    #[schema(value_type = String)]
    issued_on: Date,
    settle_order: String,
    #[schema(value_type = String)]
    settle_ordered_on: Date,
    default_proof: String,
    #[schema(value_type = String)]
    defaulted_on: Date,
    workers: Vec<NamedAsk>,
}

/// Takes in a notice.
pub async fn notice(State(web): State<Web>, caller: Caller, At(id): At<GuaranteeId>, Body(b): Body<NoticeAsk>) -> Told {
    let workers = b.workers.iter().map(|w| Named { worker: w.worker, amount: w.amount.minor }).collect();
    let new = NoticeNew {
        guarantee: id,
        bureau: b.bureau,
        bureau_name: b.bureau_name,
        number: b.number,
        officer: b.officer,
        basis: b.basis,
        issued_on: b.issued_on,
        settle_order: b.settle_order,
        settle_ordered_on: b.settle_ordered_on,
        default_proof: b.default_proof,
        defaulted_on: b.defaulted_on,
        workers,
    };
    let taken = web.write(move |tx| guarantee::notice_receive(tx, &caller.actor, new.clone())).await?;
    Ok(Json(json!({ "notice": taken })))
}

/// Notices of a project, newest first.
pub async fn notices(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| {
        unknown_to_others(guarantee::standing(tx, &caller.actor, id), "project", id)?;
        guarantee::notices_of(tx, id)
    });
    let (all, today) = (found.await?, web.now().local_date());
    Ok(whole(all.iter().map(|n| told_notice(n, today)).collect()))
}

/// A notice.
pub async fn one_notice(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>) -> Told {
    let n = web.read(move |tx| guarantee::notice(tx, &caller.actor, id)).await?;
    Ok(Json(told_notice(&n, web.now().local_date())))
}

/// A word to the second person.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteAsk {
    #[serde(default)]
    note: String,
}

/// Asks a second person to pay a notice.
pub async fn asking(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>, Body(b): Body<NoteAsk>) -> Told {
    let asked = web.write(move |tx| guarantee::notice_ask(tx, &caller.actor, id, &b.note)).await?;
    Ok(Json(json!({ "approval": asked })))
}

/// The issuer's payment.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerAsk {
    #[schema(value_type = String)]
    payment: InstructionId,
}

/// The letter's issuer has paid.
pub async fn issuer(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>, Body(b): Body<IssuerAsk>) -> Told {
    let done = web.write(move |tx| guarantee::issuer_paid(tx, &caller.actor, id, b.payment)).await?;
    Ok(Json(changed(done)))
}

/// The pay sheet that uses the money.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetAsk {
    #[schema(value_type = String)]
    sheet: PaySheetId,
}

/// Says which pay sheet uses the money.
pub async fn sheet(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>, Body(b): Body<SheetAsk>) -> Told {
    let done = web.write(move |tx| guarantee::notice_sheet(tx, &caller.actor, id, b.sheet)).await?;
    Ok(Json(changed(done)))
}

/// Puts what nobody could be paid with back into the deposit.
pub async fn coming_back(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>) -> Told {
    let desk = web.desk().clone();
    let amount = web.write(move |tx| guarantee::came_back(&desk, tx, &caller.actor, id)).await?;
    Ok(Json(json!({ "amount": amount })))
}

/// Asks a second person to put money that no sheet uses back into the deposit.
pub async fn unneeded(State(web): State<Web>, caller: Caller, At(id): At<PayNoticeId>, Body(b): Body<Why>) -> Told {
    let asked = web.write(move |tx| guarantee::unneeded_ask(tx, &caller.actor, id, &b.reason)).await?;
    Ok(Json(json!({ "approval": asked })))
}

/// Where a deposit goes back to; nothing for a letter.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnAsk {
    #[schema(value_type = Option<String>)]
    to: Option<AccountId>,
    #[serde(default)]
    note: String,
}

/// Asks a second person to give a guarantee back.
pub async fn give_back(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<GuaranteeId>,
    Body(b): Body<ReturnAsk>,
) -> Told {
    let asked = web.write(move |tx| guarantee::return_ask(tx, &caller.actor, id, b.to, &b.note)).await?;
    Ok(Json(json!({ "approval": asked })))
}
