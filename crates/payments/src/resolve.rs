//! From an order to the parties behind it: whose accounts, who may, at what price, and what the guard is told.
use crate::instruction::Instruction;
use crate::order::{Kind, Order, Payee};
use crate::own::{Own, own};
use crate::{NAME_MISMATCH, OWN_BUSINESS, PAYEE_UNKNOWN, PAYER_FROZEN, form};
use guard::{AgeBand, Clearance, Facts, PayeeClass, Subject};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Error, Id, Money, Owner, Result, Who};
use ledger::{Account, Purpose, View};
use party::{Entitlement, FirmClass, Permission, Scope};
use pricing::{Operation, PayerClass, Quote, Reach};
use store::Tx;

/// The accounts and owners of an order. What stands here of an account never changes, so it may be carried from a
/// snapshot into the posting transaction.
#[derive(Clone, Debug)]
pub(crate) struct Parties {
    pub debit: Account,
    /// What may go out of the debit account, as the snapshot had it.
    pub available: Money,
    /// Posted to; `None` only for many legs.
    pub credit: Option<AccountId>,
    /// The payee's account, when he has one here.
    pub payee: Option<Account>,
    /// Masked, for people.
    pub payee_shown: String,
}

impl Parties {
    pub fn payee_owner(&self) -> Option<Owner> {
        self.payee.as_ref().map(|a| a.owner)
    }
}

/// Who is behind an order, and whether the actor may give it. His right to the debit account is looked at before anything
/// is said of the payee; an account that is not his is as unknown as one that does not exist.
pub(crate) fn look(tx: &mut Tx<'_>, actor: &Actor, order: &Order) -> Result<(Parties, Entitlement)> {
    form::check(order)?;
    form::check_kind(actor, order)?;
    let view = debit(tx, order.debit)?;
    let entitlement = entitle(tx, actor, &view.account, order.kind, Some(order.amount))?;
    let parties = parties(tx, view, order)?;
    form::check_accounts(actor, order, &parties)?;
    let owners: Vec<Owner> = [Some(parties.debit.owner), parties.payee_owner()].into_iter().flatten().collect();
    hands_off(tx, actor, &owners)?;
    Ok((parties, entitlement))
}

pub(crate) fn debit(tx: &mut Tx<'_>, id: AccountId) -> Result<View> {
    ledger::view(tx, id).map_err(|e| if e.is(&ledger::ACCOUNT_UNKNOWN) { Error::not_found("account", id) } else { e })
}

pub(crate) fn parties(tx: &mut Tx<'_>, view: View, order: &Order) -> Result<Parties> {
    let (available, debit) = (view.available(), view.account);
    let of = |credit, payee, payee_shown| Parties { debit, available, credit, payee, payee_shown };
    if !order.legs.is_empty() {
        return Ok(of(None, None, format!("{} 笔", order.legs.len())));
    }
    let found = match &order.payee {
        Payee::Account(id) => ledger::accounts(tx, &[*id])?.pop(),
        Payee::Number(number) => crate::numbers::account_of_number(tx, &digits(number))?,
        Payee::External { bank, number, .. } => {
            let credit = own(order.debit.book(), Own::ClearingOut, order.amount.currency);
            return Ok(of(Some(credit), None, format!("{bank} {}", kernel::chinese::mask_card(&digits(number)))));
        }
    };
    let account = found.ok_or_else(|| Error::new(&PAYEE_UNKNOWN, "no account has the payee's number"))?;
    check_name(tx, &account, &order.payee_name)?;
    let shown = kernel::chinese::mask_card(&account.number);
    Ok(of(Some(account.id), Some(account), shown))
}

