//! Aggregates: windows, late events, order, and memory made anew from history.
use super::{DAYS, Story, key, noon};
use crate::model::Dice;
use crate::tests::engine::set;
use crate::{Engine, Happening, Key, Observed, Payment, PaymentKind, RuleSet, Signals, Source};
use kernel::clock::{DAY, HOUR, MINUTE, SECOND};
use kernel::{Money, Timestamp};
use proptest::prelude::*;

fn rules(aggregate: &str) -> RuleSet {
    let mut sources = crate::shipped::sources();
    sources.retain(|s| s.file == crate::LADDER_FILE);
    sources.push(Source::new(crate::AGGREGATES_FILE, format!("version = \"1\"\n{aggregate}")));
    let rule = crate::shipped::sources().into_iter().find(|s| s.file == "t13_emptied.toml").unwrap().text;
    let from = rule.find("when").unwrap();
    let to = rule.find("score").unwrap();
    let rule = format!("{}when = 'seen.x >= 0'\n{}", &rule[..from], &rule[to..]);
    sources.push(Source::new("x.toml", rule));
    RuleSet::load(&sources).unwrap()
}

/// The value of the aggregate `x` after Wang paid these (minutes ago, payee, fen).
fn value(aggregate: &str, events: &[(i64, &str, i64)]) -> i64 {
    let mut story = Story::with(rules(&format!("[[aggregate]]\nname = \"x\"\n{aggregate}")));
    for (ago, payee, fen) in events {
        story = story.event(*ago, |e| {
            (e.payer, e.payee, e.amount) = (Some(key("wang")), Some(key(payee)), Money::cny(*fen));
        });
    }
    story.decide().read[0].value.parse().unwrap()
}

#[test]
fn each_function_counts_what_it_says() {
    let out = [(10, "a", 500), (70, "b", 300), (80, "a", 900), (3 * DAYS, "c", 10_000)];
    let cases = [
        ("key = 'payer'\nfn = 'count'\nwindow = '24h'", 3),
        ("key = 'payer'\nfn = 'count'\nwindow = '60m'", 1),
        ("key = 'payer'\nfn = 'sum'\nwindow = '24h'", 1_700),
        ("key = 'payer'\nfn = 'sum'\nwindow = '90d'", 11_700),
        ("key = 'payer'\nfn = 'max'\nwindow = '24h'", 900),
        ("key = 'payer'\nfn = 'distinct'\nof = 'payee'\nwindow = '24h'", 2),
        ("key = 'payer'\nfn = 'last_seen'\nwindow = '24h'", 10),
        ("key = 'payer'\nfn = 'last_seen'\nwindow = '5m'", 5),
        ("key = 'payer'\nwhere = 'event.amount >= 500'\nfn = 'count'\nwindow = '24h'", 2),
        ("key = 'payer'\nfn = 'p95'\nwindow = '24h'", 900),
        ("key = 'pair'\nfn = 'count'\nwindow = '24h'", 0),
        ("key = 'payee'\nread = 'payer'\nfn = 'sum'\nwindow = '24h'", 0),
        ("key = 'payer'\non = 'labelled'\nfn = 'count'\nwindow = '24h'", 0),
    ];
    for (aggregate, want) in cases {
        assert_eq!(value(aggregate, &out), want, "{aggregate}");
    }
    assert_eq!(value("key = 'pair'\nfn = 'count'\nwindow = '24h'", &[(5, "li", 1), (6, "li", 1)]), 2);
    let decayed = value("key = 'payer'\nfn = 'decayed'\nhalf_life = '1d'\nwindow = '24d'", &[(2 * DAYS, "a", 1_000)]);
    assert_eq!(decayed, 250);
}

