//! Branches, members of staff, what they hold, and sign-in names.
use super::{Key, Why, changed, unknown_to_others};
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use crate::{Fault, door};
use app::rights::{self, grant_ask, revoke_ask};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{BranchId, GrantId, LoginId, PersonId, StaffId};
use kernel::{Page, PageAsk, Result, Timestamp, Who};
use parking_lot::Mutex;
use party::{
    Branch, BranchKind, BranchNew, GrantAsk, GrantsFind, Held, Limits, LoginNew, LoginView, PasswordHash, Permission,
    Renewal, Role, StaffFind, StaffNew, StaffView,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::Tx;
use utoipa::ToSchema;

fn told_branch(b: Branch) -> Value {
    json!({
        "branch": b.id, "parent": b.parent, "path": b.path, "code": b.code, "kind": b.kind, "name_zh": b.name_zh, "name_en": b.name_en,
        "address_zh": b.address_zh, "address_en": b.address_en, "phone": b.phone, "opened_at": b.opened_at,
    })
}

pub async fn branches(State(web): State<Web>, _: Caller) -> Result<Json<Page<Value>>, Fault> {
    let all = web.read(party::branches).await?;
    Ok(Json(Page { items: all.into_iter().map(told_branch).collect(), next: None }))
}

/// A branch to be opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchAsk {
    /// Up to 20 letters, digits and hyphens.
    code: String,
    #[schema(value_type = String)]
    parent: BranchId,
    /// `city`, `sub_branch` or `outlet`
    #[schema(value_type = String)]
    kind: BranchKind,
    name_zh: String,
    name_en: String,
    #[serde(default)]
    address_zh: String,
    #[serde(default)]
    address_en: String,
    #[serde(default)]
    phone: String,
}

pub async fn open_branch(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<BranchAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "branch.open", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let a = ask.clone();
        let new = BranchNew {
            code: a.code,
            parent: Some(a.parent),
            kind: a.kind,
            name_zh: a.name_zh,
            name_en: a.name_en,
            address_zh: a.address_zh,
            address_en: a.address_en,
            phone: a.phone,
        };
        Ok(json!({ "branch": app::branch_open(tx, &caller.actor, new)? }))
    });
    Ok(Json(done.await?))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListAsk {
    branch: String,
    text: String,
    left: bool,
    role: Option<Role>,
    limit: Option<u32>,
    after: Option<String>,
}

impl ListAsk {
    /// The branch asked for, or the uppermost that the caller's right reaches.
    fn place(&self, tx: &mut Tx<'_>, caller: &Caller) -> Result<BranchId> {
        let reached = party::branches_of(tx, &caller.actor, Permission::StaffRead)?;
        crate::pages::staff::place(&self.branch, &reached)
    }
    fn page(&self) -> PageAsk {
        PageAsk { limit: self.limit, after: self.after.clone() }
    }
}

pub async fn list(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<StaffView>>, Fault> {
    let found = web.read(move |tx| {
        let find = StaffFind { branch: ask.place(tx, &caller)?, text: ask.text.clone(), left: ask.left };
        party::staff_list(tx, &caller.actor, &find, &ask.page())
    });
    Ok(Json(found.await?))
}

pub async fn one(State(web): State<Web>, caller: Caller, At(id): At<StaffId>) -> Result<Json<Value>, Fault> {
    let found = web.read(move |tx| {
        let staff = unknown_to_others(party::staff_view(tx, &caller.actor, id), "staff", id)?;
        let held = party::held_by(tx, &caller.actor, Who::Staff(id))?;
        let login: Option<LoginView> = party::login_seen(tx, &caller.actor, Who::Staff(id))?;
        Ok(json!({ "staff": staff, "grants": held, "login": login }))
    });
    Ok(Json(found.await?))
}

pub async fn grants(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Json<Page<Held>>, Fault> {
    let found = web.read(move |tx| {
        let find = GrantsFind { branch: ask.place(tx, &caller)?, role: ask.role };
        party::grants_seen(tx, &caller.actor, &find, &ask.page())
    });
    Ok(Json(found.await?))
}

/// Everything in force in the bank, to be looked through once a year.
pub async fn holders(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Held>>, Fault> {
    Ok(Json(web.read(move |tx| party::recertification(tx, &caller.actor, &ask)).await?))
}

/// Somebody who joins.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinAsk {
    #[schema(value_type = String)]
    branch: BranchId,
    /// The employee number: up to 20 letters, digits and hyphens.
    number: String,
    /// As on the badge.
    name: String,
    /// Himself as a customer.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
}

pub async fn join(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<JoinAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "staff.join", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        let JoinAsk { branch, number, name, person } = ask.clone();
        Ok(json!({ "staff": party::staff_join(tx, &caller.actor, StaffNew { branch, number, name, person })? }))
    });
    Ok(Json(done.await?))
}

pub async fn leave(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<StaffId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "staff.leave", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(party::staff_leave(tx, &caller.actor, id, &why.reason), "staff", id).map(changed)
    });
    Ok(Json(done.await?))
}

/// Limits in minor units of CNY; absent for the most that the role may have.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsAsk {
    per_transaction_max: Option<i64>,
    per_day_max: Option<i64>,
    own_max: Option<i64>,
    release_max: Option<i64>,
}

