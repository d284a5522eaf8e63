//! `yizhan bench start`: how long it takes from starting the server to its first page, with many accounts, and what memory it has.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::{Ground, Stage, actor, card, person, rss_mib};
use crate::progress::Progress;
use anyhow::{Context, Result, bail};
use kernel::clock::stopwatch;
use kernel::id::AccountId;
use kernel::{Currency, Id, Owner};
use ledger::Opening;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Accounts opened in one transaction.
const CHUNK: u32 = 2_000;
/// The server has to answer within this.
const START_SECONDS_MAX: u64 = 120;

/// A server that ends with it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn run(accounts: u32) -> Outcome {
    let stage = Stage::new("start")?;
    let began = stopwatch();
    fill(&stage, accounts)?;
    let filled = began.elapsed().as_secs_f64();
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let began = stopwatch();
    let server = Command::new(std::env::current_exe()?)
        .args(["serve", "--no-demo", "--listen", &address.to_string(), "--data"])
        .arg(&stage.0)
        .stdout(Stdio::null())
        .spawn()
        .context("the server cannot be started")?;
    let mut server = Server(server);
    let bytes = loop {
        if let Some(bytes) = first_page(address) {
            break bytes;
        }
        if let Some(status) = server.0.try_wait()? {
            bail!("the server ended: {status}");
        }
        if began.elapsed() > Duration::from_secs(START_SECONDS_MAX) {
            bail!("no page after {START_SECONDS_MAX} s");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let seconds = began.elapsed().as_secs_f64();
    let rss = rss_mib(Some(server.0.id()));
    let shown = rss.map_or("?".into(), |m| m.to_string());
    let text = format!(
        "{accounts} accounts opened in {filled:.1} s ({:.0}/s)\nfirst page ({bytes} bytes) {seconds:.3} s after the start, {shown} MiB in use",
        f64::from(accounts) / filled.max(1e-9)
    );
    let json = json!({ "bench": "start", "accounts": accounts, "fill_seconds": filled, "first_page_seconds": seconds, "rss_mib": rss });
    Ok(Done::new(text, json))
}

fn fill(stage: &Stage, accounts: u32) -> Result<()> {
    let ground = Ground::new(stage)?;
    let (branch, book) = (ground.branch, ground.book());
    let owner =
        ground.bank.store.write(move |tx| Ok(party::person_register(tx, &actor(), person(branch, 0))?.person))?;
    let mut progress = Progress::new();
    for first in (0..accounts).step_by(CHUNK as usize) {
        progress.tell("accounts", u64::from(first), u64::from(accounts));
        let last = (first + CHUNK).min(accounts);
        ground.bank.store.write(move |tx| {
            for n in first..last {
                let id = AccountId::new(tx.now(), book);
                let new = Opening::deposit(id, Owner::Person(owner), "工*", Currency::CNY).number(&card(n));
                ledger::open_account(tx, &actor(), &new)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Bytes of the answer to `GET /`, whatever its status; `None` while nobody listens.
fn first_page(address: SocketAddr) -> Option<usize> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    answer.starts_with(b"HTTP/1.1 ").then_some(answer.len())
}
