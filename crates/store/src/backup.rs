//! Copies of an SQLite database: taken while the bank is open, put back while it is closed. PostgreSQL has `pg_dump` and
//! its own archiving for this. The key file is not part of the copy: without it the copy cannot be read, so keep the two
//! in different places, and keep both.
use crate::db::{Engine, Store, lock_directory};
use crate::sqlite::{self, FILE};
use crate::{COPY, DATABASE};
use kernel::{Error, Result};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::path::Path;

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    pub bytes: u64,
}

impl Store {
    /// Copies the database as it is at one moment into the directory `to`, which must not hold one yet; the bank goes on
    /// meanwhile. The copy has been checked and synced when this answers. Not on PostgreSQL: `pg_dump` is the way there.
    pub fn backup(&self, to: &Path) -> Result<Copied> {
        let Engine::Sqlite(from) = &self.config().engine else {
            return Err(Error::new(&COPY, "a PostgreSQL database is copied by PostgreSQL"));
        };
        let source = sqlite::open_reader(&from.join(FILE), self.config().vfs)?;
        place(to, |beside| {
            let mut copy = Connection::open(beside).map_err(sqlite::failed)?;
            // All pages in one step are one snapshot; in several, a busy writer would make it start over without end.
            let done = Backup::new(&source, &mut copy).and_then(|b| b.step(-1)).map_err(sqlite::failed)?;
            match done {
                StepResult::Done => Ok(()),
                other => Err(Error::new(&DATABASE, format!("the copy came to no end: {other:?}"))),
            }
        })
    }
}

/// Puts a copy that [`Store::backup`] made into the directory `to`, which must not hold a database and must not be served.
pub fn restore(from: &Path, to: &Path) -> Result<Copied> {
    let source = from.join(FILE);
    check(&source)?;
    let _alone = lock_directory(to)?;
    place(to, |beside| std::fs::copy(&source, beside).map(|_| ()).map_err(|e| trouble(beside, e)))
}

/// Makes the file beside its place, checks and syncs it, and moves it there: whole or not at all.
fn place(to: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<Copied> {
    std::fs::create_dir_all(to).map_err(|e| trouble(to, e))?;
    let (place, beside) = (to.join(FILE), to.join(format!("{FILE}.copying")));
    // A write-ahead log left by another database would be played into the copy.
    for there in [place.clone(), to.join(format!("{FILE}-wal"))] {
        if there.exists() {
            return Err(Error::new(&COPY, format!("{} is there already", there.display())));
        }
    }
    let _ = std::fs::remove_file(&beside);
    make(&beside)?;
    check(&beside)?;
    let synced = || -> std::io::Result<u64> {
        let file = File::open(&beside)?;
        file.sync_all()?;
        std::fs::rename(&beside, &place)?;
        File::open(to)?.sync_all()?;
        Ok(file.metadata()?.len())
    };
    synced().map(|bytes| Copied { bytes }).map_err(|e| trouble(&place, e))
}

/// SQLite's own check of the file's structure. What stands in it is `verify`'s to judge.
fn check(file: &Path) -> Result<()> {
    let conn = sqlite::open_reader(file, None)?;
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(sqlite::failed)?;
    let ours = "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'";
    let ours: i64 = conn.query_row(ours, [], |r| r.get(0)).map_err(sqlite::failed)?;
    match said == "ok" && ours == 1 {
        true => Ok(()),
        false => Err(Error::new(&COPY, format!("{} is not a sound copy: {said}", file.display()))),
    }
}

fn trouble(path: &Path, e: std::io::Error) -> Error {
    Error::new(&DATABASE, format!("{} cannot be used", path.display())).caused_by(e)
}
