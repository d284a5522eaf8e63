//! The database: SQLite inside the process or PostgreSQL beside it, one synchronous [`Tx`] over both. Knows no domain.
//!
//! **Writing.** A command is a closure: `store.write(move |tx| …)`. On SQLite one writer thread gathers waiting closures
//! into one durable transaction (at most [`GROUP_CLOSURES_MAX`], none after [`GROUP_AGE_MS_MAX`]), runs each under its own
//! savepoint, commits once and answers all, so one fsync serves everybody who was waiting. On PostgreSQL each of
//! [`Config::pg_writers`] threads owns a connection and a closure is a transaction, repeated on a serialisation failure, a
//! deadlock, a row that changed meanwhile or a connection that ended before COMMIT (at most [`RETRIES_MAX`] times). Closures
//! are `Fn`, because they may be run again; they do no input or output of their own.
//!
//! A closure that returns an error leaves no trace, and one that goes on after a statement failed is made to fail. A closure
//! that panics is told `broken_record`; the others of its group are run again without it. When a commit itself fails,
//! everybody in it is told [`kernel::error::UNKNOWN_OUTCOME`]: ask again with the same key.
//!
//! **Reading.** `store.read(|tx| …)` runs on one of a pool of read-only connections and sees one snapshot.
//!
//! **Lanes.** Every writer owns a lane: its two hash chains ([`Chain::Journal`], [`Chain::Audit`]), its sequence of
//! outbox events and its accumulators ([`record`]). A lane is held by lease and fenced by an epoch that each commit checks;
//! a writer that lost its lane cannot commit. SQLite has lane 0 alone, guarded by a lock on the file `writer.lock`.
//!
//! **What stands in every transaction beside the command's own rows:** audit entries (chained), outbox events and
//! idempotency keys (sealed). [`verify`] recomputes all of it and names the first broken record.
//!
//! **Copies.** [`Store::backup`] copies SQLite's database while the bank is open; [`restore`] puts a copy back.
mod audit;
mod backup;
mod bulk;
mod chain;
mod day;
mod db;
mod idempotency;
pub mod keys;
mod migrate;
mod outbox;
pub mod pg;
mod plan;
mod prune;
pub mod record;
mod sql;
mod sqlite;
mod tx;
pub mod verify;
mod writer;

pub use audit::{Audit, AuditRow};
pub use backup::{Copied, restore};
pub use bulk::{Find, Params, Sheet};
pub use chain::{Chain, Head};
pub use db::{Config, Engine, Store, WAITING_CLOSURES_MAX};
pub use idempotency::{IDEMPOTENCY_KEY_CHARS_MAX, Once, check_key, request_hash};
pub use keys::KeyRing;
pub use migrate::{Migration, migrations};
pub use outbox::{Event, Outbox, PARK_AFTER_TRIES, ParkedEvent};
pub use prune::{AnswerKey, KEPT_DAYS, OldAnswers, PRUNED_ROWS_MAX};
pub use record::{Record, Seal, Table};
pub use sql::{Column, Json, Param, Row};
pub use tx::{FaultPoint, Overlay, Tx};
pub use writer::{GROUP_AGE_MS_MAX, GROUP_CLOSURES_MAX, RETRIES_MAX};

/// A BLAKE3 hasher, for domains that publish a hash of their own.
pub fn hasher() -> blake3::Hasher {
    blake3::Hasher::new()
}

/// The lane that a position lies in.
pub fn lane_of(pos: i64) -> i64 {
    pos >> chain::LANE_SHIFT
}

/// Positions of a lane lie above this and below the next lane's.
pub fn first_pos(lane: i64) -> i64 {
    lane << chain::LANE_SHIFT
}

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
    COPY: Refused, "backup", "choose an empty directory, or on PostgreSQL use pg_dump and pg_restore";
    FAULT: Unavailable, "injected_fault", "this is a test";
}
