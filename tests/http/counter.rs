//! One customer at one counter: his document is read once, an account is opened with its checklist, and what was done stands in the
//! teller's journal under numbers without a gap.
use super::house::House;
use serde_json::Value;

const NUMBER: &str = "110101194912310021";

pub(super) fn opens(house: &House) {
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

/// A customer put on file and read at the counter: his id, and the page of him there. `number` without its check digit's truth.
pub(super) fn newcomer(house: &House, number: &str, phone: &str) -> (String, String) {
    let check = kernel::chinese::identity_check(&number[..17]).expect("a check digit");
    let number = format!("{}{check}", &number[..17]);
    let born = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
    let body = house.fill(&format!(
        r#"{{"branch":"$branch","name":"林阿婆","document":"resident_id","number":"{number}","country":"CN","phone":"{phone}","address":"","born":"{born}","tier":"I"}}"#
    ));
    let made = house.program('t', "POST", "/v1/people", &body).json();
    let person = made["person"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let desk = went(&house.form('t', "/counter", "/counter", &[("number", &number)]));
    assert_eq!(desk, format!("/counter/{person}"));
    (person, desk)
}

#[test]
fn a_new_customer_gets_an_account_and_everything_stands_in_the_journal() {
    let house = House::open();
    opens(&house);
    let check = kernel::chinese::identity_check(&NUMBER[..17]).expect("a check digit");
    let number = format!("{}{check}", &NUMBER[..17]);
    let unknown = house.form('t', "/counter", "/counter", &[("number", &number)]);
    assert_eq!(unknown.status, 422, "nobody is on file with it");
    let (_, desk) = newcomer(&house, NUMBER, "13800001234");
    let shown = house.page('t', &desk).text();
    assert!(shown.contains("老年客户") && !shown.contains(&number), "{shown}");

    let way = format!("{desk}/account");
    let asked = [("once", "a"), ("purpose", "领养老金"), ("checked", "document"), ("checked", "phone")];
    let some = [&asked[..], &super::diligence_cases::ANSWERS].concat();
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

/// Blank passbooks `first` to `last` in the teller's open till.
fn blank_books(house: &House, first: &str, last: &str) {
    let till = house.ids["$till"].clone();
    let come = [("kind", "passbook"), ("first", first), ("last", last)];
    went(&house.form('m', "/vouchers/receipt", "/vouchers/receipt", &come));
    let all = house.program('m', "GET", &house.fill("/v1/branches/$branch/vouchers"), "").json();
    let made =
        all["items"].as_array().expect("ranges").iter().find(|r| r["first"].as_i64() == first.parse().ok()).cloned();
    let id = made.expect("a range")["range"].as_str().expect("an id").to_owned();
    let (sign, issue) = (format!("/vouchers/{id}/countersignature"), format!("/vouchers/{id}/issue"));
    went(&house.form('y', "/vouchers", &sign, &[]));
    went(&house.form('m', &issue, &issue, &[("to", &till), ("count", "5")]));
    went(&house.form('t', "/vouchers", &sign, &[]));
}

#[test]
fn a_transfer_at_the_counter_has_its_number_and_its_advice() {
    let house = House::open();
    let way = "/till/transfer";
    let money = |key: &str| {
        let id: kernel::id::AccountId = house.ids[key].parse().expect("an account");
        let v = house.bank.read(|tx| ledger::view(tx, id)).expect("an account");
        (v.posted().minor, v.account.number)
    };
    let ((before, from), (theirs, to), name) = (money("$account"), money("$other"), "李other");
    let form = |once: &str, step: &str, number: &str, name: &str, yuan: &str| {
        let fields = [("from", from.as_str()), ("name", name), ("number", number), ("amount", yuan), ("memo", "还款")];
        let more = [("once", once), ("step", step)];
        house.form('t', way, way, &[fields.as_slice(), &more].concat())
    };
    let none = form("a", "do", &to, name, "12.50");
    assert_eq!(none.status, 422, "without an open till: {}", none.text());
    opens(&house);
    let filled = house.page('t', &house.fill("/till/transfer?account=$account")).text();
    assert!(filled.contains(&format!("value=\"{from}\"")), "nothing is typed twice");
    assert_eq!(form("b", "", &to, "别人", "12.50").status, 422, "a name that is not the account's");
    assert_eq!(form("b", "", "", name, "0").status, 422);
    let check = form("b", "", &to, name, "12.50");
    assert!(check.status == 200 && check.text().contains("壹拾贰元伍角"), "{}", check.text());
    let entry = went(&form("c", "do", &to, name, "12.50"));
    assert_eq!(went(&form("c", "do", &to, name, "12.50")), entry, "the same form pays once");
    assert_eq!((money("$account").0, money("$other").0), (before - 1_250, theirs + 1_250));
    assert_eq!(journal(&house)[0], (1, "transfer".to_owned()));
    let advice = house.form('t', &entry, &format!("{entry}/advice"), &[]).text();
    assert!(advice.contains("转账 / Transfer") && advice.contains("12.50"), "{advice}");
    assert_eq!(form("d", "do", &to, name, "99000000").status, 403, "beyond what one teller may");
    let poor = went(&form("e", "do", &to, name, &(before / 100 + 10).to_string()));
    assert!(house.page('t', &poor).text().contains("拒绝"), "a refused one has its number too");
    assert_eq!(journal(&house)[0], (2, "transfer".to_owned()));
    assert_eq!(money("$account").0, before - 1_250);
}

#[test]
fn a_passbook_is_the_next_blank_one_and_is_printed_and_replaced_at_the_counter() {
    let house = House::open();
    opens(&house);
    let account: kernel::id::AccountId = house.ids["$account"].parse().expect("an account");
    let here = house.fill("/accounts/$account/passbook");
    let give = |once: &str, number: &str| house.form('t', &here, &here, &[("once", once), ("voucher", number)]);
    assert_eq!(give("a", "7001").status, 422, "there is no blank one");
    blank_books(&house, "7001", "7005");
    assert!(house.page('t', &here).text().contains("value=\"7001\""), "the next one is filled in");
    assert_eq!(give("b", "7002").status, 422, "not the next");
    assert_eq!(give("c", "CZ1").status, 422);
    assert_eq!(went(&give("d", "7001")), here);
    assert_eq!(went(&give("d", "7001")), here, "the same again");
    assert_eq!(journal(&house)[0].1, "voucher_use");

    super::kiosk_book::paid_in(&house, account, 12);
    super::kiosk_book::paid_in(&house, account, 7);
    let page = house.page('t', &here).text();
    let to = page.split("name=\"printed_to\" value=\"").nth(1).and_then(|p| p.split('"').next()).expect("a place");
    let print = |once: &str, number: &str, to: &str| {
        let fields = [("once", once), ("voucher", number), ("printed_to", to)];
        house.form('t', &here, &format!("{here}/lines"), &fields)
    };
    assert_eq!(print("e", "7002", to).status, 422, "another book lies there");
    let done = print("f", "7001", to);
    assert!(
        done.status == 200 && done.text().contains("打好了 2 笔") && done.text().contains("12.00"),
        "{}",
        done.text()
    );
    assert_eq!(
        print("f", "7001", to).text().matches("打好了 2 笔").count(),
        done.text().matches("打好了 2 笔").count()
    );
    assert_eq!(print("g", "7001", to).status, 422, "they were printed");
    assert_eq!(journal(&house)[0].1, "passbook_printed");

    let change = format!("{here}/replacement");
    let replace = |once: &str, why: &str, number: &str| {
        house.form('t', &change, &change, &[("once", once), ("why", why), ("voucher", number)])
    };
    assert_eq!(replace("h", "", "7002").status, 422, "why");
    assert_eq!(went(&replace("i", "damaged", "7002")), here);
    let shown = house.page('t', &here).text();
    assert!(shown.contains("7002") && shown.contains("存折上已经齐了"), "{shown}");
    assert_eq!(house.page('c', &here).status, 403, "not by its owner");
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
