//! The pure part: each rule by a hit and by what just misses it, and what holds for any rules.
use super::*;
use kernel::clock::{DAY, MINUTE};
use proptest::prelude::*;

fn to(f: &Facts) -> u64 {
    f.payee.acquaintance().unwrap_or(0)
}

/// Activity of `n` payments of `each` to `payee`, `every` apart, the last `every` before now.
fn paid(n: i64, each: Money, every: i64, payee: u64) -> Activity {
    let mut a = Activity::default();
    (1..=n).rev().for_each(|i| a.paid(NOW.plus(-i * every), each.minor, payee));
    a
}

fn known(f: &Facts) -> Seen {
    Seen { activity: paid(1, yuan(1_000), 2 * DAY, to(f)), ..Seen::default() }
}

fn run(f: &Facts, seen: &Seen) -> Evaluation {
    evaluate(&RuleSet::bundled().unwrap(), f, seen)
}

fn listed(side: Side, list: ListKind) -> Seen {
    let entry = kernel::id::ListEntryId::new(NOW, BookId::HEAD_OFFICE);
    let mut seen = known(&facts());
    seen.listed.push(Listed { side, list, entry, by: SubjectKind::Account });
    seen
}

fn frozen(side: Side, kind: FreezeKind) -> Seen {
    let mut seen = known(&facts());
    seen.frozen.push(Frozen { side, kind, basis: FreezeBasis::Risk, number: 1 });
    seen
}

