//! Small charts, drawn by the server as SVG without a view box: places along the width are in percent and heights in pixels, so
//! that a chart fits 320 px and a desk alike while its text keeps the size of the page. Text in a picture cannot break, so
//! lying bars, whose labels are words, are a list with a picture of each bar. Every chart has a title, a description, and
//! the same figures as a table.
use super::table::Table;
use super::{Text, details};
use crate::words::Words;
use maud::{Markup, html};

/// Points a chart shows; a longer series is summed up first.
pub const CHART_POINTS_MAX: usize = 60;
/// Values are written at the bars up to this many.
const VALUES_WRITTEN_MAX: usize = 6;
/// Labels along the axis at most, so that they do not touch at 320 px.
const LABELS_WRITTEN_MAX: usize = 6;
/// Pixels: the height of a lying bar.
const ROW: i64 = 14;
/// Pixels: the plot's top, its height, and where the labels stand.
const TOP: i64 = 28;
const HEIGHT: i64 = 150;
const LABELS_AT: i64 = TOP + HEIGHT + 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Bars,
    Line,
    /// Bars that lie under their labels, for labels of several words.
    Rows,
}

/// A value at a place: `value` in any whole unit, `shown` as people read it.
#[derive(Clone, Debug)]
pub struct Point<'a> {
    pub label: Text<'a>,
    pub value: i64,
    pub shown: Text<'a>,
}

impl<'a> Point<'a> {
    pub fn new(label: impl Into<Text<'a>>, value: i64, shown: impl Into<Text<'a>>) -> Point<'a> {
        Point { label: label.into(), value, shown: shown.into() }
    }
}

/// A chart of at most [`CHART_POINTS_MAX`] points; the rest is left to the table.
pub struct Chart<'a> {
    /// Unique on the page.
    pub id: &'a str,
    pub title: Text<'a>,
    /// What the picture says, in a sentence.
    pub about: Text<'a>,
    pub shape: Shape,
    pub points: &'a [Point<'a>],
    /// What the labels and the values are called in the table.
    pub heads: (Text<'a>, Text<'a>),
}

