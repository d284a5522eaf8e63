//! Where everything stands on the pages. Lengths are whole tenths of a point from the top left; what is drawn belongs to a node of the
//! document's structure, so that a screen reader follows it, or is an ornament.
use crate::paper::{Column, Paper, Part};
use crate::{PAPER_TOO_LONG, pdf::PAGES_MAX};
use kernel::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};

/// A4.
pub(crate) const WIDTH: i32 = 5_953;
pub(crate) const HEIGHT: i32 = 8_419;
const MARGIN: i32 = 560;
const LINE: i32 = WIDTH - 2 * MARGIN;
const FOOT_AT: i32 = HEIGHT - 380;
const LOWEST: i32 = HEIGHT - 560;

const TITLE: i32 = 190;
const BANK: i32 = 115;
const HEAD: i32 = 120;
const BODY: i32 = 98;
const SMALL: i32 = 78;
const PAD: i32 = 36;
/// The column of names in a list of names and values.
const NAMES: i32 = 1_350;
const SCAN: i32 = 950;
/// White modules around a QR code (ISO/IEC 18004).
const QUIET: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Document,
    H1,
    H2,
    P,
    Table,
    Row,
    /// A head of a column, or of a row.
    HeadOfColumn,
    HeadOfRow,
    Cell,
    Figure,
}

pub(crate) enum Kid {
    Node(usize),
    /// Page and the mark's number on it.
    Mark(usize, usize),
}

pub(crate) struct Node {
    pub role: Role,
    pub parent: usize,
    pub alt: String,
    pub kids: Vec<Kid>,
}

pub(crate) enum Ink {
    Text { x: i32, y: i32, size: i32, text: String, quiet: bool },
    Box { x: i32, y: i32, w: i32, h: i32, quiet: bool },
}

/// What is drawn together, and the node it belongs to; `None` for an ornament.
pub(crate) struct Mark {
    pub node: Option<usize>,
    pub ink: Vec<Ink>,
}

pub(crate) struct Laid {
    pub pages: Vec<Vec<Mark>>,
    /// The first is the document itself.
    pub nodes: Vec<Node>,
}

/// How wide a character is, in thousandths of the size.
pub(crate) type Measure<'a> = dyn Fn(char) -> i32 + 'a;

struct Layout<'a> {
    measure: &'a Measure<'a>,
    laid: Laid,
    y: i32,
}

pub(crate) fn lay(paper: &Paper, measure: &Measure<'_>) -> Result<Laid> {
    let document = Node { role: Role::Document, parent: 0, alt: String::new(), kids: Vec::new() };
    let mut l = Layout { measure, laid: Laid { pages: vec![Vec::new()], nodes: vec![document] }, y: MARGIN };
    l.paragraph(Role::P, &paper.bank, BANK, false)?;
    l.paragraph(Role::H1, &paper.title, TITLE, false)?;
    l.y += PAD;
    l.ornament(Ink::Box { x: MARGIN, y: l.y, w: LINE, h: 9, quiet: false });
    l.y += 2 * PAD;
    for part in paper.parts.iter().take(crate::PARTS_MAX) {
        match part {
            Part::Heading(text) => {
                l.y += PAD;
                l.paragraph(Role::H2, text, HEAD, false)?;
            }
            Part::Text(text) => l.paragraph(Role::P, text, BODY, true)?,
            Part::Rows(rows) => l.rows(rows)?,
            Part::Table(columns, rows) => l.table(columns, rows)?,
            Part::Scan { link, alt, beside } => l.scan(link, alt, beside)?,
        }
    }
    l.foot(&paper.foot);
    Ok(l.laid)
}

