//! Notices: what a person, a member of staff or a firm is told in the bank's own pages, and by message when it is urgent.
//!
//! A notice is a key and arguments; pages and messages say it in the reader's language (`notice-payment-posted`). It is
//! written by the relay in the transaction that passes the event, so each event tells once. A firm's notices are read by
//! whoever acts for it. Kinds in [`MESSAGED`] also go to the person's phone through the [`crate::messenger`], at least once.
use crate::messenger::{Message, Messenger};
use crate::reactions::person_of;
use kernel::clock::{DAY, SECOND};
use kernel::id::{FirmId, NoticeId, StaffId};
use kernel::{Actor, BookId, Error, Id, Page, PageAsk, Result, Timestamp, Who};
use party::Change;
use std::collections::BTreeMap;
use store::{Json, Seal, Store, Table, Tx, params};

pub const TABLES: &[&Table] = &[store::verify::of::<Notice>()];

/// Characters of one argument at most; longer ones are cut.
pub const ARG_CHARS_MAX: usize = 200;
/// Notices marked as read in one go at most.
pub const READ_AT_ONCE_MAX: u32 = 500;
/// Messages sent in one pass at most.
pub const MESSAGES_AT_ONCE_MAX: u32 = 100;
/// Seconds for which messages are claimed by the process that sends them; the messenger answers each within 5.
pub const MESSAGE_CLAIM_SECONDS: i64 = 600;
/// Seconds until a message that failed is tried again; each further try waits twice as long.
pub const MESSAGE_RETRY_SECONDS: i64 = 30;
/// Days for which a notice is kept, read or not.
pub const NOTICES_KEPT_DAYS: i64 = 400;
/// Tries of a message at most.
pub const MESSAGE_TRIES_MAX: u32 = 5;

/// What also goes to a phone: what is urgent or was perhaps not the person's own doing.
pub const MESSAGED: &[&str] = &[
    "payment.posted",
    "payment.challenged",
    "payment.delayed",
    "payment.held",
    "payroll.line_failed",
    "crews.to_sign",
    "guard.party_frozen",
    "party.signed_in",
    "party.login_paused",
    "party.passkey_made",
    "party.passkey_suspect",
    "party.phone_changed",
    "party.address_changed",
    "party.document_changed",
    "party.visit_begun",
    "cards.lost",
    "cards.stated",
    "deposits.overdue",
    "account.restricted",
    "account.closed",
    "orders.placed",
    "orders.taken",
    "wealth.cooling",
    "till.interrupted",
    "till.interrupted_open",
];

/// What is sent besides to those only who agreed to it: it is a comfort and concerns nobody's safety.
pub const MESSAGED_BY_CONSENT: &[&str] = &["payment.posted.payee"];
/// The purpose they agreed to.
const MESSAGES_CONSENT: &str = "message_notices";

store::text_enum! {
    /// Whether a message goes with a notice, and how far it is.
    pub enum MessageState { None = "none", Queued = "queued", Sent = "sent", Failed = "failed" }
}

store::record! {
    /// One thing somebody is told.
    pub struct Notice in "notices" key 2 {
        pub book: BookId,
        pub id: NoticeId,
        /// `pers_…`, `staf_…` or `firm_…`.
        pub recipient: String,
        /// The event's kind; `.payee` is added on the receiving side.
        pub kind: String,
        pub args: Json<BTreeMap<String, String>>,
        /// The id of the thing, for the link.
        pub about: String,
        pub at: Timestamp,
        pub read_at: Option<Timestamp>,
        pub read_by: Option<String>,
        pub message: MessageState,
        /// Of the message.
        pub tries: u32,
        pub next_at: Option<Timestamp>,
    }
}

impl Notice {
    /// The text's key in the language files: `notice-payment-posted`.
    pub fn text_key(&self) -> String {
        format!("notice-{}", self.kind.replace(['.', '_'], "-"))
    }
}

/// A notice to be written.
pub(crate) struct Draft {
    pub recipient: String,
    pub kind: String,
    pub args: Vec<(String, String)>,
    pub about: String,
}

fn book_of(recipient: &str) -> Result<BookId> {
    let staff = || recipient.parse::<StaffId>().map(|id| id.book());
    let firm = || recipient.parse::<FirmId>().map(|id| id.book());
    match person_of(recipient) {
        Some(person) => Ok(person.book()),
        None => staff().or_else(|_| firm()),
    }
}

