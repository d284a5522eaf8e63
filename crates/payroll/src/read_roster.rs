//! A roster file as workers to be taken on, and what is wrong with it.
use crate::account::AccountGiven;
use crate::columns::ROSTER;
use crate::faults::Finding;
use crate::project::{Profile, Project};
use crate::worker::{WorkerNew, identity_index};
use kernel::{Date, Result};
use sheets::{Fault, Row, Table, Workbook};
use std::collections::HashMap;
use store::{Tx, params};

/// A worker of the file with the row he stands in.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The row's name cell, for faults that only writing can find.
    pub place: Fault,
    pub worker: WorkerNew,
}

/// What a roster file says.
#[derive(Debug, Default)]
pub(crate) struct RosterPlan {
    pub rows: i64,
    pub candidates: Vec<Candidate>,
    pub refused: i64,
    pub already: i64,
    pub faults: Vec<Fault>,
}

/// Rows of other employers in a yard's file are left to those employers' projects: when a subcontractor of a yard has a wage
/// account of its own and the file names it, only its rows are read. A building site has one account for all its crews.
pub(crate) struct Employer {
    /// `None`: every row is read.
    own: Option<String>,
    others: i64,
}

impl Employer {
    pub(crate) fn of(tx: &mut Tx<'_>, project: &Project, tables: &[Table<'_>]) -> Result<Employer> {
        let own = plain(&party::firm(tx, project.contractor)?.name);
        let named = |row: Row<'_>| employer(&row).is_some_and(|e| e == own);
        let apart = project.profile == Profile::ShipRepair && tables.iter().any(|t| t.rows().any(named));
        Ok(Employer { own: apart.then_some(own), others: 0 })
    }
    /// Whether the row names another employer; counts those.
    pub(crate) fn is_other(&mut self, row: &Row<'_>) -> bool {
        let other = self.own.as_ref().zip(employer(row)).is_some_and(|(own, named)| *own != named);
        self.others += i64::from(other);
        other
    }
    pub(crate) fn note(&self, faults: &mut Vec<Fault>) {
        if self.others > 0 {
            faults.push(Finding::OtherEmployer.of_file("", self.others));
        }
    }
}

fn employer(row: &Row<'_>) -> Option<String> {
    row.text("employer").ok().flatten().map(|e| plain(&e))
}

fn plain(name: &str) -> String {
    party::plain_name(name).replace(' ', "")
}

pub(crate) fn read(tx: &mut Tx<'_>, project: &Project, book: &Workbook) -> Result<RosterPlan> {
    let today = tx.now().local_date();
    let contracts = crate::site_rules(tx, project.id)?.is_some();
    let sql = "SELECT identity_index, account_index, contract FROM payroll_workers WHERE book = ?1 AND project = ?2 AND left_on IS NULL";
    let on_roster: HashMap<Vec<u8>, Known> = tx
        .query(sql, params![project.book, project.id], |r| {
            Ok((r.get(0)?, Known { account: r.get(1)?, contract: r.get::<String>(2)? }))
        })?
        .into_iter()
        .collect();
    let found = book.tables(&ROSTER);
    let mut employer = Employer::of(tx, project, &found.tables)?;
    let mut plan = RosterPlan { faults: found.faults, ..RosterPlan::default() };
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut cards: HashMap<String, u32> = HashMap::new();
    for table in &found.tables {
        plan.faults.extend(table.notes().iter().cloned());
        for row in table.rows().filter(|row| !employer.is_other(row)) {
            plan.rows += 1;
            let worker = match candidate(&row, today, &mut seen, &mut cards) {
                Ok(worker) => worker,
                Err(faults) => {
                    plan.refused += 1;
                    plan.faults.extend(faults);
                    continue;
                }
            };
            let known = on_roster.get(&identity_index(tx, &worker.identity));
            let brings = known.is_some_and(|k| k.gets(&worker));
            let changes_account =
                worker.account.as_ref().zip(known.and_then(|k| k.account.clone())).is_some_and(|(given, has)| {
                    crate::account::digits(&given.number).is_ok_and(|d| crate::account::account_index(tx, &d) != has)
                });
            if known.is_some() && !brings && !changes_account {
                plan.already += 1;
                plan.faults.push(Finding::OnRoster.at(&row, "name", "", ""));
                continue;
            }
            if contracts && worker.contract.is_empty() && known.is_none_or(|k| k.contract.is_empty()) {
                plan.refused += 1;
                plan.faults.push(Finding::ContractMissing.at(&row, "name", "", ""));
                continue;
            }
            let place = Finding::RowRefused.at(&row, "name", "", "");
            if knows_otherwise(tx, &worker)? {
                plan.faults.push(Finding::BankNameDiffers.at(&row, "name", "", ""));
            }
            plan.candidates.push(Candidate { place, worker });
        }
    }
    employer.note(&mut plan.faults);
    Ok(plan)
}

