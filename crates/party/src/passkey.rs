//! Passkeys (通行密钥): signing in with what a device keeps, a finger or a face, and nothing to type.
//!
//! **Asking and answering** are two requests. The first writes what was asked ([`crate::pending_expire`] tells of these rows) and
//! gives the browser its question. The answer is tried like a password: read, checked off the writer ([`Trial::check`],
//! about a millisecond), finished in a write that spends the question, so that an answer counts once. A passkey is both
//! factors: signing in with it is a step-up, and it takes the place of the code in one.
//!
//! **Nobody learns who has one.** A question without a name lists no keys. A question for a name always lists
//! [`PASSKEYS_PER_LOGIN_MAX`] keys in the order of a keyed hash: the login's own, and decoys made of the name and the
//! bank's secret, the same each time; for a name that does not exist, decoys only. Every refusal is one answer, and failures
//! count towards the pause of the login as wrong passwords do.
//!
//! **A key in two places.** A key that counts its uses must count up. When it does not, the answer is refused, written down, told to
//! the owner, and the key stays stopped until he removes it. Keys that do not count (most that are kept in sync) always say 0.
//!
//! A key's record is encrypted by the key file, and so is the name its owner gave it; both leave with it.
use crate::Change;
use crate::codes::PASSKEY_REFUSED;
use crate::events::Event;
use crate::login::{Login, Verdict, login, login_id, own_login};
use crate::need_step_up;
use crate::pending::{self, Purpose};
use crate::relying_party::{Asked, AskedNew, Misfit, PASSKEY_ANSWER_BYTES_MAX, RelyingParty};
use crate::session::{SessionView, StepUp, stepped_up};
use crate::sign_in::{Origin, SignIn, let_in};
use kernel::id::{LoginId, PasskeyId, PendingId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Audit, KeyRing, Seal, Tx, params};
use webauthn_rs::prelude::{Passkey as Key, PublicKeyCredential, RegisterPublicKeyCredential};

/// Passkeys of one login.
pub const PASSKEYS_PER_LOGIN_MAX: usize = 5;
/// Characters of the name an owner gives his passkey.
pub const PASSKEY_NAME_CHARS_MAX: usize = 30;
const RECORD: &str = "passkey.credential";
const NAME: &str = "passkey.name";
/// Bytes that ids of real keys have, for decoys.
const DECOY_BYTES: [usize; 4] = [16, 20, 32, 32];

store::record! {
    /// One passkey of a login.
    pub struct Passkey in "passkeys" key 2 {
        pub book: BookId,
        pub id: PasskeyId,
        pub login: LoginId,
        /// What its owner calls it, encrypted by the key file.
        pub name: Vec<u8>,
        /// Public key, id and counter, encrypted by the key file.
        pub credential: Vec<u8>,
        pub made_at: Timestamp,
        pub used_at: Option<Timestamp>,
        /// When it did not count up; it opens nothing since.
        pub suspect_at: Option<Timestamp>,
    }
}

impl Passkey {
    fn key(&self, keys: &KeyRing) -> Result<Key> {
        let broken = |e| Error::broken(format!("passkey {} cannot be read", self.id)).caused_by(e);
        serde_json::from_slice(&keys.decrypt_own(RECORD, &self.credential)?).map_err(broken)
    }

    /// Puts it under the newest key of the key file; `false` when it is there already.
    pub fn renew(keys: &KeyRing, row: &mut Passkey) -> Result<bool> {
        if row.credential.starts_with(&keys.version().to_be_bytes()) {
            return Ok(false);
        }
        row.credential = keys.encrypt_own(RECORD, &keys.decrypt_own(RECORD, &row.credential)?);
        row.name = keys.encrypt_own(NAME, &keys.decrypt_own(NAME, &row.name)?);
        Ok(true)
    }
}

fn record(key: &Key) -> Result<Vec<u8>> {
    serde_json::to_vec(key).map_err(|e| Error::broken("a passkey has no JSON form").caused_by(e))
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, Serialize)]
pub struct PasskeyView {
    pub passkey: PasskeyId,
    pub name: String,
    pub made_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// Stopped since then, because it seems to be in two places.
    pub suspect_at: Option<Timestamp>,
}

