//! Sets of rules that the bank keeps: from a copy to force, tried on what was seen, and never with a gap.
use super::*;
use kernel::clock::{DAY, MINUTE};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

fn maker() -> Actor {
    Actor::system("maker")
}

fn transfer(n: u8, to: u8, amount: Money, at: Timestamp) -> Facts {
    let payer = Payer { owner: person(n), account: account(n), ..facts().payer };
    Facts { instruction: InstructionId::new(at, BOOK), payer, payee: inside(to), amount, at, ..facts() }
}

impl Desk {
    fn draft(&self, based_on: i64) -> i64 {
        let name = format!("from {based_on}");
        self.store.write(move |tx| make_draft(tx, &maker(), based_on, &name)).unwrap().get().number
    }
    fn text(&self, set: i64, file: &str) -> String {
        let all = self.store.read(|tx| rule_sources(tx, set)).unwrap();
        all.into_iter().find(|s| s.file == file).unwrap().text
    }
    fn write(&self, set: i64, file: &str, text: &str) -> Result<Change<RuleSetRow>> {
        let (file, text) = (file.to_owned(), text.to_owned());
        self.store.write(move |tx| write_file(tx, &maker(), set, &file, &text))
    }
    fn ask(&self, set: i64, trial: &TrialRow) -> GoLive {
        let row = self.store.read(|tx| rule_set(tx, set)).unwrap();
        let (hash, report) = (row.hash, trial.report_hash.clone());
        GoLive { set, hash, trial: trial.trial, report, from: NOW.local_date() }
    }
    fn try_set(&self, set: i64) -> TrialRow {
        let today = self.clock.now().local_date();
        self.guard.try_set(&self.store, &maker(), set, today.plus_days(-7), today).unwrap()
    }
    fn live(&self, ask: GoLive) -> Result<Change<RuleSetRow>> {
        self.store.write(move |tx| go_live(tx, &Actor::system("checker"), &ask, "maker"))
    }
    /// A set in which a first payment of 6,000 yuan or more asks for a proof.
    fn stricter(&self) -> i64 {
        let set = self.draft(SHIPPED);
        let text = self.text(set, "t13_emptied.toml");
        let (head, tail) = text.split_once("when = \"\"\"").unwrap();
        let tail = tail.split_once("\"\"\"").unwrap().1.replace("action = \"tip\"", "action = \"verify\"");
        let text = format!("{head}when = '''payment.amount >= 600000 '''{tail}").replace("version = 1", "version = 2");
        self.write(set, "t13_emptied.toml", &text).unwrap();
        set
    }
}

#[test]
fn a_draft_is_a_copy_and_the_second_click_makes_no_second_one() {
    let desk = Desk::new("kept-copy");
    let set = desk.draft(SHIPPED);
    assert_eq!((set, desk.draft(SHIPPED)), (1, 1));
    let all = desk.store.read(|tx| rule_sources(tx, set)).unwrap();
    assert_eq!(changes(&risk::RuleSet::shipped_sources(), &all), Vec::new());
    desk.stricter();
    assert_eq!(desk.store.read(|tx| rule_sets(tx, &kernel::PageAsk::default())).unwrap().items.len(), 1);
    assert_eq!(desk.draft(SHIPPED), 2, "the first was changed meanwhile");
    desk.verified();
}

