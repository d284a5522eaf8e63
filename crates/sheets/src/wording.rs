//! Every finding of this crate: its code, how grave it is, and its sentences.
use crate::fault::Wording;
use std::borrow::Cow;

// `{name}` stands for the parameter of that name.
crate::findings! {
    /// What a [`crate::Fault`] of this crate is about. A caller adds its own codes with [`crate::Row::refuse`].
    pub enum FaultKind {
        MissingValue "missing_value" Refused:
            "必填的单元格是空的", "填写后重新上传",
            "the cell is empty and must not be", "fill it in and send the file again";
        MergedCell "merged_cell" Refused:
            "此处与 {with} 合并，只有左上角的单元格有内容", "取消合并，逐行填写",
            "the cell is merged with {with}; only the top left cell holds a value", "unmerge the cells and fill in each row";
        FormulaError "formula_error" Refused:
            "公式出错：{error}", "修正公式，或粘贴为数值",
            "the formula failed with {error}", "correct the formula, or paste its result as a value";
        FormulaNotCalculated "formula_not_calculated" Refused:
            "公式没有保存计算结果", "用 Excel 或 WPS 打开，重新计算并保存后再上传",
            "the formula was saved without a result", "open the file in a spreadsheet program, let it calculate, save and send it again";
        IdentityShape "identity_shape" Refused:
            "不是18位公民身份号码", "核对证件，按文本格式填写18位号码",
            "not an identity number of 18 characters", "check the document and type all 18 characters as text";
        IdentityBirth "identity_birth" Refused:
            "身份号码中的出生日期不存在或晚于今天", "核对证件后改正",
            "the birth date inside the identity number does not exist or is in the future", "check the document and correct the number";
        IdentityCheck "identity_check" Refused:
            "身份号码的校验位不对，至少有一位写错", "核对证件后改正",
            "the check character of the identity number does not fit; at least one character is wrong", "check the document and correct the number";
        IdentityDamaged "identity_damaged" Refused:
            "身份号码被表格当作数值保存，15位以后的数字已丢失", "把该列设为文本格式，再从证件重新录入",
            "the sheet kept the identity number as a quantity and lost the digits after the 15th", "format the column as text and type the number again from the document";
        NumberDamaged "number_damaged" Refused:
            "号码被表格当作数值保存，部分数字已丢失", "把该列设为文本格式，再重新录入",
            "the sheet kept the number as a quantity and lost some of its digits", "format the column as text and type the number again";
        CardNumber "card_number" Refused:
            "卡号应为12至19位数字，且校验位正确", "核对卡面后改正",
            "a card number has 12 to 19 digits and a fitting check digit", "check the card and correct the number";
        DigitsLength "digits_length" Refused:
            "应为{min}至{max}位数字", "核对后改正",
            "{min} to {max} digits are wanted here", "check and correct the number";
        AmountUnreadable "amount_unreadable" Refused:
            "无法识别的金额", "只填数字，例如 1234.50",
            "this is not an amount", "write digits only, for example 1234.50";
        AmountDecimals "amount_decimals" Refused:
            "金额小数超过{decimals}位", "用 ROUND 函数四舍五入后粘贴为数值",
            "the amount has more than {decimals} decimals", "round it with ROUND and paste the result as a value";
        AmountNegative "amount_negative" Refused:
            "此列不允许负数", "改正金额，或在单独的扣款列中填写",
            "a negative amount is not allowed in this column", "correct the amount, or enter it in a column for deductions";
        AmountTooLarge "amount_too_large" Refused:
            "金额过大", "核对金额和单位",
            "the amount is too large", "check the amount and its unit";
        QuantityUnreadable "quantity_unreadable" Refused:
            "无法识别的数量", "只填数字，例如 21.5",
            "this is not a quantity", "write digits only, for example 21.5";
        QuantityDecimals "quantity_decimals" Refused:
            "数量小数超过2位", "四舍五入到2位小数",
            "the quantity has more than 2 decimals", "round it to 2 decimals";
        QuantityNegative "quantity_negative" Refused:
            "数量不能为负", "核对后改正",
            "a quantity is not negative", "check and correct it";
        QuantityTooLarge "quantity_too_large" Refused:
            "数量过大", "核对数量和单位",
            "the quantity is too large", "check the quantity and its unit";
        DateUnreadable "date_unreadable" Refused:
            "无法识别的日期", "按 2026-07-01 的形式填写",
            "this is not a date", "write it as 2026-07-01";
        MonthUnreadable "month_unreadable" Refused:
            "无法识别的月份", "按 2026-07 的形式填写",
            "this is not a month", "write it as 2026-07";
        TextTooLong "text_too_long" Refused:
            "内容有{given}个字，超过{max}个", "缩短内容",
            "the text has {given} characters, more than {max}", "shorten it";
        HeaderMissing "header_missing" Refused:
            "前{rows}行中没有找到表头，看到的是：{found}", "保留一行列名，例如：{wanted}",
            "no header among the first {rows} rows; they say: {found}", "keep one row of column titles, for example: {wanted}";
        ColumnMissing "column_missing" Refused:
            "缺少“{wanted}”列，表头有：{found}", "增加该列，列名可用：{titles}",
            "there is no column {wanted}; the header has: {found}", "add the column; its title may be: {titles}";
        ColumnAmbiguous "column_ambiguous" Refused:
            "有几列都像“{wanted}”：{found}", "只保留一列，或改名使其不同",
            "several columns may be {wanted}: {found}", "keep one of them, or give the others another title";
        ColumnUnit "column_unit" Refused:
            "金额列的单位是{unit}，不是元", "换算成元后填写，并改正列名",
            "the amounts of the column are in {unit}, not in yuan", "convert them to yuan and correct the title";
        ColumnUnused "column_unused" Note:
            "此列没有使用", "无需处理",
            "this column is not used", "nothing needs to be done";
        ColumnRepeated "column_repeated" Note:
            "有几列都是“{wanted}”：{found}；使用第一列", "如需使用其他列，请改名",
            "several columns are {wanted}: {found}; the first one is used", "rename the others if they are meant";
        RowTotal "row_total" Note:
            "合计行，没有作为数据读取", "无需处理",
            "a totals row, not read as data", "nothing needs to be done";
        RowFooter "row_footer" Note:
            "说明或签字行，没有作为数据读取", "无需处理",
            "a row of remarks or signatures, not read as data", "nothing needs to be done";
        RowHeaderAgain "row_header_again" Note:
            "重复的表头，没有作为数据读取", "无需处理",
            "the header again, not read as data", "nothing needs to be done";
        SheetHidden "sheet_hidden" Warning:
            "隐藏的工作表没有读取", "如需使用，请取消隐藏",
            "a hidden sheet is not read", "unhide it if it is meant";
        SheetWithoutHeader "sheet_without_header" Warning:
            "此工作表没有所需的表头，没有读取", "如需使用，请补上表头",
            "the sheet has no header that fits and is not read", "add the header if the sheet is meant";
    }
}

