//! Attendance from gates, tables and programs; strangers; reviews and corrections.
use super::*;
use kernel::id::AttendanceId;

fn gate(site: &Site) -> String {
    let [a, b, ..] = &site.hands[..] else { panic!("two hands") };
    let mut out = String::from("姓名,身份证号码,打卡时间,进出\n");
    for (hand, moment, way) in [
        (a, "2026-10-08 07:00", "进"),
        (a, "2026-10-08 17:30", "出"),
        (a, "2026-10-09 22:00", "进"),
        (a, "2026-10-10 06:00", "出"),
        (b, "2026-10-08 07:30", "进"),
        (b, "2026-10-08 11:00", "出"),
        (b, "2026-10-09 07:30", "进"),
    ] {
        out += &format!("{},{},{moment},{way}\n", hand.name, hand.identity);
    }
    out
}

fn heads(site: &Site) -> Vec<(String, i64, i64)> {
    let (from, to) = (day("2026-10-01"), day("2026-10-31"));
    let found = site.read(|tx| head_count(tx, site.project, from, to));
    found.into_iter().map(|(d, present, strangers)| (d.to_string(), present, strangers)).collect()
}

#[test]
fn a_gates_times_become_days_and_heads() {
    let site = Site::open();
    let import = site.send(&site.clerk, None, &gate(&site), false).unwrap();
    assert_eq!((import.state, import.people, import.refused), (AttendanceState::Accepted, 2, 0));
    assert_eq!(site.list(&import), ["punch_unpaired"], "a time in without a time out is listed and not counted");
    assert_eq!(site.worked()[..2], [4, 1], "a long day and a night; half a day");
    let of = |d: &str, n| (d.to_owned(), n, 0);
    assert_eq!(heads(&site), [of("2026-10-08", 2), of("2026-10-09", 1)]);
    site.verify();
}

#[test]
fn the_same_file_twice_is_one_import_and_counts_nobody_twice() {
    let site = Site::open();
    let first = site.send(&site.clerk, None, &gate(&site), false).unwrap();
    let before = heads(&site);
    let second = site.send(&site.clerk, None, &gate(&site), false).unwrap();
    assert_eq!((second.id, heads(&site)), (first.id, before.clone()));
    let other_bytes = gate(&site) + "\n";
    let third = site.send(&site.clerk, None, &other_bytes, false).unwrap();
    assert_ne!(third.id, first.id);
    assert_eq!((third.already, heads(&site)), (2, before));
}

#[test]
fn files_are_listed_for_their_crew_and_for_the_site() {
    let site = Site::open();
    let own = site.send(&site.crew_clerk, Some(site.crew), &site.month_file(&site.hands[..3]), false).unwrap();
    let all = site.send(&site.clerk, None, &gate(&site), false).unwrap();
    let list = |actor: &Actor, crew| {
        site.read_as(|tx| attendances(tx, actor, site.project, crew, &PageAsk::first(10)))
            .map(|p| p.items.into_iter().map(|a| a.id).collect::<Vec<AttendanceId>>())
    };
    assert_eq!(list(&site.crew_clerk, Some(site.crew)).unwrap(), [own.id]);
    assert_eq!(list(&site.labour, None).unwrap(), [all.id, own.id]);
    assert!(list(&site.crew_clerk, None).is_err(), "the site's files are not the crew's to see");
    assert!(list(&site.far_clerk, Some(site.crew)).is_err());
}

#[test]
fn nothing_of_a_file_with_a_fault_is_written_until_the_sender_says_so() {
    let site = Site::open();
    let wrong = site.month_file(&site.hands[..2]).replacen(",√", ",？", 1);
    let import = site.send(&site.crew_clerk, Some(site.crew), &wrong, false).unwrap();
    assert_eq!((import.state, import.people, import.refused), (AttendanceState::Read, 1, 1));
    assert_eq!((site.worked(), heads(&site)), (vec![-1; 4], vec![]));
    assert!(site.list(&import).contains(&"bad_mark".to_owned()));
    let accepted = attendance_accept(&site.desk.store, &site.crew_clerk, import.id).unwrap();
    assert_eq!((accepted.state, site.worked()), (AttendanceState::Accepted, vec![-1, 40, -1, -1]));
    let again = attendance_accept(&site.desk.store, &site.crew_clerk, import.id).unwrap();
    assert_eq!(again.accepted_at, accepted.accepted_at);
}

