//! Cash as tellers and keepers meet it on their pages.
use super::desk::agree;
use super::house::{Answer, House};
use party::Role;
use serde_json::Value;

fn went(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap_or_default().to_owned()
}

fn number(house: &House, account: &str) -> String {
    let account = house.program('c', "GET", &format!("/v1/accounts/{}", house.ids[account]), "").json();
    account["number"].as_str().expect("a number").to_owned()
}

fn entries(house: &House) -> Vec<Value> {
    let all = house.program('t', "GET", &house.fill("/v1/branches/$branch/till-entries"), "").json();
    all["items"].as_array().expect("a journal").clone()
}

fn opens(house: &House) {
    let drawer = house.ids["$till"].clone();
    assert!(house.page('t', "/till").text().contains(&format!("/till/opening?drawer={drawer}")));
    let sent = house.form('t', &format!("/till/opening?drawer={drawer}"), "/till/opening", &[("drawer", &drawer)]);
    assert_eq!(went(&sent), "/till");
}

/// Enters cash, looks at it, does it; the address of its entry.
fn cash(house: &House, way: &str, fields: &[(&str, &str)]) -> String {
    let looked = house.form('t', way, way, fields);
    assert_eq!(looked.status, 200, "{}", looked.text());
    let doing: Vec<_> = fields.iter().copied().chain([("step", "do")]).collect();
    went(&house.form('t', way, way, &doing))
}

#[test]
fn a_teller_opens_takes_pays_balances_with_a_difference_and_closes() {
    let house = House::open();
    let card = number(&house, "$account");
    opens(&house);

    // 386 notes of 100 are brought, one is counterfeit.
    let sent = house.form(
        't',
        "/seizures/new",
        "/seizures/new",
        &[("face", "10000"), ("serials", "AB12345678"), ("holder", "李四")],
    );
    let seizure = went(&sent);
    let confirm = format!("{seizure}/confirmation");
    assert_eq!(house.form('t', &seizure, &confirm, &[]).status, 403, "not by the same person");
    went(&house.form('m', &seizure, &confirm, &[]));
    let paper = house.page('m', &seizure).text();
    assert!(paper.contains("10100-2026-00001") && paper.contains("AB12345678") && !paper.contains("李四"), "{paper}");

    let fields = [("number", card.as_str()), ("in_10000", "385"), ("memo", "货款")];
    let looked = house.form('t', "/till/cash-in", "/till/cash-in", &fields).text();
    assert!(looked.contains("38,500.00") && looked.contains("叁万捌仟伍佰元整"), "{looked}");
    let once: Vec<_> = fields.into_iter().chain([("step", "do"), ("once", "abc")]).collect();
    let first = went(&house.form('t', "/till/cash-in", "/till/cash-in", &once));
    assert_eq!(went(&house.form('t', "/till/cash-in", "/till/cash-in", &once)), first, "once");
    assert_eq!(first, "/till/entries/2", "the seizure has the number before");
    let advice = house.form('t', &first, &format!("{first}/advice"), &[]).text();
    assert!(advice.contains("原件 / Original") && advice.contains("叁万捌仟伍佰元整"), "{advice}");
    let copy = house.form('t', &first, &format!("{first}/advice"), &[]).text();
    assert!(copy.contains("Copy 2"), "{copy}");

    cash(&house, "/till/cash-out", &[("number", &card), ("out_10000", "10")]);
    // One note of 100 comes and ten are booked.
    let slip = cash(&house, "/till/cash-in", &[("number", &card), ("in_10000", "10")]);
    assert_eq!(slip, "/till/entries/4");

    let counted = [("n_10000", "376")];
    let seen = house.form('t', "/till/balance", "/till/balance", &counted).text();
    assert!(
        seen.contains("第 \u{2068}4\u{2069} 笔：多记或少记一个零") || seen.contains("第 4 笔：多记或少记一个零"),
        "{seen}"
    );
    assert_eq!(
        house.form('t', "/till/balance", "/till/closing", &counted).status,
        422,
        "the difference is not accepted"
    );
    let accepted = [("n_10000", "376"), ("accepted", "-900.00")];
    assert_eq!(went(&house.form('t', "/till/balance", "/till/closing", &accepted)), "/till");

    let cases = house.program('m', "GET", &house.fill("/v1/branches/$branch/cash-cases"), "").json();
    let case = format!("/cash-cases/{}", cases["items"][0]["case"].as_str().expect("a case"));
    assert!(house.page('m', "/vault").text().contains(&case));
    let said = [("outcome", "to_expense"), ("explanation", "多付，客户已销户")];
    went(&house.form('m', &case, &format!("{case}/explanation"), &said));
    assert_eq!(house.form('m', &case, &format!("{case}/settlement"), &[]).status, 403, "another settles");
    went(&house.form('y', &case, &format!("{case}/settlement"), &[]));
    assert!(house.page('m', &case).text().contains("已结清"));
}

