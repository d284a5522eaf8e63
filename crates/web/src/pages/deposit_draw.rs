//! Drawing a deposit. Before its last day this costs interest: what it costs is shown first, large, and the order names the
//! interest that was shown, so that nobody draws at another price than he saw. With notice it is asked for days before.
use super::deposits::{Seen, load, sheet};
use super::talk_panel::{self, Said, Standing, Stands};
use super::{given, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use app::talks::Asked as Talked;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use deposits::Quote;
use kernel::id::AccountId;
use kernel::{Error, Kind as Fails, Money, Timestamp};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// How much, and the interest that was shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DrawForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// `send` from the page of the cost; `all` where the part is a question of its own; anything else shows the cost.
    step: String,
    /// All of it, or `part`.
    all: String,
    amount: String,
    /// Minor units.
    shown: String,
    /// Of the talk that comes first at a counter.
    talk_note: String,
    talk_about: String,
}

impl DrawForm {
    fn said(&self) -> Said {
        Said { step: self.step.clone(), note: self.talk_note.clone(), about: self.talk_about.clone() }
    }
}

/// Whether a part may be drawn today at all.
fn in_parts(seen: &Seen) -> bool {
    let (d, terms) = (&seen.deposit, &seen.product.terms.0);
    d.draws < terms.partial_draws
        && d.principal > terms.keeps.saturating_add(terms.draws)
        && d.matures.is_none_or(|last| last > seen.today)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    if in_parts(&seen) {
        return Ok(form_page(&who, &seen, &DrawForm::default(), &FieldErrors::new()).into_response());
    }
    let whole = seen.deposit.money(seen.deposit.principal);
    let quote = quoted(&web, &who, id, whole).await?;
    Ok(cost_page(&who, &seen, &quote, Cost::default()).into_response())
}

async fn quoted(web: &Web, who: &Signed, id: AccountId, amount: Money) -> kernel::Result<Quote> {
    let actor = who.actor.clone();
    web.read(move |tx| deposits::draw_quote(tx, &actor, id, amount)).await
}

