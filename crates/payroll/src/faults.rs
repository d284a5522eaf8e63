//! What is wrong with a row for wages, on top of what `sheets` finds in its cells.
use crate::sheet::SheetState;
use crate::worker::Standing;
use sheets::{Fault, Row, Severity, Wording};
use std::borrow::Cow;

sheets::findings! {
    /// A finding of this crate. `{a}` and `{b}` in its sentences are filled in.
    pub enum Finding {
        NotOnRoster "not_on_roster" Refused:
            "此人不在本项目花名册上", "先把此人加入花名册（合同、实名信息、本人账户），再重新上传",
            "this person is not on the project's roster", "add him to the roster with contract, identity and own account, then send the file again";
        LeftRoster "left_before_period" Refused:
            "此人在该月之前已于{a}离场", "核对月份；如确有工资，请恢复花名册记录",
            "he left the roster on {a}, before this month", "check the month, or take him on again";
        NameDiffers "name_differs" Refused:
            "姓名与花名册不一致，花名册为{a}", "核对证件，更正姓名或证件号码",
            "the name is not the roster's, which is {a}", "compare with the identity card and correct the name or the number";
        WorkerTwice "worker_twice" Refused:
            "同一人在文件中出现两次，第一次在第{a}行", "合并为一行，或删除重复的一行",
            "the same worker stands twice; first in row {a}", "join the two rows, or remove one";
        NetDiffers "net_differs" Refused:
            "实发不等于应发减扣款：{a}－{b}", "改正应发、扣款或实发",
            "net is not due less deductions: {a} - {b}", "correct due, deductions or net";
        NetNotPositive "net_not_positive" Refused:
            "实发金额必须大于零", "核对扣款；无工资的人请删除此行",
            "net must be above zero", "check the deductions; leave out who is owed nothing";
        ItemsExceed "items_exceed" Refused:
            "明细之和{a}大于合计{b}", "改正明细或合计",
            "the items sum to {a}, more than the total {b}", "correct the items or the total";
        ContractMissing "contract_missing" Refused:
            "花名册中没有此人的劳动合同，不能上工地名册或发放工资", "先在花名册中登记劳动合同编号",
            "the roster has no labour contract of this worker", "enter the number of his labour contract on the roster first";
        OtherTeam "other_team" Refused:
            "此人属于其他班组（{a}），不能列入本班组的工资表", "删除此行，或请总包单位更正花名册的班组",
            "he belongs to another team ({a}), not to the one of this sheet", "leave out the row, or have his team corrected on the roster";
        CardDiffers "card_differs" Refused:
            "账号与花名册不一致，花名册为{a}", "改正账号；更换账户须在花名册中由两人办理",
            "the account is not the roster's, which is {a}", "correct it, or have the account changed on the roster by two persons";
        AccountMissing "account_missing" Refused:
            "花名册中没有此人的收款账户", "先在花名册中登记本人账户，或由银行批量开户",
            "the roster has no account of this worker", "enter his own account on the roster, or have the bank open one";
        AccountUnfit "account_unfit" Warning:
            "收款账户目前无法入账：{a}", "付款前在花名册中更正；否则该笔会退回",
            "the account cannot take money as it stands: {a}", "correct it on the roster before paying, or the line will fail";
        Already "line_already" Note:
            "此人本期工资已在另一张表中（{a}），不会重复发放", "无需处理；补发请选择补发工资",
            "the wage of this period stands on another sheet already ({a}) and is not paid twice", "nothing to do; use a supplement for more pay";
        TotalDiffers "total_differs" Refused:
            "合计行为{a}，各行之和为{b}", "核对缺漏或改动的行，改正合计",
            "the total says {a}, the rows sum to {b}", "look for missing or changed rows and correct the total";
        OtherEmployer "other_employer" Note:
            "另有{a}行属于其他单位，没有读取", "无需处理；这些行在各自单位的项目中上传",
            "{a} more rows are of other employers and were not read", "nothing to do; send the file for their projects too";
        OnRoster "on_roster_already" Note:
            "此人已在花名册上", "无需处理",
            "he is on the roster already", "nothing to do";
        BankNameDiffers "bank_name_differs" Warning:
            "本行登记的姓名与花名册不一致", "请本人持身份证到柜台更正；更正前不能发放到该账户",
            "the bank knows this identity number under another name", "the worker corrects it at a counter with his card; until then this account is not paid";
        CardTwice "card_twice" Refused:
            "此账号在文件中已属于另一人（第{a}行）", "每人须用本人账户，改正账号",
            "the account stands for somebody else in row {a}", "everybody needs an account of his own; correct the number";
        RowRefused "row_refused" Refused:
            "无法登记", "核对后重新上传",
            "the row cannot be taken", "correct it and send the file again";
        ListCut "list_cut" Note:
            "还有{a}条未列出", "改正已列出的问题后重新上传",
            "{a} more entries are not listed", "correct what is listed and send the file again";
    }
}

/// A value in both languages.
pub(crate) struct Said {
    zh: Cow<'static, str>,
    en: Cow<'static, str>,
}

impl<T: std::fmt::Display> From<T> for Said {
    fn from(same: T) -> Said {
        let text = same.to_string();
        Said { zh: text.clone().into(), en: text.into() }
    }
}

