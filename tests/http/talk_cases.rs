//! Talks at the counter before money is paid: who may read and end them, and that nothing is paid before their end.
use super::cases::{Case, case};
use super::founding::{account, system};
use super::house::{Answer, House};
use cases::{Deed, TalkNew};
use kernel::id::{AccountId, BranchId};
use kernel::{Date, Money, Owner};

/// People.
pub(super) const TALK_PAGES: &[Case] = &[
    case("GET /talks", "tmr", "", "/talks?branch=$branch", ""),
    case("GET /talks/{id}", "tmr", "", "/talks/$talk", ""),
    case("POST /talks/{id}/{deed}", "tmr", "", "/talks/$talk/call", "step=manager"),
];

/// A talk of the teller with the customer.
pub(super) fn furnish(house: &mut House) {
    let (teller, account) = (house.actor('t'), house.ids["$account"].parse::<AccountId>().expect("an account"));
    let subject = Owner::Person(house.actor('c').person().expect("a person"));
    let new = TalkNew {
        subject,
        deed: Deed::CashOut,
        account,
        payee: String::new(),
        payee_number: String::new(),
        amount: Money::cny(6_000_000),
        rules: vec!["t21.cash_out_tail".into()],
        age: Some(41),
    };
    let made = house.bank.write(move |tx| cases::talk_open(tx, &teller, &new));
    house.ids.insert("$talk", made.expect("a talk").id.to_string());
}

/// A man of 75 with 300,000 yuan; his account's number.
fn elder(house: &mut House) -> String {
    let branch: BranchId = house.ids["$branch"].parse().expect("a branch");
    let made = house.bank.write(move |tx| {
        let new = party::PersonNew {
            branch,
            name: "王建国".into(),
            document: party::DocumentKind::ResidentId,
            number: "990102195103080016".into(),
            country: "CN".into(),
            phone: "13900001951".into(),
            address: "汐洲市海晏路8号".into(),
            born: Date::parse("1951-03-08")?,
            tier: party::Tier::I,
        };
        let person = party::person_register(tx, &system(), new)?.person;
        let id = account(tx, branch, Owner::Person(person), 300_000)?;
        let linked = ledger::view(tx, id)?.account.number;
        Ok((id, linked))
    });
    let (id, number) = made.expect("an elder");
    house.ids.insert("$elder_account", id.to_string());
    number
}

fn went(answer: &Answer) -> String {
    let text = answer.text();
    assert_eq!(answer.status, 303, "{}", text.split("error-summary-list").nth(1).unwrap_or(&text));
    answer.header("location").unwrap_or_default().to_owned()
}

fn opens_till(house: &House) {
    let (open, till) = (house.fill("/till/opening?drawer=$till"), house.ids["$till"].clone());
    went(&house.form('t', &open, "/till/opening", &[("drawer", &till)]));
}

fn holds(house: &House) -> i64 {
    let id: AccountId = house.ids["$elder_account"].parse().expect("an account");
    house.bank.read(|tx| ledger::view(tx, id)).expect("an account").posted().minor / 100
}

/// Notes for the drawer, so that it can pay large sums out.
fn fill_drawer(house: &House) {
    let card = {
        let id: AccountId = house.ids["$account"].parse().expect("an account");
        house.bank.read(|tx| ledger::view(tx, id)).expect("an account").account.number
    };
    for once in ["one", "two"] {
        let fields = [("number", card.as_str()), ("in_10000", "300"), ("step", "do"), ("once", once)];
        went(&house.form('t', "/till/cash-in", "/till/cash-in", &fields));
    }
}

