//! A guarantee goes back to its contractor (D5).
use crate::guarantee::{Ended, Form, Guarantee, guarantee_raw, own};
use crate::notice::notices_of;
use crate::pay::{Movement, let_out};
use crate::{Event, NOT_CASH, NOTICE_OPEN};
use kernel::id::{AccountId, ApprovalId, GuaranteeId};
use kernel::{Actor, Error, Money, Result};
use party::{Permission, Scope};
use payments::{Desk, Kind};
use payroll::project_raw;
use serde::{Deserialize, Serialize};
use store::{Audit, Tx};

/// The approval kind of a return.
pub(crate) const KIND: &str = "guarantee.return";

#[derive(Serialize, Deserialize)]
struct Payload {
    guarantee: GuaranteeId,
    to: Option<AccountId>,
}

/// Asks a second person to give a guarantee back. A deposit goes `to` a general account of its contractor; a letter, and a deposit with
/// nothing in it, need none. Needs `wage.account_open`; he needs `wage.account_check`. Asking again answers the request that waits. Errors: `guarantee_ended`,
/// `guarantee_notice_open`, `guarantee_not_own_account`, those of [`worksite::end::may_return`].
pub fn return_ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: GuaranteeId,
    to: Option<AccountId>,
    note: &str,
) -> Result<ApprovalId> {
    let g = guarantee_raw(tx, id)?;
    let project = project_raw(tx, g.project)?;
    party::may(tx, actor, Permission::WageAccountOpen, &Scope::firm(project.firm))?;
    let left = judge(tx, &g, to)?;
    let mut ask = approval::Ask::new(KIND, &Payload { guarantee: id, to }, Permission::WageAccountCheck)?;
    ask.amount = Some(left);
    ask.firm = Some(project.firm);
    ask.note = note.trim().to_owned();
    let paid_to = match to {
        Some(to) => kernel::chinese::mask_card(&ledger::view(tx, to)?.account.number),
        None => g.issuer.clone(),
    };
    ask.summary = vec![
        approval::Line::shown("wage-project", &project.name),
        approval::Line::shown("guarantee-form", g.form.code()),
        approval::Line::shown("guarantee-left", left.to_string()),
        approval::Line::shown("guarantee-to", paid_to),
    ];
    if let Some(waits) = approval::asked_already(tx, actor, &ask)? {
        return Ok(waits);
    }
    let asked = approval::ask(tx, actor, ask)?;
    tx.audit(actor, Audit::of("guarantee.return_ask", id).after(left.to_string()).approval(asked))?;
    Ok(asked)
}

/// What would go back now, when it may.
fn judge(tx: &mut Tx<'_>, g: &Guarantee, to: Option<AccountId>) -> Result<Money> {
    g.open()?;
    let open = notices_of(tx, g.project)?.into_iter().any(|n| n.guarantee == g.id && n.state.is_open());
    if open {
        return Err(Error::new(&NOTICE_OPEN, format!("a notice on {} is open", g.id)));
    }
    worksite::end::may_return(tx, g.project)?;
    let today = tx.now().local_date();
    let left = match g.form {
        Form::Cash => g.covers(tx, today)?,
        Form::Letter => Money::zero(g.currency),
    };
    if left.is_positive() {
        let to = to.ok_or_else(|| Error::field("to", "name an account of the contractor"))?;
        own(tx, g, to)?;
    }
    Ok(left)
}

/// The second person agreed: judged again, and done.
pub(crate) fn carry_out(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, payload: &str) -> Result<Money> {
    let read: Payload = serde_json::from_str(payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let mut g = guarantee_raw(tx, read.guarantee)?;
    let left = judge(tx, &g, read.to)?;
    g.ended = Some(match (g.form, left.is_positive()) {
        (Form::Letter, _) => Ended::GivenBack,
        (Form::Cash, true) => Ended::Returned,
        (Form::Cash, false) => Ended::NeverPaid,
    });
    if let Some(to) = read.to.filter(|_| left.is_positive()) {
        let from = g.account.ok_or_else(|| Error::new(&NOT_CASH, format!("{} is a letter", g.id)))?;
        let reference = g.id.to_string();
        let m = Movement { kind: Kind::GuaranteeOut, from, to, amount: left, reference, memo: "返还工资保证金" };
        g.instruction = Some(let_out(desk, tx, m)?);
        (g.returned, g.returned_to) = (left.minor, Some(to));
    }
    if let Some(account) = g.account {
        ledger::close_account(tx, actor, account, "the guarantee went back")?;
    }
    (g.ended_by, g.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut g)?;
    tx.audit(actor, Audit::of("guarantee.returned", g.id).after(left.to_string()))?;
    let (guarantee, project, firm) = (g.id, g.project, g.contractor);
    tx.emit(&Event::Returned { guarantee, project, firm, amount: left }, &actor.correlation)?;
    Ok(left)
}
