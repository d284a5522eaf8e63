//! Sessions.
//!
//! A token is `sess_…` (which names the row) and, after a dot, 32 random bytes in base64url, of which the row keeps the
//! BLAKE3 hash. A session belongs to a login and a browser (hash of the User-Agent). It ends when idle (15 min staff, 10 min
//! others), after 8 hours, when signed out, when replaced (staff have one, others at most five, the oldest goes), when its
//! owner leaves or changes the password. A session begun with a password that somebody else gave has no actor
//! ([`SessionView::actor`]) but the newcomer, who can only replace that password. A request reads one row; `web` may keep the [`SessionView`] for
//! [`SESSION_CACHE_SECONDS`] and drops it on `party.session_ended`. When it was last seen is written about once a minute.
use crate::codes::{FIRST_PASSWORD, NOT_SIGNED_IN, SESSION_ENDED};
use crate::events::Event;
use crate::grant::firms_of;
use crate::login::{Login, Verdict, login, own_login, paused, scope_of};
use crate::rights::{grants_in_force, may};
use crate::role::{Permission, Role};
use crate::sign_in::Origin;
use crate::staff::{principal, staff, who_name};
use crate::{Change, reason};
use kernel::clock::{HOUR, MINUTE, SECOND};
use kernel::id::{BranchId, DeviceId, FirmId, LoginId, SessionId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use store::{Audit, Seal, Tx, params};

/// The second factor is fresh for this long.
pub const STEP_UP_MINUTES: i64 = 5;
/// Hours after which a device that was seen first is known.
pub const DEVICE_KNOWN_HOURS: i64 = 24;
pub const IDLE_MINUTES_STAFF: i64 = 15;
pub const IDLE_MINUTES_CUSTOMER: i64 = 10;
pub const SESSION_HOURS_MAX: i64 = 8;
/// Sessions of one customer at a time; staff have one.
pub const SESSIONS_PER_CUSTOMER_MAX: usize = 5;
/// Devices of a login that are shown.
pub const DEVICES_SHOWN_MAX: u32 = 50;
/// A view may be kept in memory this long.
pub const SESSION_CACHE_SECONDS: i64 = 30;
/// When a session was last seen is written again after this.
pub const TOUCH_SECONDS: i64 = 60;

store::record! {
    /// A phone, browser or terminal seen with a login, known again by the hash of the mark it keeps.
    pub struct Device in "devices" key 3 {
        pub book: BookId,
        pub login: LoginId,
        pub mark: [u8; 32],
        pub id: DeviceId,
        pub first_seen_at: Timestamp,
        pub last_seen_at: Timestamp,
    }
}

store::record! {
    /// A signed-in session; removed when it ends (its beginning and end stand in the audit).
    pub struct Session in "sessions" key 2 {
        pub book: BookId,
        pub id: SessionId,
        pub login: LoginId,
        pub who: String,
        pub acting_firm: Option<FirmId>,
        pub branch: Option<BranchId>,
        pub device: Option<DeviceId>,
        pub roles: String,
        pub name: String,
        pub token_hash: [u8; 32],
        pub agent: [u8; 32],
        pub started_at: Timestamp,
        pub seen_at: Timestamp,
        pub stepped_up_at: Option<Timestamp>,
        /// Begun with a password that somebody else gave and that is still to be replaced.
        pub first_password: bool,
    }
}

/// A session as it was read; plain data that may be kept for [`SESSION_CACHE_SECONDS`].
#[derive(Clone, Debug)]
pub struct SessionView {
    pub session: SessionId,
    /// `None` at a machine of a branch, where no name and password are asked for.
    pub login: Option<LoginId>,
    /// With the firm acted for.
    pub who: Who,
    pub branch: Option<BranchId>,
    pub device: Option<DeviceId>,
    /// Role names, for the audit and the menu; rights are looked up, not read from here.
    pub roles: String,
    /// The name on the badge, or the masked name.
    pub name: String,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
    pub stepped_up_at: Option<Timestamp>,
    /// Nothing can be done before the password is replaced by one of the owner's own.
    pub first_password: bool,
    pub agent: [u8; 32],
    pub token_hash: [u8; 32],
}

impl SessionView {
    fn of(s: &Session) -> Result<SessionView> {
        let who = match (principal(&s.who), s.acting_firm) {
            (Some(Who::Person(person)), Some(firm)) => Who::ForFirm { person, firm },
            (Some(who), None) => who,
            _ => return Err(Error::broken(format!("session {} belongs to nobody", s.id))),
        };
        Ok(SessionView {
            session: s.id,
            login: Some(s.login),
            who,
            branch: s.branch,
            device: s.device,
            roles: s.roles.clone(),
            name: s.name.clone(),
            started_at: s.started_at,
            seen_at: s.seen_at,
            stepped_up_at: s.stepped_up_at,
            first_password: s.first_password,
            agent: s.agent,
            token_hash: s.token_hash,
        })
    }

    pub fn is_staff(&self) -> bool {
        matches!(self.who, Who::Staff(_))
    }

    /// The actor of a request at `now`. Pure. `Err(SESSION_ENDED)` when idle or old too long, or from another browser;
    /// `Err(FIRST_PASSWORD)` while the password is one that somebody else gave.
    pub fn actor(&self, now: Timestamp, origin: &Origin) -> Result<Actor> {
        let actor = self.newcomer(now, origin)?;
        match self.first_password {
            false => Ok(actor),
            true => Err(Error::new(&FIRST_PASSWORD, "this password was given to you and has to be replaced first")),
        }
    }

    /// The actor of what somebody with a first password may do too: replace it, give a code, sign out.
    pub fn newcomer(&self, now: Timestamp, origin: &Origin) -> Result<Actor> {
        let ended = |why: &str| Err(Error::new(&SESSION_ENDED, why));
        let idle = if self.is_staff() { IDLE_MINUTES_STAFF } else { IDLE_MINUTES_CUSTOMER };
        if now.since(self.seen_at) > idle * MINUTE {
            return ended("the session was idle too long");
        }
        if now.since(self.started_at) > SESSION_HOURS_MAX * HOUR {
            return ended("the session is as long as a working day");
        }
        if blake3::Hash::from_bytes(self.agent) != blake3::hash(origin.agent.as_bytes()) {
            return ended("the session was begun in another browser");
        }
        Ok(origin.dress(Actor {
            login: self.login,
            session: Some(self.session),
            device: self.device,
            branch: self.branch,
            roles: self.roles.clone(),
            stepped_up: self.step_up_left_seconds(now) > 0,
            ..Actor::of(self.who)
        }))
    }

    /// Whether it should be written again that somebody was here.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= TOUCH_SECONDS * SECOND
    }

    /// How long the second factor stays fresh; 0 when it is not.
    pub fn step_up_left_seconds(&self, now: Timestamp) -> i64 {
        let left = |at: Timestamp| (STEP_UP_MINUTES * MINUTE - now.since(at)) / SECOND;
        self.stepped_up_at.map_or(0, left).max(0)
    }
}

