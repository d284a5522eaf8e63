//! Files for the firm: what was wrong, what became of each line, and the lines that failed in the columns they came in.
use crate::LINES_MAX;
use crate::file::{Findings, of_firm};
use crate::line::{BulkLine, LineState, part};
use kernel::id::BulkId;
use kernel::{Actor, Error, Id, Result};
use party::Permission;
use store::{Audit, Tx, params};

/// The list of findings as it is sent.
pub fn findings_csv(tx: &mut Tx<'_>, actor: &Actor, id: BulkId) -> Result<Vec<u8>> {
    of_firm(tx, actor, id, Permission::AccountRead)?;
    match tx.get::<Findings>(params![id.book(), id])? {
        Some(found) => Ok(found.csv),
        None => sheets::faults_csv(&[]),
    }
}

const TITLES: [&str; 11] = [
    "序号 Number",
    "文件行 Row",
    "收款人 Payee",
    "账号 Account",
    "金额 Amount",
    "手续费 Fee",
    "附言 Memo",
    "状态 State",
    "代码 Code",
    "时间 Time",
    "付款编号 Payment",
];

/// What became of each line, masked. `told` says a state in words.
pub fn result_csv(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, told: &dyn Fn(LineState) -> String) -> Result<Vec<u8>> {
    of_firm(tx, actor, id, Permission::AccountRead)?;
    let lines = part(tx, id, 0, LINES_MAX as u32)?;
    let record = |l: &BulkLine| {
        let time = l.settled_at.map(|at| at.local()).unwrap_or_default();
        let taken = if l.state == LineState::Waiting { String::new() } else { l.instruction.to_string() };
        vec![
            l.number.to_string(),
            l.row_number.to_string(),
            l.name_masked.clone(),
            l.masked.clone(),
            l.money().plain(),
            l.fee_money().plain(),
            l.memo.clone(),
            told(l.state),
            l.code.clone(),
            time,
            taken,
        ]
    };
    written(&TITLES, lines.iter().map(record))
}

/// The failed lines, in the columns that [`take_in`](crate::take_in) reads, to be corrected and sent again. Names and numbers stand in
/// it as the firm wrote them, so it takes `payment.submit` and is written down.
pub fn failed_csv(tx: &mut Tx<'_>, actor: &Actor, id: BulkId) -> Result<Vec<u8>> {
    of_firm(tx, actor, id, Permission::PaymentSubmit)?;
    let mut rows = Vec::new();
    for line in part(tx, id, 0, LINES_MAX as u32)?.iter().filter(|l| l.state == LineState::Failed) {
        let given = line.given(tx.keys())?;
        rows.push(vec![given.name, given.account, given.bank, line.money().plain(), line.memo.clone()]);
    }
    tx.audit(actor, Audit::of("bulk.failed_lines", id).after(format!("{} lines", rows.len())))?;
    written(&["收款人户名", "收款账号", "开户行", "金额", "附言"], rows.into_iter())
}

fn written(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let broken = |e: csv::Error| Error::broken("a list cannot be written").caused_by(e);
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    csv.write_record(titles).map_err(broken)?;
    for row in rows {
        csv.write_record(row.iter().map(|f| sheets::harmless(f).into_owned())).map_err(broken)?;
    }
    csv.into_inner().map_err(|e| Error::broken("a list cannot be written").caused_by(e.into_error()))
}
