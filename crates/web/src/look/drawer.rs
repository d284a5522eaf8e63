use crate::words::Words;
use maud::{Markup, html};

/// The id of the page's one drawer.
const DRAWER: &str = "drawer";

/// Leads to the page of one row. With the script, on a screen wide enough for both, that page opens in the [`drawer`] beside the table.
pub fn drawer_link(label: Markup, href: &str) -> Markup {
    html! { a href=(href) data-drawer=(DRAWER) { (label) } }
}

/// The place beside a table where the script puts what [`drawer_link`] leads to; without it nothing is there. One a page.
pub fn drawer(words: Words, label: &str) -> Markup {
    html! {
        dialog.drawer id=(DRAWER) aria-label=(label) {
            div.drawer-head {
                a.drawer-page href="#main" { (words.t("drawer-page")) }
                form method="dialog" { button.dialog-close { (words.t("dialog-close")) } }
            }
            div.drawer-body tabindex="-1" {}
        }
    }
}
