//! How much is to be put aside, as dated data by region; [`required`] is pure.
use crate::{REGION_UNKNOWN, WORKING_DAYS_MAX};
use kernel::{Date, Error, Money, Rate, Result, Rounding};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/rates.toml");
/// The region of the whole country.
pub const COUNTRY: &str = "000000";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rate: Vec<Row>,
}

/// What a region asks for from a day on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub region: String,
    pub effective_from: Date,
    base: String,
    several: String,
    floor: String,
    small_under_yuan: i64,
    small_clean_years: u32,
    lower_clean_years: u32,
    lower_percent: i64,
    exempt_clean_years: u32,
    pub arrears_years: u32,
    raise_percent: Vec<i64>,
    /// Working days to put it aside (D2).
    pub deposit_working_days: u32,
    /// Working days until the bank has paid on a notice (D4).
    pub pay_working_days: u32,
    /// Working days until what was paid is there again (D4).
    pub refill_working_days: u32,
    pub certain: bool,
    pub source: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| parse(DATA).expect("the bundled rates are tested"));

fn parse(text: &str) -> Result<Vec<Row>> {
    let broken = |why: String| Error::broken(format!("rates.toml: {why}"));
    let file: File = toml::from_str(text).map_err(|e| broken(e.to_string()))?;
    for r in &file.rate {
        let share = |text: &str| Rate::parse(text).map(|rate| rate.decimal());
        let (base, several, floor) = (share(&r.base)?, share(&r.several)?, share(&r.floor)?);
        let ordered = floor <= several && several <= base && base < Rate::new(1, 0).decimal();
        let days = [r.deposit_working_days, r.pay_working_days, r.refill_working_days];
        let told = r.region.len() == 6 && r.region.bytes().all(|b| b.is_ascii_digit()) && !r.source.is_empty();
        if !ordered || !told || r.raise_percent.is_empty() || days.iter().any(|d| !(1..=WORKING_DAYS_MAX).contains(d)) {
            return Err(broken(format!("{} from {} does not hold together", r.region, r.effective_from)));
        }
    }
    Ok(file.rate)
}

/// What was known of a contractor in the region on the day of the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Whole years without arrears of wages up to that day.
    pub clean_years: u32,
    /// Cases of arrears in the two years before it.
    pub arrears: u32,
}

/// What a requirement is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Of the works contract, above zero.
    pub contract: Money,
    /// Other works of the contractor under way in the region.
    pub other_works: u32,
    pub history: History,
    /// Six digits of the division.
    pub region: String,
    /// The day of the contract.
    pub date: Date,
}

store::text_enum! {
    /// Why the rate is what it is.
    pub enum Reason {
        /// The region's rate.
        Base = "base",
        /// Other works are under way in the region: the lower rate (D1).
        SeveralWorks = "several_works",
        /// A small contract and a clean year: nothing to put aside (D1).
        SmallAndClean = "small_and_clean",
        /// Two clean years: less (D3).
        CleanLower = "clean_lower",
        /// Three clean years: nothing (D3).
        CleanExempt = "clean_exempt",
        /// Arrears in the two years before: more, and no relief (D3).
        Raised = "raised",
        /// Not under the least of the region (D1).
        Floor = "floor",
    }
}

/// How much is to be put aside, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Of the contract price, a decimal such as `0.015`; `0` when exempt.
    pub rate: String,
    pub amount: Money,
    pub why: Vec<Reason>,
    pub exempt: bool,
    /// Whether a text of the region stands behind every figure.
    pub certain: bool,
    /// The region whose figures these are.
    pub region: String,
}

