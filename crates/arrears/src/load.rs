//! Facts of a project, read from the crates that keep them.
use crate::find::{CameBack, Card, Facts, Ordered, Waiting, WorkerMonth};
use crate::rules::rules;
use crate::{CARDS_PAGE, FOLLOW_HOURS, WORKERS_PAGE};
use kernel::clock::HOUR;
use kernel::id::ProjectId;
use kernel::{Currency, Date, Id, Money, Result, Timestamp};
use payroll::{Period, Project};
use store::{Tx, params};

/// Which facts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Papers, money and crews.
    Site,
    /// And every worker.
    All,
}

/// What else a look needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub region: String,
    pub workers: i64,
    pub next_pay_on: Option<Date>,
    /// A day on which a fact itself changes by time.
    pub look_again: Option<Date>,
    /// Wages were credited of late: what becomes of them is looked at again then.
    pub follow_at: Option<Timestamp>,
}

/// Words on a sheet's line that say why a worker was not there.
const LEAVE: &[&str] =
    &["病假", "工伤", "产假", "陪产", "婚假", "丧假", "年休", "休假", "带薪", "sick", "leave", "injur"];

pub(crate) fn facts(tx: &mut Tx<'_>, p: &Project, parts: Parts) -> Result<(Facts, About)> {
    let today = tx.now().local_date();
    let mut f = Facts::of(today);
    f.building = p.profile.protected();
    f.agreement = !p.agreement.is_empty();
    f.under_rules = payroll::site_rules(tx, p.id)?.is_some();
    let roster = payroll::headcount(tx, p.id)?;
    f.has_roster = roster.first_on.is_some();
    if f.under_rules {
        f.sheets = waiting(tx, p.id)?;
    }
    f.came_back = came_back(tx, p.id)?;
    f.ordered = ordered(tx, p.id)?;
    let mut about = About {
        region: String::new(),
        workers: roster.workers,
        next_pay_on: p.closed_at.is_none().then(|| payroll::pays_next(p, today)).transpose()?,
        look_again: None,
        follow_at: None,
    };
    crate::site::add(tx, p, &mut f, &mut about)?;
    if parts == Parts::All {
        people(tx, p, &mut f)?;
        let since = tx.now().plus(-rules(today).numbers.backflow_hours * HOUR);
        let credited = !payroll::credited_since(tx, p.id, since, 1)?.is_empty();
        about.follow_at = credited.then(|| tx.now().plus(FOLLOW_HOURS * HOUR));
    }
    Ok((f, about))
}

