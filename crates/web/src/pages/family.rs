//! The family view: whom one lets look, who looked, what one is let see. Each look is written down before it is shown.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use app::family::{Looked, Seen};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::error::NOT_FOUND;
use kernel::id::{AccountId, FamilyTieId};
use kernel::{Error, Id, Money, PageAsk, Timestamp};
use maud::{Markup, html};
use party::family::{self, Level, Look, Share, Tie, TieState};
use serde::Deserialize;
use store::Tx;

/// Looks shown with a tie.
const LOOKS_SHOWN: u32 = 30;

/// A tie with the last look by it.
struct Given {
    tie: Tie,
    last: Option<Look>,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (given, received) = web
        .read(move |tx| {
            let circle = family::circle(tx, &actor)?;
            let mut given = Vec::with_capacity(circle.given.len());
            for tie in circle.given {
                let last = family::looks(tx, &actor, tie.id, &PageAsk::first(1))?.items.pop();
                given.push(Given { tie, last });
            }
            let mut received = Vec::with_capacity(circle.received.len());
            for tie in circle.received {
                received.push((party::person(tx, tie.owner)?.name_masked, tie));
            }
            Ok((given, received))
        })
        .await?;
    let now = web.now();
    let main = html! {
        (actions(link_button(Button::Primary, &who.t("family-invite"), "/family/invitation")))
        (received_list(&who, &received, now))
        (given_list(&who, &given, now))
        (notice(Tone::Warn, &who.t("family-pressed"), html! { p { (who.t("family-pressed-text")) } }))
    };
    Ok(page(&who, Sheet::new(who.t("family")).lead(who.t("family-lead")), main))
}

fn state(words: Words, tie: &Tie, now: Timestamp) -> Markup {
    let state = tie.state_at(now);
    let tone = match state {
        TieState::Accepted => Tone::Good,
        TieState::Invited => Tone::Info,
        TieState::Declined | TieState::Ended | TieState::Lapsed => Tone::Quiet,
    };
    status(tone, &say::told(words, "family-state", state.code()), "", "")
}

/// `女儿 王**`.
fn whom(words: Words, tie: &Tie) -> String {
    format!("{} {}", say::told(words, "family-relation", tie.relation.code()), tie.name_masked)
}

/// `女儿今天 14:02 看过`.
fn last_look(words: Words, tie: &Tie, look: &Look, now: Timestamp) -> String {
    let relation = say::told(words, "family-relation", tie.relation.code());
    let time = super::help::time_of_day(words, look.looked_at, now);
    words.t_with("family-looked", &[("who", relation.as_ref().into()), ("time", time.into())])
}

fn given_list(who: &Signed, given: &[Given], now: Timestamp) -> Markup {
    let w = who.words();
    let row = |g: &Given| {
        let looked = g
            .last
            .as_ref()
            .map_or_else(|| who.t("family-not-looked").into_owned(), |look| last_look(w, &g.tie, look, now));
        [html! { a href={ "/family/" (g.tie.id) } { (whom(w, &g.tie)) } }, state(w, &g.tie, now), html! { (looked) }]
    };
    let table = Table::new(who.t("family-given"))
        .text(who.t("family-whom"))
        .text(who.t("family-state"))
        .text(who.t("family-last"))
        .rows(given.iter().map(row))
        .when_empty(who.t("family-given-none"));
    html! { h2 { (who.t("family-given")) } (table.caption_hidden().show(w)) }
}

fn received_list(who: &Signed, received: &[(String, Tie)], now: Timestamp) -> Markup {
    let w = who.words();
    let row = |(name, tie): &(String, Tie)| {
        let (label, href) = match tie.state_at(now) {
            TieState::Invited => ("family-answer", format!("/family/{}", tie.id)),
            TieState::Accepted => ("family-look", format!("/family/{}/accounts", tie.id)),
            _ => ("family-open", format!("/family/{}", tie.id)),
        };
        [html! { (name) }, state(w, tie, now), html! { a href=(href) { (who.t(label)) } }]
    };
    let table = Table::new(who.t("family-received"))
        .text(who.t("family-from"))
        .text(who.t("family-state"))
        .text(who.t("family-do"))
        .rows(received.iter().map(row));
    html! { @if !received.is_empty() { h2 { (who.t("family-received")) } (table.caption_hidden().show(w)) } }
}

