//! The branch tree. A branch is a book: the accounts and records of its customers live under its number.
use crate::codes::NUMBER_TAKEN;
use crate::directory::{self, Kind};
use crate::rights::{Scope, may};
use crate::role::Permission;
use kernel::id::BranchId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

/// Branches of the bank at most.
pub const BRANCHES_MAX: u32 = 2_000;
/// The head office's place in the tree; everything is below it.
pub const ROOT_PATH: &str = "/0/";

store::text_enum! {
    /// 总行, 分行, 支行, 网点.
    pub enum BranchKind { HeadOffice = "head_office", City = "city", SubBranch = "sub_branch", Outlet = "outlet" }
}

store::record! {
    /// A branch or office. Its `path` lists the books from the head office down to it: `/0/1/7/`.
    pub struct Branch in "branches" key 1 {
        pub book: BookId,
        pub id: BranchId,
        pub parent: Option<BranchId>,
        pub path: String,
        /// The bank's own code of it, such as `10100`.
        pub code: String,
        pub kind: BranchKind,
        pub name_zh: String,
        pub name_en: String,
        pub address_zh: String,
        pub address_en: String,
        pub phone: String,
        pub opened_at: Timestamp,
    }
}

/// A branch to be opened.
#[derive(Clone, Debug)]
pub struct BranchNew {
    pub code: String,
    /// `None` for the head office, which is the first.
    pub parent: Option<BranchId>,
    pub kind: BranchKind,
    pub name_zh: String,
    pub name_en: String,
    pub address_zh: String,
    pub address_en: String,
    pub phone: String,
}

/// Opens a branch under its parent and gives it the next book. Needs `branch.manage`.
/// Errors: `NUMBER_TAKEN` when the code is in use, a limit at [`BRANCHES_MAX`].
pub fn branch_open(tx: &mut Tx<'_>, actor: &Actor, new: BranchNew) -> Result<BranchId> {
    may(tx, actor, Permission::BranchManage, &Scope::bank())?;
    let last: i64 =
        tx.query_one("SELECT CAST(coalesce(max(book), -1) AS BIGINT) FROM branches", &[], |r| r.get(0))?.unwrap_or(-1);
    let next = u16::try_from(last + 1).ok().filter(|n| u32::from(*n) < BRANCHES_MAX);
    let book = BookId(next.ok_or_else(|| Error::limit("branches", last + 2, BRANCHES_MAX, "branches"))?);
    let above = match (new.parent, book) {
        (Some(parent), _) => branch(tx, parent)?.path,
        (None, BookId::HEAD_OFFICE) => "/".into(),
        (None, _) => return Err(Error::field("parent", "only the head office, the first branch, has none")),
    };
    let id = BranchId::new(tx.now(), book);
    if !directory::take(tx, Kind::Branch, &new.code, id)? {
        return Err(Error::new(&NUMBER_TAKEN, format!("branch code {:?} is in use", new.code)).with("given", new.code));
    }
    let path = format!("{above}{book}/");
    tx.insert(&mut Branch {
        book,
        id,
        parent: new.parent,
        path: path.clone(),
        code: new.code,
        kind: new.kind,
        name_zh: new.name_zh,
        name_en: new.name_en,
        address_zh: new.address_zh,
        address_en: new.address_en,
        phone: new.phone,
        opened_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("branch.open", id).after(path))?;
    Ok(id)
}

pub fn branch(tx: &mut Tx<'_>, id: BranchId) -> Result<Branch> {
    branch_of(tx, id.book())
}

/// The branch whose customers a book holds.
pub fn branch_of(tx: &mut Tx<'_>, book: BookId) -> Result<Branch> {
    tx.get::<Branch>(params![book])?.ok_or_else(|| Error::not_found("branch of book", book))
}

pub fn branch_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Branch> {
    let id = directory::find(tx, Kind::Branch, code)?.ok_or_else(|| Error::not_found("branch", code))?;
    branch(tx, id.parse()?)
}

/// The whole tree, parents before their children.
pub fn branches(tx: &mut Tx<'_>) -> Result<Vec<Branch>> {
    tx.select::<Branch>("ORDER BY path LIMIT ?1", params![BRANCHES_MAX])
}
