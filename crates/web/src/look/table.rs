//! Tables. On a phone each row becomes a card: a cell carries its column's name in `data-label`, and the roles are written out
//! because a table that is laid out otherwise loses them in some browsers.
use super::Text;
use super::notice::empty;
use crate::words::Words;
use maud::{Markup, html};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    /// Right-aligned digits in columns.
    Figures,
    /// Buttons and links; its head is for screen readers only.
    Actions,
}

/// A table being put together: a caption, columns from left to right, rows. The first cell of a row names the row.
pub struct Table<'a> {
    caption: Text<'a>,
    columns: Vec<(Text<'a>, Kind)>,
    rows: Vec<Vec<Markup>>,
    empty: Option<Text<'a>>,
    next: Markup,
    caption_hidden: bool,
    tall: bool,
}

impl<'a> Table<'a> {
    pub fn new(caption: impl Into<Text<'a>>) -> Table<'a> {
        Table {
            caption: caption.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            empty: None,
            next: html! {},
            caption_hidden: false,
            tall: false,
        }
    }
    fn column(mut self, head: impl Into<Text<'a>>, kind: Kind) -> Table<'a> {
        self.columns.push((head.into(), kind));
        self
    }
    pub fn text(self, head: impl Into<Text<'a>>) -> Table<'a> {
        self.column(head, Kind::Words)
    }
    /// Amounts, counts, rates.
    pub fn figures(self, head: impl Into<Text<'a>>) -> Table<'a> {
        self.column(head, Kind::Figures)
    }
    pub fn actions(self, head: impl Into<Text<'a>>) -> Table<'a> {
        self.column(head, Kind::Actions)
    }
    pub fn row(mut self, cells: impl IntoIterator<Item = Markup>) -> Table<'a> {
        self.rows.push(cells.into_iter().collect());
        self
    }
    pub fn rows<R: IntoIterator<Item = Markup>>(self, rows: impl IntoIterator<Item = R>) -> Table<'a> {
        rows.into_iter().fold(self, Table::row)
    }
    /// What is said instead of a table without rows.
    pub fn when_empty(self, text: impl Into<Text<'a>>) -> Table<'a> {
        Table { empty: Some(text.into()), ..self }
    }
    /// What leads out of the emptiness: the button that makes the first row.
    pub fn empty_leads(self, next: Markup) -> Table<'a> {
        Table { next, ..self }
    }
    /// A long list at a desk: it scrolls in a box of its own under a head that stays.
    pub fn tall(self) -> Table<'a> {
        Table { tall: true, ..self }
    }
    /// The heading above says the same: the caption is for screen readers.
    pub fn caption_hidden(self) -> Table<'a> {
        Table { caption_hidden: true, ..self }
    }

    pub fn show(&self, words: Words) -> Markup {
        if self.rows.is_empty() {
            let text = self.empty.clone().unwrap_or_else(|| words.t("table-empty"));
            return empty(&self.caption, &text, self.next.clone());
        }
        html! {
            div.table-box.table-tall[self.tall] tabindex="0" role="group" aria-label=(self.caption) {
                table.table role="table" {
                    caption.aside[self.caption_hidden] { (self.caption) }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for (head, kind) in &self.columns {
                                th.figures[*kind == Kind::Figures] role="columnheader" scope="col" {
                                    @if *kind == Kind::Actions { span.aside { (head) } } @else { (head) }
                                }
                            }
                        }
                    }
                    tbody role="rowgroup" { @for row in &self.rows { (self.one(row)) } }
                }
            }
        }
    }

    fn one(&self, row: &[Markup]) -> Markup {
        html! {
            tr role="row" {
                @for (i, (cell, (head, kind))) in row.iter().zip(&self.columns).enumerate() {
                    @if i == 0 {
                        th role="rowheader" scope="row" data-label=(head) { (cell) }
                    } @else if *kind == Kind::Actions {
                        td.table-actions role="cell" { (cell) }
                    } @else {
                        td.figures[*kind == Kind::Figures] role="cell" data-label=(head) { (cell) }
                    }
                }
            }
        }
    }
}

/// A list as staff read it: the filters, the table under its standing head, the way on.
pub fn listing(filters: Markup, table: Markup, pager: Markup) -> Markup {
    html! { div.listing { (filters) (table) (pager) } }
}

/// Under a list that is shown page by page: back to the start, and on. `None` where there is nothing.
pub fn pager(words: Words, first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pager aria-label=(words.t("pager-label")) {
                @if let Some(href) = first { a.button.button-secondary href=(href) rel="first" { (words.t("pager-first")) } }
                @if let Some(href) = next { a.button.button-secondary href=(href) rel="next" { (words.t("pager-next")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_its_column() {
        let table = Table::new("C").text("Day").figures("Sum").row([html! { "Mon" }, html! { "1.00" }]);
        let page = table.show(Words::default()).into_string();
        assert!(page.contains("<th role=\"rowheader\" scope=\"row\" data-label=\"Day\">Mon</th>"), "{page}");
        assert!(page.contains("<td class=\"figures\" role=\"cell\" data-label=\"Sum\">1.00</td>"), "{page}");
        let none = Table::new("C").text("Day").when_empty("no day").show(Words::default()).into_string();
        assert!(none.contains("no day") && !none.contains("<table"));
    }
}
