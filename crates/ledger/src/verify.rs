//! Recomputing the ledger from its journal: every hash, every running balance, every sum, every hold, every freeze.
//!
//! The journal is read once, lane by lane, in pages. Entries of one account in different lanes follow each other by
//! their `prev` links, so an entry that comes before its turn waits in memory until the one it follows was read.
use crate::account::Account;
use crate::apply::{Balance, Hold, flag};
use crate::books::{balance_from, hold_from};
use crate::restrictions::{Order, sum};
use crate::transfer::{COLUMNS, Entry, Kind};
use kernel::{Currency, Result, id::AccountId, id::TransferId};
use std::collections::HashMap;
use store::verify::{FAULTS_LISTED_MAX, Fault, PAGE_ROWS, Progress, Walk, heads};
use store::{Chain, Param, Tx};

/// What was found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Found {
    pub entries: u64,
    pub accounts: u64,
    pub faults: Vec<Fault>,
}

#[derive(Default)]
struct Recount {
    balances: HashMap<AccountId, Balance>,
    currencies: HashMap<AccountId, Currency>,
    holds: HashMap<TransferId, Hold>,
    waiting: HashMap<(AccountId, i64), Vec<Entry>>,
    faults: Vec<Fault>,
}

/// Recomputes the journal and everything derived from it.
pub fn journal(tx: &mut Tx<'_>, progress: &mut Progress<'_>) -> Result<Found> {
    let mut re = Recount::default();
    let entries = re.read(tx, progress)?;
    for (_, left) in std::mem::take(&mut re.waiting) {
        left.iter().for_each(|e| re.fault("transfers", format!("pos {}", e.pos), "the entry it follows is not there"));
    }
    re.compare_accounts(tx)?;
    re.compare_holds(tx)?;
    re.sums_are_zero();
    Ok(Found { entries, accounts: re.currencies.len() as u64, faults: re.faults })
}

impl Recount {
    fn fault(&mut self, table: &str, record: String, what: impl Into<String>) {
        if self.faults.len() < FAULTS_LISTED_MAX {
            self.faults.push(Fault::new(table, record, what));
        }
    }

    fn read(&mut self, tx: &mut Tx<'_>, progress: &mut Progress<'_>) -> Result<u64> {
        let mut rows = 0;
        let sql = format!("SELECT {COLUMNS}, book FROM transfers WHERE pos > ?1 AND pos < ?2 ORDER BY pos LIMIT ?3");
        let mut bytes = Vec::new();
        for (lane, head) in heads(tx, Chain::Journal)? {
            let mut walk = Walk::new("transfers", lane);
            let (mut after, end) = (store::first_pos(lane), store::first_pos(lane + 1));
            loop {
                let page = tx.query(&sql, &[Param::Int(after), Param::Int(end), Param::Int(PAGE_ROWS)], |r| Ok((Entry::from_row(r)?, r.get::<kernel::BookId>(21)?)))?;
                let (full, last) = (page.len() as i64 == PAGE_ROWS, page.last().map(|(e, _)| e.pos));
                rows += page.len() as u64;
                for (e, book) in page {
                    e.bytes_into(&mut bytes);
                    walk.step(e.pos, &e.hash, &bytes, &mut self.faults);
                    if book != kernel::Id::book(&e.id) {
                        self.fault("transfers", format!("pos {}", e.pos), "its book is not its id's");
                    }
                    self.follow(e);
                }
                progress("transfers", rows);
                match last {
                    Some(pos) if full => after = pos,
                    _ => break,
                }
            }
            walk.end(head, &mut self.faults);
        }
        Ok(rows)
    }

    /// Counts an entry when both its accounts stand where it says; else it waits for the one that does not.
    fn follow(&mut self, e: Entry) {
        let head = |re: &Recount, id: AccountId| re.balances.get(&id).map_or(0, |b| b.head);
        for (account, prev) in [(e.debit, e.debit_prev), (e.credit, e.credit_prev)] {
            if head(self, account) != prev {
                self.waiting.entry((account, prev)).or_default().push(e);
                return;
            }
        }
        let (debit, credit, pos) = (e.debit, e.credit, e.pos);
        self.count(e);
        for account in [debit, credit] {
            for next in self.waiting.remove(&(account, pos)).unwrap_or_default() {
                self.follow(next);
            }
        }
    }

