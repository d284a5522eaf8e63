//! `yizhan bench ledger`: how many durable transfers a second the bare ledger makes on this machine.
use crate::exit::{Done, Outcome};
use crate::ground::Stage;
use crate::progress::Progress;

pub fn run(accounts: u32, transfers: u32, postgres: Option<String>) -> Outcome {
    let stage = Stage::new("ledger")?;
    let options = bench::Options { accounts, transfers, postgres, ..bench::Options::new(&stage.0) };
    let report = {
        let mut progress = Progress::new();
        bench::report(&options, &mut |what| progress.tell(what, 0, 0))?
    };
    Ok(Done::new(bench::lines(&report).join("\n"), serde_json::to_value(&report)?))
}
