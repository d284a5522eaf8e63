//! `yizhan bench payments`: from an HTTP request to a durable posting, with sign-in, guard and audit on.
//!
//! Each of the clients is the owner of a firm of his own: he keeps one connection, signed in with password and code, and orders
//! one payment to the next firm after another, as fast as he is answered. Server, writer and clients share the machine's
//! processors. A payment counts when its receipt says *posted*, which is after the commit.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::exit::{Done, Outcome};
use crate::ground::{Ground, Stage, actor, firm, person, rss_mib};
use crate::progress::Progress;
use anyhow::{Context, Result, ensure};
use kernel::clock::stopwatch;
use kernel::id::{AccountId, FirmId};
use kernel::{Channel, Currency, Id, Money, Owner, Who};
use ledger::Opening;
use party::{GrantAsk, LoginNew, Origin, PasswordCost, Role, SignIn};
use payments::own::{Own, own};
use payments::{Kind, Order, Payee};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Clients at most.
const CLIENTS_MAX: u32 = 512;
/// Every client's opening money, in minor units.
const OPENING: i64 = 1_000_000_000;

/// People before are the ground's own.
const FIRST_PAYER: u32 = 7_000_000;
const FIRST_FIRM: u32 = 1;
pub const PASSWORD: &str = "bench-harbour-lantern-4711";

pub struct Payer {
    token: String,
    account: AccountId,
}

/// What clients were answered.
#[derive(Default)]
pub struct Seen {
    pub posted: u64,
    pub other: u64,
    /// From when each was due to its answer.
    pub micros: Vec<u32>,
}

/// When a client orders: as soon as he is answered, or each `every` after the one before, whether that one is answered or not.
#[derive(Clone, Copy)]
pub enum Pace {
    Answered,
    Every { first: Duration, every: Duration },
}

pub fn run(clients: u32, seconds: u32, postgres: Option<String>) -> Outcome {
    ensure!((1..=CLIENTS_MAX).contains(&clients), "1 to {CLIENTS_MAX} clients");
    let stage = Stage::new("payments")?;
    let ground = Ground::new(&stage)?;
    let payers = (0..clients).map(|n| payer(&ground, n)).collect::<Result<Vec<_>>>()?;
    let server = web::Server::start(ground.bank.clone(), web::Options::new("127.0.0.1:0".parse()?))?;
    let address = server.address();
    let mut progress = Progress::new();
    progress.tell("seconds", 0, u64::from(seconds));
    let clock = stopwatch();
    let seen = crowd(address, &payers, Duration::from_secs(u64::from(seconds)), |_| Pace::Answered)?;
    let took = clock.elapsed().as_secs_f64();
    server.stop()?;
    let report = app::verify(&ground.bank.store, &mut |_, _| {})?;
    ensure!(report.ok, "the books do not verify after the bench");
    let options = bench::Options { postgres, ..bench::Options::new(&stage.0) };
    let usual = bench::usual_ledger(&options, &mut |what| progress.tell(what, 0, 0))?;
    Ok(told(&seen, clients, took, &usual))
}

/// All payers at once, each paying the next, for a time.
pub fn crowd(
    address: SocketAddr,
    payers: &[Payer],
    until: Duration,
    pace: impl Fn(usize) -> Pace,
) -> Result<Vec<Seen>> {
    std::thread::scope(|scope| {
        let order = |n: usize| {
            let (payer, payee, pace) = (&payers[n], payers[(n + 1) % payers.len()].account, pace(n));
            scope.spawn(move || order_on(address, payer, payee, n, until, pace))
        };
        let threads: Vec<_> = (0..payers.len()).map(order).collect();
        let joined = threads.into_iter().map(|t| t.join().map_err(|_| anyhow::anyhow!("a client panicked"))?);
        joined.collect()
    })
}

/// The owner of a firm with an account, signed in for it.
pub fn payer(ground: &Ground, n: u32) -> Result<Payer> {
    let (branch, book) = (ground.branch, ground.book());
    let (login, secret) = (format!("bench{n}"), party::totp_secret_new());
    let hash = PasswordCost::TEST.hash(&login, PASSWORD)?;
    let name = login.clone();
    let (account, firm) = ground.bank.store.write(move |tx| {
        let firm = party::firm_register(tx, &actor(), firm(branch, FIRST_FIRM + n))?.firm;
        let who = party::person_register(tx, &actor(), person(branch, FIRST_PAYER + n))?.person;
        party::grant(tx, &actor(), GrantAsk::new(Who::Person(who), Role::FirmOwner).of(firm))?;
        let new = LoginNew {
            name: name.clone(),
            who: Who::Person(who),
            password: hash.clone(),
            totp_secret: secret,
            first_password: false,
        };
        party::login_make(tx, &actor(), new)?;
        let account = AccountId::new(tx.now(), book);
        ledger::open_account(tx, &actor(), &Opening::deposit(account, Owner::Firm(firm), "测量户", Currency::CNY))?;
        Ok((account, firm))
    })?;
    let cash = own(book, Own::Cash, Currency::CNY);
    let order = Order::new(Kind::CashIn, cash, Payee::Account(account), Money::cny(OPENING));
    payments::submit(&ground.bank.desk, &actor(), order, None)?;
    Ok(Payer { token: sign_in(&ground.bank, &login, &secret, firm)?, account })
}

