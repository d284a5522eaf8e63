//! What the bank has told somebody.
use super::{Page, next_href, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Lang;
use crate::{Fault, Shown, Words};
use app::notices::Notice;
use axum::extract::{Query, State};
use axum::response::Response;
use fluent_bundle::FluentValue;
use kernel::{Currency, Error, Money, PageAsk, Timestamp};
use maud::{Markup, html};
use party::Permission as P;
use std::collections::BTreeMap;

/// Notices on a page where one thing is asked at a time.
const SENTENCES: u32 = 8;

pub async fn list(State(web): State<Web>, who: Signed, Query(mut ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, single) = (who.actor.clone(), who.view.mode.is_one_at_a_time());
    if single {
        ask.limit = Some(SENTENCES);
    }
    let found = web.read(move |tx| app::notices::list(tx, &actor, false, &ask)).await?;
    let words = who.words();
    let next = next_href(&who.view, &found.next);
    let main = html! {
        @if single && !found.items.is_empty() { (sentences(&who, &found.items)) } @else { (table(&who, &found.items).show(words)) }
        (pager(words, None, next.as_deref()))
        @if found.items.iter().any(|n| n.read_at.is_none()) {
            (form_waiting(&who.view, "/notices/reading", &who.t("notices-read-all"), actions(button(Button::Secondary, &who.t("notices-read-all"), None))))
        }
    };
    Ok(page(&who, Page::new(who.t("notices-title")), main))
}

/// One after the other as they would be read aloud.
fn sentences(who: &Signed, notices: &[Notice]) -> Markup {
    let words = who.words();
    html! {
        ul.told {
            @for n in notices {
                li.told-one {
                    p { (told(words, &n.kind, &n.text_key(), &n.args.0)) }
                    p.hint { (moment(words, n.at)) @if n.read_at.is_none() { " " (status(Tone::Info, &who.t("notice-new"), "", "")) } }
                    @if let Some((key, href)) = place(who, n) { p { a href=(href) { (who.t(key)) } } }
                }
            }
        }
    }
}

pub(super) fn table(who: &Signed, notices: &[Notice]) -> Table<'static> {
    let words = who.words();
    let rows = notices.iter().map(|n| {
        let state = if n.read_at.is_none() {
            status(Tone::Info, &who.t("notice-new"), "", "")
        } else {
            html! {}
        };
        let text = told(words, &n.kind, &n.text_key(), &n.args.0);
        let more = place(who, n).map(|(key, href)| html! { br; a href=(href) { (who.t(key)) } });
        [moment(words, n.at), html! { div { (text) (more.unwrap_or_default()) } }, state]
    });
    let table = Table::new(who.t("notices-title"))
        .text(who.t("notices-when"))
        .text(who.t("notices-what"))
        .text(who.t("notices-state"));
    table.caption_hidden().rows(rows).when_empty(who.t("notices-empty"))
}

