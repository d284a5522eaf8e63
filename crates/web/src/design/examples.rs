//! The examples of the gallery, by component.
use super::pictures::{answers, desks, figures, passing};
use super::{Example, say};
use crate::look::*;
use crate::view::View;
use kernel::{Currency, Date, Error, Money};
use maud::{Markup, html};

pub(super) fn all(view: &View) -> Vec<Example> {
    let groups = [
        headings, buttons, inputs, choices, errors, tables, desks, amounts, states, passing, notices, lists, answers,
        ways, charts, figures, dialogs, codes, explained,
    ];
    groups.into_iter().flat_map(|group| group(view)).collect()
}

pub(super) fn example(component: &'static str, name: &'static str, body: Markup) -> Example {
    Example { component, name, body }
}

pub(super) fn today() -> Date {
    Date::from_days(20_778)
}

fn explained(view: &View) -> Vec<Example> {
    vec![
        example("term", "one", term(view.words, Term::Available)),
        example("term", "several", terms(view.words, &[Term::Fee, Term::Limit])),
    ]
}

fn codes(view: &View) -> Vec<Example> {
    let label = say(view, "用验证器应用扫描的二维码", "Code to scan with the authenticator app");
    vec![example(
        "qr",
        "an-authenticator",
        qr(label, "otpauth://totp/Yizhan:demo?secret=GEZDGNBVGY3TQOJQ&issuer=Yizhan"),
    )]
}

fn headings(view: &View) -> Vec<Example> {
    let lead = say(view, "每一笔都能查到去向。", "You can follow every payment.");
    let icons = html! { p { @for each in Icon::ALL { (icon(each)) " " } } };
    vec![
        example("lead", "under-a-heading", html! { h2 { (say(view, "转账记录", "Transfers")) } p.lead { (lead) } }),
        example("icon", "all", icons),
    ]
}

fn buttons(view: &View) -> Vec<Example> {
    let row = html! {
        (button(Button::Primary, say(view, "确认转账", "Confirm transfer"), None))
        (button(Button::Secondary, say(view, "保存草稿", "Save draft"), Some(("then", "draft"))))
        (button(Button::Danger, say(view, "注销账户", "Close account"), None))
        (link_button(Button::Secondary, say(view, "返回", "Back"), "/design"))
        (print_button(view.words))
    };
    vec![example("button", "kinds", form(view, "/design", actions(row)))]
}

fn inputs(view: &View) -> Vec<Example> {
    let w = view.words;
    let name = Field::new("payee", say(view, "收款人姓名", "Payee")).hint(say(
        view,
        "与对方账户上的名字一致。",
        "As it stands on the payee's account.",
    ));
    let card = Field::new("account", say(view, "收款账号", "Account number"))
        .value("6200 1234 1234 1234")
        .width(Width::Twenty);
    let sum = Field::new("amount", say(view, "金额", "Amount")).value("1,234.50");
    let memo = Field::new("memo", say(view, "附言", "Message")).optional().value("<b>10 月</b> & 11 月");
    let secret = Field::new("password", say(view, "密码", "Password"));
    let once = Field::new("code", say(view, "验证码", "Code")).hint(say(
        view,
        "我们绝不会打电话问您要它。",
        "We will never call and ask for it.",
    ));
    vec![
        example("input", "text-with-hint", text(w, &name.autocomplete("name"))),
        example("input", "number", number(w, &card.autocomplete("off"))),
        example("input", "money", money(w, &sum, Currency::CNY)),
        example("input", "multiline", multiline(w, &memo, 3, 200)),
        example("input", "password", form(view, "/design", password(w, &secret))),
        example("input", "code", code(w, &once)),
    ]
}

