//! A project: whose wages, which accounts, under which rules.
use crate::events::Event;
use crate::{ACCOUNT_NAME, NOT_OWN_ACCOUNT, PROJECT_TAKEN, filled, text};
use kernel::id::{AccountId, FirmId, ProjectId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Opening, Purpose};
use party::{Permission, Scope, plain_name};
use payments::own::{Own, open_own, own};
use payments::{Desk, Order, Payee, Receipt};
use store::{Audit, Seal, Tx, params};

/// What a special account's name ends with (Decree 724, art. 26).
pub const ACCOUNT_NAME_ENDS: &str = "农民工工资专用账户";
/// The same for a ship-repair subcontractor, which the decree's chapter on construction does not bind.
const REPAIR_NAME_ENDS: &str = "工资账户";

store::text_enum! {
    /// Which rules a project is under.
    pub enum Profile {
        /// Building works: Decree 724, chapter 4. The account is protected from seizure (art. 33).
        Construction = "construction",
        /// Ship repair by outsourced teams: the same care as terms of the contract. No legal protection of the account is claimed.
        ShipRepair = "ship_repair",
    }
}

impl Profile {
    /// Whether the law protects the account's money from seizure (art. 33).
    pub fn protected(self) -> bool {
        self == Profile::Construction
    }
    /// The text that every screen of the project shows about it.
    pub fn notice_key(self) -> &'static str {
        if self.protected() { "wage-protected" } else { "wage-ship-repair-not-protected" }
    }
}

store::record! {
    /// A special wage account and what it was opened for.
    pub struct Project in "payroll_projects" key 2 {
        pub book: BookId,
        pub id: ProjectId,
        /// Who pays: its clerks keep the roster and the sheets.
        pub firm: FirmId,
        /// 施工总承包单位 of a building project, whose name the account bears; the employer of a ship-repair team.
        pub contractor: FirmId,
        pub profile: Profile,
        pub name: String,
        /// Repair order, vessel or sub-ledger; may be empty.
        pub tag: String,
        /// Number of the document the account was opened on.
        pub basis: String,
        /// The agreement of owner, contractor and bank (人社部发〔2021〕53号).
        pub agreement: String,
        pub account_name: String,
        pub wage_account: AccountId,
        pub clearing_account: AccountId,
        pub currency: Currency,
        /// The agreed day of the month, 1 to 31.
        pub pay_day: u8,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
}

/// What is needed to open a project; see [`Project`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProjectNew {
    pub firm: FirmId,
    pub contractor: FirmId,
    pub profile: Profile,
    pub name: String,
    pub tag: String,
    pub basis: String,
    pub agreement: String,
    /// Empty: made from the contractor and the project.
    pub account_name: String,
    /// Empty: made by the ledger.
    pub account_number: String,
    pub pay_day: u8,
}

/// The name a special account must have: contractor, project, 农民工工资专用账户 (Decree 724, art. 26).
pub fn account_name(contractor: &str, project: &str) -> String {
    format!("{contractor}{project}{ACCOUNT_NAME_ENDS}")
}

/// The name the account gets, or why the given one will not do.
fn checked_name(profile: Profile, contractor: &str, project: &str, given: &str) -> Result<String> {
    if given.is_empty() {
        return Ok(match profile {
            Profile::Construction => account_name(contractor, project),
            Profile::ShipRepair => format!("{contractor}{project}{REPAIR_NAME_ENDS}"),
        });
    }
    let name = plain_name(given).replace(' ', "");
    let wanted = plain_name(&account_name(contractor, project)).replace(' ', "");
    match profile {
        Profile::Construction if name != wanted => {
            Err(Error::new(&ACCOUNT_NAME, format!("the account is called {given:?}, not {wanted:?}"))
                .with("given", given)
                .with("wanted", wanted))
        }
        _ => Ok(given.to_owned()),
    }
}

