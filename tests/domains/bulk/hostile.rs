//! Files and callers that mean no good, and files in every way people save them.
use super::*;
use demo::grid::{Cell, Charset, Grid, csv, xlsx};
use kernel::Id;
use kernel::clock::DAY;

fn grid(rows: &[[&str; 5]]) -> Grid {
    let head = ["收款人户名", "收款账号", "开户行", "金额", "附言"];
    let cells = |row: &[&str; 5]| row.iter().map(|c| Cell::text(*c)).collect();
    Grid { rows: std::iter::once(&head).chain(rows).map(cells).collect(), head_rows: 1, ..Grid::new("付款") }
}

/// Refused, or the code of a file that is not even taken.
fn refused(town: &Town<'_>, text: &str) -> &'static str {
    code(send(town, &clerk(town), text).expect_err("it is not taken"))
}

#[test]
fn a_file_is_read_in_every_way_people_save_it() {
    each_bulk_town(|town| {
        let chen = number(town, town.folk.chen.account);
        let spaced = format!("{} {}", &chen[..4], &chen[4..]);
        let ways = |memo: &str| {
            let grid = grid(&[
                ["陈 静", &spaced, "本行", "1,234.50", memo],
                ["周外行", "6222021234567890", "102100099996", "￥5", memo],
            ]);
            let plain = format!("{HEAD}陈静,{chen},,1234.50,{memo}\n周外行,6222021234567890,102100099996,5,{memo}\n");
            let wide: Vec<u8> =
                plain.encode_utf16().fold(vec![0xff, 0xfe], |all, c| [all, c.to_le_bytes().to_vec()].concat());
            [csv(&grid, Charset::Utf8), csv(&grid, Charset::Gb18030), xlsx(&[grid]).unwrap(), plain.into_bytes(), wide]
        };
        for n in 0..5 {
            let bytes = &ways(&format!("货款{n}"))[n];
            let taken = upload(town, &clerk(town), town.folk.yard.account, bytes).unwrap();
            let file = town.read(|tx| bulk::file(tx, &clerk(town), taken.file)).file;
            assert_eq!(
                (file.lines, file.total, file.refused_rows),
                (2, 123_950, 0),
                "way {n}: {:?}",
                findings(town, taken.file)
            );
            assert_eq!(lines(town, taken.file)[0].memo, format!("货款{n}"));
        }
    });
}

#[test]
fn a_list_that_goes_out_runs_nothing_and_comes_back_the_same() {
    each_bulk_town(|town| {
        let name = "=HYPERLINK(\"http://x\")";
        let (bank, memo) = ("@SUM(A1)", "-2+3");
        let grid = grid(&[[name, "6222021234567890", bank, "4,999,999.00", memo], [name, "12", bank, "=1+1", memo]]);
        let id = upload(town, &clerk(town), town.folk.yard.account, &csv(&grid, Charset::Utf8)).unwrap().file;
        town.pay(
            &town.acting(town.folk.yard.owner, town.folk.yard),
            order(town.folk.yard.account, town.folk.li.account, 1_000),
        );
        let asked = submit(town, &clerk(town), id).unwrap();
        agree(town, asked).unwrap();
        run(town);
        assert_eq!(states(town, id), [(LineState::Failed, "funds_short".into())]);
        let by = clerk(town);
        let failed = town.write(move |tx| bulk::failed_csv(tx, &by, id));
        let told = |_: LineState| "=1+1".to_owned();
        let result = town.read(|tx| bulk::result_csv(tx, &clerk(town), id, &told));
        let found = town.read(|tx| bulk::findings_csv(tx, &clerk(town), id));
        for list in [&failed, &result, &found] {
            let text = String::from_utf8(list.clone()).expect("UTF-8");
            let starts = text.lines().flat_map(|l| l.split(',')).map(|f| f.trim_start_matches(['"', '\u{feff}']));
            for field in starts {
                assert!(!field.starts_with(['=', '+', '-', '@']), "{field} in {text}");
            }
        }
        assert!(!String::from_utf8_lossy(&result).contains("6222021234567890"), "numbers are masked");
        let again = upload(town, &clerk(town), town.folk.yard.account, &failed).unwrap();
        let line = &lines(town, again.file)[0];
        let old = &lines(town, id)[0];
        assert_eq!((&line.memo, &line.bank, &line.twin), (&memo.to_owned(), &bank.to_owned(), &old.twin));
        assert_eq!(line.name_masked, old.name_masked);
    });
}

#[test]
fn hostile_words_are_made_plain_or_refused() {
    each_bulk_town(|town| {
        let chen = number(town, town.folk.chen.account);
        let text = format!("{HEAD}陈\u{200b}静,{chen},,1.00,\"货\u{202e}款\n第二行\u{7}\"\n");
        let id = agreed(town, &text);
        assert_eq!(lines(town, id)[0].memo, "货款 第二行");
        run(town);
        assert_eq!(states(town, id)[0].0, LineState::Paid);
        let (long, bank) = ("长".repeat(101), "行".repeat(41));
        let cases = [
            format!("陈静,{chen},,1,{long}\n"),
            format!("{long},6222021234567890,102100099996,1,a\n"),
            format!("周外行,6222021234567890,{bank},1,a\n"),
            format!("陈静,{chen},,-1,a\n"),
            format!("陈静,{chen},,0.001,a\n"),
            format!("陈静,{chen},,1e3x,a\n"),
            "陈静,6.22202E+18,,1,a\n".to_owned(),
            format!("=cmd,{chen},,1,a\n"),
        ];
        for text in &cases {
            let id = send(town, &clerk(town), &format!("{HEAD}{text}")).unwrap();
            let file = town.read(|tx| bulk::file(tx, &clerk(town), id)).file;
            assert_eq!((file.state, file.lines, file.refused_rows), (FileState::Rejected, 0, 1), "{text}");
            assert_eq!(code(submit(town, &clerk(town), id).unwrap_err()), "bulk_file_state");
        }
        let upload = Upload {
            debit: town.folk.yard.account,
            file_name: format!("付款\u{202e}vsc.exe\n{}", "长".repeat(300)),
            bytes: rows(town).into_bytes(),
            own_names: Vec::new(),
        };
        let id = bulk::take_in(&town.desk.store, &clerk(town), upload).unwrap().file;
        let name = town.read(|tx| bulk::file(tx, &clerk(town), id)).file.file_name;
        assert!(name.starts_with("付款vsc.exe 长") && name.chars().count() == 200, "{name}");
    });
}

#[test]
fn limits_of_a_file() {
    each_bulk_town(|town| {
        let away =
            |n: usize, yuan: &str| format!("周外行,{},102100099996,{yuan},a\n", 62_220_000_000_000_i64 + n as i64);
        let many = |rows: usize, yuan: &str| {
            let text: String = (0..rows).map(|n| away(n, yuan)).collect();
            format!("{HEAD}{text}")
        };
        assert_eq!(refused(town, &many(bulk::LINES_MAX + 1, "1")), "bulk_too_many");
        assert_eq!(refused(town, &many(bulk::ROWS_MAX + 1, "")), "too_large");
        assert_eq!(refused(town, &many(3, "40000000000000000.00")), "amount_overflow");
        assert_eq!(refused(town, ""), "file_empty");
        assert_eq!(refused(town, "\u{0}\u{1}PK\u{3}\u{4}"), "file_unknown");
        let most = send(town, &clerk(town), &many(bulk::LINES_MAX, "0.01")).unwrap();
        assert_eq!(town.read(|tx| bulk::file(tx, &clerk(town), most)).file.total, bulk::LINES_MAX as i64);
    });
}

#[test]
fn a_firm_sends_so_many_files_a_day() {
    each_bulk_town(|town| {
        let one = |n: i64| format!("{HEAD}周外行,6222021234567890,102100099996,1,第{n}\n");
        for n in 0..bulk::FILES_A_DAY_MAX {
            send(town, &clerk(town), &one(n)).unwrap();
        }
        assert_eq!(refused(town, &one(-1)), "bulk_files_today");
        assert!(send(town, &clerk(town), &one(0)).is_ok(), "the same file again is no further one");
        let other = upload(
            town,
            &town.acting(town.folk.mill.owner, town.folk.mill),
            town.folk.mill.account,
            one(-1).as_bytes(),
        );
        assert!(other.is_ok(), "nor does it concern another firm");
        town.bank.clock.advance(DAY);
        assert!(send(town, &clerk(town), &one(-1)).is_ok());
    });
}

#[test]
fn names_are_not_tried_on_a_number_without_end() {
    each_bulk_town(|town| {
        let chen = number(town, town.folk.chen.account);
        let tries = |from: i64, to: i64| (from..to).map(|n| format!("王{n},{chen},,1,a{n}\n")).collect::<String>();
        let most = bulk::MISNAMED_A_DAY_MAX;
        let right = format!("陈静,{chen},,1,b\n");
        let id = send(town, &clerk(town), &format!("{HEAD}{}{right}", tries(0, most + 5))).unwrap();
        let found = findings(town, id);
        let count = |code: &str| found.iter().filter(|c| *c == code).count() as i64;
        assert_eq!((count("account_of_another_name"), count("names_not_compared")), (most, 6), "the right one neither");
        let next = send(town, &clerk(town), &format!("{HEAD}{right}")).unwrap();
        assert_eq!(findings(town, next), ["names_not_compared"], "nor in another file");
        town.bank.clock.advance(DAY);
        let next = send(town, &clerk(town), &format!("{HEAD}\n{right}")).unwrap();
        assert_eq!(town.read(|tx| bulk::file(tx, &clerk(town), next)).file.lines, 1);
    });
}

#[test]
fn to_another_firm_a_file_does_not_exist() {
    each_bulk_town(|town| {
        let f = town.folk;
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        let mill = town.acting(f.mill.owner, f.mill);
        let wrong = upload(town, &mill, f.yard.account, rows(town).as_bytes());
        assert_eq!(code(wrong.unwrap_err()), "not_found", "nor is another's account paid from");
        let none = PageAsk::default();
        let looks = [
            town.desk.store.read(|tx| bulk::file(tx, &mill, id).map(|_| ())),
            town.desk.store.read(|tx| bulk::lines(tx, &mill, id, None, &none).map(|_| ())),
            town.desk.store.read(|tx| bulk::findings(tx, &mill, id).map(|_| ())),
            town.desk.store.read(|tx| bulk::findings_csv(tx, &mill, id).map(|_| ())),
            town.desk.store.read(|tx| bulk::result_csv(tx, &mill, id, &|_| String::new()).map(|_| ())),
            submit(town, &mill, id).map(|_| ()),
            town.desk.store.write({
                let mill = mill.clone();
                move |tx| bulk::cancel(tx, &mill, id, "not mine").map(|_| ())
            }),
            town.desk.store.write({
                let mill = mill.clone();
                move |tx| bulk::failed_csv(tx, &mill, id).map(|_| ())
            }),
        ];
        for (n, look) in looks.into_iter().enumerate() {
            assert_eq!(code(look.unwrap_err()), "not_found", "look {n}");
        }
        assert!(town.read(|tx| bulk::files(tx, &mill, &none)).items.is_empty());
        let wage = town.open(Owner::Firm(f.yard.firm), f.yard.account.book(), ledger::Purpose::Wage);
        let from_wages = upload(town, &clerk(town), wage, rows(town).as_bytes());
        assert_eq!(code(from_wages.unwrap_err()), "bad_field", "a wage account pays wages only");
    });
}
