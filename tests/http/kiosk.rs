//! A machine of a branch over the wire: enrolling it, what it offers, card and face, how a visit ends.
use super::house::{Answer, House, csrf_of, identity};
use kernel::id::BranchId;
use kernel::{Actor, Result};
use party::{Enrolment, IdentitySimulator, SimulatedCard, Story, TerminalNew, Variant};
use store::Tx;

/// A card of every story, numbered as the stories are; the holder is the customer `c`, a stranger's nobody.
pub(super) fn cards() -> IdentitySimulator {
    let card = |(story, tag): (&Story, u8)| {
        let (number, name) = match story {
            Story::Stranger => (identity(900), "陌生人"),
            _ => (identity(1), "李customer"),
        };
        SimulatedCard { tag, number, name: name.into(), valid_until: None, story: *story }
    };
    IdentitySimulator::new(Story::ALL.iter().zip(1u8..).map(card).collect())
}

fn number_of(story: Story) -> String {
    (1 + Story::ALL.iter().position(|s| *s == story).expect("a story")).to_string()
}

pub(super) fn enrol(tx: &mut Tx<'_>, branch: BranchId, variant: Variant) -> Result<Enrolment> {
    let new = TerminalNew { branch, name: "K-01".into(), place: "大厅入口左侧".into(), variant };
    party::terminal_enrol(tx, &Actor::system("demo"), new)
}

/// A browser that keeps its cookies.
pub(super) struct Browser<'h> {
    house: &'h House,
    cookies: Vec<(String, String)>,
}

impl<'h> Browser<'h> {
    pub fn new(house: &'h House) -> Browser<'h> {
        Browser { house, cookies: Vec::new() }
    }
    fn headers(&self) -> Vec<(String, String)> {
        let line: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        vec![("Cookie".into(), line.join("; "))]
    }
    fn keep(&mut self, answer: Answer) -> Answer {
        for (_, set) in answer.headers.iter().filter(|(n, _)| n == "set-cookie") {
            let (name, value) = set.split(';').next().and_then(|p| p.split_once('=')).expect("a cookie");
            self.cookies.retain(|(n, _)| n != name);
            if !set.contains("Max-Age=0") {
                self.cookies.push((name.into(), value.into()));
            }
        }
        answer
    }
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn get(&mut self, path: &str) -> Answer {
        let answer = self.house.ask("GET", path, &self.headers(), b"");
        self.keep(answer)
    }
    /// Sends a form from the page at `from`.
    pub fn send(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(from);
        let answer = self.house.send_form(&self.headers(), path, &csrf_of(&page), fields);
        self.keep(answer)
    }
    /// Is a machine from now on.
    pub fn enrolled(mut self, variant: Variant) -> Browser<'h> {
        let branch = self.house.fill("$branch").parse().expect("a branch");
        let made = self.house.bank.write(move |tx| enrol(tx, branch, variant)).expect("a machine");
        let done = self.send("/kiosk/enrolment", "/kiosk/enrolment", &[("code", &made.code)]);
        assert_eq!((done.status, done.header("location")), (303, Some("/")), "{}", done.text());
        self
    }
    fn lay(&mut self, story: Story) -> Answer {
        let from = "/kiosk/identity?next=/accounts";
        self.send(from, "/kiosk/identity", &[("laid", &number_of(story)), ("next", "/accounts")])
    }
    fn look(&mut self) -> Answer {
        self.send("/kiosk/face?next=/accounts", "/kiosk/face", &[("next", "/accounts")])
    }
    /// The customer is served.
    pub fn served(mut self) -> Browser<'h> {
        self.lay(Story::Passes);
        let done = self.look();
        assert_eq!((done.status, done.header("location")), (303, Some("/accounts")), "{}", done.text());
        self
    }
}

fn machine(house: &House) -> Browser<'_> {
    Browser::new(house).enrolled(Variant::Tall)
}

