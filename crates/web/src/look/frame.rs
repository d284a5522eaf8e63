//! The page around a page.
use super::elder;
use super::form::proof;
use super::icon::{Icon, icon, mark};
use super::kiosk;
use super::list::{Crumb, breadcrumbs};
use super::notice::{Tone, result};
use super::term::terms_in;
use super::{Button, Text, actions, announcer, link_button};
use crate::http::assets;
use crate::routes::tasks::CODE_CHARS_MAX;
use crate::view::{Mode, View};
use crate::words::Lang;
use crate::words::young::YOUNG;
use kernel::Error;
use maud::{DOCTYPE, Markup, html};

/// A place in the navigation of a role.
#[derive(Clone, Debug)]
pub struct NavItem<'a> {
    pub icon: Icon,
    pub label: Text<'a>,
    pub href: Text<'a>,
    /// What staff type to get there.
    pub code: Option<&'static str>,
}

impl<'a> NavItem<'a> {
    pub fn new(icon: Icon, label: impl Into<Text<'a>>, href: impl Into<Text<'a>>) -> NavItem<'a> {
        NavItem { icon, label: label.into(), href: href.into(), code: None }
    }
    pub fn code(self, code: Option<&'static str>) -> NavItem<'a> {
        NavItem { code, ..self }
    }
}

/// Who is signed in, as the header shows it.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub name: Text<'a>,
    /// The office or the firm one acts for; empty for oneself.
    pub role: Text<'a>,
}

/// A page: its title, its place, and who looks at it.
pub struct Frame<'a> {
    view: &'a View,
    title: Text<'a>,
    viewer: Option<Viewer<'a>>,
    nav: &'a [NavItem<'a>],
    crumbs: &'a [Crumb<'a>],
    wrong: bool,
    refreshing: bool,
    codes: bool,
}

/// Seconds after which a page under way loads itself again where there are no scripts.
const REFRESH_SECONDS: u32 = 5;
/// The query parameter by which the reader has it stand still.
const STILL: &str = "still";

/// The reader wants a page of something under way that does not load itself again.
pub fn is_still(view: &View) -> bool {
    view.address.contains(&format!("{STILL}=yes"))
}

/// Where the sign-out form is sent.
const SIGN_OUT: &str = "/sign-out";
/// Where one changes one's own password.
const PASSWORD: &str = "/password";

