//! `yizhan` and `yizhan serve`: opens the bank, loads the demo into new data, and serves until it is told to stop.
//!
//! Order at the start: the port is tried, the data opened (which elects this process), the demo loaded, jobs and socket
//! started, pages served. At the end the other way round: no new requests, what is under way is finished, the socket and
//! the jobs end, and the store is closed last, which writes what waits and empties the write-ahead log.
use crate::args::Serve;
use crate::demo_desk;
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::progress::Progress;
use crate::socket;
use anyhow::{Context, Result};
use app::Bank;
use app::demo_load::{self, Loaded, State};
use demo::logins::demo_logins;
use kernel::clock::stopwatch;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

/// Seconds that a start waits for the data to be let go of.
const LOCK_SECONDS_MAX: u64 = 3;

pub fn serve(place: &Place, args: &Serve) -> Outcome {
    let address = args.address();
    // Said now and not after the demo was loaded.
    drop(TcpListener::bind(address).with_context(|| format!("{address} cannot be listened on"))?);
    let bank = open(place)?;
    let demo = prepare(&bank, args)?;
    let tls = args.tls_cert.clone().zip(args.tls_key.clone());
    greet(&format!("{}://{address}", if tls.is_some() { "https" } else { "http" }), &demo);
    if tls.is_none() && !address.ip().is_loopback() {
        eprintln!("note: {address} can be reached from other machines and is not encrypted; see docs/operating/tls.md");
    }
    let jobs = app::jobs::start(&bank)?;
    let socket = socket::listen(&place.socket(), bank.clone())?;
    let served = web::serve(bank.clone(), web::Options { listen: address, tls });
    drop(socket);
    jobs.stop();
    drop(bank);
    served?;
    Ok(Done::text("stopped"))
}

/// Opens the bank. A server that was killed a moment ago may still be letting go of the data, so this waits a little.
fn open(place: &Place) -> Result<Bank> {
    let began = stopwatch();
    loop {
        match place.open() {
            Err(why) if is_locked(&why) && began.elapsed() < Duration::from_secs(LOCK_SECONDS_MAX) => {
                std::thread::sleep(Duration::from_millis(100));
            }
            opened => return opened,
        }
    }
}

fn is_locked(why: &anyhow::Error) -> bool {
    why.downcast_ref::<kernel::Error>().is_some_and(|e| e.is(&store::LOCKED))
}

/// The demo's numbers when this is the demo bank.
fn prepare(bank: &Bank, args: &Serve) -> Result<Option<Loaded>> {
    match demo_load::state(bank)? {
        State::Loaded(loaded) => Ok(Some(loaded)),
        State::Other => Ok(None),
        State::Fresh if args.no_demo => {
            eprintln!("note: this bank is empty and nobody can sign in; stop it and run `yizhan bootstrap`");
            Ok(None)
        }
        State::Fresh | State::Begun => load(bank).map(Some),
    }
}

fn load(bank: &Bank) -> Result<Loaded> {
    eprintln!("loading the demo bank: once, into new data");
    let began = stopwatch();
    let loaded = {
        let mut progress = Progress::new();
        demo_load::load(bank, &mut |what, done, of| progress.tell(what, done, of))?
    };
    let l = &loaded;
    eprintln!(
        "loaded in {:.1} s: {} branches, {} staff, {} people, {} firms, {} accounts, {} wage accounts, {} roster lines",
        began.elapsed().as_secs_f64(),
        l.branches,
        l.staff,
        l.people,
        l.firms,
        l.accounts,
        l.wage_accounts,
        l.workers
    );
    Ok(loaded)
}

fn greet(url: &str, demo: &Option<Loaded>) {
    let mut text = format!("\n驿站 Yizhan {}\nopen in a browser 用浏览器打开  {url}\n", env!("CARGO_PKG_VERSION"));
    if demo.is_some() {
        text.push_str("\ndemo logins 演示登录（invented people; passwords are public）\n");
        text.push_str(&demo_desk::table(&demo_logins(&demo_load::data())));
        text.push_str(
            "\none-time code 动态口令   yizhan demo code NAME\nsheets to import 工资表  yizhan demo files DIR\n",
        );
        text.push_str("first: sign in as payclerk, import yard-2026-10-faulty.xlsx; paycheck and payowner check it\n");
    }
    let mut out = std::io::stdout();
    // Nobody reads it when the server runs as a service.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
