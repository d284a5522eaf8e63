//! A checker's decision reaches the domain that asked for it: one match over the kinds of approvals.
use crate::codes::NOT_DECIDED_HERE;
use app::{Bank, rights};
use kernel::id::{ApprovalId, GrantId, PaySheetId, WorkerId};
use kernel::{Actor, Error, Result};
use party::Change;
use payments::Receipt;
use store::Tx;

/// Kinds whose maker takes them back where he made them, because more than the request ends with it.
pub const WITHDRAWN_ELSEWHERE: [&str; 6] =
    ["payment", "payment.reverse", "payroll.pay", bulk::KIND, wealth::KINDS[0], orders::KINDS[0]];

/// What a decision came to.
#[derive(Clone, Debug)]
pub enum Decided {
    /// Another checker is still needed.
    FirstOfTwo,
    Done,
    AlreadySo,
    /// Of a payment: what became of it.
    Payment(Box<Receipt>),
    /// A pay sheet was checked; it can be paid now.
    Sheet(PaySheetId),
    /// A worker's account was changed.
    Worker(WorkerId),
    /// A role was given.
    Granted(GrantId),
}

impl From<Change> for Decided {
    fn from(change: Change) -> Decided {
        if change == Change::Done { Decided::Done } else { Decided::AlreadySo }
    }
}

enum Kind {
    Payment,
    PaySheet,
    WorkerAccount,
    Clearing,
    BulkFile,
    /// What staff order about customers and the bank's own data.
    Desk,
    Cards,
    Wealth,
    /// What an owner of works agrees to.
    Site,
    Arrears,
    Guarantee,
    /// A legal document on a protected account, or the closing of a wage account.
    SiteEnd,
    /// Documents of police, courts and other authorities.
    Orders,
    Rights,
}

fn kind(bank: &Bank, actor: &Actor, id: ApprovalId) -> Result<Kind> {
    let kind = bank.read(|tx| approval::approval(tx, actor, id))?.kind;
    Ok(match kind.as_str() {
        "payment" | "payment.reverse" => Kind::Payment,
        "payroll.pay" => Kind::PaySheet,
        "payroll.account" => Kind::WorkerAccount,
        "clearing.resolve" => Kind::Clearing,
        bulk::KIND => Kind::BulkFile,
        own if cards::KINDS.contains(&own) => Kind::Cards,
        own if wealth::KINDS.contains(&own) => Kind::Wealth,
        own if worksite::KINDS.contains(&own) => Kind::Site,
        own if arrears::KINDS.contains(&own) => Kind::Arrears,
        own if guarantee::KINDS.contains(&own) => Kind::Guarantee,
        own if worksite::end::KINDS.contains(&own) => Kind::SiteEnd,
        own if orders::KINDS.contains(&own) => Kind::Orders,
        own if app::desk::KINDS.contains(&own) => Kind::Desk,
        rights::KIND_GRANT | rights::KIND_REVOKE | rights::KIND_CONTROL => Kind::Rights,
        _ => return Err(Error::new(&NOT_DECIDED_HERE, format!("nothing here carries out a {kind}")).with("kind", kind)),
    })
}

