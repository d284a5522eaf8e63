//! Why a transfer is not posted: one list, in the order of precedence. The first that applies is the answer.
use kernel::{Code, Error};

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $constant:ident: $kind:ident, $text:literal, $message:literal, $remedy:literal;)*) => {
        /// Result codes in their published order of precedence (docs/domains/ledger.md).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Refusal { $($(#[$doc])* $variant),* }

        /// The refusals as error codes.
        pub mod codes {
            kernel::codes! { $($constant: $kind, $text, $remedy;)* }
        }

        impl Refusal {
            pub const ALL: &'static [Refusal] = &[$(Refusal::$variant),*];
            pub fn code(self) -> &'static Code {
                match self { $(Refusal::$variant => &codes::$constant),* }
            }
            pub fn message(self) -> &'static str {
                match self { $(Refusal::$variant => $message),* }
            }
            /// By the stable name of its code.
            pub fn parse(name: &str) -> Option<Refusal> {
                Refusal::ALL.iter().copied().find(|r| r.code().name == name)
            }
        }
    };
}

refusals! {
    LinkOpen = LINK_OPEN: Invalid, "link_open", "the last transfer of the batch is linked to a next one", "end the linked group inside the batch";
    LinkFailed = LINK_FAILED: Refused, "link_failed", "another transfer of its linked group was refused", "correct the one that was refused and send the group again";
    ExistsDifferent = EXISTS_DIFFERENT: Conflict, "exists_different", "a transfer with this id and other fields exists", "use a new id for a different transfer";
    AmountNotPositive = AMOUNT_NOT_POSITIVE: Invalid, "amount_not_positive", "the amount is not above zero", "give an amount of at least one minor unit";
    SameAccount = SAME_ACCOUNT: Invalid, "same_account", "debit and credit are one account", "name two accounts";
    WrongBook = WRONG_BOOK: Invalid, "wrong_book", "the id's book is not the debit account's", "make the id in the debit account's book";
    DebitUnknown = DEBIT_UNKNOWN: Missing, "debit_unknown", "the debit account does not exist", "check the account";
    CreditUnknown = CREDIT_UNKNOWN: Missing, "credit_unknown", "the credit account does not exist", "check the account";
    CurrencyDiffers = CURRENCY_DIFFERS: Refused, "currency_differs", "the accounts or the amount are of different currencies", "use accounts of one currency, or exchange first";
    PendingUnknown = PENDING_UNKNOWN: Missing, "pending_unknown", "the hold it speaks of does not exist", "check the hold's id";
    PendingDiffers = PENDING_DIFFERS: Conflict, "pending_differs", "the hold is between other accounts or of another amount", "name the hold's own accounts; void it whole";
    PendingPosted = PENDING_POSTED: Conflict, "pending_posted", "the hold was posted already", "nothing to do; a hold is used once";
    PendingVoided = PENDING_VOIDED: Conflict, "pending_voided", "the hold was voided already", "make a new hold";
    PendingExpired = PENDING_EXPIRED: Conflict, "pending_expired", "the hold expired", "make a new hold";
    PendingNotDue = PENDING_NOT_DUE: Conflict, "pending_not_due", "the hold's time is not over", "void it; the ledger lets a hold expire by itself";
    ExceedsPending = EXCEEDS_PENDING: Refused, "exceeds_pending", "more than was held", "post at most the amount held";
    ReversalUnknown = REVERSAL_UNKNOWN: Missing, "reversal_unknown", "the transfer it reverses is not one that moved money", "check the id of the transfer to be reversed";
    ReversalDiffers = REVERSAL_DIFFERS: Refused, "reversal_differs", "a reversal is of another amount than what it reverses", "give back the whole amount in its currency; a part is a transfer of its own";
    ReversedAlready = REVERSED_ALREADY: Conflict, "reversed_already", "the transfer it reverses was reversed before", "nothing to do; an entry is reversed once";
    ExpiryMissing = EXPIRY_MISSING: Invalid, "expiry_missing", "a hold needs an end in the future, and only a hold has one", "give holds an expiry within 400 days, and nothing else";
    ValueDateOut = VALUE_DATE_OUT: Invalid, "value_date_out", "the value date is too far from the business date", "use a value date within 366 days of the business date";
    TextTooLong = TEXT_TOO_LONG: Limit, "text_too_long", "code, reference or memo is too long or holds a zero byte", "code at most 32, reference at most 64, memo at most 200 bytes, none of them zero";
    DebitClosed = DEBIT_CLOSED: Refused, "debit_closed", "the debit account is closed", "use an open account";
    CreditClosed = CREDIT_CLOSED: Refused, "credit_closed", "the credit account is closed", "ask the payee for an open account";
    DebitDormant = DEBIT_DORMANT: Refused, "debit_dormant", "the debit account is dormant", "wake the account at a counter with an identity document";
    CreditDormant = CREDIT_DORMANT: Refused, "credit_dormant", "the credit account is dormant", "the payee wakes it at a counter with an identity document";
    DebitsStopped = DEBITS_STOPPED: Refused, "debits_stopped", "the debit account may not pay out", "ask the branch for the basis and the way to lift it";
    CreditsStopped = CREDITS_STOPPED: Refused, "credits_stopped", "the credit account may not receive", "ask the payee for another account";
    CounterOnly = COUNTER_ONLY: Refused, "counter_only", "the debit account pays at a counter only", "come to a counter with an identity document";
    NotGranted = NOT_GRANTED: Refused, "not_granted", "a wage, deposit or escrow account pays only those it was opened for", "add the payee first: for wages, the worker to the project's roster";
    FundsFrozen = FUNDS_FROZEN: Refused, "funds_frozen", "part of the balance is frozen and the rest is too little", "pay at most the balance that is free, or have the freeze lifted";
    FundsShort = FUNDS_SHORT: Refused, "funds_short", "the available balance is too little", "pay in first, or pay less";
    Overflow = OVERFLOW: Refused, "balance_overflow", "the balance would be larger than the ledger can hold", "split the amount over accounts";
}

impl From<Refusal> for Error {
    fn from(r: Refusal) -> Error {
        Error::new(r.code(), r.message())
    }
}
