//! The journal, read in the order of time and counted account by account.
use super::days::Days;
use super::{ENTRIES_PAGE, Faults};
use crate::apply::{Balance, Hold};
use crate::entry::{COLUMNS, Entry};
use crate::strands::strand_of;
use crate::transfer::Kind;
use kernel::{BookId, Currency, Id, Result, id::AccountId, id::TransferId};
use std::collections::{HashMap, HashSet, VecDeque};
use store::verify::{Progress, Walk, heads};
use store::{Chain, Head, Param, Tx};

/// What the journal makes of an account.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub balance: Balance,
    pub currency: Currency,
    /// Which closed day its newest entry belongs to; their number for one that is open.
    pub day: usize,
}

pub(super) struct Recount {
    /// By account and strand.
    pub accounts: HashMap<(AccountId, i64), Counted>,
    /// Accounts that are counted strand by strand.
    pub hot: HashSet<AccountId>,
    pub holds: HashMap<TransferId, Hold>,
    pub days: Days,
    /// No chain is broken so far.
    pub sound: bool,
    waiting: HashMap<(AccountId, i64), Vec<Entry>>,
}

/// A lane on its way through the journal.
struct Reader {
    lane: i64,
    head: Head,
    walk: Walk,
    page: VecDeque<(i64, Option<(Entry, BookId)>)>,
    after: i64,
    more: bool,
}

pub(super) fn read(tx: &mut Tx<'_>, re: &mut Recount, faults: &mut Faults, progress: &mut Progress<'_>) -> Result<u64> {
    let mut lanes: Vec<Reader> =
        heads(tx, Chain::Journal)?.into_iter().map(|(lane, head)| Reader::new(lane, head)).collect();
    let mut rows = 0u64;
    let mut bytes = Vec::new();
    loop {
        for lane in &mut lanes {
            lane.fill(tx)?;
        }
        let Some(lane) = lanes.iter_mut().filter(|l| !l.page.is_empty()).min_by_key(|l| l.next_at()) else { break };
        let Some((pos, entry)) = lane.page.pop_front() else { break };
        rows += 1;
        if rows.is_multiple_of(ENTRIES_PAGE as u64) {
            progress("transfers", rows);
        }
        let Some((entry, book)) = entry else {
            faults.add("transfers", format!("pos {pos}"), "it cannot be read");
            lane.stop();
            re.sound = false;
            continue;
        };
        let before = faults.0.len();
        entry.fields().bytes_into(&mut bytes);
        lane.walk.step(pos, &entry.hash, &bytes, &mut faults.0);
        if book != entry.id.book() {
            faults.add("transfers", format!("pos {pos}"), "its book is not its id's");
        }
        if faults.0.len() > before {
            lane.stop();
            re.sound = false;
        } else if re.sound {
            re.days.pass(lane.lane, &entry, faults);
            re.follow(entry, faults);
        }
    }
    let read_whole = lanes.iter().all(|l| !l.stopped());
    for lane in lanes.into_iter().filter(|l| !l.stopped()) {
        let before = faults.0.len();
        lane.walk.end(lane.head, &mut faults.0);
        re.sound &= faults.0.len() == before;
    }
    let all: i64 = tx.query_one("SELECT count(*) FROM transfers", &[], |r| r.get(0))?.unwrap_or(0);
    if read_whole && all != rows as i64 {
        faults.add("transfers", "whole table", format!("{} entries belong to no lane's chain", all - rows as i64));
        re.sound = false;
    }
    progress("transfers", rows);
    Ok(rows)
}

impl Reader {
    fn new(lane: i64, head: Head) -> Reader {
        let walk = Walk::new("transfers", lane);
        Reader { lane, head, walk, page: VecDeque::new(), after: store::first_pos(lane), more: true }
    }

    fn fill(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        if !self.page.is_empty() || !self.more {
            return Ok(());
        }
        let sql = format!("SELECT {COLUMNS}, book FROM transfers WHERE pos > ?1 AND pos < ?2 ORDER BY pos LIMIT ?3");
        let params = [Param::Int(self.after), Param::Int(store::first_pos(self.lane + 1)), Param::Int(ENTRIES_PAGE)];
        let read = tx.query(&sql, &params, |r| {
            let entry = Entry::from_row(r).and_then(|e| Ok((e, r.get::<BookId>(21)?)));
            Ok((r.get::<i64>(0)?, entry.ok()))
        })?;
        self.more = read.len() as i64 == ENTRIES_PAGE;
        self.after = read.last().map_or(self.after, |(pos, _)| *pos);
        self.page = read.into();
        Ok(())
    }

    fn next_at(&self) -> i64 {
        let next = self.page.front().and_then(|(_, e)| e.as_ref());
        next.map_or(i64::MIN, |(e, _)| e.at.micros())
    }

    /// The rest of a broken lane is not judged.
    fn stop(&mut self) {
        self.page.clear();
        (self.more, self.after) = (false, i64::MAX);
    }
    fn stopped(&self) -> bool {
        self.after == i64::MAX
    }
}

