//! Chance that repeats: ChaCha20 keyed by a seed and a label.
//!
//! Numbers are reduced here, from whole 64-bit words, so that the demo bank stays the same when a library changes how it
//! draws from a range. Each part of the bank has its own label; changing how one part draws leaves the others alone.
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded source of choices.
pub struct Dice(ChaCha20Rng);

impl Dice {
    /// The key is the seed (8 bytes, little-endian) and the first 24 bytes of `label`.
    pub fn new(seed: u64, label: &str) -> Dice {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (slot, byte) in key[8..].iter_mut().zip(label.bytes()) {
            *slot = byte;
        }
        Dice(ChaCha20Rng::from_seed(key))
    }

    /// 0 to `n` - 1; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// True in `permille` of 1,000 throws.
    pub fn permille(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of `from`, which is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// One of `from`, in proportion to its weight. The weights sum to more than zero.
    pub fn weighted<'a, T>(&mut self, from: &'a [(T, u32)]) -> &'a T {
        let total: u64 = from.iter().map(|(_, w)| u64::from(*w)).sum();
        let mut left = self.below(total);
        for (item, weight) in from {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return item,
            }
        }
        &from[from.len() - 1].0
    }

    /// One character of `pool`, which is not empty.
    pub fn character(&mut self, pool: &str) -> char {
        let at = self.below(pool.chars().count() as u64) as usize;
        pool.chars().nth(at).unwrap_or('一')
    }

    /// `count` digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// `count` different numbers of 0 to `n` - 1 in rising order; all of them when `n` is smaller.
    pub fn choose(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        self.shuffle(&mut all);
        all.truncate(count);
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_apart_and_seeds_repeat() {
        let draw = |seed, label: &str| Dice::new(seed, label).below(u64::MAX);
        assert_eq!(draw(7, "people"), draw(7, "people"));
        assert_ne!(draw(7, "people"), draw(7, "yard"));
        assert_ne!(draw(7, "people"), draw(8, "people"));
    }

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut dice = Dice::new(1, "range");
        let seen: std::collections::BTreeSet<i64> = (0..1000).map(|_| dice.between(-2, 3)).collect();
        assert_eq!(seen, (-2..=3).collect());
        assert!((0..1000).all(|_| *dice.weighted(&[("never", 0), ("always", 5)]) == "always"));
        assert_eq!(dice.choose(3, 9), [0, 1, 2]);
    }
}
