//! Finding the header: which rows it is, and which column of the sheet is which of the caller's.
//!
//! Each of the first [`HEADER_SEARCH_ROWS_MAX`] filled rows is tried as the top of a header of one, two or three rows. The try that
//! finds most required columns wins, then most columns, then fewest rows, then the highest. A title may match in full, without its
//! brackets, or without its parents; for one wanted column the closest match wins, and two equally close ones are a fault.
use crate::clean::{clean, title_base, title_brackets, title_key};
use crate::fault::{Fault, FaultKind};
use crate::grid::{Grid, column_name};
use crate::layout::{Column, ColumnKind, Layout};
use crate::{HEADER_DEPTH_ROWS_MAX, HEADER_SEARCH_ROWS_MAX, cell_name};
use std::collections::{BTreeMap, HashMap};

/// Titles that a fault lists.
const TITLES_SHOWN_MAX: usize = 20;
/// Characters of a title; a longer text is no title.
const TITLE_CHARS_MAX: usize = 60;

/// A column of the sheet with its title, parents first (`扣款/社保`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub column: u16,
    pub title: String,
    /// Each level for comparison, to know the header when it comes again.
    pub(crate) keys: Vec<String>,
}

/// Where the header is and what it says.
#[derive(Clone, Debug)]
pub struct Header {
    /// First and last filled row of it (see [`Grid`]).
    pub(crate) top: usize,
    pub(crate) bottom: usize,
    /// One for each column of the layout.
    pub(crate) columns: Vec<Option<Found>>,
    /// Columns unused, or repeated.
    pub notes: Vec<Fault>,
}

impl Header {
    /// The column found for each of the layout's, in its order.
    pub fn columns(&self) -> &[Option<Found>] {
        &self.columns
    }
}

/// The synonyms of a layout, ready for comparison.
struct Wanted {
    by_key: HashMap<String, usize>,
}

/// How far a title is from a synonym: 0 is the same. Compared first by parents left out, then by brackets left out.
type Distance = usize;

impl Wanted {
    fn new(layout: &Layout) -> Wanted {
        let mut by_key = HashMap::new();
        for (i, column) in layout.columns.iter().enumerate() {
            for synonym in column.synonyms {
                by_key.entry(title_key(synonym)).or_insert(i);
            }
        }
        Wanted { by_key }
    }

    fn closest(&self, levels: &[String]) -> Option<(Distance, usize)> {
        let full: Vec<String> = levels.iter().map(|l| title_key(l)).collect();
        let base: Vec<String> = levels.iter().map(|l| title_base(l)).collect();
        let forms = (0..levels.len())
            .flat_map(|drop| [(2 * drop, full[drop..].concat()), (2 * drop + 1, base[drop..].concat())]);
        forms.filter_map(|(distance, form)| self.by_key.get(&form).map(|i| (distance, *i))).min()
    }
}

/// The titles of one try, by column.
fn titles(grid: &Grid, top: usize, depth: usize) -> BTreeMap<u16, Vec<String>> {
    let first = grid.number(top);
    let mut out: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    let mut levels: Vec<BTreeMap<u16, String>> = Vec::new();
    for k in 0..depth {
        let own = grid.cells(top + k).filter(|(_, v)| !v.is_empty());
        levels.push(own.map(|(c, v)| (c, clean(&v.shown()).chars().take(TITLE_CHARS_MAX).collect())).collect());
    }
    if grid.merges().is_empty() {
        (0..depth.saturating_sub(1)).for_each(|k| spread(&mut levels, k));
    }
    for region in grid.merges().iter().filter(|r| (first..first + depth as u32).contains(&r.top) && r.right > r.left) {
        let k = (region.top - first) as usize;
        let Some(title) = u16::try_from(region.left).ok().and_then(|c| levels[k].get(&c)).cloned() else { continue };
        for column in region.left..=region.right.min(crate::COLUMNS_MAX as u32) {
            levels[k].entry(column as u16).or_insert_with(|| title.clone());
        }
    }
    for (column, title) in levels.into_iter().flatten() {
        let above = out.entry(column).or_default();
        if above.last() != Some(&title) {
            above.push(title);
        }
    }
    out
}

