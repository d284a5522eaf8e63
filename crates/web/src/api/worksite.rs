//! Sites: the file, papers and deadlines, when the owner's money comes, top-ups, the notice board.
use super::{Key, changed, shown, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::id::{FirmId, ProjectId, TopUpId};
use kernel::{Date, Error, Money, Page, PageAsk, Result};
use payroll::Period;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;
use worksite::{
    AgreementNew, Board, Contacts, Installment, LabourShare, ProgressNew, ReportNew, ReportStatus, Schedule,
    ScheduleNew, SiteFile, SiteNew, TopUp, TopUpNew,
};

type Told = std::result::Result<Json<Value>, Fault>;
type Listed = std::result::Result<Json<Page<Value>>, Fault>;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

fn told_site(s: &SiteFile) -> Result<Value> {
    Ok(json!({
        "project": s.project, "firm": s.firm, "profile": s.profile, "protected": s.profile.protected(), "region": s.region,
        "works_contract": s.works_contract, "signed_on": s.signed_on, "price": s.price(), "labour_bps": s.labour_bps,
        "labour": s.labour_total()?, "begins_on": s.begins_on, "ends_on": s.ends_on, "address": s.address, "owner_name": s.owner_name,
        "owner_firm": s.owner_firm, "authority": s.authority, "hotline": s.hotline, "legal_aid": s.legal_aid, "pay_by": s.pay_by,
        "officer": s.officer_masked, "board_code": s.board_code, "made_at": s.made_at, "amendments": s.amendments,
    }))
}

fn told_installment(i: &Installment, today: Date) -> Value {
    json!({
        "number": i.number, "schedule": i.schedule, "top_up": i.top_up, "month": i.period, "due_on": i.due_on, "amount": i.amount(),
        "received": i.received(), "received_on": i.received_on, "state": i.state, "late": i.is_late(today), "told_at": i.told_at,
        "report_number": i.report_number, "reported_on": i.reported_on,
    })
}

fn told_schedule(s: &Schedule) -> Value {
    json!({
        "number": s.number, "amount": s.amount(), "bps": s.bps, "day": s.day, "from": s.from_period, "until": s.until_period,
        "document": s.document, "state": s.state, "approval": s.approval, "asked_at": s.asked_at, "decided_at": s.decided_at,
        "reason": s.reason,
    })
}

fn told_top_up(t: TopUp) -> Value {
    json!({
        "top_up": t.id, "project": t.project, "amount": t.amount(), "why": t.why, "due_on": t.due_on, "document": t.document,
        "state": t.state, "approval": t.approval, "asked_at": t.asked_at, "decided_at": t.decided_at, "reason": t.reason,
        "installment": t.installment,
    })
}

fn told_report(r: &ReportStatus) -> Value {
    let i = &r.installment;
    json!({
        "installment": i.number, "due_on": i.due_on, "rest": i.rest(), "told_at": r.told_at, "report_by": r.report_by,
        "report_number": i.report_number, "reported_on": i.reported_on, "late_days": r.late_days,
    })
}

fn told_board(b: &Board) -> Value {
    let c = &b.contacts;
    json!({
        "project": b.project, "code": b.code, "profile": b.profile, "name": b.name, "address": b.address, "owner_name": b.owner_name,
        "contractor_name": b.contractor_name, "owner_contact": c.owner_name, "owner_phone": c.owner_phone,
        "contractor_contact": c.contractor_name, "contractor_phone": c.contractor_phone, "officer_name": c.officer_name,
        "officer_phone": c.officer_phone, "authority": b.authority, "region_zh": b.region.zh, "region_en": b.region.en,
        "bureau_zh": b.bureau.zh, "bureau_en": b.bureau.en, "hotline": b.hotline, "legal_aid": b.legal_aid,
        "minimum_month": b.minimum.month, "minimum_hour": b.minimum.hour, "pay_day": b.pay_day, "next_pay_day": b.next_pay_day,
        "notice_zh": b.notice.zh, "notice_en": b.notice.en,
    })
}

/// The regions this bank knows, with the lowest wages of today.
pub async fn regions(State(web): State<Web>) -> Listed {
    let today = web.read(|tx| Ok(tx.now().local_date())).await?;
    let one = |r: &worksite::Region| {
        let lowest = worksite::minimum_wage(&r.code, today)?;
        Ok(json!({
            "region": r.code, "zh": r.zh, "en": r.en, "minimum_month": lowest.month, "minimum_hour": lowest.hour, "from": lowest.from,
            "shared_account": r.shared_account, "certain": r.certain,
        }))
    };
    let all = worksite::regions(today).into_iter().map(one).collect::<Result<Vec<Value>>>()?;
    Ok(whole(all))
}

/// The site file of a project.
pub async fn site(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let found = web.read(move |tx| {
        let found = unknown_to_others(worksite::site_view(tx, &caller.actor, id), "project", id)?;
        told_site(&found.ok_or_else(|| Error::new(&worksite::SITE_MISSING, "the project has no site file"))?)
    });
    Ok(Json(found.await?))
}

/// A site file, whole.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteAsk {
    /// Six digits.
    region: String,
    works_contract: String,
    #[schema(value_type = String)]
    signed_on: Date,
    #[schema(value_type = super::schema::Amount)]
    price: Money,
    /// Labour's part in 1/100 per cent of the price; either this or `labour_amount`.
    labour_bps: Option<i64>,
    #[schema(value_type = Option<super::schema::Amount>)]
    labour_amount: Option<Money>,
    #[schema(value_type = String)]
    begins_on: Date,
    #[schema(value_type = String)]
    ends_on: Date,
    address: String,
    owner_name: String,
    /// The owner, when it banks here; staff only.
    #[schema(value_type = Option<String>)]
    owner_firm: Option<FirmId>,
    authority: String,
    #[serde(default)]
    hotline: String,
    #[serde(default)]
    legal_aid: String,
    /// `month`, `week` or `order`
    #[schema(value_type = String)]
    pay_by: worksite::PayBy,
    owner_contact: String,
    owner_phone: String,
    contractor_contact: String,
    contractor_phone: String,
    officer_name: String,
    officer_phone: String,
    /// Why it is changed; only where a file is amended.
    #[serde(default)]
    reason: String,
}

