//! Books kept by somebody who does not trust the bank.
use crate::world::World;
use kernel::id::{AccountId, ClearingId, InstructionId};
use kernel::{Currency, Error, Id, Result, Timestamp};
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
}

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
