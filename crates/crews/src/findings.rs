//! What is wrong with a row of attendance, on top of what `sheets` finds in its cells; the list is kept with those of wages.
use sheets::{Fault, Row, Wording};

sheets::findings! {
    /// A finding of this crate. `{a}` in its sentences is filled in.
    pub enum Finding {
        NoDays "no_days" Refused:
            "表中没有考勤天数，也没有每天的记录", "使用带有日期和进出时间、1至31日各列、或出勤天数的表格",
            "the sheet has neither days nor times", "send a sheet with dates and times, with a column for each day 1 to 31, or with the number of days";
        Stranger "stranger" Warning:
            "此人进入工地，但不在花名册上", "核对身份；确系本项目工人的，先登记花名册，再重新上传",
            "this person was on the site and is on no roster of it", "find out who he is; if he works here, put him on the roster and send the file again";
        NameOther "attendance_name" Refused:
            "姓名与花名册不一致，花名册为{a}", "核对证件，更正姓名或证件号码",
            "the name is not the roster's, which is {a}", "compare with the identity card and correct the name or the number";
        Twice "attendance_twice" Refused:
            "同一人在表中出现两次，第一次在第{a}行", "合并为一行，或删除重复的一行",
            "the same person stands twice; first in row {a}", "join the two rows, or remove one";
        OtherCrew "attendance_team" Refused:
            "此人属于其他班组（{a}）", "删除此行，由其所属班组或总包单位上传",
            "he belongs to another team ({a})", "leave the row out; his own team or the main contractor sends it";
        OtherMonth "other_month" Refused:
            "{a}不在所选的月份内", "选择正确的月份，或分月上传",
            "{a} is not in the month that was named", "name the right month, or send each month by itself";
        ToCome "day_to_come" Refused:
            "{a}还没有到", "核对日期和月份",
            "{a} is still to come", "check the date and the month";
        BadTime "bad_time" Refused:
            "看不出是几点", "写成 2026-10-08 07:45 或 07:45 这样的时间",
            "this is not a time", "write it like 2026-10-08 07:45, or 07:45";
        BadDirection "bad_direction" Refused:
            "看不出是进还是出", "写“进”或“出”",
            "it says neither in nor out", "write 进 or 出, in or out";
        TooLong "shift_too_long" Refused:
            "进出相隔超过{a}小时", "核对进出时间",
            "in and out are more than {a} hours apart", "check both times";
        Unpaired "punch_unpaired" Warning:
            "{a}只有一次打卡，没有计入当天", "由班组写明原因更正当天的工时",
            "{a} has one time only and was not counted", "have the crew correct that day with a reason";
        BadMark "bad_mark" Refused:
            "看不懂这个记号", "用√表示一天、半表示半天，或填写天数、小时数；没有出勤的留空",
            "this mark is not understood", "use √ for a day and 半 for half a day, or a number of days or hours; leave it empty for none";
        DayMissing "day_not_in_month" Refused:
            "这个月没有{a}日", "删除这一格",
            "the month has no day {a}", "empty this cell";
        BadTotal "bad_total" Refused:
            "天数应当是0到31之间的整天或半天", "核对后改正",
            "the days must be whole or half ones, 0 to 31", "check and correct them";
        TotalOther "total_other" Warning:
            "合计与每天的记录不符，按每天的记录计算为{a}天", "核对合计",
            "the total is not the sum of the days, which is {a}", "check the total";
        Reviewed "attendance_reviewed" Refused:
            "{a}本月考勤已由劳资专管员审核", "写明原因逐日更正",
            "the month of {a} was reviewed by the labour officer", "correct single days with a reason";
    }
}

impl Finding {
    fn wording(self, a: &str) -> Wording {
        let [reason_zh, remedy_zh, reason_en, remedy_en] = self.sentences().map(|s| s.replace("{a}", a).into());
        Wording { reason_zh, remedy_zh, reason_en, remedy_en }
    }
    /// About a cell of a row. `a` holds no personal data in the clear.
    pub(crate) fn at(self, row: &Row<'_>, key: &str, a: impl std::fmt::Display) -> Fault {
        row.refuse(key, self.code(), self.severity(), self.wording(&a.to_string()))
    }
    /// About a whole sheet or file.
    pub(crate) fn of_file(self, sheet: &str, a: impl std::fmt::Display) -> Fault {
        Fault::of_sheet(sheet, self.code(), self.severity(), self.wording(&a.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_speak_of_the_same_values() {
        let mut seen = std::collections::HashSet::new();
        for f in Finding::ALL {
            let [reason_zh, _, reason_en, _] = f.sentences();
            assert_eq!(reason_zh.contains("{a}"), reason_en.contains("{a}"), "{f:?}");
            assert!(seen.insert(f.code()), "{f:?}");
        }
    }
}