/// Where no merge is known (delimited text), a parent title holds for the columns to its right that have a child and no own parent.
fn spread(levels: &mut [BTreeMap<u16, String>], k: usize) {
    let children: Vec<u16> = levels[k + 1].keys().copied().collect();
    let mut parent: Option<(u16, String)> = None;
    for column in children {
        match levels[k].get(&column) {
            Some(title) => parent = Some((column, title.clone())),
            None => {
                parent = parent.filter(|(last, _)| last + 1 == column).map(|(_, title)| (column, title));
                if let Some((_, title)) = &parent {
                    levels[k].insert(column, title.clone());
                }
            }
        }
    }
}

struct Try {
    top: usize,
    depth: usize,
    titles: BTreeMap<u16, Vec<String>>,
    /// For each wanted column, the columns that match it closest.
    matches: Vec<Vec<u16>>,
}

fn attempt(grid: &Grid, layout: &Layout, wanted: &Wanted, top: usize, depth: usize) -> Try {
    let titles = titles(grid, top, depth);
    let mut closest: Vec<(Distance, Vec<u16>)> = vec![(Distance::MAX, Vec::new()); layout.columns.len()];
    for (column, levels) in &titles {
        let Some((distance, i)) = wanted.closest(levels) else { continue };
        let best = &mut closest[i];
        if distance < best.0 {
            *best = (distance, vec![*column]);
        } else if distance == best.0 {
            best.1.push(*column);
        }
    }
    Try { top, depth, titles, matches: closest.into_iter().map(|(_, columns)| columns).collect() }
}

impl Try {
    fn score(&self, layout: &Layout) -> (usize, usize, usize) {
        let found = |required: bool| {
            self.matches.iter().zip(layout.columns).filter(|(m, c)| !m.is_empty() && (c.required || !required)).count()
        };
        (found(true), found(false), HEADER_DEPTH_ROWS_MAX - self.depth)
    }
    fn title(&self, column: u16) -> String {
        self.titles.get(&column).map(|levels| levels.join("/")).unwrap_or_default()
    }
    fn listed(&self, columns: impl Iterator<Item = u16>) -> String {
        let named = columns.map(|c| format!("{} ({})", self.title(c), column_name(c)));
        named.take(TITLES_SHOWN_MAX).collect::<Vec<_>>().join(", ")
    }
}

/// Finds the header of a sheet. Errors: `header_missing`, or one `column_missing` or `column_ambiguous` for each column concerned, or
/// `column_unit` for an amount that is not in whole units.
pub fn find_header(grid: &Grid, layout: &Layout) -> Result<Header, Vec<Fault>> {
    let wanted = Wanted::new(layout);
    let mut best: Option<((usize, usize, usize), Try)> = None;
    for top in 0..grid.rows().min(HEADER_SEARCH_ROWS_MAX) {
        for depth in 1..=HEADER_DEPTH_ROWS_MAX {
            let last = top + depth - 1;
            if last >= grid.rows().min(HEADER_SEARCH_ROWS_MAX)
                || grid.number(last) != grid.number(top) + depth as u32 - 1
            {
                break;
            }
            let tried = attempt(grid, layout, &wanted, top, depth);
            let score = tried.score(layout);
            if best.as_ref().is_none_or(|(have, _)| score > *have) {
                best = Some((score, tried));
            }
        }
    }
    let required = layout.required();
    match best {
        Some(((0, any, _), _)) if any == 0 || required > 0 => Err(vec![no_header(grid, layout)]),
        None => Err(vec![no_header(grid, layout)]),
        Some((_, tried)) => settle(grid, layout, &tried),
    }
}

fn no_header(grid: &Grid, layout: &Layout) -> Fault {
    let seen = (0..grid.rows().min(3))
        .flat_map(|at| grid.cells(at))
        .map(|(_, v)| crate::fault::masked(ColumnKind::Text, &v.shown()));
    let wanted: Vec<&str> =
        layout.columns.iter().filter(|c| c.required).filter_map(|c| c.synonyms.first().copied()).collect();
    let params = vec![
        ("rows", HEADER_SEARCH_ROWS_MAX.to_string()),
        ("found", seen.take(TITLES_SHOWN_MAX).collect::<Vec<_>>().join(", ")),
        ("wanted", wanted.join(", ")),
    ];
    Fault::sheet(grid.name(), FaultKind::HeaderMissing, params)
}

