//! How many typical commands a second the store takes, alone and many at once. `cargo run --release -p tests --example
//! store_speed`; with `YIZHAN_TEST_DATABASE` on PostgreSQL too.
use store::{Config, KeyRing, Store};
use tests::{CROSSINGS, Command, TempDir, postgres_url};

/// Commands in one measurement.
const COMMANDS: u64 = 40_000;
/// Commands under way at once.
const AT_ONCE: [u64; 5] = [1, 10, 100, 1_000, 4_000];

fn measure(name: &str, store: &Store, first: u64, commands: u64, at_once: u64) {
    let (done, wait) = std::sync::mpsc::channel();
    let watch = kernel::clock::stopwatch();
    let send = |number: u64| {
        let (command, done) = (Command::new(number), done.clone());
        store.write_then(move |tx| command.run(tx), move |answer| done.send(answer.is_ok()).unwrap_or(()));
    };
    (first..first + at_once).for_each(&send);
    for number in first + at_once..first + commands + at_once {
        assert!(wait.recv().unwrap_or(false), "a command failed");
        if number < first + commands {
            send(number);
        }
    }
    let us = watch.elapsed().as_micros().max(1);
    println!("{name:<12} {at_once:>5} at once: {:>8} commands/s", u128::from(commands) * 1_000_000 / us);
}

fn main() {
    let all = [store::migrations(), vec![CROSSINGS]].concat();
    let dir = TempDir::new();
    let store = Store::open(Config::sqlite(dir.path()), KeyRing::random(), &all).expect("it opens");
    let mut first = 0;
    for at_once in AT_ONCE {
        let commands = if at_once < 10 { COMMANDS / 10 } else { COMMANDS };
        measure("SQLite", &store, first, commands, at_once);
        first += commands;
    }
    let Some(url) = postgres_url() else { return };
    let store = Store::open(Config::postgres(&url, "speed"), KeyRing::random(), &all).expect("it opens");
    for at_once in [1, 10, 100] {
        measure("PostgreSQL", &store, first, COMMANDS / 10, at_once);
        first += COMMANDS / 10;
    }
}
