use super::button::Button;
use super::icon::{Icon, icon};
use crate::words::Words;
use maud::{Markup, html};

/// Leads to a page that asks once more; with the script the question opens in place, in the [`dialog`] of that id.
pub fn confirm_link(kind: Button, label: &str, href: &str, id: &str) -> Markup {
    let class = match kind {
        Button::Primary => "button",
        Button::Secondary => "button button-secondary",
        Button::Danger => "button button-danger",
    };
    html! { a class=(class) href=(href) data-dialog=(id) { (label) } }
}

/// A question over the page. `body` holds the form that does it; there is always a way to leave.
pub fn dialog(words: Words, id: &str, title: &str, body: Markup) -> Markup {
    html! {
        dialog.dialog id=(id) aria-labelledby={ (id) "-title" } {
            div.dialog-head {
                h2.dialog-title id={ (id) "-title" } { (icon(Icon::Help)) (title) }
                form method="dialog" { button.dialog-close { (words.t("dialog-close")) } }
            }
            div.dialog-body { (body) }
        }
    }
}

/// Seconds between two looks of a live region at least.
pub const LIVE_SECONDS_MIN: u32 = 2;

/// A part of the page that keeps itself fresh: the script fetches `href` every `seconds` (at least [`LIVE_SECONDS_MIN`]) while the page is
/// seen, and at once when the server-sent `events` say so, and puts in what it answers when that differs. Without the script it is
/// as fresh as the page. `href` answers a fragment, with an `ETag` where it can.
pub fn live(label: &str, href: &str, seconds: u32, events: Option<&str>, body: Markup) -> Markup {
    let every = seconds.max(LIVE_SECONDS_MIN);
    html! {
        div.live role="region" aria-label=(label) aria-live="polite" data-live=(href) data-every=(every) data-events=[events] { (body) }
    }
}
