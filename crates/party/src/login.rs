//! Logins: one per person or member of staff.
use crate::codes::LOGIN_TAKEN;
use crate::directory::{self, Kind, text};
use crate::events::Event;
use crate::password::{PasswordHash, TOTP_SECRET_BYTES, totp_step};
use crate::rights::{Scope, home_book, may};
use crate::role::Permission;
use crate::session::{end_sessions, own_password_now};
use crate::sign_in::{Challenge, Checked};
use crate::staff::{principal, staff};
use crate::{Change, is_process, need_step_up_of_people, reason};
use kernel::clock::MINUTE;
use kernel::id::LoginId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use store::{Audit, Column, Seal, Tx, params};

/// Failures in a row before a login pauses.
pub const LOGIN_FAILURES_MAX: u32 = 5;
/// The first pause, in minutes; each further failure doubles it.
pub const PAUSE_MINUTES_FIRST: i64 = 1;
/// The longest pause, in minutes.
pub const PAUSE_MINUTES_MAX: i64 = 60;
/// Characters of a sign-in name at most.
pub const LOGIN_NAME_CHARS_MAX: usize = 40;
const TOTP_FIELD: &str = "login.totp";

store::record! {
    pub struct Login in "logins" key 2 {
        pub book: BookId,
        pub id: LoginId,
        pub name: String,
        /// The principal that signs in: `staf_…` or `pers_…`.
        pub who: String,
        pub password: String,
        /// Who gave the password, while its owner has not replaced it by one of his own.
        pub password_given_by: Option<String>,
        /// The authenticator's secret, encrypted by the key file.
        pub totp: Vec<u8>,
        /// The last step taken; codes of this step and before are spent.
        pub totp_step: i64,
        /// In a row.
        pub failures: u32,
        pub paused_until: Option<Timestamp>,
        pub made_by: String,
        pub made_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

/// How proofs are judged. Nothing is decided here that the caller tells the one who tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Wrong; counted.
    Wrong,
    /// The failure that starts a pause, until then.
    Paused(Timestamp),
    /// Within a pause or ended: not even looked at, not counted.
    Shut,
}

impl Login {
    pub fn who(&self) -> Result<Who> {
        principal(&self.who).ok_or_else(|| Error::broken(format!("login {} belongs to nobody", self.id)))
    }

    /// Judges a password (`None`: not asked, as at a step-up) and a code's step, and counts.
    pub(crate) fn judge(&mut self, password: Option<bool>, step: Option<i64>, now: Timestamp) -> Verdict {
        if self.ended_at.is_some() || self.paused_until.is_some_and(|end| now < end) {
            return Verdict::Shut;
        }
        let taken = step.filter(|s| *s > self.totp_step && password.unwrap_or(true));
        self.totp_step = taken.unwrap_or(self.totp_step);
        self.count(taken.is_some(), now)
    }

    /// Judges a passkey, which is both factors, and counts.
    pub(crate) fn judge_passkey(&mut self, right: bool, now: Timestamp) -> Verdict {
        if self.ended_at.is_some() || self.paused_until.is_some_and(|end| now < end) {
            return Verdict::Shut;
        }
        self.count(right, now)
    }

    fn count(&mut self, right: bool, now: Timestamp) -> Verdict {
        if right {
            (self.failures, self.paused_until) = (0, None);
            return Verdict::Pass;
        }
        self.failures += 1;
        if self.failures < LOGIN_FAILURES_MAX {
            return Verdict::Wrong;
        }
        let doublings = (self.failures - LOGIN_FAILURES_MAX).min(10);
        let pause = (PAUSE_MINUTES_FIRST << doublings).min(PAUSE_MINUTES_MAX);
        let until = now.plus(pause * MINUTE);
        self.paused_until = Some(until);
        Verdict::Paused(until)
    }

    pub(crate) fn step_of(&self, tx: &Tx<'_>, code: &str) -> Result<Option<i64>> {
        let secret = tx.keys().decrypt_own(TOTP_FIELD, &self.totp)?;
        Ok(totp_step(&secret, code, tx.clock().outside()))
    }
}

/// A login to be made. The password was hashed elsewhere.
pub struct LoginNew {
    /// 3 to 40 of a-z, 0-9, dot and hyphen.
    pub name: String,
    /// A person or a member of staff.
    pub who: Who,
    pub password: PasswordHash,
    pub totp_secret: [u8; TOTP_SECRET_BYTES],
    /// Somebody else knows the password: the owner replaces it before he does anything. Always so when a person makes the
    /// login.
    pub first_password: bool,
}

/// Makes a login. Needs `login.make`, stepped up: for staff at their branch (and `staff.manage` there), for a person where the
/// actor works.
/// Errors: `LOGIN_TAKEN` (the name is in use, or the person has a login), a field error for a bad name.
pub fn login_make(tx: &mut Tx<'_>, actor: &Actor, new: LoginNew) -> Result<LoginId> {
    let (scope, book) = match new.who {
        Who::Staff(s) => (Scope::branch(staff(tx, s)?.branch), s.book()),
        Who::Person(p) => {
            crate::person(tx, p)?;
            (Scope { branch: actor.branch, person: Some(p), ..Scope::default() }, p.book())
        }
        _ => return Err(Error::field("who", "a login belongs to a person or a member of staff")),
    };
    may(tx, actor, Permission::LoginMake, &scope)?;
    if matches!(new.who, Who::Staff(_)) {
        may(tx, actor, Permission::StaffManage, &scope)?;
    }
    need_step_up_of_people(actor)?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    if !(3..=LOGIN_NAME_CHARS_MAX).contains(&new.name.len()) || !new.name.chars().all(good) {
        return Err(Error::field("name", "3 to 40 of a-z, 0-9, dot and hyphen"));
    }
    let id = LoginId::new(tx.now(), book);
    let taken = |what: &str| Error::new(&LOGIN_TAKEN, format!("{what} has a login already"));
    if login_of(tx, new.who)?.is_some() {
        return Err(taken("this person"));
    }
    if !directory::take(tx, Kind::Login, &new.name, id)? {
        return Err(taken("this sign-in name").with("given", new.name));
    }
    let who = Actor::of(new.who).principal();
    let given = new.first_password || !is_process(actor);
    tx.insert(&mut Login {
        book,
        id,
        name: new.name,
        who: who.clone(),
        password: new.password.0,
        password_given_by: given.then(|| actor.principal()),
        totp: tx.keys().encrypt_own(TOTP_FIELD, &new.totp_secret),
        totp_step: 0,
        failures: 0,
        paused_until: None,
        made_by: actor.principal(),
        made_at: tx.now(),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("login.make", id).after(who))?;
    Ok(id)
}

/// Whose login is whose: the one in use.
pub fn login_of(tx: &mut Tx<'_>, who: Who) -> Result<Option<LoginId>> {
    let Some(book) = home_book(who) else { return Ok(None) };
    let principal = Actor::of(who).principal();
    let found =
        tx.select::<Login>("WHERE book = ?1 AND who = ?2 AND ended_at IS NULL", &[book.param(), text(&principal)])?;
    Ok(found.first().map(|l| l.id))
}

pub fn login_id(tx: &mut Tx<'_>, name: &str) -> Result<Option<LoginId>> {
    directory::find(tx, Kind::Login, name)?.map(|id| id.parse()).transpose()
}

pub(crate) fn login(tx: &mut Tx<'_>, id: LoginId) -> Result<Login> {
    tx.load::<Login>(params![id.book(), id])?.ok_or_else(|| Error::not_found("login", id))
}

/// Ends a pause. Needs `login.unlock` where the actor works or, for staff, at their branch.
pub fn login_unlock(tx: &mut Tx<'_>, actor: &Actor, id: LoginId, why: &str) -> Result<Change> {
    let mut row = login(tx, id)?;
    let scope = scope_of(tx, actor, &row)?;
    may(tx, actor, Permission::LoginUnlock, &scope)?;
    if row.failures == 0 && row.paused_until.is_none() {
        return Ok(Change::AlreadySo);
    }
    let before = format!("{} failures", row.failures);
    (row.failures, row.paused_until) = (0, None);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("login.unlock", id).change(before, "0 failures").reason(reason(why)?))?;
    Ok(Change::Done)
}

/// Where somebody stands who handles a login: at its owner's branch for staff, at his own place for customers.
pub(crate) fn scope_of(tx: &mut Tx<'_>, actor: &Actor, row: &Login) -> Result<Scope> {
    Ok(match row.who()? {
        Who::Staff(s) => Scope::branch(staff(tx, s)?.branch),
        Who::Person(p) => Scope { branch: actor.branch, person: Some(p), ..Scope::default() },
        _ => Scope::bank(),
    })
}

/// Gives a customer's login another first password and another authenticator, when he lost his; its passkeys and sessions end. Needs
/// `login.make` as [`login_make`] does, stepped up, and a reason. Never for staff: whoever renewed a colleague's login could be the
/// second person to his own requests. A member of staff who lost his leaves and joins anew, and two give him his roles.
pub fn login_renew(tx: &mut Tx<'_>, actor: &Actor, id: LoginId, renewal: Renewal, why: &str) -> Result<()> {
    let mut row = login(tx, id)?;
    let scope = scope_of(tx, actor, &row)?;
    may(tx, actor, Permission::LoginMake, &scope)?;
    need_step_up_of_people(actor)?;
    let why = reason(why)?;
    if !matches!(row.who()?, Who::Person(_)) {
        return Err(Error::forbidden("a login of staff is not renewed"));
    }
    if row.ended_at.is_some() {
        return Err(Error::not_found("login", id));
    }
    row.password = renewal.password.0;
    row.password_given_by = Some(actor.principal());
    row.totp = tx.keys().encrypt_own(TOTP_FIELD, &renewal.totp_secret);
    (row.totp_step, row.failures, row.paused_until) = (0, 0, None);
    tx.update(&mut row)?;
    crate::passkey::remove_all(tx, id)?;
    end_sessions(tx, id, "renewed", &actor.correlation, None)?;
    tx.audit(actor, Audit::of("login.renew", id).reason(why))
}

/// What [`login_renew`] sets. The password was hashed elsewhere.
#[derive(Clone)]
pub struct Renewal {
    pub password: PasswordHash,
    pub totp_secret: [u8; TOTP_SECRET_BYTES],
}

/// What a change of password came to. Commit both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordChange {
    Done,
    /// The old password or the code is wrong, or the login pauses (which ends its sessions).
    Refused,
}

