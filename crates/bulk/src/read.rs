//! From the bytes of a file to a draft.
use crate::columns::{PAYMENTS, Wrong, is_ours};
use crate::file::{BulkFile, FileState, Finding, keep_findings};
use crate::line::{BulkLine, Given, LineState, seal, twin};
use crate::{
    FILES_A_DAY_MAX, FILES_TODAY, FINDINGS_MAX, LINES_MAX, MISNAMED, MISNAMED_A_DAY_MAX, ROWS_MAX, TOO_MANY, TWIN_DAYS,
};
use kernel::clock::DAY;
use kernel::id::{AccountId, BulkId, FirmId, InstructionId};
use kernel::{Actor, Currency, Error, Id, Money, Owner, Result, Timestamp};
use ledger::Purpose;
use party::{Permission, Scope};
use payments::clearing::BANK_CHARS_MAX;
use payments::{NAME_CHARS_MAX, NUMBER_CHARS_MAX};
use sheets::{Fault, Limits, Row, Table, Workbook};
use std::collections::HashMap;
use store::{Audit, KeyRing, Seal, Store, Tx, params};

/// Characters of a memo; they always fit into the ledger's bytes.
const MEMO_CHARS_MAX: usize = ledger::MEMO_BYTES_MAX / 4;
/// Digits of an account at any bank.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 6..=NUMBER_CHARS_MAX;
/// Characters of a file's name that are kept.
const FILE_NAME_CHARS_MAX: usize = 200;
/// Lines written in one transaction.
const LINES_AT_ONCE: usize = 500;

/// A file as it is sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The firm's account that is to pay.
    pub debit: AccountId,
    pub file_name: String,
    pub bytes: Vec<u8>,
    /// What this bank is called in the column of banks.
    pub own_names: Vec<String>,
}

/// The file that was made of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub file: BulkId,
    /// It was there before: nothing was taken in this time.
    pub known: bool,
}

/// A row that can be paid.
#[derive(Clone)]
struct Draft {
    row: u32,
    given: Given,
    amount: i64,
    memo: String,
    twin: Vec<u8>,
}

/// What a file says.
#[derive(Default)]
struct Plan {
    drafts: Vec<Draft>,
    refused: i64,
    misnamed: i64,
    faults: Vec<Fault>,
    /// A total does not fit: nothing of it is taken.
    wrong_total: bool,
}

/// Reads a file and keeps its lines as a draft. Needs `payment.submit` at the firm. What is wrong inside the file is no
/// error but stands in its findings; errors are those of [`Workbook::read`], of the account, `bulk_too_many` and `bulk_files_today`.
pub fn take_in(store: &Store, actor: &Actor, upload: Upload) -> Result<Taken> {
    let book = Workbook::read(&upload.bytes, &Limits { rows: ROWS_MAX, ..Limits::default() })?;
    let hash = store::hasher().update(&upload.bytes).finalize().as_bytes().to_vec();
    let known = store.read(|tx| {
        let firm = may_send(tx, actor, upload.debit)?;
        Ok(match same(tx, firm, upload.debit, &hash)? {
            Some(known) => Err(known),
            None => Ok((firm, read(tx, firm, &upload, &book)?)),
        })
    })?;
    let (firm, plan) = match known {
        Ok(new) => new,
        Err(file) => return Ok(Taken { file, known: true }),
    };
    let (actor, upload) = (actor.clone(), Upload { bytes: Vec::new(), ..upload });
    store.write(move |tx| keep(tx, &actor, firm, &upload, &hash, &plan))
}

fn may_send(tx: &mut Tx<'_>, actor: &Actor, debit: AccountId) -> Result<FirmId> {
    let none = || Error::not_found("account", debit);
    let account = ledger::view(tx, debit).map_err(|_| none())?.account;
    let firm = match account.owner {
        Owner::Firm(firm) if actor.firm() == Some(firm) => firm,
        _ => return Err(none()),
    };
    party::may(tx, actor, Permission::PaymentSubmit, &Scope::firm(firm))?;
    match account.purpose == Purpose::General && account.closed_at.is_none() && account.currency == Currency::CNY {
        true => Ok(firm),
        false => Err(Error::field("debit", "an open general account of the firm in CNY")),
    }
}

