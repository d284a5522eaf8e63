//! One customer at one counter: his document is read once, an account is opened with its checklist, and what was done stands in the
//! teller's journal under numbers without a gap.
use super::house::House;
use serde_json::Value;

const NUMBER: &str = "110101194912310021";

fn opens(house: &House) {
    let drawer = house.ids["$till"].clone();
    let way = format!("/till/opening?drawer={drawer}");
    let sent = house.form('t', &way, "/till/opening", &[("drawer", &drawer)]);
    assert_eq!(sent.status, 303, "{}", sent.text());
}

fn journal(house: &House) -> Vec<(i64, String)> {
    let all = house.program('t', "GET", &house.fill("/v1/branches/$branch/till-entries"), "").json();
    let told = |e: &Value| (e["number"].as_i64().unwrap_or(0), e["kind"].as_str().unwrap_or_default().to_owned());
    all["items"].as_array().expect("a journal").iter().map(told).collect()
}

fn went(answer: &super::house::Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("a way on").to_owned()
}

#[test]
fn a_new_customer_gets_an_account_and_everything_stands_in_the_journal() {
    let house = House::open();
    opens(&house);
    let check = kernel::chinese::identity_check(&NUMBER[..17]).expect("a check digit");
    let number = format!("{}{check}", &NUMBER[..17]);
    let unknown = house.form('t', "/counter", "/counter", &[("number", &number)]);
    assert_eq!(unknown.status, 422, "nobody is on file with it");
    let body = house.fill(&format!(
        r#"{{"branch":"$branch","name":"林阿婆","document":"resident_id","number":"{number}","country":"CN","phone":"13800001234","address":"","born":"1949-12-31","tier":"I"}}"#
    ));
    let made = house.program('t', "POST", "/v1/people", &body).json();
    let person = made["person"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let desk = went(&house.form('t', "/counter", "/counter", &[("number", &number)]));
    assert_eq!(desk, format!("/counter/{person}"));
    let shown = house.page('t', &desk).text();
    assert!(shown.contains("老年客户") && !shown.contains(&number), "{shown}");

    let way = format!("{desk}/account");
    let some = [("once", "a"), ("purpose", "领养老金"), ("checked", "document"), ("checked", "phone")];
    let refused = house.form('t', &way, &way, &some);
    assert_eq!(refused.status, 422, "an item was not looked at");
    let all = [some.as_slice(), &[("checked", "not_lent")]].concat();
    let account = went(&house.form('t', &way, &way, &all));
    assert!(account.starts_with("/accounts/acct_"), "{account}");
    assert_eq!(went(&house.form('t', &way, &way, &all)), account, "the same again is the same account");
    let another = [all.as_slice(), &[]].concat().into_iter().map(|f| if f.0 == "once" { ("once", "b") } else { f });
    assert_eq!(house.form('t', &way, &way, &another.collect::<Vec<_>>()).status, 422, "a person has one");

    let phone = format!("{desk}/phone");
    assert_eq!(house.form('t', &phone, &phone, &[("phone", "12")]).status, 422);
    went(&house.form('t', &phone, &phone, &[("phone", "13900005678")]));
    let document = format!("{desk}/document");
    let others = [("document", "resident_id"), ("number", "110101195001010021")];
    assert_eq!(house.form('t', &document, &document, &others).status, 422, "a card of another birthday");
    went(&house.form(
        't',
        &document,
        &document,
        &[("document", "passport"), ("number", "E12345678"), ("country", "CN")],
    ));
    let old = house.form('t', "/counter", "/counter", &[("number", &number)]);
    assert_eq!(old.status, 303, "the card before leads to the same person");

    let id = account.rsplit('/').next().expect("an id").to_owned();
    let cash = house.page('t', &format!("/till/cash-in?account={id}")).text();
    assert!(cash.contains("value=\"9900"), "nothing is typed twice: {cash}");
    let closing = format!("/accounts/{id}/closing");
    let closed = house.form('t', &closing, &closing, &[("reason", "客户要求")]);
    assert!(closed.status == 303 || closed.status == 200, "{}", closed.text());
    let told: Vec<String> = journal(&house).into_iter().rev().map(|(_, kind)| kind).collect();
    let numbers: Vec<i64> = journal(&house).into_iter().rev().map(|(n, _)| n).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "without a gap");
    assert_eq!(told[..3], ["account_opened", "phone_changed", "document_renewed"], "{told:?}");
}

