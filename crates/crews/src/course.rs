//! The way of a pay sheet under site rules: whose it is, when its workers were asked, when the main contractor got it.
use crate::crew::crews_raw;
use kernel::id::{CrewId, ImportId, PaySheetId, ProjectId};
use kernel::{Actor, BookId, Id, Result, Timestamp};
use payroll::{Import, PaySheet};
use store::{Seal, Tx, params};

store::record! {
    /// How far a sheet is before the main contractor's clerk submits it.
    pub struct Course in "crews_sheets" key 2 {
        pub book: BookId,
        pub sheet: PaySheetId,
        pub project: ProjectId,
        /// The crew that it is for; `None` when it holds more than one crew's workers.
        pub crew: Option<CrewId>,
        pub taken_by: String,
        pub taken_at: Timestamp,
        /// Who asked the workers to sign.
        pub asked_by: Option<String>,
        pub asked_at: Option<Timestamp>,
        /// Who gave it to the main contractor.
        pub submitted_by: Option<String>,
        pub submitted_at: Option<Timestamp>,
        /// Who gave it back to the crew; it ends with the next submission.
        pub returned_by: Option<String>,
        pub returned_at: Option<Timestamp>,
        pub returned_reason: Option<String>,
    }
}

impl Course {
    pub(crate) fn begin(actor: &Actor, at: Timestamp, sheet: &PaySheet, crew: Option<CrewId>) -> Course {
        Course {
            book: sheet.book,
            sheet: sheet.id,
            project: sheet.project,
            crew,
            taken_by: actor.principal(),
            taken_at: at,
            asked_by: None,
            asked_at: None,
            submitted_by: None,
            submitted_at: None,
            returned_by: None,
            returned_at: None,
            returned_reason: None,
            seal: Seal::default(),
        }
    }
}

/// The way of a sheet, locked in a write; `None` when nobody was asked to sign yet.
pub(crate) fn course(tx: &mut Tx<'_>, sheet: PaySheetId) -> Result<Option<Course>> {
    tx.load::<Course>(params![sheet.book(), sheet])
}

store::record! {
    /// That a file of a pay sheet was sent for a crew.
    pub struct Sent in "crews_sent" key 2 {
        pub book: BookId,
        pub import: ImportId,
        pub crew: CrewId,
    }
}

/// The crew for which a file of a pay sheet was sent; `None` for one of the main contractor.
pub(crate) fn sent_for(tx: &mut Tx<'_>, import: ImportId) -> Result<Option<CrewId>> {
    Ok(tx.get::<Sent>(params![import.book(), import])?.map(|s| s.crew))
}

/// Writes down for which crew a file was sent.
pub(crate) fn send(tx: &mut Tx<'_>, import: &Import, crew: CrewId) -> Result<()> {
    tx.insert_if_absent(&mut Sent { book: import.book, import: import.id, crew, seal: Seal::default() }).map(|_| ())
}

/// The crew at work whose name a team bears.
pub(crate) fn crew_of_team(tx: &mut Tx<'_>, project: ProjectId, team: &str) -> Result<Option<CrewId>> {
    let all = crews_raw(tx, project)?;
    let at_work = all.iter().find(|c| c.is_at_work() && c.team == team);
    Ok(at_work.or_else(|| all.iter().rev().find(|c| c.team == team)).map(|c| c.id))
}
