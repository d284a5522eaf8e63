//! Notes and coin by face value. A count is exact: its sum is money, and taking away what is not there is refused.
use crate::rules::rules;
use crate::{NOT_A_FACE, NOTES_SHORT, PIECES_MAX};
use kernel::{Currency, Error, Money, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use store::{Column, Param};

/// How many pieces of each face value, in one currency. In JSON: `{"currency":"CNY","pieces":{"100.00":3,"0.50":1}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notes {
    currency: Currency,
    /// Face value in minor units, and pieces above zero.
    pieces: BTreeMap<i64, i64>,
}

/// The face values of a currency, minor units, the highest first; `Err(NOT_A_FACE)` for one that is not counted in notes.
pub fn faces(currency: Currency) -> Result<&'static [i64]> {
    let known = rules().currency.iter().find(|c| c.code == currency);
    known
        .map(|c| c.faces.as_slice())
        .ok_or_else(|| Error::new(&NOT_A_FACE, format!("no notes of {currency} are kept")).with("given", currency))
}

impl Notes {
    pub fn none(currency: Currency) -> Notes {
        Notes { currency, pieces: BTreeMap::new() }
    }

    /// From `(face, pieces)`, each at least zero and at most [`PIECES_MAX`] pieces; a face that stands twice is added up.
    pub fn of(currency: Currency, given: &[(i64, i64)]) -> Result<Notes> {
        let known = faces(currency)?;
        given.iter().try_fold(Notes::none(currency), |mut notes, (face, pieces)| {
            if !known.contains(face) {
                let shown = Money::new(*face, currency);
                return Err(
                    Error::new(&NOT_A_FACE, format!("there is no note or coin of {shown}")).with("given", shown)
                );
            }
            notes.put(*face, *pieces)?;
            Ok(notes)
        })
    }

    fn put(&mut self, face: i64, pieces: i64) -> Result<()> {
        let now = self.pieces(face).checked_add(pieces).filter(|n| *n <= PIECES_MAX);
        let now = now.ok_or_else(|| Error::limit("pieces", pieces, PIECES_MAX, "pieces"))?;
        match now {
            ..0 => return Err(short(self.currency, face, -pieces, self.pieces(face))),
            0 => self.pieces.remove(&face),
            n => self.pieces.insert(face, n),
        };
        Ok(())
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
    pub fn pieces(&self, face: i64) -> i64 {
        self.pieces.get(&face).copied().unwrap_or(0)
    }
    /// Pieces of all faces together.
    pub fn count(&self) -> i64 {
        self.pieces.values().sum()
    }
    /// `(face, pieces)`, the lowest face first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, i64)> + '_ {
        self.pieces.iter().map(|(face, n)| (*face, *n))
    }

    /// What they are worth.
    pub fn sum(&self) -> Result<Money> {
        let worth = |(face, n): (i64, i64)| i128::from(face) * i128::from(n);
        let total: i128 = self.iter().map(worth).sum();
        let minor = i64::try_from(total)
            .map_err(|_| Error::new(&kernel::error::AMOUNT_OVERFLOW, "the notes are worth more than a ledger holds"))?;
        Ok(Money::new(minor, self.currency))
    }

    /// Whether they are worth `amount` exactly. `Err(NOTES_DIFFER)`.
    pub fn must_be(&self, amount: Money) -> Result<()> {
        let sum = self.sum()?;
        match sum == amount {
            true => Ok(()),
            false => {
                let told = format!("the notes come to {sum}, not to {amount}");
                Err(Error::new(&crate::NOTES_DIFFER, told).with("given", sum).with("wanted", amount))
            }
        }
    }