#[test]
fn a_window_reaches_back_its_length_and_at_most_a_part_more() {
    let count = |ago: i64| value("key = 'payer'\nfn = 'count'\nwindow = '24h'", &[(ago, "a", 1)]);
    assert_eq!([count(0), count(24 * 60), count(25 * 60)], [1, 1, 0]);
    let long = |ago: i64| value("key = 'payer'\nfn = 'count'\nwindow = '90d'", &[(ago, "a", 1)]);
    assert_eq!([long(90 * DAYS), long(94 * DAYS)], [1, 0]);
    let exact = |ago: i64| value("key = 'payer'\nfn = 'distinct'\nof = 'payee'\nwindow = '24h'", &[(ago, "a", 1)]);
    assert_eq!([exact(24 * 60), exact(24 * 60 + 1)], [1, 0]);
}

#[test]
fn different_ones_are_counted_to_sixty_four() {
    let many: Vec<(i64, String, i64)> = (0..200).map(|i| (i, format!("p{}", i % 100), 1)).collect();
    let many: Vec<(i64, &str, i64)> = many.iter().map(|(a, p, f)| (*a, p.as_str(), *f)).collect();
    assert_eq!(value("key = 'payer'\nfn = 'distinct'\nof = 'payee'\nwindow = '24h'", &many), 64);
}

/// Events of a small town, every kind, within some weeks.
fn event(n: u64, dice: &mut Dice) -> Observed {
    let who = |dice: &mut Dice| Some(Key(dice.next() % 40));
    let days = (dice.next() % 100) as i64;
    let at = noon().plus(days * DAY + (dice.next() % (DAY as u64)) as i64);
    let paid = Payment::transfer(Key(1), Key(2), Money::cny((dice.next() % 6_000_000) as i64));
    let mut event = Observed::paid(&paid, &Signals::default(), at);
    (event.payer, event.payee) = (who(dice), who(dice));
    event.what = [Happening::Paid, Happening::Paid, Happening::SignedIn, Happening::Labelled][(n % 4) as usize];
    event.device = if n.is_multiple_of(3) { who(dice) } else { None };
    event.address = if n.is_multiple_of(5) { who(dice) } else { None };
    event.elder = dice.next().is_multiple_of(3);
    event.kind = [PaymentKind::Transfer, PaymentKind::Cash][(dice.next() % 2) as usize];
    event
}

fn engine() -> Engine {
    Engine::new(RuleSet::shipped().unwrap(), None).unwrap()
}

fn shuffled(mut events: Vec<Observed>, dice: &mut Dice) -> Vec<Observed> {
    for i in (1..events.len()).rev() {
        events.swap(i, (dice.next() % (i as u64 + 1)) as usize);
    }
    events
}

fn same_in_any_order(n: u64, seed: u64) {
    let mut dice = Dice(seed);
    let mut events: Vec<Observed> = (0..n).map(|i| event(i, &mut dice)).collect();
    let mut as_they_came = engine();
    events.iter().for_each(|e| as_they_came.observe(e));
    events.sort_by_key(|e| e.at);
    let mut anew = engine();
    events.iter().for_each(|e| anew.observe(e));
    let mut mixed = engine();
    shuffled(events, &mut dice).iter().for_each(|e| mixed.observe(e));
    assert!(anew.remembers_the_same(&as_they_came), "seed {seed}");
    assert!(anew.remembers_the_same(&mixed), "seed {seed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_remembered_does_not_depend_on_the_order(seed in any::<u64>(), n in 1u64..3_000) {
        same_in_any_order(n, seed);
    }
}

#[test]
fn a_million_events_make_the_same_memory_in_any_order() {
    let quick = cfg!(debug_assertions) && !mutants::is_deep();
    same_in_any_order(if quick { 20_000 } else { 1_000_000 }, 7);
}

#[test]
fn one_event_more_is_another_memory() {
    let mut dice = Dice(3);
    let (mut a, mut b) = (engine(), engine());
    (0..200).for_each(|i| {
        let e = event(i, &mut dice);
        a.observe(&e);
        b.observe(&e);
    });
    assert!(a.remembers_the_same(&b));
    b.observe(&event(0, &mut dice));
    assert!(!a.remembers_the_same(&b));
}

