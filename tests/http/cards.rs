//! Cards as their holders and tellers meet them on pages: stopped, lost, found, asked for; a bill repaid, paid in parts, disputed.
use super::desk::agree;
use super::furniture;
use super::house::{Answer, House, identity, system};

fn house() -> House {
    let mut house = House::open();
    furniture::shopped(&mut house);
    house
}

fn went(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap_or_default().to_owned()
}

/// Sends a form and says what came of it.
fn form(house: &House, letter: char, path: &str, fields: &[(&str, &str)]) -> Answer {
    let path = house.fill(path);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, house.fill(value))).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    house.form(letter, "/home", &path, &fields)
}

fn page(house: &House, letter: char, path: &str) -> String {
    let answer = house.page(letter, &house.fill(path));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text()
}

fn approval_of(answer: &Answer) -> String {
    went(answer).strip_prefix("/approvals/").expect("it waits for a second person").to_owned()
}

fn says(text: &str, wanted: &[&str]) {
    for want in wanted {
        assert!(text.contains(want), "{want} is missing in {text}");
    }
}

#[test]
fn a_holder_stops_his_card_and_reports_it_lost_with_one_key() {
    let house = house();
    says(&page(&house, 'c', "/cards"), &["信用卡", "正常使用", "借记卡", "待领取、待激活"]);
    let own = "/cards/$credit_card";
    says(&page(&house, 'c', &format!("{own}/freeze")), &["这意味着什么", "暂停这张卡"]);
    went(&form(&house, 'c', &format!("{own}/freeze"), &[]));
    says(&page(&house, 'c', own), &["暂停使用", "您本人", "恢复使用", "从 2026年"]);
    went(&form(&house, 'c', &format!("{own}/freeze-end"), &[]));
    says(&page(&house, 'c', own), &["正常使用"]);
    assert!(!page(&house, 'c', own).contains("解除挂失</a>"));
    went(&form(&house, 'c', &format!("{own}/loss"), &[]));
    went(&form(&house, 'c', &format!("{own}/loss"), &[]));
    says(&page(&house, 'c', own), &["已挂失，这张卡不能付款", "卡号不变", "换新卡"]);
    says(&page(&house, 't', own), &["已挂失", "持卡人本人", "解除挂失"]);
    assert_eq!(house.page('d', &house.fill(own)).status, 404, "nobody else's");
}

#[test]
fn a_lost_card_is_found_at_the_counter_with_the_right_document_and_by_two_where_it_was_reported_there() {
    let house = house();
    let (own, finding) = ("/cards/$credit_card", "/cards/$credit_card/finding");
    went(&form(&house, 'c', &format!("{own}/loss"), &[]));
    assert_eq!(form(&house, 't', finding, &[("document", "")]).status, 422);
    let other = form(&house, 't', finding, &[("document", &identity(2))]);
    assert_eq!(other.status, 422, "{}", other.text());
    says(&other.text(), &["href=\"#f-document\""]);
    assert_eq!(went(&form(&house, 't', finding, &[("document", &identity(1))])), house.fill(own));
    says(&page(&house, 'c', own), &["正常使用"]);
    assert_eq!(form(&house, 't', &format!("{own}/loss"), &[]).status, 422, "staff say why");
    went(&form(&house, 't', &format!("{own}/loss"), &[("reason", "客户来柜台")]));
    let asked = approval_of(&form(&house, 't', finding, &[("document", &identity(1))]));
    says(&page(&house, 'c', own), &["已挂失"]);
    assert_eq!(agree(&house, 'y', &asked).status, 200);
    says(&page(&house, 'c', own), &["正常使用"]);
}

