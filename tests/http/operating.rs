//! What operators, risk officers and auditors do on a bank with something in it.
use super::desk::{agree, asked, pays};
use super::house::House;
use kernel::id::ClearingId;
use kernel::{Actor, Error, Result};
use payments::clearing::{Answer, Outgoing, Port, Status};

/// A carrier that takes what it gets and never says so.
struct Mute;

impl Port for Mute {
    fn send(&self, _: &[Outgoing]) -> Result<()> {
        Err(Error::broken("the line is dead"))
    }
    fn status(&self, _: &[ClearingId]) -> Result<Vec<(ClearingId, Status)>> {
        Ok(Vec::new())
    }
    fn answers(&self, _: u32) -> Result<Vec<Answer>> {
        Ok(Vec::new())
    }
    fn acknowledge(&self, _: &[u64]) -> Result<()> {
        Ok(())
    }
}

fn held(house: &House) -> String {
    house.bank.desk.guard.inject(Some(guard::Fault::Broken));
    assert_eq!(pays(house).0, "held");
    house.bank.desk.guard.inject(None);
    let queue = house.program('r', "GET", "/v1/guard/queue", "").json();
    queue["items"][0]["instruction"].as_str().unwrap_or_default().to_owned()
}

fn state(house: &House, id: &str) -> String {
    house.program('c', "GET", &format!("/v1/payments/{id}"), "").json()["state"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_held_payment_is_released_or_called_off_with_a_reason() {
    let house = House::open();
    let id = held(&house);
    let page = format!("/guard/{id}/release");
    assert_eq!(house.form('r', &page, &page, &[("reason", "")]).status, 422, "a reason is needed");
    assert_eq!(state(&house, &id), "held");
    let released = house.form('r', &page, &page, &[("reason", "电话核实")]);
    assert_eq!((released.status, state(&house, &id)), (303, "posted".into()));
    let second = held(&house);
    let page = format!("/guard/{second}/cancellation");
    assert_eq!(house.form('r', &page, &page, &[("reason", "疑似诈骗")]).status, 303);
    assert_eq!(state(&house, &second), "cancelled");
    let log = house.program('a', "GET", &format!("/v1/audit?object={second}"), "").text();
    assert!(log.contains("疑似诈骗"), "{log}");
    assert_eq!(house.program('r', "POST", &format!("/v1/payments/{second}/release"), r#"{"reason":"x"}"#).status, 409);
}

#[test]
fn an_item_nobody_knows_the_end_of_is_settled_by_two() {
    let house = House::open();
    payments::clearing::tick(&house.bank.desk, &Mute).expect("it tries");
    let unknown = house.program('e', "GET", "/v1/clearing/items", "").json();
    let item = unknown["items"][0]["item"].as_str().unwrap_or_default().to_owned();
    assert_eq!(unknown["items"].as_array().map(Vec::len), Some(1), "{unknown}");
    let page = format!("/clearing/{item}");
    let fields = [("outcome", "returned"), ("code", "account_closed"), ("to", ""), ("why", "对账单第 3 行")];
    let sent = house.form('e', &page, &format!("{page}/resolution"), &fields);
    let approval = sent.header("location").unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert_eq!(agree(&house, 'e', &approval).status, 403);
    assert_eq!(agree(&house, 'm', &approval).json()["outcome"], "done");
    let settled = house.program('e', "GET", &format!("/v1/clearing/items/{item}"), "").json();
    assert_eq!((settled["state"].as_str(), settled["reason"].as_str()), (Some("returned"), Some("account_closed")));
    let again = house.program(
        'e',
        "POST",
        &format!("/v1/clearing/items/{item}/resolution"),
        r#"{"outcome":"paid","why":"a test"}"#,
    );
    assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("clearing_not_in_doubt")), "{}", again.text());
}

/// An event about an account that is not there: whoever tells its owner cannot.
#[derive(serde::Serialize)]
struct Odd {
    instruction: String,
    credit: String,
}

impl store::Event for Odd {
    fn kind(&self) -> &'static str {
        "payment.posted"
    }
    fn aggregate(&self) -> String {
        "odd".into()
    }
}

/// Parks an event and answers its consumer and position.
fn park(house: &House) -> (String, i64) {
    let (now, book) = (house.clock.now(), kernel::BookId(1));
    let odd = move |tx: &mut store::Tx<'_>| {
        let instruction: kernel::id::InstructionId = kernel::Id::new(now, book);
        let credit: kernel::id::AccountId = kernel::Id::new(now, book);
        tx.emit(&Odd { instruction: instruction.to_string(), credit: credit.to_string() }, "odd")
    };
    house.bank.write(odd).expect("it is told");
    app::relay::pump(&house.bank.store).expect("events are passed on");
    let parked = house.program('e', "GET", "/v1/outbox/parked", "").json();
    let last = parked["items"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    (last["consumer"].as_str().unwrap_or_default().to_owned(), last["pos"].as_i64().unwrap_or_default())
}

#[test]
fn an_event_that_cannot_be_taken_is_tried_again_and_given_up_with_a_reason() {
    let house = House::open();
    let (consumer, pos) = park(&house);
    let place = pos.to_string();
    assert!(house.page('e', "/outbox").text().contains("payment.posted"));
    let again = house.form('e', "/outbox", "/outbox/attempts", &[("consumer", &consumer), ("pos", &place)]);
    assert_eq!(again.status, 303, "{}", again.text());
    app::relay::pump(&house.bank.store).expect("events are passed on");
    let parked = house.program('e', "GET", "/v1/outbox/parked", "").json();
    assert_eq!(parked["items"].as_array().map(Vec::len), Some(1), "it still cannot be taken: {parked}");
    let ask = format!("/outbox/drop?consumer={consumer}&pos={place}");
    let bare = house.form('e', &ask, "/outbox/drop", &[("consumer", &consumer), ("pos", &place), ("reason", "")]);
    assert_eq!(bare.status, 422, "a reason is needed");
    let fields = [("consumer", consumer.as_str()), ("pos", &place), ("reason", "账户不存在")];
    assert_eq!(house.form('e', &ask, "/outbox/drop", &fields).status, 303);
    assert_eq!(house.program('e', "GET", "/v1/outbox/parked", "").json()["items"].as_array().map(Vec::len), Some(0));
    let log = house.program('a', "GET", "/v1/audit?action=outbox.", "").text();
    assert!(log.contains("账户不存在"), "{log}");
}

#[test]
fn a_day_closes_when_nothing_stands_in_the_way_and_is_signed() {
    let house = House::open();
    let orders = house.fill("/v1/accounts/$account/restrictions");
    house.program('y', "POST", &orders, r#"{"kind":"counter_only","basis":"rule 7"}"#);
    let approval = asked(&house.program('y', "POST", &format!("{orders}/1/lifting"), r#"{"reason":"over"}"#));
    let close = |house: &House| house.program('e', "POST", "/v1/day/closing", r#"{"to":"2026-03-03"}"#).json();
    let blocked = close(&house);
    assert_eq!((&blocked["closed"], &blocked["blocked"][0]["what"]), (&serde_json::Value::Null, &"approvals".into()));
    assert!(house.page('e', "/day").text().contains("网点 10100"), "the page names the branch");
    assert_eq!(agree(&house, 'm', &approval).json()["outcome"], "done");
    let closed = close(&house);
    let day = &closed["closed"];
    assert_eq!((day["date"].as_str(), day["next"].as_str()), (Some("2026-03-02"), Some("2026-03-03")), "{closed}");
    assert_eq!((day["root"].as_str().map(str::len), day["signature"].as_str().map(str::len)), (Some(64), Some(128)));
    assert_eq!(pays(&house).0, "posted", "the next day is open");
    let verified = app::verify(&house.bank.store, &mut |_, _| {}).expect("everything can be read");
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
}

#[test]
fn personal_data_is_shown_after_its_reason_is_written_down() {
    let house = House::open();
    let page = house.fill("/customers/$person/reveal");
    let identity = super::house::identity(1);
    assert!(!house.page('t', &house.fill("/customers/$person")).text().contains(&identity), "masked");
    let bare = house.form('t', &page, &page, &[("reason", " ")]);
    assert!(bare.status == 422 && !bare.text().contains(&identity));
    let shown = house.form('t', &page, &page, &[("reason", "柜台核对证件")]);
    assert!(shown.status == 200 && shown.text().contains(&identity), "{}", shown.text());
    let log = house.program('a', "GET", &house.fill("/v1/audit?action=person.reveal&object=$person"), "").json();
    assert_eq!(log["items"][0]["reason"], "柜台核对证件", "{log}");
}

#[test]
fn the_log_is_searched_by_days() {
    let house = House::open();
    let next = kernel::Date::parse("2026-03-04").expect("a date");
    house
        .bank
        .write(move |tx| {
            tx.open_business_date(next)?;
            tx.audit(&Actor::system("demo"), store::Audit::of("test.later", "odd"))
        })
        .expect("it is written");
    let found = |query: &str| {
        let json = house.program('a', "GET", &format!("/v1/audit?limit=200{query}"), "").json();
        let days = json["items"].as_array().expect("a list").iter().map(|e| e["business_date"].clone());
        let mut days: Vec<String> = days.map(|d| d.as_str().unwrap_or_default().to_owned()).collect();
        days.sort();
        days.dedup();
        days
    };
    let cases: [(&str, &[&str]); 5] = [
        ("", &["2026-03-02", "2026-03-04"]),
        ("&to=2026-03-02", &["2026-03-02"]),
        ("&from=2026-03-03", &["2026-03-04"]),
        ("&from=2026-03-03&to=2026-03-03", &[]),
        ("&from=2026-03-04&to=2026-03-04&action=test.", &["2026-03-04"]),
    ];
    for (query, want) in cases {
        assert_eq!(found(query), want, "{query}");
    }
    assert_eq!(house.program('a', "GET", "/v1/audit?from=2026-03-04&to=2026-03-02", "").status, 400);
    let page = house.page('a', "/audit?from=2026-03-04&to=2026-03-04").text();
    assert!(page.contains("test.later") && !page.contains("payment.submit"));
    assert!(house.page('a', "/audit?from=x").text().contains("日期不对"));
}

#[test]
fn the_clock_of_a_bank_that_is_no_demo_is_not_put_ahead() {
    let house = House::open();
    let day = || house.bank.clock().now().local_date();
    let before = day();
    for answer in [house.page('e', "/demo/time"), house.form('e', "/day", "/demo/time", &[])] {
        assert!(answer.status == 422 && answer.text().contains("这家银行的时钟不能拨"), "{}", answer.text());
    }
    assert_eq!(day(), before);
    let stranger = house.form('t', "/home", "/demo/time", &[]);
    assert_eq!(stranger.status, 403, "only its operator would");
}
