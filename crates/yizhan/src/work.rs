//! Commands that write: done here when no server runs, by the running server when one does. Both call [`run`].
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::progress::Progress;
use crate::socket::{self, Reached};
use anyhow::{Context, Result, bail};
use app::Bank;
use kernel::clock::DAY;
use kernel::id::{AccountId, PaySheetId, ProjectId};
use kernel::{Actor, Channel, Date, Error, PageAsk};
use payroll::{ImportFor, ImportState, Kind, Period, ProjectView, SheetState, Upload};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of a spreadsheet at most; `payroll` has the same limit and says it again.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Chunks of a pay run between two reports of progress.
const CHUNKS_AT_ONCE: u32 = 10;
/// Faults of a spreadsheet that are printed; all of them are kept with the import.
const FAULTS_PRINTED: u32 = 50;

/// A command that writes. A file's bytes travel beside it.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Ask {
    ImportRoster {
        account: String,
        file_name: String,
        accept_valid: bool,
    },
    ImportSheet {
        project: String,
        period: String,
        supplement: Option<u8>,
        tag: String,
        due_on: Option<Date>,
        file_name: String,
        accept_valid: bool,
    },
    Pay {
        run: String,
    },
    CloseDay {
        to: Option<Date>,
    },
    AuditExport {
        from: Date,
        to: Date,
        file: PathBuf,
    },
    /// Codes for two machines of the demo bank.
    DemoKiosk,
    /// Is somebody there?
    Status,
}

/// Told how far it is: what, done, of.
pub type Tell<'t> = dyn FnMut(&str, u64, u64) + 't;

/// Reads a file the command line names: its name and bytes.
pub fn read_file(path: &Path) -> Result<(String, Vec<u8>)> {
    let size = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(Error::limit("file", size, FILE_BYTES_MAX, "bytes").into());
    }
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, bytes))
}

/// Through the running server when there is one, otherwise with the data opened here.
pub fn do_it(place: &Place, ask: Ask, bytes: Vec<u8>) -> Outcome {
    let mut progress = Progress::new();
    let mut tell = |what: &str, done: u64, of: u64| progress.tell(what, done, of);
    match socket::ask(&place.socket(), &ask, &bytes, &mut tell)? {
        Reached::Answer(done) => Ok(done),
        Reached::Nobody => {
            let bank = place.open_existing()?;
            run(&bank, ask, bytes, &AtomicBool::new(false), &mut tell)
        }
    }
}

/// Does it in a copy of the database that is thrown away: everything but the writing into the bank is the same.
pub fn rehearse(place: &Place, ask: Ask, bytes: Vec<u8>) -> Outcome {
    if place.database.is_some() {
        bail!(
            "a dry run works on a copy of the database, which `pg_dump` makes on PostgreSQL; restore it elsewhere and import there"
        );
    }
    let stage = place.data.join(format!("dry-run-{}", std::process::id()));
    let done = rehearse_in(place, &stage, ask, bytes);
    std::fs::remove_dir_all(&stage).with_context(|| format!("{} cannot be removed; remove it", stage.display()))?;
    done.map(|done| Done { text: format!("dry run: nothing was kept\n{}", done.text), ..done })
}

fn rehearse_in(place: &Place, stage: &Path, ask: Ask, bytes: Vec<u8>) -> Outcome {
    place.open_to_read()?.backup(stage)?;
    let copy = Place { data: stage.to_owned(), keys: Some(place.key_file()), ..place.clone() };
    let mut progress = Progress::new();
    let mut tell = |what: &str, done: u64, of: u64| progress.tell(what, done, of);
    run(&copy.open()?, ask, bytes, &AtomicBool::new(false), &mut tell)
}

/// The operator at the shell: whoever owns the data directory. What he does stands in the audit under this name.
fn operator() -> Actor {
    Actor { channel: Channel::Cli, correlation: format!("cli-{}", std::process::id()), ..Actor::system("import") }
}

