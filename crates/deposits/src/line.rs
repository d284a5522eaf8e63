//! What an account has earned so far: one line of a page, and what a night adds to it. No input or output, no clock.
//!
//! A demand account's line cumulates its balance over the days since it was settled (积数) and, for the books, what that is at
//! the rate of each day. On a settlement day the interest is worked out by the product's rule, rounded once, and is *due*. A
//! line with a rate of its own (a term deposit's) counts for the books alone: its contract says what is paid at the end.
use crate::interest::{Annual, GRAINS_PER_MINOR, Grains, Year, counted};
use crate::terms::{Product, SettledAt, Shelf};
use kernel::{Date, Error, Id, Result, id::AccountId};

/// Bytes of a line in a page.
pub(crate) const LINE_BYTES: usize = 80;
/// A line without a rate of its own.
const LISTED: i32 = -1;
/// Set in [`Line::flags`] while the account sleeps.
pub(crate) const ASLEEP: u16 = 1;

/// One account's accrual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub account: AccountId,
    pub product: u16,
    pub flags: u16,
    /// Millionths; [`LISTED`] for the product's rate of the day.
    rate: i32,
    /// At the end of the last day that was counted.
    pub balance: i64,
    /// Balance × days since the last settlement (积数).
    pub products: i64,
    /// Earned and not paid, what is due included.
    pub grains: Grains,
    /// Settled and not yet paid, minor units.
    pub due: i64,
    /// The account's newest entry when it was last looked at.
    pub head: i64,
    /// The last day on which its owner moved money, days since 1970.
    pub moved_on: i32,
    /// The business day on which interest was last paid to it; 0 for never.
    pub paid_on: i32,
}

impl Line {
    pub fn new(account: AccountId, product: u16, rate: Option<Annual>, opened: Date) -> Line {
        Line {
            account,
            product,
            flags: 0,
            rate: rate.map_or(LISTED, Annual::get),
            balance: 0,
            products: 0,
            grains: Grains::default(),
            due: 0,
            head: 0,
            moved_on: short(opened),
            paid_on: 0,
        }
    }
    pub fn is_listed(&self) -> bool {
        self.rate == LISTED
    }
    pub fn set_rate(&mut self, rate: Annual) {
        self.rate = rate.get();
    }
    pub fn is_asleep(&self) -> bool {
        self.flags & ASLEEP != 0
    }

    /// Counts the nights of a plan on `balance`.
    pub fn accrue(&mut self, balance: i64, plan: &Plan) -> Result<()> {
        self.balance = balance;
        let base = counted(balance, plan.unit);
        for part in &plan.parts {
            if base != 0 {
                let more = base.checked_mul(part.days).and_then(|more| self.products.checked_add(more));
                self.products =
                    more.ok_or_else(|| Error::broken(format!("{}: the products do not fit", self.account)))?;
                let rates = if self.is_listed() { part.rates } else { i64::from(self.rate) * part.days };
                self.grains.0 += Grains::daily(base, rates, 1, plan.year).0;
            }
            if let Some(rate) = part.settles.filter(|_| self.is_listed()) {
                self.settle(rate, plan.settled_at, plan.year)?;
            }
        }
        Ok(())
    }

    /// Interest until now becomes due, rounded once; answers how much it was.
    pub fn settle(&mut self, rate: Annual, rule: SettledAt, year: Year) -> Result<i64> {
        let earned = match rule {
            SettledAt::SettlementDay => Grains::of_products(self.products, rate, year),
            SettledAt::EachDay => Grains(self.grains.0 - Grains::of_minor(self.due).0),
        };
        let more = earned.minor()?;
        self.due += more;
        self.products = 0;
        self.grains = Grains::of_minor(self.due);
        Ok(more)
    }

    /// `minor` of what was due was paid on a day.
    pub fn paid(&mut self, minor: i64, day: Date) {
        self.due -= minor;
        self.grains.0 -= i128::from(minor) * GRAINS_PER_MINOR;
        self.paid_on = short(day);
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.account.bytes());
        out.extend_from_slice(&self.product.to_be_bytes());
        out.extend_from_slice(&self.flags.to_be_bytes());
        out.extend_from_slice(&self.rate.to_be_bytes());
        for n in [self.balance, self.products] {
            out.extend_from_slice(&n.to_be_bytes());
        }
        out.extend_from_slice(&self.grains.0.to_be_bytes());
        for n in [self.due, self.head] {
            out.extend_from_slice(&n.to_be_bytes());
        }
        out.extend_from_slice(&self.moved_on.to_be_bytes());
        out.extend_from_slice(&self.paid_on.to_be_bytes());
    }

    pub fn read(bytes: &[u8; LINE_BYTES]) -> Result<Line> {
        let long = |at: usize| i64::from_be_bytes(part(bytes, at));
        let half = |at: usize| i32::from_be_bytes(part(bytes, at));
        Ok(Line {
            account: AccountId::from_bytes(&bytes[..16])?,
            product: u16::from_be_bytes(part(bytes, 16)),
            flags: u16::from_be_bytes(part(bytes, 18)),
            rate: half(20),
            balance: long(24),
            products: long(32),
            grains: Grains(i128::from_be_bytes(part(bytes, 40))),
            due: long(56),
            head: long(64),
            moved_on: half(72),
            paid_on: half(76),
        })
    }
}

