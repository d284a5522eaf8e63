//! Customer due diligence: openings of accounts, reviews of customers and of stock.
use crate::api::{openings as api, schema};
use crate::gate::Access::{Customer, Either, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{diligence as page, openings, stock};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (teller, works) = (Staff(P::AccountOpen), Staff(P::CaseWork));
    let sees = Either(P::AccountOpen, P::CaseWork);
    vec![
        get("/counter/{id}/account", openings::of_person, teller),
        post("/counter/{id}/account", openings::open_person, teller),
        get("/firms/{id}/account", openings::of_firm, teller),
        post("/firms/{id}/account", openings::open_firm, teller),
        get("/openings", openings::list, sees),
        get("/openings/{id}", openings::show, sees),
        post("/openings/{id}/objection", openings::object, teller),
        get("/cases/{id}/openings", page::look_back, works),
        get("/diligence", page::due, works),
        get("/diligence/{id}", page::show, works),
        post("/diligence/{id}/review", page::review, works),
        post("/limits/objection", page::object, Customer),
        get("/stock-reviews", stock::list, works),
        get("/stock-reviews/new", stock::new, works),
        post("/stock-reviews/new", stock::select, works),
        get("/stock-reviews/{id}", stock::show, works),
        post("/stock-reviews/{id}/accounts/{account}", stock::result, works),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let sees = Either(P::AccountOpen, P::CaseWork);
    vec![
        act("/v1/accounts", api::open, Staff(P::AccountOpen), "Open a current account for whoever stands at the counter, with his answers; a refusal is an answer with its reason").doc(|d| d.body::<api::AccountAsk>().answer::<schema::OpenedAccount>()),
        ask("/v1/opening-questions", api::questions, sees, "The questions before an account is opened").doc(|d| d.query("of", "`person` or `firm`; person when absent.").answer::<schema::OpeningQuestions>()),
        ask("/v1/account-openings", api::list, sees, "Openings of one's branch that were refused, or those that were opened").doc(|d| d.query("outcome", "`refused` or `opened`; refused when absent.").page_of::<schema::AccountOpening>()),
        ask("/v1/account-openings/{id}", api::one, sees, "What was asked, found and decided; each look is written down").doc(|d| d.answer::<schema::AccountOpeningSaid>()),
    ]
}
