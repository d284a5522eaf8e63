//! Many rows in one go: a prepared statement in a loop on SQLite, arrays through `UNNEST` on PostgreSQL.
use crate::record::{BULK_ROWS, Record, sealed_row, select_sql};
use crate::sql::{Param, Row};
use crate::tx::{Conn, Tx};
use kernel::Result;

/// A row to be written: its columns in order, as a vector or, where many are written, an array.
pub trait Params<'p>: AsRef<[Param<'p>]> + IntoIterator<Item = Param<'p>> {}
impl<'p, T: AsRef<[Param<'p>]> + IntoIterator<Item = Param<'p>>> Params<'p> for T {}

/// Rows inserted by one statement on SQLite: most of the way from one to many, and few texts to prepare.
const ROWS_OF_A_STATEMENT: usize = 16;

/// A plain table (no seal) that is written in bulk: its columns in order, keys first.
#[derive(Debug)]
pub struct Sheet {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub keys: usize,
}

impl Sheet {
    fn insert_sql(&self, rows: usize) -> String {
        let row = |first: usize| (first + 1..=first + self.columns.len()).map(|i| format!("?{i}")).collect::<Vec<_>>();
        let marks: Vec<String> = (0..rows).map(|n| format!("({})", row(n * self.columns.len()).join(", "))).collect();
        // A row that fails fails the closure, so nothing needs to be kept to undo the statement by itself.
        format!("INSERT OR FAIL INTO {} ({}) VALUES {}", self.table, self.columns.join(", "), marks.join(", "))
    }

    fn update_sql(&self) -> String {
        let part = |(i, c): (usize, &&str)| format!("{c} = ?{}", i + 1);
        let sets: Vec<String> = self.columns.iter().enumerate().skip(self.keys).map(part).collect();
        let keys: Vec<String> = self.columns.iter().enumerate().take(self.keys).map(part).collect();
        format!("UPDATE {} SET {} WHERE {}", self.table, sets.join(", "), keys.join(" AND "))
    }

    fn update_from_sql(&self, marks: &str) -> String {
        let sets: Vec<String> = self.columns[self.keys..].iter().map(|c| format!("{c} = u.{c}")).collect();
        let keys: Vec<String> = self.columns[..self.keys].iter().map(|c| format!("t.{c} = u.{c}")).collect();
        format!(
            "UPDATE {} t SET {} FROM UNNEST({marks}) AS u({}) WHERE {}",
            self.table,
            sets.join(", "),
            self.columns.join(", "),
            keys.join(" AND ")
        )
    }
}

impl Tx<'_> {
    /// Adds rows; a taken key is an error. Answers how many.
    pub fn insert_rows<'p, R: IntoIterator<Item = Param<'p>>>(
        &mut self,
        sheet: &'static Sheet,
        rows: impl ExactSizeIterator<Item = R>,
    ) -> Result<u64> {
        let sql = |rows| sheet.insert_sql(rows);
        self.write_rows(sheet, rows, &sql, ROWS_OF_A_STATEMENT, |sheet, marks| {
            format!("INSERT INTO {} ({}) SELECT * FROM UNNEST({marks})", sheet.table, sheet.columns.join(", "))
        })
    }

    /// Changes rows found by their keys. Answers how many were found.
    pub fn update_rows<'p, R: IntoIterator<Item = Param<'p>>>(
        &mut self,
        sheet: &'static Sheet,
        rows: impl ExactSizeIterator<Item = R>,
    ) -> Result<u64> {
        self.write_rows(sheet, rows, &|_| sheet.update_sql(), 1, Sheet::update_from_sql)
    }

    fn write_rows<'p, R: IntoIterator<Item = Param<'p>>>(
        &mut self,
        sheet: &'static Sheet,
        mut rows: impl ExactSizeIterator<Item = R>,
        sql_of: &dyn Fn(usize) -> String,
        at_once: usize,
        many: impl Fn(&Sheet, &str) -> String,
    ) -> Result<u64> {
        if rows.len() == 0 {
            return Ok(0);
        }
        let done = self.fault("bulk").and_then(|()| match &mut self.conn {
            Conn::Sqlite(c) => {
                let whole = rows.len() / at_once * at_once;
                let mut done = 0;
                if whole > 0 {
                    done += crate::sqlite::execute_each(c, &sql_of(at_once), at_once, rows.by_ref().take(whole))?;
                }
                if rows.len() > 0 {
                    done += crate::sqlite::execute_each(c, &sql_of(1), 1, rows)?;
                }
                Ok(done)
            }
            Conn::Postgres(s) => {
                let marks = s.array_marks(sheet.table, sheet.columns)?;
                let sql = many(sheet, &marks);
                let mut done = 0;
                while rows.len() > 0 {
                    let mut columns: Vec<Vec<Param<'p>>> = vec![Vec::new(); sheet.columns.len()];
                    rows.by_ref()
                        .take(BULK_ROWS)
                        .for_each(|row| columns.iter_mut().zip(row).for_each(|(c, p)| c.push(p)));
                    done += s.execute_arrays(&sql, columns)?;
                }
                Ok(done)
            }
        });
        self.noted(done)
    }

    /// Rows whose keys are among `keys`, each key given as the columns of the primary key. On PostgreSQL one statement per
    /// [`BULK_ROWS`] keys; locked in the order of the key when `lock` is asked for in a write. Missing keys are left out.
    pub fn find<T>(
        &mut self,
        what: &Find,
        keys: &[Vec<Param<'_>>],
        lock: bool,
        mut row: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::with_capacity(keys.len());
        let names = what.keys.join(", ");
        if !self.is_postgres() {
            let parts: Vec<String> = what.keys.iter().enumerate().map(|(i, k)| format!("{k} = ?{}", i + 1)).collect();
            let sql = format!("{} WHERE {}", what.select, parts.join(" AND "));
            for key in keys {
                self.each_row(&sql, key, &mut |r| {
                    out.push(row(r)?);
                    Ok(())
                })?;
            }
            return Ok(out);
        }
        let locked = if lock && self.is_write() { " FOR UPDATE" } else { "" };
        let done = self.fault("find").and_then(|()| {
            let Conn::Postgres(s) = &mut self.conn else { return Ok(()) };
            let marks = s.array_marks(what.table, what.keys)?;
            let sql =
                format!("{} WHERE ({names}) IN (SELECT * FROM UNNEST({marks})) ORDER BY {names}{locked}", what.select);
            keys.chunks(BULK_ROWS).try_for_each(|chunk| {
                let columns = (0..what.keys.len()).map(|i| chunk.iter().map(|k| k[i].clone()).collect()).collect();
                s.query_arrays(&sql, columns, &mut |r| {
                    out.push(row(r)?);
                    Ok(())
                })
            })
        });
        self.noted(done)?;
        Ok(out)
    }

    /// Records whose keys are among `keys`, their seals checked; see [`Tx::find`].
    pub fn get_all<R: Record>(&mut self, keys: &[Vec<Param<'_>>], lock: bool) -> Result<Vec<R>> {
        let select = select_sql(R::TABLE);
        let what = Find { table: R::TABLE.name, select: &select, keys: &R::TABLE.columns[..R::TABLE.keys] };
        let ring = self.keys();
        self.find(&what, keys, lock, |row| sealed_row(ring, row))
    }
}

/// What [`Tx::find`] looks for: a `SELECT … FROM table` without a condition, and the key columns.
pub struct Find<'a> {
    pub table: &'static str,
    pub select: &'a str,
    pub keys: &'a [&'static str],
}
