//! Writing down what became of lines: a chunk that is posted, an answer of another bank, money that goes back.
use crate::line::{LineState, PayLine, line_raw};
use crate::project::project_raw;
use crate::run::{Chunk, Fate, mark, outcomes};
use crate::sheet::{PaySheet, SheetState, Tally, sheet_raw};
use crate::{CHUNK_LINES, Event, RUN_WAITS, payer};
use kernel::error::STALE;
use kernel::id::{ClearingId, InstructionId, PayLineId, PaySheetId};
use kernel::{Error, Id, Money, Result};
use party::Change;
use payments::clearing::{self, NewItem};
use payments::{Desk, Order, Payee, Prepared, State};
use store::{Audit, Tx, params};

/// The named exception by which a clearing account pays its wage account ([`ledger::EXEMPT_CODES`]).
const RETURN_CODE: &str = "wage_return";

/// Characters of another bank's reason that are kept.
const REASON_CHARS_MAX: usize = 40;

#[derive(Default)]
struct Tallies {
    paid: Tally,
    processing: Tally,
    failed: Tally,
}

impl Chunk {
    /// Posts the legs and writes each line's state, all in this transaction; `false` when the sheet is not where the chunk
    /// begins. A line that changed undoes it.
    pub(crate) fn post(&self, desk: &Desk, tx: &mut Tx<'_>) -> Result<bool> {
        let mut sheet = sheet_raw(tx, self.sheet)?;
        if sheet.state != SheetState::Paying || sheet.next_line != self.after {
            return Ok(false);
        }
        let actor = payer(&self.sheet.to_string());
        if guard::versions(tx)? != self.screened.versions {
            return Err(Error::new(&STALE, "a list or a freeze changed since the payees were looked up"));
        }
        for (line, what) in &self.screened.stopped {
            tx.audit(&actor, Audit::of("payroll.line_stopped", line).after(what))?;
        }
        let (instruction, legs) = match &self.order {
            Some((order, prepared)) => {
                let receipt = payments::submit_in(desk, tx, &actor, order, prepared, None)?;
                (Some(receipt.instruction), outcomes(receipt)?)
            }
            None => (None, Default::default()),
        };
        let (mut tally, mut last) = (Tallies::default(), self.after);
        let mut lines = self.lines.clone();
        for (line, fate) in lines.iter_mut().zip(&self.fates) {
            last = line.number;
            let leg = legs.get(&line.id.to_string());
            match (fate, leg, instruction) {
                (Fate::Refused(code), ..) => fail(line, code),
                (_, Some((_, code)), _) if !code.is_empty() => fail(line, code),
                (Fate::Inside(_), Some((transfer, _)), Some(by)) => {
                    mark(line, tx.now(), by, *transfer, LineState::Paid)
                }
                (Fate::Outside { bank, number, name }, Some((transfer, _)), Some(by)) => {
                    let item = NewItem {
                        instruction: by,
                        from: self.clearing_account,
                        bank: bank.clone(),
                        number: number.clone(),
                        name: name.clone(),
                        amount: line.net(),
                        reference: line.id.to_string(),
                        moved: *transfer,
                    };
                    line.clearing = Some(clearing::queue(tx, &actor, item)?);
                    mark(line, tx.now(), by, *transfer, LineState::Processing);
                }
                _ => return Err(Error::broken(format!("payments said nothing of {}", line.id))),
            }
            tally.count(tx, line)?;
        }
        tx.update_all(&self.lines, &mut lines)?;
        sheet.chunk(last, tally.paid, tally.processing, tally.failed)?;
        tx.update(&mut sheet)?;
        let (paid, processing, failed) = (tally.paid.lines, tally.processing.lines, tally.failed.lines);
        let paid_net = sheet.money(tally.paid.net);
        let (sheet, after) = (sheet.id, self.after);
        tx.emit(&Event::ChunkPaid { sheet, after, last, paid, processing, failed, paid_net }, &actor.correlation)?;
        Ok(true)
    }
}

impl Tallies {
    fn count(&mut self, tx: &mut Tx<'_>, line: &PayLine) -> Result<()> {
        match line.state {
            LineState::Paid => self.paid.add(line.net),
            LineState::Processing => self.processing.add(line.net),
            LineState::Failed => {
                self.failed.add(line.net);
                told(tx, line)?;
            }
            LineState::Waiting => return Err(Error::broken(format!("{} was left waiting", line.id))),
        }
        Ok(())
    }
}

fn fail(line: &mut PayLine, reason: &str) {
    line.state = LineState::Failed;
    line.reason = reason.into();
}

/// Says what became of a line; the lines of a chunk that were paid are said together.
fn told(tx: &mut Tx<'_>, line: &PayLine) -> Result<()> {
    let (sheet, person, reason, net) = (line.sheet, line.person, line.reason.clone(), line.net());
    let event = match line.state {
        LineState::Failed => Event::LineFailed { sheet, line: line.id, person, reason, net },
        _ => Event::LinePaid { sheet, line: line.id, person, net },
    };
    tx.emit(&event, &sheet.to_string())
}

