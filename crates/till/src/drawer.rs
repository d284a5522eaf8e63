//! A place where cash is, with its account in the ledger and the notes counted in it.
use crate::case::{self, Source};
use crate::events::Event;
use crate::{COUNT_DIFFERS, DRAWERS_MAX, Notes, OWN_DRAWER, book, filled, keeper, others, reader};
use kernel::error::STALE;
use kernel::id::{AccountId, BranchId, DrawerId, Raw, StaffId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Result, Timestamp};
use ledger::{Opening, Purpose, Side};
use party::{Permission, Scope};
use payments::own::{Own, own};
use serde::{Deserialize, Serialize};
use store::{Audit, Json, Seal, Tx, params};

store::text_enum! {
    /// What kind of place it is.
    pub enum DrawerKind {
        Vault = "vault",
        Till = "till",
        Machine = "machine",
        /// Damaged notes, each at what was given for it; its count of notes stays empty.
        Damaged = "damaged",
        /// Between two drawers.
        Transit = "transit",
        /// Where notes come from and go to: the central bank's or the bank's own cash centre. Not counted here.
        Centre = "centre",
    }
}

/// A count that waits for the second person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Count {
    pub notes: Notes,
    pub by: String,
    pub at: Timestamp,
}

store::record! {
    /// A place where cash is.
    pub struct Drawer in "drawers" key 2 {
        pub book: BookId,
        pub id: DrawerId,
        pub branch: BranchId,
        pub kind: DrawerKind,
        pub name: String,
        pub currency: Currency,
        pub account: AccountId,
        /// What is in it by the book.
        pub notes: Notes,
        /// The teller who has it today.
        pub holder: Option<StaffId>,
        pub counted_on: Option<Date>,
        pub counted_by: Option<String>,
        pub counted_at: Option<Timestamp>,
        pub witnessed_by: Option<String>,
        /// A count by one person; the second has to find the same.
        pub counting: Option<Json<Count>>,
        /// The business date on which it last changed.
        pub moved_on: Option<Date>,
        /// Why a machine is not to be used.
        pub out_of_service: Option<String>,
        pub opened_at: Timestamp,
        pub opened_by: String,
    }
}

impl Drawer {
    pub(crate) fn is_counted(&self) -> bool {
        !matches!(self.kind, DrawerKind::Damaged | DrawerKind::Centre)
    }
    /// What it holds by its own count; not for damaged notes.
    pub fn sum(&self) -> Result<Money> {
        self.notes.sum()
    }
}

/// A drawer as it is shown: what the count says and what the ledger says.
#[derive(Clone, Debug, Serialize)]
pub struct DrawerView {
    pub id: DrawerId,
    pub branch: BranchId,
    pub kind: DrawerKind,
    pub name: String,
    pub currency: Currency,
    pub notes: Notes,
    pub booked: Money,
    pub holder: Option<StaffId>,
    pub counted_on: Option<Date>,
    pub counted_by: Option<String>,
    pub witnessed_by: Option<String>,
    pub counting: Option<Count>,
    pub out_of_service: Option<String>,
}

pub(crate) fn key(id: DrawerId) -> [store::Param<'static>; 2] {
    [store::Param::Int(i64::from(id.book().0)), store::Param::Id(id.bytes())]
}

pub(crate) fn raw(tx: &mut Tx<'_>, id: DrawerId) -> Result<Drawer> {
    tx.load::<Drawer>(&key(id))?.ok_or_else(|| Error::not_found("drawer", id))
}

/// The one drawer of a kind and currency in a branch: its vault, its transit, its damaged notes, its centre.
pub(crate) fn of_kind(tx: &mut Tx<'_>, book: BookId, kind: DrawerKind, currency: Currency) -> Result<Drawer> {
    let tail = "WHERE book = ?1 AND kind = ?2 AND currency = ?3 ORDER BY id LIMIT 1";
    let found = tx.select_locked::<Drawer>(tail, params![book, kind, currency])?.pop();
    found.ok_or_else(|| Error::not_found("drawer of this branch", kind))
}

