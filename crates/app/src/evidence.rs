//! The archive of a site's evidence, with what the crates beside it add: guarantees, notices, crews.
use crate::Bank;
use kernel::id::ProjectId;
use kernel::{Actor, Result};
use serde_json::Value;
use store::{Record, Tx};
use worksite::end::{Extra, row};

const EXTRA: &[Extra] = &[
    ("guarantee-duty", |tx, p| Ok(rows(guarantee::duty(tx, p)?))),
    ("guarantees", |tx, p| Ok(rows(guarantee::of_project(tx, p)?))),
    ("guarantee-notices", |tx, p| Ok(rows(guarantee::notices_of(tx, p)?))),
    ("crews", crews),
];

fn rows<R: Record>(all: impl IntoIterator<Item = R>) -> Vec<Value> {
    all.into_iter().map(|r| row(&r)).collect()
}

fn crews(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Value>> {
    Ok(rows(crews::crews_raw(tx, project)?))
}

/// Packs the evidence of a project for who may read its wages; see [`worksite::end::evidence`].
pub fn evidence(bank: &Bank, actor: &Actor, project: ProjectId) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    worksite::end::evidence(&bank.store, actor, project, EXTRA, &mut out)?;
    Ok(out)
}
