//! A labour bureau's notice to pay workers out of a guarantee (动用保证金通知, D4).
use crate::duty::duty;
use crate::guarantee::{Form, Guarantee, guarantee_raw};
use crate::rates::{figures, working_days_after};
use crate::{
    Event, LIABILITY_ORDER, NAMED_ELSEWHERE, NAMED_MAX, NAMED_UNFIT, NOT_LETTER, NOTICE_STATE, NOTICE_TAKEN,
    NOTICES_LISTED_MAX, PAYMENT_UNFIT, SHEET_UNFIT, filled, may_read, mover,
};
use kernel::id::{
    ApprovalId, ArrearsCaseId, BureauId, GuaranteeId, InstructionId, PayNoticeId, PaySheetId, ProjectId, WorkerId,
};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::{PaySheet, SheetState, project_raw};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::{Audit, Json, Seal, Tx, params};

/// The approval kind of a notice that is to be paid.
pub(crate) const KIND: &str = "guarantee.notice";

store::text_enum! {
    /// Where a notice is in its life.
    pub enum NoticeState {
        /// Taken in; nobody asked to pay it.
        Received = "received",
        /// Waits for the second person.
        Asked = "asked",
        /// The letter was called; its issuer has not paid yet.
        Called = "called",
        /// The money is in the wage account.
        Paid = "paid",
        /// The second person said no.
        Refused = "refused",
        /// Nobody whom it names was owed anything any more before it was paid.
        Settled = "settled",
    }
}

impl NoticeState {
    /// Still to be paid.
    pub fn is_open(self) -> bool {
        matches!(self, NoticeState::Received | NoticeState::Asked | NoticeState::Called)
    }
}

/// A worker whom a notice names, and what he is owed in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub worker: WorkerId,
    pub amount: i64,
}

store::record! {
    /// A notice in its life.
    pub struct PaymentNotice in "guarantee_notices" key 2 {
        pub book: BookId,
        pub id: PayNoticeId,
        pub project: ProjectId,
        pub guarantee: GuaranteeId,
        /// When the bureau works with the bank's own pages.
        pub bureau: Option<BureauId>,
        pub bureau_name: String,
        /// The document's number.
        pub number: String,
        pub officer: String,
        /// The articles it stands on.
        pub basis: String,
        pub issued_on: Date,
        /// The order to the main contractor to settle first (责令限期改正), and its day.
        pub settle_order: String,
        pub settle_ordered_on: Date,
        /// What proves that he did not, and its day.
        pub default_proof: String,
        pub defaulted_on: Date,
        pub amount: i64,
        pub currency: Currency,
        pub workers: Json<Vec<Named>>,
        /// The sheet that pays these workers.
        pub sheet: Option<PaySheetId>,
        pub state: NoticeState,
        pub received_by: String,
        pub received_at: Timestamp,
        /// The last day on which the bank pays in time.
        pub pay_by: Date,
        pub asked_by: Option<String>,
        pub asked_at: Option<Timestamp>,
        pub approval: Option<ApprovalId>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// Of a no; empty for yes.
        pub decided_why: String,
        /// Number of the claim on the letter's issuer; empty for cash.
        pub claim: String,
        /// What reached the wage account: less than `amount` where no more was there.
        pub paid: i64,
        pub paid_at: Option<Timestamp>,
        /// The payment into the wage account.
        pub instruction: Option<InstructionId>,
        /// When it was told that the bank is late.
        pub late_at: Option<Timestamp>,
        /// The last day on which it is refilled in time.
        pub refill_by: Option<Date>,
        /// What could not be paid to the workers and lies in the deposit again.
        pub came_back: i64,
        pub refilled_at: Option<Timestamp>,
        pub refill_late_at: Option<Timestamp>,
    }
}

