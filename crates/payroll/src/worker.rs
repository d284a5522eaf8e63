//! A worker on a roster (实名制花名册): a person, a contract, one account.
use crate::account::{AccountGiven, Resolved, resolve, resolve_of};
use crate::events::Event;
use crate::project::{Project, project_raw};
use crate::site_rules::need_contract;
use crate::{ACCOUNT_DIFFERS, ACCOUNT_SHARED, LEFT_ROSTER, filled, text};
use kernel::chinese::{identity, identity_birth, mask_identity, mask_name, mask_phone};
use kernel::id::{AccountId, PersonId, ProjectId, WorkerId};
use kernel::{Actor, BookId, Date, Error, Id, Result, Timestamp};
use party::{Change, DocumentKind, Permission, PersonNew, Scope, Tier, plain_name};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// What is known of a worker's account.
    pub enum Standing {
        /// None was given: nothing can be paid.
        Missing = "missing",
        /// Ours, his own, and the bank knows him by the roster's name.
        Verified = "verified",
        /// At another bank, which checks the name when money arrives.
        External = "external",
        /// Ours and his own, but the bank knows him by another name.
        NameMismatch = "name_mismatch",
        /// Ours, and closed.
        Closed = "closed",
    }
}

store::record! {
    /// A line of a roster. `left_on` ends it; it is kept (Decree 724, art. 28: until works and wages are settled, and 3 years).
    pub struct Worker in "payroll_workers" key 2 {
        pub book: BookId,
        pub id: WorkerId,
        pub project: ProjectId,
        pub person: PersonId,
        /// The name on the roster, encrypted under the person's key.
        pub name: Vec<u8>,
        pub name_index: Vec<u8>,
        pub identity_index: Vec<u8>,
        pub name_masked: String,
        pub identity_masked: String,
        pub phone_masked: String,
        pub team: String,
        /// Number of the labour contract.
        pub contract: String,
        pub contract_on: Option<Date>,
        pub entered_on: Date,
        pub left_on: Option<Date>,
        pub left_by: Option<String>,
        /// When it is ours.
        pub account: Option<AccountId>,
        /// The other bank's name; empty when it is ours.
        pub bank: String,
        /// Encrypted under the person's key; empty when there is none.
        pub number: Vec<u8>,
        pub account_masked: String,
        pub account_index: Option<Vec<u8>>,
        pub standing: Standing,
        pub added_by: String,
        pub added_at: Timestamp,
        pub account_by: Option<String>,
        pub account_at: Option<Timestamp>,
    }
}

/// A worker as he is given; the identity number is a resident's (公民身份号码).
#[derive(Clone, Debug, Default)]
pub struct WorkerNew {
    pub name: String,
    pub identity: String,
    pub phone: String,
    pub team: String,
    pub contract: String,
    pub contract_on: Option<Date>,
    pub entered_on: Option<Date>,
    pub account: Option<AccountGiven>,
}

/// The roster line, and whether it was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    pub worker: WorkerId,
    pub already: bool,
}

/// What rosters know a name by.
pub fn name_index(tx: &Tx<'_>, name: &str) -> Vec<u8> {
    tx.keys().index("wage.name", &plain_name(name))
}

/// What rosters know an identity number by.
pub fn identity_index(tx: &Tx<'_>, number: &str) -> Vec<u8> {
    tx.keys().index("wage.identity", number)
}

/// Puts a worker on the roster; the person is registered with the bank when it does not know him. Needs
/// `wage.roster_edit`. The same worker again is already there; without an account or a contract before, it gets the one given.
/// Errors: `bad_identity`, `account_shared`, `account_of_another`, `account_unknown_here`, `worker_account_differs`, under
/// site rules `contract_missing`.
pub fn worker_add(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: WorkerNew) -> Result<Added> {
    let project = project_raw(tx, project)?;
    party::may(tx, actor, Permission::WageRosterEdit, &Scope::firm(project.firm))?;
    let added = put(tx, actor, &project, new)?;
    if !added.already {
        tx.audit(actor, Audit::of("payroll.worker_add", added.worker).after(project.id.to_string()))?;
        tx.emit(&Event::RosterChanged { project: project.id, added: 1, left: 0 }, &actor.correlation)?;
    }
    Ok(added)
}

