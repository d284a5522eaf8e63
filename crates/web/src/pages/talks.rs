//! The ledger of talks at the counter (劝阻台账): what was asked, the script, who was called, what came of it, with sums; and one
//! talk, on whose page the manager hears the customer and says what came of it.
use super::fraud_cases::branch_names;
use super::talk_panel::{self, CHARS, Said};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::{Script, Talk, TalkOutcome, TalkSum};
use kernel::id::{BranchId, CounterTalkId};
use kernel::{Error, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// Days that the sums reach back.
const DAYS: i64 = 30;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LedgerAsk {
    branch: String,
    after: Option<String>,
}

/// A talk with the names behind its ids.
struct Seen {
    talk: Talk,
    customer: String,
    ended_by: String,
}

fn seen(tx: &mut store::Tx<'_>, talk: Talk) -> Done<Seen> {
    let customer = party::who_name(tx, &talk.subject.to_string())?;
    let ended_by = talk.ended_by.clone().map_or_else(|| Ok(String::new()), |by| party::who_name(tx, &by))?;
    Ok(Seen { talk, customer, ended_by })
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<LedgerAsk>) -> Result<Shown, Fault> {
    let (actor, lang) = (who.actor.clone(), who.words().lang);
    let branch: Option<BranchId> = ask.branch.parse().ok().or(who.actor.branch);
    let first = ask.after.as_ref().map(|_| "/talks");
    let asked = PageAsk { limit: None, after: ask.after.clone() };
    let today = web.now().local_date();
    let (items, next, sums, names) = web
        .read(move |tx| {
            let branch = branch.ok_or_else(|| Error::forbidden("choose a branch"))?;
            let found = cases::talks(tx, &actor, branch, &asked)?;
            let items = found.items.into_iter().map(|t| seen(tx, t)).collect::<Done<Vec<_>>>()?;
            let sums = cases::talk_sums(tx, &actor, branch, today.plus_days(-DAYS), today)?;
            Ok((items, found.next, sums, branch_names(tx, lang)?))
        })
        .await?;
    let choices: Vec<Choice<'_>> = names.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
    let at = branch.map(|b| b.to_string()).unwrap_or_default();
    let main = html! {
        @if who.holds(P::CaseWork) { (filter_bar(who.words(), "/talks", select(who.words(), &Field::new("branch", who.t("fcase-branch")).value(at), &choices))) }
        (summed(&who, &sums))
        (table(&who, &items))
        (pager(who.words(), first, next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("talks")).lead(who.t("talks-lead")), main))
}

fn outcome(who: &Signed, o: Option<TalkOutcome>, by: &str, at: &str) -> Markup {
    let (tone, code) = match o {
        None => (Tone::Warn, "open"),
        Some(TalkOutcome::Dissuaded) => (Tone::Good, "dissuaded"),
        Some(TalkOutcome::Insists) => (Tone::Quiet, "insists"),
        Some(TalkOutcome::Police) => (Tone::Danger, "police"),
    };
    status(tone, &say::told(who.words(), "talk-outcome", code), by, at)
}

fn summed(who: &Signed, sums: &[TalkSum]) -> Markup {
    let w = who.words();
    let said = |s: &TalkSum| {
        let args = [("n", (s.talks as i64).into()), ("money", w.money(s.amount).into())];
        w.t_with("talks-summed", &args)
    };
    let name = |o: Option<TalkOutcome>| say::told(w, "talk-outcome", o.map_or("open", TalkOutcome::code));
    let rows: Vec<Row<'_>> = sums.iter().map(|s| Row::new(name(s.outcome), html! { strong { (said(s)) } })).collect();
    html! { @if !rows.is_empty() { h2 { (who.t("talks-month")) } (summary_list(w, &rows)) } }
}

fn table(who: &Signed, items: &[Seen]) -> Markup {
    let w = who.words();
    let row = |s: &Seen| {
        let t = &s.talk;
        [
            html! { div { a href={ "/talks/" (t.id) } { (say::told(w, "talk-deed", t.deed.code())) } br; span.hint { (say::told(w, "fcase-typology", &t.typology)) } } },
            html! { (s.customer) },
            html! { (amount(w, t.money())) },
            moment(w, t.at),
            outcome(who, t.outcome, &s.ended_by, ""),
        ]
    };
    let table = Table::new(who.t("talks"))
        .text(who.t("talk-what"))
        .text(who.t("fcase-customer"))
        .figures(who.t("amount"))
        .text(who.t("fcase-when"))
        .text(who.t("talk-outcome"))
        .rows(items.iter().map(row))
        .when_empty(who.t("talks-none"))
        .caption_hidden();
    table.show(w)
}

/// One talk and all that its page shows.
struct Whole {
    seen: Seen,
    teller: String,
    words: String,
    script: &'static Script,
    branch: String,
}

async fn load(web: &Web, who: &Signed, id: CounterTalkId) -> Result<Whole, Fault> {
    let (actor, lang) = (who.actor.clone(), who.words().lang);
    let found = web.read(move |tx| {
        let talk = cases::talk(tx, &actor, id)?;
        let words = cases::talk_words(tx.keys(), &talk)?;
        let teller = party::who_name(tx, &talk.teller)?;
        let script = cases::counter_script(&talk.typology, talk.age, talk.day)?;
        let branch = branch_names(tx, lang)?.remove(&talk.branch).unwrap_or_default();
        Ok(Whole { seen: seen(tx, talk)?, teller, words, script, branch })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<CounterTalkId>) -> Result<Shown, Fault> {
    let all = load(&web, &who, id).await?;
    Ok(sheet(&who, &all, &FieldErrors::new()))
}

fn sheet(who: &Signed, all: &Whole, errors: &FieldErrors) -> Shown {
    let t = &all.seen.talk;
    let stays = matches!(t.outcome, Some(TalkOutcome::Dissuaded | TalkOutcome::Police));
    let main = html! {
        (error_summary(who.words(), errors))
        @if stays { (notice(Tone::Good, &who.t("talk-stays"), html! { p { (who.t("talk-stays-next")) } })) }
        (summary_list(who.words(), &rows(who, all)))
        (talk_panel::said(who, t, all.script))
        @if t.outcome.is_none() { (forms(who, t, errors)) }
        (actions(link_button(Button::Secondary, &who.t("talks"), "/talks")))
    };
    let sheet = Sheet::new(say::told(who.words(), "talk-deed", t.deed.code())).lead(all.seen.customer.clone());
    page(who, sheet.crumb(who.t("talks"), "/talks").wrong(!errors.is_empty()), main)
}

fn rows<'a>(who: &'a Signed, all: &'a Whole) -> Vec<Row<'a>> {
    let (w, t) = (who.words(), &all.seen.talk);
    let ended = t.ended_at.map(|at| w.moment(at)).unwrap_or_default();
    let mut rows = vec![
        Row::new(who.t("talk-outcome"), outcome(who, t.outcome, &all.seen.ended_by, &ended)),
        Row::new(who.t("fcase-customer"), html! { strong { (all.seen.customer) } }),
        Row::new(who.t("amount"), html! { strong { (amount(w, t.money())) } }),
    ];
    let mut more = |key: &str, value: Option<Markup>| rows.extend(value.map(|v| Row::new(who.t(key), v)));
    let written = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty()).map(|t| html! { (t) });
    more("payment-payee", written(&t.payee));
    more("fcase-branch", written(&all.branch));
    more("talk-teller", Some(html! { (all.teller) " · " (moment(w, t.at)) }));
    more("talk-manager-called", t.manager_called_at.map(|at| moment(w, at)));
    more("talk-police-called", t.police_called_at.map(|at| moment(w, at)));
    more("talk-note", written(&all.words));
    let case = t.of_case.filter(|_| who.holds(P::CaseWork));
    more("fcase-what", case.map(|c| html! { a href={ "/cases/" (c) } { (who.t("talk-case")) } }));
    rows
}

/// What the manager, or the teller on this page, does with a talk that is under way.
fn forms(who: &Signed, t: &Talk, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let at = |deed: &str| format!("/talks/{}/{deed}", t.id);
    let Ok(rules) = cases::talk_rules(t.day) else { return html! {} };
    let note = Field::new("note", who.t("talk-note")).hint(who.t("talk-note-hint")).errors(errors);
    let second = who.holds(P::CaseWork) && who.actor.principal() != t.teller;
    html! {
        (form(&who.view, &at("call"), talk_panel::calls(who, t, rules)))
        (form(&who.view, &at("end"), html! {
            (multiline(w, &note, 3, CHARS))
            (actions(html! {
                (button(Button::Primary, &who.t("talk-dissuaded"), Some(("step", "dissuaded"))))
                @if t.police_called_at.is_some() { (button(Button::Secondary, &who.t("talk-police"), Some(("step", "police")))) }
                @if second { (button(Button::Danger, &who.t("talk-insists"), Some(("step", "insists")))) }
            }))
        }))
        @if !second { p.hint { (who.t("talk-insists-next")) } }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TalkForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    note: String,
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    Path((id, deed)): Path<(String, String)>,
    Checked(f): Checked<TalkForm>,
) -> Result<Response, Fault> {
    let id: CounterTalkId = id.parse().map_err(|_| Error::not_found("talk", "here"))?;
    let fits: &[&str] = match deed.as_str() {
        "call" => &["manager", "police-call"],
        "end" => &["dissuaded", "police", "insists"],
        _ => &[],
    };
    if !fits.contains(&f.step.as_str()) {
        return Err(Error::not_found("deed", "here").into());
    }
    let (actor, said) = (who.actor.clone(), Said { step: f.step, note: f.note, ..Said::default() });
    match web.write(move |tx| talk_panel::acted(tx, &actor, id, &said).unwrap_or(Ok(()))).await {
        Ok(()) => Ok(see_other(&format!("/talks/{id}"))),
        Err(why) if super::till_notes::is_told(&why) => {
            let all = load(&web, &who, id).await?;
            Ok(refused(sheet(&who, &all, &super::opening::beside("note", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}
