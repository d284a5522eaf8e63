//! What the targets share: a layout with a column of every kind, and a reader that asks for everything.
use kernel::{Currency, Date};
use sheets::{Column, ColumnKind, Layout, Table};

const fn column(key: &'static str, synonyms: &'static [&'static str], required: bool, kind: ColumnKind) -> Column {
    Column { key, synonyms, required, kind }
}

/// As a pay sheet has it.
pub static LAYOUT: Layout = Layout {
    columns: &[
        column("name", &["姓名", "工人姓名"], true, ColumnKind::Text),
        column("identity", &["身份证号", "证件号码"], true, ColumnKind::Identity),
        column("card", &["银行卡号", "账号"], false, ColumnKind::Card),
        column("team", &["班组"], false, ColumnKind::Group),
        column("days", &["出勤天数"], false, ColumnKind::Quantity),
        column("due", &["应发"], false, ColumnKind::Money),
        column("off", &["扣款"], false, ColumnKind::Money),
        column("net", &["实发"], true, ColumnKind::Money),
        column("on", &["日期"], false, ColumnKind::Date),
        column("month", &["月份"], false, ColumnKind::Month),
    ],
};

/// Asks every row for every value.
pub fn read_all(table: &Table<'_>) {
    let today = Date::ymd(2026, 11, 1).expect("a date");
    for row in table.rows().chain(table.totals()) {
        let _ = (row.name("name"), row.identity("identity", today), row.card("card"), row.text("team"));
        let _ = (row.quantity("days"), row.money_signed("due", Currency::CNY), row.money("net", Currency::CNY));
        let _ = (row.date("on"), row.month("month"));
    }
}
