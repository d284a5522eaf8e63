//! Where a difference may come from (错款查找): candidates from the journal of the day, ranked, each with its reason. Pure.
//!
//! The difference is counted less book: above zero is over, below zero is short. An entry has an effect on the drawer, money in
//! above zero. If it was booked as `e` and was really `r`, the difference is `r - e`; so the questions are which `r` near
//! an `e` are the slips that tellers make: two digits changed places (then the difference is divisible by nine), a nought too
//! many or too few, in taken for out (half of the difference is an entry), booked twice, booked and not done, done and not
//! booked, one note taken for another.
use crate::notes::Notes;
use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Candidates proposed at most.
pub const CANDIDATES_MAX: usize = 20;

/// What the journal says of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Its number in the teller's day.
    pub number: i64,
    /// Minor units, money into the drawer above zero. What the entry would have moved, when it was not booked.
    pub effect: i64,
    /// Whose money: entries of one account and amount may be the same one twice.
    pub party: String,
    /// Whether it counted: false for what was refused or called off.
    pub booked: bool,
}

store::text_enum! {
    /// How a difference comes about.
    pub enum Cause {
        /// Notes of one face counted as another: as many too few of the one as too many of the other.
        FaceMistaken = "face_mistaken",
        /// One face alone differs: count it again.
        FaceMiscounted = "face_miscounted",
        /// Two digits changed places.
        Transposed = "transposed",
        /// Ten times or a tenth: a 10 booked as 100.
        FactorTen = "factor_ten",
        /// The same was booked twice.
        Doubled = "doubled",
        /// In was booked as out, or out as in: half of the difference is an entry.
        WrongSide = "wrong_side",
        /// An entry equal to the difference: it was booked, and the cash did not change hands.
        NotDone = "not_done",
        /// It was refused or called off, and the cash stayed or left.
        Missed = "missed",
    }
}

/// One possible explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub cause: Cause,
    /// The entry it speaks of; `None` for a miscount.
    pub number: Option<i64>,
    /// As it was booked or counted.
    pub booked: Money,
    /// As it would have to be.
    pub should_be: Money,
    /// Higher is likelier; 0 to 100.
    pub score: u8,
}

/// What may explain `counted` less `book`, likeliest first, at most [`CANDIDATES_MAX`]. Empty when nothing is amiss.
pub fn candidates(counted: &Notes, book: &Notes, slips: &[Slip]) -> Vec<Candidate> {
    let currency = book.currency();
    let (Ok(there), Ok(wanted)) = (counted.sum(), book.sum()) else { return Vec::new() };
    let difference = there.minor - wanted.minor;
    let mut found = Vec::new();
    if difference != 0 {
        faces(counted, book, difference, &mut found);
        slips.iter().filter(|s| s.booked).for_each(|s| booked(s, slips, difference, currency, &mut found));
        for s in slips.iter().filter(|s| !s.booked && s.effect == difference) {
            found.push(entry(Cause::Missed, s, 0, s.effect, currency, 85));
        }
    }
    found.sort_by_key(|c| (std::cmp::Reverse(c.score), c.number));
    found.truncate(CANDIDATES_MAX);
    found
}

fn entry(cause: Cause, slip: &Slip, booked: i64, should_be: i64, currency: Currency, score: u8) -> Candidate {
    let (booked, should_be) = (Money::new(booked, currency), Money::new(should_be, currency));
    Candidate { cause, number: Some(slip.number), booked, should_be, score }
}

/// What one booked entry could have been.
fn booked(s: &Slip, all: &[Slip], difference: i64, currency: Currency, found: &mut Vec<Candidate>) {
    let really = s.effect + difference;
    let same_side = really.signum() == s.effect.signum();
    let say = |cause, score| entry(cause, s, s.effect, really, currency, score);
    if same_side && (really == s.effect * 10 || s.effect == really * 10) {
        found.push(say(Cause::FactorTen, 90));
    } else if same_side && difference % 9 == 0 && transposed(s.effect.unsigned_abs(), really.unsigned_abs()) {
        found.push(say(Cause::Transposed, 80));
    }
    if really == -s.effect {
        found.push(say(Cause::WrongSide, 75));
    }
    if really == 0 {
        let twin = |o: &Slip| o.booked && o.number != s.number && o.effect == s.effect && o.party == s.party;
        found.push(match all.iter().any(twin) {
            true => say(Cause::Doubled, 95),
            false => say(Cause::NotDone, 70),
        });
    }
}

/// Whether two neighbouring digits changed places.
fn transposed(a: u64, b: u64) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    let width = a.len().max(b.len());
    let (a, b) = (format!("{a:0>width$}"), format!("{b:0>width$}"));
    let differ: Vec<usize> = (0..width).filter(|i| a.as_bytes()[*i] != b.as_bytes()[*i]).collect();
    match differ[..] {
        [i, j] => j == i + 1 && a.as_bytes()[i] == b.as_bytes()[j] && a.as_bytes()[j] == b.as_bytes()[i],
        _ => false,
    }
}

