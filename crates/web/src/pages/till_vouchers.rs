//! Blank vouchers of a branch by their numbers: received by two, given to tills and taken back by two, spoilt ones voided with a reason.
use super::asking::{Asking, told};
use super::till_day::branch_of;
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::{DrawerId, VoucherRangeId};
use kernel::{Error, Result};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;
use till::{DrawerKind, DrawerView, RangeState, VoucherKind, VoucherRange};

struct Seen {
    ranges: Vec<VoucherRange>,
    drawers: Vec<DrawerView>,
}

async fn look(web: &Web, who: &Signed) -> Result<Seen, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(who)?);
    let found = web.read(move |tx| {
        let ranges = till::vouchers(tx, &actor, branch)?.into_iter().filter(|r| r.state != RangeState::Split).collect();
        Ok(Seen { ranges, drawers: till::drawers(tx, &actor, branch)? })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let seen = look(&web, &who).await?;
    let main = html! {
        (actions(html! {
            @if who.holds(P::VaultKeep) { (link_button(Button::Primary, &who.t("voucher-receive"), "/vouchers/receipt")) }
            @if who.holds(P::TillOperate) { (link_button(Button::Secondary, &who.t("voucher-void"), "/vouchers/void")) }
        }))
        (table(&who, &seen))
    };
    Ok(page(&who, Sheet::new(who.t("vouchers")).lead(who.t("vouchers-lead")), main))
}

fn table(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let name = |id: DrawerId| super::till_vault::name_of(&seen.drawers, id, "");
    let asked = |r: &VoucherRange| {
        html! {
            @match (r.asked_for, r.asked_last) {
                (Some(to), Some(last)) => {
                    (status(Tone::Info, &w.t_with("voucher-asked", &[("to", name(to).into()), ("last", last.into())]), "", ""))
                    @if r.asked_by != Some(who.actor.principal()) {
                        (form(&who.view, &format!("/vouchers/{}/countersignature", r.id), button(Button::Primary, &who.t("voucher-countersign"), None)))
                    }
                },
                _ if who.holds(P::VaultKeep) && r.blank() > 0 => (link_button(Button::Secondary, &who.t("voucher-issue"), &format!("/vouchers/{}/issue", r.id))),
                _ => {},
            }
        }
    };
    let row = |r: &VoucherRange| {
        [
            html! { (say::told(w, "voucher-kind", r.kind.code())) },
            html! { (name(r.drawer)) },
            html! { (r.next) "–" (r.last) },
            html! { (r.blank()) },
            asked(r),
        ]
    };
    Table::new(who.t("vouchers"))
        .text(who.t("voucher-kind"))
        .text(who.t("voucher-drawer"))
        .text(who.t("voucher-numbers"))
        .figures(who.t("voucher-left"))
        .text(who.t("voucher-next"))
        .rows(seen.ranges.iter().map(row))
        .when_empty(who.t("vouchers-none"))
        .caption_hidden()
        .show(w)
}

/// What is written into one of the three forms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VoucherForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    kind: String,
    first: String,
    last: String,
    to: String,
    count: String,
    number: String,
    reason: String,
}

fn whole(who: &Signed, errors: &mut FieldErrors, name: &str, text: &str) -> i64 {
    match text.trim().parse::<i64>() {
        Ok(n) if n > 0 => n,
        _ => {
            errors.add(name, who.t("voucher-number-wrong"));
            0
        }
    }
}

fn kind(who: &Signed, errors: &mut FieldErrors, text: &str) -> VoucherKind {
    VoucherKind::parse(text).unwrap_or_else(|| {
        errors.add("kind", who.t("choose-one"));
        VoucherKind::Passbook
    })
}

fn kinds(who: &Signed, given: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let choices: Vec<Choice<'_>> =
        VoucherKind::ALL.iter().map(|k| Choice::new(k.code(), say::told(w, "voucher-kind", k.code()))).collect();
    select(w, &Field::new("kind", who.t("voucher-kind")).value(given.to_owned()).errors(errors), &choices)
}

fn figure(who: &Signed, name: &'static str, key: &str, given: &str, errors: &FieldErrors) -> Markup {
    number(who.words(), &Field::new(name, who.t(key)).value(given.to_owned()).width(Width::Twelve).errors(errors))
}

fn asking(who: &Signed, key: &str, action: &str, fields: Markup, errors: &FieldErrors) -> Shown {
    let form = Asking {
        title: &who.t(key),
        lead: &who.t("vouchers-lead"),
        crumbs: vec![(who.t("vouchers").into_owned(), "/vouchers".into())],
        action,
        back: "/vouchers",
        button: &who.t(key),
    };
    form.show(who, fields, errors)
}

fn receipt_page(who: &Signed, f: &VoucherForm, errors: &FieldErrors) -> Shown {
    let fields = html! {
        (kinds(who, &f.kind, errors))
        (figure(who, "first", "voucher-first", &f.first, errors))
        (figure(who, "last", "voucher-last", &f.last, errors))
    };
    asking(who, "voucher-receive", "/vouchers/receipt", fields, errors)
}

pub async fn receipt(who: Signed) -> Shown {
    receipt_page(&who, &VoucherForm::default(), &FieldErrors::new())
}

