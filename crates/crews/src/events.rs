//! What others may hear of crews: ids, months and counts, no personal data.
use crate::object::Answer;
use kernel::id::{AttendanceId, CrewId, FirmId, ObjectionId, PayLineId, PaySheetId, PersonId, ProjectId};
use payroll::Period;
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    CrewAdded {
        crew: CrewId,
        project: ProjectId,
        /// The subcontractor; `None` for an own crew of the main contractor.
        firm: Option<FirmId>,
    },
    CrewEnded {
        crew: CrewId,
        project: ProjectId,
        firm: Option<FirmId>,
    },
    /// Days of a month were written down.
    Attended {
        project: ProjectId,
        period: Period,
        /// `None` when they came from a program or by hand.
        import: Option<AttendanceId>,
        people: i64,
        strangers: i64,
    },
    Reviewed {
        crew: CrewId,
        project: ProjectId,
        firm: Option<FirmId>,
        period: Period,
        workers: i64,
        half_days: i64,
    },
    /// A reviewed month was corrected and must be reviewed again.
    ReviewOpened {
        crew: CrewId,
        project: ProjectId,
        firm: Option<FirmId>,
        period: Period,
        reason: String,
    },
    /// The lines after number `after` and up to `last`, at most [`crate::ASKED_LINES`], wait for their workers' signatures.
    ToSign {
        sheet: PaySheetId,
        project: ProjectId,
        after: i64,
        last: i64,
    },
    Submitted {
        sheet: PaySheetId,
        crew: CrewId,
        project: ProjectId,
        firm: Option<FirmId>,
    },
    Returned {
        sheet: PaySheetId,
        crew: CrewId,
        project: ProjectId,
        firm: Option<FirmId>,
        reason: String,
    },
    Objected {
        objection: ObjectionId,
        sheet: PaySheetId,
        line: PayLineId,
        project: ProjectId,
        crew: Option<CrewId>,
    },
    Answered {
        objection: ObjectionId,
        line: PayLineId,
        project: ProjectId,
        person: PersonId,
        answer: Answer,
    },
    TakenFurther {
        objection: ObjectionId,
        line: PayLineId,
        project: ProjectId,
        person: PersonId,
    },
    /// The labour officer cleared the sheet: the main contractor may submit it.
    Cleared {
        sheet: PaySheetId,
        project: ProjectId,
        crew: Option<CrewId>,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::CrewAdded { .. } => "crews.crew_added",
            Event::CrewEnded { .. } => "crews.crew_ended",
            Event::Attended { .. } => "crews.attended",
            Event::Reviewed { .. } => "crews.reviewed",
            Event::ReviewOpened { .. } => "crews.review_opened",
            Event::ToSign { .. } => "crews.to_sign",
            Event::Submitted { .. } => "crews.submitted",
            Event::Returned { .. } => "crews.returned",
            Event::Objected { .. } => "crews.objected",
            Event::Answered { .. } => "crews.answered",
            Event::TakenFurther { .. } => "crews.taken_further",
            Event::Cleared { .. } => "crews.cleared",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::CrewAdded { crew, .. }
            | Event::CrewEnded { crew, .. }
            | Event::Reviewed { crew, .. }
            | Event::ReviewOpened { crew, .. } => crew.to_string(),
            Event::Attended { project, .. } => project.to_string(),
            Event::ToSign { sheet, .. }
            | Event::Submitted { sheet, .. }
            | Event::Returned { sheet, .. }
            | Event::Objected { sheet, .. }
            | Event::Cleared { sheet, .. } => sheet.to_string(),
            Event::Answered { objection, .. } | Event::TakenFurther { objection, .. } => objection.to_string(),
        }
    }
}
