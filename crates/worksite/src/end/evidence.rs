//! All that is kept of a site in one archive that the bank signs.
//!
//! Each file is JSON, one object a line, names and numbers of people masked. `manifest.json` lists the files in their order with
//! length, BLAKE3 hash, and a chain: the chain of a file is BLAKE3 over the chain before it and its hash, so that no file can be taken
//! out or moved. `manifest.sig` is the Ed25519 signature over the manifest's bytes, in hexadecimal, by the key that the manifest names;
//! the bank's key signs the roots of its closed days too. A file holds at most [`EVIDENCE_LINES_MAX`] lines and is made and written
//! before the next one, so memory does not grow with the site.
use crate::end::archive::{finish, put};
use crate::end::{
    EVIDENCE_FILES_MAX, EVIDENCE_LINES_MAX, EVIDENCE_SHEETS_MAX, LegalOrder, blocks_of, end_of, kept_until, may_read,
    objections_of, orders_of,
};
use kernel::id::{AccountId, ProjectId, WorkerId};
use kernel::{Actor, Error, Result};
use payroll::{PayLine, PaySheet, Project, Worker, project_raw};
use serde_json::{Value, json};
use std::io::Write;
use store::{Audit, Param, Record, Store, Tx};

/// What another crate adds: the file's name without its ending, and its lines.
pub type Extra = (&'static str, fn(&mut Tx<'_>, ProjectId) -> Result<Vec<Value>>);

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Packed {
    pub files: usize,
    pub bytes: u64,
    /// BLAKE3 of the manifest, in hexadecimal.
    pub manifest: String,
}

/// A record as it stands, column by column; bytes and ids in hexadecimal.
pub fn row<R: Record>(record: &R) -> Value {
    let of = |p: &Param<'_>| match p {
        Param::Int(n) => json!(n),
        Param::Text(t) => json!(t),
        Param::Id(bytes) => json!(hex(bytes)),
        Param::Bytes(bytes) => json!(hex(bytes)),
        _ => Value::Null,
    };
    let columns = R::TABLE.columns.iter().zip(record.params());
    Value::Object(columns.map(|(name, value)| ((*name).to_owned(), of(&value))).collect())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

struct Pack<'o> {
    out: &'o mut dyn Write,
    files: Vec<Value>,
    chain: [u8; 32],
    bytes: u64,
}

impl Pack<'_> {
    fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        if self.files.len() >= EVIDENCE_FILES_MAX {
            let most = EVIDENCE_FILES_MAX;
            return Err(Error::limit("files of evidence", most + 1, most, "files"));
        }
        let hash = blake3::hash(content);
        self.chain = link(&self.chain, hash.as_bytes());
        self.files.push(json!({
            "name": name, "bytes": content.len(), "blake3": hash.to_hex().as_str(), "chain": hex(&self.chain),
        }));
        self.bytes += content.len() as u64;
        put(self.out, name, content).map_err(unwritten)
    }
    /// The lines of one kind, in as many files as they need.
    fn lines(&mut self, name: &str, lines: &[Value]) -> Result<()> {
        let parts: Vec<&[Value]> =
            if lines.is_empty() { vec![&[]] } else { lines.chunks(EVIDENCE_LINES_MAX).collect() };
        for (n, part) in parts.into_iter().enumerate() {
            self.part(name, n, part)?;
        }
        Ok(())
    }
    fn part(&mut self, name: &str, n: usize, lines: &[Value]) -> Result<()> {
        let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
        self.file(&format!("{name}-{:04}.jsonl", n + 1), text.as_bytes())
    }
}

/// The chain of a file: over the chain before it and its hash.
pub(crate) fn link(before: &[u8; 32], hash: &[u8; 32]) -> [u8; 32] {
    *blake3::Hasher::new().update(before).update(hash).finalize().as_bytes()
}

fn unwritten(e: std::io::Error) -> Error {
    Error::broken("the archive could not be written").caused_by(e)
}

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
        let mut pack = Pack { out, files: Vec::new(), chain: [0; 32], bytes: 0 };
        site(tx, actor, &project, &mut pack)?;
        roster(tx, id, &mut pack)?;
        sheets(tx, id, &mut pack)?;
        for (name, account) in [("wage-account", project.wage_account), ("clearing-account", project.clearing_account)]
        {
            movements(tx, name, account, &mut pack)?;
        }
        for (name, lines) in extra {
            pack.lines(name, &lines(tx, id)?)?;
        }
        audit(tx, id, &mut pack)?;
        close(tx, &project, pack)
    })
}

