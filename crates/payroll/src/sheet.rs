//! A pay sheet in its life; it is also the run that pays it.
use crate::Period;
use crate::line::Sums;
use crate::{SHEET_CHANGED, SHEET_EMPTY, SHEET_STATE};
use kernel::id::{ApprovalId, FirmId, ImportId, InstructionId, PaySheetId, ProjectId};
use kernel::{BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use store::{Tx, params};

store::text_enum! {
    /// What a sheet or line is for.
    pub enum Kind {
        /// The wage of a period; its number is 1.
        Wage = "wage",
        /// More for the same period, numbered 1 to 99.
        Supplement = "supplement",
    }
}

store::text_enum! {
    pub enum SheetState {
        /// An import is writing its lines.
        Loading = "loading",
        Drafted = "drafted",
        /// Waits for the checker.
        Submitted = "submitted",
        /// May be paid.
        Checked = "checked",
        /// Ordered; the money still waits in payments.
        Starting = "starting",
        Paying = "paying",
        Paid = "paid",
        /// Over, and some lines were not paid.
        PartlyPaid = "partly_paid",
        SentBack = "sent_back",
        Cancelled = "cancelled",
    }
}

/// Who and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub by: String,
    pub at: Timestamp,
}

/// Who, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

store::record! {
    /// A pay sheet (工资表). Amounts are minor units of `currency`.
    pub struct PaySheet in "payroll_sheets" key 2 {
        pub book: BookId,
        pub id: PaySheetId,
        pub project: ProjectId,
        pub firm: FirmId,
        pub period: Period,
        pub kind: Kind,
        pub number: u8,
        /// Repair order, vessel or sub-ledger; may be empty.
        pub tag: String,
        /// It pays failed lines again.
        pub repay: bool,
        pub import: Option<ImportId>,
        pub due_on: Date,
        /// `due_on`, or the last working day before it.
        pub pay_on: Date,
        pub currency: Currency,
        pub lines: i64,
        pub due: i64,
        pub deductions: i64,
        pub net: i64,
        pub lines_hash: Vec<u8>,
        pub state: SheetState,
        pub drafted_by: String,
        pub drafted_at: Timestamp,
        pub submitted_by: Option<String>,
        pub submitted_at: Option<Timestamp>,
        pub approval: Option<ApprovalId>,
        pub checked_by: Option<String>,
        pub checked_at: Option<Timestamp>,
        pub paying_by: Option<String>,
        pub paying_at: Option<Timestamp>,
        /// The order that moved the sum to the clearing account.
        pub instruction: Option<InstructionId>,
        /// Number of the last line that was done; the run goes on with the next.
        pub next_line: i64,
        pub paid_lines: i64,
        pub paid_net: i64,
        pub processing_lines: i64,
        pub processing_net: i64,
        pub failed_lines: i64,
        pub failed_net: i64,
        /// Of the failed lines' money, what is back in the wage account.
        pub returned_net: i64,
        pub finished_at: Option<Timestamp>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_reason: Option<String>,
    }
}

/// What became of some lines: how many and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub lines: i64,
    pub net: i64,
}

impl Tally {
    pub(crate) fn add(&mut self, net: i64) {
        self.lines += 1;
        self.net += net;
    }
}

impl PaySheet {
    pub fn submitted(&self) -> Option<Signed> {
        Some(Signed { by: self.submitted_by.clone()?, at: self.submitted_at? })
    }
    pub fn drafted(&self) -> Signed {
        Signed { by: self.drafted_by.clone(), at: self.drafted_at }
    }
    pub fn checked(&self) -> Option<Signed> {
        Some(Signed { by: self.checked_by.clone()?, at: self.checked_at? })
    }
    pub fn paying(&self) -> Option<Signed> {
        Some(Signed { by: self.paying_by.clone()?, at: self.paying_at? })
    }
    /// Sent back or cancelled.
    pub fn ended(&self) -> Option<Ended> {
        Some(Ended { by: self.ended_by.clone()?, at: self.ended_at?, reason: self.ended_reason.clone()? })
    }
    pub fn net(&self) -> Money {
        Money::new(self.net, self.currency)
    }
    pub(crate) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
    pub fn waiting_lines(&self) -> i64 {
        self.lines - self.paid_lines - self.processing_lines - self.failed_lines
    }

