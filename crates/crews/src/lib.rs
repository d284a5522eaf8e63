//! The crews of a site: who works for whom, who was there, who agreed to his wage.
use store::{Migration, Table};

kernel::codes! {}

pub const MIGRATION: Migration = Migration { name: "0030_crews", sql: include_str!("../migrations/0030_crews.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[];
