//! The columns that attendance has, under the titles that gates and sheets give them.
use sheets::{Column, ColumnKind as K, Layout, Table};

const fn column(key: &'static str, kind: K, synonyms: &'static [&'static str]) -> Column {
    Column { key, synonyms, required: false, kind }
}

const fn required(key: &'static str, kind: K, synonyms: &'static [&'static str]) -> Column {
    Column { key, synonyms, required: true, kind }
}

const fn day(key: &'static str, synonyms: &'static [&'static str]) -> Column {
    column(key, K::Text, synonyms)
}

/// The keys of the days of a month, day 1 first.
pub(crate) const DAYS: [&str; 31] = [
    "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15", "d16", "d17",
    "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31",
];

pub(crate) const ATTENDANCE: Layout = Layout { columns: COLUMNS };

const COLUMNS: &[Column] = &[
    required("name", K::Name, &["姓名", "工人姓名", "员工姓名", "人员姓名", "name", "worker name"]),
    required(
        "identity",
        K::Identity,
        &[
            "身份证号码",
            "身份证号",
            "证件号码",
            "证件号",
            "身份证",
            "公民身份号码",
            "身份证件号码",
            "identity number",
            "id number",
        ],
    ),
    column("team", K::Group, &["班组", "所属班组", "班组名称", "队伍", "team"]),
    column("date", K::Date, &["日期", "考勤日期", "刷卡日期", "出勤日期", "通行日期", "date"]),
    column("time_in", K::Text, &["进场时间", "上班时间", "进入时间", "签到时间", "入场时间", "time in"]),
    column("time_out", K::Text, &["出场时间", "下班时间", "离开时间", "签退时间", "离场时间", "time out"]),
    column("moment", K::Text, &["打卡时间", "刷卡时间", "通行时间", "考勤时间", "时间", "time"]),
    column("direction", K::Text, &["进出", "方向", "进出方向", "出入", "进出状态", "通行方向", "direction"]),
    column("hours", K::Quantity, &["工时", "工作小时", "小时", "小时数", "工作工时", "hours"]),
    column(
        "total",
        K::Quantity,
        &["出勤天数", "天数", "工日", "合计工日", "出勤合计", "合计天数", "出勤工日", "实际出勤天数", "days"],
    ),
    day("d1", &["1", "1日", "1号", "01", "01日"]),
    day("d2", &["2", "2日", "2号", "02", "02日"]),
    day("d3", &["3", "3日", "3号", "03", "03日"]),
    day("d4", &["4", "4日", "4号", "04", "04日"]),
    day("d5", &["5", "5日", "5号", "05", "05日"]),
    day("d6", &["6", "6日", "6号", "06", "06日"]),
    day("d7", &["7", "7日", "7号", "07", "07日"]),
    day("d8", &["8", "8日", "8号", "08", "08日"]),
    day("d9", &["9", "9日", "9号", "09", "09日"]),
    day("d10", &["10", "10日", "10号"]),
    day("d11", &["11", "11日", "11号"]),
    day("d12", &["12", "12日", "12号"]),
    day("d13", &["13", "13日", "13号"]),
    day("d14", &["14", "14日", "14号"]),
    day("d15", &["15", "15日", "15号"]),
    day("d16", &["16", "16日", "16号"]),
    day("d17", &["17", "17日", "17号"]),
    day("d18", &["18", "18日", "18号"]),
    day("d19", &["19", "19日", "19号"]),
    day("d20", &["20", "20日", "20号"]),
    day("d21", &["21", "21日", "21号"]),
    day("d22", &["22", "22日", "22号"]),
    day("d23", &["23", "23日", "23号"]),
    day("d24", &["24", "24日", "24号"]),
    day("d25", &["25", "25日", "25号"]),
    day("d26", &["26", "26日", "26号"]),
    day("d27", &["27", "27日", "27号"]),
    day("d28", &["28", "28日", "28号"]),
    day("d29", &["29", "29日", "29号"]),
    day("d30", &["30", "30日", "30号"]),
    day("d31", &["31", "31日", "31号"]),
];

/// Whether a table has a column.
pub(crate) fn has(table: &Table<'_>, key: &str) -> bool {
    let place = COLUMNS.iter().position(|c| c.key == key);
    place.is_some_and(|i| table.header().columns()[i].is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_title_means_two_columns() {
        let mut seen = HashSet::new();
        for title in COLUMNS.iter().flat_map(|c| c.synonyms) {
            assert!(seen.insert(sheets::title_key(title)), "{title}");
        }
        assert!(DAYS.iter().all(|key| COLUMNS.iter().any(|c| c.key == *key)));
    }
}
