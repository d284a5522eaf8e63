//! The month a wage is for.
use kernel::{Date, Error, Result};
use std::fmt;
use store::Param;

/// A calendar month, `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Period {
    /// Years 2000 to 2199.
    pub fn new(year: i16, month: i8) -> Result<Period> {
        match (2000..=2199).contains(&year) && (1..=12).contains(&month) {
            true => Ok(Period { year, month }),
            false => Err(bad(&format!("{year}-{month}"))),
        }
    }
    /// `2026-10`; nothing else.
    pub fn parse(text: &str) -> Result<Period> {
        let (year, month) = text.split_once('-').filter(|_| text.len() == 7).ok_or_else(|| bad(text))?;
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        match (year.parse(), month.parse()) {
            (Ok(y), Ok(m)) if digits(year) && digits(month) && year.len() == 4 => Period::new(y, m),
            _ => Err(bad(text)),
        }
    }
    pub fn of(date: Date) -> Period {
        Period { year: date.year(), month: date.month() }
    }
    pub fn next(self) -> Period {
        match self.month {
            12 => Period { year: self.year + 1, month: 1 },
            m => Period { month: m + 1, ..self },
        }
    }
    pub fn first_day(self) -> Result<Date> {
        Date::ymd(self.year, self.month, 1)
    }
}

fn bad(text: &str) -> Error {
    Error::new(&crate::BAD_PERIOD, format!("{text:?} is not a month")).with("given", text)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Period {
    type Err = Error;
    fn from_str(text: &str) -> Result<Period> {
        Period::parse(text)
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Period::parse(&<std::borrow::Cow<'de, str>>::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl store::Column for Period {
    fn param(&self) -> Param<'_> {
        Param::Text(self.to_string().into())
    }
    fn from_param(value: &Param<'_>) -> Result<Self> {
        Period::parse(value.text()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_strictly() {
        for (text, ok) in [
            ("2026-10", true),
            ("2026-13", false),
            ("2026-1", false),
            ("26-10", false),
            ("2026/10", false),
            ("+026-10", false),
            ("1999-12", false),
        ] {
            assert_eq!(Period::parse(text).is_ok(), ok, "{text}");
        }
        assert_eq!(Period::parse("2026-12").unwrap().next().to_string(), "2027-01");
    }
}
