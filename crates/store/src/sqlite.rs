//! SQLite: opening, and statements with parameters.
use crate::DATABASE;
use crate::sql::{Param, Row, Source};
use kernel::{Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::borrow::Cow;
use std::path::Path;

/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 512;
/// A reader or `verify` beside the server waits this long for a lock, in milliseconds.
const BUSY_WAIT_MS: u64 = 10_000;

/// The file of a database in its directory.
pub(crate) const FILE: &str = "yizhan.db";

/// `vfs` is the name of a registered SQLite file layer, `None` for the operating system's.
pub(crate) fn open_writer(path: &Path, synchronous: &str, vfs: Option<&str>) -> Result<Connection> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_CREATE, vfs)?;
    // Savepoints keep the pages they may put back in memory (temp_store), or every closure would write a file.
    batch(
        &conn,
        &format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 8000; \
             PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;"
        ),
    )?;
    Ok(conn)
}

/// Fails when there is no database yet.
pub(crate) fn open_reader(path: &Path, vfs: Option<&str>) -> Result<Connection> {
    let conn = connect(path, OpenFlags::empty(), vfs)?;
    batch(&conn, "PRAGMA query_only = ON; PRAGMA cache_size = -16384;")?;
    Ok(conn)
}

fn connect(path: &Path, more: OpenFlags, vfs: Option<&str>) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let conn = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
        None => Connection::open_with_flags(path, flags),
    };
    let conn = conn.map_err(failed)?;
    configure(&conn)?;
    Ok(conn)
}

/// Moves what the write-ahead log holds into the database file and empties the log; `false` when a reader held it back.
pub(crate) fn checkpoint(conn: &Connection) -> Result<bool> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).map_err(failed)?;
    Ok(busy == 0)
}

fn configure(conn: &Connection) -> Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Plans do not depend on the values bound: else a statement that touches a partial index is planned again at each use.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_WAIT_MS)).map_err(failed)
}

pub(crate) fn failed(e: rusqlite::Error) -> Error {
    Error::new(&DATABASE, "SQLite refused").caused_by(e)
}

pub(crate) fn batch(conn: &Connection, sql: &str) -> Result<()> {
    conn.execute_batch(sql).map_err(failed)
}

pub(crate) fn control(conn: &Connection, sql: &str) -> Result<()> {
    conn.prepare_cached(sql).and_then(|mut s| s.execute([])).map(|_| ()).map_err(failed)
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Owned(Value::Null),
            Param::Int(i) => ToSqlOutput::Owned(Value::Integer(*i)),
            Param::Text(s) => ToSqlOutput::Borrowed(ValueRef::Text(s.as_bytes())),
            Param::Bytes(b) => ToSqlOutput::Borrowed(ValueRef::Blob(b)),
            Param::Id(b) => ToSqlOutput::Borrowed(ValueRef::Blob(b)),
        })
    }
}

pub(crate) fn execute(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    statement.execute(rusqlite::params_from_iter(params)).map(|n| n as u64).map_err(failed)
}

/// Runs a statement that takes the columns of `at_once` rows one behind the other; the rows are a multiple of it.
pub(crate) fn execute_each<'p, R: IntoIterator<Item = Param<'p>>>(
    conn: &Connection,
    sql: &str,
    at_once: usize,
    rows: impl Iterator<Item = R>,
) -> Result<u64> {
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    let (mut done, mut bound, mut taken) = (0, 0, 0);
    for row in rows {
        for value in row {
            bound += 1;
            statement.raw_bind_parameter(bound, value).map_err(failed)?;
        }
        taken += 1;
        if taken == at_once {
            done += statement.raw_execute().map_err(failed)? as u64;
            (bound, taken) = (0, 0);
        }
    }
    Ok(done)
}

pub(crate) fn each_row(
    conn: &Connection,
    sql: &str,
    params: &[Param<'_>],
    row: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failed)?;
    while let Some(r) = rows.next().map_err(failed)? {
        row(&Row(Source::Sqlite(r)))?;
    }
    Ok(())
}

pub(crate) fn column<'r>(row: &'r rusqlite::Row<'_>, at: usize) -> Result<Param<'r>> {
    Ok(match row.get_ref(at).map_err(failed)? {
        ValueRef::Null => Param::Null,
        ValueRef::Integer(i) => Param::Int(i),
        ValueRef::Text(t) => {
            Param::Text(Cow::Borrowed(std::str::from_utf8(t).map_err(|_| Error::broken("a text column is not UTF-8"))?))
        }
        ValueRef::Blob(b) => Param::Bytes(Cow::Borrowed(b)),
        ValueRef::Real(_) => return Err(Error::broken("a column holds a float; none should")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_beside_a_partial_index_is_planned_once() {
        let conn = Connection::open_in_memory().unwrap();
        configure(&conn).unwrap();
        batch(&conn, "CREATE TABLE t (a, b, until); CREATE INDEX due ON t (a, until) WHERE until > 5").unwrap();
        let sql = "SELECT b FROM t WHERE a = ?1 AND until > ?2";
        for n in 0..10 {
            each_row(&conn, sql, &[Param::Int(n), Param::Int(n)], &mut |_| Ok(())).unwrap();
        }
        assert_eq!(conn.prepare_cached(sql).unwrap().get_status(StatementStatus::RePrepare), 0);
    }
}
