//! A bureau's report of a month: what was warned of, what was cleared, what is owed and was paid, what people complained of.
use crate::bureau::{after_region, my_bureau, prefix};
use crate::rules::{Kind, Severity};
use kernel::{Actor, Currency, Money, Result, Timestamp};
use party::Permission;
use payroll::Period;
use store::{Tx, params};

/// What happened with one kind of warning in the month.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReportLine {
    pub kind: Kind,
    pub severity: Severity,
    pub opened: i64,
    pub cleared: i64,
    pub dismissed: i64,
    /// Open at the end of the month, or now.
    pub open: i64,
}

/// A month in a bureau's region.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MonthReport {
    pub bureau: String,
    pub region: String,
    pub period: Period,
    pub lines: Vec<ReportLine>,
    pub cases_opened: i64,
    pub cases_closed: i64,
    pub workers: i64,
    pub owed: Money,
    pub paid: Money,
    pub complaints: i64,
    pub complaints_closed: i64,
}

struct Month {
    from: Timestamp,
    to: Timestamp,
    region: [String; 2],
}

/// The report of a month. Needs `bureau.read`.
pub fn report(tx: &mut Tx<'_>, actor: &Actor, period: Period) -> Result<MonthReport> {
    let bureau = my_bureau(tx, actor, Permission::BureauRead)?;
    let region = [prefix(&bureau.region).to_owned(), after_region(&bureau.region)];
    let m = Month { from: period.first_day()?.begins(), to: period.next().first_day()?.begins(), region };
    let lines = Kind::ALL.iter().map(|k| line(tx, *k, &m)).collect::<Result<Vec<_>>>()?;
    let sql = "SELECT count(*), CAST(coalesce(sum(workers), 0) AS BIGINT), CAST(coalesce(sum(owed), 0) AS BIGINT), \
               CAST(coalesce(sum(paid), 0) AS BIGINT) FROM arrears_cases \
               WHERE region >= ?1 AND region < ?2 AND opened_at >= ?3 AND opened_at < ?4";
    let given = params![m.region[0], m.region[1], m.from, m.to];
    let sums = tx.query_one(sql, given, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
    let (cases_opened, workers, owed, paid) = sums.unwrap_or((0, 0, 0, 0));
    let mut count = |table: &str, column: &str| -> Result<i64> {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE region >= ?1 AND region < ?2 AND {column} >= ?3 AND {column} < ?4"
        );
        Ok(tx.query_one(&sql, params![m.region[0], m.region[1], m.from, m.to], |r| r.get(0))?.unwrap_or(0))
    };
    Ok(MonthReport {
        cases_closed: count("arrears_cases", "closed_at")?,
        complaints: count("arrears_complaints", "received_at")?,
        complaints_closed: count("arrears_complaints", "closed_at")?,
        bureau: bureau.name,
        region: bureau.region,
        period,
        lines,
        cases_opened,
        workers,
        owed: Money::new(owed, Currency::CNY),
        paid: Money::new(paid, Currency::CNY),
    })
}

fn line(tx: &mut Tx<'_>, kind: Kind, m: &Month) -> Result<ReportLine> {
    let of = "FROM arrears_warnings WHERE region >= ?1 AND region < ?2 AND kind = ?3 AND";
    let mut count = |more: &str| -> Result<i64> {
        let sql = format!("SELECT count(*) {of} {more}");
        let given = params![m.region[0], m.region[1], kind, m.from, m.to];
        Ok(tx.query_one(&sql, given, |r| r.get(0))?.unwrap_or(0))
    };
    let ended = "ended_at >= ?4 AND ended_at < ?5 AND state";
    Ok(ReportLine {
        kind,
        severity: crate::rules(m.from.local_date()).kind(kind).severity,
        opened: count("opened_at >= ?4 AND opened_at < ?5")?,
        cleared: count(&format!("{ended} = 'cleared'"))?,
        dismissed: count(&format!("{ended} = 'dismissed'"))?,
        open: open_at_end(tx, kind, m)?,
    })
}

fn open_at_end(tx: &mut Tx<'_>, kind: Kind, m: &Month) -> Result<i64> {
    let sql = "SELECT count(*) FROM arrears_warnings WHERE region >= ?1 AND region < ?2 AND kind = ?3 \
               AND opened_at < ?4 AND (ended_at IS NULL OR ended_at >= ?4)";
    Ok(tx.query_one(sql, params![m.region[0], m.region[1], kind, m.to], |r| r.get(0))?.unwrap_or(0))
}

/// A report as CSV with a byte order mark, for spreadsheets; one line a kind, then the sums.
pub fn report_csv(r: &MonthReport, name: impl Fn(Kind) -> String, word: impl Fn(&str) -> String) -> String {
    let titles = ["kind", "opened", "cleared", "dismissed", "open"].map(|t| word(&format!("report-{t}")));
    let mut out = format!("\u{feff}{}\r\n", titles.map(|t| cell(&t)).join(","));
    for l in &r.lines {
        let counts = [l.opened, l.cleared, l.dismissed, l.open].map(|n| n.to_string());
        out += &format!("{},{}\r\n", cell(&name(l.kind)), counts.join(","));
    }
    let sums = [
        ("report-cases-opened", r.cases_opened.to_string()),
        ("report-cases-closed", r.cases_closed.to_string()),
        ("report-workers", r.workers.to_string()),
        ("report-owed", r.owed.plain()),
        ("report-paid", r.paid.plain()),
        ("report-complaints", r.complaints.to_string()),
        ("report-complaints-closed", r.complaints_closed.to_string()),
    ];
    for (key, value) in sums {
        out += &format!("{},{value}\r\n", cell(&word(key)));
    }
    out
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
