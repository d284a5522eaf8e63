//! What the benches share: a bank of their own in a temporary directory, memory in use, figures.
use anyhow::{Context, Result};
use app::{Bank, Options};
use kernel::id::{BranchId, FirmId, PersonId};
use kernel::{Actor, Date, Id, Who};
use party::{BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, Tier};
use std::path::PathBuf;

/// People registered in one transaction.
pub const CHUNK: usize = 500;

/// A directory that goes away with it.
pub struct Stage(pub PathBuf);

impl Stage {
    /// Under the system's directory for temporary files; set TMPDIR to measure another disk.
    pub fn new(name: &str) -> Result<Stage> {
        let dir = std::env::temp_dir().join(format!("yizhan-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        Ok(Stage(dir))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Memory in use by a process in MiB (`VmRSS`), where Linux tells.
pub fn rss_mib(pid: Option<u32>) -> Option<u64> {
    let who = pid.map_or("self".into(), |p| p.to_string());
    let status = std::fs::read_to_string(format!("/proc/{who}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

pub fn actor() -> Actor {
    Actor::system("bench")
}

/// An identity number of an area that nobody's number begins with; the same `n`, the same number. `n` below 9,000,000.
pub fn identity(n: u32) -> (String, Date) {
    let born = Date::from_days(i64::from(n / 999) + 1);
    let first17 = format!("990990{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), n % 999 + 1);
    let check = kernel::chinese::identity_check(&first17).unwrap_or('0');
    (format!("{first17}{check}"), born)
}

/// A card number of a range that no card has.
pub fn card(n: u32) -> String {
    let digits = format!("990001{n:012}");
    let check = kernel::chinese::luhn_check(&digits).unwrap_or('0');
    format!("{digits}{check}")
}

/// A bank with a head office, one branch, and a firm with clerk, checker and owner.
pub struct Ground {
    pub bank: Bank,
    pub branch: BranchId,
    pub firm: FirmId,
    pub clerk: Actor,
    pub checker: Actor,
    pub owner: Actor,
}

/// People who are not workers count down from here.
const PEOPLE: u32 = 8_000_000;

impl Ground {
    pub fn new(stage: &Stage) -> Result<Ground> {
        let bank = Bank::open(Options::sqlite(&stage.0))?;
        let (branch, firm, people) = bank.store.write(|tx| {
            let head = app::branch_open(tx, &actor(), branch("1", None, BranchKind::HeadOffice))?;
            let branch = app::branch_open(tx, &actor(), branch("2", Some(head), BranchKind::Outlet))?;
            let firm = party::firm_register(tx, &actor(), firm(branch, 0))?.firm;
            let roles = [Role::PayrollClerk, Role::PayrollChecker, Role::FirmOwner];
            let mut people = Vec::new();
            for (n, role) in roles.into_iter().enumerate() {
                let person = party::person_register(tx, &actor(), person(branch, PEOPLE + n as u32))?.person;
                party::grant(tx, &actor(), GrantAsk::new(Who::Person(person), role).of(firm))?;
                people.push(person);
            }
            Ok((branch, firm, people))
        })?;
        let user = |person: PersonId| Actor { stepped_up: true, ..Actor::of(Who::ForFirm { person, firm }) };
        let (clerk, checker, owner) = (user(people[0]), user(people[1]), user(people[2]));
        Ok(Ground { bank, branch, firm, clerk, checker, owner })
    }

    pub fn book(&self) -> kernel::BookId {
        self.branch.book()
    }
}

/// Another outlet under the head office; codes from 3 on.
pub fn outlet(bank: &Bank, n: u32) -> Result<BranchId> {
    let code = n.to_string();
    Ok(bank.store.write(move |tx| {
        let head = party::branches(tx)?.into_iter().find(|b| b.kind == BranchKind::HeadOffice).map(|b| b.id);
        app::branch_open(tx, &actor(), branch(&code, head, BranchKind::Outlet))
    })?)
}

/// A firm of the branch; the same `n`, the same credit code. `n` below 1,000,000.
pub fn firm(branch: BranchId, n: u32) -> FirmNew {
    FirmNew {
        branch,
        credit_code: credit_code(n),
        name: format!("测量船舶工程{n}有限公司"),
        kind: FirmKind::Company,
        size: FirmSize::Large,
        address: String::new(),
        phone: "12900000000".into(),
    }
}

fn credit_code(n: u32) -> String {
    let body = format!("MA{n:06}");
    // The organisation code's own check sign first, then the last of the eighteen.
    let organisation = demo::numbers::organisation_check(&body).unwrap_or('0');
    let first17 = format!("91990102{body}{organisation}");
    let last = demo::numbers::credit_check(&first17).unwrap_or('0');
    format!("{first17}{last}")
}

fn branch(code: &str, parent: Option<BranchId>, kind: BranchKind) -> BranchNew {
    BranchNew {
        code: code.into(),
        parent,
        kind,
        name_zh: format!("测量网点{code}"),
        name_en: format!("Bench {code}"),
        address_zh: String::new(),
        address_en: String::new(),
        phone: "12900000000".into(),
    }
}

pub fn name(n: u32) -> String {
    const SIGNS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
    let digits = format!("{n:07}");
    std::iter::once('工').chain(digits.bytes().map(|b| SIGNS[usize::from(b - b'0')])).collect()
}

pub fn person(branch: BranchId, n: u32) -> PersonNew {
    let (number, born) = identity(n);
    PersonNew {
        branch,
        name: name(n),
        document: DocumentKind::ResidentId,
        number,
        country: "CN".into(),
        phone: format!("1290{n:07}"),
        address: String::new(),
        born,
        tier: Tier::I,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_numbers_are_well_formed_and_differ() {
        let today = Date::parse("2026-11-21").unwrap();
        let mut seen = std::collections::HashSet::new();
        for n in [0, 1, 998, 999, 100_000, 999_999, PEOPLE, PEOPLE + 2] {
            let (number, _) = identity(n);
            assert_eq!(kernel::chinese::identity(&number, today).as_deref(), Ok(number.as_str()));
            assert!(seen.insert(number));
            assert!(kernel::chinese::card_number(&card(n)).is_some());
        }
        assert!((0..200).all(|n| party::credit_code(&credit_code(n)).is_some()));
        assert!(rss_mib(None).is_none_or(|mib| mib > 0));
    }
}
