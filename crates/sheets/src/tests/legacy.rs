use super::*;
use crate::biff::survey;
use crate::compound::pack;
use crate::{FILE_LOCKED, FILE_UNKNOWN};

/// A workbook stream in the making (MS-XLS, BIFF8).
pub(super) struct Stream(Vec<u8>);

impl Stream {
    fn put(&mut self, kind: u16, body: &[u8]) {
        self.0.extend(kind.to_le_bytes());
        self.0.extend((body.len() as u16).to_le_bytes());
        self.0.extend(body);
    }
    fn bof(&mut self, sheet: bool) {
        self.put(0x0809, &[0, 6, if sheet { 0x10 } else { 5 }, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0]);
    }
    fn at(row: u16, column: u16) -> Vec<u8> {
        [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat()
    }
    pub(super) fn label(&mut self, row: u16, column: u16, text: &str) {
        self.put(0x0204, &[Stream::at(row, column), wide(text)].concat());
    }
    pub(super) fn shared(&mut self, row: u16, column: u16, index: u32) {
        self.put(0x00fd, &[&Stream::at(row, column)[..], &index.to_le_bytes()].concat());
    }
    pub(super) fn number(&mut self, row: u16, column: u16, n: f64) {
        self.put(0x0203, &[&Stream::at(row, column)[..], &n.to_le_bytes()].concat());
    }
}

/// Characters of two bytes each, with their count and flag.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [(units.len() as u16).to_le_bytes().to_vec(), vec![1], units.into_iter().flat_map(u16::to_le_bytes).collect()]
        .concat()
}

/// One sheet filled by `fill`, with shared texts.
pub(super) fn book(texts: &[&str], fill: impl FnOnce(&mut Stream)) -> Vec<u8> {
    let mut s = Stream(Vec::new());
    s.bof(false);
    s.put(0x0042, &1200u16.to_le_bytes());
    let pointer = s.0.len() + 4;
    s.put(
        0x0085,
        &[&[0, 0, 0, 0, 0, 0, 3, 1][..], &"工资表".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()]
            .concat(),
    );
    let count = (texts.len() as u32).to_le_bytes();
    s.put(0x00fc, &[&count[..], &count, &texts.iter().flat_map(|t| wide(t)).collect::<Vec<_>>()].concat());
    s.put(0x000a, &[]);
    let start = (s.0.len() as u32).to_le_bytes();
    s.0[pointer..pointer + 4].copy_from_slice(&start);
    s.bof(true);
    s.put(0x0200, &[0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 9, 0, 0, 0]);
    fill(&mut s);
    s.put(0x000a, &[]);
    s.0
}

#[test]
fn an_old_workbook_is_read() {
    let id = identity(3);
    let stream = book(&["姓名", "身份证号码", "实发工资", "班组", "钢筋班", &id], |s| {
        (0..4u16).for_each(|c| s.shared(1, c, u32::from(c)));
        s.label(0, 0, "七月工资表");
        for (row, name) in [(2, "张三"), (3, "李四")] {
            s.label(row, 0, name);
            s.shared(row, 1, 5);
            s.number(row, 2, 1234.5);
        }
        s.shared(2, 3, 4);
        s.number(4, 1, 1.101_051_949_123_1e17);
        s.label(4, 0, "王五");
        s.put(0x00e5, &[1, 0, 2, 0, 3, 0, 3, 0, 3, 0]);
        // =1+1, saved as 2: the tokens are blanked, the result stays.
        s.put(
            0x0006,
            &[&Stream::at(4, 2)[..], &2.0f64.to_le_bytes(), &[0; 6], &[7, 0, 0x1e, 1, 0, 0x1e, 1, 0, 3]].concat(),
        );
    });
    let bytes = pack(&stream);
    assert_eq!(
        answers(&bytes),
        [format!("张三|{id}|1234.50"), format!("李四|{id}|1234.50"), "B5 identity_damaged".into()]
    );
    let book = read(&bytes).unwrap();
    assert_eq!(book.sheets[0].name(), "工资表");
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    let teams: Vec<_> = table.rows().map(|r| r.text("team").unwrap()).collect();
    assert_eq!(teams, [Some("钢筋班".to_owned()), Some("钢筋班".to_owned()), None]);
    assert_eq!(table.rows().nth(2).unwrap().money("net", Currency::CNY).unwrap().unwrap().minor, 200);
}

