//! Cursor pages: a list is never answered whole.
use crate::error::{Error, Result};

/// Rows on a page when the asker does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 50;
/// Rows on a page at most.
pub const PAGE_ROWS_MAX: u32 = 200;

/// What is asked: how many rows, and after which cursor.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct PageAsk {
    pub limit: Option<u32>,
    pub after: Option<String>,
}

impl PageAsk {
    /// Rows wanted, 1 to [`PAGE_ROWS_MAX`].
    pub fn rows(&self) -> Result<u32> {
        match self.limit.unwrap_or(PAGE_ROWS_DEFAULT) {
            0 => Err(Error::field("limit", "at least 1 row")),
            n if n > PAGE_ROWS_MAX => Err(Error::limit("limit", n, PAGE_ROWS_MAX, "rows")),
            n => Ok(n),
        }
    }
    pub fn first(rows: u32) -> PageAsk {
        PageAsk { limit: Some(rows), after: None }
    }
}

/// What is answered: the rows, and the cursor of the next page when there is one.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From up to `rows + 1` items: the one too many tells that there is a next page, whose cursor is `cursor(last kept)`.
    pub fn cut(mut items: Vec<T>, rows: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
        let more = items.len() > rows as usize;
        items.truncate(rows as usize);
        let next = if more { items.last().map(cursor) } else { None };
        Page { items, next }
    }
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