    pub fn plus(&self, other: &Notes) -> Result<Notes> {
        self.changed(other, 1)
    }
    /// `Err(NOTES_SHORT)` names the first face there is too little of.
    pub fn minus(&self, other: &Notes) -> Result<Notes> {
        self.changed(other, -1)
    }
    fn changed(&self, other: &Notes, sign: i64) -> Result<Notes> {
        if self.currency != other.currency {
            let told = format!("{} and {} are not counted together", self.currency, other.currency);
            return Err(Error::new(&kernel::error::CURRENCY_MISMATCH, told));
        }
        let mut sum = self.clone();
        other.iter().try_for_each(|(face, n)| sum.put(face, sign * n))?;
        Ok(sum)
    }

    /// Faces on which two counts differ: face, and pieces here less pieces there.
    pub fn against(&self, other: &Notes) -> Vec<(i64, i64)> {
        let mut faces: Vec<i64> = self.pieces.keys().chain(other.pieces.keys()).copied().collect();
        faces.sort_unstable();
        faces.dedup();
        faces.into_iter().map(|f| (f, self.pieces(f) - other.pieces(f))).filter(|(_, n)| *n != 0).collect()
    }

    /// Notes worth `amount` out of these, as few as possible by taking the highest first and stepping back where that does not
    /// come out; only `allowed` faces. `None` when they do not make up the amount, or need more than `most` pieces.
    pub fn make_up(&self, amount: Money, allowed: &[i64], most: i64) -> Option<Notes> {
        let mut faces: Vec<i64> = self.pieces.keys().rev().copied().filter(|f| allowed.contains(f)).collect();
        faces.sort_unstable_by(|a, b| b.cmp(a));
        if amount.currency != self.currency || amount.minor < 0 {
            return None;
        }
        let mut chosen = Notes::none(self.currency);
        let mut steps = MAKE_UP_STEPS_MAX;
        self.fill(amount.minor, &faces, most, &mut chosen, &mut steps).then_some(chosen)
    }

    fn fill(&self, left: i64, faces: &[i64], most: i64, chosen: &mut Notes, steps: &mut u32) -> bool {
        if left == 0 {
            return true;
        }
        let Some((face, lower)) = faces.split_first() else { return false };
        let top = (left / face).min(self.pieces(*face)).min(most);
        for n in (0..=top).rev() {
            if *steps == 0 {
                return false;
            }
            *steps -= 1;
            if self.fill(left - n * face, lower, most - n, chosen, steps) {
                if n > 0 {
                    chosen.pieces.insert(*face, n);
                }
                return true;
            }
        }
        false
    }
}

/// Tries before a mix of notes is given up.
const MAKE_UP_STEPS_MAX: u32 = 100_000;

fn short(currency: Currency, face: i64, wanted: i64, there: i64) -> Error {
    let face = Money::new(face, currency);
    let told = format!("{wanted} of {face} are wanted and {there} are there");
    Error::new(&NOTES_SHORT, told).with("face", face).with("given", wanted).with("max", there)
}

impl fmt::Display for Notes {
    /// `100.00×3 0.50×1`, the highest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (face, n)) in self.iter().rev().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}×{n}", Money::new(face, self.currency).plain())?;
        }
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    currency: Currency,
    pieces: BTreeMap<String, i64>,
}

impl Serialize for Notes {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        let pieces = self.iter().map(|(face, n)| (Money::new(face, self.currency).plain(), n)).collect();
        Told { currency: self.currency, pieces }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Notes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let Told { currency, pieces } = Told::deserialize(d)?;
        let face = |(face, n): (String, i64)| Money::parse(&face, currency).map(|m| (m.minor, n));
        let given: Result<Vec<_>> = pieces.into_iter().map(face).collect();
        given.and_then(|given| Notes::of(currency, &given)).map_err(serde::de::Error::custom)
    }
}