#[test]
fn each_rule_hits_and_just_misses() {
    let with = |change: &dyn Fn(&mut Facts)| {
        let mut f = facts();
        change(&mut f);
        f
    };
    let of = |amount: Money| with(&|f| f.amount = amount);
    let at = |hour: i64, amount: i64| with(&|f| (f.at, f.amount) = (NOW.plus((hour - 10) * HOUR), yuan(amount)));
    let kind = |kind| with(&|f| f.kind = kind);
    let wage = |kind| with(&|f| (f.kind, f.payer.wage_account) = (kind, true));
    let counter = |f: Facts| Facts { channel: Channel::Counter, ..f };
    let company = |f: Facts| Facts { payer: Payer { owner: firm(9), ..f.payer.clone() }, ..f };
    let water = |f: Facts| Facts { payee: basic(8), ..f };
    let seen = |a| Seen { activity: a, ..Seen::default() };
    let me = to(&facts());
    let fresh = Seen::default;
    let old = || known(&facts());
    use ListKind::{Black, Grey, Own, Police};
    #[rustfmt::skip]
    let cases: Vec<(&str, Facts, Seen, bool)> = vec![
        ("party.frozen", facts(), frozen(Side::Payer, FreezeKind::StopDebits), true),
        ("party.frozen", facts(), frozen(Side::Payee, FreezeKind::All), true),
        ("party.frozen", facts(), frozen(Side::Payee, FreezeKind::StopDebits), false),
        ("party.frozen", kind(Kind::Fee), frozen(Side::Payer, FreezeKind::All), true),
        ("party.frozen", kind(Kind::Reversal), frozen(Side::Payer, FreezeKind::All), false),
        ("party.frozen", kind(Kind::FundWageAccount), frozen(Side::Payer, FreezeKind::All), true),
        ("party.frozen", kind(Kind::WageRun), frozen(Side::Payer, FreezeKind::All), false),
        ("party.frozen", kind(Kind::WageReturn), frozen(Side::Payee, FreezeKind::All), false),
        ("party.frozen", water(facts()), frozen(Side::Payer, FreezeKind::All), true),
        ("list.police", facts(), listed(Side::Payee, Police), true),
        ("list.police", facts(), listed(Side::Payer, Police), true),
        ("list.police", facts(), listed(Side::Payer, Black), false),
        ("list.black.payee", facts(), listed(Side::Payee, Black), true),
        ("list.black.payee", facts(), listed(Side::Payer, Black), false),
        ("list.grey.payee", facts(), listed(Side::Payee, Grey), true),
        ("list.grey.payee", kind(Kind::Fee), listed(Side::Payee, Grey), false),
        ("list.own.payee", facts(), listed(Side::Payee, Own), true),
        ("list.own.payee", water(facts()), listed(Side::Payee, Own), false),
        ("wage.purpose", wage(Kind::Transfer), old(), true),
        ("wage.purpose", wage(Kind::Fee), old(), true),
        ("wage.purpose", wage(Kind::CashOut), old(), true),
        ("wage.purpose", wage(Kind::WageRun), old(), false),
        ("wage.purpose", wage(Kind::WageReturn), old(), false),
        ("wage.purpose", facts(), old(), false),
        ("velocity.hour", facts(), seen(paid(7, yuan(1), MINUTE, me)), true),
        ("velocity.hour", facts(), seen(paid(6, yuan(1), MINUTE, me)), false),
        ("velocity.hour", facts(), seen(paid(7, yuan(1), 20 * MINUTE, me)), false),
        ("velocity.hour", counter(facts()), seen(paid(7, yuan(1), MINUTE, me)), false),
        ("velocity.hour", company(facts()), seen(paid(7, yuan(1), MINUTE, me)), false),
        ("velocity.hour", water(facts()), seen(paid(7, yuan(1), MINUTE, me)), false),
        ("velocity.day", facts(), seen(paid(19, yuan(1), HOUR, me)), true),
        ("velocity.day", facts(), seen(paid(18, yuan(1), HOUR, me)), false),
        ("velocity.day", facts(), seen(paid(19, yuan(1), 3 * HOUR, me)), false),
        ("velocity.day.sum", facts(), seen(paid(1, yuan(199_900), HOUR, me)), true),
        ("velocity.day.sum", facts(), seen(paid(1, yuan(199_899), HOUR, me)), false),
        ("velocity.day.sum", facts(), seen(paid(1, yuan(199_900), 26 * HOUR, me)), false),
        ("velocity.month.sum.firm", company(facts()), seen(paid(1, yuan(99_999_900), 29 * DAY, me)), true),
        ("velocity.month.sum.firm", company(facts()), seen(paid(1, yuan(99_999_900), 32 * DAY, me)), false),
        ("first_payee.large", of(yuan(50_000)), fresh(), true),
        ("first_payee.large", of(Money::cny(4_999_999)), fresh(), false),
        ("first_payee.large", of(yuan(50_000)), old(), false),
        ("night.large", at(23, 20_000), old(), true),
        ("night.large", at(29, 20_000), old(), true),
        ("night.large", at(30, 20_000), old(), false),
        ("night.large", at(22, 20_000), old(), false),
        ("night.large", at(23, 19_999), old(), false),
    ];
    for (i, (rule, f, seen, hit)) in cases.iter().enumerate() {
        let e = run(f, seen);
        assert_eq!(e.reasons.iter().any(|r| r.rule == *rule), *hit, "case {i} {rule}: {:?}", e.reasons);
    }
    let rules = RuleSet::bundled().unwrap();
    for rule in &rules.rules {
        for hit in [true, false] {
            assert!(cases.iter().any(|c| c.0 == rule.id && c.3 == hit), "{} has no case that is {hit}", rule.id);
        }
    }
}

#[test]
fn the_verdict_is_the_highest_and_scores_add_up() {
    assert_eq!(run(&facts(), &known(&facts())).verdict, Ladder::Pass);
    let first = Facts { amount: yuan(50_000), ..facts() };
    let e = run(&first, &Seen::default());
    assert_eq!((e.verdict, e.score, e.delay_until), (Ladder::Tip, 10, None));
    // Grey list (40), first large payee (10), the day's sum (25) and the night (15): 90 stays a delay.
    let mut seen = listed(Side::Payee, ListKind::Grey);
    seen.activity = Activity::default();
    let night = Facts { amount: yuan(200_000), at: NOW.plus(13 * HOUR), ..facts() };
    let e = run(&night, &seen);
    assert_eq!((e.verdict, e.score, e.delay_until), (Ladder::Delay, 90, Some(night.at.plus(DAY))));
    // With the bank's own list (25) it is a stop.
    let own = listed(Side::Payee, ListKind::Own).listed;
    seen.listed.extend(own);
    assert_eq!(run(&night, &seen).verdict, Ladder::Stop);
}

