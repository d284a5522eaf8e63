//! Warnings, cases of wages in arrears, the labour bureau's view, complaints.
use store::{Migration, Table};

kernel::codes! {}

pub const MIGRATION: Migration =
    Migration { name: "0033_arrears", sql: include_str!("../migrations/0033_arrears.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[];
