//! Documents in a database, and papers as files that a reader of PDF takes apart again.
use crate::*;
use kernel::clock::SECOND;
use kernel::id::{PersonId, TransferId};
use kernel::{Clock, Date, Money};
use scratch::Scratch;
use store::{KeyRing, Store};

const BOOK: BookId = BookId(3);

fn at() -> Timestamp {
    Date::parse("2026-11-20").unwrap().begins().plus(40_000 * SECOND)
}

fn with_store(test: impl FnOnce(&Store)) {
    let scratch = Scratch::new("documents");
    let mut migrations = store::migrations();
    migrations.push(MIGRATION);
    let config = store::Config { clock: Clock::manual(at()), ..scratch.config() };
    test(&Store::open(config, KeyRing::random(), &migrations).unwrap());
}

fn system() -> Actor {
    Actor::system("demo")
}

fn movement(fen: i64) -> Facts {
    let side = |name: &str, number: &str| Side { name: name.into(), number: number.into() };
    Facts::Movement(Movement {
        transfer: TransferId::from_raw(kernel::id::Raw::from_parts(7 << 12, BOOK, [1; 6])),
        incoming: false,
        payer: side("王**", "9900 **** 0018"),
        payee: side("李*", "9900 **** 0026"),
        amount: Money::cny(fen),
        fee: Some(Money::cny(0)),
        code: "transfer".into(),
        memo: "房租".into(),
        reference: String::new(),
        business_date: at().local_date(),
        value_date: at().local_date(),
        posted_at: at(),
        wage: None,
    })
}

fn account() -> AccountId {
    AccountId::from_raw(kernel::id::Raw::from_parts(9 << 12, BOOK, [2; 6]))
}

fn issued(store: &Store, facts: Facts) -> (Document, Code) {
    let owner = Owner::Person(PersonId::new(at(), BOOK));
    let made = store.write(move |tx| {
        let document = issue(tx, &system(), owner, account(), &facts)?;
        let code = code_of(tx, &document);
        Ok((document, code))
    });
    made.unwrap()
}

#[test]
fn the_same_facts_are_one_document_with_one_code() {
    with_store(|store| {
        let (first, code) = issued(store, movement(20_000));
        let (again, same) = issued(store, movement(20_000));
        assert_eq!((first.id, code), (again.id, same));
        assert_ne!(issued(store, movement(20_001)).1, code, "another amount is another document");
        let found = store.read(|tx| find(tx, &code)).unwrap().unwrap();
        assert_eq!((found.id, found.kind, &found.facts.0), (first.id, Kind::Payment, &movement(20_000)));
        let written = store.read(|tx| tx.audit_rows(0, 100, Some(&first.id.to_string()))).unwrap();
        assert_eq!(
            written.iter().map(|r| r.action.as_str()).collect::<Vec<_>>(),
            ["document.issue"],
            "it is written down once"
        );
    });
}

#[test]
fn copies_are_counted_and_end() {
    with_store(|store| {
        let (document, _) = issued(store, movement(1));
        for n in 1..=3 {
            let id = document.id;
            assert_eq!(store.write(move |tx| printed(tx, &system(), id)).unwrap().prints, n);
        }
        let id = document.id;
        store
            .write(move |tx| {
                let mut row = self::document(tx, id)?;
                row.prints = PRINTS_MAX;
                tx.update(&mut row)
            })
            .unwrap();
        assert!(store.write(move |tx| printed(tx, &system(), id)).unwrap_err().is(&PRINTS_SPENT));
    });
}

#[test]
fn a_document_that_says_something_else_by_now_has_no_code() {
    with_store(|store| {
        let (document, code) = issued(store, movement(20_000));
        let id = document.id;
        store
            .write(move |tx| {
                let mut row = self::document(tx, id)?;
                row.facts.0 = movement(2_000_000);
                tx.update(&mut row)
            })
            .unwrap();
        assert!(store.read(|tx| find(tx, &code)).unwrap().is_none(), "its own hash does not fit");
        store
            .write(move |tx| {
                let mut row = self::document(tx, id)?;
                row.hash = hash_of(row.account, &row.facts.0)?;
                tx.update(&mut row)
            })
            .unwrap();
        assert!(store.read(|tx| find(tx, &code)).unwrap().is_none(), "its code is another");
        let strange = Code::of(&[7; 32]);
        assert!(store.read(|tx| find(tx, &strange)).unwrap().is_none());
    });
}