#[test]
fn a_teller_asks_for_a_card_with_what_he_checked_and_a_second_person_agrees() {
    let house = house();
    let new = "/customers/$person/cards/new";
    let (doc, other) = (identity(1), identity(2));
    let all = |document: &'static str| {
        let fields =
            [("kind", "social"), ("account", "$account"), ("branch", "$branch"), ("present", "yes"), ("terms", "yes")];
        fields.into_iter().chain([("document", document)]).collect::<Vec<_>>()
    };
    let (doc, other): (&'static str, &'static str) = (doc.leak(), other.leak());
    let unchecked: Vec<_> = all(doc).into_iter().filter(|(name, _)| *name != "terms").collect();
    says(&form(&house, 't', new, &unchecked).text(), &["请先核对再勾选"]);
    says(&form(&house, 't', new, &all(other)).text(), &["href=\"#f-document\""]);
    let card = went(&form(&house, 't', new, &all(doc)));
    says(&page(&house, 'c', &card), &["等待审批", "银行工作人员"]);
    assert_eq!(form(&house, 't', new, &all(doc)).status, 422, "one card of a kind to an account");
    let id = card.rsplit('/').next().expect("a card");
    let asked =
        house.program('t', "GET", &format!("/v1/cards/{id}"), "").json()["approval"].as_str().map(str::to_owned);
    let asked = asked.expect("an approval");
    says(&page(&house, 'y', &format!("/approvals/{asked}")), &["社会保障卡", "客户本人在场", "已讲明收费"]);
    assert_eq!(agree(&house, 'y', &asked).status, 200);
    says(&page(&house, 'c', &card), &["正在制卡", "领卡网点"]);
    says(&page(&house, 't', "/customers/$person/cards"), &["社会保障卡", "信用卡", "正在制卡"]);
}

#[test]
fn a_holder_asks_for_a_card_question_by_question_and_sees_what_credit_costs() {
    let house = house();
    says(&page(&house, 'd', "/cards/new"), &["借记卡", "信用卡", "社会保障卡"]);
    says(&page(&house, 'd', "/cards/new?kind=credit"), &["没有年费", "18.25%", "0.05%"]);
    let none = form(
        &house,
        'c',
        "/cards/new",
        &[("kind", "credit"), ("account", "$account"), ("limit", "5000"), ("branch", "$branch"), ("step", "check")],
    );
    assert_eq!(none.status, 422, "one credit card a person");
    let elder = house.page('c', "/cards/new?kind=social&mode=elder").text();
    says(&elder, &["第 1", "value=\"q0\""]);
    assert!(!elder.contains("name=\"branch\" id") && !elder.contains("id=\"f-branch\""), "one question a page");
    let fields = [("kind", "social"), ("account", "$account"), ("branch", "$branch"), ("step", "check")];
    let card = went(&form(&house, 'c', "/cards/new", &fields));
    says(&page(&house, 'c', &card), &["等待审批", "您本人"]);
}

#[test]
fn blank_cards_are_counted_in_by_two() {
    let house = house();
    assert_eq!(form(&house, 'm', "/blank-cards", &[]).status, 405);
    let sent = |letter, what: &str, fields: &[(&str, &str)]| {
        house.form(letter, "/blank-cards", &format!("/blank-cards/{what}"), fields)
    };
    assert_eq!(sent('m', "receiving", &[("count", "0")]).status, 422);
    went(&sent('m', "receiving", &[("count", "20")]));
    says(&sent('m', "confirmation", &[("count", "20")]).text(), &["href=\"#f-count\""]);
    assert_eq!(sent('y', "confirmation", &[("count", "19")]).status, 422);
    went(&sent('y', "confirmation", &[("count", "20")]));
    went(&sent('y', "spoiling", &[("reason", "折了一张")]));
    says(&page(&house, 't', "/blank-cards"), &["<strong>19</strong>"]);
}

#[test]
fn a_bill_is_paid_in_parts_after_their_cost_was_seen_and_repaid() {
    let house = house();
    let line = "/credit-lines/$line_of_credit";
    says(&page(&house, 'c', line), &["现在没有要还的", "海风书店", "1,200.00", "有异议，暂不用还", "每月消费"]);
    let parts = format!("{line}/instalments");
    says(&page(&house, 'c', &format!("{parts}?item=1")), &["一共多花", "13.03%", "86.40"]);
    assert_eq!(house.page('c', &house.fill(&format!("{parts}?item=9"))).status, 404);
    says(&form(&house, 'c', &parts, &[("item", "1"), ("periods", "5")]).text(), &["href=\"#f-periods\""]);
    let repay = format!("{line}/repayment");
    assert_eq!(form(&house, 'c', &repay, &[("what", "other"), ("from", "$account"), ("step", "check")]).status, 422);
    says(
        &form(&house, 'c', &repay, &[("what", "full"), ("from", "$account"), ("once", "k1"), ("step", "check")]).text(),
        &["href=\"#f-what\""],
    );
    went(&form(&house, 'c', &parts, &[("item", "1"), ("periods", "12")]));
    says(&page(&house, 'c', line), &["还有 12 期", "7.20"]);
    let some = [("what", "other"), ("amount", "20"), ("from", "$account"), ("once", "k2"), ("step", "check")];
    let paid = went(&form(&house, 'c', &repay, &some));
    assert_eq!(went(&form(&house, 'c', &repay, &some)), paid, "the same form again is the same payment");
    says(&page(&house, 'c', line), &["卡里有您自己的钱", "20.00"]);
    let back = format!("{line}/overpaid");
    assert_eq!(form(&house, 'c', &back, &[("amount", "20.01"), ("to", "$account"), ("step", "check")]).status, 422);
    let out = [("amount", "5"), ("to", "$account"), ("step", "check"), ("once", "out-0123456789")];
    let done = went(&form(&house, 'c', &back, &out));
    assert_eq!(went(&form(&house, 'c', &back, &out)), done, "the same form again takes nothing more");
    says(&page(&house, 'c', line), &["15.00"]);
    let rest = [("amount", "15"), ("to", "$account"), ("step", "check"), ("once", "out-2-0123456789")];
    went(&form(&house, 'c', &back, &rest));
    assert!(!page(&house, 'c', line).contains("卡里有您自己的钱"));
}