/// A tie as one of its two sees it.
struct One {
    tie: Tie,
    /// Shares with the masked number of each account.
    shares: Vec<(Share, String)>,
    owner: String,
    looks: Vec<Look>,
}

fn one(tx: &mut Tx<'_>, who: &Signed, id: FamilyTieId) -> kernel::Result<One> {
    let (tie, shares) = family::tie(tx, &who.actor, id)?;
    let owner = party::person(tx, tie.owner)?.name_masked;
    let looks = match who.person() == Some(tie.owner) {
        true => family::looks(tx, &who.actor, id, &PageAsk::first(LOOKS_SHOWN))?.items,
        false => Vec::new(),
    };
    let numbered =
        |tx: &mut Tx<'_>, s: Share| Ok((kernel::chinese::mask_card(&ledger::view(tx, s.account)?.account.number), s));
    let shares = shares.into_iter().map(|s| numbered(tx, s)).collect::<kernel::Result<Vec<_>>>()?;
    Ok(One { tie, shares: shares.into_iter().map(|(n, s)| (s, n)).collect(), owner, looks })
}

pub async fn tie(State(web): State<Web>, who: Signed, At(id): At<FamilyTieId>) -> Result<Shown, Fault> {
    let reader = who.clone();
    let seen = web.read(move |tx| one(tx, &reader, id)).await?;
    let (w, now) = (who.words(), web.now());
    let owner = who.person() == Some(seen.tie.owner);
    let title = if owner { whom(w, &seen.tie) } else { seen.owner.clone() };
    let current = seen.tie.state_at(now);
    let main = html! {
        (summary_list(w, &rows(&who, &seen, owner, now)))
        @if !owner && current == TieState::Invited { (answer_form(&who, &seen)) }
        @if !owner && current == TieState::Accepted {
            (actions(link_button(Button::Primary, &who.t("family-look"), &format!("/family/{id}/accounts"))))
        }
        @if matches!(current, TieState::Accepted) || owner && current == TieState::Invited {
            (form(&who.view, &format!("/family/{id}/ending"), actions(button(Button::Danger, &who.t("family-end"), None))))
            p.hint { (who.t("family-end-hint")) }
        }
        @if owner { (looks(&who, &seen, now)) }
    };
    Ok(page(&who, Sheet::new(title).crumb(who.t("family"), "/family"), main))
}

fn rows(who: &Signed, seen: &One, owner: bool, now: Timestamp) -> Vec<Row<'static>> {
    let (w, tie) = (who.words(), &seen.tie);
    let mut rows = vec![Row::new(who.t("family-state"), state(w, tie, now))];
    if owner {
        rows.push(Row::new(who.t("person-phone"), html! { span.masked-text { (tie.phone_masked) } }));
    }
    for (share, number) in &seen.shares {
        let level = say::told(w, "family-level", share.level.code());
        let alerts = html! { @if share.alerts { br; (who.t("family-alerts-on")) } };
        rows.push(Row::new(who.t("account"), html! { div { span.masked-text { (number) } br; (level) (alerts) } }));
    }
    if tie.state_at(now) == TieState::Invited {
        rows.push(Row::new(who.t("family-answer-by"), moment(w, tie.answer_by)));
    }
    rows.push(Row::new(who.t("family-until"), day(w, tie.valid_until.local_date())));
    rows
}

fn answer_form(who: &Signed, seen: &One) -> Markup {
    let text = who.words().t_with("family-answer-text", &[("name", seen.owner.as_str().into())]);
    html! {
        (notice(Tone::Info, &who.t("family-answer"), html! { p { (text) } }))
        (form(&who.view, &format!("/family/{}/answer", seen.tie.id), actions(html! {
            (button(Button::Primary, &who.t("family-yes"), Some(("answer", "yes"))))
            (button(Button::Secondary, &who.t("family-no"), Some(("answer", "no"))))
        })))
    }
}

