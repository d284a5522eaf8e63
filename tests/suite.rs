//! The one integration suite, run on SQLite and on PostgreSQL.
mod domains;
mod http;
mod processes;
mod store;
