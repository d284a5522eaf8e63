//! The least that could be done with the same records: append them to a file and sync it.
use kernel::{Error, Id, Result};
use ledger::Transfer;
use std::fs::File;
use std::io::Write;
use std::path::Path;

pub(crate) struct Log {
    file: File,
    bytes: Vec<u8>,
}

fn trouble(e: std::io::Error) -> Error {
    Error::broken("the bare log cannot be written").caused_by(e)
}

impl Log {
    pub fn create(directory: &Path) -> Result<Log> {
        std::fs::create_dir_all(directory).map_err(trouble)?;
        Ok(Log { file: File::create(directory.join("bare.log")).map_err(trouble)?, bytes: Vec::new() })
    }

    /// One batch, durable when it answers.
    pub fn append(&mut self, batch: &[Transfer], now: i64) -> Result<()> {
        self.bytes.clear();
        for t in batch {
            let out = &mut self.bytes;
            out.extend(t.id.bytes());
            out.extend(t.debit.bytes());
            out.extend(t.credit.bytes());
            [t.kind as i64, t.amount.minor, now].iter().for_each(|n| out.extend(n.to_le_bytes()));
            out.extend(t.amount.currency.code().as_bytes());
            for text in [t.code.as_ref(), &t.reference, &t.memo] {
                out.push(text.len() as u8);
                out.extend(text.as_bytes());
            }
        }
        self.file.write_all(&self.bytes).and_then(|()| self.file.sync_data()).map_err(trouble)
    }
}
