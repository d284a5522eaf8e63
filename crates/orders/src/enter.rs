//! A document is entered: what it must say, and whether it would work now.
use crate::authority::{Authority, powers};
use crate::order::{AuthorityOrder, OFFICERS_FIELD, OrderKind, OrderState, raw};
use crate::{
    ACCOUNT_UNFIT, CONFIRM_MINUTES, DECIDE_HOURS, DOCUMENT_TAKEN, EVIDENCE_BYTES_MAX, Event, FORM, LIVING,
    ORDERS_OF_PARTY_MAX, POWER, PROTECTED, RECEIVED_DAYS_MAX, TEXT_CHARS_MAX, book_of, decided, hold, may_enter,
};
use kernel::chinese::{mask, mask_card, mask_name};
use kernel::clock::{DAY, MINUTE};
use kernel::id::{AccountId, ApprovalId, AuthorityOrderId};
use kernel::{Actor, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Account, Purpose, Side};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// One of the two who bring a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    pub name: String,
    /// Of his badge or work permit.
    pub number: String,
}

/// The document itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A document as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNew {
    pub kind: OrderKind,
    pub authority: Authority,
    pub authority_name: String,
    pub document: String,
    pub basis: String,
    pub officers: [Officer; 2],
    pub subject: Owner,
    /// `None` for the whole party.
    pub account: Option<AccountId>,
    /// Above zero; `None` for the whole.
    pub amount: Option<Money>,
    /// What stays for living, when a person's money is taken.
    pub keep: Option<Money>,
    /// Number of the account that gets the money, at this bank; empty for other kinds.
    pub payee_number: String,
    pub payee_name: String,
    pub target: Option<AuthorityOrderId>,
    pub grave: bool,
    pub silent: bool,
    /// The last day of a freeze or renewal.
    pub until: Option<Date>,
    pub received_at: Timestamp,
    /// Only a stop may come without.
    pub evidence: Option<Evidence>,
}

fn form(field: &'static str, why: impl std::fmt::Display) -> Error {
    Error::new(&FORM, format!("{field}: {why}")).with("field", field)
}

fn filled(field: &'static str, given: &str) -> Result<String> {
    let t = given.trim();
    match t.chars().count() {
        1..=TEXT_CHARS_MAX => Ok(t.to_owned()),
        n => Err(form(field, format!("{n} characters given, 1 to {TEXT_CHARS_MAX} belong there"))),
    }
}

impl OrderNew {
    /// Texts trimmed; what each kind must and must not say.
    pub(crate) fn checked(mut self, now: Timestamp) -> Result<OrderNew> {
        self.authority_name = filled("authority_name", &self.authority_name)?;
        self.document = filled("document", &self.document)?;
        self.basis = filled("basis", &self.basis)?;
        for o in &mut self.officers {
            (o.name, o.number) = (filled("officers", &o.name)?, filled("officers", &o.number)?);
        }
        if self.officers[0].number == self.officers[1].number {
            return Err(form("officers", "two officers bring a document, each with a number of his own"));
        }
        if self.received_at > now || self.received_at < now.plus(-RECEIVED_DAYS_MAX * DAY) {
            return Err(form("received_at", format!("within the last {RECEIVED_DAYS_MAX} days, and not to come")));
        }
        self.file()?;
        self.shape()?;
        Ok(self)
    }

    fn file(&mut self) -> Result<()> {
        match &mut self.evidence {
            None if self.kind == OrderKind::Stop => Ok(()),
            None => Err(form("evidence", "the document itself is kept with the order")),
            Some(f) if f.bytes.is_empty() => Err(form("evidence", "the file is empty")),
            Some(f) if f.bytes.len() > EVIDENCE_BYTES_MAX => {
                Err(Error::limit("evidence", f.bytes.len(), EVIDENCE_BYTES_MAX, "bytes"))
            }
            Some(f) => {
                f.name = filled("evidence", &f.name)?;
                Ok(())
            }
        }
    }

