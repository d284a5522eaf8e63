//! Pictures of figures besides [`super::Chart`]: a spark line beside a number, a heat map of days and hours, a gauge of a limit.
//! Drawn by the server as SVG; each has a title, a description, and the same figures as text. Colour is never the only
//! carrier: a heat cell also grows with its value, a gauge says its numbers.
use super::chart::{CHART_POINTS_MAX, Point, percent};
use super::table::Table;
use super::{Text, details};
use crate::words::Words;
use maud::{Markup, html};

/// Pixels: the height of a spark line and the room around it.
const SPARK: i64 = 40;
const SPARK_EDGE: i64 = 4;
/// Pixels: the side of a heat map's cell, the room for the heads above.
const CELL: i64 = 26;
const HEAT_TOP: i64 = 24;
/// Hundredths of a percent of the width for the names of the rows.
const HEAT_NAMES: i64 = 2_400;
/// Rows and columns of a heat map; more does not fit 320 px.
pub const HEAT_ROWS_MAX: usize = 12;
pub const HEAT_COLUMNS_MAX: usize = 12;
const HEAT_LEVELS: u64 = 4;
/// Pixels of a gauge's bar.
const GAUGE: i64 = 14;
/// Percent of a limit from which a gauge warns.
const GAUGE_WARNS_AT: i128 = 80;

/// What a picture is called, and what it says in a sentence. `id` is unique on the page.
pub struct Titled<'a> {
    pub id: &'a str,
    pub title: Text<'a>,
    pub about: Text<'a>,
}

impl<'a> Titled<'a> {
    pub fn new(id: &'a str, title: impl Into<Text<'a>>, about: impl Into<Text<'a>>) -> Titled<'a> {
        Titled { id, title: title.into(), about: about.into() }
    }

    fn picture(&self, class: &str, height: i64, drawn: Markup) -> Markup {
        let (title, about) = (format!("{}-title", self.id), format!("{}-about", self.id));
        html! {
            svg class=(class) role="img" width="100%" height=(height) aria-labelledby={ (title) " " (about) } {
                title id=(title) { (self.title) }
                desc id=(about) { (self.about) }
                (drawn)
            }
        }
    }
}

/// The last value of a series in words, and the way there as a line of at most [`CHART_POINTS_MAX`] points. `heads` are what labels
/// and values are called in the table below.
pub fn spark(words: Words, named: &Titled<'_>, points: &[Point<'_>], heads: (&str, &str)) -> Markup {
    let drawn = &points[points.len().saturating_sub(CHART_POINTS_MAX)..];
    let table = Table::new(named.title.as_ref()).text(heads.0).figures(heads.1).caption_hidden();
    let table = table.rows(points.iter().map(|p| [html! { (p.label) }, html! { (p.shown) }]));
    html! {
        figure.spark {
            figcaption.spark-title { (named.title) }
            @if let Some(last) = points.last() { p.spark-now { (last.shown) " " span.hint { (last.label) } } }
            (named.picture("spark-picture", SPARK, spark_line(drawn)))
            p.hint { (named.about) }
            (details(&words.t("chart-table"), table.show(words)))
        }
    }
}

/// The way of a series in a cell of a table, whose other cells say its figures; `label` is for who cannot see it.
pub fn spark_cell(label: &str, values: &[u32]) -> Markup {
    let points: Vec<Point<'_>> = values.iter().map(|v| Point::new("", i64::from(*v), "")).collect();
    html! { svg class="spark-picture" role="img" width="96" height=(SPARK) aria-label=(label) { (spark_line(&points)) } }
}