impl PaymentNotice {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn paid_money(&self) -> Money {
        Money::new(self.paid, self.currency)
    }
    /// The bank did not pay in time, or has not yet and the day is over.
    pub fn is_late(&self, today: Date) -> bool {
        match self.paid_at {
            Some(at) => at.local_date() > self.pay_by,
            None => self.state.is_open() && today > self.pay_by,
        }
    }
    /// What the contractor still owes of it.
    pub fn to_refill(&self) -> i64 {
        if self.refilled_at.is_some() { 0 } else { self.paid - self.came_back }
    }
    pub(crate) fn is(&self, states: &[NoticeState]) -> Result<()> {
        match states.contains(&self.state) {
            true => Ok(()),
            false => {
                let told = format!("{} is {}", self.id, self.state);
                Err(Error::new(&NOTICE_STATE, told).with("state", self.state))
            }
        }
    }
}

/// A notice as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeNew {
    pub guarantee: GuaranteeId,
    pub bureau: Option<BureauId>,
    pub bureau_name: String,
    pub number: String,
    pub officer: String,
    pub basis: String,
    pub issued_on: Date,
    pub settle_order: String,
    pub settle_ordered_on: Date,
    pub default_proof: String,
    pub defaulted_on: Date,
    /// Whom to pay; the notice's amount is their sum.
    pub workers: Vec<Named>,
}

pub(crate) fn notice_raw(tx: &mut Tx<'_>, id: PayNoticeId) -> Result<PaymentNotice> {
    tx.load::<PaymentNotice>(params![id.book(), id])?.ok_or_else(|| Error::not_found("payment notice", id))
}

/// A notice, for who may read the project's wages; another's is not found.
pub fn notice(tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId) -> Result<PaymentNotice> {
    let found = notice_raw(tx, id)?;
    let project = project_raw(tx, found.project)?;
    may_read(tx, actor, &project).map_err(|_| Error::not_found("payment notice", id))?;
    Ok(found)
}

/// The sheet that uses a notice's money; one that was cancelled uses none. For domain code.
pub fn sheet_in_use(tx: &mut Tx<'_>, n: &PaymentNotice) -> Result<Option<PaySheetId>> {
    Ok(n.live_sheet(tx)?.map(|s| s.id))
}

/// The notices of a project, the newest first, at most [`NOTICES_LISTED_MAX`]; for domain code.
pub fn notices_of(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<PaymentNotice>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<PaymentNotice>(tail, params![project.book(), project, NOTICES_LISTED_MAX])
}

