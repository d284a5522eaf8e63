//! What is done for a customer at a counter beside cash and payments.
use crate::api::{counter as api, schema};
use crate::gate::Access::Staff;
use crate::http::route::{Route, act, get, post};
use crate::pages::counter;
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (teller, clerk) = (Staff(P::AccountOpen), Staff(P::PersonRegister));
    vec![
        get("/counter", counter::read, teller),
        post("/counter", counter::find, teller),
        get("/counter/{id}", counter::show, teller),
        get("/counter/{id}/account", counter::opening, teller),
        post("/counter/{id}/account", counter::open, teller),
        get("/counter/{id}/phone", counter::phone, clerk),
        post("/counter/{id}/phone", counter::phone_set, clerk),
        get("/counter/{id}/document", counter::document, clerk),
        post("/counter/{id}/document", counter::document_set, clerk),
        get("/firms/{id}/account", counter::firm_opening, teller),
        post("/firms/{id}/account", counter::firm_open, teller),
        get("/accounts/{id}/certificate", counter::proof, teller),
        post("/accounts/{id}/certificate", counter::proof_issue, teller),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (teller, clerk) = (Staff(P::AccountOpen), Staff(P::PersonRegister));
    vec![
        act("/v1/accounts", api::open_account, teller, "Open a current account for whoever stands at the counter").doc(|d| d.body::<api::AccountAsk>().answer::<schema::CurrentAccount>()),
        act("/v1/people/{id}/phone", api::phone, clerk, "Another telephone number of a customer at the counter").doc(|d| d.body::<api::PhoneAsk>().answer::<schema::Changed>()),
        act("/v1/people/{id}/document", api::document, clerk, "A renewed document of a customer at the counter").doc(|d| d.body::<api::DocumentAsk>().answer::<schema::Changed>()),
    ]
}