#[test]
fn a_purchase_is_disputed_and_its_holder_sees_how_far_that_is() {
    let house = house();
    let line = "/credit-lines/$line_of_credit";
    assert_eq!(form(&house, 'c', &format!("{line}/dispute"), &[("item", "1"), ("reason", "x")]).status, 422);
    went(&form(&house, 'c', &format!("{line}/dispute"), &[("item", "1"), ("reason", "twice")]));
    says(&page(&house, 'c', line), &["收了两次", "银行正在查", "您本人"]);
    let decide = format!("{line}/dispute-decision");
    assert_eq!(form(&house, 'm', &decide, &[("item", "1"), ("how", "for_holder")]).status, 422, "with a reason");
    let asked =
        approval_of(&form(&house, 'm', &decide, &[("item", "1"), ("how", "for_holder"), ("reason", "签单是伪造的")]));
    says(&page(&house, 'y', &format!("/approvals/{asked}")), &["海风书店", "支持客户"]);
    says(
        &form(&house, 'm', &decide, &[("item", "1"), ("how", "for_bank"), ("reason", "x")]).text(),
        &["href=\"#f-how\""],
    );
    assert_eq!(agree(&house, 'y', &asked).status, 200);
    says(&page(&house, 'c', line), &["支持客户：这一笔不用还", "已退回 1,200.00"]);
}

#[test]
fn a_limit_is_changed_by_two() {
    let house = house();
    let limit = "/credit-lines/$line_of_credit/limit";
    says(&form(&house, 't', limit, &[("limit", "1"), ("reason", "降低")]).text(), &["href=\"#f-limit\""]);
    let asked = approval_of(&form(&house, 't', limit, &[("limit", "15000"), ("reason", "客户申请")]));
    says(&page(&house, 'y', &format!("/approvals/{asked}")), &["10,000.00", "15,000.00"]);
    assert_eq!(agree(&house, 'y', &asked).status, 200);
    says(&page(&house, 'c', "/credit-lines/$line_of_credit"), &["15,000.00"]);
}

/// A program of the scheme's, made by the bank for a firm: what it sends as its proof.
fn scheme(house: &House) -> (String, String) {
    let firm = house.ids["$firm"].parse().expect("a firm");
    let made = house.bank.write(move |tx| {
        let (scopes, limits) = (party::SCHEME_SCOPES.to_vec(), party::Role::Client.cap());
        party::client_make(tx, &system(), party::ClientNew { firm, name: "卡组织".into(), scopes, limits })
    });
    let (id, secret) = made.expect("a program");
    ("Authorization".into(), format!("Basic {}", data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes())))
}

