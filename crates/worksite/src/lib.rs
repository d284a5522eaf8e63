//! The site behind a wage account: its contract, its agreement, its wage money, its orders, its end.
use store::{Migration, Table};

kernel::codes! {}

pub const MIGRATION: Migration =
    Migration { name: "0031_worksite", sql: include_str!("../migrations/0031_worksite.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[];
