//! A report, its movements, and how one of suspicion is begun.
use crate::rules::{rules, working_days_after};
use crate::{bad, branch_of, may_work, text};
use kernel::id::{AccountId, BranchId, FraudCaseId, PersonId, ReportId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use party::{Change, Permission};
use store::{Audit, Json, KeyRing, Seal, Tx, params};

store::text_enum! {
    pub enum Kind {
        /// Notes in and out (大额现金交易).
        Cash = "cash",
        /// Transfers (大额转账交易).
        Transfer = "transfer",
        /// 可疑交易.
        Suspicion = "suspicion",
    }
}

impl Kind {
    pub fn permission(self) -> Permission {
        match self {
            Kind::Cash | Kind::Transfer => Permission::ReportLarge,
            Kind::Suspicion => Permission::ReportSuspicion,
        }
    }
}

store::text_enum! {
    /// As the customer sees it.
    pub enum Way { In = "in", Out = "out" }
}

store::text_enum! {
    /// What the centre makes of the file.
    pub enum Act { New = "new", Correction = "correction", Withdrawal = "withdrawal" }
}

store::text_enum! {
    pub enum State {
        Open = "open",
        /// One officer said what is to become of it.
        Reviewed = "reviewed",
        /// Two said that it is sent.
        Released = "released",
        Sent = "sent",
        /// Two said that it is not sent.
        LeftOut = "left_out",
    }
}

impl State {
    pub fn is_open(self) -> bool {
        matches!(self, State::Open | State::Reviewed)
    }
}

store::text_enum! {
    pub enum Verdict { Send = "send", LeaveOut = "leave_out" }
}

/// One movement of a report.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Movement {
    pub account: AccountId,
    pub at: Timestamp,
    /// Minor units.
    pub amount: i64,
    pub counterparty: AccountId,
    /// In the ledger's words: `cash_in`, `transfer`.
    pub code: String,
    /// The instruction, where one was.
    pub reference: String,
}

store::record! {
    pub struct Report in "reports" key 2 {
        /// The customer's.
        pub book: BookId,
        pub id: ReportId,
        pub kind: Kind,
        pub subject: Owner,
        /// The business day of the movements; of a suspicion, when it was begun.
        pub day: Date,
        /// `None` of a suspicion.
        pub way: Option<Way>,
        pub currency: Currency,
        /// Minor units of all movements.
        pub amount: i64,
        pub movements: i64,
        /// Minor units that it had come to be reported.
        pub threshold: i64,
        /// The largest, at most [`crate::MOVEMENTS_MAX`].
        pub lines: Json<Vec<Movement>>,
        /// 0 for the first, then its corrections.
        pub number: i64,
        pub act: Act,
        pub corrects: Option<ReportId>,
        pub of_case: Option<FraudCaseId>,
        /// Of a suspicion: a code of `cases::Typology`.
        pub typology: String,
        /// What is suspected, encrypted.
        pub words: Vec<u8>,
        pub branch: BranchId,
        pub made_by: String,
        pub made_at: Timestamp,
        pub due_on: Date,
        pub state: State,
        pub verdict: Option<Verdict>,
        pub reviewed_by: Option<String>,
        pub reviewed_at: Option<Timestamp>,
        /// The reviewer's, or of who put it back; encrypted.
        pub note: Vec<u8>,
        pub agreed_by: Option<String>,
        pub agreed_at: Option<Timestamp>,
        /// Hash of the kept file.
        pub file: Option<Vec<u8>>,
        pub sent_at: Option<Timestamp>,
        /// The centre's; empty until it has the file.
        pub receipt: String,
    }
}

impl Report {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    pub fn is_late(&self, today: Date) -> bool {
        self.state.is_open() && today > self.due_on
    }
    pub(crate) fn blank(id: ReportId, subject: Owner, branch: BranchId, kind: Kind, day: Date) -> Report {
        Report {
            book: id.book(),
            id,
            kind,
            subject,
            day,
            way: None,
            currency: Currency::CNY,
            amount: 0,
            movements: 0,
            threshold: 0,
            lines: Json(Vec::new()),
            number: 0,
            act: Act::New,
            corrects: None,
            of_case: None,
            typology: String::new(),
            words: Vec::new(),
            branch,
            made_by: String::new(),
            made_at: id.raw().made_at(),
            due_on: day,
            state: State::Open,
            verdict: None,
            reviewed_by: None,
            reviewed_at: None,
            note: Vec::new(),
            agreed_by: None,
            agreed_at: None,
            file: None,
            sent_at: None,
            receipt: String::new(),
            seal: Seal::default(),
        }
    }
}

