//! The list of a file's faults as it is kept: one for every file that comes in, of rosters, pay sheets and attendance.
use crate::FAULTS_KEPT_MAX;
use crate::faults::Finding;
use kernel::{BookId, Error, Id, Page, PageAsk, Result};
use sheets::{Fault, FaultKind, Severity, Wording};
use store::{Column, Param, Tx, params};

/// The id of a file on its way in, whatever kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId([u8; 16]);

impl FileId {
    pub fn of(id: impl Id) -> FileId {
        FileId(id.bytes())
    }
}

impl Column for FileId {
    fn param(&self) -> Param<'_> {
        Param::Id(self.0)
    }
    fn from_param(value: &Param<'_>) -> Result<FileId> {
        let bytes = <[u8; 16]>::try_from(value.bytes()?);
        bytes.map(FileId).map_err(|_| Error::broken("the id of a file has 16 bytes"))
    }
}

store::record! {
    /// An entry of the list of faults of a file on its way in.
    pub struct ImportFault in "payroll_faults" key 3 {
        pub book: BookId,
        /// The file: of wages, or of attendance.
        pub import: FileId,
        /// 1, 2, 3 … in the order of the file.
        pub number: i64,
        /// Name of the sheet; empty for delimited text.
        pub sheet: String,
        /// `C17`; empty when it is about the whole sheet.
        pub cell: String,
        /// 0 when it is about the whole sheet.
        pub row_number: i64,
        /// Of a delimited file.
        pub line: Option<i64>,
        pub column_title: String,
        /// The cell, names and numbers of people masked for everybody: the sender has the file and sees which cell it is.
        pub value: String,
        /// `note`, `warning`, `refused`.
        pub severity: String,
        pub code: String,
        pub reason_zh: String,
        pub remedy_zh: String,
        pub reason_en: String,
        pub remedy_en: String,
    }
}

/// Takes away what is kept of a file's list, at most `most` entries; answers how many.
pub(crate) fn forget(tx: &mut Tx<'_>, file: impl Id, most: usize) -> Result<usize> {
    let tail = "WHERE book = ?1 AND import = ?2 ORDER BY number LIMIT ?3";
    let old = tx.select::<ImportFault>(tail, params![file.book(), FileId::of(file), most as i64])?;
    old.iter().try_for_each(|fault| tx.remove(fault))?;
    Ok(old.len())
}

/// Puts a list in the place of the one there was: refusals first, then warnings, then notes, each in the order of the file, at most
/// [`FAULTS_KEPT_MAX`], the last of which says how many more there are. Answers how many are kept.
pub fn keep_faults(tx: &mut Tx<'_>, file: impl Id, faults: Vec<Fault>) -> Result<i64> {
    forget(tx, file, FAULTS_KEPT_MAX)?;
    let mut list = rows((file.book(), FileId::of(file)), faults);
    tx.insert_all(&mut list)?;
    Ok(list.len() as i64)
}

/// Entries of a file's list after a number, at most `rows`, with no permission asked.
pub(crate) fn after(tx: &mut Tx<'_>, file: impl Id, number: i64, rows: i64) -> Result<Vec<ImportFault>> {
    let tail = "WHERE book = ?1 AND import = ?2 AND number > ?3 ORDER BY number LIMIT ?4";
    tx.select::<ImportFault>(tail, params![file.book(), FileId::of(file), number, rows])
}

/// A page of a file's list, with no permission asked: for domain code.
pub fn faults_kept(tx: &mut Tx<'_>, file: impl Id, ask: &PageAsk) -> Result<Page<ImportFault>> {
    let bad = |_| Error::field("after", "it is the cursor of the page before");
    let (rows, number) = (ask.rows()?, ask.after.as_deref().map_or(Ok(0), |t| t.parse::<i64>().map_err(bad))?);
    Ok(Page::cut(after(tx, file, number, i64::from(rows) + 1)?, rows, |f| f.number.to_string()))
}

/// The list as it is kept: refusals first, then warnings, then notes, each in the order of the file.
pub(crate) fn rows(file: (BookId, FileId), mut faults: Vec<Fault>) -> Vec<ImportFault> {
    faults.sort_by_key(|f| std::cmp::Reverse(f.severity));
    if faults.len() > FAULTS_KEPT_MAX {
        let more = faults.len() - FAULTS_KEPT_MAX + 1;
        faults.truncate(FAULTS_KEPT_MAX - 1);
        faults.push(Finding::ListCut.of_file("", more));
    }
    (1..).zip(faults).map(|(number, f)| row(file, number, f)).collect()
}

fn row((book, import): (BookId, FileId), number: i64, f: Fault) -> ImportFault {
    ImportFault {
        book,
        import,
        number,
        sheet: f.sheet,
        cell: f.cell,
        row_number: f.row.into(),
        line: f.line.map(i64::from),
        column_title: f.column,
        value: f.value,
        severity: f.severity.code().into(),
        code: f.code.into(),
        reason_zh: f.wording.reason_zh.into_owned(),
        remedy_zh: f.wording.remedy_zh.into_owned(),
        reason_en: f.wording.reason_en.into_owned(),
        remedy_en: f.wording.remedy_en.into_owned(),
        seal: store::Seal::default(),
    }
}

impl ImportFault {
    pub fn is_refused(&self) -> bool {
        self.severity == Severity::Refused.code()
    }

    /// As `sheets` writes lists of faults.
    pub(crate) fn fault(self) -> Fault {
        let own = Finding::ALL.iter().map(|f| f.code());
        let code =
            own.chain(FaultKind::ALL.iter().map(|k| k.code())).find(|c| *c == self.code).unwrap_or("row_refused");
        let all = [Severity::Note, Severity::Warning, Severity::Refused];
        Fault {
            sheet: self.sheet,
            cell: self.cell,
            row: u32::try_from(self.row_number).unwrap_or(0),
            line: self.line.and_then(|l| u32::try_from(l).ok()),
            column: self.column_title,
            value: self.value,
            code,
            severity: all.into_iter().find(|s| s.code() == self.severity).unwrap_or(Severity::Refused),
            params: Vec::new(),
            wording: Wording {
                reason_zh: self.reason_zh.into(),
                remedy_zh: self.remedy_zh.into(),
                reason_en: self.reason_en.into(),
                remedy_en: self.remedy_en.into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;
    use kernel::id::ImportId;

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let import = ImportId::new(Timestamp::from_micros(0), BookId(1));
        let file = (import.book(), FileId::of(import));
        let note = Finding::OnRoster.of_file("", 0);
        let refused = Finding::NotOnRoster.of_file("s", 0);
        let list = rows(file, [vec![note; FAULTS_KEPT_MAX], vec![refused]].concat());
        assert_eq!((list.len(), list[0].code.as_str()), (FAULTS_KEPT_MAX, "not_on_roster"));
        assert_eq!(list.last().map(|f| f.reason_en.as_str()), Some("2 more entries are not listed"));
        assert_eq!(list[0].clone().fault().code, "not_on_roster");
    }
}
