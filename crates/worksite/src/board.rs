//! The notice board at the gate (维权信息告示牌; Decree 724, art. 34): who builds, who pays, when, at least how much, and whom to call.
use crate::site::{self, Contacts, SiteFile, readable};
use crate::{MinimumWage, Text};
use kernel::id::ProjectId;
use kernel::{Actor, Date, Error, Result};
use payroll::Profile;
use store::Tx;

/// What stands on a board. Names and telephones stand there in full: that is what it is for.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Board {
    pub project: ProjectId,
    /// The public code: `/board/{code}`.
    pub code: String,
    pub profile: Profile,
    pub name: String,
    pub address: String,
    pub owner_name: String,
    pub contractor_name: String,
    pub contacts: Contacts,
    pub authority: String,
    pub region: Text,
    pub bureau: Text,
    pub hotline: String,
    pub legal_aid: String,
    pub minimum: MinimumWage,
    /// The agreed day of the month, and the next one.
    pub pay_day: u8,
    pub next_pay_day: Date,
    pub bank: Text,
    /// What the law does, or does not, protect.
    pub notice: Text,
}

fn made(tx: &mut Tx<'_>, file: &SiteFile) -> Result<Board> {
    let (of, today) = (payroll::project_raw(tx, file.project)?, tx.now().local_date());
    let (region, rules) = (crate::region(&file.region, today)?, crate::profile(file.profile, today)?);
    let bank = party::branch_of(tx, kernel::BookId::HEAD_OFFICE)?;
    Ok(Board {
        project: file.project,
        code: file.board_code.clone(),
        profile: file.profile,
        name: of.name,
        address: file.address.clone(),
        owner_name: file.owner_name.clone(),
        contractor_name: party::firm(tx, of.contractor)?.name,
        contacts: file.contacts(tx.keys())?,
        authority: file.authority.clone(),
        region: Text { zh: region.zh.clone(), en: region.en.clone() },
        bureau: region.bureau.clone(),
        hotline: file.hotline.clone(),
        legal_aid: file.legal_aid.clone(),
        minimum: crate::minimum_wage(&file.region, today)?,
        pay_day: of.pay_day,
        next_pay_day: payroll::next_pay_day(today, of.pay_day)?,
        bank: Text { zh: bank.name_zh, en: bank.name_en },
        notice: Text { zh: rules.zh.clone(), en: rules.en.clone() },
    })
}

/// The board of a site, for those who may read the site.
pub fn board(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Board> {
    let file = readable(tx, actor, project)?;
    made(tx, &file)
}

/// The board of a public code: whoever stands before it may read it.
pub fn board_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Board> {
    let file = site::by_code(tx, code)?.ok_or_else(|| Error::not_found("board", code))?;
    made(tx, &file)
}
