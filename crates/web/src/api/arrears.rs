//! Warnings, cases of arrears, labour bureaus, complaints.
use super::{Key, Why, changed, unknown_to_others};
use crate::Fault;
use crate::gate::{Caller, CameFrom};
use crate::http::read::{At, Body};
use crate::pages::arrears::BoardAsk;
use crate::pages::complaints::take_one;
use crate::state::{Asked, Web};
use arrears::{
    ArrearsCase, Bureau, BureauNew, BureauQuery, CaseNew, ComplaintCase, ComplaintNew, ComplaintRead, ComplaintState,
    Dismissal, Dismissed, Filter, Level, Summary, Totals, Warning,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::id::{ArrearsCaseId, BureauQueryId, ComplaintId, FirmId, PaySheetId, ProjectId, WarningId};
use kernel::{Actor, Date, Error, Money, Page, PageAsk, Result as Done};
use payroll::Period;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

type Told = Result<Json<Value>, Fault>;
type Listed = Result<Json<Page<Value>>, Fault>;

fn whole(items: Vec<Value>) -> Json<Page<Value>> {
    Json(Page { items, next: None })
}

fn told_summary(s: Summary) -> Value {
    json!({
        "project": s.project, "firm": s.firm, "firm_name": s.firm_name, "name": s.name, "region": s.region, "severe": s.severe,
        "high": s.high, "middle": s.middle, "cases": s.cases, "owed": s.owed(), "workers": s.workers, "next_pay_on": s.next_pay_on,
    })
}

fn told_totals(t: &Totals) -> Value {
    let place = |p: &arrears::Place| json!({ "region": p.region, "projects": p.projects, "severe": p.severe, "warnings": p.warnings, "owed": p.owed });
    json!({
        "projects": t.projects, "workers": t.workers, "severe": t.severe, "high": t.high, "middle": t.middle, "cases": t.cases,
        "owed": t.owed, "places": t.places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn told_warning(x: &Warning) -> Value {
    let figure = |f: &arrears::find::Figure| json!({ "name": f.name, "value": f.value });
    json!({
        "warning": x.id, "project": x.project, "firm": x.firm, "region": x.region, "kind": x.kind, "about": x.about,
        "severity": x.severity, "step": x.step, "next_at": x.next_at, "state": x.state, "opened_at": x.opened_at,
        "figures": x.figures.0.iter().map(figure).collect::<Vec<_>>(), "acting_note": x.acting_note, "ended_at": x.ended_at,
        "ended_why": x.ended_why, "case": x.case_id,
    })
}

fn told_case(c: &ArrearsCase) -> Value {
    let l = c.liability();
    json!({
        "case": c.id, "project": c.project, "firm": c.firm, "contractor": c.contractor, "region": c.region, "about": c.about,
        "state": c.state, "step": c.step, "workers": c.workers, "owed": c.owed(), "paid": c.paid(), "contractor_first": l.contractor_first,
        "from_subcontractor": l.from_subcontractor, "owner_up_to": l.owner_up_to, "opened_at": c.opened_at,
        "order_number": c.order_number, "order_due_on": c.order_due_on, "report_number": c.report_number, "notice": c.notice,
        "closed_at": c.closed_at,
    })
}

fn told_query(q: &BureauQuery) -> Value {
    json!({
        "query": q.id, "project": q.project, "reason": q.reason, "document": q.document, "asked_at": q.asked_at,
        "approval": q.approval, "state": q.state, "number": q.number, "until": q.until, "looks": q.looks,
    })
}

fn told_complaint(c: &ComplaintRead) -> Value {
    json!({
        "complaint": c.complaint, "region": c.region, "project": c.project, "place": c.place, "words": c.words, "phone": c.phone,
        "received_at": c.received_at, "state": c.state, "answer": c.answer, "case": c.case_id, "files": c.files.len(),
    })
}

fn told_bureau(b: &Bureau) -> Value {
    json!({ "bureau": b.id, "firm": b.firm, "name": b.name, "region": b.region, "level": b.level, "hotline": b.hotline })
}

pub async fn board(State(web): State<Web>, caller: Caller, Query(ask): Query<BoardAsk>) -> Listed {
    let found = web.read(move |tx| arrears::board(tx, &caller.actor, &ask.filter(), &ask.page())).await?;
    Ok(Json(found.map(told_summary)))
}

pub async fn totals(State(web): State<Web>, caller: Caller, Query(ask): Query<BoardAsk>) -> Told {
    let found = web.read(move |tx| arrears::board_totals(tx, &caller.actor, &ask.filter())).await?;
    Ok(Json(told_totals(&found)))
}

pub async fn bureau_board(State(web): State<Web>, caller: Caller, Query(ask): Query<BoardAsk>) -> Listed {
    let found = web.read(move |tx| arrears::bureau_board(tx, &caller.actor, &ask.filter(), &ask.page())).await?;
    Ok(Json(found.map(told_summary)))
}

pub async fn bureau_totals(State(web): State<Web>, caller: Caller, Query(ask): Query<BoardAsk>) -> Told {
    let found = web.read(move |tx| arrears::bureau_totals(tx, &caller.actor, &ask.filter())).await?;
    Ok(Json(told_totals(&found)))
}

pub async fn warnings(State(web): State<Web>, caller: Caller, At(id): At<ProjectId>) -> Listed {
    let look = move |tx: &mut Tx<'_>| arrears::project_warnings(tx, &caller.actor, id);
    let (_, all) = web.read(move |tx| unknown_to_others(look(tx), "project", id)).await?;
    Ok(whole(all.iter().map(told_warning).collect()))
}

pub async fn warning(State(web): State<Web>, caller: Caller, At(id): At<WarningId>) -> Told {
    let look = move |tx: &mut Tx<'_>| arrears::warning(tx, &caller.actor, id);
    let found = web.read(move |tx| unknown_to_others(look(tx), "warning", id)).await?;
    Ok(Json(told_warning(&found.warning)))
}

/// A note, a number or a document; 1 to 500 characters.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteAsk {
    pub note: String,
}

/// One step that takes a text, done once for its key.
async fn step<F>(
    web: &Web,
    asked: Asked,
    what: &'static str,
    id: impl std::fmt::Display + Send + Clone + 'static,
    f: F,
) -> Told
where
    F: Fn(&mut Tx<'_>) -> Done<party::Change> + Send + 'static,
{
    let done = web.write_once(&asked, move |tx| unknown_to_others(f(tx), what, id.clone()).map(changed));
    Ok(Json(done.await?))
}

pub async fn act(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WarningId>,
    Body(given): Body<NoteAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "warning.act", &(id, &given))?;
    step(&web, asked, "warning", id, move |tx| arrears::act_on(tx, &caller.actor, id, &given.note)).await
}

/// How a warning is dismissed; an exception has a last day and may bear a growth of so many hundredths.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissAsk {
    pub reason: String,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub until: Option<Date>,
    #[serde(default)]
    pub worse_percent: i64,
}

pub async fn dismiss(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<WarningId>,
    Body(given): Body<DismissAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "warning.dismiss", &(id, &given))?;
    let how = Dismissal { reason: given.reason, until: given.until, worse_percent: given.worse_percent };
    let done = web.write_once(&asked, move |tx| {
        let done = unknown_to_others(arrears::dismiss(tx, &caller.actor, id, how.clone()), "warning", id)?;
        Ok(match done {
            Dismissed::Done => json!({ "outcome": "done", "approval": null }),
            Dismissed::Asked(approval) => json!({ "outcome": "asked", "approval": approval }),
        })
    });
    Ok(Json(done.await?))
}

pub async fn cases(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| arrears::cases(tx, &caller.actor, &Filter::default(), &ask)).await?;
    Ok(Json(found.map(|c| told_case(&c))))
}

