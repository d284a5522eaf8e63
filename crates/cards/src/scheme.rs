//! What the scheme of the cards asks: may this plastic pay, and it has paid. An authorisation is an order like any other, decided by the
//! pipeline and held; a presentment posts all or a part of it, a reversal frees it, and 72 hours free it too.
//!
//! What the scheme's program is answered is kept under the program's name and the request's reference, a refusal too: whoever asks
//! again hears the same, and a PIN that came with it counts once, also when the process ends between counting it and looking at it.
//! The same reference with anything else in it is `key_reused`. A card whose PIN is locked pays nothing above
//! [`crate::Rules::locked_pays_yuan`], with or without a PIN.
use crate::card::{Card, Kind, State};
use crate::line::{bring_up, open_own, scheme_account};
use crate::pin::{self, Hsm, PinTry};
use crate::{CARD_STATE, EXPIRED, PIN_LOCKED, PIN_WRONG, PLASTIC_DIFFERS, rules::rules, us};
use kernel::id::InstructionId;
use kernel::{Actor, BookId, Channel, Code, Date, Error, Id, Money, Result, Who};
use party::{Permission, Scope};
use payments::{Desk, Drawer, Kind as PaymentKind, Order, Payee, Receipt};
use serde::{Deserialize, Serialize};
use store::{Once, Tx, params};

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

/// What the request does, for recognising it.
const WHAT: &str = "cards.authorise";

/// A request of the program, recognised when it comes again.
#[derive(Clone)]
struct Asked {
    principal: String,
    reference: String,
    body: Vec<u8>,
}

/// What a request was answered.
#[derive(Serialize, Deserialize)]
enum Answer {
    Decided(Box<Receipt>),
    Refused { code: String, message: String, fields: Vec<(String, String)> },
}

/// Refusals that are kept; what is unknown, late or broken may be asked again.
static KEPT: &[&Code] = &[&CARD_STATE, &PLASTIC_DIFFERS, &EXPIRED, &PIN_WRONG, &PIN_LOCKED];
/// Fields of those.
const FIELDS: &[&str] = &["state", "given", "left"];

impl Answer {
    fn refusal(why: &Error) -> Answer {
        let fields = why.fields().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Answer::Refused { code: why.code().name.into(), message: why.message().into(), fields }
    }
    fn told(self) -> Result<Receipt> {
        let (code, message, fields) = match self {
            Answer::Decided(receipt) => return Ok(*receipt),
            Answer::Refused { code, message, fields } => (code, message, fields),
        };
        let known = KEPT.iter().find(|c| c.name == code);
        let code = known.ok_or_else(|| Error::broken(format!("a request was refused with {code}")))?;
        let fields = fields.iter().filter_map(|(name, value)| FIELDS.iter().find(|f| *f == name).map(|f| (*f, value)));
        Err(fields.fold(Error::new(code, message), |told, (name, value)| told.with(name, value)))
    }
}

impl Asked {
    fn of(actor: &Actor, ask: &Purchase, pin: Option<&str>) -> Result<Asked> {
        let body = (&ask.number, ask.sequence, ask.amount, &ask.reference, &ask.merchant, pin);
        let body = serde_json::to_vec(&body).map_err(|e| Error::broken("a request has no JSON form").caused_by(e))?;
        Ok(Asked { principal: actor.principal(), reference: ask.reference.clone(), body })
    }
    fn key(&self, of: &str) -> String {
        format!("{of}-{}", self.reference)
    }
    fn before(&self, tx: &mut Tx<'_>, book: BookId) -> Result<Option<Answer>> {
        match tx.once(book, &self.principal, &self.key("auth"), WHAT, &self.body)? {
            Once::New => Ok(None),
            Once::Done(answer) => serde_json::from_str(&answer).map(Some).map_err(unreadable),
        }
    }
    fn keep(&self, tx: &mut Tx<'_>, book: BookId, answer: &Answer) -> Result<()> {
        let text = serde_json::to_string(answer).map_err(unreadable)?;
        tx.answered(book, &self.principal, &self.key("auth"), WHAT, &self.body, &text)
    }
    /// Counts the PIN of the request, or says how it was counted when it came before.
    fn counted(&self, tx: &mut Tx<'_>, card: &Card) -> Result<pin::Counted> {
        if let Once::Done(kept) = tx.once(card.book, &self.principal, &self.key("pin"), WHAT, &self.body)? {
            return serde_json::from_str(&kept).map_err(unreadable);
        }
        let counted = pin::count(tx, card.id)?;
        let text = serde_json::to_string(&counted).map_err(unreadable)?;
        tx.answered(card.book, &self.principal, &self.key("pin"), WHAT, &self.body, &text)?;
        Ok(counted)
    }
}

