//! A worker's own lines before they are paid: what days, what sum, what was taken off; he signs, or says what is wrong. Large and
//! plain, one thing at a time where the edition asks for it; on the phone, at a machine and for elders alike.
use super::slips::{hundredths, label, name};
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use crews::{Answer, MyLine, ObjectionNew, ObjectionView, Reason, Word};
use kernel::id::PayLineId;
use kernel::{Currency, Money, PageAsk};
use maud::{Markup, html};
use serde::Deserialize;

/// Lines on one page.
const LINES_ROWS: u32 = 20;

/// A form that is nothing but a button.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bare {
    #[serde(default, rename = "csrf")]
    _csrf: String,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let first = ask.after.is_none();
    let ask = PageAsk { limit: Some(LINES_ROWS), after: ask.after };
    let found = web.read(move |tx| Ok((crews::my_lines(tx, &actor, &ask)?, worksite::end::my_notices(tx, &actor)?)));
    let (found, notices) = found.await?;
    let w = who.words();
    let (open, past): (Vec<&MyLine>, Vec<&MyLine>) = found.items.iter().partition(|l| waits(l));
    let tile = |l: &&MyLine| Tile {
        icon: Icon::Bill,
        label: name(&who, l.period, l.kind, l.number).into(),
        hint: Some(format!("{} · {}", w.money(l.net), l.employer).into()),
        href: format!("/worker/lines/{}", l.line).into(),
    };
    let row = |l: &&MyLine| {
        [
            html! { a href={ "/worker/lines/" (l.line) } { (name(&who, l.period, l.kind, l.number)) } },
            html! { (l.employer) },
            amount(w, l.net),
            say::tag_by(w, l.word, "", l.signed_at),
        ]
    };
    let table = Table::new(who.t("my-lines-past"))
        .text(who.t("slip-period"))
        .text(who.t("slip-employer"))
        .figures(who.t("slip-net"))
        .text(who.t("my-line-word"))
        .rows(past.iter().map(row));
    let main = html! {
        (super::site_notice::part(&who, &notices))
        @if open.is_empty() { p { (who.t("my-lines-none")) } }
        @else { (tiles(&open.iter().map(tile).collect::<Vec<_>>())) }
        @if !past.is_empty() { (table.show(w)) }
        (pager(w, (!first).then_some("/worker/lines"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("my-lines")).lead(who.t("my-lines-lead")).crumb(who.t("slips"), "/slips"), main))
}

fn waits(line: &MyLine) -> bool {
    line.open && matches!(line.word, Word::Waiting | Word::PaperWaits | Word::Answered)
}

async fn found(web: &Web, who: &Signed, id: PayLineId) -> Result<MyLine, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| crews::my_line(tx, &actor, id)).await?)
}

fn under<'a>(who: &Signed, l: &MyLine) -> Sheet<'a> {
    Sheet::new(name(who, l.period, l.kind, l.number)).lead(l.employer.clone()).crumb(who.t("my-lines"), "/worker/lines")
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<PayLineId>) -> Result<Shown, Fault> {
    let l = found(&web, &who, id).await?;
    let w = who.words();
    let main = html! {
        (said(&who, &l))
        (balance(w, &who.t("my-line-net"), l.net))
        (days(&who, &l))
        (parts(&who, &l))
        (choice(&who, &l))
        (details(&who.t("my-line-about"), html! {
            p { (who.t("my-line-about-text")) }
            (summary_list(w, &[
                Row::new(who.t("project-name"), html! { (l.project_name) }),
                Row::new(who.t("worker-team"), html! { (l.team) }),
                Row::new(who.t("my-line-payer"), html! { (l.payer) }),
                Row::new(who.t("my-line-hash"), html! { code { (l.hash) } }),
            ]))
        }))
    };
    Ok(page(&who, under(&who, &l), main))
}

