//! What others may hear of a site: ids, days and sums, no personal data.
use kernel::id::{FirmId, ProjectId, TopUpId};
use kernel::{Date, Money};
use serde::Serialize;

/// `place` is the project's name.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    SiteFiled {
        project: ProjectId,
        firm: FirmId,
        region: String,
    },
    /// Owner and contractor agreed when wage money comes.
    ScheduleAgreed {
        project: ProjectId,
        firm: FirmId,
        number: i64,
    },
    /// Money met an installment in full.
    InstallmentReceived {
        project: ProjectId,
        firm: FirmId,
        number: i64,
        amount: Money,
        due: Date,
    },
    /// The day of an installment ended and it was not paid (art. 27); the contractor reports it until `until`.
    FundingLate {
        project: ProjectId,
        firm: FirmId,
        number: i64,
        place: String,
        amount: Money,
        due: Date,
        until: Date,
    },
    FundingReported {
        project: ProjectId,
        firm: FirmId,
        number: i64,
    },
    TopUpAsked {
        project: ProjectId,
        firm: FirmId,
        top_up: TopUpId,
        amount: Money,
    },
    TopUpApproved {
        project: ProjectId,
        firm: FirmId,
        top_up: TopUpId,
        place: String,
        amount: Money,
        due: Date,
    },
    TopUpRefused {
        project: ProjectId,
        firm: FirmId,
        top_up: TopUpId,
        place: String,
        amount: Money,
        reason: String,
    },
    /// There will be too little on a pay day.
    ForecastShort {
        project: ProjectId,
        firm: FirmId,
        place: String,
        amount: Money,
        due: Date,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::SiteFiled { .. } => "worksite.site_filed",
            Event::ScheduleAgreed { .. } => "worksite.schedule_agreed",
            Event::InstallmentReceived { .. } => "worksite.installment_received",
            Event::FundingLate { .. } => "worksite.funding_late",
            Event::FundingReported { .. } => "worksite.funding_reported",
            Event::TopUpAsked { .. } => "worksite.top_up_asked",
            Event::TopUpApproved { .. } => "worksite.top_up_approved",
            Event::TopUpRefused { .. } => "worksite.top_up_refused",
            Event::ForecastShort { .. } => "worksite.forecast_short",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::SiteFiled { project, .. }
            | Event::ScheduleAgreed { project, .. }
            | Event::InstallmentReceived { project, .. }
            | Event::FundingLate { project, .. }
            | Event::FundingReported { project, .. }
            | Event::TopUpAsked { project, .. }
            | Event::TopUpApproved { project, .. }
            | Event::TopUpRefused { project, .. }
            | Event::ForecastShort { project, .. } => project.to_string(),
        }
    }
}
