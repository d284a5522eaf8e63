//! Deliveries: written by the relay, sent by the courier, kept until somebody took them.
use crate::reactions;
use crate::webhooks::courier::Parcel;
use crate::webhooks::subscription::{Webhook, managed, managed_any, of_firm, raw};
use crate::webhooks::{
    CLAIM_SECONDS, Courier, DELIVERED_KEPT_DAYS, DELIVERIES_AT_ONCE_MAX, DISABLE_AFTER_DAYS, RETRY_SECONDS_FIRST,
    TRIES_MAX,
};
use kernel::clock::{DAY, SECOND};
use kernel::id::{EventId, WebhookId};
use kernel::{Actor, BookId, Error, Id, Page, PageAsk, Result, Timestamp};
use serde::Serialize;
use std::collections::HashSet;
use store::{Audit, Outbox, Param, Seal, Store, Tx, params};

/// Characters of an error kept at most.
const ERROR_CHARS_MAX: usize = 200;

store::text_enum! {
    pub enum DeliveryState { Waiting = "waiting", Delivered = "delivered", Parked = "parked" }
}

store::record! {
    /// One event for one subscription.
    pub struct Delivery in "webhook_deliveries" key 3 {
        pub book: BookId,
        pub webhook: WebhookId,
        /// The event's position in the outbox.
        pub pos: i64,
        pub event: EventId,
        pub kind: String,
        pub body: String,
        pub state: DeliveryState,
        pub tries: u32,
        pub next_at: Timestamp,
        /// The last HTTP status.
        pub status: Option<i64>,
        pub error: String,
        pub made_at: Timestamp,
        pub delivered_at: Option<Timestamp>,
    }
}

/// A delivery as its firm sees it.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryView {
    pub pos: i64,
    pub event: EventId,
    pub kind: String,
    pub state: DeliveryState,
    pub tries: u32,
    pub next_at: Option<Timestamp>,
    pub status: Option<i64>,
    pub error: String,
    pub made_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

/// What is sent; the order of fields is the order in the text.
#[derive(Serialize)]
struct Body<'a> {
    id: EventId,
    kind: &'a str,
    at: Timestamp,
    sequence: i64,
    about: &'a str,
    data: &'a serde_json::Value,
}

/// A subscription was disabled after it failed for days.
#[derive(Serialize)]
struct Disabled {
    webhook: WebhookId,
    firm: String,
    url: String,
}

impl store::Event for Disabled {
    fn kind(&self) -> &'static str {
        "webhook.disabled"
    }
    fn aggregate(&self) -> String {
        self.webhook.to_string()
    }
}

/// Consumer of the outbox: one delivery for each subscription of the firm the event is about.
pub(crate) fn queue(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let Some(firm) = reactions::firm(tx, event)? else { return Ok(()) };
    for webhook in of_firm(tx, firm)?.into_iter().filter(|w| w.is_in_force() && w.wants(&event.kind)) {
        let body = Body {
            id: event.id,
            kind: &event.kind,
            at: event.at,
            sequence: event.pos,
            about: &event.aggregate,
            data: &event.payload,
        };
        let body = serde_json::to_string(&body).map_err(|e| Error::broken("an event has no JSON form").caused_by(e))?;
        tx.insert(&mut Delivery {
            book: webhook.book,
            webhook: webhook.id,
            pos: event.pos,
            event: event.id,
            kind: event.kind.clone(),
            body,
            state: DeliveryState::Waiting,
            tries: 0,
            next_at: tx.now(),
            status: None,
            error: String::new(),
            made_at: tx.now(),
            delivered_at: None,
            seal: Seal::default(),
        })?;
    }
    Ok(())
}

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub delivered: u32,
    pub failed: u32,
    pub parked: u32,
    pub more: bool,
}

struct Claimed {
    key: (BookId, WebhookId, i64),
    url: String,
    secret: String,
    delivery: Delivery,
}