/// A naive model: all events, counted when asked.
#[test]
fn counts_are_those_of_a_list() {
    let rules = set(&[("a", "seen.out_count_1d + seen.in_sum_30d + seen.out_payees_1d > 0", 1, "pass", "")]);
    let mut engine = Engine::new(rules.unwrap(), None).unwrap();
    let mut dice = Dice(11);
    let mut all: Vec<Observed> = (0..4_000).map(|i| event(i, &mut dice)).collect();
    all.sort_by_key(|e| e.at);
    let mut done: Vec<Observed> = Vec::new();
    for (n, e) in all.iter().enumerate() {
        if n.is_multiple_of(37) {
            let payer = Key(n as u64 % 40);
            check(&engine, &done, payer, e.at);
        }
        engine.observe(e);
        done.push(*e);
    }
}

fn check(engine: &Engine, done: &[Observed], payer: Key, at: Timestamp) {
    let decided = engine.decide(&Payment::transfer(payer, Key(999), Money::cny(1)), &Signals::default(), at);
    let read = |name: &str| -> i64 { decided.read.iter().find(|r| r.name == name).unwrap().value.parse().unwrap() };
    let within = |e: &&Observed, span: i64| e.what == Happening::Paid && at.since(e.at) <= span;
    let out = |span: i64| done.iter().filter(move |e| e.payer == Some(payer) && within(e, span));
    let least = out(DAY).count() as i64;
    let most = out(DAY + HOUR).count() as i64;
    assert!((least..=most).contains(&read("seen.out_count_1d")));
    let into = |span: i64| {
        done.iter().filter(|e| e.payee == Some(payer) && within(e, span)).map(|e| e.amount.minor).sum::<i64>()
    };
    assert!((into(30 * DAY)..=into(30 * DAY + 30 * HOUR)).contains(&read("seen.in_sum_30d")));
    let payees: std::collections::BTreeSet<_> = out(DAY - SECOND).filter_map(|e| e.payee).collect();
    let edge: std::collections::BTreeSet<_> = out(DAY + SECOND).filter_map(|e| e.payee).collect();
    assert!((payees.len() as i64..=edge.len() as i64).contains(&read("seen.out_payees_1d")));
}

#[test]
fn above_the_limit_the_silent_are_forgotten_first() {
    let mut engine = Engine::with_keys(RuleSet::shipped().unwrap(), None, 1_000).unwrap();
    let pay = |engine: &mut Engine, n: u64, minutes: i64| {
        let paid = Payment::transfer(Key(n), Key(1), Money::cny(100));
        engine.observe(&Observed::paid(&paid, &Signals::default(), noon().plus(minutes * MINUTE)));
    };
    (10..2_000).for_each(|n| pay(&mut engine, n, n as i64));
    let memory = engine.memory();
    assert!(memory.keys <= 1_000 && memory.keys > 800, "{memory:?}");
    assert!(memory.forgotten >= 2_000, "{memory:?}");
    let read = |payer: u64| {
        let at = noon().plus(2_000 * MINUTE);
        let decided = engine.decide(&Payment::transfer(Key(payer), Key(5), Money::cny(1)), &Signals::default(), at);
        decided.read.iter().find(|r| r.name == "seen.out_count_90d").unwrap().value.clone()
    };
    assert_eq!((read(1_999).as_str(), read(10).as_str()), ("1", "0"));
}

#[test]
fn a_busy_key_stays_small() {
    let mut engine = engine();
    let mut dice = Dice(5);
    for n in 0..20_000u64 {
        let paid = Payment::transfer(Key(1), Key(dice.next()), Money::cny(4_600_000));
        engine.observe(&Observed::paid(&paid, &Signals::default(), noon().plus(n as i64 * 6 * MINUTE)));
    }
    let state = engine.memory();
    let one = Engine::with_keys(RuleSet::shipped().unwrap(), None, 100).unwrap();
    assert!(one.memory().keys == 0 && state.keys > 20_000);
    assert!(engine.bytes_of(crate::aggregate::Side::Payer, Key(1)) < 24 * 1024);
}

