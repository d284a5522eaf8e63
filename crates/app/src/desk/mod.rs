//! What staff order about customers and the bank's own data beside payments: restrictions of an account and its closing,
//! freezes of a party, tiers, the tariff, terms and rates of deposits, wealth products and their values, watch lists, rules against fraud, wage projects; and what owners write into
//! their payee books.
//!
//! Every such order is an [`Act`]: plain data that holds all it takes to do it. [`propose`] looks at it (may he, is there
//! such a thing, would it work), then asks the policy of its kind how many checkers it needs. None: it is done at once.
//! Otherwise it becomes the payload of an approval, with a summary of what was and will be, and [`approve`] does it in the
//! transaction of the last yes. The domain judges again there: what has moved on meanwhile is refused with its own code,
//! the yes is undone with it, and the request stays open to be refused or withdrawn.
//!
//! Who holds the permission of an act may order it and check another's; nobody orders or checks what is his own as a
//! customer. An order that has been carried out names its checker; the maker stands on the approval.
mod account;
mod firm_class;
mod list;
mod party_freeze;
mod payee;
mod project;
pub mod rules;
pub mod terms;
mod tier;

pub use account::{Close, Lift};
pub use firm_class::{FirmUnverify, FirmVerify};
pub use list::{ListAdd, ListAsk, ListRemove, ListRenew, list_entries, list_take, list_work};
pub use party_freeze::{Freeze, Release};
pub use payee::{PayeeAdd, PayeeRename};
pub use rules::RulesLive;
pub use tier::{Allowance, TierMove, TierView, tier_view};

use approval::{Approve, Ask, Line};
use kernel::id::{ApprovalId, BranchId, FirmId, PersonId};
use kernel::{Actor, BookId, Error, Owner, Result};
use ledger::restrictions::Restrict;
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::Tx;

/// Kinds of approvals that [`approve`] carries out.
pub const KINDS: &[&str] = &[
    "freeze",
    "unfreeze",
    "account.close",
    "tier",
    "tier.lower",
    "tariff",
    "guard.lists",
    rules::KIND,
    firm_class::KIND,
    "payroll.project",
    payee::BY_TWO,
    "deposit.terms",
    "wealth.terms",
];

/// Something to be done, with all it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Restrict(Restrict),
    Lift(Lift),
    Close(Close),
    Freeze(Freeze),
    Release(Release),
    Tier(TierMove),
    Tariff(terms::New<terms::TariffTerms>),
    ListAdd(ListAdd),
    ListRemove(ListRemove),
    ListRenew(ListRenew),
    Project(payroll::ProjectNew),
    PayeeAdd(PayeeAdd),
    PayeeRename(PayeeRename),
    DepositTerms(terms::New<terms::DepositTerms>),
    WealthTerms(terms::New<terms::WealthTerms>),
    FirmVerify(FirmVerify),
    FirmUnverify(FirmUnverify),
    RulesLive(RulesLive),
}

/// What came of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// Done, or so already; the id or number of the thing.
    Done(Change, String),
    Asked(ApprovalId),
}

/// What a checker sees of an act, and who may check it.
pub(crate) struct Terms {
    /// The kind in the policy.
    pub kind: &'static str,
    pub permission: Permission,
    pub branch: Option<BranchId>,
    pub firm: Option<FirmId>,
    pub person: Option<PersonId>,
    /// Whose it is: neither maker nor checker.
    pub owner: Option<Owner>,
    pub summary: Vec<Line>,
    pub note: String,
}

/// Who ordered what is being done.
pub(crate) struct Ordered<'a> {
    /// His principal.
    pub maker: &'a str,
    pub approval: Option<ApprovalId>,
}

/// An act as its own file knows it.
pub(crate) trait Deed {
    /// Whether the actor may and it would work now.
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms>;
    /// Does it; answers what it came to and the thing's id or number.
    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, ordered: &Ordered<'_>) -> Result<(Change, String)>;
}

impl Act {
    fn deed(&self) -> &dyn Deed {
        match self {
            Act::Restrict(a) => a,
            Act::Lift(a) => a,
            Act::Close(a) => a,
            Act::Freeze(a) => a,
            Act::Release(a) => a,
            Act::Tier(a) => a,
            Act::Tariff(a) => a,
            Act::ListAdd(a) => a,
            Act::ListRemove(a) => a,
            Act::ListRenew(a) => a,
            Act::Project(a) => a,
            Act::PayeeAdd(a) => a,
            Act::PayeeRename(a) => a,
            Act::DepositTerms(a) => a,
            Act::WealthTerms(a) => a,
            Act::FirmVerify(a) => a,
            Act::FirmUnverify(a) => a,
            Act::RulesLive(a) => a,
        }
    }
}

/// Orders an act: done at once, or put before a second person where the policy says so. Errors are the domain's.
pub fn propose(tx: &mut Tx<'_>, actor: &Actor, act: &Act) -> Result<Proposed> {
    let terms = act.deed().look(tx, actor)?;
    if let Some(owner) = terms.owner {
        payments::hands_off(tx, actor, &[owner])?;
    }
    let date = tx.business_date()?;
    if approval::policy(terms.kind, None, date)?.checkers == 0 {
        let maker = actor.principal();
        let (change, id) = act.deed().carry_out(tx, actor, &Ordered { maker: &maker, approval: None })?;
        return Ok(Proposed::Done(change, id));
    }
    let mut ask = Ask::new(terms.kind, act, terms.permission)?;
    (ask.branch, ask.firm, ask.person, ask.beneficiary) = (terms.branch, terms.firm, terms.person, terms.owner);
    (ask.summary, ask.note) = (terms.summary, terms.note);
    if terms.kind == rules::KIND
        && let Some(there) = approval::asked_already(tx, actor, &ask)?
    {
        return Ok(Proposed::Asked(there));
    }
    approval::ask(tx, actor, ask).map(Proposed::Asked)
}

/// A checker's yes; the last one does it.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Approve> {
    let answer = approval::approve(tx, actor, id, shown_hash)?;
    let Approve::Approved { approval, payload } = &answer else { return Ok(answer) };
    let act: Act = serde_json::from_str(payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let ordered = Ordered { maker: &approval.maker, approval: Some(id) };
    let (_, outcome) = act.deed().carry_out(tx, actor, &ordered)?;
    approval::mark_executed(tx, actor, id, &outcome)?;
    Ok(answer)
}

/// What follows a yes outside its transaction: rules are in force at once on this server, and within a minute on others.
pub fn follow(bank: &crate::Bank, answer: &Approve) -> Result<()> {
    let Approve::Approved { approval, .. } = answer else { return Ok(()) };
    if approval.kind == rules::KIND { bank.desk.guard.renew(&bank.store).map(drop) } else { Ok(()) }
}

/// The branch that keeps a book, as the place of a permission.
pub(crate) fn place(tx: &mut Tx<'_>, book: BookId) -> Result<(BranchId, Scope)> {
    let branch = party::branch_of(tx, book)?.id;
    Ok((branch, Scope::branch(branch)))
}

/// A text of a form as it is kept: 1 to 200 characters.
pub(crate) fn filled(field: &'static str, text: &str) -> Result<String> {
    let t = text.trim();
    match t.chars().count() {
        1..=TEXT_CHARS_MAX => Ok(t.to_owned()),
        n => Err(Error::field(field, format!("{n} characters given, 1 to {TEXT_CHARS_MAX} belong there"))),
    }
}

/// Characters of a basis or a document's number at most.
pub const TEXT_CHARS_MAX: usize = 200;