fn waiting(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Waiting>> {
    let sheets = payroll::waiting_sheets(tx, project)?;
    let of = |s: payroll::PaySheet| {
        let cleared = s.repay || payroll::clearance(tx, &s)?.is_some();
        Ok(Waiting {
            unsigned: if cleared { 0 } else { crews::lines_without_word(tx, &s)? },
            on_used_scans: crews::lines_on_used_scans(tx, &s)?,
            sheet: s.id.to_string(),
            period: s.period.to_string(),
            pay_on: s.pay_on,
            drafted_on: s.drafted_at.local_date(),
        })
    };
    sheets.into_iter().map(of).collect()
}

fn came_back(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<CameBack>> {
    let of = |l: payroll::PayLine| CameBack {
        line: l.id.to_string(),
        name_masked: l.name_masked.clone(),
        on: back_at(&l).local_date(),
        amount: l.net(),
    };
    Ok(payroll::came_back(tx, project)?.into_iter().map(of).collect())
}

/// When a wage was back in the wage account; while it is on its way, when it was ordered.
fn back_at(l: &payroll::PayLine) -> Timestamp {
    l.swept.or(l.instruction).map_or(l.id.raw().made_at(), |moved| moved.raw().made_at())
}

/// The orders of bureaus that are not paid.
fn ordered(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Ordered>> {
    let sql = "SELECT id, order_number, order_due_on, owed - paid FROM arrears_cases \
               WHERE book = ?1 AND project = ?2 AND state IN ('ordered', 'defaulted', 'noticed') ORDER BY id";
    tx.query(sql, params![project.book(), project], |r| {
        Ok(Ordered {
            case: r.get::<kernel::id::ArrearsCaseId>(0)?.to_string(),
            document: r.get(1)?,
            due_on: r.get(2)?,
            left: Money::new(r.get(3)?, Currency::CNY),
        })
    })
}

/// The workers' last two months, whose accounts they are, and where wages went.
fn people(tx: &mut Tx<'_>, p: &Project, f: &mut Facts) -> Result<()> {
    let this = Period::of(f.today);
    let last = Period::of(this.first_day()?.plus_days(-1));
    let mut periods = crate::warning::open_months(tx, p.id)?;
    periods.extend([last, this]);
    for period in periods.iter().copied() {
        let mut after = [0u8; 16];
        loop {
            let page = payroll::month_sums(tx, p.id, period, after, WORKERS_PAGE)?;
            let Some(end) = page.last() else { break };
            after = end.worker.bytes();
            f.months.extend(page.into_iter().map(|m| month(period, m)));
        }
    }
    crate::site::add_attendance(tx, p, f, &periods)?;
    f.cards = cards(tx, p.id)?;
    f.onward = crate::onward::load(tx, p.id)?;
    Ok(())
}

fn month(period: Period, m: payroll::MonthSum) -> WorkerMonth {
    WorkerMonth {
        worker: m.worker.to_string(),
        name_masked: m.name_masked,
        team: m.team,
        period,
        entered_on: m.entered_on,
        sheet_half_days: m.days.map(|hundredths| hundredths / 50),
        attended: None,
        due: m.due,
        net: m.net,
        leave_noted: LEAVE.iter().any(|word| m.notes.contains(word)),
    }
}

/// Writes down whose wages go to which account, and answers the accounts of this project that pay more than one person anywhere. The
/// other projects of such an account are looked at too.
fn cards(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Card>> {
    let (mut after, mut now) = ([0u8; 16], Vec::new());
    loop {
        let page = payroll::payables(tx, project, after, CARDS_PAGE)?;
        let Some(end) = page.last() else { break };
        after = end.worker.bytes();
        now.extend(page);
    }
    let key = |account: &[u8], identity: &[u8]| (account.to_vec(), identity.to_vec());
    let sql = "SELECT account_index, identity_index FROM arrears_cards WHERE project = ?1";
    let was = tx.query(sql, params![project], |r| Ok((r.get::<Vec<u8>>(0)?, r.get::<Vec<u8>>(1)?)))?;
    let was: std::collections::BTreeSet<_> = was.into_iter().collect();
    let is: std::collections::BTreeSet<_> = now.iter().map(|p| key(&p.account_index, &p.identity_index)).collect();
    for (account, identity) in was.difference(&is) {
        let sql = "DELETE FROM arrears_cards WHERE account_index = ?1 AND identity_index = ?2 AND project = ?3";
        tx.execute(sql, params![*account, *identity, project])?;
        wake_others(tx, project, account)?;
    }
    for p in now.iter().filter(|p| !was.contains(&key(&p.account_index, &p.identity_index))) {
        let sql = "INSERT INTO arrears_cards (account_index, identity_index, project, name_masked, account_masked) \
                   VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let (account, identity) = (&p.account_index, &p.identity_index);
        tx.execute(sql, params![*account, *identity, project, p.name_masked, p.account_masked])?;
        wake_others(tx, project, &p.account_index)?;
    }
    shared(tx, project)
}

fn wake_others(tx: &mut Tx<'_>, project: ProjectId, account: &Vec<u8>) -> Result<()> {
    let sql = "SELECT DISTINCT project FROM arrears_cards WHERE account_index = ?1 AND project <> ?2 ORDER BY project";
    for other in tx.query(sql, params![*account, project], |r| r.get::<ProjectId>(0))? {
        crate::touched(tx, other)?;
    }
    Ok(())
}

fn shared(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Card>> {
    let sql = "SELECT DISTINCT o.account_index, o.identity_index, o.name_masked, o.account_masked FROM arrears_cards m \
               JOIN arrears_cards o ON o.account_index = m.account_index AND o.identity_index <> m.identity_index \
               WHERE m.project = ?1 ORDER BY o.account_index, o.identity_index";
    let rows = tx.query(sql, params![project], |r| {
        Ok((r.get::<Vec<u8>>(0)?, r.get::<Vec<u8>>(1)?, r.get::<String>(2)?, r.get::<String>(3)?))
    })?;
    let mut cards: Vec<Card> = Vec::new();
    for (account, _, _, masked) in &rows {
        let key = crate::hex(&account[..account.len().min(8)]);
        if cards.last().is_none_or(|c| c.key != key) {
            let sql = "SELECT identity_index, min(name_masked) FROM arrears_cards WHERE account_index = ?1 \
                       GROUP BY identity_index ORDER BY identity_index";
            let people = tx.query(sql, params![*account], |r| Ok((r.get(0)?, r.get(1)?)))?;
            cards.push(Card { key, masked: masked.clone(), people });
        }
    }
    Ok(cards)
}