/// What the owner's old password is checked against, and his sign-in name. In a read; see [`crate::Challenge::check`].
pub fn password_challenge(tx: &mut Tx<'_>, actor: &Actor) -> Result<(Challenge, String)> {
    let id = own_login(actor)?;
    let row = tx.get::<Login>(params![id.book(), id])?.ok_or_else(|| Error::not_found("login", id))?;
    let name = row.name.clone();
    Ok((Challenge::of(row), name))
}

pub(crate) fn own_login(actor: &Actor) -> Result<LoginId> {
    actor.login.ok_or_else(|| Error::forbidden("what belongs to a login is changed by its owner only"))
}

/// Sets the owner's new password. The old one, checked before, and a code of the authenticator are judged together and
/// counted as at a sign-in. The login's other sessions end.
pub fn password_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    checked: &Checked,
    code: &str,
    new: PasswordHash,
) -> Result<PasswordChange> {
    let id = own_login(actor)?;
    if checked.login() != Some(id) {
        return Err(Error::forbidden("a password is changed by its owner only"));
    }
    let mut row = login(tx, id)?;
    let step = row.step_of(tx, code)?;
    let verdict = row.judge(Some(checked.fits(&row)), step, tx.now());
    if verdict != Verdict::Pass {
        tx.update(&mut row)?;
        if let Verdict::Paused(until) = verdict {
            tx.emit(&paused(&row, until), &actor.correlation)?;
            end_sessions(tx, id, "paused", &actor.correlation, None)?;
        }
        tx.audit(actor, Audit::of("login.password", id).result("refused"))?;
        return Ok(PasswordChange::Refused);
    }
    (row.password, row.password_given_by) = (new.0, None);
    tx.update(&mut row)?;
    end_sessions(tx, id, "password_changed", &actor.correlation, actor.session)?;
    own_password_now(tx, id)?;
    tx.audit(actor, Audit::of("login.password", id))?;
    Ok(PasswordChange::Done)
}

