//! A talk before a teller pays: whether the guard, or age and sum, ask for one, and that nothing is done until it came to its end.
//! Cash out, a transfer and the early break of a term deposit go through here; what the customer does on his own phone does not.
use crate::Bank;
use cases::{Deed, TalkNew};
use kernel::id::AccountId;
use kernel::{Actor, Error, Money, Owner, Result};
use payments::{Desk, Payee};
use store::Tx;
use till::{CashAsk, Direction, Entry, TransferAsk};

/// What a customer asks for at a counter.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Cash(CashAsk),
    Transfer(TransferAsk),
    Draw { account: AccountId, amount: Money },
}

/// The talk that comes first, not begun yet; `None` where none is needed, and for more than is there, which is refused anyway.
fn wanted(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, asked: &Asked) -> Result<Option<TalkNew>> {
    if actor.staff().is_none() {
        return Ok(None);
    }
    let new = match asked {
        Asked::Cash(ask) if ask.direction == Direction::In => return Ok(None),
        Asked::Cash(ask) => {
            let rules = till::cash_asks(desk, tx, actor, ask)?;
            TalkNew { rules, ..plain(tx, Deed::CashOut, ask.account, ask.amount()?)? }
        }
        Asked::Transfer(ask) => {
            let (rules, payee) = till::transfer_asks(desk, tx, actor, ask)?;
            let payee_number = match &ask.payee {
                Payee::Number(number) => number.clone(),
                Payee::External { bank, number, .. } => format!("{bank}:{number}"),
                Payee::Account(id) => id.to_string(),
            };
            TalkNew { rules, payee, payee_number, ..plain(tx, Deed::Transfer, ask.account, ask.amount)? }
        }
        Asked::Draw { account, amount } => match is_early(tx, actor, *account)? {
            true => plain(tx, Deed::DepositBroken, *account, *amount)?,
            false => return Ok(None),
        },
    };
    let covered = ledger::view(tx, new.account)?.available().minor >= new.amount.minor;
    let rules = cases::talk_rules(tx.now().local_date())?;
    Ok(Some(new).filter(|new| covered && cases::talk_wanted(new, rules)))
}

fn is_early(tx: &mut Tx<'_>, actor: &Actor, account: AccountId) -> Result<bool> {
    let (d, today) = (deposits::deposit(tx, actor, account)?, tx.business_date()?);
    Ok(d.matures.is_some_and(|last| today < last))
}

fn plain(tx: &mut Tx<'_>, deed: Deed, account: AccountId, amount: Money) -> Result<TalkNew> {
    let subject = ledger::view(tx, account)?.account.owner;
    let age = match subject {
        Owner::Person(p) => {
            let years = i32::from(tx.now().local_date().year()) - party::person(tx, p)?.birth_year;
            u32::try_from(years).ok()
        }
        _ => None,
    };
    let (payee, payee_number) = (String::new(), String::new());
    Ok(TalkNew { subject, deed, account, payee, payee_number, amount, rules: Vec::new(), age })
}

/// The talk that stands before what is asked, begun where there was none; `None` when nothing stands before it: no talk is
/// needed, or the customer insists and a second person has said so.
pub fn before(bank: &Bank, actor: &Actor, asked: &Asked) -> Result<Option<cases::Talk>> {
    let found = bank.store.read(|tx| match wanted(&bank.desk, tx, actor, asked)? {
        Some(new) => Ok(Some((cases::standing_talk(tx, &new)?, new))),
        None => Ok(None),
    })?;
    match found {
        None => Ok(None),
        Some((Some(talk), _)) => Ok(Some(talk)),
        Some((None, new)) => {
            let actor = actor.clone();
            bank.store.write(move |tx| cases::talk_open(tx, &actor, &new)).map(Some)
        }
    }
}

fn stands(tx: &mut Tx<'_>, talk: Option<cases::Talk>) -> Result<()> {
    let (now, rules) = (tx.now(), cases::talk_rules(tx.now().local_date())?);
    match talk {
        Some(t) if !t.lets_pass(now, rules) => {
            Err(Error::new(&cases::TALK_NEEDED, "a talk with the customer comes first").with("talk", t.id))
        }
        _ => Ok(()),
    }
}

/// Err `counter_talk_needed` with the id of the talk, which is begun, until it lets what is asked pass.
fn first(bank: &Bank, actor: &Actor, asked: &Asked) -> Result<()> {
    let talk = before(bank, actor, asked)?;
    bank.store.read(|tx| stands(tx, talk.clone()))
}

/// Cash over the counter; see [`till::cash`]. Err `counter_talk_needed` before a talk that is needed came to its end.
pub fn cash(bank: &Bank, actor: &Actor, ask: CashAsk, key: Option<&str>) -> Result<Entry> {
    first(bank, actor, &Asked::Cash(ask.clone()))?;
    till::cash(&bank.desk, actor, ask, key)
}

/// A transfer over the counter; see [`till::transfer`]. Err `counter_talk_needed` as [`cash`].
pub fn transfer(bank: &Bank, actor: &Actor, ask: TransferAsk, key: Option<&str>) -> Result<Entry> {
    first(bank, actor, &Asked::Transfer(ask.clone()))?;
    till::transfer(&bank.desk, actor, ask, key)
}

/// Begins the talk that comes before staff draw a deposit; Err `counter_talk_needed` until it lets that pass.
pub fn before_draw(bank: &Bank, actor: &Actor, account: AccountId, amount: Money) -> Result<()> {
    first(bank, actor, &Asked::Draw { account, amount })
}

/// The same for a deposit that staff draw, in the transaction that draws it.
pub(crate) fn draw(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, account: AccountId, amount: Money) -> Result<()> {
    let Some(new) = wanted(desk, tx, actor, &Asked::Draw { account, amount })? else { return Ok(()) };
    let talk = cases::standing_talk(tx, &new)?;
    match talk {
        None => Err(Error::new(&cases::TALK_NEEDED, "a talk with the customer comes first")),
        talk => stands(tx, talk),
    }
}