fn form_page(who: &Signed, seen: &Seen, f: &DrawForm, errors: &FieldErrors) -> Shown {
    let (w, d) = (who.words(), &seen.deposit);
    let here = format!("/deposits/{}", d.account);
    let whole = w.t_with("deposit-draw-all", &[("amount", w.money(d.money(d.principal)).into())]);
    let choices = [Choice::new("all", whole), Choice::new("part", who.t("deposit-draw-part"))];
    let chosen = if f.all.is_empty() { "all" } else { f.all.as_str() };
    let single = who.view.mode.is_one_at_a_time();
    let (asks_all, asks_part) = (!single || f.all != "part", !single || f.all == "part");
    let part = Field::new("amount", who.t("deposit-part")).value(f.amount.as_str()).errors(errors);
    let part = if single { part } else { part.hint(who.t("deposit-part-hint")).optional() };
    let how_much = Field::new("all", who.t("deposit-draw-how-much")).value(chosen.to_owned()).errors(errors);
    let fields = html! {
        @if asks_all { (radios(w, &how_much, &choices)) } @else { input type="hidden" name="all" value="part"; }
        @if asks_part { (money(w, &part, d.currency)) }
        (actions(html! {
            (button(Button::Primary, &who.t("deposit-draw-cost"), Some(("step", if asks_part { "cost" } else { "all" }))))
            (link_button(Button::Secondary, &who.t("back-without"), &here))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, &format!("{here}/draw"), fields)) };
    let shown = sheet(who, seen, who.t("deposit-draw")).lead(who.t("deposit-draw-lead"));
    page(who, shown.wrong(!errors.is_empty()), main)
}

/// What stands on the page of the cost besides.
#[derive(Default)]
struct Cost {
    /// Another interest than was shown.
    changed: bool,
    standing: Standing,
    now: Option<Timestamp>,
}

/// What it costs, before anything else.
fn cost_page(who: &Signed, seen: &Seen, q: &Quote, besides: Cost) -> Shown {
    let (w, Cost { changed, standing, now }) = (who.words(), besides);
    let lost = q.lost.minor > 0;
    let here = format!("/deposits/{}", q.account);
    let then = q.matures.map(|last| w.date(last)).unwrap_or_default();
    let title = match lost {
        true => w.t_with("deposit-cost-title", &[("lost", w.money(q.lost).replace(' ', "\u{a0}").into())]),
        false => who.t("deposit-cost-none").into_owned(),
    };
    let text = match q.matures {
        Some(_) if lost => {
            let args = [
                ("now", w.money(q.interest).into()),
                ("kept", w.money(q.interest_if_kept).into()),
                ("day", then.into()),
            ];
            Some(w.t_with("deposit-cost-text", &args))
        }
        _ if lost => Some(who.t("deposit-cost-notice").into_owned()),
        _ => None,
    };
    let label = match lost {
        true => w.t_with("deposit-draw-anyway", &[("lost", w.money(q.lost).into())]),
        false => who.t("deposit-draw-do").into_owned(),
    };
    let send = html! {
        (once_field())
        input type="hidden" name="amount" value=(q.amount.plain());
        input type="hidden" name="all" value="part";
        input type="hidden" name="shown" value=(q.interest.minor);
        @if let Some(now) = now { (talk_panel::panel(who, &standing, now)) }
        (actions(html! {
            @if lost && !standing.holds() { (link_button(Button::Primary, &who.t("deposit-keep"), &here)) }
            @if !standing.holds() { (button(if lost { Button::Danger } else { Button::Primary }, &label, Some(("step", "send")))) }
            @if !lost { (link_button(Button::Secondary, &who.t("back-without"), &here)) }
        }))
    };
    let main = html! {
        @if changed { (notice(Tone::Warn, &who.t("deposit-cost-changed"), html! { p { (who.t("deposit-cost-changed-next")) } })) }
        (notice(if lost { Tone::Warn } else { Tone::Info }, &title, html! { @if let Some(text) = &text { p { (text) } } }))
        @if lost { (picture(who, q)) }
        (summary_list(w, &rows(who, q)))
        (form(&who.view, &format!("{here}/draw"), send))
    };
    let title = who.t(if lost { "deposit-cost" } else { "deposit-draw" });
    page(who, sheet(who, seen, title).wrong(standing.wrong()), main)
}

fn picture(who: &Signed, q: &Quote) -> Markup {
    let w = who.words();
    let (now, kept) = (w.money(q.interest), w.money(q.interest_if_kept));
    let points = [
        Point::new(who.t("deposit-if-now"), q.interest.minor, now.as_str()),
        Point::new(who.t("deposit-if-kept"), q.interest_if_kept.minor, kept.as_str()),
    ];
    let about = w.t_with("deposit-cost-about", &[("lost", w.money(q.lost).into())]);
    let heads = (who.t("deposit-when"), who.t("deposit-interest"));
    Chart {
        id: "cost",
        title: who.t("deposit-interest"),
        about: about.into(),
        shape: Shape::Rows,
        points: &points,
        heads,
    }
    .show(w)
}

fn rows<'a>(who: &'a Signed, q: &Quote) -> Vec<Row<'a>> {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("deposit-draw-amount"), amount(w, q.amount)),
        Row::new(who.t("deposit-interest"), html! { (amount(w, q.interest)) " (" (q.rate.to_string()) ")" }),
    ];
    if q.tax.minor > 0 {
        rows.push(Row::new(who.t("deposit-tax"), amount(w, q.tax)));
    }
    rows.push(Row::new(who.t("deposit-arrives"), html! { strong { (amount(w, q.arrives)) } }));
    rows.push(Row::new(who.t("deposit-stays"), amount(w, q.stays)));
    rows
}

/// The order as it is kept for a repeated key.
#[derive(Serialize)]
struct Drawing {
    account: AccountId,
    amount: Money,
    shown: Money,
}

pub async fn draw(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<DrawForm>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let d = &seen.deposit;
    let mut errors = FieldErrors::new();
    if f.step == "all" && f.all == "part" {
        return Ok(form_page(&who, &seen, &f, &errors).into_response());
    }
    let amount = match f.all.as_str() {
        "part" => given::amount(&who, &mut errors, "amount", &f.amount),
        _ => Some(d.money(d.principal)),
    };
    let Some(amount) = amount else { return Ok(refused(form_page(&who, &seen, &f, &errors))) };
    let standing = match talk_panel::stands(&web, &who, Talked::Draw { account: id, amount }, f.said()).await? {
        Stands::Ended(talk) => return Ok(see_other(&format!("/talks/{talk}"))),
        Stands::Here(standing) => standing,
    };
    let asks = f.step == "send";
    let wrong = standing.wrong() || asks && standing.holds();
    let besides = |changed| Cost { changed, standing, now: Some(web.now()) };
    let done = match asks && !wrong {
        true => send(&web, &who, Drawing { account: id, amount, shown: d.money(shown(&f)?) }, &f.once).await,
        false => {
            let shown = quoted(&web, &who, id, amount).await.map(|q| cost_page(&who, &seen, &q, besides(false)));
            return told_beside(&who, &seen, f, shown.map(|s| if wrong { refused(s) } else { s.into_response() }));
        }
    };
    match done {
        Err(why) if why.is(&deposits::COST_CHANGED) => {
            let quote = quoted(&web, &who, id, amount).await?;
            Ok(refused(cost_page(&who, &seen, &quote, besides(true))))
        }
        done => told_beside(&who, &seen, f, done),
    }
}