pub async fn bureau_cases(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| arrears::cases_of_bureau(tx, &caller.actor, &ask)).await?;
    Ok(Json(found.map(|c| told_case(&c))))
}

pub async fn case(State(web): State<Web>, caller: Caller, At(id): At<ArrearsCaseId>) -> Told {
    let look = move |tx: &mut Tx<'_>| arrears::case(tx, &caller.actor, id);
    Ok(Json(told_case(&web.read(move |tx| unknown_to_others(look(tx), "case", id)).await?)))
}

/// What opens a case: all that is unpaid on these sheets is owed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAsk {
    pub about: String,
    #[schema(value_type = Vec<String>)]
    pub sheets: Vec<PaySheetId>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub warnings: Vec<WarningId>,
    #[serde(default)]
    pub subcontractor: String,
    /// What the owner of the works still owes the contractor.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Amount>)]
    pub works_money_left: Option<Money>,
}

pub async fn open(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(given): Body<CaseAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.open", &(id, &given))?;
    let CaseAsk { about, sheets, warnings, subcontractor, works_money_left } = given;
    let new = CaseNew { about, sheets, warnings, subcontractor, works_money_left, ..CaseNew::of(id) };
    let done = web.write_once(&asked, move |tx| {
        let case = unknown_to_others(arrears::case_open(tx, &caller.actor, &new), "project", id)?;
        Ok(told_case(&arrears::case(tx, &caller.actor, case)?))
    });
    Ok(Json(done.await?))
}

