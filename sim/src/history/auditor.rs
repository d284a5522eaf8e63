//! The auditor: who may get what, from what he was told alone.
use super::world::World;
use kernel::id::{AccountId, ApprovalId, PaySheetId, TransferId};
use kernel::{Date, Error, Id, Result};
use ledger::Kind;
use payments::own::{Own, own};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of one account read at once.
const ROWS: u32 = 200;
/// Days of the public notice before an account is closed (Decree 724, art. 27).
const NOTICE_DAYS: i64 = 30;
/// Months for which records are kept after the works are complete and the last wage was paid (art. 15, 28).
const KEPT_MONTHS: i32 = 36;

/// An agreed legal document that takes money.
#[derive(Clone, Debug)]
pub struct Taken {
    pub from: AccountId,
    pub to: AccountId,
    pub amount: i64,
    pub used: bool,
}

/// An agreed legal document that freezes, until the end of its last day.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    pub account: AccountId,
    pub amount: i64,
    pub until: Date,
}

/// Books of his own.
pub struct Auditor {
    /// Every line of each sheet: worker, net in fen; and whether two persons agreed to it.
    pub sheets: BTreeMap<PaySheetId, (Vec<(usize, i64)>, bool)>,
    /// Sheets that were cancelled: whoever agreed to one before, or tries to, pays nobody by it.
    pub cancelled: BTreeSet<PaySheetId>,
    /// What sheets that pay failed lines again come to, agreed to or not.
    pub repays: BTreeMap<PaySheetId, (i64, bool)>,
    /// Accounts and card numbers that were ever a worker's own.
    pub accounts: BTreeMap<AccountId, usize>,
    pub cards: BTreeMap<String, usize>,
    pub taken: Vec<Taken>,
    /// Legal documents and notices that wait, by their request.
    pub asked: BTreeMap<ApprovalId, Taken>,
    /// Freezes that two persons agreed to, and those that wait.
    pub frozen: Vec<Frozen>,
    pub freezes: BTreeMap<ApprovalId, Frozen>,
    /// What agreed notices let out of the deposit.
    pub noticed: i64,
    pub notices: BTreeMap<ApprovalId, i64>,
    pub completed: Option<Date>,
    pub notice_from: Option<Date>,
    /// Two persons agreed to the closing.
    pub closing: bool,
    pub lines: BTreeMap<PaySheetId, usize>,
    pub entries: u64,
    /// Deductions by a document, payments out of the deposit, closings that paid out; each seen in the journal.
    pub deducted: u32,
    pub noticed_paid: u32,
    pub closed: u32,
    /// The last day on which a wage reached a worker.
    paid_on: Option<Date>,
    seen: BTreeSet<TransferId>,
    run: i64,
    from_deposit: i64,
    outward: i64,
    back: i64,
    credited: BTreeMap<usize, i64>,
}

impl Auditor {
    pub fn new(world: &World) -> Result<Auditor> {
        let mut auditor = Auditor {
            sheets: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            repays: BTreeMap::new(),
            accounts: BTreeMap::new(),
            cards: BTreeMap::new(),
            taken: Vec::new(),
            asked: BTreeMap::new(),
            noticed: 0,
            notices: BTreeMap::new(),
            frozen: Vec::new(),
            freezes: BTreeMap::new(),
            completed: None,
            notice_from: None,
            closing: false,
            lines: BTreeMap::new(),
            entries: 0,
            deducted: 0,
            noticed_paid: 0,
            closed: 0,
            paid_on: None,
            seen: BTreeSet::new(),
            run: 0,
            from_deposit: 0,
            outward: 0,
            back: 0,
            credited: BTreeMap::new(),
        };
        for (n, hand) in world.hands.iter().enumerate() {
            match hand.account {
                Some(account) => drop(auditor.accounts.insert(account, n)),
                None => drop(auditor.cards.insert(hand.number.clone(), n)),
            }
        }
        Ok(auditor)
    }

