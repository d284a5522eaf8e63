//! What is remembered of one key: a short list of entries, each of a slot.
//!
//! A slot of *buckets* cuts its window into [`BUCKETS`] parts and keeps one more, so it reaches back its length and up
//! to 1/24 of it more, never less. A slot of *points* keeps the last [`POINTS_MAX`] moments to the second. What is
//! older than the window, measured from the newest of the same slot, is dropped. So what is kept depends on which
//! events came, and not on their order: an event that comes too late would have been dropped anyway.

/// Parts of a window.
pub const BUCKETS: u32 = 24;
/// Different others, or amounts, remembered by a slot of points.
pub const POINTS_MAX: usize = 64;

/// Days back that anything counts: the longest window, and the one part more that its slot keeps.
pub const REACH_DAYS: i64 = 94;

/// What a slot keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Keeps {
    /// Count and sum per bucket.
    Tally,
    /// Largest amount per bucket.
    Max,
    /// Each other once, with when it was seen last.
    Others,
    /// The last amounts.
    Amounts,
    /// When the last one was.
    Last,
}

/// How entries of a slot are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub keeps: Keeps,
    /// Seconds of the window.
    pub window: u32,
}

/// A bucket or a point of a slot: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    value: i64,
    /// Of a bucket its number, of a point its second.
    index: u32,
    /// The slot in 8 bits, the count in 24.
    tag: u32,
}

/// Events that a bucket counts at most; more are the same.
pub const BUCKET_COUNT_MAX: u32 = (1 << 24) - 1;

impl Entry {
    fn one(slot: u8, index: u32, value: i64) -> Entry {
        Entry { value, index, tag: u32::from(slot) << 24 | 1 }
    }
    fn slot(&self) -> u8 {
        (self.tag >> 24) as u8
    }
    fn count(&self) -> u32 {
        self.tag & BUCKET_COUNT_MAX
    }
    fn again(&mut self) {
        if self.count() < BUCKET_COUNT_MAX {
            self.tag += 1;
        }
    }
}

impl Slot {
    fn is_points(&self) -> bool {
        matches!(self.keeps, Keeps::Others | Keeps::Amounts | Keeps::Last)
    }
    /// Seconds of a bucket; of a point 1.
    fn width(&self) -> u32 {
        if self.is_points() { 1 } else { (self.window / BUCKETS).max(1) }
    }
    /// Indices that the window spans.
    fn reach(&self) -> u32 {
        if self.is_points() { self.window } else { self.window.div_ceil(self.width()) }
    }
    fn entries_max(&self) -> usize {
        match self.keeps {
            Keeps::Last => 1,
            Keeps::Others | Keeps::Amounts => POINTS_MAX,
            Keeps::Tally | Keeps::Max => usize::MAX,
        }
    }
}

/// Everything remembered of one key, by slot, then by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    entries: Vec<Entry>,
    /// Second of the newest event.
    pub newest: u32,
}

/// An event as a slot sees it: when, how much, and who the other was.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub second: u32,
    pub amount: i64,
    pub other: u64,
}

impl Memory {
    fn range(&self, slot: u8) -> std::ops::Range<usize> {
        let from = self.entries.partition_point(|e| e.slot() < slot);
        let len = self.entries[from..].iter().take_while(|e| e.slot() == slot).count();
        from..from + len
    }

    pub fn add(&mut self, id: u8, slot: &Slot, seen: Seen) {
        self.newest = self.newest.max(seen.second);
        let index = seen.second / slot.width();
        let range = self.range(id);
        let newest = self.entries[range.clone()].last().map_or(0, |e| e.index);
        if index + slot.reach() < newest {
            return;
        }
        let grown = match slot.keeps {
            Keeps::Tally | Keeps::Max => self.bucket(id, slot, range.clone(), index, seen.amount),
            Keeps::Others => self.other(id, range.clone(), index, seen.other as i64),
            Keeps::Amounts => self.point(id, range.clone(), index, seen.amount),
            Keeps::Last => self.other(id, range.clone(), index, 0),
        };
        self.forget(slot, range.start..(range.end as isize + grown) as usize);
    }

    fn bucket(&mut self, id: u8, slot: &Slot, range: std::ops::Range<usize>, index: u32, amount: i64) -> isize {
        let at = range.start + self.entries[range.clone()].partition_point(|e| e.index < index);
        match self.entries[..range.end].get_mut(at).filter(|e| e.index == index) {
            Some(entry) => {
                entry.again();
                entry.value = match slot.keeps {
                    Keeps::Max => entry.value.max(amount),
                    _ => entry.value.saturating_add(amount),
                };
                0
            }
            None => self.insert(at, Entry::one(id, index, amount)),
        }
    }

