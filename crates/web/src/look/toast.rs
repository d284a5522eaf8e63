use super::Text;
use super::icon::icon;
use super::notice::Tone;
use crate::words::Words;
use maud::{Markup, html};

/// A line that says what was just done, at the foot of the screen until the reader closes it or goes on; it never leaves by itself
/// (WCAG 2.2.1). Warnings and dangers are announced at once, the others when a screen reader pauses.
pub fn toast<'a>(words: Words, tone: Tone, text: impl Into<Text<'a>>) -> Markup {
    let role = if matches!(tone, Tone::Warn | Tone::Danger) { "alert" } else { "status" };
    html! {
        div class={ "toast " (tone.class()) } role=(role) {
            (icon(tone.icon())) p.toast-text { (text.into()) }
            button.dialog-close type="button" data-dismiss hidden { (words.t("toast-close")) }
        }
    }
}

/// Two places for what the script says to a screen reader: one that waits for a pause and one that does not. The frame has one.
pub fn announcer(words: Words) -> Markup {
    html! {
        div.aside id="say" role="status" aria-live="polite" {}
        div.aside id="say-now" role="alert" aria-live="assertive" data-lost=(words.t("live-lost")) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_interrupts() {
        let role = |tone| toast(Words::default(), tone, "x").into_string().contains("role=\"alert\"");
        assert_eq!(
            [Tone::Info, Tone::Good, Tone::Quiet, Tone::Warn, Tone::Danger].map(role),
            [false, false, false, true, true]
        );
    }
}
