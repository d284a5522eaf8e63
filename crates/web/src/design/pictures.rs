//! More examples: pictures of figures, the check before sending, what opens beside a table, what is said in passing.
use super::examples::{example, today, transfers};
use super::{Example, say};
use crate::look::*;
use crate::view::View;
use kernel::Money;
use maud::html;

pub(super) fn figures(view: &View) -> Vec<Example> {
    let w = view.words;
    let heads = (say(view, "日期", "Day"), say(view, "笔数", "Payments"));
    let days: Vec<Point<'_>> = [312, 287, 301, 342, 398, 120, 96, 330, 345, 361, 372, 410, 131, 104]
        .iter()
        .zip(8..)
        .map(|(n, day)| {
            Point::new(w.date(today().plus_days(day - 21)), *n, w.t_with("spark-payments", &[("n", (*n).into())]))
        })
        .collect();
    let week = Titled::new(
        "fortnight",
        say(view, "最近十四天的付款", "Payments of the last fourteen days"),
        say(
            view,
            "工作日三百多笔，周末一百多笔。",
            "More than three hundred on workdays, about a hundred at weekends.",
        ),
    );
    let hours = ["9", "10", "11", "14", "15", "16"].map(Text::from);
    let rows: Vec<(Text<'_>, Vec<u32>)> = [
        (say(view, "周一", "Mon"), [3, 9, 12, 7, 5, 2]),
        (say(view, "周三", "Wed"), [2, 6, 8, 4, 3, 1]),
        (say(view, "周五", "Fri"), [5, 14, 18, 11, 9, 0]),
    ]
    .into_iter()
    .map(|(name, values)| (name.into(), values.to_vec()))
    .collect();
    let queue = Titled::new(
        "queue-heat",
        say(view, "排队人数", "People in the queue"),
        say(view, "周五上午十一点人最多。", "Friday at eleven is the busiest hour."),
    );
    let near = |id, used: i64| {
        let named = Titled::new(
            id,
            say(view, "今天的限额", "Today's limit"),
            say(view, "今天已经用了多少", "How much of today's limit is used"),
        );
        gauge(w, &named, used, 500_000, (&w.money(Money::cny(used)), &w.money(Money::cny(500_000))))
    };
    vec![
        example("spark", "fortnight", spark(w, &week, &days, heads)),
        example("heat", "queue", heat(w, &queue, &hours, &rows)),
        example("gauge", "partly", near("gauge-partly", 120_000)),
        example("gauge", "near-the-limit", near("gauge-near", 460_000)),
    ]
}

pub(super) fn passing(view: &View) -> Vec<Example> {
    let w = view.words;
    let label = say(view, "正在读取花名册", "Reading the roster");
    let unit = say(view, "行", "rows");
    let since = w.moment(today().begins().plus(9 * kernel::clock::HOUR));
    vec![
        example("work", "far", work(w, label, (1_200, 3_000), unit, &since)),
        example("work", "unknown", work(w, label, (1_200, 0), unit, "")),
        example("toast", "good", toast(w, Tone::Good, say(view, "已保存", "Saved"))),
        example(
            "toast",
            "danger",
            toast(
                w,
                Tone::Danger,
                say(view, "没有保存：另一个人刚改过", "Not saved: somebody changed it a moment ago"),
            ),
        ),
    ]
}

pub(super) fn desks(view: &View) -> Vec<Example> {
    let w = view.words;
    let find = Field::new("find", say(view, "户名或账号", "Name or account"));
    let names = [say(view, "李明", "Li Ming"), say(view, "城市水务", "City Water")];
    let rows = names.map(|name| {
        [
            drawer_link(html! { (name) }, "/design/screens/done"),
            amount(w, Money::cny(86_000)),
            status(Tone::Info, say(view, "处理中", "In progress"), "", ""),
        ]
    });
    let waiting = Table::new(say(view, "待处理", "Waiting"))
        .text(say(view, "对方", "Other party"))
        .figures(say(view, "金额", "Amount"))
        .text(say(view, "状态", "State"));
    let none = Table::new(say(view, "收款人", "Payees"))
        .text(say(view, "姓名", "Name"))
        .when_empty(say(view, "您还没有存过收款人。", "You have saved no payee yet."))
        .empty_leads(link_button(Button::Primary, say(view, "添加收款人", "Add a payee"), "/design"));
    vec![
        example(
            "drawer",
            "beside-a-table",
            html! { (waiting.rows(rows).show(w)) (drawer(w, say(view, "详情", "Details"))) },
        ),
        example(
            "listing",
            "filters-and-standing-head",
            listing(
                filter_bar(w, "/design", text(w, &find)),
                transfers(view, say(view, "待复核", "To check")).tall().show(w),
                pager(w, None, Some("/design?after=x")),
            ),
        ),
        example("table", "empty-with-next-step", none.show(w)),
    ]
}

pub(super) fn answers(view: &View) -> Vec<Example> {
    let w = view.words;
    let to = vec![
        Row::new(say(view, "收款人", "Payee"), html! { (say(view, "李明", "Li Ming")) }).change("/design?step=payee"),
        Row::new(say(view, "收款账号", "Account"), masked(w, "", "6200 **** 1234", None))
            .change("/design?step=account"),
    ];
    let sum = vec![
        Row::new(say(view, "金额", "Amount"), amount(w, Money::cny(20_000))).change("/design?step=amount"),
        Row::new(say(view, "手续费", "Fee"), amount(w, Money::cny(0))),
    ];
    let groups = [(Text::from(say(view, "转给谁", "To whom")), to), (Text::from(say(view, "转多少", "How much")), sum)];
    let body = check_answers(
        view,
        Answers {
            groups: &groups,
            after: say(
                view,
                "确认以后，200.00 元明天到对方账户；到账前可以撤回。",
                "Once you confirm, CNY 200.00 arrives tomorrow; until then you can call it back.",
            )
            .into(),
            action: "/design",
            fields: html! {},
            send: (Button::Primary, say(view, "确认转账", "Confirm the transfer").into(), None),
            leave: (say(view, "不转了", "Do not send it").into(), "/design"),
        },
    );
    vec![example("check-answers", "transfer", body)]
}