fn choices(view: &View) -> Vec<Example> {
    let w = view.words;
    let branches =
        [("1", "城东支行", "East branch"), ("2", "城西支行", "West branch"), ("3", "港口支行", "Harbour branch")];
    let branches: Vec<Choice<'_>> =
        branches.iter().map(|(value, zh, en)| Choice::new(*value, say(view, zh, en))).collect();
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
    let notices =
        [Choice::new("sms", say(view, "短信", "Text message")), Choice::new("letter", say(view, "信件", "Letter"))];
    let born = Field::new("born", say(view, "出生日期", "Date of birth"))
        .hint(say(view, "例如 1951 年 3 月 8 日", "For example 1951 3 8"))
        .value("1951-03-08");
    let visit = Field::new("visit", say(view, "预约日期", "Day of the visit"));
    let sheet = Field::new("sheet", say(view, "工资表", "Pay sheet")).hint(say(
        view,
        "Excel 或 CSV，最多 10,000 行。",
        "Excel or CSV, 10,000 rows at most.",
    ));
    let terms = Field::new("terms", say(view, "我已阅读并同意服务协议", "I have read and accept the terms"));
    vec![
        example(
            "select",
            "with-prompt",
            select(w, &Field::new("branch", say(view, "网点", "Branch")).width(Width::Twelve), &branches),
        ),
        example(
            "radios",
            "with-hints",
            radios(w, &Field::new("way", say(view, "到账方式", "When it arrives")).value("day"), &ways),
        ),
        example(
            "checkboxes",
            "one-chosen",
            checkboxes(w, &Field::new("tell", say(view, "通知方式", "How we tell you")), &notices, &["sms"]),
        ),
        example("checkbox", "consent", checkbox(w, &terms, false)),
        example("date", "calendar", date(w, &visit, Some(today()), Some(today().plus_days(30)))),
        example("date", "by-heart", date_parts(w, &born)),
        example("file", "sheet", file(w, &sheet, ".xlsx,.csv")),
    ]
}

fn errors(view: &View) -> Vec<Example> {
    let w = view.words;
    let mut errors = FieldErrors::new();
    errors.add("wrong-payee", say(view, "请填写收款人姓名", "Enter the payee's name"));
    errors.add(
        "wrong-amount",
        say(view, "金额超过今天剩余的限额 3,000.00 元", "The amount is above today's remaining limit of CNY 3,000.00"),
    );
    errors.add("wrong-way", say(view, "请选择到账方式", "Choose when it should arrive"));
    let payee = Field::new("wrong-payee", say(view, "收款人姓名", "Payee")).errors(&errors);
    let sum = Field::new("wrong-amount", say(view, "金额", "Amount")).value("50000").errors(&errors);
    let way = Field::new("wrong-way", say(view, "到账方式", "When it arrives")).errors(&errors);
    let ways = [Choice::new("a", say(view, "实时", "At once")), Choice::new("b", say(view, "次日", "Next day"))];
    vec![
        example("error-summary", "three", error_summary(w, &errors)),
        example("field-error", "text-and-money", html! { (text(w, &payee)) (money(w, &sum, Currency::CNY)) }),
        example("field-error", "radios", radios(w, &way, &ways)),
    ]
}

