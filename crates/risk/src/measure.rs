//! How well scores tell fraud from the rest.
#![expect(clippy::float_arithmetic, reason = "figures about a model are no money")]
use std::collections::{BTreeMap, HashMap, HashSet};

/// A score and whether it was fraud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub score: f64,
    pub fraud: bool,
}

/// Days and payers besides, for figures by day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayScored {
    pub day: i64,
    pub payer: u64,
    pub scored: Scored,
}

/// From the highest score down: after each distinct score, (true, false) positives so far.
fn steps(scored: &[Scored]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<&Scored> = scored.iter().collect();
    sorted.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut out = Vec::new();
    let (mut right, mut wrong) = (0.0, 0.0);
    for (i, s) in sorted.iter().enumerate() {
        if s.fraud {
            right += 1.0
        } else {
            wrong += 1.0
        }
        if sorted.get(i + 1).is_none_or(|next| next.score != s.score) {
            out.push((right, wrong));
        }
    }
    out
}

/// Area under the receiver operating curve; `None` when there is only one kind.
pub fn auc(scored: &[Scored]) -> Option<f64> {
    let steps = steps(scored);
    let (right, wrong) = *steps.last()?;
    if right == 0.0 || wrong == 0.0 {
        return None;
    }
    let mut area = 0.0;
    let mut before = (0.0, 0.0);
    for at in steps {
        area += (at.1 - before.1) * (at.0 + before.0) / 2.0;
        before = at;
    }
    Some(area / (right * wrong))
}

/// Average precision: the mean of precision over recall, without interpolation; `None` without fraud.
pub fn average_precision(scored: &[Scored]) -> Option<f64> {
    let steps = steps(scored);
    let right = steps.last()?.0;
    if right == 0.0 {
        return None;
    }
    let mut sum = 0.0;
    let mut before = 0.0;
    for (found, wrong) in steps {
        sum += (found - before) / right * (found / (found + wrong));
        before = found;
    }
    Some(sum)
}

/// Part of the fraud that is found when `rate` of the rest is wrongly named; `None` when there is only one kind.
pub fn recall_at(scored: &[Scored], rate: f64) -> Option<f64> {
    let steps = steps(scored);
    let (right, wrong) = *steps.last()?;
    if right == 0.0 || wrong == 0.0 {
        return None;
    }
    let within = steps.iter().take_while(|s| s.1 <= wrong * rate).map(|s| s.0);
    Some(within.last().unwrap_or(0.0) / right)
}

/// Card precision: each day the `top` payers by their highest score are looked at; the part of them with fraud that
/// day, mean over days. A payer whose fraud was found is not looked at again.
pub fn card_precision(rows: &[DayScored], top: usize) -> Option<f64> {
    let mut days: BTreeMap<i64, HashMap<u64, Scored>> = BTreeMap::new();
    for row in rows {
        let best = days.entry(row.day).or_default().entry(row.payer).or_insert(row.scored);
        best.score = best.score.max(row.scored.score);
        best.fraud |= row.scored.fraud;
    }
    if days.is_empty() || top == 0 {
        return None;
    }
    let mut found: HashSet<u64> = HashSet::new();
    let mut sum = 0.0;
    let count = days.len() as f64;
    for payers in days.into_values() {
        let mut sorted: Vec<(u64, Scored)> = payers.into_iter().filter(|(p, _)| !found.contains(p)).collect();
        sorted.sort_unstable_by(|a, b| b.1.score.total_cmp(&a.1.score).then(a.0.cmp(&b.0)));
        let hits: Vec<u64> = sorted.iter().take(top).filter(|(_, s)| s.fraud).map(|(p, _)| *p).collect();
        sum += hits.len() as f64 / top as f64;
        found.extend(hits);
    }
    Some(sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(of: &[(f64, bool)]) -> Vec<Scored> {
        of.iter().map(|(score, fraud)| Scored { score: *score, fraud: *fraud }).collect()
    }

    #[test]
    fn figures_by_hand() {
        let perfect = scored(&[(0.9, true), (0.8, true), (0.2, false)]);
        assert_eq!((auc(&perfect), average_precision(&perfect)), (Some(1.0), Some(1.0)));
        let turned = scored(&[(0.1, true), (0.8, false)]);
        assert_eq!((auc(&turned), average_precision(&turned)), (Some(0.0), Some(0.5)));
        let tied = scored(&[(0.5, true), (0.5, false), (0.5, false), (0.5, true)]);
        assert_eq!((auc(&tied), average_precision(&tied)), (Some(0.5), Some(0.5)));
        let mixed = scored(&[(0.9, true), (0.8, false), (0.7, true), (0.6, false)]);
        assert_eq!(auc(&mixed), Some(0.75));
        assert!((average_precision(&mixed).unwrap() - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-12);
        assert_eq!((recall_at(&mixed, 0.0), recall_at(&mixed, 0.5)), (Some(0.5), Some(1.0)));
        assert_eq!((auc(&perfect[..2]), auc(&[]), average_precision(&perfect[2..])), (None, None, None));
    }

    #[test]
    fn a_payer_found_once_is_not_looked_at_again() {
        let row = |day, payer, score, fraud| DayScored { day, payer, scored: Scored { score, fraud } };
        let rows = [row(1, 7, 0.9, true), row(1, 8, 0.8, false), row(2, 7, 0.9, true), row(2, 9, 0.1, true)];
        assert_eq!(card_precision(&rows, 1), Some(1.0));
        assert_eq!(card_precision(&rows[..3], 1), Some(0.5));
        assert_eq!(card_precision(&rows, 2), Some(0.5));
        assert_eq!(card_precision(&[], 2), None);
    }
}