/// The other bank credited the worker: reaction to `clearing.paid`.
pub fn on_clearing_paid(tx: &mut Tx<'_>, line: PayLineId, item: ClearingId) -> Result<Change> {
    answered(tx, line, item, None)
}

/// The money came back to the clearing account: reaction to `clearing.returned`. It goes on to the wage account with the
/// next [`crate::resume`].
pub fn on_clearing_returned(tx: &mut Tx<'_>, line: PayLineId, item: ClearingId, reason: &str) -> Result<Change> {
    answered(tx, line, item, Some(reason))
}

fn answered(tx: &mut Tx<'_>, id: PayLineId, item: ClearingId, returned: Option<&str>) -> Result<Change> {
    let mut line = line_raw(tx, id)?;
    if line.clearing != Some(item) {
        return Err(Error::not_found("payment of the line", item));
    }
    let wanted = if returned.is_some() { LineState::Failed } else { LineState::Paid };
    if line.state == wanted {
        return Ok(Change::AlreadySo);
    }
    let mut sheet = sheet_raw(tx, line.sheet)?;
    match (line.state, returned) {
        (LineState::Processing, None) => {
            (line.state, line.settled_at) = (LineState::Paid, Some(tx.now()));
            sheet.settle(line.net, true)?;
        }
        (LineState::Processing, Some(reason)) => {
            fail(&mut line, &reason_code(reason));
            sheet.settle(line.net, false)?;
        }
        (LineState::Paid, Some(reason)) => {
            fail(&mut line, &reason_code(reason));
            line.settled_at = None;
            sheet.take_back(line.net)?;
        }
        (state, _) => return Err(Error::broken(format!("{id} is {state}, and the other bank says otherwise"))),
    }
    tx.update(&mut line)?;
    tx.update(&mut sheet)?;
    told(tx, &line)?;
    Ok(Change::Done)
}

/// `returned_account_closed` for what the other bank calls `account closed`.
fn reason_code(reason: &str) -> String {
    let plain = reason.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    format!("returned_{}", plain.take(REASON_CHARS_MAX).collect::<String>())
}

/// Money of failed lines, from the clearing account back to the wage account.
pub(crate) struct Sweep {
    sheet: PaySheetId,
    lines: Vec<PayLine>,
    order: Order,
    prepared: Prepared,
}

impl Sweep {
    pub(crate) fn next(desk: &Desk, tx: &mut Tx<'_>, sheet: PaySheet) -> Result<Sweep> {
        let tail = "WHERE book = ?1 AND sheet = ?2 AND state = 'failed' AND swept IS NULL ORDER BY number LIMIT ?3";
        let lines = tx.select::<PayLine>(tail, params![sheet.book, sheet.id, CHUNK_LINES as i64])?;
        if lines.is_empty() {
            return Err(Error::broken(format!("{} counts failed lines that are not there", sheet.id)));
        }
        let project = project_raw(tx, sheet.project)?;
        let sum = Money::sum(sheet.currency, lines.iter().map(PayLine::net))?;
        let back =
            Order::new(payments::Kind::WageReturn, project.clearing_account, Payee::Account(project.wage_account), sum);
        let order = Order { approved: sheet.approval, ..back.id(InstructionId::new(tx.now(), sheet.book)) }
            .code(RETURN_CODE)
            .reference(sheet.id)
            .memo(format!("代发退回 {} {}笔", sheet.period, lines.len()));
        let prepared = payments::prepare(desk, tx, &payer(&sheet.id.to_string()), &order)?;
        Ok(Sweep { sheet: sheet.id, lines, order, prepared })
    }

    /// A line whose money went back meanwhile undoes it.
    pub(crate) fn post(&self, desk: &Desk, tx: &mut Tx<'_>) -> Result<()> {
        let mut sheet = sheet_raw(tx, self.sheet)?;
        if sheet.state != SheetState::Paying {
            return Ok(());
        }
        let actor = payer(&self.sheet.to_string());
        let receipt = payments::submit_in(desk, tx, &actor, &self.order, &self.prepared, None)?;
        if receipt.state != State::Posted {
            let message = format!("the money of failed lines is {}: {}", receipt.state, receipt.reasons.join(", "));
            return Err(Error::new(&RUN_WAITS, message).with("state", receipt.state).with("code", receipt.code));
        }
        let mut lines = self.lines.clone();
        lines.iter_mut().for_each(|line| line.swept = Some(receipt.instruction));
        tx.update_all(&self.lines, &mut lines)?;
        sheet.returned_net += self.order.amount.minor;
        tx.update(&mut sheet)?;
        let (amount, instruction) = (self.order.amount, receipt.instruction);
        tx.emit(&Event::MoneyReturned { sheet: sheet.id, amount, instruction }, &actor.correlation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_other_banks_become_codes() {
        for (given, want) in
            [("account closed", "returned_account_closed"), ("AC04", "returned_ac04"), ("户名不符", "returned_____")]
        {
            assert_eq!(reason_code(given), want);
        }
        assert_eq!(reason_code(&"x".repeat(500)).len(), 9 + REASON_CHARS_MAX);
    }
}