#[test]
fn a_code_makes_a_machine_and_nothing_in_an_address_does() {
    let house = House::open();
    let mut browser = Browser::new(&house);
    let page = browser.get("/?mode=kiosk&kiosk=yes&reach=low").text();
    assert!(page.contains("data-mode=\"customer\"") && !page.contains("data-variant"), "{page}");
    for code in ["", "0000000000", "12"] {
        let wrong = browser.send("/kiosk/enrolment", "/kiosk/enrolment", &[("code", code)]);
        assert_eq!(wrong.status, 422, "{code}");
    }
    let mut machine = browser.enrolled(Variant::Tall);
    let page = machine.get("/?mode=elder").text();
    assert!(page.contains("data-mode=\"kiosk\"") && page.contains("kiosk-rescue"), "{page}");
    assert!(!page.contains("/sign-in") && !page.contains("data-variant"), "{page}");
    let low = machine.get("/?reach=low").text();
    assert!(low.contains("data-variant=\"low\"") && machine.get("/").text().contains("data-variant=\"low\""));
    let mut built_low = Browser::new(&house).enrolled(Variant::Low);
    assert!(built_low.get("/?reach=high").text().contains("data-variant=\"low\""), "it is built so");
    let mut forged = Browser::new(&house);
    let id = machine.cookie("yz_terminal").unwrap().split('.').next().unwrap().to_owned();
    forged.cookies.push(("yz_terminal".into(), format!("{id}.{}", "A".repeat(43))));
    assert!(forged.get("/").text().contains("data-mode=\"customer\"") && forged.cookie("yz_terminal").is_none());
}

#[test]
fn codes_are_not_tried_without_end() {
    let house = House::open();
    let mut browser = Browser::new(&house);
    let tries = (0..14).map(|_| browser.send("/kiosk/enrolment", "/kiosk/enrolment", &[("code", "1234567890")]).status);
    let tries: Vec<u16> = tries.collect();
    assert!(tries[..8].iter().all(|s| *s == 422) && tries.last() == Some(&429), "{tries:?}");
}

#[test]
fn a_machine_offers_what_it_offers_and_nothing_else() {
    let house = House::open();
    let mut machine = machine(&house).served();
    let mut others = 0;
    for route in web::routes().iter().filter(|r| r.face == web::gate::Face::People) {
        let name = format!("{} {}", route.method, route.path);
        let path = route.path.replace("{id}", "x").replace("{number}", "1").replace("{party}", "x");
        let path = path.replace("{name}", "x").replace("{hash}", "x").replace("{pos}", "1").replace("{line}", "1");
        if web::terminals::OFFERED.contains(&name.as_str()) {
            continue;
        }
        let answer = match route.method {
            "GET" => machine.get(&path),
            _ => machine.send("/accounts", &path, &[]),
        };
        assert_eq!(answer.status, 403, "{name}: {}", answer.text());
        assert!(answer.text().contains("kiosk-rescue"), "{name} tells whom to ask");
        others += 1;
    }
    assert!(others > 60, "{others} addresses were tried");
    assert_eq!(machine.get("/design").status, 403, "the gallery has no gate and is not offered either");
    assert_eq!(machine.get("/accounts").status, 200, "whoever is served stays so");
}