impl Layout<'_> {
    fn page(&mut self) -> &mut Vec<Mark> {
        if self.laid.pages.is_empty() {
            self.laid.pages.push(Vec::new());
        }
        let last = self.laid.pages.len() - 1;
        &mut self.laid.pages[last]
    }

    fn node(&mut self, role: Role, parent: usize) -> usize {
        let id = self.laid.nodes.len();
        self.laid.nodes.push(Node { role, parent, alt: String::new(), kids: Vec::new() });
        self.laid.nodes[parent].kids.push(Kid::Node(id));
        id
    }

    fn draw(&mut self, node: usize, ink: Vec<Ink>) {
        let page = self.laid.pages.len() - 1;
        let marks = self.page();
        marks.push(Mark { node: Some(node), ink });
        let mark = marks.len() - 1;
        self.laid.nodes[node].kids.push(Kid::Mark(page, mark));
    }

    fn ornament(&mut self, ink: Ink) {
        self.page().push(Mark { node: None, ink: vec![ink] });
    }

    /// Makes room for `height`; whether a new page was begun for it.
    fn room(&mut self, height: i32) -> Result<bool> {
        if self.y + height <= LOWEST {
            return Ok(false);
        }
        if self.laid.pages.len() >= PAGES_MAX {
            let long = Error::new(&PAPER_TOO_LONG, format!("it would take more than {PAGES_MAX} pages"));
            return Err(long.with("max", PAGES_MAX).with("unit", "pages"));
        }
        self.laid.pages.push(Vec::new());
        self.y = MARGIN;
        Ok(true)
    }

    fn width(&self, text: &str, size: i32) -> i32 {
        text.chars().map(|c| (self.measure)(c)).sum::<i32>() * size / 1_000
    }

    /// Lines no wider than `width`: broken at a space where there is one in the line, else anywhere.
    fn broken(&self, text: &str, size: i32, width: i32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for c in text.chars() {
            if c == '\n' {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            line.push(c);
            if self.width(&line, size) <= width || line.chars().count() == 1 {
                continue;
            }
            let at = line.trim_end().rfind(' ').map_or(line.len() - c.len_utf8(), |i| i + 1);
            let rest = line.split_off(at);
            lines.push(line.trim_end().to_owned());
            line = rest;
        }
        lines.push(line);
        lines
    }

    fn paragraph(&mut self, role: Role, text: &str, size: i32, quiet: bool) -> Result<()> {
        let node = self.node(role, 0);
        for text in self.broken(text, size, LINE) {
            self.room(size * 3 / 2)?;
            let y = self.y + size;
            self.draw(node, vec![Ink::Text { x: MARGIN, y, size, text, quiet }]);
            self.y += size * 3 / 2;
        }
        self.y += PAD / 2;
        Ok(())
    }

    /// One row of a table: cells with their left edge and width. Answers whether it begins a page.
    fn row(&mut self, table: usize, cells: &[(Role, i32, i32, &str, bool)], size: i32) -> Result<()> {
        let texts: Vec<Vec<String>> =
            cells.iter().map(|(_, _, width, text, _)| self.broken(text, size, width - PAD)).collect();
        let lines = texts.iter().map(Vec::len).max().unwrap_or(1) as i32;
        let height = lines * size * 14 / 10 + PAD;
        self.room(height)?;
        let row = self.node(Role::Row, table);
        for ((role, x, width, _, figures), lines) in cells.iter().zip(texts) {
            let cell = self.node(*role, row);
            let quiet = matches!(role, Role::HeadOfRow | Role::HeadOfColumn);
            let ink = lines.into_iter().enumerate().map(|(n, text)| {
                let right = if *figures { width - PAD - self.width(&text, size) } else { 0 };
                let y = self.y + PAD / 2 + size + n as i32 * size * 14 / 10;
                Ink::Text { x: x + right, y, size, text, quiet }
            });
            let ink = ink.collect();
            self.draw(cell, ink);
        }
        self.y += height;
        self.ornament(Ink::Box { x: MARGIN, y: self.y, w: LINE, h: 3, quiet: true });
        Ok(())
    }

    fn rows(&mut self, rows: &[(String, String)]) -> Result<()> {
        let table = self.node(Role::Table, 0);
        for (name, value) in rows {
            let cells = [
                (Role::HeadOfRow, MARGIN, NAMES, name.as_str(), false),
                (Role::Cell, MARGIN + NAMES, LINE - NAMES, value.as_str(), false),
            ];
            self.row(table, &cells, BODY)?;
        }
        self.y += PAD;
        Ok(())
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) -> Result<()> {
        let all: i32 = columns.iter().map(|c| i32::from(c.share)).sum::<i32>().max(1);
        let mut x = MARGIN;
        let places: Vec<(i32, i32)> = columns
            .iter()
            .map(|c| {
                let width = LINE * i32::from(c.share) / all;
                let place = (x, width);
                x += width;
                place
            })
            .collect();
        let table = self.node(Role::Table, 0);
        let heads: Vec<_> = columns
            .iter()
            .zip(&places)
            .map(|(c, (x, w))| (Role::HeadOfColumn, *x, *w, c.head.as_str(), c.figures))
            .collect();
        self.row(table, &heads, SMALL)?;
        for row in rows {
            if self.room(SMALL * 14 / 10 * 3 + PAD)? {
                self.row(table, &heads, SMALL)?;
            }
            let cells: Vec<_> = columns
                .iter()
                .zip(&places)
                .zip(row)
                .enumerate()
                .map(|(i, ((c, (x, w)), text))| {
                    let role = if i == 0 { Role::HeadOfRow } else { Role::Cell };
                    (role, *x, *w, text.as_str(), c.figures)
                })
                .collect();
            self.row(table, &cells, SMALL)?;
        }
        self.y += PAD;
        Ok(())
    }

    fn scan(&mut self, link: &str, alt: &str, beside: &[String]) -> Result<()> {
        self.room(SCAN + 2 * PAD)?;
        self.y += PAD;
        let figure = self.node(Role::Figure, 0);
        self.laid.nodes[figure].alt = alt.to_owned();
        let ink = squares(link, MARGIN, self.y);
        self.draw(figure, ink);
        let top = self.y;
        self.y += PAD;
        for text in beside {
            let node = self.node(Role::P, 0);
            for text in self.broken(text, BODY, LINE - SCAN - 3 * PAD) {
                let y = self.y + BODY;
                self.draw(node, vec![Ink::Text { x: MARGIN + SCAN + 3 * PAD, y, size: BODY, text, quiet: false }]);
                self.y += BODY * 16 / 10;
            }
        }
        self.y = self.y.max(top + SCAN) + PAD;
        Ok(())
    }

    fn foot(&mut self, foot: &str) {
        let all = self.laid.pages.len();
        for n in 0..all {
            let number = format!("{} / {all}", n + 1);
            let right = WIDTH - MARGIN - self.width(&number, SMALL);
            let text = |x, text| Ink::Text { x, y: FOOT_AT, size: SMALL, text, quiet: true };
            let ink = vec![text(MARGIN, foot.to_owned()), text(right, number)];
            self.laid.pages[n].push(Mark { node: None, ink });
        }
    }
}

/// The dark runs of a QR code. Nothing for a link that is too long for one; it stands beside as text too.
fn squares(link: &str, left: i32, top: i32) -> Vec<Ink> {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::M) else { return Vec::new() };
    let width = code.width();
    let module = SCAN / (width + 2 * QUIET) as i32;
    let place = |n: usize| (n + QUIET) as i32 * module;
    let mut ink = Vec::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|m| **m == Color::Dark).count();
            if run > 0 {
                let (x, y) = (left + place(x), top + place(y));
                ink.push(Ink::Box { x, y, w: run as i32 * module, h: module, quiet: false });
            }
            x += run.max(1);
        }
    }
    ink
}
