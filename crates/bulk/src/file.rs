//! A file of payments as a whole.
use crate::FILE_STATE;
use crate::line::{Counts, counts};
use approval::State as Asked;
use kernel::id::{AccountId, ApprovalId, BulkId, FirmId};
use kernel::{Actor, BookId, Channel, Currency, Error, Id, Money, Page, PageAsk, Result, Timestamp, Who};
use party::{Permission, Scope};
use store::{Seal, Tx, params};

store::text_enum! {
    pub enum FileState {
        /// Its lines can be paid, and wait for the maker's word.
        Drafted = "drafted",
        /// Nothing in it can be paid.
        Rejected = "rejected",
        /// Waits for a second person.
        Submitted = "submitted",
        Paying = "paying",
        /// Every line was taken in; what became of each stands on it.
        Paid = "paid",
        Cancelled = "cancelled",
    }
}

store::record! {
    /// A file that was sent.
    pub struct BulkFile in "bulk_files" key 2 {
        pub book: BookId,
        pub id: BulkId,
        pub firm: FirmId,
        pub debit: AccountId,
        pub file_name: String,
        pub file_hash: Vec<u8>,
        pub channel: Channel,
        pub state: FileState,
        pub lines: i64,
        /// Minor units.
        pub total: i64,
        /// Minor units; known once it is submitted.
        pub fees: i64,
        pub refused_rows: i64,
        /// Rows whose name is not that of the account here.
        pub misnamed: i64,
        pub lines_hash: Vec<u8>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub approval: Option<ApprovalId>,
        /// Whose word began the paying: the second person's, or the maker's where none was needed.
        pub started_by: Option<String>,
        pub started_at: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: String,
    }
}

store::record! {
    /// What was wrong in a file: for screens, and as the file that is sent.
    pub(crate) struct Findings in "bulk_findings" key 2 {
        pub book: BookId,
        pub file: BulkId,
        pub shown: store::Json<Vec<Finding>>,
        pub csv: Vec<u8>,
    }
}

/// One finding, masked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    pub sheet: String,
    pub cell: String,
    pub row: u32,
    pub column: String,
    pub value: String,
    /// `note`, `warning`, `refused`.
    pub severity: String,
    pub code: String,
    pub reason_zh: String,
    pub remedy_zh: String,
    pub reason_en: String,
    pub remedy_en: String,
}

/// A file with how far it is.
#[derive(Clone, Debug)]
pub struct FileView {
    pub file: BulkFile,
    pub counts: Counts,
    /// Who sent it, and whose word began the paying.
    pub made_by: String,
    pub started_by: String,
    /// It can be submitted: a draft, or one whose request ended without a yes.
    pub can_submit: bool,
}

impl BulkFile {
    pub fn sum(&self) -> Money {
        Money::new(self.total, Currency::CNY)
    }
    pub fn fee_sum(&self) -> Money {
        Money::new(self.fees, Currency::CNY)
    }
    /// The maker, to pay in his name.
    pub(crate) fn maker(&self) -> Result<Actor> {
        let who = match party::principal(&self.made_by) {
            Some(Who::Person(person)) => Who::ForFirm { person, firm: self.firm },
            _ => Who::Client { client: self.made_by.parse()?, firm: self.firm },
        };
        Ok(Actor { channel: self.channel, correlation: self.id.to_string(), ..Actor::of(who) })
    }
    pub(crate) fn need(&self, allowed: &[FileState]) -> Result<()> {
        match allowed.contains(&self.state) {
            true => Ok(()),
            false => Err(Error::new(&FILE_STATE, format!("{} is {}", self.id, self.state)).with("state", self.state)),
        }
    }
    pub(crate) fn start(&mut self, by: &str, at: Timestamp) {
        self.state = FileState::Paying;
        (self.started_by, self.started_at) = (Some(by.into()), Some(at));
    }
}

pub(crate) fn raw(tx: &mut Tx<'_>, id: BulkId) -> Result<BulkFile> {
    tx.load::<BulkFile>(params![id.book(), id])?.ok_or_else(|| Error::not_found("bulk file", id))
}

/// `permission` at the firm, and to everybody of another firm it does not exist.
pub(crate) fn of_firm(tx: &mut Tx<'_>, actor: &Actor, id: BulkId, permission: Permission) -> Result<BulkFile> {
    let file = raw(tx, id)?;
    let ours = actor.firm() == Some(file.firm);
    party::may(tx, actor, permission, &Scope::firm(file.firm))
        .map_err(|why| if ours { why } else { Error::not_found("bulk file", id).caused_by(why) })?;
    Ok(file)
}

fn view(tx: &mut Tx<'_>, file: BulkFile) -> Result<FileView> {
    let counts = counts(tx, file.id)?;
    let made_by = party::who_name(tx, &file.made_by)?;
    let started_by = file.started_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
    let can_submit = can_submit(tx, &file)?;
    Ok(FileView { file, counts, made_by, started_by, can_submit })
}

pub(crate) fn can_submit(tx: &mut Tx<'_>, file: &BulkFile) -> Result<bool> {
    Ok(match (file.state, file.approval) {
        (FileState::Drafted, _) => true,
        (FileState::Submitted, Some(asked)) => {
            matches!(
                approval::raw(tx, asked)?.state,
                Asked::Refused | Asked::SentBack | Asked::Cancelled | Asked::Expired
            )
        }
        _ => false,
    })
}

/// A file of the firm. Needs `account.read` there.
pub fn file(tx: &mut Tx<'_>, actor: &Actor, id: BulkId) -> Result<FileView> {
    let file = of_firm(tx, actor, id, Permission::AccountRead)?;
    view(tx, file)
}

/// The files of the actor's firm, newest first.
pub fn files(tx: &mut Tx<'_>, actor: &Actor, ask: &PageAsk) -> Result<Page<FileView>> {
    let firm = actor.firm().ok_or_else(|| Error::forbidden("only firms send files of payments"))?;
    party::may(tx, actor, Permission::AccountRead, &Scope::firm(firm))?;
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<BulkId>().map(|id| id.bytes()))?;
    let tail = "WHERE book = ?1 AND firm = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<BulkFile>(tail, params![firm.book(), firm, before, rows + 1])?;
    let page = Page::cut(found, rows, |f| f.id.to_string());
    let items = page.items.into_iter().map(|f| view(tx, f)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

/// What was wrong in a file, refusals first.
pub fn findings(tx: &mut Tx<'_>, actor: &Actor, id: BulkId) -> Result<Vec<Finding>> {
    of_firm(tx, actor, id, Permission::AccountRead)?;
    Ok(tx.get::<Findings>(params![id.book(), id])?.map(|f| f.shown.0).unwrap_or_default())
}

pub(crate) fn keep_findings(tx: &mut Tx<'_>, id: BulkId, shown: Vec<Finding>, csv: Vec<u8>) -> Result<()> {
    let (book, shown) = (id.book(), store::Json(shown));
    tx.insert(&mut Findings { book, file: id, shown, csv, seal: Seal::default() })
}
