//! What is done to a card that has its number: activated in person, stopped, lost, found, replaced, closed.
use crate::apply::order_plastic;
use crate::card::{Card, PlasticState, State, Step, Stop, card, note, of_owner, plastic, raw};
use crate::{CARD_STATE, FOUND_BY_TWO, IN_PERSON, PLASTIC_DIFFERS, WRONG_DOCUMENT};
use approval::{Approve, Ask};
use kernel::id::{ApprovalId, CardId, PersonId};
use kernel::{Actor, Channel, Error, Owner, Result, Who};
use party::{Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Json, Tx};

/// What staff read from the document of who stands before them; nothing where the holder himself proved who he is, by card
/// and face, to a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InPerson {
    #[serde(default)]
    pub document: String,
}

/// Whether the holder is there himself: at a counter with the document the bank knows him by, or at a machine that has seen his
/// card and face. Errors: `card_in_person`, `card_wrong_document`.
pub(crate) fn in_person(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId, seen: &InPerson) -> Result<()> {
    match (actor.who, actor.channel) {
        (Who::Person(p), Channel::Kiosk) if p == owner => {
            party::may(tx, actor, Permission::AccountRead, &Scope::person(owner)).map(|_| ())
        }
        (Who::Staff(_), Channel::Counter) => {
            at_counter(tx, actor, owner)?;
            let known = party::person(tx, owner)?.identity_index;
            match party::identity_index(tx.keys(), &seen.document).is_some_and(|index| index == known) {
                true => Ok(()),
                false => Err(Error::new(&WRONG_DOCUMENT, "the document is not the one the holder is known by")),
            }
        }
        _ => Err(Error::new(&IN_PERSON, "this is done by the holder in person")),
    }
}

fn at_counter(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId) -> Result<()> {
    party::may(tx, actor, Permission::AccountOpen, &Scope::here(actor))?;
    payments::hands_off(tx, actor, &[Owner::Person(owner)])
}

/// The holder himself, or staff for him.
fn may_handle(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId) -> Result<()> {
    match actor.who {
        Who::Staff(_) => at_counter(tx, actor, owner),
        _ => party::may(tx, actor, Permission::AccountRead, &Scope::person(owner)).map(|_| ()),
    }
}

/// A card that the actor may see, locked.
fn seen(tx: &mut Tx<'_>, actor: &Actor, id: CardId) -> Result<Card> {
    card(tx, actor, id)?;
    raw(tx, id)
}

fn save(tx: &mut Tx<'_>, actor: &Actor, c: &mut Card, step: Step, to: State, reason: &str) -> Result<()> {
    let before = std::mem::replace(&mut c.state, to);
    tx.update(c)?;
    note(tx, actor, c, step, before, reason)
}

/// The holder fetched the plastic and shows who he is; `sequence` is what is printed on it. From now on it pays. Repeating is
/// safe. Errors: `card_in_person`, `card_wrong_document`, `card_plastic_differs`, `card_state`.
pub fn activate(tx: &mut Tx<'_>, actor: &Actor, id: CardId, sequence: i64, person: &InPerson) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    in_person(tx, actor, c.owner, person)?;
    if sequence != c.sequence {
        let told = format!("plastic {sequence} was shown, {} is the one in use", c.sequence);
        return Err(Error::new(&PLASTIC_DIFFERS, told).with("given", sequence).with("now", c.sequence));
    }
    if c.state == State::Active {
        return Ok(c);
    }
    let to = c.after(Step::Activate)?;
    let mut p = plastic(tx, c.id, c.sequence)?;
    p.state = PlasticState::Active;
    (p.activated_by, p.activated_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut p)?;
    save(tx, actor, &mut c, Step::Activate, to, "")?;
    Ok(c)
}

/// Stops the card for a while; at once, by any channel. Repeating is safe. Errors: `card_state`.
pub fn freeze(tx: &mut Tx<'_>, actor: &Actor, id: CardId, reason: &str) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    may_handle(tx, actor, c.owner)?;
    if c.state == State::Frozen {
        return Ok(c);
    }
    let (to, reason) = (c.after(Step::Freeze)?, party::reason(reason)?);
    c.stop = Some(Json(Stop::now(tx, actor, &reason)));
    save(tx, actor, &mut c, Step::Freeze, to, &reason)?;
    Ok(c)
}

