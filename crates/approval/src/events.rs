//! What others may hear: who must look, who may go on.
use crate::approval::Approval;
use kernel::id::ApprovalId;

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Asked,
    FirstApproved,
    Approved,
    Refused,
    SentBack,
    Cancelled,
    Expired,
    Executed,
    Failed,
}

#[derive(Debug, serde::Serialize)]
pub struct Event {
    #[serde(skip)]
    pub what: Happened,
    pub approval: ApprovalId,
    pub kind: String,
    pub maker: String,
    /// Who did this; the maker when he asked.
    pub by: String,
    pub reason: String,
}

impl Event {
    pub(crate) fn of(what: Happened, a: &Approval, by: &str, reason: &str) -> Event {
        Event {
            what,
            approval: a.id,
            kind: a.kind.clone(),
            maker: a.maker.clone(),
            by: by.into(),
            reason: reason.into(),
        }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self.what {
            Happened::Asked => "approval.asked",
            Happened::FirstApproved => "approval.first_approved",
            Happened::Approved => "approval.approved",
            Happened::Refused => "approval.refused",
            Happened::SentBack => "approval.sent_back",
            Happened::Cancelled => "approval.cancelled",
            Happened::Expired => "approval.expired",
            Happened::Executed => "approval.executed",
            Happened::Failed => "approval.failed",
        }
    }
    fn aggregate(&self) -> String {
        self.approval.to_string()
    }
}
