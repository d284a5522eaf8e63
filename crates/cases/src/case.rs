//! A case, its alerts, and what was done in it.
use kernel::id::{AppealId, BranchId, CaseAlertId, CaseStepId, DecisionId, FraudCaseId, InstructionId, StaffId};
use kernel::{BookId, Currency, Date, Error, Id, Money, Owner, Result, Timestamp};
use store::{Json, KeyRing, Tx, params};

store::text_enum! {
    /// What a case is about: one open case a customer and each of these.
    pub enum About {
        /// He may lose money.
        Loss = "loss",
        /// His account may serve others.
        Misuse = "misuse",
        /// Work on a report of suspicion (可疑交易报告): for its own few alone.
        Suspicion = "suspicion",
    }
}

store::text_enum! {
    /// What an officer must know.
    pub enum Skill { Elder = "elder", Firm = "firm", Cash = "cash", Network = "network", General = "general" }
}

store::text_enum! {
    /// The gravest first.
    pub enum Severity { Grave = "grave", High = "high", Middle = "middle", Low = "low" }
}

store::text_enum! {
    pub enum CaseState {
        Open = "open",
        Claimed = "claimed",
        /// For an answer, until a time.
        Waiting = "waiting",
        Closed = "closed",
        /// Its alerts went into another.
        Merged = "merged",
    }
}

impl CaseState {
    pub fn is_open(self) -> bool {
        matches!(self, CaseState::Open | CaseState::Claimed | CaseState::Waiting)
    }
}

store::text_enum! {
    pub enum Outcome {
        /// The customer keeps his money (劝阻成功).
        Dissuaded = "dissuaded",
        /// He was told and wants it all the same.
        Insists = "insists",
        Police = "police",
        FalseAlarm = "false_alarm",
        Fraud = "fraud",
        NoAnswer = "no_answer",
    }
}

impl Outcome {
    /// Whether the alert was right.
    pub fn confirms(self) -> bool {
        matches!(self, Outcome::Dissuaded | Outcome::Police | Outcome::Fraud)
    }
    /// What the engine learns of the payment; `None` where nothing is known.
    pub fn label(self) -> Option<bool> {
        match self {
            Outcome::Dissuaded | Outcome::Police | Outcome::Fraud => Some(true),
            Outcome::FalseAlarm => Some(false),
            Outcome::Insists | Outcome::NoAnswer => None,
        }
    }
}

store::text_enum! {
    /// Where an alert comes from.
    pub enum Source {
        Held = "held",
        Delayed = "delayed",
        Challenged = "challenged",
        Stopped = "stopped",
        /// A rule asks for a case although the payment passed.
        Rule = "rule",
        /// A customer called his payment a fraud.
        Report = "report",
        /// Somebody at a counter or in the lobby talked to him.
        Counter = "counter",
        Hand = "hand",
    }
}

store::record! {
    pub struct Case in "fraud_cases" key 2 {
        /// The customer's.
        pub book: BookId,
        pub id: FraudCaseId,
        pub subject: Owner,
        pub about: About,
        /// Code of [`crate::Typology`].
        pub typology: String,
        pub skill: Skill,
        pub severity: Severity,
        /// Seen only with `case.secret`.
        pub sensitive: bool,
        /// The customer's.
        pub branch: BranchId,
        /// Whose officers answer: the branch, or its night desk.
        pub desk: BranchId,
        pub alerts: i64,
        pub opened_by: String,
        pub opened_at: Timestamp,
        pub due_at: Timestamp,
        pub state: CaseState,
        pub officer: Option<StaffId>,
        pub claimed_at: Option<Timestamp>,
        /// Microseconds for which somebody had it.
        pub worked: i64,
        pub waits_until: Option<Timestamp>,
        pub outcome: Option<Outcome>,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
        pub closed_why: String,
        pub merged_into: Option<FraudCaseId>,
    }
}

impl Case {
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.state.is_open() && now > self.due_at
    }
}

store::record! {
    /// One row a customer.
    pub struct Customer in "fraud_case_customers" key 2 {
        pub book: BookId,
        pub subject: Owner,
        /// Cases so far.
        pub cases: i64,
    }
}

store::record! {
    pub struct Alert in "fraud_case_alerts" key 2 {
        pub book: BookId,
        pub id: CaseAlertId,
        pub of_case: FraudCaseId,
        /// What it is known by: told twice, it joins once.
        pub reference: String,
        pub source: Source,
        pub instruction: Option<InstructionId>,
        pub decision: Option<DecisionId>,
        pub rules: Json<Vec<String>>,
        /// Minor units at stake; 0 where none are.
        pub amount: i64,
        pub currency: Currency,
        /// Masked.
        pub payee: String,
        pub at: Timestamp,
    }
}

