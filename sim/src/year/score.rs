//! What was warned of, held against the truth.
#![expect(clippy::float_arithmetic, reason = "figures of a report are for reading")]
use super::acts::{Planted, What};
use kernel::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// A warning as the bank gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warned {
    pub on: Date,
    pub site: usize,
    /// The bank's own word for it.
    pub kind: String,
    /// Whom or what it speaks of, as the bank shows it.
    pub about: String,
    /// The worker or the crew it speaks of, where its kind speaks of one.
    pub of: Option<Of>,
}

/// One worker's stay, or a crew of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    Stay(usize),
    Crew(usize),
}

/// What became of a plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Before the pay day it endangers.
    InTime,
    Late,
    Missed,
}

/// A plant, what became of it, and the warning that spoke of it first.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    pub planted: Planted,
    pub fate: Fate,
    pub warned: Option<Warned>,
    /// Days from the warning to the pay day; negative when late.
    pub lead_days: Option<i64>,
}

/// The figures of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub planted: u32,
    pub in_time: u32,
    pub late: u32,
    pub missed: u32,
}

/// The whole judgement.
#[derive(Clone, Debug, Serialize)]
pub struct Score {
    pub judged: Vec<Judged>,
    pub by_kind: BTreeMap<&'static str, Figures>,
    /// Of the bank's own kinds: how many were told, and how many of them no plant explains.
    pub told: BTreeMap<String, (u32, u32)>,
    /// Warnings that no plant explains, and the look-alikes that were played there about then.
    pub false_warnings: Vec<(Warned, Vec<What>)>,
    pub warnings: usize,
    /// Of the warnings, those that a plant explains; of the plants, those that were warned of in time.
    pub precision: f64,
    pub recall: f64,
    pub median_lead_days: Option<i64>,
    /// Arrears that nobody warned of before the pay day.
    pub arrears_unwarned: usize,
}

/// Which of the bank's kinds speak of a plant, and which follow from it without naming it.
pub struct Reading {
    pub names: fn(What) -> &'static [&'static str],
    pub follows: fn(What) -> &'static [&'static str],
}

fn is_there(planted: &Planted, warned: &Warned, from: Date) -> bool {
    planted.sites.contains(&warned.site) && warned.on >= from && warned.on <= planted.until
}

/// Whether a warning of a kind that names the plant speaks of one of its workers, or of its crew.
fn speaks_of(planted: &Planted, warned: &Warned) -> bool {
    match warned.of {
        Some(Of::Stay(stay)) if !planted.stays.is_empty() => planted.stays.contains(&stay),
        Some(Of::Crew(crew)) => planted.crew.is_none_or(|c| c == crew),
        _ => true,
    }
}

fn judge(planted: &Planted, warned: &[Warned], reading: &Reading) -> Judged {
    let names = (reading.names)(planted.what);
    // Some things announce themselves before they are certain: a month's head start is no false warning.
    let from = planted.known.plus_days(-31);
    let first = warned
        .iter()
        .filter(|w| names.contains(&w.kind.as_str()) && is_there(planted, w, from) && speaks_of(planted, w));
    let first = first.min_by_key(|w| w.on);
    let lead_days = first.map(|w| planted.endangers.days() - w.on.days());
    let fate = match lead_days {
        Some(lead) if lead > 0 => Fate::InTime,
        Some(_) => Fate::Late,
        None => Fate::Missed,
    };
    Judged { planted: planted.clone(), fate, warned: first.cloned(), lead_days }
}

