//! Who is signed in, remembered for a moment.
//!
//! Asking the database for a session on each request would cost a read; a view of it is therefore kept for
//! [`party::SESSION_CACHE_SECONDS`] under the BLAKE3 hash of its token (the token itself is not kept). What ends a session in
//! this process drops it here at once; what ends it in another process is noticed after those seconds. A view that was
//! being read while something was dropped is not kept.
use crate::state::Web;
use kernel::clock::SECOND;
use kernel::id::{ClientId, DeviceId, LoginId, PersonId};
use kernel::{Actor, Error, Result, Timestamp};
use parking_lot::RwLock;
use party::{Origin, SESSION_CACHE_SECONDS, SessionView, TerminalView, VisitView};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Views kept at most.
pub const SESSIONS_KEPT_MAX: usize = 100_000;

type Key = [u8; 32];

#[derive(Default)]
pub struct Sessions {
    kept: RwLock<HashMap<Key, Kept>>,
    /// Rises with each drop.
    drops: AtomicU64,
}

#[derive(Clone)]
struct Kept {
    known: Known,
    at: Timestamp,
}

#[derive(Clone)]
enum Known {
    Session(SessionView),
    Client(Actor),
    Terminal(TerminalView),
    Visit(VisitView),
}

fn key(kind: &str, secret: &str) -> Key {
    *blake3::Hasher::new().update(kind.as_bytes()).update(secret.as_bytes()).finalize().as_bytes()
}

impl Sessions {
    fn get(&self, key: &Key, now: Timestamp) -> Option<Known> {
        let kept = self.kept.read();
        let fresh = |k: &&Kept| (0..SESSION_CACHE_SECONDS * SECOND).contains(&now.since(k.at));
        kept.get(key).filter(fresh).map(|k| k.known.clone())
    }

    /// Keeps a view, unless something was dropped since `drops` was read.
    fn put(&self, key: Key, known: Known, now: Timestamp, drops: u64) {
        let mut kept = self.kept.write();
        if self.drops.load(Ordering::SeqCst) != drops {
            return;
        }
        if kept.len() >= SESSIONS_KEPT_MAX && !kept.contains_key(&key) {
            kept.retain(|_, k| now.since(k.at) < SESSION_CACHE_SECONDS * SECOND);
            if kept.len() >= SESSIONS_KEPT_MAX {
                kept.clear();
            }
        }
        kept.insert(key, Kept { known, at: now });
    }

    fn drop_where(&self, gone: impl Fn(&Key, &Known) -> bool) {
        let mut kept = self.kept.write();
        self.drops.fetch_add(1, Ordering::SeqCst);
        kept.retain(|key, k| !gone(key, &k.known));
    }

    /// A session that ended or changed.
    pub fn forget(&self, token: &str) {
        let ended = key("session", token);
        self.drop_where(|key, _| *key == ended);
    }
    /// All sessions of a login: it signed in again, was unlocked or ended.
    pub fn forget_login(&self, login: LoginId) {
        self.drop_where(|_, known| matches!(known, Known::Session(view) if view.login == Some(login)));
    }
    /// A machine whose state changed, and whoever is served at it.
    pub fn forget_terminal(&self, id: DeviceId) {
        self.drop_where(|_, known| match known {
            Known::Terminal(view) => view.terminal == id,
            Known::Visit(view) => view.terminal == id,
            _ => false,
        });
    }
    /// Every visit of a person: a new one ends the others.
    pub fn forget_visits(&self, of: PersonId) {
        self.drop_where(|_, known| matches!(known, Known::Visit(view) if view.person == of));
    }
    /// An API client whose key ended.
    pub fn forget_client(&self, id: ClientId) {
        self.drop_where(|_, known| matches!(known, Known::Client(actor) if actor.principal() == id.to_string()));
    }

    /// Says that the session is being written as seen, so that of many requests at once only one writes.
    fn seen(&self, key: &Key, now: Timestamp) {
        match self.kept.write().get_mut(key) {
            Some(Kept { known: Known::Session(view), .. }) => view.seen_at = now,
            Some(Kept { known: Known::Visit(view), .. }) => view.seen_at = now,
            Some(Kept { known: Known::Terminal(view), .. }) => view.seen_at = Some(now),
            _ => {}
        }
    }
}