/// The file of these bytes that still stands.
fn same(tx: &mut Tx<'_>, firm: FirmId, debit: AccountId, hash: &[u8]) -> Result<Option<BulkId>> {
    let tail = "WHERE book = ?1 AND firm = ?2 AND debit = ?3 AND file_hash = ?4 ORDER BY id DESC";
    let found = tx.select::<BulkFile>(tail, params![firm.book(), firm, debit, hash.to_vec()])?;
    let stands = |f: &&BulkFile| !matches!(f.state, FileState::Cancelled | FileState::Rejected);
    Ok(found.iter().find(stands).map(|f| f.id))
}

/// Refused when the firm sent its share of today.
fn may_send_more(tx: &mut Tx<'_>, firm: FirmId) -> Result<()> {
    let sql = "SELECT made_at FROM bulk_files WHERE book = ?1 AND firm = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3";
    let found: Vec<Timestamp> = tx.query(sql, params![firm.book(), firm, FILES_A_DAY_MAX - 1], |r| r.get(0))?;
    let message = || format!("{FILES_A_DAY_MAX} files were sent in the last 24 hours");
    match found.first().is_some_and(|at| *at > tx.now().plus(-DAY)) {
        true => Err(Error::new(&FILES_TODAY, message()).with("max", FILES_A_DAY_MAX)),
        false => Ok(()),
    }
}

fn read(tx: &mut Tx<'_>, firm: FirmId, upload: &Upload, book: &Workbook) -> Result<Plan> {
    may_send_more(tx, firm)?;
    let found = book.tables(&PAYMENTS);
    let mut plan = Plan { faults: found.faults, ..Plan::default() };
    let mut known = Known { firm, seen: HashMap::new(), misnamed: misnamed(tx, firm)? };
    let before = known.misnamed;
    for table in &found.tables {
        plan.faults.extend(table.notes().iter().cloned());
        let mut sum = Some(0i128);
        for row in table.rows() {
            let amount = row.money_signed("amount", Currency::CNY);
            sum = sum.zip(amount.ok()).map(|(s, m)| s + m.map_or(0, |m| i128::from(m.minor)));
            let mut cells = Vec::new();
            let draft = draft(tx, upload, &row, &mut known, &mut cells)?;
            match draft.filter(|_| !cells.iter().any(Fault::is_refused)) {
                Some(draft) => plan.drafts.push(draft),
                None => plan.refused += 1,
            }
            plan.faults.append(&mut cells);
            if plan.drafts.len() > LINES_MAX {
                return Err(Error::new(&TOO_MANY, format!("more than {LINES_MAX} lines")).with("max", LINES_MAX));
            }
        }
        if let Some(fault) = total(table, sum) {
            plan.wrong_total = true;
            plan.faults.push(fault);
        }
    }
    plan.misnamed = known.misnamed - before;
    Ok(plan)
}

/// What is known while a file is read.
struct Known {
    firm: FirmId,
    /// Twins in this file, and where each stands first.
    seen: HashMap<Vec<u8>, u32>,
    /// Names of the firm's files of the last 24 hours that did not fit.
    misnamed: i64,
}

fn misnamed(tx: &mut Tx<'_>, firm: FirmId) -> Result<i64> {
    let sql = "SELECT CAST(coalesce(sum(misnamed), 0) AS BIGINT) FROM bulk_files WHERE book = ?1 AND firm = ?2 AND made_at > ?3";
    let found: Vec<i64> = tx.query(sql, params![firm.book(), firm, tx.now().plus(-DAY)], |r| r.get(0))?;
    Ok(found.first().copied().unwrap_or(0))
}

/// Whether the last total says what the rows sum to.
fn total(table: &Table<'_>, sum: Option<i128>) -> Option<Fault> {
    let last = table.totals().last()?;
    let said = last.money_signed("amount", Currency::CNY).ok().flatten()?;
    let sum = i64::try_from(sum?).ok()?;
    (said.minor != sum).then(|| Wrong::TotalDiffers.at(&last, "amount", &said.plain(), &Money::cny(sum).plain()))
}

