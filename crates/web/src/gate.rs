//! The gate before every route: who asks, and may he come in at all.
//!
//! The table of routes names for each route an [`Access`]. The gate finds the session (cookie for people, `Authorization`
//! for programs), refuses whoever is not of that class, and hands the handler a [`Signed`] or [`Caller`]. A route that is not
//! `Public` is therefore never served to nobody, whatever its handler takes. What the class allows is looked at by role
//! names; the domain decides again with `party::may`, for the thing that is asked for. Who signed in with a first password
//! that somebody gave him is led to its change from everywhere but the few routes of [`Access::Newcomer`].
//!
//! On the way out the gate sees the error a handler answers with: every refusal of kind `Forbidden` is written in the
//! audit here and nowhere else; people who must sign in or prove their second factor again are led there and back.
use crate::codes::NOT_AT_A_MACHINE;
use crate::http::cookies::{self, Cookie};
use crate::http::fault::{Fault, carried};
use crate::http::redirect::{local, see_other};
use crate::http::request::Correlation;
use crate::sessions;
use crate::state::Web;
use crate::terminals::{self, Here};
use crate::view::{Mode, View};
use crate::words::Words;
use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::id::{FirmId, PersonId};
use kernel::{Actor, Channel, Error, Kind, Result, Who};
use party::codes::{FIRST_PASSWORD, NOT_SIGNED_IN, SESSION_ENDED, STEP_UP_NEEDED};
use party::{Origin, Permission, Role, SessionView};
use std::borrow::Cow;
use std::net::SocketAddr;

/// Which class of people or programs a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Public,
    /// Whoever is signed in.
    Anyone,
    /// Whoever is signed in, be it with a password that he was given and has to replace first.
    Newcomer,
    /// A person for himself.
    Customer,
    /// A user or a program of a firm with this permission.
    Firm(Permission),
    /// A member of staff with this permission.
    Staff(Permission),
    /// A member of staff with the one or the other.
    Either(Permission, Permission),
    /// A customer for himself, or a firm's user or program, with this permission.
    Owner(Permission),
    FirmOrStaff(Permission, Permission),
    OwnerOrStaff(Permission, Permission),
}

impl Access {
    /// Besides, staff with this permission.
    pub fn or_staff(self, staff: Permission) -> Access {
        match self {
            Access::Firm(own) => Access::FirmOrStaff(own, staff),
            Access::Owner(own) => Access::OwnerOrStaff(own, staff),
            other => other,
        }
    }

    /// Whether somebody with these roles is of the class. A program's scopes are the domain's to look at.
    pub fn admits(self, who: Who, roles: &str) -> bool {
        let holds = |p: Permission| holds(roles, p);
        match (self, who) {
            (Access::Public, _) => true,
            (_, Who::Nobody | Who::System(_)) => false,
            (Access::Anyone | Access::Newcomer, _) => true,
            (Access::Customer, _) => matches!(who, Who::Person(_)),
            (
                Access::Firm(_) | Access::FirmOrStaff(..) | Access::Owner(_) | Access::OwnerOrStaff(..),
                Who::Client { .. },
            ) => true,
            (Access::Firm(p) | Access::FirmOrStaff(p, _), Who::ForFirm { .. }) => holds(p),
            (Access::Owner(p) | Access::OwnerOrStaff(p, _), Who::ForFirm { .. } | Who::Person(_)) => holds(p),
            (Access::Staff(p) | Access::FirmOrStaff(_, p) | Access::OwnerOrStaff(_, p), Who::Staff(_)) => holds(p),
            (Access::Either(one, other), Who::Staff(_)) => holds(one) || holds(other),
            _ => false,
        }
    }
}

fn holds(roles: &str, permission: Permission) -> bool {
    let held = roles.split(' ').filter_map(Role::parse);
    held.into_iter().any(|role| role.permissions().contains(&permission))
}

/// Whom a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Pages and forms.
    People,
    /// JSON.
    Programs,
}

/// A person who is signed in, as the handlers of pages take him.
#[derive(Clone, Debug)]
pub struct Signed {
    pub actor: Actor,
    pub session: SessionView,
    pub view: View,
    pub(crate) token: String,
}

