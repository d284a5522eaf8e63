//! From an order to the parties behind it: whose accounts, who may, at what price, and what the guard is told.
use crate::instruction::Instruction;
use crate::order::{Kind, Order, Payee};
use crate::own::{Own, own};
use crate::{NAME_MISMATCH, PAYEE_UNKNOWN};
use guard::{AgeBand, Clearance, Facts, PayeeClass, Subject, SubjectKind};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Error, Id, Owner, Result, Who};
use ledger::Account;
use party::{Entitlement, Permission, Scope};
use pricing::{Operation, PayerClass, Reach};
use store::Tx;

/// The accounts and owners of an order.
#[derive(Clone, Debug)]
pub(crate) struct Parties {
    pub debit: Account,
    /// Posted to; `None` only for many legs.
    pub credit: Option<AccountId>,
    pub payee_owner: Option<Owner>,
    /// Masked, for people.
    pub payee_shown: String,
}

pub(crate) fn parties(tx: &mut Tx<'_>, order: &Order) -> Result<Parties> {
    let debit = ledger::view(tx, order.debit)?.account;
    let currency = order.currency()?;
    if !order.legs.is_empty() {
        return Ok(Parties {
            debit, credit: None, payee_owner: None, payee_shown: format!("{} 笔", order.legs.len())
        });
    }
    let inside = match &order.payee {
        Payee::Account(id) => ledger::accounts(tx, &[*id])?.pop(),
        Payee::Number(number) => ledger::by_number(tx, &digits(number))?,
        Payee::External { bank, number, .. } => {
            let credit = Some(own(order.debit.book(), Own::ClearingOut, currency));
            let payee_shown = format!("{} {}", bank, kernel::chinese::mask_card(&digits(number)));
            return Ok(Parties { debit, credit, payee_owner: None, payee_shown });
        }
    };
    let account = inside.ok_or_else(|| Error::new(&PAYEE_UNKNOWN, "no account has the payee's number"))?;
    check_name(tx, &account, &order.payee_name)?;
    let payee_shown = kernel::chinese::mask_card(&account.number);
    Ok(Parties { debit, credit: Some(account.id), payee_owner: Some(account.owner), payee_shown })
}

