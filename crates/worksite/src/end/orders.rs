//! Legal documents on protected accounts (Decree 724, art. 33).
use crate::end::decided::{Movement, move_now};
use crate::end::protected::protected_accounts;
use crate::end::{Event, LISTED_MAX, ORDER_STATE, ORDER_UNFIT, TEXT_CHARS_MAX, filled, may_read};
use kernel::id::{AccountId, ApprovalId, InstructionId, LegalOrderId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use ledger::restrictions::{self, Restrict, Restriction};
use party::{Change, Permission, Scope};
use payroll::{Project, project_of_account, project_raw};
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

/// The approval kind of a legal document.
pub(crate) const KIND: &str = "worksite.order";

store::text_enum! {
    /// What the document orders.
    pub enum Action {
        /// 冻结: the amount stays where it is.
        Freeze = "freeze",
        /// 扣划: the amount is taken.
        Deduct = "deduct",
    }
}

store::text_enum! {
    /// Why the law lets it through.
    pub enum Basis {
        /// It is about this project's wages.
        TheseWages = "these_wages",
        /// Another law says so; its article is named.
        OtherLaw = "other_law",
    }
}

store::text_enum! {
    /// Where a document is in its life. One in force whose day has passed is free again by itself.
    pub enum OrderState {
        Waiting = "waiting",
        InForce = "in_force",
        Deducted = "deducted",
        Refused = "refused",
        Lifted = "lifted",
    }
}

store::record! {
    /// A legal document on a protected account.
    pub struct LegalOrder in "worksite_orders" key 2 {
        pub book: BookId,
        pub id: LegalOrderId,
        pub project: ProjectId,
        pub account: AccountId,
        pub action: Action,
        /// The court or authority.
        pub authority: String,
        /// The document's number.
        pub document: String,
        /// Who brought it, with his office.
        pub officer: String,
        pub basis: Basis,
        /// The article that allows it; empty for this project's wages.
        pub article: String,
        pub amount: i64,
        pub currency: Currency,
        /// The last day of a freeze.
        pub until: Option<Date>,
        /// Where a deduction goes.
        pub pay_to: Option<AccountId>,
        /// The document's file, by its hash.
        pub evidence: Vec<u8>,
        pub state: OrderState,
        pub entered_by: String,
        pub entered_at: Timestamp,
        pub approval: ApprovalId,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        pub decided_why: String,
        /// Number of the ledger's restriction.
        pub restriction: Option<i64>,
        pub instruction: Option<InstructionId>,
        pub lifted_by: Option<String>,
        pub lifted_at: Option<Timestamp>,
        pub lift_document: String,
    }
}

impl LegalOrder {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    /// A freeze that holds on a day.
    pub fn holds(&self, today: Date) -> bool {
        self.state == OrderState::InForce && self.until.is_none_or(|until| today <= until)
    }
}

/// A document as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNew {
    pub project: ProjectId,
    /// The wage account, its clearing account, or a guarantee deposit of the project.
    pub account: AccountId,
    pub action: Action,
    pub authority: String,
    pub document: String,
    pub officer: String,
    pub basis: Basis,
    pub article: String,
    pub amount: Money,
    pub until: Option<Date>,
    pub pay_to: Option<AccountId>,
    /// Hash of the file that was kept with `payroll::keep_file` in the project's book.
    pub evidence: Vec<u8>,
}

/// Whether [`restrict`] would let an account be restricted. Errors as there.
pub fn may_restrict(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    let free = project_of_account(tx, account)?.is_some_and(|p| !p.profile.protected());
    let purpose = ledger::view(tx, account)?.account.purpose;
    match purpose.is_for_wages() && !free {
        true => {
            Err(Error::new(&ledger::WAGE_PROTECTED, format!("{account} is a {purpose} account"))
                .with("purpose", purpose))
        }
        false => Ok(()),
    }
}

/// Restricts any account. Money for wages of a building project is not restricted here: `Err(wage_protected)` (Decree 724, art. 33). The
/// law protects no wages of ship repair (chapter 4 is for building works), so those accounts are restricted as any other.
pub fn restrict(tx: &mut Tx<'_>, actor: &Actor, ask: &Restrict) -> Result<i64> {
    let free = project_of_account(tx, ask.account)?.is_some_and(|p| !p.profile.protected());
    match free {
        true => restrictions::restrict_wages(tx, actor, ask),
        false => restrictions::restrict(tx, actor, ask),
    }
}

pub(crate) fn order_raw(tx: &mut Tx<'_>, id: LegalOrderId) -> Result<LegalOrder> {
    tx.load::<LegalOrder>(params![id.book(), id])?.ok_or_else(|| Error::not_found("legal order", id))
}

