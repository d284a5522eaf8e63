//! What people write into forms: read, or told what is wrong with it beside the field.
use crate::gate::Signed;
use crate::look::FieldErrors;
use kernel::{Currency, Date, Money};

/// An amount of yuan above zero.
pub fn amount(who: &Signed, errors: &mut FieldErrors, field: &str, text: &str) -> Option<Money> {
    match Money::parse(text, Currency::CNY) {
        Ok(amount) if amount.is_positive() => Some(amount),
        _ => {
            errors.add(field, if text.trim().is_empty() { who.t("amount-missing") } else { who.t("amount-wrong") });
            None
        }
    }
}

/// A text that must be there; `missing` is said when it is not.
pub fn text<'t>(who: &Signed, errors: &mut FieldErrors, field: &str, text: &'t str, missing: &str) -> &'t str {
    let text = text.trim();
    if text.is_empty() {
        errors.add(field, who.t(missing));
    }
    text
}

/// A day as the browser's calendar sends it, or as people write it; empty is `None`.
pub fn day(who: &Signed, errors: &mut FieldErrors, field: &str, text: &str) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let plain = text.replace(['/', '.'], "-");
    let day = Date::parse(&plain).ok();
    if day.is_none() {
        errors.add(field, who.t("day-wrong"));
    }
    day
}

/// Digits of a card or account number, as people write it with spaces.
pub fn number(text: &str) -> String {
    kernel::chinese::half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}
