//! `wages SEED PROJECTS WORKERS DAYS`: plays a year of wages in a scratch directory and prints its judgement by kind, for whoever mends
//! the detectors; `yizhan simulate wages` is the same with a page of its own.
use sim::year::{Fate, Size, play_year};

fn main() {
    let number = |n: usize, or: u64| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(or);
    let size = Size {
        seed: number(1, 1),
        projects: number(2, 8) as usize,
        workers: number(3, 200) as usize,
        days: number(4, 70) as i64,
    };
    let scratch = std::env::temp_dir().join(format!("wages-{}-{}", size.seed, std::process::id()));
    let done = std::fs::create_dir_all(&scratch).map_err(|e| e.to_string()).and_then(|()| {
        let told = &mut |day: i64| {
            if day % 30 == 0 {
                eprintln!("day {day}")
            }
        };
        play_year(size, &scratch, told).map_err(|e| format!("{e:?}"))
    });
    let _ = std::fs::remove_dir_all(&scratch);
    let report = match done {
        Ok(report) => report,
        Err(why) => {
            println!("{why}");
            std::process::exit(1);
        }
    };
    let s = &report.score;
    for j in s.judged.iter().filter(|j| j.fate != Fate::InTime) {
        let p = &j.planted;
        println!(
            "{:?} {} site {:?} known {} endangers {} {:?}",
            j.fate, p.what, p.sites, p.known, p.endangers, j.warned
        );
    }
    for (w, near) in &s.false_warnings {
        println!("false {} {} site {} {} {near:?}", w.kind, w.on, w.site, w.about);
    }
    for (kind, f) in &s.by_kind {
        println!("{kind}: {} planted, {} in time, {} late, {} missed", f.planted, f.in_time, f.late, f.missed);
    }
    println!("told and false: {:?}", s.told);
    println!("{:?} {:?}", report.commands, report.refused);
    println!(
        "seed {}: {} lines paid, {} entries, {} warnings, precision {:.3}, recall {:.3}, lead {:?}, unwarned {}, {:.0} s",
        size.seed,
        report.lines_paid,
        report.journal_entries,
        s.warnings,
        s.precision,
        s.recall,
        s.median_lead_days,
        s.arrears_unwarned,
        report.seconds
    );
    std::process::exit(i32::from(s.arrears_unwarned > 0));
}
