//! All that is kept of a site in one archive that the bank signs.
//!
//! Each file is JSON, one object a line, names and numbers of people masked. `manifest.json` lists the files in their order with
//! length, BLAKE3 hash, and a chain: the chain of a file is BLAKE3 over the chain before it and its hash, so that no file can be taken
//! out or moved. `manifest.sig` is the Ed25519 signature over the manifest's bytes, in hexadecimal, by the key that the manifest names;
//! the bank's key signs the roots of its closed days too. A file holds at most [`EVIDENCE_LINES_MAX`] lines and is made and written
//! before the next one, so memory does not grow with the site. A kind of which nothing is kept has one empty file, so that a kind that
//! was taken out is missed. Papers lie under `papers/` by their hash, as they were sent: a scan shows the names that stand on it.
use crate::agreement::agreements_kept;
use crate::end::closing::objections_kept;
use crate::end::orders::orders_kept;
use crate::end::packing::{Packed, Packing, hex, row};
use crate::end::{COMPLAINT, EVIDENCE_LINES_MAX, EVIDENCE_SHEETS_MAX, blocks_of, end_of, kept_until, may_read};
use kernel::id::{AccountId, ProjectId, WorkerId};
use kernel::{Actor, Result};
use payroll::{PayLine, PaySheet, Project, Worker, project_raw};
use serde_json::{Value, json};
use std::io::Write;
use store::{Audit, Store, Tx};

/// What another crate adds.
pub struct Extra {
    /// The kinds of its files, each of which is there even when it is empty.
    pub kinds: &'static [&'static str],
    pub pack: fn(&mut Tx<'_>, ProjectId, &mut Packing<'_>) -> Result<()>,
}

/// The kinds of files that every archive holds; crates above add theirs.
pub const KINDS_OF_SITE: &[&str] = &[
    "site",
    "agreements",
    "orders",
    "objections",
    "blocks",
    "roster",
    "sheets",
    "lines",
    "payments",
    "wage-account",
    "clearing-account",
    "audit",
    "papers",
];

/// Packs what is kept of a site, on one snapshot, for who may read its wages; it is audited first. `extra` is what crates above add.
pub fn evidence(store: &Store, actor: &Actor, id: ProjectId, extra: &[Extra], out: &mut dyn Write) -> Result<Packed> {
    let asker = actor.clone();
    store.write(move |tx| {
        let project = project_raw(tx, id)?;
        may_read(tx, &asker, &project)?;
        tx.audit(&asker, Audit::of("worksite.evidence", id))
    })?;
    store.read(|tx| {
        let project = project_raw(tx, id)?;
        let mut pack = Packing::begin(out);
        site(tx, actor, &project, &mut pack)?;
        roster(tx, id, &mut pack)?;
        sheets(tx, id, &mut pack)?;
        for (name, account) in [("wage-account", project.wage_account), ("clearing-account", project.clearing_account)]
        {
            movements(tx, name, account, &mut pack)?;
        }
        extra.iter().try_for_each(|more| (more.pack)(tx, id, &mut pack))?;
        audit(tx, id, &mut pack)?;
        pack.papers_told()?;
        let kinds = KINDS_OF_SITE.iter().chain(extra.iter().flat_map(|more| more.kinds));
        kinds.copied().try_for_each(|kind| pack.kind(kind))?;
        pack.close(tx, project.id)
    })
}

fn site(tx: &mut Tx<'_>, actor: &Actor, p: &Project, pack: &mut Packing<'_>) -> Result<()> {
    let file = crate::site_view(tx, actor, p.id).ok().flatten().map(|s| {
        json!({
            "region": s.region, "works_contract": s.works_contract, "signed_on": s.signed_on, "price": s.price, "begins_on": s.begins_on,
            "ends_on": s.ends_on, "address": s.address, "owner": s.owner_name, "authority": s.authority,
        })
    });
    let firm = party::firm(tx, p.firm)?;
    let contractor = party::firm(tx, p.contractor)?;
    let kept = kept_until(tx, p.id)?;
    pack.lines("site", &[json!({
        "project": p.id, "name": p.name, "profile": p.profile, "payer": firm.name, "payer_code": firm.credit_code, "contractor": contractor.name,
        "contractor_code": contractor.credit_code, "basis": p.basis, "agreement": p.agreement, "account_name": p.account_name,
        "wage_account": p.wage_account, "clearing_account": p.clearing_account, "opened_at": p.opened_at, "closed_at": p.closed_at,
        "file": file, "end": row(&end_of(tx, p.id)?), "kept_until": kept.until,
    })])?;
    let agreements = agreements_kept(tx, p.id)?;
    pack.lines("agreements", &agreements.iter().map(row).collect::<Vec<_>>())?;
    agreements.iter().try_for_each(|a| pack.paper(tx, a.book, &a.text_hash))?;
    let orders = orders_kept(tx, p.id)?;
    pack.lines("orders", &orders.iter().map(row).collect::<Vec<_>>())?;
    orders.iter().try_for_each(|o| pack.paper(tx, o.book, &o.evidence))?;
    let objections: Vec<Value> = objections_kept(tx, p.id)?.iter().map(row).collect();
    pack.lines("objections", &objections)?;
    let blocks = blocks_of(tx, p.id)?;
    // Who complained, and that somebody did, is between him and the bureau; a firm may have this archive.
    let blocks: Vec<Value> = blocks.iter().filter(|b| b.kind != COMPLAINT).map(row).collect();
    pack.lines("blocks", &blocks)
}

