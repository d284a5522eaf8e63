//! Books kept by somebody who does not trust the bank.
use crate::world::World;
use kernel::id::{AccountId, ClearingId, InstructionId};
use kernel::{Currency, Date, Error, Id, Owner, Result, Timestamp};
use ledger::restrictions::{self, Restriction};
use payments::own::{Own, own};
use payments::{State, clearing};
use std::collections::{BTreeMap, BTreeSet};

/// An order whose money is held.
#[derive(Clone, Debug)]
pub struct Open {
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: i64,
    pub fee: i64,
    pub fee_account: AccountId,
    /// When the ledger gives the money free by itself.
    pub expires: Timestamp,
}

/// Balances and holds as they follow from what was acknowledged.
#[derive(Default)]
pub struct Auditor {
    /// Posted credits less posted debits.
    net: BTreeMap<AccountId, i128>,
    open: BTreeMap<InstructionId, Open>,
    /// Instructions that ended; none may end twice.
    ended: BTreeSet<InstructionId>,
    /// Payments to other banks and how far each was when last looked at.
    away: BTreeMap<InstructionId, (ClearingId, Open, clearing::State)>,
    /// Whole yuan × days of each current account since interest was last due, in fen.
    products: BTreeMap<AccountId, i128>,
    /// Interest that an account could not take while it slept: it comes with the next that is due.
    due: BTreeMap<AccountId, i128>,
}

/// Demand interest as the bundled terms have it: 0.05 % a year, 360 days, due at the end of the 20th of a quarter's last month.
const INTEREST: (i128, i128) = (5, 10_000 * 360);

impl Auditor {
    pub fn move_money(&mut self, debit: AccountId, credit: AccountId, amount: i64) {
        *self.net.entry(debit).or_default() -= i128::from(amount);
        *self.net.entry(credit).or_default() += i128::from(amount);
    }

    /// What an acknowledged receipt means. A receipt seen before means nothing new.
    pub fn hear(&mut self, id: InstructionId, state: State, terms: &Open) {
        if self.ended.contains(&id) {
            return;
        }
        match state {
            State::Posted => {
                self.open.remove(&id);
                self.ended.insert(id);
                self.move_money(terms.debit, terms.credit, terms.amount);
                if terms.fee > 0 {
                    self.move_money(terms.debit, terms.fee_account, terms.fee);
                }
            }
            State::AwaitingApproval | State::Challenged | State::Delayed | State::Held => {
                self.open.insert(id, terms.clone());
            }
            State::Refused | State::Cancelled | State::Expired => {
                self.open.remove(&id);
                self.ended.insert(id);
            }
        }
    }

    /// A posted payment to another bank; its item's id is its transfer's.
    pub fn sent_away(&mut self, id: InstructionId, item: ClearingId, terms: &Open) {
        self.away.entry(id).or_insert((item, terms.clone(), clearing::State::Queued));
    }

    /// Looks at every payment under way: paid ones left for the settlement account, returned ones came back, once.
    /// Answers the accounts to be compared when the wages of the same tick are followed too.
    pub fn follow_clearing(&mut self, world: &World) -> Result<Vec<AccountId>> {
        let ids: Vec<InstructionId> = self.away.keys().copied().collect();
        let mut touched = Vec::new();
        for id in ids {
            let Some((item, terms, before)) = self.away.get(&id).cloned() else { continue };
            let now = world.bank().store.read(|tx| clearing::item(tx, item))?;
            let now = now.ok_or_else(|| Error::broken(format!("{item} was acknowledged and is gone")))?.state;
            let settlement = own(terms.debit.book(), Own::Settlement, Currency::CNY);
            match (before, now) {
                (a, b) if a == b => continue,
                (clearing::State::Paid, clearing::State::Returned) => {
                    self.move_money(settlement, terms.debit, terms.amount)
                }
                (clearing::State::Returned, _) => {
                    return Err(Error::broken(format!("{item} was returned and is {now}")));
                }
                (_, clearing::State::Paid) => self.move_money(terms.credit, settlement, terms.amount),
                (_, clearing::State::Returned) => self.move_money(terms.credit, terms.debit, terms.amount),
                _ => {}
            }
            self.away.insert(id, (item, terms.clone(), now));
            touched.extend([terms.debit, terms.credit, settlement]);
        }
        Ok(touched)
    }

