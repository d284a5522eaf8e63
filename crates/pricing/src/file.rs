//! Putting a tariff text in force. Nothing of a text with a fault in it is taken.
use crate::Applied;
use crate::review::review;
use crate::tariff::Tariff;
use kernel::{Actor, Result};
use store::{Audit, Tx};

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub added: Vec<Applied>,
    /// Versions that were there, word for word.
    pub already: usize,
}

/// Adds the versions of a tariff text that are not there yet. `file` is for messages; `actor` is who approved it (maker
/// and checker are the caller's). Repeating is safe. Errors: as [`Review::sound`](crate::Review::sound).
pub fn load_tariff(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<Loaded> {
    let found = review(tx, text)?;
    found.sound(file)?;
    let mut done = Loaded { added: Vec::with_capacity(found.changes.len()), already: found.already };
    for (_, mut row) in found.changes {
        (row.approved_by, row.approved_at) = (actor.principal(), tx.now());
        tx.insert(&mut row)?;
        tx.audit(actor, Audit::of("tariff.add", format!("{} v{}", row.code, row.version)).after(summary(&row)))?;
        done.added.push(Applied { code: row.code, version: row.version });
    }
    Ok(done)
}

/// Every version there is, by code and version. At most [`crate::TARIFFS_MAX`].
pub fn tariff_versions(tx: &mut Tx<'_>) -> Result<Vec<Tariff>> {
    tx.select::<Tariff>("ORDER BY code, version", &[])
}

fn summary(row: &Tariff) -> String {
    let until = row.effective_to.map(|d| format!(" to {d}")).unwrap_or_default();
    format!("{} {} {} from {}{until}, {}", row.kind, row.operation, row.payer_class, row.effective_from, row.document)
}
