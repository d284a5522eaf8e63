//! Faults planted in a pay sheet, each with its cell.
use crate::dice::Dice;
use crate::grid::Cell;
use crate::names::{self, Sex};
use crate::numbers::Register;
use crate::paysheets::PayRow;
use crate::people::born;
use crate::yard::Subcontractor;
use kernel::Money;
use kernel::chinese::{card_number, identity};

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// An identity number that became `9.90213E+17`.
    IdentityScientific,
    /// An identity number in a number cell: 15 digits and then 000.
    IdentityZeros,
    /// An identity number whose last character does not check.
    IdentityCheck,
    /// A card number in a number cell: 15 digits and then 0000.
    CardZeros,
    /// No card number.
    CardMissing,
    /// A worker whom a second team claims as well.
    WorkerTwice,
    /// Net is not due less deductions: two digits changed places.
    NetWrong,
    /// An advance of all that is due leaves less than nothing.
    NetNegative,
    /// A name another than the roster's for the same identity number.
    NameDiffers,
    /// Somebody who is on no roster.
    NotOnRoster,
    /// The grand total of net is not the sum of the lines.
    TotalWrong,
}

/// Faults of one subcontractor's file: one of each.
pub const SUBCONTRACTOR_FAULTS: [(FaultKind, usize); 11] = [
    (FaultKind::IdentityScientific, 1),
    (FaultKind::IdentityZeros, 1),
    (FaultKind::IdentityCheck, 1),
    (FaultKind::CardZeros, 1),
    (FaultKind::CardMissing, 1),
    (FaultKind::WorkerTwice, 1),
    (FaultKind::NetWrong, 1),
    (FaultKind::NetNegative, 1),
    (FaultKind::NameDiffers, 1),
    (FaultKind::NotOnRoster, 1),
    (FaultKind::TotalWrong, 1),
];

/// Faults of the whole yard's file: 25.
pub const YARD_FAULTS: [(FaultKind, usize); 11] = [
    (FaultKind::IdentityScientific, 2),
    (FaultKind::IdentityZeros, 4),
    (FaultKind::IdentityCheck, 4),
    (FaultKind::CardZeros, 2),
    (FaultKind::CardMissing, 3),
    (FaultKind::WorkerTwice, 3),
    (FaultKind::NetWrong, 2),
    (FaultKind::NetNegative, 1),
    (FaultKind::NameDiffers, 2),
    (FaultKind::NotOnRoster, 1),
    (FaultKind::TotalWrong, 1),
];

/// The column a fault stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Sequence,
    Firm,
    Team,
    Name,
    Identity,
    Trade,
    Days,
    Hours,
    Base,
    Overtime,
    Allowance,
    Due,
    Social,
    Tax,
    Meals,
    Advance,
    Deductions,
    Net,
    Card,
    Bank,
    Signature,
}

/// A fault that a reader of the file must find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantedFault {
    pub kind: FaultKind,
    /// Name of the sheet.
    pub sheet: String,
    /// From 1, as a spreadsheet counts; the line of a CSV file as well.
    pub row: usize,
    pub column: Column,
    /// `H12`
    pub cell: String,
    /// Name of the worker as the roster has it; as written for somebody on no roster; empty for a total.
    pub worker: String,
    /// What stands in the cell.
    pub wrote: String,
    /// What should; empty where the whole line should not be.
    pub right: String,
}

/// A fault on its way into a line.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub kind: FaultKind,
    pub column: Column,
    pub worker: String,
    pub right: String,
}

/// A line of a pay sheet on its way into a file.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Index into the employers of the file.
    pub firm: usize,
    pub row: PayRow,
    /// Instead of the text of `row`.
    pub identity: Option<Cell>,
    pub card: Option<Cell>,
    pub mark: Option<Mark>,
}

impl Line {
    pub(crate) fn new(firm: usize, row: PayRow) -> Line {
        Line { firm, row, identity: None, card: None, mark: None }
    }

    fn mark(&mut self, kind: FaultKind, column: Column, right: String) {
        self.mark = Some(Mark { kind, column, worker: self.row.name.clone(), right });
    }
}