#[test]
fn a_card_and_a_face_open_what_was_touched() {
    let house = House::open();
    let mut machine = machine(&house);
    let led = machine.get("/accounts");
    assert_eq!((led.status, led.header("location")), (303, Some("/kiosk/identity?next=/accounts")));
    let page = machine.get("/kiosk/identity?next=/accounts").text();
    assert!(page.contains("name=\"laid\"") && page.contains("autocomplete=\"off\"") && !page.contains("password"));
    let read = machine.lay(Story::Passes);
    assert_eq!((read.status, read.header("location")), (303, Some("/kiosk/face?next=/accounts")));
    assert_eq!(machine.get("/accounts").status, 303, "a card alone opens nothing");
    let seen = machine.look();
    assert_eq!((seen.status, seen.header("location")), (303, Some("/accounts")));
    let set = seen.headers.iter().find(|(n, v)| n == "set-cookie" && v.starts_with("yz_session")).unwrap();
    assert!(set.1.contains("HttpOnly") && !set.1.contains("Max-Age"), "{}", set.1);
    assert!(machine.cookie("yz_device").is_none(), "a machine is nobody's device");
    let page = machine.get("/accounts");
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    assert!(page.text().contains("data-idle=\"60\"") && page.text().contains("data-warning=\"30\""));
    assert!(page.text().contains("http-equiv=\"refresh\" content=\"60;url=/kiosk/still?next=/accounts\""));
    let outside = |address: &str| {
        let mut other = Browser::new(&house);
        other.cookies = machine.cookies.iter().filter(|(n, _)| n != "yz_terminal").cloned().collect();
        other.get(address).status
    };
    assert_eq!(outside("/accounts"), 303, "a visit opens nothing away from its machine");
    let token = machine.cookie("yz_session").unwrap().to_owned();
    let bearer = [("Authorization".to_owned(), format!("Bearer {token}"))];
    assert_eq!(house.ask("GET", "/v1/me", &bearer, b"").status, 401);
}

#[test]
fn a_session_of_a_phone_opens_nothing_at_a_machine() {
    let house = House::open();
    let mut machine = machine(&house);
    for letter in ['c', 't', 'g'] {
        machine.cookies.retain(|(n, _)| n != "yz_session");
        machine.cookies.push(("yz_session".into(), house.proofs[&letter].clone()));
        let led = machine.get("/accounts");
        let to = led.header("location").unwrap_or_default().to_owned();
        assert!(led.status == 303 && to.starts_with("/kiosk/"), "{letter}: {} {to}", led.status);
    }
}

#[test]
fn what_went_wrong_is_said_and_opens_nothing() {
    let house = House::open();
    let cases = [
        (Story::NotRead, "没有读到身份证"),
        (Story::BankCard, "这不是身份证"),
        (Story::Expired, "身份证已过有效期"),
        (Story::OtherFace, "没有认出您"),
        (Story::NotLive, "没有认出您"),
        (Story::TimedOut, "镜头前没有看到人"),
        (Story::CameraOff, "镜头没有打开"),
        (Story::Down, "现在核对不了身份"),
        (Story::Stranger, "机器办不了这笔业务"),
    ];
    for (story, says) in cases {
        let mut machine = machine(&house);
        house.later(60);
        let mut told = machine.lay(story);
        if told.status == 303 {
            told = machine.look();
        }
        assert_eq!(told.status, 422, "{story}");
        assert!(told.text().contains(says) && told.text().contains("kiosk-rescue"), "{story}: {}", told.text());
        assert!(machine.cookie("yz_session").is_none() && machine.get("/accounts").status == 303, "{story}");
    }
}

#[test]
fn a_found_card_tells_its_finder_nothing_and_three_faces_are_enough() {
    let house = House::open();
    let mut machine = machine(&house);
    for (n, says) in ["没有认出您", "没有认出您", "今天不能再用这张身份证试了"].iter().enumerate()
    {
        machine.lay(Story::OtherFace);
        let told = machine.look();
        assert!(told.text().contains(says), "try {n}: {}", told.text());
    }
    let told = machine.lay(Story::Passes);
    assert!(told.status == 422 && told.text().contains("今天不能再用"), "nor with the right face: {}", told.text());
    house.later(24 * 3600);
    machine.served();
}