/// A token of somebody whose password is [`PASSWORD`], acting for a firm.
pub fn sign_in(bank: &app::Bank, login: &str, secret: &[u8; 20], firm: FirmId) -> Result<String> {
    let store = &bank.store;
    let (address, agent) = (String::new(), String::new());
    let origin =
        Origin { channel: Channel::Api, address, agent, device_mark: String::new(), correlation: String::new() };
    let checked = store.read(|tx| party::sign_in_challenge(tx, login, &PasswordCost::TEST))?.check(PASSWORD);
    let code = party::totp_code(secret, store.clock().now());
    let done = store.write(move |tx| {
        let done = party::sign_in_finish(tx, &checked, &code, &origin)?;
        if let SignIn::Signed { token, .. } = &done {
            party::act_for(tx, token, Some(firm), &origin)?;
        }
        Ok(done)
    })?;
    match done {
        SignIn::Signed { token, .. } => Ok(token),
        SignIn::Refused => anyhow::bail!("a payer of the bench could not sign in"),
    }
}

/// One connection: orders, reads the whole answer, orders again.
fn order_on(
    address: SocketAddr,
    payer: &Payer,
    payee: AccountId,
    n: usize,
    until: Duration,
    pace: Pace,
) -> Result<Seen> {
    let stream = TcpStream::connect(address).context("the server does not answer")?;
    stream.set_nodelay(true)?;
    let (mut out, mut back) = (stream.try_clone()?, BufReader::new(stream));
    let body = json!({ "debit": payer.account, "payee": { "account": payee }, "amount": Money::cny(1) }).to_string();
    let (clock, mut seen) = (stopwatch(), Seen::default());
    for k in 0u64.. {
        let asked = match pace {
            Pace::Answered => clock.elapsed(),
            Pace::Every { first, every } => first + every * u32::try_from(k).unwrap_or(u32::MAX),
        };
        if asked >= until {
            break;
        }
        std::thread::sleep(asked.saturating_sub(clock.elapsed()));
        let head = format!(
            "POST /v1/payments HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nIdempotency-Key: b-{n}-{k}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            payer.token,
            body.len()
        );
        out.write_all(head.as_bytes())?;
        let answer = read_answer(&mut back)?;
        match answer.contains("\"state\":\"posted\"") {
            true => seen.posted += 1,
            false if seen.other == 0 => {
                eprintln!("not posted: {answer}");
                seen.other += 1;
            }
            false => seen.other += 1,
        }
        seen.micros.push((clock.elapsed() - asked).as_micros() as u32);
    }
    Ok(seen)
}

/// The body of an answer that says its length.
pub fn read_answer(back: &mut BufReader<TcpStream>) -> Result<String> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        back.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    back.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn told(seen: &[Seen], clients: u32, took: f64, usual: &[(String, bench::Speed)]) -> Done {
    let posted: u64 = seen.iter().map(|s| s.posted).sum();
    let other: u64 = seen.iter().map(|s| s.other).sum();
    let mut micros: Vec<u32> = seen.iter().flat_map(|s| s.micros.iter().copied()).collect();
    micros.sort_unstable();
    let at = |part: f64| {
        micros.get(((micros.len() as f64 * part) as usize).min(micros.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    let rate = posted as f64 / took;
    let beside: Vec<_> =
        usual.iter().map(|(what, speed)| (what, speed.per_second, rate / speed.per_second as f64)).collect();
    let lines: String =
        beside.iter().map(|(what, each, ratio)| format!("\n{what}: {each}/s; ours is {ratio:.2} of it")).collect();
    let text = format!(
        "{posted} payments posted in {took:.1} s by {clients} clients: {rate:.0}/s; p50 {} us, p99 {} us; {other} not posted\n\
         included: HTTP, session, entitlement, price, limits, guard decision, ledger, audit, outbox, idempotency, fsync; the clients run on the same processors{lines}",
        at(0.5),
        at(0.99)
    );
    let value = json!({ "bench": "payments", "clients": clients, "seconds": took, "posted": posted, "not_posted": other, "per_second": rate,
        "p50_us": at(0.5), "p99_us": at(0.99), "rss_mib": rss_mib(None),
        "beside": beside.iter().map(|(what, each, ratio)| json!({ "what": what, "per_second": each, "ratio": ratio })).collect::<Vec<_>>() });
    Done::new(text, value)
}
