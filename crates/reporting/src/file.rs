//! The file of a report, in the form `yizhan.report/1` that docs/domains/reporting.md describes, and who receives it.
use crate::day::file_name;
use crate::may_work;
use crate::report::{Kind, Movement, Report, person_of, words};
use kernel::id::{InstructionId, ReportId};
use kernel::{Actor, Error, Money, Owner, Result};
use serde_json::{Value, json};
use store::{Audit, Tx};

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub report: ReportId,
    pub kind: Kind,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Who takes reports (中国反洗钱监测分析中心).
pub trait Receiver: Send + Sync {
    /// Answers with a receipt; the same report again with the same one. An error leaves the file for the next run.
    fn receive(&self, file: &Outgoing) -> Result<String>;
}

/// Takes everything; the receipt is made from the report's id.
#[derive(Clone, Copy, Debug, Default)]
pub struct Simulator;

impl Receiver for Simulator {
    fn receive(&self, file: &Outgoing) -> Result<String> {
        let id = file.report.to_string();
        Ok(format!("SIM-{}", id.chars().skip(id.len().saturating_sub(10)).collect::<String>()))
    }
}

/// A file as it was sent or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A report's file, audited. `Err(NOT_FOUND)` before it is released, and to who may not see the report.
pub fn file(tx: &mut Tx<'_>, actor: &Actor, id: ReportId) -> Result<Sent> {
    let r = crate::course::locked(tx, id)?;
    may_work(tx, actor, &r)?;
    let hash = r.file.clone().ok_or_else(|| Error::not_found("file", id))?;
    tx.audit(actor, Audit::of("report.file", id))?;
    Ok(Sent { name: file_name(&r), bytes: payroll::read_file(tx, r.book, &hash)? })
}

/// The file of a report; whoever agrees looks at the customer's data in the clear, and that is audited.
pub(crate) fn made(tx: &mut Tx<'_>, actor: &Actor, r: &Report) -> Result<Vec<u8>> {
    let branch = party::branch_of(tx, r.book)?;
    let lines = r.lines.0.iter().map(|m| movement(tx, r, m)).collect::<Result<Vec<_>>>()?;
    let file = json!({
        "form": "yizhan.report/1",
        "report": r.id.to_string(),
        "kind": r.kind.code(),
        "act": r.act.code(),
        "corrects": r.corrects.map(|c| c.to_string()),
        "bank_branch": branch.code,
        "day": r.day.to_string(),
        "direction": r.way.map(|w| w.code()),
        "currency": r.currency.code(),
        "amount": r.money().plain(),
        "threshold": Money::new(r.threshold, r.currency).plain(),
        "movements": r.movements,
        "movements_listed": lines.len(),
        "customer": customer(tx, actor, r)?,
        "typology": r.typology,
        "suspicion": words(tx.keys(), &r.words)?,
        "lines": lines,
    });
    let mut bytes =
        serde_json::to_vec_pretty(&file).map_err(|e| Error::broken("a report has no JSON form").caused_by(e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn customer(tx: &mut Tx<'_>, actor: &Actor, r: &Report) -> Result<Value> {
    if let Some(person) = person_of(r.subject) {
        let p = party::reveal(tx, actor, person, &r.id.to_string())?;
        return Ok(json!({ "is": "person", "name": p.name, "document": p.identity, "phone": p.phone }));
    }
    let Owner::Firm(firm) = r.subject else { return Err(Error::broken("a report is about a customer")) };
    let f = party::firm(tx, firm)?;
    Ok(json!({ "is": "firm", "name": f.name, "document": f.credit_code, "phone": f.phone }))
}

fn movement(tx: &mut Tx<'_>, r: &Report, m: &Movement) -> Result<Value> {
    let own = ledger::view(tx, m.account)?.account;
    let other = ledger::view(tx, m.counterparty)?.account;
    let instruction = m.reference.parse::<InstructionId>().ok();
    let payee = match instruction.map(|i| payments::raw(tx, i)).transpose()?.flatten() {
        Some(i) if other.owner == Owner::Bank => i.payee,
        _ => other.number,
    };
    Ok(json!({
        "at": m.at.local(),
        "account": own.number,
        "amount": Money::new(m.amount, r.currency).plain(),
        "counterparty": payee,
        "code": m.code,
        "instruction": m.reference,
    }))
}
