//! A small bank with a site, its deposit, and what is tried on it.