fn part<const N: usize>(bytes: &[u8; LINE_BYTES], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}

/// A date as it stands in a line.
pub(crate) fn short(day: Date) -> i32 {
    i32::try_from(day.days()).unwrap_or(i32::MAX)
}

/// Nights in a row, cut where interest becomes due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub days: i64,
    /// The sum of the listed rates of the days.
    pub rates: i64,
    /// The rate that the settlement at its end takes.
    pub settles: Option<Annual>,
}

/// What nights do to the lines of one product.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub parts: Vec<Part>,
    pub unit: i64,
    pub year: Year,
    pub settled_at: SettledAt,
    pub dormant_days: i64,
}

impl Plan {
    /// The nights from `first` on and before `next`. A product without a listed rate counts for lines with their own.
    pub fn of(shelf: &Shelf, product: &Product, first: Date, next: Date) -> Result<Plan> {
        let terms = &product.terms.0;
        let listed = product.kind == crate::Kind::Demand;
        let mut parts = Vec::new();
        let mut part = Part { days: 0, rates: 0, settles: None };
        for n in 0..next.days() - first.days() {
            let day = first.plus_days(n);
            let rate = if listed { shelf.rate(&product.code, "", day)? } else { Annual::default() };
            part.days += 1;
            part.rates += i64::from(rate.get());
            if product.settles_on(day) {
                part.settles = Some(rate);
                parts.push(std::mem::replace(&mut part, Part { days: 0, rates: 0, settles: None }));
            }
        }
        if part.days > 0 {
            parts.push(part);
        }
        let (unit, settled_at) = (terms.counts_from, terms.settled_at);
        Ok(Plan { parts, unit, year: product.year(), settled_at, dormant_days: terms.dormant_days })
    }
    pub fn settles(&self) -> bool {
        self.parts.iter().any(|p| p.settles.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::BookId;
    use kernel::id::Raw;
    use proptest::prelude::*;

    fn line(rate: Option<Annual>) -> Line {
        let id = AccountId::from_raw(Raw::from_parts(1, BookId(3), [7; 6]));
        Line::new(id, 7, rate, Date::parse("2026-01-01").unwrap())
    }

    fn plan(parts: Vec<Part>) -> Plan {
        Plan { parts, unit: 1, year: Year::Of360, settled_at: SettledAt::SettlementDay, dormant_days: 0 }
    }

    fn days(days: i64, rate: i64) -> Part {
        Part { days, rates: days * rate, settles: None }
    }

    proptest! {
        #[test]
        fn a_line_is_read_as_it_was_written(n in any::<[i64; 4]>(), grains in any::<i128>(), product in any::<u16>(), flags in any::<u16>(), when in any::<[i32; 2]>()) {
            let line = Line { product, flags, balance: n[0], products: n[1], grains: Grains(grains), due: n[2], head: n[3], moved_on: when[0], paid_on: when[1], ..line(None) };
            let mut bytes = Vec::new();
            line.write(&mut bytes);
            prop_assert_eq!(Line::read(&bytes.try_into().unwrap()).unwrap(), line);
        }

        #[test]
        fn nights_may_be_counted_one_by_one_or_together(balance in 0i64..1_000_000_000, nights in 1i64..100, rate in 0i64..50_000, own in 0i32..50_000) {
            for own in [None, Annual::millionths(own)] {
                let (mut once, mut each) = (line(own), line(own));
                once.accrue(balance, &plan(vec![days(nights, rate)])).unwrap();
                for _ in 0..nights {
                    each.accrue(balance, &plan(vec![days(1, rate)])).unwrap();
                }
                prop_assert_eq!(once, each);
                prop_assert!(once.grains.0 >= 0);
            }
        }
    }

    #[test]
    fn a_quarter_is_settled_at_the_rate_of_its_last_day() {
        let mut l = line(None);
        let rate = Annual::millionths(500);
        l.accrue(1_000_000, &plan(vec![days(89, 300), Part { days: 1, rates: 500, settles: rate }, days(1, 500)]))
            .unwrap();
        assert_eq!(
            (l.due, l.products),
            (125, 1_000_000),
            "10,000.00 for 90 days at 0.05 %, and a day of the next quarter"
        );
        l.paid(125, Date::parse("2026-03-21").unwrap());
        assert_eq!(l.grains, Grains::daily(1_000_000, 500, 1, Year::Of360));
    }

    #[test]
    fn each_day_at_its_own_rate_where_the_product_says_so() {
        let mut l = line(None);
        let rate = Annual::millionths(500);
        let parts = vec![days(45, 300), Part { days: 45, rates: 45 * 500, settles: rate }];
        l.accrue(1_000_000, &Plan { settled_at: SettledAt::EachDay, ..plan(parts) }).unwrap();
        assert_eq!(l.due, 100, "37.5 and 62.5");
    }

    #[test]
    fn what_has_a_rate_of_its_own_is_settled_by_its_contract() {
        let mut l = line(Annual::millionths(10_000));
        l.accrue(1_000_000, &plan(vec![Part { days: 90, rates: 45_000, settles: Annual::millionths(500) }])).unwrap();
        assert_eq!((l.due, l.grains.minor().unwrap()), (0, 2_500));
    }
}
