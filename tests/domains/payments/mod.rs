//! The pipeline, on both databases: whatever is tried, the town's books verify afterwards and nothing moved without a
//! decision that lets it pass (see [`tests::town`]).
mod approvals;
mod arrival;
mod crowd;
mod days;
mod entitlement;
mod faults;
mod guarded;
mod legs;
mod limits;
mod payees;
mod reversals;
mod taking;

use guard::{FreezeBasis, FreezeKind, ListKind, NewEntry, NewFreeze, Subject};
use kernel::clock::DAY;
use kernel::id::{AccountId, ApprovalId};
use kernel::{Error, Owner};
use payments::{Receipt, State};
use tests::town::Town;

/// The state, and the refusal's code.
fn told(receipt: &Receipt) -> (State, &str) {
    (receipt.state, &receipt.code)
}

pub(super) fn code(e: Error) -> &'static str {
    e.code().name
}

/// Puts an account's owner on a list of the guard.
fn list(town: &Town<'_>, list: ListKind, account: AccountId) {
    town.write(move |tx| {
        let owner = ledger::view(tx, account)?.account.owner;
        let subject = Subject::owner(tx.keys(), owner);
        let (from, until) = (tx.now(), tx.now().plus(30 * DAY));
        let [masked, reason, source] = ["*".to_owned(), "test".to_owned(), "doc 1".to_owned()];
        let entry = NewEntry { list, subject, masked, reason, from, until, source, owner_staff: None };
        guard::add_entry(tx, &kernel::Actor::system("guard"), entry).map(|_| ())
    });
}

/// Freezes a party by a court's order without an end.
pub(super) fn freeze(town: &Town<'_>, subject: Owner) {
    town.write(move |tx| {
        let (kind, basis, from) = (FreezeKind::All, FreezeBasis::Court, tx.now());
        let [document, reason] = ["order 12".to_owned(), "court".to_owned()];
        let new = NewFreeze { subject, kind, basis, document, from, until: None, reason };
        guard::freeze_party(tx, &kernel::Actor::system("guard"), new).map(|_| ())
    });
}

/// What a checker's screen shows of an approval.
fn hash(town: &Town<'_>, id: Option<ApprovalId>) -> (ApprovalId, String) {
    let id = id.expect("an approval was asked for");
    (id, town.read(|tx| approval::raw(tx, id)).hash_text())
}

fn owner_of(person: kernel::id::PersonId) -> Owner {
    Owner::Person(person)
}