/// The account of cash over and short (待处理财产损溢) of a book: computed, as the bank's other own accounts are.
pub fn over_short(book: BookId, currency: Currency) -> AccountId {
    let mut tail = [0u8; 6];
    tail[3..].copy_from_slice(currency.code().as_bytes());
    AccountId::from_raw(Raw::from_parts(OVER_SHORT_TICK, book, tail))
}

/// Beyond the ticks of [`payments::own`].
const OVER_SHORT_TICK: u64 = 101;

/// Makes a branch's vault and what goes with it: transit, damaged notes, the way to the cash centre, the account of over and
/// short. Needs `branch.manage`. Repeating is safe: the same drawers.
pub fn set_up(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, currency: Currency) -> Result<DrawerId> {
    party::may(tx, actor, Permission::BranchManage, &Scope::branch(branch))?;
    crate::faces(currency)?;
    let name = "现金长短款 Cash over and short";
    let id = over_short(branch.book(), currency);
    ledger::open_account(tx, actor, &Opening::own(id, "1901", Purpose::Suspense, Side::Debit, name, currency))?;
    let mut vault = None;
    for (kind, name) in [
        (DrawerKind::Vault, "库房"),
        (DrawerKind::Transit, "在途"),
        (DrawerKind::Damaged, "残损"),
        (DrawerKind::Centre, "现金中心"),
    ] {
        let made = make(tx, actor, branch, kind, name, currency)?;
        vault.get_or_insert(made);
    }
    vault.ok_or_else(|| Error::broken("a branch without a vault"))
}

/// Makes a till. Needs `branch.manage`; the branch has a vault.
pub fn till_make(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, name: &str, currency: Currency) -> Result<DrawerId> {
    party::may(tx, actor, Permission::BranchManage, &Scope::branch(branch))?;
    of_kind(tx, branch.book(), DrawerKind::Vault, currency)?;
    make(tx, actor, branch, DrawerKind::Till, name, currency)
}

/// Makes a cash machine, empty. Needs `branch.manage`; the branch has a vault.
pub fn machine_make(
    tx: &mut Tx<'_>,
    actor: &Actor,
    branch: BranchId,
    name: &str,
    currency: Currency,
) -> Result<DrawerId> {
    party::may(tx, actor, Permission::BranchManage, &Scope::branch(branch))?;
    of_kind(tx, branch.book(), DrawerKind::Vault, currency)?;
    make(tx, actor, branch, DrawerKind::Machine, name, currency)
}

