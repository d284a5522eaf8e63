//! `ledger DIRECTORY [accounts=N] [transfers=N] [size=N] [postgres=URL]`: the bench by itself, without the rest of the bank.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> kernel::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut options = bench::Options::new(args.next().unwrap_or_else(|| "bench-data".into()));
    for arg in args {
        let (name, value) = arg.split_once('=').unwrap_or((&arg, ""));
        let number = || value.parse::<u32>().map_err(|e| kernel::Error::field("argument", format!("{arg}: {e}")));
        match name {
            "accounts" => options.accounts = number()?,
            "transfers" => options.transfers = number()?,
            "size" => options.sizes = vec![number()?],
            "postgres" => options.postgres = Some(value.into()),
            _ => {
                return Err(kernel::Error::field(
                    "argument",
                    format!("{arg} is none of accounts, transfers, size, postgres"),
                ));
            }
        }
    }
    let report = bench::report(&options, &mut |line| eprintln!("{line}"))?;
    bench::lines(&report).iter().for_each(|line| println!("{line}"));
    Ok(())
}