/// Does it. `stop`: a server that is going down; long work then ends between two commits and goes on at the next start.
pub fn run(bank: &Bank, ask: Ask, bytes: Vec<u8>, stop: &AtomicBool, tell: &mut Tell<'_>) -> Outcome {
    match ask {
        Ask::ImportRoster { account, file_name, accept_valid } => {
            let project = find_project(bank, &account)?.project;
            import(bank, Upload { project, what: ImportFor::Roster, file_name, bytes, accept_valid }, tell)
        }
        Ask::ImportSheet { project, period, supplement, tag, due_on, file_name, accept_valid } => {
            let period: Period = period.parse()?;
            let kind = if supplement.is_some() { Kind::Supplement } else { Kind::Wage };
            let what = ImportFor::PaySheet { period, kind, number: supplement.unwrap_or(1), tag, due_on };
            let project = find_project(bank, &project)?.project;
            import(bank, Upload { project, what, file_name, bytes, accept_valid }, tell)
        }
        Ask::Pay { run } => pay(bank, run.parse()?, stop, tell),
        Ask::CloseDay { to } => close_day(bank, to, tell),
        Ask::AuditExport { from, to, file } => audit_export(bank, from, to, &file),
        Ask::DemoKiosk => crate::demo_desk::kiosk(bank),
        Ask::Status => status(bank),
    }
}

/// A project by its id, its name, or its wage account's number or id.
fn find_project(bank: &Bank, text: &str) -> Result<ProjectView> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let (id, account) = (text.parse::<ProjectId>().ok(), text.parse::<AccountId>().ok());
    let found = bank.store.read(|tx| {
        let number = match account {
            Some(account) => ledger::view(tx, account)?.account.number,
            None => digits.clone(),
        };
        let fits = |p: &ProjectView| Some(p.project) == id || p.account_number == number || p.name == text;
        let mut found = Vec::new();
        let mut ask = PageAsk::first(kernel::page::PAGE_ROWS_MAX);
        loop {
            let page = payroll::projects(tx, &operator(), &ask)?;
            found.extend(page.items.into_iter().filter(fits));
            match page.next {
                Some(next) => ask.after = Some(next),
                None => return Ok(found),
            }
        }
    })?;
    match <[ProjectView; 1]>::try_from(found) {
        Ok([one]) => Ok(one),
        Err(none) if none.is_empty() => Err(Error::not_found("project or wage account", text).into()),
        Err(many) => {
            let accounts: Vec<&str> = many.iter().take(5).map(|p| p.account_number.as_str()).collect();
            let message =
                format!("{} projects are called {text:?}; name the account: {} …", many.len(), accounts.join(", "));
            Err(Error::field("project", message).into())
        }
    }
}

fn import(bank: &Bank, upload: Upload, tell: &mut Tell<'_>) -> Outcome {
    tell("import", 0, 0);
    let import = payroll::import(&bank.store, &operator(), upload)?;
    let faults = bank.store.read(|tx| {
        payroll::faults(tx, &operator(), import.id, &PageAsk::first(FAULTS_PRINTED)).map(|page| page.items)
    })?;
    let mut text = format!(
        "{}: {} rows, {} good, {} refused, {} there already; {}\n",
        import.id, import.rows_read, import.valid, import.refused, import.already, import.state
    );
    if let Some(sheet) = import.sheet {
        text.push_str(&format!("pay sheet {sheet}: a maker submits it, another person checks it, then it is paid\n"));
    }
    for f in faults.iter().filter(|f| f.severity != "note") {
        text.push_str(&format!("  {} {} {}: {}; {}\n", f.sheet, f.cell, f.code, f.reason_en, f.remedy_en));
    }
    if import.faults > faults.len() as i64 {
        text.push_str(&format!(
            "  and {} more; the project's page has them all\n",
            import.faults - faults.len() as i64
        ));
    }
    if import.state == ImportState::Read {
        text.push_str("nothing was written: correct the file, or go on with the good rows by --accept-valid\n");
    }
    let list: Vec<_> = faults.iter().map(|f| json!({ "sheet": f.sheet, "cell": f.cell, "row": f.row_number, "code": f.code, "severity": f.severity, "reason": f.reason_en, "remedy": f.remedy_en })).collect();
    let json = json!({
        "import": import.id, "state": import.state, "sheet": import.sheet, "rows": import.rows_read, "valid": import.valid,
        "refused": import.refused, "already": import.already, "faults": import.faults, "fault_list": list,
    });
    Ok(Done::new(text, json).faults(import.refused > 0 || import.state != ImportState::Accepted))
}