/// Opens a project with its wage account and clearing account. Needs `wage.account_open` where the firm banks; staff ask
/// a second person first ([`project_check`], [`project_open_checked`]). Opening the same project again answers its id.
/// Errors: `wage_account_name`, `project_taken`, field errors.
pub fn project_open(tx: &mut Tx<'_>, actor: &Actor, new: ProjectNew) -> Result<ProjectId> {
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(new.firm))?;
    open(tx, actor, new)
}

/// The second person opens what was asked for: as [`project_open`], with `wage.account_check`.
pub fn project_open_checked(tx: &mut Tx<'_>, actor: &Actor, new: ProjectNew) -> Result<ProjectId> {
    party::may(tx, actor, Permission::WageAccountCheck, &Scope::firm(new.firm))?;
    open(tx, actor, new)
}

/// Whether the actor may ask for this project and it could be opened now; answers its account's name. Needs
/// `wage.account_open`. Errors as [`project_open`].
pub fn project_check(tx: &mut Tx<'_>, actor: &Actor, new: &ProjectNew) -> Result<String> {
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(new.firm))?;
    match planned(tx, new)? {
        Planned::New { account_name, .. } => {
            number_is_free(tx, new)?;
            Ok(account_name)
        }
        Planned::Known(id) => Err(Error::new(&PROJECT_TAKEN, format!("{} is {id}", new.name.trim()))),
    }
}

enum Planned {
    New {
        name: String,
        tag: String,
        basis: String,
        agreement: String,
        account_name: String,
    },
    /// The same project, opened before.
    Known(ProjectId),
}

fn planned(tx: &mut Tx<'_>, new: &ProjectNew) -> Result<Planned> {
    party::firm(tx, new.firm)?;
    let contractor = party::firm(tx, new.contractor)?;
    let (name, tag, basis) = (filled("name", &new.name)?, text("tag", &new.tag)?, filled("basis", &new.basis)?);
    let agreement = text("agreement", &new.agreement)?;
    if new.profile == Profile::Construction && agreement.is_empty() {
        return Err(Error::field("agreement", "a building project needs the agreement of owner, contractor and bank"));
    }
    if !(1..=31).contains(&new.pay_day) {
        return Err(Error::field("pay_day", "a day of the month, 1 to 31"));
    }
    let account_name = checked_name(new.profile, &contractor.name, &name, &text("account_name", &new.account_name)?)?;
    let book = new.firm.book();
    let tail = "WHERE book = ?1 AND firm = ?2 AND name = ?3 AND tag = ?4";
    if let Some(known) = tx.select::<Project>(tail, params![book, new.firm, name, tag])?.pop() {
        let same = (known.contractor, known.profile) == (new.contractor, new.profile)
            && (&known.account_name, &known.basis) == (&account_name, &basis);
        let taken = || Error::new(&PROJECT_TAKEN, format!("{name} is {}", known.id));
        return same.then_some(Planned::Known(known.id)).ok_or_else(taken);
    }
    Ok(Planned::New { name, tag, basis, agreement, account_name })
}

fn open(tx: &mut Tx<'_>, actor: &Actor, new: ProjectNew) -> Result<ProjectId> {
    let (name, tag, basis, agreement, account_name) = match planned(tx, &new)? {
        Planned::Known(id) => return Ok(id),
        Planned::New { name, tag, basis, agreement, account_name } => (name, tag, basis, agreement, account_name),
    };
    let book = new.firm.book();
    let (wage_account, clearing_account) = open_ledger(tx, actor, &new, &account_name)?;
    let (opened_by, opened_at) = (actor.principal(), tx.now());
    let mut project = Project {
        book,
        id: ProjectId::new(opened_at, book),
        firm: new.firm,
        contractor: new.contractor,
        profile: new.profile,
        name,
        tag,
        basis,
        agreement,
        account_name,
        wage_account,
        clearing_account,
        currency: Currency::CNY,
        pay_day: new.pay_day,
        opened_by,
        opened_at,
        closed_by: None,
        closed_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut project)?;
    let shown = format!("{} {}", project.profile, project.account_name);
    tx.audit(actor, Audit::of("payroll.project_open", project.id).after(shown).reason(&project.basis))?;
    tx.emit(&Event::ProjectOpened { project: project.id, firm: project.firm }, &actor.correlation)?;
    Ok(project.id)
}

