//! The door: passwords are tried here, slowly and few at a time.
//!
//! Argon2 takes about 20 ms and 19 MB a try; it runs on threads that may wait, [`PASSWORD_CHECKS_AT_ONCE_MAX`] at once.
//! When [`PASSWORD_CHECKS_WAITING_MAX`] more wait, the next is told `too_many_requests`. Tries are counted by address and by
//! name besides the pause the login itself takes after five failures. Passkeys are asked for and tried here too, under the
//! same counts; their signatures take about a millisecond and wait for nobody.
use crate::codes::TOO_MANY_REQUESTS;
use crate::http::limiter::{Allowance, Limiter, address_key};
use crate::state::Web;
use kernel::id::{LoginId, PendingId};
use kernel::{Actor, Error, Result, Timestamp};
use party::{Checked, Origin, PasskeyQuestion, PasswordChange, PasswordCost, PasswordHash, SignIn, StepUp};
use tokio::sync::Semaphore;

/// Passwords checked at the same time.
pub const PASSWORD_CHECKS_AT_ONCE_MAX: usize = 2;
/// Passwords waiting to be checked.
pub const PASSWORD_CHECKS_WAITING_MAX: usize = 64;
/// Sign-ins from one address; a branch's staff arrive together.
pub const SIGN_IN_BY_ADDRESS: Allowance = Allowance { name: "sign-in by address", burst: 60, per_minute: 60 };
/// Sign-ins with one name.
pub const SIGN_IN_BY_NAME: Allowance = Allowance { name: "sign-in by name", burst: 10, per_minute: 6 };
/// Bytes of a password that is hashed.
pub const PASSWORD_BYTES_MAX: usize = 512;
/// Bytes of a sign-in name.
pub const NAME_BYTES_MAX: usize = 100;

pub struct SignInDoor {
    cost: PasswordCost,
    checking: Semaphore,
    waiting: Semaphore,
    by_address: Limiter,
    by_name: Limiter,
}

impl SignInDoor {
    pub fn new(cost: PasswordCost) -> SignInDoor {
        SignInDoor {
            cost,
            checking: Semaphore::new(PASSWORD_CHECKS_AT_ONCE_MAX),
            waiting: Semaphore::new(PASSWORD_CHECKS_AT_ONCE_MAX + PASSWORD_CHECKS_WAITING_MAX),
            by_address: Limiter::new(SIGN_IN_BY_ADDRESS),
            by_name: Limiter::new(SIGN_IN_BY_NAME),
        }
    }

    fn count(&self, name: &str, origin: &Origin, now: Timestamp) -> Result<()> {
        self.count_address(origin, now)?;
        self.by_name.take(&name.trim().to_ascii_lowercase(), now)
    }

    fn count_address(&self, origin: &Origin, now: Timestamp) -> Result<()> {
        let address = origin.address.parse().map_or_else(|_| String::new(), address_key);
        self.by_address.take(&address, now)
    }
}

/// Name, password and code against the bank. Whoever is signed in gets a token; every other session of the login that this
/// ended is forgotten here too.
pub async fn sign_in(web: &Web, name: &str, password: &str, code: &str, origin: &Origin) -> Result<SignIn> {
    if name.len() > NAME_BYTES_MAX || password.len() > PASSWORD_BYTES_MAX || code.len() > NAME_BYTES_MAX {
        return Ok(SignIn::Refused);
    }
    let checked = checked(web, name, password, origin).await?;
    let (code, origin) = (code.to_owned(), origin.clone());
    let done = web.write(move |tx| party::sign_in_finish(tx, &checked, &code, &origin)).await?;
    Ok(entered(web, done))
}

async fn checked(web: &Web, name: &str, password: &str, origin: &Origin) -> Result<Checked> {
    let door = &web.inner().door;
    door.count(name, origin, web.now())?;
    let (name, password, cost) = (name.to_owned(), password.to_owned(), door.cost);
    in_turn(web, move |bank| Ok(bank.store.read(|tx| party::sign_in_challenge(tx, &name, &cost))?.check(&password)))
        .await
}

fn entered(web: &Web, done: SignIn) -> SignIn {
    if let SignIn::Signed { view, .. } = &done
        && let Some(login) = view.login
    {
        web.inner().sessions.forget_login(login);
    }
    done
}

/// The password of a sign-in that asks one question at a time: tried now, told later. `None` for what is longer than a password.
pub async fn password_first(
    web: &Web,
    name: &str,
    password: &str,
    visitor: &str,
    origin: &Origin,
) -> Result<Option<PendingId>> {
    if name.len() > NAME_BYTES_MAX || password.len() > PASSWORD_BYTES_MAX {
        return Ok(None);
    }
    let (checked, visitor) = (checked(web, name, password, origin).await?, visitor.to_owned());
    web.write(move |tx| party::sign_in_keep(tx, &checked, &visitor)).await.map(Some)
}

/// The code after [`password_first`]; `None` when that is too long ago or was not this visitor.
pub async fn code_after(
    web: &Web,
    kept: PendingId,
    visitor: &str,
    code: &str,
    origin: &Origin,
) -> Result<Option<SignIn>> {
    web.inner().door.count_address(origin, web.now())?;
    let code: String = code.chars().take(NAME_BYTES_MAX).collect();
    let (visitor, origin) = (visitor.to_owned(), origin.clone());
    let done = web.write(move |tx| party::sign_in_kept(tx, kept, &visitor, &code, &origin)).await?;
    Ok(done.map(|done| entered(web, done)))
}

