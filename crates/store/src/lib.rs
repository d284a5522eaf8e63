//! The database: SQLite inside the process or PostgreSQL beside it, one synchronous [`Tx`] over both. Knows no domain.
//!
//! **Writing.** A command is a closure: `store.write(move |tx| …)`. On SQLite one writer thread gathers waiting closures
//! into one durable transaction (at most [`GROUP_CLOSURES_MAX`]), runs each under its own savepoint, commits once and
//! answers all, so one fsync serves everybody who was waiting. On PostgreSQL each of [`Config::pg_writers`] threads owns a
//! connection and a closure is a transaction, repeated on a serialisation failure or deadlock (at most
//! [`RETRIES_MAX`] times). Closures are `Fn`, because they may be run again; they do no input or output of their own. A
//! closure that returns an error leaves no trace. When a commit itself fails, everybody in it is told
//! [`kernel::error::UNKNOWN_OUTCOME`]: ask again with the same key.
//!
//! **Reading.** `store.read(|tx| …)` runs on one of a pool of read-only connections and sees one snapshot.
//!
//! **Lanes.** Every writer owns a lane: its two hash chains ([`Chain::Journal`], [`Chain::Audit`]), its sequence of
//! outbox events and its accumulators ([`record`]). A lane is held by lease and fenced by an epoch that each commit checks;
//! a writer that lost its lane cannot commit. SQLite has lane 0 alone, guarded by a lock on the file `writer.lock`.
//!
//! **What stands in every transaction beside the command's own rows:** audit entries, outbox events, idempotency keys, all
//! sealed. [`verify`] recomputes all of it and names the first broken record.
mod audit;
mod chain;
mod day;
mod db;
mod idempotency;
pub mod keys;
mod migrate;
mod outbox;
pub mod pg;
pub mod record;
mod sql;
mod sqlite;
mod tx;
pub mod verify;

pub use audit::{Audit, AuditRow};
pub use chain::{Chain, Head};
pub use db::{Config, Engine, GROUP_CLOSURES_MAX, RETRIES_MAX, Store};
pub use idempotency::{IDEMPOTENCY_KEY_CHARS_MAX, Once, check_key, request_hash};
pub use keys::KeyRing;
pub use migrate::{Migration, migrations};
pub use outbox::{Event, Outbox, PARK_AFTER_TRIES, ParkedEvent};
pub use record::{Record, Seal, Table};
pub use sql::{Column, Json, Param, Row};
pub use tx::{Overlay, Tx};

kernel::codes! {
    DATABASE: Unavailable, "database", "look at the log and run `yizhan doctor`";
    LANE_LOST: Unavailable, "lane_lost", "another process took over this writer; restart";
    LOCKED: Unavailable, "data_locked", "another yizhan serves this data directory; stop it or use its address";
    SCHEMA: Unavailable, "schema", "run `yizhan migrate` with a binary that knows this schema";
    KEY_REUSED: Conflict, "key_reused", "use a new Idempotency-Key for a different request";
    BAD_KEY: Invalid, "bad_idempotency_key", "send an Idempotency-Key of 1 to 100 visible ASCII characters";
    KEY_FILE: Unavailable, "key_file", "restore the key file from its backup; without it nothing sealed can be read";
    DECRYPT: Broken, "decrypt", "restore the key file that belongs to this data";
    BUSY: Limit, "busy", "wait a second and ask again with the same key";
    DAY_MOVED: Unavailable, "day_moved", "ask again with the same key; the business day was closed meanwhile";
    FAULT: Unavailable, "injected_fault", "this is a test";
}
