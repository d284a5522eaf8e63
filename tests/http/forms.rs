//! Every form and every page of people, tried by somebody who means no good. What is tried is found in the table of routes and in
//! the pages themselves, so that a new form is tried without anybody thinking of it.
use super::cases::Case;
use super::house::{Answer, House, csrf_of, percent};
use super::page_cases::pages;
use std::collections::BTreeSet;
use web::gate::{Access, Face};
use web::routes;

/// In every answer to people, whatever its status.
const GUARDS: &[(&str, &str)] = &[
    ("content-security-policy", "script-src 'self'"),
    ("content-security-policy", "form-action 'self'"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "geolocation=()"),
];
const EVIL: [&str; 6] = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
];
/// Markup as it is written into fields, and as it must not come back.
const MARKUP: &str = "'\"><i x=sent>";
const RAW: &str = "<i x=";
const SHOWN: &str = "&lt;i x=";
/// Query parameters that some page reads.
const PARAMETERS: &[&str] = &[
    "after",
    "by",
    "done",
    "drawer",
    "ended",
    "from",
    "lang",
    "list",
    "mode",
    "next",
    "number",
    "on",
    "period",
    "pos",
    "q",
    "resubmits",
    "state",
    "still",
    "to",
    "consumer",
    "principal",
    "action",
    "object",
    "account",
    "code",
    "once",
];
/// Ends what the others need.
const LEFT_OUT: &[&str] = &["/sign-out"];

fn case_of(route: &str) -> Option<&'static Case> {
    pages().find(|c| c.route == route)
}

/// A path of a route that is there, and who may go there.
fn place(house: &House, method: &str, path: &str, access: Access) -> (String, String) {
    match case_of(&format!("{method} {path}")) {
        Some(case) => (house.fill(case.path), case.welcome.replace('p', "")),
        None => (
            house.fill(&path.replace("/calls/{id}", "/calls/$call")),
            if access == Access::Public { "n".into() } else { "c".into() },
        ),
    }
}

fn is_guarded(answer: &Answer) -> Result<(), String> {
    for (name, part) in GUARDS {
        if !answer.header(name).is_some_and(|v| v.contains(part)) {
            return Err(format!("{name} without {part}: {:?}", answer.header(name)));
        }
    }
    Ok(())
}

/// Stays on this site, as browsers read it.
fn is_local(location: &str) -> bool {
    location.starts_with('/') && !location.starts_with("//") && !location.contains(['\\', '\t'])
}

/// What is wrong with an answer, whoever got it.
fn wrong_with(answer: &Answer) -> Vec<String> {
    let mut wrong: Vec<String> = is_guarded(answer).err().into_iter().collect();
    if answer.status >= 500 || answer.status == 0 {
        wrong.push(format!("status {}", answer.status));
    }
    if let Some(location) = answer.header("location").filter(|l| !is_local(l)) {
        wrong.push(format!("leads to {location}"));
    }
    if answer.header("content-type").is_some_and(|t| t.starts_with("text/html")) {
        let text = answer.text();
        if let Some(at) = text.find(RAW) {
            let from = text[..at].char_indices().rev().nth(80).map_or(0, |(i, _)| i);
            wrong.push(format!("markup comes back: …{}", text[from..].chars().take(140).collect::<String>()));
        }
        for attribute in ["href", "action", "src", "formaction"] {
            for evil in ["//evil", "https://evil", "/\\evil", "\\\\evil", "javascript:"] {
                if text.contains(&format!("{attribute}=\"{evil}")) {
                    wrong.push(format!("{attribute} leads to {evil}"));
                }
            }
        }
        if text.contains("<script>") || text.contains(" style=\"") || text.contains(" onclick=") {
            wrong.push("inline script or style".into());
        }
    }
    wrong
}

