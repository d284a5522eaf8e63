//! Subscriptions of firms.
use crate::codes::{BAD_EVENT_KIND, WEBHOOK_ENDED};
use crate::webhooks::{Courier, KINDS, KINDS_MAX, WEBHOOKS_PER_FIRM_MAX};
use data_encoding::BASE64URL_NOPAD;
use kernel::id::{FirmId, WebhookId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Change, Permission, Scope};
use serde::Serialize;
use store::{Audit, Json, KeyRing, Seal, Tx, params};

const SECRET_FIELD: &str = "webhook.secret";

store::record! {
    /// A firm's wish to hear of events at an address.
    pub struct Webhook in "webhooks" key 2 {
        pub book: BookId,
        pub id: WebhookId,
        pub firm: FirmId,
        pub url: String,
        pub secret: Vec<u8>,
        /// Kinds, `domain.*`, or `*`.
        pub kinds: Json<Vec<String>>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        /// The first failure since the last success.
        pub failing_since: Option<Timestamp>,
        pub disabled_at: Option<Timestamp>,
        pub disabled_why: Option<String>,
    }
}

/// A subscription as its firm sees it; without the secret.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookView {
    pub webhook: WebhookId,
    pub url: String,
    pub kinds: Vec<String>,
    pub made_by: String,
    pub made_at: Timestamp,
    pub failing_since: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub disabled_why: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub firm: FirmId,
    pub url: String,
    /// Kinds of [`KINDS`], `payment.*`, or `*`.
    pub kinds: Vec<String>,
}

impl Webhook {
    pub(super) fn is_in_force(&self) -> bool {
        self.ended_at.is_none() && self.disabled_at.is_none()
    }
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.kinds.0.iter().any(|wanted| fits(wanted, kind))
    }
    pub(super) fn secret(&self, keys: &KeyRing) -> Result<String> {
        String::from_utf8(keys.decrypt_own(SECRET_FIELD, &self.secret)?.to_vec())
            .map_err(|_| Error::broken(format!("the secret of {} is not text", self.id)))
    }
}

fn fits(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => wanted == kind,
    }
}

fn new_secret() -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    format!("whsec_{}", BASE64URL_NOPAD.encode(&bytes))
}

fn check_kinds(kinds: &[String]) -> Result<()> {
    if kinds.is_empty() || kinds.len() > KINDS_MAX {
        return Err(Error::field("kinds", format!("1 to {KINDS_MAX} kinds")));
    }
    let known = |wanted: &str| {
        let plain = wanted == "*" || wanted.ends_with(".*") || !wanted.contains('*');
        plain && KINDS.iter().any(|kind| fits(wanted, kind))
    };
    match kinds.iter().find(|k| !known(k)) {
        Some(bad) => Err(Error::new(&BAD_EVENT_KIND, format!("{bad:?} is no kind of event")).with("given", bad)),
        None => Ok(()),
    }
}

/// Subscribes a firm; answers the secret, which is shown this once. `webhook.manage` of the firm and a fresh second factor.
pub fn subscribe(tx: &mut Tx<'_>, actor: &Actor, courier: &Courier, new: NewWebhook) -> Result<(WebhookId, String)> {
    may(tx, actor, new.firm)?;
    party::need_step_up(actor)?;
    courier.check(&new.url)?;
    check_kinds(&new.kinds)?;
    let others = of_firm(tx, new.firm)?;
    if others.len() >= WEBHOOKS_PER_FIRM_MAX as usize {
        return Err(Error::limit("webhooks of a firm", others.len() + 1, WEBHOOKS_PER_FIRM_MAX, "webhooks"));
    }
    let (id, secret) = (WebhookId::new(tx.now(), new.firm.book()), new_secret());
    let mut row = Webhook {
        book: id.book(),
        id,
        firm: new.firm,
        url: new.url,
        secret: tx.keys().encrypt_own(SECRET_FIELD, secret.as_bytes()),
        kinds: Json(new.kinds),
        made_by: actor.principal(),
        made_at: tx.now(),
        ended_by: None,
        ended_at: None,
        failing_since: None,
        disabled_at: None,
        disabled_why: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let what = format!("{} {} {}", row.firm, row.url, row.kinds.0.join(" "));
    tx.audit(actor, Audit::of("webhook.subscribe", id).after(what))?;
    Ok((id, secret))
}

/// A new secret in place of the old one, from the next delivery on; shown this once.
pub fn secret_change(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId) -> Result<String> {
    party::need_step_up(actor)?;
    let mut row = managed(tx, actor, id)?;
    let secret = new_secret();
    row.secret = tx.keys().encrypt_own(SECRET_FIELD, secret.as_bytes());
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("webhook.secret_change", id))?;
    Ok(secret)
}

