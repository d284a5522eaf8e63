use super::acts::{COURSE, HONEST, What};
use super::course::Course;
use super::plan::{Size, Year, in_festival};
use kernel::Date;
use std::collections::BTreeSet;

fn year(seed: u64, projects: usize, workers: usize, days: i64) -> (Year, Vec<Course>) {
    let year = Year::draw(Size { seed, projects, workers, days }).unwrap();
    let courses = (0..year.sites.len()).map(|n| year.course(n)).collect();
    (year, courses)
}

#[test]
fn one_seed_is_one_year() {
    let (a, b) = (year(5, 8, 200, 70), year(5, 8, 200, 70));
    assert_eq!((a.0.acts, a.1), (b.0.acts, b.1));
    assert_ne!(year(6, 8, 200, 70).0.hands, a.0.hands);
}

#[test]
fn a_whole_year_plants_everything_and_shows_every_look_alike() {
    let (year, courses) = year(1, 60, 2_400, 365);
    let truths = year.truths(&courses);
    let planted: BTreeSet<What> = truths.iter().map(|t| t.what).collect();
    let played: BTreeSet<What> = year.acts.iter().map(|a| a.what).collect();
    for what in What::ALL.iter().filter(|w| **w != What::Festival) {
        assert!(played.contains(what), "{what} is not played");
        assert!(what.is_honest() || planted.contains(what), "{what} has no truth");
    }
    assert!(truths.len() >= 60, "{} plants", truths.len());
    for t in &truths {
        assert!(t.known < t.endangers && t.endangers <= year.last, "{t:?}");
        assert!(!in_festival(t.known) || !COURSE.contains(&t.what), "{t:?}");
    }
    assert_eq!(COURSE.iter().filter(|w| w.is_honest()).count() + HONEST.iter().filter(|w| !w.is_honest()).count(), 0);
}

#[test]
fn money_is_short_where_that_was_planted_and_nowhere_else() {
    let mut short = 0;
    for seed in 1..4 {
        let (year, courses) = year(seed, 20, 800, 365);
        for (n, course) in courses.iter().enumerate() {
            let dry = year.act_of(n, What::NeverFunded).or(year.act_of(n, What::ShortBalance)).is_some();
            assert!(course.short.is_empty() || dry, "seed {seed} site {n}: {:?}", course.short);
            short += course.short.len();
            let paid: i64 = course.sheets.iter().map(|s| s.net()).sum();
            let came: i64 = course.funds.iter().map(|f| f.amount).sum();
            assert!(came >= paid, "seed {seed} site {n}: {came} came, {paid} are needed");
        }
    }
    assert!(short >= 6, "{short} pay days are short");
}

#[test]
fn nobody_is_at_two_gates_on_one_day_and_nobody_during_the_festival() {
    let (year, _) = year(3, 12, 400, 365);
    for day in (0..365).step_by(3) {
        let date = year.first.plus_days(day);
        let mut there = BTreeSet::new();
        for stay in (0..year.stays.len()).filter(|s| year.halves(*s, date) > 0) {
            assert!(!in_festival(date) && there.insert(year.stays[stay].hand), "{stay} on {date}");
        }
        assert!(!there.is_empty() || in_festival(date) || day < 3, "{date}");
    }
}

#[test]
fn ghosts_stand_on_sheets_and_never_at_the_gate_and_the_sick_the_other_way_round() {
    let (year, courses) = year(1, 60, 2_400, 365);
    let lines =
        |stay: usize| courses.iter().flat_map(|c| &c.sheets).flat_map(|s| &s.lines).filter(|l| l.stay == stay).count();
    for act in &year.acts {
        for stay in &act.stays {
            let days = |from: Date, many: i64| (0..many).filter(|d| year.halves(*stay, from.plus_days(*d)) > 0).count();
            match act.what {
                What::Ghosts => assert!(lines(*stay) > 0 && days(year.first, 365) == 0),
                What::SickMonth => assert!(days(super::plan::bounds(act.period).0, 28) == 0),
                _ => {}
            }
        }
    }
}
