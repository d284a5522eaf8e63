//! Whole screens out of the components, to see them together.
use super::{examples, nav, say, viewer};
use crate::look::*;
use crate::view::View;
use kernel::{Currency, Error, Money};
use maud::{Markup, html};

/// The names that [`named`] knows.
#[cfg(test)]
pub(super) const NAMES: [&str; 6] = ["home", "form", "check", "done", "desk", "error"];

pub(super) fn named(view: &View, name: &str) -> Option<Markup> {
    match name {
        "home" => Some(home(view)),
        "form" => Some(wrong_form(view)),
        "check" => Some(check(view)),
        "done" => Some(done(view)),
        "desk" => Some(desk(view)),
        "error" => Some(error_page(view, &Error::limit("rows", 12_000, 10_000, "rows"), 413)),
        _ => None,
    }
}

fn frame(view: &View, title: &'static str, wrong: bool, main: Markup) -> Markup {
    let crumbs = [
        Crumb::new(say(view, "首页", "Home"), "/design/screens/home"),
        Crumb::new(say(view, "转账", "Transfer"), "/design/screens/form"),
    ];
    Frame::new(view, title).viewer(Some(viewer(view))).nav(&nav(view)).crumbs(&crumbs).wrong(wrong).show(main)
}

fn home(view: &View) -> Markup {
    let w = view.words;
    let places = [
        (Icon::Transfer, say(view, "转账", "Transfer"), say(view, "给个人或单位", "To people and firms")),
        (Icon::Bill, say(view, "缴费", "Bills"), say(view, "水、电、燃气、电话", "Water, power, gas, phone")),
        (Icon::Clock, say(view, "预约取号", "Book a visit"), say(view, "到店不排队", "No queue at the branch")),
        (
            Icon::Help,
            say(view, "请人帮忙", "Get help"),
            say(view, "电话或视频，工作人员陪您办", "By phone or video, with a person"),
        ),
    ];
    let places = places.map(|(icon, label, hint)| Tile {
        icon,
        label: label.into(),
        hint: Some(hint.into()),
        href: "/design/screens/form".into(),
    });
    let latest = examples::transfers(view, say(view, "最近交易", "Latest transactions"));
    let main = html! {
        (heading(say(view, "王芳，您好", "Hello, Wang Fang"), ""))
        (balance(w, say(view, "可用余额", "Available balance"), Money::cny(123_456_789)))
        (tiles(&places))
        (latest.show(w))
        (pager(w, None, Some("/design/screens/home?after=x")))
    };
    frame(view, say(view, "首页", "Home"), false, main)
}

fn stages(view: &View, now: usize) -> Markup {
    let names = [say(view, "填写", "Fill in"), say(view, "核对", "Check"), say(view, "完成", "Done")].map(Text::from);
    steps(view.words, say(view, "转账步骤", "Steps of a transfer"), &names, now)
}

fn wrong_form(view: &View) -> Markup {
    let w = view.words;
    let mut errors = FieldErrors::new();
    errors.add(
        "amount",
        say(
            view,
            "金额超过今天剩余的限额 3,000.00 元；请减少金额，或到柜台办理",
            "Above today's remaining limit of CNY 3,000.00; send less, or come to a counter",
        ),
    );
    let payee = Field::new("payee", say(view, "收款人姓名", "Payee"))
        .hint(say(view, "与对方账户上的名字一致。", "As it stands on the payee's account."))
        .value(say(view, "李明", "Li Ming"));
    let account = Field::new("account", say(view, "收款账号", "Account number"))
        .value("6200 1234 1234 1234")
        .width(Width::Twenty);
    let sum = Field::new("amount", say(view, "金额", "Amount")).value("50000").errors(&errors);
    let ways = [
        Choice::new("now", say(view, "实时到账", "At once")).hint(say(
            view,
            "马上到账，不能撤回。",
            "Arrives immediately and cannot be called back.",
        )),
        Choice::new("day", say(view, "次日到账", "Next day")).hint(say(
            view,
            "到账前可以撤回。",
            "Can be called back until it arrives.",
        )),
    ];
    let fields = html! {
        (text(w, &payee)) (number(w, &account)) (money(w, &sum, Currency::CNY))
        (radios(w, &Field::new("way", say(view, "到账方式", "When it arrives")).value("day"), &ways))
        (actions(button(Button::Primary, say(view, "下一步", "Continue"), None)))
    };
    let main = html! {
        (error_summary(w, &errors))
        (heading(say(view, "转账", "Transfer"), ""))
        (stages(view, 0))
        (form(view, "/design", fields))
    };
    frame(view, say(view, "转账", "Transfer"), true, main)
}

fn check(view: &View) -> Markup {
    let w = view.words;
    let rows = [
        Row::new(say(view, "收款人", "Payee"), html! { (say(view, "李明", "Li Ming")) }).change("/design/screens/form"),
        Row::new(say(view, "收款账号", "Account"), masked(w, "", "6200 **** 1234", None))
            .change("/design/screens/form"),
        Row::new(say(view, "金额", "Amount"), amount(w, Money::cny(123_450))).change("/design/screens/form"),
        Row::new(say(view, "手续费", "Fee"), amount(w, Money::cny(0))),
        Row::new(say(view, "到账时间", "Arrives"), day(w, examples::today().plus_days(1))),
    ];
    let confirm = actions(html! {
        (button(Button::Primary, say(view, "确认转账", "Confirm transfer"), None))
        (link_button(Button::Secondary, say(view, "取消", "Cancel"), "/design/screens/home"))
    });
    let main = html! {
        (heading(say(view, "请核对", "Check before you send"), say(view, "确认之前，钱还在您的账户里。", "Until you confirm, the money is still yours.")))
        (stages(view, 1))
        (summary_list(w, &rows))
        (form(view, "/design", confirm))
    };
    frame(view, say(view, "请核对", "Check"), false, main)
}

fn done(view: &View) -> Markup {
    let next = html! {
        h2 { (say(view, "接下来", "What happens next")) }
        p { (say(view, "明天 10:00 前到账。到账前您可以在“最近交易”里撤回。", "It arrives by 10:00 tomorrow. Until then you can call it back under latest transactions.")) }
        (actions(html! { (print_button(view.words)) (link_button(Button::Secondary, say(view, "回到首页", "Home"), "/design/screens/home")) }))
    };
    let reference = (say(view, "回单编号", "Receipt"), "inst_06BXSV3Q00R0004TQ8ZC5E2ZWM");
    frame(
        view,
        say(view, "转账已受理", "Transfer accepted"),
        false,
        result(Tone::Good, say(view, "转账已受理", "Transfer accepted"), Some(reference), next),
    )
}

fn desk(view: &View) -> Markup {
    let w = view.words;
    let kinds = [say(view, "全部", "All"), say(view, "待复核", "To check"), say(view, "已退回", "Returned")]
        .map(|t| (Text::from(t), Text::from("/design/screens/desk")));
    let find = Field::new("q", say(view, "户名或账号", "Name or account"));
    let from = Field::new("from", say(view, "起始日期", "From"));
    let main = html! {
        (heading(say(view, "今日交易", "Today's transactions"), ""))
        (tabs(say(view, "状态", "States"), &kinds, 1))
        (filter_bar(w, "/design/screens/desk", html! { (text(w, &find)) (date(w, &from, None, None)) }))
        (examples::transfers(view, say(view, "待复核的交易", "Transactions to check")).show(w))
        (pager(w, Some("/design/screens/desk"), Some("/design/screens/desk?after=x")))
    };
    frame(view, say(view, "今日交易", "Today's transactions"), false, main)
}
