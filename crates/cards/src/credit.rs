//! What a credit card's holder owes, and when: the arithmetic alone. No input or output, no clock, no SQL.
//!
//! A [`Bill`] is a fold over days: purchases, payments, disputes and instalments come on their business day, and [`Bill::end_of`]
//! ends the days before. The end of the *statement day* makes a statement of what was posted until then; the end of the
//! *due day* looks whether all of it was paid.
//!
//! **Interest** counts for each item from the day it was posted, on what of it was unpaid at each day's end. Was the statement paid
//! in full by its due day, the item's interest is let go (免息还款期); if not, it is owed, and the item goes on earning it until it is
//! paid. It is exact in **grains**, 10⁸ to a minor unit, and rounded half up once a statement; what the rounding leaves over
//! is carried to the next. Charges earn no interest.
//!
//! **A payment** pays charges first, then what was billed, the oldest first, then what was not. What is left is the holder's money
//! and pays his next purchases.
//!
//! **The minimum** is a part of the billed purchases, with charges, instalments and what was due before whole. What is
//! missing of it on the due day costs a part of that (违约金) on the next statement.
//!
//! **A disputed item** neither earns interest nor is asked for until it was decided. Decided for the holder, the interest that was
//! stated for it comes back too.
//!
//! **A refund** of a merchant makes its purchase smaller.
use crate::{DISPUTE_STATE, ITEM_UNKNOWN, ITEMS_MAX, NOT_FOR_INSTALMENTS};
use kernel::{Date, Error, Result};
use serde::{Deserialize, Serialize};

/// Grains in one minor unit.
pub const GRAINS_PER_MINOR: i128 = 100_000_000;

/// What holds for a card's credit on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditTerms {
    /// Grains a minor unit costs a day: 0.05 % is 50,000.
    pub daily_grains: i64,
    pub minimum_percent: i64,
    pub late_percent: i64,
    /// From a statement to its due day.
    pub grace_days: i64,
}

store::text_enum! {
    pub enum ItemKind { Purchase = "purchase", Instalment = "instalment" }
}

/// Something bought, or an instalment of it that has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// From 1.
    pub number: i64,
    pub kind: ItemKind,
    /// Where it was bought, as the scheme told.
    #[serde(default)]
    pub merchant: String,
    /// The order it was paid by; a refund names it.
    #[serde(default)]
    pub reference: String,
    pub posted: Date,
    /// Minor units.
    pub amount: i64,
    pub unpaid: i64,
    /// Interest from its posting until `counted`, not yet owed or let go.
    pub grains: i128,
    /// The first day that was not counted.
    pub counted: Date,
    /// The statement it stands on.
    pub billed: Option<i64>,
    /// A statement it stood on was not paid in full: its interest is owed.
    pub bears: bool,
    /// Of its interest that became owed so far; what a dispute that is won gives back.
    #[serde(default)]
    pub charged: i128,
    pub disputed: Option<Date>,
}

/// A plan to pay an item in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub item: i64,
    #[serde(default)]
    pub merchant: String,
    /// Principal of the parts to come, in order.
    pub left: Vec<i64>,
    /// Fee of each of them.
    pub fee: i64,
}

/// A statement (账单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// From 1.
    pub number: i64,
    pub day: Date,
    pub due: Date,
    /// Owed at the end of its day, charges included; 0 where the holder has money left.
    pub balance: i64,
    /// Of the holder.
    pub overpaid: i64,
    pub minimum: i64,
    pub interest: i64,
    pub late: i64,
    /// Fees of instalments.
    pub fees: i64,
    /// Paid towards it since.
    pub paid: i64,
    /// `Some(true)`: in full by its due day. `None` before that day has ended.
    pub in_full: Option<bool>,
}

store::text_enum! {
    /// How a dispute ends.
    pub enum Decided {
        /// The item falls away, with all interest on it.
        ForHolder = "for_holder",
        /// It is owed from the day of the decision on, and stands on the next statement.
        ForBank = "for_bank",
    }
}

/// What a dispute that was decided gives back, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenBack {
    /// The item itself.
    pub amount: i64,
    /// Interest that had been stated for it.
    pub interest: i64,
}

/// What was bought, and by which order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bought<'a> {
    pub merchant: &'a str,
    pub reference: &'a str,
}