impl SiteAsk {
    fn read(self) -> Result<(SiteNew, String)> {
        let labour = match (self.labour_bps, self.labour_amount) {
            (Some(bps), None) => LabourShare::Bps(bps),
            (None, Some(amount)) => LabourShare::Amount(amount),
            _ => return Err(Error::field("labour_bps", "either a part of the price or an amount")),
        };
        let contacts = Contacts {
            owner_name: self.owner_contact,
            owner_phone: self.owner_phone,
            contractor_name: self.contractor_contact,
            contractor_phone: self.contractor_phone,
            officer_name: self.officer_name,
            officer_phone: self.officer_phone,
        };
        let new = SiteNew {
            region: self.region,
            works_contract: self.works_contract,
            signed_on: self.signed_on,
            price: self.price,
            labour,
            begins_on: self.begins_on,
            ends_on: self.ends_on,
            address: self.address,
            owner_name: self.owner_name,
            owner_firm: self.owner_firm,
            authority: self.authority,
            hotline: self.hotline,
            legal_aid: self.legal_aid,
            pay_by: self.pay_by,
            contacts,
        };
        Ok((new, self.reason))
    }
}

/// What is done to a project once for each key; who may not see the project does not learn of it.
async fn once<T: Serialize + Send + 'static>(
    web: &Web,
    caller: Caller,
    (key, what): (&str, &'static str),
    (id, body): (ProjectId, &T),
    f: impl Fn(&mut Tx<'_>, &kernel::Actor) -> Result<Value> + Send + 'static,
) -> Told {
    let asked = Asked::new(&caller.actor, key, what, &(id, body))?;
    let actor = caller.actor;
    let done = web.write_once(&asked, move |tx| unknown_to_others(f(tx, &actor), "project", id));
    Ok(Json(done.await?))
}

pub async fn file(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<SiteAsk>,
) -> Told {
    let (new, _) = ask.clone().read()?;
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::file_site(tx, a, id, &new).map(changed);
    once(&web, caller, (&key, "worksite.file"), (id, &ask), f).await
}

pub async fn amend(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<SiteAsk>,
) -> Told {
    let (new, why) = ask.clone().read()?;
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::amend(tx, a, id, &new, &why).map(changed);
    once(&web, caller, (&key, "worksite.amend"), (id, &ask), f).await
}

pub async fn amendments(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    let found =
        web.read(move |tx| unknown_to_others(worksite::amendments(tx, &caller.actor, id, &ask), "project", id)).await?;
    let told = |a: worksite::Amendment| json!({ "number": a.number, "changes": a.changes.0, "reason": a.reason, "made_at": a.made_at });
    Ok(Json(shown(found, told)))
}

/// An agreement of owner, contractor and bank.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementAsk {
    /// Its number on the paper.
    agreement: String,
    #[schema(value_type = String)]
    signed_on: Date,
    /// The signed paper as a file, in base64; may be empty.
    #[serde(default)]
    text: String,
}

