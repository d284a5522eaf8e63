//! What the head office and the risk desk set: the tariff, watch lists, wage projects. Each by one, in force by two.
use super::desk::{agree, asked, pays};
use super::house::House;
use kernel::Date;
use party::Role;

/// The next version of a price, from a day.
pub(super) fn version(from: &str, fee: &str) -> String {
    format!(
        "[[price]]\ncode = \"transfer.same_bank\"\nversion = 2\nkind = \"list\"\noperation = \"transfer\"\nreach = \"same_bank\"\npayer = \"any\"\neffective_from = \"{from}\"\nbasis = \"own\"\ndocument = \"本行价目表 2\"\nname = {{ zh = \"行内转账\", en = \"Transfer within the bank\" }}\nbands = [{{ fixed = \"{fee}\" }}]\n"
    )
}

fn draft(house: &House, text: &str) -> serde_json::Value {
    let body = serde_json::json!({ "file": "new.toml", "text": text }).to_string();
    let answer = house.program('g', "POST", "/v1/tariff/drafts", &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// A file sent by the form of a page.
fn upload(house: &House, text: &str) -> super::house::Answer {
    let proof = super::house::csrf_of(&house.page('g', "/tariff"));
    let mut headers = house.cookie('g');
    headers.push(("Content-Type".into(), "multipart/form-data; boundary=b0undary".into()));
    let part = |name: &str, more: &str, value: &str| {
        format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let body = [part("csrf", "", &proof), part("file", "; filename=\"new.toml\"", text), "--b0undary--\r\n".into()];
    house.ask("POST", "/tariff/drafts", &headers, body.concat().as_bytes())
}

fn fee(house: &House) -> String {
    let body =
        house.fill(r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"}}"#);
    let quote = house.program('c', "POST", "/v1/payments/quote", &body).json();
    quote["fee"]["amount"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_tariff_is_sent_compared_agreed_to_and_in_force_on_its_day() {
    let mut house = House::open();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let sent = upload(&house, &version("2026-03-05", "2"));
    let place = sent.header("location").unwrap_or_default().to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    let page = house.page('g', &place).text();
    assert!(page.contains("transfer.same_bank") && page.contains("2.00 元"), "before and after stand there");
    let form = house.form('g', &place, &format!("{place}/submission"), &[("reason", "按文件 2 调整")]);
    let approval = form.header("location").unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    assert_eq!(form.status, 303, "{}", form.text());
    let shown = house.page('z', &format!("/approvals/{approval}")).text();
    assert!(shown.contains(&place), "the checker compares all of it");
    assert_eq!(agree(&house, 'g', &approval).status, 403, "not by the same person");
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    assert_eq!(fee(&house), "0.00", "not before its day");
    let day = Date::parse("2026-03-05").expect("a date");
    house.bank.write(move |tx| tx.open_business_date(day)).expect("the day comes");
    assert_eq!(fee(&house), "2.00");
    let all = house.program('g', "GET", "/v1/tariff", "").json();
    let versions: Vec<_> = all["items"].as_array().expect("a list").iter().collect();
    let second = versions.iter().find(|v| v["code"] == "transfer.same_bank" && v["version"] == 2).expect("it is there");
    assert!(second["approved_by"].as_str().is_some_and(|by| by.starts_with("staf_")));
}

#[test]
fn every_fault_of_a_tariff_is_told_with_line_and_column() {
    let house = House::open();
    let text = format!("{}{}", version("2026-02-01", "2"), version("2026-03-05", "two"));
    let json = draft(&house, &text);
    assert!(json["draft"].is_null(), "nothing of it is kept");
    let places: Vec<_> = json["faults"].as_array().expect("a list").iter().map(|f| (&f["line"], &f["field"])).collect();
    assert_eq!(
        format!("{places:?}"),
        r#"[(Number(8), String("effective_from")), (Number(24), String("bands[1].fixed"))]"#
    );
    let page = upload(&house, &text);
    assert_eq!(page.status, 422);
    assert!(page.text().contains("effective_from") && page.text().contains("bands[1].fixed"));
    let nothing = upload(&house, pricing::DATA);
    assert_eq!(nothing.status, 422, "nothing new in it");
    let empty = draft(&house, pricing::DATA);
    assert!(empty["draft"].is_null() && empty["already"].as_i64().is_some_and(|n| n > 5));
}

#[test]
fn whoever_is_listed_by_phone_or_document_is_known_by_it_when_he_pays() {
    let mut house = House::open();
    house.hire('z', Role::RiskOfficer, None);
    // The payee by his phone, the payer by his document and his account.
    let cases = [("black", "phone", "138 0000-0002"), ("police", "identity", ""), ("police", "account", "")];
    let identity = super::house::identity(1);
    let number = house.program('c', "GET", &house.fill("/v1/accounts/$account"), "").json()["number"].clone();
    for (list, kind, value) in cases {
        let value = match kind {
            "identity" => identity.as_str(),
            "account" => number.as_str().unwrap_or_default(),
            _ => value,
        };
        let body = format!(
            r#"{{"subject":"{kind}","value":"{value}","reason":"协查","until":"2027-01-01T00:00:00Z","source":"公函 7"}}"#
        );
        let approval = asked(&house.program('r', "POST", &format!("/v1/guard/lists/{list}"), &body));
        assert_ne!(pays(&house).0, "refused", "nobody agreed yet: {kind}");
        let terms = house.program('z', "GET", &format!("/v1/approvals/{approval}"), "").text();
        assert!(!terms.contains(value), "the number itself is nowhere kept");
        assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
        assert_eq!(pays(&house), ("refused".into(), "guard_stop".into()), "{kind}");
        let all = house.program('a', "GET", &format!("/v1/guard/lists/{list}"), "").json();
        let entry = all["items"][0]["entry"].as_str().unwrap_or_default().to_owned();
        let page = format!("/guard/entries/{entry}/removal");
        let sent = house.form('z', &page, &page, &[("reason", "查清")]);
        let approval = sent.header("location").unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(agree(&house, 'r', &approval).json()["outcome"], "done", "{}", sent.text());
        assert_ne!(pays(&house).0, "refused", "taken off: {kind}");
    }
    let wrong = house.form(
        'r',
        "/guard/lists/entry",
        "/guard/lists/entry",
        &[
            ("list", "grey"),
            ("kind", "phone"),
            ("value", "none"),
            ("source", "x"),
            ("until", "2026-12-01"),
            ("reason", "x"),
        ],
    );
    assert_eq!(wrong.status, 422);
}

#[test]
fn the_queue_is_open_to_those_who_look_and_closed_to_their_hands() {
    let house = House::open();
    house.bank.desk.guard.inject(Some(guard::Fault::Broken));
    assert_eq!(pays(&house).0, "held");
    let held = house.program('a', "GET", "/v1/guard/queue", "").json();
    let id = held["items"][0]["instruction"].as_str().unwrap_or_default().to_owned();
    for reader in ['a', 'm'] {
        assert!(house.page(reader, "/guard").text().contains(&id), "{reader}");
        let page = house.page(reader, &format!("/guard/{id}")).text();
        assert!(!page.contains("/release") && !page.contains("/cancellation"), "{reader} decides nothing");
        assert_eq!(house.page(reader, &format!("/guard/{id}/release")).status, 403);
    }
    assert!(house.page('r', &format!("/guard/{id}")).text().contains("/release"));
}

#[test]
fn a_wage_project_is_opened_by_two() {
    let house = House::open();
    let body = house.fill(
        r#"{"firm":"$firm","contractor":"$firm","profile":"ship_repair","name":"坞修二期","basis":"文 1","pay_day":10}"#,
    );
    let approval = asked(&house.program('w', "POST", "/v1/wage-projects", &body));
    let there = |house: &House| house.program('w', "GET", "/v1/wage-projects", "").text().contains("坞修二期");
    assert!(!there(&house));
    assert_eq!(agree(&house, 'w', &approval).status, 403);
    assert_eq!(agree(&house, 'm', &approval).json()["outcome"], "done");
    assert!(there(&house));
    let again = house.program('w', "POST", "/v1/wage-projects", &body);
    assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("project_taken")));
}
