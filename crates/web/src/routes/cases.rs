//! The guard's desk of cases, what customers object to, and the figures.
use crate::api::{fraud_cases as api, schema};
use crate::gate::Access::{Customer, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{
    fraud_appeals as appeals, fraud_cases as page, fraud_deeds as deeds, fraud_figures as figures,
    fraud_objections as mine, fraud_sheet as paper,
};
use party::Permission as P;

/// Bytes of a form with a file.
const BODY_BYTES_MAX: usize = cases::EVIDENCE_BYTES_MAX + (64 << 10);

pub(super) fn pages() -> Vec<Route> {
    let works = Staff(P::CaseWork);
    vec![
        get("/cases", page::list, works),
        get("/cases/new", deeds::new, works),
        post("/cases/new", deeds::open, works),
        get("/cases/figures", figures::show, works),
        get("/cases/figures.csv", figures::csv, works),
        get("/cases/nights", figures::nights, works),
        post("/cases/nights", figures::set_night, works),
        get("/cases/{id}", page::show, works),
        get("/cases/{id}/sheet", paper::show, works),
        post("/cases/{id}/files", deeds::keep_file, works).takes(BODY_BYTES_MAX),
        post("/cases/{id}/files/{file}", deeds::read_file, works),
        post("/cases/{id}/{deed}", deeds::act, works),
        get("/appeals", appeals::list, works),
        get("/appeals/{id}", appeals::show, works),
        post("/appeals/{id}/files/{file}", appeals::read_file, works),
        post("/appeals/{id}/{deed}", appeals::act, works),
        get("/objections", mine::list, Customer),
        post("/objections", mine::complain, Customer).takes(BODY_BYTES_MAX),
        get("/payments/{id}/objection", mine::ask, Customer),
        post("/payments/{id}/objection", mine::send, Customer).takes(BODY_BYTES_MAX),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let works = Staff(P::CaseWork);
    vec![
        ask("/v1/fraud-cases", api::list, works, "Open cases, the first due first").doc(|d| d.page_of::<schema::FraudCase>()),
        ask("/v1/fraud-cases/{id}", api::one, works, "A case").doc(|d| d.answer::<schema::FraudCase>()),
        act("/v1/fraud-cases/{id}/claim", api::claim, works, "Claim a case; one that a colleague has only when it is late").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/fraud-cases/{id}/closing", api::close, works, "Close a case with its outcome; its waiting payments are released or called off when that is said").doc(|d| d.body::<api::ClosingAsk>().answer::<schema::Changed>()),
        ask("/v1/objections", api::objections, Customer, "The caller's objections and complaints, newest first").doc(|d| d.page_of::<schema::FraudAppeal>()),
        act("/v1/payments/{id}/objection", api::object, Customer, "Object to what the bank did with a payment; answered within 15 days, 24 hours when urgent").doc(|d| d.body::<api::ObjectionAsk>().answer::<schema::FraudAppeal>()),
    ]
}
