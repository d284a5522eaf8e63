//! What staff order about customers, with the second person who agrees: by page and by program.
use super::house::{Answer, House};
use kernel::id::AccountId;
use kernel::{Actor, Currency, Id};
use party::Role;
use serde_json::Value;

const REASON: &str = r#"{"reason":"the court wrote"}"#;

/// A yes to what an approval shows.
pub(super) fn agree(house: &House, letter: char, approval: &str) -> Answer {
    let shown = house.program(letter, "GET", &format!("/v1/approvals/{approval}"), "");
    let hash = shown.json()["hash"].as_str().unwrap_or_default().to_owned();
    let body = format!(r#"{{"hash":"{hash}"}}"#);
    house.program(letter, "POST", &format!("/v1/approvals/{approval}/approval"), &body)
}

pub(super) fn asked(answer: &Answer) -> String {
    let json = answer.json();
    assert_eq!((answer.status, json["outcome"].as_str()), (200, Some("asked")), "{json}");
    json["approval"].as_str().expect("an approval").to_owned()
}

fn done(answer: &Answer) -> Value {
    let json = answer.json();
    assert_eq!((answer.status, json["outcome"].as_str()), (200, Some("done")), "{json}");
    json
}

/// The state of a payment of one yuan by the customer, and why.
pub(super) fn pays(house: &House) -> (String, String) {
    let body = house.fill(
        r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"},"fee_shown":{"amount":"0.00","currency":"CNY"}}"#,
    );
    let json = house.program('c', "POST", "/v1/payments", &body).json();
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("code"))
}

fn paid() -> (String, String) {
    ("posted".into(), String::new())
}

#[test]
fn an_account_is_restricted_at_once_and_freed_by_two() {
    let house = House::open();
    let orders = house.fill("/v1/accounts/$account/restrictions");
    let made = house.program('y', "POST", &orders, r#"{"kind":"no_debits","basis":"court","document":"12"}"#);
    assert_eq!(done(&made)["made"], "1");
    assert_eq!(pays(&house), ("refused".into(), "debits_stopped".into()));
    let approval = asked(&house.program('y', "POST", &format!("{orders}/1/lifting"), REASON));
    let own = agree(&house, 'y', &approval);
    assert_eq!((own.status, own.json()["code"].as_str()), (403, Some("maker_is_checker")), "{}", own.text());
    assert_eq!(pays(&house).1, "debits_stopped", "it holds until the second person agrees");
    assert_eq!(agree(&house, 'm', &approval).json()["outcome"], "done");
    assert_eq!(pays(&house), paid());
    let all = house.program('a', "GET", &orders, "").json();
    assert_eq!(all["items"][0]["basis"], "court");
    assert!(all["items"][0]["lifted_by"].as_str().is_some_and(|by| by.starts_with("staf_")), "{all}");
    let unknown = house.program('y', "POST", &format!("{orders}/7/lifting"), REASON);
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (404, Some("restriction_unknown")));
}

#[test]
fn a_queued_freeze_takes_the_place_of_the_one_that_is_lifted() {
    let house = House::open();
    let orders = house.fill("/v1/accounts/$account/restrictions");
    let freeze = |yuan: &str, document: &str, queue: bool| {
        let body = format!(
            r#"{{"kind":"freeze","amount":{{"amount":"{yuan}","currency":"CNY"}},"queue":{queue},"basis":"court","document":"{document}"}}"#
        );
        done(&house.program('m', "POST", &orders, &body));
    };
    let available = || {
        let account = house.program('m', "GET", &house.fill("/v1/accounts/$account"), "").json();
        account["available"]["amount"].as_str().unwrap_or_default().to_owned()
    };
    let before = available();
    freeze("50000.00", "1", false);
    let first = available();
    freeze("90000.00", "2", true);
    assert_eq!(available(), first, "the second waits");
    assert_ne!(first, before);
    let approval = asked(&house.program('m', "POST", &format!("{orders}/1/lifting"), REASON));
    agree(&house, 'r', &approval);
    assert_ne!(available(), first);
    assert_eq!(pays(&house), paid());
    let page = house.page('m', &house.fill("/accounts/$account")).text();
    assert!(page.contains("/restrictions/2/lifting") && !page.contains("/restrictions/1/lifting"));
}