/// What is to be refilled of a project's guarantees, and the first day by which.
pub(crate) fn open_refills(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<(Money, Date)>> {
    let mut open: Option<(Money, Date)> = None;
    for n in notices_of(tx, project)?.iter().filter(|n| n.to_refill() > 0) {
        let (owed, by) = (Money::new(n.to_refill(), n.currency), n.refill_by.unwrap_or(n.pay_by));
        open = Some(match open {
            None => (owed, by),
            Some((sum, first)) => (sum.add(owed)?, first.min(by)),
        });
    }
    Ok(open)
}

/// Takes in a notice. Needs `wage.case` where the firm banks. The same again answers the first. Errors: `guarantee_ended`,
/// `guarantee_liability_order` when the main contractor was not ordered to settle first or has not defaulted (Decree 724, art. 29, 30),
/// `guarantee_named_unfit`, `guarantee_notice_taken`, field errors.
pub fn notice_receive(tx: &mut Tx<'_>, actor: &Actor, new: NoticeNew) -> Result<PayNoticeId> {
    let g = guarantee_raw(tx, new.guarantee)?;
    let project = project_raw(tx, g.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    let new = new.checked(tx.now().local_date())?;
    let amount = named(tx, project.id, &new.workers)?;
    let tail = "WHERE book = ?1 AND guarantee = ?2 AND bureau_name = ?3 AND number = ?4";
    if let Some(there) = tx.select::<PaymentNotice>(tail, params![g.book, g.id, new.bureau_name, new.number])?.pop() {
        let same = there.workers.0 == new.workers && (there.issued_on, there.amount) == (new.issued_on, amount);
        return match same {
            true => Ok(there.id),
            false => Err(Error::new(&NOTICE_TAKEN, format!("{} is {}", new.number, there.id)).with("id", there.id)),
        };
    }
    g.open()?;
    let days = days_of(tx, &g)?.0;
    let now = tx.now();
    let mut row = PaymentNotice {
        book: g.book,
        id: PayNoticeId::new(now, g.book),
        project: project.id,
        guarantee: g.id,
        bureau: new.bureau,
        bureau_name: new.bureau_name,
        number: new.number,
        officer: new.officer,
        basis: new.basis,
        issued_on: new.issued_on,
        settle_order: new.settle_order,
        settle_ordered_on: new.settle_ordered_on,
        default_proof: new.default_proof,
        defaulted_on: new.defaulted_on,
        amount,
        currency: g.currency,
        workers: Json(new.workers),
        sheet: None,
        state: NoticeState::Received,
        received_by: actor.principal(),
        received_at: now,
        pay_by: working_days_after(now.local_date(), days),
        asked_by: None,
        asked_at: None,
        approval: None,
        decided_by: None,
        decided_at: None,
        decided_why: String::new(),
        claim: String::new(),
        paid: 0,
        paid_at: None,
        instruction: None,
        late_at: None,
        refill_by: None,
        came_back: 0,
        refilled_at: None,
        refill_late_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let shown = format!(
        "{} {} {} for {} workers until {}",
        row.bureau_name,
        row.number,
        row.money(),
        row.workers.0.len(),
        row.pay_by
    );
    tx.audit(actor, Audit::of("guarantee.notice_receive", row.id).after(shown).reason(&row.basis))?;
    tx.emit(&Event::of_notice(&row, &g), &actor.correlation)?;
    Ok(row.id)
}

/// Working days to pay and to refill, of the region of the guarantee's duty.
pub(crate) fn days_of(tx: &mut Tx<'_>, g: &Guarantee) -> Result<(u32, u32)> {
    let today = tx.now().local_date();
    let region = duty(tx, g.project)?.map_or_else(|| crate::COUNTRY.to_owned(), |d| d.region);
    let row = figures(&region, today)?;
    Ok((row.pay_working_days, row.refill_working_days))
}

/// The sum of what named workers are owed; each on this project's roster, once, above zero.
fn named(tx: &mut Tx<'_>, project: ProjectId, workers: &[Named]) -> Result<i64> {
    let unfit = |why: String| Error::new(&NAMED_UNFIT, why);
    if workers.is_empty() || workers.len() > NAMED_MAX {
        return Err(Error::limit("workers", workers.len(), NAMED_MAX, "workers, and 1 at least"));
    }
    let mut seen = BTreeSet::new();
    let mut sum = 0i64;
    for w in workers {
        if w.amount <= 0 || !seen.insert(w.worker) {
            return Err(unfit(format!("{} stands twice, or with nothing", w.worker)));
        }
        let of = payroll::worker_raw(tx, w.worker)?.project;
        if of != project {
            return Err(unfit(format!("{} is not of {project}", w.worker)));
        }
        sum = sum.checked_add(w.amount).ok_or_else(|| unfit("the amounts are too high".into()))?;
    }
    Ok(sum)
}

impl NoticeNew {
    /// Texts trimmed; the order of liability looked at.
    fn checked(self, today: Date) -> Result<NoticeNew> {
        let liable = |why: String| Error::new(&LIABILITY_ORDER, why);
        if self.settle_order.trim().is_empty() || self.default_proof.trim().is_empty() {
            return Err(liable("the order to settle first, or the proof that it was not done, has no number".into()));
        }
        let days = [self.settle_ordered_on, self.defaulted_on, self.issued_on, today];
        if !days.is_sorted() || self.settle_ordered_on == self.defaulted_on {
            let told = format!(
                "ordered on {}, defaulted on {}, noticed on {}: the first comes before the second, and none is to come",
                self.settle_ordered_on, self.defaulted_on, self.issued_on
            );
            return Err(liable(told));
        }
        Ok(NoticeNew {
            bureau_name: filled("bureau_name", &self.bureau_name)?,
            number: filled("number", &self.number)?,
            officer: filled("officer", &self.officer)?,
            basis: filled("basis", &self.basis)?,
            settle_order: filled("settle_order", &self.settle_order)?,
            default_proof: filled("default_proof", &self.default_proof)?,
            ..self
        })
    }
}

/// What the approval of a notice speaks of.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub notice: PayNoticeId,
}

impl Payload {
    pub(crate) fn read(text: &str) -> Result<Payload> {
        serde_json::from_str(text).map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))
    }
}

