//! The accounts a writer works on, in memory: loaded from the database, changed by the rules, written back once a commit.
//!
//! On SQLite the one writer keeps them between commits (at most [`ACCOUNTS_KEPT_MAX`]), so a hot account is read once and
//! written once a commit however often it moves. On PostgreSQL every transaction locks the rows it needs in the order of
//! `(book, id)` and forgets them at its end.
use crate::account::Account;
use crate::apply::{Balance, Hold, Slot, State};
use crate::grants::Grant;
use crate::transfer::{COLUMNS, Entry, Kind, Transfer};
use kernel::{Error, Id, Result, Timestamp, id::AccountId, id::TransferId};
use store::{Chain, Column, Find, Overlay, Param, Row, Sheet, Tx};

/// Accounts kept in memory between commits at most; about 200 bytes each.
pub const ACCOUNTS_KEPT_MAX: usize = 200_000;

static BALANCES: Sheet = Sheet {
    table: "balances",
    columns: &["book", "account", "debits_posted", "credits_posted", "debits_pending", "credits_pending", "frozen", "flags", "head"],
    keys: 2,
};
static HOLDS: Sheet = Sheet { table: "pendings", columns: &["book", "id", "debit", "credit", "amount", "expires_at", "ended"], keys: 2 };
static JOURNAL: Sheet = Sheet {
    table: "transfers",
    columns: &[
        "pos", "book", "id", "kind", "debit", "credit", "amount", "currency", "code", "reference", "memo", "pending", "expires_at", "reverses", "at",
        "business_date", "value_date", "debit_prev", "credit_prev", "debit_after", "credit_after", "hash",
    ],
    keys: 1,
};

#[derive(Default)]
pub(crate) struct Books {
    pub state: State,
    /// No transfer id above this one exists (SQLite only, where nobody else writes).
    high_water: Option<TransferId>,
    high_water_before: Option<TransferId>,
    /// No open hold ends before this (SQLite only); `None` is unknown.
    pub next_expiry: Option<Timestamp>,
    new_holds: Vec<TransferId>,
}

impl Overlay for Books {
    fn savepoint(&mut self) {
        self.state.forget_undo();
        self.high_water_before = self.high_water;
    }
    fn release(&mut self) {
        self.state.forget_undo();
    }
    fn rollback(&mut self) {
        self.state.undo_all();
        self.high_water = self.high_water_before;
        self.next_expiry = None;
    }
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.write_balances(tx)
    }
    fn published(&mut self, keep: bool) {
        if !keep || self.state.slots.len() > ACCOUNTS_KEPT_MAX {
            *self = Books::default();
        }
    }
}

pub(crate) fn key(id: &impl Id) -> Vec<Param<'static>> {
    vec![Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]
}

fn sorted<I: Id>(ids: impl Iterator<Item = I>) -> Vec<I> {
    let mut ids: Vec<I> = ids.collect();
    ids.sort_by_key(|id| (id.book(), *id));
    ids.dedup();
    ids
}

impl Books {
    /// Brings in all that a batch speaks of and that is not here yet.
    pub fn load(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.load_accounts(tx, batch.iter().flat_map(|t| [t.debit, t.credit]))?;
        self.load_known(tx, batch)?;
        self.load_holds(tx, batch.iter().filter_map(|t| t.pending))?;
        self.load_reversed(tx, batch)?;
        self.load_grants(tx, batch)
    }

    fn load_reversed(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.reversed.clear();
        for t in batch {
            let Some(of) = t.reverses else { continue };
            let sql = "SELECT reverses FROM transfers WHERE book = ?1 AND reverses = ?2";
            if let Some(id) = tx.query_one(sql, &[Param::Int(i64::from(t.id.book().0)), Param::Id(of.bytes())], |r| r.get(0))? {
                self.state.reversed.insert(id);
            }
        }
        Ok(())
    }

