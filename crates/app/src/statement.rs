//! An account's statement over some days: what was there before, what came in and went out, what is there after, month by month, and the
//! lines that fit a search.
//!
//! One look at the period ([`ledger::period`]) gives all of it; it passes [`ledger::period::PERIOD_ENTRIES_MAX`] entries at most and says
//! where it stopped when that did not reach. Balances at both ends come from closed days and are right in any case. A search looks at
//! what the reader sees (memo, other side as it is shown, masked), so nobody can try out what a mask hides.
use crate::codes::{BAD_DAYS, EXPORT_TOO_LARGE};
use kernel::chinese::{mask_card, mask_name};
use kernel::id::{AccountId, InstructionId};
use kernel::{Actor, Date, Error, Money, Owner, Result, Timestamp, Who};
use ledger::period::{Looked, Period, look};
use ledger::{Account, Line, Purpose, View};
use std::collections::{BTreeSet, HashMap};
use store::{Audit, Tx};

/// Lines of a page at most.
pub const STATEMENT_PAGE_ROWS_MAX: u32 = 200;
/// Days of one statement at most: five years.
pub const STATEMENT_DAYS_MAX: i64 = 1_827;
/// Characters of a search.
pub const SEARCH_CHARS_MAX: usize = 60;
/// Lines of a file that is made of a statement.
pub const EXPORT_LINES_MAX: u32 = 10_000;
/// Lines of a statement on paper.
pub const PAPER_LINES_MAX: u32 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

/// What is asked. Amounts are minor units without a sign.
#[derive(Clone, Debug)]
pub struct Ask {
    pub from: Date,
    /// The last day.
    pub to: Date,
    pub text: String,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub direction: Option<Direction>,
    /// The journal position of the last line of the page before.
    pub after: Option<i64>,
    pub rows: u32,
}

impl Ask {
    pub fn days(from: Date, to: Date, rows: u32) -> Ask {
        Ask { from, to, text: String::new(), min: None, max: None, direction: None, after: None, rows }
    }
    /// Whether only some lines are asked for.
    pub fn is_search(&self) -> bool {
        !self.text.is_empty() || self.min.is_some() || self.max.is_some() || self.direction.is_some()
    }
}

/// Who stands at the other side of a line, as the reader may know him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    Bank,
    Account { name: String, number: String },
}

impl Other {
    /// Empty for the bank.
    pub fn text(&self) -> String {
        match self {
            Other::Bank => String::new(),
            Other::Account { name, number } => [name.as_str(), number].join(" ").trim().to_owned(),
        }
    }
}

/// A line with its other side.
#[derive(Clone, Debug)]
pub struct Told {
    pub line: Line,
    pub other: Other,
}

/// Minor units; `money_out` above zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub lines: u32,
    pub money_in: i64,
    pub money_out: i64,
}

impl Sum {
    fn add(&mut self, line: &Line) {
        self.lines += 1;
        match line.change {
            change if change > 0 => self.money_in = self.money_in.saturating_add(change),
            change => self.money_out = self.money_out.saturating_sub(change),
        }
    }
}

/// A statement. Newest lines and months first.
#[derive(Clone, Debug)]
pub struct Statement {
    pub view: View,
    pub from: Date,
    pub to: Date,
    pub lines: Vec<Told>,
    /// Where the next page begins.
    pub next: Option<i64>,
    pub opening: Money,
    pub closing: Money,
    /// Over all lines of the days.
    pub all: Sum,
    /// Over those that fit the search.
    pub found: Sum,
    /// Year, month, and what moved in it.
    pub months: Vec<(i16, i8, Sum)>,
    /// The sums and lines do not reach further back than this: there were more entries than one look passes.
    pub stopped_at: Option<Timestamp>,
    /// BLAKE3 over the hashes of the entries, newest first.
    pub journal: [u8; 32],
}

/// The account, if the actor may look at it; what he may not know of is not found.
pub fn visible(tx: &mut Tx<'_>, actor: &Actor, id: AccountId) -> Result<View> {
    let none = || Error::not_found("account", id);
    let view = ledger::view(tx, id).map_err(|_| none())?;
    payments::may_see(tx, actor, view.account.owner).map_err(|why| none().caused_by(why))?;
    Ok(view)
}