/// What a holder owes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// 1 to 28.
    pub statement_day: i8,
    /// The first day that has not ended.
    pub from: Date,
    /// Those that are unpaid, or whose interest is not settled.
    pub items: Vec<Item>,
    pub plans: Vec<Plan>,
    /// Interest, charges for being late and fees that were stated and not paid.
    pub charges: i64,
    /// Of interest that is owed and not stated; below zero when the last rounding went up.
    pub owed: i128,
    /// The holder's money.
    pub overpaid: i64,
    /// To be stated as a charge for being late.
    pub late: i64,
    /// What was missing of the last minimum.
    pub past_due: i64,
    pub last: Option<Statement>,
    pub items_made: i64,
}

/// Grains as minor units, half up.
pub fn rounded(grains: i128) -> i64 {
    (grains * 2 + GRAINS_PER_MINOR).div_euclid(2 * GRAINS_PER_MINOR) as i64
}

/// A part in per cent, half up.
fn percent(amount: i64, percent: i64) -> i64 {
    ((i128::from(amount) * i128::from(percent) * 2 + 100).div_euclid(200)) as i64
}

impl Bill {
    pub fn new(statement_day: i8, from: Date) -> Bill {
        let (items, plans) = (Vec::new(), Vec::new());
        let (charges, owed, overpaid, late, past_due, items_made) = (0, 0, 0, 0, 0, 0);
        Bill { statement_day, from, items, plans, charges, owed, overpaid, late, past_due, last: None, items_made }
    }

    /// Owed now: items, parts of plans that have not come, charges. Disputed items included.
    pub fn debt(&self) -> i64 {
        let items: i64 = self.items.iter().map(|i| i.unpaid).sum();
        let plans: i64 = self.plans.iter().flat_map(|p| &p.left).sum();
        items + plans + self.charges
    }

    /// Ends every day before `today`; the statements that were made, in order. Rates are those of each day.
    pub fn end_of(&mut self, today: Date, terms: &dyn Fn(Date) -> Result<CreditTerms>) -> Result<Vec<Statement>> {
        let mut made = Vec::new();
        while self.from < today {
            let (day, of_day) = (self.from, terms(self.from)?);
            self.count(day.plus_days(1), of_day.daily_grains);
            if self.last.as_ref().is_some_and(|s| s.due == day && s.in_full.is_none()) {
                self.settle(&of_day);
            }
            if day.day() == self.statement_day {
                made.push(self.state(day, &of_day));
            }
            self.from = day.plus_days(1);
        }
        Ok(made)
    }

    /// Counts interest until `to`, which stays uncounted.
    fn count(&mut self, to: Date, daily_grains: i64) {
        for i in self.items.iter_mut().filter(|i| i.disputed.is_none()) {
            let days = (to.days() - i.counted.days()).max(0);
            i.grains += i128::from(i.unpaid) * i128::from(days) * i128::from(daily_grains);
            i.counted = to.max(i.counted);
        }
    }

    /// What of the last statement is still asked for.
    pub fn asked(&self) -> i64 {
        let billed = self.items.iter().filter(|i| i.billed.is_some() && i.disputed.is_none());
        billed.map(|i| i.unpaid).sum::<i64>() + self.charges
    }

    /// What is still missing of the last minimum.
    pub fn minimum_left(&self) -> i64 {
        let missing = match &self.last {
            Some(s) if s.in_full.is_none() => s.minimum - s.paid,
            _ => self.past_due,
        };
        missing.clamp(0, self.asked())
    }

    /// The end of a due day.
    fn settle(&mut self, terms: &CreditTerms) {
        let asked = self.asked();
        let Some(s) = &mut self.last else { return };
        s.in_full = Some(asked == 0);
        self.past_due = (s.minimum - s.paid).clamp(0, asked);
        self.late = percent(self.past_due, terms.late_percent);
        for i in self.items.iter_mut().filter(|i| i.billed.is_some() && !i.bears && i.disputed.is_none()) {
            if asked == 0 {
                i.grains = 0;
            }
            i.bears = asked != 0;
        }
        self.forget();
    }

