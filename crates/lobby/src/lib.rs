//! The lobby: customers who want a person, and the people of the branch who turn to them.
//!
//! Today it holds the **call-back** (回电): somebody asks to be rung, a named member of staff takes the request, rings, and
//! writes down what came of it. Module [`call_back`] tells the protocol. Beside it stand the questions asked before an elder's
//! transfer ([`safety`]), which end with a person where an answer is wrong. Tickets and appointments will join them here.
pub mod call_back;
pub mod safety;

use store::{Migration, Table};

pub const MIGRATION: Migration = Migration { name: "0014_lobby", sql: include_str!("../migrations/0014_lobby.sql") };

/// Every table of record of this crate, for `verify`.
pub const TABLES: &[&Table] = &[store::verify::of::<call_back::CallBack>()];

pub mod codes {
    kernel::codes! {
        CALL_BACK_LIMIT: Limit, "call_back_limit", "ring the number on the help page, or wait until tomorrow";
        CALL_BACK_CLOSED: Conflict, "call_back_closed", "look at what became of it; ask anew if it is still wanted";
        CALL_BACK_TAKEN: Conflict, "call_back_taken", "leave it to the colleague, or take it when it is overdue";
        CALL_BACK_NOT_YOURS: Refused, "call_back_not_yours", "take the request first; only who took it sees the number and writes the result";
    }
}
