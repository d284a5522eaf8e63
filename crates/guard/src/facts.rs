//! What the guard is told about an instruction: plain data, built once by whoever runs the pipeline.
use crate::{BAD_FACTS, SUBJECTS_MAX};
use kernel::id::{AccountId, InstructionId};
use kernel::{BookId, Channel, Date, Error, Id, Money, Owner, Result, Timestamp};
use store::KeyRing;

store::text_enum! {
    /// What happens to an instruction, mildest first (反电信网络诈骗法 18 names verify, delay and limit).
    pub enum Ladder {
        Pass = "pass",
        /// Passes with a tip that is shown and confirmed.
        Tip = "tip",
        /// Waits for a call-back or another proof of identity.
        Verify = "verify",
        /// Waits for a time in which the customer may take it back.
        Delay = "delay",
        /// Refused, and the customer is limited to the counter.
        Limit = "limit",
        /// Refused.
        Stop = "stop",
    }
}

store::text_enum! {
    /// What kind of movement it is.
    pub enum Kind {
        Transfer = "transfer",
        /// A whole run of wages, or a chunk of one: one decision for all its lines.
        WageRun = "wage_run",
        /// A single wage line.
        WagePay = "wage_pay",
        FundWageAccount = "fund_wage_account",
        /// Money that leaves a wage account by a named exception.
        WageReturn = "wage_return",
        ClearingOut = "clearing_out",
        ClearingIn = "clearing_in",
        ClearingReturn = "clearing_return",
        CashIn = "cash_in",
        CashOut = "cash_out",
        Fee = "fee",
        Reversal = "reversal",
        /// With a card, through its scheme.
        CardPurchase = "card_purchase",
        /// Between a customer's account and his own deposit.
        Deposit = "deposit",
        /// What the bank owes its depositors.
        Interest = "interest",
    }
}

impl Kind {
    /// What a customer sends or draws; only this is counted in the payer's activity.
    pub fn is_payment(self) -> bool {
        matches!(self, Kind::Transfer | Kind::ClearingOut | Kind::CashOut | Kind::CardPurchase)
    }
    /// What a wage account may be debited for.
    pub fn pays_wages(self) -> bool {
        matches!(self, Kind::WageRun | Kind::WagePay | Kind::WageReturn)
    }
}

store::text_enum! {
    /// The payer's age, as far as rules differ. Elder: 60 and over (老年人权益保障法 2).
    pub enum AgeBand { Unknown = "unknown", Minor = "minor", Adult = "adult", Elder = "elder" }
}

impl AgeBand {
    pub fn of(birth: Option<Date>, on: Date) -> AgeBand {
        match birth.map(|born| born.years_until(on)) {
            None => AgeBand::Unknown,
            Some(..18) => AgeBand::Minor,
            Some(18..60) => AgeBand::Adult,
            Some(_) => AgeBand::Elder,
        }
    }
}

store::text_enum! {
    /// What the bank verified a payee to be for. Basic payments (medical, social security, utilities) are not delayed for
    /// behaviour (反洗钱法 30). Never taken from a memo.
    pub enum PayeeClass {
        Ordinary = "ordinary",
        Medical = "medical",
        SocialSecurity = "social_security",
        Utilities = "utilities",
        /// Verified, and not among the basic payments.
        Tax = "tax",
    }
}

impl PayeeClass {
    pub fn is_basic(self) -> bool {
        matches!(self, PayeeClass::Medical | PayeeClass::SocialSecurity | PayeeClass::Utilities)
    }
}

store::text_enum! {
    /// By what a list can know somebody.
    pub enum SubjectKind { Owner = "owner", Account = "account", Identity = "identity", Phone = "phone" }
}

/// Somebody as a list knows him: a keyed hash, never the value.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct Subject {
    pub kind: SubjectKind,
    #[serde(serialize_with = "hex")]
    pub hash: Vec<u8>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{:02x?}…", self.kind, &self.hash[..self.hash.len().min(4)])
    }
}

fn hex<S: serde::Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{}", Hex(bytes)))
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl Subject {
    /// An account by its number. Spaces, hyphens, full-width forms and case do not count.
    pub fn number(keys: &KeyRing, number: &str) -> Subject {
        let plain = kernel::chinese::half_width(number);
        let plain: String = plain.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        Subject { kind: SubjectKind::Account, hash: keys.index("guard.account", &plain.to_ascii_uppercase()) }
    }
    pub fn account(keys: &KeyRing, account: AccountId) -> Subject {
        Subject::number(keys, &account.to_string())
    }
    pub fn owner(keys: &KeyRing, owner: Owner) -> Subject {
        let hash = keys.index("guard.owner", &owner.to_string().to_ascii_uppercase());
        Subject { kind: SubjectKind::Owner, hash }
    }
    /// By an identity document, as the customers' register knows it: lists and customers meet without the number.
    pub fn identity(index: &[u8]) -> Subject {
        Subject { kind: SubjectKind::Identity, hash: index.to_vec() }
    }
    /// By a phone, as the customers' register knows it.
    pub fn phone(index: &[u8]) -> Subject {
        Subject { kind: SubjectKind::Phone, hash: index.to_vec() }
    }
}

