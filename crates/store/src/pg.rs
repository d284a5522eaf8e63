//! PostgreSQL: a session with its prepared statements. Every table lives in one schema, so that tests may have many.
use crate::DATABASE;
use crate::sql::{Param, Row, Source};
use kernel::error::STALE;
use kernel::{Error, Result};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls, Statement};
use std::borrow::Cow;
use std::collections::HashMap;

/// One connection; used by one thread.
pub struct PgSession {
    client: Client,
    statements: HashMap<String, Statement>,
    types: HashMap<&'static str, HashMap<String, String>>,
}

/// SQLSTATEs that pass when the transaction is run again: serialisation failure, deadlock.
const CONFLICTS: [&str; 2] = ["40001", "40P01"];
/// SQLSTATEs of a connection that ended: failure, none, administrator's shutdown, crash, starting up.
const CONNECTION_ENDED: [&str; 5] = ["08006", "08003", "57P01", "57P02", "57P03"];
/// A writer that stands still inside a transaction for so long is cut off, because others wait for its rows, in seconds.
const STANDSTILL_S_MAX: u32 = 60;
/// One schema is made at a time, by whichever process comes first (an advisory lock's number).
const SCHEMA_LOCK: i64 = 7_265_022;

pub(crate) fn failed(e: postgres::Error) -> Error {
    let state = if e.is_closed() { CONNECTION_ENDED[0] } else { e.code().map_or("", |c| c.code()) };
    let refused = Error::new(&DATABASE, "PostgreSQL refused").with("sqlstate", state);
    match e.as_db_error() {
        // Its detail is left out: it quotes the row.
        Some(said) => refused.caused_by(format!("{state} {}", said.message())),
        None => refused.caused_by(e),
    }
}

fn has_state(e: &Error, states: &[&str]) -> bool {
    e.fields().iter().any(|(k, v)| *k == "sqlstate" && states.contains(&v.as_str()))
}

/// Another writer was in the way.
pub(crate) fn is_conflict(e: &Error) -> bool {
    (e.is(&DATABASE) || e.is(&crate::DAY_MOVED)) && has_state(e, &CONFLICTS)
}

/// A key is taken: by a row of the same name, or by whoever writes to our lane.
pub(crate) fn is_taken(e: &Error) -> bool {
    e.is(&STALE) || e.is(&DATABASE) && has_state(e, &["23505"])
}

/// The connection ended: before COMMIT was sent nothing happened, afterwards nobody knows.
pub(crate) fn is_disconnect(e: &Error) -> bool {
    e.is(&DATABASE) && has_state(e, &CONNECTION_ENDED)
}

impl PgSession {
    /// Connects and makes `schema` the place of all tables.
    pub(crate) fn connect(url: &str, schema: &str) -> Result<PgSession> {
        let mut client = Client::connect(url, NoTls)
            .map_err(|e| Error::new(&DATABASE, "PostgreSQL does not answer").caused_by(e))?;
        // The name tells the administrator, in pg_stat_activity, whose connection this is.
        let settings = format!(
            "SET client_min_messages = warning; SET application_name = '{}'; SET search_path TO {}",
            schema.replace('\'', "''"),
            quoted(schema)
        );
        client.batch_execute(&settings).map_err(failed)?;
        Ok(PgSession { client, statements: HashMap::new(), types: HashMap::new() })
    }

    /// A connection that writes: it does not hold its locks while its process sleeps.
    pub(crate) fn connect_writer(url: &str, schema: &str) -> Result<PgSession> {
        let mut session = PgSession::connect(url, schema)?;
        session.batch(&format!("SET idle_in_transaction_session_timeout = '{STANDSTILL_S_MAX}s'"))?;
        Ok(session)
    }