impl Alert {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

store::text_enum! {
    pub enum StepKind {
        Opened = "opened",
        Joined = "joined",
        Claimed = "claimed",
        PutBack = "put_back",
        Handed = "handed",
        Waiting = "waiting",
        Note = "note",
        Call = "call",
        File = "file",
        /// A file was read.
        Seen = "seen",
        Merged = "merged",
        Secrecy = "secrecy",
        Closed = "closed",
        Decided = "decided",
    }
}

store::text_enum! {
    /// What came of a call.
    pub enum CallOutcome {
        Reached = "reached",
        NotReached = "not_reached",
        /// He would not speak.
        Refused = "refused",
        WrongNumber = "wrong_number",
    }
}

store::record! {
    /// One thing done, of a case or an objection.
    pub struct Step in "fraud_case_steps" key 2 {
        pub book: BookId,
        pub id: CaseStepId,
        /// The case's or objection's id.
        pub of_what: String,
        pub kind: StepKind,
        pub who: String,
        pub at: Timestamp,
        /// Without names: a masked number, a file's name, a state.
        pub shown: String,
        pub call: Option<CallOutcome>,
        /// [`Words`], encrypted.
        pub words: Vec<u8>,
        /// Hash of the kept file.
        pub file: Option<Vec<u8>>,
    }
}

/// What was written, or asked and answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub asked: String,
    #[serde(default)]
    pub answered: String,
}

store::text_enum! {
    /// Why money did not go.
    pub enum How {
        /// The customer called it off.
        CalledOff = "called_off",
        /// The bank refused it.
        Refused = "refused",
        /// Talked out of it before it was ordered.
        Talked = "talked",
        Frozen = "frozen",
    }
}

store::record! {
    /// Money that did not go.
    pub struct Interception in "fraud_interceptions" key 2 {
        pub book: BookId,
        pub alert: CaseAlertId,
        pub of_case: FraudCaseId,
        pub branch: BranchId,
        pub day: Date,
        pub amount: i64,
        pub currency: Currency,
        pub how: How,
        pub officer: String,
        pub at: Timestamp,
    }
}

impl Interception {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

store::text_enum! {
    pub enum AppealKind { Objection = "objection", Complaint = "complaint" }
}

store::text_enum! {
    pub enum AppealState {
        Open = "open",
        /// One officer says yes; another has to agree.
        Lifting = "lifting",
        Upheld = "upheld",
        Dismissed = "dismissed",
    }
}

store::record! {
    pub struct Appeal in "fraud_appeals" key 2 {
        pub book: BookId,
        pub id: AppealId,
        pub subject: Owner,
        pub kind: AppealKind,
        pub instruction: Option<InstructionId>,
        pub of_case: Option<FraudCaseId>,
        /// About money for living, medicine, work: answered at once.
        pub urgent: bool,
        /// Encrypted.
        pub words: Vec<u8>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub due_at: Timestamp,
        pub state: AppealState,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// The second person of a yes.
        pub checked_by: Option<String>,
        pub checked_at: Option<Timestamp>,
        /// What the customer is told, encrypted.
        pub answer: Option<Vec<u8>>,
    }
}

impl Appeal {
    pub fn is_open(&self) -> bool {
        matches!(self.state, AppealState::Open | AppealState::Lifting)
    }
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.is_open() && now >= self.due_at
    }
    /// The state as the customer hears it: he learns of a yes when both officers have said it.
    pub fn told_state(&self) -> AppealState {
        if self.is_open() { AppealState::Open } else { self.state }
    }
}

const WORDS: &str = "case.words";

pub(crate) fn sealed(keys: &KeyRing, words: &Words) -> Vec<u8> {
    keys.encrypt_own(WORDS, &serde_json::to_vec(words).expect("plain data has a JSON form"))
}

/// What was encrypted with a step or an objection.
pub fn words(keys: &KeyRing, sealed: &[u8]) -> Result<Words> {
    let plain = keys.decrypt_own(WORDS, sealed)?;
    serde_json::from_slice(&plain).map_err(|e| Error::broken("words of a case cannot be read").caused_by(e))
}

pub(crate) fn renew(keys: &KeyRing, sealed: &mut Vec<u8>) -> Result<bool> {
    if sealed.starts_with(&keys.version().to_be_bytes()) {
        return Ok(false);
    }
    *sealed = keys.encrypt_own(WORDS, &keys.decrypt_own(WORDS, sealed)?);
    Ok(true)
}

/// Puts the words of a step under the newest key; `false` when they are there already.
pub fn renew_step(keys: &KeyRing, step: &mut Step) -> Result<bool> {
    renew(keys, &mut step.words)
}

/// The same of an objection and its answer.
pub fn renew_appeal(keys: &KeyRing, appeal: &mut Appeal) -> Result<bool> {
    let answer = match &mut appeal.answer {
        Some(answer) => renew(keys, answer)?,
        None => false,
    };
    Ok(renew(keys, &mut appeal.words)? || answer)
}

pub(crate) fn locked(tx: &mut Tx<'_>, id: FraudCaseId) -> Result<Case> {
    tx.load::<Case>(params![id.book(), id])?.ok_or_else(|| Error::not_found("case", id))
}