/// The side that is debited.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Payer {
    pub owner: Owner,
    pub account: AccountId,
    /// It pays wages only.
    pub wage_account: bool,
    pub age: AgeBand,
    /// `None` where there is no device: at the counter, inside the bank.
    pub device_known: Option<bool>,
    /// Where the order comes from; see [`crate::device_key`].
    pub device: Option<risk::Key>,
    /// Available before this instruction.
    pub balance: Option<Money>,
    /// More names than owner and account, which are looked up anyway: identity, phone, card number.
    pub subjects: Vec<Subject>,
}

/// The side that is credited.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Payee {
    Inside {
        owner: Owner,
        account: AccountId,
        class: PayeeClass,
        subjects: Vec<Subject>,
    },
    /// At another bank.
    External {
        /// Its clearing code.
        bank: String,
        account_masked: String,
        /// Of `bank:number`.
        account: Subject,
        /// Keyed hash of the name; may be empty.
        #[serde(serialize_with = "hex")]
        name: Vec<u8>,
        class: PayeeClass,
        subjects: Vec<Subject>,
    },
    /// The lines of a wage run.
    Many {
        lines: u32,
    },
    Cash,
}

impl Payee {
    /// An ordinary payee at another bank; lists may know the account with its bank or by number alone.
    pub fn external(keys: &KeyRing, bank: &str, number: &str, name: &str) -> Payee {
        Payee::External {
            bank: bank.to_owned(),
            account_masked: kernel::chinese::mask_card(number),
            account: Subject::number(keys, &format!("{bank}:{number}")),
            name: if name.is_empty() { Vec::new() } else { keys.index("guard.name", name.trim()) },
            class: PayeeClass::Ordinary,
            subjects: vec![Subject::number(keys, number)],
        }
    }

    pub fn class(&self) -> PayeeClass {
        match self {
            Payee::Inside { class, .. } | Payee::External { class, .. } => *class,
            Payee::Many { .. } | Payee::Cash => PayeeClass::Ordinary,
        }
    }

    /// Whom the payer knows or does not know: 8 bytes of a hash. `None` for runs and cash.
    pub(crate) fn acquaintance(&self) -> Option<u64> {
        let first8 = |bytes: &[u8]| bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b));
        match self {
            Payee::Inside { owner, .. } => first8(blake3::hash(owner.to_string().as_bytes()).as_bytes()),
            Payee::External { account, .. } => first8(&account.hash),
            Payee::Many { .. } | Payee::Cash => None,
        }
    }

    pub(crate) fn owner(&self) -> Option<Owner> {
        match self {
            Payee::Inside { owner, .. } => Some(*owner),
            _ => None,
        }
    }

    fn shown(&self) -> String {
        match self {
            Payee::Inside { owner, account, .. } => format!("{owner} {account}"),
            Payee::External { bank, account_masked, .. } => format!("{bank} {account_masked}"),
            Payee::Many { lines } => format!("{lines} lines"),
            Payee::Cash => "cash".into(),
        }
    }

    pub(crate) fn subjects(&self, keys: &KeyRing) -> Vec<Subject> {
        let (mut all, more) = match self {
            Payee::Inside { owner, account, subjects, .. } => (named(keys, *owner, *account), subjects.as_slice()),
            Payee::External { account, subjects, .. } => (vec![account.clone()], subjects.as_slice()),
            Payee::Many { .. } | Payee::Cash => return Vec::new(),
        };
        all.extend_from_slice(more);
        all
    }
}

fn named(keys: &KeyRing, owner: Owner, account: AccountId) -> Vec<Subject> {
    match owner {
        Owner::Bank => Vec::new(),
        _ => vec![Subject::owner(keys, owner), Subject::account(keys, account)],
    }
}

/// What somebody did about the reasons of the round before.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Clearance {
    /// Tip: confirmed. Verify: call-back or face done. Delay: waited out. Limit and Stop cannot be cleared: their cause must go.
    pub level: Ladder,
    /// The principal who did it.
    pub by: String,
}

/// Everything the guard is told. Build it once and give the same value to `prepare` and `decide`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Facts {
    pub instruction: InstructionId,
    /// 0 at first, one more with each release.
    pub round: u32,
    pub kind: Kind,
    pub channel: Channel,
    pub payer: Payer,
    pub payee: Payee,
    /// Since when the payer has him in his book of payees; `None` when he has not.
    pub payee_since: Option<Timestamp>,
    /// Of a run: its sum.
    pub amount: Money,
    pub at: Timestamp,
    pub clearance: Option<Clearance>,
    /// What is known around it: the payer's age, the account's, what his screen says. What is not known is `None`.
    #[serde(skip)]
    pub signals: risk::Signals,
}

/// Seconds of filling in a form that are believed; more is not known, as when a page was left open.
pub const FILL_SECONDS_MAX: u32 = 86_400;

