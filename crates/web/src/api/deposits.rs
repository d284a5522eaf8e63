//! Deposits: what is sold, contracts and their draws, interest, passbooks, certificates.
use super::{Key, Why, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, State};
use deposits::{
    Deposit, DepositEvent, Notice, Offer, OnSale, Open, Passbook, Product, Proof, ProofAsk, Quote, Rollover,
};
use kernel::error::NOT_FOUND;
use kernel::id::{AccountId, DepositProofId};
use kernel::{Date, Error, Money, Owner, Page, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

pub(crate) fn told_product(p: &Product) -> Value {
    let t = &p.terms.0;
    json!({
        "code": p.code, "version": p.version, "kind": p.kind, "name_zh": p.name_zh, "name_en": p.name_en, "currency": p.currency,
        "holders": t.holders, "day_count": t.day_count, "minimum": p.money(t.minimum), "keeps": p.money(t.keeps), "draws": p.money(t.draws),
        "partial_draws": t.partial_draws, "notice_days": t.notice_days, "sold_until": t.sold_until, "effective_from": p.effective_from,
        "document": p.document,
    })
}

fn told_sale(s: &OnSale) -> Value {
    let rates: Vec<Value> = s.rates.iter().map(|(term, rate)| json!({ "term": term, "rate": rate })).collect();
    json!({ "product": told_product(&s.product), "rates": rates })
}

fn told(d: &Deposit) -> Value {
    json!({
        "deposit": d.account, "owner": d.owner, "linked": d.linked, "product": d.product, "version": d.version, "term": d.term,
        "principal": d.money(d.principal), "opened_principal": d.money(d.opened_principal), "rate": d.rate, "began": d.began,
        "matures": d.matures, "rollover": d.rollover, "round": d.round, "draws": d.draws, "paid": d.money(d.paid), "state": d.state,
        "opened_at": d.opened_at, "closed_at": d.closed_at,
    })
}

fn told_step(e: &DepositEvent, d: &Deposit) -> Value {
    json!({
        "number": e.number, "kind": e.kind, "day": e.day, "amount": d.money(e.amount), "interest": d.money(e.interest),
        "tax": d.money(e.tax), "lost": d.money(e.lost), "rate": e.rate,
    })
}

fn told_notice(n: &Notice, d: &Deposit) -> Value {
    json!({ "number": n.number, "amount": d.money(n.amount), "given_on": n.given_on, "due_on": n.due_on, "state": n.state })
}

/// What is sold today, with today's rates.
pub async fn on_sale(State(web): State<Web>) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let today = tx.business_date()?;
        Ok(deposits::shelf(tx)?.on_sale(today))
    });
    Ok(whole(found.await?.iter().map(told_sale).collect()))
}

/// The caller's own deposits, or those of the firm he acts for; closed ones too, newest first, at most 200.
pub async fn list(State(web): State<Web>, caller: Caller) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| {
        let owner = match caller.actor.who {
            Who::Person(p) => Owner::Person(p),
            Who::ForFirm { firm, .. } | Who::Client { firm, .. } => Owner::Firm(firm),
            _ => return Err(Error::forbidden("only customers have deposits of their own")),
        };
        deposits::deposits_of(tx, &caller.actor, owner)
    });
    Ok(whole(found.await?.iter().map(told).collect()))
}

/// A deposit with every step of its life.
pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let d = deposits::deposit(tx, &caller.actor, id)?;
        let steps = deposits::history(tx, &caller.actor, id)?;
        let notices = deposits::notices(tx, &caller.actor, id)?;
        let mut all = told(&d);
        all["steps"] = steps.iter().map(|e| told_step(e, &d)).collect();
        all["notices"] = notices.iter().map(|n| told_notice(n, &d)).collect();
        Ok(all)
    });
    Ok(Json(found.await?))
}

/// A deposit to be opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAsk {
    /// The owner's current account that pays, and is paid at the end.
    #[schema(value_type = String)]
    linked: AccountId,
    /// A product's code.
    product: String,
    /// `3m`, `1y`; empty where the product has no term.
    #[serde(default)]
    term: String,
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
    /// `none`, `principal`, `principal_and_interest`
    #[schema(value_type = Option<String>)]
    rollover: Option<Rollover>,
}

/// What a deposit would be if it were opened now; nothing moves.
pub async fn offer(State(web): State<Web>, caller: Caller, Body(ask): Body<OpenAsk>) -> Result<Json<Offer>, Fault> {
    let OpenAsk { linked, product, term, amount, rollover } = ask;
    let ask = Open { linked, product, term, amount, rollover: rollover.unwrap_or(Rollover::None) };
    Ok(Json(web.read(move |tx| deposits::offer(tx, &caller.actor, &ask)).await?))
}

pub async fn open(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<OpenAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.open", &ask)?;
    let OpenAsk { linked, product, term, amount, rollover } = ask;
    let ask = Open { linked, product, term, amount, rollover: rollover.unwrap_or(Rollover::None) };
    let desk = web.desk().clone();
    let done =
        web.write_once(&asked, move |tx| app::counter::open_deposit(&desk, tx, &caller.actor, &ask).map(|d| told(&d)));
    Ok(Json(done.await?))
}

/// What to draw.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawAsk {
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
}

/// What a draw would pay and cost today; nothing moves.
pub async fn quote(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Body(ask): Body<DrawAsk>,
) -> Result<Json<Quote>, Fault> {
    Ok(Json(web.read(move |tx| deposits::draw_quote(tx, &caller.actor, id, ask.amount)).await?))
}

/// A draw bound to what was shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedDraw {
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
    /// The `interest` of the quote that the customer saw.
    #[schema(value_type = crate::api::schema::Amount)]
    interest_shown: Money,
}

