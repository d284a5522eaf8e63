//! The domains on both databases, a folder a crate.
mod family;
mod ledger;
mod lobby;
mod payments;
