//! The words that are explained, all on one page.
use super::{Page, public_page};
use crate::Shown;
use crate::look::*;
use crate::view::View;
use maud::html;

pub async fn show(view: View) -> Shown {
    let w = view.words;
    let rows: Vec<Row<'_>> =
        Term::ALL.iter().map(|t| Row::new(t.name(w), html! { span data-term=(t.code()) { (t.means(w)) } })).collect();
    let main = html! {
        (summary_list(w, &rows))
        (actions(link_button(Button::Secondary, &view.t("help"), "/help")))
    };
    public_page(&view, Page::new(view.t("words-title")).lead(view.t("words-lead")), main)
}
