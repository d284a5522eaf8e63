//! One payment of a file.
use crate::file::of_firm;
use kernel::id::{AccountId, BulkId, FirmId, InstructionId};
use kernel::{Actor, BookId, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::Permission;
use payments::{Order, Payee, Receipt, State};
use store::{KeyRing, Tx, params};

const NAME_FIELD: &str = "bulk.name";
const ACCOUNT_FIELD: &str = "bulk.account";

store::text_enum! {
    pub enum LineState {
        Waiting = "waiting",
        /// Taken in, and somebody has to decide or its time has to come; the money is held.
        Open = "open",
        Paid = "paid",
        /// Refused, cancelled or expired: the money is with the payer.
        Failed = "failed",
    }
}

store::record! {
    /// A line as it is kept.
    pub struct BulkLine in "bulk_lines" key 3 {
        pub book: BookId,
        pub file: BulkId,
        /// 1, 2, 3 … in the order of the file.
        pub number: i64,
        /// As a spreadsheet program counts it.
        pub row_number: i64,
        pub name: Vec<u8>,
        pub account: Vec<u8>,
        /// Empty: an account here.
        pub bank: String,
        pub name_masked: String,
        pub masked: String,
        /// Minor units.
        pub amount: i64,
        /// Minor units; known once the file is submitted.
        pub fee: i64,
        pub memo: String,
        /// Hash of firm, payee's account, amount and memo.
        pub twin: Vec<u8>,
        /// The order's id, chosen when the file was read.
        pub instruction: InstructionId,
        pub state: LineState,
        pub code: String,
        pub reason: String,
        pub settled_at: Option<Timestamp>,
    }
}

/// A payee as the file has him.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub name: String,
    pub account: String,
    pub bank: String,
}

pub(crate) fn seal(keys: &KeyRing, given: &Given) -> (Vec<u8>, Vec<u8>) {
    let own = |field: &str, text: &str| keys.encrypt_own(field, text.as_bytes());
    (own(NAME_FIELD, &given.name), own(ACCOUNT_FIELD, &given.account))
}

/// Where a pass over all lines stands: book, file, number.
pub type LinePlace = (i64, [u8; 16], i64);

/// Puts names and numbers under the newest key, of at most `limit` lines after `after`; answers the last line seen, how many were seen
/// and how many were changed.
pub fn renew_lines(tx: &mut Tx<'_>, after: &LinePlace, limit: u32) -> Result<(Option<LinePlace>, u64, u64)> {
    let tail = "WHERE (book, file, number) > (?1, ?2, ?3) ORDER BY book, file, number LIMIT ?4";
    let rows = tx.select_locked::<BulkLine>(tail, params![after.0, after.1, after.2, limit])?;
    let (seen, mut changed, mut last) = (rows.len() as u64, 0, None);
    for mut line in rows {
        let newest = tx.keys().version().to_be_bytes();
        if !line.name.starts_with(&newest) || !line.account.starts_with(&newest) {
            let given = line.given(tx.keys())?;
            (line.name, line.account) = seal(tx.keys(), &given);
            tx.update(&mut line)?;
            changed += 1;
        }
        last = Some((i64::from(line.book.0), line.file.bytes(), line.number));
    }
    Ok((last, seen, changed))
}

pub(crate) fn twin(keys: &KeyRing, firm: FirmId, given: &Given, amount: i64, memo: &str) -> Vec<u8> {
    keys.index("bulk.twin", &format!("{firm}\n{}\n{}\n{amount}\n{memo}", given.bank, given.account))
}