/// Ends the login of a leaver, its passkeys and its sessions. The name stays taken.
pub(crate) fn end(tx: &mut Tx<'_>, actor: &Actor, who: Who) -> Result<()> {
    let Some(id) = login_of(tx, who)? else { return Ok(()) };
    let mut row = login(tx, id)?;
    (row.ended_by, row.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    crate::passkey::remove_all(tx, id)?;
    end_sessions(tx, id, "left", &actor.correlation, None)?;
    Ok(())
}

pub(crate) fn paused(row: &Login, until: Timestamp) -> Event {
    Event::LoginPaused { login: row.id, who: row.who.clone(), failures: row.failures, until }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Login {
        Login {
            book: BookId(1),
            id: LoginId::new(Timestamp::from_micros(0), BookId(1)),
            name: "teller".into(),
            who: String::new(),
            password: String::new(),
            password_given_by: None,
            totp: Vec::new(),
            totp_step: 100,
            failures: 0,
            paused_until: None,
            made_by: String::new(),
            made_at: Timestamp::from_micros(0),
            ended_by: None,
            ended_at: None,
            seal: Seal::default(),
        }
    }

    #[test]
    fn proofs_are_judged_together() {
        let now = Timestamp::from_micros(0);
        let cases = [
            ("both right", Some(true), Some(101), Verdict::Pass),
            ("password wrong", Some(false), Some(101), Verdict::Wrong),
            ("code wrong", Some(true), None, Verdict::Wrong),
            ("code used before", Some(true), Some(100), Verdict::Wrong),
            ("an older code", Some(true), Some(99), Verdict::Wrong),
            ("step-up: code right", None, Some(101), Verdict::Pass),
            ("step-up: code wrong", None, None, Verdict::Wrong),
        ];
        for (what, password, step, want) in cases {
            assert_eq!(fresh().judge(password, step, now), want, "{what}");
        }
    }

    #[test]
    fn passkeys_count_like_passwords_and_wait_like_them() {
        let now = Timestamp::from_micros(0);
        let mut row = fresh();
        for _ in 1..LOGIN_FAILURES_MAX {
            assert_eq!(row.judge_passkey(false, now), Verdict::Wrong);
        }
        assert_eq!(row.judge(Some(false), None, now), Verdict::Paused(now.plus(MINUTE)), "they are counted together");
        assert_eq!(row.judge_passkey(true, now), Verdict::Shut);
        assert_eq!(row.judge_passkey(true, now.plus(MINUTE)), Verdict::Pass);
        assert_eq!((row.failures, row.totp_step), (0, 100));
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_the_right_proof_waits_too() {
        let (mut row, mut now) = (fresh(), Timestamp::from_micros(0));
        for _ in 1..LOGIN_FAILURES_MAX {
            assert_eq!(row.judge(Some(false), None, now), Verdict::Wrong);
        }
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            let until = now.plus(minutes * MINUTE);
            assert_eq!(row.judge(Some(false), None, now), Verdict::Paused(until), "{minutes} min");
            assert_eq!(row.judge(Some(true), Some(200), until.plus(-1)), Verdict::Shut);
            now = until;
        }
        assert_eq!(row.judge(Some(true), Some(200), now), Verdict::Pass);
        assert_eq!((row.failures, row.paused_until), (0, None));
    }
}