pub async fn agreement(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<AgreementAsk>,
) -> Told {
    let text = STANDARD.decode(&ask.text).map_err(|_| Error::field("text", "it is not base64"))?;
    let new = AgreementNew { agreement: ask.agreement.clone(), signed_on: Some(ask.signed_on), text };
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::record_agreement(tx, a, id, &new).map(changed);
    once(&web, caller, (&key, "worksite.agreement"), (id, &ask), f).await
}

/// A number that an authority gave, and the day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilingAsk {
    number: String,
    #[schema(value_type = String)]
    on: Date,
}

pub async fn filing(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<FilingAsk>,
) -> Told {
    let (number, on) = (ask.number.clone(), ask.on);
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::record_filing(tx, a, id, &number, on).map(changed);
    once(&web, caller, (&key, "worksite.filing"), (id, &ask), f).await
}

/// Looks at a site that the caller may read.
fn seen<T>(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ProjectId,
    f: impl FnOnce(&mut Tx<'_>, Date) -> Result<T>,
) -> Result<T> {
    unknown_to_others(worksite::site_view(tx, &caller.actor, id), "project", id)?;
    let today = tx.now().local_date();
    f(tx, today)
}

pub async fn deadlines(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| seen(tx, &caller, id, |tx, today| worksite::deadlines(tx, id, today))).await?;
    Ok(whole(found.into_iter().map(|d| json!(d)).collect()))
}

pub async fn installments(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| {
        seen(tx, &caller, id, |tx, today| {
            let all = worksite::installments(tx, id)?;
            Ok(all.iter().map(|i| told_installment(i, today)).collect())
        })
    });
    Ok(whole(found.await?))
}

pub async fn forecast(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let found = web.read(move |tx| seen(tx, &caller, id, |tx, today| worksite::forecast(tx, id, today)));
    Ok(Json(json!(found.await?)))
}

pub async fn schedules(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found =
        web.read(move |tx| unknown_to_others(worksite::schedules(tx, &caller.actor, id), "project", id)).await?;
    Ok(whole(found.iter().map(told_schedule).collect()))
}

/// When the owner pays: an amount each month, or a part of each month's progress.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleAsk {
    #[schema(value_type = Option<super::schema::Amount>)]
    amount: Option<Money>,
    /// In 1/100 per cent of the progress; due in the month after.
    bps: Option<i64>,
    /// Day of the month, 1 to 31.
    day: u8,
    /// First and last month, `2026-11`.
    #[schema(value_type = String)]
    from: Period,
    #[schema(value_type = String)]
    until: Period,
    /// The owner's document, where he does not bank here.
    #[serde(default)]
    document: String,
}

pub async fn schedule(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<ScheduleAsk>,
) -> Told {
    let new = ScheduleNew {
        amount: ask.amount,
        bps: ask.bps,
        day: ask.day,
        from_period: ask.from,
        until_period: ask.until,
        document: ask.document.clone(),
    };
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| {
        worksite::schedule_ask(tx, a, id, &new).map(|approval| json!({ "approval": approval }))
    };
    once(&web, caller, (&key, "worksite.schedule"), (id, &ask), f).await
}

/// What was built in a month, by its price.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressAsk {
    /// `2026-11`
    #[schema(value_type = String)]
    month: Period,
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
    /// Number of the progress report.
    document: String,
}

