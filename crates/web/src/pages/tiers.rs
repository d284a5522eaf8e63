//! A person's tier as staff see it: what it lets through each channel and how much of that is used today; and another tier.
use super::desk::{fault, order};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, Allowance, TierMove, TierView, tier_view};
use axum::extract::State;
use axum::response::Response;
use kernel::id::PersonId;
use kernel::{Channel, Error, Money};
use maud::{Markup, html};
use party::{Permission as P, Tier};
use serde::Deserialize;

pub(super) fn tier_shown(who: &Signed, tier: Tier) -> String {
    say::told(who.words(), "tier", &tier.code().to_ascii_lowercase()).into_owned()
}

/// Tier, limits and what is used of them.
pub(super) fn limits(who: &Signed, t: &TierView) -> Markup {
    let w = who.words();
    let none = || html! { (who.t("limit-none")) };
    let sum = |m: Option<Money>| m.map_or_else(none, |m| amount(w, m));
    let row = |a: &Allowance| {
        let of = |limit: Option<Money>, used: Option<Money>| {
            html! { div { (sum(limit)) @if let Some(used) = used { br; span.hint { (w.t_with("limit-used", &[("amount", w.money(used).into())])) } } } }
        };
        [
            html! { div { (functions(who, a)) br; span.hint { (channels(who, a)) } } },
            sum(a.per_transaction),
            of(a.per_day, a.used_today),
            of(a.per_year, a.used_this_year),
        ]
    };
    let table = Table::new(who.t("limits"))
        .text(who.t("limit-what"))
        .figures(who.t("limit-per-transaction"))
        .figures(who.t("limit-per-day"))
        .figures(who.t("limit-per-year"))
        .rows(t.allowances.iter().map(row));
    let mut rows = vec![Row::new(who.t("person-tier"), html! { strong { (tier_shown(who, t.tier)) } })];
    if let Some(max) = t.balance_max {
        rows.push(Row::new(who.t("tier-balance-max"), amount(w, max)));
    }
    rows.push(Row::new(who.t("own-cap"), sum(t.own_cap)));
    html! { (summary_list(w, &rows)) (table.show(w)) }
}

fn told(who: &Signed, prefix: &str, codes: impl Iterator<Item = &'static str>) -> String {
    codes.map(|c| say::told(who.words(), prefix, c).into_owned()).collect::<Vec<_>>().join(&who.t("list-comma"))
}

/// What an allowance is for.
pub(super) fn functions(who: &Signed, a: &Allowance) -> String {
    told(who, "tier-function", a.functions.iter().map(|f| f.code()))
}

/// Through which channels of a person.
pub(super) fn channels(who: &Signed, a: &Allowance) -> String {
    told(who, "channel", a.channels.iter().filter(|c| is_for_people(**c)).map(|c| c.code()))
}

/// Channels a person uses himself; the rest are the bank's and its partners' programs.
pub(super) fn is_for_people(channel: Channel) -> bool {
    matches!(channel, Channel::Counter | Channel::Kiosk | Channel::Phone | Channel::Remote)
}

pub(super) async fn view(web: &Web, who: &Signed, id: PersonId) -> Result<TierView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| tier_view(tx, &actor, id)).await?)
}

pub(super) fn himself(who: &Signed) -> Result<PersonId, Fault> {
    who.person().ok_or_else(|| Fault(Error::forbidden("only customers have a tier of their own")))
}

/// Another tier, as staff write it into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoveForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    to: String,
    reason: String,
}

pub async fn of_person(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let (t, name) = seen(&web, &who, id).await?;
    Ok(move_page(&who, &t, &name, &MoveForm::default(), &FieldErrors::new()))
}

async fn seen(web: &Web, who: &Signed, id: PersonId) -> Result<(TierView, String), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| Ok((tier_view(tx, &actor, id)?, party::person_view(tx, &actor, id)?.name)));
    Ok(found.await?)
}

fn move_page(who: &Signed, t: &TierView, name: &str, given: &MoveForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let others = Tier::ALL.iter().filter(|to| **to != t.tier).map(|to| {
        let hint = if to.rank() > t.tier.rank() { "tier-up-hint" } else { "tier-down-hint" };
        Choice::new(to.code(), tier_shown(who, *to)).hint(who.t(hint))
    });
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (radios(w, &field("to", "tier-to", &given.to), &others.collect::<Vec<_>>()))
        (multiline(w, &field("reason", "tier-evidence", &given.reason).hint(who.t("tier-evidence-hint")), 3, super::confirm::REASON_CHARS_MAX))
        (actions(button(Button::Primary, &who.t("tier-move"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (limits(who, t))
        @if who.holds(P::PersonTier) {
            h2 { (who.t("tier-other")) }
            (form(&who.view, &format!("/customers/{}/tier", t.person), fields))
        }
    };
    let shown = Sheet::new(who.t("person-tier")).crumb(who.t("customers"), "/customers");
    let shown = shown.crumb(name.to_owned(), format!("/customers/{}", t.person)).wrong(!errors.is_empty());
    page(who, shown, main)
}

pub async fn move_to(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(form): Checked<MoveForm>,
) -> Result<Response, Fault> {
    let (t, name) = seen(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let to = Tier::parse(&form.to);
    if to.is_none() {
        errors.add("to", who.t("choice-missing"));
    }
    let why = given::text(&who, &mut errors, "reason", &form.reason, "reason-missing").to_owned();
    let (Some(to), true) = (to, errors.is_empty()) else {
        return Ok(refused(move_page(&who, &t, &name, &form, &errors)));
    };
    let again = |why: &Error| move_page(&who, &t, &name, &form, &fault(&who, why, &["reason"], "to"));
    order(&web, &who, Act::Tier(TierMove { person: id, to, why }), &format!("/customers/{id}/tier"), again).await
}
