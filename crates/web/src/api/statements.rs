//! Statements searched and as files, receipts issued, printed and checked.
use super::Key;
use crate::Fault;
use crate::gate::{Caller, CameFrom};
use crate::http::read::{At, Body, download};
use crate::pages::{receipts, statement, verify};
use crate::state::Web;
use crate::words::Lang;
use app::receipts::{After, Genuine, Issued};
use app::statement::{Ask, Direction, EXPORT_LINES_MAX, STATEMENT_PAGE_ROWS_MAX, Statement};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use documents::Facts;
use kernel::id::{AccountId, DocumentId, PayLineId};
use kernel::{Actor, Date, Error, Money, Result, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Audit;
use utoipa::ToSchema;

/// What is looked for in a statement.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    from: Option<Date>,
    to: Option<Date>,
    text: String,
    min: String,
    max: String,
    direction: Option<Direction>,
    after: Option<String>,
    limit: Option<u32>,
}

impl Search {
    /// Without days, this month.
    fn ask(&self, web: &Web) -> Result<Ask> {
        let today = web.now().local_date();
        let to = self.to.unwrap_or(today);
        let from = self.from.unwrap_or_else(|| to.plus_days(1 - i64::from(to.day())));
        let rows = match self.limit.unwrap_or(50) {
            0 => return Err(Error::field("limit", "at least 1 row")),
            n if n > STATEMENT_PAGE_ROWS_MAX => return Err(Error::limit("limit", n, STATEMENT_PAGE_ROWS_MAX, "rows")),
            n => n,
        };
        let size = |text: &str| match text {
            "" => Ok(None),
            text => Money::parse(text, kernel::Currency::CNY).map(|m| Some(m.minor)),
        };
        let bad = |_| Error::field("after", "it is the cursor of the page before");
        let after = self.after.as_deref().map(|text| text.parse().map_err(bad)).transpose()?;
        let (min, max) = (size(&self.min)?, size(&self.max)?);
        Ok(Ask { text: self.text.clone(), min, max, direction: self.direction, after, ..Ask::days(from, to, rows) })
    }
}

/// A look by staff is written down.
fn looked(tx: &mut store::Tx<'_>, actor: &Actor, id: AccountId, ask: &Ask) -> Result<Statement> {
    if matches!(actor.who, Who::Staff(_)) {
        tx.audit(actor, Audit::of("account.look", id).after(format!("{} to {}", ask.from, ask.to)))?;
    }
    app::statement::statement(tx, actor, id, ask)
}

pub async fn search(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Query(search): Query<Search>,
) -> std::result::Result<Json<Value>, Fault> {
    let (ask, actor) = (search.ask(&web)?, caller.actor);
    let staff = matches!(actor.who, Who::Staff(_));
    let look = move |tx: &mut store::Tx<'_>| looked(tx, &actor, id, &ask);
    let seen = if staff { web.write(look).await? } else { web.read(look).await? };
    Ok(Json(told(&seen)))
}

fn told(s: &Statement) -> Value {
    let currency = s.view.account.currency;
    let money = |minor: i64| Money::new(minor, currency);
    let sum = |sum: &app::statement::Sum| json!({ "lines": sum.lines, "money_in": money(sum.money_in), "money_out": money(sum.money_out) });
    let line = |t: &app::statement::Told| {
        let e = &t.line.entry;
        json!({
            "transfer": e.id, "at": e.at, "business_date": e.business_date, "value_date": e.value_date, "code": e.code, "memo": e.memo,
            "change": money(t.line.change), "after": money(t.line.after), "other": t.other.text(),
        })
    };
    let month = |(year, month, of): &(i16, i8, app::statement::Sum)| json!({ "month": format!("{year}-{month:02}"), "lines": of.lines, "money_in": money(of.money_in), "money_out": money(of.money_out) });
    json!({
        "account": s.view.account.id, "from": s.from, "to": s.to, "opening": s.opening, "closing": s.closing, "all": sum(&s.all),
        "found": sum(&s.found), "months": s.months.iter().map(month).collect::<Vec<_>>(), "items": s.lines.iter().map(line).collect::<Vec<_>>(),
        "next": s.next.map(|n| n.to_string()), "stopped_at": s.stopped_at,
    })
}

