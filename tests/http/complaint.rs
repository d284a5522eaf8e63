//! A worker complains without a name: on the page, and by a program; he takes an objection further; he speaks before his site ends.
use super::house::{Answer, House, csrf_of};
use kernel::id::{ObjectionId, ProjectId};

const UNPAID: &[(&str, &str)] = &[("region", "990102"), ("place", "东港码头"), ("words", "两个月没有发工资")];

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n a slip";

/// The form of somebody who is not signed in, with the cookie of his visit.
fn complain(house: &House, fields: &[(&str, &str)]) -> Answer {
    complain_with(house, "/complaint", fields, &[])
}

/// The same from the page at `from`, with files.
fn complain_with(house: &House, from: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let page = house.page('n', from);
    let visit = page.cookie("yz_visit").expect("a visit");
    let headers = [
        ("Cookie".to_owned(), format!("yz_visit={visit}")),
        ("Content-Type".to_owned(), "multipart/form-data; boundary=b0undary".to_owned()),
    ];
    let head =
        |name: &str, more: &str| format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
    let mut body = format!("{}{}\r\n", head("csrf", ""), csrf_of(&page)).into_bytes();
    for (name, value) in fields {
        body.extend(format!("{}{value}\r\n", head(name, "")).bytes());
    }
    for (name, bytes) in files {
        body.extend(head("file", &format!("; filename=\"{name}\"")).bytes());
        body.extend([*bytes, b"\r\n"].concat());
    }
    body.extend(b"--b0undary--\r\n");
    house.ask("POST", "/complaint", &headers, &body)
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

/// The newest complaint as the inspector sees it: its address and its page.
fn newest(house: &House) -> (String, String) {
    let list = house.page('b', "/bureau/complaints").text();
    let after = list.split("href=\"/bureau/complaints/").nth(1).unwrap_or_else(|| panic!("none: {list}"));
    let at = format!("/bureau/complaints/{}", after.split('"').next().unwrap_or_default());
    let page = house.page('b', &at);
    assert_eq!(page.status, 200, "{}", page.text());
    (at, page.text())
}

#[test]
fn photographs_come_with_a_complaint_and_the_inspector_opens_them_and_makes_a_case() {
    let mut house = House::open();
    house.save();
    let fields = &[("region", "990102"), ("place", "东港码头"), ("words", "工资条和到账不一样")];
    let evil = complain_with(&house, "/complaint", fields, &[("a.exe", b"MZ")]);
    assert_eq!(evil.status, 422, "{}", evil.text());
    assert!(evil.text().contains("东港码头"), "what was written is still there");
    let four: Vec<(&str, &[u8])> = vec![("a.png", PHOTO); 4];
    assert!(complain_with(&house, "/complaint", fields, &four).status >= 400, "three at most");
    let taken = complain_with(&house, "/complaint", fields, &[("工资条.png", PHOTO), ("b.png", PHOTO)]);
    assert_eq!(taken.status, 200, "{}", taken.text());
    let (at, page) = newest(&house);
    assert!(page.contains("工资条.png") && page.contains("b.png"), "{page}");
    let photo = house.page('b', &format!("{at}/files/1"));
    assert_eq!((photo.status, photo.header("content-type")), (200, Some("image/png")));
    assert_eq!(house.page('q', &format!("{at}/files/1")).status, 404, "another region's inspector");

    let case = format!("{at}/case");
    assert!(house.page('b', &case).text().contains("name=\"project\""), "it names a place in words only");
    let watched = house.ids["$watched"].clone();
    let form = format!("{case}?project={watched}");
    assert_eq!(house.page('b', &form).status, 200);
    let identity = super::house::identity(77);
    let good = [
        ("project", watched.as_str()),
        ("about", "二月工资未付"),
        ("sheet", ""),
        ("identity", identity.as_str()),
        ("period", "2026-02"),
        ("amount", "3000"),
    ];
    let mut wrong = good;
    wrong[3].1 = "990102198501010053";
    assert_eq!(house.form('b', &form, &case, &wrong).status, 422, "nobody of the site");
    wrong[3].1 = "";
    assert_eq!(house.form('b', &form, &case, &wrong).status, 422, "nobody is owed anything");
    let opened = house.form('b', &form, &case, &good);
    let to = opened.header("location").unwrap_or_default().to_owned();
    assert!(opened.status == 303 && to.starts_with("/bureau/cases/"), "{} {}", opened.status, opened.text());
    assert!(house.page('b', &to).text().contains("二月工资未付"));
    assert!(newest(&house).1.contains(&to), "the complaint leads to its case");
}

#[test]
fn an_objection_that_is_taken_further_is_a_complaint_at_the_bureau_without_a_name() {
    let mut house = House::open();
    house.save();
    let project: ProjectId = house.ids["$works"].parse().expect("a project");
    let objection: ObjectionId = house.ids["$objection"].parse().expect("an objection");
    super::site_cases::file(&house, project);
    let further = format!("/worker/objections/{objection}/further");
    let line = format!("/worker/lines/{}", house.ids["$crew_line"]);
    assert_eq!(house.page('c', &further).status, 200);
    let early = house.form('c', &further, &further, &[("named", "no"), ("step", "check")]);
    assert!(early.status >= 400 && early.status != 403, "it may still be answered: {}", early.status);
    let clerk = house.actor('z');
    house
        .bank
        .write(move |tx| crews::answer_objection(tx, &clerk, objection, crews::Answer::Kept, "照考勤算的"))
        .expect("an answer");
    assert_eq!(
        house.form('c', &further, &further, &[("phone", "12"), ("step", "check")]).status,
        422,
        "named or not is asked"
    );
    let sent = house.form('c', &further, &further, &[("named", "no"), ("step", "check")]);
    assert_eq!((sent.status, sent.header("location")), (303, Some(line.as_str())), "{}", sent.text());
    let own = house.page('c', &line).text();
    let code = own.split("href=\"/complaint/").nth(1).and_then(|t| t.split('"').next()).expect("his code").to_owned();
    assert_eq!(house.page('n', &format!("/complaint/{code}")).status, 200);
    assert_eq!(house.form('c', &further, &further, &[("named", "yes"), ("step", "check")]).status, 303, "again");
    assert!(house.page('c', &line).text().contains(&code), "the same code");
    let (_, read) = newest(&house);
    assert!(read.contains("没有解决") && read.contains("照考勤算的"), "{read}");
    let name = house.bank.read(|tx| {
        let person = house.actor('c').person().expect("a person");
        Ok(party::person(tx, person)?.name_masked)
    });
    assert!(!read.contains(&name.expect("a name")) && !read.contains("李客"), "he stayed unnamed");
    for letter in ['z', 'k'] {
        let seen = house.program(letter, "GET", &format!("/v1/objections/{objection}"), "");
        assert!(seen.status == 200 && !seen.text().contains(&code), "nobody else is led to it");
    }
    let himself = house.program('c', "GET", &format!("/v1/objections/{objection}"), "");
    assert!(himself.text().contains(&code));
    let held = house.bank.read(|tx| worksite::is_blocked(tx, project)).expect("a look");
    assert!(held, "the site does not end meanwhile");
}

#[test]
fn a_worker_speaks_before_his_site_ends_and_whoever_stands_at_its_board_does() {
    let mut house = House::open();
    house.save();
    let project: ProjectId = house.ids["$works"].parse().expect("a project");
    super::site_cases::file(&house, project);
    let at = format!("/worker/sites/{project}");
    assert_eq!(house.page('c', &at).status, 404, "no notice runs");
    let code = house
        .bank
        .write(move |tx| {
            let by = super::house::system();
            let today = tx.now().local_date();
            worksite::end::completed(tx, &by, project, today, "竣工验收")?;
            worksite::end::pledged(tx, &by, project, "承诺书")?;
            worksite::end::notice_begin(tx, &by, project, "工资已全部结清，公示三十天")?;
            Ok(worksite::site_raw(tx, project)?.expect("a site").board_code)
        })
        .expect("a notice");
    for page in ["/slips", "/worker/lines"] {
        assert!(house.page('c', page).text().contains(&at), "{page} leads to it");
        assert!(!house.page('d', page).text().contains(&at), "{page} of somebody else does not");
    }
    assert_eq!(house.page('d', &at).status, 404, "no worker of the site");
    assert_eq!(house.form('c', &at, &format!("{at}/objection"), &[("text", " ")]).status, 422);
    let said = house.form('c', &at, &format!("{at}/objection"), &[("text", "还差两天工钱")]);
    assert_eq!(said.status, 303, "{}", said.text());
    assert!(house.page('c', &at).text().contains("还差两天工钱"));
    let closing = house.bank.read(|tx| worksite::end::look(tx, &super::house::system(), project)).expect("a look");
    assert_eq!(closing.open_objections, 1);

    let board = house.page('n', &format!("/board/{code}")).text();
    assert!(board.contains("公示三十天"), "{board}");
    let from = format!("/complaint?board={code}");
    let name = house.bank.read(|tx| Ok(payroll::project_raw(tx, project)?.name)).expect("a name");
    assert!(house.page('n', &from).text().contains(&name), "the project is filled in");
    let fields = &[("board", code.as_str()), ("place", name.as_str()), ("words", "班组长没有发工资")];
    assert_eq!(complain_with(&house, &from, fields, &[]).status, 200);
    assert!(newest(&house).1.contains("班组长没有发工资"));
    assert!(house.bank.read(|tx| worksite::is_blocked(tx, project)).expect("a look"));
}
