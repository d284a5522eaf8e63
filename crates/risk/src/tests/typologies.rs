//! For each typology the story that must hit and the near miss that must not.
use super::{DAYS, Story, key, yuan};
use crate::{Action, Listing, Mode, Outcome, PayeeClass, PaymentKind, RuleSet, Way};

fn new() -> Story {
    Story::new()
}

/// (rule, story that hits, near miss)
fn table() -> Vec<(&'static str, Story, Story)> {
    let mut all = money();
    all.extend(devices());
    all.extend(people());
    all.extend(lists());
    all
}

fn money() -> Vec<(&'static str, Story, Story)> {
    let emptied = |s: Story| s.signals(|s| s.balance = Some(yuan(60_000)));
    let gathered = |n: i64| new().paid_by_each(n, 30, "wang", 1_000).amount(9_000);
    let scattered = |n: i64| new().paid(600, "boss", "wang", 60_000).pays_each(n, 10, "wang", 5_000).amount(5_000);
    let burst = |ago: i64| (0..20).fold(new(), |s, i| s.paid(ago + i, "shop", "wang", 500)).amount(8_000);
    let fresh =
        |days: u32| new().pays_each(9, 10, "wang", 5_000).amount(5_000).signals(|s| s.account_age_days = Some(days));
    let gambling = |hour: i64| new().hour(hour).pays_each(7, 5, "wang", 200).amount(200);
    vec![
        (
            "t01.small_then_large",
            new().paid(20, "wang", "li", 100).amount(5_000),
            new().paid(40, "wang", "li", 100).amount(5_000),
        ),
        (
            "t02.in_and_out",
            emptied(new().paid(300, "zhou", "wang", 60_000)).amount(59_950),
            emptied(new().paid(300, "zhou", "wang", 60_000)).amount(59_800),
        ),
        (
            "t02.large_in_and_out",
            new().paid(2 * DAYS, "zhou", "wang", 200_000).amount(199_990).signals(|s| s.balance = Some(yuan(200_000))),
            new().paid(2 * DAYS, "zhou", "wang", 199_000).amount(199_000).signals(|s| s.balance = Some(yuan(199_000))),
        ),
        ("t03.gathered", gathered(10), gathered(9)),
        ("t04.scattered", scattered(9), scattered(8)),
        ("t05.burst_in", burst(60), burst(2 * DAYS + 60)),
        ("t06.new_account", fresh(7), fresh(8)),
        ("t15.gambling", gambling(21), gambling(19)),
        (
            "t16.below_limit",
            new().paid(60, "wang", "a", 47_000).paid(90, "wang", "b", 49_000).amount(49_999),
            new().paid(60, "wang", "a", 47_000).paid(90, "wang", "b", 50_000).amount(49_999),
        ),
        ("t20.circle", circle(90).amount(18_000), circle(90).amount(15_000)),
        (
            "t21.cash_tail",
            new()
                .paid(60, "zhou", "wang", 10_000)
                .cash(30, 5_000)
                .amount(3_000)
                .payment(|p| p.kind = PaymentKind::Cash),
            new()
                .paid(180, "zhou", "wang", 10_000)
                .cash(30, 5_000)
                .amount(3_000)
                .payment(|p| p.kind = PaymentKind::Cash),
        ),
        (
            "t24.beyond_profile",
            new()
                .paid(20 * DAYS, "zhou", "wang", 40_000)
                .amount(10_000)
                .signals(|s| s.income_year = Some(yuan(60_000))),
            new()
                .paid(20 * DAYS, "zhou", "wang", 39_000)
                .amount(10_000)
                .signals(|s| s.income_year = Some(yuan(60_000))),
        ),
    ]
}

/// Li paid A, A paid B, B paid Wang, and Wang is about to pay Li.
fn circle(minutes: i64) -> Story {
    new().paid(3 * minutes, "li", "a", 20_000).paid(2 * minutes, "a", "b", 19_500).paid(minutes, "b", "wang", 19_000)
}