/// What he has said, and what was answered.
fn said(who: &Signed, l: &MyLine) -> Markup {
    let w = who.words();
    let at = |t: Option<kernel::Timestamp>| t.map_or_else(String::new, |t| w.moment(t));
    let signed = || notice(Tone::Good, &w.t_with("my-line-signed", &[("at", at(l.signed_at).into())]), html! {});
    match (&l.objection, l.word) {
        (Some(o), Word::Signed) => html! { (signed()) (objection(who, o)) },
        (None, Word::Signed) => signed(),
        (_, Word::OnPaper) => notice(Tone::Good, &who.t("my-line-on-paper"), html! {}),
        (Some(o), _) => objection(who, o),
        (None, Word::PaperWaits) => notice(Tone::Info, &who.t("my-line-paper-waits"), html! {}),
        (None, _) if l.open => notice(Tone::Info, &who.t("my-line-look"), html! {}),
        (None, _) => notice(Tone::Info, &who.t("my-line-closed"), html! {}),
    }
}

fn objection(who: &Signed, o: &ObjectionView) -> Markup {
    let w = who.words();
    let mine = html! {
        p { (w.t_with("my-objection", &[("what", say::told(w, "objection-kind", o.kind.code()).into()), ("at", w.moment(o.made_at).into())])) }
        @if !o.text.is_empty() { p { "“" (o.text) "”" } }
        @if let Some(sum) = o.claimed { p { (w.t_with("my-objection-claimed", &[("sum", w.money(sum).into())])) } }
    };
    let further = html! {
        @if let Some(at) = o.taken_further_at { p { (w.t_with("my-objection-further-at", &[("at", w.moment(at).into())])) } }
        @if o.may_go_further {
            (actions(link_button(Button::Secondary, &who.t("my-objection-further"), &format!("/worker/objections/{}/further", o.objection))))
        }
        @if !o.complaint_code.is_empty() {
            (notice(Tone::Good, &who.t("further-sent"), html! {
                p { (who.t("complaint-code")) ": " strong { (o.complaint_code) } }
                p { a href={ "/complaint/" (o.complaint_code) } { (who.t("complaint-progress")) } }
            }))
        } @else if o.taken_further_at.is_some() {
            (notice(Tone::Warn, &who.t("further-nowhere"), html! { p { a href="/complaint" { (who.t("complaint")) } } }))
        }
    };
    match o.answer {
        None => {
            html! { (notice(Tone::Info, &who.t("my-objection-waits"), html! { (mine) p { (who.t("my-objection-paid")) } })) (further) }
        }
        Some(answer) => {
            let tone = if answer == Answer::Corrected { Tone::Good } else { Tone::Warn };
            let body = html! { p { "“" (o.answer_text) "” " span.hint { (o.answered_by) } } (mine) };
            html! { (notice(tone, &say::told(w, "objection-answer", answer.code()), body)) (further) }
        }
    }
}

/// Days of the sheet beside those that the site wrote down.
fn days(who: &Signed, l: &MyLine) -> Markup {
    let w = who.words();
    let attended = l.attended_half_days.map(|n| n * 50);
    let differ = l.days.zip(attended).is_some_and(|(sheet, site)| sheet != site);
    let told = |key: &str, n: i64| w.t_with(key, &[("n", hundredths(n).into())]);
    html! {
        h2 { (who.t("my-line-days")) }
        @if let Some(n) = l.days { p { (told("my-line-days-sheet", n)) } }
        @else { p { (who.t("my-line-days-unsaid")) } }
        @if let Some(n) = attended { p { (told("my-line-days-site", n)) } }
        @if differ { (notice(Tone::Warn, &who.t("my-line-days-differ"), html! { p { (who.t("my-line-days-differ-next")) } })) }
        @if !l.attended.is_empty() { (details(&who.t("my-line-days-which"), html! { (super::crews::days_told(who, &l.attended)) })) }
    }
}

fn parts(who: &Signed, l: &MyLine) -> Markup {
    let w = who.words();
    let part = |title: &str, total: &str, deduction: bool, sum: Money| {
        let sign = if deduction { -1 } else { 1 };
        let money = |minor: i64| amount(w, Money::new(sign * minor, Currency::CNY));
        html! {
            h2 { (who.t(title)) }
            dl.sums {
                @for item in l.items.iter().filter(|i| i.deduction == deduction) {
                    div.sums-row { dt { (label(who, item)) } dd { (money(item.amount)) } }
                }
                div.sums-row.sums-total { dt { (who.t(total)) } dd { (money(sum.minor)) } }
            }
        }
    };
    html! {
        (part("slip-due", "slip-due-total", false, l.due))
        @if l.deductions.is_zero() { p { (who.t("slip-no-deductions")) } }
        @else { (part("slip-deductions", "slip-deductions-total", true, l.deductions)) }
    }
}

