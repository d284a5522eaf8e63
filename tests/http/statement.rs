//! Seeing one's money and proving it: statements searched and taken along, receipts that are somebody's own, and the public page that
//! says of a receipt what everybody may know.
use super::house::{Answer, House};
use serde_json::Value;

/// A payment of `yuan` from the customer's account, with a memo; its journal entry.
fn pay(house: &House, yuan: &str, memo: &str) -> String {
    let body = serde_json::json!({
        "debit": house.ids["$account"], "payee": { "account": house.ids["$other"] }, "memo": memo,
        "amount": { "amount": yuan, "currency": "CNY" }, "fee_shown": { "amount": "0.00", "currency": "CNY" },
    });
    let answer = house.program('c', "POST", "/v1/payments", &body.to_string()).json();
    answer["transfer"].as_str().unwrap_or_else(|| panic!("not posted: {answer}")).to_owned()
}

fn search(house: &House, query: &str) -> Value {
    let answer = house.program('c', "GET", &house.fill(&format!("/v1/accounts/$account/statement{query}")), "");
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn memos(found: &Value) -> Vec<&str> {
    found["items"].as_array().expect("lines").iter().filter_map(|l| l["memo"].as_str()).collect()
}

fn receipt(house: &House, letter: char, account: &str, moved: &str) -> Answer {
    let path = house.fill(&format!("/v1/accounts/{account}/lines/{moved}/receipt"));
    house.program(letter, "POST", &path, "")
}

fn check(house: &House, code: &str) -> Answer {
    house.program('n', "GET", &format!("/v1/receipts/{code}"), "")
}

#[test]
fn a_statement_is_searched_and_summed_up() {
    let house = House::open();
    for (yuan, memo) in [("300.00", "三月房租"), ("12.50", "早饭"), ("300.00", "四月房租")] {
        pay(&house, yuan, memo);
    }
    let all = search(&house, "");
    assert_eq!(all["opening"]["amount"], "0.00");
    let account = house.program('c', "GET", &house.fill("/v1/accounts/$account"), "").json();
    assert_eq!(all["closing"], account["posted"]);
    let cases: [(&str, &[&str]); 6] = [
        ("?text=%E6%88%BF%E7%A7%9F", &["四月房租", "三月房租"]),
        ("?text=%E6%88%BF%E7%A7%9F&limit=1", &["四月房租"]),
        ("?min=12.50&max=12.50", &["早饭"]),
        ("?direction=in&text=%E6%88%BF%E7%A7%9F", &[]),
        ("?from=2025-01-01&to=2025-12-31", &[]),
        ("?min=300&direction=out", &["四月房租", "三月房租"]),
    ];
    for (query, want) in cases {
        let found = search(&house, query);
        assert_eq!(memos(&found), want, "{query}");
        assert_eq!(found["all"]["lines"] == 0, query.contains("2025"), "the sums are of all lines: {query}");
    }
    let first = search(&house, "?text=%E6%88%BF%E7%A7%9F&limit=1");
    let next = first["next"].as_str().expect("there is a next page");
    let second = search(&house, &format!("?text=%E6%88%BF%E7%A7%9F&limit=1&after={next}"));
    assert_eq!((memos(&second), &second["next"]), (vec!["三月房租"], &Value::Null));
    assert_eq!(second["found"]["money_out"]["amount"], "600.00", "what fits is counted on every page");
    assert_eq!(first["months"][0]["month"], "2026-03");
}

#[test]
fn a_search_finds_only_what_the_reader_sees() {
    let house = House::open();
    pay(&house, "1.00", "");
    let page = house.page('c', &house.fill("/accounts/$account/statement")).text();
    assert!(page.contains('*'), "the other side is masked");
    let whole = search(&house, "?text=%E6%B4%BB%E6%9C%9F");
    assert!(memos(&whole).is_empty(), "the payee's account is called 活期 and shown as 活*");
}

#[test]
fn what_is_asked_has_limits() {
    let house = House::open();
    let long = "x".repeat(61);
    for (query, code) in [
        ("?from=2020-01-01&to=2026-01-01".to_owned(), "bad_days"),
        ("?from=2026-03-02&to=2026-03-01".to_owned(), "bad_days"),
        (format!("?text={long}"), "too_large"),
        ("?limit=201".to_owned(), "too_large"),
        ("?after=99".to_owned(), ""),
        ("?after=x".to_owned(), "bad_field"),
        ("?min=-1".to_owned(), "bad_amount"),
    ] {
        let answer = house.program('c', "GET", &house.fill(&format!("/v1/accounts/$account/statement{query}")), "");
        let told = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(told, code, "{query}: {}", answer.text());
        assert!(answer.status < 500, "{query}");
    }
    let page = house.page('c', &house.fill("/accounts/$account/statement?from=2026-03-05&to=2026-03-01"));
    assert_eq!(page.status, 422, "the page says it beside the field");
}

#[test]
fn a_file_has_no_formula_and_is_written_down() {
    let house = House::open();
    for memo in ["=HYPERLINK(\"http://evil.example\")", "@SUM(A1)", "+1", "＝1", "房租"] {
        pay(&house, "1.00", memo);
    }
    let file = house.program('c', "GET", &house.fill("/v1/accounts/$account/statement.csv"), "");
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.text();
    assert!(text.starts_with('\u{feff}'));
    for cell in ["\"'=HYPERLINK(", ",'@SUM(A1),", ",'+1,", ",'＝1,", ",房租,"] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    let sent = house.form(
        'c',
        &house.fill("/accounts/$account/statement"),
        &house.fill("/accounts/$account/statement/files"),
        &[("format", "xlsx")],
    );
    assert!(sent.status == 200 && sent.body.starts_with(b"PK"), "{}", sent.status);
    let audit = house.program('a', "GET", "/v1/audit?action=statement.export", "").json();
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(2), "{audit}");
}

