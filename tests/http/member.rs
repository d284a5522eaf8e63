//! Somebody of the little bank whose rights and sign-in are changed by the cases.
use super::house::{login, system};
use super::wire::Texts;
use kernel::id::{BranchId, FirmId, PersonId};
use kernel::{Result, Who};
use party::{GrantAsk, Role};
use store::Tx;

/// A member of staff without a role of weight: his id, his login, a customer's login, his grant, a grant of a firm's user, and a program.
pub(super) fn member(
    tx: &mut Tx<'_>,
    texts: Texts,
    at: BranchId,
    clerk: PersonId,
    owner: PersonId,
    firm: FirmId,
) -> Result<[String; 6]> {
    let new = party::StaffNew { branch: at, number: "8100".into(), name: "员工新".into(), person: None };
    let id = party::staff_join(tx, &system(), new)?;
    let role = party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), Role::LobbyManager).at(at))?;
    login(tx, "staff-new", Who::Staff(id))?;
    let mut of = |who| party::login_of(tx, who).map(|l| l.expect("a login").to_string());
    let (own, customers) = (of(Who::Staff(id))?, of(Who::Person(owner))?);
    let user = party::grants_of(tx, Who::Person(clerk))?[0].id.to_string();
    let (scopes, limits) = (party::CLIENT_SCOPES.to_vec(), Role::Client.cap());
    let (client, _) = party::client_make(
        tx,
        &system(),
        party::ClientNew { firm, name: texts.of("program", "旧程序"), scopes, limits },
    )?;
    Ok([id.to_string(), own, customers, role.to_string(), user, client.to_string()])
}
