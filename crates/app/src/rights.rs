//! Rights are given by two: the command stands here because it sees both `party`, which keeps grants, and `approval`.
//!
//! **Asking.** [`grant_ask`] and [`revoke_ask`] judge everything that the command itself will judge, then look the policy up
//! (`grant`, `revoke` in `approval/data/policy.toml`). Where it asks for nobody the thing is done at once; else a second
//! person is asked, who sees what the holder has there now and what he will have. To deny is to take away and to lift a
//! denial is to give, so each is judged as the other. A firm's own user gives and takes the firm's roles alone, unless the firm
//! wants two ([`party::FirmControl`]); what the bank's staff give in a firm is always asked.
//!
//! **Doing.** [`approve`] binds to the hash of what was shown, finds the maker's right still there, and has the checker give or take
//! the role: his own right, the holder's other roles, the caps and the dates are judged again. The approval stands in the
//! row. Who asks never checks, nor does who gains; no administrator is exempt.
use crate::codes::MAKER_LOST_RIGHT;
use approval::{Approve, Ask, Line};
use kernel::id::{ApprovalId, BranchId, FirmId, GrantId, PersonId, StaffId};
use kernel::{Actor, Error, Kind, Money, Owner, Result, Timestamp, Who};
use party::{Change, Grant, GrantAsk, Limits, Permission, Role, Scope};
use serde::{Deserialize, Serialize};
use store::Tx;

pub const KIND_GRANT: &str = "grant";
pub const KIND_REVOKE: &str = "revoke";
pub const KIND_CONTROL: &str = "firm.control";

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A second person decides.
    Waits(ApprovalId),
    /// The policy asks for nobody: it is done.
    Granted(GrantId),
    Changed(Change),
}

/// What a yes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    FirstOfTwo,
    Granted(GrantId),
    Revoked(GrantId),
    ControlEnded(FirmId),
    AlreadySo,
}

/// What the approval is bound to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Terms {
    Grant(Given),
    Revoke { grant: GrantId, why: String },
    EndControl { firm: FirmId, why: String },
}

/// A [`GrantAsk`] as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Given {
    holder: String,
    role: Role,
    permission: Option<Permission>,
    firm: Option<FirmId>,
    branch: Option<BranchId>,
    limits: Limits,
    deny: bool,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

impl Given {
    fn of(ask: &GrantAsk) -> Given {
        Given {
            holder: Actor::of(ask.holder).principal(),
            role: ask.role,
            permission: ask.permission,
            firm: ask.firm,
            branch: ask.branch,
            limits: ask.limits,
            deny: ask.deny,
            valid_from: ask.valid_from,
            valid_until: ask.valid_until,
        }
    }

    fn ask(self, maker: &str, approval: ApprovalId) -> Result<GrantAsk> {
        let nobody = || Error::broken(format!("approval {approval} gives a role to nobody"));
        Ok(GrantAsk {
            holder: party::principal(&self.holder).ok_or_else(nobody)?,
            role: self.role,
            permission: self.permission,
            firm: self.firm,
            branch: self.branch,
            limits: self.limits,
            deny: self.deny,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            asked_by: Some(maker.to_owned()),
            approval: Some(approval),
        })
    }
}

/// Gives a role, or asks a second person to. Needs `role.grant` over the same branch or firm, stepped up.
/// Errors: those of [`party::grant`].
pub fn grant_ask(tx: &mut Tx<'_>, actor: &Actor, ask: GrantAsk, note: &str) -> Result<Asked> {
    party::grant_check(tx, actor, &ask)?;
    party::need_step_up_of_people(actor)?;
    if !takes_two(tx, actor, if ask.deny { KIND_REVOKE } else { KIND_GRANT }, ask.firm)? {
        return party::grant(tx, actor, ask).map(Asked::Granted);
    }
    let summary = grant_summary(tx, &ask)?;
    let request = Ask::new(KIND_GRANT, &Terms::Grant(Given::of(&ask)), Permission::RoleGrant)?;
    let gains = if ask.deny { None } else { gains(tx, ask.holder)? };
    let request = Ask { summary, beneficiary: gains, note: note.trim().to_owned(), ..request };
    asked(tx, actor, request, ask.scope())
}

