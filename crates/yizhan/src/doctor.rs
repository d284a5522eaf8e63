//! `yizhan doctor`: looks at everything the server needs and says what to do about what is not so.
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::socket::{self, Reached};
use crate::work::Ask;
use app::Bank;
use documents::Fonts;
use kernel::{Clock, Date};
use party::RelyingParty;
use serde_json::json;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Below this the server should not be started.
const FREE_MIB_MIN: u64 = 200;
/// Below this somebody should make room soon.
const FREE_MIB_WARN: u64 = 2_048;
/// A clock before this is not set.
const CLOCK_EARLIEST: &str = "2026-01-01";

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// It works; somebody should know.
    Note,
    Bad,
}

struct Check {
    what: &'static str,
    state: State,
    says: String,
}

fn good(what: &'static str, says: impl Into<String>) -> Check {
    Check { what, state: State::Good, says: says.into() }
}
fn note(what: &'static str, says: impl Into<String>) -> Check {
    Check { what, state: State::Note, says: says.into() }
}
fn bad(what: &'static str, says: impl Into<String>) -> Check {
    Check { what, state: State::Bad, says: says.into() }
}

pub fn doctor(place: &Place, listen: SocketAddr, public_url: Option<&str>) -> Outcome {
    let running = server(place);
    let serves = running.state == State::Good && running.says.starts_with("running");
    let checks = [
        directory(&place.data),
        space(&place.data),
        running,
        lock(place, serves),
        key_file(&place.key_file()),
        schema(place),
        clock(place),
        port(listen, serves),
        passkeys(listen, public_url),
        fonts(&Fonts::system()),
    ];
    let mark = |state| match state {
        State::Good => "ok  ",
        State::Note => "note",
        State::Bad => "BAD ",
    };
    let text: String = checks.iter().map(|c| format!("{} {:14} {}\n", mark(c.state), c.what, c.says)).collect();
    let list: Vec<_> =
        checks.iter().map(|c| json!({ "check": c.what, "state": mark(c.state).trim(), "says": c.says })).collect();
    let faults = checks.iter().any(|c| c.state == State::Bad);
    Ok(Done::new(text, json!({ "checks": list, "ok": !faults })).faults(faults))
}

fn directory(data: &Path) -> Check {
    const WHAT: &str = "directory";
    let shown = data.display();
    let Ok(meta) = std::fs::metadata(data) else {
        return note(WHAT, format!("{shown} is not there yet; the first start makes it"));
    };
    let probe = data.join(format!("doctor-{}", std::process::id()));
    if let Err(e) = File::create(&probe).and_then(|_| std::fs::remove_file(&probe)) {
        return bad(WHAT, format!("{shown} cannot be written: {e}; give it to the user the server runs as"));
    }
    match meta.permissions().mode() & 0o007 {
        0 => good(WHAT, format!("{shown} can be written")),
        _ => note(WHAT, format!("{shown} is open to every user of this machine; chmod 700 {shown}")),
    }
}

/// `df` is asked, as every Unix has it: the standard library cannot tell.
fn space(data: &Path) -> Check {
    const WHAT: &str = "free space";
    let there = data.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("."));
    let asked = Command::new("df").arg("-Pk").arg(there).output().ok();
    let answer = asked.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let free = answer.lines().nth(1).and_then(|l| l.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free.map(|kib| kib / 1024) {
        None => note(WHAT, "df does not say"),
        Some(mib) if mib < FREE_MIB_MIN => bad(WHAT, format!("{mib} MiB, {FREE_MIB_MIN} are needed; make room")),
        Some(mib) if mib < FREE_MIB_WARN => note(WHAT, format!("{mib} MiB; make room soon")),
        Some(mib) => good(WHAT, format!("{mib} MiB")),
    }
}

fn server(place: &Place) -> Check {
    const WHAT: &str = "server";
    match socket::ask(&place.socket(), &Ask::Status, &[], &mut |_, _, _| ()) {
        Ok(Reached::Answer(done)) => good(WHAT, format!("running: {}", done.text)),
        Ok(Reached::Nobody) => good(WHAT, "none runs on this data"),
        Err(why) => bad(WHAT, format!("{} does not answer: {why:#}; look at its log", place.socket().display())),
    }
}