    pub fn load_accounts(&mut self, tx: &mut Tx<'_>, ids: impl Iterator<Item = AccountId>) -> Result<()> {
        let missing = sorted(ids.filter(|id| self.state.slot(*id).is_none()));
        if missing.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = missing.iter().map(key).collect();
        let select = format!("SELECT {} FROM balances", BALANCES.columns[1..].join(", "));
        let find = Find { table: BALANCES.table, select: &select, keys: &BALANCES.columns[..2] };
        let balances = tx.find(&find, &keys, true, |r| Ok((r.get::<AccountId>(0)?, balance_from(r, 1)?)))?;
        let balances: std::collections::HashMap<_, _> = balances.into_iter().collect();
        for account in tx.get_all::<Account>(&keys, false)? {
            let balance = balances.get(&account.id).ok_or_else(|| Error::broken(format!("{} has no balance", account.id)))?;
            self.state.add_account(slot(&account, *balance));
        }
        Ok(())
    }

    fn load_known(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.known.clear();
        let suspects = match self.fresh_above(tx)? {
            Some(high) if batch.windows(2).all(|w| w[0].id < w[1].id) => batch.iter().filter(|t| t.id <= high).collect::<Vec<_>>(),
            _ => batch.iter().collect(),
        };
        let ids = sorted(suspects.iter().map(|t| t.id));
        for e in entries(tx, &ids)? {
            self.state.known.insert(e.id, e);
        }
        Ok(())
    }

    /// The highest id in the journal; `None` when others may write too.
    fn fresh_above(&mut self, tx: &mut Tx<'_>) -> Result<Option<TransferId>> {
        if tx.is_postgres() {
            return Ok(None);
        }
        if self.high_water.is_none() {
            let newest = tx.query_one("SELECT max(id) FROM transfers", &[], |r| r.get::<Option<TransferId>>(0))?.flatten();
            self.high_water = newest.or_else(|| TransferId::from_bytes(&[0; 16]).ok());
        }
        Ok(self.high_water)
    }

    pub fn load_holds(&mut self, tx: &mut Tx<'_>, ids: impl Iterator<Item = TransferId>) -> Result<()> {
        let missing = sorted(ids.filter(|id| !self.state.holds.contains_key(id)));
        if missing.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = missing.iter().map(key).collect();
        let find = Find { table: HOLDS.table, select: "SELECT id, debit, credit, amount, expires_at, ended FROM pendings", keys: &HOLDS.columns[..2] };
        for (id, hold) in tx.find(&find, &keys, true, hold_from)? {
            self.state.holds.insert(id, hold);
        }
        Ok(())
    }

    fn load_grants(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.grants.clear();
        let restricted = |t: &&Transfer| self.state.slot(t.debit).is_some_and(|s| s.purpose.is_restricted());
        let pairs: Vec<_> = batch.iter().filter(restricted).map(|t| [key(&t.debit), vec![Param::Id(t.credit.bytes())]].concat()).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        let live = tx.get_all::<Grant>(&pairs, false)?.into_iter().filter(|g| g.ended_at.is_none());
        self.state.grants.extend(live.map(|g| (g.account, g.payee)));
        Ok(())
    }

    /// Puts what the rules posted into the journal, chained and linked to each account's entry before.
    pub fn journal(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let mut posted = std::mem::take(&mut self.state.posted);
        let mut bytes = Vec::with_capacity(256);
        for (entry, d, c) in &mut posted {
            entry.debit_prev = self.state.slots[*d].balance.head;
            entry.credit_prev = self.state.slots[*c].balance.head;
            entry.bytes_into(&mut bytes);
            (entry.pos, entry.hash) = tx.extend(Chain::Journal, &bytes)?;
            self.state.slots[*d].balance.head = entry.pos;
            self.state.slots[*c].balance.head = entry.pos;
            self.high_water = self.high_water.map(|h| h.max(entry.id));
            if let (Kind::Pending, Some(at)) = (entry.kind, entry.expires_at) {
                self.new_holds.push(entry.id);
                self.next_expiry = self.next_expiry.map(|n| n.min(at));
            }
        }
        tx.insert_rows(&JOURNAL, posted.iter().map(|(e, ..)| row(e)))?;
        self.write_holds(tx)
    }