#[test]
fn a_receipt_is_issued_once_and_each_side_has_its_own() {
    let house = House::open();
    let moved = pay(&house, "20.00", "房租");
    let first = receipt(&house, 'c', "$account", &moved).json();
    let again = receipt(&house, 'c', "$account", &moved).json();
    assert_eq!((&first["document"], &first["code"]), (&again["document"], &again["code"]));
    let payees = receipt(&house, 'd', "$other", &moved).json();
    assert_ne!(payees["code"], first["code"]);
    let page = |letter, document: &Value| {
        house.page(letter, &format!("/receipts/{}", document["document"].as_str().unwrap_or_default()))
    };
    assert!(page('c', &first).text().contains("手续费") && !page('d', &payees).text().contains("手续费"));
    for (letter, document) in [('d', &first), ('c', &payees), ('o', &first)] {
        assert_eq!(page(letter, document).status, 404, "somebody else's is not found: {letter}");
    }
    for (account, line) in
        [("$other", moved.as_str()), ("$account", "$code"), ("$account", "xfer_00000000000000000000000000")]
    {
        assert_eq!(receipt(&house, 'c', account, line).status, 404, "{account} {line}");
    }
    let looks = house.program('a', "GET", "/v1/audit?action=document.look", "").json();
    assert_eq!(looks["items"].as_array().map(Vec::len), Some(0), "customers' own looks are not written down");
    assert_eq!(page('t', &first).status, 200);
    let looks = house.program('a', "GET", "/v1/audit?action=document.look", "").json();
    assert_eq!(looks["items"].as_array().map(Vec::len), Some(1), "{looks}");
}

#[test]
fn a_code_tells_what_everybody_may_know_and_no_more() {
    let house = House::open();
    let moved = pay(&house, "20.00", "秘密附言");
    let code = receipt(&house, 'c', "$account", &moved).json()["code"].as_str().expect("a code").to_owned();
    let answer = check(&house, &code);
    let json = answer.json();
    let mut keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    keys.sort();
    assert_eq!(keys, ["amount", "date", "genuine", "kind", "payee", "payer", "since", "state"]);
    assert_eq!(
        (&json["genuine"], &json["amount"]["amount"], &json["state"]),
        (&true.into(), &"20.00".into(), &"stands".into())
    );
    let number = house.program('c', "GET", &house.fill("/v1/accounts/$account"), "").json()["number"]
        .as_str()
        .expect("a number")
        .to_owned();
    let page = house.page('n', &format!("/verify?code={}", code.to_lowercase().replace('-', ""))).text();
    for told in [answer.text(), page.clone()] {
        for secret in ["李customer", "李other", &number, "秘密附言", &moved] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        assert!(told.contains("20.00") && told.contains('*'));
    }
    assert!(page.contains("是本行开出的电子回单"));
}

#[test]
fn a_slip_of_the_finger_is_not_a_forgery() {
    let house = House::open();
    let code = house.ids["$code"].clone();
    let bent = format!("{}{}", &code[..code.len() - 1], if code.ends_with('7') { '8' } else { '7' });
    let typo = check(&house, &bent);
    assert_eq!((typo.status, typo.json()["code"].as_str()), (400, Some("receipt_code_typo")), "{}", typo.text());
    let page = house.page('n', &format!("/verify?code={bent}"));
    assert!(page.status == 422 && page.text().contains("输错了") && !page.text().contains("没有开出过"));
    let strange = "0000-0000-0000-00000";
    let unknown = check(&house, strange);
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (404, Some("receipt_unknown")), "{}", unknown.text());
    let page = house.page('n', &format!("/verify?code={strange}"));
    assert!(page.status == 404 && page.text().contains("没有开出过"));
    let misses = house.program('a', "GET", "/v1/audit?action=receipt.verify", "").json();
    assert_eq!(misses["items"].as_array().map(Vec::len), Some(2), "misses are written down, slips are not: {misses}");
    assert!(!misses.to_string().contains("00000000"), "a code is not kept");
    let script = house.page('n', "/verify?code=%3Cscript%3Ealert(1)%3C/script%3E");
    assert!(script.status == 422 && !script.text().contains("<script>alert"));
}