impl Recount {
    pub fn new(days: Days, hot: HashSet<AccountId>) -> Recount {
        let (accounts, holds, waiting) = (HashMap::new(), HashMap::new(), HashMap::new());
        Recount { accounts, hot, holds, days, sound: true, waiting }
    }

    /// What an entry at this position counts for.
    fn strand(&self, id: AccountId, pos: i64) -> (AccountId, i64) {
        (id, strand_of(self.hot.contains(&id), pos))
    }

    /// Accounts with an entry; a hot one counts once.
    pub fn moved_accounts(&self) -> u64 {
        let moved: HashSet<AccountId> = self.accounts.keys().map(|(id, _)| *id).collect();
        moved.len() as u64
    }

    /// Counts an entry when both its accounts stand where it says; else it waits for the one that does not.
    fn follow(&mut self, entry: Entry, faults: &mut Faults) {
        let mut ready = vec![entry];
        while let Some(e) = ready.pop() {
            let head = |id| self.accounts.get(&self.strand(id, e.pos)).map_or(0, |a| a.balance.head);
            let missing =
                [(e.debit, e.debit_prev), (e.credit, e.credit_prev)].into_iter().find(|(id, prev)| head(*id) != *prev);
            if let Some(turn) = missing {
                self.waiting.entry(turn).or_default().push(e);
                continue;
            }
            let (debit, credit, pos) = (e.debit, e.credit, e.pos);
            self.count(&e, faults);
            for account in [debit, credit] {
                ready.extend(self.waiting.remove(&(account, pos)).unwrap_or_default());
            }
        }
    }

    fn count(&mut self, e: &Entry, faults: &mut Faults) {
        let place = || format!("pos {}", e.pos);
        let day = self.days.of(e.pos);
        let new = Counted { balance: Balance::default(), currency: e.currency, day };
        let of = |re: &Recount, id| re.accounts.get(&re.strand(id, e.pos)).copied().unwrap_or(new);
        let (mut d, mut c) = (of(self, e.debit), of(self, e.credit));
        if d.currency != e.currency || c.currency != e.currency {
            faults.add("transfers", place(), "its currency is not its accounts'");
        }
        if e.at < d.balance.moved_at.max(c.balance.moved_at) {
            faults.add("transfers", place(), "it is earlier than the entry before");
        }
        let freed = match self.end_hold(e) {
            Some(freed) => freed,
            None => {
                faults.add("transfers", place(), "it ends a hold that is not open or is smaller");
                0
            }
        };
        let (posted, pending) = match e.kind {
            Kind::Single | Kind::Post => (e.amount, -freed),
            Kind::Pending => (0, e.amount),
            Kind::Void | Kind::Expire => (0, -freed),
        };
        d.balance.debits_posted += posted;
        d.balance.debits_pending += pending;
        c.balance.credits_posted += posted;
        c.balance.credits_pending += pending;
        if d.balance.net() != e.debit_after || c.balance.net() != e.credit_after {
            faults.add("transfers", place(), "a running balance does not follow from the entry before");
        }
        for (id, mut now) in [(e.debit, d), (e.credit, c)] {
            (now.balance.head, now.balance.moved_at, now.day) = (e.pos, e.at, day);
            let strand = self.strand(id, e.pos);
            if let Some(before) = self.accounts.insert(strand, now).filter(|before| before.day != day) {
                self.days.ended(strand, &before);
            }
        }
    }

    /// What the hold that this entry ends gives free; 0 for entries that end none, `None` when it cannot be ended so.
    fn end_hold(&mut self, e: &Entry) -> Option<i64> {
        if let (Kind::Pending, Some(expires_at)) = (e.kind, e.expires_at) {
            let hold = Hold { debit: e.debit, credit: e.credit, amount: e.amount, expires_at, ended: None };
            self.holds.insert(e.id, hold);
            return Some(0);
        }
        let Some(id) = e.pending else { return Some(0) };
        let open =
            |h: &&mut Hold| h.ended.is_none() && e.amount <= h.amount && (h.debit, h.credit) == (e.debit, e.credit);
        let hold = self.holds.get_mut(&id).filter(open)?;
        hold.ended = Some(e.kind);
        Some(hold.amount)
    }

    pub fn left_waiting(&mut self, faults: &mut Faults) {
        for e in self.waiting.values().flatten() {
            faults.add("transfers", format!("pos {}", e.pos), "the entry it follows is not there");
        }
        self.accounts.iter().for_each(|(id, a)| self.days.ended(*id, a));
    }

    pub fn sums_are_zero(&self, faults: &mut Faults) {
        let mut sums: HashMap<Currency, i128> = HashMap::new();
        for a in self.accounts.values() {
            *sums.entry(a.currency).or_default() += i128::from(a.balance.net());
        }
        for (currency, off) in sums.into_iter().filter(|(_, off)| *off != 0) {
            faults.add("transfers", currency.to_string(), format!("all accounts sum to {off}, not to zero"));
        }
    }
}
