//! A visit: somebody is served at a machine of a branch.
//!
//! A visit begins when card and face were seen ([`crate::face_seen`]) and belongs to that machine and that person. Its token is made as a
//! session's is, opens nothing anywhere else, and the session of a phone opens nothing at a machine. It ends when nobody
//! touched the machine for [`IDLE_SECONDS`] and the warning of [`WARNING_SECONDS`] ran out, after [`VISIT_MINUTES_MAX`] in any case,
//! when somebody else is seen at the machine or the same person at another, when the machine is put out of order, and
//! when its owner says so. Whoever needs more time asks once and gets twice of both (WCAG 2.2.1). There is no login behind a
//! visit: nobody is known by this device later, and nothing can be changed that a sign-in name is for.
use crate::codes::{NOT_SIGNED_IN, SESSION_ENDED};
use crate::events::Event;
use crate::identity::{Face, Judged, MISSES_PER_DAY_MAX, Photo, judge, miss};
use crate::person::person;
use crate::preference::prefers_elder;
use crate::role::Role;
use crate::session::{SessionView, new_token, read_token};
use crate::sign_in::Origin;
use crate::terminal::TerminalView;
use crate::{Change, STEP_UP_MINUTES};
use kernel::clock::{MINUTE, SECOND};
use kernel::id::{BranchId, DeviceId, PersonId, SessionId};
use kernel::{Actor, BookId, Channel, Error, Id, Result, Timestamp, Who};
use store::{Audit, Seal, Tx, params};

/// Seconds without a touch after which a visitor is asked whether he is still there.
pub const IDLE_SECONDS: i64 = 60;
/// Seconds he has to answer.
pub const WARNING_SECONDS: i64 = 30;
/// Minutes of a visit at most.
pub const VISIT_MINUTES_MAX: i64 = 10;
/// How many times as long idle time, warning and visit are for whoever asked for more.
pub const MORE_TIME: i64 = 2;
/// Seconds after which it is written again that somebody touched the machine.
pub const VISIT_TOUCH_SECONDS: i64 = 5;

store::record! {
    /// Somebody at a machine; removed when it is over.
    pub struct Visit in "kiosk_visits" key 2 {
        pub book: BookId,
        pub id: SessionId,
        pub person: PersonId,
        /// The masked name.
        pub name: String,
        pub terminal: DeviceId,
        pub branch: BranchId,
        pub photo: String,
        pub token_hash: [u8; 32],
        pub started_at: Timestamp,
        pub seen_at: Timestamp,
        pub stepped_up_at: Timestamp,
        pub step_up_misses: i64,
        /// He asked for more time.
        pub more_time: bool,
    }
}

/// A visit as it was read; plain data.
#[derive(Clone, Debug)]
pub struct VisitView {
    pub visit: SessionId,
    pub person: PersonId,
    pub name: String,
    pub terminal: DeviceId,
    pub branch: BranchId,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
    pub stepped_up_at: Timestamp,
    pub more_time: bool,
    /// He keeps the elder edition on his own devices, and gets it here too.
    pub elder: bool,
}

/// A visit that began.
#[derive(Debug)]
pub struct Visited {
    /// Given once; the bank keeps its hash.
    pub token: String,
    pub view: VisitView,
}

impl VisitView {
    /// With what its person prefers.
    fn seen(tx: &mut Tx<'_>, v: &Visit) -> Result<VisitView> {
        Ok(VisitView { elder: prefers_elder(tx, v.person)?, ..VisitView::of(v) })
    }

    fn of(v: &Visit) -> VisitView {
        VisitView {
            visit: v.id,
            person: v.person,
            name: v.name.clone(),
            terminal: v.terminal,
            branch: v.branch,
            started_at: v.started_at,
            seen_at: v.seen_at,
            stepped_up_at: v.stepped_up_at,
            more_time: v.more_time,
            elder: false,
        }
    }

    fn times(&self) -> i64 {
        if self.more_time { MORE_TIME } else { 1 }
    }
    /// Seconds until the warning, without a touch.
    pub fn idle_seconds(&self) -> i64 {
        IDLE_SECONDS * self.times()
    }
    /// Seconds of the warning.
    pub fn warning_seconds(&self) -> i64 {
        WARNING_SECONDS * self.times()
    }
    /// Seconds until the visit ends in any case.
    pub fn left_seconds(&self, now: Timestamp) -> i64 {
        (VISIT_MINUTES_MAX * MINUTE * self.times() - now.since(self.started_at)).max(0) / SECOND
    }

