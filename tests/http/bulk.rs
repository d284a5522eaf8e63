//! Payments by file as a firm's people and its program meet them.
use super::house::{Answer, House};

const ROWS: &str = "收款人户名,收款账号,开户行,金额,附言\n周外行,6222021234567890,990001000013,3.00,样品\n";

fn body(house: &House, rows: &str) -> String {
    let content = data_encoding::BASE64.encode(rows.as_bytes());
    house.fill(&format!(r#"{{"debit":"$funds","file_name":"a.csv","content":"{content}"}}"#))
}

fn send(house: &House, letter: char, key: &str, body: &str) -> Answer {
    let mut headers = house.proof(letter);
    headers.push(("Idempotency-Key".to_owned(), key.to_owned()));
    headers.push(("Content-Type".into(), "application/json".into()));
    house.ask("POST", "/v1/bulk-files", &headers, body.as_bytes())
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_file_with_one_key_is_one_file() {
    let house = House::open();
    let first = send(&house, 'k', "k1", &body(&house, ROWS));
    assert_eq!((first.status, first.json()["state"].as_str()), (200, Some("drafted")), "{}", first.text());
    assert_eq!(send(&house, 'k', "k1", &body(&house, ROWS)).json(), first.json());
    let other = send(&house, 'k', "k1", &body(&house, &ROWS.replace("3.00", "4.00")));
    assert_eq!(code(&other), (409, "key_reused".into()));
    let anew = send(&house, 'k', "k2", &body(&house, ROWS));
    assert_eq!(anew.json()["file"], first.json()["file"], "the same bytes under another key are the same file");
    let broken = send(&house, 'k', "k3", &house.fill(r#"{"debit":"$funds","file_name":"a.csv","content":"?"}"#));
    assert_eq!(code(&broken), (400, "bad_field".into()));
    let empty = send(&house, 'k', "k4", &house.fill(r#"{"debit":"$funds","file_name":"a.csv","content":""}"#));
    assert_eq!(code(&empty), (400, "file_empty".into()));
}

#[test]
fn one_orders_another_agrees_and_the_job_pays() {
    let house = House::open();
    let file = send(&house, 'k', "k1", &body(&house, ROWS)).json()["file"].as_str().expect("a file").to_owned();
    let ordered = house.program('k', "POST", &format!("/v1/bulk-files/{file}/submission"), "");
    assert_eq!(ordered.json()["outcome"], "asked", "{}", ordered.text());
    let approval = ordered.json()["approval"].as_str().expect("an approval").to_owned();
    let again = house.program('k', "POST", &format!("/v1/bulk-files/{file}/submission"), "");
    assert_eq!(code(&again), (409, "bulk_file_state".into()));

    // Its maker takes it back at the file, not at the request.
    let at = format!("/approvals/{approval}");
    assert!(!house.page('k', &at).text().contains("/withdrawal\""));
    let taken = house.program('k', "POST", &format!("/v1{at}/cancellation"), r#"{"reason":"x"}"#);
    assert_eq!(code(&taken), (422, "not_decided_here".into()), "{}", taken.text());
    let taken = house.form('k', &format!("{at}/withdrawal"), &format!("{at}/withdrawal"), &[("reason", "x")]);
    assert_eq!(taken.status, 422, "{}", taken.text());

    let shown = house.page('h', &at).text();
    assert!(shown.contains(&format!("/bulk/{file}")), "the checker is led to every line: {shown}");
    let hash = house.program('h', "GET", &format!("/v1{at}"), "").json()["hash"].as_str().expect("a hash").to_owned();
    let yes = serde_json::json!({ "hash": hash }).to_string();
    let own = house.program('k', "POST", &format!("/v1{at}/approval"), &yes);
    assert_eq!(own.status, 403, "{}", own.text());
    let agreed = house.program('h', "POST", &format!("/v1{at}/approval"), &yes);
    assert_eq!(agreed.status, 200, "{}", agreed.text());
    for _ in 0..2 {
        house.bank.run_jobs_once();
    }
    let told = house.program('k', "GET", &format!("/v1/bulk-files/{file}"), "").json();
    assert_eq!((told["state"].as_str(), told["paid"].as_i64()), (Some("paid"), Some(1)), "{told}");
    let line = house.program('k', "GET", &format!("/v1/bulk-files/{file}/lines"), "").json()["items"][0].clone();
    let payment = line["instruction"].as_str().expect("an order");
    let paid = house.program('k', "GET", &format!("/v1/payments/{payment}"), "").json();
    assert_eq!(paid["state"], "posted", "{paid}");
}

#[test]
fn nobody_brings_an_agreement_along_from_outside() {
    let house = House::open();
    let file = send(&house, 'k', "k1", &body(&house, ROWS)).json()["file"].as_str().expect("a file").to_owned();
    let ordered = house.program('k', "POST", &format!("/v1/bulk-files/{file}/submission"), "").json();
    let approval = ordered["approval"].as_str().expect("an approval");
    let amount = r#"{"amount":"3.00","currency":"CNY"}"#;
    let order = format!(
        r#"{{"debit":"$funds","payee":{{"account":"$account"}},"amount":{amount},"reference":"{file}/1","approved":"{approval}"}}"#
    );
    let sent = house.program('k', "POST", "/v1/payments", &house.fill(&order));
    assert_eq!(sent.status, 400, "{}", sent.text());
}