/// The session of a token and its actor; with `newcomer` also of one that must replace its password first.
pub async fn by_token(web: &Web, token: &str, origin: &Origin, newcomer: bool) -> Result<(SessionView, Actor)> {
    let (sessions, now, key) = (&web.inner().sessions, web.now(), key("session", token));
    let view = match sessions.get(&key, now) {
        Some(Known::Session(view)) => view,
        _ => {
            let drops = sessions.drops.load(Ordering::SeqCst);
            let own = token.to_owned();
            let view = web.read(move |tx| party::session_view(tx, &own)).await?;
            sessions.put(key, Known::Session(view.clone()), now, drops);
            view
        }
    };
    let actor = if newcomer { view.newcomer(now, origin)? } else { view.actor(now, origin)? };
    if !view.wants_touch(now) {
        return Ok((view, actor));
    }
    sessions.seen(&key, now);
    let drops = sessions.drops.load(Ordering::SeqCst);
    let own = token.to_owned();
    match web.write(move |tx| party::session_touch(tx, &own)).await {
        Ok(view) => {
            sessions.put(key, Known::Session(view.clone()), now, drops);
            Ok((view, actor))
        }
        Err(why) => {
            sessions.forget(token);
            Err(why)
        }
    }
}

/// The machine that keeps this secret; `None` for what is none. That it was heard of is written about once a minute.
pub async fn terminal_by_token(web: &Web, token: &str) -> Result<Option<TerminalView>> {
    let (sessions, now, key) = (&web.inner().sessions, web.now(), key("terminal", token));
    let found = match sessions.get(&key, now) {
        Some(Known::Terminal(view)) => Some(view),
        _ => {
            let drops = sessions.drops.load(Ordering::SeqCst);
            let own = token.to_owned();
            let found = web.read(move |tx| party::terminal_of(tx, &own)).await?;
            if let Some(view) = &found {
                sessions.put(key, Known::Terminal(view.clone()), now, drops);
            }
            found
        }
    };
    if let Some(view) = found.as_ref().filter(|v| v.wants_seen(now)) {
        sessions.seen(&key, now);
        let id = view.terminal;
        web.write(move |tx| party::terminal_seen(tx, id)).await?;
    }
    Ok(found)
}

/// The visit of a token and its actor, at this machine. `touched`: the request is somebody's doing, not the page's own.
pub async fn visit_by_token(
    web: &Web,
    token: &str,
    at: DeviceId,
    origin: &Origin,
    touched: bool,
) -> Result<(VisitView, Actor)> {
    let (sessions, now, key) = (&web.inner().sessions, web.now(), key("visit", token));
    let mut view = match sessions.get(&key, now) {
        Some(Known::Visit(view)) => view,
        _ => {
            let drops = sessions.drops.load(Ordering::SeqCst);
            let own = token.to_owned();
            let view = web.read(move |tx| party::visit_view(tx, &own)).await?;
            sessions.put(key, Known::Visit(view.clone()), now, drops);
            view
        }
    };
    let actor = view.actor(now, at, origin)?;
    if touched && view.wants_touch(now) {
        sessions.seen(&key, now);
        let own = token.to_owned();
        match web.write(move |tx| party::visit_touch(tx, &own)).await {
            Ok(seen) => view = seen,
            Err(why) => {
                sessions.drop_where(|kept, _| *kept == key);
                return Err(why);
            }
        }
    }
    Ok((view, actor))
}

/// The actor of a program that sent its id and secret (HTTP Basic, RFC 7617).
pub async fn by_secret(web: &Web, id: &str, secret: &str, origin: &Origin) -> Result<Actor> {
    let (sessions, now, key) = (&web.inner().sessions, web.now(), key(id, secret));
    let here = |actor: Actor| Actor {
        address: origin.address.clone(),
        correlation: origin.correlation.clone(),
        channel: origin.channel,
        ..actor
    };
    if let Some(Known::Client(actor)) = sessions.get(&key, now) {
        return Ok(here(actor));
    }
    let wrong = |_| Error::new(&party::codes::NOT_SIGNED_IN, "the client's id or secret is wrong");
    let client: ClientId = id.parse().map_err(wrong)?;
    let drops = sessions.drops.load(Ordering::SeqCst);
    let (secret, asked) = (secret.to_owned(), origin.clone());
    let actor = web.read(move |tx| party::client_actor(tx, client, &secret, &asked)).await?;
    sessions.put(key, Known::Client(actor.clone()), now, drops);
    Ok(here(actor))
}