/// A document, for who may read the project's wages; another's is not found.
pub fn order(tx: &mut Tx<'_>, actor: &Actor, id: LegalOrderId) -> Result<LegalOrder> {
    let found = order_raw(tx, id)?;
    let project = project_raw(tx, found.project)?;
    may_read(tx, actor, &project).map_err(|_| Error::not_found("legal order", id))?;
    Ok(found)
}

/// Documents on a project's accounts, the newest first, at most [`LISTED_MAX`]; for domain code.
pub fn orders_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<LegalOrder>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<LegalOrder>(tail, params![project.book(), project, LISTED_MAX])
}

/// All documents on a project's accounts, oldest first, with no permission asked.
pub(crate) fn orders_kept(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<LegalOrder>> {
    tx.select::<LegalOrder>("WHERE book = ?1 AND project = ?2 ORDER BY id", params![project.book(), project])
}

/// The document behind a restriction of an account.
pub fn order_of_restriction(tx: &mut Tx<'_>, account: AccountId, number: i64) -> Result<Option<LegalOrder>> {
    let tail = "WHERE book = ?1 AND account = ?2 AND restriction = ?3";
    Ok(tx.select::<LegalOrder>(tail, params![account.book(), account, number])?.pop())
}

/// Documents that wait or are in force, of all projects, in the order they came. Needs `wage.read_bank`.
pub fn orders_open(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<LegalOrder>> {
    let everywhere = party::may(tx, actor, Permission::WageReadBank, &Scope::bank());
    everywhere.or_else(|_| party::may(tx, actor, Permission::WageReadBank, &Scope::here(actor)))?;
    let rows = ask.rows()?;
    let after = match &ask.after {
        Some(cursor) => cursor.parse::<LegalOrderId>()?.bytes(),
        None => [0; 16],
    };
    let tail = "WHERE state IN ('waiting', 'in_force') AND id > ?1 ORDER BY id LIMIT ?2";
    let page = Page::cut(tx.select::<LegalOrder>(tail, params![after, rows + 1])?, rows, |o| o.id.to_string());
    let mut items = Vec::with_capacity(page.items.len());
    for o in page.items {
        let project = project_raw(tx, o.project)?;
        if may_read(tx, actor, &project).is_ok() {
            items.push(o);
        }
    }
    Ok(Page { items, next: page.next })
}

/// What the approval of a document speaks of.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub order: LegalOrderId,
    terms: Terms,
}

/// What is agreed to: how much of which account, and for whom.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Terms {
    account: AccountId,
    action: Action,
    amount: i64,
    until: Option<Date>,
    pay_to: Option<AccountId>,
    document: String,
}

impl LegalOrder {
    fn terms(&self) -> Terms {
        let (account, action, amount, until, pay_to) =
            (self.account, self.action, self.amount, self.until, self.pay_to);
        Terms { account, action, amount, until, pay_to, document: self.document.clone() }
    }
}

/// Enters a document and asks a second person. Needs `wage.legal_order`; he needs `wage.account_check`. The same document on the same
/// account again answers the first while it waits or stands. Errors: `worksite_order_unfit`, field errors.
pub fn order_enter(tx: &mut Tx<'_>, actor: &Actor, new: OrderNew) -> Result<LegalOrderId> {
    let project = project_raw(tx, new.project)?;
    party::may(tx, actor, Permission::WageLegalOrder, &Scope::firm(project.firm))?;
    let new = new.checked(tx, actor, &project)?;
    let tail = "WHERE book = ?1 AND account = ?2 AND action = ?3 AND document = ?4 AND state IN ('waiting', 'in_force', 'deducted')";
    let found = tx.select::<LegalOrder>(tail, params![project.book, new.account, new.action, new.document])?.pop();
    if let Some(there) = found {
        let now = tx.now();
        let lapsed = there.state == OrderState::Waiting && !approval::raw(tx, there.approval)?.is_open(now);
        return if lapsed { ask_again(tx, actor, &project, there) } else { Ok(there.id) };
    }
    let id = LegalOrderId::new(tx.now(), project.book);
    let mut row = LegalOrder {
        book: project.book,
        id,
        project: project.id,
        account: new.account,
        action: new.action,
        authority: new.authority,
        document: new.document,
        officer: new.officer,
        basis: new.basis,
        article: new.article,
        amount: new.amount.minor,
        currency: new.amount.currency,
        until: new.until,
        pay_to: new.pay_to,
        evidence: new.evidence,
        state: OrderState::Waiting,
        entered_by: actor.principal(),
        entered_at: tx.now(),
        approval: ApprovalId::new(tx.now(), project.book),
        decided_by: None,
        decided_at: None,
        decided_why: String::new(),
        restriction: None,
        instruction: None,
        lifted_by: None,
        lifted_at: None,
        lift_document: String::new(),
        seal: Seal::default(),
    };
    row.approval = put_before(tx, actor, &project, &row)?;
    tx.insert(&mut row)?;
    let shown = format!("{} {} {} {}", row.action, row.authority, row.document, row.money());
    tx.audit(actor, Audit::of("worksite.order_enter", id).after(shown).approval(row.approval))?;
    Ok(id)
}