    /// Interest of what is owed moves to the sum; what is paid and settled is not kept.
    fn forget(&mut self) {
        for i in self.items.iter_mut().filter(|i| i.bears && i.disputed.is_none()) {
            let grains = std::mem::take(&mut i.grains);
            (i.charged, self.owed) = (i.charged + grains, self.owed + grains);
        }
        self.items.retain(|i| i.unpaid > 0 || i.grains != 0 || i.billed.is_none() || i.disputed.is_some());
    }

    /// The end of a statement day.
    fn state(&mut self, day: Date, terms: &CreditTerms) -> Statement {
        let number = self.last.as_ref().map_or(0, |s| s.number) + 1;
        let fees = self.parts_come(day);
        self.forget();
        let interest = rounded(self.owed).max(0);
        self.owed -= i128::from(interest) * GRAINS_PER_MINOR;
        let late = std::mem::take(&mut self.late);
        self.charges += interest + late + fees;
        self.pay_from_overpaid();
        let mut new = 0;
        for i in self.items.iter_mut().filter(|i| i.disputed.is_none() && i.billed.is_none()) {
            i.billed = Some(number);
            new += if i.kind == ItemKind::Purchase { i.unpaid } else { 0 };
        }
        let balance = self.asked();
        let old: i64 = self.items.iter().filter(|i| i.disputed.is_none()).map(|i| i.unpaid).sum::<i64>() - new;
        let parts: i64 = self.items.iter().filter(|i| i.kind == ItemKind::Instalment).map(|i| i.unpaid).sum();
        let carried = percent(old - parts.min(old), terms.minimum_percent);
        let whole = self.charges + parts + self.past_due.max(carried);
        let minimum = (percent(new, terms.minimum_percent) + whole).min(balance);
        let s = Statement {
            number,
            day,
            due: day.plus_days(terms.grace_days),
            balance,
            overpaid: self.overpaid,
            minimum,
            interest,
            late,
            fees,
            paid: 0,
            in_full: None,
        };
        self.last = Some(s.clone());
        s
    }

    /// The next part of every plan becomes an item; answers their fees.
    fn parts_come(&mut self, day: Date) -> i64 {
        let mut fees = 0;
        let mut parts = Vec::new();
        for p in &mut self.plans {
            parts.push((p.left.remove(0), p.merchant.clone()));
            fees += p.fee;
        }
        self.plans.retain(|p| !p.left.is_empty());
        for (amount, merchant) in parts {
            let bought = Bought { merchant: &merchant, reference: "" };
            self.add(ItemKind::Instalment, day.plus_days(1), day, amount, bought);
        }
        fees
    }

    fn add(&mut self, kind: ItemKind, counted: Date, posted: Date, amount: i64, bought: Bought<'_>) {
        self.items_made += 1;
        let (merchant, reference) = (bought.merchant.to_owned(), bought.reference.to_owned());
        self.items.push(Item {
            number: self.items_made,
            kind,
            merchant,
            reference,
            posted,
            amount,
            unpaid: amount,
            grains: 0,
            counted,
            billed: None,
            bears: false,
            charged: 0,
            disputed: None,
        });
    }

    /// Something was bought today, of at least one minor unit; answers its number. Errors: a limit of items.
    pub fn purchase(&mut self, amount: i64, bought: Bought<'_>) -> Result<i64> {
        if self.items.len() >= ITEMS_MAX {
            return Err(Error::limit("items", self.items.len() + 1, ITEMS_MAX, "items"));
        }
        let today = self.from;
        self.add(ItemKind::Purchase, today, today, amount, bought);
        self.pay_from_overpaid();
        Ok(self.items_made)
    }

    fn pay_from_overpaid(&mut self) {
        let left = std::mem::take(&mut self.overpaid);
        self.pay(left);
    }

    /// Money came in today; what is left over is the holder's.
    pub fn pay(&mut self, amount: i64) {
        let mut left = amount;
        let charges = left.min(self.charges);
        self.charges -= charges;
        left -= charges;
        self.items.sort_by_key(|i| (i.billed.unwrap_or(i64::MAX), i.number));
        let mut asked = charges;
        for i in self.items.iter_mut().filter(|i| i.disputed.is_none()) {
            let part = left.min(i.unpaid);
            i.unpaid -= part;
            left -= part;
            asked += if i.billed.is_some() { part } else { 0 };
        }
        if let Some(s) = self.last.as_mut().filter(|s| s.in_full.is_none()) {
            s.paid += asked;
        } else {
            self.past_due = (self.past_due - asked).max(0);
        }
        self.overpaid += left;
    }

