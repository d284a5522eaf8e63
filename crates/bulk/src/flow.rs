//! The maker's word, the second person's, and the end of a file before it is paid.
use crate::file::{BulkFile, FileState, can_submit, of_firm, raw};
use crate::line::{BulkLine, part};
use crate::read::hash_of;
use crate::{FILE_CHANGED, FILE_STATE, LINES_MAX};
use approval::codes::CHECKER_IS_BENEFICIARY;
use approval::{Approve, Ask, Line};
use kernel::id::{ApprovalId, BulkId};
use kernel::{Actor, Error, Owner, Result};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Audit, Tx};

/// The kind of its approval.
pub const KIND: &str = payments::COVERING;

/// What an approval is bound to.
#[derive(Serialize, Deserialize)]
struct Terms {
    file: BulkId,
    hash: Vec<u8>,
    lines: i64,
    /// Minor units.
    total: i64,
    fees: i64,
}

/// What came of the maker's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// A second person decides.
    Asked(ApprovalId),
    /// Nobody else is needed: it is being paid.
    Paying,
}

/// What the second person's word did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    FirstOfTwo,
    Paying(BulkId),
    AlreadySo,
}

/// Prices every line and orders the file to be paid: by a second person's word when the firm wants two for its rights, or the sum is above
/// what the maker may do alone; else at once. Needs `payment.submit` of the firm up to each line. Errors: `bulk_file_state`.
pub fn submit(tx: &mut Tx<'_>, actor: &Actor, id: BulkId) -> Result<Submitted> {
    let mut file = of_firm(tx, actor, id, Permission::PaymentSubmit)?;
    if file.made_by != actor.principal() {
        return Err(Error::forbidden("who sent the file orders it to be paid"));
    }
    if !can_submit(tx, &file)? {
        return Err(Error::new(&FILE_STATE, format!("{id} is {}", file.state)).with("state", file.state));
    }
    (file.channel, file.ended_why) = (actor.channel, String::new());
    let lines = priced(tx, actor, &mut file)?;
    let place = Scope::firm(file.firm);
    let entitlement = party::may(tx, actor, Permission::PaymentSubmit, &place)?;
    let two = party::firm_control(tx, file.firm)?.is_some() || entitlement.needs_checker(file.sum());
    let done = match two {
        true => Submitted::Asked(ask(tx, actor, &mut file)?),
        false => {
            file.approval = None;
            file.start(&actor.principal(), tx.now());
            Submitted::Paying
        }
    };
    tx.update(&mut file)?;
    let told = format!("{} lines, {}, {}", lines, file.sum(), file.state);
    tx.audit(actor, Audit::of("bulk.submit", id).after(told))?;
    Ok(done)
}

/// Writes today's price on every line. Lines of one sum and reach have one price.
fn priced(tx: &mut Tx<'_>, actor: &Actor, file: &mut BulkFile) -> Result<usize> {
    let mut lines = part(tx, file.id, 0, LINES_MAX as u32)?;
    let mut known: HashMap<(bool, i64), i64> = HashMap::new();
    let mut fees = 0i64;
    for line in &mut lines {
        let alike = (line.bank.is_empty(), line.amount);
        let fee = match known.get(&alike) {
            Some(fee) => *fee,
            None => {
                let order = line.order(tx.keys(), file.debit)?;
                match payments::quote(tx, actor, &order) {
                    Ok(quote) => *known.entry(alike).or_insert(quote.map_or(0, |q| q.fee.minor)),
                    // What is refused is refused on its line, when it is paid.
                    Err(why) if payments::is_recorded(&why) => 0,
                    Err(why) => return Err(why.with("row", line.row_number)),
                }
            }
        };
        fees = fees.saturating_add(fee);
        if line.fee != fee {
            line.fee = fee;
            tx.update(line)?;
        }
    }
    (file.fees, file.lines_hash) = (fees, hash_of(tx.keys(), file.debit, &lines)?);
    Ok(lines.len())
}

