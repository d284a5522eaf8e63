//! `ledger DIRECTORY [TRANSFERS] [postgres://…]`: the bench by itself, without the rest of the bank.
fn main() -> kernel::Result<()> {
    let mut args = std::env::args().skip(1);
    let directory = args.next().unwrap_or_else(|| "bench-data".into());
    let mut options = bench::Options::new(directory);
    for arg in args {
        match arg.parse() {
            Ok(transfers) => options.transfers = transfers,
            Err(_) => options.postgres = Some(arg),
        }
    }
    let report = bench::report(&options, &mut |line| eprintln!("{line}"))?;
    bench::lines(&report).iter().for_each(|line| println!("{line}"));
    Ok(())
}
