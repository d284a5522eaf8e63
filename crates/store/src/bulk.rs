//! Many rows in one go: a prepared statement in a loop on SQLite, arrays through `UNNEST` on PostgreSQL.
use crate::record::{BULK_ROWS, Record, Seal, Table, sealed_row, select_sql};
use crate::sql::{Param, Row};
use crate::tx::{Conn, Tx, copy_of};
use kernel::error::STALE;
use kernel::{Error, Result};

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

/// As [`Sheet::insert_sql`] for a table of record; a row whose key is taken is left out.
fn insert_sealed_sql(table: &Table, rows: usize) -> String {
    let columns = table.columns.len() + 1;
    let row = |n: usize| (n * columns + 1..=(n + 1) * columns).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
    let marks: Vec<String> = (0..rows).map(|n| format!("({})", row(n))).collect();
    let names = table.columns.join(", ");
    format!("INSERT OR FAIL INTO {} ({names}, seal) VALUES {} ON CONFLICT DO NOTHING", table.name, marks.join(", "))
}

/// The columns of some rows of record that differ from how the rows were loaded.
struct Changes {
    table: &'static Table,
    /// Names, in the order of the table; keys are never among them.
    columns: Vec<&'static str>,
}

impl Changes {
    fn between<R: Record>(old: &[R], new: &[R]) -> Result<Changes> {
        let table = R::TABLE;
        let mut differs = vec![false; table.columns.len()];
        for (old, new) in old.iter().zip(new) {
            for (differs, (old, new)) in differs.iter_mut().zip(old.params().iter().zip(&new.params())) {
                *differs |= old != new;
            }
        }
        if old.len() != new.len() || differs[..table.keys].contains(&true) {
            return Err(Error::broken(format!("rows of {} are written back as other rows", table.name)));
        }
        let columns = table.columns.iter().zip(differs).filter(|(_, differs)| *differs).map(|(c, _)| *c).collect();
        Ok(Changes { table, columns })
    }

    fn keys(&self) -> &'static [&'static str] {
        &self.table.columns[..self.table.keys]
    }

    /// What a statement takes of a row: its keys, what changed, its new seal and the one it was loaded with.
    fn of<'r, R: Record>(&self, row: &'r R, seal: Seal, old: Seal) -> Vec<Param<'r>> {
        let wanted = |(i, name): &(usize, &&str)| *i < self.table.keys || self.columns.contains(*name);
        let all = row.params().into_iter();
        let taken = self.table.columns.iter().enumerate().zip(all).filter(|(column, _)| wanted(column));
        taken.map(|(_, param)| param).chain([Param::Id(seal.0), Param::Id(old.0)]).collect()
    }

    fn update_sql(&self) -> String {
        let keys: Vec<String> = self.keys().iter().enumerate().map(|(i, k)| format!("{k} = ?{}", i + 1)).collect();
        let first = self.table.keys + 1;
        let sets = self.columns.iter().chain(&["seal"]).enumerate().map(|(i, c)| format!("{c} = ?{}", first + i));
        let sets: Vec<String> = sets.collect();
        let old = first + sets.len();
        format!("UPDATE {} SET {} WHERE {} AND seal = ?{old}", self.table.name, sets.join(", "), keys.join(" AND "))
    }

    /// Columns whose arrays the statement of PostgreSQL takes.
    fn taken(&self) -> Vec<&'static str> {
        self.keys().iter().chain(&self.columns).copied().chain(["seal", "seal"]).collect()
    }

    fn update_from_sql(&self, marks: &str) -> String {
        let sets: Vec<String> = self.columns.iter().chain(&["seal"]).map(|c| format!("{c} = u.{c}")).collect();
        let keys: Vec<String> = self.keys().iter().map(|k| format!("t.{k} = u.{k}")).collect();
        let names: Vec<&str> = self.keys().iter().chain(&self.columns).copied().chain(["seal", "old_seal"]).collect();
        format!(
            "UPDATE {} t SET {} FROM UNNEST({marks}) AS u({}) WHERE {} AND t.seal = u.old_seal",
            self.table.name,
            sets.join(", "),
            names.join(", "),
            keys.join(" AND ")
        )
    }
}

