//! A disk whose power can be cut, for the tests of durability.
//!
//! [`register`] puts an SQLite file layer named [`VFS`] before the operating system's. Writes go through, so the running
//! bank notices nothing; beside that each file's **durable** content is kept in memory, as of its last sync, with the list
//! of what was written since. When the planned number of writes and syncs is used up, the power fails: what would be found
//! on the disk is fixed at that moment, and every later write or sync fails. Of what was not synced, each 512-byte sector
//! survives or not by the seed, in any order and torn at any sector boundary, as a disk with a cache may do.
//! [`Disk::survivors`] writes out what is left, to be opened by the ordinary file layer.
//!
//! `unsafe` stands in `shim` alone: a file layer is a table of C functions that SQLite calls with its own pointers.
mod shim;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use shim::register;

/// The file layer's name, for `Config::vfs`.
pub const VFS: &str = "powercut";
/// What a disk writes whole or not at all, in bytes.
const SECTOR_BYTES: usize = 512;

static DISKS: Mutex<BTreeMap<PathBuf, Arc<Disk>>> = Mutex::new(BTreeMap::new());

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk that holds one directory.
pub struct Disk {
    state: Mutex<State>,
}

struct State {
    files: BTreeMap<PathBuf, Content>,
    /// Writes and syncs until the power fails.
    steps_left: u64,
    random: u64,
    survivors: Option<BTreeMap<PathBuf, Vec<u8>>>,
}

#[derive(Default)]
struct Content {
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Size(usize),
}

/// The power is off.
struct Dark;

impl Disk {
    /// From now on files in `dir` that are opened through [`VFS`] are on this disk, whose power fails after `steps`
    /// writes and syncs. The same seed makes the same sectors survive.
    pub fn plug(dir: &Path, seed: u64, steps: u64) -> Arc<Disk> {
        let state = State { files: BTreeMap::new(), steps_left: steps, random: seed, survivors: None };
        let disk = Arc::new(Disk { state: Mutex::new(state) });
        locked(&DISKS).insert(dir.to_owned(), disk.clone());
        disk
    }

    fn of(file: &Path) -> Option<Arc<Disk>> {
        locked(&DISKS).get(file.parent()?).cloned()
    }

    /// Whether the power has failed. What was answered before this is still `false` must survive.
    pub fn is_dark(&self) -> bool {
        locked(&self.state).survivors.is_some()
    }

    /// Cuts the power now, unless it has failed already.
    pub fn cut(&self) {
        locked(&self.state).cut();
    }

    /// Writes what survived into the directory `to`.
    pub fn survivors(&self, to: &Path) -> std::io::Result<()> {
        let state = locked(&self.state);
        for (path, bytes) in state.survivors.iter().flatten() {
            if let Some(name) = path.file_name() {
                std::fs::write(to.join(name), bytes)?;
            }
        }
        Ok(())
    }

    fn opened(&self, path: &Path) {
        let there = || Content { durable: std::fs::read(path).unwrap_or_default(), unsynced: Vec::new() };
        let mut state = locked(&self.state);
        if state.survivors.is_some() {
            return;
        }
        state.files.entry(path.to_owned()).or_insert_with(there);
    }

    fn changed(&self, path: &Path, change: Change) -> Result<(), Dark> {
        let mut state = locked(&self.state);
        // In the dark there are no files any more.
        if let Some(content) = state.files.get_mut(path) {
            content.unsynced.push(change);
        }
        state.step()
    }

    fn synced(&self, path: &Path) -> Result<(), Dark> {
        let mut state = locked(&self.state);
        state.step()?;
        if let Some(content) = state.files.get_mut(path) {
            for change in std::mem::take(&mut content.unsynced) {
                change.apply(&mut content.durable);
            }
        }
        Ok(())
    }

    fn deleted(&self, path: &Path) -> Result<(), Dark> {
        let mut state = locked(&self.state);
        state.step()?;
        state.files.remove(path);
        Ok(())
    }
}

impl State {
    fn step(&mut self) -> Result<(), Dark> {
        if self.survivors.is_none() && self.steps_left == 0 {
            self.cut();
        }
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.survivors.is_some() { Err(Dark) } else { Ok(()) }
    }

    fn cut(&mut self) {
        if self.survivors.is_some() {
            return;
        }
        let mut left = BTreeMap::new();
        for (path, content) in std::mem::take(&mut self.files) {
            let mut bytes = content.durable;
            content.unsynced.into_iter().for_each(|change| change.apply_in_part(&mut bytes, &mut self.random));
            left.insert(path, bytes);
        }
        self.survivors = Some(left);
    }
}

impl Change {
    fn apply(self, file: &mut Vec<u8>) {
        match self {
            Change::Size(size) => file.resize(size, 0),
            Change::Write { at, bytes } => put(file, at, &bytes),
        }
    }

    fn apply_in_part(self, file: &mut Vec<u8>, random: &mut u64) {
        match self {
            Change::Size(size) if coin(random) => file.resize(size, 0),
            Change::Size(_) => {}
            Change::Write { at, bytes } => {
                let mut from = 0;
                while from < bytes.len() {
                    let sector_end = ((at + from) / SECTOR_BYTES + 1) * SECTOR_BYTES - at;
                    let to = sector_end.min(bytes.len());
                    if coin(random) {
                        put(file, at + from, &bytes[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// SplitMix64 (Steele, Lea and Flood, 2014), one bit of it.
fn coin(state: &mut u64) -> bool {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_survives_whole_and_the_rest_by_sectors() {
        let (name, mut parts) = (Path::new("/nowhere/file"), 0);
        for seed in 0..50 {
            let disk = Disk::plug(Path::new("/nowhere"), seed, 4);
            disk.opened(name);
            let write = |byte: u8, at| disk.changed(name, Change::Write { at, bytes: vec![byte; 1024] });
            assert!(write(1, 0).is_ok() && disk.synced(name).is_ok());
            assert!(write(2, 256).is_ok() && !disk.is_dark());
            disk.cut();
            assert!(write(3, 0).is_err() && disk.is_dark());
            let state = locked(&disk.state);
            let left = &state.survivors.as_ref().unwrap()[name];
            assert!(left[..256].iter().all(|b| *b == 1), "synced, and not written since");
            assert!(left.iter().all(|b| *b != 3), "written in the dark");
            let second: Vec<u8> = left.chunks(256).map(|c| c[0]).collect();
            parts += i32::from(second.contains(&2) && second[1..4].contains(&1));
        }
        assert!(parts > 5, "some seeds tear the write");
    }
}
