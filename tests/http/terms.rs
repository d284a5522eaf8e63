//! Dated terms on their pages: sent as a file or written into a box, looked at with all faults, compared as a whole, agreed to by
//! another, in force on their day.
use super::desk::agree;
use super::house::{Answer, House, csrf_of};
use kernel::Date;
use party::Role;

/// What the form of a page sends: a file, or a text in its box.
fn send(house: &House, page: &str, part: &str, text: &str) -> Answer {
    let proof = csrf_of(&house.page('g', page));
    let mut headers = house.cookie('g');
    headers.push(("Content-Type".into(), "multipart/form-data; boundary=b0undary".into()));
    let one = |name: &str, more: &str, value: &str| {
        format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let parts = match part {
        "file" => [one("file", "; filename=\"new.toml\"", text), one("text", "", "")],
        _ => [one("file", "; filename=\"\"", ""), one("text", "", &text.replace('\n', "\r\n"))],
    };
    let body = [one("csrf", "", &proof), parts.concat(), "--b0undary--\r\n".into()];
    house.ask("POST", &format!("{page}/drafts"), &headers, body.concat().as_bytes())
}

fn rate(from: &str, rate: &str) -> String {
    format!(
        "[[rate]]\nproduct = \"term\"\nterm = \"1y\"\nrate = \"{rate}\"\neffective_from = \"{from}\"\ndocument = \"挂牌 2\"\n"
    )
}

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap_or_default().to_owned()
}