#[test]
fn a_file_with_a_fault_is_refused_with_file_line_and_field_and_nothing_of_it_is_taken() {
    let desk = Desk::new("kept-fault");
    let set = desk.draft(SHIPPED);
    let before = desk.store.read(|tx| rule_set(tx, set)).unwrap().hash;
    let good = desk.text(set, "t08_night.toml").replace("version = 1", "version = 2");
    let cases = [
        (good.replace("payment.amount", "payment.amuont"), "when"),
        (good.replace("version = 2", "version = 1").replace("[reason]", "# other words\n[reason]"), "version"),
        (good.replace("score = ", "score = 1"), "score"),
        (good.replace("[reason]", "[grund]"), ""),
        (format!("{good}\n[["), ""),
    ];
    for (text, field) in cases {
        let why = desk.write(set, "t08_night.toml", &text).unwrap_err();
        assert!(why.is(&risk::BAD_RULES), "{why}");
        let told = why.to_string();
        assert!(told.contains("t08_night.toml line ") && told.contains(field), "{told}");
    }
    let huge = format!("# {}\n{good}", "x".repeat(risk::FILE_BYTES_MAX as usize));
    assert!(desk.write(set, "t08_night.toml", &huge).unwrap_err().kind() == kernel::Kind::Limit);
    let slow = good.replace("payment.amount", &format!("({}payment.amount)", "1 + ".repeat(300)));
    assert!(desk.write(set, "t08_night.toml", &slow).unwrap_err().is(&risk::BAD_RULES), "a condition without end");
    for name in ["../x.toml", "T.toml", "x.txt", ".toml"] {
        assert!(desk.write(set, name, &good).unwrap_err().message().contains("file"), "{name}");
    }
    assert_eq!(desk.store.read(|tx| rule_set(tx, set)).unwrap().hash, before);
    assert!(desk.write(set, "t08_night.toml", &good).unwrap().made(), "a comment's worth of change, a version higher");
}

#[test]
fn both_faults_of_two_files_are_told_at_once() {
    let mut all = risk::RuleSet::shipped_sources();
    for s in all.iter_mut().filter(|s| s.file.starts_with("t08") || s.file.starts_with("t13")) {
        s.text = s.text.replace("score = ", "score = 1");
    }
    let found = faults(&risk::RuleSet::shipped_sources(), &all).unwrap();
    let files: Vec<&str> = found.iter().filter(|f| f.field == "score").map(|f| f.file.as_str()).collect();
    assert_eq!(files, ["t08_night.toml", "t13_emptied.toml"], "{found:?}");
}

#[test]
fn nothing_goes_live_untried_or_changed_since_or_against_a_set_that_is_over() {
    let desk = Desk::new("kept-untried");
    let set = desk.stricter();
    let never = GoLive { set, hash: "x".into(), trial: 1, report: "x".into(), from: NOW.local_date() };
    assert!(desk.live(never).unwrap_err().is(&RULES_UNTESTED));
    let trial = desk.try_set(set);
    let ask = desk.ask(set, &trial);
    let other = GoLive { report: "0".repeat(64), ..ask.clone() };
    assert!(desk.live(other).unwrap_err().is(&RULES_UNTESTED), "another report than the one on record");
    let early = GoLive { from: NOW.local_date().plus_days(-1), ..ask.clone() };
    assert!(desk.live(early).unwrap_err().message().contains("today"));
    let night = desk.text(set, "t08_night.toml").replace("version = 1", "version = 2");
    desk.write(set, "t08_night.toml", &night).unwrap();
    assert!(desk.live(ask).unwrap_err().is(&RULES_UNTESTED), "changed since");
    let ask = desk.ask(set, &desk.try_set(set));
    let second = desk.draft(set);
    let old = desk.ask(second, &desk.try_set(second));
    assert!(desk.live(ask.clone()).unwrap().made());
    assert!(!desk.live(ask).unwrap().made(), "said twice");
    assert!(desk.live(old).unwrap_err().is(&RULES_UNTESTED), "another set is in force since");
    assert!(desk.write(set, "t08_night.toml", "x").unwrap_err().is(&RULES_FIXED));
    let drop = desk.store.write(move |tx| drop_set(tx, &maker(), set, "no")).unwrap_err();
    assert!(drop.is(&RULES_FIXED));
    desk.verified();
}