fn ask_again(tx: &mut Tx<'_>, actor: &Actor, project: &Project, mut row: LegalOrder) -> Result<LegalOrderId> {
    row.approval = put_before(tx, actor, project, &row)?;
    (row.entered_by, row.entered_at) = (actor.principal(), tx.now());
    tx.update(&mut row)?;
    Ok(row.id)
}

fn put_before(tx: &mut Tx<'_>, actor: &Actor, project: &Project, row: &LegalOrder) -> Result<ApprovalId> {
    let shown = |key: &str, value: &str| approval::Line::shown(key, value);
    let account = ledger::view(tx, row.account)?.account;
    let mut ask =
        approval::Ask::new(KIND, &Payload { order: row.id, terms: row.terms() }, Permission::WageAccountCheck)?;
    ask.amount = Some(row.money());
    ask.firm = Some(project.firm);
    let payee = row.pay_to.map(|to| ledger::view(tx, to)).transpose()?.map(|v| v.account);
    ask.beneficiary = payee.as_ref().map(|a| a.owner);
    let paid_to = payee.map(|a| format!("{} {}", a.name, kernel::chinese::mask_card(&a.number))).unwrap_or_default();
    ask.summary = vec![
        shown("wage-project", &project.name),
        shown("worksite-account", &format!("{} {}", account.name, kernel::chinese::mask_card(&account.number))),
        shown("worksite-action", row.action.code()),
        shown("worksite-authority", &row.authority),
        shown("worksite-document", &row.document),
        shown("worksite-officer", &row.officer),
        shown("worksite-basis", row.basis.code()),
        shown("worksite-article", &row.article),
        shown("worksite-amount", &row.money().to_string()),
        shown("worksite-until", &row.until.map(|d| d.to_string()).unwrap_or_default()),
        shown("worksite-pay-to", &paid_to),
    ];
    approval::ask(tx, actor, ask)
}

impl OrderNew {
    fn checked(self, tx: &mut Tx<'_>, actor: &Actor, project: &Project) -> Result<OrderNew> {
        let unfit = |why: String| Error::new(&ORDER_UNFIT, why);
        let field = |name: &'static str, text: &str| filled(name, text, TEXT_CHARS_MAX);
        let account = ledger::view(tx, self.account)?.account;
        if !protected_accounts(tx, project.id)?.contains(&self.account) {
            return Err(unfit(format!("{} is no account of this project's wages", self.account)));
        }
        if !self.amount.is_positive() || self.amount.currency != account.currency {
            return Err(unfit(format!("{} is not an amount above zero in {}", self.amount, account.currency)));
        }
        let (article, today) = (self.article.trim().to_owned(), tx.now().local_date());
        if self.basis == Basis::OtherLaw && article.is_empty() {
            return Err(unfit("another law is named without its article".into()));
        }
        if article.chars().count() > TEXT_CHARS_MAX {
            return Err(Error::limit("article", article.chars().count(), TEXT_CHARS_MAX, "characters"));
        }
        match (self.action, self.until, self.pay_to) {
            (Action::Freeze, Some(until), None) if until >= today => {}
            (Action::Freeze, ..) => {
                return Err(unfit("a freeze has a last day, today or later, and pays nobody".into()));
            }
            (Action::Deduct, None, Some(to)) if ledger::accounts(tx, &[to])?.len() == 1 => {
                let owner = ledger::view(tx, to)?.account.owner;
                if matches!(owner, kernel::Owner::Person(p) if actor.person() == Some(p)) {
                    return Err(unfit("whoever enters a deduction is not paid by it".into()));
                }
            }
            (Action::Deduct, ..) => return Err(unfit("a deduction names an account here, and has no last day".into())),
        }
        let kept = payroll::read_file(tx, project.book, &self.evidence).is_ok_and(|bytes| !bytes.is_empty());
        if !kept {
            return Err(Error::field("evidence", "send the document's file first"));
        }
        Ok(OrderNew {
            authority: field("authority", &self.authority)?,
            document: field("document", &self.document)?,
            officer: field("officer", &self.officer)?,
            article,
            ..self
        })
    }
}