fn pay(bank: &Bank, sheet: PaySheetId, stop: &AtomicBool, tell: &mut Tell<'_>) -> Outcome {
    let now = bank.store.read(|tx| payroll::sheet_raw(tx, sheet))?;
    let mut progress = match now.state {
        SheetState::Paying | SheetState::Paid | SheetState::PartlyPaid => {
            bank.store.read(|tx| payroll::progress(tx, &operator(), sheet))?
        }
        _ => payroll::pay(&bank.desk, &operator(), sheet, &now.payload_hash())?,
    };
    while progress.more && !stop.load(Ordering::Relaxed) {
        tell("wages", (progress.lines - progress.waiting_lines) as u64, progress.lines as u64);
        progress = payroll::go_on(&bank.desk, sheet, CHUNKS_AT_ONCE)?;
    }
    let p = &progress;
    let mut text = format!(
        "{sheet} {}: {} lines, {} paid ({}), {} at other banks ({}), {} failed ({})\n",
        p.state, p.lines, p.paid_lines, p.paid, p.processing_lines, p.processing, p.failed_lines, p.failed
    );
    if let Some(waits) = p.waits {
        text.push_str(&format!("the order waits in payments: {waits}\n"));
    }
    if p.more {
        text.push_str("the server is stopping; the run goes on by itself at the next start\n");
    }
    let json = json!({
        "sheet": sheet, "state": p.state, "lines": p.lines, "paid": p.paid_lines, "processing": p.processing_lines,
        "failed": p.failed_lines, "waiting": p.waiting_lines, "net": p.net, "more": p.more,
    });
    Ok(Done::new(text, json).faults(p.failed_lines > 0))
}

fn close_day(bank: &Bank, to: Option<Date>, tell: &mut Tell<'_>) -> Outcome {
    let open = bank.store.read(|tx| tx.business_date())?;
    let to = to.unwrap_or_else(|| open.plus_days(1).max(bank.clock().now().local_date()));
    let actor = Actor { channel: Channel::Cli, ..Actor::system("close-day") };
    let close = app::close_day(bank, &actor, to, tell)?;
    let blocked = matches!(close, app::Close::Blocked(_));
    let json = json!({ "date": open, "next": to, "closed": !blocked, "says": close.to_string() });
    match blocked {
        true => Err(Error::new(&DAY_BLOCKED, format!("{open} cannot be closed: {close}")).into()),
        false => Ok(Done::new(close.to_string(), json)),
    }
}

kernel::codes! {
    DAY_BLOCKED: Refused, "day_blocked", "finish or refuse what is named, then close the day again";
}

fn audit_export(bank: &Bank, from: Date, to: Date, file: &Path) -> Outcome {
    use std::os::unix::fs::OpenOptionsExt;
    if file.exists() {
        return Err(Error::field("file", format!("{} is there already", file.display())).into());
    }
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut out = std::io::BufWriter::new(made.with_context(|| format!("{} cannot be made", file.display()))?);
    let actor = Actor { channel: Channel::Cli, ..Actor::system("close-day") };
    let rows = app::audit_export(bank, &actor, from, to, &mut out)?;
    out.into_inner().map_err(|e| e.into_error())?.sync_all()?;
    let text = format!("{rows} entries of {from} to {to} are in {}", file.display());
    Ok(Done::new(text, json!({ "entries": rows, "from": from, "to": to, "file": file })))
}

fn status(bank: &Bank) -> Outcome {
    let date = bank.store.read(|tx| tx.business_date())?;
    let behind = date.begins().since(bank.clock().now()) / DAY;
    let json = json!({ "version": env!("CARGO_PKG_VERSION"), "pid": std::process::id(), "business_date": date, "days_ahead": behind });
    Ok(Done::new(
        format!("version {}, process {}, business date {date}", env!("CARGO_PKG_VERSION"), std::process::id()),
        json,
    ))
}
