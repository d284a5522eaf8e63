//! What others may hear of wealth products: ids, days and amounts, no personal data.
use crate::order::{Order, OrderKind, State};
use crate::product::{Level, Product, Text};
use kernel::id::{AccountId, AssessmentId, PersonId, WealthOrderId};
use kernel::{Date, Money, Owner, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// Somebody answered the questions about risk.
    Assessed { assessment: AssessmentId, person: PersonId, level: Level, valid_until: Date },
    /// An order came to a new state.
    Order {
        order: WealthOrderId,
        holding: AccountId,
        owner: Owner,
        product: String,
        name: Text,
        kind: OrderKind,
        state: State,
        amount: Money,
        /// Bought or given back, with two decimals; 0.00 until they are known.
        units: String,
        /// Until when it can be called off.
        until: Option<Timestamp>,
        /// Of a redemption: the first day on which it is paid.
        pays_on: Option<Date>,
        why: String,
    },
}

impl Event {
    pub(crate) fn of(o: &Order, p: &Product) -> Event {
        let (order, holding, owner, product) = (o.id, o.holding, o.owner, o.product.clone());
        Event::Order {
            order,
            holding,
            owner,
            product,
            name: p.terms().name.clone(),
            kind: o.kind,
            state: o.state,
            amount: o.money(o.amount),
            units: o.units().plain(),
            until: o.cool_until,
            pays_on: o.pays_on,
            why: o.ended_why.clone(),
        }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Assessed { .. } => "wealth.assessed",
            Event::Order { state, .. } => match state {
                State::Review => "wealth.in_review",
                State::Cooling => "wealth.cooling",
                State::Due => "wealth.due",
                State::Confirmed => "wealth.confirmed",
                State::Refused => "wealth.refused",
                State::Cancelled => "wealth.cancelled",
            },
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Assessed { assessment, .. } => assessment.to_string(),
            Event::Order { order, .. } => order.to_string(),
        }
    }
}
