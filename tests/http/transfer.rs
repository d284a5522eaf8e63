//! Paying as a person meets it: one question a page for an elder, a form for others, later arrival and its end, the book of payees,
//! payments found again, limits.
use super::desk::{agree, asked};
use super::house::{Answer, House, csrf_of};

const ELDER: &str = "elder";
/// The code of the second factor is not fresh any more, and the session is not idle yet.
const CODE_FORGOTTEN_SECONDS: i64 = 6 * 60;

/// The page at `path`, in a mode, and what its form sends on top of its hidden fields when a button is pressed.
fn press(house: &House, page: &Answer, mode: &str, fields: &[(&str, &str)]) -> Answer {
    let text = page.text();
    let form = text.split("<form").find(|f| f.contains("action=\"/pay\"")).expect("a form to pay");
    let mut sent: Vec<(String, String)> = Vec::new();
    for input in form.split("<input").skip(1).filter(|i| i.contains("type=\"hidden\"")) {
        let part = |name: &str| {
            let after = input.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
            after.split('"').next().unwrap_or_default().to_owned()
        };
        if part("name") != "csrf" {
            sent.push((part("name"), part("value")));
        }
    }
    sent.extend(fields.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    let fields: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    house.send_form(&headers(house, mode), "/pay", &csrf_of(page), &fields)
}

fn headers(house: &House, mode: &str) -> Vec<(String, String)> {
    house.cookie('c').into_iter().map(|(name, value)| (name, format!("{value}; yz_mode={mode}"))).collect()
}

fn look(house: &House, mode: &str, path: &str) -> Answer {
    house.ask("GET", path, &headers(house, mode), b"")
}

fn number(house: &House) -> String {
    let other = house.ids["$other"].parse().expect("an account");
    house.bank.read(|tx| ledger::view(tx, other)).expect("an account").account.number
}

fn keep(house: &House, nickname: &str) -> String {
    let body = serde_json::json!({ "name": "李other", "number": number(house), "nickname": nickname }).to_string();
    let answer = house.program('c', "POST", "/v1/payees", &body);
    assert_eq!(answer.json()["outcome"], "done", "{}", answer.text());
    answer.json()["made"].as_str().expect("a payee").to_owned()
}

/// Goes on from the safety guide, as somebody whom nobody presses.
fn nobody_presses(house: &House, page: &Answer) -> Answer {
    let no = ["safe_caller", "safe_code", "safe_secret"].map(|name| (name, "no"));
    assert!(no.iter().all(|(name, _)| page.text().contains(name)), "{}", page.text());
    press(house, page, ELDER, &[&no[..], &[("step", "check")]].concat())
}

fn posted(house: &House, answer: &Answer) -> serde_json::Value {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let place = answer.header("location").expect("a place");
    house.program('c', "GET", &format!("/v1{place}"), "").json()
}

#[test]
fn an_elder_pays_a_known_payee_again_in_three_taps() {
    let mut house = House::open();
    let payee = keep(&house, "女儿");
    let page = look(&house, ELDER, "/pay");
    assert!(page.text().contains("女儿 李other") && !page.text().contains("name=\"amount\""), "whom, and nothing else");
    let amount = press(&house, &page, ELDER, &[("payee", &payee)]);
    assert!(amount.text().contains("name=\"amount\"") && !amount.text().contains("type=\"radio\""));
    let wrong = press(&house, &amount, ELDER, &[("amount", "abc"), ("step", "q1")]);
    assert_eq!(wrong.status, 422, "what is wrong is said at once");
    let asked = press(&house, &amount, ELDER, &[("amount", "200"), ("step", "q1")]);
    let check = nobody_presses(&house, &asked);
    let text = check.text();
    assert!(text.contains("贰佰元整") && text.contains("两小时后到账"), "the first payment can be called off: {text}");
    let first = posted(&house, &press(&house, &check, ELDER, &[("step", "send")]));
    assert_eq!((first["state"].as_str(), first["arrival"].as_str()), (Some("delayed"), Some("two_hours")));
    house.later(2 * 3_600);
    house.bank.run_jobs_once();
    let token = house.sign_in("customer");
    house.proofs.insert('c', token);
    // Whom, as last time, confirm.
    let again = press(&house, &look(&house, ELDER, "/pay"), ELDER, &[("payee", &payee)]);
    assert!(again.text().contains("和上次一样：200.00 元"), "{}", again.text());
    let check = press(&house, &again, ELDER, &[("again", "yes")]);
    assert!(check.text().contains("实时到账"), "{}", check.text());
    let second = posted(&house, &press(&house, &check, ELDER, &[("step", "send")]));
    assert_eq!((second["state"].as_str(), second["amount"]["amount"].as_str()), (Some("posted"), Some("200.00")));
    let straight = look(&house, ELDER, &format!("/pay?to={payee}"));
    assert!(straight.text().contains("name=\"amount\""), "a payee of the first page is asked how much at once");
}

#[test]
fn every_answer_on_the_check_page_can_be_changed() {
    let house = House::open();
    let (payee, number) = (keep(&house, ""), number(&house));
    let new = press(&house, &look(&house, ELDER, "/pay"), ELDER, &[("payee", "new")]);
    assert!(new.text().contains("name=\"name\"") && !new.text().contains("name=\"number\""));
    let asked_number = press(&house, &new, ELDER, &[("name", "李other"), ("step", "q1")]);
    let asked_amount = press(&house, &asked_number, ELDER, &[("number", &number), ("bank", ""), ("step", "q2")]);
    let asked = press(&house, &asked_amount, ELDER, &[("amount", "200"), ("step", "q3")]);
    let check = nobody_presses(&house, &asked);
    assert!(check.text().contains("两小时后到账"), "{}", check.text());
    let cases = [
        ("to5", ("arrival", "next_day"), "24 小时后到账"),
        ("to4", ("memo", "菜钱"), "菜钱"),
        ("to3", ("amount", "300"), "叁佰元整"),
        ("to1", ("name", "李other "), "贰佰元整"),
    ];
    for (step, (field, value), shown) in cases {
        let asked = press(&house, &check, ELDER, &[("step", step)]);
        assert!(asked.text().contains(&format!("name=\"{field}\"")), "{step}: {}", asked.text());
        let n = step.trim_start_matches("to");
        let back = press(&house, &asked, ELDER, &[(field, value), ("step", &format!("q{n}"))]);
        assert!(back.text().contains(shown) && back.text().contains("value=\"send\""), "{step}: {}", back.text());
    }
    let other = press(&house, &check, ELDER, &[("step", "to0")]);
    assert!(other.text().contains(&payee), "the payee is chosen anew");
    let whole = look(&house, "customer", "/pay");
    let check = press(
        &house,
        &whole,
        "customer",
        &[("payee", &payee), ("amount", "5"), ("arrival", "real_time"), ("step", "check")],
    );
    assert!(check.text().contains("伍元整") && check.text().contains("value=\"change\""), "{}", check.text());
    let stranger = press(
        &house,
        &whole,
        "customer",
        &[("payee", "paye_00000000000000000000000000"), ("amount", "5"), ("step", "check")],
    );
    assert_eq!(stranger.status, 422);
}

#[test]
fn a_later_payment_says_when_and_is_called_off_without_a_reason() {
    let house = House::open();
    keep(&house, "");
    let body = house.fill(
        r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"20.00","currency":"CNY"},"arrival":"next_day"}"#,
    );
    let made = house.program('c', "POST", "/v1/payments", &body).json();
    let place = format!("/payments/{}", made["instruction"].as_str().expect("an instruction"));
    assert_eq!(made["state"], "delayed");
    let page = house.page('c', &place).text();
    assert!(page.contains("3月3日") && page.contains("撤销这笔付款"), "{page}");
    let gone = house.form('c', &format!("{place}/cancellation"), &format!("{place}/cancellation"), &[("once", "x")]);
    assert_eq!(gone.status, 303, "{}", gone.text());
    assert_eq!(house.program('c', "GET", &format!("/v1{place}"), "").json()["state"], "cancelled");
    let bad = house.program('c', "POST", "/v1/payments", &body.replace("next_day", "tomorrow"));
    assert_eq!(bad.status, 400, "{}", bad.text());
}

