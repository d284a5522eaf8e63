//! Hot accounts: one balance row per writer lane, so that those who pay into one never wait for each other.
//!
//! A hot account's own row in `balances` counts nothing. Each writer lane that moves the account gives it a **strand**: a row
//! of `balances` that this lane alone changes. An entry belongs to the strand of the lane whose chain holds it; it names the
//! strand's entry before and the strand's balance after. What the account holds is the sum of its strands, and any one of
//! them may stand below zero.
//!
//! **Locks** (PostgreSQL). What cannot overdraw the account takes the lane's own strand alone. What could, and what stops,
//! freezes or closes it, takes the account's own row and then every strand, in the order of their places; a lane's first
//! strand is made under a lock of the account's own row, so none appears meanwhile. Flags and frozen amounts stand, the
//! same, in every row. A transaction that takes ordinary accounts too takes those first.
//!
//! **Time.** What takes every strand is made later, by a microsecond at least, than any entry of another lane it saw, so the
//! account's lines in the order of time and position are a history in which a limited account is never overdrawn.
//!
//! On SQLite there is one lane, so one strand, and nothing waits either way; the rows are the same for one verification.
use crate::account::{Account, next_place};
use crate::apply::{Balance, Rest, Slot};
use crate::books::{BALANCE_COLUMNS, BALANCES, Books, balance_from, book_param, insert_row, key};
use hashbrown::HashMap;
use kernel::{BookId, Error, Result, id::AccountId};
use store::{Find, Param, Seal, Tx};

store::record! {
    /// Which balance row a lane keeps of a hot account.
    pub struct Strand in "strands" key 3 {
        pub book: BookId,
        pub account: AccountId,
        pub lane: i64,
        pub place: i64,
    }
}

/// The strand an entry of a hot account belongs to, by the position of the entry; 0 is an ordinary account's only one.
pub(crate) fn strand_of(hot: bool, pos: i64) -> i64 {
    if hot { pos.div_euclid(store::first_pos(1)) + 1 } else { 0 }
}

/// A strand as it stands: its number as of [`strand_of`] and its row.
pub(crate) type Row = (i64, Balance);

/// What the rows of one account make together.
pub(crate) fn sum(rows: impl Iterator<Item = Balance>) -> Balance {
    rows.fold(Balance::default(), |all, row| all.with(&row))
}

/// The strands of a hot account as this transaction sees them, its own postings included.
pub(crate) fn rows(tx: &mut Tx<'_>, id: AccountId) -> Result<Vec<Row>> {
    let sql = format!(
        "SELECT s.lane, {BALANCE_COLUMNS} FROM strands s JOIN balances b ON b.book = s.book AND b.place = s.place \
         WHERE s.book = ?1 AND s.account = ?2 ORDER BY s.lane"
    );
    let mut rows = tx.query(&sql, &key(&id), |r| Ok((r.get::<i64>(0)? + 1, balance_from(r, 1)?)))?;
    if tx.is_write() {
        let lane = tx.lane() + 1;
        let ours = tx.with_overlay(|books: &mut Books, _| Ok(books.state.slot(id).map(|s| s.balance)))?;
        if let (Some(ours), Some(row)) = (ours, rows.iter_mut().find(|(strand, _)| *strand == lane)) {
            row.1 = ours;
        }
    }
    Ok(rows)
}