impl LimitsAsk {
    pub(crate) fn within(&self, cap: Limits) -> Limits {
        Limits {
            currency: cap.currency,
            per_transaction_max: self.per_transaction_max.unwrap_or(cap.per_transaction_max),
            per_day_max: self.per_day_max.unwrap_or(cap.per_day_max),
            own_max: self.own_max.unwrap_or(cap.own_max),
            release_max: self.release_max.unwrap_or(cap.release_max),
        }
    }
}

/// A role for a member of staff.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleAsk {
    #[schema(value_type = String)]
    role: Role,
    /// At this branch and below; null for the whole bank.
    #[schema(value_type = Option<String>)]
    branch: Option<BranchId>,
    /// Only this permission of the role.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    permission: Option<Permission>,
    /// Take away instead of giving.
    #[serde(default)]
    deny: bool,
    #[serde(default)]
    limits: LimitsAsk,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valid_from: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valid_until: Option<Timestamp>,
    /// For the second person.
    #[serde(default)]
    note: String,
}

/// What came of asking for rights.
pub(crate) fn told(done: rights::Asked) -> Value {
    match done {
        rights::Asked::Waits(id) => json!({ "outcome": "asked", "approval": id, "grant": null }),
        rights::Asked::Granted(id) => json!({ "outcome": "done", "approval": null, "grant": id }),
        rights::Asked::Changed(done) => json!({ "outcome": changed(done)["outcome"], "approval": null, "grant": null }),
    }
}

pub async fn give(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<StaffId>,
    Body(ask): Body<RoleAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "role.grant", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let given = GrantAsk {
            permission: ask.permission,
            branch: ask.branch,
            limits: ask.limits.within(ask.role.cap()),
            deny: ask.deny,
            valid_from: ask.valid_from,
            valid_until: ask.valid_until,
            ..GrantAsk::new(Who::Staff(id), ask.role)
        };
        grant_ask(tx, &caller.actor, given, &ask.note).map(told)
    });
    Ok(Json(done.await?))
}

pub async fn revoke(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<GrantId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "role.revoke", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(revoke_ask(tx, &caller.actor, id, &why.reason), "grant", id).map(told)
    });
    Ok(Json(done.await?))
}

/// A sign-in name: 3 to 40 of a-z, 0-9, dot and hyphen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginAsk {
    name: String,
}

type Secret = [u8; party::TOTP_SECRET_BYTES];

/// Makes or renews a login. The first password and the authenticator's address are answered once and not kept with the answer:
/// the same request again has null in their place.
async fn issued(
    web: &Web,
    asked: Asked,
    name: String,
    f: impl Fn(&mut Tx<'_>, PasswordHash, Secret) -> Result<LoginId> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    let (password, hash) = door::first_password(web, &name).await?;
    let secret = party::totp_secret_new();
    let fresh = Arc::new(Mutex::new(false));
    let shown = fresh.clone();
    let mut answer: Value = web
        .write_once(&asked, move |tx| {
            let id = f(tx, hash.clone(), secret)?;
            *fresh.lock() = true;
            Ok(json!({ "login": id, "first_password": null, "authenticator": null }))
        })
        .await?;
    if *shown.lock() {
        answer["first_password"] = password.into();
        answer["authenticator"] = party::totp_url(&secret, &name).into();
    }
    Ok(Json(answer))
}

async fn make(web: Web, caller: Caller, key: String, who: Who, ask: LoginAsk) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "login.make", &(kernel::Actor::of(who).principal(), &ask))?;
    let name = ask.name.trim().to_ascii_lowercase();
    let login = name.clone();
    issued(&web, asked, name, move |tx, password, totp_secret| {
        let name = login.clone();
        party::login_make(tx, &caller.actor, LoginNew { name, who, password, totp_secret, first_password: true })
    })
    .await
}

pub async fn make_staff(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<StaffId>,
    Body(ask): Body<LoginAsk>,
) -> Result<Json<Value>, Fault> {
    make(web, caller, key, Who::Staff(id), ask).await
}

pub async fn make_person(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PersonId>,
    Body(ask): Body<LoginAsk>,
) -> Result<Json<Value>, Fault> {
    make(web, caller, key, Who::Person(id), ask).await
}

pub async fn renew(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<LoginId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let actor = caller.actor.clone();
    let login = web.read(move |tx| unknown_to_others(party::login_view(tx, &actor, id), "login", id)).await?;
    let asked = Asked::new(&caller.actor, &key, "login.renew", &(id, &why))?;
    let done = issued(&web, asked, login.name, move |tx, password, totp_secret| {
        app::counter::login_renew(tx, &caller.actor, id, Renewal { password, totp_secret }, &why.reason)?;
        Ok(id)
    })
    .await;
    web.inner().sessions.forget_login(id);
    done
}

pub async fn unlock(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<LoginId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "login.unlock", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(party::login_unlock(tx, &caller.actor, id, &why.reason), "login", id).map(changed)
    });
    Ok(Json(done.await?))
}

pub async fn end_sessions(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<LoginId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "session.end_all", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        let ended = unknown_to_others(party::sessions_end(tx, &caller.actor, id, &why.reason), "login", id)?;
        Ok(json!({ "ended": ended }))
    });
    let done = done.await;
    web.inner().sessions.forget_login(id);
    Ok(Json(done?))
}