/// A question to a browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    /// Comes back with the answer.
    pub pending: PendingId,
    /// `publicKey` of `navigator.credentials.create` or `get`, bytes in URL-safe base64.
    pub options: Value,
}

fn rows(tx: &mut Tx<'_>, of: LoginId) -> Result<Vec<Passkey>> {
    tx.select::<Passkey>("WHERE book = ?1 AND login = ?2 ORDER BY id", params![of.book(), of])
}

/// The actor's own passkeys, oldest first.
pub fn passkeys_of(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<PasskeyView>> {
    let Some(login) = actor.login else { return Ok(Vec::new()) };
    rows(tx, login)?.into_iter().map(|row| shown(tx.keys(), row)).collect()
}

fn shown(keys: &KeyRing, row: Passkey) -> Result<PasskeyView> {
    let name = String::from_utf8_lossy(&keys.decrypt_own(NAME, &row.name)?).into_owned();
    let Passkey { id, made_at, used_at, suspect_at, .. } = row;
    Ok(PasskeyView { passkey: id, name, made_at, used_at, suspect_at })
}

/// One of the actor's own passkeys; somebody else's is not found.
pub fn passkey(tx: &mut Tx<'_>, actor: &Actor, id: PasskeyId) -> Result<PasskeyView> {
    let row = tx.get::<Passkey>(params![id.book(), id])?.filter(|p| actor.login == Some(p.login));
    shown(tx.keys(), row.ok_or_else(|| Error::not_found("passkey", id))?)
}

fn session_of(actor: &Actor) -> Result<String> {
    let session = actor.session.ok_or_else(|| Error::forbidden("a passkey belongs to somebody who is signed in"))?;
    Ok(session.to_string())
}

/// Asks the browser for a new passkey. Needs a fresh second factor. Errors: `too_large` with
/// [`PASSKEYS_PER_LOGIN_MAX`] already there.
pub fn passkey_ask_new(tx: &mut Tx<'_>, actor: &Actor, bank: &RelyingParty) -> Result<PasskeyQuestion> {
    let (id, session) = (own_login(actor)?, session_of(actor)?);
    need_step_up(actor)?;
    let has = rows(tx, id)?.iter().map(|row| row.key(tx.keys())).collect::<Result<Vec<_>>>()?;
    room_for_one_more(has.len())?;
    let name = login(tx, id)?.name;
    let (options, state) = bank.ask_new(id, &name, &has)?;
    let pending = pending::open(tx, id.book(), Purpose::Register, &session, &state)?;
    Ok(PasskeyQuestion { pending, options })
}

fn room_for_one_more(has: usize) -> Result<()> {
    match has < PASSKEYS_PER_LOGIN_MAX {
        true => Ok(()),
        false => Err(Error::limit("passkeys", has + 1, PASSKEYS_PER_LOGIN_MAX, "passkeys")),
    }
}

/// A new passkey that a browser brought, as it came.
pub struct PasskeyNew<'a> {
    pub pending: PendingId,
    /// `PublicKeyCredential` as JSON, bytes in URL-safe base64; at most [`PASSKEY_ANSWER_BYTES_MAX`] bytes.
    pub answer: &'a str,
    /// 1 to [`PASSKEY_NAME_CHARS_MAX`] characters; what its owner calls it.
    pub name: &'a str,
}

