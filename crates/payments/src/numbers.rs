//! Numbers that lead to an account beside its own: those of cards. A number is found by its keyed hash and stands nowhere in
//! the clear; one that has ended leads nowhere and is never given again.
use kernel::id::AccountId;
use kernel::{BookId, Result, Timestamp};
use ledger::Account;
use store::{KeyRing, Seal, Tx, params};

store::record! {
    /// A number and where it leads.
    pub struct NumberRoute in "number_routes" key 2 {
        /// Always the head office: one directory for the bank.
        pub book: BookId,
        /// [`number_index`]
        pub number_index: Vec<u8>,
        pub account: AccountId,
        pub masked: String,
        pub put_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

/// The keyed hash of a number without spaces.
pub fn number_index(keys: &KeyRing, number: &str) -> Vec<u8> {
    keys.index("account.number", number)
}

/// Lets a number lead to an account. `false` when it leads somewhere, or did, or is an account's own.
pub fn number_put(tx: &mut Tx<'_>, number: &str, account: AccountId) -> Result<bool> {
    if ledger::by_number(tx, number)?.is_some() {
        return Ok(false);
    }
    let index = number_index(tx.keys(), number);
    let masked = kernel::chinese::mask_card(number);
    let put_at = tx.now();
    tx.insert_if_absent(&mut NumberRoute {
        book: BookId::HEAD_OFFICE,
        number_index: index,
        account,
        masked,
        put_at,
        ended_at: None,
        seal: Seal::default(),
    })
}

/// A number leads nowhere from now on. Repeating is safe.
pub fn number_end(tx: &mut Tx<'_>, index: &[u8]) -> Result<()> {
    let Some(mut route) = tx.load::<NumberRoute>(params![BookId::HEAD_OFFICE, index.to_vec()])? else { return Ok(()) };
    route.ended_at = route.ended_at.or(Some(tx.now()));
    tx.update(&mut route)
}

/// The account with this number, or that it leads to.
pub fn account_of_number(tx: &mut Tx<'_>, number: &str) -> Result<Option<Account>> {
    if let Some(account) = ledger::by_number(tx, number)? {
        return Ok(Some(account));
    }
    let index = number_index(tx.keys(), number);
    match tx.get::<NumberRoute>(params![BookId::HEAD_OFFICE, index])?.filter(|r| r.ended_at.is_none()) {
        Some(route) => Ok(ledger::accounts(tx, &[route.account])?.pop()),
        None => Ok(None),
    }
}