/// The figures in force for a region on a day: its own, its city's, its province's, the country's. `Err(guarantee_region_unknown)`
/// before the first of them, and for what is not six digits.
pub fn figures(region: &str, date: Date) -> Result<&'static Row> {
    let unknown = || {
        let told = format!("{region:?} has no rate on {date}");
        Error::new(&REGION_UNKNOWN, told).with("region", region).with("date", date)
    };
    if region.len() != 6 || !region.bytes().all(|b| b.is_ascii_digit()) {
        return Err(unknown());
    }
    let wider = [region.to_owned(), format!("{}00", &region[..4]), format!("{}0000", &region[..2]), COUNTRY.to_owned()];
    let of = |code: &String| {
        let rows = ROWS.iter().filter(|r| r.region == *code && r.effective_from <= date);
        rows.max_by_key(|r| r.effective_from)
    };
    wider.iter().find_map(of).ok_or_else(unknown)
}

/// What the contract needs as a guarantee for wages (D1, D3). Half up to the fen. Errors: `guarantee_region_unknown`; a field error for
/// a price that is not above zero.
pub fn required(ask: &Ask) -> Result<Requirement> {
    if !ask.contract.is_positive() {
        return Err(Error::field("contract_price", "it is not above zero"));
    }
    judge(figures(&ask.region, ask.date)?, ask)
}

fn judge(row: &Row, ask: &Ask) -> Result<Requirement> {
    let (mut rate, floor) = (Rate::parse(&row.base)?.decimal(), Rate::parse(&row.floor)?.decimal());
    let percent = |of: i64| Rate::new(of, 2).decimal();
    let mut why = vec![Reason::Base];
    let clean = if ask.history.arrears == 0 { ask.history.clean_years } else { 0 };
    let small = ask.contract.minor < row.small_under_yuan * 100 && clean >= row.small_clean_years;
    let exempt = clean >= row.exempt_clean_years || small;
    if exempt {
        why = vec![if small { Reason::SmallAndClean } else { Reason::CleanExempt }];
    } else if ask.history.arrears > 0 {
        let step = (ask.history.arrears as usize).min(row.raise_percent.len());
        rate *= percent(100 + row.raise_percent[step - 1]);
        why.push(Reason::Raised);
    } else {
        if ask.other_works > 0 {
            rate = Rate::parse(&row.several)?.decimal();
            why.push(Reason::SeveralWorks);
        }
        if clean >= row.lower_clean_years {
            rate *= percent(100 - row.lower_percent);
            why.push(Reason::CleanLower);
        }
        if rate < floor {
            rate = floor;
            why.push(Reason::Floor);
        }
    }
    let rate = if exempt { Rate::new(0, 0) } else { Rate::parse(&rate.normalize().to_string())? };
    let amount = rate.apply(ask.contract, Rounding::HalfUp)?;
    let (certain, region) = (row.certain, row.region.clone());
    Ok(Requirement { rate: rate.to_string(), amount, why, exempt, certain, region })
}

