//! The page of a visit at a cash machine: how far the device is, and at the end what became of the money. It loads itself again while
//! something goes on.
use super::kiosk_cash::visit;
use super::{Page as Sheet, page, till_notes};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::machines::{self, Seen};
use axum::extract::State;
use kernel::id::{TransferId, VisitId};
use kernel::{Money, Result};
use maud::{Markup, html};
use till::{DEVICE_DOWN, Notes, Step, Visit, VisitKind};

/// Seconds after which the page of something that goes on looks again.
pub const LOOK_SECONDS: u32 = 2;

/// Entries of an account among which that of a visit is looked for: it has just been posted.
const NEWEST_ENTRIES: u32 = 20;

/// What the device says of itself.
struct Device {
    down: bool,
    /// Notes of this visit that were taken for counterfeit.
    suspects: i64,
    /// The demo's device: whoever looks may play the hands.
    hands: Option<Seen>,
}

async fn device(web: &Web, v: &Visit) -> Result<Device, Fault> {
    let (id, before, demo) = (v.machine, v.before.0.suspect.count(), web.demo());
    let moves = v.ended_at.is_none() && v.step != Step::Counted;
    let found = web.run(move |bank| {
        let hands = bank.machines.hands(id).filter(|_| demo).map(|h| h.seen());
        if moves && machines::is_at_work(bank, id) {
            return Ok(Device { down: false, suspects: 0, hands });
        }
        Ok(match machines::holdings(bank, id) {
            Ok(now) => Device { down: false, suspects: now.suspect.count() - before, hands },
            Err(why) => Device { down: why.is(&DEVICE_DOWN), suspects: 0, hands },
        })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<VisitId>) -> Result<Shown, Fault> {
    let v = visit(&web, &who, id).await?;
    let d = device(&web, &v).await?;
    // The device may have come to its end while it was asked.
    let v = if v.ended_at.is_none() { visit(&web, &who, id).await? } else { v };
    Ok(match v.ended_at {
        Some(_) => over(&who, &v, &d, entry_of(&web, &v).await?),
        None => going_on(&who, &v, &d),
    })
}

/// What was posted for a visit that has just ended; `None` when nothing was.
async fn entry_of(web: &Web, v: &Visit) -> Result<Option<TransferId>, Fault> {
    let (Some(account), Some(order)) = (v.account, v.instruction) else { return Ok(None) };
    let order = order.to_string();
    let newest = web.read(move |tx| ledger::statement(tx, account, None, NEWEST_ENTRIES)).await?;
    Ok(newest.into_iter().find(|l| l.entry.reference == order).map(|l| l.entry.id))
}

fn going_on(who: &Signed, v: &Visit, d: &Device) -> Shown {
    if d.down {
        let main = html! {
            p.kiosk-large { (who.t("kiosk-cash-stopped-text")) }
            (notice(Tone::Info, &who.t("kiosk-cash-stopped-safe"), html! { p { (who.t("kiosk-cash-stopped-next")) } }))
            (again(who))
            (hands(who, v, d))
        };
        return page(who, Sheet::new(who.t("kiosk-cash-stopped")).refreshing(true), main);
    }
    if v.step == Step::Counted {
        return counted(who, v, d);
    }
    let (title, text) = match v.step {
        Step::Accepting => ("kiosk-cash-put-in", "kiosk-cash-put-in-text"),
        Step::Storing => ("kiosk-cash-storing", "kiosk-cash-wait"),
        Step::Returning => ("kiosk-cash-take-back", "kiosk-cash-take-text"),
        Step::Presenting => ("kiosk-cash-take", "kiosk-cash-take-text"),
        Step::Retracting => ("kiosk-cash-retracting", "kiosk-cash-wait"),
        _ => ("kiosk-cash-counting", "kiosk-cash-wait"),
    };
    let shown = matches!(v.step, Step::Presenting | Step::Returning | Step::Dispensing);
    let main = html! {
        p.kiosk-large { (who.t(text)) }
        @if shown { (till_notes::table(who, &who.t("kiosk-cash-notes"), &v.notes)) }
        (again(who))
        (hands(who, v, d))
    };
    page(who, Sheet::new(who.t(title)).refreshing(true), main)
}

/// For the script, which looks again by itself, unless the reader asked for a page that stands still.
fn again(who: &Signed) -> Markup {
    html! { @if !is_still(&who.view) { div data-again=(LOOK_SECONDS) hidden {} } }
}

fn counted(who: &Signed, v: &Visit, d: &Device) -> Shown {
    let here = format!("/kiosk/cash/{}", v.id);
    let send = |to: &str, kind: Button, key: &str| {
        form(&who.view, &format!("{here}/{to}"), actions(button(kind, &who.t(key), None)))
    };
    let main = html! {
        (till_notes::table(who, &who.t("kiosk-cash-counted"), &v.notes))
        (suspects(who, d))
        (send("agreement", Button::Primary, "kiosk-cash-agree"))
        (send("return", Button::Secondary, "kiosk-cash-return"))
    };
    page(who, Sheet::new(who.t("kiosk-cash-counted")).lead(who.t("kiosk-cash-counted-lead")), main)
}

/// What becomes of notes that were taken for counterfeit.
fn suspects(who: &Signed, d: &Device) -> Markup {
    if d.suspects <= 0 {
        return html! {};
    }
    let title = who.words().t_with("kiosk-cash-suspect", &[("count", d.suspects.into())]);
    notice(Tone::Warn, &title, html! { p { (who.t("kiosk-cash-suspect-text")) } })
}

/// What was ordered or counted, in money.
fn meant(notes: &Notes) -> Money {
    notes.sum().unwrap_or(Money::zero(notes.currency()))
}

/// How it ended: tone, title and what it means for the money.
fn end_of(v: &Visit) -> (Tone, &'static str, &'static str) {
    match (v.kind, v.outcome.as_str()) {
        (VisitKind::Withdrawal, "paid") => (Tone::Good, "kiosk-cash-paid", "kiosk-cash-paid-text"),
        (VisitKind::Withdrawal, "paid_in_part") => (Tone::Warn, "kiosk-cash-part", "kiosk-cash-part-text"),
        (VisitKind::Withdrawal, "nothing") => (Tone::Info, "kiosk-cash-nothing", "kiosk-cash-nothing-text"),
        (VisitKind::Deposit, "credited") => (Tone::Good, "kiosk-cash-credited", "kiosk-cash-credited-text"),
        (VisitKind::Deposit, "returned") => (Tone::Info, "kiosk-cash-returned", "kiosk-cash-returned-text"),
        _ => (Tone::Warn, "kiosk-cash-unclear", "kiosk-cash-unclear-text"),
    }
}

fn over(who: &Signed, v: &Visit, d: &Device, entry: Option<TransferId>) -> Shown {
    let w = who.words();
    let (tone, title, text) = end_of(v);
    let sums = [("moved", w.money(v.money()).into()), ("meant", w.money(meant(&v.notes)).into())];
    let title = w.t_with(title, &sums);
    let next = html! {
        p.kiosk-large { (w.t_with(text, &sums)) }
        @if v.recovered { (notice(Tone::Info, &who.t("kiosk-cash-recovered"), html! { p { (who.t("kiosk-cash-recovered-text")) } })) }
        (suspects(who, d))
        @if let (Some(account), Some(entry)) = (v.account, entry) {
            (form(&who.view, &format!("/accounts/{account}/lines/{entry}/receipt"), actions(button(Button::Secondary, &who.t("kiosk-receipt"), None))))
        }
        (actions(html! {
            (link_button(Button::Primary, &who.t("kiosk-home"), "/home"))
            (link_button(Button::Secondary, &who.t("kiosk-leave"), "/kiosk/end?why=left"))
        }))
    };
    let main = result(tone, &title, Some((&who.t("payment-reference"), &v.id.to_string())), next);
    page(who, Sheet::new(title.clone()).bare(), main)
}

/// The demo's device has no hands before it: whoever looks plays them.
fn hands(who: &Signed, v: &Visit, d: &Device) -> Markup {
    let Some(seen) = &d.hands else { return html! {} };
    let back = format!("/kiosk/cash/{}", v.id);
    html! {
        aside.kiosk-demo aria-label=(who.t("demo-hands")) {
            h2 { (who.t("demo-hands")) }
            p.hint { (who.t("demo-hands-lead")) }
            (super::demo_machines::buttons(&who.view, v.machine, seen, &back))
        }
    }
}
