use super::*;
use crate::{Month, RowKind, Severity, faults_csv};
use encoding_rs::GB18030;
use kernel::Money;

const ID: &str = "11010519491231002X";

#[test]
fn one_sheet_in_every_encoding_and_delimiter() {
    let csv = format!("姓名,身份证号码,实发工资\r\n张三,{ID},\"1,234.50\"\r\n");
    let tsv = csv.replace("\"1,234.50\"", "1234.5").replace(',', "\t");
    let utf16: Vec<u8> = tsv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = [
        csv.clone().into_bytes(),
        [b"\xef\xbb\xbf", csv.as_bytes()].concat(),
        GB18030.encode(&csv).0.into_owned(),
        tsv.clone().into_bytes(),
        [b"\xff\xfe".to_vec(), utf16].concat(),
        tsv.replace('\t', ";").into_bytes(),
    ];
    for (i, file) in files.iter().enumerate() {
        assert_eq!(answers(file), [format!("张三|{ID}|1234.50")], "file {i}");
    }
}

#[test]
fn a_sheet_as_a_clerk_writes_it() {
    let text = format!(
        "某某建筑有限公司2026年7月工资表,,,,\n单位：元,,,,\n,,,,\n序号,*姓 名,\"身份证\n 号码\",实发工资（元）,备 注：\n\
         1,张　三,'{ID},\"￥1，234.50元\",\n2,李\u{200b}四,１１０１０５１９４９１２３１００２Ｘ,\u{a0}８００,加班2天\n\n3,,,,\n\
         ,小计,,2034.50,\n,合 计：,,\"2,034.50\",\n制表人：王五,,审核：赵六,,\n"
    );
    assert_eq!(answers(text.as_bytes()), [format!("张三|{ID}|1234.50"), format!("李四|{ID}|800.00")]);
    let book = read(text.as_bytes()).unwrap();
    let table = Table::open(&book.sheets[0], &PAY).unwrap();
    assert_eq!(table.above(), ["某某建筑有限公司2026年7月工资表", "单位：元"]);
    assert_eq!(
        table.totals().map(|r| r.money("net", Currency::CNY).unwrap().unwrap()).collect::<Vec<_>>(),
        [Money::cny(203_450); 2]
    );
    assert_eq!(codes(table.notes()), ["column_unused", "row_total", "row_total", "row_footer"]);
    assert_eq!(
        (table.notes()[1].cell.as_str(), table.notes()[1].line),
        ("B9", Some(10)),
        "a line break in the header is a line and no row"
    );
}

#[test]
fn what_a_cell_says_and_what_is_answered() {
    let net = |cell: &str| {
        with_row(&format!("姓名\t身份证号\t实发\n张三\t{ID}\t{cell}\n"), |r| {
            r.money("net", Currency::CNY).map_err(|f| (f.code, f.cell))
        })
    };
    assert_eq!(net("1,234.50"), Ok(Some(Money::cny(123_450))));
    assert_eq!(net("-"), Ok(None));
    for (cell, code) in [
        ("-5", "amount_negative"),
        ("(5.00)", "amount_negative"),
        ("1.234", "amount_decimals"),
        ("12,34", "amount_unreadable"),
        ("1.2万", "amount_unreadable"),
        ("99999999999999999999", "amount_too_large"),
        ("#N/A", "amount_unreadable"),
    ] {
        assert_eq!(net(cell), Err((code, "C2".to_owned())), "{cell}");
    }
}

#[test]
fn identity_numbers_that_a_sheet_has_ruined() {
    for (cell, code) in [
        ("1.10105E+17", "identity_damaged"),
        ("110105194912310000", "identity_damaged"),
        ("110105194912310021.0", "identity_damaged"),
        ("110105194912310021", "identity_check"),
        ("11010519491331002X", "identity_birth"),
        ("1101051949", "identity_shape"),
    ] {
        let got = with_row(&format!("姓名,身份证号,实发\n张三,{cell},1\n"), |r| {
            r.identity("identity", today()).unwrap_err()
        });
        assert_eq!((got.code, got.cell.as_str()), (code, "B2"), "{cell}");
        assert!(!got.value.contains(&cell[..10.min(cell.len())]), "{} is masked", got.value);
    }
}