/// [`worker_add`] without right, audit and event: an import says them once for all its rows.
pub(crate) fn put(tx: &mut Tx<'_>, actor: &Actor, project: &Project, new: WorkerNew) -> Result<Added> {
    let today = tx.now().local_date();
    let number = identity(&new.identity, today)
        .map_err(|fault| Error::new(&party::codes::BAD_IDENTITY, format!("not an identity number: {fault:?}")))?;
    let name = plain_name(&filled("name", &new.name)?);
    let index = identity_index(tx, &number);
    let tail = "WHERE book = ?1 AND project = ?2 AND identity_index = ?3 AND left_on IS NULL";
    if let Some(known) = tx.select_locked::<Worker>(tail, params![project.book, project.id, index])?.pop() {
        return again(tx, actor, project, known, new);
    }
    need_contract(tx, project.id, &new.contract)?;
    let person = registered(tx, actor, project, &name, &number, &new.phone)?;
    let owner = party::person(tx, person)?;
    let key = tx.keys().unwrap_data_key(&owner.data_key)?;
    let mut worker = Worker {
        book: project.book,
        id: WorkerId::new(tx.now(), project.book),
        project: project.id,
        person,
        name: key.encrypt("worker.name", &name),
        name_index: name_index(tx, &name),
        identity_index: index,
        name_masked: mask_name(&name),
        identity_masked: mask_identity(&number),
        phone_masked: mask_phone(new.phone.trim()),
        team: text("team", &new.team)?,
        contract: text("contract", &new.contract)?,
        contract_on: new.contract_on,
        entered_on: new.entered_on.unwrap_or(today),
        left_on: None,
        left_by: None,
        account: None,
        bank: String::new(),
        number: Vec::new(),
        account_masked: String::new(),
        account_index: None,
        standing: Standing::Missing,
        added_by: actor.principal(),
        added_at: tx.now(),
        account_by: None,
        account_at: None,
        seal: Seal::default(),
    };
    if let Some(given) = &new.account {
        let resolved = resolve_of(tx, &owner, &name, given)?;
        not_shared(tx, &worker, &resolved)?;
        worker.take(tx, actor, resolved);
    }
    tx.insert(&mut worker)?;
    grant(tx, actor, project, &worker)?;
    Ok(Added { worker: worker.id, already: false })
}

fn again(tx: &mut Tx<'_>, actor: &Actor, project: &Project, mut known: Worker, new: WorkerNew) -> Result<Added> {
    let contract = text("contract", &new.contract)?;
    if known.contract.is_empty() && !contract.is_empty() {
        (known.contract, known.contract_on) = (contract, new.contract_on);
        tx.update(&mut known)?;
    }
    let Some(given) = new.account else { return Ok(Added { worker: known.id, already: true }) };
    let name = known.name(tx)?;
    let resolved = resolve(tx, known.person, &name, &given)?;
    match &known.account_index {
        Some(index) if *index == resolved.index => {}
        Some(_) => {
            let message = format!("the roster has {}, the file {}", known.account_masked, resolved.masked);
            return Err(Error::new(&ACCOUNT_DIFFERS, message));
        }
        None => {
            not_shared(tx, &known, &resolved)?;
            known.take(tx, actor, resolved);
            tx.update(&mut known)?;
            grant(tx, actor, project, &known)?;
        }
    }
    Ok(Added { worker: known.id, already: true })
}

/// The person of an identity number. A person whom the bank knows by another name stays that person: the account's
/// standing then says that the names differ, and nothing is paid until one of them is corrected.
fn registered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: &Project,
    name: &str,
    number: &str,
    phone: &str,
) -> Result<PersonId> {
    if let Some(known) = party::person_by_identity(tx, number)? {
        return Ok(known);
    }
    let born = identity_birth(number).ok_or_else(|| Error::field("identity", "it holds no date of birth"))?;
    let registrar = Actor { correlation: actor.correlation.clone(), ..Actor::system("import") };
    let new = PersonNew {
        branch: party::branch_of(tx, project.book)?.id,
        name: name.to_owned(),
        document: DocumentKind::ResidentId,
        number: number.to_owned(),
        country: "CN".into(),
        phone: phone.to_owned(),
        address: String::new(),
        born,
        tier: Tier::I,
    };
    Ok(party::person_register(tx, &registrar, new)?.person)
}

/// One account, one worker of a project (Decree 724, art. 31: to the worker's own account).
pub(crate) fn not_shared(tx: &mut Tx<'_>, worker: &Worker, resolved: &Resolved) -> Result<()> {
    let tail = "WHERE book = ?1 AND project = ?2 AND account_index = ?3 AND left_on IS NULL";
    let found = tx.select::<Worker>(tail, params![worker.book, worker.project, resolved.index])?;
    match found.iter().find(|w| w.id != worker.id) {
        Some(other) => {
            let message = format!("{} is the account of {} on this roster", resolved.masked, other.name_masked);
            Err(Error::new(&ACCOUNT_SHARED, message).with("other", &other.name_masked))
        }
        None => Ok(()),
    }
}

/// Lets the project's clearing account pay a verified account.
pub(crate) fn grant(tx: &mut Tx<'_>, actor: &Actor, project: &Project, worker: &Worker) -> Result<()> {
    match worker.account.filter(|_| worker.standing == Standing::Verified) {
        Some(account) => {
            ledger::grants::grant(tx, actor, project.clearing_account, account, &format!("roster line {}", worker.id))
        }
        None => Ok(()),
    }
}

