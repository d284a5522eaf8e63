//! An order for units: what it would come to, the order, and calling it off.
use crate::nav::{NavRow, fee_inside, units_of};
use crate::order::{Order, OrderKind, State, raw, save};
use crate::pay::{Movement, move_now};
use crate::product::{Level, Product, shelf};
use crate::{
    ABOVE_LEVEL, AMOUNT_UNFIT, Event, FEE_CHANGED, Holding, LINKED_UNFIT, NO_ASSESSMENT, NOT_REVOCABLE, NOT_SOLD,
    PERSONS_ONLY, assess, holding, may_order, order, record,
};
use approval::Line;
use kernel::clock::HOUR;
use kernel::id::{AccountId, ApprovalId, PersonId, RecordingId, WealthOrderId};
use kernel::{Actor, Date, Error, Id, Money, Owner, Result, Who};
use ledger::Purpose;
use party::Permission;
use payments::{Desk, Kind};
use serde::{Deserialize, Serialize};
use store::{Seal, Tx};

/// What somebody thinks of buying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub product: String,
    /// His current account that pays and is paid to.
    pub linked: AccountId,
    /// Fee included.
    pub amount: Money,
}

/// An order for units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribe {
    #[serde(flatten)]
    pub ask: Ask,
    /// The fee that was shown; another one is refused.
    pub fee_shown: Money,
    /// What staff recorded of the sale.
    #[serde(default)]
    pub recording: Option<RecordingId>,
}

/// What an order would come to today.
#[derive(Clone, Debug)]
pub struct Quote {
    pub product: Product,
    pub amount: Money,
    /// Part of the amount.
    pub fee: Money,
    pub net: Money,
    /// The newest value; the one that counts is that of a later day.
    pub nav: Option<NavRow>,
    /// Units at the newest value, for orientation.
    pub units: Option<Money>,
    /// The level that counts today; `None` without an assessment.
    pub level: Option<Level>,
    /// Whether that level bears the product.
    pub suits: bool,
    /// Whether somebody of the bank looks at it first.
    pub second_look: bool,
}

/// What stands behind an order, found and fit.
struct Found {
    person: PersonId,
    linked: ledger::Account,
    product: Product,
    fee: Money,
    second_look: bool,
}

fn find(tx: &mut Tx<'_>, actor: &Actor, ask: &Ask) -> Result<Found> {
    let linked = ledger::view(tx, ask.linked).map_err(|_| Error::not_found("account", ask.linked))?.account;
    payments::may_see(tx, actor, linked.owner).map_err(|_| Error::not_found("account", ask.linked))?;
    let Owner::Person(person) = linked.owner else {
        return Err(Error::new(&PERSONS_ONLY, "the account is not a person's"));
    };
    let today = tx.business_date()?;
    let product = shelf(tx)?.product(&ask.product, today)?.clone();
    if !product.is_sold(today) {
        let told = format!("{} is not sold any more on {today}", product.code);
        return Err(Error::new(&NOT_SOLD, told).with("product", &product.code));
    }
    room(&product, today)?;
    if linked.purpose != Purpose::General || linked.currency != product.currency || linked.closed_at.is_some() {
        return Err(Error::new(&LINKED_UNFIT, format!("{} cannot pay for it", linked.id)));
    }
    fits(&product, ask.amount)?;
    let age = i32::from(today.year()) - party::person(tx, person)?.birth_year;
    let second_look = product.terms().second_look_age.is_some_and(|from| age >= from as i32);
    let fee = fee_inside(ask.amount, product.terms().fee_millionths)?;
    Ok(Found { person, linked, product, fee, second_look })
}

/// `Err(NOT_SOLD)` where the hours to call it off would end after the last day on which it is sold.
pub(crate) fn room(product: &Product, today: Date) -> Result<()> {
    match product.has_room(today) {
        true => Ok(()),
        false => {
            let end = product.cool_end(today);
            let told = format!("{} is not sold on {end} any more, when the hours to call it off end", product.code);
            Err(Error::new(&NOT_SOLD, told).with("product", &product.code))
        }
    }
}

fn fits(product: &Product, amount: Money) -> Result<()> {
    let (least, step) = (product.money(product.terms().minimum), product.terms().step);
    let fits = amount.currency == product.currency && amount.minor >= least.minor && amount.minor % step == 0;
    match fits {
        true => Ok(()),
        false => {
            let step = product.money(step);
            let told = format!("{amount} given; {least} is the smallest, in steps of {step}");
            Err(Error::new(&AMOUNT_UNFIT, told).with("given", amount).with("min", least).with("step", step))
        }
    }
}

