//! Files that were damaged on purpose, without a fuzzer: each is made from real ones by a seed, and the same again by the
//! same seed. A few in every run of the tests, [`DEEP_TIMES`] as many with `YIZHAN_DEEP=1`.
//!
//! [`survive`] hands them to a reader. It fails when the reader panics or takes longer than [`ONE_SECONDS_MAX`], names the
//! seed, and leaves the file behind. Such a file then becomes a test of its own beside the reader.
use kernel::clock::stopwatch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// How many times as many files a deep run makes.
pub const DEEP_TIMES: u64 = 100;
/// Seconds that a reader may take for one file, in a debug build on a busy machine.
pub const ONE_SECONDS_MAX: u64 = 30;
/// Bytes of a file at most; what grows beyond is cut.
pub const FILE_BYTES_MAX: usize = 256 << 10;
/// Changes made to one file at most.
const CHANGES_MAX: u64 = 12;

/// Pieces that readers stumble over.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r",
    b"\t",
    b";",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"-",
    b"1e309",
    b"-0.005",
    b"NaN",
    b"99999999999999999999999999",
    b"9223372036854775808",
    b"4294967295",
    b"2026-02-30",
    b"0000-00-00",
    b"45678.999999",
    "１２，３４５。６７".as_bytes(),
    "合计".as_bytes(),
    "姓名".as_bytes(),
    b"<",
    b">",
    b"/>",
    b"<c r=\"XFD1048576\"><v>1</v></c>",
    b"<row r=\"0\">",
    b" t=\"s\"",
    b"<v>-1</v>",
    b"&#x0;",
    b"&amp;",
    b"<!DOCTYPE x [<!ENTITY a \"aaaa\">]>",
    b"<![CDATA[",
    b"]]>",
    b"{",
    b"}",
    b"[",
    b"null",
    b"\\u0000",
    b"\\ud800",
];

/// A stream of choices that is the same for the same seed (splitmix64).
pub struct Choices(u64);

impl Choices {
    pub fn new(seed: u64) -> Choices {
        Choices(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// 0 to `n` − 1; 0 for an `n` of 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let from = self.below(len + 1);
        let most = if self.next().is_multiple_of(8) { len } else { 16 };
        from..(from + self.below(most + 1)).min(len)
    }

    /// One of `files` with a few changes, some taken from the others.
    pub fn mutant(&mut self, files: &[Vec<u8>]) -> Vec<u8> {
        let mut file = files[self.below(files.len())].clone();
        for _ in 0..1 + self.next() % CHANGES_MAX {
            self.change(&mut file, files);
        }
        file.truncate(FILE_BYTES_MAX);
        file
    }

    fn change(&mut self, file: &mut Vec<u8>, files: &[Vec<u8>]) {
        let at = self.below(file.len() + 1);
        match self.next() % 9 {
            0 => file.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << (self.next() % 8)),
            1 => file.iter_mut().skip(at).take(1).for_each(|b| *b = self.next() as u8),
            2 => drop(file.drain(self.range(file.len()))),
            3 => {
                let piece = file[self.range(file.len())].to_vec();
                file.splice(at..at, piece);
            }
            4 => {
                let piece = PIECES[self.below(PIECES.len())];
                file.splice(at..at, piece.iter().copied());
            }
            5 => {
                let (piece, gone) = (PIECES[self.below(PIECES.len())], self.range(file.len()));
                file.splice(gone, piece.iter().copied());
            }
            6 => {
                let other = &files[self.below(files.len())];
                let piece = other[self.range(other.len())].to_vec();
                file.splice(at..at, piece);
            }
            7 => {
                let piece = file[self.range(file.len())].to_vec();
                let times = 1 + self.below(200);
                let room = FILE_BYTES_MAX.saturating_sub(file.len()) / piece.len().max(1);
                file.splice(at..at, piece.repeat(times.min(room)));
            }
            _ => file.truncate(at),
        }
    }
}

/// Whether this is a deep run.
pub fn is_deep() -> bool {
    std::env::var_os("YIZHAN_DEEP").is_some()
}

/// Hands `few` damaged files, or [`DEEP_TIMES`] as many, to `read`. `make` makes the file of a seed.
pub fn survive(name: &str, few: u64, make: impl Fn(&mut Choices) -> Vec<u8>, read: impl Fn(&[u8])) {
    let all = if is_deep() { few * DEEP_TIMES } else { few };
    for seed in 0..all {
        let file = make(&mut Choices::new(seed));
        let began = stopwatch();
        let done = catch_unwind(AssertUnwindSafe(|| read(&file)));
        let took = began.elapsed().as_secs();
        let what = match done {
            Err(_) => "the reader panicked".to_owned(),
            Ok(()) if took > ONE_SECONDS_MAX => format!("the reader took {took} s"),
            Ok(()) => continue,
        };
        panic!("{name}, seed {seed}: {what}; the file is {}", keep(name, seed, &file).display());
    }
    println!("{name}: {all} damaged files survived");
}

fn keep(name: &str, seed: u64, file: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("yizhan-mutant-{name}-{seed}"));
    std::fs::write(&path, file).expect("the file can be kept");
    path
}

/// The plain files below a folder of the shared test data, at most [`FILE_BYTES_MAX`] bytes of each; says so when there is
/// none. `YIZHAN_SHARED` names the folder, `../shared` beside the tree otherwise.
pub fn shared(folder: &str) -> Vec<Vec<u8>> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var_os("YIZHAN_SHARED").map_or_else(beside, PathBuf::from).join(folder);
    let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        let mut inside: Vec<PathBuf> =
            std::fs::read_dir(&folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
        inside.sort();
        for path in inside {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(mut bytes) = std::fs::read(&path) {
                bytes.truncate(FILE_BYTES_MAX);
                files.push(bytes);
            }
        }
    }
    if files.is_empty() {
        println!("skipped the real files: {} holds none; set YIZHAN_SHARED", root.display());
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_one_file() {
        let files = [b"one,two\n1,2\n".to_vec(), vec![b'x'; 4_000]];
        let made: Vec<_> = (0..200).map(|seed| Choices::new(seed).mutant(&files)).collect();
        assert!((0..200).all(|seed| Choices::new(seed).mutant(&files) == made[seed as usize]));
        let distinct: std::collections::HashSet<_> = made.iter().collect();
        assert!(distinct.len() > 150 && made.iter().all(|f| f.len() <= FILE_BYTES_MAX));
    }

    #[test]
    #[should_panic(expected = "seed 3: the reader panicked")]
    fn a_panic_names_its_seed() {
        let make = |c: &mut Choices| vec![c.below(100) as u8];
        let third = make(&mut Choices::new(3));
        let before: Vec<_> = (0..3).map(|seed| make(&mut Choices::new(seed))).collect();
        assert!(!before.contains(&third), "another seed makes the same file");
        survive("test", 10, make, |file| assert_ne!(file, third));
    }
}
