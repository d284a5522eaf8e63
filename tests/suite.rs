//! The one integration suite, run on SQLite and on PostgreSQL.
mod domains;
mod http;
mod processes;
mod store;
mod wage_histories;
mod wages_year;