fn draft(
    tx: &mut Tx<'_>,
    upload: &Upload,
    row: &Row<'_>,
    known: &mut Known,
    cells: &mut Vec<Fault>,
) -> Result<Option<Draft>> {
    let name = must(row, "name", row.name("name"), cells);
    let account = must(row, "account", row.digits("account", ACCOUNT_DIGITS), cells);
    let amount = must(row, "amount", row.money("amount", Currency::CNY), cells);
    let bank = take(row.text("bank"), cells).unwrap_or_default();
    let memo = take(row.text("memo"), cells).unwrap_or_default();
    for (key, text, max, wrong) in [
        ("name", name.as_deref().unwrap_or_default(), NAME_CHARS_MAX, Wrong::NameLong),
        ("bank", bank.as_str(), BANK_CHARS_MAX, Wrong::BankLong),
        ("memo", memo.as_str(), MEMO_CHARS_MAX, Wrong::MemoLong),
    ] {
        if text.chars().count() > max {
            cells.push(wrong.at(row, key, &max.to_string(), ""));
        }
    }
    if amount.is_some_and(|a| !a.is_positive()) {
        cells.push(Wrong::NotPositive.at(row, "amount", "", ""));
    }
    let (Some(name), Some(account), Some(amount)) = (name, account, amount) else { return Ok(None) };
    let bank = if is_ours(&bank, &upload.own_names) { String::new() } else { bank };
    if bank.is_empty() {
        known_here(tx, row, (&account, &name), known, cells)?;
    }
    let given = Given { name, account, bank };
    let twin = twin(tx.keys(), known.firm, &given, amount.minor, &memo);
    match known.seen.get(&twin) {
        Some(first) => cells.push(Wrong::Twice.at(row, "account", &first.to_string(), "")),
        None => {
            known.seen.insert(twin.clone(), row.number());
        }
    }
    if let Some(other) = elsewhere(tx, known.firm, &twin)? {
        cells.push(Wrong::Elsewhere.at(row, "account", &TWIN_DAYS.to_string(), &other.to_string()));
    }
    Ok(Some(Draft { row: row.number(), given, amount: amount.minor, memo, twin }))
}

fn known_here(
    tx: &mut Tx<'_>,
    row: &Row<'_>,
    (number, name): (&str, &str),
    known: &mut Known,
    cells: &mut Vec<Fault>,
) -> Result<()> {
    let Some(account) = ledger::by_number(tx, number)? else {
        cells.push(Wrong::NoAccount.at(row, "account", "", ""));
        return Ok(());
    };
    if account.closed_at.is_some() {
        cells.push(Wrong::Closed.at(row, "account", "", ""));
        return Ok(());
    }
    if known.misnamed >= MISNAMED_A_DAY_MAX {
        cells.push(Wrong::NotCompared.at(row, "name", &MISNAMED_A_DAY_MAX.to_string(), ""));
        return Ok(());
    }
    let fits = match account.owner {
        Owner::Person(p) => party::person_name_is(tx, p, name)?,
        Owner::Firm(f) => party::firm(tx, f)?.name == name.trim(),
        Owner::Bank => false,
    };
    if !fits {
        known.misnamed += 1;
        cells.push(Wrong::NameDiffers.at(row, "name", "", ""));
    }
    Ok(())
}

/// A file of the last days, from any account of the firm, that pays the same.
fn elsewhere(tx: &mut Tx<'_>, firm: FirmId, twin: &[u8]) -> Result<Option<BulkId>> {
    let since = tx.now().plus(-TWIN_DAYS * DAY);
    let sql = "SELECT f.id FROM bulk_lines l JOIN bulk_files f ON f.book = l.book AND f.id = l.file \
               WHERE l.book = ?1 AND l.twin = ?2 AND l.state <> 'failed' AND f.state <> 'cancelled' AND f.made_at >= ?3 \
               ORDER BY f.id DESC LIMIT 1";
    Ok(tx.query(sql, params![firm.book(), twin.to_vec(), since], |r| r.get(0))?.pop())
}

fn take<T>(read: Result<Option<T>, Fault>, cells: &mut Vec<Fault>) -> Option<T> {
    read.unwrap_or_else(|fault| {
        cells.push(fault);
        None
    })
}

fn must<T>(row: &Row<'_>, key: &str, read: Result<Option<T>, Fault>, cells: &mut Vec<Fault>) -> Option<T> {
    if matches!(read, Ok(None)) {
        cells.push(row.missing(key));
    }
    take(read, cells)
}

