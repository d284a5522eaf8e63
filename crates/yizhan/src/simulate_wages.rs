//! `yizhan simulate wages`: a year of wages, and whether each planted arrears was warned of before its pay day. Exit code 1 when one was not.
#![expect(clippy::float_arithmetic, reason = "figures of a report are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::Stage;
use crate::progress::Progress;
use sim::year::{Fate, Judged, Report, Size, play_year};

/// False warnings and late ones that are shown one by one.
const SHOWN_MAX: usize = 20;

pub fn run(size: Size) -> Outcome {
    let stage = Stage::new("wages")?;
    let mut progress = Progress::new();
    let of = size.days.unsigned_abs();
    let report = play_year(size, &stage.0, &mut |day| progress.tell("days", day.unsigned_abs(), of))?;
    drop(progress);
    let missed = report.score.arrears_unwarned > 0;
    Ok(Done::new(text(&report), serde_json::to_value(&report)?).refused(missed))
}

fn text(report: &Report) -> String {
    let (size, score) = (&report.size, &report.score);
    let commands: u64 = report.commands.values().sum();
    let mut out = format!(
        "{} projects, {} workers, {} days from seed {}: {commands} commands, {} sheets, {} lines paid, {} journal entries, {:.0} s\n",
        size.projects,
        report.workers,
        size.days,
        size.seed,
        report.sheets,
        report.lines_paid,
        report.journal_entries,
        report.seconds
    );
    out.push_str(&format!("  {:24}{:>8}{:>8}{:>6}{:>8}\n", "planted", "planted", "in time", "late", "missed"));
    for (kind, f) in &score.by_kind {
        out.push_str(&format!("  {kind:24}{:>8}{:>8}{:>6}{:>8}\n", f.planted, f.in_time, f.late, f.missed));
    }
    out.push_str(&format!("  {:24}{:>8}{:>8}\n", "warned of", "told", "false"));
    for (kind, (told, wrong)) in &score.told {
        out.push_str(&format!("  {kind:24}{told:>8}{wrong:>8}\n"));
    }
    let lead = score.median_lead_days.map_or("-".into(), |d| d.to_string());
    out.push_str(&format!(
        "  {} warnings, {} of them false; precision {:.1} %, recall {:.1} %; median lead {lead} days\n",
        score.warnings,
        score.false_warnings.len(),
        score.precision * 100.0,
        score.recall * 100.0
    ));
    for j in score.judged.iter().filter(|j| j.fate != Fate::InTime).take(SHOWN_MAX) {
        out.push_str(&line(j));
    }
    for (w, like) in score.false_warnings.iter().take(SHOWN_MAX) {
        let like: Vec<&str> = like.iter().map(|l| l.code()).collect();
        out.push_str(&format!("  false: {} site {} {} {} ({})\n", w.on, w.site, w.kind, w.about, like.join(", ")));
    }
    let done = match score.arrears_unwarned {
        0 => "every planted arrears was warned of before its pay day".to_owned(),
        n => format!("{n} planted arrears were not warned of before their pay day"),
    };
    out + &done
}

fn line(j: &Judged) -> String {
    let (p, arrears) = (&j.planted, if j.planted.arrears { ", arrears" } else { "" });
    let when = j.warned.as_ref().map_or("never".to_owned(), |w| w.on.to_string());
    format!(
        "  not in time: {} site {:?}, known {}, pay day {}, warned {when}{arrears}\n",
        p.what, p.sites, p.known, p.endangers
    )
}