fn paper(rows: usize) -> Paper {
    let column = |head: &str, share, figures| Column { head: head.into(), share, figures };
    let line = |n: usize| vec![format!("2026-11-{:02}", n % 28 + 1), "收到 工资 王秀英".to_owned(), format!("{n}.00")];
    Paper {
        lang: "zh-CN".into(),
        bank: "汐源市商业银行".into(),
        title: "电子回单".into(),
        parts: vec![
            Part::Rows(vec![
                ("付款人".into(), "王** 9900 **** 0018".into()),
                ("金额".into(), "200.00 元".into()),
                ("大写".into(), capitals(Money::cny(20_000)).unwrap()),
                ("附言".into(), "很长的附言，一行写不下，".repeat(12)),
            ]),
            Part::Heading("明细".into()),
            Part::Table(
                vec![column("日期", 2, false), column("摘要", 5, false), column("金额", 2, true)],
                (0..rows).map(line).collect(),
            ),
            Part::Scan {
                link: "https://bank.example/verify?code=7KQFM2XD9HTA4C6WP".into(),
                alt: "二维码".into(),
                beside: vec!["验证码 7KQF-M2XD-9HTA-4C6WP".into()],
            },
        ],
        foot: "汐源市商业银行".into(),
        id: [7; 16],
    }
}

/// The text of every page, as a program that reads PDF finds it.
fn read(bytes: &[u8]) -> (Vec<String>, lopdf::Document) {
    let document = lopdf::Document::load_mem(bytes).expect("a whole PDF");
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let texts = pages.iter().map(|n| document.extract_text(&[*n]).expect("text").replace('\n', "")).collect();
    (texts, document)
}

#[test]
fn a_paper_is_read_back_from_its_file() {
    let Some(font) = Fonts::system().chinese() else {
        eprintln!("skipped: no Chinese font is installed here");
        return;
    };
    let file = pdf(&paper(3), &font).unwrap();
    assert!(file.starts_with(b"%PDF-") && file == pdf(&paper(3), &font).unwrap(), "the same paper is the same file");
    assert!(file.len() < 120_000, "{} bytes: the font is cut down", file.len());
    let (texts, document) = read(&file);
    assert_eq!(texts.len(), 1);
    for part in
        ["电子回单", "王** 9900 **** 0018", "人民币贰佰元整", "收到 工资 王秀英", "7KQF-M2XD-9HTA-4C6WP", "1 / 1"]
    {
        assert!(texts[0].contains(part), "{part} is not in {}", texts[0]);
    }
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"zh-CN");
    let root = document.get_dictionary(catalog.get(b"StructTreeRoot").unwrap().as_reference().unwrap()).unwrap();
    assert_eq!(root.get(b"Type").unwrap().as_name().unwrap(), b"StructTreeRoot");
    let roles: Vec<&[u8]> =
        document.objects.values().filter_map(|o| o.as_dict().ok()?.get(b"S").ok()?.as_name().ok()).collect();
    for role in [&b"H1"[..], b"Table", b"TH", b"TD", b"Figure"] {
        assert!(roles.contains(&role), "no {}", String::from_utf8_lossy(role));
    }
    let alt = document.objects.values().any(|o| o.as_dict().is_ok_and(|d| d.has(b"Alt")));
    assert!(alt, "the picture is said in words");
}

#[test]
fn a_long_paper_goes_over_pages_and_has_an_end() {
    let Some(font) = Fonts::system().chinese() else { return };
    let (texts, _) = read(&pdf(&paper(200), &font).unwrap());
    assert!(
        texts.len() > 3 && texts.iter().enumerate().all(|(n, t)| t.contains(&format!("{} / {}", n + 1, texts.len())))
    );
    assert!(texts[1].contains("摘要"), "the head of the table is there again");
    let long = pdf(&paper(6_000), &font).unwrap_err();
    assert!(long.is(&PAPER_TOO_LONG), "{long}");
}

#[test]
fn without_a_font_there_is_none() {
    assert!(Fonts::none().chinese().is_none());
    let empty = Scratch::new("documents-fonts");
    assert!(Fonts::folder(empty.dir()).chinese().is_none());
    std::fs::write(empty.dir().join("broken.ttf"), b"no font").unwrap();
    assert!(Fonts::folder(empty.dir()).chinese().is_none());
}