fn devices() -> Vec<(&'static str, Story, Story)> {
    let device = |n: i64| {
        let all = (0..n).fold(new(), |s, i| s.signed_in(&format!("p{i}"), Some("phone"), None));
        all.payment(|p| (p.device, p.address) = (Some(key("phone")), Some(key("net"))))
    };
    let night = |amount: i64| {
        let usual = (0..12).fold(new().hour(23), |s, i| s.paid(600 + i * DAYS, "wang", "shop", 300 + i * 10));
        usual.amount(amount)
    };
    vec![
        ("t08.night", night(410), night(400)),
        ("t09.shared_device", device(3), device(2)),
        (
            "t10.new_device",
            new().amount(5_000).signals(|s| s.device_age_hours = Some(23)),
            new().amount(5_000).signals(|s| (s.device_age_hours, s.changed_hours) = (Some(24), Some(24))),
        ),
        (
            "t12.remote_control",
            new().amount(1_000).signals(|s| (s.screen_shared, s.operated) = (Some(true), Some(false))),
            new().amount(1_000).signals(|s| (s.screen_shared, s.operated) = (Some(false), Some(false))),
        ),
        (
            "t12.on_call",
            new().amount(1_000).signals(|s| s.on_call = Some(true)),
            new().paid(80 * DAYS, "wang", "li", 5).amount(1_000).signals(|s| s.on_call = Some(true)),
        ),
        (
            "t17.elsewhere",
            new().signals(|s| (s.away, s.travel_kmh) = (Some(false), Some(900))),
            new().signals(|s| (s.away, s.travel_kmh) = (Some(false), Some(899))),
        ),
    ]
}

fn people() -> Vec<(&'static str, Story, Story)> {
    let elder = |age: u32, amount: i64| {
        new().amount(amount).signals(|s| (s.payer_age, s.balance) = (Some(age), Some(yuan(500_000))))
    };
    let lender = |age: u32| {
        new().signals(|s| {
            (s.payer_age, s.local_tie, s.sim_age_days) = (Some(age), Some(false), Some(29));
            (s.banks_this_week, s.opened_in_group) = (Some(1), Some(true));
        })
    };
    let shell = |alike: u32| {
        new().payment(|p| p.payer_firm = true).signals(|s| {
            (s.firm_age_days, s.firms_alike, s.firm_pays_dues) = (Some(89), Some(alike), Some(false));
        })
    };
    let raised = |n: i64, words: bool| {
        let elders = (0..n).fold(new(), |s, i| {
            s.event(i * DAYS, |e| {
                (e.payer, e.payee, e.elder) = (Some(key(&format!("elder {i}"))), Some(key("li")), true);
            })
        });
        elders.signals(|s| s.pension_words = Some(words))
    };
    vec![
        (
            "t07.woken",
            new().amount(5_000).signals(|s| s.idle_days = Some(180)),
            new().amount(4_999).signals(|s| s.idle_days = Some(180)),
        ),
        ("t11.elder_first_payee", elder(60, 20_000), elder(59, 20_000)),
        (
            "t13.emptied",
            new().amount(9_800).signals(|s| s.balance = Some(yuan(10_000))),
            new().amount(9_700).signals(|s| s.balance = Some(yuan(10_000))),
        ),
        (
            "t14.broken_deposit",
            new().signals(|s| s.deposit_broken_hours = Some(1)),
            new().signals(|s| s.deposit_broken_hours = Some(2)),
        ),
        ("t22.card_lender", lender(25), lender(26)),
        ("t23.shell", shell(3), shell(2)),
        ("t26.fund_raising", raised(5, true), raised(14, false)),
    ]
}

fn lists() -> Vec<(&'static str, Story, Story)> {
    let near = |amount: i64| {
        new()
            .listed("mule")
            .paid(300, "mule", "a", 5_000)
            .paid(200, "a", "wang", amount)
            .paid(100, "friend", "wang", 10_000)
    };
    vec![
        (
            "t18.black",
            new().signals(|s| s.payee_list = Some(Listing::Black)),
            new().signals(|s| s.payee_list = Some(Listing::None)),
        ),
        (
            "t18.grey",
            new().signals(|s| s.payee_list = Some(Listing::Grey)),
            new().signals(|s| s.payee_list = Some(Listing::None)),
        ),
        (
            "t18.order",
            new().signals(|s| (s.payer_list, s.payee_list) = (Some(Listing::Order), Some(Listing::None))),
            new().signals(|s| (s.payer_list, s.payee_list) = (Some(Listing::Black), Some(Listing::None))),
        ),
        ("t19.near_listed", near(2_000), near(1_000)),
        ("t25.open_case", new().signals(|s| s.open_cases = Some(1)), new().signals(|s| s.open_cases = Some(0))),
    ]
}

