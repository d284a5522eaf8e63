//! How a customer is judged: points, a band, and what the band means. Pure.
use guard::ListKind;
use kernel::{Date, Error, Result};
use party::Tier;
use std::sync::LazyLock;

/// Answers that asked for a closer look and count.
const FLAGS_COUNTED_MAX: i64 = 3;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    set: Vec<Rules>,
}

/// Points and bands from a day on.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub version: u32,
    pub effective_from: Date,
    pub source: String,
    pub points: Points,
    /// By their first points, rising.
    pub band: Vec<Band>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    pub relation_below_180_days: i64,
    pub relation_below_730_days: i64,
    /// No answers are on file: he came before they were asked, or through his employer.
    pub never_asked: i64,
    pub foreign_document: i64,
    pub occupation_untold: i64,
    pub income_untold: i64,
    pub answer_flag: i64,
    pub phone_shared: i64,
    pub listed_own: i64,
    pub listed_grey: i64,
    pub listed_black: i64,
    pub case_open: i64,
    pub case_confirmed: i64,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub code: String,
    /// Points from which it begins.
    pub from: i64,
    /// The highest account tier.
    #[serde(deserialize_with = "tier")]
    pub tier: Tier,
    pub review_months: i32,
}

fn tier<'de, D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Tier, D::Error> {
    let text: String = serde::Deserialize::deserialize(d)?;
    Tier::parse(&text).ok_or_else(|| serde::de::Error::custom("no such tier"))
}

static FILE: LazyLock<File> =
    LazyLock::new(|| toml::from_str(include_str!("../data/score.toml")).expect("data/score.toml is tested"));

/// The rules in force on a day.
pub fn rules(day: Date) -> Result<&'static Rules> {
    let begun = FILE.set.iter().filter(|r| r.effective_from <= day);
    begun.max_by_key(|r| r.effective_from).ok_or_else(|| Error::broken(format!("no score is in force on {day}")))
}

/// What is known of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Days since he was put on file.
    pub relation_days: i64,
    pub foreign_document: bool,
    /// Flags of his newest answers; `None` where there are none.
    pub flags: Option<Vec<String>>,
    pub phone_shared: bool,
    pub lists: Vec<String>,
    pub cases_open: usize,
    pub cases_confirmed: usize,
}

/// One reason of a score.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    pub factor: String,
    pub points: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    pub points: i64,
    pub lines: Vec<Line>,
    pub band: String,
    pub tier: Tier,
    pub review_months: i32,
}

/// What the facts come to.
pub fn score(f: &Facts, rules: &Rules) -> Scored {
    let p = &rules.points;
    let flagged = |name: &str| f.flags.iter().flatten().any(|flag| flag == name);
    let counted = |flag: &&String| !flag.ends_with("_untold") && !["phone_shared", "listed"].contains(&flag.as_str());
    let odd = f.flags.iter().flatten().filter(counted).count() as i64;
    let on = |list: ListKind| f.lists.iter().any(|l| l == list.code());
    let all = [
        ("relation_new", f.relation_days < 180, p.relation_below_180_days),
        ("relation_young", (180..730).contains(&f.relation_days), p.relation_below_730_days),
        ("never_asked", f.flags.is_none(), p.never_asked),
        ("foreign_document", f.foreign_document, p.foreign_document),
        ("occupation_untold", flagged("occupation_untold"), p.occupation_untold),
        ("income_untold", flagged("income_untold"), p.income_untold),
        ("answers", odd > 0, p.answer_flag * odd.min(FLAGS_COUNTED_MAX)),
        ("phone_shared", f.phone_shared, p.phone_shared),
        ("listed_own", on(ListKind::Own), p.listed_own),
        ("listed_grey", on(ListKind::Grey), p.listed_grey),
        ("listed_black", on(ListKind::Black) || on(ListKind::Police), p.listed_black),
        ("case_open", f.cases_open > 0, p.case_open),
        ("case_confirmed", f.cases_confirmed > 0, p.case_confirmed),
    ];
    let lines: Vec<Line> = all
        .into_iter()
        .filter(|(_, counts, points)| *counts && *points > 0)
        .map(|(factor, _, points)| Line { factor: factor.to_owned(), points })
        .collect();
    let points = lines.iter().map(|l| l.points).sum();
    let reached = rules.band.iter().rfind(|b| b.from <= points);
    let band = reached.unwrap_or(&rules.band[0]);
    Scored { points, lines, band: band.code.clone(), tier: band.tier, review_months: band.review_months }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> &'static Rules {
        rules(Date::parse("2026-11-23").unwrap()).unwrap()
    }

    fn known() -> Facts {
        Facts { relation_days: 1_000, flags: Some(Vec::new()), ..Facts::default() }
    }

    #[test]
    fn bands_rise_from_zero_and_a_graver_one_lets_no_more_through() {
        for r in &FILE.set {
            assert_eq!(r.band[0].from, 0);
            for w in r.band.windows(2) {
                assert!(w[0].from < w[1].from && w[0].tier.rank() >= w[1].tier.rank(), "{}", w[1].code);
                assert!(w[0].review_months > w[1].review_months);
            }
        }
    }

    #[test]
    fn what_counts_and_what_just_does_not() {
        let flags = |all: &[&str]| Some(all.iter().map(|f| (*f).to_owned()).collect());
        let listed = |l: ListKind| vec![l.code().to_owned()];
        let cases: [(&str, Facts, i64, &str, Tier); 11] = [
            ("a known customer", known(), 0, "low", Tier::I),
            ("two years to the day", Facts { relation_days: 730, ..known() }, 0, "low", Tier::I),
            ("a day short of it", Facts { relation_days: 729, ..known() }, 5, "low", Tier::I),
            ("through his employer, new", Facts { flags: None, relation_days: 3, ..known() }, 20, "low", Tier::I),
            (
                "told nothing",
                Facts { flags: flags(&["occupation_untold", "income_untold"]), ..known() },
                15,
                "low",
                Tier::I,
            ),
            (
                "two odd answers",
                Facts { flags: flags(&["no_local_tie", "use_unclear"]), ..known() },
                20,
                "low",
                Tier::I,
            ),
            (
                "and a shared phone",
                Facts { flags: flags(&["no_local_tie", "use_unclear"]), phone_shared: true, ..known() },
                35,
                "middle",
                Tier::I,
            ),
            ("a grey list", Facts { lists: listed(ListKind::Grey), ..known() }, 40, "middle", Tier::I),
            (
                "grey and an open case",
                Facts { lists: listed(ListKind::Grey), cases_open: 1, ..known() },
                60,
                "high",
                Tier::II,
            ),
            ("a case that ended against him", Facts { cases_confirmed: 1, ..known() }, 70, "high", Tier::II),
            ("a black list", Facts { lists: listed(ListKind::Black), ..known() }, 100, "severe", Tier::Restricted),
        ];
        for (what, facts, points, band, tier) in cases {
            let s = score(&facts, today());
            assert_eq!((s.points, s.band.as_str(), s.tier), (points, band, tier), "{what}");
        }
    }
}
