//! Migrations: SQL files in a fixed order, each applied once and remembered with its hash.
//!
//! One text serves both databases. `BIGINT` and `BYTES` are the integer and binary types; a table ends with `) KEYED;`
//! (rows found by primary key only) or `) PLAIN;`; `-- append-only: TABLE` on its own line forbids UPDATE and DELETE.
use crate::SCHEMA;
use crate::sql::Param;
use crate::tx::Tx;
use kernel::{Error, Result};

/// A step of the schema. Its text never changes once released.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `0001_store`: number and crate.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The store's own tables; first in every list.
pub fn migrations() -> Vec<Migration> {
    vec![Migration { name: "0001_store", sql: include_str!("../migrations/0001_store.sql") }]
}

pub(crate) fn bring_up(tx: &mut Tx<'_>, all: &[Migration]) -> Result<()> {
    tx.batch(if tx.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" })?;
    match apply(tx, all) {
        Ok(()) => tx.batch("COMMIT"),
        Err(why) => {
            // What is wrong with the schema matters more than a connection that cannot roll back.
            let _ = tx.batch("ROLLBACK");
            Err(why)
        }
    }
}

fn apply(tx: &mut Tx<'_>, all: &[Migration]) -> Result<()> {
    if tx.is_postgres() {
        // Two processes may start at once; the second waits here and then finds everything done.
        tx.query("SELECT CAST(pg_advisory_xact_lock(7265021) AS TEXT)", &[], |_| Ok(()))?;
    }
    tx.batch("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL)")?;
    let applied = tx.query("SELECT name, hash FROM migrations ORDER BY name", &[], |r| {
        Ok((r.get::<String>(0)?, r.get::<String>(1)?))
    })?;
    for (name, hash) in &applied {
        match all.iter().find(|m| m.name == *name) {
            None => return Err(Error::new(&SCHEMA, format!("the data was written by a newer binary (it has {name})"))),
            Some(m) if blake3::hash(m.sql.as_bytes()).to_hex().as_str() != hash => {
                return Err(Error::new(&SCHEMA, format!("migration {name} was changed after it was applied")));
            }
            Some(_) => {}
        }
    }
    for m in all.iter().filter(|m| applied.iter().all(|(name, _)| name != m.name)) {
        let sql = dialect(m.sql, tx.is_postgres());
        tx.batch(&sql)?;
        let hash = blake3::hash(m.sql.as_bytes()).to_hex().to_string();
        tx.execute(
            "INSERT INTO migrations (name, hash) VALUES (?1, ?2)",
            &[Param::Text(m.name.into()), Param::Text(hash.into())],
        )?;
    }
    Ok(())
}

fn dialect(sql: &str, postgres: bool) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    for line in sql.lines() {
        match line.trim().strip_prefix("-- append-only:") {
            Some(table) => out.push_str(&append_only(table.trim(), postgres)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    let (bytes, bigint, keyed, plain) = if postgres {
        ("BYTEA", "BIGINT", ");", ");")
    } else {
        ("BLOB", "INTEGER", ") STRICT, WITHOUT ROWID;", ") STRICT;")
    };
    out.replace(" BYTES", &format!(" {bytes}"))
        .replace(" BIGINT", &format!(" {bigint}"))
        .replace(") KEYED;", keyed)
        .replace(") PLAIN;", plain)
}

fn append_only(table: &str, postgres: bool) -> String {
    if postgres {
        return format!(
            "CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$; \
             CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays();"
        );
    }
    ["UPDATE", "DELETE"].map(|verb| format!("CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;")).concat()
}
