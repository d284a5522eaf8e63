//! Sound and picture of a sale at a counter (双录): what proves which it was. The pictures themselves stay with the device's store.
//!
//! Sales of such products at a bank's premises are recorded in sound and picture, in an area of their own
//! (银行业金融机构销售专区录音录像管理暂行规定, 2017, from memory). The device is behind [`Recorder`]. A recording begins for a customer and
//! a product, and ends with the device's [`Take`]: the hash of what was recorded. One that has ended serves one order of the same day,
//! for the version of the product that was in force when it began: when another one came since, the sale is recorded again.
use crate::product::Product;
use crate::{NO_RECORDING, RECORDING_ENDED, RECORDING_HOURS_MAX, shelf};
use kernel::clock::HOUR;
use kernel::id::{BranchId, PersonId, RecordingId, WealthOrderId};
use kernel::{Actor, BookId, Error, Id, Owner, Result, Timestamp};
use party::{Permission, Scope};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use store::{Audit, Seal, Tx, params};

/// What the device kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// BLAKE3 of the file.
    pub hash: [u8; 32],
    pub bytes: i64,
}

/// The device at the counter.
pub trait Recorder: Send + Sync {
    /// Begins to record under this name.
    fn begin(&self, name: RecordingId) -> Result<()>;
    /// Ends it, or answers again what it ended with. `Err` where nothing was begun under this name.
    fn end(&self, name: RecordingId) -> Result<Take>;
}

/// Where no device is attached: nothing is sold at its counters.
#[derive(Clone, Copy, Debug)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    fn begin(&self, name: RecordingId) -> Result<()> {
        Err(Error::new(&NO_RECORDING, format!("no device is attached to record {name}")))
    }
    fn end(&self, name: RecordingId) -> Result<Take> {
        Err(Error::new(&NO_RECORDING, format!("no device is attached to record {name}")))
    }
}

/// A device that records nothing: its file is the name of the recording, repeated.
#[derive(Debug, Default)]
pub struct RecorderSimulator {
    begun: Mutex<BTreeMap<RecordingId, ()>>,
}

/// Recordings a simulator remembers at most; the oldest are forgotten.
const REMEMBERED_MAX: usize = 10_000;

impl Recorder for RecorderSimulator {
    fn begin(&self, name: RecordingId) -> Result<()> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.insert(name, ());
        while begun.len() > REMEMBERED_MAX {
            begun.pop_first();
        }
        Ok(())
    }
    fn end(&self, name: RecordingId) -> Result<Take> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if !begun.contains_key(&name) {
            return Err(Error::new(&NO_RECORDING, format!("the device knows no {name}")));
        }
        let file = name.to_string().repeat(64);
        Ok(Take { hash: *blake3::hash(file.as_bytes()).as_bytes(), bytes: file.len() as i64 })
    }
}

store::record! {
    /// A recording.
    pub struct Recording in "wealth_recordings" key 2 {
        pub book: BookId,
        pub id: RecordingId,
        pub person: PersonId,
        pub product: String,
        pub branch: BranchId,
        /// The principal of whoever sells.
        pub teller: String,
        pub began_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub hash: Option<Vec<u8>>,
        pub bytes: i64,
        /// The order it belongs to.
        pub sold: Option<WealthOrderId>,
    }
}

/// A recording begins; the caller has the device begin under the id that is answered. By staff at a branch who may pay for
/// customers (`payment.submit_any`).
pub fn recording_begin(tx: &mut Tx<'_>, actor: &Actor, person: PersonId, product: &str) -> Result<Recording> {
    party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor))?;
    let (Some(branch), Some(_)) = (actor.branch, actor.staff()) else {
        return Err(Error::forbidden("a sale is recorded at a branch, by whoever sells"));
    };
    payments::may_see(tx, actor, Owner::Person(person)).map_err(|_| Error::not_found("person", person))?;
    payments::hands_off(tx, actor, &[Owner::Person(person)])?;
    let today = tx.business_date()?;
    let sold = shelf(tx)?.product(product, today)?.code.clone();
    let id = RecordingId::new(tx.now(), branch.book());
    let mut new = Recording {
        book: id.book(),
        id,
        person,
        product: sold,
        branch,
        teller: actor.principal(),
        began_at: tx.now(),
        ended_at: None,
        hash: None,
        bytes: 0,
        sold: None,
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    tx.audit(actor, Audit::of("wealth.recording_begin", id).after(format!("{person} {product}")))?;
    Ok(new)
}

/// A recording ends with what the device kept. By whoever began it. Repeating with the same take is safe.
pub fn recording_end(tx: &mut Tx<'_>, actor: &Actor, id: RecordingId, take: Take) -> Result<Recording> {
    let mut found = mine(tx, actor, id)?;
    if found.ended_at.is_some() {
        return match found.hash.as_deref() == Some(&take.hash[..]) {
            true => Ok(found),
            false => Err(Error::new(&RECORDING_ENDED, format!("{id} has ended with another file"))),
        };
    }
    let now = tx.now();
    if take.bytes <= 0 || now.since(found.began_at) > RECORDING_HOURS_MAX * HOUR {
        let told = format!("it is empty, or longer than {RECORDING_HOURS_MAX} hours");
        return Err(Error::new(&NO_RECORDING, told));
    }
    (found.ended_at, found.hash, found.bytes) = (Some(now), Some(take.hash.to_vec()), take.bytes);
    tx.update(&mut found)?;
    let told = format!("{} bytes {}", take.bytes, blake3::Hash::from_bytes(take.hash).to_hex());
    tx.audit(actor, Audit::of("wealth.recording_end", id).after(told))?;
    Ok(found)
}

fn mine(tx: &mut Tx<'_>, actor: &Actor, id: RecordingId) -> Result<Recording> {
    party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor))?;
    let found = tx.load::<Recording>(params![id.book(), id])?.filter(|r| r.teller == actor.principal());
    found.ok_or_else(|| Error::not_found("recording", id))
}

/// A recording of one's own sale.
pub fn recording(tx: &mut Tx<'_>, actor: &Actor, id: RecordingId) -> Result<Recording> {
    mine(tx, actor, id)
}

/// The recording that covers a sale by staff, bound to its order. `Err(NO_RECORDING)` where it is missing, is of another customer,
/// product, version of its terms, teller or day, has not ended or has served.
pub(crate) fn cover(
    tx: &mut Tx<'_>,
    actor: &Actor,
    named: Option<RecordingId>,
    (person, product): (PersonId, &Product),
    order: WealthOrderId,
) -> Result<()> {
    let none = |why: &str| Error::new(&NO_RECORDING, why.to_owned());
    let id = named.ok_or_else(|| none("a sale at a counter names its recording"))?;
    let mut found = mine(tx, actor, id).map_err(|_| none("there is no such recording of yours"))?;
    let Some(ended) = found.ended_at else { return Err(none("the recording has not ended")) };
    let today = tx.now().local_date();
    if (found.person, &found.product) != (person, &product.code) || ended.local_date() != today {
        return Err(none("the recording is of another customer, product or day"));
    }
    if product.approved_at > found.began_at || product.effective_from > found.began_at.local_date() {
        return Err(none("the terms of the product changed since the recording began"));
    }
    if found.sold.is_some() {
        return Err(none("the recording has served an order already"));
    }
    found.sold = Some(order);
    tx.update(&mut found)
}
