//! The papers of a site: the agreement of owner, contractor and bank, and the filing with the labour bureau.
use super::desk::fault;
use super::site::{Place, against, kept, law, sheet};
use super::{given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::ProjectId;
use kernel::{Date, Error};
use maud::{Markup, html};
use serde::Deserialize;
use worksite::{Agreement, AgreementNew, DeadlineKind, Milestone};

/// What is written into one of the two forms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaperForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    number: String,
    on: String,
}

/// The site with its papers.
struct Papers {
    place: Place,
    agreements: Vec<(Agreement, String)>,
    filing: Option<(Milestone, String)>,
}

async fn load(web: &Web, who: &Signed, id: ProjectId) -> Result<Papers, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let place = kept(tx, &actor, id)?;
        let all = worksite::agreements(tx, &actor, id)?;
        let named = all.into_iter().map(|a| Ok((party::who_name(tx, &a.made_by)?, a)));
        let agreements = named.map(|r: kernel::Result<_>| r.map(|(n, a)| (a, n))).collect::<kernel::Result<_>>()?;
        let filing = match Milestone::of(tx, &actor, id, DeadlineKind::Filing)? {
            Some(m) => Some((party::who_name(tx, &m.made_by)?, m)).map(|(n, m)| (m, n)),
            None => None,
        };
        Ok(Papers { place, agreements, filing })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let papers = load(&web, &who, id).await?;
    Ok(shown(&who, &papers, Wrong::Nothing))
}

/// Which of the two forms is shown again.
enum Wrong<'a> {
    Nothing,
    Agreement(&'a PaperForm, FieldErrors),
    Filing(&'a PaperForm, FieldErrors),
}

fn shown(who: &Signed, p: &Papers, wrong: Wrong<'_>) -> Shown {
    let (none, empty) = (FieldErrors::new(), PaperForm::default());
    let (agreement, filing) = match &wrong {
        Wrong::Agreement(form, errors) => ((*form, errors), (&empty, &none)),
        Wrong::Filing(form, errors) => ((&empty, &none), (*form, errors)),
        Wrong::Nothing => ((&empty, &none), (&empty, &none)),
    };
    let bad = !agreement.1.is_empty() || !filing.1.is_empty();
    let main = html! {
        (law(who, &p.place))
        (error_summary(who.words(), agreement.1)) (error_summary(who.words(), filing.1))
        (agreement_part(who, p, agreement))
        (filing_part(who, p, filing))
    };
    page(who, sheet(who, &p.place, who.t("site-papers").into_owned()).wrong(bad), main)
}

fn asked(
    who: &Signed,
    p: &Papers,
    action: &str,
    keys: [&str; 3],
    (given, errors): (&PaperForm, &FieldErrors),
) -> Markup {
    let w = who.words();
    let number = Field::new("number", who.t(keys[0])).value(given.number.as_str()).errors(errors);
    let on = Field::new("on", who.t(keys[1])).value(given.on.as_str()).errors(errors);
    let fields = html! {
        (text(w, &number.width(Width::Twenty)))
        (date(w, &on, None, Some(p.place.today)))
        (actions(button(Button::Primary, &who.t(keys[2]), None)))
    };
    form(&who.view, &format!("/wages/projects/{}/site/{action}", p.place.project.id), fields)
}

fn agreement_part(who: &Signed, p: &Papers, given: (&PaperForm, &FieldErrors)) -> Markup {
    let w = who.words();
    let row = |(a, name): &(Agreement, String)| {
        [html! { (a.agreement) }, html! { (a.parties.0.join(" · ")) }, day(w, a.signed_on), say::by(w, name, a.made_at)]
    };
    let table = Table::new(who.t("site-agreements"))
        .text(who.t("site-agreement-number"))
        .text(who.t("site-parties"))
        .text(who.t("site-signed"))
        .text(who.t("site-made"))
        .rows(p.agreements.iter().map(row));
    html! {
        h2 { (who.t("site-agreement")) }
        p { (who.t("site-agreement-lead")) }
        @if !p.agreements.is_empty() { (table.caption_hidden().show(w)) }
        (asked(who, p, "agreement", ["site-agreement-number", "site-signed", "site-agreement-do"], given))
    }
}

fn filing_part(who: &Signed, p: &Papers, given: (&PaperForm, &FieldErrors)) -> Markup {
    let w = who.words();
    html! {
        h2 { (who.t("site-filing")) }
        @if let Some((m, name)) = &p.filing {
            (summary_list(w, &[
                Row::new(who.t("site-filing-number"), html! { (m.document) }),
                Row::new(who.t("site-filed-on"), day(w, m.done_on)),
                Row::new(who.t("site-made"), say::by(w, name, m.made_at)),
            ]))
        }
        (asked(who, p, "filing", ["site-filing-number", "site-filed-on", "site-filing-do"], given))
    }
}

/// The number and the day, or what is wrong with them.
fn read(who: &Signed, given: &PaperForm) -> Result<(String, Date), FieldErrors> {
    let mut errors = FieldErrors::new();
    let number = given::text(who, &mut errors, "number", &given.number, "site-number-missing").to_owned();
    let on = given::day(who, &mut errors, "on", &given.on);
    if given.on.trim().is_empty() {
        errors.add("on", who.t("site-day-missing"));
    }
    match on {
        Some(on) if errors.is_empty() => Ok((number, on)),
        _ => Err(errors),
    }
}

fn beside(who: &Signed, why: Error) -> Result<FieldErrors, Fault> {
    Ok(fault(who, &against(why)?, &["number", "on"], "number"))
}

pub async fn agreement(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<PaperForm>,
) -> Result<Response, Fault> {
    let papers = load(&web, &who, id).await?;
    let again = |errors| Ok(refused(shown(&who, &papers, Wrong::Agreement(&given, errors))));
    let (agreement, on) = match read(&who, &given) {
        Ok(read) => read,
        Err(errors) => return again(errors),
    };
    let (actor, new) = (who.actor.clone(), AgreementNew { agreement, signed_on: Some(on), text: Vec::new() });
    match web.write(move |tx| worksite::record_agreement(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site/papers"))),
        Err(why) => again(beside(&who, why)?),
    }
}

pub async fn filing(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<PaperForm>,
) -> Result<Response, Fault> {
    let papers = load(&web, &who, id).await?;
    let again = |errors| Ok(refused(shown(&who, &papers, Wrong::Filing(&given, errors))));
    let (number, on) = match read(&who, &given) {
        Ok(read) => read,
        Err(errors) => return again(errors),
    };
    let actor = who.actor.clone();
    match web.write(move |tx| worksite::record_filing(tx, &actor, id, &number, on)).await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site"))),
        Err(why) => again(beside(&who, why)?),
    }
}
