//! Reports for those who work on them.
use crate::may_work;
use crate::report::{Kind, Report};
use kernel::id::ReportId;
use kernel::{Actor, Date, Id, Page, PageAsk, Result};
use party::{Permission, Scope};
use store::{Tx, params};

/// Which reports are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Large sums that wait for an officer, the first due first.
    Open,
    /// All large sums, the newest first.
    All,
    /// Suspicions, the newest first.
    Suspicions,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    pub open: usize,
    pub late: usize,
}

/// Rows looked at for one page at most: what the actor may not see is passed over.
const SCAN_ROWS_MAX: usize = 2_000;

const OPEN: &str = "WHERE state IN ('open', 'reviewed') AND kind = ?1 AND (due_on, id) > (?2, ?3) \
                    ORDER BY due_on, id LIMIT ?4";
const NEWEST: &str = "WHERE kind = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

/// Reports that the actor may see. Needs `report.large`, of suspicions `report.suspicion`: `Err(NOT_FOUND)` without it.
pub fn listed(tx: &mut Tx<'_>, actor: &Actor, show: Ask, ask: &PageAsk) -> Result<Page<Report>> {
    let rows = ask.rows()? as usize;
    let (need, kinds): (Permission, &[Kind]) = match show {
        Ask::Suspicions => (Permission::ReportSuspicion, &[Kind::Suspicion]),
        _ => (Permission::ReportLarge, &[Kind::Cash, Kind::Transfer]),
    };
    party::may(tx, actor, need, &Scope::here(actor))
        .map_err(|e| kernel::Error::not_found("reports", "here").caused_by(e))?;
    let after = ask.after.as_deref().map(str::parse::<ReportId>).transpose()?;
    let mut found = Vec::new();
    for kind in kinds {
        found.extend(of_kind(tx, actor, show, *kind, (after, rows + 1))?);
    }
    match show {
        Ask::Open => found.sort_by_key(|r| (r.due_on, r.id)),
        _ => found.sort_by_key(|r| std::cmp::Reverse(r.id)),
    }
    found.truncate(rows + 1);
    Ok(Page::cut(found, rows as u32, |r| r.id.to_string()))
}

fn of_kind(
    tx: &mut Tx<'_>,
    actor: &Actor,
    show: Ask,
    kind: Kind,
    (after, want): (Option<ReportId>, usize),
) -> Result<Vec<Report>> {
    let (mut out, mut seen) = (Vec::new(), 0);
    let mut at = match (after, show) {
        (Some(id), _) => (crate::course::raw(tx, id)?.due_on, id.bytes()),
        (None, Ask::Open) => (Date::from_days(0), [0; 16]),
        (None, _) => (Date::from_days(0), [0xff; 16]),
    };
    while out.len() < want && seen < SCAN_ROWS_MAX {
        let part = match show {
            Ask::Open => tx.select::<Report>(OPEN, params![kind, at.0, at.1, want as i64])?,
            _ => tx.select::<Report>(NEWEST, params![kind, at.1, want as i64])?,
        };
        let Some(last) = part.last() else { break };
        at = (last.due_on, last.id.bytes());
        seen += part.len();
        let ended = part.len() < want;
        for r in part {
            if may_work(tx, actor, &r).is_ok() {
                out.push(r);
            }
        }
        if ended {
            break;
        }
    }
    Ok(out)
}

/// How many large sums wait for the actor, at most [`SCAN_ROWS_MAX`] of a kind.
pub fn due(tx: &mut Tx<'_>, actor: &Actor) -> Result<Due> {
    let today = tx.business_date()?;
    let mut due = Due::default();
    for kind in [Kind::Cash, Kind::Transfer] {
        for r in of_kind(tx, actor, Ask::Open, kind, (None, SCAN_ROWS_MAX))? {
            due.open += 1;
            due.late += usize::from(r.is_late(today));
        }
    }
    Ok(due)
}
