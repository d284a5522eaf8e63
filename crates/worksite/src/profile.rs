//! What the rules say, as dated data: of a profile the deadlines and who agrees, of a region the lowest wage and the bureau.
//!
//! Both files say of each figure whether it was read in the text of the rule. A region is six digits; its last pairs `00` stand for
//! everything below: `990100` is the city with all its districts.
use crate::{REGION_UNKNOWN, SITES_REGION_DIGITS};
use kernel::{Currency, Date, Error, Money, Result};
use payroll::Profile;
use std::sync::LazyLock;

const PROFILES: &str = include_str!("../data/profiles.toml");
const REGIONS: &str = include_str!("../data/regions.toml");

store::text_enum! {
    /// Who agrees to when the owner pays, and to more.
    pub enum Approver { Owner = "owner", Bank = "bank" }
}

store::text_enum! {
    /// What a wage may be for.
    pub enum PayBy { Month = "month", Week = "week", Order = "order" }
}

/// The same in both languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// The rules of a profile from a day on; see `data/profiles.toml` for the units.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub profile: Profile,
    pub from: Date,
    pub account_days: i64,
    pub filing_days: i64,
    pub guarantee_days: i64,
    pub funding_months: i32,
    pub report_days: i64,
    pub approves: Approver,
    pub pay: Vec<PayBy>,
    pub protected: bool,
    pub certain: bool,
    /// What every screen of the site says of the account.
    pub zh: String,
    pub en: String,
    pub source: String,
}

/// A region from a day on. Money in yuan as in the notice of the region.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub code: String,
    pub from: Date,
    pub zh: String,
    pub en: String,
    month: String,
    hour: String,
    pub shared_account: bool,
    /// Key of the table of guarantee rates.
    pub guarantee: String,
    pub bureau: Text,
    pub hotline: String,
    pub legal_aid: String,
    pub certain: bool,
    pub source: String,
}

/// The lowest wage of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MinimumWage {
    pub month: Money,
    pub hour: Money,
    pub from: Date,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    profile: Vec<Rules>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    region: Vec<Region>,
}

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| read_rules(PROFILES).expect("the bundled profiles are tested"));
static KNOWN: LazyLock<Vec<Region>> = LazyLock::new(|| read_regions(REGIONS).expect("the bundled regions are tested"));

fn broken(file: &str, why: impl std::fmt::Display) -> Error {
    Error::broken(format!("{file}: {why}"))
}

fn read_rules(text: &str) -> Result<Vec<Rules>> {
    let file: Profiles = toml::from_str(text).map_err(|e| broken("profiles.toml", e))?;
    for r in &file.profile {
        let days = [r.account_days, r.filing_days, r.guarantee_days];
        let sound = days.iter().all(|d| (0..=366).contains(d))
            && (1..=1).contains(&r.funding_months)
            && (1..=30).contains(&r.report_days)
            && !r.pay.is_empty()
            && r.protected == r.profile.protected();
        if !sound || r.source.is_empty() || r.zh.is_empty() || r.en.is_empty() {
            return Err(broken("profiles.toml", format!("{} from {} has a figure out of range", r.profile, r.from)));
        }
    }
    Ok(file.profile)
}

fn read_regions(text: &str) -> Result<Vec<Region>> {
    let file: Regions = toml::from_str(text).map_err(|e| broken("regions.toml", e))?;
    for r in &file.region {
        is_code(&r.code)?;
        let (month, hour) = (yuan(&r.month)?, yuan(&r.hour)?);
        if !month.is_positive() || !hour.is_positive() || hour.minor >= month.minor || r.source.is_empty() {
            return Err(broken("regions.toml", format!("{} from {} is not sound", r.code, r.from)));
        }
    }
    Ok(file.region)
}

fn yuan(text: &str) -> Result<Money> {
    Money::parse(text, Currency::CNY)
}

fn is_code(code: &str) -> Result<()> {
    let digits = code.len() == SITES_REGION_DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    match digits {
        true => Ok(()),
        false => Err(Error::field("region", "six digits, as at the beginning of identity numbers")),
    }
}

/// The rules of a profile on a day; before the first entry, the first.
pub fn profile(profile: Profile, on: Date) -> Result<&'static Rules> {
    let mut of: Vec<&Rules> = RULES.iter().filter(|r| r.profile == profile).collect();
    of.sort_by_key(|r| r.from);
    let held = of.iter().rev().find(|r| r.from <= on).or(of.first());
    held.copied().ok_or_else(|| broken("profiles.toml", format!("nothing is said of {profile}")))
}

