//! What others may hear of warnings, cases and complaints: ids, kinds, counts and sums, no personal data.
use crate::case::ArrearsCase;
use crate::complaint::{Complaint, ComplaintState};
use crate::query::BureauQuery;
use crate::rules::{Kind, Severity, Step};
use crate::warning::Warning;
use kernel::id::{ArrearsCaseId, BureauId, BureauQueryId, ComplaintId, FirmId, ProjectId, WarningId};
use kernel::{Currency, Date, Money};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// Warnings of one kind and step were opened, passed on, cleared, acted on or dismissed in one go.
    Warning {
        #[serde(skip)]
        name: &'static str,
        warning: WarningId,
        project: ProjectId,
        firm: FirmId,
        region: String,
        kind: Kind,
        severity: Severity,
        step: Step,
        lines: i64,
    },
    /// A case came to a new state, or went to the next step by time.
    Case {
        #[serde(skip)]
        name: &'static str,
        case: ArrearsCaseId,
        project: ProjectId,
        firm: FirmId,
        contractor: FirmId,
        region: String,
        step: Step,
        /// Workers who are owed something.
        lines: i64,
        amount: Money,
        due: Option<Date>,
        /// Number of the bureau's order.
        reference: String,
        /// Who opened it.
        who: String,
    },
    BureauMade {
        bureau: BureauId,
        firm: FirmId,
        region: String,
    },
    /// A bureau looks into an account: asked, decided, looked.
    Query {
        #[serde(skip)]
        name: &'static str,
        query: BureauQueryId,
        bureau: BureauId,
        project: ProjectId,
        number: String,
    },
    Complaint {
        complaint: ComplaintId,
        region: String,
        project: Option<ProjectId>,
        state: ComplaintState,
    },
}

impl Event {
    pub(crate) fn of_warning(name: &'static str, w: &Warning) -> Event {
        Event::Warning {
            name,
            warning: w.id,
            project: w.project,
            firm: w.firm,
            region: w.region.clone(),
            kind: w.kind,
            severity: w.severity,
            step: w.step,
            lines: 1,
        }
    }
    /// The same for so many warnings.
    pub(crate) fn many(mut self, how_many: i64) -> Event {
        if let Event::Warning { lines, .. } = &mut self {
            *lines = how_many;
        }
        self
    }
    pub(crate) fn of_case(name: &'static str, c: &ArrearsCase) -> Event {
        Event::Case {
            name,
            case: c.id,
            project: c.project,
            firm: c.firm,
            contractor: c.contractor,
            region: c.region.clone(),
            step: c.step,
            lines: c.workers,
            amount: Money::new(c.owed, Currency::CNY),
            due: c.order_due_on,
            reference: c.order_number.clone(),
            who: c.opened_by.clone(),
        }
    }
    pub(crate) fn of_query(name: &'static str, q: &BureauQuery) -> Event {
        Event::Query { name, query: q.id, bureau: q.bureau, project: q.project, number: q.number.clone() }
    }
    pub(crate) fn of_complaint(c: &Complaint) -> Event {
        Event::Complaint { complaint: c.id, region: c.region.clone(), project: c.project, state: c.state }
    }
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::Warning { name, .. } | Event::Case { name, .. } | Event::Query { name, .. } => name,
            Event::BureauMade { .. } => "arrears.bureau_made",
            Event::Complaint { state, .. } => match state {
                ComplaintState::Received => "arrears.complaint_received",
                ComplaintState::Accepted => "arrears.complaint_accepted",
                ComplaintState::Handling => "arrears.complaint_handling",
                ComplaintState::Closed => "arrears.complaint_closed",
            },
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::Warning { project, .. } => project.to_string(),
            Event::Case { case, .. } => case.to_string(),
            Event::BureauMade { bureau, .. } => bureau.to_string(),
            Event::Query { query, .. } => query.to_string(),
            Event::Complaint { complaint, .. } => complaint.to_string(),
        }
    }
}
