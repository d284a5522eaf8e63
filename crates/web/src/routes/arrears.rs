//! Warnings of wages and cases of wages in arrears, for the bank and the firms. What takes a second person is decided where all approvals
//! are (`/v1/approvals`).
use crate::api::{arrears as api, case_papers as papers, schema};
use crate::gate::Access::{Anyone, Firm, Public, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{arrears as page, arrears_case as case, complaints};
use party::Permission as P;

/// Bytes of a complaint with its photographs.
const COMPLAINT_BODY_BYTES_MAX: usize = ::arrears::COMPLAINT_FILES_MAX * ::arrears::FILE_BYTES_MAX + 64 * 1024;

/// Pages of the bank and of firms; complaints are for everybody.
pub(super) fn pages() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let acts = Firm(P::WageProjectManage).or_staff(P::WageCase);
    let (sees, keeps) = (Staff(P::WageReadBank), Staff(P::WageCase));
    vec![
        get("/arrears", page::board, sees),
        get("/arrears/mine", page::mine, Firm(P::WageRead)),
        get("/arrears/projects/{id}", page::project, read),
        get("/arrears/warnings/{id}", page::warning, read),
        post("/arrears/warnings/{id}/action", page::act, acts),
        post("/arrears/warnings/{id}/dismissal", page::dismiss, keeps),
        get("/arrears/exceptions", page::exceptions, sees),
        post("/arrears/exceptions/{id}/end", page::exception_end, keeps),
        get("/arrears/projects/{id}/case", case::open_form, keeps),
        post("/arrears/projects/{id}/case", case::open, keeps),
        get("/arrears/cases", case::list, sees),
        get("/arrears/cases/{id}", case::show, read),
        post("/arrears/cases/{id}/telling", case::tell, keeps),
        post("/arrears/cases/{id}/report", case::report, acts),
        post("/arrears/cases/{id}/notes", case::note, acts).takes(super::CASE_BODY_BYTES_MAX),
        get("/arrears/cases/{id}/papers/{number}", case::paper, read),
        post("/arrears/cases/{id}/notice-taking", case::take_notice, keeps),
        post("/arrears/cases/{id}/closing", case::close, keeps),
        get("/complaint", complaints::show, Public),
        post("/complaint", complaints::send, Public).takes(COMPLAINT_BODY_BYTES_MAX),
        get("/complaint/progress", complaints::search_for, Public),
        get("/complaint/{code}", complaints::progress, Public),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let acts = Firm(P::WageProjectManage).or_staff(P::WageCase);
    let (sees, keeps) = (Staff(P::WageReadBank), Staff(P::WageCase));
    vec![
        ask("/v1/arrears-board", api::board, sees, "The projects of one's branches, the gravest warnings first").doc(|d| d.page_of::<schema::ArrearsSummary>()),
        ask("/v1/arrears-board/totals", api::totals, sees, "What that board adds up to").doc(|d| d.answer::<schema::ArrearsTotals>()),
        ask("/v1/projects/{id}/warnings", api::warnings, read, "A project's warnings, open ones first").doc(|d| d.page_of::<schema::WageWarning>()),
        ask("/v1/warnings/{id}", api::warning, read, "A warning with its figures and whose turn it is").doc(|d| d.answer::<schema::WageWarning>()),
        act("/v1/warnings/{id}/actions", api::act, acts, "Say what one does about a warning").doc(|d| d.body::<api::NoteAsk>().answer::<schema::Changed>()),
        act("/v1/warnings/{id}/dismissal", api::dismiss, keeps, "Dismiss a warning; what is severe waits for a second person").doc(|d| d.body::<api::DismissAsk>().answer::<schema::WageDismissal>()),
        ask("/v1/arrears-cases", api::cases, sees, "Cases of wages in arrears, newest first").doc(|d| d.page_of::<schema::ArrearsCase>()),
        act("/v1/projects/{id}/arrears-cases", api::open, keeps, "Open a case of what is unpaid on sheets").doc(|d| d.body::<api::CaseAsk>().answer::<schema::ArrearsCase>()),
        ask("/v1/arrears-cases/{id}", api::case, read, "A case").doc(|d| d.answer::<schema::ArrearsCase>()),
        act("/v1/arrears-cases/{id}/telling", api::tell, keeps, "The contractor was told").doc(|d| d.body::<api::NoteAsk>().answer::<schema::Changed>()),
        act("/v1/arrears-cases/{id}/report", api::report, acts, "The contractor reported to the authorities, under a number").doc(|d| d.body::<api::NoteAsk>().answer::<schema::Changed>()),
        act("/v1/arrears-cases/{id}/closing", api::close, keeps, "Close a case whose wages are paid").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        ask("/v1/arrears-cases/{id}/entries", papers::entries, Anyone, "What happened in a case, oldest first").doc(|d| d.page_of::<schema::CaseEntry>()),
        act("/v1/arrears-cases/{id}/entries", papers::note, Anyone, "Add a note to a case, with or without a paper").takes(super::CASE_BODY_BYTES_MAX).doc(|d| d.upload::<papers::NoteForm>().answer::<schema::CaseNoted>()),
        ask("/v1/arrears-cases/{id}/entries/{number}/paper", papers::paper, Anyone, "The paper of an entry").doc(|d| d.file("application/pdf")),
        act("/v1/complaints", api::complain, Public, "A complaint about wages, without a name; its code is answered once").keyless().doc(|d| d.body::<api::ComplaintAsk>().answer::<schema::ComplaintTaken>()),
        ask("/v1/complaints/{code}", api::progress, Public, "How far a complaint is").doc(|d| d.answer::<schema::ComplaintProgress>()),
    ]
}
