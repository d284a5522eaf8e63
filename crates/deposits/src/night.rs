//! The work after a closed day, step by step: accrue, post, pay, mature. Each step finds where the night stands, does a chunk and
//! moves the night on in one transaction; whoever calls, and however often, a chunk is done once.
//!
//! | step | a chunk is | what it does |
//! |---|---|---|
//! | accrue | [`ACCRUE_ACCOUNTS`] accounts of a book | the day's end balance × the days until the next business day; settles, puts to sleep |
//! | post | a book | one entry a product: interest expense to payable, or back |
//! | pay | a page of accounts | what is due, many legs of one order; only after a settlement |
//! | mature | [`MATURE_DEPOSITS`] deposits of a book | pays or rolls over what falls due, tells what falls due soon; notices lapse |
//!
//! What is left of a night when its process is killed, [`night_go_on`] goes on with; nights are worked off in the order of days.
use crate::line::{ASLEEP, Line, Plan, short};
use crate::mature::{due, due_soon, fall_due, is_its_own, set_overdue};
use crate::page::{self, AccrualPage, AccrualSum, Moved};
use crate::pay::{Taxed, keep_tax, payable};
use crate::sleep::put_to_sleep;
use crate::terms::{Shelf, shelf};
use crate::{Event, NIGHT_UNDER_WAY, payer};
use kernel::error::STALE;
use kernel::id::{AccountId, InstructionId, TransferId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use ledger::{Purpose, Standing, Transfer};
use payments::own::{Own, own};
use payments::{Desk, Kind, Leg, Order, Prepared, Receipt, State};
use std::collections::{BTreeMap, HashMap};
use store::{Seal, Tx, params};

/// Accounts accrued in one transaction at most.
pub const ACCRUE_ACCOUNTS: u32 = 4_096;
/// Pages looked at for interest to be paid in one step at most.
const PAY_PAGES: i64 = 8;
/// Deposits that fall due in one transaction at most.
pub const MATURE_DEPOSITS: i64 = 50;
/// Notices that lapse in one transaction at most.
const LAPSED_NOTICES: i64 = 500;
/// Nights listed at most.
pub const NIGHTS_LISTED_MAX: i64 = 400;

store::text_enum! {
    /// What a night does next.
    pub enum Step { Accrue = "accrue", Post = "post", Pay = "pay", Mature = "mature", Done = "done" }
}

store::record! {
    /// The night after a closed day.
    pub struct Night in "deposit_nights" key 1 {
        pub day: Date,
        /// The business day that was opened.
        pub next: Date,
        pub step: Step,
        /// Where the step is: a book, and in it the last account or page that is done.
        pub book: BookId,
        pub after: Option<[u8; 16]>,
        /// Accounts looked at so far.
        pub accounts: i64,
        /// Accounts to which interest was paid, and how much, minor units.
        pub paid: i64,
        pub interest: i64,
        /// Deposits that fell due.
        pub matured: i64,
        /// Accounts that fell asleep.
        pub slept: i64,
        pub began_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

/// How far the nights are.
#[derive(Clone, Debug)]
pub struct NightDone {
    /// Steps taken by this call.
    pub steps: u32,
    /// The night that is under way; `None` when all are done.
    pub night: Option<Night>,
}

const OPEN: &str = "WHERE step <> 'done' ORDER BY day LIMIT 1";

/// Writes down that a day was closed and `next` opened; in the transaction that does it.
pub fn night_begin(tx: &mut Tx<'_>, day: Date, next: Date) -> Result<()> {
    let book = books(tx)?.first().copied().unwrap_or(BookId::HEAD_OFFICE);
    let (step, began_at, seal) = (Step::Accrue, tx.now(), Seal::default());
    tx.insert(&mut Night {
        day,
        next,
        step,
        book,
        after: None,
        accounts: 0,
        paid: 0,
        interest: 0,
        matured: 0,
        slept: 0,
        began_at,
        ended_at: None,
        seal,
    })
}

/// The last nights, newest first.
pub fn nights(tx: &mut Tx<'_>, most: u32) -> Result<Vec<Night>> {
    tx.select::<Night>("ORDER BY day DESC LIMIT ?1", params![i64::from(most).min(NIGHTS_LISTED_MAX)])
}

/// `Err(NIGHT_UNDER_WAY)` while one is: what an account earned is not known to the day.
pub(crate) fn check_none(tx: &mut Tx<'_>) -> Result<()> {
    match tx.select::<Night>(OPEN, &[])?.pop() {
        None => Ok(()),
        Some(night) => Err(Error::new(&NIGHT_UNDER_WAY, format!("the night after {} is at {}", night.day, night.step))),
    }
}

/// Takes at most `steps` steps of the nights that are not done, the oldest first. The job that also finishes what a killed
/// process began.
pub fn night_go_on(desk: &Desk, steps: u32) -> Result<NightDone> {
    let mut taken = 0;
    loop {
        let open = desk.store.read(|tx| Ok(tx.select::<Night>(OPEN, &[])?.pop()))?;
        let Some(night) = open.filter(|_| taken < steps) else {
            let night = desk.store.read(|tx| Ok(tx.select::<Night>(OPEN, &[])?.pop()))?;
            return Ok(NightDone { steps: taken, night });
        };
        let done = match night.step {
            Step::Accrue => desk.store.write(move |tx| accrue(tx, night.clone())),
            Step::Post => desk.store.write(move |tx| post(tx, night.clone())),
            Step::Pay => pay(desk, night),
            Step::Mature => mature(desk, night),
            Step::Done => Ok(()),
        };
        match done {
            // Somebody else took the step meanwhile.
            Err(why) if why.is(&STALE) => {}
            Err(why) => return Err(why),
            Ok(()) => {}
        }
        taken += 1;
    }
}

/// Books that have customers' accounts, in order.
fn books(tx: &mut Tx<'_>) -> Result<Vec<BookId>> {
    let mut books: Vec<BookId> = party::branches(tx)?.into_iter().map(|b| b.book).collect();
    books.sort_unstable();
    books.dedup();
    Ok(books)
}

/// On to the next book, or from the last one to the next step.
fn on(tx: &mut Tx<'_>, night: &mut Night, step: Step) -> Result<()> {
    let books = books(tx)?;
    night.after = None;
    match books.iter().find(|b| **b > night.book) {
        Some(next) => night.book = *next,
        None => (night.step, night.book) = (step, books.first().copied().unwrap_or(BookId::HEAD_OFFICE)),
    }
    Ok(())
}

/// The plans of the products for a night, made when first asked for.
struct Plans<'s> {
    shelf: &'s Shelf,
    first: Date,
    next: Date,
    made: HashMap<u16, (Plan, Currency)>,
}

impl Plans<'_> {
    fn of(&mut self, number: u16) -> Result<&(Plan, Currency)> {
        if !self.made.contains_key(&number) {
            let product = self.shelf.by_number(number, self.first)?;
            let plan = Plan::of(self.shelf, product, self.first, self.next)?;
            self.made.insert(number, (plan, product.currency));
        }
        self.made.get(&number).ok_or_else(|| Error::broken("a plan that was made is not there"))
    }
}

fn accrue(tx: &mut Tx<'_>, mut night: Night) -> Result<()> {
    let from = night.after.map_or([0; 16], following);
    let found = ledger::standing(tx, night.day, night.book, from, None, ACCRUE_ACCOUNTS)?;
    let last = found.last().map(|s| s.id.bytes()).filter(|_| found.len() == ACCRUE_ACCOUNTS as usize);
    let shelf = shelf(tx)?;
    let mut plans = Plans { shelf: &shelf, first: night.day, next: night.next, made: HashMap::new() };
    let pages = pages_over(tx, night.book, from, last)?;
    let mut lines = Vec::new();
    for page in &pages {
        lines.extend(page.read()?);
    }
    let mut work = Work { night: &night, plans: &mut plans, moved: Moved::default(), sleepy: Vec::new() };
    let merged = work.merge(tx, lines, &found, from)?;
    let (moved, sleepy) = (work.moved, work.sleepy);
    write_pages(tx, pages, &merged)?;
    moved.apply(tx, night.book)?;
    let by = payer(format!("night {}", night.day));
    for account in &sleepy {
        put_to_sleep(tx, &by, *account)?;
    }
    night.accounts += found.len() as i64;
    night.slept += sleepy.len() as i64;
    match last {
        Some(last) => night.after = Some(last),
        None => on(tx, &mut night, Step::Post)?,
    }
    tx.update(&mut night)
}

/// The id after this one.
fn following(id: [u8; 16]) -> [u8; 16] {
    u128::from_be_bytes(id).saturating_add(1).to_be_bytes()
}

/// The pages in which the accounts from `from` up to `last` stand or would stand; `None` is the book's end.
fn pages_over(tx: &mut Tx<'_>, book: BookId, from: [u8; 16], last: Option<[u8; 16]>) -> Result<Vec<AccrualPage>> {
    let mut pages = vec![page::page_at(tx, book, from)?];
    pages.extend(page::pages_between(tx, book, pages[0].first, last.unwrap_or([0xff; 16]))?);
    Ok(pages)
}

struct Work<'w, 's> {
    night: &'w Night,
    plans: &'w mut Plans<'s>,
    moved: Moved,
    /// Accounts that fall asleep tonight.
    sleepy: Vec<AccountId>,
}

impl Work<'_, '_> {
    /// The lines with what the night adds to those of the accounts that were read; others stay as they are.
    fn merge(&mut self, tx: &mut Tx<'_>, lines: Vec<Line>, found: &[Standing], from: [u8; 16]) -> Result<Vec<Line>> {
        let mut out = Vec::with_capacity(lines.len() + 64);
        let mut accounts = found.iter().peekable();
        for line in lines {
            while let Some(new) = accounts.next_if(|s| s.id < line.account) {
                out.extend(self.first_night(tx, new)?);
            }
            match accounts.next_if(|s| s.id == line.account) {
                Some(standing) => out.push(self.night_of(tx, line, standing)?),
                None if line.account.bytes() < from || found.last().is_none_or(|l| line.account > l.id) => {
                    out.push(line)
                }
                None => return Err(Error::broken(format!("{} has a line and no account", line.account))),
            }
        }
        for new in accounts {
            out.extend(self.first_night(tx, new)?);
        }
        Ok(out)
    }

    /// An account without a line gets one where a demand product names its chart code.
    fn first_night(&mut self, tx: &mut Tx<'_>, s: &Standing) -> Result<Option<Line>> {
        if s.purpose != Purpose::General || s.closed {
            return Ok(None);
        }
        let Some(product) = self.plans.shelf.of_account(&s.chart, s.currency, self.night.day) else { return Ok(None) };
        let new = Line::new(s.id, product.number, None, s.opened_at.local_date());
        self.night_of(tx, new, s).map(Some)
    }

    fn night_of(&mut self, tx: &mut Tx<'_>, before: Line, s: &Standing) -> Result<Line> {
        let mut line = before;
        let (plan, currency) = self.plans.of(line.product)?;
        if s.head != line.head {
            if !is_our_interest(tx, &line, s, self.night.day)? {
                line.moved_on = short(self.night.day);
            }
            line.head = s.head;
        }
        line.accrue(s.net, plan)?;
        self.moved.note(&before, &line, *currency);
        let still = plan.dormant_days > 0 && self.night.next.days() - i64::from(line.moved_on) >= plan.dormant_days;
        if still && !line.is_asleep() && !s.closed {
            line.flags |= ASLEEP;
            self.sleepy.push(line.account);
        }
        Ok(line)
    }
}

/// Whether the only entry since the last night is the interest that was paid on this day.
fn is_our_interest(tx: &mut Tx<'_>, line: &Line, s: &Standing, day: Date) -> Result<bool> {
    if line.paid_on != short(day) || s.head == 0 {
        return Ok(false);
    }
    let newest = ledger::statement(tx, s.id, Some(s.head), 1)?;
    Ok(newest.first().is_some_and(|l| l.entry.code == Kind::Interest.code() && l.prev().unwrap_or(0) == line.head))
}

/// Lines back into their pages, by the first ids of these.
fn write_pages(tx: &mut Tx<'_>, pages: Vec<AccrualPage>, mut lines: &[Line]) -> Result<()> {
    let ends: Vec<Option<[u8; 16]>> = pages.iter().skip(1).map(|p| Some(p.first)).chain([None]).collect();
    for (page, end) in pages.into_iter().zip(ends) {
        let mine = end.map_or(lines.len(), |end| lines.partition_point(|l| l.account.bytes() < end));
        page::write(tx, page, &lines[..mine])?;
        lines = &lines[mine..];
    }
    Ok(())
}

/// One entry a product: what is payable becomes what the product's accounts earned.
fn post(tx: &mut Tx<'_>, mut night: Night) -> Result<()> {
    let shelf = shelf(tx)?;
    let book = night.book;
    let sums = tx.select_locked::<AccrualSum>("WHERE book = ?1 ORDER BY product, currency", params![book])?;
    let mut batch = Vec::new();
    for mut sum in sums {
        let target = sum.grains.minor()?;
        let more = target - sum.payable;
        if more == 0 {
            continue;
        }
        let id = TransferId::new(tx.now(), book);
        let any = AccountId::new(tx.now(), book);
        let (owed, cost) = (payable(tx, any, sum.currency)?, own(book, Own::InterestExpense, sum.currency));
        let (debit, credit) = if more > 0 { (cost, owed) } else { (owed, cost) };
        let code = &shelf.by_number(sum.product, night.day)?.code;
        let entry = Transfer::single(id, debit, credit, Money::new(more.abs(), sum.currency), "interest_accrual");
        batch.push(entry.reference(format!("{code} {}", night.day)));
        sum.payable = target;
        tx.update(&mut sum)?;
    }
    for outcome in ledger::post(tx, false, &batch)? {
        outcome.ok().map_err(Error::from)?;
    }
    let pays = settles(&shelf, &night)?;
    on(tx, &mut night, if pays { Step::Pay } else { Step::Mature })?;
    tx.update(&mut night)
}

/// Whether interest became due this night.
fn settles(shelf: &Shelf, night: &Night) -> Result<bool> {
    for product in shelf.products.iter().filter(|p| p.kind == crate::Kind::Demand && p.effective_from <= night.day) {
        if Plan::of(shelf, product, night.day, night.next)?.settles() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A page whose accounts have interest due, with the orders that pay it.
struct Payday {
    page: AccrualPage,
    orders: Vec<(Order, Prepared)>,
}

fn pay(desk: &Desk, night: Night) -> Result<()> {
    let (found, after, ended) = desk.store.read(|tx| payday(desk, tx, &night))?;
    let inside = desk.clone();
    desk.store.write(move |tx| {
        let mut night = night.clone();
        if let Some(payday) = &found {
            pay_page(&inside, tx, &mut night, payday)?;
        }
        night.after = after;
        if ended {
            on(tx, &mut night, Step::Mature)?;
        }
        tx.update(&mut night)
    })
}

/// The next page of the book with something due; the last page looked at; whether that was the book's last.
fn payday(desk: &Desk, tx: &mut Tx<'_>, night: &Night) -> Result<(Option<Payday>, Option<[u8; 16]>, bool)> {
    let shelf = shelf(tx)?;
    let mut after = night.after;
    let pages = page::pages_after(tx, night.book, after, PAY_PAGES)?;
    let ended = (pages.len() as i64) < PAY_PAGES;
    let all = pages.len();
    for (n, page) in pages.into_iter().enumerate() {
        after = Some(page.first);
        let lines = page.read()?;
        if lines.iter().any(|l| l.due > 0) {
            let orders = orders(desk, tx, &shelf, night, &lines)?;
            return Ok((Some(Payday { page, orders }), after, ended && n + 1 == all));
        }
    }
    Ok((None, after, ended))
}

/// An order a currency, a leg for each account.
fn orders(
    desk: &Desk,
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    night: &Night,
    lines: &[Line],
) -> Result<Vec<(Order, Prepared)>> {
    let mut legs: BTreeMap<Currency, Vec<Leg>> = BTreeMap::new();
    for line in lines.iter().filter(|l| l.due > 0) {
        let product = shelf.by_number(line.product, night.day)?;
        let net = Taxed::of(line.due, product.terms.0.tax_millionths).net();
        let leg = Leg {
            credit: line.account,
            amount: product.money(net),
            reference: line.account.to_string(),
            memo: format!("{} 结息", product.name_zh),
        };
        legs.entry(product.currency).or_default().push(leg);
    }
    let by = payer(format!("night {}", night.day));
    let mut out = Vec::new();
    for (currency, legs) in legs {
        let order = Order::many(Kind::Interest, own(night.book, Own::InterestPayable, currency), legs)?;
        let order = order.id(InstructionId::new(tx.now(), night.book)).reference(format!("interest {}", night.day));
        let prepared = payments::prepare(desk, tx, &by, &order)?;
        out.push((order, prepared));
    }
    Ok(out)
}

/// Pays a page as it was seen. What an account cannot take (asleep, closed, stopped) stays due.
fn pay_page(desk: &Desk, tx: &mut Tx<'_>, night: &mut Night, payday: &Payday) -> Result<()> {
    let now = tx.load::<AccrualPage>(params![payday.page.book, payday.page.first])?;
    let page =
        now.filter(|p| p.seal == payday.page.seal).ok_or_else(|| Error::new(&STALE, "a page moved meanwhile"))?;
    let by = payer(format!("night {}", night.day));
    let mut refused: Vec<String> = Vec::new();
    for (order, prepared) in &payday.orders {
        let receipt = payments::submit_in(desk, tx, &by, order, prepared, None)?;
        refused.extend(not_paid(order, receipt)?);
    }
    let shelf = shelf(tx)?;
    let today = tx.business_date()?;
    let mut lines = page.read()?;
    let mut moved = Moved::default();
    for line in lines.iter_mut().filter(|l| l.due > 0) {
        if refused.contains(&line.account.to_string()) {
            continue;
        }
        let (before, product) = (*line, shelf.by_number(line.product, night.day)?);
        let taxed = Taxed::of(line.due, product.terms.0.tax_millionths);
        keep_tax(tx, line.account, product.money(taxed.tax), &format!("interest {}", night.day))?;
        line.paid(taxed.gross, today);
        moved.note(&before, line, product.currency);
        moved.paid(product.number, product.currency, taxed.gross);
        night.paid += 1;
        night.interest += taxed.gross;
    }
    page::write(tx, page, &lines)?;
    moved.apply(tx, night.book)
}

/// The accounts whose legs were refused. An order that was not carried out at all comes again.
fn not_paid(order: &Order, receipt: Receipt) -> Result<Vec<String>> {
    let whole = receipt.state == State::Refused && receipt.legs.is_empty();
    if receipt.state.is_open() || whole {
        let told = format!("interest of {} is {}: {}", order.amount, receipt.state, receipt.reasons.join(", "));
        return Err(Error::new(&crate::NOT_MOVED, told).with("code", receipt.code));
    }
    Ok(receipt.legs.into_iter().filter(|l| !l.code.is_empty()).map(|l| l.reference).collect())
}

fn mature(desk: &Desk, night: Night) -> Result<()> {
    let together = {
        let (inside, night) = (desk.clone(), night.clone());
        desk.store.write(move |tx| mature_chunk(&inside, tx, night.clone(), MATURE_DEPOSITS))
    };
    match together {
        Err(why) if is_its_own(&why) => one_by_one(desk, night, why),
        done => done,
    }
}

fn mature_chunk(desk: &Desk, tx: &mut Tx<'_>, mut night: Night, most: i64) -> Result<()> {
    let by = payer(format!("night {}", night.day));
    let (shelf, next) = (shelf(tx)?, night.next);
    if night.after.is_none()
        && crate::notice::lapse(tx, &by, night.book, night.day, LAPSED_NOTICES)? as i64 == LAPSED_NOTICES
    {
        return tx.update(&mut night);
    }
    let found = due(tx, &night, night.after.unwrap_or([0; 16]), most)?;
    for d in &found {
        match d.matures.filter(|last| *last > next) {
            Some(last) => due_soon(tx, d, last)?,
            None => {
                fall_due(desk, tx, &shelf, d.account, next)?;
                night.matured += 1;
            }
        }
    }
    match found.last().filter(|_| found.len() as i64 == most) {
        Some(last) => night.after = Some(last.account.bytes()),
        None => on(tx, &mut night, Step::Done)?,
    }
    if night.step == Step::Done {
        end(tx, &by, &mut night)?;
    }
    tx.update(&mut night)
}

/// The next deposit alone: where it cannot be paid, it is overdue and the night goes on behind it.
fn one_by_one(desk: &Desk, night: Night, _: Error) -> Result<()> {
    let (inside, alone) = (desk.clone(), night.clone());
    match desk.store.write(move |tx| mature_chunk(&inside, tx, alone.clone(), 1)) {
        Err(why) if is_its_own(&why) => {
            let why = std::sync::Arc::new(why);
            desk.store.write(move |tx| {
                let mut night = night.clone();
                let by = payer(format!("night {}", night.day));
                if night.after.is_none()
                    && crate::notice::lapse(tx, &by, night.book, night.day, LAPSED_NOTICES)? as i64 == LAPSED_NOTICES
                {
                    return tx.update(&mut night);
                }
                let (shelf, next) = (shelf(tx)?, night.next);
                if let Some(d) = due(tx, &night, night.after.unwrap_or([0; 16]), 1)?.pop() {
                    if d.matures.is_some_and(|last| last <= next) {
                        set_overdue(tx, &shelf, d.account, next, &why)?;
                    }
                    night.after = Some(d.account.bytes());
                }
                tx.update(&mut night)
            })
        }
        done => done,
    }
}

fn end(tx: &mut Tx<'_>, by: &Actor, night: &mut Night) -> Result<()> {
    night.ended_at = Some(tx.now());
    let told = format!("{} accounts, {} paid, {} due", night.accounts, night.paid, night.matured);
    tx.audit(by, store::Audit::of("deposits.night", night.day).after(told))?;
    let (day, accounts, interest) = (night.day, night.accounts, night.interest);
    tx.emit(&Event::NightDone { day, accounts, interest }, &by.correlation)
}
