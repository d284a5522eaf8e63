//! What the scheme of the cards asks: may this plastic pay, and it has paid. An authorisation is an order like any other, decided by the
//! pipeline and held; a presentment posts all or a part of it, a reversal frees it, and 72 hours free it too.
use crate::card::{Card, Kind, State};
use crate::line::{bring_up, open_own, scheme_account};
use crate::pin::{Hsm, PinTry, pin_try};
use crate::{CARD_STATE, EXPIRED, PIN_LOCKED, PIN_WRONG, PLASTIC_DIFFERS, us};
use kernel::id::InstructionId;
use kernel::{Actor, Channel, Date, Error, Id, Money, Result, Who};
use party::{Permission, Scope};
use payments::{Desk, Drawer, Kind as PaymentKind, Order, Payee, Receipt};
use store::{Tx, params};

/// A merchant asks through the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub number: String,
    /// As the plastic says.
    pub sequence: i64,
    pub amount: Money,
    /// The scheme's own; the same again is the same purchase.
    pub reference: String,
    pub merchant: String,
}

/// The card with a number. `Err(NOT_FOUND)` for none.
fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Card> {
    let index = payments::number_index(tx.keys(), number);
    let tail = "WHERE pan_index = ?1 AND state NOT IN ('applied', 'declined') LIMIT 1";
    let found = tx.select_locked::<Card>(tail, params![index])?.pop();
    found.ok_or_else(|| Error::not_found("card", kernel::chinese::mask_card(number)))
}

/// The card with a number, for staff who may see its holder's accounts; `None` where there is none they may see.
pub fn card_by_number(tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<Option<Card>> {
    let index = payments::number_index(tx.keys(), number);
    let tail = "WHERE pan_index = ?1 AND state NOT IN ('applied', 'declined') LIMIT 1";
    let found = tx.select::<Card>(tail, params![index])?.pop();
    Ok(found.filter(|c| crate::may_see(tx, actor, c.owner).is_ok()))
}

/// Whether a plastic pays; pure. Errors: `card_state`, `card_plastic_differs`, `card_expired`.
fn pays(card: &Card, sequence: i64, today: Date) -> Result<()> {
    if card.state != State::Active {
        return Err(Error::new(&CARD_STATE, format!("it is {}", card.state)).with("state", card.state));
    }
    if card.sequence != sequence {
        return Err(Error::new(&PLASTIC_DIFFERS, "an older plastic is dead").with("given", sequence));
    }
    match card.expires.is_some_and(|last| today <= last) {
        true => Ok(()),
        false => Err(Error::new(&EXPIRED, "the plastic's last day is over")),
    }
}

/// The scheme's program may tell the bank of purchases. Needs `card.scheme` of its own.
pub fn scheme_may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    match actor.who {
        Who::Client { firm, .. } => party::may(tx, actor, Permission::CardScheme, &Scope::firm(firm)).map(|_| ()),
        _ => Err(Error::forbidden("purchases are told by the scheme's program")),
    }
}

/// As [`authorise`], for the scheme's program; a PIN that the holder typed is looked at first. Errors: besides, `card_pin_wrong`,
/// `card_pin_locked`.
pub fn authorise_for(desk: &Desk, hsm: &dyn Hsm, actor: &Actor, ask: &Purchase, pin: Option<&str>) -> Result<Receipt> {
    desk.store.read(|tx| scheme_may(tx, actor))?;
    if let Some(pin) = pin {
        let number = ask.number.clone();
        let card = desk.store.write(move |tx| by_number(tx, &number).map(|c| c.id))?;
        match pin_try(&desk.store, hsm, card, pin)? {
            PinTry::Right => {}
            PinTry::Locked => return Err(Error::new(&PIN_LOCKED, "the PIN is locked")),
            PinTry::Wrong(left) => {
                return Err(Error::new(&PIN_WRONG, format!("wrong PIN, {left} tries left")).with("left", left));
            }
            PinTry::None => return Err(Error::new(&PIN_WRONG, "the card has no PIN").with("left", 0)),
        }
    }
    authorise(desk, ask)
}

/// Only purchases are presented and taken back here.
fn purchase(tx: &mut Tx<'_>, id: InstructionId) -> Result<()> {
    let kind = payments::locked(tx, id)?.kind;
    if kind == PaymentKind::CardPurchase { Ok(()) } else { Err(Error::not_found("purchase", id)) }
}

/// Decides a purchase and holds its amount. Errors: those of the card, of the pipeline; a decline moves nothing.
pub fn authorise(desk: &Desk, ask: &Purchase) -> Result<Receipt> {
    let (with, ask) = (desk.clone(), ask.clone());
    desk.store.write(move |tx| {
        let card = by_number(tx, &ask.number)?;
        let today = tx.business_date()?;
        pays(&card, ask.sequence, today)?;
        let account = card.account()?;
        open_own(tx, account.book())?;
        if card.kind == Kind::Credit {
            bring_up(tx, account)?;
        }
        let holder = Actor { channel: Channel::Api, ..Actor::of(Who::Person(card.owner)) };
        let scheme = scheme_account(account.book());
        let drawer = Drawer { account: scheme, second: false, reserve: true };
        let order = Order::new(PaymentKind::CardPurchase, account, Payee::Account(scheme), ask.amount)
            .reference(&ask.reference)
            .memo(ask.merchant.clone())
            .drawer(drawer);
        let prepared = payments::prepare(&with, tx, &holder, &order)?;
        payments::submit_in(&with, tx, &holder, &order, &prepared, Some(&format!("card-{}", ask.reference)))
    })
}

/// The merchant presents what he was promised, or a part; the rest is free. Repeating is safe.
pub fn present(desk: &Desk, id: InstructionId, amount: Money) -> Result<Receipt> {
    desk.store.write(move |tx| {
        purchase(tx, id)?;
        payments::take(tx, &us(&id.to_string()), id, amount)
    })
}

/// Nothing was bought: what was held is free. Repeating is safe.
pub fn reverse(desk: &Desk, id: InstructionId) -> Result<Receipt> {
    desk.store.write(move |tx| {
        purchase(tx, id)?;
        payments::let_go(tx, &us(&id.to_string()), id, "the merchant took it back")
    })
}
