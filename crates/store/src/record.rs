//! Tables of record: whole rows in, whole rows out, each under a seal.
//!
//! A **seal** is the first 16 bytes of a keyed BLAKE3 over the table's name and every column. It is written with the row,
//! checked whenever the row is loaded (nothing is decided on a row whose seal is broken), and it is the row's version: an
//! update names the seal it saw, so a row that changed meanwhile is [`kernel::error::STALE`], not overwritten.
//! What a seal alone cannot show, a row that is missing, extra or older, the **accumulator** does: the sum modulo 2²⁵⁶ of
//! `BLAKE3(key, seal)` over all rows of a table, kept per writer lane in the same transaction (an additive multiset hash,
//! after Bellare and Micciancio's AdHash, 1997). Adding a row adds its term, an update takes the old one off.
use crate::keys::KeyRing;
use crate::sql::{Column, Param, Row};
use crate::tx::{Tx, copy_of};
use kernel::error::STALE;
use kernel::{Error, Result};
use std::fmt::Write;

/// Rows written by one statement on PostgreSQL.
pub const BULK_ROWS: usize = 1_000;

/// The name and columns of a table of record, keys first. Every such table ends with a `seal` column.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// How many of the first columns are the primary key.
    pub keys: usize,
}

/// A row's seal as it was loaded; all zeros for a row that is not stored yet.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Seal(pub [u8; 16]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seal {:02x}{:02x}…", self.0[0], self.0[1])
    }
}

/// A row of a table of record; made by [`record!`](crate::record).
pub trait Record: Sized {
    const TABLE: &'static Table;
    fn params(&self) -> Vec<Param<'_>>;
    fn from_row(row: &Row<'_>) -> Result<Self>;
    fn seal(&self) -> Seal;
    fn set_seal(&mut self, seal: Seal);
}

/// Declares a row type: `pub struct Worker in "payroll_workers" key 2 { pub book: BookId, pub id: WorkerId, … }`.
/// Columns are the fields in their order; `key N` says how many of the first are the key.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident in $table:literal key $keys:literal { $($(#[$fmeta:meta])* $fvis:vis $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $($(#[$fmeta])* $fvis $field: $ty,)*
            /// The seal it was loaded with; `Seal::default()` when new.
            pub seal: $crate::Seal,
        }
        impl $crate::Record for $name {
            const TABLE: &'static $crate::Table =
                &$crate::Table { name: $table, columns: &[$(stringify!($field)),*], keys: $keys };
            fn params(&self) -> Vec<$crate::Param<'_>> {
                // Room for the seals that a statement appends.
                let mut columns = Vec::with_capacity(<Self as $crate::Record>::TABLE.columns.len() + 2);
                columns.extend([$($crate::Column::param(&self.$field)),*]);
                columns
            }
            fn from_row(row: &$crate::Row<'_>) -> kernel::Result<Self> {
                let mut at = 0usize..;
                let mut next = || at.next().unwrap_or_default();
                Ok($name { $($field: row.get(next())?,)* seal: $crate::Seal(row.get(next())?) })
            }
            fn seal(&self) -> $crate::Seal { self.seal }
            fn set_seal(&mut self, seal: $crate::Seal) { self.seal = seal; }
        }
    };
}

