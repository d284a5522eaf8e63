//! Which authority may order what, and for how long: dated data.
use crate::POWER;
use crate::order::OrderKind;
use kernel::{Date, Error, Result};
use serde::Deserialize;
use std::sync::LazyLock;

store::text_enum! {
    /// Who may order something of a bank by law (有权机关).
    pub enum Authority {
        Police = "police",
        StateSecurity = "state_security",
        Procuratorate = "procuratorate",
        Court = "court",
        /// 监察委员会.
        Supervision = "supervision",
        Tax = "tax",
        Customs = "customs",
        /// The regulator of securities.
        Securities = "securities",
    }
}

impl Authority {
    /// It takes money to enforce a debt, so what a person needs for living stays (民事诉讼法 254).
    pub fn enforces(self) -> bool {
        matches!(self, Authority::Court | Authority::Tax | Authority::Customs)
    }
}

/// What one authority may order from a day on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Powers {
    pub kind: Authority,
    may: Vec<OrderKind>,
    /// Hours of one stop.
    pub stop_hours: i64,
    /// Calendar months of one freeze and of each renewal.
    pub freeze_months: i32,
    /// The same in a grave case.
    pub grave_months: i32,
    effective_from: Date,
    pub source: String,
}

impl Powers {
    pub fn may(&self, kind: OrderKind) -> bool {
        let has = |k| self.may.contains(&k);
        match kind {
            OrderKind::Renew => has(OrderKind::Freeze),
            OrderKind::Release => has(OrderKind::Freeze) || has(OrderKind::Stop),
            kind => has(kind),
        }
    }
    /// The last day that a freeze from `from` may have.
    pub fn last_day(&self, from: Date, grave: bool) -> Date {
        from.plus_months(if grave { self.grave_months } else { self.freeze_months })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    authority: Vec<Powers>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/authorities.toml")).expect("data/authorities.toml is tested")
});

/// What an authority may order on a day. `Err(POWER)` before the first row of its kind.
pub fn powers(kind: Authority, on: Date) -> Result<&'static Powers> {
    let rows = FILE.authority.iter().filter(|p| p.kind == kind && p.effective_from <= on);
    let none =
        || Error::new(&POWER, format!("nothing is known of what {kind} may order on {on}")).with("authority", kind);
    rows.max_by_key(|p| p.effective_from).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_order_what() {
        let on = Date::parse("2026-11-21").unwrap();
        let may = |a, k| powers(a, on).unwrap().may(k);
        use Authority::*;
        use OrderKind::*;
        let cases = [
            (Police, Stop, true),
            (Police, Return, true),
            (Police, Deduct, false),
            (Court, Deduct, true),
            (Court, Stop, false),
            (Court, Renew, true),
            (Tax, Deduct, true),
            (Supervision, Freeze, true),
            (Supervision, Deduct, false),
            (Securities, Return, false),
        ];
        for (a, k, want) in cases {
            assert_eq!(may(a, k), want, "{a} {k}");
        }
    }

    #[test]
    fn how_long_a_freeze_may_last() {
        let day = |t| Date::parse(t).unwrap();
        let last = |a, grave| powers(a, day("2026-08-31")).unwrap().last_day(day("2026-08-31"), grave);
        assert_eq!(last(Authority::Police, false), day("2027-02-28"));
        assert_eq!(last(Authority::Police, true), day("2027-08-31"));
        assert_eq!(last(Authority::Court, false), day("2027-08-31"));
        assert_eq!(last(Authority::Securities, true), day("2028-08-31"));
    }

    #[test]
    fn every_authority_has_powers_and_none_before_they_are_known() {
        for a in Authority::ALL {
            let p = powers(*a, Date::parse("2026-11-21").unwrap()).unwrap();
            assert!(p.may(OrderKind::Query) && p.freeze_months <= p.grave_months && !p.source.is_empty(), "{a}");
            assert_eq!(p.may(OrderKind::Stop), p.stop_hours > 0, "{a}");
        }
        assert!(powers(Authority::Police, Date::parse("2020-01-01").unwrap()).unwrap_err().is(&POWER));
    }
}