pub async fn receive(State(web): State<Web>, who: Signed, Checked(f): Checked<VoucherForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let kind = kind(&who, &mut errors, &f.kind);
    let (first, last) = (whole(&who, &mut errors, "first", &f.first), whole(&who, &mut errors, "last", &f.last));
    if !errors.is_empty() {
        return Ok(refused(receipt_page(&who, &f, &errors)));
    }
    let seen = look(&web, &who).await?;
    let vault = seen.drawers.iter().find(|d| d.kind == DrawerKind::Vault).map(|d| d.id);
    let vault =
        vault.ok_or_else(|| Error::not_found("vault", branch_of(&who).map(|b| b.to_string()).unwrap_or_default()))?;
    let actor = who.actor.clone();
    match web.write(move |tx| till::voucher_receive(tx, &actor, vault, kind, first, last)).await {
        Ok(_) => Ok(see_other("/vouchers")),
        Err(why) => Ok(refused(receipt_page(&who, &f, &told(&who, &["first", "last"], "last", why)?))),
    }
}

fn issue_page(who: &Signed, seen: &Seen, r: &VoucherRange, f: &VoucherForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let fits = |d: &&DrawerView| d.id != r.drawer && matches!(d.kind, DrawerKind::Till | DrawerKind::Vault);
    let drawers: Vec<Choice<'_>> =
        seen.drawers.iter().filter(fits).map(|d| Choice::new(d.id.to_string(), d.name.clone())).collect();
    let fields = html! {
        (summary_list(w, &[
            Row::new(who.t("voucher-kind"), html! { (say::told(w, "voucher-kind", r.kind.code())) }),
            Row::new(who.t("voucher-numbers"), html! { (r.next) "–" (r.last) }),
        ]))
        (select(w, &Field::new("to", who.t("voucher-to")).value(f.to.as_str()).errors(errors), &drawers))
        (figure(who, "count", "voucher-count", &f.count, errors))
    };
    asking(who, "voucher-issue", &format!("/vouchers/{}/issue", r.id), fields, errors)
}

async fn range(web: &Web, who: &Signed, id: VoucherRangeId) -> Result<(Seen, VoucherRange), Fault> {
    let seen = look(web, who).await?;
    let found = seen.ranges.iter().find(|r| r.id == id).cloned();
    Ok((seen, found.ok_or_else(|| Error::not_found("voucher range", id))?))
}

pub async fn issuing(State(web): State<Web>, who: Signed, At(id): At<VoucherRangeId>) -> Result<Shown, Fault> {
    let (seen, r) = range(&web, &who, id).await?;
    Ok(issue_page(&who, &seen, &r, &VoucherForm::default(), &FieldErrors::new()))
}

pub async fn issue(
    State(web): State<Web>,
    who: Signed,
    At(id): At<VoucherRangeId>,
    Checked(f): Checked<VoucherForm>,
) -> Result<Response, Fault> {
    let (seen, r) = range(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let (to, count) = (f.to.parse::<DrawerId>(), whole(&who, &mut errors, "count", &f.count));
    if to.is_err() {
        errors.add("to", who.t("choose-one"));
    }
    let (Ok(to), true) = (to, errors.is_empty()) else {
        return Ok(refused(issue_page(&who, &seen, &r, &f, &errors)));
    };
    let actor = who.actor.clone();
    match web.write(move |tx| till::voucher_issue(tx, &actor, id, to, count)).await {
        Ok(_) => Ok(see_other("/vouchers")),
        Err(why) => Ok(refused(issue_page(&who, &seen, &r, &f, &told(&who, &["to", "count"], "count", why)?))),
    }
}

pub async fn countersign(
    State(web): State<Web>,
    who: Signed,
    At(id): At<VoucherRangeId>,
    _: Checked<VoucherForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| till::voucher_countersign(tx, &actor, id)).await?;
    Ok(see_other("/vouchers"))
}

fn void_page(who: &Signed, f: &VoucherForm, errors: &FieldErrors) -> Shown {
    let reason = Field::new("reason", who.t("reason")).value(f.reason.as_str()).errors(errors);
    let fields = html! {
        (kinds(who, &f.kind, errors))
        (figure(who, "number", "voucher-number", &f.number, errors))
        (multiline(who.words(), &reason, 2, super::confirm::REASON_CHARS_MAX))
    };
    asking(who, "voucher-void", "/vouchers/void", fields, errors)
}

pub async fn voiding(who: Signed) -> Shown {
    void_page(&who, &VoucherForm::default(), &FieldErrors::new())
}

pub async fn void(State(web): State<Web>, who: Signed, Checked(f): Checked<VoucherForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let kind = kind(&who, &mut errors, &f.kind);
    let number = whole(&who, &mut errors, "number", &f.number);
    let reason = super::given::text(&who, &mut errors, "reason", &f.reason, "reason-missing").to_owned();
    if !errors.is_empty() {
        return Ok(refused(void_page(&who, &f, &errors)));
    }
    let once = if f.once.is_empty() { format!("void-{kind}-{number}") } else { f.once.clone() };
    let asked = Asked::new(&who.actor, &once, "till.voucher_void.page", &(kind, number))?;
    let actor = who.actor.clone();
    match web
        .write_once(&asked, move |tx| till::voucher_void(tx, &actor, kind, number, &reason).map(|u| u.number))
        .await
    {
        Ok(_) => Ok(see_other("/vouchers")),
        Err(why) => Ok(refused(void_page(&who, &f, &told(&who, &["number", "reason"], "number", why)?))),
    }
}
