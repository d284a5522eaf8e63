//! A wage project: asked for by whoever opens wage accounts, opened when a second person agrees.
use super::{Deed, Ordered, Terms, place};
use approval::Line;
use kernel::{Actor, Id, Result};
use party::{Change, Permission};
use payroll::ProjectNew;
use store::Tx;

impl Deed for ProjectNew {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let account_name = payroll::project_check(tx, actor, self)?;
        let (branch, _) = place(tx, self.firm.book())?;
        let (firm, contractor) = (party::firm(tx, self.firm)?.name, party::firm(tx, self.contractor)?.name);
        let summary = vec![
            Line::shown("project-payer", firm),
            Line::shown("project-contractor", contractor),
            Line::shown("project-profile", self.profile.code()),
            Line::new("project-name", "", self.name.trim()),
            Line::new("project-account-name", "", account_name),
            Line::shown("project-basis", self.basis.trim()),
            Line::shown("project-agreement", self.agreement.trim()),
        ];
        Ok(Terms {
            kind: "payroll.project",
            permission: Permission::WageAccountCheck,
            branch: Some(branch),
            firm: None,
            person: None,
            owner: None,
            summary,
            note: String::new(),
        })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let id = payroll::project_open_checked(tx, actor, self.clone())?;
        Ok((Change::Done, id.to_string()))
    }
}
