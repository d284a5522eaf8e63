//! Talks at the counter before money is paid.
use crate::gate::Access::Either;
use crate::http::route::{Route, get, post};
use crate::pages::talks;
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let seen = Either(P::TillOperate, P::CaseWork);
    vec![
        get("/talks", talks::list, seen),
        get("/talks/{id}", talks::show, seen),
        post("/talks/{id}/{deed}", talks::act, seen),
    ]
}
