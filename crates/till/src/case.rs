//! Cash over or short: found, explained by one, settled by another. The money stands on the over/short account meanwhile.
use crate::difference::Candidate;
use crate::drawer::{self, Drawer, over_short};
use crate::events::Event;
use crate::{CASE_OUTCOME, CASE_STATE, Notes, book, filled, keeper, others, reader, us};
use kernel::id::{AccountId, BranchId, CashCaseId, DrawerId, TransferId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Page, PageAsk, Result, Timestamp};
use ledger::{Opening, Purpose, Side};
use payments::{Desk, Kind, Order, Payee, State};
use store::{Audit, Json, Param, Seal, Tx, params};

store::text_enum! {
    /// Where a difference was found.
    pub enum Source {
        Opening = "opening",
        Balancing = "balancing",
        Vault = "vault",
        /// At the end of a way: less or more came out of the bag than went in.
        Transit = "transit",
        Machine = "machine",
    }
}

store::text_enum! {
    pub enum CaseState { Open = "open", Explained = "explained", Settled = "settled" }
}

store::text_enum! {
    /// How a case ends.
    pub enum Outcome {
        /// Over: it is the customer's, and goes to his account.
        ToCustomer = "to_customer",
        /// Over: nobody claims it; it becomes income (营业外收入).
        ToIncome = "to_income",
        /// Short: the bank bears it (营业外支出).
        ToExpense = "to_expense",
        /// Short: whoever has it paid it into the vault.
        MadeGood = "made_good",
    }
}

store::record! {
    /// Cash over (`amount` above zero) or short.
    pub struct Case in "cash_cases" key 2 {
        pub book: BookId,
        pub id: CashCaseId,
        pub drawer: DrawerId,
        pub date: Date,
        pub source: Source,
        /// Minor units; above zero is over, below zero short.
        pub amount: i64,
        pub currency: Currency,
        pub detail: String,
        pub candidates: Json<Vec<Candidate>>,
        /// Whose it may be.
        pub customer: Option<AccountId>,
        pub state: CaseState,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub explanation: String,
        pub outcome: Option<Outcome>,
        pub explained_by: Option<String>,
        pub explained_at: Option<Timestamp>,
        pub settled_by: Option<String>,
        pub settled_at: Option<Timestamp>,
        pub transfer: Option<TransferId>,
    }
}

impl Case {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// A difference as it was found.
pub(crate) struct Found {
    pub source: Source,
    pub amount: Money,
    pub detail: String,
    pub candidates: Vec<Candidate>,
    pub customer: Option<AccountId>,
}

fn key(id: CashCaseId) -> [Param<'static>; 2] {
    [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())]
}