impl BulkLine {
    pub fn money(&self) -> Money {
        Money::new(self.amount, Currency::CNY)
    }
    pub fn fee_money(&self) -> Money {
        Money::new(self.fee, Currency::CNY)
    }
    pub(crate) fn given(&self, keys: &KeyRing) -> Result<Given> {
        let open = |field: &str, sealed: &[u8]| {
            let text = String::from_utf8(keys.decrypt_own(field, sealed)?.to_vec());
            text.map_err(|e| Error::broken("a line of a bulk file cannot be read").caused_by(e))
        };
        Ok(Given {
            name: open(NAME_FIELD, &self.name)?,
            account: open(ACCOUNT_FIELD, &self.account)?,
            bank: self.bank.clone(),
        })
    }
    /// The order that pays it.
    pub(crate) fn order(&self, keys: &KeyRing, debit: AccountId) -> Result<Order> {
        let Given { name, account: number, bank } = self.given(keys)?;
        let inside = bank.is_empty();
        let payee = if inside { Payee::Number(number) } else { Payee::External { bank, number, name: name.clone() } };
        let order = Order::transfer(debit, payee, self.money()).id(self.instruction).memo(self.memo.clone());
        let order = order.fee_shown(self.fee_money()).reference(format!("{}/{}", self.file, self.number));
        Ok(if inside { order.payee_name(name) } else { order })
    }
    /// What the pipeline answered.
    pub(crate) fn settle(&mut self, receipt: &Receipt, at: Timestamp) {
        let state = match receipt.state {
            State::Posted => LineState::Paid,
            state if state.is_open() => LineState::Open,
            _ => LineState::Failed,
        };
        let code =
            if receipt.code.is_empty() && state == LineState::Failed { receipt.state.code() } else { &receipt.code };
        self.end(state, code, &receipt.reasons.join(" "), at);
    }
    pub(crate) fn end(&mut self, state: LineState, code: &str, reason: &str, at: Timestamp) {
        (self.state, self.code, self.reason) = (state, code.into(), reason.into());
        self.settled_at = (state != LineState::Open).then_some(at);
    }
}

/// Lines and sums by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub waiting: i64,
    pub open: i64,
    pub paid: i64,
    pub failed: i64,
    /// Minor units.
    pub paid_sum: i64,
    pub failed_sum: i64,
}

pub(crate) fn counts(tx: &mut Tx<'_>, id: BulkId) -> Result<Counts> {
    let sql = "SELECT state, count(*), CAST(sum(amount) AS BIGINT) FROM bulk_lines WHERE book = ?1 AND file = ?2 GROUP BY state";
    let rows =
        tx.query(sql, params![id.book(), id], |r| Ok((r.get::<LineState>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?)))?;
    let mut all = Counts::default();
    for (state, n, sum) in rows {
        match state {
            LineState::Waiting => all.waiting = n,
            LineState::Open => all.open = n,
            LineState::Paid => (all.paid, all.paid_sum) = (n, sum),
            LineState::Failed => (all.failed, all.failed_sum) = (n, sum),
        }
    }
    Ok(all)
}

/// The lines of a file after line `after`, at most `rows`.
pub(crate) fn part(tx: &mut Tx<'_>, id: BulkId, after: i64, rows: u32) -> Result<Vec<BulkLine>> {
    let tail = "WHERE book = ?1 AND file = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
    tx.select::<BulkLine>(tail, params![id.book(), id, after, rows])
}

/// The lines of a file in their order, all or those of a state. Needs `account.read` at the firm.
pub fn lines(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: BulkId,
    state: Option<LineState>,
    ask: &PageAsk,
) -> Result<Page<BulkLine>> {
    of_firm(tx, actor, id, Permission::AccountRead)?;
    let rows = ask.rows()?;
    let bad = |_| Error::field("after", "it is the cursor of the page before");
    let after = ask.after.as_deref().map_or(Ok(0), |text| text.parse::<i64>().map_err(bad))?;
    let found = match state {
        None => part(tx, id, after, rows + 1)?,
        Some(state) => {
            let tail = "WHERE book = ?1 AND file = ?2 AND number > ?3 AND state = ?5 ORDER BY number LIMIT ?4";
            tx.select::<BulkLine>(tail, params![id.book(), id, after, rows + 1, state])?
        }
    };
    Ok(Page::cut(found, rows, |l| l.number.to_string()))
}