pub(crate) fn digits(number: &str) -> String {
    kernel::chinese::half_width(number).chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Whether `name` is the account holder's; an empty name is not checked.
pub(crate) fn check_name(tx: &mut Tx<'_>, account: &Account, name: &str) -> Result<()> {
    let fits = match account.owner {
        _ if name.is_empty() => true,
        Owner::Person(p) => party::person_name_is(tx, p, name)?,
        Owner::Firm(f) => party::firm(tx, f)?.name == name.trim(),
        Owner::Bank => true,
    };
    if fits { Ok(()) } else { Err(Error::new(&NAME_MISMATCH, "the name is not the account holder's")) }
}

/// Whether the actor may move this amount out of this account; somebody else's account is not found rather than
/// forbidden. Without an amount: whether he may at all.
pub(crate) fn entitle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    debit: &Account,
    kind: Kind,
    amount: Option<Money>,
) -> Result<Entitlement> {
    let (permission, scope) = match (actor.who, debit.owner) {
        (Who::System(_), _) => (Permission::PaymentSubmitAny, Scope::bank()),
        // What a reversal takes is bounded by its checker's release limit.
        (Who::Staff(_), _) if kind == Kind::Reversal => {
            return party::may(tx, actor, Permission::PaymentReverse, &Scope::here(actor));
        }
        (Who::Staff(_), Owner::Bank) if kind != Kind::CashIn => {
            return Err(Error::forbidden("the bank's own accounts are moved by its processes"));
        }
        (Who::Staff(_), _) => (Permission::PaymentSubmitAny, Scope::here(actor)),
        (Who::Person(a), Owner::Person(b)) if a == b => (Permission::PaymentSubmit, Scope::person(b)),
        // Notes that a customer put into a machine himself.
        (Who::Person(a), Owner::Bank) if kind == Kind::CashIn && debit.purpose == Purpose::CashMachine => {
            (Permission::PaymentSubmit, Scope::person(a))
        }
        (Who::ForFirm { firm: a, .. } | Who::Client { firm: a, .. }, Owner::Firm(b)) if a == b => {
            (Permission::PaymentSubmit, Scope::firm(b))
        }
        _ => return Err(Error::not_found("account", debit.id)),
    };
    party::may(tx, actor, permission, &Scope { amount, ..scope })
}

/// Staff keep their hands off what is their own as customers. `Err(OWN_BUSINESS)`.
pub fn hands_off(tx: &mut Tx<'_>, actor: &Actor, owners: &[Owner]) -> Result<()> {
    let Who::Staff(staff) = actor.who else { return Ok(()) };
    let himself = party::staff(tx, staff)?.person.map(Owner::Person);
    match himself.is_some_and(|himself| owners.contains(&himself)) {
        true => Err(Error::new(&OWN_BUSINESS, "staff do not handle what is their own as customers")),
        false => Ok(()),
    }
}

/// Refuses while the payer is frozen. What the bank's own processes owe to others (wages, money on its way back) goes on.
pub(crate) fn check_free(tx: &mut Tx<'_>, made_by_bank: bool, payer: Owner, kind: Kind) -> Result<()> {
    if made_by_bank || kind == Kind::Reversal {
        return Ok(());
    }
    let at = tx.clock().now();
    match payer == Owner::Bank || guard::in_force(tx, payer, at)?.is_empty() {
        true => Ok(()),
        false => Err(Error::new(&PAYER_FROZEN, "the payer's accounts are frozen")),
    }
}

/// The price of an order; `None` for what has no price.
pub(crate) fn price(tx: &mut Tx<'_>, actor: &Actor, parties: &Parties, order: &Order) -> Result<Option<Quote>> {
    price_ask(tx, actor, parties, order)?.map(|ask| pricing::quote(tx, &ask)).transpose()
}

/// As [`price`], refused when it is above what was shown.
pub(crate) fn price_as_shown(
    tx: &mut Tx<'_>,
    actor: &Actor,
    parties: &Parties,
    order: &Order,
) -> Result<Option<Quote>> {
    let shown = order.fee_shown.unwrap_or(Money::zero(order.amount.currency));
    price_ask(tx, actor, parties, order)?.map(|ask| pricing::confirm(tx, &ask, shown)).transpose()
}

fn price_ask(tx: &mut Tx<'_>, actor: &Actor, parties: &Parties, order: &Order) -> Result<Option<pricing::Ask>> {
    let (operation, reach) = match order.kind {
        Kind::Transfer => (Operation::Transfer, Reach::SameBank),
        Kind::ClearingOut => (Operation::Transfer, Reach::Ordinary),
        Kind::FundWageAccount => (Operation::WageFunding, Reach::SameBank),
        Kind::WageRun => (Operation::Wage, Reach::SameBank),
        Kind::CashIn | Kind::CashOut => (Operation::Cash, Reach::SameBank),
        Kind::WagePay | Kind::WageReturn | Kind::ClearingIn | Kind::ClearingReturn | Kind::Reversal => return Ok(None),
        Kind::DepositIn | Kind::DepositOut | Kind::Interest | Kind::CardPurchase | Kind::CardOut => return Ok(None),
        Kind::WealthIn | Kind::WealthOut => return Ok(None),
        Kind::GuaranteeIn | Kind::GuaranteeOut | Kind::LegalDeduction | Kind::WageClosing => return Ok(None),
    };
    let payer = match parties.debit.owner {
        Owner::Person(_) => PayerClass::Person,
        Owner::Firm(f) => {
            let firm = party::firm(tx, f)?;
            PayerClass::firm(Some(matches!(firm.size, party::FirmSize::Micro | party::FirmSize::Small)))
        }
        Owner::Bank => return Ok(None),
    };
    Ok(Some(pricing::Ask {
        operation,
        channel: actor.channel,
        payer,
        reach,
        amount: order.amount,
        date: tx.business_date()?,
    }))
}

