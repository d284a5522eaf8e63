//! The only source of chance: a seeded stream, the same on every machine.
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub struct Dice(ChaCha20Rng);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(ChaCha20Rng::seed_from_u64(seed))
    }
    /// 0 to `n` − 1; `n` ≥ 1. The bias below 2⁻³² does not matter here.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n.max(1)
    }
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
    /// Mostly small amounts, now and then large ones, in minor units; never zero.
    pub fn amount(&mut self) -> i64 {
        let digits = 1 + self.below(8) as u32;
        1 + self.below(10u64.pow(digits)) as i64
    }
}
