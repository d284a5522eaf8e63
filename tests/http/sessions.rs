//! Signing in and out, timeouts, the code once more, and for whom one acts.
use super::house::{Answer, House, PASSWORD, code, csrf_of};

fn sign_in(house: &House, name: &str, password: &str, code: &str) -> Answer {
    let page = house.page('n', "/sign-in");
    let visit = page.cookie("yz_visit").unwrap();
    let cookie = [("Cookie".to_owned(), format!("yz_visit={visit}"))];
    house.send_form(
        &cookie,
        "/sign-in",
        &csrf_of(&page),
        &[("name", name), ("password", password), ("code", code), ("next", "/devices")],
    )
}

fn with(token: &str) -> Vec<(String, String)> {
    vec![("Cookie".into(), format!("yz_session={token}"))]
}

#[test]
fn a_person_signs_in_and_comes_back_to_where_he_was_going() {
    let house = House::open();
    house.later(60);
    let now = code(house.clock.now());
    let done = sign_in(&house, "customer", PASSWORD, &now);
    assert_eq!((done.status, done.header("location")), (303, Some("/devices")), "{}", done.text());
    let token = done.cookie("yz_session").unwrap();
    assert!(done.cookie("yz_device").is_some());
    let set = done.headers.iter().find(|(n, v)| n == "set-cookie" && v.starts_with("yz_session")).unwrap();
    assert!(set.1.contains("HttpOnly") && set.1.contains("SameSite=Lax"), "{}", set.1);
    let page = house.ask("GET", "/devices", &with(&token), b"");
    assert_eq!(page.status, 200);
    assert_ne!(token, house.proofs[&'c'], "each sign-in has a token of its own");
    assert_eq!(sign_in(&house, "customer", PASSWORD, &now).status, 422, "a code is taken once");
}

