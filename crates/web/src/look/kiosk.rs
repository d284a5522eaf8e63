//! The page around a page at a machine of a branch: whose machine it is and the time above, help and the way out below, and the
//! question whether somebody is still there. Without scripts the page goes to that question by itself.
use super::form::proof;
use super::icon::{Icon, icon, mark};
use crate::view::{Kiosk, Pace, View};
use crate::words::Lang;
use kernel::Timestamp;
use maud::{Markup, html};

/// Seconds after which a page that nobody is served on goes back to the first, without a touch.
pub const UNSERVED_SECONDS: u32 = 60;
/// Seconds after which the first page loads itself again.
pub const ATTRACT_SECONDS: u32 = 300;

/// Hour and minute; the script keeps it going from the server's clock, not the machine's.
pub fn clock(at: Timestamp) -> Markup {
    let (hour, minute, _) = at.local_time();
    html! { time.kiosk-clock data-clock=(at.micros() / 1000) { (format!("{hour:02}:{minute:02}")) } }
}

/// The band above: nothing in it has to be touched.
pub(super) fn top(view: &View) -> Markup {
    html! {
        header.kiosk-top {
            div.kiosk-top-inner {
                div.brand { (mark()) span.brand-name { (view.bank()) } }
                @if let Some(kiosk) = view.kiosk.as_ref().filter(|k| k.low || view.path() != "/") { (clock(kiosk.now)) }
            }
        }
    }
}

/// The band below: languages, more time, help, the way out.
pub(super) fn foot(view: &View) -> Markup {
    let words = view.words;
    let home = view.path() == "/";
    let pace = view.kiosk.as_ref().and_then(|k| k.pace);
    html! {
        footer.kiosk-foot {
            nav.kiosk-foot-inner aria-label=(view.t("kiosk-controls")) {
                a.kiosk-rescue href="/kiosk/help" { (icon(Icon::Help)) span { (view.t("kiosk-rescue")) } }
                @for lang in Lang::ALL.into_iter().filter(|l| *l != words.lang && !home) {
                    a.tool href=(view.address_with("lang", lang.tag())) lang=(lang.tag()) hreflang=(lang.tag()) { (lang.own_name()) }
                }
                @if let Some(kiosk) = &view.kiosk { (reach(view, kiosk)) }
                @match pace {
                    Some(pace) => {
                        @if !pace.more { (more_time(view)) }
                        a.tool href="/home" { (view.t("kiosk-home")) }
                        a.tool.kiosk-leave href="/kiosk/end?why=left" { (view.t("kiosk-leave")) }
                    }
                    None => { @if !home { a.tool href="/" { (view.t("kiosk-home")) } } }
                }
            }
        }
        (watch(view, pace))
    }
}

/// A tall machine can have its controls brought lower. After a form was sent there is no address to come back to.
fn reach(view: &View, kiosk: &Kiosk) -> Markup {
    let (to, key) = if kiosk.low { ("high", "kiosk-higher") } else { ("low", "kiosk-lower") };
    html! {
        @if kiosk.terminal.variant == party::Variant::Tall {
            a.tool href=(view.address_with("reach", to)) { (view.t(key)) }
        }
    }
}

fn more_time(view: &View) -> Markup {
    html! {
        form method="post" action="/kiosk/more-time" data-more-time {
            (proof(view)) input type="hidden" name="next" value=(view.address);
            button.tool type="submit" { (view.t("kiosk-more-time")) }
        }
    }
}

/// Where a page goes by itself when nobody touches it, and after how many seconds; not what asks first.
fn leaving(view: &View) -> Option<(u32, &'static str)> {
    let kiosk = view.kiosk.as_ref()?;
    let otherwise = if view.path() == "/" { ATTRACT_SECONDS } else { UNSERVED_SECONDS };
    kiosk.leaves.or(kiosk.pace.is_none().then_some((otherwise, "/")))
}

/// For the script: how long one has, and the question; and the keys of a pad for figures.
fn watch(view: &View, pace: Option<Pace>) -> Markup {
    html! {
        @if let Some((seconds, to)) = leaving(view) {
            div data-watch data-idle=(seconds) data-to=(to) hidden {}
        } @else if let Some(pace) = pace {
            dialog.dialog.kiosk-watch role="alertdialog" aria-labelledby="watch-title" aria-describedby="watch-text"
                data-watch data-idle=(pace.idle) data-warning=(pace.warning) data-left=(pace.left) data-to="/kiosk/end?why=time" {
                div.dialog-body {
                    h2 id="watch-title" { (view.t("kiosk-still-title")) }
                    p id="watch-text" { (view.t("kiosk-still-text")) }
                    p.kiosk-seconds { strong data-seconds { (pace.warning) } " " (view.t("kiosk-seconds")) }
                    form method="post" action="/kiosk/staying" data-staying { (proof(view)) button.button type="submit" { (view.t("kiosk-still-here")) } }
                    @if !pace.more { (more_time(view)) }
                    a.button.button-secondary href="/kiosk/end?why=left" { (view.t("kiosk-leave")) }
                }
            }
        }
        @if view.kiosk.is_some() {
            template data-pad data-label=(view.t("kiosk-pad")) data-delete=(view.t("kiosk-pad-delete")) {}
        }
    }
}

/// The same without scripts.
pub(super) fn leaves(view: &View) -> Markup {
    let pace = view.kiosk.as_ref().and_then(|k| k.pace);
    let to = match (leaving(view), pace) {
        (Some((seconds, href)), _) => format!("{seconds};url={href}"),
        (None, Some(pace)) => {
            let back = crate::gate::encode(&view.address);
            format!("{};url=/kiosk/still?next={back}", pace.idle.min(pace.left))
        }
        (None, None) => return html! {},
    };
    html! { noscript { meta http-equiv="refresh" content=(to); } }
}
