//! A form on a page of its own, and what the domain says about what was written into it.
use super::{Page, once_field, page};
use crate::gate::Signed;
use crate::look::{
    Button, Choice, Field, FieldErrors, Width, actions, button, error_summary, form, link_button, money,
};
use crate::words::Lang;
use crate::{Fault, Shown};
use kernel::{Currency, Error, Kind, Money, Result};
use maud::{Markup, html};
use party::{Branch, Limits};

/// The page around a form. Texts are given in the reader's language.
pub struct Asking<'a> {
    pub title: &'a str,
    pub lead: &'a str,
    pub crumbs: Vec<(String, String)>,
    pub action: &'a str,
    pub back: &'a str,
    pub button: &'a str,
}

impl Asking<'_> {
    pub fn show(&self, who: &Signed, fields: Markup, errors: &FieldErrors) -> Shown {
        let body = html! {
            (once_field())
            (fields)
            (actions(html! {
                (button(Button::Primary, self.button, None))
                (link_button(Button::Secondary, &who.t("cancel"), self.back))
            }))
        };
        let main = html! { (error_summary(who.words(), errors)) (form(&who.view, self.action, body)) };
        let mut shown = Page::new(self.title).lead(self.lead).wrong(!errors.is_empty());
        for (label, href) in &self.crumbs {
            shown = shown.crumb(label.clone(), href.clone());
        }
        page(who, shown, main)
    }
}

/// A refusal on the merits as an error beside its field: the one the domain names if the form has it, else `field`. What is no such
/// refusal is passed on.
pub fn told(who: &Signed, fields: &[&str], field: &str, why: Error) -> std::result::Result<FieldErrors, Fault> {
    if !matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit) {
        return Err(why.into());
    }
    let named = why.fields().iter().find(|(name, _)| *name == "field").map(|(_, value)| value.as_str());
    let place = named.filter(|name| fields.contains(name)).unwrap_or(field).to_owned();
    Ok(super::opening::beside(&place, who, &why))
}

/// A branch by its name in the reader's language.
pub fn branch_name(who: &Signed, b: &Branch) -> String {
    let name = if who.words().lang == Lang::Zh || b.name_en.is_empty() { &b.name_zh } else { &b.name_en };
    format!("{name} ({})", b.code)
}

/// Branches to choose from.
pub fn branch_choices(who: &Signed, all: &[Branch]) -> Vec<Choice<'static>> {
    all.iter().map(|b| Choice::new(b.id.to_string(), branch_name(who, b))).collect()
}

/// The four limits as they are written; empty for the most that the role may have.
pub struct LimitsGiven<'a> {
    pub per_transaction: &'a str,
    pub per_day: &'a str,
    pub own: &'a str,
    pub release: &'a str,
}

impl LimitsGiven<'_> {
    pub fn fields(&self, who: &Signed, errors: &FieldErrors) -> Markup {
        let w = who.words();
        let one = |name: &'static str, key: &str, value: &str| {
            let field = Field::new(name, who.t(key)).value(value.to_owned()).errors(errors).optional();
            money(w, &field.width(Width::Twelve), Currency::CNY)
        };
        html! {
            p.hint { (who.t("limits-hint")) }
            (one("per_transaction", "rights-per-transaction", self.per_transaction))
            (one("per_day", "rights-per-day", self.per_day))
            (one("own", "rights-own", self.own))
            (one("release", "rights-release", self.release))
        }
    }

    pub fn read(&self, who: &Signed, cap: Limits, errors: &mut FieldErrors) -> Limits {
        let mut one = |name: &str, text: &str, most: i64| match given(text) {
            Ok(None) => most,
            Ok(Some(minor)) => minor,
            Err(_) => {
                errors.add(name, who.t("amount-wrong"));
                0
            }
        };
        Limits {
            currency: cap.currency,
            per_transaction_max: one("per_transaction", self.per_transaction, cap.per_transaction_max),
            per_day_max: one("per_day", self.per_day, cap.per_day_max),
            own_max: one("own", self.own, cap.own_max),
            release_max: one("release", self.release, cap.release_max),
        }
    }
}

fn given(text: &str) -> Result<Option<i64>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let amount = Money::parse(text, Currency::CNY)?;
    if amount.minor < 0 { Err(Error::field("amount", "below zero")) } else { Ok(Some(amount.minor)) }
}
