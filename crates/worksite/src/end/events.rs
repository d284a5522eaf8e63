//! What others may hear of the end of a site: ids, days and amounts, no personal data.
use crate::end::orders::{Action, OrderState};
use kernel::id::{FirmId, LegalOrderId, ProjectId};
use kernel::{Date, Money};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    Completed {
        project: ProjectId,
        on: Date,
    },
    NoticeBegun {
        project: ProjectId,
        firm: FirmId,
        until: Date,
    },
    Objected {
        project: ProjectId,
        firm: FirmId,
        number: i64,
    },
    Closed {
        project: ProjectId,
        firm: FirmId,
        balance: Money,
    },
    /// A legal document took effect, or was lifted.
    Order {
        order: LegalOrderId,
        project: ProjectId,
        firm: FirmId,
        action: Action,
        state: OrderState,
        amount: Money,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Completed { .. } => "worksite.completed",
            Event::NoticeBegun { .. } => "worksite.notice_begun",
            Event::Objected { .. } => "worksite.objected",
            Event::Closed { .. } => "worksite.closed",
            Event::Order { state: OrderState::Lifted, .. } => "worksite.order_lifted",
            Event::Order { action: Action::Freeze, .. } => "worksite.order_froze",
            Event::Order { .. } => "worksite.order_deducted",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Order { order, .. } => order.to_string(),
            Event::Completed { project, .. }
            | Event::NoticeBegun { project, .. }
            | Event::Objected { project, .. }
            | Event::Closed { project, .. } => project.to_string(),
        }
    }
}