#[test]
fn cards_accounts_dates_months_and_quantities() {
    let text = |cell: &str, title: &str| format!("姓名\t身份证号\t实发\t{title}\n张三\t{ID}\t1\t{cell}\n");
    let card_of = |cell: &str| with_row(&text(cell, "银行卡号"), |r| r.card("card").map_err(|f| f.code));
    assert_eq!(card_of("6200 1200 0000 0077"), Err("card_number"));
    let good = card(7);
    assert_eq!(card_of(&format!("{} {}", &good[..4], &good[4..])), Ok(Some(good.clone())));
    assert_eq!(card_of(&format!("=\"{good}\"")), Ok(Some(good)));
    assert_eq!(card_of("6.20012E+15"), Err("number_damaged"));
    let phone =
        |cell: &str| with_row(&text(cell, "手机号"), |r| r.digits("phone", 11..=11).map_err(|f| (f.code, f.value)));
    assert_eq!(phone("138-1234 5678"), Ok(Some("13812345678".into())));
    assert_eq!(phone("1381234567"), Err(("digits_length", "1381 **** 4567".into())));
    let days = |cell: &str| with_row(&text(cell, "出勤天数"), |r| r.quantity("days").map_err(|f| f.code));
    for (cell, want) in [
        ("21.5", Ok(Some(2_150))),
        ("22天", Ok(Some(2_200))),
        ("7.25 工日", Ok(Some(725))),
        ("", Ok(None)),
        ("-1", Err("quantity_negative")),
        ("1.234", Err("quantity_decimals")),
        ("全勤", Err("quantity_unreadable")),
    ] {
        assert_eq!(days(cell), want, "{cell}");
    }
    let month = |cell: &str| with_row(&text(cell, "所属月份"), |r| r.month("month").map_err(|f| f.code));
    assert_eq!(month("2026年7月"), Ok(Some(Month { year: 2026, month: 7 })));
    assert_eq!(month("2026/7/1"), month("2026-07"));
    assert_eq!(month("七月"), Err("month_unreadable"));
    let joined = |cell: &str| with_row(&text(cell, "入职日期"), |r| r.date("joined").map_err(|f| f.code));
    assert_eq!(joined("2026/7/1"), Ok(Some(Date::parse("2026-07-01").unwrap())));
    assert_eq!(joined("2026-07"), Err("date_unreadable"));
    let long = "字".repeat(1_001);
    assert_eq!(with_row(&text(&long, "备注"), |r| r.text("note").unwrap_err().code), "text_too_long");
}

#[test]
fn headers_that_cannot_be_right_are_refused_with_what_was_found() {
    let faults = |text: &str| Table::open(&read(text.as_bytes()).unwrap().sheets[0], &PAY).err().unwrap_or_default();
    let f = faults("姓名,身份证号,应发,备注\n张三,1,2,3\n");
    assert!(is_one(&f, FaultKind::ColumnMissing) && f[0].wording.reason_zh.contains("应发 (C)"), "{f:?}");
    let f = faults("姓名,身份证号,实发工资,实发金额\n");
    assert!(
        is_one(&f, FaultKind::ColumnAmbiguous) && f[0].cell == "C1" && f[0].wording.reason_en.contains("实发金额 (D)"),
        "{f:?}"
    );
    let f = faults("姓名,身份证号,实发,实发\n");
    assert!(is_one(&f, FaultKind::ColumnAmbiguous), "{f:?}");
    let f = faults("姓名,身份证号,实发工资（万元）\n");
    assert!(is_one(&f, FaultKind::ColumnUnit) && f[0].params[0].1 == "万元", "{f:?}");
    let f = faults("工资表,,单位：千元\n姓名,身份证号,实发工资\n");
    assert!(is_one(&f, FaultKind::ColumnUnit), "{f:?}");
    let f = faults("这是说明\n没有表\n");
    assert!(is_one(&f, FaultKind::HeaderMissing) && f[0].wording.reason_zh.contains("这是说明"), "{f:?}");
    let late = format!("{}姓名,身份证号,实发\n", "x\n".repeat(30));
    assert!(is_one(&faults(&late), FaultKind::HeaderMissing), "the header begins in row 31");
    let f = faults("姓名,身份证号,实发,备注,备注\n");
    assert!(f.is_empty(), "a remark may come twice: {f:?}");
}