/// A statement of an account that the actor may look at.
pub fn statement(tx: &mut Tx<'_>, actor: &Actor, id: AccountId, ask: &Ask) -> Result<Statement> {
    let view = visible(tx, actor, id)?;
    check(ask)?;
    let currency = view.account.currency;
    let mut reader = Reader::new(tx, actor, ask, &view)?;
    let period = Period { from: ask.from.begins(), until: ask.to.plus_days(1).begins() };
    let looked = look(tx, id, period, u32::MAX, |tx, lines| reader.take(tx, lines))?;
    let Looked { opening, closing, stopped_at, .. } = looked;
    let Reader { mut kept, all, found, months, journal, .. } = reader;
    let more = kept.len() > ask.rows as usize;
    kept.truncate(ask.rows as usize);
    let next = kept.last().filter(|_| more).map(|t| t.line.entry.pos);
    Ok(Statement {
        view,
        from: ask.from,
        to: ask.to,
        lines: kept,
        next,
        opening: Money::new(opening, currency),
        closing: Money::new(closing, currency),
        all,
        found,
        months,
        stopped_at,
        journal: *journal.finalize().as_bytes(),
    })
}

/// Every line that fits, for a file of `format`: at most `most`, and never a part without saying so. Written down in the audit, so it
/// is asked for in a write.
pub fn export(tx: &mut Tx<'_>, actor: &Actor, id: AccountId, ask: &Ask, most: u32, format: &str) -> Result<Statement> {
    let all = statement(tx, actor, id, &Ask { after: None, rows: most, ..ask.clone() })?;
    if all.next.is_some() || all.stopped_at.is_some() {
        let told = format!("{} lines from {} to {}, {most} at most in one file", all.found.lines, ask.from, ask.to);
        return Err(Error::new(&EXPORT_TOO_LARGE, told).with("given", all.found.lines).with("max", most));
    }
    let what = format!("{format}, {} lines, {} to {}", all.lines.len(), ask.from, ask.to);
    tx.audit(actor, Audit::of("statement.export", id).after(what))?;
    Ok(all)
}

fn check(ask: &Ask) -> Result<()> {
    let bad = |why: String| {
        Err(Error::new(&BAD_DAYS, why).with("from", ask.from).with("to", ask.to).with("max", STATEMENT_DAYS_MAX))
    };
    let days = ask.to.days() - ask.from.days() + 1;
    if days < 1 {
        return bad(format!("{} is before {}", ask.to, ask.from));
    }
    if days > STATEMENT_DAYS_MAX {
        return bad(format!("{days} days, {STATEMENT_DAYS_MAX} at most"));
    }
    if ask.text.chars().count() > SEARCH_CHARS_MAX {
        return Err(Error::limit("text", ask.text.chars().count(), SEARCH_CHARS_MAX, "characters"));
    }
    Ok(())
}

/// What one look at the lines gathers.
struct Reader<'a> {
    ask: &'a Ask,
    own: Option<Owner>,
    needle: String,
    known: HashMap<AccountId, Account>,
    passed: bool,
    kept: Vec<Told>,
    all: Sum,
    found: Sum,
    months: Vec<(i16, i8, Sum)>,
    journal: blake3::Hasher,
}

