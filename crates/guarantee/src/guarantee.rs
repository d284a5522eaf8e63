//! What stands for a project's duty: a deposit in cash, or a bank's letter.
use crate::duty::{covered, duty};
use crate::{
    DUTY_MISSING, ENDED, EXEMPT, Event, GUARANTEES_OF_PROJECT_MAX, LETTER_DAYS_MAX, LETTER_TERMS, NOT_CASH, NOT_LETTER,
    NOT_OWN_ACCOUNT, TERMS_MAX, filled, may_read,
};
use kernel::id::{AccountId, FirmId, GuaranteeId, InstructionId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Page, PageAsk, Result, Timestamp};
use ledger::{Opening, Purpose};
use party::{Change, Permission, Scope};
use payments::{Desk, Kind, Order, Payee, Receipt};
use payroll::{Project, project_raw};
use store::{Audit, Seal, Tx, params};

/// What the name of a deposit's account ends in.
const ACCOUNT_NAME_ENDS: &str = "农民工工资保证金";
/// Chart of accounts: guarantee deposits of firms.
const CHART: &str = "2015";

store::text_enum! {
    /// In which form it stands.
    pub enum Form { Cash = "cash", Letter = "letter" }
}

store::text_enum! {
    /// How it ended.
    pub enum Ended {
        /// The deposit went back to the contractor (D5).
        Returned = "returned",
        /// The letter was given back to its issuer (D5).
        GivenBack = "given_back",
        /// Nothing was ever paid in.
        NeverPaid = "never_paid",
    }
}

