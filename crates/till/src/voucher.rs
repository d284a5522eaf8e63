//! Blank vouchers (重要空白凭证): passbooks, certificates, cards. They are worth nothing until they are used, so they are counted by
//! number like cash. A range is received into the vault by two, issued to a till by two, used one by one in its order;
//! one that is spoilt is voided with a reason. At the close of a till the blank ones are counted.
use crate::drawer::{Drawer, DrawerKind, raw};
use crate::entry::{self, EntryKind, NewEntry};
use crate::{
    MOVE_STATE, OWN_DRAWER, VOUCHER_NONE, VOUCHER_ORDER, VOUCHER_TAKEN, VOUCHERS_MAX, day, keeper, others, reader,
};
use kernel::id::{BranchId, DrawerId, VoucherRangeId};
use kernel::{Actor, BookId, Error, Id, Money, Result, Timestamp};
use store::{Audit, Param, Seal, Tx, params};

/// Ranges of one branch at most.
const RANGES_MAX: u32 = 1_000;

store::text_enum! {
    pub enum VoucherKind {
        /// 存折
        Passbook = "passbook",
        /// 存单
        DepositCertificate = "deposit_certificate",
        /// 存款证明
        BalanceCertificate = "balance_certificate",
        /// 借记卡
        Card = "card",
        /// 支票
        Cheque = "cheque",
        /// 假币收缴凭证
        SeizureCertificate = "seizure_certificate",
    }
}

store::text_enum! {
    /// `Split`: issued on, whole or in part, as ranges of their own.
    pub enum RangeState { Held = "held", Asked = "asked", Split = "split" }
}

store::text_enum! {
    pub enum UseState { Used = "used", Voided = "voided" }
}

store::record! {
    /// Blank vouchers `first` to `last` in a drawer; those before `next` are no longer blank.
    pub struct VoucherRange in "voucher_ranges" key 2 {
        pub book: BookId,
        pub id: VoucherRangeId,
        pub kind: VoucherKind,
        pub drawer: DrawerId,
        pub first: i64,
        pub last: i64,
        pub next: i64,
        pub state: RangeState,
        /// The drawer that `next` to `asked_last` are to go to, when that was asked for.
        pub asked_for: Option<DrawerId>,
        pub asked_last: Option<i64>,
        pub asked_by: Option<String>,
        pub received_by: String,
        pub received_with: String,
        pub received_at: Timestamp,
    }
}

impl VoucherRange {
    /// Blank ones left.
    pub fn blank(&self) -> i64 {
        if self.state == RangeState::Split { 0 } else { self.last - self.next + 1 }
    }
}

store::record! {
    /// A voucher that is no longer blank.
    pub struct VoucherUse in "voucher_uses" key 3 {
        pub book: BookId,
        pub kind: VoucherKind,
        pub number: i64,
        pub of_range: VoucherRangeId,
        pub state: UseState,
        pub reason: String,
        /// What it became: an account, a certificate.
        pub object: String,
        pub by_whom: String,
        pub at: Timestamp,
    }
}

fn locked(tx: &mut Tx<'_>, id: VoucherRangeId) -> Result<VoucherRange> {
    let key = [Param::Int(i64::from(id.book().0)), Param::Id(id.bytes())];
    tx.load::<VoucherRange>(&key)?.ok_or_else(|| Error::not_found("voucher range", id))
}

