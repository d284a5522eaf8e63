use super::*;
use kernel::Money;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook as Writer, Worksheet};

type Made = Result<(), rust_xlsxwriter::XlsxError>;

fn file(make: impl FnOnce(&mut Worksheet) -> Made) -> Vec<u8> {
    let mut book = Writer::new();
    make(book.add_worksheet()).unwrap();
    book.save_to_buffer().unwrap()
}

fn titles(sheet: &mut Worksheet, titles: &[&str]) -> Made {
    for (i, title) in titles.iter().enumerate() {
        sheet.write(0, i as u16, *title)?;
    }
    Ok(())
}

/// `ask` of the only row of a sheet whose fourth column has this title and is filled by `fill`.
fn cell<T>(title: &str, fill: impl FnOnce(&mut Worksheet) -> Made, ask: impl FnOnce(&Row<'_>) -> T) -> T {
    let bytes = file(|s| {
        titles(s, &["姓名", "身份证号", "实发", title])?;
        s.write(1, 0, "张三")?.write(1, 1, identity(1))?.write(1, 2, 1)?;
        fill(s)
    });
    let book = read(&bytes).unwrap();
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    ask(&table.rows().next().unwrap())
}

#[test]
fn merged_titles_parents_and_teams() {
    let centre = Format::new();
    let bytes = file(|s| {
        s.merge_range(0, 0, 0, 8, "某某劳务公司2026年7月工资表", &centre)?;
        s.merge_range(2, 0, 3, 0, "班组", &centre)?.merge_range(2, 1, 3, 1, "姓\n名", &centre)?;
        s.merge_range(2, 2, 3, 2, "身份证\n号码", &centre)?.merge_range(2, 3, 2, 4, "应发项目", &centre)?;
        s.merge_range(2, 5, 2, 6, "扣款", &centre)?.merge_range(2, 7, 3, 7, "实发工资（元）", &centre)?;
        for (c, t) in [(3, "基本工资"), (4, "加班费"), (5, "社保"), (6, "个税")] {
            s.write(3, c, t)?;
        }
        s.merge_range(4, 0, 5, 0, "钢筋班", &centre)?;
        for r in 4..7 {
            s.write(r, 1, ["张三", "李四", "王五"][r as usize - 4])?.write(r, 2, identity(r as usize))?;
            [(3, 100.0), (4, 20.5), (5, 10.0), (6, 0.5), (7, 110.0)]
                .iter()
                .try_for_each(|(c, n)| s.write(r, *c, *n).map(|_| ()))?;
        }
        s.write(6, 0, "木工班")?;
        s.merge_range(7, 0, 7, 2, "合   计", &centre)?.write(7, 7, 330)?;
        s.merge_range(9, 0, 9, 7, "某某劳务公司2026年7月工资表", &centre)?;
        Ok(())
    });
    let book = read(&bytes).unwrap();
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    let rows: Vec<_> = table
        .rows()
        .map(|r| {
            (
                r.text("team").unwrap().unwrap(),
                r.money("insurance", Currency::CNY).unwrap().unwrap().plain(),
                line(&r).unwrap(),
            )
        })
        .collect();
    let want =
        |team: &str, name: &str, i| (team.to_owned(), "10.00".to_owned(), format!("{name}|{}|110.00", identity(i)));
    assert_eq!(rows, [want("钢筋班", "张三", 4), want("钢筋班", "李四", 5), want("木工班", "王五", 6)]);
    assert_eq!(table.totals().count(), 1);
    assert_eq!(codes(table.notes()), ["row_total", "row_footer"]);
    assert_eq!(table.above(), ["某某劳务公司2026年7月工资表"]);
}

#[test]
fn a_merge_never_gives_an_identity_or_an_amount_to_the_row_below() {
    let bytes = file(|s| {
        titles(s, &["姓名", "身份证号", "实发"])?;
        s.write(1, 0, "张三")?.write(2, 0, "李四")?;
        s.merge_range(1, 1, 2, 1, &identity(1), &Format::new())?;
        s.merge_range(1, 2, 2, 2, "5", &Format::new())?;
        Ok(())
    });
    let book = read(&bytes).unwrap();
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    let second = table.rows().nth(1).unwrap();
    let fault = second.identity("identity", today()).unwrap_err();
    assert_eq!((fault.code, fault.cell.as_str(), fault.params[0].1.as_str()), ("merged_cell", "B3", "B2"));
    assert_eq!(second.money("net", Currency::CNY).unwrap_err().code, "merged_cell");
    assert!(table.rows().next().unwrap().money("net", Currency::CNY).unwrap().is_some());
}

#[test]
fn numbers_that_should_be_text() {
    let bytes = file(|s| {
        titles(s, &["姓名", "身份证号", "实发"])?;
        s.write(1, 0, "张三")?.write(1, 1, 1.101_051_949_123_1e17)?.write(1, 2, 5)?;
        s.write(2, 0, "李四")?.write(2, 1, identity(2))?.write(2, 2, "1,234.50")?;
        Ok(())
    });
    assert_eq!(answers(&bytes), ["B2 identity_damaged".to_owned(), format!("李四|{}|1234.50", identity(2))]);
    let as_number = |n: f64| cell("卡号", |s| s.write(1, 3, n).map(|_| ()), |r| r.card("card").map_err(|f| f.code));
    let exact = (1..).map(card).find(|c| c.len() == 16 && !c.ends_with('0')).unwrap();
    assert_eq!(as_number(exact.parse().unwrap()), Ok(Some(exact)));
    assert_eq!(as_number(6_222_021_234_567_890.0), Err("number_damaged"), "16 digits ending in 0");
    assert_eq!(as_number(6_222_021_234_567_890_123.0), Err("number_damaged"), "above 2^53");
    let phone =
        cell("手机号", |s| s.write(1, 3, 13_812_345_678_f64).map(|_| ()), |r| r.digits("phone", 11..=11).unwrap());
    assert_eq!(phone.as_deref(), Some("13812345678"));
}

#[test]
fn formulas_by_their_saved_result() {
    let with = |formula: Formula| {
        cell("基本工资", |s| s.write(1, 3, formula).map(|_| ()), |r| r.money("base", Currency::CNY).map_err(|f| f.code))
    };
    assert_eq!(with(Formula::new("=1+1.5").set_result("2.5")), Ok(Some(Money::cny(250))));
    assert_eq!(with(Formula::new("=0.1+0.2").set_result("0.30000000000000004")), Ok(Some(Money::cny(30))));
    assert_eq!(with(Formula::new("=10/3").set_result("3.3333333333333335")), Err("amount_decimals"));
    assert_eq!(with(Formula::new("=VLOOKUP(1,A:B,2)").set_result("#N/A")), Err("formula_error"));
    let dead = cell(
        "备注",
        |s| s.write(1, 3, Formula::new("=Gone!A1").set_result("#REF!")).map(|_| ()),
        |r| r.text("note").unwrap_err(),
    );
    assert_eq!((dead.code, dead.value.as_str(), dead.cell.as_str()), ("formula_error", "#REF!", "D2"));
}

#[test]
fn dates_by_format_serial_and_text() {
    let day = ExcelDateTime::from_ymd(2026, 7, 1).unwrap();
    let format = Format::new().set_num_format("yyyy\"年\"m\"月\"");
    let want = Date::parse("2026-07-01").unwrap();
    let joined =
        |fill: &dyn Fn(&mut Worksheet) -> Made| cell("入职日期", fill, |r| r.date("joined").map_err(|f| f.code));
    assert_eq!(joined(&|s| s.write_with_format(1, 3, &day, &format).map(|_| ())), Ok(Some(want)));
    assert_eq!(joined(&|s| s.write(1, 3, 46_204).map(|_| ())), Ok(Some(want)));
    assert_eq!(joined(&|s| s.write(1, 3, "2026年7月1日").map(|_| ())), Ok(Some(want)));
    assert_eq!(joined(&|s| s.write(1, 3, "2026年7月").map(|_| ())), Err("date_unreadable"));
    let month =
        cell("月份", |s| s.write_with_format(1, 3, &day, &format).map(|_| ()), |r| r.month("month").unwrap().unwrap());
    assert_eq!(month.to_string(), "2026-07");
    let money = cell(
        "基本工资",
        |s| s.write_with_format(1, 3, &day, &format).map(|_| ()),
        |r| r.money("base", Currency::CNY).unwrap_err(),
    );
    assert_eq!((money.code, money.value.as_str()), ("amount_unreadable", "2026-07-01"));
    let hours = Format::new().set_num_format("[h]:mm");
    let quantity =
        cell("出勤天数", |s| s.write_with_format(1, 3, 1.5, &hours).map(|_| ()), |r| r.quantity("days").unwrap_err());
    assert_eq!((quantity.code, quantity.value.as_str()), ("quantity_unreadable", "36:00:00"));
}

#[test]
fn several_sheets_hidden_ones_and_strangers() {
    let mut book = Writer::new();
    for (name, hidden, heads) in [
        ("一班", false, &["姓名", "身份证号", "实发"][..]),
        ("二班", false, &["实发", "姓名", "身份证号"]),
        ("旧表", true, &["姓名", "身份证号", "实发"]),
        ("填写说明", false, &["请按模板填写"]),
        ("三班", false, &["姓名", "身份证号", "应发"]),
        ("空表", false, &[]),
    ] {
        let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(hidden);
        titles(sheet, heads).unwrap();
        for (i, head) in heads.iter().enumerate().take(if heads.len() == 3 { 3 } else { 0 }) {
            let text = match *head {
                "姓名" => name.to_owned(),
                "身份证号" => identity(1),
                _ => "5".to_owned(),
            };
            sheet.write(1, i as u16, text).unwrap();
        }
    }
    let book = read(&book.save_to_buffer().unwrap()).unwrap();
    let found = book.tables(&PAY);
    assert_eq!(found.tables.iter().map(|t| t.sheet().name()).collect::<Vec<_>>(), ["一班", "二班"]);
    let said: Vec<_> = found.faults.iter().map(|f| (f.sheet.as_str(), f.code)).collect();
    assert_eq!(said, [("旧表", "sheet_hidden"), ("三班", "column_missing"), ("填写说明", "sheet_without_header")]);
}

#[test]
fn a_long_sheet_is_read_whole() {
    let rows = 20_000;
    let bytes = file(|s| {
        titles(s, &["姓名", "身份证号", "卡号", "班组", "基本工资", "加班费", "社保", "个税", "实发"])?;
        for i in 0..rows {
            let r = i as u32 + 1;
            s.write(r, 0, format!("工人{i}"))?.write(r, 1, identity(i))?.write(r, 2, card(i))?.write(
                r,
                3,
                format!("{}班", i % 30),
            )?;
            [(4, 5000.0), (5, 12.5), (6, 300.0), (7, 0.0), (8, 4712.5)]
                .iter()
                .try_for_each(|(c, n)| s.write(r, *c, *n).map(|_| ()))?;
        }
        s.write(rows as u32 + 1, 8, 4712.5 * rows as f64)?;
        Ok(())
    });
    let watch = kernel::clock::stopwatch();
    let book = read(&bytes).unwrap();
    let opened = watch.elapsed();
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    let sum = Money::sum(
        Currency::CNY,
        table.rows().map(|r| {
            r.identity("identity", today()).unwrap().unwrap();
            r.card("card").unwrap().unwrap();
            r.money("net", Currency::CNY).unwrap().unwrap()
        }),
    );
    println!("{rows} rows: opened in {opened:?}, read in {:?}", watch.elapsed());
    assert_eq!(sum.unwrap(), Money::cny(471_250 * rows as i64));
    assert_eq!((table.len(), table.totals().count()), (rows, 1), "the total without a word is known by its sum");
}