/// The two answers: the figures are right, or they are not.
fn choice(who: &Signed, l: &MyLine) -> Markup {
    let here = format!("/worker/lines/{}", l.line);
    let may_sign = waits(l);
    let may_object = l.open && l.objection.is_none();
    let sign = html! {
        input type="hidden" name="hash" value=(l.hash);
        (actions(html! {
            (button(Button::Primary, &who.t("my-line-sign"), None))
            @if may_object { (link_button(Button::Secondary, &who.t("my-line-wrong"), &format!("{here}/objection"))) }
        }))
    };
    html! {
        @if may_sign { (form(&who.view, &format!("{here}/signature"), sign)) }
        @else if may_object { (actions(link_button(Button::Secondary, &who.t("my-line-wrong"), &format!("{here}/objection")))) }
    }
}

/// What he signs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignForm {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    hash: String,
}

pub async fn sign(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayLineId>,
    Checked(given): Checked<SignForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| crews::sign(tx, &actor, id, &given.hash)).await?;
    Ok(see_other(&format!("/worker/lines/{id}")))
}

/// What he says is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    kind: String,
    text: String,
    amount: String,
}

const PLAN: &[&[&str]] = &[&["kind"], &["text", "amount"]];

pub async fn object_show(State(web): State<Web>, who: Signed, At(id): At<PayLineId>) -> Result<Shown, Fault> {
    let l = found(&web, &who, id).await?;
    Ok(object_page(&who, &l, &ObjectForm::default(), Turn::first(&who.view, PLAN), &FieldErrors::new()))
}

fn object_page(who: &Signed, l: &MyLine, f: &ObjectForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let kinds: Vec<Choice<'_>> =
        Reason::ALL.iter().map(|r| Choice::new(r.code(), say::told(w, "objection-kind", r.code()))).collect();
    let kind = Field::new("kind", who.t("objection-kind")).value(f.kind.as_str()).errors(errors);
    let text = Field::new("text", who.t("objection-text")).hint(who.t("objection-text-hint")).value(f.text.as_str());
    let sum = Field::new("amount", who.t("objection-amount")).hint(who.t("objection-amount-hint")).optional();
    let questions = vec![
        radios(w, &kind, &kinds),
        html! {
            (multiline(w, &text.errors(errors), 4, crews::OBJECTION_CHARS_MAX as u32))
            (money(w, &sum.value(f.amount.as_str()).errors(errors), Currency::CNY))
        },
    ];
    let given = [("kind", f.kind.as_str()), ("text", &f.text), ("amount", &f.amount)];
    let main = html! {
        (error_summary(w, errors))
        (balance(w, &who.t("my-line-net"), l.net))
        p { (who.t("objection-lead")) }
        (turn.form(&who.view, &format!("/worker/lines/{}/objection", l.line), &given, questions, &who.t("objection-send")))
    };
    page(who, under(who, l).wrong(!errors.is_empty()), main)
}

fn read(who: &Signed, f: &ObjectForm, errors: &mut FieldErrors) -> Option<ObjectionNew> {
    let kind = Reason::parse(&f.kind);
    if kind.is_none() {
        errors.add("kind", who.t("choice-missing"));
    }
    if kind == Some(Reason::Other) && f.text.trim().is_empty() {
        errors.add("text", who.t("objection-text-missing"));
    }
    let claimed = match f.amount.trim() {
        "" => None,
        text => given::amount(who, errors, "amount", text),
    };
    Some(ObjectionNew { kind: kind?, text: f.text.clone(), claimed, claimed_half_days: None })
}

pub async fn object(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayLineId>,
    Checked(given): Checked<ObjectForm>,
) -> Result<Response, Fault> {
    let l = found(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let new = read(&who, &given, &mut errors);
    let turn = Turn::of(&who.view, PLAN, &given.step, &errors);
    let (Some(new), true) = (new, turn.is_done()) else {
        let shown = object_page(&who, &l, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let actor = who.actor.clone();
    web.write(move |tx| crews::object(tx, &actor, id, &new)).await?;
    Ok(see_other(&format!("/worker/lines/{id}")))
}
