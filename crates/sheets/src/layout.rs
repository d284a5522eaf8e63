//! What the caller wants to find in a sheet.

/// What the cells of a column hold; it decides how a fault masks them, what a merged cell means, and which rows are totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words, a remark.
    Text,
    /// A person's name.
    Name,
    /// Words that a merged cell may say for several rows (班组, 项目): the only kind that is filled down.
    Group,
    /// A resident identity number.
    Identity,
    /// A card number with its check digit.
    Card,
    /// A string of digits: an account, a phone, a staff number.
    Digits,
    Money,
    /// Hours, days, pieces: hundredths of one.
    Quantity,
    Date,
    Month,
}

impl ColumnKind {
    /// A row in which such a cell is filled is data, whatever else it says.
    pub(crate) fn names_somebody(self) -> bool {
        matches!(self, ColumnKind::Identity | ColumnKind::Card | ColumnKind::Digits)
    }
    pub(crate) fn is_amount(self) -> bool {
        matches!(self, ColumnKind::Money | ColumnKind::Quantity)
    }
    /// Only the top left cell of a merge holds a value of this kind; below it there is none to be guessed.
    pub(crate) fn refuses_merge(self) -> bool {
        !matches!(self, ColumnKind::Text | ColumnKind::Name | ColumnKind::Group)
    }
}

/// A column the caller wants.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The caller's name for it.
    pub key: &'static str,
    /// Titles it may have. Compared without spaces, line breaks, marks and case, full-width or not, and without what stands in
    /// brackets unless the synonym has it too. Under a parent title both `扣款社保` and `社保` match; the longer wins.
    pub synonyms: &'static [&'static str],
    /// Without it the sheet is refused. An empty cell in it is the caller's affair.
    pub required: bool,
    pub kind: ColumnKind,
}

/// The columns of one kind of sheet.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub columns: &'static [Column],
}

impl Layout {
    pub(crate) fn required(&self) -> usize {
        self.columns.iter().filter(|c| c.required).count()
    }
}
