//! The account a wage goes to: looked up and verified, changed by two persons, opened in bulk and activated by its owner.
use crate::events::Event;
use crate::project::project_raw;
use crate::worker::{Standing, Worker, editable, grant, not_shared, worker_raw};
use crate::{
    ACCOUNT_BAD, ACCOUNT_OF_ANOTHER, ACCOUNT_UNKNOWN_HERE, NOT_ACTIVATED_HERE, OPEN_ACCOUNTS_MAX, SHEET_CHANGED, text,
};
use kernel::chinese::{half_width, mask_card};
use kernel::id::{AccountId, ApprovalId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Channel, Currency, Error, Id, Owner, Result, Timestamp};
use ledger::Opening;
use ledger::restrictions::{Restrict, Restriction, lift, orders, restrict};
use party::{Change, Permission, Scope};
use store::{Audit, Seal, Store, Tx, params};

/// The approval kind of a change of account.
pub(crate) const KIND_ACCOUNT: &str = "payroll.account";
/// The basis of the restriction under which an account opened through the employer pays nothing yet.
pub const NOT_ACTIVATED: &str = "not_activated";
/// Accounts opened in one transaction.
const OPEN_CHUNK: usize = 50;

/// A card or account as it is given: ours with an empty `bank`, or another bank's with its name or clearing code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountGiven {
    pub number: String,
    pub bank: String,
}

/// An account that was looked at, ready to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub account: Option<AccountId>,
    pub bank: String,
    /// Encrypted.
    pub number: Vec<u8>,
    pub masked: String,
    pub index: Vec<u8>,
    pub standing: Standing,
}

store::record! {
    /// A change that waits for a second person.
    pub struct AccountChange in "payroll_account_changes" key 2 {
        pub book: BookId,
        pub approval: ApprovalId,
        pub worker: WorkerId,
        pub account: Option<AccountId>,
        pub bank: String,
        pub number: Vec<u8>,
        pub account_masked: String,
        pub account_index: Vec<u8>,
        pub asked_by: String,
        pub asked_at: Timestamp,
    }
}

/// The digits of an account number: 8 to 30, spaces, hyphens and full-width forms forgiven.
pub(crate) fn digits(number: &str) -> Result<String> {
    let t: String = half_width(number).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    match (8..=30).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(t),
        false => Err(Error::new(&ACCOUNT_BAD, "an account number has 8 to 30 digits")),
    }
}

pub(crate) fn account_index(tx: &Tx<'_>, digits: &str) -> Vec<u8> {
    tx.keys().index("wage.account", digits)
}

/// Looks an account up. One of ours must be the person's own; whether the bank knows him by `name` is its standing.
pub(crate) fn resolve(tx: &mut Tx<'_>, person: PersonId, name: &str, given: &AccountGiven) -> Result<Resolved> {
    let person = party::person(tx, person)?;
    resolve_of(tx, &person, name, given)
}

/// [`resolve`] for a person who was loaded already.
pub(crate) fn resolve_of(
    tx: &mut Tx<'_>,
    person: &party::Person,
    name: &str,
    given: &AccountGiven,
) -> Result<Resolved> {
    let number = digits(&given.number)?;
    let masked = mask_card(&number);
    let (account, standing, bank) = match ledger::by_number(tx, &number)? {
        Some(ours) if ours.owner != Owner::Person(person.id) => {
            return Err(Error::new(&ACCOUNT_OF_ANOTHER, format!("{masked} is an account of somebody else")));
        }
        Some(ours) if ours.closed_at.is_some() => (Some(ours.id), Standing::Closed, String::new()),
        Some(ours) if person.has_name(tx.keys(), name) => (Some(ours.id), Standing::Verified, String::new()),
        Some(ours) => (Some(ours.id), Standing::NameMismatch, String::new()),
        None if is_ours(tx, &given.bank)? => {
            return Err(Error::new(&ACCOUNT_UNKNOWN_HERE, format!("there is no account {masked} at this bank")));
        }
        None => (None, Standing::External, text("bank", &given.bank)?),
    };
    let key = tx.keys().unwrap_data_key(&person.data_key)?;
    let index = account_index(tx, &number);
    Ok(Resolved { account, bank, number: key.encrypt("worker.number", &number), masked, index, standing })
}

