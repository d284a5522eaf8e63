//! Sites: crews, attendance, reviews, what workers say of their lines, clearance and proof.
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::Caller;
use crate::http::read::{At, Body};
use crate::state::{Asked, Web};
use axum::Json;
use axum::extract::{Path, Query, State};
use crews::{Answer, AttendanceRow, Correction, CrewNew, ObjectionNew, ReasonKind};
use kernel::id::{CrewId, FirmId, ObjectionId, PayLineId, PaySheetId, ProjectId, WorkerId};
use kernel::{Date, Error, Money, Page, PageAsk, Result};
use payroll::Period;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;
type Listed = Result<Json<Page<Value>>, Fault>;

fn value<T: Serialize>(one: T) -> Value {
    serde_json::to_value(one).unwrap_or_default()
}

fn whole<T: Serialize>(items: Vec<T>) -> Json<Page<Value>> {
    Json(Page { items: items.into_iter().map(value).collect(), next: None })
}

/// A crew and a month in an address.
pub(crate) fn of_month((crew, month): &(String, String)) -> Result<(CrewId, Period)> {
    Ok((crew.parse()?, month.parse()?))
}

/// A command that says nothing but that it is so now.
async fn once(
    web: &Web,
    asked: Asked,
    work: impl Fn(&mut Tx<'_>) -> Result<party::Change> + Send + 'static,
) -> Result<Json<Value>, Fault> {
    Ok(Json(web.write_once(&asked, move |tx| Ok(changed(work(tx)?))).await?))
}

pub async fn site_rules(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<ProjectId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "payroll.site_rules", &id)?;
    let put =
        move |tx: &mut Tx<'_>| unknown_to_others(payroll::put_under_site_rules(tx, &caller.actor, id), "project", id);
    once(&web, asked, put).await
}

pub async fn crews(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    let found = web.read(move |tx| unknown_to_others(crews::crews_of(tx, &caller.actor, id, &ask), "project", id));
    Ok(Json(found.await?.map(value)))
}

/// The crews of the caller's own firm on any site.
pub async fn own(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| {
        let firm = caller.actor.firm().ok_or_else(|| Error::forbidden("only firms have crews"))?;
        crews::crews_of_firm(tx, &caller.actor, firm, &ask)
    });
    Ok(Json(found.await?.map(value)))
}

/// A crew of a site.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrewAsk {
    /// The subcontractor; left out for an own crew.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    firm: Option<FirmId>,
    /// As on the roster.
    team: String,
    #[serde(default)]
    contact: String,
    /// Number of the subcontract.
    #[serde(default)]
    contract: String,
    #[schema(value_type = String)]
    from_on: Date,
}

pub async fn add(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(project): At<ProjectId>,
    Body(ask): Body<CrewAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.crew_add", &(project, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let CrewAsk { firm, team, contact, contract, from_on } = ask.clone();
        let new = CrewNew { project, firm, team, contact, contract, from_on };
        let crew = unknown_to_others(crews::crew_add(tx, &caller.actor, new), "project", project)?;
        Ok(json!({ "crew": crew }))
    });
    Ok(Json(done.await?))
}

pub async fn crew(State(web): State<Web>, caller: Caller, At(id): At<CrewId>) -> Told {
    Ok(Json(value(web.read(move |tx| crews::crew(tx, &caller.actor, id)).await?)))
}

/// The day a crew ended its work, and why.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAsk {
    #[schema(value_type = String)]
    on: Date,
    reason: String,
}

pub async fn end(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CrewId>,
    Body(ask): Body<EndAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.crew_end", &(id, &ask))?;
    let ended = move |tx: &mut Tx<'_>| crews::crew_end(tx, &caller.actor, id, ask.on, &ask.reason);
    once(&web, asked, move |tx| unknown_to_others(ended(tx), "crew", id)).await
}

/// One day of one worker.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayAsk {
    /// A line of the roster; or an identity number.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    worker: Option<WorkerId>,
    #[serde(default)]
    identity: Option<String>,
    /// Kept masked when he is on no roster.
    #[serde(default)]
    name: String,
    #[schema(value_type = String)]
    date: Date,
    /// 0 to 48.
    half_hours: u8,
}

/// Days of one month, all taken or none; at most 2,000.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceAsk {
    /// By a subcontractor's program or clerk: whose workers they are.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    crew: Option<CrewId>,
    rows: Vec<DayAsk>,
}

pub async fn attendance(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(project): At<ProjectId>,
    Body(ask): Body<AttendanceAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.attendance_rows", &(project, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let row = |d: DayAsk| AttendanceRow {
            worker: d.worker,
            identity: d.identity,
            name: d.name,
            date: Some(d.date),
            half_hours: d.half_hours,
        };
        let rows: Vec<AttendanceRow> = ask.rows.clone().into_iter().map(row).collect();
        let taken = crews::attendance_rows(tx, &caller.actor, project, ask.crew, &rows);
        Ok(value(unknown_to_others(taken, "project", project)?))
    });
    Ok(Json(done.await?))
}

