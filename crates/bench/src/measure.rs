//! Rates and percentiles, in whole numbers.
use kernel::clock::stopwatch;

/// How fast something was.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Speed {
    pub transfers: u64,
    /// Transfers a second over the time in which they were made.
    pub per_second: u64,
    /// Half of the batches took at most this long, in microseconds.
    pub p50_us: u64,
    /// 99 of 100 did.
    pub p99_us: u64,
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}/s ({} transfers, batch p50 {} µs, p99 {} µs)",
            self.per_second, self.transfers, self.p50_us, self.p99_us
        )
    }
}

/// Times of single batches.
#[derive(Default)]
pub(crate) struct Times(Vec<u64>);

impl Times {
    pub fn take<T>(&mut self, f: impl FnOnce() -> T) -> T {
        let watch = stopwatch();
        let done = f();
        self.0.push(watch.elapsed().as_micros() as u64);
        done
    }
    pub fn merge(&mut self, other: Times) {
        self.0.extend(other.0);
    }
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }
    /// One after the other: the time is the sum of all.
    pub fn speed(self, each: u64) -> Speed {
        let took = self.0.iter().sum();
        self.speed_within(each, took)
    }
    /// Side by side within `took` microseconds.
    pub fn speed_within(mut self, each: u64, took: u64) -> Speed {
        self.0.sort_unstable();
        let transfers = each * self.len();
        let at =
            |percent: usize| self.0.get((self.0.len() * percent / 100).min(self.0.len().saturating_sub(1))).copied();
        Speed {
            transfers,
            per_second: transfers * 1_000_000 / took.max(1),
            p50_us: at(50).unwrap_or(0),
            p99_us: at(99).unwrap_or(0),
        }
    }
}

/// Nanoseconds that the writer threads of this process were on a processor; 0 where the system does not say. On a machine
/// that others use it tells what the work costs, whoever else runs.
pub(crate) fn writers_ns() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
    let of = |thread: std::fs::DirEntry| -> Option<u64> {
        let read = |name: &str| std::fs::read_to_string(thread.path().join(name)).ok();
        read("comm").filter(|comm| comm.starts_with("writer-"))?;
        read("schedstat")?.split(' ').next()?.parse().ok()
    };
    threads.flatten().filter_map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_rates() {
        let times = || Times((1..=100).rev().collect());
        let s = times().speed(10);
        assert_eq!((s.transfers, s.p50_us, s.p99_us), (1_000, 51, 100));
        assert_eq!(s.per_second, 1_000 * 1_000_000 / 5_050);
        assert_eq!(times().speed_within(10, 100).per_second, 10_000_000);
        assert_eq!(Times::default().speed(1).per_second, 0);
    }
}