fn talk_of(house: &House) -> String {
    let text = house.page('t', "/talks").text();
    let at = text.find("href=\"/talks/talk_").expect("a talk") + 6;
    text[at..].split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn an_elder_draws_a_large_sum_after_a_talk_and_not_before() {
    let mut house = House::open();
    let number = elder(&mut house);
    opens_till(&house);
    fill_drawer(&house);
    let draw = |notes: &str, more: &[(&str, &str)]| {
        let fields = [&[("number", number.as_str()), ("out_10000", notes)][..], more].concat();
        house.form('t', "/till/cash-out", "/till/cash-out", &fields)
    };
    let near = draw("499", &[]);
    assert!(!near.text().contains("talk_note"), "a fen below the sum nobody is asked");
    let shown = draw("500", &[]);
    assert!(shown.status == 200 && shown.text().contains("talk_note") && !shown.text().contains("value=\"do\""));
    let doing = [("step", "do"), ("once", "a1")];
    assert_eq!(draw("500", &doing).status, 422, "the key is not there, and who sends it anyway is turned away");
    let body = house.fill(
        r#"{"direction":"out","account":"$elder_account","notes_in":{"currency":"CNY","pieces":{}},"notes_out":{"currency":"CNY","pieces":{"100":500}}}"#,
    );
    let refused = house.program('t', "POST", "/v1/till/cash", &body).json();
    assert_eq!(refused["code"], "counter_talk_needed", "{refused}");
    assert_eq!(holds(&house), 300_000);

    assert_eq!(draw("500", &[("step", "manager")]).status, 200);
    app::relay::pump(&house.bank.store).expect("events are passed on");
    let at = talk_of(&house);
    assert!(house.page('m', "/notices").text().contains(&at), "the manager is called to it");
    let insists = [("step", "insists"), ("note", "给孙女交学费，看过通知书")];
    assert_eq!(house.form('t', &at, &format!("{at}/end"), &insists).status, 422, "not by the teller");
    assert_eq!(went(&house.form('m', &at, &format!("{at}/end"), &insists)), at);
    let looked = draw("500", &[("step", "look")]).text();
    assert!(looked.contains("value=\"do\"") && !looked.contains("talk_note"), "{looked}");
    assert_eq!(draw("501", &[("step", "do")]).status, 422, "a note more is another question");
    let entry = went(&draw("500", &doing));
    assert!(entry.starts_with("/till/entries/"), "{entry}");
    let ledger = house.page('m', "/talks?lang=zh").text();
    assert!(ledger.contains("客户坚持") && ledger.contains("50,000.00"), "{ledger}");
}

#[test]
fn he_leaves_with_his_money_where_it_was_and_the_talk_in_the_ledger() {
    let mut house = House::open();
    let number = elder(&mut house);
    opens_till(&house);
    let fields = |step: &'static str| {
        let way = "/till/transfer";
        let to = {
            let id: AccountId = house.ids["$other"].parse().expect("an account");
            house.bank.read(|tx| ledger::view(tx, id)).expect("an account").account.number
        };
        let all = [
            ("from", number.as_str()),
            ("name", "李other"),
            ("number", to.as_str()),
            ("amount", "200000"),
            ("step", step),
            ("talk_about", "pension"),
            ("talk_note", "说是养老床位，已劝住"),
        ];
        house.form('t', way, way, &all)
    };
    assert!(fields("").text().contains("talk_note"));
    assert!(house.page('t', "/talks?lang=zh").text().contains("正在谈"));
    assert!(fields("about").text().contains("养老床位"), "the other script");
    assert_eq!(fields("police").status, 422, "the police were not called");
    assert_eq!(fields("police-call").status, 200);
    let at = went(&fields("dissuaded"));
    let page = house.page('t', &format!("{at}?lang=zh")).text();
    assert!(page.contains("劝阻成功") && page.contains("钱没有动") && page.contains("养老项目"), "{page}");
    assert_eq!(holds(&house), 300_000);
    let risk = house.actor('r');
    let day = house.bank.read(|tx| Ok(tx.now().local_date())).expect("a day");
    let kept = house.bank.read(|tx| cases::interceptions(tx, &risk, day, day)).expect("what was kept");
    assert_eq!((kept.len(), kept[0].amount), (1, 20_000_000));
    assert!(house.page('r', "/cases?lang=zh").text().contains("养老项目"));
    assert!(app::verify(&house.bank.store, &mut |_, _| {}).expect("it can be read").ok);
}

#[test]
fn a_term_deposit_is_broken_at_the_counter_after_a_talk_and_the_guard_knows_of_it() {
    let mut house = House::open();
    let number = elder(&mut house);
    opens_till(&house);
    let linked: AccountId = house.ids["$elder_account"].parse().expect("an account");
    let (desk, teller) = (house.bank.desk.clone(), house.actor('t'));
    let opened = house.bank.write(move |tx| {
        let ask = deposits::Open {
            linked,
            product: "term".into(),
            term: "1y".into(),
            amount: Money::cny(5_000_000),
            rollover: deposits::Rollover::None,
        };
        app::counter::open_deposit(&desk, tx, &teller, &ask)
    });
    let deposit = opened.expect("a deposit").account;
    let at = format!("/deposits/{deposit}/draw");
    let send = |step: &'static str, more: &[(&str, &str)]| {
        house.form(
            't',
            &at,
            &at,
            &[&[("all", "all"), ("step", step), ("once", "d1"), ("shown", "0")][..], more].concat(),
        )
    };
    assert!(send("cost", &[]).text().contains("talk_note"), "the cost and the script");
    assert_eq!(send("send", &[]).status, 422);
    let body =
        r#"{"amount":{"amount":"50000.00","currency":"CNY"},"interest_shown":{"amount":"0.00","currency":"CNY"}}"#;
    let refused = house.program('t', "POST", &format!("/v1/deposits/{deposit}/draws"), body).json();
    assert_eq!(refused["code"], "counter_talk_needed", "{refused}");
    let talk = talk_of(&house);
    went(&house.form('m', &talk, &format!("{talk}/end"), &[("step", "insists"), ("note", "买房首付，看过合同")]));
    assert!(went(&send("send", &[])).contains("/steps/"));

    // Within two hours a first payment to somebody asks for a talk at any sum.
    let to = {
        let id: AccountId = house.ids["$other"].parse().expect("an account");
        house.bank.read(|tx| ledger::view(tx, id)).expect("an account").account.number
    };
    let all = [("from", number.as_str()), ("name", "李other"), ("number", to.as_str()), ("amount", "300")];
    let way = "/till/transfer";
    assert!(house.form('t', way, way, &all).text().contains("talk_note"), "T14");
    house.clock.advance(2 * kernel::clock::HOUR);
    let token = house.sign_in("staff-t");
    house.proofs.insert('t', token);
    assert!(!house.form('t', way, way, &all).text().contains("talk_note"), "two hours later nobody is asked");
}
