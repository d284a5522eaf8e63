//! The columns of a file of payments, and what can be wrong with a row beyond its cells.
use sheets::{Column, ColumnKind as K, Fault, Layout, Row, Wording};

const fn column(key: &'static str, kind: K, required: bool, synonyms: &'static [&'static str]) -> Column {
    Column { key, synonyms, required, kind }
}

pub(crate) const PAYMENTS: Layout = Layout {
    columns: &[
        column(
            "name",
            K::Name,
            true,
            &[
                "收款人户名",
                "收款户名",
                "户名",
                "收款人",
                "收款人名称",
                "收款人姓名",
                "收款单位",
                "对方户名",
                "姓名",
                "payee",
                "name",
                "payee name",
            ],
        ),
        column(
            "account",
            K::Digits,
            true,
            &[
                "收款账号",
                "收款帐号",
                "收款人账号",
                "账号",
                "帐号",
                "卡号",
                "银行卡号",
                "银行账号",
                "对方账号",
                "account",
                "account number",
            ],
        ),
        column(
            "bank",
            K::Text,
            false,
            &["开户行", "开户银行", "收款行", "收款银行", "开户行名称", "收款人开户行", "银行", "bank"],
        ),
        column("amount", K::Money, true, &["金额", "转账金额", "付款金额", "金额元", "交易金额", "amount"]),
        column("memo", K::Text, false, &["附言", "用途", "备注", "摘要", "说明", "memo", "purpose", "note"]),
    ],
};

/// What this bank is called in the column of banks; such a line stays inside.
pub(crate) fn is_ours(bank: &str, own: &[String]) -> bool {
    let bank = sheets::title_key(bank);
    bank.is_empty()
        || ["本行", "our bank", "this bank"].iter().any(|b| sheets::title_key(b) == bank)
        || own.iter().any(|name| {
            let name = sheets::title_key(name);
            !name.is_empty() && bank.starts_with(&name)
        })
}

sheets::findings! {
    /// What a row or a file of payments can have wrong beyond its cells: the codes of [`Finding`](crate::Finding). `{a}` and `{b}` in
    /// its sentences are filled in.
    pub enum Wrong {
        NotPositive "amount_not_above_zero" Refused:
            "金额必须大于零", "改正金额，或删除此行",
            "the amount must be above zero", "correct it, or leave the row out";
        Twice "payment_twice" Refused:
            "同一收款人、金额、附言在文件中出现两次，第一次在第{a}行", "如确实要付两次，请写不同的附言",
            "the same payee, amount and memo stand twice; first in row {a}", "if both are meant, write different memos";
        Elsewhere "payment_in_another_file" Warning:
            "最近{a}天内另一个文件里有同样的收款人、金额、附言（{b}）", "核对是否重复付款",
            "a file of the last {a} days has the same payee, amount and memo ({b})", "make sure that it is not paid twice";
        MemoLong "memo_too_long" Refused:
            "附言最多{a}个字", "缩短附言",
            "a memo has at most {a} characters", "shorten it";
        NameLong "name_too_long" Refused:
            "户名最多{a}个字", "核对户名",
            "a name has at most {a} characters", "compare the name";
        BankLong "bank_too_long" Refused:
            "开户行最多{a}个字", "填写开户行的行号",
            "a bank has at most {a} characters", "write the bank's clearing code";
        NoAccount "account_unknown_here" Refused:
            "本行没有此账户", "核对账号；如是他行账户，请填写开户行",
            "this bank has no such account", "compare the number, or name the bank that keeps the account";
        Closed "account_closed_here" Refused:
            "此账户已销户", "向收款人要新的账号",
            "the account is closed", "ask the payee for a new one";
        NameDiffers "account_of_another_name" Refused:
            "户名与账户不符", "向收款人核对户名和账号",
            "the account is under another name", "ask the payee for name and number";
        NotCompared "names_not_compared" Refused:
            "今天户名与账户不符的已有{a}行，这一行没有核对", "改正已指出的户名，明天再上传",
            "{a} names did not fit their accounts today; this row was not compared", "correct the names that were told and send it tomorrow";
        TotalDiffers "total_differs" Refused:
            "合计行为{a}，各行之和为{b}，整个文件没有接收", "核对缺漏或改动的行，改正合计后重新上传",
            "the total says {a}, the rows sum to {b}; the whole file was not taken", "look for missing or changed rows, correct the total and send it again";
        ListCut "list_cut" Note:
            "还有{a}条未列出", "改正已列出的问题后重新上传",
            "{a} more entries are not listed", "correct what is listed and send the file again";
    }
}

impl Wrong {
    fn wording(self, a: &str, b: &str) -> Wording {
        let [reason_zh, remedy_zh, reason_en, remedy_en] =
            self.sentences().map(|s| s.replace("{a}", a).replace("{b}", b));
        Wording {
            reason_zh: reason_zh.into(),
            remedy_zh: remedy_zh.into(),
            reason_en: reason_en.into(),
            remedy_en: remedy_en.into(),
        }
    }
    /// About a cell of a row; `a` and `b` hold no personal data in the clear.
    pub(crate) fn at(self, row: &Row<'_>, key: &str, a: &str, b: &str) -> Fault {
        row.refuse(key, self.code(), self.severity(), self.wording(a, b))
    }
    pub(crate) fn of_file(self, a: &str) -> Fault {
        Fault::of_sheet("", self.code(), self.severity(), self.wording(a, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_title_means_two_columns_and_no_code_two_things() {
        let mut seen = HashSet::new();
        for title in PAYMENTS.columns.iter().flat_map(|c| c.synonyms) {
            assert!(seen.insert(sheets::title_key(title)), "{title}");
        }
        let mut codes: HashSet<&str> = sheets::FaultKind::ALL.iter().map(|k| k.code()).collect();
        assert!(Wrong::ALL.iter().all(|w| codes.insert(w.code())));
        for w in Wrong::ALL {
            let [reason_zh, _, reason_en, _] = w.sentences();
            assert_eq!(reason_zh.contains("{a}"), reason_en.contains("{a}"), "{w:?}");
        }
    }

    #[test]
    fn which_bank_is_ours() {
        let own = ["沧溟银行".to_owned()];
        for (bank, want) in
            [("", true), ("本行", true), ("沧溟银行", true), ("沧溟银行东门支行", true), ("工商银行", false)]
        {
            assert_eq!(is_ours(bank, &own), want, "{bank}");
        }
    }
}
