//! What is wrong, in which cell, and what to do: for the screen, the command line and a file the sender can work through.
use crate::layout::ColumnKind;
use kernel::chinese::{mask, mask_card, mask_identity, mask_name};
use kernel::{Error, Result};
use std::borrow::Cow;

pub use crate::wording::FaultKind;

/// Characters of a cell that a fault shows.
const SHOWN_CHARS_MAX: usize = 60;
/// A run of this many digits is masked in whatever column it stands: it may be a number of a person in the wrong column.
const LONG_DIGITS: usize = 11;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For the reader's knowledge: a column not used, a totals row set aside.
    Note,
    /// Read, and worth a look.
    Warning,
    /// Not read.
    Refused,
}

impl Severity {
    pub fn code(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Refused => "refused",
        }
    }
}

/// One sentence why and one what to do, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    pub reason_zh: Cow<'static, str>,
    pub remedy_zh: Cow<'static, str>,
    pub reason_en: Cow<'static, str>,
    pub remedy_en: Cow<'static, str>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Empty for delimited text.
    pub sheet: String,
    /// `C17`; empty when it is about the whole sheet.
    pub cell: String,
    /// Row of the sheet as a spreadsheet program counts it, from 1; 0 when it is about the whole sheet.
    pub row: u32,
    /// Line of a delimited file, from 1.
    pub line: Option<u32>,
    /// The column's title as the sheet has it.
    pub column: String,
    /// The cell as shown, names and numbers of people masked.
    pub value: String,
    /// snake_case, stable; screens look it up in their language and fill in `params`.
    pub code: &'static str,
    pub severity: Severity,
    pub params: Vec<(&'static str, String)>,
    pub wording: Wording,
}

impl Fault {
    pub(crate) fn sheet(sheet: &str, kind: FaultKind, params: Vec<(&'static str, String)>) -> Fault {
        let wording = kind.wording(&params);
        Fault { params, ..Fault::of_sheet(sheet, kind.code(), kind.severity(), wording) }
    }
    /// About a whole sheet; about the whole file where `sheet` is empty.
    pub fn of_sheet(sheet: &str, code: &'static str, severity: Severity, wording: Wording) -> Fault {
        Fault {
            sheet: sheet.to_owned(),
            cell: String::new(),
            row: 0,
            line: None,
            column: String::new(),
            value: String::new(),
            code,
            severity,
            params: Vec::new(),
            wording,
        }
    }
    pub fn is(&self, kind: FaultKind) -> bool {
        self.code == kind.code()
    }
    pub fn is_refused(&self) -> bool {
        self.severity == Severity::Refused
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in [&self.sheet, &self.cell, &self.column, &self.value].into_iter().filter(|p| !p.is_empty()) {
            write!(f, "{part} ")?;
        }
        write!(f, "[{}] {}; {}", self.code, self.wording.reason_en, self.wording.remedy_en)
    }
}

/// A cell as a fault may show it.
pub(crate) fn masked(kind: ColumnKind, shown: &str) -> String {
    let text = crate::clean::plain(shown);
    let text: String = match text.chars().count() > SHOWN_CHARS_MAX {
        true => text.chars().take(SHOWN_CHARS_MAX).chain(['…']).collect(),
        false => text,
    };
    match kind {
        ColumnKind::Name => mask_name(&text),
        ColumnKind::Identity => mask_identity(&text),
        ColumnKind::Card | ColumnKind::Digits => mask_card(&text),
        _ => mask_runs(&text),
    }
}

fn mask_runs(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    let close = |run: &mut String, out: &mut String| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        out.push_str(&if digits >= LONG_DIGITS { mask(run, 3, 4) } else { run.clone() });
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() || (!run.is_empty() && matches!(c, 'X' | 'x' | ' ' | '-')) {
            run.push(c);
        } else {
            close(&mut run, &mut out);
            out.push(c);
        }
    }
    close(&mut run, &mut out);
    out
}

const TITLES: [&str; 12] = [
    "工作表 Sheet",
    "单元格 Cell",
    "行 Row",
    "文件行 Line",
    "列 Column",
    "内容 Value",
    "程度 Severity",
    "代码 Code",
    "原因",
    "处理办法",
    "Reason",
    "What to do",
];

/// The faults as comma separated text in UTF-8 with a byte order mark, so that spreadsheet programs open it as what it is. A field
/// that such a program would take for a formula begins with an apostrophe.
pub fn faults_csv(faults: &[Fault]) -> Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let broken = |e: csv::Error| Error::broken("the list of faults cannot be written").caused_by(e);
    out.write_record(TITLES).map_err(broken)?;
    for f in faults {
        let number = |n: u32| if n == 0 { String::new() } else { n.to_string() };
        let (row, line) = (number(f.row), number(f.line.unwrap_or(0)));
        let w = &f.wording;
        let fields: [&str; TITLES.len()] = [
            &f.sheet,
            &f.cell,
            &row,
            &line,
            &f.column,
            &f.value,
            f.severity.code(),
            f.code,
            &w.reason_zh,
            &w.remedy_zh,
            &w.reason_en,
            &w.remedy_en,
        ];
        out.write_record(fields.map(harmless).iter().map(|f| f.as_bytes())).map_err(broken)?;
    }
    out.into_inner().map_err(|e| Error::broken("the list of faults cannot be written").caused_by(e.into_error()))
}

/// With an apostrophe before what begins like a formula; [`clean`](crate::clean()) takes it off again.
pub fn harmless(field: &str) -> Cow<'_, str> {
    let first = field.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).chars().next();
    let formula = first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if formula || field.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_masked_wherever_they_stand() {
        let cases = [
            (ColumnKind::Identity, "11010519491231002X", "110***********002X"),
            (ColumnKind::Card, "6222021234567890", "6222 **** 7890"),
            (ColumnKind::Money, "11010519491231002X", "110***********002X"),
            (ColumnKind::Text, "张三 13812345678 备注", "张三 138*****678 备注"),
            (ColumnKind::Money, "1,234.567", "1,234.567"),
            (ColumnKind::Text, "无卡", "无卡"),
            (ColumnKind::Name, "张三", "张*"),
            (ColumnKind::Name, "欧阳 建国", "欧阳***"),
        ];
        for (kind, shown, want) in cases {
            assert_eq!(masked(kind, shown), want, "{shown}");
        }
        assert!(masked(ColumnKind::Text, &"字".repeat(500)).chars().count() <= SHOWN_CHARS_MAX + 1);
    }

    #[test]
    fn the_list_opens_as_text_and_runs_nothing() {
        let mut fault = Fault::sheet("=1+1", FaultKind::HeaderMissing, vec![("found", "x".into())]);
        fault.value = "-5\"00".into();
        let csv = faults_csv(&[fault]).unwrap();
        assert!(csv.starts_with(b"\xef\xbb\xbf"));
        let text = String::from_utf8(csv).unwrap();
        assert!(text.contains("\r\n'=1+1,") && text.contains("\"'-5\"\"00\""), "{text}");
        for (field, want) in [
            ("+86", "'+86"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =x", "' =x"),
            ("＝x", "'＝x"),
            ("\tx", "'\tx"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(harmless(field), want);
        }
    }
}
