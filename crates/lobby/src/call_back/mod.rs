//! A customer asks to be called (回电), and a person calls.
//!
//! **Asking** ([`ask`]). Whoever is signed in gives a topic and a wish; the phone is the one on file. Somebody at the sign-in page gives a
//! number as well. A customer has one open request; asking again answers the same one. Per person, per phone and
//! per address there are limits of 24 hours. The answer holds the moment until which somebody calls ([`promise`]) and a
//! **word** ([`Word`]): the caller says it, so that the customer knows he is the bank. It is shown nowhere but on her own
//! page and to the member of staff who took the request.
//!
//! **At a machine** ([`ask_at_machine`]) somebody comes instead of ringing: the request carries the name of the machine and no number,
//! one is open at a time, and nobody promises anything outside the hours of the branch.
//!
//! **The queue** ([`queue`]) belongs to the customer's branch; a number that is no customer's goes to the first branch
//! below the head office. Who fears a fraud comes first, then elders, then whoever waits longest. One member of staff
//! takes a request ([`take`]); from then on the customer sees his name and face. Only he is shown the number
//! ([`number`]), and that look is in the audit. What nobody did in time is marked overdue by the clockwork; an overdue request
//! may be taken over.
//!
//! **The end.** [`done`] with an outcome and a note; [`not_reached`] waits and comes back into the queue, three times at most;
//! or the customer cancels.
//!
//! ```text
//! asked ─▶ taken ─▶ done
//!   │        └────▶ not_reached ─▶ taken … given_up (after 3 tries)
//!   └──── cancelled (by the customer, until it is done)
//! ```
mod asking;
mod desk;
mod events;
mod promise;
mod word;

pub use asking::{Asked, CallAsk, Machine, ask, ask_at_machine, cancel, open_at_machine, own};
pub use desk::{call, done, mark_overdue, not_reached, number, queue, take, taker, waiting};
pub use events::{Event, Happened};
pub use promise::{Promise, at_machine as promise_at_machine, promise};
pub use word::Word;

use kernel::id::{CallBackId, PersonId};
use kernel::{BookId, Result, Timestamp};
use store::KeyRing;

/// Requests of one customer in 24 hours at most.
pub const CALLS_PER_PERSON_MAX: i64 = 3;
/// Requests for one phone in 24 hours at most, whoever asked.
pub const CALLS_PER_PHONE_MAX: i64 = 3;
/// Requests in 24 hours that one address asks without signing in.
pub const CALLS_PER_ADDRESS_MAX: i64 = 5;
/// Tries after which a customer who does not answer is given up.
pub const TRIES_MAX: u32 = 3;
/// Open requests looked through for one page of the queue at most.
pub const QUEUE_ROWS_MAX: u32 = 2_000;
/// Hours for which a request that ended is shown to who asked for it.
pub const SHOWN_HOURS: i64 = 24;

store::text_enum! {
    /// What it is about; four, so that nobody has to search.
    pub enum Topic {
        /// Somebody asks for money or codes, and it feels wrong.
        Suspicious = "suspicious",
        Payment = "payment",
        Card = "card",
        Other = "other",
    }
}

store::text_enum! {
    pub enum Wish { Soon = "soon", Morning = "morning", Afternoon = "afternoon" }
}

store::text_enum! {
    pub enum CallState {
        Asked = "asked",
        Taken = "taken",
        NotReached = "not_reached",
        Done = "done",
        GivenUp = "given_up",
        Cancelled = "cancelled",
    }
}

store::text_enum! {
    /// What came of a call that was answered.
    pub enum Outcome {
        Helped = "helped",
        /// The customer comes to the branch.
        Appointment = "appointment",
        /// Another office goes on with it: risk, cards, operations.
        HandedOn = "handed_on",
    }
}

store::record! {
    /// A request to be called.
    pub struct CallBack in "call_backs" key 2 {
        pub book: BookId,
        pub id: CallBackId,
        /// `None` for somebody who was not signed in.
        pub person: Option<PersonId>,
        /// By what a visitor who is not signed in is known again; empty for customers.
        pub asker_index: Vec<u8>,
        pub address_index: Vec<u8>,
        /// Encrypted for the bank itself.
        pub phone: Vec<u8>,
        pub phone_index: Vec<u8>,
        pub phone_masked: String,
        pub name_masked: String,
        pub elder: bool,
        pub topic: Topic,
        pub wish: Wish,
        pub word: u16,
        pub state: CallState,
        pub asked_at: Timestamp,
        /// Nobody calls before.
        pub call_from: Timestamp,
        pub promised_by: Timestamp,
        pub overdue_at: Option<Timestamp>,
        pub taken_by: Option<String>,
        pub taken_at: Option<Timestamp>,
        pub tries: u32,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub outcome: Option<Outcome>,
        pub note: String,
    }
}

impl CallBack {
    pub fn is_open(&self) -> bool {
        matches!(self.state, CallState::Asked | CallState::Taken | CallState::NotReached)
    }
    /// Whether it is late, written down already or not.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.is_open() && now > self.promised_by
    }
    /// Somebody stands at a machine and waits; there is no number to ring.
    pub fn is_at_machine(&self) -> bool {
        self.phone_masked.is_empty()
    }
    pub fn word(&self) -> Word {
        Word::numbered(self.word)
    }
}

const PHONE: &str = "call_back.phone";

/// Puts the phone of a request under the newest key; `false` when it is there already.
pub fn renew(keys: &KeyRing, row: &mut CallBack) -> Result<bool> {
    if row.phone.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    row.phone = keys.encrypt_own(PHONE, &keys.decrypt_own(PHONE, &row.phone)?);
    Ok(true)
}