fn told(house: &House, proof: &(String, String), key: &str, path: &str, body: &str) -> Answer {
    let headers = [
        proof.clone(),
        ("Idempotency-Key".to_owned(), key.to_owned()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    house.ask("POST", &format!("/v1/card-scheme/authorisations{path}"), &headers, house.fill(body).as_bytes())
}

#[test]
fn the_schemes_program_authorises_presents_reverses_and_refunds() {
    let house = house();
    let proof = scheme(&house);
    let buys = |reference: &str, yuan: &str| {
        format!(
            r#"{{"number":"$card_number","sequence":1,"amount":{{"amount":"{yuan}","currency":"CNY"}},"reference":"{reference}","merchant":"鱼市"}}"#
        )
    };
    let some = |yuan: &str| format!(r#"{{"amount":{{"amount":"{yuan}","currency":"CNY"}}}}"#);
    let held = told(&house, &proof, "a", "", &buys("s1", "300.00"));
    assert_eq!((held.status, held.json()["state"].as_str()), (200, Some("held")), "{}", held.text());
    assert_eq!(told(&house, &proof, "a", "", &buys("s1", "300.00")).json(), held.json(), "asked twice, held once");
    assert_eq!(told(&house, &proof, "a", "", &buys("s1", "301.00")).status, 409, "the same key, something else");
    assert_eq!(told(&house, &proof, "b", "", &buys("s2", "99999.00")).json()["state"], "refused");
    let id = held.json()["instruction"].as_str().expect("an id").to_owned();
    let at = |what: &str| format!("/{id}/{what}");
    assert_eq!(told(&house, &proof, "c", &at("presentment"), &some("250.00")).json()["state"], "posted");
    let back = r#"{"reference":"r1","amount":{"amount":"50.00","currency":"CNY"}}"#;
    let refund = told(&house, &proof, "d", &at("refunds"), back);
    assert_eq!((refund.status, &refund.json()["amount"]["amount"]), (200, &"50.00".into()), "{}", refund.text());
    assert_eq!(told(&house, &proof, "e", &at("refunds"), back).json()["transfer"], refund.json()["transfer"]);
    says(&page(&house, 'c', "/credit-lines/$line_of_credit"), &["鱼市", "200.00"]);
    let other = told(&house, &proof, "f", "", &buys("s3", "20.00")).json()["instruction"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(told(&house, &proof, "g", &format!("/{other}/reversal"), "").json()["state"], "cancelled");
    let transfer = house.fill("/$payment/presentment");
    assert_eq!(told(&house, &proof, "h", &transfer, &some("1.00")).status, 404, "only purchases");
    let erp = house.proof('p').remove(0);
    assert_eq!(told(&house, &erp, "i", "", &buys("s4", "1.00")).status, 403, "no other program");
}

#[test]
fn a_pin_is_set_at_the_counter_and_asked_for_by_the_scheme() {
    let house = house();
    let (proof, doc) = (scheme(&house), identity(1));
    let pin = "/cards/$credit_card/pin";
    let set = |fields: &[(&str, &str)]| form(&house, 't', pin, fields);
    says(&set(&[("document", &doc), ("pin", "258046"), ("again", "258047")]).text(), &["href=\"#f-again\""]);
    says(&set(&[("document", &identity(2)), ("pin", "258046"), ("again", "258046")]).text(), &["href=\"#f-document\""]);
    let weak = set(&[("document", &doc), ("pin", "111111"), ("again", "111111")]).text();
    says(&weak, &["href=\"#f-pin\""]);
    assert!(!weak.contains("111111"), "it is never shown again");
    went(&set(&[("document", &doc), ("pin", "258046"), ("again", "258046")]));
    says(&page(&house, 't', pin), &["已设"]);
    let buys = |key: &str, typed: &str| {
        let body = format!(
            r#"{{"number":"$card_number","sequence":1,"amount":{{"amount":"1.00","currency":"CNY"}},"reference":"{key}","merchant":"鱼市","pin":"{typed}"}}"#
        );
        let answer = told(&house, &proof, key, "", &body);
        answer.json()["code"].as_str().map_or_else(String::new, str::to_owned)
    };
    assert_eq!(buys("p1", "258047"), "card_pin_wrong");
    assert_eq!(buys("p2", "258046"), "");
    assert_eq!(
        [buys("p3", "0"), buys("p4", "0"), buys("p5", "0")],
        ["card_pin_wrong", "card_pin_wrong", "card_pin_locked"]
    );
    assert_eq!(buys("p6", "258046"), "card_pin_locked");
    says(&page(&house, 't', pin), &["输错三次，已锁住"]);
}

#[test]
fn the_clockwork_has_cards_made_and_tells_their_holders() {
    let house = house();
    let card = "/cards/new";
    let fields = [("kind", "social"), ("account", "$account"), ("branch", "$branch"), ("step", "check")];
    let made = went(&form(&house, 'c', card, &fields));
    let id = made.rsplit('/').next().expect("a card");
    let asked =
        house.program('c', "GET", &format!("/v1/cards/{id}"), "").json()["approval"].as_str().map(str::to_owned);
    assert_eq!(agree(&house, 'y', &asked.expect("an approval")).status, 200);
    says(&page(&house, 'c', &made), &["正在制卡"]);
    for _ in 0..5 {
        house.bank.run_jobs_once();
    }
    says(&page(&house, 'c', &made), &["待领取、待激活"]);
    says(&page(&house, 'c', "/notices"), &["做好了", "已批准"]);
}
