//! Typed, prefixed ids.
//!
//! An id is 16 bytes in UUID version 7 layout (RFC 9562 §5.7): 48 bits of milliseconds, then a counter, so ids made later
//! sort later and indexes grow at their end. Of the 62 free bits at the end, the first 16 hold the **book** of the thing
//! named (a branch with its customers, the distribution key of the database), so that an id alone finds its place. Shown,
//! it is a prefix and 26 characters of Crockford base32: `acct_06BXSV3Q00R0004TQ8ZC5E2ZWM`.
use crate::clock::Timestamp;
use crate::error::{BAD_ID, Error, Result};
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A set of accounts and their records kept together; the distribution key. 0 is the head office, which holds the
/// settlement accounts. 0 to 65,535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct BookId(pub u16);

impl BookId {
    pub const HEAD_OFFICE: BookId = BookId(0);
}

impl fmt::Display for BookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// 16 bytes that sort by the time they were made and carry a book.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Raw(pub [u8; 16]);

/// Six random bytes from a buffer of the thread's own, so that the system is asked once in 85 ids.
fn random6() -> [u8; 6] {
    thread_local! {
        static BUFFER: RefCell<([u8; 510], usize)> = const { RefCell::new(([0; 510], 510)) };
    }
    BUFFER.with_borrow_mut(|(bytes, used)| {
        if *used == bytes.len() {
            getrandom::fill(bytes).expect("the operating system gives random bytes");
            *used = 0;
        }
        let six = bytes[*used..*used + 6].try_into().expect("6 bytes");
        *used += 6;
        six
    })
}

static LAST: AtomicU64 = AtomicU64::new(0);

impl Raw {
    /// A new id at `at` in `book`. Ids made by one process strictly grow, even within a millisecond (RFC 9562 §6.2,
    /// method 3: the 12 bits after the version count sub-millisecond steps).
    pub fn new(at: Timestamp, book: BookId) -> Raw {
        let tick = tick_after((at.micros().max(0) as u64 / 1000) << 12);
        Raw::from_parts(tick, book, random6())
    }

    /// The id with these parts; `tick` is milliseconds shifted left by 12, plus a counter below 4,096.
    /// For generators and tests that need the same ids every time.
    pub fn from_parts(tick: u64, book: BookId, random: [u8; 6]) -> Raw {
        let ms = tick >> 12;
        let counter = (tick & 0xfff) as u16;
        let mut b = [0u8; 16];
        b[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        b[6] = 0x70 | (counter >> 8) as u8;
        b[7] = counter as u8;
        let tail = u64::from(book.0) << 46
            | (u64::from_be_bytes([0, 0, random[0], random[1], random[2], random[3], random[4], random[5]])
                & ((1 << 46) - 1));
        b[8..].copy_from_slice(&(0b10 << 62 | tail).to_be_bytes());
        Raw(b)
    }

    /// Before every id made at `at` or later and after all made earlier, to the millisecond: the bound of a stretch of time in a list by id.
    pub fn bound(at: Timestamp) -> [u8; 16] {
        let mut b = [0u8; 16];
        b[..6].copy_from_slice(&(at.micros().max(0) as u64 / 1000).to_be_bytes()[2..]);
        b
    }

    pub fn book(&self) -> BookId {
        let tail = u64::from_be_bytes(self.0[8..].try_into().expect("8 bytes"));
        BookId((tail >> 46 & 0xffff) as u16)
    }

    /// The millisecond the id was made in, as its maker's clock had it.
    pub fn made_at(&self) -> Timestamp {
        let ms = u64::from_be_bytes([0, 0, self.0[0], self.0[1], self.0[2], self.0[3], self.0[4], self.0[5]]);
        Timestamp::from_micros(ms as i64 * 1000)
    }

    fn well_formed(&self) -> bool {
        self.0[6] >> 4 == 7 && self.0[8] >> 6 == 0b10
    }
}

fn tick_after(tick: u64) -> u64 {
    let mut last = LAST.load(Ordering::Relaxed);
    loop {
        let next = tick.max(last + 1);
        match LAST.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return next,
            Err(seen) => last = seen,
        }
    }
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn encode(bytes: &[u8; 16], out: &mut String) {
    let n = u128::from_be_bytes(*bytes);
    for i in (0..26).rev() {
        out.push(ALPHABET[(n >> (i * 5) & 31) as usize] as char);
    }
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != 26 {
        return None;
    }
    let mut n: u128 = 0;
    for (i, c) in text.bytes().enumerate() {
        let v = match c.to_ascii_uppercase() {
            b'O' => 0,
            b'I' | b'L' => 1,
            c => ALPHABET.iter().position(|a| *a == c)? as u128,
        };
        if i == 0 && v > 7 {
            return None;
        }
        n = n << 5 | v;
    }
    Some(n.to_be_bytes())
}

/// What every typed id offers.
pub trait Id:
    Copy + Eq + Ord + std::hash::Hash + fmt::Display + std::str::FromStr<Err = Error> + Send + Sync + 'static
{
    /// Without the underscore: `acct`.
    const PREFIX: &'static str;
    fn from_raw(raw: Raw) -> Self;
    fn raw(&self) -> Raw;

    fn new(at: Timestamp, book: BookId) -> Self {
        Self::from_raw(Raw::new(at, book))
    }
    fn book(&self) -> BookId {
        self.raw().book()
    }
    fn bytes(&self) -> [u8; 16] {
        self.raw().0
    }
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let raw =
            Raw(bytes.try_into().map_err(|_| Error::new(&BAD_ID, format!("{} id is not 16 bytes", Self::PREFIX)))?);
        Ok(Self::from_raw(raw))
    }
    fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| {
            Error::new(&BAD_ID, format!("{text:?} is not a {} id: {why}", Self::PREFIX))
                .with("given", text)
                .with("prefix", Self::PREFIX)
        };
        let rest = text
            .strip_prefix(Self::PREFIX)
            .and_then(|r| r.strip_prefix('_'))
            .ok_or_else(|| bad("the prefix is missing or another"))?;
        let raw = Raw(decode(rest).ok_or_else(|| bad("26 characters of 0-9, A-Z follow the prefix"))?);
        if raw.well_formed() { Ok(Self::from_raw(raw)) } else { Err(bad("it was not made by this bank")) }
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Raw);
        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_raw(raw: Raw) -> Self { $name(raw) }
            fn raw(&self) -> Raw { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut s = String::with_capacity(32);
                s.push_str($prefix);
                s.push('_');
                encode(&self.0.0, &mut s);
                f.pad(&s)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl std::str::FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<Self> { <$name as Id>::parse(s) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                <$name as Id>::parse(&text).map_err(serde::de::Error::custom)
            }
        })*
        /// Calls `$then! { Type, Type, … }` with every id type, for crates that teach ids something (a database column).
        #[macro_export]
        macro_rules! for_each_id {
            ($then:ident) => { $then! { $($name),* } };
        }
        /// Every id type: its name and its prefix.
        pub const REGISTRY: &[(&str, &str)] = &[$((stringify!($name), $prefix)),*];
    };
}

