//! The safety lock, the trusted contact and the word against a fraud, from the pages and by program.
use super::house::House;
use kernel::Money;
use kernel::id::AccountId;
use payments::{Arrival, Order, Payee};
use safety::{Named, Terms, Typology};

/// A loosening that waits, a contact who is nobody's customer, a payment that was called a fraud.
pub(super) fn furnish(house: &mut House) {
    let customer = house.actor('c');
    let me = customer.person().expect("a person");
    let (account, other): (AccountId, AccountId) =
        (house.ids["$account"].parse().expect("an id"), house.ids["$other"].parse().expect("an id"));
    let order = Order::transfer(account, Payee::Account(other), Money::cny(1_200)).arrival(Arrival::NextDay);
    let stopped = payments::submit(&house.bank.desk, &customer, order, None).expect("a receipt").instruction;
    let made = house.bank.write(move |tx| {
        let (report, _) = app::fraud::refuse_and_report(tx, &customer, stopped, Typology::Other)?;
        safety::lock_all(tx, &customer, me, true)?;
        let lock = safety::set(tx, &customer, me, &Terms::open(), false)?.lock;
        let named = Named {
            relation: party::family::Relation::Son,
            name: "王远".into(),
            phone: "13900006666".into(),
            version: 1,
        };
        let contact = safety::contact_name(tx, &customer, &named)?;
        let loosening = lock.waiting.map(|l| l.id.to_string()).unwrap_or_default();
        Ok([loosening, contact.tie.id.to_string(), report.id.to_string(), stopped.to_string()])
    });
    house.ids.extend(["$loosening", "$contact", "$report", "$stopped"].into_iter().zip(made.expect("protections")));
}

#[test]
fn a_customer_locks_with_one_button_and_what_opens_it_waits_and_is_taken_back() {
    let house = House::open();
    let page = |path: &str| house.page('c', path).text();
    assert!(page("/lock?lang=zh").contains("没有上锁"));
    assert_eq!(house.form('c', "/lock", "/lock/all", &[]).status, 303);
    let locked = page("/lock?lang=zh");
    assert!(locked.contains("已全部锁住") && !locked.contains("马上全部锁住"), "{locked}");
    let pay =
        house.fill(r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"}}"#);
    let refused = house.program('c', "POST", "/v1/payments", &pay).json();
    assert_eq!((refused["state"].as_str(), refused["code"].as_str()), (Some("refused"), Some("lock_all")));
    let id = refused["instruction"].as_str().unwrap_or_default();
    assert!(page(&format!("/payments/{id}?lang=zh")).contains("您的账户已全部锁住，钱没有动"));

    let opened = house.form('c', "/lock/everything", "/lock/everything", &[("choice", "open")]);
    assert_eq!(opened.status, 303);
    let lock = house.program('c', "GET", "/v1/safety-lock", "").json();
    if lock["waiting"].is_null() {
        assert!(opened.header("location").is_some_and(|l| l.starts_with("/step-up")), "it needs the code first");
        return;
    }
    let id = lock["waiting"]["loosening"].as_str().unwrap().to_owned();
    assert!(page("/lock?lang=zh").contains("不放宽"));
    assert_eq!(house.form('c', "/lock", &format!("/lock/loosenings/{id}/withdrawal"), &[]).status, 303);
    assert!(house.program('c', "GET", "/v1/safety-lock", "").json()["waiting"].is_null());
}

#[test]
fn each_part_of_the_lock_is_one_question_and_a_stricter_answer_holds_at_once() {
    let house = House::open();
    for part in ["everything", "payees", "hours", "each", "day", "ways", "abroad"] {
        assert_eq!(house.page('c', &format!("/lock/{part}")).status, 200, "{part}");
    }
    assert_eq!(house.page('c', "/lock/nothing").status, 404);
    let cases: [(&str, &[(&str, &str)]); 6] = [
        ("payees", &[("choice", "known")]),
        ("hours", &[("choice", "22-6")]),
        ("each", &[("sum", "1000")]),
        ("day", &[("sum", "3000.50")]),
        ("ways", &[("card", "yes")]),
        ("abroad", &[("choice", "yes")]),
    ];
    for (part, fields) in cases {
        let path = format!("/lock/{part}");
        assert_eq!(house.form('c', &path, &path, fields).status, 303, "{part}");
    }
    let terms = house.program('c', "GET", "/v1/safety-lock", "").json()["terms"].clone();
    assert_eq!(terms["payees"], "known");
    assert_eq!(terms["hours"], serde_json::json!([0, 1, 2, 3, 4, 5, 22, 23]));
    assert_eq!((&terms["per_payment"], &terms["per_day"]), (&100_000.into(), &300_050.into()));
    assert_eq!((&terms["ways"], &terms["abroad"]), (&serde_json::json!(["card"]), &true.into()));
    for fields in [&[("choice", "")], &[("choice", "3-4")]] {
        assert_eq!(house.form('c', "/lock/hours", "/lock/hours", fields).status, 422);
    }
    assert_eq!(house.form('c', "/lock/each", "/lock/each", &[("sum", "much")]).status, 422);
}

#[test]
fn a_payment_that_waits_is_called_a_fraud_and_the_lesson_follows() {
    let mut house = House::open();
    furnish(&mut house);
    let stopped = house.ids["$stopped"].clone();
    let lesson = house.page('c', &format!("/payments/{stopped}/lesson?lang=zh")).text();
    assert!(lesson.contains("付款已经取消") && lesson.contains("觉得不对，就先停下来"), "{lesson}");
    let report: kernel::id::FraudReportId = house.ids["$report"].parse().expect("an id");
    let kept = house.bank.read(|tx| safety::lessons_of(tx, report)).expect("lessons");
    assert_eq!(kept.len(), 1);
    assert!(house.page('r', "/fraud-reports?lang=zh").text().contains(&house.ids["$report"]));
}

#[test]
fn a_lock_is_set_at_the_counter_and_loosened_with_the_document_and_a_day() {
    let house = House::open();
    let at = house.fill("/counter/$person/lock");
    let sent = |part: &str, fields: &[(&str, &str)]| {
        house.form('t', &format!("{at}/{part}"), &format!("{at}/{part}"), fields).status
    };
    assert!(house.page('t', &house.fill("/counter/$person")).text().contains(&at), "the counter leads to it");
    assert_eq!(house.form('t', &at, &format!("{at}/all"), &[]).status, 303);
    assert!(house.page('c', "/lock?lang=zh").text().contains("全部锁住") || house.page('t', &at).status == 200);
    assert_eq!(sent("everything", &[("choice", "open")]), 422, "nobody saw a document");
    assert_eq!(sent("everything", &[("choice", "open"), ("document", "yes")]), 303);
    let person: kernel::id::PersonId = house.ids["$person"].parse().expect("a person");
    let teller = house.actor('t');
    let lock = house.bank.read(|tx| safety::lock_of(tx, &teller, person)).expect("a lock");
    assert!(lock.terms.all && lock.waiting.is_some(), "it waits a day");
    let back = format!("{at}/loosenings/{}/withdrawal", lock.waiting.expect("a wish").id);
    assert_eq!(house.form('t', &at, &back, &[]).status, 303);
    assert!(house.bank.read(|tx| safety::lock_of(tx, &teller, person)).expect("a lock").waiting.is_none());
    assert_eq!(house.page('r', &at).status, 403);
}