/// What stands against it is told beside the sum.
fn told_beside(who: &Signed, seen: &Seen, f: DrawForm, done: kernel::Result<Response>) -> Result<Response, Fault> {
    match done {
        Err(why) if matches!(why.kind(), Fails::Refused | Fails::Invalid | Fails::Limit) => {
            let errors = super::opening::beside("amount", who, &why);
            Ok(refused(form_page(who, seen, &DrawForm { all: "part".into(), ..f }, &errors)))
        }
        other => Ok(other?),
    }
}

fn shown(f: &DrawForm) -> kernel::Result<i64> {
    f.shown.parse().map_err(|_| Error::field("shown", "the interest that was shown, in minor units"))
}

async fn send(web: &Web, who: &Signed, drawing: Drawing, once: &str) -> kernel::Result<Response> {
    let asked = Asked::new(&who.actor, once, "deposits.draw.page", &drawing)?;
    let (desk, actor) = (web.desk().clone(), who.actor.clone());
    let Drawing { account, amount, shown } = drawing;
    let number = web.write_once(&asked, move |tx| {
        app::counter::draw_deposit(&desk, tx, &actor, account, amount, shown)?;
        let last = deposits::history(tx, &actor, account)?.last().map(|e| e.number);
        last.ok_or_else(|| Error::broken(format!("{account} has no history")))
    });
    Ok(see_other(&format!("/deposits/{account}/steps/{}", number.await?)))
}

/// How much notice is given of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    amount: String,
}

pub async fn notice_form(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    Ok(notice_page(&who, &seen, "", &FieldErrors::new()))
}

fn notice_page(who: &Signed, seen: &Seen, given: &str, errors: &FieldErrors) -> Shown {
    let (w, d) = (who.words(), &seen.deposit);
    let days = i64::from(seen.product.terms.0.notice_days);
    let due = seen.today.plus_days(days);
    let here = format!("/deposits/{}", d.account);
    let fields = html! {
        (once_field())
        (money(w, &Field::new("amount", who.t("deposit-notice-amount")).value(given.to_owned()).errors(errors), d.currency))
        (actions(html! {
            (button(Button::Primary, &who.t("deposit-notice-do"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &here))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, &format!("{here}/notice"), fields)) };
    let lead = w.t_with("deposit-notice-lead", &[("day", w.date(due).into()), ("n", days.into())]);
    page(who, sheet(who, seen, who.t("deposit-notice")).lead(lead).wrong(!errors.is_empty()), main)
}

pub async fn notice_give(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<NoticeForm>,
) -> Result<Response, Fault> {
    let seen = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let again = |errors: &FieldErrors| Ok(refused(notice_page(&who, &seen, &f.amount, errors)));
    let Some(amount) = given::amount(&who, &mut errors, "amount", &f.amount) else { return again(&errors) };
    let actor = who.actor.clone();
    let asked = Asked::new(&who.actor, &f.once, "deposits.notice.page", &(id, amount))?;
    match web.write_once(&asked, move |tx| deposits::notice_give(tx, &actor, id, amount).map(|n| n.number)).await {
        Ok(_) => Ok(see_other(&format!("/deposits/{id}"))),
        Err(why) if matches!(why.kind(), Fails::Refused | Fails::Invalid | Fails::Limit) => {
            again(&super::opening::beside("amount", &who, &why))
        }
        Err(why) => Err(why.into()),
    }
}

/// Nothing but the proof that it came from our page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plain {
    #[serde(rename = "csrf")]
    _csrf: String,
}

pub async fn notice_back(
    State(web): State<Web>,
    who: Signed,
    Path((id, number)): Path<(String, i64)>,
    Checked(_): Checked<Plain>,
) -> Result<Response, Fault> {
    let id: AccountId = id.parse().map_err(|_| Error::not_found("deposit", &id))?;
    let actor = who.actor.clone();
    web.write(move |tx| deposits::notice_cancel(tx, &actor, id, number)).await?;
    Ok(see_other(&format!("/deposits/{id}")))
}
