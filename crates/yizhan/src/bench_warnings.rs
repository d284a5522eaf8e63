//! `yizhan bench warnings`: how long the bank looks for warnings on many projects, and how fast the labour bureau sees them.
//!
//! The projects, their crews, rosters and first days at the gate are those of the simulated year. Measured is a look at every project and all
//! of its facts, then the look that follows one day's events on all sites, then the page of the bureau's board: the query alone, and over
//! HTTP with the server in this process and the bureau's officer signed in.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::bench_payments::{PASSWORD, read_answer, sign_in};
use crate::exit::{Done, Outcome};
use crate::ground::{Stage, actor, firm, person, rss_mib};
use crate::progress::Progress;
use anyhow::{Result, ensure};
use arrears::{BureauNew, Filter, Level};
use kernel::clock::stopwatch;
use kernel::id::FirmId;
use kernel::{Actor, PageAsk, Who};
use party::{FirmKind, FirmNew, GrantAsk, LoginNew, PasswordCost, Role};
use serde_json::{Value, json};
use sim::year::{Begun, Size, begin_year};
use std::io::{BufReader, Write};
use std::net::TcpStream;

/// Days that are played before anything is measured.
const DAYS: i64 = 2;
/// How often the board is asked for.
const ASKED: usize = 200;
/// Rows of a page of the board.
const ROWS: u32 = 50;
/// Projects that one scan looks at.
const LOOKED_AT_ONCE: u32 = 500;
/// The first page of the bureau's board, as programs ask for it.
const BOARD: &str = "/v1/bureau/projects?open=true&limit=50";
/// The bureau of the city in whose region all sites lie.
const REGION: &str = "990100";
/// Numbers of the bureau and its officer, beyond those of the year.
const BUREAU: u32 = 900_000;
const OFFICER: u32 = 7_900_000;

pub fn run(projects: usize, workers: usize) -> Outcome {
    let stage = Stage::new("warnings")?;
    let mut progress = Progress::new();
    let size = Size { seed: 1, projects, workers, days: sim::year::DAYS_MIN };
    let began = stopwatch();
    let mut told = |day: i64| progress.tell("days", day.unsigned_abs(), DAYS.unsigned_abs());
    let measured = begin_year(size, &stage.0, DAYS, &mut told, |begun| {
        let built = began.elapsed().as_secs_f64();
        measure(begun, built).map_err(|e| kernel::Error::broken(format!("{e:#}")))
    })?;
    drop(progress);
    let (text, json) = measured;
    let head = format!("{projects} projects, {workers} workers\n");
    Ok(Done::new(
        head + &text,
        json!({ "bench": "warnings", "projects": projects, "workers": workers, "measured": json }),
    ))
}

fn measure(begun: &mut Begun<'_>, built: f64) -> Result<(String, Value)> {
    let clock = stopwatch();
    let full = arrears::scan_all(&begun.bank().store)?;
    let full_seconds = clock.elapsed().as_secs_f64();
    let commands = begun.events()?;
    while app::relay::pump(&begun.bank().store)?.more {}
    let clock = stopwatch();
    let mut looked = 0u64;
    loop {
        let bank = begun.bank();
        let one = arrears::scan(&bank.store, bank.clock().now(), LOOKED_AT_ONCE)?;
        looked += u64::from(one.projects);
        if !one.more {
            break;
        }
    }
    let day_seconds = clock.elapsed().as_secs_f64();
    let (query, http) = board(begun)?;
    let ratio = day_seconds / full_seconds.max(1e-9);
    let memory = rss_mib(None).map_or("?".into(), |m| m.to_string());
    let text = format!(
        "  built in {built:.1} s, {memory} MiB\n  full scan       {full_seconds:8.2} s   {} projects, {} warnings opened\n  \
         after one day   {day_seconds:8.2} s   {looked} projects, {commands} commands; {ratio:.2} of a full scan\n  \
         board, query    p50 {:.1} ms, p99 {:.1} ms\n  board, HTTP     p50 {:.1} ms, p99 {:.1} ms",
        full.projects, full.opened, query.p50, query.p99, http.p50, http.p99
    );
    let json = json!({
        "built_seconds": built, "full_seconds": full_seconds, "full_projects": full.projects, "opened": full.opened,
        "day_commands": commands, "day_seconds": day_seconds, "day_projects": looked, "ratio": ratio,
        "board_query_ms": { "p50": query.p50, "p99": query.p99 }, "board_http_ms": { "p50": http.p50, "p99": http.p99 }
    });
    Ok((text, json))
}

/// A bureau over all the sites, its officer, and his token.
fn bureau(begun: &Begun<'_>) -> Result<(Actor, String)> {
    let branch = begun.branch();
    let (login, secret) = ("bureau", party::totp_secret_new());
    let password = PasswordCost::TEST.hash(login, PASSWORD)?;
    let (person, firm): (_, FirmId) = begun.bank().write(move |tx| {
        let new = FirmNew { kind: FirmKind::Authority, ..firm(branch, BUREAU) };
        let firm = party::firm_register(tx, &actor(), new)?.firm;
        let new = BureauNew { firm, region: REGION.into(), level: Level::City, hotline: "12333".into() };
        arrears::bureau_make(tx, &actor(), new)?;
        let who = party::person_register(tx, &actor(), person(branch, OFFICER))?.person;
        party::grant(tx, &actor(), GrantAsk::new(Who::Person(who), Role::BureauOfficer).of(firm))?;
        let new = LoginNew {
            name: login.into(),
            who: Who::Person(who),
            password: password.clone(),
            totp_secret: secret,
            first_password: false,
        };
        party::login_make(tx, &actor(), new)?;
        Ok((who, firm))
    })?;
    let officer = Actor { stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) };
    Ok((officer, sign_in(begun.bank(), login, &secret, firm)?))
}

/// Milliseconds: the median and the 99th of 100.
struct Taken {
    p50: f64,
    p99: f64,
}

fn taken(mut ask: impl FnMut() -> Result<()>) -> Result<Taken> {
    let mut all = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let clock = stopwatch();
        ask()?;
        all.push(clock.elapsed().as_secs_f64() * 1_000.0);
    }
    all.sort_by(f64::total_cmp);
    Ok(Taken { p50: all[ASKED / 2], p99: all[ASKED * 99 / 100] })
}

/// The board's first page: with its sums from the database alone, and over HTTP.
fn board(begun: &Begun<'_>) -> Result<(Taken, Taken)> {
    let (officer, token) = bureau(begun)?;
    let filter = Filter { open: true, ..Filter::default() };
    let query = taken(|| {
        let (page, totals) = begun.bank().read(|tx| {
            let page = arrears::bureau_board(tx, &officer, &filter, &PageAsk::first(ROWS))?;
            Ok((page, arrears::bureau_totals(tx, &officer, &filter)?))
        })?;
        ensure!(!page.items.is_empty() && totals.projects > 0, "the board is empty");
        Ok(())
    })?;
    let server = web::Server::start(begun.bank().clone(), web::Options::new("127.0.0.1:0".parse()?))?;
    let stream = TcpStream::connect(server.address())?;
    stream.set_nodelay(true)?;
    let (mut out, mut back) = (stream.try_clone()?, BufReader::new(stream));
    let http = taken(|| {
        out.write_all(
            format!("GET {BOARD} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").as_bytes(),
        )?;
        let answer = read_answer(&mut back)?;
        ensure!(answer.contains("\"items\""), "the board was not answered: {answer}");
        Ok(())
    })?;
    server.stop()?;
    Ok((query, http))
}
