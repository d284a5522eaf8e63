//! What a customer agreed to, each by itself: the text, yes or no, and what he said before. Staff see the same and change nothing.
use super::{Page, page};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Lang, Shown};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Error;
use kernel::id::PersonId;
use maud::{Markup, html};
use party::{Consent, ConsentStanding, ConsentText};
use serde::Deserialize;

/// A text in the reader's language.
struct Told<'a> {
    title: &'a str,
    why: &'a str,
    data: &'a str,
    without: &'a str,
    kept: &'a str,
}

fn told(view: &View, t: &'static ConsentText) -> Told<'static> {
    match view.words.lang {
        Lang::Zh => {
            Told { title: &t.title_zh, why: &t.why_zh, data: &t.data_zh, without: &t.without_zh, kept: &t.kept_zh }
        }
        _ => Told { title: &t.title_en, why: &t.why_en, data: &t.data_en, without: &t.without_en, kept: &t.kept_en },
    }
}

fn himself(who: &Signed) -> Result<PersonId, Fault> {
    let id = who.person().filter(|_| who.firm().is_none());
    Ok(id.ok_or_else(|| Error::forbidden("consents are a customer's own"))?)
}

type Seen = (Vec<ConsentStanding>, Vec<Consent>);

pub async fn own(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (actor, id) = (who.actor.clone(), himself(&who)?);
    let (standing, history): Seen =
        web.read(move |tx| Ok((party::consents_of(tx, &actor, id)?, party::consent_history(tx, &actor, id)?))).await?;
    let main = html! {
        @if who.view.mode.is_one_at_a_time() { (list(&who, &standing)) }
        @else { @for s in &standing { (one(&who, s)) } }
        section.stack {
            h2 { (who.t("consent-history")) }
            (history_table(&who.view, &history))
        }
    };
    let shown = Page::new(who.t("consents")).lead(who.t("consents-lead")).crumb(who.t("profile"), "/profile");
    Ok(page(&who, shown, main))
}

/// Where one thing is done at a time, each has a page of its own.
fn list(who: &Signed, standing: &[ConsentStanding]) -> Markup {
    let row = |s: &ConsentStanding| {
        let title = html! { a href={ "/consents/" (s.text.purpose) } { (told(&who.view, s.text).title) } };
        [title, state(&who.view, s)]
    };
    let table = Table::new(who.t("consents")).text(who.t("consent-what")).text(who.t("consent-state"));
    table.caption_hidden().rows(standing.iter().map(row)).show(who.words())
}

pub async fn single(State(web): State<Web>, who: Signed, Path(purpose): Path<String>) -> Result<Shown, Fault> {
    let (actor, id) = (who.actor.clone(), himself(&who)?);
    let all = web.read(move |tx| party::consents_of(tx, &actor, id)).await?;
    let found = all.iter().find(|s| s.text.purpose == purpose).ok_or_else(|| Error::not_found("consent", &purpose))?;
    let shown = Page::new(told(&who.view, found.text).title).crumb(who.t("profile"), "/profile");
    Ok(page(&who, shown.crumb(who.t("consents"), "/consents"), one(&who, found)))
}

fn state(view: &View, s: &ConsentStanding) -> Markup {
    let when = s.given.as_ref().map_or_else(String::new, |c| view.words.moment(c.given_at));
    match (s.text.required, s.is_given(), s.is_outdated()) {
        (true, ..) => status(Tone::Quiet, &view.t("consent-needed"), "", ""),
        (_, true, _) => status(Tone::Good, &view.t("consent-given"), "", &when),
        (_, _, true) => status(Tone::Warn, &view.t("consent-outdated"), "", &when),
        _ => status(Tone::Info, &view.t("consent-open"), "", ""),
    }
}

/// One text with everything that is to be known before one decides, and the one thing to press.
fn one(who: &Signed, s: &ConsentStanding) -> Markup {
    let (t, text) = (told(&who.view, s.text), s.text);
    let rows = [
        Row::new(who.t("consent-data"), html! { (t.data) }),
        Row::new(who.t("consent-without"), html! { (t.without) }),
        Row::new(who.t("consent-kept"), html! { (t.kept) }),
        Row::new(who.t("consent-basis"), html! { span lang="zh-CN" { (text.basis) } }),
    ];
    let here = format!("/consents/{}", text.purpose);
    let give = html! {
        input type="hidden" name="version" value=(text.version);
        (actions(html! { button.button.button-secondary type="submit" { (who.t("consent-give")) span.aside { (t.title) } } }))
    };
    let back = actions(
        html! { button.button.button-secondary type="submit" { (who.t("consent-withdraw")) span.aside { (t.title) } } },
    );
    html! {
        section.stack.consent {
            @if who.view.path() == "/consents" { h2 { (t.title) } }
            p { (state(&who.view, s)) @if text.sensitive { " " (status(Tone::Warn, &who.t("consent-sensitive"), "", "")) } }
            p { (t.why) }
            (details(&who.t("consent-more"), summary_list(who.words(), &rows)))
            @if !text.required {
                @if s.is_given() { (form(&who.view, &format!("{here}/withdrawal"), back)) }
                @else { (form(&who.view, &format!("{here}/giving"), give)) }
            }
        }
    }
}

/// What somebody said, newest first. For his own page and for the bank's.
pub fn history_table(view: &View, history: &[Consent]) -> Markup {
    let w = view.words;
    let texts = |c: &Consent| party::consent_text(&c.purpose, c.version);
    let row = |c: &Consent| {
        let title = texts(c).map_or_else(|| c.purpose.clone(), |t| told(view, t).title.to_owned());
        let ended = match c.ended_at {
            Some(at) => moment(w, at),
            None => status(Tone::Good, &view.t("consent-in-force"), "", ""),
        };
        [html! { (title) }, html! { (c.version) }, moment(w, c.given_at), ended]
    };
    let table = Table::new(view.t("consent-history")).text(view.t("consent-what")).figures(view.t("consent-version"));
    let table = table.text(view.t("consent-given-at")).text(view.t("consent-ended-at")).caption_hidden();
    table.when_empty(view.t("consent-history-none")).rows(history.iter().map(row)).show(w)
}

/// What a customer agreed to, in one table; for staff.
pub fn standing_table(view: &View, standing: &[ConsentStanding]) -> Markup {
    let row = |s: &ConsentStanding| {
        let t = told(view, s.text);
        [html! { (t.title) }, html! { (t.data) }, state(view, s)]
    };
    let table = Table::new(view.t("consents")).text(view.t("consent-what")).text(view.t("consent-data"));
    table.text(view.t("consent-state")).rows(standing.iter().map(row)).show(view.words)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Giving {
    #[serde(rename = "csrf")]
    _csrf: String,
    /// The version that was read.
    version: u32,
}

pub async fn give(
    State(web): State<Web>,
    who: Signed,
    Path(purpose): Path<String>,
    Checked(form): Checked<Giving>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::consent_give(tx, &actor, &purpose, form.version)).await?;
    Ok(see_other("/consents"))
}

pub async fn withdraw(
    State(web): State<Web>,
    who: Signed,
    Path(purpose): Path<String>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| party::consent_withdraw(tx, &actor, &purpose)).await?;
    Ok(see_other("/consents"))
}

/// A customer's consents, for staff; the look is written down.
pub async fn of_customer(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (name, standing, history) = web
        .write(move |tx| {
            let name = party::person_view(tx, &actor, id)?.name;
            tx.audit(&actor, store::Audit::of("consent.look", id))?;
            Ok((name, party::consents_of(tx, &actor, id)?, party::consent_history(tx, &actor, id)?))
        })
        .await?;
    let main = html! {
        (standing_table(&who.view, &standing))
        section.stack { h2 { (who.t("consent-history")) } (history_table(&who.view, &history)) }
    };
    let shown = Page::new(who.t("consents")).lead(who.t("consents-staff-lead")).crumb(who.t("customers"), "/customers");
    Ok(page(&who, shown.crumb(name, format!("/customers/{id}")), main))
}