/// Nine months of a small town: every key is busy, and most of what happened is too old to count.
fn months(n: u64, dice: &mut Dice) -> Vec<Observed> {
    let one = |i| {
        let e = event(i, dice);
        Observed { at: e.at.plus((dice.next() % 180) as i64 * DAY), ..e }
    };
    let mut all: Vec<Observed> = (0..n).map(one).collect();
    all.sort_by_key(|e| e.at);
    all
}

#[test]
fn memory_made_anew_from_the_last_days_answers_as_the_one_that_saw_all() {
    let quick = cfg!(debug_assertions) && !mutants::is_deep();
    let mut dice = Dice(23);
    let all = months(if quick { 20_000 } else { 1_000_000 }, &mut dice);
    let now = noon().plus(270 * DAY);
    let mut as_they_came = engine();
    all.iter().filter(|e| e.at <= now).for_each(|e| as_they_came.observe(e));
    let since = |days: i64| {
        let mut anew = engine();
        let lately = all.iter().filter(|e| e.at <= now && now.since(e.at) <= days * DAY);
        lately.for_each(|e| anew.observe(e));
        anew
    };
    let differ = |anew: &Engine| {
        let pairs = (0..40).flat_map(|payer| (0..40).map(move |payee| (payer, payee)));
        let asked = pairs.map(|(payer, payee)| Payment {
            device: Some(Key(payer)),
            address: Some(Key(payee)),
            ..Payment::transfer(Key(payer), Key(payee), Money::cny(100))
        });
        let look = |e: &Engine, p: &Payment| e.look(p, &Signals::default(), now, &[]);
        asked.filter(|p| look(anew, p) != look(&as_they_came, p)).count()
    };
    assert_eq!(differ(&since(crate::window::REACH_DAYS)), 0);
    assert!(differ(&since(88)) > 0, "less than the longest window is another answer");
}

#[test]
fn ten_thousand_new_keys_in_a_second_stay_bounded_and_push_nobody_out_who_pays() {
    const KEYS: usize = 100_000;
    let mut engine = Engine::with_keys(RuleSet::shipped().unwrap(), None, KEYS).unwrap();
    let pay = |engine: &mut Engine, payer: u64, payee: u64, at: Timestamp| {
        let paid = Payment {
            device: Some(Key(payer ^ 5 << 40)),
            ..Payment::transfer(Key(payer), Key(payee), Money::cny(100))
        };
        let paid = Observed::paid(&paid, &Signals::default(), at);
        engine.observe(&Observed { what: Happening::SignedIn, payee: None, ..paid });
        engine.observe(&paid);
    };
    let mut most = 0;
    for second in 0..3_i64 {
        for n in 0..10_000_u64 {
            let at = noon().plus(second * SECOND + n as i64 * 100);
            let fresh = (second as u64 + 1) * 1_000_000 + n;
            pay(&mut engine, fresh, fresh + 500_000, at);
            if n.is_multiple_of(1_000) {
                pay(&mut engine, 7, 8, at);
                most = most.max(engine.memory().keys);
            }
        }
    }
    let memory = engine.memory();
    assert!(most <= KEYS && memory.keys <= KEYS, "{most} {memory:?}");
    assert!(memory.forgotten >= 20_000, "{memory:?}");
    assert!(memory.bytes < 96 << 20, "{memory:?}");
    let decided =
        engine.decide(&Payment::transfer(Key(7), Key(8), Money::cny(1)), &Signals::default(), noon().plus(4 * SECOND));
    let read = |name: &str| decided.read.iter().find(|r| r.name == name).unwrap().value.clone();
    assert_eq!((read("seen.out_count_90d"), read("seen.pair_count_90d")), ("30".into(), "30".into()));
}