#[test]
fn each_story_hits_and_its_near_miss_does_not() {
    for (rule, hit, miss) in table() {
        let decided = hit.decide();
        assert!(decided.hit(rule), "{rule} must hit: {:?} {:?}", decided.outcome(rule), decided.read);
        let decided = miss.decide();
        assert_eq!(decided.outcome(rule), Some(&Outcome::Clear), "{rule} must not hit: {:?}", decided.read);
    }
}

#[test]
fn no_rule_goes_without_a_story() {
    let told: std::collections::BTreeSet<&str> = table().iter().map(|(rule, ..)| *rule).collect();
    let rules = RuleSet::shipped().unwrap();
    let shipped: std::collections::BTreeSet<&str> = rules.rules.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(told, shipped);
    for n in 1..=26 {
        let typology = format!("T{n:02}");
        assert!(rules.rules.iter().any(|r| r.typology == typology), "{typology}");
    }
}

#[test]
fn what_a_rule_asks_for_alone_is_what_follows_at_least() {
    for (rule, hit, _) in table() {
        let decided = hit.decide();
        let judged = decided.judged.iter().find(|j| j.rule == rule).unwrap();
        let asked = if judged.mode == Mode::Live { judged.action } else { Action::Pass };
        assert!(decided.action >= asked, "{rule}");
        assert_eq!(decided.told.is_empty(), decided.action == Action::Pass, "{rule}");
        assert_eq!(decided.delay_until.is_some(), decided.action == Action::Delay, "{rule}");
    }
}

#[test]
fn a_basic_payment_finds_a_way_whatever_is_hit() {
    for (rule, hit, _) in table() {
        for class in [PayeeClass::Medical, PayeeClass::SocialSecurity, PayeeClass::Utilities] {
            let mut hit = Story { payment: hit.payment.clone(), ..new_like(&hit) };
            hit.payment.payee_class = class;
            let decided = hit.decide();
            assert!(decided.action <= Action::Verify, "{rule} {class}");
        }
    }
    let stopped = new().signals(|s| s.payee_list = Some(Listing::Black));
    assert_eq!(stopped.decide().action, Action::Stop);
    let basic = stopped.payment(|p| p.payee_class = PayeeClass::Medical);
    assert_eq!(basic.decide().action, Action::Verify);
}

fn new_like(story: &Story) -> Story {
    Story { signals: story.signals, at: story.at, ..new() }
}

#[test]
fn other_ways_into_a_rule_that_has_several() {
    let hits: Vec<(&str, Story)> = vec![
        (
            "t07.woken",
            new().paid(5, "wang", "a", 1).paid(9, "wang", "b", 1).amount(1).signals(|s| s.idle_days = Some(200)),
        ),
        ("t10.new_device", new().signals(|s| s.changed_hours = Some(3))),
        ("t12.remote_control", new().signals(|s| s.operated = Some(true))),
        ("t17.elsewhere", new().signals(|s| s.away = Some(true))),
        ("t08.night", (0..5).fold(new().hour(2), |s, i| s.paid(i * DAYS, "wang", "shop", 900)).amount(10)),
        (
            "t09.shared_device",
            (0..5)
                .fold(new(), |s, i| s.signed_in(&format!("p{i}"), None, Some("net")))
                .payment(|p| p.address = Some(key("net"))),
        ),
        (
            "t11.elder_first_payee",
            new().amount(3_000).signals(|s| (s.payer_age, s.balance) = (Some(72), Some(yuan(10_000)))),
        ),
    ];
    for (rule, story) in hits {
        assert!(story.decide().hit(rule), "{rule}: {:?}", story.decide().outcome(rule));
    }
    let known = new().paid(80 * DAYS, "wang", "li", 5).amount(90_000).signals(|s| s.payer_age = Some(72));
    assert!(!known.decide().hit("t11.elder_first_payee"), "paid before");
    let counter = new().payment(|p| (p.payer_firm, p.way) = (true, Way::Counter)).signals(|s| {
        (s.firm_age_days, s.firms_alike, s.firm_pays_dues) = (Some(1), Some(9), Some(false));
    });
    assert!(!counter.decide().hit("t23.shell"), "at the counter");
}
