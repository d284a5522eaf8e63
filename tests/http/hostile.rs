//! Input that nobody means well with: the server says no, in words, and stays up.
use super::house::{House, csrf_of};
use web::gate::Face;

fn json() -> (String, String) {
    ("Content-Type".into(), "application/json".into())
}

#[test]
fn no_body_of_any_kind_is_answered_with_a_status_of_500() {
    let house = House::open();
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(90_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{\"a\":1}".to_vec(),
        b"{\"reason\":1}".to_vec(),
        b"{\"reason\":\"\\ud800\"}".to_vec(),
        b"{\"reason\":\"x\",\"reason\":\"y\"}".to_vec(),
        b"{\"hash\":\"\\u0000\",\"reason\":\"\\u0000\"}".to_vec(),
        deep.into_bytes(),
        long.into_bytes(),
        (0..=255).cycle().take(3_000).collect(),
    ];
    let kinds = [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "\u{e9}",
    ];
    let mut seed = 1u64;
    for route in web::routes().iter().filter(|r| r.method != "GET") {
        let path = house.fill(
            &route
                .path
                .replace("{id}", "$payment")
                .replace("{pos}", "9223372036854775807")
                .replace("{consumer}", "%00")
                .replace("{list}", "%ff"),
        );
        for body in &bodies {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let kind = kinds[(seed >> 33) as usize % kinds.len()];
            let letter = ['c', 'k', 'o', 't', 'e', 'r', 'a'][(seed >> 40) as usize % 7];
            let mut headers = if route.face == Face::Programs { house.proof(letter) } else { house.cookie(letter) };
            headers.push(("Content-Type".into(), kind.into()));
            headers.push(("Idempotency-Key".into(), format!("h{seed}")));
            let answer = house.ask(route.method, &path, &headers, body);
            assert!(
                (200..500).contains(&answer.status),
                "{} {path} as {letter} with {kind}: {} {}",
                route.method,
                answer.status,
                answer.text()
            );
        }
    }
    assert_eq!(house.page('n', "/").status, 200);
}

#[test]
fn no_query_of_any_kind_is_answered_with_a_status_of_500() {
    let house = House::open();
    let queries = [
        "after=%00",
        "limit=0",
        "limit=4294967296",
        "limit=-1&after=",
        "after=acct_00000000000000000000000000",
        "state=%F0%9F%92%A3",
        "limit=1&limit=2",
        "%",
        "a=%ff%fe",
        "next=//evil",
        "from=x&to=y",
        "from=9999-12-31&to=0000-01-01",
    ];
    for route in web::routes().iter().filter(|r| r.method == "GET") {
        let path = house
            .fill(&route.path.replace("{id}", "$account").replace("{list}", "grey").replace("{name}", "..%2f..%2fetc"));
        for query in queries {
            for letter in ['c', 'k', 'r', 'e', 'a', 't'] {
                let path = format!("{path}?{query}");
                let answer = if route.face == Face::Programs {
                    house.program(letter, "GET", &path, "")
                } else {
                    house.page(letter, &path)
                };
                assert!((200..500).contains(&answer.status), "{path} as {letter}: {} {}", answer.status, answer.text());
            }
        }
    }
}

#[test]
fn strange_ids_are_not_found() {
    let house = House::open();
    for id in [
        "x",
        "acct_",
        "acct_00000000000000000000000000",
        "pers_06BXSV3Q00R0004TQ8ZC5E2ZWM",
        "%00",
        "..",
        "%2e%2e%2f",
        "😀",
        "acct_%C3%A5",
    ] {
        let answer = house.program('c', "GET", &format!("/v1/accounts/{id}"), "");
        assert!([400, 404].contains(&answer.status), "{id}: {}", answer.status);
        assert!(answer.json()["code"].is_string());
    }
}

#[test]
fn a_field_nobody_knows_is_refused() {
    let house = House::open();
    let mut headers = house.proof('c');
    headers.extend([json(), ("Idempotency-Key".into(), "u1".into())]);
    let body = house.fill(
        r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"},"amuont":1}"#,
    );
    let answer = house.ask("POST", "/v1/payments", &headers, body.as_bytes());
    assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("bad_field")));
    assert!(answer.json()["detail"].as_str().unwrap().contains("amuont"), "{}", answer.text());
}

#[test]
fn bytes_that_are_no_request_do_not_bring_it_down() {
    let house = House::open();
    let mut seed = 7u64;
    for n in 0..200 {
        let bytes: Vec<u8> = (0..n * 7 % 997)
            .map(|_| {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                (seed >> 56) as u8
            })
            .collect();
        let answer = house.fragment(&bytes);
        assert!(answer.status == 0 || answer.status == 400, "{}", answer.status);
    }
    let endless = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    assert!([0, 400, 431].contains(&house.raw(endless.as_bytes()).status));
    assert_eq!(house.page('n', "/healthz").status, 200);
}

#[test]
fn a_form_without_its_proof_changes_nothing() {
    let house = House::open();
    let proof = csrf_of(&house.page('c', "/home"));
    let others = csrf_of(&house.page('d', "/home"));
    assert!(!proof.is_empty() && proof != others);
    let cookie = house.cookie('c');
    let cross = [cookie.clone(), vec![("Sec-Fetch-Site".into(), "cross-site".into())]].concat();
    for route in web::routes().iter().filter(|r| r.face == Face::People && r.method == "POST") {
        let path = house.fill(&route.path.replace("{id}", "$session"));
        for (headers, proof) in [(&cookie, ""), (&cookie, others.as_str()), (&cookie, "A"), (&cross, proof.as_str())] {
            let answer = house.send_form(headers, &path, proof, &[]);
            assert!([400, 403, 404].contains(&answer.status), "{path}: {}", answer.status);
        }
    }
    assert_eq!(house.page('c', "/home").status, 200, "the session is still there");
}

#[test]
fn nobody_is_led_away_from_this_site() {
    let house = House::open();
    for evil in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\evil",
    ] {
        let page = house.page('n', &format!("/sign-in?next={}", super::house::percent(evil)));
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("evil.example") || page.text().contains("value=\"/home\""), "{evil}");
        let signed = house.page('c', &format!("/sign-in?next={}", super::house::percent(evil)));
        assert_eq!(signed.header("location"), Some("/home"), "{evil}");
    }
    let led = house.page('n', "/home?x=1&y=%0d%0aSet-Cookie:%20a=b");
    assert_eq!(led.status, 303);
    assert!(
        led.header("location").is_some_and(|l| l.starts_with("/sign-in?next=/home%3F")),
        "{:?}",
        led.header("location")
    );
}

#[test]
fn answers_carry_their_guards_and_a_session_is_not_kept_by_browsers() {
    let house = House::open();
    for (letter, path) in [('c', "/home"), ('n', "/sign-in"), ('n', "/nowhere")] {
        let answer = house.page(letter, path);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(
            answer.header("content-security-policy").is_some_and(|p| p.contains("frame-ancestors 'none'")),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    let api = house.program('c', "GET", "/v1/nowhere", "");
    assert_eq!((api.status, api.header("content-type")), (404, Some("application/problem+json")));
    assert!(api.header("set-cookie").is_none());
}
