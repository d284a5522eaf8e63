//! SIGKILL under load: 5 times always, 200 with `YIZHAN_DEEP=1`. Each time every acknowledged payment is there once and the
//! books verify. A life ends a while after it gave [`ANSWERS_MIN`] answers; every fifth ends early, perhaps while it opens the
//! books that the one before left.
use kernel::clock::stopwatch;
use sim::victim::{self, Answer};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const ANSWERS_MIN: u64 = 10;
const LIFE_SECONDS_MAX: u64 = 120;

#[test]
fn what_was_acknowledged_survives_the_kill() {
    let dir = std::env::temp_dir().join(format!("yizhan-kill-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    victim::prepare(&dir).expect("the bank is made");
    let kills = if std::env::var_os("YIZHAN_DEEP").is_some() { 200 } else { 5 };
    let mut all = 0;
    for kill in 0..kills {
        let mut child = Command::new(env!("CARGO_BIN_EXE_victim"))
            .arg(&dir)
            .arg(kill.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let pipe = child.stdout.take().expect("its answers are piped");
        let given = Arc::new(AtomicU64::new(0));
        let count = given.clone();
        let reader = std::thread::spawn(move || {
            let counted = |line| {
                count.fetch_add(1, Ordering::Relaxed);
                line
            };
            BufReader::new(pipe).lines().map_while(Result::ok).map(counted).collect::<Vec<_>>()
        });
        let (early, life) = (kill % 5 == 4, stopwatch());
        while !early && given.load(Ordering::Relaxed) < ANSWERS_MIN && life.elapsed().as_secs() < LIFE_SECONDS_MAX {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(kill * 37 % 300));
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        let lines = reader.join().expect("the pipe was read");
        // A line cut off by the kill was never an answer in anybody's hand.
        let answers: Vec<Answer> = lines.iter().filter_map(|l| serde_json::from_str(l).ok()).collect();
        all += victim::check(&dir, &answers).unwrap_or_else(|why| panic!("after kill {kill}: {why:?}"));
    }
    let _ = std::fs::remove_dir_all(&dir);
    println!("{all} acknowledged payments survived {kills} kills");
    let whole_lives = kills - kills / 5;
    assert!(all >= whole_lives * ANSWERS_MIN, "only {all} payments in {whole_lives} whole lives: there was no load");
}
