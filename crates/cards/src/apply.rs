//! Asking for a card, and the second person's yes or no.
use crate::card::{Card, Kind, PlasticState, State, Step, note, of_owner, raw};
use crate::life::{InPerson, in_person};
use crate::{ACCOUNT_UNFIT, CARDS_FULL, HAS_CARD, LIMIT_UNFIT, Plastic, line, number, rules};
use approval::{Approve, Ask, Line};
use kernel::id::{AccountId, ApprovalId, BranchId, CardId, PersonId};
use kernel::{Actor, Currency, Date, Error, Id, Money, Owner, Result, Who};
use ledger::Purpose;
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Seal, Tx};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apply {
    pub kind: Kind,
    /// The account it is to lead to; for a credit card, the holder's current account.
    pub account: AccountId,
    /// Of a credit card; nothing for others.
    #[serde(default)]
    pub limit: Option<Money>,
    /// Where it is to be fetched and activated.
    pub branch: BranchId,
}

store::text_enum! {
    /// What staff made sure of before they asked for a card.
    pub enum Check {
        /// The customer is there himself and looks like his document.
        Present = "present",
        /// Costs, safe use and the ban on lending the card were explained.
        Terms = "terms",
    }
}

/// What the approval binds to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub card: CardId,
}

/// Asks for a card; it waits for a second person. Needs `account.open` for the holder. Errors: `card_account_unfit`, `has_card`,
/// `cards_full`.
pub fn apply(tx: &mut Tx<'_>, actor: &Actor, ask: &Apply) -> Result<Card> {
    asked(tx, actor, ask, &[])
}

/// Asks for a card at a counter, for a holder who stands there with his document; the second person sees what was checked. Errors: those
/// of [`apply`], `card_in_person`, `card_wrong_document`.
pub fn apply_in_person(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ask: &Apply,
    seen: &InPerson,
    checked: &[Check],
) -> Result<Card> {
    let card = asked(tx, actor, ask, checked)?;
    in_person(tx, actor, card.owner, seen)?;
    Ok(card)
}

fn asked(tx: &mut Tx<'_>, actor: &Actor, ask: &Apply, checked: &[Check]) -> Result<Card> {
    let account = ledger::view(tx, ask.account).map_err(|_| Error::not_found("account", ask.account))?.account;
    payments::may_see(tx, actor, account.owner).map_err(|_| Error::not_found("account", ask.account))?;
    let unfit = |why: &str| Err(Error::new(&ACCOUNT_UNFIT, why.to_owned()));
    let Owner::Person(owner) = account.owner else { return unfit("cards are for persons") };
    may_apply(tx, actor, owner)?;
    if account.purpose != Purpose::General || account.closed_at.is_some() || account.currency != Currency::CNY {
        return unfit("a debit card leads to an open current account in yuan");
    }
    party::branch(tx, ask.branch)?;
    let mut mine = of_owner(tx, owner)?;
    for c in mine.iter_mut().filter(|c| c.state == State::Applied) {
        lapse(tx, actor, c)?;
    }
    check_room(tx, &mine, ask)?;
    let book = number::book(owner);
    let mut card = blank(tx, actor, ask.kind, owner, ask.branch, CardId::new(tx.now(), book));
    match ask.kind {
        Kind::Credit => card.limit_asked = limit(tx, ask)?,
        Kind::Debit | Kind::Social => card.account = Some(ask.account),
    }
    before_second(tx, actor, card, checked)
}

/// The limit that is asked for, minor units. `Err(card_limit_unfit)`.
fn limit(tx: &mut Tx<'_>, ask: &Apply) -> Result<i64> {
    let most = rules::limit_max(tx.business_date()?)?;
    let fits = ask.limit.filter(|l| l.currency == Currency::CNY && (1..=most.minor).contains(&l.minor));
    let told = || format!("a limit above zero and at most {most}");
    fits.map(|l| l.minor).ok_or_else(|| Error::new(&LIMIT_UNFIT, told()).with("max", most))
}

/// An application that nobody decides on any more is declined.
fn lapse(tx: &mut Tx<'_>, actor: &Actor, card: &mut Card) -> Result<()> {
    let asked = waits_for(card)?;
    let now = tx.now();
    if approval::raw(tx, asked)?.is_open(now) {
        return Ok(());
    }
    let before = std::mem::replace(&mut card.state, State::Declined);
    tx.update(card)?;
    note(tx, actor, card, Step::Decline, before, "nobody decided in time")
}

fn may_apply(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId) -> Result<()> {
    let scope = match actor.who {
        Who::Staff(_) => Scope::here(actor),
        _ => Scope::person(owner),
    };
    party::may(tx, actor, Permission::AccountOpen, &scope)?;
    payments::hands_off(tx, actor, &[Owner::Person(owner)])
}

fn check_room(tx: &mut Tx<'_>, mine: &[Card], ask: &Apply) -> Result<()> {
    let today = tx.business_date()?;
    if let Some(there) =
        mine.iter().find(|c| c.is_open() && c.kind == Kind::Credit).filter(|_| ask.kind == Kind::Credit)
    {
        return Err(Error::new(&HAS_CARD, "one credit card a person").with("card", there.id));
    }
    if ask.kind == Kind::Credit {
        return Ok(());
    }
    let open = |c: &&Card| c.is_open() && c.kind != Kind::Credit;
    if let Some(there) = mine.iter().filter(open).find(|c| c.account == Some(ask.account) && c.kind == ask.kind) {
        return Err(Error::new(&HAS_CARD, format!("{} leads to this account", there.id)).with("card", there.id));
    }
    let (many, max) = (mine.iter().filter(open).count(), rules(today)?.debit_cards_max);
    match many < max {
        true => Ok(()),
        false => {
            Err(Error::new(&CARDS_FULL, format!("{many} cards, {max} at most")).with("given", many).with("max", max))
        }
    }
}