/// Where the thing stands that a notice is about, with the text of its link; `None` where the reader has no page of it.
fn place(who: &Signed, n: &Notice) -> Option<(&'static str, String)> {
    let about = &n.about;
    let wages = who.holds(P::WageRead) || who.holds(P::WageReadBank);
    match about.split('_').next()? {
        "plin" if n.kind == "crews.to_sign" || n.kind == "crews.answered" => {
            Some(("notice-open-line", format!("/worker/lines/{about}")))
        }
        "plin" if n.kind == "crews.objected" || n.kind == "crews.taken_further" => {
            Some(("notice-open", format!("/crews/lines/{about}")))
        }
        "plin" => Some(("notice-open-slip", format!("/slips/{about}"))),
        "appr" => Some(("notice-open", format!("/approvals/{about}"))),
        _ if n.kind.starts_with("safety.contact") => Some(("notice-open", "/trusted-contacts".to_owned())),
        "pers" | "loos" if n.kind.starts_with("safety.") => Some(("notice-open", "/lock".to_owned())),
        "appl" => Some(("notice-open", "/objections".to_owned())),
        "talk" => Some(("notice-open", format!("/talks/{about}"))),
        "ftie" => Some(("notice-open", format!("/family/{about}"))),
        "call" => Some(("notice-open", "/help".to_owned())),
        "psht" if n.kind.starts_with("crews.") || (who.holds(P::WageCrew) && !wages) => {
            Some(("notice-open-sheet", format!("/crews/sheets/{about}")))
        }
        "psht" if wages => Some(("notice-open-sheet", format!("/wages/sheets/{about}"))),
        "proj" if wages && n.kind.starts_with("arrears.") => {
            Some(("notice-open", format!("/arrears/projects/{about}")))
        }
        "proj" if wages => Some(("notice-open", format!("/wages/projects/{about}"))),
        "acct" if n.kind.starts_with("deposits.") && who.holds(P::AccountRead) => deposit_place(n),
        "wlth" if who.holds(P::AccountRead) => Some(("notice-open", format!("/wealth/orders/{about}"))),
        "acas" if who.holds(P::BureauRead) => Some(("notice-open", format!("/bureau/cases/{about}"))),
        "acas" if wages => Some(("notice-open", format!("/arrears/cases/{about}"))),
        "cmpl" if who.holds(P::BureauRead) => Some(("notice-open", format!("/bureau/complaints/{about}"))),
        "proj" if who.holds(P::BureauRead) => Some(("notice-open", format!("/bureau/projects/{about}"))),
        "card" => Some(("notice-open", format!("/cards/{about}"))),
        "inst" if !n.kind.ends_with(".payee") && who.holds(P::AccountRead) => {
            Some(("notice-open", format!("/payments/{about}")))
        }
        _ => None,
    }
}

/// A deposit, where it still has a page.
fn deposit_place(n: &Notice) -> Option<(&'static str, String)> {
    let of_contract = !matches!(n.kind.as_str(), "deposits.asleep" | "deposits.woken");
    of_contract.then(|| ("notice-open", format!("/deposits/{}", n.about)))
}

/// What is said of a thing that the event did not name.
const UNSAID: &str = "—";
/// What a notice's text may ask for.
const ARGS: [&str; 34] = [
    "team",
    "project",
    "money",
    "wage",
    "period",
    "account",
    "employer",
    "payee",
    "until",
    "reason",
    "refusal",
    "role",
    "kind",
    "from",
    "to",
    "lines",
    "paid",
    "failed",
    "failures",
    "reference",
    "url",
    "place",
    "due",
    "masked",
    "matures",
    "rollover",
    "units",
    "pays_on",
    "why",
    "product",
    "name_zh",
    "name_en",
    "interest",
    "open",
];

/// The notice in the reader's language. A kind that has no text yet is told by its name, never by nothing.
fn told(words: Words, kind: &str, key: &str, args: &BTreeMap<String, String>) -> String {
    let unsaid = ARGS.iter().map(|name| (*name, FluentValue::from(UNSAID)));
    let mut said: BTreeMap<&str, FluentValue<'_>> = unsaid.collect();
    said.extend(args.iter().map(|(name, text)| (name.as_str(), value(words, kind, name, text))));
    if let Some(money) = money(args) {
        said.insert("money", words.money(money).into());
        for name in ["interest", "open"] {
            let sum = args.get(name).and_then(|sum| Money::parse(sum, money.currency).ok());
            said.extend(sum.map(|sum| (name, FluentValue::from(words.money(sum)))));
        }
    }
    let name = if words.lang == Lang::Zh { "name_zh" } else { "name_en" };
    said.extend(args.get(name).map(|name| ("product", FluentValue::from(name.as_str()))));
    let said: Vec<_> = said.into_iter().collect();
    words.maybe(key, &said).unwrap_or_else(|| kind.to_owned())
}

fn money(args: &BTreeMap<String, String>) -> Option<Money> {
    Money::parse(args.get("amount")?, Currency::parse(args.get("currency")?).ok()?).ok()
}