fn ask(tx: &mut Tx<'_>, actor: &Actor, file: &mut BulkFile) -> Result<ApprovalId> {
    let terms =
        Terms { file: file.id, hash: file.lines_hash.clone(), lines: file.lines, total: file.total, fees: file.fees };
    let mut ask = Ask::new(KIND, &terms, Permission::PaymentApprove)?;
    ask.amount = Some(file.sum());
    ask.firm = Some(file.firm);
    ask.summary = vec![
        Line::shown("batch-file", &file.file_name),
        Line::shown("batch-lines", file.lines.to_string()),
        Line::shown("payment-amount", file.sum().to_string()),
        Line::shown("payment-fee", file.fee_sum().to_string()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    (file.state, file.approval) = (FileState::Submitted, Some(asked));
    Ok(asked)
}

/// A second person agrees to what he was shown; the last one begins the paying. Who is paid by a line of it does not agree to it.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Approved> {
    let answer = approval::approve(tx, actor, id, shown_hash)?;
    if let Approve::AlreadySo { .. } = answer {
        return Ok(Approved::AlreadySo);
    }
    let terms = terms(tx, id)?;
    let mut file = raw(tx, terms.file)?;
    file.need(&[FileState::Submitted])?;
    let lines = part(tx, file.id, 0, LINES_MAX as u32)?;
    if file.approval != Some(id) || hash_of(tx.keys(), file.debit, &lines)? != terms.hash {
        return Err(Error::new(&FILE_CHANGED, format!("{} is not what was agreed to", file.id)));
    }
    if gains(tx, actor, &lines)? {
        return Err(Error::new(&CHECKER_IS_BENEFICIARY, "a line of the file pays the checker"));
    }
    if let Approve::FirstOfTwo = answer {
        return Ok(Approved::FirstOfTwo);
    }
    file.start(&actor.principal(), tx.now());
    tx.update(&mut file)?;
    approval::mark_executed(tx, actor, id, &file.id.to_string())?;
    tx.audit(actor, Audit::of("bulk.approve", file.id).after(file.sum().to_string()).approval(id))?;
    Ok(Approved::Paying(file.id))
}

fn terms(tx: &mut Tx<'_>, id: ApprovalId) -> Result<Terms> {
    let asked = approval::raw(tx, id)?;
    if asked.kind != KIND {
        return Err(Error::not_found("approval of a bulk file", id));
    }
    serde_json::from_str(&asked.payload).map_err(|e| Error::broken("an approval's terms cannot be read").caused_by(e))
}

/// Whether a line pays into an account of the actor's own here.
fn gains(tx: &mut Tx<'_>, actor: &Actor, lines: &[BulkLine]) -> Result<bool> {
    let Some(person) = actor.person() else { return Ok(false) };
    let own: Vec<String> =
        ledger::of_owner(tx, Owner::Person(person))?.into_iter().map(|account| account.number).collect();
    for line in lines.iter().filter(|line| line.bank.is_empty()) {
        if own.contains(&line.given(tx.keys())?.account) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The second person says no; the file is its maker's draft again.
pub fn refuse(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Change> {
    let terms = terms(tx, id)?;
    let done = approval::send_back(tx, actor, id, shown_hash, reason)?;
    if done == Change::Done {
        let mut file = raw(tx, terms.file)?;
        file.need(&[FileState::Submitted])?;
        (file.state, file.approval, file.ended_why) = (FileState::Drafted, None, reason.trim().into());
        tx.update(&mut file)?;
        tx.audit(actor, Audit::of("bulk.send_back", file.id).approval(id).reason(reason))?;
    }
    Ok(done)
}

/// Ends a file before it is paid. Needs `payment.submit` of the firm.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, reason: &str) -> Result<Change> {
    let mut file = of_firm(tx, actor, id, Permission::PaymentSubmit)?;
    let reason = party::reason(reason)?;
    if file.state == FileState::Cancelled {
        return Ok(Change::AlreadySo);
    }
    file.need(&[FileState::Drafted, FileState::Submitted])?;
    if let Some(asked) = file.approval.filter(|_| file.state == FileState::Submitted)
        && approval::raw(tx, asked)?.state == approval::State::Waiting
    {
        approval::withdraw(tx, actor, asked, &reason)?;
    }
    (file.state, file.ended_at, file.ended_why) = (FileState::Cancelled, Some(tx.now()), reason.clone());
    tx.update(&mut file)?;
    tx.audit(actor, Audit::of("bulk.cancel", id).reason(reason))?;
    Ok(Change::Done)
}