fn lock(place: &Place, serves: bool) -> Check {
    const WHAT: &str = "lock";
    if place.database.is_some() {
        return good(WHAT, "PostgreSQL lets several servers write");
    }
    let Ok(file) = File::open(place.data.join("writer.lock")) else { return good(WHAT, "free") };
    match (file.try_lock(), serves) {
        (Ok(()), _) => good(WHAT, "free"),
        (Err(_), true) => good(WHAT, "held by the running server"),
        (Err(_), false) => bad(WHAT, "another process has the data open and does not answer; find it and stop it"),
    }
}

fn key_file(path: &Path) -> Check {
    const WHAT: &str = "key file";
    let shown = path.display();
    match std::fs::metadata(path).map(|m| m.permissions().mode() & 0o777) {
        Err(_) => note(WHAT, format!("{shown} is not there; the first start makes it")),
        Ok(mode) if mode & 0o077 != 0 => bad(WHAT, format!("{shown} has mode {mode:o}; chmod 600 {shown}")),
        Ok(_) => match store::KeyRing::open(path) {
            Ok(ring) => good(WHAT, format!("{shown}, version {}; keep a copy away from the database", ring.version())),
            Err(why) => bad(WHAT, why.message()),
        },
    }
}

fn schema(place: &Place) -> Check {
    const WHAT: &str = "schema";
    if !place.exists() {
        return note(WHAT, "there is no database yet");
    }
    let newest = Bank::migrations().last().map_or("", |m| m.name);
    let looked = place.open_to_read().and_then(|store| Ok(store.read(|tx| party::branches(tx).map(|b| b.len()))?));
    match looked {
        Ok(branches) => good(WHAT, format!("can be read, {branches} branches; this binary knows up to {newest}")),
        Err(why) => bad(WHAT, format!("{why:#}")),
    }
}

fn clock(place: &Place) -> Check {
    const WHAT: &str = "clock";
    let now = Clock::system().now();
    let today = now.local_date();
    if Date::parse(CLOCK_EARLIEST).is_ok_and(|earliest| today < earliest) {
        return bad(WHAT, format!("it shows {}; set it, and let a time service keep it", now.local()));
    }
    let open = match place.exists() {
        true => place.open_to_read().ok().and_then(|store| store.read(|tx| tx.business_date()).ok()),
        false => None,
    };
    match open {
        Some(date) if date > today.plus_days(1) => {
            bad(WHAT, format!("it shows {}, the business date is {date}: the clock is behind", now.local()))
        }
        Some(date) if date < today => {
            note(WHAT, format!("it shows {}, the business date is {date}: `yizhan close-day` is due", now.local()))
        }
        Some(date) => good(WHAT, format!("{} at the branch, business date {date}", now.local())),
        None => good(WHAT, format!("{} at the branch", now.local())),
    }
}

fn port(listen: SocketAddr, serves: bool) -> Check {
    const WHAT: &str = "port";
    match (TcpListener::bind(listen), serves) {
        (Ok(_), _) => good(WHAT, format!("{listen} is free")),
        (Err(_), true) => good(WHAT, format!("{listen} is in use, by the running server as it seems")),
        (Err(e), false) => bad(WHAT, format!("{listen}: {e}; choose another by --listen")),
    }
}

/// Passkeys belong to one address, and browsers keep them for https or localhost only.
fn passkeys(listen: SocketAddr, public_url: Option<&str>) -> Check {
    const WHAT: &str = "passkeys";
    match public_url {
        Some(url) => match RelyingParty::new(url, "doctor") {
            Ok(bank) => good(WHAT, format!("they belong to {}", bank.origin())),
            Err(why) => bad(WHAT, format!("{}; name https and a domain by --public-url", why.message())),
        },
        None => {
            let here = RelyingParty::local(listen.port());
            note(WHAT, format!("at {} only; a bank that is reached from elsewhere needs --public-url", here.origin()))
        }
    }
}

/// Documents are drawn with a Chinese font of this machine; pages use the reader's.
fn fonts(fonts: &Fonts) -> Check {
    const WHAT: &str = "Chinese fonts";
    match fonts.chinese() {
        Some(font) => good(WHAT, format!("{}, for receipts and statements as PDF", font.family)),
        None => note(
            WHAT,
            format!("none: receipts are printed from their page, not as PDF; install one of {}", documents::PACKAGES),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_font_is_told_what_to_install() {
        let told = fonts(&Fonts::none());
        assert!(told.state == State::Note && told.says.contains("fonts-noto-cjk"), "{}", told.says);
        let system = Fonts::system();
        assert_eq!(fonts(&system).state == State::Good, system.chinese().is_some());
    }
}