pub async fn draw(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<ConfirmedDraw>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.draw", &(id, &ask))?;
    let (desk, by, amount) = (web.desk().clone(), caller.actor.clone(), ask.amount);
    web.run(move |bank| app::talks::before_draw(bank, &by, id, amount)).await?;
    let done = web.write_once(&asked, move |tx| {
        let done = app::counter::draw_deposit(&desk, tx, &caller.actor, id, ask.amount, ask.interest_shown)?;
        Ok(json!(done))
    });
    Ok(Json(done.await?))
}

/// What happens on the last day.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloverAsk {
    /// `none`, `principal`, `principal_and_interest`
    #[schema(value_type = String)]
    rollover: Rollover,
}

pub async fn rollover(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<RolloverAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.rollover", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        app::counter::rollover_set(tx, &caller.actor, id, ask.rollover).map(|d| told(&d))
    });
    Ok(Json(done.await?))
}

/// Gives notice that an amount will be drawn.
pub async fn notice(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<DrawAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.notice", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let n = deposits::notice_give(tx, &caller.actor, id, ask.amount)?;
        Ok(told_notice(&n, &deposits::deposit(tx, &caller.actor, id)?))
    });
    Ok(Json(done.await?))
}

/// Takes a notice back.
pub async fn notice_end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Json<Value>, Fault> {
    let none = |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", "acct"));
    let id = <AccountId as kernel::Id>::parse(&id).map_err(none)?;
    let asked = Asked::new(&caller.actor, &key, "deposits.notice_cancel", &(id, number))?;
    let done = web.write_once(&asked, move |tx| {
        let n = deposits::notice_cancel(tx, &caller.actor, id, number)?;
        Ok(told_notice(&n, &deposits::deposit(tx, &caller.actor, id)?))
    });
    Ok(Json(done.await?))
}

/// What an account has earned and was not paid.
pub async fn earned(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let earned = unknown_to_others(deposits::earned(tx, &caller.actor, id), "account", id)?;
        Ok(json!(earned))
    });
    Ok(Json(found.await?))
}

/// Settles and pays an account's interest now, before it is closed.
pub async fn settle(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.settle", &id)?;
    let desk = web.desk().clone();
    let done = web.write_once(&asked, move |tx| {
        let paid = deposits::settle(&desk, tx, &caller.actor, id)?;
        Ok(json!({ "account": id, "paid": paid }))
    });
    Ok(Json(done.await?))
}

/// Wakes an account whose owner is here.
pub async fn wake(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.wake", &(id, &why))?;
    let desk = web.desk().clone();
    let done = web.write_once(&asked, move |tx| {
        deposits::wake(&desk, tx, &caller.actor, id, &why.reason)?;
        Ok(json!({ "outcome": "done" }))
    });
    Ok(Json(done.await?))
}

fn told_book(b: &Passbook) -> Value {
    json!({ "account": b.account, "number": b.number, "voucher": b.voucher, "lines_used": b.lines, "printed_to": b.printed_to, "issued_at": b.issued_at })
}

/// A passbook by the number printed on it: the next blank one of the teller's till.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassbookAsk {
    voucher: String,
    /// Why the one in use is replaced; empty for a first one.
    #[serde(default)]
    replaces_because: String,
}

/// The passbook in use and the lines to be caught up.
pub async fn passbook(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let book = unknown_to_others(deposits::passbook(tx, &caller.actor, id), "account", id)?;
        Ok(json!(book))
    });
    Ok(Json(found.await?))
}

pub async fn passbook_issue(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<PassbookAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.passbook", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let book = app::counter::passbook_issue(tx, &caller.actor, id, &ask.voucher, &ask.replaces_because)?;
        Ok(told_book(&book))
    });
    Ok(Json(done.await?))
}

/// Lines that a machine prints now.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintAsk {
    /// Of the book that lies in the machine.
    voucher: String,
    /// `printed_to` as it was shown.
    printed_to: i64,
}

pub async fn passbook_print(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<AccountId>,
    Body(ask): Body<PrintAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.print", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let done = app::counter::passbook_print(tx, &caller.actor, id, &ask.voucher, ask.printed_to);
        Ok(json!(unknown_to_others(done, "account", id)?))
    });
    Ok(Json(done.await?))
}

fn told_proof(p: &Proof) -> Value {
    json!({
        "proof": p.id, "account": p.account, "amount": p.money(), "from": p.from_day, "until": p.until_day, "copies": p.copies,
        "issued_at": p.issued_at, "ended_at": p.ended_at,
    })
}

/// A certificate to be issued.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateAsk {
    #[schema(value_type = crate::api::schema::Amount)]
    amount: Money,
    /// The last day it holds its amount.
    #[schema(value_type = String)]
    until: Date,
    copies: u32,
}

pub async fn proofs(State(web): State<Web>, caller: Caller, At(id): At<AccountId>) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| unknown_to_others(deposits::proofs(tx, &caller.actor, id), "account", id));
    Ok(whole(found.await?.iter().map(told_proof).collect()))
}

pub async fn proof_issue(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(account): At<AccountId>,
    Body(ask): Body<CertificateAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.proof", &(account, &ask))?;
    let ask = ProofAsk { account, amount: ask.amount, until: ask.until, copies: ask.copies };
    let done =
        web.write_once(&asked, move |tx| app::counter::proof_issue(tx, &caller.actor, &ask).map(|p| told_proof(&p)));
    Ok(Json(done.await?))
}

/// All copies were given back.
pub async fn proof_end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<DepositProofId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "deposits.proof_end", &(id, &why))?;
    let done = web
        .write_once(&asked, move |tx| deposits::proof_end(tx, &caller.actor, id, &why.reason).map(|p| told_proof(&p)));
    Ok(Json(done.await?))
}