fn make(
    tx: &mut Tx<'_>,
    actor: &Actor,
    branch: BranchId,
    kind: DrawerKind,
    name: &str,
    currency: Currency,
) -> Result<DrawerId> {
    let name = filled("name", name)?;
    let tail = "WHERE book = ?1 AND kind = ?2 AND name = ?3 AND currency = ?4 LIMIT 1";
    if let Some(there) = tx.select::<Drawer>(tail, params![branch.book(), kind, name, currency])?.pop() {
        return Ok(there.id);
    }
    let all =
        tx.query_one("SELECT count(*) FROM drawers WHERE book = ?1", params![branch.book()], |r| r.get::<i64>(0))?;
    if all.unwrap_or(0) >= i64::from(DRAWERS_MAX) {
        return Err(Error::limit("drawers", all.unwrap_or(0) + 1, DRAWERS_MAX, "drawers"));
    }
    let account = account(tx, actor, branch, kind, &name, currency)?;
    let id = DrawerId::new(tx.now(), branch.book());
    tx.insert(&mut Drawer {
        book: branch.book(),
        id,
        branch,
        kind,
        name: name.clone(),
        currency,
        account,
        notes: Notes::none(currency),
        holder: None,
        counted_on: None,
        counted_by: None,
        counted_at: None,
        witnessed_by: None,
        counting: None,
        moved_on: None,
        out_of_service: None,
        opened_at: tx.now(),
        opened_by: actor.principal(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("till.drawer_make", id).after(format!("{kind} {name} {currency}")))?;
    Ok(id)
}

fn account(
    tx: &mut Tx<'_>,
    actor: &Actor,
    branch: BranchId,
    kind: DrawerKind,
    name: &str,
    currency: Currency,
) -> Result<AccountId> {
    let (chart, purpose) = match kind {
        DrawerKind::Vault => ("100101", Purpose::Vault),
        DrawerKind::Till => ("100102", Purpose::Till),
        DrawerKind::Machine => ("100103", Purpose::CashMachine),
        DrawerKind::Damaged => ("100104", Purpose::DamagedNotes),
        DrawerKind::Transit => ("100105", Purpose::CashInTransit),
        DrawerKind::Centre => return Ok(own(branch.book(), Own::Settlement, currency)),
    };
    let id = AccountId::new(tx.now(), branch.book());
    let opening = Opening::own(id, chart, purpose, Side::Debit, &format!("库存现金 {name}"), currency);
    ledger::open_account(tx, actor, &Opening { limited: true, ..opening })?;
    Ok(id)
}

/// A drawer with what the ledger says of it.
pub fn drawer(tx: &mut Tx<'_>, actor: &Actor, id: DrawerId) -> Result<DrawerView> {
    let found = tx.get::<Drawer>(&key(id))?.ok_or_else(|| Error::not_found("drawer", id))?;
    reader(tx, actor, found.branch).map_err(|_| Error::not_found("drawer", id))?;
    view(tx, found)
}

/// All drawers of a branch, at most [`DRAWERS_MAX`].
pub fn drawers(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<Vec<DrawerView>> {
    reader(tx, actor, branch)?;
    let all =
        tx.select::<Drawer>("WHERE book = ?1 ORDER BY kind, name LIMIT ?2", params![branch.book(), DRAWERS_MAX])?;
    all.into_iter().filter(|d| d.kind != DrawerKind::Centre).map(|d| view(tx, d)).collect()
}

/// The way to the cash centre of a branch, which [`drawers`] does not list: nothing is counted there.
pub fn centre(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId, currency: Currency) -> Result<DrawerId> {
    reader(tx, actor, branch)?;
    let tail = "WHERE book = ?1 AND kind = ?2 AND currency = ?3 ORDER BY id LIMIT 1";
    let found = tx.select::<Drawer>(tail, params![branch.book(), DrawerKind::Centre, currency])?.pop();
    found.map(|d| d.id).ok_or_else(|| Error::not_found("cash centre of", branch))
}

fn view(tx: &mut Tx<'_>, d: Drawer) -> Result<DrawerView> {
    let booked = ledger::view(tx, d.account)?.posted();
    Ok(DrawerView {
        id: d.id,
        branch: d.branch,
        kind: d.kind,
        name: d.name,
        currency: d.currency,
        notes: d.notes,
        booked,
        holder: d.holder,
        counted_on: d.counted_on,
        counted_by: d.counted_by,
        witnessed_by: d.witnessed_by,
        counting: d.counting.map(|c| c.0),
        out_of_service: d.out_of_service,
    })
}

/// Writes what a drawer holds now. `Err(broken_record)` when the count and the ledger do not agree: they always do at the end of a
/// command.
pub(crate) fn save(tx: &mut Tx<'_>, d: &mut Drawer, notes: Notes) -> Result<()> {
    d.notes = notes;
    d.moved_on = Some(tx.business_date()?);
    if d.kind == DrawerKind::Vault {
        // It has to be counted again before the day closes, by both persons.
        (d.counted_on, d.counting) = (None, None);
    }
    if d.is_counted() {
        agree(tx, d)?;
    }
    tx.update(d)
}

/// The count and the ledger say the same.
pub(crate) fn agree(tx: &mut Tx<'_>, d: &Drawer) -> Result<()> {
    let (counted, booked) = (d.sum()?, ledger::view(tx, d.account)?.posted());
    match counted == booked {
        true => Ok(()),
        // Another writer posted what waits here since the drawer was brought up: the closure is run again.
        false if tx.locks_rows() => Err(Error::new(&STALE, format!("{} changed meanwhile", d.id))),
        false => Err(Error::broken(format!("{} is counted {counted} and booked {booked}", d.id))),
    }
}

/// Puts a count in the place of the book; what differs goes to over and short with a case. `accepted` is the difference the
/// counter has seen: `Err(COUNT_DIFFERS)` when it is another.
pub(crate) fn recount(
    tx: &mut Tx<'_>,
    actor: &Actor,
    d: &mut Drawer,
    counted: &Notes,
    accepted: Option<Money>,
    source: Source,
    candidates: Vec<crate::difference::Candidate>,
) -> Result<Money> {
    let difference = counted.sum()?.sub(d.sum()?)?;
    let exact = d.notes == *counted;
    if (!difference.is_zero() || !exact) && accepted != Some(difference) {
        let told = format!("{} is counted {counted} and booked {}", d.name, d.notes);
        return Err(Error::new(&COUNT_DIFFERS, told).with("difference", difference));
    }
    if !difference.is_zero() {
        let account = over_short(d.book, d.currency);
        let amount = Money::new(difference.minor.abs(), d.currency);
        let (debit, credit) = if difference.is_positive() { (d.account, account) } else { (account, d.account) };
        let detail = format!("counted {counted}, booked {}", d.notes);
        let opened =
            case::open(tx, actor, d, case::Found { source, amount: difference, detail, candidates, customer: None })?;
        book(tx, debit, credit, amount, "cash_difference", &opened.to_string())?;
    }
    save(tx, d, counted.clone())?;
    Ok(difference)
}

/// The first person's count of a vault or machine. `Err(OWN_DRAWER)` for a till: its teller counts it.
pub fn vault_count(tx: &mut Tx<'_>, actor: &Actor, id: DrawerId, counted: Notes) -> Result<()> {
    let mut d = raw(tx, id)?;
    keeper(tx, actor, d.branch)?;
    if d.kind != DrawerKind::Vault {
        return Err(Error::new(&OWN_DRAWER, format!("a {} is not counted this way", d.kind)));
    }
    others(actor, &[])?;
    Notes::none(d.currency).plus(&counted)?;
    let (by, at) = (actor.principal(), tx.now());
    d.counting = Some(Json(Count { notes: counted, by, at }));
    tx.update(&mut d)?;
    tx.audit(actor, Audit::of("till.vault_count", id))
}

/// The second person counted too, by himself: the same, and the vault is counted for today. `Err(COUNT_DIFFERS)` when the two counts
/// differ, or when they differ from the book and `accepted` is not that difference.
pub fn vault_count_confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DrawerId,
    counted: &Notes,
    accepted: Option<Money>,
) -> Result<Money> {
    let mut d = raw(tx, id)?;
    keeper(tx, actor, d.branch)?;
    let Some(Json(first)) = d.counting.take() else {
        return Err(Error::new(&crate::MOVE_STATE, "nobody has counted it yet"));
    };
    others(actor, &[Some(&first.by)])?;
    if first.notes != *counted {
        return Err(Error::new(&COUNT_DIFFERS, "the two persons counted different notes"));
    }
    let (by, at, today) = (first.by, first.at, tx.business_date()?);
    let candidates = crate::difference::candidates(counted, &d.notes, &[]);
    let difference = recount(tx, actor, &mut d, counted, accepted, Source::Vault, candidates)?;
    (d.counted_on, d.counted_by, d.counted_at) = (Some(today), Some(by), Some(at));
    d.witnessed_by = Some(actor.principal());
    tx.update(&mut d)?;
    tx.audit(actor, Audit::of("till.vault_count_confirm", id).after(format!("{counted} ({difference})")))?;
    tx.emit(&Event::VaultCounted { drawer: id, difference }, &actor.correlation)?;
    Ok(difference)
}
