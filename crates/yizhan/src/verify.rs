//! `yizhan verify`: reads beside the server and trusts nothing it says.
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::progress::Progress;
use kernel::clock::stopwatch;

pub fn verify(place: &Place) -> Outcome {
    let store = place.open_to_read()?;
    let began = stopwatch();
    let report = {
        let mut progress = Progress::new();
        app::verify(&store, &mut |table, rows| progress.tell(table, rows, 0))?
    };
    let rows: u64 = report.tables.iter().map(|t| t.rows).sum();
    let mut text = format!(
        "{} rows under seal in {} tables, {} journal entries, {} accounts, {} audit entries, {} closed days: read in {:.1} s\n",
        rows,
        report.tables.len(),
        report.entries,
        report.accounts,
        report.audit,
        report.days,
        began.elapsed().as_secs_f64()
    );
    for f in &report.faults {
        text.push_str(&format!("  {} [{}]: {}\n", f.table, f.record, f.what));
    }
    text.push_str(match report.ok {
        true => "everything recomputes: nothing was changed, lost or added",
        false => "NOT SOUND: stop using the records named above and keep this database as it is",
    });
    Ok(Done::new(text, serde_json::to_value(&report)?).faults(!report.ok))
}