pub(crate) fn tell(tx: &mut Tx<'_>, draft: &Draft) -> Result<()> {
    let mut row = notice(tx, draft)?;
    tx.insert(&mut row)
}

/// Many notices of one event, written together.
pub(crate) fn tell_all(tx: &mut Tx<'_>, drafts: &[Draft]) -> Result<()> {
    let mut all = drafts.iter().map(|draft| notice(tx, draft)).collect::<Result<Vec<_>>>()?;
    tx.insert_all(&mut all)
}

/// Whether somebody was told this about a thing since a time.
pub(crate) fn was_told(tx: &mut Tx<'_>, recipient: &str, kind: &str, about: &str, since: Timestamp) -> Result<bool> {
    let sql =
        "SELECT 1 FROM notices WHERE book = ?1 AND recipient = ?2 AND at >= ?3 AND kind = ?4 AND about = ?5 LIMIT 1";
    let (book, recipient, kind, about) = (book_of(recipient)?, recipient.to_owned(), kind.to_owned(), about.to_owned());
    Ok(tx.query_one(sql, params![book, recipient, since, kind, about], |r| r.get::<i64>(0))?.is_some())
}

/// Whether it also goes to a phone.
fn is_messaged(tx: &mut Tx<'_>, draft: &Draft) -> Result<bool> {
    let kind = draft.kind.as_str();
    match person_of(&draft.recipient) {
        Some(person) if MESSAGED_BY_CONSENT.contains(&kind) => party::consent_in_force(tx, person, MESSAGES_CONSENT),
        person => Ok(person.is_some() && MESSAGED.contains(&kind)),
    }
}

fn notice(tx: &mut Tx<'_>, draft: &Draft) -> Result<Notice> {
    let cut = |text: &String| text.chars().take(ARG_CHARS_MAX).collect::<String>();
    let book = book_of(&draft.recipient)?;
    let messaged = is_messaged(tx, draft)?;
    Ok(Notice {
        book,
        id: NoticeId::new(tx.now(), book),
        recipient: draft.recipient.clone(),
        kind: draft.kind.clone(),
        args: Json(draft.args.iter().map(|(name, value)| (name.clone(), cut(value))).collect()),
        about: draft.about.clone(),
        at: tx.now(),
        read_at: None,
        read_by: None,
        message: if messaged { MessageState::Queued } else { MessageState::None },
        tries: 0,
        next_at: messaged.then(|| tx.now()),
        seal: Seal::default(),
    })
}

/// Whose notices an actor reads: his own, or those of the firm he acts for.
fn reads_for(actor: &Actor) -> Result<(BookId, String)> {
    let name = match actor.who {
        Who::Person(p) => p.to_string(),
        Who::ForFirm { firm, .. } | Who::Client { firm, .. } => firm.to_string(),
        Who::Staff(s) => s.to_string(),
        Who::System(_) | Who::Nobody => return Err(Error::forbidden("only people have notices")),
    };
    Ok((book_of(&name)?, name))
}

/// The actor's notices, newest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, unread_only: bool, ask: &PageAsk) -> Result<Page<Notice>> {
    let (book, recipient) = reads_for(actor)?;
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<NoticeId>()?.bytes(),
        None => [0xff; 16],
    };
    let all = "WHERE book = ?1 AND recipient = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let unread = "WHERE book = ?1 AND recipient = ?2 AND id < ?3 AND read_at IS NULL ORDER BY id DESC LIMIT ?4";
    let found =
        tx.select::<Notice>(if unread_only { unread } else { all }, params![book, recipient, before, rows + 1])?;
    Ok(Page::cut(found, rows, |n| n.id.to_string()))
}

/// How many notices the actor has not read.
pub fn unread(tx: &mut Tx<'_>, actor: &Actor) -> Result<u64> {
    let (book, recipient) = reads_for(actor)?;
    let sql = "SELECT count(*) FROM notices WHERE book = ?1 AND recipient = ?2 AND read_at IS NULL";
    Ok(tx.query_one(sql, params![book, recipient], |r| r.get::<i64>(0))?.unwrap_or(0) as u64)
}

