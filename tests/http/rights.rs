//! Every address × everybody × somebody else's things.
use super::cases::{Case, programs};
use super::house::House;
use super::page_cases::pages;
use std::collections::BTreeSet;
use web::routes;

const EVERYBODY: &str = "ncdokhpxlzbjqtmwyreag";

/// Programs, about their own sessions: asked one by one in `sessions.rs`, because they end what the others use.
const ASKED_ELSEWHERE: &[&str] = &[
    "POST /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/sessions/current/step-up",
    "POST /v1/sessions/current/firm",
    "POST /v1/me/password",
    "POST /password",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /step-up",
    "POST /act-for",
    "POST /v1/sessions/passkey/question",
    "POST /v1/sessions/passkey",
    "POST /v1/sessions/current/step-up/passkey/question",
    "POST /v1/sessions/current/step-up/passkey",
    "POST /passkeys/sign-in/question",
    "POST /passkeys/sign-in",
    "POST /passkeys/step-up/question",
    "POST /passkeys/step-up",
    "POST /devices/end-others",
    "POST /complaint",
    "POST /help/call",
    "POST /help/calls/{id}/cancellation",
    "POST /kiosk/enrolment",
    "POST /kiosk/identity",
    "POST /kiosk/face",
    "POST /kiosk/staying",
    "POST /kiosk/more-time",
    "POST /kiosk/help",
];

#[test]
fn every_route_has_a_case_and_every_case_a_route() {
    let routes: BTreeSet<String> = routes().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let cases = programs().chain(pages()).map(|c| c.route);
    let known: BTreeSet<String> = cases.chain(ASKED_ELSEWHERE.iter().copied()).map(str::to_owned).collect();
    let missing: Vec<_> = routes.difference(&known).collect();
    let stale: Vec<_> = known.difference(&routes).collect();
    assert!(missing.is_empty(), "add a case to tests/http/cases.rs for {missing:#?}");
    assert!(stale.is_empty(), "no route is named {stale:#?}");
}

/// Whoever may do it does it last, so that the others find what they are after.
fn strangers_first(case: &Case) -> Vec<char> {
    let mut letters: Vec<char> = EVERYBODY.chars().collect();
    letters.sort_by_key(|l| case.welcome.contains(*l));
    letters
}

fn who_is(case: &Case, letter: char) -> &'static str {
    match letter {
        l if case.welcome.contains(l) => "welcome",
        l if case.strangers.contains(l) => "a stranger",
        _ => "refused",
    }
}

#[test]
fn programs_are_let_in_by_class_and_shown_only_their_own() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    let mut wrong = Vec::new();
    for case in programs() {
        let (method, _) = case.route.split_once(' ').unwrap();
        let (path, body) = (house.fill(case.path), house.fill(case.body));
        for letter in strangers_first(case) {
            let answer = house.program(letter, method, &path, &body);
            let fits = match who_is(case, letter) {
                "welcome" => ![401, 403, 404].contains(&answer.status) && answer.status < 500,
                "a stranger" => [401, 403, 404].contains(&answer.status),
                _ if letter == 'n' => answer.status == 401,
                _ => answer.status == 403,
            };
            if !fits {
                wrong.push(format!(
                    "{} as {letter} ({}): {} {}",
                    case.route,
                    who_is(case, letter),
                    answer.status,
                    answer.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn people_are_let_in_by_class_and_the_others_are_led_to_the_door() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    super::safety::furnish(&mut house);
    let mut wrong = Vec::new();
    for case in pages() {
        let (method, _) = case.route.split_once(' ').unwrap();
        let path = house.fill(case.path);
        for letter in strangers_first(case) {
            let answer = match method {
                "GET" => house.page(letter, &path),
                _ => {
                    let body = house.fill(case.body);
                    let fields: Vec<_> = body.split('&').filter_map(|pair| pair.split_once('=')).collect();
                    house.form(letter, "/home", &path, &fields)
                }
            };
            let nobody = ['n', 'p'].contains(&letter);
            let led = answer.status == 303 && answer.header("location").is_some_and(|l| l.starts_with("/sign-in"));
            let fits = match who_is(case, letter) {
                // A form may be refused on the merits, and a question may need the code first.
                "welcome" => {
                    ![401, 403].contains(&answer.status)
                        && answer.status < 500
                        && !led
                        && (answer.status != 404 || case.route.starts_with("POST"))
                }
                "a stranger" => [403, 404].contains(&answer.status),
                _ if nobody => led,
                _ => answer.status == 403,
            };
            let whole = !answer.text().contains('⟦');
            if !fits || !whole {
                wrong.push(format!(
                    "{} as {letter} ({}): {} {:?}",
                    case.route,
                    who_is(case, letter),
                    answer.status,
                    answer.header("location")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_denial_is_written_down_once_also_where_the_thing_is_said_not_to_be_there() {
    let house = House::open();
    let denied = |house: &House| {
        let auditor = house.program('a', "GET", "/v1/audit?limit=200", "").json();
        let entries = auditor["items"].as_array().unwrap().clone();
        entries.into_iter().filter(|e| e["result"] == "forbidden").collect::<Vec<_>>()
    };
    assert!(denied(&house).is_empty());
    assert_eq!(house.program('t', "GET", "/v1/audit", "").status, 403);
    assert_eq!(house.program('d', "GET", &house.fill("/v1/accounts/$account"), "").status, 404);
    assert_eq!(house.program('n', "GET", "/v1/audit", "").status, 401);
    let found = denied(&house);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found
            .iter()
            .any(|e| e["object"] == "/v1/audit" && e["action"].as_str().is_some_and(|a| a.contains("GET /v1/audit"))),
        "{found:#?}"
    );
}