const fn said(zh: &'static str, en: &'static str) -> Said {
    Said { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
}

/// Why an account takes no wages as it stands.
pub(crate) fn standing(standing: Standing) -> Said {
    match standing {
        Standing::Missing => said("没有登记账户", "there is none"),
        Standing::Verified => said("可以入账", "it can"),
        Standing::External => said("他行账户，由对方银行核对", "it is at another bank, which checks it"),
        Standing::NameMismatch => said("姓名与户名不一致", "the bank knows its holder by another name"),
        Standing::Closed => said("账户已销户", "it is closed"),
    }
}

/// How far the other sheet is on which a worker stands.
pub(crate) fn sheet_state(state: SheetState) -> Said {
    match state {
        SheetState::Loading | SheetState::Drafted => said("草稿", "a draft"),
        SheetState::Submitted => said("待复核", "waiting to be checked"),
        SheetState::Checked => said("已复核", "checked"),
        SheetState::Starting | SheetState::Paying => said("发放中", "being paid"),
        SheetState::Paid => said("已发放", "paid"),
        SheetState::PartlyPaid => said("部分已发放", "paid in part"),
        SheetState::SentBack => said("被退回修改", "sent back for correction"),
        SheetState::Cancelled => said("已撤销", "cancelled"),
    }
}

impl Finding {
    fn wording(self, a: &Said, b: &Said) -> Wording {
        let [reason_zh, remedy_zh, reason_en, remedy_en] = self.sentences();
        let zh = |s: &str| Cow::<'static, str>::Owned(s.replace("{a}", &a.zh).replace("{b}", &b.zh));
        let en = |s: &str| Cow::<'static, str>::Owned(s.replace("{a}", &a.en).replace("{b}", &b.en));
        let (reason_zh, remedy_zh) = (zh(reason_zh), zh(remedy_zh));
        Wording { reason_zh, remedy_zh, reason_en: en(reason_en), remedy_en: en(remedy_en) }
    }

    /// About a cell of a row. `a` and `b` hold no personal data in the clear.
    pub(crate) fn at(self, row: &Row<'_>, key: &str, a: impl Into<Said>, b: impl Into<Said>) -> Fault {
        row.refuse(key, self.code(), self.severity(), self.wording(&a.into(), &b.into()))
    }

    /// About a whole sheet or file.
    pub(crate) fn of_file(self, sheet: &str, a: impl Into<Said>) -> Fault {
        Fault::of_sheet(sheet, self.code(), self.severity(), self.wording(&a.into(), &"".into()))
    }
}

/// Why writing a row was refused, in Chinese: code, reason, remedy.
const REFUSALS: [(&str, &str, &str); 7] = [
    ("contract_missing", "没有劳动合同编号", "填写劳动合同编号后重新上传"),
    ("account_shared", "此账户已属于花名册上的另一名工人", "一个账户只能属于一名工人，请提供本人账户"),
    ("account_of_another", "此账户的户主不是本人", "工资只能发到本人账户，请核对卡号"),
    ("account_unknown_here", "本行没有此账户", "核对卡号；如是他行账户，请填写开户行"),
    ("worker_account_differs", "与花名册登记的账户不同", "更换账户须在花名册中提出，并由另一人审批"),
    ("bad_account_number", "账号应为8至30位数字", "核对后改正"),
    ("bad_field", "缺少或无法识别的内容（如手机号码）", "补充后重新上传"),
];

/// A row that was read well and refused while it was written.
pub(crate) fn refusal(place: &Fault, why: &kernel::Error) -> Fault {
    let code = why.code().name;
    let known = REFUSALS.iter().find(|(c, ..)| *c == code);
    let [other_reason, other_remedy, ..] = Finding::RowRefused.sentences();
    let (reason_zh, remedy_zh) = known.map_or((other_reason, other_remedy), |(_, reason, remedy)| (*reason, *remedy));
    let wording = Wording {
        reason_zh: reason_zh.into(),
        remedy_zh: remedy_zh.into(),
        reason_en: why.message().to_owned().into(),
        remedy_en: why.remedy().into(),
    };
    Fault { code: Finding::RowRefused.code(), severity: Severity::Refused, wording, ..place.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheets::FaultKind;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_not_those_of_the_reader() {
        let mut seen: HashSet<&str> = FaultKind::ALL.iter().map(|k| k.code()).collect();
        assert!(Finding::ALL.iter().all(|f| seen.insert(f.code())));
    }

    #[test]
    fn no_code_stands_in_a_sentence() {
        let codes = |text: &str| text.contains('_') || !text.is_ascii();
        for state in SheetState::ALL {
            let Said { zh, en } = sheet_state(*state);
            assert!(!zh.is_ascii() && !codes(&en), "{zh} {en}");
        }
        for kind in Standing::ALL {
            let w = Finding::AccountUnfit.wording(&standing(*kind), &"".into());
            assert!(w.reason_zh.starts_with("收款账户目前无法入账：") && !codes(&w.reason_en), "{w:?}");
        }
    }

    #[test]
    fn both_languages_speak_of_the_same_values() {
        for f in Finding::ALL {
            let [reason_zh, remedy_zh, reason_en, remedy_en] = f.sentences();
            for (zh, en) in [(reason_zh, reason_en), (remedy_zh, remedy_en)] {
                assert_eq!((zh.contains("{a}"), zh.contains("{b}")), (en.contains("{a}"), en.contains("{b}")), "{f:?}");
            }
        }
    }
}