/// Sends a kept text to the second person, by the form of its page.
fn submitted(house: &House, draft: &str) -> String {
    let unsaid = house.form('g', draft, &format!("{draft}/submission"), &[("reason", " ")]);
    assert_eq!(unsaid.status, 422, "the second person is told why");
    let sent = house.form('g', draft, &format!("{draft}/submission"), &[("reason", "挂牌利率调整")]);
    place(&sent).rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn a_rate_is_written_into_the_box_corrected_agreed_to_and_in_force_on_its_day() {
    let mut house = House::open();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let before = house.page('g', "/deposit-terms").text();
    assert!(before.contains("0.95%") && !before.contains("1.11%"), "{before}");
    let nothing = send(&house, "/deposit-terms", "text", "  ");
    assert_eq!(nothing.status, 422);
    let late = send(&house, "/deposit-terms", "text", &rate("2026-02-01", "1.11"));
    assert_eq!(late.status, 422);
    let shown = late.text();
    assert!(
        shown.contains("effective_from") && shown.contains("rate = &quot;1.11&quot;"),
        "told, and kept in the box: {shown}"
    );

    let draft = place(&send(&house, "/deposit-terms", "text", &rate("2026-03-05", "1.11")));
    let compared = house.page('g', &draft).text();
    assert!(compared.contains("0.95%") && compared.contains("1.11%"), "before and after: {compared}");
    let approval = submitted(&house, &draft);
    for page in [format!("/approvals/{approval}"), format!("/approvals/{approval}/approval")] {
        let shown = house.page('z', &page).text();
        assert!(shown.contains("0.95%") && shown.contains("1.11%"), "before and after: {shown}");
        assert!(shown.contains("document = &quot;挂牌 2&quot;"), "the text itself: {shown}");
    }
    assert_eq!(agree(&house, 'g', &approval).status, 403, "not by the same person");
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    let done = house.page('z', &format!("/approvals/{approval}")).text();
    assert!(done.contains("1.11%"), "what was agreed to stays to be seen: {done}");
    let waits = house.page('g', "/deposit-terms").text();
    assert!(waits.contains("1.11%") && waits.contains("尚未生效"), "{waits}");
    let day = Date::parse("2026-03-05").expect("a date");
    house.bank.write(move |tx| tx.open_business_date(day)).expect("the day comes");
    let now = house.page('g', "/deposit-terms").text();
    let (standing, earlier) = now.split_once("<details").expect("the rate before is folded");
    assert!(standing.contains("1.11%") && earlier.contains("0.95%") && !now.contains("尚未生效"), "{now}");
}

#[test]
fn the_checker_sees_all_of_a_long_text() {
    let mut house = House::open();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let text: String = (1..=60)
        .map(|n| rate(&Date::parse("2026-03-05").unwrap().plus_days(n).to_string(), &format!("2.{n:02}")))
        .collect();
    let draft = place(&send(&house, "/deposit-terms", "file", &text));
    let approval = submitted(&house, &draft);
    let shown = house.page('z', &format!("/approvals/{approval}")).text();
    let missing: Vec<String> = (1..=60).map(|n| format!("2.{n:02}%")).filter(|r| !shown.contains(r)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        house.page('a', &format!("/approvals/{approval}")).text().matches("2.60%").count() == 0,
        "an auditor sets no rates"
    );
}

#[test]
fn a_wealth_product_comes_to_the_shelf_by_file() {
    let mut house = House::open();
    house.save();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let text = wealth::DATA.split("[[product]]").nth(1).expect("a product").replace("effective_from", "# ");
    let next = format!("[[product]]{text}effective_from = \"2026-03-05\"\n").replace("version = 1", "version = 2");
    let wrong = send(&house, "/wealth-terms", "file", &next.replace("version = 2", "version = 3"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("version"), "{}", wrong.text());
    let draft = place(&send(&house, "/wealth-terms", "file", &next));
    let approval = submitted(&house, &draft);
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    let shelf = house.page('g', "/wealth-terms").text();
    assert!(shelf.contains(" v2") && shelf.contains("尚未生效"), "{shelf}");
}

#[test]
fn values_are_entered_by_product_and_confirmed_by_another() {
    let mut house = House::open();
    house.save();
    house.hire('z', Role::HeadOfficeAdmin, None);
    let today = house.bank.read(|tx| tx.business_date()).expect("a day").to_string();
    let tomorrow = Date::parse(&today).expect("a date").plus_days(1).to_string();
    let page = "/wealth-terms/values";
    let enter = |day: &str, document: &str, value: &str| {
        let fields = [("day", day), ("document", document), ("value-steady.bond", value), ("value-mixed.growth", "")];
        house.form('g', page, page, &fields)
    };
    // day, source, value, what is wrong beside
    let cases = [
        ("", "公告", "1.0100", "f-day-error"),
        ("soon", "公告", "1.0100", "f-day-error"),
        (&*today, "", "1.0100", "f-document-error"),
        (&*today, "公告", "", "f-day-error"),
        (&*today, "公告", "0", "f-value-steady.bond-error"),
        (&*today, "公告", "1,01", "f-value-steady.bond-error"),
        (&*today, "公告", "1\"\n[[product]]", "f-value-steady.bond-error"),
        (&*tomorrow, "公告", "1.0100", "f-value-steady.bond-error"),
    ];
    for (day, document, value, beside) in cases {
        let refused = enter(day, document, value);
        assert_eq!(refused.status, 422, "{day} {document} {value}");
        assert!(refused.text().contains(&format!("id=\"{beside}\"")), "{day} {value}: {}", refused.text());
    }
    let draft = place(&enter(&today, "净值公告 \"3\"", "1.0100"));
    let approval = submitted(&house, &draft);
    assert_eq!(agree(&house, 'g', &approval).status, 403, "not by the same person");
    assert_eq!(agree(&house, 'z', &approval).json()["outcome"], "done");
    let values = house.program('c', "GET", "/v1/wealth-products/steady.bond/values", "").json();
    assert_eq!(values["items"].as_array().and_then(|all| all.last()).expect("a value")["value"], "1.0100");
    let again = enter(&today, "净值公告 4", "1.0200");
    assert!(again.status == 422 && again.text().contains("f-value-steady.bond-error"), "a value is never changed");
    assert!(house.page('g', "/wealth-terms").text().contains("1.0100"));
}