/// Judges every plant and every warning. `honest` tells the look-alikes that were played on a site about then.
pub fn score(
    planted: &[Planted],
    warned: &[Warned],
    reading: &Reading,
    honest: &dyn Fn(&Warned) -> Vec<What>,
) -> Score {
    let judged: Vec<Judged> = planted.iter().map(|p| judge(p, warned, reading)).collect();
    let mut by_kind: BTreeMap<&'static str, Figures> = BTreeMap::new();
    for j in &judged {
        let figures = by_kind.entry(j.planted.what.code()).or_default();
        figures.planted += 1;
        match j.fate {
            Fate::InTime => figures.in_time += 1,
            Fate::Late => figures.late += 1,
            Fate::Missed => figures.missed += 1,
        }
    }
    let explains = |p: &Planted, w: &Warned| {
        let kind = w.kind.as_str();
        ((reading.names)(p.what).contains(&kind) && speaks_of(p, w) || (reading.follows)(p.what).contains(&kind))
            && is_there(p, w, p.known.plus_days(-31))
    };
    let wrong: Vec<_> = warned.iter().filter(|w| !planted.iter().any(|p| explains(p, w))).collect();
    let mut told: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    warned.iter().for_each(|w| told.entry(w.kind.clone()).or_default().0 += 1);
    wrong.iter().for_each(|w| told.entry(w.kind.clone()).or_default().1 += 1);
    let mut leads: Vec<i64> = judged.iter().filter_map(|j| j.lead_days).collect();
    leads.sort_unstable();
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let in_time = judged.iter().filter(|j| j.fate == Fate::InTime).count();
    Score {
        precision: share(warned.len() - wrong.len(), warned.len()),
        recall: share(in_time, judged.len()),
        median_lead_days: leads.get(leads.len() / 2).copied(),
        arrears_unwarned: judged.iter().filter(|j| j.planted.arrears && j.fate != Fate::InTime).count(),
        false_warnings: wrong.into_iter().map(|w| (w.clone(), honest(w))).collect(),
        warnings: warned.len(),
        judged,
        by_kind,
        told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READING: Reading = Reading {
        names: |what| if what == What::Ghosts { &["ghost"] } else { &["short"] },
        follows: |what| if what == What::NeverFunded { &["late"] } else { &[] },
    };

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn planted(what: What, site: usize) -> Planted {
        let (known, endangers, until) = (day("2026-04-01"), day("2026-04-15"), day("2026-05-25"));
        let (stays, crew) = (vec![7, 8], Some(1));
        Planted { act: 0, what, sites: vec![site], stays, crew, known, endangers, until, arrears: what.is_arrears() }
    }

    fn warned(on: &str, site: usize, kind: &str) -> Warned {
        Warned { on: day(on), site, kind: kind.into(), about: String::new(), of: None }
    }

    #[test]
    fn a_warning_counts_before_the_pay_day_and_not_on_it() {
        for (on, fate) in [
            ("2026-04-01", Fate::InTime),
            ("2026-04-14", Fate::InTime),
            ("2026-04-15", Fate::Late),
            ("2026-05-25", Fate::Late),
            ("2026-05-26", Fate::Missed),
            ("2026-02-20", Fate::Missed),
        ] {
            let score = score(&[planted(What::Ghosts, 3)], &[warned(on, 3, "ghost")], &READING, &|_| Vec::new());
            assert_eq!(score.judged[0].fate, fate, "{on}");
        }
    }

    #[test]
    fn what_speaks_of_another_worker_or_crew_is_another_matter() {
        for (of, fate) in [
            (Of::Stay(7), Fate::InTime),
            (Of::Stay(9), Fate::Missed),
            (Of::Crew(1), Fate::InTime),
            (Of::Crew(2), Fate::Missed),
        ] {
            let all = [Warned { of: Some(of), ..warned("2026-04-02", 3, "ghost") }];
            let score = score(&[planted(What::Ghosts, 3)], &all, &READING, &|_| Vec::new());
            assert_eq!(score.judged[0].fate, fate, "{of:?}");
            assert_eq!(score.told["ghost"], (1, u32::from(fate == Fate::Missed)));
        }
    }

    #[test]
    fn what_speaks_of_another_site_or_thing_is_no_warning_of_it_and_false() {
        let plants = [planted(What::NeverFunded, 3)];
        let all = [warned("2026-04-02", 3, "late"), warned("2026-04-02", 4, "short"), warned("2026-04-02", 3, "ghost")];
        let score = score(&plants, &all, &READING, &|w| if w.site == 4 { vec![What::RainWeek] } else { vec![] });
        assert_eq!((score.judged[0].fate, score.arrears_unwarned), (Fate::Missed, 1));
        let wrong: Vec<_> = score.false_warnings.iter().map(|(w, why)| (w.kind.as_str(), why.as_slice())).collect();
        assert_eq!(wrong, [("short", &[What::RainWeek][..]), ("ghost", &[])], "what follows from a plant is not false");
        assert!((score.precision - 1.0 / 3.0).abs() < 1e-9 && score.recall == 0.0);
    }
}