impl<'a> Frame<'a> {
    pub fn new(view: &'a View, title: impl Into<Text<'a>>) -> Frame<'a> {
        Frame {
            view,
            title: title.into(),
            viewer: None,
            nav: &[],
            crumbs: &[],
            wrong: false,
            refreshing: false,
            codes: false,
        }
    }
    pub fn viewer(self, viewer: Option<Viewer<'a>>) -> Frame<'a> {
        Frame { viewer, ..self }
    }
    pub fn nav(self, nav: &'a [NavItem<'a>]) -> Frame<'a> {
        Frame { nav, ..self }
    }
    pub fn crumbs(self, crumbs: &'a [Crumb<'a>]) -> Frame<'a> {
        Frame { crumbs, ..self }
    }
    /// The form on this page has errors: the title says so first.
    pub fn wrong(self, wrong: bool) -> Frame<'a> {
        Frame { wrong, ..self }
    }

    /// It shows something under way. Without scripts it loads itself again until the reader has it stand still (WCAG 2.2.1).
    pub fn refreshing(self, refreshing: bool) -> Frame<'a> {
        Frame { refreshing, ..self }
    }

    /// The field for task codes stands in the header.
    pub fn codes(self, codes: bool) -> Frame<'a> {
        Frame { codes, ..self }
    }

    /// The whole document around `main`.
    pub fn show(&self, main: Markup) -> Markup {
        let (view, words) = (self.view, self.view.words);
        html! {
            (DOCTYPE)
            html lang=(words.lang.tag()) data-mode=(view.mode.code()) data-size=[elder::size(view)] data-app=[&view.app] data-edition=[view.kiosk.as_ref().filter(|k| k.elder).map(|_| "elder")] data-variant=[view.kiosk.as_ref().filter(|k| k.low).map(|_| "low")] {
                head {
                    meta charset="utf-8";
                    title { @if self.wrong { (words.t("error-prefix")) } (self.title) " - " (view.bank()) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="format-detection" content="telephone=no";
                    link rel="stylesheet" href=(assets::style_path());
                    @if view.mode.is_of_customers() { link rel="manifest" href=(crate::http::app::MANIFEST); }
                    link rel="icon" type="image/svg+xml" href=(assets::mark_path());
                    script type="module" src=(assets::script_path()) {}
                    (kiosk::leaves(view))
                    @if self.refreshing && !is_still(view) { noscript { meta http-equiv="refresh" content=(REFRESH_SECONDS); } }
                }
                body {
                    a.skip href="#main" { (words.t("skip-to-main")) }
                    @if view.mode == Mode::Kiosk { (kiosk::top(view)) } @else { (self.header()) }
                    div.body {
                        @if !self.nav.is_empty() && view.mode != Mode::Elder { (self.navigation()) }
                        div.page {
                            @if view.mode.is_one_at_a_time() { (elder::aids(view)) }
                            @else { (breadcrumbs(words, self.crumbs)) }
                            main.main id="main" tabindex="-1" {
                                (main)
                                @if self.refreshing && !is_still(view) {
                                    noscript { p.hint { (words.t("refreshing")) " " a href=(view.address_with(STILL, "yes")) { (words.t("refreshing-stop")) } } }
                                }
                            }
                            @if view.mode.is_one_at_a_time() { (terms_in(words, &main.0)) }
                        }
                    }
                    @if view.mode == Mode::Kiosk { (kiosk::foot(view)) } @else { (self.footer()) }
                    (announcer(words))
                    @if view.mode == Mode::Elder { (elder::dock(view, self.crumbs, self.viewer.is_some())) }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        let (view, words) = (self.view, self.view.words);
        html! {
            header.header {
                div.header-inner {
                    a.brand href="/" { (mark()) span.brand-name { (view.bank()) } }
                    @if self.codes { (code_field(view)) }
                    @if view.mode == Mode::Elder { div.header-tools { (self.choices()) } }
                    @else { div.header-tools {
                        (self.choices())
                        @if let Some(viewer) = &self.viewer {
                            div.viewer {
                                span.viewer-name { (viewer.name) }
                                @if !viewer.role.is_empty() { span.viewer-role { (viewer.role) } }
                            }
                            a.tool href=(PASSWORD) { (words.t("header-password")) }
                            form.sign-out method="post" action=(SIGN_OUT) data-once { (proof(view)) button.tool type="submit" { (words.t("sign-out")) } }
                        }
                    } }
                }
            }
        }
    }

    fn choices(&self) -> Markup {
        let (view, words) = (self.view, self.view.words);
        let other = if view.mode == Mode::Elder {
            (Mode::Customer, "mode-to-customer")
        } else {
            (Mode::Elder, "mode-to-elder")
        };
        html! {
            @if view.mode.is_of_customers() { a.tool href=(view.address_with("mode", other.0.code())) { (words.t(other.1)) } }
            @if view.mode != Mode::Elder { (self.languages()) }
        }
    }

    fn languages(&self) -> Markup {
        let (view, words) = (self.view, self.view.words);
        html! {
            @for lang in Lang::ALL.into_iter().filter(|l| *l != words.lang || words.young.is_some()) {
                a.tool href=(view.address_with("lang", lang.tag())) lang=(lang.tag()) hreflang=(lang.tag()) { (lang.own_name()) }
            }
            @for young in YOUNG.iter().filter(|y| view.site.young_languages && words.young != Some(*y)) {
                a.tool href=(view.address_with("lang", young.tag)) { (young.own_name) }
            }
        }
    }

    /// What an elder needs seldom stands at the foot of the page, out of the way.
    fn seldom(&self) -> Markup {
        let (view, words) = (self.view, self.view.words);
        html! {
            div.footer-tools {
                @if let Some(viewer) = &self.viewer { span.viewer-name { (viewer.name) } }
                (self.languages())
                @if self.viewer.is_some() {
                    a.tool href="/profile" { (words.t("nav-profile")) }
                    a.tool href=(PASSWORD) { (words.t("header-password")) }
                    form.sign-out method="post" action=(SIGN_OUT) data-once { (proof(view)) button.tool type="submit" { (words.t("sign-out")) } }
                }
            }
        }
    }

    /// The item that is nearest above this page is the current one.
    fn navigation(&self) -> Markup {
        let depth = |item: &NavItem<'_>| {
            let place = item.href.split('?').next().unwrap_or_default();
            let rest = self.view.path().strip_prefix(place);
            rest.filter(|r| r.is_empty() || (place != "/" && r.starts_with('/'))).map(|_| place.len())
        };
        let deepest = self.nav.iter().filter_map(depth).max();
        let here = |item: &NavItem<'_>| (deepest.is_some() && depth(item) == deepest).then_some("page");
        html! {
            nav.nav aria-label=(self.view.t("nav-label")) {
                ul { @for item in self.nav { li { a.nav-link href=(item.href) aria-current=[here(item)] { (icon(item.icon)) span { (item.label) } @if let Some(code) = item.code { span.nav-code { (code) } } } } } }
            }
        }
    }

    fn footer(&self) -> Markup {
        let words = self.view.words;
        html! {
            footer.footer {
                div.footer-inner {
                    @if self.view.mode.is_of_customers() { (elder::sizes(self.view)) }
                    @if self.view.mode == Mode::Elder { (self.seldom()) }
                    p { (words.t("footer-promise")) }
                    p.footer-id { (words.t("footer-request")) " " code { (self.view.correlation) } }
                }
            }
        }
    }
}

/// Where staff type the code of a task; a plain form, so that it works without the script.
fn code_field(view: &View) -> Markup {
    let words = view.words;
    html! {
        form.go method="get" action="/go" role="search" aria-label=(words.t("go-label")) {
            input.go-input type="text" name="code" maxlength=(CODE_CHARS_MAX) autocomplete="off" autocapitalize="off" spellcheck="false"
                aria-label=(words.t("go-field")) placeholder=(words.t("go-placeholder")) aria-keyshortcuts="Alt+K" data-go;
            button.tool type="submit" { (words.t("go-button")) }
        }
    }
}

/// The page's one `<h1>`, with a line under it for what the page is for; empty for none.
pub fn heading(title: &str, lead: &str) -> Markup {
    html! {
        div.heading { h1 { (title) } @if !lead.is_empty() { p.lead { (lead) } } }
    }
}

/// What went wrong, what to do, and the number to name when asking for help.
pub fn error_page(view: &View, error: &Error, status: u16) -> Markup {
    let words = view.words;
    let told = words.error(error);
    let tone = if status >= 500 { Tone::Danger } else { Tone::Warn };
    let reference = words.t("error-reference");
    let title = words.t("error-title");
    let next = html! {
        p.error-remedy { (told.remedy) }
        (actions(link_button(Button::Secondary, &words.t("go-home"), "/")))
        p.hint { (reference) " " strong { (view.correlation) } }
    };
    Frame::new(view, title).show(result(tone, &told.message, None, next))
}
