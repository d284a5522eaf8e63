//! What a run came to: a file for the firm, and a proof for each line.
use crate::line::{LineState, PayLine, line_raw};
use crate::may_read;
use crate::sheet::sheet_raw;
use kernel::id::{InstructionId, PayLineId, PaySheetId, TransferId};
use kernel::{Actor, Error, Id, Money, Result, Timestamp};
use std::io::Write;
use store::{Tx, params};

/// Lines read at a time.
const PAGE_LINES: i64 = 1_000;

/// That a line was paid: the entry of the bank's journal, which is chained and signed with the day's root.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Proof {
    pub line: PayLineId,
    pub instruction: InstructionId,
    pub transfer: TransferId,
    /// Place of the entry in the journal.
    pub journal_position: i64,
    pub at: Timestamp,
    pub amount: Money,
    /// Masked.
    pub to: String,
    /// BLAKE3 of the entry in its chain, lower-case hexadecimal.
    pub hash: String,
}

/// The proof of a line, once it is paid. The worker himself, users of the firm, and staff may ask.
pub fn proof(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId) -> Result<Option<Proof>> {
    let line = line_raw(tx, id)?;
    if actor.person() != Some(line.person) {
        may_read(tx, actor, line.firm).map_err(|_| Error::not_found("pay line", id))?;
    }
    proof_of(tx, &line)
}

pub(crate) fn proof_of(tx: &mut Tx<'_>, line: &PayLine) -> Result<Option<Proof>> {
    let (Some(instruction), Some(transfer), LineState::Paid) = (line.instruction, line.transfer, line.state) else {
        return Ok(None);
    };
    let entry =
        ledger::entry(tx, transfer)?.ok_or_else(|| Error::broken(format!("{transfer} is not in the journal")))?;
    if entry.money() != line.net() || entry.reference != line.id.to_string() {
        return Err(Error::broken(format!("{transfer} is not the payment of {}", line.id)));
    }
    Ok(Some(Proof {
        line: line.id,
        instruction,
        transfer,
        journal_position: entry.pos,
        at: entry.at,
        amount: entry.money(),
        to: line.account_masked.clone(),
        hash: crate::hex(&entry.hash),
    }))
}

const TITLES: [&str; 18] = [
    "序号 Number",
    "文件行 Row",
    "姓名 Name",
    "证件 Identity",
    "班组 Team",
    "应发 Due",
    "扣款 Deductions",
    "实发 Net",
    "账户 Account",
    "开户行 Bank",
    "状态",
    "原因",
    "State",
    "Reason",
    "代码 Code",
    "时间 Time",
    "指令 Instruction",
    "转账 Transfer",
];

/// What the file says in words.
#[derive(Clone, Copy, Debug)]
pub enum Told<'l> {
    State(LineState),
    /// Why a line was not paid; a code.
    Reason(&'l str),
}

/// Words in Chinese and in English.
pub type Tell<'a> = dyn Fn(Told<'_>) -> [String; 2] + 'a;

/// Writes the lines of a sheet in both languages as comma separated text in UTF-8 with a byte order mark; answers how many. Reads 1,000 lines
/// at a time, so memory does not grow with the sheet.
pub fn result_csv(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, tell: &Tell<'_>, out: &mut dyn Write) -> Result<u64> {
    let sheet = sheet_raw(tx, id)?;
    may_read(tx, actor, sheet.firm)?;
    let broken = |e: csv::Error| Error::broken("the result cannot be written").caused_by(e);
    out.write_all(b"\xef\xbb\xbf").map_err(|e| broken(e.into()))?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(TITLES).map_err(broken)?;
    let (mut after, mut written) = (0i64, 0u64);
    loop {
        let tail = "WHERE book = ?1 AND sheet = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
        let page = tx.select::<PayLine>(tail, params![id.book(), id, after, PAGE_LINES])?;
        let Some(last) = page.last() else { break };
        after = last.number;
        for line in &page {
            csv.write_record(record(line, tell).iter().map(|f| harmless(f))).map_err(broken)?;
            written += 1;
        }
    }
    csv.flush().map_err(|e| broken(e.into()))?;
    Ok(written)
}

fn record(l: &PayLine, tell: &Tell<'_>) -> [String; 18] {
    let shown = |id: Option<String>| id.unwrap_or_default();
    let [state_zh, state_en] = tell(Told::State(l.state));
    let none = || [String::new(), String::new()];
    let [reason_zh, reason_en] = if l.reason.is_empty() { none() } else { tell(Told::Reason(&l.reason)) };
    [
        l.number.to_string(),
        l.row_number.to_string(),
        l.name_masked.clone(),
        l.identity_masked.clone(),
        l.team.clone(),
        l.due().plain(),
        l.deductions().plain(),
        l.net().plain(),
        l.account_masked.clone(),
        l.bank.clone(),
        state_zh,
        reason_zh,
        state_en,
        reason_en,
        l.reason.clone(),
        shown(l.settled_at.map(|t| t.local())),
        shown(l.instruction.map(|i| i.to_string())),
        shown(l.transfer.map(|t| t.to_string())),
    ]
}

/// With an apostrophe before what a spreadsheet program would take for a formula.
fn harmless(field: &str) -> String {
    let formula = field.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
    if formula { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_never_a_formula() {
        for (field, want) in [
            ("=1+1", "'=1+1"),
            (" @x", "' @x"),
            ("-5", "'-5"),
            ("电焊一班", "电焊一班"),
            ("1234.50", "1234.50"),
            ("", ""),
        ] {
            assert_eq!(harmless(field), want);
        }
    }
}