impl Worker {
    /// Takes over an account that was looked at.
    pub(crate) fn take(&mut self, tx: &Tx<'_>, actor: &Actor, resolved: Resolved) {
        self.account = resolved.account;
        self.bank = resolved.bank;
        self.number = resolved.number;
        self.account_masked = resolved.masked;
        self.account_index = Some(resolved.index);
        self.standing = resolved.standing;
        (self.account_by, self.account_at) = (Some(actor.principal()), Some(tx.now()));
    }

    pub fn is_on_roster(&self) -> bool {
        self.left_on.is_none()
    }

    /// The roster's name in the clear, for orders to other banks.
    pub fn name(&self, tx: &mut Tx<'_>) -> Result<String> {
        let key = tx.keys().unwrap_data_key(&party::person(tx, self.person)?.data_key)?;
        key.decrypt("worker.name", &self.name)
    }

    /// The account's number in the clear, for orders to other banks.
    pub(crate) fn number(&self, tx: &mut Tx<'_>) -> Result<String> {
        let key = tx.keys().unwrap_data_key(&party::person(tx, self.person)?.data_key)?;
        key.decrypt("worker.number", &self.number)
    }
}

/// The lines of a roster after `after` in the order they were taken on, those who left included, at most `rows`, with no
/// permission asked: for domain code.
pub fn roster_raw(tx: &mut Tx<'_>, project: ProjectId, after: Option<WorkerId>, rows: u32) -> Result<Vec<Worker>> {
    let after = after.map_or([0; 16], |w| w.bytes());
    let tail = "WHERE book = ?1 AND project = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    tx.select::<Worker>(tail, params![project.book(), project, after, rows])
}

/// The row, locked in a write, with no permission asked: for domain code.
pub fn worker_raw(tx: &mut Tx<'_>, id: WorkerId) -> Result<Worker> {
    tx.load::<Worker>(params![id.book(), id])?.ok_or_else(|| Error::not_found("worker", id))
}

/// A line of the roster with its project, for an actor who may edit it. Also of somebody who left while a wage that came back is not paid
/// again: its new account is written here.
pub(crate) fn editable(tx: &mut Tx<'_>, actor: &Actor, id: WorkerId) -> Result<(Project, Worker)> {
    let worker = worker_raw(tx, id)?;
    let project = project_raw(tx, worker.project)?;
    party::may(tx, actor, Permission::WageRosterEdit, &Scope::firm(project.firm))?;
    match worker.is_on_roster() || is_owed(tx, &worker)? {
        true => Ok((project, worker)),
        false => Err(Error::new(&LEFT_ROSTER, format!("{} left the roster", worker.name_masked))),
    }
}

/// Whether a wage of this roster line failed and no other line pays it.
fn is_owed(tx: &mut Tx<'_>, worker: &Worker) -> Result<bool> {
    let sql = "SELECT 1 FROM payroll_lines WHERE person = ?1 AND worker = ?2 AND state = 'failed' AND live = 1 LIMIT 1";
    let found = tx.query_one(sql, params![worker.person, worker.id], |r| r.get::<i64>(0))?;
    Ok(found.is_some())
}

/// Ends a roster line on a day. What he is still owed is paid all the same. Needs `wage.roster_edit`.
pub fn worker_leave(tx: &mut Tx<'_>, actor: &Actor, id: WorkerId, on: Date, reason: &str) -> Result<Change> {
    let mut worker = worker_raw(tx, id)?;
    let project = project_raw(tx, worker.project)?;
    party::may(tx, actor, Permission::WageRosterEdit, &Scope::firm(project.firm))?;
    let reason = party::reason(reason)?;
    if worker.left_on.is_some() {
        return Ok(Change::AlreadySo);
    }
    if on < worker.entered_on {
        return Err(Error::field("on", format!("he entered on {}", worker.entered_on)));
    }
    (worker.left_on, worker.left_by) = (Some(on), Some(actor.principal()));
    tx.update(&mut worker)?;
    tx.audit(actor, Audit::of("payroll.worker_leave", id).after(on.to_string()).reason(reason))?;
    tx.emit(&Event::RosterChanged { project: project.id, added: 0, left: 1 }, &actor.correlation)?;
    Ok(Change::Done)
}

/// Looks at the account again, after the bank corrected a name or the worker another thing. Needs `wage.roster_edit`.
pub fn worker_verify(tx: &mut Tx<'_>, actor: &Actor, id: WorkerId) -> Result<Standing> {
    let (project, mut worker) = editable(tx, actor, id)?;
    if worker.account.is_none() {
        return Ok(worker.standing);
    }
    let (name, number) = (worker.name(tx)?, worker.number(tx)?);
    let before = worker.standing;
    worker.standing = resolve(tx, worker.person, &name, &AccountGiven { number, bank: String::new() })?.standing;
    if worker.standing != before {
        tx.update(&mut worker)?;
        tx.audit(actor, Audit::of("payroll.worker_verify", id).change(before.code(), worker.standing.code()))?;
    }
    grant(tx, actor, &project, &worker)?;
    Ok(worker.standing)
}
