//! The accounts a writer works on, in memory: loaded from the database, changed by the rules, written back once a commit.
//!
//! On SQLite the one writer keeps them between commits (at most [`ACCOUNTS_KEPT_MAX`], with as many open holds), so a hot
//! account is read once and written once a commit however often it moves. On PostgreSQL every transaction locks the rows it
//! needs in the order of `(book, id)` and forgets them at its end.
//!
//! Ids are made to grow, so on SQLite a batch whose ids lie above all that its books ever saw is known to be new without a
//! look into the journal. An id from a clock far ahead only costs this shortcut: until the others have caught up, each id is
//! looked for.
use crate::account::{Account, Side};
use crate::apply::{Balance, Context, Hold, Original, Slot, State};
use crate::entry::{COLUMNS, Entry, JOURNAL};
use crate::grants::Grant;
use crate::strands;
use crate::transfer::{Kind, Transfer};
use hashbrown::{HashMap, HashSet};
use kernel::{BookId, Error, Id, Result, Timestamp, id::AccountId, id::TransferId};
use store::{Chain, Find, Overlay, Param, Row, Sheet, Tx};

/// Accounts kept in memory between commits at most, and open holds as many; about 250 bytes each.
pub const ACCOUNTS_KEPT_MAX: usize = 200_000;

pub(crate) static BALANCES: Sheet = Sheet {
    table: "balances",
    columns: &[
        "book",
        "place",
        "debits_posted",
        "credits_posted",
        "debits_pending",
        "credits_pending",
        "frozen",
        "flags",
        "head",
        "moved_at",
    ],
    keys: 2,
};
/// On SQLite a row is found by its number twice as fast as by its key, and written over.
static ROWS: Sheet = Sheet {
    table: "balances",
    columns: &[
        "rowid",
        "debits_posted",
        "credits_posted",
        "debits_pending",
        "credits_pending",
        "frozen",
        "flags",
        "head",
        "moved_at",
    ],
    keys: 1,
};
static HOLDS: Sheet =
    Sheet { table: "pendings", columns: &["book", "id", "debit", "credit", "amount", "expires_at", "ended"], keys: 2 };
const HOLD_COLUMNS: &str = "id, debit, credit, amount, expires_at, ended";

#[derive(Default)]
pub(crate) struct Books {
    pub state: State,
    /// Per book, no transfer id above this one exists (SQLite only, where nobody else writes). After a failed closure it may
    /// be higher than any that does.
    newest: HashMap<BookId, TransferId>,
    /// No open hold ends before this (SQLite only); `None` is unknown.
    next_expiry: Option<Timestamp>,
    /// Accounts in memory when the closure began.
    accounts_before: usize,
    /// Balances that this closure wrote before its end: they are unwritten again if it fails.
    written: Vec<usize>,
}

impl Overlay for Books {
    fn savepoint(&mut self) {
        self.state.forget_undo();
        self.accounts_before = self.state.slots().len();
        self.written.clear();
    }
    fn release(&mut self) {
        self.state.forget_undo();
        self.written.clear();
    }
    fn rollback(&mut self) {
        self.state.undo_closure(self.accounts_before);
        self.state.give_back_dirty(&std::mem::take(&mut self.written));
        self.next_expiry = None;
    }
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.write_balances(tx)
    }
    fn published(&mut self, keep: bool) {
        if !keep || self.state.slots().len().max(self.state.holds.len()) > ACCOUNTS_KEPT_MAX {
            *self = Books::default();
        }
    }
}

pub(crate) fn key(id: &impl Id) -> Vec<Param<'static>> {
    vec![book_param(id.book()), Param::Id(id.bytes())]
}

pub(crate) fn book_param(book: BookId) -> Param<'static> {
    Param::Int(i64::from(book.0))
}

fn sorted<I: Id>(ids: impl Iterator<Item = I>) -> Vec<I> {
    let mut ids: Vec<I> = ids.collect();
    ids.sort_unstable_by_key(|id| (id.book(), *id));
    ids.dedup();
    ids
}

/// What is about to be done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Debit,
    Credit,
    /// Stopped, frozen, closed.
    Whole,
}

