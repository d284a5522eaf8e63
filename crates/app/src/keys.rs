//! A new key-encryption key, and everything under it.
//!
//! The new key is saved to the key file first; from then on it wraps, and the older ones still unwrap. Then every wrapped
//! data key and every value encrypted for the bank itself is put under it, [`ROWS_AT_ONCE`] rows a transaction. A crash in
//! between loses nothing: [`keys_rewrap`] goes on, and passes what is done already. Other processes of the same bank must
//! be stopped: they would not know the new key.
use crate::bank::{Bank, Keys, Options};
use crate::webhooks;
use kernel::{Actor, Error, Result};
use payments::Instruction;
use payments::clearing::{self, ClearingItem};
use serde::Serialize;
use store::{Audit, KeyRing, Param, Record, Store, Tx};

/// Rows looked at in one transaction.
pub const ROWS_AT_ONCE: u32 = 500;

/// What a rotation put under the newest key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// The newest key's version, from 1.
    pub version: u32,
    pub people: u64,
    pub logins: u64,
    pub instructions: u64,
    pub clearing_items: u64,
    pub payees: u64,
    pub webhooks: u64,
    pub passkeys: u64,
    pub call_backs: u64,
    pub complaints: u64,
    /// Parts of uploaded files.
    pub file_parts: u64,
    /// Lines of files of payments.
    pub bulk_lines: u64,
    /// Contacts of sites.
    pub sites: u64,
    /// Orders of authorities, and what was answered to them.
    pub authority_orders: u64,
    pub authority_answers: u64,
    /// Steps of cases, and objections.
    pub case_steps: u64,
    pub appeals: u64,
    pub talks: u64,
    /// Answers before an account is opened, and notes of reviews of customers and of stock.
    pub diligence: u64,
    /// Reports with what was written in them.
    pub reports: u64,
}

/// Adds a key to the key file and puts everything under it. The bank must not be open anywhere (`data_locked`).
pub fn keys_rotate(options: Options, progress: &mut dyn FnMut(&str, u64)) -> Result<Rotated> {
    let Keys::File(path) = &options.keys else {
        return Err(Error::new(&store::KEY_FILE, "keys that are in no file cannot be rotated"));
    };
    // Opened once with the keys as they are: nobody else has it open, and these are its keys.
    drop(Bank::open(Options::of_engine(options.engine.clone(), path.clone()))?);
    KeyRing::open(path)?.rotated()?.save(path)?;
    let bank = Bank::open(options)?;
    keys_rewrap(&bank, progress)
}

/// Puts what is still under an older key under the newest one. Repeating is safe.
pub fn keys_rewrap(bank: &Bank, progress: &mut dyn FnMut(&str, u64)) -> Result<Rotated> {
    let store = &bank.store;
    let done = Rotated {
        version: store.keys().version(),
        people: every::<party::Person>(store, "people", progress, |keys, p| match keys.rewrap(&p.data_key)? {
            Some(wrapped) => {
                p.data_key = wrapped;
                Ok(true)
            }
            None => Ok(false),
        })?,
        logins: every::<party::Login>(store, "logins", progress, |keys, l| renew(keys, "login.totp", &mut l.totp))?,
        instructions: every::<Instruction>(store, "instructions", progress, |keys, i| match &mut i.payee_sealed {
            Some(sealed) => renew(keys, "instruction.payee", sealed),
            None => Ok(false),
        })?,
        clearing_items: every::<ClearingItem>(store, "clearing_items", progress, clearing::renew)?,
        payees: every::<payments::SavedPayee>(store, "payees", progress, payments::renew_payee)?,
        webhooks: every::<webhooks::Webhook>(store, "webhooks", progress, webhooks::renew)?,
        passkeys: every::<party::Passkey>(store, "passkeys", progress, party::Passkey::renew)?,
        call_backs: every::<lobby::call_back::CallBack>(store, "call_backs", progress, lobby::call_back::renew)?,
        complaints: every::<arrears::Complaint>(store, "complaints", progress, arrears::renew_complaint)?,
        file_parts: files(store, progress)?,
        bulk_lines: bulk_lines(store, progress)?,
        sites: sites(store, progress)?,
        authority_orders: every::<orders::AuthorityOrder>(store, "authority_orders", progress, orders::renew_order)?,
        authority_answers: answers(store, progress)?,
        case_steps: every::<cases::Step>(store, "fraud_case_steps", progress, cases::renew_step)?,
        appeals: every::<cases::Appeal>(store, "fraud_appeals", progress, cases::renew_appeal)?,
        talks: every::<cases::Talk>(store, "fraud_talks", progress, cases::renew_talk)?,
        diligence: diligence(store, progress)?,
        reports: every::<reporting::Report>(store, "reports", progress, reporting::renew_words)?,
    };
    let told = done.clone();
    store.write(move |tx| {
        let sum = told.people + told.logins + told.instructions + told.clearing_items + told.payees;
        let sum = sum + told.webhooks + told.passkeys + told.call_backs + told.complaints + told.file_parts;
        let sum = sum + told.bulk_lines + told.sites;
        let sum = sum + told.authority_orders + told.authority_answers + told.case_steps + told.appeals + told.talks;
        let sum = sum + told.diligence + told.reports;
        let after = format!("version {}, {sum} rows", told.version);
        tx.audit(&Actor::system("bootstrap"), Audit::of("keys.rewrap", "key file").after(after))
    })?;
    Ok(done)
}