fn keep(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, upload: &Upload, hash: &[u8], plan: &Plan) -> Result<Taken> {
    if let Some(file) = same(tx, firm, upload.debit, hash)? {
        return Ok(Taken { file, known: true });
    }
    if plan.misnamed > 0 && misnamed(tx, firm)? + plan.misnamed > MISNAMED_A_DAY_MAX {
        let message = format!("{MISNAMED_A_DAY_MAX} names did not fit their accounts in the last 24 hours");
        return Err(Error::new(&MISNAMED, message).with("max", MISNAMED_A_DAY_MAX));
    }
    let drafts = if plan.wrong_total { &[][..] } else { &plan.drafts };
    let id = BulkId::new(tx.now(), firm.book());
    let lines: Vec<BulkLine> = (1..).zip(drafts).map(|(number, d)| line(tx, id, upload.debit, number, d)).collect();
    let total = Money::sum(Currency::CNY, lines.iter().map(BulkLine::money))?;
    let file_name = sheets::clean(&upload.file_name).chars().take(FILE_NAME_CHARS_MAX).collect();
    let mut file = BulkFile {
        book: firm.book(),
        id,
        firm,
        debit: upload.debit,
        file_name,
        file_hash: hash.to_vec(),
        channel: actor.channel,
        state: if lines.is_empty() { FileState::Rejected } else { FileState::Drafted },
        lines: lines.len() as i64,
        total: total.minor,
        fees: 0,
        refused_rows: plan.refused,
        misnamed: plan.misnamed,
        lines_hash: hash_of(tx.keys(), upload.debit, &lines)?,
        made_by: actor.principal(),
        made_at: tx.now(),
        approval: None,
        started_by: None,
        started_at: None,
        ended_at: None,
        ended_why: String::new(),
        seal: Seal::default(),
    };
    tx.insert(&mut file)?;
    for chunk in lines.chunks(LINES_AT_ONCE) {
        tx.insert_all(&mut chunk.to_vec())?;
    }
    let mut faults = plan.faults.clone();
    faults.sort_by_key(|f| std::cmp::Reverse(f.severity));
    if faults.len() > FINDINGS_MAX {
        let more = faults.len() - FINDINGS_MAX + 1;
        faults.truncate(FINDINGS_MAX - 1);
        faults.push(Wrong::ListCut.of_file(&more.to_string()));
    }
    keep_findings(tx, id, faults.iter().map(shown).collect(), sheets::faults_csv(&faults)?)?;
    let told = format!("{}: {} lines, {total}, {} rows refused", file.file_name, file.lines, file.refused_rows);
    tx.audit(actor, Audit::of("bulk.take_in", id).after(told))?;
    Ok(Taken { file: id, known: false })
}

fn line(tx: &Tx<'_>, file: BulkId, debit: AccountId, number: i64, d: &Draft) -> BulkLine {
    let (name, account) = seal(tx.keys(), &d.given);
    let mask = kernel::chinese::mask_card(&d.given.account);
    let masked = if d.given.bank.is_empty() { mask } else { format!("{} {mask}", d.given.bank) };
    BulkLine {
        book: file.book(),
        file,
        number,
        row_number: d.row.into(),
        name,
        account,
        bank: d.given.bank.clone(),
        name_masked: kernel::chinese::mask_name(&d.given.name),
        masked,
        amount: d.amount,
        fee: 0,
        memo: d.memo.clone(),
        twin: d.twin.clone(),
        instruction: InstructionId::new(tx.now(), debit.book()),
        state: LineState::Waiting,
        code: String::new(),
        reason: String::new(),
        settled_at: None,
        seal: Seal::default(),
    }
}

/// What an agreement binds to: the account that pays, and payee, amount, price and memo of every line in its order.
pub(crate) fn hash_of(keys: &KeyRing, debit: AccountId, lines: &[BulkLine]) -> Result<Vec<u8>> {
    let mut all = store::hasher();
    all.update(&debit.bytes());
    for l in lines {
        let name = l.given(keys)?.name;
        for n in [l.number, l.amount, l.fee, name.len() as i64] {
            all.update(&n.to_le_bytes());
        }
        all.update(name.as_bytes()).update(&l.twin).update(&l.instruction.bytes());
    }
    Ok(all.finalize().as_bytes().to_vec())
}

fn shown(f: &Fault) -> Finding {
    Finding {
        sheet: f.sheet.clone(),
        cell: f.cell.clone(),
        row: f.row,
        column: f.column.clone(),
        value: f.value.clone(),
        severity: f.severity.code().into(),
        code: f.code.into(),
        reason_zh: f.wording.reason_zh.to_string(),
        remedy_zh: f.wording.remedy_zh.to_string(),
        reason_en: f.wording.reason_en.to_string(),
        remedy_en: f.wording.remedy_en.to_string(),
    }
}