/// What an order would come to; nothing moves. For whoever may see the account. It is answered to whom it does not suit too, so that
/// he sees why. Errors: as [`subscribe`], without those of the assessment, the fee and the recording.
pub fn quote(tx: &mut Tx<'_>, actor: &Actor, ask: &Ask) -> Result<Quote> {
    let found = find(tx, actor, ask)?;
    let level = match assess::counting(tx, found.person) {
        Ok(a) => Some(a.level),
        Err(none) if none.is(&NO_ASSESSMENT) => None,
        Err(why) => return Err(why),
    };
    let (today, net) = (tx.business_date()?, ask.amount.sub(found.fee)?);
    let nav = found.product.latest(tx, today)?;
    let units = nav.as_ref().map(|row| units_of(net, row.value)).transpose()?;
    let suits = level.is_some_and(|l| l.bears(found.product.risk));
    let Found { product, fee, second_look, .. } = found;
    Ok(Quote { product, amount: ask.amount, fee, net, nav, units, level, suits, second_look })
}

/// `Err(ABOVE_LEVEL)` where the product can lose more than the customer can bear. Answers his level.
fn suitable(tx: &mut Tx<'_>, person: PersonId, product: &Product) -> Result<Level> {
    let level = assess::counting(tx, person)?.level;
    match level.bears(product.risk) {
        true => Ok(level),
        false => {
            let told = format!("{} is {}, the customer's level is {level}", product.code, product.risk);
            Err(Error::new(&ABOVE_LEVEL, told).with("risk", product.risk).with("level", level))
        }
    }
}

/// Orders units: the money leaves the account and waits. Needs `payment.submit` of the person, or `payment.submit_any` and a
/// recording. Errors: `wealth_product_unknown`, `wealth_not_sold`, `wealth_persons_only`, `wealth_linked_unfit`,
/// `wealth_amount_unfit`, `wealth_no_assessment`, `wealth_above_level`, `wealth_fee_changed`, `wealth_no_recording`,
/// `wealth_owner_frozen`, `wealth_needs_checker`, the ledger's refusals.
pub fn subscribe(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, order: &Subscribe) -> Result<Order> {
    let found = find(tx, actor, &order.ask)?;
    may_order(tx, actor, found.linked.owner, order.ask.amount)?;
    let level = suitable(tx, found.person, &found.product)?;
    if order.fee_shown != found.fee {
        let told = format!("{} was shown, {} is taken today", order.fee_shown, found.fee);
        return Err(Error::new(&FEE_CHANGED, told).with("given", order.fee_shown).with("now", found.fee));
    }
    let id = WealthOrderId::new(tx.now(), found.linked.id.book());
    if matches!(actor.who, Who::Staff(_)) {
        record::cover(tx, actor, order.recording, (found.person, &found.product), id)?;
    }
    let h = holding::of(tx, actor, &found.linked, &found.product)?;
    let put_aside = Movement {
        kind: Kind::WealthIn,
        from: h.linked,
        to: h.cash,
        amount: order.ask.amount,
        reference: id.to_string(),
        memo: &found.product.terms().name.zh,
    };
    move_now(desk, tx, put_aside)?;
    let mut new = blank(tx, actor, &found, &h, order, id);
    new.level = level.code().to_owned();
    match found.second_look {
        true => new.approval = Some(ask_second(tx, actor, &found, level, &new)?),
        false => cool(tx, &found.product, &mut new)?,
    }
    tx.insert(&mut new)?;
    let told = format!("{} {} {} at {level}", new.product, order.ask.amount, new.state);
    tx.audit(actor, store::Audit::of("wealth.subscribe", id).after(told))?;
    tx.emit(&Event::of(&new, &found.product), &actor.correlation)?;
    Ok(new)
}

fn blank(tx: &Tx<'_>, actor: &Actor, found: &Found, h: &Holding, order: &Subscribe, id: WealthOrderId) -> Order {
    Order {
        book: id.book(),
        id,
        holding: h.account,
        owner: h.owner,
        product: found.product.code.clone(),
        version: found.product.version,
        kind: OrderKind::Subscribe,
        state: State::Review,
        currency: found.product.currency,
        amount: order.ask.amount.minor,
        fee: found.fee.minor,
        units: 0,
        nav: None,
        level: String::new(),
        made_by: actor.principal(),
        made_at: tx.now(),
        channel: actor.channel,
        branch: actor.staff().and(actor.branch),
        recording: order.recording.filter(|_| actor.staff().is_some()),
        approval: None,
        cool_until: None,
        priced_on: None,
        pays_on: None,
        ended_by: None,
        ended_at: None,
        ended_why: String::new(),
        seal: Seal::default(),
    }
}