fn looks(who: &Signed, seen: &One, now: Timestamp) -> Markup {
    let w = who.words();
    html! {
        h2 { (who.t("family-looks")) }
        @if seen.looks.is_empty() { p { (who.t("family-not-looked")) } }
        ul.looks {
            @for look in &seen.looks {
                li { (last_look(w, &seen.tie, look, now)) span.hint { " " (say::told(w, "family-saw", look.level.code())) } }
            }
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    answer: String,
}

pub async fn answer(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FamilyTieId>,
    Checked(given): Checked<AnswerForm>,
) -> Result<Response, Fault> {
    let yes = match given.answer.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("answer", "yes or no").into()),
    };
    let actor = who.actor.clone();
    web.write(move |tx| family::answer(tx, &actor, id, yes)).await?;
    Ok(see_other(&format!("/family/{id}")))
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FamilyTieId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| family::end(tx, &actor, id)).await?;
    Ok(see_other("/family"))
}

pub async fn accounts(State(web): State<Web>, who: Signed, At(id): At<FamilyTieId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let seen = web.write(move |tx| app::family::look(tx, &actor, id, None)).await?;
    let w = who.words();
    let total = seen.accounts.iter().map(|a| a.available).reduce(|sum, m| sum.add(m).unwrap_or(sum));
    let row = |a: &Seen| {
        let more = match a.share.level {
            Level::Movements => {
                html! { a href={ "/family/" (id) "/accounts/" (a.share.account) } { (who.t("family-movements")) } }
            }
            Level::Balance => html! { (say::told(w, "family-level", a.share.level.code())) },
        };
        [html! { span.masked-text { (a.number) } }, amount(w, a.available), more]
    };
    let table = Table::new(who.t("accounts"))
        .text(who.t("account"))
        .figures(who.t("account-free"))
        .text(who.t("family-shared"))
        .rows(seen.accounts.iter().map(row));
    let main = html! {
        @if let Some(total) = total { (balance(w, &who.t("family-total"), total)) }
        (table.caption_hidden().show(w))
        @if seen.accounts.len() > 1 { (chart(&who, &seen)) }
        (notice(Tone::Info, &who.t("family-noted"), html! { p { (who.t("family-noted-text")) } }))
    };
    let crumbs = Sheet::new(seen.owner.clone()).crumb(who.t("family"), "/family");
    Ok(page(&who, crumbs.crumb(seen.owner, format!("/family/{id}")), main))
}

fn chart(who: &Signed, seen: &Looked) -> Markup {
    let w = who.words();
    let point = |a: &Seen| Point::new(a.number.clone(), a.available.minor, w.money(a.available));
    let points: Vec<Point<'_>> = seen.accounts.iter().map(point).collect();
    let heads = (who.t("account"), who.t("account-free"));
    let (title, about) = (who.t("family-chart"), who.t("family-chart-about"));
    Chart { id: "family", title, about, shape: Shape::Bars, points: &points, heads }.show(w)
}

pub async fn movements(
    State(web): State<Web>,
    who: Signed,
    Path((id, account)): Path<(String, String)>,
) -> Result<Shown, Fault> {
    let none = |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", "ftie"));
    let id = FamilyTieId::parse(&id).map_err(none)?;
    let account = AccountId::parse(&account).map_err(none)?;
    let actor = who.actor.clone();
    let seen = web.write(move |tx| app::family::look(tx, &actor, id, Some(account))).await?;
    let w = who.words();
    let row =
        |m: &app::family::Movement| [day(w, m.on), html! { (say::told_or(w, "entry", &m.code)) }, amount(w, m.change)];
    let table = Table::new(who.t("family-movements"))
        .text(who.t("family-day"))
        .text(who.t("family-what"))
        .figures(who.t("amount"))
        .rows(seen.movements.iter().map(row))
        .when_empty(who.t("family-movements-none"));
    let available = seen.accounts.first().map(|a| a.available).unwrap_or(Money::cny(0));
    let main = html! { (balance(w, &who.t("account-free"), available)) (table.caption_hidden().show(w)) };
    let crumbs = Sheet::new(who.t("family-movements")).crumb(who.t("family"), "/family");
    Ok(page(&who, crumbs.crumb(seen.owner, format!("/family/{id}/accounts")), main))
}
