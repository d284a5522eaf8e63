//! The pay ledger (工资支付台账) with what the law wants in it (Decree 724, art. 15): employer, period, day, name, identity number,
//! telephone, contract, working time, what was due, deductions, net, and the proof that it was paid.
use crate::end::{LEDGER_FILE_MAX, may_read};
use kernel::id::ProjectId;
use kernel::{Actor, Error, Money, Result, Timestamp, Who};
use party::{Permission, Scope};
use payroll::{LineState, PayLine, project_raw};
use store::{Audit, Tx};

/// A line of the ledger; of a person only what is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    pub period: String,
    pub name: String,
    pub identity: String,
    pub team: String,
    /// Hundredths of a day and of an hour.
    pub days: Option<i64>,
    pub hours: Option<i64>,
    pub due: Money,
    pub deductions: Money,
    pub net: Money,
    pub state: LineState,
    pub paid_at: Option<Timestamp>,
    /// The ledger's transfer, or why it was not paid.
    pub proof: String,
}

fn row(l: &PayLine) -> LedgerRow {
    LedgerRow {
        period: l.period.to_string(),
        name: l.name_masked.clone(),
        identity: l.identity_masked.clone(),
        team: l.team.clone(),
        days: l.days,
        hours: l.hours,
        due: l.due(),
        deductions: l.deductions(),
        net: l.net(),
        state: l.state,
        paid_at: l.settled_at.filter(|_| l.state == LineState::Paid),
        proof: l.transfer.map_or_else(|| l.reason.clone(), |t| t.to_string()),
    }
}

/// Lines of sheets that were paid, the newest sheet first, at most `most`.
fn lines(tx: &mut Tx<'_>, project: ProjectId, most: u32) -> Result<Vec<PayLine>> {
    let mut all: Vec<PayLine> = Vec::new();
    for sheet in payroll::sheets_newest(tx, project, crate::end::EVIDENCE_SHEETS_MAX)? {
        let mut after = 0;
        while sheet.paying().is_some() && all.len() < most as usize {
            let page = payroll::lines_raw(tx, sheet.id, after, most.min(1_000))?;
            let Some(last) = page.last() else { break };
            after = last.number;
            all.extend(page);
        }
    }
    all.truncate(most as usize);
    Ok(all)
}

/// The pay ledger of a project, the newest sheet first, at most `most` lines; for who may read its wages.
pub fn pay_ledger(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, most: u32) -> Result<Vec<LedgerRow>> {
    let found = project_raw(tx, project)?;
    may_read(tx, actor, &found)?;
    Ok(lines(tx, project, most)?.iter().map(row).collect())
}

/// The whole ledger as a table with names and numbers in the clear (UTF-8 with a mark, commas). At the bank it needs `person.reveal`, in the
/// firm `wage.sheet_make`; who looked and why is audited. `Err(too_large)` above [`LEDGER_FILE_MAX`] lines.
pub fn pay_ledger_file(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, why: &str) -> Result<Vec<u8>> {
    let found = project_raw(tx, project)?;
    may_read(tx, actor, &found)?;
    match actor.who {
        Who::Staff(_) | Who::System(_) => party::may(tx, actor, Permission::PersonReveal, &Scope::firm(found.firm))?,
        _ => party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(found.firm))?,
    };
    let why = party::reason(why)?;
    let all = lines(tx, project, LEDGER_FILE_MAX + 1)?;
    if all.len() > LEDGER_FILE_MAX as usize {
        return Err(Error::limit("pay ledger", all.len(), LEDGER_FILE_MAX, "lines"));
    }
    let employer = party::firm(tx, found.firm)?.name;
    let mut out = String::from(
        "\u{feff}用工单位,工资周期,支付日期,姓名,身份证号,联系电话,劳动合同,班组,出勤天数,工时,应发,扣款,实发,支付凭证,状态\r\n",
    );
    for l in &all {
        let (person, worker) = (party::person(tx, l.person)?, payroll::worker_raw(tx, l.worker)?);
        let key = tx.keys().unwrap_data_key(&person.data_key)?;
        let clear = |field, sealed: &[u8]| key.decrypt(field, sealed);
        let hundredths = |n: Option<i64>| n.map(|n| format!("{}.{:02}", n / 100, n % 100)).unwrap_or_default();
        let r = row(l);
        let fields = [
            employer.clone(),
            r.period,
            r.paid_at.map(|at| at.local_date().to_string()).unwrap_or_default(),
            clear("person.name", &person.name)?,
            clear("person.identity", &person.identity)?,
            clear("person.phone", &person.phone)?,
            worker.contract,
            r.team,
            hundredths(r.days),
            hundredths(r.hours),
            r.due.plain(),
            r.deductions.plain(),
            r.net.plain(),
            r.proof,
            r.state.code().to_owned(),
        ];
        out += &fields.map(|f| cell(&f)).join(",");
        out += "\r\n";
    }
    let shown = format!("{} lines in the clear", all.len());
    tx.audit(actor, Audit::of("worksite.pay_ledger_reveal", project).after(shown).reason(why))?;
    Ok(out.into_bytes())
}

/// A field between quotes; never a formula where it is opened in a spreadsheet.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_never_a_formula_and_never_two_fields() {
        for (given, want) in
            [("=1+1", "\"'=1+1\""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("-5", "\"'-5\""), ("", "\"\"")]
        {
            assert_eq!(cell(given), want);
        }
    }
}