/// From which day to which, both included.
#[derive(Deserialize)]
pub struct Span {
    from: Date,
    to: Date,
}

/// Heads by day, for whoever may see the project.
pub async fn head_count(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(span): Query<Span>,
) -> Listed {
    let found = web.read(move |tx| {
        unknown_to_others(payroll::project(tx, &caller.actor, id), "project", id)?;
        crews::head_count(tx, id, span.from, span.to)
    });
    let told = |(day, present, strangers)| json!({ "day": day, "present": present, "strangers": strangers });
    Ok(whole(found.await?.into_iter().map(told).collect()))
}

pub async fn strangers(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let found = web.read(move |tx| {
        unknown_to_others(payroll::project(tx, &caller.actor, id), "project", id)?;
        crews::strangers(tx, id)
    });
    Ok(whole(found.await?))
}

pub async fn month(
    State(web): State<Web>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    Query(ask): Query<PageAsk>,
) -> Told {
    let (id, month) = of_month(&place)?;
    let found = web.read(move |tx| {
        let sum = crews::month_sum(tx, &caller.actor, id, month)?;
        let rows = crews::month_rows(tx, &caller.actor, id, month, &ask)?;
        let crew = crews::crew_raw(tx, id)?;
        let review = crews::review_of(tx, id, crew.project, month)?.filter(|r| r.opened_at.is_none());
        Ok(json!({
            "workers": sum.workers, "half_days": sum.half_days, "hash": sum.hash,
            "reviewed_at": review.map(|r| r.reviewed_at), "items": rows.items, "next": rows.next,
        }))
    });
    Ok(Json(found.await?))
}

/// What was seen, and a remark.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenAsk {
    /// The `hash` of what was shown.
    hash: String,
    #[serde(default)]
    note: String,
}

pub async fn review(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    Path(place): Path<(String, String)>,
    Body(ask): Body<SeenAsk>,
) -> Told {
    let (id, month) = of_month(&place)?;
    let asked = Asked::new(&caller.actor, &key, "crews.review", &(id, month, &ask))?;
    let work = move |tx: &mut Tx<'_>| {
        let done = crews::review_attendance(tx, &caller.actor, id, month, &ask.hash, &ask.note);
        unknown_to_others(done, "crew", id)
    };
    once(&web, asked, work).await
}

/// One day of one worker, corrected.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionAsk {
    #[schema(value_type = String)]
    worker: WorkerId,
    #[schema(value_type = String)]
    date: Date,
    /// 0 to 48.
    half_hours: u8,
    reason: String,
}

pub async fn correct(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<CrewId>,
    Body(ask): Body<CorrectionAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.correct", &(id, &ask))?;
    let work = move |tx: &mut Tx<'_>| {
        let CorrectionAsk { worker, date, half_hours, reason } = ask.clone();
        crews::correct(tx, &caller.actor, id, &Correction { worker, date, half_hours, reason })
    };
    once(&web, asked, work).await
}

pub async fn sheets(State(web): State<Web>, caller: Caller, At(id): At<CrewId>, Query(ask): Query<PageAsk>) -> Listed {
    Ok(Json(web.read(move |tx| crews::sheets_of_crew(tx, &caller.actor, id, &ask)).await?.map(value)))
}

pub async fn sheet(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>) -> Told {
    let found = web.read(move |tx| {
        let course = crews::sheet_course(tx, &caller.actor, id)?;
        Ok(json!({ "sheet": course, "said": crews::word_count(tx, &caller.actor, id)? }))
    });
    Ok(Json(found.await?))
}

pub async fn lines(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<PaySheetId>,
    Query(ask): Query<PageAsk>,
) -> Listed {
    Ok(Json(web.read(move |tx| crews::line_words(tx, &caller.actor, id, false, &ask)).await?.map(value)))
}

pub async fn ask_signatures(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<PaySheetId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.ask_signatures", &id)?;
    once(&web, asked, move |tx| crews::ask_signatures(tx, &caller.actor, id)).await
}

pub async fn submit(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<PaySheetId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.submit", &id)?;
    once(&web, asked, move |tx| crews::submit_to_main(tx, &caller.actor, id)).await
}

pub async fn give_back(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PaySheetId>,
    Body(why): Body<Why>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.return", &(id, &why))?;
    let work = move |tx: &mut Tx<'_>| crews::return_to_crew(tx, &caller.actor, id, &why.reason);
    once(&web, asked, move |tx| unknown_to_others(work(tx), "pay sheet", id)).await
}

