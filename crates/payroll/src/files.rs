//! Uploaded files, kept encrypted in parts under their hash.
use kernel::{BookId, Error, Result};
use store::{Param, Tx, params};

/// Bytes of one part.
const PART_BYTES: usize = 1 << 20;
const FIELD: &str = "payroll.file";

/// What a file is kept under.
pub fn hash(bytes: &[u8]) -> Vec<u8> {
    store::hasher().update(bytes).finalize().as_bytes().to_vec()
}

/// Keeps a file. The same bytes again are there already.
pub fn keep(tx: &mut Tx<'_>, book: BookId, hash: &[u8], bytes: &[u8]) -> Result<()> {
    let sql = "INSERT INTO payroll_files (book, hash, part, sealed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let hash = hash.to_vec();
    for (part, chunk) in (0i64..).zip(bytes.chunks(PART_BYTES)) {
        let sealed = tx.keys().encrypt_own(FIELD, chunk);
        tx.execute(sql, params![book, hash, part, sealed])?;
    }
    Ok(())
}

/// A part of a kept file: where a pass over all of them stands.
pub type FilePart = (i64, Vec<u8>, i64);

/// Puts kept files under the newest key, at most `limit` parts after `after`; answers the last part seen, how many were seen and
/// how many were changed. Parts of up to 1 MiB each.
pub fn renew_files(tx: &mut Tx<'_>, after: &FilePart, limit: u32) -> Result<(Option<FilePart>, u64, u64)> {
    let sql = "SELECT book, hash, part, sealed FROM payroll_files WHERE (book, hash, part) > (?1, ?2, ?3) \
               ORDER BY book, hash, part LIMIT ?4";
    let (book, hash, part) = after.clone();
    let rows = tx.query(sql, params![book, hash, part, limit], |r| {
        Ok(((r.get::<i64>(0)?, r.get::<Vec<u8>>(1)?, r.get::<i64>(2)?), r.get::<Vec<u8>>(3)?))
    })?;
    let (seen, mut changed) = (rows.len() as u64, 0);
    let mut last = None;
    for ((book, hash, part), sealed) in rows {
        if !sealed.starts_with(&tx.keys().version().to_be_bytes()) {
            let sealed = tx.keys().encrypt_own(FIELD, &tx.keys().decrypt_own(FIELD, &sealed)?);
            let sql = "UPDATE payroll_files SET sealed = ?4 WHERE book = ?1 AND hash = ?2 AND part = ?3";
            tx.execute(sql, params![book, hash, part, sealed])?;
            changed += 1;
        }
        last = Some((book, hash, part));
    }
    Ok((last, seen, changed))
}

/// The file as it was sent. `Err(BROKEN)` when what is kept is not what the hash says.
pub fn read(tx: &mut Tx<'_>, book: BookId, kept_under: &[u8]) -> Result<Vec<u8>> {
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