fn unreadable(why: serde_json::Error) -> Error {
    Error::broken("a kept answer cannot be read").caused_by(why)
}

/// As [`authorise`], for the scheme's program; a PIN that the holder typed is looked at first. The same request again is answered the
/// same. Errors: besides, `card_pin_wrong`, `card_pin_locked`, `key_reused`.
pub fn authorise_for(desk: &Desk, hsm: &dyn Hsm, actor: &Actor, ask: &Purchase, pin: Option<&str>) -> Result<Receipt> {
    desk.store.read(|tx| scheme_may(tx, actor))?;
    let asked = Asked::of(actor, ask, pin)?;
    let (card, before, counted) = {
        let (asked, number, typed) = (asked.clone(), ask.number.clone(), pin.is_some());
        desk.store.write(move |tx| {
            let card = by_number(tx, &number)?;
            let before = asked.before(tx, card.book)?;
            let counted = match typed && before.is_none() {
                true => Some(asked.counted(tx, &card)?),
                false => None,
            };
            Ok((card.id, before, counted))
        })?
    };
    if let Some(before) = before {
        return before.told();
    }
    let typed = match (pin, counted) {
        (Some(pin), Some(counted)) => typed(pin::looked_at(&desk.store, hsm, card, counted, pin)?),
        _ => Ok(()),
    };
    let decided = typed.and_then(|()| {
        let (with, ask, asked) = (desk.clone(), ask.clone(), asked.clone());
        desk.store.write(move |tx| match asked.before(tx, card.book())? {
            Some(before) => Ok(before),
            None => {
                let answer = Answer::Decided(Box::new(authorise_in(&with, tx, &ask)?));
                asked.keep(tx, card.book(), &answer)?;
                Ok(answer)
            }
        })
    });
    match decided {
        Ok(answer) => answer.told(),
        Err(why) if KEPT.iter().any(|code| why.is(code)) => refused(desk, card.book(), asked, &why),
        Err(why) => Err(why),
    }
}

/// Keeps a refusal, unless the same request was answered meanwhile.
fn refused(desk: &Desk, book: BookId, asked: Asked, why: &Error) -> Result<Receipt> {
    let text = serde_json::to_string(&Answer::refusal(why)).map_err(unreadable)?;
    let answer = desk.store.write(move |tx| match asked.before(tx, book)? {
        Some(before) => Ok(before),
        None => {
            let answer = serde_json::from_str(&text).map_err(unreadable)?;
            asked.keep(tx, book, &answer)?;
            Ok(answer)
        }
    });
    answer?.told()
}

/// What is said to a PIN.
fn typed(came: PinTry) -> Result<()> {
    match came {
        PinTry::Right => Ok(()),
        PinTry::Locked => Err(Error::new(&PIN_LOCKED, "the PIN is locked")),
        PinTry::Wrong(left) => Err(Error::new(&PIN_WRONG, format!("wrong PIN, {left} tries left")).with("left", left)),
        PinTry::None => Err(Error::new(&PIN_WRONG, "the card has no PIN").with("left", 0)),
    }
}

/// Only purchases are presented and taken back here.
fn purchase(tx: &mut Tx<'_>, id: InstructionId) -> Result<()> {
    let kind = payments::locked(tx, id)?.kind;
    if kind == PaymentKind::CardPurchase { Ok(()) } else { Err(Error::not_found("purchase", id)) }
}

/// Decides a purchase and holds its amount. Errors: those of the card, of the pipeline, `card_pin_locked`; a decline moves nothing.
pub fn authorise(desk: &Desk, ask: &Purchase) -> Result<Receipt> {
    let (with, ask) = (desk.clone(), ask.clone());
    desk.store.write(move |tx| authorise_in(&with, tx, &ask))
}

fn authorise_in(desk: &Desk, tx: &mut Tx<'_>, ask: &Purchase) -> Result<Receipt> {
    let card = by_number(tx, &ask.number)?;
    let today = tx.business_date()?;
    pays(&card, ask.sequence, today)?;
    if pin::is_locked(tx, card.id)? && ask.amount.minor > rules(today)?.locked_pays_yuan * 100 {
        return Err(Error::new(&PIN_LOCKED, "the PIN is locked; a purchase without it is refused too"));
    }
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
    let prepared = payments::prepare(desk, tx, &holder, &order)?;
    payments::submit_in(desk, tx, &holder, &order, &prepared, Some(&format!("card-{}", ask.reference)))
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
