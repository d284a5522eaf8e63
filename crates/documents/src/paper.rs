//! A document as it is read, before it is drawn.

/// Parts of one paper at most.
pub const PARTS_MAX: usize = 100;

/// A column of a table. Widths are shares of the line.
#[derive(Clone, Debug)]
pub struct Column {
    pub head: String,
    pub share: u16,
    /// Figures stand at the right.
    pub figures: bool,
}

#[derive(Clone, Debug)]
pub enum Part {
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Names and values.
    Rows(Vec<(String, String)>),
    /// A table; every row has a cell for each column. Its head is repeated on each page.
    Table(Vec<Column>, Vec<Vec<String>>),
    /// A QR code of `link`, said as `alt`, with lines beside it.
    Scan {
        link: String,
        alt: String,
        beside: Vec<String>,
    },
}

/// What is on the paper.
#[derive(Clone, Debug)]
pub struct Paper {
    /// BCP 47: `zh-CN`, `en`.
    pub lang: String,
    pub bank: String,
    pub title: String,
    pub parts: Vec<Part>,
    /// At the foot of each page, before the page's number.
    pub foot: String,
    /// What a viewer keeps as the file's id; the same paper has the same.
    pub id: [u8; 16],
}