    fn agreed(&self) -> i64 {
        let wages: i64 = self.sheets.values().filter(|(_, yes)| *yes).flat_map(|(l, _)| l).map(|(_, n)| n).sum();
        wages + self.repays.values().filter(|(_, yes)| *yes).map(|(n, _)| n).sum::<i64>()
    }

    /// What a worker may get in all: each of his agreed lines once, however often it is tried.
    fn due(&self, worker: usize) -> i64 {
        let lines = self.sheets.values().filter(|(_, yes)| *yes).flat_map(|(l, _)| l);
        lines.filter(|(n, _)| *n == worker).map(|(_, net)| net).sum()
    }

    /// What agreed sheets say and nobody got, here or elsewhere.
    fn unpaid(&self, world: &World) -> i64 {
        let agreed = self.sheets.values().filter(|(_, yes)| *yes).flat_map(|(lines, _)| lines);
        let due: i64 = agreed.map(|(_, net)| net).sum();
        let elsewhere: i64 = world.town.carrier.kept().iter().map(|(_, amount)| amount).sum();
        due - self.credited.values().sum::<i64>() - elsewhere
    }

    /// Reads every entry that is new, and judges it.
    pub fn look(&mut self, world: &mut World) -> Result<()> {
        let closed = self.closed;
        for account in [world.wage, world.clearing, world.deposit] {
            for entry in self.new_entries(world, account)? {
                self.entries += 1;
                let moved = matches!(entry.kind, Kind::Single | Kind::Post);
                if moved && entry.debit == account {
                    self.judge(world, &entry)?;
                }
                if moved
                    && entry.credit == world.clearing
                    && entry.debit == own(world.clearing.book(), Own::ClearingOut, entry.currency)
                {
                    self.back += entry.amount;
                }
            }
        }
        // What was credited in the same step is read by now.
        if self.closed > closed && self.unpaid(world) != 0 {
            return Err(Error::broken(format!("a closing while {} of agreed wages is unpaid", self.unpaid(world))));
        }
        self.outside(world)?;
        self.unfrozen(world)?;
        self.kept(world)
    }

    /// Oldest first.
    fn new_entries(&mut self, world: &World, account: AccountId) -> Result<Vec<ledger::Entry>> {
        let seen = &mut self.seen;
        let mut new = world.town.bank.read(|tx| {
            let mut new = Vec::new();
            let mut from = None;
            loop {
                let page = ledger::statement(tx, account, from, ROWS)?;
                let all = page.len();
                let fresh: Vec<_> = page.iter().filter(|l| !seen.contains(&l.entry.id)).cloned().collect();
                let more = fresh.len() == all && all == ROWS as usize;
                from = page.last().and_then(|l| l.prev());
                new.extend(fresh.into_iter().map(|l| l.entry));
                if !more || from.is_none() {
                    return Ok(new);
                }
            }
        })?;
        // An entry between two of the accounts is judged on the side that pays.
        new.iter()
            .filter(|e| e.debit == account || ![world.wage, world.clearing, world.deposit].contains(&e.debit))
            .for_each(|e| {
                seen.insert(e.id);
            });
        new.reverse();
        Ok(new)
    }