/// The hours in which it can be called off begin; where there are none, its day is today.
pub(crate) fn cool(tx: &mut Tx<'_>, product: &Product, o: &mut Order) -> Result<()> {
    match i64::from(product.terms().cooling_hours) {
        0 => (o.state, o.priced_on) = (State::Due, Some(product.open_day(tx)?)),
        hours => (o.state, o.cool_until) = (State::Cooling, Some(tx.now().plus(hours * HOUR))),
    }
    Ok(())
}

/// What a second look binds to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub order: WealthOrderId,
    product: String,
    version: i64,
    amount: i64,
    level: Level,
}

fn ask_second(tx: &mut Tx<'_>, actor: &Actor, found: &Found, level: Level, o: &Order) -> Result<ApprovalId> {
    let payload = Payload { order: o.id, product: o.product.clone(), version: o.version, amount: o.amount, level };
    let mut ask = approval::Ask::new(crate::KINDS[0], &payload, Permission::WealthCheck)?;
    let branch = match o.branch {
        Some(branch) => branch,
        None => party::branch_of(tx, o.book)?.id,
    };
    (ask.branch, ask.person) = (Some(branch), Some(found.person));
    ask.beneficiary = Some(Owner::Person(found.person));
    ask.amount = Some(o.money(o.amount));
    let today = tx.business_date()?;
    let person = party::person(tx, found.person)?;
    let age = i32::from(today.year()) - person.birth_year;
    ask.summary = vec![
        Line::shown("wealth-customer", person.name_masked),
        Line::shown("wealth-age", age.to_string()),
        Line::shown("wealth-product", format!("{} {}", found.product.terms().name.zh, found.product.code)),
        Line::shown("wealth-risk", found.product.risk.code()),
        Line::shown("wealth-level", level.code()),
        Line::shown("payment-amount", o.money(o.amount).to_string()),
    ];
    approval::ask(tx, actor, ask)
}

/// Puts back what an order for units has put aside.
pub(crate) fn put_back(desk: &Desk, tx: &mut Tx<'_>, o: &Order, memo: &str) -> Result<()> {
    let h = holding::locked(tx, o.holding)?;
    let back = Movement {
        kind: Kind::WealthOut,
        from: h.cash,
        to: h.linked,
        amount: o.money(o.amount),
        reference: o.id.to_string(),
        memo,
    };
    move_now(desk, tx, back)
}

/// Calls an order off while it is in review or cooling: all of the money goes back, at no cost. By whoever may order for the
/// customer. Repeating is safe. Errors: `wealth_not_revocable`, `wealth_owner_frozen`.
pub fn cancel(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: WealthOrderId) -> Result<Order> {
    let mut o = order(tx, actor, id)?;
    may_order(tx, actor, o.owner, o.money(0))?;
    if o.state == State::Cancelled {
        return Ok(o);
    }
    let over = o.cool_until.is_some_and(|until| until <= tx.now());
    if o.kind != OrderKind::Subscribe || !o.state.is_revocable() || over {
        let told = format!("{id} is {}, and its hours to call it off are over", o.state);
        return Err(Error::new(&NOT_REVOCABLE, told).with("state", o.state));
    }
    put_back(desk, tx, &o, "撤单")?;
    if let Some(asked) = o.approval {
        approval::withdraw(tx, actor, asked, "called off")?;
    }
    let (before, by, at) = (o.state, actor.principal(), tx.now());
    o.end(State::Cancelled, &by, at, "called off");
    save(tx, actor, &mut o, "wealth.cancel", before)?;
    Ok(o)
}

/// An order in review, and its product, for the second look. `Err(NOT_IN_REVIEW)`.
pub(crate) fn in_review(tx: &mut Tx<'_>, id: WealthOrderId) -> Result<(Order, Product)> {
    let o = raw(tx, id)?;
    if o.state != State::Review {
        return Err(Error::new(&crate::NOT_IN_REVIEW, format!("{id} is {}", o.state)).with("state", o.state));
    }
    let product = o.product(&shelf(tx)?)?.clone();
    Ok((o, product))
}

/// What must still be so when the second look says yes.
pub(crate) fn still_suitable(tx: &mut Tx<'_>, o: &Order, product: &Product) -> Result<()> {
    let Owner::Person(person) = o.owner else {
        return Err(Error::broken(format!("{} is no person's", o.id)));
    };
    suitable(tx, person, product).map(|_| ())
}
