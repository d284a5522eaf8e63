//! Labour bureaus: what each sees of its region, and the bureaus as the head office writes them down.
use crate::api::{arrears as api, schema};
use crate::gate::Access::{Firm, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{arrears_case, bureau, complaint_case, complaints};
use party::Permission as P;

/// Pages.
pub(super) fn pages() -> Vec<Route> {
    let (read, acts, keeps) = (Firm(P::BureauRead), Firm(P::BureauAct), Staff(P::BureauManage));
    vec![
        get("/bureau", bureau::board, read),
        get("/bureau/projects/{id}", bureau::project, read),
        post("/bureau/projects/{id}/queries", bureau::query_ask, acts),
        get("/bureau/projects/{id}/case", bureau::case_form, acts),
        post("/bureau/projects/{id}/case", arrears_case::open, acts),
        get("/bureau/queries", bureau::queries, read),
        get("/bureau/queries/{id}", bureau::query, read),
        post("/bureau/queries/{id}/look", bureau::look, acts),
        get("/bureau/cases", bureau::case_list, read),
        get("/bureau/cases/{id}", bureau::case, read),
        post("/bureau/cases/{id}/order", bureau::order, acts),
        post("/bureau/cases/{id}/notice", bureau::notice_send, acts),
        post("/bureau/cases/{id}/notes", bureau::case_note, acts).takes(super::CASE_BODY_BYTES_MAX),
        get("/bureau/cases/{id}/papers/{number}", arrears_case::paper, read),
        get("/bureau/complaints", complaints::list, read),
        get("/bureau/complaints/{id}", complaints::read, read),
        post("/bureau/complaints/{id}/phone", complaints::reveal, acts),
        post("/bureau/complaints/{id}/state", complaints::step, acts),
        get("/bureau/complaints/{id}/case", complaint_case::form_of, acts),
        post("/bureau/complaints/{id}/case", complaint_case::open, acts),
        get("/bureau/complaints/{id}/files/{number}", complaints::file, read),
        get("/bureau/report", bureau::report, read),
        get("/bureau/report.csv", bureau::report_csv, read),
        get("/bureau/report.xlsx", bureau::report_book, read),
        get("/bureaus", bureau::kept, keeps),
        post("/bureaus", bureau::make, keeps),
        post("/bureaus/{id}/end", bureau::end, keeps),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (read, acts, keeps) = (Firm(P::BureauRead), Firm(P::BureauAct), Staff(P::BureauManage));
    vec![
        ask("/v1/bureau/projects", api::bureau_board, read, "The projects of the bureau's region, the gravest warnings first").doc(|d| d.page_of::<schema::ArrearsSummary>()),
        ask("/v1/bureau/totals", api::bureau_totals, read, "What they add up to").doc(|d| d.answer::<schema::ArrearsTotals>()),
        ask("/v1/bureau/projects/{id}/warnings", api::warnings, read, "A project's warnings, open ones first").doc(|d| d.page_of::<schema::WageWarning>()),
        act("/v1/bureau/projects/{id}/queries", api::query_ask, acts, "Ask for a look into the wage account; the head of a city's bureau decides").doc(|d| d.body::<api::QueryAsk>().answer::<schema::BureauQuery>()),
        ask("/v1/bureau/queries/{id}", api::query, read, "A query").doc(|d| d.answer::<schema::BureauQuery>()),
        act("/v1/bureau/queries/{id}/looks", api::look, acts, "Look into the account that was agreed to; each look is counted").doc(|d| d.answer::<schema::AccountLook>()),
        ask("/v1/bureau/cases", api::bureau_cases, read, "Cases of the region, newest first").doc(|d| d.page_of::<schema::ArrearsCase>()),
        act("/v1/bureau/cases/{id}/order", api::order, acts, "Order the main contractor to settle first").doc(|d| d.body::<api::OrderAsk>().answer::<schema::Changed>()),
        act("/v1/bureau/cases/{id}/notice", api::notice, acts, "Write a payment notice to the guarantee after the default; the head of the bureau signs it").doc(|d| d.body::<api::NoteAsk>().answer::<schema::ApprovalAsked>()),
        ask("/v1/bureau/complaints", api::complaints, read, "Complaints of the region, newest first").doc(|d| d.page_of::<schema::Complaint>()),
        act("/v1/bureau/complaints/{id}/state", api::complaint_state, acts, "The next state of a complaint, with an answer in plain words").doc(|d| d.body::<api::StateAsk>().answer::<schema::Changed>()),
        act("/v1/bureau/complaints/{id}/case", api::complaint_case, acts, "Make a complaint a case of arrears; again answers the same case").doc(|d| d.body::<api::ComplaintCaseAsk>().answer::<schema::ArrearsCase>()),
        ask("/v1/bureau/reports/{period}", api::month, read, "The report of a month").doc(|d| d.answer::<schema::MonthReport>()),
        ask("/v1/bureaus", api::bureaus, keeps, "Labour bureaus and their regions").doc(|d| d.page_of::<schema::Bureau>()),
        act("/v1/bureaus", api::bureau_make, keeps, "Write down a bureau and its region").doc(|d| d.body::<api::BureauAsk>().answer::<schema::Bureau>()),
    ]
}
