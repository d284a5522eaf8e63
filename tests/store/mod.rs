//! The database underneath: what it promises, tried by force.
mod backup;
mod faults;
mod group;
mod idempotency;
mod lanes;
mod migrations;
mod outbox;
mod power;
mod prune;
mod records;
mod verify;

use ::store::{Audit, Event, Migration, Seal, Table, Tx};
use kernel::{Actor, Result};
use tests::{CROSSINGS, CROSSINGS_TABLE, TestStore, each_database, on_postgres, on_sqlite};

::store::record! {
    pub struct Ferry in "ferries" key 1 {
        pub id: i64,
        pub name: String,
        pub berth: Option<i64>,
        pub trips: i64,
        pub papers: Vec<u8>,
    }
}

pub const FERRIES: Migration = Migration {
    name: "9002_ferries",
    sql: "CREATE TABLE ferries (
        id BIGINT PRIMARY KEY,
        name TEXT NOT NULL,
        berth BIGINT,
        trips BIGINT NOT NULL CHECK (trips >= 0),
        papers BYTES NOT NULL,
        seal BYTES NOT NULL
    ) PLAIN;",
};
pub const FERRIES_TABLE: &Table = ::store::verify::of::<Ferry>();

impl Ferry {
    pub fn new(id: i64) -> Ferry {
        let papers = vec![id as u8; 4];
        Ferry { id, name: format!("ferry {id}"), berth: None, trips: 0, papers, seal: Seal::default() }
    }
}

#[derive(serde::Serialize)]
pub struct Launched {
    pub ferry: i64,
}

impl Event for Launched {
    fn kind(&self) -> &'static str {
        "ferry.launched"
    }
    fn aggregate(&self) -> String {
        format!("ferry {}", self.ferry)
    }
}

/// A command that touches everything a command can touch.
pub fn launch(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.insert(&mut Ferry::new(id))?;
    tx.audit(&Actor::system("yard"), Audit::of("ferry.launch", id))?;
    tx.emit(&Launched { ferry: id }, "")
}

pub fn ferries(tx: &mut Tx<'_>) -> Result<Vec<i64>> {
    Ok(tx.select::<Ferry>("ORDER BY id", &[])?.iter().map(|f| f.id).collect())
}

pub fn at_yard(test: impl Fn(&mut TestStore)) {
    each_database(&[CROSSINGS, FERRIES], &[CROSSINGS_TABLE, FERRIES_TABLE], test);
}
pub fn at_sqlite_yard(test: impl Fn(&mut TestStore)) {
    on_sqlite(&[CROSSINGS, FERRIES], &[CROSSINGS_TABLE, FERRIES_TABLE], test);
}
pub fn at_postgres_yard(test: impl Fn(&mut TestStore)) {
    on_postgres(&[CROSSINGS, FERRIES], &[CROSSINGS_TABLE, FERRIES_TABLE], test);
}
