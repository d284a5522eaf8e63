use super::icon::{Icon, icon};
use maud::{Markup, html};

/// What a message, a tag or a result is about; always said in words and by its icon too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Good,
    Warn,
    Danger,
    /// Over, neither good nor bad.
    Quiet,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Tone::Info => "tone-info",
            Tone::Good => "tone-good",
            Tone::Warn => "tone-warn",
            Tone::Danger => "tone-danger",
            Tone::Quiet => "tone-quiet",
        }
    }
    pub(super) fn icon(self) -> Icon {
        match self {
            Tone::Info | Tone::Quiet => Icon::Info,
            Tone::Good => Icon::Check,
            Tone::Warn => Icon::Warn,
            Tone::Danger => Icon::Stop,
        }
    }
}

/// A box with a title and what follows from it. Warnings and dangers are announced at once, the others when the reader pauses.
pub fn notice(tone: Tone, title: &str, body: Markup) -> Markup {
    let role = if matches!(tone, Tone::Warn | Tone::Danger) { "alert" } else { "status" };
    html! {
        div class={ "notice " (tone.class()) } role=(role) {
            (icon(tone.icon()))
            div.notice-body { p.notice-title { (title) } (body) }
        }
    }
}

/// The page after something was done: what happened, its reference, and what comes next. It holds the page's `<h1>`.
pub fn result(tone: Tone, title: &str, reference: Option<(&str, &str)>, next: Markup) -> Markup {
    html! {
        div class={ "result " (tone.class()) } {
            span.result-sign { (icon(tone.icon())) }
            h1.result-title { (title) }
            @if let Some((label, value)) = reference {
                p.result-reference { (label) br; strong { (value) } }
            }
        }
        div.result-next { (next) }
    }
}

/// There is nothing here yet: what would be here, and how to get it.
pub fn empty(title: &str, text: &str, action: Markup) -> Markup {
    html! {
        div.empty {
            svg.empty-sea viewBox="0 0 96 32" width="96" height="32" aria-hidden="true" focusable="false" {
                circle.mark-lamp cx="48" cy="7" r="4" {}
                path.empty-wave d="M4 20c5-5 10-5 15 0s10 5 15 0 10-5 15 0 10 5 15 0 10-5 15 0 8 4 13 0" {}
                path.empty-wave d="M14 28c5-4 10-4 15 0s10 4 15 0 10-4 15 0 10 4 15 0 6-3 8-3" {}
            }
            p.empty-title { (title) }
            p.empty-text { (text) }
            (action)
        }
    }
}