/// The day that is `days` working days after `from`: the day after it counts as the first.
pub fn working_days_after(from: Date, days: u32) -> Date {
    let mut day = from;
    for _ in 0..days.min(WORKING_DAYS_MAX) {
        day = day.plus_days(1);
        while !payroll::is_business_day(day) {
            day = day.plus_days(1);
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn ask(yuan: i64, other_works: u32, clean_years: u32, arrears: u32) -> Ask {
        let history = History { clean_years, arrears };
        Ask { contract: Money::cny(yuan * 100), other_works, history, region: "990102".into(), date: day("2026-03-02") }
    }

    #[test]
    fn d1_and_d3_each_with_what_nearly_meets_them() {
        use Reason::*;
        let cases = [
            ("one works, nothing known", ask(10_000_000, 0, 0, 0), "0.02", 200_000, vec![Base]),
            ("D1 other works", ask(10_000_000, 1, 0, 0), "0.01", 100_000, vec![Base, SeveralWorks]),
            ("D1 small and a clean year", ask(2_999_999, 0, 1, 0), "0", 0, vec![SmallAndClean]),
            ("small, no clean year", ask(2_999_999, 0, 0, 0), "0.02", 59_999, vec![Base]),
            ("not small", ask(3_000_000, 0, 1, 0), "0.02", 60_000, vec![Base]),
            ("D3 two clean years", ask(10_000_000, 0, 2, 0), "0.01", 100_000, vec![Base, CleanLower]),
            (
                "D1 and D3 down to the floor",
                ask(10_000_000, 3, 2, 0),
                "0.005",
                50_000,
                vec![Base, SeveralWorks, CleanLower],
            ),
            ("D3 three clean years", ask(10_000_000, 0, 3, 0), "0", 0, vec![CleanExempt]),
            ("D3 one case", ask(10_000_000, 0, 0, 1), "0.03", 300_000, vec![Base, Raised]),
            ("D3 two cases", ask(10_000_000, 0, 0, 2), "0.03", 300_000, vec![Base, Raised]),
            ("D3 three cases", ask(10_000_000, 0, 0, 3), "0.04", 400_000, vec![Base, Raised]),
            ("and more", ask(10_000_000, 0, 0, 9), "0.04", 400_000, vec![Base, Raised]),
            ("a case, and the years before it clean", ask(2_000_000, 4, 9, 1), "0.03", 60_000, vec![Base, Raised]),
        ];
        for (what, ask, rate, yuan, why) in cases {
            let got = required(&ask).unwrap();
            let exempt = yuan == 0;
            let amount = got.amount.minor / 100;
            assert_eq!((got.rate.as_str(), amount, got.exempt, &got.why), (rate, yuan, exempt, &why), "{what}");
        }
    }

    #[test]
    fn d1_several_works_are_not_under_half_a_percent() {
        let row = Row { several: "0.006".into(), ..figures("990102", day("2026-03-02")).unwrap().clone() };
        let got = judge(&row, &ask(10_000_000, 2, 2, 0)).unwrap();
        assert_eq!((got.rate.as_str(), got.why.last()), ("0.005", Some(&Reason::Floor)));
        let got = judge(&row, &ask(10_000_000, 2, 0, 0)).unwrap();
        assert_eq!((got.rate.as_str(), got.why.last()), ("0.006", Some(&Reason::SeveralWorks)));
    }

    #[test]
    fn a_place_takes_its_own_figures_or_those_of_the_wider_one() {
        let region = |code: &str, on: &str| figures(code, day(on)).map(|r| r.region.clone()).map_err(|e| e.code().name);
        let none = Err("guarantee_region_unknown");
        let cases = [
            ("990102", "2026-03-02", Ok("990000")),
            ("990000", "2022-01-01", Ok("990000")),
            ("990000", "2021-12-31", Ok("000000")),
            ("330100", "2026-03-02", Ok("000000")),
            ("330100", "2021-10-31", none),
            ("33010", "2026-03-02", none),
            ("33010x", "2026-03-02", none),
        ];
        for (code, on, want) in cases {
            assert_eq!(region(code, on), want.map(str::to_owned), "{code} {on}");
        }
        assert!(required(&ask(0, 0, 0, 0)).is_err());
        assert_eq!(required(&Ask { contract: Money::cny(125), ..ask(1, 0, 0, 0) }).unwrap().amount.minor, 3, "2.5 fen");
    }

    #[test]
    fn working_days_leave_out_weekends_and_holidays() {
        for (from, days, want) in [
            ("2026-11-20", 1, "2026-11-23"),
            ("2026-11-20", 5, "2026-11-27"),
            ("2026-09-30", 1, "2026-10-08"),
            ("2026-10-09", 1, "2026-10-10"),
            ("2026-11-21", 1, "2026-11-23"),
            ("2026-11-20", 0, "2026-11-20"),
        ] {
            assert_eq!(working_days_after(day(from), days), day(want), "{from} + {days}");
        }
    }

    #[test]
    fn broken_figures_are_refused() {
        for (right, wrong) in [
            ("base = \"0.02\"", "base = \"0.2x\""),
            ("several = \"0.01\"", "several = \"0.03\""),
            ("\"990000\"", "\"99\""),
        ] {
            assert!(DATA.contains(right) && parse(&DATA.replace(right, wrong)).is_err(), "{wrong}");
        }
    }
}
