//! What a page weighs on the wire, for every address of people as somebody who may see it: compressed, with everything its HTML
//! refers to. A phone at 250 kbit/s loads 60 KB in two seconds.
use super::house::House;
use super::page_cases::pages;
use std::collections::{BTreeMap, BTreeSet};
use web::gate::{Access, Face};

const KB: usize = 1024;
/// Bytes (gzip) of the HTML of a page; of one for those who oversee.
const PAGE_BYTES_MAX: usize = 12 * KB;
const DENSE_PAGE_BYTES_MAX: usize = 40 * KB;
const STYLE_BYTES_MAX: usize = 14 * KB;
const SCRIPT_BYTES_MAX: usize = 10 * KB;
/// A first visit with all that it loads, and how many requests that is.
const FIRST_VISIT_BYTES_MAX: usize = 60 * KB;
const FIRST_VISIT_REQUESTS_MAX: usize = 6;
/// Letters of those whose pages are dense.
const OVERSEERS: &str = "myrea";

struct Got {
    bytes: usize,
    text: String,
}

fn get(house: &House, letter: char, path: &str) -> Option<Got> {
    let zipped = |zip: bool| {
        let mut headers = house.cookie(letter);
        headers.extend(zip.then(|| ("Accept-Encoding".to_owned(), "gzip".to_owned())));
        house.ask("GET", path, &headers, b"")
    };
    let plain = zipped(false);
    let page = plain.status == 200 && plain.header("content-type").is_some_and(|t| t.starts_with("text/html"));
    page.then(|| Got { bytes: zipped(true).body.len(), text: plain.text() })
}

/// What a browser fetches for a page: styles, scripts, icons, manifest, pictures, by kind.
fn referred(page: &str) -> BTreeMap<String, &'static str> {
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let mut found = BTreeMap::new();
    for tag in page.split('<').skip(1).filter_map(|t| t.split('>').next()) {
        let rel = attribute(tag, "rel").unwrap_or_default();
        let (name, kind) = match tag.split_whitespace().next().unwrap_or_default() {
            "link" if rel == "stylesheet" => ("href", "style"),
            "link" if ["icon", "manifest", "apple-touch-icon", "preload"].contains(&rel.as_str()) => ("href", "other"),
            "script" => ("src", "script"),
            "img" | "iframe" | "source" | "video" | "audio" => ("src", "other"),
            _ => continue,
        };
        if let Some(address) = attribute(tag, name) {
            found.insert(address, kind);
        }
    }
    found
}

fn weight(house: &House, address: &str) -> usize {
    let answer = house.ask("GET", address, &[("Accept-Encoding".into(), "gzip".into())], b"");
    assert_eq!(answer.status, 200, "{address}");
    answer.body.len()
}

#[test]
fn every_page_keeps_its_weight() {
    let house = House::open();
    let (mut weighed, mut wrong) = (BTreeSet::new(), Vec::new());
    let mut first_visits = 0;
    for route in web::routes().into_iter().filter(|r| r.face == Face::People && r.method == "GET") {
        let name = format!("GET {}", route.path);
        for case in pages().filter(|c| c.route == name) {
            for letter in case.welcome.chars() {
                let path = house.fill(case.path);
                let Some(got) = get(&house, letter, &path) else { continue };
                weighed.insert(name.clone());
                let max = if OVERSEERS.contains(letter) { DENSE_PAGE_BYTES_MAX } else { PAGE_BYTES_MAX };
                if got.bytes > max {
                    wrong.push(format!("{path} as {letter}: {} bytes, {max} at most", got.bytes));
                }
                if letter == 'n' && route.access == Access::Public {
                    first_visits += 1;
                    first_visit(&house, &path, &got, &mut wrong);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(weighed.len() > 80 && first_visits >= 2, "{} pages, {first_visits} first visits", weighed.len());
}

fn first_visit(house: &House, path: &str, page: &Got, wrong: &mut Vec<String>) {
    let (mut bytes, mut of) = (page.bytes, BTreeMap::new());
    let parts = referred(&page.text);
    for (address, kind) in &parts {
        assert!(address.starts_with('/'), "{path} loads {address} from elsewhere");
        let size = weight(house, address);
        bytes += size;
        *of.entry(*kind).or_insert(0) += size;
    }
    let mut limit = |what: &str, given: usize, max: usize| {
        if given > max {
            wrong.push(format!("{path}: {what} {given}, {max} at most"));
        }
    };
    limit("bytes of style", of.get("style").copied().unwrap_or(0), STYLE_BYTES_MAX);
    limit("bytes of script", of.get("script").copied().unwrap_or(0), SCRIPT_BYTES_MAX);
    limit("bytes of a first visit", bytes, FIRST_VISIT_BYTES_MAX);
    limit("requests of a first visit", parts.len() + 1, FIRST_VISIT_REQUESTS_MAX);
    assert!(of.contains_key("style") && of.contains_key("script"), "{path} refers to {parts:?}");
}

#[test]
fn what_a_page_loads_is_seen() {
    let page = r#"<link rel="stylesheet" href="/a.css"><link rel="icon" href="/i"><script type="module" src="/a.js"></script>
        <img alt="" src="/b.png"><a href="/c">c</a><script src="/a.js"></script><link rel="manifest" href="/m">"#;
    let seen: Vec<_> = referred(page).into_iter().collect();
    let want = [("/a.css", "style"), ("/a.js", "script"), ("/b.png", "other"), ("/i", "other"), ("/m", "other")];
    assert_eq!(seen, want.map(|(a, k)| (a.to_owned(), k)));
}
