//! The command that the store is measured and cut off with: what a typical command writes.
use kernel::{Actor, BookId, Result};
use store::{Audit, Event, Migration, Once, Seal, Table, Tx};

store::record! {
    /// A crossing of a ferry, which stands for any domain's rows.
    pub struct Crossing in "crossings" key 2 {
        pub book: BookId,
        pub id: [u8; 16],
        pub ferry: String,
        pub leg: i64,
        pub fare: i64,
    }
}

pub const CROSSINGS: Migration = Migration {
    name: "9001_crossings",
    sql: "CREATE TABLE crossings (\n    book BIGINT NOT NULL,\n    id BYTES NOT NULL,\n    ferry TEXT NOT NULL,\n    \
          leg BIGINT NOT NULL,\n    fare BIGINT NOT NULL,\n    seal BYTES NOT NULL,\n    PRIMARY KEY (book, id)\n) KEYED;",
};
pub const CROSSINGS_TABLE: &Table = store::verify::of::<Crossing>();

#[derive(serde::Serialize)]
struct Crossed {
    key: String,
}

impl Event for Crossed {
    fn kind(&self) -> &'static str {
        "crossing.done"
    }
    fn aggregate(&self) -> String {
        self.key.clone()
    }
}

/// One command: its idempotency key is looked up, three rows are added, an audit entry and an event are written, and the
/// answer is kept.
#[derive(Clone)]
pub struct Command {
    pub key: String,
    pub actor: Actor,
}

impl Command {
    pub fn new(number: u64) -> Command {
        Command { key: format!("crossing-{number}"), actor: Actor::system("ferry") }
    }

    pub fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let principal = self.actor.principal();
        let (what, body) = ("crossing", self.key.as_bytes());
        if let Once::Done(_) = tx.once(BookId(1), &principal, &self.key, what, body)? {
            return Ok(());
        }
        for leg in 0..3 {
            let id = kernel::id::Raw::new(tx.now(), BookId(1)).0;
            let ferry = "Star of the Yangtze".into();
            tx.insert(&mut Crossing { book: BookId(1), id, ferry, leg, fare: 1_250, seal: Seal::default() })?;
        }
        tx.audit(&self.actor, Audit::of("crossing.sell", &self.key).after("3 legs"))?;
        tx.emit(&Crossed { key: self.key.clone() }, &self.actor.correlation)?;
        tx.answered(BookId(1), &principal, &self.key, what, body, "sold")
    }

    /// Whether its answer is in the database.
    pub fn is_done(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let (principal, body) = (self.actor.principal(), self.key.as_bytes());
        Ok(tx.once(BookId(1), &principal, &self.key, "crossing", body)? != Once::New)
    }
}
