//! The one binary: the server of a bank, and what its operator does from a shell.
//!
//! A command that only reads opens the database beside a running server. A command that writes is sent to the running
//! server through its socket (`<data>/admin.sock`, [`socket`]); when none runs it opens the data itself ([`place`]). What
//! a command prints as its result goes to standard output, progress and the log to standard error; `--json` makes the
//! result one JSON object. Exit codes are few and fixed; see [`exit`].
mod args;
mod bench_close;
mod bench_deposits;
mod bench_guard;
mod bench_ledger;
mod bench_payments;
mod bench_payroll;
mod bench_start;
mod bench_warnings;
mod bootstrap;
mod copies;
mod demo_desk;
mod doctor;
mod exit;
mod ground;
mod guard;
mod place;
mod progress;
mod serve;
mod simulate;
mod simulate_wages;
mod socket;
mod verify;
mod wages;
mod work;

use args::{Audit, Bench, Cli, Command, Demo, Import, Keys, Payroll, Simulate, Wages};
use clap::Parser;
use exit::{Done, Outcome};
use std::process::ExitCode;
use work::Ask;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log();
    let json = cli.json;
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(cli)));
    match done {
        Ok(Ok(done)) => exit::say(&done, json),
        Ok(Err(why)) => exit::complain(&why, json),
        Err(_) => ExitCode::from(exit::DEFECT),
    }
}

/// The log goes to standard error; `YIZHAN_LOG` chooses what (`info`, `payments=debug,warn`). Values of personal data and
/// secrets are never logged, at no level.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("YIZHAN_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour).try_init();
}

fn run(cli: Cli) -> Outcome {
    let place = cli.place;
    let Some(command) = cli.command else { return serve::serve(&place, &cli.serve) };
    match command {
        Command::Serve(args) => serve::serve(&place, &args.over(cli.serve)),
        Command::Bootstrap(args) => bootstrap::bootstrap(&place, args),
        Command::Migrate => place.open().map(|_| Done::text("the schema is up to date")),
        Command::Import(import) => import_file(&place, import),
        Command::Payroll(Payroll::Pay { run }) => work::do_it(&place, Ask::Pay { run }, Vec::new()),
        Command::CloseDay { to } => work::do_it(&place, Ask::CloseDay { to }, Vec::new()),
        Command::Verify => verify::verify(&place),
        Command::Wages(Wages::Verify { file, key }) => wages::verify(&file, key.as_deref()),
        Command::Demo(Demo::Code { who }) => demo_desk::code(&who),
        Command::Demo(Demo::Logins) => Ok(demo_desk::logins()),
        Command::Demo(Demo::Files { directory }) => demo_desk::files(&directory),
        Command::Demo(Demo::Kiosk) => work::do_it(&place, Ask::DemoKiosk, Vec::new()),
        Command::Guard(guard) => guard::run(guard, &place),
        Command::Bench(bench) => match bench {
            Bench::Ledger { accounts, transfers, postgres } => bench_ledger::run(accounts, transfers, postgres),
            Bench::Payments { clients, seconds, postgres } => bench_payments::run(clients, seconds, postgres),
            Bench::Payroll { lines } => bench_payroll::run(lines),
            Bench::Deposits { accounts } => bench_deposits::run(accounts),
            Bench::CloseDay { accounts, branches } => bench_close::run(accounts, branches),
            Bench::Guard { accounts, payments, decisions, rate, seconds } => {
                bench_guard::run(accounts, payments, decisions, rate, seconds)
            }
            Bench::Start { accounts } => bench_start::run(accounts),
            Bench::Warnings { projects, workers } => bench_warnings::run(projects, workers),
        },
        Command::Simulate { what: Some(Simulate::Wages { seed, projects, workers, days }), .. } => {
            simulate_wages::run(sim::year::Size { seed, projects, workers, days })
        }
        Command::Simulate { what: None, seed, steps, seeds, jobs } => simulate::simulate(seed, steps, seeds, jobs),
        Command::Backup { directory } => copies::backup(&place, &directory),
        Command::Restore { directory } => copies::restore(&place, &directory),
        Command::Doctor { listen, public_url } => doctor::doctor(&place, listen, public_url.as_deref()),
        Command::Keys(Keys::Rotate) => copies::rotate(&place),
        Command::Audit(Audit::Export { from, to, file }) => {
            let file = std::path::absolute(&file)?;
            work::do_it(&place, Ask::AuditExport { from, to, file }, Vec::new())
        }
    }
}

fn import_file(place: &place::Place, import: Import) -> Outcome {
    let read = |file: &std::path::Path| work::read_file(file);
    match import {
        Import::Roster { file, account, accept_valid, dry_run } => {
            let (file_name, bytes) = read(&file)?;
            let ask = Ask::ImportRoster { account, file_name, accept_valid };
            if dry_run { work::rehearse(place, ask, bytes) } else { work::do_it(place, ask, bytes) }
        }
        Import::Sheet { file, project, period, supplement, tag, due_on, accept_valid, dry_run } => {
            let (file_name, bytes) = read(&file)?;
            let ask = Ask::ImportSheet { project, period, supplement, tag, due_on, file_name, accept_valid };
            if dry_run { work::rehearse(place, ask, bytes) } else { work::do_it(place, ask, bytes) }
        }
    }
}
