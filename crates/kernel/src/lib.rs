//! The words every other crate speaks: typed ids, money, time, actors, errors and pages. No input or output, no SQL.
//!
//! Four promises hold everywhere because they are made here:
//!
//! * **Money is exact.** [`Money`] is a count of minor units (分, cents) of one [`Currency`]; it never meets a float, and
//!   adding two currencies is an error, not a number.
//! * **An id says what it names.** [`id::AccountId`] prints as `acct_01J…`; giving it where a person is wanted does not
//!   compile, and a wrong prefix in a request is refused by name.
//! * **Time is asked in one place.** Only [`clock`] reads it. A posting time ([`Timestamp`]), a business date and a value
//!   date (both [`Date`]) are three things.
//! * **An error carries its remedy.** Each [`Error`] has a stable [`Code`], a [`Kind`] (mapped to a status in one place,
//!   `web`), and says what to do next.
pub mod actor;
pub mod chinese;
pub mod clock;
pub mod error;
pub mod id;
pub mod money;
pub mod page;

pub use actor::{Actor, Channel, Owner, Who};
pub use clock::{Clock, Date, Timestamp};
pub use error::{Code, Error, Kind, Result};
pub use id::{BookId, Id};
pub use money::{Currency, Money, Rate, Rounding};
pub use page::{Page, PageAsk};