impl Column for Notes {
    fn param(&self) -> Param<'_> {
        Param::Text(serde_json::to_string(self).expect("a count has a JSON form").into())
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        serde_json::from_str(value.text()?).map_err(|e| Error::broken("a count of notes cannot be read").caused_by(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cny(given: &[(i64, i64)]) -> Notes {
        Notes::of(Currency::CNY, given).unwrap()
    }

    #[test]
    fn a_count_is_worth_its_sum_and_gives_no_more_than_it_has() {
        let notes = cny(&[(10_000, 3), (50, 1), (10_000, 1)]);
        assert_eq!((notes.sum().unwrap(), notes.count()), (Money::cny(40_050), 5));
        assert_eq!(notes.to_string(), "100.00×4 0.50×1");
        assert!(notes.minus(&cny(&[(10_000, 5)])).unwrap_err().is(&NOTES_SHORT));
        assert!(notes.minus(&cny(&[(100, 1)])).unwrap_err().is(&NOTES_SHORT));
        assert_eq!(notes.minus(&notes).unwrap(), Notes::none(Currency::CNY));
        assert!(notes.must_be(Money::cny(40_051)).unwrap_err().is(&crate::NOTES_DIFFER));
        for (given, code) in
            [((3_000, 1), "not_a_face"), ((10_000, -1), "notes_short"), ((10_000, PIECES_MAX + 1), "too_large")]
        {
            assert_eq!(Notes::of(Currency::CNY, &[given]).unwrap_err().code().name, code, "{given:?}");
        }
        assert!(notes.plus(&Notes::none(Currency::USD)).unwrap_err().is(&kernel::error::CURRENCY_MISMATCH));
    }

    #[test]
    fn written_and_read_by_face() {
        let notes = cny(&[(10_000, 3), (50, 1)]);
        let text = serde_json::to_string(&notes).unwrap();
        assert_eq!(text, r#"{"currency":"CNY","pieces":{"0.50":1,"100.00":3}}"#);
        assert_eq!(serde_json::from_str::<Notes>(&text).unwrap(), notes);
        for bad in [
            r#"{"currency":"CNY","pieces":{"3":1}}"#,
            r#"{"currency":"CNY","pieces":{"100":-1}}"#,
            r#"{"currency":"CNY"}"#,
        ] {
            assert!(serde_json::from_str::<Notes>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mix_is_found_where_the_highest_first_does_not_come_out() {
        let all = [10_000, 5_000, 2_000, 1_000];
        let cases = [
            (vec![(10_000, 10)], 50_000, "100.00×5"),
            (vec![(5_000, 1), (2_000, 4)], 8_000, "20.00×4"),
            (vec![(5_000, 1), (2_000, 3)], 6_000, "20.00×3"),
            (vec![(10_000, 1), (5_000, 2)], 20_000, "100.00×1 50.00×2"),
            (vec![(10_000, 1)], 5_000, "none"),
            (vec![(1_000, 300)], 250_000, "none"),
        ];
        for (there, amount, want) in cases {
            let found = cny(&there).make_up(Money::cny(amount), &all, 200);
            assert_eq!(found.map_or("none".into(), |n| n.to_string()), want, "{amount} of {there:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_away(a in counts(), b in counts()) {
            let sum = a.plus(&b).unwrap();
            prop_assert_eq!(sum.sum().unwrap(), a.sum().unwrap().add(b.sum().unwrap()).unwrap());
            prop_assert_eq!(&sum.minus(&b).unwrap(), &a);
            prop_assert_eq!(sum.against(&a), b.iter().collect::<Vec<_>>());
        }
        #[test]
        fn a_mix_is_worth_what_was_asked_and_is_there(a in counts(), share in 0i64..=100) {
            let amount = Money::cny(a.sum().unwrap().minor * share / 100);
            if let Some(mix) = a.make_up(amount, faces(Currency::CNY).unwrap(), 10_000) {
                prop_assert_eq!(mix.sum().unwrap(), amount);
                prop_assert!(a.minus(&mix).is_ok());
            }
        }
    }

    fn counts() -> impl Strategy<Value = Notes> {
        let face = prop::sample::select(faces(Currency::CNY).unwrap());
        prop::collection::vec((face, 0i64..50), 0..6).prop_map(|given| cny(&given))
    }
}
