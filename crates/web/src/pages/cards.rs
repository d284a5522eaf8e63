//! A customer's cards, and one card with what may be done to it. Staff see the same of a customer, and each look is audited.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::State;
use cards::{Card, CardStep, Kind, Plastic, State as Stage, Step};
use kernel::chinese::mask_card;
use kernel::id::{CardId, PersonId};
use kernel::{Result, Timestamp};
use maud::{Markup, html};
use party::{Branch, Permission as P};
use store::{Audit, Tx};

/// Who did something, as the reader may know it: himself, the holder, the bank, or by name for staff.
pub(super) fn by_whom(tx: &mut Tx<'_>, who: &Signed, holder: PersonId, principal: &str) -> Result<String> {
    let w = who.words();
    Ok(match principal {
        own if own == holder.to_string() => w.t(if who.is_staff() { "card-by-holder" } else { "card-by-you" }).into(),
        system if system.starts_with("system:") => w.t("channel-system").into(),
        staff if who.is_staff() => party::who_name(tx, staff)?,
        _ => w.t("card-by-bank").into(),
    })
}

/// `借记卡 尾号 1234`.
pub(super) fn name(w: Words, c: &Card) -> String {
    let kind = say::told(w, "card-kind", c.kind.code());
    match tail(&c.masked) {
        "" => kind.into_owned(),
        tail => w.t_with("card-named", &[("kind", kind.into_owned().into()), ("tail", tail.into())]),
    }
}

/// The last four digits of a masked number.
fn tail(masked: &str) -> &str {
    masked.char_indices().rev().nth(3).map_or("", |(at, _)| &masked[at..])
}

pub(super) fn branch_shown(w: Words, b: &Branch) -> String {
    if w.lang == Lang::Zh || b.name_en.is_empty() { b.name_zh.clone() } else { b.name_en.clone() }
}

/// A card with the last thing that happened to it.
pub(super) struct Brief {
    pub card: Card,
    pub by: String,
    pub at: Timestamp,
}

impl Brief {
    pub fn of(tx: &mut Tx<'_>, who: &Signed, card: Card) -> Result<Brief> {
        let last = cards::steps(tx, &who.actor, card.id)?.pop();
        let (by, at) = last.map_or_else(|| (card.applied_by.clone(), card.applied_at), |s| (s.by_whom, s.at));
        Ok(Brief { by: by_whom(tx, who, card.owner, &by)?, at, card })
    }
    pub fn state(&self, w: Words) -> Markup {
        say::tag_by(w, self.card.state, &self.by, Some(self.at))
    }
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (asker, me) = (who.clone(), super::tiers::himself(&who)?);
    let all = web.read(move |tx| {
        let found = cards::cards_of(tx, &asker.actor, me)?;
        found.into_iter().map(|c| Brief::of(tx, &asker, c)).collect::<Result<Vec<_>>>()
    });
    let all = all.await?;
    let w = who.words();
    let (open, over): (Vec<_>, Vec<_>) = all.iter().partition(|b| b.card.is_open());
    let main = html! {
        @if open.is_empty() { (empty(&who.t("cards-none"), &who.t("cards-none-text"), html! {})) }
        ul.cards { @for b in open { (one(w, b)) } }
        (actions(link_button(Button::Primary, &who.t("card-apply"), "/cards/new")))
        @if !over.is_empty() { (details(&who.t("cards-over"), html! { ul.cards { @for b in over { (one(w, b)) } } })) }
    };
    Ok(page(&who, Sheet::new(who.t("cards")).lead(who.t("cards-lead")), main))
}

fn one(w: Words, b: &Brief) -> Markup {
    html! {
        li { a.card href={ "/cards/" (b.card.id) } {
            span.card-title { (say::told(w, "card-kind", b.card.kind.code())) }
            @if !b.card.masked.is_empty() { span.masked-text { (b.card.masked) } }
            (b.state(w))
        } }
    }
}