#[test]
fn nobody_tries_codes_without_end() {
    let house = House::open();
    let answers: Vec<u16> = (0..60).map(|_| check(&house, "0000-0000-0000-00000").status).collect();
    let told = answers.iter().filter(|s| **s == 404).count();
    assert!((25..=45).contains(&told) && answers.last() == Some(&429), "{answers:?}");
    let audit = house.program('a', "GET", "/v1/audit?action=receipt.verify&limit=200", "").json();
    let written = audit["items"].as_array().map_or(0, Vec::len);
    assert!(
        written <= app::DENIALS_PER_MINUTE_MAX as usize,
        "{written} of {told} are written one by one, the rest as a sum"
    );
}

#[test]
fn money_that_went_back_is_said() {
    let house = House::open();
    let code = house.ids["$code"].clone();
    assert_eq!(check(&house, &code).json()["state"], "stands");
    let asked =
        house.program('m', "POST", &house.fill("/v1/payments/$payment/reversal"), r#"{"reason":"a test"}"#).json();
    let approval = asked["approval"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    assert_eq!(check(&house, &code).json()["state"], "stands", "nobody agreed yet");
    super::desk::agree(&house, 'y', &approval);
    let json = check(&house, &code).json();
    assert_eq!(json["state"], "reversed", "{json}");
    assert!(json["since"].is_string());
    let page = house.page('c', &house.fill("/receipts/$document")).text();
    assert!(page.contains("冲正"));
}

#[test]
fn copies_are_counted_and_carry_the_code() {
    let house = House::open();
    let copies = house.fill("/v1/documents/$document/copies");
    if documents::Fonts::system().chinese().is_none() {
        assert_eq!(house.program('c', "POST", &copies, "").json()["code"], "no_chinese_font");
        return;
    }
    for _ in 0..2 {
        let file = house.program('c', "POST", &copies, "");
        assert_eq!((file.status, file.header("content-type")), (200, Some("application/pdf")), "{}", file.text());
        assert!(file.body.starts_with(b"%PDF-"));
    }
    assert!(house.page('c', &house.fill("/receipts/$document")).text().contains("已打印 2 次"));
    let form = house.form('c', &house.fill("/receipts/$document"), &house.fill("/receipts/$document/copies"), &[]);
    assert!(form.body.starts_with(b"%PDF-"));
}

#[test]
fn without_a_font_the_page_is_printed() {
    let house = House::with_fonts(documents::Fonts::none());
    let refused = house.program('c', "POST", &house.fill("/v1/documents/$document/copies"), "");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("no_chinese_font")), "{}", refused.text());
    let page = house.fill("/receipts/$document");
    let led = house.form('c', &page, &format!("{page}/copies"), &[]);
    assert_eq!(led.header("location"), Some(format!("{page}?paper=none").as_str()));
    let shown = house.page('c', &format!("{page}?paper=none")).text();
    assert!(shown.contains("请直接打印本页") && shown.contains(&house.ids["$code"]));
    assert!(shown.contains("已打印 0 次"), "no copy left the bank");
}

#[test]
fn a_statement_becomes_a_document_of_its_days() {
    let house = House::open();
    let body = r#"{"from":"2026-03-01","to":"2026-03-02"}"#;
    let at = house.fill("/v1/accounts/$account/statements");
    let first = house.program('c', "POST", &at, body).json();
    assert_eq!(first["document"], house.program('c', "POST", &at, body).json()["document"]);
    let code = first["code"].as_str().expect("a code").to_owned();
    assert_eq!(check(&house, &code).json()["kind"], "statement");
    let page = format!("/receipts/{}", first["document"].as_str().unwrap_or_default());
    assert_eq!(house.page('c', &page).status, 200);
    pay(&house, "3.00", "later");
    assert_eq!(house.page('c', &page).status, 409, "the days hold another entry by now");
    assert_ne!(house.program('c', "POST", &at, body).json()["document"], first["document"]);
}

