//! Wage projects, rosters, pay sheets, slips.
use super::{Key, Why, changed, shown, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Query, State};
use kernel::id::{AccountId, FirmId, PayLineId, PaySheetId, PersonId, ProjectId, WorkerId};
use kernel::{Date, Error, Money, Page, PageAsk, Result, Who};
use payments::Receipt;
use payroll::{
    AccountGiven, LineState, LineView, Profile, Progress, ProjectNew, ProjectView, Proof, SheetView, Slip, SlipLine,
    Worker, WorkerNew,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A firm sees its own projects, staff those of their branches.
pub async fn projects(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<ProjectView>>, Fault> {
    let actor = caller.actor;
    let found = web.read(move |tx| match actor.firm() {
        Some(firm) => payroll::projects_of(tx, &actor, firm, &ask),
        None => payroll::projects(tx, &actor, &ask),
    });
    Ok(Json(found.await?))
}

pub async fn project(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
) -> Result<Json<ProjectView>, Fault> {
    let page =
        web.read(move |tx| unknown_to_others(payroll::project_page(tx, &caller.actor, id), "project", id)).await?;
    Ok(Json(page.view))
}

/// A project to be opened with its wage account.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectAsk {
    /// Who pays.
    #[schema(value_type = String)]
    firm: FirmId,
    /// In the account's name: the general contractor, or the employer.
    #[schema(value_type = String)]
    contractor: FirmId,
    /// `construction` or `ship_repair`
    #[schema(value_type = String)]
    profile: Profile,
    name: String,
    #[serde(default)]
    tag: String,
    /// Number of the document it rests on.
    basis: String,
    #[serde(default)]
    agreement: String,
    /// Empty: made by the rule.
    #[serde(default)]
    account_name: String,
    #[serde(default)]
    account_number: String,
    /// Day of the month, 1 to 31.
    pay_day: u8,
}

pub async fn open_project(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<ProjectAsk>,
) -> Result<Json<Value>, Fault> {
    let new = ProjectNew {
        firm: ask.firm,
        contractor: ask.contractor,
        profile: ask.profile,
        name: ask.name,
        tag: ask.tag,
        basis: ask.basis,
        agreement: ask.agreement,
        account_name: ask.account_name,
        account_number: ask.account_number,
        pay_day: ask.pay_day,
    };
    super::desk::order(&web, caller, &key, "payroll.project_open", app::desk::Act::Project(new)).await
}

/// What accounts were opened.
#[derive(Serialize, Deserialize)]
pub struct AccountsOpened {
    opened: Vec<payroll::Opened>,
}

pub async fn open_accounts(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
) -> Result<Json<AccountsOpened>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.open_accounts", &id)?;
    let done = web.run_once(&asked, move |bank| {
        let look = |tx: &mut store::Tx<'_>| payroll::without_account(tx, &caller.actor, id);
        let workers = unknown_to_others(bank.store.read(look), "project", id)?;
        let ids: Vec<WorkerId> = workers.iter().map(|w| w.id).collect();
        Ok(AccountsOpened { opened: payroll::open_accounts(&bank.store, &caller.actor, id, &ids)? })
    });
    Ok(Json(done.await?))
}

/// Money from the firm's own account into the wage account.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FundAsk {
    #[schema(value_type = String)]
    from: AccountId,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
}

pub async fn fund(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<FundAsk>,
) -> Result<Json<Receipt>, Fault> {
    let done = web.run(move |bank| {
        let done = payroll::fund(&bank.desk, &caller.actor, id, ask.from, ask.amount, Some(&key));
        unknown_to_others(done, "project", id)
    });
    Ok(Json(done.await?))
}

fn told_worker(w: Worker) -> Value {
    json!({
        "worker": w.id, "name": w.name_masked, "identity": w.identity_masked, "phone": w.phone_masked, "team": w.team, "contract": w.contract,
        "contract_on": w.contract_on, "entered_on": w.entered_on, "left_on": w.left_on, "account": w.account_masked, "bank": w.bank, "standing": w.standing,
    })
}

pub async fn roster(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<Value>>, Fault> {
    let found =
        web.read(move |tx| unknown_to_others(payroll::roster(tx, &caller.actor, id, &ask), "project", id)).await?;
    Ok(Json(shown(found, told_worker)))
}

/// A worker for the roster.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerAsk {
    name: String,
    /// Resident identity number.
    identity: String,
    phone: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    contract: String,
    #[schema(value_type = Option<String>)]
    contract_on: Option<Date>,
    #[schema(value_type = Option<String>)]
    entered_on: Option<Date>,
    account: Option<AccountAsk>,
}

/// The worker's own account; `bank` is empty when it is ours.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAsk {
    number: String,
    #[serde(default)]
    bank: String,
}

pub async fn add_worker(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<WorkerAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.worker_add", &(id, &ask))?;
    let new = WorkerNew {
        name: ask.name,
        identity: ask.identity,
        phone: ask.phone,
        team: ask.team,
        contract: ask.contract,
        contract_on: ask.contract_on,
        entered_on: ask.entered_on,
        account: ask.account.map(|a| AccountGiven { number: a.number, bank: a.bank }),
    };
    let done = web.write_once(&asked, move |tx| {
        let added = unknown_to_others(payroll::worker_add(tx, &caller.actor, id, new.clone()), "project", id)?;
        Ok(json!({ "worker": added.worker, "already": added.already }))
    });
    Ok(Json(done.await?))
}

/// When and why a worker left.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveAsk {
    #[schema(value_type = String)]
    on: Date,
    reason: String,
}