fn blank(tx: &Tx<'_>, actor: &Actor, kind: Kind, owner: PersonId, branch: BranchId, id: CardId) -> Card {
    Card {
        book: id.book(),
        id,
        kind,
        owner,
        account: None,
        branch,
        state: State::Applied,
        pan: Vec::new(),
        pan_index: Vec::new(),
        masked: String::new(),
        sequence: 0,
        expires: None,
        limit_asked: 0,
        approval: None,
        applied_by: actor.principal(),
        applied_at: tx.now(),
        approved_by: None,
        approved_at: None,
        stop: None,
        loss: None,
        closed_by: None,
        closed_at: None,
        seal: Seal::default(),
    }
}

/// Puts an application before the second person and writes it down.
fn before_second(tx: &mut Tx<'_>, actor: &Actor, mut card: Card, checked: &[Check]) -> Result<Card> {
    let person = party::person(tx, card.owner)?;
    let mut ask = Ask::new("card.issue", &Payload { card: card.id }, Permission::CardCheck)?;
    (ask.branch, ask.person, ask.beneficiary) = (Some(card.branch), Some(card.owner), Some(Owner::Person(card.owner)));
    ask.summary = vec![Line::shown("card-kind", card.kind.code()), Line::shown("card-holder", person.name_masked)];
    if !checked.is_empty() {
        let codes: Vec<&str> = checked.iter().map(|c| c.code()).collect();
        ask.summary.push(Line::shown("card-checked", codes.join(" ")));
    }
    ask.amount = Some(card.limit_asked).filter(|l| *l > 0).map(Money::cny);
    card.approval = Some(approval::ask(tx, actor, ask)?);
    tx.insert(&mut card)?;
    note(tx, actor, &card, Step::Apply, State::Applied, "")?;
    Ok(card)
}

/// The second person's yes: the card gets its number and its first plastic is ordered. Errors: those of `approval::approve`,
/// `card_state`.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: CardId, shown_hash: &str) -> Result<Card> {
    let mut card = raw(tx, id)?;
    match approval::approve(tx, actor, waits_for(&card)?, shown_hash)? {
        Approve::Approved { approval, .. } => {
            let before = card.state;
            card.state = card.after(Step::Approve)?;
            (card.approved_by, card.approved_at) = (Some(actor.principal()), Some(tx.now()));
            if card.kind == Kind::Credit {
                card.account = Some(line::open(tx, actor, card.owner, card.limit_asked)?);
            }
            let account = card.account()?;
            let sealed = number::give(tx, card.id, card.owner, account)?;
            (card.pan, card.pan_index, card.masked) = (sealed.pan, sealed.index, sealed.masked);
            order_plastic(tx, actor, &mut card)?;
            tx.update(&mut card)?;
            approval::mark_executed(tx, actor, approval.id, &card.id.to_string())?;
            note(tx, actor, &card, Step::Approve, before, "")?;
            Ok(card)
        }
        Approve::FirstOfTwo | Approve::AlreadySo { .. } => Ok(card),
    }
}

/// The second person's no, with its reason.
pub fn decline(tx: &mut Tx<'_>, actor: &Actor, id: CardId, shown_hash: &str, why: &str) -> Result<Card> {
    let mut card = raw(tx, id)?;
    if approval::refuse(tx, actor, waits_for(&card)?, shown_hash, why)? == party::Change::AlreadySo {
        return Ok(card);
    }
    let before = card.state;
    card.state = card.after(Step::Decline)?;
    (card.approved_by, card.approved_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut card)?;
    note(tx, actor, &card, Step::Decline, before, &party::reason(why)?)?;
    Ok(card)
}

fn waits_for(card: &Card) -> Result<ApprovalId> {
    card.approval.ok_or_else(|| Error::broken(format!("{} was never before a second person", card.id)))
}

/// Orders the next plastic of a card: the next sequence number, good for its years.
pub(crate) fn order_plastic(tx: &mut Tx<'_>, actor: &Actor, card: &mut Card) -> Result<()> {
    let today = tx.business_date()?;
    let expires = last_of_month(today.plus_months(rules(today)?.valid_years * 12));
    card.sequence += 1;
    card.expires = Some(expires);
    let ordered_at = tx.now();
    tx.insert(&mut Plastic {
        book: card.book,
        card: card.id,
        sequence: card.sequence,
        state: PlasticState::Ordered,
        expires,
        stock: None,
        ordered_by: actor.principal(),
        ordered_at,
        produced_at: None,
        activated_by: None,
        activated_at: None,
        dead_at: None,
        dead_why: String::new(),
        seal: Seal::default(),
    })
}

/// A card is good to the end of the month that stands on it.
fn last_of_month(day: Date) -> Date {
    let first = day.plus_days(1 - i64::from(day.day()));
    first.plus_months(1).plus_days(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_to_the_end_of_its_month() {
        for (day, last) in [("2036-03-02", "2036-03-31"), ("2036-02-29", "2036-02-29"), ("2035-12-31", "2035-12-31")] {
            assert_eq!(last_of_month(Date::parse(day).unwrap()), Date::parse(last).unwrap(), "{day}");
        }
    }
}
