//! The worker's pay slips, in large and plain words.
use super::{Page as Sheet, next_href, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use kernel::id::PayLineId;
use kernel::{Currency, Money, PageAsk};
use maud::{Markup, html};
use payroll::{Item, Kind, LineState, Period, Slip, SlipLine};

/// `2026年10月工资`, `2026年10月补发工资（2）`.
pub(super) fn name(who: &Signed, period: Period, kind: Kind, number: u8) -> String {
    let w = who.words();
    let args = [
        ("year", i64::from(period.year).into()),
        ("month", i64::from(period.month).into()),
        ("n", i64::from(number).into()),
    ];
    match kind {
        Kind::Wage => w.t_with("slip-wage", &args),
        Kind::Supplement => w.t_with("slip-supplement", &args),
    }
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, person) = (who.actor.clone(), who.person());
    let first = ask.after.is_none();
    let own = !who.is_staff() && who.firm().is_none();
    let (found, waiting, notices) = web
        .read(move |tx| match person {
            Some(person) => {
                let waiting = if own { crews::waiting_for_me(tx, &actor)? } else { 0 };
                let notices = worksite::end::my_notices(tx, &actor)?;
                Ok((payroll::slips_of(tx, &actor, person, &ask)?, waiting, notices))
            }
            None => Ok((kernel::Page { items: Vec::new(), next: None }, 0, Vec::new())),
        })
        .await?;
    let w = who.words();
    let row = |s: &SlipLine| {
        [
            html! { a href={ "/slips/" (s.line) } { (name(&who, s.period, s.kind, s.number)) } },
            html! { div { (s.employer) br; span.hint { (s.project_name) } } },
            amount(w, s.net),
            say::tag_by(w, s.state, "", s.at),
        ]
    };
    let table = Table::new(who.t("slips"))
        .text(who.t("slip-period"))
        .text(who.t("slip-employer"))
        .figures(who.t("slip-net"))
        .text(who.t("line-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("slips-none"))
        .caption_hidden();
    let main = html! {
        @if waiting > 0 { (to_sign(&who, waiting)) }
        (super::site_notice::part(&who, &notices))
        (table.show(w))
        @if own { p { a href="/worker/lines" { (who.t("my-lines")) } } }
        (pager(w, (!first).then_some("/slips"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("slips")).lead(who.t("slips-lead")), main))
}

/// Wages that wait for the worker's word before they are paid.
pub(super) fn to_sign(who: &Signed, waiting: usize) -> Markup {
    let told = who.words().t_with("my-lines-waiting", &[("n", (waiting as i64).into())]);
    html! {
        (notice(Tone::Info, &told, html! {}))
        (actions(link_button(Button::Primary, &who.t("my-lines"), "/worker/lines")))
    }
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<PayLineId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    // A look by staff writes into the audit, so it is a write for them.
    let staff = who.is_staff();
    let (slip, phone) = if staff {
        web.write(move |tx| Ok((payroll::slip(tx, &actor, id)?, phone(tx, id)?))).await?
    } else {
        web.read(move |tx| Ok((payroll::slip(tx, &actor, id)?, phone(tx, id)?))).await?
    };
    let w = who.words();
    let own = !staff && who.firm().is_none();
    let title = name(&who, slip.period, slip.kind, slip.number);
    let main = html! {
        (balance(w, &who.t(if slip.state == LineState::Paid { "slip-net-paid" } else { "slip-net" }), slip.net))
        (state(&who, &slip))
        (items(&who, &slip))
        (whose(&who, &slip))
        (hands(&who, &slip))
        (proof(&who, &slip))
        @if own { (ask(&who, &phone)) }
        @if own && slip.proof.is_some() {
            (form(&who.view, &format!("/slips/{id}/receipt"), actions(button(Button::Primary, &who.t("slip-receipt"), None))))
        }
        (actions(print_button(w)))
    };
    let shown = Sheet::new(title).lead(slip.employer.clone());
    Ok(page(&who, if own { shown.crumb(who.t("slips"), "/slips") } else { shown }, main))
}

/// The phone of the branch that keeps the wage account.
fn phone(tx: &mut store::Tx<'_>, id: PayLineId) -> kernel::Result<String> {
    Ok(party::branch_of(tx, kernel::Id::book(&id))?.phone)
}

fn state(who: &Signed, s: &Slip) -> Markup {
    let w = who.words();
    match s.state {
        LineState::Paid => {
            let at = s.paid_at.map_or_else(String::new, |at| w.moment(at));
            notice(
                Tone::Good,
                &w.t_with("slip-paid", &[("at", at.into())]),
                html! { p { (super::sheets::account(who, &s.account, &s.bank)) } },
            )
        }
        LineState::Processing => notice(
            Tone::Info,
            &who.t("slip-processing"),
            html! { p { (super::sheets::account(who, &s.account, &s.bank)) } p { (who.t("slip-processing-next")) } },
        ),
        LineState::Waiting => notice(Tone::Info, &who.t("slip-waiting"), html! { p { (who.t("slip-waiting-next")) } }),
        LineState::Failed => notice(
            Tone::Danger,
            &who.t("slip-failed"),
            html! { p { (super::sheets::why_failed(who, &s.reason)) } p { (who.t("slip-failed-next")) } },
        ),
    }
}

/// What an item is called: as the bank says it, or as the file did.
pub(super) fn label(who: &Signed, item: &Item) -> String {
    who.words().maybe(&say::key("wage-item", &item.key), &[]).unwrap_or_else(|| item.label.clone())
}

fn items(who: &Signed, s: &Slip) -> Markup {
    let w = who.words();
    let money = |minor: i64| amount(w, Money::new(minor, Currency::CNY));
    let part = |title: &str, total: &str, deduction: bool, sum: Money| {
        let items = s.items.iter().filter(|i| i.deduction == deduction);
        let sign = if deduction { -1 } else { 1 };
        html! {
            h2 { (who.t(title)) }
            dl.sums {
                @for item in items { div.sums-row { dt { (label(who, item)) } dd { (money(sign * item.amount)) } } }
                div.sums-row.sums-total { dt { (who.t(total)) } dd { (money(sign * sum.minor)) } }
            }
        }
    };
    html! {
        (part("slip-due", "slip-due-total", false, s.due))
        @if s.deductions.is_zero() { p { (who.t("slip-no-deductions")) } }
        @else { (part("slip-deductions", "slip-deductions-total", true, s.deductions)) }
    }
}

/// Hundredths as people write them: `26`, `26.5`.
pub(super) fn hundredths(n: i64) -> String {
    let text = format!("{}.{:02}", n / 100, n % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn whose(who: &Signed, s: &Slip) -> Markup {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("worker-name"), html! { (s.worker) }),
        Row::new(who.t("worker-identity"), masked(w, "", &s.identity, None)),
        Row::new(who.t("slip-employer"), html! { (s.employer) }),
        Row::new(who.t("project-name"), html! { (s.project_name) @if !s.tag.is_empty() { " · " (s.tag) } }),
    ];
    if !s.team.is_empty() {
        rows.push(Row::new(who.t("worker-team"), html! { (s.team) }));
    }
    if let Some(days) = s.days {
        rows.push(Row::new(
            who.t("slip-days"),
            html! { (w.t_with("slip-days-told", &[("n", hundredths(days).into())])) },
        ));
    }
    if let Some(hours) = s.hours {
        rows.push(Row::new(
            who.t("slip-hours"),
            html! { (w.t_with("slip-hours-told", &[("n", hundredths(hours).into())])) },
        ));
    }
    html! { h2 { (who.t("slip-about")) } (summary_list(w, &rows)) }
}

fn hands(who: &Signed, s: &Slip) -> Markup {
    let rows: Vec<Row<'_>> = [("hand-drafted", &s.made_by), ("hand-checked", &s.checked_by), ("hand-paid", &s.paid_by)]
        .into_iter()
        .filter(|(_, name)| !name.is_empty())
        .map(|(key, name)| Row::new(who.t(key), html! { (name) }))
        .collect();
    html! { h2 { (who.t("slip-hands")) } (summary_list(who.words(), &rows)) }
}

fn proof(who: &Signed, s: &Slip) -> Markup {
    let w = who.words();
    let Some(p) = &s.proof else { return html! {} };
    let rows = [
        Row::new(who.t("proof-transfer"), html! { code { (p.transfer) } }),
        Row::new(who.t("proof-at"), moment(w, p.at)),
        Row::new(who.t("amount"), amount(w, p.amount)),
        Row::new(who.t("proof-to"), html! { span.masked-text { (p.to) } }),
        Row::new(who.t("proof-hash"), html! { code { (p.hash) } }),
    ];
    details(&who.t("proof"), html! { p { (who.t("proof-lead")) } (summary_list(w, &rows)) })
}

/// Something does not look right: whom to ask, and what to bring.
fn ask(who: &Signed, phone: &str) -> Markup {
    details(
        &who.t("slip-ask"),
        html! {
            p { (who.t("slip-ask-text")) }
            @if !phone.is_empty() { p { strong { (who.words().t_with("slip-ask-phone", &[("phone", phone.into())])) } } }
            p { (who.t("slip-ask-labour")) }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_lose_their_empty_digits() {
        for (n, want) in [(2600, "26"), (2650, "26.5"), (5, "0.05"), (0, "0"), (1000, "10")] {
            assert_eq!(hundredths(n), want);
        }
    }
}
