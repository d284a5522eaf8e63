//! Uploaded files, kept encrypted in parts under their hash.
use kernel::{BookId, Error, Result};
use store::{Param, Tx, params};

/// Bytes of one part.
const PART_BYTES: usize = 1 << 20;
const FIELD: &str = "payroll.file";

pub(crate) fn hash(bytes: &[u8]) -> Vec<u8> {
    store::hasher().update(bytes).finalize().as_bytes().to_vec()
}

/// Keeps a file. The same bytes again are there already.
pub(crate) fn keep(tx: &mut Tx<'_>, book: BookId, hash: &[u8], bytes: &[u8]) -> Result<()> {
    let sql = "INSERT INTO payroll_files (book, hash, part, sealed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let hash = hash.to_vec();
    for (part, chunk) in (0i64..).zip(bytes.chunks(PART_BYTES)) {
        let sealed = tx.keys().encrypt_own(FIELD, chunk);
        tx.execute(sql, params![book, hash, part, sealed])?;
    }
    Ok(())
}

/// The file as it was sent. `Err(BROKEN)` when what is kept is not what the hash says.
pub(crate) fn read(tx: &mut Tx<'_>, book: BookId, kept_under: &[u8]) -> Result<Vec<u8>> {
    let key = kept_under.to_vec();
    let sql = "SELECT sealed FROM payroll_files WHERE book = ?1 AND hash = ?2 ORDER BY part";
    let parts = tx.query(sql, &[store::Column::param(&book), Param::Bytes(key.into())], |r| r.get::<Vec<u8>>(0))?;
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&tx.keys().decrypt_own(FIELD, &part)?);
    }
    match hash(&bytes) == kept_under {
        true => Ok(bytes),
        false => Err(Error::broken("an uploaded file is not the one that was sent")),
    }
}