#[test]
fn a_refusal_says_one_thing_whatever_was_wrong() {
    let house = House::open();
    house.later(60);
    let now = code(house.clock.now());
    let told = |answer: Answer| {
        let text = answer.text();
        let message = text
            .split("error-summary-list")
            .nth(1)
            .unwrap_or_default()
            .split("</ul>")
            .next()
            .unwrap_or_default()
            .to_owned();
        (answer.status, message)
    };
    let wrong = told(sign_in(&house, "customer", "not-the-password", &now));
    assert_eq!(wrong.0, 422);
    assert!(!wrong.1.is_empty());
    for (name, password, code) in
        [("customer", PASSWORD, "000000"), ("nobody-here", PASSWORD, now.as_str()), ("", "", "")]
    {
        assert_eq!(told(sign_in(&house, name, password, code)), wrong, "{name}");
    }
    for _ in 0..5 {
        sign_in(&house, "other", "not-the-password", "000000");
    }
    assert_eq!(told(sign_in(&house, "other", PASSWORD, &now)), wrong, "a login that pauses is told no different");
    let api = house.program('n', "POST", "/v1/sessions", r#"{"name":"customer","password":"x","code":"1"}"#);
    assert_eq!((api.status, api.json()["code"].as_str()), (401, Some("not_signed_in")));
}

#[test]
fn a_name_is_not_tried_without_end() {
    let house = House::open();
    let answers: Vec<u16> = (0..14).map(|_| sign_in(&house, "stranger", "x", "000000").status).collect();
    assert!(answers[..8].iter().all(|s| *s == 422), "{answers:?}");
    assert_eq!(answers.last(), Some(&429), "{answers:?}");
}

#[test]
fn a_session_that_is_idle_ends_and_says_so() {
    let house = House::open();
    for minutes in [9, 9, 9] {
        house.later(minutes * 60);
        assert_eq!(house.page('c', "/home").status, 200, "whoever does something stays");
    }
    house.later(11 * 60);
    let led = house.page('c', "/home");
    assert_eq!((led.status, led.header("location")), (303, Some("/sign-in?next=/home&ended=yes")));
    assert_eq!(house.program('c', "GET", "/v1/me", "").json()["code"], "session_ended");
    let page = house.ask("GET", "/sign-in?next=/home&ended=yes", &[], b"").text();
    assert!(page.contains("tone-info"), "the page says why");
}

#[test]
fn signing_out_ends_it_at_once() {
    let house = House::open();
    assert_eq!(house.page('c', "/home").status, 200);
    let out = house.form('c', "/home", "/sign-out", &[]);
    assert_eq!((out.status, out.header("location")), (303, Some("/")));
    assert_eq!(house.page('c', "/home").status, 303);
    assert_eq!(house.program('c', "GET", "/v1/me", "").status, 401);
    let other = house.program('d', "DELETE", "/v1/sessions/current", "");
    assert_eq!(other.json()["outcome"], "done", "{}", other.text());
    assert_eq!(house.program('d', "GET", "/v1/me", "").status, 401);
}

#[test]
fn another_browser_does_not_get_in_with_the_token() {
    let house = House::open();
    let request =
        format!("GET /home HTTP/1.0\r\nUser-Agent: another\r\nCookie: yz_session={}\r\n\r\n", house.proofs[&'c']);
    assert_eq!(house.raw(request.as_bytes()).status, 303);
    assert_eq!(house.page('c', "/home").status, 200);
}

#[test]
fn the_code_once_more_changes_the_token_and_opens_what_asks_for_it() {
    let house = House::open();
    house.later(6 * 60);
    let me = house.program('o', "GET", "/v1/me", "").json();
    assert_eq!(me["stepped_up_seconds"], 0);
    let now = code(house.clock.now());
    let body = format!("{{\"code\":\"{now}\"}}");
    let done = house.program('o', "POST", "/v1/sessions/current/step-up", &body);
    assert_eq!(done.status, 200, "{}", done.text());
    let token = done.json()["token"].as_str().unwrap().to_owned();
    assert_ne!(token, house.proofs[&'o']);
    assert_eq!(house.program('o', "GET", "/v1/me", "").status, 401, "the old token is over");
    let bearer = [("Authorization".to_owned(), format!("Bearer {token}"))];
    assert!(house.ask("GET", "/v1/me", &bearer, b"").json()["stepped_up_seconds"].as_i64().unwrap() > 0);
    assert_eq!(house.program('k', "POST", "/v1/sessions/current/step-up", r#"{"code":"000000"}"#).status, 401);
}

#[test]
fn a_page_that_needs_the_code_leads_to_it_and_back() {
    let house = House::open();
    house.later(6 * 60);
    let wrong = house.form('c', "/step-up?next=/devices", "/step-up", &[("code", "000000"), ("next", "/devices")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let now = code(house.clock.now());
    let done = house.form('c', "/step-up?next=/devices", "/step-up", &[("code", &now), ("next", "/devices")]);
    assert_eq!((done.status, done.header("location")), (303, Some("/devices")));
    assert_ne!(done.cookie("yz_session").as_ref(), Some(&house.proofs[&'c']));
}

#[test]
fn one_acts_for_a_firm_and_for_oneself_again() {
    let house = House::open();
    let own = house.program('k', "POST", "/v1/sessions/current/firm", r#"{"firm":null}"#);
    assert_eq!((own.status, own.json()["who"].as_str()), (200, Some("person")), "{}", own.text());
    assert_eq!(house.program('k', "GET", "/v1/wage-projects", "").status, 403);
    let firm = house.fill("$firm");
    let form = house.form('k', "/act-for", "/act-for", &[("firm", &firm)]);
    assert_eq!(form.status, 303, "{}", form.text());
    assert_eq!(house.program('k', "GET", "/v1/wage-projects", "").status, 200);
    let not_his = house.program('c', "POST", "/v1/sessions/current/firm", &format!("{{\"firm\":\"{firm}\"}}"));
    assert_eq!(not_his.status, 403);
}

#[test]
fn a_session_is_ended_from_another_device() {
    let house = House::open();
    house.later(60);
    let second = house.sign_in("customer");
    let id = second.split('.').next().unwrap().to_owned();
    assert_eq!(house.ask("GET", "/home", &with(&second), b"").status, 200);
    let done = house.form('c', "/devices", &format!("/devices/{id}/end"), &[]);
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(house.ask("GET", "/home", &with(&second), b"").status, 303);
    assert_eq!(house.page('c', "/home").status, 200);
}
