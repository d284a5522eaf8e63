//! How a decision is put together.
use super::{Story, noon, yuan};
use crate::{Action, Decision, Listing, Mode, Outcome, RuleSet, Source};
use kernel::clock::HOUR;

/// (id, when, score, action, other lines)
type Line<'a> = (&'a str, &'a str, i64, &'a str, &'a str);

/// The shipped aggregates and ladder with these rules.
pub(super) fn set(rules: &[Line<'_>]) -> kernel::Result<RuleSet> {
    let mut sources: Vec<Source> = crate::shipped::sources().into_iter().filter(|s| !s.file.starts_with('t')).collect();
    for (id, when, score, action, more) in rules {
        let more = if more.contains("mode") { (*more).to_string() } else { format!("mode = \"live\"\n{more}") };
        let from = if more.contains("from") { "" } else { "from = \"2020-01-01\"\n" };
        let text = format!(
            "id = \"{id}\"\nversion = 1\ntypology = \"T00\"\ntitle = \"x\"\nwhen = '''{when}'''\nscore = {score}\n\
             action = \"{action}\"\nowner = \"risk\"\nbasis = \"x\"\n{from}{more}\n[reason]\nzh = \"{id} zh\"\nen = \"x\"\n\
             elder = \"x\"\nstaff = \"x\"\n"
        );
        sources.push(Source::new(format!("{id}.toml"), text));
    }
    RuleSet::load(&sources)
}

fn decide(rules: &[Line<'_>]) -> Decision {
    Story::with(set(rules).unwrap()).decide()
}

#[test]
fn the_strictest_of_hits_and_sum_is_what_follows() {
    let cases: &[(&[Line<'_>], Action, i64)] = &[
        (&[("a", "payment.amount > 1", 0, "pass", "")], Action::Pass, 0),
        (&[("a", "payment.amount > 1", 19, "pass", "")], Action::Pass, 19),
        (&[("a", "payment.amount > 1", 20, "pass", "")], Action::Tip, 20),
        (&[("a", "payment.amount > 1", 5, "limit", "")], Action::Limit, 5),
        (&[("a", "true", 50, "tip", ""), ("b", "true", 49, "pass", "")], Action::Limit, 99),
        (&[("a", "true", 50, "tip", ""), ("b", "true", 50, "pass", "")], Action::Stop, 100),
        (&[("a", "true", 50, "tip", "mode = \"shadow\""), ("b", "true", 50, "pass", "")], Action::Verify, 50),
        (&[("a", "true", 50, "stop", "from = \"2026-11-19\"")], Action::Pass, 0),
        (&[("a", "true", 50, "stop", "from = \"2026-11-01\"\nto = \"2026-11-17\"")], Action::Pass, 0),
        (&[("a", "true", 50, "stop", "from = \"2026-11-18\"\nto = \"2026-11-18\"")], Action::Stop, 50),
        (&[("a", "payment.amount * 9223372036854775807 > 0", 50, "stop", "")], Action::Verify, 0),
        (&[("a", "signal.on_call", 50, "stop", "")], Action::Pass, 0),
    ];
    for (rules, action, score) in cases {
        let decided = decide(rules);
        assert_eq!((decided.action, decided.score), (*action, *score), "{rules:?}");
    }
}

#[test]
fn a_shadow_hit_is_on_record() {
    let decided = decide(&[("a", "true", 50, "stop", "mode = \"shadow\"")]);
    let judged = &decided.judged[0];
    assert_eq!((judged.mode, &judged.outcome, judged.counts()), (Mode::Shadow, &Outcome::Hit, false));
}

#[test]
fn the_longest_delay_counts() {
    let none = decide(&[("a", "true", 0, "delay", "")]);
    assert_eq!(none.delay_until, Some(noon().plus(24 * HOUR)));
    let two = decide(&[("a", "true", 0, "delay", "delay = \"30m\""), ("b", "true", 0, "delay", "delay = \"72h\"")]);
    assert_eq!(two.delay_until, Some(noon().plus(72 * HOUR)));
}

#[test]
fn what_must_not_be_named_is_not_named() {
    let told = |d: &Decision| d.told.iter().map(|t| t.texts.zh.clone()).collect::<Vec<_>>();
    let both = decide(&[("a", "true", 5, "tip", ""), ("b", "true", 5, "delay", "")]);
    assert_eq!(told(&both), ["b zh", "a zh"]);
    let hidden = decide(&[("a", "true", 5, "tip", ""), ("b", "true", 5, "delay", "neutral = true")]);
    assert_eq!(told(&hidden), [set(&[]).unwrap().ladder.neutral.zh]);
    assert!(hidden.told[0].rules.is_empty());
}

#[test]
fn a_gate_and_a_case_are_carried_along() {
    let decided = decide(&[("a", "true", 0, "pass", "gate = true"), ("b", "true", 60, "pass", "case = true")]);
    assert_eq!((decided.action, decided.gated, decided.case), (Action::Delay, true, true));
    assert_eq!(decided.told[0].rules, ["b"]);
}

#[test]
fn a_decision_says_what_it_was_made_from() {
    let story = Story::new().amount(9_800).signals(|s| {
        (s.balance, s.payee_list) = (Some(yuan(10_000)), Some(Listing::Grey));
    });
    let decided = story.decide();
    let read = |name: &str| decided.read.iter().find(|r| r.name == name).map(|r| r.value.as_str());
    assert_eq!(read("payment.amount"), Some("980000"));
    assert_eq!(read("signal.payee_list"), Some("grey"));
    assert_eq!(read("signal.on_call"), Some("?"));
    assert_eq!(read("seen.pair_count_90d"), Some("0"));
    let emptied = decided.judged.iter().find(|j| j.rule == "t13.emptied").unwrap();
    assert!(emptied.detail.contains("signal.balance = 1000000"), "{}", emptied.detail);
    assert_eq!(decided.rules_hash, story.engine.rules().hash);
    assert_eq!(decided, story.decide(), "asked again, the same");
}

#[test]
fn only_what_is_referred_to_is_remembered() {
    let some = Story::with(set(&[("a", "seen.out_count_1d > 3 && seen.out_sum_1d > 3", 1, "pass", "")]).unwrap());
    assert_eq!(some.engine.memory().slots, 1);
    let ratio = Story::with(set(&[("a", "seen.night_share_7d > 3", 1, "pass", "")]).unwrap());
    assert_eq!(ratio.engine.memory().slots, 2);
    let none = Story::with(set(&[("a", "payment.amount > 3", 1, "pass", "")]).unwrap()).paid(5, "wang", "li", 5);
    assert_eq!((none.engine.memory().slots, none.engine.memory().keys, none.engine.memory().accounts), (0, 0, 0));
}
