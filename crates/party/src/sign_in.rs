//! Signing in, in three steps: read the challenge, hash off the writer, finish in a write.
//!
//! Where one question is asked at a time, the password is tried before the code is known. What is kept until the code comes is the
//! outcome of the try, never the password, and nobody is told it: the code is asked for whatever came of it, and both
//! are judged together at the end ([`sign_in_keep`], [`sign_in_kept`]).
use crate::events::Event;
use crate::login::{Login, Verdict, login, login_id, paused};
use crate::password::{PasswordCost, fits};
use crate::pending::{self, Purpose};
use crate::session::{SessionView, open_session};
use kernel::id::{LoginId, PendingId};
use kernel::{Actor, BookId, Channel, Id, Result};
use serde::{Deserialize, Serialize};
use store::{Audit, Tx, params};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub channel: Channel,
    /// Network address as the server saw it; empty for none.
    pub address: String,
    /// The browser's User-Agent; a session is bound to it.
    pub agent: String,
    /// A value the browser keeps for long, so that a device is known again; empty for none.
    pub device_mark: String,
    pub correlation: String,
}

impl Origin {
    /// The actor nobody, from here: for the audit of what fails before anybody is known.
    pub fn nobody(&self) -> Actor {
        self.dress(Actor::nobody())
    }

    pub(crate) fn dress(&self, actor: Actor) -> Actor {
        let (address, correlation) = (self.address.clone(), self.correlation.clone());
        Actor { channel: self.channel, address, correlation, ..actor }
    }
}

/// What must be hashed against; says nothing about whether the name exists.
pub struct Challenge {
    login: Option<LoginId>,
    stored: String,
}

/// A password that was tried against a challenge.
#[derive(Serialize, Deserialize)]
pub struct Checked {
    login: Option<LoginId>,
    stored: String,
    fits: bool,
}

/// Step one, in a read: what the password of this name is checked against. An unknown name gets a challenge too, of the
/// same cost, that nothing fits.
pub fn sign_in_challenge(tx: &mut Tx<'_>, name: &str, cost: &PasswordCost) -> Result<Challenge> {
    let name = name.trim().to_ascii_lowercase();
    let found = match login_id(tx, &name)? {
        Some(id) => tx.get::<Login>(params![id.book(), id])?,
        None => None,
    };
    Ok(match found {
        Some(row) => Challenge::of(row),
        None => Challenge { login: None, stored: cost.nobody() },
    })
}

impl Challenge {
    pub(crate) fn of(row: Login) -> Challenge {
        Challenge { login: Some(row.id), stored: row.password }
    }
    /// Step two, on any thread but the writer: about 20 ms at the bank's cost.
    pub fn check(self, password: &str) -> Checked {
        let fits = fits(&self.stored, password);
        Checked { login: self.login, stored: self.stored, fits }
    }
}

impl Checked {
    pub(crate) fn login(&self) -> Option<LoginId> {
        self.login
    }
    /// Whether it fits the login as it is now: a password changed since the challenge is another.
    pub(crate) fn fits(&self, row: &Login) -> bool {
        self.fits && self.stored == row.password
    }
}

/// How a sign-in ended. Commit both: a refusal is counted.
#[derive(Debug)]
pub enum SignIn {
    Signed {
        /// Given once; the bank keeps its hash.
        token: String,
        view: SessionView,
        /// The device mark was not seen with this login before.
        new_device: bool,
    },
    /// Name, password or code is wrong, or the login pauses. Which of them nobody is told.
    Refused,
}

/// Step three, in a write: judges the password and the code together, counts, opens the session. The code of a sign-in
/// counts as a step-up.
pub fn sign_in_finish(tx: &mut Tx<'_>, checked: &Checked, code: &str, origin: &Origin) -> Result<SignIn> {
    let nobody = origin.nobody();
    let Some(id) = checked.login else {
        tx.audit(&nobody, Audit::of("session.sign_in", "unknown name").result("refused"))?;
        return Ok(SignIn::Refused);
    };
    let mut row = login(tx, id)?;
    let step = row.step_of(tx, code)?;
    let verdict = row.judge(Some(checked.fits(&row)), step, tx.now());
    tx.update(&mut row)?;
    let_in(tx, row, verdict, origin, "password")
}

/// Keeps a tried password of `visitor` until the code comes; see [`crate::PENDING_MINUTES`].
pub fn sign_in_keep(tx: &mut Tx<'_>, checked: &Checked, visitor: &str) -> Result<PendingId> {
    pending::open(tx, BookId::HEAD_OFFICE, Purpose::Code, visitor, checked)
}

/// [`sign_in_finish`] for a password that was kept; it is spent by this, whatever comes of it. `None` when nothing was kept for
/// this visitor, or too long ago: the sign-in begins again.
pub fn sign_in_kept(
    tx: &mut Tx<'_>,
    kept: PendingId,
    visitor: &str,
    code: &str,
    origin: &Origin,
) -> Result<Option<SignIn>> {
    let Some(checked) = pending::look::<Checked>(tx, kept, Purpose::Code, visitor)? else { return Ok(None) };
    pending::spend(tx, kept, Purpose::Code, visitor)?;
    sign_in_finish(tx, &checked, code, origin).map(Some)
}

/// Opens a session for a login that was judged, or writes down that it was refused. `by` is what was shown.
pub(crate) fn let_in(
    tx: &mut Tx<'_>,
    row: Login,
    verdict: Verdict,
    origin: &Origin,
    by: &'static str,
) -> Result<SignIn> {
    let (id, nobody) = (row.id, origin.nobody());
    if verdict != Verdict::Pass {
        if let Verdict::Paused(until) = verdict {
            tx.emit(&paused(&row, until), &origin.correlation)?;
        }
        let result = if verdict == Verdict::Shut { "paused" } else { "refused" };
        tx.audit(&nobody, Audit::of("session.sign_in", id).after(by).result(result))?;
        return Ok(SignIn::Refused);
    }
    let opened = open_session(tx, &row, origin)?;
    let actor = opened.view.newcomer(tx.now(), origin)?;
    tx.audit(&actor, Audit::of("session.sign_in", opened.view.session).after(by))?;
    let (session, device) = (opened.view.session, opened.view.device);
    let event = Event::SignedIn { login: id, session, who: row.who, device, new_device: opened.new_device };
    tx.emit(&event, &origin.correlation)?;
    Ok(SignIn::Signed { token: opened.token, view: opened.view, new_device: opened.new_device })
}
