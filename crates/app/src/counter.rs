//! What staff do for a customer at the counter that is neither cash nor a payment: accounts are opened with a checklist and closed,
//! numbers and documents changed. Each is one transaction with the line in the teller's journal ([`till::serve`]), so that his day
//! tells everything he did, under numbers without a gap.
//!
//! **Opening.** What the law wants looked at is a list of data ([`Check`]); every item has to be ticked, and the ticks stand in the audit
//! with the opening. Then the customer answers the questions of `diligence`, which opens, asks for a closer look or refuses. A person has one current account of each currency here (one class I account at a bank: 银发〔2015〕392号 art. 3).
use crate::codes::{CHECK_MISSING, HAS_ACCOUNT};
use deposits::Deposit;
use diligence::{Answer, Asked, OpeningNew, Reason, Said};
use kernel::id::{AccountId, BranchId, LoginId, PersonId};
use kernel::{Actor, Currency, Error, Id, Money, Owner, Result};
use ledger::{Account, Opening, Purpose};
use party::{Change, DocumentNew, Permission, Scope};
use payments::Desk;
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};
use till::{EntryKind, Service, VoucherKind};

/// Open current accounts of a firm.
pub const FIRM_ACCOUNTS_MAX: usize = 20;

store::text_enum! {
    /// What is looked at before an account is opened.
    pub enum Check {
        /// The document is genuine and valid, and its holder is who stands here (反洗钱法 art. 29, 金融机构客户尽职调查 rules).
        Document = "document",
        /// The telephone number is his own and in his hand.
        Phone = "phone",
        /// He knows that renting, lending or selling an account is punished (反电信网络诈骗法 art. 31).
        NotLent = "not_lent",
        /// Business licence seen, and its data are those on file.
        Licence = "licence",
        /// The legal representative's document, and who acts for him.
        Representative = "representative",
        /// Who owns the firm in the end (受益所有人).
        BeneficialOwner = "beneficial_owner",
    }
}

impl Check {
    /// What has to be looked at for an owner of this kind.
    pub fn of(owner: Owner) -> &'static [Check] {
        match owner {
            Owner::Firm(_) => &[Check::Licence, Check::Representative, Check::BeneficialOwner, Check::NotLent],
            _ => &[Check::Document, Check::Phone, Check::NotLent],
        }
    }
}

/// An account to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNew {
    pub owner: Owner,
    pub currency: Currency,
    /// What it is for, in the customer's words.
    pub purpose: String,
    pub checked: Vec<Check>,
    /// One to each question ([`diligence::set_of`]).
    pub answers: Vec<Answer>,
    /// What was looked at more closely; empty where nothing asks for it. The reason of a refusal by hand.
    pub closer: String,
}

impl AccountNew {
    fn asked(&self) -> OpeningNew {
        let (purpose, closer) = (self.purpose.trim().to_owned(), self.closer.trim().to_owned());
        OpeningNew { owner: self.owner, said: Said { purpose, answers: self.answers.clone(), closer } }
    }
}

/// What came of asking for an account.
#[derive(Clone, Debug)]
pub enum Opened {
    Account(Account),
    /// Written down with its reason.
    Refused(diligence::Opening),
}

/// Asks the questions of an opening and opens a current account at the teller's branch, unless they refuse it. The customer is judged
/// in the same transaction. Needs `account.open` there. Errors: `account_check_missing`, `account_has_one`, `opening_answers`,
/// `opening_closer_look`, `own_business`, field errors.
pub fn open_account(tx: &mut Tx<'_>, actor: &Actor, new: &AccountNew) -> Result<Opened> {
    let (branch, name) = may_open(tx, actor, new)?;
    if let Some(missing) = Check::of(new.owner).iter().find(|c| !new.checked.contains(c)) {
        let told = format!("{missing} was not looked at");
        return Err(Error::new(&CHECK_MISSING, told).with("check", missing));
    }
    let has = ledger::of_owner(tx, new.owner)?;
    let same =
        has.iter().filter(|a| a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == new.currency);
    let most = if matches!(new.owner, Owner::Person(_)) { 1 } else { FIRM_ACCOUNTS_MAX };
    if same.count() >= most {
        return Err(Error::new(&HAS_ACCOUNT, format!("{most} open in {}", new.currency)).with("max", most));
    }
    let asked = match diligence::ask(tx, actor, &new.asked())? {
        Asked::Go(asked) => asked,
        Asked::Refused(refused) => return Ok(Opened::Refused(refused)),
    };
    let id = AccountId::new(tx.now(), branch.book());
    let chart = if matches!(new.owner, Owner::Firm(_)) { "2012" } else { "2011" };
    let opening = Opening::deposit(id, new.owner, &name, new.currency).purpose(Purpose::General, chart);
    let account = ledger::open_account(tx, actor, &opening)?;
    let checked = new.checked.iter().map(|c| c.code()).collect::<Vec<_>>().join(" ");
    tx.audit(actor, Audit::of("counter.open_account", id).after(checked).reason(new.purpose.trim()))?;
    serve(tx, actor, EntryKind::AccountOpened, Some(id), &id.to_string(), new.purpose.trim())?;
    diligence::opened(tx, actor, asked, id)?;
    diligence::rescore(tx, new.owner)?;
    Ok(Opened::Account(account))
}

/// The teller refuses an account by himself; what he saw stands in `closer`. As [`open_account`].
pub fn refuse_account(tx: &mut Tx<'_>, actor: &Actor, new: &AccountNew, why: Reason) -> Result<diligence::Opening> {
    may_open(tx, actor, new)?;
    diligence::refuse(tx, actor, &new.asked(), why)
}

