//! The auditor's view of the log: search and export.
use crate::Bank;
use crate::table::harmless;
use kernel::{Actor, Date, Error, Page, PageAsk, Result};
use party::{Permission, Scope};
use std::io::Write;
use store::{Audit, AuditRow, Tx};

/// Business days of one export at most.
pub const EXPORT_DAYS_MAX: i64 = 400;
/// Rows read at a time by an export.
const EXPORT_PAGE_ROWS: u32 = 2_000;

/// What to look for; empty parts match everything.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AuditAsk {
    /// `staf_…`, `pers_…`, `clnt_…`, `system:relay`.
    pub principal: String,
    /// The beginning of an action: `payment.`.
    pub action: String,
    /// The id of the thing.
    pub object: String,
    /// First and last business day; either may be left open.
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// Entries newest first. `audit.read` for the whole bank.
pub fn audit_search(tx: &mut Tx<'_>, actor: &Actor, what: &AuditAsk, ask: &PageAsk) -> Result<Page<AuditRow>> {
    party::may(tx, actor, Permission::AuditRead, &Scope::bank())?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::field("after", "it is no cursor of this list"))?,
        None => i64::MAX,
    };
    if let (Some(from), Some(to)) = (what.from, what.to)
        && to < from
    {
        return Err(Error::field("to", format!("{to} is before {from}")));
    }
    let parts = [what.principal.as_str(), &what.action, &what.object];
    let found = tx.audit_search_days(before, rows + 1, parts, (what.from, what.to))?;
    Ok(Page::cut(found, rows, |r| r.pos.to_string()))
}

/// Writes the entries of the business days `from` to `to` as CSV (UTF-8 with a byte order mark, CRLF), in the order of the
/// log; answers how many. `audit.export`; the export itself is written to the log first.
pub fn audit_export(bank: &Bank, actor: &Actor, from: Date, to: Date, out: &mut dyn Write) -> Result<u64> {
    if to < from {
        return Err(Error::field("to", format!("{to} is before {from}")));
    }
    let days = to.days() - from.days() + 1;
    if days > EXPORT_DAYS_MAX {
        return Err(Error::limit("audit export", days, EXPORT_DAYS_MAX, "days"));
    }
    let asker = actor.clone();
    bank.store.write(move |tx| {
        party::may(tx, &asker, Permission::AuditExport, &Scope::bank())?;
        tx.audit(&asker, Audit::of("audit.export", format!("{from} to {to}")))
    })?;
    out.write_all("\u{feff}".as_bytes()).map_err(unwritten)?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(HEADS).map_err(unwritten)?;
    let rows = bank.store.read(|tx| {
        let (mut after, mut rows) = (0, 0);
        loop {
            let page = tx.audit_rows(after, EXPORT_PAGE_ROWS, None)?;
            for row in page.iter().filter(|r| (from..=to).contains(&r.business_date)) {
                csv.write_record(fields(row)).map_err(unwritten)?;
                rows += 1;
            }
            match page.last() {
                Some(last) if page.len() == EXPORT_PAGE_ROWS as usize => after = last.pos,
                _ => return Ok(rows),
            }
        }
    })?;
    csv.flush().map_err(unwritten)?;
    Ok(rows)
}

fn unwritten(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(&store::DATABASE, "the export could not be written").caused_by(e)
}

const HEADS: [&str; 21] = [
    "position",
    "at_utc",
    "at_branch",
    "business_date",
    "principal",
    "on_behalf",
    "roles",
    "branch",
    "channel",
    "device",
    "session",
    "address",
    "action",
    "object",
    "before",
    "after",
    "reason",
    "approval",
    "decision",
    "correlation",
    "result",
];

fn fields(r: &AuditRow) -> [String; 21] {
    let plain = [r.pos.to_string(), r.at.to_string(), r.at.local(), r.business_date.to_string()];
    let texts = [
        &r.principal,
        &r.on_behalf,
        &r.roles,
        &r.branch,
        &r.channel,
        &r.device,
        &r.session,
        &r.address,
        &r.action,
        &r.object,
        &r.before,
        &r.after,
        &r.reason,
        &r.approval,
        &r.decision,
        &r.correlation,
        &r.result,
    ];
    let mut all = plain.into_iter().chain(texts.map(|t| harmless(t)));
    std::array::from_fn(|_| all.next().unwrap_or_default())
}