    fn write_holds(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let new = std::mem::take(&mut self.new_holds);
        let mut changed = std::mem::take(&mut self.state.holds_dirty);
        changed.retain(|id| !new.contains(id));
        let with = |ids: Vec<TransferId>, holds: &State| -> Vec<(TransferId, Hold)> { ids.iter().filter_map(|id| holds.holds.get(id).map(|h| (*id, *h))).collect() };
        let (new, changed) = (with(new, &self.state), with(changed, &self.state));
        tx.insert_rows(&HOLDS, new.iter().map(hold_row))?;
        tx.update_rows(&HOLDS, changed.iter().map(hold_row))?;
        if tx.is_postgres() {
            return Ok(());
        }
        new.iter().chain(&changed).filter(|(_, h)| h.ended.is_some()).for_each(|(id, _)| {
            self.state.holds.remove(id);
        });
        Ok(())
    }

    pub fn write_balances(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let dirty: Vec<&Slot> = self.state.slots.iter().filter(|s| s.dirty).collect();
        tx.update_rows(&BALANCES, dirty.iter().map(|s| balance_row(s.id, &s.balance)))?;
        self.state.slots.iter_mut().for_each(|s| s.dirty = false);
        Ok(())
    }
}

pub(crate) fn slot(a: &Account, balance: Balance) -> Slot {
    Slot { id: a.id, currency: a.currency, side: a.side, purpose: a.purpose, limited: a.limited, balance, dirty: false }
}

pub(crate) fn insert_balance(tx: &mut Tx<'_>, id: AccountId) -> Result<()> {
    tx.insert_rows(&BALANCES, [balance_row(id, &Balance::default())].into_iter()).map(|_| ())
}

fn balance_row(id: AccountId, b: &Balance) -> Vec<Param<'static>> {
    let numbers = [b.debits_posted, b.credits_posted, b.debits_pending, b.credits_pending, b.frozen, b.flags, b.head];
    key(&id).into_iter().chain(numbers.map(Param::Int)).collect()
}

pub(crate) fn balance_from(r: &Row<'_>, first: usize) -> Result<Balance> {
    Ok(Balance {
        debits_posted: r.get(first)?,
        credits_posted: r.get(first + 1)?,
        debits_pending: r.get(first + 2)?,
        credits_pending: r.get(first + 3)?,
        frozen: r.get(first + 4)?,
        flags: r.get(first + 5)?,
        head: r.get(first + 6)?,
    })
}

pub(crate) fn hold_from(r: &Row<'_>) -> Result<(TransferId, Hold)> {
    let hold = Hold { debit: r.get(1)?, credit: r.get(2)?, amount: r.get(3)?, expires_at: r.get(4)?, ended: r.get(5)? };
    Ok((r.get(0)?, hold))
}

fn hold_row((id, h): &(TransferId, Hold)) -> Vec<Param<'static>> {
    let mut row = key(id);
    row.extend([Param::Id(h.debit.bytes()), Param::Id(h.credit.bytes()), Param::Int(h.amount), Param::Int(h.expires_at.micros())]);
    row.push(h.ended.map_or(Param::Null, |k| k.code().into()));
    row
}

fn row(e: &Entry) -> Vec<Param<'_>> {
    vec![
        Param::Int(e.pos),
        Param::Int(i64::from(e.id.book().0)),
        Param::Id(e.id.bytes()),
        e.kind.code().into(),
        Param::Id(e.debit.bytes()),
        Param::Id(e.credit.bytes()),
        Param::Int(e.amount),
        e.currency.param(),
        Param::Text(e.code.as_ref().into()),
        e.reference.param(),
        e.memo.param(),
        e.pending.as_ref().map_or(Param::Null, Column::param),
        e.expires_at.as_ref().map_or(Param::Null, Column::param),
        e.reverses.as_ref().map_or(Param::Null, Column::param),
        Param::Int(e.at.micros()),
        Param::Int(e.business_date.days()),
        Param::Int(e.value_date.days()),
        Param::Int(e.debit_prev),
        Param::Int(e.credit_prev),
        Param::Int(e.debit_after),
        Param::Int(e.credit_after),
        Param::Bytes(e.hash.as_slice().into()),
    ]
}

/// The journal entries with these ids; missing ones are left out.
pub(crate) fn entries(tx: &mut Tx<'_>, ids: &[TransferId]) -> Result<Vec<Entry>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = ids.iter().map(key).collect();
    let select = format!("SELECT {COLUMNS} FROM transfers");
    tx.find(&Find { table: JOURNAL.table, select: &select, keys: &["book", "id"] }, &keys, false, Entry::from_row)
}