impl Tx<'_> {
    /// Adds a row; a taken key is an error of the database, so check first or use [`Tx::insert_if_absent`].
    pub fn insert<R: Record>(&mut self, row: &mut R) -> Result<()> {
        match self.insert_if_absent(row)? {
            true => Ok(()),
            false => Err(Error::new(&STALE, format!("a row of {} with this key is already there", R::TABLE.name))),
        }
    }

    /// Adds a row unless its key (or another unique value) is taken; says whether it did.
    pub fn insert_if_absent<R: Record>(&mut self, row: &mut R) -> Result<bool> {
        let mut params = row.params();
        let seal = self.seal_of(R::TABLE, &params);
        params.push(Param::Id(seal.0));
        let sql = self.statement(R::TABLE, "insert", insert_sql);
        let done = self.execute(&sql, &params)? == 1;
        drop(params);
        if done {
            row.set_seal(seal);
            self.accumulate(R::TABLE.name, None, Some(seal));
        }
        Ok(done)
    }

    /// Adds many rows at once, [`BULK_ROWS`] at a time. `Err(STALE)` when a key is taken: then the closure can only fail,
    /// because some of the rows may be there already.
    pub fn insert_all<R: Record>(&mut self, rows: &mut [R]) -> Result<()> {
        let done = self.insert_chunks(rows);
        if let Err(why) = &done {
            self.doom(copy_of(why));
        }
        done
    }

    fn insert_chunks<R: Record>(&mut self, rows: &mut [R]) -> Result<()> {
        for chunk in rows.chunks_mut(BULK_ROWS) {
            let seals: Vec<Seal> = chunk.iter().map(|r| self.seal_of(R::TABLE, &r.params())).collect();
            let sealed = |(row, seal): (_, &Seal)| {
                let mut params = R::params(row);
                params.push(Param::Id(seal.0));
                params
            };
            let params = chunk.iter().zip(&seals).map(sealed);
            let done = self.insert_sealed(R::TABLE, params)?;
            if done != chunk.len() as u64 {
                return Err(Error::new(&STALE, format!("a row of {} is already there", R::TABLE.name)));
            }
            for (row, seal) in chunk.iter_mut().zip(seals) {
                row.set_seal(seal);
                self.accumulate(R::TABLE.name, None, Some(seal));
            }
        }
        Ok(())
    }

    /// Writes back a loaded row. `Err(STALE)` when it changed since it was loaded; nothing is written when nothing changed.
    pub fn update<R: Record>(&mut self, row: &mut R) -> Result<()> {
        let old = row.seal();
        let mut params = row.params();
        let seal = self.seal_of(R::TABLE, &params);
        if seal == old {
            return Ok(());
        }
        params.push(Param::Id(seal.0));
        params.push(Param::Id(old.0));
        let sql = self.statement(R::TABLE, "update", update_sql);
        if self.execute(&sql, &params)? != 1 {
            return Err(Error::new(&STALE, format!("a row of {} changed meanwhile", R::TABLE.name)));
        }
        drop(params);
        row.set_seal(seal);
        self.accumulate(R::TABLE.name, Some(old), Some(seal));
        Ok(())
    }

    /// Removes a loaded row. Only for things whose end is not history (a session, a draft line).
    pub fn remove<R: Record>(&mut self, row: &R) -> Result<()> {
        let keys = &row.params()[..R::TABLE.keys];
        let mut params = keys.to_vec();
        params.push(Param::Id(row.seal().0));
        let sql = self.statement(R::TABLE, "delete", delete_sql);
        if self.execute(&sql, &params)? != 1 {
            return Err(Error::new(&STALE, format!("a row of {} changed meanwhile", R::TABLE.name)));
        }
        self.accumulate(R::TABLE.name, Some(row.seal()), None);
        Ok(())
    }

    /// The row with this key, without a lock.
    pub fn get<R: Record>(&mut self, key: &[Param<'_>]) -> Result<Option<R>> {
        let sql = self.statement(R::TABLE, "get", |t| format!("{} WHERE {}", select_sql(t), key_sql(t, 1)));
        Ok(self.sealed::<R>(&sql, key)?.pop())
    }

    /// The row with this key, locked against other writers until this transaction ends. In a read, the same as `get`.
    pub fn load<R: Record>(&mut self, key: &[Param<'_>]) -> Result<Option<R>> {
        if !self.locks_rows() {
            return self.get(key);
        }
        let sql = self.statement(R::TABLE, "load", |t| format!("{} WHERE {} FOR UPDATE", select_sql(t), key_sql(t, 1)));
        Ok(self.sealed::<R>(&sql, key)?.pop())
    }

    /// Rows with a tail of SQL: `"WHERE book = ?1 AND project = ?2 ORDER BY id LIMIT ?3"`.
    pub fn select<R: Record>(&mut self, tail: &'static str, params: &[Param<'_>]) -> Result<Vec<R>> {
        let sql = self.statement(R::TABLE, tail, |t| format!("{} {tail}", select_sql(t)));
        self.sealed::<R>(&sql, params)
    }

    /// As `select`, with the rows locked against other writers; order by key so that locks have one order.
    pub fn select_locked<R: Record>(&mut self, tail: &'static str, params: &[Param<'_>]) -> Result<Vec<R>> {
        if !self.locks_rows() {
            return self.select(tail, params);
        }
        let sql = format!("{} {tail} FOR UPDATE", select_sql(R::TABLE));
        self.sealed::<R>(&sql, params)
    }

    fn sealed<R: Record>(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<R>> {
        let keys = self.keys();
        self.query(sql, params, |row| sealed_row(keys, row))
    }

    pub(crate) fn seal_of(&self, table: &Table, params: &[Param<'_>]) -> Seal {
        self.keys().seal(table.name, params)
    }
}

/// Reads a row whose seal fits. The seal is judged over the columns as they stand, not as they are understood: a JSON column
/// that a newer program writes in another way is still the one that was sealed.
pub(crate) fn sealed_row<R: Record>(keys: &KeyRing, row: &Row<'_>) -> Result<R> {
    let columns = R::TABLE.columns.len();
    let values = (0..columns).map(|i| row.param(i)).collect::<Result<Vec<_>>>()?;
    if row.get::<Seal>(columns).ok() != Some(keys.seal(R::TABLE.name, &values)) {
        let key = show_key(R::TABLE, &values);
        return Err(Error::broken(format!("the seal of {} {key} is broken", R::TABLE.name)));
    }
    R::from_row(row)
}

/// `(book 3, id 0199…)` for messages.
pub fn show_key(table: &Table, values: &[Param<'_>]) -> String {
    let mut out = String::from("(");
    for (i, (name, value)) in table.columns.iter().zip(values).take(table.keys).enumerate() {
        let sep = if i == 0 { "" } else { ", " };
        let _ = match value {
            Param::Int(n) => write!(out, "{sep}{name} {n}"),
            Param::Text(t) => write!(out, "{sep}{name} {t}"),
            other => write!(
                out,
                "{sep}{name} {}",
                other.bytes().map(|b| data_encoding::HEXLOWER.encode(b)).unwrap_or_default()
            ),
        };
    }
    out.push(')');
    out
}

pub(crate) fn select_sql(t: &Table) -> String {
    format!("SELECT {}, seal FROM {}", t.columns.join(", "), t.name)
}

fn key_sql(t: &Table, first: usize) -> String {
    let parts: Vec<String> =
        t.columns[..t.keys].iter().enumerate().map(|(i, c)| format!("{c} = ?{}", first + i)).collect();
    parts.join(" AND ")
}

fn insert_sql(t: &Table) -> String {
    let marks: Vec<String> = (1..=t.columns.len() + 1).map(|i| format!("?{i}")).collect();
    format!(
        "INSERT INTO {} ({}, seal) VALUES ({}) ON CONFLICT DO NOTHING",
        t.name,
        t.columns.join(", "),
        marks.join(", ")
    )
}

fn update_sql(t: &Table) -> String {
    let n = t.columns.len();
    let sets: Vec<String> =
        t.columns[t.keys..].iter().enumerate().map(|(i, c)| format!("{c} = ?{}", t.keys + i + 1)).collect();
    format!(
        "UPDATE {} SET {}, seal = ?{} WHERE {} AND seal = ?{}",
        t.name,
        sets.join(", "),
        n + 1,
        key_sql(t, 1),
        n + 2
    )
}

fn delete_sql(t: &Table) -> String {
    format!("DELETE FROM {} WHERE {} AND seal = ?{}", t.name, key_sql(t, 1), t.keys + 1)
}

impl Column for Seal {
    fn param(&self) -> Param<'_> {
        Param::Id(self.0)
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        <[u8; 16]>::from_param(value).map(Seal)
    }
}
