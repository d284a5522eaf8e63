//! The button behind which the browser asks for a passkey. It is there only with the script and at the bank's own address.
use super::button::{Button, button};
use super::form::proof;
use super::icon::{Icon, icon};
use crate::view::View;
use maud::{Markup, html};

/// A form that takes a passkey along. `question` is asked by the script, `action` gets the answer with the `fields`.
pub struct PasskeyForm<'a> {
    /// The origin that passkeys belong to.
    pub origin: &'a str,
    pub question: &'a str,
    pub action: &'a str,
    /// Sign-in: the name in the form beside it goes along, if there is one.
    pub named: bool,
    pub kind: Button,
    pub label: &'a str,
}

impl PasskeyForm<'_> {
    pub fn show(&self, view: &View, fields: Markup) -> Markup {
        html! {
            form.form method="post" action=(self.action) novalidate data-passkey=(self.question) data-origin=(self.origin)
                data-named=[self.named.then_some("yes")] hidden {
                (proof(view))
                input type="hidden" name="pending";
                input type="hidden" name="credential";
                (fields)
                (button(self.kind, self.label, None))
            }
            p.field-error role="alert" data-passkey-failed hidden { (icon(Icon::Warn)) (view.t("passkey-failed")) }
        }
    }
}
