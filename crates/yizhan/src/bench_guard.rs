//! `yizhan bench guard`: decisions of the risk engine on one thread, with the memory that 90 days of payments need; with `--rate` also
//! payments over HTTP beside that memory, at a steady rate.
//!
//! What the first figure includes: reading every aggregate and the network, 40 live rules, and the whole decision with its
//! reasons. What it does not: reading the signals from the bank's tables and writing the decision down. The second includes all of that, with
//! sign-in, price, limits, ledger, audit and a durable commit; each payment's time runs from when it was due, so that one that waited for
//! another counts its wait.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::bench_payments::{Pace, Seen, crowd, payer};
use crate::exit::{Done, Outcome};
use crate::ground::{Ground, Stage, rss_mib};
use crate::progress::Progress;
use anyhow::{Result, ensure};
use risk::speed::{Load, filled, measure};
use serde_json::{Value, json};
use std::time::Duration;

/// Connections over which a rate is spread, each with its own firm.
const CLIENTS: u32 = 32;
/// Payments a second at most.
const RATE_MAX: u32 = 20_000;

pub fn run(accounts: u64, payments: u64, decisions: u64, rate: u32, seconds: u32) -> Outcome {
    ensure!(accounts > 0 && payments > 0 && decisions > 0, "at least one account, payment and decision");
    ensure!(rate <= RATE_MAX && seconds > 0, "at most {RATE_MAX} payments a second, and at least one second");
    let mut progress = Progress::new();
    let load = Load { accounts, payments, decisions };
    let speed = measure(&load, &mut |done, of| progress.tell("past payments", done, of))?;
    let mut text = format!(
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
    let mut value = serde_json::to_value(speed)?;
    if rate > 0 {
        let (line, figures) = over_http(&load, rate, seconds, &mut progress)?;
        text = format!("{text}\n{line}");
        value["http"] = figures;
    }
    drop(progress);
    Ok(Done::new(text, value))
}

/// A bank whose guard remembers the load, paid through at a rate.
fn over_http(load: &Load, rate: u32, seconds: u32, progress: &mut Progress) -> Result<(String, Value)> {
    let stage = Stage::new("guard")?;
    let ground = Ground::new(&stage)?;
    let payers = (0..CLIENTS).map(|n| payer(&ground, n)).collect::<Result<Vec<_>>>()?;
    let now = ground.bank.store.clock().now();
    let engine = filled(load, now, &mut |done, of| progress.tell("past payments", done, of))?;
    ground.bank.desk.guard.watch_with(engine);
    let server = web::Server::start(ground.bank.clone(), web::Options::new("127.0.0.1:0".parse()?))?;
    progress.tell("seconds", 0, u64::from(seconds));
    let every = Duration::from_secs_f64(f64::from(CLIENTS) / f64::from(rate));
    let pace = |n: usize| Pace::Every { first: every.mul_f64(n as f64 / f64::from(CLIENTS)), every };
    let seen = crowd(server.address(), &payers, Duration::from_secs(u64::from(seconds)), pace)?;
    server.stop()?;
    let report = app::verify(&ground.bank.store, &mut |_, _| {})?;
    ensure!(report.ok, "the books do not verify after the bench");
    Ok(told(&seen, rate, seconds))
}

fn told(seen: &[Seen], rate: u32, seconds: u32) -> (String, Value) {
    let (posted, other): (u64, u64) = seen.iter().fold((0, 0), |(p, o), s| (p + s.posted, o + s.other));
    let mut micros: Vec<u32> = seen.iter().flat_map(|s| s.micros.iter().copied()).collect();
    micros.sort_unstable();
    let at = |permille: usize| {
        let last = micros.len().saturating_sub(1);
        micros.get((micros.len() * permille / 1_000).min(last)).map_or(0.0, |us| f64::from(*us) / 1_000.0)
    };
    let line = format!(
        "over HTTP  {posted} payments posted in {seconds} s at {rate}/s by {CLIENTS} clients on the same processors, {other} not; half within {:.2} ms, 99 of 100 within {:.2} ms, 999 of 1,000 within {:.2} ms\n\
         included   HTTP, session, entitlement, price, limits, guard with the same memory, ledger, audit, outbox, fsync (SQLite)",
        at(500),
        at(990),
        at(999)
    );
    let figures = json!({ "rate": rate, "seconds": seconds, "posted": posted, "not_posted": other, "clients": CLIENTS,
        "p50_ms": at(500), "p99_ms": at(990), "p999_ms": at(999), "rss_mib": rss_mib(None) });
    (line, figures)
}
