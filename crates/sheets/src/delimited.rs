//! Comma, tab, semicolon or bar separated text (RFC 4180, read generously).
//!
//! A row is what a spreadsheet program would make of it: blank lines count, a line break inside quotation marks does not begin a
//! row. The line of the file is kept beside it. A quotation mark inside a field that did not begin with one is an ordinary character;
//! one that is opened and never closed is refused, because it would swallow every row behind it.
use crate::QUOTE_OPEN;
use crate::grid::{Builder, Grid, Room};
use kernel::{Error, Result};

const DELIMITERS: [char; 4] = [',', '\t', ';', '|'];
/// Lines from which the delimiter is guessed.
const GUESS_LINES_MAX: usize = 20;

/// The delimiter that most of the first lines have, and most often.
fn delimiter(text: &str) -> char {
    let lines = || text.lines().filter(|l| !l.trim().is_empty()).take(GUESS_LINES_MAX);
    let score = |d: char| {
        let counts = lines().map(|l| {
            let mut quoted = false;
            l.chars()
                .filter(|c| {
                    quoted ^= *c == '"';
                    !quoted && *c == d
                })
                .count()
        });
        counts.fold((0, 0), |(have, all), n| (have + usize::from(n > 0), all + n))
    };
    // `max_by_key` keeps the last of equals, and a comma is the likeliest.
    DELIMITERS.into_iter().rev().max_by_key(|d| score(*d)).unwrap_or(',')
}

/// Walks the text field by field.
struct Walker<'t> {
    text: &'t str,
    at: usize,
    /// Lines passed.
    line: u32,
}

/// What ended a field.
#[derive(PartialEq, Eq)]
enum End {
    Field,
    Row,
    File,
}

impl Walker<'_> {
    /// Passes one line break (`\n`, `\r\n` or `\r`) if there is one here.
    fn line_break(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let len = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.at += len;
        self.line += 1;
        true
    }

    fn end(&mut self, delimiter: u8) -> Option<End> {
        match self.text.as_bytes().get(self.at) {
            None => Some(End::File),
            Some(b) if *b == delimiter => {
                self.at += 1;
                Some(End::Field)
            }
            Some(_) => self.line_break().then_some(End::Row),
        }
    }

    /// Reads one field into `out`.
    fn field(&mut self, delimiter: u8, out: &mut String) -> Result<End> {
        out.clear();
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            self.quoted(out)?;
        }
        loop {
            let from = self.at;
            let stop = |b: u8| b == delimiter || b == b'\r' || b == b'\n';
            let len = self.text.as_bytes()[from..].iter().position(|b| stop(*b)).unwrap_or(self.text.len() - from);
            out.push_str(&self.text[from..from + len]);
            self.at += len;
            if let Some(end) = self.end(delimiter) {
                return Ok(end);
            }
        }
    }

    /// From an opening quotation mark past the closing one; two inside are one.
    fn quoted(&mut self, out: &mut String) -> Result<()> {
        let opened = self.line + 1;
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(len) = rest.find('"') else {
                let why = format!("a quotation mark opened in line {opened} is never closed");
                return Err(Error::new(&QUOTE_OPEN, why).with("line", opened));
            };
            let part = &rest[..len];
            out.push_str(part);
            self.line += (part.matches('\n').count() + part.replace("\r\n", "").matches('\r').count()) as u32;
            self.at += len + 1;
            if self.text.as_bytes().get(self.at) != Some(&b'"') {
                return Ok(());
            }
            out.push('"');
            self.at += 1;
        }
    }
}

pub(crate) fn read(text: &str, room: &mut Room) -> Result<Grid> {
    let delimiter = delimiter(text) as u8;
    let mut builder = Builder::new("", false, false, room);
    let mut walker = Walker { text, at: 0, line: 0 };
    let mut field = String::new();
    let (mut row, mut column, mut begins) = (0u32, 0u32, 1u32);
    loop {
        let end = walker.field(delimiter, &mut field)?;
        if !crate::clean::is_blank(&field) {
            builder.line(row, begins);
            builder.text(row, column, &field)?;
        }
        match end {
            End::Field => column += 1,
            End::Row => (row, column, begins) = (row + 1, 0, walker.line + 1),
            End::File => return Ok(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::grid::Value;

    fn grid(text: &str) -> Result<Grid> {
        read(text, &mut Room::new(&Limits::default()))
    }

    #[test]
    fn fields_rows_and_lines() {
        let g = grid("a,\"b \"\"x\"\", c\"\r\n\r\n\"two\nlines\",d\n,,e").unwrap();
        assert_eq!(g.value(0, 1), Value::Text("b \"x\", c"));
        assert_eq!((g.number(1), g.line(1)), (2, Some(3)), "the blank line counts");
        assert_eq!(g.value(1, 0), Value::Text("two\nlines"));
        assert_eq!((g.number(2), g.line(2)), (3, Some(5)), "a break in quotes is a line and no row");
        assert_eq!(g.value(2, 2), Value::Text("e"));
        assert_eq!(g.value(2, 0), Value::Empty);
    }

    #[test]
    fn the_delimiter_is_found() {
        for (text, want) in [
            ("a,b\n", ','),
            ("a\tb,c\td\n", '\t'),
            ("a;b\n1;2", ';'),
            ("a|b", '|'),
            ("标题\n\"a\tb\",c\n", ','),
            ("", ','),
        ] {
            assert_eq!(delimiter(text), want, "{text:?}");
        }
    }

    #[test]
    fn quotation_marks_that_are_not_meant() {
        let g = grid("a\"b,=\"0012\"\n5\" pipe,x").unwrap();
        assert_eq!((g.value(0, 0), g.value(0, 1)), (Value::Text("a\"b"), Value::Text("=\"0012\"")));
        assert_eq!(g.value(1, 0), Value::Text("5\" pipe"));
        let e = grid("a\nb,\"c\nd").unwrap_err();
        assert!(e.is(&QUOTE_OPEN) && e.message().contains("line 2"), "{e}");
        assert_eq!(grid("\"a\"b,c").unwrap().value(0, 0), Value::Text("ab"));
        assert_eq!(grid("a\rb").unwrap().rows(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "[a,\"\n\r\t;|字 ]{0,60}") {
            if let Ok(g) = grid(&text) {
                let lines = text.lines().count() as u32 + text.matches('\r').count() as u32;
                for at in 0..g.rows() {
                    proptest::prop_assert!(g.line(at).unwrap() <= lines + 1);
                }
            }
        }
    }
}
