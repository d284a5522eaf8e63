//! Before something is sent: every answer once more, each with its way back, and one button that does it.
use super::Text;
use super::button::{Button, actions, button, link_button};
use super::form::form;
use super::icon::{Icon, icon};
use super::list::{Row, summary_list};
use crate::view::View;
use maud::{Markup, html};

/// The answers of a form about to be sent. `fields` carries them (hidden), `after` says what happens next and what it costs.
pub struct Answers<'a> {
    /// Groups of answers under their headings; an empty heading for none.
    pub groups: &'a [(Text<'a>, Vec<Row<'a>>)],
    /// What happens to the money when this is sent.
    pub after: Text<'a>,
    pub action: &'a str,
    pub fields: Markup,
    pub button: (Button, Text<'a>),
    /// Where one goes who does not want to.
    pub back: &'a str,
}

/// Rows with a link to change each, then the consequence, then the button. The heading is the page's.
pub fn check_answers(view: &View, answers: Answers<'_>) -> Markup {
    let words = view.words;
    let body = html! {
        (answers.fields)
        @if !answers.after.is_empty() { p.answers-after { (icon(Icon::Info)) span { (answers.after) } } }
        (actions(html! {
            (button(answers.button.0, &answers.button.1, None))
            (link_button(Button::Secondary, &words.t("answers-back"), answers.back))
        }))
    };
    html! {
        @for (title, rows) in answers.groups {
            @if !title.is_empty() { h2 { (title) } }
            (summary_list(words, rows))
        }
        (form(view, answers.action, body))
    }
}
