//! The process that is killed: `victim DIR SEED` orders payments until somebody ends it.
use std::path::PathBuf;

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(dir), Some(seed)) = (args.next().map(PathBuf::from), args.next().and_then(|s| s.parse().ok())) else {
        eprintln!("victim DIR SEED");
        std::process::exit(2);
    };
    if let Err(why) = sim::victim::work(&dir, seed, std::io::stdout()) {
        eprintln!("{why:?}");
        std::process::exit(1);
    }
}
