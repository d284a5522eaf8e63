//! The proof that a subcontractor gets (Decree 724, art. 31): who of its crew was paid what, on its behalf, when and by whom.
use crate::PROOF_NOT_YET;
use crate::chain::{CourseView, readable, sheet_course};
use crate::sign::hex;
use kernel::id::{InstructionId, PayLineId, PaySheetId, TransferId};
use kernel::{Actor, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use payroll::{LineState, PayLine, SheetState};
use std::io::Write;
use store::Tx;

/// Lines read at a time.
const PAGE_LINES: u32 = 1_000;

/// What was paid on a sheet.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CrewProof {
    #[serde(flatten)]
    pub course: CourseView,
    /// The main contractor, who paid on the crew's behalf (代发).
    pub paid_by_firm: String,
    /// The subcontractor on whose behalf; the main contractor itself for an own crew.
    pub on_behalf_of: String,
    pub account_name: String,
    pub checked_by: String,
    pub checked_at: Option<Timestamp>,
    pub paid_by: String,
    pub paid_at: Option<Timestamp>,
    pub paid_lines: i64,
    pub failed_lines: i64,
    pub failed: Money,
    /// BLAKE3 over the sheet and every paid line in order: 64 hexadecimal digits.
    pub hash: String,
}

/// A paid line of a proof. Names and accounts are masked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ProofLine {
    pub line: PayLineId,
    pub number: i64,
    pub name: String,
    pub identity: String,
    pub net: Money,
    pub account: String,
    pub state: LineState,
    pub at: Option<Timestamp>,
    pub instruction: Option<InstructionId>,
    pub transfer: Option<TransferId>,
}

impl From<PayLine> for ProofLine {
    fn from(l: PayLine) -> ProofLine {
        ProofLine {
            line: l.id,
            number: l.number,
            net: l.net(),
            name: l.name_masked,
            identity: l.identity_masked,
            account: l.account_masked,
            state: l.state,
            at: l.settled_at,
            instruction: l.instruction,
            transfer: l.transfer,
        }
    }
}

/// The proof of a sheet that was paid. For the clerks of its crew and whoever may see the project. `Err(proof_not_yet)` before
/// the run is over.
pub fn crew_proof(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId) -> Result<CrewProof> {
    let sheet = readable(tx, actor, id)?;
    if !matches!(sheet.state, SheetState::Paid | SheetState::PartlyPaid) {
        return Err(Error::new(&PROOF_NOT_YET, format!("the pay sheet is {}", sheet.state)).with("state", sheet.state));
    }
    let project = payroll::project_raw(tx, sheet.project)?;
    let contractor = party::firm(tx, project.firm)?.name;
    let subcontractor = crate::firm_of_sheet(tx, id)?.map(|f| party::firm(tx, f)).transpose()?;
    let (checked, paying) = (sheet.checked(), sheet.paying());
    let name =
        |tx: &mut Tx<'_>, who: Option<&payroll::Signed>| who.map_or(Ok(String::new()), |s| party::who_name(tx, &s.by));
    let mut hasher = store::hasher();
    hasher.update(sheet.payload_hash().as_bytes());
    each(tx, id, &mut |lines| {
        for line in lines.iter().filter(|l| l.state == LineState::Paid) {
            hasher.update(&line.number.to_le_bytes()).update(&line.net.to_le_bytes());
            hasher.update(&line.transfer.map_or([0; 16], |t| t.bytes()));
        }
        Ok(())
    })?;
    Ok(CrewProof {
        course: sheet_course(tx, actor, id)?,
        on_behalf_of: subcontractor.map_or_else(|| contractor.clone(), |f| f.name),
        paid_by_firm: contractor,
        account_name: project.account_name,
        checked_by: name(tx, checked.as_ref())?,
        checked_at: checked.map(|s| s.at),
        paid_by: name(tx, paying.as_ref())?,
        paid_at: sheet.finished_at,
        paid_lines: sheet.paid_lines,
        failed_lines: sheet.failed_lines,
        failed: Money::new(sheet.failed_net, sheet.currency),
        hash: hex(hasher.finalize().as_bytes()),
    })
}

fn each(tx: &mut Tx<'_>, id: PaySheetId, hear: &mut dyn FnMut(&[PayLine]) -> Result<()>) -> Result<()> {
    let mut after = 0;
    loop {
        let page = payroll::lines_raw(tx, id, after, PAGE_LINES)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        hear(&page)?;
    }
}

/// The lines of a proof, in the order of the sheet.
pub fn proof_lines(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, ask: &PageAsk) -> Result<Page<ProofLine>> {
    readable(tx, actor, id)?;
    let bad = |_| Error::field("after", "it is the cursor of the page before");
    let (rows, after) = (ask.rows()?, ask.after.as_deref().map_or(Ok(0), |t| t.parse::<i64>().map_err(bad))?);
    let found = payroll::lines_raw(tx, id, after, rows + 1)?;
    Ok(Page::cut(found, rows, |l| l.number.to_string()).map(ProofLine::from))
}

const TITLES: [&str; 9] = [
    "序号 Number",
    "姓名 Name",
    "证件 Identity",
    "实发 Net",
    "账户 Account",
    "状态 State",
    "时间 Time",
    "指令 Instruction",
    "转账 Transfer",
];

/// The proof's lines as comma separated text in UTF-8 with a byte order mark; the last row holds the proof's hash.
pub fn proof_csv(tx: &mut Tx<'_>, actor: &Actor, id: PaySheetId, out: &mut dyn Write) -> Result<()> {
    let proof = crew_proof(tx, actor, id)?;
    out.write_all(b"\xef\xbb\xbf").map_err(|e| Error::broken("the proof cannot be written").caused_by(e))?;
    let mut write = |fields: &[String]| {
        let quoted = fields.iter().map(|f| format!("\"{}\"", sheets::harmless(f).replace('"', "\"\"")));
        let row = quoted.collect::<Vec<_>>().join(",") + "\r\n";
        out.write_all(row.as_bytes()).map_err(|e| Error::broken("the proof cannot be written").caused_by(e))
    };
    write(&TITLES.map(str::to_owned))?;
    each(tx, id, &mut |lines| {
        for line in lines {
            let shown = |id: Option<String>| id.unwrap_or_default();
            write(&[
                line.number.to_string(),
                line.name_masked.clone(),
                line.identity_masked.clone(),
                line.net().plain(),
                line.account_masked.clone(),
                line.state.code().to_owned(),
                shown(line.settled_at.map(|t| t.local())),
                shown(line.instruction.map(|i| i.to_string())),
                shown(line.transfer.map(|t| t.to_string())),
            ])?;
        }
        Ok(())
    })?;
    write(&["证明 Proof".to_owned(), proof.hash])
}