    /// Which parts belong to a kind.
    fn shape(&self) -> Result<()> {
        let kind = self.kind;
        let part = |field: &'static str, there: bool, must: bool, may: bool| match (there, must, may) {
            (false, true, _) => Err(form(field, format!("a {kind} needs it"))),
            (true, false, false) => Err(form(field, format!("a {kind} has none"))),
            _ => Ok(()),
        };
        let takes = kind.takes_money();
        let cuts = matches!(kind, OrderKind::Freeze | OrderKind::Release) && self.account.is_some();
        part("account", self.account.is_some(), takes, true)?;
        part("amount", self.amount.is_some(), takes, cuts)?;
        part("payee_number", !self.payee_number.trim().is_empty(), takes, false)?;
        part("payee_name", !self.payee_name.trim().is_empty(), takes, false)?;
        part("target", self.target.is_some(), kind.needs_target(), takes)?;
        part("keep", self.keep.is_some(), false, takes)?;
        let lasts = matches!(kind, OrderKind::Freeze | OrderKind::Renew);
        part("until", self.until.is_some(), lasts, false)?;
        let bad = |m: Money, least: i64| m.minor < least;
        if self.amount.is_some_and(|m| bad(m, 1)) || self.keep.is_some_and(|m| bad(m, 0)) {
            return Err(form("amount", "above zero; what stays for living is not below zero"));
        }
        Ok(())
    }
}

/// Enters a document and asks a second person; answers the order. The same document again is the same order. Needs
/// `order.enter`. Errors: `order_form`, `order_power`, `order_protected`, `order_account_unfit`, `order_target_unfit`,
/// `order_living`, `order_document_taken`, `order_too_late`, limits.
pub fn enter(tx: &mut Tx<'_>, actor: &Actor, new: OrderNew) -> Result<AuthorityOrderId> {
    let (mut o, fresh) = taken_in(tx, actor, new)?;
    if !fresh {
        return Ok(o.id);
    }
    o.approval = decided::ask(tx, actor, &o, DECIDE_HOURS)?;
    kept(tx, actor, &mut o)
}

/// An emergency stop: in force at once on one officer's word, and lapsed after [`CONFIRM_MINUTES`] minutes unless a second
/// person confirms it. Needs `order.enter`. Errors as for [`enter`], and `order_form` for any other kind.
pub fn stop_now(tx: &mut Tx<'_>, actor: &Actor, new: OrderNew) -> Result<AuthorityOrderId> {
    if new.kind != OrderKind::Stop {
        return Err(form("kind", "only a stop acts before a second person agreed"));
    }
    let (mut o, fresh) = taken_in(tx, actor, new)?;
    if !fresh {
        return Ok(o.id);
    }
    o.approval = decided::ask(tx, actor, &o, 1)?;
    o.confirm_by = Some(tx.now().plus(CONFIRM_MINUTES * MINUTE));
    kept(tx, actor, &mut o)?;
    hold::place(tx, actor, &mut o)?;
    Ok(o.id)
}

fn kept(tx: &mut Tx<'_>, actor: &Actor, o: &mut AuthorityOrder) -> Result<AuthorityOrderId> {
    tx.insert(o)?;
    let shown = format!("{} {} {} {}", o.kind, o.authority, o.authority_name, o.document);
    tx.audit(actor, Audit::of("order.enter", o.id).after(shown).reason(&o.basis).approval(o.approval))?;
    tx.emit(&Event::entered(o), &actor.correlation)?;
    Ok(o.id)
}

