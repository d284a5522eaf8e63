//! Deposits over the wire: opened, priced, drawn at a known cost; products and rates in force by two; passbook and interest.
use super::desk::{agree, asked};
use super::house::House;
use kernel::{Actor, Date};
use party::Role;
use serde_json::Value;

fn close(house: &House, next: &str) {
    let to = Date::parse(next).expect("a date");
    let done = app::close_day(&house.bank, &Actor::system("close-day"), to, &mut |_, _, _| {}).expect("the day closes");
    assert!(matches!(done, app::Close::Closed(_)), "{done}");
}

fn ok(house: &House, letter: char, method: &str, path: &str, body: &str) -> Value {
    let answer = house.program(letter, method, path, body);
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
    answer.json()
}

fn code(house: &House, letter: char, path: &str, body: &str) -> String {
    house.program(letter, "POST", path, body).json()["code"].as_str().unwrap_or_default().to_owned()
}

const YUAN: &str = r#""currency":"CNY"}"#;

#[test]
fn a_term_deposit_is_opened_and_broken_at_the_cost_that_was_shown() {
    let house = House::open();
    let open = house.fill(&format!(
        r#"{{"linked":"$account","product":"term","term":"1y","amount":{{"amount":"20000.00",{YUAN},"rollover":"principal"}}"#
    ));
    let deposit = ok(&house, 'c', "POST", "/v1/deposits", &open);
    let path = format!("/v1/deposits/{}", deposit["deposit"].as_str().expect("an id"));
    assert_eq!((deposit["rate"].as_str(), deposit["state"].as_str()), (Some("0.95"), Some("open")));
    close(&house, "2026-04-01");
    let draw = format!(r#"{{"amount":{{"amount":"20000.00",{YUAN}}}"#);
    let quote = ok(&house, 'c', "POST", &format!("{path}/draws/quote"), &draw);
    let figure = |name: &str| quote[name]["amount"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (figure("interest"), figure("interest_if_kept"), figure("lost")),
        ("0.83".into(), "190.00".into(), "189.17".into())
    );
    let confirmed = |shown: &str| {
        format!(r#"{{"amount":{{"amount":"20000.00",{YUAN},"interest_shown":{{"amount":"{shown}",{YUAN}}}"#)
    };
    assert_eq!(code(&house, 'c', &format!("{path}/draws"), &confirmed("190.00")), "deposit_cost_changed");
    let drawn = ok(&house, 'c', "POST", &format!("{path}/draws"), &confirmed("0.83"));
    assert_eq!((drawn["closed"].as_bool(), drawn["arrives"]["amount"].as_str()), (Some(true), Some("20000.83")));
    let life = ok(&house, 'c', "GET", &path, "");
    let kinds: Vec<_> = life["steps"].as_array().expect("steps").iter().map(|s| s["kind"].clone()).collect();
    assert_eq!(kinds, ["opened", "closed"]);
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

#[test]
fn rates_take_two_and_hold_from_their_day() {
    let mut house = House::open();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let text = "[[rate]]\nproduct = \"term\"\nterm = \"1y\"\nrate = \"1.10\"\neffective_from = \"2026-03-05\"\ndocument = \"挂牌 2\"\n";
    let send = |text: &str| {
        let body = serde_json::json!({ "file": "rates.toml", "text": text }).to_string();
        ok(&house, 'g', "POST", "/v1/deposit-terms/drafts", &body)
    };
    let late = send(&text.replace("2026-03-05", "2026-02-01"));
    assert!(late["draft"].is_null() && late["faults"][0]["field"] == "effective_from", "{late}");
    let kept = send(text);
    assert_eq!(
        (&kept["rates"][0]["before"]["rate"], &kept["rates"][0]["after"]["rate"]),
        (&"0.95".into(), &"1.10".into())
    );
    let path = format!("/v1/deposit-terms/drafts/{}/submission", kept["draft"].as_str().expect("a draft"));
    let approval = asked(&house.program('g', "POST", &path, r#"{"reason":"挂牌利率调整"}"#));
    assert_eq!(agree(&house, 'g', &approval).status, 403, "not by the same person");
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    let sold = || {
        let all = ok(&house, 'c', "GET", "/v1/deposit-products", "");
        let term = all["items"].as_array().and_then(|a| a.iter().find(|p| p["product"]["code"] == "term")).cloned();
        let rates = term.expect("term deposits")["rates"].clone();
        rates.as_array().and_then(|r| r.iter().find(|r| r["term"] == "1y")).expect("a year")["rate"].clone()
    };
    assert_eq!(sold(), "0.95", "not before its day");
    close(&house, "2026-03-05");
    assert_eq!(sold(), "1.10");
}

#[test]
fn interest_is_seen_paid_and_caught_up_in_the_passbook() {
    let house = House::open();
    let at = |rest: &str| house.fill(&format!("/v1/accounts/$account/{rest}"));
    let (account, teller) = (house.ids["$account"].parse().expect("an id"), house.actor('t'));
    let issued = house.bank.write(move |tx| deposits::passbook_issue(tx, &teller, account, "CZ000001"));
    let to = issued.expect("a passbook").printed_to;
    close(&house, "2026-03-20");
    let earned = ok(&house, 'c', "GET", &at("interest"), "");
    assert_eq!((earned["product"].as_str(), earned["due"]["amount"].as_str()), (Some("demand"), Some("0.00")));
    let accrued = earned["accrued"]["amount"].as_str().unwrap_or_default().to_owned();
    assert_ne!(accrued, "0.00");
    close(&house, "2026-03-21");
    let lines = ok(&house, 'c', "GET", &at("passbook"), "");
    assert_eq!(lines["lines"][0]["code"], "interest", "{lines}");
    let print = format!(r#"{{"voucher":"CZ000001","printed_to":{to}}}"#);
    assert_eq!(ok(&house, 'c', "POST", &at("passbook/lines"), &print)["lines"], lines["lines"]);
    assert_eq!(ok(&house, 'c', "GET", &at("passbook"), "")["lines"].as_array().map(Vec::len), Some(0));
    assert_eq!(code(&house, 't', &at("waking"), r#"{"reason":"owner is here"}"#), "deposit_not_asleep");
}

fn told(house: &House) -> String {
    for _ in 0..3 {
        house.bank.run_jobs_once();
    }
    ["zh-CN", "en"].map(|lang| house.page('c', &format!("/notices?lang={lang}")).text()).concat()
}

/// Counts that grow with what was told before.
fn says(house: &House, wanted: &[(&str, usize)]) {
    let told = told(house);
    for (text, times) in wanted {
        assert_eq!(told.matches(text).count(), *times, "{text}: {told}");
    }
}

#[test]
fn a_depositor_hears_when_it_falls_due_before_and_after() {
    let house = House::open();
    let open = |rollover: &str| {
        let ask = format!(
            r#"{{"linked":"$account","product":"term","term":"3m","amount":{{"amount":"20000.00",{YUAN},"rollover":"{rollover}"}}"#
        );
        ok(&house, 'c', "POST", "/v1/deposits", &house.fill(&ask));
    };
    open("none");
    open("principal_and_interest");
    close(&house, "2026-05-25");
    says(&house, &[("2026年6月2日到期", 0)]);
    close(&house, "2026-05-26");
    says(&house, &[("2026年6月2日到期", 2), ("自动转到您的活期账户", 1), ("本金和利息一起按原来的期限再存", 1)]);
    close(&house, "2026-05-29");
    says(&house, &[("falls due on 2 Jun 2026", 2)]);
    close(&house, "2026-06-02");
    says(
        &house,
        &[("您的存款到期了：本金 20,000.00 元", 1), ("又存了一期", 1), ("until 2 Sep 2026", 1), ("falls due on", 2)],
    );
    // Days that are skipped are caught up with.
    close(&house, "2026-09-01");
    says(&house, &[("falls due on 2 Sep 2026", 1)]);
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

#[test]
fn an_owner_hears_of_a_stopped_account_and_of_what_could_not_be_paid_to_it() {
    use ledger::restrictions::{Restrict, Restriction, lift, restrict};
    let house = House::open();
    let ask = format!(
        r#"{{"linked":"$account","product":"term","term":"3m","amount":{{"amount":"20000.00",{YUAN},"rollover":"none"}}"#
    );
    ok(&house, 'c', "POST", "/v1/deposits", &house.fill(&ask));
    let account: kernel::id::AccountId = house.fill("$account").parse().expect("an account");
    let number = house.bank.write(move |tx| {
        restrict(tx, &Actor::system("court"), &Restrict::new(account, Restriction::NoCredits, "法院"))
    });
    says(&house, &[("现在不能收款", 1), ("cannot be paid into", 1)]);
    close(&house, "2026-06-02");
    says(&house, &[("20,000.00 元没能付出", 1), ("could not be paid", 1)]);
    close(&house, "2026-06-03");
    says(&house, &[("20,000.00 元没能付出", 1)]);
    let number = number.expect("an order");
    house.bank.write(move |tx| lift(tx, &Actor::system("court"), account, number, "到期")).expect("it is lifted");
    close(&house, "2026-06-04");
    says(&house, &[("上的一项限制已经解除", 1), ("您的存款到期了：本金 20,000.00 元", 1)]);
}