/// What the customer's browser or app says of itself while an order is made. Absent is not known. Whoever holds the device
/// can say anything, so rules only ever hold it against a payment, and a "no" clears nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct DeviceSays {
    /// Seconds from the first question of the order to its last button; see [`FILL_SECONDS_MAX`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_seconds: Option<u32>,
    /// The payee's number was pasted and not typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_pasted: Option<bool>,
    /// The screen is shared or recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_shared: Option<bool>,
    /// A telephone call is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_call: Option<bool>,
    /// A program operates the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operated: Option<bool>,
}

impl DeviceSays {
    pub fn is_silent(&self) -> bool {
        *self == DeviceSays::default()
    }
    /// As signals of a payment; what is known already stays.
    pub fn onto(self, signals: risk::Signals) -> risk::Signals {
        let believed = self.fill_seconds.filter(|s| *s <= FILL_SECONDS_MAX);
        risk::Signals {
            fill_seconds: signals.fill_seconds.or(believed),
            number_pasted: signals.number_pasted.or(self.number_pasted),
            screen_shared: signals.screen_shared.or(self.screen_shared),
            on_call: signals.on_call.or(self.on_call),
            operated: signals.operated.or(self.operated),
            ..signals
        }
    }
    fn of(s: &risk::Signals) -> DeviceSays {
        DeviceSays {
            fill_seconds: s.fill_seconds,
            number_pasted: s.number_pasted,
            screen_shared: s.screen_shared,
            on_call: s.on_call,
            operated: s.operated,
        }
    }
}

/// The facts as the decision keeps them: ids and masked text.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Inputs {
    pub kind: String,
    pub channel: String,
    pub payer: String,
    pub payer_account: String,
    pub wage_account: bool,
    pub age: String,
    pub device_known: Option<bool>,
    pub payee: String,
    pub payee_class: String,
    /// Since when he stands in the payer's book; empty when he does not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payee_since: String,
    pub amount: String,
    pub currency: String,
    /// What the payer's device said.
    #[serde(default, skip_serializing_if = "DeviceSays::is_silent")]
    pub says: DeviceSays,
    /// Of a first round: what the engine was asked, so that it can be asked again with other rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Box<Asked>>,
}

/// A payment as the engine was asked about it, by hashes, and what was known around it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    pub payment: risk::Payment,
    pub signals: risk::Signals,
}

impl Facts {
    pub(crate) fn check(&self) -> Result<()> {
        let bad = |what: &str| Err(Error::new(&BAD_FACTS, what.to_owned()).with("instruction", self.instruction));
        let theirs = match &self.payee {
            Payee::Inside { subjects, .. } | Payee::External { subjects, .. } => subjects.len(),
            _ => 0,
        };
        let most = theirs.max(self.payer.subjects.len());
        if most > SUBJECTS_MAX {
            return Err(Error::limit("subjects of a side", most, SUBJECTS_MAX, "subjects"));
        }
        if self.amount.minor < 0 {
            return bad("the amount of an instruction is below zero");
        }
        if self.clearance.as_ref().is_some_and(|c| c.level > Ladder::Delay) {
            return bad("limit and stop cannot be cleared; end what caused them");
        }
        if self.clearance.is_some() && self.round == 0 {
            return bad("a first round has nothing to clear");
        }
        Ok(())
    }

    /// Whether this is counted among what the payer did.
    pub(crate) fn counts(&self) -> bool {
        self.kind.is_payment() && self.payer.owner != Owner::Bank
    }

    pub(crate) fn book(&self) -> BookId {
        self.instruction.book()
    }

    pub(crate) fn inputs(&self) -> Inputs {
        Inputs {
            kind: self.kind.code().into(),
            channel: self.channel.code().into(),
            payer: self.payer.owner.to_string(),
            payer_account: self.payer.account.to_string(),
            wage_account: self.payer.wage_account,
            age: self.payer.age.code().into(),
            device_known: self.payer.device_known,
            payee: self.payee.shown(),
            payee_class: self.payee.class().code().into(),
            payee_since: self.payee_since.map(|at| at.to_string()).unwrap_or_default(),
            amount: self.amount.plain(),
            currency: self.amount.currency.to_string(),
            says: DeviceSays::of(&self.signals),
            asked: None,
        }
    }

    /// A hash of what is asked for: parties, kind, amount. Not of when, nor of what is known around it.
    pub(crate) fn asked(&self) -> Vec<u8> {
        let core = serde_json::json!({
            "kind": self.kind, "payer": self.payer.owner, "account": self.payer.account, "payee": self.payee,
            "amount": self.amount,
        });
        blake3::hash(core.to_string().as_bytes()).as_bytes()[..16].to_vec()
    }

    pub(crate) fn payer_subjects(&self, keys: &KeyRing) -> Vec<Subject> {
        let mut all = named(keys, self.payer.owner, self.payer.account);
        all.extend_from_slice(&self.payer.subjects);
        all
    }
}
