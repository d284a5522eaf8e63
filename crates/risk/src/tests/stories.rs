//! Ordinary people are left alone, and nothing that is unknown is held against anybody.
use super::{DAYS, Story, yuan};
use crate::{Action, Mode, Outcome, Signals};

#[test]
fn nothing_known_is_nothing_held_against_anybody() {
    let decided = Story::new().amount(800).decide();
    assert_eq!(decided.action, Action::Pass, "{:?}", decided.hits().collect::<Vec<_>>());
    for judged in &decided.judged {
        assert_ne!(judged.outcome, Outcome::Hit, "{}", judged.rule);
    }
    let decided = Story::new().decide();
    let device = decided.outcome("t12.remote_control").unwrap();
    assert_eq!(*device, Outcome::Unknown(vec!["signal.screen_shared".into(), "signal.operated".into()]));
}

#[test]
fn each_signal_absent_is_unknown_and_never_a_hit_of_its_own() {
    let rules = Story::new().engine.rules().clone();
    for rule in rules.rules.iter().filter(|r| r.mode == Mode::Live) {
        let decided = Story::new().amount(100).signals(|s| *s = Signals::default()).decide();
        assert_ne!(decided.outcome(&rule.id), Some(&Outcome::Hit), "{}", rule.id);
    }
}

#[test]
fn a_month_of_a_family_passes() {
    let calm = |s: &mut Signals| {
        *s = Signals {
            payer_age: Some(41),
            account_age_days: Some(3_000),
            idle_days: Some(1),
            balance: Some(yuan(30_000)),
            device_age_hours: Some(9_000),
            changed_hours: Some(9_000),
            screen_shared: Some(false),
            on_call: Some(false),
            operated: Some(false),
            away: Some(false),
            travel_kmh: Some(40),
            payee_list: Some(crate::Listing::None),
            payer_list: Some(crate::Listing::None),
            income_year: Some(yuan(120_000)),
            open_cases: Some(0),
            ..Signals::default()
        };
    };
    let month = || {
        let market = (0..30).fold(Story::new(), |s, day| s.paid(60 + day * DAYS, "wang", "market", 60 + day));
        market.paid(5 * DAYS, "employer", "wang", 10_000).paid(4 * DAYS, "wang", "landlord", 3_500)
    };
    for (payee, amount) in [("market", 85), ("li", 1_200), ("landlord", 3_500), ("school", 4_800)] {
        let story = month().amount(amount).signals(calm).payment(|p| p.payee = super::key(payee));
        let decided = story.decide();
        assert_eq!(decided.action, Action::Pass, "{payee}: {:?}", decided.hits().collect::<Vec<_>>());
    }
}

#[test]
fn hits_add_up() {
    let one = Story::new().amount(9_800).signals(|s| s.balance = Some(yuan(10_000)));
    assert_eq!((one.decide().score, one.decide().action), (20, Action::Tip));
    let two = one.signals(|s| s.deposit_broken_hours = Some(0));
    assert_eq!((two.decide().score, two.decide().action), (50, Action::Verify));
    let three = two.signals(|s| s.device_age_hours = Some(0));
    assert_eq!((three.decide().score, three.decide().action), (50, Action::Verify), "a shadow rule adds nothing");
    let four = three.signals(|s| s.payer_age = Some(70));
    assert_eq!((four.decide().score, four.decide().action), (80, Action::Delay));
    let five = four.signals(|s| s.on_call = Some(true));
    assert_eq!((five.decide().score, five.decide().action), (120, Action::Stop));
}