impl Tx<'_> {
    /// Adds rows of record, each with its seal last; answers how many keys were free.
    pub(crate) fn insert_sealed<'p>(
        &mut self,
        table: &'static Table,
        mut rows: impl ExactSizeIterator<Item = Vec<Param<'p>>>,
    ) -> Result<u64> {
        let done = self.fault("execute").and_then(|()| match &mut self.conn {
            Conn::Sqlite(c) => {
                let whole = rows.len() / ROWS_OF_A_STATEMENT * ROWS_OF_A_STATEMENT;
                let (many, one) = (insert_sealed_sql(table, ROWS_OF_A_STATEMENT), insert_sealed_sql(table, 1));
                let mut done = 0;
                if whole > 0 {
                    done += crate::sqlite::execute_each(c, &many, ROWS_OF_A_STATEMENT, rows.by_ref().take(whole))?;
                }
                if rows.len() > 0 {
                    done += crate::sqlite::execute_each(c, &one, 1, rows)?;
                }
                Ok(done)
            }
            Conn::Postgres(s) => {
                let mut columns: Vec<Vec<Param<'_>>> = vec![Vec::with_capacity(rows.len()); table.columns.len() + 1];
                rows.for_each(|row| columns.iter_mut().zip(row).for_each(|(c, p)| c.push(p)));
                s.insert_columns(table.name, table.columns, columns)
            }
        });
        self.noted(done)
    }

    /// Writes back many loaded rows: `old` as they were loaded, `new` as they are to be, in the same order. Only columns that
    /// differ in some row are written, so an index over what did not change stays as it is. `Err(STALE)` when one of them
    /// changed since it was loaded: then the closure can only fail, because some of the rows may be written already.
    pub fn update_all<R: Record>(&mut self, old: &[R], new: &mut [R]) -> Result<()> {
        let done = self.update_chunks(old, new);
        if let Err(why) = &done {
            self.doom(copy_of(why));
        }
        done
    }

    fn update_chunks<R: Record>(&mut self, old: &[R], new: &mut [R]) -> Result<()> {
        let changes = Changes::between(old, new)?;
        for (old, new) in old.chunks(BULK_ROWS).zip(new.chunks_mut(BULK_ROWS)) {
            let seals: Vec<Seal> = new.iter().map(|row| self.seal_of(R::TABLE, &row.params())).collect();
            let changed: Vec<usize> = (0..new.len()).filter(|n| seals[*n] != old[*n].seal()).collect();
            let rows: Vec<_> = changed.iter().map(|n| changes.of(&new[*n], seals[*n], old[*n].seal())).collect();
            if self.update_chunk(&changes, rows)? != changed.len() as u64 {
                return Err(Error::new(&STALE, format!("a row of {} changed meanwhile", R::TABLE.name)));
            }
            for n in changed {
                new[n].set_seal(seals[n]);
                self.accumulate(R::TABLE.name, Some(old[n].seal()), Some(seals[n]));
            }
        }
        Ok(())
    }

    fn update_chunk(&mut self, changes: &Changes, rows: Vec<Vec<Param<'_>>>) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let done = self.fault("bulk").and_then(|()| match &mut self.conn {
            Conn::Sqlite(c) => crate::sqlite::execute_each(c, &changes.update_sql(), 1, rows.into_iter()),
            Conn::Postgres(s) => {
                let taken = changes.taken();
                let sql = changes.update_from_sql(&s.array_marks(changes.table.name, &taken)?);
                let mut columns: Vec<Vec<Param<'_>>> = vec![Vec::with_capacity(rows.len()); taken.len()];
                rows.into_iter().for_each(|row| columns.iter_mut().zip(row).for_each(|(c, p)| c.push(p)));
                s.execute_arrays(&sql, columns)
            }
        });
        self.noted(done)
    }
}

/// What [`Tx::find`] looks for: a `SELECT … FROM table` without a condition, and the key columns.
pub struct Find<'a> {
    pub table: &'static str,
    pub select: &'a str,
    pub keys: &'a [&'static str],
}