/// Plants the faults of `plan` in lines without any; workers whose account is to fail keep a faultless line, and so does the
/// first line of a worker who stands twice. Lines that should not be come last among their firm's.
pub(crate) fn plant(dice: &mut Dice, lines: &mut Vec<Line>, employers: &[&Subcontractor], plan: &[(FaultKind, usize)]) {
    let mut register = Register::default();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    dice.shuffle(&mut order);
    let mut more: Vec<Line> = Vec::new();
    for (kind, count) in plan.iter().filter(|(kind, _)| *kind != FaultKind::TotalWrong) {
        for _ in 0..*count {
            let fits = |i: &usize| {
                let line = &lines[*i];
                employers[line.firm].workers[line.row.worker].planted.is_none() && can(*kind, &line.row)
            };
            let Some(at) = order.iter().position(fits) else { continue };
            let line = &mut lines[order.swap_remove(at)];
            match kind {
                FaultKind::WorkerTwice => more.push(twin(line)),
                FaultKind::NotOnRoster => more.push(stranger(dice, &mut register, line)),
                kind => spoil(*kind, line),
            }
        }
    }
    for mut line in more {
        let at = lines.iter().rposition(|l| l.firm == line.firm).map_or(lines.len(), |i| i + 1);
        line.row.team = employers[line.firm].teams.last().map(|t| t.zh.clone()).unwrap_or_default();
        lines.insert(at, line);
    }
}

fn can(kind: FaultKind, row: &PayRow) -> bool {
    match kind {
        FaultKind::IdentityScientific => !row.identity.ends_with('X'),
        // One number in eleven still checks when its last three digits are lost.
        FaultKind::IdentityZeros => {
            !row.identity.ends_with('X') && identity(&zeros(&row.identity), crate::as_of()).is_err()
        }
        FaultKind::CardZeros => card_number(&zeros(&row.card)).is_none(),
        _ => true,
    }
}

/// The first 15 digits and then zeros: what a number cell keeps.
fn zeros(digits: &str) -> String {
    format!("{:0<width$}", digits.chars().take(15).collect::<String>(), width = digits.len())
}

fn spoil(kind: FaultKind, line: &mut Line) {
    let (identity, card) = (line.row.identity.clone(), line.row.card.clone());
    match kind {
        FaultKind::IdentityScientific => {
            let text = format!("{}.{}E+17", &identity[..1], &identity[1..6]);
            line.identity = Some(Cell::Text(text));
            line.mark(kind, Column::Identity, identity);
        }
        FaultKind::IdentityZeros => {
            line.identity = Some(Cell::Number(zeros(&identity)));
            line.mark(kind, Column::Identity, identity);
        }
        FaultKind::IdentityCheck => {
            let last = if identity.ends_with('1') { '2' } else { '1' };
            line.identity = Some(Cell::Text(format!("{}{last}", &identity[..17])));
            line.mark(kind, Column::Identity, identity);
        }
        FaultKind::CardZeros => {
            line.card = Some(Cell::Number(zeros(&card)));
            line.mark(kind, Column::Card, card);
        }
        FaultKind::CardMissing => {
            line.card = Some(Cell::Blank);
            line.mark(kind, Column::Card, card);
        }
        FaultKind::NameDiffers => {
            line.mark(kind, Column::Name, line.row.name.clone());
            line.row.name = names::misspelt(&line.row.name);
        }
        FaultKind::NetWrong => {
            line.mark(kind, Column::Net, line.row.net.plain());
            // 90 yuan: what it makes when tens and hundreds that differ by one change places.
            line.row.net = Money::cny(line.row.net.minor + 9_000);
        }
        FaultKind::NetNegative => {
            line.mark(kind, Column::Net, line.row.net.plain());
            let row = &mut line.row;
            let less = row.due.minor - row.advance.minor;
            row.advance = row.due;
            row.deductions = Money::cny(row.deductions.minor + less);
            row.net = Money::cny(row.net.minor - less);
        }
        FaultKind::WorkerTwice | FaultKind::NotOnRoster | FaultKind::TotalWrong => {}
    }
}

fn twin(line: &Line) -> Line {
    let mut twin = line.clone();
    twin.mark(FaultKind::WorkerTwice, Column::Identity, String::new());
    twin
}

fn stranger(dice: &mut Dice, register: &mut Register, line: &Line) -> Line {
    let mut other = line.clone();
    let born = born(dice, 25, 50);
    other.row.name = names::han(dice, Sex::Male, born.year());
    (other.row.identity, other.row.card) = register.stranger(born, true);
    other.row.bank = crate::numbers::OWN_BANK;
    other.mark(FaultKind::NotOnRoster, Column::Name, String::new());
    other
}
