//! API clients: programs of a firm, with a secret and scopes of their own.
use crate::codes::NOT_SIGNED_IN;
use crate::events::Event;
use crate::rights::{Scope, may};
use crate::role::{Limits, Permission, Role};
use crate::sign_in::Origin;
use crate::{Change, codes::ROLE_CAP, need_step_up_of_people, reason, shown_name};
use kernel::id::{ClientId, FirmId};
use kernel::{Actor, BookId, Currency, Error, Id, Result, Timestamp, Who};
use store::{Audit, Json, Seal, Tx, params};

/// Clients of one firm at most, ended ones included.
pub const CLIENTS_PER_FIRM_MAX: u32 = 100;

/// What a client may be given: to read, to prepare and to ask. Checking and granting take a person.
pub const CLIENT_SCOPES: &[Permission] = &[
    Permission::AccountRead,
    Permission::PaymentSubmit,
    Permission::WageRead,
    Permission::WageRosterEdit,
    Permission::WageSheetMake,
    Permission::WageCrew,
    Permission::WebhookManage,
];

/// What only the bank's own head office gives, to the program of the scheme that cards are paid through.
pub const SCHEME_SCOPES: &[Permission] = &[Permission::CardScheme];

store::record! {
    pub struct ApiClient in "api_clients" key 2 {
        pub book: BookId,
        pub id: ClientId,
        pub firm: FirmId,
        pub name: String,
        /// BLAKE3 of the 32 random bytes that were shown once.
        pub secret_hash: [u8; 32],
        pub scopes: Json<Vec<Permission>>,
        pub currency: Currency,
        pub per_transaction_max: i64,
        pub per_day_max: i64,
        pub own_max: i64,
        pub made_by: String,
        pub made_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

impl ApiClient {
    pub fn limits(&self) -> Limits {
        Limits {
            currency: self.currency,
            per_transaction_max: self.per_transaction_max,
            per_day_max: self.per_day_max,
            own_max: self.own_max,
            release_max: 0,
        }
    }
}

/// A client to be made.
#[derive(Clone, Debug)]
pub struct ClientNew {
    pub firm: FirmId,
    pub name: String,
    /// Among [`CLIENT_SCOPES`]; given by the bank, among [`SCHEME_SCOPES`] too.
    pub scopes: Vec<Permission>,
    /// Within the cap of [`Role::Client`].
    pub limits: Limits,
}

/// Makes a client and its secret, which is shown this once. Needs `client.manage` at the firm, stepped up.
/// Errors: `ROLE_CAP`, a field error for other scopes, a limit at [`CLIENTS_PER_FIRM_MAX`].
pub fn client_make(tx: &mut Tx<'_>, actor: &Actor, new: ClientNew) -> Result<(ClientId, String)> {
    may(tx, actor, Permission::ClientManage, &Scope::firm(new.firm))?;
    need_step_up_of_people(actor)?;
    let name = shown_name("name", &new.name)?;
    let by_bank = matches!(actor.who, Who::Staff(_) | Who::System(_));
    let open = |p: &Permission| CLIENT_SCOPES.contains(p) || by_bank && SCHEME_SCOPES.contains(p);
    if let Some(p) = new.scopes.iter().find(|p| !open(p)) {
        return Err(Error::field("scopes", format!("{p} takes a person, or the bank to give it")));
    }
    if !new.limits.within(&Role::Client.cap()) {
        return Err(Error::new(&ROLE_CAP, "the limits are above the bank's cap of clients"));
    }
    let made = rows_of(tx, new.firm)?.len();
    if made >= CLIENTS_PER_FIRM_MAX as usize {
        return Err(Error::limit("clients", made + 1, CLIENTS_PER_FIRM_MAX, "clients of one firm"));
    }
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).expect("the operating system gives random bytes");
    let book = new.firm.book();
    let id = ClientId::new(tx.now(), book);
    let shown = new.scopes.iter().map(|p| p.code()).collect::<Vec<_>>().join(" ");
    tx.insert(&mut ApiClient {
        book,
        id,
        firm: new.firm,
        name,
        secret_hash: *blake3::hash(&secret).as_bytes(),
        scopes: Json(new.scopes),
        currency: new.limits.currency,
        per_transaction_max: new.limits.per_transaction_max,
        per_day_max: new.limits.per_day_max,
        own_max: new.limits.own_max,
        made_by: actor.principal(),
        made_at: tx.now(),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("client.make", id).after(shown))?;
    Ok((id, data_encoding::BASE64URL_NOPAD.encode(&secret)))
}

/// Ends a client; its secret opens nothing any more. Needs `client.manage` at its firm.
pub fn client_end(tx: &mut Tx<'_>, actor: &Actor, id: ClientId, why: &str) -> Result<Change> {
    let missing = || Error::not_found("client", id);
    let mut row = tx.load::<ApiClient>(params![id.book(), id])?.ok_or_else(missing)?;
    may(tx, actor, Permission::ClientManage, &Scope::firm(row.firm))?;
    if row.ended_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (row.ended_by, row.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("client.end", id).reason(reason(why)?))?;
    tx.emit(&Event::ClientEnded { client: id }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The actor of a request signed in by key: one row read. `Err(NOT_SIGNED_IN)` whatever is wrong.
pub fn client_actor(tx: &mut Tx<'_>, id: ClientId, secret: &str, origin: &Origin) -> Result<Actor> {
    let given = data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).unwrap_or_default();
    let row = tx.get::<ApiClient>(params![id.book(), id])?;
    let good = |c: &ApiClient| c.ended_at.is_none() && blake3::Hash::from_bytes(c.secret_hash) == blake3::hash(&given);
    let client = row.filter(good).ok_or_else(|| Error::new(&NOT_SIGNED_IN, "the client's id or secret is wrong"))?;
    let who = Who::Client { client: id, firm: client.firm };
    Ok(origin.dress(Actor { roles: Role::Client.code().into(), ..Actor::of(who) }))
}

/// A client for whoever manages it. Needs `client.manage` at its firm.
pub fn client_view(tx: &mut Tx<'_>, actor: &Actor, id: ClientId) -> Result<ApiClient> {
    let row = client(tx, id)?;
    may(tx, actor, Permission::ClientManage, &Scope::firm(row.firm))?;
    Ok(row)
}

/// The clients of a firm, newest first. Needs `client.manage` there.
pub fn clients_of(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId) -> Result<Vec<ApiClient>> {
    may(tx, actor, Permission::ClientManage, &Scope::firm(firm))?;
    rows_of(tx, firm)
}

fn rows_of(tx: &mut Tx<'_>, firm: FirmId) -> Result<Vec<ApiClient>> {
    let tail = "WHERE book = ?1 AND firm = ?2 ORDER BY id DESC LIMIT ?3";
    tx.select::<ApiClient>(tail, params![firm.book(), firm, CLIENTS_PER_FIRM_MAX])
}

pub(crate) fn client(tx: &mut Tx<'_>, id: ClientId) -> Result<ApiClient> {
    tx.get::<ApiClient>(params![id.book(), id])?.ok_or_else(|| Error::not_found("client", id))
}