fn number_is_free(tx: &mut Tx<'_>, new: &ProjectNew) -> Result<()> {
    let number = new.account_number.trim();
    match number.is_empty() || ledger::by_number(tx, number)?.is_none() {
        true => Ok(()),
        false => Err(Error::new(&PROJECT_TAKEN, "the account number is in use").with("number", number)),
    }
}

/// The two accounts, and whom they may pay from the first day.
fn open_ledger(tx: &mut Tx<'_>, actor: &Actor, new: &ProjectNew, name: &str) -> Result<(AccountId, AccountId)> {
    let (book, owner, now) = (new.firm.book(), Owner::Firm(new.firm), tx.now());
    let (wage, clearing) = (AccountId::new(now, book), AccountId::new(now, book));
    number_is_free(tx, new)?;
    let number = new.account_number.trim();
    let account = Opening::deposit(wage, owner, name, Currency::CNY).purpose(Purpose::Wage, "2013").number(number);
    ledger::open_account(tx, actor, &account)?;
    let between = Opening::deposit(clearing, owner, &format!("{name}（代发过渡）"), Currency::CNY);
    ledger::open_account(tx, actor, &between.purpose(Purpose::WageClearing, "2014"))?;
    open_own(tx, actor, book, Currency::CNY)?;
    ledger::grants::grant(tx, actor, wage, clearing, "pay runs of the project")?;
    ledger::grants::grant(
        tx,
        actor,
        clearing,
        own(book, Own::ClearingOut, Currency::CNY),
        "workers' cards at other banks",
    )?;
    Ok((wage, clearing))
}

/// The row, with no permission asked: for domain code.
pub fn project_raw(tx: &mut Tx<'_>, id: ProjectId) -> Result<Project> {
    tx.get::<Project>(params![id.book(), id])?.ok_or_else(|| Error::not_found("project", id))
}

/// Pays `amount` into the wage account from an account of the firm itself. Errors: `not_own_account`, and those of
/// [`payments::submit`].
pub fn fund(
    desk: &Desk,
    actor: &Actor,
    id: ProjectId,
    from: AccountId,
    amount: Money,
    key: Option<&str>,
) -> Result<Receipt> {
    let wage = desk.store.read(|tx| {
        let project = project_raw(tx, id)?;
        let account = ledger::view(tx, from)?.account;
        match account.owner == Owner::Firm(project.firm) && account.purpose == Purpose::General {
            true => Ok(project.wage_account),
            false => Err(Error::new(&NOT_OWN_ACCOUNT, format!("{from} is not a general account of the firm"))),
        }
    })?;
    let order = Order::new(payments::Kind::FundWageAccount, from, Payee::Account(wage), amount);
    payments::submit(desk, actor, order.reference(id).memo("工资专户入账"), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_bears_contractor_project_and_purpose() {
        let name = |profile, given| checked_name(profile, "海岳建工", "渔港二期", given);
        assert_eq!(name(Profile::Construction, "").unwrap(), "海岳建工渔港二期农民工工资专用账户");
        assert!(name(Profile::Construction, "海岳建工 渔港二期 农民工工资专用账户").is_ok(), "spaces do not count");
        for wrong in ["海岳建工农民工工资专用账户", "渔港二期农民工工资专用账户", "海岳建工渔港二期专户"]
        {
            assert!(name(Profile::Construction, wrong).unwrap_err().is(&ACCOUNT_NAME), "{wrong}");
        }
        assert!(name(Profile::ShipRepair, "随便").is_ok());
        assert!(!Profile::ShipRepair.protected() && Profile::ShipRepair.notice_key().contains("not-protected"));
    }
}
