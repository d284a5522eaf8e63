//! The same request again.
use super::house::{Answer, House};

const PAY: &str = r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"},"fee_shown":{"amount":"0.00","currency":"CNY"}}"#;

fn send(house: &House, letter: char, path: &str, key: Option<&str>, body: &str) -> Answer {
    let mut headers = house.proof(letter);
    headers.extend(key.map(|k| ("Idempotency-Key".to_owned(), k.to_owned())));
    headers.push(("Content-Type".into(), "application/json; charset=utf-8".into()));
    house.ask("POST", path, &headers, house.fill(body).as_bytes())
}

fn held(house: &House) -> String {
    house.program('c', "GET", &house.fill("/v1/accounts/$account"), "").json()["available"]["amount"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_payment_with_one_key_is_one_payment() {
    let house = House::open();
    let first = send(&house, 'c', "/v1/payments", Some("k1"), PAY);
    assert_eq!(first.status, 201, "{}", first.text());
    let after = held(&house);
    let again = send(&house, 'c', "/v1/payments", Some("k1"), PAY);
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(held(&house), after, "nothing moved twice");
    let other = send(&house, 'c', "/v1/payments", Some("k1"), &PAY.replace("1.00", "2.00"));
    assert_eq!((other.status, other.json()["code"].as_str()), (409, Some("key_reused")));
    assert_eq!(send(&house, 'c', "/v1/payments", Some("k2"), PAY).status, 201);
    assert_ne!(held(&house), after);
}

#[test]
fn the_key_is_the_callers_own() {
    let house = House::open();
    assert_eq!(send(&house, 't', "/v1/payments", Some("k1"), PAY).status, 201);
    let own = send(&house, 'c', "/v1/payments", Some("k1"), &PAY.replace("1.00", "3.00"));
    assert_eq!(own.status, 201, "{}", own.text());
}

#[test]
fn every_change_asks_for_a_key() {
    let house = House::open();
    for route in web::routes().iter().filter(|r| r.needs_key) {
        let numbers = route.path.replace("{pos}", "1").replace("{number}", "1");
        let path = numbers.replace("{id}", "x").replace("{party}", "x").replace("{consumer}", "x");
        let path = path.replace("{list}", "grey").replace("{hash}", "x");
        let letter = "coktmwyreag".chars().find(|l| {
            let answer = send(&house, *l, &path, None, "{}");
            ![401, 403, 405].contains(&answer.status)
        });
        let Some(letter) = letter.filter(|_| route.method == "POST") else { continue };
        for key in [None, Some(""), Some("with space"), Some("x".repeat(101).as_str())] {
            let answer = send(&house, letter, &path, key, "{}");
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (400, Some("bad_idempotency_key")),
                "{} as {letter} with {key:?}",
                route.path
            );
        }
    }
}

#[test]
fn a_secret_is_shown_once() {
    let house = House::open();
    let body = r#"{"url":"https://127.0.0.1/other","kinds":["payment.*"]}"#;
    let first = send(&house, 'o', "/v1/webhooks", Some("hook"), body);
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(first.json()["secret"].as_str().is_some_and(|s| s.starts_with("whsec_")));
    let again = send(&house, 'o', "/v1/webhooks", Some("hook"), body);
    assert_eq!(again.json()["webhook"], first.json()["webhook"]);
    assert!(again.json()["secret"].is_null());
    let count = house.program('o', "GET", "/v1/webhooks", "").json()["items"].as_array().unwrap().len();
    assert_eq!(count, 2, "with the one there was before");
}