/// Codes, moments and counts among the arguments in the reader's language; anything else as it is.
fn value(words: Words, kind: &str, name: &str, text: &str) -> FluentValue<'static> {
    let told = match (kind, name) {
        (_, "lines" | "paid" | "failed" | "failures") => {
            return text.parse::<i64>().map_or_else(|_| text.to_owned().into(), Into::into);
        }
        (_, "period") => text.parse::<payroll::Period>().ok().map(|p| {
            words.t_with("month", &[("year", i64::from(p.year).into()), ("month", i64::from(p.month).into())])
        }),
        (_, "until") => {
            let day = || kernel::Date::parse(text).ok().map(|d| words.date(d));
            serde_json::from_value::<Timestamp>(text.into()).ok().map(|at| words.moment(at)).or_else(day)
        }
        (_, "due" | "matures" | "pays_on") => kernel::Date::parse(text).ok().map(|d| words.date(d)),
        (_, "role") => Some(say::told_or(words, "role", text)),
        (_, "refusal") => refusal(words, text),
        ("wealth.refused", "why") => Some(say::told_or(words, "wealth-why", text)),
        ("party.tier_changed" | "diligence.lowered" | "diligence.given_back", "from" | "to") => {
            Some(say::told_or(words, "tier", &text.to_ascii_lowercase()))
        }
        ("diligence.lowered", "why") => Some(say::told_or(words, "lowered-because", text)),
        ("clearing.returned", "reason") => Some(say::told_or(words, "clearing-reason", text)),
        ("payroll.line_failed", "reason") => Some(say::failure(words, text, "")),
        (kind, "kind") if kind.starts_with("arrears.") => Some(say::told_or(words, "arrears-kind", text)),
        (kind, "kind") if kind.starts_with("approval.") => Some(say::told_or(words, "approval-kind", text)),
        _ => None,
    };
    told.unwrap_or_else(|| text.to_owned()).into()
}

/// Why a payment was refused, and what to do, by the code.
fn refusal(words: Words, code: &str) -> Option<String> {
    let code = app::codes().into_iter().find(|c| c.name == code)?;
    let told = words.error(&Error::new(code, UNSAID));
    Some(words.t_with("told-with-remedy", &[("message", told.message.into()), ("remedy", told.remedy.into())]))
}

