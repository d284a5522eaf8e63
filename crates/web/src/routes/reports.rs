//! Reports of large sums and of suspicion, the figures of the guard, and who looks after its lists.
use crate::api::{reports as api, schema};
use crate::gate::Access::Staff;
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{guard_figures as figures, reports as page, watch_work as work};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (large, suspicion) = (Staff(P::ReportLarge), Staff(P::ReportSuspicion));
    let (reads, lists) = (Staff(P::GuardRead), Staff(P::GuardLists));
    vec![
        get("/reports", page::list, large),
        get("/reports/suspicion", page::new, suspicion),
        post("/reports/suspicion", page::open, suspicion),
        get("/reports/{id}", page::show, large),
        post("/reports/{id}/{deed}", page::act, large),
        get("/guard/figures", figures::show, reads),
        get("/guard/months", figures::month, reads),
        get("/guard/months.csv", figures::csv, reads),
        get("/guard/watched", work::list, lists),
        get("/guard/watched/{id}", work::show, lists),
        post("/guard/watched/{id}/{deed}", work::act, lists),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let large = Staff(P::ReportLarge);
    vec![
        ask("/v1/reports", api::list, large, "Reports of large sums, the newest first").doc(|d| d.page_of::<schema::Report>()),
        ask("/v1/reports/{id}", api::one, large, "A report; a suspicion only to who may see it. The look is audited").doc(|d| d.answer::<schema::Report>()),
        act("/v1/reports/{id}/review", api::review, large, "Say whether a report is sent; a second person agrees").doc(|d| d.body::<api::ReviewAsk>().answer::<schema::Changed>()),
        act("/v1/reports/{id}/agreement", api::agree, large, "Agree as the second person; the file is made and handed over").doc(|d| d.answer::<schema::Changed>()),
    ]
}
