//! The compound file around an .xls (MS-CFB): a small file system of sectors in chains.
//!
//! A chain is followed for at most as many steps as the file has sectors, so a chain in a circle ends. [`pack`] writes a container
//! with one stream, for the parser that takes nothing else.
use crate::archive::{damaged, u16_at, u32_at};
use kernel::Result;

pub(crate) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Sector numbers from here on are marks (end of chain, free, table).
const MARKS: usize = 0xffff_fffa;
const END: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const TABLE: u32 = 0xffff_fffd;
const ENTRY_BYTES: usize = 128;
/// Streams below this length live in the small sectors, of 64 bytes.
const SMALL_BYTES: usize = 4_096;

struct Entry {
    name: String,
    start: usize,
    len: usize,
}

pub(crate) struct Compound<'a> {
    file: &'a [u8],
    sector: usize,
    next: Vec<u32>,
    small_next: Vec<u32>,
    small: Vec<u8>,
    entries: Vec<Entry>,
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]))
}

/// The bytes of a chain in `area`, sector 0 of which begins at `first`; not more than `len`.
fn chain(area: &[u8], first: usize, sector: usize, next: &[u32], start: usize, len: usize) -> Result<Vec<u8>> {
    let (mut out, mut at) = (Vec::new(), start);
    for _ in 0..=area.len() / sector {
        if at >= MARKS || out.len() >= len {
            out.truncate(len);
            return Ok(out);
        }
        let from = at.checked_mul(sector).and_then(|b| b.checked_add(first)).filter(|b| *b < area.len());
        let from = from.ok_or_else(|| damaged("a chain of sectors leaves the file"))?;
        out.extend_from_slice(&area[from..area.len().min(from + sector)]);
        at = *next.get(at).ok_or_else(|| damaged("a chain of sectors is broken"))? as usize;
    }
    Err(damaged("a chain of sectors runs in a circle"))
}

impl<'a> Compound<'a> {
    pub(crate) fn open(file: &'a [u8]) -> Result<Compound<'a>> {
        let sector = match u16_at(file, 30)? {
            9 => 512,
            12 => 4_096,
            _ => return Err(damaged("the compound file has an unknown sector size")),
        };
        let mut this =
            Compound { file, sector, next: Vec::new(), small_next: Vec::new(), small: Vec::new(), entries: Vec::new() };
        this.next = this.table()?;
        let directory = this.read(u32_at(file, 48)?, file.len())?;
        for entry in directory.chunks_exact(ENTRY_BYTES).filter(|e| e[66] != 0) {
            let letters = (u16_at(entry, 64)? / 2).saturating_sub(1).min(31);
            let name: Vec<u16> =
                entry[..64].chunks_exact(2).take(letters).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            this.entries.push(Entry {
                name: String::from_utf16_lossy(&name),
                start: u32_at(entry, 116)?,
                len: u32_at(entry, 120)?,
            });
        }
        if let Some((start, len)) = this.entries.first().map(|e| (e.start, e.len)) {
            this.small = if len == 0 { Vec::new() } else { this.read(start, len)? };
            this.small_next = words(&this.read(u32_at(file, 60)?, file.len())?).collect();
        }
        Ok(this)
    }

    fn read(&self, start: usize, len: usize) -> Result<Vec<u8>> {
        chain(self.file, self.sector, self.sector, &self.next, start, len)
    }

    /// The allocation table: its first 109 sectors stand in the header, further ones in a chain of lists.
    fn table(&self) -> Result<Vec<u32>> {
        let sectors_max = self.file.len() / self.sector;
        let at = |id: usize| {
            let from = id.checked_add(1).and_then(|n| n.checked_mul(self.sector)).unwrap_or(usize::MAX);
            from.checked_add(self.sector).and_then(|end| self.file.get(from..end))
        };
        let mut ids: Vec<u32> =
            words(self.file.get(76..512).ok_or_else(|| damaged("the file ends in its header"))?).collect();
        let mut list = u32_at(self.file, 68)?;
        for _ in 0..sectors_max {
            let Some(sector) = at(list).filter(|_| list < MARKS) else { break };
            ids.extend(words(&sector[..self.sector - 4]));
            list = u32_at(sector, self.sector - 4)?;
        }
        let mut table = Vec::new();
        for id in ids.into_iter().filter(|id| (*id as usize) < MARKS).take(sectors_max) {
            table.extend(words(at(id as usize).ok_or_else(|| damaged("the table of sectors leaves the file"))?));
        }
        Ok(table)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name)) else { return Ok(None) };
        let bytes = match entry.len < SMALL_BYTES {
            true => chain(&self.small, 0, 64, &self.small_next, entry.start, entry.len)?,
            false => self.read(entry.start, entry.len)?,
        };
        Ok(Some(bytes))
    }
}

