//! The domains on both databases, a folder a crate.
mod ledger;
mod payments;
