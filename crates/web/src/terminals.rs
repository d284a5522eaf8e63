//! A machine of a branch on the web: which browser is one, and what it is offered.
//!
//! A browser is a machine because it keeps the secret of an enrolled [`party::Terminal`], never because of anything in an
//! address. [`recognise`] stands before everything: it reads the secret and puts [`Here`] beside the request, from which
//! the view takes its mode, the gate its channel, its branch and its device. A machine is offered the addresses of [`OFFERED`] and
//! nothing else, signed in or not; every other page, the gallery included, tells its reader to ask at the counter. Somebody's
//! session of a phone opens nothing here, and a visit opens nothing elsewhere.
use crate::Fault;
use crate::codes::NOT_AT_A_MACHINE;
use crate::http::cookies::{self, Cookie};
use crate::http::fault::carried;
use crate::http::redirect::see_other;
use crate::sessions;
use crate::state::Web;
use crate::view::{Kiosk, Pace, View};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Error, Timestamp};
use party::codes::{NOT_SIGNED_IN, SESSION_ENDED, STEP_UP_NEEDED};
use party::{TerminalView, Variant, VisitView};
use std::sync::Arc;

/// The query parameter by which controls are brought lower or higher, and its values.
pub const REACH: &str = "reach";
pub const LOW: &str = "low";
pub const HIGH: &str = "high";

/// What a machine offers, by the names of the routes. What is added here is looked at on a screen of 1080 by 1920 first.
pub const OFFERED: &[&str] = &[
    "GET /",
    "GET /home",
    "GET /accounts",
    "GET /accounts/{id}",
    "GET /accounts/{id}/statement",
    "GET /accounts/{id}/lines/{line}",
    "POST /accounts/{id}/lines/{line}/receipt",
    "GET /pay",
    "POST /pay",
    "GET /payments",
    "GET /payees",
    "GET /payments/{id}",
    "GET /payments/{id}/confirmation",
    "POST /payments/{id}/confirmation",
    "GET /payments/{id}/cancellation",
    "POST /payments/{id}/cancellation",
    "GET /prices",
    "GET /words",
    "GET /verify",
    "GET /slips",
    "GET /slips/{id}",
    "GET /worker/lines",
    "GET /worker/lines/{id}",
    "POST /worker/lines/{id}/signature",
    "GET /worker/lines/{id}/objection",
    "POST /worker/lines/{id}/objection",
    "POST /worker/objections/{id}/further",
    "GET /kiosk/enrolment",
    "POST /kiosk/enrolment",
    "GET /kiosk/identity",
    "POST /kiosk/identity",
    "GET /kiosk/face",
    "POST /kiosk/face",
    "GET /kiosk/help",
    "POST /kiosk/help",
    "GET /kiosk/still",
    "POST /kiosk/staying",
    "POST /kiosk/more-time",
    "GET /kiosk/end",
    "GET /kiosk/cash-out",
    "POST /kiosk/cash-out",
    "GET /kiosk/cash-in",
    "POST /kiosk/cash-in",
    "GET /kiosk/cash/{id}",
    "POST /kiosk/cash/{id}/agreement",
    "POST /kiosk/cash/{id}/return",
    "GET /kiosk/cards",
    "GET /kiosk/cards/{id}",
    "GET /kiosk/cards/{id}/freeze",
    "POST /kiosk/cards/{id}/freeze",
    "GET /kiosk/cards/{id}/thaw",
    "POST /kiosk/cards/{id}/thaw",
    "GET /kiosk/cards/{id}/loss",
    "POST /kiosk/cards/{id}/loss",
    "GET /kiosk/cards/{id}/replacement",
    "POST /kiosk/cards/{id}/replacement",
    "GET /kiosk/cards/{id}/activation",
    "POST /kiosk/cards/{id}/activation",
    "GET /kiosk/repayment",
    "POST /kiosk/repayment",
    "GET /kiosk/passbook",
    "POST /kiosk/passbook",
    "POST /kiosk/passbook/{id}",
    "GET /demo/machines",
    "POST /demo/machines/{id}",
];

/// What a machine that is out of order still offers: its first page, help, and being enrolled again.
const OUT_OF_ORDER: &[&str] = &[
    "GET /",
    "GET /kiosk/enrolment",
    "POST /kiosk/enrolment",
    "GET /kiosk/help",
    "POST /kiosk/help",
    "GET /kiosk/end",
];