impl FaultKind {
    pub(crate) fn wording(self, params: &[(&'static str, String)]) -> Wording {
        let [reason_zh, remedy_zh, reason_en, remedy_en] = self.sentences().map(|s| filled(s, params));
        Wording { reason_zh, remedy_zh, reason_en, remedy_en }
    }
}

fn filled(sentence: &'static str, params: &[(&'static str, String)]) -> Cow<'static, str> {
    if !sentence.contains('{') {
        return Cow::Borrowed(sentence);
    }
    // One pass from left to right, so that a value with braces in it stays what it is.
    let mut out = String::with_capacity(sentence.len() * 2);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(params.iter().find(|(n, _)| *n == name).map_or("?", |(_, v)| v));
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_both_languages_speak_of_the_same_values() {
        let codes: HashSet<_> = FaultKind::ALL.iter().map(|k| k.code()).collect();
        assert_eq!(codes.len(), FaultKind::ALL.len());
        let names = |s: &str| {
            s.split('{').skip(1).filter_map(|p| p.split('}').next()).map(str::to_owned).collect::<HashSet<_>>()
        };
        for kind in FaultKind::ALL {
            let [reason_zh, remedy_zh, reason_en, remedy_en] = kind.sentences();
            assert_eq!(names(reason_zh), names(reason_en), "{kind:?}");
            assert_eq!(names(remedy_zh), names(remedy_en), "{kind:?}");
        }
    }

    #[test]
    fn values_are_filled_in_once() {
        assert_eq!(filled("a {x} b {y}", &[("x", "{y}".into()), ("y", "2".into())]), "a {y} b 2");
        assert_eq!(filled("a {x}", &[]), "a ?");
    }
}