pub async fn leave(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WorkerId>,
    Body(ask): Body<LeaveAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.worker_leave", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(payroll::worker_leave(tx, &caller.actor, id, ask.on, &ask.reason), "worker", id).map(changed)
    });
    Ok(Json(done.await?))
}

/// Another account for a worker, which a checker of the firm must approve.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChangeAsk {
    number: String,
    #[serde(default)]
    bank: String,
    #[serde(default)]
    note: String,
}

pub async fn change_account(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WorkerId>,
    Body(ask): Body<AccountChangeAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.account_change", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let given = AccountGiven { number: ask.number.clone(), bank: ask.bank.clone() };
        let done = payroll::account_change_ask(tx, &caller.actor, id, given, &ask.note);
        Ok(json!({ "approval": unknown_to_others(done, "worker", id)? }))
    });
    Ok(Json(done.await?))
}

pub async fn sheets(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Result<Json<Page<SheetView>>, Fault> {
    Ok(Json(
        web.read(move |tx| unknown_to_others(payroll::sheets_of(tx, &caller.actor, id, &ask), "project", id)).await?,
    ))
}

pub async fn sheet(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>) -> Result<Json<SheetView>, Fault> {
    Ok(Json(web.read(move |tx| unknown_to_others(payroll::sheet(tx, &caller.actor, id), "pay sheet", id)).await?))
}

pub async fn progress(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>) -> Result<Json<Progress>, Fault> {
    Ok(Json(web.read(move |tx| unknown_to_others(payroll::progress(tx, &caller.actor, id), "pay sheet", id)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinesAsk {
    state: Option<LineState>,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn lines(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<PaySheetId>,
    Query(ask): Query<LinesAsk>,
) -> Result<Json<Page<LineView>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found =
        web.read(move |tx| unknown_to_others(payroll::lines(tx, &caller.actor, id, ask.state, &page), "pay sheet", id));
    Ok(Json(found.await?))
}

/// What the maker tells the checker.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    #[serde(default)]
    note: String,
}

pub async fn submit(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PaySheetId>,
    Body(ask): Body<Note>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.submit", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        Ok(json!({ "approval": unknown_to_others(payroll::submit(tx, &caller.actor, id, &ask.note), "pay sheet", id)? }))
    });
    Ok(Json(done.await?))
}

pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PaySheetId>,
    Body(why): Body<Why>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.cancel", &(id, &why))?;
    let done = web.write_once(&asked, move |tx| {
        unknown_to_others(payroll::cancel(tx, &caller.actor, id, &why.reason), "pay sheet", id).map(changed)
    });
    Ok(Json(done.await?))
}

/// The order to pay a checked sheet.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayAsk {
    /// `payload_hash` of the sheet that was shown.
    hash: String,
}

/// Starts the run; it goes on by itself. A repeated order answers how far it is: paying twice is not possible.
pub async fn pay(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    At(id): At<PaySheetId>,
    Body(ask): Body<PayAsk>,
) -> Result<Json<Progress>, Fault> {
    let done =
        web.run(move |bank| unknown_to_others(payroll::pay(&bank.desk, &caller.actor, id, &ask.hash), "pay sheet", id));
    Ok(Json(done.await?))
}

/// Failed lines whose money is back.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepayAsk {
    #[schema(value_type = Vec<String>)]
    lines: Vec<PayLineId>,
    #[serde(default)]
    note: String,
}

pub async fn repay(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Body(ask): Body<RepayAsk>,
) -> Result<Json<Value>, Fault> {
    let asked = Asked::new(&caller.actor, &key, "payroll.repay", &ask)?;
    let done = web.write_once(&asked, move |tx| {
        Ok(json!({ "sheet": payroll::repay(tx, &caller.actor, &ask.lines, &ask.note)? }))
    });
    Ok(Json(done.await?))
}

pub async fn proof(State(web): State<Web>, caller: Caller, At(id): At<PayLineId>) -> Result<Json<Proof>, Fault> {
    let found = web.read(move |tx| unknown_to_others(payroll::proof(tx, &caller.actor, id), "line", id)).await?;
    Ok(Json(found.ok_or_else(|| Error::not_found("proof of line", id))?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipsAsk {
    /// Staff only: whose.
    person: Option<PersonId>,
    limit: Option<u32>,
    after: Option<String>,
}

/// One's own slips; staff name the person, and their look is written in the audit before it is answered.
pub async fn slips(
    State(web): State<Web>,
    caller: Caller,
    Query(ask): Query<SlipsAsk>,
) -> Result<Json<Page<SlipLine>>, Fault> {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let actor = caller.actor;
    let person = match (actor.who, ask.person) {
        (Who::Staff(_), Some(person)) => person,
        (Who::Person(own), None) => own,
        _ => return Err(Error::field("person", "staff name the person; everybody else sees his own").into()),
    };
    let found = web.write(move |tx| unknown_to_others(payroll::slips_of(tx, &actor, person, &page), "person", person));
    Ok(Json(found.await?))
}

pub async fn slip(State(web): State<Web>, caller: Caller, At(id): At<PayLineId>) -> Result<Json<Slip>, Fault> {
    let actor = caller.actor;
    let found = if matches!(actor.who, Who::Staff(_)) {
        web.write(move |tx| payroll::slip(tx, &actor, id)).await
    } else {
        web.read(move |tx| payroll::slip(tx, &actor, id)).await
    };
    Ok(Json(unknown_to_others(found, "line", id)?))
}
