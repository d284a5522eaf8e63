//! Large sums by appointment: made by their owner or by a teller for him, and what will be drawn at a branch on a day.
use super::asking::{Asking, told};
use super::till_day::branch_of;
use super::{Page as Sheet, given, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, BranchId, CashAppointmentId};
use kernel::{Date, Error, Id, Result};
use ledger::View;
use maud::{Markup, html};
use party::Branch;
use serde::Deserialize;
use till::{Appointment, AppointmentNew};

/// Of which day; tomorrow when absent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DayAsk {
    day: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<DayAsk>) -> Result<Shown, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(&who)?);
    let day_asked = ask.day.as_deref().and_then(|d| Date::parse(d).ok());
    let (day_shown, all) = web
        .read(move |tx| {
            let day = match day_asked {
                Some(day) => day,
                None => tx.business_date()?.plus_days(1),
            };
            let mut all = Vec::new();
            for a in till::appointments(tx, &actor, branch, day)? {
                let number = mask_card(&ledger::view(tx, a.account)?.account.number);
                all.push((a, number));
            }
            Ok((day, all))
        })
        .await?;
    let w = who.words();
    let field = Field::new("day", who.t("appointment-day")).value(day_shown.to_string());
    let main = html! {
        (filter_bar(w, "/appointments", date(w, &field, None, None)))
        (table(&who, &all))
    };
    Ok(page(&who, Sheet::new(who.t("appointments")).lead(who.t("appointments-lead")), main))
}

fn table(who: &Signed, all: &[(Appointment, String)]) -> Markup {
    let w = who.words();
    let state = |a: &Appointment| match (a.used_at, a.cancelled_at) {
        (Some(at), _) => status(Tone::Good, &who.t("appointment-used"), "", &w.moment(at)),
        (_, Some(at)) => status(Tone::Quiet, &who.t("appointment-cancelled"), "", &w.moment(at)),
        _ => {
            html! { (form(&who.view, &format!("/appointments/{}/cancellation", a.id), button(Button::Secondary, &who.t("appointment-cancel"), None))) }
        }
    };
    let row = |(a, number): &(Appointment, String)| {
        [html! { span.masked-text { (number) } }, amount(w, a.money()), moment(w, a.made_at), state(a)]
    };
    Table::new(who.t("appointments"))
        .text(who.t("account"))
        .figures(who.t("amount"))
        .text(who.t("appointment-made"))
        .text(who.t("appointment-state"))
        .rows(all.iter().map(row))
        .when_empty(who.t("appointments-none"))
        .caption_hidden()
        .show(w)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppointmentForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    branch: String,
    amount: String,
    day: String,
}

async fn known(web: &Web, who: &Signed, id: AccountId) -> Result<(View, Vec<Branch>), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let view = ledger::view(tx, id)?;
        payments::may_see(tx, &actor, view.account.owner).map_err(|_| Error::not_found("account", id))?;
        let branches = party::branches(tx)?.into_iter().filter(|b| actor.branch.is_none_or(|own| own == b.id));
        Ok((view, branches.collect()))
    });
    Ok(found.await?)
}

fn form_page(who: &Signed, v: &View, branches: &[Branch], f: &AppointmentForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let back = format!("/accounts/{}", v.account.id);
    let usual = party_branch(v, branches);
    let branch = if f.branch.is_empty() { usual } else { f.branch.clone() };
    let fields = html! {
        (summary_list(w, &[
            Row::new(who.t("account"), html! { span.masked-text { (mask_card(&v.account.number)) } }),
            Row::new(who.t("account-free"), amount(w, v.available())),
        ]))
        (money(w, &Field::new("amount", who.t("appointment-amount")).hint(who.t("appointment-hint")).value(f.amount.as_str()).errors(errors), v.account.currency))
        (date(w, &Field::new("day", who.t("appointment-day")).value(f.day.as_str()).errors(errors), None, None))
        (select(w, &Field::new("branch", who.t("appointment-where")).value(branch).errors(errors), &super::asking::branch_choices(who, branches)))
    };
    let asking = Asking {
        title: &who.t("appointment-make"),
        lead: &who.t("appointment-lead"),
        crumbs: vec![(who.t("account").into_owned(), back.clone())],
        action: &format!("{back}/appointment"),
        back: &back,
        button: &who.t("appointment-make"),
    };
    asking.show(who, fields, errors)
}

/// The branch that keeps the account, if it is among those offered.
fn party_branch(v: &View, branches: &[Branch]) -> String {
    let own = branches.iter().find(|b| b.book == v.account.id.book());
    own.or(branches.first()).map(|b| b.id.to_string()).unwrap_or_default()
}

pub async fn asking(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let (view, branches) = known(&web, &who, id).await?;
    Ok(form_page(&who, &view, &branches, &AppointmentForm::default(), &FieldErrors::new()))
}

pub async fn make(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<AppointmentForm>,
) -> Result<Response, Fault> {
    let (view, branches) = known(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let sum = given::amount(&who, &mut errors, "amount", &f.amount);
    let on = given::day(&who, &mut errors, "day", &f.day);
    let branch = f.branch.parse::<BranchId>().ok().filter(|id| branches.iter().any(|b| b.id == *id));
    if on.is_none() && errors.of("day").is_none() {
        errors.add("day", who.t("day-wrong"));
    }
    if branch.is_none() {
        errors.add("branch", who.t("choose-one"));
    }
    let (Some(amount), Some(date), Some(branch), true) = (sum, on, branch, errors.is_empty()) else {
        return Ok(refused(form_page(&who, &view, &branches, &f, &errors)));
    };
    let new = AppointmentNew { branch, account: id, amount, date };
    let asked = Asked::new(&who.actor, &f.once, "till.appointment.page", &new)?;
    let actor = who.actor.clone();
    match web.write_once(&asked, move |tx| till::appointment_make(tx, &actor, &new).map(|a| a.id)).await {
        Ok(_) => Ok(made(&who, &view, &branches, branch, &new_told(&who, amount, date)).into_response()),
        Err(why) => Ok(refused(form_page(&who, &view, &branches, &f, &told(&who, &["amount"], "day", why)?))),
    }
}

fn new_told(who: &Signed, amount: kernel::Money, on: Date) -> [String; 2] {
    [who.words().money(amount), who.words().date(on)]
}

fn made(who: &Signed, v: &View, branches: &[Branch], branch: BranchId, [sum, on]: &[String; 2]) -> Shown {
    let w = who.words();
    let name = branches.iter().find(|b| b.id == branch).map(|b| super::asking::branch_name(who, b)).unwrap_or_default();
    let rows = [
        Row::new(who.t("appointment-amount"), html! { strong { (sum) } }),
        Row::new(who.t("appointment-day"), html! { (on) }),
        Row::new(who.t("appointment-where"), html! { (name) }),
    ];
    let next = actions(link_button(Button::Primary, &who.t("account"), &format!("/accounts/{}", v.account.id)));
    let title = who.t("appointment-done");
    let main =
        result(Tone::Good, &title, None, html! { (summary_list(w, &rows)) p { (who.t("appointment-bring")) } (next) });
    page(who, Sheet::new(title.clone()).bare(), main)
}

/// Nothing but the proof that it came from our page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plain {
    #[serde(rename = "csrf")]
    _csrf: String,
}

pub async fn cancel(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CashAppointmentId>,
    _: Checked<Plain>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let date = web.write(move |tx| till::appointment_cancel(tx, &actor, id).map(|a| a.date)).await?;
    Ok(see_other(&format!("/appointments?day={date}")))
}