/// Takes a role back, or asks a second person to. Needs `role.revoke` over the same branch or firm, stepped up, and a reason.
pub fn revoke_ask(tx: &mut Tx<'_>, actor: &Actor, id: GrantId, why: &str) -> Result<Asked> {
    let why = party::reason(why)?;
    let row = party::grant_to_revoke(tx, actor, id)?;
    party::need_step_up_of_people(actor)?;
    if row.revoked_at.is_some() {
        return Ok(Asked::Changed(Change::AlreadySo));
    }
    if !takes_two(tx, actor, if row.deny { KIND_GRANT } else { KIND_REVOKE }, row.firm)? {
        return party::revoke(tx, actor, id, &why, None).map(Asked::Changed);
    }
    let summary = revoke_summary(tx, &row)?;
    let request = Ask::new(KIND_REVOKE, &Terms::Revoke { grant: id, why: why.clone() }, Permission::RoleRevoke)?;
    let holder = party::principal(&row.holder).filter(|_| row.deny);
    let gains = holder.map(|holder| gains(tx, holder)).transpose()?.flatten();
    asked(tx, actor, Ask { summary, beneficiary: gains, note: why, ..request }, row.scope())
}

/// Whether a firm wants two persons for its rights. To want it works at once; to want it no more asks a second person.
/// Needs `role.grant` at the firm, stepped up, and a reason.
pub fn control_ask(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, two: bool, why: &str) -> Result<Asked> {
    let why = party::reason(why)?;
    party::may(tx, actor, Permission::RoleGrant, &Scope::firm(firm))?;
    party::need_step_up_of_people(actor)?;
    let now = party::firm_control(tx, firm)?.is_some();
    if two || !now {
        let done = if two { party::firm_control_set(tx, actor, firm, &why)? } else { Change::AlreadySo };
        return Ok(Asked::Changed(done));
    }
    let request = Ask::new(KIND_CONTROL, &Terms::EndControl { firm, why: why.clone() }, Permission::RoleGrant)?;
    let name = party::firm(tx, firm)?.name;
    let summary = vec![Line::shown("rights-place", name), Line::new("rights-control", "two", "one")];
    asked(tx, actor, Ask { summary, note: why, ..request }, Scope::firm(firm))
}

fn asked(tx: &mut Tx<'_>, actor: &Actor, request: Ask, scope: Scope) -> Result<Asked> {
    approval::ask(tx, actor, Ask { branch: scope.branch, firm: scope.firm, ..request }).map(Asked::Waits)
}

/// Whether the policy asks for a second person. A firm by itself, only when the firm wants it.
fn takes_two(tx: &mut Tx<'_>, actor: &Actor, kind: &str, firm: Option<FirmId>) -> Result<bool> {
    let alone = match (actor.who, firm) {
        (Who::System(_), _) => true,
        (Who::ForFirm { .. }, Some(firm)) => party::firm_control(tx, firm)?.is_none(),
        _ => false,
    };
    let date = tx.business_date()?;
    Ok(!alone && approval::policy(kind, None, date)?.checkers > 0)
}

/// Who gains from a role: the person, or the member of staff as a customer.
fn gains(tx: &mut Tx<'_>, holder: Who) -> Result<Option<Owner>> {
    let person: Option<PersonId> = match holder {
        Who::Staff(s) => party::staff(tx, s)?.person,
        Who::Person(p) => Some(p),
        _ => None,
    };
    Ok(person.map(Owner::Person))
}

/// The number besides the name, for two members of staff may be called the same.
fn holder_shown(tx: &mut Tx<'_>, holder: &str) -> Result<String> {
    match holder.parse::<StaffId>() {
        Ok(id) => party::staff(tx, id).map(|s| format!("{} {}", s.number, s.name)),
        Err(_) => party::who_name(tx, holder),
    }
}

/// The firm, the branch by code and names, or `bank`.
fn place_shown(tx: &mut Tx<'_>, scope: &Scope) -> Result<String> {
    Ok(match (scope.firm, scope.branch) {
        (Some(firm), _) => party::firm(tx, firm)?.name,
        (None, Some(branch)) => {
            let b = party::branch(tx, branch)?;
            format!("{} {} {}", b.code, b.name_zh, b.name_en)
        }
        (None, None) => "bank".into(),
    })
}

/// The roles of the holder at the same place, and of these the grants of the same role.
fn held_there(tx: &mut Tx<'_>, holder: Who, role: Role, scope: &Scope) -> Result<(Vec<&'static str>, Vec<Grant>)> {
    let mut held = party::grants_of(tx, holder)?;
    held.retain(|g| !g.deny && g.scope() == *scope);
    let mut roles: Vec<&'static str> = held.iter().map(|g| g.role.code()).collect();
    roles.sort_unstable();
    roles.dedup();
    held.retain(|g| g.role == role);
    Ok((roles, held))
}

