//! Terminals: the machines a branch has set up for whoever comes in (自助终端).
//!
//! **Enrolment.** Somebody with `terminal.enrol` writes a machine down: its branch, name, place and build ([`Variant`]). He gets a
//! code of [`CODE_DIGITS`] digits that lives [`CODE_MINUTES`] minutes, is taken once and is kept as a keyed hash. Typed into the
//! machine, it is exchanged for a secret of 32 random bytes, which the machine keeps and the bank knows by its hash alone. A
//! machine that lost its secret gets another code; the old secret opens nothing from then on.
//!
//! **State.** Invited, enrolled, out of order, retired: each with who and when. A machine that is out of order shows only that;
//! one that is retired is a stranger's browser. Both end what is going on at the machine in the same transaction. A terminal's id is
//! the device of everything that is done at it, in the audit and in the guard's facts; it is never a device that a person is
//! known by.
use crate::branch::branch;
use crate::codes::{ENROLMENT_CODE, TERMINAL_RETIRED};
use crate::held::below;
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::session::{new_token, read_token};
use crate::sign_in::Origin;
use crate::visit::end_at;
use crate::{Change, reason, shown_name};
use kernel::clock::{MINUTE, SECOND};
use kernel::id::{BranchId, DeviceId};
use kernel::{Actor, BookId, Channel, Error, Id, Page, PageAsk, Result, Timestamp, Who};
use serde::Serialize;
use store::{Audit, Param, Seal, Tx, params};

/// Digits of an enrolment code.
pub const CODE_DIGITS: usize = 10;
/// Minutes an enrolment code lives.
pub const CODE_MINUTES: i64 = 10;
/// Machines of one branch at most, retired ones included.
pub const TERMINALS_PER_BRANCH_MAX: i64 = 200;
/// Seconds after which it is written again that a machine was heard of.
pub const TERMINAL_SEEN_SECONDS: i64 = 60;
/// Characters of the place where a machine stands.
pub const PLACE_CHARS_MAX: usize = 60;

store::text_enum! {
    /// How a machine is built: for people who stand, or low for people who sit (低位机), where everything to be touched lies in
    /// the lower part of the screen.
    pub enum Variant { Tall = "tall", Low = "low" }
}

store::record! {
    /// A machine of a branch.
    pub struct Terminal in "terminals" key 2 {
        pub book: BookId,
        pub id: DeviceId,
        pub branch: BranchId,
        pub name: String,
        pub place: String,
        pub variant: Variant,
        pub invited_by: String,
        pub invited_at: Timestamp,
        pub code_hash: Option<Vec<u8>>,
        pub code_until: Option<Timestamp>,
        pub secret_hash: Option<[u8; 32]>,
        pub enrolled_at: Option<Timestamp>,
        pub out_by: Option<String>,
        pub out_at: Option<Timestamp>,
        pub out_reason: Option<String>,
        pub retired_by: Option<String>,
        pub retired_at: Option<Timestamp>,
        pub retired_reason: Option<String>,
        pub seen_at: Option<Timestamp>,
    }
}

/// What a machine is now, by whom and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TerminalState {
    /// Waits for its code to be typed.
    Invited {
        by: String,
        at: Timestamp,
        until: Timestamp,
    },
    /// In use.
    Enrolled {
        by: String,
        at: Timestamp,
    },
    OutOfOrder {
        by: String,
        at: Timestamp,
        reason: String,
    },
    Retired {
        by: String,
        at: Timestamp,
        reason: String,
    },
}

impl TerminalState {
    pub fn code(&self) -> &'static str {
        match self {
            TerminalState::Invited { .. } => "invited",
            TerminalState::Enrolled { .. } => "enrolled",
            TerminalState::OutOfOrder { .. } => "out_of_order",
            TerminalState::Retired { .. } => "retired",
        }
    }
    pub fn by(&self) -> &str {
        match self {
            TerminalState::Invited { by, .. }
            | TerminalState::Enrolled { by, .. }
            | TerminalState::OutOfOrder { by, .. }
            | TerminalState::Retired { by, .. } => by,
        }
    }
    pub fn at(&self) -> Timestamp {
        match self {
            TerminalState::Invited { at, .. }
            | TerminalState::Enrolled { at, .. }
            | TerminalState::OutOfOrder { at, .. }
            | TerminalState::Retired { at, .. } => *at,
        }
    }
    pub fn reason(&self) -> &str {
        match self {
            TerminalState::OutOfOrder { reason, .. } | TerminalState::Retired { reason, .. } => reason,
            _ => "",
        }
    }
}

