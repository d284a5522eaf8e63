//! What the bank has told somebody.
use super::{Page, next_href, page};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown, Words};
use app::notices::Notice;
use axum::extract::{Query, State};
use axum::response::Response;
use fluent_bundle::FluentValue;
use kernel::PageAsk;
use maud::{Markup, html};

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| app::notices::list(tx, &actor, false, &ask)).await?;
    let words = who.words();
    let next = next_href(&who.view, &found.next);
    let main = html! {
        (table(&who, &found.items).show(words))
        (pager(words, None, next.as_deref()))
        @if found.items.iter().any(|n| n.read_at.is_none()) {
            (form(&who.view, "/notices/reading", actions(button(Button::Secondary, &who.t("notices-read-all"), None))))
        }
    };
    Ok(page(&who, Page::new(who.t("notices-title")), main))
}

pub(super) fn table(who: &Signed, notices: &[Notice]) -> Table<'static> {
    let words = who.words();
    let rows = notices.iter().map(|n| {
        let state = if n.read_at.is_none() {
            status(Tone::Info, &who.t("notice-new"), "", "")
        } else {
            html! {}
        };
        [moment(words, n.at), html! { (told(words, n)) }, state]
    });
    let table = Table::new(who.t("notices-title"))
        .text(who.t("notices-when"))
        .text(who.t("notices-what"))
        .text(who.t("notices-state"));
    table.caption_hidden().rows(rows).when_empty(who.t("notices-empty"))
}

/// The notice in the reader's language. A kind that has no text yet is told by its name, never by nothing.
fn told(words: Words, notice: &Notice) -> Markup {
    let args: Vec<(&str, FluentValue<'_>)> =
        notice.args.0.iter().map(|(k, v)| (k.as_str(), FluentValue::from(v.as_str()))).collect();
    let text = words.maybe(&notice.text_key(), &args);
    html! { (text.unwrap_or_else(|| notice.kind.clone())) }
}

pub async fn read_all(
    State(web): State<Web>,
    who: Signed,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| app::notices::mark_all_read(tx, &actor)).await?;
    Ok(see_other("/notices"))
}
