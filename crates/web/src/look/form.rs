//! Forms: one question a field, the hint under the label, what is wrong said above the field and again at the head of the page.
use super::Text;
use super::button::{Button, button};
use super::icon::{Icon, icon};
use crate::http::csrf;
use crate::view::View;
use crate::words::Words;
use maud::{Markup, html};

/// How wide an input is: as wide as what is expected in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Width {
    #[default]
    Full,
    /// About 2, 6, 12 and 20 characters.
    Two,
    Six,
    Twelve,
    Twenty,
}

impl Width {
    pub(super) fn class(self) -> &'static str {
        match self {
            Width::Full => "input",
            Width::Two => "input w-2",
            Width::Six => "input w-6",
            Width::Twelve => "input w-12",
            Width::Twenty => "input w-20",
        }
    }
}

/// A field of a form. `name` is what is sent; its element is `f-<name>`, which an error summary links to.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: Text<'a>,
    pub hint: Option<Text<'a>>,
    pub error: Option<Text<'a>>,
    pub value: Text<'a>,
    /// Said beside the label; everything else must be filled in.
    pub optional: bool,
    pub width: Width,
    /// For `autocomplete`: `name`, `tel`, `username`, `off`.
    pub autocomplete: Option<&'static str>,
}

impl<'a> Field<'a> {
    pub fn new(name: &'a str, label: impl Into<Text<'a>>) -> Field<'a> {
        Field {
            name,
            label: label.into(),
            hint: None,
            error: None,
            value: "".into(),
            optional: false,
            width: Width::Full,
            autocomplete: None,
        }
    }
    pub fn hint(self, hint: impl Into<Text<'a>>) -> Field<'a> {
        Field { hint: Some(hint.into()), ..self }
    }
    pub fn value(self, value: impl Into<Text<'a>>) -> Field<'a> {
        Field { value: value.into(), ..self }
    }
    /// The error of this field, if `errors` hold one.
    pub fn errors(self, errors: &'a FieldErrors) -> Field<'a> {
        Field { error: errors.of(self.name).map(Text::from), ..self }
    }
    pub fn optional(self) -> Field<'a> {
        Field { optional: true, ..self }
    }
    pub fn width(self, width: Width) -> Field<'a> {
        Field { width, ..self }
    }
    pub fn autocomplete(self, what: &'static str) -> Field<'a> {
        Field { autocomplete: Some(what), ..self }
    }

    pub(super) fn id(&self) -> String {
        format!("f-{}", self.name)
    }
    /// The ids of hint and error, for `aria-describedby`.
    pub(super) fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id()));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id()));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.as_ref().map(|_| "true")
    }
    fn notes(&self, words: Words) -> Markup {
        html! {
            @if let Some(hint) = &self.hint { p.hint id={ (self.id()) "-hint" } { (hint) } }
            @if let Some(error) = &self.error {
                p.field-error id={ (self.id()) "-error" } {
                    (icon(Icon::Warn)) span { span.aside { (words.t("error-prefix")) } (error) }
                }
            }
        }
    }
    fn caption(&self, words: Words) -> Markup {
        html! { (self.label) @if self.optional { span.optional { (words.t("field-optional")) } } }
    }

    /// A label, its notes and one control.
    pub(super) fn around(&self, words: Words, control: Markup) -> Markup {
        html! {
            div.field.field-wrong[self.error.is_some()] {
                label.label for=(self.id()) { (self.caption(words)) }
                (self.notes(words))
                (control)
            }
        }
    }
    /// A legend, its notes and several controls.
    pub(super) fn around_group(&self, words: Words, controls: Markup) -> Markup {
        html! {
            fieldset.field.field-wrong[self.error.is_some()] aria-describedby=[self.described_by()] {
                legend.label { (self.caption(words)) }
                (self.notes(words))
                (controls)
            }
        }
    }
}

/// What is wrong with a form as it was sent: field names and messages, in the order of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    pub fn new() -> FieldErrors {
        FieldErrors::default()
    }
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The fields that are wrong, in the order of the page.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
    /// The errors of the fields that `keep` names.
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> FieldErrors {
        FieldErrors(self.0.iter().filter(|(name, _)| keep(name)).cloned().collect())
    }
}

/// The list at the head of the page, each line a link to its field. Nothing when nothing is wrong.
pub fn error_summary(words: Words, errors: &FieldErrors) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.error-summary role="alert" tabindex="-1" data-focus {
                h2.error-summary-title { (icon(Icon::Warn)) (words.t("error-summary-title")) }
                ul.error-summary-list { @for (field, message) in &errors.0 { li { a href={ "#f-" (field) } { (message) } } } }
            }
        }
    }
}

/// The hidden field that [`csrf::Checked`] asks for.
pub fn proof(view: &View) -> Markup {
    html! { input type="hidden" name=(csrf::FIELD) value=(view.form_proof()); }
}

/// A form that changes something: sent once, from our own page. The browser's own bubbles are off; the server says what is wrong.
pub fn form(view: &View, action: &str, body: Markup) -> Markup {
    html! { form.form method="post" action=(action) novalidate data-once { (proof(view)) (body) } }
}

/// The same, for what moves no money and may wait: without a network the script keeps it and sends it once when there is one. `says` is
/// what the reader is told waits. What must not be done twice carries its own key.
pub fn form_waiting(view: &View, action: &str, says: &str, body: Markup) -> Markup {
    html! {
        form.form method="post" action=(action) novalidate data-once data-queue=(says) {
            (proof(view)) (body)
            p.hint role="status" data-waits hidden { (view.t("offline-waits")) }
        }
    }
}

/// The same with files.
pub fn form_files(view: &View, action: &str, body: Markup) -> Markup {
    html! { form.form method="post" action=(action) enctype="multipart/form-data" novalidate data-once { (proof(view)) (body) } }
}

/// The search and filters above a table; a GET, so that its answer has an address.
pub fn filter_bar(words: Words, action: &str, fields: Markup) -> Markup {
    html! {
        form.filter-bar method="get" action=(action) role="search" {
            (fields)
            div.filter-bar-actions {
                (button(Button::Secondary, &words.t("filter-apply"), None))
                a.filter-bar-clear href=(action) { (words.t("filter-clear")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::text;

    #[test]
    fn what_a_visitor_wrote_is_text_everywhere() {
        let evil = "\"><script>alert(1)</script>";
        let mut errors = FieldErrors::new();
        errors.add("memo", evil);
        let field = Field::new("memo", evil).hint(evil).value(evil).errors(&errors);
        let page = html! { (error_summary(Words::default(), &errors)) (text(Words::default(), &field)) }.into_string();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("value=\"&quot;&gt;&lt;script"), "{page}");
    }

    #[test]
    fn an_error_is_tied_to_its_field() {
        let mut errors = FieldErrors::new();
        errors.add("memo", "too long");
        let page = text(Words::default(), &Field::new("memo", "Memo").hint("h").errors(&errors)).into_string();
        for part in [
            "id=\"f-memo\"",
            "aria-describedby=\"f-memo-hint f-memo-error\"",
            "aria-invalid=\"true\"",
            "id=\"f-memo-error\"",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(error_summary(Words::default(), &errors).into_string().contains("href=\"#f-memo\""));
        assert_eq!(error_summary(Words::default(), &FieldErrors::new()).into_string(), "");
    }
}
