//! The columns that rosters and pay sheets have, under the titles people give them.
use sheets::{Column, ColumnKind as K, Layout};

const fn column(key: &'static str, kind: K, synonyms: &'static [&'static str]) -> Column {
    Column { key, synonyms, required: false, kind }
}

const fn required(key: &'static str, kind: K, synonyms: &'static [&'static str]) -> Column {
    Column { key, synonyms, required: true, kind }
}

const EMPLOYER: Column =
    column("employer", K::Group, &["分包单位", "单位", "所属单位", "用工单位", "劳务公司", "单位名称", "employer"]);
const NAME: Column =
    required("name", K::Name, &["姓名", "工人姓名", "员工姓名", "收款人姓名", "户名", "收款人", "name", "worker name"]);
const IDENTITY: Column = required(
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
);
const TEAM: Column = column("team", K::Group, &["班组", "所属班组", "班组名称", "队伍", "team"]);
const TRADE: Column = column("trade", K::Text, &["工种", "岗位", "职务", "工种岗位", "trade"]);
const CARD_TITLES: &[&str] = &[
    "银行卡号",
    "工资卡号",
    "卡号",
    "账号",
    "帐号",
    "银行账号",
    "银行帐号",
    "工资卡账号",
    "收款账号",
    "工资账号",
    "个人账号",
    "银行卡账号",
    "card number",
    "account number",
];
const CARD: Column = column("card", K::Card, CARD_TITLES);
const BANK: Column =
    column("bank", K::Text, &["开户行", "开户银行", "银行", "开户行名称", "银行名称", "所属银行", "bank"]);
const PHONE: Column =
    column("phone", K::Digits, &["手机号", "手机号码", "手机", "联系电话", "电话", "联系方式", "电话号码", "phone"]);
const NOTE: Column = column("note", K::Text, &["备注", "说明", "note", "remark"]);

pub(crate) const ROSTER: Layout = Layout {
    columns: &[
        EMPLOYER,
        NAME,
        IDENTITY,
        PHONE,
        TEAM,
        TRADE,
        CARD,
        BANK,
        column("contract", K::Text, &["合同编号", "劳动合同编号", "合同号", "劳动合同号", "contract number"]),
        column("contract_on", K::Date, &["合同日期", "合同签订日期", "签订日期", "合同签订时间"]),
        column("entered_on", K::Date, &["进场日期", "进场时间", "入场日期", "入职日期", "到岗日期"]),
        NOTE,
    ],
};

/// Parts of what is due, by key.
pub(crate) const EARNINGS: &[&str] = &["base", "piece", "overtime", "night", "heat", "allowance", "bonus"];
/// Parts of what is deducted, by key.
pub(crate) const DEDUCTIONS: &[&str] =
    &["social", "housing_fund", "tax", "meals", "lodging", "utilities", "advance", "penalty"];

pub(crate) const PAY_SHEET: Layout = Layout {
    columns: &[
        EMPLOYER,
        NAME,
        IDENTITY,
        TEAM,
        TRADE,
        column(
            "days",
            K::Quantity,
            &["出勤天数", "天数", "工日", "出勤工日", "出勤", "考勤天数", "工天", "出勤日数", "实际出勤天数", "days"],
        ),
        column(
            "hours",
            K::Quantity,
            &["工时", "加班小时", "加班工时", "小时", "工作小时", "加班时数", "加班小时数", "hours"],
        ),
        column("base", K::Money, &["基本工资", "计时工资", "岗位工资", "日工资合计", "标准工资"]),
        column("piece", K::Money, &["计件工资", "计件"]),
        column("overtime", K::Money, &["加班工资", "加班费"]),
        column("night", K::Money, &["夜班费", "夜班补贴", "夜班津贴"]),
        column("heat", K::Money, &["高温费", "高温补贴", "高温津贴", "防暑降温费"]),
        column("allowance", K::Money, &["津贴", "补贴", "津贴补贴", "各项补贴", "岗位津贴"]),
        column("bonus", K::Money, &["奖金", "绩效", "绩效工资", "绩效奖金"]),
        column(
            "due",
            K::Money,
            &["应发合计", "应发工资", "应发", "应发金额", "应发工资合计", "应付工资", "应发总额", "due"],
        ),
        column("social", K::Money, &["社保", "社会保险", "社保个人", "社保费", "五险", "个人社保", "社保扣款"]),
        column("housing_fund", K::Money, &["公积金", "住房公积金"]),
        column("tax", K::Money, &["个税", "个人所得税", "所得税", "代扣个税", "个调税"]),
        column("meals", K::Money, &["伙食费", "餐费", "生活费"]),
        column("lodging", K::Money, &["住宿费", "房租"]),
        column("utilities", K::Money, &["水电费", "水电"]),
        column("advance", K::Money, &["借支", "预支", "预借", "已预支", "借款"]),
        column("penalty", K::Money, &["罚款", "考勤扣款"]),
        column(
            "deductions",
            K::Money,
            &["扣款合计", "扣款", "扣除合计", "应扣合计", "扣款金额", "代扣合计", "扣减合计", "deductions"],
        ),
        required(
            "net",
            K::Money,
            &[
                "实发工资",
                "实发",
                "实发金额",
                "实发合计",
                "实发工资合计",
                "实领工资",
                "实付工资",
                "本次实发",
                "net",
                "net pay",
            ],
        ),
        CARD,
        BANK,
        NOTE,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_title_means_two_columns() {
        for layout in [ROSTER, PAY_SHEET] {
            let mut seen = HashSet::new();
            for title in layout.columns.iter().flat_map(|c| c.synonyms) {
                assert!(seen.insert(sheets::title_key(title)), "{title}");
            }
        }
        for key in EARNINGS.iter().chain(DEDUCTIONS) {
            assert!(PAY_SHEET.columns.iter().any(|c| c.key == *key && c.kind == K::Money), "{key}");
        }
    }
}
