use crate::*;
use kernel::id::InstructionId;
use kernel::{Actor, BookId, Channel, Clock, Date, Id, Money, Timestamp};
use proptest::prelude::*;
use scratch::Scratch;
use store::{Config, KeyRing, Store};

const NOW: Timestamp = Timestamp::from_micros(1_795_300_000_000_000); // 2026-11-22 06:26 at the branch

struct Desk {
    store: Store,
    // Last, for it takes the database away.
    _scratch: Scratch,
}

impl Desk {
    fn new(name: &str) -> Desk {
        let scratch = Scratch::new(&format!("pricing_{name}"));
        let mut all = store::migrations();
        all.push(MIGRATION);
        let config = Config { clock: Clock::manual(NOW), ..scratch.config() };
        let store = Store::open(config, KeyRing::random(), &all).unwrap();
        let desk = Desk { store, _scratch: scratch };
        desk.load(DATA).unwrap();
        desk
    }
    fn load(&self, text: &str) -> kernel::Result<Loaded> {
        let text = text.to_owned();
        self.store.write(move |tx| load_tariff(tx, &Actor::system("test"), "tariff.toml", &text))
    }
    fn quote(&self, ask: &Ask) -> kernel::Result<Quote> {
        self.store.read(|tx| quote(tx, ask))
    }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn yuan(text: &str) -> Money {
    Money::parse(text, kernel::Currency::CNY).unwrap()
}

fn counter(amount: &str) -> Ask {
    Ask {
        operation: Operation::Transfer,
        channel: Channel::Counter,
        payer: PayerClass::SmallFirm,
        reach: Reach::Ordinary,
        amount: yuan(amount),
        date: day("2026-11-22"),
    }
}

fn card(amount: &str) -> Ask {
    Ask { operation: Operation::DebitCard, channel: Channel::Api, payer: PayerClass::Merchant, ..counter(amount) }
}

#[test]
fn the_bundled_tariff_charges_the_published_vectors() {
    let desk = Desk::new("vectors");
    let large = |amount| Ask { reach: Reach::LargeValue, ..counter(amount) };
    let firm = |amount| Ask { payer: PayerClass::Firm, ..counter(amount) };
    let person = |amount| Ask { payer: PayerClass::Person, ..counter(amount) };
    let inside = |amount| Ask { reach: Reach::SameBank, ..counter(amount) };
    let on = |date, ask| Ask { date: day(date), ..ask };
    let cases = [
        (counter("10000.00"), "5.00", "4.50", "0.50"),
        (counter("10000.01"), "10.00", "9.00", "1.00"),
        (counter("100000.00"), "10.00", "9.00", "1.00"),
        (counter("100000.01"), "15.00", "15.00", "0.00"),
        (counter("1000000.01"), "20.00", "20.00", "0.00"),
        (counter("99999999.00"), "200.00", "200.00", "0.00"),
        (card("1000"), "3.50", "3.15", "0.35"),
        (card("3714.29"), "13.00", "11.70", "1.30"),
        (card("4000"), "13.00", "12.60", "0.40"),
        (card("4125.39"), "13.00", "12.99", "0.01"),
        (card("4125.40"), "13.00", "13.00", "0.00"),
        (card("4126.99"), "13.00", "13.00", "0.00"),
        // Traps: not by large-value settlement, not for firms known to be large, not at another channel, only in its term.
        (large("10000"), "5.00", "5.00", "0.00"),
        (firm("10000"), "5.00", "5.00", "0.00"),
        (Ask { channel: Channel::Phone, ..counter("10000") }, "2.50", "2.50", "0.00"),
        (on("2021-09-29", counter("10000")), "5.00", "5.00", "0.00"),
        (on("2021-09-30", counter("10000")), "5.00", "4.50", "0.50"),
        (on("2024-09-30", counter("10000")), "5.00", "4.50", "0.50"),
        (on("2027-09-29", counter("10000")), "5.00", "4.50", "0.50"),
        (on("2027-09-30", counter("10000")), "5.00", "5.00", "0.00"),
        (person("50000"), "15.00", "15.00", "0.00"),
        (person("50000.01"), "15.00", "15.00", "0.00"),
        (person("100000"), "30.00", "30.00", "0.00"),
        (inside("99999999"), "0.00", "0.00", "0.00"),
        (Ask { operation: Operation::AccountMonth, ..counter("0") }, "10.00", "0.00", "10.00"),
        (Ask { operation: Operation::Wage, ..counter("123.45") }, "0.00", "0.00", "0.00"),
    ];
    for (ask, list, charged, saved) in cases {
        let got = desk.quote(&ask).unwrap();
        let shown = (got.list_fee.plain(), got.fee.plain(), got.saved.plain());
        assert_eq!(shown, (list.into(), charged.into(), saved.into()), "{ask:?}");
    }
}

#[test]
fn a_quote_says_which_entries_made_it() {
    let desk = Desk::new("reasons");
    let mandate = desk.quote(&Ask { date: day("2023-01-01"), ..counter("500") }).unwrap();
    assert_eq!((mandate.basis, mandate.relief.unwrap().version), (Basis::Mandate, 1));
    let now = desk.quote(&counter("500")).unwrap();
    assert_eq!(
        (now.basis, now.relief.unwrap().version, now.code.as_str()),
        (Basis::Initiative, 2, "transfer.interbank.counter")
    );
    assert_eq!(now.explanation.key, "price-relief");
    assert_eq!(now.valid_until, day("2026-11-23").begins());
    let large = desk.quote(&counter("500000")).unwrap();
    assert_eq!((large.basis, large.explanation.key), (Basis::GuidePrice, "price-list"));
    let free = desk.quote(&Ask { reach: Reach::SameBank, ..counter("5") }).unwrap();
    assert_eq!((free.basis, free.explanation.key), (Basis::Own, "price-free"));
    let past = desk.quote(&Ask { date: day("2026-11-20"), ..counter("5") }).unwrap();
    assert_eq!(
        past.valid_until,
        NOW.plus(QUOTE_MINUTES_MIN * kernel::clock::MINUTE),
        "promised for a while at a day's end"
    );
}

#[test]
fn where_the_tariff_is_silent_there_is_no_price() {
    let desk = Desk::new("silent");
    let usd = Ask { amount: Money::new(100, kernel::Currency::USD), ..counter("1") };
    let early = Ask { date: day("2014-07-31"), ..counter("1") };
    for ask in [usd, early] {
        assert!(desk.quote(&ask).unwrap_err().is(&NO_PRICE), "{ask:?}");
    }
    let negative = Ask { amount: Money::cny(-1), ..counter("1") };
    assert!(desk.quote(&negative).unwrap_err().is(&kernel::error::BAD_AMOUNT));
}

#[test]
fn no_more_is_taken_than_was_shown() {
    let desk = Desk::new("confirm");
    let ask = counter("500");
    let confirm = |shown| desk.store.read(|tx| confirm(tx, &ask, yuan(shown)));
    assert_eq!(confirm("4.50").unwrap().fee, yuan("4.50"));
    assert_eq!(confirm("5.00").unwrap().fee, yuan("4.50"), "a lower price is given");
    assert!(confirm("4.49").unwrap_err().is(&PRICE_CHANGED));
}

#[test]
fn every_priced_instruction_leaves_one_record() {
    let desk = Desk::new("record");
    let id = InstructionId::new(NOW, BookId(7));
    let put = |ask: Ask, id| {
        desk.store.write(move |tx| {
            let q = quote(tx, &ask)?;
            record(tx, &q, id, "class=small_firm")
        })
    };
    let first = put(counter("10000"), id).unwrap();
    assert_eq!((first.list_fee, first.charged, first.saved, first.relief_version), (500, 450, 50, Some(2)));
    assert_eq!(put(counter("10000"), id).unwrap().seal, first.seal, "again: the record as it stands");
    assert!(put(counter("10001"), id).unwrap_err().is(&PRICE_RECORDED));
    let free = InstructionId::new(NOW, BookId(7));
    put(Ask { reach: Reach::SameBank, ..counter("1") }, free).unwrap();
    let read = desk.store.read(|tx| record_of(tx, free)).unwrap().unwrap();
    assert_eq!((read.charged, read.eligibility.as_str()), (0, "class=small_firm"));
    let gone = desk.store.write(|tx| tx.execute("DELETE FROM price_records", &[]));
    assert!(gone.is_err(), "records stay");
}

#[test]
fn loading_again_changes_nothing_and_a_version_never_changes() {
    let desk = Desk::new("again");
    let again = desk.load(DATA).unwrap();
    assert_eq!((again.added.len(), again.already), (0, DATA.matches("[[price]]").count()));
    let dearer = DATA.replacen("fixed = \"5\"", "fixed = \"6\"", 1);
    assert!(desk.load(&dearer).unwrap_err().is(&TARIFF_FIXED));
    let audited = desk.store.read(|tx| tx.audit_rows(0, 100, Some("transfer.same_bank v1"))).unwrap();
    assert_eq!(audited[0].action, "tariff.add");
}

fn entry(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("code", "\"wage\""),
        ("version", "2"),
        ("kind", "\"list\""),
        ("operation", "\"wage\""),
        ("reach", "\"any\""),
        ("payer", "\"any\""),
        ("effective_from", "\"2026-12-01\""),
        ("basis", "\"own\""),
        ("document", "\"本行价目表\""),
        ("name", "{ zh = \"代发\", en = \"Wage\" }"),
        ("bands", "[{ fixed = \"1\" }]"),
    ];
    for (name, value) in changes {
        fields.retain(|(n, _)| n != name);
        fields.push((name, value));
    }
    let lines: Vec<String> = fields.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    format!("[[price]]\n{}\n", lines.join("\n"))
}