/// Sends what is due, oldest first, at most [`DELIVERIES_AT_ONCE_MAX`]; after a failure the rest of that subscription waits
/// for the next pass, so that one slow receiver does not hold up the others.
pub fn deliver_due(store: &Store, courier: &Courier) -> Result<Delivered> {
    let mut done = Delivered::default();
    let claimed = store.write(claim)?;
    done.more = claimed.len() == DELIVERIES_AT_ONCE_MAX as usize;
    let mut failing = HashSet::new();
    for c in claimed {
        let key = c.key;
        if failing.contains(&key.1) {
            store.write(move |tx| give_back(tx, key))?;
            continue;
        }
        let parcel = Parcel {
            url: &c.url,
            secret: &c.secret,
            event: c.delivery.event.to_string(),
            kind: &c.delivery.kind,
            body: &c.delivery.body,
            unix_seconds: store.clock().now().micros() / SECOND,
        };
        let outcome = courier.send(&parcel);
        let ended = store.write(move |tx| ended(tx, key, &outcome))?;
        match ended {
            DeliveryState::Delivered => done.delivered += 1,
            state => {
                failing.insert(key.1);
                done.failed += 1;
                done.parked += u32::from(state == DeliveryState::Parked);
            }
        }
    }
    Ok(done)
}

/// Claims what is due, so that no other process sends it meanwhile; what a subscription does not want any more is parked.
fn claim(tx: &mut Tx<'_>) -> Result<Vec<Claimed>> {
    let tail = "WHERE state = 'waiting' AND next_at <= ?1 ORDER BY next_at, book, webhook, pos LIMIT ?2";
    let due = tx.select_locked::<Delivery>(tail, params![tx.now(), DELIVERIES_AT_ONCE_MAX])?;
    let mut claimed = Vec::new();
    for mut d in due {
        let webhook = raw(tx, d.webhook)?.filter(Webhook::is_in_force);
        match &webhook {
            None => (d.state, d.error) = (DeliveryState::Parked, "the subscription is not in force".into()),
            Some(_) => {
                d.tries += 1;
                d.next_at = tx.now().plus(CLAIM_SECONDS * SECOND);
            }
        }
        tx.update(&mut d)?;
        if let Some(w) = webhook {
            let (key, secret) = ((d.book, d.webhook, d.pos), w.secret(tx.keys())?);
            claimed.push(Claimed { key, url: w.url, secret, delivery: d });
        }
    }
    Ok(claimed)
}

fn delivery(tx: &mut Tx<'_>, key: (BookId, WebhookId, i64)) -> Result<Option<Delivery>> {
    tx.load::<Delivery>(params![key.0, key.1, key.2])
}

/// Not sent in this pass after all: the try does not count.
fn give_back(tx: &mut Tx<'_>, key: (BookId, WebhookId, i64)) -> Result<()> {
    if let Some(mut d) = delivery(tx, key)?.filter(|d| d.state == DeliveryState::Waiting) {
        d.tries = d.tries.saturating_sub(1);
        d.next_at = tx.now().plus(RETRY_SECONDS_FIRST * SECOND);
        tx.update(&mut d)?;
    }
    Ok(())
}

fn ended(tx: &mut Tx<'_>, key: (BookId, WebhookId, i64), outcome: &Result<u16, String>) -> Result<DeliveryState> {
    let Some(mut d) = delivery(tx, key)? else { return Ok(DeliveryState::Parked) };
    if d.state != DeliveryState::Waiting {
        return Ok(d.state);
    }
    let (now, ok) = (tx.now(), matches!(outcome, Ok(200..=299)));
    d.status = outcome.as_ref().ok().map(|status| i64::from(*status));
    d.error = match outcome {
        Ok(_) if ok => String::new(),
        Ok(status) => format!("the receiver answered {status}"),
        Err(why) => why.chars().take(ERROR_CHARS_MAX).collect(),
    };
    if ok {
        (d.state, d.delivered_at) = (DeliveryState::Delivered, Some(now));
    } else if d.tries >= TRIES_MAX {
        d.state = DeliveryState::Parked;
    } else {
        d.next_at = now.plus((RETRY_SECONDS_FIRST << (d.tries - 1).min(20)) * SECOND);
    }
    tx.update(&mut d)?;
    if let Some(mut w) = raw(tx, d.webhook)? {
        note_outcome(tx, &mut w, ok)?;
    }
    Ok(d.state)
}

