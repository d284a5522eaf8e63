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
    let before = applied.len();
    for m in all.iter().filter(|m| applied.iter().all(|(name, _)| name != m.name)) {
        let sql = dialect(m.sql, tx.is_postgres());
        tx.batch(&sql)?;
        let hash = blake3::hash(m.sql.as_bytes()).to_hex().to_string();
        tx.execute(
            "INSERT INTO migrations (name, hash) VALUES (?1, ?2)",
            &[Param::Text(m.name.into()), Param::Text(hash.into())],
        )?;
    }
    if !tx.is_postgres() && (all.len() > before || !crate::plan::is_told(tx)?) {
        crate::plan::told(tx)?;
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
    if !postgres {
        out = spelled_out(&out);
    }
    out.replace(" BYTES", &format!(" {bytes}"))
        .replace(" BIGINT", &format!(" {bigint}"))
        .replace(") KEYED;", keyed)
        .replace(") PLAIN;", plain)
}

/// `CHECK (kind IN ('a', 'b', 'c'))` as `CHECK (kind = 'a' OR kind = 'b' OR kind = 'c')`: for a list of more than two SQLite
/// builds a temporary tree at every insertion, which costs as much as the row itself.
fn spelled_out(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    let mut rest = sql;
    while let Some((head, tail)) = rest.split_once(" IN (") {
        let column = head.rsplit('(').next().unwrap_or_default();
        let before = &head[..head.len() - column.len()];
        match tail.split_once(')') {
            Some((list, after)) if before.ends_with("CHECK (") => {
                let each: Vec<String> = list.split(',').map(|value| format!("{column} = {}", value.trim())).collect();
                out.push_str(before);
                out.push_str(&each.join(" OR "));
                rest = after;
            }
            _ => {
                out.push_str(head);
                out.push_str(" IN (");
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_checks_are_spelled_out_and_nothing_else() {
        let cases = [
            ("k TEXT CHECK (k IN ('a', 'b')),", "k TEXT CHECK (k = 'a' OR k = 'b'),"),
            ("n BIGINT CHECK (n IN (0, 1)) NOT NULL", "n BIGINT CHECK (n = 0 OR n = 1) NOT NULL"),
            ("SELECT x WHERE x IN (SELECT y FROM z)", "SELECT x WHERE x IN (SELECT y FROM z)"),
            ("CHECK (a IN (1)), CHECK (b > 0), CHECK (c IN (2))", "CHECK (a = 1), CHECK (b > 0), CHECK (c = 2)"),
        ];
        for (sql, wanted) in cases {
            assert_eq!(spelled_out(sql), wanted);
        }
    }
}