pub async fn tell(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    Body(given): Body<NoteAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.tell", &(id, &given))?;
    step(&web, asked, "case", id, move |tx| arrears::case_tell(tx, &caller.actor, id, &given.note)).await
}

pub async fn report(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    Body(given): Body<NoteAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.report", &(id, &given))?;
    step(&web, asked, "case", id, move |tx| arrears::case_report(tx, &caller.actor, id, &given.note)).await
}

pub async fn close(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    Body(given): Body<Why>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.close", &(id, &given))?;
    step(&web, asked, "case", id, move |tx| arrears::case_close(tx, &caller.actor, id, &given.reason)).await
}

/// An order to settle first, by a day.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderAsk {
    pub document: String,
    #[schema(value_type = String)]
    pub due_on: Date,
}

pub async fn order(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    Body(given): Body<OrderAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.order", &(id, &given))?;
    let order = move |tx: &mut Tx<'_>| arrears::case_order(tx, &caller.actor, id, &given.document, given.due_on);
    step(&web, asked, "case", id, order).await
}

pub async fn notice(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ArrearsCaseId>,
    Body(given): Body<NoteAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "case.notice", &(id, &given))?;
    let done = web.write_once(&asked, move |tx| {
        let asked = unknown_to_others(arrears::notice_ask(tx, &caller.actor, id, &given.note), "case", id)?;
        Ok(json!({ "approval": asked }))
    });
    Ok(Json(done.await?))
}

/// A look that is asked for.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryAsk {
    pub reason: String,
    /// Number of the bureau's document.
    pub document: String,
}

pub async fn query_ask(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ProjectId>,
    Body(given): Body<QueryAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "bureau.query", &(id, &given))?;
    let done = web.write_once(&asked, move |tx| {
        let made = arrears::query_ask(tx, &caller.actor, id, &given.reason, &given.document);
        let query = unknown_to_others(made, "project", id)?;
        Ok(told_query(&arrears::query(tx, &caller.actor, query)?))
    });
    Ok(Json(done.await?))
}

pub async fn query(State(web): State<Web>, caller: Caller, At(id): At<BureauQueryId>) -> Told {
    let look = move |tx: &mut Tx<'_>| arrears::query(tx, &caller.actor, id);
    Ok(Json(told_query(&web.read(move |tx| unknown_to_others(look(tx), "query", id)).await?)))
}

pub async fn look(State(web): State<Web>, caller: Caller, Key(key): Key, At(id): At<BureauQueryId>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "bureau.look", &id)?;
    let done = web.write_once(&asked, move |tx| {
        let seen = unknown_to_others(arrears::account_look(tx, &caller.actor, id), "query", id)?;
        Ok(json!(seen))
    });
    Ok(Json(done.await?))
}

pub async fn complaints(State(web): State<Web>, caller: Caller, Query(ask): Query<PageAsk>) -> Listed {
    let found = web.read(move |tx| arrears::complaints(tx, &caller.actor, &ask)).await?;
    Ok(Json(found.map(|c| told_complaint(&c))))
}

/// `accepted`, `handling` or `closed`, and what the worker reads.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateAsk {
    #[schema(value_type = String)]
    pub state: ComplaintState,
    #[serde(default)]
    pub answer: String,
}

