//! What the board warns of, as dated data: `data/warnings.toml`.
use kernel::{Date, Error, Result};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/warnings.toml");

store::text_enum! {
    /// What a warning is about.
    pub enum Kind {
        /// Wage money did not come in by the end of its day (W5).
        FundingLate = "funding_late",
        /// The account will not cover the coming pay.
        BalanceShort = "balance_short",
        RosterMissing = "roster_missing",
        /// At work without a line on the roster (W8).
        StrangerOnSite = "stranger_on_site",
        /// Paid without having been there.
        GhostWorker = "ghost_worker",
        DaysInvented = "days_invented",
        BelowMinimum = "below_minimum",
        ReturnedNotRepaid = "returned_not_repaid",
        /// One account for the wages of several people (W9).
        OneCardMany = "one_card_many",
        SuddenDrop = "sudden_drop",
        CrewVanished = "crew_vanished",
        /// The guarantee deposit is too low, ended, ends soon, or was not refilled (D1 to D4).
        GuaranteeBelow = "guarantee_below",
        FilingLate = "filing_late",
        AccountLate = "account_late",
        AgreementMissing = "agreement_missing",
        /// Workers hand their wage on to one payee (工资回流).
        WageBackflow = "wage_backflow",
        UnsignedSheet = "unsigned_sheet",
        /// A crew that worked was left out on the pay day (R14).
        PayMissed = "pay_missed",
        /// The contractor did not do what the bureau ordered (W16).
        ContractorDefault = "contractor_default",
    }
}

store::text_enum! {
    /// How grave, by the fines that stand on it (W18). The gravest first.
    pub enum Severity { Severe = "severe", High = "high", Middle = "middle" }
}

store::text_enum! {
    /// Whose turn it is. Whoever does nothing in his hours is followed by the next.
    pub enum Step { Contractor = "contractor", Officer = "officer", Manager = "manager", Bureau = "bureau" }
}

impl Step {
    /// Who is told when this one did nothing; the bureau is the last.
    pub fn next(self) -> Option<Step> {
        match self {
            Step::Contractor => Some(Step::Officer),
            Step::Officer => Some(Step::Manager),
            Step::Manager => Some(Step::Bureau),
            Step::Bureau => None,
        }
    }
}

/// Thresholds; the names bear the units.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    pub balance_short_days: i64,
    pub roster_days: i64,
    pub stranger_days: i64,
    pub stranger_forget_days: i64,
    pub invented_half_days: i64,
    pub invented_percent: i64,
    pub month_hours: i64,
    pub minimum_days: i64,
    pub returned_business_days: i64,
    pub drop_percent: i64,
    pub drop_days: usize,
    pub drop_reference_days: usize,
    pub drop_crew_min: i64,
    pub vanished_days: usize,
    pub stopped_days: usize,
    pub ghost_days: usize,
    pub guarantee_days: i64,
    pub backflow_hours: i64,
    pub backflow_workers: usize,
    pub backflow_percent: i64,
    pub unsigned_days: i64,
    pub unsigned_asked_days: i64,
    pub dismissed_days: i64,
    pub exception_days_max: i64,
}

/// A kind of warning: how grave, who acts first, the hours of contractor, officer and manager before the next is told.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    pub severity: Severity,
    pub owner: Step,
    pub hours: [i64; 3],
    /// The article or text it stands on.
    pub source: String,
}

impl KindRule {
    /// Hours this one has; the bureau has no next.
    pub fn hours_of(&self, step: Step) -> Option<i64> {
        match step {
            Step::Contractor => Some(self.hours[0]),
            Step::Officer => Some(self.hours[1]),
            Step::Manager => Some(self.hours[2]),
            Step::Bureau => None,
        }
    }
}

/// What holds from a day on.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub from: Date,
    pub numbers: Numbers,
    kinds: BTreeMap<Kind, KindRule>,
}

impl Rules {
    pub fn kind(&self, kind: Kind) -> &KindRule {
        &self.kinds[&kind]
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Quiet {
    from: Date,
    to: Date,
    /// For the reader of the file.
    why: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Rules>,
    quiet: Vec<Quiet>,
}

static FILE: LazyLock<File> = LazyLock::new(|| parse(DATA).expect("the bundled rules are tested"));

fn parse(text: &str) -> Result<File> {
    let broken = |why: String| Error::broken(format!("warnings.toml: {why}"));
    let mut file: File = toml::from_str(text).map_err(|e| broken(e.to_string()))?;
    file.rules.sort_by_key(|r| r.from);
    for rules in &file.rules {
        if let Some(lacks) = Kind::ALL.iter().find(|k| !rules.kinds.contains_key(k)) {
            return Err(broken(format!("the rules of {} say nothing of {lacks}", rules.from)));
        }
        if let Some((kind, _)) = rules.kinds.iter().find(|(_, k)| k.source.is_empty() || k.hours.iter().any(|h| *h < 0))
        {
            return Err(broken(format!("{kind} of {} has no source or hours below zero", rules.from)));
        }
    }
    match file.quiet.iter().find(|q| q.from > q.to || q.why.is_empty()) {
        _ if file.rules.is_empty() => Err(broken("no rules".into())),
        Some(q) => Err(broken(format!("{} to {} is no time", q.from, q.to))),
        None => Ok(file),
    }
}

/// The rules of a day; of days before the first, the first.
pub fn rules(day: Date) -> &'static Rules {
    let all = &FILE.rules;
    all.iter().rfind(|r| r.from <= day).unwrap_or(&all[0])
}

/// Whether crews are at home then and an empty site means nothing.
pub fn is_quiet(day: Date) -> bool {
    FILE.quiet.iter().any(|q| q.from <= day && day <= q.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_rule_with_its_source() {
        let r = rules(Date::parse("2026-11-22").unwrap());
        assert!(Kind::ALL.iter().all(|k| !r.kind(*k).source.is_empty()));
        assert_eq!(rules(Date::parse("1990-01-01").unwrap()).from, r.from);
    }

    #[test]
    fn w18_the_heavier_the_fine_the_graver_the_warning() {
        let r = rules(Date::parse("2026-11-22").unwrap());
        let stands_on = |article: &str| {
            let named = move |k: &Kind| r.kind(*k).source.split([',', ';']).any(|one| one.trim() == article);
            Kind::ALL.iter().copied().filter(named).collect::<Vec<_>>()
        };
        // 50,000 to 100,000 yuan and a stop of the works: no account, no deposit, no real names.
        let hardest = [Kind::RosterMissing, Kind::StrangerOnSite, Kind::GuaranteeBelow, Kind::AccountLate];
        assert_eq!(stands_on("R55"), hardest);
        assert!(hardest.iter().all(|k| r.kind(*k).severity == Severity::Severe));
        // 20,000 to 50,000 yuan: workers' cards in one hand.
        assert_eq!(stands_on("R56"), [Kind::OneCardMany]);
        assert_eq!(r.kind(Kind::OneCardMany).severity, Severity::High);
        // No fine of their own: papers that come late.
        let papers = [Kind::FilingLate, Kind::AgreementMissing, Kind::UnsignedSheet];
        assert!(papers.iter().all(|k| r.kind(*k).severity == Severity::Middle));
    }

    #[test]
    fn a_file_that_forgets_a_kind_or_turns_time_round_is_refused() {
        let cut = DATA.replace("[rules.kinds.funding_late]", "[rules.kinds.funding_lates]");
        assert!(parse(&cut).is_err());
        assert!(parse(&DATA.replace("2026-03-03", "2026-01-03")).is_err());
        assert!(parse(&DATA.replace("source = \"R27\"", "source = \"\"")).is_err());
    }
}