fn spark_line(points: &[Point<'_>]) -> Markup {
    let high = points.iter().map(|p| i128::from(p.value)).max().unwrap_or(0);
    let low = points.iter().map(|p| i128::from(p.value)).min().unwrap_or(0).min(0);
    let span = (high - low).max(1);
    let inside = i128::from(SPARK - 2 * SPARK_EDGE);
    let y = |p: &Point<'_>| SPARK - SPARK_EDGE - ((i128::from(p.value) - low) * inside / span) as i64;
    let steps = points.len().saturating_sub(1).max(1) as i64;
    let x = |i: usize| percent(100 + i as i64 * 9_800 / steps);
    html! {
        @for (i, pair) in points.windows(2).enumerate() {
            line.chart-line x1=(x(i)) y1=(y(&pair[0])) x2=(x(i + 1)) y2=(y(&pair[1])) {}
        }
        @if let Some(last) = points.last() { circle.chart-dot cx=(x(points.len() - 1)) cy=(y(last)) r="3.5" {} }
    }
}

/// Rows by columns: each cell is a square that grows and darkens with its value, in [`HEAT_LEVELS`] steps of the highest; nothing is
/// an empty cell. At most [`HEAT_ROWS_MAX`] rows of [`HEAT_COLUMNS_MAX`] are drawn; the table has all.
pub fn heat(words: Words, named: &Titled<'_>, columns: &[Text<'_>], rows: &[(Text<'_>, Vec<u32>)]) -> Markup {
    let columns_drawn = columns.len().clamp(1, HEAT_COLUMNS_MAX);
    let drawn = &rows[..rows.len().min(HEAT_ROWS_MAX)];
    let high = rows.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0);
    let width = (10_000 - HEAT_NAMES) / columns_drawn as i64;
    let middle = |c: usize| percent(HEAT_NAMES + width * c as i64 + width / 2);
    let mut table = Table::new(named.title.as_ref()).text(words.t("heat-row"));
    for column in columns {
        table = table.figures(column.as_ref());
    }
    let cells = |(name, values): &(Text<'_>, Vec<u32>)| {
        std::iter::once(html! { (name) }).chain(values.iter().map(|v| html! { (v) })).collect::<Vec<_>>()
    };
    let table = table.caption_hidden().rows(rows.iter().map(cells));
    let body = html! {
        @for (c, column) in columns.iter().take(columns_drawn).enumerate() {
            text.chart-text x=(middle(c)) y="15" text-anchor="middle" { (column) }
        }
        @for (r, (name, values)) in drawn.iter().enumerate() {
            @let y = HEAT_TOP + CELL * r as i64 + CELL / 2;
            text.chart-text x="0" y=(y + 5) { (name) }
            @for (c, value) in values.iter().take(columns_drawn).enumerate() {
                @let level = heat_level(*value, high);
                circle class={ "heat-" (level) } cx=(middle(c)) cy=(y) r=(2 + level * 2) {}
            }
        }
    };
    html! {
        figure.chart {
            figcaption.chart-title { (named.title) }
            (named.picture("chart-picture", HEAT_TOP + CELL * drawn.len() as i64 + 4, body))
            p.hint { (named.about) }
            (details(&words.t("chart-table"), table.show(words)))
        }
    }
}

/// 0 for nothing, 1 to [`HEAT_LEVELS`] by quarters of the highest.
fn heat_level(value: u32, high: u32) -> i64 {
    if value == 0 {
        return 0;
    }
    (u64::from(value) * HEAT_LEVELS).div_ceil(u64::from(high.max(1))).clamp(1, HEAT_LEVELS) as i64
}

/// How much of a limit is used: the numbers in words and as a bar, and a sentence from [`GAUGE_WARNS_AT`] percent on. `used` and `limit`
/// in any whole unit, `shown` as people read them.
pub fn gauge(words: Words, named: &Titled<'_>, used: i64, limit: i64, shown: (&str, &str)) -> Markup {
    let whole = i128::from(limit.max(1));
    let part = i128::from(used).clamp(0, whole);
    let hundredths = (part * 10_000 / whole) as i64;
    let near = part * 100 >= whole * GAUGE_WARNS_AT;
    let bar = html! {
        rect.gauge-all x="0" y="1" width="100%" height=(GAUGE - 2) rx="6" {}
        rect.gauge-used.gauge-near[near] x="0" y="1" width=(percent(hundredths)) height=(GAUGE - 2) rx="6" {}
        line.gauge-mark x1=(percent(GAUGE_WARNS_AT as i64 * 100)) x2=(percent(GAUGE_WARNS_AT as i64 * 100)) y1="0" y2=(GAUGE) {}
    };
    html! {
        figure.gauge {
            figcaption.gauge-title {
                span { (named.title) }
                span.gauge-count { (words.t_with("gauge-of", &[("used", shown.0.into()), ("limit", shown.1.into())])) }
            }
            (named.picture("gauge-picture", GAUGE, bar))
            @if near { p.hint { (words.t("gauge-near")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_level_of_its_quarter() {
        let cases = [
            (0, 0, 0),
            (0, 9, 0),
            (1, 100, 1),
            (25, 100, 1),
            (26, 100, 2),
            (75, 100, 3),
            (76, 100, 4),
            (100, 100, 4),
            (7, 7, 4),
        ];
        for (value, high, want) in cases {
            assert_eq!(heat_level(value, high), want, "{value} of {high}");
        }
    }

    #[test]
    fn a_gauge_is_never_fuller_than_full_and_warns_in_words() {
        let named = || Titled::new("g", "Day", "about");
        let page = |used, limit| gauge(Words::default(), &named(), used, limit, ("a", "b")).into_string();
        assert!(page(50, 100).contains("width=\"50.00%\"") && !page(79, 100).contains("gauge-near"));
        assert!(page(500, 100).contains("width=\"100.00%\"") && page(80, 100).contains("gauge-near"));
        assert!(page(-5, 0).contains("width=\"0.00%\""));
    }

    #[test]
    fn a_spark_keeps_its_newest_points_and_writes_all() {
        let points: Vec<Point<'_>> = (0..CHART_POINTS_MAX as i64 + 9).map(|v| Point::new("x", v, "x")).collect();
        let page = spark(Words::default(), &Titled::new("s", "t", "d"), &points, ("a", "b")).into_string();
        assert_eq!(page.matches("<line").count(), CHART_POINTS_MAX - 1);
        assert_eq!(page.matches("rowheader").count(), CHART_POINTS_MAX + 9);
        assert!(spark(Words::default(), &Titled::new("s", "t", "d"), &[], ("a", "b")).into_string().contains("<title"));
    }
}