#[test]
fn a_fault_in_the_file_is_named_by_place() {
    let desk = Desk::new("faults");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("version", "3")], "line 12 column 11, entry 1 (wage v3), field version: 3 given, the next is 2"),
        (&[("version", "\"2\"")], "line 12 column 11, entry 1 (wage v2): invalid type"),
        (&[("bandz", "[]")], "unknown field `bandz`"),
        (&[("payer", "\"all\"")], "\"all\" is not one of"),
        (&[("effective_from", "\"2026-11-21\"")], "field effective_from: today, 2026-11-22, or later"),
        (&[("effective_from", "\"2021-09-30\"")], "field effective_from: not later than the entry before, 2021-09-30"),
        (&[("effective_from", "\"2026-02-30\"")], "\"2026-02-30\" is not a date"),
        (&[("effective_to", "\"2026-11-30\"")], "field effective_to: it is before the first day"),
        (&[("operation", "\"cash\"")], "field code: kind, operation, reach"),
        (&[("code", "\"Wage 2\"")], "field code: 1 to 80 characters"),
        (&[("code", "\"wage.b\""), ("version", "1")], "field code: wage already prices exactly this"),
        (&[("document", "\" \"")], "field document"),
        (&[("bands", "[]")], "field bands: 0 bands given, 1 to 20"),
        (&[("bands", "[{}]")], "field bands[1].fixed: a band has fixed, rate or both"),
        (&[("bands", "[{ fixed = \"1.234\" }]")], "field bands[1].fixed: \"1.234\" is not an amount"),
        (&[("bands", "[{ rate = \"35%\" }]")], "field bands[1].rate: a decimal from 0 to 1"),
        (&[("bands", "[{ rate = \"1.01\" }]")], "field bands[1].rate"),
        (&[("bands", "[{ rate = \"0.1\", min = \"2\", max = \"1\" }]")], "field bands[1].min: it is above max"),
        (&[("bands", "[{ up_to = \"5\", fixed = \"1\" }]")], "field bands[1].up_to: the last band of a list price"),
        (&[("bands", "[{ fixed = \"1\" }, { fixed = \"2\" }]")], "field bands[1].up_to: only the last"),
        (
            &[("bands", "[{ up_to = \"5\", fixed = \"1\" }, { up_to = \"5\", fixed = \"1\" }, { fixed = \"2\" }]")],
            "field bands[2].up_to: not larger than",
        ),
    ];
    for (changes, want) in cases {
        let e = desk.load(&entry(changes)).unwrap_err();
        assert!(e.is(&BAD_TARIFF) && e.message().contains(want), "{changes:?}: {e}");
        assert!(e.message().starts_with("tariff.toml: "), "{e}");
    }
    for text in ["price = 1", "", "[[price]]\nfees = 2", "[[price]\n", "prices = []"] {
        assert!(desk.load(text).unwrap_err().is(&BAD_TARIFF), "{text}");
    }
    assert!(desk.load(&" ".repeat(approval::DRAFT_BYTES_MAX + 1)).unwrap_err().is(&kernel::error::TOO_LARGE));
    assert_eq!(desk.load(&entry(&[])).unwrap().added.len(), 1);
}

