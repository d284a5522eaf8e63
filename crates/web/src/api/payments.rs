//! Payments: quote, order, look, and the steps after the first answer.
use super::{Key, Why};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use guard::DeviceSays;
use kernel::id::{AccountId, InstructionId};
use kernel::{Currency, Date, Error, Money, Page, PageAsk, Result};
use payments::{Arrival, Instruction, Order, Payee, Receipt, Search, State as Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Who is paid: exactly one of an account id, a number at this bank, or an account at another bank.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PayeeAsk {
    #[schema(value_type = String)]
    Account(AccountId),
    /// An account or card number at this bank.
    Number(String),
    External(ExternalPayee),
}

/// An account at another bank, by its clearing code.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalPayee {
    pub bank: String,
    pub number: String,
    pub name: String,
}

/// An order to pay.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentAsk {
    /// The account that pays.
    #[schema(value_type = String)]
    pub debit: AccountId,
    pub payee: PayeeAsk,
    #[schema(value_type = super::schema::Amount)]
    pub amount: Money,
    /// The fee of the quote that was shown; a higher one is refused. Absent: no fee is accepted.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Amount>)]
    pub fee_shown: Option<Money>,
    /// Checked against the name of the payee's account; empty for none.
    #[serde(default)]
    pub payee_name: String,
    /// `real_time`, `two_hours` or `next_day`; a later one is held and can be called off until then.
    #[serde(default)]
    #[schema(value_type = String)]
    pub arrival: Arrival,
    /// Shown to both; at most 400 bytes.
    #[serde(default)]
    pub memo: String,
    /// The caller's own record of it.
    #[serde(default)]
    pub reference: String,
    /// What the payer's device says of itself; absent, or a sign that is absent, is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceAsk>,
}

/// Signs of the payer's device, for the guard: see docs/domains/guard.md.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceAsk {
    /// Seconds from the first question of the order to its last button, at most 86,400; more is not known.
    pub fill_seconds: Option<u32>,
    /// The payee's number was pasted.
    pub number_pasted: Option<bool>,
    /// The screen is shared or recorded.
    pub screen_shared: Option<bool>,
    /// A telephone call is going on.
    pub on_call: Option<bool>,
    /// A program operates the screen.
    pub operated: Option<bool>,
}

impl DeviceAsk {
    fn says(self) -> DeviceSays {
        let DeviceAsk { fill_seconds, number_pasted, screen_shared, on_call, operated } = self;
        DeviceSays { fill_seconds, number_pasted, screen_shared, on_call, operated }
    }
}

impl PaymentAsk {
    fn order(self) -> Order {
        let payee = match self.payee {
            PayeeAsk::Account(id) => Payee::Account(id),
            PayeeAsk::Number(number) => Payee::Number(number),
            PayeeAsk::External(ExternalPayee { bank, number, name }) => Payee::External { bank, number, name },
        };
        let order = Order::transfer(self.debit, payee, self.amount).memo(self.memo).reference(self.reference);
        let order = order.says(self.device.unwrap_or_default().says());
        Order { fee_shown: self.fee_shown, ..order.payee_name(self.payee_name).arrival(self.arrival) }
    }
}

pub async fn quote(State(web): State<Web>, caller: Caller, Body(ask): Body<PaymentAsk>) -> Result<Json<Value>, Fault> {
    let order = ask.order();
    let actor = caller.actor.clone();
    let quote = web.naming(&actor, web.read(move |tx| payments::quote(tx, &caller.actor, &order))).await?;
    let quote = quote.ok_or_else(|| Error::new(&pricing::NO_PRICE, "this movement has no price"))?;
    Ok(Json(json!({
        "fee": quote.fee, "list_fee": quote.list_fee, "saved": quote.saved, "code": quote.code, "version": quote.version,
        "document": quote.document, "name_zh": quote.name_zh, "name_en": quote.name_en, "valid_until": quote.valid_until,
    })))
}

/// 201 with the receipt, whatever it says: a refused order is on record too.
pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<PaymentAsk>,
) -> Result<(StatusCode, Json<Receipt>), Fault> {
    let receipt = web.submit(&caller.actor, ask.order(), Some(key)).await?;
    Ok((StatusCode::CREATED, Json(receipt)))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<InstructionId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let i = payments::instruction(tx, &caller.actor, id)?;
        let arrival = payments::arrival_of(tx, id)?;
        let mut told = told(i);
        told["arrival"] = json!(arrival);
        Ok(told)
    });
    Ok(Json(found.await?))
}

/// What is looked for, as it stands in the address.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchAsk {
    text: String,
    least: Option<String>,
    most: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
    state: Option<Stage>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<SearchAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let owner = super::payees::owner(&caller.actor)?;
    let sum = |text: Option<String>| text.map(|t| Money::parse(&t, Currency::CNY).map(|m| m.minor)).transpose();
    let (at_least, at_most) = (sum(ask.least)?, sum(ask.most)?);
    let search = Search { text: ask.text, at_least, at_most, from: ask.from, to: ask.to, state: ask.state };
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| payments::payments_of(tx, &caller.actor, owner, &search, &page)).await?;
    Ok(Json(super::shown(found, told)))
}

pub async fn of_account(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found = web.read(move |tx| payments::instructions_of(tx, &caller.actor, id, &ask)).await?;
    Ok(Json(super::shown(found, told)))
}

pub(super) fn told(i: Instruction) -> Value {
    json!({
        "instruction": i.id, "kind": i.kind, "debit": i.debit, "payee": i.payee, "amount": i.money(), "fee": i.fee_money(), "legs": i.legs,
        "reference": i.reference, "memo": i.memo, "channel": i.channel, "made_by": i.made_by, "made_at": i.made_at,
        "business_date": i.business_date, "state": i.state, "code": i.refusal, "reasons": i.reasons.0, "approval": i.approval,
        "transfer": i.transfer, "until": i.until, "ended_by": i.ended_by, "ended_at": i.ended_at, "ended_why": i.ended_why, "reverses": i.reverses,
    })
}

/// A later step of a payment, recognised when it is asked again.
async fn step(
    web: &Web,
    caller: Caller,
    key: &str,
    what: (&'static str, InstructionId, String),
    f: impl FnOnce(&payments::Desk, &kernel::Actor, InstructionId, &str) -> Result<Receipt> + Send + 'static,
) -> Result<Json<Receipt>, Fault> {
    let (name, id, why) = what;
    let asked = Asked::new(&caller.actor, key, name, &(id, &why))?;
    Ok(Json(web.run_once(&asked, move |bank| f(&bank.desk, &caller.actor, id, &why)).await?))
}

pub async fn confirm(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
) -> Result<Json<Receipt>, Fault> {
    let what = ("payments.confirm", id, String::new());
    step(&web, caller, &key, what, |desk, actor, id, _| payments::confirm(desk, actor, id)).await
}

pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(why): Body<Why>,
) -> Result<Json<Receipt>, Fault> {
    step(&web, caller, &key, ("payments.cancel", id, why.reason), payments::cancel).await
}

pub async fn release(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(why): Body<Why>,
) -> Result<Json<Receipt>, Fault> {
    step(&web, caller, &key, ("payments.release", id, why.reason), payments::release).await
}

pub async fn reverse(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<InstructionId>,
    Body(why): Body<Why>,
) -> Result<Json<Receipt>, Fault> {
    step(&web, caller, &key, ("payments.reverse", id, why.reason), payments::reverse).await
}
