//! Coming in by passkey and one question a page, and what a customer sees and changes of himself.
use super::house::{Answer, House, PASSWORD, code, csrf_of};
use authenticator::Authenticator;
use serde_json::{Value, json};

/// A browser before sign-in: its cookies, and the proof of the form it looks at.
struct Visitor<'h> {
    house: &'h House,
    cookies: Vec<(&'static str, String)>,
    proof: String,
}

impl<'h> Visitor<'h> {
    fn at(house: &'h House, address: &str, mode: &str) -> Visitor<'h> {
        let mut visitor = Visitor { house, cookies: Vec::new(), proof: String::new() };
        if !mode.is_empty() {
            visitor.cookies.push(("yz_mode", mode.into()));
        }
        let page = house.ask("GET", address, &visitor.headers(), b"");
        visitor.cookies.push(("yz_visit", page.cookie("yz_visit").unwrap()));
        visitor.proof = csrf_of(&page);
        visitor
    }
    fn headers(&self) -> Vec<(String, String)> {
        let line = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        vec![("Cookie".into(), line)]
    }
    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.house.send_form(&self.headers(), path, &self.proof, fields)
    }
    fn question(&self, name: &str) -> Value {
        let answer = self.send("/passkeys/sign-in/question", &[("name", name)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

fn device(house: &House) -> Authenticator {
    Authenticator::at(&format!("http://localhost:{}", house.address.port()))
}

/// A passkey of `letter`, made through the pages.
fn passkey(house: &House, letter: char) -> Authenticator {
    let mut device = device(house);
    let asked = house.form(letter, "/passkeys/new", "/passkeys/question", &[]).json();
    let answer = device.create(&asked["options"]).unwrap();
    let fields = [("pending", asked["pending"].as_str().unwrap()), ("credential", &answer), ("name", "我的手机")];
    let made = house.form(letter, "/passkeys/new", "/passkeys", &fields);
    assert_eq!((made.status, made.header("location")), (303, Some("/devices")), "{}", made.text());
    device
}

#[test]
fn a_passkey_made_on_the_page_signs_in_there_without_a_name() {
    let house = House::open();
    let mut device = passkey(&house, 'd');
    let list = house.page('d', "/devices").text();
    assert!(list.contains("我的手机") && list.contains("/removal"));
    let visitor = Visitor::at(&house, "/sign-in?next=/devices", "");
    let asked = visitor.question("");
    let answer = device.get(&asked["options"]).unwrap();
    let pending = asked["pending"].as_str().unwrap();
    let fields = [("pending", pending), ("credential", &answer), ("next", "/devices")];
    let stranger = Visitor::at(&house, "/sign-in", "").send("/passkeys/sign-in", &fields);
    assert_eq!(stranger.status, 422, "what one visitor was asked, no other answers");
    let done = visitor.send("/passkeys/sign-in", &fields);
    assert_eq!((done.status, done.header("location")), (303, Some("/devices")), "{}", done.text());
    let token = done.cookie("yz_session").unwrap();
    assert!(done.cookie("yz_device").is_some());
    let cookie = [("Cookie".to_owned(), format!("yz_session={token}"))];
    assert_eq!(house.ask("GET", "/devices", &cookie, b"").status, 200);
    assert_eq!(visitor.send("/passkeys/sign-in", &fields).status, 422, "once");
    let evil = [("pending", pending), ("credential", "{}"), ("next", "//evil.example")];
    let refused = visitor.send("/passkeys/sign-in", &evil);
    assert!(refused.status == 422 && !refused.text().contains("evil.example"), "{}", refused.text());
}

#[test]
fn programs_sign_in_and_step_up_by_passkey() {
    let house = House::open();
    let mut device = device(&house);
    let asked = house.program('c', "POST", "/v1/passkeys/question", "").json();
    let credential: Value = serde_json::from_str(&device.create(&asked["options"]).unwrap()).unwrap();
    let body = json!({ "pending": asked["pending"], "name": "key", "credential": credential }).to_string();
    let made = house.program('c', "POST", "/v1/passkeys", &body);
    assert_eq!(made.status, 201, "{}", made.text());

    let asked = house.program('n', "POST", "/v1/sessions/passkey/question", "{}").json();
    let credential: Value = serde_json::from_str(&device.get(&asked["options"]).unwrap()).unwrap();
    let answer = |ticket: &Value| {
        let body = json!({ "pending": asked["pending"], "ticket": ticket, "credential": credential }).to_string();
        house.program('n', "POST", "/v1/sessions/passkey", &body)
    };
    assert_eq!(answer(&json!("another")).json()["code"], "not_signed_in");
    let signed = answer(&asked["ticket"]);
    assert_eq!((signed.status, signed.json()["who"].as_str()), (201, Some("person")), "{}", signed.text());
    assert_eq!(answer(&asked["ticket"]).status, 401, "once");

    house.later(6 * 60);
    assert_eq!(house.program('c', "GET", "/v1/me", "").json()["stepped_up_seconds"], 0);
    let asked = house.program('c', "POST", "/v1/sessions/current/step-up/passkey/question", "").json();
    let credential: Value = serde_json::from_str(&device.get(&asked["options"]).unwrap()).unwrap();
    let body = json!({ "pending": asked["pending"], "credential": credential }).to_string();
    let done = house.program('c', "POST", "/v1/sessions/current/step-up/passkey", &body);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_ne!(done.json()["token"].as_str(), Some(house.proofs[&'c'].as_str()));
}

#[test]
fn a_question_for_a_name_looks_the_same_for_everybody() {
    let house = House::open();
    passkey(&house, 'd');
    let visitor = Visitor::at(&house, "/sign-in", "");
    let shape = |name: &str| {
        let asked = visitor.question(name);
        let options = asked["options"].as_object().unwrap();
        let keys: Vec<String> = options.keys().cloned().collect();
        (keys, options["allowCredentials"].as_array().unwrap().len())
    };
    let want = shape("other");
    for name in ["customer", "nobody-here", "<script>", "x"] {
        assert_eq!(shape(name), want, "{name}");
    }
}

#[test]
fn an_elder_signs_in_one_question_a_page_and_no_page_holds_the_password() {
    let house = House::open();
    house.later(60);
    let elder = Visitor::at(&house, "/sign-in?next=/notices", "elder");
    let hidden = |page: &Answer, name: &str| {
        let text = page.text();
        let after = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default().to_owned();
        after.split('"').next().unwrap_or_default().to_owned()
    };
    let first = elder.send("/sign-in", &[("step", "q0"), ("name", ""), ("next", "/notices")]);
    assert!(first.status == 422 && first.text().contains("data-mode=\"elder\""), "an error keeps the edition");
    let second = elder.send("/sign-in", &[("step", "q0"), ("name", "customer"), ("next", "/notices")]);
    assert!(second.status == 200 && second.text().contains("name=\"password\""), "{}", second.text());
    assert!(!second.text().contains("name=\"code\""), "one question a page");
    let empty = elder.send("/sign-in", &[("step", "q1"), ("name", "customer"), ("password", ""), ("next", "/notices")]);
    assert_eq!(empty.status, 422);
    let ask = |password: &str| {
        let fields = [("step", "q1"), ("name", "customer"), ("password", password), ("next", "/notices")];
        elder.send("/sign-in", &fields)
    };
    let (third, wrong) = (ask(PASSWORD), ask("wrong-password-1"));
    for page in [&third, &wrong] {
        let text = page.text();
        assert!(page.status == 200 && text.contains("name=\"code\"") && !text.contains("name=\"password\""), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains("wrong-password-1"), "{text}");
        assert_eq!((hidden(page, "name").as_str(), hidden(page, "next").as_str()), ("customer", "/notices"));
    }
    let bare = |page: &Answer| page.text().replace(&hidden(page, "kept"), "").replace(&hidden(page, "csrf"), "");
    let same = |page: &Answer| bare(page).split("<footer").next().unwrap_or_default().to_owned();
    assert_eq!(same(&third), same(&wrong), "nothing is told before the code");
    let now = code(house.clock.now());
    let give = |page: &Answer, visitor: &Visitor<'_>, code: &str| {
        let fields = [("step", "q2"), ("name", "customer"), ("code", code), ("next", "/notices")];
        visitor.send("/sign-in", &[fields.as_slice(), &[("kept", hidden(page, "kept").as_str())]].concat())
    };
    assert_eq!(give(&wrong, &elder, &now).status, 422);
    let other = Visitor::at(&house, "/sign-in", "elder");
    assert_eq!(give(&third, &other, &now).status, 422, "the password was another visitor's");
    let done = give(&third, &elder, &now);
    assert_eq!((done.status, done.header("location")), (303, Some("/notices")), "{}", done.text());
    assert_eq!(give(&third, &elder, &now).status, 422, "it is spent");
    let back = elder.send("/sign-in", &[("step", "to0"), ("name", "customer")]);
    assert!(back.status == 200 && back.text().contains("value=\"customer\""));
    let whole = elder.send("/sign-in", &[("name", "customer"), ("password", PASSWORD), ("code", "000000")]);
    assert_eq!(whole.status, 422, "a form that brings everything is judged at once");
}

#[test]
fn what_was_chosen_follows_to_another_device_and_a_device_keeps_its_own() {
    let house = House::open();
    house.later(60);
    let kept = house.form('c', "/profile", "/profile/preferences", &[("language", "en"), ("edition", "elder")]);
    assert_eq!((kept.status, kept.cookie("yz_mode").as_deref()), (303, Some("elder")), "{}", kept.text());
    let come = |mode: &str| {
        let visitor = Visitor::at(&house, "/sign-in", mode);
        house.later(30);
        let now = code(house.clock.now());
        visitor.send("/sign-in", &[("name", "customer"), ("password", PASSWORD), ("code", &now)])
    };
    let fresh = come("");
    assert_eq!((fresh.cookie("yz_mode").as_deref(), fresh.cookie("yz_lang").as_deref()), (Some("elder"), Some("en")));
    let own = come("customer");
    assert_eq!((own.cookie("yz_mode"), own.cookie("yz_lang").as_deref()), (None, Some("en")));
}

#[test]
fn the_other_sessions_end_at_once() {
    let house = House::open();
    house.later(60);
    let second = house.sign_in("customer");
    let with = [("Cookie".to_owned(), format!("yz_session={second}"))];
    assert_eq!(house.ask("GET", "/home", &with, b"").status, 200);
    let done = house.form('c', "/devices", "/devices/end-others", &[]);
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(house.ask("GET", "/home", &with, b"").status, 303);
    assert_eq!(house.page('c', "/home").status, 200);
}

#[test]
fn a_profile_is_masked_until_the_code_and_a_new_number_is_told_to_the_old_one() {
    let house = House::open();
    let (masked, whole) = ("138****0001", "13800000001");
    let page = house.page('c', "/profile").text();
    assert!(page.contains(masked) && !page.contains(whole), "{page}");
    assert!(house.form('c', "/profile", "/profile/reveal", &[]).text().contains(whole));
    let wrong = house.form('c', "/profile/phone", "/profile/phone", &[("value", "x")]);
    assert_eq!(wrong.status, 422);
    let done = house.form('c', "/profile/phone", "/profile/phone", &[("value", "138 7777 6666")]);
    assert_eq!((done.status, done.header("location")), (303, Some("/profile")), "{}", done.text());
    assert!(house.page('c', "/profile").text().contains("138****6666"));
    app::relay::pump(&house.bank.store).unwrap();
    let notices = house.page('c', "/notices").text();
    assert!(notices.contains(masked), "{notices}");
    house.later(6 * 60);
    for path in ["/profile/phone", "/profile/address", "/passkeys/new"] {
        let led = house.page('c', path);
        assert!(led.header("location").is_some_and(|l| l.starts_with("/step-up?next=")), "{path}");
    }
    let led = house.form('c', "/profile", "/profile/reveal", &[]);
    assert!(led.header("location").is_some_and(|l| l.starts_with("/step-up?next=")), "{:?}", led.header("location"));
}

#[test]
fn consents_are_given_one_by_one_and_taken_back() {
    let house = House::open();
    let api = || house.program('c', "GET", "/v1/consents", "").json()["items"].as_array().unwrap().clone();
    let given = |purpose: &str| api().iter().any(|c| c["purpose"] == purpose && c["given"] == true);
    let post = |path: &str, fields: &[(&str, &str)]| house.form('c', "/consents", path, fields).status;
    assert_eq!(post("/consents/face_check/giving", &[("version", "1")]), 303);
    assert!(given("face_check") && !given("place_check") && !given("offers"));
    assert_eq!(post("/consents/face_check/giving", &[("version", "2")]), 409, "a text that was not read");
    assert_eq!(post("/consents/account_service/withdrawal", &[]), 422, "needed for the account");
    let staff = house.page('t', &house.fill("/customers/$person/consents"));
    assert!(staff.status == 200 && !staff.text().contains("/giving"), "staff only look");
    assert_eq!(post("/consents/face_check/withdrawal", &[]), 303);
    assert!(!given("face_check"));
    let history = house.program('c', "GET", "/v1/consents/history", "").json();
    assert!(history["items"][0]["ended_at"].is_string());
}
