//! Where wages went after they came in, for those paid to accounts of this bank.
//!
//! Followed are movements to other people's and firms' accounts here, and notes drawn at a machine. What goes to another bank passes one
//! account of the bank for all of them and says nothing of its end; it is not followed.
use crate::find::Onward;
use crate::rules::rules;
use crate::{ONWARD_PAYEES_MAX, ONWARD_WORKERS_MAX};
use kernel::clock::HOUR;
use kernel::id::{AccountId, ProjectId};
use kernel::{Money, Owner, Result, Timestamp};
use ledger::{Line, Purpose};
use std::collections::BTreeMap;
use store::Tx;

/// What the workers of a project sent on within the hours that are judged, of the wages of the last three times these hours. At most
/// [`ONWARD_WORKERS_MAX`] workers, each with [`ONWARD_PAYEES_MAX`] movements.
pub(crate) fn load(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Onward>> {
    let now = tx.now();
    let hours = rules(now.local_date()).numbers.backflow_hours;
    let credited = payroll::credited_since(tx, project, now.plus(-3 * hours * HOUR), ONWARD_WORKERS_MAX)?;
    let (mut all, mut seen) = (Vec::new(), BTreeMap::new());
    for c in credited {
        let lines = ledger::statement(tx, c.account, None, ONWARD_PAYEES_MAX)?;
        for l in lines.into_iter().filter(|l| went_out(l, c.at, c.at.plus(hours * HOUR))) {
            let Some(masked) = payee(tx, l.counterparty, &mut seen)? else { continue };
            all.push(Onward {
                worker: c.worker.to_string(),
                wage: c.net,
                paid_at: c.at,
                to: l.counterparty.to_string(),
                to_masked: masked,
                amount: Money::new(-l.change, l.entry.currency),
                at: l.entry.at,
            });
        }
    }
    Ok(all)
}

fn went_out(l: &Line, from: Timestamp, until: Timestamp) -> bool {
    l.change < 0 && from <= l.entry.at && l.entry.at <= until
}

/// The masked number of a payee that can be judged, each looked up once.
fn payee(tx: &mut Tx<'_>, to: AccountId, seen: &mut BTreeMap<AccountId, Option<String>>) -> Result<Option<String>> {
    if let Some(known) = seen.get(&to) {
        return Ok(known.clone());
    }
    let account = ledger::view(tx, to)?.account;
    let is_judged = account.owner != Owner::Bank || account.purpose == Purpose::CashMachine;
    let masked = is_judged.then(|| kernel::chinese::mask_card(&account.number));
    seen.insert(to, masked.clone());
    Ok(masked)
}
