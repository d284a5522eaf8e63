//! The short way for payments.
//!
//! A payment needs a look at a snapshot (who is behind it, what the guard thinks) and then a transaction. A few threads do the
//! looking, [`ORDERS_PER_SNAPSHOT_MAX`] waiting orders on one snapshot, and hand each order straight to the writer, whose
//! answer wakes the request. So a payment costs no thread while it waits, and under load one snapshot and one commit serve many.
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use kernel::error::UNKNOWN_OUTCOME;
use kernel::{Actor, Error, Result};
use payments::{Desk, Order, Prepared, Receipt};
use std::sync::Arc;
use store::{BUSY, Tx};
use tokio::sync::oneshot;

/// Threads that prepare payments.
pub const PREPARERS: usize = 2;
/// Orders prepared on one snapshot at most.
pub const ORDERS_PER_SNAPSHOT_MAX: usize = 64;
/// Orders waiting to be prepared at most; more are told `busy`.
pub const ORDERS_WAITING_MAX: usize = 10_000;

struct Waiting {
    actor: Arc<Actor>,
    order: Arc<Order>,
    key: Option<Arc<str>>,
    answer: oneshot::Sender<Result<Receipt>>,
}

/// Where payments queue to be prepared. Its threads end with it.
pub struct PayDesk(Sender<Waiting>);

impl PayDesk {
    pub fn start(desk: Desk) -> PayDesk {
        let (orders, queue) = bounded(ORDERS_WAITING_MAX);
        for n in 0..PREPARERS {
            let (desk, queue) = (desk.clone(), queue.clone());
            let thread = std::thread::Builder::new().name(format!("prepare-{n}"));
            if let Err(why) = thread.spawn(move || prepare_all(&desk, &queue)) {
                tracing::error!(error = %why, "a thread that prepares payments did not start");
            }
        }
        PayDesk(orders)
    }

    pub async fn submit(&self, actor: Arc<Actor>, order: Arc<Order>, key: Option<Arc<str>>) -> Result<Receipt> {
        let (answer, outcome) = oneshot::channel();
        match self.0.try_send(Waiting { actor, order, key, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Error::new(&BUSY, format!("{ORDERS_WAITING_MAX} payments are waiting")));
            }
            Err(TrySendError::Disconnected(_)) => {
                return Err(Error::new(&store::DATABASE, "the bank is closing"));
            }
        }
        outcome.await.unwrap_or_else(|_| Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped before it answered")))
    }
}

fn prepare_all(desk: &Desk, queue: &Receiver<Waiting>) {
    while let Ok(first) = queue.recv() {
        let mut batch: Vec<Waiting> =
            std::iter::once(first).chain(queue.try_iter().take(ORDERS_PER_SNAPSHOT_MAX - 1)).collect();
        let prepared = desk.store.read(|tx| Ok(batch.iter().map(|w| prepare_one(desk, tx, w)).collect::<Vec<_>>()));
        match prepared {
            Ok(prepared) => {
                batch.into_iter().zip(prepared).for_each(|(waiting, prepared)| hand_on(desk, waiting, prepared))
            }
            Err(why) => batch.drain(..).for_each(|w| drop(w.answer.send(Err(same(&why))))),
        }
    }
}

/// A defect met in one order must not take the thread down with the others.
fn prepare_one(desk: &Desk, tx: &mut Tx<'_>, waiting: &Waiting) -> Result<Prepared> {
    let look = std::panic::AssertUnwindSafe(|| payments::prepare(desk, tx, &waiting.actor, &waiting.order));
    std::panic::catch_unwind(look).unwrap_or_else(|_| Err(Error::broken("preparing a payment failed")))
}

fn hand_on(desk: &Desk, waiting: Waiting, prepared: Result<Prepared>) {
    let Waiting { actor, order, key, answer } = waiting;
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(why) => return drop(answer.send(Err(why))),
    };
    let own = desk.clone();
    let post = move |tx: &mut Tx<'_>| payments::submit_in(&own, tx, &actor, &order, &prepared, key.as_deref());
    desk.store.write_then(post, move |done| drop(answer.send(done)));
}

/// The error once more, for each who waited.
fn same(why: &Error) -> Error {
    why.fields().iter().fold(Error::new(why.code(), why.message()), |copy, (field, value)| copy.with(field, value))
}
