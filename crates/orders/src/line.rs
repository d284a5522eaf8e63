//! Who stands and who waits, and whom the money covers. Pure.

/// A freeze in the line of an account, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Minor units it still keeps; `None` for all.
    pub amount: Option<i64>,
    /// It reaches the whole party, and never waits.
    pub party: bool,
}

/// Which stand: behind one that takes all, what reaches this account alone waits.
pub(crate) fn standing(line: &[Place]) -> Vec<bool> {
    let mut taken = false;
    let stands = |p: &Place| {
        let stands = p.party || !taken;
        taken |= stands && p.amount.is_none();
        stands
    };
    line.iter().map(stands).collect()
}

/// What each has of `room` minor units, in the order of their places; what is left is the last number.
pub(crate) fn covered(room: i64, line: &[Place]) -> (Vec<i64>, i64) {
    let stands = standing(line);
    let mut left = room.max(0);
    let share = |(p, stands): (&Place, bool)| {
        let share = match p.amount {
            _ if !stands => 0,
            Some(amount) => amount.clamp(0, left),
            None => left,
        };
        left -= share;
        share
    };
    let shares = line.iter().zip(stands).map(share).collect();
    (shares, left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(amount: i64) -> Place {
        Place { amount: Some(amount), party: false }
    }
    const WHOLE: Place = Place { amount: None, party: false };
    const PARTY: Place = Place { amount: None, party: true };

    #[test]
    fn who_waits_behind_whom() {
        let cases: [(&[Place], &[bool]); 6] = [
            (&[], &[]),
            (&[part(5), part(7)], &[true, true]),
            (&[WHOLE, part(7), WHOLE], &[true, false, false]),
            (&[part(5), WHOLE, part(7)], &[true, true, false]),
            (&[WHOLE, PARTY, part(1)], &[true, true, false]),
            (&[PARTY, WHOLE], &[true, false]),
        ];
        for (line, want) in cases {
            assert_eq!(standing(line), want, "{line:?}");
        }
    }

    #[test]
    fn the_earlier_is_covered_first() {
        let cases: [(i64, &[Place], &[i64], i64); 6] = [
            (40, &[part(30), part(50)], &[30, 10], 0),
            (100, &[part(30), part(50)], &[30, 50], 20),
            (100, &[part(30), WHOLE, part(5)], &[30, 70, 0], 0),
            (-5, &[part(30)], &[0], 0),
            (10, &[], &[], 10),
            (10, &[WHOLE, PARTY], &[10, 0], 0),
        ];
        for (room, line, want, left) in cases {
            assert_eq!(covered(room, line), (want.to_vec(), left), "{room} {line:?}");
        }
    }

    fn places() -> impl Strategy<Value = Vec<Place>> {
        let place = prop_oneof![
            4 => (1i64..100).prop_map(part),
            1 => Just(WHOLE),
            1 => Just(PARTY),
        ];
        proptest::collection::vec(place, 0..8)
    }

    proptest! {
        #[test]
        fn no_fen_is_covered_twice_and_none_is_lost(room in -50i64..300, line in places()) {
            let (shares, left) = covered(room, &line);
            prop_assert_eq!(shares.iter().sum::<i64>() + left, room.max(0));
            prop_assert!(shares.iter().all(|s| *s >= 0) && left >= 0);
            let stands = standing(&line);
            if stands.iter().zip(&line).any(|(s, p)| *s && p.amount.is_none()) {
                prop_assert_eq!(left, 0);
            }
        }

        #[test]
        fn an_end_lets_others_in_and_pushes_nobody_out(line in places(), at in 0usize..8) {
            if at < line.len() {
                let before = standing(&line);
                let mut rest = line.clone();
                rest.remove(at);
                let mut kept = before.clone();
                kept.remove(at);
                let after = standing(&rest);
                prop_assert!(kept.iter().zip(&after).all(|(was, is)| !was || *is));
                let first_in = |s: &[bool]| s.iter().position(|s| !s);
                if let (Some(was), Some(is)) = (first_in(&kept), first_in(&after)) {
                    prop_assert!(is >= was, "one further back came in before");
                }
            }
        }
    }
}
