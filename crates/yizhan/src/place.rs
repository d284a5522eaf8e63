//! Where the bank is: data directory, database, key file, socket.
use anyhow::{Context, Result};
use app::{Bank, Options};
use clap::Args;
use kernel::Error;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use store::Store;

#[derive(Args, Clone, Debug)]
pub struct Place {
    /// Directory of the database, the key file and the socket.
    #[arg(long, global = true, env = "YIZHAN_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// A PostgreSQL database instead of the one in the directory: postgres://user@host/name
    #[arg(long, global = true, env = "YIZHAN_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// Schema of that database.
    #[arg(long, global = true, default_value = "yizhan")]
    pub schema: String,
    /// The key file; keys.json in the data directory.
    #[arg(long, global = true, env = "YIZHAN_KEYS", value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

impl Place {
    pub fn socket(&self) -> PathBuf {
        self.data.join("admin.sock")
    }
    pub fn key_file(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys.json"))
    }

    pub fn options(&self) -> Options {
        let mut options = match &self.database {
            Some(url) => Options::postgres(url, &self.schema, self.key_file()),
            None => Options::sqlite(&self.data),
        };
        options.keys = app::Keys::File(self.key_file());
        options
    }

    /// Makes the data directory, for the owner alone, when there is none.
    pub fn make_directory(&self) -> Result<()> {
        if self.data.is_dir() {
            return Ok(());
        }
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data);
        made.with_context(|| format!("{} cannot be made", self.data.display()))
    }

    /// Whether a bank was ever opened here.
    pub fn exists(&self) -> bool {
        self.database.is_some() || self.key_file().is_file()
    }

    fn must_exist(&self) -> Result<()> {
        match self.exists() {
            true => Ok(()),
            false => {
                let message = format!("there is no bank in {}", self.data.display());
                Err(Error::new(&kernel::error::NOT_FOUND, message).into())
            }
        }
    }

    /// Opens the bank for writing; nobody else may have it open.
    pub fn open(&self) -> Result<Bank> {
        self.open_by(kernel::Clock::system())
    }

    /// As [`Place::open`], by a clock of the caller's.
    pub fn open_by(&self, clock: kernel::Clock) -> Result<Bank> {
        self.make_directory()?;
        Ok(Bank::open(self.options().clock(clock))?)
    }

    /// As [`Place::open`], of a bank that is there.
    pub fn open_existing(&self) -> Result<Bank> {
        self.must_exist()?;
        self.open()
    }

    /// Opens the database for reading, beside a server that may be running.
    pub fn open_to_read(&self) -> Result<Store> {
        self.must_exist()?;
        Ok(Bank::open_to_read(self.options())?)
    }
}
