//! What an elder's page has besides its own content: reading aloud and larger text above it, three keys at the foot that
//! are the same on every page. A kiosk has the reading aloud as well.
use super::Crumb;
use super::icon::{Icon, icon};
use crate::view::{Mode, Size, View};
use maud::{Markup, html};

/// Where help is.
const HELP: &str = "/help";

/// For `data-size`: only customers choose it.
pub(super) fn size(view: &View) -> Option<&'static str> {
    (view.mode.is_of_customers() && view.size != Size::Standard).then(|| view.size.code())
}

/// Reading aloud, which the script shows where the browser can speak, and the next size of text.
pub(super) fn aids(view: &View) -> Markup {
    let larger = if view.size == Size::Largest { "size-back" } else { "size-larger" };
    html! {
        aside.aids aria-label=(view.t("aids-label")) data-speech data-tail=(view.t("speech-tail")) {
            button.button.button-secondary type="button" data-speak data-pause=(view.t("speech-pause")) data-go-on=(view.t("speech-go-on")) hidden {
                (icon(Icon::Speak)) span { (view.t("speech-read")) }
            }
            button.button.button-secondary type="button" data-hush hidden { (icon(Icon::Stop)) span { (view.t("speech-stop")) } }
            @if view.mode == Mode::Elder {
                a.button.button-secondary.aids-size href=(view.address_with("size", view.size.next().code())) { (view.t(larger)) }
            }
        }
    }
}

/// The three sizes of text, by link; the choice is kept.
pub(super) fn sizes(view: &View) -> Markup {
    html! {
        nav.sizes aria-label=(view.t("size-label")) {
            span.sizes-label { (view.t("size-label")) }
            @for size in Size::ALL {
                a.tool href=(view.address_with("size", size.code())) aria-current=[(size == view.size).then_some("true")] {
                    (view.t(&format!("size-{}", size.code())))
                }
            }
        }
    }
}

/// Home, back and help, at the foot of every page of an elder. Back leads to the page above, as the page itself says.
pub(super) fn dock(view: &View, crumbs: &[Crumb<'_>], signed_in: bool) -> Markup {
    let home = if signed_in { "/home" } else { "/" };
    let back = crumbs.last().map_or(home, |c| c.href.as_ref());
    let keys = [(Icon::Home, "dock-home", home), (Icon::Back, "dock-back", back), (Icon::Help, "dock-help", HELP)];
    html! {
        nav.dock aria-label=(view.t("dock-label")) {
            ul {
                @for (sign, key, href) in keys {
                    li { a.dock-key href=(href) aria-current=[(view.path() == href && key != "dock-back").then_some("page")] { (icon(sign)) span { (view.t(key)) } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_leads_to_the_page_above() {
        let view = View::sample(Mode::Elder);
        let crumbs = [Crumb::new("A", "/accounts"), Crumb::new("B", "/accounts/x")];
        let hrefs = |crumbs: &[Crumb<'_>], signed| {
            let page = dock(&view, crumbs, signed).into_string();
            page.split("href=\"").skip(1).map(|p| p.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(hrefs(&crumbs, true), ["/home", "/accounts/x", "/help"]);
        assert_eq!(hrefs(&[], true), ["/home", "/home", "/help"]);
        assert_eq!(hrefs(&[], false), ["/", "/", "/help"]);
    }

    #[test]
    fn only_a_customer_chooses_the_size() {
        let sized = |mode| View { size: Size::Largest, ..View::sample(mode) };
        for (mode, want) in [(Mode::Customer, Some("largest")), (Mode::Elder, Some("largest")), (Mode::Agent, None)] {
            assert_eq!(size(&sized(mode)), want);
        }
        assert_eq!(size(&View::sample(Mode::Elder)), None);
    }
}
