//! What customers protect themselves with: the safety lock, trusted contacts, the word against a fraud; its reports for staff.
use crate::api::{Why, safety as api, schema};
use crate::gate::Access::{Customer, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{counter_lock, fraud, lock, trusted};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (decides, serves) = (Staff(P::GuardDecide), Staff(P::PaymentSubmitAny));
    vec![
        get("/lock", lock::show, Customer),
        post("/lock/all", lock::lock_all, Customer),
        get("/lock/{part}", lock::part, Customer),
        post("/lock/{part}", lock::set, Customer),
        post("/lock/loosenings/{id}/withdrawal", lock::withdraw, Customer),
        get("/counter/{id}/lock", counter_lock::show, serves),
        post("/counter/{id}/lock/all", counter_lock::lock_all, serves),
        get("/counter/{id}/lock/{part}", counter_lock::part, serves),
        post("/counter/{id}/lock/{part}", counter_lock::set, serves),
        post("/counter/{id}/lock/loosenings/{loosening}/withdrawal", counter_lock::withdraw, serves),
        get("/trusted-contacts", trusted::list, Customer),
        get("/trusted-contacts/new", trusted::new, Customer),
        post("/trusted-contacts/new", trusted::name, Customer),
        post("/trusted-contacts/{id}/answer", trusted::answer, Customer),
        post("/trusted-contacts/{id}/ending", trusted::end, Customer),
        get("/payments/{id}/fraud", fraud::ask, Customer),
        post("/payments/{id}/fraud", fraud::stop, Customer),
        get("/payments/{id}/lesson", fraud::lesson, Customer),
        get("/fraud-reports", fraud::reports, decides),
        get("/fraud-reports/{id}", fraud::one, decides),
        post("/fraud-reports/{id}/taking", fraud::take, decides),
        post("/fraud-reports/{id}/decision", fraud::decide, decides),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let decides = Staff(P::GuardDecide);
    vec![
        ask("/v1/safety-lock", api::lock, Customer, "The caller's safety lock, and the looser one that waits").doc(|d| d.answer::<schema::SafetyLock>()),
        act("/v1/safety-lock", api::set, Customer, "Set the lock as a whole: what is stricter holds at once, what is looser needs a fresh second factor and waits").doc(|d| d.body::<api::LockAsk>().answer::<schema::SafetyLock>()),
        act("/v1/safety-lock/all", api::lock_all, Customer, "Lock everything at once, and end what waits").doc(|d| d.body::<api::LockAllAsk>().answer::<schema::SafetyLock>()),
        act("/v1/safety-lock/loosenings/{id}/withdrawal", api::withdraw, Customer, "Keep it locked").doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/trusted-contacts", api::contacts, Customer, "Whom the caller named, and who named him").doc(|d| d.page_of::<schema::TrustedContact>()),
        act("/v1/trusted-contacts", api::name, Customer, "Name a trusted contact, stepped up; the answer tells nothing about who is a customer").doc(|d| d.body::<api::ContactAsk>().answer::<schema::TrustedContact>()),
        act("/v1/trusted-contacts/{id}/answer", api::answer, Customer, "The contact's yes or no").doc(|d| d.body::<api::ContactAnswer>().answer::<schema::Changed>()),
        act("/v1/trusted-contacts/{id}/ending", api::end, Customer, "Either of the two ends it, at once").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/payments/{id}/fraud-report", api::fraud, Customer, "Call a waiting payment off as a fraud and report its payee; answers the lesson").doc(|d| d.body::<api::FraudAsk>().answer::<schema::FraudReported>()),
        ask("/v1/fraud-reports", api::reports, decides, "Open reports of customers, the first due first").doc(|d| d.page_of::<schema::FraudReport>()),
        act("/v1/fraud-reports/{id}/taking", api::take, decides, "Take a report").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/fraud-reports/{id}/proposal", api::propose, decides, "Propose the payee for the grey list; another decides").doc(|d| d.body::<Why>().answer::<schema::Changed>()),
        act("/v1/fraud-reports/{id}/dismissal", api::dismiss, decides, "The payee is nobody to be listed").doc(|d| d.body::<Why>().answer::<schema::Changed>()),
    ]
}