/// What the guard is told. The class of a payee comes from what the bank verified, never from the memo.
pub(crate) fn facts(
    tx: &mut Tx<'_>,
    actor: &Actor,
    parties: &Parties,
    order: &Order,
    id: InstructionId,
) -> Result<Facts> {
    let keys = tx.keys();
    let years = match parties.debit.owner {
        Owner::Person(p) => Some(years_of(tx, p)?),
        _ => None,
    };
    let on = party::on_device(tx, actor)?;
    let subjects = |tx: &mut Tx<'_>, a: &Account| -> Result<Vec<Subject>> {
        let mut all = vec![Subject::number(keys, &a.number)];
        all.extend(names(tx, a.owner)?);
        Ok(all)
    };
    let payer = guard::Payer {
        owner: parties.debit.owner,
        account: order.debit,
        wage_account: parties.debit.purpose == Purpose::Wage,
        age: age_band(years),
        device_known: on.map(|on| i64::from(on.hours) >= party::DEVICE_KNOWN_HOURS),
        device: on.and_then(|on| on.mark).map(|mark| guard::device_key(keys, &mark)),
        balance: Some(parties.available),
        subjects: subjects(tx, &parties.debit)?,
    };
    let payee = match (&order.payee, &parties.payee) {
        _ if !order.legs.is_empty() => guard::Payee::Many { lines: order.legs.len() as u32 },
        _ if matches!(order.kind, Kind::CashIn | Kind::CashOut) => guard::Payee::Cash,
        (Payee::External { bank, number, name }, _) => guard::Payee::external(keys, bank, number, name),
        (_, Some(payee)) => guard::Payee::Inside {
            owner: payee.owner,
            account: payee.id,
            class: payee_class(tx, payee.owner)?,
            subjects: subjects(tx, payee)?,
        },
        (_, None) => return Err(Error::broken(format!("{id} has no payee"))),
    };
    let at = tx.clock().now();
    Ok(Facts {
        instruction: id,
        round: 0,
        kind: guard_kind(order.kind),
        channel: actor.channel,
        payer,
        payee,
        payee_since: crate::payees::since(tx, order.kind, parties, &order.payee)?,
        amount: order.amount,
        at,
        clearance: None,
        signals: order.says.onto(signals(tx, parties, years, on.map(|on| on.hours))?),
    })
}

/// What the bank knows around a payment. What only the customer's device can say comes with the order.
fn signals(
    tx: &mut Tx<'_>,
    parties: &Parties,
    years: Option<u32>,
    device_hours: Option<u32>,
) -> Result<guard::Signals> {
    let open = tx.clock().now().since(parties.debit.opened_at).max(0) / kernel::clock::DAY;
    Ok(guard::Signals {
        payer_age: years,
        account_age_days: u32::try_from(open).ok(),
        balance: Some(parties.available),
        device_age_hours: device_hours,
        ..guard::Signals::default()
    })
}

/// What the bank verified a payee at this bank to be for, by his account number. Asks no permission: such payees are public.
pub fn class_of_number(tx: &mut Tx<'_>, number: &str) -> Result<PayeeClass> {
    match ledger::by_number(tx, number)? {
        Some(account) => payee_class(tx, account.owner),
        None => Ok(PayeeClass::Ordinary),
    }
}

/// What the bank verified the payee to be for; a person, and a firm that is not verified, is an ordinary payee.
fn payee_class(tx: &mut Tx<'_>, owner: Owner) -> Result<PayeeClass> {
    let (now, Owner::Firm(firm)) = (tx.clock().now(), owner) else { return Ok(PayeeClass::Ordinary) };
    Ok(match party::firm_class(tx, firm, now)? {
        None => PayeeClass::Ordinary,
        Some(FirmClass::Medical) => PayeeClass::Medical,
        Some(FirmClass::SocialSecurity) => PayeeClass::SocialSecurity,
        Some(FirmClass::Utilities) => PayeeClass::Utilities,
        Some(FirmClass::Tax) => PayeeClass::Tax,
    })
}

/// By what lists know an owner beside his id: his document and phone, a firm's credit code.
pub fn names(tx: &mut Tx<'_>, owner: Owner) -> Result<Vec<Subject>> {
    Ok(match owner {
        Owner::Person(p) => {
            let person = party::person(tx, p)?;
            vec![Subject::identity(&person.identity_index), Subject::phone(&person.phone_index)]
        }
        Owner::Firm(f) => {
            let firm = party::firm(tx, f)?;
            vec![Subject::identity(&party::firm_index(tx.keys(), &firm.credit_code))]
        }
        Owner::Bank => Vec::new(),
    })
}

