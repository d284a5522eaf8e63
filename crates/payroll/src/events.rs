//! What others may hear of wages: ids, counts and sums, no personal data.
use crate::import::Subject;
use crate::sheet::SheetState;
use kernel::Money;
use kernel::id::{ApprovalId, FirmId, ImportId, InstructionId, PayLineId, PaySheetId, PersonId, ProjectId};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    ProjectOpened {
        project: ProjectId,
        firm: FirmId,
    },
    SiteRulesPut {
        project: ProjectId,
        firm: FirmId,
    },
    RosterChanged {
        project: ProjectId,
        added: i64,
        left: i64,
    },
    Imported {
        import: ImportId,
        project: ProjectId,
        subject: Subject,
        valid: i64,
        refused: i64,
        already: i64,
    },
    SheetSubmitted {
        sheet: PaySheetId,
        approval: ApprovalId,
        lines: i64,
        net: Money,
    },
    SheetChecked {
        sheet: PaySheetId,
        by: String,
    },
    SheetSentBack {
        sheet: PaySheetId,
        reason: String,
    },
    SheetCancelled {
        sheet: PaySheetId,
    },
    RunStarted {
        sheet: PaySheetId,
        instruction: InstructionId,
        net: Money,
    },
    /// The lines after number `after` and up to `last`, at most [`crate::CHUNK_LINES`], came to an end or went to other banks.
    ChunkPaid {
        sheet: PaySheetId,
        after: i64,
        last: i64,
        paid: i64,
        processing: i64,
        failed: i64,
        paid_net: Money,
    },
    /// Another bank credited the worker.
    LinePaid {
        sheet: PaySheetId,
        line: PayLineId,
        person: PersonId,
        net: Money,
    },
    LineFailed {
        sheet: PaySheetId,
        line: PayLineId,
        person: PersonId,
        reason: String,
        net: Money,
    },
    MoneyReturned {
        sheet: PaySheetId,
        amount: Money,
        instruction: InstructionId,
    },
    RunFinished {
        sheet: PaySheetId,
        state: SheetState,
        paid: i64,
        failed: i64,
    },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::ProjectOpened { .. } => "payroll.project_opened",
            Event::SiteRulesPut { .. } => "payroll.site_rules_put",
            Event::RosterChanged { .. } => "payroll.roster_changed",
            Event::Imported { .. } => "payroll.imported",
            Event::SheetSubmitted { .. } => "payroll.sheet_submitted",
            Event::SheetChecked { .. } => "payroll.sheet_checked",
            Event::SheetSentBack { .. } => "payroll.sheet_sent_back",
            Event::SheetCancelled { .. } => "payroll.sheet_cancelled",
            Event::RunStarted { .. } => "payroll.run_started",
            Event::ChunkPaid { .. } => "payroll.chunk_paid",
            Event::LinePaid { .. } => "payroll.line_paid",
            Event::LineFailed { .. } => "payroll.line_failed",
            Event::MoneyReturned { .. } => "payroll.money_returned",
            Event::RunFinished { .. } => "payroll.run_finished",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::ProjectOpened { project, .. }
            | Event::SiteRulesPut { project, .. }
            | Event::RosterChanged { project, .. }
            | Event::Imported { project, .. } => project.to_string(),
            Event::SheetSubmitted { sheet, .. }
            | Event::SheetChecked { sheet, .. }
            | Event::SheetSentBack { sheet, .. }
            | Event::SheetCancelled { sheet }
            | Event::RunStarted { sheet, .. }
            | Event::ChunkPaid { sheet, .. }
            | Event::LinePaid { sheet, .. }
            | Event::LineFailed { sheet, .. }
            | Event::MoneyReturned { sheet, .. }
            | Event::RunFinished { sheet, .. } => sheet.to_string(),
        }
    }
}