/// What a page does by itself: nobody touched the machine.
const BY_ITSELF: &[&str] = &["GET /kiosk/still", "GET /kiosk/end", "GET /kiosk/cash/{id}"];

pub fn offers(route: &str, at: &TerminalView) -> bool {
    (if at.is_out_of_order() { OUT_OF_ORDER } else { OFFERED }).contains(&route)
}

pub fn by_itself(route: &str) -> bool {
    BY_ITSELF.contains(&route)
}

/// The machine a request comes from.
#[derive(Clone)]
pub struct Here {
    pub terminal: Arc<TerminalView>,
    now: Timestamp,
}

impl Here {
    /// As its pages know it, with what was asked and kept about the reach of its controls.
    pub fn kiosk(&self, asked: Option<&str>, kept: Option<&str>) -> Kiosk {
        let wanted = asked.filter(|r| [LOW, HIGH].contains(r)).or(kept);
        let low = self.terminal.variant == Variant::Low || wanted == Some(LOW);
        Kiosk { terminal: self.terminal.clone(), low, now: self.now, pace: None, elder: false, leaves: None }
    }
}

/// Puts [`Here`] beside the request of a machine. A secret that opens nothing any more is forgotten; while the database does not
/// say whose it is, nothing is answered.
pub async fn recognise(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let tls = web.site().tls;
    let Some(token) = cookies::read(request.headers(), cookies::TERMINAL, tls).map(str::to_owned) else {
        return next.run(request).await;
    };
    if request.uri().path().starts_with("/assets/") {
        return next.run(request).await;
    }
    match sessions::terminal_by_token(&web, &token).await {
        Ok(Some(terminal)) => {
            request.extensions_mut().insert(Here { terminal: Arc::new(terminal), now: web.now() });
            next.run(request).await
        }
        Ok(None) => {
            let mut response = next.run(request).await;
            Cookie::forget(cookies::TERMINAL).set(response.headers_mut(), tls);
            response
        }
        Err(why) => Fault(why).into_response(),
    }
}

/// Before what has no gate: nothing of it is offered at a machine.
pub async fn nothing_else(request: Request, next: Next) -> Response {
    match request.extensions().get::<Here>() {
        Some(_) => Fault(Error::new(&NOT_AT_A_MACHINE, "this is not done at a machine")).into_response(),
        None => next.run(request).await,
    }
}

/// The view of whoever is served.
pub(crate) fn paced(mut view: View, visit: &VisitView, now: Timestamp) -> View {
    if let Some(kiosk) = &mut view.kiosk {
        kiosk.elder = visit.elder;
        let (idle, warning) = (visit.idle_seconds(), visit.warning_seconds());
        kiosk.pace = Some(Pace { idle, warning, left: visit.left_seconds(now), more: visit.more_time });
    }
    view
}

/// Who must lay his card or show his face again is led there; whose visit is over, to its end.
pub(crate) fn lead(response: Response, to: &impl Fn(&str) -> String, tls: bool) -> Response {
    let Some(why) = carried(&response) else { return response };
    let place = match why {
        w if w.is(&STEP_UP_NEEDED) => return see_other(&to("/kiosk/face")),
        w if w.is(&NOT_SIGNED_IN) => to("/kiosk/identity"),
        w if w.is(&SESSION_ENDED) => "/kiosk/end?why=time".to_owned(),
        _ => return response,
    };
    let mut led = see_other(&place);
    Cookie::forget(cookies::SESSION).set(led.headers_mut(), tls);
    led
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Face;

    #[test]
    fn what_is_offered_are_pages() {
        let table = crate::routes();
        let pages: Vec<String> =
            table.iter().filter(|r| r.face == Face::People).map(|r| format!("{} {}", r.method, r.path)).collect();
        for name in OFFERED.iter().chain(OUT_OF_ORDER).chain(BY_ITSELF) {
            assert!(pages.iter().any(|p| p == name), "{name} is no page");
        }
        assert!(OUT_OF_ORDER.iter().chain(BY_ITSELF).all(|name| OFFERED.contains(name)));
    }
}
