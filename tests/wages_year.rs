//! A small simulated year of wages: eight sites, two hundred workers, seventy days, through the bank's own commands (`sim::year`).
use sim::year::{Fate, Report, Size, play_year};
use tests::TempDir;

const SMALL: Size = Size { seed: 1, projects: 8, workers: 200, days: 70 };

fn played(size: Size) -> Report {
    let dir = TempDir::new();
    // The books are verified in it, to the last seal.
    play_year(size, dir.path(), &mut |_| {}).unwrap()
}

#[test]
fn a_small_year_balances_and_every_arrears_is_warned_of_before_its_pay_day() {
    let report = played(SMALL);
    assert!(report.lines_paid > 300 && report.journal_entries > 500, "{report:?}");
    let arrears: Vec<_> = report.score.judged.iter().filter(|j| j.planted.arrears).collect();
    assert!(arrears.len() >= 3, "{arrears:?}");
    for j in &arrears {
        assert_eq!(j.fate, Fate::InTime, "{j:?}");
    }
    assert_eq!(report.score.arrears_unwarned, 0);
}