    /// The nights from a day that was closed until the next one: what current accounts earn, and what is paid of it.
    pub fn nights(&mut self, world: &World, closed: Date, next: Date) -> Result<()> {
        let ids: Vec<AccountId> = self.net.keys().copied().collect();
        let accounts = world.bank().store.read(|tx| ledger::accounts(tx, &ids))?;
        let current = |a: &ledger::Account| a.purpose == ledger::Purpose::General && a.owner != Owner::Bank;
        let current: Vec<AccountId> = accounts.iter().filter(|a| current(a)).map(|a| a.id).collect();
        let mut settled = false;
        for n in 0..next.days() - closed.days() {
            let day = closed.plus_days(n);
            for id in &current {
                let earns = self.net.get(id).copied().unwrap_or_default().max(0) / 100 * 100;
                let products = self.products.entry(*id).or_default();
                *products += earns;
                if day.day() == 20 && day.month() % 3 == 0 {
                    let (rate, year) = INTEREST;
                    *self.due.entry(*id).or_default() += (2 * std::mem::take(products) * rate + year) / (2 * year);
                    settled = true;
                }
            }
        }
        match settled {
            true => self.pay_interest(world),
            false => Ok(()),
        }
    }

    fn pay_interest(&mut self, world: &World) -> Result<()> {
        for (id, due) in &mut self.due {
            let orders = world.bank().store.read(|tx| restrictions::orders(tx, *id))?;
            let asleep = |o: &restrictions::Order| o.kind == Restriction::Dormant && o.lifted_at.is_none();
            if !orders.iter().any(asleep) {
                *self.net.entry(*id).or_default() += std::mem::take(due);
            }
        }
        Ok(())
    }

    pub fn terms(&self, id: InstructionId) -> Option<&Open> {
        self.open.get(&id)
    }

    pub fn open_ids(&self) -> Vec<InstructionId> {
        self.open.keys().copied().collect()
    }

    /// What is held on an account: at least, and at most. Money whose time is over is free at the next batch.
    fn held(&self, account: AccountId, now: Timestamp) -> (i128, i128) {
        let sum = |over: bool| {
            let of = self.open.values().filter(|o| o.debit == account && (over || o.expires > now));
            of.map(|o| i128::from(o.amount + o.fee)).sum()
        };
        (sum(false), sum(true))
    }

    /// Compares some accounts with the bank's.
    pub fn check(&self, world: &World, accounts: &[AccountId]) -> Result<()> {
        world.bank().store.read(|tx| {
            for id in accounts {
                let view = ledger::view(tx, *id)?;
                let net = self.net.get(id).copied().unwrap_or_default();
                if i128::from(view.balance.net()) != net {
                    return Err(Error::broken(format!(
                        "{id} holds {} at the bank and {net} in the auditor's books",
                        view.balance.net()
                    )));
                }
                let (least, most) = self.held(*id, world.latest());
                let held = i128::from(view.balance.debits_pending);
                if held < least || held > most {
                    return Err(Error::broken(format!(
                        "{id} has {held} held at the bank, {least} to {most} in the auditor's books"
                    )));
                }
            }
            Ok(())
        })
    }

    /// Compares everything and has the bank verify itself; answers the entries of the journal.
    pub fn check_all(&self, world: &World) -> Result<u64> {
        let accounts: Vec<AccountId> = self.net.keys().copied().collect();
        self.check(world, &accounts)?;
        let report = app::verify(&world.bank().store, &mut |_, _| {})?;
        match report.faults.first() {
            None => Ok(report.entries),
            Some(fault) => Err(Error::broken(format!("verify: {} {}: {}", fault.table, fault.record, fault.what))),
        }
    }
}