    /// The actor of a request at the machine, at `now`. Pure. `Err(SESSION_ENDED)` when idle or at it too long, or from another
    /// machine.
    pub fn actor(&self, now: Timestamp, at: DeviceId, origin: &Origin) -> Result<Actor> {
        let ended = |why: &str| Err(Error::new(&SESSION_ENDED, why));
        if self.terminal != at {
            return ended("the visit was begun at another machine");
        }
        if now.since(self.seen_at) > (self.idle_seconds() + self.warning_seconds()) * SECOND {
            return ended("nobody touched the machine for too long");
        }
        if self.left_seconds(now) == 0 {
            return ended("the visit is as long as a visit may be");
        }
        let actor = origin.dress(Actor {
            session: Some(self.visit),
            device: Some(self.terminal),
            branch: Some(self.branch),
            roles: Role::Customer.code().into(),
            stepped_up: now.since(self.stepped_up_at) < STEP_UP_MINUTES * MINUTE,
            ..Actor::of(Who::Person(self.person))
        });
        Ok(Actor { channel: Channel::Kiosk, ..actor })
    }

    /// The visit as pages look at whoever is signed in.
    pub fn as_session(&self) -> SessionView {
        SessionView {
            session: self.visit,
            login: None,
            who: Who::Person(self.person),
            branch: Some(self.branch),
            device: Some(self.terminal),
            roles: Role::Customer.code().into(),
            name: self.name.clone(),
            started_at: self.started_at,
            seen_at: self.seen_at,
            stepped_up_at: Some(self.stepped_up_at),
            first_password: false,
            agent: [0; 32],
            token_hash: [0; 32],
        }
    }

    /// Whether it should be written again that somebody touched the machine.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= VISIT_TOUCH_SECONDS * SECOND
    }
}

/// Begins a visit: whatever went on at the machine, and a visit of the same person elsewhere, ends.
pub(crate) fn visit_open(
    tx: &mut Tx<'_>,
    at: &TerminalView,
    id: PersonId,
    photo: &Photo,
    origin: &Origin,
) -> Result<Visited> {
    let (now, row) = (tx.now(), person(tx, id)?);
    end_at(tx, at.terminal, "replaced", &at.nobody(origin))?;
    let elsewhere = tx.select_locked::<Visit>("WHERE book = ?1 AND person = ?2 ORDER BY id", params![row.book, id])?;
    for old in &elsewhere {
        end_one(tx, old, "replaced", &at.nobody(origin))?;
    }
    let visit = SessionId::new(now, row.book);
    let (token, token_hash) = new_token(visit);
    let mut new = Visit {
        book: row.book,
        id: visit,
        person: id,
        name: row.name_masked,
        terminal: at.terminal,
        branch: at.branch,
        photo: photo.0.clone(),
        token_hash,
        started_at: now,
        seen_at: now,
        stepped_up_at: now,
        step_up_misses: 0,
        more_time: false,
        seal: Seal::default(),
    };
    tx.insert(&mut new)?;
    let view = VisitView::of(&new);
    let actor = view.actor(now, at.terminal, origin)?;
    tx.audit(&actor, Audit::of("visit.begin", visit))?;
    let begun = Event::VisitBegun { session: visit, person: id, terminal: at.terminal, place: at.place.clone() };
    tx.emit(&begun, &origin.correlation)?;
    Ok(Visited { token, view })
}

fn row_of(tx: &mut Tx<'_>, token: &str) -> Result<Visit> {
    let nobody = || Error::new(&NOT_SIGNED_IN, "nobody is served with this token");
    let (id, hash) = read_token::<SessionId>(token).ok_or_else(nobody)?;
    let row = tx.load::<Visit>(params![id.book(), id])?;
    let gone = || Error::new(&SESSION_ENDED, "the visit is over");
    // `blake3::Hash` compares in constant time.
    row.filter(|v| blake3::Hash::from_bytes(v.token_hash) == hash).ok_or_else(gone)
}

/// The visit of a token, one row read. `NOT_SIGNED_IN` for what is no token, `SESSION_ENDED` for one of the past.
pub fn visit_view(tx: &mut Tx<'_>, token: &str) -> Result<VisitView> {
    let row = row_of(tx, token)?;
    VisitView::seen(tx, &row)
}

/// Writes that somebody touched the machine. After [`VisitView::actor`] let him in.
pub fn visit_touch(tx: &mut Tx<'_>, token: &str) -> Result<VisitView> {
    let mut row = row_of(tx, token)?;
    row.seen_at = tx.now().max(row.seen_at);
    tx.update(&mut row)?;
    VisitView::seen(tx, &row)
}

/// More time for whoever asks; asking again changes nothing.
pub fn visit_more_time(tx: &mut Tx<'_>, token: &str, at: &TerminalView, origin: &Origin) -> Result<VisitView> {
    let mut row = row_of(tx, token)?;
    let actor = VisitView::of(&row).actor(tx.now(), at.terminal, origin)?;
    row.seen_at = tx.now().max(row.seen_at);
    if !row.more_time {
        row.more_time = true;
        tx.audit(&actor, Audit::of("visit.more_time", row.id))?;
    }
    tx.update(&mut row)?;
    Ok(VisitView::of(&row))
}