#[test]
fn each_form_of_a_table_is_read_and_what_is_not_one_is_said() {
    let site = Site::open();
    let h = &site.hands[0];
    let who = format!("{},{}", h.name, h.identity);
    let cases = [
        (format!("姓名,身份证号,日期,进场时间,出场时间\n{who},2026-10-08,07:00,17:00\n"), 2, vec![]),
        (format!("姓名,身份证号,日期,进场时间,出场时间\n{who},2026-10-08,22:00,06:00\n"), 2, vec![]),
        (format!("姓名,身份证号,日期,进场时间,出场时间\n{who},2026-10-08,06:00,23:00\n"), -1, vec!["shift_too_long"]),
        (format!("姓名,身份证号,日期,工时\n{who},2026-10-08,4\n{who},2026-10-09,4.5\n"), 3, vec![]),
        (format!("姓名,身份证号,日期,工时\n{who},2026-10-08,25\n"), -1, vec!["bad_mark"]),
        (format!("姓名,身份证号,日期,工时\n{who},2026-09-30,8\n"), -1, vec!["other_month"]),
        (format!("姓名,身份证号,出勤天数\n{who},21.5\n"), 43, vec![]),
        (format!("姓名,身份证号,出勤天数\n{who},21.3\n"), -1, vec!["bad_total"]),
        (format!("姓名,身份证号,出勤天数\n{who},32\n"), -1, vec!["bad_total"]),
        (format!("姓名,身份证号,出勤天数\n{who},20\n{who},2\n"), -1, vec!["attendance_twice"]),
        (format!("姓名,身份证号,1日,2日\n{who},9,3.5\n"), 3, vec![]),
        (format!("姓名,身份证号,1日,2日,出勤天数\n{who},1,半,2\n"), 3, vec!["total_other"]),
        (format!("姓名,身份证号,备注\n{who},来过\n"), -1, vec!["no_days"]),
        (format!("姓名,身份证号,出勤天数\n别人,{},20\n", h.identity), -1, vec!["attendance_name"]),
    ];
    for (text, want, faults) in cases {
        let site = Site::open();
        let import = site.send(&site.clerk, None, &text, false).unwrap();
        assert_eq!(
            (site.worked()[0], site.list(&import)),
            (want, faults.into_iter().map(String::from).collect()),
            "{text}"
        );
    }
}

#[test]
fn whoever_is_on_no_roster_is_kept_as_a_stranger_until_he_is_on_it() {
    let site = Site::open();
    let file = |extra: &str| format!("姓名,身份证号,1日,2日,3日\n过路人,{},√,,√\n{extra}", identity(77));
    let import = site.send(&site.clerk, None, &file(""), false).unwrap();
    assert_eq!((import.state, import.people, import.strangers), (AttendanceState::Accepted, 0, 1));
    let found = site.read(|tx| strangers(tx, site.project));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].days, found[0].first_on), ("过**", 2, day("2026-10-01")));
    assert!(!found[0].identity.contains(&identity(77)[4..14]), "the number is masked");
    assert_eq!(heads(&site)[0], ("2026-10-01".into(), 0, 1));
    let (clerk, project) = (site.clerk.clone(), site.project);
    site.write(move |tx| {
        let contract = "HT-77".to_owned();
        let (name, identity, team) = ("过路人".to_owned(), identity(77), TEAM.to_owned());
        payroll::worker_add(
            tx,
            &clerk,
            project,
            WorkerNew { name, identity, team, contract, phone: "13900000009".into(), ..WorkerNew::default() },
        )
    })
    .unwrap();
    site.send(&site.clerk, None, &file("\n"), false).unwrap();
    assert_eq!(site.read(|tx| strangers(tx, site.project)), []);
    assert_eq!(heads(&site)[0], ("2026-10-01".into(), 1, 0));
    site.verify();
}

#[test]
fn a_crews_clerk_writes_down_his_own_crew_and_no_other() {
    let site = Site::open();
    let all = site.month_file(&site.hands);
    let import = site.send(&site.crew_clerk, Some(site.crew), &all, false).unwrap();
    assert!(site.list(&import).contains(&"attendance_team".to_owned()));
    assert_eq!(site.worked(), [-1; 4]);
    let refused = site.send(&site.far_clerk, Some(site.crew), &all, false).unwrap_err();
    assert!(refused.is(&kernel::error::NOT_FOUND), "{refused}");
    let whole = site.send(&site.crew_clerk, None, &all, false).unwrap_err();
    assert!(whole.is(&kernel::error::FORBIDDEN), "{whole}");
    let by_labour = site.send(&site.labour, None, &all, false).unwrap_err();
    assert!(by_labour.is(&kernel::error::FORBIDDEN), "who reviews does not write down: {by_labour}");
    site.send(&site.crew_clerk, Some(site.crew), &site.month_file(&site.hands[..3]), false).unwrap();
    assert_eq!(site.worked(), [44, 44, 40, -1]);
}