impl<'a> Reader<'a> {
    fn new(tx: &mut Tx<'_>, actor: &Actor, ask: &'a Ask, view: &View) -> Result<Reader<'a>> {
        if let Some(after) = ask.after {
            ledger::statement(tx, view.account.id, Some(after), 1)?;
        }
        let own = match actor.who {
            Who::Person(p) => Some(Owner::Person(p)),
            Who::ForFirm { firm, .. } | Who::Client { firm, .. } => Some(Owner::Firm(firm)),
            _ => None,
        };
        Ok(Reader {
            ask,
            own,
            needle: ask.text.trim().to_lowercase(),
            known: HashMap::new(),
            passed: false,
            kept: Vec::new(),
            all: Sum::default(),
            found: Sum::default(),
            months: Vec::new(),
            journal: blake3::Hasher::new(),
        })
    }

    fn take(&mut self, tx: &mut Tx<'_>, lines: Vec<Line>) -> Result<()> {
        for line in &lines {
            self.all.add(line);
            self.journal.update(&line.entry.hash);
            let day = line.entry.at.local_date();
            match self.months.last_mut().filter(|(y, m, _)| (*y, *m) == (day.year(), day.month())) {
                Some((.., sum)) => sum.add(line),
                None => {
                    let mut sum = Sum::default();
                    sum.add(line);
                    self.months.push((day.year(), day.month(), sum));
                }
            }
        }
        let fitting: Vec<Line> = lines.into_iter().filter(|l| self.fits(l)).collect();
        let first = self.first_on_page(&fitting);
        let searched = !self.needle.is_empty();
        let page = first..first.saturating_add(self.room()).min(fitting.len());
        self.know(tx, if searched { &fitting } else { fitting.get(page).unwrap_or_default() })?;
        for (n, line) in fitting.into_iter().enumerate() {
            let kept = n >= first && self.room() > 0;
            let told = if searched || kept { Some(self.tell(tx, line.clone())?) } else { None };
            if searched && !told.as_ref().is_some_and(|t| self.says(t)) {
                continue;
            }
            self.found.add(&line);
            self.kept.extend(told.filter(|_| kept));
        }
        Ok(())
    }

    fn know(&mut self, tx: &mut Tx<'_>, lines: &[Line]) -> Result<()> {
        let strange = lines.iter().map(|l| l.counterparty).filter(|id| !self.known.contains_key(id));
        let ids: Vec<AccountId> = strange.collect::<BTreeSet<_>>().into_iter().collect();
        self.known.extend(ledger::accounts(tx, &ids)?.into_iter().map(|a| (a.id, a)));
        Ok(())
    }

    /// Which of these is the first after the page before: journal positions of several writers do not follow time, so it is counted from
    /// the line itself.
    fn first_on_page(&mut self, lines: &[Line]) -> usize {
        let Some(after) = self.ask.after.filter(|_| !self.passed) else { return 0 };
        match lines.iter().position(|l| l.entry.pos == after) {
            Some(n) => {
                self.passed = true;
                n + 1
            }
            None => lines.len(),
        }
    }

    /// One line more than the page holds tells that there is a next.
    fn room(&self) -> usize {
        (self.ask.rows as usize + 1).saturating_sub(self.kept.len())
    }

    fn fits(&self, line: &Line) -> bool {
        let size = i64::try_from(line.change.unsigned_abs()).unwrap_or(i64::MAX);
        let direction = match self.ask.direction {
            None => true,
            Some(Direction::In) => line.change > 0,
            Some(Direction::Out) => line.change < 0,
        };
        direction && self.ask.min.is_none_or(|min| size >= min) && self.ask.max.is_none_or(|max| size <= max)
    }

    fn says(&self, told: &Told) -> bool {
        let memo = told.line.entry.memo.to_lowercase();
        memo.contains(&self.needle) || told.other.text().to_lowercase().contains(&self.needle)
    }

    fn tell(&self, tx: &mut Tx<'_>, line: Line) -> Result<Told> {
        let other = match self.known.get(&line.counterparty) {
            Some(account) => other(tx, account, &line, self.own)?,
            None => Other::Bank,
        };
        Ok(Told { line, other })
    }
}

/// One line of an account, as the actor may see it. `None` where it is not the account's.
pub fn line(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    id: kernel::id::TransferId,
) -> Result<Option<(View, Told)>> {
    let view = visible(tx, actor, account)?;
    let Some(line) = ledger::period::line(tx, account, id)?.filter(|l| l.entry.moved()) else { return Ok(None) };
    let day = line.entry.at.local_date();
    let ask = Ask::days(day, day, 1);
    let mut reader = Reader::new(tx, actor, &ask, &view)?;
    reader.known.extend(ledger::accounts(tx, &[line.counterparty])?.into_iter().map(|a| (a.id, a)));
    let told = reader.tell(tx, line)?;
    Ok(Some((view, told)))
}

/// The other side of a line as people may read it; his own accounts a reader sees by their name.
pub(crate) fn other(tx: &mut Tx<'_>, account: &Account, line: &Line, own: Option<Owner>) -> Result<Other> {
    let number = mask_card(&account.number);
    Ok(match account.owner {
        // Where the bank's own account stands for another bank's, the order knows whom it is for.
        Owner::Bank => match order_of(tx, line)? {
            Some(order) if order.kind == payments::Kind::ClearingOut => {
                Other::Account { name: String::new(), number: order.payee }
            }
            _ => Other::Bank,
        },
        _ if account.purpose == Purpose::WageClearing => {
            let firm = account.name.split('（').next().unwrap_or_default();
            Other::Account { name: firm.to_owned(), number: String::new() }
        }
        Owner::Person(_) if own != Some(account.owner) => Other::Account { name: mask_name(&account.name), number },
        _ => Other::Account { name: account.name.clone(), number },
    })
}

/// The order that a line was posted for, where there is one.
pub(crate) fn order_of(tx: &mut Tx<'_>, line: &Line) -> Result<Option<payments::Instruction>> {
    match line.entry.reference.parse::<InstructionId>() {
        Ok(id) => payments::raw(tx, id),
        Err(_) => Ok(None),
    }
}

/// The newest lines of an account that the actor may look at, holds and their ends included.
pub fn newest(tx: &mut Tx<'_>, actor: &Actor, view: &View, rows: u32) -> Result<Vec<Told>> {
    let lines = ledger::statement(tx, view.account.id, None, rows)?;
    let day = view.account.opened_at.local_date();
    let ask = Ask::days(day, day, rows);
    let mut reader = Reader::new(tx, actor, &ask, view)?;
    reader.know(tx, &lines)?;
    lines.into_iter().map(|line| reader.tell(tx, line)).collect()
}