/// A region by its code on a day. Errors: `site_region_unknown`, a field error when it is not six digits.
pub fn region(code: &str, on: Date) -> Result<&'static Region> {
    is_code(code)?;
    let mut of: Vec<&Region> = KNOWN.iter().filter(|r| r.code == code).collect();
    of.sort_by_key(|r| r.from);
    let held = of.iter().rev().find(|r| r.from <= on).or(of.first());
    let unknown = || Error::new(&REGION_UNKNOWN, format!("{code} is no region this bank knows")).with("given", code);
    held.copied().ok_or_else(unknown)
}

/// All regions as they are on a day, by code: for choices on screens.
pub fn regions(on: Date) -> Vec<&'static Region> {
    let mut codes: Vec<&str> = KNOWN.iter().map(|r| r.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().filter_map(|c| region(c, on).ok()).collect()
}

/// The lowest wage of a region on a day. Errors as [`region`].
pub fn minimum_wage(code: &str, on: Date) -> Result<MinimumWage> {
    let r = region(code, on)?;
    Ok(MinimumWage { month: yuan(&r.month)?, hour: yuan(&r.hour)?, from: r.from })
}

/// The first and last code that a region stands for: `990100` is 990100 to 990199, `990102` itself.
pub fn within(code: &str) -> Result<(String, String)> {
    is_code(code)?;
    let pairs = [&code[0..2], &code[2..4], &code[4..6]];
    let open = pairs.iter().rev().take_while(|p| **p == "00").count();
    let last = pairs[..3 - open].concat() + &"99".repeat(open);
    Ok((code.to_owned(), last))
}

/// The `n`-th working day after a day.
pub(crate) fn business_days_after(day: Date, n: i64) -> Date {
    let (mut at, mut left) = (day, n);
    while left > 0 {
        at = at.plus_days(1);
        left -= i64::from(payroll::is_business_day(at));
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_law_protects_a_building_site_and_nobody_else() {
        let site = profile(Profile::Construction, d("2026-11-20")).unwrap();
        assert!(site.protected && site.zh.contains("第三十三条"));
        assert_eq!((site.account_days, site.filing_days, site.guarantee_days, site.funding_months), (30, 30, 20, 1));
        let yard = profile(Profile::ShipRepair, d("2026-11-20")).unwrap();
        assert!(!yard.protected && yard.zh.contains("没有"));
        assert_eq!(profile(Profile::Construction, d("2019-01-01")).unwrap(), site, "the first holds before it");
    }

    #[test]
    fn the_lowest_wage_is_that_of_its_day() {
        let month = |day| minimum_wage("990102", d(day)).unwrap().month.plain();
        assert_eq!(month("2025-12-31"), "2010.00");
        assert_eq!(month("2026-01-01"), "2130.00");
        assert!(minimum_wage("990199", d("2026-01-01")).unwrap_err().is(&REGION_UNKNOWN));
        assert!(minimum_wage("9901", d("2026-01-01")).is_err());
    }

    #[test]
    fn a_city_stands_for_its_districts() {
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(within("990100").unwrap(), both("990100", "990199"));
        assert_eq!(within("990000").unwrap(), both("990000", "999999"));
        assert_eq!(within("990102").unwrap(), both("990102", "990102"));
        assert!(within("99010").is_err() && within("99010a").is_err());
    }

    #[test]
    fn broken_data_is_refused() {
        assert!(read_regions(&REGIONS.replacen("\"21.5\"", "\"2150\"", 1)).is_err(), "an hour is less than a month");
        assert!(read_regions(&REGIONS.replacen("code = \"990100\"", "code = \"9901\"", 1)).is_err());
        assert!(read_rules(&PROFILES.replacen("protected = true", "protected = false", 1)).is_err());
        assert!(read_rules(&PROFILES.replacen("funding_months = 1", "funding_months = 2", 1)).is_err(), "art. 29");
    }

    #[test]
    fn working_days_pass_over_rest_days() {
        assert_eq!(business_days_after(d("2026-11-20"), 1), d("2026-11-23"), "Friday to Monday");
        assert_eq!(business_days_after(d("2026-09-30"), 1), d("2026-10-08"), "over the National Day week");
        assert_eq!(business_days_after(d("2026-11-20"), 0), d("2026-11-20"));
    }
}
