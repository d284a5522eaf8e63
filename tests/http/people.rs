//! Staff, customers, firms, their users and programs, as administrators and branch staff enter them.
use super::house::{House, PASSWORD};
use kernel::{Actor, Who};
use party::{GrantAsk, LoginNew, PasswordCost, Role};
use serde_json::Value;

/// A second administrator, signed in.
fn second_admin(house: &House) -> Vec<(String, String)> {
    let hash = PasswordCost::TEST.hash("second", PASSWORD).unwrap();
    house
        .bank
        .write(move |tx| {
            let actor = Actor::system("bootstrap");
            let branch = party::branch_by_code(tx, "10000")?.id;
            let new = party::StaffNew { branch, number: "8098".into(), name: "第二人".into(), person: None };
            let who = Who::Staff(party::staff_join(tx, &actor, new)?);
            party::grant(tx, &actor, GrantAsk::new(who, Role::HeadOfficeAdmin))?;
            let (name, password, totp_secret) = ("second".into(), hash.clone(), *b"12345678901234567890");
            party::login_make(tx, &actor, LoginNew { name, who, password, totp_secret, first_password: false })
        })
        .unwrap();
    vec![("Authorization".into(), format!("Bearer {}", house.sign_in("second")))]
}

fn post(house: &House, proof: &[(String, String)], key: &str, path: &str, body: &str) -> (u16, Value) {
    let mut headers = proof.to_vec();
    headers.push(("Idempotency-Key".into(), key.into()));
    headers.push(("Content-Type".into(), "application/json".into()));
    let answer = house.ask("POST", path, &headers, house.fill(body).as_bytes());
    (answer.status, answer.json())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Approves what waits as `proof`.
fn approve(house: &House, proof: &[(String, String)], id: &str) -> (u16, Value) {
    let shown = house.ask("GET", &format!("/v1/approvals/{id}"), proof, b"");
    let hash = text(&shown.json()["hash"]);
    post(
        house,
        proof,
        &format!("yes-{id}-{}", proof[0].1.len()),
        &format!("/v1/approvals/{id}/approval"),
        &format!("{{\"hash\":\"{hash}\"}}"),
    )
}

#[test]
fn somebody_joins_gets_a_sign_in_name_and_a_role_by_two() {
    let house = House::open();
    let (first, second) = (house.proof('g'), second_admin(&house));
    let body = r#"{"branch":"$branch","number":"8300","name":"陈新"}"#;
    let (status, joined) = post(&house, &first, "j1", "/v1/staff", body);
    assert_eq!(status, 200, "{joined}");
    let id = text(&joined["staff"]);
    let (_, made) = post(&house, &first, "l1", &format!("/v1/staff/{id}/login"), r#"{"name":"chen.xin"}"#);
    assert_eq!(text(&made["first_password"]).len(), 24, "{made}");
    assert!(text(&made["authenticator"]).starts_with("otpauth://totp/Yizhan:chen.xin?secret="));
    let (_, again) = post(&house, &first, "l1", &format!("/v1/staff/{id}/login"), r#"{"name":"chen.xin"}"#);
    assert!(again["first_password"].is_null() && again["authenticator"].is_null() && again["login"] == made["login"]);

    let role = r#"{"role":"teller","branch":"$branch","limits":{"per_transaction_max":100000}}"#;
    let (status, asked) = post(&house, &first, "r1", &format!("/v1/staff/{id}/grants"), role);
    assert_eq!((status, asked["outcome"].as_str()), (200, Some("asked")), "{asked}");
    let approval = text(&asked["approval"]);
    assert_eq!(approve(&house, &first, &approval).1["code"], "maker_is_checker");
    let page = house.page('g', &format!("/approvals/{approval}")).text();
    assert!(page.contains("陈新") && !page.contains('⟦'), "the page shows for whom");
    let (status, done) = approve(&house, &second, &approval);
    assert_eq!(status, 200, "{done}");
    let grant = text(&done["grant"]);
    let seen = house.program('g', "GET", &format!("/v1/staff/{id}"), "").json();
    assert_eq!(seen["staff"]["roles"], serde_json::json!(["teller"]));
    assert_eq!((&seen["grants"][0]["grant"], &seen["grants"][0]["approval"]), (&grant.into(), &approval.into()));
    assert_eq!(seen["login"]["first_password"], true);
    let found = house.program('g', "GET", "/v1/staff?text=8300", "").json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let list = house.program('g', "GET", "/v1/grants?role=teller", "").json();
    assert!(list["items"].as_array().unwrap().iter().any(|g| g["holder"] == id.as_str()), "{list}");
    let head = house.bank.read(|tx| party::branch_by_code(tx, "10000")).unwrap().id;
    for path in ["/v1/staff", "/v1/grants", "/staff", "/grants"] {
        let of_head = format!("{path}?branch={head}");
        let status = if path.starts_with("/v1") {
            house.program('m', "GET", &of_head, "").status
        } else {
            house.page('m', &of_head).status
        };
        assert_eq!(status, 403, "a manager looks at his own branches: {path}");
    }
    assert_eq!(house.program('m', "GET", "/v1/staff?branch=x", "").status, 400);
}

#[test]
fn a_customer_is_registered_as_on_the_document() {
    let house = House::open();
    let body = "9901021985062302";
    let number = (0..100)
        .map(|n| format!("{body}{n:01}"))
        .filter_map(|b| kernel::chinese::identity_check(&b).map(|check| format!("{b}{check}")))
        .next()
        .unwrap();
    let form = |number: &str, name: &str| {
        let branch = house.fill("$branch");
        let fields = [
            ("branch", branch.as_str()),
            ("document", "resident_id"),
            ("number", number),
            ("country", "CN"),
            ("name", name),
            ("phone", "13822220000"),
            ("tier", "I"),
        ];
        house.form('t', "/customers/registration", "/customers/registration", &fields)
    };
    let wrong = form("990102198506230036", "李新");
    assert_eq!(wrong.status, 422, "the check digit is wrong");
    assert!(wrong.text().contains("error-summary") && !wrong.text().contains('⟦'), "{}", wrong.text());
    let done = form(&number, "李新");
    let place = done.header("location").unwrap_or_else(|| panic!("{}", done.text())).to_owned();
    assert!(place.starts_with("/customers/pers_"), "{place}");
    let again = form(&number, "李新");
    assert_eq!(again.header("location"), Some(place.as_str()), "the same document is the same customer");
    let other = form(&number, "张新");
    assert_eq!(other.status, 422, "another name on the same document");

    let issued = house.form('t', &format!("{place}/login"), &format!("{place}/login"), &[("name", "li.xin")]);
    assert_eq!(issued.status, 200, "{}", issued.text());
    let page = issued.text();
    assert!(page.contains("<svg class=\"qr\"") && page.contains("li.xin") && !page.contains('⟦'));
    assert!(!house.page('t', &place).text().contains("otpauth"), "the secret is shown once");
    let taken = house.form('t', &format!("{place}/login"), &format!("{place}/login"), &[("name", "li.xin2")]);
    assert_eq!(taken.status, 422, "one login each");
}

#[test]
fn a_firm_gives_its_roles_and_its_programs_and_wants_two() {
    let house = House::open();
    let firm = house.fill("$firm");
    let unknown = [("number", "990102198506230036"), ("name", "无人"), ("role", "payroll_clerk")];
    let refused = house.form('o', &format!("/firms/{firm}"), &format!("/firms/{firm}/role"), &unknown);
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains('⟦'), "{}", refused.text());
    let body = r#"{"name":"ERP 2","scopes":["wage.read"],"limits":{"per_transaction_max":0,"per_day_max":0}}"#;
    let (status, made) = post(&house, &house.proof('o'), "c1", &format!("/v1/firms/{firm}/clients"), body);
    assert_eq!(status, 200, "{made}");
    let (id, secret) = (text(&made["client"]), text(&made["secret"]));
    let basic = data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes());
    let proof = [("Authorization".to_owned(), format!("Basic {basic}"))];
    assert_eq!(house.ask("GET", "/v1/wage-projects", &proof, b"").status, 200);
    let ended =
        house.form('o', &format!("/programs/{id}/ending"), &format!("/programs/{id}/ending"), &[("reason", "over")]);
    assert_eq!(ended.status, 303, "{}", ended.text());
    assert_eq!(house.ask("GET", "/v1/wage-projects", &proof, b"").status, 401, "its secret opens nothing any more");

    let control = |key: &str, two: bool| {
        let body = format!("{{\"two_persons\":{two},\"reason\":\"the board wants it\"}}");
        post(&house, &house.proof('o'), key, &format!("/v1/firms/{firm}/control"), &body).1
    };
    assert_eq!(control("t1", true)["outcome"], "done");
    assert_eq!(house.program('o', "GET", &format!("/v1/firms/{firm}"), "").json()["two_persons_for_rights"], true);
    assert_eq!(control("t2", false)["outcome"], "asked");
    let role = house.fill("/v1/grants/$user_role/revocation");
    let taken = house.program('o', "POST", &role, r#"{"reason":"moves on"}"#).json();
    assert_eq!(taken["outcome"], "done", "taking away waits for nobody");
    assert_eq!(house.page('o', "/firm").header("location"), Some(format!("/firms/{firm}").as_str()));
}

#[test]
fn a_paused_sign_in_is_unlocked_and_its_sessions_are_ended() {
    let house = House::open();
    let login = house.fill("$customers_login");
    assert_eq!(house.page('c', "/home").status, 200);
    let reason = [("reason", "seen at the counter")];
    let ended =
        house.form('m', &format!("/logins/{login}/sessions-end"), &format!("/logins/{login}/sessions-end"), &reason);
    assert_eq!(ended.status, 303, "{}", ended.text());
    assert_eq!(house.page('c', "/home").status, 303, "he is signed out");
    let unlock = house.program('m', "POST", &format!("/v1/logins/{login}/unlocking"), r#"{"reason":"it was he"}"#);
    assert_eq!(unlock.json()["outcome"], "already_so");
    let renewed = house.form('t', &format!("/logins/{login}/renewal"), &format!("/logins/{login}/renewal"), &reason);
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    assert!(renewed.text().contains("<svg class=\"qr\""));
    let staffs = house.program('g', "POST", &house.fill("/v1/logins/$sign_in/renewal"), r#"{"reason":"a test"}"#);
    assert_eq!(staffs.status, 403, "a colleague's login is not renewed");
}