/// A count that differs on one face, or on two by as many pieces.
fn faces(counted: &Notes, book: &Notes, difference: i64, found: &mut Vec<Candidate>) {
    let currency = book.currency();
    let money = |face: i64, n: i64| Money::new(face * n, currency);
    match counted.against(book)[..] {
        [(face, n)] if face * n == difference => found.push(Candidate {
            cause: Cause::FaceMiscounted,
            number: None,
            booked: money(face, counted.pieces(face)),
            should_be: money(face, book.pieces(face)),
            score: 60,
        }),
        [(low, a), (high, b)] if a == -b => found.push(Candidate {
            cause: Cause::FaceMistaken,
            number: None,
            booked: if a > 0 { money(low, a) } else { money(high, b) },
            should_be: if a > 0 { money(high, a) } else { money(low, b) },
            score: 88,
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn notes(fen: i64) -> Notes {
        let faces = crate::notes::faces(Currency::CNY).unwrap();
        let mut left = fen;
        let mut given = Vec::new();
        for face in faces {
            given.push((*face, left / face));
            left %= face;
        }
        Notes::of(Currency::CNY, &given).unwrap()
    }

    fn slip(number: i64, effect: i64, party: &str) -> Slip {
        Slip { number, effect, party: party.into(), booked: true }
    }

    fn first(difference: i64, slips: &[Slip]) -> String {
        let book = 100_000_000;
        let found = candidates(&notes(book + difference), &notes(book), slips);
        let of_entries: Vec<_> = found.iter().filter(|c| c.number.is_some()).collect();
        of_entries.first().map_or("none".into(), |c| format!("{} {}", c.cause, c.number.unwrap_or_default()))
    }

    #[test]
    fn the_slips_that_tellers_make() {
        let day = [
            slip(1, 538_000, "a"),
            slip(2, -120_000, "b"),
            slip(3, 10_000, "c"),
            slip(4, 70_000, "d"),
            slip(5, 70_000, "d"),
        ];
        let refused = Slip { booked: false, ..slip(6, 33_300, "e") };
        let all = [&day[..], &[refused]].concat();
        let cases = [
            (0, "none"),
            (358_000 - 538_000, "transposed 1"),
            (835_000 - 538_000, "none"),
            (-120_000 + 210_000 - 180_000, "transposed 2"),
            (90_000, "factor_ten 3"),
            (-9_000, "factor_ten 3"),
            (-70_000, "doubled 4"),
            (240_000, "wrong_side 2"),
            (120_000, "not_done 2"),
            (33_300, "missed 6"),
            (12_345, "none"),
        ];
        for (difference, want) in cases {
            assert_eq!(first(difference, &all), want, "difference {difference}");
        }
    }

    #[test]
    fn notes_taken_for_others() {
        let of = |given: &[(i64, i64)]| Notes::of(Currency::CNY, given).unwrap();
        let book = of(&[(10_000, 10), (5_000, 10), (1_000, 5)]);
        let cases = [
            (of(&[(10_000, 11), (5_000, 9), (1_000, 5)]), "face_mistaken", Money::cny(10_000), Money::cny(5_000)),
            (of(&[(10_000, 9), (5_000, 11), (1_000, 5)]), "face_mistaken", Money::cny(5_000), Money::cny(10_000)),
            (of(&[(10_000, 8), (5_000, 10), (1_000, 5)]), "face_miscounted", Money::cny(80_000), Money::cny(100_000)),
        ];
        for (counted, cause, booked, should_be) in cases {
            let found = candidates(&counted, &book, &[]);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].cause.code(), found[0].booked, found[0].should_be), (cause, booked, should_be));
        }
        assert_eq!(candidates(&book, &book, &[slip(1, 10_000, "a")]), []);
    }

    /// A slip that is planted in a day's journal is among the candidates.
    #[derive(Clone, Copy, Debug)]
    enum Planted {
        Transposed,
        FactorTen,
        WrongSide,
        NotDone,
        Doubled,
        Missed,
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn what_was_planted_is_found(
            amounts in prop::collection::vec((1i64..5_000_000, any::<bool>()), 1..40),
            pick in any::<prop::sample::Index>(),
            digit in 0u32..6,
            planted in prop::sample::select(vec![
                Planted::Transposed, Planted::FactorTen, Planted::WrongSide, Planted::NotDone, Planted::Doubled, Planted::Missed,
            ]),
        ) {
            let effect = |(n, is_in): &(i64, bool)| if *is_in { *n } else { -*n };
            let mut slips: Vec<Slip> =
                amounts.iter().enumerate().map(|(i, a)| slip(1 + i as i64, effect(a), &format!("p{i}"))).collect();
            let at = pick.index(slips.len());
            let (number, e) = (slips[at].number, slips[at].effect);
            let (difference, cause) = match planted {
                Planted::Transposed => {
                    let (low, high) = (e.abs() / 10i64.pow(digit) % 10, e.abs() / 10i64.pow(digit + 1) % 10);
                    prop_assume!(low != high);
                    let swapped = e.abs() + (low - high) * 9 * 10i64.pow(digit);
                    prop_assume!(swapped > 0 && swapped != e.abs() * 10 && swapped * 10 != e.abs());
                    (e.signum() * swapped - e, Cause::Transposed)
                }
                Planted::FactorTen => (e * 9, Cause::FactorTen),
                Planted::WrongSide => (-2 * e, Cause::WrongSide),
                Planted::NotDone => (-e, Cause::NotDone),
                Planted::Doubled => {
                    let twin = Slip { number: slips.len() as i64 + 1, ..slips[at].clone() };
                    slips.push(twin);
                    (-e, Cause::Doubled)
                }
                Planted::Missed => {
                    slips[at].booked = false;
                    (e, Cause::Missed)
                }
            };
            let book = 1_000_000_000;
            let found = candidates(&notes(book + difference), &notes(book), &slips);
            let there = found.iter().any(|c| c.cause == cause && c.number == Some(number));
            prop_assert!(there, "{planted:?} of {e} ({difference}) is not among {found:?}");
        }
    }
}