fn digits(number: &str) -> String {
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

/// Whether the actor may pay this amount from this account; somebody else's account is not found rather than forbidden.
pub(crate) fn entitle(tx: &mut Tx<'_>, actor: &Actor, parties: &Parties, order: &Order) -> Result<Entitlement> {
    let (permission, scope) = match (actor.who, parties.debit.owner) {
        (Who::System(_), _) => (Permission::PaymentSubmitAny, Scope::bank()),
        (Who::Staff(_), _) => (Permission::PaymentSubmitAny, Scope::here(actor)),
        (_, Owner::Person(p)) => (Permission::PaymentSubmit, Scope::person(p)),
        (_, Owner::Firm(f)) => (Permission::PaymentSubmit, Scope::firm(f)),
        (_, Owner::Bank) => return Err(Error::not_found("account", order.debit)),
    };
    let owns = match (actor.who, parties.debit.owner) {
        (Who::Person(a), Owner::Person(b)) => a == b,
        (Who::ForFirm { firm: a, .. } | Who::Client { firm: a, .. }, Owner::Firm(b)) => a == b,
        (Who::Staff(_) | Who::System(_), _) => true,
        _ => false,
    };
    if !owns {
        return Err(Error::not_found("account", order.debit));
    }
    party::may(tx, actor, permission, &scope.amount(order.amount))
}

/// The price question of an order; `None` for what has no price.
pub(crate) fn price_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    parties: &Parties,
    order: &Order,
) -> Result<Option<pricing::Ask>> {
    let (operation, reach) = match order.kind {
        Kind::Transfer => (Operation::Transfer, Reach::SameBank),
        Kind::ClearingOut => (Operation::Transfer, Reach::Ordinary),
        Kind::FundWageAccount => (Operation::WageFunding, Reach::SameBank),
        Kind::WageRun => (Operation::Wage, Reach::SameBank),
        Kind::CashIn | Kind::CashOut => (Operation::Cash, Reach::SameBank),
        Kind::WagePay | Kind::WageReturn | Kind::ClearingIn | Kind::ClearingReturn | Kind::Reversal => return Ok(None),
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
    let age = match parties.debit.owner {
        Owner::Person(p) => age_of(tx, p)?,
        _ => AgeBand::Unknown,
    };
    let balance = ledger::view(tx, order.debit)?.available();
    let account = |a: &Account| vec![Subject::of(keys, SubjectKind::Account, &a.number)];
    let payer = guard::Payer {
        owner: parties.debit.owner,
        account: order.debit,
        wage_account: parties.debit.purpose == ledger::Purpose::Wage,
        age,
        device_known: None,
        balance: Some(balance),
        subjects: account(&parties.debit),
    };
    let payee = match (&order.payee, parties.credit) {
        _ if !order.legs.is_empty() => guard::Payee::Many { lines: order.legs.len() as u32 },
        _ if matches!(order.kind, Kind::CashIn | Kind::CashOut) => guard::Payee::Cash,
        (Payee::External { bank, number, name }, _) => guard::Payee::external(keys, bank, number, name),
        (_, Some(credit)) => {
            let view = ledger::view(tx, credit)?;
            guard::Payee::Inside {
                owner: view.account.owner,
                account: credit,
                class: PayeeClass::Ordinary,
                subjects: account(&view.account),
            }
        }
        (_, None) => guard::Payee::Many { lines: 0 },
    };
    let at = tx.clock().now();
    Ok(Facts {
        instruction: id,
        round: 0,
        kind: guard_kind(order.kind),
        channel: actor.channel,
        payer,
        payee,
        amount: order.amount,
        at,
        clearance: None,
    })
}

fn age_of(tx: &mut Tx<'_>, person: kernel::id::PersonId) -> Result<AgeBand> {
    let (today, person) = (tx.business_date()?, party::person(tx, person)?);
    Ok(match i32::from(today.year()) - person.birth_year {
        60.. => AgeBand::Elder,
        18..60 => AgeBand::Adult,
        _ => AgeBand::Minor,
    })
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

/// The order an instruction came from, as far as a release needs it.
pub(crate) fn order_of(tx: &Tx<'_>, i: &Instruction) -> Result<Order> {
    let payee = match (&i.payee_sealed, i.credit) {
        (Some(sealed), _) => {
            let text = tx.keys().decrypt_own("instruction.payee", sealed)?;
            serde_json::from_slice(&text).map_err(|e| Error::broken("a kept payee cannot be read").caused_by(e))?
        }
        (None, Some(credit)) => Payee::Account(credit),
        (None, None) => return Err(Error::broken(format!("{} has no payee", i.id))),
    };
    Ok(Order::new(i.kind, i.debit, payee, i.money())
        .id(i.id)
        .fee_shown(i.fee_money())
        .memo(i.memo.clone())
        .reference(&i.reference))
}

/// The one who made an instruction, to ask again what he may.
pub(crate) fn maker_of(tx: &mut Tx<'_>, i: &Instruction) -> Result<Actor> {
    let principal = i.made_by.as_str();
    let who = match (principal.split('_').next(), i.payer) {
        (Some("pers"), Owner::Firm(firm)) => Who::ForFirm { person: principal.parse()?, firm },
        (Some("pers"), _) => Who::Person(principal.parse()?),
        (Some("staf"), _) => Who::Staff(principal.parse()?),
        (Some("clnt"), Owner::Firm(firm)) => Who::Client { client: principal.parse()?, firm },
        _ => Who::System("payments"),
    };
    let branch = match who {
        Who::Staff(s) => Some(party::staff(tx, s)?.branch),
        _ => None,
    };
    Ok(Actor { channel: i.channel, branch, ..Actor::of(who) })
}

/// The guard's next round for an instruction that is released.
pub(crate) fn next_round(facts: Facts, i: &Instruction, clearance: Option<Clearance>) -> Facts {
    Facts { round: i.round + 1, clearance, ..facts }
}