/// A range came from the printer into the branch's vault: it waits for the second person ([`voucher_countersign`]).
pub fn voucher_receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    vault: DrawerId,
    kind: VoucherKind,
    first: i64,
    last: i64,
) -> Result<VoucherRange> {
    let d = raw(tx, vault)?;
    keeper(tx, actor, d.branch)?;
    others(actor, &[])?;
    if d.kind != DrawerKind::Vault {
        return Err(Error::new(&OWN_DRAWER, "blank vouchers come into a vault"));
    }
    let count = last.checked_sub(first).map(|n| n + 1).filter(|n| first >= 1 && *n >= 1);
    let count = count.ok_or_else(|| Error::field("last", "numbers go up from 1"))?;
    if count > VOUCHERS_MAX {
        return Err(Error::limit("vouchers", count, VOUCHERS_MAX, "vouchers"));
    }
    let tail = "WHERE book = ?1 AND kind = ?2 AND first <= ?3 AND last >= ?4 LIMIT 1";
    if let Some(there) = tx.select::<VoucherRange>(tail, params![d.book, kind, last, first])?.pop() {
        let told = format!("{} to {} are on record already", there.first, there.last);
        return Err(Error::new(&VOUCHER_TAKEN, told).with("first", there.first).with("last", there.last));
    }
    let mut row = new(tx, &d, kind, first, last, actor.principal(), String::new());
    (row.state, row.asked_for, row.asked_last) = (RangeState::Asked, Some(vault), Some(last));
    row.asked_by = Some(actor.principal());
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("till.voucher_receive", row.id).after(format!("{kind} {first} to {last}")))?;
    Ok(row)
}

fn new(tx: &Tx<'_>, d: &Drawer, kind: VoucherKind, first: i64, last: i64, by: String, with: String) -> VoucherRange {
    VoucherRange {
        book: d.book,
        id: VoucherRangeId::new(tx.now(), d.book),
        kind,
        drawer: d.id,
        first,
        last,
        next: first,
        state: RangeState::Held,
        asked_for: None,
        asked_last: None,
        asked_by: None,
        received_by: by,
        received_with: with,
        received_at: tx.now(),
        seal: Seal::default(),
    }
}

