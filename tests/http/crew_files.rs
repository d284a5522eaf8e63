//! A crew's program sends its files: attendance, the pay sheet, a scan of signatures.
use super::house::{Answer, House, identity};

/// A form with a file as programs send it.
fn send(house: &House, letter: char, path: &str, key: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--sea\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    let head = format!("--sea\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n", file.0);
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.1);
    body.extend_from_slice(b"\r\n--sea--\r\n");
    let mut headers = house.proof(letter);
    headers.push(("Idempotency-Key".into(), key.into()));
    headers.push(("Content-Type".into(), "multipart/form-data; boundary=sea".into()));
    house.ask("POST", &house.fill(path), &headers, &body)
}

#[test]
fn a_program_sends_a_crews_attendance_and_hears_what_is_wrong_cell_by_cell() {
    let mut house = House::open();
    house.save();
    let table = format!("姓名,身份证号码,6日,7日\n李客,{},√,√\n李客,{},√,三\n", identity(1), identity(1));
    let at = "/v1/wage-projects/$works/attendance-files";
    let crew = house.ids["$crew"].clone();
    let fields = [("period", "2026-01"), ("crew", crew.as_str())];
    let sent = send(&house, 'z', at, "attendance-1", &fields, ("一月.csv", table.as_bytes()));
    assert_eq!((sent.status, sent.json()["state"].as_str()), (200, Some("rejected")), "{}", sent.text());
    let id = sent.json()["attendance"].as_str().expect("an id").to_owned();
    let faults = house.program('z', "GET", &format!("/v1/attendance-files/{id}/faults"), "");
    let found = faults.json()["items"].as_array().expect("a list").clone();
    assert!(found.iter().any(|f| f["cell"] == "D3" && f["reason_en"] != ""), "{}", faults.text());

    let right = format!("姓名,身份证号码,6日,7日\n李客,{},√,√\n", identity(1));
    let sent = send(&house, 'z', at, "attendance-2", &fields, ("一月.csv", right.as_bytes()));
    assert_eq!((sent.status, sent.json()["state"].as_str()), (200, Some("accepted")), "{}", sent.text());
    let again = send(&house, 'z', at, "attendance-2", &fields, ("一月.csv", right.as_bytes()));
    assert_eq!(again.text(), sent.text(), "the same key and file answer the same");
    let other = send(&house, 'z', at, "attendance-2", &fields, ("一月.csv", table.as_bytes()));
    assert_eq!((other.status, other.json()["code"].as_str()), (409, Some("key_reused")), "{}", other.text());
    let foreign = send(&house, 'x', at, "attendance-3", &fields, ("一月.csv", right.as_bytes()));
    assert!([403, 404].contains(&foreign.status), "{}", foreign.text());
    let strange = [("period", "2026-01"), ("salary", "1")];
    let strange = send(&house, 'z', at, "attendance-4", &strange, ("一月.csv", right.as_bytes()));
    assert!(strange.status == 400 && strange.text().contains("salary"), "{}", strange.text());
}

#[test]
fn a_program_sends_a_crews_pay_sheet_and_the_scan_of_its_signatures() {
    let mut house = House::open();
    house.save();
    let sheet = format!("姓名,身份证号码,出勤天数,应发工资,实发工资\n李客,{},2,600,600\n", identity(1));
    let at = "/v1/crews/$crew/sheet-files";
    let fields = [("period", "2026-01")];
    let sent = send(&house, 'z', at, "sheet-1", &fields, ("工资.csv", sheet.as_bytes()));
    assert_eq!((sent.status, sent.json()["valid"].as_i64()), (200, Some(1)), "{}", sent.text());
    let (import, drafted) = (sent.json()["import"].clone(), sent.json()["sheet"].clone());
    let (import, drafted) = (import.as_str().expect("an import"), drafted.as_str().expect("a sheet"));
    let known = house.program('z', "GET", &house.fill(&format!("/v1/crews/$crew/sheet-files/{import}")), "");
    assert_eq!(known.json()["sheet"], drafted);
    let foreign = send(&house, 'x', at, "sheet-2", &fields, ("工资.csv", sheet.as_bytes()));
    assert!([403, 404].contains(&foreign.status), "{}", foreign.text());

    let papers = format!("/v1/crew-sheets/{drafted}/papers");
    let scan: (&str, &[u8]) = ("签字.pdf", b"%PDF-1.7 the names of January");
    let early = send(&house, 'z', &papers, "paper-1", &[("lines", "1")], scan);
    assert_eq!((early.status, early.json()["code"].as_str()), (422, Some("not_asked")), "{}", early.text());
    let asked = house.program('z', "POST", &format!("/v1/crew-sheets/{drafted}/signature-request"), "");
    assert_eq!(asked.status, 200, "{}", asked.text());
    for (lines, file) in [("first", scan), ("1", ("签字.txt", &b"no scan"[..])), ("2", scan)] {
        let refused = send(&house, 'z', &papers, &format!("paper-{lines}"), &[("lines", lines)], file);
        assert!((400..500).contains(&refused.status), "{lines}: {}", refused.text());
    }
    let sent = send(&house, 'z', &papers, "paper-9", &[("lines", "1")], scan);
    assert_eq!(sent.status, 200, "{}", sent.text());
    let paper = sent.json()["paper"].as_str().expect("a name").to_owned();
    let list = house.program('l', "GET", &papers, "").json();
    assert_eq!((list["items"][0]["paper"].as_str(), list["items"][0]["lines"][0].as_i64()), (Some(&*paper), Some(1)));
    assert_eq!(house.program('l', "GET", &format!("{papers}/{paper}"), "").body, scan.1);
    assert_eq!(house.program('x', "GET", &format!("{papers}/{paper}"), "").status, 404);
    let checked = house.program('l', "POST", &format!("{papers}/{paper}/check"), "");
    assert_eq!((checked.status, checked.json()["outcome"].as_str()), (200, Some("done")), "{}", checked.text());
    let signed = house.program('l', "GET", &format!("/v1/crew-sheets/{drafted}"), "").json();
    assert_eq!(signed["said"]["on_paper"], 1, "{signed}");
}
