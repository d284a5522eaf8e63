//! A line of a pay sheet: one worker's wage, what it is made of, and what became of it.
use crate::Period;
use crate::sheet::Kind;
use kernel::id::{
    AccountId, ClearingId, FirmId, InstructionId, PayLineId, PaySheetId, PersonId, ProjectId, TransferId, WorkerId,
};
use kernel::{BookId, Currency, Error, Id, Money, Result, Timestamp};
use store::{Json, Tx, params};

store::text_enum! {
    /// What became of a line.
    pub enum LineState {
        /// Not its turn yet.
        Waiting = "waiting",
        /// On its way to another bank.
        Processing = "processing",
        Paid = "paid",
        /// Not paid; the money goes back to the wage account.
        Failed = "failed",
    }
}

/// A part of the wage: due (基本工资, 加班 …) or deducted (社保, 个税 …).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    /// `base`, `overtime`, `social` …; screens say `wage-item-<key>`.
    pub key: String,
    /// The column's title in the file.
    pub label: String,
    pub deduction: bool,
    /// Minor units, above zero.
    pub amount: i64,
}

store::record! {
    /// A line. What is owed never changes after the sheet was drafted; only what became of it does.
    pub struct PayLine in "payroll_lines" key 2 {
        pub book: BookId,
        pub id: PayLineId,
        pub sheet: PaySheetId,
        pub project: ProjectId,
        pub firm: FirmId,
        /// 1, 2, 3 … in the order of the file.
        pub number: i64,
        /// Row of the spreadsheet; 0 on a sheet of repayments.
        pub row_number: i64,
        pub worker: WorkerId,
        pub person: PersonId,
        pub period: Period,
        pub kind: Kind,
        /// 1 for the wage, 1 to 99 for supplements.
        pub kind_number: u8,
        /// It stands for its key; at most one line of a key does.
        pub live: bool,
        pub name_masked: String,
        pub identity_masked: String,
        pub team: String,
        /// Hundredths of a day worked.
        pub days: Option<i64>,
        /// Hundredths of an hour.
        pub hours: Option<i64>,
        pub due: i64,
        pub deductions: i64,
        pub net: i64,
        pub items: Json<Vec<Item>>,
        /// Ours.
        pub account: Option<AccountId>,
        /// The other bank; empty when ours.
        pub bank: String,
        pub account_masked: String,
        pub account_index: Vec<u8>,
        pub note: String,
        pub state: LineState,
        /// Why it failed; a code, or empty.
        pub reason: String,
        pub clearing: Option<ClearingId>,
        pub instruction: Option<InstructionId>,
        pub transfer: Option<TransferId>,
        pub settled_at: Option<Timestamp>,
        /// The instruction that took its money back to the wage account.
        pub swept: Option<InstructionId>,
        /// The failed line that this one pays again.
        pub repays: Option<PayLineId>,
        pub repaid_by: Option<PayLineId>,
    }
}

impl PayLine {
    pub fn net(&self) -> Money {
        Money::new(self.net, Currency::CNY)
    }
    pub fn due(&self) -> Money {
        Money::new(self.due, Currency::CNY)
    }
    pub fn deductions(&self) -> Money {
        Money::new(self.deductions, Currency::CNY)
    }

    /// The line as a new one of another sheet: nothing became of it yet.
    pub(crate) fn afresh(&self, id: PayLineId, sheet: PaySheetId, number: i64) -> PayLine {
        PayLine {
            id,
            sheet,
            number,
            row_number: 0,
            live: true,
            state: LineState::Waiting,
            reason: String::new(),
            clearing: None,
            instruction: None,
            transfer: None,
            settled_at: None,
            swept: None,
            repays: Some(self.id),
            repaid_by: None,
            seal: store::Seal::default(),
            ..self.clone()
        }
    }
}

/// The row, locked in a write, with no permission asked: for domain code.
pub fn line_raw(tx: &mut Tx<'_>, id: PayLineId) -> Result<PayLine> {
    tx.load::<PayLine>(params![id.book(), id])?.ok_or_else(|| Error::not_found("pay line", id))
}

/// The lines of a sheet after number `after`, at most `rows`, with no permission asked: for domain code.
pub fn lines_raw(tx: &mut Tx<'_>, sheet: PaySheetId, after: i64, rows: u32) -> Result<Vec<PayLine>> {
    let tail = "WHERE book = ?1 AND sheet = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
    tx.select::<PayLine>(tail, params![sheet.book(), sheet, after, rows])
}

/// The number of a sheet's last line; 0 when it has none. Rows that were refused leave gaps, so it is not their count.
pub fn last_line(tx: &mut Tx<'_>, sheet: PaySheetId) -> Result<i64> {
    let sql = "SELECT max(number) FROM payroll_lines WHERE book = ?1 AND sheet = ?2";
    Ok(tx.query_one(sql, params![sheet.book(), sheet], |r| r.get::<Option<i64>>(0))?.flatten().unwrap_or(0))
}

/// The lines of a person that were made before `before` (all with `None`), newest first, at most `rows`, with no permission
/// asked: for domain code.
pub fn lines_of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<PayLineId>,
    rows: u32,
) -> Result<Vec<PayLine>> {
    let before = before.map_or([0xff; 16], |l| l.bytes());
    tx.select::<PayLine>("WHERE person = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3", params![person, before, rows])
}

/// What the lines of a sheet add up to, and what stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    pub lines: i64,
    pub due: i64,
    pub deductions: i64,
    pub net: i64,
    /// BLAKE3 over every line in order: number, worker, account, due, deductions, net.
    pub hash: Vec<u8>,
}

/// Lines read at a time.
const PAGE_LINES: i64 = 5_000;

/// Reads all lines of a sheet, a page at a time.
pub(crate) fn sums(tx: &mut Tx<'_>, sheet: PaySheetId) -> Result<Sums> {
    let sql = "SELECT number, worker, account_index, due, deductions, net FROM payroll_lines \
               WHERE book = ?1 AND sheet = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
    let mut hasher = store::hasher();
    let mut out = Sums { lines: 0, due: 0, deductions: 0, net: 0, hash: Vec::new() };
    let mut after = 0i64;
    loop {
        let from = after;
        tx.each_row(sql, params![sheet.book(), sheet, from, PAGE_LINES], &mut |r| {
            let (number, worker, index) = (r.get::<i64>(0)?, r.get::<WorkerId>(1)?, r.get::<Vec<u8>>(2)?);
            let amounts = [r.get::<i64>(3)?, r.get::<i64>(4)?, r.get::<i64>(5)?];
            hasher.update(&number.to_le_bytes()).update(&worker.bytes());
            hasher.update(&(index.len() as u64).to_le_bytes()).update(&index);
            amounts.iter().for_each(|a| {
                hasher.update(&a.to_le_bytes());
            });
            let add = |sum: i64, by: i64| sum.checked_add(by).ok_or_else(|| Error::broken("the lines do not add up"));
            out.due = add(out.due, amounts[0])?;
            out.deductions = add(out.deductions, amounts[1])?;
            out.net = add(out.net, amounts[2])?;
            out.lines += 1;
            after = number;
            Ok(())
        })?;
        if after == from {
            out.hash = hasher.finalize().as_bytes().to_vec();
            return Ok(out);
        }
    }
}
