//! What a lock is made of, and what a change of it comes to. Terms form a lattice: of two the stricter of each part is the
//! stricter whole, so a change divides by itself into what holds at once and what has to wait.
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

store::text_enum! {
    /// The way by which money leaves.
    pub enum Way {
        /// The customer's phone or browser, and programs in his name (手机银行).
        Phone = "phone",
        Kiosk = "kiosk",
        Card = "card",
        /// Staff who serve him from afar (远程银行).
        Remote = "remote",
        Counter = "counter",
    }
}

store::text_enum! {
    /// Who may be paid, strictest first.
    pub enum Payees {
        /// The customer's own accounts, and cash.
        Own = "own",
        /// And payees that stood in his book for a day.
        Known = "known",
        /// And firms of this bank, and merchants paid by card.
        Firms = "firms",
        Anybody = "anybody",
    }
}

/// Hours of the day in which nothing is paid, by local time; bit 0 is from 00:00 to 01:00.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(u32);

impl Hours {
    /// Of the 24 bits; others are not kept.
    pub fn of_bits(bits: u32) -> Hours {
        Hours(bits & 0x00ff_ffff)
    }
    /// From one hour to another, past midnight when `to` is not after `from`; 0 to 23 both.
    pub fn between(from: u8, to: u8) -> Hours {
        let (from, to) = (from % 24, to % 24);
        let inside = |h: &u8| if from < to { (from..to).contains(h) } else { *h >= from || *h < to };
        Hours((0..24).filter(inside).fold(0, |bits, h| bits | 1 << h))
    }
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub fn bits(self) -> u32 {
        self.0
    }
    /// Whether this hour, 0 to 23, is locked.
    pub fn hold(self, hour: u8) -> bool {
        self.0 & (1 << (hour % 24)) != 0
    }
    /// The first locked hour after an open one, and the first open hour after it; `None` when all or none are locked, or
    /// when they do not lie in one piece.
    pub fn span(self) -> Option<(u8, u8)> {
        let starts: Vec<u8> = (0..24).filter(|h| self.hold(*h) && !self.hold((*h + 23) % 24)).collect();
        let [from] = starts.as_slice() else { return None };
        let long = (0..24).take_while(|n| self.hold((*from + n) % 24)).count() as u8;
        Some((*from, (*from + long) % 24))
    }
}

/// What a customer locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Nothing goes out but at the counter.
    pub all: bool,
    /// Basic payments go out although `all`, `hours` or `payees` are against them.
    pub basics: bool,
    pub hours: Hours,
    /// Ways that are locked.
    pub ways: BTreeSet<Way>,
    pub payees: Payees,
    /// Foreign money is locked.
    pub abroad: bool,
    /// One payment at most, 分.
    pub per_payment: Option<i64>,
    /// All payments of a day at most, 分.
    pub per_day: Option<i64>,
}

impl Terms {
    /// Nothing is locked.
    pub fn open() -> Terms {
        Terms {
            all: false,
            basics: true,
            hours: Hours::default(),
            ways: BTreeSet::new(),
            payees: Payees::Anybody,
            abroad: false,
            per_payment: None,
            per_day: None,
        }
    }

    pub fn is_open(&self) -> bool {
        Terms { basics: true, ..self.clone() } == Terms::open()
    }

    /// The stricter of each part.
    pub fn strictest(&self, other: &Terms) -> Terms {
        let lower = |a: Option<i64>, b: Option<i64>| [a, b].into_iter().flatten().min();
        Terms {
            all: self.all || other.all,
            basics: self.basics && other.basics,
            hours: Hours(self.hours.0 | other.hours.0),
            ways: self.ways.union(&other.ways).copied().collect(),
            payees: self.payees.min(other.payees),
            abroad: self.abroad || other.abroad,
            per_payment: lower(self.per_payment, other.per_payment),
            per_day: lower(self.per_day, other.per_day),
        }
    }

    /// Whether nothing passes here that does not pass there.
    pub fn holds_all_of(&self, other: &Terms) -> bool {
        self.strictest(other) == *self
    }
}

/// What a wish comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In force at once; never looser than before.
    pub now: Terms,
    /// In force at its time, if nobody withdraws it.
    pub later: Option<(Terms, Timestamp)>,
}