#[test]
fn a_visit_ends_by_itself_and_nothing_of_it_stays() {
    let house = House::open();
    let mut visitor = machine(&house).served();
    visitor.get("/accounts?lang=en&reach=low");
    house.later(55);
    let still = visitor.get("/kiosk/still?next=/accounts");
    assert!(still.text().contains("content=\"30;url=/kiosk/end?why=time\""), "{}", still.text());
    house.later(34);
    let stays = visitor.send("/kiosk/still?next=/accounts", "/kiosk/staying", &[("next", "/accounts")]);
    assert_eq!((stays.status, stays.header("location")), (303, Some("/accounts")));
    house.later(60);
    assert_eq!(visitor.get("/accounts").status, 200, "he said that he is there");
    house.later(60);
    visitor.get("/kiosk/still?next=/accounts");
    house.later(31);
    let led = visitor.get("/accounts");
    assert_eq!((led.status, led.header("location")), (303, Some("/kiosk/end?why=time")), "asking is no touch");
    let end = visitor.get("/kiosk/end?why=time");
    assert!(end.text().contains("content=\"8;url=/\"") && end.text().contains("signed out"), "{}", end.text());
    assert_eq!(end.header("clear-site-data"), Some("\"cache\", \"storage\""));
    for name in ["yz_session", "yz_visit", "yz_lang", "yz_reach"] {
        assert!(visitor.cookie(name).is_none(), "{name} is still there");
    }
    assert!(visitor.cookie("yz_terminal").is_some(), "the machine stays one");
    assert!(visitor.get("/").text().contains("lang=\"zh-CN\""), "and speaks to whoever comes next as at first");

    let mut visitor = machine(&house).served();
    let before = visitor.cookies.clone();
    visitor.get("/kiosk/end?why=left");
    visitor.cookies = before;
    assert_eq!(visitor.get("/accounts").status, 303, "the token is over with the visit");
}

#[test]
fn whoever_asks_gets_twice_the_time_once() {
    let house = House::open();
    let mut visitor = machine(&house).served();
    let done = visitor.send("/accounts", "/kiosk/more-time", &[("next", "/accounts")]);
    assert_eq!((done.status, done.header("location")), (303, Some("/accounts")));
    let page = visitor.get("/accounts").text();
    assert!(page.contains("data-idle=\"120\"") && page.contains("data-warning=\"60\"") && !page.contains("more-time"));
    house.later(175);
    assert_eq!(visitor.get("/accounts").status, 200);
    house.later(181);
    assert_eq!(visitor.get("/accounts").status, 303);
}