fn settle(grid: &Grid, layout: &Layout, tried: &Try) -> Result<Header, Vec<Fault>> {
    let (mut faults, mut notes, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    let place = |fault: Fault, column: u16| Fault {
        cell: cell_name(grid.number(tried.top), column),
        row: grid.number(tried.top) + 1,
        line: grid.line(tried.top),
        column: tried.title(column),
        ..fault
    };
    for (column, matches) in layout.columns.iter().zip(&tried.matches) {
        let word = column.synonyms.first().copied().unwrap_or(column.key);
        let several = |kind| {
            Fault::sheet(
                grid.name(),
                kind,
                vec![("wanted", word.to_owned()), ("found", tried.listed(matches.iter().copied()))],
            )
        };
        let words = matches!(column.kind, ColumnKind::Text | ColumnKind::Name | ColumnKind::Group) && !column.required;
        match matches.as_slice() {
            [] if column.required => faults.push(missing(grid, tried, column, word)),
            [first, _, ..] if words => notes.push(place(several(FaultKind::ColumnRepeated), *first)),
            [first, _, ..] => faults.push(place(several(FaultKind::ColumnAmbiguous), *first)),
            _ => {}
        }
        if let (Some(first), ColumnKind::Money) = (matches.first(), column.kind)
            && let Some(unit) = foreign_unit(grid, tried, *first)
        {
            faults.push(place(Fault::sheet(grid.name(), FaultKind::ColumnUnit, vec![("unit", unit)]), *first));
        }
        let found = |c: &u16| Found {
            column: *c,
            title: tried.title(*c),
            keys: tried.titles[c].iter().map(|t| title_base(t)).collect(),
        };
        columns.push(matches.first().map(found));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let used = |c: &u16| tried.matches.iter().any(|m| m.contains(c));
    let unused = tried.titles.keys().filter(|c| !used(c));
    notes.extend(unused.map(|c| place(Fault::sheet(grid.name(), FaultKind::ColumnUnused, Vec::new()), *c)));
    Ok(Header { top: tried.top, bottom: tried.top + tried.depth - 1, columns, notes })
}

fn missing(grid: &Grid, tried: &Try, column: &Column, word: &str) -> Fault {
    let params = vec![
        ("wanted", word.to_owned()),
        ("found", tried.listed(tried.titles.keys().copied())),
        ("titles", column.synonyms.join(", ")),
    ];
    Fault {
        row: grid.number(tried.top) + 1,
        line: grid.line(tried.top),
        ..Fault::sheet(grid.name(), FaultKind::ColumnMissing, params)
    }
}

/// Units whose amounts would be read a thousand times wrong, or in another currency.
const UNITS: [&str; 13] =
    ["万元", "千元", "百元", "十元", "亿元", "美元", "港元", "港币", "欧元", "英镑", "日元", "usd", "hkd"];

/// The unit in a title or, as `单位：万元`, in a row above the header.
fn foreign_unit(grid: &Grid, tried: &Try, column: u16) -> Option<String> {
    let named = |text: &str| UNITS.iter().find(|u| text.contains(*u)).map(|u| (*u).to_owned());
    let small = |text: &String| matches!(text.as_str(), "角" | "分" | "万" | "千").then(|| text.clone());
    let levels = &tried.titles[&column];
    let in_title =
        levels.iter().find_map(|l| named(&title_key(l)).or_else(|| title_brackets(l).iter().find_map(small)));
    in_title.or_else(|| {
        let above = (0..tried.top).flat_map(|at| grid.cells(at)).map(|(_, v)| title_key(&v.shown()));
        above.filter(|t| t.contains("单位")).find_map(|t| named(t.rsplit("单位").next().unwrap_or("")))
    })
}
