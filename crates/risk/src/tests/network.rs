//! Circles and nearness.
use super::{DAYS, Story, key};
use crate::network::FAR;

fn read(story: &Story, name: &str) -> i64 {
    story.decide().read.iter().find(|r| r.name == name).unwrap().value.parse().unwrap()
}

fn hops(story: &Story) -> i64 {
    read(story, "network.circle_hops")
}

/// Li pays 1, 1 pays 2, … and the last pays Wang, an hour apart.
fn chain(n: i64, amount: i64) -> Story {
    let name = |i: i64| match i {
        0 => "li".to_string(),
        i if i == n => "wang".to_string(),
        i => format!("c{i}"),
    };
    (0..n).fold(Story::new().amount(amount), |s, i| s.paid((n - i) * 60, &name(i), &name(i + 1), amount))
}

#[test]
fn circles_of_three_to_six_payments_are_found() {
    for (before, want) in [(1, 0), (2, 3), (3, 4), (4, 5), (5, 6), (6, 0)] {
        assert_eq!(hops(&chain(before, 20_000)), want, "{before} payments before the closing one");
    }
}

#[test]
fn a_circle_runs_forward_in_time_within_a_week_and_of_about_one_amount() {
    assert_eq!(hops(&chain(3, 20_000).amount(16_000)), 4);
    assert_eq!(hops(&chain(3, 20_000).amount(15_999)), 0);
    let backwards = Story::new().paid(60, "li", "a", 10_000).paid(120, "a", "wang", 10_000);
    assert_eq!(hops(&backwards), 0);
    let slow = |days: i64| Story::new().paid(days * DAYS, "li", "a", 10_000).paid(60, "a", "wang", 10_000);
    assert_eq!([hops(&slow(7)), hops(&slow(8))], [3, 0]);
    let thin = Story::new().paid(120, "li", "a", 10_000).paid(60, "a", "wang", 5_000);
    assert_eq!(hops(&thin), 0);
}

#[test]
fn a_search_that_runs_out_of_looks_does_not_know() {
    let mut story = Story::new();
    for layer in 0..4 {
        for a in 0..12 {
            for b in 0..12 {
                let from = if layer == 0 { "li".to_string() } else { format!("l{layer} {a}") };
                story = story.paid(1_000 - layer * 200, &from, &format!("l{} {b}", layer + 1), 10_000);
            }
        }
    }
    let decided = story.decide();
    assert_eq!(decided.outcome("t20.circle"), Some(&crate::Outcome::Unknown(vec!["network.circle_hops".into()])));
}

#[test]
fn nearness_is_counted_in_payments() {
    let story = |s: Story| (read(&s, "network.listed_hops"), read(&s, "network.listed_share"));
    let base = || Story::new().listed("mule");
    assert_eq!(story(Story::new()), (FAR, 0));
    assert_eq!(story(base()), (FAR, 0));
    assert_eq!(story(Story::new().listed("wang")), (0, 0));
    assert_eq!(story(base().paid(60, "mule", "wang", 100)), (1, 10_000));
    assert_eq!(story(base().paid(60, "wang", "mule", 100)), (1, 0));
    let two = base().paid(90, "mule", "a", 100).paid(60, "a", "wang", 100).paid(50, "b", "wang", 300);
    assert_eq!(story(two), (2, 2_500));
    let three = base().paid(90, "mule", "a", 9).paid(60, "a", "b", 9).paid(50, "b", "wang", 9);
    assert_eq!(story(three), (FAR, 0));
    assert_eq!(story(base().paid(31 * DAYS, "mule", "wang", 100).paid(1, "x", "wang", 100)), (FAR, 0));
}

#[test]
fn listing_afterwards_finds_those_who_were_paid_before() {
    let story = Story::new().paid(90, "mule", "a", 100).paid(60, "a", "wang", 100).listed("mule");
    assert_eq!(read(&story, "network.listed_hops"), 2);
    let mut story = story;
    story.engine.list(key("mule"), false).unwrap();
    assert_eq!(read(&story, "network.listed_hops"), FAR);
}