/// Divides a wish. What is stricter holds at once; what is looser waits `wait` microseconds. A wish that is nowhere looser
/// than the one that waits keeps that one's time; a wish without anything looser ends it.
pub fn step(held: &Terms, waiting: Option<(&Terms, Timestamp)>, asked: &Terms, at: Timestamp, wait: i64) -> Step {
    let now = held.strictest(asked);
    if now == *asked {
        return Step { now, later: None };
    }
    let due = match waiting {
        Some((terms, due)) if asked.holds_all_of(terms) => due,
        _ => at.plus(wait),
    };
    Step { now, later: Some((asked.clone(), due)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kernel::clock::HOUR;
    use proptest::prelude::*;

    fn some_terms() -> impl Strategy<Value = Terms> {
        let ways = proptest::collection::btree_set(proptest::sample::select(Way::ALL.to_vec()), 0..4);
        let payees = proptest::sample::select(Payees::ALL.to_vec());
        let sums = || proptest::option::of(1i64..500_000);
        let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<u32>());
        (flags, ways, payees, sums(), sums()).prop_map(|((all, basics, abroad, bits), ways, payees, one, day)| Terms {
            all,
            basics,
            hours: Hours::of_bits(bits),
            ways,
            payees,
            abroad,
            per_payment: one,
            per_day: day,
        })
    }

    #[test]
    fn hours_go_past_midnight_and_are_shown_in_one_piece() {
        let night = Hours::between(22, 6);
        let cases = [(21, false), (22, true), (23, true), (0, true), (5, true), (6, false), (12, false)];
        for (hour, want) in cases {
            assert_eq!(night.hold(hour), want, "{hour}");
        }
        assert_eq!((night.span(), Hours::between(1, 5).span()), (Some((22, 6)), Some((1, 5))));
        let two = Hours::of_bits(Hours::between(1, 3).bits() | Hours::between(12, 14).bits());
        assert_eq!((two.span(), Hours::default().span()), (None, None));
    }

    #[test]
    fn a_wish_divides_into_now_and_later() {
        let at = Timestamp::from_micros(1_000);
        let wait = 24 * HOUR;
        let open = Terms::open();
        let locked = Terms { all: true, ..Terms::open() };
        assert_eq!(step(&open, None, &locked, at, wait), Step { now: locked.clone(), later: None });
        let later = Some((open.clone(), at.plus(wait)));
        assert_eq!(step(&locked, None, &open, at, wait), Step { now: locked.clone(), later });
        let both = Terms { per_payment: Some(100), ..Terms::open() };
        let got = step(&locked, None, &both, at, wait);
        assert_eq!(got.now, Terms { per_payment: Some(100), ..locked.clone() });
        assert_eq!(got.later, Some((both.clone(), at.plus(wait))));
        let due = at.plus(HOUR);
        let kept = step(&locked, Some((&open, due)), &both, at, wait);
        assert_eq!(kept.later.map(|l| l.1), Some(due), "nowhere looser than what waits");
        let anew = step(&locked, Some((&both, due)), &open, at, wait);
        assert_eq!(anew.later.map(|l| l.1), Some(at.plus(wait)), "looser than what waits");
    }

    proptest! {
        #[test]
        fn of_two_the_strictest_holds_all_of_both(a in some_terms(), b in some_terms()) {
            let both = a.strictest(&b);
            prop_assert!(both.holds_all_of(&a) && both.holds_all_of(&b));
            prop_assert_eq!(&both, &b.strictest(&a));
            prop_assert_eq!(&both.strictest(&a), &both);
        }

        #[test]
        fn locking_is_instant_and_nothing_loosens_before_its_wait(
            wishes in proptest::collection::vec((some_terms(), 0i64..30), 1..12)
        ) {
            let wait = 24 * HOUR;
            let mut at = Timestamp::from_micros(0);
            let mut held = Terms::open();
            let mut waiting: Option<(Terms, Timestamp)> = None;
            let mut said: Vec<(Timestamp, Terms)> = Vec::new();
            for (asked, hours) in wishes {
                at = at.plus(hours * HOUR);
                if let Some((terms, _)) = waiting.take_if(|(_, due)| *due <= at) {
                    let long_ago = |(when, wish): &(Timestamp, Terms)| {
                        at.since(*when) >= wait && terms.holds_all_of(wish)
                    };
                    prop_assert!(said.iter().any(long_ago), "what is in force was asked for a wait ago, or is stricter");
                    held = terms;
                }
                let was = held.clone();
                let step = step(&held, waiting.as_ref().map(|(t, d)| (t, *d)), &asked, at, wait);
                prop_assert!(step.now.holds_all_of(&was), "locking is monotone");
                prop_assert!(step.now.holds_all_of(&asked), "and instant");
                said.push((at, asked));
                (held, waiting) = (step.now, step.later);
            }
        }
    }
}
