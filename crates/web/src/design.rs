//! `/design`: every component with its examples, in the mode and language asked for (`?mode=elder&lang=en`), and a few
//! whole screens made of them. People look at it to build a page, and the accessibility tests walk over it.
mod examples;
mod pictures;
mod screens;

use crate::http::csrf::Checked;
use crate::http::fault::no_such_page;
use crate::http::redirect::see_other;
use crate::look::{Frame, Icon, NavItem, Viewer, heading};
use crate::view::{Mode, View};
use crate::{Fault, Shown};
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};

/// One component as it is used: `component/name` is what a failing check is called by.
pub(crate) struct Example {
    pub(crate) component: &'static str,
    pub(crate) name: &'static str,
    pub(crate) body: Markup,
}

#[derive(serde::Deserialize)]
struct Ask {
    mode: Option<String>,
}

impl Ask {
    /// The gallery shows staff modes to everybody; they are only sizes.
    fn apply(&self, view: View) -> View {
        let mode = self.mode.as_deref().and_then(Mode::parse).unwrap_or(view.mode);
        view.with_mode(mode)
    }
}

/// The gallery's routes, to be served inside [`crate::http::for_people`]:
/// `GET /design`, `GET /design/{component}`, `GET /design/screens/{screen}`, `POST /design`, `GET /design/live`.
pub fn design_router() -> Router {
    Router::new()
        .route("/design", get(all).post(sent))
        .route("/design/live", get(|view: View| async move { Shown(examples::queue(&view)) }))
        .route("/design/{component}", get(some))
        .route("/design/screens/{screen}", get(screen))
}

async fn all(view: View, Query(ask): Query<Ask>) -> Shown {
    let view = ask.apply(view);
    let examples = examples::all(&view);
    Shown(gallery(&view, &examples))
}

async fn some(view: View, Query(ask): Query<Ask>, Path(component): Path<String>) -> Result<Shown, Fault> {
    let view = ask.apply(view);
    let examples: Vec<Example> = examples::all(&view).into_iter().filter(|e| e.component == component).collect();
    if examples.is_empty() {
        return Err(no_such_page().into());
    }
    Ok(Shown(gallery(&view, &examples)))
}

async fn screen(view: View, Query(ask): Query<Ask>, Path(name): Path<String>) -> Result<Shown, Fault> {
    let view = ask.apply(view);
    screens::named(&view, &name).map(Shown).ok_or_else(|| no_such_page().into())
}

async fn sent(_: Checked<Vec<(String, String)>>) -> Response {
    see_other("/design")
}

/// What `zh` says in Chinese and `en` in English: sample text, which is not in the text files.
pub(crate) fn say(view: &View, zh: &'static str, en: &'static str) -> &'static str {
    match view.words.lang {
        crate::Lang::Zh => zh,
        crate::Lang::En => en,
    }
}

pub(crate) fn viewer(view: &View) -> Viewer<'static> {
    let staff = !view.mode.is_of_customers();
    let role = if staff { say(view, "城东支行 · 柜员", "East branch · teller") } else { "" };
    Viewer { name: say(view, "王芳", "Wang Fang").into(), role: role.into() }
}

fn nav(view: &View) -> Vec<NavItem<'static>> {
    let items = [
        (Icon::Home, say(view, "组件", "Components"), "/design"),
        (Icon::Account, say(view, "首页样例", "Home"), "/design/screens/home"),
        (Icon::Transfer, say(view, "表单样例", "Form"), "/design/screens/form"),
        (Icon::Bill, say(view, "核对样例", "Check"), "/design/screens/check"),
        (Icon::Person, say(view, "柜台样例", "Desk"), "/design/screens/desk"),
    ];
    let keep = |href: &str| format!("{href}?mode={}", view.mode.code());
    items.into_iter().map(|(icon, label, href)| NavItem::new(icon, label, keep(href))).collect()
}

fn gallery(view: &View, examples: &[Example]) -> Markup {
    let nav = nav(view);
    let title = view.t("design-title");
    let body = html! {
        (heading(&title, &view.t("design-lead")))
        nav.design-modes aria-label=(say(view, "模式", "Modes")) {
            @for mode in Mode::ALL { a href=(view.address_with("mode", mode.code())) aria-current=[(mode == view.mode).then_some("true")] { (mode.code()) } }
        }
        @for example in examples {
            section.example id={ (example.component) "-" (example.name) } aria-label={ (example.component) " " (example.name) } {
                p.example-name { code { (example.component) " / " (example.name) } }
                div.example-body { (example.body) }
            }
        }
    };
    Frame::new(view, title).viewer(Some(viewer(view))).nav(&nav).show(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::probe::Probe;
    use std::collections::HashSet;

    /// Bytes (gzip) of the HTML of a screen on a first visit.
    const SCREEN_GZIP_BYTES_MAX: usize = 12 * 1024;

    fn pages() -> Vec<String> {
        let modes = Mode::ALL.into_iter().flat_map(|m| ["zh-CN", "en"].map(|l| format!("mode={}&lang={l}", m.code())));
        let paths = |query: String| {
            let screens = screens::NAMES.iter().map(|s| format!("/design/screens/{s}"));
            screens.chain(["/design".to_owned()]).map(move |p| format!("{p}?{query}")).collect::<Vec<_>>()
        };
        modes.flat_map(paths).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_page_is_whole_in_every_mode_and_language() {
        let probe = Probe::people(design_router()).await;
        for path in pages() {
            let answer = probe.get(&path).await;
            let page = answer.text();
            assert_eq!(answer.status, 200, "{path}");
            assert!(!page.contains('⟦'), "{path} lacks a text: {:?}", page.split('⟦').nth(1).map(|t| &t[..20]));
            assert_eq!(page.matches("<h1").count(), 1, "{path}: one h1");
            let inline =
                ["style=\"", "<style", "onclick", "javascript:", "<script>"].into_iter().find(|i| page.contains(i));
            assert_eq!(inline, None, "{path}: nothing inline");
            let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
            let unique: HashSet<&&str> = ids.iter().collect();
            assert_eq!(ids.len(), unique.len(), "{path}: ids are unique in {ids:?}");
            let aimed = page.split("href=\"#").skip(1).filter_map(|p| p.split('"').next());
            aimed.for_each(|id| assert!(ids.contains(&id), "{path}: #{id} leads nowhere"));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_screen_keeps_its_weight_on_the_wire() {
        let probe = Probe::people(design_router()).await;
        for screen in screens::NAMES {
            let answer =
                probe.ask(&format!("GET /design/screens/{screen} HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")).await;
            assert_eq!(answer.header("content-encoding"), Some("gzip"));
            assert!(answer.body.len() <= SCREEN_GZIP_BYTES_MAX, "{screen}: {} bytes", answer.body.len());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_component_alone_and_none_that_is_not() {
        let probe = Probe::people(design_router()).await;
        let page = probe.get("/design/table").await.text();
        assert!(page.contains("id=\"table-") && !page.contains("id=\"button-"));
        assert_eq!(probe.get("/design/nothing").await.status, 404);
        assert_eq!(probe.get("/design/screens/nothing").await.status, 404);
    }
}
