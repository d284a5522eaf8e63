use super::icon::{Icon, icon};
use crate::words::Words;
use maud::{Markup, html};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The one thing the page is for.
    Primary,
    Secondary,
    /// What cannot be taken back.
    Danger,
}

impl Button {
    fn class(self) -> &'static str {
        match self {
            Button::Primary => "button",
            Button::Secondary => "button button-secondary",
            Button::Danger => "button button-danger",
        }
    }
}

/// Sends its form. With `name` and `value` the form tells which button was used.
pub fn button(kind: Button, label: &str, named: Option<(&str, &str)>) -> Markup {
    html! { button class=(kind.class()) type="submit" name=[named.map(|n| n.0)] value=[named.map(|n| n.1)] { (label) } }
}

/// Goes somewhere; it changes nothing.
pub fn link_button(kind: Button, label: &str, href: &str) -> Markup {
    html! { a class=(kind.class()) href=(href) { (label) } }
}

/// Prints the page; only there with the script.
pub fn print_button(words: Words) -> Markup {
    html! { button.button.button-secondary type="button" data-print hidden { (icon(Icon::Print)) (words.t("print")) } }
}

/// Buttons side by side, one under the other on a phone.
pub fn actions(buttons: Markup) -> Markup {
    html! { div.actions { (buttons) } }
}