#[test]
fn a_machine_out_of_order_says_so_at_once_and_a_retired_one_is_a_browser() {
    let house = House::open();
    let mut visitor = machine(&house).served();
    let id = visitor.cookie("yz_terminal").unwrap().split('.').next().unwrap().to_owned();
    let out = house.form(
        'm',
        &format!("/terminals/{id}/out-of-order"),
        &format!("/terminals/{id}/out-of-order"),
        &[("reason", "卡纸")],
    );
    assert_eq!(out.status, 303, "{}", out.text());
    assert_eq!(visitor.get("/accounts").status, 403, "not even whoever was served");
    let page = visitor.get("/").text();
    assert!(page.contains("这台机器暂停使用") && !page.contains("href=\"/accounts\""), "{page}");
    assert!(house.page('m', &format!("/terminals/{id}")).text().contains("卡纸"));
    let again = house.form('m', &format!("/terminals/{id}"), &format!("/terminals/{id}/in-order"), &[]);
    assert_eq!(again.status, 303, "{}", again.text());
    assert!(visitor.get("/").text().contains("href=\"/accounts\""));
    assert_eq!(visitor.get("/accounts").status, 303, "the visit was over");

    let retired = house.program('m', "POST", &format!("/v1/terminals/{id}/retirement"), r#"{"reason":"换新机"}"#);
    assert_eq!(retired.json()["outcome"], "done", "{}", retired.text());
    assert!(visitor.get("/").text().contains("data-mode=\"customer\"") && visitor.cookie("yz_terminal").is_none());
}

#[test]
fn what_is_done_at_a_machine_says_where() {
    let house = House::open();
    let mut visitor = machine(&house).served();
    visitor.get("/kiosk/end?why=left");
    let id = visitor.cookie("yz_terminal").unwrap().split('.').next().unwrap().to_owned();
    let found = house.program('a', "GET", "/v1/audit?limit=200", "").json();
    let rows = found["items"].as_array().unwrap().clone();
    for action in ["terminal.join", "identity.card", "identity.face", "visit.begin", "visit.end"] {
        let row = rows.iter().find(|r| r["action"] == action).unwrap_or_else(|| panic!("no {action} in {rows:#?}"));
        assert_eq!((row["channel"].as_str(), row["device"].as_str()), (Some("kiosk"), Some(id.as_str())), "{action}");
        assert_eq!(row["branch"], house.fill("$branch"), "{action}");
    }
    assert!(!rows.iter().any(|r| r.to_string().contains(&identity(1))), "no number of a card stands in the audit");
}

#[test]
fn a_code_is_answered_once_and_not_kept_with_the_answer() {
    let house = House::open();
    let body = house.fill(r#"{"branch":"$branch","name":"K-07","place":"入口","variant":"low"}"#);
    let mut headers = house.proof('m');
    headers
        .extend([("Idempotency-Key".into(), "kiosk-0001".into()), ("Content-Type".into(), "application/json".into())]);
    let first = house.ask("POST", "/v1/terminals", &headers, body.as_bytes());
    let again = house.ask("POST", "/v1/terminals", &headers, body.as_bytes()).json();
    let first = first.json();
    assert_eq!(first["code"].as_str().map(str::len), Some(10), "{first}");
    assert_eq!((&again["terminal"], &again["code"]), (&first["terminal"], &serde_json::Value::Null));
    let page = house.form('m', "/terminals/enrolment", "/terminals/enrolment", &[("name", ""), ("variant", "tall")]);
    assert_eq!(page.status, 422);
}

#[test]
fn somebody_is_called_to_a_machine_once_and_comes() {
    let house = House::open();
    let mut machine = Browser::new(&house).enrolled(Variant::Tall);
    let call = |machine: &mut Browser<'_>| {
        machine.send("/kiosk/help", "/kiosk/help", &[]).header("location").map(str::to_owned)
    };
    let queue = || house.program('m', "GET", "/v1/call-backs", "").json()["items"].as_array().unwrap().clone();
    let before = queue().len();
    assert!(machine.get("/kiosk/help").text().contains("请工作人员过来"));
    assert_eq!(call(&mut machine).as_deref(), Some("/kiosk/help"));
    let page = machine.get("/kiosk/help").text();
    assert!(page.contains("已经叫人了") && !page.contains("请工作人员过来"), "{page}");
    let again = machine.send("/kiosk/identity?next=/accounts", "/kiosk/help", &[]);
    assert_eq!(again.header("location"), Some("/kiosk/help"));
    let waiting = queue();
    assert_eq!(waiting.len(), before + 1, "one request of a machine is open at a time");
    let mine = waiting.iter().find(|c| c["phone"] == "").expect("a request without a number");
    let id = mine["call"].as_str().unwrap().to_owned();
    let page = house.page('m', &format!("/call-backs/{id}")).text();
    assert!(page.contains("K-01 · 大厅入口左侧") && page.contains("在机具旁等候"), "{page}");
    let taken = house.program('m', "POST", &format!("/v1/call-backs/{id}/taking"), "");
    assert_eq!(
        (taken.status, taken.json()["phone"].as_str(), taken.json()["word_zh"].as_str()),
        (200, Some(""), Some(""))
    );
    let page = machine.get("/kiosk/help").text();
    assert!(page.contains("员工m") && page.contains("正在过来"), "{page}");
    let page = house.page('m', &format!("/call-backs/{id}")).text();
    assert!(!page.contains("call-word") && !page.contains("tel:"), "nobody is rung: {page}");
    let gone = house.program('m', "POST", &format!("/v1/call-backs/{id}/result"), "{}");
    assert_eq!(gone.status, 200, "{}", gone.text());
    assert_eq!(queue().len(), before, "whoever left is not waited for");
    house.later(9 * 3600);
    let late = machine.get("/kiosk/help").text();
    assert!(late.contains("现在没有工作人员") && !late.contains("请工作人员过来"), "{late}");
}