#[test]
fn an_elder_is_asked_for_days_and_reads_sentences() {
    let house = House::open();
    pay(&house, "200.00", "房租");
    let mut headers = house.cookie('c');
    headers[0].1.push_str("; yz_mode=elder");
    let page = |path: &str| house.ask("GET", &house.fill(path), &headers, b"").text();
    let first = page("/accounts/$account/statement");
    assert!(
        first.contains("data-mode=\"elder\"") && first.contains("?days=quarter") && !first.contains("<table"),
        "{first}"
    );
    let months = page("/accounts/$account/statement?days=pick");
    assert!(months.contains("2026年3月") && months.contains("?from=2026-03-01&amp;to=2026-03-31"), "{months}");
    assert!(
        !months.contains("2026年4月") && !months.contains("2026年2月") && !months.contains("再往前一年"),
        "{months}"
    );
    assert!(page("/accounts/$account/statement?from=2026-03-01&to=2026-03-31").contains("class=\"sentence\""));
    let list = page("/accounts/$account/statement?days=month");
    assert!(list.contains("3月2日 付出 房租 200.00\u{a0}元") && !list.contains("<table"), "{list}");
    let line = page("/accounts/$account/lines/$moved");
    assert!(line.contains("<h1>3月2日 付出 转账 10.00\u{a0}元") && line.contains("/receipt\""), "{line}");
}

#[test]
fn staff_look_at_a_customer_with_a_reason_that_is_on_record_first() {
    let house = House::open();
    let looks = |house: &House| {
        let audit = house.program('a', "GET", "/v1/audit?action=customer.look", "").json();
        let entries = audit["items"].as_array().expect("a list").clone();
        entries
            .iter()
            .map(|e| {
                format!("{} {}", e["reason"].as_str().unwrap_or_default(), e["after"].as_str().unwrap_or_default())
            })
            .collect::<Vec<_>>()
    };
    let first = house.page('t', &house.fill("/customers/$person")).text();
    assert!(
        first.contains("name=\"why\"") && !first.contains("side=money") && !first.contains("/accounts/"),
        "{first}"
    );
    assert!(looks(&house).is_empty());
    for side in ["who", "money", "orders", "wages", "access"] {
        let seen = house.page('m', &house.fill(&format!("/customers/$person?why=complaint&side={side}")));
        assert_eq!(seen.status, 200, "{side}");
        for secret in ["李customer", &super::house::identity(1)] {
            assert!(!seen.text().contains(secret), "{side} is masked");
        }
    }
    assert_eq!(looks(&house).len(), 5, "one for each side");
    assert!(looks(&house).contains(&"complaint money".to_owned()));
    let money = house.page('m', &house.fill("/customers/$person?why=counter&side=money")).text();
    assert!(money.contains(&house.ids["$account"]));
    for (why, want) in [("", "bad_field"), ("because", "bad_field")] {
        let refused =
            house.program('t', "GET", &house.fill(&format!("/v1/people/$person/overview?why={why}")), "").json();
        assert_eq!(refused["code"], want);
    }
    let firm = house.page('m', &house.fill("/firms/$firm?why=check")).text();
    assert!(firm.contains(&house.ids["$funds"]) && looks(&house).contains(&"check money".to_owned()));
    assert!(
        !house.page('m', &house.fill("/firms/$firm")).text().contains(&house.ids["$funds"]),
        "not without a reason"
    );
    assert!(
        !house.page('o', &house.fill("/firms/$firm?why=check")).text().contains("name=\"why\""),
        "the firm's own users are not asked"
    );
}

/// A customer at a branch beside that of the staff.
fn customer_of_another_branch(house: &House) -> kernel::id::PersonId {
    let made = house.bank.write(|tx| {
        let system = kernel::Actor::system("demo");
        let head = party::branch_of(tx, kernel::BookId::HEAD_OFFICE)?.id;
        let west = party::BranchNew {
            code: "10200".into(),
            parent: Some(head),
            kind: party::BranchKind::Outlet,
            name_zh: "西网点".into(),
            name_en: "West".into(),
            address_zh: String::new(),
            address_en: String::new(),
            phone: String::new(),
        };
        let branch = app::branch_open(tx, &system, west)?;
        let number = super::house::identity(77);
        let born = kernel::chinese::identity_birth(&number).expect("a birthday");
        let new = party::PersonNew {
            branch,
            name: "西山".into(),
            document: party::DocumentKind::ResidentId,
            number,
            country: "CN".into(),
            phone: "13800000077".into(),
            address: String::new(),
            born,
            tier: party::Tier::I,
        };
        Ok(party::person_register(tx, &system, new)?.person)
    });
    made.expect("a customer")
}

#[test]
fn a_customer_of_another_branch_is_not_shown() {
    let house = House::open();
    let stranger = customer_of_another_branch(&house);
    for path in [format!("/customers/{stranger}?why=counter"), format!("/customers/{stranger}?why=counter&side=money")]
    {
        assert!([403, 404].contains(&house.page('t', &path).status), "{path}");
    }
    let api = house.program('t', "GET", &format!("/v1/people/{stranger}/overview?why=counter&side=orders"), "");
    assert_eq!(api.status, 404, "{}", api.text());
    assert_eq!(house.page('a', &format!("/customers/{stranger}?why=inspection&side=money")).status, 200);
}