#[test]
fn a_shadow_rule_is_recorded_and_changes_nothing() {
    let f = Facts { payer: Payer { owner: firm(9), ..facts().payer }, ..facts() };
    let e = run(&f, &Seen { activity: paid(1, yuan(99_999_900), 29 * DAY, to(&f)), ..Seen::default() });
    assert_eq!((e.verdict, e.score, e.reasons.len()), (Ladder::Pass, 0, 1));
    assert!(!e.reasons[0].counts());
}

#[test]
fn another_currency_counts_as_large() {
    let f = Facts { amount: Money::new(100, kernel::Currency::USD), ..facts() };
    assert_eq!(run(&f, &Seen::default()).verdict, Ladder::Verify);
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let side = prop_oneof![Just(Side::Payer), Just(Side::Payee)];
    let list = proptest::sample::select(ListKind::ALL);
    let kind = proptest::sample::select(FreezeKind::ALL);
    let listed = proptest::collection::vec((side.clone(), list), 0..3);
    let frozen = proptest::collection::vec((side, kind), 0..2);
    let outs = proptest::collection::vec((0..2 * DAY, 0i64..6_000_000), 0..30);
    (listed, frozen, outs).prop_map(|(listed, frozen, mut outs)| {
        let mut seen = Seen::default();
        let entry = kernel::id::ListEntryId::new(NOW, BookId::HEAD_OFFICE);
        seen.listed =
            listed.into_iter().map(|(side, list)| Listed { side, list, entry, by: SubjectKind::Owner }).collect();
        seen.frozen = frozen
            .into_iter()
            .map(|(side, kind)| Frozen { side, kind, basis: FreezeBasis::Court, number: 1 })
            .collect();
        outs.sort_unstable_by_key(|o| -o.0);
        outs.iter().for_each(|(ago, fen)| seen.activity.paid(NOW.plus(-ago), *fen, to(&facts())));
        seen
    })
}

proptest! {
    #[test]
    fn more_hits_never_make_it_milder(
        seen in any_seen(),
        more in any_seen(),
        fen in 0i64..30_000_000,
        age in proptest::sample::select(AgeBand::ALL),
        kept in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let mut f = facts();
        (f.amount, f.payer.age) = (Money::cny(fen), age);
        let rules = RuleSet::bundled().unwrap();
        let all = evaluate(&rules, &f, &seen);
        let mut fewer = rules.clone();
        let mut keep = kept.iter().cycle();
        fewer.rules.retain(|_| keep.next().copied().unwrap_or(true));
        prop_assert!(evaluate(&fewer, &f, &seen).verdict <= all.verdict, "a rule more");
        let mut listed = seen.clone();
        listed.listed.extend(more.listed.clone());
        listed.frozen.extend(more.frozen.clone());
        let with = evaluate(&rules, &f, &listed);
        prop_assert!(with.verdict >= all.verdict && with.score >= all.score, "an entry more");
        let cleared: Vec<(String, String)> = all.reasons.iter().map(|r| (r.rule.clone(), r.about.clone())).collect();
        let after = evaluate(&rules, &f, &Seen { cleared, ..seen });
        let hard = all.reasons.iter().any(|r| r.action > Ladder::Delay && r.mode == Mode::Live);
        prop_assert_eq!(after.verdict > Ladder::Delay, hard, "stop and limit are not cleared, everything else is");
    }
}

#[test]
fn damaged_rules_are_read_or_refused() {
    let files = [include_bytes!("../../data/rules.toml").to_vec()];
    let read = |file: &[u8]| {
        let _ = RuleSet::parse("rules.toml", &String::from_utf8_lossy(file));
    };
    mutants::survive("rules", 60, |c| c.mutant(&files), read);
}
