//! Inputs of one line and the box of several.
use super::form::{Field, Width};
use crate::words::Words;
use kernel::Currency;
use maud::{Markup, html};

/// Characters a one-line input takes.
pub const INPUT_CHARS_MAX: u32 = 200;

struct Kind {
    of: &'static str,
    mode: Option<&'static str>,
    autocomplete: Option<&'static str>,
    class: &'static str,
}

fn control(field: &Field<'_>, kind: Kind, width: Width) -> Markup {
    html! {
        input class={ (width.class()) (kind.class) } id=(field.id()) name=(field.name) type=(kind.of) value=(field.value)
            inputmode=[kind.mode] autocomplete=[field.autocomplete.or(kind.autocomplete)] maxlength=(INPUT_CHARS_MAX)
            spellcheck="false" aria-describedby=[field.described_by()] aria-invalid=[field.invalid()];
    }
}

pub fn text(words: Words, field: &Field<'_>) -> Markup {
    let kind = Kind { of: "text", mode: None, autocomplete: None, class: "" };
    field.around(words, control(field, kind, field.width))
}

/// Digits: a card number, a count. A text input with the digits' keyboard, so that leading zeros stay and a wheel changes nothing.
pub fn number(words: Words, field: &Field<'_>) -> Markup {
    let kind = Kind { of: "text", mode: Some("numeric"), autocomplete: None, class: " input-digits" };
    field.around(words, control(field, kind, field.width))
}

/// An amount, with the currency beside it.
pub fn money(words: Words, field: &Field<'_>, currency: Currency) -> Markup {
    let kind = Kind { of: "text", mode: Some("decimal"), autocomplete: Some("off"), class: " input-digits" };
    let (unit, after) = words.unit(currency);
    let width = if field.width == Width::Full { Width::Twelve } else { field.width };
    let beside = html! { span.input-unit aria-hidden="true" { (unit) } };
    let control = html! { div.input-row.input-money { @if !after { (beside) } (control(field, kind, width)) @if after { (beside) } } };
    field.around(words, control)
}

/// A password. It may be pasted and shown (WCAG 2.2, 3.3.8); it is never sent back in a page.
pub fn password(words: Words, field: &Field<'_>) -> Markup {
    let kind = Kind { of: "password", mode: None, autocomplete: Some("current-password"), class: "" };
    let bare = Field { value: "".into(), ..field.clone() };
    let control = html! {
        div.input-row {
            (control(&bare, kind, Width::Twenty))
            button.button.button-secondary type="button" data-reveal=(field.id()) data-hide=(words.t("password-hide"))
                aria-controls=(field.id()) aria-pressed="false" hidden { (words.t("password-show")) }
        }
    };
    field.around(words, control)
}

/// A one-time code from a message or an app.
pub fn code(words: Words, field: &Field<'_>) -> Markup {
    let kind = Kind {
        of: "text",
        mode: Some("numeric"),
        autocomplete: Some("one-time-code"),
        class: " input-digits input-code",
    };
    field.around(words, control(field, kind, Width::Six))
}

/// Several lines, `chars_max` characters at most.
pub fn multiline(words: Words, field: &Field<'_>, rows: u8, chars_max: u32) -> Markup {
    let control = html! {
        textarea.input id=(field.id()) name=(field.name) rows=(rows) maxlength=(chars_max)
            aria-describedby=[field.described_by()] aria-invalid=[field.invalid()] { (field.value) }
    };
    field.around(words, control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_sent_back() {
        let page = password(Words::default(), &Field::new("secret", "S").value("hunter2")).into_string();
        assert!(!page.contains("hunter2"));
    }
}