/// Lowest and highest of a scale that holds zero and every value.
fn scale(points: &[Point<'_>]) -> (i128, i128) {
    let low = points.iter().map(|p| i128::from(p.value)).min().unwrap_or(0).min(0);
    let high = points.iter().map(|p| i128::from(p.value)).max().unwrap_or(0).max(0);
    if low == high { (0, 1) } else { (low, high) }
}

/// Hundredths of a percent as SVG writes them.
pub(super) fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

impl Chart<'_> {
    /// Pixels from the top for a value.
    fn height_of(&self, value: i64) -> i64 {
        let (low, high) = scale(self.points);
        TOP + ((high - i128::from(value)) * i128::from(HEIGHT) / (high - low)) as i64
    }
    /// Hundredths of a percent from the left for the middle of the `i`-th point.
    fn place_of(&self, i: usize) -> i64 {
        let n = self.drawn().len().max(1) as i64;
        (i as i64 * 2 + 1) * 10_000 / (2 * n)
    }
    fn drawn(&self) -> &[Point<'_>] {
        &self.points[..self.points.len().min(CHART_POINTS_MAX)]
    }

    pub fn show(&self, words: Words) -> Markup {
        let (title, about) = (format!("{}-title", self.id), format!("{}-about", self.id));
        let table =
            Table::new(self.title.as_ref()).text(self.heads.0.as_ref()).figures(self.heads.1.as_ref()).caption_hidden();
        let table = table.rows(self.points.iter().map(|p| [html! { (p.label) }, html! { (p.shown) }]));
        html! {
            figure.chart {
                figcaption.chart-title { (self.title) }
                @if self.shape == Shape::Rows {
                    p.hint { (self.about) }
                    (self.rows())
                } @else {
                    svg.chart-picture role="img" width="100%" height=(LABELS_AT + 8) aria-labelledby={ (title) " " (about) } {
                        title id=(title) { (self.title) }
                        desc id=(about) { (self.about) }
                        (self.grid())
                        @if self.shape == Shape::Bars { (self.bars()) } @else { (self.line()) }
                        (self.labels())
                    }
                }
                (details(&words.t("chart-table"), table.show(words)))
            }
        }
    }

    /// Bars that are few carry their values, where the screen is wide enough; otherwise the highest value is written once.
    fn values_written(&self) -> bool {
        self.shape == Shape::Bars && self.drawn().len() <= VALUES_WRITTEN_MAX
    }

    fn grid(&self) -> Markup {
        let highest = self.drawn().iter().max_by_key(|p| p.value);
        let zero = self.height_of(0);
        html! {
            @for quarter in 0..4 { line.chart-grid x1="0" x2="100%" y1=(TOP + HEIGHT * quarter / 4) y2=(TOP + HEIGHT * quarter / 4) {} }
            line.chart-zero x1="0" x2="100%" y1=(zero) y2=(zero) {}
            @if let Some(p) = highest {
                text.chart-text.chart-max-narrow[self.values_written()] x="0" y=(TOP - 8) { (p.shown) }
            }
        }
    }

    fn rows(&self) -> Markup {
        let high = scale(self.points).1.max(1);
        let width = |p: &Point<'_>| percent((i128::from(p.value.max(0)) * 10_000 / high) as i64);
        html! {
            dl.chart-rows {
                @for p in self.drawn() {
                    div.chart-row {
                        dt.chart-row-label { (p.label) }
                        dd.chart-row-value { (p.shown) }
                        dd.chart-row-bar aria-hidden="true" {
                            svg.chart-picture width="100%" height=(ROW) { rect.chart-bar width=(width(p)) height=(ROW) rx="3" {} }
                        }
                    }
                }
            }
        }
    }

    fn labels(&self) -> Markup {
        let every = self.drawn().len().div_ceil(LABELS_WRITTEN_MAX).max(1);
        html! {
            @for (i, p) in self.drawn().iter().enumerate().filter(|(i, _)| i.is_multiple_of(every)) {
                text.chart-text.chart-other[!i.is_multiple_of(2 * every)] x=(percent(self.place_of(i))) y=(LABELS_AT) text-anchor="middle" { (p.label) }
            }
        }
    }

    fn bars(&self) -> Markup {
        let slot = 10_000 / self.drawn().len().max(1) as i64;
        let zero = self.height_of(0);
        html! {
            @for (i, p) in self.drawn().iter().enumerate() {
                @let (at, y) = (self.place_of(i), self.height_of(p.value));
                rect.chart-bar x=(percent(at - slot * 3 / 10)) width=(percent(slot * 6 / 10)) y=(y.min(zero)) height=((y - zero).abs().max(1)) rx="3" {}
                @if self.values_written() {
                    text.chart-value x=(percent(at)) y=(y.min(zero) - 8) text-anchor="middle" { (p.shown) }
                }
            }
        }
    }

    fn line(&self) -> Markup {
        let at = |i: usize, p: &Point<'_>| (percent(self.place_of(i)), self.height_of(p.value));
        html! {
            @for (i, pair) in self.drawn().windows(2).enumerate() {
                @let ((x1, y1), (x2, y2)) = (at(i, &pair[0]), at(i + 1, &pair[1]));
                line.chart-line x1=(x1) y1=(y1) x2=(x2) y2=(y2) {}
            }
            @for (i, p) in self.drawn().iter().enumerate() {
                @let (x, y) = at(i, p);
                circle.chart-dot cx=(x) cy=(y) r="3.5" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heights(values: &[i64]) -> Vec<i64> {
        let points: Vec<Point<'_>> = values.iter().map(|v| Point::new("x", *v, "x")).collect();
        let heads = ("a".into(), "b".into());
        let chart = Chart { id: "c", title: "t".into(), about: "d".into(), shape: Shape::Bars, points: &points, heads };
        chart.show(Words::default());
        values.iter().map(|v| chart.height_of(*v)).collect()
    }

    #[test]
    fn values_stand_at_their_height() {
        let (top, foot) = (TOP, TOP + HEIGHT);
        let cases: &[(&[i64], &[i64])] = &[
            (&[], &[]),
            (&[0, 0], &[foot, foot]),
            (&[0, 50, 100], &[foot, top + HEIGHT / 2, top]),
            (&[-100, 100], &[foot, top]),
            (&[-5], &[foot]),
            (&[i64::MIN, i64::MAX], &[foot, top]),
        ];
        for (values, want) in cases {
            assert_eq!(heights(values), *want, "{values:?}");
        }
    }

    #[test]
    fn words_of_lying_bars_stand_outside_their_pictures() {
        let points = [Point::new("Kept to the end", -5, "CNY 49.00"), Point::new("Drawn today", 0, "CNY 7.58")];
        let heads = ("a".into(), "b".into());
        let chart = Chart { id: "c", title: "t".into(), about: "d".into(), shape: Shape::Rows, points: &points, heads };
        let page = chart.show(Words::default()).into_string();
        assert!(!page.contains("<text"));
        assert_eq!((page.matches("<dt").count(), page.matches("width=\"0.00%\"").count()), (2, 2));
    }

    #[test]
    fn a_long_series_is_drawn_in_part_and_written_in_full() {
        let points: Vec<Point<'_>> = (0..CHART_POINTS_MAX as i64 + 5).map(|v| Point::new("x", v, "x")).collect();
        let heads = ("a".into(), "b".into());
        let page = Chart { id: "c", title: "t".into(), about: "d".into(), shape: Shape::Line, points: &points, heads }
            .show(Words::default())
            .into_string();
        assert_eq!(page.matches("<circle").count(), CHART_POINTS_MAX);
        assert_eq!(page.matches("<th role=\"rowheader\"").count(), CHART_POINTS_MAX + 5);
    }
}