fn site(tx: &mut Tx<'_>, actor: &Actor, p: &Project, pack: &mut Pack<'_>) -> Result<()> {
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
    let orders: Vec<Value> = orders_of(tx, p.id)?.iter().map(row::<LegalOrder>).collect();
    pack.lines("orders", &orders)?;
    let objections: Vec<Value> = objections_of(tx, actor, p.id)?.iter().map(row).collect();
    pack.lines("objections", &objections)?;
    let blocks: Vec<Value> = blocks_of(tx, p.id)?.iter().map(row).collect();
    pack.lines("blocks", &blocks)
}

fn roster(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Pack<'_>) -> Result<()> {
    let told = |w: &Worker| {
        json!({
            "worker": w.id, "name": w.name_masked, "identity": w.identity_masked, "phone": w.phone_masked, "identity_index": hex(&w.identity_index),
            "team": w.team, "contract": w.contract, "contract_on": w.contract_on, "entered_on": w.entered_on, "left_on": w.left_on,
            "account": w.account_masked, "bank": w.bank, "standing": w.standing,
        })
    };
    let mut after: Option<WorkerId> = None;
    for n in 0.. {
        let page = payroll::roster_raw(tx, id, after, EVIDENCE_LINES_MAX as u32)?;
        if page.is_empty() && n > 0 {
            break;
        }
        after = page.last().map(|w| w.id);
        pack.part("roster", n, &page.iter().map(told).collect::<Vec<_>>())?;
        if page.len() < EVIDENCE_LINES_MAX {
            break;
        }
    }
    Ok(())
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
        "line": l.id, "sheet": l.sheet, "number": l.number, "worker": l.worker, "period": l.period, "name": l.name_masked,
        "identity": l.identity_masked, "team": l.team, "days": l.days, "hours": l.hours, "due": l.due, "deductions": l.deductions,
        "net": l.net, "items": l.items.0, "account": l.account, "bank": l.bank, "account_masked": l.account_masked, "state": l.state,
        "reason": l.reason, "transfer": l.transfer, "settled_at": l.settled_at, "repays": l.repays, "repaid_by": l.repaid_by,
    })
}

fn sheets(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Pack<'_>) -> Result<()> {
    let all = payroll::sheets_newest(tx, id, EVIDENCE_SHEETS_MAX)?;
    pack.lines("sheets", &all.iter().map(told_sheet).collect::<Vec<_>>())?;
    let mut n = 0;
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
            pack.part("lines", n, &page.iter().map(told_line).collect::<Vec<_>>())?;
            pack.part("payments", n, &paid)?;
            n += 1;
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
fn movements(tx: &mut Tx<'_>, name: &str, account: AccountId, pack: &mut Pack<'_>) -> Result<()> {
    let (mut from, mut n) = (None, 0);
    loop {
        let page = ledger::statement(tx, account, from, ledger::STATEMENT_ROWS_MAX)?;
        let told = |l: &ledger::Line| {
            let Value::Object(mut all) = told_entry(&l.entry) else { return Value::Null };
            all.insert("change".into(), json!(l.change));
            all.insert("after".into(), json!(l.after));
            Value::Object(all)
        };
        pack.part(name, n, &page.iter().map(told).collect::<Vec<_>>())?;
        n += 1;
        from = page.last().and_then(ledger::Line::prev);
        if from.is_none() {
            return Ok(());
        }
    }
}

fn audit(tx: &mut Tx<'_>, id: ProjectId, pack: &mut Pack<'_>) -> Result<()> {
    let object = id.to_string();
    let mut after = 0;
    for n in 0.. {
        let page = tx.audit_rows(after, EVIDENCE_LINES_MAX as u32, Some(&object))?;
        let told = page.iter().map(|a| json!({ "pos": a.pos, "at": a.at, "by": a.principal, "action": a.action, "after": a.after, "reason": a.reason, "approval": a.approval, "hash": hex(&a.hash) }));
        pack.part("audit", n, &told.collect::<Vec<_>>())?;
        match page.last() {
            Some(last) if page.len() == EVIDENCE_LINES_MAX => after = last.pos,
            _ => break,
        }
    }
    Ok(())
}

fn close(tx: &mut Tx<'_>, p: &Project, pack: Pack<'_>) -> Result<Packed> {
    let Pack { out, files, bytes, .. } = pack;
    let many = files.len();
    let manifest = json!({
        "form": "yizhan-wage-evidence-1", "project": p.id, "made_at": tx.now(), "key": hex(&tx.keys().verifying_key()), "files": files,
    });
    let text =
        serde_json::to_vec_pretty(&manifest).map_err(|e| Error::broken("a manifest has no JSON form").caused_by(e))?;
    let signature = hex(&tx.keys().sign(&text));
    put(out, "manifest.json", &text).map_err(unwritten)?;
    put(out, "manifest.sig", signature.as_bytes()).map_err(unwritten)?;
    finish(out).map_err(unwritten)?;
    Ok(Packed { files: many, bytes, manifest: blake3::hash(&text).to_hex().to_string() })
}
