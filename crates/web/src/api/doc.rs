//! The OpenAPI description, made of the table of routes: it cannot speak of a route that is not there.
use crate::gate::{Access, Face};
use crate::http::route::Route;
use serde_json::{Value, json};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Paths, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

type Parts = Vec<(String, RefOr<Schema>)>;

/// What the documentation says of a route beside its path.
#[derive(Default)]
pub struct Doc {
    pub says: &'static str,
    request: Option<Content>,
    answer: Option<Content>,
    status: u16,
    /// The same answer with the status 202 when the work goes on.
    later: bool,
    query: Vec<(&'static str, &'static str)>,
}

struct Content {
    kind: &'static str,
    schema: RefOr<Schema>,
    parts: Parts,
}

fn named<T: ToSchema>() -> (RefOr<Schema>, Parts) {
    let mut parts = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut parts);
    (Ref::from_schema_name(T::name()).into(), parts)
}

impl Content {
    fn json<T: ToSchema>() -> Content {
        let (schema, parts) = named::<T>();
        Content { kind: "application/json", schema, parts }
    }
    fn page_of<T: ToSchema>() -> Content {
        let (item, parts) = named::<T>();
        let next = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Give it as `after` for the next page; absent on the last."));
        let schema = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item).build())
            .required("items")
            .property("next", next);
        Content { kind: "application/json", schema: Schema::Object(schema.build()).into(), parts }
    }
    fn bytes(kind: &'static str) -> Content {
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        Content { kind, schema: Schema::Object(schema).into(), parts: Vec::new() }
    }
}

impl Doc {
    pub fn says(says: &'static str) -> Doc {
        Doc { says, status: 200, ..Doc::default() }
    }
    /// The body is this, in JSON.
    pub fn body<T: ToSchema>(self) -> Doc {
        Doc { request: Some(Content::json::<T>()), ..self }
    }
    /// The body is a form with a file; `T` describes its parts.
    pub fn upload<T: ToSchema>(self) -> Doc {
        Doc { request: Some(Content { kind: "multipart/form-data", ..Content::json::<T>() }), ..self }
    }
    pub fn answer<T: ToSchema>(self) -> Doc {
        Doc { answer: Some(Content::json::<T>()), ..self }
    }
    /// A page of these, with the query `after` and `limit`.
    pub fn page_of<T: ToSchema>(self) -> Doc {
        let paging = [("after", "The `next` of the page before."), ("limit", "Rows, 1 to 200; 50 when absent.")];
        let doc = Doc { answer: Some(Content::page_of::<T>()), ..self };
        paging.into_iter().fold(doc, |doc, (name, what)| doc.query(name, what))
    }
    pub fn file(self, kind: &'static str) -> Doc {
        Doc { answer: Some(Content::bytes(kind)), ..self }
    }
    pub fn query(mut self, name: &'static str, what: &'static str) -> Doc {
        self.query.push((name, what));
        self
    }
    /// Work that takes long is answered 202 with how far it is, and goes on.
    pub fn or_later(self) -> Doc {
        Doc { later: true, ..self }
    }
    pub fn status(self, status: u16) -> Doc {
        Doc { status, ..self }
    }
}

/// The description of what programs may call, in OpenAPI 3.1.
pub fn open_api(table: Vec<Route>) -> OpenApi {
    let (mut paths, mut components) =
        (Paths::new(), ComponentsBuilder::new().schema(Problem::name(), Problem::schema()));
    for route in table.into_iter().filter(|r| r.info.face == Face::Programs) {
        let Route { info, doc, .. } = route;
        let method = match info.method {
            "POST" => HttpMethod::Post,
            "DELETE" => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        let operation = operation(&info, &doc);
        for (name, schema) in doc.request.into_iter().chain(doc.answer).flat_map(|c| c.parts) {
            components = components.schema(name, schema);
        }
        let item = PathItem::new(method, operation);
        match paths.paths.get_mut(info.path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.paths.insert(info.path.to_owned(), item)),
        }
    }
    let components = components
        .security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme("client", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new().title("Yizhan").version("1").description(Some(ABOUT)).license(Some(license)).build();
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
}

const ABOUT: &str = "The bank for programs. Sign in with a session token (`Authorization: Bearer`) or a firm's client id and secret (`Basic`). \
    Every change takes an `Idempotency-Key`. Failures are `application/problem+json` with a stable `code`; the codes stand in errors.md.";

fn operation(info: &crate::http::route::RouteInfo, doc: &Doc) -> OperationBuilder {
    let tag = info.path.trim_start_matches("/v1").trim_start_matches('/').split('/').next().unwrap_or_default();
    let mut op = OperationBuilder::new()
        .tag(tag)
        .summary(Some(doc.says))
        .operation_id(Some(operation_id(info.method, info.path)));
    let text = || RefOr::T(Schema::Object(Object::with_type(Type::String)));
    for part in info.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')) {
        let of = ParameterBuilder::new().name(part).parameter_in(ParameterIn::Path).required(Required::True);
        op = op.parameter(of.schema(Some(text())).build());
    }
    for (name, what) in &doc.query {
        let of = ParameterBuilder::new().name(*name).parameter_in(ParameterIn::Query).required(Required::False);
        op = op.parameter(of.description(Some(*what)).schema(Some(text())).build());
    }
    if info.needs_key {
        let of =
            ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header).required(Required::True);
        op = op.parameter(
            of.description(Some(
                "1 to 100 visible ASCII characters; the same key with the same body gets the same answer.",
            ))
            .schema(Some(text()))
            .build(),
        );
    }
    if let Some(content) = &doc.request {
        let schema = ContentBuilder::new().schema(Some(content.schema.clone())).build();
        op = op.request_body(Some(
            RequestBodyBuilder::new().required(Some(Required::True)).content(content.kind, schema).build(),
        ));
    }
    let answer = |description: &str| {
        let answer = ResponseBuilder::new().description(description);
        match &doc.answer {
            Some(content) => {
                answer.content(content.kind, ContentBuilder::new().schema(Some(content.schema.clone())).build())
            }
            None => answer,
        }
    };
    let done = answer("Done");
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let failed =
        ResponseBuilder::new().description("What is wrong and what to do").content("application/problem+json", problem);
    op = op.response(doc.status.to_string(), done.build()).response("default", failed.build());
    if doc.later {
        op = op.response("202", answer("It goes on; ask again how far it is").build());
    }
    if info.access == Access::Public {
        return op;
    }
    let none: [&str; 0] = [];
    op.security(SecurityRequirement::new("session", none)).security(SecurityRequirement::new("client", none))
}

/// `post_payments_id_confirmation`
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(['/', '{', '}', '.', '-']).filter(|w| !w.is_empty() && *w != "v1");
    std::iter::once(method.to_ascii_lowercase()).chain(words.map(str::to_owned)).collect::<Vec<_>>().join("_")
}

/// What every failure is told as (RFC 9457).
#[derive(ToSchema)]
pub struct Problem {
    /// `urn:yizhan:error:<code>`
    #[schema(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What is wrong with the values that were sent.
    pub detail: String,
    /// Stable; listed in errors.md.
    pub code: String,
    /// What to do.
    pub remedy: String,
    /// The values the detail speaks of.
    #[schema(value_type = Object)]
    pub fields: Value,
}

/// The description as the server answers it.
pub fn text(table: Vec<Route>) -> String {
    let described = serde_json::to_value(open_api(table)).unwrap_or_else(|_| json!({}));
    serde_json::to_string_pretty(&described).unwrap_or_default()
}