#[test]
fn the_book_is_written_with_the_code_and_in_a_careful_firm_by_two() {
    let house = House::open();
    let add = |letter| {
        let body = r#"{"name":"周外行","number":"9900010000000027","bank":"990001000013","nickname":"供货"}"#;
        house.program(letter, "POST", "/v1/payees", body)
    };
    assert_eq!(add('k').json()["outcome"], "done");
    let firm: kernel::id::FirmId = house.ids["$firm"].parse().expect("a firm");
    let set =
        house.program('o', "POST", &format!("/v1/firms/{firm}/control"), r#"{"two_persons":true,"reason":"two"}"#);
    assert_eq!(set.status, 200, "{}", set.text());
    let body = r#"{"name":"吴外行","number":"9900010000000035","bank":"990001000013"}"#;
    let approval = asked(&house.program('k', "POST", "/v1/payees", body));
    assert_eq!(house.program('k', "GET", "/v1/payees", "").json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(agree(&house, 'k', &approval).status, 403, "not by the same person");
    let shown = house.page('h', &format!("/approvals/{approval}")).text();
    assert!(shown.contains("吴**") && !shown.contains("9900010000000035"), "masked: {shown}");
    assert_eq!(agree(&house, 'h', &approval).json()["outcome"], "done");
    let kept = house.program('o', "GET", "/v1/payees?text=0035", "").json();
    assert_eq!(kept["items"][0]["name"], "吴外行", "{kept}");
    house.later(CODE_FORGOTTEN_SECONDS);
    let stale = add('c');
    assert_eq!((stale.status, stale.json()["code"].as_str()), (401, Some("step_up_needed")), "{}", stale.text());
    let led = house.page('c', "/payees/new");
    assert_eq!(led.header("location"), Some("/step-up?next=/payees/new"));
}

#[test]
fn payments_are_found_again_and_their_payee_is_kept() {
    let house = House::open();
    let page = house.page('c', &house.fill("/payments/$payment")).text();
    assert!(page.contains("保存这个收款人"), "{page}");
    let form = house.page('c', &house.fill("/payees/new?payment=$payment")).text();
    assert!(form.contains(&number(&house)), "{form}");
    keep(&house, "老邻居");
    assert!(!house.page('c', &house.fill("/payments/$payment")).text().contains("保存这个收款人"));
    let cases = [
        ("/payments", 3, "老邻居"),
        ("/payments?text=老邻居", 2, "老邻居"),
        ("/payments?least=15&most=25", 2, "20.00"),
        ("/payments?state=refused", 1, "没有找到"),
        ("/payments?from=2030-01-01", 1, "没有找到"),
        ("/payments?least=abc", 3, "error-summary"),
    ];
    for (path, rows, shown) in cases {
        let path = path.replace("老邻居", "%E8%80%81%E9%82%BB%E5%B1%85");
        let text = house.page('c', &path).text();
        assert!(text.contains(shown), "{path}: {text}");
        assert_eq!(text.matches("<tr").count().max(1), rows, "{path}");
    }
    let found = house.program('c', "GET", "/v1/payments?most=10.00&state=posted", "").json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
}

#[test]
fn limits_show_what_is_left_and_the_own_cap_goes_up_with_the_code_alone() {
    let house = House::open();
    let cap = |yuan: &str| house.form('c', "/limits/own-cap", "/limits/own-cap", &[("cap", yuan)]);
    assert_eq!(cap("5000").header("location"), Some("/limits"));
    let page = house.page('c', "/limits").text();
    assert!(page.contains("今天还能用 4,970.00 元") && page.contains("gauge-used"), "{page}");
    house.later(CODE_FORGOTTEN_SECONDS);
    assert_eq!(cap("4000").header("location"), Some("/limits"), "lower at once");
    assert!(cap("6000").header("location").is_some_and(|l| l.starts_with("/step-up")), "higher with the code");
    assert!(house.page('c', "/limits").text().contains("4,000.00"));
    assert_eq!(cap("many").status, 422);
}

#[test]
fn names_are_not_tried_on_a_number_without_end() {
    let house = House::open();
    let other = house.fill("$other").parse().unwrap();
    let number = house.bank.read(|tx| ledger::view(tx, other)).unwrap().account.number;
    let ask = |letter: char, name: &str| {
        let amount = serde_json::json!({"amount": "1.00", "currency": "CNY"});
        let debit = if letter == 'c' { house.fill("$account") } else { house.fill("$other") };
        let body =
            serde_json::json!({"debit": debit, "payee": {"number": number}, "payee_name": name, "amount": amount});
        house.program(letter, "POST", "/v1/payments/quote", &body.to_string())
    };
    for n in 0..10 {
        let wrong = ask('c', &format!("李{n}"));
        assert_eq!(wrong.json()["code"], "name_mismatch", "{}", wrong.text());
    }
    let right = ask('c', "李other");
    assert_eq!(
        (right.status, right.json()["code"].as_str()),
        (429, Some("too_many_requests")),
        "also the right name waits"
    );
    let book =
        house.program('c', "POST", "/v1/payees", &serde_json::json!({"name": "李other", "number": number}).to_string());
    assert_eq!(book.status, 429, "{}", book.text());
    house.later(60);
    assert_eq!(ask('c', "李other").status, 200);
}