#[test]
fn w7_a_reviewed_month_changes_only_by_a_correction_and_is_reviewed_again() {
    let site = Site::open();
    let crew = site.crew;
    assert!(site.review(crew).unwrap_err().is(&MONTH_EMPTY));
    site.send(&site.crew_clerk, Some(crew), &site.month_file(&site.hands[..3]), false).unwrap();
    let labour = site.labour.clone();
    let stale = site.write(move |tx| review_attendance(tx, &labour, crew, october(), "00", ""));
    assert!(stale.unwrap_err().is(&MONTH_CHANGED));
    assert!(!site.read(|tx| is_reviewed(tx, site.project, october())));
    assert_eq!(site.review(crew).unwrap(), Change::Done);
    assert_eq!(site.review(crew).unwrap(), Change::AlreadySo);
    assert!(site.read(|tx| is_reviewed(tx, site.project, october())));

    let other = site.month_file(&site.hands[..3]).replacen(",√", ",半", 1);
    let import = site.send(&site.crew_clerk, Some(crew), &other, true).unwrap();
    assert_eq!((site.worked(), import.refused), (vec![44, 44, 40, -1], 1), "a file changes nothing after the review");
    assert!(site.list(&import).contains(&"attendance_reviewed".to_owned()));

    let (clerk, project, worker) = (site.clerk.clone(), site.project, Some(site.hands[0].worker));
    let row = AttendanceRow { worker, date: Some(day("2026-10-02")), half_hours: 8, ..AttendanceRow::default() };
    let by_program = site.write(move |tx| attendance_rows(tx, &clerk, project, None, std::slice::from_ref(&row)));
    assert!(by_program.unwrap_err().is(&MONTH_REVIEWED), "nor does a program");

    let (clerk, worker) = (site.crew_clerk.clone(), site.hands[0].worker);
    let correction =
        |reason: &str| Correction { worker, date: day("2026-10-01"), half_hours: 8, reason: reason.into() };
    let (none, why) = (correction(" "), correction("下午请假"));
    let by = clerk.clone();
    assert!(site.write(move |tx| correct(tx, &by, crew, &none)).is_err(), "a correction needs a reason");
    assert_eq!(site.write(move |tx| correct(tx, &clerk, crew, &why)).unwrap(), Change::Done);
    assert_eq!(site.worked()[0], 43);
    assert!(!site.read(|tx| is_reviewed(tx, site.project, october())), "it must be reviewed again");
    assert_eq!(site.review(crew).unwrap(), Change::Done);
    let review = site.read(|tx| review_of(tx, crew, site.project, october())).unwrap();
    assert_eq!((review.number, review.half_days), (2, 127));
    site.verify();
}

#[test]
fn nobody_reviews_days_that_he_wrote_down() {
    let site = Site::open();
    let (crew, clerk) = (site.crew, site.crew_clerk.clone());
    site.send(&clerk, Some(crew), &site.month_file(&site.hands[..3]), false).unwrap();
    let firm = site.firm;
    let person = clerk.person().unwrap();
    site.write(move |tx| {
        party::grant(tx, &system(), GrantAsk::new(Who::Person(person), Role::LabourOfficer).of(firm)).map(|_| ())
    })
    .unwrap();
    let both = Actor { who: Who::ForFirm { person, firm }, ..clerk };
    let hash = site.read(|tx| month_sum(tx, &both, crew, october())).hash;
    let refused = site.write(move |tx| review_attendance(tx, &both, crew, october(), &hash, ""));
    assert!(refused.unwrap_err().is(&OWN_WORK));
}

#[test]
fn rows_of_a_program_are_taken_all_or_none() {
    let site = Site::open();
    let row = |n: usize, date: &str, half_hours| AttendanceRow {
        identity: Some(if n < 4 { site.hands[n].identity.clone() } else { identity(n) }),
        date: Some(day(date)),
        half_hours,
        ..AttendanceRow::default()
    };
    let take = |rows: Vec<AttendanceRow>| {
        let (clerk, project) = (site.clerk.clone(), site.project);
        site.write(move |tx| attendance_rows(tx, &clerk, project, None, &rows))
    };
    let wrong = take(vec![row(0, "2026-10-08", 16), row(1, "2026-10-08", 49)]).unwrap_err();
    assert!(wrong.message().contains("row 2"), "{wrong}");
    assert_eq!(site.worked(), [-1; 4]);
    assert!(take(vec![row(0, "2026-11-10", 16)]).is_err(), "a day to come");
    assert!(take(vec![row(0, "2026-10-08", 16), row(0, "2026-09-08", 16)]).is_err(), "two months");
    let taken = take(vec![row(0, "2026-10-08", 16), row(77, "2026-10-08", 16)]).unwrap();
    assert_eq!(taken, AttendanceTaken { people: 1, changed: 1, already: 0, strangers: 1 });
    assert_eq!(take(vec![row(0, "2026-10-08", 16)]).unwrap().already, 1);
    assert_eq!((site.worked()[0], heads(&site)), (2, vec![("2026-10-08".into(), 1, 1)]));
}

#[test]
fn a_file_that_is_not_there_is_not_found() {
    let site = Site::open();
    let id = AttendanceId::new(site.clock.now(), site.branch.book());
    let far = site.far_clerk.clone();
    assert!(site.read_as(|tx| attendance(tx, &far, id)).unwrap_err().is(&kernel::error::NOT_FOUND));
    let import = site.send(&site.clerk, None, &gate(&site), false).unwrap();
    assert!(site.read_as(|tx| attendance(tx, &far, import.id)).unwrap_err().is(&kernel::error::NOT_FOUND));
    let labour = site.labour.clone();
    assert!(site.read_as(|tx| attendance(tx, &labour, import.id)).is_ok());
}