/// All that the page of a card shows.
struct Seen {
    brief: Brief,
    holder: String,
    branch: Branch,
    account: Option<ledger::View>,
    plastics: Vec<Plastic>,
    steps: Vec<(CardStep, String)>,
}

fn look(tx: &mut Tx<'_>, who: &Signed, id: CardId) -> Result<Seen> {
    let card = cards::card(tx, &who.actor, id)?;
    let mut steps = Vec::new();
    for s in cards::steps(tx, &who.actor, id)? {
        let by = by_whom(tx, who, card.owner, &s.by_whom)?;
        steps.push((s, by));
    }
    if who.is_staff() {
        tx.audit(&who.actor, Audit::of("card.look", id))?;
    }
    Ok(Seen {
        holder: party::who_name(tx, &card.owner.to_string())?,
        branch: party::branch(tx, card.branch)?,
        account: card.account.map(|a| ledger::view(tx, a)).transpose()?,
        plastics: cards::plastics(tx, &who.actor, id)?,
        steps,
        brief: Brief::of(tx, who, card)?,
    })
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Shown, Fault> {
    let asker = who.clone();
    let seen = match who.is_staff() {
        true => web.write(move |tx| look(tx, &asker, id)).await?,
        false => web.read(move |tx| look(tx, &asker, id)).await?,
    };
    let (w, c) = (who.words(), &seen.brief.card);
    let bill = c.account.filter(|_| c.kind == Kind::Credit).map(|line| format!("/credit-lines/{line}"));
    let main = html! {
        p { (seen.brief.state(w)) }
        (next(&who, &seen))
        @if let Some(bill) = &bill { (actions(link_button(Button::Primary, &who.t("bill-see"), bill))) }
        (offers(&who, c))
        @if who.view.mode.is_one_at_a_time() { (details(&who.t("card-about"), summary_list(w, &facts(&who, &seen)))) }
        @else { (summary_list(w, &facts(&who, &seen))) }
        (details(&who.t("card-history"), history(&who, &seen)))
    };
    let sheet = Sheet::new(name(w, c));
    let sheet = match who.is_staff() {
        true => sheet.crumb(who.t("customers"), "/customers").crumb(seen.holder.clone(), of_customer(c.owner)),
        false => sheet.crumb(who.t("cards"), "/cards"),
    };
    Ok(page(&who, sheet, main))
}

/// Where staff see all cards of a customer.
pub(super) fn of_customer(owner: PersonId) -> String {
    format!("/customers/{owner}/cards")
}

/// What the state means, and what comes next.
fn next(who: &Signed, seen: &Seen) -> Markup {
    let (w, c) = (who.words(), &seen.brief.card);
    let args = [("branch", branch_shown(w, &seen.branch).into())];
    let tone = match c.state {
        Stage::Active | Stage::Closed => return html! {},
        Stage::Lost | Stage::Declined => Tone::Danger,
        Stage::Frozen | Stage::Produced => Tone::Warn,
        Stage::Applied | Stage::Approved => Tone::Info,
    };
    let title = say::told(w, "card-told", c.state.code());
    let stop = c.loss.as_ref().or(c.stop.as_ref()).map(|s| &s.0);
    html! {
        (notice(tone, &title, html! {
            @if let Some(stop) = stop.filter(|_| matches!(c.state, Stage::Lost | Stage::Frozen)) {
                p { (w.t_with("card-stopped-since", &[("when", w.moment(stop.at).into())])) }
            }
            p { (w.t_with(&say::key("card-next", c.state.code()), &args)) }
        }))
    }
}

/// What the reader may do to it now, the likeliest first.
fn offers(who: &Signed, c: &Card) -> Markup {
    let counter = who.holds(P::AccountOpen);
    let own_freeze = c.stop.as_ref().is_none_or(|stop| stop.0.by == c.owner.to_string());
    let all = [
        (Step::Activate, who.is_staff() && counter, "activation"),
        (Step::Lose, true, "loss"),
        (Step::Freeze, counter || !who.is_staff(), "freeze"),
        (Step::Thaw, if who.is_staff() { counter } else { own_freeze }, "freeze-end"),
        (Step::Find, who.is_staff() && counter, "finding"),
        (Step::Replace, counter || !who.is_staff(), "replacement"),
        (Step::Close, counter || !who.is_staff(), "closing"),
    ];
    let can =
        |(step, may, path): (Step, bool, &'static str)| (may && step.of(c.state).is_some()).then_some((step, path));
    let kind = |step| if step == Step::Lose { Button::Danger } else { Button::Secondary };
    let label = |step: Step| say::told(who.words(), "card-do", step.code());
    actions(html! {
        @for (step, path) in all.into_iter().filter_map(can) {
            (link_button(kind(step), &label(step), &format!("/cards/{}/{path}", c.id)))
        }
        @if who.is_staff() && counter && pin_wanted(c) {
            (link_button(Button::Secondary, &who.t("pin-set"), &format!("/cards/{}/pin", c.id)))
        }
    })
}

/// A plastic that is there has a PIN.
fn pin_wanted(c: &Card) -> bool {
    matches!(c.state, Stage::Produced | Stage::Active | Stage::Frozen)
}

fn facts<'a>(who: &Signed, seen: &'a Seen) -> Vec<Row<'a>> {
    let (w, c) = (who.words(), &seen.brief.card);
    let mut rows = Vec::new();
    if who.is_staff() {
        rows.push(Row::new(w.t("card-holder"), html! { (seen.holder) }));
    }
    if !c.masked.is_empty() {
        rows.push(Row::new(w.t("card-number"), html! { span.masked-text { (c.masked) } }));
    }
    if let Some(v) = seen.account.as_ref().filter(|_| c.kind != Kind::Credit) {
        let number = mask_card(&v.account.number);
        let shown = if who.is_staff() { number } else { super::accounts::shown_name(who, &v.account) };
        rows.push(Row::new(w.t("card-account"), html! { a href={ "/accounts/" (v.account.id) } { (shown) } }));
    }
    if let Some(last) = c.expires {
        rows.push(Row::new(w.t("card-expires"), day(w, last)));
        rows.push(Row::new(w.t("card-sequence"), html! { (c.sequence) }));
    }
    if c.limit_asked > 0 {
        rows.push(Row::new(w.t("card-limit-asked"), say::yuan(w, c.limit_asked)));
    }
    rows.push(Row::new(w.t("card-branch"), html! { (branch_shown(w, &seen.branch)) }));
    rows
}

