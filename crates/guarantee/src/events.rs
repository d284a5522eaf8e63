//! What others may hear of guarantees: ids, days and amounts, no personal data.
use crate::duty::Duty;
use crate::guarantee::{Form, Guarantee};
use crate::notice::{NoticeState, PaymentNotice};
use kernel::id::{FirmId, GuaranteeId, PayNoticeId, ProjectId};
use kernel::{Date, Money};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    DutySet {
        project: ProjectId,
        firm: FirmId,
        amount: Money,
        due_on: Date,
    },
    /// It is not there in time (D2).
    DutyLate {
        project: ProjectId,
        firm: FirmId,
        short: Money,
        due_on: Date,
    },
    Opened {
        guarantee: GuaranteeId,
        project: ProjectId,
        firm: FirmId,
        form: Form,
        amount: Money,
    },
    Renewed {
        guarantee: GuaranteeId,
        project: ProjectId,
        firm: FirmId,
        amount: Money,
        until: Option<Date>,
    },
    NearEnd {
        guarantee: GuaranteeId,
        project: ProjectId,
        firm: FirmId,
        until: Date,
    },
    /// A notice came to a new state, or was refilled.
    Notice {
        notice: PayNoticeId,
        guarantee: GuaranteeId,
        project: ProjectId,
        firm: FirmId,
        state: NoticeState,
        amount: Money,
        paid: Money,
        pay_by: Date,
        refill_by: Option<Date>,
        refilled: bool,
    },
    NoticeLate {
        notice: PayNoticeId,
        project: ProjectId,
        firm: FirmId,
        amount: Money,
        pay_by: Date,
    },
    RefillLate {
        notice: PayNoticeId,
        project: ProjectId,
        firm: FirmId,
        owed: Money,
    },
    Returned {
        guarantee: GuaranteeId,
        project: ProjectId,
        firm: FirmId,
        amount: Money,
    },
}

impl Event {
    pub(crate) fn opened(g: &Guarantee) -> Event {
        let (guarantee, project, firm) = (g.id, g.project, g.contractor);
        Event::Opened { guarantee, project, firm, form: g.form, amount: g.money() }
    }
    pub(crate) fn renewed(g: &Guarantee) -> Event {
        let (guarantee, project, firm) = (g.id, g.project, g.contractor);
        Event::Renewed { guarantee, project, firm, amount: g.money(), until: g.valid_until }
    }
    pub(crate) fn late(d: &Duty, short: Money) -> Event {
        Event::DutyLate { project: d.project, firm: d.contractor, short, due_on: d.due_on }
    }
    pub(crate) fn of_notice(n: &PaymentNotice, g: &Guarantee) -> Event {
        Event::Notice {
            notice: n.id,
            guarantee: n.guarantee,
            project: n.project,
            firm: g.contractor,
            state: n.state,
            amount: n.money(),
            paid: n.paid_money(),
            pay_by: n.pay_by,
            refill_by: n.refill_by,
            refilled: n.refilled_at.is_some(),
        }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::DutySet { .. } => "guarantee.duty_set",
            Event::DutyLate { .. } => "guarantee.duty_late",
            Event::Opened { .. } => "guarantee.opened",
            Event::Renewed { .. } => "guarantee.renewed",
            Event::NearEnd { .. } => "guarantee.near_end",
            Event::Notice { refilled: true, .. } => "guarantee.refilled",
            Event::Notice { state, .. } => match state {
                NoticeState::Received => "guarantee.notice_received",
                NoticeState::Asked => "guarantee.notice_asked",
                NoticeState::Called => "guarantee.notice_called",
                NoticeState::Paid => "guarantee.notice_paid",
                NoticeState::Refused => "guarantee.notice_refused",
                NoticeState::Settled => "guarantee.notice_settled",
            },
            Event::NoticeLate { .. } => "guarantee.notice_late",
            Event::RefillLate { .. } => "guarantee.refill_late",
            Event::Returned { .. } => "guarantee.returned",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::DutySet { project, .. } | Event::DutyLate { project, .. } => project.to_string(),
            Event::Opened { guarantee, .. }
            | Event::Renewed { guarantee, .. }
            | Event::NearEnd { guarantee, .. }
            | Event::Returned { guarantee, .. } => guarantee.to_string(),
            Event::Notice { notice, .. } | Event::NoticeLate { notice, .. } | Event::RefillLate { notice, .. } => {
                notice.to_string()
            }
        }
    }
}