#[test]
fn every_fault_is_told_and_every_change_is_shown_with_what_it_follows() {
    let desk = Desk::new("review");
    let look = |text: &str| desk.store.read(|tx| review(tx, text)).unwrap();
    let text = [
        entry(&[("version", "3")]),
        entry(&[("bands", "[{ fixed = \"1\" }, { fixed = \"2\" }]")]),
        entry(&[("document", "1")]),
        entry(&[]),
    ];
    let found = look(&text.concat());
    let places: Vec<_> = found.faults.iter().map(|f| (f.line, f.column, f.field.as_str())).collect();
    assert_eq!(places, [(12, 11, "version"), (24, 10, "bands[1].up_to"), (36, 12, "")]);
    let (before, after) = &found.changes[0];
    assert_eq!((before.as_ref().map(|t| t.version), after.version, found.changes.len()), (Some(1), 2, 1));
    let syntax = look("[[price]]\ncode = \"a\nversion 1\n");
    assert!(syntax.changes.is_empty() && syntax.faults.iter().all(|f| f.line >= 2), "{:?}", syntax.faults);
    assert_eq!(look(DATA).already, DATA.matches("[[price]]").count());
    let many = look(&entry(&[("version", "9")]).repeat(approval::FAULTS_MAX + 5));
    assert_eq!(many.faults.len(), approval::FAULTS_MAX);
}