/// Puts a value that the bank encrypted for itself under the newest key; `false` when it is there already.
fn renew(keys: &KeyRing, field: &str, sealed: &mut Vec<u8>) -> Result<bool> {
    if sealed.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    *sealed = keys.encrypt_own(field, &keys.decrypt_own(field, sealed)?);
    Ok(true)
}

/// Parts of files looked at in one transaction; each has up to 1 MiB.
const PARTS_AT_ONCE: u32 = 16;

fn files(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let page = |tx: &mut Tx<'_>, after: &payroll::FilePart| payroll::renew_files(tx, after, PARTS_AT_ONCE);
    passes(store, "file parts", (-1, Vec::new(), -1), PARTS_AT_ONCE, progress, page)
}

fn bulk_lines(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let page = |tx: &mut Tx<'_>, after: &bulk::LinePlace| bulk::renew_lines(tx, after, ROWS_AT_ONCE);
    passes(store, "lines of files", (-1, [0; 16], -1), ROWS_AT_ONCE, progress, page)
}

fn sites(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let page = |tx: &mut Tx<'_>, after: &worksite::SitePlace| worksite::renew_sites(tx, after, ROWS_AT_ONCE);
    passes(store, "sites", (-1, [0; 16]), ROWS_AT_ONCE, progress, page)
}

/// What customers answered when accounts were opened, and notes of reviews.
fn diligence(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let asked = every::<diligence::Opening>(store, "cdd_openings", progress, diligence::renew_opening)?;
    let reviews = every::<diligence::Review>(store, "cdd_reviews", progress, diligence::renew_review)?;
    let page = |tx: &mut Tx<'_>, after: &diligence::ItemPlace| diligence::renew_items(tx, after, ROWS_AT_ONCE);
    Ok(asked + reviews + passes(store, "cdd_stock_items", (-1, [0; 16], [0; 16]), ROWS_AT_ONCE, progress, page)?)
}

fn answers(store: &Store, progress: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let page = |tx: &mut Tx<'_>, after: &orders::LookPlace| orders::renew_looks(tx, after, ROWS_AT_ONCE);
    passes(store, "authority_looks", (-1, [0; 16], -1), ROWS_AT_ONCE, progress, page)
}

/// Goes through a table keyed by `(book, id)`; answers the rows that were changed.
fn every<R: Record + 'static>(
    store: &Store,
    name: &str,
    progress: &mut dyn FnMut(&str, u64),
    change: fn(&KeyRing, &mut R) -> Result<bool>,
) -> Result<u64> {
    passes(store, name, (-1, [0u8; 16]), ROWS_AT_ONCE, progress, move |tx, after| page(tx, *after, change))
}

/// Goes through a table, at most `limit` rows a transaction. `page` answers the last key it saw, how many rows there were and how many it
/// changed; the sum of the last is the answer.
fn passes<K: Clone + Send + 'static>(
    store: &Store,
    name: &str,
    mut after: K,
    limit: u32,
    progress: &mut dyn FnMut(&str, u64),
    page: impl Fn(&mut Tx<'_>, &K) -> Result<(Option<K>, u64, u64)> + Copy + Send + 'static,
) -> Result<u64> {
    let (mut seen, mut changed) = (0, 0);
    loop {
        let from = after.clone();
        let (last, rows, news) = store.write(move |tx| page(tx, &from))?;
        (seen, changed) = (seen + rows, changed + news);
        progress(name, seen);
        match last {
            Some(key) if rows == u64::from(limit) => after = key,
            _ => return Ok(changed),
        }
    }
}

type Key = (i64, [u8; 16]);

fn page<R: Record>(
    tx: &mut Tx<'_>,
    after: Key,
    change: fn(&KeyRing, &mut R) -> Result<bool>,
) -> Result<(Option<Key>, u64, u64)> {
    let tail = "WHERE (book, id) > (?1, ?2) ORDER BY book, id LIMIT ?3";
    let mut rows =
        tx.select_locked::<R>(tail, &[Param::Int(after.0), Param::Id(after.1), Param::Int(i64::from(ROWS_AT_ONCE))])?;
    let mut changed = 0;
    for row in &mut rows {
        if change(tx.keys(), row)? {
            tx.update(row)?;
            changed += 1;
        }
    }
    let last = rows.last().map(|row| {
        let key = row.params();
        let id = key[1].bytes()?.try_into().map_err(|_| Error::broken("an id is not 16 bytes"))?;
        Ok::<Key, Error>((key[0].int()?, id))
    });
    Ok((last.transpose()?, rows.len() as u64, changed))
}
