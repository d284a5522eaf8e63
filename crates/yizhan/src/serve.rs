//! `yizhan` and `yizhan serve`: opens the bank, loads the demo into new data, and serves until it is told to stop.
//!
//! Order at the start: the port is tried, the data opened (which elects this process), the demo loaded, the port bound, socket and jobs
//! started, and only then the address is told. At the end the other way round: no new requests, what is under way is
//! finished, the socket and the jobs end, and the store is closed last, which writes what waits and empties the
//! write-ahead log.
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
use kernel::Clock;
use kernel::clock::stopwatch;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use web::{Options, Server};

/// Seconds that a start waits for the data to be let go of.
const LOCK_SECONDS_MAX: u64 = 3;

pub fn serve(place: &Place, args: &Serve) -> Outcome {
    // Tried here and let go of, so that a port in use is not found out after the demo was loaded.
    drop(TcpListener::bind(args.address()).with_context(|| format!("{} cannot be listened on", args.address()))?);
    let bank = open_for(place, args)?;
    let demo = prepare(&bank, args)?;
    let bank = if demo.is_some() {
        bank.with_identity(Arc::new(demo_load::identity_simulator())).with_recorder(demo_load::recorder())
    } else {
        bank
    };
    if demo.is_some() {
        app::machines::attach_simulators(&bank, Some(place.key_file().parent().unwrap_or(&place.data)))?;
        app::machines::look_after(&bank)?;
    }
    let options = options(&bank, args, demo.is_some())?;
    let encrypted = options.tls.is_some();
    let server = Server::start(bank.clone(), options)?;
    let stopper = server.stopper();
    let socket = socket::listen(&place.socket(), bank.clone())?;
    let jobs = app::jobs::start(&bank)?;
    let signals = stop_on_signal(move || stopper.stop())?;
    greet(server.address(), encrypted, demo.is_some());
    let served = server.wait();
    signals.close();
    drop(socket);
    jobs.stop();
    drop(bank);
    served?;
    Ok(Done::text("stopped"))
}

/// Calls `stop` on the first SIGINT or SIGTERM; the second ends the process at once, which the data survives.
fn stop_on_signal(stop: impl Fn() + Send + 'static) -> Result<signal_hook::iterator::Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let handle = signals.handle();
    let mut told = false;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if told {
                std::process::exit(128 + signal);
            }
            told = true;
            stop();
        }
    })?;
    Ok(handle)
}

fn options(bank: &Bank, args: &Serve, demo: bool) -> Result<Options> {
    let mut options = Options::new(args.address());
    options.tls = args.tls_cert.clone().zip(args.tls_key.clone());
    options.setting.demo = demo;
    options.setting.public_url = args.public_url.clone();
    options.setting.young_languages = args.young_languages;
    let head = bank.read(party::branches)?.into_iter().next();
    if let Some(head) = head {
        (options.bank_zh, options.bank_en) = (head.name_zh, head.name_en);
    }
    if demo {
        let own = demo::numbers::OWN_BANK;
        (options.bank_zh, options.bank_en) = (own.zh.into(), own.en.into());
    }
    Ok(options)
}

/// Opens the bank; the demo, and one that is about to become it, has a clock on which its past is lived and days are put ahead.
fn open_for(place: &Place, args: &Serve) -> Result<Bank> {
    let bank = open(place, Clock::system())?;
    match demo_load::state(&bank)? {
        State::Other => return Ok(bank),
        State::Fresh if args.no_demo => return Ok(bank),
        State::Fresh | State::Begun | State::Loaded(_) => drop(bank),
    }
    let bank = open(place, Clock::with_a_past())?;
    app::demo_time::restore(&bank)?;
    Ok(bank)
}

/// Opens the bank. A server that was killed a moment ago may still be letting go of the data, so this waits a little.
fn open(place: &Place, clock: Clock) -> Result<Bank> {
    let began = stopwatch();
    loop {
        match place.open_by(clock.clone()) {
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

fn greet(address: SocketAddr, encrypted: bool, demo: bool) {
    let scheme = if encrypted { "https" } else { "http" };
    let mut text =
        format!("\n驿站 Yizhan {}\nopen in a browser 用浏览器打开  {scheme}://{address}\n", env!("CARGO_PKG_VERSION"));
    if demo {
        text.push_str("\ndemo logins 演示登录 (invented people; the passwords are public)\n");
        text.push_str(&demo_desk::table(&demo_logins(&demo_load::data())));
        text.push_str(
            "\none-time code 动态口令  yizhan demo code NAME\nsheets to import 工资表  yizhan demo files DIR\nmachine in the lobby 自助终端  yizhan demo kiosk\n",
        );
        text.push_str(
            "begin: sign in as payclerk and import yard-2026-10-faulty.xlsx; paycheck and payowner check it\n",
        );
    }
    let mut out = std::io::stdout();
    // Nobody reads it when the server runs as a service.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    if !encrypted && !address.ip().is_loopback() {
        eprintln!("note: {address} can be reached from other machines and is not encrypted; see docs/operating/tls.md");
    }
}
