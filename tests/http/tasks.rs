//! Task codes of staff: whoever may see a page gets there by its code and its word; the others are told, and find nothing.
use super::house::House;
use super::page_cases::pages;
use web::routes::tasks::TASKS;

const STAFF: &str = "tmwyreag";

/// The letters that the table of rights lets in at a page.
fn welcome(href: &str) -> &'static str {
    let route = format!("GET {href}");
    pages().find(|c| c.route == route).map_or("", |c| c.welcome)
}

#[test]
fn a_code_leads_whom_its_page_admits_and_nobody_else() {
    let house = House::open();
    for letter in STAFF.chars() {
        let list = house.page(letter, "/go").text();
        for task in TASKS {
            let mine = welcome(task.href).contains(letter);
            assert_eq!(list.contains(&format!("<code>{}</code>", task.code)), mine, "{letter} {task:?}");
            for typed in [task.code, task.word] {
                let answer = house.page(letter, &format!("/go?code={typed}"));
                let led = (answer.status == 303).then(|| answer.header("location").unwrap_or_default().to_owned());
                assert_eq!(led.as_deref(), mine.then_some(task.href), "{letter} {typed}");
            }
        }
    }
}

#[test]
fn what_is_no_code_finds_names_and_never_becomes_markup() {
    let house = House::open();
    let found = house.page('t', "/go?code=%E7%99%BB%E8%AE%B0&lang=zh").text();
    assert!(found.contains("<code>1020</code>") && !found.contains("<code>9010</code>"), "a part of a name finds it");
    let none = house.page('t', "/go?code=%3Cscript%3E&lang=en");
    assert_eq!(none.status, 200);
    let text = none.text();
    assert!(text.contains("There is no code &lt;script&gt;") && text.contains("<code>1010</code>"), "{text}");
    assert!(house.page('t', "/home").text().contains("data-go"), "the field is in the header of staff");
    assert!(!house.page('c', "/home").text().contains("data-go"), "and of nobody else");
}