    /// What an approval and a payment are bound to, 64 hexadecimal digits: the sheet, its totals and all its lines.
    pub fn payload_hash(&self) -> String {
        let mut h = store::hasher();
        h.update(&self.id.bytes()).update(self.period.to_string().as_bytes()).update(self.kind.code().as_bytes());
        for n in [i64::from(self.number), self.lines, self.due, self.deductions, self.net] {
            h.update(&n.to_le_bytes());
        }
        h.update(&self.lines_hash);
        h.finalize().to_hex().to_string()
    }

    fn need(&self, states: &[SheetState], what: &str) -> Result<()> {
        match states.contains(&self.state) {
            true => Ok(()),
            false => Err(Error::new(&SHEET_STATE, format!("a pay sheet that is {} cannot be {what}", self.state))
                .with("state", self.state)),
        }
    }

    /// All lines are there: it can be read and submitted.
    pub(crate) fn draft(&mut self, sums: Sums) -> Result<()> {
        self.need(&[SheetState::Loading], "drafted")?;
        (self.lines, self.due, self.deductions, self.net) = (sums.lines, sums.due, sums.deductions, sums.net);
        self.lines_hash = sums.hash;
        self.state = SheetState::Drafted;
        Ok(())
    }

    pub(crate) fn may_submit(&self) -> Result<()> {
        self.need(&[SheetState::Drafted, SheetState::SentBack], "submitted")?;
        match self.lines {
            0 => Err(Error::new(&SHEET_EMPTY, "the pay sheet has no lines")),
            _ => Ok(()),
        }
    }

    pub(crate) fn submit(&mut self, by: &str, at: Timestamp, approval: ApprovalId) -> Result<()> {
        self.may_submit()?;
        (self.submitted_by, self.submitted_at, self.approval) = (Some(by.into()), Some(at), Some(approval));
        (self.ended_by, self.ended_at, self.ended_reason) = (None, None, None);
        self.state = SheetState::Submitted;
        Ok(())
    }

    /// The approval spoke of the sheet as `hash` says.
    pub(crate) fn check(&mut self, by: &str, at: Timestamp, approval: ApprovalId, hash: &str) -> Result<()> {
        self.need(&[SheetState::Submitted], "checked")?;
        if self.approval != Some(approval) || self.payload_hash() != hash {
            return Err(Error::new(&SHEET_CHANGED, "the pay sheet is not the one that was shown for approval"));
        }
        (self.checked_by, self.checked_at) = (Some(by.into()), Some(at));
        self.state = SheetState::Checked;
        Ok(())
    }

    pub(crate) fn send_back(&mut self, by: &str, at: Timestamp, reason: &str) -> Result<()> {
        self.need(&[SheetState::Submitted], "sent back")?;
        self.end(SheetState::SentBack, by, at, reason);
        Ok(())
    }

    /// Before any money moved.
    pub(crate) fn cancel(&mut self, by: &str, at: Timestamp, reason: &str) -> Result<()> {
        use SheetState::*;
        self.need(&[Loading, Drafted, Submitted, Checked, SentBack], "cancelled")?;
        self.end(Cancelled, by, at, reason);
        Ok(())
    }

    fn end(&mut self, state: SheetState, by: &str, at: Timestamp, reason: &str) {
        (self.ended_by, self.ended_at, self.ended_reason) = (Some(by.into()), Some(at), Some(reason.into()));
        self.state = state;
    }

    pub(crate) fn may_pay(&self, shown_hash: &str) -> Result<()> {
        self.need(&[SheetState::Checked], "paid")?;
        match self.payload_hash() == shown_hash {
            true => Ok(()),
            false => Err(Error::new(&SHEET_CHANGED, "the pay sheet is not the one that was shown")),
        }
    }

    /// The order was given; `posted` when the money is in the clearing account.
    pub(crate) fn start(&mut self, by: &str, at: Timestamp, instruction: InstructionId, posted: bool) -> Result<()> {
        self.need(&[SheetState::Checked], "paid")?;
        (self.paying_by, self.paying_at, self.instruction) = (Some(by.into()), Some(at), Some(instruction));
        self.state = if posted { SheetState::Paying } else { SheetState::Starting };
        Ok(())
    }

