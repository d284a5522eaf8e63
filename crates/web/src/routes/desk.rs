//! The fast path of staff.
use crate::gate::Access::Anyone;
use crate::http::route::{Route, get};
use crate::pages::go;

pub(super) fn table() -> Vec<Route> {
    vec![get("/go", go::to, Anyone)]
}
