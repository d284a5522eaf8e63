//! What others may hear of wealth products: ids, days and amounts, no personal data.
use crate::order::{Order, OrderKind, State};
use crate::product::Level;
use kernel::id::{AccountId, AssessmentId, PersonId, WealthOrderId};
use kernel::{Date, Money, Owner};
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
        kind: OrderKind,
        state: State,
        amount: Money,
    },
}

impl Event {
    pub(crate) fn of(o: &Order) -> Event {
        let (order, holding, owner, product) = (o.id, o.holding, o.owner, o.product.clone());
        Event::Order { order, holding, owner, product, kind: o.kind, state: o.state, amount: o.money(o.amount) }
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