    /// The order that waited was posted, or came to nothing: then the sheet may be paid again.
    pub(crate) fn started(&mut self, posted: bool) -> Result<()> {
        self.need(&[SheetState::Starting], "started")?;
        if posted {
            self.state = SheetState::Paying;
        } else {
            (self.paying_by, self.paying_at, self.instruction) = (None, None, None);
            self.state = SheetState::Checked;
        }
        Ok(())
    }

    /// Counts a chunk that ended with line `last`.
    pub(crate) fn chunk(&mut self, last: i64, paid: Tally, processing: Tally, failed: Tally) -> Result<()> {
        self.need(&[SheetState::Paying], "paid")?;
        self.next_line = last;
        self.paid_lines += paid.lines;
        self.paid_net += paid.net;
        self.processing_lines += processing.lines;
        self.processing_net += processing.net;
        self.failed_lines += failed.lines;
        self.failed_net += failed.net;
        Ok(())
    }

    /// One line at another bank was settled.
    pub(crate) fn settle(&mut self, net: i64, paid: bool) -> Result<()> {
        self.need(&[SheetState::Paying], "settled")?;
        self.processing_lines -= 1;
        self.processing_net -= net;
        let (lines, sum) = if paid {
            (&mut self.paid_lines, &mut self.paid_net)
        } else {
            (&mut self.failed_lines, &mut self.failed_net)
        };
        *lines += 1;
        *sum += net;
        Ok(())
    }

    /// A line that another bank had reported paid came back: the run is open again until its money is in the wage account.
    pub(crate) fn take_back(&mut self, net: i64) -> Result<()> {
        self.need(&[SheetState::Paying, SheetState::Paid, SheetState::PartlyPaid], "taken up again")?;
        (self.paid_lines, self.paid_net) = (self.paid_lines - 1, self.paid_net - net);
        (self.failed_lines, self.failed_net) = (self.failed_lines + 1, self.failed_net + net);
        (self.state, self.finished_at) = (SheetState::Paying, None);
        Ok(())
    }

    /// Every line is settled and the money of those that failed is back.
    pub(crate) fn is_over(&self) -> bool {
        self.state == SheetState::Paying
            && self.waiting_lines() == 0
            && self.processing_lines == 0
            && self.returned_net == self.failed_net
    }

    pub(crate) fn finish(&mut self, at: Timestamp) -> Result<()> {
        match self.is_over() {
            true => {
                self.state = if self.failed_lines == 0 { SheetState::Paid } else { SheetState::PartlyPaid };
                self.finished_at = Some(at);
                Ok(())
            }
            false => self.need(&[], "finished"),
        }
    }

    pub fn progress(&self) -> Progress {
        let moving = self.waiting_lines() > 0 || self.returned_net < self.failed_net || self.is_over();
        Progress {
            sheet: self.id,
            state: self.state,
            lines: self.lines,
            paid_lines: self.paid_lines,
            processing_lines: self.processing_lines,
            failed_lines: self.failed_lines,
            waiting_lines: self.waiting_lines(),
            net: self.net(),
            paid: self.money(self.paid_net),
            processing: self.money(self.processing_net),
            failed: self.money(self.failed_net),
            returned: self.money(self.returned_net),
            more: self.state == SheetState::Paying && moving,
            waits: None,
            code: String::new(),
            reasons: Vec::new(),
        }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    pub sheet: PaySheetId,
    pub state: SheetState,
    pub lines: i64,
    pub paid_lines: i64,
    pub processing_lines: i64,
    pub failed_lines: i64,
    pub waiting_lines: i64,
    pub net: Money,
    pub paid: Money,
    pub processing: Money,
    pub failed: Money,
    pub returned: Money,
    /// There is work that [`crate::go_on`] can do now.
    pub more: bool,
    /// What the order of the whole sum waits for in payments, or that it was refused.
    pub waits: Option<payments::State>,
    /// Code of a refusal of the whole run; the sheet stays checked.
    pub code: String,
    pub reasons: Vec<String>,
}

/// A sheet as screens show it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SheetView {
    pub sheet: PaySheetId,
    pub project: ProjectId,
    pub project_name: String,
    pub firm_name: String,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub tag: String,
    pub repay: bool,
    pub due_on: Date,
    pub pay_on: Date,
    /// The calendar of the due day's year is official.
    pub pay_on_certain: bool,
    pub state: SheetState,
    pub progress: Progress,
    pub drafted: SignedView,
    pub submitted: Option<SignedView>,
    /// Who checked it last, once it may be paid.
    pub checked: Option<SignedView>,
    /// Everybody who said yes, in order; one of two already while the second is awaited.
    pub checkers: Vec<SignedView>,
    /// The reader may decide on its approval now.
    pub may_check: bool,
    pub paying: Option<SignedView>,
    pub ended: Option<EndedView>,
    pub approval: Option<ApprovalId>,
    pub payload_hash: String,
    pub import: Option<ImportId>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    /// The wage account covers the net sum now.
    pub enough: bool,
}