/// Keeps a new passkey. Needs a fresh second factor. Errors: `passkey_refused` when the answer does not fit what was asked,
/// or comes too late or twice; `too_large`; a field error for the name.
pub fn passkey_make(tx: &mut Tx<'_>, actor: &Actor, bank: &RelyingParty, new: &PasskeyNew<'_>) -> Result<PasskeyId> {
    let (owner, session) = (own_login(actor)?, session_of(actor)?);
    need_step_up(actor)?;
    let name = new.name.trim();
    if !(1..=PASSKEY_NAME_CHARS_MAX).contains(&name.chars().count()) {
        return Err(Error::field("name", format!("1 to {PASSKEY_NAME_CHARS_MAX} characters")));
    }
    let refused = || Error::new(&PASSKEY_REFUSED, "this passkey is not the one that was asked for, or came too late");
    let answer: RegisterPublicKeyCredential = parsed(new.answer).ok_or_else(refused)?;
    let asked: AskedNew = pending::look(tx, new.pending, Purpose::Register, &session)?.ok_or_else(refused)?;
    let key = bank.made(&answer, &asked).ok_or_else(refused)?;
    pending::spend(tx, new.pending, Purpose::Register, &session)?;
    // Two windows that make a passkey at once are counted one after the other.
    login(tx, owner)?;
    let has = rows(tx, owner)?;
    room_for_one_more(has.len())?;
    for row in &has {
        if row.key(tx.keys())?.cred_id() == key.cred_id() {
            return Err(refused());
        }
    }
    let id = PasskeyId::new(tx.now(), owner.book());
    let (name, credential) =
        (tx.keys().encrypt_own(NAME, name.as_bytes()), tx.keys().encrypt_own(RECORD, &record(&key)?));
    tx.insert(&mut Passkey {
        book: owner.book(),
        id,
        login: owner,
        name,
        credential,
        made_at: tx.now(),
        used_at: None,
        suspect_at: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("passkey.make", id))?;
    tx.emit(&Event::PasskeyMade { passkey: id, login: owner, who: actor.principal() }, &actor.correlation)?;
    Ok(id)
}

/// Ends one of the actor's own passkeys. Needs a fresh second factor. One that is gone is `AlreadySo`.
pub fn passkey_remove(tx: &mut Tx<'_>, actor: &Actor, id: PasskeyId) -> Result<Change> {
    let owner = own_login(actor)?;
    need_step_up(actor)?;
    let Some(row) = tx.load::<Passkey>(params![id.book(), id])? else { return Ok(Change::AlreadySo) };
    if row.login != owner {
        return Err(Error::not_found("passkey", id));
    }
    tx.remove(&row)?;
    tx.audit(actor, Audit::of("passkey.remove", id))?;
    tx.emit(&Event::PasskeyRemoved { passkey: id, login: owner, who: actor.principal() }, &actor.correlation)?;
    Ok(Change::Done)
}

/// All passkeys of a login that is renewed or ended.
pub(crate) fn remove_all(tx: &mut Tx<'_>, of: LoginId) -> Result<()> {
    let all = tx.select_locked::<Passkey>("WHERE book = ?1 AND login = ?2 ORDER BY id", params![of.book(), of])?;
    all.iter().try_for_each(|row| tx.remove(row))
}

#[derive(Serialize, Deserialize)]
struct AskedFor {
    /// Whose passkey it has to be; `None` where the passkey itself says it.
    login: Option<LoginId>,
    asked: Asked,
}

/// Asks a visitor for a passkey: any the browser keeps for the bank, or with a sign-in name one of that login's. What is answered
/// tells nothing of whether the name exists. `visitor` is a secret of his that comes back with the answer.
pub fn passkey_ask_sign_in(tx: &mut Tx<'_>, bank: &RelyingParty, visitor: &str, name: &str) -> Result<PasskeyQuestion> {
    let name = name.trim().to_ascii_lowercase();
    let (login, any_of) = match name.is_empty() {
        true => (None, Vec::new()),
        false => named(tx, &name)?,
    };
    let (options, asked) = bank.ask(&any_of)?;
    let state = AskedFor { login, asked };
    let pending = pending::open(tx, BookId::HEAD_OFFICE, Purpose::SignIn, visitor, &state)?;
    Ok(PasskeyQuestion { pending, options })
}

fn named(tx: &mut Tx<'_>, name: &str) -> Result<(Option<LoginId>, Vec<Vec<u8>>)> {
    let login = login_id(tx, name)?;
    let own = login.map(|id| rows(tx, id)).transpose()?.unwrap_or_default();
    let mut ids = own.iter().map(|row| Ok(row.key(tx.keys())?.cred_id().to_vec())).collect::<Result<Vec<_>>>()?;
    let mut decoys = (0..PASSKEYS_PER_LOGIN_MAX).map(|nth| decoy(tx.keys(), name, nth));
    while let Some(decoy) = decoys.next().filter(|_| ids.len() < PASSKEYS_PER_LOGIN_MAX) {
        ids.push(decoy);
    }
    ids.sort_by_cached_key(|id| tx.keys().token("passkey.order", id));
    Ok((login, ids))
}

/// An id that no key has, the same for a name each time.
fn decoy(keys: &KeyRing, name: &str, nth: usize) -> Vec<u8> {
    let bytes = keys.token("passkey.decoy", format!("{nth} {name}").as_bytes());
    bytes[..DECOY_BYTES[usize::from(bytes[31]) % DECOY_BYTES.len()]].to_vec()
}

/// Asks for one of the actor's own passkeys, in the place of the code. Errors: `not_found` when he has none.
pub fn passkey_ask_step_up(tx: &mut Tx<'_>, actor: &Actor, bank: &RelyingParty) -> Result<PasskeyQuestion> {
    let (id, session) = (own_login(actor)?, session_of(actor)?);
    let own = rows(tx, id)?.iter().map(|row| Ok(row.key(tx.keys())?.cred_id().to_vec())).collect::<Result<Vec<_>>>()?;
    if own.is_empty() {
        return Err(Error::not_found("passkey", id));
    }
    let (options, asked) = bank.ask(&own)?;
    let state = AskedFor { login: Some(id), asked };
    let pending = pending::open(tx, id.book(), Purpose::StepUp, &session, &state)?;
    Ok(PasskeyQuestion { pending, options })
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    (text.len() <= PASSKEY_ANSWER_BYTES_MAX).then(|| serde_json::from_str(text).ok()).flatten()
}

/// An answer and what it has to fit.
pub struct Trial {
    asked: Ticket,
    found: Option<Found>,
    /// Whose failure it is when nothing fits.
    login: Option<LoginId>,
}

#[derive(Clone)]
struct Ticket {
    pending: PendingId,
    by: String,
}

struct Found {
    answer: PublicKeyCredential,
    asked: Asked,
    row: Passkey,
    key: Key,
}

/// An answer that was tried.
#[derive(Clone)]
pub struct Tried {
    asked: Ticket,
    login: Option<LoginId>,
    /// The row as it was tried, and what came of it.
    judged: Option<Judged>,
}

#[derive(Clone)]
struct Judged {
    row: Passkey,
    before: Key,
    outcome: std::result::Result<Key, Misfit>,
}

/// Step one, in a read: what the answer of a visitor who signs in is tried against.
pub fn passkey_sign_in_trial(tx: &mut Tx<'_>, pending: PendingId, visitor: &str, answer: &str) -> Result<Trial> {
    trial(tx, Ticket { pending, by: visitor.into() }, Purpose::SignIn, answer)
}

/// The same for somebody who is signed in.
pub fn passkey_step_up_trial(tx: &mut Tx<'_>, pending: PendingId, actor: &Actor, answer: &str) -> Result<Trial> {
    trial(tx, Ticket { pending, by: session_of(actor)? }, Purpose::StepUp, answer)
}

fn trial(tx: &mut Tx<'_>, asked: Ticket, purpose: Purpose, answer: &str) -> Result<Trial> {
    let nothing = |login| Trial { asked: asked.clone(), found: None, login };
    let state: Option<AskedFor> = pending::look(tx, asked.pending, purpose, &asked.by)?;
    let Some(AskedFor { login: named, asked: question }) = state else { return Ok(nothing(None)) };
    let Some(answer) = parsed::<PublicKeyCredential>(answer) else { return Ok(nothing(named)) };
    let says = answer.get_user_unique_id().map(LoginId::from_bytes);
    let login = match (named, says) {
        (Some(named), None) => named,
        (Some(named), Some(Ok(says))) if says == named => named,
        (None, Some(Ok(says))) => says,
        (named, _) => return Ok(nothing(named)),
    };
    for row in rows(tx, login)? {
        let key = row.key(tx.keys())?;
        if key.cred_id().as_slice() == answer.get_credential_id() {
            let found = Some(Found { answer, asked: question, row, key });
            return Ok(Trial { asked, found, login: Some(login) });
        }
    }
    Ok(nothing(named))
}

impl Trial {
    /// Step two, on any thread but the writer: about a millisecond.
    pub fn check(self, bank: &RelyingParty) -> Tried {
        let judge = |f: Found| {
            let outcome = match f.row.suspect_at {
                Some(_) => Err(Misfit::Wrong),
                None => bank.fits(&f.answer, f.asked, &f.key),
            };
            Judged { row: f.row, before: f.key, outcome }
        };
        Tried { asked: self.asked, login: self.login, judged: self.found.map(judge) }
    }
}

/// What an answer is worth now, when it is finished.
enum Worth {
    Good(Login),
    /// Counted where there is a login to count it at.
    Bad(Option<(Login, Verdict)>),
}

fn weigh(tx: &mut Tx<'_>, tried: &Tried, purpose: Purpose, by: &Actor) -> Result<Worth> {
    let fresh = pending::spend(tx, tried.asked.pending, purpose, &tried.asked.by)?;
    let Some(id) = tried.login.filter(|_| fresh) else { return Ok(Worth::Bad(None)) };
    let Some(mut owner) = tx.load::<Login>(params![id.book(), id])? else { return Ok(Worth::Bad(None)) };
    let right = match &tried.judged {
        Some(judged) => use_up(tx, judged, by, &owner)?,
        None => false,
    };
    let verdict = owner.judge_passkey(right, tx.now());
    tx.update(&mut owner)?;
    Ok(if verdict == Verdict::Pass { Worth::Good(owner) } else { Worth::Bad(Some((owner, verdict))) })
}

/// Writes down that a passkey was used, or that it did not count up. `false` when it opens nothing.
fn use_up(tx: &mut Tx<'_>, judged: &Judged, by: &Actor, owner: &Login) -> Result<bool> {
    let Some(mut row) = tx.load::<Passkey>(params![judged.row.book, judged.row.id])? else { return Ok(false) };
    // It counted on since it was tried: another answer came first.
    if row.suspect_at.is_some() || record(&row.key(tx.keys())?)? != record(&judged.before)? {
        return Ok(false);
    }
    match &judged.outcome {
        Ok(key) if owner.ended_at.is_none() => {
            if record(key)? != record(&judged.before)? {
                row.credential = tx.keys().encrypt_own(RECORD, &record(key)?);
            }
            row.used_at = Some(tx.now());
            tx.update(&mut row)?;
            Ok(true)
        }
        Err(Misfit::Copied) => {
            row.suspect_at = Some(tx.now());
            tx.update(&mut row)?;
            tx.audit(by, Audit::of("passkey.counter", row.id).result("refused"))?;
            let event = Event::PasskeySuspect { passkey: row.id, login: owner.id, who: owner.who.clone() };
            tx.emit(&event, &by.correlation)?;
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// Step three, in a write: spends the question, counts, opens the session. Commit a refusal too.
pub fn passkey_sign_in(tx: &mut Tx<'_>, tried: &Tried, origin: &Origin) -> Result<SignIn> {
    let nobody = origin.nobody();
    match weigh(tx, tried, Purpose::SignIn, &nobody)? {
        Worth::Good(owner) => let_in(tx, owner, Verdict::Pass, origin, "passkey"),
        Worth::Bad(Some((owner, verdict))) => let_in(tx, owner, verdict, origin, "passkey"),
        Worth::Bad(None) => {
            tx.audit(&nobody, Audit::of("session.sign_in", "unknown passkey").result("refused"))?;
            Ok(SignIn::Refused)
        }
    }
}

/// The same in the place of a code: the session gets another token. The failure that pauses the login ends its sessions.
pub fn passkey_step_up(tx: &mut Tx<'_>, token: &str, tried: &Tried, origin: &Origin) -> Result<StepUp> {
    let view = crate::session::session_view(tx, token)?;
    let actor = SessionView::newcomer(&view, tx.now(), origin)?;
    if tried.asked.by != view.session.to_string() {
        return Err(Error::forbidden("this passkey was asked for in another session"));
    }
    match weigh(tx, tried, Purpose::StepUp, &actor)? {
        Worth::Good(owner) => stepped_up(tx, token, &actor, owner, Verdict::Pass, origin),
        Worth::Bad(Some((owner, verdict))) => stepped_up(tx, token, &actor, owner, verdict, origin),
        Worth::Bad(None) => {
            tx.audit(&actor, Audit::of("session.step_up", view.session).result("refused"))?;
            Ok(StepUp::Refused)
        }
    }
}