    fn count(&mut self, e: Entry) {
        let (mut d, mut c) = (self.balances.get(&e.debit).copied().unwrap_or_default(), self.balances.get(&e.credit).copied().unwrap_or_default());
        if let (Kind::Post | Kind::Void | Kind::Expire, Some(id)) = (e.kind, e.pending) {
            match self.holds.get_mut(&id) {
                Some(h) if h.ended.is_none() && e.amount <= h.amount => {
                    h.ended = Some(e.kind);
                    d.debits_pending -= h.amount;
                    c.credits_pending -= h.amount;
                }
                _ => self.fault("transfers", format!("pos {}", e.pos), "it ends a hold that is not open or too small"),
            }
        }
        match e.kind {
            Kind::Single | Kind::Post => {
                d.debits_posted += e.amount;
                c.credits_posted += e.amount;
            }
            Kind::Pending => {
                d.debits_pending += e.amount;
                c.credits_pending += e.amount;
                let expires_at = e.expires_at.unwrap_or_default();
                self.holds.insert(e.id, Hold { debit: e.debit, credit: e.credit, amount: e.amount, expires_at, ended: None });
            }
            Kind::Void | Kind::Expire => {}
        }
        if d.net() != e.debit_after || c.net() != e.credit_after {
            self.fault("transfers", format!("pos {}", e.pos), "a running balance does not follow from the entry before");
        }
        for id in [e.debit, e.credit] {
            if *self.currencies.entry(id).or_insert(e.currency) != e.currency {
                self.fault("transfers", format!("pos {}", e.pos), "its currency is not its accounts'");
            }
        }
        (d.head, c.head) = (e.pos, e.pos);
        self.balances.insert(e.debit, d);
        self.balances.insert(e.credit, c);
    }

    fn compare_accounts(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let mut orders: HashMap<AccountId, Vec<Order>> = HashMap::new();
        for o in tx.select::<Order>("WHERE lifted_at IS NULL ORDER BY book, account, number", &[])? {
            orders.entry(o.account).or_default().push(o);
        }
        let sql = "SELECT a.id, a.currency, a.closed_at, a.limited, a.side, b.debits_posted, b.credits_posted, b.debits_pending, b.credits_pending, b.frozen, b.flags, b.head \
                   FROM accounts a LEFT JOIN balances b ON b.book = a.book AND b.account = a.id";
        let mut seen = 0usize;
        let counted = std::mem::take(&mut self.balances);
        tx.each_row(sql, &[], &mut |r| {
            let id: AccountId = r.get(0)?;
            let mut wanted = counted.get(&id).copied().unwrap_or_default();
            seen += usize::from(counted.contains_key(&id));
            (wanted.flags, wanted.frozen) = sum(orders.get(&id).map_or(&[], Vec::as_slice));
            wanted.flags |= if r.param(2)?.is_null() { 0 } else { flag::CLOSED };
            if r.param(5)?.is_null() {
                self.fault("balances", id.to_string(), "it is missing");
                return Ok(());
            }
            if balance_from(r, 5)? != wanted {
                self.fault("balances", id.to_string(), "it does not follow from the journal and the restrictions");
            }
            if self.currencies.get(&id).is_some_and(|c| r.get::<Currency>(1).is_ok_and(|own| own != *c)) {
                self.fault("accounts", id.to_string(), "its entries are in another currency");
            }
            if r.get::<bool>(3)? && wanted.posted(r.get(4)?) < 0 {
                self.fault("balances", id.to_string(), "it is overdrawn and must not be");
            }
            Ok(())
        })?;
        if seen != counted.len() {
            self.fault("accounts", "whole table".into(), format!("{} accounts have entries and are not there", counted.len() - seen));
        }
        let sheets: i64 = tx.query_one("SELECT count(*) FROM balances b LEFT JOIN accounts a ON a.book = b.book AND a.id = b.account WHERE a.id IS NULL", &[], |r| r.get(0))?.unwrap_or(0);
        if sheets != 0 {
            self.fault("balances", "whole table".into(), format!("{sheets} rows belong to no account"));
        }
        self.balances = counted;
        Ok(())
    }

    fn compare_holds(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let mut wanted = std::mem::take(&mut self.holds);
        let sql = "SELECT id, debit, credit, amount, expires_at, ended FROM pendings";
        tx.each_row(sql, &[], &mut |r| {
            let (id, hold) = hold_from(r)?;
            if wanted.remove(&id) != Some(hold) {
                self.fault("pendings", id.to_string(), "it does not follow from the journal");
            }
            Ok(())
        })?;
        wanted.keys().for_each(|id| self.fault("pendings", id.to_string(), "it is missing"));
        Ok(())
    }

    fn sums_are_zero(&mut self) {
        let mut sums: HashMap<Currency, i128> = HashMap::new();
        for (id, b) in &self.balances {
            if let Some(c) = self.currencies.get(id) {
                *sums.entry(*c).or_default() += i128::from(b.net());
            }
        }
        for (currency, off) in sums.into_iter().filter(|(_, off)| *off != 0) {
            self.fault("balances", currency.to_string(), format!("all accounts sum to {off}, not to zero"));
        }
    }
}

/// Accounts that are here are [`Account`]s with sound seals; the store's own check covers them.
pub const TABLES: &[&store::Table] = &[
    store::verify::of::<Account>(),
    store::verify::of::<crate::grants::Grant>(),
    store::verify::of::<Order>(),
    store::verify::of::<crate::day::ClosedDay>(),
];
