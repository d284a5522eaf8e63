//! What the command line understands.
use crate::exit::EXIT_CODES;
use crate::place::Place;
use clap::{Args, Parser, Subcommand};
use kernel::Date;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8088);

/// Yizhan 驿站: the open digital branch. Without a command it serves the demo bank.
#[derive(Parser)]
#[command(name = "yizhan", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    /// The result as one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(flatten)]
    pub serve: Serve,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Args, Clone, Debug)]
pub struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8088]
    #[arg(long, env = "YIZHAN_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Certificate chain as PEM; together with --tls-key.
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key as PEM.
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The address people type, https and a domain; passkeys belong to it [default: http://localhost and the port]
    #[arg(long, env = "YIZHAN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Do not load the demo bank into new data.
    #[arg(long)]
    pub no_demo: bool,
    /// Also offer languages that are being written; what they lack is said in Chinese.
    #[arg(long)]
    pub young_languages: bool,
}

impl Serve {
    /// What stands before the word `serve` counts where nothing stands after it.
    pub fn over(self, before: Serve) -> Serve {
        Serve {
            listen: self.listen.or(before.listen),
            tls_cert: self.tls_cert.or(before.tls_cert),
            tls_key: self.tls_key.or(before.tls_key),
            public_url: self.public_url.or(before.public_url),
            no_demo: self.no_demo || before.no_demo,
            young_languages: self.young_languages || before.young_languages,
        }
    }
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(LISTEN_DEFAULT)
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the bank until SIGINT or SIGTERM.
    Serve(Serve),
    /// Open a new bank of your own: head office and its first two administrators.
    Bootstrap(Bootstrap),
    /// Bring the database to this binary's schema and stop.
    Migrate,
    /// Bring in a spreadsheet (.xlsx, .xls, .csv).
    #[command(subcommand)]
    Import(Import),
    /// Pay sheets.
    #[command(subcommand)]
    Payroll(Payroll),
    /// Close the business day.
    CloseDay {
        /// The day to be opened; the day after the open one, or today when that is later.
        #[arg(long)]
        to: Option<Date>,
    },
    /// Recompute the books, the audit and every seal, and name the first broken record.
    Verify,
    /// What a labour bureau was given.
    #[command(subcommand)]
    Wages(Wages),
    /// What the demo bank is shown with.
    #[command(subcommand)]
    Demo(Demo),
    /// Rules and models against fraud, tried on past payments; nothing of the bank is touched.
    #[command(subcommand)]
    Guard(crate::guard::Guard),
    /// Measure this machine; nothing of the bank is touched.
    #[command(subcommand)]
    Bench(Bench),
    /// Live through random commands and faults with an auditor who believes nobody; in a directory of its own.
    #[command(args_conflicts_with_subcommands = true)]
    Simulate {
        #[command(subcommand)]
        what: Option<Simulate>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, default_value_t = 250)]
        steps: u32,
        /// How many seeds, from the first on.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
        /// Seeds at once; as many as there are processors when it is not given.
        #[arg(long)]
        jobs: Option<usize>,
    },
    /// Copy the database while the bank goes on. The key file is not copied.
    Backup { directory: PathBuf },
    /// Put a copy into the data directory, which must not hold a database.
    Restore { directory: PathBuf },
    /// Look at everything the server needs.
    Doctor {
        /// Address the server is to listen on.
        #[arg(long, env = "YIZHAN_LISTEN", default_value_t = LISTEN_DEFAULT)]
        listen: SocketAddr,
        /// The address people type.
        #[arg(long, env = "YIZHAN_PUBLIC_URL", value_name = "URL")]
        public_url: Option<String>,
    },
    /// The key file.
    #[command(subcommand)]
    Keys(Keys),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Args)]
pub struct Bootstrap {
    /// Chinese name of the bank's head office.
    #[arg(long)]
    pub name_zh: String,
    /// English name of the bank's head office.
    #[arg(long)]
    pub name_en: String,
    /// Code of the head office.
    #[arg(long, default_value = "10000")]
    pub code: String,
    /// Sign-in names of the two first administrators, neither of whom checks himself.
    #[arg(long, num_args = 2, value_names = ["NAME", "NAME"], required = true)]
    pub admins: Vec<String>,
}

#[derive(Subcommand)]
pub enum Import {
    /// Workers of a project.
    Roster {
        file: PathBuf,
        /// The wage account's number, or the project's id or name.
        #[arg(long)]
        account: String,
        /// Go on with the good rows when others have faults.
        #[arg(long)]
        accept_valid: bool,
        /// Do it in a copy of the database and throw the copy away.
        #[arg(long)]
        dry_run: bool,
    },
    /// A pay sheet of a project.
    Sheet {
        file: PathBuf,
        /// The project's id or name, or its wage account's number.
        #[arg(long)]
        project: String,
        /// The month the wages are for, as YYYY-MM.
        #[arg(long)]
        period: String,
        /// A supplement to the month's wage, 1 to 99.
        #[arg(long, value_name = "NUMBER")]
        supplement: Option<u8>,
        /// Repair order or vessel.
        #[arg(long, default_value = "")]
        tag: String,
        /// The day the wages are due; the project's pay day of the month after.
        #[arg(long)]
        due_on: Option<Date>,
        /// Go on with the good rows when others have faults.
        #[arg(long)]
        accept_valid: bool,
        /// Do it in a copy of the database and throw the copy away.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub enum Simulate {
    /// A year of wages on many sites: what goes wrong is planted, and the bank must say so before the pay day.
    Wages {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, default_value_t = 60)]
        projects: usize,
        #[arg(long, default_value_t = 12_000)]
        workers: usize,
        #[arg(long, default_value_t = 365)]
        days: i64,
    },
}