pub async fn read_all(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| app::notices::mark_all_read(tx, &actor)).await?;
    Ok(see_other("/notices"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, arguments besides the amount, what the text holds.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

    #[test]
    fn notices_are_told_in_plain_words() {
        let money = [("amount", "3214.50"), ("currency", "CNY")];
        let cases: &[Case<'_>] = &[
            ("payment.posted.payee", &[], &["收到 3,214.50 元"]),
            ("payment.posted", &[("payee", "6217 **** 0128")], &["3,214.50 元", "6217 **** 0128"]),
            ("payment.posted", &[], &["收款人 —"]),
            ("payment.delayed", &[("until", "2026-11-22T06:05:00.000000Z")], &["2026年11月22日 14:05"]),
            ("payment.refused", &[("refusal", "funds_short")], &["可用余额不足，钱没有动。请先存入"]),
            ("payment.refused", &[("refusal", "no_such_code")], &["no_such_code"]),
            ("clearing.returned", &[("reason", "name_mismatch")], &["户名不符"]),
            ("approval.asked", &[("kind", "payroll.pay")], &["“工资表”"]),
            ("approval.refused", &[("kind", "odd"), ("reason", "金额不对")], &["“odd”", "金额不对"]),
            ("payroll.run_finished", &[("paid", "12"), ("failed", "0")], &["12 人全部到账"]),
            ("payroll.run_finished", &[("paid", "12"), ("failed", "3")], &["3 人没有发出"]),
            (
                "crews.paid",
                &[("paid", "12"), ("failed", "0"), ("project", "渔港二期"), ("period", "2026-10")],
                &["渔港二期", "2026年10月", "12 人全部到账"],
            ),
            ("payroll.line_failed", &[("reason", "credit_dormant")], &["工资 3,214.50 元没有发到账户", "久悬账户"]),
            ("payroll.line_failed", &[("reason", "returned_odd")], &["对方银行退回"]),
            ("payroll.line_failed", &[("reason", "odd")], &["没有发出去"]),
            (
                "payroll.line_paid",
                &[("wage", "wage"), ("period", "2026-10"), ("account", "6217 **** 0128"), ("employer", "启东船务")],
                &["2026年10月工资 3,214.50 元", "6217 **** 0128", "启东船务"],
            ),
            ("payroll.line_paid", &[("wage", "supplement"), ("period", "2026-10")], &["2026年10月补发工资"]),
            ("guard.party_frozen", &[("kind", "all")], &["收款和付款"]),
            ("guard.party_frozen", &[("kind", "stop_debits")], &["已暂停付款"]),
            ("party.tier_changed", &[("from", "II"), ("to", "I")], &["由Ⅱ类调整为Ⅰ类"]),
            ("party.granted", &[("role", "payroll_clerk")], &["“工资经办”"]),
            (
                "deposits.due_soon",
                &[("rollover", "none"), ("matures", "2027-03-02"), ("account", "6217 **** 0128")],
                &["2027年3月2日到期", "3,214.50 元", "6217 **** 0128", "自动转到"],
            ),
            ("deposits.due_soon", &[("rollover", "principal")], &["本金按原来的期限再存"]),
            ("deposits.matured", &[("interest", "12.00")], &["3,214.50 元", "利息 12.00 元"]),
            ("deposits.rolled", &[("matures", "2027-03-02")], &["又存了一期", "2027年3月2日"]),
            ("deposits.overdue", &[], &["没能付出", "3,214.50 元"]),
            ("deposits.asleep", &[("account", "6217 **** 0128")], &["6217 **** 0128", "身份证"]),
            ("deposits.woken", &[], &["可以照常"]),
            ("account.restricted", &[("kind", "no_debits"), ("account", "6217 **** 0128")], &["不能付款"]),
            ("account.restricted", &[("kind", "freeze")], &["一部分钱"]),
            ("account.lifted", &[], &["已经解除"]),
            ("account.closed", &[("account", "6217 **** 0128")], &["6217 **** 0128", "已销户"]),
            ("wealth.in_review", &[("name_zh", "慢慢来")], &["“慢慢来”", "再看一遍"]),
            ("wealth.cooling", &[("until", "2026-11-22T06:05:00.000000Z")], &["2026年11月22日 14:05", "撤"]),
            ("wealth.confirmed", &[("kind", "subscribe"), ("units", "1001.00")], &["1001.00 份"]),
            ("wealth.confirmed", &[("kind", "redeem")], &["3,214.50 元已经"]),
            ("wealth.due", &[("kind", "redeem"), ("pays_on", "2027-03-02")], &["2027年3月2日"]),
            ("wealth.refused", &[("why", "年纪大")], &["3,214.50 元", "年纪大"]),
            ("wealth.refused", &[("why", "product_ended")], &["产品已经结束"]),
            ("wealth.cancelled", &[], &["3,214.50 元"]),
            ("till.interrupted", &[("kind", "withdrawal"), ("place", "K-01")], &["K-01", "扣了 3,214.50 元"]),
            ("till.interrupted", &[("kind", "deposit")], &["存进 3,214.50 元"]),
            (
                "till.interrupted_open",
                &[("kind", "deposit"), ("open", "200.00"), ("due", "2026-11-25")],
                &["200.00 元", "2026年11月25日"],
            ),
            (
                "worksite.funding_late",
                &[("place", "渔港二期"), ("due", "2026-11-23"), ("until", "2026-11-25")],
                &["“渔港二期”", "2026年11月23日", "3,214.50 元", "2026年11月25日"],
            ),
            ("worksite.forecast_short", &[("due", "2026-11-25")], &["2026年11月25日", "还差 3,214.50 元"]),
            ("worksite.top_up_approved", &[("due", "2026-11-25")], &["同意", "3,214.50 元"]),
            ("worksite.top_up_refused", &[("reason", "已含在合同内")], &["没有同意", "已含在合同内"]),
            ("some.thing", &[], &["some.thing"]),
        ];
        for (kind, more, want) in cases {
            let args = money.iter().chain(*more).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let key = format!("notice-{}", kind.replace(['.', '_'], "-"));
            let text = told(Words::of(Lang::Zh), kind, &key, &args);
            assert!(want.iter().all(|w| text.contains(w)), "{kind}: {text}");
            let empty = told(Words::of(Lang::En), kind, &key, &BTreeMap::new());
            assert!(
                !empty.contains('$') && (empty != *kind || *kind == "some.thing"),
                "{kind} without arguments: {empty}"
            );
        }
    }
}
