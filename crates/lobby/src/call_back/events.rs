//! What others may hear: ids, masked text, and the name on a badge.
use super::CallBack;
use kernel::Timestamp;
use kernel::id::{CallBackId, PersonId};

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Asked,
    Taken,
    NotReached,
    GivenUp,
    Done,
    Cancelled,
    Overdue,
}

#[derive(Debug, serde::Serialize)]
pub struct Event {
    #[serde(skip)]
    pub what: Happened,
    pub call: CallBackId,
    /// Who is told; `null` when nobody was signed in.
    pub person: Option<PersonId>,
    /// The name on the badge of who took it; empty before.
    pub from: String,
    /// Until when somebody calls.
    pub until: Timestamp,
}

impl Event {
    pub(crate) fn of(what: Happened, row: &CallBack, from: String) -> Event {
        Event { what, call: row.id, person: row.person, from, until: row.promised_by }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self.what {
            Happened::Asked => "call_back.asked",
            Happened::Taken => "call_back.taken",
            Happened::NotReached => "call_back.not_reached",
            Happened::GivenUp => "call_back.given_up",
            Happened::Done => "call_back.done",
            Happened::Cancelled => "call_back.cancelled",
            Happened::Overdue => "call_back.overdue",
        }
    }
    fn aggregate(&self) -> String {
        self.call.to_string()
    }
}
