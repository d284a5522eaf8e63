//! A database of a test's own, for crates whose tests stand beside the code: SQLite in a directory, or a schema on the
//! PostgreSQL that `YIZHAN_TEST_DATABASE` names (`postgres://…`). Both are gone when it is dropped.
//!
//! The package `tests` runs each of its tests on both databases in one go. The crates' own tests take one or the other: the
//! step `postgresql` of `./test` runs them again with the address set.
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Config, Engine};

/// The directory and, on PostgreSQL, the schema.
pub struct Scratch {
    dir: PathBuf,
    engine: Engine,
}

impl Scratch {
    /// `name` tells whose it is: lower-case letters, digits and dashes.
    pub fn new(name: &str) -> Scratch {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("yizhan-{name}-{}-{n}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("a temporary directory can be made");
        let url = std::env::var("YIZHAN_TEST_DATABASE").ok().filter(|url| url.starts_with("postgres"));
        let engine = match url {
            Some(url) => {
                Engine::Postgres { url, schema: format!("{}_{}_{n}", name.replace('-', "_"), std::process::id()) }
            }
            None => Engine::Sqlite(dir.clone()),
        };
        Scratch { dir, engine }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How to open a store on it; the rest of the settings is the usual, with a clock of the system.
    pub fn config(&self) -> Config {
        let usual = match &self.engine {
            Engine::Sqlite(dir) => Config::sqlite(dir),
            Engine::Postgres { url, schema } => Config::postgres(url, schema),
        };
        Config { synchronous: "OFF", ..usual }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        if let Engine::Postgres { url, schema } = &self.engine {
            let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
            let dropped =
                postgres::Client::connect(url, postgres::NoTls).and_then(|mut by_hand| by_hand.batch_execute(&drop));
            if let Err(why) = dropped {
                eprintln!("the schema {schema} stays behind: {why}");
            }
        }
    }
}
