//! Lists of things to read or to choose a way from.
use super::Text;
use super::icon::{Icon, icon};
use crate::words::Words;
use maud::{Markup, html};

/// A line of a summary list: what, its value, and where it can be changed.
pub struct Row<'a> {
    pub key: Text<'a>,
    pub value: Markup,
    pub change: Option<Change<'a>>,
}

/// How a line of a summary list is changed.
pub enum Change<'a> {
    /// At this address.
    At(Text<'a>),
    /// By the form around the list, which is told this name and value.
    By(&'static str, Text<'a>),
}

impl<'a> Row<'a> {
    pub fn new(key: impl Into<Text<'a>>, value: Markup) -> Row<'a> {
        Row { key: key.into(), value, change: None }
    }
    pub fn change(self, href: impl Into<Text<'a>>) -> Row<'a> {
        Row { change: Some(Change::At(href.into())), ..self }
    }
    /// The list stands in a form, and a button of it changes this line.
    pub fn change_by(self, name: &'static str, value: impl Into<Text<'a>>) -> Row<'a> {
        Row { change: Some(Change::By(name, value.into())), ..self }
    }
}

/// Names and values; before something is sent, all of it to be checked.
pub fn summary_list(words: Words, rows: &[Row<'_>]) -> Markup {
    html! {
        dl.summary {
            @for row in rows {
                div.summary-row {
                    dt.summary-key { (row.key) }
                    dd.summary-value { (row.value) }
                    @if let Some(change) = &row.change {
                        @let label = html! { (words.t("summary-change")) span.aside { " " (row.key) } };
                        dd.summary-change {
                            @match change {
                                Change::At(href) => a href=(href) { (label) },
                                Change::By(name, value) => button.button-link type="submit" name=(name) value=(value) { (label) },
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A place to go to from a first page.
pub struct Tile<'a> {
    pub icon: Icon,
    pub label: Text<'a>,
    pub hint: Option<Text<'a>>,
    pub href: Text<'a>,
}

pub fn tiles(items: &[Tile<'_>]) -> Markup {
    html! {
        ul.tiles {
            @for tile in items {
                li { a.tile href=(tile.href) {
                    span.tile-icon { (icon(tile.icon)) }
                    span.tile-text { span.tile-label { (tile.label) } @if let Some(hint) = &tile.hint { span.tile-hint { (hint) } } }
                } }
            }
        }
    }
}

/// Sides of one thing, each with its own address. Pairs of label and address; `now` counts from 0.
pub fn tabs(label: &str, items: &[(Text<'_>, Text<'_>)], now: usize) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul { @for (i, (text, href)) in items.iter().enumerate() {
                li { a href=(href) aria-current=[(i == now).then_some("page")] { (text) } }
            } }
        }
    }
}

/// A step of the way back to the first page.
pub struct Crumb<'a> {
    pub label: Text<'a>,
    pub href: Text<'a>,
}

impl<'a> Crumb<'a> {
    pub fn new(label: impl Into<Text<'a>>, href: impl Into<Text<'a>>) -> Crumb<'a> {
        Crumb { label: label.into(), href: href.into() }
    }
}

/// The pages above this one, the first page first; this page itself is the heading below.
pub fn breadcrumbs(words: Words, crumbs: &[Crumb<'_>]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label=(words.t("crumbs-label")) {
                ol { @for crumb in crumbs { li { a href=(crumb.href) { (crumb.label) } } } }
            }
        }
    }
}

/// A text as it was written, line by line.
pub fn written(text: &str) -> Markup {
    html! { pre.written { code tabindex="0" { (text) } } }
}

/// More for who wants it.
pub fn details(summary: &str, body: Markup) -> Markup {
    html! { details.details { summary.details-summary { (summary) } div.details-body { (body) } } }
}