/// No bank named, or this one.
fn is_ours(tx: &mut Tx<'_>, bank: &str) -> Result<bool> {
    let bank = party::plain_name(bank);
    if bank.is_empty() {
        return Ok(true);
    }
    let head = party::branch_of(tx, BookId::HEAD_OFFICE)?;
    Ok(bank.starts_with(&head.name_zh) || bank.eq_ignore_ascii_case(&head.name_en))
}

/// Asks for another account of a worker; a second person approves it ([`crate::approve`]). Needs `wage.roster_edit`. Also of one who left
/// while a wage of his that came back is unpaid. Errors: `left_roster`, those of the account.
pub fn account_change_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: WorkerId,
    given: AccountGiven,
    note: &str,
) -> Result<ApprovalId> {
    let (project, worker) = editable(tx, actor, id)?;
    let name = worker.name(tx)?;
    let resolved = resolve(tx, worker.person, &name, &given)?;
    not_shared(tx, &worker, &resolved)?;
    #[derive(serde::Serialize)]
    struct Payload {
        worker: WorkerId,
        account: String,
        index: String,
    }
    let payload = Payload { worker: id, account: resolved.masked.clone(), index: crate::hex(&resolved.index) };
    let mut ask = approval::Ask::new(KIND_ACCOUNT, &payload, Permission::WageSheetCheck)?;
    ask.firm = Some(project.firm);
    ask.beneficiary = Some(Owner::Person(worker.person));
    ask.note = text("note", note)?;
    ask.summary = vec![
        approval::Line::shown("wage-worker", &worker.name_masked),
        approval::Line::new("wage-account", &worker.account_masked, &resolved.masked),
    ];
    let approval = approval::ask(tx, actor, ask)?;
    let mut change = AccountChange {
        book: worker.book,
        approval,
        worker: id,
        account: resolved.account,
        bank: resolved.bank,
        number: resolved.number,
        account_masked: resolved.masked,
        account_index: resolved.index,
        asked_by: actor.principal(),
        asked_at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut change)?;
    tx.audit(actor, Audit::of("payroll.account_change_ask", id).approval(approval))?;
    Ok(approval)
}

/// Carries out an approved change. The account is looked up again: it may have been closed since.
pub(crate) fn change_account(
    tx: &mut Tx<'_>,
    actor: &Actor,
    approval: ApprovalId,
    worker: WorkerId,
) -> Result<WorkerId> {
    let change = tx
        .get::<AccountChange>(params![worker.book(), approval])?
        .filter(|c| c.worker == worker)
        .ok_or_else(|| Error::not_found("change of account", approval))?;
    let (mut worker, keys) = (worker_raw(tx, worker)?, tx.keys());
    let project = project_raw(tx, worker.project)?;
    let key = keys.unwrap_data_key(&party::person(tx, worker.person)?.data_key)?;
    let (name, number) = (worker.name(tx)?, key.decrypt("worker.number", &change.number)?);
    let resolved = resolve(tx, worker.person, &name, &AccountGiven { number, bank: change.bank })?;
    if resolved.index != change.account_index || resolved.account != change.account {
        return Err(Error::new(&SHEET_CHANGED, "the account is not the one that was approved"));
    }
    not_shared(tx, &worker, &resolved)?;
    let before = worker.account_masked.clone();
    if let Some(old) = worker.account.filter(|old| Some(*old) != resolved.account) {
        ledger::grants::end(tx, actor, project.clearing_account, old, "the worker has another account")?;
    }
    worker.take(tx, actor, resolved);
    tx.update(&mut worker)?;
    grant(tx, actor, &project, &worker)?;
    let shown = (before, worker.account_masked.clone());
    tx.audit(actor, Audit::of("payroll.account_change", worker.id).change(shown.0, shown.1).approval(approval))?;
    tx.emit(&Event::RosterChanged { project: project.id, added: 0, left: 0 }, &actor.correlation)?;
    Ok(worker.id)
}