pub(super) fn transfers(view: &View, caption: &'static str) -> Table<'static> {
    let w = view.words;
    let rows = [
        (say(view, "李明", "Li Ming"), -123_450, Tone::Good, say(view, "已到账", "Arrived")),
        (
            say(view, "港口船务有限公司", "Harbour Shipping Ltd"),
            86_000_000,
            Tone::Info,
            say(view, "处理中", "In progress"),
        ),
        (say(view, "城市水务", "City Water"), -8_640, Tone::Warn, say(view, "待核实", "To be verified")),
    ];
    let table = Table::new(caption)
        .text(say(view, "日期", "Date"))
        .text(say(view, "对方", "Other party"))
        .figures(say(view, "金额", "Amount"))
        .text(say(view, "状态", "State"))
        .actions(say(view, "操作", "Actions"));
    table.rows(rows.into_iter().map(|(name, minor, tone, noun)| {
        let see = html! { a href="/design" { (say(view, "详情", "Details")) span.aside { " " (name) } } };
        [day(w, today()), html! { (name) }, amount(w, Money::cny(minor)), status(tone, noun, "", ""), see]
    }))
}

fn tables(view: &View) -> Vec<Example> {
    let w = view.words;
    let find = Field::new("q", say(view, "户名或账号", "Name or account"));
    let from = Field::new("from", say(view, "起始日期", "From"));
    let none = Table::new(say(view, "预约", "Appointments")).text(say(view, "日期", "Date"));
    vec![
        example(
            "filter-bar",
            "search",
            filter_bar(w, "/design", html! { (text(w, &find)) (date(w, &from, None, None)) }),
        ),
        example("table", "amounts-and-states", transfers(view, say(view, "最近交易", "Latest transactions")).show(w)),
        example("table", "empty", none.when_empty(say(view, "您还没有预约。", "You have no appointments.")).show(w)),
        example("pager", "both-ways", pager(w, Some("/design"), Some("/design?after=x"))),
    ]
}

fn amounts(view: &View) -> Vec<Example> {
    let w = view.words;
    let kinds = [
        Money::cny(123_450),
        Money::cny(-123_450),
        Money::new(5000, Currency::JPY),
        Money::new(9_999, Currency::USD),
        Money::new(1000, Currency::COUPON),
    ];
    let short = [999_999, 12_345_678, 325_000_000_000];
    let card = masked(
        w,
        say(view, "身份证号", "identity number"),
        &kernel::chinese::mask_identity("11010519491231002X"),
        Some("/design"),
    );
    vec![
        example("amount", "currencies", html! { p { @for each in kinds { (amount(w, each)) " " } } }),
        example("amount", "short", html! { p { @for each in short { (amount_short(w, Money::cny(each))) " " } } }),
        example("balance", "large", balance(w, say(view, "可用余额", "Available"), Money::cny(1_234_567_890))),
        example("time", "day-and-moment", html! { p { (day(w, today())) " " (moment(w, today().begins())) } }),
        example("masked", "with-reveal", html! { p { (card) } }),
        example(
            "masked",
            "plain",
            html! { p { (masked(w, "", &kernel::chinese::mask_card("6200123412341234"), None)) } },
        ),
    ]
}

fn states(view: &View) -> Vec<Example> {
    let w = view.words;
    let when = w.moment(today().begins().plus(14 * kernel::clock::HOUR + 5 * kernel::clock::MINUTE));
    let frozen = status(Tone::Danger, say(view, "冻结", "Frozen"), say(view, "王芳", "Wang Fang"), &when);
    let others = [
        (Tone::Good, say(view, "已复核", "Checked")),
        (Tone::Warn, say(view, "待补材料", "Papers missing")),
        (Tone::Info, say(view, "办理中", "In progress")),
        (Tone::Quiet, say(view, "已结束", "Closed")),
    ];
    let names = [
        say(view, "填写", "Fill in"),
        say(view, "核对", "Check"),
        say(view, "确认身份", "Confirm identity"),
        say(view, "完成", "Done"),
    ]
    .map(Text::from);
    vec![
        example("status", "who-and-when", html! { p { (frozen) } }),
        example("status", "tones", html! { p { @for (tone, noun) in others { (status(tone, noun, "", "")) " " } } }),
        example("steps", "second", steps(w, say(view, "转账步骤", "Steps of a transfer"), &names, 1)),
        example(
            "progress",
            "partly",
            progress(say(view, "正在发放工资", "Paying wages"), 1200, 3000, say(view, "人", "workers")),
        ),
    ]
}

fn notices(view: &View) -> Vec<Example> {
    let w = view.words;
    let fraud = html! { p { (say(view, "对方让您把钱转到“安全账户”，这是骗局。请先挂断电话。", "Anyone who asks you to move money to a “safe account” is a fraudster. Hang up first.")) } };
    let told = w.error(&Error::limit("rows", 12_000, 10_000, "rows"));
    let later = html! { p { (say(view, "明天 8:30 恢复。", "Back at 8:30 tomorrow.")) } };
    let book = link_button(Button::Primary, say(view, "去预约", "Book a visit"), "/design");
    vec![
        example(
            "notice",
            "danger",
            notice(Tone::Danger, say(view, "请小心：可能是诈骗", "Careful: this may be fraud"), fraud),
        ),
        example("notice", "warn-an-error", notice(Tone::Warn, &told.message, html! { p { (told.remedy) } })),
        example(
            "notice",
            "info",
            notice(Tone::Info, say(view, "今晚 22:00 起系统维护", "Maintenance from 22:00 tonight"), later),
        ),
        example("notice", "good", notice(Tone::Good, say(view, "已保存", "Saved"), html! {})),
        example(
            "empty",
            "with-action",
            empty(
                say(view, "还没有预约", "No visits yet"),
                say(view, "预约后，到店不用排队。", "With a booking you need not queue."),
                book,
            ),
        ),
    ]
}

fn lists(view: &View) -> Vec<Example> {
    let w = view.words;
    let rows = [
        Row::new(say(view, "收款人", "Payee"), html! { (say(view, "李明", "Li Ming")) }).change("/design?step=payee"),
        Row::new(say(view, "金额", "Amount"), amount(w, Money::cny(123_450))).change("/design?step=amount"),
        Row::new(say(view, "手续费", "Fee"), html! { (amount(w, Money::cny(0))) }),
    ];
    let tiles_of = [
        (Icon::Transfer, say(view, "转账", "Transfer"), say(view, "给个人或单位", "To people and firms")),
        (Icon::Bill, say(view, "缴费", "Bills"), say(view, "水、电、燃气、电话", "Water, power, gas, phone")),
        (Icon::Clock, say(view, "预约取号", "Book a visit"), say(view, "到店不排队", "No queue at the branch")),
    ];
    let tiles_of = tiles_of.map(|(icon, label, hint)| Tile {
        icon,
        label: label.into(),
        hint: Some(hint.into()),
        href: "/design".into(),
    });
    let more = details(
        say(view, "为什么要问这个？", "Why do we ask?"),
        html! { p { (say(view, "法律要求银行核实大额转账的用途。", "The law asks banks to check what large transfers are for.")) } },
    );
    vec![
        example("summary-list", "check-answers", summary_list(w, &rows)),
        example("tiles", "three", tiles(&tiles_of)),
        example("details", "closed", more),
        example("written", "a-rate", written("[[rate]]\nproduct = \"term\"\nterm = \"1y\"\nrate = \"1.10\"\n")),
    ]
}

fn ways(view: &View) -> Vec<Example> {
    let items = [say(view, "全部", "All"), say(view, "收入", "In"), say(view, "支出", "Out")]
        .map(|t| (Text::from(t), Text::from("/design")));
    let crumbs = [Crumb::new(say(view, "首页", "Home"), "/"), Crumb::new(say(view, "账户", "Accounts"), "/design")];
    vec![
        example("tabs", "first-chosen", tabs(say(view, "交易类型", "Kinds of transactions"), &items, 0)),
        example("breadcrumbs", "two-above", html! { div { (breadcrumbs(view.words, &crumbs)) } }),
    ]
}

fn charts(view: &View) -> Vec<Example> {
    let w = view.words;
    let point = |label: String, minor: i64| Point::new(label, minor, w.money_short(Money::cny(minor)));
    let months: Vec<Point<'_>> = [81, 92, 64, 108, 121, 97]
        .iter()
        .zip(6..)
        .map(|(v, m)| point(format!("{m}{}", say(view, "月", "")), v * 1_000_000))
        .collect();
    let days: Vec<Point<'_>> = [12, 18, 9, 22, 31, 27, 14, 16, 25, 19, 8, 33, 29, 21]
        .iter()
        .zip(8..)
        .map(|(v, d)| point(format!("11-{d:02}"), v * 1_000_000))
        .collect();
    let heads = || (Text::from(say(view, "时间", "When")), Text::from(say(view, "金额", "Amount")));
    let about = say(view, "十月最高，八月最低。", "Highest in October, lowest in August.");
    let bars = Chart {
        id: "months",
        title: say(view, "每月工资发放", "Wages by month").into(),
        about: about.into(),
        shape: Shape::Bars,
        points: &months,
        heads: heads(),
    };
    let trend = say(view, "两周内起伏较大。", "It varies much over the two weeks.");
    let line = Chart {
        id: "days",
        title: say(view, "每日收款", "Takings by day").into(),
        about: trend.into(),
        shape: Shape::Line,
        points: &days,
        heads: heads(),
    };
    vec![example("chart", "bars", bars.show(w)), example("chart", "line", line.show(w))]
}

/// What the live example answers.
pub(super) fn queue(view: &View) -> Markup {
    html! { p { (say(view, "现在叫到", "Now serving")) " " strong { "A018" } } }
}

fn dialogs(view: &View) -> Vec<Example> {
    let title = say(view, "要注销这个账户吗？", "Close this account?");
    let ask = html! {
        p { (say(view, "注销后不能恢复。", "This cannot be undone.")) }
        (form(view, "/design", actions(button(Button::Danger, say(view, "注销", "Close account"), None))))
    };
    let label = say(view, "排队情况", "The queue");
    vec![
        example(
            "dialog",
            "confirm",
            html! { (confirm_link(Button::Danger, say(view, "注销账户…", "Close account…"), "/design", "close-it")) (dialog(view.words, "close-it", title, ask)) },
        ),
        example("live", "queue", live(label, "/design/live", 10, None, queue(view))),
    ]
}
