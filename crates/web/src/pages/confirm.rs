//! A page that asks once more, with everything that will happen, and a reason where one is needed.
use super::{Page, once_field, page};
use crate::Shown;
use crate::gate::Signed;
use crate::look::{
    Button, Field, FieldErrors, Row, actions, button, error_summary, form, link_button, multiline, summary_list,
};
use maud::{Markup, html};
use serde::Deserialize;

/// Characters of a reason at most.
pub const REASON_CHARS_MAX: u32 = 200;

/// What a [`Confirm`] page sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    #[serde(default)]
    pub once: String,
    /// What stands for the thing that was shown; the domain compares it.
    #[serde(default)]
    pub hash: String,
    #[serde(default)]
    pub reason: String,
}

/// The question. Texts are given in the reader's language.
pub struct Confirm<'a> {
    pub title: &'a str,
    pub lead: &'a str,
    pub crumbs: Vec<(String, String)>,
    pub rows: Vec<Row<'a>>,
    /// Shown above the buttons: a warning, a table.
    pub more: Markup,
    pub action: &'a str,
    pub back: &'a str,
    pub button: (Button, &'a str),
    /// Label and hint of the reason; `None` where none is asked for.
    pub reason: Option<(&'a str, &'a str)>,
    pub hash: &'a str,
}

impl Confirm<'_> {
    pub fn show(&self, who: &Signed, given: &Given, errors: &FieldErrors) -> Shown {
        let w = who.words();
        let fields = html! {
            (once_field())
            @if !self.hash.is_empty() { input type="hidden" name="hash" value=(self.hash); }
            @if let Some((label, hint)) = self.reason {
                (multiline(w, &Field::new("reason", label).hint(hint).value(given.reason.as_str()).errors(errors), 3, REASON_CHARS_MAX))
            }
            (actions(html! {
                (button(self.button.0, self.button.1, None))
                (link_button(Button::Secondary, &who.t("back-without"), self.back))
            }))
        };
        let main = html! {
            (error_summary(w, errors))
            @if !self.rows.is_empty() { (summary_list(w, &self.rows)) }
            (self.more)
            (form(&who.view, self.action, fields))
        };
        let mut shown = Page::new(self.title).lead(self.lead).wrong(!errors.is_empty());
        for (label, href) in &self.crumbs {
            shown = shown.crumb(label.clone(), href.clone());
        }
        page(who, shown, main)
    }
}

impl Given {
    /// The reason, or the error that there is none.
    pub fn reason(&self, who: &Signed, errors: &mut FieldErrors) -> String {
        let reason = self.reason.trim();
        if reason.is_empty() {
            errors.add("reason", who.t("reason-missing"));
        }
        reason.to_owned()
    }
}