pub async fn progress(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<ProgressAsk>,
) -> Told {
    let new = ProgressNew { period: ask.month, amount: ask.amount, document: ask.document.clone() };
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::progress_mark(tx, a, id, &new).map(changed);
    once(&web, caller, (&key, "worksite.progress"), (id, &ask), f).await
}

pub async fn reports(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found =
        web.read(move |tx| unknown_to_others(worksite::report_status(tx, &caller.actor, id), "project", id)).await?;
    Ok(whole(found.iter().map(told_report).collect()))
}

/// That a late installment was reported.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportAsk {
    /// Number of the installment.
    installment: i64,
    /// Number that the labour bureau gave the report.
    number: String,
    #[schema(value_type = String)]
    on: Date,
}

pub async fn report(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<ReportAsk>,
) -> Told {
    let new = ReportNew { installment: ask.installment, number: ask.number.clone(), on: ask.on };
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::report(tx, a, id, &new).map(changed);
    once(&web, caller, (&key, "worksite.report"), (id, &ask), f).await
}

pub async fn parts(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| unknown_to_others(worksite::parts(tx, &caller.actor, id), "project", id)).await?;
    Ok(whole(found.iter().map(|p| json!(p)).collect()))
}

pub async fn next_part(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let next = move |tx: &mut Tx<'_>| worksite::next_share_number(tx, &caller.actor, id);
    let number = web.read(move |tx| unknown_to_others(next(tx), "project", id)).await?;
    Ok(Json(json!({ "account_number": number })))
}

/// The project that joins.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinAsk {
    #[schema(value_type = String)]
    project: ProjectId,
}

pub async fn join(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<JoinAsk>,
) -> Told {
    let project = ask.project;
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| worksite::share_account(tx, a, id, project).map(changed);
    once(&web, caller, (&key, "worksite.join"), (id, &ask), f).await
}

/// A request for more wage money.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopUpAsk {
    #[schema(value_type = super::schema::Amount)]
    amount: Money,
    why: String,
    #[schema(value_type = String)]
    due_on: Date,
    /// The owner's document, where he does not bank here.
    #[serde(default)]
    document: String,
}

pub async fn top_up_ask(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(ask): Body<TopUpAsk>,
) -> Told {
    let (amount, due_on) = (ask.amount, ask.due_on);
    let new = TopUpNew { amount, why: ask.why.clone(), due_on, document: ask.document.clone() };
    let f = move |tx: &mut Tx<'_>, a: &kernel::Actor| {
        worksite::top_up_ask(tx, a, id, &new).map(|top_up| json!({ "top_up": top_up }))
    };
    once(&web, caller, (&key, "worksite.top_up"), (id, &ask), f).await
}

pub async fn top_ups(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    let found =
        web.read(move |tx| unknown_to_others(worksite::top_ups(tx, &caller.actor, id, &ask), "project", id)).await?;
    Ok(Json(shown(found, told_top_up)))
}

pub async fn top_up(State(web): State<Web>, caller: Caller, At(id): At<TopUpId>) -> Told {
    let found = web.read(move |tx| unknown_to_others(worksite::top_up(tx, &caller.actor, id), "top-up", id)).await?;
    Ok(Json(told_top_up(found)))
}

pub async fn board(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Told {
    let found = web.read(move |tx| unknown_to_others(worksite::board(tx, &caller.actor, id), "project", id)).await?;
    Ok(Json(told_board(&found)))
}

/// A notice board by the code that hangs at the gate; anybody reads it there.
pub async fn board_by_code(State(web): State<Web>, Path(code): Path<String>) -> Told {
    let found = web.read(move |tx| worksite::board_by_code(tx, &code)).await?;
    Ok(Json(told_board(&found)))
}

/// The sites of other firms whose owner the caller's firm is.
pub async fn owned(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| {
        let firm = caller.actor.firm().ok_or_else(|| Error::forbidden("a firm owns sites"))?;
        let page = worksite::sites_owned(tx, &caller.actor, firm, &ask)?;
        Ok(Page { items: page.items.iter().map(told_site).collect::<Result<_>>()?, next: page.next })
    });
    Ok(Json(found.await?))
}