/// The picture that a visitor's face is held against once more.
pub fn visit_photo(tx: &mut Tx<'_>, token: &str) -> Result<Photo> {
    Ok(Photo(row_of(tx, token)?.photo))
}

/// What followed from the face once more. Commit it: a face that does not fit is counted.
#[derive(Debug)]
pub enum FaceAgain {
    /// Replaces the token it was asked with.
    Done(Box<Visited>),
    Again {
        left: i64,
    },
    /// Somebody else stands there: the visit is over.
    Over,
    /// Nothing was compared.
    Not(Judged),
}

/// The face once more, for what needs it; the visit gets another token. The third that does not fit ends it, and so does
/// counting for the document of the day, which [`crate::card_seen`] looks at.
pub fn visit_step_up(
    tx: &mut Tx<'_>,
    token: &str,
    at: &TerminalView,
    face: Face,
    origin: &Origin,
) -> Result<FaceAgain> {
    let mut row = row_of(tx, token)?;
    let actor = VisitView::of(&row).actor(tx.now(), at.terminal, origin)?;
    let judged = judge(face);
    match judged {
        Judged::Same => {
            let (token, hash) = new_token(row.id);
            (row.token_hash, row.seen_at, row.stepped_up_at) = (hash, tx.now(), tx.now());
            row.step_up_misses = 0;
            tx.update(&mut row)?;
            tx.audit(&actor, Audit::of("visit.step_up", row.id))?;
            Ok(FaceAgain::Done(Box::new(Visited { token, view: VisitView::of(&row) })))
        }
        Judged::Other => {
            row.step_up_misses += 1;
            tx.audit(&actor, Audit::of("visit.step_up", row.id).result("other_face"))?;
            let document = person(tx, row.person)?.identity_index;
            let today = miss(tx, &document)?;
            let left = MISSES_PER_DAY_MAX - row.step_up_misses.max(today);
            tx.update(&mut row)?;
            if left > 0 {
                return Ok(FaceAgain::Again { left });
            }
            end_one(tx, &row, "other_face", &actor)?;
            Ok(FaceAgain::Over)
        }
        other => Ok(FaceAgain::Not(other)),
    }
}

/// Ends the visit of a token, by its owner or because his time is over; one that is over is `AlreadySo`.
pub fn visit_end(
    tx: &mut Tx<'_>,
    token: &str,
    at: &TerminalView,
    reason: &'static str,
    origin: &Origin,
) -> Result<Change> {
    match row_of(tx, token) {
        Ok(row) => end_one(tx, &row, reason, &at.nobody(origin)).map(|()| Change::Done),
        Err(e) if e.is(&SESSION_ENDED) || e.is(&NOT_SIGNED_IN) => Ok(Change::AlreadySo),
        Err(e) => Err(e),
    }
}

/// Ends what goes on at a machine.
pub(crate) fn end_at(tx: &mut Tx<'_>, at: DeviceId, reason: &'static str, by: &Actor) -> Result<()> {
    for row in tx.select_locked::<Visit>("WHERE terminal = ?1 ORDER BY id", params![at])? {
        end_one(tx, &row, reason, by)?;
    }
    Ok(())
}

/// Ends at most `limit` visits that ran out and whose machine said nothing more; oldest first. For the clockwork.
pub fn visits_expire(tx: &mut Tx<'_>, limit: u32) -> Result<u32> {
    let now = tx.now();
    let idle = now.plus(-(IDLE_SECONDS + WARNING_SECONDS) * MORE_TIME * SECOND);
    let old = now.plus(-VISIT_MINUTES_MAX * MORE_TIME * MINUTE);
    let tail = "WHERE seen_at < ?1 OR started_at < ?2 ORDER BY seen_at LIMIT ?3";
    let rows = tx.select_locked::<Visit>(tail, params![idle, old, limit])?;
    for row in &rows {
        end_one(tx, row, "timed_out", &Actor::system("expire"))?;
    }
    Ok(rows.len() as u32)
}

fn end_one(tx: &mut Tx<'_>, row: &Visit, reason: &'static str, by: &Actor) -> Result<()> {
    tx.remove(row)?;
    let actor = Actor { device: Some(row.terminal), session: Some(row.id), ..by.clone() };
    tx.audit(&actor, Audit::of("visit.end", row.id).after(reason))?;
    let ended = Event::VisitEnded { session: row.id, person: row.person, terminal: row.terminal, reason };
    tx.emit(&ended, &by.correlation)
}
