//! Before something is sent: every answer once more, each with its way back, and one button that does it.
use super::Text;
use super::button::{Button, actions, button, link_button};
use super::form::form;
use super::icon::{Icon, icon};
use super::list::{Row, summary_list};
use crate::view::View;
use maud::{Markup, html};

/// The answers of a form about to be sent. `fields` carries them (hidden), `after` says what happens next.
pub struct Answers<'a> {
    /// Groups of answers under their headings; an empty heading for none. They stand inside the form, so that a row may be
    /// changed by a link or by a button.
    pub groups: &'a [(Text<'a>, Vec<Row<'a>>)],
    /// What happens to the money when this is sent.
    pub after: Text<'a>,
    pub action: &'a str,
    pub fields: Markup,
    /// What sends it, with the name and value it sends.
    pub send: (Button, Text<'a>, Option<(&'a str, &'a str)>),
    /// Where one goes who does not want to, and how that is said.
    pub leave: (Text<'a>, &'a str),
}

/// Rows with a way to change each, then the consequence, then the button. The heading is the page's.
pub fn check_answers(view: &View, answers: Answers<'_>) -> Markup {
    let (kind, label, sends) = answers.send;
    let (leave, back) = answers.leave;
    let body = html! {
        (answers.fields)
        @for (title, rows) in answers.groups {
            @if !title.is_empty() { h2 { (title) } }
            (summary_list(view.words, rows))
        }
        @if !answers.after.is_empty() { p.answers-after { (icon(Icon::Info)) span { (answers.after) } } }
        (actions(html! { (button(kind, &label, sends)) (link_button(Button::Secondary, &leave, back)) }))
    };
    form(view, answers.action, body)
}