/// Asks a second person to pay a notice. Needs `wage.case`; he needs `wage.account_check`. Asking again answers the request that waits.
/// Errors: `guarantee_notice_state`.
pub fn notice_ask(tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId, note: &str) -> Result<ApprovalId> {
    let mut n = notice_raw(tx, id)?;
    let project = project_raw(tx, n.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    if let Some(asked) = n.approval.filter(|_| n.state == NoticeState::Asked) {
        let now = tx.now();
        if approval::raw(tx, asked)?.is_open(now) {
            return Ok(asked);
        }
    }
    n.is(&[NoticeState::Received, NoticeState::Asked, NoticeState::Refused])?;
    let mut ask = approval::Ask::new(KIND, &Payload { notice: id }, Permission::WageAccountCheck)?;
    ask.amount = Some(n.money());
    ask.firm = Some(project.firm);
    ask.note = note.trim().to_owned();
    ask.summary = vec![
        approval::Line::shown("wage-project", &project.name),
        approval::Line::shown("guarantee-bureau", &n.bureau_name),
        approval::Line::shown("guarantee-number", &n.number),
        approval::Line::shown("guarantee-basis", &n.basis),
        approval::Line::shown("guarantee-settle-order", format!("{} {}", n.settle_order, n.settle_ordered_on)),
        approval::Line::shown("guarantee-default-proof", format!("{} {}", n.default_proof, n.defaulted_on)),
        approval::Line::shown("guarantee-workers", n.workers.0.len().to_string()),
        approval::Line::shown("guarantee-amount", n.money().to_string()),
        approval::Line::shown("guarantee-pay-by", n.pay_by.to_string()),
    ];
    let asked = approval::ask(tx, actor, ask)?;
    (n.state, n.approval) = (NoticeState::Asked, Some(asked));
    (n.asked_by, n.asked_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut n)?;
    tx.audit(actor, Audit::of("guarantee.notice_ask", id).after(n.money().to_string()).approval(asked))?;
    Ok(asked)
}

/// What each named worker is still owed of what the notice says; who is owed nothing is left out. Pure.
fn lowered(named: &[Named], owed: &BTreeMap<WorkerId, i64>) -> Vec<Named> {
    let least = |w: &Named| Named { worker: w.worker, amount: w.amount.min(owed.get(&w.worker).copied().unwrap_or(0)) };
    named.iter().map(least).filter(|w| w.amount > 0).collect()
}

/// The named workers were paid meanwhile, wholly or in part: the notice is for what they are still `owed`, minor units. A notice of which
/// nothing is left is settled. One that was paid or called stays as it is; a notice never grows. For domain code.
pub fn notice_lower(tx: &mut Tx<'_>, id: PayNoticeId, owed: &BTreeMap<WorkerId, i64>) -> Result<Change> {
    let mut n = notice_raw(tx, id)?;
    let waits = matches!(n.state, NoticeState::Received | NoticeState::Asked | NoticeState::Refused);
    let left = lowered(&n.workers.0, owed);
    if !waits || left == n.workers.0 {
        return Ok(Change::AlreadySo);
    }
    let before = n.money();
    match left.iter().map(|w| w.amount).sum() {
        0 => n.state = NoticeState::Settled,
        sum => (n.workers, n.amount) = (Json(left), sum),
    }
    tx.update(&mut n)?;
    let after = if n.state == NoticeState::Settled { NoticeState::Settled.to_string() } else { n.money().to_string() };
    let by = mover(id);
    tx.audit(&by, Audit::of("guarantee.notice_lower", id).change(before.to_string(), after))?;
    if n.state == NoticeState::Settled {
        let g = guarantee_raw(tx, n.guarantee)?;
        tx.emit(&Event::of_notice(&n, &g), &by.correlation)?;
    }
    Ok(Change::Done)
}

/// The notice that an approval is to pay; `None` for an approval of another kind. For domain code.
pub fn notice_of_approval(tx: &mut Tx<'_>, id: ApprovalId) -> Result<Option<PaymentNotice>> {
    let asked = approval::raw(tx, id)?;
    if asked.kind != KIND {
        return Ok(None);
    }
    notice_raw(tx, Payload::read(&asked.payload)?.notice).map(Some)
}

/// The notices of a project whose money was called or lies in the wage account, and is not all paid to its workers or given back yet. For
/// domain code.
pub fn notices_with_money(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<PaymentNotice>> {
    let tail =
        "WHERE book = ?1 AND project = ?2 AND (state = 'called' OR state = 'paid' AND paid > came_back) ORDER BY id";
    let mut with = Vec::new();
    for n in tx.select::<PaymentNotice>(tail, params![project.book(), project])? {
        if n.state == NoticeState::Called || n.live_sheet(tx)?.is_none_or(|s| s.finished_at.is_none()) {
            with.push(n);
        }
    }
    Ok(with)
}

/// What a second notice of the same wage is told.
pub fn named_elsewhere(other: &PaymentNotice) -> Error {
    let told = format!("{} {} holds money for the same workers", other.bureau_name, other.number);
    Error::new(&NAMED_ELSEWHERE, told).with("notice", other.id)
}

/// The letter's issuer has paid: `instruction` is his payment into the project's wage account, of at least what was called. Needs
/// `wage.case`. Again with the same payment is already so. Errors: `guarantee_not_letter`, `guarantee_notice_state`,
/// `guarantee_payment_unfit`.
pub fn issuer_paid(tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId, payment: InstructionId) -> Result<Change> {
    let mut n = notice_raw(tx, id)?;
    let project = project_raw(tx, n.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    if n.state == NoticeState::Paid && n.instruction == Some(payment) {
        return Ok(Change::AlreadySo);
    }
    let g = guarantee_raw(tx, n.guarantee)?;
    if g.form != Form::Letter {
        return Err(Error::new(&NOT_LETTER, format!("{} is a deposit; the bank pays it", g.id)));
    }
    n.is(&[NoticeState::Called])?;
    let unfit = |why: &str| Error::new(&PAYMENT_UNFIT, format!("{payment} {why}"));
    let found = payments::raw(tx, payment)?.ok_or_else(|| unfit("is not known"))?;
    if found.state != payments::State::Posted || found.credit != Some(project.wage_account) {
        return Err(unfit("did not come into the wage account"));
    }
    if found.currency != n.currency || found.amount < n.paid {
        return Err(unfit("is less than what was called"));
    }
    let own = matches!(found.payer, kernel::Owner::Firm(f) if f == project.firm || f == project.contractor);
    let called_at = n.decided_at.unwrap_or(n.received_at);
    if own || found.made_at < called_at {
        return Err(unfit("is not the issuer's, or was made before the call"));
    }
    if notices_of(tx, n.project)?.iter().any(|other| other.instruction == Some(payment)) {
        return Err(unfit("serves another notice"));
    }
    n.pay(tx, &g, payment)?;
    tx.update(&mut n)?;
    tx.audit(actor, Audit::of("guarantee.issuer_paid", id).after(format!("{} {payment}", n.paid_money())))?;
    tx.emit(&Event::of_notice(&n, &g), &actor.correlation)?;
    Ok(Change::Done)
}

impl PaymentNotice {
    /// The sheet that uses its money; one that was cancelled uses none.
    pub(crate) fn live_sheet(&self, tx: &mut Tx<'_>) -> Result<Option<PaySheet>> {
        let sheet = self.sheet.map(|s| payroll::sheet_raw(tx, s)).transpose()?;
        Ok(sheet.filter(|s| s.state != SheetState::Cancelled))
    }
    /// `Err(guarantee_named_elsewhere)` while another notice holds money for a worker whom this one names: it may be the same wage, and a
    /// guarantee pays it once. Two notices of two cases say themselves which wages they are of: who knows cases compares them.
    pub(crate) fn alone(&self, tx: &mut Tx<'_>) -> Result<()> {
        let case = |n: &PaymentNotice| n.default_proof.parse::<ArrearsCaseId>().ok();
        let workers: BTreeSet<WorkerId> = self.workers.0.iter().map(|w| w.worker).collect();
        let names = |n: &PaymentNotice| n.workers.0.iter().any(|w| workers.contains(&w.worker));
        let of_two_cases = |n: &PaymentNotice| matches!((case(self), case(n)), (Some(a), Some(b)) if a != b);
        let mut others = notices_with_money(tx, self.project)?.into_iter();
        match others.find(|other| other.id != self.id && !of_two_cases(other) && names(other)) {
            Some(other) => Err(named_elsewhere(&other)),
            None => Ok(()),
        }
    }
    /// The money is in the wage account, for the named workers alone.
    pub(crate) fn pay(&mut self, tx: &mut Tx<'_>, g: &Guarantee, by: InstructionId) -> Result<()> {
        let (now, days) = (tx.now(), days_of(tx, g)?.1);
        (self.state, self.paid_at, self.instruction) = (NoticeState::Paid, Some(now), Some(by));
        self.refill_by = Some(working_days_after(now.local_date(), days));
        let basis = self.id.to_string();
        payroll::earmark(tx, &mover(&basis), self.project, &basis, self.paid_money()).map(|_| ())
    }
}

/// Says which pay sheet uses the money: its lines are the named workers and no others, none above what the notice says, and nothing of it
/// was ordered yet. Needs `wage.case`. Again is already so. Until then no sheet can spend it, and afterwards no other; one that was
/// cancelled gives way. Errors: `guarantee_notice_state` before it
/// is paid, `guarantee_sheet_unfit`, `wage_earmark_taken`.
pub fn notice_sheet(tx: &mut Tx<'_>, actor: &Actor, id: PayNoticeId, sheet: PaySheetId) -> Result<Change> {
    let mut n = notice_raw(tx, id)?;
    let project = project_raw(tx, n.project)?;
    party::may(tx, actor, Permission::WageCase, &Scope::firm(project.firm))?;
    let used = sheet_in_use(tx, &n)?;
    if used == Some(sheet) {
        return Ok(Change::AlreadySo);
    }
    n.is(&[NoticeState::Paid])?;
    let unfit = |why: String| Error::new(&SHEET_UNFIT, why);
    let found = payroll::sheet_raw(tx, sheet)?;
    if used.is_some() || !payroll::awaits_pay(&found) || found.project != n.project || found.net > n.paid {
        return Err(unfit(format!("{sheet} of {} does not fit {} paid", found.net(), n.paid_money())));
    }
    let owed: BTreeMap<WorkerId, i64> = n.workers.0.iter().map(|w| (w.worker, w.amount)).collect();
    let by = mover(id);
    let mut ask = PageAsk::first(kernel::page::PAGE_ROWS_MAX);
    loop {
        let page = payroll::lines(tx, &by, sheet, None, &ask)?;
        if let Some(odd) = page.items.iter().find(|l| owed.get(&l.worker).is_none_or(|max| l.net.minor > *max)) {
            return Err(unfit(format!("line {} is not what the notice says", odd.number)));
        }
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    payroll::earmark_sheet(tx, &by, n.project, &id.to_string(), sheet)?;
    n.sheet = Some(sheet);
    tx.update(&mut n)?;
    tx.audit(actor, Audit::of("guarantee.notice_sheet", id).after(sheet.to_string()))?;
    Ok(Change::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d4_a_notice_shrinks_to_what_is_still_owed_and_never_grows() {
        let ids: Vec<WorkerId> = (0..3).map(|n| WorkerId::new(Timestamp::from_micros(n), BookId(1))).collect();
        let named = |amounts: [i64; 3]| -> Vec<Named> {
            let all = ids.iter().zip(amounts).map(|(worker, amount)| Named { worker: *worker, amount });
            all.filter(|w| w.amount > 0).collect()
        };
        let first = named([800, 700, 600]);
        for (owed, want, why) in [
            ([800, 700, 600], [800, 700, 600], "nothing was paid"),
            ([800, 0, 600], [800, 0, 600], "one was paid"),
            ([800, 1, 600], [800, 1, 600], "one was paid but a fen"),
            ([900, 700, 600], [800, 700, 600], "more than the notice says is not its matter"),
            ([0, 0, 0], [0, 0, 0], "all were paid"),
        ] {
            let owed: BTreeMap<WorkerId, i64> = ids.iter().copied().zip(owed).collect();
            assert_eq!(lowered(&first, &owed), named(want), "{why}");
        }
    }
}
