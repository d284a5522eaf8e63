//! What people and programs see of the bank: pages rendered on the server, and answers to programs.
//!
//! A page is made in three layers. [`words`] says it in the reader's language; [`look`] gives it its shape out of typed
//! components; [`http`] carries it, and is the one place that knows statuses, cookies, forms that cannot be forged and
//! how an error reads. Every page works with scripts switched off; the one script of our own adds live regions, dialogs
//! and printing. A first visit weighs at most 60 KB on the wire: HTML 12, stylesheet 14, script 10, no web font.
//!
//! One set of components serves five modes (`data-mode` on `<html>`): `customer`, `elder` (长辈版), `kiosk`, `agent`,
//! `manager`. A mode is a set of tokens in `assets/css/tokens.css`: the smallest target is 44 px, 60 in `elder` and 72
//! in `kiosk`; text has a contrast of at least 7:1 in light and in dark, which a test computes from the tokens.
//! `/design` shows every component in every mode and language.
//!
//! Before every route stands the [`gate`]: it knows who asks and whether his class may come in, and writes every denial down.
//! All routes stand in one table, [`routes`]; [`pages`] serve people and [`api`] programs, both by the same functions of
//! the domain. [`serve`] is the server itself.
pub mod api;
pub mod decide;
pub mod design;
pub mod door;
pub mod gate;
pub mod http;
pub mod look;
pub mod pages;
pub mod papers;
mod pay;
pub mod readings;
pub mod routes;
pub mod serve;
pub mod sessions;
pub mod state;
pub mod terminals;
mod tls;
pub mod view;
pub mod words;

pub use design::design_router;
pub use http::fault::{Fault, Shown};
pub use routes::{open_api, routes};
pub use serve::{Options, Server, everything, serve};
pub use state::{Setting, Web};
pub use view::{Mode, Site, Size, View};
pub use words::{Lang, Words};

/// The codes this crate raises itself.
pub mod codes {
    kernel::codes! {
        PAGE_NOT_FOUND: Missing, "page_not_found", "check the address, or start again from the first page";
        METHOD_NOT_ALLOWED: Invalid, "method_not_allowed", "use the methods the documentation lists for this address";
        UNREADABLE_REQUEST: Invalid, "unreadable_request", "send the fields and the content type the documentation lists";
        FORM_EXPIRED: Forbidden, "form_expired", "go back, load the page again and send the form once more";
        TOO_MANY_REQUESTS: Limit, "too_many_requests", "wait the seconds that are named, then try again";
        TOO_SLOW: Unavailable, "too_slow", "try again in a moment with the same key; nothing is done twice";
        TOO_MANY_FILES: Unavailable, "too_many_files", "wait until one of them is read, then send the file again";
        NOT_DECIDED_HERE: Refused, "not_decided_here", "decide it where it is carried out";
        NOT_AT_A_MACHINE: Forbidden, "not_at_a_machine", "ask at the counter, or do it on your own phone or computer";
        NOT_SERVING: Unavailable, "not_serving", "choose another address, or correct the file that is named";
    }
}