/// Every step with who and when; each plastic there was.
fn history(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let step = |(s, by): &(CardStep, String)| {
        [
            html! { (say::told(w, "card-step", s.step.code())) },
            html! { (by) br; span.hint { (say::told_or(w, "channel", s.channel.code())) } },
            moment(w, s.at),
            html! { (reason(w, &s.reason)) },
        ]
    };
    let plastic = |p: &Plastic| {
        [
            html! { (p.sequence) },
            html! { (say::told(w, "plastic-state", p.state.code())) },
            day(w, p.expires),
            html! { @if let Some(at) = p.dead_at { (moment(w, at)) } },
        ]
    };
    let steps = Table::new(who.t("card-history")).text(who.t("card-step")).text(who.t("card-by"));
    let steps = steps.text(who.t("card-at")).text(who.t("card-why")).rows(seen.steps.iter().map(step));
    let plastics = Table::new(who.t("plastics")).figures(who.t("card-sequence")).text(who.t("plastic-state"));
    let plastics = plastics.text(who.t("card-expires")).text(who.t("plastic-dead"));
    html! { (steps.show(w)) (plastics.rows(seen.plastics.iter().map(plastic)).show(w)) }
}

/// A reason as it was written, or the words of one that was chosen.
fn reason(w: Words, text: &str) -> String {
    say::told_or(w, "card-reason", text)
}