    /// A merchant gave back a purchase or a part of it, known by its order: it is smaller from today on, and what of that was paid
    /// counts as a payment. One that is in parts, or settled, counts as a payment whole.
    pub fn refund(&mut self, reference: &str, amount: i64) {
        let of = |i: &&mut Item| i.kind == ItemKind::Purchase && !reference.is_empty() && i.reference == reference;
        let mut paid = amount;
        if let Some(i) = self.items.iter_mut().find(of) {
            let off = amount.min(i.unpaid);
            (i.amount, i.unpaid, paid) = ((i.amount - amount).max(0), i.unpaid - off, amount - off);
        }
        self.pay(paid);
    }

    /// The holder takes back what is his; at most that.
    pub fn take_back(&mut self, amount: i64) -> Result<()> {
        if amount < 1 || amount > self.overpaid {
            return Err(Error::limit("amount", amount, self.overpaid, "minor units"));
        }
        self.overpaid -= amount;
        Ok(())
    }

    fn item(&mut self, number: i64) -> Result<&mut Item> {
        let found = self.items.iter_mut().find(|i| i.number == number);
        found.ok_or_else(|| Error::new(&ITEM_UNKNOWN, format!("no item {number} is open")).with("given", number))
    }

    /// The holder says that an item is not his: nothing of it is asked for until it is decided. Errors: `card_item_unknown`,
    /// `card_dispute_state`.
    pub fn dispute(&mut self, number: i64) -> Result<()> {
        let today = self.from;
        let i = self.item(number)?;
        match i.disputed {
            Some(day) => Err(Error::new(&DISPUTE_STATE, format!("it is disputed since {day}"))),
            None => {
                i.disputed = Some(today);
                Ok(())
            }
        }
    }

    /// Ends a dispute; answers what the holder gets: the amount, and the interest that was stated for it. Interest that was not
    /// stated yet falls away. Errors: as [`Bill::dispute`].
    pub fn decide(&mut self, number: i64, how: Decided) -> Result<GivenBack> {
        let today = self.from;
        let i = self.item(number)?;
        if i.disputed.take().is_none() {
            return Err(Error::new(&DISPUTE_STATE, "it is not disputed"));
        }
        match how {
            Decided::ForBank => {
                (i.counted, i.billed, i.bears) = (today, None, false);
                Ok(GivenBack::default())
            }
            Decided::ForHolder => {
                let (amount, paid, charged) = (i.amount, i.amount - i.unpaid, i.charged);
                self.items.retain(|i| i.number != number);
                self.owed -= charged;
                // What was rounded stays below half a unit either way; the rest of a sum below zero was stated and comes back.
                let most = (charged + GRAINS_PER_MINOR - 1) / GRAINS_PER_MINOR;
                let interest = rounded(-self.owed).clamp(0, most as i64);
                self.owed += i128::from(interest) * GRAINS_PER_MINOR;
                self.pay(paid + interest);
                Ok(GivenBack { amount, interest })
            }
        }
    }

    /// An unbilled purchase is to be paid in `periods` parts: the same each, the last takes what is left over. `fee` a period, minor units.
    /// Errors: `card_item_unknown`, `card_not_for_instalments`.
    pub fn instalments(&mut self, number: i64, periods: u32, fee: i64) -> Result<Plan> {
        let i = self.item(number)?;
        let whole = i.kind == ItemKind::Purchase && i.billed.is_none() && i.disputed.is_none() && i.unpaid == i.amount;
        if !whole || i64::from(periods) > i.amount || periods == 0 {
            return Err(Error::new(&NOT_FOR_INSTALMENTS, "it is paid in part, stated, disputed or too small"));
        }
        let each = i.amount / i64::from(periods);
        let mut left = vec![each; periods as usize];
        if let Some(last) = left.last_mut() {
            *last = i.amount - each * i64::from(periods - 1);
        }
        let plan = Plan { item: number, merchant: i.merchant.clone(), left, fee };
        self.items.retain(|i| i.number != number);
        self.plans.push(plan.clone());
        Ok(plan)
    }
}