/// The order as it would be kept, and whether it is new.
fn taken_in(tx: &mut Tx<'_>, actor: &Actor, new: OrderNew) -> Result<(AuthorityOrder, bool)> {
    let now = tx.now();
    let book = book_of(new.subject)?;
    may_enter(tx, actor, book)?;
    payments::hands_off(tx, actor, &[new.subject])?;
    let new = new.checked(now)?;
    hold::lock(tx, new.subject)?;
    let mut o = row(tx, actor, &new)?;
    let tail = "WHERE book = ?1 AND subject = ?2 AND state IN ('entered', 'in_force', 'waiting') ORDER BY id LIMIT ?3";
    let open = tx.select::<AuthorityOrder>(tail, params![book, o.subject, ORDERS_OF_PARTY_MAX as i64 + 1])?;
    let same = |x: &&AuthorityOrder| {
        (x.authority, &x.authority_name, &x.document) == (o.authority, &o.authority_name, &o.document)
    };
    if let Some(before) = open.iter().find(|x| same(x) && (x.kind, x.account) == (o.kind, o.account)) {
        return match says_the_same(before, &o) {
            true => Ok((before.clone(), false)),
            false => Err(Error::new(&DOCUMENT_TAKEN, format!("{} has this document and says other things", before.id))),
        };
    }
    if open.len() >= ORDERS_OF_PARTY_MAX {
        return Err(Error::limit("orders", open.len() + 1, ORDERS_OF_PARTY_MAX, "orders that are open"));
    }
    judge(tx, &o)?;
    if let (Some(f), Some(hash)) = (&new.evidence, &o.evidence) {
        payroll::keep_file(tx, book, hash, &f.bytes)?;
    }
    o.officers_shown = new.officers.iter().map(shown).collect::<Vec<_>>().join("、");
    Ok((o, true))
}

fn says_the_same(a: &AuthorityOrder, b: &AuthorityOrder) -> bool {
    let said = |o: &AuthorityOrder| (o.amount, o.currency, o.keep, o.payee, o.target, o.silent, o.grave, o.term_days);
    said(a) == said(b)
}

fn shown(o: &Officer) -> String {
    format!("{} {}", mask_name(&o.name), mask(&o.number, 0, 4))
}

fn row(tx: &mut Tx<'_>, actor: &Actor, new: &OrderNew) -> Result<AuthorityOrder> {
    let (now, book) = (tx.now(), book_of(new.subject)?);
    let currency = new.amount.or(new.keep).map(|m| m.currency);
    let currency = match (currency, new.account) {
        (Some(c), _) => c,
        (None, Some(a)) => ledger::view(tx, a)?.account.currency,
        (None, None) => Currency::CNY,
    };
    let officers =
        serde_json::to_vec(&new.officers).map_err(|e| Error::broken("officers have no form").caused_by(e))?;
    let (payee, payee_shown) = payee(tx, new)?;
    let received = new.received_at.local_date();
    Ok(AuthorityOrder {
        book,
        id: AuthorityOrderId::new(now, book),
        subject: new.subject,
        account: new.account,
        kind: new.kind,
        authority: new.authority,
        authority_name: new.authority_name.clone(),
        document: new.document.clone(),
        basis: new.basis.clone(),
        officers: tx.keys().encrypt_own(OFFICERS_FIELD, &officers),
        officers_shown: String::new(),
        evidence: new.evidence.as_ref().map(|f| payroll::file_hash(&f.bytes)),
        evidence_name: new.evidence.as_ref().map_or(String::new(), |f| f.name.clone()),
        amount: new.amount.map(|m| m.minor),
        currency,
        keep: new.keep.map(|m| m.minor),
        payee,
        payee_shown,
        target: new.target,
        grave: new.grave,
        silent: new.silent,
        term_days: new.until.map_or(0, |u| u.days() - received.days()),
        received_at: new.received_at,
        state: OrderState::Entered,
        entered_by: actor.principal(),
        entered_at: now,
        approval: ApprovalId::new(now, book),
        decided_by: None,
        decided_at: None,
        decided_why: String::new(),
        place: 0,
        placed_at: None,
        confirm_by: None,
        until: None,
        renewals: 0,
        taken: 0,
        freeze_number: None,
        instruction: None,
        ended_by: None,
        ended_at: None,
        ended_why: String::new(),
        seal: Seal::default(),
    })
}