/// What the roster has of a worker.
struct Known {
    account: Option<Vec<u8>>,
    contract: String,
}

impl Known {
    /// The row brings an account or a contract that the roster does not have.
    fn gets(&self, row: &WorkerNew) -> bool {
        (row.account.is_some() && self.account.is_none()) || (!row.contract.is_empty() && self.contract.is_empty())
    }
}

/// Whether the bank knows the identity number under another name.
fn knows_otherwise(tx: &mut Tx<'_>, worker: &WorkerNew) -> Result<bool> {
    match party::person_by_identity(tx, &worker.identity)? {
        Some(person) => Ok(!party::person_name_is(tx, person, &worker.name)?),
        None => Ok(false),
    }
}

/// Collects what is wrong with a row's cells instead of stopping at the first.
pub(crate) struct Cells(pub Vec<Fault>);

impl Cells {
    pub(crate) fn take<T>(&mut self, read: Result<Option<T>, Fault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.0.push(fault);
            None
        })
    }
    pub(crate) fn must<T>(&mut self, row: &Row<'_>, key: &str, read: Result<Option<T>, Fault>) -> Option<T> {
        match read {
            Ok(None) => {
                self.0.push(row.missing(key));
                None
            }
            read => self.take(read),
        }
    }
}

fn candidate(
    row: &Row<'_>,
    today: Date,
    seen: &mut HashMap<String, u32>,
    cards: &mut HashMap<String, u32>,
) -> Result<WorkerNew, Vec<Fault>> {
    let mut cells = Cells(Vec::new());
    let name = cells.must(row, "name", row.name("name"));
    let identity = cells.must(row, "identity", row.identity("identity", today));
    let phone = cells.take(row.digits("phone", 5..=15));
    let card = cells.take(row.card("card"));
    let bank = cells.take(row.text("bank"));
    let (contract, contract_on) = (cells.take(row.text("contract")), cells.take(row.date("contract_on")));
    let entered_on = cells.take(row.date("entered_on"));
    let team = team(row, &mut cells);
    if let Some(identity) = &identity {
        match seen.get(identity) {
            Some(first) => cells.0.push(Finding::WorkerTwice.at(row, "identity", first, "")),
            None => {
                seen.insert(identity.clone(), row.number());
            }
        }
    }
    if let Some(card) = &card {
        match cards.get(card) {
            Some(first) => cells.0.push(Finding::CardTwice.at(row, "card", first, "")),
            None => {
                cards.insert(card.clone(), row.number());
            }
        }
    }
    match (name, identity, cells.0.is_empty()) {
        (Some(name), Some(identity), true) => Ok(WorkerNew {
            name,
            identity,
            phone: phone.unwrap_or_default(),
            team,
            contract: contract.unwrap_or_default(),
            contract_on,
            entered_on,
            account: card.map(|number| AccountGiven { number, bank: bank.unwrap_or_default() }),
        }),
        _ => Err(cells.0),
    }
}

/// Team, or trade where there is no team.
pub(crate) fn team(row: &Row<'_>, cells: &mut Cells) -> String {
    let team = cells.take(row.text("team")).unwrap_or_default();
    if team.is_empty() { cells.take(row.text("trade")).unwrap_or_default() } else { team }
}