/// Approves what was shown (`shown_hash`) and has it done.
pub fn approve(bank: &Bank, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Decided> {
    let (who, hash) = (actor.clone(), shown_hash.to_owned());
    match kind(bank, actor, id)? {
        Kind::Payment => payments::approve(&bank.desk, actor, id, shown_hash).map(|r| Decided::Payment(Box::new(r))),
        Kind::PaySheet | Kind::WorkerAccount => {
            bank.write(move |tx| payroll::approve(tx, &who, id, &hash)).map(|done| match done {
                payroll::Approved::FirstOfTwo => Decided::FirstOfTwo,
                payroll::Approved::Checked(sheet) => Decided::Sheet(sheet),
                payroll::Approved::AccountChanged(worker) => Decided::Worker(worker),
                payroll::Approved::AlreadySo => Decided::AlreadySo,
            })
        }
        Kind::Clearing => bank.write(move |tx| payments::clearing::resolve(tx, &who, id, &hash)).map(Decided::from),
        Kind::BulkFile => bank.write(move |tx| bulk::approve(tx, &who, id, &hash)).map(|done| match done {
            bulk::Approved::FirstOfTwo => Decided::FirstOfTwo,
            bulk::Approved::Paying(_) => Decided::Done,
            bulk::Approved::AlreadySo => Decided::AlreadySo,
        }),
        Kind::Desk => {
            let done = bank.write(move |tx| app::desk::approve(tx, &who, id, &hash))?;
            app::desk::follow(bank, &done)?;
            Ok(match done {
                approval::Approve::FirstOfTwo => Decided::FirstOfTwo,
                approval::Approve::Approved { .. } => Decided::Done,
                approval::Approve::AlreadySo { .. } => Decided::AlreadySo,
            })
        }
        Kind::Cards => bank.write(move |tx| cards::approval_yes(tx, &who, id, &hash)).map(Decided::from),
        Kind::Wealth => bank.write(move |tx| wealth::approval_yes(tx, &who, id, &hash)).map(Decided::from),
        Kind::Site => bank.write(move |tx| worksite::approval_yes(tx, &who, id, &hash)).map(Decided::from),
        Kind::Arrears => bank.write(move |tx| arrears::approval_yes(tx, &who, id, &hash)).map(Decided::from),
        Kind::Guarantee => {
            let desk = bank.desk.clone();
            bank.write(move |tx| arrears::guarantee_yes(&desk, tx, &who, id, &hash)).map(Decided::from)
        }
        Kind::SiteEnd => {
            let desk = bank.desk.clone();
            bank.write(move |tx| worksite::end::approval_yes(&desk, tx, &who, id, &hash)).map(Decided::from)
        }
        Kind::Orders => {
            let desk = bank.desk.clone();
            bank.write(move |tx| orders::approval_yes(&desk, tx, &who, id, &hash)).map(Decided::from)
        }
        Kind::Rights => bank.write(move |tx| rights::approve(tx, &who, id, &hash)).map(|done| match done {
            rights::Approved::FirstOfTwo => Decided::FirstOfTwo,
            rights::Approved::Granted(grant) => Decided::Granted(grant),
            rights::Approved::Revoked(_) | rights::Approved::ControlEnded(_) => Decided::Done,
            rights::Approved::AlreadySo => Decided::AlreadySo,
        }),
    }
}

/// Refuses it for good. A pay sheet goes back to its maker instead: wages that are owed are never refused.
pub fn refuse(bank: &Bank, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Decided> {
    let (who, hash, why) = (actor.clone(), shown_hash.to_owned(), reason.to_owned());
    match kind(bank, actor, id)? {
        Kind::Payment => {
            payments::disapprove(&bank.desk, actor, id, shown_hash, reason).map(|r| Decided::Payment(Box::new(r)))
        }
        Kind::PaySheet => bank.write(move |tx| payroll::send_back(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::BulkFile => bank.write(move |tx| bulk::refuse(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::Cards => bank.write(move |tx| cards::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::Site => bank.write(move |tx| worksite::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::Wealth => {
            let desk = bank.desk.clone();
            bank.write(move |tx| wealth::approval_no(&desk, tx, &who, id, &hash, &why)).map(Decided::from)
        }
        Kind::Arrears => bank.write(move |tx| arrears::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::Guarantee => bank.write(move |tx| guarantee::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::SiteEnd => bank.write(move |tx| worksite::end::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::Orders => bank.write(move |tx| orders::approval_no(tx, &who, id, &hash, &why)).map(Decided::from),
        Kind::WorkerAccount | Kind::Clearing | Kind::Desk | Kind::Rights => {
            bank.write(move |tx| approval::refuse(tx, &who, id, &hash, &why)).map(Decided::from)
        }
    }
}

/// Gives it back to its maker to be corrected. What a payment held is freed; it is ordered anew; an
/// application for a card is declined.
pub fn send_back(bank: &Bank, actor: &Actor, id: ApprovalId, shown_hash: &str, reason: &str) -> Result<Decided> {
    let (who, hash, why) = (actor.clone(), shown_hash.to_owned(), reason.to_owned());
    match kind(bank, actor, id)? {
        Kind::Payment => {
            payments::send_back(&bank.desk, actor, id, shown_hash, reason).map(|r| Decided::Payment(Box::new(r)))
        }
        Kind::PaySheet
        | Kind::BulkFile
        | Kind::Cards
        | Kind::Wealth
        | Kind::Site
        | Kind::Arrears
        | Kind::Guarantee
        | Kind::SiteEnd
        | Kind::Orders => refuse(bank, actor, id, shown_hash, reason),
        Kind::WorkerAccount | Kind::Clearing | Kind::Desk | Kind::Rights => {
            bank.write(move |tx| approval::send_back(tx, &who, id, &hash, &why)).map(Decided::from)
        }
    }
}

/// The maker takes back what nothing else hangs on.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, reason: &str) -> Result<Change> {
    let row = approval::approval(tx, actor, id)?;
    if WITHDRAWN_ELSEWHERE.contains(&row.kind.as_str()) && row.maker == actor.principal() {
        let message = "cancel the payment, the pay sheet, the file or the order itself";
        return Err(Error::new(&NOT_DECIDED_HERE, message).with("kind", row.kind));
    }
    approval::cancel(tx, actor, id, reason)
}