    fn other(&mut self, id: u8, range: std::ops::Range<usize>, index: u32, value: i64) -> isize {
        let known = self.entries[range.clone()].iter().position(|e| e.value == value);
        let mut end = range.end;
        if let Some(known) = known {
            if self.entries[range.start + known].index >= index {
                return 0;
            }
            self.entries.remove(range.start + known);
            end -= 1;
        }
        self.point(id, range.start..end, index, value);
        isize::from(known.is_none())
    }

    fn point(&mut self, id: u8, range: std::ops::Range<usize>, index: u32, value: i64) -> isize {
        let before = |e: &Entry| (e.index, e.value) < (index, value);
        let at = range.start + self.entries[range].partition_point(before);
        self.insert(at, Entry::one(id, index, value))
    }

    fn insert(&mut self, at: usize, entry: Entry) -> isize {
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(2 + self.entries.len() / 8);
        }
        self.entries.insert(at, entry);
        1
    }

    /// Drops what left the window of its slot, and what is too much, the oldest first.
    fn forget(&mut self, slot: &Slot, range: std::ops::Range<usize>) {
        let Some(newest) = self.entries[range.clone()].last().map(|e| e.index) else { return };
        let old = self.entries[range.clone()].iter().take_while(|e| e.index + slot.reach() < newest).count();
        let many = range.len().saturating_sub(slot.entries_max());
        let drop = old.max(many);
        if drop > 0 {
            self.entries.drain(range.start..range.start + drop);
        }
    }

    /// What the window before `now` holds, `now` in seconds. What is newer than `now` counts too.
    fn within(&self, id: u8, slot: &Slot, now: u32) -> &[Entry] {
        let range = self.range(id);
        let first = (now / slot.width()).saturating_sub(slot.reach());
        let all = &self.entries[range];
        &all[all.partition_point(|e| e.index < first)..]
    }

    pub fn count(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        self.within(id, slot, now).iter().map(|e| i64::from(e.count())).sum()
    }

    pub fn sum(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        self.within(id, slot, now).iter().fold(0, |s, e| s.saturating_add(e.value))
    }

    pub fn max(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        self.within(id, slot, now).iter().map(|e| e.value).max().unwrap_or(0)
    }

    pub fn others(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        self.within(id, slot, now).len() as i64
    }

    /// Minutes.
    pub fn last(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        let seconds = self.within(id, slot, now).last().map_or(slot.window, |e| now.saturating_sub(e.index));
        i64::from(seconds / 60)
    }

    /// Minutes.
    pub fn first(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        let width = u64::from(slot.width());
        let began = |e: &Entry| u64::from(now).saturating_sub(u64::from(e.index) * width) / 60;
        self.within(id, slot, now).first().map_or(0, |e| began(e) as i64)
    }

    pub fn p95(&self, id: u8, slot: &Slot, now: u32) -> i64 {
        let mut amounts: Vec<i64> = self.within(id, slot, now).iter().map(|e| e.value).collect();
        amounts.sort_unstable();
        let at = (amounts.len() * 95).div_ceil(100).saturating_sub(1);
        amounts.get(at).copied().unwrap_or(0)
    }

    /// The sum where each bucket counts half for every `half_life` seconds of its age.
    pub fn decayed(&self, id: u8, slot: &Slot, now: u32, half_life: u32) -> i64 {
        let width = u64::from(slot.width());
        let weigh = |e: &Entry| {
            let age = (u64::from(now) / width).saturating_sub(u64::from(e.index)) * width;
            let sixteenths = age * 16 / u64::from(half_life.max(1));
            let weight = HALVING[(sixteenths % 16) as usize] >> (sixteenths / 16).min(63);
            i64::try_from((i128::from(e.value) * i128::from(weight)) >> 16).unwrap_or(i64::MAX)
        };
        self.within(id, slot, now).iter().fold(0, |s, e| s.saturating_add(weigh(e)))
    }

    pub fn bytes(&self) -> usize {
        size_of::<Memory>() + self.entries.capacity() * size_of::<Entry>()
    }
}

/// 65,536 × 2^(−n/16).
const HALVING: [i64; 16] = [
    65_536, 62_757, 60_097, 57_549, 55_109, 52_773, 50_535, 48_393, 46_341, 44_376, 42_495, 40_693, 38_968, 37_316,
    35_734, 34_219,
];
