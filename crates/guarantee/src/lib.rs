//! Guarantee deposits for wages (工资保证金).
use store::{Migration, Table};

kernel::codes! {}

pub const MIGRATION: Migration =
    Migration { name: "0032_guarantee", sql: include_str!("../migrations/0032_guarantee.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[];