#[test]
fn locked_and_foreign_compound_files_are_named() {
    let rename = |name: &str| {
        let mut file = pack(&[0; 5_000]);
        let old: Vec<u8> = "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let at = file.windows(old.len()).position(|w| w == old).unwrap();
        file[at..at + 64].fill(0);
        let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        file[at..at + letters.len()].copy_from_slice(&letters);
        file[at + 64..at + 66].copy_from_slice(&(letters.len() as u16 + 2).to_le_bytes());
        read(&file).unwrap_err()
    };
    assert!(rename("EncryptedPackage").is(&FILE_LOCKED));
    assert!(rename("WordDocument").message().contains(".doc"));
    assert!(rename("Other").is(&FILE_UNKNOWN));
    let mut locked = Stream(Vec::new());
    locked.bof(false);
    locked.put(0x002f, &[1, 0, 1, 0, 1, 0]);
    locked.put(0x000a, &[]);
    assert!(read(&pack(&locked.0)).unwrap_err().is(&FILE_LOCKED));
}

#[test]
fn what_would_exhaust_the_parser_is_refused_before_it_runs() {
    let check = |mut stream: Vec<u8>, limits: Limits| survey(&mut stream, &limits).map_err(|e| e.message().to_owned());
    let all = Limits::default();
    let corners = book(&[], |s| {
        s.number(0, 0, 1.0);
        s.number(65_535, 255, 1.0);
    });
    assert!(check(corners, all).unwrap_err().contains("area"));
    let sizes = book(&[], |s| s.put(0x0200, &[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]));
    assert!(check(sizes, all).unwrap_err().contains("size"));
    let upside_down = book(&[], |s| s.put(0x0200, &[9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]));
    assert!(check(upside_down, all).unwrap_err().contains("size"));
    let long = book(&[], |s| s.put(0x0204, &[0, 0, 0, 0, 0, 0, 255, 255, 0]));
    assert!(check(long, all).unwrap_err().contains("longer"));
    let big = "字".repeat(900);
    let repeated = || book(&[&big], |s| (0..100).for_each(|r| s.shared(r, 0, 0)));
    assert!(check(repeated(), Limits { text_bytes: 100_000, ..all }).unwrap_err().contains("text"));
    assert!(check(repeated(), all).is_ok());
    let mut wild = book(&[], |_| {});
    let at = wild.windows(2).position(|w| w == [0x85, 0]).unwrap() + 4;
    wild[at..at + 4].fill(0xff);
    assert!(check(wild, all).unwrap_err().contains("outside"));
}

#[test]
fn a_shared_text_may_be_cut_by_a_record() {
    let mut s = Stream(Vec::new());
    s.bof(false);
    // Two letters wide, cut after the first; it goes on in narrow letters; a rich text of one run and another text follow.
    s.put(0x00fc, &[1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 1, 0x20, 0x5f]);
    s.put(0x003c, &[0, b'x', 1, 0, 8, 1, 0, b'y', 0, 0, 0, 0]);
    s.put(0x003c, &[3, 0, 0, b'a', b'b', b'c']);
    let pointer = s.0.len() + 4;
    s.put(0x0085, &[0, 0, 0, 0, 0, 0, 1, 0, b'S']);
    s.put(0x000a, &[]);
    let start = (s.0.len() as u32).to_le_bytes();
    s.0[pointer..pointer + 4].copy_from_slice(&start);
    s.bof(true);
    (0..3u16).for_each(|c| s.shared(0, c, u32::from(c)));
    s.put(0x000a, &[]);
    let book = read(&pack(&s.0)).unwrap();
    let texts: Vec<_> = book.sheets[0].cells(0).map(|(_, v)| v.shown().into_owned()).collect();
    assert_eq!(texts, ["张x", "y", "abc"]);
}

proptest::proptest! {
    #[test]
    fn a_broken_byte_never_brings_the_reader_down(at in 0usize..2_000, b: u8, more in proptest::collection::vec((0usize..2_000, proptest::num::u8::ANY), 0..4)) {
        let mut stream = book(&["姓名", "身份证号", "实发"], |s| {
            (0..3u16).for_each(|c| s.shared(0, c, u32::from(c)));
            s.label(1, 0, "张三");
            s.number(1, 2, 5.0);
        });
        for (at, b) in more.into_iter().chain([(at, b)]) {
            let i = at % stream.len();
            stream[i] = b;
        }
        let _ = read(&pack(&stream));
    }
}
