//! A line of the table of routes, and the router that is built of it.
use crate::api::doc::Doc;
use crate::gate::{Access, Face, Gate, pass};
use crate::http::{BODY_BYTES_MAX, for_people, for_programs};
use crate::state::Web;
use crate::terminals;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use kernel::Error;
use std::pin::Pin;
use std::sync::Arc;

/// What is known of a route without serving it.
#[derive(Clone, Copy, Debug)]
pub struct RouteInfo {
    pub method: &'static str,
    /// `/accounts/{id}`
    pub path: &'static str,
    pub access: Access,
    pub face: Face,
    /// Programs must send an `Idempotency-Key`.
    pub needs_key: bool,
    /// Bytes of the body it takes.
    pub body_bytes_max: usize,
}

/// A route: what is known of it, what serves it, and for programs what the documentation says.
pub struct Route {
    pub info: RouteInfo,
    pub doc: Doc,
    serve: MethodRouter<Web>,
}

fn route<H, T>(face: Face, method: &'static str, path: &'static str, handler: H, access: Access) -> Route
where
    H: Handler<T, Web>,
    T: 'static,
{
    let filter = match method {
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    let needs_key = face == Face::Programs && method != "GET";
    let info = RouteInfo { method, path, access, face, needs_key, body_bytes_max: BODY_BYTES_MAX };
    Route { info, doc: Doc::default(), serve: on(filter, Erased::new(handler)) }
}

type Answered = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler without its types: what the router builds around a handler is compiled once and not for each of them.
#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, Web) -> Answered + Send + Sync>);

impl Erased {
    fn new<H: Handler<T, Web>, T: 'static>(handler: H) -> Erased {
        Erased(Arc::new(move |request, web| Box::pin(handler.clone().call(request, web))))
    }
}

impl Handler<(), Web> for Erased {
    type Future = Answered;
    fn call(self, request: Request, web: Web) -> Answered {
        (self.0)(request, web)
    }
}

/// A page.
pub fn get<H: Handler<T, Web>, T: 'static>(path: &'static str, handler: H, access: Access) -> Route {
    route(Face::People, "GET", path, handler, access)
}
/// What a form is sent to.
pub fn post<H: Handler<T, Web>, T: 'static>(path: &'static str, handler: H, access: Access) -> Route {
    route(Face::People, "POST", path, handler, access)
}
/// Looking, for programs. `says` stands in the documentation.
pub fn ask<H: Handler<T, Web>, T: 'static>(
    path: &'static str,
    handler: H,
    access: Access,
    says: &'static str,
) -> Route {
    Route { doc: Doc::says(says), ..route(Face::Programs, "GET", path, handler, access) }
}
/// Changing, for programs; it takes an `Idempotency-Key`.
pub fn act<H: Handler<T, Web>, T: 'static>(
    path: &'static str,
    handler: H,
    access: Access,
    says: &'static str,
) -> Route {
    Route { doc: Doc::says(says), ..route(Face::Programs, "POST", path, handler, access) }
}
/// Ending, for programs; it takes an `Idempotency-Key`.
pub fn end<H: Handler<T, Web>, T: 'static>(
    path: &'static str,
    handler: H,
    access: Access,
    says: &'static str,
) -> Route {
    Route { doc: Doc::says(says), ..route(Face::Programs, "DELETE", path, handler, access) }
}

impl Route {
    /// Takes bodies of so many bytes.
    pub fn takes(mut self, bytes: usize) -> Route {
        self.info.body_bytes_max = bytes;
        self
    }
    /// Changes nothing although it is a POST, or is safe to repeat by itself: no key is asked for.
    pub fn keyless(mut self) -> Route {
        self.info.needs_key = false;
        self
    }
    pub fn doc(self, change: impl FnOnce(Doc) -> Doc) -> Route {
        Route { doc: change(self.doc), ..self }
    }
}

/// Everything the server answers, behind its gates.
pub fn router(web: &Web, table: Vec<Route>, open: Router) -> Router {
    let (mut people, mut programs) = (Router::new(), Router::new());
    for Route { info, serve, .. } in table {
        let name: &'static str = action_name(&info);
        let gate = Gate { web: web.clone(), access: info.access, face: info.face, name, needs_key: info.needs_key };
        let serve = serve.route_layer(from_fn_with_state(gate, pass)).layer(DefaultBodyLimit::max(info.body_bytes_max));
        match info.face {
            Face::People => people = people.route(info.path, serve),
            Face::Programs => programs = programs.route(info.path, serve),
        }
    }
    let nowhere =
        || async { crate::Fault(Error::new(&crate::codes::PAGE_NOT_FOUND, "there is nothing at this address")) };
    let programs = programs.route("/v1/{*rest}", axum::routing::any(nowhere));
    let site = web.site().clone();
    for_programs(programs.with_state(web.clone()), site.clone())
        .merge(for_people(people.with_state(web.clone()).merge(open.layer(from_fn(terminals::nothing_else))), site))
        .layer(from_fn_with_state(web.clone(), terminals::recognise))
}

/// `POST /pay/{id}`, made once: routes live as long as the server.
fn action_name(info: &RouteInfo) -> &'static str {
    Box::leak(format!("{} {}", info.method, info.path).into_boxed_str())
}