#[test]
fn nobody_changes_his_own_data_at_his_own_counter_and_customers_not_at_all() {
    let house = House::open();
    let ask = |letter: char| {
        house.program(letter, "POST", &house.fill("/v1/people/$person/phone"), r#"{"phone":"13911112222"}"#)
    };
    assert_eq!(ask('c').status, 403);
    assert_eq!(ask('a').status, 403);
    assert_eq!(ask('t').status, 200);
}

#[test]
fn blank_vouchers_pass_two_hands_and_are_used_in_their_order() {
    let house = House::open();
    opens(&house);
    let till = house.ids["$till"].clone();
    let wrong = [("kind", "passbook"), ("first", "10"), ("last", "9")];
    assert_eq!(house.form('m', "/vouchers/receipt", "/vouchers/receipt", &wrong).status, 422, "numbers go up");
    went(&house.form(
        'm',
        "/vouchers/receipt",
        "/vouchers/receipt",
        &[("kind", "passbook"), ("first", "1001"), ("last", "1100")],
    ));
    let ranges = |house: &House| {
        let all = house.program('m', "GET", &house.fill("/v1/branches/$branch/vouchers"), "").json();
        all["items"].as_array().expect("ranges").clone()
    };
    let made = |house: &House| {
        let all = ranges(house);
        let found = all.into_iter().find(|r| r["first"] == 1001 || r["state"] == "asked").expect("a range");
        found["range"].as_str().expect("an id").to_owned()
    };
    let id = made(&house);
    let sign = format!("/vouchers/{id}/countersignature");
    assert_eq!(house.form('m', "/vouchers", &sign, &[]).status, 403, "not by oneself");
    went(&house.form('y', "/vouchers", &sign, &[]));
    let issue = format!("/vouchers/{id}/issue");
    assert_eq!(house.form('m', &issue, &issue, &[("to", &till), ("count", "500")]).status, 422, "more than there are");
    went(&house.form('m', &issue, &issue, &[("to", &till), ("count", "20")]));
    assert_eq!(house.form('y', "/vouchers", &sign, &[]).status, 403, "the teller takes them");
    went(&house.form('t', "/vouchers", &sign, &[]));
    let void = |number: &str| {
        let fields = [("kind", "passbook"), ("number", number), ("reason", "墨水弄脏了"), ("once", number)];
        house.form('t', "/vouchers/void", "/vouchers/void", &fields)
    };
    assert_eq!(void("1002").status, 422, "not the next");
    went(&void("1001"));
    assert_eq!(journal(&house)[0].1, "voucher_void");
    let shown = house.page('t', "/vouchers").text();
    assert!(shown.contains("1002–1020") && shown.contains("1021–1100"), "{shown}");
}

#[test]
fn a_large_sum_is_appointed_by_its_owner_and_called_off_by_the_teller() {
    let house = House::open();
    let way = house.fill("/accounts/$account/appointment");
    let on = |days: i64| house.bank.read(|tx| tx.business_date()).expect("a day").plus_days(days).to_string();
    let ask = |once: &str, day: &str| {
        let branch = house.ids["$branch"].clone();
        house.form('c', &way, &way, &[("once", once), ("amount", "80000"), ("day", day), ("branch", &branch)])
    };
    assert_eq!(ask("a", &on(0)).status, 422, "tomorrow at the earliest");
    assert_eq!(ask("b", &on(1)).status, 200);
    let shown = house.page('t', &format!("/appointments?day={}", on(1))).text();
    assert!(shown.contains("80,000.00"), "{shown}");
    let place = shown.split("action=\"/appointments/").nth(1).and_then(|t| t.split('/').next()).expect("a button");
    went(&house.form('t', "/appointments", &format!("/appointments/{place}/cancellation"), &[]));
    assert!(house.page('t', &format!("/appointments?day={}", on(1))).text().contains("已取消"));
}