impl Signed {
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.view.t(key)
    }
    pub fn words(&self) -> Words {
        self.view.words
    }
    /// By the names of his roles: for menus and buttons only, never for rights.
    pub fn holds(&self, permission: Permission) -> bool {
        holds(&self.session.roles, permission)
    }
    pub fn is_staff(&self) -> bool {
        self.session.is_staff()
    }
    pub fn firm(&self) -> Option<FirmId> {
        self.actor.firm()
    }
    pub fn person(&self) -> Option<PersonId> {
        self.actor.person()
    }
    /// Leads to the page that asks for the code, unless it was given a moment ago.
    pub fn need_step_up(&self) -> Result<()> {
        party::need_step_up(&self.actor)
    }
    pub(crate) fn origin(&self, headers: &HeaderMap) -> Origin {
        let (address, correlation) = (self.actor.address.clone(), self.actor.correlation.clone());
        Origin { channel: self.actor.channel, address, agent: agent(headers), device_mark: String::new(), correlation }
    }
}

/// Who calls the interface for programs: a person with a session token, or a firm's program.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// `None` for a firm's program.
    pub session: Option<SessionView>,
    pub(crate) token: String,
}

macro_rules! handed_on {
    ($type:ident) => {
        impl<S: Send + Sync> FromRequestParts<S> for $type {
            type Rejection = Fault;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<$type, Fault> {
                let found = parts.extensions.get::<$type>().cloned();
                found.ok_or_else(|| Fault(Error::new(&NOT_SIGNED_IN, "nobody is signed in")))
            }
        }
    };
}
handed_on!(Signed);

/// Whoever looks at a page that is open to everybody.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Signed {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Option<Signed>, Fault> {
        Ok(parts.extensions.get::<Signed>().cloned())
    }
}
handed_on!(Caller);

/// What a gate knows of its route.
#[derive(Clone)]
pub struct Gate {
    pub web: Web,
    pub access: Access,
    pub face: Face,
    /// `POST /approvals/{id}/approval`: how a denial is named in the audit.
    pub name: &'static str,
    /// A change asked by a program carries an idempotency key.
    pub needs_key: bool,
}

/// Lets a request through to its handler, or not.
pub async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let way_back = way_back(&request);
    let path = request.uri().path().to_owned();
    let kiosk = request.extensions().get::<Here>().is_some();
    let entered = match gate.face {
        Face::People => enter_person(&gate, &mut request).await,
        Face::Programs => enter_program(&gate, &mut request).await,
    };
    let (actor, response) = match entered {
        Ok(actor) => (actor, next.run(request).await),
        Err((actor, why)) => (actor, Fault(why).into_response()),
    };
    let Some(why) = carried(&response) else { return response };
    if denial(why).is_some() && actor.who != Who::Nobody {
        let (why, bank) = (why.clone(), gate.web.bank().clone());
        let write = move || denial(&why).map(|why| bank.denied(&actor, gate.name, &path, why));
        let written = tokio::task::spawn_blocking(write).await;
        if let Err(panic) = written {
            tracing::error!(error = %panic, "a denial was not written");
        }
        return response;
    }
    match gate.face {
        Face::People => lead(response, &way_back, gate.web.site().tls, kiosk),
        Face::Programs => response,
    }
}

/// The refusal for want of rights in an error, also where the answer is that there is no such thing.
fn denial(why: &Error) -> Option<&Error> {
    let hidden = std::error::Error::source(why).and_then(|e| e.downcast_ref::<Error>());
    [Some(why), hidden].into_iter().flatten().find(|e| e.kind() == Kind::Forbidden)
}

type Entered = std::result::Result<Actor, (Actor, Error)>;

async fn enter_person(gate: &Gate, request: &mut Request) -> Entered {
    let nobody = |why| (Actor::nobody(), why);
    let tls = gate.web.site().tls;
    if let Some(here) = request.extensions().get::<Here>().cloned() {
        return enter_visitor(gate, request, here).await;
    }
    let Some(token) = cookies::read(request.headers(), cookies::SESSION, tls).map(str::to_owned) else {
        return admit(gate, Actor::nobody(), "", None);
    };
    // The channel follows from whose session it is, which is not known before.
    let origin = origin_of(request.extensions(), request.headers(), Channel::Phone);
    let (session, mut actor) =
        match sessions::by_token(&gate.web, &token, &origin, gate.access == Access::Newcomer).await {
            Ok(found) => found,
            Err(_) if gate.access == Access::Public => return Ok(Actor::nobody()),
            Err(why) => return Err(nobody(why)),
        };
    if session.is_staff() {
        actor.channel = Channel::Counter;
    }
    let roles = session.roles.clone();
    let entered = admit(gate, actor.clone(), &roles, None)?;
    let view = request.extensions().get::<View>().cloned();
    let view = view.ok_or_else(|| nobody(Error::broken("a page is served outside `for_people`")))?;
    let view = if session.is_staff() { view.with_mode(mode_of(&roles)) } else { view };
    let view = View { app: matches!(actor.who, Who::Person(_)).then(|| owner_mark(&actor)), ..view };
    request.extensions_mut().insert(view.clone());
    request.extensions_mut().insert(Signed { actor, session, view, token });
    Ok(entered)
}