/// Ends a freeze: its holder with a fresh code or in person. What staff froze, its holder does not end alone. Repeating is safe.
pub fn thaw(tx: &mut Tx<'_>, actor: &Actor, id: CardId, person: &InPerson) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    let by_holder = c.stop.as_ref().is_none_or(|stop| stop.0.by == c.owner.to_string());
    match actor.who {
        Who::Person(_) if by_holder && actor.channel != Channel::Kiosk => {
            may_handle(tx, actor, c.owner)?;
            party::need_step_up(actor)?;
        }
        Who::Person(_) if !by_holder => return Err(Error::new(&IN_PERSON, "the bank froze it; a counter ends that")),
        _ => in_person(tx, actor, c.owner, person)?,
    }
    if c.state == State::Active {
        return Ok(c);
    }
    let to = c.after(Step::Thaw)?;
    c.stop = None;
    save(tx, actor, &mut c, Step::Thaw, to, "")?;
    Ok(c)
}

/// Reports a card lost: it pays nothing from the end of this transaction on. By its holder through any channel, or by any member
/// of staff whom he told and who may see accounts, his own card included. Repeating is safe. Errors: `card_state`.
pub fn lose(tx: &mut Tx<'_>, actor: &Actor, id: CardId, reason: &str) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    if c.state == State::Lost {
        // Said again, it is lost again: what was asked for about the report before is void.
        c.loss = Some(Json(Stop::now(tx, actor, &party::reason(reason)?)));
        tx.update(&mut c)?;
        return Ok(c);
    }
    let (to, reason) = (c.after(Step::Lose)?, party::reason(reason)?);
    c.loss = Some(Json(Stop::now(tx, actor, &reason)));
    save(tx, actor, &mut c, Step::Lose, to, &reason)?;
    Ok(c)
}

/// Reports all of a person's cards lost, as when a bag was stolen; answers those that were not before.
pub fn lose_all(tx: &mut Tx<'_>, actor: &Actor, owner: PersonId, reason: &str) -> Result<Vec<Card>> {
    crate::may_see(tx, actor, owner)?;
    let open: Vec<_> = of_owner(tx, owner)?.into_iter().filter(|c| Step::Lose.of(c.state).is_some()).collect();
    open.into_iter().map(|c| lose(tx, actor, c.id, reason)).collect()
}

#[derive(Serialize, Deserialize)]
struct Found {
    card: CardId,
    sequence: i64,
    /// When it was reported, microseconds: another report is another thing.
    reported: i64,
}

fn reported(c: &Card) -> i64 {
    c.loss.as_ref().map_or(0, |stop| stop.0.at.micros())
}

/// What came of taking back a report of loss.
#[derive(Clone, Debug)]
pub enum FindOutcome {
    Done(Box<Card>),
    /// It was reported at a counter too: a second person agrees ([`find_approve`]).
    Asked(ApprovalId),
}

/// The holder found it (解挂): in person, at a counter, with his document. A report made at a counter is not taken back there by one
/// person alone. Errors: `card_in_person`, `card_wrong_document`, `card_state`.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: CardId, person: &InPerson) -> Result<FindOutcome> {
    let c = seen(tx, actor, id)?;
    if actor.channel != Channel::Counter {
        return Err(Error::new(&IN_PERSON, "a report of loss is taken back at a counter"));
    }
    in_person(tx, actor, c.owner, person)?;
    if c.state == State::Active || c.state == State::Frozen {
        return Ok(FindOutcome::Done(Box::new(c)));
    }
    c.after(Step::Find)?;
    if c.loss.as_ref().is_some_and(|stop| stop.0.channel != actor.channel) {
        return Ok(FindOutcome::Done(Box::new(found(tx, actor, c)?)));
    }
    let mut ask = Ask::new(
        "card.found",
        &Found { card: c.id, sequence: c.sequence, reported: reported(&c) },
        Permission::CardCheck,
    )?;
    (ask.branch, ask.beneficiary) = (actor.branch, Some(Owner::Person(c.owner)));
    ask.person = Some(c.owner);
    approval::ask(tx, actor, ask).map(FindOutcome::Asked)
}