const WORDS: &str = "report.words";

pub(crate) fn sealed(keys: &KeyRing, words: &str) -> Vec<u8> {
    keys.encrypt_own(WORDS, words.as_bytes())
}

/// What was written, in the clear; empty for nothing.
pub(crate) fn words(keys: &KeyRing, sealed: &[u8]) -> Result<String> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    let plain = keys.decrypt_own(WORDS, sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| Error::broken("words of a report cannot be read"))
}

/// Puts a report's words under the newest key; `false` when they are there already.
pub fn renew_words(keys: &KeyRing, r: &mut Report) -> Result<bool> {
    let mut changed = false;
    for sealed in [&mut r.words, &mut r.note] {
        if !sealed.is_empty() && !sealed.starts_with(&keys.version().to_be_bytes()) {
            *sealed = keys.encrypt_own(WORDS, &keys.decrypt_own(WORDS, sealed)?);
            changed = true;
        }
    }
    Ok(changed)
}

/// A suspicion to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    pub subject: Owner,
    /// A case of the guard about the same customer, which the actor may see.
    pub of_case: Option<FraudCaseId>,
    /// A code of `cases::Typology`.
    pub typology: String,
    /// At stake; zero where it is not known.
    pub amount: Money,
    /// 1 to [`crate::TEXT_CHARS_MAX`] characters.
    pub words: String,
}

/// Begins a report of suspicion. Needs `report.suspicion` where the customer belongs, and is not for who is near him:
/// `Err(NOT_FOUND)`. A customer has one open at a time: that one again.
pub fn suspect(tx: &mut Tx<'_>, actor: &Actor, new: Suspicion) -> Result<(Report, Change)> {
    let (book, branch) = branch_of(tx, new.subject)?;
    let id = ReportId::new(tx.now(), book);
    let mut row = Report::blank(id, new.subject, branch, Kind::Suspicion, tx.business_date()?);
    may_work(tx, actor, &row)?;
    let said = text("words", &new.words)?;
    if cases::typology(&new.typology).is_none() {
        return Err(bad("typology", "it is none of the list"));
    }
    if let Some(case) = new.of_case
        && cases::case(tx, actor, case)?.subject != new.subject
    {
        return Err(bad("case", "it is about another customer"));
    }
    known(tx, new.subject)?;
    let tail = "WHERE book = ?1 AND subject = ?2 AND kind = 'suspicion' AND state IN ('open', 'reviewed') LIMIT 1";
    if let Some(before) = tx.select::<Report>(tail, params![book, new.subject])?.pop() {
        return Ok((before, Change::AlreadySo));
    }
    (row.currency, row.amount) = (new.amount.currency, new.amount.minor.max(0));
    (row.of_case, row.typology) = (new.of_case, new.typology);
    (row.words, row.made_by) = (sealed(tx.keys(), &said), actor.principal());
    row.due_on = working_days_after(row.day, rules(row.day)?.suspicion_working_days);
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("report.suspect", row.id))?;
    Ok((row, Change::Done))
}

/// Locks the customer, so that two who begin at once come one after the other.
fn known(tx: &mut Tx<'_>, subject: Owner) -> Result<()> {
    match subject {
        Owner::Person(p) => party::person_locked(tx, p).map(|_: party::Person| ()),
        Owner::Firm(f) => party::firm(tx, f).map(|_| ()),
        Owner::Bank => Err(bad("subject", "a report is about a customer")),
    }
}

/// A person's id in an owner.
pub(crate) fn person_of(subject: Owner) -> Option<PersonId> {
    match subject {
        Owner::Person(p) => Some(p),
        _ => None,
    }
}
