//! `yizhan bench guard`: decisions of the risk engine on one thread, with the memory that 90 days of payments need.
//!
//! What its figure includes: reading every aggregate and the network, 40 live rules, and the whole decision with its
//! reasons. What it does not: reading the signals from the bank's tables and writing the decision down.
use crate::exit::{Done, Outcome};
use crate::progress::Progress;
use anyhow::ensure;
use risk::speed::{Load, measure};

pub fn run(accounts: u64, payments: u64, decisions: u64) -> Outcome {
    ensure!(accounts > 0 && payments > 0 && decisions > 0, "at least one account, payment and decision");
    let mut progress = Progress::new();
    let load = Load { accounts, payments, decisions };
    let speed = measure(&load, &mut |done, of| progress.tell("past payments", done, of))?;
    drop(progress);
    let text = format!(
        "{} live rules, {} slots, {} accounts, {} payments in 90 days, {} keys, one thread\n\
         observing  {:>10.0} payments/s\ndeciding   {:>10.0} decisions/s   half within {:.1} µs, 99 of 100 within {:.1} µs, 999 of 1,000 within {:.1} µs\n\
         both       {:>10.0} payments/s\nmemory     {} MiB = {} bytes an account",
        speed.rules,
        speed.slots,
        speed.accounts,
        speed.events,
        speed.keys,
        speed.observed_a_second,
        speed.decided_a_second,
        speed.p50,
        speed.p99,
        speed.p999,
        speed.payments_a_second,
        speed.bytes >> 20,
        speed.bytes_an_account
    );
    Ok(Done::new(text, serde_json::to_value(speed)?))
}