/// A machine as lists and screens show it; plain data.
#[derive(Clone, Debug, Serialize)]
pub struct TerminalView {
    pub terminal: DeviceId,
    pub branch: BranchId,
    pub name: String,
    pub place: String,
    pub variant: Variant,
    #[serde(flatten)]
    pub state: TerminalState,
    pub seen_at: Option<Timestamp>,
}

impl Terminal {
    pub fn state(&self) -> TerminalState {
        let (by, at) = (self.invited_by.clone(), self.invited_at);
        let reason = |text: &Option<String>| text.clone().unwrap_or_default();
        match (&self.retired_by, self.retired_at, &self.out_by, self.out_at, self.enrolled_at) {
            (Some(by), Some(at), ..) => {
                TerminalState::Retired { by: by.clone(), at, reason: reason(&self.retired_reason) }
            }
            (_, _, Some(by), Some(at), _) => {
                TerminalState::OutOfOrder { by: by.clone(), at, reason: reason(&self.out_reason) }
            }
            (_, _, _, _, Some(at)) => TerminalState::Enrolled { by, at },
            _ => TerminalState::Invited { by, at, until: self.code_until.unwrap_or(at) },
        }
    }

    fn view(&self) -> TerminalView {
        TerminalView {
            terminal: self.id,
            branch: self.branch,
            name: self.name.clone(),
            place: self.place.clone(),
            variant: self.variant,
            state: self.state(),
            seen_at: self.seen_at,
        }
    }
}

impl TerminalView {
    pub fn is_out_of_order(&self) -> bool {
        matches!(self.state, TerminalState::OutOfOrder { .. })
    }

    /// Somebody not yet known at this machine: the device and the branch go into the audit of what he tries.
    pub fn nobody(&self, origin: &Origin) -> Actor {
        let here = Actor { device: Some(self.terminal), branch: Some(self.branch), ..Actor::of(Who::Nobody) };
        Actor { channel: Channel::Kiosk, ..origin.dress(here) }
    }

    /// Whether it should be written again that it was heard of.
    pub fn wants_seen(&self, now: Timestamp) -> bool {
        self.seen_at.is_none_or(|at| now.since(at) >= TERMINAL_SEEN_SECONDS * SECOND)
    }
}

/// A machine to be enrolled.
#[derive(Clone, Debug)]
pub struct TerminalNew {
    pub branch: BranchId,
    /// On its front: 1 to 60 characters.
    pub name: String,
    /// Where it stands, for whoever looks for it: 1 to [`PLACE_CHARS_MAX`] characters.
    pub place: String,
    pub variant: Variant,
}

/// An enrolment: the code is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Enrolment {
    pub terminal: DeviceId,
    /// [`CODE_DIGITS`] digits.
    pub code: String,
    pub until: Timestamp,
}

/// Writes a machine down and gives a code for it. Needs `terminal.enrol` at the branch.
/// Errors: field errors, a limit at [`TERMINALS_PER_BRANCH_MAX`].
pub fn terminal_enrol(tx: &mut Tx<'_>, actor: &Actor, new: TerminalNew) -> Result<Enrolment> {
    may(tx, actor, Permission::TerminalEnrol, &Scope::branch(new.branch))?;
    let (name, place) = (shown_name("name", &new.name)?, shown_name("place", &new.place)?);
    let book = branch(tx, new.branch)?.book;
    let count = "SELECT count(*) FROM terminals WHERE book = ?1";
    let there: i64 = tx.query_one(count, params![book], |r| r.get(0))?.unwrap_or(0);
    if there >= TERMINALS_PER_BRANCH_MAX {
        return Err(Error::limit("terminals", there + 1, TERMINALS_PER_BRANCH_MAX, "machines of one branch"));
    }
    let (now, by) = (tx.now(), actor.principal());
    let id = DeviceId::new(now, book);
    let (code, until) = (new_code(), now.plus(CODE_MINUTES * MINUTE));
    let mut row = Terminal {
        book,
        id,
        branch: new.branch,
        name,
        place,
        variant: new.variant,
        invited_by: by,
        invited_at: now,
        code_hash: Some(code_hash(tx, &code)),
        code_until: Some(until),
        secret_hash: None,
        enrolled_at: None,
        out_by: None,
        out_at: None,
        out_reason: None,
        retired_by: None,
        retired_at: None,
        retired_reason: None,
        seen_at: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("terminal.enrol", id).after(new.variant.code()))?;
    Ok(Enrolment { terminal: id, code, until })
}