#[test]
fn a_closer_title_wins_over_a_looser_one() {
    let text = format!("姓名,身份证号,实发,加班（小时）,加班费\n张三,{ID},1,5,60\n");
    assert_eq!(
        with_row(&text, |r| r.money("overtime", Currency::CNY)).unwrap(),
        Some(Money::cny(6_000)),
        "full before bracketless"
    );
    let text = format!("姓名,身份证号,实发,基本工资(元),基本工资\n张三,{ID},1,5,60\n");
    assert_eq!(with_row(&text, |r| r.money("base", Currency::CNY)).unwrap(), Some(Money::cny(6_000)));
}

#[test]
fn parents_without_merges_hold_to_the_right() {
    let text = format!("姓名,身份证号,应发项目,,扣款,,实发\n,,基本工资,加班费,社保,个税,\n张三,{ID},100,20,10,5,105\n");
    let net = |key: &'static str| with_row(&text, move |r| r.money(key, Currency::CNY).unwrap().unwrap().plain());
    assert_eq!(
        ["base", "overtime", "insurance", "tax", "net"].map(net),
        ["100.00", "20.00", "10.00", "5.00", "105.00"]
    );
    let book = read(text.as_bytes()).unwrap();
    let header = Table::open(&book.sheets[0], &PAY).unwrap();
    assert_eq!(header.header().columns()[6].as_ref().unwrap().title, "扣款/社保");
}

#[test]
fn only_what_is_nobodys_is_set_aside() {
    let rows = [
        ("张三,ID,5,\n", vec![RowKind::Data]),
        ("合计,,5,\n", vec![RowKind::Total]),
        ("合计,ID,5,\n", vec![RowKind::Data]),
        ("张三,ID,5,小计\n", vec![RowKind::Data]),
        ("张三,,5,小计\n", vec![RowKind::Data]),
        ("合计：12人,,5,\n", vec![RowKind::Total]),
        ("合计伟,,5,\n", vec![RowKind::Data]),
        ("审核：李四,,,\n", vec![RowKind::Footer]),
        ("审核：李四,,5,\n", vec![RowKind::Data]),
        ("姓名,身份证号,实发,备注\n", vec![RowKind::HeaderAgain]),
        ("张三,ID,5,\n李四,ID,6,\n,,11,\n", vec![RowKind::Data, RowKind::Data, RowKind::Total]),
        ("张三,ID,5,\n李四,ID,6,\n,,12,\n", vec![RowKind::Data, RowKind::Data, RowKind::Data]),
        (
            "张三,ID,5,\n,,5,\n李四,ID,6,\n,,6,\n,,11,\n",
            vec![RowKind::Data, RowKind::Total, RowKind::Data, RowKind::Total, RowKind::Total],
        ),
        (",,0,\n", vec![RowKind::Blank]),
        (",,5,\n", vec![RowKind::Data]),
    ];
    for (text, want) in rows {
        let text = format!("姓名,身份证号,实发,备注\n{}", text.replace("ID", ID));
        let book = read(text.as_bytes()).unwrap();
        let table = Table::open(&book.sheets[0], &PAY).unwrap();
        assert_eq!(table.kinds(), want, "{text}");
    }
}

#[test]
fn a_fault_says_where_and_goes_into_the_list() {
    let text = "姓名,身份证号,实发\n=cmd(),110105194912310021,5\n";
    let mut faults = vec![with_row(text, |r| r.identity("identity", today())).unwrap_err()];
    let wording = faults[0].wording.clone();
    faults.push(with_row(text, |r| r.refuse("name", "not_in_roster", Severity::Warning, wording)));
    assert_eq!(faults[0].to_string().split(" [").next(), Some("B2 身份证号 110***********0021"));
    assert_eq!((faults[1].code, faults[1].severity), ("not_in_roster", Severity::Warning));
    let csv = String::from_utf8(faults_csv(&faults).unwrap()).unwrap();
    let second = csv.lines().nth(2).unwrap();
    assert!(second.starts_with(",A2,2,2,姓名,'=cmd(),warning,not_in_roster,"), "{second}");
    assert!(!csv.contains("110105194912310021"));
}