/// Asks a visitor for a passkey; `name` may be empty.
pub async fn passkey_question(web: &Web, name: &str, visitor: &str, origin: &Origin) -> Result<PasskeyQuestion> {
    let door = &web.inner().door;
    let name: String = name.chars().take(NAME_BYTES_MAX).collect();
    match name.trim().is_empty() {
        true => door.count_address(origin, web.now())?,
        false => door.count(&name, origin, web.now())?,
    }
    let (bank, visitor) = (web.relying().clone(), visitor.to_owned());
    web.write(move |tx| party::passkey_ask_sign_in(tx, &bank, &visitor, &name)).await
}

/// An answer to [`passkey_question`].
pub async fn passkey_sign_in(
    web: &Web,
    pending: PendingId,
    visitor: &str,
    answer: &str,
    origin: &Origin,
) -> Result<SignIn> {
    web.inner().door.count_address(origin, web.now())?;
    let (bank, visitor, answer) = (web.relying().clone(), visitor.to_owned(), answer.to_owned());
    let tried = web
        .run(move |b| {
            let trial = b.store.read(|tx| party::passkey_sign_in_trial(tx, pending, &visitor, &answer))?;
            Ok(trial.check(&bank))
        })
        .await?;
    let origin = origin.clone();
    let done = web.write(move |tx| party::passkey_sign_in(tx, &tried, &origin)).await?;
    Ok(entered(web, done))
}

/// A passkey in the place of the code.
pub async fn passkey_step_up(
    web: &Web,
    token: &str,
    actor: &Actor,
    pending: PendingId,
    answer: &str,
    origin: &Origin,
) -> Result<StepUp> {
    let (bank, by, answer) = (web.relying().clone(), actor.clone(), answer.to_owned());
    let tried = web
        .run(move |b| {
            let trial = b.store.read(|tx| party::passkey_step_up_trial(tx, pending, &by, &answer))?;
            Ok(trial.check(&bank))
        })
        .await?;
    let (own, origin) = (token.to_owned(), origin.clone());
    let done = web.write(move |tx| party::passkey_step_up(tx, &own, &tried, &origin)).await;
    if let Some(login) = actor.login {
        web.inner().sessions.forget_login(login);
    }
    done
}

/// Does what hashes passwords, when it is its turn.
async fn in_turn<T: Send + 'static>(web: &Web, f: impl FnOnce(&app::Bank) -> Result<T> + Send + 'static) -> Result<T> {
    let door = &web.inner().door;
    let full =
        |_| Error::new(&TOO_MANY_REQUESTS, "many people are signing in").with("limit", "sign-in").with("seconds", 5);
    let _waits = door.waiting.try_acquire().map_err(full)?;
    let closed = |e| Error::broken("the door is closed").caused_by(e);
    let _checks = door.checking.acquire().await.map_err(closed)?;
    web.run(f).await
}

/// The owner's new password, after his old one and a code. What is remembered of his sessions is forgotten.
pub async fn password(web: &Web, actor: &Actor, old: &str, code: &str, new: &str) -> Result<PasswordChange> {
    if [old, new].iter().any(|p| p.len() > PASSWORD_BYTES_MAX) || code.len() > NAME_BYTES_MAX {
        return Err(Error::limit("password", old.len().max(new.len()), PASSWORD_BYTES_MAX, "bytes"));
    }
    let login = actor.login.ok_or_else(|| Error::forbidden("a password is changed by its owner only"))?;
    let (by, old, new, cost) = (actor.clone(), old.to_owned(), new.to_owned(), web.inner().door.cost);
    let (checked, hash) = in_turn(web, move |bank| {
        let (challenge, name) = bank.store.read(|tx| party::password_challenge(tx, &by))?;
        Ok((challenge.check(&old), cost.hash_instead(&name, &old, &new)?))
    })
    .await?;
    let (by, code) = (actor.clone(), code.to_owned());
    let done = web.write(move |tx| party::password_change(tx, &by, &checked, &code, hash.clone())).await;
    web.inner().sessions.forget_login(login);
    done
}

/// A first password for somebody else, in the clear and as it is kept.
pub async fn first_password(web: &Web, login_name: &str) -> Result<(String, PasswordHash)> {
    let (name, cost) = (login_name.to_owned(), web.inner().door.cost);
    in_turn(web, move |_| {
        let password = party::first_password();
        let hash = cost.hash(&name, &password)?;
        Ok((password, hash))
    })
    .await
}

/// The second factor once more; the session gets another token. A code wrong too often ends every session of the login.
pub async fn step_up(web: &Web, token: &str, login: Option<LoginId>, code: &str, origin: &Origin) -> Result<StepUp> {
    if code.len() > NAME_BYTES_MAX {
        return Ok(StepUp::Refused);
    }
    let (own, code, origin) = (token.to_owned(), code.to_owned(), origin.clone());
    let done = web.write(move |tx| party::step_up(tx, &own, &code, &origin)).await;
    if let Some(login) = login {
        web.inner().sessions.forget_login(login);
    }
    done
}
