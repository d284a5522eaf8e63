//! A worker takes his objection further: a complaint about it goes to the labour bureau of the site's region, in the same transaction.
//!
//! He may stay unnamed. Then the complaint says what is wrong with which sheet and no more, and nothing leads from it to him. The code that
//! shows how far it is he alone sees again, on his own line.
use arrears::ComplaintNew;
use crews::ObjectionView;
use kernel::id::{ObjectionId, PayLineId};
use kernel::{Actor, Result};
use store::Tx;

/// Whether he says who he is.
#[derive(Clone, Debug, Default)]
pub struct Further {
    /// His name stands in the complaint.
    pub named: bool,
    /// A number under which the bureau reaches him; may be empty.
    pub phone: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TakenFurther {
    pub line: PayLineId,
    /// Of the complaint; empty where the site has no region, so that no bureau is known.
    pub code: String,
}

/// Takes an objection further ([`crews::take_further`]) and complains. Repeating answers the same code. Errors: those of
/// [`crews::take_further`], `bad_field` for the telephone number.
pub fn take_further(tx: &mut Tx<'_>, actor: &Actor, id: ObjectionId, how: &Further) -> Result<TakenFurther> {
    let done = crews::take_further(tx, actor, id)?;
    let said = crews::objection(tx, actor, id)?;
    let project = payroll::line_raw(tx, said.line)?.project;
    let known = worksite::site_raw(tx, project)?.is_some();
    if done == party::Change::AlreadySo || !known {
        return Ok(TakenFurther { line: said.line, code: said.complaint_code });
    }
    let words = words(tx, &said, how.named)?;
    let new = ComplaintNew { project: Some(project), words, phone: how.phone.clone(), ..ComplaintNew::default() };
    let (_, code) = arrears::complain(tx, &Actor { channel: actor.channel, ..Actor::nobody() }, &new)?;
    crews::keep_complaint_code(tx, id, &code)?;
    Ok(TakenFurther { line: said.line, code })
}

/// What the bureau reads.
fn words(tx: &mut Tx<'_>, o: &ObjectionView, named: bool) -> Result<String> {
    let line = payroll::line_raw(tx, o.line)?;
    let what = match o.kind {
        crews::Reason::Days => "天数不对",
        crews::Reason::Rate => "工价不对",
        crews::Reason::Overtime => "加班没有算对",
        crews::Reason::Deduction => "扣款不对",
        crews::Reason::Other => "其他",
    };
    let mut parts = vec![format!("工人对{}工资表提出异议（{what}），没有解决。", line.period)];
    if named {
        let worker = payroll::worker_raw(tx, line.worker)?;
        parts.push(format!("姓名：{}，班组：{}，工资表实发 {}。", worker.name(tx)?, o.team, o.net));
    }
    parts.extend(o.claimed.map(|sum| format!("他认为应发 {sum}。")));
    if !o.text.is_empty() {
        parts.push(format!("他说：“{}”", o.text));
    }
    if !o.answer_text.is_empty() {
        parts.push(format!("答复是：“{}”", o.answer_text));
    }
    Ok(parts.join("\n").chars().take(arrears::COMPLAINT_CHARS_MAX).collect())
}
