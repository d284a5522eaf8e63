//! What a case does to the site: it is not closed while a case is open (W15). And what a notice does to the guarantee (D4).
use crate::case::{ArrearsCase, CaseState, case_raw};
use crate::case_line::lines_of;
use crate::{CASE_STATE, NO_GUARANTEE, may_keep};
use guarantee::{Named, NoticeNew};
use kernel::id::{ArrearsCaseId, PayNoticeId};
use kernel::{Actor, Error, Result, Timestamp};
use std::collections::BTreeMap;
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
    let mut owed: BTreeMap<_, i64> = BTreeMap::new();
    for line in lines_of(tx, id)?.into_iter().filter(|l| l.owed > l.paid) {
        *owed.entry(line.worker).or_default() += line.owed - line.paid;
    }
    let bureau = crate::bureaus_over(tx, &c.region)?.into_iter().next();
    let officer = party::who_name(tx, c.noticed_by.as_deref().unwrap_or_default())?;
    let new = NoticeNew {
        guarantee: g.id,
        bureau: bureau.as_ref().map(|b| b.id),
        bureau_name: bureau.map(|b| b.name).unwrap_or_default(),
        number: c.notice.clone(),
        officer,
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