/// The second person agreed: exactly the amount is frozen, or taken. What is kept for named workers is not taken: `wage_earmarked`.
pub(crate) fn carry_out(desk: &payments::Desk, tx: &mut Tx<'_>, actor: &Actor, asked: &Payload) -> Result<LegalOrder> {
    let mut o = order_raw(tx, asked.order)?;
    waits(&o)?;
    if o.terms() != asked.terms {
        return Err(Error::broken(format!("{} is not what was agreed to", o.id)));
    }
    match o.action {
        Action::Freeze => {
            let until = o.until.map(|day| day.plus_days(1).begins());
            let basis = format!("{} {}", o.authority, if o.article.is_empty() { o.basis.code() } else { &o.article });
            let (document, amount) = (o.document.clone(), o.amount);
            let ask = Restrict { document, amount, until, ..Restrict::new(o.account, Restriction::Freeze, &basis) };
            o.restriction = Some(restrictions::restrict_wages(tx, actor, &ask)?);
            o.state = OrderState::InForce;
        }
        Action::Deduct => {
            let to = o.pay_to.ok_or_else(|| Error::broken(format!("{} pays nobody", o.id)))?;
            let (kind, from, amount) = (payments::Kind::LegalDeduction, o.account, o.money());
            let m = Movement { kind, from, to, amount, reference: o.id.to_string(), memo: "依法扣划" };
            o.instruction = Some(move_now(desk, tx, m)?);
            o.state = OrderState::Deducted;
            if o.account == project_raw(tx, o.project)?.wage_account {
                payroll::not_of_others(tx, o.project)?;
            }
        }
    }
    (o.decided_by, o.decided_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut o)?;
    let shown = format!("{} {}", o.state, o.money());
    tx.audit(actor, Audit::of("worksite.order_agreed", o.id).after(shown).approval(o.approval))?;
    tell(tx, actor, &o)?;
    Ok(o)
}

pub(crate) fn refused(tx: &mut Tx<'_>, actor: &Actor, asked: &Payload, why: &str) -> Result<()> {
    let mut o = order_raw(tx, asked.order)?;
    waits(&o)?;
    (o.state, o.decided_why) = (OrderState::Refused, party::reason(why)?);
    (o.decided_by, o.decided_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut o)?;
    tx.audit(actor, Audit::of("worksite.order_refused", o.id).reason(why).approval(o.approval))
}

fn waits(o: &LegalOrder) -> Result<()> {
    match o.state {
        OrderState::Waiting => Ok(()),
        state => Err(Error::new(&ORDER_STATE, format!("{} is {state}", o.id)).with("state", state)),
    }
}

fn tell(tx: &mut Tx<'_>, actor: &Actor, o: &LegalOrder) -> Result<()> {
    let firm = project_raw(tx, o.project)?.firm;
    let (order, project, action, state, amount) = (o.id, o.project, o.action, o.state, o.money());
    tx.emit(&Event::Order { order, project, firm, action, state, amount }, &actor.correlation)
}

/// Ends a freeze before its day, on a document of its authority. Needs `wage.account_check`, and another person than who entered it.
/// Again is already so. Errors: `worksite_order_state`, `maker_is_checker`.
pub fn order_lift(tx: &mut Tx<'_>, actor: &Actor, id: LegalOrderId, document: &str) -> Result<Change> {
    let mut o = order_raw(tx, id)?;
    let project = project_raw(tx, o.project)?;
    party::may(tx, actor, Permission::WageAccountCheck, &Scope::firm(project.firm))?;
    if o.entered_by == actor.principal() {
        return Err(Error::new(&approval::codes::MAKER_IS_CHECKER, "who entered a document does not lift it"));
    }
    if o.state == OrderState::Lifted {
        return Ok(Change::AlreadySo);
    }
    let (OrderState::InForce, Some(number)) = (o.state, o.restriction) else {
        return Err(Error::new(&ORDER_STATE, format!("{id} is {}", o.state)).with("state", o.state));
    };
    o.lift_document = filled("document", document, TEXT_CHARS_MAX)?;
    restrictions::lift(tx, actor, o.account, number, &o.lift_document)?;
    (o.state, o.lifted_by, o.lifted_at) = (OrderState::Lifted, Some(actor.principal()), Some(tx.now()));
    tx.update(&mut o)?;
    tx.audit(actor, Audit::of("worksite.order_lift", id).reason(&o.lift_document))?;
    tell(tx, actor, &o)?;
    Ok(Change::Done)
}