/// What a device may be told to know its owner by: a hash, no id.
fn owner_mark(actor: &Actor) -> String {
    let hash = blake3::derive_key("yizhan owner of what a device keeps", actor.principal().as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..12])
}

/// At a machine of a branch: the few addresses it offers, to whoever is served there.
async fn enter_visitor(gate: &Gate, request: &mut Request, here: Here) -> Entered {
    let origin = origin_of(request.extensions(), request.headers(), Channel::Kiosk);
    let nobody = here.terminal.nobody(&origin);
    if !terminals::offers(gate.name, &here.terminal) {
        return Err((nobody, Error::new(&NOT_AT_A_MACHINE, "this is not done at a machine")));
    }
    let token = cookies::read(request.headers(), cookies::SESSION, gate.web.site().tls).map(str::to_owned);
    let Some(token) = token else { return admit(gate, nobody, "", None) };
    let touched = !terminals::by_itself(gate.name);
    let found = sessions::visit_by_token(&gate.web, &token, here.terminal.terminal, &origin, touched).await;
    let (visit, actor) = match found {
        Ok(found) => found,
        Err(_) if gate.access == Access::Public => return Ok(nobody),
        Err(why) => return Err((nobody, why)),
    };
    let actor = admit(gate, actor, "customer", None)?;
    let view = request.extensions().get::<View>().cloned();
    let view = view.ok_or_else(|| (nobody, Error::broken("a page is served outside `for_people`")))?;
    let view = terminals::paced(view, &visit, gate.web.now());
    request.extensions_mut().insert(view.clone());
    let session = visit.as_session();
    request.extensions_mut().insert(Signed { actor: actor.clone(), session, view, token });
    Ok(actor)
}

/// Who checks, audits or operates sees dense pages; who serves customers sees the agent's.
fn mode_of(roles: &str) -> Mode {
    let overseer =
        [Permission::PaymentApprove, Permission::AuditRead, Permission::OutboxOperate, Permission::GuardDecide];
    if overseer.into_iter().any(|p| holds(roles, p)) { Mode::Manager } else { Mode::Agent }
}

async fn enter_program(gate: &Gate, request: &mut Request) -> Entered {
    let nobody = |why| (Actor::nobody(), why);
    let origin = origin_of(request.extensions(), request.headers(), Channel::Api);
    let given = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (kind, proof) = given.split_once(' ').unwrap_or_default();
    let caller = match kind.to_ascii_lowercase().as_str() {
        _ if gate.access == Access::Public => None,
        "bearer" => {
            let token = proof.trim().to_owned();
            let (session, actor) = sessions::by_token(&gate.web, &token, &origin, gate.access == Access::Newcomer)
                .await
                .map_err(nobody)?;
            Some(Caller { actor, session: Some(session), token })
        }
        "basic" => {
            let (id, secret) = basic(proof).map_err(nobody)?;
            let actor = sessions::by_secret(&gate.web, &id, &secret, &origin).await.map_err(nobody)?;
            Some(Caller { actor, session: None, token: String::new() })
        }
        _ => None,
    };
    let key = request.headers().get("idempotency-key").and_then(|v| v.to_str().ok());
    let keyless = gate.needs_key.then(|| store::check_key(key.unwrap_or_default())).and_then(Result::err);
    let Some(caller) = caller else { return admit(gate, Actor::nobody(), "", keyless) };
    let entered = admit(gate, caller.actor.clone(), &caller.actor.roles, keyless)?;
    request.extensions_mut().insert(caller);
    Ok(entered)
}

/// First whether he may come in, then whether he brought his key.
fn admit(gate: &Gate, actor: Actor, roles: &str, keyless: Option<Error>) -> Entered {
    let refusal = match actor.who {
        _ if gate.access.admits(actor.who, roles) => keyless,
        Who::Nobody => Some(Error::new(&NOT_SIGNED_IN, "nobody is signed in")),
        _ => Some(Error::forbidden("your role does not open this address")),
    };
    match refusal {
        None => Ok(actor),
        Some(why) => Err((actor, why)),
    }
}

fn basic(proof: &str) -> Result<(String, String)> {
    let wrong = || Error::new(&NOT_SIGNED_IN, "the Authorization header is not `Basic base64(id:secret)`");
    let text = STANDARD.decode(proof.trim()).ok().and_then(|b| String::from_utf8(b).ok()).ok_or_else(wrong)?;
    let (id, secret) = text.split_once(':').ok_or_else(wrong)?;
    Ok((id.to_owned(), secret.to_owned()))
}

fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

/// Where a request comes from, as the server saw it.
pub(crate) fn origin_of(extensions: &Extensions, headers: &HeaderMap, channel: Channel) -> Origin {
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(a)| a.ip().to_canonical());
    Origin {
        channel,
        address: address.map_or_else(String::new, |a| a.to_string()),
        agent: agent(headers),
        device_mark: String::new(),
        correlation: extensions.get::<Correlation>().map_or_else(String::new, |c| c.0.clone()),
    }
}

/// Where a request comes from, for handlers that sign somebody in.
pub struct CameFrom(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<CameFrom, Fault> {
        Ok(CameFrom(origin_of(&parts.extensions, &parts.headers, Channel::Phone)))
    }
}

/// The page to come back to: the one asked for, or the one whose form was sent.
fn way_back(request: &Request) -> String {
    let own = request.uri().path_and_query().map_or("/", |a| a.as_str());
    let referer = request.headers().get(header::REFERER).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let from = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|i| &rest[i..]));
    let back = if request.method() == Method::GET { Some(own) } else { from };
    back.and_then(local).unwrap_or("/home").to_owned()
}

/// Who must sign in or give the code again is led there, and from there back.
fn lead(response: Response, way_back: &str, tls: bool, kiosk: bool) -> Response {
    let Some(why) = carried(&response) else { return response };
    let to = |page: &str| format!("{page}?next={}", encode(way_back));
    if kiosk {
        return terminals::lead(response, &to, tls);
    }
    if why.is(&STEP_UP_NEEDED) {
        return see_other(&to("/step-up"));
    }
    if why.is(&FIRST_PASSWORD) {
        return see_other("/password");
    }
    if why.is(&NOT_SIGNED_IN) || why.is(&SESSION_ENDED) {
        let mut led =
            see_other(&if why.is(&SESSION_ENDED) { format!("{}&ended=yes", to("/sign-in")) } else { to("/sign-in") });
        Cookie::forget(cookies::SESSION).set(led.headers_mut(), tls);
        return led;
    }
    response
}

/// Percent-encoding of a query value (RFC 3986 §2.3: only unreserved characters stay).
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::{ClientId, StaffId};
    use kernel::{BookId, Id, Timestamp};
    use party::Permission as P;

    #[test]
    fn each_class_admits_its_own() {
        let (at, book) = (Timestamp::from_micros(1), BookId(1));
        let (person, firm) = (PersonId::new(at, book), FirmId::new(at, book));
        let customer = (Who::Person(person), "customer");
        let clerk = (Who::ForFirm { person, firm }, "payroll_clerk");
        let program = (Who::Client { client: ClientId::new(at, book), firm }, "client");
        let teller = (Who::Staff(StaffId::new(at, book)), "teller lobby_manager");
        let nobody = (Who::Nobody, "");
        // Columns: customer, clerk, program, teller, nobody.
        let cases: &[(Access, [bool; 5])] = &[
            (Access::Public, [true; 5]),
            (Access::Anyone, [true, true, true, true, false]),
            (Access::Newcomer, [true, true, true, true, false]),
            (Access::Customer, [true, false, false, false, false]),
            (Access::Firm(P::WageSheetMake), [false, true, true, false, false]),
            (Access::Firm(P::WageSheetCheck), [false, false, true, false, false]),
            (Access::Staff(P::PersonRead), [false, false, false, true, false]),
            (Access::Staff(P::AuditRead), [false; 5]),
            (Access::Owner(P::AccountRead), [true, true, true, false, false]),
            (Access::Owner(P::AccountRead).or_staff(P::AccountReadAny), [true, true, true, true, false]),
            (Access::Firm(P::WageRead).or_staff(P::WageReadBank), [false, true, true, false, false]),
        ];
        for (access, want) in cases {
            let got = [customer, clerk, program, teller, nobody].map(|(who, roles)| access.admits(who, roles));
            assert_eq!(got, *want, "{access:?}");
        }
    }

    #[test]
    fn a_way_back_survives_being_a_query_value() {
        assert_eq!(encode("/pay?to=a b&x=é"), "/pay%3Fto%3Da%20b%26x%3D%C3%A9");
    }

    #[test]
    fn basic_is_read_or_refused() {
        assert_eq!(basic(&STANDARD.encode("clnt_1:a:b")).unwrap(), ("clnt_1".into(), "a:b".into()));
        for bad in ["", "!!", &STANDARD.encode("no colon"), &STANDARD.encode([0xff, 0xfe])] {
            assert!(basic(bad).unwrap_err().is(&NOT_SIGNED_IN), "{bad}");
        }
    }
}