fn said(wrong: &[String]) {
    let few: Vec<&String> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{} wrong, the first of them:\n{few:#?}", wrong.len());
}

#[test]
fn no_form_is_taken_without_its_proof() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    let gone = house.page('n', "/sign-in");
    let words = "这张表单已经失效";
    let others = csrf_of(&gone);
    for route in routes().iter().filter(|r| r.face == Face::People && r.method == "POST") {
        let (path, welcome) = place(&house, "POST", route.path, route.access);
        let Some(letter) = welcome.chars().next() else { continue };
        let upload = route.body_bytes_max > web::http::BODY_BYTES_MAX;
        for proof in ["", "A", others.as_str()] {
            let mut headers = house.cookie(letter);
            let answer = match upload {
                true => {
                    headers.push(("Content-Type".into(), "multipart/form-data; boundary=x".into()));
                    let part =
                        format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{proof}\r\n--x--\r\n");
                    house.ask("POST", &path, &headers, part.as_bytes())
                }
                false => house.send_form(&headers, &path, proof, &[]),
            };
            tried += 1;
            if answer.status != 403 || !answer.text().contains(words) {
                wrong.push(format!("{} as {letter} with {proof:?}: {}", route.path, answer.status));
            }
            wrong.extend(is_guarded(&answer).err().map(|e| format!("{}: {e}", route.path)));
        }
    }
    said(&wrong);
    assert!(tried > 150, "{tried} forms were tried");
}

#[test]
fn no_page_and_no_form_leads_away() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for route in routes().iter().filter(|r| r.face == Face::People) {
        let (path, welcome) = place(&house, route.method, route.path, route.access);
        let Some(letter) = welcome.chars().next() else { continue };
        let proof = csrf_of(&house.page(letter, if letter == 'n' { "/sign-in" } else { "/home" }));
        for evil in EVIL {
            let found = match route.method {
                "GET" => {
                    let joint = if path.contains('?') { '&' } else { '?' };
                    let path = format!("{path}{joint}next={}", percent(evil));
                    [house.page(letter, &path), house.page('n', &path)]
                }
                _ if LEFT_OUT.contains(&route.path) => continue,
                _ => {
                    let fields = [("next", evil)];
                    let send = |letter| house.send_form(&house.cookie(letter), &path, &proof, &fields);
                    [send(letter), send('n')]
                }
            };
            tried += 1;
            for answer in &found {
                wrong.extend(
                    wrong_with(answer).into_iter().map(|w| format!("{} {path} with {evil}: {w}", route.method)),
                );
            }
        }
    }
    said(&wrong);
    assert!(tried > 800, "{tried} ways were tried");
}

#[test]
fn whoever_comes_in_by_the_right_proof_is_not_led_away_either() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    for evil in EVIL {
        house.later(60);
        let page = house.page('n', "/sign-in");
        let visit = page.cookie("yz_visit").unwrap();
        let cookie = [("Cookie".to_owned(), format!("yz_visit={visit}"))];
        let now = super::house::code(house.clock.now());
        let fields =
            [("name", "customer"), ("password", super::house::PASSWORD), ("code", now.as_str()), ("next", evil)];
        let done = house.send_form(&cookie, "/sign-in", &csrf_of(&page), &fields);
        assert_eq!((done.status, done.header("location")), (303, Some("/home")), "{evil}");
        house.later(60);
        let now = super::house::code(house.clock.now());
        let done = house.form('d', "/step-up", "/step-up", &[("code", &now), ("next", evil)]);
        assert!(done.header("location").is_none_or(|l| l == "/home" || l.starts_with("/sign-in")), "{evil}");
    }
}

/// A form as it stands in a page.
struct Form {
    action: String,
    method: String,
    fields: BTreeSet<String>,
}

fn attribute(tag: &str, name: &str) -> String {
    let after = tag.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().replace("&amp;", "&")
}

fn forms_of(page: &str) -> Vec<Form> {
    page.split("<form")
        .skip(1)
        .map(|rest| {
            let (head, body) = rest.split_once('>').unwrap_or_default();
            let inside = body.split("</form>").next().unwrap_or_default();
            let tags = ["<input", "<textarea", "<select", "<button"].into_iter().flat_map(|t| inside.split(t).skip(1));
            let named = tags.map(|tag| attribute(tag.split('>').next().unwrap_or_default(), " name"));
            Form {
                action: attribute(head, "action"),
                method: attribute(head, "method"),
                fields: named.filter(|n| !n.is_empty() && n != "csrf").collect(),
            }
        })
        .collect()
}

