//! What a case does to the site: it is not closed while a case is open (W15). And what a notice does to the guarantee (D4).
use crate::case::{ArrearsCase, CaseState, case_raw, follow, may_see};
use crate::case_line::lines_of;
use crate::{CASE_STATE, NO_GUARANTEE, may_keep};
use guarantee::{Named, NoticeNew, PaymentNotice};
use kernel::id::{ApprovalId, ArrearsCaseId, PayNoticeId, WorkerId};
use kernel::{Actor, Error, Result, Timestamp};
use party::Change;
use payments::Desk;
use payroll::Period;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

const KIND: &str = "arrears";

/// The site cannot be closed from now on.
pub(crate) fn block(tx: &mut Tx<'_>, actor: &Actor, c: &ArrearsCase) -> Result<()> {
    let why: String = c.about.chars().take(100).collect();
    worksite::end::block(tx, actor, c.project, KIND, &c.id.to_string(), &why).map(|_| ())
}

/// The case no longer keeps the site from being closed.
pub(crate) fn unblock(tx: &mut Tx<'_>, actor: &Actor, c: &ArrearsCase) -> Result<()> {
    let why: String = c.closed_why.chars().take(100).collect();
    worksite::end::unblock(tx, actor, c.project, KIND, &c.id.to_string(), &why).map(|_| ())
}

/// The bank takes in the payment notice that a bureau wrote on a case: order, default and workers go with it to the first guarantee of the
/// project that stands. Needs `wage.case`. The same again answers the same. Errors: `arrears_case_state`, `arrears_no_guarantee`, those of
/// `guarantee::notice_receive`.
pub fn notice_take(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> Result<PayNoticeId> {
    let c = case_raw(tx, id)?;
    may_keep(tx, actor, c.firm)?;
    c.need(&[CaseState::Noticed], "paid from the guarantee")?;
    let (Some(due_on), Some(ordered), Some(noticed)) = (c.order_due_on, c.ordered_at, c.noticed_at) else {
        return Err(Error::new(&CASE_STATE, "the case has no order, no default or no notice").with("state", c.state));
    };
    let none = || Error::new(&NO_GUARANTEE, "no guarantee of this project stands");
    let g = guarantee::of_project(tx, c.project)?.into_iter().find(|g| g.is_open()).ok_or_else(none)?;
    let owed = still_owed(tx, id)?;
    let bureau = c.notice_bureau.map(|b| crate::bureau::bureau_raw(tx, b)).transpose()?;
    let mut officers = Vec::new();
    for who in [&c.notice_asked_by, &c.noticed_by].into_iter().flatten() {
        officers.push(party::who_name(tx, who)?);
    }
    let new = NoticeNew {
        guarantee: g.id,
        bureau: bureau.as_ref().map(|b| b.id),
        bureau_name: bureau.map(|b| b.name).unwrap_or_default(),
        number: c.notice.clone(),
        officer: officers.join("、"),
        basis: "保障农民工工资支付条例 第三十二条".into(),
        issued_on: noticed.local_date(),
        settle_order: c.order_number.clone(),
        settle_ordered_on: ordered.local_date(),
        default_proof: c.id.to_string(),
        defaulted_on: c.defaulted_at.map_or(due_on.plus_days(1), Timestamp::local_date),
        workers: owed.into_iter().map(|(worker, amount)| Named { worker, amount }).collect(),
    };
    guarantee::notice_receive(tx, actor, new)
}

/// What the workers of a case are still owed, each once.
fn still_owed(tx: &mut Tx<'_>, id: ArrearsCaseId) -> Result<BTreeMap<WorkerId, i64>> {
    let mut owed = BTreeMap::new();
    for line in lines_of(tx, id)?.into_iter().filter(|l| l.owed > l.paid) {
        *owed.entry(line.worker).or_default() += line.owed - line.paid;
    }
    Ok(owed)
}

/// What became of the notices that the bank took in on a case, the newest first. By whoever may see the case.
pub fn notices_of_case(tx: &mut Tx<'_>, actor: &Actor, id: ArrearsCaseId) -> Result<Vec<PaymentNotice>> {
    let c = case_raw(tx, id)?;
    may_see(tx, actor, &c)?;
    of_case(tx, &c)
}

fn of_case(tx: &mut Tx<'_>, c: &ArrearsCase) -> Result<Vec<PaymentNotice>> {
    let proof = c.id.to_string();
    let mut all = guarantee::notices_of(tx, c.project)?;
    all.retain(|n| n.default_proof == proof);
    Ok(all)
}

/// What was paid of a case since the bank took its notice in is not paid from the guarantee again.
pub(crate) fn lower(tx: &mut Tx<'_>, c: &ArrearsCase) -> Result<()> {
    for n in of_case(tx, c)? {
        let owed = still_owed(tx, c.id)?;
        guarantee::notice_lower(tx, n.id, &owed)?;
    }
    Ok(())
}

/// The second person's yes to what a guarantee is asked for. What was paid to the workers of its case until this moment is taken off first,
/// so a guarantee never pays more than is owed; and a wage for which money of another case's notice waits is not paid once more, also when
/// that case was closed since. Errors: `guarantee_named_elsewhere`, those of [`guarantee::approval_yes`].
pub fn guarantee_yes(desk: &Desk, tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, shown_hash: &str) -> Result<Change> {
    if let Some(n) = guarantee::notice_of_approval(tx, id)? {
        follow(tx, n.project)?;
        once(tx, &n)?;
    }
    guarantee::approval_yes(desk, tx, actor, id, shown_hash)
}

/// `Err(guarantee_named_elsewhere)` when money for a wage of this notice's case lies there on another case's notice.
fn once(tx: &mut Tx<'_>, n: &PaymentNotice) -> Result<()> {
    let wages = |tx: &mut Tx<'_>, of: &PaymentNotice| -> Result<BTreeSet<(WorkerId, Period)>> {
        let Ok(case) = of.default_proof.parse::<ArrearsCaseId>() else { return Ok(BTreeSet::new()) };
        Ok(lines_of(tx, case)?.into_iter().map(|l| (l.worker, l.period)).collect())
    };
    let own = wages(tx, n)?;
    for other in guarantee::notices_with_money(tx, n.project)?.into_iter().filter(|other| other.id != n.id) {
        if !own.is_disjoint(&wages(tx, &other)?) {
            return Err(guarantee::named_elsewhere(&other));
        }
    }
    Ok(())
}
