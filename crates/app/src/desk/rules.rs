//! A set of rules against fraud goes live: asked with its trial, agreed to by a second person who sees what changes.
use super::{Deed, Ordered, Terms};
use crate::Bank;
use approval::Line;
use guard::{GoLive, RuleSetRow, TrialRow};
use kernel::{Actor, Result};
use party::{Change, Permission, Scope};
use risk::backtest::Report;
use serde::{Deserialize, Serialize};
use store::Tx;

/// The kind in the policy.
pub(super) const KIND: &str = "guard.rules";
/// Changed files named to the checker; the page of the trial shows all.
const FILES_TOLD_MAX: usize = 40;

/// A set to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesLive {
    pub live: GoLive,
    /// The maker's words to the checker.
    pub note: String,
}

fn figures(told: &Report) -> (String, String) {
    let held = told.actions.iter().filter(|(action, _)| **action >= risk::Action::Delay).map(|(_, n)| n).sum::<u64>();
    (told.alerts.to_string(), held.to_string())
}

fn summary(tx: &mut Tx<'_>, live: &GoLive, trial: &TrialRow, name: &str) -> Result<Vec<Line>> {
    let told = trial.comparison()?;
    let ((alerts, held), (alerts_after, held_after)) = (figures(&told.before), figures(&told.after));
    let mut lines = vec![
        Line::shown("rules-name", name),
        Line::new("rules-number", trial.against.to_string(), live.set.to_string()),
        Line::shown("rules-from", live.from.to_string()),
        Line::shown("rules-hash", &live.hash),
        Line::shown("rules-trial", format!("{} – {}, {}", trial.from_day, trial.to_day, trial.payments)),
        Line::shown("rules-report", &live.report),
        Line::new("rules-alerts", alerts, alerts_after),
        Line::new("rules-held", held, held_after),
        Line::shown("rules-differences", format!("+{} −{}", told.stricter, told.milder)),
    ];
    let (before, after) = (guard::rule_sources(tx, trial.against)?, guard::rule_sources(tx, live.set)?);
    let changed = guard::changes(&before, &after);
    let files: Vec<&str> = changed.iter().take(FILES_TOLD_MAX).map(|c| c.file.as_str()).collect();
    lines.push(Line::shown("rules-files", format!("{}: {}", changed.len(), files.join(", "))));
    Ok(lines)
}

impl Deed for RulesLive {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        party::may(tx, actor, Permission::GuardRules, &Scope::here(actor))?;
        let (set, trial) = guard::may_go_live(tx, &self.live)?;
        let summary = summary(tx, &self.live, &trial, &set.name)?;
        let note = super::filled("note", &self.note)?;
        let (kind, permission) = (KIND, Permission::GuardRules);
        Ok(Terms { kind, permission, branch: None, firm: None, person: None, owner: None, summary, note })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, ordered: &Ordered<'_>) -> Result<(Change, String)> {
        let done = guard::go_live(tx, actor, &self.live, ordered.maker)?;
        Ok((if done.made() { Change::Done } else { Change::AlreadySo }, done.get().number.to_string()))
    }
}

fn may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    party::may(tx, actor, Permission::GuardRules, &Scope::here(actor)).map(std::mem::drop)
}

/// Copies a set into a new draft. `guard.rules`.
pub fn draft(tx: &mut Tx<'_>, actor: &Actor, based_on: i64, name: &str) -> Result<RuleSetRow> {
    may(tx, actor)?;
    guard::make_draft(tx, actor, based_on, name).map(guard::Change::into_inner)
}

/// Puts a file into a draft; an empty one is taken out. `guard.rules`.
pub fn write(tx: &mut Tx<'_>, actor: &Actor, set: i64, file: &str, text: &str) -> Result<RuleSetRow> {
    may(tx, actor)?;
    let done = match text.trim().is_empty() {
        true => guard::remove_file(tx, actor, set, file)?,
        false => guard::write_file(tx, actor, set, file, text)?,
    };
    Ok(done.into_inner())
}

/// Drops a draft. `guard.rules`.
pub fn drop(tx: &mut Tx<'_>, actor: &Actor, set: i64, reason: &str) -> Result<RuleSetRow> {
    may(tx, actor)?;
    guard::drop_set(tx, actor, set, reason).map(guard::Change::into_inner)
}

/// Tries a set on the last `days`, today among them. `guard.rules`.
pub fn try_set(bank: &Bank, actor: &Actor, set: i64, days: i64) -> Result<TrialRow> {
    bank.read(|tx| may(tx, actor))?;
    let today = bank.clock().now().local_date();
    bank.desk.guard.try_set(&bank.store, actor, set, today.plus_days(1 - days), today)
}
