//! What of a closed day has to be reported: read from the ledger, decided without it.
use crate::report::{Kind, Movement, Way};
use crate::rules::Rules;
use crate::{LINES_MAX, MOVEMENTS_MAX};
use kernel::id::AccountId;
use kernel::{Currency, Date, Owner, Result};
use ledger::{Account, Line, Moved, Purpose};
use std::collections::{BTreeMap, HashMap};
use store::Tx;

/// A customer's day on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub subject: Owner,
    pub kind: Kind,
    pub way: Way,
    pub currency: Currency,
    pub amount: i64,
    pub count: i64,
    pub threshold: i64,
    pub lines: Vec<Movement>,
}

/// Accounts asked for by one statement.
const ACCOUNTS_AT_ONCE: usize = 500;

/// What has to be reported of a closed day, and how many accounts were looked at. Only accounts above the rules' `look_from`
/// are read, and of those only customers' whose accounts together come to a threshold.
pub(crate) fn found(tx: &mut Tx<'_>, date: Date, rules: &Rules) -> Result<(Vec<Found>, usize)> {
    let moved = ledger::moved_on(tx, date, rules.look_from())?;
    let accounts = accounts(tx, moved.iter().map(|m| m.account))?;
    let looked = near(&moved, &accounts, rules);
    let mut days = BTreeMap::new();
    for account in &looked {
        let (lines, _) = ledger::lines_on(tx, account.id, date, LINES_MAX)?;
        let others = self::accounts(tx, lines.iter().map(|l| l.counterparty))?;
        for line in &lines {
            add(&mut days, account, line, others.get(&line.counterparty));
        }
    }
    Ok((due(days, rules), looked.len()))
}

/// The same of one customer alone: for a correction.
pub(crate) fn found_of(tx: &mut Tx<'_>, date: Date, subject: Owner) -> Result<Vec<Found>> {
    let mut days = BTreeMap::new();
    for account in ledger::of_owner(tx, subject)? {
        let (lines, _) = ledger::lines_on(tx, account.id, date, LINES_MAX)?;
        let others = accounts(tx, lines.iter().map(|l| l.counterparty))?;
        for line in &lines {
            add(&mut days, &account, line, others.get(&line.counterparty));
        }
    }
    Ok(days.into_iter().map(|(key, sum)| sum.found(key, 0)).collect())
}

fn accounts(tx: &mut Tx<'_>, ids: impl Iterator<Item = AccountId>) -> Result<HashMap<AccountId, Account>> {
    let mut ids: Vec<AccountId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut out = HashMap::with_capacity(ids.len());
    for part in ids.chunks(ACCOUNTS_AT_ONCE) {
        out.extend(ledger::accounts(tx, part)?.into_iter().map(|a| (a.id, a)));
    }
    Ok(out)
}

/// Customers' accounts whose owner's sums on a side reach the lowest threshold there is for him.
fn near<'a>(moved: &[Moved], accounts: &'a HashMap<AccountId, Account>, rules: &Rules) -> Vec<&'a Account> {
    let owner = |m: &Moved| accounts.get(&m.account).map(|a| a.owner).filter(|o| *o != Owner::Bank);
    let mut sums: HashMap<(Owner, Currency, bool), i64> = HashMap::new();
    for m in moved {
        if let Some(owner) = owner(m) {
            let sum = sums.entry((owner, m.currency, m.into)).or_default();
            *sum = sum.saturating_add(m.amount);
        }
    }
    let lowest =
        |o: Owner, c: Currency| [Kind::Cash, Kind::Transfer].into_iter().filter_map(|k| rules.threshold(k, o, c)).min();
    let reaches = |m: &&Moved| {
        owner(m).is_some_and(|o| lowest(o, m.currency).is_some_and(|least| sums[&(o, m.currency, m.into)] >= least))
    };
    let mut ids: Vec<AccountId> = moved.iter().filter(reaches).map(|m| m.account).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.iter().filter_map(|id| accounts.get(id)).collect()
}

type Key = (String, Kind, Way, String);

struct Sum {
    subject: Owner,
    currency: Currency,
    amount: i64,
    count: i64,
    lines: Vec<Movement>,
}

impl Sum {
    fn found(mut self, (_, kind, way, _): Key, threshold: i64) -> Found {
        self.lines.sort_by_key(|l| std::cmp::Reverse(l.amount));
        self.lines.truncate(MOVEMENTS_MAX);
        let Sum { subject, currency, amount, count, lines } = self;
        Found { subject, kind, way, currency, amount, count, threshold, lines }
    }
}

/// What a line is of; `None` for what does not count: between his own accounts, with the bank itself, or given back.
fn kind_of(account: &Account, line: &Line, other: Option<&Account>) -> Option<Kind> {
    let other = other?;
    if line.entry.reverses.is_some() || other.owner == account.owner {
        return None;
    }
    match (other.owner, other.purpose) {
        (_, Purpose::Till | Purpose::Vault | Purpose::CashMachine | Purpose::CashInTransit | Purpose::DamagedNotes) => {
            Some(Kind::Cash)
        }
        (Owner::Bank, Purpose::Clearing | Purpose::Settlement) => Some(Kind::Transfer),
        (Owner::Bank, _) => None,
        _ => Some(Kind::Transfer),
    }
}

fn add(days: &mut BTreeMap<Key, Sum>, account: &Account, line: &Line, other: Option<&Account>) {
    let Some(kind) = kind_of(account, line, other) else { return };
    let way = if line.change > 0 { Way::In } else { Way::Out };
    let key = (account.owner.to_string(), kind, way, account.currency.code().to_owned());
    let none = Sum { subject: account.owner, currency: account.currency, amount: 0, count: 0, lines: Vec::new() };
    let sum = days.entry(key).or_insert(none);
    sum.amount = sum.amount.saturating_add(line.entry.amount);
    sum.count += 1;
    sum.lines.push(Movement {
        account: account.id,
        at: line.entry.at,
        amount: line.entry.amount,
        counterparty: line.counterparty,
        code: line.entry.code.to_string(),
        reference: line.entry.reference.clone(),
    });
}

fn due(days: BTreeMap<Key, Sum>, rules: &Rules) -> Vec<Found> {
    let reported = |(key, sum): (Key, Sum)| {
        let threshold = rules.threshold(key.1, sum.subject, sum.currency)?;
        (sum.amount >= threshold).then(|| sum.found(key, threshold))
    };
    days.into_iter().filter_map(reported).collect()
}
