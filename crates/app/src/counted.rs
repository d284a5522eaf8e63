//! What is counted for the monthly figures of the guard as it is told.
use crate::reactions;
use kernel::{Error, Owner, Result};
use store::{Outbox, Tx};

/// An account that was closed or limited, or a party that was frozen.
pub(crate) fn heard(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let (field, code) = match event.kind.as_str() {
        "account.closed" => ("owner", "closed"),
        "account.restricted" => ("owner", "limited"),
        "guard.party_frozen" => ("subject", "limited"),
        _ => return Ok(()),
    };
    let owner = reactions::text(event, field).parse::<Owner>();
    let owner = owner.map_err(|e| Error::broken(format!("{} without its {field}", event.kind)).caused_by(e))?;
    reporting::count(tx, owner, code)
}
