//! Papers of a case of wages in arrears: sent with a note on a page or by a program, read by whoever may see the case. And the workbook of
//! a bureau's month.
use super::house::{Answer, House, csrf_of};

const PHOTO: &[u8] = b"\xff\xd8\xff a photo of a note of debt";

fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--sea\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!("--sea\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--sea--\r\n");
    body
}

/// The note form of the page at `from`, as `letter` sends it.
fn note(house: &House, letter: char, from: &str, words: &str, file: Option<(&str, &[u8])>) -> Answer {
    let proof = csrf_of(&house.page(letter, &house.fill(from)));
    let mut headers = house.cookie(letter);
    headers.push(("Content-Type".into(), "multipart/form-data; boundary=sea".into()));
    let body = form(&[("csrf", &proof), ("note", words)], file);
    house.ask("POST", &house.fill(&format!("{from}/notes")), &headers, &body)
}

fn furnished() -> House {
    let mut house = House::open();
    house.save();
    house
}

#[test]
fn a_paper_is_sent_with_a_note_and_read_by_whoever_may_see_the_case() {
    let house = furnished();
    let (ours, theirs) = ("/arrears/cases/$owed", "/bureau/cases/$owed");
    let sent = note(&house, 'w', ours, "工人交来照片", Some(("欠条.jpg", PHOTO)));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let sent = note(&house, 'b', theirs, "现场笔录", Some(("笔录.pdf", b"%PDF-1.7 a record")));
    assert_eq!(sent.status, 303, "{}", sent.text());
    for (letter, place, name) in [('w', ours, "笔录.pdf"), ('o', ours, "欠条.jpg"), ('j', theirs, "欠条.jpg")] {
        let page = house.page(letter, &house.fill(place)).text();
        assert!(page.contains(name) && page.contains(&format!("{}/papers/3", house.fill(place))), "{letter}: {page}");
        let paper = house.page(letter, &house.fill(&format!("{place}/papers/3")));
        assert_eq!((paper.status, &paper.body[..]), (200, PHOTO), "{letter}");
        assert_eq!(paper.header("content-type"), Some("image/jpeg"));
    }
    for (letter, place) in [('x', ours), ('q', theirs)] {
        let paper = house.page(letter, &house.fill(&format!("{place}/papers/3")));
        assert!([403, 404].contains(&paper.status), "{letter}: {}", paper.status);
        let proof = csrf_of(&house.page(letter, "/home"));
        let mut headers = house.cookie(letter);
        headers.push(("Content-Type".into(), "multipart/form-data; boundary=sea".into()));
        let body = form(&[("csrf", &proof), ("note", "not mine")], None);
        let refused = house.ask("POST", &house.fill(&format!("{place}/notes")), &headers, &body);
        assert!([403, 404].contains(&refused.status), "{letter}: {}", refused.status);
    }
    assert_eq!(house.page('w', &house.fill(&format!("{ours}/papers/1"))).status, 404, "the opening has no paper");
}

#[test]
fn a_note_goes_without_a_paper_and_not_with_a_file_that_is_none() {
    let house = furnished();
    let place = "/arrears/cases/$owed";
    assert_eq!(note(&house, 'w', place, "电话催办", None).status, 303);
    let wrong = note(&house, 'w', place, "附件", Some(("notes.txt", b"plain words")));
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    let page = house.page('w', &house.fill(place)).text();
    assert!(page.contains("电话催办") && !page.contains("notes.txt"));
}

#[test]
fn a_program_reads_what_happened_and_adds_a_note_with_a_paper_once() {
    let house = furnished();
    let at = house.fill("/v1/arrears-cases/$owed/entries");
    let before = house.program('w', "GET", &at, "").json();
    assert_eq!(before["items"][0]["what"], "opened");
    assert!(before["items"][0]["file_name"].is_null() && before["items"][1]["file_name"] != "", "{before}");
    let send = |letter: char| {
        let mut headers = house.proof(letter);
        headers.push(("Idempotency-Key".into(), "note-of-a-program".into()));
        headers.push(("Content-Type".into(), "multipart/form-data; boundary=sea".into()));
        house.ask("POST", &at, &headers, &form(&[("note", "照片")], Some(("欠条.jpg", PHOTO))))
    };
    let (once, twice) = (send('k'), send('k'));
    assert_eq!((once.status, once.json()["number"].as_i64()), (200, Some(3)), "{}", once.text());
    assert_eq!(once.text(), twice.text());
    assert_eq!(house.program('b', "GET", &format!("{at}/3/paper"), "").body, PHOTO);
    for letter in ['x', 'q', 'c', 'l'] {
        assert!([403, 404].contains(&send(letter).status), "{letter}");
    }
    let after = house.program('j', "GET", &at, "").json();
    assert_eq!(after["items"].as_array().map(Vec::len), Some(3), "{after}");
}

#[test]
fn the_month_of_a_bureau_comes_as_a_workbook_beside_the_page_and_the_csv() {
    let house = furnished();
    let page = house.page('b', "/bureau/report?period=2026-03").text();
    assert!(page.contains("/bureau/report.xlsx?period=2026-03") && page.contains("/bureau/report.csv?period=2026-03"));
    let book = house.page('b', "/bureau/report.xlsx?period=2026-03");
    assert_eq!((book.status, &book.body[..2]), (200, &b"PK"[..]), "{}", book.text());
    assert!(book.header("content-type").is_some_and(|t| t.ends_with("spreadsheetml.sheet")));
    assert!(book.header("content-disposition").is_some_and(|d| d.contains("2026-03.xlsx")));
    assert_eq!(house.page('w', "/bureau/report.xlsx?period=2026-03").status, 403);
}
