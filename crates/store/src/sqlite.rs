//! SQLite: opening, and statements with parameters.
use crate::DATABASE;
use crate::sql::{Param, Row, Source};
use kernel::{Error, Result};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::borrow::Cow;
use std::path::Path;

/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 512;
/// A reader or `verify` beside the server waits this long for a lock, in milliseconds.
const BUSY_WAIT_MS: u64 = 10_000;

pub(crate) fn open_writer(path: &Path, synchronous: &str) -> Result<Connection> {
    let conn = Connection::open(path).map_err(failed)?;
    configure(&conn)?;
    batch(
        &conn,
        &format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON;"
        ),
    )?;
    Ok(conn)
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(failed)?;
    configure(&conn)?;
    batch(&conn, "PRAGMA query_only = ON; PRAGMA cache_size = -16384;")?;
    Ok(conn)
}

fn configure(conn: &Connection) -> Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_WAIT_MS)).map_err(failed)
}

pub(crate) fn failed(e: rusqlite::Error) -> Error {
    Error::new(&DATABASE, "SQLite refused").caused_by(e)
}

pub(crate) fn batch(conn: &Connection, sql: &str) -> Result<()> {
    conn.execute_batch(sql).map_err(failed)
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
