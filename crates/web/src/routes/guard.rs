//! What the guard rests on beside lists and freezes: what firms were verified to be for, and rules against fraud. The second look is decided at `/approvals`.
use crate::gate::Access::Staff;
use crate::http::route::{Route, get, post};
use crate::pages::{firm_class, rule_sets as sets, rule_trials as trials, rules};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (verifies, reads, writes) = (Staff(P::FirmVerify), Staff(P::GuardRead), Staff(P::GuardRules));
    vec![
        get("/verified-firms", firm_class::list, verifies),
        get("/firms/{id}/class", firm_class::show, verifies),
        post("/firms/{id}/class", firm_class::change, verifies),
        get("/guard/rules", rules::list, reads),
        get("/guard/rules/{id}", rules::show, reads),
        get("/guard/model", rules::model, reads),
        get("/guard/rule-sets", sets::list, reads),
        post("/guard/rule-sets", sets::make, writes),
        get("/guard/rule-sets/{number}", sets::show, reads),
        get("/guard/rule-sets/{number}/file", sets::edit, reads),
        post("/guard/rule-sets/{number}/file", sets::save, writes),
        post("/guard/rule-sets/{number}/trials", sets::try_it, writes),
        get("/guard/rule-sets/{number}/trials/{trial}", trials::show, reads),
        post("/guard/rule-sets/{number}/request", sets::request, writes),
        post("/guard/rule-sets/{number}/drop", sets::drop, writes),
    ]
}
