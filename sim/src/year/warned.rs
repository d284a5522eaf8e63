//! What the bank warns of, read each morning; and which of its kinds speak of what was planted.
use super::acts::What;
use super::plan::{CREWS, Site};
use super::play::Play;
use super::score::{Of, Reading, Warned};
use super::town::boss;
use arrears::Kind;
use kernel::Result;
use kernel::id::PayLineId;

/// Projects that one scan looks at.
const LOOKED_AT_ONCE: u32 = 200;

/// What the bank's kinds of warnings speak of. A plant is found by a kind that names it; what else it brings about is no false warning.
pub const READING: Reading = Reading { names, follows };

fn names(what: What) -> &'static [&'static str] {
    use What::*;
    match what {
        FundedLate => &["funding_late"],
        NeverFunded => &["funding_late", "balance_short"],
        ShortBalance => &["balance_short"],
        Ghosts => &["ghost_worker"],
        // Whoever was not there at all on the days that are claimed is told as a ghost.
        InventedDays => &["days_invented", "ghost_worker"],
        SharedCard => &["one_card_many"],
        Strangers => &["stranger_on_site"],
        Vanished => &["crew_vanished", "sudden_drop"],
        LeftUnpaid => &["pay_missed", "crew_vanished", "sudden_drop"],
        BelowMinimum => &["below_minimum"],
        NotRepaid => &["returned_not_repaid"],
        Backflow => &["wage_backflow"],
        ForgedPaper => &["unsigned_sheet"],
        GuaranteeExpired | GuaranteeLow | GuaranteeNotRefilled => &["guarantee_below"],
        NotFiled => &["filing_late"],
        NoRoster => &["roster_missing", "stranger_on_site"],
        _ => &[],
    }
}

fn follows(what: What) -> &'static [&'static str] {
    use What::*;
    match what {
        FundedLate => &["balance_short"],
        NeverFunded | ShortBalance => &["funding_late", "balance_short", "contractor_default", "pay_missed"],
        // A ghost's days are invented, too.
        Ghosts => &["days_invented", "unsigned_sheet"],
        Vanished | LeftUnpaid => &["ghost_worker", "crew_vanished", "sudden_drop", "pay_missed"],
        Strangers => &["sudden_drop"],
        NoRoster => &[
            "roster_missing",
            "stranger_on_site",
            "ghost_worker",
            "days_invented",
            "sudden_drop",
            "unsigned_sheet",
            "pay_missed",
        ],
        _ => &[],
    }
}

impl Play<'_> {
    /// The clockwork goes on until nothing is due, and whoever reads the board sees what is new.
    pub fn read_warnings(&mut self) -> Result<()> {
        loop {
            let now = self.town.clock.now();
            if !arrears::scan(&self.town.bank.store, now, LOOKED_AT_ONCE)?.more {
                break;
            }
        }
        for site in 0..self.lives.len() {
            let Some(project) = self.lives[site].as_ref().map(|l| l.project) else { continue };
            let found = self.town.bank.read(|tx| arrears::project_warnings(tx, &boss(), project))?.1;
            for w in found {
                if self.read.insert(w.id) {
                    let (on, kind, about) = (self.today, w.kind.code().to_owned(), w.about.clone());
                    let of = self.speaks_of(site, w.kind, &about)?;
                    self.warned.push(Warned { on, site, kind, about, of });
                }
            }
        }
        Ok(())
    }

    /// The worker or the crew a warning speaks of.
    fn speaks_of(&self, site: usize, kind: Kind, about: &str) -> Result<Option<Of>> {
        let worker = match kind {
            Kind::GhostWorker | Kind::DaysInvented | Kind::BelowMinimum => about.split(' ').next().map(str::parse),
            Kind::ReturnedNotRepaid => {
                let line: PayLineId = about.parse()?;
                Some(Ok(self.town.bank.read(|tx| payroll::line_raw(tx, line))?.worker))
            }
            Kind::CrewVanished | Kind::SuddenDrop | Kind::PayMissed => {
                return Ok((0..CREWS).find(|c| about.contains(Site::team(*c))).map(Of::Crew));
            }
            _ => None,
        };
        let Some(worker) = worker.transpose()? else { return Ok(None) };
        let workers = &self.live(site)?.workers;
        Ok(workers.iter().find(|(_, w)| **w == worker).map(|(stay, _)| Of::Stay(*stay)))
    }
}