fn roster(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    let told = |w: &Worker| {
        json!({
            "worker": w.id, "name": w.name_masked, "identity": w.identity_masked, "phone": w.phone_masked, "identity_index": hex(&w.identity_index),
            "team": w.team, "contract": w.contract, "contract_on": w.contract_on, "entered_on": w.entered_on, "left_on": w.left_on,
            "account": w.account_masked, "bank": w.bank, "standing": w.standing,
        })
    };
    let mut after: Option<WorkerId> = None;
    loop {
        let page = payroll::roster_raw(tx, id, after, EVIDENCE_LINES_MAX as u32)?;
        after = page.last().map(|w| w.id);
        pack.lines("roster", &page.iter().map(told).collect::<Vec<_>>())?;
        if page.len() < EVIDENCE_LINES_MAX {
            return Ok(());
        }
    }
}

fn told_sheet(s: &PaySheet) -> Value {
    json!({
        "sheet": s.id, "period": s.period, "kind": s.kind, "number": s.number, "state": s.state, "due_on": s.due_on, "pay_on": s.pay_on,
        "lines": s.lines, "due": s.due, "deductions": s.deductions, "net": s.net, "lines_hash": hex(&s.lines_hash), "paid_lines": s.paid_lines,
        "paid_net": s.paid_net, "failed_lines": s.failed_lines, "failed_net": s.failed_net, "drafted_by": s.drafted_by,
        "drafted_at": s.drafted_at, "checked_by": s.checked_by, "checked_at": s.checked_at, "finished_at": s.finished_at,
        "instruction": s.instruction,
    })
}

fn told_line(l: &PayLine) -> Value {
    json!({
        "line": l.id, "line_hash": hex(&crews::line_hash(l)), "sheet": l.sheet, "number": l.number, "worker": l.worker, "period": l.period, "name": l.name_masked,
        "identity": l.identity_masked, "team": l.team, "days": l.days, "hours": l.hours, "due": l.due, "deductions": l.deductions,
        "net": l.net, "items": l.items.0, "account": l.account, "bank": l.bank, "account_masked": l.account_masked, "state": l.state,
        "reason": l.reason, "transfer": l.transfer, "settled_at": l.settled_at, "repays": l.repays, "repaid_by": l.repaid_by,
    })
}

fn sheets(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    let all = payroll::sheets_newest(tx, id, EVIDENCE_SHEETS_MAX)?;
    pack.lines("sheets", &all.iter().map(told_sheet).collect::<Vec<_>>())?;
    for sheet in &all {
        let mut after = 0;
        loop {
            let page = payroll::lines_raw(tx, sheet.id, after, EVIDENCE_LINES_MAX as u32)?;
            let Some(last) = page.last() else { break };
            after = last.number;
            let mut paid = Vec::new();
            for transfer in page.iter().filter_map(|l| l.transfer) {
                paid.extend(ledger::entry(tx, transfer)?.map(|e| told_entry(&e)));
            }
            pack.lines("lines", &page.iter().map(told_line).collect::<Vec<_>>())?;
            pack.lines("payments", &paid)?;
        }
    }
    Ok(())
}

fn told_entry(e: &ledger::Entry) -> Value {
    json!({
        "transfer": e.id, "pos": e.pos, "debit": e.debit, "credit": e.credit, "amount": e.amount, "currency": e.currency, "code": e.code,
        "reference": e.reference, "at": e.at, "business_date": e.business_date, "hash": hex(&e.hash),
    })
}

/// All movements of an account, the newest first.
fn movements(tx: &mut Tx<'_>, name: &str, account: AccountId, pack: &mut Packing<'_>) -> Result<()> {
    let mut from = None;
    loop {
        let page = ledger::statement(tx, account, from, ledger::STATEMENT_ROWS_MAX)?;
        let told = |l: &ledger::Line| {
            let Value::Object(mut all) = told_entry(&l.entry) else { return Value::Null };
            all.insert("change".into(), json!(l.change));
            all.insert("after".into(), json!(l.after));
            Value::Object(all)
        };
        pack.lines(name, &page.iter().map(told).collect::<Vec<_>>())?;
        from = page.last().and_then(ledger::Line::prev);
        if from.is_none() {
            return Ok(());
        }
    }
}

fn audit(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    let object = id.to_string();
    let mut after = 0;
    loop {
        let page = tx.audit_rows(after, EVIDENCE_LINES_MAX as u32, Some(&object))?;
        let told = page.iter().map(|a| json!({ "pos": a.pos, "at": a.at, "by": a.principal, "action": a.action, "after": a.after, "reason": a.reason, "approval": a.approval, "hash": hex(&a.hash) }));
        pack.lines("audit", &told.collect::<Vec<_>>())?;
        match page.last() {
            Some(last) if page.len() == EVIDENCE_LINES_MAX => after = last.pos,
            _ => return Ok(()),
        }
    }
}
