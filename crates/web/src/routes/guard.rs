//! What the guard rests on beside lists and freezes: what firms were verified to be for. The second look is decided at `/approvals`.
use crate::gate::Access::Staff;
use crate::http::route::{Route, get, post};
use crate::pages::firm_class;
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let verifies = Staff(P::FirmVerify);
    vec![get("/firms/{id}/class", firm_class::show, verifies), post("/firms/{id}/class", firm_class::change, verifies)]
}
