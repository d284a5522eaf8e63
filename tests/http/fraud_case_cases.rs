//! Who may do what with cases of the guard and with objections, as in `cases`, and the case that stands in the little bank.
use super::cases::{Case, case};
use super::house::House;
use cases::{About, AppealKind, AppealNew, Evidence, NewAlert, Source};
use kernel::{Money, Owner};

/// Programs.
pub(super) const FRAUD_CASES: &[Case] = &[
    case("GET /v1/fraud-cases", "rm", "", "/v1/fraud-cases", ""),
    case("GET /v1/fraud-cases/{id}", "rm", "", "/v1/fraud-cases/$fraud_case", ""),
    case("POST /v1/fraud-cases/{id}/claim", "rm", "", "/v1/fraud-cases/$fraud_case/claim", ""),
    case(
        "POST /v1/fraud-cases/{id}/closing",
        "rm",
        "",
        "/v1/fraud-cases/$fraud_case/closing",
        r#"{"outcome":"no_answer","reason":""}"#,
    ),
    case("GET /v1/objections", "cd", "", "/v1/objections", ""),
    case("POST /v1/payments/{id}/objection", "c", "d", "/v1/payments/$stopped/objection", r#"{"text":"x"}"#),
];

/// People.
pub(super) const FRAUD_CASE_PAGES: &[Case] = &[
    case("GET /cases", "rm", "", "/cases", ""),
    case("GET /cases/new", "rm", "", "/cases/new", ""),
    case("POST /cases/new", "rm", "", "/cases/new", "customer=$person&about=loss&why=x&once=1"),
    case("GET /cases/figures", "rm", "", "/cases/figures", ""),
    case("GET /cases/figures.csv", "rm", "", "/cases/figures.csv", ""),
    case("GET /cases/nights", "rm", "", "/cases/nights", ""),
    case("POST /cases/nights", "rm", "", "/cases/nights", "branch=&from=&desk=&begins=22&ends=8"),
    case("GET /cases/{id}", "rm", "", "/cases/$fraud_case", ""),
    case("GET /cases/{id}/sheet", "rm", "", "/cases/$fraud_case/sheet", ""),
    case("POST /cases/{id}/files", "rm", "", "/cases/$fraud_case/files", ""),
    case("POST /cases/{id}/files/{file}", "rm", "", "/cases/$fraud_case/files/$case_file", ""),
    case("POST /cases/{id}/{deed}", "rm", "", "/cases/$fraud_case/note", "why=x"),
    case("GET /appeals", "rm", "", "/appeals", ""),
    case("GET /appeals/{id}", "rm", "", "/appeals/$appeal", ""),
    case("POST /appeals/{id}/files/{file}", "rm", "", "/appeals/$appeal/files/$appeal_file", ""),
    case("POST /appeals/{id}/{deed}", "rm", "", "/appeals/$appeal/agreement", ""),
    case("GET /objections", "cd", "", "/objections", ""),
    case("POST /objections", "cd", "", "/objections", ""),
    case("GET /payments/{id}/objection", "c", "d", "/payments/$stopped/objection", ""),
    case("POST /payments/{id}/objection", "c", "d", "/payments/$stopped/objection", ""),
];

/// A case about the customer, claimed by the risk officer, with a file; and an objection of the customer with one.
pub(super) fn furnish(house: &mut House) {
    let (risk, customer) = (house.actor('r'), house.actor('c'));
    let subject = Owner::Person(customer.person().expect("a person"));
    let made = house.bank.write(move |tx| {
        let f = |bytes: &[u8]| Evidence { name: "a.pdf".into(), bytes: bytes.to_vec() };
        let new = NewAlert {
            about: Some(About::Loss),
            why: "a talk at the counter".into(),
            ..NewAlert::of(subject, Source::Hand, "hand 1", Money::cny(1_200))
        };
        let (c, _) = cases::alert(tx, &risk, new)?;
        cases::claim(tx, &risk, c.id)?;
        let file = cases::file(tx, &risk, c.id, &f(b"of the case"))?;
        let objection = AppealNew {
            subject,
            kind: AppealKind::Complaint,
            instruction: None,
            urgent: false,
            words: "too slow".into(),
            files: vec![f(b"of the customer")],
        };
        let (a, _) = cases::object(tx, &customer, &objection)?;
        let (.., files) = cases::appeal_said(tx, &customer, a.id)?;
        Ok([c.id.to_string(), file.to_string(), a.id.to_string(), files[0].0.to_string()])
    });
    let names = ["$fraud_case", "$case_file", "$appeal", "$appeal_file"];
    house.ids.extend(names.into_iter().zip(made.expect("a case and an objection")));
}

#[test]
fn a_case_is_worked_from_its_page_and_a_near_miss_is_turned_away() {
    let mut house = House::open();
    furnish(&mut house);
    let at = house.fill("/cases/$fraud_case");
    assert!(house.page('r', "/cases").text().contains(&at));
    assert!(house.page('r', &format!("{at}?lang=zh")).text().contains("客户可能受骗"));
    assert_eq!(house.form('r', &at, &format!("{at}/note"), &[("why", "客户说不认识收款人")]).status, 303);
    assert!(house.page('m', &at).text().contains("客户说不认识收款人"));
    assert_eq!(house.page('t', &at).status, 403);
    // The manager has not claimed it.
    let closing = [("outcome", "false_alarm"), ("payments", "leave"), ("why", "核实")];
    assert_ne!(house.form('m', &at, &format!("{at}/closing"), &closing).status, 303);
    assert_eq!(house.form('r', &at, &format!("{at}/closing"), &closing).status, 303);
    let closed = house.page('m', &format!("{at}?lang=zh")).text();
    assert!(closed.contains("误报") && closed.contains("已结案"), "{closed}");
    assert!(house.page('r', "/cases/figures?lang=zh").text().contains("误报"));
}

#[test]
fn an_objection_takes_two_officers_and_the_customer_reads_the_answer_after_both() {
    let mut house = House::open();
    furnish(&mut house);
    let at = house.fill("/appeals/$appeal");
    let yes = [("text", "已核实，给您带来不便"), ("passes", "yes")];
    let answered = house.form('r', &at, &format!("{at}/answer"), &yes);
    assert_eq!(answered.status, 303, "{}", answered.text());
    assert!(!house.page('c', "/objections").text().contains("给您带来不便"));
    assert_ne!(house.form('r', &at, &format!("{at}/agreement"), &[]).status, 303);
    assert_eq!(house.form('m', &at, &format!("{at}/agreement"), &[]).status, 303);
    assert!(house.page('c', "/objections").text().contains("给您带来不便"));
}

#[test]
fn a_case_is_opened_by_number_handed_to_a_colleague_and_printed() {
    let mut house = House::open();
    furnish(&mut house);
    let account: kernel::id::AccountId = house.ids["$other"].parse().expect("an account");
    let number = house.bank.read(|tx| ledger::view(tx, account)).expect("an account").account.number;
    let form = |customer: &str, once: &str| {
        let fields = [("customer", customer), ("about", "loss"), ("why", "来电"), ("once", once)];
        house.form('r', "/cases/new", "/cases/new", &fields)
    };
    assert_eq!(form("990000000000000000", "a").status, 422, "nobody");
    let opened = form(&number, "b");
    assert_eq!(opened.status, 303, "{}", opened.text());

    let at = house.fill("/cases/$fraud_case");
    let manager = house.actor('m').staff().expect("staff").to_string();
    assert!(house.page('r', &at).text().contains(&manager), "he is offered");
    let mine = house.actor('r').staff().expect("staff").to_string();
    let me = [("to", mine.as_str()), ("why", "x")];
    assert_eq!(house.form('m', &at, &format!("{at}/handing"), &me).status, 422, "it is not his to hand over");
    let handed = [("to", manager.as_str()), ("why", "客户在他的网点")];
    assert_eq!(house.form('r', &at, &format!("{at}/handing"), &handed).status, 303);
    assert!(house.page('m', &at).text().contains("/closing"), "the manager has it now");
    let paper = house.page('m', &format!("{at}/sheet?lang=zh")).text();
    assert!(paper.contains("客户在他的网点") && paper.contains("案件编号") && paper.contains("网点盖章"), "{paper}");
    assert_eq!(house.page('t', &format!("{at}/sheet")).status, 403);
}

#[test]
fn a_second_officer_is_led_from_the_approvals_to_an_objection_and_the_first_is_not() {
    let mut house = House::open();
    furnish(&mut house);
    let at = house.fill("/appeals/$appeal");
    let told = |letter: char| house.page(letter, "/approvals?lang=zh").text().contains("等第二位同事同意");
    assert!(!told('m'));
    let yes = [("text", "已核实"), ("passes", "yes")];
    assert_eq!(house.form('r', &at, &format!("{at}/answer"), &yes).status, 303);
    assert!(told('m') && !told('r') && !told('y'));
}