#[test]
fn an_agreed_set_decides_from_its_day_on_with_all_that_was_seen_and_after_a_start() {
    let desk = Desk::new("kept-live");
    for n in 0..30_i64 {
        desk.pay(&transfer((n % 5) as u8 + 1, (n % 7) as u8 + 11, yuan(10 + n), NOW.plus(n * MINUTE)));
    }
    let large = |m: i64| transfer(40, 41, yuan(6_000), NOW.plus(m * MINUTE));
    let near = transfer(42, 41, Money::cny(599_999), NOW.plus(40 * MINUTE));
    assert_eq!(desk.pay(&large(31)).verdict(), Verdict::Pass);
    let set = desk.stricter();
    let trial = desk.try_set(set);
    let report = trial.comparison().unwrap();
    assert_eq!((trial.payments, report.stricter, report.milder), (31, 1, 0), "{:?}", report.differences);
    let told = &report.differences[0];
    assert_eq!((told.before, told.after), (risk::Action::Pass, risk::Action::Verify));
    assert_eq!(told.rules_after, ["t13.emptied"]);
    let mut ask = desk.ask(set, &trial);
    ask.from = NOW.local_date().plus_days(1);
    desk.live(ask).unwrap();
    assert_eq!(desk.guard.renew(&desk.store).unwrap(), None, "not yet");
    assert_eq!(desk.pay(&transfer(40, 43, yuan(6_000), NOW.plus(32 * MINUTE))).verdict(), Verdict::Pass);
    let keys = desk.guard.memory().keys;

    desk.clock.set(NOW.plus(DAY));
    assert_eq!(desk.guard.renew(&desk.store).unwrap(), Some(set));
    assert_eq!(desk.guard.renew(&desk.store).unwrap(), None);
    assert_eq!(desk.guard.memory().keys, keys, "it knows all that the other knew");
    let later = |f: Facts| Facts { at: NOW.plus(DAY), ..f };
    let d = desk.pay(&later(transfer(40, 44, yuan(6_000), NOW)));
    assert_eq!(d.verdict(), Verdict::Verify);
    assert!(d.staff_reasons().iter().any(|r| r.rule == "t13.emptied" && r.version == 2), "{:?}", d.staff_reasons());
    assert_eq!(desk.pay(&later(near)).verdict(), Verdict::Pass);

    let fresh = Guard::load().unwrap();
    fresh.start(&desk.store).unwrap();
    assert_eq!(fresh.set().number, set, "and after a start");
    let late = later(transfer(3, 13, yuan(9), NOW));
    let of = |g: &Guard| desk.store.read(|tx| g.prepare(tx, &late)).unwrap().watched();
    assert_eq!(of(&fresh), of(&desk.guard), "with everything counted once");
    assert_eq!(fresh.rule_ids(), desk.guard.rule_ids());
    assert_eq!(fresh.memory(), desk.guard.memory());
    let shown = desk.store.read(|tx| hits(tx, NOW.plus(DAY).local_date())).unwrap();
    assert_eq!(shown.rules["t13.emptied"].last(7), 1);
    assert_eq!(shown.rules["t13.emptied"].newest[0].verdict, Verdict::Verify);
    desk.verified();
}

#[test]
fn payments_that_go_on_while_a_set_takes_over_are_counted_once() {
    let desk = Desk::new("kept-load");
    let (next, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let pay = || {
        while !over.load(Relaxed) || next.load(Relaxed) < 120 {
            let n = next.fetch_add(1, Relaxed);
            let at = NOW.plus(n as i64 * MINUTE / 10);
            desk.pay(&transfer((n % 200) as u8, 201, yuan(10), at));
        }
    };
    std::thread::scope(|s| {
        let threads: Vec<_> = (0..3).map(|_| s.spawn(pay)).collect();
        for _ in 0..2 {
            let set = desk.stricter();
            let ask = desk.ask(set, &desk.try_set(set));
            desk.live(ask).unwrap();
            assert_eq!(desk.guard.renew(&desk.store).unwrap(), Some(set));
        }
        over.store(true, Relaxed);
        threads.into_iter().for_each(|t| t.join().unwrap());
    });
    let fresh = Guard::load().unwrap();
    fresh.renew(&desk.store).unwrap();
    let late = transfer(3, 201, yuan(9), NOW.plus(DAY / 2));
    let of = |g: &Guard| desk.store.read(|tx| g.prepare(tx, &late)).unwrap().watched();
    assert_eq!(of(&desk.guard), of(&fresh), "what was counted while they changed is what is on record");
}
