//! The accounts of a project that the law protects (Decree 724, art. 33).
use kernel::id::{AccountId, ProjectId};
use kernel::{BookId, Id, Result};
use payroll::project_raw;
use store::{Seal, Tx, params};

store::record! {
    /// An account that is protected beside the wage account: a guarantee deposit.
    pub struct Protected in "worksite_protected" key 2 {
        pub book: BookId,
        pub account: AccountId,
        pub project: ProjectId,
    }
}

/// Puts a project's account under the law's protection, in the transaction that opens it. For domain code.
pub fn protect(tx: &mut Tx<'_>, project: ProjectId, account: AccountId) -> Result<()> {
    tx.insert(&mut Protected { book: account.book(), account, project, seal: Seal::default() })
}

/// The wage account, its clearing account, and whatever else of the project is protected, in this order. For domain code.
pub fn protected_accounts(tx: &mut Tx<'_>, id: ProjectId) -> Result<Vec<AccountId>> {
    let project = project_raw(tx, id)?;
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY account";
    let more = tx.select::<Protected>(tail, params![id.book(), id])?;
    let own = [project.wage_account, project.clearing_account];
    Ok(own.into_iter().chain(more.into_iter().map(|p| p.account)).collect())
}
