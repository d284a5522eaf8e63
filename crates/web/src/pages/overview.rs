//! A customer or firm as a whole, for staff: a reason is chosen, the look is written down, and then one side is shown, masked.
use super::say;
use crate::gate::Signed;
use crate::look::*;
use app::overview::{Money, Side, Why};
use kernel::chinese::mask_card;
use ledger::restrictions::Order;
use ledger::{Account, View};
use maud::{Markup, html};
use party::{DeviceSeen, SessionSeen};
use payments::Instruction;
use payroll::SlipLine;
use serde::Deserialize;

/// Why, and which side.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LookAsk {
    why: String,
    side: String,
}

impl LookAsk {
    /// `None` while no reason was chosen.
    pub fn read(&self) -> Option<(Why, Side)> {
        Some((Why::parse(&self.why)?, Side::parse(&self.side).unwrap_or(Side::Who)))
    }
}

/// The reasons to choose from; choosing one is the look.
pub fn reasons(who: &Signed, here: &str) -> Markup {
    let w = who.words();
    html! {
        (notice(Tone::Info, &who.t("look-reason"), html! { p { (who.t("look-reason-next")) } }))
        form.form method="get" action=(here) {
            fieldset.reasons {
                legend.label { (who.t("look-why")) }
                @for why in Why::ALL { (button(Button::Secondary, &say::told(w, "look-why", why.code()), Some(("why", why.code())))) }
            }
        }
    }
}

/// The sides that are open to the reader, each with its address.
pub fn sides(who: &Signed, here: &str, why: Why, open: &[Side], now: Side) -> Markup {
    let w = who.words();
    let items: Vec<(Text<'_>, Text<'_>)> = open
        .iter()
        .map(|s| (say::told(w, "look-side", s.code()), format!("{here}?why={why}&side={s}").into()))
        .collect();
    tabs(&who.t("look-sides"), &items, open.iter().position(|s| *s == now).unwrap_or(0))
}

/// What was chosen, and that it is on record.
pub fn on_record(who: &Signed, why: Why) -> Markup {
    let w = who.words();
    html! { p.hint { (w.t_with("look-on-record", &[("why", say::told(w, "look-why", why.code()).into_owned().into())])) } }
}

pub fn money(who: &Signed, all: &Money) -> Markup {
    let w = who.words();
    let row = |(account, o): &(kernel::id::AccountId, Order)| {
        let of = all.accounts.iter().find(|v| v.account.id == *account).map(|v| &v.account);
        let shown = of.map_or_else(String::new, |a: &Account| mask_card(&a.number));
        let sum = kernel::Money::new(o.amount, of.map_or(kernel::Currency::CNY, |a| a.currency));
        [
            html! { a href={ "/accounts/" (account) } { span.masked-text { (shown) } } },
            html! { (say::told(w, "restriction-name", o.kind.code())) },
            html! { @if o.amount > 0 { (amount(w, sum)) } },
            html! { (say::basis(w, &o.basis)) @if !o.document.is_empty() { " " (o.document) } },
            html! { (moment(w, o.made_at)) },
        ]
    };
    let table = Table::new(who.t("look-restrictions"))
        .text(who.t("account"))
        .text(who.t("look-restriction"))
        .figures(who.t("amount"))
        .text(who.t("restriction-basis"))
        .text(who.t("statement-at"))
        .rows(all.restrictions.iter().map(row));
    html! {
        (super::accounts::table(who, &all.accounts).show(w))
        @if !all.restrictions.is_empty() { (table.show(w)) }
        (total(who, &all.accounts))
    }
}

fn total(who: &Signed, views: &[View]) -> Markup {
    let w = who.words();
    let yuan = views.iter().filter(|v| v.account.currency == kernel::Currency::CNY && v.account.closed_at.is_none());
    let sum = kernel::Money::sum(kernel::Currency::CNY, yuan.map(View::posted));
    html! { @if let Ok(sum) = sum { p { (who.t("look-total")) " " strong { (amount(w, sum)) } } } }
}

pub fn orders(who: &Signed, all: &[Instruction]) -> Markup {
    let w = who.words();
    let row = |i: &Instruction| {
        [
            html! { a href={ "/payments/" (i.id) } { (moment(w, i.made_at)) } },
            html! { div { (say::told(w, "payment-kind", i.kind.code())) br; span.masked-text { (i.payee) } } },
            html! { (say::told(w, "channel", i.channel.code())) },
            amount(w, i.money()),
            say::tag_by(w, i.state, "", i.until),
        ]
    };
    let table = Table::new(who.t("look-orders"))
        .text(who.t("payment-made"))
        .text(who.t("payment-payee"))
        .text(who.t("look-channel"))
        .figures(who.t("amount"))
        .text(who.t("payment-state"))
        .rows(all.iter().map(row))
        .when_empty(who.t("look-orders-none"));
    table.show(w)
}

pub fn wages(who: &Signed, slips: &[SlipLine]) -> Markup {
    let w = who.words();
    let row = |s: &SlipLine| {
        [
            html! { a href={ "/slips/" (s.line) } { (s.period) } },
            html! { (s.employer) },
            amount(w, s.net),
            say::tag_by(w, s.state, "", s.at),
        ]
    };
    let table = Table::new(who.t("slips"))
        .text(who.t("slip-period"))
        .text(who.t("slip-employer"))
        .figures(who.t("slip-net"))
        .text(who.t("line-state"))
        .rows(slips.iter().map(row))
        .when_empty(who.t("slips-none"));
    table.show(w)
}

pub fn access(who: &Signed, sessions: &[SessionSeen], devices: &[DeviceSeen]) -> Markup {
    let w = who.words();
    let session = |s: &SessionSeen| {
        let known = if s.device.is_some() { "look-device-known" } else { "look-device-none" };
        [moment(w, s.started_at), moment(w, s.seen_at), html! { (who.t(known)) }]
    };
    let device = |d: &DeviceSeen| [moment(w, d.first_seen_at), moment(w, d.last_seen_at)];
    let running = Table::new(who.t("look-sessions"))
        .text(who.t("look-session-begun"))
        .text(who.t("look-last-used"))
        .text(who.t("look-device"))
        .rows(sessions.iter().map(session))
        .when_empty(who.t("look-sessions-none"));
    let used = Table::new(who.t("look-devices"))
        .text(who.t("look-first-used"))
        .text(who.t("look-last-used"))
        .rows(devices.iter().map(device))
        .when_empty(who.t("look-devices-none"));
    html! { (running.show(w)) (used.show(w)) }
}
