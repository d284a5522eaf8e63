//! Facts of the site file, the crews and the guarantee, as far as a project is under site rules.
use crate::find::Facts;
use crate::load::About;
use kernel::Result;
use payroll::{Period, Project};
use store::Tx;

/// Papers, agreed money, guarantee, crews.
pub(crate) fn add(_tx: &mut Tx<'_>, _p: &Project, _f: &mut Facts, _about: &mut About) -> Result<()> {
    Ok(())
}

/// What the gate says of the workers of the months.
pub(crate) fn add_attendance(_tx: &mut Tx<'_>, _p: &Project, _f: &mut Facts, _months: [Period; 2]) -> Result<()> {
    Ok(())
}

/// The region of a project's site file; empty where it has none.
pub(crate) fn region(_tx: &mut Tx<'_>, _project: kernel::id::ProjectId) -> Result<String> {
    Ok(String::new())
}
