//! The domains on both databases, a folder a crate.
mod bulk;
mod family;
mod ledger;
mod lobby;
mod payments;
mod safety;
