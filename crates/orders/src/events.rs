//! What others may hear of orders: ids, amounts and times. An order that is silent names no owner, so nobody can be told.
use crate::authority::Authority;
use crate::order::{AuthorityOrder, OrderKind, OrderState};
use kernel::id::{AccountId, AuthorityOrderId, InstructionId};
use kernel::{Money, Owner, Timestamp};
use serde::Serialize;

/// What every event says.
#[derive(Debug, Serialize)]
pub struct About {
    pub order: AuthorityOrderId,
    /// Whose it is, when he may hear of it.
    pub owner: Option<Owner>,
    pub account: Option<AccountId>,
    pub kind: OrderKind,
    pub authority: Authority,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    Entered {
        #[serde(flatten)]
        about: About,
        confirm_by: Option<Timestamp>,
    },
    /// It waits behind a freeze that takes all.
    Waiting {
        #[serde(flatten)]
        about: About,
    },
    /// It stands from now on.
    Placed {
        #[serde(flatten)]
        about: About,
        amount: Option<Money>,
        until: Option<Timestamp>,
    },
    Confirmed {
        #[serde(flatten)]
        about: About,
    },
    Renewed {
        #[serde(flatten)]
        about: About,
        until: Option<Timestamp>,
    },
    /// Money went to the authority, or back to a victim.
    Taken {
        #[serde(flatten)]
        about: About,
        amount: Money,
        instruction: Option<InstructionId>,
    },
    Refused {
        #[serde(flatten)]
        about: About,
    },
    Ended {
        #[serde(flatten)]
        about: About,
        state: OrderState,
    },
}

fn about(o: &AuthorityOrder) -> About {
    let owner = Some(o.subject).filter(|_| !o.silent);
    About { order: o.id, owner, account: o.account, kind: o.kind, authority: o.authority }
}

impl Event {
    pub(crate) fn entered(o: &AuthorityOrder) -> Event {
        // Nothing has happened to the customer yet.
        Event::Entered { about: About { owner: None, ..about(o) }, confirm_by: o.confirm_by }
    }
    pub(crate) fn waiting(o: &AuthorityOrder) -> Event {
        Event::Waiting { about: about(o) }
    }
    pub(crate) fn placed(o: &AuthorityOrder) -> Event {
        Event::Placed { about: about(o), amount: o.money(), until: o.until }
    }
    pub(crate) fn confirmed(o: &AuthorityOrder) -> Event {
        Event::Confirmed { about: about(o) }
    }
    pub(crate) fn renewed(o: &AuthorityOrder) -> Event {
        Event::Renewed { about: about(o), until: o.until }
    }
    pub(crate) fn taken(o: &AuthorityOrder) -> Event {
        Event::Taken { about: about(o), amount: o.taken_money(), instruction: o.instruction }
    }
    pub(crate) fn refused(o: &AuthorityOrder) -> Event {
        Event::Refused { about: About { owner: None, ..about(o) } }
    }
    pub(crate) fn ended(o: &AuthorityOrder) -> Event {
        Event::Ended { about: about(o), state: o.state }
    }

    fn about(&self) -> &About {
        match self {
            Event::Entered { about, .. }
            | Event::Waiting { about }
            | Event::Placed { about, .. }
            | Event::Confirmed { about }
            | Event::Renewed { about, .. }
            | Event::Taken { about, .. }
            | Event::Refused { about }
            | Event::Ended { about, .. } => about,
        }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Entered { .. } => "orders.entered",
            Event::Waiting { .. } => "orders.waiting",
            // A query is answered without a word to the customer.
            Event::Placed { about, .. } if about.kind == OrderKind::Query => "orders.query_open",
            Event::Placed { .. } => "orders.placed",
            Event::Confirmed { .. } => "orders.confirmed",
            Event::Renewed { .. } => "orders.renewed",
            Event::Taken { .. } => "orders.taken",
            Event::Refused { .. } => "orders.refused",
            Event::Ended { about, .. } if about.kind == OrderKind::Query => "orders.query_over",
            Event::Ended { .. } => "orders.ended",
        }
    }
    fn aggregate(&self) -> String {
        self.about().order.to_string()
    }
}