#[derive(Subcommand)]
pub enum Payroll {
    /// Pay a checked pay sheet, or go on with one that was cut off.
    Pay {
        /// The pay sheet's id, psht_…
        run: String,
    },
}

#[derive(Subcommand)]
pub enum Demo {
    /// The one-time code of a demo login, now.
    Code {
        /// Sign-in name or role.
        #[arg(value_name = "NAME|ROLE")]
        who: String,
    },
    /// Who can sign in at the demo bank, and with what.
    Logins,
    /// Write the demo's pay sheets and rosters into a directory.
    Files { directory: PathBuf },
    /// Enrol two machines of the demo's city branch, a tall and a low one, and print their codes.
    Kiosk,
}

#[derive(Subcommand)]
pub enum Bench {
    /// Durable transfers of the bare ledger, beside a bare log.
    Ledger {
        #[arg(long, default_value_t = 100_000)]
        accounts: u32,
        /// Transfers measured for each size of a batch, about.
        #[arg(long, default_value_t = 400_000)]
        transfers: u32,
        /// Also on this PostgreSQL server, in a schema that is made and dropped.
        #[arg(long, value_name = "URL")]
        postgres: Option<String>,
    },
    /// From HTTP to a durable payment, many clients at once.
    Payments {
        #[arg(long, default_value_t = 64)]
        clients: u32,
        /// How long they order.
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        /// Also the ledger that is usually written, on this PostgreSQL server, in a schema that is made and dropped.
        #[arg(long, value_name = "URL")]
        postgres: Option<String>,
    },
    /// A pay sheet from the spreadsheet to the last worker.
    Payroll {
        #[arg(long, default_value_t = 100_000)]
        lines: u32,
    },
    /// A night's work on the interest of many accounts: a first one, an ordinary one, one that settles.
    Deposits {
        #[arg(long, default_value_t = 1_000_000)]
        accounts: u32,
    },
    /// The close of day of many branches and accounts, killed in the middle of its night and gone on with.
    CloseDay {
        #[arg(long, default_value_t = 1_000_000)]
        accounts: u32,
        #[arg(long, default_value_t = 28)]
        branches: u32,
    },
    /// Looking for warnings on many projects: all of them, those of one day's events, and the labour bureau's board.
    Warnings {
        #[arg(long, default_value_t = 1_000)]
        projects: usize,
        #[arg(long, default_value_t = 12_000)]
        workers: usize,
    },
    /// Decisions of the risk engine, with the memory that 90 days of payments need; with a rate also whole payments over HTTP.
    Guard {
        #[arg(long, default_value_t = 1_000_000)]
        accounts: u64,
        /// Payments of each account in 90 days.
        #[arg(long, default_value_t = 12)]
        payments: u64,
        #[arg(long, default_value_t = 200_000)]
        decisions: u64,
        /// Payments a second over HTTP, each from its own due time on; 0 leaves them out.
        #[arg(long, default_value_t = 0)]
        rate: u32,
        #[arg(long, default_value_t = 300)]
        seconds: u32,
    },
    /// From starting the server to its first page, with many accounts.
    Start {
        #[arg(long, default_value_t = 1_000_000)]
        accounts: u32,
    },
}

#[derive(Subcommand)]
pub enum Keys {
    /// Add a key-encryption key and wrap every data key anew. The server must not be running.
    Rotate,
}

#[derive(Subcommand)]
pub enum Audit {
    /// Write the entries of some days into a new file, one JSON object a line.
    Export {
        /// First day.
        #[arg(long)]
        from: Date,
        /// Last day.
        #[arg(long)]
        to: Date,
        /// Must not exist yet.
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_typed_is_what_is_meant() {
        let read = |line: &str| Cli::try_parse_from(line.split(' ')).map(|c| c.command.is_some());
        let cases = [
            ("yizhan", Some(false)),
            ("yizhan --data x --listen 127.0.0.1:1", Some(false)),
            ("yizhan serve --listen 0.0.0.0:80 --no-demo", Some(true)),
            ("yizhan serve --listen here", None),
            ("yizhan serve --tls-cert a.pem", None),
            ("yizhan import roster f.xlsx --account 990 --dry-run --json", Some(true)),
            ("yizhan import sheet f.xlsx --project p", None),
            ("yizhan close-day --to 2026-12-01", Some(true)),
            ("yizhan close-day --to tomorrow", None),
            ("yizhan demo code teller", Some(true)),
            ("yizhan demo kiosk", Some(true)),
            ("yizhan simulate --seed 7 --steps 100", Some(true)),
            ("yizhan simulate wages --seed 7 --days 70 --json", Some(true)),
            ("yizhan simulate --steps 9 wages", None),
            ("yizhan guard backtest --file f.csv.gz --from 2018-08-08 --to 2018-08-14 --json", Some(true)),
            ("yizhan guard backtest --file f.csv --rules d --set cards", None),
            ("yizhan guard train --set cards --file f.csv --out m.json", Some(true)),
            ("yizhan guard score-accounts --file f.csv --labels l.csv --time-unit 3600", Some(true)),
            ("yizhan guard backtest --from yesterday", None),
            ("yizhan frobnicate", None),
        ];
        for (line, want) in cases {
            assert_eq!(read(line).ok(), want, "{line}");
        }
    }
}

#[derive(Subcommand)]
pub enum Wages {
    /// Look at an archive of evidence: signature, hashes, sums. Needs no bank.
    Verify {
        file: PathBuf,
        /// The bank's public key, 64 hexadecimal digits; without it the archive's own is only named.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
}