/// Opens a case; the caller posts the difference.
pub(crate) fn open(tx: &mut Tx<'_>, actor: &Actor, d: &Drawer, found: Found) -> Result<CashCaseId> {
    let id = CashCaseId::new(tx.now(), d.book);
    let date = tx.business_date()?;
    let what = format!("{} {} at {}", found.source, found.amount, d.name);
    tx.insert(&mut Case {
        book: d.book,
        id,
        drawer: d.id,
        date,
        source: found.source,
        amount: found.amount.minor,
        currency: found.amount.currency,
        detail: found.detail,
        candidates: Json(found.candidates),
        customer: found.customer,
        state: CaseState::Open,
        opened_by: actor.principal(),
        opened_at: tx.now(),
        explanation: String::new(),
        outcome: None,
        explained_by: None,
        explained_at: None,
        settled_by: None,
        settled_at: None,
        transfer: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("till.case_open", id).after(what))?;
    tx.emit(&Event::CaseOpened { case: id, drawer: d.id, amount: found.amount }, &actor.correlation)?;
    Ok(id)
}

fn locked(tx: &mut Tx<'_>, id: CashCaseId) -> Result<Case> {
    tx.load::<Case>(&key(id))?.ok_or_else(|| Error::not_found("cash case", id))
}

fn branch(tx: &mut Tx<'_>, case: &Case) -> Result<BranchId> {
    Ok(party::branch_of(tx, case.book)?.id)
}

/// Who found a difference at his own till neither explains nor settles it.
fn not_at_his_till(actor: &Actor, case: &Case) -> Result<()> {
    let of_till = matches!(case.source, Source::Opening | Source::Balancing);
    others(actor, &[Some(case.opened_by.as_str()).filter(|_| of_till)])
}

/// An account that cash over may go to: a customer's, and not that of anybody who had to do with the case.
fn customers(tx: &mut Tx<'_>, actor: &Actor, case: &Case, account: AccountId) -> Result<()> {
    let owner = ledger::view(tx, account)?.account.owner;
    if owner == Owner::Bank {
        return Err(Error::field("customer", "it is no customer's account"));
    }
    let before = [Some(case.opened_by.as_str()), case.explained_by.as_deref()];
    for who in before.into_iter().flatten().filter_map(party::principal) {
        payments::hands_off(tx, &Actor::of(who), &[owner])?;
    }
    payments::hands_off(tx, actor, &[owner])
}

/// The first person says what happened and how it should end. `customer`: whose account, for [`Outcome::ToCustomer`]; not his own,
/// nor that of who found the cash (`own_business`). An explained case may be explained anew by anybody.
pub fn case_explain(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CashCaseId,
    explanation: &str,
    outcome: Outcome,
    customer: Option<AccountId>,
) -> Result<Case> {
    let mut case = locked(tx, id)?;
    let at = branch(tx, &case)?;
    keeper(tx, actor, at)?;
    if case.state == CaseState::Settled {
        return Err(Error::new(&CASE_STATE, format!("{id} is settled")).with("state", case.state));
    }
    not_at_his_till(actor, &case)?;
    let over = case.amount > 0;
    let fits = match outcome {
        Outcome::ToCustomer => over && customer.is_some(),
        Outcome::ToIncome => over,
        Outcome::ToExpense | Outcome::MadeGood => !over,
    };
    if !fits {
        let told = format!("{outcome} does not settle {}", case.money());
        return Err(Error::new(&CASE_OUTCOME, told).with("outcome", outcome));
    }
    if let Some(account) = customer {
        customers(tx, actor, &case, account)?;
        case.customer = Some(account);
    }
    (case.state, case.outcome) = (CaseState::Explained, Some(outcome));
    case.explanation = filled("explanation", explanation)?;
    (case.explained_by, case.explained_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut case)?;
    tx.audit(actor, Audit::of("till.case_explain", id).after(outcome.code()).reason(case.explanation.clone()))?;
    Ok(case)
}

/// The second person agrees: the money leaves the over/short account. To a customer it goes the one way in for money. `paid`: the
/// notes that were paid into the vault, for [`Outcome::MadeGood`].
pub fn case_settle(desk: &Desk, actor: &Actor, id: CashCaseId, paid: Option<Notes>) -> Result<Case> {
    let looked = desk.store.read(|tx| {
        let case = tx.get::<Case>(&key(id))?.ok_or_else(|| Error::not_found("cash case", id))?;
        let at = branch(tx, &case)?;
        keeper(tx, actor, at)?;
        Ok(case)
    })?;
    let order = match (looked.outcome, looked.customer) {
        (Some(Outcome::ToCustomer), Some(account)) => {
            let from = over_short(looked.book, looked.currency);
            let order = Order::new(Kind::Transfer, from, Payee::Account(account), looked.money());
            Some(order.reference(id).memo("现金长款归还"))
        }
        _ => None,
    };
    let prepared = match &order {
        Some(order) => Some(desk.store.read(|tx| payments::prepare(desk, tx, &us(&actor.correlation), order))?),
        None => None,
    };
    let (desk2, actor) = (desk.clone(), actor.clone());
    desk.store.write(move |tx| {
        let mut case = locked(tx, id)?;
        let at = branch(tx, &case)?;
        keeper(tx, &actor, at)?;
        if case.state == CaseState::Settled {
            return Ok(case);
        }
        if case.state != CaseState::Explained || case.outcome != looked.outcome || case.customer != looked.customer {
            return Err(Error::new(&CASE_STATE, format!("{id} is {}", case.state)).with("state", case.state));
        }
        not_at_his_till(&actor, &case)?;
        others(&actor, &[case.explained_by.as_deref()])?;
        if let (Some(Outcome::ToCustomer), Some(account)) = (case.outcome, case.customer) {
            customers(tx, &actor, &case, account)?;
        }
        case.transfer = match (&order, &prepared) {
            (Some(order), Some(prepared)) => {
                let receipt = payments::submit_in(&desk2, tx, &us(&actor.correlation), order, prepared, None)?;
                if receipt.state != State::Posted {
                    let told = format!("the payment to the customer is {}", receipt.state);
                    return Err(Error::new(&CASE_STATE, told).with("state", receipt.state));
                }
                receipt.transfer
            }
            _ => Some(settle_inside(tx, &actor, &case, paid.as_ref())?),
        };
        (case.state, case.settled_by, case.settled_at) = (CaseState::Settled, Some(actor.principal()), Some(tx.now()));
        tx.update(&mut case)?;
        let outcome = case.outcome.map_or("", Outcome::code);
        tx.audit(&actor, Audit::of("till.case_settle", id).after(outcome).reason(case.explanation.clone()))?;
        tx.emit(&Event::CaseSettled { case: id, outcome }, &actor.correlation)?;
        Ok(case)
    })
}

/// Income and expense of cash differences: an account each in a book.
fn result_account(tx: &mut Tx<'_>, actor: &Actor, case: &Case, outcome: Outcome) -> Result<AccountId> {
    use kernel::id::Raw;
    let (tick, chart, side, name) = match outcome {
        Outcome::ToIncome => (102, "6301", Side::Credit, "营业外收入 现金长款"),
        _ => (103, "6711", Side::Debit, "营业外支出 现金短款"),
    };
    let mut tail = [0u8; 6];
    tail[3..].copy_from_slice(case.currency.code().as_bytes());
    let id = AccountId::from_raw(Raw::from_parts(tick, case.book, tail));
    ledger::open_account(tx, actor, &Opening::own(id, chart, Purpose::General, side, name, case.currency))?;
    Ok(id)
}

fn settle_inside(tx: &mut Tx<'_>, actor: &Actor, case: &Case, paid: Option<&Notes>) -> Result<TransferId> {
    let (from, amount) = (over_short(case.book, case.currency), Money::new(case.amount.abs(), case.currency));
    let reference = case.id.to_string();
    match case.outcome {
        Some(outcome @ Outcome::ToIncome) => {
            let to = result_account(tx, actor, case, outcome)?;
            book(tx, from, to, amount, "cash_over", &reference)
        }
        Some(Outcome::MadeGood) => {
            let paid = paid.ok_or_else(|| Error::field("notes", "the notes that were paid in"))?;
            paid.must_be(amount)?;
            let mut vault = drawer::of_kind(tx, case.book, drawer::DrawerKind::Vault, case.currency)?;
            let transfer = book(tx, vault.account, from, amount, "cash_made_good", &reference)?;
            let notes = vault.notes.plus(paid)?;
            drawer::save(tx, &mut vault, notes)?;
            Ok(transfer)
        }
        Some(outcome @ Outcome::ToExpense) => {
            let to = result_account(tx, actor, case, outcome)?;
            book(tx, to, from, amount, "cash_short", &reference)
        }
        _ => Err(Error::new(&CASE_OUTCOME, format!("{} has no outcome to settle by", case.id))),
    }
}

/// One case, for whoever may look at the cash of its branch.
pub fn case(tx: &mut Tx<'_>, actor: &Actor, id: CashCaseId) -> Result<Case> {
    let found = tx.get::<Case>(&key(id))?.ok_or_else(|| Error::not_found("cash case", id))?;
    let at = branch(tx, &found)?;
    reader(tx, actor, at).map_err(|_| Error::not_found("cash case", id))?;
    Ok(found)
}

/// Cases of a branch, newest first; `open` for those that are not settled.
pub fn cases(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, open: bool, ask: &PageAsk) -> Result<Page<Case>> {
    reader(tx, actor, branch)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<CashCaseId>()?.bytes(),
        None => [0xff; 16],
    };
    let tail = match open {
        true => "WHERE book = ?1 AND id < ?2 AND state <> 'settled' ORDER BY id DESC LIMIT ?3",
        false => "WHERE book = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    };
    let found = tx.select::<Case>(tail, params![branch.book(), before, rows + 1])?;
    Ok(Page::cut(found, rows, |c| c.id.to_string()))
}
