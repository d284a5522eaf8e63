//! What units of wealth products were worth at the end of a day (单位净值): a box for each product that is known by then. What is
//! filled in becomes a text of values as any other and waits for a second person.
use super::Leaf;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::pages::asking::{Asking, told};
use crate::pages::wealth::said;
use crate::pages::{given, refused};
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::terms::{self, Dated, WealthShelf, WealthTerms};
use axum::extract::State;
use axum::response::Response;
use kernel::Date;
use maud::{Markup, html};
use wealth::Product;

/// The name of a product's box is this and its code.
const VALUE: &str = "value-";

/// What was filled in, by the names of the fields.
type Fields = Vec<(String, String)>;

fn filled<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
}

async fn shelf(web: &Web, who: &Signed) -> Result<(Date, WealthShelf), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| Ok((tx.business_date()?, terms::all::<WealthTerms>(tx, &actor)?))).await?)
}

/// The version of each product that holds on a day, and has not ended.
fn valued(all: &WealthShelf, day: Date) -> Vec<&Product> {
    let first = all.shelf.products().iter().filter(|p| p.version == 1);
    let now = first.filter_map(|p| all.shelf.product(&p.code, day).ok());
    now.filter(|p| p.terms().matures.is_none_or(|last| day <= last)).collect()
}

pub async fn form(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (today, all) = shelf(&web, &who).await?;
    Ok(form_page(&who, &all, today, &Fields::new(), &FieldErrors::new()))
}

fn form_page(who: &Signed, all: &WealthShelf, today: Date, fields: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let day = if fields.is_empty() { today.to_string() } else { filled(fields, "day").to_owned() };
    let boxed = |p: &&Product| -> Markup {
        let name = format!("{VALUE}{}", p.code);
        let hint = match all.values.iter().find(|v| v.product == p.code) {
            Some(v) => {
                w.t_with("wealth-values-last", &[("value", v.value.to_string().into()), ("day", w.date(v.day).into())])
            }
            None => who.t("wealth-terms-no-value").into_owned(),
        };
        let field = Field::new(&name, format!("{} {}", said(w, &p.terms().name), p.code));
        number(w, &field.hint(hint).value(filled(fields, &name)).width(Width::Twelve).optional().errors(errors))
    };
    let document = Field::new("document", who.t("wealth-values-document")).hint(who.t("wealth-values-document-hint"));
    let body = html! {
        (date(w, &Field::new("day", who.t("wealth-values-day")).value(day).errors(errors), None, Some(today)))
        (text(w, &document.value(filled(fields, "document")).errors(errors)))
        @for p in valued(all, today) { (boxed(&p)) }
    };
    let asking = Asking {
        title: &who.t("wealth-entry"),
        lead: &who.t("wealth-values-lead"),
        crumbs: vec![(who.t(WealthTerms::TITLE).into_owned(), WealthTerms::PATH.into())],
        action: "/wealth-terms/values",
        back: WealthTerms::PATH,
        button: &who.t("terms-send"),
    };
    asking.show(who, body, errors)
}

/// The values of a day, by product.
struct Entered {
    day: Date,
    document: String,
    values: Fields,
}

/// What was entered, or what is missing.
fn read(who: &Signed, fields: &Fields) -> Result<Entered, FieldErrors> {
    let mut errors = FieldErrors::new();
    let day = given::day(who, &mut errors, "day", filled(fields, "day"));
    if day.is_none() && errors.is_empty() {
        errors.add("day", who.t("day-missing"));
    }
    let document = filled(fields, "document");
    if document.is_empty() {
        errors.add("document", who.t("wealth-values-document-missing"));
    }
    let values = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(VALUE)?, value.trim())));
    let values: Vec<_> = values.filter(|(_, v)| !v.is_empty()).map(|(c, v)| (c.to_owned(), v.to_owned())).collect();
    if values.is_empty() {
        errors.add("day", who.t("wealth-values-none"));
    }
    match day {
        Some(day) if errors.is_empty() => Ok(Entered { day, document: document.to_owned(), values }),
        _ => Err(errors),
    }
}

/// Each fault beside the box of its product; what has none beside the day.
fn beside(who: &Signed, review: &wealth::TermsReview, day: Date) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for f in WealthTerms::faults(review) {
        let code = f.entry.strip_prefix("nav ").and_then(|rest| rest.strip_suffix(&format!(" {day}")));
        let field = match (code, f.field.as_str()) {
            (_, "document") => "document".to_owned(),
            (Some(code), _) => format!("{VALUE}{code}"),
            (None, _) => "day".to_owned(),
        };
        errors.add(field, super::said(who.words(), f));
    }
    errors
}

pub async fn enter(State(web): State<Web>, who: Signed, Checked(fields): Checked<Fields>) -> Result<Response, Fault> {
    let (today, all) = shelf(&web, &who).await?;
    let again = |errors: &FieldErrors| refused(form_page(&who, &all, today, &fields, errors));
    let Entered { day, document, values } = match read(&who, &fields) {
        Ok(read) => read,
        Err(errors) => return Ok(again(&errors)),
    };
    let written = terms::values_text(day, &document, &values);
    let (actor, asked) = (who.actor.clone(), written.clone());
    let review = web.read(move |tx| terms::review::<WealthTerms>(tx, &actor, &asked)).await?;
    if !review.faults.is_empty() {
        return Ok(again(&beside(&who, &review, day)));
    }
    let actor = who.actor.clone();
    let kept = web.write(move |tx| terms::keep::<WealthTerms>(tx, &actor, &format!("values-{day}.toml"), &written));
    match kept.await {
        Ok(draft) => Ok(see_other(&format!("{}/drafts/{}", WealthTerms::PATH, draft.name()))),
        Err(why) => Ok(again(&told(&who, &[], "day", why)?)),
    }
}