/// The account that gets the money, by number and name.
fn payee(tx: &mut Tx<'_>, new: &OrderNew) -> Result<(Option<AccountId>, String)> {
    if new.payee_number.trim().is_empty() {
        return Ok((None, String::new()));
    }
    let digits: String = kernel::chinese::half_width(&new.payee_number).chars().filter(char::is_ascii_digit).collect();
    let unknown = || Error::new(&payments::PAYEE_UNKNOWN, "no account of this bank has the payee's number");
    let account = payments::account_of_number(tx, &digits)?.ok_or_else(unknown)?;
    let name = new.payee_name.trim();
    let fits = match account.owner {
        Owner::Person(p) => party::person_name_is(tx, p, name)?,
        Owner::Firm(f) => party::firm(tx, f)?.name == name,
        Owner::Bank => false,
    };
    if !fits {
        return Err(Error::new(&payments::NAME_MISMATCH, "the name is not the account holder's"));
    }
    let name = if matches!(account.owner, Owner::Person(_)) { mask_name(name) } else { name.to_owned() };
    Ok((Some(account.id), format!("{name} {}", mask_card(&account.number))))
}

/// Whether an order would work now. Asked when it is entered and again when it is agreed to.
pub(crate) fn judge(tx: &mut Tx<'_>, o: &AuthorityOrder) -> Result<()> {
    let p = powers(o.authority, o.received_at.local_date())?;
    if !p.may(o.kind) {
        return Err(Error::new(&POWER, format!("{} does not order a {} ({})", o.authority, o.kind, p.source)));
    }
    if let Some(account) = o.account {
        fits(&ledger::view(tx, account)?.account, o)?;
    }
    let target = match o.target {
        Some(id) => {
            let target = raw(tx, id)?;
            target.is_target_of(o)?;
            Some(target)
        }
        None => None,
    };
    term(tx, o, target.as_ref())?;
    if let (Some(cut), Some(t)) = (o.amount.filter(|_| o.kind == OrderKind::Release), &target)
        && t.left().is_none_or(|left| cut >= left)
    {
        return Err(form("amount", "less than the freeze still keeps; leave it empty to end the freeze"));
    }
    let lives = matches!(o.subject, Owner::Person(_)) && o.authority.enforces() && o.kind == OrderKind::Deduct;
    match lives && o.keep.is_none() {
        true => Err(Error::new(&LIVING, "the document must say what stays for living (民事诉讼法 254)")),
        false => Ok(()),
    }
}

/// Whether an order may reach this account.
fn fits(a: &Account, o: &AuthorityOrder) -> Result<()> {
    let unfit = |why: String| Err(Error::new(&ACCOUNT_UNFIT, why).with("account", a.id));
    if a.owner != o.subject {
        return unfit("the account is not the party's".into());
    }
    if matches!(a.purpose, Purpose::Wage | Purpose::WageClearing | Purpose::Deposit) && o.kind != OrderKind::Query {
        let why = format!("a {} account is for the wages of one project alone (Decree 724, art. 33)", a.purpose);
        return Err(Error::new(&PROTECTED, why).with("account", a.id));
    }
    if o.kind == OrderKind::Query {
        return Ok(());
    }
    let kind_fits = match o.kind.takes_money() {
        true => a.purpose == Purpose::General,
        false => matches!(a.purpose, Purpose::General | Purpose::Term),
    };
    match kind_fits && a.side == Side::Credit && a.closed_at.is_none() && a.currency == o.currency {
        true => Ok(()),
        false => unfit(format!("a {} account in {} is not one that a {} reaches", a.purpose, a.currency, o.kind)),
    }
}

/// Whether the days of a freeze or renewal are within the law.
fn term(tx: &mut Tx<'_>, o: &AuthorityOrder, target: Option<&AuthorityOrder>) -> Result<()> {
    if !matches!(o.kind, OrderKind::Freeze | OrderKind::Renew) {
        return Ok(());
    }
    let received = o.received_at.local_date();
    let last = received.plus_days(o.term_days);
    if last < tx.now().local_date() {
        return Err(form("until", "it is over already"));
    }
    let from = match target.and_then(|t| t.until) {
        Some(end) if last.plus_days(1).begins() <= end => {
            return Err(form("until", format!("after the day on which it ends now, {}", end.local())));
        }
        Some(end) => end.plus(-1).local_date(),
        None => received,
    };
    let most = powers(o.authority, received)?.last_day(from, o.grave);
    match last <= most {
        true => Ok(()),
        false => {
            Err(Error::new(&POWER, format!("{last} is given, {most} is the last day that {} may order", o.authority)))
        }
    }
}