/// A name as lists show it, and when.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SignedView {
    pub name: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EndedView {
    pub name: String,
    pub at: Timestamp,
    pub reason: String,
}

/// The row, locked in a write, with no permission asked: for domain code.
pub fn sheet_raw(tx: &mut Tx<'_>, id: PaySheetId) -> Result<PaySheet> {
    tx.load::<PaySheet>(params![id.book(), id])?.ok_or_else(|| Error::not_found("pay sheet", id))
}

/// What a new sheet is for.
#[derive(Clone, Debug)]
pub(crate) struct SheetNew {
    pub project: ProjectId,
    pub firm: FirmId,
    pub period: Period,
    pub kind: Kind,
    pub number: u8,
    pub tag: String,
    pub repay: bool,
    pub import: Option<ImportId>,
    pub due_on: Date,
}

/// An empty sheet whose lines are being written.
pub(crate) fn loading(at: Timestamp, by: &str, new: SheetNew) -> PaySheet {
    let book = new.project.book();
    PaySheet {
        book,
        id: PaySheetId::new(at, book),
        project: new.project,
        firm: new.firm,
        period: new.period,
        kind: new.kind,
        number: new.number,
        tag: new.tag,
        repay: new.repay,
        import: new.import,
        due_on: new.due_on,
        pay_on: crate::pay_day(new.due_on),
        currency: Currency::CNY,
        lines: 0,
        due: 0,
        deductions: 0,
        net: 0,
        lines_hash: Vec::new(),
        state: SheetState::Loading,
        drafted_by: by.into(),
        drafted_at: at,
        submitted_by: None,
        submitted_at: None,
        approval: None,
        checked_by: None,
        checked_at: None,
        paying_by: None,
        paying_at: None,
        instruction: None,
        next_line: 0,
        paid_lines: 0,
        paid_net: 0,
        processing_lines: 0,
        processing_net: 0,
        failed_lines: 0,
        failed_net: 0,
        returned_net: 0,
        finished_at: None,
        ended_by: None,
        ended_at: None,
        ended_reason: None,
        seal: store::Seal::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::{ApprovalId, InstructionId};

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
    const BOOK: BookId = BookId(3);

    fn drafted(lines: i64) -> PaySheet {
        let new = SheetNew {
            project: ProjectId::new(NOW, BOOK),
            firm: FirmId::new(NOW, BOOK),
            period: Period { year: 2026, month: 10 },
            kind: Kind::Wage,
            number: 1,
            tag: String::new(),
            repay: false,
            import: None,
            due_on: Date::parse("2026-11-21").unwrap(),
        };
        let mut sheet = loading(NOW, "pers_a", new);
        sheet
            .draft(Sums { lines, due: lines * 120, deductions: lines * 20, net: lines * 100, hash: vec![7; 32] })
            .unwrap();
        sheet
    }

    fn checked(lines: i64) -> PaySheet {
        let mut sheet = drafted(lines);
        let approval = ApprovalId::new(NOW, BOOK);
        sheet.submit("pers_a", NOW, approval).unwrap();
        let hash = sheet.payload_hash();
        sheet.check("pers_b", NOW, approval, &hash).unwrap();
        sheet
    }

    #[test]
    fn the_pay_day_is_moved_when_the_sheet_is_made() {
        assert_eq!(drafted(1).pay_on.to_string(), "2026-11-20");
    }

    #[test]
    fn a_sheet_goes_only_forward() {
        let mut sheet = drafted(0);
        assert!(sheet.may_submit().unwrap_err().is(&SHEET_EMPTY));
        let approval = ApprovalId::new(NOW, BOOK);
        sheet = drafted(2);
        assert!(sheet.check("x", NOW, approval, "").unwrap_err().is(&SHEET_STATE));
        sheet.submit("a", NOW, approval).unwrap();
        assert!(sheet.submit("a", NOW, approval).unwrap_err().is(&SHEET_STATE));
        sheet.send_back("b", NOW, "row 3").unwrap();
        assert_eq!(sheet.ended().unwrap().reason, "row 3");
        sheet.submit("a", NOW, approval).unwrap();
        assert_eq!(sheet.ended(), None);
        sheet.cancel("a", NOW, "double").unwrap();
        assert!(sheet.submit("a", NOW, approval).unwrap_err().is(&SHEET_STATE));
    }

    #[test]
    fn a_check_is_bound_to_every_figure_and_line() {
        let approval = ApprovalId::new(NOW, BOOK);
        let mut sheet = drafted(2);
        sheet.submit("a", NOW, approval).unwrap();
        let hash = sheet.payload_hash();
        let changes: [fn(&mut PaySheet); 5] =
            [|s| s.net += 1, |s| s.lines += 1, |s| s.lines_hash[0] ^= 1, |s| s.number = 2, |s| s.period.month = 9];
        for change in changes {
            let mut other = sheet.clone();
            change(&mut other);
            assert!(other.check("b", NOW, approval, &hash).unwrap_err().is(&SHEET_CHANGED));
        }
        assert!(sheet.clone().check("b", NOW, ApprovalId::new(NOW, BOOK), &hash).unwrap_err().is(&SHEET_CHANGED));
        sheet.check("b", NOW, approval, &hash).unwrap();
    }

    #[test]
    fn a_run_is_over_when_every_line_is_settled_and_the_rest_is_back() {
        let mut sheet = checked(10);
        let order = InstructionId::new(NOW, BOOK);
        sheet.start("b", NOW, order, false).unwrap();
        assert!(!sheet.progress().more);
        sheet.started(true).unwrap();
        let tally = |lines| Tally { lines, net: lines * 100 };
        sheet.chunk(6, tally(3), tally(2), tally(1)).unwrap();
        assert!(sheet.progress().more && sheet.waiting_lines() == 4);
        sheet.chunk(10, tally(4), tally(0), tally(0)).unwrap();
        sheet.returned_net += 100;
        assert!(!sheet.is_over() && !sheet.progress().more, "two lines are at another bank");
        assert!(sheet.finish(NOW).is_err());
        sheet.settle(100, true).unwrap();
        sheet.settle(100, false).unwrap();
        assert!(!sheet.is_over() && sheet.progress().more, "one more sum must go back");
        sheet.returned_net += 100;
        sheet.finish(NOW).unwrap();
        assert_eq!((sheet.state, sheet.paid_lines, sheet.failed_lines), (SheetState::PartlyPaid, 8, 2));
        assert!(sheet.cancel("a", NOW, "late").unwrap_err().is(&SHEET_STATE));
        sheet.take_back(100).unwrap();
        assert_eq!((sheet.state, sheet.paid_lines, sheet.failed_lines), (SheetState::Paying, 7, 3));
        assert!(!sheet.is_over() && sheet.progress().more);
    }

    #[test]
    fn an_order_that_came_to_nothing_leaves_the_sheet_checked() {
        let mut sheet = checked(1);
        sheet.start("b", NOW, InstructionId::new(NOW, BOOK), false).unwrap();
        sheet.started(false).unwrap();
        assert_eq!((sheet.state, sheet.paying()), (SheetState::Checked, None));
        assert!(sheet.may_pay("other").unwrap_err().is(&SHEET_CHANGED));
        assert!(sheet.may_pay(&sheet.payload_hash()).is_ok());
    }
}