/// Keeps since when a subscription fails, and disables it when that is too long.
fn note_outcome(tx: &mut Tx<'_>, w: &mut Webhook, ok: bool) -> Result<()> {
    w.failing_since = if ok { None } else { w.failing_since.or(Some(tx.now())) };
    let too_long = w.failing_since.is_some_and(|since| tx.now().since(since) >= DISABLE_AFTER_DAYS * DAY);
    if too_long && w.is_in_force() {
        let why = format!("no delivery succeeded for {DISABLE_AFTER_DAYS} days");
        tx.audit(
            &Actor::system("webhooks"),
            Audit::of("webhook.disable", w.id).change("in force", "disabled").reason(&*why),
        )?;
        (w.disabled_at, w.disabled_why) = (Some(tx.now()), Some(why));
        tx.emit(&Disabled { webhook: w.id, firm: w.firm.to_string(), url: w.url.clone() }, "")?;
    }
    tx.update(w)
}

/// Removes deliveries that were taken more than [`DELIVERED_KEPT_DAYS`] ago, at most `most`; answers how many.
pub(crate) fn forget_old(tx: &mut Tx<'_>, most: u32) -> Result<usize> {
    let before = tx.now().plus(-DELIVERED_KEPT_DAYS * DAY);
    let tail = "WHERE state = 'delivered' AND delivered_at < ?1 ORDER BY delivered_at, book, webhook, pos LIMIT ?2";
    let old = tx.select_locked::<Delivery>(tail, params![before, most])?;
    old.iter().try_for_each(|d| tx.remove(d))?;
    Ok(old.len())
}

/// Deliveries of a subscription, newest first.
pub fn deliveries(tx: &mut Tx<'_>, actor: &Actor, webhook: WebhookId, ask: &PageAsk) -> Result<Page<DeliveryView>> {
    managed_any(tx, actor, webhook)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::field("after", "it is no cursor of this list"))?,
        None => i64::MAX,
    };
    let tail = "WHERE book = ?1 AND webhook = ?2 AND pos < ?3 ORDER BY pos DESC LIMIT ?4";
    let found = tx.select::<Delivery>(tail, params![webhook.book(), webhook, before, rows + 1])?;
    let view = |d: Delivery| DeliveryView {
        pos: d.pos,
        event: d.event,
        kind: d.kind,
        state: d.state,
        tries: d.tries,
        next_at: (d.state == DeliveryState::Waiting).then_some(d.next_at),
        status: d.status,
        error: d.error,
        made_at: d.made_at,
        delivered_at: d.delivered_at,
    };
    Ok(Page::cut(found, rows, |d| d.pos.to_string()).map(view))
}

/// Sends an event again, whatever became of it before; the tries begin anew.
pub fn redeliver(tx: &mut Tx<'_>, actor: &Actor, webhook: WebhookId, pos: i64) -> Result<()> {
    let w = managed(tx, actor, webhook)?;
    let none = || Error::not_found("delivery", pos);
    let mut d = tx
        .load::<Delivery>(&[Param::Int(i64::from(w.book.0)), Param::Id(w.id.bytes()), Param::Int(pos)])?
        .ok_or_else(none)?;
    let before = d.state;
    (d.state, d.tries, d.next_at, d.delivered_at) = (DeliveryState::Waiting, 0, tx.now(), None);
    tx.update(&mut d)?;
    tx.audit(
        actor,
        Audit::of("webhook.redeliver", webhook).change(before.code(), "waiting").reason(d.event.to_string()),
    )
}
