//! What others may hear of cards: ids, days and amounts, no personal data.
use crate::card::{Card, Kind, State, Step};
use kernel::id::{AccountId, CardId, PersonId};
use kernel::{Date, Money};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// A step of a card's life.
    Stepped {
        card: CardId,
        owner: PersonId,
        kind: Kind,
        step: Step,
        state: State,
        /// For people.
        masked: String,
    },
    /// A statement of a credit card was made.
    Stated { account: AccountId, owner: PersonId, day: Date, due: Date, balance: Money, minimum: Money },
}

impl Event {
    pub(crate) fn of(card: &Card, step: Step) -> Event {
        let (id, owner, kind, state, masked) = (card.id, card.owner, card.kind, card.state, card.masked.clone());
        Event::Stepped { card: id, owner, kind, step, state, masked }
    }
}

impl store::Event for Event {
    fn aggregate(&self) -> String {
        match self {
            Event::Stepped { card, .. } => card.to_string(),
            Event::Stated { account, .. } => account.to_string(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Event::Stated { .. } => "cards.stated",
            Event::Stepped { step, .. } => match step {
                Step::Apply => "cards.applied",
                Step::Approve => "cards.approved",
                Step::Decline => "cards.declined",
                Step::Produce => "cards.produced",
                Step::Activate => "cards.activated",
                Step::Freeze => "cards.frozen",
                Step::Thaw => "cards.thawed",
                Step::Lose => "cards.lost",
                Step::Find => "cards.found",
                Step::Replace => "cards.replaced",
                Step::Close => "cards.closed",
            },
        }
    }
}
