//! Deposits: the pages of their owners, and of staff for them.
use crate::gate::Access::Owner;
use crate::http::route::{Route, get, post};
use crate::pages::{deposit_draw, deposit_open, deposits};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    let pays = Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny);
    vec![
        get("/deposits", deposits::list, Owner(P::AccountRead)),
        get("/deposits/new", deposit_open::show, pays),
        post("/deposits/new", deposit_open::open, pays),
        get("/deposits/{id}", deposits::show, seen),
        get("/deposits/{id}/steps/{number}", deposits::step, seen),
        get("/deposits/{id}/rollover", deposits::rollover, pays),
        post("/deposits/{id}/rollover", deposits::rollover_set, pays),
        get("/deposits/{id}/draw", deposit_draw::show, pays),
        post("/deposits/{id}/draw", deposit_draw::draw, pays),
        get("/deposits/{id}/notice", deposit_draw::notice_form, pays),
        post("/deposits/{id}/notice", deposit_draw::notice_give, pays),
        post("/deposits/{id}/notices/{number}/cancellation", deposit_draw::notice_back, pays),
    ]
}