fn grant_summary(tx: &mut Tx<'_>, ask: &GrantAsk) -> Result<Vec<Line>> {
    let (holder, scope) = (Actor::of(ask.holder).principal(), ask.scope());
    let (roles, same) = held_there(tx, ask.holder, ask.role, &scope)?;
    let mut after = roles.clone();
    match ask.deny {
        true => after.retain(|r| *r != ask.role.code()),
        false if after.contains(&ask.role.code()) => {}
        false => after.push(ask.role.code()),
    }
    let mut lines = vec![
        Line::shown("rights-holder", holder_shown(tx, &holder)?),
        Line::shown("rights-place", place_shown(tx, &scope)?),
        Line::new("rights-roles", roles.join(" "), after.join(" ")),
    ];
    if let Some(only) = ask.permission {
        lines.push(Line::new("rights-only", "", only.code()));
    }
    if !ask.deny {
        let none = Limits::yuan(0, 0, 0, 0);
        let before = same.iter().fold(none, |all, g| all.highest(g.limits()));
        lines.extend(limit_lines(&before, &before.highest(ask.limits)));
    }
    let moment = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.local_date().to_string());
    lines.extend(ask.valid_from.map(|at| Line::new("rights-from", "", moment(Some(at)))));
    lines.extend(ask.valid_until.map(|at| Line::new("rights-until", "", moment(Some(at)))));
    Ok(lines)
}

fn limit_lines(before: &Limits, after: &Limits) -> Vec<Line> {
    let money = |minor: i64| Money::new(minor, after.currency).to_string();
    let all = [
        ("rights-per-transaction", before.per_transaction_max, after.per_transaction_max),
        ("rights-per-day", before.per_day_max, after.per_day_max),
        ("rights-own", before.own_max, after.own_max),
        ("rights-release", before.release_max, after.release_max),
    ];
    let used = all.into_iter().filter(|(_, before, after)| before.max(after) > &0);
    used.map(|(label, before, after)| Line { label: label.into(), before: money(before), after: money(after) })
        .collect()
}

fn revoke_summary(tx: &mut Tx<'_>, row: &Grant) -> Result<Vec<Line>> {
    let place = place_shown(tx, &row.scope())?;
    let (before, after) = match row.deny {
        true => (String::new(), row.role.code().to_owned()),
        false => (row.role.code().to_owned(), String::new()),
    };
    Ok(vec![
        Line::shown("rights-holder", holder_shown(tx, &row.holder)?),
        Line::shown("rights-place", place),
        Line::new("rights-roles", before, after),
    ])
}

/// The second person agrees, and it is done. Repeating is safe.
pub fn approve(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Approved> {
    let (row, payload) = match approval::approve(tx, actor, id, shown_hash)? {
        Approve::FirstOfTwo => return Ok(Approved::FirstOfTwo),
        Approve::AlreadySo { .. } => return Ok(Approved::AlreadySo),
        Approve::Approved { approval, payload } => (approval, payload),
    };
    maker_still_may(tx, &row)?;
    let terms: Terms = serde_json::from_str(&payload)
        .map_err(|e| Error::broken("the terms of an approval cannot be read").caused_by(e))?;
    let (done, outcome) = match terms {
        Terms::Grant(given) => {
            let grant = party::grant(tx, actor, given.ask(&row.maker, id)?)?;
            (Approved::Granted(grant), grant.to_string())
        }
        Terms::Revoke { grant, why } => {
            party::revoke(tx, actor, grant, &why, Some(id))?;
            (Approved::Revoked(grant), grant.to_string())
        }
        Terms::EndControl { firm, why } => {
            party::firm_control_end(tx, actor, firm, &why, Some(id))?;
            (Approved::ControlEnded(firm), firm.to_string())
        }
    };
    approval::mark_executed(tx, actor, id, &outcome)?;
    Ok(done)
}

/// The maker's own right may have ended since he asked.
fn maker_still_may(tx: &mut Tx<'_>, row: &approval::Approval) -> Result<()> {
    let who = match (party::principal(&row.maker), row.firm) {
        (Some(Who::Person(person)), Some(firm)) => Who::ForFirm { person, firm },
        (Some(who), _) => who,
        (None, _) => return Err(Error::broken(format!("approval {} was made by nobody", row.id))),
    };
    match party::may(tx, &Actor::of(who), row.permission, &row.scope()) {
        Err(why) if why.kind() == Kind::Forbidden => {
            Err(Error::new(&MAKER_LOST_RIGHT, "who asked for it may not ask for it any more"))
        }
        done => done.map(|_| ()),
    }
}
