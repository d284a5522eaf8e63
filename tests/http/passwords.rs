//! One's own password, and the first one that somebody else gave.
use super::house::{Answer, House, PASSWORD, code};
use kernel::{Actor, Who};
use party::{LoginNew, PasswordCost};

const NEW: &str = "beacon-orange-7710";

/// A login whose password somebody else made, and its session.
fn newcomer(house: &House) -> String {
    let hash = PasswordCost::TEST.hash("newcomer", PASSWORD).unwrap();
    house
        .bank
        .write(move |tx| {
            let actor = Actor::system("bootstrap");
            let branch = party::branch_by_code(tx, "10000")?.id;
            let new = party::StaffNew { branch, number: "8099".into(), name: "新人".into(), person: None };
            let who = Who::Staff(party::staff_join(tx, &actor, new)?);
            party::grant(tx, &actor, party::GrantAsk::new(who, party::Role::Auditor))?;
            let (name, password) = ("newcomer".into(), hash.clone());
            let totp_secret = *b"12345678901234567890";
            party::login_make(tx, &actor, LoginNew { name, who, password, totp_secret, first_password: true })
        })
        .unwrap();
    house.sign_in("newcomer")
}

fn cookie(token: &str) -> Vec<(String, String)> {
    vec![("Cookie".into(), format!("yz_session={token}"))]
}

fn bearer(token: &str) -> Vec<(String, String)> {
    vec![("Authorization".into(), format!("Bearer {token}")), ("Content-Type".into(), "application/json".into())]
}

fn send(house: &House, token: &str, old: &str, code: &str, new: &str, again: &str) -> Answer {
    let page = house.ask("GET", "/password", &cookie(token), b"");
    let proof = super::house::csrf_of(&page);
    let fields = [("old", old), ("code", code), ("new", new), ("again", again)];
    house.send_form(&cookie(token), "/password", &proof, &fields)
}

#[test]
fn a_first_password_opens_its_change_and_nothing_else() {
    let house = House::open();
    let token = newcomer(&house);
    for path in ["/home", "/audit", "/devices", "/approvals", "/notices"] {
        let led = house.ask("GET", path, &cookie(&token), b"");
        assert_eq!((led.status, led.header("location")), (303, Some("/password")), "{path}");
    }
    for path in ["/v1/audit", "/v1/notices", "/v1/approvals"] {
        let refused = house.ask("GET", path, &bearer(&token), b"");
        assert_eq!((refused.status, refused.json()["code"].as_str()), (401, Some("first_password")), "{path}");
    }
    assert_eq!(house.ask("GET", "/v1/me", &bearer(&token), b"").json()["first_password"], true);
    let page = house.ask("GET", "/password", &cookie(&token), b"").text();
    assert!(page.contains("tone-info") && !page.contains("class=\"nav\""), "the page says why, and leads nowhere else");
    house.later(60);
    let now = code(house.clock.now());
    let done = send(&house, &token, PASSWORD, &now, NEW, NEW);
    assert_eq!((done.status, done.header("location")), (303, Some("/password?done=yes")), "{}", done.text());
    assert_eq!(house.ask("GET", "/password?done=yes", &cookie(&token), b"").status, 200);
    assert_eq!(house.ask("GET", "/audit", &cookie(&token), b"").status, 200);
    assert_eq!(house.ask("GET", "/v1/me", &bearer(&token), b"").json()["first_password"], false);
}

#[test]
fn a_password_is_changed_with_the_old_one_and_a_code_that_was_not_used() {
    let house = House::open();
    house.later(60);
    let second = house.sign_in("customer");
    let used = code(house.clock.now());
    let own = house.proofs[&'c'].clone();
    house.later(60);
    let fresh = code(house.clock.now());
    let cases = [
        ("the new ones differ", PASSWORD, fresh.as_str(), NEW, "beacon-orange-7711"),
        ("too short", PASSWORD, fresh.as_str(), "short", "short"),
        ("the old one again", PASSWORD, fresh.as_str(), PASSWORD, PASSWORD),
        ("the old one is wrong", "not-the-password", fresh.as_str(), NEW, NEW),
        ("the code was used", PASSWORD, used.as_str(), NEW, NEW),
    ];
    for (what, old, code, new, again) in cases {
        let answer = send(&house, &own, old, code, new, again);
        assert_eq!(answer.status, 422, "{what}");
        let text = answer.text();
        assert!(text.contains("error-summary") && !text.contains(NEW) && !text.contains(PASSWORD), "{what}");
    }
    assert_eq!(send(&house, &own, PASSWORD, &fresh, NEW, NEW).status, 303);
    assert_eq!(house.ask("GET", "/home", &cookie(&own), b"").status, 200);
    assert_eq!(house.ask("GET", "/home", &cookie(&second), b"").status, 303, "the other session is over");
}

#[test]
fn programs_change_it_too_and_a_firms_program_has_none() {
    let house = House::open();
    house.later(60);
    let now = code(house.clock.now());
    let body = |old: &str| format!("{{\"old\":\"{old}\",\"code\":\"{now}\",\"new\":\"{NEW}\"}}");
    let ask = |letter, old: &str| house.program(letter, "POST", "/v1/me/password", &body(old));
    assert_eq!(ask('p', PASSWORD).status, 403);
    assert_eq!(ask('n', PASSWORD).status, 401);
    let wrong = ask('d', "not-the-password");
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (401, Some("not_signed_in")));
    let weak = house.program('d', "POST", "/v1/me/password", &body(PASSWORD).replace(NEW, "short"));
    assert_eq!((weak.status, weak.json()["code"].as_str()), (400, Some("password_weak")));
    assert_eq!(ask('d', PASSWORD).json()["outcome"], "done");
    assert_eq!(house.program('d', "GET", "/v1/me", "").status, 200);
}