    fn judge(&mut self, world: &World, e: &ledger::Entry) -> Result<()> {
        let broken =
            |why: &str| Err(Error::broken(format!("{why}: {} {} to {} ({})", e.amount, e.debit, e.credit, e.code)));
        if let Some(t) =
            self.taken.iter_mut().find(|t| !t.used && (t.from, t.to, t.amount) == (e.debit, e.credit, e.amount))
        {
            t.used = true;
            self.deducted += 1;
            return Ok(());
        }
        if e.debit == world.wage && e.credit == world.clearing {
            self.run += e.amount;
            return if self.run > self.agreed() { broken("a run beyond the agreed sheets") } else { Ok(()) };
        }
        if e.debit == world.wage && e.credit == world.contractor && self.closing {
            let today = world.town.clock.now().local_date();
            let over = self.notice_from.is_some_and(|from| today.days() > from.days() + NOTICE_DAYS - 1);
            if self.completed.is_none() || !over {
                return broken("a closing before its time");
            }
            self.closed += 1;
            return Ok(());
        }
        if e.debit == world.deposit && e.credit == world.wage {
            self.from_deposit += e.amount;
            self.noticed_paid += 1;
            return if self.from_deposit > self.noticed { broken("a deposit paid beyond its notices") } else { Ok(()) };
        }
        if e.debit != world.clearing {
            return broken("wage money left");
        }
        if e.credit == world.wage {
            return Ok(());
        }
        if e.credit == own(world.clearing.book(), Own::ClearingOut, e.currency) {
            self.outward += e.amount;
            let most: i64 = self.cards.values().collect::<BTreeSet<_>>().into_iter().map(|n| self.due(*n)).sum();
            return if self.outward - self.back > most {
                broken("more to other banks than the lines say")
            } else {
                Ok(())
            };
        }
        let Some(worker) = self.accounts.get(&e.credit).copied() else {
            return broken("wages to somebody who is on no roster");
        };
        self.paid_on = Some(world.town.clock.now().local_date());
        let credited = self.credited.entry(worker).or_default();
        *credited += e.amount;
        let credited = *credited;
        if credited > self.due(worker) { broken("a worker was paid more than his lines say") } else { Ok(()) }
    }

    /// What the carrier was given goes to cards of workers, no more than their lines say.
    fn outside(&self, world: &World) -> Result<()> {
        let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
        for (number, amount) in world.town.carrier.kept() {
            match self.cards.get(&number) {
                Some(worker) => *sums.entry(*worker).or_default() += amount,
                None => return Err(Error::broken(format!("{amount} went to a card that is nobody's: {number}"))),
            }
        }
        for (worker, sum) in sums {
            let inside = self.credited.get(&worker).copied().unwrap_or(0);
            if sum + inside > self.due(worker) {
                return Err(Error::broken(format!(
                    "worker {worker} got {sum} elsewhere and {inside} here, and {} is due",
                    self.due(worker)
                )));
            }
        }
        Ok(())
    }

    /// No more of an account is frozen than agreed documents say today.
    fn unfrozen(&self, world: &World) -> Result<()> {
        let today = world.town.clock.now().local_date();
        for account in [world.wage, world.clearing, world.deposit] {
            let frozen = world.town.bank.read(|tx| Ok(ledger::view(tx, account)?.balance.frozen))?;
            let agreed = self.frozen.iter().filter(|f| f.account == account && today <= f.until.plus_days(1));
            let most: i64 = agreed.map(|f| f.amount).sum();
            if frozen > most {
                return Err(Error::broken(format!("{frozen} of {account} is frozen, and documents say {most}")));
            }
        }
        Ok(())
    }

    /// The last day on which everything must be there, by the auditor's own clock; `None`: without end.
    fn kept_until(&self) -> Option<Date> {
        let completed = self.completed?;
        Some(self.paid_on.map_or(completed, |paid| paid.max(completed)).plus_months(KEPT_MONTHS))
    }

    /// Sheets with all their lines, and the papers, are there as long as their clock runs, and the bank would let nobody delete them.
    fn kept(&self, world: &World) -> Result<()> {
        world.town.bank.read(|tx| {
            let today = tx.now().local_date();
            if self.kept_until().is_some_and(|until| until < today) {
                return Ok(());
            }
            if worksite::end::may_forget(tx, world.project, today).is_ok() {
                let until = self.kept_until().map_or("without end".to_owned(), |d| d.to_string());
                return Err(Error::broken(format!("records may be deleted on {today} and are kept until {until}")));
            }
            for (sheet, lines) in &self.lines {
                let there = payroll::lines_raw(tx, *sheet, 0, 100)?.len();
                if there != *lines {
                    return Err(Error::broken(format!("{sheet} had {lines} lines and has {there}")));
                }
            }
            match payroll::read_file(tx, world.project.book(), &world.evidence)?.is_empty() {
                true => Err(Error::broken("a document's file is gone")),
                false => Ok(()),
            }
        })
    }
}