/// The second person agrees that a card is found. Errors: those of `approval::approve`, `card_state`.
pub fn find_approve(tx: &mut Tx<'_>, actor: &Actor, asked: ApprovalId, shown_hash: &str) -> Result<Card> {
    let kind = approval::raw(tx, asked)?.kind;
    if kind != "card.found" {
        return Err(Error::not_found("approval", asked));
    }
    match approval::approve(tx, actor, asked, shown_hash)? {
        Approve::Approved { payload, .. } => {
            let Found { card, sequence, reported: then } = serde_json::from_str(&payload)
                .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
            let c = raw(tx, card)?;
            if c.sequence != sequence {
                return Err(Error::new(&PLASTIC_DIFFERS, "it was replaced meanwhile").with("now", c.sequence));
            }
            if reported(&c) != then {
                return Err(Error::new(&CARD_STATE, "it was reported lost again meanwhile").with("state", c.state));
            }
            let done = found(tx, actor, c)?;
            approval::mark_executed(tx, actor, asked, &card.to_string())?;
            Ok(done)
        }
        Approve::FirstOfTwo | Approve::AlreadySo { .. } => Err(Error::new(&FOUND_BY_TWO, "it was agreed to before")),
    }
}

/// Back to where it was before it was reported.
fn found(tx: &mut Tx<'_>, actor: &Actor, mut c: Card) -> Result<Card> {
    c.after(Step::Find)?;
    let to = match plastic(tx, c.id, c.sequence)?.state {
        PlasticState::Ordered => State::Approved,
        PlasticState::Produced => State::Produced,
        _ if c.stop.is_some() => State::Frozen,
        _ => State::Active,
    };
    c.loss = None;
    save(tx, actor, &mut c, Step::Find, to, "")?;
    Ok(c)
}

/// Orders a new plastic with the same number; the old one is dead from now on. `waits`: made at this branch from its stock of blank
/// cards at once, else by the maker. The holder in person for the first; himself with a fresh code, or in person, for the
/// other. Errors: `card_state`, `card_stock_empty`.
pub fn replace(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CardId,
    waits: bool,
    person: &InPerson,
    reason: &str,
) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    match actor.who {
        Who::Person(_) if actor.channel != Channel::Kiosk && !waits => {
            may_handle(tx, actor, c.owner)?;
            party::need_step_up(actor)?;
        }
        _ => in_person(tx, actor, c.owner, person)?,
    }
    let (to, reason) = (c.after(Step::Replace)?, party::reason(reason)?);
    kill(tx, &c, "replaced")?;
    order_plastic(tx, actor, &mut c)?;
    (c.loss, c.stop) = (None, None);
    save(tx, actor, &mut c, Step::Replace, to, &reason)?;
    if waits {
        crate::stock::make_here(tx, actor, &mut c)?;
    }
    Ok(c)
}

/// The plastic in use is dead.
fn kill(tx: &mut Tx<'_>, c: &Card, why: &str) -> Result<()> {
    let mut p = plastic(tx, c.id, c.sequence)?;
    (p.state, p.dead_at, p.dead_why) = (PlasticState::Dead, Some(tx.now()), why.to_owned());
    tx.update(&mut p)
}

/// Closes a card (销卡): its number leads nowhere any more. The account stays. The holder with a fresh code, or in person.
/// Repeating is safe. Errors: `card_state`.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, id: CardId, person: &InPerson, reason: &str) -> Result<Card> {
    let mut c = seen(tx, actor, id)?;
    match actor.who {
        Who::Person(_) if actor.channel != Channel::Kiosk => {
            may_handle(tx, actor, c.owner)?;
            party::need_step_up(actor)?;
        }
        _ => in_person(tx, actor, c.owner, person)?,
    }
    if c.state == State::Closed {
        return Ok(c);
    }
    let (to, reason) = (c.after(Step::Close)?, party::reason(reason)?);
    crate::line::close(tx, actor, &c)?;
    kill(tx, &c, "closed")?;
    payments::number_end(tx, &c.pan_index)?;
    (c.closed_by, c.closed_at) = (Some(actor.principal()), Some(tx.now()));
    save(tx, actor, &mut c, Step::Close, to, &reason)?;
    Ok(c)
}