/// A container whose only stream is `Workbook`, in sectors of 4,096 bytes: up to 457 MB fit the 109 table sectors of the header.
pub(crate) fn pack(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 4_096;
    let data = stream.len().div_ceil(SECTOR).max(1);
    let tables = (1..).find(|t| (t + 1 + data) * 4 <= t * SECTOR).unwrap_or(1);
    let mut out = vec![0u8; SECTOR * (2 + tables + data)];
    let put = |out: &mut [u8], at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    let word = |n: usize| (n as u32).to_le_bytes();
    put(&mut out, 0, MAGIC);
    // Revision, version 4, byte order, sector size 2^12, small sector size 2^6.
    for (i, half) in [0x3eu16, 4, 0xfffe, 12, 6].into_iter().enumerate() {
        put(&mut out, 24 + 2 * i, &half.to_le_bytes());
    }
    for (at, n) in [(40, 1), (44, tables), (48, tables), (56, SMALL_BYTES), (60, END as usize), (68, END as usize)] {
        put(&mut out, at, &word(n));
    }
    for i in 0..109 {
        put(&mut out, 76 + 4 * i, &word(if i < tables { i } else { FREE as usize }));
    }
    for i in 0..tables * SECTOR / 4 {
        let next = match i {
            _ if i < tables => TABLE,
            _ if i == tables || i == tables + data => END,
            _ if i < tables + data => i as u32 + 1,
            _ => FREE,
        };
        put(&mut out, SECTOR + 4 * i, &next.to_le_bytes());
    }
    let directory = SECTOR * (1 + tables);
    let entries = [("Root Entry", 5u8, tables, 0), ("Workbook", 2, tables + 1, data * SECTOR)];
    for (i, (name, kind, start, len)) in entries.into_iter().enumerate() {
        let at = directory + ENTRY_BYTES * i;
        let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(&mut out, at, &letters);
        put(&mut out, at + 64, &(letters.len() as u16 + 2).to_le_bytes());
        put(&mut out, at + 66, &[kind, 1]);
        [68, 72].into_iter().for_each(|o| put(&mut out, at + o, &word(FREE as usize)));
        put(&mut out, at + 76, &word(if i == 0 { 1 } else { FREE as usize }));
        put(&mut out, at + 116, &word(start));
        put(&mut out, at + 120, &word(len));
    }
    put(&mut out, directory + SECTOR, stream);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_stream_comes_back_with_zeros_behind() {
        for len in [0, 1, 4_095, 4_096, 4_097, 5_000_000] {
            let stream: Vec<u8> = (0..len).map(|i| (i % 251) as u8 + 1).collect();
            let file = pack(&stream);
            let back = Compound::open(&file).unwrap().stream("workbook").unwrap().unwrap();
            assert!(back.starts_with(&stream) && back[len..].iter().all(|b| *b == 0), "{len}");
            assert!(Compound::open(&file).unwrap().stream("Book").unwrap().is_none());
        }
    }

    #[test]
    fn a_circle_and_a_wild_pointer_end() {
        let file = pack(&[7; 9_000]);
        for (id, next) in [(2u32, 2u32), (3, 2), (2, 0x00ff_ffff)] {
            let mut broken = file.clone();
            broken[4_096 + 4 * id as usize..][..4].copy_from_slice(&next.to_le_bytes());
            let answer = Compound::open(&broken).and_then(|c| c.stream("Workbook"));
            assert!(answer.is_err() || answer.unwrap().is_some_and(|s| s.len() <= file.len()), "{id} -> {next}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_behind_the_magic_are_answered(tail in proptest::collection::vec(proptest::num::u8::ANY, 0..3000), at in 0usize..20_000, b: u8) {
            let _ = Compound::open(&[MAGIC, &tail].concat()).and_then(|c| c.stream("Workbook"));
            let mut file = pack(&[7; 9_000]);
            let i = at % file.len();
            file[i] = b;
            let _ = Compound::open(&file).and_then(|c| c.stream("Workbook"));
        }
    }
}
