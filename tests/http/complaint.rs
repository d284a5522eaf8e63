//! A worker complains without a name: on the page, and by a program.
use super::house::{Answer, House, csrf_of};

const UNPAID: &[(&str, &str)] = &[("region", "990102"), ("place", "东港码头"), ("words", "两个月没有发工资")];

/// The form of somebody who is not signed in, with the cookie of his visit.
fn complain(house: &House, fields: &[(&str, &str)]) -> Answer {
    let page = house.page('n', "/complaint");
    let visit = page.cookie("yz_visit").expect("a visit");
    let cookies = [("Cookie".to_owned(), format!("yz_visit={visit}"))];
    house.send_form(&cookies, "/complaint", &csrf_of(&page), fields)
}

/// The code as it stands in the link to its progress.
fn code(answer: &Answer) -> String {
    let text = answer.text();
    let after = text.split("href=\"/complaint/").nth(1).unwrap_or_else(|| panic!("no code: {text}"));
    after.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn a_complaint_without_a_name_is_taken_and_its_code_tells_how_far_it_is() {
    let house = House::open();
    let taken = complain(&house, UNPAID);
    assert_eq!(taken.status, 200, "{}", taken.text());
    let code = code(&taken);
    let seen = house.page('n', &format!("/complaint/{code}"));
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(!seen.text().contains("两个月没有发工资"), "who finds the slip of paper does not read the complaint");
    let wrong: String = code.chars().rev().collect();
    assert_ne!(house.page('n', &format!("/complaint/{wrong}")).status, 200, "another code tells nothing");
    let empty = complain(&house, &[("region", "990102"), ("place", ""), ("words", "")]);
    assert!(empty.status == 422 || empty.status == 400, "{}", empty.status);
}

#[test]
fn complaints_from_one_address_are_slowed_down() {
    let house = House::open();
    let last = (0..12).map(|_| complain(&house, UNPAID).status).collect::<Vec<_>>();
    assert_eq!(last[0], 200);
    assert_eq!(last.last(), Some(&429), "{last:?}");
    house.later(60);
    assert_eq!(complain(&house, UNPAID).status, 200, "a minute later there is room again");
}