/// An account opened through the employer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Opened {
    pub worker: WorkerId,
    pub account: AccountId,
    pub number: String,
}

/// Opens accounts for workers of a roster who have none (批量开户). Needs `wage.account_open` where the firm banks. Each one
/// only receives until its owner activates it in person. Workers who have an account are left out; at most
/// [`OPEN_ACCOUNTS_MAX`].
pub fn open_accounts(store: &Store, actor: &Actor, project: ProjectId, workers: &[WorkerId]) -> Result<Vec<Opened>> {
    if workers.len() > OPEN_ACCOUNTS_MAX {
        return Err(Error::limit("workers", workers.len(), OPEN_ACCOUNTS_MAX, "workers"));
    }
    let mut out = Vec::with_capacity(workers.len());
    for chunk in workers.chunks(OPEN_CHUNK) {
        let (actor, chunk) = (actor.clone(), chunk.to_vec());
        out.extend(store.write(move |tx| open_chunk(tx, &actor, project, &chunk))?);
    }
    Ok(out)
}

fn open_chunk(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, workers: &[WorkerId]) -> Result<Vec<Opened>> {
    let project = project_raw(tx, project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    let mut out = Vec::new();
    for id in workers {
        let mut worker = worker_raw(tx, *id)?;
        let fits = worker.project == project.id && worker.is_on_roster() && worker.standing == Standing::Missing;
        if fits {
            out.push(open_one(tx, actor, &project.basis, &mut worker)?);
            grant(tx, actor, &project, &worker)?;
        }
    }
    Ok(out)
}

fn open_one(tx: &mut Tx<'_>, actor: &Actor, document: &str, worker: &mut Worker) -> Result<Opened> {
    let id = AccountId::new(tx.now(), worker.book);
    let opening = Opening::deposit(id, Owner::Person(worker.person), &worker.name_masked, Currency::CNY);
    let account = ledger::open_account(tx, actor, &opening)?;
    let stop = Restrict::new(id, Restriction::NoDebits, NOT_ACTIVATED);
    restrict(tx, actor, &Restrict { document: document.into(), ..stop })?;
    let name = worker.name(tx)?;
    let given = AccountGiven { number: account.number.clone(), bank: String::new() };
    let resolved = resolve(tx, worker.person, &name, &given)?;
    worker.take(tx, actor, resolved);
    tx.update(worker)?;
    tx.audit(actor, Audit::of("payroll.account_open", worker.id).after(id.to_string()))?;
    Ok(Opened { worker: worker.id, account: id, number: account.number })
}

/// The owner stands at the counter with his identity card: from now on the account pays too. Needs `account.open` there.
/// Errors: `not_activated_here` away from a staffed counter.
pub fn activate(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<Change> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    if actor.staff().is_none() || actor.channel != Channel::Counter {
        return Err(Error::new(&NOT_ACTIVATED_HERE, "an account opened through the employer is activated in person"));
    }
    let waiting = orders(tx, account)?.into_iter().find(|o| o.basis == NOT_ACTIVATED && o.lifted_at.is_none());
    let Some(order) = waiting else { return Ok(Change::AlreadySo) };
    lift(tx, actor, account, order.number, "activated by its owner in person")?;
    tx.audit(actor, Audit::of("payroll.account_activate", account))?;
    Ok(Change::Done)
}

/// Whether the account pays: it was activated, or never opened through an employer.
pub fn is_activated(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    Ok(!orders(tx, account)?.iter().any(|o| o.basis == NOT_ACTIVATED && o.lifted_at.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_digits() {
        for (text, want) in [
            ("6222 0212-3456 7890", Some("6222021234567890")),
            ("６２２２０２１２３４", Some("6222021234")),
            ("1234567", None),
            ("62220A1234", None),
            ("", None),
        ] {
            assert_eq!(digits(text).ok().as_deref(), want, "{text}");
        }
    }
}