ids! {
    /// An account of the ledger; its book is where it is kept.
    AccountId = "acct";
    /// A transfer of the ledger; its book is its debit account's.
    TransferId = "xfer";
    /// A natural person known to the bank: customer, worker, member of staff.
    PersonId = "pers";
    /// A firm, a merchant, an authority: a party that is not a person.
    FirmId = "firm";
    /// A member of staff in his or her office.
    StaffId = "staf";
    /// A branch or office in the tree.
    BranchId = "brch";
    /// A way to sign in: one person's or staff member's credentials.
    LoginId = "lgin";
    /// A signed-in session.
    SessionId = "sess";
    /// A phone, browser or terminal seen with a login.
    DeviceId = "devc";
    /// A role given to somebody over some part of the bank.
    GrantId = "grnt";
    /// Something that waits for a second person.
    ApprovalId = "appr";
    /// An instruction to move money, in the pipeline.
    InstructionId = "inst";
    /// A decision of the guard.
    DecisionId = "decn";
    /// An entry of a watch list.
    ListEntryId = "lste";
    /// A special wage account's project (or repair order).
    ProjectId = "proj";
    /// A worker on a project's roster.
    WorkerId = "wrkr";
    /// A pay sheet of one project and period.
    PaySheetId = "psht";
    /// A line of a pay sheet: one worker's wage.
    PayLineId = "plin";
    /// An import of a file.
    ImportId = "impt";
    /// A payment that left through the clearing port.
    ClearingId = "clrg";
    /// Somebody in a payee book.
    PayeeId = "paye";
    /// A firm's file of payments.
    BulkId = "bulk";
    /// A file kept by the bank.
    FileId = "file";
    /// A document the bank issued: a receipt, a statement.
    DocumentId = "docm";
    /// A notice to a customer or member of staff.
    NoticeId = "notc";
    /// A webhook subscription.
    WebhookId = "whok";
    /// An event in the outbox.
    EventId = "evnt";
    /// A bank card: its number stays with it through all its plastics.
    CardId = "card";
    /// A certificate that a deposit is there (存款证明).
    DepositProofId = "dprf";
    /// An order for a wealth product, or to give units of it back.
    WealthOrderId = "wlth";
    /// What somebody answered to the questions about risk (风险承受能力评估).
    AssessmentId = "asmt";
    /// Sound and picture of a sale at a counter (双录).
    RecordingId = "recd";
    /// An API client of a firm or partner.
    ClientId = "clnt";
    /// A passkey of a login.
    PasskeyId = "pkey";
    /// A proof of who somebody is that was asked for and has not come yet.
    PendingId = "pend";
    /// A consent that a customer gave.
    ConsentId = "cnst";
    /// A change of a customer's telephone number or address.
    ContactChangeId = "ctch";
    /// A request to be called back.
    CallBackId = "call";
    /// A wish to loosen the account safety lock (安全锁).
    LooseningId = "loos";
    /// A payment that its payer called a fraud.
    FraudReportId = "frpt";
    /// A lesson about fraud that was shown to a customer.
    LessonId = "lesn";
    /// What one person lets a member of the family see.
    FamilyTieId = "ftie";
    /// A look that was taken by such consent.
    FamilyLookId = "flok";
    /// A place where cash is kept: a vault, a till, a machine.
    DrawerId = "drwr";
    /// Cash on its way from one drawer to another.
    CashMoveId = "cmov";
    /// Cash that was over or short, until it is explained and settled.
    CashCaseId = "ccas";
    /// A counterfeit note that was taken in.
    SeizureId = "seiz";
    /// Blank vouchers with numbers that follow each other.
    VoucherRangeId = "vrng";
    /// A large sum that a customer will draw on a day.
    CashAppointmentId = "capp";
    /// What one customer did at a cash machine.
    VisitId = "mvis";
    /// A subcontractor's crew on a building site or a ship (分包队伍).
    CrewId = "crew";
    /// An attendance sheet: who worked how many days of a month on one site.
    AttendanceId = "attd";
    /// A worker's objection to a line of a pay sheet.
    ObjectionId = "objn";
    /// An owner of works is asked for more wage money than was agreed.
    TopUpId = "topu";
    /// A court's or authority's order on a protected wage account.
    LegalOrderId = "lord";
    /// An order of police, court or another authority on a customer's money (有权机关协助查控).
    AuthorityOrderId = "aord";
    /// A guarantee deposit for wages, in cash or as a bank guarantee (工资保证金).
    GuaranteeId = "guar";
    /// A labour bureau's notice that a guarantee must pay (支付通知).
    PayNoticeId = "pntc";
    /// A warning of the wage board.
    WarningId = "warn";
    /// A case of wages in arrears (欠薪案件).
    ArrearsCaseId = "acas";
    /// A labour bureau (劳动保障监察机构) and its region.
    BureauId = "bure";
    /// A bureau's look at an account, with its approval.
    BureauQueryId = "bqry";
    /// A worker's complaint, anonymous if he wants.
    ComplaintId = "cmpl";
    /// A case of the guard's desk (风险案件).
    FraudCaseId = "fcas";
    /// What made such a case or joined it.
    CaseAlertId = "calt";
    /// Something done in a case or with an objection.
    CaseStepId = "cstp";
    /// A customer's objection to a measure of the guard, or his complaint.
    AppealId = "appl";
    /// A talk at a counter before money is paid (柜面劝阻).
    CounterTalkId = "talk";
    /// What was asked, found and decided when an account was to be opened (开户核查).
    OpeningId = "opng";
    /// A review of a customer (持续尽职调查).
    CddReviewId = "cddr";
    /// A review of accounts opened in a period (存量账户排查).
    StockReviewId = "stkr";
    /// A report of a large sum or of a suspicion to the centre against money laundering (大额, 可疑交易报告).
    ReportId = "rprt";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_and_read_back() {
        let id = AccountId::new(Timestamp::from_micros(1_795_000_000_000_000), BookId(4711));
        let text = id.to_string();
        assert_eq!(text.len(), 31);
        assert_eq!(text.parse::<AccountId>().unwrap(), id);
        assert_eq!(id.book(), BookId(4711));
        assert_eq!(id.raw().made_at().micros(), 1_795_000_000_000_000);
    }

    #[test]
    fn a_wrong_prefix_is_refused_by_name() {
        let id = PersonId::new(Timestamp::from_micros(0), BookId(1));
        let e = id.to_string().parse::<AccountId>().unwrap_err();
        assert!(e.is(&BAD_ID) && e.message().contains("acct"));
        for bad in [
            "acct_",
            "acct_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "acct_00000000000000000000000000",
            "acct-06BX",
            "",
            "acct_å6BXSV3Q00R0004TQ8ZC5E2ZW",
        ] {
            assert!(bad.parse::<AccountId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn later_ids_sort_later_within_one_millisecond_and_across_a_clock_that_steps_back() {
        let mut last = TransferId::new(Timestamp::from_micros(5_000_000), BookId(1));
        for step in [0i64, 0, 0, -4_000_000, 1000] {
            for _ in 0..2000 {
                let next = TransferId::new(Timestamp::from_micros(5_000_000 + step), BookId(1));
                assert!(next.raw().0[..8] > last.raw().0[..8]);
                last = next;
            }
        }
    }

    #[test]
    fn prefixes_are_unique_and_four_letters() {
        let mut seen = std::collections::HashSet::new();
        assert!(REGISTRY.iter().all(|(_, p)| p.len() == 4 && seen.insert(p)));
    }
}
