//! Wealth products over the wire: values by two, the questions one a page, a recorded sale at the counter, the second look, calling off.
use super::desk::{agree, asked};
use super::house::{House, system};
use super::wire::{Answer, csrf_of};
use party::Role;
use serde_json::Value;

fn ok(house: &House, letter: char, method: &str, path: &str, body: &str) -> Value {
    let answer = house.program(letter, method, path, body);
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
    answer.json()
}

fn house() -> House {
    let mut house = House::open();
    house.save();
    house
}

/// What the customer is told, in either language.
fn says(house: &House, wanted: &[&str]) {
    house.bank.run_jobs_once();
    let told = ["zh-CN", "en"].map(|lang| house.page('c', &format!("/notices?lang={lang}")).text()).concat();
    for text in wanted {
        assert!(told.contains(text), "{text}: {told}");
    }
}

fn buy(house: &House, product: &str, yuan: u32, fee: &str) -> String {
    let ask = format!(
        r#"{{"product":"{product}","linked":"$account","amount":{{"amount":"{yuan}.00","currency":"CNY"}},"fee_shown":{{"amount":"{fee}","currency":"CNY"}}}}"#
    );
    house.fill(&ask)
}

#[test]
fn values_take_two_and_confirm_what_waited_for_them() {
    let mut house = house();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let text = "[[nav]]\nproduct = \"cash.daily\"\nday = \"2026-03-01\"\nvalue = \"0.9999\"\ndocument = \"公告\"\n";
    let send = |text: &str| {
        let body = serde_json::json!({ "file": "values.toml", "text": text }).to_string();
        ok(&house, 'g', "POST", "/v1/wealth-terms/drafts", &body)
    };
    let future = send(&text.replace("2026-03-01", "2026-03-03"));
    assert!(future["draft"].is_null() && future["faults"][0]["field"] == "day", "{future}");
    let kept = send(text);
    let path = format!("/v1/wealth-terms/drafts/{}/submission", kept["draft"].as_str().expect("a draft"));
    let approval = asked(&house.program('g', "POST", &path, r#"{"reason":"净值公告"}"#));
    assert_eq!(agree(&house, 'g', &approval).status, 403, "not by the same person");
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    let values = ok(&house, 'c', "GET", "/v1/wealth-products/cash.daily/values", "");
    assert_eq!(values["items"][0]["value"], "0.9999");
    let held = ok(&house, 'c', "GET", &house.fill("/v1/wealth-holdings/$wealth_holding"), "");
    assert_eq!((&held["holding"]["units"], &held["entries"][0]["value"]), (&"1001.00".into(), &"1.0000".into()));
    says(&house, &["1001.00 份", "1001.00 units received"]);
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

#[test]
fn the_questions_are_asked_one_a_page_and_come_to_a_level() {
    let house = house();
    let elder: Vec<(String, String)> =
        house.cookie('d').into_iter().map(|(name, own)| (name, format!("yz_mode=elder; {own}"))).collect();
    let get = |path: &str| house.ask("GET", path, &elder, b"");
    let first = get("/wealth/questions").text();
    assert_eq!(first.matches("<fieldset").count(), 1, "one question: {first}");
    let keys: Vec<String> = {
        let all = ok(&house, 'd', "GET", "/v1/wealth-questions", "");
        all["questions"]
            .as_array()
            .expect("questions")
            .iter()
            .map(|q| format!("a-{}", q["question"].as_str().unwrap_or("")))
            .collect()
    };
    let send = |answered: usize, step: &str| -> Answer {
        let fields: Vec<(&str, &str)> = keys
            .iter()
            .take(answered)
            .map(|k| (k.as_str(), "1"))
            .chain([("step", step), ("once", "once-0123456789")])
            .collect();
        house.send_form(&elder, "/wealth/questions", &csrf_of(&get("/wealth/questions")), &fields)
    };
    assert_eq!(send(0, "q0").status, 422, "an answer is missing");
    let second = send(1, "q0");
    assert!(
        second.status == 200 && second.text().contains("a-income") && second.text().matches("<fieldset").count() == 1
    );
    assert!(get("/wealth/level").text().contains("href=\"/wealth/questions\""), "nothing is kept before the last");
    assert_eq!(send(10, "q9").status, 303);
    assert_eq!(send(10, "q9").status, 303, "the same again is one assessment");
    let all = ok(&house, 'd', "GET", "/v1/wealth-assessments", "");
    assert_eq!((all["items"].as_array().map(Vec::len), &all["items"][0]["level"]), (Some(1), &"C3".into()));
    assert!(get("/wealth/level").text().contains("C3"));
    let shelf = get("/wealth").text();
    assert!(shelf.contains("可能亏钱") && shelf.contains("可能亏很多"), "the risk is said plainly");
    assert!(get("/wealth/products/equity.one").text().contains("不能买"), "what is above the level is not offered");
}

#[test]
fn a_sale_at_the_counter_is_recorded_from_beginning_to_end() {
    let house = house();
    let start = house.fill("/wealth/sale?at=$account");
    assert!(house.page('t', &start).text().contains("C5"));
    let at = house.ids["$account"].clone();
    let begun = house.form(
        't',
        &start,
        "/wealth/sale",
        &[("at", &at), ("product", "steady.bond"), ("once", "sale-0123456789ab")],
    );
    assert_eq!(begun.status, 303, "{}", begun.text());
    let on = begun.header("location").expect("the recording").to_owned();
    assert!(house.page('t', &on).text().contains("正在录音录像"));
    let id = on.split(['/', '?']).nth(3).expect("its id").to_owned();
    let order = "/wealth/products/steady.bond/order";
    let fields = |step: &'static str| {
        vec![
            ("at", at.as_str()),
            ("from", at.as_str()),
            ("amount", "1001"),
            ("fee", "100"),
            ("step", step),
            ("once", "order-0123456789"),
        ]
    };
    let none = house.form('t', &on, order, &fields("send"));
    assert!(none.status == 422 && none.text().contains("录音录像"), "no order without a recording");
    let with = |step: &'static str| [fields(step), vec![("recording", id.as_str())]].concat();
    assert_eq!(house.form('t', &on, order, &with("send")).status, 422, "nor with one that has not ended");
    let ended = house.form('t', &on, &format!("/wealth/recordings/{id}/end"), &[("at", &at)]);
    let form = ended.header("location").expect("the order").to_owned();
    assert!(form.contains(&id) && house.page('t', &form).status == 200);
    let check = house.form('t', &form, order, &with("check"));
    assert!(check.status == 200 && check.text().contains("可能亏钱"), "{}", check.text());
    let sold = house.form('t', &form, order, &with("send"));
    assert_eq!(sold.status, 303, "{}", sold.text());
    let there = sold.header("location").expect("the order").to_owned();
    assert!(house.page('t', &there).text().contains("可以撤"));
    assert_eq!(house.page('c', &there).status, 200, "the customer sees it too");
    let again = house.form(
        't',
        &form,
        order,
        &[
            ("at", at.as_str()),
            ("from", at.as_str()),
            ("amount", "1001"),
            ("fee", "100"),
            ("step", "send"),
            ("once", "order-2-0123456789"),
            ("recording", id.as_str()),
        ],
    );
    assert_eq!(again.status, 422, "a recording serves once");
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

/// A product that everybody waits for.
const CAREFUL: &str = "[[product]]\ncode = \"care\"\nversion = 1\nnumber = 90\nrisk = \"R3\"\nname = { zh = \"慢慢来\", en = \"Slowly\" }\n\
    issuer = { zh = \"某理财\", en = \"Issuer\" }\nabout = { zh = \"股债\", en = \"Mixed\" }\nminimum = \"100\"\nstep = \"1\"\nredeem_days = 1\n\
    cooling_hours = 24\nsecond_look_age = 18\neffective_from = \"2026-03-02\"\ndocument = \"说明书\"\n";

#[test]
fn a_second_look_is_somebody_elses_and_a_yes_can_still_be_called_off() {
    let house = house();
    house.bank.write(|tx| wealth::load_terms(tx, &system(), "care.toml", CAREFUL)).expect("a product");
    let free =
        |house: &House| ok(house, 'c', "GET", &house.fill("/v1/accounts/$account"), "")["available"]["amount"].clone();
    let before = free(&house);
    let order = ok(&house, 'c', "POST", "/v1/wealth-orders", &buy(&house, "care", 500, "0.00"));
    assert_eq!(order["state"], "review", "{order}");
    let (id, approval) = (order["order"].as_str().expect("an id"), order["approval"].as_str().expect("an approval"));
    assert!(house.page('c', &format!("/wealth/orders/{id}")).text().contains("再看一遍"));
    for letter in ['c', 't', 'r'] {
        assert!([403, 404].contains(&agree(&house, letter, approval).status), "{letter} decides nothing");
    }
    let desk = house.page('m', &format!("/approvals/{approval}")).text();
    assert!(desk.contains("R3") && desk.contains("慢慢来"), "{desk}");
    assert_eq!(agree(&house, 'm', approval).json()["outcome"], "done");
    let seen = ok(&house, 'c', "GET", &format!("/v1/wealth-orders/{id}"), "");
    assert_eq!(seen["state"], "cooling");
    let page = format!("/wealth/orders/{id}");
    let off = house.form('c', &page, &format!("{page}/cancellation"), &[]);
    assert_eq!(off.status, 303, "{}", off.text());
    assert!(house.page('c', &page).text().contains("已撤单"));
    assert_eq!(free(&house), before, "every fen");
    says(
        &house,
        &[
            "您想买的“慢慢来”500.00 元",
            "Another person of the bank looks",
            "想撤就撤",
            "500.00 元已全部退回",
            "was called off",
        ],
    );
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

#[test]
fn units_are_given_back_on_the_page_and_not_twice() {
    let house = house();
    let path = house.fill("/wealth/holdings/$wealth_holding/redemption");
    let send = |units: &str, step: &str, once: &str| {
        house.form('c', &path, &path, &[("units", units), ("step", step), ("once", once)])
    };
    assert_eq!(send("1001.01", "check", "").status, 422);
    assert_eq!(send("x", "check", "").status, 422);
    let check = send("1001.00", "check", "");
    assert!(check.status == 200 && check.text().contains("1,001.00"), "{}", check.text());
    let done = send("1001.00", "send", "redeem-0123456789");
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(send("1.00", "send", "redeem-2-0123456789").status, 422, "all of them are under an order");
    let there = done.header("location").expect("the order").to_owned();
    assert!(house.page('c', &there).text().contains("已申请赎回"));
    says(&house, &["正在还给您：1001.00 份"]);
    assert!(house.page('c', &house.fill("/wealth/holdings/$wealth_holding")).text().contains("1,001.00"));
}