/// Marks a notice as read; somebody else's is not found.
pub fn mark_read(tx: &mut Tx<'_>, actor: &Actor, id: NoticeId) -> Result<Change> {
    let (_, recipient) = reads_for(actor)?;
    let mut notice = tx
        .load::<Notice>(params![id.book(), id])?
        .filter(|n| n.recipient == recipient)
        .ok_or_else(|| Error::not_found("notice", id))?;
    if notice.read_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (notice.read_at, notice.read_by) = (Some(tx.now()), Some(actor.principal()));
    tx.update(&mut notice)?;
    Ok(Change::Done)
}

/// Marks the oldest [`READ_AT_ONCE_MAX`] unread notices as read; answers how many there were.
pub fn mark_all_read(tx: &mut Tx<'_>, actor: &Actor) -> Result<u32> {
    let (book, recipient) = reads_for(actor)?;
    let tail = "WHERE book = ?1 AND recipient = ?2 AND read_at IS NULL ORDER BY id LIMIT ?3";
    let mut found = tx.select_locked::<Notice>(tail, params![book, recipient, READ_AT_ONCE_MAX])?;
    let (now, by) = (tx.now(), actor.principal());
    for notice in &mut found {
        (notice.read_at, notice.read_by) = (Some(now), Some(by.clone()));
        tx.update(notice)?;
    }
    Ok(found.len() as u32)
}

/// Removes notices older than [`NOTICES_KEPT_DAYS`], at most `most`; answers how many.
pub(crate) fn forget_old(tx: &mut Tx<'_>, most: u32) -> Result<usize> {
    let before = tx.now().plus(-NOTICES_KEPT_DAYS * DAY);
    let old = tx.select_locked::<Notice>("WHERE at < ?1 ORDER BY at, book, id LIMIT ?2", params![before, most])?;
    old.iter().try_for_each(|n| tx.remove(n))?;
    Ok(old.len())
}

/// Sends messages that are due. They are claimed for [`MESSAGE_CLAIM_SECONDS`] before the messenger is called, so that two
/// processes do not send it at once; a crash in between sends it again later.
pub(crate) fn send_due(store: &Store, messenger: &dyn Messenger) -> Result<u32> {
    let claimed = store.write(|tx| {
        let tail = "WHERE message = 'queued' AND next_at <= ?1 ORDER BY next_at, book, id LIMIT ?2";
        let mut due = tx.select_locked::<Notice>(tail, params![tx.now(), MESSAGES_AT_ONCE_MAX])?;
        let until = tx.now().plus(MESSAGE_CLAIM_SECONDS * SECOND);
        let mut out = Vec::new();
        for n in &mut due {
            n.tries += 1;
            n.next_at = Some(until);
            tx.update(n)?;
            let Some(person) = person_of(&n.recipient) else { continue };
            // Whoever changed the number would be the only one to read it on the new one.
            let former = (n.kind == "party.phone_changed").then(|| n.about.parse()).transpose()?;
            let phone_masked = match former {
                Some(change) => party::contact_change(tx, change)?.before_masked,
                None => party::person(tx, person)?.phone_masked,
            };
            let (kind, args) = (n.kind.clone(), n.args.0.clone());
            out.push(Message { notice: n.id, person, former, phone_masked, kind, args });
        }
        Ok(out)
    })?;
    let mut sent = 0;
    for message in claimed {
        let outcome = messenger.send(&message);
        if let Err(why) = &outcome {
            tracing::warn!(notice = %message.notice, error = ?why, "a message was not sent");
        }
        let (id, ok) = (message.notice, outcome.is_ok());
        sent += u32::from(ok);
        store.write(move |tx| ended(tx, id, ok))?;
    }
    Ok(sent)
}

fn ended(tx: &mut Tx<'_>, id: NoticeId, sent: bool) -> Result<()> {
    let Some(mut n) = tx.load::<Notice>(params![id.book(), id])?.filter(|n| n.message == MessageState::Queued) else {
        return Ok(());
    };
    match sent {
        true => (n.message, n.next_at) = (MessageState::Sent, None),
        false if n.tries >= MESSAGE_TRIES_MAX => (n.message, n.next_at) = (MessageState::Failed, None),
        false => n.next_at = Some(tx.now().plus((MESSAGE_RETRY_SECONDS << n.tries.min(10)) * SECOND)),
    }
    tx.update(&mut n)
}
