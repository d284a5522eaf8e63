//! Files as firms send them, made here and read back.
mod hostile;
mod legacy;
mod mutants;
mod text;
mod xlsx;

use crate::{Column, ColumnKind, Fault, FaultKind, Layout, Limits, Row, Table, Workbook};
use kernel::chinese::{identity_check, luhn_check};
use kernel::{Currency, Date};

const fn column(key: &'static str, synonyms: &'static [&'static str], required: bool, kind: ColumnKind) -> Column {
    Column { key, synonyms, required, kind }
}

/// A pay sheet.
static PAY: Layout = Layout {
    columns: &[
        column("name", &["姓名", "员工姓名", "Name"], true, ColumnKind::Text),
        column("identity", &["身份证号码", "身份证号", "公民身份号码"], true, ColumnKind::Identity),
        column("card", &["银行卡号", "卡号"], false, ColumnKind::Card),
        column("team", &["班组"], false, ColumnKind::Group),
        column("base", &["基本工资"], false, ColumnKind::Money),
        column("overtime", &["加班费", "加班"], false, ColumnKind::Money),
        column("insurance", &["扣款社保", "社保"], false, ColumnKind::Money),
        column("tax", &["个税"], false, ColumnKind::Money),
        column("net", &["实发工资", "实发金额", "实发"], true, ColumnKind::Money),
        column("days", &["出勤天数", "天数"], false, ColumnKind::Quantity),
        column("month", &["月份", "所属月份"], false, ColumnKind::Month),
        column("joined", &["入职日期"], false, ColumnKind::Date),
        column("phone", &["手机号"], false, ColumnKind::Digits),
        column("note", &["备注"], false, ColumnKind::Text),
    ],
};

fn today() -> Date {
    Date::parse("2026-11-21").unwrap()
}

/// A number that passes its check, of nobody: area 110105 and a serial from `i`.
fn identity(i: usize) -> String {
    let first = format!("11010519{:02}{:02}{:02}{:03}", 60 + i % 40, 1 + i / 40 % 12, 1 + i / 480 % 28, i % 1000);
    format!("{first}{}", identity_check(&first).unwrap())
}

fn card(i: usize) -> String {
    let first = format!("620012{i:09}");
    format!("{first}{}", luhn_check(&first).unwrap())
}

fn read(bytes: &[u8]) -> kernel::Result<Workbook> {
    Workbook::read(bytes, &Limits::default())
}

/// `name|identity|net` of each row, or the code of the first fault.
fn answers(bytes: &[u8]) -> Vec<String> {
    let book = read(bytes).unwrap();
    let found = book.tables(&PAY);
    let refused = found.faults.iter().filter(|f| f.is_refused()).map(|f| f.code.to_owned());
    let rows = found
        .tables
        .iter()
        .flat_map(|t| t.rows().map(|r| line(&r).unwrap_or_else(|f| format!("{} {}", f.cell, f.code))));
    refused.chain(rows).collect()
}

fn line(row: &Row<'_>) -> Result<String, Fault> {
    let name = row.name("name")?.ok_or_else(|| row.missing("name"))?;
    let identity = row.identity("identity", today())?.ok_or_else(|| row.missing("identity"))?;
    let net = row.money("net", Currency::CNY)?.ok_or_else(|| row.missing("net"))?;
    Ok(format!("{name}|{identity}|{}", net.plain()))
}

/// The only row of a text file with these columns.
fn with_row<T>(text: &str, ask: impl FnOnce(&Row<'_>) -> T) -> T {
    let book = read(text.as_bytes()).unwrap();
    let table = Table::open(&book.sheets[0], &PAY).unwrap_or_else(|f| panic!("{text}: {f:?}"));
    let row = table.rows().next().unwrap_or_else(|| panic!("no row in {text}"));
    ask(&row)
}

fn codes(faults: &[Fault]) -> Vec<&'static str> {
    faults.iter().map(|f| f.code).collect()
}

fn is_one(faults: &[Fault], kind: FaultKind) -> bool {
    faults.iter().filter(|f| f.is_refused()).count() == 1 && faults.iter().any(|f| f.is(kind))
}