/// Loads hot accounts; `whole` says of which every strand is taken.
pub(crate) fn load(tx: &mut Tx<'_>, accounts: &[Account], whole: &dyn Fn(&Account) -> bool) -> Result<Vec<Slot>> {
    let own = own_places(tx, accounts, whole)?;
    let mut places: Vec<(BookId, i64)> = Vec::new();
    let mut others: HashMap<AccountId, Vec<i64>> = HashMap::new();
    for a in accounts {
        places.push((a.book, own[&a.id]));
        if whole(a) {
            let mut all = tx.select::<Strand>("WHERE book = ?1 AND account = ?2", &key(&a.id))?;
            all.retain(|s| s.place != own[&a.id]);
            places.extend(all.iter().map(|s| (a.book, s.place)));
            others.insert(a.id, all.iter().map(|s| s.place).collect());
        }
    }
    let taken = take(tx, places)?;
    let row = |book: BookId, place: i64| {
        taken
            .get(&(book, place))
            .copied()
            .ok_or_else(|| Error::broken(format!("place {place} of {book} has no balance")))
    };
    let mut slots = Vec::with_capacity(accounts.len());
    for a in accounts {
        let (number, balance) = row(a.book, own[&a.id])?;
        let mut slot = Slot::new(a.id, a.currency, a.side, a.purpose, a.limited, balance);
        slot.place = number;
        slot.rest = match others.get(&a.id) {
            Some(places) => {
                let rows: Vec<Balance> = places.iter().map(|p| Ok(row(a.book, *p)?.1)).collect::<Result<_>>()?;
                Rest::Strands(sum(rows.into_iter()))
            }
            None => Rest::NotTaken,
        };
        slots.push(slot);
    }
    Ok(slots)
}

/// The place of this lane's strand of each account; makes those that are missing. Takes the accounts' own rows where a
/// strand is made or all are taken.
fn own_places(
    tx: &mut Tx<'_>,
    accounts: &[Account],
    whole: &dyn Fn(&Account) -> bool,
) -> Result<HashMap<AccountId, i64>> {
    let lane = tx.lane();
    let keys: Vec<_> = accounts.iter().map(|a| [key(&a.id), vec![Param::Int(lane)]].concat()).collect();
    let known = tx.get_all::<Strand>(&keys, false)?;
    let mut own: HashMap<AccountId, i64> = known.iter().map(|s| (s.account, s.place)).collect();
    let homes = accounts.iter().filter(|a| whole(a) || !own.contains_key(&a.id)).map(|a| (a.book, a.place));
    let homes = take(tx, homes.collect())?;
    for a in accounts {
        if own.contains_key(&a.id) {
            continue;
        }
        let (_, home) =
            homes.get(&(a.book, a.place)).ok_or_else(|| Error::broken(format!("{} has no balance", a.id)))?;
        let place = next_place(tx, a.book)?;
        tx.insert(&mut Strand { book: a.book, account: a.id, lane, place, seal: Seal::default() })?;
        insert_row(tx, a.book, place, Balance { frozen: home.frozen, flags: home.flags, ..Balance::default() })?;
        own.insert(a.id, place);
    }
    Ok(own)
}

/// Rows by book and place, locked in this order; each with the number by which it is written.
fn take(tx: &mut Tx<'_>, mut places: Vec<(BookId, i64)>) -> Result<HashMap<(BookId, i64), (i64, Balance)>> {
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<_> = places.iter().map(|(book, place)| vec![book_param(*book), Param::Int(*place)]).collect();
    let number = if tx.is_postgres() { "place" } else { "rowid" };
    let select = format!("SELECT book, place, {number}, {BALANCE_COLUMNS} FROM balances");
    let find = Find { table: BALANCES.table, select: &select, keys: &BALANCES.columns[..2] };
    let found = tx.find(&find, &keys, true, |r| Ok(((r.get(0)?, r.get(1)?), (r.get(2)?, balance_from(r, 3)?))))?;
    Ok(found.into_iter().collect())
}

/// Writes flags and frozen amount into every row of a hot account; the caller has taken them all.
pub(crate) fn set_status(tx: &mut Tx<'_>, id: AccountId, flags: i64, frozen: i64) -> Result<()> {
    let sql = "UPDATE balances SET flags = ?3, frozen = ?4 WHERE book = ?1 AND place IN (SELECT place FROM strands \
               WHERE book = ?1 AND account = ?2 UNION ALL SELECT place FROM accounts WHERE book = ?1 AND id = ?2)";
    let params = [key(&id), vec![Param::Int(flags), Param::Int(frozen)]].concat();
    tx.execute(sql, &params).map(|_| ())
}