#[test]
fn what_is_put_before_a_second_person_is_sound_and_new() {
    let desk = Desk::new("news");
    let news = |text: &str| desk.store.read(|tx| review(tx, text)).unwrap().news("new.toml");
    assert!(news(&entry(&[])).is_ok());
    assert!(news(DATA).unwrap_err().is(&NOTHING_NEW));
    assert!(news("price = 1").unwrap_err().is(&BAD_TARIFF));
}

#[test]
fn a_later_version_takes_over_on_its_first_day() {
    let desk = Desk::new("versions");
    desk.load(&entry(&[("effective_to", "\"2026-12-31\"")])).unwrap();
    let wage = |date| desk.quote(&Ask { operation: Operation::Wage, date: day(date), ..counter("1") });
    assert_eq!(wage("2026-11-30").unwrap().fee, yuan("0"));
    assert_eq!(wage("2026-12-01").unwrap().fee, yuan("1"));
    assert_eq!(wage("2026-12-31").unwrap().fee, yuan("1"));
    assert!(wage("2027-01-01").unwrap_err().is(&NO_PRICE), "an ended version leaves no price");
    let table = |date| desk.store.read(|tx| tariff_table(tx, day(date))).unwrap();
    let wage_version = |date| table(date).iter().find(|t| t.code == "wage").map(|t| t.version);
    assert_eq!(
        [wage_version("2026-11-30"), wage_version("2026-12-01"), wage_version("2027-01-01")],
        [Some(1), Some(2), None]
    );
    assert!(table("2026-11-22").windows(2).all(|w| w[0].operation <= w[1].operation));
    let mut faults = Vec::new();
    for t in TABLES {
        desk.store.read(|tx| store::verify::table(tx, t, &mut faults, &mut |_, _| ())).unwrap();
    }
    assert!(faults.is_empty(), "{faults:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn relief_never_makes_it_dearer_and_saved_adds_up(fen in proptest::collection::vec(0i64..500_000_000_000, 20)) {
        thread_local!(static DESK: Desk = Desk::new("property"));
        DESK.with(|desk| for minor in fen {
            for ask in [counter("0"), card("0")] {
                let q = desk.quote(&Ask { amount: Money::cny(minor), ..ask }).unwrap();
                assert!(q.fee.minor >= 0 && q.fee.minor <= q.list_fee.minor);
                assert_eq!(q.saved.minor, q.list_fee.minor - q.fee.minor);
                assert_eq!(q.relief.is_some(), q.saved.minor > 0);
            }
        });
    }
}

#[test]
fn damaged_tariffs_are_read_or_refused() {
    let files = [DATA.as_bytes().to_vec()];
    let read = |file: &[u8]| {
        let _ = review::read(&String::from_utf8_lossy(file), Vec::new(), day("2026-11-22"));
    };
    mutants::survive("tariff", 60, |c| c.mutant(&files), read);
}