store::record! {
    /// A guarantee of a project.
    pub struct Guarantee in "guarantees" key 2 {
        pub book: BookId,
        pub id: GuaranteeId,
        pub project: ProjectId,
        pub contractor: FirmId,
        pub form: Form,
        /// What it is to hold, or what the letter is for; minor units.
        pub amount: i64,
        pub currency: Currency,
        /// The deposit's account; `None` for a letter.
        pub account: Option<AccountId>,
        /// The bank that issued the letter; empty for cash, as the next.
        pub issuer: String,
        pub letter: String,
        pub valid_from: Option<Date>,
        /// Its last day.
        pub valid_until: Option<Date>,
        /// The letter's file, by its hash.
        pub evidence: Vec<u8>,
        /// How many terms it has had; 0 for cash.
        pub terms: i64,
        /// Called on the letter since its last terms.
        pub called: i64,
        pub opened_by: String,
        pub opened_at: Timestamp,
        /// The end that its contractor was told of.
        pub told_until: Option<Date>,
        pub returned: i64,
        pub returned_to: Option<AccountId>,
        /// Of the return.
        pub instruction: Option<InstructionId>,
        pub ended: Option<Ended>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

store::record! {
    /// What a letter said from a day on.
    pub struct Letter in "guarantee_letters" key 3 {
        pub book: BookId,
        pub guarantee: GuaranteeId,
        /// From 1.
        pub number: i64,
        pub letter: String,
        pub amount: i64,
        pub valid_from: Date,
        pub valid_until: Date,
        pub evidence: Vec<u8>,
        pub taken_by: String,
        pub taken_at: Timestamp,
    }
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterTerms {
    pub issuer: String,
    /// The letter's number.
    pub letter: String,
    pub amount: Money,
    pub valid_from: Date,
    /// Its last day.
    pub valid_until: Date,
    /// Hash of the file that was kept with `payroll::keep_file` in the project's book.
    pub evidence: Vec<u8>,
}

impl Guarantee {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }
    /// What it covers on a day: what lies on its account, or the letter less what was called on it.
    pub fn covers(&self, tx: &mut Tx<'_>, on: Date) -> Result<Money> {
        let cash = match self.account {
            Some(account) => ledger::view(tx, account)?.posted().minor,
            None => 0,
        };
        Ok(Money::new(covered(self, cash, on), self.currency))
    }
    pub(crate) fn open(&self) -> Result<()> {
        match self.is_open() {
            true => Ok(()),
            false => Err(Error::new(&ENDED, format!("{} has ended", self.id))),
        }
    }
}

pub(crate) fn guarantee_raw(tx: &mut Tx<'_>, id: GuaranteeId) -> Result<Guarantee> {
    tx.load::<Guarantee>(params![id.book(), id])?.ok_or_else(|| Error::not_found("guarantee", id))
}

/// All guarantees of a project, ended ones too, in their order; for domain code. At most [`GUARANTEES_OF_PROJECT_MAX`].
pub fn of_project(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Guarantee>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id LIMIT ?3";
    tx.select::<Guarantee>(tail, params![project.book(), project, GUARANTEES_OF_PROJECT_MAX])
}

pub(crate) fn live_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Guarantee>> {
    let mut all = of_project(tx, project)?;
    all.retain(Guarantee::is_open);
    Ok(all)
}

/// A guarantee, for who may read the project's wages; another's is not found.
pub fn guarantee(tx: &mut Tx<'_>, actor: &Actor, id: GuaranteeId) -> Result<Guarantee> {
    let found = tx.get::<Guarantee>(params![id.book(), id])?.ok_or_else(|| Error::not_found("guarantee", id))?;
    let project = project_raw(tx, found.project)?;
    may_read(tx, actor, &project).map_err(|_| Error::not_found("guarantee", id))?;
    Ok(found)
}

/// What a letter said and says, the oldest first. Errors as [`guarantee`].
pub fn letters(tx: &mut Tx<'_>, actor: &Actor, id: GuaranteeId) -> Result<Vec<Letter>> {
    guarantee(tx, actor, id)?;
    letters_kept(tx, id)
}

/// The same for domain code, with no permission asked.
pub fn letters_kept(tx: &mut Tx<'_>, id: GuaranteeId) -> Result<Vec<Letter>> {
    tx.select::<Letter>("WHERE book = ?1 AND guarantee = ?2 ORDER BY number", params![id.book(), id])
}

/// Guarantees that have not ended, of all projects, in the order they were opened. Needs `wage.read_bank`.
pub fn listed(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<Guarantee>> {
    let here = Scope::here(actor);
    let everywhere = party::may(tx, actor, Permission::WageReadBank, &Scope::bank());
    everywhere.or_else(|_| party::may(tx, actor, Permission::WageReadBank, &here))?;
    let rows = ask.rows()?;
    let after = match &ask.after {
        Some(cursor) => cursor.parse::<GuaranteeId>()?.bytes(),
        None => [0; 16],
    };
    let tail = "WHERE ended_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2";
    let found = tx.select::<Guarantee>(tail, params![after, rows + 1])?;
    let page = Page::cut(found, rows, |g| g.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for g in page.items {
        let project = project_raw(tx, g.project)?;
        if may_read(tx, actor, &project).is_ok() {
            items.push(g);
        }
    }
    Ok(Page { items, next: page.next })
}

/// Opens a deposit account for what the project must put aside. Needs `wage.account_open` where the firm banks. A second one while
/// the first is open answers the first. Errors: `guarantee_duty_missing`, `guarantee_exempt`.
pub fn open_cash(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<GuaranteeId> {
    let project = project_raw(tx, project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    if let Some(there) = live_of(tx, project.id)?.into_iter().find(|g| g.form == Form::Cash) {
        return Ok(there.id);
    }
    let due = owed(tx, project.id)?;
    let contractor = party::firm(tx, project.contractor)?;
    let account = AccountId::new(tx.now(), project.book);
    let name = format!("{}{}{ACCOUNT_NAME_ENDS}", contractor.name, project.name);
    let opening = Opening::deposit(account, Owner::Firm(project.contractor), &name, project.currency);
    ledger::open_account(tx, actor, &opening.purpose(Purpose::Deposit, CHART))?;
    worksite::end::protect(tx, project.id, account)?;
    let mut new = blank(tx, actor, &project, Form::Cash, due);
    new.account = Some(account);
    opened(tx, actor, new)
}

/// Takes in a bank's letter. Needs `wage.account_open`. The same letter again answers the first. Errors: `guarantee_duty_missing`,
/// `guarantee_exempt`, `guarantee_letter_terms`, field errors.
pub fn open_letter(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, terms: LetterTerms) -> Result<GuaranteeId> {
    let project = project_raw(tx, project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    let terms = terms.checked(tx)?;
    let same = |g: &Guarantee| g.form == Form::Letter && (&g.issuer, &g.letter) == (&terms.issuer, &terms.letter);
    if let Some(there) = live_of(tx, project.id)?.into_iter().find(same) {
        return Ok(there.id);
    }
    owed(tx, project.id)?;
    proven(tx, project.book, &terms.evidence)?;
    let mut new = blank(tx, actor, &project, Form::Letter, terms.amount.minor);
    let mut said = new.take(tx, actor, &terms);
    tx.insert(&mut said)?;
    opened(tx, actor, new)
}

/// A letter's new terms: a later end, or another amount and number, by the same issuer. What was called on the old ones is called no
/// more. Needs `wage.account_open`. The same terms again are already so. Errors: `guarantee_not_letter`, `guarantee_ended`,
/// `guarantee_letter_terms`, field errors.
pub fn renew(tx: &mut Tx<'_>, actor: &Actor, id: GuaranteeId, terms: LetterTerms) -> Result<Change> {
    let mut g = guarantee_raw(tx, id)?;
    let project = project_raw(tx, g.project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    g.open()?;
    if g.form != Form::Letter {
        return Err(Error::new(&NOT_LETTER, format!("{id} is a deposit")));
    }
    let terms = LetterTerms { issuer: g.issuer.clone(), ..terms }.checked(tx)?;
    let same = (&g.letter, g.amount, g.valid_until) == (&terms.letter, terms.amount.minor, Some(terms.valid_until));
    if same && g.evidence == terms.evidence {
        return Ok(Change::AlreadySo);
    }
    if g.valid_until.is_some_and(|until| terms.valid_until < until) {
        let told = format!("the letter runs until {:?}, the new terms end on {}", g.valid_until, terms.valid_until);
        return Err(Error::new(&LETTER_TERMS, told).with("field", "valid_until"));
    }
    if g.terms >= TERMS_MAX {
        return Err(Error::limit("terms of a letter", g.terms + 1, TERMS_MAX, "terms"));
    }
    proven(tx, g.book, &terms.evidence)?;
    let before = g.valid_until.map(|d| d.to_string()).unwrap_or_default();
    let mut said = g.take(tx, actor, &terms);
    tx.insert(&mut said)?;
    tx.update(&mut g)?;
    crate::refill::look(tx, &g)?;
    tx.audit(actor, Audit::of("guarantee.renew", id).change(before, terms.valid_until.to_string()))?;
    tx.emit(&Event::renewed(&g), &actor.correlation)?;
    Ok(Change::Done)
}

/// What is still owed of the duty.
fn owed(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64> {
    match duty(tx, project)? {
        None => Err(Error::new(&DUTY_MISSING, format!("nothing was written down for {project}"))),
        Some(d) if d.is_exempt() => Err(Error::new(&EXEMPT, format!("{project} is exempt"))),
        Some(d) => Ok(d.amount),
    }
}

fn proven(tx: &mut Tx<'_>, book: BookId, evidence: &[u8]) -> Result<()> {
    let kept = payroll::read_file(tx, book, evidence).is_ok_and(|bytes| !bytes.is_empty());
    kept.then_some(()).ok_or_else(|| Error::field("evidence", "send the letter's file first"))
}

fn blank(tx: &mut Tx<'_>, actor: &Actor, project: &Project, form: Form, amount: i64) -> Guarantee {
    Guarantee {
        book: project.book,
        id: GuaranteeId::new(tx.now(), project.book),
        project: project.id,
        contractor: project.contractor,
        form,
        amount,
        currency: project.currency,
        account: None,
        issuer: String::new(),
        letter: String::new(),
        valid_from: None,
        valid_until: None,
        evidence: Vec::new(),
        terms: 0,
        called: 0,
        opened_by: actor.principal(),
        opened_at: tx.now(),
        told_until: None,
        returned: 0,
        returned_to: None,
        instruction: None,
        ended: None,
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    }
}

fn opened(tx: &mut Tx<'_>, actor: &Actor, mut new: Guarantee) -> Result<GuaranteeId> {
    if of_project(tx, new.project)?.len() as i64 >= GUARANTEES_OF_PROJECT_MAX {
        let most = GUARANTEES_OF_PROJECT_MAX;
        return Err(Error::limit("guarantees of a project", most + 1, most, "guarantees"));
    }
    tx.insert(&mut new)?;
    let shown = format!("{} {} for {}", new.form, new.money(), new.project);
    tx.audit(actor, Audit::of("guarantee.open", new.id).after(shown))?;
    tx.emit(&Event::opened(&new), &actor.correlation)?;
    crate::run::met(tx, new.project)?;
    Ok(new.id)
}

impl Guarantee {
    fn take(&mut self, tx: &Tx<'_>, actor: &Actor, terms: &LetterTerms) -> Letter {
        self.terms += 1;
        (self.issuer, self.letter) = (terms.issuer.clone(), terms.letter.clone());
        (self.amount, self.called) = (terms.amount.minor, 0);
        (self.valid_from, self.valid_until) = (Some(terms.valid_from), Some(terms.valid_until));
        self.evidence = terms.evidence.clone();
        Letter {
            book: self.book,
            guarantee: self.id,
            number: self.terms,
            letter: self.letter.clone(),
            amount: self.amount,
            valid_from: terms.valid_from,
            valid_until: terms.valid_until,
            evidence: self.evidence.clone(),
            taken_by: actor.principal(),
            taken_at: tx.now(),
            seal: Seal::default(),
        }
    }
}

impl LetterTerms {
    fn checked(self, tx: &mut Tx<'_>) -> Result<LetterTerms> {
        let today = tx.now().local_date();
        let days = self.valid_until.days() - self.valid_from.days();
        let bad = |field: &'static str, why: String| {
            Error::new(&LETTER_TERMS, format!("{field}: {why}")).with("field", field)
        };
        if !(0..=LETTER_DAYS_MAX).contains(&days) || self.valid_until < today {
            return Err(bad("valid_until", format!("{} to {}, today is {today}", self.valid_from, self.valid_until)));
        }
        if !self.amount.is_positive() || self.amount.currency != Currency::CNY {
            return Err(bad("amount", format!("{} is not an amount in CNY above zero", self.amount)));
        }
        let (issuer, letter) = (filled("issuer", &self.issuer)?, filled("letter", &self.letter)?);
        Ok(LetterTerms { issuer, letter, ..self })
    }
}

/// Pays into a deposit from a general account of its contractor. Errors: `guarantee_not_cash`, `guarantee_ended`,
/// `guarantee_not_own_account`, and those of [`payments::submit`].
pub fn pay_in(
    desk: &Desk,
    actor: &Actor,
    id: GuaranteeId,
    from: AccountId,
    amount: Money,
    key: Option<&str>,
) -> Result<Receipt> {
    let to = desk.store.read(|tx| {
        let g = tx.get::<Guarantee>(params![id.book(), id])?.ok_or_else(|| Error::not_found("guarantee", id))?;
        g.open()?;
        own(tx, &g, from)?;
        g.account.ok_or_else(|| Error::new(&NOT_CASH, format!("{id} is a letter")))
    })?;
    let order = Order::new(Kind::GuaranteeIn, from, Payee::Account(to), amount).reference(id).memo("存入工资保证金");
    let receipt = payments::submit(desk, actor, order, key)?;
    desk.store.write(move |tx| {
        let g = guarantee_raw(tx, id)?;
        crate::refill::look(tx, &g)?;
        crate::run::met(tx, g.project)
    })?;
    Ok(receipt)
}

/// Whether an account is a general one of the guarantee's contractor.
pub(crate) fn own(tx: &mut Tx<'_>, g: &Guarantee, account: AccountId) -> Result<()> {
    let other = || Error::new(&NOT_OWN_ACCOUNT, format!("{account} is not a general account of {}", g.contractor));
    let found = ledger::accounts(tx, &[account])?.pop().ok_or_else(other)?;
    let fits = found.owner == Owner::Firm(g.contractor) && found.purpose == Purpose::General;
    match fits && found.closed_at.is_none() && found.currency == g.currency {
        true => Ok(()),
        false => Err(other()),
    }
}