/// The lines of some days as CSV in the language of the bank.
pub async fn file(
    State(web): State<Web>,
    caller: Caller,
    At(id): At<AccountId>,
    Query(search): Query<Search>,
) -> std::result::Result<Response, Fault> {
    let (ask, actor) = (search.ask(&web)?, caller.actor);
    let seen = web.write(move |tx| app::statement::export(tx, &actor, id, &ask, EXPORT_LINES_MAX, "csv")).await?;
    let name = format!("statement-{}-{}.csv", seen.from, seen.to);
    let bank = web.site().bank(Lang::Zh).to_owned();
    let bytes = web.run(move |_| statement::sheet(crate::Words::of(Lang::Zh), &bank, &seen, false)).await?;
    Ok(download(&name, "text/csv; charset=utf-8", bytes))
}

fn document(issued: &Issued) -> Value {
    let d = &issued.document;
    json!({
        "document": d.id, "kind": d.kind, "account": d.account, "about": d.about, "code": issued.code.to_string(), "issued_at": d.issued_at,
        "prints": d.prints,
    })
}

pub async fn receipt(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    Path(path): Path<(String, String)>,
) -> std::result::Result<Json<Value>, Fault> {
    let (account, line) = receipts::place(&path)?;
    let made = web.write(move |tx| app::receipts::issue(tx, &caller.actor, account, line)).await?;
    Ok(Json(document(&made)))
}

pub async fn wage_receipt(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    At(id): At<PayLineId>,
) -> std::result::Result<Json<Value>, Fault> {
    let made = web.write(move |tx| app::receipts::issue_wage(tx, &caller.actor, id)).await?;
    Ok(Json(document(&made)))
}

/// The days of a statement that is to be issued.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysAsk {
    #[schema(value_type = String)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String)]
    pub to: Date,
}

pub async fn issue_statement(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    At(id): At<AccountId>,
    Body(days): Body<DaysAsk>,
) -> std::result::Result<Json<Value>, Fault> {
    let (from, to) = (days.from, days.to);
    let made = web.write(move |tx| app::receipts::issue_statement(tx, &caller.actor, id, from, to)).await?;
    Ok(Json(document(&made.0)))
}

/// A counted copy as PDF.
pub async fn copy(
    State(web): State<Web>,
    caller: Caller,
    Key(_): Key,
    headers: HeaderMap,
    At(id): At<DocumentId>,
) -> std::result::Result<Response, Fault> {
    let w = crate::Words::of(Lang::Zh);
    let (name, bytes) = receipts::drawn(&web, &caller.actor, w, &headers, id).await?;
    Ok(download(&name, "application/pdf", bytes))
}

/// What anybody may know who holds a code.
pub async fn check(
    State(web): State<Web>,
    came: CameFrom,
    Path(code): Path<String>,
) -> std::result::Result<(StatusCode, Json<Value>), Fault> {
    let found = verify::genuine(&web, &came, &code).await?;
    Ok((StatusCode::OK, Json(public(&found))))
}

fn public(found: &Genuine) -> Value {
    let (state, at) = match found.after {
        After::Stands => ("stands", None),
        After::Reversed(at) => ("reversed", Some(at)),
        After::Returned(at) => ("returned", Some(at)),
    };
    let side = |s: &documents::Side| [s.name.as_str(), &s.number].join(" ").trim().to_owned();
    let (payer, payee, amount, day) = match &found.facts {
        Facts::Movement(m) => (side(&m.payer), side(&m.payee), m.amount, m.posted_at.local_date()),
        Facts::Covered(c) => (side(&c.holder), String::new(), c.closing, c.to),
    };
    json!({
        "genuine": true, "kind": found.kind, "payer": payer, "payee": payee, "amount": amount, "date": day, "state": state, "since": at,
    })
}