/// Another code for a machine that lost its secret or whose code ran out. What goes on at it goes on until the code is typed.
/// Needs `terminal.enrol` at its branch. Errors: `TERMINAL_RETIRED`.
pub fn terminal_again(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId) -> Result<Enrolment> {
    let mut row = locked(tx, actor, Permission::TerminalEnrol, id)?;
    if row.retired_at.is_some() {
        return Err(Error::new(&TERMINAL_RETIRED, "this machine was retired"));
    }
    let (code, until) = (new_code(), tx.now().plus(CODE_MINUTES * MINUTE));
    (row.code_hash, row.code_until) = (Some(code_hash(tx, &code)), Some(until));
    (row.invited_by, row.invited_at) = (actor.principal(), tx.now());
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("terminal.enrol_again", id))?;
    Ok(Enrolment { terminal: id, code, until })
}

/// A machine that has typed its code.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Given once; the bank keeps its hash.
    pub token: String,
    pub view: TerminalView,
}

/// Exchanges a code for a secret. `Err(ENROLMENT_CODE)` whatever is wrong with it.
pub fn terminal_join(tx: &mut Tx<'_>, code: &str, origin: &Origin) -> Result<Joined> {
    let wrong = || Error::new(&ENROLMENT_CODE, "no machine waits for this code");
    let digits: String = kernel::chinese::half_width(code).chars().filter(char::is_ascii_digit).collect();
    if digits.len() != CODE_DIGITS {
        return Err(wrong());
    }
    let hash = code_hash(tx, &digits);
    let now = tx.now();
    let mut found = tx.select_locked::<Terminal>("WHERE code_hash = ?1", params![hash])?;
    let mut row = found.pop().ok_or_else(wrong)?;
    if row.retired_at.is_some() || row.code_until.is_none_or(|until| now > until) {
        return Err(wrong());
    }
    let (token, secret) = new_token(row.id);
    (row.code_hash, row.code_until) = (None, None);
    (row.secret_hash, row.enrolled_at, row.seen_at) = (Some(secret), Some(now), Some(now));
    tx.update(&mut row)?;
    end_at(tx, row.id, "terminal_enrolled_again", &row.view().nobody(origin))?;
    let view = row.view();
    tx.audit(&view.nobody(origin), Audit::of("terminal.join", row.id))?;
    Ok(Joined { token, view })
}

/// The machine that keeps this secret; one row read. `None` for what is no secret of a machine, or of one that is retired.
pub fn terminal_of(tx: &mut Tx<'_>, token: &str) -> Result<Option<TerminalView>> {
    let Some((id, hash)) = read_token::<DeviceId>(token) else { return Ok(None) };
    let row = tx.get::<Terminal>(params![id.book(), id])?;
    // `blake3::Hash` compares in constant time.
    let own = |t: &Terminal| t.secret_hash.is_some_and(|own| blake3::Hash::from_bytes(own) == hash);
    Ok(row.filter(|t| t.retired_at.is_none() && own(t)).map(|t| t.view()))
}

/// Writes that a machine was heard of. When [`TerminalView::wants_seen`] says so.
pub fn terminal_seen(tx: &mut Tx<'_>, id: DeviceId) -> Result<()> {
    let Some(mut row) = tx.load::<Terminal>(params![id.book(), id])? else { return Ok(()) };
    row.seen_at = row.seen_at.max(Some(tx.now()));
    tx.update(&mut row)
}