/// Where it is opened, and under which name.
fn may_open(tx: &mut Tx<'_>, actor: &Actor, new: &AccountNew) -> Result<(BranchId, String)> {
    let branch = actor.branch.ok_or_else(|| Error::forbidden("accounts are opened at a branch"))?;
    party::may(tx, actor, Permission::AccountOpen, &Scope::branch(branch))?;
    payments::hands_off(tx, actor, &[new.owner])?;
    let name = match new.owner {
        // Two tellers who serve him at once count one after the other.
        Owner::Person(p) => {
            party::person_locked(tx, p)?;
            party::person_view(tx, actor, p)?.name
        }
        Owner::Firm(f) => party::firm(tx, f)?.name,
        Owner::Bank => return Err(Error::field("owner", "a customer")),
    };
    Ok((branch, name))
}

/// Another number for a customer who stands here with his document.
pub fn phone_change(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, number: &str) -> Result<Change> {
    let change = party::phone_change_at_counter(tx, actor, person, number)?;
    if change == Change::Done {
        serve(tx, actor, EntryKind::PhoneChanged, None, &person.to_string(), "")?;
    }
    Ok(change)
}

/// A renewed document of a customer who stands here with it.
pub fn document_renew(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, new: &DocumentNew) -> Result<Change> {
    let change = party::document_renew(tx, actor, person, new)?;
    if change == Change::Done {
        serve(tx, actor, EntryKind::DocumentRenewed, None, &person.to_string(), "")?;
    }
    Ok(change)
}

fn serve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: EntryKind,
    account: Option<AccountId>,
    object: &str,
    memo: &str,
) -> Result<()> {
    till::serve(tx, actor, &Service { kind, account, amount: None, object, memo }).map(drop)
}

/// Opens a deposit, by its owner or for him at the counter. See [`deposits::open`].
pub fn open_deposit(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, ask: &deposits::Open) -> Result<Deposit> {
    let opened = deposits::open(desk, tx, actor, ask)?;
    deposit_line(tx, actor, EntryKind::DepositOpened, opened.account, Some(ask.amount))?;
    Ok(opened)
}

/// Draws a deposit, by its owner or for him at the counter, there after the talk that is needed. See [`deposits::draw`].
pub fn draw_deposit(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    amount: Money,
    shown: Money,
) -> Result<deposits::Drawn> {
    crate::talks::draw(desk, tx, actor, account, amount)?;
    let drawn = deposits::draw(desk, tx, actor, account, amount, shown)?;
    deposit_line(tx, actor, EntryKind::DepositDrawn, account, Some(amount))?;
    Ok(drawn)
}

/// What happens on a deposit's last day. See [`deposits::rollover_set`].
pub fn rollover_set(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, to: deposits::Rollover) -> Result<Deposit> {
    let set = deposits::rollover_set(tx, actor, account, to)?;
    deposit_line(tx, actor, EntryKind::DepositChanged, account, None)?;
    Ok(set)
}

/// Issues a certificate of deposit. See [`deposits::proof_issue`].
pub fn proof_issue(tx: &mut Tx<'_>, actor: &Actor, ask: &deposits::ProofAsk) -> Result<deposits::Proof> {
    let proof = deposits::proof_issue(tx, actor, ask)?;
    let object = proof.id.to_string();
    let (account, amount) = (Some(ask.account), Some(ask.amount));
    let done = Service { kind: EntryKind::CertificateIssued, account, amount, object: &object, memo: "" };
    till::serve(tx, actor, &done)?;
    Ok(proof)
}

/// Issues an account's first passbook, or replaces the one in use when `replaces_because` says why. The book is the next blank one of the
/// teller's till. See [`deposits::passbook_issue`], [`deposits::passbook_replace`], [`till::voucher_use`].
pub fn passbook_issue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    voucher: &str,
    replaces_because: &str,
) -> Result<deposits::Passbook> {
    let voucher = voucher.trim();
    let number = voucher.parse::<i64>().ok().filter(|n| *n > 0);
    let number = number.ok_or_else(|| Error::field("voucher", "the figures printed on the blank passbook"))?;
    let before = match deposits::passbook(tx, actor, account) {
        Ok(book) => Some(book.voucher),
        Err(why) if why.is(&deposits::NO_PASSBOOK) => None,
        Err(why) => return Err(why),
    };
    let book = match replaces_because.trim() {
        "" => deposits::passbook_issue(tx, actor, account, voucher)?,
        why => deposits::passbook_replace(tx, actor, account, voucher, why)?,
    };
    if before.as_deref() != Some(voucher) {
        till::voucher_use(tx, actor, VoucherKind::Passbook, number, &account.to_string())?;
    }
    Ok(book)
}

/// Prints what a passbook lacks. See [`deposits::passbook_print`].
pub fn passbook_print(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    voucher: &str,
    printed_to: i64,
) -> Result<deposits::Printed> {
    let done = deposits::passbook_print(tx, actor, account, voucher, printed_to)?;
    if !done.lines.is_empty() {
        serve(tx, actor, EntryKind::PassbookPrinted, Some(account), &done.voucher, "")?;
    }
    Ok(done)
}

/// A password given anew. See [`party::login_renew`].
pub fn login_renew(tx: &mut Tx<'_>, actor: &Actor, id: LoginId, renewal: party::Renewal, why: &str) -> Result<()> {
    party::login_renew(tx, actor, id, renewal, why)?;
    serve(tx, actor, EntryKind::LoginRenewed, None, &id.to_string(), why)
}

fn deposit_line(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: EntryKind,
    account: AccountId,
    amount: Option<Money>,
) -> Result<()> {
    let object = account.to_string();
    till::serve(tx, actor, &Service { kind, account: Some(account), amount, object: &object, memo: "" }).map(drop)
}