/// Sends every form of a page with markup in each field that a person may bend. Answers how many there were.
fn bend_forms(house: &House, letter: char, page: &Answer, wrong: &mut Vec<String>, seen: &mut BTreeSet<String>) {
    let (text, proof) = (page.text(), csrf_of(page));
    for form in forms_of(&text) {
        // A dialog's own form only closes it.
        if form.method == "dialog"
            || LEFT_OUT.contains(&form.action.as_str())
            || !seen.insert(format!("{letter} {}", form.action))
        {
            continue;
        }
        let answer = match form.method.as_str() {
            "post" => {
                let fields: Vec<(&str, &str)> = form.fields.iter().map(|f| (f.as_str(), MARKUP)).collect();
                house.send_form(&house.cookie(letter), &form.action, &proof, &fields)
            }
            _ => {
                let query =
                    form.fields.iter().map(|f| format!("{f}={}", percent(MARKUP))).collect::<Vec<_>>().join("&");
                house.page(letter, &format!("{}?{query}", form.action))
            }
        };
        wrong.extend(wrong_with(&answer).into_iter().map(|w| format!("{} as {letter}: {w}", form.action)));
    }
}

#[test]
fn what_people_wrote_is_shown_and_never_obeyed() {
    let house = House::spoiled();
    let pages: Vec<(String, String)> = routes()
        .iter()
        .filter(|r| r.face == Face::People && r.method == "GET")
        .map(|r| place(&house, "GET", r.path, r.access))
        .collect();
    let (mut wrong, mut shown, mut bent) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut look = |house: &House, wrong: &mut Vec<String>| {
        let mut looked = 0;
        for (path, welcome) in &pages {
            for letter in welcome.chars() {
                let answer = house.page(letter, path);
                looked += 1;
                wrong.extend(wrong_with(&answer).into_iter().map(|w| format!("{path} as {letter}: {w}")));
                let text = answer.text();
                let kinds = text.split(SHOWN).skip(1).filter_map(|rest| rest.split("&gt;").next());
                shown.extend(kinds.map(str::to_owned));
            }
        }
        looked
    };
    assert!(look(&house, &mut wrong) > 300);
    for (path, welcome) in &pages {
        for letter in welcome.chars().take(2) {
            let page = house.page(letter, path);
            bend_forms(&house, letter, &page, &mut wrong, &mut bent);
        }
        let Some(letter) = welcome.chars().next() else { continue };
        for parameter in PARAMETERS {
            let joint = if path.contains('?') { '&' } else { '?' };
            let answer = house.page(letter, &format!("{path}{joint}{parameter}={}", percent(MARKUP)));
            wrong.extend(wrong_with(&answer).into_iter().map(|w| format!("{path} {parameter} as {letter}: {w}")));
        }
    }
    look(&house, &mut wrong);
    said(&wrong);
    assert!(bent.len() > 80, "{} forms were bent", bent.len());
    for kind in [
        "branch", "staff", "firm", "memo", "work", "tag", "team", "file", "note", "reason", "key", "program", "sent",
        "batch", "line",
    ] {
        assert!(shown.contains(kind), "{kind} was looked for and shown nowhere; {shown:?}");
    }
}

#[test]
fn every_answer_of_any_status_is_guarded() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    let mut wrong = Vec::new();
    let mut statuses = BTreeSet::new();
    let mut look = |what: String, answer: &Answer| {
        statuses.insert(answer.status);
        wrong.extend(is_guarded(answer).err().map(|e| format!("{what} ({}): {e}", answer.status)));
    };
    for route in routes() {
        let path = house.fill(&route.path.replace("{id}", "$payment"));
        let other = if route.method == "GET" { "DELETE" } else { "GET" };
        let long = vec![b'x'; route.body_bytes_max + 1];
        look(format!("{} {path} by nobody", route.method), &house.ask(route.method, &path, &[], b""));
        look(format!("{other} {path}"), &house.ask(other, &path, &house.cookie('c'), b""));
        if route.method == "POST" && route.body_bytes_max <= web::http::BODY_BYTES_MAX {
            let kind = [house.cookie('c'), vec![("Content-Type".into(), "application/x-www-form-urlencoded".into())]];
            look(format!("a long body to {path}"), &house.ask("POST", &path, &kind.concat(), &long));
        }
    }
    for path in ["/nowhere", "/v1/nowhere", "/assets/none.css", "/%ff", "/design"] {
        look(path.to_owned(), &house.page('n', path));
    }
    said(&wrong);
    for status in [200, 303, 401, 403, 404, 405, 413] {
        assert!(statuses.contains(&status), "{status} was not among {statuses:?}");
    }
}