/// Ends a subscription for good. Repeating is safe.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId, reason: &str) -> Result<Change> {
    let mut row = managed_any(tx, actor, id)?;
    if row.ended_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    let reason = party::reason(reason)?;
    (row.ended_by, row.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("webhook.end", id).change("in force", "ended").reason(reason))?;
    Ok(Change::Done)
}

/// Puts a disabled subscription in force again. What was parked meanwhile is sent again one by one by `redeliver`.
pub fn enable(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId) -> Result<Change> {
    let mut row = managed(tx, actor, id)?;
    if row.disabled_at.is_none() {
        return Ok(Change::AlreadySo);
    }
    (row.disabled_at, row.disabled_why, row.failing_since) = (None, None, None);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("webhook.enable", id).change("disabled", "in force"))?;
    Ok(Change::Done)
}

/// The firm's subscriptions that have not ended, oldest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<Vec<WebhookView>> {
    may(tx, actor, firm)?;
    let view = |w: Webhook| WebhookView {
        webhook: w.id,
        url: w.url,
        kinds: w.kinds.0,
        made_by: w.made_by,
        made_at: w.made_at,
        failing_since: w.failing_since,
        disabled_at: w.disabled_at,
        disabled_why: w.disabled_why,
    };
    Ok(of_firm(tx, firm)?.into_iter().map(view).collect())
}

pub(super) fn of_firm(tx: &mut Tx<'_>, firm: FirmId) -> Result<Vec<Webhook>> {
    let tail = "WHERE book = ?1 AND firm = ?2 AND ended_at IS NULL ORDER BY id LIMIT ?3";
    tx.select::<Webhook>(tail, params![firm.book(), firm, WEBHOOKS_PER_FIRM_MAX])
}

fn may(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<()> {
    party::may(tx, actor, Permission::WebhookManage, &Scope::firm(firm)).map(|_| ())
}

pub(super) fn raw(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    tx.load::<Webhook>(params![id.book(), id])
}

/// The subscription, if it is of a firm the actor may manage webhooks of; else it is not found.
pub(super) fn managed_any(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId) -> Result<Webhook> {
    let none = || Error::not_found("webhook", id);
    let row = raw(tx, id)?.ok_or_else(none)?;
    may(tx, actor, row.firm).map_err(|_| none())?;
    Ok(row)
}

pub(super) fn managed(tx: &mut Tx<'_>, actor: &Actor, id: WebhookId) -> Result<Webhook> {
    let row = managed_any(tx, actor, id)?;
    match row.ended_at {
        None => Ok(row),
        Some(_) => Err(Error::new(&WEBHOOK_ENDED, format!("{id} has ended"))),
    }
}

/// Puts the secret under the newest key; `false` when it is there already.
pub(crate) fn renew(keys: &KeyRing, row: &mut Webhook) -> Result<bool> {
    if row.secret.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    row.secret = keys.encrypt_own(SECRET_FIELD, &keys.decrypt_own(SECRET_FIELD, &row.secret)?);
    Ok(true)
}