/// Whole years by the year of birth, as the register keeps it in the clear.
fn years_of(tx: &mut Tx<'_>, person: kernel::id::PersonId) -> Result<u32> {
    let (today, person) = (tx.business_date()?, party::person(tx, person)?);
    Ok(u32::try_from(i32::from(today.year()) - person.birth_year).unwrap_or(0))
}

fn age_band(years: Option<u32>) -> AgeBand {
    match years {
        None => AgeBand::Unknown,
        Some(60..) => AgeBand::Elder,
        Some(18..60) => AgeBand::Adult,
        Some(_) => AgeBand::Minor,
    }
}

fn guard_kind(kind: Kind) -> guard::Kind {
    match kind {
        Kind::Transfer => guard::Kind::Transfer,
        Kind::ClearingOut => guard::Kind::ClearingOut,
        Kind::FundWageAccount => guard::Kind::FundWageAccount,
        Kind::WageRun | Kind::WagePay => guard::Kind::WageRun,
        Kind::WageReturn => guard::Kind::WageReturn,
        Kind::ClearingIn => guard::Kind::ClearingIn,
        Kind::ClearingReturn => guard::Kind::ClearingReturn,
        Kind::CashIn => guard::Kind::CashIn,
        Kind::CashOut => guard::Kind::CashOut,
        Kind::Reversal => guard::Kind::Reversal,
        Kind::DepositIn | Kind::DepositOut | Kind::WealthIn | Kind::WealthOut => guard::Kind::Deposit,
        Kind::CardPurchase => guard::Kind::CardPurchase,
        Kind::CardOut => guard::Kind::Deposit,
        Kind::Interest => guard::Kind::Interest,
        Kind::GuaranteeIn => guard::Kind::FundWageAccount,
        // An authority's word, or the bank's duty under Decree 724: the guard looks on and does not hold it up.
        Kind::GuaranteeOut | Kind::LegalDeduction | Kind::WageClosing => guard::Kind::WageReturn,
    }
}

/// The payee at another bank, as it is kept encrypted with the instruction.
pub(crate) fn seal_payee(tx: &Tx<'_>, payee: &Payee) -> Result<Option<Vec<u8>>> {
    if !matches!(payee, Payee::External { .. }) {
        return Ok(None);
    }
    let text = serde_json::to_vec(payee).map_err(|e| Error::broken("a payee has no JSON form").caused_by(e))?;
    Ok(Some(tx.keys().encrypt_own("instruction.payee", &text)))
}

/// The order an instruction came from, as far as a later step needs it.
pub(crate) fn order_of(tx: &Tx<'_>, i: &Instruction) -> Result<Order> {
    let payee = match (&i.payee_sealed, i.credit) {
        (Some(sealed), _) => {
            let text = tx.keys().decrypt_own("instruction.payee", sealed)?;
            serde_json::from_slice(&text).map_err(|e| Error::broken("a kept payee cannot be read").caused_by(e))?
        }
        (None, Some(credit)) => Payee::Account(credit),
        (None, None) => return Err(Error::broken(format!("{} has no payee", i.id))),
    };
    let order = Order::new(i.kind, i.debit, payee, i.money())
        .id(i.id)
        .fee_shown(i.fee_money())
        .memo(i.memo.clone())
        .reference(&i.reference);
    Ok(Order { reverses: i.reverses, ..order })
}

/// The one who made an instruction, to ask again what he may.
pub(crate) fn maker_of(i: &Instruction) -> Result<Actor> {
    let who = match (party::principal(&i.made_by), i.payer) {
        (Some(Who::Person(person)), Owner::Firm(firm)) => Who::ForFirm { person, firm },
        (Some(who), _) => who,
        (None, Owner::Firm(firm)) if !i.made_by_bank() => Who::Client { client: i.made_by.parse()?, firm },
        (None, _) => Who::System("payments"),
    };
    Ok(Actor { channel: i.channel, branch: i.branch, ..Actor::of(who) })
}

/// The guard's next round for an instruction that is released. What it holds itself counts as still there.
pub(crate) fn next_round(mut facts: Facts, i: &Instruction, clearance: Option<Clearance>) -> Result<Facts> {
    let before = facts.payer.balance.map(|left| left.add(i.money())?.add(i.fee_money())).transpose()?;
    facts.payer.balance = before;
    facts.signals.balance = before;
    Ok(Facts { round: i.round + 1, clearance, ..facts })
}
