//! Where a task's code leads; without one, or with one that is not the reader's, the list of his codes and of the keys.
use super::{Page, page};
use crate::Fault;
use crate::gate::Signed;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::routes::tasks::{CODE_CHARS_MAX, Task, is_named, open_to};
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use kernel::Error;
use maud::{Markup, html};
use serde::Deserialize;

/// Keys and what they do, as keys of texts.
const KEYS: [(&str, &str); 7] = [
    ("Alt + K", "key-go"),
    ("?", "key-list"),
    ("Tab", "key-tab"),
    ("↑ ↓", "key-rows"),
    ("Home End", "key-ends"),
    ("Enter", "key-enter"),
    ("Esc", "key-escape"),
];

#[derive(Clone, Debug, Default, Deserialize)]
pub struct GoAsk {
    #[serde(default)]
    code: String,
}

pub async fn to(who: Signed, Query(ask): Query<GoAsk>) -> Result<Response, Fault> {
    if !who.is_staff() {
        return Err(Error::forbidden("task codes are for staff").into());
    }
    let typed: String = ask.code.trim().chars().take(CODE_CHARS_MAX).collect();
    let tasks: Vec<Task> = open_to(&who).collect();
    match tasks.iter().find(|t| is_named(t, &typed)) {
        Some(task) => Ok(see_other(task.href)),
        None => Ok(list(&who, &tasks, &typed).into_response()),
    }
}

/// Tasks whose name, word or code holds what was typed; all of them where none does.
fn list(who: &Signed, tasks: &[Task], typed: &str) -> crate::Shown {
    let words = who.words();
    let lower = typed.to_lowercase();
    let like = |t: &&Task| {
        t.code.starts_with(&lower) || t.word.contains(&lower) || who.t(t.name).to_lowercase().contains(&lower)
    };
    let found: Vec<&Task> = tasks.iter().filter(like).collect();
    let unknown = !typed.is_empty() && typed != "?" && found.is_empty();
    let shown = if found.is_empty() { tasks.iter().collect() } else { found };
    let rows = shown.into_iter().map(|t| {
        [html! { code { (t.code) } }, html! { code { (t.word) } }, html! { a href=(t.href) { (who.t(t.name)) } }]
    });
    let table = Table::new(who.t("tasks")).text(who.t("task-code")).text(who.t("task-word")).text(who.t("task"));
    let find = Field::new("code", who.t("task-code")).hint(who.t("task-code-hint")).value(typed).width(Width::Twelve);
    let main = html! {
        @if unknown {
            (notice(Tone::Warn, &words.t_with("task-unknown", &[("code", typed.into())]), html! { p { (who.t("task-unknown-next")) } }))
        }
        (listing(filter_bar(words, "/go", text(words, &find)), table.caption_hidden().rows(rows).show(words), html! {}))
        h2 { (who.t("keys")) }
        (keys(who))
    };
    page(who, Page::new(who.t("tasks")).lead(who.t("tasks-lead")), main)
}

fn keys(who: &Signed) -> Markup {
    let rows = KEYS.map(|(key, does)| [html! { kbd { (key) } }, html! { (who.t(does)) }]);
    let table = Table::new(who.t("keys")).text(who.t("key")).text(who.t("key-does")).caption_hidden();
    table.rows(rows).show(who.words())
}
