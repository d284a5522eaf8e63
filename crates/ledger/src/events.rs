//! What others may hear of orders on an account. Postings are told by whoever had them made.
use crate::restrictions::Restriction;
use kernel::id::AccountId;
use kernel::{Owner, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// An order took effect; one that is queued does so when it is let in.
    Restricted {
        account: AccountId,
        owner: Owner,
        /// The order's among those of the account.
        number: i64,
        kind: Restriction,
        until: Option<Timestamp>,
    },
    Lifted {
        account: AccountId,
        owner: Owner,
        number: i64,
        kind: Restriction,
    },
    Closed {
        account: AccountId,
        owner: Owner,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Restricted { .. } => "account.restricted",
            Event::Lifted { .. } => "account.lifted",
            Event::Closed { .. } => "account.closed",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Restricted { account, .. } | Event::Lifted { account, .. } | Event::Closed { account, .. } => {
                account.to_string()
            }
        }
    }
}