    /// Makes the schema when it is missing. Asks first, because a bank's role need not be allowed to make any.
    pub(crate) fn create_schema(&mut self, schema: &str) -> Result<()> {
        let there = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
        if self.client.query_opt(there, &[&schema]).map_err(failed)?.is_some() {
            return Ok(());
        }
        self.batch(&format!(
            "BEGIN; SELECT pg_advisory_xact_lock({SCHEMA_LOCK}); CREATE SCHEMA IF NOT EXISTS {}; COMMIT",
            quoted(schema)
        ))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(failed)
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement> {
        if let Some(s) = self.statements.get(sql) {
            return Ok(s.clone());
        }
        let statement = self.client.prepare(&dollars(sql)).map_err(failed)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.prepared(sql)?;
        let refs: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        self.client.execute(&statement, &refs).map_err(failed)
    }

    pub(crate) fn each_row(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        row: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepared(sql)?;
        let refs: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        self.client.query(&statement, &refs).map_err(failed)?.iter().try_for_each(|r| row(&Row(Source::Postgres(r))))
    }

    /// Many rows of a sealed table by one statement that takes an array per column.
    pub(crate) fn insert_columns(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        values: Vec<Vec<Param<'_>>>,
    ) -> Result<u64> {
        let names: Vec<&'static str> = columns.iter().copied().chain(["seal"]).collect();
        let marks = self.array_marks(table, &names)?;
        let sql =
            format!("INSERT INTO {table} ({}) SELECT * FROM UNNEST({marks}) ON CONFLICT DO NOTHING", names.join(", "));
        self.execute_arrays(&sql, values)
    }

    /// `?1::bigint[], ?2::bytea[] …` for these columns of a table.
    pub(crate) fn array_marks(&mut self, table: &'static str, columns: &[&'static str]) -> Result<String> {
        let types = self.array_types(table)?;
        let mark =
            |(i, name): (usize, &&str)| format!("?{}::{}[]", i + 1, types.get(*name).map_or("text", String::as_str));
        Ok(columns.iter().enumerate().map(mark).collect::<Vec<_>>().join(", "))
    }

    fn array_types(&mut self, table: &'static str) -> Result<HashMap<String, String>> {
        if let Some(known) = self.types.get(table) {
            return Ok(known.clone());
        }
        let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1";
        let rows = self.client.query(sql, &[&table]).map_err(failed)?;
        let types: HashMap<String, String> = rows.iter().map(|r| (r.get(0), r.get(1))).collect();
        self.types.insert(table, types.clone());
        Ok(types)
    }

    /// A statement that takes one array per column through `UNNEST`.
    pub(crate) fn execute_arrays(&mut self, sql: &str, columns: Vec<Vec<Param<'_>>>) -> Result<u64> {
        let statement = self.prepared(sql)?;
        let arrays: Vec<Array<'_>> = columns.into_iter().map(Array).collect();
        let refs: Vec<&(dyn ToSql + Sync)> = arrays.iter().map(|p| p as _).collect();
        self.client.execute(&statement, &refs).map_err(failed)
    }

    pub(crate) fn query_arrays(
        &mut self,
        sql: &str,
        columns: Vec<Vec<Param<'_>>>,
        row: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepared(sql)?;
        let arrays: Vec<Array<'_>> = columns.into_iter().map(Array).collect();
        let refs: Vec<&(dyn ToSql + Sync)> = arrays.iter().map(|p| p as _).collect();
        self.client.query(&statement, &refs).map_err(failed)?.iter().try_for_each(|r| row(&Row(Source::Postgres(r))))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `?1` as PostgreSQL writes it, `$1`.
fn dollars(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let number = c == '?' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if number { '$' } else { c });
    }
    out
}

/// A column of many rows.
#[derive(Debug)]
struct Array<'a>(Vec<Param<'a>>);

impl ToSql for Array<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.0.to_sql(ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(i) if *ty == Type::INT4 => i32::try_from(*i)?.to_sql(ty, out),
            Param::Int(i) => i.to_sql(ty, out),
            Param::Text(s) => s.as_ref().to_sql(ty, out),
            Param::Bytes(b) => b.as_ref().to_sql(ty, out),
            Param::Id(b) => b.as_slice().to_sql(ty, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

struct Any<'a>(Param<'a>);

impl<'a> FromSql<'a> for Any<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Any<'a>, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Any(match *ty {
            Type::INT8 => Param::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Param::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::BOOL => Param::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::BYTEA => Param::Bytes(Cow::Borrowed(raw)),
            Type::TEXT | Type::VARCHAR | Type::NAME => Param::Text(Cow::Borrowed(std::str::from_utf8(raw)?)),
            ref other => {
                return Err(format!("a column of type {other} is not one of ours; cast it to BIGINT or TEXT").into());
            }
        }))
    }
    fn from_sql_null(_: &Type) -> Result<Any<'a>, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Any(Param::Null))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(crate) fn column(row: &postgres::Row, at: usize) -> Result<Param<'_>> {
    row.try_get::<_, Any>(at).map(|a| a.0).map_err(failed)
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_renamed_and_question_marks_kept() {
        assert_eq!(super::dollars("SELECT '?' WHERE a = ?1 AND b = ?12"), "SELECT '?' WHERE a = $1 AND b = $12");
    }
}