#[test]
fn an_account_that_waits_for_its_owner_is_not_freed_at_the_desk() {
    let house = House::open();
    let account: AccountId = house.ids["$other"].parse().expect("an account");
    house
        .bank
        .write(move |tx| {
            let ask = ledger::restrictions::Restrict::new(
                account,
                ledger::restrictions::Restriction::NoDebits,
                payroll::NOT_ACTIVATED,
            );
            ledger::restrictions::restrict(tx, &Actor::system("demo"), &ask).map(|_| ())
        })
        .expect("it waits");
    let orders = house.fill("/v1/accounts/$other/restrictions");
    let lift = house.program('y', "POST", &format!("{orders}/1/lifting"), REASON);
    assert_eq!((lift.status, lift.json()["code"].as_str()), (422, Some("activated_in_person")));
    let forged = house.program('y', "POST", &orders, r#"{"kind":"no_debits","basis":"not_activated"}"#);
    assert_eq!(forged.status, 400, "{}", forged.text());
    let page = house.fill("/accounts/$other/activation");
    assert_eq!(house.form('t', &page, &page, &[]).status, 303);
    assert!(!house.page('t', &house.fill("/accounts/$other")).text().contains("/activation"), "activated in person");
}

#[test]
fn a_customer_is_frozen_at_once_and_released_by_two_with_the_authoritys_document() {
    let house = House::open();
    let page = house.fill("/freezes/$person/new");
    let fields = [("kind", "stop_debits"), ("basis", "police_stop"), ("document", "公刑 21"), ("reason", "紧急止付")];
    let made = house.form('r', &page, &page, &fields);
    assert_eq!((made.status, made.header("location")), (303, Some(house.fill("/freezes/$person").as_str())));
    assert_eq!(pays(&house), ("refused".into(), "payer_frozen".into()));
    assert!(house.page('t', &house.fill("/customers/$person")).text().contains("公安紧急止付"));
    let release = house.fill("/freezes/$person/1/release");
    let bare = house.form('r', &release, &release, &[("document", ""), ("reason", "查清")]);
    assert_eq!(bare.status, 422, "the bank cannot lift by itself what the police ordered");
    let sent = house.form('r', &release, &release, &[("document", "公刑 22"), ("reason", "查清")]);
    let place = sent.header("location").unwrap_or_default().to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert_eq!(pays(&house).1, "payer_frozen");
    let approval = place.rsplit('/').next().unwrap_or_default();
    assert!(house.page('y', &place).text().contains("公刑 22"), "the checker sees the document");
    let answer = format!("{place}/approval");
    let hash = house.program('y', "GET", &format!("/v1/approvals/{approval}"), "").json()["hash"].clone();
    assert_eq!(house.form('y', &answer, &answer, &[("hash", hash.as_str().unwrap_or_default())]).status, 303);
    assert_eq!(pays(&house), paid());
    let all = house.program('y', "GET", &house.fill("/v1/parties/$person/freezes"), "").json();
    let (by, second) = (&all["items"][0]["released_by"], &all["items"][0]["release_approved_by"]);
    assert!(by.is_string() && second.is_string() && by != second, "{all}");
}

#[test]
fn an_emergency_stop_ends_by_itself_after_two_days() {
    let house = House::open();
    let page = house.fill("/freezes/$person/new");
    let fields = [("kind", "all"), ("basis", "police_stop"), ("document", "公刑 21"), ("reason", "紧急止付")];
    assert_eq!(house.form('r', &page, &page, &fields).status, 303);
    let until = |house: &House| {
        let all = house.program('r', "GET", &house.fill("/v1/parties/$person/freezes"), "").json();
        all["items"][0]["until"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(until(&house), house.clock.now().plus(48 * kernel::clock::HOUR).to_string());
    let long = [("kind", "all"), ("basis", "police_freeze"), ("document", "公刑 23"), ("reason", "x")];
    assert_eq!(house.form('r', &page, &page, &long).status, 422, "a freeze by the police needs its end");
}

#[test]
fn only_an_empty_account_is_closed() {
    let house = House::open();
    let full = house.program('t', "POST", &house.fill("/v1/accounts/$account/closing"), REASON);
    assert_eq!((full.status, full.json()["code"].as_str()), (422, Some("account_not_empty")));
    let book = house.ids["$account"].parse::<AccountId>().expect("an account").book();
    let bank = payments::own::own(book, payments::own::Own::Settlement, Currency::CNY);
    let own = house.program('t', "POST", &format!("/v1/accounts/{bank}/closing"), REASON);
    assert_eq!(own.status, 400, "the bank's own accounts stay: {}", own.text());
    let other: AccountId = house.ids["$other"].parse().expect("an account");
    let empty = house.bank.write(move |tx| {
        let owner = ledger::view(tx, other)?.account.owner;
        let id = AccountId::new(tx.now(), other.book());
        let opening = ledger::Opening::deposit(id, owner, "活期", Currency::CNY);
        ledger::open_account(tx, &Actor::system("demo"), &opening).map(|a| a.id)
    });
    let path = format!("/accounts/{}/closing", empty.expect("an account"));
    assert_eq!(house.form('t', &path, &path, &[("reason", "本人申请")]).status, 303);
    let closed = house.program('t', "GET", &format!("/v1{}", path.trim_end_matches("/closing")), "").json();
    assert!(closed["closed_at"].is_string(), "{closed}");
}

#[test]
fn a_tier_goes_down_at_once_and_up_by_two() {
    let house = House::open();
    let tier = house.fill("/v1/people/$person/tier");
    let now = |house: &House| house.program('c', "GET", "/v1/limits", "").json()["tier"].clone();
    done(&house.program('m', "POST", &tier, r#"{"to":"III","reason":"no papers"}"#));
    assert_eq!(now(&house), "III");
    let approval = asked(&house.program('m', "POST", &tier, r#"{"to":"I","reason":"seen in person"}"#));
    assert_eq!(now(&house), "III");
    assert_eq!(agree(&house, 'r', &approval).json()["outcome"], "done");
    assert_eq!(now(&house), "I");
    assert_eq!(agree(&house, 'r', &approval).json()["outcome"], "already_so", "asked again, the same answer");
}

#[test]
fn a_customer_sees_his_limits_and_lowers_his_own() {
    let house = House::open();
    assert_eq!(pays(&house), paid());
    let page = house.page('c', "/limits").text();
    assert!(page.contains("已用") && page.contains("Ⅰ类"), "{page}");
    house.later(400);
    let set = |cap: &str| house.form('c', "/limits", "/limits/own-cap", &[("cap", cap)]);
    assert_eq!(set("1").header("location"), Some("/limits"), "down at once");
    assert_eq!(pays(&house), ("refused".into(), "limit_per_day".into()));
    for up in ["5", ""] {
        let led = set(up);
        assert!(led.header("location").is_some_and(|l| l.starts_with("/step-up")), "{:?}", led.header("location"));
    }
    assert_eq!(set("many").status, 422);
    let json = house.program('c', "GET", "/v1/limits", "").json();
    assert_eq!(json["own_cap"]["amount"], "1.00", "{json}");
}

#[test]
fn staff_keep_their_hands_off_what_is_their_own() {
    let mut house = House::open();
    let himself = house.ids["$person"].parse().expect("a person");
    house.hire('z', Role::OperationsChecker, Some(himself));
    let orders = house.fill("/v1/accounts/$account/restrictions");
    let own = house.program('z', "POST", &orders, r#"{"kind":"counter_only","basis":"rule 7"}"#);
    assert_eq!((own.status, own.json()["code"].as_str()), (403, Some("own_business")), "{}", own.text());
    done(&house.program('y', "POST", &orders, r#"{"kind":"counter_only","basis":"rule 7"}"#));
    let approval = asked(&house.program('y', "POST", &format!("{orders}/1/lifting"), REASON));
    let gains = agree(&house, 'z', &approval);
    assert_eq!(
        (gains.status, gains.json()["code"].as_str()),
        (403, Some("checker_is_beneficiary")),
        "{}",
        gains.text()
    );
}

#[test]
fn workers_without_an_account_get_one_that_only_receives() {
    let house = House::open();
    let of_project = |rest: &str| house.fill(&format!("/v1/wage-projects/$project/{rest}"));
    let number = kernel::chinese::identity_check("33090119881102457").map(|c| format!("33090119881102457{c}")).unwrap();
    let body = format!(r#"{{"name":"工人丁","identity":"{number}","phone":"13800000000"}}"#);
    let added = house.program('w', "POST", &of_project("workers"), &body).json();
    let worker = added["worker"].as_str().unwrap_or_else(|| panic!("{added}")).to_owned();
    let page = house.page('w', &house.fill("/wages/projects/$project/accounts")).text();
    assert!(page.contains("工**") && page.contains("为 1 人开户"), "{page}");
    let opened = house.program('w', "POST", &of_project("accounts"), "").json();
    assert_eq!(opened["opened"].as_array().map(Vec::len), Some(1), "{opened}");
    assert_eq!(opened["opened"][0]["worker"], *worker);
    let account = opened["opened"][0]["account"].as_str().unwrap().to_owned();
    let again = house.program('w', "POST", &of_project("accounts"), "").json();
    assert_eq!(again["opened"].as_array().map(Vec::len), Some(0), "{again}");
    let orders = || house.program('y', "GET", &format!("/v1/accounts/{account}/restrictions"), "").json();
    assert_eq!(orders()["items"][0]["kind"], "no_debits", "{}", orders());
}