impl Touch {
    /// Whether all that the account holds must be known and stand still.
    fn needs_all(self, limited: bool, side: Side) -> bool {
        match self {
            Touch::Whole => true,
            Touch::Debit => limited && side == Side::Credit,
            Touch::Credit => limited && side == Side::Debit,
        }
    }
}

/// The accounts that transfers name, both sides.
pub(crate) fn named(batch: &[Transfer]) -> impl Iterator<Item = (AccountId, Touch)> {
    batch.iter().flat_map(|t| both(t.debit, t.credit))
}

fn both(debit: AccountId, credit: AccountId) -> [(AccountId, Touch); 2] {
    [(debit, Touch::Debit), (credit, Touch::Credit)]
}

impl Books {
    /// Brings in all that a batch speaks of and that is not here yet.
    pub fn load(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.load_accounts(tx, named(batch))?;
        self.load_known(tx, batch)?;
        self.load_holds(tx, batch.iter().filter_map(|t| t.pending))?;
        self.load_originals(tx, batch)?;
        self.load_grants(tx, batch)
    }

    pub fn load_accounts(&mut self, tx: &mut Tx<'_>, ids: impl Iterator<Item = (AccountId, Touch)>) -> Result<()> {
        let serves = |s: &Slot, touch: Touch| !s.is_hot() || s.whole().is_some() || !touch.needs_all(s.limited, s.side);
        let asked: Vec<_> =
            ids.filter(|(id, touch)| !self.state.slot(*id).is_some_and(|s| serves(s, *touch))).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = sorted(asked.iter().map(|(id, _)| *id)).iter().map(key).collect();
        let mut accounts = tx.get_all::<Account>(&keys, false)?;
        accounts.sort_unstable_by_key(|a| (a.book, a.place));
        let (hot, plain): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|a| a.hot);
        self.load_plain(tx, plain)?;
        self.load_hot(tx, &hot, &asked)
    }

    fn load_hot(&mut self, tx: &mut Tx<'_>, accounts: &[Account], asked: &[(AccountId, Touch)]) -> Result<()> {
        if accounts.is_empty() {
            return Ok(());
        }
        let alone = !tx.is_postgres();
        let needs_all = |a: &Account| asked.iter().any(|(id, touch)| *id == a.id && touch.needs_all(a.limited, a.side));
        for slot in strands::load(tx, accounts, &|a| alone || needs_all(a))? {
            match self.state.slot(slot.id) {
                // Our own strand was taken before, and may have moved since.
                Some(_) => self.state.set_rest(slot.id, slot.rest),
                None => self.state.add_account(slot),
            }
        }
        Ok(())
    }

    fn load_plain(&mut self, tx: &mut Tx<'_>, accounts: Vec<Account>) -> Result<()> {
        if accounts.is_empty() {
            return Ok(());
        }
        let places: Vec<_> = accounts.iter().map(|a| vec![book_param(a.book), Param::Int(a.place)]).collect();
        let own = if tx.is_postgres() { "place" } else { "rowid" };
        let select = format!("SELECT book, place, {own}, {BALANCE_COLUMNS} FROM balances");
        let find = Find { table: BALANCES.table, select: &select, keys: &BALANCES.columns[..2] };
        let found = tx.find(&find, &places, true, |r| {
            Ok(((r.get::<BookId>(0)?, r.get::<i64>(1)?), (r.get::<i64>(2)?, balance_from(r, 3)?)))
        })?;
        let found: HashMap<_, _> = found.into_iter().collect();
        for a in accounts {
            let (place, balance) =
                *found.get(&(a.book, a.place)).ok_or_else(|| Error::broken(format!("{} has no balance", a.id)))?;
            let mut slot = Slot::new(a.id, a.currency, a.side, a.purpose, a.limited, balance);
            slot.place = place;
            self.state.add_account(slot);
        }
        Ok(())
    }

    fn load_known(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.known.clear();
        let mut suspects = Vec::new();
        for t in batch {
            if tx.is_postgres() || t.id <= self.newest_of(tx, t.id.book())? {
                suspects.push(t.id);
            }
        }
        for e in entries(tx, &sorted(suspects.into_iter()))? {
            self.state.known.insert(e.id, e);
        }
        Ok(())
    }

    fn newest_of(&mut self, tx: &mut Tx<'_>, book: BookId) -> Result<TransferId> {
        if let Some(newest) = self.newest.get(&book) {
            return Ok(*newest);
        }
        let sql = "SELECT id FROM transfers WHERE book = ?1 ORDER BY id DESC LIMIT 1";
        let newest = tx.query_one(sql, &[book_param(book)], |r| r.get::<TransferId>(0))?;
        let newest = newest.map_or_else(|| TransferId::from_bytes(&[0; 16]), Ok)?;
        self.newest.insert(book, newest);
        Ok(newest)
    }

    fn load_holds(&mut self, tx: &mut Tx<'_>, ids: impl Iterator<Item = TransferId>) -> Result<()> {
        let missing = sorted(ids.filter(|id| !self.state.holds.contains_key(id)));
        if missing.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = missing.iter().map(key).collect();
        let select = format!("SELECT {HOLD_COLUMNS} FROM pendings");
        let find = Find { table: HOLDS.table, select: &select, keys: &HOLDS.columns[..2] };
        for (id, hold) in tx.find(&find, &keys, true, hold_from)? {
            self.state.holds.insert(id, hold);
        }
        Ok(())
    }

    fn load_originals(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.originals.clear();
        let ids = sorted(batch.iter().filter_map(|t| t.reverses));
        for e in entries(tx, &ids)? {
            let sql = "SELECT pos FROM transfers WHERE reverses = ?1 LIMIT 1";
            let reversed = tx.query_one(sql, &[Param::Id(e.id.bytes())], |r| r.get::<i64>(0))?.is_some();
            self.state.originals.insert(e.id, Original { moved: e.moved().then(|| e.money()), reversed });
        }
        Ok(())
    }

    fn load_grants(&mut self, tx: &mut Tx<'_>, batch: &[Transfer]) -> Result<()> {
        self.state.grants.clear();
        let restricted = |t: &&Transfer| self.state.slot(t.debit).is_some_and(|s| s.purpose.is_restricted());
        let mut pairs: Vec<_> = batch.iter().filter(restricted).map(|t| (t.debit, t.credit)).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        pairs.sort_unstable();
        pairs.dedup();
        let keys: Vec<_> = pairs.iter().map(|(from, to)| [key(from), vec![Param::Id(to.bytes())]].concat()).collect();
        let live = tx.get_all::<Grant>(&keys, false)?.into_iter().filter(|g| g.ended_at.is_none());
        self.state.grants.extend(live.map(|g| (g.account, g.payee)));
        Ok(())
    }

    /// Ends the holds whose time is over, the oldest first and at most `most`; answers how many there were. For a batch that
    /// follows, give its accounts: none of them goes on with a hold that is over, however many others wait.
    pub fn expire(&mut self, tx: &mut Tx<'_>, ctx: &Context, most: u32, batch: &[Transfer]) -> Result<usize> {
        if !tx.is_postgres() && self.next_expiry.is_some_and(|at| at > ctx.now) {
            return Ok(0);
        }
        let sql = format!(
            "SELECT {HOLD_COLUMNS} FROM pendings WHERE ended IS NULL AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2"
        );
        let due = tx.query(&sql, &[Param::Int(ctx.now.micros()), Param::Int(i64::from(most))], hold_from)?;
        if !due.is_empty() {
            // One order of locks: those of the batch that follows are taken with those of the holds.
            self.load_accounts(tx, named(batch).chain(due.iter().flat_map(|(_, h)| both(h.debit, h.credit))))?;
            self.end(tx, ctx, &due)?;
        }
        if due.len() == most as usize {
            let touched = self.due_of(tx, ctx, named(batch).map(|(id, _)| id))?;
            self.end(tx, ctx, &touched)?;
        }
        if !tx.is_postgres() {
            let sql = "SELECT min(expires_at) FROM pendings WHERE ended IS NULL";
            let next = tx.query_one(sql, &[], |r| r.get::<Option<Timestamp>>(0))?.flatten();
            self.next_expiry = Some(next.unwrap_or(Timestamp::from_micros(i64::MAX)));
        }
        Ok(due.len())
    }

    /// Ends the holds of one account whose time is over.
    pub fn expire_of(&mut self, tx: &mut Tx<'_>, ctx: &Context, account: AccountId) -> Result<()> {
        let due = self.due_of(tx, ctx, [account].into_iter())?;
        self.end(tx, ctx, &due)
    }

    /// Open holds that are over, on either side of these accounts.
    fn due_of(
        &mut self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        of: impl Iterator<Item = AccountId>,
    ) -> Result<Vec<(TransferId, Hold)>> {
        let keys: Vec<_> = sorted(of).iter().map(|id| vec![Param::Id(id.bytes())]).collect();
        let select = format!("SELECT {HOLD_COLUMNS} FROM (SELECT * FROM pendings WHERE ended IS NULL) p");
        let mut due = Vec::new();
        for side in ["debit", "credit"] {
            let find = Find { table: HOLDS.table, select: &select, keys: &[side] };
            due.extend(tx.find(&find, &keys, false, hold_from)?.into_iter().filter(|(_, h)| h.expires_at <= ctx.now));
        }
        due.sort_unstable_by_key(|(id, h)| (h.expires_at, *id));
        due.dedup_by_key(|(id, _)| *id);
        Ok(due)
    }

    fn end(&mut self, tx: &mut Tx<'_>, ctx: &Context, due: &[(TransferId, Hold)]) -> Result<()> {
        for due in due.chunks(crate::EXPIRE_AT_ONCE_MAX as usize) {
            self.load_accounts(tx, due.iter().flat_map(|(_, h)| both(h.debit, h.credit)))?;
            self.load_holds(tx, due.iter().map(|(id, _)| *id))?;
            let batch: Vec<Transfer> = due.iter().filter_map(|due| self.expiry(due)).collect();
            self.state.known.clear();
            self.state.apply(&batch, ctx);
            self.journal(tx, &batch, ctx)?;
        }
        Ok(())
    }

    fn expiry(&self, (id, hold): &(TransferId, Hold)) -> Option<Transfer> {
        let currency = self.state.slot(hold.debit)?.currency;
        let new = TransferId::new(hold.expires_at, hold.debit.book());
        let amount = kernel::Money::new(hold.amount, currency);
        let single = Transfer::single(new, hold.debit, hold.credit, amount, "expiry");
        Some(Transfer { kind: Kind::Expire, pending: Some(*id), ..single })
    }

    /// Puts what the rules posted into the journal, chained and linked to each account's entry before.
    pub fn journal(&mut self, tx: &mut Tx<'_>, batch: &[Transfer], ctx: &Context) -> Result<()> {
        let posted = std::mem::take(&mut self.state.posted);
        let mut written = Vec::with_capacity(posted.len());
        let mut bytes = Vec::with_capacity(512);
        for p in &posted {
            let (debit_prev, credit_prev) =
                (self.state.slots()[p.debit].balance.head, self.state.slots()[p.credit].balance.head);
            let fields = p.fields(batch, ctx, debit_prev, credit_prev);
            fields.bytes_into(&mut bytes);
            let (pos, hash) = tx.extend(Chain::Journal, &bytes)?;
            self.state.set_head(p.debit, pos);
            self.state.set_head(p.credit, pos);
            self.saw(fields.id);
            written.push((fields, pos, hash));
        }
        tx.insert_rows(&JOURNAL, written.iter().map(|(fields, pos, hash)| fields.row(*pos, hash)))?;
        self.write_holds(tx, posted.iter().map(|p| &batch[p.ask]))
    }

    fn saw(&mut self, id: TransferId) {
        if let Some(newest) = self.newest.get_mut(&id.book()) {
            *newest = id.max(*newest);
        }
    }

    fn write_holds<'t>(&mut self, tx: &mut Tx<'_>, posted: impl Iterator<Item = &'t Transfer>) -> Result<()> {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for t in posted {
            match (t.kind, t.pending) {
                (Kind::Pending, _) => new.push(t.id),
                (Kind::Post | Kind::Void | Kind::Expire, Some(id)) => changed.push(id),
                _ => {}
            }
        }
        if new.is_empty() && changed.is_empty() {
            return Ok(());
        }
        let made_now: HashSet<TransferId> = new.iter().copied().collect();
        changed.retain(|id| !made_now.contains(id));
        let holds = &self.state.holds;
        let rows =
            |ids: &[TransferId]| -> Vec<_> { ids.iter().filter_map(|id| Some((*id, *holds.get(id)?))).collect() };
        let (new, changed): (Vec<(TransferId, Hold)>, Vec<_>) = (rows(&new), rows(&changed));
        tx.insert_rows(&HOLDS, new.iter().map(hold_row))?;
        let found = tx.update_rows(&HOLDS, changed.iter().map(hold_row))?;
        all_found(HOLDS.table, found, changed.len())?;
        if let (Some(next), Some(soonest)) = (self.next_expiry, new.iter().map(|(_, h)| h.expires_at).min()) {
            self.next_expiry = Some(next.min(soonest));
        }
        for (id, _) in new.iter().chain(&changed).filter(|(_, h)| h.ended.is_some()) {
            self.state.holds.remove(id);
        }
        Ok(())
    }

    /// Flags and frozen amount of an account that was taken whole.
    pub fn set_status(&mut self, tx: &mut Tx<'_>, id: AccountId, flags: i64, frozen: i64) -> Result<()> {
        let gone = || Error::broken(format!("{id} has no balance"));
        let (_, _, balance) = self.state.change_account(id).ok_or_else(gone)?;
        (balance.flags, balance.frozen) = (flags, frozen);
        match self.state.slot(id).is_some_and(Slot::is_hot) {
            true => strands::set_status(tx, id, flags, frozen),
            false => Ok(()),
        }
    }

    pub fn write_balances(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let dirty = self.state.take_dirty();
        self.written.extend(&dirty);
        let slots = dirty.iter().map(|i| &self.state.slots()[*i]);
        let found = match tx.is_postgres() {
            true => tx.update_rows(&BALANCES, slots.map(|s| balance_row(s.id.book(), s.place, s.balance)))?,
            false => tx.update_rows(&ROWS, slots.map(|s| numbered_row(s.place, s.balance)))?,
        };
        all_found(BALANCES.table, found, dirty.len())
    }
}

