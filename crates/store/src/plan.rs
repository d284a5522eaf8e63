//! What SQLite's planner is told of the tables.
//!
//! Every key begins with the book, which is a branch with all its customers. Without figures the planner takes the first column of a key
//! for selective, and reads all of a book by the primary key where an index on the project or the firm would find ten rows. So each index
//! gets figures from its shape, written when the schema has changed and where they are missing: the book tells nothing apart, each column
//! after it much, the last of a unique key everything. They are the same for a new bank and an old one, so a plan that was good in a test is
//! the plan in the branch; nothing is measured and no plan changes overnight. PostgreSQL measures for itself.
use crate::tx::Tx;
use kernel::Result;

/// Rows that a table is taken to have.
const ROWS: i64 = 1_000_000;
/// Rows that a partial index is taken to have: it holds what is open, due or alive.
const ROWS_OF_PART: i64 = 10_000;
/// Rows that are left after the first, second, third … column that tells rows apart.
const LEFT: [i64; 4] = [100, 20, 5, 2];

struct Shape {
    table: String,
    index: String,
    unique: bool,
    primary: bool,
    partial: bool,
    columns: String,
}

/// Whether a database has figures; one that was made before they were written, or came out of a copy without them, has none.
pub(crate) fn is_told(tx: &mut Tx<'_>) -> Result<bool> {
    let found = tx.query_one("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'", &[], |r| r.get::<i64>(0))?;
    Ok(found.is_some())
}

/// Writes the figures of every index. In the transaction that brought the schema up.
pub(crate) fn told(tx: &mut Tx<'_>) -> Result<()> {
    // The first ANALYZE makes the table that the figures stand in.
    tx.batch("ANALYZE migrations; DELETE FROM sqlite_stat1")?;
    let sql = "SELECT m.name, l.name, l.\"unique\", l.origin = 'pk', l.partial, \
               (SELECT group_concat(coalesce(i.name, '')) FROM pragma_index_info(l.name) i) \
               FROM sqlite_schema m JOIN pragma_index_list(m.name) l WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    let shapes = tx.query(sql, &[], |r| {
        Ok(Shape {
            table: r.get(0)?,
            index: r.get(1)?,
            unique: r.get::<i64>(2)? == 1,
            primary: r.get::<i64>(3)? == 1,
            partial: r.get::<i64>(4)? == 1,
            columns: r.get(5)?,
        })
    })?;
    for s in shapes {
        // The primary key of a table without row numbers is filed under the table's own name.
        let name = if s.primary { s.table.clone() } else { s.index.clone() };
        let figures = figures(&s);
        tx.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)",
            crate::params![s.table, name, figures],
        )?;
    }
    tx.batch("ANALYZE sqlite_schema")
}

/// `1000000 1000000 100 1 noskipscan`: rows of the index, then rows left after each column.
fn figures(s: &Shape) -> String {
    let rows = if s.partial { ROWS_OF_PART } else { ROWS };
    let columns: Vec<&str> = s.columns.split(',').collect();
    let mut out = vec![rows.to_string()];
    let mut telling = 0;
    for (n, column) in columns.iter().enumerate() {
        let left = match *column {
            _ if s.unique && n + 1 == columns.len() => 1,
            "book" if n == 0 => rows,
            _ => {
                telling += 1;
                LEFT[(telling - 1).min(LEFT.len() - 1)]
            }
        };
        out.push(left.to_string());
    }
    // A skip over the values of a first column is worth nothing where there are many of them.
    out.push("noskipscan".into());
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_tells_nothing_apart_and_a_unique_key_everything() {
        for (columns, unique, partial, wanted) in [
            ("book,id", true, false, "1000000 1000000 1 noskipscan"),
            ("book,project,period,worker", true, true, "10000 10000 100 20 1 noskipscan"),
            ("book,project,id", false, false, "1000000 1000000 100 20 noskipscan"),
            ("person,id", false, false, "1000000 100 20 noskipscan"),
            ("a,b,c,d,e", false, false, "1000000 100 20 5 2 2 noskipscan"),
        ] {
            let text = String::new;
            let s = Shape { table: text(), index: text(), unique, primary: false, partial, columns: columns.into() };
            assert_eq!(figures(&s), wanted, "{columns}");
        }
    }
}