#[test]
fn cash_comes_to_the_till_by_three_and_a_large_drawing_needs_a_reason_and_a_second() {
    let mut house = House::open();
    house.hire('z', Role::OperationsChecker, None);
    let card = number(&house, "$account");
    opens(&house);
    let page = house.page('m', "/cash-moves/new").text();
    let centre =
        page.split("option value=\"").filter(|part| part.contains("现金中心")).find_map(|part| part.split('"').next());
    let (centre, vault, till) =
        (centre.expect("the way in").to_owned(), house.ids["$vault"].clone(), house.ids["$till"].clone());
    let moved = |house: &House, from: &str, to: &str, receiver: char| {
        let fields = [("from", from), ("to", to), ("n_10000", "600")];
        let way = went(&house.form('m', "/cash-moves/new", "/cash-moves/new", &fields));
        assert_eq!(house.form('m', "/home", &format!("{way}/countersignature"), &[]).status, 403, "not by oneself");
        went(&house.form('y', &way, &format!("{way}/countersignature"), &[]));
        let short = house.form(receiver, &way, &format!("{way}/receipt"), &[("n_10000", "599")]);
        assert_eq!(short.status, 422, "less came than went");
        assert!(short.text().contains("100.00"), "{}", short.text());
        went(&house.form(receiver, &way, &format!("{way}/receipt"), &[("n_10000", "600")]));
    };
    moved(&house, &centre, &vault, 'z');
    moved(&house, &vault, &till, 't');

    let way = "/till/cash-out";
    let large = [("number", card.as_str()), ("out_10000", "510"), ("step", "do")];
    let asked = house.form('t', way, way, &large);
    assert_eq!(asked.status, 422);
    assert!(asked.text().contains("大额取现未预约"), "{}", asked.text());
    let reason = [("override_code", "appointment_missing"), ("override_reason", "医院缴费")];
    let with: Vec<_> = large.into_iter().chain(reason).collect();
    let waits = went(&house.form('t', way, way, &with));
    let approval = |house: &House| entries(house)[0]["approval"].as_str().expect("an approval").to_owned();
    let first = approval(&house);
    let hash = house.program('m', "GET", &format!("/v1/approvals/{first}"), "").json()["hash"]
        .as_str()
        .expect("a hash")
        .to_owned();
    let back = format!("/approvals/{first}/return");
    went(&house.form('m', &back, &back, &[("hash", &hash), ("reason", "请写明医院")]));
    assert!(house.page('t', &waits).text().contains("已退回"));
    let number = waits.rsplit('/').next().expect("a number").to_owned();
    let form = house.page('t', &format!("{way}?resubmits={number}")).text();
    assert!(form.contains("value=\"510\"") && form.contains(&card), "it stands there as it was: {form}");
    let again: Vec<_> = with.iter().copied().chain([("resubmits", number.as_str())]).collect();
    let second = went(&house.form('t', way, way, &again));
    assert_ne!(second, waits);
    assert_eq!(agree(&house, 'm', &approval(&house)).status, 200);
    assert!(house.page('t', &second).text().contains("完成"));
    assert!(house.page('y', "/vault").text().contains("医院缴费"), "every override is listed");

    // It is undone by its opposite, which a second person agrees to.
    went(&house.form('t', &second, &format!("{second}/reversal"), &[("reason", "客户改变主意")]));
    assert_eq!(agree(&house, 'm', &approval(&house)).status, 200);
    let undone = house.page('t', &second).text();
    assert!(undone.contains("已冲正"), "{undone}\n{:#?}", &entries(&house)[..2]);
}

#[test]
fn notes_are_exchanged_by_the_rule_and_a_vault_is_counted_by_two() {
    let house = House::open();
    let card = number(&house, "$account");
    opens(&house);
    cash(&house, "/till/cash-in", &[("number", &card), ("in_10000", "2"), ("in_5000", "4")]);
    let change = |fields: &[(&str, &str)]| house.form('t', "/till/change", "/till/change", fields);
    assert_eq!(change(&[("in_10000", "1"), ("out_5000", "1")]).status, 422);
    went(&change(&[("in_10000", "1"), ("out_5000", "2")]));
    let damaged = |fields: &[(&str, &str)]| house.form('t', "/till/damaged", "/till/damaged", fields);
    assert_eq!(damaged(&[("face1", "10000"), ("left1", "less")]).status, 422, "worth nothing");
    went(&damaged(&[("face1", "10000"), ("left1", "half"), ("out_5000", "1")]));

    let count = house.fill("/vault/drawers/$vault/count");
    went(&house.form('m', &count, &count, &[]));
    let other = house.form('y', &count, &count, &[("n_10000", "1")]);
    assert_eq!(other.status, 422, "the two found different notes");
    went(&house.form('y', &count, &count, &[]));
}

#[test]
fn a_cash_machine_is_put_into_a_terminal_on_its_page() {
    let house = House::open();
    let (page, machine) = (house.fill("/terminals/$terminal/machine"), house.fill("$machine"));
    let free = house.page('m', &page).text();
    assert!(free.contains(&machine) && free.contains("M01"), "{free}");
    assert_eq!(house.form('m', &page, &page, &[("machine", "x")]).status, 422);
    for _ in 0..2 {
        let sent = house.form('m', &page, &page, &[("machine", &machine)]);
        assert_eq!(
            (sent.status, sent.header("location")),
            (303, Some(&*house.fill("/terminals/$terminal"))),
            "again is the same"
        );
    }
    let built = house.page('m', &page).text();
    assert!(built.contains("里面装的是") && built.contains("M01") && !built.contains(&machine), "{built}");
}