/// Puts a machine out of order. Needs `terminal.watch` at its branch; one that is out of order already is `AlreadySo`.
pub fn terminal_out(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId, why: &str) -> Result<Change> {
    let (mut row, why) = (locked(tx, actor, Permission::TerminalWatch, id)?, reason(why)?);
    if row.retired_at.is_some() {
        return Err(Error::new(&TERMINAL_RETIRED, "this machine was retired"));
    }
    if row.out_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (row.out_by, row.out_at) = (Some(actor.principal()), Some(tx.now()));
    row.out_reason = Some(why.clone());
    tx.update(&mut row)?;
    end_at(tx, id, "terminal_out_of_order", actor)?;
    tx.audit(actor, Audit::of("terminal.out_of_order", id).reason(why))?;
    Ok(Change::Done)
}

/// Puts it in order again. Needs `terminal.watch` at its branch.
pub fn terminal_in_order(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId) -> Result<Change> {
    let mut row = locked(tx, actor, Permission::TerminalWatch, id)?;
    if row.retired_at.is_some() {
        return Err(Error::new(&TERMINAL_RETIRED, "this machine was retired"));
    }
    if row.out_at.is_none() {
        return Ok(Change::AlreadySo);
    }
    (row.out_by, row.out_at, row.out_reason) = (None, None, None);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("terminal.in_order", id))?;
    Ok(Change::Done)
}

/// Ends a machine for good: its secret and its code open nothing any more, and what goes on at it ends. Needs `terminal.enrol`.
pub fn terminal_retire(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId, why: &str) -> Result<Change> {
    let (mut row, why) = (locked(tx, actor, Permission::TerminalEnrol, id)?, reason(why)?);
    if row.retired_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (row.retired_by, row.retired_at) = (Some(actor.principal()), Some(tx.now()));
    row.retired_reason = Some(why.clone());
    (row.code_hash, row.code_until, row.secret_hash) = (None, None, None);
    tx.update(&mut row)?;
    end_at(tx, id, "terminal_retired", actor)?;
    tx.audit(actor, Audit::of("terminal.retire", id).reason(why))?;
    Ok(Change::Done)
}

/// The machines of a branch and all below it, by id. Needs `terminal.watch` there.
pub fn terminals(tx: &mut Tx<'_>, actor: &Actor, at: BranchId, ask: &PageAsk) -> Result<Page<TerminalView>> {
    may(tx, actor, Permission::TerminalWatch, &Scope::branch(at))?;
    let (below, rows) = (below(tx, at)?, ask.rows()?);
    let after = ask.after.as_ref().map(|c| c.parse::<DeviceId>()).transpose()?.map_or([0; 16], |id| id.bytes());
    let tail = "WHERE book IN (SELECT book FROM branches WHERE path LIKE ?1) AND id > ?2 ORDER BY id LIMIT ?3";
    let params = [Param::Text(below.into()), Param::Id(after), Param::Int(i64::from(rows) + 1)];
    let found = Page::cut(tx.select::<Terminal>(tail, &params)?, rows, |t| t.id.to_string());
    Ok(found.map(|t| t.view()))
}

/// One machine. Needs `terminal.watch` at its branch.
pub fn terminal(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId) -> Result<TerminalView> {
    let row = tx.get::<Terminal>(params![id.book(), id])?.ok_or_else(|| Error::not_found("terminal", id))?;
    may(tx, actor, Permission::TerminalWatch, &Scope::branch(row.branch))?;
    Ok(row.view())
}

fn locked(tx: &mut Tx<'_>, actor: &Actor, needs: Permission, id: DeviceId) -> Result<Terminal> {
    let row = tx.load::<Terminal>(params![id.book(), id])?.ok_or_else(|| Error::not_found("terminal", id))?;
    may(tx, actor, needs, &Scope::branch(row.branch))?;
    Ok(row)
}

/// Each code is as likely as any other: what does not divide evenly is drawn again.
fn new_code() -> String {
    let all = 10u64.pow(CODE_DIGITS as u32);
    let even = u64::MAX - u64::MAX % all;
    loop {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        let drawn = u64::from_le_bytes(bytes);
        if drawn < even {
            return format!("{:0width$}", drawn % all, width = CODE_DIGITS);
        }
    }
}

fn code_hash(tx: &Tx<'_>, code: &str) -> Vec<u8> {
    tx.keys().index("terminal.code", code)
}