fn all_found(table: &str, found: u64, wanted: usize) -> Result<()> {
    match found == wanted as u64 {
        true => Ok(()),
        false => Err(Error::broken(format!("{found} of {wanted} rows of {table} are there"))),
    }
}

pub(crate) fn insert_row(tx: &mut Tx<'_>, book: BookId, place: i64, balance: Balance) -> Result<()> {
    let row = balance_row(book, place, balance);
    tx.insert_rows(&BALANCES, [row].into_iter()).map(|_| ())
}

fn balance_row(book: BookId, place: i64, b: Balance) -> impl Iterator<Item = Param<'static>> {
    [i64::from(book.0), place].into_iter().chain(numbers(b)).map(Param::Int)
}

fn numbered_row(row: i64, b: Balance) -> impl Iterator<Item = Param<'static>> {
    std::iter::once(row).chain(numbers(b)).map(Param::Int)
}

fn numbers(b: Balance) -> [i64; 8] {
    [
        b.debits_posted,
        b.credits_posted,
        b.debits_pending,
        b.credits_pending,
        b.frozen,
        b.flags,
        b.head,
        b.moved_at.micros(),
    ]
}

/// The columns of a balance after its key.
pub(crate) const BALANCE_COLUMNS: &str =
    "debits_posted, credits_posted, debits_pending, credits_pending, frozen, flags, head, moved_at";

pub(crate) fn balance_from(r: &Row<'_>, first: usize) -> Result<Balance> {
    Ok(Balance {
        debits_posted: r.get(first)?,
        credits_posted: r.get(first + 1)?,
        debits_pending: r.get(first + 2)?,
        credits_pending: r.get(first + 3)?,
        frozen: r.get(first + 4)?,
        flags: r.get(first + 5)?,
        head: r.get(first + 6)?,
        moved_at: r.get(first + 7)?,
    })
}

pub(crate) fn hold_from(r: &Row<'_>) -> Result<(TransferId, Hold)> {
    let hold = Hold { debit: r.get(1)?, credit: r.get(2)?, amount: r.get(3)?, expires_at: r.get(4)?, ended: r.get(5)? };
    Ok((r.get(0)?, hold))
}

fn hold_row((id, h): &(TransferId, Hold)) -> [Param<'static>; 7] {
    [
        book_param(id.book()),
        Param::Id(id.bytes()),
        Param::Id(h.debit.bytes()),
        Param::Id(h.credit.bytes()),
        Param::Int(h.amount),
        Param::Int(h.expires_at.micros()),
        h.ended.map_or(Param::Null, |k| k.code().into()),
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
