//! Errors in plain words, three parts each: what happened, what that means for the reader's money, what to do. The first two are the
//! text, which says the second with one of a few fixed phrases; the third is `.remedy`. Checked here for every code that can
//! meet somebody whose money is on its way.
use super::{Lang, Words};
use kernel::Code;

/// What may be said of the money: that nothing moved, or what became of it.
const OF_MONEY: [(Lang, &[&str]); 2] = [
    (
        Lang::Zh,
        &[
            "钱没有动",
            "没有办理",
            "没有记账",
            "没有付出",
            "没有发放",
            "没有再次记账",
            "钱的去向没有变",
            "钱不受影响",
            "钱还在",
            "不会再发一次",
        ],
    ),
    (
        Lang::En,
        &[
            "no money moved",
            "no money has moved",
            "no money has left",
            "nothing was done",
            "nothing was posted",
            "nothing was paid",
            "money is not affected",
            "the money is still",
            "not paid twice",
            "nothing more was posted",
        ],
    ),
];
/// A remedy tells somebody to do something, or that there is nothing to do.
const TELLS: &[&str] = &[
    "请",
    "不用",
    "需要的话",
    "想提前",
    "只有",
    "加上",
    "不同的",
    "冲正",
    "入账",
    "代码",
    "户名",
    "更换",
    "一个",
    "工资",
    "一次",
];

/// Codes that meet payers, payees and those who pay wages.
fn about_money() -> Vec<&'static Code> {
    let lists: [&[&Code]; 4] = [ledger::refusals::ALL, payments::ALL, payments::clearing::ALL, pricing::ALL];
    let limits =
        party::codes::ALL.iter().copied().filter(|c| c.name.starts_with("limit_") || c.name.starts_with("tier_"));
    lists.concat().into_iter().chain(limits).filter(|c| !SPEAKS_OF_NO_PAYMENT.contains(&c.name)).collect()
}

/// Of the same crates, but about files and settings: no payment is asked for where they arise.
const SPEAKS_OF_NO_PAYMENT: &[&str] = &["bad_tariff", "tariff_fixed", "tariff_nothing_new"];

#[test]
fn an_error_about_money_says_what_becomes_of_it() {
    let mut silent = Vec::new();
    for code in about_money() {
        let key = format!("error-{}", code.name.replace('_', "-"));
        for (lang, phrases) in OF_MONEY {
            let message = super::tests::bare(lang, &key, None).unwrap_or_default();
            let remedy = super::tests::bare(lang, &key, Some("remedy")).unwrap_or_default();
            let both = format!("{message} {remedy}").to_lowercase();
            if !phrases.iter().any(|p| both.contains(p)) {
                silent.push(format!("{} {key}: {message}", lang.tag()));
            }
        }
    }
    assert!(silent.is_empty(), "{} say nothing of the money:\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn a_remedy_tells_what_to_do() {
    for code in app::codes().into_iter().chain(crate::codes::ALL.iter().copied()) {
        let key = format!("error-{}", code.name.replace('_', "-"));
        let remedy = super::tests::bare(Lang::Zh, &key, Some("remedy")).unwrap_or_default();
        assert!(TELLS.iter().any(|t| remedy.contains(t)), "{key} does not say what to do: {remedy}");
        let told = Words::of(Lang::En).find(&key, Some("remedy"), None).unwrap_or_default();
        assert!(told.len() < 240, "{key}: a remedy of {} characters is not read", told.len());
    }
}
