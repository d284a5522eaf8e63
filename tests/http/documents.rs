//! What is published about the interface is what the server does. `YIZHAN_WRITE_DOCS=1` writes the files anew.
use kernel::{Code, Kind};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

fn compare(name: &str, now: &str) {
    same("docs/api", name, now);
}

fn same(folder: &str, name: &str, now: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join(name);
    if std::env::var_os("YIZHAN_WRITE_DOCS").is_some() {
        std::fs::write(&path, now).expect("the document can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "{folder}/{name} is not what the code says; run the tests with YIZHAN_WRITE_DOCS=1 and look at the difference"
    );
}

fn codes() -> Vec<&'static Code> {
    let mut all = app::codes();
    all.extend(web::codes::ALL);
    all.sort_by_key(|code| code.name);
    all
}

#[test]
fn the_description_of_the_interface_is_up_to_date() {
    compare("openapi.json", &format!("{}\n", web::open_api()));
}

#[test]
fn the_list_of_errors_is_up_to_date() {
    let mut text = String::from(
        "# Errors\n\nEvery failure is answered as `application/problem+json` (RFC 9457) with one of these codes in `code`. A code is never \
         renamed. `detail` says what is wrong with the values that were sent, `remedy` what to do, and `fields` holds the values.\n\n\
         | code | status | what to do |\n|---|---|---|\n",
    );
    for code in codes() {
        let status = web::http::fault::status(code).as_u16();
        let _ = writeln!(text, "| `{}` | {status} | {} |", code.name, code.remedy);
    }
    compare("errors.md", &text);
}

/// What the browser tests visit: every address of a page, and who it is for.
#[test]
fn the_list_of_pages_is_up_to_date() {
    let pages = web::routes().into_iter().filter(|r| r.face == web::gate::Face::People && r.method == "GET");
    let lines: Vec<String> =
        pages.map(|r| format!("  {{ \"path\": \"{}\", \"for\": \"{:?}\" }}", r.path, r.access)).collect();
    same("tests/browser", "pages.json", &format!("[\n{}\n]\n", lines.join(",\n")));
}

#[test]
fn a_code_has_one_meaning() {
    let mut seen: Vec<&Code> = Vec::new();
    for code in codes() {
        match seen.iter().find(|known| known.name == code.name) {
            Some(known) => {
                assert!(known.kind == code.kind && known.remedy == code.remedy, "{} means two things", code.name)
            }
            None => seen.push(code),
        }
    }
}

#[test]
fn only_a_defect_is_a_status_of_500() {
    for code in codes() {
        let status = web::http::fault::status(code).as_u16();
        assert_eq!(status == 500, code.kind == Kind::Broken, "{}", code.name);
    }
}

#[test]
fn every_route_for_programs_is_described_and_nothing_else() {
    let described: serde_json::Value = serde_json::from_str(&web::open_api()).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
    let mut told = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            told.insert(format!("{} {path}", method.to_uppercase()));
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{method} {path} says nothing");
        }
    }
    let routes = web::routes().into_iter().filter(|r| r.face == web::gate::Face::Programs);
    assert_eq!(told, routes.map(|r| format!("{} {}", r.method, r.path)).collect());
    let names: BTreeSet<&String> = described["components"]["schemas"].as_object().unwrap().keys().collect();
    let text = described.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap().to_owned();
        assert!(names.contains(&name), "{name} is spoken of and not described");
    }
}