/// A keeper asks that the next `count` blank vouchers of a range in the vault go to a till of the branch, or that a till's go
/// back to the vault.
pub fn voucher_issue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: VoucherRangeId,
    to: DrawerId,
    count: i64,
) -> Result<VoucherRange> {
    let mut row = locked(tx, id)?;
    let (from, to) = (raw(tx, row.drawer)?, raw(tx, to)?);
    keeper(tx, actor, from.branch)?;
    others(actor, &[])?;
    let kinds = (from.kind, to.kind);
    let fits = matches!(kinds, (DrawerKind::Vault, DrawerKind::Till) | (DrawerKind::Till, DrawerKind::Vault));
    if !fits || from.branch != to.branch {
        return Err(Error::new(&crate::MOVE_WAY, "blank vouchers go between the vault and the tills of a branch"));
    }
    if row.state != RangeState::Held {
        return Err(Error::new(&MOVE_STATE, format!("{id} is {}", row.state)).with("state", row.state));
    }
    if count < 1 || count > row.blank() {
        return Err(Error::limit("count", count, row.blank(), "blank vouchers"));
    }
    (row.state, row.asked_for) = (RangeState::Asked, Some(to.id));
    (row.asked_last, row.asked_by) = (Some(row.next + count - 1), Some(actor.principal()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("till.voucher_issue", id).after(format!("{count} to {}", to.name)))?;
    Ok(row)
}

/// The second person counted them too: the teller of the till for an issue, another keeper into the vault.
pub fn voucher_countersign(tx: &mut Tx<'_>, actor: &Actor, id: VoucherRangeId) -> Result<VoucherRange> {
    let mut row = locked(tx, id)?;
    let (Some(to), Some(last), Some(by)) = (row.asked_for, row.asked_last, row.asked_by.clone()) else {
        return Err(Error::new(&MOVE_STATE, format!("{id} is {}", row.state)).with("state", row.state));
    };
    let to = raw(tx, to)?;
    match to.kind {
        DrawerKind::Till if to.holder.is_some() && to.holder == actor.staff() => {
            crate::teller(tx, actor).map(|_| ())?
        }
        DrawerKind::Till => return Err(Error::new(&crate::NOT_THE_HOLDER, "the teller of the till takes them")),
        _ => keeper(tx, actor, to.branch)?,
    }
    others(actor, &[Some(&by)])?;
    (row.asked_for, row.asked_last, row.asked_by) = (None, None, None);
    tx.audit(actor, Audit::of("till.voucher_countersign", id).after(format!("{} {} to {last}", row.kind, row.next)))?;
    if to.id == row.drawer {
        (row.state, row.received_with) = (RangeState::Held, actor.principal());
        tx.update(&mut row)?;
        return Ok(row);
    }
    let mut moved = new(tx, &to, row.kind, row.next, last, actor.principal(), by);
    row.next = last + 1;
    row.state = if row.next > row.last { RangeState::Split } else { RangeState::Held };
    tx.update(&mut row)?;
    tx.insert(&mut moved)?;
    Ok(moved)
}

/// The range of a kind that a till uses now: the one with the lowest numbers.
fn current(tx: &mut Tx<'_>, d: &Drawer, kind: VoucherKind) -> Result<VoucherRange> {
    let tail =
        "WHERE book = ?1 AND drawer = ?2 AND kind = ?3 AND state = 'held' AND next <= last ORDER BY first LIMIT 1";
    let found = tx.select_locked::<VoucherRange>(tail, params![d.book, d.id, kind])?.pop();
    found.ok_or_else(|| Error::new(&VOUCHER_NONE, format!("no blank {kind} at {}", d.name)).with("kind", kind))
}

/// Uses the next blank voucher at the teller's till for `object`. `Err(VOUCHER_ORDER)` when `number` is not the next.
pub fn voucher_use(tx: &mut Tx<'_>, actor: &Actor, kind: VoucherKind, number: i64, object: &str) -> Result<VoucherUse> {
    end(tx, actor, kind, number, UseState::Used, "", object)
}

/// Voids the next blank voucher, spoilt or missing, with a reason.
pub fn voucher_void(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: VoucherKind,
    number: i64,
    reason: &str,
) -> Result<VoucherUse> {
    let reason = party::reason(reason)?;
    end(tx, actor, kind, number, UseState::Voided, &reason, "")
}

fn end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: VoucherKind,
    number: i64,
    state: UseState,
    reason: &str,
    object: &str,
) -> Result<VoucherUse> {
    let (mut till_day, d) = day::at_till(tx, actor)?;
    let mut range = current(tx, &d, kind)?;
    if range.next != number {
        let told = format!("{number} is not the next; {} is", range.next);
        return Err(Error::new(&VOUCHER_ORDER, told).with("given", number).with("next", range.next));
    }
    range.next += 1;
    tx.update(&mut range)?;
    let mut row = VoucherUse {
        book: d.book,
        kind,
        number,
        of_range: range.id,
        state,
        reason: reason.into(),
        object: object.into(),
        by_whom: actor.principal(),
        at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    let entry_kind = if state == UseState::Used { EntryKind::VoucherUse } else { EntryKind::VoucherVoid };
    let shown = format!("{kind} {number}");
    let new = NewEntry { object: &shown, memo: reason, ..NewEntry::plain(entry_kind, Money::zero(d.currency)) };
    let mut e = entry::number(tx, &mut till_day, new)?;
    tx.insert(&mut e)?;
    tx.audit(actor, Audit::of(format!("till.voucher_{state}"), shown).reason(reason))?;
    Ok(row)
}

/// Blank vouchers by kind that a drawer must hold.
pub(crate) fn blank_in(tx: &mut Tx<'_>, d: &Drawer) -> Result<Vec<(VoucherKind, i64)>> {
    let tail = "WHERE book = ?1 AND drawer = ?2 AND state <> 'split' ORDER BY kind, first LIMIT ?3";
    let ranges = tx.select::<VoucherRange>(tail, params![d.book, d.id, RANGES_MAX])?;
    let of = |kind: VoucherKind| ranges.iter().filter(|r| r.kind == kind).map(VoucherRange::blank).sum::<i64>();
    Ok(VoucherKind::ALL.iter().map(|k| (*k, of(*k))).filter(|(_, n)| *n > 0).collect())
}

/// Ranges of a branch.
pub fn vouchers(tx: &mut Tx<'_>, actor: &Actor, branch: BranchId) -> Result<Vec<VoucherRange>> {
    reader(tx, actor, branch)?;
    tx.select::<VoucherRange>("WHERE book = ?1 ORDER BY kind, first, id LIMIT ?2", params![branch.book(), RANGES_MAX])
}