pub async fn clear(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PaySheetId>,
    Body(ask): Body<SeenAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.clear", &(id, &ask))?;
    let work = move |tx: &mut Tx<'_>| crews::clear_sheet(tx, &caller.actor, id, &ask.hash, &ask.note);
    once(&web, asked, move |tx| unknown_to_others(work(tx), "pay sheet", id)).await
}

pub async fn proof(State(web): State<Web>, caller: Caller, At(id): At<PaySheetId>, Query(ask): Query<PageAsk>) -> Told {
    let found = web.read(move |tx| {
        let proof = crews::crew_proof(tx, &caller.actor, id)?;
        let lines = crews::proof_lines(tx, &caller.actor, id, &ask)?;
        Ok(json!({ "proof": proof, "items": lines.items, "next": lines.next }))
    });
    Ok(Json(found.await?))
}

/// Why a line may go on: `not_reachable` or `days_above`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonAsk {
    #[schema(value_type = String)]
    kind: ReasonKind,
    reason: String,
}

pub async fn explain(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PayLineId>,
    Body(ask): Body<ReasonAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.explain", &(id, &ask))?;
    let work = move |tx: &mut Tx<'_>| crews::explain(tx, &caller.actor, id, ask.kind, &ask.reason);
    once(&web, asked, move |tx| unknown_to_others(work(tx), "pay line", id)).await
}

pub async fn my_lines(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    Ok(Json(web.read(move |tx| crews::my_lines(tx, &caller.actor, &ask)).await?.map(value)))
}

/// What a worker signs.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignAsk {
    /// The `hash` of the line as it was shown.
    hash: String,
}

pub async fn sign(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PayLineId>,
    Body(ask): Body<SignAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.sign", &(id, &ask))?;
    once(&web, asked, move |tx| crews::sign(tx, &caller.actor, id, &ask.hash)).await
}

/// What a worker says is wrong.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectAsk {
    /// `days`, `rate`, `overtime`, `deduction` or `other`
    #[schema(value_type = String)]
    kind: crews::Reason,
    #[serde(default)]
    text: String,
    /// What he says his wage should be.
    #[schema(value_type = Option<crate::api::schema::Amount>)]
    #[serde(default)]
    claimed: Option<Money>,
    #[serde(default)]
    claimed_half_days: Option<i64>,
}

pub async fn object(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<PayLineId>,
    Body(ask): Body<ObjectAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.object", &(id, &ask))?;
    let done = web.write_once(&asked, move |tx| {
        let ObjectAsk { kind, text, claimed, claimed_half_days } = ask.clone();
        let new = ObjectionNew { kind, text, claimed, claimed_half_days };
        Ok(json!({ "objection": crews::object(tx, &caller.actor, id, &new)? }))
    });
    Ok(Json(done.await?))
}

/// Of which crew, and whether those that were answered are left out.
#[derive(Deserialize)]
pub struct ObjectionsAsk {
    crew: Option<CrewId>,
    #[serde(default)]
    open: bool,
    limit: Option<u32>,
    after: Option<String>,
}

pub async fn objections(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<ProjectId>,
    Query(ask): Query<ObjectionsAsk>,
) -> Listed {
    let page = PageAsk { limit: ask.limit, after: ask.after };
    let found = web.read(move |tx| {
        unknown_to_others(crews::objections(tx, &caller.actor, id, ask.crew, ask.open, &page), "project", id)
    });
    Ok(Json(found.await?.map(value)))
}

pub async fn objection(State(web): State<Web>, caller: Caller, At(id): At<ObjectionId>) -> Told {
    Ok(Json(value(web.read(move |tx| crews::objection(tx, &caller.actor, id)).await?)))
}

/// `corrected` or `kept`, and what the worker is told.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAsk {
    #[schema(value_type = String)]
    answer: Answer,
    text: String,
}

pub async fn answer(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ObjectionId>,
    Body(ask): Body<AnswerAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.answer", &(id, &ask))?;
    once(&web, asked, move |tx| crews::answer_objection(tx, &caller.actor, id, ask.answer, &ask.text)).await
}

/// Whether the bureau reads who he is.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherAsk {
    /// His name stands in the complaint.
    #[serde(default)]
    named: bool,
    /// Optional.
    #[serde(default)]
    phone: String,
}

/// The code of the complaint stands in the objection, for himself alone; it is not in this answer, which is kept.
pub async fn further(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ObjectionId>,
    Body(ask): Body<FurtherAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "crews.further", &(id, &ask))?;
    let how = app::Further { named: ask.named, phone: ask.phone };
    once(&web, asked, move |tx| {
        let before = crews::objection_raw(tx, id)?.taken_further_at.is_some();
        app::take_further(tx, &caller.actor, id, &how)?;
        Ok(if before { party::Change::AlreadySo } else { party::Change::Done })
    })
    .await
}