pub(crate) struct Opened {
    pub token: String,
    pub view: SessionView,
    pub new_device: bool,
}

pub(crate) fn new_token<I: Id>(id: I) -> (String, [u8; 32]) {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).expect("the operating system gives random bytes");
    let text = data_encoding::BASE64URL_NOPAD.encode(&secret);
    (format!("{id}.{text}"), *blake3::hash(&secret).as_bytes())
}

pub(crate) fn read_token<I: Id>(token: &str) -> Option<(I, blake3::Hash)> {
    let (id, secret) = token.split_once('.')?;
    let secret = data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).ok().filter(|s| s.len() == 32)?;
    Some((id.parse().ok()?, blake3::hash(&secret)))
}

pub(crate) fn open_session(tx: &mut Tx<'_>, owner: &Login, origin: &Origin) -> Result<Opened> {
    let (now, who) = (tx.now(), owner.who()?);
    let (branch, keep) = match who {
        Who::Staff(s) => (Some(staff(tx, s)?.branch), 0),
        _ => (None, SESSIONS_PER_CUSTOMER_MAX - 1),
    };
    let tail = "WHERE book = ?1 AND login = ?2 ORDER BY id";
    let open = tx.select_locked::<Session>(tail, params![owner.book, owner.id])?;
    for old in &open[..open.len().saturating_sub(keep)] {
        end_one(tx, old, "replaced", &origin.correlation)?;
    }
    let (device, new_device) = see_device(tx, owner, origin)?;
    let id = SessionId::new(now, owner.book);
    let (token, token_hash) = new_token(id);
    let mut row = Session {
        book: owner.book,
        id,
        login: owner.id,
        who: owner.who.clone(),
        acting_firm: None,
        branch,
        device,
        roles: role_names(tx, who)?,
        name: who_name(tx, &owner.who)?,
        token_hash,
        agent: *blake3::hash(origin.agent.as_bytes()).as_bytes(),
        started_at: now,
        seen_at: now,
        stepped_up_at: Some(now),
        first_password: owner.password_given_by.is_some(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    Ok(Opened { token, view: SessionView::of(&row)?, new_device })
}

/// Whether the actor's session began on a device that its login has used for [`DEVICE_KNOWN_HOURS`] or more. `None` where no
/// device is asked for: staff, programs, processes.
pub fn device_known(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<bool>> {
    Ok(on_device(tx, actor)?.map(|on| i64::from(on.hours) >= DEVICE_KNOWN_HOURS))
}

/// The device that a session began on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnDevice {
    /// Whole hours since it was first seen with this login; 0 for a session without a device.
    pub hours: u32,
    /// The hash of the mark that it keeps: the same for every login that comes from it.
    pub mark: Option<[u8; 32]>,
}

/// The device of the actor's session. `None` as in [`device_known`].
pub fn on_device(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<OnDevice>> {
    let (Some(_), Some(login), true) = (actor.session, actor.login, actor.person().is_some()) else { return Ok(None) };
    let found = actor.device.map(|device| seen_device(tx, login, device)).transpose()?.flatten();
    let Some(device) = found else { return Ok(Some(OnDevice::default())) };
    let hours = tx.clock().now().since(device.first_seen_at) / HOUR;
    Ok(Some(OnDevice { hours: u32::try_from(hours.max(0)).unwrap_or(u32::MAX), mark: Some(device.mark) }))
}

fn seen_device(tx: &mut Tx<'_>, login: LoginId, device: DeviceId) -> Result<Option<Device>> {
    let tail = "WHERE book = ?1 AND login = ?2 AND id = ?3";
    Ok(tx.select::<Device>(tail, params![login.book(), login, device])?.pop())
}

/// The mark of a device that was seen with a login; `None` when it was not, or was taken off since.
pub fn device_mark(tx: &mut Tx<'_>, login: LoginId, device: DeviceId) -> Result<Option<[u8; 32]>> {
    Ok(seen_device(tx, login, device)?.map(|d| d.mark))
}

fn see_device(tx: &mut Tx<'_>, owner: &Login, origin: &Origin) -> Result<(Option<DeviceId>, bool)> {
    if origin.device_mark.is_empty() {
        return Ok((None, true));
    }
    let (now, mark) = (tx.now(), *blake3::hash(origin.device_mark.as_bytes()).as_bytes());
    if let Some(mut known) = tx.load::<Device>(params![owner.book, owner.id, mark])? {
        known.last_seen_at = now;
        tx.update(&mut known)?;
        return Ok((Some(known.id), false));
    }
    let id = DeviceId::new(now, owner.book);
    let seal = Seal::default();
    let (first_seen_at, last_seen_at) = (now, now);
    tx.insert(&mut Device { book: owner.book, login: owner.id, mark, id, first_seen_at, last_seen_at, seal })?;
    Ok((Some(id), true))
}

fn role_names(tx: &mut Tx<'_>, who: Who) -> Result<String> {
    let firm = match who {
        Who::Person(_) => return Ok(Role::Customer.code().into()),
        Who::ForFirm { firm, .. } => Some(firm),
        _ => None,
    };
    let held = grants_in_force(tx, who)?;
    let mut roles: Vec<&str> = held.iter().filter(|g| !g.deny && g.firm == firm).map(|g| g.role.code()).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles.join(" "))
}

fn row_of(tx: &mut Tx<'_>, token: &str) -> Result<Session> {
    let nobody = || Error::new(&NOT_SIGNED_IN, "nobody is signed in with this token");
    let (id, hash) = read_token::<SessionId>(token).ok_or_else(nobody)?;
    let row = tx.load::<Session>(params![id.book(), id])?;
    let gone = || Error::new(&SESSION_ENDED, "the session has ended");
    // `blake3::Hash` compares in constant time.
    row.filter(|s| blake3::Hash::from_bytes(s.token_hash) == hash).ok_or_else(gone)
}

/// The session of a token, one row read. `NOT_SIGNED_IN` for what is no token, `SESSION_ENDED` for one of the past.
pub fn session_view(tx: &mut Tx<'_>, token: &str) -> Result<SessionView> {
    SessionView::of(&row_of(tx, token)?)
}

/// The actor of a request: [`session_view`] and [`SessionView::actor`].
pub fn session_actor(tx: &mut Tx<'_>, token: &str, origin: &Origin) -> Result<Actor> {
    session_view(tx, token)?.actor(tx.now(), origin)
}

/// Writes that somebody is here. When [`SessionView::wants_touch`] says so, after [`SessionView::actor`] let him in.
pub fn session_touch(tx: &mut Tx<'_>, token: &str) -> Result<SessionView> {
    let mut row = row_of(tx, token)?;
    row.seen_at = tx.now().max(row.seen_at);
    tx.update(&mut row)?;
    SessionView::of(&row)
}

/// How a step-up ended. Commit both: a refusal is counted.
#[derive(Debug)]
pub enum StepUp {
    Done {
        /// Replaces the token it was asked with.
        token: String,
        view: SessionView,
    },
    /// The code is wrong or was used, or the login pauses (which ends the session).
    Refused,
}

/// Gives the second factor again. The session gets another token. The failure that pauses the login ends its sessions.
pub fn step_up(tx: &mut Tx<'_>, token: &str, code: &str, origin: &Origin) -> Result<StepUp> {
    let row = row_of(tx, token)?;
    let actor = SessionView::of(&row)?.newcomer(tx.now(), origin)?;
    let mut owner = login(tx, row.login)?;
    let step = owner.step_of(tx, code)?;
    let verdict = owner.judge(None, step, tx.now());
    tx.update(&mut owner)?;
    stepped_up(tx, token, &actor, owner, verdict, origin)
}

/// Refreshes the second factor of a session whose owner was judged, or writes down that it was refused.
pub(crate) fn stepped_up(
    tx: &mut Tx<'_>,
    token: &str,
    actor: &Actor,
    owner: Login,
    verdict: Verdict,
    origin: &Origin,
) -> Result<StepUp> {
    let mut row = row_of(tx, token)?;
    if verdict != Verdict::Pass {
        if let Verdict::Paused(until) = verdict {
            tx.emit(&paused(&owner, until), &origin.correlation)?;
            end_sessions(tx, owner.id, "paused", &origin.correlation, None)?;
        }
        tx.audit(actor, Audit::of("session.step_up", row.id).result("refused"))?;
        return Ok(StepUp::Refused);
    }
    let (token, hash) = new_token(row.id);
    (row.token_hash, row.seen_at, row.stepped_up_at) = (hash, tx.now(), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("session.step_up", row.id))?;
    tx.emit(&Event::SteppedUp { session: row.id, login: row.login }, &origin.correlation)?;
    Ok(StepUp::Done { token, view: SessionView::of(&row)? })
}

/// Goes on for a firm the person holds a role of, or (with `None`) for himself. `FORBIDDEN` for another firm.
pub fn act_for(tx: &mut Tx<'_>, token: &str, firm: Option<FirmId>, origin: &Origin) -> Result<SessionView> {
    let mut row = row_of(tx, token)?;
    let actor = SessionView::of(&row)?.actor(tx.now(), origin)?;
    let person = actor.person().ok_or_else(|| Error::forbidden("staff do not act for firms"))?;
    if let Some(firm) = firm {
        let own = firms_of(tx, person)?;
        if own.iter().all(|(f, _)| *f != firm) {
            return Err(Error::forbidden("you hold no role of this firm"));
        }
    }
    if row.acting_firm == firm {
        return SessionView::of(&row);
    }
    row.acting_firm = firm;
    row.roles = role_names(tx, firm.map_or(Who::Person(person), |firm| Who::ForFirm { person, firm }))?;
    tx.update(&mut row)?;
    let after = firm.map_or("himself".into(), |f| f.to_string());
    tx.audit(&actor, Audit::of("session.act_for", row.id).after(after))?;
    SessionView::of(&row)
}

/// Ends the session of a token; an ended one is `AlreadySo`.
pub fn sign_out(tx: &mut Tx<'_>, token: &str, origin: &Origin) -> Result<Change> {
    let row = match row_of(tx, token) {
        Ok(row) => row,
        Err(e) if e.is(&SESSION_ENDED) || e.is(&NOT_SIGNED_IN) => return Ok(Change::AlreadySo),
        Err(e) => return Err(e),
    };
    let view = SessionView::of(&row)?;
    let actor = origin.dress(Actor { session: Some(row.id), roles: view.roles, ..Actor::of(view.who) });
    end_one(tx, &row, "signed_out", &origin.correlation)?;
    tx.audit(&actor, Audit::of("session.sign_out", row.id))?;
    Ok(Change::Done)
}

/// Where the actor is signed in, newest first.
pub fn sessions_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<SessionView>> {
    let Some(login) = actor.login else { return Ok(Vec::new()) };
    let tail = "WHERE book = ?1 AND login = ?2 ORDER BY id DESC";
    tx.select::<Session>(tail, params![login.book(), login])?.iter().map(SessionView::of).collect()
}

/// Ends one of the actor's own sessions from afar; one that is over is `AlreadySo`. Somebody else's is not found.
pub fn session_end(tx: &mut Tx<'_>, actor: &Actor, id: SessionId) -> Result<Change> {
    let Some(row) = tx.load::<Session>(params![id.book(), id])? else { return Ok(Change::AlreadySo) };
    if actor.login != Some(row.login) {
        return Err(Error::not_found("session", id));
    }
    end_one(tx, &row, "ended_by_owner", &actor.correlation)?;
    tx.audit(actor, Audit::of("session.end", id))?;
    Ok(Change::Done)
}

/// Ends all of the actor's own sessions but the one he asks from. Answers how many there were.
pub fn sessions_end_others(tx: &mut Tx<'_>, actor: &Actor) -> Result<u32> {
    let login = own_login(actor)?;
    let ended = end_sessions(tx, login, "ended_by_owner", &actor.correlation, actor.session)?;
    if ended > 0 {
        tx.audit(actor, Audit::of("session.end_others", login).after(format!("{ended} sessions")))?;
    }
    Ok(ended)
}

/// Where the actor's login was seen, the last seen first; at most [`DEVICES_SHOWN_MAX`].
pub fn devices_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Device>> {
    let Some(login) = actor.login else { return Ok(Vec::new()) };
    let tail = "WHERE book = ?1 AND login = ?2 ORDER BY last_seen_at DESC, id LIMIT ?3";
    tx.select::<Device>(tail, params![login.book(), login, DEVICES_SHOWN_MAX])
}

/// Forgets a device of the actor's: the next sign-in there is told as one from a new device, and a session that is open there ends.
/// One that is gone is `AlreadySo`.
pub fn device_forget(tx: &mut Tx<'_>, actor: &Actor, id: DeviceId) -> Result<Change> {
    let login = own_login(actor)?;
    let tail = "WHERE book = ?1 AND login = ?2 AND id = ?3";
    let Some(row) = tx.select_locked::<Device>(tail, params![login.book(), login, id])?.pop() else {
        return Ok(Change::AlreadySo);
    };
    let open =
        tx.select_locked::<Session>("WHERE book = ?1 AND login = ?2 ORDER BY id", params![login.book(), login])?;
    for session in open.iter().filter(|s| s.device == Some(id) && Some(s.id) != actor.session) {
        end_one(tx, session, "ended_by_owner", &actor.correlation)?;
    }
    tx.remove(&row)?;
    tx.audit(actor, Audit::of("device.forget", id))?;
    Ok(Change::Done)
}

/// The sessions that are left of a login know that its password is the owner's own now.
pub(crate) fn own_password_now(tx: &mut Tx<'_>, of: LoginId) -> Result<()> {
    let tail = "WHERE book = ?1 AND login = ?2 AND first_password = 1 ORDER BY id";
    for mut row in tx.select_locked::<Session>(tail, params![of.book(), of])? {
        row.first_password = false;
        tx.update(&mut row)?;
    }
    Ok(())
}

/// Ends every session of a login. Needs `login.unlock` as [`crate::login_unlock`] does. Answers how many there were.
pub fn sessions_end(tx: &mut Tx<'_>, actor: &Actor, id: LoginId, why: &str) -> Result<u32> {
    let owner = login(tx, id)?;
    let scope = scope_of(tx, actor, &owner)?;
    may(tx, actor, Permission::LoginUnlock, &scope)?;
    let ended = end_sessions(tx, id, "ended_by_staff", &actor.correlation, None)?;
    tx.audit(actor, Audit::of("session.end_all", id).reason(reason(why)?))?;
    Ok(ended)
}

/// Removes at most `limit` sessions that ended by themselves; oldest first. For the clockwork.
pub fn sessions_expire(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let now = tx.now();
    let idle = now.plus(-IDLE_MINUTES_STAFF * MINUTE);
    let old = now.plus(-SESSION_HOURS_MAX * HOUR);
    let tail = "WHERE seen_at < ?1 OR started_at < ?2 ORDER BY seen_at LIMIT ?3";
    let rows = tx.select_locked::<Session>(tail, params![idle, old, limit])?;
    for row in &rows {
        end_one(tx, row, "timed_out", "")?;
    }
    Ok(rows.len() as u32)
}

pub(crate) fn end_sessions(
    tx: &mut Tx<'_>,
    of: LoginId,
    why: &'static str,
    correlation: &str,
    but: Option<SessionId>,
) -> Result<u32> {
    let rows = tx.select_locked::<Session>("WHERE book = ?1 AND login = ?2 ORDER BY id", params![of.book(), of])?;
    let mut ended = 0;
    for row in rows.iter().filter(|r| Some(r.id) != but) {
        end_one(tx, row, why, correlation)?;
        ended += 1;
    }
    Ok(ended)
}

fn end_one(tx: &mut Tx<'_>, row: &Session, reason: &'static str, correlation: &str) -> Result<()> {
    tx.remove(row)?;
    tx.emit(&Event::SessionEnded { session: row.id, login: row.login, reason }, correlation)
}
