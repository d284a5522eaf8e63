//! Signing in, and who one is.
use super::{Key, changed};
use crate::Fault;
use crate::door;
use crate::gate::{Caller, CameFrom};
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use app::notices::Notice;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use kernel::id::{FirmId, NoticeId};
use kernel::{Channel, Error, Page, PageAsk, Who};
use party::codes::NOT_SIGNED_IN;
use party::{Origin, PasswordChange, SessionView, SignIn, StepUp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Name, password and the code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInAsk {
    name: String,
    password: String,
    /// Six digits.
    code: String,
    /// What this device keeps to be known again; empty for none.
    #[serde(default)]
    device: String,
}

pub async fn begin(
    State(web): State<Web>,
    CameFrom(origin): CameFrom,
    Body(ask): Body<SignInAsk>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let origin = Origin { channel: Channel::Api, device_mark: ask.device, ..origin };
    match door::sign_in(&web, &ask.name, &ask.password, &ask.code, &origin).await? {
        SignIn::Signed { token, view, new_device } => {
            Ok((StatusCode::CREATED, Json(SignedIn { token, view: &view, new_device }.told())))
        }
        SignIn::Refused => {
            Err(Error::new(&NOT_SIGNED_IN, "name, password or code is wrong, or the login pauses").into())
        }
    }
}

/// Who signed in, and the token that is shown this once.
pub(super) struct SignedIn<'a> {
    pub token: String,
    pub view: &'a SessionView,
    pub new_device: bool,
}

impl SignedIn<'_> {
    pub fn told(self) -> Value {
        let view = self.view;
        json!({ "token": self.token, "session": view.session, "name": view.name, "who": who(view.who), "roles": view.roles, "new_device": self.new_device, "first_password": view.first_password })
    }
}

fn who(who: Who) -> &'static str {
    match who {
        Who::Person(_) => "person",
        Who::ForFirm { .. } => "for_firm",
        Who::Staff(_) => "staff",
        Who::Client { .. } => "client",
        Who::System(_) => "system",
        Who::Nobody => "nobody",
    }
}

pub(super) fn session(caller: &Caller) -> Result<&SessionView, Fault> {
    caller
        .session
        .as_ref()
        .ok_or_else(|| Error::forbidden("a program has no session; it sends its id and secret each time").into())
}

pub(super) fn origin(caller: &Caller, headers: &HeaderMap) -> Origin {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (address, correlation) = (caller.actor.address.clone(), caller.actor.correlation.clone());
    Origin { channel: Channel::Api, address, agent, device_mark: String::new(), correlation }
}

pub async fn leave(State(web): State<Web>, caller: Caller, headers: HeaderMap) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    let (token, origin) = (caller.token.clone(), origin(&caller, &headers));
    web.inner().sessions.forget(&token);
    Ok(Json(changed(web.write(move |tx| party::sign_out(tx, &token, &origin)).await?)))
}

/// A fresh code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpAsk {
    code: String,
}

pub async fn step_up(
    State(web): State<Web>,
    caller: Caller,
    headers: HeaderMap,
    Body(ask): Body<StepUpAsk>,
) -> Result<Json<Value>, Fault> {
    let login = session(&caller)?.login;
    match door::step_up(&web, &caller.token, login, &ask.code, &origin(&caller, &headers)).await? {
        StepUp::Done { token, view } => Ok(Json(SignedIn { token, view: &view, new_device: false }.told())),
        StepUp::Refused => Err(Error::new(&NOT_SIGNED_IN, "the code is wrong or was used").into()),
    }
}

/// The old password, a fresh code and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAsk {
    old: String,
    /// Six digits.
    code: String,
    /// 10 to 128 characters.
    new: String,
}

pub async fn password(
    State(web): State<Web>,
    caller: Caller,
    Body(ask): Body<PasswordAsk>,
) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    match door::password(&web, &caller.actor, &ask.old, &ask.code, &ask.new).await? {
        PasswordChange::Done => Ok(Json(changed(party::Change::Done))),
        PasswordChange::Refused => {
            Err(Error::new(&NOT_SIGNED_IN, "the old password or the code is wrong, or the login pauses").into())
        }
    }
}

/// The firm to act for; null for oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForAsk {
    #[schema(value_type = Option<String>)]
    firm: Option<FirmId>,
}

pub async fn act_for(
    State(web): State<Web>,
    caller: Caller,
    headers: HeaderMap,
    Body(ask): Body<ActForAsk>,
) -> Result<Json<Value>, Fault> {
    session(&caller)?;
    let (token, origin) = (caller.token.clone(), origin(&caller, &headers));
    let done = web.write(move |tx| party::act_for(tx, &token, ask.firm, &origin)).await;
    web.inner().sessions.forget(&caller.token);
    let view = done?;
    Ok(Json(SignedIn { token: caller.token, view: &view, new_device: false }.told()))
}

pub async fn me(State(web): State<Web>, caller: Caller) -> Result<Json<Value>, Fault> {
    let actor = caller.actor.clone();
    let firms = web
        .read(move |tx| {
            let held = actor.person().map(|p| party::firms_of(tx, p)).transpose()?.unwrap_or_default();
            held.into_iter()
                .map(|(firm, roles)| Ok(json!({ "firm": firm, "name": party::firm(tx, firm)?.name, "roles": roles })))
                .collect::<kernel::Result<Vec<_>>>()
        })
        .await?;
    let (name, left) =
        caller.session.as_ref().map_or((String::new(), 0), |s| (s.name.clone(), s.step_up_left_seconds(web.now())));
    let first = caller.session.as_ref().is_some_and(|s| s.first_password);
    let actor = &caller.actor;
    Ok(Json(json!({
        "principal": actor.principal(), "who": who(actor.who), "name": name, "roles": actor.roles, "firm": actor.firm(),
        "branch": actor.branch, "stepped_up_seconds": left, "first_password": first, "firms": firms,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeAsk {
    #[serde(default)]
    unread: bool,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn notices(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<NoticeAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| app::notices::list(tx, &caller.actor, ask.unread, &page)).await?;
    Ok(Json(super::shown(
        found,
        |n: Notice| json!({ "notice": n.id, "kind": n.kind, "args": n.args.0, "about": n.about, "at": n.at, "read_at": n.read_at }),
    )))
}

#[derive(Serialize)]
struct Read<'a> {
    notice: &'a NoticeId,
}

pub async fn read_notice(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<NoticeId>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "notice.read", &Read { notice: &id })?;
    Ok(Json(web.write_once(&asked, move |tx| Ok(changed(app::notices::mark_read(tx, &caller.actor, id)?))).await?))
}