pub async fn complaint_state(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ComplaintId>,
    Body(given): Body<StateAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "complaint.move", &(id, &given))?;
    let moved = move |tx: &mut Tx<'_>| arrears::complaint_move(tx, &caller.actor, id, given.state, &given.answer);
    step(&web, asked, "complaint", id, moved).await
}

pub async fn month(State(web): State<Web>, caller: Caller, Path(period): Path<String>) -> Told {
    let period = Period::parse(&period)?;
    let found = web.read(move |tx| arrears::report(tx, &caller.actor, period)).await?;
    Ok(Json(json!(found)))
}

pub async fn bureaus(State(web): State<Web>, caller: Caller) -> Listed {
    let all = web.read(move |tx| arrears::bureaus_kept(tx, &caller.actor)).await?;
    Ok(whole(all.iter().map(told_bureau).collect()))
}

/// A bureau: a firm on file as an authority, six digits, `county`, `city` or `province`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BureauAsk {
    #[schema(value_type = String)]
    pub firm: FirmId,
    pub region: String,
    #[schema(value_type = String)]
    pub level: Level,
    #[serde(default)]
    pub hotline: String,
}

pub async fn bureau_make(State(web): State<Web>, caller: Caller, Key(key): Key, Body(given): Body<BureauAsk>) -> Told {
    let asked = Asked::new(&caller.actor, &key, "bureau.make", &given)?;
    let done = web.write_once(&asked, move |tx| {
        let BureauAsk { firm, region, level, hotline } = given.clone();
        arrears::bureau_make(tx, &caller.actor, BureauNew { firm, region, level, hotline })?;
        let made = arrears::bureau_of(tx, firm)?.ok_or_else(|| Error::not_found("bureau", firm))?;
        Ok(told_bureau(&made))
    });
    Ok(Json(done.await?))
}

/// A worker by his identity number, the month, and what he is owed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwedAsk {
    pub identity: String,
    /// `2026-10`
    #[schema(value_type = String)]
    pub month: Period,
    #[schema(value_type = super::schema::Amount)]
    pub amount: Money,
}

/// What a complaint becomes: what is unpaid on these sheets, and what these workers are owed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintCaseAsk {
    /// Where the complaint names a place in words only.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    pub about: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub sheets: Vec<PaySheetId>,
    #[serde(default)]
    pub workers: Vec<OwedAsk>,
}

pub async fn complaint_case(
    State(web): State<Web>,
    caller: Caller,
    Key(key): Key,
    At(id): At<ComplaintId>,
    Body(given): Body<ComplaintCaseAsk>,
) -> Told {
    let asked = Asked::new(&caller.actor, &key, "complaint.case", &(id, &given))?;
    let ComplaintCaseAsk { project, about, sheets, workers } = given;
    let workers = workers.into_iter().map(|w| (w.identity, w.month, w.amount)).collect();
    let new = ComplaintCase { project, about, sheets, workers };
    let done = web.write_once(&asked, move |tx| {
        let case = unknown_to_others(arrears::complaint_case(tx, &caller.actor, id, &new), "complaint", id)?;
        Ok(told_case(&arrears::case(tx, &caller.actor, case)?))
    });
    Ok(Json(done.await?))
}

/// A complaint: a region and a place in one's own words. The telephone number is optional.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintAsk {
    pub region: String,
    pub place: String,
    pub words: String,
    #[serde(default)]
    pub phone: String,
}

pub async fn complain(State(web): State<Web>, came: CameFrom, Body(given): Body<ComplaintAsk>) -> Told {
    take_one(&web, &came)?;
    let ComplaintAsk { region, place, words, phone } = given;
    let new = ComplaintNew { region, place, words, phone, ..ComplaintNew::default() };
    let channel = came.0.channel;
    let taken = web.write(move |tx| arrears::complain(tx, &Actor { channel, ..Actor::nobody() }, &new));
    let (complaint, code) = taken.await?;
    Ok(Json(json!({ "complaint": complaint, "code": code })))
}

pub async fn progress(State(web): State<Web>, came: CameFrom, Path(code): Path<String>) -> Told {
    take_one(&web, &came)?;
    Ok(Json(json!(web.read(move |tx| arrears::progress(tx, &code)).await?)))
}
